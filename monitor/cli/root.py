"""The group of all commands, and the options that several of them share."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from monitor import __version__

DEFAULT_CONFIG = Path("config.yaml")


def config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    option = click.option("--config", "config_path", type=click.Path(path_type=Path), default=DEFAULT_CONFIG)
    return option(command)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--verbose", "-v", is_flag=True, help="Log every decision."),
        click.option("--json-log", is_flag=True, help="Log JSON lines."),
        click.option("--json", "as_json", is_flag=True, help="Print alerts as JSON Lines."),
    ):
        command = option(command)
    return command


def with_store(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that looks into the store of a config and may print JSON Lines."""

    @wraps(command)
    def wrapped(config_path: Path, as_json: bool, **rest: Any) -> Any:
        from monitor.app import attached
        from monitor.configfile import load

        config = load(config_path, os.environ)
        with attached(config) as store:
            return command(config=config, store=store, as_json=as_json, **rest)

    return config_option(click.option("--json", "as_json", is_flag=True, help="JSON Lines.")(wrapped))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rasid")
def cli() -> None:
    """Rasid (راصد) watches news feeds and tells the team of curfews, displacement and clashes."""
