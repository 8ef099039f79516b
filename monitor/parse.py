"""Bytes of a feed to a FeedDocument; the only feedparser. Nothing is fetched, opened or expanded."""

from __future__ import annotations

import codecs
import io
import json
import re
from calendar import timegm
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urljoin

import feedparser

from monitor.clock import parse_iso
from monitor.errors import ParseError
from monitor.models import Entry, FeedDocument
from monitor.text import one_line

MAX_BYTES = 20_000_000
MAX_TEXT = 500_000  # characters of one entry's content
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}?\?>", re.S)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.I)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_SKIP_HOUR = re.compile(r"<hour>\s*([0-9]{1,2})\s*</hour>", re.IGNORECASE)
_SKIP_DAY = re.compile(r"<day>\s*([a-z]{6,9})\s*</day>", re.IGNORECASE)
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
Hint = TypeVar("Hint")
_QUOTED = re.compile(r"<!--|<!\[CDATA\[")
_DATED = re.compile(r"<(?:pubDate|published|updated|(?:dc:)?date)>([^<]{4,60})<", re.IGNORECASE)
_ITEM_START = re.compile(r"<(?:[a-zA-Z]\w*:)?(item|entry)[\s>]")
_ITEM_END = re.compile(r"</(?:[a-zA-Z]\w*:)?(item|entry)\s*>")
_ROOT = re.compile(r"<(?:[\w-]+:)?(rss|feed|RDF|channel)[\s>]")
_ARABIC = re.compile("[\u0621-\u064a]")
# Letters that Arabic bytes turn into when they are read as windows-1252.
_MOJIBAKE = re.compile("[\u00c0-\u00ff]{3,}")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("يناير", "كانون الثاني"),
            ("فبراير", "شباط"),
            ("مارس", "آذار"),
            ("أبريل", "ابريل", "نيسان"),
            ("مايو", "أيار", "ايار"),
            ("يونيو", "حزيران"),
            ("يوليو", "تموز"),
            ("أغسطس", "اغسطس", "آب"),
            ("سبتمبر", "أيلول", "ايلول"),
            ("أكتوبر", "اكتوبر", "تشرين الأول"),
            ("نوفمبر", "تشرين الثاني"),
            ("ديسمبر", "كانون الأول"),
        ),
        start=1,
    )
    for name in names
}
_ARABIC_DATE = re.compile(
    rf"(\d{{1,2}})\s+({'|'.join(_MONTHS)})\s*[،,]?\s+(\d{{4}})(?:\D{{1,5}}(\d{{1,2}}):(\d{{2}}))?"
)


def decode(body: bytes, content_type: str, override: str = "") -> tuple[str, tuple[str, ...]]:
    """The text of a document and notes on its encoding.

    Tried in order: override, byte order mark, HTTP header, XML declaration, UTF-8. What is named wrongly
    is told (`encoding`): valid UTF-8 is UTF-8 whatever it says, and Arabic in windows-1256 is recognised.
    """
    if override:
        return body.decode(_codec(override) or "utf-8", "replace"), ()
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff"), ()
    in_header, in_document = _CHARSET.search(content_type), _DECLARED.match(body[:400])
    names = [in_header[1]] if in_header else []
    names += [in_document[1].decode("ascii", "replace")] if in_document else []
    declared = next((codec for name in names if (codec := _codec(name))), "utf-8")
    try:
        return body.decode("utf-8"), () if declared in ("utf-8", "ascii") else ("encoding",)
    except UnicodeDecodeError:
        as_utf8 = body.decode("utf-8", "replace")
    as_declared = body.decode(declared, "replace")
    if declared not in ("utf-8", "ascii", "cp1252", "iso8859-1", "latin-1"):
        return as_declared, ()
    as_arabic = body.decode("cp1256", "replace")
    broken, letters = as_utf8.count("\ufffd"), len(_ARABIC.findall(as_arabic))
    mostly_utf8 = len(_ARABIC.findall(as_utf8)) > broken
    if not mostly_utf8 and letters > 20 and letters > broken / 2 and _reads_arabic(as_arabic):
        return as_arabic, ("encoding",)
    return (
        (as_declared, ())
        if declared not in ("utf-8", "ascii") and not mostly_utf8
        else (as_utf8, ("encoding",))
    )


def _codec(name: str) -> str:
    """The codec's own name, "" for none that turns any bytes into text."""
    try:
        found = codecs.lookup(name).name
        b"a\xff".decode(found, "replace")
    except (LookupError, ValueError):  # unknown; or hex, idna and their like
        return ""
    return found


def _reads_arabic(text: str) -> bool:
    """Arabic prose is full of the article and of alef, lam and ya; other scripts read as 1256 are not."""
    letters = _ARABIC.findall(text)
    common = sum(letter in "اليمنوهة" for letter in letters)
    return common > 0.4 * len(letters) and "ال" in text


def parse(
    body: bytes,
    content_type: str,
    *,
    url: str,
    encoding: str = "",
    max_entries: int = 500,
    now: datetime,
) -> FeedDocument:
    """The feed in `body`, or ParseError `too_large`, `not_a_feed` or `malformed`."""
    if len(body) > MAX_BYTES:
        raise ParseError(
            f"the feed at {url} has {len(body):,} bytes", reason="too_large", cure="look for a shorter feed"
        )
    text, notes = decode(body, content_type, encoding)
    text = _NOT_XML.sub("", text.lstrip("\ufeff")).lstrip()
    if text.startswith("{"):
        return _json_feed(text, url, max_entries, now, notes)
    text = _DECLARATION.sub("", text, count=1).lstrip()
    bare = _without_quotes(text)
    _refuse_strange(bare, url)
    text, cut = _cut(text, bare, max_entries)
    parsed: Any = feedparser.parse(
        io.BytesIO(text.encode("utf-8")),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8"},
    )
    if not parsed.version and not parsed.entries:
        raise ParseError(
            f"what came from {url} is malformed: {one_line(str(parsed.get('bozo_exception', '')), 200)}",
            reason="malformed",
            cure="look at it in a browser; the outlet may have to mend it",
        )
    feed = parsed.feed
    return FeedDocument(
        format=parsed.version or "xml",
        title=one_line(feed.get("title", ""), 300),
        entries=tuple(_entry(raw, url, now) for raw in parsed.entries[:max_entries]),
        notes=(*notes, *cut),
        language=feed.get("language", ""),
        ttl=int(feed["ttl"]) if re.fullmatch("[0-9]{1,6}", str(feed.get("ttl", ""))) else None,
        skip_hours=_skipped(text, _SKIP_HOUR, lambda hour: int(hour) % 24),
        skip_days=_skipped(text, _SKIP_DAY, str.lower),
        update_period=_update_period(feed),
        next_url=next(
            (
                _link(url, str(link["href"]))
                for link in feed.get("links", ())
                if link.get("rel") == "next" and link.get("href")
            ),
            None,
        ),
    )


def _skipped(text: str, pattern: re.Pattern[str], read: Callable[[str], Hint]) -> tuple[Hint, ...]:
    """The hours or days on which the channel says that it publishes nothing; feedparser drops them."""
    head = text[: start.start() if (start := _ITEM_START.search(text)) else 50_000]
    return tuple(dict.fromkeys(read(found) for found in pattern.findall(head)))


def _update_period(feed: Mapping[str, Any]) -> int | None:
    """Seconds between updates as the syndication module has them."""
    period = _PERIODS.get(str(feed.get("sy_updateperiod", "")).strip().lower())
    times = str(feed.get("sy_updatefrequency", "1")).strip()
    return period // int(times) if period and re.fullmatch("[1-9][0-9]{0,3}", times) else None


def _refuse_strange(text: str, url: str) -> None:
    """Refuse entity bombs and what is no feed at all; say what it looks like."""
    root = _ROOT.search(text)
    head = text[: root.start() if root else 20_000].lower()
    if "<!entity" in head or (root and "<!doctype" in head and "[" in head[head.find("<!doctype") :]):
        cure = "tell the outlet: no feed needs entities of its own"
        raise ParseError(f"the feed at {url} declares entities", reason="malformed", cure=cure)
    if root and "<html" not in head:
        return
    raise ParseError(
        f"what came from {url} is no feed, it looks like {_looks_like(text)}",
        reason="not_a_feed",
        cure="open the address in a browser; look for the outlet's RSS link (rasid feeds probe URL)",
    )


def _looks_like(text: str) -> str:
    low = text[:50_000].lower()
    if not text.strip():
        return "an empty answer"
    if "<html" not in low and "<!doctype html" not in low and "<body" not in low:
        return "plain text" if "<" not in low else "some other XML"
    if any(word in low for word in ("captcha", "cf-challenge", "just a moment", "are you human")):
        return "a captcha page"
    if 'type="password"' in low or "type='password'" in low or "login" in low:
        return "a login page"
    return "an HTML page"


def _without_quotes(text: str) -> str:
    """The text with spaces for its comments and CDATA, so that every tag left is one. In one pass."""
    parts, at = [], 0
    for opening in _QUOTED.finditer(text):
        if opening.start() < at:
            continue  # inside another
        closing = "-->" if opening[0] == "<!--" else "]]>"
        end = text.find(closing, opening.end())
        if end < 0:
            break
        end += len(closing)
        parts += [text[at : opening.start()], " " * (end - opening.start())]
        at = end
    return "".join([*parts, text[at:]])


def _cut(text: str, bare: str, max_entries: int) -> tuple[str, tuple[str, ...]]:
    """The document with its newest `max_entries` whole items, closed again. `bare`: without quotes."""
    starts = [found.start() for found in _ITEM_START.finditer(bare)]
    ends = [found.end() for found in _ITEM_END.finditer(bare)]
    root = _ROOT.search(bare)
    name = bare[root.start() + 1 : root.end() - 1] if root else "rss"
    whole = root is not None and f"</{name}" in bare[-2000:]
    if len(starts) <= max_entries and whole:
        return text, ()
    if not ends or not starts:
        return text, () if whole else ("truncated",)
    first, last = 0, min(max_entries, len(ends)) - 1
    if len(ends) > max_entries and _oldest_first(text[starts[0] : ends[0]], text[ends[-2] : ends[-1]]):
        first, last = len(ends) - max_entries, len(ends) - 1
    closing = f"</channel></{name}>" if name == "rss" else f"</{name}>"
    return text[: starts[0]] + text[starts[first] : ends[last]] + closing, ("truncated",)


def _oldest_first(first: str, last: str) -> bool:
    """Whether a feed lists its newest entry last, by the dates of its first and its last; else as most feeds do."""
    dates = []
    for item in (first, last):
        found = _DATED.search(item)
        try:
            dates.append(parsedate_to_datetime(found[1]) if found else None)
        except (ValueError, TypeError, IndexError, OverflowError):
            try:
                dates.append(parse_iso(found[1].strip()) if found else None)
            except ValueError:
                dates.append(None)
    old, new = (one and (one if one.tzinfo else one.replace(tzinfo=UTC)) for one in dates)
    return old is not None and new is not None and new > old


def _entry(raw: dict[str, Any], base: str, now: datetime) -> Entry:
    contents = [part.get("value", "") for part in raw.get("content", ())]
    media = [*raw.get("enclosures", ()), *raw.get("media_content", ()), *raw.get("media_thumbnail", ())]
    link = raw.get("link", "").strip()
    return Entry(
        guid=raw.get("id", "").strip() or None,
        link=_link(base, link),
        title=raw.get("title", "").strip()[:2000],
        summary=raw.get("summary", "").strip()[:MAX_TEXT],
        content="\n".join(contents).strip()[:MAX_TEXT],
        published=_date(raw, "published", now),
        updated=_date(raw, "updated", now),
        author=one_line(raw.get("author", ""), 200),
        media=_links(base, (one.get("href") or one.get("url") or "" for one in media)),
    )


def _link(base: str, link: str) -> str | None:
    """The absolute http(s) address, or None: scripts and files are no links."""
    try:
        joined = urljoin(base, link) if link else ""
    except ValueError:
        return None
    return joined if joined.startswith(("http://", "https://")) else None


def _links(base: str, found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link for one in found if (link := _link(base, one))))


def _date(raw: dict[str, Any], name: str, now: datetime) -> datetime | None:
    # Not raw.get: feedparser's own answers `updated` with `published` and warns.
    text = str(dict.get(raw, name, ""))
    if arabic := _ARABIC_DATE.search(text):
        day, month, year, hour, minute = arabic.groups()
        try:
            moment = datetime(
                int(year), _MONTHS[month], int(day), int(hour or 0), int(minute or 0), tzinfo=UTC
            )
        except ValueError:
            return None
        return _sane(moment, now)
    stamp = dict.get(raw, f"{name}_parsed") if re.search(r"\d{4}|\d\D+\d\D+\d", text) else None
    try:
        return _sane(datetime.fromtimestamp(timegm(stamp), UTC), now) if stamp else None
    except (ValueError, OverflowError, OSError):
        return None


def _sane(moment: datetime, now: datetime) -> datetime | None:
    return moment if moment.year >= 1990 and moment <= now + timedelta(days=2) else None


def _json_feed(text: str, url: str, limit: int, now: datetime, notes: tuple[str, ...]) -> FeedDocument:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        cure = "look at it in a browser"
        raise ParseError(f"the JSON from {url} is malformed", reason="malformed", cure=cure) from error
    items = data.get("items")
    if "jsonfeed.org" not in str(data.get("version", "")) or not isinstance(items, list):
        cure = "look for the outlet's RSS or JSON Feed address"
        raise ParseError(f"what came from {url} is JSON but no feed", reason="not_a_feed", cure=cure)
    good = [item for item in items if isinstance(item, dict)]
    dropped = ("entry_dropped",) if len(good) < len(items) else ()
    cut = ("truncated",) if len(good) > limit else ()
    return FeedDocument(
        format="json",
        title=one_line(str(data.get("title", "")), 300),
        entries=tuple(_json_entry(item, url, now) for item in good[:limit]),
        notes=(*notes, *dropped, *cut),
        language=str(data.get("language", "")),
        next_url=_link(url, str(data.get("next_url") or "")),
    )


def _json_entry(item: Mapping[str, Any], base: str, now: datetime) -> Entry:
    def text(name: str) -> str:
        value = item.get(name)
        return str(value)[:MAX_TEXT] if isinstance(value, str | int) else ""

    def moment(name: str) -> datetime | None:
        try:
            return _sane(parse_iso(text(name)), now)
        except (ValueError, OverflowError):
            return None

    return Entry(
        guid=text("id") or None,
        link=_link(base, text("url")),
        title=text("title"),
        summary=text("summary"),
        content=text("content_html") or text("content_text"),
        published=moment("date_published"),
        updated=moment("date_modified"),
        media=_links(base, (text("image"),)),
    )
