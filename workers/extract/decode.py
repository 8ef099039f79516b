"""Bytes of a page to text: one bad byte costs one character, never the page."""

from __future__ import annotations

import codecs
import re

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_-]{2,30})", re.IGNORECASE)
# Encodings that pages are written in. Python knows others that are none of text (hex, rot13, idna).
_WEB = re.compile(
    r"utf-?8|utf-?16(?:[bl]e)?|(?:windows|cp)-?125\d|iso-?8859-?\d{1,2}|latin-?[15]|us-ascii|koi8-[ru]|gbk|gb2312"
)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ARABIC = re.compile("[\u0621-\u064a]{2,}")


def decode(body: bytes, charset: str = "") -> str:
    """By its byte order mark, the HTTP charset, the page's own or UTF-8; windows-1256 where only that is Arabic."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    plain = body.decode("utf-8", "replace")
    if plain.count("\ufffd") <= max(3, (len(body) - len(plain)) // 100):
        return plain  # other encodings of Arabic are never valid UTF-8, whatever the page declares
    declared = _META.search(body[:4096])
    for name in (charset, declared[1].decode("ascii") if declared else ""):
        if name and _known(name):
            text = body.decode(name, "replace")
            if text.count("\ufffd") <= max(3, len(text) // 200):
                return text
    other = body.decode("windows-1256", "replace")
    return other if len(_ARABIC.findall(other)) > 2 * len(_ARABIC.findall(plain)) else plain


def _known(name: str) -> bool:
    return _WEB.fullmatch(name.lower()) is not None
