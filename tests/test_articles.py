"""What is classified: the item and its article together, in the outlet's own time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.models import Article, Item
from workers.articles import document_of
from workers.classify import load, read

LAST_NIGHT = "اندلعت اشتباكات عنيفة بين مجموعتين مسلحتين في مدينة منبج الليلة الماضية."
JUST_AFTER_MIDNIGHT = datetime(2026, 11, 23, 21, 22, tzinfo=UTC)  # 00:22 of the 24th in Damascus


@pytest.mark.parametrize(
    ("country", "team", "day"),
    [
        ("SY", "UTC", "2026-11-23"),
        ("SY", "America/New_York", "2026-11-23"),
        ("", "Asia/Damascus", "2026-11-23"),
        ("", "UTC", "2026-11-22"),
    ],
)
def test_last_night_is_counted_where_the_outlet_is(country: str, team: str, day: str) -> None:
    at = JUST_AFTER_MIDNIGHT
    item = Item("it_1", 1, "f", "O", "", "اشتباكات في منبج", "", "", at, at, "", "ar", country)
    document = document_of(item, Article("", LAST_NIGHT, "page"), ZoneInfo(team))
    assert document.published == at
    (mention,) = read(document, load(), None).mentions
    assert mention.event_time == day
