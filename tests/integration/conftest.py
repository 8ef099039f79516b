"""Real daemons in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest


class Daemon:
    """A running `rasid`, its output, and the means to kill everything it started."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "monitor.cli", *arguments]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def finish(self, timeout: float = 120) -> tuple[int, str, str]:
        """Exit code, output and errors of a daemon that ends by itself."""
        out, err = self.process.communicate(timeout=timeout)
        return self.process.returncode, out, err

    def kill_everything(self) -> None:
        """kill -9 the daemon and all that descends from it, the embedded server included."""
        family = _family(self.process.pid)
        handles = [os.pidfd_open(pid) for pid in family if Path(f"/proc/{pid}").exists()]
        for handle in handles:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        self.process.wait(30)
        for handle in handles:
            os.close(handle)


def _family(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, queue = [], [pid]
    while queue:
        one = queue.pop()
        found.append(one)
        queue += parents.get(one, [])
    return found


@pytest.fixture
def daemons() -> Iterator[list[Daemon]]:
    """Every daemon a test started; none outlives it."""
    started: list[Daemon] = []
    yield started
    for daemon in started:
        if daemon.process.poll() is None:
            daemon.kill_everything()
        for stream in (daemon.process.stdout, daemon.process.stderr):
            if stream:
                stream.close()
