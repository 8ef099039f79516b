"""A rhythm learns hours, weekdays and bursts, forgets slowly, stays small, and never takes Friday for a fault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rhythm import (
    MEDIAN_FEED,
    Rhythm,
    alerted,
    common_prior,
    intensity,
    known,
    observe,
    quiet_for,
    rate,
)

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def watched(days: int, hours: range, *, free: int | None = None, every: timedelta = HOUR) -> Rhythm:
    """A feed watched from a Monday on: one entry at each of these hours, none on the free weekday."""
    rhythm = observe(Rhythm(), [], MONDAY)
    for number in range(days):
        day = MONDAY + number * DAY
        for hour in range(0, 24, max(int(every / HOUR), 1)):
            moment = day + hour * HOUR
            new = [moment + 5 * timedelta(minutes=1)] if hour in hours and day.weekday() != free else []
            rhythm = observe(rhythm, new, moment + HOUR)
    return rhythm


def moments(start: datetime, count: int, step: timedelta) -> Iterator[datetime]:
    return (start + number * step for number in range(count))


def test_a_new_feed_is_the_median_feed() -> None:
    assert rate(Rhythm(), MONDAY) == pytest.approx(MEDIAN_FEED.rate)
    assert intensity(Rhythm(), MONDAY) == pytest.approx(MEDIAN_FEED.rate)
    assert not known(Rhythm(), MONDAY)


def test_the_rate_is_learnt_and_follows_a_change() -> None:
    rhythm = watched(28, range(24))
    assert rate(rhythm, rhythm_end(28)) == pytest.approx(24, rel=0.05)
    assert known(rhythm, rhythm_end(28))
    assert rate(rhythm, rhythm_end(38)) < 15  # ten days of silence since


def rhythm_end(days: int) -> datetime:
    return MONDAY + days * DAY


def test_the_first_document_alone_tells_the_rate() -> None:
    listed = list(moments(MONDAY, 25, HOUR))
    rhythm = observe(Rhythm(), listed, MONDAY + DAY)
    assert rate(rhythm, MONDAY + DAY) == pytest.approx(24, rel=0.2)


def test_night_and_day_are_told_apart() -> None:
    rhythm = watched(14, range(6, 20))
    night, noon = (intensity(rhythm, rhythm_end(20) + hour * HOUR) for hour in (1, 12))
    assert noon > 5 * night
    assert sum(rhythm.hour_weights) / 24 == pytest.approx(1)


def test_few_entries_leave_the_profile_near_flat() -> None:
    rhythm = observe(observe(Rhythm(), [], MONDAY), [MONDAY + 9 * HOUR] * 2, MONDAY + 10 * HOUR)
    assert max(rhythm.hour_weights) < 2
    assert max(rhythm.weekday_weights) < 1.5


def test_hours_that_were_not_watched_are_not_taken_for_quiet() -> None:
    """A feed met in the morning has shown nothing yet of its nights."""
    rhythm = observe(Rhythm(), [], MONDAY + 8 * HOUR)
    for moment in moments(MONDAY + 8 * HOUR, 24, HOUR / 4):
        rhythm = observe(rhythm, [moment], moment + HOUR / 4)
    assert rhythm.hour_weights[2] == pytest.approx(rhythm.hour_weights[10], rel=0.25)


def test_friday_quiet_is_no_fault() -> None:
    rhythm = watched(28, range(24), free=4)
    friday, tuesday = MONDAY + 32 * DAY, MONDAY + 29 * DAY
    assert quiet_for(rhythm, friday, friday + DAY) < quiet_for(rhythm, tuesday, tuesday + DAY) / 3


def test_a_night_explains_less_than_a_day() -> None:
    rhythm = watched(28, range(8, 20))
    day = rhythm_end(28)
    assert quiet_for(rhythm, day, day + 6 * HOUR) < 1
    assert quiet_for(rhythm, day + 10 * HOUR, day + 16 * HOUR) > 5


def test_a_silence_does_not_explain_itself() -> None:
    """The longer a feed is silent, the more is missing: the expectation is that of its beginning."""
    rhythm, end = watched(28, range(24)), rhythm_end(28)
    missing = [quiet_for(rhythm, end, end + days * DAY) for days in (1, 3, 10)]
    assert missing == pytest.approx([24, 72, 240], rel=0.1)


def test_entries_close_together_are_a_burst_that_ends() -> None:
    rhythm, end = watched(14, range(0, 24, 4)), rhythm_end(14)
    calm = intensity(rhythm, end)
    one = observe(rhythm, [end + 3 * HOUR], end + 3 * HOUR)
    many = observe(rhythm, [end + 3 * HOUR] * 4, end + 3 * HOUR)
    assert intensity(one, end + 3 * HOUR) < 2 * calm
    assert intensity(many, end + 3 * HOUR) > 5 * calm
    assert intensity(many, end + 6 * HOUR) < 2 * calm


def test_a_busy_feed_is_not_always_in_a_burst() -> None:
    rhythm, now = observe(Rhythm(), [], MONDAY), MONDAY
    for now in moments(MONDAY, 4 * 96, HOUR / 4):
        rhythm = observe(rhythm, [now, now, now], now)
    assert intensity(rhythm, now) < 1.3 * rate(rhythm, now)


def test_an_alert_raises_the_pace_until_it_ends() -> None:
    rhythm = alerted(Rhythm(), MONDAY + HOUR)
    assert intensity(rhythm, MONDAY) > 10 * intensity(rhythm, MONDAY + HOUR)
    assert alerted(rhythm, MONDAY) == rhythm  # an earlier end shortens nothing


def test_dates_that_cannot_be_are_bounded() -> None:
    first = observe(Rhythm(), [MONDAY - 4000 * DAY, MONDAY + 4000 * DAY], MONDAY)
    assert first.last == MONDAY.timestamp()
    assert first.watched <= 14.1
    late = observe(first, [MONDAY - 9 * DAY], MONDAY + HOUR)
    assert late.last >= MONDAY.timestamp()


def test_feeds_that_are_alike_vouch_for_each_other() -> None:
    alike = [watched(7, range(0, 24, 4)) for _ in range(12)]
    apart = [watched(7, range(0, 24, step)) for step in (1, 1, 1, 2, 2, 3, 4, 6, 12, 12, 24, 24)]
    assert common_prior(alike, rhythm_end(7)).days > 10 * common_prior(apart, rhythm_end(7)).days
    assert common_prior(alike, rhythm_end(7)).rate == pytest.approx(6, rel=0.2)
    assert common_prior(alike[:3], rhythm_end(7)) == MEDIAN_FEED


offsets = st.lists(st.floats(-1e7, 1e7), max_size=40)


@given(polls=st.lists(st.tuples(st.floats(0, 1e6), offsets), max_size=8))
def test_any_history_gives_a_small_finite_state(polls: list[tuple[float, list[float]]]) -> None:
    rhythm, now = Rhythm(), MONDAY
    for wait, published in polls:
        now += timedelta(seconds=wait)
        rhythm = observe(rhythm, [now + timedelta(seconds=offset) for offset in published], now)
    written = json.dumps(rhythm.to_dict())
    assert len(written) <= 1024
    again = Rhythm.from_dict(json.loads(written))
    assert intensity(again, now) == pytest.approx(intensity(rhythm, now), rel=0.05)
    assert 0 < intensity(rhythm, now) < 1e7
    assert quiet_for(rhythm, now - DAY, now) >= 0


@pytest.mark.parametrize("broken", [{}, {"at": "x"}, {**Rhythm().to_dict(), "hours": [1.0]}])
def test_a_broken_state_is_a_new_feed(broken: dict[str, object]) -> None:
    assert Rhythm.from_dict(broken) == Rhythm()


def test_the_largest_state_is_small() -> None:
    full = Rhythm(1774000000.1, 1774000000.1, 99999.9, 14.43, (12345.678,) * 24, (1.68312,) * 24)
    assert len(json.dumps(full.to_dict())) < 1024


def test_a_clock_set_back_changes_nothing() -> None:
    rhythm = observe(Rhythm(), [MONDAY], MONDAY)
    assert observe(rhythm, [MONDAY - DAY], MONDAY - HOUR) == rhythm
