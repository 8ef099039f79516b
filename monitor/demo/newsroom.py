"""The demo's newsroom: an HTTP server an outlet, and a webhook receiver that checks signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from monitor.clock import Clock, iso, parse_iso
from monitor.demo import pages
from monitor.demo.stories import Outlet, Story, outlets
from monitor.errors import ServerError, UsageError

HOST = "127.0.0.1"
STATE_FILE = "newsroom.json"
HOOK_FILE = "newsroom-hook.jsonl"
_HOOK_KEY = b"a key of the demo: not a secret!"
HOOK_SECRET = "whsec_" + base64.b64encode(_HOOK_KEY).decode("ascii")
_HOOK_MAX_BYTES = 1_000_000
_HOOK_TOLERANCE = 300.0  # seconds between a signature's time and ours


@dataclass(frozen=True, slots=True)
class Newsroom:
    """Where the outlets listen and when their clock began. `duration`: seconds until all is published."""

    started_at: datetime
    ports: dict[str, int]
    hook_port: int
    duration: float


@dataclass(frozen=True, slots=True)
class Response:
    """What the server answers; the body is empty for 304."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


# ---------------------------------------------------------------- state


def prepare(data_dir: Path, clock: Clock) -> Newsroom:
    """The newsroom of a data directory: the one it holds, or a new one that starts now on free ports.

    Raises UsageError for a state file that cannot be read or written.
    """
    path = data_dir / STATE_FILE
    try:
        state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        stored = {key: int(port) for key, port in state.get("ports", {}).items()}
        hook_port = int(state.get("hook_port", 0))
        started = parse_iso(state["started_at"]) if state else clock.now().replace(microsecond=0)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", cure="check its permissions") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is damaged: {error}", cure="delete it to start a new newsroom") from error
    missing = [key for key in outlets() if key not in stored]
    free = _free_ports(len(missing) + 1)
    ports = {key: stored.get(key) or free.pop() for key in outlets()}
    newsroom = Newsroom(started, ports, hook_port or free.pop(), _duration())
    if missing or not hook_port:
        _save(newsroom, path)
    return newsroom


def _save(newsroom: Newsroom, path: Path) -> None:
    state = {
        "started_at": iso(newsroom.started_at),
        "ports": newsroom.ports,
        "hook_port": newsroom.hook_port,
    }
    draft = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", cure="choose another data directory"
        ) from error


def _free_ports(count: int) -> list[int]:
    """Ports nobody listens on; held together while they are picked, so that none comes twice."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for sock in sockets:
            sock.bind((HOST, 0))
        return [sock.getsockname()[1] for sock in sockets]


def _duration() -> float:
    stories = [story for outlet in outlets().values() for story in outlet.stories if story.day == 0]
    fixes = [story.correction.at for story in stories if story.correction]
    return max([*(story.at for story in stories), *fixes], default=0.0)


def published_all_at(newsroom: Newsroom) -> datetime:
    """When the last article and the last correction are out."""
    return newsroom.started_at + timedelta(seconds=newsroom.duration)


def base_url(newsroom: Newsroom, outlet: str) -> str:
    """The outlet's front page, with a trailing slash."""
    return f"http://{HOST}:{newsroom.ports[outlet]}/"


def story_url(newsroom: Newsroom, story: Story) -> str:
    """The address of an article's page, the same in every revision."""
    return f"{base_url(newsroom, story.outlet)}archives/{story.id}/"


def hook_url(newsroom: Newsroom) -> str:
    """Where webhooks are received and checked against HOOK_SECRET."""
    return f"http://{HOST}:{newsroom.hook_port}/hook"


def feeds(newsroom: Newsroom) -> list[dict[str, str]]:
    """The outlets' feeds as entries of a config's `feeds`."""
    return [
        {
            "name": outlet.name,
            "url": f"{base_url(newsroom, key)}feed/",
            "lang": outlet.lang,
            "country": outlet.country,
            "content": outlet.content,
        }
        for key, outlet in outlets().items()
    ]


# ---------------------------------------------------------------- answers


def respond(newsroom: Newsroom, key: str, path: str, headers: Mapping[str, str], now: datetime) -> Response:
    """An outlet's answer to GET `path` at `now`. `headers` are the request's, in lower case."""
    outlet = outlets()[key]
    started = newsroom.started_at
    stories = [shown for story in outlet.stories if (shown := story.as_of(started, now))]
    stories.sort(key=lambda story: (story.published(started), story.id), reverse=True)
    changed = max((story.changed(started, now) for story in stories), default=started)
    route = path.split("?")[0].strip("/")
    if route == "feed":
        body = _feed(newsroom, outlet, stories, changed)
        return _conditional(body, "application/rss+xml", outlet.encoding, changed, headers)
    if route == "":
        front = pages.home_page(
            [_feed_item(newsroom, outlet, story) for story in stories],
            lang=outlet.lang,
            outlet=outlet.name,
            tagline=outlet.tagline,
            encoding=outlet.encoding,
        )
        return _conditional(front, "text/html", outlet.encoding, changed, headers)
    story = next((story for story in stories if route == f"archives/{story.id}"), None)
    if story is None:
        return Response(404, {"Content-Type": "text/plain; charset=utf-8"}, b"not found\n")
    page = _page(newsroom, outlet, story, now)
    return _conditional(page, "text/html", outlet.encoding, story.changed(started, now), headers)


def _conditional(
    text: str, kind: str, encoding: str, changed: datetime, headers: Mapping[str, str]
) -> Response:
    """200 with validators, or 304 if the request's still hold. Sub-second changes round up, never down."""
    body = text.encode(encoding, errors="xmlcharrefreplace")
    changed = changed.replace(microsecond=0) + timedelta(seconds=1 if changed.microsecond else 0)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    validators = {"ETag": etag, "Last-Modified": format_datetime(changed, usegmt=True)}
    if _not_modified(headers, etag, changed):
        return Response(304, validators)
    return Response(200, {"Content-Type": f"{kind}; charset={encoding}", **validators}, body)


def _not_modified(headers: Mapping[str, str], etag: str, changed: datetime) -> bool:
    """RFC 9110, 13.2.2: If-Modified-Since counts only where there is no If-None-Match."""
    if "if-none-match" in headers:
        asked = [tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(",")]
        return etag in asked or "*" in asked
    try:
        return changed <= parsedate_to_datetime(headers.get("if-modified-since", ""))
    except (ValueError, TypeError):  # no date, or one without a zone
        return False


def _feed_item(newsroom: Newsroom, outlet: Outlet, story: Story) -> pages.FeedItem:
    paragraphs = [story.lead, *story.paragraphs] if story.lead else story.paragraphs
    return pages.FeedItem(
        guid=f"{base_url(newsroom, outlet.key)}?p={story.id}",
        link=story_url(newsroom, story),
        title=story.title,
        summary=paragraphs[0],
        published=story.published(newsroom.started_at),
        author=story.author,
        content=pages.paragraphs_html(paragraphs) if outlet.full else "",
        tags=story.tags,
    )


def _feed(newsroom: Newsroom, outlet: Outlet, stories: list[Story], changed: datetime) -> str:
    return pages.feed(
        [_feed_item(newsroom, outlet, story) for story in stories],
        url=base_url(newsroom, outlet.key),
        lang=outlet.lang,
        outlet=outlet.name,
        tagline=outlet.tagline,
        built=changed,
        encoding=outlet.encoding,
    )


def _page(newsroom: Newsroom, outlet: Outlet, story: Story, now: datetime) -> str:
    return pages.article_page(
        story.title,
        story.paragraphs,
        outlet.related,
        lang=outlet.lang,
        outlet=outlet.name,
        tagline=outlet.tagline,
        author=story.author,
        published=story.published(newsroom.started_at),
        modified=story.changed(newsroom.started_at, now),
        url=story_url(newsroom, story),
        lead=story.lead,
        tags=story.tags,
        popular=outlet.popular,
        comments=outlet.comments,
        encoding=outlet.encoding,
    )


# ---------------------------------------------------------------- webhooks


def sign(message_id: str, timestamp: str, body: bytes) -> str:
    """The Standard Webhooks signature, `v1,<base64>`, under HOOK_SECRET."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(_HOOK_KEY, signed, hashlib.sha256).digest()).decode("ascii")


def verified(headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Is one of the request's signatures ours, over this body, and from the last five minutes?"""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not (timestamp.isascii() and timestamp.isdigit()):
        return False
    if abs(now.timestamp() - int(timestamp)) > _HOOK_TOLERANCE:
        return False
    expected = sign(message_id, timestamp, body).encode()
    offered = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(expected, signature.encode()) for signature in offered)


class HookLog:
    """Appends what arrives at the webhook receiver to a JSON Lines file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Response:
        """204 for a good signature, 401 for any other; both are written down."""
        good = verified(headers, body, now)
        try:
            content = json.loads(body)
        except ValueError:
            content = None
        line = {"id": headers.get("webhook-id", ""), "verified": good, "body": content}
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return Response(204 if good else 401, {})


# ---------------------------------------------------------------- sockets

Answer = Callable[[str, str, Mapping[str, str], bytes], Response]  # method, path, headers, body


def _handler(answer: Answer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version = "DemoNewsroom"
        protocol_version = "HTTP/1.1"
        timeout = 15.0  # an idle connection's thread ends

        def _reply(self) -> None:
            length = self.headers.get("Content-Length", "0")
            if not (length.isascii() and length.isdigit()) or int(length) > _HOOK_MAX_BYTES:
                response = Response(413, {"Connection": "close"})
            else:
                headers = {name.lower(): value for name, value in self.headers.items()}
                response = answer(self.command, self.path, headers, self.rfile.read(int(length)))
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            if response.status not in (204, 304):
                self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)

        do_GET = do_HEAD = do_POST = _reply  # noqa: N815 (names that http.server looks for)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: the daemon's own log is what the demo shows."""

    return Handler


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news; its connection is closed by the caller."""


def _listen(port: int, answer: Answer) -> _Server:
    try:
        return _Server((HOST, port), _handler(answer))
    except OSError as error:
        raise ServerError(
            f"the demo newsroom cannot listen on {HOST}:{port}: {error.strerror}",
            reason="port_taken",
            cure=f"end what uses the port, or delete {STATE_FILE} in the data directory",
        ) from error


def _outlet_answer(newsroom: Newsroom, key: str, clock: Clock) -> Answer:
    def answer(method: str, path: str, headers: Mapping[str, str], _body: bytes) -> Response:
        if method == "POST":
            return Response(405, {"Allow": "GET, HEAD"})
        return respond(newsroom, key, path, headers, clock.now())

    return answer


def _hook_answer(log: HookLog, clock: Clock) -> Answer:
    def answer(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        if path.split("?")[0] != "/hook":
            return Response(404, {})
        if method != "POST":
            return Response(405, {"Allow": "POST"})
        return log.receive(headers, body, clock.now())

    return answer


@contextmanager
def running(newsroom: Newsroom, data_dir: Path, clock: Clock) -> Iterator[None]:
    """The newsroom's servers, answering in threads until the block ends. ServerError if a port is taken."""
    with ExitStack() as stack:
        answers = {port: _outlet_answer(newsroom, key, clock) for key, port in newsroom.ports.items()}
        answers[newsroom.hook_port] = _hook_answer(HookLog(data_dir / HOOK_FILE), clock)
        servers = [stack.enter_context(_listen(port, answer)) for port, answer in answers.items()]
        for server in servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            stack.callback(server.shutdown)
        yield


def serve(
    newsroom: Newsroom,
    data_dir: Path,
    clock: Clock,
    *,
    ready: Callable[[], None] = lambda: None,
    alive: Callable[[], bool] = lambda: True,
) -> None:
    """Serve while `alive()`, asked four times a second; `ready` is called when every port listens."""
    with running(newsroom, data_dir, clock):
        ready()
        while alive():
            time.sleep(0.25)
