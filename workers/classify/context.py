"""What the words around a find make of it: the reason why it is none, or its status. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from workers import facts
from workers.classify.lexicon import Around, Language, Rule
from workers.classify.match import PatternSet, Sentence
from workers.classify.shifts import shifted

_YEAR = re.compile("(?:19[0-9]|20[0-4])[0-9]م?")
_OF_A_DAY = frozenset(("ليوم", "حصاد", "يوميات", "موجز", "digest", "briefing", "roundup"))
STALE_DAYS = 10  # what happened longer before publication is background
UNDATED_YEAR = 2024  # a text without a date: only older years are surely history
LASTS = frozenset(("curfew",))
CHANGES = frozenset(("extended", "tightened", "eased", "lifted"))


@dataclass(frozen=True, slots=True)
class Find:
    """A rule's words in a sentence, with the verdict: a status, or the reason why they do not count."""

    category: str
    field: str
    sentence: Sentence
    first: int
    last: int
    rule: Rule
    status: str = ""
    reason: str = ""

    @property
    def span(self) -> tuple[int, int]:
        """Offsets in the original field."""
        return self.sentence.span(self.first, self.last)


def finds(
    field: str, found: Sequence[Sentence], language: Language, title: Sequence[Sentence], text: str,
    published: datetime | None,
) -> Iterator[Find]:  # fmt: skip
    """Every find of a field, the best where two of a category overlap, each with its verdict."""
    for sentence in found:
        for first, last, rule in _best(sentence, language):
            find = Find(rule.category, field, sentence, first, last, rule)
            reason = _reason(find, language, title) or _background(find, language, title, text, published)
            status = "" if reason else rule.status or _status(find, language, title)
            if not status and not reason and rule.category not in language.inherits:
                status = rule.default
            yield Find(rule.category, field, sentence, first, last, rule, status, reason)


def unheard(find: Find, language: Language, title: Sequence[Sentence]) -> Find:
    """A find without words of a rule, with what the whole sentence says about it; some guards are for such alone."""
    whole = [
        replace(guard, where="sentence") if guard.where == "unheard" else guard
        for guard in language.guards
        if guard.where in ("sentence", "item", "title", "unheard")
    ]
    reason = _reason(find, replace(language, guards=tuple(whole)), title)
    status = "" if reason else _status(find, language, title)
    if not status and not reason and find.category not in language.inherits:
        status = find.rule.default
    return replace(find, reason=reason, status=status)


def _best(sentence: Sentence, language: Language) -> list[tuple[int, int, Rule]]:
    matches = []
    for first, last, owner in language.triggers.search(sentence):
        rule = language.rules[owner]
        if not all(needed.any(sentence) for needed in rule.within):
            continue
        if rule.without and rule.without.any(sentence):
            continue
        matches.append((first, last, rule))
    matches.sort(key=lambda one: (-one[2].confidence, one[0] - one[1], one[0]))
    kept: list[tuple[int, int, Rule]] = []
    for one in matches:
        if all(
            one[2].category != other[2].category or one[1] <= other[0] or one[0] >= other[1] for other in kept
        ):
            kept.append(one)
    return kept


def _reason(find: Find, language: Language, title: Sequence[Sentence]) -> str:
    for guard in language.guards:
        if (not guard.categories or find.category in guard.categories) and _speaks(guard, find, title):
            if (
                guard.says == "history"
                and language.since.any(find.sentence)
                and _running(find, language, title)
            ):
                continue
            return guard.says
    return ""


def _status(find: Find, language: Language, title: Sequence[Sentence]) -> str:
    sentence = find.sentence
    if find.category in LASTS and (change := shifted(sentence.view.words[sentence.first : sentence.last])):
        return change
    for status in language.statuses.get(find.category, ()):
        if _speaks(status, find, title):
            return status.says
    return ""


def _speaks(around: Around, find: Find, title: Sequence[Sentence]) -> bool:
    sentence = find.sentence
    if around.where in ("title", "item") and any(around.patterns.any(one) for one in title):
        return True
    if around.where == "title":
        return False
    for first, last, _ in around.patterns.search(sentence):
        if _reaches(around, first, last, find):
            return not (around.unless and around.unless.any(sentence))
    return False


def _reaches(around: Around, first: int, last: int, find: Find) -> bool:
    if around.where in ("sentence", "item"):
        return True
    overlap = first < find.last and last > find.first
    if around.where == "over" or overlap:
        return overlap and around.where in ("over", "near")
    after = first >= find.last
    if around.where != "near" and around.where != ("after" if after else "before"):
        return False
    start, end = (find.last, first) if after else (last, find.first)
    if end - start > around.distance:
        return False
    if not around.crossing and any(find.sentence.view.breaks[start : end + 1]):
        return False
    return not (around.stop and _stopped(around.stop, find.sentence, start, end))


def _stopped(stop: PatternSet, sentence: Sentence, start: int, end: int) -> bool:
    return any(start <= first < end for first, _, _ in stop.search(sentence))


def _background(
    find: Find, language: Language, title: Sequence[Sentence], text: str, published: datetime | None
) -> str:
    """History by the year or the date that the sentence or the title names."""
    sentence = find.sentence
    current = published.year - (published.month <= 2) if published else _own_year(title)
    if _old_year(sentence, language, current) or any(
        _old_year(one, language, current) for one in title if one.first == 0 and one.view is not sentence.view
    ):
        return "history"
    if published is None or language.fresh.any(sentence) or _running(find, language, title):
        return ""
    start, end = sentence.span(sentence.first, sentence.last)
    told = facts.event_date(text[start:end], published)
    age = (published.date() - date.fromisoformat(told)).days if told else 0
    return "history" if age > STALE_DAYS else ""


def _running(find: Find, language: Language, title: Sequence[Sentence]) -> bool:
    """Is it the change of something that lasts, whose beginning may lie back? (a curfew of three weeks is lifted)"""
    return find.category in LASTS and _status(find, language, title) in CHANGES


def _own_year(title: Sequence[Sentence]) -> int:
    """The year of a text without a date: its title's, if that names the day the text is of (حصاد ليوم … 2023)."""
    years = [
        int(one.view.words[index][:4])
        for one in title
        if one.first == 0 and not _OF_A_DAY.isdisjoint(one.view.words[one.first : one.last])
        for index in range(one.first, one.last)
        if _YEAR.fullmatch(one.view.words[index])
    ]
    return max(years, default=UNDATED_YEAR)


def _old_year(sentence: Sentence, language: Language, current: int) -> bool:
    words = sentence.view.words
    years = [index for index in range(sentence.first, sentence.last) if _YEAR.fullmatch(words[index])]
    if not years or max(int(words[index][:4]) for index in years) >= current or language.fresh.any(sentence):
        return False
    named = [last for _, last, _ in language.lasting.search(sentence)]  # the treaty of 1974
    return any(not any(0 <= index - last <= 3 for last in named) for index in years)
