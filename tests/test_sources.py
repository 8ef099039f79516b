"""What stands at an address: feeds that a page names, live blogs, robots.txt, lists of feeds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import opml
from monitor.discover import feed_links
from monitor.errors import ParseError
from monitor.liveblog import split_updates
from monitor.models import Entry
from monitor.robots import LONGEST, crawl_delay
from monitor.sources import Page, read_source

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


# ---------------------------------------------------------------- pages


def test_feeds_of_a_page_come_best_first() -> None:
    html = """<html><head><base href="/ar/">
    <link rel="alternate" type="application/rss+xml" title="تعليقات" href="comments/feed/">
    <link rel="alternate" type="application/json+oembed" href="/oembed">
    <link rel="stylesheet" type="application/rss+xml" href="/no">
    <link rel="ALTERNATE home" type="application/atom+xml" href="feed/">
    <link rel="alternate" type="application/feed+json" href="https://other.test/feed.json">
    <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
    </head><body></body></html>"""
    found = [link.url for link in feed_links(html.encode(), "https://o.test/page")]
    assert found == [
        "https://o.test/ar/feed/", "https://other.test/feed.json", "https://o.test/ar/comments/feed/",
    ]  # fmt: skip


@given(st.binary(max_size=400))
def test_no_page_makes_discovery_fail(page: bytes) -> None:
    feed_links(page, "https://o.test/")


def test_a_page_without_feeds_is_an_error_with_a_cure() -> None:
    with pytest.raises(ParseError) as caught:
        read_source(
            b"<html><body>Log in</body></html>", "text/html", url="https://o.test/", encoding="", now=NOW
        )
    assert caught.value.reason == "not_a_feed"
    named = b"<html><head><link rel=alternate type=application/rss+xml href=/f></head><body>x</body></html>"
    source = read_source(named, "text/html", url="https://o.test/", encoding="", now=NOW)
    assert isinstance(source, Page)
    assert source.links[0].url == "https://o.test/f"


# ---------------------------------------------------------------- live blogs


def blog(*updates: str, intro: str = "<p>تغطية مباشرة</p>") -> Entry:
    content = intro + "".join(f"<p>{one}</p>" for one in updates)
    return Entry("g1", "https://o.test/live", "تغطية", content=content, published=NOW)


def test_each_update_of_a_live_blog_is_an_entry_of_its_own_wherever_it_stands() -> None:
    first = split_updates(blog("10:00 خبر أول", "١١:٣٠ - خبر ثان", "تحديث 12:15: خبر ثالث"))
    assert len(first) == 4
    assert all(one.guid and one.guid.startswith("g1#") and one.whole for one in first[1:])
    assert first[0].guid == "g1"
    grown = split_updates(blog("13:00 خبر رابع", "10:00 خبر أول", "١١:٣٠ - خبر ثان", "تحديث 12:15: خبر ثالث"))
    assert {one.guid for one in first} < {one.guid for one in grown}
    assert grown[0] == first[0], "what stands above the updates has not changed"


@pytest.mark.parametrize(
    "content",
    [
        "<p>اجتمع المجلس عند 10:00 صباحا</p><p>وانتهى 11:00</p><p>ثم 12:00</p>",
        "<p>10:00 موعد المباراة</p><p>ثم نص طويل</p><p>13:00 الثانية</p>",
        "plain text 10:00",
        "",
    ],
)
def test_an_article_that_names_hours_is_no_live_blog(content: str) -> None:
    entry = Entry("g", None, "t", content=content)
    assert split_updates(entry) == [entry]


@given(st.text(max_size=300))
def test_no_content_makes_the_split_fail_or_lose_the_entry(content: str) -> None:
    assert split_updates(Entry("g", None, "t", content=content))[0].guid == "g"


# ---------------------------------------------------------------- robots.txt


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("", 0),
        ("User-agent: *\nCrawl-delay: 5", 5),
        ("User-agent: *\nCrawl-delay: 5\n\nUser-agent: rasid\nCrawl-delay: 2", 2),
        ("User-agent: rasid\nCrawl-delay: 2\nUser-agent: *\nCrawl-delay: 5", 2),
        ("User-agent: a\nUser-agent: *\nDisallow: /x\nCrawl-delay: 1.5 # please", 1.5),
        ("User-agent: other\nCrawl-delay: 9", 0),
        ("User-agent: *\nCrawl-delay: 86400", LONGEST),
        ("User-agent: *\nCrawl-delay: soon", 0),
        ("User-agent: *\nCrawl-delay: nan", 0),
        ("Crawl-delay: 3", 0),
    ],
)
def test_crawl_delay(text: str, delay: float) -> None:
    assert crawl_delay(text, "rasid") == delay


@given(st.text(max_size=200))
def test_no_robots_txt_makes_us_fail_or_stop(text: str) -> None:
    assert 0.0 <= crawl_delay(text, "rasid") <= LONGEST


# ---------------------------------------------------------------- OPML


def test_an_opml_list_is_read_flat_and_says_what_it_leaves_out() -> None:
    text = """\ufeff<?xml version="1.0"?><opml version="2.0"><body>
      <outline text="folder"><outline text="أ &amp; ب" xmlUrl="https://a.test/feed" language="ar"/></outline>
      <outline title="أ &amp; ب" xmlUrl="https://b.test/feed"/>
      <outline title="again" xmlUrl="https://a.test/feed"/>
      <outline title="local" xmlUrl="file:///etc/passwd"/>
    </body></opml>"""
    feeds, left_out = opml.read(text.encode())
    assert [(one.name, one.url, one.lang) for one in feeds] == [
        ("أ & ب", "https://a.test/feed", "ar"),
        ("أ & ب 2", "https://b.test/feed", ""),
    ]
    assert len(left_out) == 2


@pytest.mark.parametrize("text", [b"", b"<rss/>", b"hello", b"{}"])
def test_what_is_no_opml_is_refused(text: bytes) -> None:
    with pytest.raises(ParseError):
        opml.read(text)


def test_entities_of_a_hostile_list_are_not_expanded() -> None:
    text = b"""<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "yy">]>
    <opml><body><outline text="&x;&y;" xmlUrl="https://a.test/"/></body></opml>"""
    with pytest.raises(ParseError):
        opml.read(text)


NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=30
)


@given(st.lists(NAMES.map(str.strip).filter(bool), max_size=8, unique_by=lambda name: " ".join(name.split())))
def test_a_list_that_is_written_is_read_again(names: list[str]) -> None:
    feeds = [
        opml.ListedFeed(" ".join(name.split()), f"https://h{number}.test/")
        for number, name in enumerate(names)
    ]
    assert opml.read(opml.write(feeds, "x & <y>").encode())[0] == feeds
