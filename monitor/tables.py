"""What the looking commands print: tables for people, JSON Lines for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime, tzinfo

from rich.console import Console
from rich.table import Table

from monitor.clock import parse_iso
from monitor.config import Config, FeedConfig
from monitor.models import Alert, Json
from monitor.rhythm import Rhythm, rate
from monitor.store import Store
from monitor.text import isolate, one_line
from monitor.watch import Watched, delay

PIPED_WIDTH = 160  # characters of a table that is read by a pager or a file


def show_alerts(alerts: Sequence[Alert], zone: tzinfo, *, as_json: bool) -> None:
    """Every revision, newest first."""
    if as_json:
        return _lines([alert.to_dict() for alert in alerts])
    rows = [
        (alert.message_id, _when(alert.created, zone), alert.kind, alert.severity, alert.title, alert.why)
        for alert in alerts
    ]
    return _table(("alert", "at", "kind", "severity", "title", "why"), rows, "no alerts yet")


def show_items(records: Sequence[Json], zone: tzinfo, *, as_json: bool) -> None:
    """What was read, and what came of it."""
    if as_json:
        return _lines(records)
    rows = [
        (
            record["id"],
            _when(parse_iso(record["item"]["seen"]), zone),
            record["item"]["outlet"],
            record["item"]["title"],
            _found(record),
        )
        for record in records
    ]
    return _table(("item", "seen", "outlet", "title", "found"), rows, "no items yet")


def show_feeds(config: Config, states: dict[str, Json], *, as_json: bool) -> None:
    """Every feed of the config, problems first."""
    found = [_feed(feed, states.get(feed.name, {})) for feed in config.feeds]
    found.sort(key=lambda one: (not one["problems"], one["name"]))
    if as_json:
        return _lines(found)
    rows = [
        (
            one["name"],
            one["outcome"],
            _moment(one["last_success"], config.timezone),
            f"{_moment(one['next'], config.timezone)} ({one['why_next']})" if one["next"] else "",
            one["delay"],
            f"{one['entries_a_day']:.1f}",
            "; ".join(one["problems"]),
        )
        for one in found
    ]
    header = ("feed", "last poll", "last success", "next poll (why)", "delay", "a day", "problem and cure")
    return _table(header, rows, "the config lists no feeds")


def _feed(feed: FeedConfig, state: Json) -> Json:
    """One feed's health. `delay` and `delay_seconds`: median and 95th percentile from published to seen."""
    found = delay(Watched.from_dict(state.get("watched")))
    rhythm = Rhythm.from_dict(state.get("rhythm") or {})
    last = parse_iso(state["polled"]) if state.get("polled") else None
    return {
        "name": feed.name,
        "url": feed.url,
        "polled_at": state.get("found") or state.get("moved") or feed.url,
        "outcome": state.get("outcome", "never polled"),
        "status": state.get("status"),
        "last_success": state.get("last_success", ""),
        "next": state.get("next", ""),
        "why_next": state.get("why_next", ""),
        "delay": f"{_span(found[0])} (95 %: {_span(found[1])})" if found else "",
        "delay_seconds": list(found) if found else None,
        "entries": state.get("entries", 0),
        "entries_a_day": round(rate(rhythm, last), 1) if last else 0.0,
        "errors": state.get("errors", 0),
        "problems": feed_problems(feed, state),
    }


def feed_problems(feed: FeedConfig, state: Json) -> list[str]:
    """What is wrong with a feed, each with what to do about it."""
    found = [f"{state['error']} ({state.get('cure', '')})"] if state.get("error") else []
    found += [f"{one['message']} ({one['cure']})" for one in state.get("findings", [])]
    if state.get("source", feed.url) == feed.url:
        if moved := state.get("moved"):
            found.append(f"it has moved for good and is asked there (write {moved} into the config)")
        if named := state.get("found"):
            found.append(
                f"its address is a page, the feed named there is read (write {named} into the config)"
            )
    return found


def _span(seconds: int) -> str:
    """A span of time as people say it."""
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def show_status(config: Config, store: Store, *, as_json: bool) -> int:
    """Counts, problems first; 1 when something is wrong."""
    states = store.feeds.states()
    rows = store.outbox.rows()
    problems = [
        f"feed {feed.name}: {problem}"
        for feed in config.feeds
        for problem in feed_problems(feed, states.get(feed.name, {}))
    ]
    problems += [f"receiver {row.receiver}: {row.id} {row.state}: {row.error}" for row in rows if row.error]
    problems += store.warnings()
    if dead := store.items.dead():
        problems.append(f"{dead} items were given up: `rasid items` names them")
    facts = {
        "feeds": len(config.feeds),
        "items_waiting": store.items.waiting(),
        "deliveries_open": sum(row.state in ("due", "sending") for row in rows),
        **store.stats(),
    }
    if as_json:
        _lines([{"problems": problems, **facts}])
    else:
        for problem in problems:
            sys.stdout.write(f"! {one_line(problem, 300)}\n")
        sys.stdout.write("  ".join(f"{name} {count}" for name, count in facts.items()) + "\n")
    return 1 if problems else 0


def _found(record: Json) -> str:
    if record["state"] != "done":
        return str(record["state"])
    mentions = [f"{one['category']} {one['status']}" for one in record.get("reading", {}).get("mentions", [])]
    note = record.get("note", {})
    review = [
        f"review: {one['category']} stands only in dropped text ({one['reason']})"
        for one in note.get("review", [])
    ]
    unread = [f"page not read ({why})" for why in note.get("article", []) if why.startswith("page_")]
    return "; ".join([*mentions, *note.get("reasons", []), *review, *unread]) or "nothing"


def _moment(text: str | None, zone: tzinfo) -> str:
    return _when(parse_iso(text), zone) if text else ""


def _when(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _lines(documents: Sequence[Json]) -> None:
    for document in documents:
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> None:
    if not rows:
        sys.stdout.write(f"{empty}\n")
        return
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    console = Console(markup=False, highlight=False, width=width)
    table = Table(*header)
    for row in rows:
        table.add_row(*(isolate(one_line(cell, 200)) for cell in row))
    console.print(table)
