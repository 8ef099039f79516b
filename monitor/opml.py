"""Lists of feeds as other feed readers keep them (OPML). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from lxml import etree

from monitor.errors import ParseError

MOST_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """One feed of a list."""

    name: str
    url: str
    page: str = ""
    lang: str = ""


def read(text: bytes) -> tuple[list[ListedFeed], list[str]]:
    """The feeds of an OPML document, folders flattened, and what was left out and why. Raises ParseError."""
    if len(text) > MOST_BYTES:
        raise ParseError("the OPML file is over 5 MB", reason="too_large", cure="split it")
    if b"<!ENTITY" in text:
        raise ParseError("the OPML file declares entities", reason="malformed", cure="export the list again")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False
    )
    try:
        tree = etree.fromstring(text.lstrip(b"\xef\xbb\xbf \t\r\n"), parser)
    except etree.XMLSyntaxError as error:
        raise ParseError(
            f"this is no XML: {error}", reason="malformed", cure="export the list again"
        ) from error
    if tree is None or etree.QName(tree).localname.lower() != "opml":
        raise ParseError(
            "this is no OPML", reason="malformed", cure="export the list as OPML from the other reader"
        )
    feeds: dict[str, ListedFeed] = {}
    names: set[str] = set()
    left_out = []
    for outline in tree.iter("outline"):
        attributes = {str(key).lower(): str(value).strip() for key, value in outline.attrib.items()}
        url = attributes.get("xmlurl", "")
        if not url:
            continue  # a folder
        title = attributes.get("title") or attributes.get("text") or urlsplit(url).netloc
        if not _is_web(url):
            left_out.append(f"{title}: {url} is no web address")
        elif url in feeds:
            left_out.append(f"{title}: {url} is listed twice")
        else:
            name = _unused(" ".join(title.split())[:120] or url, names)
            feeds[url] = ListedFeed(name, url, attributes.get("htmlurl", ""), attributes.get("language", ""))
    return list(feeds.values()), left_out


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _unused(name: str, names: set[str]) -> str:
    """The name, numbered if another feed has it already."""
    number, found = 2, name
    while found in names:
        found, number = f"{name} {number}", number + 1
    names.add(found)
    return found


def write(feeds: Sequence[ListedFeed], title: str) -> str:
    """An OPML 2.0 document."""
    lines = [
        f'    <outline type="rss" text={quoteattr(one.name)} title={quoteattr(one.name)} xmlUrl={quoteattr(one.url)}'
        + (f" language={quoteattr(one.lang)}" if one.lang else "")
        + "/>"
        for one in feeds
    ]
    head = f"  <head><title>{title.replace('&', '&amp;').replace('<', '&lt;')}</title></head>"
    body = "\n".join(["  <body>", *lines, "  </body>"])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n{head}\n{body}\n</opml>\n'
