"""Which feed is polled now: due times on the monotonic clock, and no host asked by more polls than it may be.

The monotonic clock does not jump, so neither a corrected wall clock nor a machine that slept makes a storm.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from dataclasses import dataclass, field


@dataclass
class Agenda:
    """Due times of feeds. `at_once`: polls under way together at one host. All times: monotonic seconds."""

    at_once: int
    _due: dict[str, float] = field(default_factory=dict)
    _hosts: dict[str, str] = field(default_factory=dict)
    _heap: list[tuple[float, str]] = field(default_factory=list)
    _queues: dict[str, deque[str]] = field(default_factory=dict)  # due feeds of each host, in turn
    _line: dict[str, None] = field(default_factory=dict)  # hosts that may be asked, in order
    _resting: list[tuple[float, str]] = field(default_factory=list)  # heap: until when, host
    _rests: dict[str, float] = field(default_factory=dict)
    _busy: Counter[str] = field(default_factory=Counter)
    _running: dict[str, str] = field(default_factory=dict)  # feed -> the host it is asked at

    def put(self, feed: str, host: str, due: float) -> None:
        """Poll a feed at a time; an earlier plan for it is void."""
        self._due[feed], self._hosts[feed] = due, host
        heapq.heappush(self._heap, (due, feed))
        if len(self._heap) > 4 * len(self._due) + 64:  # void plans are swept out now and then
            self._heap = sorted((at, name) for name, at in self._due.items())

    def drop(self, feed: str) -> None:
        """Poll a feed no more; a poll under way ends as it would."""
        self._due.pop(feed, None)
        for queue in self._queues.values():
            if feed in queue:
                queue.remove(feed)

    def hasten(self, feed: str, due: float) -> None:
        """Poll a planned feed at a time, if that is sooner than planned."""
        if feed in self._due and due < self._due[feed]:
            self.put(feed, self._hosts[feed], due)

    def take(self, now: float, most: int) -> list[str]:
        """Feeds to be polled now, at most so many, host by host; each is under way until `done` or `wait`."""
        self._wake(now)
        taken: list[str] = []
        while self._line and len(taken) < most:
            host = next(iter(self._line))
            del self._line[host]
            if self._may_ask(host):
                feed = self._queues[host].popleft()
                self._running[feed] = host
                self._busy[host] += 1
                taken.append(feed)
            self._offer(host)
        return taken

    def _wake(self, now: float) -> None:
        """Queue what has become due, and offer the hosts that have rested."""
        while self._heap and self._heap[0][0] <= now:
            due, feed = heapq.heappop(self._heap)
            if self._due.get(feed) == due and feed not in self._running:
                del self._due[feed]
                host = self._hosts[feed]
                self._queues.setdefault(host, deque()).append(feed)
                self._offer(host)
        while self._resting and self._resting[0][0] <= now:
            until, host = heapq.heappop(self._resting)
            if self._rests.get(host) == until:
                del self._rests[host]
                self._offer(host)

    def _may_ask(self, host: str) -> bool:
        return bool(self._queues.get(host)) and host not in self._rests and self._busy[host] < self.at_once

    def _offer(self, host: str) -> None:
        """Put a host in line if it may be asked and has a due feed."""
        if self._may_ask(host):
            self._line[host] = None
        elif not self._queues.get(host):
            self._queues.pop(host, None)

    def done(self, feed: str) -> None:
        """A poll has ended; the feed's next time must be `put`."""
        self._free(self._running.pop(feed))

    def _free(self, host: str) -> None:
        self._busy[host] -= 1
        if self._busy[host] <= 0:
            del self._busy[host]
        self._offer(host)

    def wait(self, feed: str, until: float) -> None:
        """The feed's host must rest first: the feed keeps its place at the head of the host's queue."""
        host = self._running.pop(feed)
        self._due.pop(feed, None)
        self._queues.setdefault(host, deque()).appendleft(feed)
        self._rests[host] = until
        heapq.heappush(self._resting, (until, host))
        self._free(host)

    def next_due(self) -> float | None:
        """When there is something to take next, as far as is known; None when nothing is planned."""
        return min(
            [*(due for due, _ in self._heap[:1]), *(until for until, _ in self._resting[:1])], default=None
        )
