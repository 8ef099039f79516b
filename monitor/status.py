"""`rasid status`: what is wrong and what to do about it first, then how everything does, on one screen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from monitor import __version__
from monitor.alerts import Alert, Delivery
from monitor.clock import from_ms, iso, parse_iso
from monitor.config import Config
from monitor.errors import StoreError
from monitor.models import Json
from monitor.store import Store
from monitor.store.snapshot import data_version, vitals
from monitor.tables import PIPED_WIDTH, feed_facts, lines, moment, span, when
from monitor.text import isolate, one_line

WAITS_TOO_LONG = timedelta(seconds=60)  # an item that is not processed yet
OVERDUE = timedelta(minutes=5)  # after its time a feed that nobody asked says that nobody polls
MEMORY_SHARE = 0.8  # of what the store may use, from which it is told
SHOWN_FEEDS = 20
REDRAW = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, and what a person can do about it."""

    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.what} ({self.cure})" if self.cure else self.what


@dataclass(frozen=True, slots=True)
class Status:
    """Everything on the screen. `facts` is what `--json` prints beside the problems."""

    at: datetime
    problems: tuple[Trouble, ...]
    facts: Json

    @property
    def code(self) -> int:
        """The exit code."""
        return 1 if self.problems else 0


def look(config: Config, store: Store, now: datetime) -> Status:
    """Read the store once and judge what is there."""
    states = store.feeds.states()
    rows = store.outbox.rows()
    found = vitals(store.client)
    version = data_version(store.client)
    alerts = store.items.alerts(1)
    waiting = store.items.waiting()
    oldest = now - from_ms(found.oldest_waiting_ms) if found.oldest_waiting_ms is not None else None
    feeds = sorted(
        (feed_facts(feed, states.get(feed.name, {})) for feed in config.feeds),
        key=lambda one: (not one["problems"], one["name"]),
    )
    limit = min(size for size in (found.limit_bytes, config.retention.memory) if size)
    problems = [
        *work_troubles(waiting, oldest, len(found.workers)),
        *poll_troubles(feeds, now),
        *row_troubles(rows),
        *item_troubles(store.items.dead()),
        *memory_troubles(found.used_bytes, limit),
        *(Trouble(*_split(one)) for one in store.warnings()),
        *(Trouble(f"feed {one['name']}: {problem}", "") for one in feeds for problem in one["problems"]),
    ]
    facts: Json = {
        "at": iso(now),
        "feeds": len(config.feeds),
        "items_waiting": waiting,
        "oldest_waiting_seconds": round(oldest.total_seconds()) if oldest is not None else None,
        "deliveries_open": sum(row.state in ("due", "sending") for row in rows),
        **store.stats(),
        "outbox": outbox(rows),
        "workers": list(found.workers),
        "last_alert": _told(alerts[0]) if alerts else None,
        "versions": {"rasid": __version__, "data": version, "store": found.server},
        "memory": {"used_bytes": found.used_bytes, "limit_bytes": limit},
        "feed_states": feeds,
    }
    return Status(now, tuple(problems), facts)


# ---------------------------------------------------------------- what is wrong: pure


def work_troubles(waiting: int, oldest: timedelta | None, workers: int) -> Iterator[Trouble]:
    """Items that nobody reads."""
    if waiting and not workers:
        yield Trouble(
            f"{waiting} items wait and no worker is at work",
            "start `rasid run`, or `rasid work` where the store is shared",
        )
    elif oldest is not None and oldest > WAITS_TOO_LONG:
        yield Trouble(
            f"{waiting} items wait, the oldest for {span(round(oldest.total_seconds()))}",
            "more workers.process helps while it lasts; the log names pages that hang",
        )


def poll_troubles(feeds: list[Json], now: datetime) -> Iterator[Trouble]:
    """Feeds that nobody asks."""
    late = [one["name"] for one in feeds if one["next"] and now - parse_iso(one["next"]) > OVERDUE]
    if late:
        yield Trouble(
            f"{len(late)} feeds should have been asked over {span(round(OVERDUE.total_seconds()))} ago "
            f"({one_line(', '.join(late), 80)})",
            "see that `rasid run` (or `rasid poll`) is running; its log says what holds it up",
        )


def row_troubles(rows: list[Delivery]) -> Iterator[Trouble]:
    """Receivers that do not take what they are sent: one line each, with their newest error."""
    for receiver in sorted({row.receiver for row in rows}):
        mine = [row for row in rows if row.receiver == receiver]
        if dead := [row for row in mine if row.state == "dead"]:
            error = one_line(dead[0].error, 160)
            yield Trouble(
                f"receiver {receiver}: {len(dead)} dead letters, the newest {dead[0].id}: {error}",
                f"mend the receiver, then `rasid alerts resend {dead[0].id}`",
            )
        if retried := [row for row in mine if row.state in ("due", "sending") and row.error]:
            error = one_line(retried[0].error, 160)
            yield Trouble(
                f"receiver {receiver}: {len(retried)} deliveries are tried again: {error}",
                "look at the receiver; they go on by themselves once it answers",
            )


def item_troubles(dead: int) -> Iterator[Trouble]:
    """Items that were given up."""
    if dead:
        yield Trouble(
            f"{dead} items were given up", "`rasid items --state dead` names them; read them at their outlet"
        )


def memory_troubles(used: int, limit: int) -> Iterator[Trouble]:
    """A store that fills up; full, it refuses every write."""
    if used > limit * MEMORY_SHARE:
        yield Trouble(
            f"the store uses {used / limit:.0%} of its {megabytes(limit)}",
            "shorten retention.items, or raise retention.memory (and the server's maxmemory) if there is room",
        )


def outbox(rows: list[Delivery]) -> Json:
    """How many rows are due, tried again, being sent and dead."""
    return {
        "due": sum(row.state == "due" and not row.error for row in rows),
        "retrying": sum(row.state == "due" and bool(row.error) for row in rows),
        "sending": sum(row.state == "sending" for row in rows),
        "dead": sum(row.state == "dead" for row in rows),
    }


def _split(warning: str) -> tuple[str, str]:
    what, _, cure = warning.partition(": ")
    return what, cure


def _told(alert: Alert) -> Json:
    return {"id": alert.message_id, "created": iso(alert.created), "title": alert.title}


# ---------------------------------------------------------------- the screen


def show(status: Status, config: Config, *, as_json: bool) -> int:
    """Print it once; the exit code, 1 when something is wrong."""
    if as_json:
        problems = [str(one) for one in status.problems]
        findings = [{"what": one.what, "cure": one.cure} for one in status.problems]
        lines([{"problems": problems, "findings": findings, **status.facts}])
    else:
        width = None if sys.stdout.isatty() else PIPED_WIDTH
        Console(markup=False, highlight=False, width=width).print(screen(status, config))
    return status.code


def watch(look_again: Callable[[], Status], config: Config, wait: Callable[[float], bool]) -> int:
    """Draw it over and over until `wait(seconds)` says that it is enough; the last exit code.

    While the store does not answer, the last screen stands with a line that says so.
    """
    last = look_again()
    with Live(screen(last, config), auto_refresh=False, screen=True) as live:
        live.refresh()
        while not wait(REDRAW):
            try:
                last = look_again()
                live.update(screen(last, config), refresh=True)
            except StoreError as error:
                said = Text(one_line(error.line(), 300), style="bold red")
                live.update(Group(said, screen(last, config)), refresh=True)
    return last.code


def screen(status: Status, config: Config) -> RenderableType:
    """Problems with their cures, the counts, then the feeds."""
    parts: list[RenderableType] = [
        Text.assemble(
            ("! ", "bold red"),
            isolate(one_line(one.what, 300)),
            (f"\n  → {one_line(one.cure, 200)}", "cyan") if one.cure else "",
        )
        for one in status.problems
    ] or [Text("nothing is wrong", style="green")]
    counts = Table.grid(padding=(0, 2))
    for name, value in _counts(status, config):
        counts.add_row(Text(name, style="bold"), value)
    return Group(*parts, Text(), counts, Text(), _feeds(status, config))


def _counts(status: Status, config: Config) -> list[tuple[str, str]]:
    facts = status.facts
    oldest = facts["oldest_waiting_seconds"]
    last, memory, versions = facts["last_alert"], facts["memory"], facts["versions"]
    told = (
        f"{moment(last['created'], config.timezone)}  {isolate(one_line(last['title'], 100))}"
        if last
        else "none"
    )
    return [
        ("at", when(status.at, config.timezone)),
        ("queue", f"{facts['items_waiting']} items" + (f", the oldest for {span(oldest)}" if oldest else "")),
        ("workers", str(len(facts["workers"]) or "none")),
        ("outbox", ", ".join(f"{count} {name}" for name, count in facts["outbox"].items())),
        ("last alert", told),
        (
            "so far",
            ", ".join(f"{facts.get(name, 0)} {name}" for name in ("polls", "items", "alerts", "delivered")),
        ),
        (
            "store",
            f"{versions['store']}, {megabytes(memory['used_bytes'])} of {megabytes(memory['limit_bytes'])}",
        ),
        ("version", f"rasid {versions['rasid']}, data {versions['data'] or 'without version'}"),
    ]


def _feeds(status: Status, config: Config) -> RenderableType:
    feeds = status.facts["feed_states"]
    grid = Table("feed", "last poll", "last success", "next poll", "delay", "problems")
    for one in feeds[:SHOWN_FEEDS]:
        moments = (moment(one[name], config.timezone) for name in ("last_success", "next"))
        cells = (one["name"], one["outcome"], *moments, one["delay"], str(len(one["problems"]) or ""))
        grid.add_row(*(isolate(one_line(cell, 60)) for cell in cells))
    left = len(feeds) - SHOWN_FEEDS
    return Group(grid, Text(f"and {left} more: `rasid feeds`")) if left > 0 else grid


def megabytes(count: int) -> str:
    """Bytes as people say them."""
    return f"{count / 1e6:.0f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"
