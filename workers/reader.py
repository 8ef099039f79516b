"""Reads pages in a child that can be killed: nothing inside a process can stop a hanging C parser.

The child is forked from a worker while that has no thread. It keeps reading pages until one hangs or eats
its memory; then it is killed, the item goes on without its page, and the next page gets a new child.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from contextlib import suppress
from datetime import UTC, tzinfo
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from monitor.errors import ReadError
from monitor.models import Article
from workers.extract import read_page
from workers.process import die_with_parent

MEMORY = 400_000_000  # bytes, with what the child starts with


class Reader:
    """One reader child, started when first needed."""

    def __init__(self) -> None:
        self._child: BaseProcess | None = None
        self._pipe: Connection | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none."""
        return self._child.pid if self._child is not None else None

    def start(self) -> None:
        """Fork the child, unless it runs."""
        if self._child is not None and self._child.is_alive():
            return
        self.close()
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        child = context.Process(target=_serve, args=(theirs, ours), daemon=True)
        child.start()
        theirs.close()
        self._child, self._pipe = child, ours

    def read(
        self,
        body: bytes,
        *,
        url: str = "",
        charset: str = "",
        selector: str = "",
        zone: tzinfo = UTC,
        timeout: float = 10.0,
    ) -> Article:
        """The article of a page. Raises ReadError: `timeout`, `died`, or what extraction says."""
        self.start()
        if self._pipe is None:
            raise ReadError("no reader", reason="died")
        try:
            self._pipe.send((body, url, charset, selector, zone))
            if not self._pipe.poll(timeout):
                self.close()
                raise ReadError(
                    f"not read within {timeout:.0f} s", reason="timeout", cure="the feed's text is used"
                )
            answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            self.close()
            raise ReadError(
                "the page killed its reader", reason="died", cure="the feed's text is used"
            ) from error
        if isinstance(answer, Article):
            return answer
        message, reason = answer
        raise ReadError(message, reason=reason, cure="the feed's text is used")

    def close(self) -> None:
        """Kill the child."""
        if self._child is not None and self._child.pid:
            with suppress(ProcessLookupError):
                os.kill(self._child.pid, signal.SIGKILL)
            self._child.join()
            self._child.close()
        if self._pipe is not None:
            self._pipe.close()
        self._child = self._pipe = None


def _serve(pipe: Connection, theirs: Connection) -> None:
    theirs.close()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 0)
    die_with_parent()
    _limit_memory()
    while True:
        try:
            body, url, charset, selector, zone = pipe.recv()
        except EOFError:
            return
        answer: Article | tuple[str, str]
        try:
            answer = read_page(body, url=url, charset=charset, selector=selector, zone=zone)
        except ReadError as error:
            answer = (str(error), error.reason)
        except MemoryError:
            os._exit(1)
        except Exception as error:  # noqa: BLE001 - whatever a page does to a parser stays in this child
            answer = (f"{type(error).__name__}: {error}"[:200], "unreadable")
        pipe.send(answer)


def _limit_memory() -> None:
    statm = Path("/proc/self/statm")
    if statm.exists():
        # The limit is on addresses; what is mapped but not in use is granted on top.
        size, resident = (int(pages) * os.sysconf("SC_PAGE_SIZE") for pages in statm.read_text().split()[:2])
        limit = size + max(MEMORY - resident, MEMORY // 4)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
