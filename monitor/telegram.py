"""A public Telegram channel's web preview (`https://t.me/s/NAME`) read as a feed. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from lxml import etree, html

from monitor.clock import parse_iso
from monitor.errors import ParseError
from monitor.models import Entry, FeedDocument

TITLE = 120  # characters of the first line that stand for a title
_CHANNEL = re.compile(r"^(https?://(?:t|telegram)\.me)/(?:s/)?([A-Za-z0-9_]{4,32})/?$")
_POST = "tgme_widget_message"


def preview_url(url: str) -> str:
    """The address of a channel's preview, for the address of the channel; any other address as it is."""
    return _CHANNEL.sub(r"\1/s/\2", url.strip())


def is_preview(page: bytes) -> bool:
    """Is this a page of the preview, with posts or without?"""
    return b"tgme_channel_info" in page or b"tgme_widget_message" in page or b"tgme_page" in page


def parse_preview(page: bytes, url: str) -> FeedDocument:
    """The posts of a preview, newest first. Raises ParseError where the channel shows none to the web."""
    try:
        tree: Any = html.document_fromstring(page)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(f"the page at {url} cannot be read: {error}", reason="malformed") from error
    posts = tree.xpath(f"//div[contains(concat(' ', @class, ' '), ' {_POST} ') and @data-post]")
    if not posts and not _by_class(tree, "tgme_channel_info"):
        raise ParseError(
            f"{url} shows no posts to the web",
            reason="no_preview",
            cure="only public channels have a preview: check the name, or ask the channel for a feed",
        )
    entries = [entry for post in posts if (entry := _entry(post)) is not None]
    title = _text(next(iter(_by_class(tree, "tgme_channel_info_header_title")), None))
    return FeedDocument("telegram", title, tuple(reversed(entries)), language="")


def _entry(post: Any) -> Entry | None:
    """One post; None for what is no message (a channel's name changed, a post pinned)."""
    if "service_message" in (post.get("class") or ""):
        return None
    name = post.get("data-post").strip()
    text = _text(next(iter(_by_class(post, "tgme_widget_message_text")), None))
    source = _text(next(iter(_by_class(post, "tgme_widget_message_forwarded_from_name")), None))
    shown = [
        *_by_class(post, "tgme_widget_message_photo_wrap"),
        *_by_class(post, "tgme_widget_message_video_player"),
    ]
    moments = post.xpath(".//time[@datetime]/@datetime")
    first = text.split("\n", 1)[0].strip()
    return Entry(
        guid=f"telegram:{name.lower()}",
        link=f"https://t.me/{name}",
        title=first if len(first) <= TITLE else first[: TITLE - 1].rsplit(" ", 1)[0] + "…",
        content="".join(f"<p>{_escape(line)}</p>" for line in text.split("\n") if line.strip()),
        published=_moment(moments[-1]) if moments else None,
        author=source,
        media=tuple(_picture(one) for one in shown),
        whole=True,
    )


def _by_class(node: Any, name: str) -> list[Any]:
    found: list[Any] = node.xpath(f".//*[contains(concat(' ', @class, ' '), ' {name} ')]")
    return found


def _text(node: Any) -> str:
    """The words of a node, its line breaks kept."""
    if node is None:
        return ""
    for line_break in node.xpath(".//br"):
        line_break.tail = "\n" + (line_break.tail or "")
    return "\n".join(" ".join(line.split()) for line in node.text_content().split("\n")).strip()


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _moment(text: str) -> datetime | None:
    try:
        return parse_iso(text)
    except ValueError:
        return None


def _picture(node: Any) -> str:
    found = re.search(r"url\('([^']+)'\)", node.get("style") or "")
    return found[1] if found else "unnamed"
