"""The commands that read one text and say what is in it: extract, classify, explain."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from monitor.clock import iso, parse_iso
from monitor.errors import ReadError
from monitor.models import Article, Reading
from monitor.text import clean, isolate
from workers import places
from workers.classify import CategoryTerms, Document, Lexicons, load, read, to_json

Line = tuple[dict[str, Any] | None, str]


def extract_files(files: Iterable[str], url: str) -> Iterator[Line]:
    """One result a file, or an error that names it; `-` is standard input."""
    from workers.extract import read_page

    for name in files:
        try:
            body = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
            article = read_page(body, url=url)
        except (OSError, ReadError) as error:
            yield None, f"{name}: {error}"
            continue
        yield (
            {
                "file": name,
                "url": article.url or url,
                "title": article.title,
                "text": article.text,
                "published": iso(article.published) if article.published else None,
                "lang": article.lang,
            },
            "",
        )


def classify_lines(lines: Iterable[str], config_path: Path | None) -> Iterator[Line]:
    """One result a line, in order; a bad line is told with its number and the rest goes on."""
    lexicons, gazetteer = _lexicons(config_path), places.load()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            document = _document(json.loads(line))
        except (ValueError, TypeError) as error:
            yield None, f"line {number}: {error}"
            continue
        yield to_json(document, read(document, lexicons, gazetteer)), ""


def _document(data: Any) -> Document:
    if not isinstance(data, dict):
        raise TypeError('not a JSON object: {"id", "title", "body"} is expected')
    if missing := [key for key in ("id", "title", "body") if not isinstance(data.get(key), str)]:
        raise ValueError(f"{', '.join(missing)} missing or not a text")
    published = data.get("published")
    return Document(
        id=data["id"],
        title=data["title"],
        body=data["body"],
        lang=str(data.get("lang") or ""),
        published=parse_iso(str(published)) if published else None,
        url=str(data.get("url") or ""),
        country=str(data.get("country") or ""),
    )


def _lexicons(config_path: Path | None) -> Lexicons:
    if config_path is None:
        return load()
    from monitor.configfile import load as load_config

    config = load_config(config_path, os.environ)
    return load(extra=custom_terms(config))


def custom_terms(config: Any) -> dict[str, CategoryTerms]:
    """The terms that an admin added, per category."""
    return {
        name: CategoryTerms(
            terms={lang: list(words) for lang, words in one.terms.items()},
            exclude={lang: list(words) for lang, words in one.exclude.items()},
        )
        for name, one in config.categories.items()
        if one.terms
    }


# ---------------------------------------------------------------- explain


def explain_source(source: str, *, as_json: bool) -> int:
    """A URL or a file, read and classified, with every reason."""
    from workers.extract import read_page

    body, charset = _fetch(source) if source.startswith(("http://", "https://")) else _read(source)
    article = read_page(body, url=source, charset=charset)
    document = Document(
        id=source, title=article.title, body=article.text, lang=article.lang, published=article.published
    )
    reading = read(document, load(), places.load())
    if as_json:
        dropped = [{"reason": one.reason, "text": one.text} for one in article.dropped]
        sys.stdout.write(
            json.dumps(to_json(document, reading) | {"dropped": dropped}, ensure_ascii=False) + "\n"
        )
    else:
        _show(article, reading)
    return 0


def _read(name: str) -> tuple[bytes, str]:
    try:
        return (sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()), ""
    except OSError as error:
        raise ReadError(f"{name}: {error.strerror}", cure="give a URL or a readable HTML file") from error


def _fetch(url: str) -> tuple[bytes, str]:
    from monitor.http import Fetcher, HttpPolicy

    async def get() -> tuple[bytes, str]:
        async with Fetcher(HttpPolicy(contact="")) as fetcher:
            fetched = await fetcher.get(url)
            return fetched.body, ""

    return asyncio.run(get())


def _show(article: Article, reading: Reading) -> None:
    console = Console(markup=False, highlight=False, soft_wrap=True)
    console.print(Text(isolate(clean(article.title)), style="bold"))
    marks = [(one, mention) for mention in reading.mentions for one in mention.evidence]
    text = Text(clean(article.text))
    for evidence, _ in marks:
        if evidence.field == "body":
            text.stylize("bold red", evidence.start, evidence.end)
    console.print(text)
    console.print()
    for mention in reading.mentions:
        where = "، ".join(place.name_ar or place.name for place in mention.places) or "place unknown"
        console.print(
            Text(
                f"+ {mention.category} {mention.status} ({mention.confidence:.2f}) {isolate(where)}", "green"
            )
        )
        for one in mention.evidence:
            console.print(f"    {one.rule}: {isolate(clean(one.text))}")
    for held in reading.suppressed:
        console.print(Text(f"- {held.category}: {held.reason}", "yellow"))
        for one in held.evidence:
            console.print(f"    {one.rule}: {isolate(clean(one.text))}")
    for block in article.dropped:
        console.print(Text(f"x {block.reason}: {isolate(clean(block.text))}", "dim"))
    if not reading.mentions:
        console.print("nothing to alert")
