"""What a page's head and header say of its article: title, time, author, language, address, image."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urljoin

from lxml.html import HtmlElement

from monitor.models import Json
from monitor.text import fold, one_line
from workers.extract.dates import moment
from workers.extract.published import printed_moment

ARTICLE_TYPES = (
    "NewsArticle",
    "Article",
    "BlogPosting",
    "ReportageNewsArticle",
    "LiveBlogPosting",
    "AnalysisNewsArticle",
)
TIME_NAMES = (
    "article:published_time", "og:published_time", "datepublished", "publishdate", "pubdate", "date", "dc.date.issued",
    "dc.date", "sailthru.date", "parsely-pub-date", "article:published", "og:article:published_time",
)  # fmt: skip
# Lists of other articles in a page's JSON.
LISTS = frozenset(
    "itemListElement latest related relatedArticles mostRead popular recommended sidebar trending more".split()
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the page says of itself; empty where it does not."""

    title: str = ""
    published: datetime | None = None
    author: str = ""
    lang: str = ""
    url: str = ""
    image: str = ""
    body: str = ""  # JSON-LD's articleBody
    names: Mapping[str, str] = field(default_factory=dict)


def metadata(tree: HtmlElement, url: str, zone: tzinfo) -> Metadata:
    """Read the tags that tell, and nothing else. `zone`: of times without an offset."""
    names, canonical = _names(tree)
    story = _story(tree)
    told = (
        names.get("og:title")
        or _text(story.get("headline"))
        or names.get("twitter:title")
        or _head_title(tree)
    )
    title = _title(tree, told)
    lang = tree.get("lang", "") or names.get("og:locale", "") or _text(story.get("inLanguage"))
    image = names.get("og:image", "") or _image(story.get("image"))
    return Metadata(
        title=title,
        published=_published(tree, names, story, zone, title),
        author=one_line(_author(tree, names, story), 120),
        lang=re.split("[-_]", lang)[0].lower()[:3],
        url=_address(url, canonical or names.get("og:url", "")),
        image=_address(url, image),
        body=max(_text(story.get("articleBody")), _next_body(story), key=len),
        names=names,
    )


def _title(tree: HtmlElement, told: str) -> str:
    """The longest heading that the head names, else what the head says, else the first h1."""
    headings = [one_line("".join(one.itertext()), 500) for one in tree.iter("h1", "h2", "h3")]
    wanted = fold(told)
    shown = [one for one in headings if len(fold(one)) > 8 and fold(one) in wanted]
    first = next((one_line("".join(one.itertext()), 500) for one in tree.iter("h1")), "")
    return max(shown, key=len, default="") or one_line(told, 500) or first


def _names(tree: HtmlElement) -> tuple[dict[str, str], str]:
    names: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if name and meta.get("content"):
            names.setdefault(name.lower(), one_line(meta.get("content", ""), 1000))
    links = (link.get("href", "") for link in tree.iter("link") if link.get("rel") == "canonical")
    return names, next(links, "")


def _head_title(tree: HtmlElement) -> str:
    found = next(tree.iter("title"), None)
    return one_line("".join(found.itertext()), 500) if found is not None else ""


def _address(base: str, found: str) -> str:
    try:
        address = urljoin(base, found.strip()) if found else ""
    except ValueError:
        return ""
    return address if address.startswith(("http://", "https://")) else ""


# ---------------------------------------------------------------- JSON-LD and Next.js


def _story(tree: HtmlElement) -> Json:
    """What the page's JSON tells of the article; its nodes together, the most telling first."""
    nodes: list[Json] = []
    for script in tree.iter("script"):
        if script.get("type") == "application/ld+json" or script.get("id") == "__NEXT_DATA__":
            nodes += [node for node in _nodes(_parsed(script.text or ""), 0) if _worth(node)]
    nodes.sort(key=_worth, reverse=True)
    story: Json = {}
    for node in nodes[:8]:
        for key, value in node.items():
            story.setdefault(key, value)
    story["articleBody"] = max((_text(node.get("articleBody")) for node in nodes), key=len, default="")
    return story


def _parsed(text: str) -> Any:
    try:
        return json.loads(text.strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(data: Any, depth: int) -> Iterator[Json]:
    if depth > 12:
        return
    if isinstance(data, dict):
        yield data
        data = [value for key, value in data.items() if key not in LISTS]
    if isinstance(data, list):
        for one in data[:500]:
            if isinstance(one, (dict, list)):
                yield from _nodes(one, depth + 1)


def _worth(node: Json) -> int:
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    worth = 2 * any(one in ARTICLE_TYPES for one in kinds) + 4 * isinstance(node.get("articleBody"), str)
    has_story = isinstance(node.get("title"), str) and len(_next_body(node)) > 80
    return worth + has_story + ("datePublished" in node)


def _next_body(story: Json) -> str:
    """The article in a Next.js page's data, where nothing was rendered."""
    texts = [
        _text(story.get(name)) for name in ("content", "body", "html", "text", "contentHtml", "bodyHtml")
    ]
    return max(texts, key=len)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _image(value: Any) -> str:
    if isinstance(value, list):
        return _image(value[0]) if value else ""
    return _text(value.get("url")) if isinstance(value, dict) else _text(value)


def _author(tree: HtmlElement, names: Mapping[str, str], story: Json) -> str:
    told = story.get("author")
    if isinstance(told, list):
        told = told[0] if told else ""
    if isinstance(told, dict):
        told = told.get("name")
    if isinstance(told, str) and told:
        return told
    for name in ("author", "article:author", "dc.creator"):
        if names.get(name) and "://" not in names[name]:
            return names[name]
    for link in tree.iter("a", "span"):
        if (
            link.get("rel") == "author"
            or link.get("itemprop") == "author"
            or "author-name" in link.get("class", "").split()
        ):
            return "".join(link.itertext())
    return ""


# ---------------------------------------------------------------- time


def _published(
    tree: HtmlElement, names: Mapping[str, str], story: Json, zone: tzinfo, title: str
) -> datetime | None:
    told = [names[name] for name in TIME_NAMES if name in names] + [_text(story.get("datePublished"))]
    for text in told:
        if found := moment(text, zone):
            return found
    return printed_moment(tree, zone, title)
