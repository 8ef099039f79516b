"""What is a fault, what only follows from another, and when one is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import iso
from monitor.config import Config
from monitor.models import Json
from workers.faults import MENDED_AFTER, Fault, Known, Snapshot, changes, drifted, fell_silent, found

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONFIG = Config.model_validate(
    {
        "feeds": [
            {"name": "One", "url": "https://one.test/feed", "tier": 1},
            {"name": "Two", "url": "https://two.test/feed"},
        ],
        "receivers": {"duty": {"console": {}}},
        "watch": {"canary": "5m"},
    }
)


def ago(**span: float) -> str:
    return iso(NOW - timedelta(**span))


def broken(**changes: Any) -> Json:
    return {"errors": 9, "error": "404 Not Found", "cure": "ask", "last_success": ago(hours=2), **changes}


def keys(**changes: Any) -> list[str]:
    return [one.key for one in found(replace(Snapshot(NOW), **changes), CONFIG)]


def test_nothing_is_wrong_with_nothing() -> None:
    assert keys() == []


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (broken(), ["feed: One"]),
        (broken(errors=4), []),
        (broken(last_success=ago(minutes=10)), []),
        (broken(last_success="", first_error=ago(hours=1)), ["feed: One"]),
        (broken(last_success="", first_error=ago(minutes=1)), []),
        ({"findings": [{"name": "quiet", "message": "nothing new", "cure": "look"}]}, ["feed: One: quiet"]),
        ({"findings": [{"name": "overflow", "message": "missed", "cure": "look"}]}, ["feed: One: overflow"]),
        (broken(findings=[{"name": "quiet", "message": "x", "cure": "y"}]), ["feed: One"]),
        ({"last_success": ago(minutes=1)}, []),
    ],
)
def test_a_feed_is_broken_quiet_or_overflows(state: Json, expected: list[str]) -> None:
    assert keys(feeds={"One": state}) == expected


def test_a_lost_uplink_is_one_fault_and_not_one_for_each_feed() -> None:
    assert keys(feeds={"One": broken(), "Two": broken()}, uplink_down=True) == ["uplink"]
    assert keys(feeds={"One": broken(), "Two": broken()}) == ["feed: One", "feed: Two"]


def test_a_store_that_is_away_is_the_only_fault() -> None:
    shot = Snapshot(NOW, feeds={"One": broken()}, store_away=40.0, still={"poller on a": 500.0})
    assert [one.key for one in found(shot, CONFIG)] == ["store"]


def test_parts_that_stand_still_and_work_that_waits() -> None:
    assert keys(still={"poller on a": 59.0, "workers on a": 61.0}) == ["still: workers on a"]
    assert keys(oldest_item=NOW - timedelta(minutes=4)) == []
    assert keys(oldest_item=NOW - timedelta(minutes=6)) == ["backlog"]


def test_receivers_that_take_nothing_or_refuse_for_good() -> None:
    since = NOW - timedelta(minutes=3)
    shot = Snapshot(NOW, troubles={"duty": (7, since, "500")}, dead={"hook": (2, NOW, "404")})
    one, two = found(shot, CONFIG)
    assert (one.receiver, two.receiver) == ("duty", "hook")
    assert "2 messages" in two.text
    assert keys(troubles={"duty": (7, NOW, "500")}) == []
    assert keys(dead={"duty": (1, NOW - timedelta(hours=25), "404")}) == []


def test_the_store_near_its_limit_and_settings_that_endanger_it() -> None:
    assert keys(memory=700_000_000) == []
    assert keys(memory=900_000_000) == ["memory"]
    assert len(keys(warnings=["the store may evict keys: set noeviction"])) == 1


@pytest.mark.parametrize(
    ("offsets", "told"),
    [([300, 301, 299], True), ([300, 301, 0, 1, 2], False), ([300, 301], False), ([-300, -301, -2000], True)],
)
def test_a_wrong_clock_is_believed_when_most_outlets_say_so(offsets: list[int], told: bool) -> None:
    feeds: dict[str, Json] = {f"f{n}": {"clock_off": off} for n, off in enumerate(offsets)}
    assert (keys(feeds=feeds) == ["clock"]) is told


def test_a_canary_that_does_not_come_through() -> None:
    assert keys(canary=NOW - timedelta(minutes=15)) == []
    assert keys(canary=NOW - timedelta(minutes=17)) == ["canary"]
    assert keys(canary=NOW - timedelta(minutes=17), uplink_down=True) == ["uplink"]
    assert keys(canary=NOW - timedelta(hours=1), oldest_item=NOW - timedelta(hours=1)) == ["backlog"]


def test_every_fault_says_what_to_do() -> None:
    shot = Snapshot(
        NOW,
        feeds={"One": broken(), "Two": {"findings": [{"name": "quiet", "message": "x", "cure": "y"}]}},
        refusal="OOM",
        warnings=["x: y"],
        memory=10**12,
        still={"poller": 100.0},
        oldest_item=NOW - timedelta(hours=1),
        troubles={"duty": (9, NOW - timedelta(hours=1), "500")},
        dead={"duty": (1, NOW, "404")},
        drifted=["One"],
        silent=["Two"],
        template_errors=["x"],
    )
    every = found(shot, CONFIG)
    assert len(every) == 12
    assert all(one.text and one.cure for one in every)
    assert len({one.key for one in every}) == len(every)


@pytest.mark.parametrize(
    ("lengths", "answer"),
    [
        ([100] * 8 + [2000] * 20, True),
        ([600] * 8 + [2000] * 20, False),
        ([100] * 8 + [2000] * 19, False),  # too little is known
        ([100] * 3 + [2000] * 25, False),
        ([], False),
    ],
)
def test_articles_that_become_far_shorter(lengths: list[int], answer: bool) -> None:
    assert drifted(lengths) is answer


@pytest.mark.parametrize(
    ("new", "old", "answer"),
    [
        ([False] * 60, [True, False, False, False] * 40, True),
        ([False] * 59 + [True], [True, False, False, False] * 40, False),
        ([False] * 60, [True] + [False] * 99, False),  # it never told of much
        ([False] * 60, [True] * 99, False),  # too little is known
        ([False] * 59, [], False),
    ],
)
def test_an_outlet_in_whose_articles_nothing_is_found_any_more(
    new: list[bool], old: list[bool], answer: bool
) -> None:
    assert fell_silent(new + old) is answer


# ---------------------------------------------------------------- telling

FAULT = Fault("k", "broken", "mend it", patience=30.0)


def test_a_fault_is_told_once_after_its_patience_and_its_end_once() -> None:
    known: dict[str, Known] = {}
    told: list[tuple[float, str]] = []
    for second in range(0, 400, 5):
        present = [FAULT] if 10 <= second < 200 else []
        known, fresh, mended = changes(known, float(second), present)
        told += [(second, "fault") for _ in fresh] + [(second, "mended") for _ in mended]
    assert told == [(40, "fault"), (200 + MENDED_AFTER, "mended")]
    assert known == {}


def test_a_fault_that_flickers_is_told_once() -> None:
    known: dict[str, Known] = {}
    count = 0
    for second in range(0, 600, 5):
        present = [FAULT] if second % 40 < 35 else []
        known, fresh, mended = changes(known, float(second), present)
        count += len(fresh) + len(mended)
    assert count == 1


def test_a_fault_that_passes_within_its_patience_is_never_told() -> None:
    known, fresh, _ = changes({}, 0.0, [FAULT])
    known, fresh_, mended = changes(known, 20.0, [])
    assert (known, fresh, fresh_, mended) == ({}, [], [], [])


@given(st.lists(st.sets(st.sampled_from("abc")), max_size=60))
def test_faults_are_told_and_mended_in_turn(history: list[set[str]]) -> None:
    known: dict[str, Known] = {}
    open_: set[str] = set()
    for number, present in enumerate(history):
        faults = [Fault(key, key, "x") for key in sorted(present)]
        known, fresh, mended = changes(known, number * 20.0, faults)
        for one in fresh:
            assert one.key not in open_
            open_.add(one.key)
        for one in mended:
            assert one.key in open_
            open_.discard(one.key)
        assert present <= open_
