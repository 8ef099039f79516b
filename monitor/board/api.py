"""The same in JSON: JSON Lines wherever there are several; health and metrics for machines."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from monitor.alerts import Delivery
from monitor.board import views
from monitor.board.desk import Ask, Desk, lines, one_json
from monitor.board.metrics import exposition
from monitor.board.pages import wanted_of
from monitor.errors import StoreError
from monitor.models import Json

MOST = 1_000  # documents in one answer


def alerts(desk: Desk, ask: Ask) -> Response:
    """Every revision of the newest alerts, newest first (`rasid.alert/1`), filtered."""
    wanted = wanted_of(desk, ask)
    found = desk.store.items.alerts(ask.number("limit", 100, MOST))
    return lines((one.to_dict() for one in found if wanted.fits(one)), desk)


def alert(desk: Desk, ask: Ask) -> Response:
    """Every revision of one alert, the first one first."""
    found = desk.store.items.revisions(ask.parts["id"])
    if not found:
        raise HTTPException(404)
    return lines((one.to_dict() for one in found), desk)


def incidents(desk: Desk, ask: Ask) -> Response:
    """Open incidents, those that need somebody first."""
    found, _ = views.cases(desk, ask.number("limit", 100, MOST))
    return lines((_case(one) for one in found), desk)


def incident(desk: Desk, ask: Ask) -> Response:
    """One incident, with the revisions of its alert and their deliveries."""
    known = desk.store.items.incident(ask.parts["id"])
    if known is None:
        raise HTTPException(404)
    revisions = desk.store.items.revisions(known.alert) if known.alert else []
    rows = views.deliveries_of(desk, known.alert)
    found = _case(views.case(desk, known)) | {
        "alerts": [one.to_dict() for one in revisions],
        "deliveries": [_row(row) for row in rows],
    }
    return one_json(found, desk)


def feeds(desk: Desk, _ask: Ask) -> Response:
    """Every feed's health, problems first."""
    return lines(views.feeds(desk.config, desk.store.feeds.states()), desk)


def items(desk: Desk, ask: Ask) -> Response:
    """The newest items: what was read in them, and why nothing was told."""
    return lines(desk.store.items.newest(ask.number("limit", 100, MOST)), desk)


def outbox(desk: Desk, ask: Ask) -> Response:
    """The newest deliveries; `state` and `receiver` filter."""
    state, receiver = ask.query.get("state", ""), ask.query.get("receiver", "")
    rows = [
        row
        for row in desk.store.outbox.rows(views.ROWS)
        if state in ("", row.state) and receiver in ("", row.receiver)
    ]
    return lines((_row(row) for row in rows[: ask.number("limit", 100, MOST)]), desk)


def silences(desk: Desk, _ask: Ask) -> Response:
    """Silences in force."""
    return lines((one.to_dict() for one in desk.store.team.silences(desk.clock.now())), desk)


def status(desk: Desk, _ask: Ask) -> Response:
    """Counts and problems."""
    found = views.troubles(desk)
    waits = views.waiting(desk)
    document: Json = {
        "problems": [
            {"kind": one.kind, "subject": one.subject, "text": one.text} for one in found if one.grave
        ],
        "notes": [{"kind": one.kind, "subject": one.subject, "text": one.text} for one in found if not one.grave],
        "feeds": len(desk.config.feeds),
        "items_waiting": waits.count,
        "deliveries": dict(views.states_of(desk.store.outbox.rows(views.ROWS))),
        **desk.store.stats(),
    }  # fmt: skip
    return one_json(document, desk)


def healthz(desk: Desk, _ask: Ask) -> Response:
    """200 while the store answers, else 503; says nothing else, for it asks for no password."""
    try:
        desk.store.items.waiting()
    except StoreError:
        return one_json({"status": "store does not answer"}, desk, 503)
    return one_json({"status": "ok"}, desk)


def metrics(desk: Desk, _ask: Ask) -> Response:
    """Prometheus' text format."""
    return Response(exposition(desk), media_type="text/plain; version=0.0.4; charset=utf-8")


def _case(case: views.Case) -> Json:
    document = case.incident.to_dict()
    document.pop("texts")  # sketches that only the workers compare
    return document | {
        "severity": case.severity,
        "title": case.title,
        "needs_acknowledgement": case.needs,
        "steps": [step.to_dict() for step in case.handling.steps],
    }


def _row(row: Delivery) -> Json:
    return {
        "id": row.id,
        "receiver": row.receiver,
        "alerts": list(row.alerts),
        "state": row.state,
        "attempts": row.attempts,
        "created_ms": row.created_ms,
        "due_ms": row.due_ms,
        "done_ms": row.done_ms,
        "error": row.error,
        "maybe_sent": row.maybe_sent,
        "hold": row.hold,
    }
