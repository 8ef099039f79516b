"""Patterns over words: `$impose ~3 حظر ~2 تجول*`, and how a sentence is searched for them. Pure.

Every distinct piece of a pattern is an atom with a number. A word of a text is looked up once, for the set of
atoms that it satisfies; then patterns compare numbers, so that a thousand terms cost as much as ten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workers.classify.normalise import END, Tokens, fold, tokens

Ids = frozenset[int]
NO_IDS: Ids = frozenset()
LONGEST = 120  # words in a sentence
SHORT = 4  # letters, with a sign such as `=`
MOST_WORDS = 200_000  # remembered: a daemon reads for months
NOUN, VERB = "noun", "verb"
_GAP = re.compile(r"([~>])(\d+)")


@dataclass(frozen=True)
class Grammar:
    """What may be glued to a word, and how a verb is conjugated (`@` past stem, `&` present stem)."""

    before: Mapping[str, Sequence[str]] = field(default_factory=dict)
    after: Mapping[str, Sequence[str]] = field(default_factory=dict)
    conjunctions: str = ""
    verbs: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def conjugated(self, entry: str) -> Iterator[str]:
        """The forms of `%past`, `%past:present`, or `%%…` for weak verbs."""
        kind = "weak" if entry.startswith("%%") else "regular"
        past, _, present = fold_word(entry.lstrip("%").partition(":")[0]), "", entry.partition(":")[2]
        present = fold_word(present) if present else past.removeprefix("ا")
        cut_past, cut_present = past[:-1], present[:-1]
        for form in self.verbs.get(kind, ("@",)):
            filled = form.replace("@-", cut_past).replace("&-", cut_present)
            yield fold_word(filled.replace("@", past).replace("&", present))

    def bases(self, word: str, kind: str) -> Iterator[tuple[str, bool]]:
        """The word without what may be glued to it, and whether a conjunction opens it."""
        for glued in ("", *self.before.get(kind, ())):
            if not word.startswith(glued):
                continue
            base = word[len(glued) :]
            if glued and len(base) < (2 if len(glued) > 1 else 3):
                continue
            carried = bool(glued) and glued[0] in self.conjunctions
            yield base, carried
            for end in self.after.get(kind, ()):
                least = 4 if kind == VERB and len(end) == 1 else 2  # هجرة is no هجر with an ending
                if base.endswith(end) and len(base) - len(end) >= least:
                    short = base[: -len(end)]
                    yield short, carried
                    if short[-1] == "ت":
                        yield short[:-1] + "ه", carried  # عائلتهم is عائلة with an ending
                    elif short[-1] in "يو":
                        yield short[:-1] + "ء", carried  # إخلائه is إخلاء with one


def fold_word(word: str) -> str:
    """A lexicon's word as the text's are folded."""
    return "".join(fold(part) for part in re.split(r"[-'’]", word))


class _Known(dict[str, Ids]):
    """The atoms of every word met so far."""

    def __init__(self, look_up: Callable[[str], Ids]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, word: str) -> Ids:
        if len(self) > MOST_WORDS:
            self.clear()
        self[word] = found = self._look_up(word)
        return found


class Vocabulary:
    """The atoms of a language. Filled while its lexicon loads, then only asked."""

    def __init__(self, grammar: Grammar, sets: Mapping[str, str]) -> None:
        self._grammar = grammar
        self._sets = sets
        self._atoms: dict[str, int] = {}
        self._exact: dict[str, set[int]] = {}
        self._forms: dict[str, dict[str, set[int]]] = {NOUN: {}, VERB: {}}
        self._carried: dict[str, dict[str, set[int]]] = {NOUN: {}, VERB: {}}
        self._stems: dict[str, set[int]] = {}
        self._shortest = 99
        self._numbers: set[int] = set()
        self._weights: dict[int, int] = {}
        self.known = _Known(self._look_up)

    def copy(self) -> Vocabulary:
        """One that can be added to without changing this one."""
        other = Vocabulary(self._grammar, self._sets)
        other._atoms = dict(self._atoms)
        other._exact = {key: set(ids) for key, ids in self._exact.items()}
        other._forms = {k: {key: set(ids) for key, ids in one.items()} for k, one in self._forms.items()}
        other._carried = {k: {key: set(ids) for key, ids in one.items()} for k, one in self._carried.items()}
        other._stems = {key: set(ids) for key, ids in self._stems.items()}
        other._shortest, other._numbers = self._shortest, set(self._numbers)
        other._weights = dict(self._weights)
        return other

    def atom(self, piece: str) -> int:
        """The number of a piece such as `فرض|$impose|تجول*`."""
        if piece not in self._atoms:
            self._atoms[piece] = number = len(self._atoms)
            for one in piece.split("|"):
                self._learn(one, number)
        return self._atoms[piece]

    def weight(self, atom: int) -> int:
        """How common the words of an atom are, roughly: many forms and short words are common."""
        return self._weights[atom]

    def _learn(self, one: str, number: int) -> None:
        self._weights[number] = self._weights.get(number, 0) + (40 if len(one) <= SHORT else 1)
        if one.startswith("$"):
            for each in self._sets[one[1:]].split():
                self._learn(each, number)
        elif one == "#":
            self._numbers.add(number)
        elif one.startswith("="):
            self._exact.setdefault(fold_word(one[1:]), set()).add(number)
        elif one.endswith("*"):
            stem = fold_word(one[:-1])
            self._shortest = min(self._shortest, len(stem))
            self._stems.setdefault(stem, set()).add(number)
        else:
            tables = self._carried if one.startswith("+") else self._forms
            one = one.removeprefix("+")
            kind = VERB if one.startswith("%") else NOUN
            forms = self._grammar.conjugated(one) if kind == VERB else (fold_word(one),)
            for form in forms:
                tables[kind].setdefault(form, set()).add(number)

    def _look_up(self, word: str) -> Ids:
        found = set(self._exact.get(word, ()))
        if word[0].isdigit():
            found |= self._numbers
        for kind in (NOUN, VERB):
            forms, with_conjunction = self._forms[kind], self._carried[kind]
            for base, carried in self._grammar.bases(word, kind):
                found |= forms.get(base, NO_IDS)
                if carried:
                    found |= with_conjunction.get(base, NO_IDS)
                if kind == NOUN:
                    for length in range(self._shortest, len(base) + 1):
                        found |= self._stems.get(base[:length], NO_IDS)
        return frozenset(found) if found else NO_IDS


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a pattern: a word, a word that must not (`!`) or may (`?`) follow, or a gap (`~3`, `>5`)."""

    kind: str
    value: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """Steps, and the atoms without which they cannot match."""

    steps: tuple[Step, ...]
    needs: Ids
    rarest: int  # the one of them that a text is least likely to hold


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words `first` to `last` (exclusive) of a view, and which atoms they satisfy."""

    view: Tokens
    first: int
    last: int
    ids: Sequence[Ids]  # of the whole view
    have: Ids

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where words stand in the original."""
        return self.view.starts[first], self.view.ends[last - 1]


def parse(text: str, vocabulary: Vocabulary) -> Pattern:
    """A pattern as a lexicon writes it. Raises ValueError where it makes no sense."""
    steps: list[Step] = []
    for piece in text.split():
        if gap := _GAP.fullmatch(piece):
            steps.append(Step(gap[1], int(gap[2])))
        elif piece[0] in "!?":
            steps.append(Step(piece[0], vocabulary.atom(piece[1:])))
        else:
            steps.append(Step("w", vocabulary.atom(piece)))
    if not steps or steps[0].kind != "w" or steps[-1].kind in "~>":
        raise ValueError(f"a pattern begins with a word and does not end with a gap: {text!r}")
    needs = frozenset(step.value for step in steps if step.kind == "w")
    return Pattern(tuple(steps), needs, min(needs, key=vocabulary.weight))


def literal(term: str, vocabulary: Vocabulary) -> Pattern | None:
    """A user's term, of which only a final `*` of a word means anything."""
    pieces = []
    for part in term.split():
        found = tokens(part.rstrip("*")).words
        pieces += [*found[:-1], found[-1] + "*" * part.endswith("*")] if found else []
    return parse(" ".join(pieces), vocabulary) if pieces else None


class PatternSet:
    """Patterns with what they stand for, searched together."""

    def __init__(self, patterns: Iterable[tuple[Pattern, int]]) -> None:
        self._pairs = list(patterns)
        self._by_atom: dict[int, list[tuple[Pattern, int]]] = {}
        for pattern, owner in self._pairs:
            self._by_atom.setdefault(pattern.rarest, []).append((pattern, owner))
        self._atoms = frozenset(self._by_atom)

    def search(self, sentence: Sentence) -> Iterator[tuple[int, int, int]]:
        """First word, last word (exclusive) and owner of every match; one for each pattern and first word."""
        have = sentence.have
        if self._atoms.isdisjoint(have):
            return
        ids = sentence.ids
        for atom in self._atoms & have:
            for pattern, owner in self._by_atom[atom]:
                if pattern.needs <= have:
                    steps = pattern.steps
                    first = steps[0].value
                    for index in range(sentence.first, sentence.last):
                        if first in ids[index]:
                            end = _match(steps, 1, sentence, index + 1)
                            if end >= 0:
                                yield index, end, owner

    def pairs(self) -> list[tuple[Pattern, int]]:
        """What it was made of."""
        return list(self._pairs)

    def any(self, sentence: Sentence) -> bool:
        """Does any pattern match?"""
        return next(self.search(sentence), None) is not None


def _match(steps: tuple[Step, ...], number: int, sentence: Sentence, index: int) -> int:
    """Where the rest of a pattern ends, -1 if it does not match. Linear but for its few gaps."""
    ids, breaks, last = sentence.ids, sentence.view.breaks, sentence.last
    while number < len(steps):
        step = steps[number]
        free = index < last and not breaks[index]
        if step.kind == "w":
            if not free or step.value not in ids[index]:
                return -1
            index += 1
        elif step.kind == "!":
            if free and step.value in ids[index]:
                return -1
        elif step.kind == "?":
            if free and step.value in ids[index]:
                index += 1
        else:
            return _over_gap(steps, number, sentence, index)
        number += 1
    return index


def _over_gap(steps: tuple[Step, ...], number: int, sentence: Sentence, index: int) -> int:
    step, following = steps[number], steps[number + 1]
    ids, breaks = sentence.ids, sentence.view.breaks
    for position in range(index, min(index + step.value + 1, sentence.last)):
        if breaks[position] and step.kind == "~":
            return -1
        if following.kind != "w":
            end = _match(steps, number + 1, sentence, position)
        elif following.value in ids[position]:
            end = _match(steps, number + 2, sentence, position + 1)
        else:
            continue
        if end >= 0:
            return end
    return -1


def sentences(view: Tokens, vocabulary: Vocabulary) -> Iterator[Sentence]:
    """The sentences of a view that hold any word of the lexicon; an endless one is cut, at a comma if it can."""
    ids = list(map(vocabulary.known.__getitem__, view.words))
    borders = [index for index, broken in enumerate(view.breaks) if broken == END]
    for start, end in zip(borders, [*borders[1:], len(ids)], strict=False):
        first = start
        while first < end:
            last = end if end - first <= LONGEST else _cut(view.breaks, first)
            have = NO_IDS.union(*ids[first:last])
            if have:
                yield Sentence(view, first, last, ids, have)
            first = last


def _cut(breaks: Sequence[int], first: int) -> int:
    commas = (index for index in range(first + LONGEST, first + LONGEST // 2, -1) if breaks[index])
    return next(commas, first + LONGEST)
