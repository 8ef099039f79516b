"""The desk against a real store: what waited is told, what nobody took on is called again, once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.alerts import Alert, Delivery
from monitor.canary import CANARY
from monitor.clock import ManualClock, to_ms
from monitor.config import Config
from monitor.errors import StoreUnavailableError
from monitor.handling import Silence, Step
from monitor.notices import Notice
from monitor.store import Store, open_store
from monitor.store.outbox import BREAKER
from tests.contract.test_outbox import commit, fail
from tests.contract.test_store import ALERT, ITEM, MS, NOW, WORK, ingest
from workers import classify, places
from workers.desk import TAKE_OVER, Desk
from workers.lookout import Lookout
from workers.runtime import Shared
from workers.telling import tell

CONFIG: dict[str, Any] = {
    "timezone": "UTC",
    "receivers": {
        "duty": {"console": {}},
        "lead": {"console": {}},
        "hook": {"webhook": {"url": "http://h.test/"}},
    },
    "routes": [
        {
            "receivers": ["duty"],
            "fallback": ["hook"],
            "escalate": {"after": "10m", "to": ["lead"]},
            "remind": {"every": "5m", "times": 2},
        }
    ],
    "digest": {"receivers": ["duty"], "at": "07:00"},
    "watch": {"canary": "off"},
}


@dataclass
class Told:
    """A way to receivers that only remembers."""

    notices: list[tuple[Notice, tuple[str, ...]]] = field(default_factory=list)

    def tell(self, notice: Notice, receivers: tuple[str, ...]) -> None:
        self.notices.append((notice, receivers))


@dataclass
class Made:
    """A desk with all that stands around it."""

    desk: Desk
    store: Store
    clock: ManualClock
    told: Told

    def after(self, **span: float) -> None:
        """Let time pass, second by second for the last few, as the desk would see it."""
        self.clock.advance(timedelta(**span).total_seconds())
        self.desk.tick()

    def rows(self, receiver: str = "", state: str = "due") -> list[Delivery]:
        found = self.store.outbox.rows()
        return [row for row in found if row.state == state and receiver in ("", row.receiver)]


def make(
    store: Store, valkey: str, holder: str = "a", clock: ManualClock | None = None, **changes: Any
) -> Made:
    config = Config.model_validate(CONFIG | changes)
    shared = Shared(config, classify.load(), places.Gazetteer([]), valkey)
    clock, told = clock or ManualClock(NOW), Told()
    return Made(Desk(shared, store, clock, holder, Lookout(config, store, clock, told)), store, clock, told)


@pytest.fixture
def made(store: Store, valkey: str) -> Made:
    store.team.slot_done("digest", "9")  # this morning's was told
    return make(store, valkey)


def held(number: int, *, hold: str = "quiet hours", receiver: str = "duty", minutes: float = 30) -> Delivery:
    name = f"al_{number}_r1"
    due = MS + round(minutes * 60_000)
    return Delivery(f"{name}-{receiver}", receiver, (name,), state="held", due_ms=due, hold=hold)


def alert(number: int, **changes: Any) -> Alert:
    return replace(ALERT, id=f"al_{number}", title=f"title {number}", **changes)


# ---------------------------------------------------------------- what waited


def test_what_waited_is_told_together_the_gravest_first(made: Made) -> None:
    alerts = (alert(1, severity="info"), alert(2, severity="medium"), alert(3))
    commit(made.store, held(1), held(2), held(3), alerts=alerts)
    made.desk.tick()
    assert len(made.rows(state="held")) == 3
    made.after(minutes=31)
    made.desk.tick()
    (row,) = [one for one in made.rows("duty") if one.alerts[0].startswith("nt_")]
    notice = made.store.outbox.notice(row.alerts[0])
    assert notice is not None
    assert notice.about == ("al_3_r1", "al_2_r1", "al_1_r1")
    assert [notice.text.index(f"title {n}") for n in (3, 2, 1)] == sorted(
        notice.text.index(f"title {n}") for n in (3, 2, 1)
    )
    assert "quiet hours" in notice.title
    assert len(made.rows(state="bundled")) == 3


def test_one_that_waited_alone_goes_out_as_it_is(made: Made) -> None:
    commit(made.store, held(1), alerts=(alert(1, severity="info"),))
    made.after(minutes=31)
    (row,) = made.rows("duty")
    assert (row.id, row.note) == ("al_1_r1-duty", "held back: quiet hours")


def test_what_waits_for_different_reasons_is_told_apart(made: Made) -> None:
    alerts = tuple(alert(n, severity="info") for n in range(1, 5))
    rows = (held(1), held(2), held(3, hold="flood:One"), held(4, hold="flood:One"))
    commit(made.store, *rows, alerts=alerts)
    made.after(minutes=31)
    notices = [made.store.outbox.notice(row.alerts[0]) for row in made.rows("duty")]
    assert sorted(one.title.split(": ")[1].split(" –")[0] for one in notices if one) == [
        "quiet hours",
        "too many alerts of One",
    ]


def test_what_a_silence_held_back_is_listed_when_it_ends(made: Made) -> None:
    one = Silence("si_1", "Rana", "known strike", NOW, NOW + timedelta(minutes=30))
    made.store.team.silence(one)
    alerts = (alert(1, severity="info"), alert(2, severity="info"))
    commit(made.store, held(1, hold="silence:si_1"), held(2, hold="silence:si_1"), alerts=alerts)
    made.desk.tick()
    assert made.rows("duty") == []
    made.store.team.end_silence("si_1", NOW + timedelta(minutes=5))
    made.after(minutes=5)
    notice = made.store.outbox.notice(made.rows("duty")[0].alerts[0])
    assert notice is not None
    assert notice.kind == "silence"
    assert "the silence of Rana (known strike)" in notice.title


# ---------------------------------------------------------------- who is called again


def test_nobody_acknowledges_so_they_are_reminded_and_the_lead_is_told(made: Made) -> None:
    commit(made.store, Delivery("al_1_r1-duty", "duty", ("al_1_r1",)))
    claim = made.store.outbox.claim("al_1_r1-duty", "w", MS)
    assert not isinstance(claim, str)
    made.store.outbox.mark("al_1_r1-duty", claim.token, "delivered", MS)
    made.after(minutes=4)
    assert made.rows() == []
    made.after(minutes=2)
    assert [row.id for row in made.rows()] == ["al_1_r1-duty-reminder1"]
    made.after(minutes=5)
    made.after(minutes=50)
    assert sorted(row.id for row in made.rows()) == [
        "al_1_r1-duty-reminder1",
        "al_1_r1-duty-reminder2",
        "al_1_r1-lead-escalated",
    ]
    assert "nobody acknowledged" in made.rows("lead")[0].note


def test_somebody_acknowledges_so_nobody_is_called(made: Made) -> None:
    commit(made.store)
    made.store.team.act("al_1", Step("acknowledge", "Rana", NOW, 1))
    made.after(hours=1)
    assert made.rows() == []


def test_an_alert_of_days_ago_is_followed_no_more(made: Made) -> None:
    commit(made.store)
    made.after(days=3)
    assert made.store.team.asking() == []
    assert made.rows("lead") == []


def test_grave_alerts_for_a_receiver_that_is_left_alone_go_to_its_fallback(made: Made) -> None:
    rows = [Delivery(f"al_{n}_r1-duty", "duty", (f"al_{n}_r1",)) for n in range(1, 8)]
    alerts = tuple(
        alert(n, severity="info" if n == 7 else "high", kind="update", why="people: 1 to 2")
        for n in range(1, 8)
    )
    commit(made.store, *rows, alerts=alerts)
    for n in range(BREAKER):
        fail(made.store, f"al_{n + 1}_r1-duty", MS)
    made.desk.tick()
    made.desk.tick()
    assert sorted(row.id for row in made.rows("hook")) == [f"al_{n}_r1-hook" for n in range(1, 7)]
    assert "duty could not be reached" in made.rows("hook")[0].note


# ---------------------------------------------------------------- digests and heartbeats


def test_the_morning_digest_lists_what_was_too_unsure_and_is_told_once(made: Made) -> None:
    morning = (24 - NOW.hour + 7) * 60
    alerts = (alert(1, severity="info"), alert(2, severity="info"))
    rows = [held(n, hold="unsure", minutes=morning) for n in (1, 2)]
    commit(made.store, *rows, alerts=alerts)
    made.store.team.slot_done("digest", "2026-03-01T07:00:00Z")
    made.desk.tick()
    assert made.rows("duty") == []
    made.after(minutes=morning)
    made.after(seconds=5)
    (row,) = made.rows("duty")
    notice = made.store.outbox.notice(row.alerts[0])
    assert notice is not None
    assert "Low confidence (2)" in notice.text
    assert made.rows(state="held") == []


def test_the_heartbeat_says_what_is_watched_and_what_is_not_in_order(store: Store, valkey: str) -> None:
    store.team.silence(Silence("si_1", "Rana", "known", NOW, NOW + timedelta(hours=2), places=("Aleppo",)))
    made = make(store, valkey, heartbeat={"receivers": ["duty"], "every": "12h"})
    made.desk.tick()
    made.after(seconds=10)
    (row,) = made.rows("duty")
    notice = store.outbox.notice(row.alerts[0])
    assert notice is not None
    assert "watches 0 feeds" in notice.title
    assert "by Rana: Aleppo (known)" in notice.text
    made.after(hours=12)
    assert len(made.rows("duty")) == 2


def test_the_situation_report_of_the_day_is_sent_once(store: Store, valkey: str) -> None:
    store.team.slot_done("digest", "9")
    made = make(store, valkey, report={"receivers": ["duty"], "at": "11:00"})
    commit(store, alerts=(alert(1, created=NOW - timedelta(hours=3)),))
    made.desk.tick()
    made.after(seconds=30)
    (row,) = made.rows("duty")
    notice = store.outbox.notice(row.alerts[0])
    assert notice is not None
    assert notice.kind == "report"
    assert "curfew" in notice.text


# ---------------------------------------------------------------- faults


def test_a_dead_letter_is_told_to_the_others_directly(made: Made) -> None:
    commit(made.store, Delivery("al_1_r1-duty", "duty", ("al_1_r1",)))
    claim = made.store.outbox.claim("al_1_r1-duty", "w", MS)
    assert not isinstance(claim, str)
    made.store.outbox.mark("al_1_r1-duty", claim.token, "dead", to_ms(made.clock.now()), error="404")
    made.desk.tick()
    made.after(seconds=60)
    ((notice, receivers),) = made.told.notices
    assert receivers == ("lead", "hook")
    assert "duty refused 1 message for good: 404" in notice.title
    assert notice.text.count("\n") == 1  # and the cure


def test_a_store_that_is_away_is_told_and_its_return_as_well(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.desk.tick()

    def away(*_: Any) -> Any:
        raise StoreUnavailableError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(made.store.client, "run", away)
        broken.setattr(made.store.client, "call", away)
        broken.setattr(made.store.client, "calls", away)
        for _ in range(20):
            made.after(seconds=6)
    for _ in range(20):
        made.after(seconds=6)
    assert [one.kind for one, _ in made.told.notices] == ["fault", "mended"]
    assert "the store does not answer" in made.told.notices[0][0].title


def test_a_store_that_takes_nothing_is_told_though_it_answers(store: Store, valkey: str) -> None:
    store.team.slot_done("digest", "9")
    made = make(store, valkey)
    made.desk.tick()
    redis = store.client.redis
    redis.config_set("maxmemory", 1)
    try:
        for _ in range(5):
            made.after(seconds=6)
    finally:
        redis.config_set("maxmemory", 0)
    for _ in range(15):
        made.after(seconds=6)
    assert [(one.kind, one.about) for one, _ in made.told.notices] == [
        ("fault", ("refusal",)),
        ("mended", ("refusal",)),
    ]


def test_a_part_that_stands_still_is_missed_and_one_that_ended_in_order_is_not(made: Made) -> None:
    made.store.team.beat("poller on a", {}, 1)
    made.store.team.beat("workers on a", {}, 1)
    made.desk.tick()
    made.store.team.beat_ends("workers on a")
    for _ in range(12):
        made.after(seconds=6)
    assert [notice.about for notice, _ in made.told.notices] == [("still: poller on a",)]


def test_an_outlet_whose_articles_say_nothing_any_more_is_told(made: Made) -> None:
    for number in range(180):
        item = replace(
            ITEM, id=f"it_{number:03}", fingerprint=f"f{number}", seen=NOW + timedelta(seconds=number)
        )
        ingest(made.store, item)
        made.store.client.call("ZADD", "items", MS + number, item.id)
        claim = made.store.items.claim(item.id, "w", MS)
        assert not isinstance(claim, str)
        mentions = [{"category": "curfew", "status": "imposed"}] if number < 120 and number % 3 == 0 else []
        text = "نص قصير" if number >= 120 else "نص طويل " * 200
        fields: dict[str, Any] = {
            "reading": {"lang": "ar", "mentions": mentions, "suppressed": []},
            "article": {"title": "t", "text": text, "source": "page"},
        }
        work = replace(WORK, fields=fields, incidents=(), alerts=(), rows=())
        assert made.store.items.commit(claim, work, made.store.items.incidents_version(), MS)
    made.desk.tick()
    made.after(seconds=6)
    assert {key for notice, _ in made.told.notices for key in notice.about} == {"drift: a", "silent: a"}


def test_a_canary_that_never_arrives_is_missed(store: Store, valkey: str) -> None:
    store.team.slot_done("digest", "9")
    made = make(store, valkey, watch={"canary": "1m"})
    for beat in range(60):
        store.team.beat("poller on a", {"canary": "2026-03-01T12:00:00Z"}, beat)
        if beat < 30:
            store.team.canary_came(to_ms(made.clock.now()))
        made.after(seconds=10)
    assert [notice.about for notice, _ in made.told.notices] == [("canary",)]


# ---------------------------------------------------------------- two desks


def test_one_of_two_desks_works_and_the_other_takes_over_when_it_dies(store: Store, valkey: str) -> None:
    store.team.slot_done("digest", "9")
    clock = ManualClock(NOW)
    first = make(store, valkey, "a", clock)
    other = open_store(valkey, prefix=store.client.prefix)
    second = make(other, valkey, "b", clock)
    first.desk.tick()
    second.desk.tick()
    commit(store, held(1, minutes=0), alerts=(alert(1, severity="info"),))
    second.after(seconds=1)
    assert len(first.rows(state="held")) == 1
    for _ in range(3):
        second.after(seconds=TAKE_OVER / 2 + 1)
    assert first.rows(state="held") == []
    other.close()


def test_the_canary_is_no_receiver_of_alerts() -> None:
    assert CANARY not in Config.model_validate(CONFIG).receivers


# ---------------------------------------------------------------- a flood, from the first alert to the last word


def test_five_hundred_alerts_of_one_outlet_are_a_few_and_one_message_with_them_all(made: Made) -> None:
    config = Config.model_validate(CONFIG)

    def told(number: int, outlet: str, one: Alert) -> None:
        rows = tell(
            [one],
            "ar",
            outlet,
            {},
            store=made.store,
            config=config,
            resolve=lambda _: [],
            now=made.clock.now(),
        )
        item = replace(ITEM, id=f"it_{number}", fingerprint=f"f{number}")
        ingest(made.store, item)
        claim = made.store.items.claim(item.id, "w", MS)
        assert not isinstance(claim, str)
        work = replace(WORK, incidents=(), rows=rows.rows, paces=rows.paces, alerts=(one,))
        assert made.store.items.commit(claim, work, made.store.items.incidents_version(), MS)

    for number in range(500):
        level = "high" if number % 50 == 49 else "medium"
        told(number, "Loud", alert(number, category="clashes", status="clashes", severity=level, kind="new"))
    told(500, "Quiet", alert(500, category="curfew"))
    made.desk.tick()
    assert len(made.rows("duty")) == config.flood.alerts + 1  # the first ones, and the curfew elsewhere
    assert len(made.rows(state="held")) == 500 - config.flood.alerts
    made.after(seconds=config.flood.within)
    made.desk.tick()
    (row,) = [one for one in made.rows("duty") if one.alerts[0].startswith("nt_")]
    notice = made.store.outbox.notice(row.alerts[0])
    assert notice is not None
    assert len(notice.about) == 500 - config.flood.alerts
    assert set(notice.about[:10]) == {f"al_{number}_r1" for number in range(49, 500, 50)}  # the gravest first
    assert made.rows(state="held") == []
