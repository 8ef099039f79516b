"""Feeds as they come: mis-encoded, broken, hostile."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.models import FeedDocument
from monitor.parse import decode, parse

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TEXT = "أعلنت القوات في البلدة حظر التجوال من السادسة مساء حتى الصباح"


def item(number: int = 1, extra: str = "") -> str:
    return f"<item><guid>{number}</guid><link>/n/{number}</link><title>{TEXT} {number}</title>{extra}</item>"


def rss(*items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    return f"{head}<rss version='2.0'><channel><title>عين</title>{''.join(items)}</channel></rss>"


def read(body: str | bytes, content_type: str = "application/xml", **kwargs: int) -> FeedDocument:
    raw = body.encode() if isinstance(body, str) else body
    return parse(raw, content_type, url="https://news.example/feed", now=NOW, **kwargs)


def test_links_become_absolute() -> None:
    assert read(rss(item())).entries[0].link == "https://news.example/n/1"


@pytest.mark.parametrize("said", ["utf-8", "windows-1252"])
def test_windows_1256_under_another_name(said: str) -> None:
    document = read(rss(item(), head=f'<?xml version="1.0" encoding="{said}"?>').encode("cp1256"))
    assert document.entries[0].title == f"{TEXT} 1"
    assert "encoding" in document.notes


def test_one_bad_byte_costs_one_character() -> None:
    text, notes = decode(rss(item()).encode().replace(b" 1<", b" \xff<"), "")
    assert TEXT in text
    assert text.count("\ufffd") == 1
    assert notes == ("encoding",)


def test_leading_rubbish_and_nuls() -> None:
    assert (
        len(read(b"\xef\xbb\xbf\n\n" + rss(item()).encode().replace(b"</item>", b"\0</item>")).entries) == 1
    )


def test_truncated_keeps_complete_items() -> None:
    document = read(rss(item(1), item(2), item(3)).partition("<guid>3")[0])
    assert [entry.guid for entry in document.entries] == ["1", "2"]
    assert "truncated" in document.notes


def test_too_many_items_are_cut() -> None:
    document = read(rss(*map(item, range(20_000))), max_entries=5)
    assert [entry.guid for entry in document.entries] == ["0", "1", "2", "3", "4"]
    assert "truncated" in document.notes


@pytest.mark.parametrize(
    "body",
    [
        rss(item(), head='<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'),
        rss(item(), head='<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>'),
    ],
)
def test_entities_are_refused(body: str) -> None:
    with pytest.raises(ParseError, match="entities"):
        read(body)


@pytest.mark.parametrize(
    ("body", "looks"),
    [
        ("<!DOCTYPE html><html><script>a[0]</script>captcha</html>", "a captcha page"),
        ("<html><input type='password'></html>", "a login page"),
        ("<html>", "an HTML page"), ("", "empty"), ("/etc/hostname", "plain text"), ("file:///x", "plain text"),
    ],
)  # fmt: skip
def test_not_a_feed_says_what_it_is(body: str, looks: str) -> None:
    with pytest.raises(ParseError, match=looks) as caught:
        read(body)
    assert caught.value.reason == "not_a_feed"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sun, 22 Nov 2026 10:00:00 GMT", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("22 نوفمبر 2026 10:00", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None), ("2036-01-01T00:00:00Z", None), ("9999-01-01", None), ("10:00", None),
    ],
)  # fmt: skip
def test_dates(text: str, expected: datetime | None) -> None:
    assert read(rss(item(1, f"<pubDate>{text}</pubDate>"))).entries[0].published == expected


def test_json_feed() -> None:
    document = read('{"version":"https://jsonfeed.org/version/1.1","items":[{"id":1,"url":"/a"},7]}')
    assert document.entries[0].link == "https://news.example/a"
    assert document.notes == ("entry_dropped",)


@settings(max_examples=30, deadline=None)
@given(st.binary())
def test_bytes_never_break_it(body: bytes) -> None:
    try:
        read(b"<rss><channel><item>" + body)
    except ParseError as error:
        assert error.cure
