"""A page's tree made ready for rules: lines become paragraphs, and every element knows its text's size."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

INLINE = frozenset(
    """a abbr b bdi bdo big cite code del dfn em font i img ins kbd mark q s small span strike strong sub sup time
    tt u var wbr amp-img""".split()
)
_HOLDS_LINES = frozenset(
    "div td th span font article section main p center body blockquote li b strong".split()
)


def paragraphs(tree: HtmlElement) -> None:
    """Turn text between `<br>`, and bare text beside blocks, into `<p>`: one line, one element."""
    for element in reversed(list(tree.iter(*_HOLDS_LINES))):
        breaks = blocks = False
        for child in element:
            breaks = breaks or child.tag == "br"
            blocks = blocks or (child.tag not in INLINE and child.tag != "br")
        if breaks or (blocks and _bare(element)):
            _wrap(element)
        elif element.tag == "div" and not blocks and _bare(element):
            element.tag = "p"
    for table in list(tree.iter("table")):
        if (
            any(True for _ in table.iter("p", "div", "h1", "h2", "h3", "ul"))
            or next(table.iterdescendants("table"), None) is not None
        ):
            _unfold(table)


def _unfold(table: HtmlElement) -> None:
    """A table that lays out the page becomes boxes; one that shows data stays."""
    for part in list(table.iter("table", "tbody", "thead", "tr", "td", "th", "colgroup")):
        part.tag = "div"


def _bare(element: HtmlElement) -> bool:
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)


def _wrap(element: HtmlElement) -> None:
    """Put each run of text and inline children into a `<p>` of its own."""
    if element.tag in INLINE or element.tag in ("p", "li"):
        element.tag = element.tag if element.tag == "li" else "div"
    children = list(element)
    text, element.text = element.text, None
    for child in children:
        element.remove(child)  # lxml moves the tail along
    run = _run(element, text)
    for child in children:
        tail, child.tail = child.tail, None
        if child.tag == "br":
            run = _run(element, tail)
        elif child.tag in INLINE:
            child.tail = tail
            run.append(child)
        else:
            element.append(child)
            run = _run(element, tail)
    for paragraph in list(element):
        if paragraph.tag == "p" and not len(paragraph) and not (paragraph.text or "").strip():
            element.remove(paragraph)


def _run(element: HtmlElement, text: str | None) -> HtmlElement:
    paragraph = etree.SubElement(element, "p")
    paragraph.text = text
    return paragraph


class Sizes:
    """Characters of text, and of linked text, of every element; kept true while elements are cut."""

    def __init__(self, tree: HtmlElement) -> None:
        self._of: dict[HtmlElement, tuple[int, int]] = {}
        for element in reversed(list(tree.iter(etree.Element))):
            chars = len((element.text or "").strip())
            linked = 0
            for child in element:
                inner = self._of.get(child, (0, 0))
                chars += inner[0] + len((child.tail or "").strip())
                linked += inner[1]
            self._of[element] = (chars, chars if element.tag == "a" else linked)

    def chars(self, element: HtmlElement) -> int:
        """Characters of text."""
        return self._of.get(element, (0, 0))[0]

    def prose(self, element: HtmlElement) -> int:
        """Characters of text outside links."""
        chars, linked = self._of.get(element, (0, 0))
        return chars - linked

    def linked(self, element: HtmlElement) -> float:
        """The share of the text that is linked."""
        chars, linked = self._of.get(element, (0, 0))
        return linked / chars if chars else 0.0

    def forget(self, element: HtmlElement) -> None:
        """Take an element's text off all its ancestors; to be called before it is cut."""
        chars, linked = self._of.get(element, (0, 0))
        for parent in element.iterancestors():
            whole, links = self._of[parent]
            self._of[parent] = (whole - chars, links - linked)


def words(element: HtmlElement) -> str:
    """The element's text on one line; a block's end counts as a space."""
    return " ".join(" ".join(element.itertext()).split())


def following(element: HtmlElement) -> Iterator[HtmlElement]:
    """The element's later siblings."""
    return iter(list(element.itersiblings(etree.Element)))
