"""The canary: an outlet of our own on this machine whose articles must come out at the other end.

It publishes one article a span, which travels as any other does: polled, fetched, extracted, classified. Its alert
goes to a receiver of its own (`workers/sending.py`), and only its arrival pings the dead man's switch. Nobody is
told of it. Workers on another machine cannot fetch its page: they read the text that its feed carries.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network

from monitor.clock import Clock
from monitor.config import Config, FeedConfig

CANARY = "canary"  # its outlet and receiver
HOST = "127.0.0.1"
LISTED = 3
READ_TIMEOUT = 5.0
PLACES = ("حلب", "إدلب", "درعا", "حماة", "حمص", "الرقة", "السويداء", "القنيطرة")


def with_canary(config: Config, port: int) -> Config:
    """The config with the canary's feed in it, for the parts that poll and process."""
    feed = FeedConfig(
        name=f"{CANARY} of {socket.gethostname()}:{port}",  # each poller has one of its own
        outlet=CANARY,
        url=f"http://{HOST}:{port}/feed",
        lang="ar",
        country="SY",
        interval=max(config.watch.canary or 0.0, 1.0) / 2,
    )
    networks = (*config.http.allow_networks, ip_network(f"{HOST}/32"))
    return config.model_copy(
        update={
            "feeds": (*config.feeds, feed),
            "http": config.http.model_copy(update={"allow_networks": networks}),
        }
    )


def is_wanted(config: Config) -> bool:
    """Whether a canary is to fly: an admin wants one, and has not taken its name for something else."""
    taken = {*config.receivers, *(feed.outlet for feed in config.feeds)}
    return config.watch.canary is not None and CANARY not in taken


def feed_page(now: datetime, started: datetime, span: float, base: str, *, whole: bool = False) -> str:
    """The feed: the last articles, one a span since the start; `whole`: with their text."""
    newest = int((now - started).total_seconds() // span)
    items = []
    for number in range(newest, max(newest - LISTED, -1), -1):
        at = format_datetime(started + timedelta(seconds=number * span))
        name = f"{base.rpartition(':')[2]}-{round(started.timestamp())}-{number}"
        items.append(
            f"<item><guid isPermaLink='false'>canary-{name}</guid><title>فرض حظر تجول في {_place(number)}</title>"
            f"<link>{base}/story/{name}</link><pubDate>{at}</pubDate>"
            f"{f'<content:encoded><![CDATA[{_text(_place(number)) * 2}]]></content:encoded>' if whole else ''}</item>"
        )
    return (
        "<?xml version='1.0' encoding='utf-8'?><rss version='2.0' "
        "xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>canary</title>"
        f"<link>{base}/</link><description>canary</description>{''.join(items)}</channel></rss>"
    )


def story_page(name: str) -> str:
    """One article's page, with something to strip around it."""
    last = name.rpartition("-")[2]
    number = int(last) if last.isascii() and last.isdigit() and len(last) < 12 else 0
    place = _place(number)
    return (
        "<!doctype html><html lang='ar' dir='rtl'><head><meta charset='utf-8'>"
        f"<title>فرض حظر تجول في {place}</title></head><body>"
        "<nav><a href='/'>الرئيسية</a> <a href='/feed'>الأخبار</a></nav>"
        f"<article><h1>فرض حظر تجول في {place}</h1>{_text(place)}</article>"
        "<aside><h2>اقرأ أيضاً</h2><a href='/story/0'>خبر آخر</a></aside></body></html>"
    )


def _text(place: str) -> str:
    return (
        f"<p>فرضت السلطات المحلية مساء اليوم حظر تجول في مدينة {place} من الساعة الثامنة مساءً حتى السادسة صباحاً، "
        "ودعت السكان إلى البقاء في منازلهم طوال هذه الساعات.</p>"
        "<p>وأوضحت في بيانها أن القرار يشمل أحياء المدينة كافة، وأن دوريات ستنتشر في الشوارع الرئيسية لمتابعة تنفيذه.</p>"
    )


def _place(number: int) -> str:
    return PLACES[number % len(PLACES)]


def perch() -> socket.socket:
    """A port of this machine, taken for the canary before anybody is told of it."""
    return socket.create_server((HOST, 0))


@asynccontextmanager
async def flying(
    taken: socket.socket, span: float, clock: Clock, *, whole: bool = False
) -> AsyncIterator[None]:
    """Serve the canary's pages on the port that was taken, until the block ends."""
    started = clock.now()
    base = f"http://{HOST}:{taken.getsockname()[1]}"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(READ_TIMEOUT):
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode("ascii", "replace")
                if path == "/feed":
                    text = feed_page(clock.now(), started, span, base, whole=whole)
                    writer.write(_answer("application/rss+xml", text))
                else:
                    story = path.removeprefix("/story/")
                    writer.write(_answer("text/html", story_page(story)))
                await writer.drain()
        except (TimeoutError, OSError, IndexError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked so is not our poller
        finally:
            writer.close()

    async with await asyncio.start_server(answer, sock=taken):
        yield


def _answer(kind: str, text: str) -> bytes:
    body = text.encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}; charset=utf-8\r\n"
    return f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body
