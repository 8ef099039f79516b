"""The connection to Redis or Valkey: scripts, key prefix, foreign exceptions mapped to ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from monitor.errors import StoreError, StoreUnavailableError

PREFIX = "rasid:"


@contextmanager
def mapped_errors() -> Iterator[None]:
    """Turn redis-py's exceptions into StoreError and StoreUnavailableError."""
    try:
        yield
    except (RedisConnectionError, RedisTimeoutError) as error:
        raise StoreUnavailableError(
            f"the store does not answer: {error}",
            cure="see that Redis or Valkey runs at redis.url; work goes on by itself when it is back",
        ) from error
    except RedisError as error:
        reason = "out_of_memory" if str(error).startswith("OOM") else "store"
        raise StoreError(f"the store refused: {error}", reason=reason) from error


def connect(url: str, *, timeout: float | None = 10.0) -> redis.Redis:
    """A client that has not dialled yet. URLs: unix://, redis://, rediss://, sentinel://h:p,h:p/service."""
    options: dict[str, Any] = {
        "socket_timeout": timeout,
        "socket_connect_timeout": 5.0,
        "retry": Retry(NoBackoff(), 1),
        "health_check_interval": 30,
    }
    if url.startswith("sentinel://"):
        hosts, _, service = url.removeprefix("sentinel://").partition("/")
        pairs = [
            (host, int(port or 26379)) for host, _, port in (part.partition(":") for part in hosts.split(","))
        ]
        sentinel = redis.Sentinel(pairs, sentinel_kwargs={"socket_timeout": 5.0}, **options)
        master: redis.Redis = sentinel.master_for(service or "mymaster")
        return master
    return redis.Redis.from_url(url, **options)


def ping(url: str) -> bool:
    """Does a server answer at this URL, with its data loaded?"""
    client = connect(url, timeout=1.0)
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()


def shutdown(url: str) -> None:
    """Ask a server to write what it has and end; no answer is fine."""
    client = connect(url, timeout=2.0)
    try:
        client.shutdown(nosave=True)  # the append-only file is the record; it is flushed on the way out
    except RedisError:
        return
    finally:
        client.close()


class Client:
    """Redis with our prefix and scripts. Values come back as str."""

    def __init__(self, connection: redis.Redis, prefix: str = PREFIX) -> None:
        self.redis = connection
        self.prefix = prefix
        self._digests: dict[str, str] = {}

    def key(self, name: str) -> str:
        return self.prefix + name

    def run(self, script: str, *arguments: str | int | float) -> Any:
        """Run `lua/<script>.lua`, loading it where the server does not know it yet."""
        with mapped_errors():
            try:
                return text(self.redis.evalsha(self._digest(script), 1, self.prefix, *arguments))
            except NoScriptError:
                self._digests.pop(script, None)  # another thread may have met the same
                return text(self.redis.evalsha(self._digest(script), 1, self.prefix, *arguments))

    def call(self, command: str, name: str, *arguments: str | int | float) -> Any:
        """One plain command on one of our keys."""
        with mapped_errors():
            return text(self.redis.execute_command(command, self.key(name), *arguments))

    def calls(self, *commands: tuple[str | int | float, ...]) -> list[Any]:
        """Several commands (name, key, arguments …) in one round trip, not atomic."""
        with mapped_errors():
            pipeline = self.redis.pipeline(transaction=False)
            for command, name, *arguments in commands:
                pipeline.execute_command(command, self.key(str(name)), *arguments)
            return [text(answer) for answer in pipeline.execute()]

    def make_durable(self, timeout_ms: int = 2000) -> None:
        """Return when what was written is on disk (WAITAOF); servers before 7.2 rely on appendfsync."""
        with mapped_errors():
            try:
                self.redis.execute_command("WAITAOF", 1, 0, timeout_ms)
            except ResponseError:  # unknown command, or no append-only file: told at start
                return

    def _digest(self, script: str) -> str:
        digest = self._digests.get(script)
        if digest is None:
            folder = resources.files("monitor.store").joinpath("lua")
            source = "".join(
                folder.joinpath(f"{name}.lua").read_text("utf-8") for name in ("prelude", script)
            )
            digest = self._digests[script] = str(text(self.redis.script_load(source)))
        return digest


def text(answer: Any) -> Any:
    """Bytes as str, at any depth of an answer. A set becomes a list, as servers of the older protocol send it."""
    if isinstance(answer, bytes):
        return answer.decode("utf-8", "replace")
    if isinstance(answer, list | tuple | set | frozenset):
        return [text(part) for part in answer]
    if isinstance(answer, dict):
        return {text(key): text(value) for key, value in answer.items()}
    return answer
