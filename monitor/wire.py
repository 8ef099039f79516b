"""httpx's transport: one HTTP/1.1 request and its answer over a connection of its own, with or without TLS.

No pool, no threads, no guards and no limits of time: those are the caller's, and so is the way to the socket.
OpenSSL reads the socket itself, which costs half of what buffers in between do. Raises OSError (ssl.SSLError
is one) and h11.RemoteProtocolError.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import h11
import httpx

T = TypeVar("T")
Header = tuple[bytes, bytes]

MAX_HEADERS = 100 * 1024  # bytes
PIECE = 64 * 1024  # bytes read at once


class HungUpError(ConnectionError):
    """The other side closed the connection before it began an answer."""


async def connect(address: str, port: int) -> socket.socket:
    """A connection to an address (never a name), non-blocking."""
    plain = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        plain.setblocking(False)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(plain, (address, port))
    except BaseException:  # cancelled or failed: the socket is ours to close
        plain.close()
        raise
    return plain


@dataclass(frozen=True, slots=True)
class Way:
    """How the transport gets to the host of a request: the request's extension `way`.

    `tls_name`: the name that the certificate must have, "" for no TLS. `doing` is told of each phase.
    """

    connect: Callable[[], Awaitable[socket.socket]]
    context: ssl.SSLContext | None
    tls_name: str
    doing: Callable[[str], None]


class WireTransport(httpx.AsyncBaseTransport):
    """One connection a request, closed with its answer."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        way: Way = request.extensions["way"]
        wire = Wire(await way.connect())
        try:
            if way.context is not None and way.tls_name:
                way.doing("agreeing on TLS")
                await wire.start_tls(way.context, way.tls_name)
            way.doing("waiting for the answer")
            path = request.extensions["target"]
            status, headers = await wire.ask(request.method, path, request.headers.raw, await request.aread())
        except BaseException:  # cancelled or failed: the socket is ours to close
            wire.close()
            raise
        return httpx.Response(status, headers=headers, stream=_Body(wire))


class _Body(httpx.AsyncByteStream):
    """The body of an answer; closing it closes the connection."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._wire.body()

    async def aclose(self) -> None:
        self._wire.close()


class Wire:
    """A connection that asks once."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEADERS)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    async def start_tls(self, context: ssl.SSLContext, name: str) -> None:
        """Agree on TLS with the host of this name and check its certificate."""
        safe = context.wrap_socket(self._socket, server_hostname=name, do_handshake_on_connect=False)
        self._socket = safe
        await self._when_ready(safe.do_handshake, writing=False)

    async def ask(
        self, method: str, path: str, headers: Sequence[Header], content: bytes
    ) -> tuple[int, list[Header]]:
        """Send a request; the status and the headers of the answer."""
        request = self._http.send(h11.Request(method=method, target=path, headers=list(headers))) or b""
        if content:
            request += self._http.send(h11.Data(data=content)) or b""
        request += self._http.send(h11.EndOfMessage()) or b""
        with suppress(ConnectionError):  # refused half-way: the answer says why
            await self._send(request)
        while isinstance(event := await self._next(), h11.InformationalResponse):
            pass
        if not isinstance(event, h11.Response):
            raise HungUpError("the connection was closed before the answer")
        return event.status_code, list(event.headers)

    async def body(self) -> AsyncIterator[bytes]:
        """The body of the answer in pieces, as it travels."""
        while isinstance(event := await self._next(), h11.Data):
            yield bytes(event.data)

    async def _next(self) -> Any:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            data = await self._when_ready(partial(self._socket.recv, PIECE), writing=False)
            if not data and self._http.their_state is h11.SEND_RESPONSE:
                raise HungUpError("the connection was closed before the answer")
            self._http.receive_data(data)
        return event

    async def _send(self, data: bytes) -> None:
        while data:
            sent = await self._when_ready(partial(self._socket.send, data), writing=True)
            data = data[sent:]

    async def _when_ready(self, work: Callable[[], T], writing: bool) -> T:
        """Do what may have to wait for the socket, again and again until it is done."""
        while True:
            try:
                return work()
            except ssl.SSLWantReadError:
                await self._wait(writing=False)
            except ssl.SSLWantWriteError:
                await self._wait(writing=True)
            except BlockingIOError:
                await self._wait(writing)

    async def _wait(self, writing: bool) -> None:
        loop, number = asyncio.get_running_loop(), self._socket.fileno()
        ready = loop.create_future()

        def wake() -> None:
            if not ready.done():  # given up, or woken already
                ready.set_result(None)

        add, remove = (
            (loop.add_writer, loop.remove_writer) if writing else (loop.add_reader, loop.remove_reader)
        )
        add(number, wake)
        try:
            await ready
        finally:
            remove(number)
