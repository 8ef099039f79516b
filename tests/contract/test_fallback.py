"""A receiver that fails is stood in for by the route's fallback, once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from monitor.clock import ManualClock
from monitor.config import Config
from monitor.store import Store
from monitor.store.outbox import PAUSES_MS
from tests.contract.test_store import ITEM, MS, ROW, WORK, ingest
from workers import classify, places, runtime, sending
from workers.deliver import PAUSES
from workers.runtime import Resources, Shared, Slot


@pytest.fixture
def status() -> Iterator[tuple[list[int], str]]:
    """What a webhook answers (the list may be changed), and its address."""
    answers = [404]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(answers[0])
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield answers, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def deliver(
    store: Store, valkey: str, status: tuple[list[int], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """`deliver_row` in this process, with an alert that waits for the webhook `hook`."""
    config = Config.model_validate(
        {
            "http": {"allow_networks": ["127.0.0.0/8"]},
            "receivers": {"hook": {"webhook": {"url": status[1]}}, "spare": {"console": {}}},
            "routes": [{"receivers": ["hook"], "fallback": ["spare"]}],
        }
    )
    shared = Shared(config, classify.load(), places.Gazetteer([]), valkey)
    work = Resources(shared, Slot(), ManualClock())
    work.store = store
    monkeypatch.setattr(runtime, "_current", work)
    ingest(store, ITEM)
    claim = store.items.claim("it_1", "w", MS)
    assert not isinstance(claim, str)
    row = replace(ROW, id="al_1_r1-hook", receiver="hook")
    assert store.items.commit(claim, replace(WORK, rows=(row,)), "0", MS)
    yield sending.deliver_row
    work._runner.close()


def states(store: Store) -> dict[str, str]:
    return {row.receiver: row.state for row in store.outbox.rows()}


def test_what_a_receiver_refuses_for_good_goes_to_the_fallback(store: Store, deliver: Any) -> None:
    assert deliver("al_1_r1-hook") == "dead"
    assert states(store) == {"hook": "dead", "spare": "due"}
    assert [row.alerts for row in store.outbox.rows()] == [("al_1_r1",), ("al_1_r1",)]


def test_tries_that_were_cut_short_are_no_failures(
    store: Store, deliver: Any, status: tuple[list[int], str]
) -> None:
    status[0][0] = 500
    for _ in range(3):
        claim = store.outbox.claim("al_1_r1-hook", "w", MS)
        assert not isinstance(claim, str)
        assert store.outbox.mark("al_1_r1-hook", claim.token, "due", MS, due_ms=MS, error="sender died")
    for expected in ("", "", "due"):
        assert deliver("al_1_r1-hook") == "retried"
        assert states(store).get("spare", "") == expected
    row = store.outbox.row("al_1_r1-hook")
    assert row
    assert row.attempts == 6
    assert row.due_ms - MS < 1.2 * 1000 * PAUSES[2]  # the pause after three failures, not after six


def test_after_the_third_failure_of_a_high_alert_the_fallback_is_told_once(
    store: Store, deliver: Any, status: tuple[list[int], str]
) -> None:
    status[0][0] = 500
    seen = []
    for _ in range(5):
        assert deliver("al_1_r1-hook") == "retried"
        seen.append(states(store).get("spare", ""))
    assert seen == ["", "", "due", "due", "due"]
    assert deliver("al_1_r1-hook") == "paused"  # it failed too often: it is left alone for a while
    status[0][0] = 200
    work = runtime.current()
    assert isinstance(work.clock, ManualClock)
    work.clock.advance(PAUSES_MS[0] / 1000)
    assert deliver("al_1_r1-hook") == "delivered"
    assert states(store) == {"hook": "delivered", "spare": "due"}
