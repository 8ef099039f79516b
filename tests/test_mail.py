"""Mail over real SMTP into a real mail store, where revisions stand in the thread of the first."""

from __future__ import annotations

import email
import email.policy
import mailbox
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import AuthResult, Envelope, Session
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from monitor.errors import DeliveryError
from monitor.notices import Notice
from monitor.receivers import Receiver
from tests.test_deliver import ALERT
from workers.mail import compose, send_mail
from workers.messages import Message, of_alerts, of_notice

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
HOSTILE = (
    "عاجل <!channel> <b>x</b> [y](http://e.test) {{7*7}} \u202ereversed\r\nBcc: all@example.org\x00\x1b[31m"
)


def message(revision: int = 1, alert: str = "al_1", **changes: Any) -> Message:
    one = replace(ALERT, id=alert, revision=revision, **changes)
    return of_alerts([one], now=NOW)


def receiver(port: int, *to: str, scheme: str = "smtp", login: str = "") -> Receiver:
    url = SecretStr(f"{scheme}://{login}127.0.0.1:{port}")
    return Receiver("duty", "mail", url=url, sender="rasid@example.org", to=to or ("duty@example.org",))


@contextmanager
def smtp(handler: Any, **options: Any) -> Iterator[int]:
    """A mail server on a free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def stored(folder: Path) -> list[EmailMessage]:
    """The mails of a Maildir, parsed as a mail program does, in the order of their arrival."""
    store = mailbox.Maildir(folder, factory=None)
    raw = sorted((Path(folder) / "new").iterdir(), key=lambda one: one.stat().st_mtime_ns)
    assert len(raw) == len(store)
    return [email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in raw]  # type: ignore[misc]


def threads(mails: list[EmailMessage]) -> list[list[str]]:
    """Subjects by thread, as mail programs do it: by References, else by the mail's own id."""
    found: dict[str, list[str]] = {}
    for mail in mails:
        root = str(mail["References"] or mail["Message-ID"]).split()[0]
        found.setdefault(root, []).append(str(mail["X-Rasid-Id"]))
    return list(found.values())


def test_revisions_stand_in_the_thread_of_the_first(tmp_path: Path) -> None:
    with smtp(Mailbox(str(tmp_path / "store"))) as port:
        for one in (
            message(1),
            message(1, "al_2"),
            message(2, why="status changed"),
            message(3, why="new place"),
        ):
            assert send_mail(one, receiver(port), NOW, 10.0) == ""
    assert threads(stored(tmp_path / "store")) == [["al_1_r1", "al_1_r2", "al_1_r3"], ["al_2_r1"]]


def test_a_repeat_is_the_same_mail() -> None:
    one, other = (compose(message(), receiver(25), NOW)["Message-ID"] for _ in range(2))
    assert one == other


def test_notices_of_one_matter_stand_in_one_thread() -> None:
    notices = [
        Notice(f"nt_{number}", "fault", NOW, "high", "feed One is broken", "text", thread="feed: One")
        for number in range(2)
    ]
    first, second = (compose(of_notice(one), receiver(25), NOW) for one in notices)
    assert first["References"] == second["References"] != first["Message-ID"]


def test_both_parts_can_be_read_and_arabic_runs_from_the_right(tmp_path: Path) -> None:
    with smtp(Mailbox(str(tmp_path / "store"))) as port:
        send_mail(message(text="عنوان\nسطر https://o.test/a?b=1&c=2 <b>"), receiver(port), NOW, 10.0)
    (mail,) = stored(tmp_path / "store")
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert "سطر https://o.test/a?b=1&c=2 <b>" in text.get_content()
    shown = page.get_content()
    assert '<html dir="rtl" lang="ar">' in shown
    assert '<a href="https://o.test/a?b=1&amp;c=2"' in shown
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown
    assert mail["Auto-Submitted"] == "auto-generated"


def test_links_for_one_tap_become_buttons_and_others_do_not() -> None:
    links = {"ack": "https://board.test/do/x?a=1&b=2", "not_relevant": "javascript:alert(1)"}
    page = compose(message(links=links), receiver(25), NOW).get_body(("html",))
    assert page is not None
    assert "https://board.test/do/x?a=1&amp;b=2" in page.get_content()
    assert "javascript" not in page.get_content()


def test_hostile_text_arrives_literal_and_in_one_header(tmp_path: Path) -> None:
    with smtp(Mailbox(str(tmp_path / "store"))) as port:
        send_mail(message(title=HOSTILE, text=HOSTILE), receiver(port), NOW, 10.0)
    (mail,) = stored(tmp_path / "store")
    assert mail["Bcc"] is None
    assert mail.get_all("To") == ["duty@example.org"]
    subject = str(mail["Subject"])
    assert "<!channel> <b>x</b> [y](http://e.test) {{7*7}}" in subject
    assert not set(subject) & set("\u202e\r\n\x00\x1b")
    page = mail.get_body(("html",))
    assert page is not None
    assert "<b>x" not in page.get_content()


@given(st.text(max_size=300), st.text(max_size=500))
def test_any_title_makes_one_subject_and_any_text_a_mail(title: str, text: str) -> None:
    raw = compose(message(title=title, text=text), receiver(25), NOW).as_bytes()
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert len(parsed.get_all("Subject") or []) == 1
    assert {key.lower() for key in parsed} <= {
        "subject", "from", "to", "date", "message-id", "auto-submitted", "x-rasid-id", "importance",
        "mime-version", "content-type", "in-reply-to", "references",
    }  # fmt: skip


# ---------------------------------------------------------------- servers that refuse


class Refusing(Mailbox):
    """Answers as it is told; keeps what it takes."""

    def __init__(
        self, folder: Path, *, data: str = "", rcpt: dict[str, str] | None = None, cut: bool = False
    ) -> None:
        super().__init__(str(folder))
        self.answer, self.rcpt, self.cut = data, rcpt or {}, cut

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer:
            return self.answer
        taken = await super().handle_DATA(server, session, envelope)
        if self.cut:
            server.transport.abort()
        return str(taken)


@pytest.mark.parametrize(("answer", "permanent"), [("552 too big", True), ("451 later", False)])
def test_a_refusal_says_whether_a_repeat_can_help(tmp_path: Path, answer: str, permanent: bool) -> None:
    with smtp(Refusing(tmp_path / "store", data=answer)) as port, pytest.raises(DeliveryError) as caught:
        send_mail(message(), receiver(port), NOW, 10.0)
    assert caught.value.permanent is permanent
    assert not caught.value.unknown
    assert "duty@example.org" not in str(caught.value)


def test_some_addresses_refused_is_a_warning_and_all_refused_a_failure(tmp_path: Path) -> None:
    no = {"gone@example.org": "550 no such user"}
    with smtp(Refusing(tmp_path / "store", rcpt=no)) as port:
        warning = send_mail(message(), receiver(port, "duty@example.org", "gone@example.org"), NOW, 10.0)
        with pytest.raises(DeliveryError) as caught:
            send_mail(message(), receiver(port, "gone@example.org"), NOW, 10.0)
    assert "1 of 2 addresses were refused: gone@example.org" in warning
    assert caught.value.permanent
    assert len(stored(tmp_path / "store")) == 1


def test_a_line_cut_after_the_mail_was_taken_leaves_the_outcome_unknown(tmp_path: Path) -> None:
    with smtp(Refusing(tmp_path / "store", cut=True)) as port, pytest.raises(DeliveryError) as caught:
        send_mail(message(), receiver(port), NOW, 10.0)
    assert caught.value.unknown
    assert not caught.value.permanent


def test_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(DeliveryError) as caught:
        send_mail(message(), receiver(port), NOW, 10.0)
    assert not caught.value.permanent
    assert not caught.value.unknown


# ---------------------------------------------------------------- TLS and login


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of our own for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


def _login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"rasid", b"p@ss/word"), handled=False)


def test_the_line_is_encrypted_and_we_log_in(
    tmp_path: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    options = {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": _login,
        "auth_required": True,
    }
    with smtp(Mailbox(str(tmp_path / "store")), **options) as port:
        right = receiver(port, login="rasid:p%40ss%2Fword@")
        with pytest.raises(DeliveryError) as caught:  # nobody vouches for this certificate
            send_mail(message(), right, NOW, 10.0)
        assert not caught.value.permanent
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        assert send_mail(message(), right, NOW, 10.0) == ""
        with pytest.raises(DeliveryError) as caught:
            send_mail(message(), receiver(port, login="rasid:wrong@"), NOW, 10.0)
        assert caught.value.permanent
    assert len(stored(tmp_path / "store")) == 1
