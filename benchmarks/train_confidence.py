"""Train the confidence: how likely what the rules found is fresh news, from labelled items.

    python -m benchmarks.train_confidence DIR          trains, prints the reliability, writes
    python -m benchmarks.train_confidence DIR --dry    prints only

DIR holds the news corpora; `confidence_labels.json` beside this file names their rows and the verdicts of a reader,
no text. Practice items of `tests/eval` are added; the sealed ones are never read.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import train_opinion
from monitor.clock import parse_iso
from workers.classify import Document, Lexicons, load
from workers.classify.language import languages
from workers.classify.recency import by_category, kind, read
from workers.classify.verdict import told_in

ROOT = Path(__file__).parents[1]
LABELS = Path(__file__).with_name("confidence_labels.json")
OUT = ROOT / "workers" / "data" / "confidence.json"
RIDGE = 1.0
FOLDS = 6
Row = tuple[str, str, dict[str, float], dict[str, float], bool]


def rows(corpora: Path) -> list[Row]:
    """Kind of language, item, features, what reading adds and verdict of every category found in a labelled item.

    The opinion that judges an item was never trained on its sentences: it is trained again for each fold of items.
    """
    found: list[Row] = []
    lexicons = load()
    for document, labels in _outside(corpora):
        found += _judged(document, labels, lexicons)
    known = train_opinion.rows()
    vectors = dict(zip(known, train_opinion.encode(list(known)), strict=True))
    items = list(_practice(corpora))
    bars = {
        name: json.loads(train_opinion.OUT.read_text("utf-8"))[name] for name in ("worth_from", "counts_from")
    }
    for fold in range(FOLDS):
        out = items[fold::FOLDS]
        hidden = {text for item in out for text in (item["body"], *dict(train_opinion.item_rows(item)))}
        rest = {text: one for text, one in known.items() if text not in hidden}
        lexicons = load(opinion=False)
        lexicons.opinion = train_opinion.train(
            rest, np.vstack([vectors[text] for text in rest]), bars
        ).opinion()
        for item in out:
            document = _document(item["id"], item["title"], item["body"], item.get("published"), item["lang"])
            found += _judged(document, item["labels"], lexicons)
    return found


def _judged(document: Document, labels: dict[str, bool], lexicons: Lexicons) -> list[Row]:
    found: list[Row] = []
    for code in languages(f"{document.title}\n{document.body}", document.lang):
        if (language := lexicons.get(code)) is None:
            continue
        opinion = lexicons.opinion
        assert opinion is not None
        kept = [find for find in told_in(document, language, opinion) if not find.reason]
        told = by_category(kept, document.title, document.body, document.published, language, opinion.glance)
        for name in told:
            if name in labels:
                more = read(opinion, name, document.title, document.body)
                found.append((kind(language), document.id, told[name], more, labels[name]))
    return found


def _outside(corpora: Path) -> Iterator[tuple[Document, dict[str, bool]]]:
    news = _lines(corpora / "news_ar_2015.jsonl.gz")
    for number, labels in json.loads(LABELS.read_text("utf-8")).items():
        row = news[int(number)]
        yield _document(f"news-{number}", row["title"], row["text"], row["date"]), labels
    pages = _lines(corpora / "outlets_ar.jsonl.gz")
    by_hand = json.loads((ROOT / "tests" / "eval" / "outlets_ar_labels.json").read_text("utf-8"))
    for number, labels in by_hand.items():
        row = pages[int(number)]
        sure = {
            name: value
            for name, value in labels.items()
            if name != "doubtful" and name not in labels["doubtful"]
        }
        yield _document(f"page-{number}", row.get("title") or "", row["body_guess"] or row["text"]), sure


def _practice(corpora: Path) -> Iterator[dict[str, Any]]:
    """Labelled items; for the languages that have few of them, labelled sentences as items too."""
    own = sorted((ROOT / "tests" / "eval").glob("practice_*.jsonl"))
    for path in (*own, corpora / "tune_items.jsonl"):
        yield from (item for item in _lines(path) if not item.get("doubtful"))
    for text, labels in train_opinion.sentences().items():
        told = dict(zip(train_opinion.CATEGORIES, map(bool, labels), strict=True))
        if languages(text)[0] != "ar":
            yield {"id": text[:12], "lang": "", "title": "", "body": text, "labels": told}


def _document(name: str, title: str, body: str, published: str | None = None, lang: str = "ar") -> Document:
    return Document(name, title, body, lang, parse_iso(published) if published else None)


def _lines(path: Path) -> list[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def matrix(told: Iterable[dict[str, float]], names: list[str]) -> Any:
    """A row of values for each dict of features."""
    return np.array([[one.get(name, 0.0) for name in names] for one in told])


def fit(values: Any, labels: Any) -> Any:
    """Weights of a logistic regression with a ridge, by Newton's method."""
    weights = np.zeros(values.shape[1])
    for _ in range(30):
        chances = 1 / (1 + np.exp(-values @ weights))
        slope = values.T @ (labels - chances) - RIDGE * weights
        curve = (values * (chances * (1 - chances))[:, None]).T @ values + RIDGE * np.eye(len(weights))
        weights = weights + np.linalg.solve(curve, slope)
    return weights


def held_out(values: Any, labels: Any) -> Any:
    """The chance of each row by weights that never saw it."""
    chances = np.zeros(len(labels))
    for fold in range(FOLDS):
        out = np.arange(len(labels)) % FOLDS == fold
        chances[out] = 1 / (1 + np.exp(-values[out] @ fit(values[~out], labels[~out])))
    return chances


def reliability(chances: Any, labels: Any) -> str:
    """A table: in each range of confidence, how many rows and which share is true."""
    lines = ["confidence  rows  true"]
    for low in (0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95):
        high = {0.3: 0.5, 0.5: 0.7, 0.9: 0.95, 0.95: 1.01}.get(low, low + 0.1)
        inside = (chances >= low) & (chances < high)
        if inside.any():
            lines.append(f"{low:.2f}-{min(high, 1):.2f}  {inside.sum():5}  {labels[inside].mean():.2f}")
    return "\n".join(lines)


def main() -> None:
    """Train, print held-out figures, write."""
    told = rows(Path(sys.argv[1]))
    made = {name: _fitted(name, [one for one in told if one[0] == name]) for name in ("worded", "plain")}
    if "--dry" not in sys.argv:
        OUT.write_text(json.dumps(made, indent=1) + "\n", "utf-8")


def _fitted(kind_of_language: str, told: list[Row]) -> dict[str, Any]:
    """The weights of one kind of language, without and with reading; prints how far to trust them."""
    labels = np.array([float(one) for *_, one in told])
    made: dict[str, Any] = {}
    for key, features in (
        ("weights", [one[2] for one in told]),
        ("read_weights", [one[2] | one[3] for one in told]),
    ):
        names = sorted({name for one in features for name in one})
        values = matrix(features, names)
        chances = held_out(values, labels)
        made[key] = dict(zip(names, (round(float(one), 3) for one in fit(values, labels)), strict=True))
        sys.stdout.write(
            f"\n{kind_of_language}, {key}: {len(told)} rows, {int(labels.sum())} true; held out:\n"
        )
        _show(chances, labels)
        sys.stdout.write("".join(f"{name:20} {weight:6.2f}\n" for name, weight in made[key].items()))
    lost = sorted(zip(chances, told, strict=True), key=lambda one: one[0])
    names = ", ".join(f"{chance:.2f} {row[1]}" for chance, row in lost if row[-1])
    sys.stdout.write(f"lowest of the true: {names[:600]}\n")
    return made


def _show(chances: Any, labels: Any) -> None:
    sys.stdout.write(reliability(chances, labels) + "\n")
    for one in (0.1, 0.2, 0.3, 0.4, 0.5):
        over = chances >= one
        sys.stdout.write(
            f"from {one:.2f}: true kept {labels[over].sum():.0f} of {labels.sum():.0f}, "
            f"wrong kept {(1 - labels[over]).sum():.0f} of {(1 - labels).sum():.0f}\n"
        )


if __name__ == "__main__":
    main()
