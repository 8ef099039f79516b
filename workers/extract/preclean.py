"""Cuts what is no article out of a page's tree, before trafilatura guesses. Every cut has a named reason.

Nothing that holds the title or the core (where most of the prose stands) is ever cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from monitor.models import Dropped
from monitor.text import fold, one_line
from workers.extract import boilerplate as words_of
from workers.extract.anchors import (
    HEADINGS,
    LINK_BLOCK,
    SHORT,
    core_of,
    is_excerpt,
    names_of,
    title_of,
    upwards,
)
from workers.extract.blocks import INLINE, Sizes, following, paragraphs, words

HEADING = 90
MAX_DROPPED = 200
BLOCKS = frozenset(
    "p div li h1 h2 h3 h4 h5 h6 span td section blockquote a ul strong b em header center small".split()
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What is left: where the prose stands (None: not found), and every block that was cut, with its reason."""

    title: HtmlElement | None
    core: HtmlElement | None
    dropped: tuple[Dropped, ...]


def cut_boilerplate(tree: HtmlElement, title: str = "") -> Cleaned:
    """Cut in place. `title`: what the page's head says."""
    for element in list(tree.iter("script", "style", "noscript", "iframe", "svg", "template", "object")):
        _remove(element)
    paragraphs(tree)
    page = _Page(tree, Sizes(tree))
    page.title = title_of(tree, title)
    page.core = core_of(tree, page.sizes, page.title)
    page.keep = {one for anchor in (page.title, page.core) if anchor is not None for one in upwards(anchor)}
    for rule in RULES:
        rule(page)
    if page.core is not None:
        for link in list(page.core.iter("a")):
            link.drop_tag()  # what is left of the core is prose, however much of it is linked
    for element in tree.iter("p", "div", "span", "li", "blockquote", "section", "article", "main", "td"):
        element.attrib.pop("class", None)
        element.attrib.pop("id", None)
    return Cleaned(page.title, page.core, tuple(page.dropped))


@dataclass
class _Page:
    """A tree at work: its sizes, the elements that must stay, and what was cut so far."""

    tree: HtmlElement
    sizes: Sizes
    title: HtmlElement | None = None
    core: HtmlElement | None = None
    keep: set[HtmlElement] = field(default_factory=set)
    dropped: list[Dropped] = field(default_factory=list)
    gone: set[HtmlElement] = field(default_factory=set)

    def cut(self, element: HtmlElement, reason: str) -> bool:
        """Cut it unless it holds the article; False where it stays or is gone already."""
        parent = element.getparent()
        if parent is None or element in self.keep or self._is_most(element):
            return False
        text = words(element)
        if text and len(self.dropped) < MAX_DROPPED:
            linked = self.sizes.linked(element) >= LINK_BLOCK
            self.dropped.append(Dropped(reason, one_line(text, 1000), linked))
        self.sizes.forget(element)
        self.gone.update(element.iter(etree.Element))
        _remove(element)
        return True

    def _is_most(self, element: HtmlElement) -> bool:
        """Does it hold more than half of the core's prose?"""
        core = self.core
        if core is None or self.sizes.prose(element) * 2 <= self.sizes.prose(core):
            return False
        return any(parent is core for parent in element.iterancestors())

    def each(self, *tags: str) -> Iterator[HtmlElement]:
        """Elements in document order; those that were cut meanwhile are left out with all they held."""
        for element in list(self.tree.iter(*tags) if tags else self.tree.iter(etree.Element)):
            if element not in self.gone:
                yield element


def _remove(element: HtmlElement) -> None:
    """Take an element out and leave the text behind it where it was."""
    parent, tail = element.getparent(), element.tail
    if parent is None:
        return
    before = element.getprevious()
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    element.tail = None
    parent.remove(element)


# ---------------------------------------------------------------- rules


def _by_name(page: _Page) -> None:
    """Elements whose tag, role, style or whole class name says what they are."""
    for element in page.each():
        reason = words_of.TAGS.get(element.tag, "") or words_of.ROLES.get(element.get("role", ""), "")
        if not reason and _is_hidden(element):
            reason = "hidden"
        if not reason:
            reason = next(
                (words_of.BY_CLASS[name] for name in names_of(element) if name in words_of.BY_CLASS), ""
            )
        if reason and element.tag not in ("html", "body", "head"):
            page.cut(element, reason)


def _forms(page: _Page) -> None:
    """A box around fields to fill in: newsletters, searches, logins."""
    for entry in page.each("input", "textarea", "select"):
        if entry.get("type", "") == "hidden":
            continue
        box = entry
        while (
            (parent := box.getparent()) is not None
            and parent not in page.keep
            and page.sizes.chars(parent) <= 300
        ):
            box = parent
        page.cut(box, "form")


def _is_hidden(element: HtmlElement) -> bool:
    return (
        element.get("hidden") is not None
        or "display:none" in element.get("style", "").replace(" ", "").lower()
    )


def _cards(page: _Page) -> None:
    """Boxes that show another article: siblings of one kind with a linked heading, or one with its excerpt."""
    for parent in page.each("div", "ul", "ol", "section", "tbody", "main", "article"):
        boxes = list(parent.iterchildren("div", "li", "article", "section", "a"))
        cards = [box for box in boxes if _is_card(page, box)]
        if len(cards) < 2:
            cards = [box for box in boxes if _is_teaser(page, box)]
        for card in cards:
            page.cut(card, "related")


def _is_teaser(page: _Page, element: HtmlElement) -> bool:
    """One headline of another article with the first words of that."""
    if page.sizes.chars(element) > SHORT or len(_headlines(page, element)) != 1:
        return False
    return any(is_excerpt(page.sizes, part) for part in (element, *element.iter("p", "div", "span")))


def _is_card(page: _Page, element: HtmlElement) -> bool:
    if not 0 < page.sizes.chars(element) <= SHORT:
        return False
    headings = list(element.iter(*HEADINGS[1:]))
    return len(headings) == 1 and (
        (
            page.sizes.linked(headings[0]) >= LINK_BLOCK
            and any(_leads_away(link) for link in headings[0].iter("a"))
        )
        or any(one.tag == "a" and _leads_away(one) for one in headings[0].iterancestors("a"))
    )


def _leads_away(link: HtmlElement) -> bool:
    return bool(link.get("href", "")) and not link.get("href", "").startswith("#")


def _headings(page: _Page) -> None:
    """Headings of lists of other articles, and of comments, with what they head."""
    for element in page.each(
        "h1", "h2", "h3", "h4", "h5", "h6", "strong", "b", "p", "div", "span", "td", "th", "li", "a"
    ):
        if not 0 < page.sizes.chars(element) <= HEADING or element in page.keep or not _stands_alone(element):
            continue
        text = fold(words(element))
        if words_of.RELATED.match(text):
            _cut_list(page, element)
        elif words_of.COMMENTS.match(text):
            _cut_rest(page, element)


def _stands_alone(element: HtmlElement) -> bool:
    """Is this no part of a line of text?"""
    parent = element.getparent()
    if element.tag not in INLINE or parent is None:
        return True
    return not (element.tail or "").strip() and not (parent.text or "").strip()


def _cut_list(page: _Page, heading: HtmlElement) -> None:
    """The heading and the siblings after it that are links, cards or excerpts; prose ends the list."""
    top = _climb(page, heading)
    after = list(following(top))
    if not page.cut(top, "related"):
        return
    linked = False
    for sibling in after:
        if linked and sibling.tag == "p" and _is_sentence(sibling):
            return  # a paragraph that links much, not a headline
        is_link = _is_listing(page, sibling)
        if not is_link and not (linked and is_excerpt(page.sizes, sibling)) and page.sizes.chars(sibling) > 0:
            return
        linked = is_link or linked
        if page.sizes.chars(sibling) and not page.cut(sibling, "related"):
            return


def _cut_rest(page: _Page, heading: HtmlElement) -> None:
    """The heading and everything after it in its container, if some of the article stands before it."""
    top = _climb(page, heading)
    if page.core is not None and top in set(page.core.iterancestors()):
        return
    for sibling in [top, *following(top)]:
        page.cut(sibling, "comments")


def _climb(page: _Page, heading: HtmlElement) -> HtmlElement:
    """Up from a heading that stands alone in its box, to the element that its list follows."""
    top = heading
    while True:
        parent = top.getparent()
        if parent is None or parent in page.keep or page.sizes.chars(parent) > page.sizes.chars(heading) + 12:
            return top
        top = parent


def _is_listing(page: _Page, element: HtmlElement) -> bool:
    """Mostly links, or headlines of other articles, linked and on their own, with a few words about each."""
    if page.sizes.linked(element) >= 0.5:
        return True
    heads = _headlines(page, element)
    return bool(heads) and page.sizes.prose(element) <= 260 * len(heads)


def _headlines(page: _Page, element: HtmlElement) -> list[HtmlElement]:
    """Links to other pages that stand alone in their box, not in running text."""
    found = []
    for link in element.iter("a"):
        box = link.getparent()
        if box is None or not _leads_away(link) or page.sizes.chars(link) < 4:
            continue
        if (
            not (link.tail or "").strip()
            and not (box.text or "").strip()
            and (box.tag != "p" or page.sizes.prose(box) == 0)
        ):
            found.append(link)
    return found


def _labels(page: _Page) -> None:
    """Read-also, tags and share lines, with the links after a bare label."""
    for element in page.each(*BLOCKS):
        size = page.sizes.chars(element)
        if not 0 < size <= SHORT or element in page.keep:
            continue
        text = fold(words(element)[:120])
        for reason, pattern in (
            ("related", words_of.READ_ALSO),
            ("tags", words_of.TAG_LINE),
            ("share", words_of.SHARE_LINE),
        ):
            found = pattern.match(text)
            if not found:
                continue
            bare = len(text) - found.end() <= 2
            if bare or _is_label(page, element, reason):
                _cut_label(page, element, reason, bare)
                break


def _is_label(page: _Page, element: HtmlElement, reason: str) -> bool:
    """Is what follows the label in its element a link, or short enough to be a headline?"""
    if (
        element.tag in ("ul", "div", "section")
        and page.sizes.linked(element) < 0.3
        and page.sizes.chars(element) > 200
    ):
        return False
    if reason == "related":
        return page.sizes.linked(element) >= 0.3 or page.sizes.chars(element) <= 160
    if page.sizes.linked(element) >= 0.3:
        return True
    return reason == "share" and words_of.SHARE_OBJECT.match(fold(words(element))) is not None


def _cut_label(page: _Page, element: HtmlElement, reason: str, bare: bool) -> None:
    top = _climb(page, element)
    after = list(following(top))
    if not page.cut(top, reason) or not bare:
        return
    first = True
    for sibling in after:
        if page.sizes.chars(sibling) == 0:
            continue
        if (
            page.sizes.linked(sibling) < 0.8
            or (_is_sentence(sibling) and not first)
            or not page.cut(sibling, reason)
        ):
            return
        first = False


def _notices(page: _Page) -> None:
    """Short blocks that speak for the site: newsletters, channels, cookies, rights, credits."""
    for element in page.each(
        "p", "div", "li", "span", "td", "h2", "h3", "h4", "h5", "a", "figcaption", "small", "section"
    ):
        if not 0 < page.sizes.chars(element) <= SHORT or element in page.keep:
            continue
        if any(child.tag not in INLINE for child in element) and page.sizes.chars(element) > 200:
            continue
        text = fold(words(element))
        for reason, pattern in words_of.PHRASES:
            if pattern.search(text):
                page.cut(_box(page, element, reason), reason)
                break


def _box(page: _Page, element: HtmlElement, reason: str) -> HtmlElement:
    """The whole notice that a telling line belongs to: the largest small box around it that holds no other news."""
    while (parent := element.getparent()) is not None and parent not in page.keep and parent.tag != "body":
        if page.sizes.chars(parent) > SHORT or (
            page.core is not None and page.core in parent.iterancestors()
        ):
            return element
        if next(parent.iter("time", "h1", "h2"), None) is not None or (
            reason != "copyright" and page.sizes.chars(parent) > page.sizes.chars(element) + 120
        ):
            return element
        element = parent
    return element


def _link_runs(page: _Page) -> None:
    """Blocks of nothing but links: two in a row, or one headline alone between paragraphs of prose."""
    for parent in page.each("div", "section", "article", "td", "li", "ul", "main", "blockquote", "body"):
        prose = page.sizes.prose(parent)
        children = [child for child in parent if isinstance(child.tag, str) and page.sizes.chars(child) > 0]
        links = [
            child for child in children if page.sizes.linked(child) >= LINK_BLOCK and child not in page.keep
        ]
        if not links or (
            sum(page.sizes.chars(link) for link in links) > max(prose, 1) * 2 and parent is page.core
        ):
            continue
        for number, child in enumerate(children):
            if child not in links or (child.tag in INLINE and prose):
                continue
            beside = {id(one) for one in children[max(0, number - 1) : number + 2]} - {id(child)}
            in_run = sum(id(link) in beside for link in links) > 0
            if _is_sentence(child) and len(links) < 3:
                continue
            if in_run or (number > 0 and prose >= 60):
                page.cut(child, "links")


def _is_sentence(element: HtmlElement) -> bool:
    """Does it end as a sentence of prose does? Headlines do not."""
    return words(element).rstrip(" \u200f\u200e").endswith((".", "!", "»", '"'))


def _before_title(page: _Page) -> None:
    """What stands before the title: bars, tickers, the outlet's own name; a short line right above it stays."""
    if page.title is None:
        return
    title_box = page.title.getparent()
    for anchor in upwards(page.title):
        for sibling in list(anchor.itersiblings(etree.Element, preceding=True)):
            if sibling.tag == "head" or (
                anchor.getparent() is title_box and page.sizes.linked(sibling) < 0.5
            ):
                continue
            page.cut(sibling, "page")


RULES = (_forms, _by_name, _cards, _headings, _labels, _notices, _link_runs, _before_title)
