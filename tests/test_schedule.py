"""The next poll is never too early, never too late, and says why; a budget is shared out and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rhythm import Rhythm, alerted, observe, rate
from monitor.schedule import Demand, Hints, Plan, allocate, next_poll

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday
USUAL: dict[str, Any] = {
    "interval": None, "min_interval": 60, "max_interval": 3600, "errors": 0, "retry_after": None,
    "cache_max_age": None, "jitter": 0.0,
}  # fmt: skip


def steady(rate_per_day: float) -> Rhythm:
    """A feed long watched, without hours or weekdays of its own."""
    return Rhythm(at=NOW.timestamp(), entries=rate_per_day * 30, watched=30.0)


def wait(**given_: Any) -> tuple[float, str]:
    due, why = next_poll(NOW, **{**USUAL, **given_})
    return round((due - NOW).total_seconds(), 3), why


def test_the_median_feed_is_polled_every_quarter_of_an_hour() -> None:
    assert wait(rhythm=Rhythm()) == (900, "auto")
    assert wait(rhythm=steady(6))[0] == pytest.approx(900)


@pytest.mark.parametrize(
    ("given_", "seconds", "reason"),
    [
        ({"rhythm": steady(0)}, 3600, "auto"),
        ({"rhythm": steady(1e6)}, 60, "auto"),
        ({"interval": 120}, 120, "interval"),
        ({"interval": 120, "tier": 1, "hints": Hints(ttl=3000), "cache_max_age": 200}, 120, "interval"),
        ({"interval": 7200, "tier": 1}, 7200, "interval"),
        ({"interval": 120, "errors": 2}, 480, "backoff"),
        ({"interval": 120, "errors": 99}, 3600, "backoff"),
        ({"interval": 7200, "errors": 99}, 7200, "backoff"),
        ({"interval": 120, "retry_after": 7200}, 7200, "retry_after"),
        ({"rhythm": steady(6), "tier": 1}, 109.09, "tier"),
        ({"rhythm": steady(0), "tier": 1}, 109.09, "tier"),
        ({"rhythm": steady(1e6), "tier": 1}, 60, "auto"),
        ({"rhythm": steady(6), "tier": 1, "min_interval": 240}, 240, "tier"),
        ({"rhythm": steady(6), "tier": 1, "cache_max_age": 9999}, 300, "cache"),
        ({"rhythm": steady(1e6), "cache_max_age": 9999}, 300, "cache"),
        ({"rhythm": steady(1e6), "hints": Hints(ttl=1800)}, 1800, "hint(ttl)"),
        ({"rhythm": steady(1e6), "hints": Hints(ttl=9999)}, 3600, "hint(ttl)"),
        ({"rhythm": steady(6), "hints": Hints(ttl=60)}, 900, "auto"),
        ({"rhythm": steady(6), "tier": 1, "hints": Hints(ttl=3000)}, 109.09, "tier"),
        ({"rhythm": steady(6), "hints": Hints(update_period=3600)}, 900, "auto"),
        ({"rhythm": Rhythm(), "hints": Hints(update_period=3600)}, 3600, "hint(period)"),
        ({"rhythm": steady(60), "hints": Hints(skip_hours=frozenset({12}))}, 3600, "hint(skip)"),
        ({"rhythm": steady(60), "hints": Hints(skip_hours=frozenset({13}))}, 358.297, "auto"),
        ({"rhythm": steady(60), "hints": Hints(skip_days=frozenset({"Sunday"}))}, 3600, "hint(skip)"),
        ({"rhythm": steady(60), "hints": Hints(skip_days=frozenset({"Friday"}))}, 358.297, "auto"),
        ({"rhythm": steady(6), "errors": 1}, 1800, "backoff"),
    ],
)
def test_waits(given_: dict[str, Any], seconds: float, reason: str) -> None:
    found, why = wait(**given_)
    assert found == pytest.approx(seconds, rel=0.005)
    assert why == reason


def test_skipped_hours_end_where_they_end() -> None:
    hints = Hints(skip_hours=frozenset({12}))
    due, why = next_poll(NOW + timedelta(minutes=30), **USUAL, rhythm=steady(60), hints=hints)
    assert (due, why) == (NOW + timedelta(hours=1), "hint(skip)")


def test_an_alert_or_a_burst_shortens_the_wait_and_no_hint_hinders_it() -> None:
    hints = Hints(ttl=3600, skip_hours=frozenset(range(24)))
    alert = wait(rhythm=alerted(steady(6), NOW + timedelta(hours=1)), hints=hints)
    crowd = wait(rhythm=observe(steady(6), [NOW] * 5, NOW), hints=hints)
    for seconds, why in (alert, crowd):
        assert why == "burst"
        assert seconds < 450


def test_a_burst_is_over_when_its_time_is() -> None:
    assert wait(rhythm=alerted(steady(6), NOW - timedelta(seconds=1)))[1] == "auto"


def test_the_day_is_polled_more_than_the_night() -> None:
    hours = tuple(4.0 if 10 <= hour < 18 else 0.5 for hour in range(24))
    rhythm = replace(steady(20), hours=hours, hours_watched=(2.0,) * 24)
    noon, midnight = NOW + timedelta(hours=1), NOW + timedelta(hours=13)
    day, night = (next_poll(at, **USUAL, rhythm=rhythm)[0] - at for at in (noon, midnight))
    assert night > 1.2 * day


@given(
    given_=st.fixed_dictionaries(
        {
            "interval": st.none() | st.floats(60, 86_400),
            "errors": st.integers(0, 10_000),
            "retry_after": st.none() | st.floats(0, 1e9),
            "cache_max_age": st.none() | st.floats(0, 1e9),
            "jitter": st.floats(0, 1),
            "tier": st.integers(1, 3),
            "rhythm": st.builds(steady, st.floats(0, 1e9)),
            "hints": st.builds(Hints, st.none() | st.floats(0, 1e9), st.frozensets(st.integers(0, 23))),
        }
    )
)
def test_the_bounds_hold_together(given_: dict[str, Any]) -> None:
    seconds, why = wait(**given_)
    asked = min(given_["retry_after"] or 0.0, 86_400)
    assert seconds >= max(asked, 60) - 1e-2
    ceiling = given_["interval"] or (120 if given_["tier"] == 1 else 3600)
    floor = 0.0 if given_["interval"] else min(given_["cache_max_age"] or 0.0, 300)
    longest = max(ceiling, floor, 3600 if given_["errors"] else 0, asked)
    assert seconds <= longest * 1.1 + 1e-2, why


@given(jitter=st.floats(0, 1), pace=st.floats(0, 1e5))
def test_jitter_only_lengthens_and_by_a_tenth_at_most(jitter: float, pace: float) -> None:
    plain, _ = wait(rhythm=steady(pace))
    assert plain - 1e-2 <= wait(rhythm=steady(pace), jitter=jitter)[0] <= plain * 1.1 + 1e-2


def used(feeds: list[Demand], plan: Plan) -> float:
    """Requests an hour under a plan, by asking for each feed's next poll."""
    waits = [wait(rhythm=feed.rhythm, tier=feed.tier, interval=feed.interval, plan=plan)[0] for feed in feeds]
    return sum(3600 / seconds for seconds in waits)


BOUNDS: dict[str, Any] = {"now": NOW, "min_interval": 60, "max_interval": 3600}
paces = st.lists(st.floats(0.01, 2000), min_size=1, max_size=40)


@given(paces=paces, tiers=st.lists(st.integers(1, 3), min_size=40, max_size=40), part=st.floats(0, 1))
def test_a_budget_within_the_bounds_is_used_up(paces: list[float], tiers: list[int], part: float) -> None:
    feeds = [Demand(steady(pace), tier) for pace, tier in zip(paces, tiers, strict=False)]
    least = sum(33.0 if feed.tier == 1 else 1.0 for feed in feeds)
    budget = least + part * (60.0 * len(feeds) - least)
    assert used(feeds, allocate(feeds, budget, **BOUNDS)) == pytest.approx(budget, rel=0.01)


@given(jitter=st.floats(0, 1), pace=st.floats(0, 1e5))
def test_a_first_hand_outlet_never_waits_longer_than_two_minutes(jitter: float, pace: float) -> None:
    hints = Hints(ttl=3600, skip_hours=frozenset(range(24)), update_period=86_400)
    assert wait(rhythm=steady(pace), tier=1, jitter=jitter, hints=hints)[0] <= 120


def test_more_goes_to_the_faster_feed_but_less_than_in_proportion() -> None:
    slow, fast = steady(1), steady(100)
    plan = allocate([Demand(slow), Demand(fast)], 12, **BOUNDS)
    ratio = wait(rhythm=slow, plan=plan)[0] / wait(rhythm=fast, plan=plan)[0]
    assert 100**0.33 < ratio < 100**0.51


def test_explicit_intervals_and_first_hand_outlets_are_served_first() -> None:
    feeds = [Demand(steady(6)) for _ in range(20)]
    alone = allocate(feeds, 80, **BOUNDS)
    more = [*feeds, Demand(interval=120.0), Demand(steady(6), tier=1)]
    assert allocate(more, 80 + 30 + 33, **BOUNDS).interval == pytest.approx(alone.interval, rel=0.02)


@pytest.mark.parametrize("budget", [0.0, 1.0])
def test_a_budget_too_small_still_polls_at_the_longest_interval(budget: float) -> None:
    feeds = [Demand(steady(pace)) for pace in (1, 10, 100)]
    assert used(feeds, allocate(feeds, budget, **BOUNDS)) == pytest.approx(3, rel=0.01)


def test_without_a_budget_the_median_feed_keeps_its_interval() -> None:
    feeds = [Demand(steady(pace)) for pace in (1, 6, 100)]
    plan = allocate(feeds, None, **BOUNDS)
    assert wait(rhythm=steady(6), plan=plan)[0] == pytest.approx(900, rel=0.01)


def test_no_feeds_need_no_plan() -> None:
    assert allocate([], 100, **BOUNDS) == Plan()
    assert allocate([Demand(interval=60.0)], 100, **BOUNDS) == Plan()


def test_equal_feeds_keep_an_even_day_and_unequal_ones_may_not() -> None:
    """What is moved from the night to the day must first have been saved."""
    hours = tuple(5.0 if 6 <= hour < 22 else 1.0 for hour in range(24))

    def plan(spread: float) -> Plan:
        rhythms = [
            replace(steady(6 * spread ** (number - 10)), hours=hours, hours_watched=(3.0,) * 24)
            for number in range(20)
        ]
        return allocate([Demand(rhythm) for rhythm in rhythms], 80, **BOUNDS)

    assert plan(1.0).evenness == pytest.approx(1.0)
    assert plan(1.6).evenness < 0.5


def test_a_feed_without_rhythm_has_the_rate_it_is_said_to_have() -> None:
    assert wait(rate_per_day=60.0)[0] == pytest.approx(wait(rhythm=steady(60))[0], rel=0.01)
    assert rate(steady(60), NOW) == pytest.approx(60, rel=0.01)


def test_an_alert_is_a_burst_of_a_fast_feed_too() -> None:
    assert wait(rhythm=alerted(steady(500), NOW + timedelta(hours=1)))[1] == "burst"
