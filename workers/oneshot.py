"""The commands that read texts and say what is in them: extract, classify."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from monitor.clock import iso, parse_iso
from monitor.errors import ReadError
from workers import places
from workers.classify import Document, Lexicons, load, read, to_json
from workers.places import Gazetteer

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
    lexicons, gazetteer = _tuned(config_path)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            document = _document(json.loads(line))
        except (ValueError, TypeError) as error:
            yield None, f"line {number}: {error}"
            continue
        yield to_json(document, read(document, lexicons, gazetteer)), ""


def evaluate_file(lines: Iterable[str], config_path: Path | None, *, verbose: bool, as_json: bool) -> int:
    """Judge labelled items and print the figures; 1 where a line was none."""
    from workers.evaluate import judge, load_items, report, show
    from workers.evaluate import to_json as figures

    items, errors = load_items(lines)
    for error in errors:
        sys.stderr.write(f"{error}\n")
    judged = judge(items, *_tuned(config_path))
    if as_json:
        sys.stdout.write(json.dumps(figures(report(judged)), ensure_ascii=False) + "\n")
    else:
        show(judged, verbose=verbose)
    return 1 if errors else 0


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


def _tuned(config_path: Path | None) -> tuple[Lexicons, Gazetteer]:
    """The lexicons and places of a config, or those that are packaged: without one its machinery is not loaded."""
    if config_path is None:
        return load(), places.load()
    from monitor.configfile import load as load_config
    from workers import understanding

    config = load_config(config_path, os.environ)
    return understanding.lexicons(config), understanding.gazetteer(config)
