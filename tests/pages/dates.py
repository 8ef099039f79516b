"""Dates as outlets print them."""

from __future__ import annotations

from datetime import datetime

# Every article is of November 2026; the crawl day is Sunday the 22nd.
MONTH = {
    "levant": "تشرين الثاني",
    "egypt": "نوفمبر",
    "morocco": "نونبر",
    "both": "تشرين الثاني/نوفمبر",
    "en": "November",
    "tr": "Kasım",
    "fr": "novembre",
    "ku": "Mijdar",
    "ckb": "تشرینی دووەم",
}
DAYS = "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد".split()
INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
CRAWL = datetime.fromisoformat("2026-11-22T21:07:00+03:00")
CLOCKED = {"egypt", "slash", "clock12"}


def printed(when: datetime, style: str, lang: str) -> str:
    """The date as text; only the styles in CLOCKED tell the hour."""
    if lang != "ar" and style != "slash":
        return f"{when.day} {MONTH[lang]} {when.year}"
    match style:
        case "slash":
            return f"{when:%Y/%m/%d - %H:%M}"
        case "egypt":
            return f"{DAYS[when.weekday()]} {when.day} نوفمبر {when.year} - {when:%H:%M}"
        case "clock12":
            half = "ص" if when.hour < 12 else "م"
            return f"{when.day} تشرين الثاني {when.year}، {when.hour % 12 or 12}:{when:%M} {half}"
        case "indic":
            return f"{when.day} تشرين الثاني، {when.year}".translate(INDIC)
        case _:
            return f"{when.day} {MONTH[style]} {when.year}"


def crawl_day(style: str, lang: str) -> str:
    """Today's date, as themes print it above every page."""
    if lang != "ar":
        return printed(CRAWL, "", lang)
    return f"{DAYS[CRAWL.weekday()]}، {CRAWL.day} {MONTH.get(style, MONTH['levant'])} {CRAWL.year}"
