"""The article of a page and nothing but the article. The only trafilatura.

bytes -> text (decode) -> limits -> metadata, DOM pre-clean -> trafilatura -> mending -> line filter -> Article
"""

from __future__ import annotations

import re
from configparser import ConfigParser
from dataclasses import dataclass
from datetime import UTC, tzinfo
from html import unescape

import trafilatura
from lxml import etree, html
from lxml.html import HtmlElement
from trafilatura.settings import DEFAULT_CONFIG

from monitor.errors import ReadError
from monitor.models import Article
from monitor.text import clean, fold, one_line
from workers.extract.blocks import words
from workers.extract.boilerplate import COUNTER, LINES
from workers.extract.dates import is_date
from workers.extract.decode import decode
from workers.extract.limits import CURE, check_markup, check_size
from workers.extract.metadata import metadata
from workers.extract.preclean import Cleaned, cut_boilerplate
from workers.selector import selected

SIGNED = re.compile(r"[-–—:]")  # as in "SY24 -خاص": where the report is from
TIME = re.compile(r"\d{1,2}:\d{2}$")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")  # which XML forbids
LEAD_WORDS = 5  # a line of fewer words under the title is no lead
LONGER = 1.3  # so much longer the page's JSON must be to replace what its markup shows
TEXT_BLOCKS = (
    "p",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "blockquote",
    "td",
    "th",
    "figcaption",
    "dd",
    "dt",
    "pre",
)


def read_page(
    body: bytes, *, url: str = "", charset: str = "", selector: str = "", zone: tzinfo = UTC
) -> Article:
    """The article of an HTML page. `zone`: the outlet's, for times without an offset.

    Raises ReadError: `too_large`, `too_complex`, `empty`.
    """
    check_size(body)
    text = decode(body, charset)
    check_markup(text)
    tree = _tree(text)
    told = metadata(tree, url, zone)
    kept, notes = _selected(tree, selector)
    cleaned = cut_boilerplate(kept, told.title)
    found = _filter(_extract(kept, cleaned, url))
    source = "page"
    structured = _filter(_plain(told.body)) if told.body else ""
    if len(structured) > LONGER * len(found):
        found, source = structured, "jsonld"
    return Article(
        title=told.title,
        text=found,
        source=source if found else "none",
        published=told.published,
        lang=told.lang,
        author=told.author,
        url=told.url,
        image=told.image,
        dropped=cleaned.dropped,
        notes=notes,
    )


def read_html(markup: str, *, url: str = "") -> Article:
    """The text of a feed's own HTML fragment (or plain text), cleaned by the same rules.

    Raises ReadError like `read_page`.
    """
    if not markup.strip():
        return Article("", "", "none", url=url)
    if "<" not in markup:
        return Article("", _filter(clean(markup)), "feed", url=url)
    check_size(markup.encode("utf-8", "replace"))
    check_markup(markup)
    tree = _tree(f"<html><body><div>{markup}</div></body></html>")
    dropped = cut_boilerplate(tree).dropped
    return Article("", _filter(_lines(tree)), "feed", url=url, dropped=dropped)


def _tree(text: str) -> HtmlElement:
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(CONTROLS.sub(" ", text).encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise ReadError(f"the page is no HTML: {error}", reason="empty", cure=CURE) from error
    if not isinstance(tree, HtmlElement):
        raise ReadError("the page is empty", reason="empty", cure=CURE)
    return tree


def _selected(tree: HtmlElement, selector: str) -> tuple[HtmlElement, tuple[str, ...]]:
    """The part of the page that the admin's selector names, all of it where that names nothing."""
    part = selected(tree, selector) if selector else None
    return (tree, ("selector_missed",) if selector else ()) if part is None else (part, ())


def _extract(tree: HtmlElement, cleaned: Cleaned, url: str) -> str:
    config = ConfigParser()
    config.read_dict(DEFAULT_CONFIG)
    for key in ("MIN_EXTRACTED_SIZE", "MIN_OUTPUT_SIZE"):
        config["DEFAULT"][key] = "20"
    shown = _shown(tree, cleaned)
    found = trafilatura.extract(
        tree,
        url=url or None,
        fast=True,  # its other extractors would guess at what the rules have settled
        include_comments=False,
        deduplicate=False,
        include_tables=True,
        config=config,
    )
    return _mended(found or "", shown)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A block of text that holds no other, as the cleaned page shows it; `key` is its folded text."""

    key: str
    line: str
    is_title: bool
    in_core: bool


def _shown(tree: HtmlElement, cleaned: Cleaned) -> list[_Shown]:
    core = set(cleaned.core.iter()) if cleaned.core is not None else set()
    title = set(cleaned.title.iter()) if cleaned.title is not None else set()
    found = []
    for block in tree.iter("h1", *TEXT_BLOCKS):
        if next(block.iterdescendants("h1", *TEXT_BLOCKS), None) is None:
            line = one_line(words(block))
            found.append(_Shown(fold(line), line, block in title or block is cleaned.title, block in core))
    return [block for block in found if block.key]


def _mended(found: str, shown: list[_Shown]) -> str:
    """What trafilatura found, with what it left out of the core, under the title or between two kept blocks."""
    folded = fold(found)
    kept = {number for number, block in enumerate(shown) if block.in_core or block.key in folded}
    if not kept:
        return found
    title = next((number for number, block in enumerate(shown) if block.is_title), None)
    for number in range(title + 1 if title is not None else min(kept), max(kept)):
        if number > min(kept) or len(shown[number].key.split()) >= LEAD_WORDS:
            kept.add(number)
    wanted = [block for number, block in enumerate(shown) if number in kept and not block.is_title]
    if all(block.key in folded for block in wanted):
        return found
    return "\n".join(block.line for block in wanted)


def _plain(text: str) -> str:
    """JSON's article as lines; some outlets put HTML there."""
    if "<" not in text and "&" not in text:
        return clean(text)
    try:
        return read_html(unescape(text) if "&lt;" in text else text).text
    except ReadError:
        return ""


def _filter(text: str) -> str:
    """Lines that are no bare label, counter or age; exact lines only. A live blog keeps its entries' times."""
    lines = [line for line in map(one_line, text.splitlines()) if line]
    times = sum(1 for line in lines if TIME.match(line))
    lines = lines[_byline(lines) :]
    return "\n".join(line for line in lines if (times > 1 and TIME.match(line)) or not _is_label(line))


def _byline(lines: list[str]) -> int:
    """How many lines at the top are date, name and counters: short ones around a date."""
    head = next((number for number, line in enumerate(lines[:6]) if _is_text(line)), 0)
    named = [line for line in lines[:head] if not is_date(line)]
    return head if len(named) < head and not any(SIGNED.search(line) for line in named) else 0


def _is_text(line: str) -> bool:
    return line.endswith((".", "…")) or (len(line.split()) > 4 and not is_date(line))


def _is_label(line: str) -> bool:
    if len(line) > 60:
        return False
    folded = fold(line)
    return not folded or folded in LINES or COUNTER.match(folded) is not None or is_date(line)


def _lines(tree: HtmlElement) -> str:
    for element in tree.iter("p", "br", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr"):
        element.tail = "\n" + (element.tail or "")
        element.text = "\n" + (element.text or "")
    return "".join(tree.itertext())
