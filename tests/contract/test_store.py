"""The protocol's scripts against a real server: each step takes effect once, or not at all."""

from __future__ import annotations

import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.alerts import Alert, Delivery, Incident
from monitor.errors import StaleError
from monitor.models import Item
from monitor.store import Batch, Commit, Store, open_store
from monitor.store.claims import Watch

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MS = 1_772_366_400_000
ITEM = Item(
    id="it_1",
    revision=0,
    feed="a",
    outlet="a",
    url="http://a.test/1",
    title="عنوان",
    summary="",
    content="",
    published=NOW,
    seen=NOW,
    fingerprint="f1",
)
INCIDENT = Incident(
    id="in_1",
    category="curfew",
    status="imposed",
    opened=NOW,
    updated=NOW,
    places=(),
    sources=(),
    alert="al_1",
)
ALERT = Alert(
    id="al_1",
    revision=1,
    group="gr_1",
    kind="new",
    incident="in_1",
    created=NOW,
    why="first report",
    category="curfew",
    status="imposed",
    confidence=0.9,
    severity="high",
    title="t",
    text="x",
    lang="ar",
    mentions=(),
    sources=(),
)
ROW = Delivery(id="al_1_r1-console", receiver="console", alerts=("al_1_r1",))
WORK = Commit("done", {"note": {}}, (INCIDENT,), (ALERT,), (ROW,))


def ingest(store: Store, *items: Item, state: dict[str, object] | None = None) -> list[str]:
    token, _, _ = store.feeds.begin_poll("a", "me")
    batch = [Batch(item, (f"guid:{item.id}",)) for item in items]
    return store.feeds.ingest("a", token, "a", batch, state or {"etag": "x"}, MS)


def test_an_entry_is_stored_once_and_its_correction_is_a_new_revision(store: Store) -> None:
    assert ingest(store, ITEM) == ["it_1"]
    assert ingest(store, ITEM) == []
    assert store.feeds.known("a", ["guid:it_1", "guid:other"])["guid:it_1"].fingerprint == "f1"
    assert ingest(store, replace(ITEM, fingerprint="f2")) == ["it_1"]
    claim = store.items.claim("it_1", "w", MS)
    assert not isinstance(claim, str)
    assert (claim.item.revision, claim.item.title, claim.attempts) == (2, "عنوان", 1)


def test_many_entries_arrive_whole_and_the_state_comes_last(store: Store) -> None:
    items = [replace(ITEM, id=f"it_{number}") for number in range(120)]
    assert len(ingest(store, *items, state={"etag": "last"})) == 120
    assert store.feeds.state("a") == {"etag": "last"}
    assert store.items.waiting() == 120


def test_ingest_without_the_lease_writes_nothing(store: Store) -> None:
    with pytest.raises(StaleError):
        store.feeds.ingest("a", "42", "a", [Batch(ITEM, ("k",))], {"etag": "x"}, MS)
    assert store.items.waiting() == 0
    assert store.feeds.state("a") == {}


def test_a_lease_is_held_by_one_and_only_a_watched_dead_one_is_taken_over(store: Store) -> None:
    token, found, state = store.feeds.begin_poll("a", "one")
    assert (found, state) == ("", {})
    taken, held, _ = store.feeds.begin_poll("a", "two")
    assert (taken, held) == ("", f"{token} 0")
    assert store.feeds.begin_poll("a", "two", dead="9999 0")[0] == ""
    assert store.feeds.still_polling("a", token)
    assert store.feeds.begin_poll("a", "two", dead=held)[0] == "", "it lives: its beat went on"
    new, _, _ = store.feeds.begin_poll("a", "two", dead=f"{token} 1")
    assert new not in ("", token)
    with pytest.raises(StaleError):
        store.feeds.ingest("a", token, "a", [], {}, MS)
    assert not store.feeds.still_polling("a", token)
    store.feeds.give_back("a", token)
    assert store.feeds.begin_poll("a", "three")[0] == "", "only the holder gives it back"
    store.feeds.give_back("a", new)
    assert store.feeds.begin_poll("a", "three")[0]
    assert store.feeds.begin_poll("a", "three")[0], "its own, left over from a poll whose end was not written"


def test_a_bell_is_rung_twice_at_most_while_jobs_wait(store: Store) -> None:
    ingest(store, ITEM)
    assert store.items.ring(MS, queue_empty=False) == ["it_1"]
    assert store.items.ring(MS + 1000, queue_empty=False) == []
    assert store.items.ring(MS + 60_000, queue_empty=False) == ["it_1"]
    assert store.items.ring(MS + 120_000, queue_empty=False) == []
    assert store.items.ring(MS + 180_000, queue_empty=True) == ["it_1"]


def test_commit_writes_everything_once(store: Store) -> None:
    ingest(store, ITEM)
    claim = store.items.claim("it_1", "w", MS)
    assert not isinstance(claim, str)
    assert store.items.claim("it_1", "other", MS) == "busy"
    version, found = store.items.open_incidents(MS - 1000)
    assert found == []
    assert store.items.commit(claim, WORK, version, MS)
    assert store.items.claim("it_1", "w", MS) == "done"
    assert store.items.open_incidents(MS - 1000)[1] == [INCIDENT]
    assert store.items.alerts(10) == [ALERT]
    assert [row.id for row in store.outbox.rows()] == [ROW.id]
    with pytest.raises(StaleError):
        store.items.commit(claim, WORK, version, MS)


def test_two_that_saw_no_incident_cannot_both_open_one(store: Store) -> None:
    ingest(store, ITEM, replace(ITEM, id="it_2"))
    first, second = store.items.claim("it_1", "w1", MS), store.items.claim("it_2", "w2", MS)
    assert not isinstance(first, str)
    assert not isinstance(second, str)
    version, _ = store.items.open_incidents(MS - 1000)
    assert store.items.commit(first, WORK, version, MS)
    assert not store.items.commit(second, WORK, version, MS)
    newer, found = store.items.open_incidents(MS - 1000)
    assert found == [INCIDENT]
    assert store.items.commit(second, replace(WORK, incidents=(), alerts=(), rows=()), newer, MS)


def test_of_two_hundred_races_each_opens_one_incident(valkey: str) -> None:
    stores = [open_store(valkey, prefix=f"race-{uuid.uuid4().hex}:") for _ in "ab"]
    stores[1].client.prefix = stores[0].client.prefix
    gate = threading.Barrier(2)

    def work(number: int, race: int) -> str:
        """What one worker did: opened the incident, or found it and joined."""
        store = stores[number]
        claim = store.items.claim(f"it_{race}_{number}", f"w{number}", MS)
        assert not isinstance(claim, str)
        while True:
            version, found = store.items.open_incidents(MS - 1000)
            mine = [one for one in found if one.category == f"c{race}"]
            if not mine and claim.attempts == 1:
                gate.wait(10)  # both have seen that there is none
                claim = replace(claim, attempts=2)
            incident = replace(INCIDENT, id=f"in_{race}_{number}", category=f"c{race}")
            commit = replace(WORK, incidents=() if mine else (incident,), alerts=(), rows=())
            if store.items.commit(claim, commit, version, MS):
                return "joined" if mine else "opened"

    ids = [replace(ITEM, id=f"it_{race}_{number}") for race in range(200) for number in range(2)]
    ingest(stores[0], *ids)
    with ThreadPoolExecutor(2) as threads:
        for race in range(200):
            ended = list(threads.map(work, range(2), [race, race]))
            assert sorted(ended) == ["joined", "opened"]
    for store in stores:
        store.close()


def test_another_worker_s_changes_are_seen_and_closed_incidents_go(store: Store) -> None:
    ingest(store, *(replace(ITEM, id=f"it_{number}") for number in range(4)))
    watcher = Store(store.client)
    assert watcher.items.open_incidents(MS - 1000) == ("0", [])
    second = replace(INCIDENT, id="in_2")
    steps = [
        (INCIDENT,),
        (second,),
        (replace(INCIDENT, status="extended"),),
        (replace(INCIDENT, closed=True),),
    ]
    seen = []
    for number, incidents in enumerate(steps):
        claim = store.items.claim(f"it_{number}", "w", MS)
        assert not isinstance(claim, str)
        version = store.items.incidents_version()
        assert store.items.commit(claim, replace(WORK, incidents=incidents, alerts=(), rows=()), version, MS)
        seen.append([(one.id, one.status) for one in watcher.items.open_incidents(MS - 1000)[1]])
    assert seen == [
        [("in_1", "imposed")],
        [("in_1", "imposed"), ("in_2", "imposed")],
        [("in_1", "extended"), ("in_2", "imposed")],
        [("in_2", "imposed")],
    ]
    assert Store(store.client).items.open_incidents(MS - 1000)[1] == [second]
    assert watcher.items.open_incidents(MS + 1000)[1] == []
    assert watcher.items.open_incidents(MS - 1000)[1] == [second], "a clock that jumped makes nobody forget"
    store.client.redis.set(
        store.client.key("incidents:version"), 1
    )  # the server came back without its last words
    assert watcher.items.open_incidents(MS - 1000)[1] == [second]


def test_a_correction_that_arrives_meanwhile_stays_pending(store: Store) -> None:
    ingest(store, ITEM)
    claim = store.items.claim("it_1", "w", MS)
    assert not isinstance(claim, str)
    ingest(store, replace(ITEM, fingerprint="f2"))
    with pytest.raises(StaleError) as caught:
        store.items.commit(claim, WORK, "0", MS)
    assert caught.value.reason == "moved"
    assert store.items.release("it_1", claim.token, MS)
    again = store.items.claim("it_1", "w", MS)
    assert not isinstance(again, str)
    assert again.item.revision == 2


def test_the_work_of_a_dead_holder_is_taken_back_and_its_token_is_void(store: Store) -> None:
    ingest(store, ITEM)
    claim = store.items.claim("it_1", "host:1", MS)
    assert not isinstance(claim, str)
    assert store.claims.release_where(lambda holder: holder == "host:1", MS, reading="it_1") == 1
    with pytest.raises(StaleError):
        store.items.commit(claim, WORK, "0", MS)
    again = store.items.claim("it_1", "host:2", MS)
    assert not isinstance(again, str)
    assert (again.attempts, again.deaths) == (2, 1)


def test_a_claim_that_stands_still_is_taken_back_by_the_observers_own_time(store: Store) -> None:
    ingest(store, ITEM)
    store.items.claim("it_1", "far", MS)
    watch = Watch()
    assert store.claims.release_stuck(watch, 0.0, 90, MS) == 0
    assert store.claims.release_stuck(watch, 80.0, 90, MS + 10**9) == 0  # a wall-clock jump decides nothing
    assert store.claims.release_stuck(watch, 91.0, 90, MS) == 1


def deliverable(store: Store) -> None:
    ingest(store, ITEM)
    claim = store.items.claim("it_1", "w", MS)
    assert not isinstance(claim, str)
    assert store.items.commit(claim, WORK, "0", MS)


def test_a_row_is_sent_by_one_and_marked_only_with_its_token(store: Store) -> None:
    deliverable(store)
    assert store.outbox.ring("console", MS, queue_empty=True) == [ROW.id]
    row = store.outbox.claim(ROW.id, "d", MS)
    assert not isinstance(row, str)
    assert store.outbox.claim(ROW.id, "e", MS) == "busy"
    assert not store.outbox.mark(ROW.id, "0", "delivered", MS)
    assert store.outbox.mark(ROW.id, row.token, "delivered", MS)
    assert store.outbox.claim(ROW.id, "d", MS) == "done"
    assert store.stats()["delivered"] == 1


def test_a_row_whose_sender_died_is_due_again_and_says_that_it_may_have_arrived(store: Store) -> None:
    deliverable(store)
    store.outbox.claim(ROW.id, "dead:1", MS)
    assert store.claims.release_where(lambda holder: holder == "dead:1", MS) == 1
    row = store.outbox.claim(ROW.id, "d", MS)
    assert not isinstance(row, str)
    assert (row.maybe_sent, row.failures) == (True, 0)


def turn(
    store: Store, host: str, holder: str, now_ms: int, delay: float = 1.0, concurrency: int = 2
) -> float:
    return store.hosts.turn(host, holder, now_ms, delay=delay, concurrency=concurrency, patience=40.0)


def test_hosts_get_their_turns_apart(store: Store) -> None:
    assert turn(store, "a.test", "1", MS) == 0.0
    assert turn(store, "a.test", "2", MS + 400) == pytest.approx(0.6)
    assert turn(store, "b.test", "3", MS) == 0.0
    store.hosts.done("a.test", "1")
    assert turn(store, "a.test", "4", MS - 3_600_000) == 0.0  # the clock was set back


def test_a_host_is_asked_by_no_more_at_once_than_configured(store: Store) -> None:
    assert [turn(store, "a.test", str(one), MS + one * 2000) for one in range(3)] == [0.0, 0.0, 1.0]
    store.hosts.done("a.test", "0")
    assert turn(store, "a.test", "3", MS + 9000) == 0.0
    assert turn(store, "a.test", "4", MS + 11_000) > 0
    assert turn(store, "a.test", "5", MS + 60_000) == 0.0, "those who never came back count no more"


def test_a_host_that_said_retry_after_is_left_alone_until_then(store: Store) -> None:
    store.hosts.hold("a.test", MS + 30_000)
    assert turn(store, "a.test", "1", MS) == pytest.approx(30.0)
    assert turn(store, "a.test", "1", MS + 30_000) == 0.0


def test_a_crawl_delay_is_kept_and_read_once_a_day(store: Store) -> None:
    assert store.hosts.robots_due("a.test", MS)
    store.hosts.robots("a.test", 5.0, MS)
    assert not store.hosts.robots_due("a.test", MS + 3_600_000)
    assert store.hosts.robots_due("a.test", MS + 90_000_000)
    assert turn(store, "a.test", "1", MS) == 0.0
    assert turn(store, "a.test", "2", MS + 2000) == pytest.approx(3.0)


def test_outlets_of_an_alert_are_stirred_for_a_while(store: Store) -> None:
    store.feeds.stir(["a", "b"], MS + 1000)
    assert store.feeds.stirred(MS) == {"a": MS + 1000, "b": MS + 1000}
    assert store.feeds.stirred(MS + 1000) == store.feeds.stirred(MS) == {}


def test_retention_drops_the_old_and_keeps_what_waits(store: Store) -> None:
    deliverable(store)
    ingest(store, replace(ITEM, id="it_9"))
    assert store.items.prune(MS + 1, MS + 1) == 3  # the done item, the alert, the incident
    assert [record["id"] for record in store.items.newest(10)] == ["it_9"]
    row = store.outbox.claim(ROW.id, "d", MS)
    assert not isinstance(row, str)
    store.outbox.mark(ROW.id, row.token, "dead", MS, error="no")
    assert store.outbox.prune(MS + 1) == 1
    assert store.feeds.forget_unlisted(MS + 1) == 2
    assert json.dumps(store.feeds.known("a", ["guid:it_1"])) == "{}"
