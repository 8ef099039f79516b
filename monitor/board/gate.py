"""What every request passes on its way in, and every answer on its way out."""

from __future__ import annotations

from urllib.parse import quote

from anyio import to_thread
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.board.asking import ask_of
from monitor.board.desk import Desk, back
from monitor.board.failures import store_away
from monitor.board.guard import (
    HEADERS,
    LONGEST_PATH,
    LONGEST_QUERY,
    allowed_hosts,
    basic_password,
    host_name,
    is_for_machines,
    is_public,
)
from monitor.clock import to_ms
from monitor.errors import StoreError


class Gate:
    """Hosts, lengths and sessions on the way in; headers on the way out. What it does not know stays closed."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk
        self._hosts = allowed_hosts(desk.config.board)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                still = str(scope["path"]).startswith("/static/")
                headers["Cache-Control"] = "public, max-age=3600" if still else "no-store"
            await send(message)

        refused = await self._refusal(Request(scope))
        await (refused or self._app)(scope, receive, send_safely)

    async def _refusal(self, request: Request) -> Response | None:
        """Why a request does not pass; None: it does."""
        if self._hosts is not None and host_name(request.headers.get("host", "")) not in self._hosts:
            text = "Rasid's board answers only under its own name: set board.public_url to this address.\n"
            return PlainTextResponse(text, 421)
        if (
            len(request.scope.get("query_string", b"")) > LONGEST_QUERY
            or len(request.url.path) > LONGEST_PATH
        ):
            return PlainTextResponse("The address is too long.\n", 414)
        if not self._desk.password or is_public(request.url.path):
            return None
        try:
            return await to_thread.run_sync(self._stranger, request)
        except StoreError as error:
            return store_away(self._desk, request, ask_of(request, {}), error)

    def _stranger(self, request: Request) -> Response | None:
        """The answer to somebody without a session; None for those who have one."""
        desk, seal = self._desk, self._desk.seal()
        cookie = request.cookies.get("rasid_session", "")
        if cookie and seal.knows(cookie, to_ms(desk.clock.now()) / 1000):
            return None
        path = request.url.path
        if is_for_machines(path):
            return self._basic(request)
        wanted = f"{path}?{request.url.query}" if request.url.query else path
        return back(f"/login?next={quote(wanted if request.method == 'GET' else '/')}")

    def _basic(self, request: Request) -> Response | None:
        desk = self._desk
        address = request.client.host if request.client else ""
        if wait := desk.attempts.wait(address):
            return PlainTextResponse("Too many wrong passwords.\n", 429, {"Retry-After": str(wait)})
        given = basic_password(request.headers.get("authorization", ""))
        if given is not None and desk.seal().opens(given):
            return None
        if given is not None:
            desk.attempts.failed(address)
        return PlainTextResponse("A password is needed.\n", 401, {"WWW-Authenticate": 'Basic realm="Rasid"'})
