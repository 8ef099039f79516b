"""Places that no table knows, told by the words around them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers import places
from workers.localities import cued_places, told_places


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("نزحت عائلات من قرية أم الرمان في الريف", ["أم الرمان"]),
        ("اشتباكات في حي الشراقة وبلدة تل الهوا", ["الشراقة", "تل الهوا"]),
        ("دخلت القوة مخيم وادي النخيل مساء", ["وادي النخيل"]),
        ("كمين في وادي الغزلان قرب الطريق", ["وادي الغزلان"]),
        ("حظر تجول في كفرزمل حتى الصباح", ["كفرزمل"]),
        ("families fled the village of Al Zahra Gharbiya", ["Al Zahra Gharbiya"]),
        ("في قرية حدودية قرب النهر", []),
        ("أهل قريه رسم العبد", ["رسم العبد"]),
        ("من قرى رسم الكروم والإمام وأم تينة، بعدما اقتربت", ["رسم الكروم", "الإمام", "أم تينة"]),
        ("قصف أحياء الحجارية، الرملة والعباسية ووصل", ["الحجارية", "الرملة", "العباسية"]),
        ("عادوا إلى قرى ريف حلب", []),
        ("في قرى شمالي المدينة", []),
        ("قال مدير مديرية التربية إن المدارس مغلقة", []),
        ("عادت المدينة إلى حياتها", []),
        ("منطقة خفض التصعيد ومنطقة النزاع", []),
        ("ورمى المسلحون في بني عضيب ليلا", ["بني عضيب"]),
        ("مخيمين بوادي الزويرات منذ شهر", ["وادي الزويرات"]),
        ("قالت أم خليل إن البيوت فرغت", []),
        ("توضع السلع في ود سلمان", ["ود سلمان"]),
        ("settlers reached Khirbet al-Zawra and Deir Nasif", ["Khirbet al-Zawra", "Deir Nasif"]),
        ("The camp was empty", []),
        ("Sabah Kefr Zeyto sakinlerinden evlerini", ["Kefr Zeyto"]),
        ("gundiyên Zêwa Jorî derketin", ["Zêwa Jorî"]),
        ("خەڵکی گوندی هەڵەشین ڕۆیشتن", ["هەڵەشین"]),
    ],
)
def test_what_the_text_calls_a_place(text: str, names: list[str]) -> None:
    assert [text[start:end] for start, end in told_places(text, [])] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("أبلغ وجهاء شنوان بالمهلة", ["شنوان"]),
        ("ناس ود زعيم شالوا عفشهم", ["ود زعيم"]),
        ("خرج أهالي المنطقة وسكان العاصمة", []),
        ("عند نقطة تفتيش", []),
        ("Fighting broke out near Tal Zubayr on Monday", ["Tal Zubayr"]),
        ("the people of Umm Zarif left", ["Umm Zarif"]),
        ("near Turkish positions in November", []),
    ],
)
def test_what_the_words_beside_make_a_place(text: str, names: list[str]) -> None:
    assert [text[start:end] for start, end in cued_places(text)] == names


def test_a_known_place_is_not_told_twice() -> None:
    text = "قرية السوسة"
    assert told_places(text, [(5, 11)]) == []


def test_an_unknown_place_lies_in_the_known_one_beside_it() -> None:
    hits = places.load().find("قصف على قرية أم الزنابق في ريف دير الزور", country="SY")
    told = next(hit.place for hit in hits if hit.place.name_ar == "أم الزنابق")
    assert (told.code, "SY09" in told.within) == ("", True)


@given(st.text(alphabet="قريةحيبلد أموادي المدينةتل.،\n", max_size=80))
def test_spans_are_inside_the_text_and_apart(text: str) -> None:
    spans = sorted(told_places(text, []))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
