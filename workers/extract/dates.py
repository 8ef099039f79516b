"""Dates as pages print them: ISO, and day, month name and year in the languages we serve."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from monitor.clock import parse_iso
from monitor.text import fold_letters

# Month names: Levantine, Egyptian and Gulf, Maghrebi; then English, French, Turkish, Kurmanji, Sorani.
_NAMES = """
كانون الثاني|يناير|جانفي|january|jan|janvier|ocak|rêbendan|çile|کانوونی دووەم
شباط|فبراير|فيفري|february|feb|février|fevrier|şubat|sibat|reşemî|شوبات
آذار|مارس|march|mar|mars|mart|adar|avdar|ئازار
نيسان|أبريل|إبريل|أفريل|april|apr|avril|nisan|avrêl|نیسان
أيار|مايو|ماي|may|mai|mayıs|mayis|gulan|ئایار
حزيران|يونيو|يونيه|جوان|june|jun|juin|haziran|hezîran|pûşper|حوزەیران
تموز|يوليو|يوليه|جويلية|july|jul|juillet|temmuz|tîrmeh|تەممووز
آب|أغسطس|أوت|august|aug|août|aout|ağustos|agustos|tebax|ئاب
أيلول|سبتمبر|شتنبر|september|sept|sep|septembre|eylül|eylul|îlon|ئەیلوول
تشرين الأول|أكتوبر|october|oct|octobre|ekim|cotmeh|تشرینی یەکەم
تشرين الثاني|نوفمبر|نونبر|november|nov|novembre|kasım|kasim|mijdar|تشرینی دووەم
كانون الأول|ديسمبر|دجنبر|december|dec|décembre|decembre|aralık|aralik|berfanbar|کانوونی یەکەم
"""
MONTHS = {
    fold_letters(name): month
    for month, names in enumerate(_NAMES.strip().splitlines(), 1)
    for name in names.split("|")
}
_MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
_AROUND = frozenset(
    fold_letters(
        """السبت الأحد الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة تاريخ النشر نشر في نشرت آخر تحديث تم التحديث الساعة بتوقيت دمشق
        بغداد بيروت مكة المكرمة غرينتش صباحا مساء ظهرا ص م يوم هـ monday tuesday wednesday thursday friday saturday sunday
        mon tue wed thu fri sat sun published updated last on at posted date gmt utc am pm by pazartesi salı çarşamba perşembe
        cuma cumartesi pazar güncelleme yayın tarihi tarih lundi mardi mercredi jeudi vendredi samedi dimanche publié le mis à jour
        modifié duşem sêşem çarşem pêncşem în şemî yekşem دووشەممە سێشەممە چوارشەممە پێنجشەممە هەینی شەممە یەکشەممە"""
    ).split()
)
_CLOCK = r"(?:\D{0,14}?(\d{1,2}):(\d{2})(?::\d{2})?\s*(am|pm|ص|م|صباحا|مساء|ظهرا)?(?!\d))?"
_NAMED = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|\.)?[\s،,/-]*(?:de\s+)?\b({_MONTH})\b(?:\s*/\s*\w+(?: \w+)?)?[\s،,/.-]*(\d{{4}})(?!\d){_CLOCK}"
)
_MONTH_FIRST = re.compile(rf"\b({_MONTH})[\s.]+(\d{{1,2}})(?:st|nd|rd|th)?[\s،,]+(\d{{4}})(?!\d){_CLOCK}")
_YEAR_FIRST = re.compile(rf"(?<!\d)(\d{{4}})[/.-](\d{{1,2}})[/.-](\d{{1,2}})(?!\d){_CLOCK}")
_DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}})(?!\d){_CLOCK}")


def moment(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The moment that an attribute or a printed line tells, in UTC; None where it tells none.

    A time without an offset is the outlet's own. Hijri years are left alone: they are no Gregorian ones.
    """
    text = text.strip()[:200]
    if not text:
        return None
    try:
        told = datetime.fromisoformat(text.replace(" +", "+")) if text[:4].isdigit() else parse_iso(text)
    except ValueError:
        return _printed(text, zone)
    return _utc(told if told.tzinfo else told.replace(tzinfo=zone))


def is_date(line: str) -> bool:
    """Is the line nothing but a date, with its weekday, hour or a word such as "updated"?"""
    folded = fold_letters(line)
    for pattern in (_NAMED, _MONTH_FIRST, _YEAR_FIRST, _DAY_FIRST):
        if found := pattern.search(folded):
            rest = folded[: found.start()] + " " + folded[found.end() :]
            return all(word in _AROUND for word in re.findall(r"[^\W\d]+", rest))
    return False


def _printed(text: str, zone: tzinfo) -> datetime | None:
    folded = fold_letters(text)
    if named := _NAMED.search(folded):
        day, month, year, *clock = named.groups()
        return _made(year, MONTHS[month], day, clock, zone)
    if named := _MONTH_FIRST.search(folded):
        month, day, year, *clock = named.groups()
        return _made(year, MONTHS[month], day, clock, zone)
    if numbers := _YEAR_FIRST.search(folded):
        year, number, day, *clock = numbers.groups()
        return _made(year, int(number), day, clock, zone)
    if numbers := _DAY_FIRST.search(folded):
        day, number, year, *clock = numbers.groups()
        return _made(year, int(number), day, clock, zone)
    return None


def _made(year: str, month: int, day: str, clock: list[str | None], zone: tzinfo) -> datetime | None:
    hour, minute, half = int(clock[0] or 0), int(clock[1] or 0), clock[2] or ""
    if half in ("pm", "م", "مساء", "ظهرا") and hour < 12:
        hour += 12
    if half in ("am", "ص", "صباحا") and hour == 12:
        hour = 0
    if not 1990 <= int(year) <= 2100:
        return None
    try:
        return _utc(datetime(int(year), month, int(day), hour, minute, tzinfo=zone))
    except ValueError:
        return None


def _utc(told: datetime) -> datetime | None:
    try:
        return told.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
