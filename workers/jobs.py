"""The RQ entry points: an id in, a named outcome out. What is to be done stands in the store.

process_item: CLAIM -> read -> classify -> plan -> route -> COMMIT -> ring the lanes
deliver_row:  CLAIM (durable) -> SEND -> MARK
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.clock import to_ms
from monitor.errors import DeliveryError, StaleError
from monitor.jobqueue import Bell, deliver_queue
from monitor.models import Alert, Article, Delivery, Incident, Json, Mention, Reading
from monitor.store import Claim, Commit, RowClaim
from monitor.text import one_line
from workers import deliver, incidents, messages, routing
from workers.articles import article_of, document_of, quarantined
from workers.classify import read
from workers.runtime import Resources, current

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
    document = document_of(claim.item, article)
    reading = read(document, work.lexicons, work.gazetteer)
    note: Json = {"article": list(article.notes), "review": quarantined(work, document, article, reading)}
    return _decide(
        work, replace(claim, item=replace(claim.item, published=document.published)), article, reading, note
    )


# ---------------------------------------------------------------- deciding


def _decide(work: Resources, claim: Claim, article: Article, reading: Reading, note: Json) -> str:
    """Plan against the open incidents and commit; plan again when they moved meanwhile."""
    window = timedelta(seconds=work.config.incidents.window)
    while True:
        now = work.clock.now()
        version, open_incidents = work.store.items.open_incidents(to_ms(now - max(window, LATE)))
        plan = incidents.plan(
            incidents.Report(
                claim.item, reading, document_of(claim.item, article).body, _reading(claim.reading)
            ),
            open_incidents,
            incidents.Moment(
                now, window, work.tz, confirm=work.config.incidents.confirm, places=work.gazetteer
            ),
        )
        told = {incident.id: incident.receivers for incident in plan.incidents}
        rows, told = _rows(work, claim, plan.alerts, told)
        changed = tuple(_with_receivers(incident, told[incident.id]) for incident in plan.incidents)
        fields: dict[str, Json] = {
            "reading": _reading_dict(reading),
            "article": {"title": article.title, "text": article.text, "source": article.source},
            "note": note | {"reasons": [f"{category}: {reason}" for category, reason in plan.notes]},
        }
        work_done = Commit("done", fields, changed, tuple(plan.alerts), tuple(rows))
        if work.store.items.commit(claim, work_done, version, to_ms(now)):
            break
    outlets = {source.outlet for alert in plan.alerts for source in alert.sources}
    work.store.feeds.stir(sorted(outlets), to_ms(now + STIRRED))
    for receiver in {row.receiver for row in rows}:
        bell = Bell(work.store.client.redis, deliver_queue(receiver), work.config.workers.job_timeout)
        bell.ring(work.store.outbox.ring(receiver, to_ms(now), queue_empty=bell.is_silent()))
    return "alerted" if plan.alerts else "done"


def _commit(work: Resources, claim: Claim, commit: Commit) -> None:
    """Commit what touches no incident."""
    items = work.store.items
    while not items.commit(claim, commit, items.incidents_version(), to_ms(work.clock.now())):
        continue


def _rows(
    work: Resources, claim: Claim, alerts: list[Alert], told: dict[str, tuple[str, ...]]
) -> tuple[list[Delivery], dict[str, tuple[str, ...]]]:
    """Outbox rows of these alerts: people get one message a group, machines one an alert."""
    by_receiver: dict[str, list[Alert]] = {}
    for alert in alerts:
        before = told.get(alert.incident, ())
        chosen = routing.route(
            alert,
            claim.item.lang,
            claim.item.outlet,
            work.config.routes,
            work.gazetteer.resolve,
            told_before=before,
        )
        told = {**told, alert.incident: tuple(dict.fromkeys((*before, *chosen)))}
        for receiver in chosen:
            by_receiver.setdefault(receiver, []).append(alert)
    rows = []
    for receiver, some in by_receiver.items():
        rows += _rows_of(work, receiver, [alert.message_id for alert in some])
    return rows, told


def _rows_of(work: Resources, receiver: str, message_ids: Sequence[str]) -> list[Delivery]:
    """People get one message a group, machines one an alert."""
    single = work.config.receivers[receiver].kind == "webhook"
    bundles = [(one,) for one in message_ids] if single else [tuple(message_ids)]
    return [Delivery(f"{ids[0]}-{receiver}", receiver, ids) for ids in bundles]


def _with_receivers(incident: Incident, receivers: tuple[str, ...]) -> Incident:
    return replace(incident, receivers=receivers)


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


# ---------------------------------------------------------------- delivering


def deliver_row(row_id: str) -> str:
    """Send one outbox row, or record why it could not be sent."""
    work = current()
    claim = work.store.outbox.claim(row_id, work.holder, to_ms(work.clock.now()))
    if isinstance(claim, str):
        return claim
    try:
        _send(work, claim)
    except DeliveryError as error:
        return _failed(work, claim, error)
    except BaseException:  # cut short, perhaps after the receiver had it: say so and try again
        now_ms = to_ms(work.clock.now())
        due = now_ms + round(RETRY_ITEM * 1000)
        work.store.outbox.mark(
            row_id, claim.token, "due", now_ms, due_ms=due, error="sending was cut short", maybe_sent=True
        )
        raise
    work.store.outbox.mark(row_id, claim.token, "delivered", to_ms(work.clock.now()))
    return "delivered"


def _failed(work: Resources, claim: RowClaim, error: DeliveryError) -> str:
    now_ms = to_ms(work.clock.now())
    delay = None
    if not error.permanent:
        delay = deliver.retry_delay(claim.attempts, error.retry_after, work.random.random())
    reason = one_line(error.line(), 300)
    maybe = claim.maybe_sent or error.unknown
    if delay is None:
        log.error("%s did not take %s and never will: %s", claim.receiver, claim.id, reason)
        _fall_back(work, claim, now_ms)
        work.store.outbox.mark(claim.id, claim.token, "dead", now_ms, error=reason, maybe_sent=maybe)
        return "dead"
    if claim.attempts == PATIENCE and _is_grave(work, claim):
        _fall_back(work, claim, now_ms)
    log.warning("%s did not take %s, again in %.0f s: %s", claim.receiver, claim.id, delay, reason)
    due = now_ms + round(delay * 1000)
    work.store.outbox.mark(claim.id, claim.token, "due", now_ms, due_ms=due, error=reason, maybe_sent=maybe)
    return "retried"


def _fall_back(work: Resources, claim: RowClaim, now_ms: int) -> None:
    """Tell those whom the routes name instead of this receiver; who was told of it already is left."""
    for receiver in routing.fallbacks(claim.receiver, work.config.routes):
        rows = _rows_of(work, receiver, claim.alerts)
        if work.store.outbox.add(rows, now_ms):
            log.warning("%s is told of %s instead of %s", receiver, claim.id, claim.receiver)


def _is_grave(work: Resources, claim: RowClaim) -> bool:
    found = (work.store.items.alert(message_id) for message_id in claim.alerts)
    return any(alert.severity == "high" for alert in found if alert)


def _send(work: Resources, claim: RowClaim) -> None:
    receiver = work.config.receivers.get(claim.receiver)
    found = [work.store.items.alert(message_id) for message_id in claim.alerts]
    alerts = [alert for alert in found if alert]
    if receiver is None or not alerts:
        why = "this receiver is no longer in the config" if receiver is None else "the alert was pruned"
        raise DeliveryError(why, permanent=True)
    if receiver.kind == "console":
        form = "json" if work.json_console else receiver.format
        deliver.send_console(alerts, format=form, stream=sys.stdout, tz=work.tz)
    elif receiver.kind == "webhook":
        work.run(deliver.send_webhook(alerts[0], receiver, work.fetcher.post, work.clock.now()))
    elif receiver.url:
        title, text = messages.bundle(alerts)
        deliver.send_apprise(title, text, receiver.url.get_secret_value(), receiver.name)
