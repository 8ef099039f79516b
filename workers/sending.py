"""The RQ entry point of deliveries: an id in, a named outcome out.

deliver_row: CLAIM (durable) -> what is still worth telling -> SEND -> MARK
"""

from __future__ import annotations

import logging
import sys

from monitor.alerts import Alert
from monitor.canary import CANARY
from monitor.clock import to_ms
from monitor.errors import DeliveryError, FetchError
from monitor.notices import Notice
from monitor.store import RowClaim
from monitor.text import one_line
from workers import deliver, messages, routing
from workers.messages import Message
from workers.runtime import Resources, current
from workers.telling import rows_of

log = logging.getLogger("rasid.sending")

RETRY_CUT = 5.0  # seconds until the next try after one that was cut short
PATIENCE = 3  # failures of a high alert after which the fallback is told, while the tries go on
GIVE_UP_MS = 3 * 86_400_000  # so long a message is tried


def deliver_row(row_id: str) -> str:
    """Send one outbox row, or record why it could not be sent."""
    work = current()
    claim = work.store.outbox.claim(row_id, work.holder, to_ms(work.clock.now()))
    if isinstance(claim, str):
        return claim
    try:
        sent = _send(work, claim)
    except DeliveryError as error:
        return _failed(work, claim, error)
    except BaseException:  # cut short, perhaps after the receiver had it: say so and try again
        now_ms = to_ms(work.clock.now())
        due = now_ms + round(RETRY_CUT * 1000)
        work.store.outbox.mark(
            row_id, claim.token, "due", now_ms, due_ms=due, error="sending was cut short", maybe_sent=True
        )
        raise
    state = "delivered" if sent else "collapsed"
    work.store.outbox.mark(row_id, claim.token, state, to_ms(work.clock.now()))
    return state


def _send(work: Resources, claim: RowClaim) -> bool:
    """Whether there was anything to send: what a later revision has overtaken is not told any more."""
    if claim.receiver == CANARY:
        return _arrived(work)
    receiver = work.config.receivers.get(claim.receiver)
    if receiver is None:
        raise DeliveryError("this receiver is no longer in the config", permanent=True)
    message = _message(work, claim)
    if message is None:
        return False
    means = deliver.Means(
        post=work.fetcher.post,
        run=work.run,
        stream=sys.stdout,
        tz=work.tz,
        now=work.clock.now(),
        data_dir=work.config.data_dir,
        json_console=work.json_console,
    )
    warning = deliver.send(message, receiver, means)
    if warning:
        log.warning("%s took %s, but: %s", receiver.name, claim.id, one_line(warning, 300))
    return True


def _arrived(work: Resources) -> bool:
    """A canary came through: that, and nothing else, pings the dead man's switch."""
    work.store.team.canary_came(to_ms(work.clock.now()))
    if url := work.config.watch.deadman_url.get_secret_value():
        try:
            work.run(work.fetcher.get(url, allow_private=True, timeout=deliver.SEND_TIMEOUT))
        except FetchError as error:  # its silence is what it is for
            raise DeliveryError(f"the dead man's switch: {error.reason}", reason=error.reason) from error
    return True


def _message(work: Resources, claim: RowClaim) -> Message | None:
    """What a row says now, or None when a later revision of all of it was told already."""
    if claim.alerts[0].startswith("nt_"):
        notice: Notice | None = work.store.outbox.notice(claim.alerts[0])
        if notice is None:
            raise DeliveryError("the notice was pruned", permanent=True)
        return messages.of_notice(notice)
    found = [alert for one in claim.alerts if (alert := work.store.items.alert(one))]
    if not found:
        raise DeliveryError("the alert was pruned", permanent=True)
    people = work.config.receivers[claim.receiver].kind in ("console", "apprise", "mail")
    if not people:
        return messages.of_alerts(found, note=claim.note, now=work.clock.now())
    heard = work.store.outbox.heard(claim.receiver, [alert.id for alert in found])
    fresh = [alert for alert in found if heard.get(alert.id, 0) < alert.revision or claim.note]
    if not fresh:
        return None
    notes = [claim.note, *(_missed(work, alert, heard.get(alert.id, 0)) for alert in fresh)]
    note = "\n".join(one for one in notes if one)
    return messages.of_alerts(fresh, note=note, now=work.clock.now())


def _missed(work: Resources, alert: Alert, heard: int) -> str:
    """What this receiver did not get of an alert before this revision, in a line."""
    if alert.revision == heard + 1:
        return ""
    earlier = [one for one in work.store.items.revisions(alert.id) if heard < one.revision < alert.revision]
    return "\n".join(
        f"not delivered before ({one.created.astimezone(work.tz):%Y-%m-%d %H:%M}): {one.title}"
        for one in earlier
    )


# ---------------------------------------------------------------- failures


def _failed(work: Resources, claim: RowClaim, error: DeliveryError) -> str:
    now_ms = to_ms(work.clock.now())
    failures = claim.failures + 1
    delay = None
    if not error.permanent and now_ms - claim.created_ms < GIVE_UP_MS:
        delay = deliver.retry_delay(failures, error.retry_after, work.random.random())
    reason = one_line(error.line(), 300)
    maybe = claim.maybe_sent or error.unknown
    outbox = work.store.outbox
    if delay is None:
        log.error("%s did not take %s and never will: %s", claim.receiver, claim.id, reason)
        _fall_back(work, claim, now_ms)
        outbox.mark(claim.id, claim.token, "dead", now_ms, error=reason, maybe_sent=maybe)
        return "dead"
    if failures == PATIENCE and _is_grave(work, claim):
        _fall_back(work, claim, now_ms)
    log.warning("%s did not take %s, again in %.0f s: %s", claim.receiver, claim.id, delay, reason)
    outbox.mark(
        claim.id,
        claim.token,
        "due",
        now_ms,
        due_ms=now_ms + round(delay * 1000),
        error=reason,
        maybe_sent=maybe,
        failed=True,
    )
    return "retried"


def _fall_back(work: Resources, claim: RowClaim, now_ms: int) -> None:
    """Tell those whom the routes name instead of this receiver; who was told of it already is left."""
    for receiver in routing.fallbacks(claim.receiver, work.config.routes):
        note = f"told here because {claim.receiver} could not be reached"
        rows = rows_of(receiver, claim.alerts, work.config, note=note)
        if work.store.outbox.add(rows, now_ms):
            log.warning("%s is told of %s instead of %s", receiver, claim.id, claim.receiver)


def _is_grave(work: Resources, claim: RowClaim) -> bool:
    found = (work.store.items.alert(message_id) for message_id in claim.alerts)
    return any(alert.severity == "high" for alert in found if alert)
