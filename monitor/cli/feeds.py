"""`rasid feeds`: the list, probing, OPML in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from monitor.cli.root import cli, config_option, with_store


@cli.group(invoke_without_command=True)
@config_option
@click.option("--json", "as_json", is_flag=True, help="JSON Lines.")
@click.pass_context
def feeds(context: click.Context, config_path: Path, as_json: bool) -> None:
    """Every feed: its health, its next poll and why then, what is wrong and what to do."""
    if context.invoked_subcommand is None:
        context.invoke(list_feeds, config_path=config_path, as_json=as_json)


@feeds.command(name="list")
@with_store
def list_feeds(config: Any, store: Any, as_json: bool) -> None:
    """The same as `rasid feeds` alone."""
    from monitor.tables import show_feeds

    show_feeds(config, store.feeds.states(), as_json=as_json)


@feeds.command(name="probe")
@click.argument("urls", nargs=-1, required=True)
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="Fetch as this config says.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines.")
def probe_feeds(urls: tuple[str, ...], config_path: Path | None, as_json: bool) -> int:
    """Look at addresses before they go into the config: what is there, how alive, and what to write."""
    from monitor.feedlist import show_probes

    return show_probes(urls, config_path, as_json=as_json)


@feeds.command(name="import")
@click.argument("file", type=click.File("rb"))
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="Leave out what this lists.")
def import_feeds(file: Any, config_path: Path | None) -> int:
    """The feeds of an OPML file, as lines for the config's `feeds:`; nothing is changed."""
    from monitor.feedlist import print_import

    return print_import(file.read(), config_path)


@feeds.command(name="export")
@config_option
def export_feeds(config_path: Path) -> int:
    """The config's feeds as OPML, for any feed reader."""
    from monitor.feedlist import print_export

    return print_export(config_path)
