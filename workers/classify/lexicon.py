"""The words of each language, from `workers/lexicons/*.yaml`, compiled once. The only PyYAML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import yaml

from monitor.errors import RasidError
from workers.classify.normalise import fold_pattern

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MACROS = {
    "{p}": r"(?<!\w)(?:[وف]?(?:ال|بال|وال|كال|فال|لل|[بلك])?)",  # Arabic proclitics and the article
    "{v}": r"(?<!\w)(?:[وف]?س?)",  # before a verb
    "{e}": r"(?:ها|هم|هن|نا|ه|ا|ً)?(?!\w)",  # enclitics and the end of the word
    "{w}": r"(?:\s+\S+){0,3}?\s+",  # up to three words between
    "{W}": r"(?:\s+\S+){0,8}?\s+",  # up to eight words between
}


@dataclass(frozen=True)
class CategoryTerms:
    """Terms of a category that an admin set: language -> terms, and what speaks against them."""

    terms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    exclude: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern. A trigger may carry its status and confidence; a guard its reason and scope."""

    name: str
    pattern: re.Pattern[str]
    status: str = ""
    confidence: float = 0.9
    scope: str = "clause"  # of a guard: clause | sentence | around


@dataclass(frozen=True, slots=True)
class CategoryRules:
    """All rules of one category in one language, in the order in which they are tried."""

    triggers: tuple[Rule, ...]
    statuses: tuple[Rule, ...]
    guards: tuple[Rule, ...]
    default: str = "reported"


@dataclass(frozen=True)
class Lexicons:
    """Language -> category -> rules."""

    rules: dict[str, dict[str, CategoryRules]]


def load(langs: Sequence[str] = ("ar", "en"), extra: Mapping[str, CategoryTerms] | None = None) -> Lexicons:
    """The packaged lexicons with an admin's own terms."""
    found = {}
    for lang in langs:
        text = resources.files("workers").joinpath("lexicons", f"{lang}.yaml").read_text("utf-8")
        data: dict[str, Any] = yaml.load(text, Loader=Loader)  # noqa: S506 - a safe loader, ours
        common = [_rule(one) for one in data["guards"]]
        found[lang] = {name: _category(one, common) for name, one in data["categories"].items()}
    for name, terms in (extra or {}).items():
        for lang, rules in found.items():
            added = _from_terms(name, terms, lang)
            base = rules.get(name, CategoryRules((), (), tuple(_common_guards(rules))))
            guards = (*_excludes(terms, lang), *base.guards)
            rules[name] = CategoryRules((*base.triggers, *added), base.statuses, guards, base.default)
    return Lexicons(found)


def _common_guards(rules: dict[str, CategoryRules]) -> tuple[Rule, ...]:
    return next((one.guards for one in rules.values()), ())


def _category(data: dict[str, Any], common: list[Rule]) -> CategoryRules:
    return CategoryRules(
        triggers=tuple(_rule(one) for one in data["triggers"]),
        statuses=tuple(_rule(one) for one in data.get("statuses", [])),
        guards=(*(_rule(one) for one in data.get("guards", [])), *common),
        default=data["default"],
    )


def _rule(data: dict[str, Any]) -> Rule:
    return Rule(
        name=data.get("rule") or data.get("reason") or data["status"],
        pattern=_compile(data["pattern"]),
        status=data.get("status", ""),
        confidence=float(data.get("confidence", 0.9)),
        scope=data.get("scope", "clause"),
    )


def _compile(pattern: str) -> re.Pattern[str]:
    text = fold_pattern(pattern)
    for name, macro in MACROS.items():
        text = text.replace(name, macro)
    try:
        return re.compile(text)
    except re.error as error:
        raise RasidError(
            f"a lexicon pattern is wrong: {pattern!r}: {error}", cure="see workers/lexicons"
        ) from error


def _from_terms(name: str, terms: CategoryTerms, lang: str) -> list[Rule]:
    before = "{p}" if lang == "ar" else r"(?<!\w)"
    return [
        Rule(f"{name}: {term}", _compile(f"{before}{_loose(term)}{{e}}"), confidence=0.85)
        for term in terms.terms.get(lang, ())
    ]


def _excludes(terms: CategoryTerms, lang: str) -> list[Rule]:
    return [
        Rule("excluded", _compile(_loose(term)), scope="sentence") for term in terms.exclude.get(lang, ())
    ]


def _loose(term: str) -> str:
    return r"\s+".join(re.escape(word) for word in term.lower().split())
