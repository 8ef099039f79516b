"""The feeds that a web page names. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

TYPES = {
    "application/rss+xml": 3,
    "application/atom+xml": 3,
    "application/feed+json": 2,
    "application/rdf+xml": 1,
}
MOST_BYTES = 2_000_000  # of a page: its head stands at the beginning
_COMMENTS = ("comment", "تعليق", "yorum")


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page names."""

    url: str
    title: str
    type: str


def feed_links(page: bytes, url: str) -> list[FeedLink]:
    """Feeds named in a page's head, best first: whole sites before comments, in the page's order otherwise."""
    try:
        tree: Any = html.fromstring(page[:MOST_BYTES] or b"<p>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    base = next(iter(tree.xpath("//base/@href")), url)
    found: dict[str, FeedLink] = {}
    for link in tree.xpath("//link[@rel and @type and @href]"):
        kind = link.get("type").strip().lower()
        if kind not in TYPES or "alternate" not in link.get("rel").lower().split():
            continue
        try:
            target = urljoin(urljoin(url, base), link.get("href").strip())
            scheme = urlsplit(target).scheme
        except ValueError:
            continue
        if scheme in ("http", "https"):
            found.setdefault(target, FeedLink(target, (link.get("title") or "").strip()[:200], kind))
    return sorted(found.values(), key=_rank)


def _rank(link: FeedLink) -> tuple[bool, int]:
    """Feeds of comments come last, oEmbed-like oddities after the usual types."""
    words = f"{link.title} {urlsplit(link.url).path}".lower()
    return any(word in words for word in _COMMENTS), -TYPES[link.type]
