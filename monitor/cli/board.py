"""The command that runs the board alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from monitor.cli.root import cli, config_option


@cli.command()
@config_option
@click.option("--json-log", is_flag=True, help="Log JSON lines.")
@click.option("--verbose", "-v", is_flag=True, help="Log every decision.")
def board(config_path: Path, json_log: bool, verbose: bool) -> None:
    """The board alone, on a shared Redis; `rasid run` has it built in."""
    import asyncio

    from monitor import log
    from monitor.app import redis_url, stop_on_signals
    from monitor.board import serve
    from monitor.clock import SystemClock
    from monitor.config import secrets
    from monitor.configfile import load
    from monitor.errors import UsageError
    from monitor.store import open_store
    from workers.places import load as load_places

    config = load(config_path, os.environ)
    log.setup(verbose=verbose, json=json_log, secrets=secrets(config), stream=sys.stderr)
    if redis_url(config) == "embedded":
        raise UsageError(
            "`rasid board` needs a Redis that its fellows can reach, but redis.url is `embedded`",
            cure="`rasid run` shows the board itself; for the board alone set redis.url to redis://HOST:6379",
        )
    store, gazetteer = open_store(redis_url(config)), load_places(config.places.files)

    async def answer() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        await serve(config, store, SystemClock(), stop, gazetteer.knows)

    try:
        asyncio.run(answer())
    finally:
        store.close()
