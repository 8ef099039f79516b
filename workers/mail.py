"""Mail of our own: text and HTML, right-to-left where it is Arabic, one thread an incident.

A message's id never changes, so a repeat is the same mail; revisions answer the first one.
"""

from __future__ import annotations

import html
import re
import smtplib
import ssl
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from monitor.alerts import Alert
from monitor.errors import DeliveryError
from monitor.receivers import Receiver
from monitor.text import one_line
from workers.messages import Message

STEP_TIMEOUT = 5.0  # seconds for each step until the mail itself
SUBJECT_LIMIT = 180  # characters
COLORS = {"high": "#b3261e", "medium": "#b26a00", "info": "#2e7d32"}
_URL = re.compile(r"https?://[^\s<>\"]+")


def compose(message: Message, receiver: Receiver, now: datetime) -> EmailMessage:
    """The mail of one message: headers that make a thread, a text and an HTML part."""
    domain = receiver.sender.rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = one_line(message.title, SUBJECT_LIMIT)
    name, _, host = receiver.sender.rpartition("@")
    mail["From"] = Address("Rasid", name, host)
    mail["To"] = ", ".join(receiver.to)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = _message_id(message.id, receiver.name, domain)
    first = _message_id(_first_of(message), receiver.name, domain)
    if first != mail["Message-ID"]:
        mail["In-Reply-To"] = mail["References"] = first
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Rasid-Id"] = message.id
    if message.severity == "high":
        mail["Importance"] = "high"
    mail.set_content(message.text, charset="utf-8", cte="base64")
    mail.add_alternative(_html(message), subtype="html", charset="utf-8", cte="base64")
    return mail


def _first_of(message: Message) -> str:
    """The message that a thread began with; a notice's thread begins with its matter, which is no mail."""
    if message.notice:
        return message.thread
    return f"{message.alerts[0].id}_r1"


def _message_id(ident: str, receiver: str, domain: str) -> str:
    safe = re.sub(r"[^A-Za-z0-9._-]", "-", f"{ident}.{receiver}")
    return f"<{safe}@{domain}>"


def _html(message: Message) -> str:
    arabic = message.lang[:2] in ("ar", "fa", "ur", "ck")
    direction = f'dir="{"rtl" if arabic else "ltr"}" lang="{"ar" if arabic else "en"}"'
    lines = message.text.splitlines()
    body = "".join(f'<p dir="auto" style="margin:0 0 8px">{_linked(line)}</p>' for line in lines[1:] if line)
    title = html.escape(lines[0] if lines else message.title)
    color = COLORS[message.severity]
    return (
        f'<!doctype html><html {direction}><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"></head>'
        f'<body {direction} style="margin:0;padding:16px;font:16px/1.6 sans-serif;color:#1b1b1b;background:#fff">'
        f'<div style="max-width:640px;border-inline-start:6px solid {color};padding-inline-start:14px">'
        f'<h1 dir="auto" style="font-size:19px;line-height:1.5;margin:0 0 12px">{title}</h1>{body}'
        f"{''.join(map(_buttons, message.alerts))}</div></body></html>"
    )


def _linked(line: str) -> str:
    """The line as HTML: everything literal, web addresses as links."""
    parts, end = [], 0
    for found in _URL.finditer(line):
        parts.append(html.escape(line[end : found.start()]))
        url = html.escape(found[0])
        parts.append(f'<a href="{url}" dir="ltr" style="color:#0b57d0;word-break:break-all">{url}</a>')
        end = found.end()
    return "".join([*parts, html.escape(line[end:])])


def _buttons(alert: Alert) -> str:
    found = []
    for key, text in (("ack", "✓ استلمت – Acknowledge"), ("not_relevant", "✗ غير مهم – Not relevant")):
        url = alert.links.get(key, "")
        if url.startswith(("http://", "https://")):
            found.append(
                f'<a href="{html.escape(url)}" style="display:inline-block;margin:8px 0;margin-inline-end:8px;'
                f'padding:10px 16px;border-radius:6px;background:#0b57d0;color:#fff;text-decoration:none">{text}</a>'
            )
    return f"<div>{''.join(found)}</div>" if found else ""


# ---------------------------------------------------------------- sending


def send_mail(message: Message, receiver: Receiver, now: datetime, timeout: float) -> str:
    """Send one mail to all its addresses; returns a warning where some were refused. DeliveryError otherwise."""
    mail = compose(message, receiver, now)
    server = None
    try:
        server = _connect(receiver)
        refused = _hand_over(server, mail, receiver, timeout)
    except smtplib.SMTPResponseException as error:
        raise _refused(receiver, error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPRecipientsRefused as error:
        code, why = min(error.recipients.values(), key=lambda one: one[0])
        raise _refused(receiver, code, why) from error
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryError(
            f"the mail server of {receiver.name} takes no login",
            permanent=True,
            cure="leave user and password out",
        ) from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise _unreachable(receiver, error) from error
    finally:
        if server:
            with suppress(smtplib.SMTPException, OSError):
                server.close()
    if refused:
        return f"{len(refused)} of {len(receiver.to)} addresses were refused: {', '.join(sorted(refused))}"
    return ""


def greet(receiver: Receiver) -> None:
    """Reach the server and log in, and send nothing. DeliveryError when that fails."""
    try:
        server = _connect(receiver)
        server.quit()
    except smtplib.SMTPResponseException as error:
        raise _refused(receiver, error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise _unreachable(receiver, error) from error


def _unreachable(receiver: Receiver, error: Exception) -> DeliveryError:
    return DeliveryError(
        f"the mail server of {receiver.name} cannot be reached: {type(error).__name__}",
        reason="connect",
        cure="see its address, port and certificate",
    )


def _connect(receiver: Receiver) -> smtplib.SMTP:
    """A server that has greeted us, over TLS where it can be, logged in where the address has a user."""
    parts = urlsplit(receiver.url.get_secret_value() if receiver.url else "")
    host, secure = parts.hostname or "", parts.scheme == "smtps"
    context = ssl.create_default_context()
    if secure:
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=STEP_TIMEOUT, context=context
        )
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=STEP_TIMEOUT)
    try:
        server.ehlo()
        if not secure and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _hand_over(server: smtplib.SMTP, mail: EmailMessage, receiver: Receiver, timeout: float) -> list[str]:
    """Hand the mail over in one transaction; the addresses that were refused while others were taken.

    Once the mail itself is being written, nobody knows whether it was taken if the line is cut.
    """
    server.mail(receiver.sender)
    answers = {address: server.rcpt(address) for address in receiver.to}
    refused = {address: answer for address, answer in answers.items() if answer[0] not in (250, 251)}
    if len(refused) == len(receiver.to):
        raise smtplib.SMTPRecipientsRefused(refused)
    if server.sock:
        server.sock.settimeout(timeout)
    try:
        code, why = server.data(mail.as_bytes())
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        raise DeliveryError(
            f"the line to the mail server of {receiver.name} was cut while the mail was written",
            reason="incomplete",
            unknown=True,
        ) from error
    if code != 250:
        raise smtplib.SMTPDataError(code, why)
    with suppress(smtplib.SMTPException, OSError):  # it has the mail; how it says goodbye is nothing to us
        server.quit()
    return list(refused)


def _refused(receiver: Receiver, code: int, why: bytes | str) -> DeliveryError:
    text = why.decode("utf-8", "replace") if isinstance(why, bytes) else why
    return DeliveryError(
        f"the mail server of {receiver.name} refused: {code} {one_line(text, 120)}",
        reason=f"smtp_{code}",
        permanent=500 <= code < 600,
        cure="see the addresses and the login",
    )
