"""A whole daemon on duty: a canary flies, receivers stall or refuse, nobody acknowledges."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import Daemon
from tests.outlet import rss

PATIENCE = 60.0
CONFIG = """data_dir: state
timezone: UTC
http: {{per_host: {{delay: 1ms}}, allow_networks: [127.0.0.0/8]}}
polling: {{interval: 1s, min_interval: 1s}}
feeds:
  - {{name: One, url: "{base}/feed", lang: ar, content: feed}}
receivers:
  duty: {{webhook: {{url: "{base}/duty", secret: first, previous_secret: second}}}}
  lead: {{webhook: {{url: "{base}/lead"}}}}
  slow: {{webhook: {{url: "{base}/slow"}}}}
  shut: {{webhook: {{url: "{base}/shut"}}}}
  archive: {{file: {{path: archive.jsonl}}}}
routes:
  - {{receivers: [slow, shut, duty, archive], escalate: {{after: 1s, to: [lead]}}}}
watch: {{receivers: [duty, shut], canary: 1s, deadman_url: "{base}/alive"}}
"""


class World:
    """One outlet, five receivers and a dead man's switch. `slow` answers when the test says so."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.posts: dict[str, list[dict[str, Any]]] = {}
        self.pings = 0
        self.answer_slow = threading.Event()
        self.changed = threading.Condition()
        world = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/alive":
                    with world.changed:
                        world.pings += 1
                        world.changed.notify_all()
                body = rss(*world.titles, at=datetime.now(UTC)) if self.path == "/feed" else ""
                self.answer(200, body.encode())

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                body["signatures"] = len((self.headers.get("webhook-signature") or "").split())
                if self.path == "/slow":
                    world.answer_slow.wait(PATIENCE)
                with world.changed:
                    world.posts.setdefault(self.path[1:], []).append(body)
                    world.changed.notify_all()
                self.answer(404 if self.path == "/shut" else 200, b"")

            def answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def until(self, condition: Callable[[], object]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE), (self.posts, self.pings)

    def got(self, receiver: str, schema: str = "rasid.alert/1") -> list[dict[str, Any]]:
        return [one for one in self.posts.get(receiver, []) if one["schema"] == schema]


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.answer_slow.set()
    made.server.shutdown()
    made.server.server_close()


def command(config: Path, *arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "monitor.cli", *arguments, "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout


def test_a_daemon_on_duty(world: World, short_dir: Path, daemons: list[Daemon]) -> None:
    config = short_dir / "config.yaml"
    config.write_text(CONFIG.format(base=world.base), "utf-8")
    daemons.append(Daemon("run", "--config", str(config)))

    # A canary goes through poll, page, classification and delivery, again and again, and nobody is told of it.
    world.until(lambda: world.pings >= 2)
    assert world.posts == {}

    # `slow` stalls and `shut` refuses; the others hear of the curfew all the same.
    world.titles.append("فرض حظر تجول في مدينة حلب من السادسة مساءً")
    world.until(lambda: world.got("duty"))
    (alert,) = world.got("duty")
    assert (alert["category"], alert["status"], alert["kind"]) == ("curfew", "imposed", "new")
    assert alert["signatures"] == 2
    assert world.got("slow") == []

    # The refusal is told to the others, directly, and not through the receiver that refuses.
    world.until(lambda: world.got("duty", "rasid.notice/1"))
    (notice,) = world.got("duty", "rasid.notice/1")
    assert notice["kind"] == "fault"
    assert "receiver shut refused" in notice["title"]
    assert world.got("shut", "rasid.notice/1") == []

    # Nobody acknowledges: the lead is told, once.
    world.until(lambda: world.got("lead"))
    assert world.got("lead")[0]["id"] == alert["id"]
    assert "acknowledged" in command(config, "ack", alert["id"], "--by", "رنا")

    # A silence holds the next report back; a drill passes.
    command(config, "silence", "add", "--by", "رنا", "--why", "known", "--for", "1h", "--place", "Daraa")
    world.titles.insert(0, "فرض حظر تجول في مدينة درعا حتى الصباح")
    world.answer_slow.set()
    world.until(lambda: world.got("slow"))
    world.until(lambda: "4 messages held back" in command(config, "silence", "list"))
    drill = command(config, "test-alert", "--place", "Idlib", code=1)
    assert "✓ duty: delivered" in drill
    assert "✗ shut: " in drill
    world.until(lambda: any(one["kind"] == "drill" for one in world.got("duty")))
    places = [place["name"] for one in world.got("duty") for place in one["places"]]
    assert not any("Dar" in name for name in places)
    silence = command(config, "silence", "list").split()[0]
    command(config, "silence", "end", silence)
    world.until(lambda: len([one for one in world.got("duty") if one["kind"] == "new"]) == 2)

    archive = (short_dir / "state" / "archive.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["kind"] for line in archive] == ["new", "drill", "new"]
    assert len([one for one in world.got("lead") if one["id"] == alert["id"]]) == 1
