"""From an item to the article that is classified: the page, the feed's own text, or what is left of them."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from monitor.clock import to_ms, zone_of
from monitor.config import FeedConfig
from monitor.errors import FetchError, ReadError
from monitor.models import Article, Dropped, Item, Json, Reading
from monitor.store import Claim
from monitor.text import fold
from workers.classify import Document, read
from workers.extract import read_html
from workers.runtime import Resources

log = logging.getLogger("rasid.articles")

MAX_PAGE_DEATHS = 1  # after so many deaths at its page an item goes on without it
FULL_TEXT = 400  # characters of feed text that stand for an article when the feed carries content
WAITS = "waits"


def article_of(work: Resources, claim: Claim) -> Article | None:
    """The item's article; None when its host asks us to wait (the item was put back with a due time)."""
    page = _page(work, claim)
    if page == WAITS:
        return None
    return page if isinstance(page, Article) else _feed_article(claim.item, str(page))


def document_of(item: Item, article: Article) -> Document:
    """Title, summary and body together, as they are classified."""
    return Document(
        id=item.id,
        title=item.title or article.title,
        body=_body(item, article),
        lang=item.lang,
        published=item.published or article.published,
        url=item.url,
        country=item.country,
    )


def quarantined(work: Resources, document: Document, article: Article, reading: Reading) -> list[Json]:
    """Categories found only in prose that was dropped as boilerplate: for a person to look at, never told."""
    prose = [one for one in article.dropped if not one.linked]
    if not prose:
        return []
    body = "\n".join(one.text for one in prose)
    found = read(
        Document(document.id, "", body, document.lang, document.published, document.url, document.country),
        work.lexicons,
        None,
    )
    known = {mention.category for mention in reading.mentions}
    held = {
        mention.category: mention.evidence[0] for mention in found.mentions if mention.category not in known
    }
    return [
        {"category": category, "reason": _reason(prose, evidence.start), "text": evidence.text}
        for category, evidence in held.items()
    ]


def _reason(prose: list[Dropped], offset: int) -> str:
    """The rule that dropped the block in which this offset of the joined blocks lies."""
    for block in prose:
        if offset <= len(block.text):
            return block.reason
        offset -= len(block.text) + 1
    return ""


# ---------------------------------------------------------------- the page


def _page(work: Resources, claim: Claim) -> Article | str:
    """The article of the item's page, or why the feed's text has to do (`waits`: later)."""
    item = claim.item
    feed = next((one for one in work.config.feeds if one.name == item.feed), None)
    mode = feed.content if feed else "auto"
    if not item.pages:
        return "quiet"
    if mode == "feed" or (mode == "auto" and len(_feed_text(item.content).text) >= FULL_TEXT):
        return "feed_has_it"
    if claim.deaths > MAX_PAGE_DEATHS:
        return "page_killed_its_reader"
    if not item.url.startswith(("http://", "https://")):
        return "no_link"
    host, delay = urlsplit(item.url).netloc, work.config.http.per_host.delay
    wait = work.store.feeds.host_wait(host, to_ms(work.clock.now()), delay)
    if wait:
        due = to_ms(work.clock.now()) + round(wait * 1000)
        work.store.items.release(item.id, claim.token, due, waited=True)
        return WAITS
    return _fetch_page(work, item, feed)


def _fetch_page(work: Resources, item: Item, feed: FeedConfig | None) -> Article | str:
    limits = work.config.workers
    selector = feed.selector if feed else ""
    try:
        home = feed.url if feed else ""
        fetched = work.run(work.fetcher.get(item.url, home=home, timeout=limits.page_timeout))
        if fetched.status != 200:
            return f"page_http_{fetched.status}"
        kind = fetched.headers.get("content-type", "")
        if kind and "html" not in kind and "xml" not in kind:
            return "page_is_no_html"
        work.slot.set(work.clock.monotonic(), f"read {item.id}")
        try:
            article = work.reader.read(
                fetched.body,
                url=fetched.url,
                charset=(feed.encoding if feed else "") or _charset(kind),
                selector=selector,
                zone=zone_of(item.country, work.tz),
                timeout=limits.extract_timeout,
            )
        finally:
            work.slot.set(work.clock.monotonic(), "")
    except (FetchError, ReadError) as error:
        log.warning("%s: page not read, the feed's text is used: %s", item.url, error.line())
        return f"page_{error.reason}"
    if "selector_missed" in article.notes:
        log.warning(
            "feed %s: the selector %r matched nothing on %s, the whole page was read; "
            "`rasid explain --selector` tries another",
            item.feed,
            selector,
            item.url,
        )
    return article if article.text else "page_empty"


def _charset(content_type: str) -> str:
    _, _, rest = content_type.lower().partition("charset=")
    return rest.split(";")[0].strip(" \"'")


# ---------------------------------------------------------------- the feed's own text


def _feed_article(item: Item, why: str) -> Article:
    content, summary = _feed_text(item.content), _feed_text(item.summary)
    found = content if content.text else summary
    return Article(
        item.title,
        found.text,
        "feed" if found.text else "none",
        dropped=found.dropped,
        notes=(why, *found.notes),
    )


def _feed_text(markup: str) -> Article:
    """The text of a feed's own HTML; none where it breaks the limits, and the item goes on without it."""
    try:
        return read_html(markup)
    except ReadError as error:
        log.warning("a feed's text was not read: %s", error.line())
        return Article("", "", "none", notes=(f"feed_{error.reason}",))


def _body(item: Item, article: Article) -> str:
    """The article's text, with the feed's summary before it where it says something else."""
    summary = _feed_text(item.summary).text
    if not article.text:
        return summary
    return article.text if fold(summary)[:120] in fold(article.text) else f"{summary}\n{article.text}"
