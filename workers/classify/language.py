"""Which languages a text is written in, by script and small words. Pure.

No text is skipped: one whose language is unknown is read with the lexicons of its script.
"""

from __future__ import annotations

import re

_ARABIC = re.compile(r"[\u0620-\u06ff]+")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]{2,}")
_SORANI = re.compile(r"[ێۆڵڕە]")
_SORANI_WORDS = re.compile(
    r"(?<!\w)(?:لە|له|بۆ|بو|کە|كه|ئەو|ئه‌و|ئەم|لەگەڵ|نێوان|بوو|دوای|هەروەها|پێش|کرد|كرد)(?!\w)"
)
_ARABIC_WORDS = re.compile(r"(?<!\w)(?:في|من|على|إلى|الى|عن|أن|التي|الذي|بعد|هذا|مع|بين)(?!\w)")
_FOREIGN_TO_ARABIC = re.compile(r"[پچژگڤ]")
_MARKS = {
    "kmr": re.compile(r"[êîûÊÎÛ]"),
    "tr": re.compile(r"[ğışİŞĞçÇöÖüÜ]"),
    "fr": re.compile(r"[éèàùœÉÈÀ]"),
}
_WORDS = {
    "kmr": "ji li di ku bi jî ne de hat hatin hatine kir kirin wan xwe ev vê wê bo lê yên dike dikin bû bûn navbera "
    "berdewam piştî hêzên kes gund malên derve",
    "tr": "ve bir bu için ile olarak da de sonra olan kadar icin gibi edildi ilan arasinda arasında tarafindan "
    "tarafından kişi kisi oldu göre gore yeni dedi var sokağa sokaga cikma çıkma yasağı yasagi nin nda dan den",
    "fr": "le les des une un dans est sur au aux par du et la ont pour que qui avec leurs plus entre après sont été "
    "depuis ce cette en se ne pas feu",
    "en": "the of in and to is at on by after for was were from that with as an have has are their been amid over "
    "under into who this until near he they will not it its",
}
_SMALL = {
    code: re.compile(rf"(?<!\w)(?:{'|'.join(words.split())})(?!\w)", re.I) for code, words in _WORDS.items()
}
_FAMILIES = {"ku": ("kmr", "ckb"), "ckb": ("ckb",), "kmr": ("kmr",), "fa": (), "kur": ("kmr", "ckb")}
_SAMPLE = 800  # characters that tell a text's language
_LONG = 60  # characters of a script that are more than a name
_LINE = 40  # a line this long may be of another language than the text
_PREFERRED = 3  # small words' worth of trust in what the feed says


def languages(text: str, hint: str = "") -> list[str]:
    """The languages to read a text in, the main one first. A hint that the text belies is not believed."""
    head = text[:_SAMPLE]
    arabic = sum(map(len, _ARABIC.findall(head)))
    latin = "" if arabic > 0.8 * len(head) else " ".join(_LATIN.findall(head))
    code = hint[:3].lower().rstrip("-_")
    hints = _FAMILIES.get(code, (code[:2],))
    found: list[str] = []
    if arabic * 3 > len(latin) or arabic > _LONG:
        found.append(_eastern(head, arabic, hints))
    if len(latin) > _LONG or not found:
        found += _western(latin, hints, sure=len(latin) > _LONG)
    if len(found) > 1 and len(latin) > arabic:
        found = [*found[1:], found[0]] if found[0] in ("ar", "ckb") else found
    return found + [other for other in _others(text, found) if other not in found]


def _eastern(text: str, letters: int, hints: tuple[str, ...]) -> str:
    """Arabic or Sorani, which some outlets write with Arabic letters alone."""
    sorani = len(_SORANI.findall(text)) * 30 > letters
    if not sorani:
        kurdish, arabic = len(_SORANI_WORDS.findall(text)), len(_ARABIC_WORDS.findall(text))
        foreign = len(_FOREIGN_TO_ARABIC.findall(text)) * 60 > letters
        sorani = (kurdish > arabic and (foreign or "ckb" in hints)) or ("ckb" in hints and not arabic)
    return "ckb" if sorani else "ar"


def _western(text: str, hints: tuple[str, ...], *, sure: bool) -> list[str]:
    """The likeliest language of a Latin text; of a few words without any clue, every one that it may be."""
    score = {code: len(small.findall(text)) for code, small in _SMALL.items()}
    for code, marks in _MARKS.items():
        score[code] += 2 * len(marks.findall(text))
    hinted = next((code for code in hints if code in score), "")
    if hinted:
        score[hinted] += _PREFERRED
    ranked = sorted(score, key=lambda code: -score[code])
    if not score[ranked[0]]:
        return ["en"] if sure else ["en", "fr", "tr", "kmr"]
    doubtful = score[ranked[1]] and score[ranked[1]] * 4 >= score[ranked[0]] * 3
    return ranked[:2] if doubtful else ranked[:1]


def _others(text: str, found: list[str]) -> list[str]:
    """Languages of whole lines further on, in a script that the beginning does not show."""
    if found[0] in ("ar", "ckb"):
        return []
    lines = (line for line in text[_SAMPLE:].splitlines() if len(line) > _LINE)
    for line in lines:
        letters = sum(map(len, _ARABIC.findall(line)))
        if letters > _LINE:
            return [_eastern(line, letters, ())]
    return []
