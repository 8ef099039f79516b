"""Numbers and times a sentence tells: how many people, which hours, which day. Pure; nothing here raises.

Each function takes the words of one happening and answers None where they do not say.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from monitor.models import Hours, People

_MARKS = dict.fromkeys([*range(0x610, 0x61B), *range(0x64B, 0x660), *range(0x200B, 0x2010), 0x640, 0x670])
_NORMAL = {
    **_MARKS,
    **{ord(char): "ا" for char in "أإآٱ"},
    ord("ى"): "ي",
    ord("ة"): "ه",
    ord("ئ"): "ي",
    ord("ؤ"): "و",
    **{0x660 + digit: str(digit) for digit in range(10)},
    **{0x6F0 + digit: str(digit) for digit in range(10)},
    **{ord(char): "," for char in "٬’"},
    ord("٫"): ".",
    0xA0: " ",
    0x202F: " ",
}


def _normal(text: str) -> str:
    return text.translate(_NORMAL).lower()


def _either(words: str) -> str:
    """A pattern for any of the words, the longest first; `_` stands for a space."""
    patterns = (re.escape(word).replace("_", r"\s+") for word in _normal(words).split())
    return "|".join(sorted(patterns, key=len, reverse=True))


# ---------------------------------------------------------------- people

_UNITS = {
    **dict.fromkeys(
        _normal("عائلة عائلات عوائل أسرة أسر families family household households").split(), "families"
    ),
    **dict.fromkeys(
        _normal(
            "شخص شخصا أشخاص مدني مدنيا مدنيين مدنيون فرد فردا أفراد نسمة نازح نازحا نازحين نازحون مهجر مهجرا "
            "مهجرين لاجئ لاجئا لاجئين ساكن ساكنا سكان أهالي طفل طفلا أطفال امرأة "
            "person persons people civilian civilians resident residents individuals "
            "idps refugees villagers inhabitants"
        ).split(),
        "persons",
    ),
}  # fmt: skip
_DUALS = {
    **dict.fromkeys(_normal("عائلتين عائلتان أسرتين أسرتان").split(), "families"),
    **dict.fromkeys(_normal("شخصين شخصان مدنيين_اثنين نازحين_اثنين").split(), "persons"),
}
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_ONES = "واحد اثنان ثلاث اربع خمس ست سبع ثمان تسع عشر"
_WORDS: dict[str, int] = {
    **{word: value for value, word in enumerate(_SMALL.split())},
    **{word: 10 * value for value, word in enumerate(_TENS.split(), 2)},
    **{word: value for value, word in enumerate(_ONES.split(), 1)},
    **{word + "ه": value for value, word in enumerate(_ONES.split(), 1)},
    "ثماني": 8,
    "ثمانيه": 8,
    "اثنين": 2,
    "اثنا": 2,
    "اثني": 2,
    "احد": 1,
    "احدي": 1,
    **{
        stem + end: 10 * value
        for value, stem in enumerate(["عشر", "ثلاث", "اربع", "خمس", "ست", "سبع", "ثمان", "تسع"], 2)
        for end in ("ون", "ين")
    },
    **dict.fromkeys(("مايه", "ميه", "hundred"), 100),
    **dict.fromkeys(("مايتي", "مايتين", "مايتان", "ميتين", "ميتي", "ميتان"), 200),
    **{
        stem + hundred: 100 * value
        for value, stem in enumerate(["ثلاث", "اربع", "خمس", "ست", "سبع", "ثمان", "تسع"], 3)
        for hundred in ("مايه", "ميه")
    },
}
_SCALES = {
    **dict.fromkeys(("الف", "الفا", "الاف", "thousand"), 1_000),
    **dict.fromkeys(("الفي", "الفين", "الفان"), 2_000),
    **dict.fromkeys(("مليون", "مليونا", "ملايين", "million"), 1_000_000),
    **dict.fromkeys(("مليوني", "مليونين", "مليونان"), 2_000_000),
}
_DUAL_SCALES = frozenset(["الفي", "الفين", "الفان", "مليوني", "مليونين", "مليونان"])
_VAGUE = {
    **dict.fromkeys(("عشرات_الاف", "عشرات_الالاف", "tens of thousands of"), 20_000),
    **dict.fromkeys(("مئات_الاف", "مئات_الالاف", "hundreds of thousands of"), 200_000),
    **dict.fromkeys(("عشرات", "dozens of", "scores of"), 20),
    **dict.fromkeys(("مئات", "hundreds of"), 200),
    **dict.fromkeys(("الاف", "thousands of"), 2_000),
}
_VAGUE = {_normal(key).replace("_", " "): value for key, value in _VAGUE.items()}
_AT_LEAST = re.compile(
    r"(?:اكثر من|ما يزيد (?:عن|علي)|يزيد عددهم عن|لا يقل عن|فوق|تجاوز|more than|over|at least|upwards of|above)"
    r"[\s(\"«]*$"
)
_UNIT = rf"(?P<unit>(?:ال)?(?:{_either(' '.join(_UNITS))}))(?!\w)"
_FIGURE = r"\d{1,3}(?:[,.]\d{3})+(?!\d)|\d+(?:[.]\d{1,2}(?!\d))?"
_NUMBER_WORD = rf"(?:{_either(' '.join((*_WORDS, *_SCALES)))})"
_NUMBER = rf"(?:{_FIGURE}|{_NUMBER_WORD})(?:(?:\s+و?\s*|-)(?:and\s+)?(?:{_FIGURE}|{_NUMBER_WORD})){{0,7}}"
_GAP = r"[\s)\]\"»]{1,3}(?:من\s+(?:ال)?|of\s+|displaced\s+|other\s+|internally\s+displaced\s+)?"
_COUNTED = re.compile(rf"(?<!\w)و?(?P<number>{_NUMBER}){_GAP}{_UNIT}")
_VAGUE_WORD = _either(" ".join(words.replace(" ", "_") for words in _VAGUE))
_VAGUELY = re.compile(rf"(?<!\w)[وبل]?(?P<vague>{_VAGUE_WORD})\s+{_UNIT}")
_COUNT_BEFORE = re.compile(rf"(?:\d|{_NUMBER_WORD})\s+$")
_DUAL = re.compile(rf"(?<!\w)[ولب]?(?P<dual>{_either(' '.join(_DUALS))})(?!\w)")
_CASUALTY = re.compile(
    r"قتل|مقتل|قتيل|قتلي|استشهد|استشهاد|شهيد|شهداء|جرح|جريح|جرحي|اصيب|اصابه|اصابات|مصاب|ضحايا|اعتقل|اعتقال|مفقود|وفاه"
    r"|\bkill|\bdead\b|\bdie[ds]?\b|\bdeath|\bwound|\binjur|\bcasualt|\barrest|\bmissing\b"
)
_MOVED = re.compile(
    r"نزح|نزوح|نازح|هجر|فرار|هرب|غادر|اجلاء|اخلاء|شرد|لجا|وصل"
    r"|displac|\bfle[ed]|evacuat|forced|\bleft\b|uproot|arriv"
)


def people(text: str) -> People | None:
    """The greatest number of people or families told of; the dead, wounded and arrested are not counted."""
    plain = _normal(text)
    found = [person for person in (*_counted(plain), *_vague(plain), *_two(plain)) if person.count > 0]
    # Families are what is reported first; "110 families (650 persons)" is one fact told twice.
    return max(found, key=lambda person: (person.unit == "families", person.count), default=None)


def _counted(plain: str) -> list[People]:
    return [
        People(count, _unit(match["unit"]), bool(_AT_LEAST.search(plain, 0, match.start("number"))))
        for match in _COUNTED.finditer(plain)
        if (count := _value(match["number"])) is not None and not _casualties(plain, match)
    ]


def _vague(plain: str) -> list[People]:
    return [
        People(_VAGUE[" ".join(match["vague"].split())], _unit(match["unit"]), at_least=True)
        for match in _VAGUELY.finditer(plain)
        if not _casualties(plain, match)
        and not _COUNT_BEFORE.search(plain[max(0, match.start() - 20) : match.start()])
    ]


def _two(plain: str) -> list[People]:
    return [
        People(2, _DUALS.get(match["dual"], "persons"))
        for match in _DUAL.finditer(plain)
        if not _casualties(plain, match)
    ]


def _unit(word: str) -> str:
    return _UNITS.get(word) or _UNITS.get(word.removeprefix("ال"), "persons")


def _casualties(plain: str, match: re.Match[str]) -> bool:
    """Does the nearest verb in the clause, before or just after the number, speak of the hurt?"""
    clause = re.split(r"[.،,;؛:\n](?!\d)", plain[max(0, match.start() - 80) : match.start()])[-1]
    tail = re.split(r"[.،,;؛:\n]|\sو|\sand\s", plain[match.end() : match.end() + 40])[0]
    hurt = max((m.start() for m in _CASUALTY.finditer(clause)), default=-1)
    moved = max((m.start() for m in _MOVED.finditer(clause)), default=-1)
    if _MOVED.search(tail):
        return False
    return hurt > moved or (moved < 0 and bool(_CASUALTY.search(tail)))


def _value(words: str) -> int | None:
    """The number that words and figures tell together: `62 الفا و263`, `مايه وعشرون الف`."""
    total = part = 0.0
    for token in re.findall(rf"{_FIGURE}|[^\W\d_]+", words):
        word = token.removeprefix("و") if token not in _WORDS and token not in _SCALES else token
        if word in _SCALES:
            scale = _SCALES[word]
            if not part and word in ("الفا", "مليونا"):  # alone it is the dual before a noun
                part = 2
            total += scale if word in _DUAL_SCALES else (part or 1) * scale
            part = 0
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in _WORDS:
            part += _WORDS[word]
        elif word[:1].isdigit():
            if part:
                return None  # two figures side by side are no number
            part = _figure(word)
    value = total + part
    return round(value) if value < 100_000_000 else None


def _figure(text: str) -> float:
    grouped = re.fullmatch(r"\d{1,3}(?:[,.]\d{3})+", text)
    return float(re.sub("[,.]", "", text) if grouped else text)


# ---------------------------------------------------------------- hours

_CLOCK_WORDS = {
    word: hour
    for hour, words in enumerate(
        [
            "الواحده",
            "الثانيه",
            "الثالثه",
            "الرابعه",
            "الخامسه",
            "السادسه",
            "السابعه",
            "الثامنه",
            "التاسعه",
            "العاشره",
            "الحاديه_عشره",
            "الثانيه_عشره",
        ],
        1,
    )
    for word in (words.replace("_", " "), words.replace("_عشره", " عشر"))
}
_EVENING = "مساء مساءا ليلا عصرا ظهرا المساء بعد_الظهر م pm p.m. p.m"
_MORNING = "صباحا صباح فجرا الصباح ص am a.m. a.m"
_HALF = _either(f"{_EVENING} {_MORNING}")
_MINUTES = {"والنصف": 30, "و النصف": 30, "والربع": 15, "والثلث": 20, "الا ربعا": -15, "الا الربع": -15}
_CLOCK_WORD = _either(" ".join(words.replace(" ", "_") for words in _CLOCK_WORDS))
_CLOCK = (  # a template: 0 stands for 1, the start, or 2, the end
    rf"(?:(?:الساعه|at|ال)\s*)*(?P<hour{{0}}>\d{{{{1,2}}}}(?:[:.,]\d{{{{2}}}})?|{_CLOCK_WORD})"
    rf"(?:\s*(?P<part{{0}}>{'|'.join(_MINUTES)}))?(?:\s*(?:من\s+)?(?P<half{{0}}>{_HALF})(?!\w))?"
)
_MIDNIGHT = r"(?P<mid{0}>منتصف الليل|midnight|noon|الظهر|المغرب|الفجر|dawn|sunset)"
_TIME = "(?:" + _MIDNIGHT + "|" + _CLOCK + ")"
_TO = r"\s*[،,]?\s*(?:من\s+مساء\s+\S+\s+)?(?:و?\s*(?:حتي|الي|لغايه|ل)|until|till|to|through|and|/|-|–|—|\.{3}|…)\s*"
_OF_DAY = r"(?:\s+(?:من\s+)?(?:يوم\s+)?(?:ال\w+)){0,2}?"
_SPAN = re.compile(rf"(?<![\w:]){_TIME.format(1)}{_OF_DAY}{_TO}{_TIME.format(2)}(?!\w)")
_OPEN = re.compile(
    r"(?:حتي|الي|لحين)\s+(?:اشعار|اعلان)\s+(?:اخر|ثان|لاحق)|لفتره غير محدده"
    r"|until further notice|indefinite|open-ended"
)
_FOR = re.compile(rf"(?:لمده|مدته|ولمده|for)\s+(?P<n>\d+|{_NUMBER_WORD})\s*-?\s*(?:ساعه|ساعات|hours?)")
_NAMED_TIMES = {"midnight": "00:00", "منتصف الليل": "00:00", "noon": "12:00", "الظهر": "12:00"}


def hours(text: str) -> Hours | None:
    """A curfew's hours, local. `until` is `until further notice` or a length such as `48 hours`."""
    plain = re.sub(r"[()\"«»]", " ", _normal(text))
    until = "until further notice" if _OPEN.search(plain) else None
    if until is None and (length := _FOR.search(plain)):
        count = _value(length["n"])
        until = f"{count} hours" if count else None
    for match in _SPAN.finditer(plain):
        start, end = _clock(match, "1", match["half2"]), _clock(match, "2", None)
        if start and end and _told_as_hours(match):
            return Hours(start, end, until)
    return Hours(until=until) if until else None


def _told_as_hours(match: re.Match[str]) -> bool:
    """Two bare numbers are a span of hours only with a colon, a half of the day or the word hour."""
    said = match[0]
    named = any(match[group] for group in ("half1", "half2", "mid1", "mid2"))
    return named or ":" in said or "الساعه" in said


def _clock(match: re.Match[str], side: str, other_half: str | None) -> str | None:
    named = match["mid" + side]
    if named:
        return _NAMED_TIMES.get(named)
    said, half, part = match["hour" + side], match["half" + side], match["part" + side]
    said = " ".join(said.split())
    figures = re.split("[:.,]", said)
    hour = _CLOCK_WORDS.get(said) or (int(figures[0]) if figures[0].isdigit() else None)
    minute = int(figures[1]) if len(figures) > 1 else 0
    if hour is None or minute > 59:
        return None
    if half is None and ":" not in said and other_half and hour <= 12:
        half = other_half if side == "1" and not part else None
    hour = _of_day(hour, None if said.startswith("0") else half)
    total = hour * 60 + minute + _MINUTES.get(" ".join((part or "").split()), 0)
    return f"{total // 60 % 24:02}:{total % 60:02}" if hour <= 24 else None


def _of_day(hour: int, half: str | None) -> int:
    if half is None or hour > 12:
        return hour
    if re.fullmatch(_either(_MORNING), half):
        return hour % 12
    if hour == 12:
        return 12 if half == "ظهرا" or half.startswith("p") else 0  # 12 مساء is midnight
    return hour % 12 + (0 if half == "ليلا" and hour < 6 else 12)


# ---------------------------------------------------------------- the day

_DAYS = {
    word: number
    for number, words in enumerate(
        (
            "الاثنين الإثنين monday", "الثلاثاء tuesday", "الأربعاء الاربعاء wednesday", "الخميس thursday",
            "الجمعة friday", "السبت saturday", "الأحد الاحد sunday",
        )
    )
    for word in _normal(words).split()
}  # fmt: skip
_MONTHS = {
    word.replace("_", " "): number
    for number, words in enumerate(
        (
            "يناير كانون_الثاني january jan", "فبراير شباط february feb", "مارس آذار march mar",
            "أبريل إبريل نيسان april apr", "مايو أيار may", "يونيو حزيران يونيه june jun",
            "يوليو تموز يوليه july jul", "أغسطس آب august aug", "سبتمبر أيلول september sep sept", "أكتوبر تشرين_الأول october oct",
            "نوفمبر تشرين_الثاني november nov", "ديسمبر كانون_الأول december dec",
        ),
        1,
    )
    for word in _normal(words).split()
}  # fmt: skip
_MONTH = _either(" ".join(word.replace(" ", "_") for word in _MONTHS))
_DATE = re.compile(
    rf"(?<!\w)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:من\s+)?(?:شهر\s+)?(?:of\s+)?(?P<month>{_MONTH})(?!\w)"
    rf"(?:\s*[/(]?\s*(?:{_MONTH})\)?)?(?:\s*(?:الجاري|الماضي))?,?\s*(?:عام\s+)?(?P<year>20\d\d)?"
)
_DATE_US = re.compile(
    rf"(?<!\w)(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<year>20\d\d))?"
)
_ISO = re.compile(r"(?<![\d/.-])(?P<year>20\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d/])")
_DMY = re.compile(r"(?<![\d/.-])(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>20\d\d)(?!\d)")
_BEFORE_LAST = re.compile(r"(?<!\w)(?:اول\s+امس|اول\s+من\s+امس|day before yesterday)(?!\w)")
_YESTERDAY = re.compile(
    r"(?<!\w)و?(?:امس|البارحه|الليله\s+(?:الماضيه|الفايته)|yesterday|last\s+night|overnight)(?!\w)"
)
_TODAY = re.compile(r"(?<!\w)[ولب]?(?:اليوم|الليله|today|tonight|this\s+(?:morning|evening|afternoon))(?!\w)")
_WEEKDAY = re.compile(
    rf"(?<!\w)[ولب]?(?P<day>{_either(' '.join(_DAYS))})(?!\w)(?P<next>\s+(?:القادم|المقبل))?"
)


def event_date(text: str, published: datetime | None) -> str | None:
    """The ISO date of what the text tells; words such as yesterday are counted from `published`.

    A weekday is the last one, or the coming one where the text says so. `published` is read in its own zone.
    """
    plain = _normal(text)
    today = published.date() if published else None
    explicit = _explicit(plain, today)
    if explicit or today is None:
        return explicit.isoformat() if explicit else None
    if weekday := _WEEKDAY.search(plain):
        return _nearest(today, _DAYS[weekday["day"]], coming=bool(weekday["next"])).isoformat()
    for pattern, back in ((_BEFORE_LAST, 2), (_YESTERDAY, 1), (_TODAY, 0)):
        if pattern.search(plain):
            return _shift(today, -back).isoformat()
    return None


def _explicit(plain: str, today: date | None) -> date | None:
    for pattern in (_ISO, _DMY, _DATE, _DATE_US):
        for match in pattern.finditer(plain):
            name = " ".join(match["month"].split())
            month = int(name) if name.isdigit() else _MONTHS[name]
            if match["year"]:
                found = _date(int(match["year"]), month, int(match["day"]))
            elif today:
                found = _closest(today, month, int(match["day"]))
            else:
                found = None
            if found:
                return found
    return None


def _closest(today: date, month: int, day: int) -> date | None:
    """The year that is not written is the one nearest to the day of publication."""
    years = (today.year - 1, today.year, today.year + 1)
    found = [moment for year in years if (moment := _date(year, month, day))]
    return min(found, key=lambda moment: abs((moment - today).days), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(today: date, weekday: int, *, coming: bool) -> date:
    if coming:
        return _shift(today, (weekday - today.weekday() - 1) % 7 + 1)
    return _shift(today, -((today.weekday() - weekday) % 7))


def _shift(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day
