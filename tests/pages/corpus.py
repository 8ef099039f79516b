"""The corpus: each line of `plan.txt` is one page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.pages.article import HERE, alerting, articles
from tests.pages.head import image
from tests.pages.kit import Kit
from tests.pages.templates import FAMILIES

# What the server says and how the bytes are written, by the feature `enc:…` (default: both UTF-8).
ENCODINGS = {
    "1256": ("windows-1256", "cp1256"),
    "1256nohttp": ("", "cp1256"),
    "headerlies": ("utf-8", "cp1256"),
    "utf8nohttp": ("", "utf-8"),
    "entities": ("utf-8", "ascii"),
    "bom": ("", "utf-8-sig"),
}


@dataclass(frozen=True)
class Page:
    """A page and what a reader would call its article.

    `must` and `must_not` pair a text with whether it holds a curfew, displacement or clash.
    `published` is a moment in UTC, or a day alone where the page prints no hour (read as +03:00).
    """

    id: str
    template: str
    features: tuple[str, ...]
    html: bytes
    charset: str
    url: str
    title: str
    gold: str
    must: tuple[tuple[str, bool], ...]
    must_not: tuple[tuple[str, bool], ...]
    optional: tuple[str, ...]
    published: str | None
    author: str | None
    lang: str
    canonical: str | None
    image: str | None


def flagged(texts: Iterator[str] | tuple[str, ...] | list[str]) -> tuple[tuple[str, bool], ...]:
    return tuple((text, alerting(text)) for text in dict.fromkeys(texts))


def damaged(kit: Kit, html: bytes) -> bytes:
    """The bytes with one that is no UTF-8, in the text or at the foot."""
    if kit.has("badbyte"):
        # Between two words of the second line: only half of that line is asked for.
        head, _, tail = kit.article.needed[1].encode().rpartition(b" ")
        whole = head + b" " + tail
        if whole not in html:
            raise ValueError(f"{kit.slug}: no place for the bad byte")
        return html.replace(whole, head + b" \xc8" + tail)
    if kit.has("badbytefoot"):
        return html.replace(b"</body>", b"\xa9 rtl</body>")
    return html


def build(template: str, article_id: str, features: tuple[str, ...], number: int) -> Page:
    """One page of the plan."""
    article = articles()[article_id]
    kit = Kit(template, article, features, number)
    text = FAMILIES[template](kit)
    charset, codec = ENCODINGS.get(kit.value("enc", ""), ("utf-8", "utf-8"))
    needed = article.needed
    if kit.has("badbyte"):
        needed[1] = needed[1][: len(needed[1]) // 2]
    return Page(
        id=f"{number:03d}-{template}-{article_id}",
        template=template,
        features=features,
        html=damaged(kit, text.encode(codec, "xmlcharrefreplace")),
        charset=charset,
        url=kit.url,
        title=article.title,
        gold=kit.gold,
        must=flagged(needed),
        must_not=flagged(kit.must_not()),
        optional=tuple(dict.fromkeys(kit.optional)),
        published=kit.published,
        author=article.author if kit.author_told else None,
        lang=article.lang,
        canonical=kit.url if "canonical" in kit.told else None,
        image=image(kit) if "image" in kit.told else None,
    )


def plan() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for line in (HERE / "plan.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            template, article, *features = line.split()
            yield template, article, tuple(features)


@cache
def pages() -> tuple[Page, ...]:
    """Every page, the same at every call."""
    return tuple(build(*row, number) for number, row in enumerate(plan(), start=1))
