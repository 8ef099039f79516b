"""What a sentence's words suggest at a glance, by pieces of the words: far cheaper than to read it. Pure.

A linear model over pieces of three to five letters, so that a new form or a misspelling is still mostly known.
`benchmarks/train_opinion.py` makes the weights.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from zlib import crc32

SHORTEST, LONGEST = 3, 5  # letters of a piece
BITS = 16  # a piece's place in the table is so many bits of its checksum
MOST_WORDS = 200_000  # remembered: a daemon reads for months


def pieces(word: str, bits: int = BITS) -> Iterator[int]:
    """The places in a table of 2 ** bits of a folded word's pieces, its beginning and end marked."""
    marked = f"<{word}>"
    for length in range(SHORTEST, LONGEST + 1):
        for start in range(len(marked) - length + 1):
            yield crc32(marked[start : start + length].encode()) & ((1 << bits) - 1)


class Glance:
    """Weights by category (or by status); `categories` maps a name to its bias and the worth of one step of its weights."""

    def __init__(
        self, categories: Mapping[str, tuple[float, float]], weights: bytes, bits: int = BITS
    ) -> None:
        self.categories = tuple(categories)
        self._biases = tuple(bias for bias, _ in categories.values())
        self._steps = tuple(step for _, step in categories.values())
        table = array("b", weights)
        self._tables = [table[number << bits : (number + 1) << bits] for number in range(len(categories))]
        self._bits = bits
        self._known: dict[str, tuple[float, ...]] = {}

    def __call__(self, words: Sequence[str]) -> dict[str, float]:
        """The log odds that a sentence of these folded words reports each category."""
        share = 1 / math.sqrt(max(len(words), 1))
        sums = map(sum, zip(*map(self._of, words), strict=True)) if words else (0.0,) * len(self.categories)
        return {
            name: bias + share * total
            for name, bias, total in zip(self.categories, self._biases, sums, strict=True)
        }

    def _of(self, word: str) -> tuple[float, ...]:
        if (known := self._known.get(word)) is None:
            if len(self._known) > MOST_WORDS:
                self._known.clear()
            places = list(pieces(word, self._bits))
            known = tuple(
                step * sum(table[place] for place in places)
                for step, table in zip(self._steps, self._tables, strict=True)
            )
            self._known[word] = known
        return known
