"""Who is told of an alert: filters say no only to what they surely do not mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.models import Alert, Mention, Place, Source
from monitor.routes import Route
from workers.routing import matches, route

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AREA = Place("حلب", "Aleppo", code="SY02", within=("SY",))
TOWN = Place("عفرين", "Afrin", code="SY0203", within=("SY02", "SY"))
VILLAGE = Place("قرية", "Village", code="gn:1", within=("SY0203", "SY02", "SY"))
OTHER = Place("درعا", "Daraa", code="SY12", within=("SY",))
UNLISTED = Place("أم حارتين", "أم حارتين")
KNOWN = {"Afrin": [TOWN], "Aleppo": [AREA]}


def alert(*places: Place, **changes: Any) -> Alert:
    mention = Mention("curfew", "imposed", 0.9, (), places=places)
    made = Alert(
        id="al_1", revision=1, group="gr_1", kind="new", incident="in_1", created=NOW, why="first report",
        category="curfew", status="imposed", confidence=0.9, severity="high", title="", text="", lang="ar",
        mentions=(mention,), sources=(Source("it_1", "One", "http://o.test/", "", NOW, NOW), Source("it_2", "Two", "", "", NOW, NOW)),
    )  # fmt: skip
    return replace(made, **changes)


def asked(one: Alert, lang: str = "ar", **filters: Any) -> str:
    found = Route.model_validate({"receivers": ["r"], **filters})
    return matches(one, lang, "One", found, lambda name: KNOWN.get(name, []))


@pytest.mark.parametrize(
    ("places", "strict", "answer"),
    [
        ((TOWN,), False, "matches"),
        ((VILLAGE,), False, "matches"),
        ((OTHER,), False, "place"),
        ((OTHER, VILLAGE), True, "matches"),
        ((), False, "matches"),  # it may be there
        ((), True, "place"),
        ((AREA,), False, "matches"),  # an order for the whole area holds there too
        ((AREA,), True, "place"),
        ((UNLISTED,), False, "matches"),
        ((UNLISTED,), True, "place"),
    ],
)
def test_a_place_filter_fails_open_unless_it_is_strict(
    places: tuple[Place, ...], strict: bool, answer: str
) -> None:
    assert asked(alert(*places), places=["Afrin"], places_strict=strict) == answer


@pytest.mark.parametrize(
    ("lang", "allowed", "answer"),
    [
        ("ar", ["ar"], "matches"),
        ("ar-SY", ["ar"], "matches"),
        ("ar", ["ar-SY"], "matches"),
        ("en", ["ar"], "language"),
        ("", ["ar"], "matches"),
    ],
)
def test_a_language_means_its_family(lang: str, allowed: list[str], answer: str) -> None:
    assert asked(alert(), lang, languages=allowed) == answer


@pytest.mark.parametrize(
    ("filters", "answer"),
    [
        ({}, "matches"),
        ({"categories": ["clashes"]}, "category"),
        ({"statuses": ["lifted"]}, "status"),
        ({"outlets": ["Two"]}, "matches"),
        ({"outlets": ["Three"]}, "outlet"),
        ({"min_confidence": 0.95}, "digest"),
    ],
)
def test_every_filter_names_itself_when_it_says_no(filters: dict[str, Any], answer: str) -> None:
    assert asked(alert(), **filters) == answer


def test_a_receiver_is_told_once_and_whoever_was_told_before_hears_of_it_again() -> None:
    routes = [
        Route.model_validate({"receivers": ["a", "b"]}),
        Route.model_validate({"receivers": ["b", "c"], "categories": ["clashes"]}),
        Route.model_validate({"receivers": ["b", "d"]}),
    ]
    assert route(alert(), "ar", "One", routes, lambda _: [], told_before=["e", "a"]) == ["e", "a", "b", "d"]
