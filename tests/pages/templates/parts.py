"""Pieces several families share: cookie bars, comments, newsletters, the page around them."""

from __future__ import annotations

from tests.pages.head import LOCALES, head
from tests.pages.kit import Kit

# Themes carry their icons as drawings at the top of the body.
ICONS = (
    '<svg xmlns="http://www.w3.org/2000/svg" style="display:none">'
    + "".join(
        f'<symbol id="i{n}" viewBox="0 0 24 24"><path d="M{n} {n * 3 % 24}c0-{n}.5 2-{n % 7} 4-{n % 5}s{n} 8 {n % 9} 12z"/></symbol>'
        for n in range(30)
    )
    + '</svg>\n<!-- Google Tag Manager (noscript) --><noscript><iframe src="https://tags.example/ns.html" height="0" width="0"></iframe></noscript>\n'
)


def page(
    kit: Kit, theme: str, inner: str, *, body_class: str = "", generator: str = "", weight: int = 60
) -> str:
    lang = LOCALES[kit.article.lang].replace("_", "-") if kit.article.lang != "ar" else "ar"
    return (
        f'<!DOCTYPE html>\n<html dir="{kit.dir}" lang="{lang}">\n{head(kit, theme, generator, weight)}\n'
        f'<body class="{body_class}">\n{ICONS if weight > 120 else ""}{currency(kit)}{inner}\n{cookie(kit)}\n<script src="/assets/{theme}/main.min.js?ver=6.4.1" defer></script>\n</body>\n</html>\n'
    )


def cookie(kit: Kit) -> str:
    if kit.has("cookieopaque"):
        return f'<div class="fixed z-50 p-4"><p>{kit.t("cookie")}</p><button>OK</button></div>'
    return kit.extra(
        "cookie",
        '<div id="cookie-notice" role="dialog" class="cookie-notice-hidden cn-position-bottom"><div class="cookie-notice-container"><span id="cn-notice-text" class="cn-text-container">{}</span><span class="cn-buttons-container"><a href="#" id="cn-accept-cookie" class="cn-set-cookie cn-button">OK</a></span></div></div>',
        "cookie",
    )


def mega(kit: Kit) -> str:
    """A menu that unfolds into the newest posts, each with its own date."""
    if not kit.has("mega"):
        return ""
    rows = kit.links(
        3,
        '<li class="mega-post"><h3 class="post-box-title"><a href="{u}">{h}</a></h3><time class="entry-date" datetime="{i}">{d}</time></li>',
    )
    return f'<div class="mega-menu-block menu-sub-content"><ul class="mega-recent-featured-list">{rows}</ul></div>'


def currency(kit: Kit) -> str:
    """A strip of prices above everything."""
    return kit.extra("currency", '<div class="rates"><span>{}</span></div>', "currency")


def comments(kit: Kit) -> str:
    """WordPress's own comment list and form."""
    shown = ""
    if kit.has("usercomments"):
        rows = kit.each(
            "usercomments",
            '<li class="comment even depth-1" id="comment-{n}"><article class="comment-body"><footer class="comment-meta"><b class="fn">abu_{n}</b></footer><div class="comment-content"><p>{}</p></div></article></li>',
        )
        shown = f'<ol class="comment-list">{rows}</ol>'
    return (
        f'<div id="comments" class="comments-area">{shown}<div id="respond" class="comment-respond"><h3 id="reply-title" class="comment-reply-title">{kit.t("comments", 0)}</h3>'
        f'<form action="/wp-comments-post.php" method="post" id="commentform" class="comment-form"><p class="comment-notes"><span id="email-notes">{kit.t("comments", 1)}</span></p>'
        '<p class="comment-form-comment"><textarea id="comment" name="comment" cols="45" rows="8"></textarea></p><p class="form-submit"><input name="submit" type="submit" value="ok"></p></form></div></div>'
    )


def newsletter(kit: Kit) -> str:
    if not kit.has("newsletter"):
        return ""
    return f'<div class="mc4wp-form widget"><h3>{kit.t("newsletter", 0)}</h3><p>{kit.t("newsletter", 1)}</p><input type="email" name="EMAIL"></div>'


def footer(kit: Kit, tag: str = "p") -> str:
    return "".join(f"<{tag}>{kit.t('footer', n)}</{tag}>" for n in range(len(kit.said("footer"))))


def author_box(kit: Kit, cls: str = "author-bio") -> str:
    if not kit.has("authorbox"):
        return ""
    return f'<div class="{cls}"><div class="author-avatar"><img src="/a.jpg" alt=""></div><h3>{kit.author()}</h3><p class="author-bio">{kit.t("authorbox")}</p></div>'


def prev_next(kit: Kit, cls: str) -> str:
    if not kit.has("prevnext"):
        return ""
    both = zip(("prev", "next"), kit.heads(2), strict=False)
    return (
        f'<div class="{cls}">'
        + "".join(
            f'<div class="{cls}-{way}"><span>{kit.t(way)}</span><a href="/p/{way}">{text}</a></div>'
            for way, text in both
        )
        + "</div>"
    )
