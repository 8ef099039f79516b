"""The outbox: one row per message and receiver, from due to delivered or dead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.models import Delivery
from monitor.store.client import Client
from monitor.store.items import UNHEARD_MS


@dataclass(frozen=True, slots=True)
class RowClaim:
    """The right to send one row now."""

    id: str
    token: str
    receiver: str
    alerts: tuple[str, ...]
    attempts: int
    created_ms: int
    maybe_sent: bool


class Outbox:
    """Rows by id, one due index per receiver (its lane), dead letters in `dead:rows`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def lanes(self) -> list[str]:
        """Every receiver that was ever written to."""
        return sorted(self._client.call("SMEMBERS", "lanes"))

    def ring(self, receiver: str, now_ms: int, *, queue_empty: bool, limit: int = 200) -> list[str]:
        """Ids of a lane's due rows for which a job is to be enqueued now."""
        flag = "1" if queue_empty else "0"
        return list(self._client.run("ring", f"due:{receiver}", "out:", now_ms, limit, UNHEARD_MS, flag))

    def add(self, rows: Sequence[Delivery], now_ms: int) -> int:
        """Store rows that are to be sent now; how many were not there before."""
        document = [
            {"id": row.id, "receiver": row.receiver, "alerts": json.dumps(row.alerts)} for row in rows
        ]
        return int(self._client.run("add_rows", now_ms, json.dumps(document))) if rows else 0

    def unring(self, now_ms: int) -> None:
        """Forget every bell that was rung: whoever heard it is dead."""
        for receiver in self.lanes():
            self._client.run("unring", f"due:{receiver}", "out:", now_ms)

    def claim(self, row_id: str, holder: str, now_ms: int) -> RowClaim | str:
        """Take a row to send it, durably noted; or why not: `done` or `busy`."""
        answer = self._client.run("claim_row", row_id, holder, now_ms)
        if answer[0] != "ok":
            return str(answer[0])
        self._client.make_durable()
        _, token, receiver, alerts, attempts, created, maybe = answer
        return RowClaim(
            row_id, token, receiver, tuple(json.loads(alerts)), int(attempts), int(created), maybe == "1"
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
    ) -> bool:
        """Record how a send ended (`delivered`, `due` again, `dead`); False if the row is not ours."""
        flag = "1" if maybe_sent else "0"
        return bool(self._client.run("mark", row_id, token, state, now_ms, due_ms, error, flag))

    def bury(self, receiver: str, now_ms: int, why: str) -> None:
        """Make a removed receiver's open rows visible dead letters."""
        for row_id in self._client.call("ZRANGE", f"due:{receiver}", 0, -1):
            claim = self.claim(row_id, "bury", now_ms)
            if not isinstance(claim, str):
                self.mark(row_id, claim.token, "dead", now_ms, error=why)

    def untried(self) -> int:
        """How many rows wait for their first try, or are being sent."""
        return sum(row.state == "sending" or (row.state == "due" and not row.attempts) for row in self.rows())

    def rows(self, limit: int = 1000) -> list[Delivery]:
        """The newest rows, newest first."""
        ids = self._client.call("ZREVRANGE", "outbox", 0, limit - 1)
        found = self._client.calls(*(("HGETALL", f"out:{one}") for one in ids)) if ids else []
        return [_delivery(one, row) for one, row in zip(ids, found, strict=True) if row]

    def prune(self, before_ms: int, limit: int = 500) -> int:
        """Drop rows that ended before a time."""
        old = self._client.call("ZRANGEBYSCORE", "outbox", "-inf", before_ms, "LIMIT", 0, limit)
        states = self._client.calls(*(("HGET", f"out:{one}", "state") for one in old)) if old else []
        ended = [one for one, state in zip(old, states, strict=True) if state in ("delivered", "dead", None)]
        for one in ended:
            self._client.calls(("DEL", f"out:{one}"), ("ZREM", "outbox", one), ("ZREM", "dead:rows", one))
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
    )
