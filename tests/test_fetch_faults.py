"""What strangers' servers do to us, one test a fault. Nothing but loopback is ever dialled."""

from __future__ import annotations

import asyncio
import gc
import gzip
import socket
import ssl
import struct
import subprocess
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.errors import FetchError
from monitor.http import Fetched, Fetcher, HttpPolicy
from tests.test_http import PUBLIC, Guard, Reply, Serve, Site, answer, fetch, moved, refusal

MB = 1_000_000
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE = HttpPolicy("ops@example.org", 20.0, 10 * MB, allow_networks=("127.0.0.0/8",))


def let_pass(seconds: float) -> None:
    """Let the running loop believe that time has passed: its deadlines come nearer at once."""
    loop = asyncio.get_running_loop()
    ahead = loop.time() + seconds - time.monotonic()
    loop.time = lambda: time.monotonic() + ahead  # type: ignore[method-assign]  # a test's own hand on it


def drip(head: bytes, piece: bytes, times: int = 60, seconds: float = 1.0, end: bytes = b"") -> Serve:
    """A piece a second, by the loop's clock, and after `times` of them the end."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        for _ in range(times):
            writer.write(piece)
            await writer.drain()
            let_pass(seconds)
            await asyncio.sleep(0)
        writer.write(end)
        await writer.drain()

    return serve


def endless(head: bytes, piece: bytes) -> Serve:
    """As much as is taken, for as long as somebody takes it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)

    return serve


async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reads until the client is gone, and says nothing."""
    await reader.read()


# ---------------------------------------------------------------- size


def bomb(megabytes: int) -> bytes:
    """Very many zeros in one gzip member."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(bytes(MB)) for _ in range(megabytes)), packer.flush()])


def test_gzip_bomb_stays_under_the_cap_and_30_megabytes() -> None:
    packed = answer(bomb(200), "Content-Encoding: gzip")
    gc.collect()
    tracemalloc.start()
    try:
        assert refusal(packed, policy=LARGE).reason == "too_large"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < LARGE.max_bytes + 30 * MB


def test_the_cap_itself_is_allowed() -> None:
    assert len(fetch(answer(bytes(10_000)))[0].body) == 10_000
    assert len(fetch(answer(gzip.compress(bytes(10_000)), "Content-Encoding: gzip"))[0].body) == 10_000
    assert refusal(answer(gzip.compress(bytes(10_001)), "Content-Encoding: gzip")).reason == "too_large"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip, br", "deflate, gzip", "compress"])
def test_other_encodings_are_neither_offered_nor_taken(encoding: str) -> None:
    error = refusal(answer(gzip.compress(gzip.compress(b"x")), f"Content-Encoding: {encoding}"))
    assert error.reason == "protocol"
    assert f"'{encoding}', which we did not offer" in str(error)
    _, site = fetch(answer())
    assert b"accept-encoding: gzip, deflate\r\n" in site.seen[0].lower()


def test_gzip_in_gzip_is_not_unpacked_twice() -> None:
    inner = gzip.compress(b"x" * 5_000)
    assert fetch(answer(gzip.compress(inner), "Content-Encoding: gzip"))[0].body == inner
    twice = answer(gzip.compress(inner), "Content-Encoding: gzip", "Content-Encoding: gzip")
    assert refusal(twice).reason == "protocol"


def test_a_gigabyte_is_refused_from_the_header() -> None:
    async def announce(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        await never(reader, writer)  # so that only the header can be the reason

    error = refusal(announce, timeout=5)
    assert error.reason == "too_large"
    assert "max_bytes" in error.cure


@pytest.mark.parametrize(
    ("head", "piece"),
    [(CHUNKED, b"fff\r\n" + b"a" * 4_095 + b"\r\n"), (b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 4_096)],
    ids=["chunks", "until the end"],
)
def test_an_endless_body_is_capped(head: bytes, piece: bytes) -> None:
    assert refusal(endless(head, piece)).reason == "too_large"


def test_an_endless_body_that_unpacks_to_nothing_is_capped() -> None:
    empty = zlib.compressobj(0, wbits=31)
    head = CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    stored = empty.flush(zlib.Z_SYNC_FLUSH)  # a gzip head; then empty stored blocks for ever
    head += b"%x\r\n%b\r\n" % (len(stored), stored)
    block = b"\x00\x00\x00\xff\xff" * 800
    assert refusal(endless(head, b"%x\r\n%b\r\n" % (len(block), block))).reason == "too_large"


@pytest.mark.parametrize(
    "head", [b"a: b\r\n" * 50_000, b"a: " + b"b" * 300_000 + b"\r\n"], ids=["many", "one long one"]
)
def test_a_header_flood_is_refused(head: bytes) -> None:
    error = refusal(b"HTTP/1.1 200 OK\r\n" + head + b"Content-Length: 0\r\n\r\n")
    assert error.reason == "protocol"
    assert "headers" in str(error)


# ---------------------------------------------------------------- time


def test_a_body_of_one_byte_a_second_ends_at_the_deadline() -> None:
    error = refusal(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n", b"a"))
    assert error.reason == "timeout"
    assert "20 s (while reading the body)" in str(error)


def test_headers_of_one_byte_a_second_end_at_the_deadline() -> None:
    error = refusal(drip(b"HTTP/1.1 200 OK\r\nX-A: ", b"a", end=b"\r\nContent-Length: 0\r\n\r\n"))
    assert error.reason == "timeout"
    assert "while waiting for the answer" in str(error)


def test_endless_1xx_end_at_the_deadline() -> None:
    error = refusal(drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", end=answer(b"x")))
    assert error.reason == "timeout"
    assert refusal(endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), timeout=0.2).reason == "timeout"


def test_a_slow_chain_of_redirects_has_one_deadline() -> None:
    def slow(location: str) -> Serve:
        return drip(b"", b"", times=1, seconds=8.0, end=moved(location))

    error = refusal(slow("/two"), slow("/three"), slow("/four"), answer(b"x"))
    assert error.reason == "timeout"
    fetched, _ = fetch(slow("/two"), slow("/three"), answer(b"x"))  # 16 s of 20
    assert fetched.body == b"x"


def test_a_server_that_never_answers() -> None:
    error = refusal(never, timeout=0.2)
    assert error.reason == "timeout"
    assert "news.example" in str(error)
    assert "http.timeout" in error.cure


def test_a_name_server_that_hangs() -> None:
    async def hang(host: str, port: int) -> tuple[str, ...]:
        await asyncio.Event().wait()
        return ()

    with pytest.raises(FetchError, match="looking up the address") as caught:
        asyncio.run(Fetcher(HttpPolicy("x", 0.1), hang, Guard()).get("http://slow.example/"))
    assert caught.value.reason == "timeout"


def test_a_refusal_is_heard_whatever_its_body_does() -> None:
    """A 503 that says when to come back counts, though its body never ends or is packed as it should not be."""
    head = (
        b"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 99999999\r\nContent-Encoding: br\r\n\r\n"
    )
    for reply in (head, endless(head, b"a")):
        fetched, _ = fetch(reply, timeout=5)
        assert (fetched.status, fetched.headers["retry-after"], fetched.body) == (503, "120", b"")


# ---------------------------------------------------------------- redirects and addresses


def test_a_redirect_loop_ends_after_five_hops() -> None:
    site = Site([moved("/again")])
    policy = HttpPolicy("", allow_networks=("127.0.0.0/8",))

    async def work(fetcher: Fetcher) -> Fetched:
        return await fetcher.get(site.fill("http://news.example:{port}/"), allow_private=True)

    with pytest.raises(FetchError) as caught:
        asyncio.run(site.visit(work, policy))
    assert caught.value.reason == "too_many_redirects"
    assert len(site.seen) == 6  # the first request and five hops


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data/", "refused_address"),
        ("http://10.0.0.1/", "refused_address"),
        ("http://127.0.0.1:{other}/", "refused_address"),
        ("http://[::1]/", "refused_address"),
        ("http://[::ffff:127.0.0.1]/", "refused_address"),
        ("http://[64:ff9b::7f00:1]/", "refused_address"),
        ("http://192.0.0.8/", "refused_address"),
        ("http://100.64.0.1/", "refused_address"),
        ("http://inside.example/", "refused_address"),
        ("file:///etc/hosts", "bad_url"),
        ("gopher://news.example:70/1", "bad_url"),
        ("http://127.1/", "bad_url"),
        ("http://2130706433/", "bad_url"),
        ("http://0177.0.0.1/", "bad_url"),
        ("http://user@news.example/", "bad_url"),
        ("http://news.example\\@inside.example/", "bad_url"),
    ],
)
def test_a_redirect_out_of_the_public_web_is_refused(location: str, reason: str) -> None:
    names = {"news.example": [(PUBLIC,)], "inside.example": [("192.168.1.1",)]}
    site_only = HttpPolicy("")
    error = refusal(moved(location), answer(b"x"), names=names, policy=site_only, allow_private=False)
    assert error.reason == reason


def test_the_checked_address_is_the_one_dialled() -> None:
    """A name server that says something else the second time is not asked a second time."""
    names = {"news.example": [(PUBLIC,), ("127.0.0.1",)]}
    fetched, site = fetch(answer(b"x"), names=names, policy=HttpPolicy(""), allow_private=False)
    assert fetched.body == b"x"
    assert site.looked_up == ["news.example"]
    assert site.guard.dialled == [PUBLIC]


def test_every_hop_is_checked_anew() -> None:
    names = {"news.example": [(PUBLIC,), ("127.0.0.1",)]}
    error = refusal(moved("/two"), answer(b"x"), names=names, policy=HttpPolicy(""), allow_private=False)
    assert error.reason == "refused_address"


@pytest.mark.parametrize(
    "answers",
    [(PUBLIC, "10.0.0.1"), ("127.0.0.1", PUBLIC), (PUBLIC, "::ffff:8.8.8.8"), (PUBLIC, "64:ff9b::808:808")],
)
def test_public_and_private_answers_together_are_refused(answers: tuple[str, ...]) -> None:
    site = Site([answer(b"x")], {"news.example": [answers]})

    async def work(fetcher: Fetcher) -> Fetched:
        return await fetcher.get(site.fill("http://news.example:{port}/"))

    with pytest.raises(FetchError) as caught:
        asyncio.run(site.visit(work, HttpPolicy("")))
    assert caught.value.reason == "refused_address"
    assert site.guard.dialled == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.1/", "http://2130706433/", "http://0177.0.0.1/", "http://0x7f.1/", "http://a@b.example/",
        "http://a.example\\@b/", "gopher://a/", "file:///x", "http://127.0.0.1:1/", "http://[::1]/",
        "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://192.0.0.170/", "http://100.100.0.1/",
        "http://localhost/",
    ],
)  # fmt: skip
def test_no_spelling_leads_inside(url: str) -> None:
    guard = Guard()

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        return ("127.0.0.1",)

    with pytest.raises(FetchError) as caught:
        asyncio.run(Fetcher(HttpPolicy(""), resolve, guard).get(url))
    assert caught.value.reason in ("bad_url", "refused_address")
    assert guard.dialled == []


# ---------------------------------------------------------------- answers cut short


def reset(head: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        await writer.drain()
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return serve


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nETag: x\r\nContent-Length: 99\r\n\r\nshort",
        CHUNKED + b"5\r\nshort\r\n",
        CHUNKED + b"5\r\nsho",
        answer(gzip.compress(b"a" * 99)[:-9], "Content-Encoding: gzip"),
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"",
        reset(b"HTTP/1.1 200 OK\r\nETag: x\r\nContent-Length: 99\r\n\r\nshort"),
        reset(b""),
    ],
)
def test_an_answer_cut_short_is_no_answer(reply: Reply) -> None:
    error = refusal(reply)
    assert error.reason == "incomplete"
    assert "again" in error.cure


@pytest.mark.parametrize(
    "reply",
    [
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\nab",
        CHUNKED + b"zz\r\n",
        answer(b"not gzip", "Content-Encoding: gzip"),
        answer(b"not deflate", "Content-Encoding: deflate"),
    ],
)
def test_what_is_no_http_is_told_as_such(reply: bytes) -> None:
    assert refusal(reply).reason == "protocol"


def test_a_closed_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = refusal(b"", url=f"http://news.example:{port}/")
    assert error.reason == "refused"
    assert "port" in error.cure


def test_an_address_that_says_nothing_makes_room_for_the_next() -> None:
    class FirstHangs(Guard):
        async def __call__(self, address: str, port: int) -> socket.socket:
            if not self.dialled:
                self.dialled.append(address)
                let_pass(4)
                await asyncio.Event().wait()
            return await super().__call__(address, port)

    site = Site([answer(b"x")], {"news.example": [(PUBLIC, "127.0.0.1")]}, guard=FirstHangs())

    async def work(fetcher: Fetcher) -> Fetched:
        return await fetcher.get(site.fill("http://news.example:{port}/"), allow_private=True)

    assert asyncio.run(site.visit(work, LARGE)).body == b"x"
    assert site.guard.dialled == [PUBLIC, "127.0.0.1"]


def test_a_host_that_cannot_be_reached() -> None:
    class Unreachable(Guard):
        async def __call__(self, address: str, port: int) -> socket.socket:
            raise OSError(101, "Network is unreachable")

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        return (PUBLIC, "1.1.1.1")

    with pytest.raises(FetchError, match=r"cannot connect to news\.example: .*unreachable") as caught:
        asyncio.run(Fetcher(HttpPolicy(""), resolve, Unreachable()).get("http://news.example/"))
    assert caught.value.reason == "connect"


# ---------------------------------------------------------------- TLS


Certify = Callable[[str, int], Path]


@pytest.fixture(scope="module")
def certify(tmp_path_factory: pytest.TempPathFactory) -> Certify:
    """Self-signed certificates: by name and days until they end, a file with key and certificate."""
    folder = tmp_path_factory.mktemp("certificates")

    def run(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    def make(name: str, days: int) -> Path:
        made = folder / f"{name}{days}.pem"
        if not made.exists():
            (folder / "names").write_text(f"subjectAltName=DNS:{name}")
            run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key")
            run("req", "-new", "-key", "key", "-subj", f"/CN={name}", "-out", "request")
            run("x509", "-req", "-in", "request", "-signkey", "key", "-days", str(days),
                "-extfile", "names", "-out", "certificate")  # fmt: skip
            made.write_bytes((folder / "key").read_bytes() + (folder / "certificate").read_bytes())
        return made

    return make


def over_tls(served: Path, trusted: Path | None, *replies: Reply) -> tuple[Fetched, Site]:
    """GET https://news.example from a server with one certificate by a client that trusts another."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(served)
    client = ssl.create_default_context(cafile=trusted) if trusted else ssl.create_default_context()
    site = Site(replies, tls=server)
    names: list[str] = []
    server.sni_callback = lambda _, name, __: names.append(name)

    async def work(fetcher: Fetcher) -> Fetched:
        fetcher.ssl_context = client
        url = site.fill("https://news.example:{port}/feed")
        fetched = await fetcher.get(url, allow_private=True)
        assert names == ["news.example"]
        return fetched

    return asyncio.run(site.visit(work, HttpPolicy("", 10.0, allow_networks=("127.0.0.0/8",)))), site


def test_the_name_is_checked_though_an_address_is_dialled(certify: Certify) -> None:
    good = certify("news.example", 9)
    fetched, site = over_tls(good, good, answer(b"safe" * 100_000))
    assert fetched.body == b"safe" * 100_000
    assert fetched.url.startswith("https://news.example:")
    assert site.guard.dialled == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("name", "days", "trusted", "words"),
    [
        ("news.example", -1, True, "expired"),
        ("news.example", 9, False, "self-signed|self signed"),
        ("other.example", 9, True, "news.example"),
    ],
    ids=["expired", "self-signed", "of another host"],
)
def test_a_bad_certificate_is_told_plainly(
    certify: Certify, name: str, days: int, trusted: bool, words: str
) -> None:
    served = certify(name, days)
    with pytest.raises(
        FetchError, match=rf"^news\.example:\d+ has no valid certificate: .*({words})"
    ) as caught:
        over_tls(served, served if trusted else None, answer(b"x"))
    assert caught.value.reason == "tls"
    assert "owner" in caught.value.cure


@pytest.mark.parametrize("reply", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"\x15\x03\x01\x00\x02\x02\x28"])
def test_a_server_without_tls(reply: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(reply)
        await writer.drain()
        writer.close()

    site = Site([])
    site.serve = serve  # type: ignore[method-assign]  # a test's own hand on it

    async def work(fetcher: Fetcher) -> Fetched:
        return await fetcher.get(site.fill("https://news.example:{port}/"), allow_private=True)

    with pytest.raises(FetchError, match="no safe connection to news") as caught:
        asyncio.run(site.visit(work, HttpPolicy("", 5.0, allow_networks=("127.0.0.0/8",))))
    assert caught.value.reason == "tls"
    assert "https" in caught.value.cure
