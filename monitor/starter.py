"""`rasid init`: a first config, by questions or flags; what is there is never overwritten."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from monitor.errors import UsageError

PAGE = """# yaml-language-server: $schema=config.schema.json
# Rasid's configuration; docs/configuration.md lists every key. `rasid check` names every mistake with its line,
# `rasid check --online` looks at every feed and receiver, `rasid feeds probe URL` before you add one.

timezone: {timezone}                 # shown times, quiet hours, digests
http:
  contact: {contact}                 # mail or web address that outlets can reach you at

# Terms, routes and all else have defaults that work; see docs/configuration.md.
feeds:{feeds}

receivers:
  console: {{}}{receivers}

routes:
  - {{receivers: [{names}]}}
"""
NO_FEEDS = """ []
  # - {name: SY24, url: "https://www.sy-24.com/feed/", lang: ar, country: SY, tier: 1}"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a first config needs to know."""

    feeds: Sequence[str] = ()  # URLs
    contact: str = ""
    timezone: str = "Asia/Damascus"
    webhook: str = ""


def compose(answers: Answers) -> str:
    """The file's text. JSON's quoting is also YAML's."""
    names = ["console"]
    receivers = ""
    if answers.webhook:
        names.append("hook")
        url = json.dumps(answers.webhook)
        receivers = (
            f'\n  hook: {{webhook: {{url: {url}}}}}   # add secret: "${{NAME}}" to sign what is posted'
        )
    feeds = "".join(
        f"\n  - {{name: {json.dumps(name, ensure_ascii=False)}, url: {json.dumps(url)}}}"
        for name, url in _named(answers.feeds)
    )
    return PAGE.format(
        timezone=json.dumps(answers.timezone),
        contact=json.dumps(answers.contact, ensure_ascii=False),
        feeds=feeds or NO_FEEDS,
        receivers=receivers,
        names=", ".join(names),
    )


def _named(urls: Sequence[str]) -> list[tuple[str, str]]:
    """Each URL with a name of its own: its host's."""
    found: dict[str, str] = {}
    for url in urls:
        host = (urlsplit(url).hostname or "feed").removeprefix("www.")
        name, number = host, 1
        while name in found:
            number += 1
            name = f"{host} {number}"
        found[name] = url
    return list(found.items())


def write(path: Path, text: str, schema: str) -> None:
    """Write the config and, beside it, the schema that its first line names. UsageError when the config is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(
            f"{path} is there already and stays as it is", cure="name another file with --config"
        ) from error
    (path.parent / "config.schema.json").write_text(schema, "utf-8")
