"""What the bytes at a feed's address are: a feed, a channel's preview, or a page that names its feeds. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.discover import FeedLink, feed_links
from monitor.errors import ParseError
from monitor.liveblog import split_updates
from monitor.models import FeedDocument
from monitor.parse import parse
from monitor.telegram import is_preview, parse_preview


@dataclass(frozen=True, slots=True)
class Page:
    """No feed, but a page that names some, best first."""

    links: tuple[FeedLink, ...]


def read_source(
    body: bytes, content_type: str, *, url: str, encoding: str, now: datetime
) -> FeedDocument | Page:
    """The feed with its live blogs split into their updates, or the page. Raises ParseError."""
    try:
        document = parse(body, content_type, url=url, encoding=encoding, now=now)
    except ParseError as error:
        if error.reason != "not_a_feed":
            raise
        if is_preview(body):
            return parse_preview(body, url)
        links = tuple(feed_links(body, url))
        if not links:
            raise
        return Page(links)
    return replace(
        document, entries=tuple(part for entry in document.entries for part in split_updates(entry))
    )
