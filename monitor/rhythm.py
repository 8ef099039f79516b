"""A feed's publishing rhythm: how many entries are to be expected, and when. Pure, small, bounded.

entries a day at a moment = rate x weight of the hour x weight of the weekday + what a burst adds
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from math import exp, inf, log, sqrt
from typing import Any

DAY = 86_400.0  # seconds
RATE_HALF_LIFE = 10.0  # days after which an entry counts half for the rate
PROFILE_HALF_LIFE = 28.0  # days: a weekday comes round only once a week
HISTORY = 14.0  # days: of what a feed lists when it is first met, no more is believed
CLUMP = 2.5  # entries come in clumps: chance spreads their number so much wider than single events
HOUR_PRIOR = 1.5  # entries an hour of the day must outweigh before it departs from flat
WEEKDAY_PRIOR = 12.0  # the same for a weekday
BURST_MEMORY = 1_800.0  # seconds after which a recent entry has faded to 1/e
BURST_GAIN = 0.7  # of what entries close together show beyond the usual
ALERT_RATE = 300.0  # entries a day that an alert from the outlet or the place adds
KNOWN_DAYS = 1.0  # a rhythm is known once it was watched so long,
KNOWN_ENTRIES = 3.0  # and has shown so many entries
FLAT_HOURS, FLAT_DAYS = (1.0,) * 24, (1.0,) * 7
NO_HOURS, NO_DAYS = (0.0,) * 24, (0.0,) * 7


@dataclass(frozen=True, slots=True)
class Prior:
    """What is thought of a feed's pace before it is watched: entries a day, and how many days that is worth."""

    rate: float = 6.0  # the median feed's
    days: float = 0.25


MEDIAN_FEED = Prior()


@dataclass(frozen=True)
class Rhythm:
    """What is known of a feed's pace. Counts fade with time; times are seconds since 1970, 0 for never."""

    at: float = 0.0  # when entries were last observed
    last: float = 0.0  # when the last of them was published
    entries: float = 0.0
    watched: float = 0.0  # days, faded as the entries are
    hours: tuple[float, ...] = NO_HOURS  # entries by UTC hour
    hours_watched: tuple[float, ...] = NO_HOURS  # days
    weekdays: tuple[float, ...] = NO_DAYS  # entries by UTC weekday, Monday first
    weekdays_watched: tuple[float, ...] = NO_DAYS  # days
    recent: float = 0.0  # entries of the last BURST_MEMORY or so
    burst_until: float = 0.0  # an alert came from this outlet or place

    @cached_property
    def hour_weights(self) -> tuple[float, ...]:
        """24 factors with mean 1, near flat while entries are few."""
        return _weights(_smooth(self.hours), _smooth(self.hours_watched), HOUR_PRIOR)

    @cached_property
    def weekday_weights(self) -> tuple[float, ...]:
        """7 factors with mean 1, near flat while entries are few."""
        return _weights(self.weekdays, self.weekdays_watched, WEEKDAY_PRIOR)

    def to_dict(self) -> dict[str, Any]:
        """For JSON, under 1 KB."""
        return {
            "at": round(self.at, 1),
            "last": round(self.last, 1),
            "entries": _short(self.entries),
            "watched": _short(self.watched),
            "hours": [_short(value) for value in self.hours],
            "hours_watched": [_short(value) for value in self.hours_watched],
            "weekdays": [_short(value) for value in self.weekdays],
            "weekdays_watched": [_short(value) for value in self.weekdays_watched],
            "recent": _short(self.recent),
            "burst_until": round(self.burst_until, 1),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Rhythm:
        """The rhythm that `to_dict` wrote; a new one where anything is missing or of the wrong shape."""
        try:
            numbers = [float(data[name]) for name in _NUMBERS]
            hours, hours_watched, weekdays, weekdays_watched = (
                tuple(float(value) for value in data[name]) for name in _PROFILES
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            return cls()
        profiles = (hours, hours_watched, weekdays, weekdays_watched)
        values = [*numbers, *hours, *hours_watched, *weekdays, *weekdays_watched]
        if [len(profile) for profile in profiles] != [24, 24, 7, 7] or not all(0 <= n < inf for n in values):
            return cls()
        at, last, entries, watched, recent, burst_until = numbers
        return cls(at, last, entries, watched, *profiles, recent, burst_until)


_NUMBERS = ("at", "last", "entries", "watched", "recent", "burst_until")
_PROFILES = ("hours", "hours_watched", "weekdays", "weekdays_watched")


def observe(rhythm: Rhythm, published: Sequence[datetime], now: datetime) -> Rhythm:
    """The rhythm after a good poll at `now` that brought these new entries, each told once.

    An entry without a date is told with `now`. A date before the last observation is taken as that time:
    the entry was not listed then, so it appeared later.
    """
    moment = now.timestamp()
    if rhythm.at and (not published or moment < rhythm.at):
        # Nothing new changes nothing: fading is reckoned when it is asked for. Nor does a clock set back.
        return rhythm
    floor = rhythm.at or moment - HISTORY * DAY
    times = sorted(min(max(entry.timestamp(), floor), moment) for entry in published)
    if rhythm.at:
        start, counted = rhythm.at, float(len(times))
    else:  # the oldest entry listed opens the time watched
        start, counted = (times[0], len(times) - 1.0) if times else (moment, 0.0)
    days = (moment - start) / DAY
    fade = 0.5 ** (days / PROFILE_HALF_LIFE)
    hours, weekdays = [n * fade for n in rhythm.hours], [n * fade for n in rhythm.weekdays]
    hours_watched = [n * fade for n in rhythm.hours_watched]
    weekdays_watched = [n * fade for n in rhythm.weekdays_watched]
    _watch(hours_watched, weekdays_watched, max(start, moment - HISTORY * DAY), moment)
    recent, last = rhythm.recent, rhythm.last or start
    for time in times:
        hours[_hour(time)] += 1.0
        weekdays[_weekday(time)] += 1.0
        recent = recent * exp((last - time) / BURST_MEMORY) + 1.0 if time > last else recent + 1.0
        last = max(last, time)
    entries, watched = faded(replace(rhythm, at=rhythm.at or start), moment)
    return Rhythm(
        at=moment,
        last=last if times else rhythm.last,
        entries=entries + counted,
        watched=watched,
        hours=tuple(hours),
        hours_watched=tuple(hours_watched),
        weekdays=tuple(weekdays),
        weekdays_watched=tuple(weekdays_watched),
        recent=recent,
        burst_until=rhythm.burst_until,
    )


def alerted(rhythm: Rhythm, until: datetime) -> Rhythm:
    """The rhythm of a feed whose outlet or place has just brought an alert: a burst until then."""
    return replace(rhythm, burst_until=max(rhythm.burst_until, until.timestamp()))


def rate(rhythm: Rhythm, now: datetime, prior: Prior = MEDIAN_FEED) -> float:
    """Entries a day, on average over a week."""
    return rate_at(rhythm, now.timestamp(), prior)


def intensity(rhythm: Rhythm, at: datetime) -> float:
    """Entries a day that are to be expected at that moment."""
    moment = at.timestamp()
    pace = rate_at(rhythm, moment)
    weight = rhythm.hour_weights[_hour(moment)] * rhythm.weekday_weights[_weekday(moment)]
    return pace * weight + burst_at(rhythm, moment, pace)


def known(rhythm: Rhythm, now: datetime) -> bool:
    """Whether the feed has shown enough for its own rhythm to outweigh what it says of itself."""
    entries, watched = faded(rhythm, now.timestamp())
    return watched >= KNOWN_DAYS and entries >= KNOWN_ENTRIES


def quiet_for(rhythm: Rhythm, since: datetime, now: datetime) -> float:
    """The entries that were to be expected between two moments, by the feed's own hours and weekdays.

    Bursts are left out: what a silence lacks is the ordinary pace. More than HISTORY days count as that.
    """
    end = now.timestamp()
    begin = max(since.timestamp(), end - HISTORY * DAY)
    # The pace before the silence: it must not explain itself away.
    pace = rate_at(rhythm, min(max(begin, rhythm.at), end))
    hours, weekdays = rhythm.hour_weights, rhythm.weekday_weights
    expected = 0.0
    for start, stop in _hours_between(begin, end):
        expected += (stop - start) / DAY * hours[_hour(start)] * weekdays[_weekday(start)]
    return pace * expected


def rate_at(rhythm: Rhythm, moment: float, prior: Prior = MEDIAN_FEED) -> float:
    """As `rate`, for a moment in seconds since 1970."""
    entries, watched = faded(rhythm, moment)
    return (entries + prior.rate * prior.days) / (watched + prior.days)


def common_prior(rhythms: Sequence[Rhythm], now: datetime) -> Prior:
    """The prior that these feeds' own spread suggests: feeds that are alike vouch for each other.

    Logarithms, because paces spread over decades; less than half a day watched says nothing.
    """
    moment = now.timestamp()
    counts = [pair for pair in (faded(rhythm, moment) for rhythm in rhythms) if pair[1] >= 0.5]
    if len(counts) < 10:
        return MEDIAN_FEED
    logs = [log((entries + 0.5) / watched) for entries, watched in counts]
    mean = sum(logs) / len(logs)
    chance = sum(CLUMP / (entries + 1.0) for entries, _ in counts) / len(counts)
    spread = sum((value - mean) ** 2 for value in logs) / (len(logs) - 1) - chance
    rate = exp(mean)
    # A gamma prior whose relative variance is that of the paces; it is worth 1 / variance clumps.
    clumps = 1 / max(exp(min(spread, 10.0)) - 1, 0.005)
    return Prior(rate, min(max(clumps * CLUMP / rate, MEDIAN_FEED.days), 100.0))


def burst_at(rhythm: Rhythm, moment: float, pace: float) -> float:
    """Entries a day that a burst adds at a moment, to a feed of that pace. 0 while nothing stands out."""
    added = ALERT_RATE if moment < rhythm.burst_until else 0.0
    if not rhythm.recent:
        return added
    recent = rhythm.recent * exp(min(rhythm.last - moment, 0.0) / BURST_MEMORY)
    usual = pace * BURST_MEMORY / DAY
    # One entry is no burst, and chance brings a busy feed the root of what is usual.
    excess = recent - 1.0 - usual - sqrt(usual)
    return added + BURST_GAIN * excess * DAY / BURST_MEMORY if excess > 0 else added


def faded(rhythm: Rhythm, moment: float) -> tuple[float, float]:
    """Entries and days watched as they count at a moment, the time since the last observation watched too."""
    if not rhythm.at:
        return 0.0, 0.0
    fade = 0.5 ** (max(moment - rhythm.at, 0.0) / DAY / RATE_HALF_LIFE)
    return rhythm.entries * fade, rhythm.watched * fade + (1.0 - fade) * RATE_HALF_LIFE / log(2)


def _weights(entries: Sequence[float], watched: Sequence[float], prior: float) -> tuple[float, ...]:
    """Entries over what the time watched explains, both with a prior, mean 1."""
    total = sum(watched)
    if not total:
        return (1.0,) * len(entries)
    pace = sum(entries) / total
    raw = [(prior + n) / (prior + pace * days) for n, days in zip(entries, watched, strict=True)]
    mean = sum(raw) / len(raw)
    return tuple(value / mean for value in raw)


def _smooth(values: tuple[float, ...]) -> list[float]:
    """Each hour with its neighbours, 1-2-3-2-1 round the clock."""
    around = values[-2:] + values + values[:2]
    return [
        (a + 2 * b + 3 * c + 2 * d + e) / 9
        for a, b, c, d, e in zip(around, around[1:], around[2:], around[3:], around[4:], strict=False)
    ]


def _watch(hours: list[float], weekdays: list[float], start: float, end: float) -> None:
    """Add the time from start to end to its hours and weekdays, in days."""
    for begin, stop in _hours_between(start, end):
        days = (stop - begin) / DAY
        hours[_hour(begin)] += days
        weekdays[_weekday(begin)] += days


def _hours_between(start: float, end: float) -> list[tuple[float, float]]:
    """The time from start to end, cut at full hours."""
    cuts = []
    while start < end:
        stop = min((start // 3600 + 1) * 3600, end)
        cuts.append((start, stop))
        start = stop
    return cuts


def _hour(moment: float) -> int:
    return int(moment // 3600) % 24


def _weekday(moment: float) -> int:
    return (int(moment // DAY) + 3) % 7  # the first of January 1970 was a Thursday


def _short(value: float) -> float:
    """Four digits are enough, and keep the state small."""
    return float(f"{value:.4g}")
