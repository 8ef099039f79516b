"""Commands of the team: silences, steps about alerts, drills."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

import click

from monitor.cli.looking import alerts
from monitor.cli.options import duration
from monitor.cli.root import cli, with_store
from monitor.clock import SystemClock
from monitor.errors import UsageError
from monitor.handling import Act

# ---------------------------------------------------------------- silences


@cli.group()
def silence() -> None:
    """Hold alerts back for a while: `rasid silence add --by Rana --why "known" --for 2h --place Afrin`."""


@silence.command(name="list")
@with_store
def list_silences(config: Any, store: Any, as_json: bool) -> None:
    """Silences in force, and how much each holds back."""
    from monitor.teamwork import show_silences

    held = Counter(
        row.hold.partition(":")[2] for row in store.outbox.held() if row.hold.startswith("silence:")
    )
    show_silences(store.team.silences(SystemClock().now()), dict(held), config.timezone, as_json=as_json)


@silence.command(name="add")
@with_store
@click.option("--by", required=True, help="Your name.")
@click.option("--why", required=True, help="The reason, shown to the team.")
@click.option("--for", "span", callback=duration, required=True, help="How long, at most 8h.")
@click.option("--category", "categories", multiple=True, help="Only this category; may be repeated.")
@click.option(
    "--place", "places", multiple=True, help="Only this place and what lies in it; may be repeated."
)
def add_silence(
    config: Any, store: Any, as_json: bool, by: str, why: str, span: float, categories: Any, places: Any
) -> None:
    """Silence categories or places; a new status, place or death breaks through."""
    from monitor.teamwork import new_silence, show_silences
    from workers.places import load

    for name in categories:
        if name not in config.categories:
            raise UsageError(f"there is no category {name!r}", cure=f"known: {', '.join(config.categories)}")
    gazetteer = load(config.places.files)
    for name in places:
        if not gazetteer.knows(name):
            raise UsageError(f"no place is known as {name!r}", cure="write it as the gazetteer does")
    one = new_silence(by, why, span, categories, places, SystemClock().now())
    store.team.silence(one)
    show_silences([one], {}, config.timezone, as_json=as_json)


@silence.command(name="end")
@click.argument("silence_id")
@with_store
def end_silence(store: Any, as_json: bool, silence_id: str, **_: Any) -> None:
    """End a silence now; what it held back is told at once."""
    count = store.team.end_silence(silence_id, SystemClock().now())
    if as_json:
        sys.stdout.write(json.dumps({"silence": silence_id, "released": count}) + "\n")
    else:
        click.echo(f"{silence_id} has ended; {count} messages that it held back are told now")


# ---------------------------------------------------------------- steps


def _step(config: Any, store: Any, as_json: bool, alert_id: str, by: str, act: Act, why: str = "") -> None:
    from monitor.teamwork import show_step, take_step

    handling, changed = take_step(store, alert_id, act, by, SystemClock().now(), why)
    show_step(alert_id, act, handling, changed, config.timezone, as_json=as_json)


@cli.command()
@click.argument("alert_id")
@with_store
@click.option("--by", required=True, help="Your name.")
def ack(config: Any, store: Any, as_json: bool, alert_id: str, by: str) -> None:
    """Acknowledge an alert: reminders and escalation end until its status changes."""
    _step(config, store, as_json, alert_id, by, "acknowledge")


alerts.add_command(ack)


@cli.command()
@click.argument("alert_id")
@with_store
@click.option("--by", required=True, help="Your name.")
def claim(config: Any, store: Any, as_json: bool, alert_id: str, by: str) -> None:
    """Claim an alert: you look after it."""
    _step(config, store, as_json, alert_id, by, "claim")


@cli.command()
@click.argument("alert_id")
@with_store
@click.option("--by", required=True, help="Your name.")
def resolve(config: Any, store: Any, as_json: bool, alert_id: str, by: str) -> None:
    """Resolve an alert: it is dealt with."""
    _step(config, store, as_json, alert_id, by, "resolve")


@cli.command(name="not-relevant")
@click.argument("alert_id")
@with_store
@click.option("--by", required=True, help="Your name.")
@click.option("--why", default="", help="What is wrong with it.")
def not_relevant(config: Any, store: Any, as_json: bool, alert_id: str, by: str, why: str) -> None:
    """Call an alert not relevant; `rasid feedback` collects these."""
    _step(config, store, as_json, alert_id, by, "not_relevant", why)


# ---------------------------------------------------------------- drills


@cli.command(name="test-alert")
@with_store
@click.option("--category", default="curfew", show_default=True)
@click.option("--status", default="imposed", show_default=True)
@click.option("--place", default="", help="A place, to see which routes take it.")
@click.option("--direct", is_flag=True, help="Send from this process, where no daemon runs.")
@click.option(
    "--patience", callback=duration, default="60s", show_default=True, help="How long to wait for all."
)
def test_alert(
    config: Any,
    store: Any,
    as_json: bool,
    category: str,
    status: str,
    place: str,
    direct: bool,
    patience: float,
) -> int:
    """A drill: an alert marked as such over the real routes, and how long each receiver took. 1 if one failed."""
    from workers import drill

    clock = SystemClock()
    alert = drill.alert_of(config, category, status, place, clock)
    if direct:
        results = drill.directly(alert, config, store, clock)
    else:
        results = drill.through_the_outbox(alert, config, store, clock, patience)
    if not results:
        raise UsageError(
            "no route takes this drill", cure="see `routes:` in the config, or choose a --category"
        )
    for one in results:
        if as_json:
            document = {"receiver": one.receiver, "outcome": one.outcome, "seconds": round(one.seconds, 3)}
            sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
        else:
            click.echo(f"{'✗' if one.failed else '✓'} {one.receiver}: {one.outcome} ({one.seconds:.1f} s)")
    return 1 if any(one.failed for one in results) else 0
