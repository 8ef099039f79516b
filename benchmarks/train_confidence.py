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

from monitor.clock import parse_iso
from workers.classify import Document, load
from workers.classify.recency import by_category
from workers.classify.verdict import told_in

ROOT = Path(__file__).parents[1]
LABELS = Path(__file__).with_name("confidence_labels.json")
OUT = ROOT / "workers" / "data" / "confidence.json"
RIDGE = 1.0
FOLDS = 10
KEPT = 0.98  # of what is true in long items must stay over the level
Row = tuple[str, dict[str, float], bool]


def rows(corpora: Path) -> list[Row]:
    """Item, features and verdict of every category that the rules find in a labelled item."""
    lexicons = load()
    language = lexicons.get("ar")
    assert language is not None
    found: list[Row] = []
    for document, labels in _documents(corpora):
        kept = [find for find in told_in(document, language, lexicons.opinion) if not find.reason]
        told = by_category(kept, document.title, document.body, document.published, language)
        found += [(document.id, told[name], labels[name]) for name in told if name in labels]
    return found


def _documents(corpora: Path) -> Iterator[tuple[Document, dict[str, bool]]]:
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
    for path in (ROOT / "tests" / "eval" / "practice_ar.jsonl", corpora / "tune_items.jsonl"):
        for item in _lines(path):
            if item["lang"] == "ar" and not item.get("doubtful"):
                yield (
                    _document(item["id"], item["title"], item["body"], item.get("published")),
                    item["labels"],
                )


def _document(name: str, title: str, body: str, published: str | None = None) -> Document:
    return Document(name, title, body, "ar", parse_iso(published) if published else None)


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
    names = sorted({name for _, features, _ in told for name in features})
    values, labels = matrix((one for _, one, _ in told), names), np.array([float(one) for *_, one in told])
    chances = held_out(values, labels)
    long = matrix((one for _, one, _ in told), ["long"])[:, 0] > 0
    level = min(0.5, round(float(np.quantile(chances[long & (labels == 1)], 1 - KEPT)), 2))
    sys.stdout.write(
        f"{len(told)} rows, {int(labels.sum())} true; held out:\n{reliability(chances, labels)}\n"
    )
    for one in sorted({level, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5}):
        over = chances >= one
        sys.stdout.write(
            f"from {one:.2f}: true kept {labels[over].sum():.0f}, wrong kept {(1 - labels[over]).sum():.0f}"
            f"; of the long only: lost {(labels[~over & long]).sum():.0f} of {labels[long].sum():.0f}, "
            f"wrong left {(1 - labels[over & long]).sum():.0f} of {(1 - labels[long]).sum():.0f}\n"
        )
    weights = dict(zip(names, (round(float(one), 3) for one in fit(values, labels)), strict=True))
    sys.stdout.write("".join(f"{name:20} {weight:6.2f}\n" for name, weight in weights.items()))
    lost = sorted(zip(chances, told, strict=True), key=lambda one: one[0])
    sys.stdout.write(
        "lowest of the true: " + ", ".join(f"{c:.2f} {r[0]}" for c, r in lost if r[2])[:600] + "\n"
    )
    if "--dry" not in sys.argv:
        OUT.write_text(json.dumps({"level": level, "weights": weights}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
