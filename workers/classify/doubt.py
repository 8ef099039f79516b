"""Sentences in which no rule speaks, put to the second opinion; and what it makes of them. Pure but for its encoder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from workers.classify.context import Find, unheard
from workers.classify.lexicon import Language, Rule
from workers.classify.match import Sentence
from workers.classify.opinion import Opinion

MOST_READ = 8  # sentences of an item that are put to it
RULE = "second-opinion"
LEAST, MOST = 0.55, 0.85  # confidence of a find at the level from which the opinion counts, and of a sure one
DOUBTED = 0.86  # a rule under this confidence may be overruled …
OVERRULED = 0.03  # … where the opinion is so sure that it is none


def second_opinion(
    texts: dict[str, str],
    found: dict[str, Sequence[Sentence]],
    told: Sequence[Find],
    language: Language,
    opinion: Opinion,
) -> list[Find]:
    """The finds, less those that it overrules, and more that it made; `texts` and `found` by field."""
    known = {find.category for find in told if not find.reason}
    asked = list(_worth(found, told, known, opinion))[:MOST_READ]
    doubted = [find for find in told if not find.reason and find.rule.confidence < DOUBTED][:MOST_READ]
    sentences = [(field, sentence) for field, sentence, _ in asked] + [
        (find.field, find.sentence) for find in doubted
    ]
    judged = opinion.judge([_text(texts[field], sentence) for field, sentence in sentences])
    made = [
        find
        for (field, sentence, categories), chances in zip(asked, judged, strict=False)
        for category in categories
        if (find := _find(category, field, sentence, chances[category], found["title"], language, opinion))
    ]
    overruled = {
        id(find)
        for find, chances in zip(doubted, judged[len(asked) :], strict=True)
        if chances.get(find.category, 1.0) <= OVERRULED
    }
    kept = [replace(find, reason="weak", status="") if id(find) in overruled else find for find in told]
    return [*kept, *made]


def _worth(
    found: dict[str, Sequence[Sentence]], told: Sequence[Find], known: set[str], opinion: Opinion
) -> Iterator[tuple[str, Sentence, list[str]]]:
    """Sentences that may tell of a category of which the item says nothing else, and no rule spoke there."""
    spoken = {(find.field, find.category, find.sentence.first) for find in told}
    for field, sentences in found.items():
        for sentence in sentences:
            categories = [
                category
                for category in opinion.worth_reading(sentence.view.words[sentence.first : sentence.last])
                if category not in known and (field, category, sentence.first) not in spoken
            ]
            if categories:
                yield field, sentence, categories


def _text(text: str, sentence: Sentence) -> str:
    start, end = sentence.span(sentence.first, sentence.last)
    return text[start:end]


def _find(
    category: str, field: str, sentence: Sentence, chance: float, title: Sequence[Sentence],
    language: Language, opinion: Opinion,
) -> Find | None:  # fmt: skip
    level = opinion.counts_from[category]
    if chance < level:
        return None
    confidence = LEAST + (MOST - LEAST) * (chance - level) / max(1 - level, 1e-6)
    default = next((rule.default for rule in language.rules if rule.category == category), "reported")
    rule = Rule(category, RULE, "", round(confidence, 3), default)
    find = Find(category, field, sentence, sentence.first, sentence.last, rule)
    return unheard(find, language, title)
