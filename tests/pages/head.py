"""The page's head: meta tags, JSON-LD (whole, short, broken, absent) and the weight themes carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pages.kit import esc

if TYPE_CHECKING:
    from tests.pages.kit import Kit

LOCALES = {"ar": "ar_AR", "en": "en_US", "tr": "tr_TR", "fr": "fr_FR", "ku": "ku_TR", "ckb": "ckb_IQ"}
PARTS = "header nav menu-item post-title entry-meta widget breadcrumb featured-area btn icon footer tab slider".split()


def head(kit: Kit, theme: str, generator: str = "", weight: int = 60, og: bool = True) -> str:
    """Everything between <head> and </head>."""
    article = kit.article
    summary = esc((article.lead or article.blocks[0].text)[:155])
    parts = [charset(kit), '<meta name="viewport" content="width=device-width, initial-scale=1">']
    parts.append(f"<title>{kit.title} - {kit.words['site']}</title>")
    if og:
        parts += [f'<meta name="description" content="{summary}">', *open_graph(kit, summary)]
    if "meta" in kit.sources:
        kit.told.add("meta")
        parts.append(f'<meta property="article:published_time" content="{kit.iso}">')
        parts.append('<meta property="article:modified_time" content="2026-11-22T17:59:03+00:00">')
    if not kit.has("nocanonical"):
        kit.told.add("canonical")
        parts.append(f'<link rel="canonical" href="{kit.url}">')
    if generator:
        parts.append(f'<meta name="generator" content="{generator}">')
    parts += [noise(kit), json_ld(kit), styles(theme, weight), scripts(kit)]
    return "<head>\n" + "\n".join(part for part in parts if part) + "\n</head>"


def charset(kit: Kit) -> str:
    declared = kit.value("meta", "utf-8")
    if declared == "none":
        return ""
    if declared == "utf-8":
        return '<meta charset="UTF-8">'
    return f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">'


def open_graph(kit: Kit, summary: str) -> list[str]:
    tags = {
        "og:locale": LOCALES[kit.article.lang],
        "og:type": "article",
        "og:title": kit.title,
        "og:description": summary,
        "og:url": kit.url,
        "og:site_name": kit.words["site"],
        "og:updated_time": "2026-11-22T17:59:03+00:00",
    }
    if not kit.has("noimage"):
        tags["og:image"] = image(kit)
    return [f'<meta property="{name}" content="{value}">' for name, value in tags.items()]


def image(kit: Kit) -> str:
    kit.told.add("image")
    return f"{kit.host}/uploads/{kit.article.id}-1200x675.jpg"


def json_ld(kit: Kit) -> str:
    kind = kit.value("ld", "graph")
    if kind == "none":
        return ""
    text = kit.json(
        graph(kit) if kind == "graph" else [news(kit, kind)] if kind == "list" else news(kit, kind)
    )
    if kind == "broken":
        text = text[:-1] + ",\n}"
    return f'<script type="application/ld+json" class="yoast-schema-graph">{text}</script>'


def noise(kit: Kit) -> str:
    """JSON-LD of everything but the article, before it: the site, its list of other news, a video."""
    if not kit.has("ldnoise"):
        return ""
    others = [
        {
            "@type": "NewsArticle",
            "headline": text,
            "datePublished": "2026-11-22T08:00:00+03:00",
            "url": f"{kit.host}/p/{n}",
            "author": {"@type": "Person", "name": "A. N. Other"},
        }
        for n, text in enumerate(kit.words["alert"][:3])
    ]
    blocks: list[dict[str, Any]] = [
        {
            "@context": "https://schema.org",
            "@type": "NewsMediaOrganization",
            "name": kit.words["site"],
            "logo": f"{kit.host}/logo.png",
        },
        {"@context": "https://schema.org", "@type": "ItemList", "itemListElement": others},
        {
            "@context": "https://schema.org",
            "@type": "VideoObject",
            "name": kit.words["plain"][0],
            "uploadDate": "2026-11-22T08:00:00+03:00",
        },
    ]
    return "".join(f'<script type="application/ld+json">{kit.json(block)}</script>\n' for block in blocks)


def news(kit: Kit, kind: str) -> dict[str, Any]:
    """A NewsArticle; `short` holds but the first words of the text."""
    article = kit.article
    whole = [*([article.byline] if article.byline else []), *article.gold]
    text = "\n".join(whole)
    if kind == "short":
        text = whole[0][:70] + "..."
    elif kind == "html":
        text = "".join(f"&lt;p&gt;{line}&lt;/p&gt;" for line in whole)
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "mainEntityOfPage": {"@type": "WebPage", "@id": kit.url},
        "articleBody": text,
    }
    if not kit.has("noimage"):
        found["image"] = [image(kit)]
    return found | _facts(kit) | {"publisher": {"@type": "Organization", "name": kit.words["site"]}}


def graph(kit: Kit) -> dict[str, Any]:
    """What Yoast writes: the article is one node of several and refers to the others."""
    site, person = f"{kit.host}/#website", f"{kit.host}/#/schema/person/1f"
    facts = _facts(kit)
    author = facts.pop("author", None)
    nodes: list[dict[str, Any]] = [
        {
            "@type": "WebPage",
            "@id": kit.url,
            "url": kit.url,
            "name": kit.article.title,
            "isPartOf": {"@id": site},
            "inLanguage": kit.article.lang,
        },
        {
            "@type": "NewsArticle",
            "@id": kit.url + "#article",
            "isPartOf": {"@id": kit.url},
            "headline": kit.article.title,
            "wordCount": 210,
            "commentCount": 3,
            **facts,
            **({"author": {"@id": person}} if author else {}),
        },
        {
            "@type": "WebSite",
            "@id": site,
            "url": kit.host,
            "name": kit.words["site"],
            "description": kit.words["tagline"],
        },
    ]
    if author:
        nodes.append({"@type": "Person", "@id": person, "name": author["name"]})
    return {"@context": "https://schema.org", "@graph": nodes}


def _facts(kit: Kit) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if "ld" in kit.sources:
        if not kit.has("ld:broken"):
            kit.told.add("ld")
        facts |= {"datePublished": kit.iso, "dateModified": "2026-11-22T17:59:03+00:00"}
    if kit.article.author:
        # A broken block tells nobody anything, but the theme shows the name as well.
        kit.author_told = kit.author_told or not kit.has("ld:broken")
        facts["author"] = {"@type": "Person", "name": kit.article.author, "url": f"{kit.host}/author/1"}
    return facts


def styles(theme: str, weight: int) -> str:
    rules = (
        f".{theme}-{PARTS[n % len(PARTS)]}-{n}{{margin:{n % 9}px 0;padding:{n % 5}em;color:#{n * 7919 % 4096:03x}}}"
        for n in range(weight)
    )
    return f'<link rel="stylesheet" href="/assets/{theme}/style.min.css"><style id="{theme}-inline-css">{"".join(rules)}</style>'


def scripts(kit: Kit) -> str:
    return (
        "<script>window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments);}"
        f"gtag('js',new Date());gtag('config','G-{kit.number:05d}',{{'page_path':'/{kit.slug}'}});</script>"
        '<script async src="https://cdn.example/adsbygoogle.js"></script>'
    )
