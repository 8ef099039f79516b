"""What people do, several of them at once: against a real server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts import Delivery
from monitor.errors import UsageError
from monitor.handling import Silence, Step
from monitor.store import Store, open_store
from tests.contract.test_outbox import commit, held
from tests.contract.test_store import ALERT, MS, NOW


def step(by: str = "Rana", revision: int = 1) -> Step:
    return Step("acknowledge", by, NOW, revision)


def test_an_alert_is_asked_about_until_somebody_takes_it_on(store: Store) -> None:
    commit(store)
    assert store.team.asking() == ["al_1"]
    handling, changed = store.team.act("al_1", step())
    assert changed
    assert [one.by for one in handling.steps] == ["Rana"]
    assert store.team.asking() == []
    assert store.team.act("al_1", step()) == (handling, False)
    assert store.team.handling("in_1") == handling


def test_a_new_status_asks_again_and_its_end_asks_nobody(store: Store) -> None:
    commit(store)
    store.team.act("al_1", step())
    commit(store, alerts=(replace(ALERT, revision=2, kind="update", why="people: 10 to 20"),))
    assert store.team.asking() == []
    commit(store, alerts=(replace(ALERT, revision=3, kind="update", why="status changed"),))
    assert store.team.asking() == ["al_1"]
    commit(store, alerts=(replace(ALERT, revision=4, kind="update", why="status changed", status="lifted"),))
    assert store.team.asking() == []


def test_an_acknowledgement_of_an_older_revision_does_not_cover_the_new_status(store: Store) -> None:
    commit(store)
    commit(store, alerts=(replace(ALERT, revision=2, kind="update", why="status changed"),))
    store.team.act("al_1", step(revision=1))
    assert store.team.asking() == ["al_1"]
    store.team.act("al_1", step(revision=2))
    assert store.team.asking() == []


def test_calm_news_asks_nobody(store: Store) -> None:
    commit(store, alerts=(replace(ALERT, severity="info"),))
    assert store.team.asking() == []


def test_nobody_can_take_on_what_there_is_not(store: Store) -> None:
    with pytest.raises(UsageError, match="al_9"):
        store.team.act("al_9", step())


def test_every_step_is_kept_when_many_act_at_once(store: Store, valkey: str) -> None:
    commit(store)

    def act(number: int) -> None:
        own = open_store(valkey, prefix=store.client.prefix)
        own.team.act("al_1", step(f"person {number}"))
        own.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(24)))
    assert len(store.team.handling("in_1").steps) == 24


def test_a_silence_is_in_force_until_it_ends_and_then_lets_go_what_it_held(store: Store) -> None:
    one = Silence("si_1", "Rana", "known", NOW, NOW + timedelta(hours=2), places=("SY07",))
    store.team.silence(one)
    assert store.team.silences(NOW) == [one]
    assert store.team.silences(NOW + timedelta(hours=2)) == []
    commit(store, held("al_1_r1", hold="silence:si_1"))
    assert store.team.end_silence("si_1", NOW + timedelta(minutes=5)) == 1
    assert store.team.silences(NOW + timedelta(minutes=6)) == []
    assert [row.id for row in store.outbox.held(MS + 400_000)] == ["al_1_r1-r"]
    with pytest.raises(UsageError):
        store.team.end_silence("si_2", NOW)


def test_one_desk_speaks_and_another_takes_over_only_from_one_that_stands_still(store: Store) -> None:
    assert store.team.desk_turn("a") == "ours"
    seen = store.team.desk_turn("b")
    assert seen.startswith("a ")
    assert store.team.desk_turn("a") == "ours"  # its beat moved on
    assert store.team.desk_turn("b", seen).startswith("a ")
    assert store.team.desk_turn("b", store.team.desk_turn("b")) == "ours"
    assert store.team.desk_turn("a").startswith("b ")


def test_the_key_of_links_is_made_once(store: Store) -> None:
    assert store.team.link_key() == store.team.link_key()
    assert len(store.team.link_key()) == 32


def test_feedback_is_kept(store: Store) -> None:
    store.team.give_feedback("it_1", {"verdict": "not_relevant", "item": "it_1"})
    assert store.team.feedback() == [{"verdict": "not_relevant", "item": "it_1"}]


def test_a_row_knows_why_it_waits(store: Store) -> None:
    commit(store, held("al_1_r1", hold="flood:One"))
    row = store.outbox.row("al_1_r1-r")
    assert isinstance(row, Delivery)
    assert (row.state, row.hold, row.due_ms) == ("held", "flood:One", MS + 3_600_000)
