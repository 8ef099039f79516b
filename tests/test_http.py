"""Fetching against raw sockets that misbehave. Nothing but loopback is ever dialled."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpcore
import pytest

from monitor.errors import FetchError
from monitor.http import Fetched, Fetcher, HttpPolicy, retry_after

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Guard(httpcore.AnyIOBackend):
    """Fails the test if anything but loopback is dialled."""

    def __init__(self) -> None:
        self.dialled: list[str] = []

    async def connect_tcp(self, host: str, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        assert host in ("127.0.0.1", "::1"), f"dialled {host}"
        self.dialled.append(host)
        return await super().connect_tcp(host, *args, **kwargs)


def exchange(
    reply: bytes | Serve, path: str = "/feed", *, cap: int = 10_000, answers: tuple[str, ...] = ("127.0.0.1",)
) -> tuple[Fetched, list[bytes]]:
    """Fetch from a server on loopback that sends `reply`; what came, and the requests it saw."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            if isinstance(reply, bytes):
                writer.write(reply)
                await writer.drain()
            else:
                await reply(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        return answers

    async def run() -> Fetched:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        policy = HttpPolicy("ops@example.org", 0.4, cap, allow_networks=("127.0.0.0/8",))
        try:
            async with Fetcher(policy, resolver=resolve, dial=Guard(), ssl_context=tls) as fetcher:
                return await fetcher.get(f"http://news.example:{port}{path}", allow_private=True)
        finally:
            server.close()

    return asyncio.run(run()), seen


def answer(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body


def refusal(reply: bytes | Serve, **kwargs: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        exchange(reply, **kwargs)
    assert caught.value.cure
    return caught.value


def drip(head: bytes, piece: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)

    return serve


def test_plain_answer_keeps_the_name_in_host_and_says_who_we_are() -> None:
    fetched, seen = exchange(answer(b"hello", "ETag: x"))
    assert (fetched.status, fetched.body, fetched.headers["etag"]) == (200, b"hello", "x")
    assert b"host: news.example:" in seen[0].lower()
    assert b"(+ops@example.org)" in seen[0]


@pytest.mark.parametrize("status", ["304 Not Modified", "403 Forbidden", "503 Busy"])
def test_other_statuses_are_returned(status: str) -> None:
    assert exchange(answer(status=status))[0].status == int(status[:3])


@pytest.mark.parametrize(("name", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_compressed(name: str, pack: Callable[[bytes], bytes]) -> None:
    assert exchange(answer(pack(b"a" * 999), f"Content-Encoding: {name}"))[0].body == b"a" * 999


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (answer(gzip.compress(bytes(1_000_000)), "Content-Encoding: gzip"), "too_large"),
        (answer(b"x", "Content-Encoding: br"), "protocol"),
        (answer(b"x", "Content-Encoding: gzip, gzip"), "protocol"),
        (answer(b"not gzip", "Content-Encoding: gzip"), "protocol"),
        (answer(gzip.compress(b"a" * 99)[:-9], "Content-Encoding: gzip"), "incomplete"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", "too_large"),
        (
            drip(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"fff\r\n" + b"a" * 4095 + b"\r\n"
            ),
            "too_large",
        ),
        (drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"a"), "timeout"),
        (drip(b"HTTP/1.1 200 OK\r\n", b"a"), "timeout"),
        (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "timeout"),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 50_000 + b"\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort", "incomplete"),
        (b"", "incomplete"),
        (b"SSH-2.0-x\r\n\r\n", "protocol"),
        (answer(b"", "Location: /again", status="302 Found"), "too_many_redirects"),
        (answer(b"", "Location: file:///etc/hosts", status="302 Found"), "bad_url"),
        (answer(b"", "Location: http://127.0.0.1:1/", status="302 Found"), "refused_address"),
        (answer(b"", "Location: http://169.254.169.254/", status="302 Found"), "refused_address"),
    ],
)
def test_faults(reply: bytes | Serve, reason: str) -> None:
    assert refusal(reply).reason == reason


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "100.64.1.1",
        "192.0.0.8",
        "169.254.169.254",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "::1",
        "0.0.0.0",
    ],
)
def test_private_answers_are_refused_even_among_public_ones(address: str) -> None:
    assert refusal(b"", answers=("93.184.216.34", address)).reason == "refused_address"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.1/", "http://2130706433/", "http://0177.0.0.1/", "http://0x7f.1/", "http://a@b.example/",
        "http://a.example\\@b/", "gopher://a/", "file:///x", "http://[::1%25lo]/", "http:///x", "http://a:99999/",
    ],
)  # fmt: skip
def test_bad_urls(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        asyncio.run(Fetcher(HttpPolicy("x")).get(url, allow_private=True))
    assert caught.value.reason == "bad_url"


def test_name_server_that_hangs_is_bounded() -> None:
    async def hang(host: str, port: int) -> tuple[str, ...]:
        await asyncio.Event().wait()
        return ()

    async def run() -> None:
        async with Fetcher(HttpPolicy("x", timeout=0.05), resolver=hang, dial=Guard()) as fetcher:
            await fetcher.get("http://slow.example/")

    with pytest.raises(FetchError) as caught:
        asyncio.run(run())
    assert caught.value.reason == "timeout"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0), ("9" * 40, 86_400.0), ("Sun, 22 Nov 2026 12:01:00 GMT", 60.0), ("soon", None), ("", None),
        ("Sun, 22 Nov 2020 12:01:00 GMT", 0.0),
    ],
)  # fmt: skip
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds
