"""The outbox: one row per message and receiver, from due to delivered or dead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.alerts import Delivery
from monitor.models import Json
from monitor.notices import Notice
from monitor.store.client import Client
from monitor.store.items import UNHEARD_MS, outgoing

OPEN = ("due", "sending", "held")  # states of rows that are still to be told
BREAKER = 5  # failures in a row after which a receiver is left alone for a while
PAUSES_MS = (10_000, 600_000)  # the first pause, and the longest


@dataclass(frozen=True, slots=True)
class RowClaim:
    """The right to send one row now."""

    id: str
    token: str
    receiver: str
    alerts: tuple[str, ...]
    failures: int  # tries that the receiver is to blame for; being killed is none
    created_ms: int
    maybe_sent: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A receiver that fails: so many times in a row, since when, until when it is left alone (0: is tried)."""

    failures: int
    since_ms: int
    until_ms: int
    error: str


class Outbox:
    """Rows by id, one due index per receiver (its lane), dead letters in `dead:rows`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def lanes(self) -> list[str]:
        """Every receiver that was ever written to."""
        return sorted(self._client.call("SMEMBERS", "lanes"))

    def ring(self, receiver: str, now_ms: int, *, queue_empty: bool, limit: int = 200) -> list[str]:
        """Ids of a lane's due rows for which a job is to be enqueued now; one only, to try a receiver that failed."""
        trouble = self.trouble(receiver)
        if trouble and trouble.until_ms > now_ms:
            return []
        if trouble and trouble.failures >= BREAKER:
            limit = 1
        flag = "1" if queue_empty else "0"
        return list(self._client.run("ring", f"due:{receiver}", "out:", now_ms, limit, UNHEARD_MS, flag))

    def trouble(self, receiver: str) -> Trouble | None:
        """How a receiver fails; None when the last message arrived."""
        found: dict[str, str] = self._client.call("HGETALL", f"breaker:{receiver}")
        if not found:
            return None
        return Trouble(
            int(found["failures"]), int(found["since"]), int(found.get("until", 0)), found.get("error", "")
        )

    def add(self, rows: Sequence[Delivery], now_ms: int, notices: Sequence[Notice] = ()) -> int:
        """Store rows, and the notices they tell of; how many rows were not there before."""
        if not rows and not notices:
            return 0
        return int(self._client.run("add_rows", now_ms, json.dumps(outgoing(rows, notices, now_ms))))

    def notice(self, notice_id: str) -> Notice | None:
        """A notice by its id."""
        text = self._client.call("GET", f"notice:{notice_id}")
        return Notice.from_dict(json.loads(text)) if text else None

    def notices(self, limit: int) -> list[Notice]:
        """The newest notices, newest first."""
        ids = self._client.call("ZREVRANGE", "notices", 0, limit - 1)
        texts = self._client.calls(*(("GET", f"notice:{one}") for one in ids)) if ids else []
        return [Notice.from_dict(json.loads(text)) for text in texts if text]

    # ------------------------------------------------------------ rows that wait for others

    def held(self, until_ms: int | None = None, limit: int = 10_000) -> list[Delivery]:
        """Rows that are held back, those that wait shortest first; `until_ms`: only those whose wait is over."""
        top: str | int = "+inf" if until_ms is None else until_ms
        return self._read(self._client.call("ZRANGEBYSCORE", "held", "-inf", top, "LIMIT", 0, limit))

    def bundle(self, held: Sequence[str], into: Delivery, notices: Sequence[Notice], now_ms: int) -> bool:
        """Make one row of several held ones; False when one of them is held no more."""
        work: Json = outgoing((into,), notices, now_ms)
        document = {"held": list(held), "into": work["rows"][0], "notices": work["notices"]}
        return bool(self._client.run("bundle", now_ms, json.dumps(document)))

    def release(self, row_id: str, now_ms: int, note: str = "") -> bool:
        """Send a held row by itself, now."""
        return bool(self._client.run("release_row", row_id, now_ms, note))

    def hold_no_longer(self, hold: str, now_ms: int) -> int:
        """End the wait of every row that is held for this reason; how many."""
        rows = [row for row in self.held() if row.hold == hold]
        for row in rows:
            self._client.call("ZADD", "held", "XX", now_ms, row.id)
        return len(rows)

    # ------------------------------------------------------------ what was told before

    def heard(self, receiver: str, alert_ids: Sequence[str]) -> dict[str, int]:
        """Alert id -> the newest revision that this receiver took."""
        if not alert_ids:
            return {}
        found = self._client.calls(*(("GET", f"heard:{receiver}:{one}") for one in alert_ids))
        return {one: int(value) for one, value in zip(alert_ids, found, strict=True) if value}

    def paces(self, counters: Sequence[str], since_ms: Sequence[int]) -> dict[str, int]:
        """Counter -> how much was counted since a time."""
        if not counters:
            return {}
        asked = zip(counters, since_ms, strict=True)
        found = self._client.calls(*(("ZCOUNT", f"pace:{one}", since, "+inf") for one, since in asked))
        return {one: int(count) for one, count in zip(counters, found, strict=True)}

    def unring(self, now_ms: int) -> None:
        """Forget every bell that was rung: whoever heard it is dead."""
        for receiver in self.lanes():
            self._client.run("unring", f"due:{receiver}", "out:", now_ms)

    def claim(self, row_id: str, holder: str, now_ms: int) -> RowClaim | str:
        """Take a row to send it, durably noted; or why not: `done`, `busy` or `paused` (its receiver failed too often)."""
        answer = self._client.run("claim_row", row_id, holder, now_ms)
        if answer[0] != "ok":
            return str(answer[0])
        self._client.make_durable()
        _, token, receiver, alerts, failures, created, maybe, note = answer
        return RowClaim(
            row_id,
            token,
            receiver,
            tuple(json.loads(alerts)),
            int(failures),
            int(created),
            maybe == "1",
            note,
        )

    def mark(
        self,
        row_id: str,
        token: str,
        state: str,
        now_ms: int,
        *,
        due_ms: int = 0,
        error: str = "",
        maybe_sent: bool = False,
        failed: bool = False,
    ) -> bool:
        """Record how a send ended (`delivered`, `due` again, `dead`, `collapsed`); False if the row is not ours.

        `failed`: the receiver is at fault, not the message; after some such failures in a row it is left alone.
        """
        flags = ("1" if maybe_sent else "0", "1" if failed else "0")
        return bool(
            self._client.run("mark", row_id, token, state, now_ms, due_ms, error, *flags, BREAKER, *PAUSES_MS)
        )

    def bury(self, receiver: str, now_ms: int, why: str) -> None:
        """Make a removed receiver's open rows visible dead letters."""
        for row_id in self._client.call("ZRANGE", f"due:{receiver}", 0, -1):
            claim = self.claim(row_id, "bury", now_ms)
            if not isinstance(claim, str):
                self.mark(row_id, claim.token, "dead", now_ms, error=why)

    def revive(self, row_id: str, now_ms: int) -> str:
        """Make a dead letter due once more: `ok`, `unknown`, or the state of a row that is not dead."""
        return str(self._client.run("revive", row_id, now_ms))

    def untried(self) -> int:
        """How many rows wait for their first try, or are being sent."""
        return sum(row.state == "sending" or (row.state == "due" and not row.attempts) for row in self.rows())

    def rows(self, limit: int = 1000) -> list[Delivery]:
        """The newest rows, newest first."""
        return self._read(self._client.call("ZREVRANGE", "outbox", 0, limit - 1))

    def row(self, row_id: str) -> Delivery | None:
        """One row."""
        return next(iter(self._read([row_id])), None)

    def due(self, receiver: str, limit: int = 500) -> list[Delivery]:
        """Rows of one lane that are to be sent, or sent again, the next one first."""
        return self._read(self._client.call("ZRANGE", f"due:{receiver}", 0, limit - 1))

    def dead(self, limit: int = 500) -> list[Delivery]:
        """The newest dead letters, newest first."""
        return self._read(self._client.call("ZREVRANGE", "dead:rows", 0, limit - 1))

    def _read(self, ids: Sequence[str]) -> list[Delivery]:
        found = self._client.calls(*(("HGETALL", f"out:{one}") for one in ids)) if ids else []
        return [_delivery(one, row) for one, row in zip(ids, found, strict=True) if row]

    def prune(self, before_ms: int, limit: int = 500) -> int:
        """Drop rows that ended before a time."""
        old = self._client.call("ZRANGEBYSCORE", "outbox", "-inf", before_ms, "LIMIT", 0, limit)
        states = self._client.calls(*(("HGET", f"out:{one}", "state") for one in old)) if old else []
        ended = [one for one, state in zip(old, states, strict=True) if state not in OPEN]
        for one in ended:
            self._client.calls(("DEL", f"out:{one}"), ("ZREM", "outbox", one), ("ZREM", "dead:rows", one))
        for one in self._client.call("ZRANGEBYSCORE", "notices", "-inf", before_ms, "LIMIT", 0, limit):
            self._client.calls(("DEL", f"notice:{one}"), ("ZREM", "notices", one))
        return len(ended)


def _delivery(row_id: str, row: dict[str, str]) -> Delivery:
    return Delivery(
        id=row_id,
        receiver=row["receiver"],
        alerts=tuple(json.loads(row["alerts"])),
        state=row["state"],
        attempts=int(row["attempts"]),
        token=int(row.get("token", 0)),
        created_ms=int(row["created_ms"]),
        due_ms=int(row.get("due_ms", 0)),
        done_ms=int(row.get("done_ms", 0)),
        error=row.get("error", ""),
        maybe_sent=row.get("maybe_sent") == "1",
        note=row.get("note", ""),
        hold=row.get("hold", ""),
    )
