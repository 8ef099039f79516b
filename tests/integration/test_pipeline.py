"""The whole daemon against the bundled newsroom: real store, workers, pages, deliveries."""

from __future__ import annotations

import json
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema

from monitor.demo.newsroom import HOOK_FILE
from monitor.demo.stories import outlets
from tests.integration.conftest import Daemon


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line]


def message_id(alert: dict[str, Any]) -> str:
    return f"{alert['id']}_r{alert['revision']}"


def received(data_dir: Path) -> list[dict[str, Any]]:
    return lines((data_dir / HOOK_FILE).read_text("utf-8"))


def demo(daemons: list[Daemon], data_dir: Path) -> Daemon:
    daemons.append(Daemon("demo", "--once", "--json", "--data-dir", str(data_dir)))
    return daemons[-1]


def expected() -> set[tuple[str, str]]:
    """(category, title) of every story that must alert, as first told."""
    return {
        (category, story.title)
        for outlet in outlets().values()
        for story in outlet.stories
        if story.day == 0 and not story.correction
        for category in ("curfew", "displacement", "clashes")
        if category in story.expect
    }


def ordinary() -> set[str]:
    """Titles of stories that must never alert."""
    return {
        story.title
        for outlet in outlets().values()
        for story in outlet.stories
        if not story.expect and not story.correction
    }


def check_complete(alerts: list[dict[str, Any]], hook: list[dict[str, Any]]) -> None:
    sources = {(alert["category"], source["title"]) for alert in alerts for source in alert["sources"]}
    titles = {title for _, title in sources}
    joined = {title for _, title in expected()} - titles
    assert len(joined) <= 2, joined  # a second outlet's report joins quietly
    assert {alert["category"] for alert in alerts} == {"curfew", "displacement", "clashes"}
    assert not titles & ordinary()
    assert {entry["id"] for entry in hook} == {message_id(alert) for alert in alerts}
    assert all(entry["verified"] for entry in hook)


def test_the_demo_tells_everything_once_and_nothing_again(daemons: list[Daemon], short_dir: Path) -> None:
    code, out, err = demo(daemons, short_dir).finish()
    assert code == 0, err
    alerts = lines(out)
    schema = json.loads(resources.files("monitor.schemas").joinpath("alert.schema.json").read_text("utf-8"))
    for alert in alerts:
        jsonschema.validate(alert, schema)
    hook = received(short_dir)
    assert Counter(map(message_id, alerts)).most_common(1)[0][1] == 1
    assert Counter(entry["id"] for entry in hook).most_common(1)[0][1] == 1
    check_complete(alerts, hook)
    assert any(alert["kind"] == "correction" for alert in alerts)
    assert any(alert["status"] == "lifted" for alert in alerts)

    code, out, err = demo(daemons, short_dir).finish()
    assert (code, out) == (0, ""), err
    assert len(received(short_dir)) == len(hook)


def test_a_daemon_killed_in_mid_run_goes_on_where_it_was(daemons: list[Daemon], short_dir: Path) -> None:
    first = demo(daemons, short_dir)
    assert first.process.stdout
    before = [json.loads(first.process.stdout.readline()) for _ in range(3)]
    first.kill_everything()
    code, out, err = demo(daemons, short_dir).finish()
    assert code == 0, err
    alerts = {message_id(alert): alert for alert in [*before, *lines(out)]}
    check_complete([*alerts.values(), *(entry["body"] for entry in received(short_dir))], received(short_dir))
    incidents = {(alert["incident"], alert["id"]) for alert in alerts.values()}
    assert len({incident for incident, _ in incidents}) == len(incidents), "an alert under a second id"
    daemons.append(Daemon("status", "--json", "--config", str(short_dir / "config.yaml")))
    status = lines(daemons[-1].finish()[1])[0]
    assert (status["items_waiting"], status["deliveries_open"]) == (0, 0)
