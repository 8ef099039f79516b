"""The board over HTTP: every page, every answer, who may see and do what."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from monitor import links
from monitor.board import create_app, serve
from monitor.board.guard import Attempts, Seal, is_public
from monitor.board.map import HEIGHT, WIDTH, Mark, plan
from monitor.board.serve import listen
from monitor.board.views import Case
from monitor.board.words import chosen
from monitor.cli import cli
from monitor.clock import ManualClock
from monitor.config import Config
from monitor.errors import ServerError, UsageError
from monitor.handling import Handling
from monitor.store import Store, open_store
from monitor.store.outbox import Outbox
from tests.browser.samples import HOSTILE, NOW, STORIES, clock, config, fill, keep, mark, story
from tests.browser.visitor import Visitor

PAGES = ("/", "/incidents/in_1", "/alerts", "/items", "/feeds", "/deliveries", "/silences", "/map")
LINES = (
    "/api/alerts",
    "/api/alerts/al_1",
    "/api/incidents",
    "/api/feeds",
    "/api/items",
    "/api/outbox",
    "/api/silences",
)
PASSWORD = "correct horse battery"
KEY = b"k" * 32


@pytest.fixture
def busy(store: Store) -> Store:
    fill(store)
    return store


def client(store: Store, settings: Config | None = None, **more: Any) -> Visitor:
    return Visitor(create_app(settings or config(), store, more.get("clock", clock())))


def locked(store: Store, **more: Any) -> Visitor:
    return client(store, config(password=PASSWORD), **more)


@pytest.fixture
def board(busy: Store) -> Iterator[Visitor]:
    with client(busy) as opened:
        yield opened


def csrf(answer: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', answer.text)
    assert found, answer.text
    return found[1]


def post(board: Visitor, page: str, to: str, **fields: str) -> httpx.Response:
    """Fill in a form of a page."""
    return board.post(to, data={"csrf": csrf(board.get(page)), **fields})


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("tongue", ["en", "ar"])
def test_every_page_shows_in_both_languages(board: Visitor, path: str, tongue: str) -> None:
    answer = board.get(path, headers={"Accept-Language": tongue})
    assert answer.status_code == 200
    assert f'lang="{tongue}" dir="{"rtl" if tongue == "ar" else "ltr"}"' in answer.text
    assert not re.search(r"<script|javascript:|\son\w+=|style=", answer.text), "the policy forbids it"
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//(?!furat|wire|jazira)', answer.text), (
        "nothing from elsewhere"
    )


def test_problems_stand_first_and_then_what_needs_somebody(board: Visitor) -> None:
    text = board.get("/").text
    for words in (
        "Northern Wire",
        "wire.test answers 503",
        "dead letters",
        "items wait to be read",
        "صيانة الشبكة",
        "duty-webhook",
    ):
        assert words in text, words
    order = [
        text.index(word)
        for word in ("Problems", "Needs somebody", "in_1", "Taken on", "in_3", "Ended", "in_4")
    ]
    assert order == sorted(order)
    assert "هدى" in text


def test_an_incident_shows_its_grounds_its_sources_and_who_was_reached(board: Visitor) -> None:
    text = board.get("/incidents/in_1").text
    for words in (
        "فرض حظر تجول في المدينة",
        "curfew.imposed",
        "https://furat.test/1",
        "مرصد الجزيرة",
        "18:00–06:00",
        "SY09",
        "confirmed by 3 sources",
        "console",
    ):
        assert words in text, words
    assert board.get("/incidents/in_none").status_code == 404


def test_filters_of_the_alerts_list(board: Visitor) -> None:
    def shown(**query: str) -> list[str]:
        return re.findall(r"/incidents/(in_\d)", board.get("/alerts", params=query).text)

    assert sorted(shown()) == ["in_1", "in_2", "in_3", "in_4"]
    assert shown(category="displacement") == ["in_2"]
    assert shown(status="lifted") == ["in_4"]
    assert shown(place="ديرالزور") == shown(place="دير الزور") == shown(place="deir ez") == ["in_1"]
    assert sorted(shown(since="1h")) == ["in_1", "in_2"]
    assert board.get("/alerts", params={"since": "gestern"}).status_code == 400


def test_items_say_why_nothing_was_told(board: Visitor) -> None:
    text = board.get("/items").text
    assert "no_category" in text
    assert "افتتاح معرض الكتاب" in text
    assert "خبر ينتظر" in board.get("/items?state=pending").text


def test_languages_are_chosen_by_browser_and_by_hand(board: Visitor) -> None:
    answer = board.get("/?lang=ar")
    assert 'dir="rtl"' in answer.text
    assert 'dir="rtl"' in board.get("/feeds").text, "the choice is kept"


@pytest.mark.parametrize(
    ("accept", "tongue"),
    [("", "en"), ("ar", "ar"), ("fr,ar;q=0.5,en;q=0.4", "ar"), ("en-GB,ar;q=0.9", "en"), ("x;q=y", "en"), ("ar;q=0.3,en", "en")],
)  # fmt: skip
def test_accept_language(accept: str, tongue: str) -> None:
    assert chosen("", accept) == tongue


# ---------------------------------------------------------------- hostile texts, secrets, headers


def test_hostile_texts_are_harmless_everywhere(busy: Store) -> None:
    item, work = story(5, "clashes", "clashes", "high", HOSTILE, HOSTILE, None, actor=HOSTILE)
    (alert,), (incident,) = work.alerts, work.incidents
    object.__setattr__(incident.sources[0], "url", "javascript:alert(1)")
    keep(busy, item, work)
    mark(busy, "al_5_r1-console", "dead", error=HOSTILE)
    with client(busy) as board:
        token = links.link(busy.team.link_key(), "", alert.id, 1, "ack", NOW + timedelta(days=1))
        for path in (*PAGES, "/incidents/in_5", token):
            text = board.get(path).text
            assert "<script" not in text, path
            assert "<img src=x" not in text, path
            assert "javascript:" not in text, path
            assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", text), path
            assert len(text) < 200_000, path
        for path in (*LINES, "/api/incidents/in_5"):
            assert board.get(path).headers["content-type"].startswith("application/")


def test_secrets_never_show(board: Visitor) -> None:
    for path in (*PAGES, *LINES, "/api/incidents/in_1", "/api/status", "/metrics"):
        text = board.get(path).text
        assert "Zm9vYmFy" not in text, path


@pytest.mark.parametrize(
    "path", [*PAGES, *LINES, "/healthz", "/metrics", "/nowhere", "/do/x", "/static/board.css"]
)
def test_every_answer_carries_the_headers(board: Visitor, path: str) -> None:
    headers = board.get(path).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "noindex" in headers["x-robots-tag"]
    assert headers["cache-control"] == ("public, max-age=3600" if path.startswith("/static/") else "no-store")


def test_limits_of_address_and_form(board: Visitor) -> None:
    assert board.get("/alerts?place=" + "x" * 3_000).status_code == 414
    assert board.get("/" + "x" * 3_000).status_code == 414
    assert board.post("/silences", data={"why": "x" * 40_000}).status_code == 413
    assert board.post("/silences", json={}).status_code == 415
    many = "&".join(f"a{number}=1" for number in range(100))
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert board.post("/silences", content=many, headers=form).status_code == 400
    assert board.request("DELETE", "/silences").status_code == 405
    assert board.get("/static/../app.py").status_code == 404
    assert board.get("/static/%2e%2e/app.py").status_code == 404


@pytest.mark.parametrize("odd", ["%00", "%ff%fe", "9" * 200, "%E2%80%AE", "-1", "a]b[c", "%0d%0aX: y", "*"])
def test_odd_questions_are_answered(board: Visitor, odd: str) -> None:
    for page in ("alerts", "items", "deliveries", "api/alerts", "api/outbox", "map"):
        query = "&".join(
            f"{key}={odd}" for key in ("category", "status", "place", "limit", "state", "receiver", "lang")
        )
        assert board.get(f"/{page}?{query}").status_code == 200, page
        assert board.get(f"/{page}?since={odd}").status_code in (200, 400), page
    for path in ("incidents", "api/incidents", "api/alerts", "do"):
        assert board.get(f"/{path}/{odd}").status_code == 404, path
    cookies = "; ".join(f"rasid_{name}={odd}" for name in ("name", "lang", "browser", "session"))
    assert board.get("/incidents/in_1", headers={"Cookie": cookies}).status_code == 200


@pytest.mark.parametrize("host", ["evil.test", "", "127.0.0.1.evil.test", "[::1", "evil.test:8080"])
def test_a_rebound_name_is_refused_on_loopback(board: Visitor, host: str) -> None:
    assert board.get("/", headers={"Host": host}).status_code == 421


def test_known_names_are_served(busy: Store) -> None:
    with client(busy, config(public_url="https://board.example.test")) as board:
        for host in (
            "localhost:8080",
            "127.0.0.1",
            "[::1]:8080",
            "board.example.test",
            "BOARD.example.test:443",
        ):
            assert board.get("/healthz", headers={"Host": host}).status_code == 200, host


# ---------------------------------------------------------------- who may


def routes(app: Starlette) -> list[tuple[str, str]]:
    """Every method and address that the board knows, so that none can be forgotten."""
    found = []
    for route in app.routes:
        if isinstance(route, Mount):
            found.append(("GET", f"{route.path}/board.css"))
            continue
        assert isinstance(route, Route)
        path = re.sub(r"\{(\w+)\}", lambda match: {"token": "x"}.get(match[1], "in_1"), route.path)
        found += [(method, path) for method in route.methods or ()]
    return found


OPEN_TO_ALL = {"/healthz", "/login", "/do/x", "/static/board.css"}


def test_without_the_password_everything_is_closed_but_what_is_meant_to_be_open(busy: Store) -> None:
    with locked(busy) as board:
        known = routes(board.app)
        assert len(known) > 40
        for method, path in known:
            board.cookies.clear()
            answer = board.request(method, path)
            if path in OPEN_TO_ALL:
                assert answer.status_code in (200, 403, 404, 415), (method, path)
                assert is_public(path)
            elif path.startswith(("/api/", "/metrics")):
                assert answer.status_code == 401, (method, path)
                assert answer.headers["www-authenticate"].startswith("Basic")
            else:
                assert answer.status_code == 303, (method, path)
                assert answer.headers["location"].startswith("/login?next="), (method, path)
            assert "دير الزور" not in answer.text
        assert board.get("/not-yet-known").status_code == 303, "a new page is closed from the start"


def test_every_form_needs_its_token(busy: Store) -> None:
    with client(busy) as board:
        board.get("/")  # a cookie, but no form
        before = busy.client.redis.dbsize()
        forms = [path for method, path in routes(board.app) if method == "POST"]
        assert len(forms) == 7
        token = links.link(busy.team.link_key(), "", "al_1", 1, "ack", NOW + timedelta(days=1))
        for path in [*forms[:-1], token]:
            for given in ("", "0" * 64):
                answer = board.post(path, data={"csrf": given, "by": "x", "act": "claim", "password": "x"})
                assert answer.status_code == 403, path
        stolen = csrf(board.get("/silences"))
        board.cookies.clear()
        assert (
            board.post("/silences", data={"csrf": stolen, "by": "x", "why": "y", "for": "1h"}).status_code
            == 403
        )
        assert not busy.team.handling("in_1").steps
        assert busy.client.redis.dbsize() <= before + 1  # the key of links


def test_a_form_sent_from_elsewhere_is_refused(board: Visitor) -> None:
    token = csrf(board.get("/silences"))
    fields = {"csrf": token, "by": "x", "why": "y", "for": "1h"}
    for site in ("cross-site", "same-site"):
        assert board.post("/silences", data=fields, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert board.post("/silences", data=fields, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_signing_in_and_out(busy: Store) -> None:
    with locked(busy) as board:
        answer = board.get("/alerts?category=curfew")
        assert answer.headers["location"] == "/login?next=/alerts%3Fcategory%3Dcurfew"
        answer = post(
            board, answer.headers["location"], "/login", password=PASSWORD, next="/alerts?category=curfew"
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/alerts?category=curfew")
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert board.get("/").status_code == 200
        assert board.get("/api/status").status_code == 200
        assert post(board, "/", "/logout").headers["location"] == "/login"
        assert board.get("/").status_code == 303


def test_cookies_are_secure_behind_https(busy: Store) -> None:
    with locked(busy) as plain:
        assert "secure" not in plain.get("/login").headers["set-cookie"].lower()
    with client(busy, config(password=PASSWORD, public_url="https://127.0.0.1")) as board:
        assert "secure" in board.get("/login").headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "target", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "/a\r\nb"]
)
def test_signing_in_leads_nowhere_else(busy: Store, target: str) -> None:
    with locked(busy) as board:
        answer = post(board, "/login", "/login", password=PASSWORD, next=target)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_wrong_passwords_have_to_wait(busy: Store) -> None:
    time = clock()
    with locked(busy, clock=time) as board:
        for _ in range(5):
            assert post(board, "/login", "/login", password="guess").status_code == 403
        answer = post(board, "/login", "/login", password=PASSWORD)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 200
        assert board.get("/api/status", auth=("x", PASSWORD)).status_code == 429
        time.advance(301)
        assert post(board, "/login", "/login", password=PASSWORD).status_code == 303


def test_machines_sign_in_with_http_basic(busy: Store) -> None:
    with locked(busy) as board:
        for path in ("/api/status", "/metrics", *LINES):
            assert board.get(path, auth=("anybody", PASSWORD)).status_code == 200
        assert board.get("/api/status", headers={"Authorization": "Basic %%%"}).status_code == 401
        assert board.get("/api/status", auth=("x", "wrong")).status_code == 401
        assert board.get("/", auth=("x", PASSWORD)).status_code == 303, "pages ask for a session"


def test_sessions_end_with_time_and_with_the_password() -> None:
    seal = Seal(KEY, PASSWORD)
    cookie = seal.session(1000.0)
    assert seal.knows(cookie, 1000.0 + 11 * 3600)
    assert not seal.knows(cookie, 1000.0 + 13 * 3600)
    assert not Seal(KEY, "another").knows(cookie, 1000.0)
    assert not Seal(b"other", PASSWORD).knows(cookie, 1000.0)
    body, _, signature = cookie.rpartition(".")
    assert not seal.knows(f"9{body}.{signature}", 1000.0)
    assert not seal.knows(f"{body}.{Seal(KEY, PASSWORD).form(body)}", 1000.0), "a form's token is no session"
    assert not Seal(KEY).opens("")


def test_attempts_are_counted_for_each_address_and_for_all() -> None:
    time = ManualClock()
    attempts = Attempts(time.monotonic, each=2, every=3, within=10.0)
    for _ in range(2):
        attempts.failed("a")
    assert attempts.wait("a") == 11
    assert attempts.wait("b") == 0
    attempts.failed("b")
    assert attempts.wait("c") > 0
    time.advance(10)
    assert attempts.wait("a") == attempts.wait("c") == 0


@pytest.mark.parametrize("listen", ["0.0.0.0:8080", "[::]:8080", "192.0.2.7:80", "board.test:80"])
def test_an_open_board_without_password_does_not_start(store: Store, listen: str) -> None:
    with pytest.raises(UsageError, match=r"board\.password") as caught:
        create_app(config(listen=listen), store, clock())
    assert "board.password" in caught.value.cure
    create_app(config(listen=listen, password=PASSWORD), store, clock())


# ---------------------------------------------------------------- what people do


def test_steps_are_taken_once_and_their_taker_is_remembered(board: Visitor, busy: Store) -> None:
    page, form = "/incidents/in_1", "/incidents/in_1/steps"
    answer = post(board, page, form, by="  ليلى\u202e \n", act="acknowledge", revision="2")
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    post(board, page, form, by="ليلى", act="acknowledge", revision="2")
    (step,) = busy.team.handling("in_1").steps
    assert (step.by, step.act, step.revision) == ("ليلى", "acknowledge", 2)
    assert 'value="ليلى"' in board.get(page).text
    assert "al_1" not in busy.team.asking()


@pytest.mark.parametrize("act", ["claim", "resolve", "not_relevant"])
def test_other_steps(board: Visitor, busy: Store, act: str) -> None:
    assert (
        post(board, "/incidents/in_2", "/incidents/in_2/steps", by="O", act=act, revision="99999").status_code
        == 303
    )
    (step,) = busy.team.handling("in_2").steps
    assert (step.act, step.revision) == (act, 1)
    assert [one["alert"] for one in busy.team.feedback()] == (["al_2_r1"] if act == "not_relevant" else [])


def test_a_step_needs_a_name_and_a_known_act(board: Visitor, busy: Store) -> None:
    answer = post(board, "/incidents/in_1", "/incidents/in_1/steps", by=" ", act="claim")
    assert answer.status_code == 400
    assert "write your name" in answer.text
    assert post(board, "/incidents/in_1", "/incidents/in_1/steps", by="x", act="delete").status_code == 400
    assert post(board, "/incidents/in_1", "/incidents/in_none/steps", by="x", act="claim").status_code == 404
    assert not busy.team.handling("in_1").steps


def test_a_silence_is_started_and_ended(board: Visitor, busy: Store) -> None:
    fields = {"by": "Omar", "why": "نقل الخادم", "for": "2h", "category": "curfew", "place": "حمص"}
    assert post(board, "/silences", "/silences", **fields).status_code == 303
    found = {one.why: one for one in busy.team.silences(NOW)}["نقل الخادم"]
    assert (found.categories, found.places, found.until) == (("curfew",), ("حمص",), NOW + timedelta(hours=2))
    assert post(board, "/silences", f"/silences/{found.id}/end").status_code == 303
    assert [one.id for one in busy.team.silences(NOW)] == ["si_1"]
    assert post(board, "/silences", "/silences/si_none/end").status_code == 400


@pytest.mark.parametrize(
    "wrong", [{"for": "9h"}, {"for": "0s"}, {"for": "x"}, {"for": "9" * 30 + "d"}, {"category": "weather"}, {"why": ""}, {"by": ""}]
)  # fmt: skip
def test_a_silence_that_is_not_meant_is_refused(board: Visitor, busy: Store, wrong: dict[str, str]) -> None:
    fields = {"by": "Omar", "why": "x", "for": "1h", **wrong}
    assert post(board, "/silences", "/silences", **fields).status_code == 400
    assert [one.id for one in busy.team.silences(NOW)] == ["si_1"]


def test_a_dead_letter_is_sent_again(board: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def revive(_self: Outbox, row_id: str, now_ms: int) -> str:
        asked.append((row_id, now_ms))
        return "ok" if row_id.startswith("al_1") else "unknown"

    monkeypatch.setattr(Outbox, "revive", revive, raising=False)
    page = board.get("/deliveries?state=dead").text
    (form,) = re.findall(r'action="(/deliveries/[^"]+/resend)"', page)
    assert post(board, "/deliveries?state=dead", form).status_code == 303
    assert asked == [("al_1_r1-duty-webhook", 1_795_368_600_000)]
    assert post(board, "/deliveries", "/deliveries/nothing/resend").status_code == 404


def test_the_command_needs_a_shared_store(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("feeds: []\n")
    with pytest.raises(UsageError, match="embedded") as caught:
        cli(["board", "--config", str(tmp_path / "config.yaml")], standalone_mode=False)
    assert "rasid run" in caught.value.cure


# ---------------------------------------------------------------- one-tap links


def link_to(store: Store, act: links.LinkAct = "ack", days: int = 7, revision: int = 1) -> str:
    return links.link(store.team.link_key(), "", "al_1", revision, act, NOW + timedelta(days=days))


def test_looking_at_a_link_does_nothing(busy: Store) -> None:
    with locked(busy) as board:  # no password is asked
        path = link_to(busy)
        for method in ("GET", "HEAD", "GET"):
            assert board.request(method, path).status_code == 200
        assert not busy.team.handling("in_1").steps
        text = board.get(path).text
        assert "حظر تجول في دير الزور" in text
        assert "Opening this page did nothing yet." in text


@pytest.mark.parametrize(("act", "step"), [("ack", "acknowledge"), ("not_relevant", "not_relevant")])
def test_a_link_does_what_it_says_once(busy: Store, act: links.LinkAct, step: str) -> None:
    with locked(busy) as board:
        path = link_to(busy, act)
        token = csrf(board.get(path))
        board.cookies.clear()  # a messenger's browser may keep none
        answer = board.post(path, data={"csrf": token, "by": "Rana"})
        assert answer.status_code == 200
        assert "Rana" in answer.text
        assert "Done. Thank you." in answer.text
        assert "done already" in board.post(path, data={"csrf": token, "by": "Rana"}).text
        (taken,) = busy.team.handling("in_1").steps
        assert (taken.act, taken.by, taken.revision) == (step, "Rana", 1)
        assert len(busy.team.feedback()) == (act == "not_relevant")


def test_a_link_needs_a_name_and_its_own_form(busy: Store) -> None:
    with locked(busy) as board:
        path, other = link_to(busy), link_to(busy, "not_relevant")
        assert board.post(path, data={"csrf": csrf(board.get(path)), "by": ""}).status_code == 400
        assert board.post(path, data={"csrf": csrf(board.get(other)), "by": "x"}).status_code == 403
        assert not busy.team.handling("in_1").steps


def test_wrong_and_old_links_say_so_kindly(busy: Store) -> None:
    with locked(busy) as board:
        over = board.get(link_to(busy, days=-1))
        assert (over.status_code, "This link is over" in over.text) == (410, True)
        cut = board.get(link_to(busy)[:-3])
        assert (cut.status_code, "not valid" in cut.text) == (404, True)
        assert board.post(link_to(busy, days=-1), data={"by": "x"}).status_code == 410
        assert board.get("/do/" + "x" * 900).status_code == 404
        assert not busy.team.handling("in_1").steps


def test_a_link_tells_of_a_newer_revision(board: Visitor, busy: Store) -> None:
    assert "There is a newer revision" in board.get(link_to(busy)).text
    assert "There is a newer revision" not in board.get(link_to(busy, revision=2)).text


@given(st.text(max_size=120), st.integers(0, 400))
def test_no_other_text_is_a_link(text: str, at: int) -> None:
    token = links.link(KEY, "https://b.test/", "al_1", 3, "ack", NOW).rpartition("/")[2]
    assert links.read(KEY, text, NOW) is None
    changed = token[: at % len(token)] + text + token[at % len(token) + 1 :]
    assert changed == token or links.read(KEY, changed, NOW) is None
    assert links.read(b"other", token, NOW) is None


def test_a_link_reads_as_it_was_written() -> None:
    address = links.link(KEY, "https://b.test/", "al_1f", 3, "not_relevant", NOW)
    assert address.startswith("https://b.test/do/v1.")
    assert len(address) < 200
    token = address.rpartition("/")[2]
    before = NOW - timedelta(seconds=1)
    assert links.read(KEY, token, before) == links.Link("al_1f", 3, "not_relevant", NOW)
    assert links.read(KEY, token, NOW) == links.Link("al_1f", 3, "not_relevant", NOW, expired=True)


# ---------------------------------------------------------------- JSON, health, metrics


@pytest.mark.parametrize("path", LINES)
def test_json_lines(board: Visitor, path: str) -> None:
    answer = board.get(path)
    assert answer.headers["content-type"] == "application/x-ndjson"
    documents = [json.loads(line) for line in answer.text.splitlines()]
    assert documents
    assert all(isinstance(one, dict) for one in documents)


def test_alerts_are_documents_of_their_schema(board: Visitor) -> None:
    documents = [
        json.loads(line) for line in board.get("/api/alerts?category=curfew&limit=50").text.splitlines()
    ]
    assert {one["schema"] for one in documents} == {"rasid.alert/1"}
    assert sorted((one["id"], one["revision"]) for one in documents) == [
        ("al_1", 1),
        ("al_1", 2),
        ("al_4", 1),
    ]
    assert [one for one in documents if one["id"] == "al_4"] == [STORIES[3][1].alerts[0].to_dict()]


def test_an_incident_in_json(board: Visitor) -> None:
    found = board.get("/api/incidents/in_1").json()
    assert (found["severity"], found["needs_acknowledgement"], len(found["alerts"])) == ("high", True, 2)
    assert {row["state"] for row in found["deliveries"]} == {"delivered", "dead"}
    answer = board.get("/api/incidents/nothing")
    assert (answer.status_code, answer.json()["error"]) == (404, "Not found")


def test_status_in_json(board: Visitor) -> None:
    found = board.get("/api/status").json()
    assert {"feed", "receiver", "dead letters", "items wait to be read"} <= {
        one["kind"] for one in found["problems"]
    }
    assert found["items_waiting"] == 1
    assert found["deliveries"]["dead"] == 1


def test_metrics(board: Visitor) -> None:
    text = board.get("/metrics").text
    for line in (
        'rasid_deliveries{state="dead"} 1', "rasid_items_waiting 1", "rasid_oldest_waiting_seconds 1200",
        "rasid_feeds_failing 1", 'rasid_feed_delay_seconds{feed="صوت الفرات",quantile="0.5"} 40',
        'rasid_receiver_failures{receiver="duty-webhook"} 1',
    ):  # fmt: skip
        assert line in text.splitlines(), line
    for line in text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[0-9.e+]+', line), (
            line
        )


def test_a_store_that_is_away_gives_a_page_that_says_so(busy: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    away = open_store("unix:///nowhere/valkey.sock")
    link = link_to(busy)
    with locked(busy) as board:
        post(board, "/login", "/login", password=PASSWORD)
        monkeypatch.setattr(busy.client, "redis", away.client.redis)
        for path in (*PAGES, *LINES, "/metrics", "/healthz", link):
            answer = board.get(path)
            assert answer.status_code == 503, path
            assert "raceback" not in answer.text
        page = board.get("/")
        assert "The store does not answer" in page.text
        assert page.headers["retry-after"] == "5"
        assert 'http-equiv="refresh"' in page.text
    with locked(away) as board:
        for path in ("/", "/login", "/api/status"):
            assert board.get(path).status_code == 503, "without the key nobody is let in"


# ---------------------------------------------------------------- the map, the server


@given(
    st.lists(st.tuples(st.floats(-85, 85), st.floats(-180, 180)), min_size=1, max_size=20),
)
def test_every_place_lies_on_the_map(points: list[tuple[float, float]]) -> None:
    _, work = STORIES[0]
    case = Case(work.incidents[0], work.alerts[0], Handling("in_1"), True, "high")
    drawn = plan(
        [Mark(str(number), "", lat, lon, "high", (case,)) for number, (lat, lon) in enumerate(points)]
    )
    assert drawn is not None
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in drawn.dots)
    assert all(0 < x < WIDTH for x, _ in drawn.meridians)


def test_the_map_shows_north_above_and_east_to_the_right(board: Visitor, busy: Store) -> None:
    keep(busy, *story(6, "clashes", "clashes", "high", "أين", "أين", None))
    text = board.get("/map").text
    spots = {
        page: (float(x), float(y))
        for page, x, y in re.findall(
            r'<a href="/incidents/(in_\d)" class="dot.*?<circle class="halo" cx="([\d.]+)" cy="([\d.]+)"',
            text,
            re.S,
        )
    }
    assert set(spots) == {"in_1", "in_2", "in_3"}
    assert spots["in_2"][1] < spots["in_1"][1] < spots["in_3"][1]
    assert spots["in_3"][0] < spots["in_2"][0] < spots["in_1"][0]
    assert "/incidents/in_6" in text[text.index("without a known place") :]
    assert "in_4" not in text, "it is over"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_it_serves_until_told_to_stop(busy: Store) -> None:
    port = free_port()

    async def scene() -> int:
        stop = asyncio.Event()
        work = asyncio.create_task(serve(config(listen=f"127.0.0.1:{port}"), busy, clock(), stop))
        async with httpx.AsyncClient(trust_env=False) as web:
            for _ in range(200):
                try:
                    answer = await web.get(f"http://127.0.0.1:{port}/healthz")
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0)
        stop.set()
        await asyncio.wait_for(work, 10)
        return answer.status_code

    assert asyncio.run(scene()) == 200


def test_a_slow_store_holds_up_nobody_else(busy: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answered = threading.Event(), threading.Event()

    def stats(_self: Store) -> dict[str, int]:
        asked.set()
        assert answered.wait(10)
        return {}

    monkeypatch.setattr(Store, "stats", stats)

    async def scene() -> list[int]:
        transport = httpx.ASGITransport(create_app(config(), busy, clock()))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
            slow = asyncio.create_task(web.get("/"))
            await asyncio.to_thread(asked.wait, 10)
            other = await asyncio.wait_for(web.get("/feeds"), 5)
            answered.set()
            return [other.status_code, (await slow).status_code]

    assert asyncio.run(scene()) == [200, 200]


def test_answers_leave_at_once() -> None:
    with listen("127.0.0.1:0") as listener:
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_is_taken_is_said_with_its_cure(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ServerError, match=re.escape(address)) as caught:
            asyncio.run(serve(config(listen=address), store, clock(), asyncio.Event()))
        assert "board.listen" in caught.value.cure
