"""What people read: in their language, and nothing of a feed's that could do harm."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import Alert, Source
from monitor.models import Evidence, Hours, Mention, People, Place, Severity
from tests.contract.test_store import ALERT
from workers.messages import LIMIT, compose, of_alerts

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)


def text_of(
    mention: Mention, *, url: str = "https://outlet.test/1", why: str = "first report", lang: str = "ar"
) -> str:
    source = Source("it_1", "Outlet", url, "عنوان", NOW, NOW)
    return compose(
        mention,
        [source],
        severity="high",
        kind="new",
        why=why,
        lang=lang,
        tz=ZoneInfo("Asia/Damascus"),
        now=NOW,
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


# ---------------------------------------------------------------- the first line

DAMASCUS = ZoneInfo("Asia/Damascus")
SHUHAYL = Place(
    "الشحيل", "Ash-Shuhayl", "الشحيل", "C5119", within=("SY09", "SY"), area="Deir ez-Zor", area_ar="دير الزور"
)
MAQSOUD = Place("Sheikh Maqsoud", "Sheikh Maqsoud", "", "", within=("SY02",), area="Aleppo", area_ar="حلب")


def plain(text: str) -> str:
    return re.sub("[\u2066-\u2069]", "", text)


def first_line(mention: Mention, lang: str = "ar", severity: Severity = "high", kind: str = "new") -> str:
    found = compose(
        mention, [], severity=severity, kind=kind, why="first report", lang=lang, tz=DAMASCUS, now=NOW
    )
    assert found[1].startswith(found[0])
    return plain(found[0])


@pytest.mark.parametrize(
    ("mention", "lang", "severity", "line"),
    [
        (
            Mention("curfew", "imposed", 0.9, (), places=(SHUHAYL,), hours=Hours("18:00", "06:00")),
            "ar",
            "high",
            "🔴 حظر تجول – الشحيل، دير الزور – الليلة 18:00 حتى 06:00",
        ),
        (
            Mention("clashes", "clashes", 0.9, (), places=(MAQSOUD,), event_time="2026-11-22T02:00:00+03:00"),
            "en",
            "medium",
            "🟠 CLASHES, place uncertain – Sheikh Maqsoud, Aleppo? – today ~02:00",
        ),
        (
            Mention("curfew", "lifted", 0.9, (), places=(SHUHAYL,), event_time="2026-11-21"),
            "ar",
            "info",
            "🟢 حظر تجول – الشحيل، دير الزور – رُفع – أمس",
        ),
        (Mention("displacement", "flight", 0.9, ()), "en", "high", "🔴 DISPLACEMENT – place not given"),
        (
            Mention(
                "curfew", "imposed", 0.9, (), places=(SHUHAYL,), hours=Hours(until="until further notice")
            ),
            "en",
            "high",
            "🔴 CURFEW – Ash-Shuhayl, Deir ez-Zor – until further notice",
        ),
        (
            Mention("clashes", "clashes", 0.9, (), places=(SHUHAYL,), event_time="2026-11-02"),
            "fr",
            "medium",
            "🟠 CLASHES – Ash-Shuhayl, Deir ez-Zor – 2026-11-02",
        ),
    ],
)
def test_the_first_line_survives_a_lock_screen(
    mention: Mention, lang: str, severity: Severity, line: str
) -> None:
    assert first_line(mention, lang, severity) == line


def test_towns_of_one_governorate_name_it_once() -> None:
    other = replace(SHUHAYL, name="Hajin", name_ar="هجين", code="C5200")
    line = first_line(Mention("curfew", "imposed", 0.9, (), places=(SHUHAYL, other)))
    assert "الشحيل، هجين (دير الزور)" in line


def test_drills_and_corrections_say_so_at_once() -> None:
    mention = Mention("curfew", "imposed", 0.9, (), places=(SHUHAYL,))
    assert first_line(mention, "en", kind="drill").startswith("🔴 🧪 DRILL: CURFEW")
    assert first_line(mention, "en", kind="correction").startswith("🔴 CORRECTION: CURFEW")


def test_what_is_not_known_is_said() -> None:
    text = text_of(Mention("curfew", "imposed", 0.9, ()), lang="en")
    assert "place not given" in text
    assert "no end given" in text
    assert "one source, unconfirmed" in text
    known = Mention("curfew", "imposed", 0.9, (), places=(SHUHAYL,), hours=Hours("18:00", "06:00"))
    assert "no end given" not in text_of(known, lang="en")


# ---------------------------------------------------------------- one message


def alert(**changes: Any) -> Alert:
    return replace(ALERT, created=NOW, **changes)


@pytest.mark.parametrize(
    ("late", "said"),
    [(5, ""), (11, "متأخر 11 دقيقة"), (6 * 60, "متأخر 6 ساعة")],
    ids=["in time", "minutes", "hours"],
)
def test_a_late_message_says_how_late(late: int, said: str) -> None:
    message = of_alerts([alert()], now=NOW + timedelta(minutes=late))
    assert message.title.endswith(said)
    assert message.text.split("\n")[0] == message.title


def test_a_note_stands_below_the_title() -> None:
    message = of_alerts([alert(title="T", text="T\nrest")], note="reminder 1", now=NOW)
    assert message.text == "T\nreminder 1\nrest"


@given(st.text(min_size=0, max_size=20_000), st.integers(1, 8))
def test_any_text_is_cut_to_fit_and_keeps_its_links(text: str, count: int) -> None:
    source = Source("it_1", "Outlet", "https://o.test/a/very/long/way", "t", NOW, NOW)
    some = [alert(text=text, sources=(source,), links={"ack": "https://b.test/do/x"}) for _ in range(count)]
    made = of_alerts(some, now=NOW).text
    assert len(made) <= LIMIT + 200
    if len(text) > LIMIT:
        assert made.count("https://o.test/a/very/long/way") >= count
        assert made.count("https://b.test/do/x") >= count
