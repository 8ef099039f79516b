"""The demo newsroom: what it publishes when, how it answers, and its webhook receiver."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest

from monitor.clock import ManualClock
from monitor.demo import newsroom as demo
from monitor.demo.pages import article_page
from monitor.demo.stories import outlets
from monitor.errors import ServerError, UsageError


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def room(tmp_path: Path, clock: ManualClock) -> demo.Newsroom:
    return demo.prepare(tmp_path, clock)


def get(room: demo.Newsroom, key: str, path: str, seconds: float, **headers: str) -> demo.Response:
    asked = {name.replace("_", "-"): value for name, value in headers.items()}
    return demo.respond(room, key, path, asked, room.started_at + timedelta(seconds=seconds))


def test_stories_are_sound() -> None:
    stories = [story for outlet in outlets().values() for story in outlet.stories]
    assert len(stories) == 40
    assert sum(story.day < 0 for story in stories) == 13
    for story in stories:
        own = " ".join([story.title, story.lead, *story.paragraphs])
        assert 0 <= story.at <= 20 or story.day < 0
        assert story.expect.get("place", "") in own
        if story.correction:
            assert story.at < story.correction.at <= 20
            assert story.correction.expect["place"] in " ".join(story.correction.paragraphs)
        assert not any(headline in own for headline in outlets()[story.outlet].related)
    found = {category for story in stories for category in story.expect}
    assert found == {"curfew", "displacement", "clashes", "place"}


@pytest.mark.parametrize("key", list(outlets()))
def test_feed_parses_and_follows_the_clock(room: demo.Newsroom, key: str) -> None:
    early, late = (get(room, key, "/feed/", seconds) for seconds in (0, room.duration))
    backlog, everything = (feedparser.parse(answer.body) for answer in (early, late))
    stories = outlets()[key].stories
    assert not everything.bozo
    assert len(backlog.entries) == sum(story.day < 0 for story in stories)
    assert {entry.title for entry in everything.entries} >= {s.title for s in stories if not s.correction}
    assert len({entry.id for entry in everything.entries}) == len(stories)
    assert all("content" in entry for entry in everything.entries) == outlets()[key].full
    for entry in everything.entries:
        path = entry.link.removeprefix(demo.base_url(room, key))
        assert get(room, key, f"/{path}", room.duration).status == 200


def test_unpublished_and_unknown_pages_are_not_found(room: demo.Newsroom) -> None:
    assert get(room, "furat", "/archives/4101/", 0).status == 404
    assert get(room, "furat", "/archives/4101/", 1).status == 200
    assert get(room, "furat", "/wp-login.php", 1).status == 404


def test_conditional_requests(room: demo.Newsroom) -> None:
    first = get(room, "furat", "/feed/", 5)
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    again = get(room, "furat", "/feed/", 5.5, if_none_match=etag, if_modified_since=modified)
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", etag)
    assert get(room, "furat", "/feed/", 5.5, if_none_match=f'"x", W/{etag}').status == 304
    assert get(room, "furat", "/feed/", 5.5, if_modified_since=modified).status == 304
    assert get(room, "furat", "/feed/", 6, if_none_match=etag).status == 200
    assert get(room, "furat", "/feed/", 6, if_modified_since=modified).status == 200
    assert get(room, "furat", "/feed/", 5, if_none_match='"x"', if_modified_since=modified).status == 200
    assert get(room, "furat", "/feed/", 5, if_modified_since="yesterday").status == 200


def test_windows_1256(room: demo.Newsroom) -> None:
    for path in ("/feed/", "/archives/771/"):
        answer = get(room, "sanabel", path, 20)
        assert answer.headers["Content-Type"].endswith("charset=windows-1256")
        assert "windows-1256" in answer.body.decode("cp1256")
        assert "الشحيل" in answer.body.decode("cp1256")
        with pytest.raises(UnicodeDecodeError):
            answer.body.decode("utf-8")


def test_correction_keeps_the_guid(room: demo.Newsroom) -> None:
    def entry(seconds: float) -> feedparser.FeedParserDict:
        parsed = feedparser.parse(get(room, "sanabel", "/feed/", seconds).body)
        return next(entry for entry in parsed.entries if entry.id.endswith("?p=772"))

    before, after = entry(13), entry(14)
    assert (before.id, before.link, before.published) == (after.id, after.link, after.published)
    assert "تل رفعت" in before.title
    assert "مارع" in after.title
    page = get(room, "sanabel", "/archives/772/", 14).body.decode("cp1256")
    assert "تل رفعت" not in page


def test_page_template_escapes_and_links_related() -> None:
    page = article_page("عنوان <b>", ["نص & خبر"], ["فرض حظر تجول <x>"])
    assert "عنوان &lt;b&gt;" in page
    assert "نص &amp; خبر" in page
    assert "فرض حظر تجول &lt;x&gt;</a>" in page
    assert all(label in page for label in ("Facebook", "WhatsApp", "مقالات ذات صلة"))


def test_state_persists(tmp_path: Path, clock: ManualClock, room: demo.Newsroom) -> None:
    clock.advance(3600)
    again = demo.prepare(tmp_path, clock)
    assert again == room
    assert demo.feeds(again) == demo.feeds(room)
    assert demo.published_all_at(again) == room.started_at + timedelta(seconds=20)
    assert len({*room.ports.values(), room.hook_port}) == len(outlets()) + 1


@pytest.mark.parametrize("damage", ["{", "[1]", "{}x", '{"ports": {"furat": "x"}}'])
def test_damaged_state_is_refused(tmp_path: Path, clock: ManualClock, damage: str) -> None:
    (tmp_path / demo.STATE_FILE).write_text(damage)
    with pytest.raises(UsageError, match="damaged"):
        demo.prepare(tmp_path, clock)


def test_taken_port_is_an_error(tmp_path: Path, clock: ManualClock, room: demo.Newsroom) -> None:
    with socket.socket() as other:
        other.bind((demo.HOST, room.hook_port))
        other.listen()
        with (
            pytest.raises(ServerError, match=str(room.hook_port)),
            demo.running(room, tmp_path, clock),
        ):
            pass


def post(room: demo.Newsroom, body: bytes, signature: str, timestamp: str) -> int:
    headers = {"webhook-id": "al_1_r1", "webhook-timestamp": timestamp, "webhook-signature": signature}
    request = urllib.request.Request(demo.hook_url(room), data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_servers_answer_and_the_hook_checks_signatures(
    tmp_path: Path, clock: ManualClock, room: demo.Newsroom
) -> None:
    stamp = str(int(clock.now().timestamp()))
    stale = str(int(clock.now().timestamp()) - 301)
    body = '{"title": "حظر"}'.encode()
    good = demo.sign("al_1_r1", stamp, body)
    with demo.running(room, tmp_path, clock):
        assert post(room, body, f"v1,AAAA {good}", stamp) == 204
        assert post(room, body + b" ", good, stamp) == 401
        assert post(room, body, demo.sign("al_1_r1", stale, body), stale) == 401
        assert post(room, b"no json", "v2,\xe9", stamp) == 401
        with urllib.request.urlopen(demo.feeds(room)[0]["url"], timeout=5) as answer:
            assert len(feedparser.parse(answer.read()).entries) == 4
    lines = [json.loads(line) for line in (tmp_path / demo.HOOK_FILE).read_text("utf-8").splitlines()]
    assert [line["verified"] for line in lines] == [True, False, False, False]
    assert lines[0] == {"id": "al_1_r1", "verified": True, "body": {"title": "حظر"}}
    assert lines[3]["body"] is None
