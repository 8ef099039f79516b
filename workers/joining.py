"""Who joins whom: which open incidents a mention tells of. Pure.

A wrong join hides news and a wrong split only repeats it: what is in doubt stays apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.alerts import Incident, Source
from monitor.models import Item, Mention, Place
from monitor.text import fold
from workers.sameness import ALIKE, likeness, other_names, same_headline

ENDING = ("lifted", "ceased")
EVERYWHERE = (*ENDING, "denied")  # said of an area, they are said of all incidents in it
ECHO = timedelta(hours=3)  # in which a vague word of an end is of the end told last
APART, WIDER, GATHERED, SAME = range(4)  # how a place meets an incident's places


@dataclass(frozen=True, slots=True)
class Telling:
    """Who tells: an item, and the sketch of its text. An area told before `since` gathers no more towns."""

    item: Item
    sketch: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Join:
    """A mention with those of its places that met the incident; without an incident they open one."""

    mention: Mention
    incident: Incident | None = None


def strand(category: str, status: str) -> str:
    """What can be one incident: people who return and people who leave never are."""
    return f"{category} return" if status == "return" else category


def strand_of(incident: Incident) -> str:
    """… of an incident, whatever became of it."""
    returned = any("return" in one.reported for one in incident.standings) or incident.status == "return"
    return strand(incident.category, "return" if returned else "")


def happenings(mentions: Iterable[Mention]) -> list[Mention]:
    """One mention a happening of an item: of those that tell of one place, the surest with the narrowest places."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda one: -one.confidence):
        for number, other in enumerate(kept):
            if _one_happening(mention, other):
                both = specific((*other.places, *mention.places)) if mention.places else other.places
                kept[number] = replace(other, places=both)
                break
        else:
            kept.append(replace(mention, places=specific(mention.places)))
    return kept


def _one_happening(one: Mention, other: Mention) -> bool:
    if strand(one.category, one.status) != strand(other.category, other.status):
        return False
    if not one.places or not other.places:
        return True
    return any(
        same(left, right) or inside(left, right) or inside(right, left)
        for left in one.places
        for right in other.places
    )


# ---------------------------------------------------------------- places


def same(one: Place, other: Place) -> bool:
    """Are they one place? A town and the governorate named after it are not told apart by what outlets write."""
    if one.code and one.code == other.code:
        return True
    if not _names(one) & _names(other):
        return False
    if one.code and other.code:
        return one.code in other.within or other.code in one.within
    return not (_area(one) and _area(other)) or bool(_area(one) & _area(other))


def inside(inner: Place, outer: Place) -> bool:
    """Does one place lie in another one?"""
    return bool(outer.code) and outer.code in inner.within and not same(inner, outer)


def specific(places: Sequence[Place]) -> tuple[Place, ...]:
    """Each place once, without the areas in which another place of the list lies."""
    kept: list[Place] = []
    for place in places:
        wider = any(inside(other, place) for other in places)
        if not wider and not any(same(place, other) for other in kept):
            kept.append(place)
    return tuple(kept)


def meets(place: Place, incident: Incident) -> int:
    """SAME, GATHERED (it lies in a place told), WIDER (a place told lies in it) or APART."""
    if any(same(place, told) for told in incident.places):
        return SAME
    if any(inside(place, told) and gathers(incident, index) for index, told in enumerate(incident.places)):
        return GATHERED
    wide = not _is_country(place) or incident.category == "curfew"
    return WIDER if wide and any(inside(told, place) for told in incident.places) else APART


def gathers(incident: Incident, index: int) -> bool:
    """Does a place told stand for what lies in it? Not after a town in it: then it was a vague word for that.

    An order gathers all towns of its area; a fight or flight "in Aleppo" is that of the first town named after it.
    """
    place = incident.places[index]
    if _is_country(place) and incident.category != "curfew":
        return False
    order = incident.category == "curfew" or incident.status == "ordered"
    others = incident.places[:index] if order else incident.places
    return not any(inside(other, place) for other in others)


def _is_country(place: Place) -> bool:
    return len(place.code) == 2


def _names(place: Place) -> set[str]:
    return {fold(place.name), fold(place.name_ar)} - {""}


def _area(place: Place) -> set[str]:
    return {code for code in (place.code, *place.within) if len(code) > 2}


# ---------------------------------------------------------------- joining


def joins(mention: Mention, telling: Telling, incidents: Iterable[Incident]) -> list[Join]:
    """Every incident that a mention tells of, each with its share of the places; what is left opens its own."""
    wanted = strand(mention.category, mention.status)
    candidates = [
        one
        for one in sorted(incidents, key=lambda one: one.told or one.updated, reverse=True)
        if strand_of(one) == wanted
    ]
    if not mention.places:
        return [Join(mention, _by_text(telling, candidates))]
    found: list[Join] = []
    for places in _areas(mention.places):
        found += _by_place(replace(mention, places=places), telling, candidates)
    return found


def _by_place(mention: Mention, telling: Telling, candidates: Sequence[Incident]) -> list[Join]:
    shares: dict[str, list[Place]] = {}
    by_id = {one.id: one for one in candidates}
    lost: list[Place] = []
    named: str | None = None  # the incident of which a place is named
    for place in mention.places:
        matched = _matched(place, telling, mention.status, candidates)
        for one in matched:
            shares.setdefault(one.id, []).append(place)
            if meets(place, one) == SAME:
                named = named or one.id
        if not matched:
            lost.append(place)
    if lost and not named and (placeless := [one for one in candidates if not one.places]):
        told = _by_text(telling, placeless)
        named = told.id if told else None
    if lost and named:  # one order for several places, and one of them is known
        shares.setdefault(named, []).extend(lost)
        lost = []
    found = [Join(replace(mention, places=tuple(share)), by_id[one]) for one, share in shares.items()]
    return [*found, Join(replace(mention, places=tuple(lost)))] if lost else found


def _matched(place: Place, telling: Telling, status: str, candidates: Sequence[Incident]) -> list[Incident]:
    """The incident of that place; else the one that gathers it; else the only one inside it.

    What is said of a whole area ends all that goes on in it, unless something in it has only just ended.
    """
    everywhere = status in EVERYWHERE
    met = [(meets(place, one), one) for one in candidates]
    found = [one for kind, one in met if kind == SAME]
    found = found or [
        one
        for kind, one in met
        if kind == GATHERED
        and (everywhere or not one.ended)
        and not _stale(place, one, telling.since)
        and not _beside(place, one, candidates)
    ]
    if found:
        return found[:1]
    wider = [one for kind, one in met if kind == WIDER]
    going = [one for one in wider if not one.ended]
    if not everywhere:
        return going if len(going) == 1 else []
    echoed = [one for one in wider if one.ended and telling.item.seen - one.ended < ECHO]
    return echoed[:1] or going or wider[:1]


def _stale(place: Place, incident: Incident, since: datetime) -> bool:
    """Was the area around a place told too long ago, whatever was told of its towns meanwhile?"""
    around = zip(incident.places, incident.standings, strict=True)
    return all(was.changed < since for one, was in around if inside(place, one))


def _beside(place: Place, incident: Incident, candidates: Sequence[Incident]) -> bool:
    """Was an area told when incidents of towns in it were known already? Then it was a vague word for one of them."""
    areas = [one for one in incident.places if inside(place, one)]
    return any(
        other.opened < incident.opened and any(inside(town, area) for town in other.places for area in areas)
        for other in candidates
    )


def _by_text(telling: Telling, candidates: Sequence[Incident]) -> Incident | None:
    """The incident that rests on this very item, or on nearly its text, or without a place on its headline."""
    for one in candidates:
        if any(source.item == telling.item.id for source in one.sources):
            return one
    alike = [
        (max((_likeness(telling, one, source) for source in one.sources), default=0.0), one)
        for one in candidates
    ]
    best = max(alike, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= ALIKE else None


def _likeness(telling: Telling, incident: Incident, source: Source) -> float:
    """How near a report is to one of an incident's, by text and by headline."""
    title = telling.item.title
    if other_names(title, source.title):
        return 0.0
    if not incident.places and same_headline(title, source.title):
        return 1.0
    return likeness(telling.sketch, incident.texts.get(source.item, ""))


def _areas(places: Sequence[Place]) -> list[tuple[Place, ...]]:
    """Places of one list that lie in one governorate; towns of two governorates are two happenings."""
    groups: list[list[Place]] = []
    for place in places:
        for group in groups:
            if not _area(place) or any(not _area(one) or _area(one) & _area(place) for one in group):
                group.append(place)
                break
        else:
            groups.append([place])
    return [tuple(group) for group in groups]
