"""`rasid eval`: how well labelled items are understood. Pure, but for printing.

An item is a JSON line: id, lang, title, body, published, country, `labels` {category: bool}, and where known
`<category>_status`, `event_place` [names], `trap`, `unusual_form`, `doubtful` (left out of every figure).
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from monitor.clock import parse_iso
from monitor.models import Json, Mention, Reading
from monitor.text import fold
from workers.classify import Document, Lexicons, read
from workers.places import Gazetteer

BINS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
RESAMPLES = 400


@dataclass
class Counts:
    """How often a category was found and true."""

    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0

    @property
    def precision(self) -> float:
        """Of what was found, the share that is true; 1 where nothing was found."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 1.0

    @property
    def recall(self) -> float:
        """Of what is true, the share that was found; 1 where nothing is true."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp + self.fp + self.fn else 1.0


@dataclass
class Share:
    """So many of so many."""

    right: int = 0
    whole: int = 0

    def add(self, right: bool) -> None:
        """Count one more."""
        self.right += right
        self.whole += 1

    @property
    def share(self) -> float:
        """Right of whole; 1 where there is none."""
        return self.right / self.whole if self.whole else 1.0


@dataclass(frozen=True, slots=True)
class Judged:
    """One item, what it is and what was read in it."""

    item: Json
    reading: Reading

    def found(self, category: str) -> list[Mention]:
        """The mentions of a category."""
        return [mention for mention in self.reading.mentions if mention.category == category]


@dataclass
class Report:
    """All figures; keys of `counts` are (language, category)."""

    counts: dict[tuple[str, str], Counts] = field(default_factory=dict)
    traps: dict[str, Share] = field(default_factory=dict)
    statuses: dict[str, Share] = field(default_factory=dict)
    places: Share = field(default_factory=Share)
    unusual: Share = field(default_factory=Share)
    calibration: list[Share] = field(default_factory=lambda: [Share() for _ in BINS[1:]])
    wrong: list[str] = field(default_factory=list)

    def macro(self, lang: str = "") -> float:
        """The mean F1 over categories that have a true item, of one language or of all items together."""
        merged: dict[str, Counts] = {}
        for (code, category), counts in self.counts.items():
            if lang in ("", code):
                one = merged.setdefault(category, Counts())
                one.tp, one.fp, one.fn = one.tp + counts.tp, one.fp + counts.fp, one.fn + counts.fn
        told = [one.f1 for one in merged.values() if one.tp + one.fn]
        return sum(told) / len(told) if told else 1.0


def judge(items: Iterable[Json], lexicons: Lexicons, gazetteer: Gazetteer | None) -> list[Judged]:
    """Read every item that is not doubtful."""
    return [
        Judged(item, read(_document(item), lexicons, gazetteer)) for item in items if not item.get("doubtful")
    ]


def report(judged: Sequence[Judged]) -> Report:
    """Count."""
    found = Report()
    for one in judged:
        right = [_count(found, one, category, bool(label)) for category, label in one.item["labels"].items()]
        if one.item.get("trap"):
            found.traps.setdefault(one.item["trap"], Share()).add(all(right))
    return found


def _document(item: Json) -> Document:
    published = item.get("published")
    return Document(
        id=str(item["id"]),
        title=item["title"],
        body=item["body"],
        lang=item.get("lang") or "",
        published=parse_iso(published) if published else None,
        country=item.get("country") or "",
    )


def _count(found: Report, one: Judged, category: str, label: bool) -> bool:
    """Add one verdict on one category; was it right?"""
    mentions = one.found(category)
    counts = found.counts.setdefault((one.item.get("lang") or "?", category), Counts())
    kind = ("t" if label == bool(mentions) else "f") + ("p" if mentions else "n")
    setattr(counts, kind, getattr(counts, kind) + 1)
    if kind[0] == "f":
        found.wrong.append(_explained(one, category, kind))
    if mentions:
        surest = max(mention.confidence for mention in mentions)
        number = next(number for number, high in enumerate(BINS[1:]) if surest < high)
        found.calibration[number].add(label)
    if label and one.item.get("unusual_form"):
        found.unusual.add(bool(mentions))
    if label and mentions:
        _count_details(found, one, category, mentions)
    return kind[0] == "t"


def _count_details(found: Report, one: Judged, category: str, mentions: list[Mention]) -> None:
    status = one.item.get(f"{category}_status")
    if status:
        found.statuses.setdefault(category, Share()).add(status in {mention.status for mention in mentions})
    wanted = {fold(name) for name in one.item.get("event_place", ())}
    if wanted:
        named = {
            fold(name) for mention in mentions for place in mention.places for name in (place.text, place.name, place.name_ar)
        }  # fmt: skip
        found.places.add(any(a and b and (a in b or b in a) for a in wanted for b in named))


def _explained(one: Judged, category: str, kind: str) -> str:
    told = [f"{mention.status}: {mention.evidence[0].text}" for mention in one.found(category)]
    held = [
        f"{held.reason}: {held.evidence[0].text}"
        for held in one.reading.suppressed
        if held.category == category
    ]
    verdict = "not found" if kind == "fn" else "found"
    return f"{one.item['id']} {category} {verdict} ({one.item.get('trap') or 'no trap'}) {'; '.join([*told, *held])}"


# ---------------------------------------------------------------- intervals and printing


def interval(judged: Sequence[Judged], lang: str = "") -> tuple[float, float]:
    """The middle 95 % of macro F1 over items drawn again and again (bootstrap, fixed seed)."""
    chance = random.Random(1)
    some = [one for one in judged if lang in ("", one.item.get("lang"))]
    drawn = sorted(report(chance.choices(some, k=len(some))).macro(lang) for _ in range(RESAMPLES))
    return drawn[math.floor(RESAMPLES * 0.025)], drawn[math.ceil(RESAMPLES * 0.975) - 1]


def to_json(found: Report) -> Json:
    """All figures for machines."""
    return {
        "macro_f1": round(found.macro(), 4),
        "languages": {lang: round(found.macro(lang), 4) for lang in sorted({lang for lang, _ in found.counts})},
        "categories": [
            {"lang": lang, "category": category, **vars(counts), "precision": round(counts.precision, 4),
             "recall": round(counts.recall, 4), "f1": round(counts.f1, 4)}
            for (lang, category), counts in sorted(found.counts.items())
        ],
        "traps": {trap: vars(share) for trap, share in sorted(found.traps.items())},
        "status": {category: vars(share) for category, share in found.statuses.items()},
        "places": vars(found.places),
        "unusual": vars(found.unusual),
        "calibration": [
            {"from": low, "to": min(high, 1.0), **vars(share)}
            for low, high, share in zip(BINS, BINS[1:], found.calibration, strict=False)
        ],
        "wrong": found.wrong,
    }  # fmt: skip


def show(judged: Sequence[Judged], *, verbose: bool = False) -> Report:
    """Print the figures as tables; returns them."""
    found = report(judged)
    say = sys.stdout.write
    say(f"{len(judged)} items\n\n{'':20} precision  recall     F1         tp  fp  fn  tn\n")
    for (lang, category), one in sorted(found.counts.items()):
        say(f"{lang:4}{category:16} {one.precision:.3f}      {one.recall:.3f}      {one.f1:.3f}    ")
        say(f"{one.tp:4}{one.fp:4}{one.fn:4}{one.tn:4}\n")
    for lang in ("", *sorted({lang for lang, _ in found.counts})):
        low, high = interval(judged, lang)
        say(f"macro F1 {lang or 'all':4} {found.macro(lang):.3f}  (95 %: {low:.3f} to {high:.3f})\n")
    for category, share in sorted(found.statuses.items()):
        say(f"status of {category}: {share.right} of {share.whole} right\n")
    say(f"an event's place found: {found.places.right} of {found.places.whole}\n")
    say(
        f"unusual wordings found: {found.unusual.right} of {found.unusual.whole}\n\nconfidence   found  right\n"
    )
    for low, high, share in zip(BINS, BINS[1:], found.calibration, strict=False):
        say(f"{low:.1f} to {min(high, 1.0):.1f}   {share.whole:5}  {share.share:.2f}\n")
    failed = {trap: share for trap, share in found.traps.items() if share.right < share.whole}
    if failed:
        say("\ntraps with mistakes: right of all\n")
    for trap, share in sorted(failed.items(), key=lambda one: one[1].share):
        say(f"{trap:30} {share.right} of {share.whole}\n")
    if verbose:
        say("\n" + "\n".join(found.wrong) + "\n")
    return found


def load_items(lines: Iterable[str]) -> tuple[list[Json], list[str]]:
    """Items, and an error a line for those that are none."""
    items, errors = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except ValueError as error:
            errors.append(f"line {number}: {error}")
            continue
        missing = [
            key for key in ("id", "title", "body", "labels") if not isinstance(item, dict) or key not in item
        ]
        if missing:
            errors.append(f"line {number}: {', '.join(missing)} missing")
        else:
            items.append(item)
    return items, errors
