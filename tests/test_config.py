"""What a person may get wrong in config.yaml, and what the file means when it is right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import PydanticCustomError

from monitor.config import Config, secrets
from monitor.configfile import load, loads, render_problems
from monitor.errors import ConfigError, Problem
from monitor.receivers import Receiver
from monitor.values import duration, size

FILE = Path("config.yaml")
FEED = "feeds:\n  - {name: A, url: https://a.example/feed"


def problems(text: str, environ: dict[str, str] | None = None) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        loads(text.encode(), FILE, environ or {})
    return caught.value.problems


# text, line, key, part of message or cure
BROKEN = [
    ("polling:\n\tinterval: auto\n", 2, "", "spaces"),
    ("polling: {}\npolling: {}\n", 2, "polling", "twice (first in line 1)"),
    ("http:\n  timeout: 5s\n  timeout: 6s\n", 3, "http.timeout", "twice"),
    ("polling:\n  intervall: 2m\n", 2, "polling.intervall", "did you mean `interval`?"),
    ("feds: []\n", 1, "feds", "did you mean `feeds`?"),
    ("xyzzy: 1\n", 1, "xyzzy", "known keys: data_dir"),
    ("http:\n  per_host:\n    dely: 1s\n", 3, "http.per_host.dely", "did you mean `delay`?"),
    ("polling:\n  min_interval: 60\n", 2, "polling.min_interval", "60s, 60m"),
    ("polling:\n  min_interval: 1 parsec\n", 2, "polling.min_interval", "write 20s"),
    ("polling:\n  min_interval: 0s\n", 2, "polling.min_interval", "more than 0"),
    ("polling:\n  interval: often\n", 2, "polling.interval", "auto"),
    ("polling:\n  backlog: -2h\n", 2, "polling.backlog", "2m, 1h"),
    ("polling:\n  backlog: 2.5\n", 2, "polling.backlog", "unit"),
    ("polling:\n  min_interval: 2h\n", 2, "polling.min_interval", "longer than max_interval"),
    ("polling:\n  max_interval: 30s\n", 2, "polling.max_interval", "longer than max_interval"),
    ("polling: fast\n", 1, "polling", "section"),
    ("http:\n  max_bytes: lots\n", 2, "http.max_bytes", "10MB"),
    ("http:\n  max_bytes: 10 minutes\n", 2, "http.max_bytes", "10MB"),
    ("http:\n  allow_networks: [10.0.0.1/8]\n", 2, "http.allow_networks[0]", "10.0.0.0/8"),
    ("http:\n  allow_networks: 10.0.0.0/8\n", 2, "http.allow_networks", "list"),
    ("http:\n  contact: 5\n", 2, "http.contact", "quotes"),
    ("timezone: Mars/Olympus\n", 1, "timezone", "Asia/Damascus"),
    ("timezone: ../etc\n", 1, "timezone", "Asia/Damascus"),
    ("redis:\n  url: http://x\n", 2, "redis.url", "embedded"),
    ("feeds:\n  - {name: A}\n", 2, "feeds[0].url", "missing"),
    ("feeds:\n  - {url: https://a.example/}\n", 2, "feeds[0].name", "missing"),
    ("feeds:\n  - name: A\n    url: a.example\n", 3, "feeds[0].url", "https://"),
    ("feeds:\n  - name: A\n    url: ftp://a.example/\n", 3, "feeds[0].url", "https://"),
    ("feeds:\n  - name: A\n    url: https://a.example:99999/\n", 3, "feeds[0].url", "port"),
    ("feeds: {name: A}\n", 1, "feeds", "list"),
    (FEED + ", tier: 4}\n", 2, "feeds[0].tier", "3"),
    (FEED + ", tier: high}\n", 2, "feeds[0].tier", "whole number"),
    (FEED + ", lang: arabic}\n", 2, "feeds[0].lang", "ar"),
    (FEED + ", country: Syria}\n", 2, "feeds[0].country", "SY"),
    (FEED + ", content: full}\n", 2, "feeds[0].content", "'page'"),
    (FEED + ", interval: 5}\n", 2, "feeds[0].interval", "5m"),
    (FEED + ", encoding: klingon}\n", 2, "feeds[0].encoding", "utf-8"),
    (FEED + ", lnag: ar}\n", 2, "feeds[0].lnag", "did you mean `lang`?"),
    (FEED + "}\n  - {name: A, url: https://b.example/}\n", 3, "feeds[1].name", "same name"),
    (FEED + "}\n  - {name: B, url: https://a.example/feed}\n", 3, "feeds[1].url", "same url"),
    ("workers: {process: 0}\n", 1, "workers.process", "1"),
    ("workers: {process: two}\n", 1, "workers.process", "whole number"),
    ("workers:\n  job_timeout: 15s\n", 2, "workers.job_timeout", "raise job_timeout"),
    ("categories:\n  curfew: {severity: hihg}\n", 2, "categories.curfew.severity", "'high'"),
    ("categories:\n  curfew: {terms: {ar: word}}\n", 2, "categories.curfew.terms.ar", "list"),
    ("receivers:\n  duty: {apprise: '${TOKEN}'}\n", 2, "receivers.duty.apprise", "set TOKEN"),
    ("receivers:\n  duty: {apprise: '${file:none}'}\n", 2, "receivers.duty.apprise", "create it"),
    ("receivers:\n  duty: {apprise: '${A B}'}\n", 2, "receivers.duty.apprise", "${NAME}"),
    ("receivers:\n  duty: {apprise: x}\n", 2, "receivers.duty.apprise", "scheme://"),
    ("receivers:\n  duty: {webhook: {secret: x}}\n", 2, "receivers.duty.webhook.url", "missing"),
    ("receivers:\n  duty: {webhok: {}}\n", 2, "receivers.duty.webhok", "did you mean `webhook`?"),
    ("receivers:\n  duty: {console: {}, apprise: json://h}\n", 2, "receivers.duty", "two receivers"),
    ("receivers:\n  c: {console: {format: xml}}\n", 2, "receivers.c.console.format", "'json'"),
    ("routes:\n  - {receivers: [consol]}\n", 2, "routes[0].receivers[0]", "did you mean `console`?"),
    ("routes:\n  - {receivers: []}\n", 2, "routes[0].receivers", ""),
    ("routes:\n  - {receivers: [console], fallback: [x]}\n", 2, "routes[0].fallback[0]", "known: console"),
    ("routes:\n  - {receivers: [console], categories: [curfw]}\n", 2, "routes[0].categories[0]", "`curfew`"),
    ("routes:\n  - {receivers: [console], min_confidence: 2}\n", 2, "routes[0].min_confidence", "1"),
    (
        "routes:\n  - {receivers: [console], places_strict: 1}\n",
        2,
        "routes[0].places_strict",
        "true or false",
    ),
    ("digest: {receivers: [nobody]}\n", 1, "digest.receivers[0]", "known: console"),
    ("digest: {at: 7}\n", 1, "digest.at", "07:00"),
    ("watch: {deadman_url: ping}\n", 1, "watch.deadman_url", "https://"),
    ("board: {listen: 8080}\n", 1, "board.listen", "127.0.0.1:8080"),
    ("retention: {items: 30days}\n", 1, "retention.items", "30d"),
    ("a: [1\nb: 2\n", 2, "", "close it"),
    ("a: *b\n", 1, "", "quotes"),
    ("- a\n", 1, "", "section"),
    ("a: &a [*a]\n", 1, "", ""),
    ("[" * 3000, 1, "", "nested too deeply"),
]


@pytest.mark.parametrize(("text", "line", "key", "words"), BROKEN, ids=[str(i) for i in range(len(BROKEN))])
def test_broken(text: str, line: int, key: str, words: str) -> None:
    found = problems(text)
    fitting = [p for p in found if p.line == line and (p.key == key or not key)]
    assert fitting, found
    assert any(words in f"{p.message} {p.cure}" for p in fitting), found
    assert fitting[0].cure
    assert fitting[0].source == text.splitlines()[line - 1][:300] or "***" in fitting[0].source


def test_all_problems_at_once_in_order_of_lines() -> None:
    text = "timezone: x\npolling:\n  intervall: 1m\nroutes:\n  - {receivers: [nope]}\n"
    assert [p.line for p in problems(text)] == [1, 3, 5]


def test_rendering_points_at_the_place() -> None:
    error = ConfigError(problems("polling:\n  intervall: 2m\n"))
    assert render_problems(error).splitlines() == [
        "config.yaml:2:3: polling.intervall: unknown key",
        "    2 |   intervall: 2m",
        "      |   ^",
        "      = did you mean `interval`?",
        "1 problem; the configuration is refused",
    ]


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "none.yaml", {})
    assert caught.value.problems[0].cure == "rasid run --config PATH"


def test_secrets_show_nowhere() -> None:
    text = (
        "receivers:\n  a: {apprise: hunter2}\n  b: {webhook: {url: hunter2, secrt: hunter2}}\n"
        "  c: {apprise: '${TOKEN}'}\n  d: hunter2\n  e:\n    webhook:\n      url: https://x/hunter2\n      sceret: hunter2\n"
        "redis: {url: 'foo://u:hunter2@h'}\n"
    )
    error = ConfigError(problems(text, {"TOKEN": "hunter2"}))
    assert len(error.problems) >= 6
    assert "hunter2" not in render_problems(error) + str(error)


def test_secrets_for_the_log() -> None:
    config = loads(
        b"redis: {url: 'redis://u:pw1@h/0'}\nreceivers:\n  t: {apprise: '${T}'}\n"
        b"  w: {webhook: {url: https://w.example/x, secret: '${file:key}'}}\n",
        _folder_with_key(),
        {"T": "tgram://token/chat"},
    )
    assert {"pw1", "tgram://token/chat", "https://w.example/x", "k3y"} <= set(secrets(config))
    assert "tgram" not in repr(config)
    assert config.receivers["w"] == Receiver(
        "w", "webhook", SecretStr("https://w.example/x"), SecretStr("k3y")
    )
    assert config.receivers["t"].kind == "apprise"
    assert config.routes[0].receivers == ("t", "w")


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    return


def _folder_with_key() -> Path:
    Path("key").write_text("k3y\n")
    return Path("config.yaml")


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "{}", "feeds:\n", "null"])
def test_empty_means_defaults(text: str) -> None:
    config = loads(text.encode(), FILE, {})
    assert config.receivers == {"console": Receiver("console", "console")}
    assert config.routes[0].receivers == config.digest.receivers == ("console",)
    assert set(config.categories) == {"curfew", "displacement", "clashes"}
    assert config.feeds == ()
    assert config.data_dir == Path.cwd() / "data"


def test_values_arrive_in_seconds_and_bytes() -> None:
    text = FEED + ", interval: 2m}\npolling: {interval: auto, backlog: 1h}\nhttp: {max_bytes: 10MB}\n"
    config = loads(text.encode(), FILE, {})
    assert (config.feeds[0].interval, config.polling.interval, config.polling.backlog) == (
        120.0,
        None,
        3600.0,
    )
    assert (config.http.max_bytes, config.feeds[0].outlet) == (10_000_000, "A")


def test_frozen() -> None:
    with pytest.raises(ValidationError):
        Config().http.timeout = 3.0  # type: ignore[misc]


def test_the_shipped_file_loads_and_states_the_defaults() -> None:
    config = load(Path(__file__).parent.parent / "config.yaml", {})
    assert len(config.feeds) == 16
    defaults = Config()
    for section in (
        "http",
        "polling",
        "workers",
        "incidents",
        "digest",
        "watch",
        "board",
        "retention",
        "redis",
    ):
        assert getattr(config, section) == getattr(defaults, section), section


def test_every_key_is_described() -> None:
    todo: list[type[BaseModel]] = [BaseModel]
    while todo:
        for model in todo.pop().__subclasses__():
            if model.__module__ == "monitor.config":
                todo.append(model)
                assert all(info.description for info in model.model_fields.values()), model


@given(st.integers(1, 10**6), st.sampled_from(list("smhd")))
def test_durations(number: int, unit: str) -> None:
    assert duration(f"{number}{unit}") == number * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]


@given(st.text())
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    for parse in (duration, size):
        try:
            assert parse(text) >= 0
        except PydanticCustomError:
            pass


YAMLISH = st.lists(
    st.sampled_from(["feeds", "http", ":", " ", "\n", "- ", "{", "}", "[", "]", "'", '"', "&a", "*a", "!!int", "<<",
                     "%", "---", "\t", "${X}", "1", "null", "|", ">", "#", ",", "? ", "receivers", "routes", "a"])
).map("".join)  # fmt: skip


@given(st.one_of(st.text(), YAMLISH))
@settings(max_examples=300)
def test_any_text_loads_or_is_refused_in_order(text: str) -> None:
    try:
        loads(text.encode("utf-8", "surrogatepass"), Path("config.yaml"), {})
    except ConfigError as error:
        assert error.problems
        assert render_problems(error)


@given(st.binary())
@settings(max_examples=100)
def test_any_bytes_load_or_are_refused_in_order(raw: bytes) -> None:
    try:
        loads(raw, Path("config.yaml"), {})
    except ConfigError as error:
        assert error.problems
