"""Fetching from strangers: checked addresses, one deadline for everything, capped bodies.

A host name is resolved once, every answer is checked, and a checked address is the one that is dialled;
Host header, SNI and certificate check keep the name. Whatever goes wrong is a FetchError.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import quote, urljoin, urlsplit

import httpcore

from monitor import __version__
from monitor.config import Config
from monitor.errors import FetchError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

REDIRECTS = (301, 302, 303, 307, 308)
MAX_WAIT = 86_400.0  # seconds; no Retry-After holds longer
_MAX_URL = 8_000
# Python calls some of these global; the tunnels (mapped, NAT64, 6to4, Teredo) can hide any IPv4 address.
_DENIED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24"
        " 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24"
        " 224.0.0.0/4 240.0.0.0/4 ::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48"
        " 100::/64 2001::/23 2001:db8::/32 2002::/16"
        " fc00::/7 fe80::/10 fec0::/10 ff00::/8"
    ).split()
)
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\x80-\U0010ffff\t]*")
_NOT_SENT_ON = ("authorization", "cookie", "host")


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


@dataclass(frozen=True, slots=True)
class _Target:
    """A URL taken apart and found harmless in form. `host` is ASCII, without brackets."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"

    def same_place(self, other: _Target) -> bool:
        return (self.host, self.port) == (other.host, other.port)


@dataclass(slots=True)
class _Phase:
    """What a request is doing now, for the message of a timeout."""

    name: str = "looking up the address"
    host: str = ""


class _PinnedBackend(httpcore.AsyncNetworkBackend):
    """Dials the addresses it was given, in order, whatever name it is asked for."""

    def __init__(self, addresses: Sequence[Address], dial: httpcore.AsyncNetworkBackend) -> None:
        self._addresses = addresses
        self._dial = dial

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError("no address")
        for number, address in enumerate(self._addresses):
            last = number == len(self._addresses) - 1
            try:
                return await self._dial.connect_tcp(
                    str(address), port, timeout if last else 3.0, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        await self._dial.sleep(seconds)


class SystemResolver:
    """getaddrinfo in threads of its own, so that a name server that hangs blocks nothing else."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="dns")

    async def __call__(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _lookup, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _lookup(host: str, port: int) -> list[str]:
    return [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass
class Fetcher:
    """Fetches URLs; use it as an async context manager. `resolver` and `dial` are for tests."""

    policy: HttpPolicy
    resolver: Resolver | None = None
    dial: httpcore.AsyncNetworkBackend = field(default_factory=httpcore.AnyIOBackend)
    ssl_context: ssl.SSLContext | None = None
    _own_resolver: SystemResolver | None = None
    _allowed: tuple[Network, ...] = ()

    def __post_init__(self) -> None:
        networks = self.policy.allow_networks
        self._allowed = tuple(ipaddress.ip_network(network, strict=False) for network in networks)

    async def __aenter__(self) -> Self:
        if self.ssl_context is None:
            # One for all, for it is dear. Root certificates: certifi's and the system's.
            self.ssl_context = httpcore.default_ssl_context()
            self.ssl_context.load_default_certs()
        if self.resolver is None:
            self.resolver = self._own_resolver = SystemResolver()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._own_resolver:
            self._own_resolver.close()
            self.resolver = self._own_resolver = None

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
        found in fetched content) may be there only on the very host and port of `home`.
        """
        policy = self.policy
        cap = policy.max_bytes if max_bytes is None else max_bytes
        limit = policy.timeout if timeout is None else timeout
        home_target = _take_apart(home or url) if home or allow_private else None
        target = _take_apart(url)
        send = dict(headers or {})
        hops: list[tuple[int, str]] = []
        started, phase = time.monotonic(), _Phase()
        async with _deadline(limit, phase):
            while True:
                at_home = home_target is not None and target.same_place(home_target)
                private = at_home or (allow_private and not hops)
                reply = await self._exchange("GET", target, send, b"", private, cap, phase)
                place = reply.headers.get("location", "")
                if reply.status not in REDIRECTS or not place:
                    break
                following = _take_apart(urljoin(target.url, place.strip()))
                hops.append((reply.status, following.url))
                if len(hops) > policy.max_redirects:
                    raise FetchError(
                        f"{url} redirects more than {policy.max_redirects} times",
                        reason="too_many_redirects",
                        cure="open it in a browser and use the address it ends at",
                    )
                if not following.same_place(target):
                    send = {name: value for name, value in send.items() if name.lower() not in _NOT_SENT_ON}
                target = following
        elapsed = time.monotonic() - started
        return Fetched(reply.status, target.url, reply.headers, reply.body, tuple(hops), elapsed)

    async def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str], timeout: float | None = None
    ) -> Fetched:
        """POST to a host that the config names. Redirects are not followed: their status is returned."""
        target = _take_apart(url)
        started, phase = time.monotonic(), _Phase()
        async with _deadline(self.policy.timeout if timeout is None else timeout, phase):
            reply = await self._exchange("POST", target, headers, content, True, self.policy.max_bytes, phase)
        return Fetched(reply.status, target.url, reply.headers, reply.body, (), time.monotonic() - started)

    async def _exchange(
        self,
        method: str,
        target: _Target,
        headers: Mapping[str, str],
        content: bytes,
        private: bool,
        cap: int,
        phase: _Phase,
    ) -> Fetched:
        """One request on a connection of its own; the body of a redirect is not read."""
        phase.host, phase.name = target.netloc, "looking up the address"
        addresses = await self._addresses(target, private)
        phase.name = "connecting"
        origin = httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port)
        request_url = httpcore.URL(
            scheme=target.scheme, host=target.host, port=target.port, target=target.path
        )
        connection = httpcore.AsyncHTTPConnection(
            origin, ssl_context=self.ssl_context, network_backend=_PinnedBackend(addresses, self.dial)
        )
        send = self._headers(target, headers, content, method)
        try:
            async with (
                connection,
                connection.stream(
                    method,
                    request_url,
                    headers=send,
                    content=content or None,
                    extensions={"trace": _tracer(phase)},
                ) as response,
            ):
                phase.name = "reading the body"
                received = _plain_headers(response.headers)
                skip = method == "GET" and response.status in REDIRECTS and "location" in received
                body = b"" if skip else await _read(response.aiter_stream(), received, cap, target)
                return Fetched(response.status, target.url, received, body, (), 0.0)
        except (
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
            ssl.SSLError,
            OSError,
        ) as error:
            raise _mapped(error, target, phase) from error

    def _headers(
        self, target: _Target, extra: Mapping[str, str], content: bytes, method: str
    ) -> list[tuple[bytes, bytes]]:
        contact = f" (+{self.policy.contact})" if self.policy.contact else ""
        named = {
            "host": target.netloc,
            "user-agent": f"Rasid/{__version__}{contact}",
            "accept": "*/*",
            "accept-encoding": "gzip, deflate",
            "connection": "close",
        }
        if method == "POST":
            named["content-length"] = str(len(content))
        # Validators come from strangers' answers: what cannot be a header value is not sent back.
        named |= {key.lower(): value for key, value in extra.items() if _HEADER_VALUE.fullmatch(value)}
        return [(key.encode("ascii"), value.strip().encode("utf-8")) for key, value in named.items()]

    async def _addresses(self, target: _Target, private: bool) -> list[Address]:
        """The checked addresses of a host; one that is refused refuses them all."""
        literal = _literal(target.host)
        if literal is None:
            if self.resolver is None:
                raise RuntimeError("a Fetcher must be entered before use")
            try:
                answers = await self.resolver(target.host, target.port)
            except (OSError, UnicodeError) as error:
                raise FetchError(
                    f"the name {target.host} could not be looked up: {error}",
                    reason="dns",
                    cure="check the spelling of the address and this machine's name server",
                ) from error
            addresses = [ipaddress.ip_address(answer.partition("%")[0]) for answer in answers]
        else:
            addresses = [literal]
        if not addresses:
            raise FetchError(
                f"the name {target.host} has no address", reason="dns", cure="check its spelling"
            )
        for address in addresses:
            if not (is_public(address) or (private and self._is_allowed(address))):
                raise FetchError(
                    f"{target.host} is at {address}, which is not a public address",
                    reason="refused_address",
                    cure="if the config names this host, add its network to http.allow_networks",
                )
        return addresses

    def _is_allowed(self, address: Address) -> bool:
        return any(address in network for network in self._allowed if network.version == address.version)


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could be at this address."""
    if any(address in network for network in _DENIED if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


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


# ---------------------------------------------------------------- URLs


def _bad_url(url: str, why: str) -> FetchError:
    return FetchError(
        f"will not fetch {url[:200]!r}: {why}", reason="bad_url", cure="use a plain http(s) URL"
    )


def _take_apart(url: str) -> _Target:
    """A URL that every program reads the same way, or FetchError `bad_url`."""
    if len(url) > _MAX_URL:
        raise _bad_url(url, "it is too long")
    if _UNSAFE.search(url):
        raise _bad_url(url, "it holds a backslash or a control character")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _bad_url(url, str(error)) from error
    if parts.scheme not in ("http", "https"):
        raise _bad_url(url, f"its scheme is {parts.scheme or 'missing'}, not http or https")
    if "@" in parts.netloc:
        raise _bad_url(url, "it holds a user name")
    if port == 0:
        raise _bad_url(url, "its port is 0")
    host = _host(url, parts.hostname or "", "[" in parts.netloc)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]|")
    target = _Target("", parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)
    return _Target(f"{parts.scheme}://{target.netloc}{path}", target.scheme, host, target.port, path)


def _host(url: str, host: str, bracketed: bool) -> str:
    """A host name in ASCII, or an address in its one usual spelling."""
    if "%" in host:
        raise _bad_url(url, "its host name is malformed")
    if bracketed:
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError as error:
            raise _bad_url(url, "its IPv6 address is malformed") from error
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError as error:
            raise _bad_url(url, "its host name is malformed") from error
    if len(host) > 253 or not _HOST.fullmatch(host.removesuffix(".")):
        raise _bad_url(url, "its host name is malformed")
    # Resolvers read 127.1, 0x7f.1, 017700000001 and 2130706433 as addresses; we want the usual four parts.
    if _NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]) and not _literal(host):
        raise _bad_url(url, "its address is spelt in an odd way")
    return host


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


# ---------------------------------------------------------------- answers


@asynccontextmanager
async def _deadline(seconds: float, phase: _Phase) -> AsyncIterator[None]:
    """One limit over everything inside."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise FetchError(
            f"no complete answer from {phase.host} within {seconds:g} s (while {phase.name})",
            reason="timeout",
            cure="it is tried again by itself; if the site is just slow, raise http.timeout",
        ) from error


def _tracer(phase: _Phase) -> Callable[[str, Any], Awaitable[None]]:
    names = {
        "connection.start_tls.started": "agreeing on TLS",
        "http11.send_request_headers.started": "sending the request",
        "http11.receive_response_headers.started": "waiting for the answer",
    }

    async def trace(event: str, _: Any) -> None:
        phase.name = names.get(event, phase.name)

    return trace


def _plain_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


async def _read(chunks: AsyncIterator[bytes], headers: Mapping[str, str], cap: int, target: _Target) -> bytes:
    """The decoded body; neither it nor what travels may be larger than `cap` bytes."""
    length = headers.get("content-length", "")
    if length.isdigit() and int(length[:20]) > cap:
        raise _too_large(target, cap)
    inflate = _Inflate(headers.get("content-encoding", ""), cap, target)
    body, travelled = bytearray(), 0
    async for chunk in chunks:
        travelled += len(chunk)
        body += inflate.feed(chunk, cap - len(body))
        if travelled > cap or len(body) > cap:
            raise _too_large(target, cap)
    if travelled and not inflate.complete:
        raise FetchError(
            f"the compressed answer of {target.netloc} ends early",
            reason="incomplete",
            cure="it is tried again by itself",
        )
    return bytes(body)


class _Inflate:
    """gzip or deflate, never more output than asked for: zlib alone would write a bomb out whole."""

    def __init__(self, encoding: str, cap: int, target: _Target) -> None:
        self.cap, self.target = cap, target
        self._kind = encoding.strip().lower().removeprefix("x-")
        self._zip: Any = None
        if self._kind not in ("", "identity", "gzip", "deflate"):
            raise self._broken(f"is encoded as {encoding[:40]!r}, which we did not offer")

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
            raise self._broken(f"is not the {self._kind} it says it is") from error
        return out

    def _window(self, chunk: bytes) -> int:
        if self._kind == "gzip":
            return 16 + zlib.MAX_WBITS
        # "deflate" should have a zlib header; some servers leave it out.
        return zlib.MAX_WBITS if chunk[0] & 0x0F == 8 else -zlib.MAX_WBITS

    def _broken(self, what: str) -> FetchError:
        message = f"the answer of {self.target.netloc} {what}"
        return FetchError(
            message, reason="protocol", cure="tell the site's owner: its server is misconfigured"
        )


def _too_large(target: _Target, cap: int) -> FetchError:
    return FetchError(
        f"the answer of {target.netloc} is larger than {cap:,} bytes",
        reason="too_large",
        cure="check the address; if it is right, raise http.max_bytes",
    )


def _mapped(error: Exception, target: _Target, phase: _Phase) -> FetchError:
    """A foreign error as ours, by what it is and by what was going on."""
    place, cause = target.netloc, error.__cause__ or error
    if isinstance(error, ssl.SSLError) or isinstance(cause, ssl.SSLError) or phase.name == "agreeing on TLS":
        cure = "the site's certificate must be renewed by its owner, or this machine's clock is wrong"
        return FetchError(f"no safe connection to {place}: {cause}", reason="tls", cure=cure)
    if phase.name == "connecting":
        return FetchError(
            f"cannot connect to {place}: {cause}", reason="connect", cure="it is tried again by itself"
        )
    cut = "peer closed" in str(error) or "Server disconnected" in str(error)
    if isinstance(error, httpcore.ProtocolError) and not cut:
        cure = "check the address: this may be no web server"
        return FetchError(f"{place} does not speak proper HTTP: {error}", reason="protocol", cure=cure)
    message = f"{place} broke the connection off while {phase.name}"
    return FetchError(message, reason="incomplete", cure="it is tried again by itself")


def policy(config: Config) -> HttpPolicy:
    """The fetch limits of a config."""
    http = config.http
    return HttpPolicy(
        contact=http.contact,
        timeout=http.timeout,
        max_bytes=http.max_bytes,
        allow_networks=tuple(str(network) for network in http.allow_networks),
    )
