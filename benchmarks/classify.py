"""Understanding: quality on labelled items, false alarms on ordinary news, and speed beside extraction.

python -m benchmarks.classify        (RASID_CORPORA adds outside items and articles)
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import trafilatura

from monitor.clock import parse_iso
from monitor.models import Json
from tests.pages.corpus import pages
from workers import places
from workers.classify import CategoryTerms, Document, Lexicons, load, read
from workers.classify.verdict import MIN_CONFIDENCE
from workers.evaluate import judge, show
from workers.extract.decode import decode
from workers.places import Gazetteer

OWN = Path(__file__).parent.parent / "tests" / "eval"
# What a rival's keyword rule for the three categories holds.
KEYWORDS = (
    "حظر تجول,حظر التجول,حظر تجوال,حظر التجوال,نزوح,نازح,نازحين,تهجير,اشتباك,اشتباكات,معارك,مواجهات".split(
        ","
    )
)


def main() -> None:
    """Print everything."""
    lexicons, gazetteer = load(), places.load()
    for path in sorted(OWN.glob("*.jsonl")):
        quality(f"own items: {path.stem}", _lines(path), lexicons, gazetteer)
    folder = os.environ.get("RASID_CORPORA")
    if folder:
        corpora = Path(folder)
        quality("tune_items", _lines(corpora / "tune_items.jsonl"), lexicons, gazetteer)
        labelled_curfews(corpora / "curfew_labelled_ar.jsonl.gz", lexicons, gazetteer)
        for name in ("news_ar_2015", "headlines_ar"):
            false_alarms(name, corpora / f"{name}.jsonl.gz", lexicons, gazetteer)
        hand_checked(corpora / "outlets_ar.jsonl.gz", lexicons, gazetteer)
    speed(gazetteer)
    start()


def _lines(path: Path) -> list[Json]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def quality(name: str, items: list[Json], lexicons: Lexicons, gazetteer: Gazetteer) -> None:
    """Precision, recall, F1 with intervals, statuses, places, traps, calibration; and a keyword list's F1."""
    sys.stdout.write(f"\n==== {name}\n")
    show(judge(items, lexicons, gazetteer))
    arabic = [item for item in items if item["lang"] == "ar" and not item.get("doubtful")]
    if arabic:
        sys.stdout.write(f"a plain keyword list, Arabic: macro F1 {_keyword_f1(arabic):.3f}\n")


def _keyword_f1(items: list[Json]) -> float:
    groups = {"curfew": KEYWORDS[:4], "displacement": KEYWORDS[4:8], "clashes": KEYWORDS[8:]}
    scores = []
    for category, terms in groups.items():
        found = [any(term in item["title"] + " " + item["body"] for term in terms) for item in items]
        true = [bool(item["labels"][category]) for item in items]
        both = sum(a and b for a, b in zip(found, true, strict=True))
        scores.append(2 * both / max(sum(found) + sum(true), 1))
    return sum(scores) / len(scores)


def labelled_curfews(path: Path, lexicons: Lexicons, gazetteer: Gazetteer) -> None:
    """Real pages labelled for curfew: 2 an event, 1 background, 0 none."""
    sys.stdout.write("\n==== curfew_labelled_ar: label, pages, of them found\n")
    found: dict[int, list[bool]] = {}
    for row in _lines(path):
        reading = read(
            Document(str(row["id"]), row.get("title") or "", row["text"], "ar"), lexicons, gazetteer
        )
        found.setdefault(row["label"]["curfew"], []).append(
            any(one.category == "curfew" for one in reading.mentions)
        )
    for label, verdicts in sorted(found.items(), reverse=True):
        sys.stdout.write(f"{label}  {len(verdicts):3}  {sum(verdicts):3}\n")


def false_alarms(name: str, path: Path, lexicons: Lexicons, gazetteer: Gazetteer) -> None:
    """How many ordinary items alert, and their evidence for a reader to judge."""
    rows = _lines(path)
    told = []
    for row in rows:
        text = row.get("text") or row.get("body") or ""
        published = parse_iso(row["date"]) if row.get("date") else None
        document = Document(str(row.get("id", "")), row.get("title", ""), text, "ar", published)
        reading = read(document, lexicons, gazetteer)
        told += [(one.confidence, one.category, one.status, one.evidence[0].text) for one in reading.mentions]
    sure = sum(confidence >= MIN_CONFIDENCE for confidence, *_ in told)
    sys.stdout.write(
        f"\n==== {name}: {len(told)} mentions in {len(rows)} items, {sure} of them sure enough to alert\n"
    )
    for confidence, category, status, text in told[:: max(1, len(told) // 100)]:
        sys.stdout.write(f"  {confidence:.2f} {category} {status}: {' '.join(text.split())[:160]}\n")


def hand_checked(path: Path, lexicons: Lexicons, gazetteer: Gazetteer) -> None:
    """Real outlet pages that were read and labelled by hand; labels by row number, text not ours to keep."""
    labels_file = OWN / "outlets_ar_labels.json"
    if not labels_file.exists():
        return
    labels = json.loads(labels_file.read_text("utf-8"))
    rows = _lines(path)
    items = []
    for number, one in labels.items():
        row = rows[int(number)]
        known = {
            key: one[key]
            for key in ("curfew", "displacement", "clashes")
            if key in one and key not in one["doubtful"]
        }
        items.append(
            {"id": number, "lang": "ar", "title": row.get("title") or "", "body": row["body_guess"] or row["text"],
             "country": "SY", "labels": known}
        )  # fmt: skip
    sys.stdout.write("\n==== outlets_ar, read by hand (doubtful labels left out)\n")
    show(judge(items, lexicons, gazetteer), verbose=True)


def speed(gazetteer: Gazetteer) -> None:
    """Rules, places and the second opinion beside bare trafilatura (fast) on the same pages, in one run."""
    terms = {"supplies": CategoryTerms({"ar": [f"كلمة{number} نادرة" for number in range(1000)]})}
    rules, all_of_it, many = load(opinion=False), load(), load(extra=terms, opinion=False)
    corpus = pages()
    texts = [Document(page.id, page.title, page.gold, page.lang) for page in corpus]
    markups = [decode(page.html, page.charset) for page in corpus]
    bare = [_median(lambda markup=markup: trafilatura.extract(markup, fast=True)) for markup in markups]
    alone = [_median(lambda text=text: read(text, rules, None)) for text in texts]
    placed = [_median(lambda text=text: read(text, rules, gazetteer)) for text in texts]
    asked = [_median(lambda text=text: read(text, all_of_it, gazetteer)) for text in texts]
    with_terms = [_median(lambda text=text: read(text, many, None)) for text in texts]
    sys.stdout.write(f"\nagainst bare trafilatura (fast) on {len(corpus)} pages, sums of times:\n")
    for name, times in (("rules", alone), ("rules and places", placed), ("with the second opinion", asked)):
        sys.stdout.write(f"  {name:24} {sum(times) / sum(bare):.2f}\n")
    slower = statistics.median(a / b for a, b in zip(with_terms, alone, strict=True))
    sys.stdout.write(f"with 1,000 custom terms: {slower:.2f} times as long\n")


def _median(work: Callable[[], object], repeats: int = 3) -> float:
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def start() -> None:
    """How long `rasid classify` takes to answer one line, beside an empty Python."""
    line = json.dumps({"id": "1", "title": "فرض حظر تجول في منبج", "body": ""}) + "\n"
    command = [sys.executable, "-m", "monitor.cli", "classify"]

    def run(arguments: Iterable[str]) -> float:
        return _median(
            lambda: subprocess.run(list(arguments), input=line, text=True, capture_output=True, check=True), 5
        )

    ours, empty = run(command), run([sys.executable, "-c", "pass"])
    sys.stdout.write(f"\n`rasid classify` of one line: {ours:.2f} s here; an empty Python {empty:.2f} s\n")


if __name__ == "__main__":
    main()
