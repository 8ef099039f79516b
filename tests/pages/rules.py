"""One small page a rule: without that rule the page leaks what it must not, or loses what it must keep."""

from __future__ import annotations

from dataclasses import dataclass

LEAD = "أعلن مجلس بلدة الغدير فتح الطريق الشرقي أمام الشاحنات بعد إصلاح الجسر الذي تضرر قبل أسبوعين."
MORE = "وقال رئيس المجلس إن فرق الصيانة ستواصل عملها في الحارات القريبة حتى نهاية الشهر الجاري."
LAST = "وطلب المجلس من الأهالي الإبلاغ عن أي أضرار في شبكة المياه خلال ساعات الدوام الرسمي."
BAIT = "حظر تجوال كامل في بلدة السرو حتى إشعار آخر"
TITLE = "فتح الطريق الشرقي في بلدة الغدير"


@dataclass(frozen=True, slots=True)
class RulePage:
    """`body` is what stands inside `<body>`; `rule` names what must be there for it."""

    rule: str
    body: str
    bait: str = BAIT
    keeps: tuple[str, ...] = (LEAD, MORE, LAST)


def _article(inside: str, after: str = "", before: str = "") -> str:
    return (
        f"<div id=top>{before}</div><div id=c><h1>{TITLE}</h1><div><p>{LEAD}</p><p>{MORE}</p>{inside}<p>{LAST}</p></div>"
        f"{after}</div>"
    )


def _class(name: str, tag: str = "div") -> str:
    return _article(f'<{tag} class="{name}"><p>{BAIT} وفق ما ذكره سكان.</p></{tag}>')


RULE_PAGES = (
    *(
        RulePage(f"class:{reason}", _class(name))
        for reason, name in {
            "share": "sharedaddy",
            "related": "jp-relatedposts",
            "tags": "tagcloud",
            "comments": "comment-respond",
            "page": "news-ticker",
            "author": "author-box",
            "meta": "entry-meta",
            "newsletter": "newsletter",
            "cookie": "cookie-notice",
            "credit": "photo-credit",
            "ad": "sponsored",
        }.items()
    ),
    RulePage("tag:aside", _article(f"<aside><p>{BAIT} وفق ما ذكره سكان.</p></aside>")),
    RulePage(
        "tag:amp-user-notification",
        _article(f"<amp-user-notification><p>{BAIT}.</p></amp-user-notification>"),
    ),
    RulePage("role", _article(f'<div role="complementary"><p>{BAIT} وفق ما ذكره سكان.</p></div>')),
    RulePage("hidden", _article(f'<div style="display: none"><p>{BAIT} وفق ما ذكره سكان.</p></div>')),
    RulePage(
        "css_module", _article(f'<div class="Related_box__x7Ya2"><p>{BAIT} وفق ما ذكره سكان.</p></div>')
    ),
    RulePage(
        "_cards",
        _article(
            "".join(
                f"<div><h3><a href=/{number}>{BAIT} {number}</a></h3><p>{BAIT} وفق ما ذكره سكان.</p></div>"
                for number in range(3)
            )
        ),
    ),
    RulePage(
        "_headings",
        _article("", f"<h3>مواضيع ذات صلة</h3><div><h5><a href=/r>خبر آخر</a></h5><p>{BAIT}.</p></div>"),
    ),
    RulePage(
        "_headings:comments",
        _article("", f"<h3>التعليقات</h3><div><p>محمد: سمعت عن {BAIT} من جيراننا.</p></div>"),
    ),
    RulePage("_labels", _article(f"<p><strong>اقرأ أيضاً: {BAIT}</strong></p>")),
    RulePage("_labels:bare", _article(f"<p>لقراءة الخبر كاملاً</p><p><a href=/x>{BAIT}.</a></p>")),
    RulePage("_forms", _article(f"<div><p>{BAIT} وفق ما ذكره سكان.</p><input type=email></div>")),
    RulePage("_labels:tags", _article(f"<p>الوسوم: <a href=/t>السرو</a> <a href=/t>{BAIT}</a></p>")),
    RulePage("notice:newsletter", _article(f"<p>تابعونا على قناتنا في تلغرام: {BAIT}</p>")),
    RulePage("notice:cookie", _article(f"<p>يستخدم هذا الموقع ملفات تعريف الارتباط. {BAIT}</p>")),
    RulePage("notice:copyright", _article(f"<p>جميع الحقوق محفوظة لموقع الغدير. {BAIT}</p>")),
    RulePage("notice:credit", _article("<p>تصوير سامر الأحمد</p>"), "تصوير سامر الأحمد"),
    RulePage("notice:page", _article(f"<p>لا يتحمل موقعنا مسؤولية ما ينقله. {BAIT}</p>")),
    RulePage("_link_runs", _article(f"<p><a href=/x>{BAIT}</a></p>")),
    RulePage(
        "_before_title",
        _article("", before=f"<div><p>{BAIT} وفق ما ذكره سكان المنطقة لموقعنا صباح اليوم.</p></div>"),
    ),
    RulePage(
        "paragraphs",
        f"<h1>{TITLE}</h1><div>{LEAD}<br><br>اقرأ أيضاً: <a href=/x>{BAIT}</a><br><br>{MORE}<br>{LAST}</div>",
    ),
    RulePage(
        "layout_table",
        f"<table><tr><td><p>{BAIT}</p></td><td><b>{TITLE}</b><p>{LEAD}</p><p>{MORE}</p><p>{LAST}</p></td></tr></table>",
        "|",
    ),
    RulePage("line:label", _article("<p>تواصل معنا</p>"), "تواصل معنا"),
    RulePage("line:counter", _article("<p>1٬107</p>"), "1٬107"),
    RulePage("line:date", _article("<p>الأحد 22 تشرين الثاني 2026</p>"), "تشرين الثاني"),
)
