"""A loopback outlet that answers as it is told and remembers every request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from monitor.clock import ManualClock

MORNING = datetime(2026, 3, 1, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Reply:
    """One answer; the body of a feed unless told otherwise."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True)
class Asked:
    """One request: when (monotonic seconds of the test's clock), what for, with which headers."""

    at: float
    path: str
    headers: dict[str, str]


@dataclass
class Outlet:
    """`answer` is asked for every request; `asked` holds them all."""

    clock: ManualClock
    answer: Callable[[Asked], Reply]
    asked: list[Asked] = field(default_factory=list)
    base: str = ""

    def times(self, path: str = "") -> list[float]:
        """When requests came, for one path or all."""
        return [one.at for one in self.asked if not path or one.path == path]


@asynccontextmanager
async def serving(outlet: Outlet) -> AsyncIterator[Outlet]:
    """The outlet on a port of loopback."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        asked = Asked(outlet.clock.monotonic(), head[0].split()[1], headers)
        outlet.asked.append(asked)
        reply = outlet.answer(asked)
        body = reply.body.encode()
        lines = [f"HTTP/1.1 {reply.status} Said", f"content-length: {len(body)}", "connection: close"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if reply.status == 304 else body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    outlet.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield outlet


def rss(*titles: str, at: datetime = MORNING, guid: str = "") -> str:
    """A feed with one entry a title, newest first, a minute apart."""
    items = "".join(
        f"<item><title>{title}</title><link>http://o.test/{title.replace(' ', '-')}</link>"
        f"<guid isPermaLink='false'>{guid or title}</guid>"
        f"<pubDate>{format_datetime(at - timedelta(minutes=number))}</pubDate></item>"
        for number, title in enumerate(titles)
    )
    return f'<rss version="2.0"><channel><title>o</title>{items}</channel></rss>'
