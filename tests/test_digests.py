"""What is told together: every find has its line, and what was held back names why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.handling import Silence
from monitor.models import Json
from tests.contract.test_store import ALERT, NOW
from workers.digests import Pulse, daily, heartbeat, held_together, why_held

ZONE = ZoneInfo("UTC")


def record(*reasons: str, review: Any = ()) -> Json:
    item = {"title": "عنوان", "outlet": "One", "url": "https://o.test/1"}
    return {"item": item, "note": {"reasons": list(reasons), "review": list(review)}}


def test_the_daily_digest_names_every_find_that_was_not_told() -> None:
    records = [
        record("clashes: not told: old event"),
        record("curfew: held back: weak", "clashes: held back: background"),
        record("curfew: held back: negated"),
        record(review=[{"category": "displacement"}]),
        record("curfew: joined in_1, nothing new"),
    ]
    notice = daily("duty", NOW, [ALERT], records, NOW, ZONE)
    assert notice is not None
    for section in (
        "Low confidence (1)",
        "Old events (1)",
        "Too weak, or told as background (2)",
        "Held back for another reason (1)",
        "Only in text set aside as boilerplate (1)",
    ):
        assert section in notice.text
    assert "curfew (negated)" in notice.text
    assert "6 finds" in notice.title


def test_a_day_with_nothing_to_tell_has_no_digest() -> None:
    assert daily("duty", NOW, [], [record("curfew: joined in_1, nothing new")], NOW, ZONE) is None


def test_a_long_digest_counts_what_it_does_not_list() -> None:
    alerts = [ALERT] * 100
    notice = held_together("duty", "quiet hours", alerts, NOW, ZONE)
    assert "and 40 more" in notice.text
    assert len(notice.about) == 100


def test_a_digest_is_the_same_whoever_makes_it() -> None:
    one, other = (held_together("duty", "quiet hours", [ALERT], NOW, ZONE).id for _ in range(2))
    assert one == other


def test_reasons_in_words() -> None:
    silence = Silence("si_1", "Rana", "known", NOW, NOW)
    assert why_held("silence:si_1", {"si_1": silence}) == "the silence of Rana (known)"
    assert why_held("silence:si_2", {}) == "a silence"
    assert why_held("flood:One", {}) == "too many alerts of One"
    assert why_held("quiet hours", {}) == "quiet hours"


def test_the_heartbeat_is_green_only_when_everything_is() -> None:
    good = {"last_success": "2026-03-01T11:59:00Z", "error": ""}
    bad = {"last_success": "2026-03-01T09:00:00Z", "error": "404"}
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def title(states: dict[str, Json], *faults: str) -> str:
        pulse = Pulse(states, (4, 61), 3, 0, 0, 0, faults=faults)
        return heartbeat(at, pulse, at, ZONE, 43_200.0).title

    assert title({"a": good}).startswith("💚 Rasid watches 1 feeds, 1 in order, 3 alerts in 12 h")
    assert title({"a": good, "b": bad}).startswith("💛 Rasid watches 2 feeds, 1 in order")
    assert title({"a": good}, "receiver x takes nothing").startswith("💛")
