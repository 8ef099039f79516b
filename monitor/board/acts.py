"""What people do on the board: forms, one-tap links, signing in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import get_args
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response

from monitor.alerts import Alert
from monitor.board import pages, views
from monitor.board.desk import YEAR, Ask, Desk, back
from monitor.board.guard import SESSION_SECONDS
from monitor.board.words import say
from monitor.clock import iso, to_ms
from monitor.errors import UsageError
from monitor.handling import LONGEST_SILENCE, Act, Silence, Step
from monitor.links import Link, read
from monitor.text import one_line
from monitor.values import duration

NAMELESS = "Please write your name, so that colleagues know who did it."
LINK_ACT: dict[str, Act] = {"ack": "acknowledge", "not_relevant": "not_relevant"}


def step(desk: Desk, ask: Ask) -> Response:
    """Acknowledge, claim, resolve, or say that it is not relevant."""
    by, act = name_of(ask), ask.form.get("act", "")
    known = desk.store.items.incident(ask.parts["id"])
    if known is None or not known.alert:
        raise HTTPException(404)
    if not by:
        return pages.incident(desk, ask, problem=NAMELESS, status=400)
    chosen: Act | None = next((one for one in get_args(Act) if one == act), None)
    if chosen is None:
        raise UsageError(f"there is no act {act[:20]!r}")
    revisions = desk.store.items.revisions(known.alert)
    if not revisions:
        raise HTTPException(404)
    seen = ask.form.get("revision", "")
    newest = revisions[-1].revision
    revision = min(int(seen), newest) if seen.isascii() and seen.isdigit() and len(seen) < 6 else newest
    record(desk, revisions, chosen, by, max(revision, 1))
    return keep_name(desk, back(f"/incidents/{known.id}"), by)


def record(desk: Desk, revisions: list[Alert], act: Act, by: str, revision: int) -> bool:
    """Take the step; `not_relevant` also counts as feedback on the item. Whether anything changed."""
    alert = next((one for one in revisions if one.revision == revision), revisions[-1])
    now = desk.clock.now()
    _, changed = desk.store.team.act(alert.id, Step(act, by, now, revision))
    if changed and act == "not_relevant":
        key = hashlib.sha256(f"{act}|{alert.message_id}|{by}".encode()).hexdigest()[:16]
        item = alert.sources[0].item if alert.sources else ""
        said = {"verdict": act, "item": item, "alert": alert.message_id, "by": by, "at": iso(now), "why": ""}
        desk.store.team.give_feedback(key, said)
    return changed


def silence(desk: Desk, ask: Ask) -> Response:
    """Put a new silence in force."""
    by, why = name_of(ask), one_line(ask.form.get("why", ""), 200)
    if not by:
        return pages.silences(desk, ask, problem=NAMELESS, status=400)
    if not why:
        problem = "Please write why, so that colleagues know."
        return pages.silences(desk, ask, problem=problem, status=400)
    try:
        length = timedelta(seconds=duration(ask.form.get("for", "")))
    except ValueError as error:
        raise UsageError(f"the length of a silence is {error}") from None
    except OverflowError:
        length = timedelta.max
    if not timedelta(0) < length <= LONGEST_SILENCE:
        raise UsageError("a silence lasts 8 hours at most", cure="start another one when it is over")
    category, place = ask.form.get("category", ""), one_line(ask.form.get("place", ""), 80)
    if category and category not in desk.config.categories:
        raise UsageError(f"there is no category {one_line(category, 40)}")
    if place and not desk.known_place(place):
        raise UsageError(
            f"no place is known as {place}", cure="write it as the gazetteer does, in Arabic or English"
        )
    now = desk.clock.now()
    desk.store.team.silence(
        Silence(
            id=f"si_{secrets.token_hex(8)}",
            by=by,
            why=why,
            since=now,
            until=now + length,
            categories=(category,) if category else (),
            places=(place,) if place else (),
        )
    )
    return keep_name(desk, back("/silences"), by)


def end_silence(desk: Desk, ask: Ask) -> Response:
    """End a silence: what it held back is told at once."""
    desk.store.team.end_silence(ask.parts["id"], desk.clock.now())
    return back("/silences")


def resend(desk: Desk, ask: Ask) -> Response:
    """Send a dead letter once more."""
    answer = views.revive(desk, ask.parts["id"])
    if answer == "unknown":
        raise HTTPException(404)
    return back("/deliveries")


# ---------------------------------------------------------------- one-tap links


def show_link(desk: Desk, ask: Ask, *, problem: str = "", status: int = 200) -> Response:
    """What a link is about, with a button; showing does nothing, so that previews are harmless."""
    token = ask.parts["token"]
    found, revisions = _linked(desk, token)
    if found is None or found.expired or not revisions:
        return _no_link(desk, ask, found)
    return desk.page(
        ask,
        "do.html",
        status,
        link=found,
        told=next((one for one in revisions if one.revision == found.revision), revisions[-1]),
        newest=revisions[-1],
        form=desk.seal().form(f"link {token}"),
        problem=problem,
        outcome=None,
    )


def follow_link(desk: Desk, ask: Ask) -> Response:
    """Do what a link says, and show who did it. The link is the proof; repeats change nothing."""
    token = ask.parts["token"]
    found, revisions = _linked(desk, token)
    if found is None or found.expired or not revisions:
        return _no_link(desk, ask, found)
    if not desk.seal().form_is_ours(ask.form.get("csrf", ""), f"link {token}"):
        raise HTTPException(403, "form")
    by = name_of(ask)
    if not by:
        return show_link(desk, ask, problem=NAMELESS, status=400)
    changed = record(desk, revisions, LINK_ACT[found.act], by, found.revision)
    told = next((one for one in revisions if one.revision == found.revision), revisions[-1])
    answer = desk.page(
        ask,
        "do.html",
        link=found,
        told=told,
        newest=revisions[-1],
        form="",
        problem="",
        outcome={"changed": changed, "handling": desk.store.team.handling(told.incident)},
    )
    return keep_name(desk, answer, by)


def _linked(desk: Desk, token: str) -> tuple[Link | None, list[Alert]]:
    found = read(desk.seal().key, token, desk.clock.now())
    return found, desk.store.items.revisions(found.alert) if found else []


def _no_link(desk: Desk, ask: Ask, found: Link | None) -> Response:
    return desk.page(ask, "nolink.html", 410 if found else 404, over=bool(found))


# ---------------------------------------------------------------- names and sessions


def name_of(ask: Ask) -> str:
    """Who does it: as written in the form, on one line of at most 60 characters."""
    return one_line(ask.form.get("by", "")[:600], 60)


def keep_name(desk: Desk, response: Response, by: str) -> Response:
    """Remember the name for the next form."""
    response.set_cookie(
        "rasid_name", quote(by), max_age=YEAR, httponly=True, samesite="lax", secure=desk.secure
    )
    return response


def sign_in_page(desk: Desk, ask: Ask, *, problem: str = "", status: int = 200) -> Response:
    """The form that asks for the password."""
    if not desk.password:
        return back("/")
    return desk.page(ask, "login.html", status, problem=problem, next=local(ask.query.get("next", "/")))


def sign_in(desk: Desk, ask: Ask) -> Response:
    """A session for whoever knows the password; five wrong ones from one address, and it has to wait."""
    if wait := desk.attempts.wait(ask.address):
        problem = say("Too many wrong passwords: wait {seconds} seconds.", ask.tongue).format(seconds=wait)
        answer = sign_in_page(desk, ask, problem=problem, status=429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    seal = desk.seal()
    if not seal.opens(ask.form.get("password", "")):
        desk.attempts.failed(ask.address)
        return sign_in_page(desk, ask, problem="That is not the password.", status=403)
    answer = back(local(ask.form.get("next", "/")))
    session = seal.session(to_ms(desk.clock.now()) / 1000)
    answer.set_cookie(
        "rasid_session", session, max_age=SESSION_SECONDS, httponly=True, samesite="lax", secure=desk.secure
    )
    return answer


def sign_out(desk: Desk, _ask: Ask) -> Response:
    """End the session in this browser."""
    answer = back("/login" if desk.password else "/")
    answer.delete_cookie("rasid_session", httponly=True, samesite="lax", secure=desk.secure)
    return answer


def local(path: str) -> str:
    """A path of ours, never an address elsewhere."""
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path[:500] if plain and path.isascii() else "/"
