"""A request as data: what a handler may know of it, and the fields of its form."""

from __future__ import annotations

from urllib.parse import parse_qsl

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from monitor.board.desk import YEAR, Ask, Desk, new_browser, person
from monitor.board.guard import crossed, is_for_machines
from monitor.board.words import TONGUES, chosen

LONGEST_BODY = 16_000  # bytes of a form
BODY_SECONDS = 10.0
MOST_FIELDS = 20


def ask_of(request: Request, form: dict[str, str]) -> Ask:
    """What a handler may know of a request."""
    wanted = request.query_params.get("lang", "")
    cookies = request.cookies
    return Ask(
        path=request.url.path,
        parts=request.path_params,
        query=dict(request.query_params),
        form=form,
        tongue=chosen(
            wanted if wanted in TONGUES else cookies.get("rasid_lang", ""),
            request.headers.get("accept-language", ""),
        ),
        browser=cookies.get("rasid_browser", "")[:64] or new_browser(),
        name=person(cookies.get("rasid_name", "")),
        address=request.client.host if request.client else "",
    )


def remember(desk: Desk, request: Request, ask: Ask, response: Response) -> None:
    """Keep in cookies which browser this is, and its language."""
    if is_for_machines(ask.path) or ask.path == "/healthz":
        return
    keep = {}
    if request.cookies.get("rasid_browser") != ask.browser:
        keep["rasid_browser"] = ask.browser
    if ask.query.get("lang") in TONGUES:
        keep["rasid_lang"] = ask.tongue
    for name, value in keep.items():
        response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="lax", secure=desk.secure)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a small form that was sent from here."""
    if crossed(request.headers):
        raise HTTPException(403, "form")
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = b""
    try:
        with anyio.fail_after(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LONGEST_BODY:
                    raise HTTPException(413)
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace"
        )
    except ValueError:
        raise HTTPException(400) from None
    return dict(pairs)
