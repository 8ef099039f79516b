"""Who may ask what: hosts, sessions, forms, limits, and the headers of every answer."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import secrets
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from monitor.config import Board
from monitor.errors import UsageError

SESSION_SECONDS = 12 * 3600
PUBLIC = ("/do/", "/static/")  # beginnings; and these as they are:
PUBLIC_EXACTLY = ("/healthz", "/login")
MACHINES = ("/api/", "/metrics")  # these may sign in with HTTP Basic
LONGEST_QUERY = 2_000  # bytes
LONGEST_PATH = 1_000
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def address_of(listen: str) -> tuple[str, int]:
    """Host and port of `board.listen`; an IPv6 address without its brackets."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_exposure(board: Board) -> None:
    """Raise UsageError when the board would be open to everybody on the network."""
    host, _ = address_of(board.listen)
    if board.password is None and not is_loopback(host):
        raise UsageError(
            f"board.listen is {board.listen}, which other machines can reach, and no board.password is set",
            cure="set board.password to ${RASID_BOARD_PASSWORD}, or listen on 127.0.0.1",
        )


def allowed_hosts(board: Board) -> frozenset[str] | None:
    """Names that a Host header may hold; None: any. A page elsewhere must not rebind its name to us."""
    host, _ = address_of(board.listen)
    if not is_loopback(host):
        return None
    public = urlsplit(board.public_url).hostname or "localhost"
    return frozenset({host.lower(), "localhost", "127.0.0.1", "::1", public.lower()})


def host_name(header: str) -> str:
    """The host of a Host header, without port; empty when there is none."""
    try:
        return (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:
        return ""


def is_public(path: str) -> bool:
    """Whether a path answers without a session."""
    return path.startswith(PUBLIC) or path in PUBLIC_EXACTLY


def is_for_machines(path: str) -> bool:
    """Whether a path's errors are JSON, and HTTP Basic may open it."""
    return path.startswith(MACHINES)


# ---------------------------------------------------------------- what we sign


@dataclass(frozen=True, slots=True)
class Seal:
    """Signs sessions and forms. `key` is secret and lasts; a changed password ends every session."""

    key: bytes
    password: str = ""

    def _sign(self, purpose: str, text: str) -> str:
        secret = hmac.digest(self.key, f"board\0{self.password}".encode(), hashlib.sha256)
        return hmac.digest(secret, f"{purpose}\0{text}".encode(), hashlib.sha256).hex()

    def session(self, now: float) -> str:
        """A cookie that says: knew the password. `now` in seconds since 1970."""
        body = f"{int(now) + SESSION_SECONDS}.{secrets.token_urlsafe(9)}"
        return f"{body}.{self._sign('session', body)}"

    def knows(self, cookie: str, now: float) -> bool:
        """Whether a session cookie is ours and not over."""
        body, _, signature = cookie.rpartition(".")
        expires = body.partition(".")[0]
        if not _equal(signature, self._sign("session", body)):
            return False
        return expires.isascii() and expires.isdigit() and int(expires) > now

    def form(self, bound_to: str) -> str:
        """The CSRF token of a form, bound to a browser's cookie or to a link's token."""
        return self._sign("form", bound_to)

    def form_is_ours(self, given: str, bound_to: str) -> bool:
        """Whether a form came from a page that we made for this browser or link."""
        return bool(bound_to) and _equal(given, self.form(bound_to))

    def opens(self, password: str) -> bool:
        """Whether this is the password. Takes as long for any wrong one."""
        return bool(self.password) and _equal(_digest(password), _digest(self.password))


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def basic_password(header: str) -> str | None:
    """The password of an HTTP Basic header, whatever its user; None when it is not one."""
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        text = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return text.partition(":")[2]


@dataclass
class Attempts:
    """Counts wrong passwords, by address and of all together. Times are monotonic seconds. Threads share it."""

    clock: Callable[[], float]
    each: int = 5
    every: int = 100
    within: float = 300.0
    _failures: deque[tuple[float, str]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, address: str) -> int:
        """Seconds until this address may try again; 0: now."""
        now = self.clock()
        with self._lock:
            while self._failures and self._failures[0][0] <= now - self.within:
                self._failures.popleft()
            mine = [moment for moment, one in self._failures if one == address]
            if len(mine) >= self.each:
                return int(mine[-self.each] + self.within - now) + 1
            if len(self._failures) >= self.every:
                return int(self._failures[0][0] + self.within - now) + 1
        return 0

    def failed(self, address: str) -> None:
        """Take down a wrong password."""
        with self._lock:
            self._failures.append((self.clock(), address))
            while len(self._failures) > self.every:
                self._failures.popleft()


def crossed(headers: Mapping[str, str]) -> bool:
    """Whether a browser says that a form was sent from elsewhere."""
    return headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
