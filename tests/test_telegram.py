"""A channel's web preview, as a feed. The pages are our own, in the preview's structure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.errors import ParseError
from monitor.telegram import is_preview, parse_preview, preview_url

URL = "https://t.me/s/newsroom"


def post(
    number: int, text: str, *, photo: bool = False, edited: bool = False, extra: str = "", kind: str = ""
) -> str:
    """One post of the preview."""
    words = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>' if text else ""
    picture = '<a class="tgme_widget_message_photo_wrap" style="background-image:url(\'https://cdn.test/1.jpg\')"></a>'
    mark = '<span class="tgme_widget_message_meta">edited </span>' if edited else ""
    return (
        f'<div class="tgme_widget_message_wrap"><div class="tgme_widget_message {kind}" data-post="newsroom/{number}">'
        f"{extra}{picture if photo else ''}{words}"
        f'<a class="tgme_widget_message_date" href="https://t.me/newsroom/{number}">{mark}'
        f'<time datetime="2026-03-01T0{number}:15:00+03:00" class="time">0{number}:15</time></a></div></div>'
    )


def page(*posts: str) -> str:
    """The preview of a channel."""
    head = '<div class="tgme_channel_info"><div class="tgme_channel_info_header_title"><span>غرفة الأخبار</span></div></div>'
    body = "".join(posts)
    return f'<html><head><meta charset="utf-8"></head><body>{head}<section>{body}</section></body></html>'


def read(*posts: str) -> list[tuple[str, str]]:
    document = parse_preview(page(*posts).encode(), URL)
    return [(entry.guid or "", entry.title) for entry in document.entries]


def test_posts_come_newest_first_with_their_words_time_and_address() -> None:
    long = "كلمة " * 60
    document = parse_preview(page(post(1, "سطر أول<br/>سطر ثان &amp; ثالث"), post(2, long)).encode(), URL)
    newest, first = document.entries
    assert (document.format, document.title) == ("telegram", "غرفة الأخبار")
    assert (first.guid, first.link) == ("telegram:newsroom/1", "https://t.me/newsroom/1")
    assert first.published == datetime(2026, 2, 28, 22, 15, tzinfo=UTC)
    assert (first.title, first.content) == ("سطر أول", "<p>سطر أول</p><p>سطر ثان &amp; ثالث</p>")
    assert len(newest.title) <= 120
    assert newest.title.endswith("…")
    assert newest.whole


def test_a_picture_without_words_is_kept_and_a_service_message_is_not() -> None:
    pictured, pinned = post(1, "", photo=True), post(2, "pinned a message", kind="service_message")
    document = parse_preview(page(pictured, pinned).encode(), URL)
    assert [(entry.title, entry.media) for entry in document.entries] == [("", ("https://cdn.test/1.jpg",))]


def test_an_edited_post_keeps_its_guid_and_a_deleted_one_is_just_gone() -> None:
    assert read(post(1, "قبل"), post(2, "باق")) == [
        ("telegram:newsroom/2", "باق"),
        ("telegram:newsroom/1", "قبل"),
    ]
    assert read(post(1, "بعد", edited=True)) == [("telegram:newsroom/1", "بعد")]


def test_who_was_forwarded_is_named() -> None:
    extra = '<a class="tgme_widget_message_forwarded_from_name" href="#">وكالة</a>'
    assert parse_preview(page(post(1, "خبر", extra=extra)).encode(), URL).entries[0].author == "وكالة"


def test_a_channel_without_a_preview_says_so() -> None:
    shut = b'<html><body><div class="tgme_page">View in Telegram</div></body></html>'
    assert is_preview(shut)
    with pytest.raises(ParseError) as caught:
        parse_preview(shut, URL)
    assert caught.value.reason == "no_preview"
    assert "public" in caught.value.cure
    assert parse_preview(page().encode(), URL).entries == (), "an empty channel is no error"


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://t.me/newsroom", URL),
        ("https://t.me/s/newsroom", URL),
        ("https://t.me/newsroom/", URL),
        ("https://t.me/newsroom/12", "https://t.me/newsroom/12"),
        ("https://o.test/newsroom", "https://o.test/newsroom"),
    ],
)
def test_a_channel_s_address_is_asked_for_its_preview(url: str, asked: str) -> None:
    assert preview_url(url) == asked
