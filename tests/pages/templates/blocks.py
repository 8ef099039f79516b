"""WordPress built from blocks and page builders: Elementor, Divi, block themes, Newspack, the classic theme."""

from __future__ import annotations

from collections.abc import Callable

from tests.pages.kit import Kit
from tests.pages.templates.parts import author_box, comments, footer, newsletter, page, prev_next


def elementor(kit: Kit) -> str:
    number = iter(range(100, 999))

    def widget(kind: str, content: str) -> str:
        ident = f"{next(number) * 7919 % 0xFFFFFF:06x}"
        return f'<div class="elementor-element elementor-element-{ident} elementor-widget elementor-widget-{kind}" data-id="{ident}" data-element_type="widget" data-widget_type="{kind}.default"><div class="elementor-widget-container">{content}</div></div>'

    header = widget(
        "nav-menu",
        f'<nav class="elementor-nav-menu--main elementor-nav-menu__container"><ul class="elementor-nav-menu">{kit.each("nav", "<li class=menu-item><a href=/c/{n} class=elementor-item>{}</a></li>")}</ul></nav>',
    )
    header += widget("shortcode", kit.today("{}")) + widget(
        "text-editor", f"{kit.t('ticker')} " + kit.links(2, '<a href="{u}">{h}</a> | ')
    )
    main = [
        widget(
            "theme-post-title", f'<h1 class="elementor-heading-title elementor-size-default">{kit.title}</h1>'
        ),
        widget("theme-post-excerpt", kit.lead("{}")),
        widget(
            "post-info",
            f'<ul class="elementor-inline-items elementor-icon-list-items elementor-post-info"><li class="elementor-icon-list-item"><span class="elementor-icon-list-text elementor-post-info__item--type-author">{kit.author()}</span></li><li class="elementor-icon-list-item"><span class="elementor-icon-list-text elementor-post-info__item--type-date">{kit.when()}</span></li></ul>',
        ),
        widget(
            "theme-post-featured-image",
            f'<figure class="wp-caption"><img src="/f.jpg" alt="">{kit.caption("<figcaption class=widget-image-caption>{}</figcaption>")}</figure>',
        ),
        widget(
            "share-buttons",
            f'<div class="elementor-grid">{kit.each("shares", "<div class=elementor-grid-item><div class=elementor-share-btn><div class=elementor-share-btn__text><span class=elementor-share-btn__title>{}</span></div></div></div>")}</div>',
        ),
        widget(kit.cls("theme-post-content"), kit.body()),
        widget("heading", f'<h4 class="elementor-heading-title">{kit.t("related")}</h4>'),
        widget(
            "posts",
            '<div class="elementor-posts-container elementor-posts elementor-posts--skin-classic elementor-grid">'
            + kit.cards(
                3,
                '<article class="elementor-post elementor-grid-item"><div class="elementor-post__text"><h3 class="elementor-post__title"><a href="{u}">{h}</a></h3>{x}<a class="elementor-post__read-more" href="{u}">»</a></div></article>',
                '<div class="elementor-post__excerpt"><p>{}</p></div>',
            )
            + "</div>",
        ),
        widget("post-comments", comments(kit)),
        widget("form", newsletter(kit)),
        widget("post-navigation", prev_next(kit, "elementor-post-navigation")),
    ]
    inner = f'<div data-elementor-type="header" class="elementor elementor-location-header">{header}</div><div data-elementor-type="single-post" class="elementor elementor-location-single post type-post">{"".join(main)}</div><div data-elementor-type="footer" class="elementor elementor-location-footer">{widget("text-editor", footer(kit))}</div>'
    return page(
        kit,
        "elementor",
        inner,
        body_class="rtl post-template-default single single-post elementor-default elementor-template-full-width",
        generator="Elementor 3.21.5; settings: css_print_method-external",
        weight=190,
    )


def divi(kit: Kit) -> str:
    def module(number: int, kind: str, content: str) -> str:
        return f'<div class="et_pb_row et_pb_row_{number}_tb_body"><div class="et_pb_column et_pb_column_4_4 et_pb_column_{number}_tb_body et_pb_css_mix_blend_mode_passthrough et-last-child"><div class="et_pb_module {kind} {kind}_0_tb_body">{content}</div></div></div>'

    rows = [
        module(
            0,
            "et_pb_post_title",
            f'<div class="et_pb_title_container"><h1 class="entry-title">{kit.title}</h1><p class="et_pb_title_meta_container"><span class="author vcard"><a href="/author/1">{kit.author()}</a></span> | {kit.when("<span class=published>{}</span>")} | <a href="/c">{kit.section()}</a></p></div>',
        ),
        module(1, "et_pb_text", f'<div class="et_pb_text_inner">{kit.lead("{}")}</div>'),
        module(
            2,
            "et_pb_image",
            f'<span class="et_pb_image_wrap"><img src="/f.jpg" alt=""></span>{kit.caption("<p>{}</p>")}',
        ),
        module(3, kit.cls("et_pb_post_content"), kit.body()),
        module(
            4,
            "et_pb_blurb",
            f'<div class="et_pb_blurb_content">{kit.t("share")} {kit.each("shares", "<span><a href=#>{}</a></span> ")}</div>',
        ),
        module(5, "et_pb_text", f'<div class="et_pb_text_inner"><h3>{kit.t("related")}</h3></div>'),
        module(
            6,
            "et_pb_blog_grid",
            kit.cards(
                3,
                '<article class="et_pb_post clearfix et_pb_no_thumb post"><h2 class="entry-title"><a href="{u}">{h}</a></h2><p class="post-meta"><span class="published">{d}</span></p>{x}</article>',
                '<div class="post-content"><div class="post-content-inner"><p>{}</p></div></div>',
            ),
        ),
        module(7, "et_pb_comments", comments(kit)),
    ]
    inner = f"""<div id="page-container"><header id="main-header"><div class="container clearfix et_menu_container"><nav id="top-menu-nav"><ul id="top-menu" class="nav">{kit.each("nav", '<li class="menu-item"><a href="/c/{n}">{}</a></li>')}</ul></nav></div></header><div id="et-main-area"><div id="main-content"><div class="et-l et-l--body"><div class="et_builder_inner_content et_pb_gutters3"><div class="et_pb_section et_pb_section_0_tb_body et_section_regular">{"".join(rows)}</div></div></div></div>
<footer id="main-footer"><div class="container"><div id="footer-widgets" class="clearfix"><div class="footer-widget"><h4 class="title">{kit.t("mostread")}</h4><ul>{kit.links(4, '<li><a href="{u}">{h}</a></li>')}</ul>{newsletter(kit)}</div></div></div><div id="footer-bottom">{footer(kit)}</div></footer></div></div>"""
    return page(
        kit,
        "divi",
        inner,
        body_class="rtl single single-post et-tb-has-template et-tb-has-body et_pb_button_helper_class",
        generator="WordPress 6.1.6",
        weight=150,
    )


def blocktheme(kit: Kit) -> str:
    """A full-site-editing theme: nothing but wp-block classes; times on every card."""
    query = '<li class="wp-block-post post type-post"><h3 class="wp-block-post-title has-medium-font-size"><a href="{u}">{h}</a></h3>{x}<div class="wp-block-post-date"><time datetime="{i}">{d}</time></div></li>'
    inner = f"""<div class="wp-site-blocks"><header class="wp-block-template-part"><div class="wp-block-group alignfull is-layout-constrained"><p class="wp-block-site-title"><a href="/">{kit.words["site"]}</a></p><p class="wp-block-site-tagline">{kit.t("tagline")}</p>{kit.today("<p>{}</p>")}<nav class="is-responsive wp-block-navigation"><ul class="wp-block-navigation__container">{kit.each("nav", '<li class="wp-block-navigation-item wp-block-navigation-link"><a class="wp-block-navigation-item__content" href="/c/{n}"><span class="wp-block-navigation-item__label">{}</span></a></li>')}</ul></nav></div></header>
<main class="wp-block-group is-layout-flow" id="wp--skip-link--target"><div class="wp-block-group has-global-padding is-layout-constrained"><h1 class="wp-block-post-title">{kit.title}</h1>{kit.lead('<div class="wp-block-post-excerpt"><p class="wp-block-post-excerpt__excerpt">{}</p></div>')}
<div class="wp-block-template-part"><div class="wp-block-group is-nowrap is-layout-flex">{kit.when('<div class="wp-block-post-date">{}</div>')}<div class="wp-block-post-author"><div class="wp-block-post-author__content"><p class="wp-block-post-author__name">{kit.author()}</p></div></div><div class="taxonomy-category wp-block-post-terms"><a href="/c" rel="tag">{kit.section()}</a></div></div></div>
<figure class="wp-block-post-featured-image"><img src="/f.jpg" alt="">{kit.caption('<figcaption class="wp-element-caption">{}</figcaption>')}</figure></div>
<div class="{kit.cls("entry-content wp-block-post-content has-global-padding is-layout-constrained")}">
{kit.body("block")}
</div>
<div class="wp-block-group"><div class="sharedaddy sd-sharing-enabled"><div class="robots-nocontent sd-block sd-social sd-social-icon-text sd-sharing"><h3 class="sd-title">{kit.t("share")}</h3><div class="sd-content"><ul>{kit.each("shares", '<li class="share-{n}"><a rel="nofollow noopener" class="share-icon" href="#"><span>{}</span></a></li>')}</ul></div></div></div>
<div class="taxonomy-post_tag wp-block-post-terms">{kit.each("tags", '<a href="/tag/{n}" rel="tag">{}</a><span class="wp-block-post-terms__separator">, </span>')}</div>{prev_next(kit, "post-navigation-link")}</div>
<div class="wp-block-query"><h2 class="wp-block-heading">{kit.t("related")}</h2><ul class="wp-block-post-template is-layout-flow">{kit.cards(4, query, '<div class="wp-block-post-excerpt"><p class="wp-block-post-excerpt__excerpt">{} </p></div>')}</ul></div>{comments(kit)}{author_box(kit, "wp-block-post-author-biography")}</main>
<footer class="wp-block-template-part"><div class="wp-block-group">{newsletter(kit)}{footer(kit)}</div></footer></div>"""
    return page(
        kit,
        "twentytwentyfour",
        inner,
        body_class="rtl post-template-default single single-post wp-embed-responsive",
        generator="WordPress 6.6.2",
        weight=170,
    )


def classic(kit: Kit) -> str:
    """Plain WordPress: Twenty Fifteen's nesting, Jetpack's related posts."""
    inner = f"""<div id="page" class="hfeed site"><a class="skip-link screen-reader-text" href="#content">Skip</a><div id="sidebar" class="sidebar"><header id="masthead" class="site-header"><div class="site-branding"><p class="site-title"><a href="/" rel="home">{kit.words["site"]}</a></p><p class="site-description">{kit.t("tagline")}</p></div></header>
<div id="secondary" class="secondary"><nav id="site-navigation" class="main-navigation"><ul id="menu-1" class="nav-menu">{kit.each("nav", '<li class="menu-item"><a href="/c/{n}">{}</a></li>')}</ul></nav><div id="widget-area" class="widget-area" role="complementary"><aside id="recent-posts-2" class="widget widget_recent_entries"><h2 class="widget-title">{kit.t("mostread")}</h2><ul>{kit.links(5, '<li><a href="{u}">{h}</a><span class="post-date">{d}</span></li>')}</ul></aside>{newsletter(kit)}</div></div></div>
<div id="content" class="site-content"><div id="primary" class="{kit.cls("content-area")}"><main id="main" class="site-main"><article id="post-301" class="post-301 post type-post status-publish format-standard has-post-thumbnail hentry category-news"><div class="post-thumbnail"><img src="/f.jpg" alt=""></div><header class="entry-header"><h1 class="entry-title">{kit.title}</h1></header>
<div class="entry-content">
{kit.body()}
<div class="sharedaddy sd-sharing-enabled"><div class="robots-nocontent sd-block sd-social sd-sharing"><h3 class="sd-title">{kit.t("share")}</h3><div class="sd-content"><ul>{kit.each("shares", '<li><a rel="nofollow" class="share-{n} sd-button"><span>{}</span></a></li>')}</ul></div></div></div>
<div id="jp-relatedposts" class="jp-relatedposts"><h3 class="jp-relatedposts-headline"><em>{kit.t("related")}</em></h3><div class="jp-relatedposts-items jp-relatedposts-items-visual">{kit.cards(3, '<div class="jp-relatedposts-post"><h4 class="jp-relatedposts-post-title"><a class="jp-relatedposts-post-a" href="{u}">{h}</a></h4>{x}<time class="jp-relatedposts-post-date">{d}</time></div>', '<p class="jp-relatedposts-post-excerpt">{}</p>')}</div></div></div>{author_box(kit, "author-info")}
<footer class="entry-footer">{kit.when('<span class="posted-on"><span class="screen-reader-text">Posted on </span>{}</span>')}<span class="byline"><span class="author vcard"><a class="url fn n" href="/author/1">{kit.author()}</a></span></span><span class="cat-links"><a href="/c" rel="category tag">{kit.section()}</a></span><span class="tags-links">{kit.each("tags", '<a href="/tag/{n}" rel="tag">{}</a>, ')}</span></footer></article>
{comments(kit)}<nav class="navigation post-navigation"><h2 class="screen-reader-text">Post navigation</h2><div class="nav-links">{prev_next(kit, "nav-previous")}</div></nav></main></div></div><footer id="colophon" class="site-footer"><div class="site-info">{footer(kit, "span")}</div></footer></div>"""
    return page(
        kit,
        "twentyfifteen",
        inner,
        body_class="rtl single single-post postid-301 single-format-standard",
        generator="WordPress 5.2.21",
        weight=90,
    )


def newspack(kit: Kit) -> str:
    inner = f"""<div id="page" class="site"><header id="masthead" class="site-header hide-header-search h-sb h-cl" ><div class="top-header-contain desktop-only"><div class="wrapper">{kit.today('<div class="site-date">{}</div>')}</div></div><nav class="main-navigation nav1"><ul id="menu-primary" class="main-menu">{kit.each("nav", '<li class="menu-item"><a href="/c/{n}">{}</a></li>')}</ul></nav></header>
<div id="content" class="site-content"><section id="primary" class="content-area category-news"><main id="main" class="site-main"><header class="entry-header"><span class="cat-links"><a href="/c" rel="category tag">{kit.section()}</a></span><h1 class="entry-title entry-title--with-subtitle">{kit.title}</h1>{kit.lead('<div class="newspack-post-subtitle">{}</div>')}
<div class="entry-subhead"><div class="entry-meta"><span class="byline"><span class="author vcard"><a class="url fn n" href="/author/1">{kit.author()}</a></span></span>{kit.when('<span class="posted-on">{}</span>')}</div><div class="sharedaddy sd-sharing-enabled">{kit.each("shares", '<a class="share-{n}"><span class="screen-reader-text">{}</span></a>')}</div></div></header>
<div class="main-content"><article id="post-88" class="post-88 post type-post hentry"><div class="{kit.cls("entry-content")}"><div class="scaip scaip-1"></div>
{kit.body()}
<div class="wp-block-newspack-blocks-homepage-articles wpnbha is-grid columns-3"><h2 class="article-section-title"><span>{kit.t("related")}</span></h2>{kit.cards(3, '<article class="post-has-image"><div class="entry-wrapper"><h3 class="entry-title"><a href="{u}" rel="bookmark">{h}</a></h3>{x}<div class="entry-meta"><span class="posted-on"><time class="entry-date published" datetime="{i}">{d}</time></span></div></div></article>')}</div></div>
<footer class="entry-footer"><span class="tags-links"><span>{kit.t("tagslabel")}</span>{kit.each("tags", '<a href="/tag/{n}" rel="tag">{}</a> ')}</span></footer>{author_box(kit, "author-bio-text")}</article>{prev_next(kit, "post-navigation")}{comments(kit)}</div>
<aside id="secondary" class="widget-area"><section class="widget"><h2 class="widget-title">{kit.t("mostread")}</h2><ul class="trending-list">{kit.links(4, '<li><a href="{u}">{h}</a></li>')}</ul></section>{newsletter(kit)}</aside></main></section></div>
<footer id="colophon" class="site-footer">{footer(kit)}</footer></div>"""
    return page(
        kit,
        "newspack",
        inner,
        body_class="post-template-default single single-post single-featured-image-default has-sidebar has-summary",
        generator="WordPress 6.5.2",
        weight=140,
    )


FAMILIES: dict[str, Callable[[Kit], str]] = {
    "elementor": elementor,
    "divi": divi,
    "blocktheme": blocktheme,
    "classic": classic,
    "newspack": newspack,
}
