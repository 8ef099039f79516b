"""Of which status a text speaks, where no rule tells one: by pieces of its words and, where it can be read, by its vector.

`benchmarks/train_opinion.py` makes the weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workers.classify.glance import Glance

BITS = 16  # of the tables: there are many, and less depends on them
CLEAR = 0.35  # share of the likeliest status from which it is taken
PLAIN = 0.65  # … from which a glance is enough

VectorOf = Callable[[str], Any]


class Statuses:
    """A glance for each category, and a row (512 weights and a bias) for each status of each category in their order."""

    def __init__(
        self, glances: Mapping[str, Glance], rows: Callable[[], Any], vector_of: VectorOf | None
    ) -> None:
        self._glances = glances
        self._rows = rows
        self._vector_of = vector_of

    def __call__(
        self, category: str, words: Sequence[str], text: str, *, reads: bool, told: str = ""
    ) -> tuple[str, float]:
        """The likeliest status of a text of these folded words, and its share of all; for custom categories none.

        A status that was `told` already is not read for where a glance says the same.
        """
        if category not in self._glances:
            return "", 0.0
        odds = self._glances[category](words)
        likeliest, share = _likeliest(odds)
        if share < PLAIN and likeliest != told and reads and self._vector_of is not None:
            read = self._read(category, self._vector_of(text))
            likeliest, share = _likeliest({name: value + read[name] for name, value in odds.items()})
        return likeliest, share

    def _read(self, category: str, vector: Any) -> dict[str, float]:
        names = [(one, name) for one, glance in self._glances.items() for name in glance.categories]
        return {
            name: float(row[:-1] @ vector + row[-1])
            for (one, name), row in zip(names, self._rows(), strict=True)
            if one == category
        }


def _likeliest(odds: Mapping[str, float]) -> tuple[str, float]:
    """The likeliest status, and its share of all."""
    likeliest = max(odds, key=odds.__getitem__)
    return likeliest, 1 / sum(math.exp(one - odds[likeliest]) for one in odds.values())


def glances(scales: Mapping[str, Mapping[str, Sequence[float]]], weights: bytes) -> dict[str, Glance]:
    """A glance for the statuses of each category, from all their weights in one."""
    found, start = {}, 0
    for category, one in scales.items():
        end = start + (len(one) << BITS)
        found[category] = Glance(
            {name: (bias, step) for name, (bias, step) in one.items()}, weights[start:end], BITS
        )
        start = end
    return found
