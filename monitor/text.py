"""Text that is compared, logged or shown: folding and cleaning, without any meaning."""

from __future__ import annotations

import re
import unicodedata

# Bidi embeddings, overrides, isolates and marks; zero-width characters; soft hyphen; BOM.
_INVISIBLE = (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xAD, 0x61C, 0xFEFF)
_DROP_INVISIBLE = dict.fromkeys(_INVISIBLE)
_CONTROLS = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}
_FOLD = {
    **_DROP_INVISIBLE,
    **dict.fromkeys(range(0x610, 0x61B)),
    **dict.fromkeys(range(0x64B, 0x660)),
    0x640: None,  # tatweel
    0x130: "i",  # İ, which casefold would split in two
    0x670: None,
    **{ord(char): "ا" for char in "أإآٱ"},
    ord("ى"): "ي",
    ord("ی"): "ي",
    ord("ة"): "ه",
    ord("ک"): "ك",
    ord("ؤ"): "و",
    ord("ئ"): "ي",
    **{0x660 + digit: str(digit) for digit in range(10)},
    **{0x6F0 + digit: str(digit) for digit in range(10)},
}
_NOT_WORD = re.compile(r"[^\w]+")


def clean(text: str) -> str:
    """Text without controls, ANSI escapes or invisible direction marks; newlines and tabs stay."""
    return text.translate(_CONTROLS).translate(_DROP_INVISIBLE)


def one_line(text: str, limit: int = 0) -> str:
    """Clean text on one line; longer than `limit` characters (0: no limit) it ends in `…` at a word."""
    line = " ".join(clean(text).split())
    return shorten(line, limit) if limit else line


def shorten(text: str, limit: int) -> str:
    """Text of at most `limit` characters, cut at a word where one ends in the last third."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    space = head.rfind(" ")
    return (head[:space] if space > limit * 2 // 3 else head).rstrip() + "…"


def fold(text: str) -> str:
    """A form in which spelling variants of one text are equal: words only, one space between."""
    return _NOT_WORD.sub(" ", fold_letters(text)).strip()


def fold_letters(text: str) -> str:
    """The letters of `fold`, everything else as it is: for patterns that are matched against folded text."""
    return unicodedata.normalize("NFKC", text).translate(_FOLD).casefold()


def isolate(text: str) -> str:
    """Text between first-strong isolates, so that its direction cannot disturb the line around it."""
    return f"\u2068{text}\u2069"
