"""Where a find happened, of all the places that an item names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from monitor.models import Place
from workers.classify.context import Find
from workers.localities import cued_places, likely_place
from workers.places import PlaceHit

_TOWARDS = re.compile(
    r"\b(?:إلى|الى|نحو|باتجاه|صوب|جهة|لجهة|قاصدين|بەرەو|ber bi|vers|to|towards?|into)(?:\s+\w+){0,2}\s+$"
)
_HOSPITAL = re.compile(r"(?:مستشفى|مستشفيات|مشفى|مشافي|مشفي)(?:\s+\w+)?\s+$|\bhospitals? (?:in|of) $")
NEARBY = 500  # characters before a sentence in which its place may be named
OPENING = 150  # characters of the body that may say where in the area that a sentence names


class Places(Protocol):
    """What the classifier asks of a gazetteer."""

    def find(self, text: str, *, country: str = "") -> list[PlaceHit]: ...


def hits_near(text: str, found: list[Find], country: str, gazetteer: Places | None) -> list[PlaceHit]:
    """The places named at the text's beginning and near its finds: a long text is not searched whole."""
    if gazetteer is None:
        return []
    windows = [(0, NEARBY)]
    for find in found:
        start, end = find.sentence.span(find.sentence.first, find.sentence.last)
        if start - NEARBY <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(windows[-1][1], end))
        else:
            windows.append((start - NEARBY, end))
    read = "\n".join(text[start:end] for start, end in windows)
    result, offset = [], 0  # of a window in what is read
    hits = sorted(gazetteer.find(read, country=country), key=lambda hit: hit.start)
    for start, end in windows:
        end = min(end, len(text))
        inside = (hit for hit in hits if offset <= hit.start < offset + end - start)
        result += [
            PlaceHit(hit.start - offset + start, hit.end - offset + start, hit.place) for hit in inside
        ]
        offset += end - start + 1
    return result


def places_of(
    find: Find, text: str, sentence: tuple[int, int], hits: dict[str, list[PlaceHit]], *, aside: bool
) -> tuple[Place, ...]:
    """Of the sentence, else of the title, else the nearest before it; and the title's beside it, unless told `aside`."""
    own = hits[find.field]
    named = [hit for hit in own if sentence[0] <= hit.start < sentence[1]]
    inside = [hit.place for hit in named if not _treats(text, hit)]
    if not inside and not any(hit.place for hit in (*hits["title"], *own) if hit not in named):
        inside = [hit.place for hit in named]
    if not inside:
        before = specific([hit.place for hit in own if hit.start < sentence[0]])
        # "In the town": the one that the title names, else the one named last.
        inside = (
            specific([hit.place for hit in hits["title"]])[:1]
            or before[-1:]
            or specific([hit.place for hit in own])[:1]
            or specific([hit.place for hit in hits["body"] if hit.start < OPENING])[:1]
        )
    elif all(_flees_to(find, text, hit) for hit in own if hit.place in inside):
        origin = specific([hit.place for hit in own if hit.start < sentence[0]])
        inside = [*origin[-1:], *inside]
    if all(_is_wide(hit.place) or _flees_to(find, text, hit) for hit in own if hit.place in inside):
        inside = [*_cued(text, sentence, own), *inside]
    areas = {place.code for place in inside}
    opening = [*hits["title"], *(hit for hit in hits["body"] if hit.start < OPENING)]
    closer = [hit.place for hit in opening if areas.intersection(hit.place.within)]
    if find.field == "title":
        closer += [hit.place for hit in opening[len(hits["title"]) :] if not hit.place.code][:1]
    found = specific(distinct((*closer, *inside)))
    if find.field == "body" and not aside:
        found = [*found, *_of_title(found, hits["title"])]
    return tuple(found)


def _of_title(found: list[Place], title: list[PlaceHit]) -> list[Place]:
    """The place that the headline names beside those that the news itself names, if it is another."""
    known = {code for place in found for code in (place.code, *place.within)}
    areas = {place.code for place in found if place.code}
    named = specific([hit.place for hit in title])
    return [one for one in named if one.code not in known and areas.isdisjoint(one.within)][:1]


def unknown_place(title: str, said: str, body: str) -> tuple[Place, ...]:
    """The place in no gazetteer that the sentence, the headline or the opening seems to name."""
    name = likely_place(title, said, body[:OPENING])
    return (Place(name, name, name),) if name else ()


def _cued(text: str, sentence: tuple[int, int], known: list[PlaceHit]) -> list[Place]:
    """The first place of the sentence that only the words beside it make one: closer than an area, or where people left."""
    for start, end in cued_places(text[slice(*sentence)]):
        first, last = start + sentence[0], end + sentence[0]
        if not any(first < hit.end and hit.start < last for hit in known):
            name = text[first:last]
            return [Place(name, name, name)]
    return []


def _is_wide(place: Place) -> bool:
    """Is it a country or a governorate?"""
    return bool(place.code) and not place.area


def _flees_to(find: Find, text: str, hit: PlaceHit) -> bool:
    return find.category == "displacement" and _is_destination(text, hit)


def _treats(text: str, hit: PlaceHit) -> bool:
    """Is it only where the wounded were taken?"""
    return _HOSPITAL.search(text, max(0, hit.start - 30), hit.start) is not None


def _is_destination(text: str, hit: PlaceHit) -> bool:
    """Do people go there, rather than leave it?"""
    return _TOWARDS.search(text, max(0, hit.start - 30), hit.start) is not None


def specific(places: list[Place]) -> list[Place]:
    """Without the areas that another place of the list lies in; but the town that a quarter no table knows lies in stays."""
    outer = {
        code for place in places for code in place.within if place.code or code not in _town(place, places)
    }
    return [place for place in places if place.code not in outer] or places


def distinct(places: Iterable[Place]) -> list[Place]:
    return list({place.code or place.name: place for place in places}.values())


def _town(place: Place, places: list[Place]) -> set[str]:
    """The code of the place that an unknown one lies in, where that is named and smaller than a governorate."""
    return {one.code for one in places if place.within[:1] == (one.code,) and one.name != place.area}
