"""Commands about the config itself."""

from __future__ import annotations

import os
from pathlib import Path

import click

from monitor.cli.root import cli, config_option


@cli.command()
@config_option
def check(config_path: Path) -> int:
    """Validate the config and say what is wrong with it, all at once."""
    from monitor.configfile import load

    config = load(config_path, os.environ)
    from workers.check import check as check_meaning

    check_meaning(config, str(config_path))
    click.echo(f"{config_path}: {len(config.feeds)} feeds, {len(config.receivers)} receivers, all well")
    return 0
