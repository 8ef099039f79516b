"""The kit a template builds with: every text it hands out is remembered as wanted or unwanted."""

from __future__ import annotations

import json
import random
from datetime import UTC, timedelta
from html import escape
from typing import Any

from tests.pages import body, dates
from tests.pages.article import Article, boilerplate, squash


def esc(text: str) -> str:
    return escape(text, quote=False)


class Kit:
    """One page being built."""

    def __init__(self, template: str, article: Article, features: tuple[str, ...], number: int) -> None:
        self.template, self.article, self.features, self.number = template, article, features, number
        self.rng = random.Random(f"{template}/{article.id}/{number}")
        self.words: dict[str, Any] = boilerplate()[article.lang]
        self.rtl = article.lang in {"ar", "ckb"}
        self.dir = "rtl" if self.rtl else "ltr"
        self.slug = f"{article.date:%Y/%m/%d}/{article.id}-{number}"
        self.host = f"https://{template}.example"
        self.url = f"{self.host}/{self.slug}"
        self.unwanted: list[str] = []
        self.optional: list[str] = [article.title]
        self.lead_shown = self.author_told = False
        # Which of date sources (meta, time, ld, print), canonical and image the page really tells.
        self.told: set[str] = set()
        self._heads: list[str] = []

    # Features

    def has(self, feature: str) -> bool:
        return feature in self.features

    def values(self, prefix: str) -> list[str]:
        return [feature.partition(":")[2] for feature in self.features if feature.startswith(prefix + ":")]

    def value(self, prefix: str, default: str) -> str:
        return next(iter(self.values(prefix)), default)

    # Unwanted text

    def junk(self, text: str) -> str:
        """Text of the page that is not the article's."""
        self.unwanted.append(text)
        return esc(text)

    def said(self, key: str) -> Any:
        """The words for something; of several sets of them, this page's."""
        found = self.words[key]
        return found[self.number % len(found)] if isinstance(found[0], list) else found

    def t(self, key: str, index: int | None = None) -> str:
        """A label, or one of several; escaped and remembered as unwanted."""
        found = self.said(key)
        if not isinstance(found, str):
            found = found[(self.number if index is None else index) % len(found)]
        return self.junk(found)

    def heads(self, count: int) -> list[str]:
        """Headlines of other articles; never twice the same on a page while they last."""
        if not self._heads:
            self._heads = [*self.words["alert"], *self.words["plain"]]
            self.rng.shuffle(self._heads)
        taken = [self._heads.pop() for _ in range(min(count, len(self._heads)))]
        return [self.junk(text) for text in taken]

    def links(self, count: int, row: str) -> str:
        """Rows of headlines; row holds {h} (headline), {u} (address), {a} ("3 hours ago"), {d} (a date)."""
        return "".join(self._row(row, head, "") for head in self.heads(count))

    def cards(self, count: int, row: str, excerpt: str = "<p>{}</p>") -> str:
        """Cards of related articles; {x} holds an excerpt when the page has them."""

        def text(number: int) -> str:
            return excerpt.format(self.t("excerpts", number)) if self.has("excerpts") else ""

        return "".join(self._row(row, head, text(number)) for number, head in enumerate(self.heads(count)))

    def _row(self, row: str, head: str, excerpt: str) -> str:
        number = self.rng.randrange(1000, 99999)
        other = dates.CRAWL - timedelta(hours=self.rng.randrange(2, 90))
        return row.format(
            h=head,
            u=f"{self.host}/p/{number}",
            n=number,
            x=excerpt,
            a=esc(self.words["ago"]),
            d=dates.printed(other, self.style, self.article.lang),
            i=other.isoformat(),
        )

    def each(self, key: str, row: str) -> str:
        """Rows of navigation items, tags or share buttons."""
        return "".join(row.format(self.junk(text), n=n) for n, text in enumerate(self.said(key)))

    def extra(self, feature: str, row: str, key: str) -> str:
        """A block that only pages of this feature show."""
        return row.format(self.t(key)) if self.has(feature) else ""

    # The article

    @property
    def title(self) -> str:
        return esc(self.article.title)

    def section(self) -> str:
        return self.maybe(self.article.section)

    def maybe(self, text: str) -> str:
        """Text an extractor may keep or drop."""
        self.optional.append(text)
        return esc(text)

    def lead(self, row: str) -> str:
        """The sub-title above the text, if the article has one."""
        self.lead_shown = True
        return row.format(esc(self.article.lead)) if self.article.lead else ""

    def author(self, row: str = "{}") -> str:
        """Who wrote it, else the desk."""
        if not self.article.author:
            return row.format(self.t("editor"))
        self.author_told = True
        return row.format(self.maybe(self.article.author))

    def caption(self, row: str) -> str:
        """The picture's caption and credit, where the page has them."""
        shown = self.maybe(self.article.caption) if self.article.caption else ""
        if self.has("credit"):
            shown += f' <span class="credit">{self.t("credit")}</span>'
        return row.format(shown) if shown else ""

    def body(self, default: str = "p") -> str:
        return body.render(self, default)

    def cls(self, usual: str) -> str:
        """The container's class names, some of them misleading."""
        return " ".join([usual, *self.values("cls")])

    # Dates

    @property
    def style(self) -> str:
        return self.value("print", "levant")

    @property
    def sources(self) -> set[str]:
        """Where the page tells its date: meta, time, ld, print."""
        told = set(self.values("date")) | ({"print"} if self.values("print") else set())
        return (told or {"meta", "print"}) - {"none"}

    @property
    def iso(self) -> str:
        return (
            self.article.date.astimezone(UTC).isoformat()
            if self.number % 2
            else self.article.date.isoformat()
        )

    def when(self, row: str = "{}") -> str:
        """The article's date as the theme shows it."""
        if not self.sources & {"print", "time"}:
            return ""
        self.told |= self.sources & {"print", "time"}
        text = self.maybe(dates.printed(self.article.date, self.style, self.article.lang))
        shown = (
            f'<time class="published" datetime="{self.iso}">{text}</time>' if "time" in self.sources else text
        )
        if self.has("updated"):
            # The page's last change is not its publication.
            crawled = self.junk(dates.crawl_day(self.style, self.article.lang))
            shown = f'<span class="last-updated">{self.t("updated")} {crawled}</span> ' + shown
        return row.format(shown)

    def today(self, row: str) -> str:
        """The crawl day at the top of the page: not the article's date."""
        if not self.has("crawlday"):
            return ""
        return row.format(self.junk(dates.crawl_day(self.style, self.article.lang)))

    @property
    def published(self) -> str | None:
        """The moment in UTC; the day alone (no hour) where the page prints no more."""
        clocked = self.style in dates.CLOCKED and (self.article.lang == "ar" or self.style == "slash")
        if self.told & {"meta", "time", "ld"} or ("print" in self.told and clocked):
            return self.article.date.astimezone(UTC).isoformat()
        return self.article.date.date().isoformat() if "print" in self.told else None

    # Outcome

    @property
    def gold(self) -> str:
        return "\n".join(self.article.gold)

    def must_not(self) -> tuple[str, ...]:
        """The unwanted strings, without those the article or its margins say too."""
        kept = squash(self.gold + "\n" + "\n".join(self.optional))
        return tuple(text for text in dict.fromkeys(self.unwanted) if squash(text) not in kept)

    def json(self, value: object) -> str:
        """JSON in a script: half the sites escape every Arabic letter."""
        return json.dumps(value, ensure_ascii=self.has("ld:escaped")).replace("</", "<\\/")
