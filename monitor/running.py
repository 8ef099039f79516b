"""The commands that run for a while: `run`, `demo`, `poll`, `work`. Words for people, wiring in app."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import click

from monitor import app, log
from monitor.alerts import Alert
from monitor.canary import CANARY
from monitor.clock import Clock, SystemClock, from_ms, parse_iso
from monitor.config import Config, secrets
from monitor.configfile import load
from monitor.demo import newsroom as demo_newsroom
from monitor.harvest import Outcome
from monitor.store import Store
from monitor.workforce import Options

DEMO_CONFIG = """# Made by `rasid demo`: the newsroom on this machine, polled every second.
data_dir: .
http:
  contact: demo@rasid.test
  per_host: {{delay: 50ms}}
  allow_networks: [127.0.0.0/8]
polling: {{interval: 1s, min_interval: 1s}}
feeds:
{feeds}
board: {{listen: "127.0.0.1:0"}}
receivers:
  console: {{}}
  hook: {{webhook: {{url: "{hook}", secret: "{secret}"}}}}
routes:
  - {{receivers: [console, hook]}}
"""
SETTLE = 2.5  # seconds after the newsroom's last word: two more polls see that nothing is left


def run_daemon(config_path: Path, *, once: bool, as_json: bool, json_log: bool, verbose: bool) -> int:
    """`rasid run`: everything on one machine."""
    config = _load(config_path, json_log=json_log, verbose=verbose)
    if not config.feeds:
        click.echo(f"{config_path} lists no feeds yet: nothing is watched; add some under `feeds:`", err=True)
    click.echo(f"watching {len(config.feeds)} feeds; Ctrl-C ends in order", err=True)
    options = Options(config_path, json=as_json, verbose=verbose, json_log=json_log)
    told: dict[str, str] = {}

    def finish(store: Store, summary: app.Summary) -> None:
        if once:
            click.echo(_summary(store, summary, None), err=True)

    summary = app.run(config, options, SystemClock(), once=once, report=_reporter(told), finish=finish)
    if summary.error:
        click.echo(f"rasid: {summary.error}", err=True)
        return 1
    return 1 if once and (summary.failed() or not summary.finished or summary.undelivered) else 0


def run_demo(data_dir: Path | None, *, once: bool, as_json: bool, json_log: bool, verbose: bool) -> int:
    """`rasid demo`: the daemon against the bundled newsroom."""
    clock = SystemClock()
    with ExitStack() as stack:
        folder = data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rasid-demo-")))
        folder.mkdir(parents=True, exist_ok=True)
        room = demo_newsroom.prepare(folder, clock)
        config_path = _write_demo_config(folder, room)
        config = _load(config_path, json_log=json_log, verbose=verbose)
        stack.callback(_end, _start_newsroom(folder))
        over = demo_newsroom.published_all_at(room) + timedelta(seconds=SETTLE)
        began = clock.now()
        click.echo(_demo_greeting(config, over, began, once), err=True)
        options = Options(config_path, json=as_json, verbose=verbose, json_log=json_log)
        told: dict[str, str] = {}
        summary = app.run(
            config,
            options,
            clock,
            once=False,
            report=_reporter(told),
            finish=lambda store, done: click.echo(_summary(store, done, began), err=True),
            until=_day_is_over(over, clock, config) if once else None,
        )
    if summary.error:
        click.echo(f"rasid: {summary.error}", err=True)
    return 0 if summary.finished and not summary.error and not summary.undelivered and not told else 1


def run_role(role: str, config_path: Path, *, as_json: bool, json_log: bool, verbose: bool) -> int:
    """`rasid poll` and `rasid work`: one role on a shared Redis."""
    config = _load(config_path, json_log=json_log, verbose=verbose)
    options = Options(config_path, as_json, verbose, json_log)
    if role == "poll":
        app.poll_only(config, options, SystemClock(), _reporter({}))
        return 0
    return app.work_only(config, options)


def _load(config_path: Path, *, json_log: bool, verbose: bool) -> Config:
    config = load(config_path, os.environ)
    log.setup(verbose=verbose, json=json_log, secrets=secrets(config), stream=sys.stderr)
    return config


def _reporter(told: dict[str, str]) -> Callable[[Outcome], None]:
    """One line when a feed begins to fail, fails otherwise, or is back; never one a poll."""

    def report(outcome: Outcome) -> None:
        if outcome.failed and told.get(outcome.feed) != outcome.reason:
            told[outcome.feed] = outcome.reason
            cure = f" ({outcome.cure})" if outcome.cure else ""
            click.echo(f"feed {outcome.feed} failed: {outcome.reason}: {outcome.message}{cure}", err=True)
        elif not outcome.failed and outcome.reason != "polled_elsewhere" and told.pop(outcome.feed, ""):
            click.echo(f"feed {outcome.feed} is back", err=True)

    return report


def _write_demo_config(folder: Path, room: demo_newsroom.Newsroom) -> Path:
    lines = []
    for feed in demo_newsroom.feeds(room):
        pairs = ", ".join(f'{key}: "{value}"' for key, value in feed.items())
        lines.append(f"  - {{{pairs}}}")
    text = DEMO_CONFIG.format(
        feeds="\n".join(lines), hook=demo_newsroom.hook_url(room), secret=demo_newsroom.HOOK_SECRET
    )
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    return path


def _start_newsroom(folder: Path) -> subprocess.Popen[bytes]:
    """The newsroom in a process of its own; returns when it answers."""
    reader, writer = os.pipe()
    command = [sys.executable, "-m", "monitor.demo", "--data-dir", str(folder), "--ready-fd", str(writer)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(writer,), start_new_session=True)
    os.close(writer)
    with os.fdopen(reader, "rb") as ready:
        ready.read(1)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _day_is_over(over: datetime, clock: Clock, config: Config) -> Callable[[Store], bool]:
    def check(store: Store) -> bool:
        if clock.now() < over or not app.settled(store):
            return False
        states = store.feeds.states()
        polled = [states.get(feed.name, {}).get("polled") for feed in config.feeds]
        last_word = over - timedelta(seconds=SETTLE)
        return all(at and parse_iso(at) > last_word for at in polled)

    return check


def _demo_greeting(config: Config, over: datetime, now: datetime, once: bool) -> str:
    left = max(0, round((over - now).total_seconds()))
    outlets = ", ".join(feed.name for feed in config.feeds)
    ends = "then it ends by itself" if once else "then it goes on watching until Ctrl-C"
    return f"The newsroom ({outlets}) publishes for {left} s; {ends}. Alerts appear below.\n"


def _summary(store: Store, summary: app.Summary, began: datetime | None) -> str:
    """What the run did, in a few lines."""
    stats = store.stats()
    alerts = store.items.alerts(1000)
    rows = [row for row in store.outbox.rows() if row.receiver != CANARY]
    sent = [row for row in rows if row.state == "delivered"]
    summary.undelivered = sum(row.state in ("due", "sending", "dead") for row in rows)
    counts = {
        "polls": stats.get("polls", 0),
        "items": stats.get("items", 0),
        "alerts": len(alerts),
        "deliveries": f"{len(sent)} of {len(rows)}",
        "items given up": store.items.dead(),
    }
    lines = ["", ", ".join(f"{name} {count}" for name, count in counts.items())]
    created = {alert.message_id: alert for alert in alerts}
    delays = [
        (from_ms(row.done_ms) - max(times)).total_seconds()
        for row in sent
        if (times := _published(row.alerts, created)) and (began is None or from_ms(row.done_ms) >= began)
    ]
    if delays:
        lines.append(f"median time from published to alerted: {statistics.median(delays):.1f} s")
    failed = sorted({outcome.feed for outcome in summary.failed()})
    if failed:
        lines.append(f"feeds that failed: {len(failed)} ({', '.join(failed)})")
    lines += [
        f"not delivered: {row.id} to {row.receiver}: {row.error}"
        for row in rows
        if row.state in ("due", "sending", "dead")
    ]
    if not summary.finished:
        lines.append("stopped before everything was done; it goes on at the next start")
    return "\n".join(lines)


def _published(message_ids: tuple[str, ...], alerts: dict[str, Alert]) -> list[datetime]:
    """When the newest sources of these alerts were published."""
    return [
        source.published
        for message_id in message_ids
        if message_id in alerts
        for source in alerts[message_id].sources[-1:]
        if source.published
    ]
