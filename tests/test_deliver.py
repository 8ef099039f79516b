"""The channels, over real loopback where they have a wire."""

from __future__ import annotations

import html
import io
import json
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from aiosmtpd.controller import Controller

from monitor.alerts import Alert
from monitor.errors import DeliveryError
from monitor.receivers import Receiver
from workers.deliver import Means, retry_delay, send, send_apprise
from workers.messages import of_alerts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALERT = Alert(
    id="al_1", revision=2, group="gr_1", kind="new", incident="in_1", created=NOW, why="first report",
    category="curfew", status="imposed", confidence=0.9, severity="high", title="عنوان <!channel> {{x}}",
    text="نص <a href=x>y</a>", lang="ar", mentions=(), sources=(),
)  # fmt: skip


MESSAGE = of_alerts([ALERT, ALERT], now=NOW)


def means(stream: io.StringIO, folder: Path = Path()) -> Means:
    def nothing(*_: Any, **__: Any) -> Any:
        raise AssertionError("no wire is needed")

    return Means(nothing, nothing, stream, ZoneInfo("UTC"), NOW, folder)


class Mailbox:
    """Keeps what is delivered."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(envelope.content)
        return "250 OK"


def test_mail_goes_out_through_apprise_and_a_dead_server_is_a_failure() -> None:
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    url = f"mailto://127.0.0.1:{port}?from=rasid@example.org&to=duty@example.org"
    try:
        send_apprise("title", "text", url, "duty")
    finally:
        controller.stop()
    assert len(box.mails) == 1
    with pytest.raises(DeliveryError) as caught:
        send_apprise("title", "text", url, "duty")
    assert not caught.value.permanent
    assert "duty@example.org" not in str(caught.value)


def test_the_console_prints_one_line_an_alert_for_machines() -> None:
    stream = io.StringIO()
    send(MESSAGE, Receiver("c", "console", format="json"), means(stream))
    assert [json.loads(line)["revision"] for line in stream.getvalue().splitlines()] == [2, 2]


def test_the_console_shows_markup_literally() -> None:
    stream = io.StringIO()
    send(MESSAGE, Receiver("c", "console"), means(stream))
    assert "<a href=x>y</a>" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_tries_go_on_for_more_than_a_day_and_then_end() -> None:
    pauses = []
    while (pause := retry_delay(len(pauses) + 1, None, 0.0)) is not None:
        pauses.append(pause)
    assert sum(pauses) > 24 * 3600
    assert retry_delay(1, 600.0, 0.5) == 600.0


def test_a_channel_that_never_answers_is_a_failure_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.deliver.SEND_TIMEOUT", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(DeliveryError) as caught:
        send_apprise("title", "text", f"json://127.0.0.1:{silent.getsockname()[1]}/", "duty")
    assert not caught.value.permanent


def test_a_file_gets_a_line_an_alert_behind_what_it_holds(tmp_path: Path) -> None:
    for _ in range(2):
        send(MESSAGE, Receiver("f", "file", path="out/alerts.jsonl"), means(io.StringIO(), tmp_path))
    lines = (tmp_path / "out" / "alerts.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["al_1"] * 4


def test_a_file_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(DeliveryError, match="cannot be written"):
        send(MESSAGE, Receiver("f", "file", path="out/alerts.jsonl"), means(io.StringIO(), tmp_path))


HOSTILE = "<!channel> <b>x</b> [y](http://e.test) {{7*7}} *bold* _it_ `c`"


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (
            "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#duty",
            "&lt;!channel&gt; &lt;b&gt;x&lt;/b&gt;",
        ),
        ("tgram://123456789:abcdefg_hijklmnop/12315544", "<!channel> <b>x</b>"),
        ("json://127.0.0.1/hook", "<!channel> <b>x</b>"),
    ],
)
def test_chat_services_are_given_the_text_and_no_markup(
    address: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def post(*_: Any, **given: Any) -> Any:
        body = given.get("data") or given.get("json")
        sent.append(body if isinstance(body, str) else json.dumps(body))
        raise requests.RequestException("nothing is dialled")

    monkeypatch.setattr(requests, "post", post)
    monkeypatch.setattr(requests, "request", post)
    with pytest.raises(DeliveryError):
        send_apprise("title", HOSTILE, address, "duty")
    assert sent
    document = json.loads(sent[-1])
    text = json.dumps(document, ensure_ascii=False)
    assert says in text or html.unescape(says) in html.unescape(text)
    assert document.get("parse_mode", "") in ("", "HTML")
    if document.get("parse_mode") == "HTML":
        assert "<b>x" not in text
    if address.startswith("slack"):
        assert "<!channel>" not in text
