"""The types of config.yaml's values: what each accepts, what it becomes, and the words of a refusal.

Durations become float seconds, sizes int bytes; every refusal carries its cure.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, SecretStr
from pydantic_core import PydanticCustomError

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_UNITS = {  # as people write them
    "s": ("sec", "secs", "second", "seconds"),
    "m": ("min", "mins", "minute", "minutes", "M"),
    "h": ("hr", "hrs", "hour", "hours", "H"),
    "d": ("day", "days", "D"),
    "w": ("week", "weeks", "W"),
}
_SPAN = re.compile(r"((?:[01][0-9]|2[0-3]):[0-5][0-9])\s*[-–]\s*((?:[01][0-9]|2[0-3]):[0-5][0-9])")
_QUANTITY = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*([A-Za-z]+)", re.ASCII)


def wrong(message: str, cure: str = "") -> PydanticCustomError:
    """A refusal that carries its cure to the person who wrote the file."""
    return PydanticCustomError("config", "{why}", {"why": message, "cure": cure})


def duration(value: object) -> float:
    """Seconds of '20s', '2m', '1h', '30d'; numbers pass only as floats (already seconds)."""
    if type(value) is float:  # not what a file holds: its numbers need a unit
        if 0 <= value < float("inf"):
            return value
        raise wrong("a duration is not negative", "write 20s, 2m, 1h or 30d")
    match = _QUANTITY.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or match[2] not in _SECONDS:
        raise wrong("not a duration: a number and its unit (s, m, h, d) are expected", _meant(value))
    return float(match[1]) * _SECONDS[match[2]]


def _meant(value: object) -> str:
    """What somebody may have meant who wrote no duration."""
    text = str(value).strip()
    if type(value) is int or text.isdigit():
        return f"write {text}s, {text}m or {text}h"
    match = _QUANTITY.fullmatch(text)
    unit = next((unit for unit, words in _UNITS.items() if match and match[2] in words), "")
    return f"write {match[1]}{unit}" if match and unit else "write 20s, 2m, 1h or 30d"


def positive_duration(value: object) -> float:
    """Like `duration`, more than nothing."""
    seconds = duration(value)
    if not seconds:
        raise wrong("the duration must be more than 0", "write 20s, 2m, 1h or 30d")
    return seconds


def size(value: object) -> int:
    """Bytes of '10MB', '512KiB'; whole numbers are bytes already."""
    match = _QUANTITY.fullmatch(value.strip()) if isinstance(value, str) else None
    if type(value) is int and value > 0:
        return value
    if (
        match is None
        or match[2].upper() not in _BYTES
        or not (bytes_ := float(match[1]) * _BYTES[match[2].upper()])
    ):
        raise wrong("not a size: a number and its unit (KB, MB, GB) are expected", "write 500KB or 10MB")
    return int(bytes_)


def _auto_or_duration(value: object) -> float | None:
    if value in ("auto", None):
        return None
    try:
        return positive_duration(value)
    except PydanticCustomError as error:
        cure = (error.context or {}).get("cure", "")
        raise wrong("neither `auto` nor a duration with its unit (s, m, h, d)", f"{cure}, or auto") from error


def _off_or_duration(value: object) -> float | None:
    return None if value in (None, "", "off") else positive_duration(value)


def web_url(value: object) -> str:
    """An absolute http(s) URL without user and password."""
    if not isinstance(value, str):
        raise wrong("not a URL", "write https://host/path")
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise wrong("not a URL: its host or port cannot be read", "write https://host/path") from None
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s\x00-\x1f\x7f]", value):
        raise wrong("not a web URL: http:// or https:// and a host are expected", "write https://host/path")
    if parts.username is not None or parts.password is not None:
        raise wrong("a URL that holds a user or password", "leave user and password out of it")
    if "." not in host and ":" not in host and host != "localhost" and not re.fullmatch(r"[\w-]+", host):
        raise wrong("not a web URL: its host is not a name", "write https://host/path")
    return value


def _web_url_or_empty(value: object) -> str:
    return "" if value in (None, "") else web_url(value)


def _secret_web_url(value: object) -> object:
    return value if isinstance(value, SecretStr) else SecretStr(web_url(value))


def _secret_web_url_or_empty(value: object) -> object:
    return value if isinstance(value, SecretStr) else SecretStr(_web_url_or_empty(value))


def _secret(value: object) -> object:
    if isinstance(value, SecretStr):
        return value
    if not isinstance(value, str) or not value.strip():
        raise wrong("a text is expected and none is given", "write ${NAME} and set NAME in the environment")
    return SecretStr(value)


def _apprise_url(value: object) -> object:
    secret = _secret(value)
    if isinstance(value, str) and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://.", value):
        raise wrong("not an Apprise URL", "write scheme://…, for example tgram://bot/chat, or ${NAME}")
    return secret


def _redis_url(value: object) -> object:
    if isinstance(value, SecretStr):
        return value
    if isinstance(value, str) and (
        value == "embedded" or re.match(r"(unix:///|(rediss?|sentinel)://)[^\s/]", value)
    ):
        return SecretStr(value)
    raise wrong(
        "not a Redis address",
        "write embedded, unix:///path, redis://host:6379/0, rediss://… or sentinel://h1:26379,h2:26379/service",
    )


def _zone(value: object) -> object:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(value if isinstance(value, str) else "")
    except (KeyError, ValueError, OSError):  # unknown, malformed, a folder of the tz database
        raise wrong(
            "not a time zone of the tz database", "write Asia/Damascus, Europe/Berlin or UTC"
        ) from None


def _network(value: object) -> object:
    if isinstance(value, (IPv4Network, IPv6Network)):
        return value
    try:
        return ip_network(value if isinstance(value, str) else "")
    except ValueError:
        raise wrong("not a network", "write 10.0.0.0/8, 192.168.1.5/32 or fd00::/8") from None


def _clock_time(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        return value
    raise wrong("not a time of day", 'write "07:00"')


def _span_of_day(value: object) -> object:
    """`22:00-06:00` as its two ends."""
    if isinstance(value, tuple):
        return value
    match = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise wrong("not a span of the day", 'write "22:00-06:00"')
    start, end = match.groups()
    if start == end:
        raise wrong("a span of the day that never ends, or never begins", 'write "22:00-06:00"')
    return start, end


def _rate(value: object) -> object:
    """`10/1h`: how many, in how many seconds."""
    if isinstance(value, tuple):
        return value
    count, slash, span = value.partition("/") if isinstance(value, str) else ("", "", "")
    if not slash or not re.fullmatch(r"[1-9][0-9]{0,5}", count.strip(), re.ASCII):
        raise wrong("not a rate: a count, a slash and a duration are expected", "write 10/1h")
    seconds = positive_duration(span)
    if seconds > 86_400:
        raise wrong("a rate counts a day at most", "write 10/1h or 50/1d")
    return int(count), seconds


def _mail_server(value: object) -> object:
    secret = _secret(value)
    if isinstance(value, str) and not re.match(r"smtps?://([^/\s@]+@)?[^/\s@]+$", value):
        raise wrong("not a mail server", "write smtp://user:password@host:587, smtps://… or ${NAME}")
    return secret


def _mail_address(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[^\s@<>,;:\"()]{1,64}@[A-Za-z0-9.-]{1,253}", value):
        return value
    raise wrong("not a mail address", "write ops@example.org")


def _listen(value: object) -> str:
    match = (
        re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})", value)
        if isinstance(value, str)
        else None
    )
    if match is None or int(match[2]) > 65535:
        raise wrong("not an address to listen on", "write 127.0.0.1:8080")
    return match[0]


def _encoding(value: object) -> str:
    name = str(value or "")
    try:
        b"a\xff".decode(name or "utf-8", "replace")  # hex, idna and their like are no encodings of pages
    except (LookupError, ValueError):
        raise wrong("not a character encoding", "write utf-8 or windows-1256, or leave it out") from None
    return name


def _plain_text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 200 or not value.isprintable():
        raise wrong("a short text is expected", "write a name, in quotes if it looks like a number")
    return value.strip()


Duration = Annotated[float, BeforeValidator(positive_duration)]
Span = Annotated[float, BeforeValidator(duration)]  # may be 0
Interval = Annotated[float | None, BeforeValidator(_auto_or_duration)]  # None: auto
Size = Annotated[int, BeforeValidator(size)]
WebUrl = Annotated[str, BeforeValidator(web_url)]
Name = Annotated[str, BeforeValidator(_plain_text)]
Count = Annotated[int, Field(strict=True, ge=1, le=256)]
Terms = dict[str, tuple[Name, ...]]  # language -> terms
Zone = Annotated[ZoneInfo, BeforeValidator(_zone), PlainSerializer(str)]
Encoding = Annotated[str, BeforeValidator(_encoding)]
ClockTime = Annotated[str, BeforeValidator(_clock_time)]
Listen = Annotated[str, BeforeValidator(_listen)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
OptionalDuration = Annotated[float | None, BeforeValidator(_off_or_duration)]  # None: off
OptionalWebUrl = Annotated[str, BeforeValidator(_web_url_or_empty)]
Secret = Annotated[SecretStr, BeforeValidator(_secret)]
SecretWebUrl = Annotated[SecretStr, BeforeValidator(_secret_web_url)]
OptionalSecretWebUrl = Annotated[SecretStr, BeforeValidator(_secret_web_url_or_empty)]
SpanOfDay = Annotated[tuple[str, str], BeforeValidator(_span_of_day)]  # HH:MM, HH:MM
Rate = Annotated[tuple[int, float], BeforeValidator(_rate)]  # so many, in so many seconds
MailServer = Annotated[SecretStr, BeforeValidator(_mail_server)]
MailAddress = Annotated[str, BeforeValidator(_mail_address)]
AppriseUrl = Annotated[SecretStr, BeforeValidator(_apprise_url)]
RedisUrl = Annotated[SecretStr, BeforeValidator(_redis_url)]


class Section(BaseModel):
    """A part of the file: frozen, and strict about keys it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, validate_default=True
    )
