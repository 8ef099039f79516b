"""How a place's name is spelled: forms in which its spellings are equal, what may be glued to its front. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

LONGEST = 5  # words in a name
_TURKISH = str.maketrans({"ı": "i", "ş": "s", "ğ": "g", "ç": "c", "ö": "o", "ü": "u"})
_FOLD = {
    **dict.fromkeys([*range(0x610, 0x61B), *range(0x64B, 0x660), *range(0x200B, 0x2010), 0x640, 0x670]),
    **dict.fromkeys(map(ord, "'’‘ʿʾʻ`")),
    **{ord(char): "ا" for char in "أإآٱ"},
    **{ord(char): "ي" for char in "ىیئ"},
    ord("ة"): "ه",
    ord("ک"): "ك",
    ord("ؤ"): "و",
}
_BREAKS = {ord(char): " " for char in "-–‐/(),.،:"}
ARTICLES = frozenset(["al", "el", "ar", "as", "ad", "az", "at", "an", "ash", "adh", "ath", "ez", "es"])
_PROCLITICS = tuple(sorted(("و", "ف", "ب", "ل", "ك", "وب", "ول", "فب", "فل", "وك"), key=len))


def fold(word: str) -> str:
    """A word in the form in which its spellings are equal."""
    if not word.isascii():
        word = word.translate(_FOLD)
    elif not word.isalpha():
        word = word.replace("'", "").replace("`", "")
    if word.isascii() or "\u0600" <= word[0] <= "\u06ff":
        return word.lower()
    flat = unicodedata.normalize("NFKD", word.lower().translate(_TURKISH))
    return "".join(char for char in flat if not unicodedata.combining(char))


def split_words(name: str) -> list[str]:
    """The folded words of a name."""
    return [folded for word in name.translate(_BREAKS).split() if (folded := fold(word))]


def folded_words(text: str) -> frozenset[str]:
    """The words of a text, each folded."""
    return frozenset(fold(word) for word in text.split())


def canonical(words: Sequence[str]) -> Sequence[str]:
    """English articles written alike: `ar-Raqqa` is `al-Raqqa`."""
    return ["al" if word in ARTICLES else word for word in words]


def keys(name: str, kind: str) -> set[str]:
    """The forms under which a name is looked up."""
    words = split_words(name)
    if not words or len(words) > LONGEST:
        return set()
    words = list(canonical(words))
    found = {" ".join(words)}
    if words[0] == "al" and len(words) > 1 and len(words[1]) > 3:
        found.add(" ".join(words[1:]))
    if kind == "governorate" and words[0].startswith("ال") and len(words[0]) > 5:
        found.add(" ".join([words[0][2:], *words[1:]]))  # حسكة
    return found


def variants(word: str) -> Iterator[tuple[str, int]]:
    """The word as it is, then without what may be glued to its front, with the letters that were cut."""
    yield word, 0
    for glued in _PROCLITICS:
        if word.startswith(glued) and len(word) - len(glued) >= 2:
            rest = word[len(glued) :]
            yield rest, len(glued)
            if glued.endswith("ل") and rest.startswith("ل"):
                yield "ا" + rest, len(glued)  # للرقة is ل + الرقة


def offset(original: str, letters: int) -> int:
    """Where in the original word its folded form goes on after so many letters."""
    position = seen = 0
    while position < len(original) and (
        seen < letters or original[position : position + 1].translate(_FOLD) == ""
    ):
        seen += original[position].translate(_FOLD) != ""
        position += 1
    return position if letters else 0
