"""Fetching: what is sent, what comes back, where redirects may lead. Nothing but loopback is ever dialled.

The helpers here serve the tests of faults, too: a raw socket server that sends what it is told to.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import threading
import zlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError
from monitor.http import Fetched, Fetcher, HttpPolicy, retry_after
from monitor.wire import Wire, connect

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PUBLIC = "93.184.216.34"  # dialled on loopback, see Guard
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Reply = bytes | Serve


class Guard:
    """Fails the test if anything but loopback is dialled; PUBLIC is loopback by another name."""

    def __init__(self) -> None:
        self.dialled: list[str] = []

    async def __call__(self, address: str, port: int) -> socket.socket:
        assert address in ("127.0.0.1", PUBLIC), f"dialled {address}"
        self.dialled.append(address)
        return await connect("127.0.0.1", port)


@dataclass
class Site:
    """A server on two ports of loopback: its replies in turn (the last for good), and what it saw.

    `{port}` and `{other}` in a reply become the ports. `names` are the answers of the name server, in turn.
    """

    replies: Sequence[Reply]
    names: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    seen: list[bytes] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    guard: Guard = field(default_factory=Guard)
    ports: tuple[int, int] = (0, 0)

    async def resolve(self, host: str, port: int) -> tuple[str, ...]:
        self.looked_up.append(host)
        answers = self.names.get(host, [("127.0.0.1",)])
        return answers[min(self.looked_up.count(host), len(answers)) - 1]

    def fill(self, text: str) -> str:
        return text.replace("{port}", str(self.ports[0])).replace("{other}", str(self.ports[1]))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.seen.append(await reader.readuntil(b"\r\n\r\n"))
            reply = self.replies[min(len(self.seen), len(self.replies)) - 1]
            if isinstance(reply, bytes):
                writer.write(self.fill(reply.decode("latin-1")).encode("latin-1"))
                await writer.drain()
            else:
                await reply(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def visit(self, work: Callable[[Fetcher], Awaitable[Fetched]], policy: HttpPolicy) -> Fetched:
        """Serve while a fetcher works."""
        servers = [await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=self.tls) for _ in "ab"]
        first, second = (server.sockets[0].getsockname()[1] for server in servers)
        self.ports = (first, second)
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            async with Fetcher(policy, self.resolve, self.guard, trust) as fetcher:
                return await work(fetcher)
        finally:
            for server in servers:
                server.close()


def fetch(
    *replies: Reply,
    url: str = "http://news.example:{port}/feed",
    policy: HttpPolicy | None = None,
    names: dict[str, list[tuple[str, ...]]] | None = None,
    home: str = "",
    **options: Any,
) -> tuple[Fetched, Site]:
    """GET from a server on loopback that sends the replies; what came, and what the server saw."""
    site = Site(replies, names or {})
    policy = policy or HttpPolicy("ops@example.org", 20.0, 10_000, allow_networks=("127.0.0.0/8",))
    options = {"allow_private": True} | options

    async def work(fetcher: Fetcher) -> Fetched:
        return await fetcher.get(site.fill(url), home=site.fill(home), **options)

    return asyncio.run(site.visit(work, policy)), site


def refusal(*replies: Reply, **options: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch(*replies, **options)
    assert caught.value.cure
    return caught.value


def answer(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body


def moved(location: str, status: str = "302 Found") -> bytes:
    return answer(b"", f"Location: {location}", status=status)


# ---------------------------------------------------------------- requests and answers


def test_the_name_stays_in_host_and_we_say_who_we_are() -> None:
    fetched, site = fetch(answer(b"hello", "ETag: x", "Vary: a", "Vary: b"))
    assert (fetched.status, fetched.body) == (200, b"hello")
    assert (fetched.headers["etag"], fetched.headers["vary"]) == ("x", "a, b")
    assert fetched.url == f"http://news.example:{site.ports[0]}/feed"
    assert (fetched.redirects, fetched.permanent_url) == ((), "")
    assert 0 < fetched.elapsed < 20
    head = site.seen[0].lower()
    assert f"host: news.example:{site.ports[0]}\r\n".encode() in head
    assert b"(+ops@example.org)" in head
    assert b"accept-encoding: gzip, deflate\r\n" in head
    assert site.guard.dialled == ["127.0.0.1"]


@pytest.mark.parametrize("status", ["304 Not Modified", "403 Forbidden", "410 Gone", "503 Busy", "204 None"])
def test_other_statuses_are_returned(status: str) -> None:
    assert fetch(answer(status=status))[0].status == int(status[:3])


def test_an_unchanged_answer_may_tell_the_length_of_what_it_does_not_send() -> None:
    head = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99999999\r\nContent-Encoding: br\r\n\r\n"
    assert fetch(head)[0].status == 304


@pytest.mark.parametrize(
    ("name", "packed"),
    [
        ("gzip", gzip.compress(b"a" * 999)),
        ("x-gzip", gzip.compress(b"a" * 999)),
        ("GZIP", gzip.compress(b"a" * 900) + gzip.compress(b"a" * 99)),
        ("gzip", gzip.compress(b"a" * 999) + bytes(8)),
        ("deflate", zlib.compress(b"a" * 999)),
        ("deflate", zlib.compress(b"a" * 999)[2:-4]),
        ("identity", b"a" * 999),
    ],
)
def test_compressed(name: str, packed: bytes) -> None:
    assert fetch(answer(packed, f"Content-Encoding: {name}"))[0].body == b"a" * 999


@given(st.binary(max_size=300), st.integers(1, 40))
def test_a_compressed_body_may_come_in_any_pieces(body: bytes, size: int) -> None:
    packed = gzip.compress(body)

    async def pieces(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in range(0, len(packed), size):
            piece = packed[start : start + size]
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    assert fetch(pieces)[0].body == body


def test_headers_of_strangers_are_not_sent_back_when_they_are_none() -> None:
    validators = {"If-None-Match": '"a\r\nX-Evil: 1"', "If-Modified-Since": "\u0627\u0644\u0623\u062d\u062f"}
    _, site = fetch(answer(b"x"), headers=validators)
    assert b"Evil" not in site.seen[0]
    assert "\u0627\u0644\u0623\u062d\u062f".encode() in site.seen[0]


def test_addresses_are_tried_in_turn() -> None:
    def closed() -> int:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            return int(listener.getsockname()[1])

    class FirstFails(Guard):
        async def __call__(self, address: str, port: int) -> socket.socket:
            return await super().__call__(address, port if self.dialled else closed())

    site = Site([answer(b"x")], {"news.example": [(PUBLIC, "127.0.0.1")]}, guard=FirstFails())
    policy = HttpPolicy("", allow_networks=("127.0.0.0/8",))
    url = "http://news.example:{port}/"
    fetched = asyncio.run(site.visit(lambda f: f.get(site.fill(url), allow_private=True), policy))
    assert fetched.body == b"x"
    assert site.guard.dialled == [PUBLIC, "127.0.0.1"]


# ---------------------------------------------------------------- redirects


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [([301], True), ([308, 301], True), ([302], False), ([301, 307], False), ([303, 308], False)],
)
def test_permanent_redirects_are_told_when_all_were(statuses: list[int], permanent: bool) -> None:
    hops = [moved(f"/{number}", f"{status} Moved") for number, status in enumerate(statuses)]
    fetched, site = fetch(*hops, answer(b"here"))
    last = f"http://news.example:{site.ports[0]}/{len(statuses) - 1}"
    assert (fetched.body, fetched.url) == (b"here", last)
    assert [status for status, _ in fetched.redirects] == statuses
    assert fetched.redirects[-1][1] == last
    assert fetched.permanent_url == (last if permanent else "")


def test_a_redirect_to_nowhere_is_returned_as_it_is() -> None:
    assert fetch(answer(status="301 Moved"))[0].status == 301


def test_another_host_learns_nothing_but_what_the_feed_needs() -> None:
    headers = {
        "Authorization": "Bearer s3cret",
        "Cookie": "s3cret",
        "X-Api-Key": "s3cret",
        "If-None-Match": '"v1"',
        "Accept": "application/rss+xml",
    }
    public = {"other.example": [(PUBLIC,)]}
    hops = (moved("/two"), moved("http://other.example:{port}/three"), answer(b"x"))
    _, site = fetch(*hops, headers=headers, names=public)
    assert [request.count(b"s3cret") for request in site.seen] == [3, 3, 0]
    assert b'if-none-match: "v1"' in site.seen[2]
    assert b"accept: application/rss+xml" in site.seen[2]
    assert b"host: other.example:" in site.seen[2]


PRIVATE_HOPS = {
    "other host": ("http://other.example:{port}/", "refused_address"),
    "other port": ("http://news.example:{other}/", "refused_address"),
    "the address itself": ("http://127.0.0.1:{port}/", "refused_address"),
    "the very place": ("http://news.example:{port}/again", ""),
}


@pytest.mark.parametrize("hop", PRIVATE_HOPS)
def test_a_redirect_stays_at_home_in_a_private_network(hop: str) -> None:
    location, reason = PRIVATE_HOPS[hop]
    if reason:
        assert refusal(moved(location), answer(b"x")).reason == reason
    else:
        assert fetch(moved(location), answer(b"x"))[0].body == b"x"


@pytest.mark.parametrize(
    ("home", "reason"),
    [
        ("http://news.example:{port}/feed", ""),
        ("http://news.example:{other}/feed", "refused_address"),
        ("http://other.example:{port}/feed", "refused_address"),
        ("", "refused_address"),
    ],
)
def test_a_link_found_in_a_feed_may_be_private_at_the_feeds_place_only(home: str, reason: str) -> None:
    if reason:
        assert refusal(answer(b"x"), home=home, allow_private=False).reason == reason
    else:
        assert fetch(answer(b"x"), home=home, allow_private=False)[0].body == b"x"


def test_home_opens_no_network_that_the_config_does_not_name() -> None:
    policy = HttpPolicy("", allow_networks=("10.0.0.0/8",))
    assert (
        refusal(answer(b"x"), home="http://news.example:{port}/", policy=policy).reason == "refused_address"
    )


# ---------------------------------------------------------------- POST


def post(*replies: Reply, body: bytes = b"{}") -> tuple[Fetched, Site]:
    site = Site(replies)

    async def work(fetcher: Fetcher) -> Fetched:
        url = site.fill("http://hook.example:{port}/in?a=b")
        return await fetcher.post(url, content=body, headers={"Content-Type": "application/json"})

    return asyncio.run(site.visit(work, HttpPolicy("", 20.0, 1_000, allow_networks=("127.0.0.0/8",)))), site


def test_post() -> None:
    received: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readexactly(7))
        writer.write(answer(b"thanks", status="202 Accepted"))

    fetched, site = post(take, body=b'{"a":1}')
    assert (fetched.status, fetched.body, received) == (202, b"thanks", [b'{"a":1}'])
    head = site.seen[0].lower()
    assert head.startswith(b"post /in?a=b http/1.1\r\n")
    assert b"content-length: 7\r\n" in head
    assert b"content-type: application/json\r\n" in head


def test_a_large_post_waits_for_a_server_that_reads_slowly() -> None:
    body, received = bytes(range(256)) * 40_000, bytearray()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while len(received) < len(body):
            received.extend(await reader.read(65_536))
        writer.write(answer(b"thanks"))

    assert post(take, body=body)[0].body == b"thanks"
    assert received == body


def test_an_empty_post_has_a_length() -> None:
    assert b"content-length: 0\r\n" in post(answer(), body=b"")[1].seen[0].lower()


def test_a_post_refused_before_it_was_sent_still_has_its_answer() -> None:
    async def ask() -> int:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.sendall(answer(status="413 Too large"))
        theirs.close()  # so that nothing can be sent
        with closing(Wire(ours)) as wire:
            return (await wire.ask("POST", "/", [(b"host", b"x"), (b"content-length", b"1")], b"x"))[0]

    assert asyncio.run(ask()) == 413


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 Other", "307 Again", "308 For good"])
def test_a_post_is_sent_once_whatever_the_answer(status: str) -> None:
    fetched, site = post(moved("http://other.example:{other}/", status), answer(b"x"))
    assert fetched.status == int(status[:3])
    assert len(site.seen) == 1


# ---------------------------------------------------------------- Retry-After


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("1.5", 1.5),
        ("0", 0.0),
        ("9" * 40, 86_400.0),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 12:01:00", 60.0),
        ("Sun, 22 Nov 2020 12:01:00 GMT", 0.0),
        ("Sun, 22 Nov 2099 12:01:00 GMT", 86_400.0),
        ("Sun, 99 Nov 2026 12:01:00 GMT", None),
        ("Sun, 22 Nov 99999999999 12:01:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("nan", None),
        ("inf", None),
        ("\u0661\u0662", None),
        ("", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds


@given(st.text() | st.from_regex(r"\A[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,9} \d+:\d+:\d+ [-+]?\d*"))
def test_any_retry_after_is_bounded(value: str) -> None:
    seconds = retry_after({"retry-after": value}, NOW)
    assert seconds is None or 0 <= seconds <= 86_400


# ---------------------------------------------------------------- the system's name server


def test_a_name_server_that_hangs_holds_up_no_other_name(monkeypatch: pytest.MonkeyPatch) -> None:
    free, real = threading.Event(), socket.getaddrinfo

    def getaddrinfo(host: str, *args: Any, **kwargs: Any) -> Any:
        if host.startswith("slow"):
            free.wait(30)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return real("127.0.0.1", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    site = Site([answer(b"x")])

    async def work(fetcher: Fetcher) -> Fetched:
        plain = Fetcher(fetcher.policy, dial=site.guard, ssl_context=fetcher.ssl_context)
        slow = [asyncio.ensure_future(plain.get(f"http://slow{n}.example/", timeout=60)) for n in range(80)]
        await asyncio.sleep(0)  # they are under way first
        try:
            return await plain.get(site.fill("http://localhost:{port}/"), allow_private=True, timeout=10)
        finally:
            for one in slow:
                one.cancel()

    try:
        assert asyncio.run(site.visit(work, HttpPolicy("", allow_networks=("127.0.0.0/8",)))).body == b"x"
        assert all(thread.daemon for thread in threading.enumerate() if thread.name == "dns")
    finally:
        free.set()


def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(FetchError, match=r"no\.example.*not known") as caught:
        asyncio.run(Fetcher(HttpPolicy(""), dial=Guard()).get("http://no.example/"))
    assert caught.value.reason == "dns"
    assert "spelling" in caught.value.cure
