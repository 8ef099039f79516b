"""Manners, against a loopback outlet that remembers every request, on a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest

from monitor.clock import ManualClock
from monitor.config import Config
from monitor.harvest import Outcome
from monitor.http import Fetcher, policy
from monitor.poller import Poller
from monitor.store import Store
from tests.outlet import MORNING, Asked, Outlet, Reply, rss, serving

QUICK = {"per_host": {"delay": "1s", "concurrency": 2}, "allow_networks": ["127.0.0.0/8"], "timeout": "5s"}


class Drive:
    """A poller whose time passes only when told."""

    def __init__(self, store: Store, outlet: Outlet, feeds: list[dict[str, Any]], **sections: Any) -> None:
        self.clock = outlet.clock
        self.outcomes: list[Outcome] = []
        feeds = [{"name": one.get("name") or f"f{number}", **one} for number, one in enumerate(feeds)]
        self.config = Config.model_validate({"http": QUICK, "feeds": feeds, **sections})
        self._store = store

    async def __aenter__(self) -> Drive:
        self._fetcher = await Fetcher(policy(self.config)).__aenter__()
        self.poller = Poller(
            self.config, self._store, self._fetcher, self.clock, self.clock.now(), self.outcomes.append
        )
        await self.poller._plan_start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._fetcher.__aexit__()

    async def pass_time(self, seconds: float, step: float = 0.25) -> None:
        """Let time pass in small steps, with every poll that falls due."""
        until = self.clock.monotonic() + seconds
        while self.clock.monotonic() < until:
            names = self.poller._agenda.take(self.clock.monotonic(), 50)
            await asyncio.gather(*(self.poller._turn_to(name, None) for name in names))
            self.clock.advance(step)

    def state(self, name: str = "f0") -> dict[str, Any]:
        return self._store.feeds.state(name)


def driven(
    store: Store,
    answer: Callable[[Asked], Reply],
    feeds: list[dict[str, Any]],
    play: Callable[[Drive, Outlet], Awaitable[None]],
    **sections: Any,
) -> tuple[Drive, Outlet]:
    """Serve, poll, play; `{base}` in a feed's URL becomes the outlet's address."""
    outlet = Outlet(ManualClock(MORNING), answer)

    async def run() -> Drive:
        async with serving(outlet):
            ready = [{**one, "url": one["url"].format(base=outlet.base)} for one in feeds]
            async with Drive(store, outlet, ready, **sections) as drive:
                await play(drive, outlet)
                return drive

    return asyncio.run(run()), outlet


FEED = {"url": "{base}/feed", "interval": "10s"}


def test_validators_go_back_exactly_as_they_came(store: Store) -> None:
    tag, date = 'W/"a  b,c"', "Sun, 01 Mar 2026 08:00:00 +0000"

    def answer(asked: Asked) -> Reply:
        if "if-none-match" in asked.headers:
            return Reply(304)
        return Reply(200, {"etag": tag, "last-modified": date}, rss("one"))

    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(25)

    drive, outlet = driven(store, answer, [FEED], play)
    assert [one.reason for one in drive.outcomes] == ["fetched", "not_modified", "not_modified"]
    assert "if-none-match" not in outlet.asked[0].headers
    for asked in [one for one in outlet.asked if one.path == "/feed"][1:]:
        assert (asked.headers["if-none-match"], asked.headers["if-modified-since"]) == (tag, date)


def test_a_host_is_never_asked_sooner_than_configured(store: Store) -> None:
    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(40)

    feeds = [{"url": f"{{base}}/{number}", "interval": "4s"} for number in range(12)]
    _, outlet = driven(store, lambda asked: Reply(200, {}, rss(asked.path)), feeds, play)
    times = outlet.times()
    assert len(times) > 30
    assert min(later - sooner for sooner, later in pairwise(times)) >= 1.0
    asked = [outlet.times(f"/{number}") for number in range(12)]
    assert all(len(one) >= 2 for one in asked), "every feed of a crowded host has its turn"


@pytest.mark.parametrize(
    ("status", "header", "least"),
    [(429, "30", 30), (503, "45", 45), (429, "Sun, 01 Mar 2026 08:01:30 GMT", 80)],
)
def test_retry_after_is_never_broken_by_any_feed_of_the_host(
    store: Store, status: int, header: str, least: float
) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(status, {"retry-after": header}) if asked.path == "/busy" else Reply(200, {}, rss("x"))

    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(100)

    feeds = [{"url": "{base}/busy", "interval": "5s"}, {"url": "{base}/calm", "interval": "5s"}]
    drive, outlet = driven(store, answer, feeds, play)
    told = outlet.times("/busy")[0]
    following = [at for at in outlet.times() if at > told]
    assert following
    assert min(following) - told >= least
    assert f"http_{status}" in {one.reason for one in drive.outcomes}


def test_a_start_is_no_stampede(store: Store) -> None:
    async def play(drive: Drive, outlet: Outlet) -> None:
        due = sorted(drive.poller._agenda._due.values())
        assert len(due) == 2000
        seconds = [int(at) for at in due]
        assert max(seconds.count(second) for second in set(seconds)) <= 80
        assert due[-1] > 30

    feeds = [{"url": f"http://h{number}.test/feed"} for number in range(2000)]
    driven(store, lambda _: Reply(), feeds, play)


def test_what_fails_is_asked_ever_less_and_recovers_by_itself(store: Store) -> None:
    well = False

    def answer(asked: Asked) -> Reply:
        return Reply(200, {}, rss("one")) if well else Reply(500)

    async def play(drive: Drive, outlet: Outlet) -> None:
        nonlocal well
        await drive.pass_time(1200, step=1)
        well = True
        await drive.pass_time(400, step=1)

    drive, outlet = driven(store, answer, [FEED], play, polling={"max_interval": "5m"})
    gaps = [later - sooner for sooner, later in pairwise(outlet.times())]
    failing = [one for one in gaps if one > 15]
    assert failing == sorted(failing) or max(failing) <= 331
    assert max(gaps) <= 331, "never for ever"
    assert drive.outcomes[-1].reason in ("fetched", "same_body")
    assert drive.state()["errors"] == 0


@pytest.mark.parametrize(
    ("status", "cure"),
    [(403, "http.contact"), (406, "http.contact"), (404, "new address"), (410, "closed"), (500, "by itself")],
)
def test_every_refusal_says_what_to_do(store: Store, status: int, cure: str) -> None:
    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(1)

    drive, _ = driven(store, lambda _: Reply(status), [FEED], play)
    assert drive.outcomes[0].reason == f"http_{status}"
    assert cure in drive.outcomes[0].cure
    assert drive.state()["error"]


def test_a_short_body_leaves_no_validator_behind(store: Store) -> None:
    whole = False

    def answer(asked: Asked) -> Reply:
        assert "if-none-match" not in asked.headers
        return Reply(200, {"etag": '"new"', **({} if whole else {"content-length": "99999"})}, rss("one"))

    async def play(drive: Drive, outlet: Outlet) -> None:
        nonlocal whole
        await drive.pass_time(1)
        assert drive.outcomes[0].failed
        assert not drive.state().get("etag")
        whole = True
        await drive.pass_time(60)
        assert drive.state()["entries"] == 1

    driven(store, answer, [FEED], play)


def test_two_pollers_share_the_feeds_and_a_dead_one_s_are_taken_over(store: Store) -> None:
    async def play(first: Drive, outlet: Outlet) -> None:
        second = Poller(first.config, store, first._fetcher, first.clock, first.clock.now())
        second._holder = "elsewhere:2:poller"
        await second._plan_start()

        async def both(seconds: float) -> None:
            until = first.clock.monotonic() + seconds
            while first.clock.monotonic() < until:
                now = first.clock.monotonic()
                polls = [(first.poller, name) for name in first.poller._agenda.take(now, 50)]
                polls += [(second, name) for name in second._agenda.take(now, 50)]
                await asyncio.gather(*(one._turn_to(name, None) for one, name in polls))
                first.clock.advance(0.25)

        await both(200)
        gaps = [later - sooner for sooner, later in pairwise(outlet.times("/feed"))]
        assert min(gaps) >= 9, "two pollers ask no more often than one"
        assert len(outlet.times()) >= 12
        store.feeds.begin_poll("f0", "dead:3:poller")  # it dies with the lease in its hand
        asked = len(outlet.times())
        await both(60)
        assert len(outlet.times()) > asked, "taken over within a minute"

    driven(store, lambda _: Reply(200, {}, rss("one")), [FEED], play)


def test_an_alert_of_its_outlet_hastens_a_feed(store: Store) -> None:
    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(5)
        asked = len(outlet.times())
        await drive.pass_time(120)
        assert len(outlet.times()) == asked
        store.feeds.stir(["f0"], int(drive.clock.now().timestamp() * 1000) + 600_000)
        await drive.poller._hasten_stirred()
        await drive.pass_time(62)
        assert len(outlet.times()) == asked + 1

    driven(store, lambda _: Reply(200, {}, rss("one")), [{"url": "{base}/feed"}], play)


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_move_is_remembered_after_three_identical_answers(store: Store, status: int) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(status, {"location": "/new"}) if asked.path == "/feed" else Reply(200, {}, rss("one"))

    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(55)
        assert drive.state()["moved"] == f"{outlet.base}/new"

    _, outlet = driven(store, answer, [FEED], play)
    assert len(outlet.times("/feed")) == 3
    assert len(outlet.times("/new")) > 3


def test_a_passing_redirect_is_not_remembered_and_a_lost_new_address_is_given_up(store: Store) -> None:
    lost = False

    def answer(asked: Asked) -> Reply:
        if asked.path == "/new":
            return Reply(404) if lost else Reply(200, {}, rss("one"))
        return (
            Reply(200, {}, rss("two")) if lost else Reply(302 if asked.at < 35 else 301, {"location": "/new"})
        )

    async def play(drive: Drive, outlet: Outlet) -> None:
        nonlocal lost
        await drive.pass_time(34)
        assert not drive.state().get("redirects")
        await drive.pass_time(40)
        assert drive.state()["moved"]
        lost = True
        await drive.pass_time(60)
        assert "moved" not in drive.state()
        assert drive.state()["errors"] == 0

    driven(store, answer, [FEED], play)


def test_a_closed_feed_is_asked_once_a_day_and_told(store: Store) -> None:
    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(3 * 86_400, step=600)

    drive, outlet = driven(store, lambda _: Reply(410), [FEED], play)
    assert 2 <= len(outlet.times()) <= 3
    assert "remove it from the config" in drive.state()["cure"]


@pytest.mark.parametrize("validator", ["same etag", "another etag", "same date"])
def test_a_feed_that_says_unchanged_for_ever_is_read_in_full_once_a_day(store: Store, validator: str) -> None:
    def answer(asked: Asked) -> Reply:
        titles = ["one"] if asked.at < 3600 else ["two", "one"]
        if "if-none-match" in asked.headers or "if-modified-since" in asked.headers:
            return Reply(304)
        tag = f'"{asked.at}"' if validator == "another etag" else '"for ever"'
        date = {"last-modified": "Sun, 01 Mar 2026 08:00:00 GMT"}
        return Reply(200, date if validator == "same date" else {"etag": tag}, rss(*titles))

    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(86_400 + 7200, step=60)
        assert [one["name"] for one in drive.state()["findings"]] == ["lying_validators"]
        assert drive.state()["watched"]["lies"]

    drive, outlet = driven(store, answer, [{"url": "{base}/feed", "interval": "30m"}], play)
    assert sum(one.new for one in drive.outcomes) == 2, "the entry that the validator hid was found"
    assert "if-none-match" not in outlet.asked[-1].headers, "such a validator is not trusted again"


def test_a_hole_is_told_and_filled_from_the_pages_of_older_entries(store: Store) -> None:
    stories = [f"story {number:02}" for number in range(30)][::-1]

    def answer(asked: Asked) -> Reply:
        out = stories[20:] if asked.at < 15 else stories[:10]
        if "paged=2" in asked.path:
            out = stories[8:18]
        if "paged=3" in asked.path:
            out = stories[16:26]
        return Reply(200, {}, rss(*out))

    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(12)
        await drive.pass_time(12)
        found = drive.state()["findings"]
        assert [one["name"] for one in found] == ["overflow"]
        assert "none is missing" in found[0]["message"]

    quick = {**QUICK, "per_host": {"delay": "0s"}}
    drive, outlet = driven(store, answer, [FEED], play, http=quick)
    assert [one.new for one in drive.outcomes if one.reason == "fetched"][:2] == [10, 20]
    assert {"paged=2" in path for path in {one.path for one in outlet.asked}} == {True, False}
    assert len(store.items.newest(100)) == 30


def test_a_feed_without_pages_of_older_entries_leaves_a_hole_that_is_told(store: Store) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(200, {}, rss("a", "b", "c") if asked.at < 15 else rss("x", "y", "z"))

    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(24)
        assert "more may be missing" in drive.state()["findings"][0]["message"]

    driven(store, answer, [FEED], play, http={**QUICK, "per_host": {"delay": "0s"}})


def test_when_our_own_line_is_down_one_report_stands_for_all(store: Store) -> None:
    async def play(drive: Drive, outlet: Outlet) -> None:
        async def nowhere(host: str, port: int) -> list[str]:
            raise OSError("no name server")

        drive._fetcher.resolver = nowhere
        await drive.pass_time(40)

    feeds = [{"url": f"http://h{number}.test/feed", "interval": "10s"} for number in range(20)]
    drive, _ = driven(store, lambda _: Reply(), feeds, play)
    reasons = [one.reason for one in drive.outcomes]
    assert reasons.count("uplink") == 1
    assert reasons.count("dns") <= 5


def test_a_changed_address_in_the_config_starts_afresh(store: Store) -> None:
    def answer(asked: Asked) -> Reply:
        assert asked.path == "/a" or "if-none-match" not in asked.headers
        return Reply(200, {"etag": '"a"'}, rss("one"))

    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(20)

    driven(store, answer, [{"url": "{base}/a", "interval": "1s"}], play)
    drive, outlet = driven(store, answer, [{"url": "{base}/b", "interval": "1s"}], play)
    assert outlet.times("/b")
    assert drive.outcomes[0].reason in ("fetched", "same_body")


def test_a_page_that_names_its_feed_is_followed(store: Store) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/":
            named = "<link rel=alternate type='application/rss+xml' title='all' href='/feed.xml'>"
            return Reply(
                200, {"content-type": "text/html"}, f"<html><head>{named}</head><body>hello</body></html>"
            )
        return Reply(200, {}, rss("one")) if asked.path == "/feed.xml" else Reply(404)

    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(30)
        assert drive.state()["found"] == f"{outlet.base}/feed.xml"

    drive, outlet = driven(
        store,
        answer,
        [{"url": "{base}/", "interval": "10s"}],
        play,
        http={**QUICK, "per_host": {"delay": "0s"}},
    )
    assert drive.outcomes[0].new == 1
    assert len(outlet.times("/")) == 1
    assert len(outlet.times("/feed.xml")) == 3


@pytest.mark.parametrize("body", ["<html><body>Please log in</body></html>", "not xml at all", ""])
def test_what_is_no_feed_is_never_nothing_new(store: Store, body: str) -> None:
    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(2)

    drive, _ = driven(store, lambda _: Reply(200, {"content-type": "text/html"}, body), [FEED], play)
    assert drive.outcomes[0].failed
    assert drive.state()["error"]


def test_the_outcomes_of_a_channel_s_posts(store: Store) -> None:
    from tests.test_telegram import page, post

    posts = [post(1, "فرض حظر تجول في المدينة"), post(2, "", photo=True)]

    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(2)
        records = {one["item"]["url"]: one["item"] for one in store.items.newest(9)}
        assert records["https://t.me/newsroom/2"]["quiet"] == "unread_image"
        assert records["https://t.me/newsroom/1"]["whole"] is True
        posts[:] = [post(1, "فرض حظر تجول في المدينة حتى الصباح", edited=True)]
        await drive.pass_time(10)

    drive, _ = driven(store, lambda _: Reply(200, {"content-type": "text/html"}, page(*posts)), [FEED], play)
    assert [(one.new, one.changed) for one in drive.outcomes[:2]] == [(2, 0), (0, 1)], (
        "an edit is a correction"
    )
    assert len(store.items.newest(9)) == 2, "a deleted post stays known"


def test_a_crawl_delay_is_read_once_and_kept(store: Store) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/robots.txt":
            return Reply(200, {"content-type": "text/plain"}, "User-agent: *\nCrawl-delay: 7\n")
        return Reply(200, {}, rss("one"))

    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(60)

    _, outlet = driven(store, answer, [{"url": "{base}/feed", "interval": "2s"}], play)
    assert len(outlet.times("/robots.txt")) == 1
    read = outlet.times("/robots.txt")[0]
    after = [at for at in outlet.times() if at > read]
    assert min(later - sooner for sooner, later in pairwise([read, *after])) >= 7


def test_a_live_blog_that_grows_brings_new_items_and_no_correction(store: Store) -> None:
    updates = [
        "10:00 هدوء في المدينة منذ الصباح",
        "11:00 وصول تعزيزات إلى المنطقة",
        "12:00 اجتماع للوجهاء في البلدية",
    ]

    def answer(asked: Asked) -> Reply:
        text = "".join(f"&lt;p&gt;{one}&lt;/p&gt;" for one in updates)
        body = rss("live").replace("</item>", f"<description>{text}</description></item>")
        return Reply(200, {}, body)

    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(2)
        updates.insert(0, "13:00 فرض حظر تجول في البلدة")
        await drive.pass_time(10)

    drive, _ = driven(store, answer, [FEED], play)
    assert [(one.new, one.changed) for one in drive.outcomes[:2]] == [(4, 0), (1, 0)]


@pytest.mark.parametrize("trouble", ["", "held", "taken over"])
def test_pages_of_older_entries_are_asked_for_in_turn_and_under_the_lease(store: Store, trouble: str) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.at > 9 and asked.path == "/feed" and trouble == "held":
            store.hosts.hold(asked.headers["host"], round((MORNING.timestamp() + asked.at + 60) * 1000))
        if asked.at > 9 and asked.path == "/feed" and trouble == "taken over":
            _, held, _ = store.feeds.begin_poll("f0", "thief")
            store.feeds.begin_poll("f0", "thief", dead=held)
        return Reply(200, {}, rss("a", "b", "c") if asked.at < 9 else rss("x", "y", "z"))

    async def play(drive: Drive, outlet: Outlet) -> None:
        async with asyncio.timeout(30):  # with one request at once, a visit must not wait for its own turn
            await drive.pass_time(16)

    quick = {**QUICK, "per_host": {"delay": "0s", "concurrency": 1}}
    drive, outlet = driven(store, answer, [FEED], play, http=quick)
    assert any("paged" in asked.path for asked in outlet.asked) is (trouble == "")
    assert not any(one.failed for one in drive.outcomes)


# ---------------------------------------------------------------- another config


def test_a_new_config_adds_drops_and_changes_feeds_and_leaves_the_others_alone(store: Store) -> None:
    stay, drop, add = (
        {"url": f"{{base}}/{name}", "interval": "60s", "name": name} for name in ("stay", "drop", "add")
    )

    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(70)
        before = len(outlet.times("/stay")), len(outlet.times("/drop"))
        feeds = [{**one, "url": one["url"].format(base=outlet.base)} for one in (stay, add)]
        await drive.poller.apply(Config.model_validate({"http": QUICK, "feeds": feeds}))
        await drive.pass_time(20)
        assert outlet.times("/add") != []
        assert (len(outlet.times("/stay")), len(outlet.times("/drop"))) == before  # neither is due yet
        await drive.pass_time(200)
        assert len(outlet.times("/drop")) == before[1]
        gaps = [later - sooner for sooner, later in pairwise(outlet.times("/stay"))]
        assert all(50 <= gap <= 75 for gap in gaps)

    drive, _ = driven(store, lambda _: Reply(body=rss("a")), [stay, drop], play)
    assert drive.state("drop") != {}  # its history stays


def test_a_feed_that_changes_while_it_is_polled_is_polled_by_its_new_self(store: Store) -> None:
    feed = {"url": "{base}/old", "interval": "60s", "name": "one"}

    async def play(drive: Drive, outlet: Outlet) -> None:
        changed = {"name": "one", "url": f"{outlet.base}/new", "interval": "60s"}
        config = Config.model_validate({"http": QUICK, "feeds": [changed]})
        until = drive.clock.monotonic() + 70
        applied = False
        while drive.clock.monotonic() < until:
            names = drive.poller._agenda.take(drive.clock.monotonic(), 50)
            polls = [asyncio.create_task(drive.poller._turn_to(name, None)) for name in names]
            if names and not applied:
                await drive.poller.apply(config)
                applied = True
            await asyncio.gather(*polls)
            drive.clock.advance(0.25)
        assert len(outlet.times("/old")) <= 1
        assert 1 <= len(outlet.times("/new")) <= 3

    driven(store, lambda _: Reply(body=rss("a")), [feed], play)


def test_a_feed_that_goes_while_its_host_rests_is_asked_no_more(store: Store) -> None:
    feeds = [{"url": f"{{base}}/{number}", "interval": "60s"} for number in range(6)]

    async def play(drive: Drive, outlet: Outlet) -> None:
        await drive.pass_time(1.5)
        asked = len(outlet.asked)
        await drive.poller.apply(Config.model_validate({"http": QUICK, "feeds": []}))
        await drive.pass_time(120)
        assert len(outlet.asked) <= asked + 1  # robots.txt may still be read
        assert drive.poller._agenda.take(drive.clock.monotonic() + 1000, 50) == []

    driven(store, lambda _: Reply(body=rss("a")), feeds, play)
