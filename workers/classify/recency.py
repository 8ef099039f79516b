"""Is it this item's news? What position, time words and manner of telling say of a category's finds. Pure.

The weights are `workers/data/confidence.json`, which `benchmarks/train_confidence.py` makes; the words are the
`recency` part of a lexicon, and a language without one is left alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources

from workers import facts
from workers.classify.context import Find
from workers.classify.lexicon import Language
from workers.classify.match import Sentence, sentences
from workers.classify.normalise import tokens

LEAD, EARLY = 150, 500  # characters of the body: its first sentence, and its own news
LONG = 1000  # characters of a body that may tell of more than its own news
HEARD = 0.5  # the least confidence that alerts at once
RECENT_DAYS = 3
CATEGORIES = ("curfew", "displacement", "clashes")
SECOND = "second-opinion"
DIGEST = frozenset(("موجز", "حصاد", "يوميات", "نشره", "digest", "briefing", "roundup"))  # folded


@dataclass(frozen=True, slots=True)
class Confidence:
    """How likely finds report fresh news, from weights by feature name."""

    weights: Mapping[str, float]
    level: float  # below it a find is background

    def of(self, features: Mapping[str, float]) -> float:
        """0 to 1."""
        score = sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-score))


@cache
def load() -> Confidence:
    """The packaged weights."""
    data = json.loads(resources.files("workers").joinpath("data", "confidence.json").read_text("utf-8"))
    return Confidence(data["weights"], data["level"])


def features(
    found: Sequence[Find], title_text: str, title: Sequence[Sentence], body: str, published: datetime | None,
    language: Language,
) -> dict[str, float]:  # fmt: skip
    """What speaks for or against the finds of one category, by name, 0 to about 1 each."""
    category = found[0].category
    in_body = [find for find in found if find.field == "body"]
    first = min((find.span[0] for find in in_body), default=0)
    in_title = len(in_body) < len(found)
    deep = not in_title and first > EARLY

    def any_says(name: str) -> bool:
        return any(language.recency[name].any(find.sentence) for find in found)

    def all_say(name: str) -> bool:
        return all(language.recency[name].any(find.sentence) for find in found)

    def title_says(name: str) -> bool:
        return any(language.recency[name].any(sentence) for sentence in title)

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
        "counted": min(sum(map(language.recency["act"].any, (one.sentence for one in found))), 4) / 4,
        "second_long": len(body) > LONG and all(find.rule.name == SECOND for find in found),
        "stale": all_say("stale"),
        "abstract": all_say("abstract"),
        "war_title": title_says("war"),
        "war_title_deep": deep and title_says("war"),
        "talk_title": title_says("talk"),
        "play": title_says("play") or all_say("play"),
        "long": max(0.0, math.log2(max(len(body), 1) / 1000)) / 3,
    }
    return {name: float(value) for name, value in told.items() if value}


def _plainly(find: Find, language: Language) -> bool:
    """Is something told to have happened, and nothing old or abstract beside it?"""
    said = {name for name, words in language.recency.items() if words.any(find.sentence)}
    return {"act", "toll"} <= said and said.isdisjoint(("stale", "abstract"))


def _recent(find: Find, body: str, published: datetime | None) -> bool:
    """Does the sentence name a day within a few of publication?"""
    if published is None:
        return False
    start, end = find.sentence.span(find.sentence.first, find.sentence.last)
    told = facts.event_date(body[start:end], published)
    return told is not None and abs((published.date() - date.fromisoformat(told)).days) <= RECENT_DAYS


def weigh(
    found: Sequence[Find], title: str, body: str, published: datetime | None, language: Language
) -> dict[str, float]:
    """How likely the finds of each built-in category report fresh news; empty for a language without the words.

    A short item is nearly always about what it names, and a dated report counts wherever it stands: neither is
    doubted as far as to be held back.
    """
    told = by_category(found, title, body, published, language)
    if not DIGEST.isdisjoint(tokens(title).words):  # of many happenings: none is an aside
        return {category: max(HEARD, load().of(values)) for category, values in told.items()}
    return {category: max(_least(values, body), load().of(values)) for category, values in told.items()}


def _least(values: Mapping[str, float], body: str) -> float:
    """The confidence below which finds are not taken: a dated report of what happened counts wherever it stands."""
    reported = "reported" in values and "second" not in values
    return HEARD if len(body) <= LONG or reported else 0.0


def by_category(
    found: Sequence[Find], title: str, body: str, published: datetime | None, language: Language
) -> dict[str, dict[str, float]]:
    """The features of each built-in category that has finds."""
    if not language.recency or not found:
        return {}
    heading = list(sentences(tokens(title), language.vocabulary))
    groups = {name: [find for find in found if find.category == name] for name in CATEGORIES}
    return {
        name: features(group, title, heading, body, published, language)
        for name, group in groups.items()
        if group
    }
