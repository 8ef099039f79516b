"""`rasid check --online`: every feed and receiver is looked at, nothing is sent, and it is said what would happen."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from rich.console import Console
from rich.progress import Progress

from monitor.clock import Clock, parse_iso, zone_of
from monitor.config import Config, FeedConfig
from monitor.errors import DeliveryError, FetchError, ReadError
from monitor.http import Fetcher, policy
from monitor.models import Json
from monitor.probe import Probe, probe
from monitor.receivers import Receiver
from monitor.robots import crawl_delay
from monitor.text import isolate, one_line, shorten
from workers.deliver import apprise_channel
from workers.extract import read_page
from workers.mail import greet

AT_ONCE = 10
AGENT = "rasid"
CONNECT_TIMEOUT = 10.0  # seconds
SHORT = 400  # characters under which an extraction looks wrong


@dataclass(frozen=True, slots=True)
class FeedLook:
    """What is at a feed's address, and how one of its articles reads."""

    name: str
    found: Probe
    delay: float = 0.0  # seconds that robots.txt asks for between requests
    article: str = ""  # the beginning of its newest article
    article_length: int = 0
    problem: str = ""  # of the article

    @property
    def failed(self) -> bool:
        return bool(self.found.problem)


@dataclass(frozen=True, slots=True)
class ReceiverLook:
    """Whether a receiver could be reached, without sending anything."""

    name: str
    kind: str
    problem: str = ""
    note: str = ""


def check_online(config: Config, clock: Clock, *, as_json: bool) -> int:
    """Look at everything and print it as it is found; 1 when something cannot be used."""
    failed = 0
    console = Console(stderr=True)
    shown = console.is_terminal and not as_json
    with Progress(console=console, disable=not shown, transient=True) as progress:
        task = progress.add_task("looking", total=len(config.feeds) + len(config.receivers))

        def show(one: FeedLook | ReceiverLook) -> None:
            nonlocal failed
            progress.advance(task)
            failed += one.failed if isinstance(one, FeedLook) else bool(one.problem)
            sys.stdout.write(
                json.dumps(_json(one), ensure_ascii=False) + "\n" if as_json else _words(one, config)
            )
            sys.stdout.flush()

        asyncio.run(_look(config, clock, show))
    return 1 if failed else 0


async def _look(config: Config, clock: Clock, show: Callable[[FeedLook | ReceiverLook], None]) -> None:
    slots = asyncio.Semaphore(AT_ONCE)

    async def feed(one: FeedConfig) -> FeedLook:
        async with slots:
            return await look_at_feed(one, fetcher, config, clock)

    async with Fetcher(policy(config)) as fetcher:
        looks: list[Coroutine[Any, Any, FeedLook | ReceiverLook]] = [feed(one) for one in config.feeds]
        looks += [look_at_receiver(one, config) for one in config.receivers.values()]
        for done in asyncio.as_completed(looks):
            show(await done)


async def look_at_feed(feed: FeedConfig, fetcher: Fetcher, config: Config, clock: Clock) -> FeedLook:
    """Probe a feed, its host's robots.txt, and read its newest article."""
    found = await probe(feed.url, fetcher.get, clock, encoding=feed.encoding)
    if found.problem or not found.first:
        return FeedLook(feed.name, found)
    delay = 0.0
    with suppress(FetchError):
        robots = await fetcher.get(urljoin(feed.url, "/robots.txt"), home=feed.url, timeout=CONNECT_TIMEOUT)
        text = robots.body.decode("utf-8", "replace") if robots.status == 200 else ""
        delay = crawl_delay(text, AGENT)
    if feed.content == "feed" or (feed.content == "auto" and found.full_text):
        return FeedLook(feed.name, found, delay)
    try:
        page = await fetcher.get(found.first, home=feed.url)
        if page.status != 200:
            return FeedLook(feed.name, found, delay, problem=f"its newest article answers {page.status}")
        article = await asyncio.to_thread(
            read_page,
            page.body,
            url=page.url,
            charset=feed.encoding,
            selector=feed.selector,
            zone=zone_of(feed.country, config.timezone),
        )
    except (FetchError, ReadError) as error:
        return FeedLook(feed.name, found, delay, problem=f"its newest article cannot be read: {error}")
    problem = ""
    if "selector_missed" in article.notes:
        problem = "its selector matches nothing on its newest article"
    elif len(article.text) < SHORT:
        problem = f"only {len(article.text)} characters were found on its newest article; see `rasid explain {found.first}`"
    return FeedLook(feed.name, found, delay, shorten(one_line(article.text), 160), len(article.text), problem)


async def look_at_receiver(receiver: Receiver, config: Config) -> ReceiverLook:
    """Reach a receiver as far as that goes without sending."""
    url = receiver.url.get_secret_value() if receiver.url else ""
    try:
        if receiver.kind == "webhook":
            await _dial(url)
            return ReceiverLook(receiver.name, receiver.kind, note="its host answers; nothing was posted")
        if receiver.kind == "mail":
            await asyncio.to_thread(greet, receiver)
            return ReceiverLook(
                receiver.name, receiver.kind, note="the mail server greets us and takes the login"
            )
        if receiver.kind == "file":
            _writable(config.data_dir / receiver.path)
        if receiver.kind == "apprise":
            await asyncio.to_thread(apprise_channel, url, receiver.name)
            return ReceiverLook(
                receiver.name, receiver.kind, note="its address is understood; `rasid test-alert` tries it"
            )
    except (OSError, TimeoutError) as error:
        return ReceiverLook(receiver.name, receiver.kind, f"cannot be reached: {type(error).__name__}")
    except DeliveryError as error:
        return ReceiverLook(receiver.name, receiver.kind, error.line())
    return ReceiverLook(receiver.name, receiver.kind)


async def _dial(url: str) -> None:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    async with asyncio.timeout(CONNECT_TIMEOUT):
        _, writer = await asyncio.open_connection(
            parts.hostname, parts.port or (443 if secure else 80), ssl=secure or None
        )
        writer.close()


def _writable(path: Path) -> None:
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise DeliveryError(
            f"{path} cannot be written", cure="choose another path, or give us the right to write"
        )


# ---------------------------------------------------------------- words


def _json(one: FeedLook | ReceiverLook) -> Json:
    if isinstance(one, ReceiverLook):
        return {"receiver": one.name, **asdict(one)}
    return {"feed": one.name, **asdict(one)}


def _words(one: FeedLook | ReceiverLook, config: Config) -> str:
    if isinstance(one, ReceiverLook):
        mark = "✗" if one.problem else "✓"
        return f"{mark} receiver {isolate(one.name)} ({one.kind}): {one_line(one.problem or one.note or 'ready', 300)}\n"
    found = one.found
    mark = "✗" if one.failed else ("!" if one.problem or found.advice else "✓")
    lines = [f"{mark} feed {isolate(one.name)}: {_summary(found, config)}"]
    if one.delay:
        lines.append(f"    robots.txt asks for {one.delay:g} s between requests")
    if one.article_length:
        lines.append(f"    newest article, {one.article_length} characters: {isolate(one.article)}")
    lines += [f"    ! {one_line(problem, 300)}" for problem in (one.problem,) if problem]
    lines += [f"    > {one_line(advice, 300)}" for advice in found.advice if advice]
    return "\n".join(lines) + "\n"


def _summary(found: Probe, config: Config) -> str:
    if found.problem:
        return one_line(found.problem, 300)
    newest = _when(parse_iso(found.newest), config) if found.newest else "undated"
    text = "whole articles" if found.full_text else "excerpts"
    return (
        f"{found.status}, {found.format}, {found.entries} entries, {found.a_day:g} a day, newest {newest}, "
        f"language {found.language or 'not said'}, {text}"
    )


def _when(moment: datetime, config: Config) -> str:
    return moment.astimezone(config.timezone).strftime("%Y-%m-%d %H:%M")
