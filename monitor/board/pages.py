"""The pages that only show. Each takes one request as data and reads the store."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from monitor.alerts import Alert
from monitor.board import map as drawing
from monitor.board import views
from monitor.board.desk import Ask, Desk
from monitor.handling import ACTS

LENGTHS = ("30m", "1h", "2h", "4h", "8h")  # of a silence
SPANS = (("1h", "last hour"), ("24h", "last day"), ("7d", "last week"), ("30d", "last month"))


def overview(desk: Desk, ask: Ask) -> Response:
    """Problems first, then open incidents."""
    found, total = views.cases(desk)
    return desk.page(
        ask,
        "overview.html",
        troubles=views.troubles(desk),
        needing=[one for one in found if one.needs and not one.ended],
        taken=[one for one in found if not one.needs and not one.ended],
        ended=[one for one in found if one.ended],
        more=total - len(found),
        stats=desk.store.stats(),
        feeds=len(desk.config.feeds),
        edits=desk.store.team.config_changes()[:3],
    )


def incident(desk: Desk, ask: Ask, *, problem: str = "", status: int = 200) -> Response:
    """One incident: what was told, on what grounds, who took it on, who was reached."""
    known = desk.store.items.incident(ask.parts["id"])
    if known is None:
        raise HTTPException(404)
    revisions = desk.store.items.revisions(known.alert) if known.alert else []
    return desk.page(
        ask,
        "incident.html",
        status,
        case=views.case(desk, known),
        incident=known,
        places=views.places_of(known),
        revisions=revisions[::-1],
        sources=sorted(known.sources, key=lambda one: one.seen),
        rows=views.deliveries_of(desk, known.alert),
        acts=ACTS,
        problem=problem,
    )


def alerts(desk: Desk, ask: Ask) -> Response:
    """Alerts, each at its last revision, newest first, filtered."""
    newest: dict[str, Alert] = {}
    for one in desk.store.items.alerts(views.NEWEST):
        newest.setdefault(one.id, one)
    wanted = wanted_of(desk, ask)
    found = [one for one in newest.values() if wanted.fits(one)]
    return desk.page(
        ask,
        "alerts.html",
        alerts=found[: ask.number("limit", 100, views.NEWEST)],
        categories=sorted(desk.config.categories),
        statuses=views.statuses(list(newest.values())),
        spans=SPANS,
    )


def wanted_of(desk: Desk, ask: Ask) -> views.Wanted:
    """The filter that a query asks for."""
    query = ask.query
    moment = views.since(query.get("since", ""), desk.clock.now())
    return views.Wanted(
        query.get("category", ""), query.get("status", ""), query.get("place", "")[:80], moment
    )


def items(desk: Desk, ask: Ask) -> Response:
    """Items with what was found in them, and why nothing was told."""
    state = ask.query.get("state", "")
    records = [
        (record, *views.found_in(record))
        for record in desk.store.items.newest(views.NEWEST)
        if state in ("", record["state"])
    ]
    return desk.page(ask, "items.html", records=records[:100], state=state)


def feeds(desk: Desk, ask: Ask) -> Response:
    """Feeds and their health."""
    return desk.page(ask, "feeds.html", feeds=views.feeds(desk.config, desk.store.feeds.states()))


def deliveries(desk: Desk, ask: Ask, *, problem: str = "", status: int = 200) -> Response:
    """Outbox rows, newest first; dead letters can be sent again."""
    state, receiver = ask.query.get("state", ""), ask.query.get("receiver", "")
    rows = desk.store.outbox.rows(views.ROWS)
    chosen = [row for row in rows if state in ("", row.state) and receiver in ("", row.receiver)]
    return desk.page(
        ask,
        "deliveries.html",
        status,
        rows=[(row, *views.told(desk, row)) for row in chosen[:100]],
        counts=views.states_of(rows),
        state=state,
        receiver=receiver,
        problem=problem,
    )


def silences(desk: Desk, ask: Ask, *, problem: str = "", status: int = 200) -> Response:
    """Silences in force, and the form for a new one."""
    return desk.page(
        ask,
        "silences.html",
        status,
        silences=desk.store.team.silences(desk.clock.now()),
        categories=sorted(desk.config.categories),
        lengths=LENGTHS,
        problem=problem,
    )


def where(desk: Desk, ask: Ask) -> Response:
    """Open incidents on a map."""
    found, _ = views.cases(desk)
    placed, lost = drawing.marks([one for one in found if not one.ended])
    return desk.page(ask, "map.html", plan=drawing.plan(placed), marks=placed, lost=lost)
