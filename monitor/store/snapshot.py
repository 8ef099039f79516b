"""The store as a whole: a copy of it at one point in time, what it takes, and the version of its data.

The copy is taken as a replica takes it (SYNC): the server forks, and the fork is written out while everybody goes
on working. It is one point in time by construction, we hold one block of it at a time, and it needs no disk of the
server's. (DUMP of all keys in one script would stop the server for as long, and hold everything twice; a copy of the
append-only files races with their rewrite.)
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import redis
from redis.exceptions import ResponseError

from monitor.alerts import Alert
from monitor.clock import parse_iso, to_ms
from monitor.errors import StoreError, StoreUnavailableError
from monitor.models import Json
from monitor.store.client import Client, mapped_errors, text

BLOCK = 1 << 16
PATIENCE = 120.0  # seconds without a byte: the server sends newlines while it prepares
DROP = 500  # keys deleted at a time
TOGETHER = 200  # alerts read in one round trip
LOOKED_AT = 200  # waiting items whose age is looked at, the next due first


@dataclass(frozen=True, slots=True)
class Vitals:
    """How the store itself does."""

    server: str  # name and version
    used_bytes: int
    limit_bytes: int  # 0: none
    workers: tuple[str, ...]  # RQ workers that are signed on
    oldest_waiting_ms: int | None  # when the oldest of the waiting items was seen


# ---------------------------------------------------------------- copying


def copy(client: Client, write: Callable[[bytes], object]) -> int:
    """Hand a consistent copy (an RDB file) to `write`, block by block; returns its bytes."""
    with mapped_errors():
        connection = client.redis.connection_pool.get_connection()
        try:
            # `rdb-only`: no stream of changes after it. `capa eof`: straight from the fork, without the server's disk.
            for words in (("REPLCONF", "rdb-only", "1"), ("REPLCONF", "capa", "eof")):
                connection.send_command(*words)
                connection.read_response()
            connection.send_command("SYNC")
            stream: Any = connection._sock  # what follows is no reply that redis-py could read
            return _receive(stream, write)
        except ResponseError as error:
            raise _no_copy(str(error)) from error
        finally:
            connection.disconnect()
            client.redis.connection_pool.release(connection)


def _receive(sock: socket.socket, write: Callable[[bytes], object]) -> int:
    sock.settimeout(PATIENCE)
    head, rest = _head(sock)
    if head.startswith(b"$EOF:") and len(head) > len(b"$EOF:"):
        return _until_mark(sock, rest, head[5:], write)
    if head.startswith(b"$") and head[1:].isdigit():
        return _so_many(sock, rest, int(head[1:]), write)
    raise _no_copy(head[:200].decode("utf-8", "replace"))


def _head(sock: socket.socket) -> tuple[bytes, bytes]:
    """The line before the copy, and what came after it."""
    found = b""
    while b"\r\n" not in found:
        found = (found + _more(sock)).lstrip(b"\n")
        if len(found) > BLOCK * 2:
            raise _no_copy("its answer is none that we know")
    head, _, rest = found.partition(b"\r\n")
    return head, rest


def _until_mark(sock: socket.socket, held: bytes, mark: bytes, write: Callable[[bytes], object]) -> int:
    """Up to a mark that the server chose at random; it may lie across two blocks."""
    count = 0
    while (end := held.find(mark)) < 0:
        ready, held = held[: -len(mark)], held[-len(mark) :]
        write(ready)
        count += len(ready)
        held += _more(sock)
    write(held[:end])
    return count + end


def _so_many(sock: socket.socket, block: bytes, size: int, write: Callable[[bytes], object]) -> int:
    left = size
    while left:
        block = (block or _more(sock))[:left]
        write(block)
        left -= len(block)
        block = b""
    return size


def _more(sock: socket.socket) -> bytes:
    try:
        block = sock.recv(BLOCK)
    except OSError as error:
        raise _cut_short(str(error)) from error
    if not block:
        raise _cut_short("the connection was closed")
    return block


def _cut_short(why: str) -> StoreUnavailableError:
    return StoreUnavailableError(
        f"the store stopped sending its copy: {why}", cure="try again; its own log says why"
    )


def _no_copy(why: str) -> StoreError:
    return StoreError(
        f"the store gives no copy of itself: {why}",
        reason="no_copy",
        cure="its user needs the rights +sync and +replconf; hosted services may forbid them: use their backups",
    )


def database(client: Client) -> int:
    """The number of the logical database our keys are in."""
    return int(client.redis.connection_pool.connection_kwargs.get("db", 0) or 0)


def keep_ours(client: Client, number: int) -> int:
    """After loading a copy: keep our keys only, moved to database 0. Returns how many were dropped.

    RQ's keys go as well: bells are rung again from our rows.
    """
    dropped = 0
    with mapped_errors():
        if number:
            client.redis.execute_command("SWAPDB", 0, number)
        for name in client.redis.info("keyspace"):
            if name != "db0":
                dropped += _flush(client.redis, int(str(name).removeprefix("db")))
        prefix = client.prefix.encode()
        foreign: list[bytes] = []
        for key in client.redis.scan_iter(count=DROP):
            if not key.startswith(prefix):
                foreign.append(key)
            if len(foreign) >= DROP:
                dropped += int(client.redis.unlink(*foreign))
                foreign = []
        if foreign:
            dropped += int(client.redis.unlink(*foreign))
    return dropped


def _flush(connection: redis.Redis, number: int) -> int:
    """Empty one of the other databases; done with SWAPDB, for a pool selects one database for good."""
    connection.execute_command("SWAPDB", 0, number)
    count = int(connection.dbsize())
    connection.flushdb()
    connection.execute_command("SWAPDB", 0, number)
    return count


# ---------------------------------------------------------------- the version of the data


def data_version(client: Client) -> int | None:
    """The version that wrote this state; None for a state without one, 0 keys or old."""
    found = client.call("GET", "version")
    return int(found) if found is not None else None


def write_version(client: Client, version: int) -> None:
    """Say which version the state is of now."""
    client.call("SET", "version", version)


def is_empty(client: Client) -> bool:
    """Whether nothing was ever stored."""
    return not any(client.calls(*(("EXISTS", name) for name in ("feeds", "items", "alerts", "stats"))))


# ---------------------------------------------------------------- looking


def counts(client: Client) -> dict[str, int]:
    """How much is kept: feeds, items, waiting, incidents, alerts, and deliveries that are not over."""
    lanes = client.call("SMEMBERS", "lanes")
    found = client.calls(
        ("HLEN", "feeds"),
        *(("ZCARD", name) for name in ("items", "pending", "incidents", "alerts")),
        *(("ZCARD", f"due:{receiver}") for receiver in lanes),
    )
    names = ("feeds", "items", "waiting", "incidents", "alerts")
    return {**dict(zip(names, found, strict=False)), "deliveries_open": sum(found[len(names) :])}


def alerts_since(client: Client, since_ms: int) -> Iterator[Alert]:
    """Alerts whose last revision came since a time, newest first, each with all its revisions; a few are held."""
    ids = client.call("ZREVRANGEBYSCORE", "alerts", "+inf", since_ms)
    for start in range(0, len(ids), TOGETHER):
        some = ids[start : start + TOGETHER]
        for revisions in client.calls(*(("HGETALL", f"alert:{one}") for one in some)):
            ranked = sorted(revisions.items(), key=lambda pair: -int(pair[0]))
            yield from (Alert.from_dict(json.loads(document)) for _, document in ranked)


def vitals(client: Client) -> Vitals:
    """The server, its memory, who works, and how long the oldest item waits."""
    with mapped_errors():
        server = client.redis.info("server")
        memory = client.redis.info("memory")
    name = "Valkey" if server.get("valkey_version") else "Redis"
    return Vitals(
        server=f"{name} {server.get('valkey_version') or server.get('redis_version', '')}",
        used_bytes=int(memory.get("used_memory", 0)),
        limit_bytes=int(memory.get("maxmemory", 0)),
        workers=_workers(client),
        oldest_waiting_ms=_oldest(client),
    )


def _workers(client: Client) -> tuple[str, ...]:
    """Names of the RQ workers of Rasid that live: RQ lets a dead one's record expire."""
    with mapped_errors():
        names = sorted(text(client.redis.smembers("rq:workers")))
        keys = [one for one in names if one.startswith("rq:worker:rasid-")]
        alive = [one for one in keys if client.redis.exists(one) and not client.redis.hexists(one, "death")]
    return tuple(one.removeprefix("rq:worker:") for one in alive)


def _oldest(client: Client) -> int | None:
    ids = client.call("ZRANGE", "pending", 0, LOOKED_AT - 1)
    documents = client.calls(*(("HGET", f"item:{one}", "doc") for one in ids)) if ids else []
    seen = [_seen_ms(json.loads(one)) for one in documents if one]
    return min(seen, default=None)


def _seen_ms(document: Json) -> int:
    return to_ms(parse_iso(document["seen"]))
