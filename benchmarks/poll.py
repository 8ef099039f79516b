"""Polling: an unchanged feed beside pycurl's, memory of many feeds, cost beside the fetch, other programs.

python -m benchmarks.poll [--small] [a] [b] [c] [d]

Needs the program openssl; compares with pycurl, reader and rss2email where they are installed.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib.util
import multiprocessing
import os
import resource
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar, cast

from monitor.agenda import Agenda
from monitor.clock import SystemClock
from monitor.config import Config, FeedConfig
from monitor.configfile import load
from monitor.embedded import EmbeddedServer
from monitor.harvest import Harvest, Harvester, Outcome
from monitor.http import Fetched, Fetcher, HttpPolicy, policy
from monitor.poller import Poller
from monitor.rhythm import Rhythm, observe
from monitor.store import Store, open_store

T = TypeVar("T")
HOST = "feeds.example"
ETAG = '"v1"'
TOGETHER = 10  # fetches under way at once
ROUNDS = 7
POLICY = HttpPolicy("ops@example.org", allow_networks=("127.0.0.0/8",))


def feed_body(path: str) -> bytes:
    """A small feed of its own for every path."""
    name = path.strip("/")
    items = "".join(
        f"<item><guid>{name}-{n}</guid><title>Council of {name} met, part {n}</title>"
        f"<link>http://{HOST}/{name}/{n}</link><pubDate>Sun, 01 Nov 2026 0{n}:00:00 GMT</pubDate>"
        f"<description>The council spoke about the water works for {n + 1} hours.</description></item>"
        for n in range(5)
    )
    return f'<rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'.encode()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request: 304 if it has a validator, else the feed of that path."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"if-none-match" in head.lower():
            writer.write(f"HTTP/1.1 304 Not Modified\r\nETag: {ETAG}\r\nConnection: close\r\n\r\n".encode())
        else:
            body = feed_body(head.split(b" ", 2)[1].decode())
            kind = f"Content-Type: application/rss+xml\r\nETag: {ETAG}\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"HTTP/1.1 200 OK\r\n{kind}Connection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    except (OSError, asyncio.IncompleteReadError):
        pass


def serve(ready: Connection, certificate: str) -> None:
    """The server's process: says its port, then answers until it is ended."""

    async def run() -> None:
        tls = None
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            tls.num_tickets = 0  # no session is resumed, by nobody
        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls, backlog=1_000)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def server(certificate: str = "") -> Iterator[int]:
    """A server in a process of its own; its port."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=serve, args=(there, certificate), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


def make_certificate(folder: Path) -> str:
    """A key and a certificate for HOST in one file."""
    pem = str(folder / "server.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
         "2", "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", pem, "-out", pem],
        check=True, capture_output=True,
    )  # fmt: skip
    return pem


async def loopback(host: str, port: int) -> list[str]:  # noqa: ARG001 - a resolver takes both
    return ["127.0.0.1"]


def ours(port: int, certificate: str, count: int) -> None:
    """`count` unchanged polls by our Fetcher."""

    async def run() -> None:
        tls = ssl.create_default_context(cafile=certificate)
        async with Fetcher(POLICY, resolver=loopback, ssl_context=tls) as fetcher:
            slots = asyncio.Semaphore(TOGETHER)

            async def one(number: int) -> None:
                async with slots:
                    url = f"https://{HOST}:{port}/{number}"
                    fetched = await fetcher.get(url, headers={"If-None-Match": ETAG}, allow_private=True)
                    assert fetched.status == 304

            await asyncio.gather(*(one(number) for number in range(count)))

    asyncio.run(run())


def by_pycurl(port: int, certificate: str, count: int) -> None:
    """The same polls by pycurl: one handle, the certificates read once, a new connection each."""
    import pycurl

    curl = pycurl.Curl()
    curl.setopt(pycurl.CAINFO, certificate)
    curl.setopt(pycurl.RESOLVE, [f"{HOST}:{port}:127.0.0.1"])
    curl.setopt(pycurl.HTTPHEADER, [f"If-None-Match: {ETAG}", "User-Agent: bench", "Accept: */*"])
    curl.setopt(pycurl.ACCEPT_ENCODING, "gzip, deflate")
    curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
    curl.setopt(pycurl.FRESH_CONNECT, 1)
    curl.setopt(pycurl.FORBID_REUSE, 1)
    curl.setopt(pycurl.SSL_SESSIONID_CACHE, 0)
    curl.setopt(pycurl.TIMEOUT, 20)
    for number in range(count):
        headers: list[bytes] = []
        body: list[bytes] = []
        curl.setopt(pycurl.URL, f"https://{HOST}:{port}/{number}")
        curl.setopt(pycurl.HEADERFUNCTION, headers.append)
        curl.setopt(pycurl.WRITEFUNCTION, body.append)
        curl.perform()
        assert curl.getinfo(pycurl.RESPONSE_CODE) == 304
    curl.close()


def unchanged(count: int) -> None:
    """(a) One 304 over TLS and a new connection: ours against the others, in alternating rounds."""
    sys.stdout.write(
        f"(a) {count:,} unchanged polls over TLS, a new connection each, median of {ROUNDS} rounds\n"
    )
    rivals = {"rasid": ours}
    if importlib.util.find_spec("pycurl"):
        rivals["pycurl"] = by_pycurl
    costs: dict[str, list[float]] = {name: [] for name in rivals}
    with tempfile.TemporaryDirectory() as folder:
        certificate = make_certificate(Path(folder))
        with server(certificate) as port:
            for number in range(ROUNDS + 1):
                for name, poll in rivals.items():
                    gc.collect()
                    started = time.process_time()
                    poll(port, certificate, count)
                    if number:  # the first round warms up
                        costs[name].append((time.process_time() - started) / count)
    for name, seconds in costs.items():
        ratios = [mine / theirs for mine, theirs in zip(costs["rasid"], seconds, strict=True)]
        sys.stdout.write(
            f"  {name:10} {statistics.median(seconds) * 1e3:6.2f} ms a poll, "
            f"rasid costs {statistics.median(ratios):.2f} times that"
            f" ({min(ratios):.2f} to {max(ratios):.2f})\n"
        )
    if "pycurl" not in rivals:
        sys.stdout.write("  pycurl     not installed\n")


# ---------------------------------------------------------------- whole polls


@dataclass(frozen=True, slots=True)
class Round:
    """One round over all feeds: seconds of time and of processor, and how many polls failed."""

    feeds: int
    wall: float
    cpu: float
    failed: int = 0

    def __str__(self) -> str:
        each = self.cpu / self.feeds * 1e3
        return (
            f"{self.wall:6.1f} s, {self.cpu:6.1f} s of processor ({each:.2f} ms a feed), {self.failed} failed"
        )


@dataclass(frozen=True, slots=True)
class Polled:
    """What one process with a Poller needed: its rounds, its memory, and a second of having nothing to do."""

    rounds: list[Round]
    rss: float  # MB after the last round
    peak: float  # MB
    idle: float  # seconds of processor a second


class Canned:
    """A Fetcher that costs nothing: nothing is new."""

    async def get(self, url: str, **_: object) -> Fetched:
        return Fetched(304, url, {"etag": ETAG}, b"", (), 0.001)


def apart(work: Callable[..., T], *arguments: object) -> T:
    """Run something in a fresh process, so that only its own memory and processor time are counted."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


class Watch:
    """Time and processor time since it was made."""

    def __init__(self, used: Callable[[], float] = time.process_time) -> None:
        self._used = used
        self._started, self._before = time.perf_counter(), used()

    def stop(self, feeds: int, failed: int) -> Round:
        return Round(feeds, time.perf_counter() - self._started, self._used() - self._before, failed)


def poll_all(store_url: str, config_file: str, canned: bool, idle: float) -> Polled:
    """A real Poller with a config and a store: two rounds, then `idle` seconds of waiting for due feeds."""
    config = load(Path(config_file), {})
    store = open_store(store_url)

    async def run() -> Polled:
        rounds: list[Round] = []
        async with Fetcher(policy(config), resolver=loopback) as fetcher:
            fetch = cast(Fetcher, Canned()) if canned else fetcher
            poller = Poller(config, store, fetch, SystemClock(), datetime.now(UTC))
            for _ in "ab":
                watch = Watch()
                outcomes = await poller.once()
                rounds.append(watch.stop(len(outcomes), sum(outcome.failed for outcome in outcomes)))
            return Polled(rounds, *memory(), await waiting(poller, idle))

    return asyncio.run(run())


async def waiting(poller: Poller, seconds: float) -> float:
    """Processor seconds a second of a Poller whose feeds are not due, once it has planned them all."""
    stop, spent = asyncio.Event(), [0.0, 0.0]
    loop = asyncio.get_running_loop()
    loop.call_later(seconds, lambda: spent.__setitem__(0, time.process_time()))
    loop.call_later(2 * seconds, lambda: (spent.__setitem__(1, time.process_time()), stop.set()))
    await poller.forever(stop)
    return (spent[1] - spent[0]) / (seconds or 1.0)


def memory() -> tuple[float, float]:
    """This process's memory now and at its highest, in MB; the first is the second where /proc is missing."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1024 if sys.platform == "linux" else 1) / 1e6
    held = Path("/proc/self/statm")
    return int(held.read_text().split()[1]) * resource.getpagesize() / 1e6 if held.exists() else peak, peak


def write_config(folder: Path, port: int, count: int) -> str:
    """A config of so many feeds, each on a host of its own."""
    feeds = "".join(f"  - {{name: f{n}, url: 'http://f{n}.{HOST}:{port}/{n}'}}\n" for n in range(count))
    file = folder / "config.yaml"
    file.write_text(
        f"http: {{contact: ops@example.org, allow_networks: [127.0.0.0/8], per_host: {{delay: 0s}}}}\nfeeds:\n{feeds}"
    )
    return str(file)


def processor_of(pid: int) -> float:
    """Processor seconds that another process has used; 0 where /proc is missing."""
    status = Path(f"/proc/{pid}/stat")
    fields = status.read_text().rpartition(")")[2].split() if status.exists() else [""] * 11 + ["0", "0"]
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def whole(count: int, canned: bool = False, idle: float = 0.0) -> Polled:
    """`count` feeds polled twice by a real Poller with a private Valkey: new, then unchanged."""
    # Not in a long path: a socket's name must stay short.
    with tempfile.TemporaryDirectory(prefix="rasid-") as name, server() as port:
        folder = Path(name)
        config = write_config(folder, port, count)
        with EmbeddedServer(folder / "data") as valkey:
            polled = apart(poll_all, valkey.url, config, canned, idle)
            store = processor_of(valkey.pid) / (2 * count) * 1e3
        sys.stdout.write(f"  Valkey: {store:.2f} ms of processor a poll\n")
        return polled


def held(count: int) -> None:
    """(b) The memory of a process that polls many feeds."""
    sys.stdout.write(f"\n(b) {count:,} feeds held by one Poller\n")
    polled = whole(count, idle=5.0)
    for name, one in zip(("new", "unchanged"), polled.rounds, strict=True):
        sys.stdout.write(f"  {name:10} {one}\n")
    sys.stdout.write(f"  memory {polled.rss:.0f} MB (highest {polled.peak:.0f} MB), ")
    sys.stdout.write(f"with nothing due {polled.idle * 100:.1f} % of a core\n")


def deciding(count: int) -> float:
    """Seconds of processor for one decision: the rhythm read, the due time found, the agenda kept."""
    feed = FeedConfig(name="f", url="http://f.test/")
    config = Config(feeds=(feed,))
    harvester = Harvester(config, cast(Store, None), cast(Fetcher, None), SystemClock(), datetime.now(UTC))
    rhythm = observe(Rhythm(), [datetime.now(UTC) - timedelta(hours=n) for n in range(40)], datetime.now(UTC))
    harvest = Harvest(Outcome("f", "not_modified"), (), {"rhythm": rhythm.to_dict()})
    agenda = Agenda(2)
    for number in range(count):
        agenda.put(f"f{number}", f"h{number}", 0.0)
    spent = time.process_time()
    for number in range(count):
        harvester.planned(feed, harvest, None)
        (name,) = agenda.take(0.0, 1)
        agenda.done(name)
        agenda.put(name, f"h{number}", 60.0)
    return (time.process_time() - spent) / count


def scheduling(count: int) -> None:
    """(c) What a poll costs beside the fetch: the decision; and with lease, state and turn in the store."""
    sys.stdout.write(f"\n(c) {count:,} unchanged polls whose fetch costs nothing\n")
    sys.stdout.write(
        f"  deciding when to poll next, and who is due: {deciding(count) * 1e3:.3f} ms of processor a poll\n"
    )
    sys.stdout.write(f"  with the store: {whole(count, canned=True).rounds[-1]}\n")


# ---------------------------------------------------------------- others


def by_reader(port: int, count: int, folder: str) -> list[Round]:
    """Reader (the library), with as many workers as we have fetches at once."""
    from reader import make_reader

    reader = make_reader(f"{folder}/reader.sqlite")
    for number in range(count):
        reader.add_feed(f"http://127.0.0.1:{port}/{number}")

    rounds = []
    for _ in "ab":
        watch = Watch()
        results = list(reader.update_feeds_iter(scheduled=False, workers=TOGETHER))
        rounds.append(watch.stop(len(results), sum(isinstance(one.value, Exception) for one in results)))
    return rounds


def by_rss2email(port: int, count: int, folder: str) -> list[Round]:
    """rss2email's command, sending nothing; its start is part of every round."""
    feeds = "".join(f"[feed.f{n}]\nurl = http://127.0.0.1:{port}/{n}\n" for n in range(count))
    config = Path(folder) / "rss2email.cfg"
    config.write_text(f"[DEFAULT]\nto = ops@example.org\nfrom = ops@example.org\n{feeds}")
    command = [str(Path(sys.executable).parent / "r2e"), "-c", str(config), "-d", f"{folder}/rss2email.json"]

    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    rounds = []
    for _ in "ab":
        watch = Watch(used)
        ended = subprocess.run([*command, "run", "--no-send"], capture_output=True, text=True)
        errors = ended.stderr.count("[ERROR]") + (count if ended.returncode else 0)
        rounds.append(watch.stop(count, errors))
    return rounds


def others(count: int) -> None:
    """(d) The same feeds polled by others, over plain HTTP: first new, then unchanged."""
    sys.stdout.write(f"\n(d) {count:,} feeds, twice\n")
    results = {"rasid": whole(count).rounds}
    rivals = {"reader": by_reader, "rss2email": by_rss2email}
    with tempfile.TemporaryDirectory() as folder, server() as port:
        for name, poll in rivals.items():
            if importlib.util.find_spec(name):
                results[name] = apart(poll, port, count, folder)
            else:
                sys.stdout.write(f"  {name:10} not installed\n")
    for name, rounds in results.items():
        for part, one in zip(("new", "unchanged"), rounds, strict=True):
            sys.stdout.write(f"  {name:10} {part:10} {one}\n")


def main() -> None:
    """Run all parts, or those that are named."""
    parser = argparse.ArgumentParser(description="The cost of polling.")
    parser.add_argument("parts", nargs="*", help="a, b, c, d; left out: all")
    parser.add_argument("--small", action="store_true", help="a tenth of everything")
    given = parser.parse_args()
    parts = {"a": (unchanged, 1_000), "b": (held, 10_000), "c": (scheduling, 2_000), "d": (others, 500)}
    for name in given.parts or parts:
        if name not in parts:
            parser.error(f"no part {name!r}: there are {', '.join(parts)}")
        work, count = parts[name]
        work(count // 10 if given.small else count)


if __name__ == "__main__":
    main()
