"""The article's text as markup, with what editors and plugins put between its paragraphs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from tests.pages.article import Block

if TYPE_CHECKING:
    from tests.pages.kit import Kit

PARAGRAPHS = {
    "p": "<p>{}</p>",
    "span": '<p style="text-align: right;"><span style="font-size: 14pt; color: #000000;">{}</span></p>',
    "justify": '<p dir="RTL" style="text-align:justify">{}</p>',
    "nbsp": "<p>{}</p>\n<p>&nbsp;</p>",
    "div": '<div dir="auto">{}</div>',
    "divstyle": '<div style="text-align: right;"><b></b>{}</div><div style="text-align: right;"><br /></div>',
    "font": '<font face="Simplified Arabic" size="4">{}</font><br><br>',
    "br": "{}<br />\n<br />",
    "br1": "{}<br>",
    "one": "{}<br />\n<br />",  # all of it within a single <p>
    "block": '<p class="wp-block-paragraph has-medium-font-size">{}</p>',
    "tdb": '<p><span dir="rtl">{}</span></p>',
    "hashed": '<p class="Paragraph_text__x7Qe2">{}</p>',
    "h5": "<h5>{}</h5>",
}

# A post quoted below the text: neither wanted nor forbidden.
TWEET = "صور متداولة للحظة وصول سيارات الإسعاف إلى المكان قبل قليل"
# "Read also" between two paragraphs, in every shape seen: editors' own and plugins'.
READ_ALSO = {
    "p_strong": "<p><strong>{label} {link}</strong></p>",
    "p_plain": "<p>{label} {link}</p>",
    "h4": "<h4>{label}</h4>\n<p>{link}</p>",
    "h3link": "<h3>{label} {link}</h3>",
    "color": '<p style="text-align: right;"><span style="color: #ff0000;">{label}</span> <span style="color: #0000ff;">{link}</span></p>',
    "opaque": "<div><div>{label}</div><div>{link}</div></div>",
    "ul": '<p><strong>{label}</strong></p>\n<ul><li>{link}</li><li><a href="/p/5">{second}</a></li><li><a href="/p/6">{third}</a></li></ul>',
    "split": '<p><span style="color:#c00">{label}</span></p>\n<p>{link}</p>',
    "linkonly": "<p>{link}</p>",
    "quote": "<blockquote><p>{label}</p><p>{link}</p></blockquote>",
    "br": "{label} {link}<br />\n<br />",
    "styled": '<div class="sc-bdvvtL kQmXyz"><small>{label}</small><a href="/p/7"><picture><img src="/s.jpg" alt=""></picture><h3>{first}</h3></a></div>',
    "strip": '<div style="border-right:4px solid #c00;padding:8px"><b>{label}</b> <a href="/p/7">{first}</a> <span>{ago}</span></div>',
    "nolink": "<p><strong>{label}</strong> {first}</p>",
    "card": '<div class="post-embed-card"><a href="/p/7"><img src="/c.jpg" alt=""><h4>{first}</h4></a><p>{excerpt}</p><span>{ago}</span></div>',
    "aside": '<aside class="story-aside"><h3>{label}</h3><ul><li><a href="/p/7">{first}</a></li><li><a href="/p/8">{second}</a></li></ul></aside>',
    "labels": '<p style="text-align: right;"><strong>{label}</strong></p>\n<p style="text-align: right;"><a href="/p/7">{first}</a></p>\n<p style="text-align: right;"><a href="/p/8">{second}</a></p>',
    "bsirp": '<div class="bs-irp left bs-irp-thumbnail-1-full"><div class="bs-irp-heading"><span class="h-text heading-typo">{label}</span></div><div class="bs-pagination-wrapper main-term-none none"><div class="listing listing-thumbnail listing-tb-1 clearfix columns-1"><div class="listing-item listing-item-thumbnail"><p class="title"><a href="/p/7" class="post-url">{first}</a></p></div></div></div></div>',
    "foxiz": '<div class="related-sec related-5"><div class="inner"><div class="block-h heading-layout-c2"><div class="heading-inner"><h4 class="heading-title none-toc"><span>{label}</span></h4></div></div><div class="block-inner"><div class="p-wrap p-small p-list-inline"><h5 class="entry-title none-toc"><a class="p-url" href="/p/7" rel="bookmark">{first}</a></h5></div></div></div></div>',
    "table": '<table border="0" width="100%"><tr><td bgcolor="#eeeeee"><b>{label}</b><br>{link}</td></tr></table>',
    "embed": '<figure class="wp-block-embed is-type-wp-embed"><div class="wp-block-embed__wrapper"><blockquote class="wp-embedded-content" data-secret="a1B2">{link}</blockquote><iframe class="wp-embedded-content" sandbox="allow-scripts" title="{first}" src="/p/4100/embed"></iframe></div></figure>',
    "jannah": '<div id="inline-related-post" class="mag-box mini-posts-box content-only"><div class="container-wrapper"><div class="widget-title the-global-title"><div class="the-subtitle">{label}</div></div><div class="mag-box-container clearfix"><ul class="posts-items posts-list-container"><li class="widget-single-post-item widget-post-list tie-standard"><div class="post-widget-body "><a class="post-title the-subtitle" href="/p/9">{first}</a><div class="post-meta"><span class="date meta-item tie-icon">{ago}</span></div></div></li></ul></div></div></div>',
    "jnews": '<div class="jnews_inline_related_post"><div class="jeg_postblock_28 jeg_postblock jeg_module_hook"><div class="jeg_block_heading jeg_block_heading_6"><h3 class="jeg_block_title"><span>{label}</span></h3></div><div class="jeg_posts jeg_block_container"><article class="jeg_post jeg_pl_xs_4"><div class="jeg_postblock_content"><h3 class="jeg_post_title">{link}</h3></div></article><article class="jeg_post jeg_pl_xs_4"><h3 class="jeg_post_title"><a href="/p/3">{second}</a></h3></article></div></div></div>',
    "irp": '<div class="u6f1b2c3d-wrap"><a href="/p/8" class="u6f1b2c3d"><div style="padding-left:1em"><span class="ctaText">{label}</span>&nbsp; <span class="postTitle">{first}</span></div></a></div>',
}


def render(kit: Kit, default: str) -> str:
    """The whole text; the feature `p:…` replaces the theme's own paragraphs."""
    row = PARAGRAPHS[kit.value("p", default)]
    pieces = [*_before(kit, row), *_blocks(kit, row)]
    for number, shape in enumerate(kit.values("rel")):
        # After the first paragraph, then the third: where plugins put them.
        pieces.insert(
            min(len(pieces), 1 + 2 * number + bool(kit.article.byline)), related(kit, shape, number)
        )
    if kit.has("ad"):
        pieces.insert(
            len(pieces) // 2,
            f'<div class="code-block code-block-2" style="margin:8px auto;text-align:center"><span>{kit.t("ad")}</span><ins class="adsbygoogle" data-ad-slot="77120"></ins></div>',
        )
    if kit.has("innewsletter"):
        pieces.insert(
            len(pieces) // 2 + 1,
            f'<div class="inline-optin-box"><p><strong>{kit.t("newsletter", 0)}</strong></p><p>{kit.t("newsletter", 1)}</p></div>',
        )
    if kit.has("tweet"):
        pieces.append(
            f'<blockquote class="twitter-tweet" data-lang="ar"><p lang="ar" dir="rtl">{kit.maybe(TWEET)}</p>&mdash; <a href="https://twitter.example/s/1">pic</a></blockquote>'
        )
    if kit.has("video"):
        pieces.append(
            '<figure class="wp-block-embed is-provider-youtube"><div class="wp-block-embed__wrapper"><iframe title="video" width="500" height="281" src="https://youtube.example/embed/x"></iframe></div></figure>'
        )
    if kit.has("p:one"):
        pieces = ["<p>" + "\n".join(pieces) + "</p>"]
    return "\n".join([*pieces, *_after(kit)])


def _before(kit: Kit, row: str) -> Iterator[str]:
    article = kit.article
    if kit.has("sharelines"):
        yield "\n".join(row.format(kit.junk(text)) for text in kit.said("shares")[:4])
    if kit.has("titleline"):
        yield row.format(f"<strong>{kit.title}</strong>")
    if article.lead and not kit.lead_shown:
        yield f"<h2>{kit.lead('{}')}</h2>"
    if article.byline:
        yield row.format(kit.maybe(article.byline))
    if article.summary:
        yield (
            '<ul class="summary-points">'
            + "".join(f"<li>{point}</li>" for point in article.summary)
            + "</ul>"
        )


def _blocks(kit: Kit, row: str) -> Iterator[str]:
    first = True
    for kind, group in groupby(kit.article.blocks, key=lambda block: block.kind):
        blocks = list(group)
        if kind == "item":
            yield "<ul>\n" + "\n".join(f"<li>{block.text}</li>" for block in blocks) + "\n</ul>"
        elif kind == "row":
            yield table(kit, blocks)
        else:
            for block in blocks:
                yield single(kit, block, row, first)
                first = False


def single(kit: Kit, block: Block, row: str, first: bool) -> str:
    """A paragraph, sub-title, quotation or time heading."""
    if block.kind == "sub":
        return f"<h3>{block.text}</h3>" if "<br" not in row else f"<b>{block.text}</b><br><br>"
    if block.kind == "quote":
        return f"<blockquote><p>{block.text}</p></blockquote>"
    if block.kind == "time":
        clock, text = block.text.split(" ", 1)
        return f'<h3 class="live-entry-title"><span class="live-time">{clock}</span> {text}</h3>'
    return row.format(touched(kit, block.text, first))


def touched(kit: Kit, text: str, first: bool) -> str:
    """The text with the links and emphasis editors add inside it."""
    words = text.split(" ")
    if kit.has("badbyte"):
        return text
    if kit.article.links:
        return " ".join(f'<a href="/tag/{n}">{word}</a>' if n % 4 else word for n, word in enumerate(words))
    if first and kit.article.leadlink:
        return f'<a href="{kit.host}/source">{text}</a>'
    if first and kit.has("stronglead"):
        return f"<strong>{text}</strong>"
    if len(words) > 9 and kit.rng.random() < 0.35:
        at = kit.rng.randrange(2, len(words) - 4)
        tag = kit.rng.choice(
            ('<a href="/topics/7" rel="nofollow">{}</a>', "<strong>{}</strong>", "<em>{}</em>")
        )
        words[at : at + 2] = [tag.format(" ".join(words[at : at + 2]))]
    return " ".join(words)


def table(kit: Kit, rows: list[Block]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row.cells) + "</tr>\n" for row in rows)
    return f'<figure class="wp-block-table"><table><tbody>\n{body}</tbody></table></figure>'


def related(kit: Kit, shape: str, number: int) -> str:
    """A "read also" box of this shape, with only the texts it shows."""
    row = READ_ALSO[shape]
    label = kit.t("readalso", number + kit.number) if "{label}" in row else ""
    names = [
        name
        for name in ("first", "second", "third")
        if f"{{{name}}}" in row or (name == "first" and "{link}" in row)
    ]
    heads = dict(zip(names, kit.heads(len(names)), strict=False))
    first = heads.setdefault("first", "")
    link = f'<a href="{kit.host}/p/{4100 + number}" target="_blank" rel="noopener">{first}</a>'
    excerpt = kit.t("excerpts", number) if "{excerpt}" in row else ""
    return row.format(
        label=label, link=link, ago=kit.words["ago"], excerpt=excerpt, **{"second": "", "third": "", **heads}
    )


def _after(kit: Kit) -> Iterator[str]:
    if kit.has("source"):
        yield f"<p>{kit.maybe('المصدر: وكالات')}</p>"
    if kit.has("follow"):
        yield f'<p style="text-align:center"><a href="https://t.me/x"><strong>{kit.t("follow")}</strong></a></p>'
    if kit.has("followplain"):
        yield f"<p>{kit.t('follow', 1)}</p>"
    if kit.has("relinside"):
        cards = kit.cards(3, '<div class="item"><a href="{u}">{h}</a>{x}</div>')
        yield f'<div class="box-more"><h4>{kit.t("related")}</h4>{cards}</div>'
    if kit.has("relinsideh"):
        cards = kit.cards(3, '<p><a href="{u}">{h}</a></p>{x}')
        yield f"<h3>{kit.t('related')}</h3>\n{cards}"
    if kit.has("sharelinesafter"):
        yield "\n".join(f"<p>{kit.junk(text)}</p>" for text in kit.said("shares")[:4])
    if kit.has("disclaimer"):
        yield f"<p><em>{kit.t('disclaimer')}</em></p>"
