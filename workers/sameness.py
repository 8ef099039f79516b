"""Whose words are these? Near-duplicate texts, whom a text cites, how many sources are independent. Pure."""

from __future__ import annotations

import re
from array import array
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence

from rensa import RMinHash

from monitor.alerts import Source
from monitor.text import fold

HASHES = 64  # of a sketch: its estimate of what two texts share is off by 0.06 or less
WORDS = 3  # of a shingle
ALIKE = 0.5  # of all shingles of two texts that both hold
TAKEN = 0.8  # of the shorter text's shingles that the longer one holds: a report cut short or framed
LEAST = 6  # shingles; shorter texts are too alike by chance
_SEED = 20_260
_PROCLITICS = ("وال", "فال", "بال", "كال", "لل", "ال")


def sketch(text: str) -> str:
    """A short form of a text in which near-duplicates can be told, the same in every process; "" without words."""
    shingles = sorted(_shingles(text))
    if not shingles:
        return ""
    minhash = RMinHash(num_perm=HASHES, seed=_SEED)
    minhash.update(shingles)
    low = array("H", (value & 0xFFFF for value in minhash.digest()))
    return f"{len(shingles)}:{b64encode(low.tobytes()).decode()}"


def likeness(one: str, other: str) -> float:
    """From 0 to 1, how near to duplicates two sketched texts are; 0.5 and more: one was made from the other."""
    if not one or not other:
        return 0.0
    (size, left), (other_size, right) = _parts(one), _parts(other)
    least, most = sorted((size, other_size))
    if least < LEAST:
        return 1.0 if (size, left) == (other_size, right) else 0.0
    shared = sum(a == b for a, b in zip(left, right, strict=True)) / HASHES
    held = min(1.0, shared * (size + other_size) / (1 + shared) / least)
    framed = held * ALIKE / TAKEN if most <= 12 * least else 0.0  # of a speck in a long text nothing is known
    return max(shared, framed)


def near(one: str, other: str) -> bool:
    """Are two sketched texts the same report, reworded at most here and there?"""
    return likeness(one, other) >= ALIKE


def same_headline(one: str, other: str) -> bool:
    """Does the longer headline hold every word of the shorter one, and little more?"""
    left, right = set(fold(one).split()), set(fold(other).split())
    least, most = sorted((left, right), key=len)
    return len(least) >= 4 and least <= most and len(most) <= 2 * len(least)


def other_names(one: str, other: str) -> bool:
    """Are two headlines of one pattern, with other names in it: a form letter for two towns?"""
    left, right = set(fold(one).split()), set(fold(other).split())
    shared, most = len(left & right), max(len(left), len(right))
    return bool(left - right and right - left) and shared >= 3 and shared >= 0.5 * most


def rewritten(old: str, new: str) -> bool:
    """Does a text say something else now: other figures, or fewer than half of its words?"""
    before, after = fold(old).split(), fold(new).split()
    figures = [[word for word in words if word.isdigit()] for words in (before, after)]
    kept = len(set(before) & set(after))
    return bool(before) and (figures[0] != figures[1] or kept < 0.5 * max(len(set(before)), len(set(after))))


def independent(sources: Sequence[Source], texts: Mapping[str, str]) -> int:
    """How many sources do not stand on each other: one outlet, one text and one cited body count once."""
    groups: list[tuple[set[str], list[str]]] = []  # (names, sketches)
    for source in sources:
        names = {_name(source.outlet), *([_name(source.cites)] if source.cites else ())}
        sketches = [text] if (text := texts.get(source.item)) else []
        apart = []
        for group in groups:
            if group[0] & names or any(near(a, b) for a in group[1] for b in sketches):
                names, sketches = group[0] | names, group[1] + sketches
            else:
                apart.append(group)
        groups = [*apart, (names, sketches)]
    return len(groups)


# ---------------------------------------------------------------- words


def _shingles(text: str) -> set[str]:
    words = [_bare(word) for word in fold(text).split()]
    if len(words) <= WORDS:
        return {" ".join(words)} if words else set()
    return {" ".join(words[index : index + WORDS]) for index in range(len(words) - WORDS + 1)}


def _bare(word: str) -> str:
    for glued in _PROCLITICS:
        if word.startswith(glued) and len(word) - len(glued) >= 3:
            return word[len(glued) :]
    return word


def _parts(text: str) -> tuple[int, array[int]]:
    size, _, packed = text.partition(":")
    values: array[int] = array("H")
    values.frombytes(b64decode(packed))
    return int(size), values


# ---------------------------------------------------------------- who is cited

_AGENCIES = {
    key: [fold(name) for name in names.split(", ")]
    for key, names in {
        "sana": "سانا, sana, وكالة الأنباء السورية, الوكالة السورية للأنباء, syrian state media, syrian state news agency",
        "sohr": "المرصد السوري لحقوق الإنسان, المرصد السوري, syrian observatory for human rights, syrian observatory, sohr",
        "snhr": "الشبكة السورية لحقوق الإنسان, syrian network for human rights, snhr",
        "reuters": "رويترز, reuters",
        "afp": "فرانس برس, الوكالة الفرنسية, afp, agence france presse",
        "ap": "أسوشيتد برس, associated press",
        "dpa": "وكالة الأنباء الألمانية, dpa",
        "anadolu": "الأناضول, anadolu, anadolu agency",
        "ina": "واع, وكالة الأنباء العراقية, iraqi news agency",
        "nna": "الوكالة الوطنية للإعلام, national news agency",
        "wafa": "وفا, wafa",
        "suna": "سونا, suna",
        "saba": "سبأ, saba",
        "north press": "نورث برس, north press",
        "white helmets": "الدفاع المدني السوري, الخوذ البيضاء, white helmets, syria civil defence",
        "iom": "المنظمة الدولية للهجرة, international organization for migration, iom",
    }.items()
}
_CUES = (
    "نقلا عن|نقلت|نقلته|بحسب|حسب|حسبما|وفق|وفقا|استنادا الي|افاد|افادت|ذكر|ذكرت|قال|قالت|اعلن|اعلنت|اورد|اوردت"
    "|according to|citing|cited by|quoting|reported by|told"
)
_BETWEEN = r"(?:\s+(?:عن|ان|وكاله|the|news|agency)){0,2}\s+(?:ل|لل)?"
_PERSON = re.compile(
    r"(?<!\w)[ولب]?(?:ال|لل)?(?:ناشط|صحفي|صحافي|مراسل|اعلامي)(?:ه)?\s+(?!في\b|من\b|ان\b)(\w{3,}\s+(?:ال)?\w{3,})"
    r"|\b(?:activist|journalist)\s+([a-z]{2,}\s+[a-z]{2,})"
)
_POST = re.compile(
    r"https?://(?:www\.)?(?:t\.me|facebook\.com|fb\.com|x\.com|twitter\.com|instagram\.com|youtu\.be)/[\w./?=&%-]+"
)
_HANDLE = re.compile(r"(?<![\w@./])@[a-z]\w{3,}", re.IGNORECASE)


def cites(text: str) -> str | None:
    """The agency, person or post a text says it has its news from; None where it names none."""
    if post := _POST.search(text):
        return post[0].rstrip("./?").casefold()
    plain = fold(text)
    found = [(match.start(), name) for name, cited in _CITED.items() if (match := cited.search(plain))]
    if person := _PERSON.search(plain):
        found.append((person.start(), " ".join((person[1] or person[2]).split())))
    if found:
        return min(found)[1]
    handle = _HANDLE.search(text)
    return handle[0].casefold() if handle else None


def _cited(names: Sequence[str]) -> re.Pattern[str]:
    """Any of the names behind a word of citing, before "said" or as the text's last word."""
    either = "|".join(names)
    return re.compile(
        rf"(?<!\w)(?:[وف]?(?:{_CUES}){_BETWEEN}|لل?)(?:{either})(?!\w)"
        rf"|(?<!\w)(?:{either})(?:\s+(?:says|said|reported|reports))(?!\w)|(?<!\w)(?:{either})$"
    )


_CITED = {key: _cited(names) for key, names in _AGENCIES.items()}


def _name(name: str) -> str:
    """An outlet or a cited body by the name that all its spellings share."""
    plain = fold(name)
    return next((key for key, names in _AGENCIES.items() if plain in names), plain)
