"""The corpus of pages is sound: what it asks for is on the page, what it forbids is not the article's."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from html import unescape

import pytest

from tests.pages.article import articles, squash
from tests.pages.corpus import Page, build, pages, plan

SCRIPT = re.compile(r"<script[^>]*json[^>]*>(.*?)</script>", re.DOTALL)
HIDDEN = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->", re.DOTALL)


def decoded(page: Page) -> str:
    try:
        return page.html.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = page.html.decode("utf-8", "replace")
        return text if text.count("\ufffd") < 5 else page.html.decode("cp1256")


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def data(html: str) -> Iterator[str]:
    for script in SCRIPT.findall(html):
        try:
            yield from strings(json.loads(script))
        except json.JSONDecodeError:
            continue


def bare(html: str) -> str:
    return squash(unescape(re.sub(r"<[^>]*>", "", html)))


def shown(page: Page) -> str:
    """The page's visible text without blanks, and what its data blocks say."""
    html = decoded(page)
    return bare(HIDDEN.sub("", html)) + "\n" + "\n".join(bare(text) for text in data(html))


def test_is_large_and_varied() -> None:
    corpus = pages()
    briefs = [page for page in corpus if len(page.gold.splitlines()) <= 2]
    families = Counter(page.template for page in corpus)
    assert len(articles()) >= 40
    assert len(corpus) >= 72
    assert len(families) >= 19
    assert min(families.values()) >= 4
    assert len(briefs) >= 12
    assert {"ar", "en", "tr", "fr", "ku", "ckb"} <= {page.lang for page in corpus}
    assert len({page.id for page in corpus}) == len({page.url for page in corpus}) == len(corpus)


def test_about_half_the_pages_hold_an_alert_and_nearly_all_are_surrounded_by_some() -> None:
    corpus = pages()
    alerting = sum(any(flag for _, flag in page.must) for page in corpus)
    trapped = sum(any(flag for _, flag in page.must_not) for page in corpus)
    assert 0.4 < alerting / len(corpus) < 0.75
    assert trapped > 0.9 * len(corpus)


def test_is_the_same_at_every_build() -> None:
    for number, row in enumerate(plan(), start=1):
        assert build(*row, number) == pages()[number - 1]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.id)
def test_page_is_sound(page: Page) -> None:
    text, gold = shown(page), squash(page.gold)
    kept = gold + "\n" + squash("\n".join(page.optional))
    damaged = "badbyte" in page.features
    assert 5_000 < len(page.html) < 80_000
    assert not re.search(r"\{[a-z]?\}", bare(HIDDEN.sub("", decoded(page)))), "an unfilled slot"
    for line in () if damaged else page.gold.splitlines():
        assert squash(line) in text
    for wanted, _ in page.must:
        assert squash(wanted) in gold
        assert squash(wanted) in text
    for unwanted, _ in page.must_not:
        assert squash(unwanted) in text
        assert squash(unwanted) not in kept
    for maybe in page.optional:
        assert squash(maybe) in text


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.id)
def test_facts_are_told(page: Page) -> None:
    html = decoded(page)
    if page.published:
        assert datetime.fromisoformat(page.published).strftime("%Y-%m") == "2026-11"
    for fact in (page.canonical, page.image):
        assert fact is None or fact in html
    assert page.author is None or page.author in unescape(html) or page.author in "\n".join(data(html))
