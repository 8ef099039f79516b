"""`rasid run --once` against outlets of the test's own making."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from monitor.demo.pages import article_page
from tests.integration.conftest import Daemon

CONFIG = """data_dir: state
http: {{per_host: {{delay: 20ms}}, allow_networks: [127.0.0.0/8]}}
feeds:
  - {{name: outlet, url: "{base}/feed", lang: ar, country: SY, content: page}}
  - {{name: gone, url: "{base}/missing", lang: ar}}
"""


@contextmanager
def outlet(pages: dict[str, bytes]) -> Iterator[str]:
    """Serves pages by path on loopback; everything else is 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(200 if body else 404)
            kind = "application/rss+xml" if self.path == "/feed" else "text/html"
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def rss(base: str, entries: list[tuple[str, str, datetime]]) -> bytes:
    items = "".join(
        f"<item><title>{title}</title><link>{base}{path}</link><guid>{base}{path}</guid>"
        f"<pubDate>{format_datetime(at)}</pubDate></item>"
        for title, path, at in entries
    )
    return f'<rss version="2.0"><channel><title>outlet</title>{items}</channel></rss>'.encode()


def run_once(
    daemons: list[Daemon], folder: Path, pages: dict[str, bytes], entries: list[tuple[str, str, datetime]]
) -> tuple[list[dict[str, Any]], str, list[dict[str, Any]]]:
    """Alerts, what was said on stderr, and the stored items."""
    with outlet(pages) as base:
        pages["/feed"] = rss(base, entries)
        config = folder / "config.yaml"
        config.write_text(CONFIG.format(base=base), "utf-8")
        daemons.append(Daemon("run", "--once", "--json", "--config", str(config)))
        code, out, err = daemons[-1].finish()
        daemons.append(Daemon("items", "--json", "--limit", "100", "--config", str(config)))
        items = daemons[-1].finish()[1]
    assert code == 1, "the feed that is gone is a failure"
    assert "feed gone failed: http_404" in err
    return (
        [json.loads(line) for line in out.splitlines()],
        err,
        [json.loads(line) for line in items.splitlines()],
    )


def test_the_first_poll_is_a_baseline(daemons: list[Daemon], short_dir: Path) -> None:
    old = datetime.now(UTC) - timedelta(days=7)
    entries = [
        (f"فرض حظر تجول في مدينة منبج، النشرة {n}", f"/{n}", old - timedelta(hours=n)) for n in range(50)
    ]
    alerts, _, items = run_once(daemons, short_dir, {}, entries)
    assert alerts == []
    assert len(items) == 50
    assert all(item["state"] == "done" and not item["item"]["pages"] for item in items)
    assert all(item["reading"]["mentions"] for item in items), "shown with what was found in it"


@pytest.mark.parametrize("curfew_in_body", [True, False])
def test_only_the_article_itself_alerts(daemons: list[Daemon], short_dir: Path, curfew_in_body: bool) -> None:
    body = ["افتتحت بلدية الميادين سوقاً جديدة للخضار وسط المدينة بحضور عدد من التجار."]
    if curfew_in_body:
        body.append("وفرضت قوى الأمن حظر تجول في مدينة الميادين من السادسة مساءً حتى السادسة صباحاً.")
    related = ["فرض حظر تجول في منبج حتى إشعار آخر", "اشتباكات عنيفة في ريف حلب"]
    page = article_page("افتتاح سوق جديدة في الميادين", body, related)
    entries = [("افتتاح سوق جديدة في الميادين", "/1", datetime.now(UTC))]
    alerts, _, items = run_once(daemons, short_dir, {"/1": page.encode()}, entries)
    assert [alert["category"] for alert in alerts] == (["curfew"] if curfew_in_body else [])
    assert items[0]["article"]["source"] == "page"
    if curfew_in_body:
        assert alerts[0]["mentions"][0]["hours"] == {"from": "18:00", "to": "06:00"}


def test_an_alert_word_only_in_dropped_prose_is_for_review(daemons: list[Daemon], short_dir: Path) -> None:
    body = ["افتتحت بلدية الميادين سوقاً جديدة للخضار وسط المدينة بحضور عدد من التجار صباح اليوم."]
    page = article_page("افتتاح سوق جديدة في الميادين", body, [])
    teaser = (
        "<div class=related-posts><p>فرضت قوى الأمن حظر تجول في مدينة منبج حتى إشعار آخر.</p></div></body>"
    )
    pages = {"/1": page.replace("</body>", teaser).encode()}
    entries = [("افتتاح سوق جديدة في الميادين", "/1", datetime.now(UTC))]
    alerts, _, items = run_once(daemons, short_dir, pages, entries)
    assert alerts == []
    assert [(one["category"], one["reason"]) for one in items[0]["note"]["review"]] == [("curfew", "related")]
    daemons.append(Daemon("items", "--review", "--config", str(short_dir / "config.yaml")))
    assert "review: curfew" in daemons[-1].finish()[1]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (None, "page_http_404"),
        (b"\xff" * 3_000_000, "page_too_large"),
        (b"<p>x" * 100_000, "page_too_complex"),
    ],
    ids=["gone", "too_large", "too_complex"],
)
def test_without_its_page_an_item_goes_on_with_the_feed_s_words(
    daemons: list[Daemon], short_dir: Path, body: bytes | None, why: str
) -> None:
    pages = {} if body is None else {"/1": body}
    entries = [("قوى الأمن تفرض حظر تجول في مدينة منبج حتى إشعار آخر", "/1", datetime.now(UTC))]
    alerts, _, items = run_once(daemons, short_dir, pages, entries)
    assert [alert["category"] for alert in alerts] == ["curfew"]
    assert items[0]["note"]["article"] == [why]


@pytest.mark.corpora
@pytest.mark.parametrize("with_curfew", [True, False])
def test_the_example_alerts_for_all_three(
    daemons: list[Daemon], short_dir: Path, corpora: Path, with_curfew: bool
) -> None:
    lines = (corpora / "sy24-example.txt").read_text("utf-8").splitlines()
    title, *rest = [line for line in lines if line.strip()]
    body = [line for line in rest if len(line) > 60 and (with_curfew or "التجول" not in line)]
    page = article_page(title, body, ["فرض حظر تجول في منبج حتى إشعار آخر"])
    alerts, _, _ = run_once(daemons, short_dir, {"/1": page.encode()}, [(title, "/1", datetime.now(UTC))])
    found = {alert["category"]: alert for alert in alerts}
    assert set(found) == {"displacement", "clashes"} | ({"curfew"} if with_curfew else set())
    if with_curfew:
        assert found["curfew"]["status"] == "imposed"
        assert "Deir ez-Zor" in {place["name"] for place in found["curfew"]["places"]}
