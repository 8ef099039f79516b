"""Does every receiver get every alert, whatever dies? Real daemon, real SMTP, webhook and JSON receivers.

    python -m benchmarks.chaos [--alerts 500] [--kills 50] [--seed 1]

The receivers fail, stall, answer 302, 429 and 500, and cut the line after they took a message; workers,
their supervisor and Valkey are killed at random. At the end every receiver must hold every alert; a repeat must
carry the same id and is allowed only where the outcome of a send was unknown. Exit code 1 if not.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from workers import classify, places

STORY = re.compile(r"story/(\d+)")
TOLD = {
    "curfew": "فرض حظر تجول في {} من السادسة مساء حتى السادسة صباحا",
    "clashes": "اندلعت اشتباكات عنيفة بالأسلحة الرشاشة في {} فجر اليوم",
    "displacement": "نزحت مئات العائلات من {} صباح اليوم",
}
CONFIG = """data_dir: .
http: {{per_host: {{delay: 0ms}}, allow_networks: [127.0.0.0/8]}}
polling: {{interval: 2s, min_interval: 1s, backlog: 24h}}
feeds:
{feeds}
receivers:
  hook: {{webhook: {{url: "http://127.0.0.1:{hook}/hook", secret: whsec_c2VjcmV0}}}}
  chat: {{apprise: "json://127.0.0.1:{chat}/bot"}}
  mail: {{mail: {{server: "smtp://127.0.0.1:{mail}", from: rasid@example.org, to: [duty@example.org]}}}}
  ops: {{file: {{path: faults.jsonl}}}}
routes:
  - {{receivers: [hook, chat, mail]}}
watch: {{receivers: [ops]}}
flood: {{alerts: 100000}}
"""


@dataclass
class Receivers:
    """What arrived, by receiver and story; and the sends whose outcome the sender could not know."""

    random: random.Random
    fault_rate: float
    got: dict[str, Counter[str]] = field(
        default_factory=lambda: {"hook": Counter(), "chat": Counter(), "mail": Counter()}
    )
    ids: dict[str, set[str]] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self) -> str:
        """What goes wrong with this request, "" for nothing."""
        with self.lock:
            if self.random.random() >= self.fault_rate:
                return ""
            return self.random.choice(("500", "429", "302", "cut", "stall"))

    def take(self, name: str, text: str, *, unknown: bool = False) -> None:
        """A message arrived whole."""
        with self.lock:
            for story in set(STORY.findall(text)):
                self.got[name][story] += 1
                self.unknown[f"{name} {story}"] += unknown

    def unexplained(self) -> list[str]:
        """Receiver and story of repeats that no cut line explains."""
        return [
            f"{name} {story}"
            for name, got in self.got.items()
            for story, count in got.items()
            if count - 1 > self.unknown[f"{name} {story}"]
        ]


def handler(name: str, receivers: Receivers) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
            text = json.dumps(json.loads(body), ensure_ascii=False)
            fault = receivers.fault()
            if fault.isdigit():
                self.send_response(int(fault))
                for header, value in {"429": [("retry-after", "1")], "302": [("location", "/away")]}.get(
                    fault, []
                ):
                    self.send_header(header, value)
                self.send_header("content-length", "0")
                self.end_headers()
                return
            if fault == "stall":
                time.sleep(2)
            receivers.take(name, text, unknown=fault == "cut")
            if "webhook-id" in self.headers:
                with receivers.lock:
                    for story in set(STORY.findall(text)):
                        receivers.ids.setdefault(story, set()).add(self.headers["webhook-id"])
            if fault == "cut":
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


class Mailbox:
    """SMTP that refuses for now, or cuts the line after it took the mail."""

    def __init__(self, receivers: Receivers) -> None:
        self._receivers = receivers

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        import email
        from email import policy

        fault = self._receivers.fault()
        if fault and fault != "cut":
            return "451 later"
        mail = email.message_from_bytes(envelope.content, policy=policy.default)
        part = mail.get_body(("plain", "html"))
        self._receivers.take("mail", part.get_content() if part else "", unknown=fault == "cut")
        if fault == "cut":
            server.transport.close()
        return "250 OK"


class _Quiet(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients are killed all the time."""


@contextmanager
def http(kind: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    server = _Quiet(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def smtp(receivers: Receivers) -> Iterator[int]:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(Mailbox(receivers), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def happenings(count: int) -> list[str]:
    """Sentences that each tell of one happening in a town of its own; those that the rules read otherwise are left."""
    gazetteer, lexicons = places.load(), classify.load()
    found, used = [], set()
    names = [name for name in gazetteer.names() if re.fullmatch("[\u0621-\u064a]{4,}", name)]
    for category, pattern in TOLD.items():
        for name in names:
            text = pattern.format(name)
            document = classify.Document("", text, f"{text}.", "ar", None, "", "SY")
            mentions = classify.read(document, lexicons, gazetteer).mentions
            told = {(mention.category, *(place.code for place in mention.places)) for mention in mentions}
            key = (category, *(place.code for place in gazetteer.resolve(name)[:1]))
            if told == {key} and key not in used and len(gazetteer.resolve(name)[0].within) >= 2:
                used.add(key)
                found.append(text)
            if len(found) == count:
                return found
    raise SystemExit(f"the gazetteer has towns for {len(found)} happenings only")


def feeds(alerts: int, each: int) -> list[bytes]:
    """RSS documents whose every entry tells of another happening."""
    now = datetime.now(UTC) - timedelta(minutes=5)
    entries = []
    for number, text in enumerate(happenings(alerts)):
        entries.append(
            f"<item><title>{text}</title><link>http://127.0.0.1/story/{number}</link>"
            f"<guid>story-{number}</guid><description>{text}.</description>"
            f"<pubDate>{format_datetime(now)}</pubDate></item>"
        )
    parts = [entries[start : start + each] for start in range(0, len(entries), each)]
    return [
        f'<rss version="2.0"><channel><title>o</title>{"".join(part)}</channel></rss>'.encode()
        for part in parts
    ]


def feed_handler(documents: list[bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = documents[int(self.path.strip("/"))]
            self.send_response(200)
            self.send_header("content-type", "application/rss+xml; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


def family(pid: int) -> list[tuple[int, str]]:
    """Every descendant of a process, and its command line."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            children.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(
                int(stat.parent.name)
            )
    found, queue = [], list(children.get(pid, []))
    while queue:
        one = queue.pop()
        with suppress(OSError):
            command = Path(f"/proc/{one}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            found.append((one, command))
        queue += children.get(one, [])
    return found


def kill_one(daemon: int, dice: random.Random) -> str:
    """kill -9 a random worker, supervisor, reader or Valkey of the daemon; what it was."""
    victims = family(daemon)
    if not victims:
        return ""
    servers = [one for one in victims if "valkey-server" in one[1]]
    pid, command = dice.choice(servers) if servers and dice.random() < 0.25 else dice.choice(victims)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return "valkey" if "valkey-server" in command else "worker"


@dataclass(frozen=True)
class Result:
    """What the run showed."""

    alerts: int
    killed: Counter[str]
    missing: dict[str, list[str]]
    repeats: dict[str, int]
    unexplained: list[str]  # repeats though no line was cut and nobody killed
    two_ids: list[str]
    seconds: float


def run(
    alerts: int, kills: int, seed: int, *, fault_rate: float = 0.2, patience: float = 900.0, echo: Any = print
) -> Result:
    """Tell `alerts` happenings through a daemon that is hit `kills` times."""
    receivers = Receivers(random.Random(seed), fault_rate)
    dice = random.Random(seed + 1)
    killed: Counter[str] = Counter()
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rasid-chaos-")))
        documents = feeds(alerts, 50)
        news = stack.enter_context(http(feed_handler(documents)))
        ports = {
            "hook": stack.enter_context(http(handler("hook", receivers))),
            "chat": stack.enter_context(http(handler("chat", receivers))),
            "mail": stack.enter_context(smtp(receivers)),
        }
        listed = "\n".join(
            f'  - {{name: f{one}, url: "http://127.0.0.1:{news}/{one}", content: feed, country: SY}}'
            for one in range(len(documents))
        )
        config = folder / "config.yaml"
        config.write_text(CONFIG.format(feeds=listed, **ports), "utf-8")
        command = [sys.executable, "-m", "monitor.cli", "run", "--config", str(config)]
        with (folder / "log").open("wb") as log:
            daemon = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
            stack.callback(stop, daemon)
            expected = {str(number) for number in range(alerts)}
            pause = threading.Event()

            def complete() -> bool:
                with receivers.lock:
                    return all(expected <= set(got) for got in receivers.got.values())

            next_kill = time.monotonic() + 3.0
            while not (complete() and killed.total() >= kills) and time.monotonic() - began < patience:
                pause.wait(0.2)
                if daemon.poll() is not None:
                    echo((folder / "log").read_text("utf-8", "replace")[-3000:])
                    raise SystemExit("the daemon ended")
                if killed.total() < kills and time.monotonic() > next_kill:
                    killed[kill_one(daemon.pid, dice)] += 1
                    next_kill = time.monotonic() + dice.uniform(0.3, 1.5)
            pause.wait(3)
    missing = {name: sorted(expected - set(got), key=int) for name, got in receivers.got.items()}
    repeats = {name: sum(count - 1 for count in got.values()) for name, got in receivers.got.items()}
    return Result(
        alerts,
        killed,
        missing,
        repeats,
        [] if kills else receivers.unexplained(),
        [story for story, ids in receivers.ids.items() if len(ids) > 1],
        time.monotonic() - began,
    )


def stop(daemon: subprocess.Popen[bytes]) -> None:
    """Ask the daemon to end; kill it if it does not."""
    daemon.terminate()
    try:
        daemon.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(daemon.pid, signal.SIGKILL)
        daemon.wait()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--alerts", type=int, default=500)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=900.0, help="seconds until what is missing counts")
    chosen = parser.parse_args()
    result = run(chosen.alerts, chosen.kills, chosen.seed, patience=chosen.patience)
    print(f"{result.alerts} alerts x 3 receivers, killed {dict(result.killed)}, {result.seconds:.0f} s")
    for name, missing in result.missing.items():
        print(f"  {name}: missing {len(missing)} {missing[:10]}, repeats {result.repeats[name]}")
    print(f"  told under two ids: {result.two_ids[:10]}; repeats without a cause: {result.unexplained[:10]}")
    return 1 if any(result.missing.values()) or result.two_ids or result.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
