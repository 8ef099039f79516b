"""Reading: the article and nothing but the article, whatever the page."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import ReadError
from monitor.text import fold
from tests.pages.corpus import Page, pages
from tests.pages.rules import LAST, LEAD, MORE, RULE_PAGES, TITLE, RulePage
from tests.pages.score import Score, macro, outside_pages, score
from workers import extract
from workers.extract import blocks, boilerplate, preclean, read_html, read_page
from workers.extract.dates import is_date, moment
from workers.extract.decode import decode

DAMASCUS = ZoneInfo("Asia/Damascus")
BRIEF = 60  # words


def read(page: Page) -> str:
    return read_page(page.html, url=page.url, charset=page.charset).text


# ---------------------------------------------------------------- the floor


@pytest.fixture(scope="module")
def scores() -> list[Score]:
    return [score(page, read(page)) for page in pages()]


def test_the_own_corpus_is_read_at_its_floor(scores: list[Score]) -> None:
    assert macro(scores) >= 0.98
    assert min(one.f1 for one in scores) >= 0.85


def test_briefs_are_read_at_their_floor(scores: list[Score]) -> None:
    briefs = {page.id for page in pages() if len(page.gold.split()) <= BRIEF}
    assert len(briefs) >= 12
    assert macro([one for one in scores if one.page in briefs]) >= 0.95


def test_no_alert_word_leaks_and_none_is_lost(scores: list[Score]) -> None:
    leaked = [(one.page, text) for one in scores for text, alert in one.leaked if alert]
    lost = [(one.page, text) for one in scores for text, alert in one.lost if alert]
    assert (leaked, lost) == ([], [])


@pytest.mark.corpora
def test_outside_pages_are_read_at_their_floor(corpora: Path) -> None:
    found = [score(page, read(page)) for page in outside_pages(corpora / "pages")]
    assert len(found) >= 12
    assert macro(found) >= 0.97
    assert not [text for one in found for text, alert in (*one.leaked, *one.lost) if alert]


# ---------------------------------------------------------------- every rule has its page


def _text(page: RulePage) -> str:
    markup = f"<html lang=ar><head><title>{TITLE}</title></head><body>{page.body}</body></html>"
    return read_page(markup.encode()).text


@pytest.mark.parametrize("page", RULE_PAGES, ids=lambda page: page.rule)
def test_a_rule_keeps_the_article_and_drops_the_bait(page: RulePage) -> None:
    text = _text(page)
    assert page.bait not in text
    for line in page.keeps:
        assert line in text


@pytest.mark.parametrize("page", RULE_PAGES, ids=lambda page: page.rule)
def test_without_the_rule_its_page_fails(page: RulePage, monkeypatch: pytest.MonkeyPatch) -> None:
    _switch_off(page.rule, monkeypatch)
    text = _text(page)
    assert page.bait in text or not all(line in text for line in page.keeps)


def _switch_off(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, _, name = rule.partition(":")
    never = re.compile("(?!)")
    if kind.startswith("_"):
        monkeypatch.setattr(preclean, "RULES", tuple(one for one in preclean.RULES if one.__name__ != kind))
    elif kind == "class":
        kept = {key: reason for key, reason in boilerplate.BY_CLASS.items() if reason != name}
        monkeypatch.setattr(boilerplate, "BY_CLASS", kept)
    elif kind == "tag":
        monkeypatch.setattr(
            boilerplate, "TAGS", {key: one for key, one in boilerplate.TAGS.items() if key != name}
        )
    elif kind == "role":
        monkeypatch.setattr(boilerplate, "ROLES", {})
    elif kind == "hidden":
        monkeypatch.setattr(preclean, "_is_hidden", lambda element: False)
    elif kind == "css_module":
        monkeypatch.setattr(boilerplate, "CSS_MODULE", never)
    elif kind == "notice":
        kept_phrases = tuple(one for one in boilerplate.PHRASES if one[0] != name)
        monkeypatch.setattr(boilerplate, "PHRASES", kept_phrases)
    elif kind == "paragraphs":
        monkeypatch.setattr(preclean, "paragraphs", lambda tree: None)
    elif kind == "layout_table":
        monkeypatch.setattr(blocks, "_unfold", lambda table: None)
    else:
        target = {"label": "LINES", "counter": "COUNTER", "date": "is_date"}[name]
        off = {"LINES": frozenset(), "COUNTER": never, "is_date": lambda line: False}[target]
        monkeypatch.setattr(extract, target, off)


def test_every_named_rule_has_a_page() -> None:
    covered = {page.rule.partition(":")[0] for page in RULE_PAGES}
    assert {rule.__name__ for rule in preclean.RULES} - covered == {"_by_name", "_notices"}
    assert {f"class:{reason}" for reason in boilerplate.CLASSES} <= {page.rule for page in RULE_PAGES}
    assert {f"notice:{reason}" for reason, _ in boilerplate.PHRASES} <= {page.rule for page in RULE_PAGES}


# ---------------------------------------------------------------- what must stay


@pytest.mark.parametrize(
    "body",
    [
        f'<div class="related"><h1>{TITLE}</h1><p>{LEAD}</p><p>{MORE}</p><p>{LAST}</p></div>',
        f'<h1>{TITLE}</h1><div class="widget"><p>{LEAD}</p><p>{MORE}</p><p>{LAST}</p></div>',
        f'<h1>{TITLE}</h1><div class="entry-content no-share"><p>{LEAD}</p><p>{MORE}</p><p>{LAST}</p></div>',
        f"<form id=aspnetForm><h1>{TITLE}</h1><div><p>{LEAD}</p><p>{MORE}</p><p>{LAST}</p></div></form>",
        f"<h1>{TITLE}</h1><h2>{LEAD}</h2><div class='post-content'><p>{MORE}</p><p>{LAST}</p></div>",
        f"<h1>{TITLE}</h1><ul><li>{LEAD}</li><li>{MORE}</li></ul><div class='post-content'><p>{LAST}</p></div>",
        f"<h1>{TITLE}</h1><div><p>{LEAD}</p><blockquote><p>{MORE}</p></blockquote><p>{LAST}</p></div>",
        f"<h1>{TITLE}</h1><div><p><a href=/a>{LEAD}</a></p><p>{MORE}</p><p>{LAST}</p></div>",
        (
            f"<h1>{TITLE}</h1><div><p>{LEAD}</p></div><div><div><time>18:40</time><h3>تحديث أول</h3><p>{MORE}</p></div>"
            f"<div><p>حمّل تطبيقنا لتصلك الأخبار</p></div><div><time>16:05</time><h3>تحديث ثان</h3><p>{LAST}</p></div></div>"
        ),
    ],
    ids=[
        "title_inside",
        "most_text",
        "whole_names",
        "form",
        "lead_outside",
        "bullets",
        "quote",
        "linked_lead",
        "live_feed",
    ],
)
def test_the_article_is_never_cut(body: str) -> None:
    text = read_page(f"<html><head><title>{TITLE}</title></head><body>{body}</body></html>".encode()).text
    for line in (LEAD, MORE, LAST):
        assert line in text


def test_what_was_dropped_is_kept_with_its_reason() -> None:
    page = next(one for one in RULE_PAGES if one.rule == "class:related")
    dropped = read_page(f"<html><body>{page.body}</body></html>".encode()).dropped
    assert [(one.reason, page.bait in one.text, one.linked) for one in dropped] == [("related", True, False)]


# ---------------------------------------------------------------- rescues and selectors


def test_a_page_that_renders_nothing_is_read_from_its_json() -> None:
    story = (
        '{"@graph": [{"@type": "WebSite"}, {"@type": "NewsArticle", "headline": "%s", "articleBody": "%s"}]}'
    )
    body = (
        f'<script type="application/ld+json">{story % (TITLE, LEAD + " " + MORE)}</script><div id=root></div>'
    )
    article = read_page(f"<html><body>{body}</body></html>".encode())
    assert (article.source, article.title) == ("jsonld", TITLE)
    assert LEAD in article.text


def test_broken_and_shorter_json_changes_nothing() -> None:
    page = f"<h1>{TITLE}</h1><div><p>{LEAD}</p><p>{MORE}</p></div>"
    for story in ('{"articleBody": "قصير"}', '{"articleBody": ', "[[[[", '{"articleBody": 7}'):
        markup = f'<html><body><script type="application/ld+json">{story}</script>{page}</body></html>'
        assert read_page(markup.encode()).source == "page"


def test_a_selector_names_the_article_and_says_when_it_does_not() -> None:
    body = f"<h1>{TITLE}</h1><div class=a><p>{LEAD}</p></div><div class=b><p>{MORE}</p></div>"
    markup = f"<html><body>{body}</body></html>".encode()
    chosen, missed = read_page(markup, selector="div.b"), read_page(markup, selector="div.z")
    assert (LEAD in chosen.text, MORE in chosen.text, chosen.notes) == (False, True, ())
    assert (LEAD in missed.text, missed.notes) == (True, ("selector_missed",))


def test_the_feed_s_own_text_is_cleaned_by_the_same_rules() -> None:
    text = read_html(
        f"<p>{LEAD}</p><p>اقرأ أيضاً: <a href=/x>حظر تجول في السرو</a></p>{MORE}<br>{LAST}<p>Facebook</p>"
    ).text
    assert text.splitlines() == [LEAD, MORE, LAST]
    assert read_html("سطر بلا وسوم").text == "سطر بلا وسوم"


# ---------------------------------------------------------------- decoding


@pytest.mark.parametrize("charset", ["", "utf-8", "hex", "no-such"])
def test_one_bad_byte_costs_one_character(charset: str) -> None:
    broken = LEAD.encode()[:20] + b"\xff" + LEAD.encode()[20:]
    assert decode(broken, charset) == LEAD[:11] + "\ufffd" + LEAD[11:]


@pytest.mark.parametrize("head", ["", '<meta charset="utf-8">', '<meta charset="windows-1256">'])
def test_windows_1256_is_read_whatever_is_declared(head: str) -> None:
    assert LEAD in decode(f"<html>{head}<p>{LEAD}</p>".encode("cp1256"), "utf-8" if head else "")


def test_a_byte_order_mark_says_most() -> None:
    assert decode(b"\xef\xbb\xbf" + LEAD.encode(), "windows-1256") == LEAD
    assert decode(b"\xff\xfe" + LEAD.encode("utf-16-le"), "utf-8") == LEAD


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("2026-11-22T18:40:00+03:00", "2026-11-22T15:40"),
        ("2026-11-22T18:40:00", "2026-11-22T15:40"),
        ("22 تشرين الثاني 2026", "2026-11-21T21:00"),
        ("الأحد 22 تشرين الثاني/نوفمبر 2026 - 14:30", "2026-11-22T11:30"),
        ("نوفمبر 22, 2026", "2026-11-21T21:00"),
        ("٢٢ نونبر ٢٠٢٦ 02:30 م", "2026-11-22T11:30"),
        ("22 أوت 2026", "2026-08-21T21:00"),
        ("14 كانون الثاني 2026", "2026-01-13T21:00"),
        ("1 كانون الأول، 2026", "2026-11-30T21:00"),
        ("2026/02/03 - 18:40", "2026-02-03T15:40"),
        ("03.02.2026 18:40", "2026-02-03T15:40"),
        ("22 Kasım 2026 14:30", "2026-11-22T11:30"),
        ("22 novembre 2026", "2026-11-21T21:00"),
        ("November 22, 2026", "2026-11-21T21:00"),
        ("22ê Mijdar 2026", None),
        ("12 رجب 1447", None),
        ("31 شباط 2026", None),
        ("منذ 3 ساعات", None),
        ("", None),
    ],
)
def test_printed_dates(printed: str, told: str | None) -> None:
    found = moment(printed, DAMASCUS)
    assert (found.strftime("%Y-%m-%dT%H:%M") if found else None) == told


@given(st.text(max_size=80))
def test_no_text_breaks_the_dates(text: str) -> None:
    found = moment(text, DAMASCUS)
    assert found is None or found.tzinfo is UTC
    is_date(text)


def test_the_crawl_day_at_the_top_is_not_the_article_s() -> None:
    body = (
        f'<div class="date">الأحد 22 تشرين الثاني 2026</div><h1>{TITLE}</h1><div class="post-meta"><span class="date">'
        f"14 كانون الثاني 2026</span></div><div><p>{LEAD}</p><p>{MORE}</p></div><span class=date>3 شباط 2026</span>"
    )
    article = read_page(f"<html><body>{body}</body></html>".encode(), zone=DAMASCUS)
    assert article.published == datetime(2026, 1, 13, 21, tzinfo=UTC)


@pytest.mark.parametrize("page", [one for one in pages() if one.published], ids=lambda page: page.id)
def test_the_corpus_tells_its_time(page: Page) -> None:
    found = read_page(page.html, url=page.url, charset=page.charset, zone=DAMASCUS).published
    assert found is not None
    assert page.published is not None
    if len(page.published) == 10:  # a day alone is printed
        assert found.astimezone(DAMASCUS).date().isoformat() == page.published
    else:
        assert found == datetime.fromisoformat(page.published)


# ---------------------------------------------------------------- limits and mutations


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("<p>x" * 30_000, "too_complex"),
        ("<p " + " ".join(f"a{number}=1" for number in range(500)) + ">x", "too_complex"),
        ("<p " + " ".join(f"a{number}" for number in range(9000)) + ">x", "too_complex"),
        ("<div>" * 2_000, "too_complex"),
        ("<p>" + "x" * 2_100_000, "too_large"),
    ],
    ids=["elements", "attributes", "bare_attributes", "nesting", "bytes"],
)
def test_limits_are_checked_before_the_parse(markup: str, reason: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_page(markup.encode())
    assert caught.value.reason == reason


def test_an_ordinary_long_page_is_within_the_limits() -> None:
    body = "".join(f"<div><p>{LEAD} {number}</p></div>" for number in range(300))
    assert "299" in read_page(f"<html><body><h1>{TITLE}</h1><div>{body}</div></body></html>".encode()).text


MARKUP = """<div> </div> <p> <table><tr><td> <br> <h1> </h1> <a\thref='//[bad'> <ul><li> <form> <!-- --> <![CDATA[ &#0; &#x110000;
    <script> <meta\tcharset=hex> <html\tlang=7> <div\tclass="related"> <h3>مقالات\tذات\tصلة</h3> <body> </body></html>
    <time\tdatetime='9999-99-99'> <link\trel=canonical\thref='http://[::1'> <input> <textarea> \u202e \x00""".split(
    " "
)
PIECES = st.one_of(st.sampled_from([*MARKUP, LEAD, MORE]), st.text(max_size=20))


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=40))
def test_no_page_lets_an_exception_escape(parts: list[str]) -> None:
    try:
        read_page("".join(parts).encode("utf-8", "surrogatepass"), url="https://outlet.test/x")
    except ReadError as error:
        assert error.reason in {"too_large", "too_complex", "empty"}


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(pages()), st.integers(0, 2**32), st.integers(1, 40), st.booleans())
def test_mutated_pages_never_raise(page: Page, seed: int, edits: int, cut: bool) -> None:

    chance, body = random.Random(seed), bytearray(page.html)
    for _ in range(edits):
        at = chance.randrange(len(body))
        size = chance.randrange(1, 60)
        body[at : at + size] = chance.choice(
            [b"", b"<", b">", b"</div>", bytes([chance.randrange(256)]), b"<table>"]
        )
    if cut:
        del body[chance.randrange(len(body)) :]
    try:
        text = read_page(bytes(body), url=page.url, charset=page.charset).text
    except ReadError as error:
        assert error.reason in {"too_large", "too_complex", "empty"}
    else:
        assert fold(text) is not None


@given(st.text(max_size=300))
def test_no_feed_text_raises(text: str) -> None:
    try:
        read_html(text)
    except ReadError as error:
        assert error.reason in {"too_large", "too_complex", "empty"}
