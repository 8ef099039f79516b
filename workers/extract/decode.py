"""Bytes of a page to text: one bad byte costs one character, never the page."""

from __future__ import annotations

import codecs
import re

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_-]{2,30})", re.IGNORECASE)
_ARABIC = re.compile("[\u0621-\u064a]{2,}")


def decode(body: bytes, charset: str = "") -> str:
    """By the HTTP charset, the page's own, or UTF-8; windows-1256 where only that reads as Arabic."""
    declared = _META.search(body[:4096])
    for name in (charset, declared[1].decode("ascii") if declared else "", "utf-8"):
        if not name or not _known(name):
            continue
        text = body.decode(name, "replace")
        if text.count("\ufffd") <= max(3, len(text) // 200):
            return text
    other = body.decode("windows-1256", "replace")
    plain = body.decode("utf-8", "replace")
    return other if len(_ARABIC.findall(other)) > 2 * len(_ARABIC.findall(plain)) else plain


def _known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True
