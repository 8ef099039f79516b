"""Does a curfew begin earlier or later than it did? Told by the two hours that a sentence sets against each other. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

# Hours at which people must be indoors, on a clock that goes on past midnight (the first hour of the day is 25).
# Words as they are folded; what is glued before them is taken off.
_HOURS = {
    word: hour
    for hour, words in {
        12: "الظهر ظهرا noon",
        15: "الثالثه التلاته three",
        16: "الرابعه الاربعه العصر four",
        17: "الخامسه الخمسه five",
        18: "السادسه السته المغرب الغروب المغيب six sunset dusk",
        19: "السابعه السبعه seven",
        20: "الثامنه الثمانيه التمانيه العشاء العشا eight",
        21: "التاسعه التسعه nine",
        22: "العاشره العشره ten",
        23: "الحاديه الحداش eleven",
        24: "منتصف midnight",
        25: "الواحده الوحده one",
    }.items()
    for word in words.split()
}
_GLUED = (("لل", "ال"), ("بال", "ال"), ("عال", "ال"), ("وال", "ال"), ("ل", ""), ("ب", ""), ("و", ""))
_MORNING = frozenset("صباحا فجرا الصبح الصباح الفجر am a.m dawn".split())
_EVENING = frozenset("مساء ليلا عصرا المساء pm".split())
_AT = frozenset(("الساعه", "at"))
_INSTEAD = frozenset("بدل بدلا عوضا عوض كان كانت كانوا چان وليس instead rather".split())
_BECAME = frozenset(
    "صار صارت صاروا اصبح اصبحت بات باتت هسه هلق توا الان صرنا ليصبح لتصبح فصار فاصبح now".split()
)
_MOVE = frozenset(
    "نقل نقلت ينقل قدم قدمت تقديم يقدم اخر اخرت تاخير يؤخر عدل عدلت تعديل غير غيرت تغيير".split()
)


def shifted(words: Sequence[str]) -> str:
    """`tightened` if the folded words say that a curfew begins earlier than before, `eased` if later, else empty."""
    hours = list(_evenings(words))
    for (first, one), (second, other) in itertools.pairwise(hours):
        between = set(words[first + 1 : second])
        if between & _INSTEAD:
            new, old = one, other
        elif between & _BECAME or ({"الي", "ل", "to"} & between and set(words[:first]) & _MOVE):
            new, old = other, one
        else:
            continue
        if new != old:
            return "tightened" if new < old else "eased"
    return ""


def _evenings(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Position and hour of every hour named that is none of the morning."""
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        after = [*words[index + 1 : index + 3], "", ""]
        hour = _named(word) or _figure(word, before, after[0])
        if hour and after[after[0] == "من"] not in _MORNING:
            yield index, hour


def _named(word: str) -> int | None:
    if (hour := _HOURS.get(word)) is not None:
        return hour
    glued = (instead + word[len(start) :] for start, instead in _GLUED if word.startswith(start))
    return next((_HOURS[one] for one in glued if one in _HOURS), None)


def _figure(word: str, before: str, after: str) -> int | None:
    """An hour in figures: of a clock of 24 hours, or one that its neighbours call an hour of the evening."""
    if not word.isdecimal():
        return None
    hour = int(word)
    if 16 <= hour <= 24 and re.fullmatch("[0-5]0|15|45", after):
        return hour
    return hour + 12 if 4 <= hour <= 11 and (before in _AT or after in _EVENING) else None
