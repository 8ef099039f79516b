"""Log lines: one an event, nothing forged, nothing secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor import log

Say = Callable[..., str]


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in ("apprise", "httpx"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def said(
    message: str, *, as_json: bool = True, verbose: bool = False, level: int = logging.INFO, **fields: object
) -> str:
    stream = io.StringIO()
    log.setup(verbose=verbose, json=as_json, secrets=["hunter2", "hunter2-long"], stream=stream)
    log.get("monitor.test").log(level, "%s", message, extra={"fields": fields})
    return stream.getvalue()


def test_json_line_has_time_level_logger_event_and_fields() -> None:
    event = json.loads(said("polled", feed="SY24", new=3, ok=True, ratio=0.5))
    assert event.pop("time").endswith("Z")
    assert event == {
        "level": "info", "logger": "monitor.test", "event": "polled",
        "feed": "SY24", "new": 3, "ok": True, "ratio": 0.5,
    }  # fmt: skip


def test_human_line() -> None:
    line = said("polled", as_json=False, feed="SY24")
    assert line.endswith("INFO    monitor.test: polled feed=SY24\n")


@pytest.mark.parametrize("as_json", [True, False])
def test_secrets_are_redacted_everywhere(as_json: bool) -> None:
    line = said("key hunter2-long", as_json=as_json, url="https://x/hunter2", deep={"a": ["hunter2"]})
    assert "hunter2" not in line
    assert "-long" not in line


def test_secret_in_a_traceback_is_redacted() -> None:
    stream = io.StringIO()
    log.setup(verbose=False, json=False, secrets=["hunter2"], stream=stream)
    try:
        raise ValueError("refused hunter2")  # noqa: TRY301
    except ValueError:
        log.get("monitor.test").exception("failed")
    assert "hunter2" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


@given(st.text(), st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_stays_on_one_line(text: str, as_json: bool) -> None:
    line = said(text, as_json=as_json, field=text)
    assert len(line.splitlines()) == 1
    assert not any(ord(c) < 32 for c in line[:-1])
    line.encode("utf-8")


def test_a_field_cannot_forge_the_event() -> None:
    assert json.loads(said("true", level=logging.WARNING, event="forged"))["event"] == "true"


def test_debug_only_when_verbose() -> None:
    assert said("x", level=logging.DEBUG) == ""
    assert said("x", level=logging.DEBUG, verbose=True) != ""


def test_noisy_libraries_are_quiet_and_setup_does_not_double() -> None:
    said("first")
    stream = io.StringIO()
    log.setup(verbose=True, json=True, secrets=[], stream=stream)
    logging.getLogger("httpx").info("GET https://secret")
    logging.getLogger("apprise").error("tgram://token")
    log.get("a").info("once")
    assert len(stream.getvalue().splitlines()) == 1
