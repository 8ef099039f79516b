"""Is the picture complete? What a feed's listings and silences say about entries that we may never have seen. Pure.

All state is small and goes into the feed's own JSON object.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from monitor.clock import iso, parse_iso

REMEMBERED = 60  # entries of the last listing
MOST_PINNED = 3
QUIET_ENTRIES = (
    6.0  # that were to be expected, by the feed's own hours and weekdays, before a silence is told
)
QUIET_TIME = timedelta(hours=24)
IN_FULL_EVERY = {1: timedelta(hours=1)}  # by tier; all others:
IN_FULL = timedelta(days=1)
DELAYS = 50  # publish-to-seen delays remembered
SAME_MOVES = 3
UPLINK_HOSTS, UPLINK_SHARE = 5, 0.8
UPLINK_REASONS = frozenset({"dns", "connect", "timeout"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person should know about a feed, and what to do."""

    name: str  # overflow | empty | shrinking | lying_validators | quiet
    message: str
    cure: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What is remembered of a feed between polls. Times are ISO 8601, "" for never."""

    listed: tuple[str, ...] = ()  # short marks of the last listing, in its order
    usual: float = 0.0  # entries in a listing
    news: str = ""  # when it last brought something new
    in_full: str = ""  # when it was last asked without validators
    lies: bool = False  # its validators said "unchanged" when it had changed
    delays: tuple[int, ...] = ()  # seconds from published to seen, the newest last

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any] | None) -> Self:
        if not data:
            return cls()
        return cls(**{**data, "listed": tuple(data["listed"]), "delays": tuple(data["delays"])})


def mark(key: str) -> str:
    """A short mark of an item."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:10]


# ---------------------------------------------------------------- listings


def listing(
    watched: Watched, keys: Sequence[str], now: datetime, *, new: int
) -> tuple[Watched, list[Finding]]:
    """The state after a listing of entries (the ids of their items, in order), and what is odd about it."""
    marks = tuple(mark(key) for key in keys)[:REMEMBERED]
    usual = len(keys) if not watched.usual else watched.usual * 0.9 + len(keys) * 0.1
    after = replace(
        watched, usual=round(usual, 1), news=iso(now) if new or not watched.news else watched.news
    )
    if not keys:
        if not watched.listed:
            return after, []
        found = Finding(
            "empty",
            f"the feed lists nothing, where it listed {len(watched.listed)} entries before",
            "look whether the outlet has moved its feed; what it listed before is kept",
        )
        return after, [found]  # the last listing is kept: what comes next is compared with it
    after = replace(after, listed=marks)
    if overflowed(watched.listed, marks):
        found = Finding(
            "overflow",
            f"none of the {len(watched.listed)} entries of the last poll is left in the feed: some were missed",
            "shorten the feed's interval, or ask the outlet for a longer feed",
        )
        return after, [found]
    if watched.usual >= 6 and len(keys) < watched.usual / 2:
        found = Finding(
            "shrinking",
            f"the feed lists {len(keys)} entries, where it usually lists {watched.usual:.0f}",
            "entries may pass unseen between two polls: look at the feed, and shorten its interval",
        )
        return after, [found]
    return after, []


def overflowed(before: Sequence[str], now: Sequence[str]) -> bool:
    """Whether nothing but pinned posts is left of a listing: entries may have come and gone unseen.

    Pinned: they head both listings, in the same order, with other entries after them.
    """
    if len(before) < 2 or not now:
        return False
    left = [one for one in now if one in set(before)]
    if not left:
        return True
    pinned = len(left) <= MOST_PINNED and list(now[: len(left)]) == left == list(before[: len(left)])
    return pinned and len(now) > len(left) and len(before) > len(left)


# ---------------------------------------------------------------- silence


def wanted_in_full(watched: Watched, now: datetime, *, tier: int) -> bool:
    """Whether to ask without validators: they lied before, or nothing was new for long (a day; tier 1 an hour)."""
    if watched.lies:
        return True
    every = IN_FULL_EVERY.get(tier, IN_FULL)
    return all(not since or now - parse_iso(since) >= every for since in (watched.news, watched.in_full))


def asked_in_full(watched: Watched, now: datetime, *, new: int, hidden: bool) -> Watched:
    """The state after an answer to a question without validators. `hidden`: what was new had been kept from us."""
    return replace(watched, in_full=iso(now), lies=watched.lies or (new > 0 and hidden))


def distrust(watched: Watched) -> list[Finding]:
    """What stays to be told of a feed whose validators lied."""
    if not watched.lies:
        return []
    return [
        Finding(
            "lying_validators",
            "the feed called itself unchanged (304) though it had new entries",
            "nothing to do: it is read whole at every poll; the outlet's cache is at fault",
        )
    ]


def silence(watched: Watched, now: datetime, missed: float) -> list[Finding]:
    """A silence that the feed's own rhythm does not explain. `missed`: entries that were to be expected meanwhile."""
    if not watched.news or missed < QUIET_ENTRIES or now - parse_iso(watched.news) < QUIET_TIME:
        return []
    hours = (now - parse_iso(watched.news)).total_seconds() / 3600
    return [
        Finding(
            "quiet",
            f"nothing new for {hours:.0f} hours, where about {missed:.0f} entries were to be expected",
            "look whether the outlet still publishes there; its feed may be frozen",
        )
    ]


# ---------------------------------------------------------------- delays, moves, the uplink


def delayed(watched: Watched, seconds: Iterable[float]) -> Watched:
    """The state with more delays from published to seen."""
    found = [*watched.delays, *(round(max(one, 0.0)) for one in seconds)]
    return replace(watched, delays=tuple(found[-DELAYS:]))


def delay(watched: Watched) -> tuple[int, int] | None:
    """Median and 95th percentile of the delays in seconds; None while there are none."""
    if not watched.delays:
        return None
    ranked = sorted(watched.delays)
    return ranked[(len(ranked) - 1) // 2], ranked[min(round(len(ranked) * 0.95), len(ranked) - 1)]


def moves(seen: dict[str, Any], target: str) -> tuple[dict[str, Any], str]:
    """What is remembered of permanent redirects, and the new address once the same one was named three times."""
    if not target:
        return {}, ""
    count = int(seen.get("count", 0)) + 1 if seen.get("to") == target else 1
    return {"to": target, "count": count}, target if count >= SAME_MOVES else ""


@dataclass
class Uplink:
    """How the last poll of every host ended, to tell our own line from theirs."""

    _reached: dict[str, bool] = field(default_factory=dict)
    _lost: int = 0

    def note(self, host: str, reason: str) -> bool:
        """Take down how a poll ended; whether nearly all hosts cannot be reached: then it is our own line."""
        lost = reason in UPLINK_REASONS
        self._lost += lost - (self._reached.get(host) is False)
        self._reached[host] = not lost
        return len(self._reached) >= UPLINK_HOSTS and self._lost >= UPLINK_SHARE * len(self._reached)
