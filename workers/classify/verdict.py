"""What a text says: finds triggers, weighs each in its clause, and tells happenings apart. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from monitor.models import Evidence, Json, Mention, Place, Reading, Suppressed
from workers import facts
from workers.classify.lexicon import CategoryRules, Lexicons, Rule
from workers.classify.normalise import views
from workers.places import PlaceHit

MIN_CONFIDENCE = 0.5
SENTENCE_END = re.compile(r"(?<!\d)[.](?=\s|$|[^\w.])|[!?؟\n]+|\.(?=\s)")
CLAUSE_END = re.compile(r"[،؛,;:]|\s(?:لكن|ولكن|بينما|فيما|إلا أن|في حين|but|while|however)\s")
SEVERITY = tuple(
    "imposed tightened extended ordered forced flight clashes planned threatened eased return lifted ceased".split()
)
ARABIC = re.compile("[\u0600-\u06ff]")


class Places(Protocol):
    """What the classifier asks of a gazetteer."""

    def find(self, text: str, *, country: str = "") -> list[PlaceHit]: ...


@dataclass(frozen=True, slots=True)
class Document:
    """A text to be read. `published` is aware; `lang` and `country` may be empty."""

    id: str
    title: str
    body: str
    lang: str = ""
    published: datetime | None = None
    url: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class _Find:
    """One trigger with its verdict: a status, or the reason why it does not count."""

    category: str
    field: str
    start: int
    end: int
    sentence: tuple[int, int]
    clause: tuple[int, int]
    rule: str
    status: str
    confidence: float
    reason: str = ""


def language(document: Document) -> str:
    """The document's language by what it says, else by its script."""
    if document.lang:
        return document.lang[:2].lower()
    text = document.title + document.body[:2000]
    return "ar" if len(ARABIC.findall(text)) * 3 > len(text) else "en"


def read(document: Document, lexicons: Lexicons, gazetteer: Places | None) -> Reading:
    """Mentions, and what looked like one with the reason why it is none."""
    lang = language(document)
    finds: list[_Find] = []
    for name, text in (("title", document.title), ("body", document.body)):
        script = "ar" if len(ARABIC.findall(text)) * 3 > len(text) else lang
        rules = lexicons.rules.get(script) or lexicons.rules.get("en", {})
        finds += _finds(name, text, rules)
    kept = [find for find in finds if not find.reason]
    held = [find for find in finds if find.reason]
    mentions = _mentions(document, kept, gazetteer)
    told = {(mention.category, mention.status) for mention in mentions}
    suppressed = [
        Suppressed(
            one.category, one.reason, (_evidence(document, one),), "denied" if one.reason == "denied" else ""
        )
        for one in held
        if not (one.reason == "denied" and any(category == one.category for category, _ in told))
    ]
    return Reading(lang, tuple(mentions), tuple(suppressed))


def _finds(field: str, text: str, rules: dict[str, CategoryRules]) -> list[_Find]:
    found: dict[tuple[str, int], _Find] = {}
    sentences = list(_pieces(text, SENTENCE_END))
    for view in views(text):
        for category, rule_set in rules.items():
            for rule in rule_set.triggers:
                for match in rule.pattern.finditer(view.text):
                    start, end = view.span(match.start(), match.end())
                    start, end = _trimmed(text, start, end)
                    sentence = next((one for one in sentences if one[0] <= start < one[1]), (start, end))
                    key = (category, start)
                    if key not in found and not any(
                        other.category == category and other.start < end and start < other.end
                        for other in found.values()
                    ):
                        found[key] = _weigh(field, text, category, rule_set, rule, (start, end), sentence)
    return sorted(found.values(), key=lambda find: find.start)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _pieces(text: str, border: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for match in border.finditer(text):
        yield start, match.end()
        start = match.end()
    yield start, len(text)


def _weigh(
    field: str, text: str, category: str, rules: CategoryRules, rule: Rule,
    span: tuple[int, int], sentence: tuple[int, int],
) -> _Find:  # fmt: skip
    whole = text[sentence[0] : sentence[1]]
    offset = sentence[0]
    clause = next(
        (
            (start + offset, end + offset)
            for start, end in _pieces(whole, CLAUSE_END)
            if start + offset <= span[0] < end + offset
        ),
        sentence,
    )
    scopes = {
        "sentence": _folded(text, sentence),
        "clause": _folded(text, clause),
        "around": _folded(text, (max(sentence[0], span[0] - 40), min(sentence[1], span[1] + 40))),
        "match": _folded(text, span),
    }
    for guard in rules.guards:
        if guard.pattern.search(scopes[guard.scope]):
            return _Find(category, field, *span, sentence, clause, rule.name, "", rule.confidence, guard.name)
    status = rule.status or next(
        (one.status for one in rules.statuses if one.pattern.search(scopes[one.scope])), rules.default
    )
    if rule.confidence < MIN_CONFIDENCE:
        return _Find(category, field, *span, sentence, clause, rule.name, status, rule.confidence, "weak")
    return _Find(category, field, *span, sentence, clause, rule.name, status, rule.confidence)


def _folded(text: str, span: tuple[int, int]) -> str:
    return views(text[span[0] : span[1]])[-1].text


def _evidence(document: Document, find: _Find) -> Evidence:
    text = document.title if find.field == "title" else document.body
    start, end = _trimmed(
        text, min(find.clause[0], find.start), min(len(text), max(find.clause[1], find.end))
    )
    return Evidence(find.field, start, end, text[start:end], find.rule)


def _mentions(document: Document, finds: list[_Find], gazetteer: Places | None) -> list[Mention]:
    """One mention a category, status group and place; more finds of the same are more evidence."""
    hits = {
        name: gazetteer.find(text, country=document.country) if gazetteer else []
        for name, text in (("title", document.title), ("body", document.body))
    }
    mentions: list[Mention] = []
    # Body first: its sentences say where; a title's find then joins what the body tells.
    for find in sorted(finds, key=lambda one: (one.field != "body", one.start)):
        made = _mention(document, find, hits)
        for number, other in enumerate(mentions):
            if _same_happening(other, made):
                mentions[number] = _merged(other, made)
                break
        else:
            mentions.append(made)
    return sorted(mentions, key=lambda one: SEVERITY.index(one.status) if one.status in SEVERITY else 99)


def _mention(document: Document, find: _Find, hits: dict[str, list[PlaceHit]]) -> Mention:
    text = document.title if find.field == "title" else document.body
    sentence = text[find.sentence[0] : find.sentence[1]]
    return Mention(
        category=find.category,
        status=find.status,
        confidence=find.confidence,
        evidence=(_evidence(document, find),),
        role="main" if find.field == "title" or find.start < 400 else "passing",
        places=_places(find, hits),
        people=facts.people(sentence) if find.category == "displacement" else None,
        hours=facts.hours(sentence) if find.category == "curfew" else None,
        event_time=facts.event_date(sentence, document.published),
    )


def _places(find: _Find, hits: dict[str, list[PlaceHit]]) -> tuple[Place, ...]:
    """Of the sentence; else the nearest before it; else of the title; else the first of all."""
    own = hits[find.field]
    inside = [hit.place for hit in own if find.sentence[0] <= hit.start < find.sentence[1]]
    if not inside:
        before = [hit.place for hit in own if hit.start < find.sentence[0]]
        inside = before[-1:] or [hit.place for hit in hits["title"]][:1] or [hit.place for hit in own][:1]
    unique = list({place.code or place.name: place for place in inside}.values())
    return tuple(_specific(unique))


def _specific(places: list[Place]) -> list[Place]:
    """Without the areas that another place of the list lies in."""
    outer = {code for place in places for code in place.within}
    return [place for place in places if place.code not in outer] or places


def _same_happening(one: Mention, other: Mention) -> bool:
    if one.category != other.category:
        return False
    left, right = ({place.code or place.name for place in mention.places} for mention in (one, other))
    around = {code for mention in (one, other) for place in mention.places for code in place.within}
    near = not left or not right or bool(left & right) or bool((left | right) & around)
    return near and (one.status == other.status or bool(left & right) or not (left and right))


def _merged(one: Mention, other: Mention) -> Mention:
    graver = min((one, other), key=lambda m: SEVERITY.index(m.status) if m.status in SEVERITY else 99)
    return replace(
        one,
        status=graver.status,
        confidence=max(one.confidence, other.confidence),
        evidence=(*one.evidence, *other.evidence),
        role="main" if "main" in (one.role, other.role) else "passing",
        places=one.places or other.places,
        people=one.people or other.people,
        hours=one.hours or other.hours,
        event_time=one.event_time or other.event_time,
    )


def to_json(document: Document, reading: Reading) -> Json:
    """One line of `rasid classify`."""
    categories: dict[str, Json] = {}
    for mention in reading.mentions:  # gravest first
        found = mention.to_dict()
        categories.setdefault(
            mention.category, {key: found[key] for key in ("status", "confidence", "evidence")}
        )
    return {
        "id": document.id,
        "lang": reading.lang,
        "categories": categories,
        "mentions": [mention.to_dict() for mention in reading.mentions],
        "suppressed": [one.to_dict() for one in reading.suppressed],
        "places": [place.to_dict() for place in reading.places()],
    }
