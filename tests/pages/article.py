"""Invented articles: blocks of text, as `articles.yaml` holds them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
MARKS = {"## ": "sub", "* ": "item", "> ": "quote", "@ ": "time", "| ": "row"}
# What makes a line worth an alert, were it read as the article's own.
ALERT = re.compile(
    r"حظر|تجوال|تجول|نزوح|نزح|نازح|تهجير|هجروا|إخلاء|بلا مأوى|غادر|تغادر|مغادر|اشتباك|اقتتال|مواجهات مسلحة|مواجهات عنيفة"
    r"|المواجهات|معارك|تبادل إطلاق|سكان الأبنية"
    r"|curfew|displaced|clash|flee|sokağa çıkma|yerinden edil|çatışma|sığındı|couvre-feu|déplacé|affrontement"
    r"|qedexeya|koçber|pevçûn|قەدەغەی|ئاوارە|پێکدادان",
    re.IGNORECASE,
)


def alerting(text: str) -> bool:
    """Whether the text holds a curfew, displacement or clash."""
    return bool(ALERT.search(text))


def squash(text: str) -> str:
    """The text without blanks: markup moves them about."""
    return re.sub(r"\s+", "", text)


@dataclass(frozen=True)
class Block:
    kind: str
    text: str

    @property
    def cells(self) -> list[str]:
        return self.text.split(" | ")

    @property
    def gold(self) -> str:
        return " ".join(self.cells) if self.kind == "row" else self.text

    @property
    def needed(self) -> str:
        """A part no extractor may lose, in whatever way it joins cells and times."""
        if self.kind == "row":
            return max(self.cells, key=len)
        return self.text.split(" ", 1)[1] if self.kind == "time" else self.text


@dataclass(frozen=True)
class Article:
    id: str
    lang: str
    title: str
    section: str
    date: datetime
    blocks: tuple[Block, ...]
    author: str = ""
    lead: str = ""
    byline: str = ""
    caption: str = ""
    summary: tuple[str, ...] = ()
    links: bool = False
    leadlink: bool = False

    @property
    def gold(self) -> list[str]:
        return [*([self.lead] if self.lead else []), *self.summary, *(block.gold for block in self.blocks)]

    @property
    def needed(self) -> list[str]:
        return [*([self.lead] if self.lead else []), *self.summary, *(block.needed for block in self.blocks)]


def _block(line: str) -> Block:
    for mark, kind in MARKS.items():
        if line.startswith(mark):
            return Block(kind, line.removeprefix(mark))
    return Block("p", line)


def _article(row: dict[str, Any]) -> Article:
    body = tuple(_block(line) for line in row.pop("body").strip().splitlines())
    date = datetime.fromisoformat(row.pop("date") + ":00+03:00")
    summary = tuple(row.pop("summary", ()))
    return Article(**{"lang": "ar", **row}, date=date, blocks=body, summary=summary)


@cache
def articles() -> dict[str, Article]:
    rows = yaml.safe_load((HERE / "articles.yaml").read_text(encoding="utf-8"))
    return {row["id"]: _article(dict(row)) for row in rows}


@cache
def boilerplate() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(
        (HERE / "boilerplate.yaml").read_text(encoding="utf-8")
    )
    return loaded
