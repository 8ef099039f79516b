"""Errors as pages, and as JSON for machines."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.board.asking import ask_of
from monitor.board.desk import Ask, Desk, one_json
from monitor.board.guard import HEADERS, is_for_machines
from monitor.errors import RasidError, StoreError, UsageError

log = logging.getLogger("rasid.board")

Answer = Callable[[Desk, Request, Ask, Exception], Response]
Handle = Callable[[Request, Exception], Awaitable[Response]]


def handlers(desk: Desk) -> dict[type[Exception], Handle]:
    """Which error is answered how."""
    answers: dict[type[Exception], Answer] = {
        StoreError: store_away,
        UsageError: _wrong,
        HTTPException: _refused,
        Exception: _broken,
    }
    return {kind: _handler(desk, answer) for kind, answer in answers.items()}


def _handler(desk: Desk, answer: Answer) -> Handle:
    async def handle(request: Request, error: Exception) -> Response:
        response = await to_thread.run_sync(answer, desk, request, ask_of(request, {}), error)
        for name, value in HEADERS.items():  # an error may pass by the gate
            response.headers[name] = value
        return response

    return handle


def store_away(desk: Desk, request: Request, ask: Ask, error: Exception) -> Response:
    """The answer while the store is away; a page asks again by itself."""
    log.warning("the board cannot answer: %s", error)
    title = "The store does not answer"
    text = "Nothing is lost: work goes on by itself when it is back. This page tries again in a few seconds."
    answer = failure(desk, ask, 503, title, text, refresh=5 if request.method == "GET" else 0)
    answer.headers["Retry-After"] = "5"
    return answer


def _wrong(desk: Desk, _request: Request, ask: Ask, error: Exception) -> Response:
    text = error.line() if isinstance(error, RasidError) else ""
    return failure(desk, ask, 400, "The request was refused", text)


def _refused(desk: Desk, _request: Request, ask: Ask, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        text = "There is no such page or incident here; it may be older than what is kept."
        return failure(desk, ask, 404, "Not found", text)
    if isinstance(error, HTTPException) and error.detail == "form":
        text = "Open the page again and repeat what you did."
        return failure(desk, ask, status, "The form is too old", text)
    answer = failure(desk, ask, status, "The request was refused", f"HTTP {status}")
    if isinstance(error, HTTPException) and error.headers:
        answer.headers.update(error.headers)
    return answer


def _broken(desk: Desk, request: Request, ask: Ask, _error: Exception) -> Response:
    log.error("the board failed at %s", request.url.path)  # the server logs the traceback
    return failure(desk, ask, 500, "Something went wrong", "")


def failure(desk: Desk, ask: Ask, status: int, title: str, text: str, refresh: int = 0) -> Response:
    """An error as a page, or as JSON for machines."""
    if is_for_machines(ask.path):
        return one_json({"error": title, "detail": text}, desk, status)
    return desk.page(ask, "error.html", status, title=title, message=text, refresh=refresh)
