"""The second opinion: asked seldom, about sentences in which no rule speaks; and what it adds on labelled items."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workers import places
from workers.classify import Document, load, read
from workers.classify.glance import BITS, Glance, pieces
from workers.classify.normalise import tokens
from workers.classify.opinion import Opinion, together
from workers.classify.opinion import load as load_opinion
from workers.evaluate import Report, judge, report

EVAL = Path(__file__).parent / "eval"


class Scripted(Opinion):
    """The real gate with chances of the test's own, and a record of what was asked."""

    def __init__(self, chance: float) -> None:
        real = load_opinion()
        self.__dict__.update(real.__dict__)
        self.chance, self.asked = chance, list[str]()

    def judge(self, sentences: Sequence[tuple[str, Sequence[str]]]) -> list[dict[str, float]]:
        self.asked += [text for text, _ in sentences]
        return [dict.fromkeys(self.counts_from, self.chance) for _ in sentences]


def reading_of(text: str, opinion: Opinion | None) -> list[str]:
    lexicons = load(opinion=False)
    lexicons.opinion = opinion
    document = Document("1", "", text, "ar", datetime(2026, 11, 22, tzinfo=UTC))
    return [f"{one.category} {one.evidence[0].rule}" for one in read(document, lexicons, None).mentions]


UNKNOWN = "حمل سكان الحارة فرشهم وأطفالهم على الجرارات وساروا في عتمة الفجر صوب البلدة المجاورة هرباً بأنفسهم من الدبابات"


def test_it_is_not_asked_where_a_rule_speaks() -> None:
    opinion = Scripted(0.99)
    reading_of("فرضت قوى الأمن حظر تجوال في المدينة حتى إشعار آخر", opinion)
    assert not any("حظر" in one for one in opinion.asked)


def test_it_is_asked_about_few_sentences() -> None:
    opinion = Scripted(0.0)
    reading_of(
        "\n".join(f"خرج الأهالي ليلاً من بيوتهم نحو البساتين، الخبر {number}" for number in range(40)), opinion
    )
    assert len(opinion.asked) <= 4


def test_what_it_finds_names_itself_and_stays_modest() -> None:
    lexicons = load(opinion=False)
    lexicons.opinion = Scripted(0.99)
    document = Document(
        "1", "", "حقائب على الأكتاف وأطفال على الدرب الترابي، والدبابات خلف الأهالي عند أول البيوت", "ar"
    )
    for mention in read(document, lexicons, None).mentions:
        assert mention.evidence[0].rule == "second-opinion"
        assert mention.confidence <= 0.9


def test_a_short_item_is_read_as_a_whole_too() -> None:
    class Whole(Scripted):
        def judge(self, sentences: Sequence[tuple[str, Sequence[str]]]) -> list[dict[str, float]]:
            told = super().judge(sentences)
            both = ("الجرارات", "الأطفال")
            return [
                one if all(word in text for word in both) else dict.fromkeys(one, 0.0)
                for one, (text, _) in zip(told, sentences, strict=True)
            ]

    text = "فرش وحقائب على الجرارات عند أول البلدة. الأطفال في المؤخرة والدبابات خلف الأهالي."
    assert "displacement second-opinion" in reading_of(text, Whole(0.99))
    assert reading_of(text, Whole(0.2)) == []
    assert reading_of(f"{text} {'والطريق طويل ' * 40}", Whole(0.99)) == []


def test_below_its_bar_it_says_nothing() -> None:
    assert (
        reading_of(
            "حقائب على الأكتاف وأطفال على الدرب الترابي، والدبابات خلف الأهالي عند أول البيوت", Scripted(0.2)
        )
        == []
    )


def test_a_guard_of_the_sentence_still_counts() -> None:
    told = reading_of(
        "في فيلم جديد يحمل السكان أغراضهم على الجرارات ويسيرون في الليل نحو البلدة", Scripted(0.99)
    )
    assert told == []


def test_the_real_one_hears_what_no_rule_knows() -> None:
    opinion = load_opinion()
    (chances,) = opinion.judge([(UNKNOWN, tokens(UNKNOWN).words)])
    assert chances["displacement"] > opinion.counts_from["displacement"] > chances["curfew"]
    assert opinion.judge([]) == []


def test_without_its_encoder_the_rules_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    opinion = load_opinion()
    assert not opinion.reads("ar")
    assert opinion.likenesses(["نص"]) == [{}]
    assert opinion.glance(["نزحت"])
    assert "no second opinion" in caplog.text


def test_a_word_counts_by_its_pieces() -> None:
    assert len(list(pieces("بيت"))) == 3 + 2 + 1
    assert len(set(pieces("نزحت")) & set(pieces("ونزحت"))) >= 3
    weights = bytearray(1 << BITS)
    for place in pieces("نزحت"):
        weights[place] = 10
    glance = Glance({"displacement": (-1.0, 0.1)}, bytes(weights))
    assert glance([]) == {"displacement": -1.0}
    assert (
        glance(["نزحت"])["displacement"]
        > glance(["ونزحت"])["displacement"]
        > glance(["كتاب"])["displacement"]
    )
    assert glance(["نزحت"]) == glance(["نزحت"])


def test_what_was_read_counts_more_than_a_glance_and_neither_without_bound() -> None:
    assert together(0, 0) == 0.5
    assert together(2, -1) == 0.5
    assert together(1, 3) > together(3, 1) > 0.8
    assert together(1e9, -4.6) == 0.5


# ---------------------------------------------------------------- the floor


def items(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (EVAL / f"{name}.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def sealed() -> Report:
    return report(judge(items("sealed"), load(), places.load()))


def test_sealed_items_are_understood_at_their_floor(sealed: Report) -> None:
    assert sealed.macro() >= 0.91
    assert sealed.macro("ar") >= 0.92


def test_a_second_sealed_set_is_understood_at_its_floor() -> None:
    told = report(judge(items("sealed2"), load(), places.load()))
    assert told.macro() >= 0.88
    assert told.unusual.share >= 0.78
    assert told.statuses["curfew"].share >= 0.76
    assert told.places.share >= 0.84


def test_unusual_wordings_statuses_and_places_keep_their_floor(sealed: Report) -> None:
    assert sealed.unusual.share >= 0.84
    assert sealed.statuses["curfew"].share >= 0.8
    assert sealed.places.share >= 0.88


def test_the_second_opinion_helps_on_items_it_never_saw(sealed: Report) -> None:
    rules_alone = report(judge(items("sealed"), load(opinion=False), None))
    assert sealed.macro() > rules_alone.macro() + 0.08


def test_a_plain_status_of_a_rule_gives_way_to_a_clear_one_but_never_to_an_end() -> None:
    opinion = Scripted(0.0)
    title, body = "", "فرضت قوى الأمن حظر تجوال في مدينة الميادين، والأهالي في بيوتهم."
    lexicons = load(opinion=False)
    lexicons.opinion = opinion

    def told(status: str, share: float) -> str:
        opinion._statuses = lambda *_args, **_options: (status, share)  # type: ignore[assignment]
        (mention,) = read(Document("1", title, body, "ar"), lexicons, None).mentions
        return mention.status

    assert told("extended", 0.9) == "extended"
    assert told("extended", 0.5) == "imposed"
    assert told("lifted", 0.9) == "imposed"


@pytest.mark.parametrize(
    ("lang", "title", "body"),
    [
        ("ar", "ثلاثة جرحى في قصف على ريف الدرباسية", "أصيب ثلاثة مدنيين بينهم امرأة جراء قصف مدفعي طال قرى الريف الغربي صباح اليوم."),
        ("ar", "مسيّرة تستهدف سيارة قرب عين العرب", "أسفر الاستهداف عن استشهاد مواطن وإصابة آخر من أهالي القرية."),
        ("ar", "غارات ليلية على جبل الأربعين", "استهدفت الطائرات أطراف البلدة بأربع غارات خلفت أضراراً مادية."),
        ("en", "Four wounded in shelling of a village near Amuda", "Artillery shelling hit several villages on Monday evening, injuring four people of one family."),
        ("en", "Drone kills two officials on the Qamishli road", "A drone struck their car in the afternoon, a medical source said."),
        ("en", "Cell leader captured in airdrop", "Coalition forces arrested a man in an airdrop on a farm at dawn."),
    ],
)  # fmt: skip
def test_one_sided_fire_is_neither_displacement_nor_a_clash(lang: str, title: str, body: str) -> None:
    found = read(Document("1", title, body, lang), load(), None).mentions
    assert [one.category for one in found] == []


def test_a_long_text_in_a_language_of_short_examples_is_left_to_the_rules() -> None:
    told = "They had their children by the hand and a mattress each, and did not look back at the smoke. "
    filler = "A recipe for lentil soup asks for cumin, a lemon and an hour of patience. "
    found = [read(Document("1", "", told + filler * times, "en"), load(), None) for times in (10, 30)]
    assert [[one.category for one in reading.mentions] for reading in found] == [["displacement"], []]
