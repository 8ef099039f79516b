"""Train the second opinion (workers/data/opinion.json and .npz) on labelled sentences of our own.

    python -m benchmarks.train_opinion            trains and writes
    python -m benchmarks.train_opinion --check    5-fold figures only

Sentences: benchmarks/sentences/*.txt, a line `LABELS | sentence` (`-` for none), the tables of the tests, and short
items of tests/eval/practice_*.jsonl. The model: the log odds of two, of a linear model over pieces of words (halved), and
of kernel ridge regression over sentence vectors (a Gaussian kernel), in both of which both classes weigh the same.
Needs scikit-learn.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.linear_model import LogisticRegression

from workers.classify.glance import BITS, pieces
from workers.classify.normalise import tokens, unmarked
from workers.classify.opinion import WIDTH, Opinion, by_likeness, encoder, likeness, together
from workers.classify.statuses import BITS as STATUS_BITS
from workers.classify.verdict import OPENING_WORDS

ROOT = Path(__file__).parent.parent
OUT = ROOT / "workers" / "data" / "opinion.json"
VECTORS = OUT.with_suffix(".npz")
WEIGHTS = OUT.with_name("glance.bin")
STATUSES = OUT.with_name("statuses.bin")
CATEGORIES = ("curfew", "displacement", "clashes")
TABLES = ("classify_cases.yaml", "language_cases.yaml")
FOLDS = 5
RIDGE = 0.2
MOST_WORDS, LEAST_WORDS = 60, 4  # of an item that counts as one sentence, and of a sentence
PRECISION = 0.9  # from where the opinion counts: so precise on sentences it was not trained on
LEAST = 0.6  # … and never from less: what is told of whole items is less sure than of sentences
PAIRS = 0.5  # made for each true sentence, and as many of false ones
GLANCE_RECALL = (
    0.95  # of the sentences that the opinion would rightly find, so many are worth reading by a glance
)
RARE, LOOSE = 0.3, 10.0  # how much a rare piece's weight counts, and how freely weights may grow

Labels = tuple[bool | None, ...]  # None: not known
Rows = dict[str, Labels]


def rows() -> Rows:
    """Every labelled sentence, once."""
    found: Rows = {}
    for path in sorted((ROOT / "tests" / "eval").glob("practice_*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            found |= dict(item_rows(json.loads(line)))
    found |= sentences()
    for name in TABLES:
        for text in _tables(yaml.safe_load((ROOT / "tests" / name).read_text("utf-8"))):
            found |= dict(_parsed(text.splitlines()))
    return found


def sentences() -> Rows:
    """Those written to be trained on."""
    found: Rows = {}
    for path in sorted((ROOT / "benchmarks" / "sentences").glob("*.txt")):
        found |= dict(_parsed(path.read_text("utf-8").splitlines()))
    return found


def item_rows(item: dict[str, Any]) -> Iterator[tuple[str, Labels]]:
    """A short item as it is; and its sentences, of which it is only known what they do not say."""
    labels = tuple(bool(item["labels"][category]) for category in CATEGORIES)
    if item.get("doubtful"):
        return
    text = f"{item['title']}. {item['body']}"
    if len(text.split()) <= MOST_WORDS:
        yield text, labels
    if not all(labels):
        for sentence in [item["title"], *re.split(r"(?<=[.!?؟])\s+|\n+", item["body"])]:
            if len(sentence.split()) >= LEAST_WORDS:
                yield sentence, tuple(None if label else False for label in labels)


def _tables(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for one in data.values():
            yield from _tables(one)


def _parsed(lines: list[str]) -> Iterator[tuple[str, Labels]]:
    for line in lines:
        labels, bar, text = line.partition("|")
        if bar and text.strip():
            told = {label.strip().partition("=")[0] for label in labels.split(",")}
            yield text.strip().replace(" / ", ". "), tuple(category in told for category in CATEGORIES)


def encode(texts: list[str]) -> Any:
    """Vectors, one a sentence."""
    plain = [unmarked(text) for text in texts]
    return np.vstack([encoder().encode(plain[start : start + 64]) for start in range(0, len(plain), 64)])


def fit(vectors: Any, labels: Any) -> Any:
    """A weight for each training vector."""
    kernel = np.exp(WIDTH * (vectors @ vectors.T - 1))
    share = np.where(labels, 0.5 / max(labels.mean(), 1e-9), 0.5 / max(1 - labels.mean(), 1e-9))
    return np.linalg.solve(kernel + RIDGE * np.diag(1 / share), np.where(labels, 1.0, -1.0))


def folds(count: int) -> Iterator[tuple[Any, Any]]:
    """Rows to train on and rows to test, five times."""
    order = np.random.default_rng(1).permutation(count)
    for fold in range(FOLDS):
        test = order[fold::FOLDS]
        yield np.setdiff1d(order, test), test


def held_out(vectors: Any, labels: Any) -> Any:
    """Each sentence's log odds by a model that was not trained on it."""
    told = np.zeros(len(labels))
    for train, test in folds(len(labels)):
        told[test] = likeness(vectors[test], vectors[train], fit(vectors[train], labels[train]))
    return told


def threshold(told: Any, labels: Any) -> float:
    """The lowest probability from which the wanted precision holds, at least LEAST."""
    for level in np.arange(LEAST, 0.99, 0.01):
        found = told >= level
        if found.sum() and (found & labels).sum() / found.sum() >= PRECISION:
            return float(round(level, 2))
    return 0.99


@dataclass(frozen=True)
class Counts:
    """How often each piece of a word stands in each sentence, the words of each, and a piece's worth (rare: more)."""

    table: Any
    words: Any
    worth: Any

    def of(self, rows: Any) -> Counts:
        """Some of the rows."""
        return Counts(self.table[rows], self.words[rows], self.worth)

    def features(self) -> Any:
        """A row of what each piece adds, by the root of the sentence's length."""
        return diags(1 / np.sqrt(np.maximum(self.words, 1))) @ self.table @ diags(self.worth)


def counted(sentences: list[list[str]], bits: int = BITS) -> Counts:
    """The counts of folded sentences; pieces that stand in one alone are worth nothing."""
    rows, columns, values = [], [], []
    for row, words in enumerate(sentences):
        found = Counter(place for word in words for place in pieces(word, bits))
        rows += [row] * len(found)
        columns += found
        values += found.values()
    table = csr_matrix((values, (rows, columns)), shape=(len(sentences), 1 << bits), dtype=float)
    seen = np.asarray((table > 0).sum(0)).ravel()
    worth = RARE * (np.log((1 + len(sentences)) / (1 + seen)) + 1)
    return Counts(table, np.array([len(words) for words in sentences]), np.where(seen < 2, 0.0, worth))


def paired(counts: Counts, labels: Any) -> tuple[Counts, Any]:
    """The sentences, and pairs of them made one: what is told of one event is told beside another too."""
    chance = np.random.default_rng(2)
    true, other = np.flatnonzero(labels), np.flatnonzero(~labels)
    size = int(PAIRS * len(true))
    first = np.concatenate([chance.choice(true, size), chance.choice(other, size)])
    second = chance.choice(other, 2 * size)
    table = vstack([counts.table, counts.table[first] + counts.table[second]]).tocsr()
    words = np.concatenate([counts.words, counts.words[first] + counts.words[second]])
    return Counts(table, words, counts.worth), np.concatenate([labels, labels[first]])


def glance_fit(counts: Counts, labels: Any) -> tuple[Any, float]:
    """A weight for each piece, and the bias."""
    more, theirs = paired(counts, labels)
    model = LogisticRegression(C=LOOSE, class_weight="balanced", max_iter=300).fit(more.features(), theirs)
    return model.coef_[0], float(model.intercept_[0])


def glance_held_out(counts: Counts, labels: Any) -> Any:
    """Each sentence's log odds at a glance by weights that were not trained on it."""
    told = np.zeros(len(labels))
    for train, test in folds(len(labels)):
        weights, bias = glance_fit(counts.of(train), labels[train])
        told[test] = counts.of(test).features() @ weights + bias
    return told


@dataclass(frozen=True)
class Trained:
    """What is written: settings, the weights of pieces, the vectors and their weights."""

    data: dict[str, Any]
    pieces: bytes
    vectors: Any
    weights: Any

    def opinion(self) -> Opinion:
        """The opinion that it makes."""
        return Opinion(
            self.data, self.pieces, reader=by_likeness(CATEGORIES, lambda: (self.vectors, self.weights))
        )


def train(known: Rows, vectors: Any, bars: dict[str, Any] | None = None) -> Trained:
    """A model of these rows; where it counts from is found by holding out, unless `bars` of another are given."""
    texts, labels = list(known), np.array([list(one) for one in known.values()], dtype=object)
    counts = counted([tokens(text).words for text in texts])
    weights = np.zeros((len(CATEGORIES), len(texts)), dtype=np.float32)
    steps: list[Any] = []
    data: dict[str, Any] = {"glance": {}, **(bars or {"worth_from": {}, "counts_from": {}})}
    for number, category in enumerate(CATEGORIES):
        told = np.array([one is not None for one in labels[:, number]])
        mine = labels[told, number].astype(bool)
        if bars is None:
            seen, read = glance_held_out(counts.of(told), mine), held_out(vectors[told], mine)
            both = np.array([together(*one) for one in zip(seen, read, strict=True)])
            chances = {"glance": 1 / (1 + np.exp(-seen)), "vectors": 1 / (1 + np.exp(-read)), "both": both}
            show(category, mine, chances)
            data["counts_from"][category] = threshold(both, mine)
            heard = seen[mine & (both >= data["counts_from"][category])]
            data["worth_from"][category] = round(float(np.quantile(heard, 1 - GLANCE_RECALL)), 2)
        weights[number, told] = fit(vectors[told], mine)
        pieced, bias = glance_fit(counts.of(told), mine)
        pieced = pieced * counts.worth
        step = float(np.abs(pieced).max()) / 127
        steps.append(np.round(pieced / step).astype(np.int8))
        data["glance"][category] = [round(bias, 4), step]
    return Trained(
        data, np.concatenate(steps).tobytes(), vectors.astype(np.float16).astype(np.float32), weights
    )


def status_rows(category: str) -> list[tuple[str, str]]:
    """Text and status of every labelled sentence of a category, and of the openings of items."""
    found = []
    folder = ROOT / "benchmarks" / "sentences"
    lines = [line for path in sorted(folder.glob("*.txt")) for line in path.read_text("utf-8").splitlines()]
    for name in TABLES:
        tables = _tables(yaml.safe_load((ROOT / "tests" / name).read_text("utf-8")))
        lines += [line for text in tables for line in text.splitlines()]
    for line in lines:
        labels, bar, text = line.partition("|")
        if bar and (told := re.search(rf"{category}=(\w+)", labels)):
            found.append((text.replace(" / ", ". "), told[1]))
    for path in sorted((ROOT / "tests" / "eval").glob("practice_*.jsonl")):
        for item in map(json.loads, path.read_text("utf-8").splitlines()):
            if item["labels"][category] and item.get(f"{category}_status"):
                opening = " ".join(item["body"].split()[:OPENING_WORDS])
                found.append((f"{item['title']}. {opening}", item[f"{category}_status"]))
    return found


def train_statuses() -> tuple[dict[str, dict[str, list[float]]], bytes, Any]:
    """Bias and step of each status of each category, all their weights, and a row of weights for vectors each."""
    scales: dict[str, dict[str, list[float]]] = {}
    tables, rows_of_vectors = [], []
    for category in CATEGORIES:
        told = status_rows(category)
        counts = counted([tokens(text).words for text, _ in told], STATUS_BITS)
        values, labels = counts.features(), np.array([status for _, status in told])
        vectors = encode([text for text, _ in told])
        right = 0
        for a, b in folds(len(told)):
            names, *_ = seen = _statuses_fit(values[a], labels[a])
            read = _statuses_fit(vectors[a], labels[a])
            odds = values[b] @ seen[1].T + seen[2] + vectors[b] @ read[1].T + read[2]
            right += (names[odds.argmax(1)] == labels[b]).sum()
        sys.stdout.write(f"status of {category}: {right} of {len(told)} right, held out\n")
        names, rows, biases = _statuses_fit(values, labels)
        scales[category] = {}
        for name, row, bias in zip(names, rows * counts.worth, biases, strict=True):
            step = float(np.abs(row).max()) / 127
            tables.append(np.round(row / step).astype(np.int8))
            scales[category][str(name)] = [round(float(bias), 4), step]
        _, rows, biases = _statuses_fit(vectors, labels)
        rows_of_vectors.append(np.c_[rows, biases].astype(np.float32))
    return scales, np.concatenate(tables).tobytes(), np.vstack(rows_of_vectors)


def _statuses_fit(values: Any, labels: Any) -> tuple[Any, Any, Any]:
    """Names, weights and biases of a linear model, a row a status."""
    model = LogisticRegression(C=LOOSE, class_weight="balanced", max_iter=500).fit(values, labels)
    rows, biases = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        rows, biases = np.vstack([-rows / 2, rows / 2]), np.array([-biases[0] / 2, biases[0] / 2])
    return model.classes_, rows, biases


def main() -> None:
    """Train, print held-out figures, write."""
    known = rows()
    sys.stdout.write(f"{len(known)} sentences\n")
    found = train(known, encode(list(known)))
    scales, statuses, rows_of_vectors = train_statuses()
    if "--check" not in sys.argv:
        OUT.write_text(
            json.dumps(found.data | {"statuses": scales}, ensure_ascii=False, indent=1) + "\n", "utf-8"
        )
        np.savez_compressed(
            VECTORS,
            vectors=found.vectors.astype(np.float16),
            weights=found.weights,
            statuses=rows_of_vectors,
        )
        WEIGHTS.write_bytes(found.pieces)
        STATUSES.write_bytes(statuses)
        sys.stdout.write(f"wrote {OUT.name}, {VECTORS.name}, {WEIGHTS.name}, {STATUSES.name}\n")


def show(category: str, labels: Any, chances: dict[str, Any]) -> None:
    """Print what each part of the model, and both together, find on sentences that they were not trained on."""
    sys.stdout.write(f"{category:13} {labels.sum():4} true of {len(labels)}\n")
    for name, told in chances.items():
        level = threshold(told, labels)
        found = told >= level
        right = (found & labels).sum()
        sys.stdout.write(
            f"  {name:8} held out from {level:.2f}: precision {right / max(found.sum(), 1):.3f} "
            f"recall {right / labels.sum():.3f}\n"
        )


if __name__ == "__main__":
    main()
