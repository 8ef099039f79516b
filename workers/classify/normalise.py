"""Spelling variants folded away, with a map back to the original; split letters joined in an extra view."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_SAME = {
    **dict.fromkeys("أإآٱ", "ا"),
    **dict.fromkeys("ىیئ", "ي"),
    "ة": "ه",
    "ۀ": "ه",
    "ک": "ك",
    "گ": "ك",
    "ؤ": "و",
    "’": "'",
    "ـ": "",
}
# A gap between split letters: tatweel, then space or dot, then tatweel or the rest of the word.
SPLIT = re.compile(r"(?<=[\u0621-\u064a])(?:\u0640+[ .]{0,2}\u0640*|[ .]\u0640+)(?=[\u0621-\u064a])")
ONE_LETTER = re.compile(r"(?:^|[^\u0621-\u065f\u0640])(?:[وفبلكه])$")


@dataclass(frozen=True, slots=True)
class View:
    """Folded text; `origin[i]` is the index in the original of folded character i."""

    text: str
    origin: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original span of a folded one."""
        return self.origin[start], self.origin[end - 1] + 1


def fold_view(text: str, skip: frozenset[int] = frozenset()) -> View:
    """The folded text, without the characters at the indexes in `skip`."""
    out: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        if index in skip:
            continue
        for folded in _fold_char(char):
            out.append(folded)
            origin.append(index)
    return View("".join(out), origin)


def _fold_char(char: str) -> str:
    if char in _SAME:
        return _SAME[char]
    if char < "\u0080":
        return char.lower() if char not in "\n\t\r" else ("\n" if char == "\n" else " ")
    category = unicodedata.category(char)
    if category in ("Mn", "Cf"):
        return ""
    if category == "Nd":
        return str(unicodedata.digit(char))
    if "\ufb50" <= char <= "\ufefc":
        return "".join(_SAME.get(one, one) for one in unicodedata.normalize("NFKC", char))
    return char.lower() if len(char.lower()) == 1 else char


def views(text: str) -> list[View]:
    """The folded text, and where letters were split a second view in which they are joined."""
    found = [fold_view(text)]
    gaps: set[int] = set()
    for match in SPLIT.finditer(text):
        spaced = any(char in " ." for char in match.group())
        if (
            spaced
            and ONE_LETTER.search(text[max(0, match.start() - 3) : match.start()])
            and match.group()[-1] != "ـ"
        ):
            continue  # a proclitic before a word of its own (لـ داعش), or the هـ of a Hijri year
        gaps |= set(range(match.start(), match.end()))
    if gaps:
        found.append(fold_view(text, frozenset(gaps)))
    return found


def fold_pattern(pattern: str) -> str:
    """A pattern as written in a lexicon, its letters folded as the text's are."""
    return "".join(_fold_char(char) if char >= "\u0600" else char for char in pattern)
