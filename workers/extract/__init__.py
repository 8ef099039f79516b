"""The article of a page and nothing but the article. The only trafilatura.

bytes -> text (decode) -> limits -> DOM pre-clean -> trafilatura -> line filter -> Article
"""

from __future__ import annotations

import json
import re
from configparser import ConfigParser
from datetime import datetime
from typing import Any

import trafilatura
from lxml import etree, html
from lxml.html import HtmlElement
from trafilatura.settings import DEFAULT_CONFIG

from monitor.clock import parse_iso
from monitor.errors import ReadError
from monitor.models import Article, Dropped
from monitor.text import clean, fold, one_line
from workers.extract.decode import decode
from workers.extract.preclean import preclean

MAX_BYTES = 2_000_000
MAX_TAGS = 20_000
MAX_ATTRIBUTES = 200  # in one tag
MAX_DEPTH = 256
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>")
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_LABELS = {
    fold(line)
    for line in [
        "Facebook",
        "Twitter",
        "X",
        "WhatsApp",
        "Telegram",
        "Messenger",
        "Viber",
        "LinkedIn",
        "Pinterest",
        "Email",
        "Print",
        "Copy Link",
        "فيسبوك",
        "تويتر",
        "واتساب",
        "تلغرام",
        "تيلقرام",
        "ماسنجر",
        "مشاركة",
        "شارك",
        "شارك المقال",
        "طباعة",
        "مشاركة عبر البريد",
        "التعليقات",
        "زر الذهاب إلى الأعلى",
        "مقالات ذات صلة",
        "اقرأ أيضاً",
        "اقرأ أيضا",
        "الأكثر قراءة",
        "Leave a Reply",
        "اترك تعليقاً",
        "Advertisements",
        "إعلان",
        "اظهر المزيد",
        "Share",
        "Related articles",
        "Read also",
        "Most read",
        "Comments",
        "استمع إلى الملخص",
        "إلغاء الرد",
    ]
}


def read_page(body: bytes, *, url: str = "", charset: str = "", selector: str = "") -> Article:
    """The article of an HTML page. Raises ReadError: `too_large`, `too_complex`, `empty`."""
    if len(body) > MAX_BYTES:
        raise ReadError(f"the page has {len(body)} bytes", reason="too_large", cure="the feed's text is used")
    text = decode(body, charset)
    check_limits(text)
    tree = _tree(text)
    meta = _metadata(tree)
    structured = _json_ld(tree)
    dropped = preclean(tree)
    kept, notes = _selected(tree, selector)
    body_text = _extract(kept, url)
    source = "page"
    told = clean(structured.get("articleBody", "")) if isinstance(structured.get("articleBody"), str) else ""
    if len(told) > 2 * len(body_text):
        body_text, source = _filter(told), "jsonld"
    title = meta.get("og:title") or meta.get("h1") or meta.get("title", "")
    published = meta.get("article:published_time") or str(structured.get("datePublished", ""))
    return Article(
        title=one_line(title, 500),
        text=body_text,
        source=source if body_text else "none",
        published=_moment(published),
        lang=meta.get("lang", "")[:2],
        author=one_line(meta.get("author", ""), 120),
        url=meta.get("canonical", ""),
        image=meta.get("og:image", ""),
        dropped=tuple(Dropped(reason, one_line(words, 300)) for reason, words in dropped[:50]),
        notes=notes,
    )


def read_html(markup: str, *, url: str = "") -> Article:
    """The text of a feed's own HTML fragment (or plain text), its blocks as lines."""
    if not markup.strip():
        return Article("", "", "none", url=url)
    if "<" not in markup:
        return Article("", _filter(markup), "feed", url=url)
    if len(markup) > MAX_BYTES:
        raise ReadError("the feed's text is too long", reason="too_large")
    check_limits(markup)
    tree = _tree(f"<html><body>{markup}</body></html>")
    preclean(tree)
    return Article("", _filter(_lines(tree)), "feed", url=url)


def check_limits(text: str) -> None:
    """Refuse what no article needs and parsers choke on, in linear time."""
    depth = tags = 0
    if text.count("<") > 4 * MAX_TAGS:
        raise ReadError("the page has too many tags", reason="too_complex", cure="the feed's text is used")
    for match in _TAG.finditer(text):
        closing, name, attributes = match.groups()
        tags += not closing
        if attributes.count("=") > MAX_ATTRIBUTES or len(attributes) > 200_000:
            raise ReadError(
                "a tag has too many attributes", reason="too_complex", cure="the feed's text is used"
            )
        if name.lower() not in _VOID and not attributes.endswith("/"):
            depth += -1 if closing else 1
        if tags > MAX_TAGS or depth > MAX_DEPTH * 8:
            raise ReadError(
                "the page has too many tags", reason="too_complex", cure="the feed's text is used"
            )


def _tree(text: str) -> HtmlElement:
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, remove_comments=True)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise ReadError(
            f"the page is no HTML: {error}", reason="empty", cure="the feed's text is used"
        ) from error
    if not isinstance(tree, HtmlElement):
        raise ReadError("the page is empty", reason="empty", cure="the feed's text is used")
    return tree


def _extract(tree: HtmlElement, url: str) -> str:
    config = ConfigParser()
    config.read_dict(DEFAULT_CONFIG)
    for key in ("MIN_EXTRACTED_SIZE", "MIN_OUTPUT_SIZE"):
        config["DEFAULT"][key] = "20"
    found = trafilatura.extract(
        tree, url=url or None, include_comments=False, deduplicate=False, include_tables=True, config=config
    )
    return _filter(found or "")


def _filter(text: str) -> str:
    """Lines that are no bare label; exact lines only."""
    lines = (one_line(line) for line in text.splitlines())
    return "\n".join(line for line in lines if line and fold(line) not in _LABELS)


def _lines(tree: HtmlElement) -> str:
    for element in tree.iter("p", "br", "div", "li", "h1", "h2", "h3", "h4", "blockquote", "tr"):
        element.tail = "\n" + (element.tail or "")
    return str(tree.text_content())


def _selected(tree: HtmlElement, selector: str) -> tuple[HtmlElement, tuple[str, ...]]:
    if not selector:
        return tree, ()
    try:
        found = tree.cssselect(selector)
    except (ImportError, etree.XPathError, ValueError, SyntaxError):
        return tree, ("selector_wrong",)
    return (found[0], ()) if found else (tree, ("selector_missed",))


def _metadata(tree: HtmlElement) -> dict[str, str]:
    found = {"lang": tree.get("lang", "")}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or ""
        if meta.get("content"):
            found.setdefault(name, meta.get("content", ""))
    for link in tree.iter("link"):
        if link.get("rel") == "canonical":
            found["canonical"] = link.get("href", "")
    for tag in ("h1", "title"):
        element = next(tree.iter(tag), None)
        found[tag] = element.text_content().strip() if element is not None else ""
    return found


def _json_ld(tree: HtmlElement) -> dict[str, Any]:
    for script in tree.iter("script"):
        if script.get("type") != "application/ld+json":
            continue
        try:
            data = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        graph = data.get("@graph", [data]) if isinstance(data, dict) else data
        for node in graph if isinstance(graph, list) else []:
            if isinstance(node, dict) and ("articleBody" in node or "datePublished" in node):
                return node
    return {}


def _moment(text: str) -> datetime | None:
    try:
        return parse_iso(text) if text else None
    except (ValueError, OverflowError):
        return None
