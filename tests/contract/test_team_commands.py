"""The team's commands as people type them, against a real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor.cli import cli
from monitor.errors import UsageError
from monitor.store import Store, open_store
from tests.contract.test_outbox import commit, held
from tests.contract.test_store import MS

CONFIG = """
timezone: UTC
redis: {{url: "{url}"}}
receivers: {{archive: {{file: {{path: alerts.jsonl}}}}, other: {{file: {{path: other.jsonl}}}}}}
routes:
  - {{receivers: [archive], categories: [curfew]}}
  - {{receivers: [other], categories: [clashes], places: [Aleppo]}}
"""


@pytest.fixture
def shared(valkey: str) -> Iterator[Store]:
    """The store that commands find: the one with the usual prefix, empty."""
    store = open_store(valkey)
    yield store
    for key in store.client.redis.scan_iter(match=store.client.key("*")):
        store.client.redis.delete(key)
    store.close()


@pytest.fixture
def config(tmp_path: Path, valkey: str) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(url=valkey), "utf-8")
    return path


def rasid(config: Path, *arguments: str) -> Result:
    found = CliRunner().invoke(cli, [*arguments, "--config", str(config)], standalone_mode=False)
    if found.exception and not isinstance(found.exception, UsageError):
        raise found.exception
    return found


def test_a_silence_is_made_shown_and_ended(shared: Store, config: Path) -> None:
    made = rasid(
        config,
        "silence",
        "add",
        "--by",
        "رنا",
        "--why",
        "known strike",
        "--for",
        "2h",
        "--place",
        "Afrin",
        "--json",
    )
    one = json.loads(made.output)
    assert (one["by"], one["places"]) == ("رنا", ["Afrin"])
    commit(shared, held("al_1_r1", hold=f"silence:{one['id']}"))
    assert "1 messages held back" in rasid(config, "silence", "list").output
    assert "1 messages" in rasid(config, "silence", "end", one["id"]).output
    assert "no silence" in rasid(config, "silence", "list").output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--for", "9h"], "at most 8 h"),
        (["--for", "2h", "--place", "Nowhere at all"], "no place is known"),
        (["--for", "2h", "--category", "rain"], "no category"),
        (["--for", "2h", "--why", " "], "a name and a reason"),
    ],
)
def test_a_silence_that_makes_no_sense_is_refused(
    shared: Store, config: Path, arguments: list[str], says: str
) -> None:
    found = rasid(config, "silence", "add", "--by", "Rana", "--why", "x", *arguments)
    assert says in str(found.exception)
    assert shared.team.feedback() == []


def test_an_alert_is_acknowledged_claimed_and_resolved_with_name_and_time(
    shared: Store, config: Path
) -> None:
    commit(shared)
    assert "acknowledged" in rasid(config, "ack", "al_1", "--by", "Rana").output
    assert "before" in rasid(config, "ack", "al_1_r1", "--by", "Rana").output
    rasid(config, "claim", "al_1", "--by", "Omar")
    document = json.loads(rasid(config, "resolve", "al_1", "--by", "Omar", "--json").output)
    assert [(step["act"], step["by"]) for step in document["steps"]] == [
        ("acknowledge", "Rana"),
        ("claim", "Omar"),
        ("resolve", "Omar"),
    ]
    assert shared.team.asking() == []
    assert "there is no alert" in str(rasid(config, "ack", "al_9", "--by", "Rana").exception)


def test_what_is_not_relevant_is_kept_as_feedback(shared: Store, config: Path) -> None:
    commit(shared)
    assert "not relevant" in rasid(config, "not-relevant", "al_1", "--by", "Rana", "--why", "old").output
    assert shared.team.feedback() == []  # this alert has no sources


def test_a_drill_goes_over_the_real_routes(shared: Store, config: Path) -> None:
    found = rasid(config, "test-alert", "--direct", "--json")
    assert found.return_value == 0
    (line,) = [json.loads(line) for line in found.output.splitlines()]
    assert (line["receiver"], line["outcome"]) == ("archive", "delivered")
    (written,) = (config.parent / "data" / "alerts.jsonl").read_text("utf-8").splitlines()
    drill: dict[str, Any] = json.loads(written)
    assert drill["kind"] == "drill"
    assert "DRILL" in drill["title"]
    assert shared.items.alerts(10) == []


def test_a_drill_that_nobody_delivers_says_so(shared: Store, config: Path) -> None:
    arguments = ["--category", "clashes", "--status", "clashes", "--place", "Aleppo", "--patience", "300ms"]
    found = rasid(config, "test-alert", *arguments)
    assert found.return_value == 1
    assert "✗ other: nobody took it" in found.output
    assert shared.outbox.ring("other", MS * 2, queue_empty=True) != []


def test_a_drill_for_which_there_is_no_route(shared: Store, config: Path) -> None:
    found = rasid(config, "test-alert", "--category", "displacement")
    assert "no route takes this drill" in str(found.exception)
    assert shared.outbox.rows() == []
