"""What the rules alone find in the sentences written to find their gaps: a floor for each file, and few false finds."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from workers.classify import Document, Lexicons, load, read

SENTENCES = Path(__file__).parents[1] / "benchmarks" / "sentences"
CATEGORIES = {"curfew", "displacement", "clashes"}


@cache
def rules() -> Lexicons:
    return load(opinion=False)


# Language, the least share found of what is told, the least share of these with the right status, false finds.
FLOORS = {
    "curfew_turns_ar": ("ar", 0.75, 0.9, 1),
    "displaced_turns_ar": ("ar", 0.85, 0.9, 1),
    "fights_turns_ar": ("ar", 0.9, 1.0, 0),
    "second_turns_ar": ("ar", 0.75, 0.75, 1),
    "third_turns_ar": ("ar", 0.75, 0.85, 1),
    "newsroom_ar": ("ar", 0.85, 0.85, 1),
    "street_ar": ("ar", 0.8, 0.85, 1),
    "english_turns": ("en", 0.85, 0.9, 2),
    "french_turns": ("fr", 0.9, 0.95, 1),
    "turkish_turns": ("tr", 0.7, 0.85, 0),
    "kurmanji_turns": ("kmr", 0.95, 0.9, 0),
    "sorani_turns": ("ckb", 0.95, 0.9, 0),
}


@pytest.mark.parametrize("name", FLOORS)
def test_what_was_mended_stays_mended(name: str) -> None:
    language, share, right, most_false = FLOORS[name]
    counts = Counter[str]()
    for line in (SENTENCES / f"{name}.txt").read_text("utf-8").splitlines():
        told, _, text = line.partition(" | ")
        wanted = dict(one.strip().partition("=")[::2] for one in told.split(",") if one.strip() != "-")
        title, _, body = text.rpartition(" / ")
        found = read(Document("1", title, body, language), rules(), None).mentions
        statuses = {(one.category, one.status) for one in found}
        categories = {one.category for one in found}
        for category, status in wanted.items():
            if status == "denied":
                continue
            counts["told"] += 1
            counts["found"] += category in categories
            counts["status"] += category in categories and bool(status)
            counts["right"] += (category, status) in statuses
        counts["false"] += len((categories & CATEGORIES) - set(wanted))
    assert counts["found"] >= share * counts["told"], counts
    assert counts["right"] >= right * counts["status"], counts
    assert counts["false"] <= most_false, counts
