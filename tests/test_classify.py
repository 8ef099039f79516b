"""What a text says: the forms, the traps, and evidence that points at the text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from workers import classify, places
from workers.classify import Document, load, read, recency
from workers.classify.normalise import rejoined, tokens

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
        ("يمـ.نع التجـ.ول في البلدة", {"curfew": "imposed"}),
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


def cases() -> Iterator[tuple[str, str, str]]:
    """Group, expected and text of every line of the table."""
    table = yaml.safe_load((Path(__file__).parent / "classify_cases.yaml").read_text("utf-8"))
    for group, lines in table.items():
        for line in lines.strip().splitlines():
            expected, _, text = line.partition("|")
            yield group, expected.strip(), text.strip()


@pytest.mark.parametrize(("group", "expected", "text"), list(cases()))
def test_the_table_of_sentences(group: str, expected: str, text: str) -> None:
    title, _, body = text.partition(" / ")
    told = " ".join(f"{name}={status}" for name, status in sorted(found(title, body).items(), key=order))
    assert (told or "-") == expected


def order(pair: tuple[str, str]) -> int:
    return ["curfew", "displacement", "clashes"].index(pair[0])


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


SURE: tuple[tuple[str, dict[str, str]], ...] = (
    ("اشتباكات عنيفة في منبج", {"clashes": "clashes"}),
    ("فرض حظر التجول في منبج", {"curfew": "imposed"}),
    ("نزوح عائلات من منبج", {"displacement": "flight"}),
    ("نفى المحافظ فرض حظر تجول", {}),
)


@given(st.sampled_from(SURE), st.integers(1, 15), st.sampled_from("ًٌٍَُِّْـ"))
def test_marks_and_tatweel_change_no_verdict(
    case: tuple[str, dict[str, str]], position: int, mark: str
) -> None:
    text, expected = case
    while text[position - 1] == " ":  # a mark stands on a letter
        position += 1
    assert found(text[:position] + mark + text[position:]) == expected


@given(st.integers(3, 6), st.sampled_from(["ـ ـ", " ـ", "ـ.", "ـ.ـ", "ـ"]))
def test_splitting_changes_no_verdict(position: int, gap: str) -> None:
    text = "اشتباكات عنيفة في منبج"
    assert found(text[:position] + gap + text[position:]) == {"clashes": "clashes"}


@pytest.mark.parametrize("clitic", ["و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "وب"])
@pytest.mark.parametrize(("noun", "category"), [("اشتباكات", "clashes"), ("نزوح", "displacement")])
def test_clitics_change_no_verdict(clitic: str, noun: str, category: str) -> None:
    assert set(found(f"{clitic}{noun} عائلات بعد اشتباكات في منبج")) >= {category}


def test_time_grows_with_the_text_only() -> None:
    text = "خرجت عشرات العائلات من قرية الحي و" * 60
    short, long = (min(timed(text * times) for _ in range(3)) for times in (1, 4))
    assert long < 10 * short + 0.1


def timed(text: str) -> float:
    start = time.process_time()
    classify.read(Document("1", "", text, "ar"), LEXICONS, None)
    return time.process_time() - start


def test_a_thousand_terms_are_found_with_their_endings_and_exclusions() -> None:
    terms = {
        "ar": [f"كلمة{number}" for number in range(1000)] + ["إغلاق معبر", "قصف*"],
        "en": ["road closed"],
    }
    extra = {"closures": classify.CategoryTerms(terms, {"ar": ["تدريب"]})}
    lexicons = classify.load(("ar", "en"), extra)

    def told(text: str, lang: str = "ar") -> list[str]:
        reading = classify.read(Document("1", "", text, lang), lexicons, None)
        return [mention.category for mention in reading.mentions]

    assert told("أعلنت الإدارة عن إغلاق المعبر") == ["closures"]
    assert told("القصفُ متواصل") == ["closures"]
    assert told("لم يحدث إغلاق معبر في تدريب") == []
    assert told("The road closed today.", "en") == ["closures"]


@given(st.text(alphabet="ابتثجحدـ. لوهشكأ\u064b\u200f", max_size=60))
def test_every_word_of_every_view_points_at_the_text(text: str) -> None:
    plain = tokens(text)
    for view in filter(None, (plain, rejoined(text, plain))):
        assert len(view.words) == len(view.starts) == len(view.ends) == len(view.breaks)
        assert all(0 <= start < end <= len(text) for start, end in zip(view.starts, view.ends, strict=True))
        assert list(view.starts) == sorted(view.starts)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ح.ظـ.ر تـ جـ و ا ل في منبج", ["حظر", "تجوال", "في", "منبج"]),
        ("ن.ز.و.ح جماعي", ["نزوح", "جماعي"]),
        ("ت ج و ل ح.ظ.ر", ["تجول", "حظر"]),
        ("ق-ص-ف", ["قصف"]),
        ("ح ظ ر تجول", None),
        ("م. أ. ب. قال", None),
        ("أ.أ.ـ", None),
    ],
)
def test_a_word_that_is_spelled_out_is_whole_in_the_other_view(text: str, words: list[str] | None) -> None:
    view = rejoined(text, tokens(text))
    assert (view.words if view else None) == words


@pytest.mark.parametrize(
    ("lang", "text", "told"),
    [
        ("ar", "رفعت السلطات حظر التجول المفروض على المدينة منذ شهرين", ["lifted"]),
        ("ar", "تمديد حظر التجول المفروض منذ ثلاثة أشهر في سبها", ["extended"]),
        ("ar", "قرار بإلغاء حظر التجوال المفروض منذ مطلع الشهر", ["lifted"]),
        ("ar", "رغم حظر التجول المفروض منذ شهرين خرج الناس", []),
        ("ar", "قال جدي إنهم رفعوا منع التجول في السبعينيات", []),
        ("en", "The army lifted the curfew it imposed on Sirte three months ago.", ["lifted"]),
        ("en", "They recalled how the curfew was lifted years ago.", []),
        ("fr", "Le couvre-feu en vigueur depuis trois mois à Syrte a été levé.", ["lifted"]),
        ("tr", "İki ay önce ilan edilen sokağa çıkma yasağı kaldırıldı.", ["lifted"]),
    ],
)
def test_what_changes_now_may_have_begun_long_ago(lang: str, text: str, told: list[str]) -> None:
    published = datetime(2026, 11, 22, tzinfo=UTC)
    reading = read(Document("1", "", text, lang, published), load(opinion=False), None)
    assert [one.status for one in reading.mentions] == told


# ---------------------------------------------------------------- news or background

OTHER_NEWS = (
    "افتتح وزير الصحة في العاصمة مؤتمراً عن مستقبل المشافي الريفية، وبحث مع ممثلي المنظمات خطط الترميم للعام المقبل. "
    "وقال إن الوزارة ستزيد مخصصات الأدوية وتدرب ممرضات جدداً في أربع محافظات. " * 8
)


def of_long_article(sentence: str) -> tuple[dict[str, float], set[str]]:
    """Confidence of each category told, and the reasons of what was held back."""
    published = datetime(2026, 11, 22, tzinfo=UTC)
    document = Document("1", "وزير الصحة يفتتح مؤتمر المشافي", OTHER_NEWS + sentence, "ar", published)
    reading = read(document, load(), None)
    return {one.category: one.confidence for one in reading.mentions}, {
        one.reason for one in reading.suppressed
    }


@pytest.mark.parametrize(
    "sentence",
    [
        "وأدت الاشتباكات اليوم حول ملف المشافي إلى أزمة في المشاورات والحوار.",
        "ويهدف البرنامج إلى دعم احتياجات السكان بعد تهجير عائلات من المدينة ضمن أزمة مستمرة منذ سنوات.",
    ],
)
def test_background_far_down_in_other_news_does_not_alert_at_once(sentence: str) -> None:
    told, held = of_long_article(sentence)
    assert all(confidence < recency.HEARD for confidence in told.values())
    assert told or held


def test_opinion_about_the_past_is_held_back_with_its_reason() -> None:
    asked = "فهل نتعلم؟ ومن يحاسب؟ وكيف نبني؟ ولماذا تأخرنا؟ " * 12
    text = OTHER_NEWS + asked + "وهي أزمة تاريخية بعد اشتباكات اليوم ومعارك الماضي."
    document = Document("1", "كيف نبني مستقبل المشافي؟", text, "ar", datetime(2026, 11, 22, tzinfo=UTC))
    reading = read(document, load(), None)
    assert not reading.mentions
    assert "background" in {one.reason for one in reading.suppressed}


def test_fresh_news_far_down_is_told_and_surer_than_old() -> None:
    told, _ = of_long_article(
        "وفي سياق منفصل اندلعت فجر اليوم اشتباكات عنيفة بين الجيش ومسلحين أسفرت عن مقتل أربعة جنود."
    )
    assert told["clashes"] >= 0.5
    old, _ = of_long_article("وكانت اشتباكات عنيفة وقعت في المنطقة قبل أشهر اليوم محور مشاورات وحوار.")
    assert old.get("clashes", 0) < told["clashes"]


def test_a_digest_holds_nothing_back_as_background() -> None:
    text = OTHER_NEWS + "واستهلكت معارك هذا الأسبوع بين الطرفين موازنة المشافي وهي أزمة بلا حلول."
    published = datetime(2026, 11, 22, tzinfo=UTC)
    plain, digest = (
        read(Document("1", title, text, "ar", published), load(), None).mentions
        for title in ("وزير الصحة يفتتح مؤتمر المشافي", "موجز الأخبار")
    )
    assert all(one.confidence < recency.HEARD for one in plain)
    assert [one.category for one in digest if one.confidence >= recency.HEARD] == ["clashes"]


def test_without_a_glance_a_short_item_is_not_held_back_as_background() -> None:
    for text in ("نزوح آلاف العائلات منذ أشهر", "اشتباكات متقطعة ضمن أزمة مستمرة"):
        assert "background" not in {
            one.reason for one in read(Document("1", "", text, "ar"), load(opinion=False), None).suppressed
        }


def test_weights_name_features_that_exist() -> None:
    weighed = recency.load()
    assert set(weighed) == {"worded", "plain"}
    for one in weighed.values():
        assert 0 < one.of({"bias": 1.0}) < 1
        assert one.weights["seen"] > 0 > one.weights["unseen"]
    worded = weighed["worded"].weights
    assert set(worded) >= {"lead", "stale", "title", "deep"}
    assert worded["lead"] > 0 > worded["stale"]


def where(title: str, body: str) -> list[str]:
    (mention,) = read(Document("1", title, body, "ar", country="SY"), load(opinion=False), GAZETTEER).mentions
    return [place.name_ar for place in mention.places]


def test_a_hospital_is_not_where_it_happened() -> None:
    body = "اندلعت اشتباكات بالأسلحة الرشاشة ونقل ثلاثة جرحى إلى مستشفى دير الزور."
    assert where("اشتباكات في الميادين", body) == ["الميادين"]
    assert where("", "اندلعت اشتباكات في محيط مشفى تدمر.") == ["تدمر"]


def test_a_headlines_place_stands_beside_the_newss_own() -> None:
    body = "فرضت قوى الأمن حظر تجوال في بلدة الشحيل من السادسة مساء."
    assert where("الميادين تحت حظر التجوال", body) == ["الشحيل", "الميادين"]
    assert where("دير الزور تحت حظر التجوال", body) == ["الشحيل"]


def test_a_quarter_that_no_table_knows_keeps_its_town() -> None:
    assert set(where("", "فرض الأمن حظر تجوال في حي الخضراوات بمدينة الحراك.")) == {"الخضراوات", "الحراك"}
    assert where("", "فرض الأمن حظر تجوال في قرية أم الخضراوات بدير الزور.") == ["أم الخضراوات"]


def test_a_village_that_only_the_words_beside_make_one_is_closer_than_its_governorate() -> None:
    assert where("", "اندلعت اشتباكات عنيفة على مشارف زغرانة بريف الرقة.") == ["زغرانة", "الرقة"]
    assert where("", "اندلعت اشتباكات عنيفة على مشارف الرقة.") == ["الرقة"]


def test_people_left_the_place_that_is_not_their_destination() -> None:
    assert where("", "نزح ناس زغرانة اليوم باتجاه الطبقة.") == ["زغرانة", "الطبقة"]


def test_what_a_headline_tells_without_a_place_happened_where_the_news_begins() -> None:
    assert where("اشتباكات عنيفة منذ الفجر", "في الميادين استيقظ الناس على أصوات الرصاص.") == ["الميادين"]
