"""All that Rasid remembers, in Redis or Valkey: the only keys, commands and Lua scripts.

`Store` groups what is kept by subject. Every step of the protocol is one script that validates first,
then writes: INGEST (feeds), CLAIM and COMMIT (items), CLAIM and MARK (outbox). RQ is only the doorbell.
"""

from __future__ import annotations

from monitor.store.claims import Claims
from monitor.store.client import PREFIX, Client, connect, mapped_errors, ping, shutdown
from monitor.store.feeds import Batch, Feeds
from monitor.store.hosts import Hosts, host_of
from monitor.store.items import Claim, Commit, Items
from monitor.store.outbox import Outbox, RowClaim, Trouble
from monitor.store.team import Team

__all__ = [
    "Batch",
    "Claim",
    "Client",
    "Commit",
    "RowClaim",
    "Store",
    "Team",
    "Trouble",
    "connect",
    "host_of",
    "mapped_errors",
    "open_store",
    "ping",
    "shutdown",
]


class Store:
    """The state of one installation."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.feeds = Feeds(client)
        self.hosts = Hosts(client)
        self.items = Items(client)
        self.outbox = Outbox(client)
        self.claims = Claims(client, self.items, self.outbox)
        self.team = Team(client, self.items, self.outbox)

    def stats(self) -> dict[str, int]:
        """Counters since the state began: polls, items, alerts, delivered, dead."""
        found: dict[str, str] = self.client.call("HGETALL", "stats")
        return {name: int(count) for name, count in found.items()}

    def warnings(self) -> list[str]:
        """What about the server's settings endangers the record, one line each with its cure."""
        with mapped_errors():
            memory = self.client.redis.info("memory")
            persistence = self.client.redis.info("persistence")
        found = []
        if memory.get("maxmemory_policy", "noeviction") != "noeviction":
            found.append("the store may evict keys when memory runs out: set maxmemory-policy noeviction")
        if not persistence.get("aof_enabled"):
            found.append("the store keeps no append-only file, a crash loses alerts: set appendonly yes")
        return found

    def memory(self) -> int:
        """Bytes that the server uses."""
        with mapped_errors():
            return int(self.client.redis.info("memory")["used_memory"])

    def close(self) -> None:
        """Give the connections back."""
        self.client.redis.close()


def open_store(url: str, prefix: str = PREFIX) -> Store:
    """A store at a Redis URL; nothing is dialled before the first command."""
    return Store(Client(connect(url), prefix))
