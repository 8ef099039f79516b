"""The RQ entry points: an id in, a named outcome out. What is to be done stands in the store.

process_item: CLAIM -> read -> classify -> plan -> route -> COMMIT -> ring the lanes
deliver_row:  CLAIM (durable) -> SEND -> MARK
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.alerts import Delivery
from monitor.canary import CANARY
from monitor.clock import to_ms
from monitor.errors import StaleError
from monitor.jobqueue import Bell, deliver_queue
from monitor.links import LIFETIME, LINK_ACTS, link
from monitor.models import Article, Json, Mention, Reading
from monitor.notices import Notice, notice_id
from monitor.store import Claim, Commit
from monitor.text import one_line
from workers import incidents
from workers.articles import article_of, document_of, quarantined
from workers.classify import read
from workers.planning import Links, Report, moment_of
from workers.runtime import Resources, current
from workers.telling import tell

log = logging.getLogger("rasid.jobs")

MAX_ATTEMPTS = 5  # an item that fails so often is given up, visibly
RETRY_ITEM = 5.0
PATIENCE = 3  # failures of a high alert after which the fallback is told, while the tries go on
LATE = timedelta(days=7)  # so late a lifting, a denial or a correction still reaches everyone who was told
STIRRED = timedelta(minutes=30)  # how long the feeds of an alert's outlets are asked more often


def process_item(item_id: str) -> str:
    """Process the newest revision of one item."""
    work = current()
    claim = work.store.items.claim(item_id, work.holder, to_ms(work.clock.now()))
    if isinstance(claim, str):
        return claim
    try:
        return _process(work, claim)
    except StaleError as error:
        log.info("%s", error)
        work.store.items.release(item_id, claim.token, to_ms(work.clock.now()))
        return error.reason
    except BaseException:
        due = to_ms(work.clock.now()) + round(RETRY_ITEM * 1000 * claim.attempts)
        work.store.items.release(item_id, claim.token, due)
        raise


def _process(work: Resources, claim: Claim) -> str:
    if claim.attempts > MAX_ATTEMPTS:
        log.error("item %s (%s) failed %d times; given up", claim.item.id, claim.item.url, MAX_ATTEMPTS)
        _commit(work, claim, Commit("dead", {"note": {"reasons": ["failed too often"]}}))
        return "dead"
    article = article_of(work, claim)
    if article is None:
        return "waits"
    document = document_of(claim.item, article, work.config.timezone)
    reading = read(document, work.lexicons, work.gazetteer)
    if claim.item.outlet == CANARY:
        return _arrive(work, claim, reading)
    note: Json = {"article": list(article.notes), "review": quarantined(work, document, article, reading)}
    return _decide(
        work, replace(claim, item=replace(claim.item, published=document.published)), article, reading, note
    )


# ---------------------------------------------------------------- deciding


def _decide(work: Resources, claim: Claim, article: Article, reading: Reading, note: Json) -> str:
    """Plan against the open incidents and commit; plan again when they moved meanwhile."""
    window = timedelta(seconds=work.config.incidents.window)
    body = document_of(claim.item, article, work.config.timezone).body
    while True:
        now = work.clock.now()
        version, open_incidents = work.store.items.open_incidents(to_ms(now - max(window, LATE)))
        plan = incidents.plan(
            Report(claim.item, reading, body, _reading(claim.reading)),
            open_incidents,
            moment_of(work.config, now, work.gazetteer, work.templates, _links(work, now)),
        )
        told = tell(
            plan.alerts,
            claim.item.lang,
            claim.item.outlet,
            {incident.id: incident.receivers for incident in plan.incidents},
            store=work.store,
            config=work.config,
            resolve=work.gazetteer.resolve,
            now=now,
        )
        changed = tuple(
            replace(one, receivers=told.receivers.get(one.id, one.receivers)) for one in plan.incidents
        )
        fields: dict[str, Json] = {
            "reading": _reading_dict(reading),
            "article": {"title": article.title, "text": article.text, "source": article.source},
            "note": note | {"reasons": [f"{category}: {reason}" for category, reason in plan.notes]},
        }
        work_done = Commit("done", fields, changed, tuple(plan.alerts), told.rows, paces=told.paces)
        if work.store.items.commit(claim, work_done, version, to_ms(now)):
            break
    for name, why in work.templates.failures.items():
        work.store.team.template_failed(name, one_line(why, 300))
    outlets = {source.outlet for alert in plan.alerts for source in alert.sources}
    work.store.feeds.stir(sorted(outlets), to_ms(now + STIRRED))
    for receiver in {row.receiver for row in told.rows if not row.hold}:
        bell = Bell(work.store.client.redis, deliver_queue(receiver), work.config.workers.job_timeout)
        bell.ring(work.store.outbox.ring(receiver, to_ms(now), queue_empty=bell.is_silent()))
    return "alerted" if plan.alerts else "done"


def _links(work: Resources, now: datetime) -> Links:
    """What messages link to where the board can be reached: the thread, and what one tap does."""
    url = work.config.board.public_url.rstrip("/")
    if not url:
        return lambda _incident, _alert, _revision: {}
    key, expires = work.store.team.link_key(), now + LIFETIME

    def made(incident: str, alert: str, revision: int) -> dict[str, str]:
        acts: dict[str, str] = {act: link(key, url, alert, revision, act, expires) for act in LINK_ACTS}
        return {"board": f"{url}/incidents/{incident}", **acts}

    return made


def _arrive(work: Resources, claim: Claim, reading: Reading) -> str:
    """The canary's alert goes to its own receiver and to nobody else; unread or misread it never arrives."""
    fields: dict[str, Json] = {"reading": _reading_dict(reading)}
    found = any(one.category == "curfew" and one.status == "imposed" for one in reading.mentions)
    if not (found and claim.item.pages):
        _commit(work, claim, Commit("done", fields))
        return "done"
    now = work.clock.now()
    notice = Notice(notice_id(CANARY, claim.item.id), "canary", now, "info", claim.item.title, claim.item.url)
    row = Delivery(f"{notice.id}-{CANARY}", CANARY, (notice.id,))
    _commit(work, claim, Commit("done", fields, rows=(row,), notices=(notice,)))
    return CANARY


def _commit(work: Resources, claim: Claim, commit: Commit) -> None:
    """Commit what touches no incident."""
    items = work.store.items
    while not items.commit(claim, commit, items.incidents_version(), to_ms(work.clock.now())):
        continue


def _reading(data: Json | None) -> Reading | None:
    if data is None:
        return None
    return Reading(data["lang"], tuple(Mention.from_dict(one) for one in data["mentions"]))


def _reading_dict(reading: Reading) -> Json:
    return {
        "lang": reading.lang,
        "mentions": [mention.to_dict() for mention in reading.mentions],
        "suppressed": [one.to_dict() for one in reading.suppressed],
    }
