"""Who ordered it, who forces people out, who fights: the doer that a sentence names. Pure; nothing here raises."""

from __future__ import annotations

import re

_MARKS = dict.fromkeys([*range(0x610, 0x61B), *range(0x64B, 0x660), *range(0x200B, 0x2010), 0x640, 0x670])
LONGEST = 60  # characters of a name

# ---------------------------------------------------------------- Arabic

_HEADS = (
    "قوات قوى قوة جيش شرطة قيادة عمليات لجنة مجلس وزارة وزير سلطات سلطة محافظ محافظة حكومة إدارة بلدية والي ولاية جهاز "
    "فصائل فصيل تنظيم حركة ميليشيا ميليشيات مليشيا مليشيات حزب كتائب كتيبة لواء فرقة حرس مديرية هيئة قائممقام رئيس رئاسة "
    "مستوطنون مستوطنين مسلحون مسلحين مسلحو مسلحي عشيرة عشيرتي قبيلة قبيلتي عائلة عائلتي مقاومة معارضة متمردون متمردين "
    "عناصر مقاتلو مقاتلي احتلال نظام أمن دوريات حوثيون حوثيين"
).split()
_NAMES = "الأسايش قسد داعش الحوثيون الحوثيين حماس حزب_الله بيشمركة البيشمركة اليونيفيل المستوطنون المستوطنين"
_NEVER = (
    "التي الذي الذين اللذين اليوم الليلة أمس الأحد الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الماضي الماضية المقبل "
    "التجول التجوال الحظر حظر حظرا حظراً منع السكان الأهالي المدنيين المواطنين في من على إلى عن أن إن بعد قبل منذ حتى مع و أو "
    "خلال وسط تحت بين كما حين لدى اعتبارا اعتباراً مساء صباح فجر ليل"
).split()
_WORD = rf"(?!(?:{'|'.join(map(re.escape, _NEVER))})(?!\w))\w+"
_HEAD = rf"(?:ال)?(?:{'|'.join(_HEADS)})"
_NAMED = "|".join(name.replace("_", r"\s") for name in _NAMES.split())
_PARTY = (
    rf"(?:{_NAMED}|(?:مسلحين|مسلحون|عناصر|مقاتلين|مقاتلون)\s+من\s+{_WORD}\s+{_WORD}|ال(?:{'|'.join(_HEADS)})(?:\s+(?=ال){_WORD}){{0,2}}"
    rf"|(?:(?:{'|'.join(_HEADS)})\s+)+(?:{_HEAD}|{_WORD})(?:\s+(?=ال){_WORD}){{0,2}})(?!\w)"
)
_ENDS = r"(?:ت|وا|ون|ها|ه|ته|تها|هم|تهم)?"
_VERBS = {
    "curfew": r"فرض|[أا]علن|قرر|مدد?|رفع|[أا]لغ|[أا]صدر|خفف|عمم|شدد|[أا]نه|منع|حظر|قلص|وسع|هدد|لوح|[أا]بق|[أا]قر|جدد|طبق",
    "displacement": r"[أا]مر|[أا]نذر|طالب|دع|[أا]جبر|[أا]رغم|هجر|طرد|[أا]خل|[أا]مهل|[أا]بلغ|رحل|[أا]خرج|هدم|دفع|[أا]صدر|وجه|حذر",
}
_SAID = {
    category: rf"(?<!\w)[وف]?س?(?:[يت](?:{stems})ي?|(?:{stems})[ىا]?){_ENDS}(?!\w)"
    for category, stems in _VERBS.items()
}
_SUBJECTS = {
    category: (
        re.compile(rf"{verb}\s+(?:{_WORD}\s+)??(?P<who>{_PARTY})"),
        re.compile(rf"(?<!\w)(?P<who>{_PARTY})\s+(?:{_WORD}\s+){{0,2}}?{verb}"),
        re.compile(rf"من\s+(?:قبل|جانب)\s+(?P<who>{_PARTY})"),
    )
    for category, verb in _SAID.items()
}
_SIDES = re.compile(
    rf"(?<!\w)بين\s+(?P<one>(?:{_PARTY}|{_WORD}(?:\s+(?!و){_WORD}){{0,3}}))(?:\s+من\s+جهة)?[،,]?\s+و(?:بين\s+)?"
    rf"(?P<two>{_PARTY}|{_WORD}(?:\s+(?=ال){_WORD}){{0,2}})"
)

# ---------------------------------------------------------------- English

_NAME = r"(?:[A-Z][\w'’-]*|SDF|IDF)(?:\s+(?:[A-Z][\w'’-]*|of|army|police|forces|authorities|council|security|government)){0,4}"
_PLAIN = r"(?:[Tt]he\s+)?(?:army|police|authorities|military|governor|mayor|government|security forces|local council)"
_EN_VERB = r"(?:has\s+|have\s+)?(?:imposed|imposes|ordered|orders|extended|extends|lifted|lifts|eased|declared|announced|warned|told|forced|expelled|evicted|tightened|threatened)"
_ENGLISH = (
    re.compile(rf"\b(?:imposed|ordered|declared|extended|lifted|announced)\s+by\s+(?:the\s+)?(?P<who>{_NAME}|{_PLAIN})"),
    re.compile(rf"\b(?P<who>{_NAME}|{_PLAIN})\s+{_EN_VERB}\b"),
)  # fmt: skip
_EN_SIDES = re.compile(rf"\bbetween\s+(?P<one>{_NAME}|{_PLAIN})\s+and\s+(?P<two>{_NAME}|{_PLAIN})")


def actor(text: str, category: str) -> str | None:
    """The doer as the sentence names it: who ordered or forces, or both sides of a fight; None where none is named."""
    plain = text.translate(_MARKS)
    if category == "clashes":
        match = _SIDES.search(plain) or _EN_SIDES.search(plain)
        return _short(f"{match['one']} – {match['two']}") if match else None
    for pattern in (*_SUBJECTS.get(category, ()), *(_ENGLISH if category in _SUBJECTS else ())):
        if match := pattern.search(plain):
            return _short(match["who"])
    return None


def _short(said: str) -> str | None:
    said = " ".join(said.split())
    return said if len(said) <= LONGEST else None
