"""Is it this item's news? What position, words and manner of telling say of a category's finds. Pure.

The weights are `workers/data/confidence.json`, which `benchmarks/train_confidence.py` makes, one set for languages
whose lexicon has a `recency` part and one for the others.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources

from workers import facts
from workers.classify.context import Find
from workers.classify.glance import Glance
from workers.classify.lexicon import Language
from workers.classify.match import Sentence, sentences
from workers.classify.normalise import rejoined, tokens
from workers.classify.opinion import Opinion

LEAD, EARLY = 150, 500  # characters of the body: its first sentence, and its own news
LONG = 1000  # characters of a body that may tell of more than its own news
HEARD = 0.5  # the least confidence that alerts at once
SURE_RULE = 0.5  # the feature `sure` of a rule that is right nine times in ten
CLEAR_CURFEW = 0.25  # the feature `seen` of words that rather speak of a curfew than not
SURE = 0.8  # confidence of what is news without doubt
RECENT_DAYS = 3
FOR, AGAINST = 4.0, 8.0  # log odds at a glance beyond which it counts no more
DOUBT = (0.3, 0.75)  # confidence between which it is worth the cost to read
OPENING = 350  # characters of an item that are read
NEARBY = 6  # words around a find that a glance may take alone
UNIT = 2.0  # log odds that count as 1
CATEGORIES = ("curfew", "displacement", "clashes")
SECOND = "second-opinion"
DIGEST = frozenset(("موجز", "حصاد", "يوميات", "نشره", "digest", "briefing", "roundup"))  # folded


@dataclass(frozen=True, slots=True)
class Confidence:
    """How likely finds report fresh news, from weights by feature name."""

    weights: Mapping[str, float]
    read_weights: Mapping[str, float]  # where the doubtful was read as well

    def of(self, features: Mapping[str, float], *, read: bool = False) -> float:
        """0 to 1."""
        weights = self.read_weights if read else self.weights
        score = sum(weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-score))

    def shares(self, features: Mapping[str, float]) -> dict[str, float]:
        """What each feature adds to the log odds, the weightiest first."""
        told = {name: self.weights.get(name, 0.0) * value for name, value in features.items()}
        return dict(sorted(told.items(), key=lambda one: -abs(one[1])))


@cache
def load() -> Mapping[str, Confidence]:
    """The packaged weights, by kind of language (see `kind`)."""
    data = json.loads(resources.files("workers").joinpath("data", "confidence.json").read_text("utf-8"))
    return {name: Confidence(one["weights"], one["read_weights"]) for name, one in data.items()}


def kind(language: Language) -> str:
    """Which set of weights a language has."""
    return "worded" if language.recency else "plain"


def features(
    found: Sequence[Find], title_text: str, title: Sequence[Sentence], body: str, published: datetime | None,
    language: Language, glance: Glance | None,
) -> dict[str, float]:  # fmt: skip
    """What speaks for or against the finds of one category, by name, 0 to about 1 each."""
    category = found[0].category
    in_body = [find for find in found if find.field == "body"]
    first = min((find.span[0] for find in in_body), default=0)
    in_title = len(in_body) < len(found)
    deep = not in_title and first > EARLY

    words = language.recency

    def any_says(name: str) -> bool:
        return name in words and any(words[name].any(find.sentence) for find in found)

    def all_say(name: str) -> bool:
        return name in words and all(words[name].any(find.sentence) for find in found)

    def title_says(name: str) -> bool:
        return name in words and any(words[name].any(sentence) for sentence in title)

    told = {
        "bias": True,
        "title": in_title,
        "lead": bool(in_body) and first <= LEAD,
        "deep": deep,
        "again": min(math.log2(len(found)), 3) / 3,
        "sure": (max(find.rule.confidence for find in found) - 0.8) * 5,
        "second": all(find.rule.name == SECOND for find in found),
        "second_deep": deep and all(find.rule.name == SECOND for find in found),
        "fresh": any(language.fresh.any(find.sentence) for find in found),
        "dated": any(_recent(find, body, published) for find in in_body),
        "displacement": category == "displacement",
        "displacement_deep": deep and category == "displacement",
        "curfew": category == "curfew",
        "toll": any_says("toll"),
        "act": any_says("act"),
        "plain": any(_plainly(find, language) for find in found),
        "reported": any(
            _plainly(find, language) and (language.fresh.any(find.sentence) or _recent(find, body, published))
            for find in in_body
        ),
        "asks": any(mark in title_text for mark in "?؟!"),
        "argues": min(sum(map(body.count, "?؟!")) / max(len(body), 1) * 500, 1),
        "counted": min(sum("act" in words and words["act"].any(one.sentence) for one in found), 4) / 4,
        "second_long": len(body) > LONG and all(find.rule.name == SECOND for find in found),
        "stale": all_say("stale"),
        "abstract": all_say("abstract"),
        "war_title": title_says("war"),
        "war_title_deep": deep and title_says("war"),
        "talk_title": title_says("talk"),
        "play": title_says("play") or all_say("play"),
        "long": max(0.0, math.log2(max(len(body), 1) / 1000)) / 3,
        **_seen(found, title_text, glance, language, deep=deep),
    }
    return {name: float(value) for name, value in told.items() if value}


def _seen(
    found: Sequence[Find], title: str, glance: Glance | None, language: Language, *, deep: bool
) -> dict[str, float]:
    """What a glance at the likeliest of the sentences, and at the title, says for and against."""
    if glance is None:
        return {}
    category = found[0].category
    each = [(max(glance(words)[category] for words in _around(find)), find) for find in found]
    odds = max(one for one, _ in each)
    clear = any(one >= UNIT and not _dimmed(find, language) for one, find in each)
    heading = glance(_whole_words(title))[category] if title else 0.0
    return {
        "seen": min(max(odds, 0), FOR) / UNIT,
        "unseen": min(max(-odds, 0), AGAINST) / UNIT,
        "clear": clear,
        "clear_deep": clear and deep,
        "seen_title": min(max(heading, 0), FOR) / UNIT,
        "unseen_title": min(max(-heading, 0), AGAINST) / UNIT,
    }


def _beside(one: Find, other: Find) -> bool:
    """Does what a rule tells stand in one sentence with another category's? Beside sure news it is part of it."""
    same = one.field == other.field and one.sentence.first <= other.first < one.sentence.last
    return same and one.category != other.category and one.rule.name != SECOND


def _whole_words(text: str) -> Sequence[str]:
    """The words of a text, those that were split made whole."""
    plain = tokens(text)
    return (rejoined(text, plain) or plain).words


def _dimmed(find: Find, language: Language) -> bool:
    """Does the sentence hold words of old or abstract things?"""
    return any(
        language.recency[name].any(find.sentence)
        for name in ("stale", "abstract")
        if name in language.recency
    )


def _around(find: Find) -> Iterator[Sequence[str]]:
    """The find's sentence, and the part of a long one that it stands in."""
    sentence = find.sentence
    yield sentence.view.words[sentence.first : sentence.last]
    if sentence.last - sentence.first > 2 * NEARBY:
        first, last = max(sentence.first, find.first - NEARBY), min(sentence.last, find.last + NEARBY)
        yield sentence.view.words[first:last]


def _plainly(find: Find, language: Language) -> bool:
    """Is something told to have happened, and nothing old or abstract beside it?"""
    said = {name for name, words in language.recency.items() if words.any(find.sentence)}  # none: not told
    return {"act", "toll"} <= said and said.isdisjoint(("stale", "abstract"))


def _recent(find: Find, body: str, published: datetime | None) -> bool:
    """Does the sentence name a day within a few of publication?"""
    if published is None:
        return False
    start, end = find.sentence.span(find.sentence.first, find.sentence.last)
    told = facts.event_date(body[start:end], published)
    return told is not None and abs((published.date() - date.fromisoformat(told)).days) <= RECENT_DAYS


def weigh(
    found: Sequence[Find], title: str, body: str, published: datetime | None, language: Language,
    opinion: Opinion | None = None,
) -> dict[str, float]:  # fmt: skip
    """How likely the finds of each built-in category report fresh news; what is in doubt is read.

    In a digest none is an aside, and a dated report of a rule counts wherever it stands: neither is held back. Nor
    is what a rule finds beside sure news in one sentence, or what a short item says where no glance helps.
    """
    glance = opinion.glance if opinion else None
    told = by_category(found, title, body, published, language, glance)
    trusted = not DIGEST.isdisjoint(tokens(title).words) or (glance is None and len(body) <= LONG)
    confidence = load()[kind(language)]
    chances = {category: confidence.of(values) for category, values in told.items()}
    if opinion and opinion.reads(language.code):
        for name in (name for name, chance in chances.items() if DOUBT[0] < chance < DOUBT[1]):
            chances[name] = confidence.of(told[name] | read(opinion, name, title, body), read=True)
    chances = {
        name: max(HEARD if trusted or _reported(told[name]) else _least(told[name], found), chance)
        for name, chance in chances.items()
    }
    sure = [find for find in found if chances.get(find.category, 0.0) >= SURE]
    beside = {
        find.category
        for find in found
        if find.category in chances
        and any(_beside(find, other) for other in sure)
        and not _dimmed(find, language)
    }
    return {name: max(HEARD if name in beside else 0.0, chance) for name, chance in chances.items()}


def read(opinion: Opinion, category: str, title: str, body: str) -> dict[str, float]:
    """What reading the item's opening says for and against a category."""
    opening = f"{title}. {body}"[:OPENING]
    whole = rejoined(opening, tokens(opening))
    (told,) = opinion.likenesses([" ".join(whole.words) if whole else opening])
    odds = told.get(category, 0.0)
    return {
        "read": min(max(odds, 0), FOR) / UNIT,
        "unread": min(max(-odds, 0), FOR) / UNIT,
    }


def _least(values: Mapping[str, float], found: Sequence[Find]) -> float:
    """A curfew that a sure rule tells in clear words, or with what is done about it, is never silenced."""
    if "curfew" not in values or values.get("sure", 0.0) < SURE_RULE:
        return 0.0
    done = any(find.category == "curfew" and find.status and find.rule.name != SECOND for find in found)
    return HEARD if done or values.get("seen", 0.0) >= CLEAR_CURFEW else 0.0


def _reported(values: Mapping[str, float]) -> bool:
    return "reported" in values and "second" not in values


def by_category(
    found: Sequence[Find], title: str, body: str, published: datetime | None, language: Language,
    glance: Glance | None = None,
) -> dict[str, dict[str, float]]:  # fmt: skip
    """The features of each built-in category that has finds."""
    if not found:
        return {}
    heading = list(sentences(tokens(title), language.vocabulary))
    groups = {name: [find for find in found if find.category == name] for name in CATEGORIES}
    return {
        name: features(group, title, heading, body, published, language, glance)
        for name, group in groups.items()
        if group
    }
