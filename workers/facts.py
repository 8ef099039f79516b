"""How many people, which hours, which day: read from one sentence. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from monitor.models import Hours, People

_DIGITS = {0x660 + digit: str(digit) for digit in range(10)} | {0x6F0 + digit: str(digit) for digit in range(10)}
_FAMILIES = r"(?:عائل(?:ة|ات|ه)|أسر(?:ة|ه)?|اسر(?:ة|ه)|عوائل|famil(?:y|ies)|households?)"
_PERSONS = r"(?:شخص(?:اً|ا)?|أشخاص|مدني(?:اً|ا|ين)?|نازح(?:اً|ا|ين)?|نسمة|فرد(?:اً|ا)?|people|persons|civilians|residents)"
_UNIT = rf"(?P<families>{_FAMILIES})|(?P<persons>{_PERSONS})"
_LEAST = r"(?P<least>أكثر من|اكثر من|ما يزيد (?:عن|على)|لا يقل عن|more than|at least|over)?\s*"
_NUMBER = re.compile(
    rf"{_LEAST}(?:نحو|حوالي|قرابة|ما يقارب|about|some|nearly)?\s*"
    rf"(?P<number>\d[\d,.٬]*)\s*(?P<scale>ألف(?:اً|ا)?|الف|آلاف|مليون|thousand)?\s+(?:{_UNIT})",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    rf"(?P<word>عشرات|مئات|آلاف|الاف|dozens of|hundreds of|thousands of)\s+(?:من\s+)?(?:ال)?(?:{_UNIT})", re.IGNORECASE
)
_VAGUE_COUNTS = {
    "عشرات": 20, "مئات": 200, "آلاف": 2000, "الاف": 2000,
    "dozens of": 24, "hundreds of": 200, "thousands of": 2000,
}  # fmt: skip
_SCALES = {"آلاف": 1000, "مليون": 1_000_000, "thousand": 1000}
_WORDS = (
    "الواحدة", "الثانية", "الثالثة", "الرابعة", "الخامسة", "السادسة",
    "السابعة", "الثامنة", "التاسعة", "العاشرة", "الحادية عشرة", "الثانية عشرة",
)  # fmt: skip
_HOUR = r"(?:(?P<{0}w>" + "|".join(reversed(_WORDS)) + r")|(?P<{0}h>\d{{1,2}})(?:[:.,](?P<{0}m>\d{{2}}))?)"
_PART = r"\s*(?:من\s+)?(?P<{0}p>مساءً?|مساء|ليلاً?|عصراً?|صباحاً?|صباح|فجراً?|ظهراً?|م\b|ص\b|[ap]\.?m\.?)?"
_SPAN = re.compile(
    r"(?:من|بين|from|between)?\s*(?:الساعة\s+)?(?:الـ\s*)?" + _HOUR.format("a") + _PART.format("a")
    + r"\s*(?:و?(?:حتى|إلى|الى|لغاية)|to|until|and|/|-|–|و)\s*(?:الساعة\s+|ال?ـ\s*)?" + _HOUR.format("b")
    + _PART.format("b"),
    re.IGNORECASE,
)  # fmt: skip
_UNTIL = re.compile(r"(?:حتى|إلى|الى|until)\s*(?:الساعة\s+)?" + _HOUR.format("b") + _PART.format("b"), re.IGNORECASE)
_OPEN = re.compile(r"(?:إشعار|اشعار)\s+(?:آخر|اخر)|further notice", re.IGNORECASE)
_LASTING = re.compile(r"لمدة\s+(\d{1,3})\s+ساعة|for\s+(\d{1,3})\s+hours", re.IGNORECASE)
_YESTERDAY = re.compile(r"\b(?:أمس|امس|البارحة|الليلة الماضية|yesterday|last night)\b", re.IGNORECASE)
_TODAY = re.compile(r"\b(?:اليوم|الليلة|صباح اليوم|فجر اليوم|today|tonight|this morning)\b", re.IGNORECASE)


def people(text: str) -> People | None:
    """The first count of families or persons; "dozens", "hundreds" are at-least counts."""
    plain = text.translate(_DIGITS)
    if found := _NUMBER.search(plain):
        count = _count(found["number"], found["scale"] or "")
        if count:
            unit = "families" if found["families"] else "persons"
            return People(count, unit, bool(found["least"]))
    if vague := _VAGUE.search(plain):
        unit = "families" if vague["families"] else "persons"
        return People(_VAGUE_COUNTS[vague["word"].lower()], unit, True)
    return None


def _count(number: str, scale: str) -> int:
    plain = re.sub(r"[,.٬](?=\d{3}(?:\D|$))", "", number).rstrip(",.٬")
    try:
        value = float(plain.replace("٬", "").replace(",", ""))
    except ValueError:
        return 0
    factor = 1000 if scale.startswith(("ألف", "الف")) else _SCALES.get(scale.lower(), 1)
    return min(int(value * factor), 100_000_000)


def hours(text: str) -> Hours | None:
    """Curfew hours as local HH:MM, and its end where one is said."""
    plain = text.translate(_DIGITS)
    until = "until further notice" if _OPEN.search(plain) else None
    for span in _SPAN.finditer(plain):
        if not (span["ap"] or span["bp"] or span["am"] or "ساعة" in span.group()):
            continue
        start, end = _clock(span, "a"), _clock(span, "b")
        if start and end:
            return Hours(start, end, until)
    if (found := _UNTIL.search(plain)) and (found["bp"] or found["bm"] or found["bw"]):
        return Hours(None, _clock(found, "b"), until)
    if lasting := _LASTING.search(plain):
        return Hours(None, None, f"{lasting[1] or lasting[2]} hours")
    return Hours(None, None, until) if until else None


def _clock(found: re.Match[str], side: str) -> str | None:
    word, digits, part = found[f"{side}w"], found[f"{side}h"], (found[f"{side}p"] or "").lower()
    hour = _WORDS.index(word) + 1 if word else int(digits)
    minute = int(found[f"{side}m"] or 0)
    if hour > 24 or minute > 59:
        return None
    afternoon = part.startswith(("مساء", "ليل", "عصر", "p")) or part == "م" or (part.startswith("ظهر") and hour < 11)
    if afternoon and hour < 12:
        hour += 12
    elif hour == 12 and (part.startswith(("صباح", "فجر", "ليل", "مساء", "a")) or part == "ص"):
        hour = 0
    return f"{hour % 24:02d}:{minute:02d}"


def event_date(text: str, published: datetime | None) -> str | None:
    """The day of a happening relative to its publication, as ISO date, where the sentence names one."""
    if published is None:
        return None
    day: date = published.date()
    if _YESTERDAY.search(text):
        return (day - timedelta(days=1)).isoformat()
    return day.isoformat() if _TODAY.search(text) else None
