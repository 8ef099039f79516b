"""Probing, importing and exporting feeds, as an admin does it at the command line."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner
from ruamel.yaml import YAML

from monitor.cli import cli
from monitor.clock import ManualClock
from tests.outlet import MORNING, Asked, Outlet, Reply, rss, serving

CONFIG = """http: {allow_networks: [127.0.0.0/8]}
feeds:
  - {name: "أ & ب", url: "https://a.test/feed", lang: ar}
"""


@contextmanager
def outlet_in_a_thread(outlet: Outlet) -> Iterator[str]:
    """The outlet in a loop of its own, for commands that run theirs."""
    ready, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with serving(outlet):
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield outlet.base
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def answer(asked: Asked) -> Reply:
    html = {"content-type": "text/html"}
    named = "<link rel=alternate type='application/rss+xml' href='/feed'>"
    return {
        "/feed": Reply(200, {"etag": '"1"'}, rss("one", "two", at=MORNING)),
        "/page": Reply(200, html, f"<html><head>{named}</head><body>x</body></html>"),
        "/moved": Reply(301, {"location": "/feed"}),
        "/login": Reply(200, html, "<html><body>Log in</body></html>"),
    }.get(asked.path, Reply(404))


def test_probe_says_what_is_there_and_what_to_write(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG, "utf-8")
    with outlet_in_a_thread(Outlet(ManualClock(MORNING), answer)) as base:
        urls = [f"{base}/{path}" for path in ("feed", "page", "moved", "login", "gone")]
        shown = CliRunner().invoke(
            cli, ["feeds", "probe", "--json", "--config", str(config), *urls], standalone_mode=False
        )
        told = CliRunner().invoke(
            cli, ["feeds", "probe", "--config", str(config), *urls[:3]], standalone_mode=False
        )
    found = {one["url"].rpartition("/")[2]: one for one in map(json.loads, shown.stdout.splitlines())}
    assert shown.return_value == 1
    assert (found["feed"]["problem"], found["feed"]["entries"], found["feed"]["validators"]) == (
        "",
        2,
        ["ETag"],
    )
    assert found["page"]["feeds"] == [f"{base}/feed"]
    assert f"{base}/feed" in found["page"]["advice"][0]
    assert found["moved"]["moved_to"] == f"{base}/feed"
    assert found["login"]["problem"].startswith("not_a_feed")
    assert found["gone"]["status"] == 404
    assert all(one["advice"][0] for name, one in found.items() if name != "feed")
    line = next(line for line in told.stdout.splitlines() if line.startswith("  write: "))
    written = YAML(typ="safe").load(line.removeprefix("  write: "))
    assert written[0]["url"] == f"{base}/feed"
    assert "it has moved for good" in told.stdout


def test_a_list_of_feeds_comes_in_and_goes_out(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG, "utf-8")
    out = CliRunner().invoke(cli, ["feeds", "export", "--config", str(config)], standalone_mode=False)
    assert out.return_value == 0
    listed = tmp_path / "list.opml"
    more = '<outline text="ج: #1" xmlUrl="https://c.test/feed" language="ar-sy"/></body>'
    listed.write_text(out.stdout.replace("</body>", more), "utf-8")
    back = CliRunner().invoke(
        cli, ["feeds", "import", str(listed), "--config", str(config)], standalone_mode=False
    )
    assert YAML(typ="safe").load(back.stdout) == [
        {"name": "ج: #1", "url": "https://c.test/feed", "lang": "ar"}
    ]
    assert "stands in the config already" in back.stderr


def test_feeds_alone_lists_them(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG, "utf-8")
    for command in (["feeds", "--json"], ["feeds", "list", "--json"]):
        told = CliRunner().invoke(cli, [*command, "--config", str(config)], standalone_mode=False)
        assert json.loads(told.stdout)["outcome"] == "never polled"
