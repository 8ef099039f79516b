"""Words to systemd: ready, alive, stopping (the protocol of sd_notify). Without systemd they go nowhere."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

READY = "READY=1"
ALIVE = "WATCHDOG=1"
STOPPING = "STOPPING=1"


class Notifier:
    """Sends words to the socket that the service manager named; a lost word is no error."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        self._watchdog = _seconds(environment)

    @property
    def watchdog(self) -> float:
        """Seconds between two signs of life, half of what the manager allows; 0.0 when it wants none."""
        return self._watchdog

    def ready(self, status: str = "") -> bool:
        """The start is over (also after a reload). True if somebody was told."""
        return self._send(_words(READY, status))

    def alive(self, status: str = "") -> bool:
        """We are at work; to be said every `watchdog` seconds, from the loop that does the work."""
        return self._send(_words(ALIVE, status))

    def stopping(self) -> bool:
        """An orderly end has begun."""
        return self._send(STOPPING)

    def _send(self, words: str) -> bool:
        if not self._address:
            return False
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel,
        ):
            channel.setblocking(False)  # a manager that does not read must not hold us up
            channel.sendto(words.encode(), self._address)
            return True
        return False


def _words(state: str, status: str) -> str:
    line = " ".join(status.split())
    return f"{state}\nSTATUS={line}" if line else state


def _address(name: str) -> str:
    """A path, or an abstract name (`@…`, in the kernel's spelling); empty for anything else."""
    if name.startswith("@") and len(name) > 1:
        return "\0" + name[1:]
    return name if name.startswith("/") else ""


def _seconds(environment: Mapping[str, str]) -> float:
    """Half of WATCHDOG_USEC, if it is meant for this process."""
    limit, owner = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not limit.isascii() or not limit.isdigit() or (owner and owner != str(os.getpid())):
        return 0.0
    return int(limit) / 2_000_000


def from_environment() -> Notifier:
    """The notifier of this process. What it starts must not speak for it: the names are taken away."""
    notifier = Notifier(os.environ)
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        os.environ.pop(name, None)
    return notifier
