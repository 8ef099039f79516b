"""Who is told of an alert: filters say no only to what they surely do not mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import Alert, Source
from monitor.config import Digest, Flood
from monitor.handling import Silence
from monitor.models import Mention, Place
from monitor.routes import Route
from workers.routing import (
    Situation,
    Telling,
    counters,
    last_time,
    matches,
    next_time,
    route,
    throttle_counter,
)

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


def test_tiers_severities_and_independent_sources() -> None:
    tiers = {"One": 1, "Two": 3}

    def answer(one: Alert, **filters: Any) -> str:
        found = Route.model_validate({"receivers": ["r"], **filters})
        return matches(one, "ar", "One", found, lambda _: [], tiers)

    assert answer(alert(), tiers=[1]) == "matches"
    assert answer(alert(), tiers=[2]) == "tier"
    assert answer(alert(), severities=["high"]) == "matches"
    assert answer(alert(severity="info"), severities=["high", "medium"]) == "severity"
    assert answer(alert(), min_outlets=2) == "sources"
    assert answer(alert(independent_sources=2), min_outlets=2) == "matches"


# ---------------------------------------------------------------- when

DAMASCUS = ZoneInfo("Asia/Damascus")  # UTC+3: NOW is 15:00 there


def at(now: datetime = NOW, **changes: Any) -> Situation:
    made = Situation(now, DAMASCUS, lambda name: KNOWN.get(name, []), digest=Digest(receivers=("morning",)))
    return replace(made, **changes)


def told(one: Alert, *routes: dict[str, Any], before: tuple[str, ...] = (), **changes: Any) -> list[Telling]:
    made = [Route.model_validate(one) for one in routes]
    return route(one, "ar", "One", made, at(**changes), told_before=before)


def test_a_receiver_is_told_once_and_whoever_was_told_before_hears_of_it_again() -> None:
    routes = (
        {"receivers": ["a", "b"]},
        {"receivers": ["b", "c"], "categories": ["clashes"]},
        {"receivers": ["b", "d"]},
    )
    found = told(alert(), *routes, before=("e", "c"))
    assert sorted(one.receiver for one in found) == ["a", "b", "c", "d", "e"]
    assert not any(one.hold for one in found)


QUIET = {"receivers": ["r"], "quiet_hours": {"hours": "22:00-06:00"}}


@pytest.mark.parametrize(
    ("local", "severity", "until"),
    [
        ("23:30", "medium", "06:00"),
        ("22:00", "info", "06:00"),
        ("05:59", "medium", "06:00"),
        ("06:00", "medium", None),
        ("12:00", "info", None),
        ("23:30", "high", None),
    ],
)
def test_quiet_hours_hold_what_can_wait_until_they_end(local: str, severity: str, until: str | None) -> None:
    hour, minute = map(int, local.split(":"))
    now = datetime(2026, 3, 1, hour, minute, tzinfo=DAMASCUS).astimezone(UTC)
    (found,) = told(alert(severity=severity), QUIET, now=now)
    assert found.hold == ("quiet hours" if until else "")
    assert (found.until.astimezone(DAMASCUS).strftime("%H:%M") if found.until else None) == until


def test_a_digest_collects_until_the_end_of_its_span() -> None:
    route_ = {"receivers": ["r"], "digest": "30m"}
    first, later = (told(alert(), route_, now=NOW + timedelta(minutes=m))[0].until for m in (1, 29))
    assert first == later == NOW + timedelta(minutes=30)


def test_a_throttle_passes_its_count_and_collects_the_rest() -> None:
    route_ = {"receivers": ["r"], "throttle": "3/1h"}
    assert told(alert(), route_, told={throttle_counter("r"): 2}) == [Telling("r")]
    assert told(alert(), route_, told={throttle_counter("r"): 3}) == [
        Telling("r", "throttle", NOW + timedelta(hours=1))
    ]


def test_what_is_unsure_goes_to_the_digest_of_its_route_else_to_the_daily_one() -> None:
    unsure = alert(confidence=0.4)
    daily = told(unsure, {"receivers": ["r"], "min_confidence": 0.6})
    assert daily == [Telling("morning", "unsure", datetime(2026, 3, 2, 4, tzinfo=UTC))]
    own = told(unsure, {"receivers": ["r"], "min_confidence": 0.6, "digest": "1h"})
    assert own == [Telling("r", "digest", NOW + timedelta(hours=1))]


def test_the_soonest_of_two_routes_tells() -> None:
    assert told(alert(), {"receivers": ["r"], "digest": "30m"}, {"receivers": ["r"]}) == [Telling("r")]


# ---------------------------------------------------------------- silences


def silence(**changes: Any) -> Silence:
    made = Silence("si_1", "Rana", "known", NOW - timedelta(hours=1), NOW + timedelta(hours=2))
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("one", "rule", "held"),
    [
        (alert(TOWN), silence(), True),
        (alert(TOWN), silence(categories=("clashes",)), False),
        (alert(TOWN), silence(places=("Afrin",)), True),
        (alert(VILLAGE), silence(places=("Afrin",)), True),
        (alert(OTHER), silence(places=("Afrin",)), False),
        (alert(TOWN, OTHER), silence(places=("Afrin",)), False),  # more than what is silenced
        (alert(), silence(places=("Afrin",)), False),  # who knows where
        (alert(AREA), silence(places=("Afrin",)), False),
        (alert(TOWN, kind="update", why="status changed"), silence(), False),
        (alert(TOWN, kind="update", why="new place"), silence(), False),
        (alert(TOWN, kind="update", why="deaths reported"), silence(), False),
        (alert(TOWN, kind="correction", why="corrected by the outlet: x"), silence(), False),
        (alert(TOWN, kind="update", why="denied in a report of X"), silence(), False),
        (alert(TOWN, kind="update", why="people: 10 to 20"), silence(), True),
        (alert(TOWN, kind="drill"), silence(), False),
    ],
)
def test_a_silence_holds_what_it_names_and_a_change_breaks_through(
    one: Alert, rule: Silence, held: bool
) -> None:
    (found,) = told(one, {"receivers": ["r"]}, silences=[rule])
    assert found == (Telling("r", "silence:si_1", rule.until) if held else Telling("r"))


# ---------------------------------------------------------------- floods


def test_the_outlet_or_category_at_fault_waits_and_a_first_curfew_elsewhere_passes() -> None:
    by_outlet, by_category = counters("One", "curfew")
    flood = Flood(alerts=10)
    route_ = {"receivers": ["r"]}
    assert told(alert(), route_, flood=flood, told={by_outlet: 9})[0].hold == ""
    assert told(alert(), route_, flood=flood, told={by_outlet: 10})[0].hold == "flood:One"
    many = {by_category: 30}
    assert told(alert(), route_, flood=flood, told=many)[0].hold == ""  # a first report of a curfew
    update = alert(kind="update", why="people: 10 to 20")
    assert told(update, route_, flood=flood, told=many)[0].hold == "flood:curfew"
    order = alert(category="displacement", status="ordered")
    assert told(order, route_, flood=flood, told={"category:displacement": 30})[0].hold == ""
    clash = alert(category="clashes", status="clashes")
    assert told(clash, route_, flood=flood, told={"category:clashes": 30})[0].hold == "flood:clashes"


# ---------------------------------------------------------------- clocks


@given(
    now=st.integers(1_577_836_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    zone=st.sampled_from(["Asia/Damascus", "Europe/Berlin", "UTC", "America/New_York"]),
)
def test_the_next_time_of_day_lies_within_a_day_or_so(
    now: datetime, hour: int, minute: int, zone: str
) -> None:
    clock, tz = f"{hour:02d}:{minute:02d}", ZoneInfo(zone)
    found = next_time(now, clock, tz)
    assert timedelta(0) < found - now <= timedelta(hours=26)
    assert last_time(now, clock, tz) <= now
