"""The board's own words, in English and Arabic. What outlets wrote is never translated."""

from __future__ import annotations

import re
from typing import Literal

Tongue = Literal["en", "ar"]
TONGUES: tuple[Tongue, ...] = ("en", "ar")

_ARABIC = {
    # frame
    "Rasid": "راصد", "Overview": "الرئيسية", "Alerts": "التنبيهات", "Items": "المواد", "Feeds": "المصادر",
    "Deliveries": "الإرسال", "Silences": "فترات الصمت", "Map": "الخريطة", "Sign out": "خروج",
    "Skip to content": "تجاوز إلى المحتوى", "as of": "حتى", "Language": "اللغة",
    # overview
    "Problems": "مشكلات", "Nothing is wrong.": "كل شيء يعمل.", "Open incidents": "حوادث مفتوحة",
    "No open incidents.": "لا حوادث مفتوحة.", "Ended": "انتهت", "Needs somebody": "تحتاج من يتولاها",
    "Taken on": "قيد المتابعة", "Edits of the config": "تعديلات الإعدادات", "acknowledged by": "اطّلع عليه", "nobody has acknowledged it yet": "لم يطّلع عليه أحد بعد",
    "until further notice": "حتى إشعار آخر", "fetched": "قُرئ", "not_modified": "بلا جديد", "timeout": "انقضت المهلة", "dns": "الاسم مجهول", "more": "المزيد",
    "feed": "مصدر", "receiver": "مستلم", "dead letters": "رسائل لم تصل", "items wait to be read": "مواد تنتظر القراءة",
    "items were given up": "مواد تعذّرت قراءتها", "messages are held back": "رسائل محتجزة",
    "silence in force": "صمت سارٍ", "failures in a row": "إخفاقات متتالية", "until": "حتى",
    "more are open": "حوادث أخرى مفتوحة", "place unknown": "المكان غير محدد", "source": "مصدر", "sources": "مصادر",
    "independent": "مستقلة", "updated": "آخر تحديث", "opened": "فُتح", "not told": "لم يُبلَّغ عنه",
    "oldest": "أقدمها", "store": "المخزن", "feeds watched": "مصادر مراقبة", "alerts": "تنبيهات",
    "items": "مواد", "delivered": "وصلت", "polls": "استعلامات",
    # incident
    "Incident": "حادث", "What was told": "ما أُبلغ به", "revision": "مراجعة", "Evidence": "الشواهد",
    "Places": "الأماكن", "Sources": "المصادر", "outlet": "الوسيلة", "published": "نُشر", "seen": "رُصد",
    "cites": "نقلاً عن", "Steps taken": "ما اتُّخذ من خطوات", "No steps yet.": "لا خطوات بعد.",
    "Your name": "اسمك", "Acknowledge": "اطّلعت", "Claim": "أتولّاه", "Resolve": "أُغلقه",
    "Not relevant": "غير ذي صلة", "saw revision": "رأى المراجعة", "confidence": "الثقة",
    "people": "الأعداد", "hours": "الساعات", "by whom": "الجهة", "at least": "على الأقل",
    "families": "عائلة", "persons": "شخص", "the whole message": "الرسالة كاملة", "when": "متى",
    "acknowledge": "اطّلع", "claim": "تولّى", "resolve": "أغلق", "not_relevant": "غير ذي صلة",
    "rule": "القاعدة", "open": "مفتوح", "closed": "مغلق", "status": "الحالة", "more sources": "مصادر أخرى",
    # lists
    "Category": "الفئة", "Status": "الحالة", "Place": "المكان", "Since": "منذ", "any": "الكل", "Filter": "تصفية",
    "last hour": "آخر ساعة", "last day": "آخر يوم", "last week": "آخر أسبوع", "last month": "آخر شهر",
    "Nothing matches.": "لا نتائج.", "why": "السبب", "found": "النتيجة", "Name": "الاسم", "last poll": "آخر استعلام",
    "last success": "آخر نجاح", "next poll": "الاستعلام القادم", "delay": "التأخير", "a day": "في اليوم",
    "never polled": "لم يُستعلم بعد", "Receiver": "المستلم", "State": "الحال", "tries": "محاولات",
    "message": "الرسالة", "error": "الخطأ", "created": "أُنشئت", "Send again": "أعد الإرسال",
    "No deliveries yet.": "لا رسائل بعد.", "Only dead letters": "ما لم يصل فقط", "All": "الكل",
    "95 % under": "‏95٪ أقل من", "median": "الوسيط", "only with findings": "ذات نتائج فقط", "nothing found": "لا شيء",
    "delivered while nobody knows": "ربما وصلت", "may have arrived": "ربما وصلت", "held for": "محتجزة بسبب",
    "No items yet.": "لا مواد بعد.", "The config lists no feeds.": "لا مصادر في الإعدادات.",
    "due": "بانتظار", "sending": "تُرسَل", "dead": "لم تصل", "held": "محتجزة", "bundled": "ضُمّت",
    "collapsed": "حلّت محلها أحدث", "pending": "بانتظار القراءة", "done": "قُرئت",
    # silences
    "No silence is in force: everything is told.": "لا صمت سارٍ: كل شيء يُبلَّغ.", "New silence": "صمت جديد",
    "Why": "السبب", "For how long": "المدة", "everything": "كل شيء", "everywhere": "كل الأماكن", "End now": "أنهِ الآن",
    "Keep quiet": "ابدأ الصمت", "ends": "ينتهي", "the wait ends": "ينتهي الانتظار",
    "A silence holds messages back; they are told together when it ends.":
        "الصمت يحتجز الرسائل، وتُبلَّغ معاً عند انتهائه.",
    "half an hour": "نصف ساعة", "1 hour": "ساعة", "2 hours": "ساعتان", "4 hours": "4 ساعات", "8 hours": "8 ساعات",
    # map
    "Places of open incidents": "أماكن الحوادث المفتوحة", "No open incident has a known place.": "لا مكان معروفاً لأي حادث مفتوح.",
    "without a known place": "بلا مكان معروف",
    # links and sign-in
    "Sign in": "دخول", "Password": "كلمة السر", "That is not the password.": "كلمة السر غير صحيحة.",
    "Too many wrong passwords: wait {seconds} seconds.": "محاولات خاطئة كثيرة: انتظر {seconds} ثانية.",
    "Mark as not relevant": "اجعله غير ذي صلة", "Opening this page did nothing yet.": "فتح هذه الصفحة لم يغيّر شيئاً بعد.",
    "Done. Thank you.": "تم. شكراً.", "That was done already: nothing changed.": "سبق أن تم ذلك: لم يتغيّر شيء.",
    "This link is over": "انتهت صلاحية هذا الرابط", "This link is not valid": "هذا الرابط غير صالح",
    "Links work for seven days. Open the board instead, or ask a colleague on duty.":
        "تصلح الروابط سبعة أيام. افتح اللوحة أو اسأل زميلاً مناوباً.",
    "It may have been cut by the messenger: copy it whole from the message, or open the board.":
        "ربما اقتُطع في برنامج المراسلة: انسخه كاملاً من الرسالة أو افتح اللوحة.",
    "Open the incident": "افتح الحادث", "There is a newer revision:": "توجد مراجعة أحدث:",
    # trouble
    "The store does not answer": "المخزن لا يجيب", "Not found": "غير موجود", "Something went wrong": "حدث خطأ",
    "Nothing is lost: work goes on by itself when it is back. This page tries again in a few seconds.":
        "لا شيء ضائع: يُستأنف العمل تلقائياً عند عودته. ستُعاد المحاولة بعد ثوانٍ.",
    "There is no such page or incident here; it may be older than what is kept.":
        "لا صفحة أو حادث بهذا العنوان؛ ربما مضت مدة الحفظ.",
    "The form is too old": "النموذج قديم", "Open the page again and repeat what you did.": "افتح الصفحة من جديد وأعد المحاولة.",
    "Please write your name, so that colleagues know who did it.": "اكتب اسمك ليعرف الزملاء من قام بذلك.",
    "Please write why, so that colleagues know.": "اكتب السبب ليعرفه الزملاء.",
    "Back": "عودة", "The request was refused": "رُفض الطلب",
    # categories, statuses, kinds, severities
    "curfew": "حظر تجول", "displacement": "نزوح", "clashes": "اشتباكات", "imposed": "فُرض", "extended": "مُدّد",
    "tightened": "شُدّد", "eased": "خُفّف", "lifted": "رُفع", "planned": "مقرر", "threatened": "تهديد",
    "ordered": "أمر إخلاء", "flight": "نزوح جارٍ", "forced": "تهجير قسري", "return": "عودة", "ceased": "توقفت",
    "denied": "نُفي", "withdrawn": "سُحب الخبر", "reported": "ورد خبر", "high": "شديد", "medium": "متوسط",
    "info": "للعلم", "new": "جديد", "update": "تحديث", "correction": "تصحيح", "drill": "تدريب",
}  # fmt: skip


def say(text: str, tongue: Tongue) -> str:
    """Our text in the reader's language; what has no translation (an admin's own category) stays as it is."""
    return _ARABIC.get(text, text) if tongue == "ar" else text


def chosen(cookie: str, accept: str) -> Tongue:
    """The language to show: what was chosen before, else the browser's first of ours, else English."""
    for tongue in TONGUES:
        if cookie == tongue:
            return tongue
    ranked = sorted(
        (_quality(part), -number, part.strip()[:2].lower())
        for number, part in enumerate(accept[:300].split(","))
    )
    for _, _, code in reversed(ranked):
        for tongue in TONGUES:
            if code == tongue:
                return tongue
    return "en"


def _quality(part: str) -> float:
    _, found, value = part.partition("q=")
    try:
        return float(value.strip()) if found else 1.0
    except ValueError:
        return 0.0


_SPANS = {  # one, two, three to ten, more
    "s": ("ثانية", "ثانيتين", "ثوانٍ", "ثانية"),
    "min": ("دقيقة", "دقيقتين", "دقائق", "دقيقة"),
    "h": ("ساعة", "ساعتين", "ساعات", "ساعة"),
    "d": ("يوم", "يومين", "أيام", "يوماً"),
}


def ago(seconds: float, tongue: Tongue) -> str:
    """A span of time in short: `95 min`, `5 h`, `2 d`."""
    seconds = max(int(seconds), 0)
    size, unit = next(
        (pair for pair in ((86_400, "d"), (3600, "h"), (60, "min")) if seconds >= pair[0] * 2), (1, "s")
    )
    count = seconds // size
    if tongue == "en":
        return f"{count} {unit}"
    one, two, few, many = _SPANS[unit]
    if count in (1, 2):
        return one if count == 1 else two
    return f"{count} {few if 3 <= count % 100 <= 10 else many}"


_REASONS = (  # why an alert was written, as it is kept for machines
    (re.compile(r"first report"), "أول خبر"),
    (re.compile(r"status changed"), "تغيّرت الحالة"),
    (re.compile(r"renewed"), "تجدّد"),
    (re.compile(r"new place"), "مكان جديد"),
    (re.compile(r"deaths reported"), "سقوط قتلى"),
    (re.compile(r"reported again"), "ورد من جديد"),
    (re.compile(r"confirmed by (\d+) sources"), r"أكّدته مصادر مستقلة عددها \1"),
)


def reason(text: str, tongue: Tongue) -> str:
    """Why an alert was written, in the reader's language where we know it."""
    if tongue == "ar":
        for pattern, arabic in _REASONS:
            text = pattern.sub(arabic, text)
    return text
