"""Where the article stands on a page: the element that shows its title, and the box that holds most of its prose."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree
from lxml.html import HtmlElement

from monitor.text import fold
from workers.extract import boilerplate as words_of
from workers.extract.blocks import Sizes, words

SHORT = 400  # characters; no label, heading or notice is longer
LINK_BLOCK = 0.88  # share of linked text from which a block is a link
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def title_of(tree: HtmlElement, told: str) -> HtmlElement | None:
    """The element that shows the title: a heading that the head names too, any other such element, the first h1."""
    wanted = fold(told)
    headings = list(tree.iter("h1", "h2", "h3"))
    plain = tree.iter("span", "b", "strong", "td", "div", "p", "font") if wanted else ()
    for element in (*headings, *plain):
        if len(element) < 6 and _is_named(fold(words(element)), wanted) and not _in_bar(element):
            return element
    return next((one for one in headings if one.tag == "h1"), None)


def _is_named(text: str, wanted: str) -> bool:
    """Is this the title that the head names, perhaps with the outlet's name behind it?"""
    return (
        bool(text)
        and len(text) > 8
        and (text == wanted or (wanted.startswith(text) and len(text) * 2 > len(wanted)))
    )


def _in_bar(element: HtmlElement) -> bool:
    """Does it stand in a menu, a breadcrumb line or a side column?"""
    for one in upwards(element):
        if one.tag in ("nav", "aside", "footer", "a") or any(
            words_of.BY_CLASS.get(name) == "page" for name in names_of(one)
        ):
            return True
    return False


def core_of(tree: HtmlElement, sizes: Sizes, title: HtmlElement | None) -> HtmlElement | None:
    """Where the prose is: of the boxes after the title the one with most in its paragraphs, known names twice."""
    around_title = set(upwards(title)) if title is not None else set()
    scores = _scores(tree, sizes, title, lambda one: one not in around_title and _is_furniture(one))
    scores = scores or _scores(tree, sizes, title, lambda one: one.tag in words_of.TAGS and one.tag != "form")
    return next(
        (box for box in sorted(scores, key=lambda one: -scores[one]) if not _is_notice(sizes, box)), None
    )


def _scores(
    tree: HtmlElement, sizes: Sizes, title: HtmlElement | None, is_outside: Callable[[HtmlElement], bool]
) -> dict[HtmlElement, int]:
    """Characters of prose in each box, in paragraphs that stand in nothing that is outside."""
    scores: dict[HtmlElement, int] = {}
    after_title = title is None
    for element in tree.iter(etree.Element):
        after_title = after_title or element is title
        if element.tag not in ("p", "li") or not after_title:
            continue
        weight = _weight(sizes, element)
        if not weight or any(is_outside(one) for one in upwards(element)):
            continue
        weight *= 1 if scores else 2  # the first prose after the title is likely the article's
        for distance, box in enumerate(element.iterancestors()):
            known = box.get("itemprop") == "articleBody" or not words_of.CONTENT.isdisjoint(names_of(box))
            if known or distance == 0:
                scores[box] = scores.get(box, 0) + weight * (2 if known else 1)
    return scores


def _is_notice(sizes: Sizes, box: HtmlElement) -> bool:
    """Are its paragraphs all notices of the site?"""
    texts = [fold(words(element)) for element in box.iter("p", "li") if _weight(sizes, element)]
    return all(
        len(text) <= SHORT and any(pattern.search(text) for _, pattern in words_of.PHRASES) for text in texts
    )


def _weight(sizes: Sizes, element: HtmlElement) -> int:
    """A paragraph's size, if it is prose: no link, no headline's excerpt."""
    size = sizes.chars(element)
    is_prose = size >= 40 and sizes.linked(element) < LINK_BLOCK and not is_excerpt(sizes, element)
    return size if is_prose else 0


def _is_furniture(element: HtmlElement) -> bool:
    if element.tag in words_of.TAGS and element.tag != "form":
        return True
    return any(name in words_of.BY_CLASS for name in names_of(element))


def names_of(element: HtmlElement) -> list[str]:
    """The element's class names and id, lower case; hashed names of CSS modules by their component."""
    told = f"{element.get('class', '')} {element.get('id', '')}".lower()
    names = told.split()
    if "__" in told:
        names += [match[1] for name in names if (match := words_of.CSS_MODULE.match(name))]
    return names


def is_excerpt(sizes: Sizes, element: HtmlElement) -> bool:
    """A few words that end in dots, as they stand under the headline of another article."""
    return sizes.chars(element) <= SHORT and words(element).rstrip().endswith(("…", "...", "[…]", "[...]"))


def upwards(element: HtmlElement) -> Iterator[HtmlElement]:
    """The element and everything that holds it."""
    yield element
    yield from element.iterancestors()
