"""New, changed or seen: nothing swallowed, nothing told twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monitor.decide import Decision, Known, canonical_url, decide, fingerprint, item_id, may_page
from monitor.models import Entry

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ONE = Entry("1", "https://news.example/a", "حظر تجوال في البلدة", "يبدأ مساء اليوم", published=NOW)
TWO = Entry("2", "https://news.example/b", "نزوح عشرات العائلات", "من القرية", published=NOW)


def after(*decisions: Decision) -> dict[str, Known]:
    return {key: Known(one.item_id, one.fingerprint) for one in decisions for key in one.keys}


def kinds(entries: Sequence[Entry], before: Sequence[Entry] = ()) -> list[str]:
    known = after(*decide(before, {}, outlet="x"))
    return [one.kind for one in decide(entries, known, outlet="x")]


def test_new_then_seen_then_changed() -> None:
    assert kinds([ONE, TWO]) == ["new", "new"]
    assert kinds([ONE, TWO], [ONE, TWO]) == ["seen", "seen"]
    assert kinds([replace(ONE, summary="رفع الحظر")], [ONE]) == ["changed"]


def test_constant_guid_swallows_nothing() -> None:
    same = [replace(ONE, guid="0"), replace(TWO, guid="0")]
    assert kinds(same) == ["new", "new"]
    assert kinds(same, same) == ["seen", "seen"]
    assert kinds(same[1:], same[:1]) == ["new"]


@pytest.mark.parametrize("new", [{"guid": "9"}, {"guid": None}, {"link": ONE.link + "?utm_source=rss"}])
def test_republished_is_seen(new: dict[str, str]) -> None:
    assert kinds([replace(ONE, **new)], [ONE]) == ["seen"]


def test_one_story_listed_twice_is_decided_once() -> None:
    assert kinds([ONE, ONE]) == ["new"]


@pytest.mark.parametrize(
    "url",
    [
        "http://www.a.example/x/", "https://m.a.example/x#top", "https://a.example/x/amp/", "https://a.example/x?fbclid=1",
    ],
)  # fmt: skip
def test_canonical_url(url: str) -> None:
    assert canonical_url(url) == "https://a.example/x"
    assert canonical_url("https://a.example/x?id=2&utm_x=1") == "https://a.example/x?id=2"


@given(st.text())
def test_canonical_url_takes_anything_and_is_stable(text: str) -> None:
    once = canonical_url("https://a.example/" + text)
    assert canonical_url(once) == once


def test_ids_and_fingerprints() -> None:
    assert item_id("x", "k") != item_id("y", "k")
    assert len(item_id("x", "k")) == 19
    assert fingerprint(ONE) == fingerprint(replace(ONE, title="<b>حظر تجوال</b> في البلدة"))


@pytest.mark.parametrize(
    ("hours", "first", "told"),
    [
        (49, False, "old"),
        (3, True, "baseline"),
        (1, True, "fresh"),
        (None, True, "baseline"),
        (None, False, "fresh"),
        (24 * 400, False, "old"),
        (24 * 400, True, "old"),
        (-23, True, "fresh"),
        (-25, False, "fresh"),
        (-25, True, "baseline"),
    ],
)
def test_may_page(hours: float | None, first: bool, told: str) -> None:
    published = None if hours is None else NOW - timedelta(hours=hours)
    found = may_page(published, NOW, first_poll=first, baseline=NOW - timedelta(hours=2))
    assert found == (told == "fresh", told)


CASES = yaml.safe_load((Path(__file__).parent / "identity_cases.yaml").read_text(encoding="utf-8"))


def entry_of(row: dict[str, Any]) -> Entry:
    published = NOW - timedelta(hours=row["d"]) if "d" in row else None
    return Entry(row.get("g"), row.get("l") or "", row["t"], row["s"], published=published)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_identity_case(case: dict[str, Any]) -> None:
    known = after(*decide([entry_of(row) for row in case["first"]], {}, outlet="x"))
    found = decide([entry_of(row) for row in case["then"]], known, outlet="x")
    assert [f"{one.kind} {one.reason}" for one in found] == case["expect"]
    known.update(after(*found))
    again = decide([entry_of(row) for row in case["then"]], known, outlet="x")
    assert {one.kind for one in again} == {"seen"}


WORDS = st.lists(st.integers(0, 30), unique=True, min_size=1, max_size=8)


def story(number: int) -> Entry:
    title = f"خبر رقم {number}"
    return Entry(f"g{number}", f"https://news.example/{number}", title, "نص", published=NOW)


@given(WORDS, st.integers(31, 60))
def test_one_entry_more_is_exactly_one_new(numbers: list[int], more: int) -> None:
    entries = [story(number) for number in numbers]
    assert kinds(entries, entries) == ["seen"] * len(entries)
    assert kinds([story(more), *entries], entries) == ["new"] + ["seen"] * len(entries)


@given(WORDS, WORDS, st.randoms())
def test_order_does_not_matter(first: list[int], then: list[int], chance: Any) -> None:
    known = after(*decide([story(number) for number in first], {}, outlet="x"))
    entries = [story(number) for number in then]
    mixed = list(entries)
    chance.shuffle(mixed)
    one, other = (decide(rows, known, outlet="x") for rows in (entries, mixed))
    assert {(d.item_id, d.kind, d.reason) for d in one} == {(d.item_id, d.kind, d.reason) for d in other}
