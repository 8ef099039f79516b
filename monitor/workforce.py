"""The supervisor of the workers as a process of its own: how it is started, kept alive and stopped."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ServerError

log = logging.getLogger("rasid.app")

STOP_TIMEOUT = 9.0
QUICK_DEATH = 10.0  # seconds after its start in which a supervisor that ends has never worked
MOST_DEATHS = 3


@dataclass
class Options:
    """What the command line says about a run."""

    config_path: Path
    json: bool = False
    verbose: bool = False
    json_log: bool = False


def workers_command(options: Options, redis_url: str) -> list[str]:
    """How the supervisor is started."""
    command = [sys.executable, "-m", "workers", "--config", str(options.config_path), "--redis", redis_url]
    flags = {"--json": options.json, "--verbose": options.verbose, "--json-log": options.json_log}
    return command + [flag for flag, chosen in flags.items() if chosen]


class Workers:
    """The supervisor process, started again when it ends."""

    def __init__(self, options: Options, redis_url: str, canary_port: int = 0) -> None:
        self._command = [*workers_command(options, redis_url), "--parent", str(os.getpid())]
        self._command += ["--canary", str(canary_port)] if canary_port else []
        self._deaths = 0  # soon after a start, in a row
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C reaches us alone, and we stop the parts in order.
        self._started = time.monotonic()
        return subprocess.Popen(self._command, stdin=subprocess.DEVNULL, start_new_session=True)

    def keep_alive(self) -> None:
        """Start the supervisor again if it ended."""
        if self._process.poll() is None:
            return
        code = self._process.returncode
        quick = time.monotonic() - self._started < QUICK_DEATH and code >= 0  # a kill is no fault of ours
        self._deaths = self._deaths + 1 if quick else 0
        if self._deaths > MOST_DEATHS:
            raise ServerError(
                f"the workers ended {self._deaths} times within {QUICK_DEATH:.0f} s of their start; "
                "nothing can be processed",
                reason="workers_fail",
                cure="their own words stand above; nothing is lost, start again when it is mended",
            )
        log.error("the supervisor ended with code %s; starting it again", code)
        self._process = self._start()

    def reload(self) -> None:
        """Have the config read again."""
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """Let the jobs at hand finish, then end."""
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
