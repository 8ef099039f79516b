"""Who holds what right now, and how the work of the dead is taken back.

A claim never expires by itself: wall clocks jump. An observer takes it back when it knows that the holder
is dead (it was its child), or when the claim's token stood still for longer than any job may last on the
observer's own monotonic clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from monitor.store.client import Client
from monitor.store.items import Items
from monitor.store.outbox import Outbox


@dataclass
class Watch:
    """What an observer remembers between looks: since when (monotonic seconds) it sees each token."""

    first_seen: dict[str, float] = field(default_factory=dict)


class Claims:
    """The index of all claims on items and outbox rows."""

    def __init__(self, client: Client, items: Items, outbox: Outbox) -> None:
        self._client = client
        self._items = items
        self._outbox = outbox

    def held(self) -> dict[str, tuple[str, str]]:
        """Claim (`item it_…` or `row …`) -> token, holder."""
        found: dict[str, str] = self._client.call("HGETALL", "claims")
        return {claim: (value.split(" ", 1)[0], value.split(" ", 1)[1]) for claim, value in found.items()}

    def release_where(self, dead: Callable[[str], bool], now_ms: int, *, reading: str = "") -> int:
        """Take back every claim whose holder is dead; `reading` is the item whose page killed it."""
        count = 0
        for claim, (token, holder) in self.held().items():
            if dead(holder):
                count += self._take_back(claim, token, now_ms, reading)
        return count

    def release_stuck(self, watch: Watch, monotonic: float, patience: float, now_ms: int) -> int:
        """Take back the claims that stood still for `patience` seconds of the observer's own time."""
        held = self.held()
        tokens = {token for token, _ in held.values()}
        watch.first_seen = {token: since for token, since in watch.first_seen.items() if token in tokens}
        count = 0
        for claim, (token, _) in held.items():
            if monotonic - watch.first_seen.setdefault(token, monotonic) > patience:
                count += self._take_back(claim, token, now_ms, "")
        return count

    def release_all(self, now_ms: int) -> None:
        """A start under the exclusive lock of the data directory: nobody else can be alive.

        A bell rung before may have been heard by a worker that died before its claim: those rows are due now.
        """
        self.release_where(lambda _: True, now_ms)
        self._items.unring(now_ms)
        self._outbox.unring(now_ms)
        for lease in self._client.redis.scan_iter(match=self._client.key("lease:*")):
            self._client.redis.delete(lease)

    def _take_back(self, claim: str, token: str, now_ms: int, reading: str) -> int:
        kind, _, name = claim.partition(" ")
        if kind == "item":
            return int(self._items.release(name, token, now_ms, died_reading=name == reading))
        # The holder may have died between the receiver's yes and our record of it.
        return int(
            self._outbox.mark(name, token, "due", now_ms, due_ms=now_ms, error="sender died", maybe_sent=True)
        )
