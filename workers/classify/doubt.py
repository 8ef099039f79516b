"""Sentences in which no rule speaks, put to the second opinion; and what it makes of them. Pure but for its encoder."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from workers.classify.context import Find, unheard
from workers.classify.lexicon import Language, Rule
from workers.classify.match import Sentence
from workers.classify.opinion import Opinion

MOST_CHARS = (
    1_500  # of an item that is not Arabic: of longer ones it has seen none, and takes features for news
)
MOST_READ = 2  # sentences of an item that are put to it: each costs as much as all rules on a page
WHOLE = (8, 45)  # words of an item of several sentences that is also read as a whole
RULE = "second-opinion"
GLANCE_COUNTS_FROM = 0.8  # probability from which a glance counts alone, where the language cannot be read
LEAST, MOST = 0.55, 0.85  # confidence of a find at the level from which the opinion counts, and of a sure one


def second_opinion(
    texts: dict[str, str],
    found: dict[str, Sequence[Sentence]],
    told: Sequence[Find],
    language: Language,
    opinion: Opinion,
) -> list[Find]:
    """More finds, in the likeliest of the sentences that may tell of a category of which the item says nothing else."""
    if language.code != "ar" and sum(map(len, texts.values())) > MOST_CHARS:
        return []
    asked = sorted(_worth(found, told, opinion), key=lambda one: -max(one[2].values()))[:MOST_READ]
    if opinion.reads(language.code):
        judged = opinion.judge([(_text(texts[field], one), _words(one)) for field, one, _ in asked])
        levels = opinion.counts_from
    else:  # a glance has to do
        judged = [
            {name: 1 / (1 + math.exp(-odds)) for name, odds in categories.items()} for *_, categories in asked
        ]
        levels = dict.fromkeys(opinion.counts_from, GLANCE_COUNTS_FROM)
    finds = [
        _find(category, field, sentence, chances[category], levels[category], found["title"], language)
        for (field, sentence, categories), chances in zip(asked, judged, strict=True)
        for category in categories
        if chances[category] >= levels[category]
    ]
    return [*finds, *_of_whole(texts, found, [*told, *finds], language, opinion)]


def _of_whole(
    texts: dict[str, str],
    found: dict[str, Sequence[Sentence]],
    told: Sequence[Find],
    language: Language,
    opinion: Opinion,
) -> Iterator[Find]:
    """What a short item says as a whole that none of its sentences says by itself."""
    known = {find.category for find in told}
    every = [(field, sentence) for field, sentences in found.items() for sentence in sentences]
    words = [word for _, sentence in every for word in _words(sentence)]
    if not WHOLE[0] <= len(words) <= WHOLE[1] or len(every) < 2 or not opinion.reads(language.code):
        return
    worth = [name for name in opinion.worth_reading(words) if name not in known]
    if not worth:
        return
    chances = opinion.judge([(f"{texts['title']}. {texts['body']}", words)])[0]
    for category in worth:
        chance, level = chances[category], opinion.counts_from[category]
        if chance >= level:
            field, sentence = max(every, key=lambda one: opinion.glance(_words(one[1]))[category])
            yield _find(category, field, sentence, chance, level, found["title"], language)


def _worth(
    found: dict[str, Sequence[Sentence]], told: Sequence[Find], opinion: Opinion
) -> Iterator[tuple[str, Sentence, dict[str, float]]]:
    """Sentences worth reading where no rule spoke, and by how much for each category."""
    known = {find.category for find in told if not find.reason}
    spoken = {(find.field, find.category, find.sentence.first) for find in told}
    for field, sentences in found.items():
        for sentence in sentences:
            margins = {
                category: margin
                for category, margin in opinion.worth_reading(_words(sentence)).items()
                if category not in known and (field, category, sentence.first) not in spoken
            }
            if margins:
                yield field, sentence, margins


def _words(sentence: Sentence) -> Sequence[str]:
    return sentence.view.words[sentence.first : sentence.last]


def _text(text: str, sentence: Sentence) -> str:
    """The sentence as written; with its words made whole where some were split."""
    start, end = sentence.span(sentence.first, sentence.last)
    return " ".join(_words(sentence)) if sentence.view.joined else text[start:end]


def _find(
    category: str, field: str, sentence: Sentence, chance: float, level: float, title: Sequence[Sentence],
    language: Language,
) -> Find:  # fmt: skip
    confidence = LEAST + (MOST - LEAST) * (chance - level) / max(1 - level, 1e-6)
    default = next((rule.default for rule in language.rules if rule.category == category), "reported")
    rule = Rule(category, RULE, "", round(confidence, 3), default)
    find = Find(category, field, sentence, sentence.first, sentence.last, rule)
    return unheard(find, language, title)
