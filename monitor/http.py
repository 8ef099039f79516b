"""Fetching from strangers: checked addresses, one deadline for everything, capped bodies.

A host name is resolved once, every answer is checked, and a checked address is the one that is dialled;
Host header, SNI and certificate check keep the name. Whatever goes wrong is a FetchError.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, Self

import certifi
import h11
import httpx

from monitor import __version__
from monitor.address import Address, Network, Target, checked, literal, networks, take_apart
from monitor.config import Config
from monitor.errors import FetchError
from monitor.wire import Header, Way, WireTransport, connect

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
Dial = Callable[[str, int], Awaitable[socket.socket]]  # to an address, never to a name

REDIRECTS = (301, 302, 303, 307, 308)
PERMANENT = (301, 308)
MAX_WAIT = 86_400.0  # seconds; no Retry-After holds longer
NEXT_ADDRESS = 3.0  # seconds to connect, where a host has other addresses to try
_HEADER_VALUE = re.compile(r"[\x20-\x7e\x80-\U0010ffff\t]*")
# What another host than the one we meant to ask may know of a request.
_SENT_ON = {"accept", "accept-language", "if-none-match", "if-modified-since"}
_AGAIN = "it is tried again by itself"
_CURES = {
    "dns": "check the spelling of the address and this machine's name server",
    "refused": "check the address and its port; if they are right, the server is down",
    "connect": _AGAIN,
    "tls": "check that the address and its port are meant for https",
    "timeout": "it is tried again by itself; if the site is just slow, raise http.timeout",
    "too_large": "check the address; if it is right, raise http.max_bytes",
    "too_many_redirects": "open it in a browser and use the address it ends at",
    "incomplete": _AGAIN,
    "protocol": "check the address: this may be no web server, or a broken one",
}


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """How we fetch: seconds, bytes, and the private networks that hosts named in the config may be in."""

    contact: str
    timeout: float = 20.0
    max_bytes: int = 10_000_000
    max_redirects: int = 5
    allow_networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `url` is where it came from in the end, `redirects` the (status, target) of every hop."""

    status: int
    url: str
    headers: dict[str, str]  # names in lower case
    body: bytes
    redirects: tuple[tuple[int, str], ...]
    elapsed: float  # seconds
    permanent_url: str = ""  # `url` if there were redirects and all were permanent


@dataclass(slots=True)
class _Phase:
    """What a request is doing now, for the message of a timeout."""

    name: str = "looking up the address"
    host: str = ""

    def set(self, name: str) -> None:
        self.name = name


def _ssl_context() -> ssl.SSLContext:
    """One for all connections, for it is dear. Root certificates: certifi's and the system's."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    return context


async def system_resolver(host: str, port: int) -> list[str]:
    """getaddrinfo in a daemon thread: a name server that hangs holds up neither others nor our end."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(found: list[str] | Exception) -> None:
        if not answer.done():  # else nobody waits any more
            answer.set_exception(found) if isinstance(found, Exception) else answer.set_result(found)

    def look_up() -> None:
        found: list[str] | Exception
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(row[4][0]) for row in rows))
        except (OSError, UnicodeError) as error:
            found = error
        with suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=look_up, name="dns", daemon=True).start()
    return await answer


@dataclass
class Fetcher:
    """Fetches URLs; use it as an async context manager. `resolver` and `dial` are for tests."""

    policy: HttpPolicy
    resolver: Resolver = system_resolver
    dial: Dial = connect
    ssl_context: ssl.SSLContext | None = None
    _allowed: tuple[Network, ...] = ()

    def __post_init__(self) -> None:
        self.obey(self.policy)
        # Without httpx's client: redirects, cookies, proxies and limits of time are ours or unwanted.
        self._transport = WireTransport()

    def obey(self, policy: HttpPolicy) -> None:
        """Fetch by other limits from now on."""
        self.policy, self._allowed = policy, networks(policy.allow_networks)

    async def __aenter__(self) -> Self:
        if self.ssl_context is None:
            self.ssl_context = _ssl_context()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is held: every fetch closes its connection."""

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        home: str = "",
        allow_private: bool = False,
        max_bytes: int | None = None,
        timeout: float | None = None,
    ) -> Fetched:
        """GET, following redirects. Any status is returned; everything else that is wrong is raised.

        `allow_private`: the config names this URL, it may be in `allow_networks`. Redirects (and URLs
        found in fetched content) may be there only on the very host and port of `home`. A body is read of
        2xx only.
        """
        home_target = take_apart(home or url) if home or allow_private else None
        target = take_apart(url)
        send = dict(headers or {})
        cap = self.policy.max_bytes if max_bytes is None else max_bytes
        hops: list[tuple[int, str]] = []
        started, phase = time.monotonic(), _Phase()
        async with _deadline(self.policy.timeout if timeout is None else timeout, phase):
            while True:
                at_home = home_target is not None and target.same_place(home_target)
                private = at_home or (allow_private and not hops)
                reply = await self._exchange("GET", target, send, b"", private, cap, phase)
                location = reply.headers.get("location", "")
                if reply.status not in REDIRECTS or not location:
                    break
                following = target.follow(location)
                hops.append((reply.status, following.url))
                if len(hops) > self.policy.max_redirects:
                    message = f"{url} redirects more than {self.policy.max_redirects} times"
                    raise _failure("too_many_redirects", message)
                if not target.trusts(following):
                    send = {name: value for name, value in send.items() if name.lower() in _SENT_ON}
                target = following
        permanent = target.url if hops and all(status in PERMANENT for status, _ in hops) else ""
        elapsed = time.monotonic() - started
        return replace(reply, redirects=tuple(hops), elapsed=elapsed, permanent_url=permanent)

    async def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str], timeout: float | None = None
    ) -> Fetched:
        """POST to a host that the config names. Redirects are not followed: their status is returned."""
        target = take_apart(url)
        started, phase = time.monotonic(), _Phase()
        async with _deadline(self.policy.timeout if timeout is None else timeout, phase):
            reply = await self._exchange("POST", target, headers, content, True, self.policy.max_bytes, phase)
        return replace(reply, elapsed=time.monotonic() - started)

    async def _exchange(
        self,
        method: str,
        target: Target,
        headers: Mapping[str, str],
        content: bytes,
        private: bool,
        cap: int,
        phase: _Phase,
    ) -> Fetched:
        """One request on a connection of its own; the body is read only where it is of use."""
        phase.host, phase.name = target.netloc, "looking up the address"
        addresses = await self._addresses(target, private)
        phase.name = "connecting"
        way = Way(
            partial(self._connect, addresses, target.port),
            self.ssl_context or _ssl_context(),
            target.host.removesuffix(".") if target.scheme == "https" else "",
            phase.set,
        )
        request = httpx.Request(
            method,
            target.url,
            headers=self._headers(target, headers, len(content) if method == "POST" else None),
            content=content,
            extensions={"way": way, "target": target.path},
        )
        try:
            answer = await self._transport.handle_async_request(request)
            try:
                phase.name = "reading the body"
                received = _plain_headers(answer.headers.raw)
                of_use = 200 <= answer.status_code < 300
                body = await _read(answer.aiter_raw(), received, cap, target) if of_use else b""
                return Fetched(answer.status_code, target.url, received, body, (), 0.0)
            finally:
                await answer.aclose()
        except (OSError, h11.ProtocolError) as error:
            raise _mapped(error, target, phase) from error

    async def _connect(self, addresses: Sequence[Address], port: int) -> socket.socket:
        """To the first of these addresses that answers."""
        *others, last = (str(address) for address in addresses)
        for address in others:
            with suppress(OSError):
                async with asyncio.timeout(NEXT_ADDRESS):
                    return await self.dial(address, port)
        return await self.dial(last, port)

    def _headers(self, target: Target, extra: Mapping[str, str], posted: int | None) -> list[Header]:
        contact = f" (+{self.policy.contact})" if self.policy.contact else ""
        named = {
            "host": target.netloc,
            "user-agent": f"Rasid/{__version__}{contact}",
            "accept": "*/*",
            "accept-encoding": "gzip, deflate",
            "connection": "close",
        }
        if posted is not None:
            named["content-length"] = str(posted)
        # Validators come from strangers' answers: what cannot be a header value is not sent back.
        named |= {key.lower(): value for key, value in extra.items() if _HEADER_VALUE.fullmatch(value)}
        return [(key.encode("ascii"), value.strip().encode("utf-8")) for key, value in named.items()]

    async def _addresses(self, target: Target, private: bool) -> list[Address]:
        """The addresses that may be dialled for a host."""
        answers: Sequence[str] = [target.host]
        if literal(target.host) is None:
            try:
                answers = await self.resolver(target.host, target.port)
            except (OSError, UnicodeError) as error:
                raise _failure("dns", f"the name {target.host} could not be looked up: {error}") from error
        return checked(target.host, answers, self._allowed if private else ())


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait by the header Retry-After (lower-case name), 0 to 24 h; None if it says nothing."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        return min(float(value[:20]), MAX_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, min((aware - now).total_seconds(), MAX_WAIT))


@asynccontextmanager
async def _deadline(seconds: float, phase: _Phase) -> AsyncIterator[None]:
    """One limit over everything inside."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        message = f"no complete answer from {phase.host} within {seconds:g} s (while {phase.name})"
        raise _failure("timeout", message) from error


def _plain_headers(raw: Iterable[Header]) -> dict[str, str]:
    headers: dict[str, list[str]] = {}
    for name, value in raw:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("utf-8", "replace"))
    return {name: ", ".join(values) for name, values in headers.items()}


async def _read(chunks: AsyncIterator[bytes], headers: Mapping[str, str], cap: int, target: Target) -> bytes:
    """The decoded body; neither it nor what travels may be larger than `cap` bytes."""
    too_large = _failure("too_large", f"the answer of {target.netloc} is larger than {cap:,} bytes")
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > cap:
        raise too_large
    inflate = _Inflate(headers.get("content-encoding", ""), target)
    body, travelled = bytearray(), 0
    async for chunk in chunks:
        travelled += len(chunk)
        body += inflate.feed(chunk, cap - len(body))
        if travelled > cap or len(body) > cap:
            raise too_large
    if travelled and not inflate.complete:
        raise _failure("incomplete", f"the compressed answer of {target.netloc} ends early")
    return bytes(body)


class _Inflate:
    """gzip or deflate, never more output than asked for: zlib alone would write a bomb out whole."""

    def __init__(self, encoding: str, target: Target) -> None:
        self._place = target.netloc
        self._kind = encoding.strip().lower().removeprefix("x-")
        self._zip: Any = None
        if self._kind not in ("", "identity", "gzip", "deflate"):
            what = f"is encoded as {encoding[:40]!r}, which we did not offer"
            raise _failure("protocol", f"the answer of {self._place} {what}")

    @property
    def complete(self) -> bool:
        return self._kind in ("", "identity") or (self._zip is not None and self._zip.eof)

    def feed(self, chunk: bytes, room: int) -> bytes:
        """What the chunk holds, at most `room` + 1 bytes of it."""
        if self._kind in ("", "identity"):
            return chunk
        out = b""
        try:
            while chunk and len(out) <= room:
                if self._zip is None or self._zip.eof:
                    if self._zip is not None and not chunk.startswith(b"\x1f\x8b"):
                        break  # padding after the end
                    self._zip = zlib.decompressobj(self._window(chunk))
                out += self._zip.decompress(chunk, room + 1 - len(out))
                chunk = self._zip.unused_data
        except zlib.error as error:
            message = f"the answer of {self._place} is not the {self._kind} it says it is"
            raise _failure("protocol", message) from error
        return out

    def _window(self, chunk: bytes) -> int:
        if self._kind == "gzip":
            return 16 + zlib.MAX_WBITS
        # "deflate" should have a zlib header; some servers leave it out.
        return zlib.MAX_WBITS if chunk[0] & 0x0F == 8 else -zlib.MAX_WBITS


def _failure(reason: str, message: str, cure: str = "") -> FetchError:
    return FetchError(message, reason=reason, cure=cure or _CURES[reason])


def _mapped(error: Exception, target: Target, phase: _Phase) -> FetchError:
    """A foreign error as ours, by what it is and by what was going on."""
    place, causes = target.netloc, list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            cure = "its owner must mend the certificate; if it is good, this machine's clock is wrong"
            return _failure("tls", f"{place} has no valid certificate: {cause.verify_message}", cure)
    if phase.name == "agreeing on TLS" or any(isinstance(cause, ssl.SSLError) for cause in causes):
        return _failure("tls", f"no safe connection to {place}: {causes[-1]}")
    if phase.name == "connecting":
        refused = any(isinstance(cause, ConnectionRefusedError) for cause in causes)
        return _failure("refused" if refused else "connect", f"cannot connect to {place}: {causes[-1]}")
    if isinstance(error, h11.ProtocolError) and "peer closed" not in str(error):
        why = "its headers are too long" if "too long" in str(error) else error
        return _failure("protocol", f"{place} does not speak proper HTTP: {why}")
    return _failure("incomplete", f"{place} broke the connection off while {phase.name}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def policy(config: Config) -> HttpPolicy:
    """The fetch limits of a config."""
    http = config.http
    return HttpPolicy(
        contact=http.contact,
        timeout=http.timeout,
        max_bytes=http.max_bytes,
        allow_networks=tuple(str(network) for network in http.allow_networks),
    )
