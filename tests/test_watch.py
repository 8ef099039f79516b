"""What listings and silences say about entries that may never have been seen."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.watch import (
    Uplink,
    Watched,
    asked_in_full,
    delay,
    delayed,
    distrust,
    listing,
    moves,
    overflowed,
    silence,
    wanted_in_full,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEYS = st.lists(st.text(min_size=1, max_size=6), max_size=80, unique=True)


@pytest.mark.parametrize(
    ("before", "now", "overflow"),
    [
        ("abcd", "efgh", True),
        ("abcd", "eabc", False),
        ("abcd", "abcd", False),
        ("pabc", "pefg", True),  # only the pinned post is left
        ("pqab", "pqef", True),
        ("pabc", "pdab", False),
        ("abcd", "efgd", False),  # the oldest is still there: it is no pinned post
        ("abcd", "a", False),  # shortened, nothing new
        ("a", "b", False),  # a feed of one entry tells nothing
        ("", "abc", False),
        ("abc", "", False),
    ],
)
def test_overflow(before: str, now: str, overflow: bool) -> None:
    assert overflowed(list(before), list(now)) is overflow


def names(watched: Watched, keys: str, new: int = 0) -> tuple[Watched, list[str]]:
    after, found = listing(watched, list(keys), NOW, new=new)
    return after, [one.name for one in found]


def test_what_is_odd_about_a_listing_is_told() -> None:
    watched, found = names(Watched(), "abcdefgh", new=8)
    assert found == []
    watched, found = names(watched, "")
    assert found == ["empty"]
    watched, found = names(watched, "xyzuvwst", new=8)
    assert found == ["overflow"], "the empty answer between did not hide the hole"
    watched, found = names(watched, "xyz")
    assert found == ["shrinking"]
    _, found = listing(watched, list("xyz"), NOW, new=0)
    for one in found:
        assert one.message
        assert one.cure


@given(first=KEYS, second=KEYS)
def test_a_state_stays_small_and_survives_json(first: list[str], second: list[str]) -> None:
    watched, _ = listing(Watched(), first, NOW, new=len(first))
    watched, _ = listing(delayed(watched, range(500)), second, NOW, new=1)
    text = json.dumps(watched.to_dict())
    assert len(text) < 2_000
    assert Watched.from_dict(json.loads(text)) == watched


@given(keys=KEYS, dropped=st.integers(0, 80), fresh=KEYS)
def test_an_overlap_that_is_not_pinned_is_no_overflow(
    keys: list[str], dropped: int, fresh: list[str]
) -> None:
    fresh = [f"new {key}" for key in fresh]
    kept = keys[: max(len(keys) - dropped, 1)] if keys else []
    assert not overflowed(keys, [*fresh, *kept]) or not kept or not fresh


def test_a_feed_that_calls_itself_unchanged_for_long_is_asked_in_full() -> None:
    watched = listing(Watched(), ["a"], NOW, new=1)[0]
    assert not wanted_in_full(watched, NOW + timedelta(minutes=59), tier=1)
    assert wanted_in_full(watched, NOW + timedelta(minutes=61), tier=1)
    assert not wanted_in_full(watched, NOW + timedelta(hours=23), tier=2)
    later = NOW + timedelta(hours=25)
    assert wanted_in_full(watched, later, tier=2)
    watched = asked_in_full(watched, later, new=0, hidden=True)
    assert distrust(watched) == []
    assert not wanted_in_full(watched, later + timedelta(hours=23), tier=2)


def test_validators_that_lied_are_never_trusted_again() -> None:
    watched = asked_in_full(Watched(), NOW, new=2, hidden=True)
    assert [one.name for one in distrust(watched)] == ["lying_validators"]
    assert wanted_in_full(watched, NOW, tier=3)
    assert asked_in_full(watched, NOW, new=0, hidden=False).lies
    assert not asked_in_full(Watched(), NOW, new=2, hidden=False).lies


def test_a_silence_is_told_only_when_the_rhythm_does_not_explain_it() -> None:
    watched = listing(Watched(), ["a"], NOW, new=1)[0]
    friday = NOW + timedelta(hours=30)
    assert silence(watched, friday, missed=2.0) == []
    assert silence(watched, NOW + timedelta(hours=3), missed=50.0) == []
    assert [one.name for one in silence(watched, friday, missed=20.0)] == ["quiet"]


def test_delays() -> None:
    assert delay(Watched()) is None
    assert delay(delayed(Watched(), [10, 20, 30, -5])) == (10, 30)


def test_an_address_is_moved_after_three_identical_answers() -> None:
    seen: dict[str, object] = {}
    told = []
    for target in ("http://b/", "http://b/", "http://c/", "http://c/", "http://c/"):
        seen, moved = moves(seen, target)
        told.append(moved)
    assert told == ["", "", "", "", "http://c/"]
    assert moves(seen, "") == ({}, "")


def down(outcomes: list[tuple[str, str]]) -> bool:
    uplink = Uplink()
    return [uplink.note(host, reason) for host, reason in outcomes][-1]


def test_one_cause_is_told_for_all() -> None:
    lost = [(f"h{number}", "dns") for number in range(8)]
    assert down(lost)
    assert down([*lost, ("own", "fetched")])
    assert down([*lost, *lost]), "a host counts once"
    assert not down(lost[:4]), "too few hosts to tell"
    assert not down([(f"h{number}", "http_500") for number in range(9)])
    assert not down([*lost[:4], *((f"g{number}", "fetched") for number in range(4))])
    assert not down([*lost, *((host, "fetched") for host, _ in lost[:3])]), "it is back"
