"""Escalation and reminders: who is called again about an alert that nobody acknowledged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import Alert
from monitor.handling import Handling, Step
from monitor.routes import Route
from tests.contract.test_store import ALERT, NOW
from workers.calls import calls

ROUTE = Route.model_validate(
    {
        "receivers": ["duty", "archive"],
        "escalate": {"after": "10m", "to": ["lead"]},
        "remind": {"every": "5m", "times": 2},
    }
)
NOBODY = Handling("in_1")


def called(minutes: float, *revisions: Alert, handling: Handling = NOBODY, route: Route = ROUTE) -> list[str]:
    found = calls(revisions or (ALERT,), handling, [route], ["duty"], NOW + timedelta(minutes=minutes))
    return [f"{one.alert.message_id} {one.receiver}{one.tail}" for one in found]


def acknowledged(revision: int = 1) -> Handling:
    return Handling("in_1", (Step("acknowledge", "Rana", NOW, revision),))


def update(revision: int, **changes: Any) -> Alert:
    made = replace(ALERT, revision=revision, kind="update", why="status changed", created=NOW)
    return replace(made, **changes)


def test_nobody_is_called_before_the_time_and_each_step_once_its_time_has_come() -> None:
    assert called(4.9) == []
    assert called(5) == ["al_1_r1 duty-reminder1"]
    assert called(10) == ["al_1_r1 lead-escalated", "al_1_r1 duty-reminder2"]
    assert called(600) == ["al_1_r1 lead-escalated", "al_1_r1 duty-reminder2"]


def test_only_those_who_were_told_are_reminded() -> None:
    assert not any("archive" in one for one in called(60))


def test_an_acknowledged_alert_calls_nobody_until_its_status_changes() -> None:
    assert called(60, handling=acknowledged()) == []
    new = update(2)
    assert called(12, ALERT, new, handling=acknowledged())[0] == "al_1_r2 lead-escalated"
    assert called(12, ALERT, new, handling=acknowledged(2)) == []
    assert called(12, ALERT, update(2, why="people: 10 to 20"), handling=acknowledged()) == []


def test_what_is_over_or_taken_back_calls_nobody() -> None:
    for status in ("lifted", "denied", "withdrawn", "ceased"):
        assert called(60, ALERT, update(2, status=status)) == []


def test_medium_alerts_are_escalated_but_not_repeated() -> None:
    assert called(60, replace(ALERT, severity="medium")) == ["al_1_r1 lead-escalated"]


def test_an_alert_of_yesterday_and_a_drill_call_nobody() -> None:
    assert called(25 * 60) == []
    assert called(60, replace(ALERT, kind="drill")) == []


def test_it_is_off_unless_a_route_asks_for_it() -> None:
    assert called(60, route=Route.model_validate({"receivers": ["duty"]})) == []


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=40))
def test_whoever_looks_at_whatever_times_every_row_is_the_same(times: list[float]) -> None:
    rows = {one for minutes in sorted(times) for one in called(minutes)}
    assert len(rows) <= 3
