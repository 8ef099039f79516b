"""A live blog that grows under one guid is many reports: each of its timed updates becomes an entry of its own. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lxml import etree, html

from monitor.clock import parse_iso
from monitor.models import Entry
from monitor.text import fold

FEWEST = 3  # timed blocks that make a live blog
_BLOCKS = ("p", "div", "h2", "h3", "h4", "li", "article", "section")
# A block that opens with a time of day, perhaps after a word for "update".
_TIMED = re.compile(
    r"^(?:(?:تحديث|الساعة|عاجل|update|at)\s*:?\s*)?([01]?\d|2[0-3])[:٫.]([0-5]\d)\s*(?:[-–—|:]|\s|$)",
    re.IGNORECASE,
)
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")


def split_updates(entry: Entry) -> list[Entry]:
    """The updates of an entry that is a live blog, each with a guid of its own; any other entry alone.

    Only content with at least three blocks that open with a time of day counts as one.
    """
    markup = entry.content or entry.summary
    if markup.count(":") + markup.count("<time") < FEWEST:
        return [entry]
    blocks = _blocks(markup)
    starts = [number for number, (moment, _) in enumerate(blocks) if moment]
    if len(starts) < FEWEST:
        return [entry]
    updates = []
    for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True):
        text = "\n".join(words for _, words in blocks[start:end])
        updates.append(_update(entry, blocks[start][0], text))
    above = "".join(f"<p>{words}</p>" for _, words in blocks[: starts[0]])
    head = replace(entry, content=above) if entry.content else replace(entry, summary=above)
    return [head, *updates]


def _update(entry: Entry, moment: str, text: str) -> Entry:
    """One update. Its guid is made of its words, so that its place in the blog does not matter."""
    mark = hashlib.sha256(fold(text).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    base = entry.guid or entry.link or entry.title
    return replace(
        entry,
        guid=f"{base}#{mark}",
        link=f"{entry.link.partition('#')[0]}#update-{mark}" if entry.link else None,
        title=f"{entry.title}: {_first_words(text)}",
        summary="",
        content="".join(f"<p>{line}</p>" for line in text.split("\n")),
        published=_at(moment, entry),
        whole=True,
    )


def _blocks(markup: str) -> list[tuple[str, str]]:
    """The innermost blocks of a text, each with the time it opens with ("" for none) and its words, escaped."""
    try:
        tree: Any = html.fragment_fromstring(markup, create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    found = []
    for node in tree.iter(*_BLOCKS):
        if node is tree or any(child.tag in _BLOCKS for child in node.iterdescendants()):
            continue
        words = " ".join(node.text_content().split())
        stamps = node.xpath("./time/@datetime | ./self::*[not(text()[normalize-space()])]//time/@datetime")
        timed = _TIMED.match(words.translate(_DIGITS))
        moment = stamps[0] if stamps else f"{timed[1]}:{timed[2]}" if timed else ""
        if words:
            found.append((moment, words.replace("&", "&amp;").replace("<", "&lt;")))
    return found


def _first_words(text: str) -> str:
    words = text.split("\n", 1)[0]
    return words if len(words) <= 100 else words[:99].rsplit(" ", 1)[0] + "…"


def _at(moment: str, entry: Entry) -> datetime | None:
    """When an update was written: a full stamp, else unknown; a bare time of day lacks its zone and day."""
    try:
        at = parse_iso(moment)
    except ValueError:
        return None
    newest = entry.updated or entry.published
    return at if newest is None or at <= newest + timedelta(days=1) else None
