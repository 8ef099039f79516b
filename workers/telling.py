"""From alerts to outbox rows: asks the store what routing needs to know, and lays out one row a message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.alerts import Alert, Delivery
from monitor.clock import to_ms
from monitor.config import Config
from monitor.receivers import MACHINES
from monitor.store import Store
from workers import routing
from workers.routing import Resolve, Situation, Telling


@dataclass(frozen=True, slots=True)
class Told:
    """What goes out of some alerts: rows, what is counted of them, and who hears of each incident."""

    rows: tuple[Delivery, ...] = ()
    paces: tuple[tuple[str, str], ...] = ()
    receivers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # incident -> names


def tell(
    alerts: Sequence[Alert],
    lang: str,
    outlet: str,
    before: Mapping[str, Sequence[str]],
    *,
    store: Store,
    config: Config,
    resolve: Resolve,
    now: datetime,
) -> Told:
    """Rows of these alerts of one item. `before`: who was told of each incident until now."""
    if not alerts:
        return Told()
    at = situation(alerts, outlet, store=store, config=config, resolve=resolve, now=now)
    tellings: list[tuple[Alert, Telling]] = []
    receivers: dict[str, tuple[str, ...]] = {}
    for alert in alerts:
        earlier = [*before.get(alert.incident, ()), *_heard(alert, store, config)]
        known = [name for name in dict.fromkeys(earlier) if name in config.receivers]
        found = routing.route(alert, lang, outlet, config.routes, at, told_before=known)
        tellings += [(alert, telling) for telling in found]
        told = (telling.receiver for telling in found if telling.hold != "unsure")
        receivers[alert.incident] = tuple(dict.fromkeys((*before.get(alert.incident, ()), *told)))
    return Told(tuple(_rows(tellings, config)), tuple(_paces(tellings, outlet)), receivers)


def situation(
    alerts: Iterable[Alert], outlet: str, *, store: Store, config: Config, resolve: Resolve, now: datetime
) -> Situation:
    """What besides the alerts decides, read from the store."""
    spans = {
        counter: config.flood.within
        for alert in alerts
        for counter in routing.counters(outlet, alert.category)
    }
    for route in config.routes:
        for name in route.receivers if route.throttle else ():
            counter = routing.throttle_counter(name)
            spans[counter] = max(spans.get(counter, 0.0), route.throttle[1] if route.throttle else 0.0)
    since = [to_ms(now) - round(span * 1000) for span in spans.values()]
    return Situation(
        now,
        config.timezone,
        resolve,
        silences=store.team.silences(now),
        told=store.outbox.paces(list(spans), since),
        tiers={feed.outlet: feed.tier for feed in config.feeds},
        flood=config.flood,
        digest=config.digest,
    )


def rows_of(
    receiver: str, message_ids: Sequence[str], config: Config, *, tail: str = "", note: str = ""
) -> list[Delivery]:
    """Rows to be sent now: people get one message for them all, machines one each. `tail` ends their ids."""
    single = config.receivers[receiver].kind in MACHINES
    bundles = [(one,) for one in message_ids] if single else [tuple(message_ids)]
    return [Delivery(f"{ids[0]}-{receiver}{tail}", receiver, ids, note=note) for ids in bundles]


def _rows(tellings: Sequence[tuple[Alert, Telling]], config: Config) -> Iterable[Delivery]:
    """One row a message: what goes to one receiver at one time for one reason stays together."""
    groups: dict[Telling, list[str]] = {}
    for alert, telling in tellings:
        groups.setdefault(telling, []).append(alert.message_id)
    for telling, ids in groups.items():
        for row in rows_of(telling.receiver, ids, config):
            due = to_ms(telling.until) if telling.until else 0
            state = "held" if telling.hold else "due"
            yield Delivery(row.id, row.receiver, row.alerts, state=state, due_ms=due, hold=telling.hold)


def _paces(tellings: Sequence[tuple[Alert, Telling]], outlet: str) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    for alert, telling in tellings:
        if not telling.hold and alert.kind != "drill":
            for counter in routing.counters(outlet, alert.category):
                found[counter, alert.message_id] = None
            found[routing.throttle_counter(telling.receiver), alert.message_id] = None
    return list(found)


def _heard(alert: Alert, store: Store, config: Config) -> list[str]:
    """Who took an earlier revision without a route: as a fallback, or by escalation."""
    if alert.revision <= 1:
        return []
    return [name for name in config.receivers if store.outbox.heard(name, [alert.id])]
