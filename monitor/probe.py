"""One look at an address: what feed is there, how alive it is, and what an admin should write into the config."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from monitor.clock import Clock, iso
from monitor.errors import FetchError, ParseError
from monitor.http import Fetched
from monitor.models import FeedDocument, Json
from monitor.sources import Page, read_source
from monitor.telegram import preview_url
from monitor.visits import FEED_TYPES, permanent_move, refused

FULL_TEXT = 400  # characters of content from which an entry is taken to hold its article
QUIET = timedelta(days=7)
Get = Callable[..., Awaitable[Fetched]]


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found. `problem` is "" when the address can be polled; `advice` says what to do or try."""

    url: str
    problem: str = ""
    advice: tuple[str, ...] = ()
    status: int = 0
    moved_to: str = ""
    format: str = ""
    title: str = ""
    language: str = ""
    entries: int = 0
    newest: str = ""  # ISO 8601
    a_day: float = 0.0
    full_text: bool = False
    validators: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()  # that the page names, best first
    milliseconds: int = 0
    first: str = ""  # the page of its newest entry

    def to_dict(self) -> Json:
        return asdict(self)


async def probe(url: str, get: Get, clock: Clock, *, encoding: str = "") -> Probe:
    """Fetch an address once, without validators, and describe what is there. Raises nothing of the web's."""
    try:
        fetched = await get(preview_url(url), headers={"Accept": FEED_TYPES}, allow_private=True)
        if fetched.status != 200:
            raise refused(fetched, clock.now())
        kind = fetched.headers.get("content-type", "")
        source = read_source(fetched.body, kind, url=fetched.url, encoding=encoding, now=clock.now())
    except (FetchError, ParseError) as error:
        status = error.status if isinstance(error, FetchError) else 200
        return Probe(url, problem=f"{error.reason}: {error}", advice=(error.cure,), status=status or 0)
    if isinstance(source, Page):
        named = tuple(link.url for link in source.links)
        advice = (f"this is a page, not a feed; put its feed into the config: {named[0]}",)
        return Probe(url, "page: a web page, not a feed", advice, fetched.status, feeds=named)
    return _describe(url, fetched, source, clock.now())


def _describe(url: str, fetched: Fetched, document: FeedDocument, now: datetime) -> Probe:
    dated = sorted((entry.published for entry in document.entries if entry.published), reverse=True)
    moved = permanent_move(fetched)
    full = (
        bool(document.entries)
        and statistics.median(len(one.content) for one in document.entries) >= FULL_TEXT
    )
    names = {"etag": "ETag", "last-modified": "Last-Modified"}
    validators = tuple(shown for name, shown in names.items() if fetched.headers.get(name))
    return Probe(
        url,
        status=fetched.status,
        advice=_advice(document, dated, moved, validators, now),
        moved_to=moved,
        format=document.format,
        title=document.title,
        language=document.language,
        entries=len(document.entries),
        newest=iso(dated[0]) if dated else "",
        a_day=_a_day(dated),
        full_text=full,
        validators=validators,
        notes=document.notes,
        milliseconds=round(fetched.elapsed * 1000),
        first=next((one.link for one in document.entries if (one.link or "").startswith("http")), None) or "",
    )


def _a_day(dated: list[datetime]) -> float:
    span = (dated[0] - dated[-1]).total_seconds() if len(dated) > 1 else 0.0
    return round((len(dated) - 1) * 86_400 / span, 1) if span else 0.0


def _advice(
    document: FeedDocument, dated: list[datetime], moved: str, validators: tuple[str, ...], now: datetime
) -> tuple[str, ...]:
    found = []
    if moved:
        found.append(f"it has moved for good: write {moved} into the config")
    if not document.entries:
        found.append("it lists nothing: see on the outlet's page whether it still publishes there")
    elif not dated:
        found.append(
            "its entries carry no dates: old articles can only be told from new ones by when we first saw them"
        )
    elif now - dated[0] > QUIET:
        found.append(f"its newest entry is {(now - dated[0]).days} days old: has the outlet given it up?")
    if "encoding" in document.notes:
        found.append(
            "it declares a wrong encoding; it was guessed: see whether titles read right, else set `encoding`"
        )
    if document.entries and not validators:
        found.append(
            "it sends neither ETag nor Last-Modified: every poll reads it whole, so ask it less often"
        )
    return tuple(found)
