"""What an admin may set: frozen models of config.yaml, every key with default and meaning.

Durations are float seconds, sizes int bytes (`monitor/values.py`). Channels stand in `monitor/receivers.py`, who hears
of what in `monitor/routes.py`. `monitor/configfile.py` reads the file and names its lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr

from monitor.models import CATEGORIES, Severity
from monitor.receivers import Receiver, ReceiverSpec, receiver
from monitor.routes import Route
from monitor.values import (
    ClockTime,
    Count,
    Duration,
    Encoding,
    Interval,
    Listen,
    Name,
    Network,
    OptionalDuration,
    OptionalSecretWebUrl,
    OptionalWebUrl,
    RedisUrl,
    Secret,
    Section,
    Size,
    Span,
    Terms,
    WebUrl,
    Zone,
)


class Redis(Section):
    url: RedisUrl = Field(
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
    allow_networks: tuple[Network, ...] = Field(
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
    encoding: Encoding = Field(
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


class Places(Section):
    files: tuple[Path, ...] = Field(
        default=(),
        description="More places than the packaged ones, relative to this file (.tsv, .jsonl or .jsonl.gz files).",
    )


class SecondOpinion(Section):
    model: Path | None = Field(
        default=None,
        description="A classifier of your own that reads what is in doubt, relative to this file (.onnx file).",
    )
    languages: tuple[str, ...] = Field(
        default=("ar", "en", "fr", "tr"), description="Languages that the model can read (ISO 639 codes)."
    )


class Incidents(Section):
    window: Duration = Field(
        default=86400.0,
        description="How long reports may lie apart and still tell of one incident (duration).",
    )
    confirm: Count = Field(
        default=3, description="Independent sources from which an incident is told as confirmed (count)."
    )


class Template(Section):
    title: str = Field(
        default="", max_length=2_000, description="First line, as a Jinja template; empty: built in (text)."
    )
    text: str = Field(
        default="",
        max_length=20_000,
        description="Whole message, as a Jinja template; empty: built in (text).",
    )


class Flood(Section):
    alerts: Annotated[int, Field(strict=True, ge=1, le=100_000)] = Field(
        default=30,
        description="Alerts of one feed or category within `within` after which its next ones are put off into one message (count).",
    )
    within: Duration = Field(
        default=600.0,
        description="Span in which they are counted, and until which they are put off (duration).",
    )


class Messages(Section):
    templates: dict[Literal["ar", "en"], Template] = Field(
        default_factory=dict, description="Words of our own for the messages, by language."
    )


class Digest(Section):
    receivers: tuple[Name, ...] = Field(
        default=(), description="Who gets the daily digest; left out: the consoles (names of receivers)."
    )
    at: ClockTime = Field(default="07:00", description="When, in `timezone` (time of day, HH:MM).")


class Report(Section):
    receivers: tuple[Name, ...] = Field(
        default=(), description="Who gets the daily situation report; empty: nobody (names of receivers)."
    )
    at: ClockTime = Field(default="06:00", description="When, in `timezone` (time of day, HH:MM).")


class Watch(Section):
    receivers: tuple[Name, ...] = Field(
        default=(),
        description="Who is told of faults of feeds, receivers and of Rasid itself; left out: everybody (names of receivers).",
    )
    deadman_url: OptionalSecretWebUrl = Field(
        default=SecretStr(""),
        description="Pinged whenever a canary came through; empty: none (http or https URL).",
    )
    canary: OptionalDuration = Field(
        default=300.0,
        description="Time between two canary articles through the whole pipeline; off: none (duration).",
    )


class Heartbeat(Section):
    receivers: tuple[Name, ...] = Field(
        default=(),
        description="Who is told that all is well, or what is not; empty: nobody (names of receivers).",
    )
    every: Duration = Field(default=43200.0, description="Time between two heartbeats (duration).")


class Board(Section):
    listen: Listen = Field(default="127.0.0.1:8080", description="Where the board answers (host:port).")
    public_url: OptionalWebUrl = Field(
        default="",
        description="The board's address as readers see it; empty: no links in alerts (http or https URL).",
    )
    password: Secret | None = Field(
        default=None,
        description="Asked of everybody who opens the board; needed where it listens on more than this machine (secret).",
    )


class Retention(Section):
    items: Duration = Field(default=30 * 86400.0, description="How long articles are kept (duration).")
    alerts: Duration = Field(default=365 * 86400.0, description="How long alerts are kept (duration).")
    memory: Size = Field(
        default=1_000_000_000,
        description="Memory of the store; told when four fifths of it are used (size).",
    )


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
    places: Places = Field(default_factory=Places, description="Where places are known from.")
    second_opinion: SecondOpinion = Field(
        default_factory=SecondOpinion, description="Who reads sentences that no rule knows."
    )
    incidents: Incidents = Field(default_factory=Incidents, description="When reports belong together.")
    receiver_specs: dict[Name, ReceiverSpec] = Field(
        default_factory=dict, alias="receivers", description="Channels by name; none: a console."
    )
    routes: tuple[Route, ...] = Field(
        default=(), description="Which alerts go where; none: all to every receiver."
    )
    flood: Flood = Field(default_factory=Flood, description="When one feed or category tells too much.")
    messages: Messages = Field(default_factory=Messages, description="How messages read.")
    digest: Digest = Field(
        default_factory=Digest,
        description="The daily rest: low confidence, old events, suppressed and quarantined finds.",
    )
    report: Report = Field(default_factory=Report, description="The daily situation report.")
    watch: Watch = Field(default_factory=Watch, description="How silence is told from failure.")
    heartbeat: Heartbeat = Field(
        default_factory=Heartbeat, description="Feeds, delays, silences and open faults, told regularly."
    )
    board: Board = Field(default_factory=Board, description="The web page.")
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
            consoles = tuple(name for name, spec in specs.items() if receiver(name, spec).kind == "console")
            object.__setattr__(self, "digest", self.digest.model_copy(update={"receivers": consoles}))

    @cached_property
    def receivers(self) -> Mapping[str, Receiver]:
        """Every receiver by its name."""
        return {name: receiver(name, spec) for name, spec in self.receiver_specs.items()}


def secrets(config: Config) -> list[str]:
    """Every text that must not show in a log, longest first."""
    values = {secret for one in config.receivers.values() for secret in one.secrets()}
    values.add(config.watch.deadman_url.get_secret_value())
    if config.board.password:
        values.add(config.board.password.get_secret_value())
    redis_url = config.redis.url.get_secret_value()
    if "@" in redis_url:
        userinfo = redis_url.split("://", 1)[-1].rsplit("@", 1)[0]
        values |= {redis_url, userinfo.rpartition(":")[2]}
    return sorted((value for value in values if value), key=len, reverse=True)
