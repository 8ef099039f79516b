"""The words of each language, from `workers/lexicons/*.yaml`, compiled once. The only PyYAML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml

from monitor.errors import RasidError
from workers.classify.match import Grammar, Pattern, PatternSet, Vocabulary, literal, parse
from workers.classify.opinion import Opinion
from workers.classify.opinion import load as load_opinion

LANGUAGES = ("ar", "en", "fr", "tr", "kmr", "ckb")
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class CategoryTerms:
    """Terms of a category that an admin set: language -> terms, and what speaks against them."""

    terms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    exclude: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a match of a category's patterns means; `status` empty if the words around decide."""

    category: str
    name: str
    status: str
    confidence: float
    default: str = "reported"  # the status where nothing says another
    within: tuple[PatternSet, ...] = ()  # the sentence must hold one of each
    without: PatternSet | None = None  # … and none of these


@dataclass(frozen=True, slots=True)
class Around:
    """Words near a find that say something about it: a reason why it is none, or its status."""

    says: str
    where: str  # over | before | after | near | sentence | title | item
    distance: int
    crossing: bool  # over commas
    patterns: PatternSet
    stop: PatternSet | None = None  # between the words and the find: they do not reach it
    unless: PatternSet | None = None  # anywhere in the sentence: they do not count
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Language:
    """The compiled lexicon of one language."""

    code: str
    vocabulary: Vocabulary
    rules: tuple[Rule, ...]
    triggers: PatternSet  # owners are indexes into rules
    guards: tuple[Around, ...]
    statuses: Mapping[str, tuple[Around, ...]]
    inherits: frozenset[str]  # categories whose bare finds take the status told elsewhere
    fresh: PatternSet
    lasting: PatternSet
    since: PatternSet  # from when on: what changes now may have begun long ago
    recency: Mapping[str, PatternSet] = field(default_factory=dict)  # words that tell news from background


class Lexicons:
    """Languages by code, each compiled when it is first asked for: most texts need one."""

    def __init__(
        self, langs: Sequence[str], extra: Mapping[str, CategoryTerms], opinion: Opinion | None = None
    ) -> None:
        self.opinion = opinion
        self._langs = frozenset(langs)
        self._extra = extra
        self._languages: dict[str, Language | None] = {}

    def get(self, code: str) -> Language | None:
        """The lexicon of a language, None if there is none."""
        if code not in self._languages:
            known = code in self._langs and _file(code).is_file()
            language = _packaged(code) if known else None
            self._languages[code] = _extended(language, self._extra) if language and self._extra else language
        return self._languages[code]


def load(
    langs: Sequence[str] = LANGUAGES,
    extra: Mapping[str, CategoryTerms] | None = None,
    *,
    opinion: Opinion | bool = True,
) -> Lexicons:
    """The packaged lexicons with an admin's own terms, and the second opinion: the packaged one, another or none."""
    if isinstance(opinion, bool):
        return Lexicons(langs, extra or {}, load_opinion() if opinion else None)
    return Lexicons(langs, extra or {}, opinion)


def _file(lang: str) -> Any:
    return resources.files("workers").joinpath("lexicons", f"{lang}.yaml")


@cache
def _packaged(lang: str) -> Language:
    data: dict[str, Any] = yaml.load(_file(lang).read_text("utf-8"), Loader=Loader)  # noqa: S506 - a safe loader
    return compiled(lang, data)


def compiled(lang: str, data: Mapping[str, Any]) -> Language:
    """A language from its data. Raises RasidError naming what is wrong."""
    vocabulary = Vocabulary(_grammar(data.get("grammar", {})), data.get("sets", {}))
    rules: list[Rule] = []
    triggers: list[tuple[Pattern, int]] = []
    guards: list[Around] = []
    for category, one in data["categories"].items():
        for rule in one.get("rules", ()):
            triggers += [(pattern, len(rules)) for pattern in _parsed(rule["any"], vocabulary)]
            rules.append(_rule(category, one["default"], rule, vocabulary))
        guards += [_around(guard, "reason", vocabulary, (category,)) for guard in one.get("guards", ())]
    guards += [_around(guard, "reason", vocabulary) for guard in data.get("guards", ())]
    return Language(
        code=lang,
        vocabulary=vocabulary,
        rules=tuple(rules),
        triggers=PatternSet(triggers),
        guards=tuple(guards),
        statuses={
            category: tuple(_around(status, "status", vocabulary) for status in one.get("statuses", ()))
            for category, one in data["categories"].items()
        },
        inherits=frozenset(category for category, one in data["categories"].items() if one.get("inherits")),
        fresh=_set(data.get("fresh", ()), vocabulary),
        lasting=_set(data.get("lasting", ()), vocabulary),
        since=_set(data.get("since", ()), vocabulary),
        recency={name: _set(patterns, vocabulary) for name, patterns in data.get("recency", {}).items()},
    )


def _grammar(data: Mapping[str, Any]) -> Grammar:
    def words(table: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        return {kind: tuple(text.split()) for kind, text in table.items()}

    return Grammar(
        before=words(data.get("before", {})),
        after=words(data.get("after", {})),
        conjunctions="".join(str(data.get("conjunctions", "")).split()),
        verbs=words(data.get("verbs", {})),
    )


def _rule(category: str, default: str, data: Mapping[str, Any], vocabulary: Vocabulary) -> Rule:
    return Rule(
        category=category,
        name=data["rule"],
        status=data.get("status", ""),
        confidence=float(data.get("confidence", 0.9)),
        default=default,
        within=tuple(_set(data[key], vocabulary) for key in ("with", "also") if key in data),
        without=_set(data["without"], vocabulary) if "without" in data else None,
    )


def _around(
    data: Mapping[str, Any], key: str, vocabulary: Vocabulary, categories: Iterable[str] = ()
) -> Around:
    where, _, reach = str(data.get("where", "sentence")).partition(" ")
    return Around(
        says=data[key],
        where=where,
        distance=int(reach.removeprefix(">") or 0),
        crossing=reach.startswith(">"),
        patterns=_set(data["any"], vocabulary),
        stop=_set(data["stop"], vocabulary) if "stop" in data else None,
        unless=_set(data["unless"], vocabulary) if "unless" in data else None,
        categories=frozenset(data.get("categories", categories)),
    )


def _set(patterns: Any, vocabulary: Vocabulary) -> PatternSet:
    return PatternSet((pattern, 0) for pattern in _parsed(patterns, vocabulary))


def _parsed(patterns: Any, vocabulary: Vocabulary) -> Iterator[Pattern]:
    """Patterns from a text, one a line, or from a list of such texts."""
    if not isinstance(patterns, str):
        for one in patterns:
            yield from _parsed(one, vocabulary)
        return
    for text in filter(None, map(str.strip, patterns.splitlines())):
        try:
            yield parse(text, vocabulary)
        except (ValueError, KeyError) as error:
            raise RasidError(
                f"a lexicon pattern is wrong: {text!r}: {error}", cure="see workers/lexicons/README.md"
            ) from error


def _extended(language: Language, extra: Mapping[str, CategoryTerms]) -> Language:
    """The language with the terms of an admin's own categories, or more terms of ours."""
    vocabulary = language.vocabulary.copy()
    rules = list(language.rules)
    triggers = language.triggers.pairs()
    guards: list[Around] = []
    defaults = {rule.category: rule.default for rule in rules}
    for category, terms in extra.items():
        for term in terms.terms.get(language.code, ()):
            if pattern := literal(term, vocabulary):
                triggers.append((pattern, len(rules)))
                rules.append(
                    Rule(category, f"{category}: {term}", "", 0.85, defaults.get(category, "reported"))
                )
        excluded = [literal(term, vocabulary) for term in terms.exclude.get(language.code, ())]
        if patterns := [(pattern, 0) for pattern in excluded if pattern]:
            found = PatternSet(patterns)
            guards.append(Around("excluded", "sentence", 0, True, found, categories=frozenset((category,))))
    return Language(
        language.code, vocabulary, tuple(rules), PatternSet(triggers), (*guards, *language.guards),
        language.statuses, language.inherits, language.fresh, language.lasting, language.since, language.recency,
    )  # fmt: skip
