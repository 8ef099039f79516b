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

    def begin_poll(self, feed: str, holder: str, dead: str = "") -> tuple[str, str, Json]:
        """Try for the right to poll a feed: (our token or "", the lease found, the feed's state).

        `holder` names one poller for good: what it holds is its own, however its last poll ended. `dead`: the
        lease that the caller watched stand still for too long, to be taken over.
        """
        token, found, state = self._client.run("begin_poll", feed, holder, dead)
        return token, found, json.loads(state) if state else {}

    def still_polling(self, feed: str, token: str) -> bool:
        """Show that we live; False if somebody else took the feed over."""
        return bool(self._client.run("end_poll", feed, token, "0"))

    def give_back(self, feed: str, token: str) -> None:
        """End a poll that brought nothing to store."""
        self._client.run("end_poll", feed, token, "1")

    def stir(self, outlets: Iterable[str], until_ms: int) -> None:
        """An alert came of these outlets: they are asked more often until then."""
        for outlet in outlets:
            self._client.call("HSET", "stirred", outlet, until_ms)

    def stirred(self, now_ms: int) -> dict[str, int]:
        """Outlet -> until when (ms) it is asked more often; what is over is dropped."""
        found: dict[str, str] = self._client.call("HGETALL", "stirred")
        over = [outlet for outlet, until in found.items() if int(until) <= now_ms]
        if over:
            self._client.call("HDEL", "stirred", *over)
        return {outlet: int(until) for outlet, until in found.items() if outlet not in over}

    def state(self, feed: str) -> Json:
        """What the last polls left; empty for a feed never polled."""
        text = self._client.call("HGET", "feeds", feed)
        return json.loads(text) if text else {}

    def states(self) -> dict[str, Json]:
        """Every feed's state by name."""
        found: dict[str, str] = self._client.call("HGETALL", "feeds")
        return {name: json.loads(text) for name, text in found.items()}

    def forget(self, names: Iterable[str]) -> None:
        """Drop the states of feeds that are no more."""
        for name in names:
            self._client.call("HDEL", "feeds", name)

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
