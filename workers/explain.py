"""`rasid explain`: one page, what was kept of it, what was dropped, what was found, and why."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from monitor.clock import iso, zone_of
from monitor.config import Config, FeedConfig
from monitor.errors import ReadError
from monitor.models import Article, Evidence, Reading
from monitor.text import clean, isolate
from workers import understanding
from workers.classify import Document, read, to_json, weights

MOST_SHARES, LEAST_SHARE = 8, 0.05  # of what weighs, so much is shown
NOTES = {
    "selector_missed": "the selector matched nothing on this page; the whole page was read",
}


def explain_source(source: str, *, config_path: Path | None, selector: str, as_json: bool) -> int:
    """A URL or a file, read and classified, with every reason. 1 where a selector matched nothing."""
    from workers.extract import read_page

    config = _config(config_path)
    feed = _feed_of(config, source)
    selector = selector or (feed.selector if feed else "")
    if selector:
        _check_selector(selector)
    body, charset = _fetch(source, config) if source.startswith(("http://", "https://")) else _read(source)
    zone = zone_of(feed.country if feed else "", config.timezone)
    article = read_page(
        body, url=source, charset=(feed.encoding if feed else "") or charset, selector=selector, zone=zone
    )
    document = Document(
        id=source, title=article.title, body=article.text, lang=article.lang,
        published=article.published.astimezone(zone) if article.published else None,
        country=feed.country if feed else "",
    )  # fmt: skip
    lexicons = understanding.lexicons(config)
    reading = read(document, lexicons, understanding.gazetteer(config))
    why = weights(document, lexicons)
    if as_json:
        told = _as_json(article, document, reading) | {"weights": _rounded(why)}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        _show(article, reading)
        _show_weights(why)
    return 1 if "selector_missed" in article.notes else 0


def _config(path: Path | None) -> Config:
    if path is None:
        return Config()
    from monitor.configfile import load as load_config

    return load_config(path, os.environ)


def _feed_of(config: Config, source: str) -> FeedConfig | None:
    """The feed on the same host as this page."""
    host = source.partition("://")[2].partition("/")[0]
    return next(
        (feed for feed in config.feeds if host and feed.url.partition("://")[2].startswith(host)), None
    )


def _check_selector(selector: str) -> None:
    from monitor.errors import UsageError
    from workers.selector import selector_problem

    if why := selector_problem(selector):
        raise UsageError(f"{selector!r} is no CSS selector: {why}", cure="write it like `div.entry-content`")


def _read(name: str) -> tuple[bytes, str]:
    try:
        return (sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()), ""
    except OSError as error:
        raise ReadError(f"{name}: {error.strerror}", cure="give a URL or a readable HTML file") from error


def _fetch(url: str, config: Config) -> tuple[bytes, str]:
    from monitor.http import Fetcher, policy

    async def get() -> tuple[bytes, str]:
        async with Fetcher(policy(config)) as fetcher:
            fetched = await fetcher.get(url)
            charset = fetched.headers.get("content-type", "").lower().partition("charset=")[2]
            return fetched.body, charset.split(";")[0].strip(" \"'")

    return asyncio.run(get())


def _as_json(article: Article, document: Document, reading: Reading) -> dict[str, object]:
    return to_json(document, reading) | {
        "title": article.title,
        "text": article.text,
        "source": article.source,
        "published": iso(article.published) if article.published else None,
        "author": article.author,
        "dropped": [{"reason": one.reason, "text": one.text} for one in article.dropped],
        "notes": list(article.notes),
    }


# ---------------------------------------------------------------- for people


def _show(article: Article, reading: Reading) -> None:
    console = Console(markup=False, highlight=False, soft_wrap=True)
    console.print(Text(isolate(clean(article.title)), style="bold"))
    when = iso(article.published) if article.published else "time unknown"
    console.print(
        Text(f"{when}  {isolate(article.author or 'author unknown')}  from the {article.source}", "dim")
    )
    for note in article.notes:
        console.print(Text(f"! {NOTES.get(note, note)}", "yellow"))
    _show_kept(console, article, reading)
    console.print()
    _show_found(console, reading)
    if article.dropped:
        console.print()
        console.print(Text(f"dropped from the page ({len(article.dropped)} blocks):", "bold"))
    for block in article.dropped:
        console.print(Text(f"  x {block.reason}: ", "dim") + Text(isolate(clean(block.text)), "dim strike"))


def _show_kept(console: Console, article: Article, reading: Reading) -> None:
    """The text that was classified, its evidence marked."""
    text = Text(article.text)
    for mention in reading.mentions:
        for one in mention.evidence:
            if one.field == "body":
                text.stylize("bold red", one.start, one.end)
    for line in text.split("\n"):
        console.print(Text("\u2068") + line + Text("\u2069"))


def _show_found(console: Console, reading: Reading) -> None:
    """Every telling clause in the text's order: what it says, by which rule, or why it does not count."""
    for evidence, verdict, style in _verdicts(reading):
        console.print(f"{evidence.field}: {isolate(clean(evidence.text))}")
        console.print(Text(f"    {verdict}", style))
    if not reading.mentions:
        console.print("nothing to alert")


def _rounded(why: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {
        category: {name: round(share, 2) for name, share in shares.items() if abs(share) >= LEAST_SHARE}
        for category, shares in why.items()
    }


def _show_weights(why: dict[str, dict[str, float]]) -> None:
    """What made each category likely to be this page's news, or unlikely (log odds)."""
    console = Console(markup=False, highlight=False, soft_wrap=True)
    for category, shares in _rounded(why).items():
        told = ", ".join(f"{name} {share:+.1f}" for name, share in list(shares.items())[:MOST_SHARES])
        console.print(Text(f"{category}, what weighs: {told}", "dim"))


def _verdicts(reading: Reading) -> list[tuple[Evidence, str, str]]:
    told: list[tuple[Evidence, str, str]] = []
    for mention in reading.mentions:
        where = "، ".join(place.name_ar or place.name for place in mention.places) or "place unknown"
        verdict = f"+ {mention.category} {mention.status} ({mention.confidence:.2f}, {mention.role}) {isolate(where)}"
        told += [(one, f"{verdict}  by {one.rule}", "green") for one in mention.evidence]
    for held in reading.suppressed:
        told += [(one, f"- {held.category}: {held.reason}  by {one.rule}", "yellow") for one in held.evidence]
    return sorted(told, key=lambda one: (one[0].field != "title", one[0].start))
