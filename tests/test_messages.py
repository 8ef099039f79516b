"""What people read: in their language, and nothing of a feed's that could do harm."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.models import Evidence, Mention, People, Source
from workers.messages import compose

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)


def text_of(
    mention: Mention, *, url: str = "https://outlet.test/1", why: str = "first report", lang: str = "ar"
) -> str:
    source = Source("it_1", "Outlet", url, "عنوان", NOW, NOW)
    return compose(
        mention, [source], severity="high", kind="new", why=why, lang=lang, tz=ZoneInfo("Asia/Damascus")
    )[1]


def mention(status: str = "clashes", people: People | None = None) -> Mention:
    return Mention("clashes", status, 0.9, (Evidence("title", 0, 3, "نص", "rule"),), people=people)


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("first report", "أول خبر"),
        ("status changed", "تغيّرت الحالة"),
        ("corrected by the outlet: no longer reports clashes in X", "سحبت الوسيلة خبرها"),
        ("corrected by the outlet: title: a → b", "صحّحت الوسيلة خبرها"),
        ("confirmed by 3 sources", "أكّدته مصادر مستقلة عددها 3"),
        ("denied in a report of Outlet", "نفي في خبر Outlet"),
        ("renewed", "تجدّد"),
        ("something new", "something new"),
    ],
)
def test_the_reason_is_told_in_arabic(why: str, told: str) -> None:
    assert told in text_of(mention(), why=why)
    assert why in text_of(mention(), why=why, lang="en")


def test_the_status_is_a_word_of_the_language() -> None:
    assert "الحالة: جارية" in text_of(mention())


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", ""])
def test_only_links_of_the_web_are_shown(url: str) -> None:
    assert url == "" or url not in text_of(mention(), url=url)


def test_a_link_cannot_break_its_line() -> None:
    assert "https://outlet.test/1X-Injected:yes" in text_of(
        mention(), url="https://outlet.test/1\r\nX-Injected: yes"
    )


def test_an_unknown_unit_is_shown_as_it_is() -> None:
    assert "300 tents" in text_of(mention("flight", People(300, "tents")))
