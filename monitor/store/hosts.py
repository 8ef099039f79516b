"""Politeness to hosts, shared by every poller and worker: who may ask which host when."""

from __future__ import annotations

from urllib.parse import urlsplit

from monitor.store.client import Client


def host_of(url: str) -> str:
    """Host and port of a URL, as turns are counted."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


class Hosts:
    """Turns at hosts. Times are wall-clock milliseconds, for the pollers of one store may be on many machines."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def turn(
        self, host: str, holder: str, now_ms: int, *, delay: float, concurrency: int, patience: float
    ) -> float:
        """Seconds until a request to the host may start; 0.0 means that it may now, until `done` is called.

        `delay`: least seconds between two starts (the host's own Crawl-delay if that is longer); `patience`:
        seconds after which a turn that was never given back no longer counts.
        """
        spans = (round(delay * 1000), concurrency, round(patience * 1000))
        return int(self._client.run("host_turn", host, holder, now_ms, *spans)) / 1000

    def done(self, host: str, holder: str) -> None:
        """Give a turn back."""
        self._client.call("ZREM", f"open:{host}", holder)

    def hold(self, host: str, until_ms: int) -> None:
        """Nobody asks this host before a time: it said Retry-After."""
        self._client.calls(("HSET", f"host:{host}", "until", until_ms), ("EXPIRE", f"host:{host}", 172_800))

    def robots_due(self, host: str, now_ms: int, every_ms: int = 86_400_000) -> bool:
        """Is the host's robots.txt to be read (again)?"""
        read = self._client.call("HGET", f"robots:{host}", "read")
        return read is None or not 0 <= now_ms - int(read) < every_ms

    def robots(self, host: str, crawl_delay: float, now_ms: int) -> None:
        """Keep what robots.txt says: seconds between two requests, 0 for none."""
        self._client.calls(
            ("HSET", f"robots:{host}", "read", now_ms),
            ("EXPIRE", f"robots:{host}", 7 * 86_400),
            ("HSET", f"host:{host}", "crawl", round(crawl_delay * 1000)),
            ("EXPIRE", f"host:{host}", 172_800),
        )
