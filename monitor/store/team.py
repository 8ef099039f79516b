"""What people do: steps about incidents, silences, feedback; and whose turn it is to speak for all hosts."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime

from monitor.alerts import Alert
from monitor.clock import from_ms, iso, to_ms
from monitor.errors import UsageError
from monitor.handling import Handling, Silence, Step, unacknowledged
from monitor.models import Json
from monitor.store.client import Client
from monitor.store.items import Items
from monitor.store.outbox import Outbox


class Team:
    """Hashes `handling` (by incident), `silences`, `feedback`; index `asking` of alerts nobody has taken on."""

    def __init__(self, client: Client, items: Items, outbox: Outbox) -> None:
        self._client = client
        self._items = items
        self._outbox = outbox

    # ------------------------------------------------------------ incidents

    def handling(self, incident: str) -> Handling:
        """What was done about an incident."""
        text = self._client.call("HGET", "handling", incident)
        return Handling.from_dict(json.loads(text)) if text else Handling(incident)

    def act(self, alert_id: str, step: Step) -> tuple[Handling, bool]:
        """Take a step about an alert's incident: its handling then, and whether anything changed by it.

        Raises UsageError when there is no such alert. Several people may act at once; every step is kept.
        """
        revisions = self._items.revisions(alert_id)
        if not revisions:
            raise UsageError(f"there is no alert {alert_id}", cure="`rasid alerts` lists their ids")
        incident = revisions[-1].incident
        while True:
            text = self._client.call("HGET", "handling", incident) or ""
            before = Handling.from_dict(json.loads(text)) if text else Handling(incident)
            after = before.with_step(step)
            if after == before:
                return before, False
            document = json.dumps(after.to_dict(), ensure_ascii=False)
            if self._client.run("swap", "handling", incident, text, document):
                break
        if unacknowledged(revisions, after) is None:
            self._client.call("ZREM", "asking", alert_id)
        return after, True

    def asking(self) -> list[str]:
        """Ids of alerts that nobody acknowledged yet, oldest first."""
        return list(self._client.call("ZRANGE", "asking", 0, -1))

    def asks_no_more(self, alert_id: str) -> None:
        """Stop calling for an alert."""
        self._client.call("ZREM", "asking", alert_id)

    def revisions(self, alert_id: str) -> list[Alert]:
        """Every revision of one alert, the first one first."""
        return self._items.revisions(alert_id)

    # ------------------------------------------------------------ silences

    def silences(self, now: datetime) -> list[Silence]:
        """Those in force, the one that ends first first; what is long over is dropped."""
        found: dict[str, str] = self._client.call("HGETALL", "silences")
        every = [Silence.from_dict(json.loads(text)) for text in found.values()]
        return sorted((one for one in every if one.since <= now < one.until), key=lambda one: one.until)

    def silence(self, one: Silence) -> None:
        """Put a silence in force."""
        self._client.call("HSET", "silences", one.id, json.dumps(one.to_dict(), ensure_ascii=False))

    def known_silence(self, silence_id: str) -> Silence | None:
        """A silence, in force or over."""
        text = self._client.call("HGET", "silences", silence_id)
        return Silence.from_dict(json.loads(text)) if text else None

    def end_silence(self, silence_id: str, now: datetime) -> int:
        """End a silence now: how many messages it held back, which are told at once.

        Raises UsageError when there is none of this id.
        """
        known = self.known_silence(silence_id)
        if known is None:
            raise UsageError(f"there is no silence {silence_id}", cure="`rasid silence list` shows them")
        ended = json.loads(json.dumps(known.to_dict() | {"until": now.isoformat()}))
        self._client.call("HSET", "silences", silence_id, json.dumps(ended, ensure_ascii=False))
        return self._outbox.hold_no_longer(f"silence:{silence_id}", to_ms(now))

    # ------------------------------------------------------------ feedback

    def give_feedback(self, key: str, document: Json) -> None:
        """Keep what somebody said of an item: {verdict: not_relevant | missed, item, alert, by, at, why}."""
        self._client.call("HSET", "feedback", key, json.dumps(document, ensure_ascii=False))

    def feedback(self) -> list[Json]:
        """All that was said, in no order."""
        found: dict[str, str] = self._client.call("HGETALL", "feedback")
        return [json.loads(text) for text in found.values()]

    # ------------------------------------------------------------ who speaks

    def desk_turn(self, holder: str, dead: str = "") -> str:
        """`ours`, or the `holder beat` whose turn it is. `dead`: the one that the caller saw standing still."""
        return str(self._client.run("desk_turn", holder, dead))

    def last_slot(self, kind: str) -> str:
        """The last time (ISO) for which a regular message of this kind was sent; "" for never."""
        return self._client.call("HGET", "slots", kind) or ""

    def slot_done(self, kind: str, slot: str) -> None:
        """The regular message of this kind for this time is in the outbox."""
        self._client.call("HSET", "slots", kind, slot)

    def config_changed(self, at: datetime, lines: Sequence[str]) -> None:
        """Keep what an edit of the config changed, or why it was refused, for the board; the last few stay."""
        document = json.dumps({"at": iso(at), "lines": list(lines)}, ensure_ascii=False)
        self._client.calls(("LPUSH", "config_changes", document), ("LTRIM", "config_changes", 0, 19))

    def config_changes(self) -> list[Json]:
        """The last edits of the config: {at, lines}, newest first."""
        return [json.loads(text) for text in self._client.call("LRANGE", "config_changes", 0, -1)]

    def template_failed(self, name: str, why: str) -> None:
        """A message template failed and the built-in words were used; remembered for an hour."""
        self._client.calls(("HSET", "template_failures", name, why), ("EXPIRE", "template_failures", 3600))

    def template_failures(self) -> dict[str, str]:
        """Template -> why it failed lately."""
        found: dict[str, str] = self._client.call("HGETALL", "template_failures")
        return found

    # ------------------------------------------------------------ signs of life

    def beat(self, part: str, facts: Json, number: int) -> None:
        """A part (`poller on HOST`) lives: its beat goes up, with what it knows."""
        self._client.call("HSET", "beats", part, json.dumps({**facts, "beat": number}))

    def beats(self) -> dict[str, Json]:
        """Every part's last words; `beat` is a number that stands still when the part does."""
        found: dict[str, str] = self._client.call("HGETALL", "beats")
        return {part: json.loads(text) for part, text in found.items()}

    def beat_ends(self, part: str) -> None:
        """A part ends in order: nobody need miss it."""
        self._client.call("HDEL", "beats", part)

    def canary_came(self, now_ms: int) -> None:
        """A canary went through the whole pipeline."""
        self._client.call("SET", "canary", now_ms)

    def canary_arrived(self) -> datetime | None:
        """When the last canary came through."""
        found = self._client.call("GET", "canary")
        return from_ms(int(found)) if found else None

    # ------------------------------------------------------------ links

    def link_key(self) -> bytes:
        """The key that signs links in messages, made once for an installation."""
        self._client.call("SETNX", "link_key", secrets.token_hex(32))
        return bytes.fromhex(self._client.call("GET", "link_key"))
