"""Which places a text names: a gazetteer of town names, matched in Arabic and in Latin letters.

A name is found at the word, whatever is glued to it (و ف ب ل ك ال) and however it is spelled; names that are
ordinary words too count only where the words around them say "place".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.models import Place
from workers import placetables
from workers.localities import told_places
from workers.placenames import (
    ARTICLES,
    LONGEST,
    canonical,
    fold,
    folded_words,
    keys,
    offset,
    split_words,
    variants,
)
from workers.placetables import RANK, Entry

NEAR = 60  # characters between a place that no table knows and the area it lies in
_SURE = ("country", "governorate", "city")  # known well enough to be believed without a place word

_TOKEN = re.compile(r"[^\W_](?:[\w'’‘ʿʾʻ`ـ\u064B-\u0670\u200B-\u200F]*\w)?[\u064B-\u0652ـ]*")
_TURKISH_END = re.compile(
    r"['’](?:[yn]?[ae]|[dt][ae](?:n|ki)?|n?[ıiuü]n|[yn]?[ıiuü]|l[ae]r|nd[ae]n?|yl[ae])$"
)
_JOIN = re.compile(r"[\s\-–‐ـ]{1,3}")  # what may stand between the words of one name
_LISTED = re.compile(r"\s*(?:[،,/]|and\b)?\s*و?\s*")  # … and between the places of one list

# Words that make what follows a place. The nouns suffice for any name, the others not for ordinary words.
_NOUNS = folded_words(
    "مدينة مدينتي بلدة بلدتي بلدات بلدتا مدن قرية قريتي قرى حي حيي أحياء ناحية منطقة قضاء محافظة مخيم ريف "
    "ضاحية مديرية ولاية قرب محيط أطراف مشارف city town village towns villages district neighbourhood "
    "neighborhood province governorate subdistrict camp near "
    "bajarê gundê navçeya taxa kampa bajarokê şarê ville village quartier camp région province "
    "شاری گوندی ناوچەی گەڕەکی شارۆچکەی کامپی قەزای پارێزگای"
)
_DIRECTIONS = folded_words(
    "شرقي شرق غربي غرب شمالي شمال جنوبي جنوب وسط بين باتجاه نحو outside around north south east west of"
)
_PREPOSITIONS = folded_words("في من إلى الى in at from to toward towards")
_GOVERNORATE_NOUNS = folded_words("محافظة ريف ولاية province governorate countryside")
_TOWN_NOUNS = folded_words("مدينة مدينتي بلدة بلدتي قرية city town village")
# The town, the quarter, the prison: whichever the text means, not the place of that name.
_NEVER_BARE = folded_words(
    "السوق مرور الجمعة القضاء المدينة الحي السجن المنطقة القرية البلدة البلد المخيم الناحية القضاء الولاية المحافظة عين الفصائل الجيش النهر"
)
# Names of bodies and outlets that hold a place's name and name no place.
_MASKS = re.compile(
    r"(?:قوات|مجلس) سوريا الديمقراطية|تلفزيون سوريا|حلب اليوم|صوت العاصمة|عين الفرات"
    r"|العراق والشام|(?:Iraq and|Iraq &) (?:Syria|the Levant)|Syria TV",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """A place at `text[start:end]`, in code points of the original."""

    start: int
    end: int
    place: Place


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    folded: str


@dataclass(slots=True)
class _Match:
    start: int
    end: int
    entries: list[Entry]
    cue: str  # the word before, folded and freed of proclitics
    glued: bool  # a preposition is glued to it
    token: int  # index of its first word
    key: str


class Gazetteer:
    """Places by name. Build it once; it is never changed by a search."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_code: dict[str, Entry] = {}
        self._by_key: dict[str, list[Entry]] = {}
        self._common: set[str] = set()
        for entry in entries:
            if entry.kind == "word":
                self._common.update(fold(word) for word in (*entry.names, *entry.names_ar))
            else:
                self._add(entry)
        self._firsts = {key.split(" ", 1)[0] for key in self._by_key}
        self._within = {code: self._ancestors(entry) for code, entry in self._by_code.items()}

    def names(self) -> list[str]:
        """Every place's name, English and Arabic, for suggestions."""
        shown = (names[0] for e in self._by_code.values() for names in (e.names, e.names_ar) if names)
        return list(dict.fromkeys(shown))

    def resolve(self, name: str) -> list[Place]:
        """The places called so, or of that code; the widest first. Unknown: empty."""
        by_code = self._by_code.get(name.strip()) or self._by_code.get(name.strip().upper())
        if by_code:
            return [self._place(by_code, name)]
        folded = split_words(name)
        if folded and folded[0] in _NOUNS:
            found = self._lookup(folded) or self._lookup(folded[1:])
        else:
            found = self._lookup(folded)
        return [self._place(entry, name) for entry in sorted(found, key=lambda e: -RANK[e.kind])]

    def knows(self, name: str) -> bool:
        """Is there a place of this name or code?"""
        return bool(self.resolve(name))

    def within(self, inner: Place, outer: Place) -> bool:
        """Is `inner` the same place as `outer`, or does it lie in it?"""
        return bool(outer.code) and (inner.code == outer.code or outer.code in inner.within)

    def find(self, text: str, *, country: str = "") -> list[PlaceHit]:
        """The places that `text` names: the most local first, then in the order of the text.

        `country` (ISO 3166, two letters) is where the outlet reports from: it decides between namesakes.
        """
        matches = self._believed(text, list(self._matches(text)))
        chosen = self._choose(matches, country)
        hits = [
            PlaceHit(match.start, match.end, self._place(entry, text[match.start : match.end]))
            for match, entry in zip(matches, chosen, strict=True)
        ]
        hits += self._told(text, hits)
        holders = {code for hit in hits for code in hit.place.within}
        return sorted(hits, key=lambda hit: (hit.place.code in holders, hit.start))

    def _told(self, text: str, hits: list[PlaceHit]) -> list[PlaceHit]:
        """Places that the text itself calls so and no table knows; they lie in the nearest one that is known."""
        found = []
        for start, end in told_places(text, [(hit.start, hit.end) for hit in hits]):
            near = min(hits, key=lambda hit: abs(hit.start - end), default=None)
            around: tuple[str, ...] = ()
            if near is not None and abs(near.start - end) <= NEAR:
                around = (near.place.code, *near.place.within)
            name, area = text[start:end], self._area(around)
            found.append(PlaceHit(start, end, Place(name, name, name, "", None, None, around, *area)))
        return found

    # ------------------------------------------------------------ building

    def _add(self, entry: Entry) -> None:
        known = self._by_code.get(entry.code)
        if known:  # another table adds spellings; its own stay, and the later name is shown
            known.names = list(dict.fromkeys([*entry.names, *known.names]))
            known.names_ar = list(dict.fromkeys([*entry.names_ar, *known.names_ar]))
            known.kind = max(known.kind, entry.kind, key=lambda kind: RANK[kind])
            entry = known
        self._by_code[entry.code] = entry
        for name in (*entry.names, *entry.names_ar):
            for key in keys(name, entry.kind):
                same = self._by_key.setdefault(key, [])
                if entry not in same:
                    same.append(entry)

    def _ancestors(self, entry: Entry) -> tuple[str, ...]:
        found = dict.fromkeys(entry.parents)
        for code in entry.parents:
            if parent := self._by_code.get(code):
                found.update(dict.fromkeys(parent.parents))
        if entry.country and entry.code != entry.country:
            found[entry.country] = None
        return tuple(found)

    def _place(self, entry: Entry, text: str) -> Place:
        name_ar = entry.names_ar[0] if entry.names_ar else ""
        name = entry.names[0] if entry.names else name_ar
        within = self._within[entry.code]
        area, area_ar = self._area(within)
        return Place(text, name, name_ar, entry.code, entry.lat, entry.lon, within, area, area_ar)

    def _area(self, within: Sequence[str]) -> tuple[str, str]:
        """The names of the governorate among these codes."""
        for code in within:
            entry = self._by_code.get(code)
            if entry and entry.kind == "governorate":
                return (entry.names or entry.names_ar)[0], (entry.names_ar or entry.names)[0]
        return "", ""

    def _lookup(self, words: Sequence[str]) -> list[Entry]:
        return self._by_key.get(" ".join(canonical(words)), [])

    # ------------------------------------------------------------ finding

    def _matches(self, text: str) -> Iterator[_Match]:
        """Every name in the text, longest first at each word, none overlapping."""
        masked = _MASKS.sub(lambda match: "\n" * len(match[0]), text)
        words = [_word(m.start(), m[0]) for m in _TOKEN.finditer(masked)]
        index = 0
        while index < len(words):
            found = self._match_at(masked, words, index)
            if found is None:
                index += 1
                continue
            length, match = found
            yield match
            index += length

    def _match_at(self, text: str, words: list[_Word], index: int) -> tuple[int, _Match] | None:
        run = [words[index]]
        for word in words[index + 1 : index + LONGEST + 1]:
            if not _JOIN.fullmatch(text, run[-1].end, word.start):
                break
            run.append(word)
        forms = [v for v in variants(run[0].folded) if v[0] in self._firsts or v[0] in ARTICLES]
        for length in range(len(run), 0, -1):
            for first, cut in forms:
                if cut and length == 1 and len(first) < 3:
                    continue  # so short a rest is no name by itself: بتل رفعت, but not بتل
                entries = self._lookup([first, *(word.folded for word in run[1:length])])
                if entries:
                    start = run[0].start + offset(text[run[0].start : run[0].end], cut)
                    cue = _bare(words[index - 1].folded) if _adjoins(text, words, index) else ""
                    key = " ".join([first, *(word.folded for word in run[1:length])])
                    glued = cut > 0 and run[0].folded[cut - 1] in "بل"
                    return length, _Match(start, run[length - 1].end, entries, cue, glued, index, key)
        return None

    def _believed(self, text: str, matches: list[_Match]) -> list[_Match]:
        """Those that mean a place: well known, told by the words before, or in a list with one that is."""
        kept: list[_Match] = []
        for match in matches:
            listed = bool(
                kept
                and match.start - kept[-1].end < 8
                and _LISTED.fullmatch(text, kept[-1].end, match.start)
                and match.start > kept[-1].end + 1
            )
            if self._is_place(text, match, listed=listed):
                kept.append(match)
        return kept

    def _is_place(self, text: str, match: _Match, *, listed: bool) -> bool:
        latin = text[match.start].isascii()
        if latin and " " not in match.key and not text[match.start].isupper():
            return False
        if match.key in _NEVER_BARE and match.cue not in _NOUNS:
            return False
        if match.key in self._common:
            if latin:
                return match.cue in _NOUNS | _DIRECTIONS | _PREPOSITIONS
            return match.cue in _NOUNS or (_known(match) and (listed or match.cue == "في"))
        if " " in match.key or _known(match):
            return True
        if latin:
            return True
        told = match.cue == "في" and any(entry.kind == "town" for entry in match.entries)
        return listed or told or match.cue in _NOUNS or match.cue in _DIRECTIONS

    def _choose(self, matches: list[_Match], country: str) -> list[Entry]:
        """One entry for each match: namesakes are told apart by what else the text names."""
        sure = (e for m in matches for e in m.entries if len(m.entries) == 1 or e.kind == "governorate")
        anchors = list({entry.code: entry for entry in sure}.values())
        areas = {entry.code for entry in anchors if entry.kind == "governorate"}
        lands = {entry.country for entry in anchors}

        def score(entry: Entry, match: _Match) -> float:
            points = float(RANK[entry.kind])
            if match.cue in _GOVERNORATE_NOUNS:
                points += 6 * (entry.kind == "governorate")
            elif match.cue in _TOWN_NOUNS:
                points -= 6 * (entry.kind in ("governorate", "country"))
            points += 6 * bool(areas.difference(e.code for e in match.entries).intersection(entry.parents))
            points += 4 * (bool(country) and entry.country == country.upper())
            points += 2 * (entry.country in lands)
            others = [anchor for anchor in anchors if anchor.code not in {e.code for e in match.entries}]
            return points - min(3.0, _distance(entry, others) / 100)

        return [
            max(m.entries, key=lambda entry: score(entry, m)) if len(m.entries) > 1 else m.entries[0]
            for m in matches
        ]


def _word(start: int, token: str) -> _Word:
    """A token; Turkish endings behind an apostrophe are no part of a name."""
    name = _TURKISH_END.sub("", token) if "'" in token or "’" in token else token
    return _Word(start, start + len(name), fold(name))


def _known(match: _Match) -> bool:
    return any(entry.kind in _SURE for entry in match.entries)


def _distance(entry: Entry, others: Sequence[Entry]) -> float:
    """Kilometres to the nearest of the others; 0 where nothing is known."""
    if entry.lat is None or entry.lon is None:
        return 0.0
    lat, lon = entry.lat, entry.lon
    spans = (
        111 * math.hypot(lat - other.lat, (lon - other.lon) * math.cos(math.radians(lat)))
        for other in others
        if other.lat is not None and other.lon is not None and other.kind != "country"
    )
    return min(spans, default=0.0)


def _bare(word: str) -> str:
    """A place word without what is glued to it: وبلدة is بلدة."""
    for form, _ in variants(word):
        for known in (form, form.removeprefix("ال")):
            if known in _NOUNS or known in _DIRECTIONS or known in _PREPOSITIONS:
                return known
    return word


def _adjoins(text: str, words: list[_Word], index: int) -> bool:
    """Is the word before in the same phrase? Quotes and colons may stand between, a full stop may not."""
    if index == 0:
        return False
    between = text[words[index - 1].end : words[index].start]
    return len(between) <= 4 and not re.search(r"[.،,;؛!?؟\n]", between)


def load(files: Sequence[Path] = ()) -> Gazetteer:
    """The packaged places and those of an admin's files (`places.files`). ConfigError naming file and line."""
    return Gazetteer(placetables.rows(files))
