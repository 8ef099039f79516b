"""Commands that look back: what other rules would have told, and what people said of what was told."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from monitor.cli.options import duration
from monitor.cli.root import DEFAULT_CONFIG, cli, with_store
from monitor.clock import SystemClock


@cli.command()
@click.option("--since", "span", callback=duration, default="7d", show_default=True, help="How far back.")
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=DEFAULT_CONFIG,
    help="The rules to be tried.",
)
@click.option(
    "--running",
    type=click.Path(path_type=Path),
    help="The config in force, where the one to be tried has no store of its own beside it.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def replay(span: float, config_path: Path, running: Path | None, as_json: bool) -> None:
    """Run stored items through a config again: what would alert, what would stop, how much a day. Nothing is sent.

    `cp config.yaml trial.yaml`, edit the copy, `rasid replay --since 7d --config trial.yaml`.
    """
    from monitor.app import attached
    from monitor.configfile import load
    from workers.check import check
    from workers.hindsight import run_replay, show_replay, since

    config = load(config_path, os.environ)
    check(config, str(config_path))
    with attached(load(running, os.environ) if running else config) as store:
        found = run_replay(store, config, since(span, SystemClock().now()))
    show_replay(found, config.timezone, as_json=as_json)


@cli.group(invoke_without_command=True)
@click.pass_context
@click.option("--config", "config_path", type=click.Path(path_type=Path), default=DEFAULT_CONFIG)
@click.option("--json", "as_json", is_flag=True, help="JSON Lines.")
def feedback(context: click.Context, config_path: Path, as_json: bool) -> None:
    """What people called not relevant or missed, with the rule at fault."""
    if context.invoked_subcommand is None:
        context.invoke(list_feedback, config_path=config_path, as_json=as_json)


@feedback.command(name="list")
@with_store
def list_feedback(config: Any, store: Any, as_json: bool) -> None:
    """The same as `rasid feedback` alone."""
    from workers.hindsight import feedback_of, show_feedback

    show_feedback(feedback_of(store), config.timezone, as_json=as_json)


@feedback.command()
@click.argument("item_id")
@with_store
@click.option("--category", required=True, help="What it should have alerted for.")
@click.option("--by", required=True, help="Your name.")
@click.option("--why", default="", help="What it says.")
def missed(config: Any, store: Any, as_json: bool, item_id: str, category: str, by: str, why: str) -> None:
    """Note that an item should have alerted and did not."""
    from workers.hindsight import missed as note

    note(store, item_id, category, by, why, SystemClock().now(), config)
    click.echo(json.dumps({"item": item_id}) if as_json else f"{item_id} is noted as missed for {category}")


@feedback.command()
@with_store
def export(store: Any, **_: Any) -> None:
    """The items spoken of, labelled, as JSON Lines that `rasid eval` reads."""
    from workers.hindsight import eval_items

    for one in eval_items(store, store.team.feedback()):
        click.echo(json.dumps(one, ensure_ascii=False))
