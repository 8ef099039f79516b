"""Rows that wait, rows told together, receivers that fail: against a real server."""

from __future__ import annotations

from dataclasses import replace

from monitor.alerts import Alert, Delivery
from monitor.notices import Notice
from monitor.store import Commit, Store
from monitor.store.outbox import BREAKER, PAUSES_MS
from tests.contract.test_store import ALERT, INCIDENT, ITEM, MS, NOW, WORK, ingest

HOUR = 3_600_000


def commit(store: Store, *rows: Delivery, alerts: tuple[Alert, ...] = (ALERT,), paces: bool = False) -> None:
    number = store.client.call("INCR", "test:items")
    item = replace(ITEM, id=f"it_{number}", fingerprint=f"f{number}")
    ingest(store, item)
    claim = store.items.claim(item.id, "w", MS)
    assert not isinstance(claim, str)
    counted = (("to:r", f"al_{number}_r1"),) if paces else ()
    work = replace(WORK, rows=rows, alerts=alerts, incidents=(INCIDENT,), paces=counted)
    assert store.items.commit(claim, work, store.items.incidents_version(), MS)


def held(name: str, receiver: str = "r", until: int = MS + HOUR, hold: str = "quiet hours") -> Delivery:
    return Delivery(f"{name}-{receiver}", receiver, (name,), state="held", due_ms=until, hold=hold)


def due(name: str, receiver: str = "r") -> Delivery:
    return Delivery(f"{name}-{receiver}", receiver, (name,))


def notice(name: str = "nt_1") -> Notice:
    return Notice(name, "digest", NOW, "info", "three", "one\ntwo\nthree", about=("al_1_r1",))


def state(store: Store, row_id: str) -> str:
    row = store.outbox.row(row_id)
    return row.state if row else ""


def test_a_held_row_is_not_rung_and_can_not_be_claimed(store: Store) -> None:
    commit(store, held("al_1_r1"), due("al_1_r1", "s"))
    assert store.outbox.ring("r", MS + 2 * HOUR, queue_empty=True) == []
    assert store.outbox.ring("s", MS, queue_empty=True) == ["al_1_r1-s"]
    assert store.outbox.claim("al_1_r1-r", "w", MS) == "done"
    assert [row.id for row in store.outbox.held()] == ["al_1_r1-r"]
    assert store.outbox.held(MS) == []
    assert [row.id for row in store.outbox.held(MS + HOUR)] == ["al_1_r1-r"]


def test_held_rows_become_one_message_or_none_does(store: Store) -> None:
    commit(store, held("al_1_r1"), held("al_2_r1"), held("al_3_r1"))
    into = Delivery("nt_1-r", "r", ("nt_1",))
    assert store.outbox.bundle(["al_1_r1-r", "al_2_r1-r"], into, [notice()], MS)
    assert state(store, "al_1_r1-r") == state(store, "al_2_r1-r") == "bundled"
    assert state(store, "nt_1-r") == "due"
    assert store.outbox.notice("nt_1") == notice()
    again = Delivery("nt_2-r", "r", ("nt_2",))
    assert not store.outbox.bundle(["al_2_r1-r", "al_3_r1-r"], again, [notice("nt_2")], MS)
    assert state(store, "al_3_r1-r") == "held"
    assert store.outbox.row("nt_2-r") is None
    assert store.outbox.notice("nt_2") is None


def test_a_held_row_can_be_sent_by_itself(store: Store) -> None:
    commit(store, held("al_1_r1"))
    assert store.outbox.release("al_1_r1-r", MS, "held during quiet hours")
    assert not store.outbox.release("al_1_r1-r", MS)
    claim = store.outbox.claim("al_1_r1-r", "w", MS)
    assert not isinstance(claim, str)
    assert claim.note == "held during quiet hours"


def test_the_wait_for_one_reason_can_be_ended(store: Store) -> None:
    commit(store, held("al_1_r1", hold="silence:si_1"), held("al_2_r1"))
    assert store.outbox.hold_no_longer("silence:si_1", MS) == 1
    assert [row.id for row in store.outbox.held(MS)] == ["al_1_r1-r"]


def fail(store: Store, row_id: str, now_ms: int) -> str:
    claim = store.outbox.claim(row_id, "w", now_ms)
    if isinstance(claim, str):
        return claim
    store.outbox.mark(row_id, claim.token, "due", now_ms, due_ms=now_ms, error="500", failed=True)
    return "failed"


def test_a_receiver_that_fails_often_is_left_alone_and_then_tried_with_one_message(store: Store) -> None:
    commit(store, *(due(f"al_{n}_r1") for n in range(8)), due("al_9_r1", "s"))
    for n in range(BREAKER):
        assert fail(store, f"al_{n}_r1-r", MS) == "failed"
    trouble = store.outbox.trouble("r")
    assert trouble is not None
    assert (trouble.failures, trouble.until_ms, trouble.error) == (BREAKER, MS + PAUSES_MS[0], "500")
    assert store.outbox.ring("r", MS, queue_empty=True) == []
    assert fail(store, "al_6_r1-r", MS) == "paused"  # its bell was rung before
    assert len(store.outbox.ring("s", MS, queue_empty=True)) == 1  # others are not held up
    later = MS + PAUSES_MS[0]
    (only,) = store.outbox.ring("r", later, queue_empty=True)
    assert fail(store, only, later) == "failed"
    trouble = store.outbox.trouble("r")
    assert trouble is not None
    assert trouble.until_ms == later + 2 * PAUSES_MS[0]
    later = trouble.until_ms
    (only,) = store.outbox.ring("r", later, queue_empty=True)
    claim = store.outbox.claim(only, "w", later)
    assert not isinstance(claim, str)
    assert store.outbox.mark(only, claim.token, "delivered", later)
    assert store.outbox.trouble("r") is None
    assert len(store.outbox.ring("r", later + 60_000, queue_empty=True)) == 7


def test_the_pause_of_a_receiver_has_its_longest(store: Store) -> None:
    commit(store, due("al_1_r1"))
    now = MS
    for _ in range(BREAKER + 20):
        assert fail(store, "al_1_r1-r", now) == "failed"
        trouble = store.outbox.trouble("r")
        assert trouble is not None
        assert trouble.until_ms <= now + PAUSES_MS[1]
        now = max(now, trouble.until_ms)


def test_the_newest_revision_that_a_receiver_took_is_known(store: Store) -> None:
    commit(store, due("al_1_r2"), due("al_1_r1", "s"))
    claim = store.outbox.claim("al_1_r2-r", "w", MS)
    assert not isinstance(claim, str)
    assert store.outbox.heard("r", ["al_1"]) == {}
    store.outbox.mark("al_1_r2-r", claim.token, "delivered", MS)
    assert store.outbox.heard("r", ["al_1", "al_2"]) == {"al_1": 2}
    assert store.outbox.heard("s", ["al_1"]) == {}


def test_what_is_told_is_counted_for_a_while(store: Store) -> None:
    commit(store, paces=True)
    commit(store, paces=True)
    assert store.outbox.paces(["to:r", "to:s"], [MS - 1, 0]) == {"to:r": 2, "to:s": 0}
    assert store.outbox.paces(["to:r"], [MS + 1]) == {"to:r": 0}


def test_rows_that_ended_are_pruned_and_open_ones_stay(store: Store) -> None:
    commit(store, held("al_1_r1"), due("al_2_r1"), due("al_3_r1"))
    claim = store.outbox.claim("al_3_r1-r", "w", MS)
    assert not isinstance(claim, str)
    store.outbox.mark("al_3_r1-r", claim.token, "collapsed", MS)
    assert store.outbox.prune(MS + 1) == 1
    assert sorted(row.id for row in store.outbox.rows()) == ["al_1_r1-r", "al_2_r1-r"]


def test_the_work_of_a_commit_is_all_there(store: Store) -> None:
    assert Commit("done", {}).notices == ()
