"""The board's web server, stopped with the daemon."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from monitor.board.app import create_app
from monitor.board.guard import address_of
from monitor.clock import Clock
from monitor.config import Config
from monitor.errors import ServerError
from monitor.store import Store

log = logging.getLogger("rasid.board")

MOST_CONNECTIONS = 200
GRACE = 3  # seconds for answers under way when the daemon stops


async def serve(
    config: Config,
    store: Store,
    clock: Clock,
    stop: asyncio.Event,
    known_place: Callable[[str], bool] = lambda _: True,
) -> None:
    """Answer at `board.listen` until `stop`. Raises ServerError when the port cannot be had, UsageError when exposed."""
    app = create_app(config, store, clock, known_place)
    listener = listen(config.board.listen)
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            http="h11",
            proxy_headers=False,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=GRACE,
            h11_max_incomplete_event_size=32_768,
        )
    )
    host, port = listener.getsockname()[:2]
    log.info("the board answers at http://%s:%d", f"[{host}]" if ":" in host else host, port)
    with listener:
        work = asyncio.create_task(server.serve(sockets=[listener]))
        waiting = asyncio.create_task(stop.wait())
        await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        server.should_exit = True
        await work


def listen(address: str) -> socket.socket:
    """A listening socket at host:port. Raises ServerError saying why there is none."""
    host, port = address_of(address)
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise ServerError(
            f"the board cannot listen on {address}: {_reason(error)}",
            reason="board_port",
            cure="end what uses that port, or set board.listen to another one, such as 127.0.0.1:8081",
        ) from error
    # asyncio does so only for sockets made with an explicit protocol; without it every answer waits 40 ms
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _reason(error: OSError) -> str:
    """The system's own words, without the address that Python adds."""
    number = error.errno or 0  # below 0: the name was not found
    return os.strerror(number) if number > 0 else str(error.strerror or error)


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: the daemon stops its parts in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
