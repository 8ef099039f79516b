"""Items, their pending rows, and the incidents and alerts that come of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.alerts import Alert, Delivery, Incident
from monitor.clock import from_ms, parse_iso, to_ms
from monitor.errors import StaleError
from monitor.handling import asks
from monitor.models import Item, Json
from monitor.notices import Notice
from monitor.store.client import Client

REMEMBERED = timedelta(days=2)  # beyond the window asked for: a clock that jumped must not make us forget
UNHEARD_MS = 30_000  # a bell that nobody answered for so long is rung again


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to process one item revision, until somebody finds us dead."""

    item: Item
    token: str
    attempts: int  # this one included
    deaths: int  # earlier claims that ended while the page was read
    reading: Json | None  # of an earlier revision


@dataclass(frozen=True, slots=True)
class Commit:
    """Everything that processing one item changes. `fields` are JSON documents kept with the item."""

    state: str  # done | dead
    fields: dict[str, Json]
    incidents: tuple[Incident, ...] = ()
    alerts: tuple[Alert, ...] = ()
    rows: tuple[Delivery, ...] = field(default=())
    notices: tuple[Notice, ...] = ()
    paces: tuple[tuple[str, str], ...] = ()  # counter -> what is counted, for throttle and flood control


class Items:
    """Item revisions, pending rows (index `pending`), incidents, alerts."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._version = ""  # of the incident index, when we looked last
        self._known: dict[str, Incident] = {}  # open incidents by id, as of that version

    def ring(self, now_ms: int, *, queue_empty: bool, limit: int = 500) -> list[str]:
        """Ids of due items for which a job is to be enqueued now."""
        flag = "1" if queue_empty else "0"
        return list(self._client.run("ring", "pending", "row:", now_ms, limit, UNHEARD_MS, flag))

    def unring(self, now_ms: int) -> None:
        """Forget every bell that was rung: whoever heard it is dead."""
        self._client.run("unring", "pending", "row:", now_ms)

    def claim(self, item_id: str, holder: str, now_ms: int) -> Claim | str:
        """Take an item's pending row, or say why not: `done` or `busy`."""
        answer = self._client.run("claim_item", item_id, holder, now_ms)
        if answer[0] != "ok":
            return str(answer[0])
        _, token, revision, attempts, deaths, document, reading = answer
        item = replace(Item.from_dict(json.loads(document)), revision=int(revision))
        return Claim(item, token, int(attempts), int(deaths), json.loads(reading) if reading else None)

    def release(
        self, item_id: str, token: str, due_ms: int, *, died_reading: bool = False, waited: bool = False
    ) -> bool:
        """Give a claim back for a later try; False if it was no longer ours."""
        flags = ("1" if died_reading else "0", "1" if waited else "0")
        return bool(self._client.run("release_item", item_id, token, due_ms, *flags))

    def open_incidents(self, since_ms: int) -> tuple[str, list[Incident]]:
        """The index version, and the open incidents that moved since a time.

        Only those are read that changed since this object looked last: a busy day has thousands.
        """
        version, *pairs = self._client.run("open_incidents", self._version, since_ms)
        if int(version) < int(self._version or "0"):  # the server lost its last words: so do we
            self._known.clear()
            version, *pairs = self._client.run("open_incidents", "", since_ms)
        self._version = version
        for name, text in zip(pairs[::2], pairs[1::2], strict=True):
            self._known.pop(name, None)
            if text and not (incident := Incident.from_dict(json.loads(text))).closed:
                self._known[name] = incident
        since = from_ms(since_ms)
        for name in [name for name, one in self._known.items() if one.updated < since - REMEMBERED]:
            del self._known[name]
        found = [one for one in self._known.values() if one.updated >= since]
        return version, sorted(found, key=lambda one: (one.updated, one.id))

    def incidents_version(self) -> str:
        """The version of the incident index."""
        return self._client.call("GET", "incidents:version") or "0"

    def commit(self, claim: Claim, work: Commit, index_version: str, now_ms: int) -> bool:
        """Write it all, or nothing. False: the incident index moved, decide again.

        Raises StaleError when the claim is no longer ours or a newer revision of the item arrived.
        """
        document = {
            "state": work.state,
            "fields": {name: _dump(value) for name, value in work.fields.items()},
            "incidents": [
                {
                    "id": one.id,
                    "doc": _dump(one.to_dict()),
                    "closed": one.closed,
                    "updated": to_ms(one.updated),
                }
                for one in work.incidents
            ],
            "alerts": [
                {
                    "id": one.id,
                    "revision": one.revision,
                    "doc": _dump(one.to_dict()),
                    "asks": asks(one),
                }
                for one in work.alerts
            ],
            "paces": work.paces,
            **outgoing(work.rows, work.notices, now_ms),
        }
        item = claim.item
        answer = self._client.run(
            "commit", item.id, item.revision, claim.token, index_version, now_ms, _dump(document)
        )
        if answer in ("stale", "moved"):
            raise StaleError(
                f"item {item.id} r{item.revision}: {answer} while it was processed", reason=answer
            )
        return bool(answer == "ok")

    def waiting(self) -> int:
        """How many items are not processed yet."""
        return int(self._client.call("ZCARD", "pending"))

    def oldest_waiting(self, sample: int = 20) -> datetime | None:
        """When the oldest of the items that are due was seen, of the first few; None when none waits."""
        ids = self._client.call("ZRANGE", "pending", 0, sample - 1)
        records = [one for one in self._records(ids) if one]
        return min((parse_iso(str(one["item"]["seen"])) for one in records), default=None)

    def retry(self, item_id: str, now_ms: int) -> str:
        """Process an item once more that was given up: `ok`, `unknown`, or the state of one that was not."""
        return str(self._client.run("retry_item", item_id, now_ms))

    def dead(self) -> int:
        """How many items were given up."""
        return int(self._client.call("ZCARD", "dead:items"))

    def newest(self, limit: int) -> list[Json]:
        """The newest items: {id, state, item, reading, note}, newest first."""
        ids = self._client.call("ZREVRANGE", "items", 0, limit - 1)
        return [record for record in self._records(ids) if record]

    def record(self, item_id: str) -> Json | None:
        """All that is kept of one item."""
        return next(iter(self._records([item_id])), None)

    def _records(self, ids: Sequence[str]) -> list[Json | None]:
        if not ids:
            return []
        return [
            _record(one, found)
            for one, found in zip(
                ids, self._client.calls(*(("HGETALL", f"item:{one}") for one in ids)), strict=True
            )
        ]

    def alert(self, message_id: str) -> Alert | None:
        """One revision of an alert by its message id, `al_…_r1`."""
        alert_id, _, revision = message_id.rpartition("_r")
        text = self._client.call("HGET", f"alert:{alert_id}", revision)
        return Alert.from_dict(json.loads(text)) if text else None

    def keep(self, alert: Alert, days: int = 30) -> None:
        """Keep an alert that no item opened (a drill), beside the list of alerts."""
        key = f"alert:{alert.id}"
        self._client.calls(
            ("HSET", key, alert.revision, _dump(alert.to_dict())), ("EXPIRE", key, days * 86_400)
        )

    def revisions(self, alert_id: str) -> list[Alert]:
        """Every revision of one alert, the first one first."""
        found: dict[str, str] = self._client.call("HGETALL", f"alert:{alert_id}")
        return [Alert.from_dict(json.loads(found[number])) for number in sorted(found, key=int)]

    def incident(self, incident_id: str) -> Incident | None:
        """One incident, open or not."""
        text = self._client.call("GET", f"incident:{incident_id}")
        return Incident.from_dict(json.loads(text)) if text else None

    def alerts(self, limit: int) -> list[Alert]:
        """Alerts in the order of their last revision, newest first, every revision of each."""
        ids = self._client.call("ZREVRANGE", "alerts", 0, limit - 1)
        found = self._client.calls(*(("HGETALL", f"alert:{one}") for one in ids)) if ids else []
        return [
            Alert.from_dict(json.loads(text))
            for revisions in found
            for _, text in sorted(revisions.items(), key=lambda pair: -int(pair[0]))
        ]

    def prune(self, items_before_ms: int, alerts_before_ms: int, limit: int = 500) -> int:
        """Drop items and alerts older than their retention; returns how many went."""
        old = self._client.call("ZRANGEBYSCORE", "items", "-inf", items_before_ms, "LIMIT", 0, limit)
        waiting = self._client.calls(*(("EXISTS", f"row:{one}") for one in old)) if old else []
        items = [one for one, pending in zip(old, waiting, strict=True) if not pending]
        for one in items:
            self._client.calls(("DEL", f"item:{one}"), ("ZREM", "items", one), ("ZREM", "dead:items", one))
        alerts = self._client.call("ZRANGEBYSCORE", "alerts", "-inf", alerts_before_ms, "LIMIT", 0, limit)
        for one in alerts:
            self._client.calls(("DEL", f"alert:{one}"), ("ZREM", "alerts", one), ("ZREM", "asking", one))
        incidents = self._client.call(
            "ZRANGEBYSCORE", "incidents", "-inf", alerts_before_ms, "LIMIT", 0, limit
        )
        for one in incidents:
            self._client.calls(
                ("DEL", f"incident:{one}"),
                ("ZREM", "incidents", one),
                ("ZREM", "incidents:open", one),
                ("ZREM", "incidents:changed", one),
                ("HDEL", "handling", one),
            )
        return len(items) + len(alerts) + len(incidents)


def outgoing(rows: Sequence[Delivery], notices: Sequence[Notice], now_ms: int) -> Json:
    """Rows and notices as the scripts take them."""
    return {
        "rows": [
            {
                "id": row.id,
                "receiver": row.receiver,
                "alerts": json.dumps(row.alerts),
                "note": row.note,
                "hold": row.hold,
                "due": str(row.due_ms if row.hold else now_ms),
            }
            for row in rows
        ],
        "notices": [{"id": one.id, "doc": _dump(one.to_dict())} for one in notices],
    }


def _dump(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _record(item_id: str, found: dict[str, str]) -> Json | None:
    if not found:
        return None
    documents: Json = {
        name: json.loads(found[name]) for name in ("doc", "reading", "article", "note") if name in found
    }
    item = documents.pop("doc") | {"revision": int(found["revision"])}
    return {"id": item_id, "state": found["state"], "item": item, **documents}
