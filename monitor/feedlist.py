"""The admin's hands on the list of feeds: probe addresses, take over another reader's list, give ours away."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor import opml
from monitor.clock import SystemClock, parse_iso
from monitor.config import Config
from monitor.configfile import load
from monitor.http import Fetcher, policy
from monitor.probe import Probe, probe
from monitor.text import isolate, one_line

AT_ONCE = 10  # addresses looked at together


def show_probes(urls: Sequence[str], config_path: Path | None, *, as_json: bool) -> int:
    """Print what stands at each address as it is found; 1 if one of them cannot be polled."""
    config = load(config_path, os.environ) if config_path else Config()
    zone = config.timezone if config_path else ZoneInfo("UTC")

    def show(found: Probe, done: int) -> None:
        if as_json:
            sys.stdout.write(json.dumps(found.to_dict(), ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(describe(found, zone) + "\n\n")
            if sys.stderr.isatty() and len(urls) > 1:
                sys.stderr.write(f"{done} of {len(urls)} looked at\n")
        sys.stdout.flush()

    return asyncio.run(_probe_all(urls, config, show))


async def _probe_all(urls: Sequence[str], config: Config, show: Callable[[Probe, int], None]) -> int:
    slots, failed = asyncio.Semaphore(AT_ONCE), 0

    async def one(url: str) -> Probe:
        async with slots:
            return await probe(url, fetcher.get, SystemClock())

    async with Fetcher(policy(config)) as fetcher:
        for done, found in enumerate(asyncio.as_completed([one(url) for url in urls]), 1):
            looked = await found
            failed += bool(looked.problem)
            show(looked, done)
    return 1 if failed else 0


def describe(found: Probe, zone: tzinfo) -> str:
    """What was found, for a person; the last lines are what to do and what to write."""
    lines = [found.url]
    if found.problem:
        lines.append(f"  ! {one_line(found.problem, 300)}")
    else:
        title = isolate(one_line(found.title, 100)) or "(no title)"
        lines.append(f"  {title}: {found.format}, {found.entries} entries, {found.a_day:g} a day")
        if found.newest:
            lines.append(f"  newest entry: {parse_iso(found.newest).astimezone(zone):%Y-%m-%d %H:%M %Z}")
        text = "whole articles" if found.full_text else "excerpts only: articles are read from their pages"
        known = " and ".join(found.validators) or "none"
        lines.append(f"  {text}; validators: {known}; answered in {found.milliseconds} ms")
    lines += [f"  > {one_line(advice, 300)}" for advice in found.advice if advice]
    lines += [f"    {url}" for url in found.feeds[1:]]
    if not found.problem:
        lines.append(f"  write: {config_line(found.title, found.moved_to or found.url, found.language)}")
    return "\n".join(lines)


def config_line(name: str, url: str, lang: str) -> str:
    """A feed as a line of the config's `feeds:`; JSON's quoting is also YAML's."""
    quoted = {"name": " ".join(name.split()) or url, "url": url}
    language = lang.split("-")[0].lower()
    pairs = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in quoted.items()]
    if language.isascii() and language.isalpha() and len(language) in (2, 3):
        pairs.append(f"lang: {language}")
    return f"- {{{', '.join(pairs)}}}"


def print_import(text: bytes, config_path: Path | None) -> int:
    """Print the feeds of an OPML list as config lines, without those that the config has; 1 if none is left."""
    feeds, left_out = opml.read(text)
    config = load(config_path, os.environ) if config_path else Config()
    urls, names = {feed.url for feed in config.feeds}, {feed.name for feed in config.feeds}
    for one in feeds:
        if one.url in urls:
            left_out.append(f"{one.name}: {one.url} stands in the config already")
            continue
        name = one.name if one.name not in names else f"{one.name} ({one.url})"
        sys.stdout.write(f"  {config_line(name, one.url, one.lang)}\n")
    for line in left_out:
        sys.stderr.write(f"left out: {one_line(line, 200)}\n")
    if not feeds:
        sys.stderr.write("the list names no feeds\n")
    return 0 if feeds else 1


def print_export(config_path: Path) -> int:
    """Print the config's feeds as OPML."""
    config = load(config_path, os.environ)
    feeds = [opml.ListedFeed(feed.name, feed.url, lang=feed.lang) for feed in config.feeds]
    sys.stdout.write(opml.write(feeds, "Rasid"))
    return 0
