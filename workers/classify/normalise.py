"""Words of a text, folded to one spelling, each with its place in the original. Pure.

A text is never rewritten: every token keeps where it stands, so that evidence always points at the original.
Words that were split to get past filters (`اشتبـ ـاكات`) are whole in an extra view.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right as bisect
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

_MARKS = (
    (0x00AD, 0x00AD), (0x0300, 0x036F), (0x0610, 0x061A), (0x061C, 0x061C), (0x0640, 0x0640), (0x064B, 0x065F),
    (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E8), (0x06EA, 0x06ED), (0x200B, 0x200F), (0x202A, 0x202E),
    (0x2060, 0x2069), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
)  # fmt: skip
_SAME = {
    **dict.fromkeys("أإآٱ", "ا"),
    **dict.fromkeys("ىیېئێ", "ي"),
    **dict.fromkeys("ةەۀ", "ه"),
    **dict.fromkeys("کڪگ", "ك"),
    **dict.fromkeys("ؤۆ", "و"),
    **{"ڕ": "ر", "ڵ": "ل", "ı": "i", "İ": "i"},
    **{chr(0x660 + digit): str(digit) for digit in range(10)},
    **{chr(0x6F0 + digit): str(digit) for digit in range(10)},
}
_TABLE: dict[int, str | None] = {ord(char): same for char, same in _SAME.items()} | {
    code: None for first, last in _MARKS for code in range(first, last + 1)
}
_UNMARKED = {code: None for first, last in _MARKS for code in range(first, last + 1)}
_LETTERS = (
    "0-9A-Za-z\u00aa\u00ad\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u05ff\u0610-\u061a\u061c\u0620-\u0669"
    "\u066e-\u06d3\u06d5-\u06ff\u0750-\u077f\u1e00-\u1eff\u200b-\u200f\u202a-\u202e\u2060-\u2069"
    "\ufb50-\ufdff\ufe70-\ufeff"
)
_TOKEN = re.compile(f"([{_LETTERS}]+)")
_STRETCHED = re.compile(r"([^\W\d])\1{2,}")  # اشتبااااكات
_SPLIT_GAP = re.compile(r"[ .\u00a0]{1,2}")
_SPELLED = re.compile(r"(?<![^\W_])[ء-غف-ي]ـ*(?:[ ._*-][ء-غف-ي]ـ*){2,}(?![^\W_])")
_LETTER_RUN = re.compile(r"\.{2,}|(?<!\.) {3,}(?!\.)")  # the gaps in a word; a space beside a dot is its end
_TATWEEL_AT_GAP = re.compile("ـ[ .\u00a0]|[ .\u00a0]+(?=ـ)")
_PROCLITICS = frozenset("و ف ب ل ك ال وال بال فال كال لل".split())
_ABBREVIATED = frozenset("mr mrs ms dr st gen col lt sgt gov maj capt vs no".split())
COMMA, END = 1, 2  # how much the gap before a token breaks


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of one view. `breaks[i]` tells what stands before word i: nothing, a comma, a sentence's end."""

    words: list[str]
    starts: list[int]
    ends: list[int]
    breaks: list[int]
    joined: tuple[int, ...] = ()  # the words that were split in the original


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """One spelling for a word's variants; empty if it is nothing but marks."""
    if word.isascii():
        return word.lower()
    folded = word.translate(_TABLE)
    if not folded or ("ء" <= folded[0] <= "ي" and "ء" <= max(folded) <= "ۿ"):
        plain = folded
    else:
        parts = unicodedata.normalize("NFKD", folded).casefold()
        plain = "".join(char for char in parts.translate(_TABLE) if not unicodedata.combining(char))
    plain = _STRETCHED.sub(r"\1", plain)
    return plain.replace("وو", "و")


def unmarked(text: str) -> str:
    """The text without vowel signs, tatweel and what cannot be seen, otherwise as written."""
    return text.translate(_UNMARKED)


def tokens(text: str) -> Tokens:
    """Every word of a text, in order."""
    parts = _TOKEN.split(text)  # gap, word, gap, word, …, gap
    bounds = list(accumulate(map(len, parts)))
    words = list(map(fold, parts[1::2]))
    starts, ends = bounds[0:-1:2], bounds[1::2]
    if "" in words:  # nothing but marks
        kept = [index for index, word in enumerate(words) if word]
        words = [words[index] for index in kept]
        starts, ends = [starts[index] for index in kept], [ends[index] for index in kept]
        gaps = [text[end:start] for end, start in zip([0, *ends], starts, strict=False)]
    else:
        gaps = parts[0:-1:2]
    breaks = [
        0 if gap == " " else _break(text, ends[index - 1], starts[index], words[index - 1])
        for index, gap in enumerate(gaps)
    ]
    if breaks:
        breaks[0] = END
    return Tokens(words, starts, ends, breaks)


def _break(text: str, last: int, start: int, before: str) -> int:
    """What the characters between two words mean."""
    gap = text[last:start]
    if "." in gap and "\n" not in gap:
        if (len(before) == 1 and gap in (".", ". ")) or before in _ABBREVIATED:
            return 0  # an initial or an abbreviation
        between_digits = gap == "." and text[last - 1].isdigit() and text[start].isdigit()
        latin = gap == "." and text[start].isascii()
        return 0 if between_digits or latin else END
    return _plain_break(gap)


@lru_cache(maxsize=1 << 12)
def _plain_break(gap: str) -> int:
    if any(char in gap for char in "\n\r!?؟…•|"):
        return END
    if any(char in gap for char in "،؛;"):
        return COMMA
    if "," in gap or ":" in gap:
        return COMMA if len(gap) > 1 else 0
    return COMMA if any(char in gap for char in "–—") or " - " in gap else 0


def rejoined(text: str, plain: Tokens) -> Tokens | None:
    """The view in which words split by tatweel and gap, or letter by letter, are whole; None where nothing was split."""
    cut = _spelled(text, plain)
    if "ـ" in text:
        seams = (bisect(plain.ends, match.end()) for match in _TATWEEL_AT_GAP.finditer(text))
        cut |= {
            index for index in seams if 0 < index < len(plain.words) and _split(text, plain, index - 1, index)
        }
    if not cut:
        return None
    keep = [index for index in range(len(plain.words)) if index not in cut]
    words, ends, joined = [], [], []
    for number, (first, after) in enumerate(zip(keep, [*keep[1:], len(plain.words)], strict=True)):
        if after - first > 1:
            joined.append(number)
        words.append(plain.words[first] if after - first == 1 else fold("".join(plain.words[first:after])))
        ends.append(plain.ends[after - 1])
    starts, breaks = [plain.starts[index] for index in keep], [plain.breaks[index] for index in keep]
    return Tokens(words, starts, ends, breaks, tuple(joined))


def _spelled(text: str, plain: Tokens) -> set[int]:
    """The seams of words that are written letter by letter: ح.ظ.ر, ت ج و ل."""
    cut: set[int] = set()
    for match in _SPELLED.finditer(text):
        first, last = bisect(plain.ends, match.start()), bisect(plain.ends, match.end() - 1)
        gaps = "".join(text[plain.starts[index] - 1] for index in range(first + 1, last + 1))
        for run in _LETTER_RUN.finditer(re.sub(r"[^ ]", ".", gaps)):
            cut.update(range(first + 1 + run.start(), first + 1 + run.end()))
    return cut


def _split(text: str, plain: Tokens, left: int, right: int) -> bool:
    """Are two tokens parts of one word? Only a tatweel at the gap says so, and not every one does."""
    end, start = plain.ends[left], plain.starts[right]
    opened, closed = text[end - 1] == "ـ", text[start] == "ـ"
    if not (opened or closed) or not _SPLIT_GAP.fullmatch(text, end, start):
        return False
    word, following = plain.words[left], plain.words[right]
    if following[0].isdigit() or word[-1].isdigit():
        return False  # الـ 15
    if not closed and word in _PROCLITICS:
        return False  # a word of its own after لـ
    hijri = word == "ه" and left > 0 and plain.words[left - 1].isdigit()
    return not hijri
