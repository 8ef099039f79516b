"""A storm of edits to config.yaml under load: nothing lost, nothing polled twice, memory flat.

    python -m benchmarks.reload [--edits 500] [--seconds 60]

A real daemon polls loopback outlets while its config is rewritten again and again, a third of the edits broken, the
others adding and removing a feed, a category's terms and a route. Every entry must reach the webhook once, no feed
that stays may be asked twice within its interval, and the processes' memory must end where it was in the first third.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from benchmarks.chaos import family, happenings, http, stop
from benchmarks.latency import WARM_UP, Day, outlet

HOSTS, RATE = 10, 4.0
INTERVAL = 1.0
BURST = 10  # edits in quick succession
OFTEN = 1.2  # times an interval; a feed that is polled twice now and then comes above
GROWTH = 1.25  # by which memory may end above the first third's
CONFIG = """data_dir: .
http: {{per_host: {{delay: 50ms, concurrency: 4}}, allow_networks: [127.0.0.0/8]}}
polling: {{interval: 1s, min_interval: 1s}}
feeds:
{feeds}
receivers:
  hook: {{webhook: {{url: "http://127.0.0.1:{hook}/hook"}}}}
  ops: {{file: {{path: faults.jsonl}}}}
watch: {{receivers: [ops]}}
flood: {{alerts: 100000}}
{rest}
"""
BROKEN = (
    "routes: [{receivers: [nobody]}]",
    "polling: {interval: 5}",
    "feeds: []",
    "categories:\n\tcurfew: {}",
    "incidents: {windw: 2h}",
    'routes: [{receivers: [hook], places: ["nowhere at all"]}]',
)
GOOD = (
    "routes: [{receivers: [hook]}]",
    "routes: [{receivers: [hook], min_confidence: 0.1}]\nincidents: {confirm: 4}",
    "routes: [{receivers: [hook]}]\ncategories: {rain: {severity: info, terms: {ar: [سيول جارفة]}}}",
    "routes: [{receivers: [hook]}, {receivers: [ops], categories: [curfew]}]",
)


@dataclass
class Result:
    """What the storm did. `busiest`: how often the busiest feed was asked in one interval, in the mean."""

    entries: int = 0
    received: Counter[str] = field(default_factory=Counter)
    edits: int = 0
    busiest: float = 0.0
    memory: list[int] = field(default_factory=list)  # bytes, sampled evenly
    refused: int = 0
    applied: int = 0

    @property
    def growth(self) -> float:
        """Memory in the last third against the first, at their medians."""
        third = max(len(self.memory) // 3, 1)
        first, last = sorted(self.memory[:third]), sorted(self.memory[-third:])
        return last[len(last) // 2] / first[len(first) // 2]

    @property
    def lost(self) -> int:
        return self.entries - len(self.received)

    @property
    def repeated(self) -> list[str]:
        return [name for name, count in self.received.items() if count > 1]


def hook(result: Result, lock: threading.Lock) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with lock:
                for source in body["sources"]:
                    result.received[source["url"].rpartition("/")[2]] += 1
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


def timed(day: Day, host: int, asked: dict[int, list[float]]) -> type[BaseHTTPRequestHandler]:
    """The outlet, which also notes when its feed was asked for."""

    class Handler(outlet(day, host)):  # type: ignore[misc]
        def do_GET(self) -> None:  # noqa: N802
            if self.path == "/feed":
                asked.setdefault(host, []).append(time.monotonic())
            super().do_GET()

    return Handler


def memory_of(pid: int) -> int:
    """Bytes that the daemon and its processes hold, shared pages counted once."""
    total = 0
    for child, _ in family(pid):
        try:
            rollup = Path(f"/proc/{child}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) * 1024
    return total


def run(edits: int, seconds: float) -> Result:
    """So many edits in so many seconds, over a working daemon."""
    result, lock, asked = Result(), threading.Lock(), dict[int, list[float]]()
    day = Day(happenings(int(seconds * RATE)), HOSTS, RATE)
    result.entries = len(day.texts)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rasid-reload-")))
        ports = [stack.enter_context(http(timed(day, host, asked))) for host in range(HOSTS)]
        hook_port = stack.enter_context(http(hook(result, lock)))
        lines = [
            f'  - {{name: f{number}, url: "http://127.0.0.1:{port}/feed", content: page, country: SY}}'
            for number, port in enumerate(ports)
        ]
        extra = f'  - {{name: extra, url: "http://127.0.0.1:{ports[0]}/none"}}'
        path = folder / "config.yaml"

        dice = random.Random(edits)

        def write(number: int) -> None:
            burst, last = divmod(number, BURST)
            kinds = (GOOD, BROKEN, GOOD)[burst % 3] if last == 0 else dice.choice((GOOD, BROKEN, GOOD))
            rest = GOOD[0] if number == 0 else dice.choice(kinds)
            feeds = [*lines, extra] if burst % 4 > 1 else lines
            path.write_text(CONFIG.format(feeds="\n".join(feeds), hook=hook_port, rest=rest), "utf-8")

        write(0)
        with (folder / "log").open("wb") as log:
            command = [sys.executable, "-m", "monitor.cli", "run", "--config", str(path)]
            daemon = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
            stack.callback(stop, daemon)
            day.began = time.monotonic()
            pause = threading.Event()
            pause.wait(WARM_UP)
            for number in range(1, edits + 1):  # in bursts, as people save; in between they look what happens
                write(number)
                pause.wait(0.02 if number % BURST else seconds / edits * BURST - 0.02 * (BURST - 1))
                if number % max(edits // 30, 1) == 0:
                    result.memory.append(memory_of(daemon.pid))
            write(0)
            deadline = time.monotonic() + 60.0
            while result.lost and time.monotonic() < deadline:
                pause.wait(0.1)
        text = (folder / "log").read_text("utf-8", "replace")
        result.edits = edits
        result.refused = text.count("the configuration is refused")
        result.applied = text.count("workers are replaced")
    result.busiest = max(
        (len(times) - 1) * INTERVAL / (times[-1] - times[0]) for times in asked.values() if len(times) > 1
    )
    return result


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--edits", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60.0)
    chosen = parser.parse_args()
    result = run(chosen.edits, chosen.seconds)
    print(f"{result.edits} edits in {chosen.seconds:g} s: {result.applied} applied, {result.refused} refused")
    print(f"{result.entries} entries: {result.lost} lost, {len(result.repeated)} told twice")
    print(f"the busiest feed was asked {result.busiest:.2f} times an interval")
    print(f"memory at the end against the beginning: {result.growth:.2f}")
    bad = result.lost or result.repeated or result.busiest > OFTEN or result.growth > GROWTH
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
