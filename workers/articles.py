"""From an item to the article that is classified: the page, the feed's own text, or what is left of them."""

from __future__ import annotations

import logging
from datetime import tzinfo

from monitor.clock import to_ms, zone_of
from monitor.config import FeedConfig
from monitor.errors import FetchError, ReadError
from monitor.http import retry_after
from monitor.models import Article, Dropped, Item, Json, Reading
from monitor.store import Claim, host_of
from monitor.text import fold
from workers.classify import Document, read
from workers.extract import read_html
from workers.runtime import Resources

log = logging.getLogger("rasid.articles")

MAX_PAGE_DEATHS = 1  # after so many deaths at its page an item goes on without it
LONGEST_WAIT = 20.0  # seconds; a host that wants more gets no visit, and the item goes on without its page
FULL_TEXT = 400  # characters of feed text that stand for an article when the feed carries content
WAITS = "waits"


def article_of(work: Resources, claim: Claim) -> Article | None:
    """The item's article; None when its host asks us to wait (the item was put back with a due time)."""
    page = _page(work, claim)
    if page == WAITS:
        return None
    return page if isinstance(page, Article) else _feed_article(claim.item, str(page))


def document_of(item: Item, article: Article, zone: tzinfo) -> Document:
    """Title, summary and body together, as they are classified. "Last night" is counted in the outlet's zone, else the team's."""
    published = item.published or article.published
    return Document(
        id=item.id,
        title=item.title or article.title,
        body=_body(item, article),
        lang=item.lang,
        published=published.astimezone(zone_of(item.country, zone)) if published else None,
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
    if item.whole or mode == "feed" or (mode == "auto" and len(_feed_text(item.content).text) >= FULL_TEXT):
        return "feed_has_it"
    if claim.deaths > MAX_PAGE_DEATHS:
        return "page_killed_its_reader"
    if not item.url.startswith(("http://", "https://")):
        return "no_link"
    return _in_turn(work, claim, feed)


def _in_turn(work: Resources, claim: Claim, feed: FeedConfig | None) -> Article | str:
    """The page, if its host's turn is ours; else the item goes back with a due time."""
    item, manners = claim.item, work.config.http.per_host
    host, holder, now_ms = host_of(item.url), f"page {claim.token}", to_ms(work.clock.now())
    patience = work.config.workers.page_timeout * 2
    wait = work.store.hosts.turn(
        host, holder, now_ms, delay=manners.delay, concurrency=manners.concurrency, patience=patience
    )
    if wait > LONGEST_WAIT:
        return "page_host_holds"
    if wait:
        work.store.items.release(item.id, claim.token, now_ms + round(wait * 1000), waited=True)
        return WAITS
    try:
        return _fetch_page(work, item, feed)
    finally:
        work.store.hosts.done(host, holder)


def _fetch_page(work: Resources, item: Item, feed: FeedConfig | None) -> Article | str:
    limits = work.config.workers
    selector = feed.selector if feed else ""
    try:
        home = feed.url if feed else ""
        fetched = work.run(work.fetcher.get(item.url, home=home, timeout=limits.page_timeout))
        if fetched.status in (429, 503):
            wait = retry_after(fetched.headers, work.clock.now())
            work.store.hosts.hold(host_of(item.url), to_ms(work.clock.now()) + round((wait or 60.0) * 1000))
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
