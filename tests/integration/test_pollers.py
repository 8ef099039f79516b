"""Two pollers and a worker on one server: one poller is killed, and no entry is lost or processed twice."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from monitor.store import Store
from tests.integration.conftest import Daemon
from tests.outlet import rss

FEEDS, POLLS = 20, 200

CONFIG = """data_dir: state
redis: {{url: "{redis}"}}
http: {{timeout: 2s, per_host: {{delay: 1ms, concurrency: 50}}, allow_networks: [127.0.0.0/8]}}
polling: {{interval: 1s, min_interval: 1s}}
watch: {{canary: off}}
feeds:
{feeds}
"""


class Newsroom:
    """Every feed gains an entry at each of its first polls; `asked` counts the polls."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.enough = threading.Event()
        newsroom = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = newsroom.body(self.path).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def body(self, path: str) -> str:
        self.asked[path] += 1
        if self.asked.total() >= POLLS:
            self.enough.set()
        count = min(self.asked[path], 8)
        now = datetime.now(UTC)
        return rss(
            *(f"{path[1:]} story {number}" for number in range(count)), at=now + timedelta(minutes=count)
        )


def wait_for(condition: Any, seconds: float = 60.0) -> None:
    """Until it holds; asks often, for there is nothing to wait on in another process."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        pause.wait(0.1)


def test_one_of_two_pollers_is_killed_and_nothing_is_lost_or_done_twice(
    daemons: list[Daemon], valkey: str, short_dir: Path
) -> None:
    store = open_default(valkey)
    newsroom = Newsroom()
    port = newsroom.server.server_port
    feeds = "\n".join(
        f'  - {{name: f{one}, url: "http://127.0.0.1:{port}/f{one}", content: feed}}' for one in range(FEEDS)
    )
    config = short_dir / "config.yaml"
    config.write_text(CONFIG.format(redis=valkey, feeds=feeds), "utf-8")
    daemons += [Daemon(role, "--config", str(config)) for role in ("work", "poll", "poll")]
    wait_for(lambda: newsroom.asked.total() >= POLLS // 2)
    daemons[1].kill_everything()
    assert newsroom.enough.wait(60)
    polls = Counter(newsroom.asked)
    wait_for(lambda: all(newsroom.asked[f"/f{one}"] >= polls[f"/f{one}"] + 8 for one in range(FEEDS)))
    wait_for(lambda: store.items.waiting() == 0 and store.stats().get("items", 0) >= FEEDS * 8)
    records = store.items.newest(1000)
    titles = Counter(record["item"]["title"] for record in records)
    assert set(titles) == {f"f{one} story {number}" for one in range(FEEDS) for number in range(8)}
    assert titles.most_common(1)[0][1] == 1
    assert {record["item"]["revision"] for record in records} == {1}
    assert store.stats()["items"] == FEEDS * 8, "an item was processed twice"
    newsroom.server.shutdown()
    newsroom.server.server_close()
    store.client.redis.flushall()
    store.close()


def open_default(url: str) -> Store:
    """The store as daemons open it: under the usual prefix, and empty."""
    from monitor.store import open_store

    store = open_store(url)
    store.client.redis.flushall()
    return store
