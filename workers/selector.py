"""An admin's CSS selector of the article. The only cssselect."""

from __future__ import annotations

from cssselect import SelectorError
from lxml import etree, html
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement


def selector_problem(selector: str) -> str:
    """Why this is no CSS selector; empty if it is one."""
    try:
        CSSSelector(selector, translator="html")
    except (SelectorError, etree.XPathError) as error:
        return str(error)
    return ""


def selected(tree: HtmlElement, selector: str) -> HtmlElement | None:
    """A page of only what the selector names; None where it names nothing."""
    found = [one for one in tree.cssselect(selector) if isinstance(one, HtmlElement)]
    outermost = [one for one in found if not any(parent in found for parent in one.iterancestors())]
    if not outermost:
        return None
    page = html.Element("html")
    etree.SubElement(page, "body").extend(outermost)
    return page
