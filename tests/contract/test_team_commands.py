"""The team's commands as people type them, against a real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor.alerts import Source
from monitor.cli import cli
from monitor.errors import RasidError, UsageError
from monitor.store import Commit, Store, open_store
from tests.contract.test_outbox import commit, held
from tests.contract.test_store import ALERT, INCIDENT, ITEM, MS, NOW, ingest
from workers.evaluate import load_items

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


# ---------------------------------------------------------------- looking back


def stored(store: Store) -> None:
    """One item that says a curfew, as a worker leaves it."""
    text = "فرضت القوى الأمنية حظر تجول في مدينة حلب من السادسة مساءً حتى السادسة صباحاً."
    item = replace(ITEM, title=text, lang="ar", country="SY")
    ingest(store, item)
    claim = store.items.claim(item.id, "w", MS)
    assert not isinstance(claim, str)
    mention = {"category": "curfew", "status": "imposed", "evidence": [{"rule": "curfew.imposed"}]}
    fields: dict[str, Any] = {
        "article": {"title": text, "text": text, "source": "page"},
        "reading": {"lang": "ar", "mentions": [mention], "suppressed": []},
        "note": {},
    }
    source = Source(item.id, item.outlet, item.url, item.title, NOW, NOW)
    alert = replace(ALERT, sources=(source,))
    assert store.items.commit(claim, Commit("done", fields, (INCIDENT,), (alert,)), "0", MS)


def test_feedback_names_the_rule_and_becomes_an_eval_set(shared: Store, config: Path) -> None:
    stored(shared)
    rasid(config, "not-relevant", "al_1", "--by", "رنا", "--why", "an exercise")
    rasid(config, "feedback", "missed", "it_1", "--category", "clashes", "--by", "Omar")
    listed = [json.loads(line) for line in rasid(config, "feedback", "list", "--json").output.splitlines()]
    assert {(one["category"], one["verdict"], *one["rules"]) for one in listed} == {
        ("curfew", "not_relevant", "curfew.imposed"),
        ("clashes", "missed"),
    }
    assert "an exercise" in rasid(config, "feedback").output
    (item,) = [json.loads(line) for line in rasid(config, "feedback", "export").output.splitlines()]
    assert item["labels"] == {"curfew": False, "displacement": False, "clashes": True}
    items, errors = load_items([json.dumps(item, ensure_ascii=False)])
    assert (len(items), errors) == (1, [])
    assert "there is no item" in str(
        rasid(config, "feedback", "missed", "it_9", "--category", "clashes", "--by", "x").exception
    )


def test_replay_tells_what_another_config_would_tell(shared: Store, config: Path) -> None:
    stored(shared)
    trial = config.with_name("trial.yaml")
    rules = "categories: {patrols: {terms: {ar: [القوى الأمنية]}}}\n"
    trial.write_text(config.read_text("utf-8") + rules, "utf-8")
    found = json.loads(rasid(trial, "replay", "--since", "3650d", "--json").output)
    assert [one["category"] for one in found["starts"]] == ["curfew", "patrols"]
    assert found["items"] == 1
    assert "nothing was sent" in rasid(trial, "replay", "--since", "3650d").output
    assert shared.outbox.rows() == []


def test_an_item_that_was_given_up_can_be_tried_again(shared: Store, config: Path) -> None:
    ingest(shared, ITEM)
    claim = shared.items.claim("it_1", "w", MS)
    assert not isinstance(claim, str)
    assert shared.items.commit(claim, Commit("dead", {"note": {}}), shared.items.incidents_version(), MS)
    assert shared.items.dead() == 1
    assert "waits to be processed" in rasid(config, "items", "retry", "it_1").output
    assert (shared.items.dead(), shared.items.waiting()) == (0, 1)
    again = shared.items.claim("it_1", "w", MS)
    assert not isinstance(again, str)
    assert (again.attempts, again.item.revision) == (1, 1)
    for name in ("it_1", "it_9"):
        with pytest.raises(RasidError):
            CliRunner().invoke(
                cli,
                ["items", "retry", name, "--config", str(config)],
                standalone_mode=False,
                catch_exceptions=False,
            )
