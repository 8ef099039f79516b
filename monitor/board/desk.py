"""What every page of the board stands on: the store, the clock, words, templates, and one request as data."""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import jinja2
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from monitor import __version__
from monitor.alerts import Incident
from monitor.board.guard import Attempts, Seal
from monitor.board.words import Tongue, ago, reason, say
from monitor.clock import Clock, from_ms, iso, parse_iso
from monitor.config import Config
from monitor.config import secrets as known_secrets
from monitor.models import Json
from monitor.store import Store
from monitor.text import clean, one_line, shorten

RECENT = timedelta(days=14)  # incidents that did not move for so long are not shown as open
LINE, TEXT = 300, 6_000  # characters shown of a line, of a text
YEAR = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: what was asked, by which browser, in which language."""

    path: str
    parts: Mapping[str, str]  # of the path
    query: Mapping[str, str]
    form: Mapping[str, str]
    tongue: Tongue
    browser: str  # a random cookie that forms are bound to
    name: str  # of the person, as kept in a cookie
    address: str = ""  # where the request came from

    def number(self, key: str, default: int, most: int) -> int:
        """A number of the query between 1 and `most`; anything else is the default."""
        text = self.query.get(key, "")
        return min(max(int(text), 1), most) if re.fullmatch(r"[0-9]{1,6}", text) else default


class Desk:
    """The board's means. Threads share it: what is not read-only is behind a lock."""

    def __init__(
        self, config: Config, store: Store, clock: Clock, known_place: Callable[[str], bool] = lambda _: True
    ) -> None:
        self.config = config
        self.known_place = known_place
        self.store = Store(store.client)  # of our own: `open_incidents` remembers what it saw
        self.clock = clock
        self.attempts = Attempts(clock.monotonic)
        self.password = config.board.password.get_secret_value() if config.board.password else ""
        self.secure = config.board.public_url.startswith("https:")
        self._lock = threading.Lock()
        self._key: bytes | None = None
        words = [word for word in known_secrets(config) if len(word) > 3]
        self._secrets = re.compile("|".join(map(re.escape, words))) if words else None
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("monitor.board"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["version"] = __version__
        self._templates.filters |= {
            "line": self.line,
            "text": self.text,
            "web": web,
            "shown": shown,
            "headline": headline,
        }

    def seal(self) -> Seal:
        """What signs sessions and forms; its key lies in the store and is read once."""
        if self._key is None:
            self._key = self.store.team.link_key()
        return Seal(self._key, self.password)

    def open_incidents(self) -> list[Incident]:
        """Open incidents, the one that moved last first."""
        since = round((self.clock.now() - RECENT).timestamp() * 1000)
        with self._lock:
            _, found = self.store.items.open_incidents(since)
        return sorted(found, key=lambda one: one.updated, reverse=True)

    # ------------------------------------------------------------ showing

    def line(self, value: object, limit: int = LINE) -> str:
        """One harmless line: no controls, no direction marks, no secrets."""
        return self.redact(one_line(str(value)[: limit * 8], limit))

    def text(self, value: object, limit: int = TEXT) -> str:
        """A harmless text of several lines."""
        return self.redact(shorten(clean(str(value)[: limit * 2]), limit))

    def redact(self, text: str) -> str:
        """The text with every secret of the config covered."""
        return self._secrets.sub("***", text) if self._secrets else text

    def page(self, ask: Ask, template: str, status: int = 200, **values: object) -> Response:
        """An HTML answer."""
        now = self.clock.now()
        context = {
            "t": partial(say, tongue=ask.tongue),
            "ask": ask,
            "now": now,
            "csrf": self.seal().form(ask.browser) if status != 503 else "",
            "when": partial(self._when, tongue=ask.tongue),
            "span": partial(ago, tongue=ask.tongue),
            "reason": partial(reason, tongue=ask.tongue),
            "local": now.astimezone(self.config.timezone),
            "zone": str(self.config.timezone),
            "password": bool(self.password),
            "other": other_tongue(ask),
        }
        text = self._templates.get_template(template).render(context | values)
        return Response(text, status, media_type="text/html; charset=utf-8")

    def _when(self, moment: datetime | int | str | None, tongue: Tongue) -> Markup:
        """How long ago, with the exact time at hand for machines and pointers."""
        if not moment:
            return Markup("—")
        found = from_ms(moment) if isinstance(moment, int) else moment
        found = parse_iso(found) if isinstance(found, str) else found
        seconds = (self.clock.now() - found).total_seconds()
        local = found.astimezone(self.config.timezone)
        near = ago(abs(seconds), tongue)
        text = (f"{near} ago" if seconds >= 0 else f"in {near}") if tongue == "en" else (
            f"قبل {near}" if seconds >= 0 else f"بعد {near}"
        )  # fmt: skip
        today = local.date() == self.clock.now().astimezone(self.config.timezone).date()
        exact = local.strftime("%H:%M" if today else "%Y-%m-%d %H:%M")
        return Markup(
            '<time datetime="{}" title="{}"><bdi>{}</bdi> <small><bdi>{}</bdi></small></time>'
        ).format(iso(found), local.strftime("%Y-%m-%d %H:%M:%S %Z"), text, exact)


def other_tongue(ask: Ask) -> str:
    """The address of this page in the other language."""
    query = {**ask.query, "lang": "en" if ask.tongue == "ar" else "ar"}
    return f"{quote(ask.path)}?{urlencode(query)}"


def headline(title: object) -> str:
    """A title without the coloured mark that messages carry: the board colours by itself."""
    return str(title).lstrip("🔴🟠🟢 ")


def web(url: object) -> str:
    """An address that may stand in a link: http or https, else empty."""
    text = clean(str(url))[:2_000]
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc else ""


def shown(url: object) -> str:
    """An address for reading: without userinfo, which may hold a password."""
    text = str(url)
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def back(path: str) -> Response:
    """To a page of ours, after a form."""
    return RedirectResponse(path, 303)


def lines(documents: Iterable[Json], desk: Desk) -> Response:
    """JSON Lines."""
    body = "".join(json.dumps(covered(one, desk), ensure_ascii=False) + "\n" for one in documents)
    return Response(body, media_type="application/x-ndjson")


def one_json(document: Json, desk: Desk, status: int = 200) -> Response:
    """One JSON document."""
    return Response(
        json.dumps(covered(document, desk), ensure_ascii=False) + "\n", status, media_type="application/json"
    )


def covered(value: Any, desk: Desk) -> Any:
    """The document with every secret covered, at any depth."""
    if isinstance(value, str):
        return desk.redact(value)
    if isinstance(value, dict):
        return {key: covered(one, desk) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [covered(one, desk) for one in value]
    return value


def person(cookie: str) -> str:
    """A person's name as kept in a cookie."""
    return one_line(unquote(cookie[:600]), 60)


def new_browser() -> str:
    """A random mark for a browser that has none."""
    return secrets.token_urlsafe(18)
