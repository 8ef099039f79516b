"""What an admin may set: frozen models of config.yaml, every key with default and meaning.

Durations are float seconds, sizes int bytes. `monitor/configfile.py` reads the file and names its lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, SecretStr
from pydantic_core import PydanticCustomError

from monitor.models import CATEGORIES, Severity

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
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
        cure = f"write {value}s, {value}m or {value}h" if type(value) is int else "write 20s, 2m, 1h or 30d"
        raise wrong("not a duration: a number and its unit (s, m, h, d) are expected", cure)
    return float(match[1]) * _SECONDS[match[2]]


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
    if "." not in host and ":" not in host and host != "localhost" and not re.fullmatch(r"[\w-]+", host):
        raise wrong("not a web URL: its host is not a name", "write https://host/path")
    return value


def _web_url_or_empty(value: object) -> str:
    return "" if value in (None, "") else web_url(value)


def _secret_web_url(value: object) -> object:
    return value if isinstance(value, SecretStr) else SecretStr(web_url(value))


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


class Section(BaseModel):
    """Frozen, and strict about keys it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, validate_default=True
    )


class Redis(Section):
    url: Annotated[SecretStr, BeforeValidator(_redis_url)] = Field(
        default=SecretStr("embedded"),
        description="Where the state lives: embedded, unix:///path, redis://, rediss:// or sentinel://h1:26379,h2:26379/service.",
    )


class PerHost(Section):
    concurrency: Count = Field(default=2, description="Requests to one host at the same time (count).")
    delay: Span = Field(default=1.0, description="Least time between two requests to one host (duration).")


class Http(Section):
    contact: str = Field(
        default="", description="Mail or web address of the operator, sent in the User-Agent (text)."
    )
    timeout: Duration = Field(
        default=20.0, description="Longest time for one request, redirects included (duration)."
    )
    max_bytes: Size = Field(
        default=10_000_000, description="Largest answer read, after decompression (size)."
    )
    per_host: PerHost = Field(default_factory=PerHost, description="Politeness to one host.")
    allow_networks: tuple[Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)], ...] = Field(
        default=(), description="Private networks (CIDR) open to hosts that this file names."
    )


class Polling(Section):
    interval: Interval = Field(
        default=None,
        description="Time between two polls of a feed; auto: at the feed's pace (auto or duration).",
    )
    min_interval: Duration = Field(
        default=60.0, description="Shortest interval that auto may choose (duration)."
    )
    max_interval: Duration = Field(
        default=3600.0, description="Longest interval that auto may choose (duration)."
    )
    budget: Annotated[int | None, Field(strict=True, ge=1)] = Field(
        default=None,
        description="Requests an hour that all feeds on auto share; left out: no limit (count).",
    )
    backlog: Span = Field(
        default=7200.0,
        description="Entries published so long before the daemon's start still alert (duration).",
    )


class FeedConfig(Section):
    name: Name = Field(description="Keys the feed's state for good (text, unique).")
    url: WebUrl = Field(
        description="Address of an RSS, Atom or JSON feed, of a page that names one, or of a public Telegram channel (http or https URL, unique)."
    )
    lang: str = Field(
        default="",
        pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$",
        description="Language of the articles; empty: found out (ISO 639 code).",
    )
    country: str = Field(
        default="",
        pattern=r"^([A-Z]{2})?$",
        description="Country the outlet writes about; empty: none in particular (ISO 3166, two capitals).",
    )
    tier: int = Field(
        default=2,
        strict=True,
        ge=1,
        le=3,
        description="Trust: 1 first-hand, 2 normal, 3 repeats others (1 to 3).",
    )
    interval: Interval = Field(
        default=None, description="Time between two polls; auto: as polling.interval (auto or duration)."
    )
    content: Literal["auto", "feed", "page"] = Field(
        default="auto",
        description="Where the article is read: auto, feed (entry only) or page (always fetched).",
    )
    outlet: str = Field(
        default="", description="Name of the outlet, shared by its feeds; left out: the feed's name (text)."
    )
    selector: str = Field(
        default="",
        max_length=500,
        description="CSS selector of the article on its page; empty: found out (text).",
    )
    encoding: Annotated[str, BeforeValidator(_encoding)] = Field(
        default="",
        description="Encoding of feed and pages that declare a wrong one; empty: as declared (name).",
    )

    def model_post_init(self, _context: Any, /) -> None:
        if not self.outlet:
            object.__setattr__(self, "outlet", self.name)  # frozen: the default depends on another key


class Workers(Section):
    process: Count = Field(default=2, description="Processes that read and classify articles (count).")
    deliver: Count = Field(default=1, description="Processes that deliver alerts (count).")
    page_timeout: Duration = Field(default=20.0, description="Longest time to fetch one page (duration).")
    extract_timeout: Duration = Field(
        default=10.0, description="Longest time to extract one article (duration)."
    )
    job_timeout: Duration = Field(
        default=60.0, description="Longest time for one job; more than the two above together (duration)."
    )


class Category(Section):
    severity: Severity = Field(
        default="high", description="How much an alert of it matters: info, medium or high."
    )
    terms: Terms = Field(
        default_factory=dict, description="Terms that speak for it, by language (lists of texts)."
    )
    exclude: Terms = Field(
        default_factory=dict, description="Terms that speak against it, by language (lists of texts)."
    )


class Incidents(Section):
    window: Duration = Field(
        default=86400.0,
        description="How long reports may lie apart and still tell of one incident (duration).",
    )
    confirm: Count = Field(
        default=3, description="Independent sources from which an incident is told as confirmed (count)."
    )


class Console(Section):
    format: Literal["text", "json"] = Field(
        default="text", description="How alerts are printed: text or json."
    )


class Webhook(Section):
    url: Annotated[SecretStr, BeforeValidator(_secret_web_url)] = Field(
        description="Where alerts are posted (http or https URL)."
    )
    secret: Annotated[SecretStr, BeforeValidator(_secret)] | None = Field(
        default=None,
        description="Key that signs the requests, whsec_… or any text; left out: unsigned (secret).",
    )


class ReceiverSpec(Section):
    """A receiver as the file has it; `Config.receivers` holds them normalised."""

    console: Console | None = Field(default=None, description="Print alerts on standard output.")
    webhook: Webhook | None = Field(default=None, description="Post alerts as signed JSON.")
    apprise: Annotated[SecretStr, BeforeValidator(_apprise_url)] | None = Field(
        default=None, description="Send alerts through an Apprise URL: mail, Telegram, Slack, … (secret)."
    )


@dataclass(frozen=True, slots=True)
class Receiver:
    """A channel. `url` is None for the console only."""

    name: str
    kind: Literal["console", "webhook", "apprise"]
    url: SecretStr | None = None
    secret: SecretStr | None = None
    format: Literal["text", "json"] = "text"


class Route(Section):
    receivers: tuple[Name, ...] = Field(min_length=1, description="Who is told (names of receivers).")
    categories: tuple[Name, ...] = Field(default=(), description="Only these categories; empty: all (names).")
    statuses: tuple[Name, ...] = Field(default=(), description="Only these statuses; empty: all (names).")
    places: tuple[Name, ...] = Field(
        default=(), description="Only these places and what lies in them; empty: all (names or P-codes)."
    )
    outlets: tuple[Name, ...] = Field(
        default=(), description="Only alerts with a source of these outlets; empty: all (names)."
    )
    languages: tuple[Name, ...] = Field(
        default=(), description="Only these languages; empty: all (ISO 639 codes)."
    )
    min_confidence: float = Field(
        default=0.5, ge=0, le=1, description="Below it an alert goes to the digest (0 to 1)."
    )
    fallback: tuple[Name, ...] = Field(
        default=(), description="Who is told when a receiver of the route fails (names of receivers)."
    )
    places_strict: bool = Field(
        default=False, strict=True, description="Leave out alerts whose place is unknown (true or false)."
    )


class Digest(Section):
    receivers: tuple[Name, ...] = Field(
        default=(), description="Who gets the daily digest; left out: the consoles (names of receivers)."
    )
    at: Annotated[str, BeforeValidator(_clock_time)] = Field(
        default="07:00", description="When, in `timezone` (time of day, HH:MM)."
    )


class Watch(Section):
    deadman_url: Annotated[
        SecretStr,
        BeforeValidator(lambda v: v if isinstance(v, SecretStr) else SecretStr(_web_url_or_empty(v))),
    ] = Field(default=SecretStr(""), description="Pinged while all is well; empty: none (http or https URL).")
    canary: Annotated[float | None, BeforeValidator(_off_or_duration)] = Field(
        default=300.0, description="Time between two canary articles; off: none (duration)."
    )


class Board(Section):
    listen: Annotated[str, BeforeValidator(_listen)] = Field(
        default="127.0.0.1:8080", description="Where the board answers (host:port)."
    )
    public_url: Annotated[str, BeforeValidator(_web_url_or_empty)] = Field(
        default="",
        description="The board's address as readers see it; empty: no links in alerts (http or https URL).",
    )


class Retention(Section):
    items: Duration = Field(default=30 * 86400.0, description="How long articles are kept (duration).")
    alerts: Duration = Field(default=365 * 86400.0, description="How long alerts are kept (duration).")


class Config(Section):
    """The whole file. `receivers` and `routes` are never empty."""

    data_dir: Path = Field(
        default=Path("data"), description="Where state is kept, relative to this file (path)."
    )
    timezone: Zone = Field(
        default=ZoneInfo("Asia/Damascus"),
        description="Zone of shown times and the digest (tz database name).",
    )
    redis: Redis = Field(default_factory=Redis, description="The store.")
    http: Http = Field(default_factory=Http, description="How the web is fetched.")
    polling: Polling = Field(default_factory=Polling, description="How often feeds are asked.")
    feeds: tuple[FeedConfig, ...] = Field(default=(), description="What is watched.")
    workers: Workers = Field(default_factory=Workers, description="Processes and their limits.")
    categories: dict[Name, Category] = Field(
        default_factory=dict, description="What is looked for; curfew, displacement and clashes are built in."
    )
    incidents: Incidents = Field(default_factory=Incidents, description="When reports belong together.")
    receiver_specs: dict[Name, ReceiverSpec] = Field(
        default_factory=dict, alias="receivers", description="Channels by name; none: a console."
    )
    routes: tuple[Route, ...] = Field(
        default=(), description="Which alerts go where; none: all to every receiver."
    )
    digest: Digest = Field(
        default_factory=Digest,
        description="The daily rest: low confidence, old events, quarantined finds; not in effect yet.",
    )
    watch: Watch = Field(
        default_factory=Watch, description="How silence is told from failure; not in effect yet."
    )
    board: Board = Field(default_factory=Board, description="The web page; not in effect yet.")
    retention: Retention = Field(default_factory=Retention, description="How long things are kept.")

    def model_post_init(self, _context: Any, /) -> None:
        specs = self.receiver_specs or {"console": ReceiverSpec()}
        for name, value in {
            "receiver_specs": specs,
            "categories": {**{name: Category() for name in CATEGORIES}, **self.categories},
            "routes": self.routes or (Route(receivers=tuple(specs)),),
        }.items():
            object.__setattr__(self, name, value)  # frozen: the defaults depend on other keys
        if not self.digest.receivers:
            consoles = tuple(name for name, spec in specs.items() if _receiver(name, spec).kind == "console")
            object.__setattr__(self, "digest", self.digest.model_copy(update={"receivers": consoles}))

    @cached_property
    def receivers(self) -> Mapping[str, Receiver]:
        """Every receiver by its name."""
        return {name: _receiver(name, spec) for name, spec in self.receiver_specs.items()}


def _receiver(name: str, spec: ReceiverSpec) -> Receiver:
    if spec.webhook:
        return Receiver(name, "webhook", url=spec.webhook.url, secret=spec.webhook.secret)
    if spec.apprise:
        return Receiver(name, "apprise", url=spec.apprise)
    return Receiver(name, "console", format=(spec.console or Console()).format)


def secrets(config: Config) -> list[str]:
    """Every text that must not show in a log, longest first."""
    values = {
        secret.get_secret_value()
        for receiver in config.receivers.values()
        for secret in (receiver.url, receiver.secret)
        if secret
    }
    values.add(config.watch.deadman_url.get_secret_value())
    redis_url = config.redis.url.get_secret_value()
    if "@" in redis_url:
        userinfo = redis_url.split("://", 1)[-1].rsplit("@", 1)[0]
        values |= {redis_url, userinfo.rpartition(":")[2]}
    return sorted((value for value in values if value), key=len, reverse=True)
