"""Logging: one line an event, for people or as JSON, in UTC, without secrets and control characters."""

from __future__ import annotations

import json as jsonlib
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

# Invisible, line-breaking and direction-changing characters would let a feed forge or hide log lines.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_QUIET = {"apprise": logging.CRITICAL + 1, "httpx": logging.WARNING}
_MARK = "***"


def get(name: str) -> logging.Logger:
    """The logger of a module; `extra={"fields": {...}}` adds structured fields."""
    return logging.getLogger(name)


def setup(*, verbose: bool, json: bool, secrets: Sequence[str], stream: TextIO) -> None:
    """Send everything to `stream`; may be called again, for example after a reload."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Formatter(json=json, secrets=secrets))
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h.formatter, _Formatter)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)


def hide(secrets: Sequence[str]) -> None:
    """Hide further secrets from now on, beside those known."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, _Formatter):
            handler.formatter.hide(secrets)


def escape(text: str) -> str:
    r"""The text on one line: control and direction characters as \xNN or \uNNNN."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


class _Formatter(logging.Formatter):
    def __init__(self, *, json: bool, secrets: Sequence[str]) -> None:
        super().__init__()
        self.json = json
        self._words: set[str] = set()
        self.secrets: re.Pattern[str] | None = None
        self.hide(secrets)

    def hide(self, secrets: Sequence[str]) -> None:
        self._words |= {secret for secret in secrets if secret}
        # Longest first, so that a secret inside another leaves no rest.
        words = sorted(self._words, key=len, reverse=True)
        self.secrets = re.compile("|".join(map(re.escape, words))) if words else None

    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", None)
        event: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": self.safe(record.getMessage()),
        }
        if isinstance(fields, Mapping):
            event |= {self.safe(str(k)): self.value(v) for k, v in fields.items() if str(k) not in event}
        if record.exc_info:
            event["error"] = self.safe(self.formatException(record.exc_info))
        if self.json:
            return jsonlib.dumps(event, ensure_ascii=False)
        head = [event.pop(key) for key in ("time", "level", "logger", "event")]
        rest = (f"{key}={value}" for key, value in event.items())
        return " ".join([head[0], head[1].upper().ljust(7), f"{head[2]}:", head[3], *rest])

    def safe(self, text: str) -> str:
        return escape(self.secrets.sub(_MARK, text) if self.secrets else text)

    def value(self, value: Any) -> Any:
        """Numbers stay numbers; everything else is text that was made safe."""
        if value is None or isinstance(value, (bool, int)):
            return value
        if isinstance(value, float) and value == value and abs(value) != float("inf"):
            return value
        if isinstance(value, Mapping):
            return {self.safe(str(k)): self.value(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(v) for v in value]
        return self.safe(str(value))
