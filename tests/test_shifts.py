"""Whether a curfew begins earlier or later than before, told by two hours set against each other."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workers.classify.normalise import tokens
from workers.classify.shifts import shifted

EVENING = {
    "الخامسة": 17,
    "السادسة": 18,
    "السابعة": 19,
    "الثامنة": 20,
    "التاسعة": 21,
    "العاشرة": 22,
    "منتصف الليل": 24,
}


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("tightened", "صار يبدأ في الخامسة عصراً بدلاً من التاسعة ليلاً"),
        ("tightened", "كان للتمانية صار للخمسة"),
        ("tightened", "بعد أن كان يبدأ في العاشرة صار المنع يبدأ في السادسة"),
        ("tightened", "نقل القرار الجديد ساعة دخول البيوت من العاشرة إلى الخامسة"),
        ("tightened", "من 17:00 بدل 21:00"),
        ("tightened", "The hours now start at five instead of nine"),
        ("eased", "خففوه شوي، صار من الحداش بالليل بدل الثمانية"),
        ("eased", "هسه بس من الوحدة للخمسة الصبح، قبل چان من المغرب"),
        ("eased", "ليبدأ في الحادية عشرة ليلاً عوضاً عن التاسعة"),
        ("eased", "It will begin at midnight rather than nine"),
        ("", "حظر تجول من السابعة مساء حتى السادسة صباحاً"),
        ("", "من الثامنة مساء إلى الخامسة"),
        ("", "وصلت 21 عائلة بدل 17 كما كان متوقعاً"),
        ("", ""),
    ],
)
def test_sentences(expected: str, text: str) -> None:
    assert shifted(tokens(text).words) == expected


@given(
    st.sampled_from(sorted(EVENING)),
    st.sampled_from(sorted(EVENING)),
    st.sampled_from(("بدل", "بدلاً من", "عوضاً عن")),
)
def test_the_other_way_round_is_the_opposite(new: str, old: str, instead: str) -> None:
    assume(new != old)
    expected = "tightened" if EVENING[new] < EVENING[old] else "eased"
    assert shifted(tokens(f"يبدأ المنع {new} {instead} {old}").words) == expected


@given(st.lists(st.text(max_size=8), max_size=20))
def test_any_words_are_answered(words: list[str]) -> None:
    assert shifted(words) in ("", "tightened", "eased")
