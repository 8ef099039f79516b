"""The supervisor's own process: `python -m workers --config F --redis URL`, started by the daemon."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from monitor import log
from monitor.canary import with_canary
from monitor.clock import SystemClock
from monitor.config import Config, secrets
from monitor.configfile import load
from monitor.errors import RasidError
from monitor.reload import Reloader
from workers import classify, understanding
from workers.check import check
from workers.runtime import Shared
from workers.supervisor import Supervisor


def main(arguments: list[str] | None = None) -> int:
    """Load everything once, then supervise until told to stop."""
    parser = argparse.ArgumentParser(prog="rasid-workers")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--redis", required=True)
    parser.add_argument("--parent", type=int, default=0)
    parser.add_argument("--canary", type=int, default=0, help="port of this machine's canary")
    parser.add_argument("--json", action="store_true", help="console receivers print JSON Lines")
    parser.add_argument("--json-log", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # workers fork; a library's threads do not survive that
    try:
        config = load(chosen.config, os.environ)
        log.setup(verbose=chosen.verbose, json=chosen.json_log, secrets=secrets(config), stream=sys.stderr)

        def prepare(config: Config) -> Shared:
            flying = with_canary(config, chosen.canary) if chosen.canary else config
            return preload(flying, chosen.redis, json_console=chosen.json)

        reloader = Reloader(chosen.config, os.environ, config, lambda one: check(one, str(chosen.config)))
        parent = chosen.parent or os.getppid()
        Supervisor(prepare(config), SystemClock(), parent, reloader, prepare).run()
    except RasidError as error:
        print(error.line(), file=sys.stderr)  # noqa: T201
        return 1
    return 0


def preload(config: Config, redis_url: str, *, json_console: bool) -> Shared:
    """Everything heavy, loaded before the first fork so that all workers share it."""
    lexicons = understanding.lexicons(config)
    for language in classify.LANGUAGES:
        lexicons.get(language)
    return Shared(config, lexicons, understanding.gazetteer(config), redis_url, json_console)


if __name__ == "__main__":
    sys.exit(main())
