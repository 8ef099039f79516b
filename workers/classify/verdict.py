"""What a text says: finds, weighs and groups them, one mention a happening. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.models import Evidence, Json, Mention, Reading, Suppressed
from workers import facts
from workers.classify import recency
from workers.classify.actors import actor
from workers.classify.context import Find, finds
from workers.classify.doubt import RULE, second_opinion
from workers.classify.language import languages
from workers.classify.lexicon import Language, Lexicons
from workers.classify.match import Sentence, sentences
from workers.classify.normalise import rejoined, tokens
from workers.classify.opinion import Opinion
from workers.classify.where import Places, distinct, hits_near, places_of, specific, unknown_place
from workers.places import PlaceHit

MIN_CONFIDENCE = 0.5
MODEST = 0.9  # a second opinion alone is no surer
MOST_EVIDENCE = 12  # of a mention; the first say enough
OPENING_WORDS = 70  # of the body that may make a status clear
LEAD = 500  # characters of the body in which a find is what the item is about
SEVERITY = tuple(
    "imposed tightened extended forced flight ordered clashes planned threatened eased return lifted ceased".split()
)
COMMONEST = {"curfew": "imposed", "displacement": "flight"}
ENDS = frozenset(("eased", "lifted", "return", "ceased"))
OVERRULES = 0.7  # share of a status from which it stands before the commonest that a rule tells
LEAD_SENTENCES = 2  # … and that tell with the title what the item is about
SURE = 0.8  # a rule's confidence at which it is believed anywhere
PASSING_COST = 0.05
EXPLAINS = frozenset(
    ("fiction", "history", "negated", "denied", "hypothetical", "figurative", "statistics", "drill", "sport")
)
ISOLATED = 1  # so many finds in an item that is about something else
# So common as background that passing news must say when, in items of more characters than these.
DATED = {"displacement": 0, "clashes": 1_400}


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


def language(document: Document) -> str:
    """The document's language by what it says, else by its script and words."""
    return languages(f"{document.title}\n{document.body}", document.lang)[0]


def read(document: Document, lexicons: Lexicons, gazetteer: Places | None) -> Reading:
    """Mentions, and what looked like one with the reason why it is none."""
    found = languages(f"{document.title}\n{document.body}", document.lang)
    main = document.lang[:2].lower() if document.lang and document.lang[:2].lower() in found else found[0]
    known = [one for code in found if (one := lexicons.get(code))]
    if not known and (english := lexicons.get("en")):
        known = [english]
    told: list[Find] = []
    chances: dict[str, float] = {}
    for one in known:
        weighed, chance = _weighed(document, told_in(document, one, lexicons.opinion), one, lexicons.opinion)
        told += weighed
        chances |= {name: max(value, chances.get(name, 0)) for name, value in chance.items()}
    kept = [find for find in told if not find.reason]
    mentions = [
        replace(one, confidence=min(_surest(one), chances.get(one.category, one.confidence)))
        for one in _mentions(document, kept, gazetteer, lexicons.opinion, main)
    ]
    asserted = {mention.category for mention in mentions}
    suppressed = [
        Suppressed(
            find.category, find.reason, (_evidence(document, find),), "denied" * (find.reason == "denied")
        )
        for find in told
        if find.reason and not (find.reason == "denied" and find.category in asserted)
    ]
    return Reading(main, tuple(mentions), tuple(suppressed))


def _surest(mention: Mention) -> float:
    """How sure a mention may be at most: less where no rule speaks for it."""
    return MODEST if all(one.rule == RULE for one in mention.evidence) else 0.99


def weights(document: Document, lexicons: Lexicons) -> dict[str, dict[str, float]]:
    """For people who ask why: what each thing adds to the log odds that a category is this item's news."""
    found: dict[str, dict[str, float]] = {}
    for code in languages(f"{document.title}\n{document.body}", document.lang):
        if (one := lexicons.get(code)) is None:
            continue
        kept = [find for find in told_in(document, one, lexicons.opinion) if not find.reason]
        glance = lexicons.opinion.glance if lexicons.opinion else None
        told = recency.by_category(kept, document.title, document.body, document.published, one, glance)
        confidence = recency.load()[recency.kind(one)]
        found |= {name: confidence.shares(values) for name, values in told.items()}
    return found


# ---------------------------------------------------------------- finds


def told_in(document: Document, language: Language, opinion: Opinion | None) -> list[Find]:
    """Every find of a language in title and body, before they are weighed. What the title denies, the body only repeats."""
    title, body = _views(document.title, language), _views(document.body, language)
    heading = title[0]
    told = _finds("title", title, heading, document, language)
    denied = {find.category for find in told if find.reason == "denied"}
    denied -= {find.category for find in told if not find.reason}
    for find in _finds("body", body, [*heading, *body[0][:LEAD_SENTENCES]], document, language):
        repeats = find.category in denied and not find.reason and not find.status
        told.append(replace(find, reason="denied", status="") if repeats else find)
    told = [_as_the_body_says(find, told) for find in told]
    sure = {
        find.category
        for find in told
        if not find.reason and (find.rule.confidence >= SURE or not _deep(find))
    }
    believed = [find for find in told if not find.reason]
    about = any(not _deep(find) for find in believed) or len(believed) > ISOLATED
    told = [_believed(find, sure, about, document, language) for find in told]
    if opinion is None:
        return told
    texts = {"title": document.title, "body": document.body}
    asked = [one for one in body[0] if one.span(one.first, one.last)[0] <= LEAD or language.fresh.any(one)]
    return [*told, *second_opinion(texts, {"title": title[0], "body": asked}, told, language, opinion)]


def _weighed(
    document: Document, told: list[Find], language: Language, opinion: Opinion | None
) -> tuple[list[Find], dict[str, float]]:
    """The finds, those of a category that is no news here held back; and how likely each category is news."""
    kept = [find for find in told if not find.reason]
    chances = recency.weigh(kept, document.title, document.body, document.published, language, opinion)
    held = {
        name: "weak" if chance >= recency.DOUBT[0] else "background"
        for name, chance in chances.items()
        if chance < MIN_CONFIDENCE
    }
    weighed = [
        replace(find, reason=held[find.category], status="")
        if not find.reason and find.category in held
        else find
        for find in told
    ]
    return weighed, chances


def _as_the_body_says(find: Find, told: list[Find]) -> Find:
    """A bare title that the body explains: the film called Curfew, the siege of ten years ago."""
    if find.field != "title" or find.reason:
        return find
    body = [one for one in told if one.field == "body" and one.category == find.category]
    if not body or any(not one.reason for one in body) or body[0].reason not in EXPLAINS:
        return find
    return replace(find, reason=body[0].reason, status="")


def _believed(find: Find, sure: set[str], about: bool, document: Document, language: Language) -> Find:
    """The find, or held back with a reason: an arguable reading, or no word of when, far down in other news."""
    if find.reason:
        return find
    if _weak(find, sure):
        return replace(find, reason="weak", status="")
    longest = DATED.get(find.category, len(document.body))
    if about or not _deep(find) or len(document.body) <= longest or _is_current(find, document, language):
        return find
    return replace(find, reason="undated", status="")


def _is_current(find: Find, document: Document, language: Language) -> bool:
    """Does the sentence say that it tells of these days?"""
    if language.fresh.any(find.sentence):
        return True
    start, end = find.sentence.span(find.sentence.first, find.sentence.last)
    return facts.event_date(document.body[start:end], document.published) is not None


def _deep(find: Find) -> bool:
    """Does a find stand where the item no longer tells its own news?"""
    return find.field == "body" and find.span[0] > LEAD


def _weak(find: Find, sure: set[str]) -> bool:
    """An arguable reading far down in an item that says nothing else of it is not believed."""
    return find.rule.confidence < MIN_CONFIDENCE or (
        _deep(find) and find.rule.confidence < SURE and find.category not in sure
    )


def _views(text: str, language: Language) -> list[list[Sentence]]:
    """The sentences of the plain view, and those that hold a word split in the original, made whole."""
    plain = tokens(text)
    views = [list(sentences(plain, language.vocabulary))]
    if (whole := rejoined(text, plain)) is not None:
        own = (one for one in sentences(whole, language.vocabulary))
        views.append([one for one in own if any(one.first <= index < one.last for index in whole.joined)])
    return views


def _finds(
    field: str, views: list[list[Sentence]], heading: list[Sentence], document: Document, language: Language
) -> list[Find]:
    text = document.title if field == "title" else document.body
    plain, *rejoined_views = (
        list(finds(field, view, language, heading, text, document.published)) for view in views
    )
    result = list(plain)
    for find in (find for found in rejoined_views for find in found):
        start, end = find.span
        same = (one.span for one in plain if one.category == find.category)
        if not any(first < end and start < last for first, last in same):
            result.append(find)
    return sorted(result, key=lambda find: find.span)


def _evidence(document: Document, find: Find) -> Evidence:
    """The clause around the words."""
    sentence, breaks = find.sentence, find.sentence.view.breaks
    first, last = find.first, find.last
    while first > sentence.first and not breaks[first]:
        first -= 1
    while last < sentence.last and not breaks[last]:
        last += 1
    start, end = sentence.span(first, last)
    text = document.title if find.field == "title" else document.body
    return Evidence(find.field, start, end, text[start:end], find.rule.name)


# ---------------------------------------------------------------- mentions


def _mentions(
    document: Document, found: list[Find], gazetteer: Places | None, opinion: Opinion | None, lang: str
) -> list[Mention]:
    """One mention a category, status and place; more finds of the same are more evidence."""
    if not found:
        return []
    hits = {
        name: hits_near(text, [find for find in found if find.field == name], document.country, gazetteer)
        for name, text in (("title", document.title), ("body", document.body))
    }
    mentions: list[Mention] = []
    # Body first: its sentences say where; a title's find then joins what the body tells.
    for find in sorted(found, key=lambda one: (one.field != "body", one.span)):
        made = _mention(document, find, hits)
        for number, other in enumerate(mentions):
            if _same_happening(other, made):
                mentions[number] = _merged(other, made)
                break
        else:
            mentions.append(made)
    defaults = {find.category: find.rule.default for find in found}
    alone = [one for one in mentions if [other.category for other in mentions].count(one.category) == 1]
    clear = {one.category: _clear_status(document, one, opinion, lang) for one in alone}
    mentions = [
        replace(one, status=clear.get(one.category) or one.status or defaults[one.category])
        for one in mentions
    ]
    return sorted(mentions, key=lambda one: SEVERITY.index(one.status) if one.status in SEVERITY else 99)


def _clear_status(document: Document, mention: Mention, opinion: Opinion | None, lang: str) -> str:
    """The status of an item's only mention of its category, as far as the opening makes it clear.

    What rules tell stands, except the commonest status, which they tell of too much; and never is that made an end:
    an end told wrongly would silence what goes on.
    """
    if opinion is None or mention.status not in ("", COMMONEST.get(mention.category)):
        return ""
    words = [*tokens(document.title).words, *tokens(document.body).words[:OPENING_WORDS]]
    text = f"{document.title}. {' '.join(document.body.split()[:OPENING_WORDS])}"
    if not mention.status:
        return opinion.status(mention.category, words, text, lang)
    found = opinion.status(mention.category, words, text, lang, told=mention.status, least=OVERRULES)
    return "" if found in ENDS else found


def _mention(document: Document, find: Find, hits: dict[str, list[PlaceHit]]) -> Mention:
    text = document.title if find.field == "title" else document.body
    sentence = find.sentence
    start, end = sentence.span(sentence.first, sentence.last)
    said = text[start:end]
    aside = find.field == "body" and find.span[0] > LEAD
    return Mention(
        category=find.category,
        status=find.status,
        confidence=find.rule.confidence - PASSING_COST * aside,
        evidence=(_evidence(document, find),),
        role="passing" if aside else "main",
        places=places_of(find, text, (start, end), hits, aside=aside)
        or unknown_place(document.title, said, document.body),
        people=facts.people(said) if find.category == "displacement" else None,
        hours=facts.hours(said) if find.category == "curfew" else None,
        event_time=facts.event_date(said, document.published),
        actor=actor(said, find.category),
    )


def _same_happening(one: Mention, other: Mention) -> bool:
    if one.category != other.category:
        return False
    left, right = ({place.code or place.name for place in mention.places} for mention in (one, other))
    around = {code for mention in (one, other) for place in mention.places for code in place.within}
    near = not left or not right or bool(left & right) or bool((left | right) & around)
    if one.status == other.status or "return" not in (one.status, other.status):
        return near
    bare = one if not one.status else other
    return near and not bare.status and _in_title(bare)  # a return never hides a new flight


def _merged(one: Mention, other: Mention) -> Mention:
    """The body is told in the order of its weight: what is said first stands, the rest is more evidence."""
    first, second = (other, one) if _in_title(other) and other.status else (one, other)
    best = max(one.confidence, other.confidence)
    return replace(
        one,
        status=first.status or second.status,
        confidence=min(0.99, best + (1 - best) * 0.3),
        evidence=(*one.evidence, *other.evidence)[:MOST_EVIDENCE],
        role="main" if "main" in (one.role, other.role) else "passing",
        places=tuple(specific(distinct((*one.places, *other.places)))),
        people=one.people or other.people,
        hours=one.hours or other.hours,
        event_time=one.event_time or other.event_time,
        actor=one.actor or other.actor,
    )


def _in_title(mention: Mention) -> bool:
    return all(one.field == "title" for one in mention.evidence)


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
