"""The channels: console, webhook, Apprise. Each send either returns or raises DeliveryError."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import io
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from monitor.clock import to_ms
from monitor.errors import DeliveryError, FetchError
from monitor.http import Fetched, retry_after
from monitor.models import Alert
from monitor.receivers import Receiver
from workers.messages import bundle

SEND_TIMEOUT = 15.0  # seconds
PAUSES = (5, 15, 60, 300, 900, 1800)  # seconds between tries; the last one repeats
GIVE_UP = 75  # tries, a day or more
STYLES = {"high": "red", "medium": "yellow", "info": "green"}

Post = Callable[..., Awaitable[Fetched]]


def retry_delay(attempts: int, wanted: float | None, jitter: float) -> float | None:
    """Seconds until the next try after `attempts` failed ones; None when it is given up."""
    if attempts >= GIVE_UP:
        return None
    pause = PAUSES[min(attempts, len(PAUSES)) - 1]
    return max(pause * (0.8 + 0.4 * jitter), wanted or 0.0)


def send_console(alerts: Sequence[Alert], *, format: str, stream: TextIO, tz: ZoneInfo) -> None:  # noqa: A002
    """Print one message in one write: a panel for people, a line an alert for machines."""
    if format == "json":
        message = "".join(json.dumps(alert.to_dict(), ensure_ascii=False) + "\n" for alert in alerts)
    else:
        message = _panel(alerts, stream, tz)
    try:
        stream.write(message)
        stream.flush()
    except (OSError, ValueError) as error:
        raise DeliveryError(
            f"standard output is closed: {error}", cure="keep it open, or drop the console"
        ) from error


def _panel(alerts: Sequence[Alert], stream: TextIO, tz: ZoneInfo) -> str:
    _, text = bundle(alerts)
    at = alerts[0].created.astimezone(tz).strftime("%Y-%m-%d %H:%M:%S")
    color = stream.isatty()
    console = Console(
        file=io.StringIO(), force_terminal=color, no_color=not color, width=100, highlight=False
    )
    style = STYLES[alerts[0].severity]
    with console.capture() as captured:
        console.print(Panel(Text(text), title=at, title_align="left", border_style=style))
    return captured.get()


async def send_webhook(alert: Alert, receiver: Receiver, post: Post, now: datetime) -> None:
    """POST the alert, signed as Standard Webhooks say; a repeat carries the same webhook-id."""
    body = json.dumps(alert.to_dict(), ensure_ascii=False).encode()
    stamp = str(to_ms(now) // 1000)
    headers = {"content-type": "application/json", "webhook-id": alert.message_id, "webhook-timestamp": stamp}
    if receiver.secret:
        signed = sign(receiver.secret.get_secret_value(), alert.message_id, stamp, body)
        headers["webhook-signature"] = signed
    url = receiver.url.get_secret_value() if receiver.url else ""
    try:
        answer = await post(url, content=body, headers=headers, timeout=SEND_TIMEOUT)
    except FetchError as error:
        maybe = error.reason in ("timeout", "incomplete", "protocol")
        raise DeliveryError(
            f"webhook {receiver.name}: {error.reason}", reason=error.reason, unknown=maybe
        ) from error
    if not 200 <= answer.status < 300:
        temporary = not 400 <= answer.status < 500 or answer.status in (408, 425, 429)
        raise DeliveryError(
            f"webhook {receiver.name} answered {answer.status}",
            reason=f"http_{answer.status}",
            cure="" if temporary else "look at the receiver's address and secret",
            permanent=not temporary,
            retry_after=retry_after(answer.headers, now),
        )


def sign(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    """`v1,<base64 of HMAC-SHA256>` over `id.timestamp.body`; `whsec_` secrets are base64."""
    key = secret.encode()
    if secret.startswith("whsec_"):
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error as error:
            raise DeliveryError("the webhook's secret is no base64", permanent=True) from error
    digest = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def send_apprise(title: str, text: str, address: str, name: str) -> None:
    """Through one Apprise URL: no redirects, plain text, long bodies split, limits of time; errors never show the URL."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its messages hold tokens
    from apprise import Apprise, NotifyFormat

    address += ("&" if "?" in address else "?") + f"redirect=no&overflow=split&cto=5&rto={SEND_TIMEOUT:.0f}"
    channel = Apprise()
    if not channel.add(address):
        raise DeliveryError(
            f"Apprise does not know the address of {name}", permanent=True, cure="see its scheme"
        )
    if not channel.notify(body=text, title=title, body_format=NotifyFormat.TEXT):
        raise DeliveryError(
            f"{name} did not take the message", reason="apprise", cure="look at its address and token"
        )
