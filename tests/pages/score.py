"""How much of an article an extraction kept, and what it let in: token F1, leaks and losses."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.text import fold
from tests.pages.corpus import Page


@dataclass(frozen=True, slots=True)
class Score:
    """One page: precision and recall of tokens, strings that leaked or were lost (`alert`: with an alert word)."""

    page: str
    precision: float
    recall: float
    leaked: tuple[tuple[str, bool], ...]
    lost: tuple[tuple[str, bool], ...]

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def score(page: Page, text: str) -> Score:
    """Compare tokens as a multiset; title, tags and other optional text neither help nor harm."""
    gold, found = _tokens(page.gold), _tokens(text)
    for line in page.optional:
        for token, count in _tokens(line).items():
            found[token] -= min(max(found[token] - gold[token], 0), 3 * count)
    hits = (gold & found).total()
    folded, wanted = fold(text), fold(page.gold + "\n" + "\n".join(page.optional))
    return Score(
        page.id,
        hits / max(found.total(), 1),
        hits / max(gold.total(), 1),
        tuple(one for one in page.must_not if fold(one[0]) in folded and fold(one[0]) not in wanted),
        tuple(one for one in page.must if fold(one[0]) not in folded),
    )


def _tokens(text: str) -> Counter[str]:
    return Counter(fold(text).split())


def macro(scores: Sequence[Score]) -> float:
    """Mean F1 over pages."""
    return sum(one.f1 for one in scores) / max(len(scores), 1)


def outside_pages(folder: Path) -> list[Page]:
    """Pages kept elsewhere: `NN.html` with `NN.json` beside it."""
    found = []
    for told in sorted(folder.glob("*.json")):
        data = json.loads(told.read_text("utf-8"))
        found.append(
            Page(
                id=str(data["id"]), template=data["template"], features=tuple(data["features"]),
                html=told.with_suffix(".html").read_bytes(), charset=data["http_charset"] or "", url=data["url"],
                title=data["title"], gold=data["gold"],
                must=tuple(zip(data["must"], data["must_alert"], strict=True)),
                must_not=tuple(zip(data["must_not"], data["must_not_alert"], strict=True)),
                optional=tuple(data["optional"]), published=None, author=None, lang="ar", canonical=None, image=None,
            )
        )  # fmt: skip
    return found
