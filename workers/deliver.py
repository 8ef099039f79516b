"""The channels: console, webhook, Apprise. Each send either returns or raises DeliveryError."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from monitor.clock import to_ms
from monitor.config import Config
from monitor.errors import DeliveryError, FetchError
from monitor.http import Fetched, Fetcher, policy, retry_after
from monitor.models import Json
from monitor.receivers import Receiver
from workers.mail import send_mail
from workers.messages import Message

SEND_TIMEOUT = 15.0  # seconds
PAUSES = (5, 15, 60, 300, 900, 1800)  # seconds between tries; the last one repeats
GIVE_UP = 75  # tries, a day or more
STYLES = {"high": "red", "medium": "yellow", "info": "green"}

Post = Callable[..., Coroutine[Any, Any, Fetched]]
Run = Callable[[Coroutine[Any, Any, None]], None]


def retry_delay(failures: int, wanted: float | None, jitter: float) -> float | None:
    """Seconds until the next try after so many failures of a message; None when it is given up."""
    if failures >= GIVE_UP:
        return None
    pause = PAUSES[min(failures, len(PAUSES)) - 1]
    return max(pause * (0.8 + 0.4 * jitter), wanted or 0.0)


@dataclass(frozen=True, slots=True)
class Means:
    """What sending needs: HTTP, the console, the hour."""

    post: Post
    run: Run
    stream: TextIO
    tz: ZoneInfo
    now: datetime
    data_dir: Path
    json_console: bool = False


def send(message: Message, receiver: Receiver, means: Means) -> str:
    """Send over one channel; returns a warning, or "". DeliveryError when it was not taken."""
    if receiver.kind == "console":
        send_console(message, receiver, means)
    elif receiver.kind == "webhook":
        means.run(send_webhook(message, receiver, means.post, means.now))
    elif receiver.kind == "mail":
        return send_mail(message, receiver, means.now, SEND_TIMEOUT)
    elif receiver.kind == "file":
        send_file(message, receiver, means.data_dir)
    elif receiver.url:
        send_apprise(message.title, message.text, receiver.url.get_secret_value(), receiver.name)
    return ""


def send_alone(
    message: Message, receiver: Receiver, config: Config, now: datetime, *, plain: bool = False
) -> str:
    """`send` from a process or thread that has no means of its own yet."""
    with asyncio.Runner() as runner:
        fetcher = Fetcher(policy(config))
        runner.run(fetcher.__aenter__())
        try:
            means = Means(fetcher.post, runner.run, sys.stdout, config.timezone, now, config.data_dir, plain)
            return send(message, receiver, means)
        finally:
            runner.run(fetcher.__aexit__(None, None, None))


def document(message: Message) -> list[Json]:
    """What machines get: each alert's document, or the notice's."""
    if message.notice:
        return [message.notice.to_dict()]
    return [alert.to_dict() for alert in message.alerts]


def _lines(message: Message) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in document(message))


def send_file(message: Message, receiver: Receiver, data_dir: Path) -> None:
    """Append JSON Lines, in one write that is on disk before we return."""
    path = data_dir / receiver.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            os.write(handle, _lines(message).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise DeliveryError(
            f"the file of {receiver.name} cannot be written: {error.strerror}",
            cure="see its path and the disk",
        ) from error


def send_console(message: Message, receiver: Receiver, means: Means) -> None:
    """Print one message in one write: a panel for people, a line an alert for machines."""
    plain = means.json_console or receiver.format == "json"
    text = _lines(message) if plain else _panel(message, means.stream, means.tz)
    try:
        means.stream.write(text)
        means.stream.flush()
    except (OSError, ValueError) as error:
        raise DeliveryError(
            f"standard output is closed: {error}", cure="keep it open, or drop the console"
        ) from error


def _panel(message: Message, stream: TextIO, tz: ZoneInfo) -> str:
    at = message.created.astimezone(tz).strftime("%Y-%m-%d %H:%M:%S")
    color = stream.isatty()
    console = Console(
        file=io.StringIO(), force_terminal=color, no_color=not color, width=100, highlight=False
    )
    style = STYLES[message.severity]
    with console.capture() as captured:
        console.print(Panel(Text(message.text), title=at, title_align="left", border_style=style))
    return captured.get()


async def send_webhook(message: Message, receiver: Receiver, post: Post, now: datetime) -> None:
    """POST the document, signed as Standard Webhooks say; a repeat carries the same webhook-id."""
    body = json.dumps(document(message)[0], ensure_ascii=False).encode()
    stamp = str(to_ms(now) // 1000)
    headers = {"content-type": "application/json", "webhook-id": message.id, "webhook-timestamp": stamp}
    keys = [one.get_secret_value() for one in (receiver.secret, receiver.previous_secret) if one]
    if keys:
        headers["webhook-signature"] = " ".join(sign(key, message.id, stamp, body) for key in keys)
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


def apprise_channel(address: str, name: str) -> Any:
    """The Apprise object of one URL: no redirects, plain text, long bodies split, limits of time."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its messages hold tokens
    from apprise import Apprise

    address += ("&" if "?" in address else "?") + f"redirect=no&overflow=split&cto=5&rto={SEND_TIMEOUT:.0f}"
    channel = Apprise()
    if not channel.add(address):
        raise DeliveryError(
            f"Apprise does not know the address of {name}", permanent=True, cure="see its scheme"
        )
    return channel


def send_apprise(title: str, text: str, address: str, name: str) -> None:
    """Through one Apprise URL; errors never show it."""
    channel = apprise_channel(address, name)
    from apprise import NotifyFormat

    if not channel.notify(body=text, title=title, body_format=NotifyFormat.TEXT):
        raise DeliveryError(
            f"{name} did not take the message", reason="apprise", cure="look at its address and token"
        )
