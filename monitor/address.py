"""Where we go and where we never go: URLs taken apart in the one safe way, public addresses. Pure.

A URL that two programs could read differently is refused, not guessed at; so is a host of which any
address is private. What is refused is a FetchError, `bad_url` or `refused_address`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from monitor.errors import FetchError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_URL = 8_000  # characters
_PORTS = {"http": 80, "https": 443}
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


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart and found harmless in form. `host` is ASCII, without brackets."""

    scheme: str
    host: str
    port: int
    path: str  # with the query

    @property
    def netloc(self) -> str:
        """Host and port as the header Host has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL in its one spelling."""
        return f"{self.scheme}://{self.netloc}{self.path}"

    def same_place(self, other: Target) -> bool:
        """Whether both are on one host and port."""
        return (self.host, self.port) == (other.host, other.port)

    def trusts(self, other: Target) -> bool:
        """Whether what is secret here may be known there: the same place, and not without TLS any more."""
        return self.same_place(other) and (self.scheme == other.scheme or other.scheme == "https")

    def follow(self, location: str) -> Target:
        """Where a redirect from here leads; FetchError `bad_url` if nowhere."""
        try:
            url = urljoin(self.url, location.strip())
        except ValueError as error:
            raise _bad_url(location, str(error)) from error
        return take_apart(url)


def take_apart(url: str) -> Target:
    """A URL that every program reads the same way, or FetchError `bad_url`."""
    if len(url) > MAX_URL:
        raise _bad_url(url, "it is too long")
    if _UNSAFE.search(url):
        raise _bad_url(url, "it holds a backslash or a control character")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _bad_url(url, str(error)) from error
    if parts.scheme not in _PORTS:
        raise _bad_url(url, f"its scheme is {parts.scheme or 'missing'}, not http or https")
    if "@" in parts.netloc:
        raise _bad_url(url, "it holds a user name")
    if port == 0:
        raise _bad_url(url, "its port is 0")
    host = _host(url, parts.hostname or "", "[" in parts.netloc)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]|")
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], path)


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
    if _NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]) and not literal(host):
        raise _bad_url(url, "its address is spelt in an odd way")
    return host


def _bad_url(url: str, why: str) -> FetchError:
    return FetchError(
        f"will not fetch {url[:200]!r}: {why}", reason="bad_url", cure="use a plain http(s) URL"
    )


def literal(host: str) -> Address | None:
    """The address that a host of a Target is itself, if it is one."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def networks(blocks: Iterable[str]) -> tuple[Network, ...]:
    """Networks from their usual spelling."""
    return tuple(ipaddress.ip_network(block, strict=False) for block in blocks)


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could be at this address."""
    if _within(address, _DENIED):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def checked(host: str, answers: Iterable[str], allowed: Iterable[Network] = ()) -> list[Address]:
    """The addresses of a host, all public or in an `allowed` network: one that is refused refuses all."""
    addresses = [ipaddress.ip_address(answer.partition("%")[0]) for answer in answers]
    if not addresses:
        raise FetchError(f"the name {host} has no address", reason="dns", cure="check its spelling")
    allowed = tuple(allowed)
    for address in addresses:
        if not (is_public(address) or _within(address, allowed)):
            raise FetchError(
                f"{host} is at {address}, which is not a public address",
                reason="refused_address",
                cure="if the config names this host, add its network to http.allow_networks",
            )
    return addresses


def _within(address: Address, among: Iterable[Network]) -> bool:
    return any(address in network for network in among if network.version == address.version)
