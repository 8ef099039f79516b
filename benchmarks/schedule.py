"""Polling: how long an entry waits to be seen, at the same number of requests as fixed 15-minute polling.

python -m benchmarks.schedule [--blank]    (300 feeds, two virtual weeks; 1 where a target is missed)
"""

from __future__ import annotations

import heapq
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp, sqrt

from monitor.rhythm import Rhythm, burst_at, observe
from monitor.schedule import Demand, Plan, allocate, next_poll

FEEDS, DAYS, SEED = 300, 14, 20261
SIGMAS = (0.0, 1.0, 1.5, 2.0)
MEDIAN = 6.0  # entries a day
FIXED = 900.0  # seconds
NIGHT_HOURS, DAY_OVER_NIGHT = 8.0, 5.0
BURST_SHARE, BURST_SIZE, BURST_GAP = 0.2, (4, 12), 300.0  # of the entries; entries; seconds at most
SHORTEST, LONGEST = 60.0, 3600.0  # seconds: the bounds of every policy but the fixed one
LISTED = 10  # older entries that a feed still lists at its first poll; 0 with --blank
REPLAN = 21_600.0  # seconds between two allocations; at the start sooner
GUESS = {0.0: (1.0465, 0.96), 1.0: (1.04, 1.11), 1.5: (1.035, 1.3), 2.0: (1.024, 1.4)}  # scales, to save runs
TARGET = 0.85  # of what a clairvoyant gains
START = datetime(2026, 3, 2, tzinfo=UTC)
END = DAYS * 86_400.0

# entries of one feed: (seconds since START, at night, in a burst)
Entry = tuple[float, bool, bool]


@dataclass(frozen=True)
class Feed:
    """A feed as only the world knows it."""

    rate: float  # entries a day
    night: float  # seconds of the day at which its night begins
    listed: list[float]  # before START, of what the first poll shows
    entries: list[Entry]

    def is_night(self, moment: float) -> bool:
        return (moment - self.night) % 86_400 < NIGHT_HOURS * 3600

    def weight(self, moment: float) -> float:
        """The profile of a day, mean 1."""
        dark = NIGHT_HOURS / 24
        low = 1 / (dark + (1 - dark) * DAY_OVER_NIGHT)
        return low if self.is_night(moment) else low * DAY_OVER_NIGHT


@dataclass(frozen=True)
class Result:
    """Requests made, and the seconds each entry waited: all, those of the night, those in bursts."""

    requests: int
    groups: dict[str, list[float]]

    def figures(self) -> dict[str, float]:
        found = {}
        for name, delays in self.groups.items():
            found[f"{name} mean"] = statistics.fmean(delays)
            found[f"{name} p95"] = statistics.quantiles(delays, n=20)[-1]
        return found

    def chance(self) -> dict[str, float]:
        """Two standard errors of the difference of two such figures, for delays even from 0 to FIXED."""
        found = {}
        for name, delays in self.groups.items():
            found[f"{name} mean"] = 2 * FIXED * sqrt(2 / 12 / len(delays))
            found[f"{name} p95"] = 2 * FIXED * sqrt(2 * 0.05 * 0.95 / len(delays))
        return found


def world(sigma: float, listed: int = LISTED) -> list[Feed]:
    """Feeds with lognormal rates; entries by an inhomogeneous Poisson process, a fifth of them in bursts."""
    draw = random.Random(SEED)
    feeds = []
    for _ in range(FEEDS):
        rate = MEDIAN * exp(draw.gauss(0, sigma))
        feed = Feed(rate, draw.uniform(17, 23) * 3600, [], [])
        times = [(moment, False) for moment in _poisson(draw, feed, rate * (1 - BURST_SHARE))]
        gap = min(BURST_GAP, 86_400 / rate / 6)
        for moment in _poisson(draw, feed, rate * BURST_SHARE / statistics.fmean(BURST_SIZE)):
            for _ in range(draw.randint(*BURST_SIZE)):
                times.append((moment, True))
                moment += draw.expovariate(1 / gap)
        times.sort()
        feed.entries.extend((t, feed.is_night(t), burst) for t, burst in times if 0 <= t < END)
        feed.listed.extend([t for t, _ in times if t < 0][-listed:] if listed else [])
        feeds.append(feed)
    return feeds


def _poisson(draw: random.Random, feed: Feed, rate: float) -> list[float]:
    """Times in a Poisson process of `rate` a day under the feed's profile."""
    top = max(feed.weight(feed.night), feed.weight(feed.night - 1))
    times, moment = [], -END
    while (moment := moment + draw.expovariate(rate * top / 86_400)) < END:
        if draw.random() * top < feed.weight(moment):
            times.append(moment)
    return times


# --- policies: each is asked after every poll for the next wait in seconds ---


class Fixed:
    """Every feed every 15 minutes."""

    def __init__(self, feeds: list[Feed], _scale: float) -> None: ...

    def replan(self, now: float) -> None: ...

    def wait(self, _feed: int, _now: float, _new: list[float]) -> float:
        return FIXED


class Ours:
    """monitor.schedule, which learns from what its polls have shown and from nothing else."""

    def __init__(self, feeds: list[Feed], scale: float) -> None:
        self.rhythms = [Rhythm() for _ in feeds]
        self.budget = scale * len(feeds) * 3600 / FIXED
        self.draw = random.Random(SEED)
        self.replan(0.0)

    def replan(self, now: float) -> None:
        demands = [Demand(rhythm) for rhythm in self.rhythms]
        self.plan = allocate(demands, self.budget, now=at(now), min_interval=SHORTEST, max_interval=LONGEST)

    def wait(self, feed: int, now: float, new: list[float]) -> float:
        moment = at(now)
        rhythm = self.rhythms[feed] = observe(self.rhythms[feed], [at(t) for t in new], moment)
        return (decide(rhythm, moment, self.plan, self.draw.random()) - moment).total_seconds()


class Clairvoyant:
    """Knows every rate and profile, not the future; the best allocation for the mean: 1/T ~ sqrt(pace).

    It sees bursts as we do, from entries that its polls have shown.
    """

    def __init__(self, feeds: list[Feed], scale: float) -> None:
        self.feeds, self.scale = feeds, scale * FIXED * sqrt(MEDIAN)
        self.rhythms = [Rhythm() for _ in feeds]

    def replan(self, now: float) -> None: ...

    def wait(self, feed: int, now: float, new: list[float]) -> float:
        seen, rhythm = self.feeds[feed], self.rhythms[feed]
        if new:
            rhythm = self.rhythms[feed] = observe(rhythm, [at(t) for t in new], at(now))
        start = START.timestamp() + now

        def density(moment: float) -> float:
            usual = seen.rate * seen.weight(moment)
            return sqrt(usual + burst_at(rhythm, start + moment - now, usual))

        wait = self.scale / density(now)
        for _ in range(2):
            wait = self.scale / density(now + min(wait, LONGEST) / 2)
        return min(max(wait, SHORTEST), LONGEST)


Policy = Callable[[list[Feed], float], Fixed | Ours | Clairvoyant]


def decide(rhythm: Rhythm, now: datetime, plan: Plan, jitter: float) -> datetime:
    """When the daemon would poll this feed next."""
    return next_poll(
        now, interval=None, min_interval=SHORTEST, max_interval=LONGEST, errors=0, retry_after=None,
        cache_max_age=None, jitter=jitter, rhythm=rhythm, plan=plan,
    )[0]  # fmt: skip


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def run(feeds: list[Feed], policy: Fixed | Ours | Clairvoyant) -> Result:
    """Poll through two weeks on a virtual clock, and on until the last entry is seen."""
    draw = random.Random(SEED + 1)
    queue = [(draw.uniform(0, FIXED), feed) for feed in range(len(feeds))]
    heapq.heapify(queue)
    position = [0] * len(feeds)
    groups: dict[str, list[float]] = {"all": [], "night": [], "bursts": []}
    requests, plan_due = 0, 1800.0
    met: set[int] = set()
    while queue:
        now, number = heapq.heappop(queue)
        if now >= plan_due:
            policy.replan(now)
            plan_due += min(plan_due, REPLAN)
        requests += now < END
        entries, first = feeds[number].entries, position[number]
        last = first
        while last < len(entries) and entries[last][0] <= now:
            moment, night, burst = entries[last]
            groups["all"].append(now - moment)
            if night:
                groups["night"].append(now - moment)
            if burst:
                groups["bursts"].append(now - moment)
            last += 1
        position[number] = last
        if now < END:
            new = [entry[0] for entry in entries[first:last]]
            if number not in met:
                met.add(number)
                new = feeds[number].listed + new
            wait = policy.wait(number, now, new)
            heapq.heappush(queue, (now + wait, number))
    return Result(requests, groups)


def tuned(feeds: list[Feed], policy: Policy, target: int, scale: float) -> tuple[Result, float]:
    """The policy's result at `target` requests, within 1 %."""
    for _ in range(6):
        result = run(feeds, policy(feeds, scale))
        if abs(result.requests / target - 1) <= 0.01:
            break
        factor = target / result.requests
        scale = scale / factor if policy is Clairvoyant else scale * factor
    return result, scale


def compare(sigma: float, listed: int) -> dict[str, tuple[Result, float]]:
    """All policies on one world."""
    feeds = world(sigma, listed)
    fixed = run(feeds, Fixed(feeds, 1.0))
    return {
        "fixed": (fixed, 1.0),
        "ours": tuned(feeds, Ours, fixed.requests, GUESS[sigma][0]),
        "clairvoyant": tuned(feeds, Clairvoyant, fixed.requests, GUESS[sigma][1]),
    }


def cost() -> str:
    """What one decision costs, what 10,000 feeds' allocation does, and how large a state is."""
    feed = world(1.0)[0]
    rhythm = observe(Rhythm(), [], START)
    for number, (moment, _, _) in enumerate(feed.entries):
        rhythm = observe(rhythm, [at(moment)], at(moment + 60 * (number % 9)))
    state, now, plan, rounds = rhythm.to_dict(), at(END), Plan(), 2000
    began = time.perf_counter()
    for _ in range(rounds):
        decide(rhythm, now, plan, 0.5)
    decision = (time.perf_counter() - began) / rounds
    began = time.perf_counter()
    for _ in range(rounds):
        read = observe(Rhythm.from_dict(state), [now], now)
        decide(read, now, plan, 0.5)
        read.to_dict()
    whole = (time.perf_counter() - began) / rounds
    began = time.perf_counter()
    allocate([Demand(rhythm)] * 10_000, 40_000, now=now, min_interval=SHORTEST, max_interval=LONGEST)
    return (
        f"decision {decision * 1e6:.0f} us; with state read, entry learnt, state written {whole * 1e6:.0f} us; "
        f"allocation of 10,000 feeds {time.perf_counter() - began:.2f} s; state {len(json.dumps(state))} bytes"
    )


def judge(sigma: float, by_policy: dict[str, tuple[Result, float]]) -> list[str]:
    """Print one part of the table; the targets that it misses."""
    figures = {name: result.figures() for name, (result, _) in by_policy.items()}
    print(f"\nsigma {sigma}: seconds from publishing to seeing; requests, scale of the budget")
    for name, row in figures.items():
        shown = "  ".join(f"{label} {value:6.0f}" for label, value in row.items())
        result, scale = by_policy[name]
        print(f"  {name:12} {shown}   {result.requests} {scale:.3f}", flush=True)
    fixed, ours, best = figures["fixed"], figures["ours"], figures["clairvoyant"]
    chance = by_policy["fixed"][0].chance()
    worse = [label for label in fixed if ours[label] > fixed[label] + chance[label]]
    missed = [f"sigma {sigma}: {label} worse than fixed" for label in worse]
    for label in ("all mean", "all p95"):
        gained, possible = fixed[label] - ours[label], fixed[label] - best[label]
        print(f"  {label}: {gained:.0f} s of {possible:.0f} s gained ({gained / possible:.0%})", flush=True)
        if sigma == 1.5 and gained < TARGET * possible:
            missed.append(f"sigma {sigma}: {label} under {TARGET:.0%} of the clairvoyant's gain")
    return missed


def main() -> int:
    """Print the table; 1 where a target is missed."""
    began, missed = time.perf_counter(), []
    listed = 0 if "--blank" in sys.argv[1:] else LISTED
    with ProcessPoolExecutor(2) as pool:
        for sigma, by_policy in zip(SIGMAS, pool.map(compare, SIGMAS, [listed] * len(SIGMAS)), strict=True):
            missed += judge(sigma, by_policy)
    print(f"\n{cost()}\n{time.perf_counter() - began:.0f} s")
    for line in missed:
        print(f"missed: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
