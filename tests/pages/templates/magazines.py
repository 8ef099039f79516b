"""The WordPress magazine themes most outlets of the region run."""

from __future__ import annotations

from collections.abc import Callable

from tests.pages.kit import Kit
from tests.pages.templates.parts import author_box, comments, footer, mega, newsletter, page, prev_next


def jannah(kit: Kit) -> str:
    share = kit.each(
        "shares",
        '<a href="#" rel="external noopener nofollow" class="large-share-button share-{n}" data-raw="x"><span class="share-btn-icon"></span> <span class="social-text">{}</span></a>',
    )
    top = f"""<header id="theme-header" class="theme-header header-layout-3 main-nav-dark has-shadow">
<nav id="top-nav" class="has-date-breaking-components top-nav header-nav"><div class="container"><div class="topbar-wrapper">{kit.today('<div class="topbar-today-date tie-icon">{}</div>')}
<div class="breaking controls-is-active"><span class="breaking-title"><span class="breaking-title-text">{kit.t("breaking")}</span></span><ul id="breaking-news-in-header" class="breaking-news" data-type="reveal">{kit.links(4, '<li class="news-item"><a href="{u}">{h}</a></li>')}</ul></div></div></div></nav>
<div class="main-nav-wrapper"><nav id="main-nav" class="main-nav header-nav"><div class="container"><ul id="menu-main" class="menu">{kit.each("nav", '<li class="menu-item menu-item-{n}"><a href="/c/{n}">{}</a></li>')}</ul>{mega(kit)}</div></nav></div></header>"""
    meta = f"""<div class="single-post-meta post-meta clearfix"><span class="author-meta single-author no-avatars"><span class="meta-item meta-author-wrapper meta-author-12"><span class="meta-author"><a href="/author/1" class="author-name tie-icon">{kit.author()}</a></span></span></span>{kit.when('<span class="date meta-item tie-icon">{}</span>')}<div class="tie-alignright"><span class="meta-views meta-item "><span class="tie-icon-fire" aria-hidden="true"></span> {kit.t("counter")} </span><span class="meta-reading-time meta-item">{kit.t("minutes")}</span></div></div>"""
    post = f"""<article id="the-post" class="container-wrapper post-content tie-standard"><header class="entry-header-outer"><nav id="breadcrumb"><a href="/">{kit.words["site"]}</a><em class="delimiter">/</em><a href="/c">{kit.section()}</a><em class="delimiter">/</em><span class="current">{kit.title}</span></nav>
<div class="entry-header"><span class="post-cat-wrap"><a class="post-cat tie-cat-3" href="/c">{kit.section()}</a></span><h1 class="post-title entry-title">{kit.title}</h1>{kit.lead('<h2 class="entry-sub-title">{}</h2>')}{meta}</div></header>
<div id="share-buttons-top" class="share-buttons share-buttons-top"><div class="share-links icons-text">{share}</div></div>
<div class="featured-area"><div class="featured-area-inner"><figure class="single-featured-image"><img width="780" height="470" src="/f.jpg" class="attachment-jannah-image-post wp-post-image" alt="">{kit.caption('<figcaption class="single-caption-text">{}</figcaption>')}</figure></div></div>
<div class="{kit.cls("entry-content entry clearfix")}"><div class="stream-item stream-item-above-post-content"></div>
{kit.body()}
<div class="post-bottom-meta post-bottom-tags post-tags-modern"><div class="post-bottom-meta-title"><span class="tie-icon-tags"></span> {kit.t("tagslabel")}</div><span class="tagcloud">{kit.each("tags", '<a href="/tag/{n}" rel="tag">{}</a> ')}</span></div></div>
<div id="post-extra-info"></div><div id="share-buttons-bottom" class="share-buttons share-buttons-bottom"><div class="share-links">{share}</div></div></article>"""
    related = f"""<div class="post-components">{author_box(kit, "about-author container-wrapper about-author-1")}{newsletter(kit)}{prev_next(kit, "prev-next-post-nav container-wrapper media-overlay")}
<div id="related-posts" class="container-wrapper has-extra-post"><div class="mag-box-title the-global-title"><h3>{kit.t("related")}</h3></div><div class="related-posts-list">{kit.cards(3, '<div class="related-item tie-standard"><a class="post-thumb" href="{u}"><img src="/r.jpg" alt=""></a><h3 class="post-title"><a href="{u}">{h}</a></h3>{x}<div class="post-meta clearfix"><span class="date meta-item tie-icon">{d}</span></div></div>', '<p class="post-excerpt">{}</p>')}</div></div>{comments(kit)}</div>"""
    side = f"""<aside class="sidebar tie-col-md-4 tie-col-xs-12 normal-side is-sticky"><div class="theiaStickySidebar"><div id="posts-list-widget-2" class="container-wrapper widget posts-list"><div class="widget-title the-global-title"><div class="the-subtitle">{kit.t("mostread")}</div></div><div class="widget-posts-list-wrapper"><ul class="posts-list-items widget-posts-wrapper">{kit.links(5, '<li class="widget-single-post-item widget-post-list tie-standard"><div class="post-widget-body"><a class="post-title the-subtitle" href="{u}">{h}</a><div class="post-meta"><span class="date meta-item">{a}</span></div></div></li>')}</ul></div></div></div></aside>"""
    bottom = f"""<footer id="footer" class="site-footer dark-skin dark-widgetized-area"><div id="site-info" class="site-info"><div class="container">{footer(kit)}</div></div></footer><a id="go-to-top" class="go-to-top-button" href="#go-to-tie-body"><span class="tie-icon-angle-up"></span><span class="screen-reader-text">{kit.t("totop")}</span></a>"""
    check = (
        f'<div id="check-also-box" class="container-wrapper check-also-right"><div class="widget-title the-global-title"><div class="the-subtitle">{kit.t("readalso", 3)}</div></div><div class="widget posts-list-big-first has-first-big-post">{kit.links(1, "<a href={u}>{h}</a>")}</div></div>'
        if kit.has("checkalso")
        else ""
    )
    inner = f'<div class="background-overlay"><div id="tie-container" class="site tie-container"><div id="tie-wrapper">{top}<div id="content" class="site-content container"><div id="main-content-row" class="tie-row main-content-row"><div class="main-content tie-col-md-8 tie-col-xs-12" role="main">{post}{related}</div>{check}{side}</div></div>{bottom}</div></div></div>'
    return page(
        kit,
        "jannah",
        inner,
        body_class="rtl post-template-default single single-post wrapper-has-shadow block-head-1 is-thumb-overlay-disabled is-desktop is-header-layout-3 sidebar-left has-sidebar post-layout-1",
        generator="WordPress 6.4.3",
        weight=230,
    )


def sahifa(kit: Kit) -> str:
    share = kit.each(
        "shares",
        '<li><a href="#" class="social-{n}" rel="external" target="_blank"><i class="fa"></i> <span>{}</span></a></li>',
    )
    inner = f"""<div class="wrapper-outer"><div class="background-cover"></div><div id="wrapper" class="boxed-all"><div class="inner-wrapper">
<header id="theme-header" class="theme-header"><div id="top-nav" class="top-nav"><div class="container">{kit.today('<span class="today-date">{}</span>')}<div class="social-icons"></div></div></div>
<div class="header-content"><div class="logo"><h2><a title="x" href="/">{kit.words["site"]}<strong>{kit.t("tagline")}</strong></a></h2></div></div><nav id="main-nav" class="fixed-enabled"><div class="container"><div class="main-menu"><ul id="menu-2" class="menu">{kit.each("nav", '<li class="menu-item menu-item-type-taxonomy"><a href="/c/{n}">{}</a></li>')}</ul></div></div></nav></header>
<div class="clear"></div><div id="breaking-news" class="breaking-news"><span class="breaking-news-title"><i class="fa fa-bolt"></i> <span>{kit.t("breaking")}</span></span><ul>{kit.links(3, '<li><a href="{u}" title="x">{h}</a></li>')}</ul></div>
<div id="main-content" class="container"><div class="content"><div class="breadcrumbs"><a href="/">{kit.words["site"]}</a> / <a href="/c">{kit.section()}</a></div>
<article class="post-listing post-9812 post type-post status-publish format-standard has-post-thumbnail" id="the-post"><div class="single-post-thumb"><img width="660" height="330" src="/f.jpg" class="attachment-slider wp-post-image" alt=""></div>{kit.caption('<div class="single-post-caption">{}</div>')}
<div class="post-inner"><h1 class="name post-title entry-title"><span itemprop="name">{kit.title}</span></h1>
<p class="post-meta"><span class="post-meta-author"><i class="fa fa-user"></i><a href="/author/1">{kit.author()}</a></span>{kit.when('<span class="tie-date"><i class="fa fa-clock-o"></i>{}</span>')}<span class="post-cats"><i class="fa fa-folder"></i><a href="/c" rel="category tag">{kit.section()}</a></span><span class="post-views"><i class="fa fa-eye"></i>{kit.t("counter")}</span></p><div class="clear"></div>
<div class="{kit.cls("entry")}"><div class="share-post"><span class="share-text">{kit.t("share")}</span><ul class="flat-social">{share}</ul><div class="clear"></div></div>
{kit.body()}
</div><div class="share-post"><span class="share-text">{kit.t("share")}</span><ul class="flat-social">{share}</ul></div><div class="clear"></div></div></article>
<p class="post-tag">{kit.t("tagslabel")} {kit.each("tags", '<a href="/tag/{n}" rel="tag">{}</a> ')}</p>
{author_box(kit, "author-bio")}{prev_next(kit, "post-navigation")}
<section id="related_posts"><div class="block-head"><h3>{kit.t("related")}</h3><div class="stripe-line"></div></div><div class="post-listing">{kit.cards(3, '<div class="related-item"><div class="post-thumbnail"><a href="{u}"><img src="/r.jpg" alt=""><span class="fa overlay-icon"></span></a></div><h3><a href="{u}" rel="bookmark">{h}</a></h3>{x}<p class="post-meta"><span class="tie-date"><i class="fa fa-clock-o"></i>{a}</span></p></div>')}<div class="clear"></div></div></section>{comments(kit)}</div>
<aside id="sidebar"><div class="theiaStickySidebar"><div class="widget" id="tabbed-widget"><div class="widget-container"><div class="widget-top"><ul class="tabs posts-taps"><li class="tabs"><a href="#tab1">{kit.t("mostread")}</a></li></ul></div><div id="tab1" class="tabs-wrap"><ul>{kit.links(5, '<li><h3><a href="{u}">{h}</a></h3><span class="tie-date">{d}</span></li>')}</ul></div></div></div>{newsletter(kit)}</div></aside><div class="clear"></div></div>
<div class="footer-bottom"><div class="container"><div class="alignright">{footer(kit, "span")}</div></div></div></div></div></div>"""
    return page(
        kit,
        "sahifa",
        inner,
        body_class="rtl single single-post lazy-enabled",
        generator="WordPress 4.9.26",
        weight=180,
    )


def newspaper(kit: Kit) -> str:
    sharing = f'<div class="td-post-sharing-visible"><div class="td-social-sharing-button td-social-sharing-button-js td-social-handler td-social-share-text"><div class="td-social-but-icon"><i class="td-icon-share"></i></div><div class="td-social-but-text">{kit.t("share")}</div></div>{kit.each("shares", "<a class=td-social-sharing-button href=#><div class=td-social-but-text>{}</div></a>")}</div>'
    inner = f"""<div id="td-outer-wrap" class="td-theme-wrap"><div class="td-header-wrap td-header-style-3"><div class="td-header-top-menu-full td-container-wrap"><div class="td-container td-header-row td-header-top-menu">{kit.today('<div class="td_data_time"><div>{}</div></div>')}<ul class="top-header-menu">{kit.each("nav", '<li class="menu-item"><a href="/c/{n}">{}</a></li>')}</ul>{mega(kit)}</div></div>
<div class="td-header-menu-wrap-full td-container-wrap"><div class="td_block_wrap td_block_trending_now"><div class="td-trending-now-wrapper"><div class="td-trending-now-title">{kit.t("ticker")}</div><div class="td-trending-now-display-area">{kit.links(3, '<div class="td_module_trending_now td-trending-now-post"><h3 class="entry-title td-module-title"><a href="{u}" rel="bookmark">{h}</a></h3></div>')}</div></div></div></div></div>
<div class="td-main-content-wrap td-container-wrap"><div class="td-container td-post-template-default"><div class="td-crumb-container"><div class="entry-crumbs"><span><a class="entry-crumb" href="/">{kit.words["site"]}</a></span></div></div><div class="td-pb-row"><div class="td-pb-span8 td-main-content" role="main"><div class="td-ss-main-content">
<article id="post-5521" class="post-5521 post type-post status-publish format-standard"><div class="td-post-header"><ul class="td-category"><li class="entry-category"><a href="/c">{kit.section()}</a></li></ul><header class="td-post-title"><h1 class="entry-title">{kit.title}</h1>{kit.lead('<p class="td-post-sub-title">{}</p>')}
<div class="td-module-meta-info"><div class="td-post-author-name"><a href="/author/1">{kit.author()}</a><div class="td-author-line"> - </div></div>{kit.when('<span class="td-post-date">{}</span>')}<div class="td-post-views"><i class="td-icon-views"></i><span class="td-nr-views-5521">{kit.t("counter")}</span></div></div></header></div>
<div class="td-post-sharing-top"><div class="td-post-sharing td-ps-bg">{sharing}</div></div>
<div class="{kit.cls("td-post-content tagdiv-type")}"><div class="td-post-featured-image"><figure><a href="/f.jpg"><img class="entry-thumb td-modal-image" src="/f.jpg" alt=""></a>{kit.caption('<figcaption class="wp-caption-text">{}</figcaption>')}</figure></div>
{kit.body()}
</div><footer><div class="td-post-source-tags"><ul class="td-tags td-post-small-box clearfix"><li><span>{kit.t("tagslabel")}</span></li>{kit.each("tags", '<li><a href="/tag/{n}">{}</a></li>')}</ul></div>{prev_next(kit, "td-block-row td-post-next-prev")}<div class="author-box-wrap">{author_box(kit, "desc")}</div></footer></article>
<div class="td_block_wrap td_block_related_posts td_with_ajax_pagination"><h4 class="td-related-title td-block-title"><a class="td-related-left td-cur-simple-item" href="#">{kit.t("related")}</a></h4><div class="td_block_inner"><div class="td-related-row">{kit.cards(3, '<div class="td-related-span4"><div class="td_module_related_posts td-animation-stack td_mod_related_posts"><div class="item-details"><h3 class="entry-title td-module-title"><a href="{u}" rel="bookmark">{h}</a></h3>{x}<time class="entry-date updated td-module-date" datetime="{i}">{d}</time></div></div></div>', '<div class="td-excerpt">{}</div>')}</div></div></div>{comments(kit)}</div></div>
<div class="td-pb-span4 td-main-sidebar" role="complementary"><div class="td-ss-main-sidebar"><div class="td_block_wrap td_block_7 td_block_widget"><h4 class="td-block-title"><span class="td-pulldown-size">{kit.t("mostread")}</span></h4>{kit.links(4, '<div class="td_module_6 td_module_wrap"><h3 class="entry-title td-module-title"><a href="{u}">{h}</a></h3><div class="td-module-meta-info"><time datetime="{i}">{d}</time></div></div>')}</div>{newsletter(kit)}</div></div></div></div></div>
<div class="td-sub-footer-container td-container-wrap"><div class="td-container">{footer(kit, "div")}</div></div></div>"""
    return page(
        kit,
        "newspaper",
        inner,
        body_class="rtl single single-post td-standard-pack global-block-template-1",
        generator="WordPress 5.8.9",
        weight=260,
    )


def tdb(kit: Kit) -> str:
    """tagDiv's cloud templates: every part is a block of its own, the text among them."""

    def block(name: str, content: str) -> str:
        return f'<div class="vc_column tdi_{kit.number % 89}_{name} wpb_column vc_column_container tdc-column td-pb-span12"><div class="wpb_wrapper"><div class="td_block_wrap {name} tdi_{len(name)}7 td-pb-border-top td_block_template_1"><div class="tdb-block-inner td-fix-index">{content}</div></div></div></div>'

    parts = [
        block(
            "tdb_header_menu",
            f'<ul class="tdb-menu">{kit.each("nav", "<li class=menu-item><a href=/c/{n}><div class=tdb-menu-item-text>{}</div></a></li>")}</ul>',
        ),
        block("tdb_header_date", kit.today("{}")),
        block(
            "td_flex_block_1",
            kit.links(
                3,
                '<div class="td_module_flex td_module_flex_1"><div class="td-module-meta-info"><h3 class="entry-title td-module-title"><a href="{u}">{h}</a></h3></div></div>',
            ),
        ),
        block("tdb_single_categories", f'<a class="tdb-entry-category" href="/c">{kit.section()}</a>'),
        block("tdb_title tdb-single-title", f'<h1 class="tdb-title-text">{kit.title}</h1>'),
        block("tdb_single_subtitle", kit.lead("<p>{}</p>")),
        block("tdb_single_author", f'<a class="tdb-author-name" href="/author/1">{kit.author()}</a>'),
        block("tdb_single_date", kit.when("{}")),
        block("tdb_single_post_views", f"<span>{kit.t('counter')}</span>"),
        block(
            "tdb_single_featured_image",
            f'<img class="entry-thumb" src="/f.jpg" alt="">{kit.caption("<figcaption class=tdb-caption-text>{}</figcaption>")}',
        ),
        block(
            "tdb_single_post_share",
            f'<div class="td-post-sharing"><span>{kit.t("share")}</span>{kit.each("shares", "<a class=td-social-sharing-button><div class=td-social-but-text>{}</div></a>")}</div>',
        ),
        block(kit.cls("tdb_single_content") + " td-post-content tagdiv-type", kit.body("tdb")),
        block(
            "tdb_single_tags",
            f'<ul class="tdb-tags"><li><span>{kit.t("tagslabel")}</span></li>{kit.each("tags", "<li><a href=/tag/{n}>{}</a></li>")}</ul>',
        ),
        block("tdb_single_next_prev", prev_next(kit, "tdb-next-post")),
        block("tdb_single_author_box", author_box(kit, "tdb-author-descr")),
        block(
            "tdb_single_related",
            f'<h4 class="td-block-title"><span>{kit.t("related")}</span></h4>'
            + kit.cards(
                4,
                '<div class="tdb_module_related td_module_wrap"><div class="td-module-meta-info"><h3 class="entry-title td-module-title"><a href="{u}">{h}</a></h3>{x}</div></div>',
                '<div class="td-excerpt">{}</div>',
            ),
        ),
        block("tdb_single_comments", comments(kit)),
        block("td_block_list_menu", newsletter(kit) + footer(kit)),
    ]
    rows = "".join(
        f'<div class="vc_row tdi_{n} wpb_row td-pb-row tdc-element-style">{part}</div>'
        for n, part in enumerate(parts)
    )
    return page(
        kit,
        "tdb",
        f'<div id="td-outer-wrap"><article id="post-77" class="tdb-autoload-wrap post-77 post type-post"><div class="td-container tdc-content-wrap"><div class="tdc_zone tdi_1 wpb_row td-pb-row">{rows}</div></div></article></div>',
        body_class="rtl single single-post tdb_template_331 tdb-template tdc-footer-template",
        generator="WordPress 6.5.5",
        weight=330,
    )


def jnews(kit: Kit) -> str:
    inner = f"""<div class="jeg_viewport"><div class="jeg_header_wrapper"><div class="jeg_topbar jeg_container jeg_navbar_wrapper"><div class="item_wrap">{kit.today('<div class="jeg_nav_item jeg_top_date">{}</div>')}<div class="jeg_nav_item jnews_header_topbar_weather">18° C</div></div></div><div class="jeg_bottombar"><ul class="jeg_menu jeg_main_menu jeg_menu_style_1">{kit.each("nav", '<li class="menu-item bgnav"><a href="/c/{n}">{}</a></li>')}</ul>{mega(kit)}</div>
<div class="jeg_news_ticker jeg_news_ticker_ele"><div class="jeg_breakingnews"><div class="jeg_news_ticker_title">{kit.t("ticker")}</div><div class="jeg_news_ticker_items">{kit.links(3, '<div class="jeg_news_ticker_item"><span><a href="{u}">{h}</a></span><span class="jeg_news_ticker_date">{a}</span></div>')}</div></div></div></div>
<div class="post-wrapper"><div class="post-wrap"><div class="jeg_main"><div class="jeg_container"><div class="jeg_content jeg_singlepage"><div class="container"><div class="row"><div class="jeg_main_content col-md-8"><div class="jeg_inner_content"><div class="jeg_breadcrumbs jeg_breadcrumb_container"><div id="breadcrumbs"><span><a href="/">{kit.words["site"]}</a></span></div></div>
<div class="entry-header"><h1 class="jeg_post_title">{kit.title}</h1>{kit.lead('<h2 class="jeg_post_subtitle">{}</h2>')}<div class="jeg_meta_container"><div class="jeg_post_meta jeg_post_meta_1"><div class="meta_left"><div class="jeg_meta_author"><span class="meta_text">by</span> <a href="/author/1">{kit.author()}</a></div>{kit.when('<div class="jeg_meta_date"><a href="#">{}</a></div>')}<div class="jeg_meta_category"><span><a href="/c" rel="category tag">{kit.section()}</a></span></div></div></div></div></div>
<div class="jeg_featured featured_image"><a href="/f.jpg"><div class="thumbnail-container animate-lazy"><img src="/f.jpg" alt=""></div>{kit.caption('<p class="wp-caption-text">{}</p>')}</a></div>
<div class="jeg_share_top_container"><div class="jeg_share_button clearfix"><div class="jeg_share_stats"><div class="jeg_views_count"><div class="counts">1.3k</div><span class="sharetext">{kit.t("counter")}</span></div></div><div class="jeg_sharelist">{kit.each("shares", '<a href="#" class="jeg_btn expanded jeg_btn-{n}"><i class="fa"></i><span>{}</span></a>')}</div></div></div>
<div class="entry-content no-share"><div class="jeg_share_button share-float jeg_sticky_share clearfix share-monocrhome"></div><div class="{kit.cls("content-inner")}">
{kit.body()}
<div class="jeg_post_tags"><span>{kit.t("tagslabel")}</span> {kit.each("tags", '<a href="/tag/{n}" rel="tag">{}</a>')}</div></div></div>
<div class="jnews_prev_next_container">{prev_next(kit, "jeg_prevnext_post")}</div><div class="jnews_author_box_container">{author_box(kit, "jeg_authorbox")}</div>
<div class="jnews_related_post_container"><div class="jeg_postblock_22 jeg_postblock jeg_module_hook"><div class="jeg_block_heading jeg_block_heading_6"><h3 class="jeg_block_title"><span>{kit.t("related")}</span></h3></div><div class="jeg_posts_wrap">{kit.cards(3, '<article class="jeg_post jeg_pl_md_5 format-standard"><div class="jeg_postblock_content"><h3 class="jeg_post_title"><a href="{u}">{h}</a></h3><div class="jeg_post_meta"><div class="jeg_meta_date"><i class="fa fa-clock-o"></i> {a}</div></div>{x}</div></article>', '<div class="jeg_post_excerpt"><p>{}</p></div>')}</div></div></div><div class="jnews_comment_container">{comments(kit)}</div></div></div>
<div class="jeg_sidebar jeg_sticky_sidebar col-md-4"><div class="widget widget_jnews_popular"><div class="jeg_block_heading"><h3 class="jeg_block_title"><span>{kit.t("mostread")}</span></h3></div><ul class="popularpost_list">{kit.links(4, '<li class="popularpost_item format-standard"><h3 class="jeg_post_title"><a href="{u}">{h}</a></h3><div class="popularpost_meta"><div class="jeg_socialshare"><span class="share_count">46 shares</span></div></div></li>')}</ul></div>{newsletter(kit)}</div></div></div></div></div></div></div></div>
<div class="footer-holder" id="footer"><div class="jeg_footer jeg_footer_1 dark"><div class="jeg_footer_bottom">{footer(kit)}</div></div></div></div>"""
    return page(
        kit,
        "jnews",
        inner,
        body_class="rtl single single-post jeg_toggle_light jeg_single_tpl_1 jnews jsc_normal",
        generator="WordPress 6.2.6",
        weight=210,
    )


def publisher(kit: Kit) -> str:
    """BetterStudio's Publisher: "listing" items everywhere, excerpts in the related ones."""
    inner = f"""<div class="main-wrap content-main-wrap"><header id="header" class="site-header header-style-2 full-width"><section class="topbar topbar-style-1 hidden-xs"><div class="content-wrap"><div class="container"><div class="topbar-inner clearfix">{kit.today('<div class="section-links"><span class="topbar-date">{}</span></div>')}</div></div></div></section><div id="menu-main" class="menu main-menu-wrapper"><nav class="main-menu-container"><ul id="main-navigation" class="main-menu menu bsm-pure clearfix">{kit.each("nav", '<li class="menu-item better-anim-fade"><a href="/c/{n}">{}</a></li>')}</ul>{mega(kit)}</nav></div></header>
<div class="bs-newsticker-wrapper"><div class="better-newsticker"><p class="heading">{kit.t("ticker")}</p><ul class="news-list">{kit.links(4, '<li><a class="limit-line" href="{u}">{h}</a></li>')}</ul></div></div>
<main id="content" class="content-container"><div class="container layout-2-col layout-2-col-1 layout-right-sidebar post-template-1"><div class="row main-section"><div class="col-sm-8 content-column"><div class="single-container"><article id="post-912" class="post-912 post type-post status-publish format-standard has-post-thumbnail single-post-content"><div class="single-featured"><a class="post-thumbnail open-lightbox" href="/f.jpg"><img src="/f.jpg" alt=""></a>{kit.caption('<span class="image-credit">{}</span>')}</div>
<div class="post-header-inner"><div class="post-header-title"><div class="term-badges floated"><span class="term-badge term-3"><a href="/c">{kit.section()}</a></span></div><h1 class="single-post-title"><span class="post-title" itemprop="headline">{kit.title}</span></h1>{kit.lead('<h2 class="post-subtitle">{}</h2>')}<div class="post-meta single-post-meta"><a href="/author/1" class="post-author-a"><span class="post-author-name">{kit.author()}</span></a>{kit.when('<span class="time">{}</span>')}<span class="views post-meta-views"><i class="bf-icon fa fa-eye"></i>{kit.t("counter")}</span></div></div></div>
<div class="post-share single-post-share top-share clearfix style-1"><div class="post-share-btn-group"></div><div class="share-handler-wrap"><span class="share-handler post-share-btn"><b class="text">{kit.t("share")}</b></span>{kit.each("shares", '<span class="social-item s{n} has-title"><a href="#"><span class="icon"></span><span class="item-title">{}</span></a></span>')}</div></div>
<div class="{kit.cls("entry-content clearfix single-post-content")}">
{kit.body()}
</div><div class="entry-terms post-tags clearfix style-1"><span class="terms-label"><i class="fa fa-tags"></i></span>{kit.each("tags", '<a href="/tag/{n}" rel="tag">{}</a>')}</div></article>{author_box(kit, "post-author clearfix")}{prev_next(kit, "next-prev-post")}</div>
<div class="post-related"><div class="section-heading sh-t1 sh-s1 multi-tab"><a href="#r" class="main-link active"><span class="h-text related-posts-heading">{kit.t("related")}</span></a></div><div class="bs-pagination-wrapper"><div class="listing listing-thumbnail listing-tb-2 clearfix scolumns-3">{kit.cards(3, '<div class="post-912 type-post format-standard listing-item listing-item-thumbnail listing-item-tb-2"><div class="item-inner clearfix"><p class="title"><a class="post-url" href="{u}">{h}</a></p>{x}<span class="time"><time class="post-published updated" datetime="{i}">{d}</time></span></div></div>', '<div class="post-summary">{}</div>')}</div></div></div>{comments(kit)}</div>
<div class="col-sm-4 sidebar-column sidebar-column-primary"><aside id="sidebar-primary-sidebar" class="sidebar" role="complementary"><div class="primary-sidebar-widget widget widget_bs-thumbnail-listing-1"><div class="section-heading"><span class="h-text">{kit.t("mostread")}</span></div>{kit.links(5, '<div class="listing-item listing-item-thumbnail listing-item-tb-1"><p class="title"><a href="{u}" class="post-title post-url">{h}</a></p></div>')}</div>{newsletter(kit)}</aside></div></div></div></main>
<footer id="site-footer" class="site-footer full-width"><div class="copy-footer"><div class="content-wrap"><div class="row footer-copy-row">{footer(kit)}</div></div></div></footer></div><span class="back-top"><i class="fa fa-arrow-up"></i></span>"""
    return page(
        kit,
        "publisher",
        inner,
        body_class="rtl single single-post bs-theme bs-publisher bs-publisher-pure-magazine active-light-box close-rh page-layout-2-col",
        generator="WordPress 5.9.10",
        weight=240,
    )


def foxiz(kit: Kit) -> str:
    inner = f"""<div class="site-outer"><div id="site-header" class="header-wrap rb-section header-set-1"><div class="reading-indicator"><span id="reading-progress"></span></div><div class="breaking-news-wrap"><span class="breaking-news-heading">{kit.t("breaking")}</span>{kit.links(3, '<h6 class="entry-title"><a class="p-url" href="{u}">{h}</a></h6>')}</div><nav id="site-navigation" class="main-menu-wrap"><ul id="menu-main" class="main-menu rb-menu large-menu">{kit.each("nav", '<li class="menu-item"><a href="/c/{n}"><span>{}</span></a></li>')}</ul>{mega(kit)}</nav></div>
<div class="site-wrap"><div class="single-standard-8 is-sidebar-right sticky-sidebar"><div class="rb-s-container edge-padding"><article id="post-31" class="post-31 post type-post status-publish"><header class="single-header"><div class="s-cats"><div class="p-categories"><a class="p-category" href="/c">{kit.section()}</a></div></div><h1 class="s-title">{kit.title}</h1>{kit.lead('<h2 class="s-tagline">{}</h2>')}<div class="single-meta meta-s-default"><div class="smeta-in"><div class="smeta-sec">{kit.when('<div class="smeta-bottom meta-text">{}</div>')}<div class="p-meta"><div class="meta-inner is-meta"><span class="meta-el meta-author"><a href="/author/1">{kit.author()}</a></span></div></div></div></div><div class="smeta-extra"><div class="t-shared-sec tooltips-n"><div class="t-shared-header is-meta"><i class="rbi rbi-share"></i><span class="share-label">{kit.t("share")}</span></div><div class="effect-fadeout">{kit.each("shares", '<a class="share-action share-trigger icon-{n}" href="#"><span>{}</span></a>')}</div></div><div class="single-right-meta"><div class="single-rtime is-meta">{kit.t("minutes")}</div></div></div></div></header>
<div class="grid-container"><div class="s-ct"><div class="s-feat-outer"><div class="s-feat"><img src="/f.jpg" alt=""></div>{kit.caption('<div class="feat-caption meta-text"><span class="caption-text meta-bold">{}</span></div>')}</div><div class="s-ct-wrap has-lsl"><div class="s-ct-inner"><div class="l-shared-sec-outer show-mobile"><div class="l-shared-sec"></div></div><div class="e-ct-outer"><div class="{kit.cls("entry-content rbct clearfix is-highlight-shares")}">
{kit.body()}
</div></div></div></div><div class="efoot efoot-commas h5"><div class="efoot-bar tag-bar"><span class="blabel is-meta">{kit.t("tagslabel")}</span><span class="tags-list h5">{kit.each("tags", '<a href="/tag/{n}" rel="tag">{}</a>, ')}</span></div></div>{author_box(kit, "usr-holder entry-sec")}{prev_next(kit, "entry-pagination")}{comments(kit)}</div>
<div class="sidebar-wrap single-sidebar has-border"><div class="sidebar-inner clearfix"><div class="widget"><h4 class="heading-title"><span>{kit.t("mostread")}</span></h4>{kit.links(4, '<div class="p-wrap p-small p-list-small-2"><h5 class="entry-title"><a class="p-url" href="{u}">{h}</a></h5></div>')}</div>{newsletter(kit)}</div></div></div></article></div></div>
<aside class="sfoter-sec single-related"><div class="block-h heading-layout-10"><h3 class="heading-title"><span>{kit.t("related")}</span></h3></div><div class="block-inner">{kit.cards(4, '<div class="p-wrap p-grid p-grid-small-1"><div class="p-content"><h4 class="entry-title"><a class="p-url" href="{u}" rel="bookmark">{h}</a></h4>{x}<div class="p-meta"><span class="meta-el meta-date"><time class="date" datetime="{i}">{a}</time></span></div></div></div>', '<p class="entry-summary">{}</p>')}</div></aside></div>
<footer class="footer-wrap rb-section left-dot"><div class="footer-copyright">{footer(kit, "div")}</div></footer></div>"""
    return page(
        kit,
        "foxiz",
        inner,
        body_class="rtl post-template-default single single-post is-hd-1 is-standard-8 is-mstick yes-tstick is-backtop",
        generator="WordPress 6.7.1",
        weight=290,
    )


FAMILIES: dict[str, Callable[[Kit], str]] = {
    "jannah": jannah,
    "sahifa": sahifa,
    "newspaper": newspaper,
    "tdb": tdb,
    "jnews": jnews,
    "publisher": publisher,
    "foxiz": foxiz,
}
