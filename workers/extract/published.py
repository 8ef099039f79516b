"""When an article was published, where only the page's text says so.

A bar above the title shows today's date, cards around the text show the dates of other articles; the article's
own stands in the title's box, between title and text, or under a name that themes keep for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo

from lxml import etree
from lxml.html import HtmlElement

from monitor.text import fold, one_line
from workers.extract.boilerplate import BY_CLASS
from workers.extract.dates import is_date, moment

HEADINGS = ("h1", "h2", "h3")
# Where themes print the article's own date, be it above the title or below the text.
OWN = frozenset(
    """entry-date published post-date date-published publish-date article-date posted-on date-header itemdatecreated
    node__submitted field--name-created submitted post-published news-date article-time""".split()
)
# Such a box between title and text tells the date among other things.
NEAR = OWN | frozenset(
    """tie-date date meta-item td-post-date jeg_meta_date wp-block-post-date list-inline post-meta entry-meta
    article-info meta post-info single-post-meta article-meta elementor-post-info""".split()
)
ELSEWHERE = frozenset(("related", "page", "comments", "tags"))
_DIGIT = re.compile(r"\d")
_UPDATED = re.compile("تحديث|updated|modified|güncelle|mis à jour", re.IGNORECASE)


def printed_moment(tree: HtmlElement, zone: tzinfo, title: str) -> datetime | None:
    """The moment that the page prints as the article's; None where it prints none."""
    shown = list(tree.iter(etree.Element))
    start = _title_at(shown, fold(title))
    for element in _under_title(shown[start:]):
        if found := _told(element, NEAR, zone):
            return found
    own = {found for element in shown if not _is_elsewhere(element) and (found := _told(element, OWN, zone))}
    return own.pop() if len(own) == 1 else None


def _title_at(shown: list[HtmlElement], wanted: str) -> int:
    """Where the title stands: the first element with its text, else the first h1, else the top."""
    for number, element in enumerate(shown):
        if element.tag in (*HEADINGS, "span", "b", "div", "font") and len(element) < 3 and wanted:
            text = "".join(element.itertext())
            if len(text) < 300 and fold(text) == wanted and element.getparent().tag != "a":
                return number
    return next((number for number, element in enumerate(shown) if element.tag == "h1"), 0)


def _under_title(shown: list[HtmlElement]) -> Iterator[HtmlElement]:
    """Elements up to the first paragraph of prose."""
    for element in shown:
        own = len(element.text or "") + sum(len(child.tail or "") for child in element)
        if own > 80 and element.tag not in ("script", "style", "title"):
            return
        if not _is_elsewhere(element):
            yield element


def _told(element: HtmlElement, names: frozenset[str], zone: tzinfo) -> datetime | None:
    """The moment that this element tells, by its `<time>` or as nothing but a date."""
    if len(element) > 8:
        return None
    named = not names.isdisjoint(f"{element.get('class', '')} {element.get('id', '')}".lower().split())
    if names is OWN and not named:
        return None
    clock = next(element.iter("time"), None) if named or len(element) < 2 else None
    if clock is not None and "updated" not in clock.get("class", "") and clock.get("datetime"):
        return moment(clock.get("datetime", ""), zone)
    parts = [" ".join(element.itertext())] if named or len(element) < 2 else []
    if names is NEAR:
        parts += [element.text or "", element.tail or ""]
    for line in map(one_line, parts):
        if (
            6 < len(line) <= 160
            and _DIGIT.search(line)
            and not _UPDATED.search(line)
            and (named or is_date(line))
        ):
            return moment(line, zone)
    return None


def _is_elsewhere(element: HtmlElement) -> bool:
    """Does it stand in a side column, a menu or among other articles?"""
    for one in (element, *element.iterancestors()):
        if one.tag in ("nav", "aside", "marquee"):
            return True
        if one.tag == "article":
            return False
        told = f"{one.get('class', '')} {one.get('id', '')}".lower().split()
        if any(BY_CLASS.get(name) in ELSEWHERE for name in told if name != "widget"):
            return True
    return False
