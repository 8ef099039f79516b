"""Which address shows what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from monitor.board import acts, api, pages
from monitor.board.asking import ask_of, form_of, remember
from monitor.board.desk import Ask, Desk
from monitor.board.failures import handlers
from monitor.board.gate import Gate
from monitor.board.guard import check_exposure
from monitor.clock import Clock
from monitor.config import Config
from monitor.store import Store

Handler = Callable[[Desk, Ask], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(
    config: Config, store: Store, clock: Clock, known_place: Callable[[str], bool] = lambda _: True
) -> Starlette:
    """The board as an ASGI application. Raises UsageError when it would be open to everybody.

    `known_place`: whether a name is in the gazetteer, which belongs to the workers.
    """
    check_exposure(config.board)
    desk = Desk(config, store, clock, known_place)
    static = StaticFiles(directory=Path(__file__).parent / "static")
    return Starlette(
        routes=[*_pages(desk), *_forms(desk), *_machines(desk), Mount("/static", static, name="static")],
        middleware=[Middleware(Gate, desk=desk)],
        exception_handlers=handlers(desk),
    )


def _pages(desk: Desk) -> list[Route]:
    shows: dict[str, Handler] = {
        "/": pages.overview,
        "/incidents/{id}": pages.incident,
        "/alerts": pages.alerts,
        "/items": pages.items,
        "/feeds": pages.feeds,
        "/deliveries": pages.deliveries,
        "/silences": pages.silences,
        "/map": pages.where,
        "/do/{token}": acts.show_link,
        "/login": acts.sign_in_page,
    }
    return [Route(path, _endpoint(desk, handler), methods=["GET"]) for path, handler in shows.items()]


def _forms(desk: Desk) -> list[Route]:
    does: dict[str, Handler] = {
        "/incidents/{id}/steps": acts.step,
        "/silences": acts.silence,
        "/silences/{id}/end": acts.end_silence,
        "/deliveries/{id}/resend": acts.resend,
        "/login": acts.sign_in,
        "/logout": acts.sign_out,
    }
    routes = [Route(path, _endpoint(desk, handler), methods=["POST"]) for path, handler in does.items()]
    link = _endpoint(desk, acts.follow_link, own_form=True)
    return [*routes, Route("/do/{token}", link, methods=["POST"])]


def _machines(desk: Desk) -> list[Route]:
    answers: dict[str, Handler] = {
        "/api/alerts": api.alerts,
        "/api/alerts/{id}": api.alert,
        "/api/incidents": api.incidents,
        "/api/incidents/{id}": api.incident,
        "/api/feeds": api.feeds,
        "/api/items": api.items,
        "/api/outbox": api.outbox,
        "/api/silences": api.silences,
        "/api/status": api.status,
        "/healthz": api.healthz,
        "/metrics": api.metrics,
    }
    return [Route(path, _endpoint(desk, handler), methods=["GET"]) for path, handler in answers.items()]


def _endpoint(desk: Desk, handler: Handler, *, own_form: bool = False) -> Endpoint:
    """Run a handler in a thread, for the store may be slow. `own_form`: it checks its form's token itself."""

    async def answer(request: Request) -> Response:
        form: dict[str, str] = {}
        if request.method == "POST":
            form = await form_of(request)
        ask = ask_of(request, form)
        if request.method == "POST" and not own_form:
            seal = await to_thread.run_sync(desk.seal)
            if not seal.form_is_ours(form.get("csrf", ""), request.cookies.get("rasid_browser", "")):
                raise HTTPException(403, "form")
        response = await to_thread.run_sync(handler, desk, ask)
        remember(desk, request, ask, response)
        return response

    return answer
