"""What Prometheus scrapes."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.board import views
from monitor.board.desk import Desk

STATES = ("due", "sending", "held", "delivered", "dead", "bundled", "collapsed")
COUNTERS = {
    "polls": "Polls of feeds.",
    "items": "Items processed.",
    "alerts": "Alert revisions written.",
    "delivered": "Messages that arrived.",
    "dead": "Messages that were given up.",
}

Sample = tuple[dict[str, str], float]


def exposition(desk: Desk) -> str:
    """Every metric in the text format. Label values are escaped: feeds and receivers are named by people."""
    return "".join(_lines(desk))


def _lines(desk: Desk) -> Iterator[str]:
    stats = desk.store.stats()
    for name, meaning in COUNTERS.items():
        yield from _metric(f"rasid_{name}_total", "counter", meaning, [({}, stats.get(name, 0))])
    counts = views.states_of(desk.store.outbox.rows(views.ROWS))
    recent = f"Newest {views.ROWS} deliveries by state."
    states: list[Sample] = [({"state": state}, counts[state]) for state in STATES]
    yield from _metric("rasid_deliveries", "gauge", recent, states)
    waits = views.waiting(desk)
    age = (desk.clock.now() - waits.oldest).total_seconds() if waits.oldest else 0.0
    yield from _metric("rasid_items_waiting", "gauge", "Items not read yet.", [({}, waits.count)])
    oldest = "Age of the oldest item not read yet."
    yield from _metric("rasid_oldest_waiting_seconds", "gauge", oldest, [({}, max(age, 0.0))])
    yield from _metric("rasid_items_dead", "gauge", "Items given up.", [({}, desk.store.items.dead())])
    yield from _feeds(desk)
    troubled: list[Sample] = [
        ({"receiver": name}, trouble.failures if (trouble := desk.store.outbox.trouble(name)) else 0)
        for name in desk.store.outbox.lanes()
    ]
    yield from _metric("rasid_receiver_failures", "gauge", "Failures in a row, by receiver.", troubled)


def _feeds(desk: Desk) -> Iterator[str]:
    found = views.feeds(desk.config, desk.store.feeds.states())
    failing: list[Sample] = [({"feed": one["name"]}, 1 if one["errors"] else 0) for one in found]
    yield from _metric("rasid_feeds", "gauge", "Feeds in the config.", [({}, len(found))])
    yield from _metric(
        "rasid_feeds_failing",
        "gauge",
        "Feeds whose last poll failed.",
        [({}, sum(value for _, value in failing))],
    )
    yield from _metric("rasid_feed_failing", "gauge", "1 while a feed fails.", failing)
    delays: list[Sample] = [
        ({"feed": one["name"], "quantile": quantile}, seconds)
        for one in found
        if one["delay_seconds"]
        for quantile, seconds in zip(("0.5", "0.95"), one["delay_seconds"], strict=True)
    ]
    yield from _metric("rasid_feed_delay_seconds", "gauge", "From published to seen, by feed.", delays)


def _metric(name: str, kind: str, meaning: str, samples: list[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {meaning}\n# TYPE {name} {kind}\n"
    for labels, value in samples:
        inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{name}{{{inner}}} {value:.15g}\n" if inner else f"{name} {value:.15g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
