"""Commands about the config itself."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from monitor.cli.root import cli, config_option


@cli.command()
@config_option
@click.option("--online", is_flag=True, help="Also look at every feed and receiver; nothing is sent.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; with --online a line for each look.")
def check(config_path: Path, online: bool, as_json: bool) -> int:
    """Say what is wrong with the config, all at once; what to think of; and which route takes what."""
    from monitor.configfile import load, located
    from monitor.errors import ConfigError
    from workers.check import check as check_meaning
    from workers.check import routes, warnings

    try:
        config = load(config_path, os.environ)
        check_meaning(config, str(config_path))
    except ConfigError as error:
        if not as_json:
            raise
        click.echo(
            json.dumps({"problems": [asdict(one) for one in located(error).problems]}, ensure_ascii=False)
        )
        return 2
    if online:
        from monitor.clock import SystemClock
        from workers.online import check_online

        return check_online(config, SystemClock(), as_json=as_json)
    if as_json:
        document = {"problems": [], "warnings": warnings(config), "routes": routes(config)}
        click.echo(json.dumps(document, ensure_ascii=False))
        return 0
    for line in warnings(config):
        click.echo(f"think of it: {line}", err=True)
    for line in routes(config):
        click.echo(line)
    click.echo(f"{config_path}: {len(config.feeds)} feeds, {len(config.receivers)} receivers, all well")
    return 0


@cli.command()
def schema() -> None:
    """A JSON Schema of config.yaml, for completion in editors: `rasid schema > config.schema.json`."""
    from monitor.schema import text

    click.echo(text(), nl=False)


@cli.command()
@config_option
@click.option("--feed", "feeds", multiple=True, help="Address of a feed; may be repeated.")
@click.option("--contact", help="Mail or web address that outlets can reach you at.")
@click.option("--timezone", help="For shown times: Asia/Damascus.")
@click.option("--webhook", help="Where alerts are posted as JSON.")
def init(
    config_path: Path, feeds: tuple[str, ...], contact: str | None, timezone: str | None, webhook: str | None
) -> None:
    """A first config, by flags or, on a terminal, by questions; nothing is overwritten."""
    from monitor.configfile import loads
    from monitor.schema import text
    from monitor.starter import Answers, compose, write

    asks = sys.stdin.isatty() and not feeds and contact is None and timezone is None and webhook is None
    if asks and not config_path.exists():
        contact = click.prompt("Mail or web address that outlets can reach you at", default="")
        timezone = click.prompt("Time zone of your team", default="Asia/Damascus")
        feeds = tuple(
            click.prompt("Addresses of feeds, blanks between (more can follow)", default="").split()
        )
        webhook = click.prompt("Where alerts are posted as JSON (none: console only)", default="")
    answers = Answers(feeds, contact or "", timezone or "Asia/Damascus", webhook or "")
    page = compose(answers)
    loads(page.encode(), config_path, os.environ)
    write(config_path, page, text())
    click.echo(f"{config_path} is written; next: rasid check --online --config {config_path}")


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """A script that completes commands and options: `eval "$(rasid completion bash)"` in ~/.bashrc."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is not None:
        click.echo(found(cli, {}, "rasid", "_RASID_COMPLETE").source())
