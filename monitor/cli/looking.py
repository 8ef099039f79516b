"""Commands that look into the store: alerts, items, status."""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.options import timespan
from monitor.cli.root import cli, config_option, with_store
from monitor.clock import SystemClock, to_ms
from monitor.errors import RasidError, UsageError

if TYPE_CHECKING:
    from monitor.alerts import Alert

EVERYTHING = 100_000  # alerts or items read when a filter is asked for


# ---------------------------------------------------------------- alerts


@cli.group(invoke_without_command=True)
@config_option
@click.option("--json", "as_json", is_flag=True, help="JSON Lines.")
@click.option("--limit", default=50, show_default=True)
@click.pass_context
def alerts(context: click.Context, config_path: Path, as_json: bool, limit: int) -> None:
    """Alerts, newest first: `list` with filters, `show` one, `resend` what a receiver did not take."""
    if context.invoked_subcommand is None:
        context.invoke(list_alerts, config_path=config_path, as_json=as_json, limit=limit)
    _hand_down(context, config_path=str(config_path), as_json=as_json, limit=limit)


@alerts.command(name="list")
@with_store
@click.option("--limit", default=50, show_default=True)
@click.option("--since", callback=timespan, help="Only of the last 90m, 24h, 7d …")
@click.option("--category", multiple=True, help="Only of this category; may be repeated.")
@click.option("--status", multiple=True, help="Only of this status; may be repeated.")
@click.option("--place", multiple=True, help="Only in this place (name or code); may be repeated.")
def list_alerts(
    config: Any,
    store: Any,
    as_json: bool,
    limit: int = 50,
    since: timedelta | None = None,
    category: tuple[str, ...] = (),
    status: tuple[str, ...] = (),
    place: tuple[str, ...] = (),
) -> None:
    """The same as `rasid alerts` alone, with filters."""
    from monitor.report import in_places
    from monitor.store.snapshot import alerts_since
    from monitor.tables import show_alerts

    start = SystemClock().now() - since if since else None
    wanted = _places(place, config)
    found = alerts_since(store.client, to_ms(start) if start else 0)
    chosen = (
        alert
        for alert in found
        if (start is None or alert.created >= start)
        and (not category or alert.category in category)
        and (not status or alert.status in status)
        and (not place or in_places(alert, wanted))
    )
    show_alerts(list(islice(chosen, limit)), config.timezone, as_json=as_json)


def _places(names: tuple[str, ...], config: Any) -> list[str]:
    """The names, and the codes that the gazetteer knows for them."""
    if not names:
        return []
    from workers.places import load

    gazetteer = load(config.places.files)
    return [*names, *(place.code for name in names for place in gazetteer.resolve(name) if place.code)]


@alerts.command(name="show")
@with_store
@click.argument("alert_id")
def show_one_alert(config: Any, store: Any, as_json: bool, alert_id: str) -> None:
    """One alert in full (al_…, or one revision: al_…_r2), and to whom it went."""
    from monitor.tables import show_alert

    show_alert(_revisions(store, alert_id), store.outbox.rows(EVERYTHING), config.timezone, as_json=as_json)


def _revisions(store: Any, alert_id: str) -> list[Alert]:
    if "_r" in alert_id:
        found = [store.items.alert(alert_id)]
    else:
        found = [store.items.alert(f"{alert_id}_r1")]
        while found[-1]:
            found.append(store.items.alert(f"{alert_id}_r{len(found) + 1}"))
    kept = [alert for alert in found if alert]
    if not kept:
        raise RasidError(f"no alert {alert_id} is kept", cure="`rasid alerts` lists them with their ids")
    return kept[::-1]


@alerts.command(name="resend")
@with_store
@click.argument("row_id")
def resend(config: Any, store: Any, as_json: bool, row_id: str) -> None:
    """Send a dead letter once more, under the same message id; `rasid status` names dead letters."""
    from monitor.tables import lines

    row = next((one for one in store.outbox.rows(EVERYTHING) if one.id == row_id), None)
    if row and row.state == "dead" and row.receiver not in config.receivers:
        raise RasidError(
            f"{row_id}: the receiver {row.receiver} is not in the config",
            cure="write it under `receivers:` again, then resend",
        )
    outcome = store.outbox.revive(row_id, to_ms(SystemClock().now()))
    if outcome == "unknown":
        raise RasidError(
            f"no delivery {row_id} is kept", cure="`rasid alerts show ID` lists an alert's deliveries"
        )
    if outcome != "ok":
        raise RasidError(f"{row_id} is {outcome}: only dead letters are sent again", cure="leave it as it is")
    if as_json:
        lines([{"id": row_id, "state": "due"}])
    else:
        click.echo(f"{row_id} is due again; a running daemon sends it within a second")


# ---------------------------------------------------------------- items


@cli.group(invoke_without_command=True)
@config_option
@click.option("--json", "as_json", is_flag=True, help="JSON Lines.")
@click.option("--limit", default=50, show_default=True)
@click.option("--review", is_flag=True, help="Only items whose alert words stand in dropped text.")
@click.option("--state", type=click.Choice(["pending", "done", "dead"]), help="Only in this state.")
@click.option("--since", callback=timespan, help="Only of the last 90m, 24h, 7d …")
@click.pass_context
def items(context: click.Context, /, **options: Any) -> None:
    """Stored items, newest first, with what was found in them or why nothing was told; `show` one."""
    if context.invoked_subcommand is None:
        context.invoke(list_items, **options)
    _hand_down(context, **{**options, "config_path": str(options["config_path"])})


def _hand_down(context: click.Context, **options: Any) -> None:
    """What was said before the subcommand holds for it: `rasid items --json show ID`."""
    if isinstance(context.command, click.Group):
        context.default_map = dict.fromkeys(context.command.commands, options)


@items.command(name="list")
@with_store
@click.option("--limit", default=50, show_default=True)
@click.option("--review", is_flag=True, help="Only items whose alert words stand in dropped text.")
@click.option("--state", type=click.Choice(["pending", "done", "dead"]), help="Only in this state.")
@click.option("--since", callback=timespan, help="Only of the last 90m, 24h, 7d …")
@click.option("--outlet", multiple=True, help="Only of this outlet; may be repeated.")
def list_items(
    config: Any,
    store: Any,
    as_json: bool,
    limit: int = 50,
    review: bool = False,
    state: str | None = None,
    since: timedelta | None = None,
    outlet: tuple[str, ...] = (),
) -> None:
    """The same as `rasid items` alone, with filters."""
    from monitor.clock import parse_iso
    from monitor.tables import show_items

    start = SystemClock().now() - since if since else None
    found = [
        one
        for one in store.items.newest(EVERYTHING if since or state or outlet else limit)
        if (not review or one.get("note", {}).get("review"))
        and (not state or one["state"] == state)
        and (start is None or parse_iso(one["item"]["seen"]) >= start)
        and (not outlet or one["item"]["outlet"] in outlet)
    ]
    show_items(found[:limit], config.timezone, as_json=as_json)


@items.command(name="show")
@with_store
@click.argument("item_id")
def show_one_item(config: Any, store: Any, as_json: bool, item_id: str) -> None:
    """One item with its article, the words that made every find, and what was held back."""
    from monitor.tables import show_item

    record = store.items.record(item_id)
    if record is None:
        raise RasidError(f"no item {item_id} is kept", cure="`rasid items` lists them with their ids")
    show_item(record, config.timezone, as_json=as_json)


@items.command(name="retry")
@with_store
@click.argument("item_id")
def retry_item(store: Any, as_json: bool, item_id: str, **_: Any) -> None:
    """Process an item once more that was given up; `rasid items --state dead` lists them."""
    from monitor.tables import lines

    outcome = store.items.retry(item_id, to_ms(SystemClock().now()))
    if outcome == "unknown":
        raise RasidError(f"no item {item_id} is kept", cure="`rasid items` lists them with their ids")
    if outcome != "ok":
        raise RasidError(
            f"{item_id} is {outcome}: only items that were given up are tried again", cure="leave it"
        )
    if as_json:
        lines([{"id": item_id, "state": "pending"}])
    else:
        click.echo(f"{item_id} waits to be processed; a running daemon does it within a second")


# ---------------------------------------------------------------- status


@cli.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.option("--watch", "again", is_flag=True, help="Draw it again every 2 seconds, until Ctrl-C.")
def status(config_path: Path, as_json: bool, again: bool) -> int:
    """Problems with their cures first, then feeds, queue, workers, outbox; exit code 1 when something is wrong."""
    if again and (as_json or not _is_terminal()):
        raise UsageError(
            "`rasid status --watch` draws on a terminal, and standard output is none",
            cure="leave --watch out; for machines, ask `rasid status --json` again and again",
        )
    from monitor.app import attached, redis_url
    from monitor.configfile import load
    from monitor.embedded import socket_url
    from monitor.status import look, show, watch
    from monitor.store import ping

    config, clock = load(config_path, os.environ), SystemClock()
    if again and redis_url(config) == "embedded" and not ping(socket_url(config.data_dir)):
        # Watching would hold the data directory, and keep the daemon from starting.
        raise RasidError(
            f"no daemon runs on {config.data_dir}: there is nothing to watch",
            cure="start `rasid run`, or leave --watch out for one look",
        )
    with attached(config) as store:
        if not again:
            return show(look(config, store, clock.now()), config, as_json=as_json)
        return watch(lambda: look(config, store, clock.now()), config, _stop_signal().wait)


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _stop_signal() -> threading.Event:
    """Set by Ctrl-C and SIGTERM, so that the terminal is put right before we end."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
