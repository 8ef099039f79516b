"""The schema for editors, the first config, and the shipped file: all three say what the models say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from monitor.cli import cli
from monitor.config import Config
from monitor.configfile import load, loads
from monitor.errors import ConfigError, UsageError
from monitor.schema import schema, text
from monitor.starter import Answers, compose
from monitor.yamlfile import Document

ROOT = Path(__file__).parent.parent


def plain(written: str) -> Any:
    return Document({"DUTY_WEBHOOK_SECRET": "x"}).read(written.encode(), Path("config.yaml"))


def is_valid(written: str) -> bool:
    return bool(jsonschema.Draft202012Validator(schema()).is_valid(plain(written)))


def test_the_shipped_schema_is_up_to_date() -> None:
    kept = (ROOT / "monitor" / "schemas" / "config.schema.json").read_text("utf-8")
    assert kept == text(), "run `python -m monitor.schema > monitor/schemas/config.schema.json`"
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_shipped_config_is_valid_and_names_the_schema() -> None:
    written = (ROOT / "config.yaml").read_text("utf-8")
    assert written.startswith("# yaml-language-server: $schema=monitor/schemas/config.schema.json\n")
    jsonschema.Draft202012Validator(schema()).validate(plain(written))


def test_every_key_stands_in_the_shipped_config() -> None:
    """Commented examples count: nobody should have to look a key up elsewhere."""
    written = (ROOT / "config.yaml").read_text("utf-8")
    missing = []
    found = [schema(), *schema()["$defs"].values()]
    for section in found:
        missing += [
            key for key in section["properties"] if f"{key}:" not in written and f"#   {key} " not in written
        ]
    assert missing == []


GOOD = [
    "",
    "feeds: [{name: A, url: 'https://a.example', interval: auto}]\n",
    "polling: {min_interval: 90s, interval: auto}\nhttp: {max_bytes: 5MB}\n",
    "receivers: {c: , h: {webhook: {url: 'https://h.example', secret: '${DUTY_WEBHOOK_SECRET}'}}}\n",
    "routes: [{receivers: [c], quiet_hours: {hours: '22:00-06:00'}, throttle: 10/1h, digest: 30m}]\n",
    "receivers: {m: {mail: {server: 'smtp://h:25', from: a@b.example, to: [c@d.example]}}}\n",
]
BAD = [
    "fees: []\n",
    "feeds: [{name: A}]\n",
    "feeds: [{name: A, url: x, teir: 1}]\n",
    "polling: {min_interval: 60}\n",
    "polling: {min_interval: 1 parsec}\n",
    "routes: [{receivers: console}]\n",
    "routes: [{receivers: [c], quiet_hours: {hours: '22-6'}}]\n",
    "receivers: {c: {consol: {}}}\n",
    "categories: {x: {severity: grave}}\n",
]


@pytest.mark.parametrize("written", GOOD)
def test_what_is_right_is_valid(written: str) -> None:
    assert is_valid(written)


@pytest.mark.parametrize("written", BAD)
def test_what_is_wrong_is_not(written: str) -> None:
    assert not is_valid(written)


# ---------------------------------------------------------------- rasid init


def init(path: Path, *arguments: str) -> Any:
    return CliRunner().invoke(cli, ["init", "--config", str(path), *arguments], standalone_mode=False)


def test_a_first_config_loads_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.yaml"
    feeds = ["--feed", "https://a.example/feed", "--feed", "https://www.a.example/other"]
    made = init(
        path,
        *feeds,
        "--contact",
        "ops@example.org",
        "--timezone",
        "Europe/Berlin",
        "--webhook",
        "https://h.example/x",
    )
    assert made.exception is None, made.output
    config = load(path, {})
    assert [feed.name for feed in config.feeds] == ["a.example", "a.example 2"]
    assert config.routes[0].receivers == ("console", "hook")
    assert str(config.timezone) == "Europe/Berlin"
    assert json.loads((path.parent / "config.schema.json").read_text("utf-8")) == schema()
    before = path.read_text("utf-8")
    assert isinstance(init(path, "--contact", "x").exception, UsageError)
    assert path.read_text("utf-8") == before


def test_a_first_config_without_anything_is_the_defaults() -> None:
    config = loads(compose(Answers()).encode(), Path("config.yaml"), {})
    assert config.feeds == ()
    assert config.routes == Config().routes


def test_a_first_config_with_nonsense_is_refused_and_not_written(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    assert isinstance(init(path, "--timezone", "Mars/Olympus").exception, ConfigError)
    assert not path.exists()


def test_nobody_is_asked_who_is_no_terminal(tmp_path: Path) -> None:
    made = init(tmp_path / "config.yaml")
    assert made.exception is None
    assert "next: rasid check --online" in made.output
