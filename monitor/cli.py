"""The command line: reads arguments, calls the part that does the work, prints, exits.

Exit codes: 0 done, 1 something failed, 2 wrong usage or config.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from monitor import __version__
from monitor.errors import ConfigError, RasidError, UsageError

DEFAULT_CONFIG = Path("config.yaml")


def main() -> None:
    """The console script."""
    try:
        code = cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except ConfigError as error:
        from monitor.configfile import render_problems

        click.echo(render_problems(error), err=True)
        sys.exit(2)
    except UsageError as error:
        click.echo(f"rasid: {error.line()}", err=True)
        sys.exit(2)
    except RasidError as error:
        click.echo(f"rasid: {error.line()}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(code or 0)


def _config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    option = click.option("--config", "config_path", type=click.Path(path_type=Path), default=DEFAULT_CONFIG)
    return option(command)


def _run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--verbose", "-v", is_flag=True, help="Log every decision."),
        click.option("--json-log", is_flag=True, help="Log JSON lines."),
        click.option("--json", "as_json", is_flag=True, help="Print alerts as JSON Lines."),
    ):
        command = option(command)
    return command


def _with_store(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that looks into the store of a config and may print JSON Lines."""

    @wraps(command)
    def wrapped(config_path: Path, as_json: bool, **rest: Any) -> Any:
        from monitor.app import attached
        from monitor.configfile import load

        config = load(config_path, os.environ)
        with attached(config) as store:
            return command(config=config, store=store, as_json=as_json, **rest)

    return _config_option(click.option("--json", "as_json", is_flag=True, help="JSON Lines.")(wrapped))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rasid")
def cli() -> None:
    """Rasid (راصد) watches news feeds and tells the team of curfews, displacement and clashes."""


# ---------------------------------------------------------------- the daemon


@cli.command()
@_config_option
@click.option("--once", is_flag=True, help="Poll every feed once, finish the work, print a summary.")
@_run_options
def run(config_path: Path, once: bool, as_json: bool, json_log: bool, verbose: bool) -> int:
    """Everything on one machine: store, poller, workers, delivery."""
    from monitor.running import run_daemon

    return run_daemon(config_path, once=once, as_json=as_json, json_log=json_log, verbose=verbose)


@cli.command()
@click.option("--once", is_flag=True, help="End when the newsroom's day is over.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Keep the demo's state here.")
@_run_options
def demo(once: bool, data_dir: Path | None, as_json: bool, json_log: bool, verbose: bool) -> int:
    """The same daemon against a bundled newsroom on this machine; needs no internet and no config."""
    from monitor.running import run_demo

    return run_demo(data_dir, once=once, as_json=as_json, json_log=json_log, verbose=verbose)


@cli.command()
@_config_option
@_run_options
def poll(config_path: Path, as_json: bool, json_log: bool, verbose: bool) -> int:
    """A poller alone, on a shared Redis; any number on any hosts."""
    from monitor.running import run_role

    return run_role("poll", config_path, as_json=as_json, json_log=json_log, verbose=verbose)


@cli.command()
@_config_option
@_run_options
def work(config_path: Path, as_json: bool, json_log: bool, verbose: bool) -> int:
    """Workers alone, on a shared Redis; any number on any hosts."""
    from monitor.running import run_role

    return run_role("work", config_path, as_json=as_json, json_log=json_log, verbose=verbose)


@cli.command()
@_config_option
def check(config_path: Path) -> int:
    """Validate the config and say what is wrong with it, all at once."""
    from monitor.configfile import load

    config = load(config_path, os.environ)
    from workers.check import check as check_meaning

    check_meaning(config, str(config_path))
    click.echo(f"{config_path}: {len(config.feeds)} feeds, {len(config.receivers)} receivers, all well")
    return 0


# ---------------------------------------------------------------- looking


@cli.command()
@_with_store
@click.option("--limit", default=50, show_default=True)
def alerts(config: Any, store: Any, as_json: bool, limit: int) -> None:
    """Alerts, newest first."""
    from monitor.tables import show_alerts

    show_alerts(store.items.alerts(limit), config.timezone, as_json=as_json)


@cli.command()
@_with_store
@click.option("--limit", default=50, show_default=True)
@click.option("--review", is_flag=True, help="Only items whose alert words stand in dropped text.")
def items(config: Any, store: Any, as_json: bool, limit: int, review: bool) -> None:
    """Stored items, newest first, with what was found in them or why nothing was told."""
    from monitor.tables import show_items

    found = store.items.newest(limit)
    if review:
        found = [one for one in found if one.get("note", {}).get("review")]
    show_items(found, config.timezone, as_json=as_json)


@cli.group(invoke_without_command=True)
@_config_option
@click.option("--json", "as_json", is_flag=True, help="JSON Lines.")
@click.pass_context
def feeds(context: click.Context, config_path: Path, as_json: bool) -> None:
    """Every feed: its health, its next poll and why then, what is wrong and what to do."""
    if context.invoked_subcommand is None:
        context.invoke(list_feeds, config_path=config_path, as_json=as_json)


@feeds.command(name="list")
@_with_store
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
@_config_option
def export_feeds(config_path: Path) -> int:
    """The config's feeds as OPML, for any feed reader."""
    from monitor.feedlist import print_export

    return print_export(config_path)


@cli.command()
@_with_store
def status(config: Any, store: Any, as_json: bool) -> int:
    """Feeds, items, deliveries at a glance; exit code 1 when something is wrong."""
    from monitor.tables import show_status

    return show_status(config, store, as_json=as_json)


# ---------------------------------------------------------------- one text


@cli.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--url", default="", help="Where the page came from.")
def extract(files: tuple[str, ...], url: str) -> int:
    """HTML files (- is standard input) to JSON lines with title and text."""
    from workers.oneshot import extract_files

    return _stream(extract_files(files, url))


@cli.command()
@click.argument("file", default="-")
@click.option("--config", "config_path", type=click.Path(path_type=Path), default=None)
def classify(file: str, config_path: Path | None) -> int:
    """JSON Lines with id, title, body in; what each says out, in the same order."""
    from workers.oneshot import classify_lines

    with click.open_file(file, "r", encoding="utf-8", errors="replace") as stream:
        return _stream(classify_lines(stream, config_path))


@cli.command(name="eval")
@click.argument("file")
@click.option("--config", "config_path", type=click.Path(path_type=Path), default=None)
@click.option("--verbose", is_flag=True, help="Also every item that was judged wrongly.")
@click.option("--json", "as_json", is_flag=True)
def evaluate(file: str, config_path: Path | None, verbose: bool, as_json: bool) -> int:
    """How well labelled items (JSON Lines) are understood: precision, recall, F1, traps, calibration."""
    from workers.oneshot import evaluate_file

    with click.open_file(file, "r", encoding="utf-8", errors="replace") as stream:
        return evaluate_file(stream, config_path, verbose=verbose, as_json=as_json)


@cli.command()
@click.argument("source")
@click.option(
    "--config", "config_path", type=click.Path(path_type=Path), help="Use this config's terms and feeds."
)
@click.option(
    "--selector", default="", help="CSS selector of the article, to be tried before it goes into the config."
)
@click.option("--json", "as_json", is_flag=True)
def explain(source: str, config_path: Path | None, selector: str, as_json: bool) -> int:
    """One page (URL or file) through extraction and classification: what was kept, dropped and found, and why."""
    from workers.explain import explain_source

    return explain_source(source, config_path=config_path, selector=selector, as_json=as_json)


def _stream(lines: Iterable[tuple[dict[str, Any] | None, str]]) -> int:
    """Print results as they come, errors on stderr; 1 if there were any."""
    code = 0
    for result, error in lines:
        if result is not None:
            sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        if error:
            click.echo(error, err=True)
            code = 1
    return code


if __name__ == "__main__":
    main()
