"""Feeds: their state, their leases, and what was seen in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from monitor.decide import Known
from monitor.errors import StaleError
from monitor.models import Item, Json
from monitor.store.client import Client

BATCH = 50  # entries in one INGEST, so that no script runs long


@dataclass(frozen=True, slots=True)
class Batch:
    """One accepted or still listed entry, as INGEST takes it."""

    item: Item
    keys: tuple[str, ...]


class Feeds:
    """State per feed (a JSON object under its name) and seen keys per outlet."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def take_lease(self, feed: str, holder: str, dead_token: str = "") -> tuple[str, str]:
        """Try for the right to poll a feed: (our token or "", the token found)."""
        token, found = self._client.run("take_lease", feed, holder, dead_token)
        return token, found

    def state(self, feed: str) -> Json:
        """What the last polls left; empty for a feed never polled."""
        text = self._client.call("HGET", "feeds", feed)
        return json.loads(text) if text else {}

    def states(self) -> dict[str, Json]:
        """Every feed's state by name."""
        found: dict[str, str] = self._client.call("HGETALL", "feeds")
        return {name: json.loads(text) for name, text in found.items()}

    def known(self, outlet: str, keys: Iterable[str]) -> dict[str, Known]:
        """Which of these identity keys the outlet has shown before."""
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return {}
        values = self._client.call("HMGET", f"seen:{outlet}", *wanted)
        return {key: Known(*value.split(" ", 1)) for key, value in zip(wanted, values, strict=True) if value}

    def ingest(
        self, feed: str, token: str, outlet: str, batch: Sequence[Batch], state: Json, now_ms: int
    ) -> list[str]:
        """Store what a poll brought, its validators and state last; give the lease back.

        Returns the ids of items that are new or changed, to be rung. Raises StaleError when the
        lease went to somebody else meanwhile.
        """
        written: list[str] = []
        chunks = [batch[start : start + BATCH] for start in range(0, len(batch), BATCH)] or [[]]
        for number, chunk in enumerate(chunks, 1):
            last = json.dumps(state, ensure_ascii=False) if number == len(chunks) else ""
            answer = self._client.run(
                "ingest", feed, token, now_ms, outlet, last, *(part for one in chunk for part in _flat(one))
            )
            if answer[0] != "ok":
                raise StaleError(f"feed {feed}: another poller has its lease by now")
            written += answer[1:]
        return written

    def host_wait(self, host: str, now_ms: int, delay: float) -> float:
        """Seconds until the next request to a host may start; 0.0 means that this turn is ours."""
        return int(self._client.run("host_slot", host, now_ms, round(delay * 1000))) / 1000

    def forget_unlisted(self, before_ms: int) -> int:
        """Drop seen keys that no feed has listed since a time; returns how many."""
        dropped = 0
        for listed in self._client.redis.scan_iter(match=self._client.key("listed:*")):
            outlet = listed.decode().removeprefix(self._client.key("listed:"))
            keys = self._client.call("ZRANGEBYSCORE", f"listed:{outlet}", "-inf", before_ms)
            for start in range(0, len(keys), 500):
                some = keys[start : start + 500]
                self._client.calls(("HDEL", f"seen:{outlet}", *some), ("ZREM", f"listed:{outlet}", *some))
            dropped += len(keys)
        return dropped


def _flat(one: Batch) -> tuple[str, str, str, str]:
    document = replace(one.item, revision=0).to_dict()  # the store counts revisions
    return (
        one.item.id,
        one.item.fingerprint,
        json.dumps(document, ensure_ascii=False),
        json.dumps(one.keys, ensure_ascii=False),
    )
