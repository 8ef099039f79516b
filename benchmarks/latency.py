"""From the last byte of the feed answer that carries an entry to its webhook, stage by stage.

    python -m benchmarks.latency [--seconds 30] [--rate 20] [--hosts 20] [--stalled]

A real daemon polls loopback outlets, one port each, every second; each new entry has a page of its own. Prints
median and 95th percentile of feed -> page asked for -> webhook received. Exit code 1 when the whole is over
1 s (median) or 3 s (95th percentile), or an alert is missing. With `--stalled` a second receiver takes every line and
never answers: it may not hold up the first.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from benchmarks.chaos import happenings, http, stop
from monitor.demo.pages import article_page

MEDIAN, P95 = 1.0, 3.0  # seconds
WARM_UP = 6.0  # seconds until the first entry, so that every feed has had its baseline
CONFIG = """data_dir: .
http: {{per_host: {{delay: 50ms, concurrency: 4}}, allow_networks: [127.0.0.0/8]}}
polling: {{interval: 1s, min_interval: 1s}}
feeds:
{feeds}
receivers:
  hook: {{webhook: {{url: "http://127.0.0.1:{hook}/hook"}}}}
  stuck: {{webhook: {{url: "http://127.0.0.1:{stuck}/"}}}}
  ops: {{file: {{path: faults.jsonl}}}}
routes: [{{receivers: [{receivers}]}}]
watch: {{receivers: [ops]}}
flood: {{alerts: 100000}}
"""
FILLER = "ولم تصدر أي جهة رسمية تعليقا حتى وقت نشر هذا الخبر، فيما تتواصل المتابعة مع مراسلنا في المنطقة."


@dataclass
class Day:
    """The stories, when each comes out, and what happened to it when (monotonic seconds)."""

    texts: list[str]
    hosts: int
    rate: float
    began: float = field(default_factory=time.monotonic)
    told: dict[int, float] = field(default_factory=dict)  # the feed answer that carried it first
    asked: dict[int, float] = field(default_factory=dict)
    received: dict[int, float] = field(default_factory=dict)
    dates: dict[int, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def listed(self, host: int) -> list[int]:
        """Stories that this host has published so far, newest first, at most thirty."""
        out = int((time.monotonic() - self.began - WARM_UP) * self.rate)
        return list(range(host, min(max(out, 0), len(self.texts)), self.hosts))[::-1][:30]

    def feed(self, host: int, base: str) -> tuple[bytes, list[int]]:
        stories = self.listed(host)
        with self.lock:
            for story in stories:
                self.dates.setdefault(story, format_datetime(datetime.now(UTC)))
        items = "".join(
            f"<item><title>{self.texts[story]}</title><link>{base}/story/{story}</link><guid>s{story}</guid>"
            f"<pubDate>{self.dates[story]}</pubDate></item>"
            for story in stories
        )
        return f'<rss version="2.0"><channel><title>o</title>{items}</channel></rss>'.encode(), stories

    def page(self, story: int) -> bytes:
        text = self.texts[story]
        return article_page(
            text,
            [f"{text}.", *(FILLER for _ in range(6))],
            [],
            lang="ar",
            outlet="o",
            tagline="",
            author="",
            published=datetime.now(UTC),
            modified=datetime.now(UTC),
            url=f"http://127.0.0.1/story/{story}",
        ).encode()


def outlet(day: Day, host: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = re.fullmatch(r"/story/(\d+)", self.path)
            stories: list[int] = []
            if found:
                body = day.page(int(found[1]))
                day.asked.setdefault(int(found[1]), time.monotonic())
            elif self.path == "/feed":
                body, stories = day.feed(host, f"http://127.0.0.1:{self.server.server_address[1]}")
            else:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8" if found else "application/rss+xml")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
            for story in stories:
                day.told.setdefault(story, time.monotonic())

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


def hook(day: Day) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            now = time.monotonic()
            for source in json.loads(body)["sources"]:
                day.received.setdefault(int(source["url"].rpartition("/")[2]), now)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


def stuck() -> type[BaseHTTPRequestHandler]:
    """A receiver that takes the line and never answers."""
    forever = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            forever.wait(600.0)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


def run(seconds: float, rate: float, hosts: int, *, stalled: bool = False) -> Day:
    """A day of the newsroom through a real daemon."""
    day = Day(happenings(int(seconds * rate)), hosts, rate)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rasid-latency-")))
        ports = [stack.enter_context(http(outlet(day, host))) for host in range(hosts)]
        feeds = "\n".join(
            f'  - {{name: f{number}, url: "http://127.0.0.1:{port}/feed", content: page, country: SY}}'
            for number, port in enumerate(ports)
        )
        config = folder / "config.yaml"
        ready = CONFIG.format(
            feeds=feeds,
            hook=stack.enter_context(http(hook(day))),
            stuck=stack.enter_context(http(stuck())),
            receivers="stuck, hook" if stalled else "hook",
        )
        config.write_text(ready, "utf-8")
        with (folder / "log").open("wb") as log:
            command = [sys.executable, "-m", "monitor.cli", "run", "--config", str(config)]
            daemon = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
            stack.callback(stop, daemon)
            day.began = time.monotonic()
            deadline = day.began + WARM_UP + seconds + 30.0
            pause = threading.Event()
            while len(day.received) < len(day.texts) and time.monotonic() < deadline:
                pause.wait(0.1)
    return day


def spread(waits: list[float]) -> str:
    """Median and 95th percentile, in seconds."""
    ranked = sorted(waits)
    return f"median {statistics.median(ranked):6.2f} s   95 % {ranked[int(len(ranked) * 0.95) - 1]:6.2f} s"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--stalled", action="store_true")
    chosen = parser.parse_args()
    day = run(chosen.seconds, chosen.rate, chosen.hosts, stalled=chosen.stalled)
    whole = [day.received[story] - day.told[story] for story in day.received]
    print(
        f"{len(day.texts)} entries at {chosen.rate:g}/s from {chosen.hosts} hosts, {len(day.received)} alerts received"
    )
    asked = [day.asked[story] - day.told[story] for story in day.received if story in day.asked]
    print(f"  feed answer -> page asked for   {spread(asked)}")
    rest = [day.received[story] - day.asked[story] for story in day.received if story in day.asked]
    print(f"  page asked for -> webhook       {spread(rest)}")
    print(f"  the whole                       {spread(whole)}")
    ranked = sorted(whole)
    slow = statistics.median(ranked) > MEDIAN or ranked[int(len(ranked) * 0.95) - 1] > P95
    return 1 if slow or len(day.received) < len(day.texts) else 0


if __name__ == "__main__":
    sys.exit(main())
