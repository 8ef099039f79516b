"""A store as it looks on a busy day, and a config that fits it. All texts are our own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.alerts import Alert, Delivery, Incident, Source
from monitor.clock import ManualClock, iso, to_ms
from monitor.config import Config
from monitor.handling import Silence, Step
from monitor.models import Evidence, Hours, Item, Json, Mention, People, Place, Severity
from monitor.store import Batch, Commit, Store

NOW = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
MS = to_ms(NOW)
HOSTILE = "<script>alert(1)</script>\u202e\x1b[31m\"'><img src=x onerror=alert(2)>" + "طويل جدا " * 1_900
DEIR = Place("ديرالزور", "Deir ez-Zor", "دير الزور", "SY09", 35.33, 40.14)
MANBIJ = Place("منبج", "Manbij", "منبج", "SY0203", 36.53, 37.95)
SUWAYDA = Place("السويداء", "As-Suwayda", "السويداء", "SY13", 32.71, 36.57)


def config(**board: Any) -> Config:
    """Two feeds, three receivers, a board on this machine."""
    return Config.model_validate(
        {
            "feeds": [
                {"name": "صوت الفرات", "url": "https://furat.test/rss", "lang": "ar"},
                {"name": "Northern Wire", "url": "https://wire.test/feed.xml", "lang": "en"},
            ],
            "receivers": {
                "console": {},
                "duty-webhook": {"webhook": {"url": "https://hook.test/in", "secret": "whsec_" + "Zm9vYmFy" * 4}},
            },
            "board": {"listen": "127.0.0.1:8080", **board},
        }
    )  # fmt: skip


def clock() -> ManualClock:
    return ManualClock(NOW)


def story(
    number: int,
    category: str,
    status: str,
    severity: Severity,
    title: str,
    body: str,
    place: Place | None,
    *,
    minutes: int = 10,
    sources: int = 1,
    **more: Any,
) -> tuple[Item, Commit]:
    """An item and what came of it: an incident, an alert, a row for each receiver."""
    seen = NOW - timedelta(minutes=minutes)
    item = Item(
        id=f"it_{number}", revision=0, feed="صوت الفرات", outlet="صوت الفرات", url=f"https://furat.test/{number}",
        title=title, summary="", content=body, published=seen - timedelta(minutes=1), seen=seen,
        fingerprint=f"f{number}", lang="ar",
    )  # fmt: skip
    mention = Mention(
        category, status, 0.94, (Evidence("body", 0, len(body), body, f"{category}.{status}"),),
        places=(place,) if place else (), people=more.get("people"), hours=more.get("hours"),
        event_time="2026-11-22", actor=more.get("actor"),
    )  # fmt: skip
    told = tuple(
        Source(f"it_{number}", outlet, f"https://{host}.test/{number}", title, item.published, seen, None)
        for outlet, host in (("صوت الفرات", "furat"), ("Northern Wire", "wire"), ("مرصد الجزيرة", "jazira"))[
            :sources
        ]
    )
    alert = Alert(
        id=f"al_{number}", revision=1, group=f"gr_{number}", kind="new", incident=f"in_{number}", created=seen,
        why="first report", category=category, status=status, confidence=0.94, severity=severity, title=title,
        text=f"{title}\n{body}", lang="ar", mentions=(mention,), sources=told, independent_sources=sources,
    )  # fmt: skip
    incident = Incident(
        id=f"in_{number}", category=category, status=status, opened=seen, updated=seen,
        places=(place,) if place else (), sources=told, alert=alert.id, revision=1, mentions=(mention,),
        ended=more.get("ended"),
    )  # fmt: skip
    rows = tuple(
        Delivery(id=f"al_{number}_r1-{name}", receiver=name, alerts=(alert.message_id,))
        for name in ("console", "duty-webhook")
    )
    alerts = (alert,)
    if more.get("twice"):
        alerts += (replace(alert, revision=2, kind="update", why="confirmed by 3 sources"),)
    reading: Json = {"lang": "ar", "mentions": [mention.to_dict()], "suppressed": []}
    return item, Commit("done", {"note": {}, "reading": reading}, (incident,), alerts, rows)


STORIES = (
    story(
        1, "curfew", "imposed", "high", "🔴 حظر تجول في دير الزور من السادسة مساء",
        "أعلن المجلس المحلي فرض حظر تجول في المدينة من الساعة السادسة مساء حتى السادسة صباحا.", DEIR,
        minutes=4, sources=3, twice=True, hours=Hours("18:00", "06:00", "until further notice"), actor="المجلس المحلي",
    ),
    story(
        2, "displacement", "flight", "high", "🔴 نزوح أكثر من 300 عائلة من ريف منبج",
        "وصلت أكثر من 300 عائلة إلى المدارس بعد القصف الليلي على القرى الشرقية.", MANBIJ,
        minutes=26, people=People(300, "families", at_least=True),
    ),
    story(
        3, "clashes", "clashes", "medium", "🟠 CLASHES near As-Suwayda: two checkpoints exchange fire",
        "Two checkpoints on the western road exchanged fire for an hour, residents said.", SUWAYDA, minutes=95, sources=2,
    ),
    story(
        4, "curfew", "lifted", "info", "🟢 رفع حظر التجول", "رُفع الحظر صباح اليوم.", None,
        minutes=600, ended=NOW - timedelta(minutes=300),
    ),
)  # fmt: skip


def keep(store: Store, item: Item, work: Commit) -> None:
    """Store an item and commit what came of it."""
    token, _, _ = store.feeds.begin_poll(item.feed, "me")
    store.feeds.ingest(item.feed, token, item.outlet, [Batch(item, (f"guid:{item.id}",))], {}, MS)
    claim = store.items.claim(item.id, "w", MS)
    assert not isinstance(claim, str)
    assert store.items.commit(claim, work, store.items.incidents_version(), MS)


def fill(store: Store) -> None:
    """A busy day: four incidents, a feed that fails, a dead letter, an item that waits, a silence."""
    for item, work in STORIES:
        keep(store, item, work)
    plain = replace(STORIES[0][0], id="it_8", title="افتتاح معرض الكتاب", fingerprint="f8")
    keep(store, plain, Commit("done", {"note": {"reasons": ["no_category"]}}))
    late = replace(plain, id="it_9", title="خبر ينتظر", seen=NOW - timedelta(minutes=20), fingerprint="f9")
    states: dict[str, Json] = {
        "صوت الفرات": {
            "outcome": "fetched", "polled": iso(NOW), "last_success": iso(NOW - timedelta(minutes=1)),
            "next": iso(NOW + timedelta(minutes=1)), "why_next": "its own pace", "entries": 20, "errors": 0,
            "watched": {"listed": [], "delays": [20, 40, 200]},
        },
        "Northern Wire": {
            "outcome": "http_503", "polled": iso(NOW), "error": "wire.test answers 503", "errors": 4,
            "cure": "nothing to do: it is asked again", "next": iso(NOW + timedelta(minutes=9)), "why_next": "after a failure",
        },
    }  # fmt: skip
    for feed, state in states.items():
        token, _, _ = store.feeds.begin_poll(feed, "me")
        batch = [Batch(late, ("guid:it_9",))] if feed == late.feed else []
        store.feeds.ingest(feed, token, late.outlet, batch, state, MS)
    mark(store, "al_1_r1-console", "delivered")
    mark(
        store,
        "al_1_r1-duty-webhook",
        "dead",
        error="hook.test answers 410; whsec_" + "Zm9vYmFy" * 4,
        failed=True,
    )
    store.team.act("al_3", Step("claim", "هدى", NOW - timedelta(minutes=80), 1))
    store.team.silence(
        Silence("si_1", "Omar", "صيانة الشبكة", NOW - timedelta(hours=1), NOW + timedelta(hours=2), ("clashes",), ("Homs",))
    )  # fmt: skip


def mark(store: Store, row_id: str, state: str, **more: Any) -> None:
    """Send a row, with this end."""
    row = store.outbox.claim(row_id, "d", MS)
    assert not isinstance(row, str)
    assert store.outbox.mark(row_id, row.token, state, MS, **more)
