"""Pages of JavaScript front ends, AMP, Blogger and hand-written sites."""

from __future__ import annotations

from collections.abc import Callable

from tests.pages.head import charset, head, styles
from tests.pages.kit import Kit
from tests.pages.templates.parts import cookie, footer, newsletter, page

ROW = "flex w-full items-center gap-3 px-4 py-2"


def next_data(kit: Kit) -> str:
    """The state Next.js ships with the page: the article, and headlines of others."""
    article = kit.article
    whole = "".join(f"<p>{line}</p>" for line in article.gold)
    props = {
        "article": {"id": kit.number, "title": article.title, "slug": kit.slug, "content": whole},
        "latest": [{"id": n, "title": text} for n, text in enumerate(kit.words["plain"][:3])],
    }
    data = {
        "props": {"pageProps": props, "__N_SSG": True},
        "page": "/article/[slug]",
        "buildId": "kX9_2p",
        "isFallback": False,
    }
    return f'<script id="__NEXT_DATA__" type="application/json">{kit.json(data)}</script>'


def nextjs(kit: Kit) -> str:
    inner = f"""<div id="__next"><header class="{ROW} sticky top-0 z-40 bg-white"><a href="/"><img src="/logo.svg" alt="{kit.words["site"]}"/></a><ul class="{ROW}">{kit.each("nav", '<li><a href="/c/{n}" class="text-sm hover:underline">{}</a></li>')}</ul>{kit.today('<span class="text-xs">{}</span>')}</header>
<div class="{ROW} overflow-hidden bg-red-600 text-white"><span class="font-bold">{kit.t("breaking")}</span>{kit.links(2, '<a href="{u}" class="truncate">{h}</a>')}</div>
<div class="max-w-6xl mx-auto lg:flex"><div class="lg:w-2/3"><h1 class="text-3xl font-bold leading-snug">{kit.title}</h1>{kit.lead('<p class="text-xl text-gray-600">{}</p>')}<div class="{ROW} text-gray-500"><span>{kit.author()}</span>{kit.when("<span>{}</span>")}<span>{kit.t("minutes")}</span></div>
<div class="{ROW}">{kit.each("shares", '<button class="rounded p-1" aria-label="s{n}"><svg width="20" height="20" viewBox="0 0 20 20"><path d="M10 1 L19 19 L1 19 Z"/></svg><span>{}</span></button>')}</div><div class="relative aspect-video"><img src="/_next/image?url=%2Ff.jpg&amp;w=1200" alt="" class="rounded"/></div>{kit.caption('<p class="text-xs text-gray-400">{}</p>')}
<div class="{kit.cls("prose prose-lg max-w-none rtl:prose-rtl")}">{kit.body()}</div>
<div class="flex flex-wrap gap-2 mt-6">{kit.each("tags", '<a href="/t/{n}" class="rounded-full bg-gray-100 px-3">#{}</a>')}</div>
<div class="mt-8"><h2 class="text-xl font-bold border-b">{kit.t("related")}</h2><div class="grid grid-cols-2 gap-4">{kit.cards(4, '<a href="{u}" class="block"><h3 class="text-lg font-bold">{h}</h3>{x}<span class="text-xs text-gray-500">{a}</span></a>', '<p class="text-sm line-clamp-2">{}</p>')}</div></div></div>
<div class="lg:w-1/3"><h2 class="text-xl">{kit.t("mostread")}</h2>{kit.links(5, '<a href="{u}" class="flex py-2"><p class="text-sm">{h}</p></a>')}{newsletter(kit)}</div></div><div class="bg-black text-white p-8">{footer(kit)}</div></div>{next_data(kit)}"""
    return page(kit, "_next", inner, generator="Next.js", weight=90)


def nextclient(kit: Kit) -> str:
    """Rendered in the browser: the text is only in JSON-LD and the state."""
    shell = f"""<div id="__next"><div class="{ROW} sticky top-0">{kit.each("nav", '<a href="/c/{n}" class="text-sm">{}</a>')}</div><div class="animate-pulse max-w-4xl mx-auto"><div class="h-8 bg-gray-200 rounded w-3/4"></div><div class="h-4 bg-gray-200 rounded mt-4"></div><div class="h-4 bg-gray-200 rounded mt-2"></div></div>
<noscript><p>{kit.t("load")}</p></noscript><div class="bg-black p-8">{footer(kit)}</div></div>"""
    # Only Next.js pages ship a state; others leave JSON-LD alone.
    state = "" if kit.has("nostate") else next_data(kit)
    return page(kit, "_next", shell + state, weight=110)


def amp(kit: Kit) -> str:
    boiler = "body{-webkit-animation:-amp-start 8s steps(1,end) 0s 1 normal both}@keyframes -amp-start{from{visibility:hidden}to{visibility:visible}}"
    inner = f"""<header class="amp-wp-header" id="top"><div><a href="/">{kit.words["site"]}</a></div></header><amp-sidebar id="sidebar" layout="nodisplay" side="right"><ul>{kit.each("nav", '<li><a href="/c/{n}">{}</a></li>')}</ul></amp-sidebar>
<article class="amp-wp-article"><header class="amp-wp-article-header"><h1 class="amp-wp-title">{kit.title}</h1>{kit.lead('<p class="amp-wp-subtitle">{}</p>')}<div class="amp-wp-meta amp-wp-byline"><span class="amp-wp-author author vcard">{kit.author()}</span></div><div class="amp-wp-meta amp-wp-posted-on">{kit.when()}</div></header>
<figure class="amp-wp-article-featured-image wp-caption"><amp-img src="/f.jpg" width="780" height="470" layout="responsive"></amp-img>{kit.caption('<p class="wp-caption-text">{}</p>')}</figure>
<div class="{kit.cls("amp-wp-article-content")}">{kit.body()}</div>
<footer class="amp-wp-article-footer"><div class="amp-wp-meta amp-wp-tax-tag">{kit.t("tagslabel")} {kit.each("tags", '<a href="/tag/{n}" rel="tag">{}</a>, ')}</div><div class="amp-wp-social">{kit.each("shares", '<a class="amp-social-{n}" href="#">{}</a>')}</div><div class="amp-wp-meta amp-wp-comments-link"><a href="/#respond">{kit.t("comments", 0)}</a></div></footer></article>
<div class="amp-related-posts"><h3>{kit.t("related")}</h3><ul>{kit.cards(4, '<li><a href="{u}">{h}</a>{x}</li>')}</ul></div><footer class="amp-wp-footer"><div><h2>{kit.words["site"]}</h2>{footer(kit)}<a href="#top" class="back-to-top">{kit.t("totop")}</a></div></footer>"""
    top = head(kit, "amp", "AMP Plugin v1.1.4", 70).replace(
        "</head>",
        f'<script async src="https://cdn.ampproject.org/v0.js"></script><style amp-boilerplate>{boiler}</style></head>',
    )
    return f'<!doctype html>\n<html amp lang="{kit.article.lang}" dir="{kit.dir}">\n{top}\n<body class="">\n{inner}{cookie(kit)}</body></html>'


def ampforwp(kit: Kit) -> str:
    """The other AMP plugin, whose class names are cut short."""
    inner = f"""<header class="header h_m h_m_1"><div class="cntr"><div class="logo"><amp-img src="/logo.png" width="190" height="36"></amp-img></div></div></header><amp-sidebar id="m-menu" layout="nodisplay"><nav class="m-menu"><ul class="amp-menu">{kit.each("nav", '<li class="menu-item"><a href="/c/{n}">{}</a></li>')}</ul></nav></amp-sidebar>
<div class="sp sgl"><div class="cntr"><div class="breadcrumb"><ul id="breadcrumbs"><li class="item-home"><a href="/">{kit.words["site"]}</a></li><li>{kit.section()}</li></ul></div><h1 class="amp-post-title">{kit.title}</h1>{kit.lead('<div class="amp-sub-title">{}</div>')}</div>
<div class="sf-img"><amp-img src="/f.jpg" width="780" height="470" layout="responsive"></amp-img>{kit.caption('<figcaption class="wp-caption-text">{}</figcaption>')}</div><div class="sp-cnt"><div class="cntr"><div class="sp-rt"><div class="{kit.cls("cntn-wrp artl-cnt")}">{kit.body()}</div>
<div class="ampforwp-tax-tag tags"><span class="amp-tags">{kit.t("tagslabel")} {kit.each("tags", '<a href="/tag/{n}">{}</a> ')}</span></div>{kit.extra("authorbox", '<div class="amp-author"><p>{}</p></div>', "authorbox")}</div>
<div class="sp-left"><div class="amp-author-name">{kit.author()}</div>{kit.when('<div class="post-date">{}</div>')}<div class="ss-ic"><span class="shr-txt">{kit.t("share")}</span><ul>{kit.each("shares", '<li><a class="s_{n}" href="#">{}</a></li>')}</ul></div></div></div></div>
<div class="r-pf"><div class="cntr"><h3>{kit.t("related")}</h3><ul class="clearfix">{kit.cards(4, '<li class="has_thumbnail"><div class="rlp-image"><amp-img src="/r.jpg" width="220" height="134"></amp-img></div><div class="rlp-cnt"><a href="{u}">{h}</a>{x}</div></li>', "<p>{}</p>")}</ul></div></div></div>
<footer class="footer"><div class="f-w-f1"><div class="cntr">{kit.t("mostread")}<ul>{kit.links(3, '<li><a href="{u}">{h}</a></li>')}</ul></div></div><div class="f-w-f2"><div class="rr">{footer(kit, "span")}</div></div></footer>"""
    return f'<!doctype html>\n<html amp lang="{kit.article.lang}" dir="{kit.dir}">\n{head(kit, "ampforwp", "AMP for WP 1.0.92", 120)}\n<body class="body single-post amp-single">\n{inner}{cookie(kit)}</body></html>'


def blogger(kit: Kit) -> str:
    inner = f"""<div class="content"><div class="content-outer"><header><div class="header section" id="header"><div class="widget Header"><div class="titlewrapper"><h1 class="title"><a href="/">{kit.words["site"]}</a></h1></div><div class="descriptionwrapper"><p class="description"><span>{kit.t("tagline")}</span></p></div></div></div></header><div class="tabs-outer"><div class="widget PageList" id="PageList1"><ul>{kit.each("nav", '<li><a href="/p/{n}.html">{}</a></li>')}</ul></div></div>
<div class="main-outer"><div class="column-center-outer"><div class="main section" id="main"><div class="widget Blog" data-version="1" id="Blog1"><div class="blog-posts hfeed"><div class="date-outer">{kit.when('<h2 class="date-header"><span>{}</span></h2>')}<div class="date-posts"><div class="post-outer"><div class="post hentry uncustomized-post-template"><h3 class="post-title entry-title">{kit.title}</h3><div class="post-header"><div class="post-header-line-1"></div></div>
<div class="{kit.cls("post-body entry-content")}" id="post-body-5512937716541208374"><div class="separator" style="clear: both; text-align: center;"><a href="https://blogger.googleusercontent.example/a.jpg"><img border="0" height="360" src="https://blogger.googleusercontent.example/a.jpg" width="640" /></a></div>{kit.caption('<div style="text-align:center"><i>{}</i></div>')}
{kit.body("divstyle")}
<div style="clear: both;"></div></div><div class="post-footer"><div class="post-footer-line post-footer-line-1"><span class="post-author vcard"><span class="fn">{kit.author()}</span></span><div class="post-share-buttons goog-inline-block">{kit.each("shares", '<a class="goog-inline-block share-button sb-{n}" href="#"><span class="share-button-link-text">{}</span></a>')}</div></div><div class="post-footer-line post-footer-line-2"><span class="post-labels">{kit.t("tagslabel")} {kit.each("tags", '<a href="/search/label/{n}" rel="tag">{}</a>, ')}</span></div></div></div>
<div class="comments" id="comments"><h4>{kit.t("comments", 0)}</h4><div class="comment-form"><p>{kit.t("comments", 2)}</p></div></div></div></div></div></div><div class="blog-pager" id="blog-pager"><span id="blog-pager-newer-link">{kit.t("next")}</span></div></div></div></div>
<div class="column-right-outer"><aside><div class="sidebar section"><div class="widget PopularPosts" id="PopularPosts1"><h2>{kit.t("mostread")}</h2><div class="widget-content popular-posts"><ul>{kit.cards(4, '<li><div class="item-content"><div class="item-title"><a href="{u}">{h}</a></div>{x}</div></li>', '<div class="item-snippet">{}</div>')}</ul></div></div><div class="widget BlogArchive"><h2>{kit.t("related")}</h2><ul class="hierarchy">{kit.links(4, '<li class="archivedate"><a href="{u}">{h}</a></li>')}</ul></div></div></aside></div></div><footer><div class="footer-outer"><div class="widget Attribution">{footer(kit, "div")}</div></div></footer></div></div>"""
    return page(kit, "blogger", inner, body_class="loading variant-wide", generator="blogger", weight=130)


def bare(kit: Kit) -> str:
    """A hand-written page: text straight in a div, lines parted by <br>, hardly a class name."""
    inner = f"""<div id="wrap"><div id="head"><a href="/"><img src="/logo.gif" alt="{kit.words["site"]}"></a>{kit.today("<div>{}</div>")}</div><div id="links">{kit.each("nav", '<a href="/c{n}.html">{}</a> | ')}</div>
<div id="left"><b>{kit.t("mostread")}</b><br>{kit.links(6, '- <a href="{u}">{h}</a><br>')}</div>
<div id="center"><h1>{kit.title}</h1>{kit.when("{}<br>")}{kit.author("<i>{}</i><br>")}<img src="/img/{kit.number}.jpg" width="400">{kit.caption("<br><small>{}</small>")}<br>{kit.lead("<b>{}</b><br><br>")}
<div class="{kit.cls("txt")}">
{kit.body("br")}
</div><br>{kit.t("share")}: {kit.each("shares", '<a href="#">{}</a> - ')}<br><hr><b>{kit.t("related")}</b><br>{kit.cards(4, '<a href="{u}">{h}</a><br>{x}', "{}<br>")}<hr>{kit.t("comments", 0)}<form><textarea></textarea></form></div>
<div id="foot">{footer(kit, "span")}</div></div>"""
    return f'<html dir="{kit.dir}"><head>{charset(kit)}<title>{kit.title}</title><meta name="keywords" content="{"، ".join(kit.said("tags"))}"><style>body{{font:14px Tahoma}}#left{{float:left;width:25%}}#center{{float:right;width:70%}}</style>{styles("bare", 60)}</head><body>{inner}{cookie(kit)}</body></html>'


def nuxt(kit: Kit) -> str:
    """Vue on the server: scoped attributes, state in a plain script rather than JSON."""
    scope = f"data-v-{kit.rng.randrange(16**7, 16**8):x}"
    inner = f"""<div id="__nuxt"><div id="__layout"><div class="app" {scope}><div class="bar" {scope}>{kit.today(f'<span class="bar__date" {scope}>{{}}</span>')}{kit.each("nav", '<a href="/c/{n}" class="bar__link">{}</a>')}</div>
<div class="strip" {scope}><strong>{kit.t("breaking")}</strong>{kit.links(3, '<div class="strip__item"><a href="{u}">{h}</a></div>')}</div>
<div class="view" {scope}><div class="view__main" {scope}><span class="view__cat" {scope}>{kit.section()}</span><h1 class="view__title" {scope}>{kit.title}</h1>{kit.lead('<h2 class="view__sub">{}</h2>')}<div class="view__info" {scope}>{kit.when("<span>{}</span>")} <span {scope}>{kit.author()}</span></div>{kit.caption('<div class="view__pic-text">{}</div>')}
<!----><div class="{kit.cls("view__html")}" {scope}><div>{kit.body()}</div></div><!---->
<div class="view__share" {scope}>{kit.each("shares", '<button type="button"><span>{}</span></button>')}</div><div class="view__tags" {scope}>{kit.each("tags", '<a href="/t/{n}">{}</a>')}</div></div>
<div class="view__more" {scope}><div class="head" {scope}>{kit.t("related")}</div>{kit.cards(4, '<div class="tile"><a href="{u}"><div class="tile__t">{h}</div></a>{x}<div class="tile__d">{a}</div></div>', '<div class="tile__x">{}</div>')}</div><div class="view__side" {scope}><div class="head">{kit.t("mostread")}</div>{kit.links(5, '<div class="rank"><a href="{u}">{h}</a></div>')}{newsletter(kit)}</div></div><div class="base" {scope}>{footer(kit)}</div></div></div></div>
<script>window.__NUXT__=(function(a,b){{return {{layout:"default",data:[{{id:{kit.number},views:a,live:b}}],fetch:{{}},error:null,serverRendered:true}}}}(1348,false));</script>"""
    return page(kit, "_nuxt", inner, weight=100)


FAMILIES: dict[str, Callable[[Kit], str]] = {
    "nextjs": nextjs,
    "nextclient": nextclient,
    "nuxt": nuxt,
    "amp": amp,
    "ampforwp": ampforwp,
    "blogger": blogger,
    "bare": bare,
}
