"""The demo outlets' pages and feeds, in the manner of a WordPress news theme. Pure: data in, text out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape

_AR_MONTHS = (
    *("كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران"),
    *("تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول"),
)

_WORDS = {
    "ar": {
        "home": "الرئيسية",
        "sections": "محليات|سياسة|اقتصاد|رياضة|منوعات|من نحن|اتصل بنا",
        "by": "كتبه",
        "related": "مقالات ذات صلة",
        "popular": "الأكثر قراءة",
        "tags": "الوسوم",
        "comments": "التعليقات",
        "reply": "اترك تعليقاً",
        "privacy": "لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *",
        "newsletter": "اشترك في نشرتنا البريدية ليصلك كل جديد",
        "rights": "جميع الحقوق محفوظة",
        "more": "ظهرت المقالة",
        "first": "أولاً على",
    },
    "en": {
        "home": "Home",
        "sections": "Local|Politics|Economy|Sport|Culture|About us|Contact",
        "by": "By",
        "related": "Related articles",
        "popular": "Most read",
        "tags": "Tags",
        "comments": "Comments",
        "reply": "Leave a reply",
        "privacy": "Your email address will not be published. Required fields are marked *",
        "newsletter": "Subscribe to our newsletter",
        "rights": "All rights reserved",
        "more": "The post",
        "first": "appeared first on",
    },
}


@dataclass(frozen=True, slots=True)
class FeedItem:
    """What a feed says of one article. `content` is HTML, empty in a feed of summaries."""

    guid: str
    link: str
    title: str
    summary: str
    published: datetime
    author: str = ""
    content: str = ""
    tags: tuple[str, ...] = ()


def date_line(moment: datetime, lang: str) -> str:
    """A date as the outlet prints it: `22 تشرين الثاني 2026`."""
    month = _AR_MONTHS[moment.month - 1] if lang == "ar" else f"{moment:%B}"
    return f"{moment.day} {month} {moment.year}"


def paragraphs_html(paragraphs: Sequence[str]) -> str:
    """Paragraphs of text as HTML paragraphs."""
    return "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)


def _links(texts: Sequence[str], css: str) -> str:
    """Headlines that link to pages of the archive."""
    return "\n".join(
        f'<li class="{css}"><a href="/archives/{900 + number}/" rel="bookmark">{escape(text)}</a></li>'
        for number, text in enumerate(texts)
    )


def _share(url: str) -> str:
    return "\n".join(
        f'<a class="share-{name.lower()}" href="https://{name.lower()}.example/?u={escape(url)}">{name}</a>'
        for name in ("Facebook", "Twitter", "WhatsApp", "Telegram")
    )


def _frame(
    title: str, main: str, *, lang: str, outlet: str, tagline: str, encoding: str, head: str = ""
) -> str:
    """A whole page: header and menu, `main`, footer."""
    words = _WORDS[lang]
    menu = "\n".join(
        f'<li class="menu-item"><a href="/category/{number}/">{escape(text)}</a></li>'
        for number, text in enumerate([words["home"], *words["sections"].split("|")])
    )
    return f"""<!DOCTYPE html>
<html dir="{"rtl" if lang == "ar" else "ltr"}" lang="{lang}">
<head>
<meta charset="{encoding}">
<title>{escape(title)} - {escape(outlet)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="alternate" type="application/rss+xml" title="{escape(outlet)}" href="/feed/">
{head}
</head>
<body class="post-template-default single single-post">
<header id="masthead" class="site-header">
<div class="site-branding"><a href="/" rel="home">{escape(outlet)}</a><span>{escape(tagline)}</span></div>
<nav id="site-navigation" class="main-navigation"><ul class="menu">
{menu}
</ul></nav>
</header>
<div id="content" class="site-content">
{main}
</div>
<footer id="colophon" class="site-footer">
<div class="newsletter"><p>{words["newsletter"]}</p></div>
<div class="site-info">{words["rights"]} &copy; {escape(outlet)}</div>
</footer>
</body>
</html>
"""


def article_page(
    title: str,
    paragraphs: Sequence[str],
    related: Sequence[str] = (),
    *,
    lang: str = "ar",
    outlet: str = "موقع تجريبي",
    tagline: str = "أخبار",
    author: str = "",
    published: datetime | None = None,
    modified: datetime | None = None,
    url: str = "",
    lead: str = "",
    tags: Sequence[str] = (),
    popular: Sequence[str] = (),
    comments: Sequence[str] = (),
    encoding: str = "utf-8",
) -> str:
    """An article's page with everything a news theme puts around it; the texts are escaped.

    Only `title`, `lead` and `paragraphs` are the article; the other texts are not.
    """
    words = _WORDS[lang]
    byline = " ".join(
        part
        for part in (
            f'<span class="byline">{words["by"]} <span class="author vcard">{escape(author)}</span></span>'
            if author
            else "",
            f'<time class="entry-date published" datetime="{published.isoformat()}">'
            f"{date_line(published, lang)}</time>"
            if published
            else "",
        )
        if part
    )
    meta = [
        f'<meta property="og:title" content="{escape(title)}">',
        f'<meta property="og:site_name" content="{escape(outlet)}">',
        '<meta property="og:type" content="article">',
    ]
    if url:
        meta.append(f'<link rel="canonical" href="{escape(url)}">')
    if published:
        meta.append(f'<meta property="article:published_time" content="{published.isoformat()}">')
    if modified and modified != published:
        meta.append(f'<meta property="article:modified_time" content="{modified.isoformat()}">')
    lead_html = f'<p class="entry-lead"><strong>{escape(lead)}</strong></p>\n' if lead else ""
    main = f"""<main id="main" class="site-main">
<article class="post type-post status-publish format-standard hentry">
<header class="entry-header">
<h1 class="entry-title">{escape(title)}</h1>
<div class="entry-meta">{byline}</div>
</header>
<div class="social-share">
{_share(url)}
</div>
<div class="entry-content">
{lead_html}{paragraphs_html(paragraphs)}
</div>
<div class="social-share after-content">
{_share(url)}
</div>
{_after(words, related, tags, comments)}
</article>
</main>
{_sidebar(words, popular)}"""
    return _frame(
        title, main, lang=lang, outlet=outlet, tagline=tagline, encoding=encoding, head="\n".join(meta)
    )


def _after(
    words: dict[str, str], related: Sequence[str], tags: Sequence[str], comments: Sequence[str]
) -> str:
    """What stands under an article: tags, related headlines, comments and the form for one more."""
    blocks = []
    if tags:
        links = " ".join(
            f'<a href="/tag/{number}/" rel="tag">{escape(tag)}</a>' for number, tag in enumerate(tags)
        )
        blocks.append(
            f'<footer class="entry-footer"><span class="tags-links">{words["tags"]}: {links}</span></footer>'
        )
    if related:
        blocks.append(
            f'<section class="related-posts"><h3>{words["related"]}</h3>\n'
            f"<ul>\n{_links(related, 'related-post')}\n</ul></section>"
        )
    listed = "\n".join(
        f'<li class="comment"><div class="comment-content"><p>{escape(text)}</p></div></li>'
        for text in comments
    )
    blocks.append(
        f'<div id="comments" class="comments-area"><h2 class="comments-title">{words["comments"]}</h2>\n'
        f'<ol class="comment-list">\n{listed}\n</ol>\n'
        f'<div id="respond" class="comment-respond"><h3>{words["reply"]}</h3><form method="post">'
        f'<p class="comment-notes">{words["privacy"]}</p>'
        '<textarea name="comment"></textarea></form></div></div>'
    )
    return "\n".join(blocks)


def _sidebar(words: dict[str, str], popular: Sequence[str]) -> str:
    if not popular:
        return ""
    return (
        f'<aside id="secondary" class="widget-area sidebar"><section class="widget most-read">'
        f"<h2>{words['popular']}</h2>\n<ol>\n{_links(popular, 'popular-post')}\n</ol></section></aside>"
    )


def home_page(
    items: Sequence[FeedItem], *, lang: str, outlet: str, tagline: str, encoding: str = "utf-8"
) -> str:
    """An outlet's front page: the headlines, newest first."""
    cards = "\n".join(
        f'<article class="post"><h2 class="entry-title">'
        f'<a href="{escape(item.link)}">{escape(item.title)}</a></h2>'
        f"<p>{escape(item.summary)}</p></article>"
        for item in items
    )
    main = f'<main id="main" class="site-main">\n{cards}\n</main>'
    return _frame(outlet, main, lang=lang, outlet=outlet, tagline=tagline, encoding=encoding)


def _cdata(html: str) -> str:
    return f"<![CDATA[{html.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _item(item: FeedItem, lang: str, outlet: str) -> str:
    words = _WORDS[lang]
    tags = "\n".join(f"<category>{_cdata(tag)}</category>" for tag in item.tags)
    credit = (
        f'<p>{words["more"]} <a href="{escape(item.link)}">{escape(item.title)}</a> '
        f"{words['first']} {escape(outlet)}.</p>"
    )
    content = f"<content:encoded>{_cdata(item.content + credit)}</content:encoded>" if item.content else ""
    author = f"<dc:creator>{_cdata(item.author)}</dc:creator>" if item.author else ""
    return f"""<item>
<title>{escape(item.title)}</title>
<link>{escape(item.link)}</link>
{author}
<pubDate>{format_datetime(item.published)}</pubDate>
{tags}
<guid isPermaLink="false">{escape(item.guid)}</guid>
<description>{_cdata(f"<p>{escape(item.summary)}</p>")}</description>
{content}
</item>"""


def feed(
    items: Sequence[FeedItem],
    *,
    url: str,
    lang: str,
    outlet: str,
    tagline: str,
    built: datetime,
    encoding: str = "utf-8",
) -> str:
    """An RSS 2.0 feed as WordPress writes it; `built` is when anything in it last changed."""
    listed = "\n".join(_item(item, lang, outlet) for item in items)
    return f"""<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>{escape(outlet)}</title>
<atom:link href="{escape(url)}feed/" rel="self" type="application/rss+xml" />
<link>{escape(url)}</link>
<description>{escape(tagline)}</description>
<lastBuildDate>{format_datetime(built)}</lastBuildDate>
<language>{lang}</language>
<generator>https://wordpress.org/?v=6.5</generator>
{listed}
</channel>
</rss>
"""
