"""What is still worth telling when its turn comes; and a receiver that is away for two days."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.alerts import Delivery
from monitor.clock import ManualClock, to_ms
from monitor.config import Config
from monitor.notices import Notice
from monitor.store import Store
from monitor.store.outbox import PAUSES_MS
from tests.contract.test_outbox import commit, due, fail, state
from tests.contract.test_store import ALERT, MS, NOW
from workers import classify, places, runtime, sending
from workers.runtime import Resources, Shared, Slot


@pytest.fixture
def work(store: Store, valkey: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Resources]:
    """A deliver worker in this process: `r` is a console, `f` a file."""
    config = Config.model_validate(
        {
            "data_dir": tmp_path,
            "timezone": "UTC",
            "receivers": {"r": {"console": {}}, "f": {"file": {"path": "out.jsonl"}}},
        }
    )
    made = Resources(Shared(config, classify.load(), places.Gazetteer([]), valkey), Slot(), ManualClock(NOW))
    made.store = store
    monkeypatch.setattr(runtime, "_current", made)
    yield made
    made._runner.close()


def revisions(store: Store, *receivers: str) -> None:
    """Three revisions of one alert for each receiver, none of them sent."""
    first = replace(ALERT, title="حظر تجول في أ", text="حظر تجول في أ")
    second = replace(
        first, revision=2, kind="update", why="status changed", title="تمديد الحظر", text="تمديد الحظر"
    )
    third = replace(second, revision=3, title="رفع الحظر", text="رفع الحظر", status="lifted")
    rows = [due(f"al_1_r{number}", name) for name in receivers for number in (1, 2, 3)]
    commit(store, *rows, alerts=(first, second, third))


def test_people_are_not_told_what_was_overtaken_and_hear_that_it_never_came(
    work: Resources, capsys: pytest.CaptureFixture[str]
) -> None:
    revisions(work.store, "r")
    assert sending.deliver_row("al_1_r3-r") == "delivered"
    said = capsys.readouterr().out
    assert "رفع الحظر" in said
    assert "not delivered before" in said
    assert said.index("حظر تجول في أ") < said.index("تمديد الحظر", said.index("حظر تجول في أ"))
    assert sending.deliver_row("al_1_r1-r") == sending.deliver_row("al_1_r2-r") == "collapsed"
    assert capsys.readouterr().out == ""
    assert state(work.store, "al_1_r1-r") == "collapsed"


def test_in_their_order_each_revision_is_told_by_itself(
    work: Resources, capsys: pytest.CaptureFixture[str]
) -> None:
    revisions(work.store, "r")
    for number in (1, 2, 3):
        assert sending.deliver_row(f"al_1_r{number}-r") == "delivered"
    assert "not delivered before" not in capsys.readouterr().out


def test_machines_get_every_revision_whatever_the_order(work: Resources) -> None:
    revisions(work.store, "f")
    for number in (3, 1, 2):
        assert sending.deliver_row(f"al_1_r{number}-f") == "delivered"
    lines = (work.config.data_dir / "out.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["revision"] for line in lines] == [3, 1, 2]


def test_a_reminder_of_what_was_heard_is_told_again(
    work: Resources, capsys: pytest.CaptureFixture[str]
) -> None:
    revisions(work.store, "r")
    for number in (1, 2, 3):
        sending.deliver_row(f"al_1_r{number}-r")
    capsys.readouterr()
    row = Delivery("al_1_r3-r-reminder1", "r", ("al_1_r3",), note="reminder 1 of 3")
    work.store.outbox.add([row], MS)
    assert sending.deliver_row(row.id) == "delivered"
    assert "reminder 1 of 3" in capsys.readouterr().out


def test_a_notice_is_told_as_it_is(work: Resources, capsys: pytest.CaptureFixture[str]) -> None:
    notice = Notice("nt_1", "heartbeat", NOW, "info", "all is well", "all is well\n16 feeds")
    work.store.outbox.add([Delivery("nt_1-r", "r", ("nt_1",))], MS, [notice])
    assert sending.deliver_row("nt_1-r") == "delivered"
    assert "16 feeds" in capsys.readouterr().out


def test_ten_thousand_messages_outlast_a_receiver_that_is_away_for_two_days(store: Store) -> None:
    rows = [Delivery(f"al_{number}_r1-r", "r", (f"al_{number}_r1",)) for number in range(10_000)]
    for start in range(0, len(rows), 1_000):
        assert store.outbox.add(rows[start : start + 1_000], MS) == 1_000
    clock, tries = ManualClock(NOW), 0
    while clock.elapsed < 2 * 86_400:
        now = to_ms(clock.now())
        for row_id in store.outbox.ring("r", now, queue_empty=True):
            tries += fail(store, row_id, now) == "failed"
        clock.advance(PAUSES_MS[1] / 1000)
    assert tries < 500 + 2 * 86_400_000 / PAUSES_MS[1]  # it is not hammered
    assert not store.outbox.dead()
    trouble = store.outbox.trouble("r")
    assert trouble is not None
    delivered: Any = set()
    while True:
        clock.advance(PAUSES_MS[1] / 1000)
        now = to_ms(clock.now())
        rung = store.outbox.ring("r", now, queue_empty=True)
        if not rung:
            break
        for row_id in rung:
            claim = store.outbox.claim(row_id, "w", now)
            assert not isinstance(claim, str)
            assert store.outbox.mark(row_id, claim.token, "delivered", now)
            delivered.add(row_id)
    assert len(delivered) == 10_000
