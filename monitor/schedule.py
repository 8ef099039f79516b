"""When a feed is polled next, and why then. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

POLLS_PER_ENTRY = 4  # auto: this many polls for each entry that is to be expected
CACHE_FLOOR = 300.0  # seconds: a longer Cache-Control is not for news
SPREAD = 0.1  # of the wait, so that feeds drift apart
MAX_RETRY_AFTER = 86_400.0  # seconds


def next_poll(
    now: datetime,
    *,
    interval: float | None,
    min_interval: float,
    max_interval: float,
    errors: int,
    retry_after: float | None,
    cache_max_age: float | None,
    rate_per_day: float,
    jitter: float,
) -> tuple[datetime, str]:
    """The time of the next poll and its reason: interval, auto, cache, backoff or retry_after.

    Intervals, `retry_after` and `cache_max_age` in seconds; `errors` in a row; `jitter` 0..1 only ever
    lengthens the wait, by a tenth at most, and never beyond a backoff's `max_interval`.
    """
    if interval is not None:
        wait, reason = interval, "interval"
    else:
        wait, reason = _auto(rate_per_day, min_interval, max_interval), "auto"
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


def _auto(rate_per_day: float, min_interval: float, max_interval: float) -> float:
    """Seconds between polls of a feed that has `rate_per_day` new entries."""
    if rate_per_day <= 0:
        return max_interval
    return min(max(86_400.0 / rate_per_day / POLLS_PER_ENTRY, min_interval), max_interval)
