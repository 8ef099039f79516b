"""Commands about the config itself."""

from __future__ import annotations

import os
from pathlib import Path

import click

from monitor.cli.root import cli, config_option


@cli.command()
@config_option
@click.option("--online", is_flag=True, help="Also look at every feed and receiver; nothing is sent.")
@click.option("--json", "as_json", is_flag=True, help="With --online: a JSON line for each.")
def check(config_path: Path, online: bool, as_json: bool) -> int:
    """Validate the config and say what is wrong with it, all at once."""
    from monitor.configfile import load

    config = load(config_path, os.environ)
    from workers.check import check as check_meaning
    from workers.check import warnings

    check_meaning(config, str(config_path))
    for line in warnings(config):
        click.echo(f"think of it: {line}", err=True)
    if online:
        from monitor.clock import SystemClock
        from workers.online import check_online

        return check_online(config, SystemClock(), as_json=as_json)
    click.echo(f"{config_path}: {len(config.feeds)} feeds, {len(config.receivers)} receivers, all well")
    return 0
