"""Hostile and broken feed documents: refused, or read as far as they go, and always told."""

from __future__ import annotations

import resource
import subprocess
import sys
import textwrap
from datetime import UTC, datetime

import pytest

from monitor.errors import ParseError
from monitor.parse import MAX_BYTES, parse
from monitor.sources import read_source
from tests.test_parse import NOW, item, read, rss


@pytest.mark.parametrize(
    "head",
    [
        '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>',
        f'<?xml version="1.0"?><!DOCTYPE q [<!ENTITY a "{"x" * 1000}">]>',
        '<?xml version="1.0"?> <!DOCTYPE l [<!ENTITY a "ha">]>',
        '<?xml version="1.0"?><!DOCTYPE l SYSTEM "http://o.test/x.dtd" [<!ENTITY % a SYSTEM "http://o.test/y">%a;]>',
        '<!doctype l [<!entity a "ha">]>',
    ],
    ids=["laughs", "quadratic", "on the line of the declaration", "external subset", "lower case"],
)
def test_entities_are_refused_wherever_they_stand(head: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(rss(item(1, "<description>&a;&a;</description>"), head=head))
    assert caught.value.cure


GUARDED = """
import io, sys
from datetime import UTC, datetime
from monitor.errors import ParseError
from monitor.sources import read_source
import trafilatura, lxml.html
bodies = {bodies!r}
def parse_all():
    for body in bodies:
        try:
            read_source(body, "", url="http://o.test/", encoding="", now=datetime(2026, 1, 1, tzinfo=UTC))
        except ParseError:
            pass
parse_all()  # whatever is loaded late is loaded now
def guard(event, arguments):
    watched = ("socket.connect", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen")
    if event in watched or (event == "open" and isinstance(arguments[0], (str, bytes))):
        print("touched", event, arguments[0])
sys.addaudithook(guard)
parse_all()
print("done")
"""


def test_nothing_is_opened_or_connected_to_whatever_a_body_says() -> None:
    bodies = [
        b"/etc/hostname",
        b"file:///etc/hostname",
        b"http://127.0.0.1:9/feed",
        b'<?xml version="1.0"?><!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><rss version="2.0"><channel/></rss>',
        (
            b'<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?><rss version="2.0"><channel><item><title>a</title>'
            b'<enclosure url="file:///etc/hostname"/></item></channel></rss>'
        ),
        (
            b'<rss version="2.0" xmlns:xi="http://www.w3.org/2001/XInclude"><channel><item><title>a</title>'
            b'<xi:include href="file:///etc/hostname" parse="text"/></item></channel></rss>'
        ),
    ]
    code = textwrap.dedent(GUARDED.format(bodies=bodies))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "done\n", done.stdout + done.stderr


def test_two_hundred_thousand_items_cost_no_more_than_the_newest() -> None:
    body = rss(*(f"<item><guid>{number}</guid><title>t</title></item>" for number in range(200_000)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    document = read(body)
    spent = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    assert [entry.guid for entry in document.entries] == [str(number) for number in range(500)]
    assert "truncated" in document.notes
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    read(rss(*map(item, range(500))))
    alone = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    assert spent < 20 * alone + 1, "the rest was parsed too"


def test_what_is_too_large_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(ParseError) as caught:
        parse(b" " * (MAX_BYTES + 1), "", url="http://o.test/", now=NOW)
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize(
    "rubbish", ["<!--" * 100_000, "<![CDATA[" * 50_000, "<a " * 100_000, "<d>" * 100_000]
)
def test_rubbish_in_an_item_costs_little(rubbish: str) -> None:
    body = rss(item(1), item(2, f"<description><![CDATA[{rubbish}]]></description>"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    try:
        document = read_source(body.encode(), "", url="http://o.test/", encoding="", now=NOW)
    except ParseError:
        return
    finally:
        assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 5.0
    assert document is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Tue, 19 Jan 2038 03:14:08 GMT", None),
        ("31 Dec 9999 23:59:59 GMT", None),
        ("1700000000000", None),
        ("22 تشرين الثاني 2026 10:00", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T10:00:00", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 10:00:00 +0300", datetime(2026, 11, 22, 7, tzinfo=UTC)),
        ("tomorrow at noon", None),
    ],
)
def test_a_date_that_cannot_be_is_none(text: str, expected: datetime | None) -> None:
    assert read(rss(item(1, f"<pubDate>{text}</pubDate>"))).entries[0].published == expected


def test_undated_entries_keep_the_feed_s_order() -> None:
    document = read(rss(*map(item, (5, 3, 9))))
    assert [entry.guid for entry in document.entries] == ["5", "3", "9"]
    assert {entry.published for entry in document.entries} == {None}


HEAD = (
    "<ttl>30</ttl><skipHours><hour>2</hour><hour>24</hour></skipHours><skipDays><day>Friday</day></skipDays>"
    '<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">hourly</sy:updatePeriod>'
    '<sy:updateFrequency xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">2</sy:updateFrequency>'
)


def test_what_a_feed_says_of_its_pace_is_read() -> None:
    document = read(rss(HEAD, item(1, "<hour>7</hour>")))
    assert (document.ttl, document.skip_hours, document.skip_days) == (30, (2, 0), ("friday",))
    assert document.update_period == 1800


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (rss(item()), "rss20"),
        ("<rss version='0.92'><channel><item><title>a</title></item></channel></rss>", "rss092"),
        (
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><title>a</title></entry></feed>",
            "atom10",
        ),
        (
            (
                "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
                "<item rdf:about='http://o.test/1'><title>a</title><link>http://o.test/1</link></item></rdf:RDF>"
            ),
            "rss10",
        ),
        ('{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "a"}]}', "json"),
    ],
)
def test_every_format_is_read(body: str, kind: str) -> None:
    document = read(body)
    assert (document.format, len(document.entries)) == (kind, 1)


@pytest.mark.parametrize("said", ["hex", "rot13", "idna", "punycode", "no such", "undefined"])
def test_an_encoding_that_is_none_breaks_nothing(said: str) -> None:
    body = rss(item(), head=f'<?xml version="1.0" encoding="{said}"?>').encode() + b"<!-- \xff -->"
    assert len(parse(body, f"text/xml; charset={said}", url="http://o.test/", now=NOW).entries) == 1
    assert len(parse(body, "", url="http://o.test/", encoding=said, now=NOW).entries) == 1


@pytest.mark.parametrize("href", ["http://[x", "javascript:alert(1)", "file:///etc/hostname"])
def test_a_page_of_older_entries_is_on_the_web_or_nowhere(href: str) -> None:
    link = f"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='next' href='{href}'/>"
    assert read(rss(link, item())).next_url is None
    assert read(rss(link.replace(href, "/page/2"), item())).next_url == "https://news.example/page/2"


def dated(number: int) -> str:
    return item(number, f"<pubDate>Sun, {number:02} Nov 2026 10:00:00 GMT</pubDate>")


@pytest.mark.parametrize(("order", "kept"), [([1, 2, 3, 4], ["3", "4"]), ([4, 3, 2, 1], ["4", "3"])])
def test_of_too_many_the_newest_are_kept_in_either_order(order: list[int], kept: list[str]) -> None:
    document = read(rss(*map(dated, order)), max_entries=2)
    assert [entry.guid for entry in document.entries] == kept
    assert "truncated" in document.notes


def test_what_stands_in_quotes_is_no_tag() -> None:
    quoted = "<description><![CDATA[ </item> <item> ]]></description><!-- </item> -->"
    document = read(rss(item(1, quoted), item(2), item(3)), max_entries=2)
    assert [entry.guid for entry in document.entries] == ["1", "2"]
    cut = rss(item(1, quoted), item(2)) + "<item><guid>3"
    assert [entry.guid for entry in read(cut.replace("</channel></rss>", "")).entries] == ["1", "2"]


@pytest.mark.parametrize("comments", ["<!--x-->" * 100_000, "<!--" * 100_000])
def test_a_flood_of_comments_before_the_feed_costs_little(comments: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    try:
        assert len(read(rss(item(), head=f'<?xml version="1.0"?>{comments}')).entries) == 1
    except ParseError:
        assert "-->" not in comments
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 5.0
