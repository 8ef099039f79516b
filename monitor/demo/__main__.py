"""`python -m monitor.demo --data-dir D [--ready-fd N]`: the newsroom, until its parent dies or SIGTERM.

When every port listens, `ready` is written to file descriptor N, which is then closed.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from monitor.clock import SystemClock
from monitor.demo.newsroom import prepare, serve
from monitor.errors import RasidError, UsageError


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 after an orderly end, 1 if a port is taken, 2 for wrong usage; errors on stderr."""
    parent = os.getppid()
    parser = argparse.ArgumentParser(prog="python -m monitor.demo")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--ready-fd", type=int)
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)

    def ready() -> None:
        if options.ready_fd is not None:
            with os.fdopen(options.ready_fd, "w") as pipe:
                pipe.write("ready\n")

    clock = SystemClock()
    try:
        newsroom = prepare(options.data_dir, clock)
        serve(newsroom, options.data_dir, clock, ready=ready, alive=lambda: os.getppid() == parent)
    except BrokenPipeError:  # nobody waits for us any more
        return 0
    except RasidError as error:
        sys.stderr.write(error.line() + "\n")
        return 2 if isinstance(error, UsageError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
