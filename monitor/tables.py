"""What the looking commands print: tables for people, JSON Lines for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime, tzinfo

from rich.console import Console
from rich.table import Table

from monitor.alerts import Alert, Delivery
from monitor.clock import from_ms, iso, parse_iso
from monitor.config import Config, FeedConfig
from monitor.models import Json
from monitor.rhythm import Rhythm, rate
from monitor.text import clean, isolate, one_line
from monitor.watch import Watched, delay

PIPED_WIDTH = 160  # characters of a table that is read by a pager or a file


def show_alerts(alerts: Sequence[Alert], zone: tzinfo, *, as_json: bool) -> None:
    """Every revision, newest first."""
    if as_json:
        return lines([alert.to_dict() for alert in alerts])
    rows = [
        (alert.message_id, when(alert.created, zone), alert.kind, alert.severity, alert.title, alert.why)
        for alert in alerts
    ]
    return table(("alert", "at", "kind", "severity", "title", "why"), rows, "no alerts yet")


def show_alert(
    revisions: Sequence[Alert], deliveries: Sequence[Delivery], zone: tzinfo, *, as_json: bool
) -> None:
    """One alert: every revision in full, and to whom it went."""
    if as_json:
        return lines([alert.to_dict() | {"deliveries": _sent(alert, deliveries)} for alert in revisions])
    for alert in revisions:
        head = (
            f"{alert.message_id}  {when(alert.created, zone)}  {alert.kind}  {alert.severity}  ({alert.why})"
        )
        sys.stdout.write(f"{head}\n{clean(alert.text)}\n")
        for one in _sent(alert, deliveries):
            what = one["state"] + (f" {moment(one['done'], zone)}" if one["done"] else "")
            error = f": {one_line(one['error'], 200)}" if one["error"] else ""
            sys.stdout.write(f"  {one['receiver']}: {what}{error}  [{one['id']}]\n")
        sys.stdout.write("\n")
    return None


def _sent(alert: Alert, deliveries: Sequence[Delivery]) -> list[Json]:
    return [
        {
            "id": row.id,
            "receiver": row.receiver,
            "state": row.state,
            "attempts": row.attempts,
            "done": iso(from_ms(row.done_ms)) if row.done_ms else None,
            "error": row.error,
            "maybe_sent": row.maybe_sent,
        }
        for row in deliveries
        if alert.message_id in row.alerts
    ]


def show_item(record: Json, zone: tzinfo, *, as_json: bool) -> None:
    """One item with its article, what was found in it, and why nothing else was."""
    if as_json:
        return lines([record])
    item, article = record["item"], record.get("article", {})
    facts = {
        "item": f"{record['id']} revision {item['revision']}, {record['state']}",
        "outlet": item["outlet"],
        "url": item["url"],
        "published": moment(item["published"], zone),
        "seen": moment(item["seen"], zone),
        "found": _found(record),
        "title": article.get("title") or item["title"],
    }
    for name, value in facts.items():
        sys.stdout.write(f"{name:>9}  {one_line(str(value), 500)}\n")
    for one in record.get("reading", {}).get("mentions", []):
        words = " … ".join(one_line(evidence["text"], 200) for evidence in one["evidence"])
        sys.stdout.write(f"{'words':>9}  {one['category']} {one['status']}: {words}\n")
    for one in record.get("reading", {}).get("suppressed", []):
        words = " … ".join(one_line(evidence["text"], 200) for evidence in one["evidence"])
        sys.stdout.write(f"{'held back':>9}  {one['category']} ({one['reason']}): {words}\n")
    sys.stdout.write(f"\n{clean(article.get('text') or item['summary'])}\n")
    return None


def show_items(records: Sequence[Json], zone: tzinfo, *, as_json: bool) -> None:
    """What was read, and what came of it."""
    if as_json:
        return lines(records)
    rows = [
        (
            record["id"],
            when(parse_iso(record["item"]["seen"]), zone),
            record["item"]["outlet"],
            record["item"]["title"],
            _found(record),
        )
        for record in records
    ]
    return table(("item", "seen", "outlet", "title", "found"), rows, "no items yet")


def show_feeds(config: Config, states: dict[str, Json], *, as_json: bool) -> None:
    """Every feed of the config, problems first."""
    found = [feed_facts(feed, states.get(feed.name, {})) for feed in config.feeds]
    found.sort(key=lambda one: (not one["problems"], one["name"]))
    if as_json:
        return lines(found)
    rows = [
        (
            one["name"],
            one["outcome"],
            moment(one["last_success"], config.timezone),
            f"{moment(one['next'], config.timezone)} ({one['why_next']})" if one["next"] else "",
            one["delay"],
            f"{one['entries_a_day']:.1f}",
            "; ".join(one["problems"]),
        )
        for one in found
    ]
    header = ("feed", "last poll", "last success", "next poll (why)", "delay", "a day", "problem and cure")
    return table(header, rows, "the config lists no feeds")


def feed_facts(feed: FeedConfig, state: Json) -> Json:
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
        "delay": f"{span(found[0])} (95 %: {span(found[1])})" if found else "",
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


def span(seconds: int) -> str:
    """A span of time as people say it."""
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


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


def moment(text: str | None, zone: tzinfo) -> str:
    """A stored time as the team reads it; empty for none."""
    return when(parse_iso(text), zone) if text else ""


def when(at: datetime, zone: tzinfo) -> str:
    """A time as the team reads it."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def lines(documents: Sequence[Json]) -> None:
    """JSON Lines on standard output."""
    for document in documents:
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")


def table(header: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> None:
    """Rows for people, every cell on one line and isolated; `empty` is said when there are none."""
    if not rows:
        sys.stdout.write(f"{empty}\n")
        return
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    console = Console(markup=False, highlight=False, width=width)
    grid = Table(*header)
    for row in rows:
        grid.add_row(*(isolate(one_line(cell, 200)) for cell in row))
    console.print(grid)
