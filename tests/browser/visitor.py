"""Somebody who visits the board over HTTP, without a network: one request after another."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

import httpx
from starlette.applications import Starlette


class Visitor:
    """A browser without looks: keeps cookies, follows nothing by itself."""

    def __init__(self, app: Starlette) -> None:
        self.app = app
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app, client=("192.0.2.9", 4711))
        self._web = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080", trust_env=False)

    @property
    def cookies(self) -> httpx.Cookies:
        return self._web.cookies

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._runner.run(self._web.request(method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._runner.run(self._web.aclose())
        self._runner.close()
