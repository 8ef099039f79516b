"""`rasid check --online`: feeds and receivers of loopback, looked at without a word sent to anybody."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.handlers import Mailbox

from monitor.clock import SystemClock
from monitor.config import Config
from tests.outlet import rss
from tests.test_mail import smtp
from workers.online import check_online

DISTRICTS = ("الشمالي", "الجنوبي", "الشرقي", "الغربي", "القديم", "الجديد", "الأوسط", "الصناعي")
PAGE = (
    "<html lang='ar'><body><article><h1>فرض حظر تجول</h1>"
    + "".join(
        f"<p>فرضت القوى الأمنية حظر تجول في الحي {name} من السادسة مساءً حتى السادسة صباحاً بحسب بيان.</p>"
        for name in DISTRICTS
    )
    + "</article></body></html>"
)


class Web:
    """A small web: feeds, pages, robots.txt; remembers what was posted."""

    def __init__(self) -> None:
        self.posted: list[str] = []
        self.pages: dict[str, str] = {}
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = web.pages.get(self.path)
                self.send_response(404 if body is None else 200)
                data = (body or "").encode()
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self) -> None:
                web.posted.append(self.path)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    made.pages["/feed"] = rss("story").replace("http://o.test/story", f"{made.base}/story")
    made.pages["/story"] = PAGE
    made.pages["/robots.txt"] = "User-agent: *\nCrawl-delay: 7\n"
    yield made
    made.server.shutdown()
    made.server.server_close()


def looked(
    capsys: pytest.CaptureFixture[str], folder: Path, **config: Any
) -> tuple[int, dict[str, dict[str, Any]]]:
    made = Config.model_validate({"http": {"allow_networks": ["127.0.0.0/8"]}, "data_dir": folder, **config})
    code = check_online(made, SystemClock(), as_json=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return code, {line.get("feed") or line["receiver"]: line for line in lines}


def test_a_feed_is_read_down_to_its_newest_article(
    web: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feeds = [{"name": "One", "url": f"{web.base}/feed"}, {"name": "Gone", "url": f"{web.base}/nothing"}]
    code, found = looked(capsys, tmp_path, feeds=feeds)
    assert code == 1
    assert found["One"]["delay"] == 7.0
    assert found["One"]["article_length"] > 400
    assert "حظر تجول" in found["One"]["article"]
    assert found["One"]["problem"] == ""
    assert found["Gone"]["found"]["problem"].startswith("http_404")


@pytest.mark.parametrize(
    ("page", "selector", "says"),
    [
        ("<html><body><p>قصير</p></body></html>", "", "only"),
        (PAGE, "div.nothing", "selector matches nothing"),
        (None, "", "answers 404"),
    ],
)
def test_an_article_that_does_not_read_well_is_told(
    web: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str], page: str | None, selector: str, says: str
) -> None:
    if page is None:
        del web.pages["/story"]
    else:
        web.pages["/story"] = page
    code, found = looked(
        capsys, tmp_path, feeds=[{"name": "One", "url": f"{web.base}/feed", "selector": selector}]
    )
    assert code == 0  # the feed itself can be polled
    assert says in found["One"]["problem"]


def test_receivers_are_reached_and_nothing_is_sent(
    web: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with smtp(Mailbox(str(tmp_path / "store"))) as port:
        mail = {"from": "rasid@example.org", "to": ["duty@example.org"]}
        receivers = {
            "hook": {"webhook": {"url": f"{web.base}/hook"}},
            "mail": {"mail": {"server": f"smtp://127.0.0.1:{port}", **mail}},
            "file": {"file": {"path": "out.jsonl"}},
            "chat": {"apprise": "json://127.0.0.1/x"},
            "console": {"console": {}},
        }
        code, found = looked(capsys, tmp_path, receivers=receivers)
    assert code == 0
    assert {name: one["problem"] for name, one in found.items()} == dict.fromkeys(receivers, "")
    assert web.posted == []
    assert list((tmp_path / "store" / "new").iterdir()) == []


def test_receivers_that_cannot_be_reached_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shut").mkdir(mode=0o500)
    mail = {"server": "smtp://127.0.0.1:1", "from": "rasid@example.org", "to": ["duty@example.org"]}
    receivers = {
        "hook": {"webhook": {"url": "http://127.0.0.1:1/hook"}},
        "mail": {"mail": mail},
        "chat": {"apprise": "nosuchservice://token/x"},
    }
    code, found = looked(capsys, tmp_path, receivers=receivers)
    assert code == 1
    assert all(one["problem"] for one in found.values())
    assert "token" not in json.dumps(found)


def test_people_get_words(web: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feeds = [{"name": "One", "url": f"{web.base}/feed"}]
    config = {"http": {"allow_networks": ["127.0.0.0/8"]}, "feeds": feeds, "data_dir": tmp_path}
    assert check_online(Config.model_validate(config), SystemClock(), as_json=False) == 0
    said = capsys.readouterr().out
    assert "robots.txt asks for 7 s" in said
    assert "✓ receiver" in said
