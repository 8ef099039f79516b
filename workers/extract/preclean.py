"""Cuts what is no article out of a page's tree, before trafilatura guesses. Every cut has a named reason."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from monitor.text import fold

# Whole class names (or ids) only: a substring rule would hit `entry-content no-share`.
CLASSES = {
    "share": """share sharing share-buttons sharedaddy social social-share post-share addtoany a2a_kit
        share-links social-icons mobile-share entry-share""",
    "related": """related related-posts related-articles related-post related-news yarpp crp_related
        jp-relatedposts check-also-box inline-related-post read-more-box most-read popular-posts popular
        widget sidebar also-read recommended more-news read-also""",
    "tags": "tags post-tags entry-tags tag-list tagcloud post-bottom-tags tagged",
    "comments": "comments comment-list comment-respond comments-area respond disqus_thread comment-form",
    "page": """site-footer site-header main-nav navigation nav menu breadcrumb breadcrumbs newsletter
        subscribe cookie cookie-notice cookie-bar ticker breaking-news author-box about-author prev-next
        post-navigation mailchimp follow-us skip-link pagination""",
}
BY_CLASS = {name: reason for reason, names in CLASSES.items() for name in names.split()}
TAGS = {
    **dict.fromkeys(("nav", "footer", "form", "select"), "page"),
    **dict.fromkeys(("script", "style", "noscript", "iframe", "svg"), "script"),
    "aside": "related",
    "button": "share",
}
HEADINGS = {
    fold(text)
    for text in [
        "مقالات ذات صلة",
        "مواضيع ذات صلة",
        "أخبار ذات صلة",
        "ذات صلة",
        "الأكثر قراءة",
        "الأكثر مشاهدة",
        "اقرأ أيضاً",
        "اقرأ أيضا",
        "اقرأ المزيد",
        "قد يعجبك أيضاً",
        "قد يهمك أيضاً",
        "آخر الأخبار",
        "أحدث الأخبار",
        "شاهد أيضاً",
        "تابعونا",
        "التعليقات",
        "اترك تعليقاً",
        "أخبار أخرى",
        "Related articles",
        "Related posts",
        "Related",
        "Most read",
        "Read also",
        "See also",
        "More news",
        "You may also like",
        "Comments",
        "Leave a Reply",
        "Latest news",
        "İlgili haberler",
        "En çok okunan",
        "Articles liés",
        "À lire aussi",
        "Lire aussi",
        "Les plus lus",
    ]
}
READ_ALSO = re.compile(
    r"\s*(?:[|•*-]\s*)?(?:اقرأ|إقرأ|اقرؤوا|شاهد|طالع|قد يهمك|قد يعجبك|read|see|lire|à lire)\s*"
    r"(?:أيضاً|أيضا|ايضا|ايضاً|المزيد|also|aussi)",
    re.IGNORECASE,
)
FOLLOW = re.compile(r"\s*(?:تابعونا|تابعوا|للاشتراك|اشترك|اشتركوا)\b.{0,120}$")
HEADING_TAGS = ("h2", "h3", "h4", "h5", "h6", "strong", "b", "span", "div", "p")


def preclean(tree: HtmlElement) -> list[tuple[str, str]]:
    """Cut in place; returns (reason, text) of every block that was cut."""
    total = len(tree.text_content())
    dropped: list[tuple[str, str]] = []
    for element in list(tree.iter()):
        if (
            not isinstance(element.tag, str)
            or element.getparent() is None
            or element.tag in ("html", "body", "head")
        ):
            continue
        reason = _reason(element)
        if reason and not _holds_article(element, total, reason):
            _cut(element, reason, dropped)
    for element in list(tree.iter("p", "li", "h2", "h3", "h4", "div", "ul", "section")):
        if element.getparent() is None:
            continue
        reason = _label(element)
        if reason and not _holds_article(element, total, reason):
            following = element.getnext()
            bare = len(fold(element.text_content()).split()) <= 3
            _cut(element, reason, dropped)
            if bare and following is not None and _link_share(following) >= 0.8:
                _cut(following, reason, dropped)
    for element in tree.iter("p", "div", "span", "li", "blockquote", "section", "article"):
        element.attrib.pop("class", None)
        element.attrib.pop("id", None)
    return dropped


def _reason(element: HtmlElement) -> str:
    if element.tag in TAGS:
        return TAGS[element.tag]
    names = f"{element.get('class', '')} {element.get('id', '')}".lower().split()
    return next((BY_CLASS[name] for name in names if name in BY_CLASS), "")


def _label(element: HtmlElement) -> str:
    text = element.text_content().strip()
    if not text or len(text) > 400:
        return ""
    if fold(text) in HEADINGS or READ_ALSO.match(text):
        return "related"
    if FOLLOW.match(text):
        return "page"
    words = len(text.split())
    return "links" if words > 2 and element.tag in ("p", "ul", "div") and _link_share(element) >= 0.9 else ""


def _link_share(element: HtmlElement) -> float:
    if not isinstance(element.tag, str):
        return 0.0
    whole = len("".join(element.text_content().split()))
    linked = sum(len("".join(link.text_content().split())) for link in element.iter("a"))
    return linked / whole if whole else 0.0


def _holds_article(element: HtmlElement, total: int, reason: str) -> bool:
    if reason == "script":
        return False
    if next(element.iter("h1"), None) is not None:
        return True
    return total > 0 and len(element.text_content()) > total * 0.5 and _link_share(element) < 0.5


def _cut(element: HtmlElement, reason: str, dropped: list[tuple[str, str]]) -> None:
    text = " ".join(element.text_content().split()) if reason != "script" else ""
    if text:
        dropped.append((reason, text))
    if element.getparent() is not None:
        element.drop_tree()
