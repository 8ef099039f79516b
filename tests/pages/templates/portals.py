"""Portals that are not WordPress: Drupal, Joomla, Laravel, ASP.NET, hashed class names."""

from __future__ import annotations

from collections.abc import Callable

from tests.pages.head import charset, json_ld
from tests.pages.kit import Kit
from tests.pages.templates.parts import cookie, footer, mega, newsletter, page


def drupal(kit: Kit) -> str:
    def block(name: str, content: str) -> str:
        return f'<div id="block-{name}" class="block block-views block-views-block{name}"><div class="content">{content}</div></div>'

    related = kit.cards(
        3,
        '<div class="views-row"><div class="views-field views-field-title"><span class="field-content"><a href="{u}" hreflang="ar">{h}</a></span></div>{x}<div class="views-field views-field-created"><span class="field-content"><time datetime="{i}">{d}</time></span></div></div>',
        '<div class="views-field views-field-body"><div class="field-content">{}</div></div>',
    )
    inner = f"""<div class="dialog-off-canvas-main-canvas" data-off-canvas-main-canvas><div id="page-wrapper"><header class="header" role="banner"><div class="region region-header">{kit.today('<div class="block current-date">{}</div>')}<nav role="navigation" id="block-main-menu"><ul class="menu menu--main nav">{kit.each("nav", '<li class="menu-item"><a href="/c/{n}" data-drupal-link-system-path="taxonomy/term/{n}">{}</a></li>')}</ul>{mega(kit)}</nav></div></header>
<div class="region region-highlighted">{block("breaking-news", "<h2>" + kit.t("breaking") + "</h2>" + kit.links(3, '<div class="views-row"><a href="{u}">{h}</a></div>'))}</div>
<main role="main"><div class="layout-content"><div class="region region-content"><h1 class="page-header"><span property="schema:name" class="field field--name-title field--type-string field--label-hidden">{kit.title}</span></h1>
<article data-history-node-id="4431" role="article" about="/node/4431" typeof="schema:Article" class="node node--type-article node--promoted node--view-mode-full"><footer class="node__meta"><div class="node__submitted"><span class="field field--name-uid">{kit.author()}</span>{kit.when('<span class="field field--name-created">{}</span>')}</div></footer>
<div class="node__content"><div class="field field--name-field-image field--type-image"><img src="/f.jpg" alt="" property="schema:image">{kit.caption('<blockquote class="image-field-caption"><p>{}</p></blockquote>')}</div>{kit.lead('<div class="field field--name-field-subtitle field--type-string field--label-hidden field__item">{}</div>')}
<div property="schema:text" class="{kit.cls("clearfix text-formatted field field--name-body field--type-text-with-summary field--label-hidden field__item")}">{kit.body()}</div>
<div class="field field--name-field-tags field--type-entity-reference field--label-above"><div class="field__label">{kit.t("tagslabel")}</div><div class="field__items">{kit.each("tags", '<div class="field__item"><a href="/tags/{n}" property="schema:about">{}</a></div>')}</div></div>
<div class="node__links"><ul class="links inline"><li class="comment-forbidden">{kit.t("login")}</li><li class="statistics-counter">{kit.t("counter")}</li></ul></div></div></article>
{block("share", "<span>" + kit.t("share") + "</span><ul>" + kit.each("shares", '<li><a href="#">{}</a></li>') + "</ul>")}{block("related-articles", f'<h2>{kit.t("related")}</h2><div class="view-content">{related}</div>')}
<section class="field field--name-comment field--type-comment comment-wrapper"><h2 class="title comment-form__title">{kit.t("comments", 0)}</h2><form class="comment-comment-form comment-form"><div class="description">{kit.t("comments", 1)}</div><textarea></textarea></form></section></div></div>
<aside class="layout-sidebar-first" role="complementary"><div class="region region-sidebar-first">{block("most-read", "<h2>" + kit.t("mostread") + "</h2>" + kit.links(5, '<div class="views-row"><span class="field-content"><a href="{u}">{h}</a></span></div>'))}{newsletter(kit)}</div></aside></main>
<footer role="contentinfo"><div class="region region-footer">{footer(kit)}</div></footer></div></div>"""
    return page(
        kit,
        "drupal",
        inner,
        body_class="path-node page-node-type-article has-glyphicons",
        generator="Drupal 10 (https://www.drupal.org)",
        weight=110,
    )


def drupal7(kit: Kit) -> str:
    """Drupal of ten years ago: field-items within field-items, the links block inside the node."""
    inner = f"""<div id="page-wrapper"><div id="page"><div id="header"><div class="section clearfix"><div id="name-and-slogan"><div id="site-name"><strong><a href="/">{kit.words["site"]}</a></strong></div><div id="site-slogan">{kit.t("tagline")}</div></div>{kit.today('<div class="region region-header"><div class="block block-block">{}</div></div>')}</div></div>
<div id="main-menu" class="navigation"><ul id="main-menu-links" class="links clearfix">{kit.each("nav", '<li class="menu-{n}"><a href="/c/{n}">{}</a></li>')}</ul></div><div id="main-wrapper" class="clearfix"><div id="main" class="clearfix"><div id="breadcrumb"><div class="breadcrumb"><a href="/">{kit.words["site"]}</a></div></div>
<div id="sidebar-first" class="column sidebar"><div class="section"><div class="region region-sidebar-first"><div class="block block-views"><h2>{kit.t("mostread")}</h2><div class="content"><div class="view-content"><div class="item-list"><ul>{kit.links(5, '<li class="views-row"><span class="field-content"><a href="{u}">{h}</a></span></li>')}</ul></div></div></div></div>{newsletter(kit)}</div></div></div>
<div id="content" class="column"><div class="section"><h1 class="title" id="page-title">{kit.title}</h1><div class="region region-content"><div id="block-system-main" class="block block-system"><div class="content"><div id="node-5120" class="node node-article node-promoted clearfix" about="/node/5120" typeof="sioc:Item foaf:Document"><div class="meta submitted">{kit.when('<span property="dc:date dc:created">{}</span>')} <span class="username">{kit.author()}</span></div>
<div class="content clearfix"><div class="field field-name-field-image field-type-image field-label-hidden"><div class="field-items"><div class="field-item even"><img src="/f.jpg" alt=""></div></div></div>{kit.caption('<div class="field field-name-field-caption"><div class="field-items"><div class="field-item even">{}</div></div></div>')}{kit.lead('<div class="field field-name-field-subtitle"><div class="field-items"><div class="field-item even">{}</div></div></div>')}
<div class="{kit.cls("field field-name-body field-type-text-with-summary field-label-hidden")}"><div class="field-items"><div class="field-item even" property="content:encoded">{kit.body()}</div></div></div>
<div class="field field-name-field-tags field-type-taxonomy-term-reference field-label-above clearfix"><h3 class="field-label">{kit.t("tagslabel")}</h3><ul class="links">{kit.each("tags", '<li class="taxonomy-term-reference-{n}"><a href="/tags/{n}" typeof="skos:Concept">{}</a></li>')}</ul></div></div>
<div class="link-wrapper"><ul class="links inline"><li class="statistics_counter first"><span>{kit.t("counter")}</span></li><li class="print_html">{kit.t("print")}</li></ul></div></div></div></div>
<div id="block-views-related-block" class="block block-views"><h2>{kit.t("related")}</h2><div class="content"><table class="views-view-grid cols-2"><tbody><tr>{kit.cards(3, '<td class="col-1"><div class="views-field-title"><a href="{u}">{h}</a></div>{x}</td>', '<div class="views-field-body">{}</div>')}</tr></tbody></table></div></div></div></div></div></div></div>
<div id="footer-wrapper"><div class="section">{kit.each("shares", '<a class="service-links-{n}" href="#">{}</a> ')}<div id="footer">{footer(kit)}</div></div></div></div></div>"""
    return page(
        kit,
        "bartik",
        inner,
        body_class="html not-front not-logged-in one-sidebar sidebar-first page-node page-node-5120 node-type-article",
        generator="Drupal 7 (http://drupal.org)",
        weight=70,
    )


def joomla(kit: Kit) -> str:
    """Joomla with K2: intro text and full text in two containers."""
    inner = f"""<div class="body-innerwrapper"><section id="sp-top-bar"><div class="container">{kit.today('<div class="sp-module date">{}</div>')}</div></section><header id="sp-header"><ul class="sp-megamenu-parent menu-fade hidden-sm">{kit.each("nav", '<li class="sp-menu-item"><a href="/index.php/c/{n}">{}</a></li>')}</ul></header>
<section id="sp-newsflash"><div class="sp-module"><div class="lnee_{kit.number}"><span>{kit.t("ticker")}</span>{kit.links(3, '<div class="newsflash-item"><a href="{u}">{h}</a></div>')}</div></div></section>
<section id="sp-main-body"><div class="row"><div id="sp-component" class="col-sm-8"><div class="sp-column"><div id="k2Container" class="itemView itemIsFeatured"><span id="startOfPageId44"></span><div class="itemHeader">{kit.when('<span class="itemDateCreated">{}</span>')}<h2 class="itemTitle">{kit.title}</h2><span class="itemAuthor"><a rel="author" href="/index.php/itemlist/user/1">{kit.author()}</a></span></div>
<div class="itemToolbar"><ul><li><span class="itemTextResizerTitle">{kit.t("fontsize")}</span></li><li><a class="itemPrintLink" rel="nofollow" href="#"><span>{kit.t("print")}</span></a></li></ul></div>
<div class="itemBody"><div class="itemImageBlock"><span class="itemImage"><img src="/media/k2/items/cache/a_L.jpg" alt=""></span>{kit.caption('<span class="itemImageCaption">{}</span>')}</div>{kit.lead('<div class="itemIntroText">{}</div>')}
<div class="{kit.cls("itemFullText")}">{kit.body()}</div><div class="clr"></div></div>
<div class="itemLinks"><div class="itemHits">{kit.t("counter")}</div><div class="itemCategory"><span>{kit.t("tagslabel")}</span><a href="/c">{kit.section()}</a></div><div class="itemTagsBlock"><ul class="itemTags">{kit.each("tags", '<li><a href="/index.php/tag/{n}">{}</a></li>')}</ul></div></div>
<div class="itemSocialSharing">{kit.each("shares", '<a class="soc{n}" href="#">{}</a> ')}</div>
<div class="itemRelated"><h3>{kit.t("related")}</h3><ul>{kit.cards(3, '<li class="even"><a class="itemRelTitle" href="{u}">{h}</a>{x}</li>', '<div class="itemRelIntrotext"><p>{}</p></div>')}</ul></div>
<div class="itemComments"><div class="itemCommentsForm"><h3>{kit.t("comments", 0)}</h3><p class="itemCommentsFormNotes">{kit.t("comments", 1)}</p></div></div><div class="itemBackToTop"><a class="k2Anchor" href="#">{kit.t("totop")}</a></div></div></div></div>
<div id="sp-right" class="col-sm-4"><div class="sp-column class2"><div class="sp-module"><h3 class="sp-module-title">{kit.t("mostread")}</h3><div class="k2ItemsBlock"><ul>{kit.links(5, '<li class="even"><a class="moduleItemTitle" href="{u}">{h}</a><span class="moduleItemDateCreated">{d}</span></li>')}</ul></div></div>{newsletter(kit)}</div></div></div></section>
<footer id="sp-footer"><div class="sp-column">{footer(kit, "span")}</div></footer></div>"""
    return page(
        kit,
        "joomla",
        inner,
        body_class=f"site com-k2 view-item no-layout no-task itemid-435 {'rtl' if kit.rtl else 'en-gb ltr'}",
        generator="Joomla! - Open Source Content Management",
        weight=80,
    )


def laravel(kit: Kit) -> str:
    inner = f"""<div class="top-bar"><div class="container d-flex">{kit.today('<span class="date"><i class="far fa-calendar"></i> {}</span>')}{kit.each("nav", '<a class="nav-link" href="/c/{n}">{}</a>')}</div></div>
<div class="news-bar"><marquee direction="right">{kit.t("breaking")}: {kit.links(4, "{h} &nbsp;•&nbsp; ")}</marquee></div>
<div class="container mt-4"><div class="row"><div class="col-lg-8"><div class="post-box"><a class="badge badge-danger" href="/c">{kit.section()}</a>{kit.lead('<h5 class="sub-head">{}</h5>')}<h1 class="h3 font-weight-bold">{kit.title}</h1><ul class="list-inline text-muted small">{kit.when('<li class="list-inline-item"><i class="far fa-clock"></i> {}</li>')}<li class="list-inline-item">{kit.author()}</li><li class="list-inline-item"><i class="far fa-eye"></i> {kit.t("counter")}</li></ul>
<img class="img-fluid w-100" src="/storage/f.jpg" alt="{kit.title}">{kit.caption('<small class="d-block text-muted">{}</small>')}
<div class="d-flex my-2">{kit.each("shares", '<a href="#" class="btn btn-sm btn-social-{n}"><i class="fab"></i> {}</a>')}</div>
<div class="{kit.cls("post-text")}">{kit.body()}</div>
<div class="keywords">{kit.each("tags", '<a class="badge badge-light" href="/tag/{n}">#{}</a> ')}</div>
<h4 class="sec-title"><span>{kit.t("related")}</span></h4><div class="row">{kit.cards(4, '<div class="col-md-6"><div class="card h-100"><img class="card-img-top" src="/storage/r.jpg" alt=""><div class="card-body"><a href="{u}"><h6 class="card-title">{h}</h6></a>{x}<small>{a}</small></div></div></div>', '<p class="card-text">{}</p>')}</div>
<div class="fb-comments" data-href="{kit.url}"></div><p class="alert alert-light">{kit.t("comments", 2)}</p></div></div>
<div class="col-lg-4"><div class="side-box"><h4>{kit.t("mostread")}</h4>{kit.links(6, '<div class="media mb-2"><img src="/storage/s.jpg" class="mr-2" alt=""><div class="media-body"><a href="{u}">{h}</a></div></div>')}</div>{newsletter(kit)}</div></div></div>
<div class="bottom-bar text-white"><div class="container">{footer(kit)}</div></div>"""
    return page(kit, "app", inner, weight=120)


def hashed(kit: Kit) -> str:
    """A front end whose class names say nothing: CSS modules over Bootstrap's grid."""
    inner = f"""<div class="Layout_root__p0Q8d"><div class="Header_bar__1xZ9a"><div class="Header_in__aa81L">{kit.today('<div class="Header_d__0kk1P">{}</div>')}{kit.each("nav", '<a class="Header_l__9sJ2w" href="/c/{n}">{}</a>')}</div></div><div class="Ticker_t__Zp3Lm"><b>{kit.t("breaking")}</b>{kit.links(3, '<span class="Ticker_i__u7Yt3"><a href="{u}">{h}</a></span>')}</div>
<div class="container"><div class="row"><div class="col-12 col-lg-9"><div class="Story_s__Rr20v"><div class="Story_k__b3nQ2">{kit.section()}</div><h1 class="Story_h__w8K1e">{kit.title}</h1>{kit.lead('<div class="Story_d__mJ4s0">{}</div>')}<div class="Story_m__x1L0c"><span>{kit.author()}</span>{kit.when("<span>{}</span>")}<span>{kit.t("minutes")}</span></div><div class="Pic_p__k2J8s"><img src="/f.webp" alt="">{kit.caption('<div class="Pic_c__q0W9e">{}</div>')}</div>
<div class="{kit.cls("Story_b__L5t7g")}">{kit.body("hashed")}</div><div class="Share_r__c9V2b">{kit.each("shares", '<button class="Share_b__h1G3f" type="button"><span>{}</span></button>')}</div><div class="Tags_w__n4M6k">{kit.each("tags", '<a class="Tags_t__j7H5g" href="/tag/{n}">{}</a>')}</div></div>
<div class="More_m__d8F0s"><div class="More_h__a6S4d">{kit.t("related")}</div>{kit.cards(3, '<a class="More_c__y5T3r" href="{u}"><span class="More_t__e2W1q">{h}</span></a>{x}', '<p class="More_x__o9I8u">{}</p>')}<button class="More_l__p4O3i">{kit.t("load")}</button></div></div>
<div class="col-12 col-lg-3"><div class="Rank_r__f0D9s"><div class="Rank_h__g8F7d">{kit.t("mostread")}</div>{kit.links(5, '<div class="Rank_i__h6G5f"><p><a href="{u}">{h}</a></p></div>')}</div>{newsletter(kit)}</div></div></div><div class="Footer_f__z1X2c">{footer(kit)}</div></div>"""
    return page(kit, "hashed", inner, weight=100)


def aspnet(kit: Kit) -> str:
    """Tables, font tags and a view state: the oldest outlets."""
    state = "".join(kit.rng.choices("ABCDEFGHabcdefgh0123456789+/", k=5200))
    inner = f"""<form name="aspnetForm" method="post" action="news.aspx?id={kit.number}" id="aspnetForm"><input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="{state}" />
<table width="980" border="0" align="center" cellpadding="0" cellspacing="0"><tr><td colspan="3"><table width="100%" bgcolor="#003366"><tr>{kit.each("nav", '<td class="menu" nowrap><a href="cat.aspx?c={n}"><font color="#ffffff">{}</font></a></td>')}</tr></table>{kit.today('<font size="2" color="gray">{}</font>')}</td></tr>
<tr><td width="190" valign="top"><table class="box" width="100%"><tr><td class="hd" bgcolor="#cc0000"><font color="#fff">{kit.t("mostread")}</font></td></tr>{kit.links(6, '<tr><td class="lnk">&raquo; <a href="{u}">{h}</a></td></tr>')}</table></td>
<td width="590" valign="top"><span id="ctl00_Main_lblTitle" class="ttl"><b><font size="5">{kit.title}</font></b></span><br>{kit.when('<span id="ctl00_Main_lblDate" class="dt">{}</span><br>')}<font size="2" color="#666666"><span id="ctl00_Main_lblWriter">{kit.author()}</span></font><br><img src="pic/{kit.number}.jpg" width="380" align="left">{kit.caption('<br><font size="1">{}</font>')}
<span id="ctl00_Main_lblBody" class="{kit.cls("nbody")}">{kit.body("font")}</span><br>
<table width="100%"><tr><td><a href="javascript:window.print()">{kit.t("print")}</a></td>{kit.each("shares", '<td><a href="#"><font size="1">{}</font></a></td>')}</tr></table><hr size="1"><b><font color="#cc0000">{kit.t("related")}</font></b>
<table>{kit.cards(4, '<tr><td><img src="dot.gif"></td><td><a href="{u}">{h}</a><br>{x}</td></tr>', '<font size="2">{}</font>')}</table><br><b>{kit.t("comments", 0)}</b><table><tr><td><textarea name="c" rows="6"></textarea></td></tr></table><font size="1">{kit.t("comments", 2)}</font></td>
<td width="200" valign="top"><table width="100%"><tr><td class="hd">{kit.t("ticker")}</td></tr>{kit.links(4, '<tr><td><a href="{u}"><font size="2">{h}</font></a></td></tr>')}</table></td></tr><tr><td colspan="3" align="center" class="ft">{footer(kit, "font")}</td></tr></table></form>"""
    return f'<html dir="{kit.dir}">\n<head>\n<title>{kit.title}</title>\n{charset(kit)}\n<link href="style.css" rel="stylesheet" type="text/css">{json_ld(kit)}<script language="javascript">function prt(){{window.print();}}</script></head>\n<body topmargin="0" bgcolor="#ffffff">\n{inner}{cookie(kit)}</body></html>'


FAMILIES: dict[str, Callable[[Kit], str]] = {
    "drupal": drupal,
    "drupal7": drupal7,
    "joomla": joomla,
    "laravel": laravel,
    "hashed": hashed,
    "aspnet": aspnet,
}
