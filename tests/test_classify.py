"""What a text says: the forms, the traps, and evidence that points at the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers import classify, places
from workers.classify import Document
from workers.classify.normalise import views

LEXICONS = classify.load()
GAZETTEER = places.load()


def found(title: str, body: str = "", lang: str = "ar") -> dict[str, str]:
    reading = classify.read(Document("1", title, body, lang, country="SY"), LEXICONS, GAZETTEER)
    for mention in reading.mentions:
        for one in mention.evidence:
            assert {"title": title, "body": body}[one.field][one.start : one.end] == one.text
    return {mention.category: mention.status for mention in reading.mentions}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("فرض حظر تجول في منبج", {"curfew": "imposed"}),
        ("فرضت حظراً التجول في المنطقة", {"curfew": "imposed"}),
        ("فرضت حظراً جزئياً للتجوال", {"curfew": "imposed"}),
        ("رفع حظر التجول عن مدينة الباب", {"curfew": "lifted"}),
        ("تمديد حظر التجوال ثلاثة أيام", {"curfew": "extended"}),
        ("اشتبـ ـاكات عنيفة في الريف", {"clashes": "clashes"}),
        ("يمـ.نع التجـ.ول في البلدة", {}),
        ("قصف متبادل بين الطرفين", {"clashes": "clashes"}),
        ("نزوح مئات العائلات من البلدة", {"displacement": "flight"}),
        ("منظمة حظر الأسلحة الكيميائية تجتمع", {}),
        ("فرضت حظراً على استيراد السيارات", {}),
        ("قواعد الاشتباك الجديدة", {}),
        ("ويخشى مراقبون من تدهور الوضع، وتشريد المزيد من المدنيين", {}),
        ("نفى المحافظ فرض حظر تجول", {}),
        ("إخلاء سبيل موقوفين", {}),
        ("دعم مخيم النازحين", {}),
    ],
)
def test_arabic_forms_and_traps(text: str, expected: dict[str, str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Army imposes curfew in Hasakah", {"curfew": "imposed"}),
        ("Curfew lifted in Homs", {"curfew": "lifted"}),
        ("Fierce fighting between rival groups", {"clashes": "clashes"}),
        ("Hundreds of families fled the town", {"displacement": "flight"}),
        ("The mayor denied a curfew", {}),
        ("A travel ban was announced", {}),
    ],
)
def test_english_forms_and_traps(text: str, expected: dict[str, str]) -> None:
    assert found(text, lang="en") == expected


@given(st.text(max_size=300))
def test_any_text_is_read_and_evidence_points_at_it(text: str) -> None:
    found(text, text)


@given(st.integers(1, 9), st.sampled_from("ًٌٍَُِّْـ"))
def test_marks_and_tatweel_change_no_verdict(position: int, mark: str) -> None:
    text = "اشتباكات عنيفة في منبج"
    assert found(text[:position] + mark + text[position:]) == {"clashes": "clashes"}


@given(st.text(alphabet="ابتثجحدـ. لوهشكأ\u064b\u200f", max_size=60))
def test_every_view_maps_back(text: str) -> None:
    for view in views(text):
        assert len(view.origin) == len(view.text)
        assert all(0 <= index < len(text) for index in view.origin)
