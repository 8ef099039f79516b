"""What is wrong right now, told once, with one alarm for one root cause. Pure.

Snapshot (feeds, receivers, processes, store) ─▶ faults ─▶ what is to be told of them: new ones, and those mended
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.clock import parse_iso
from monitor.config import Config
from monitor.models import Json, Severity

BROKEN_AFTER = timedelta(minutes=30)  # without a good answer of a feed that was asked several times
BROKEN_ERRORS = 5
RECEIVER_PATIENCE = timedelta(minutes=2)
STILL = 60.0  # seconds without a beat
BACKLOG = timedelta(minutes=5)  # so long an item may wait to be processed
CLOCK_OFF = 120.0  # seconds
CLOCK_HOSTS = 3
MEMORY_SHARE = 0.8
DEAD_FOR = timedelta(hours=24)  # a dead letter is news for so long
DRIFT_SHARE, DRIFT_OLD, DRIFT_NEW = 0.25, 20, 8  # an outlet's texts shrink to a quarter of what they were


HITS_NEW, HITS_OLD, HITS_EXPECTED = (
    60,
    100,
    8.0,
)  # articles, and finds that were to be expected among the newest


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `key` names it for as long as it lasts; `patience` is how long it may (seconds)."""

    key: str
    text: str
    cure: str
    severity: Severity = "medium"
    patience: float = 0.0
    receiver: str = ""  # the one that is at fault, and need not be told through itself

    def line(self) -> str:
        """What happened and what to do."""
        return f"{self.text} ({self.cure})"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is looked at, as of `now`. Ages are seconds on the observer's own clock."""

    now: datetime
    feeds: Mapping[str, Json] = field(default_factory=dict)  # name -> state
    store_away: float | None = None  # seconds since the store answered last; None: it answers
    refusal: str = ""  # why the store takes nothing, though it answers
    warnings: Sequence[str] = ()
    memory: int = 0  # bytes the store uses
    still: Mapping[str, float] = field(default_factory=dict)  # part -> seconds since its last beat
    uplink_down: bool = False
    oldest_item: datetime | None = None  # of those that wait to be processed
    troubles: Mapping[str, tuple[int, datetime, str]] = field(default_factory=dict)  # failures, since, error
    dead: Mapping[str, tuple[int, datetime, str]] = field(
        default_factory=dict
    )  # dead letters: count, newest, error
    canary: datetime | None = None  # when the last one arrived, or was to be expected first
    texts: Mapping[str, Sequence[int]] = field(default_factory=dict)  # outlet -> lengths, newest first
    drifted: Sequence[str] = ()  # outlets whose articles became far shorter
    silent: Sequence[str] = ()  # outlets in whose articles nothing is found any more
    template_errors: Sequence[str] = ()


def found(shot: Snapshot, config: Config) -> list[Fault]:
    """Everything that is wrong, without what only follows from it."""
    if shot.store_away is not None:
        return [
            Fault(
                "store",
                f"the store does not answer for {shot.store_away:.0f} s: nothing is polled, processed or sent",
                "see that Redis or Valkey runs at redis.url, and its disk and memory; it goes on by itself",
                "high",
                patience=30.0,
            )
        ]
    faults = [*_store(shot, config), *_processes(shot), *_receivers(shot), *_clock(shot)]
    if shot.uplink_down:
        faults.append(
            Fault(
                "uplink",
                "nearly no outlet can be reached: our own line or name server is down",
                "look at this machine's network; nothing that the feeds still list is lost",
                "high",
                patience=60.0,
            )
        )
    else:
        faults += _feeds(shot, config)
    if config.watch.canary and shot.canary and not any(one.key in ("uplink", "backlog") for one in faults):
        late = shot.now - shot.canary
        if late > timedelta(seconds=3 * config.watch.canary + 60):
            faults.append(
                Fault(
                    "canary",
                    f"no canary came through for {_span(late)}: new reports may not be told",
                    "see `rasid status`; poller, workers or delivery stand still",
                    "high",
                )
            )
    return faults


def _store(shot: Snapshot, config: Config) -> Iterable[Fault]:
    if shot.refusal:
        yield Fault(
            "refusal",
            f"the store answers but takes nothing: {shot.refusal}",
            "give it memory and disk (maxmemory, free space); the poller waits, nothing is marked as seen",
            "high",
            patience=10.0,
        )
    for text in shot.warnings:
        what, _, cure = text.partition(": ")
        yield Fault(f"store: {what}", what, cure or "see docs/operations.md", "medium")
    if shot.memory > MEMORY_SHARE * config.retention.memory:
        yield Fault(
            "memory",
            f"the store uses {shot.memory / 1e6:.0f} MB of the {config.retention.memory / 1e6:.0f} MB allowed",
            "shorten retention.items, or raise retention.memory if the machine has more",
            "high",
            patience=60.0,
        )


def _processes(shot: Snapshot) -> Iterable[Fault]:
    for part, age in shot.still.items():
        if age > STILL:
            yield Fault(
                f"still: {part}",
                f"{part} gave no sign of life for {_span(timedelta(seconds=age))}",
                "see whether its process runs and the log's last lines, and start it again",
                "high",
            )
    if shot.oldest_item and (age_ := shot.now - shot.oldest_item) > BACKLOG:
        yield Fault(
            "backlog",
            f"reports wait for {_span(age_)} to be processed",
            "see `rasid status`; raise workers.process, or look why the workers stand still",
            "high",
            patience=30.0,
        )


def _receivers(shot: Snapshot) -> Iterable[Fault]:
    for name, (failures, since, error) in shot.troubles.items():
        if failures > 1 and shot.now - since > RECEIVER_PATIENCE:
            yield Fault(
                f"receiver: {name}",
                f"receiver {name} takes nothing since {since:%Y-%m-%d %H:%M} UTC, {failures} tries: {error}",
                "look at its address, token and service; its messages wait and are told when it is back",
                "high",
                receiver=name,
            )
    for name, (count, newest, error) in shot.dead.items():
        if shot.now - newest < DEAD_FOR:
            yield Fault(
                f"dead: {name}",
                f"receiver {name} refused {count} message{'s' if count != 1 else ''} for good: {error}",
                "mend its address or secret, then `rasid alerts resend` them",
                "high",
                receiver=name,
            )
    for text in shot.template_errors:
        yield Fault(
            f"template: {text[:80]}",
            f"a message template failed: {text}",
            "mend it; the built-in words were used",
        )


def _clock(shot: Snapshot) -> Iterable[Fault]:
    offsets = sorted(
        float(state["clock_off"]) for state in shot.feeds.values() if state.get("clock_off") is not None
    )
    if len(offsets) >= CLOCK_HOSTS:
        middle = offsets[len(offsets) // 2]
        if abs(middle) > CLOCK_OFF:
            way = "behind" if middle > 0 else "ahead of"
            yield Fault(
                "clock",
                f"this machine's clock is {abs(middle):.0f} s {way} that of most outlets",
                "set it by NTP (timedatectl)",
                patience=300.0,
            )


def _feeds(shot: Snapshot, config: Config) -> Iterable[Fault]:
    for feed in config.feeds:
        state = shot.feeds.get(feed.name) or {}
        good = state.get("last_success") or state.get("first_error", "")
        silent = shot.now - parse_iso(good) if good else timedelta(0)
        if state.get("error") and state.get("errors", 0) >= BROKEN_ERRORS and silent > BROKEN_AFTER:
            yield Fault(
                f"feed: {feed.name}",
                f"feed {feed.name} is broken for {_span(silent)}: {state['error']}",
                str(state.get("cure") or "see `rasid feeds probe` with its address"),
                "high" if feed.tier == 1 else "medium",
            )
            continue
        for finding in state.get("findings", []):
            yield Fault(
                f"feed: {feed.name}: {finding['name']}",
                f"feed {feed.name}: {finding['message']}",
                finding["cure"],
                "high" if finding["name"] == "overflow" else "medium",
            )
    for outlet in shot.drifted:
        yield Fault(
            f"drift: {outlet}",
            f"the articles of {outlet} have become far shorter than they were: its pages may have changed",
            "try `rasid explain` on one of them, and set `selector` for its feed",
        )
    for outlet in shot.silent:
        yield Fault(
            f"silent: {outlet}",
            f"nothing is found in the last {HITS_NEW} articles of {outlet}, where much was found before",
            "look at some with `rasid items` and `rasid explain`: its pages or its wording may have changed",
        )


def fell_silent(hits: Sequence[bool]) -> bool:
    """Whether an outlet's articles (newest first: was anything found?) tell of nothing any more, as no chance explains."""
    new, old = hits[:HITS_NEW], hits[HITS_NEW:]
    if len(new) < HITS_NEW or len(old) < HITS_OLD or any(new):
        return False
    return sum(old) / len(old) * HITS_NEW >= HITS_EXPECTED


def drifted(lengths: Sequence[int]) -> bool:
    """Whether an outlet's texts (lengths, newest first) have collapsed."""
    new, old = sorted(lengths[:DRIFT_NEW]), sorted(lengths[DRIFT_NEW:])
    if len(new) < DRIFT_NEW or len(old) < DRIFT_OLD:
        return False
    return new[len(new) // 2] < DRIFT_SHARE * old[len(old) // 2]


# ---------------------------------------------------------------- telling


@dataclass(frozen=True, slots=True)
class Known:
    """A fault as it is remembered: when it was first seen, whether it was told, since when it is gone."""

    fault: Fault
    since: float  # monotonic seconds
    told: bool = False
    gone: float | None = None


MENDED_AFTER = 60.0  # seconds that a fault must stay away


def changes(
    known: Mapping[str, Known], now: float, faults: Iterable[Fault]
) -> tuple[dict[str, Known], list[Fault], list[Fault]]:
    """What is remembered next, the faults to be told now, and those to be told as mended. `now`: monotonic."""
    present = {one.key: one for one in faults}
    after: dict[str, Known] = {}
    fresh: list[Fault] = []
    mended: list[Fault] = []
    for key, fault in present.items():
        before = known.get(key)
        one = replace(before, fault=fault, gone=None) if before else Known(fault, now)
        if not one.told and now - one.since >= fault.patience:
            one = replace(one, told=True)
            fresh.append(fault)
        after[key] = one
    for key, one in known.items():
        if key in present or not one.told:
            continue
        gone = one.gone if one.gone is not None else now
        if now - gone >= MENDED_AFTER:
            mended.append(one.fault)
        else:
            after[key] = replace(one, gone=gone)
    return after, fresh, mended


def _span(span: timedelta) -> str:
    minutes = span.total_seconds() / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"
