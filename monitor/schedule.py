"""When a feed is polled next, and why then. Pure. The derivation is in docs/polling.md."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.rhythm import ALERT_RATE, MEDIAN_FEED, Prior, Rhythm, burst_at, common_prior, known, rate_at

EXPONENT = 0.4  # density of polls ~ pace ** exponent, until it is reckoned from the feeds' own paces
EXPONENTS = (0.42, 0.36, 0.3, 0.25)  # 1/2 is best for the mean delay, less for the longest
LATE = 0.045  # of the entries may wait longer than 95 % do at equal intervals
LONGEST_NIGHT = 2.0  # times the average interval
MEDIAN_INTERVAL = 900.0  # seconds: what a feed of MEDIAN_RATE gets while no budget is set
MEDIAN_RATE = MEDIAN_FEED.rate  # entries a day
EVENNESS = 0.5  # how far the hours of a day are drawn towards flat, 0..1, before anybody has reckoned it
TIER_WEIGHT = {1: 2.0, 2: 1.0, 3: 0.5}  # an entry's waiting, by how far the outlet is trusted
TIER_CEILING = 120.0  # seconds: a first-hand outlet waits no longer, day and night
CACHE_FLOOR = 300.0  # seconds: a longer Cache-Control is not for news
SPREAD = 0.1  # of the wait, so that feeds drift apart
MAX_RETRY_AFTER = 86_400.0  # seconds
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NO_RHYTHM = Rhythm()


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed says of its own pace; each may lengthen a wait that we chose ourselves, none shortens it."""

    ttl: float | None = None  # seconds: RSS <ttl>, which is in minutes there
    skip_hours: frozenset[int] = frozenset()  # 0..23, UTC
    skip_days: frozenset[str] = frozenset()  # English names, any case
    update_period: float | None = None  # seconds: sy:updatePeriod over sy:updateFrequency


@dataclass(frozen=True, slots=True)
class Plan:
    """What all feeds share."""

    interval: float = MEDIAN_INTERVAL  # seconds, of a feed with MEDIAN_RATE
    exponent: float = EXPONENT  # of the pace, to which the density of polls is proportional
    evenness: float = EVENNESS  # of the hours of a day
    prior: Prior = MEDIAN_FEED


@dataclass(frozen=True, slots=True)
class Demand:
    """One feed that asks for a part of the budget. `interval` in seconds where somebody set it."""

    rhythm: Rhythm = NO_RHYTHM
    tier: int = 2
    interval: float | None = None


NO_HINTS = Hints()
USUAL_PLAN = Plan()


def next_poll(
    now: datetime,
    *,
    interval: float | None,
    min_interval: float,
    max_interval: float,
    errors: int,
    retry_after: float | None,
    cache_max_age: float | None,
    jitter: float,
    rhythm: Rhythm | None = None,
    rate_per_day: float = 0.0,
    tier: int = 2,
    hints: Hints = NO_HINTS,
    plan: Plan = USUAL_PLAN,
) -> tuple[datetime, str]:
    """The time of the next poll and its reason.

    Reasons: interval, auto, burst, tier, cache, hint(ttl), hint(skip), hint(period), backoff, retry_after.
    Intervals, `retry_after` and `cache_max_age` in seconds; `errors` in a row; `jitter` 0..1 only ever
    lengthens the wait, by a tenth at most, and never beyond a backoff's `max_interval`. `rate_per_day` is
    for a feed without a rhythm.
    """
    if interval is not None:
        wait, reason = interval, "interval"
    else:
        own = rhythm if rhythm is not None else _steady(rate_per_day, now)
        wait, reason = _auto(now, own, tier, plan, min_interval, max_interval)
        if reason != "burst":
            wait, reason = _hinted(now, wait, reason, hints, own, _ceiling(tier, max_interval))
        floor = min(cache_max_age or 0.0, CACHE_FLOOR)
        if floor > wait:
            wait, reason = floor, "cache"
    if errors > 0:
        # An interval that is longer than max_interval was asked for: errors do not shorten it.
        longest = max(max_interval, wait)
        wait, reason = min(wait * 2.0 ** min(errors, 20), longest), "backoff"
        wait = min(wait * (1 + SPREAD * jitter), longest)
    else:
        wait *= 1 + SPREAD * jitter
    if retry_after is not None and min(retry_after, MAX_RETRY_AFTER) > wait:
        wait, reason = min(retry_after, MAX_RETRY_AFTER) * (1 + SPREAD * jitter / 10), "retry_after"
    return now + timedelta(seconds=wait), reason


def allocate(
    feeds: Sequence[Demand], budget: float | None, *, now: datetime, min_interval: float, max_interval: float
) -> Plan:
    """The plan under which these feeds together make `budget` requests an hour; None for no limit.

    What explicit intervals use is taken off first. Intervals in seconds. A budget below what the slowest
    allowed polling needs gives that polling: the bounds come first.
    """
    moment = now.timestamp()
    free = [feed for feed in feeds if feed.interval is None]
    if not free:
        return USUAL_PLAN
    prior = common_prior([feed.rhythm for feed in free], now)
    paces = [rate_at(feed.rhythm, moment, prior) for feed in free]
    exponent, stretch = _law(paces)
    evenness = _evenness(free, exponent, stretch)
    shares = [
        (TIER_WEIGHT[feed.tier] * pace / MEDIAN_RATE) ** exponent
        * _mean_power(feed.rhythm, evenness, exponent)
        for feed, pace in zip(free, paces, strict=True)
    ]
    if budget is None:
        return Plan(MEDIAN_INTERVAL, exponent, evenness, prior)
    fixed = sum(3600.0 / max(feed.interval, 1.0) for feed in feeds if feed.interval is not None)
    bounds = [(3600.0 / _ceiling(feed.tier, max_interval), 3600.0 / min_interval) for feed in free]
    level = _fill(shares, bounds, max(budget - fixed, 0.0))
    return Plan(3600.0 / level, exponent, evenness, prior)


def _fill(shares: Sequence[float], bounds: Sequence[tuple[float, float]], budget: float) -> float:
    """The level at which `level x share`, held within bounds, sums up to the budget."""
    low, high = 0.0, max(top / share for share, (_, top) in zip(shares, bounds, strict=True))
    for _ in range(40):
        level = (low + high) / 2
        used = sum(min(max(level * s, bottom), top) for s, (bottom, top) in zip(shares, bounds, strict=True))
        low, high = (level, high) if used < budget else (low, level)
    return high


def _law(paces: Sequence[float]) -> tuple[float, float]:
    """The exponent for these paces, and how many times its average a feed's interval may be at night.

    Both as high as the 95th percentile allows: no worse than under the same requests at equal intervals, at
    night neither. Only what unequal feeds save may be moved from the night to the day.
    """
    exponent = next((e for e in EXPONENTS if _late(paces, e, 1.0) <= LATE), EXPONENTS[-1])
    low, high = 1.0, LONGEST_NIGHT
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if _late(paces, exponent, middle) <= LATE else (low, middle)
    return exponent, low


def _late(paces: Sequence[float], exponent: float, stretch: float) -> float:
    """The part of all entries that waits longer than 95 % of them would at equal intervals."""
    shares = [math.pow(pace, exponent) for pace in paces]
    limit = 0.95 * len(shares) / sum(shares) / stretch  # in the unit of 1 / share
    late = sum(
        pace * (1 - limit * share) for pace, share in zip(paces, shares, strict=True) if limit * share < 1
    )
    return late / sum(paces)


def _evenness(feeds: Sequence[Demand], exponent: float, stretch: float) -> float:
    """How far the hours are drawn towards flat, 0..1, to keep the typical night within the stretch."""
    lowest = sum(min(feed.rhythm.hour_weights) for feed in feeds) / len(feeds)
    allowed = math.pow(stretch, -1 / exponent)
    return max((allowed - lowest) / (1 - lowest), 0.0) if lowest < 1 else 1.0


def _mean_power(rhythm: Rhythm, evenness: float, exponent: float) -> float:
    """What a feed's hours and weekdays make of its requests, on average over a week."""

    def mean(weights: Sequence[float]) -> float:
        powers = [math.pow(evenness + (1 - evenness) * weight, exponent) for weight in weights]
        return sum(powers) / len(powers)

    return mean(rhythm.hour_weights) * mean(rhythm.weekday_weights)


def _auto(
    now: datetime, rhythm: Rhythm, tier: int, plan: Plan, min_interval: float, max_interval: float
) -> tuple[float, str]:
    """Seconds until the expected waiting is worth a request: by pace, hour, weekday and burst."""
    ceiling = _ceiling(tier, max_interval)
    moment = now.timestamp()
    pace = rate_at(rhythm, moment, plan.prior)
    even, part, weight = plan.evenness, 1 - plan.evenness, TIER_WEIGHT[tier] / MEDIAN_RATE
    hours, weekdays = rhythm.hour_weights, rhythm.weekday_weights

    def wait_at(moment: float) -> tuple[float, bool]:
        hour = hours[int(moment // 3600) % 24]
        usual = pace * (even + part * hour * weekdays[(int(moment // 86_400) + 3) % 7])
        burst = burst_at(rhythm, moment, usual)
        return plan.interval / math.pow((usual + burst) * weight, plan.exponent), burst > min(
            usual, ALERT_RATE / 2
        )

    # The density of polls must sum up to one over the wait: its middle stands for all of it.
    wait, bursting = wait_at(moment)
    for _ in range(2):
        wait, _ = wait_at(moment + min(wait, ceiling) / 2)
    if wait > ceiling:
        return max(ceiling, min_interval), "tier" if ceiling < max_interval else "auto"
    return max(wait, min_interval), "burst" if bursting else "auto"


def _hinted(
    now: datetime, wait: float, reason: str, hints: Hints, rhythm: Rhythm, ceiling: float
) -> tuple[float, str]:
    """The wait as the feed's own hints lengthen it, up to the ceiling."""
    asked = [(hints.ttl or 0.0, "hint(ttl)"), (_skipped(now, hints, ceiling), "hint(skip)")]
    if not known(rhythm, now):  # software writes a period by default, whatever the outlet does
        asked.append((hints.update_period or 0.0, "hint(period)"))
    longest, name = max(asked)
    longest = min(longest, ceiling)
    return (longest, name) if longest > wait else (wait, reason)


def _skipped(now: datetime, hints: Hints, ceiling: float) -> float:
    """Seconds until an hour comes that the feed does not skip, at most the ceiling."""
    if not hints.skip_hours and not hints.skip_days:
        return 0.0
    days = {day.lower() for day in hints.skip_days}
    hour, then = now.replace(minute=0, second=0, microsecond=0), now
    while (then - now).total_seconds() < ceiling:
        if then.hour not in hints.skip_hours and WEEKDAYS[then.weekday()] not in days:
            return (then - now).total_seconds()
        hour += timedelta(hours=1)
        then = hour
    return ceiling


def _ceiling(tier: int, max_interval: float) -> float:
    """The longest wait that we choose ourselves, in seconds; the tier's holds with the jitter too."""
    return min(max_interval, TIER_CEILING / (1 + SPREAD)) if tier == 1 else max_interval


def _steady(rate_per_day: float, now: datetime) -> Rhythm:
    """The rhythm of a feed of which only the rate is known."""
    days = 30.0
    return Rhythm(at=now.timestamp(), entries=rate_per_day * days, watched=days)
