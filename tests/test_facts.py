"""Numbers, hours and days as sentences tell them, as tables."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Hours, People
from workers.classify.actors import LONGEST, actor
from workers.facts import event_date, hours, people

SUNDAY = datetime(2026, 11, 22, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "count", "unit", "at_least"),
    [
        ("نزوح نحو 300 عائلة", 300, "families", False),
        ("نزوح أكثر من 11 ألف مدني", 11_000, "persons", True),
        ("نزحت ٣٬٢٠٠ أسرة", 3_200, "families", False),
        ("نزوح 3.320 فرداً", 3_320, "persons", False),
        ("نزوح (1.250) شخصا", 1_250, "persons", False),
        ("نزح مئة وعشرون ألف شخص", 120_000, "persons", False),
        ("نزوح خمسة آلاف مدني", 5_000, "persons", False),
        ("نزوح خمسمئة عائلة", 500, "families", False),
        ("نزوح 62 ألفًا و263 شخصاً", 62_263, "persons", False),
        ("نزح ألفا شخص", 2_000, "persons", False),
        ("نزحت عائلتان", 2, "families", False),
        ("نزحت عشرات العائلات", 20, "families", True),
        ("نزوح مئات المدنيين", 200, "persons", True),
        ("نزوح آلاف المدنيين", 2_000, "persons", True),
        ("نزوح عشرات آلاف المدنيين", 20_000, "persons", True),
        ("وصلت 110 عائلات (650 نسمة)", 110, "families", False),
        ("more than 1,500 families fled", 1_500, "families", True),
        ("dozens of families were displaced", 20, "families", True),
        ("twenty-five families fled", 25, "families", False),
        ("1.5 million people were displaced", 1_500_000, "persons", False),
        ("مقتل 12 مدنياً ونزوح 40 عائلة", 40, "families", False),
        ("12 civilians were killed and two thousand people displaced", 2_000, "persons", False),
    ],
)
def test_people(text: str, count: int, unit: str, at_least: bool) -> None:
    assert people(text) == People(count, unit, at_least)


@pytest.mark.parametrize(
    "text",
    [
        "مقتل 12 مدنياً",
        "أصيب 4 أشخاص",
        "إصابة شخصين",
        "12 civilians were killed",
        "نزوح كبير",
        "عام 2026",
        "",
        "0 عائلة",
    ],
)
def test_no_people(text: str) -> None:
    assert people(text) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("من الساعة السادسة مساءً وحتى السادسة صباحاً", "18:00", "06:00"),
        ("من 7 مساء حتى 7 صباحا", "19:00", "07:00"),
        ("من ٧ مساءً حتى ٧ صباحاً", "19:00", "07:00"),
        ("20:00/06:00", "20:00", "06:00"),
        ("من 11 م ... 4 ص", "23:00", "04:00"),
        ("21,00 - 05,00 ليلا", "21:00", "05:00"),
        ("من الساعة الثامنة والنصف مساء إلى السابعة صباحا", "20:30", "07:00"),
        ("من الساعة الحادية عشرة ليلا حتى الرابعة فجرا", "23:00", "04:00"),
        ("من الساعة الـ 1:30 ظهراً حتى الساعة الخامسة عصرا", "13:30", "17:00"),
        ("من منتصف الليل حتى السادسة صباحا", "00:00", "06:00"),
        ("من الساعة 12 مساء حتى 6 صباحا", "00:00", "06:00"),
        ("من الساعة السادسة مساء اليوم وحتى السادسة من صباح يوم غد", "18:00", "06:00"),
        ("from 6 pm until 6 am", "18:00", "06:00"),
        ("from 6 to 8 p.m.", "18:00", "20:00"),
        ("between 8pm and 5am", "20:00", "05:00"),
    ],
)
def test_hours(text: str, start: str, end: str) -> None:
    assert hours(text) == Hours(start, end)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("حتى إشعار آخر", Hours(until="until further notice")),
        ("until further notice", Hours(until="until further notice")),
        ("لمدة 48 ساعة", Hours(until="48 hours")),
        ("for 24 hours", Hours(until="24 hours")),
        ("من 18:00 حتى 06:00 وحتى إشعار آخر", Hours("18:00", "06:00", "until further notice")),
        ("قتل من 3 إلى 5 أشخاص", None),
        ("من 40:00 إلى 50:00", None),
        ("", None),
    ],
)
def test_open_ends_and_no_hours(text: str, expected: Hours | None) -> None:
    assert hours(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("اليوم الأحد", "2026-11-22"),
        ("مساء أمس", "2026-11-21"),
        ("أمس السبت", "2026-11-21"),
        ("الليلة الماضية", "2026-11-21"),
        ("أول أمس", "2026-11-20"),
        ("يوم الجمعة", "2026-11-20"),
        ("يوم الخميس القادم", "2026-11-26"),
        ("في 20 تشرين الثاني", "2026-11-20"),
        ("20 تشرين الثاني/نوفمبر 2026", "2026-11-20"),
        ("٢٠ نوفمبر", "2026-11-20"),
        ("في 31 كانون الأول", "2026-12-31"),
        ("في 1 يناير", "2027-01-01"),
        ("on November 3, 2026", "2026-11-03"),
        ("on 3 November", "2026-11-03"),
        ("2026-11-01", "2026-11-01"),
        ("5/11/2026", "2026-11-05"),
        ("last night", "2026-11-21"),
        ("on Friday", "2026-11-20"),
        ("31 شباط", None),
        ("بلا تاريخ", None),
    ],
)
def test_event_date(text: str, expected: str | None) -> None:
    assert event_date(text, SUNDAY) == expected


def test_without_a_publication_date_only_full_dates_count() -> None:
    assert event_date("أمس", None) is None
    assert event_date("20 نوفمبر", None) is None
    assert event_date("20 نوفمبر 2026", None) == "2026-11-20"


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("text", ["أمس", "الجمعة القادم", "29 شباط"])
def test_the_ends_of_the_calendar(moment: datetime, text: str) -> None:
    event_date(text, moment)


_BITS = st.sampled_from(
    ["من ", "الساعة ", "السادسة", " مساء", "حتى ", "7", "٣", "²", "१", ":", "/", "2026", "شباط", "ألف ", "مئة", "و", " عائلة",
     "مئات ", " مدني", "نزوح ", "قتل ", "لمدة ", " ساعة", "11", "99999999999", ".", ",", " ", "pm", "until "]
)  # fmt: skip
_TEXTS = st.one_of(st.text(max_size=60), st.lists(_BITS, max_size=14).map("".join))


@given(_TEXTS)
def test_anything_may_be_read(text: str) -> None:
    counted, span, day = people(text), hours(text), event_date(text, SUNDAY)
    assert counted is None or (counted.count > 0 and counted.unit in ("families", "persons"))
    assert day is None or date.fromisoformat(day)
    for clock in (span.start, span.end) if span else ():
        assert clock is None or re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", clock)


@given(st.integers(1, 99_999_999))
def test_figures_are_read_with_and_without_separators(number: int) -> None:
    assert people(f"نزوح {number} شخص") == people(f"نزوح {number:,} شخص") == People(number, "persons")


# ---------------------------------------------------------------- who


@pytest.mark.parametrize(
    ("category", "text", "who"),
    [
        ("curfew", "فرضت قوى الأمن الداخلي حظر تجوال في المدينة", "قوى الأمن الداخلي"),
        ("curfew", "السلطات المحلية تفرض حظر التجول في السويداء", "السلطات المحلية"),
        ("curfew", "مدّد محافظ درعا حظر التجوال", "محافظ درعا"),
        ("curfew", "حظر تجوال فرضته قوات سوريا الديمقراطية في الرقة", "قوات سوريا الديمقراطية"),
        ("curfew", "A curfew imposed by the SDF in Raqqa", "SDF"),
        ("curfew", "حظر تجول في المدينة حتى الصباح", None),
        ("displacement", "أنذر جيش الاحتلال سكان ثلاث قرى بالإخلاء", "جيش الاحتلال"),
        ("displacement", "نزحت مئات العائلات من القرية بعد القصف", None),
        (
            "clashes",
            "اشتباكات عنيفة بين الجيش السوداني وقوات الدعم السريع في الفاشر",
            "الجيش السوداني – قوات الدعم السريع",
        ),
        ("clashes", "Fighting between the army and RSF", "the army – RSF"),
        ("clashes", "اندلعت اشتباكات في الحي", None),
        ("clashes", "بين " + "قوات الحرس الوطني المشترك " * 9, None),
    ],
)
def test_who_orders_or_fights(category: str, text: str, who: str | None) -> None:
    assert actor(text, category) == who


@given(st.text(max_size=200), st.sampled_from(["curfew", "displacement", "clashes", "other"]))
def test_any_text_names_a_short_doer_or_none(text: str, category: str) -> None:
    assert len(actor(text, category) or "") <= LONGEST
