"""Commands that run for a while: the whole daemon, the demo, single roles."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.root import cli, config_option, run_options


@cli.command()
@config_option
@click.option("--once", is_flag=True, help="Poll every feed once, finish the work, print a summary.")
@run_options
def run(config_path: Path, once: bool, as_json: bool, json_log: bool, verbose: bool) -> int:
    """Everything on one machine: store, poller, workers, delivery."""
    from monitor.running import run_daemon

    return run_daemon(config_path, once=once, as_json=as_json, json_log=json_log, verbose=verbose)


@cli.command()
@click.option("--once", is_flag=True, help="End when the newsroom's day is over.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Keep the demo's state here.")
@run_options
def demo(once: bool, data_dir: Path | None, as_json: bool, json_log: bool, verbose: bool) -> int:
    """The same daemon against a bundled newsroom on this machine; needs no internet and no config."""
    from monitor.running import run_demo

    return run_demo(data_dir, once=once, as_json=as_json, json_log=json_log, verbose=verbose)


@cli.command()
@config_option
@run_options
def poll(config_path: Path, as_json: bool, json_log: bool, verbose: bool) -> int:
    """A poller alone, on a shared Redis; any number on any hosts."""
    from monitor.running import run_role

    return run_role("poll", config_path, as_json=as_json, json_log=json_log, verbose=verbose)


@cli.command()
@config_option
@run_options
def work(config_path: Path, as_json: bool, json_log: bool, verbose: bool) -> int:
    """Workers alone, on a shared Redis; any number on any hosts."""
    from monitor.running import run_role

    return run_role("work", config_path, as_json=as_json, json_log=json_log, verbose=verbose)
