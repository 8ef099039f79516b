"""Places that no gazetteer knows but the text itself calls a place: قرية أم حارتين, حي الشراونة."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from monitor.text import fold

_PLACE_WORDS = """مدينة بلدة قرية حي ناحية قضاء مديرية مخيم محلية بلدية ضاحية حارة خربة منطقة مزرعة عزبة جزيرة ولاية نجع هجرة
    بلدتي قريتي حيي مدينتي محور إقليم معتمدية عمالة دوار كفر مركز دوير لواء تجمع تلة معسكر""".split()
# First words of names that go on: أم حارتين, دير الأحمر, الشيخ مقصود.
_HEADS = frozenset(
    fold(word)
    for word in """أم أبو أبي ابن بنت دير تل عين بيت وادي رأس جبل خان باب شيخ الشيخ كفر بير بئر دار برج مرج سد كرم جسر قلعة خربة
    عرب بني آل سوق مجدل تلة جب رسم حوش كوم شط غور نبع بركة ساحل ظهر قصر كرك شق عبد مزار النبي السيدة الست سيدي حاج الحاج ذي ذو ود
    حلة بت قوز طرة طور شعب قاع نقيل حصن بلاد حجر سهل تلال عقبة ثنية مفرق""".split()
)
# What may follow a place word and is no name.
_NO_NAME = frozenset(
    fold(word)
    for word in """في من على إلى عن مع التي الذي الذين هذه هذا تلك ذلك كل كلها ذات واحدة واحد أخرى آخر بعد قبل حيث عند بين تحت فوق قرب ضمن
    حدودية نائية صغيرة كبيرة مجاورة قريبة بعيدة سورية لبنانية عراقية يمنية فلسطينية ليبية سودانية كردية عربية مسيحية علوية درزية ساحلية جبلية
    زراعية صناعية سكنية شعبي شعبية عسكرية صحراوية تاريخية أثرية محاصرة مهجورة منكوبة آمنة كاملة قديمة جديدة كامل محاذية تابعة خالية مدمرة
    شمال جنوب شرق غرب ريف أرياف عدة عديدة متفرقة شمالي جنوبي شرقي غربي وسط الشمال الجنوب الشرق الغرب النازحين اللاجئين للنازحين للاجئين إيواء مؤقت مؤقتة كانت كان
    ما لا لم لن قد أن إن ثم أو و سكني سكنية خفض حرة تجارة التجارة أمنية خضراء عازلة واسعة اشتباك الاشتباك نزاع النزاع عمليات العمليات
    القتال قتال أمن الأمن تربية التربية صحة الصحة الطوارئ الأغطية الشرطة الدفاع الجمارك الموانئ النقل الداخلية الشؤون المالية الشرق الأوسط الخليج العملية الصراع خضراء القضاء الناحية المحافظة
    المدينة البلدة القرية الحي المنطقة المخيم المديرية مرور المرور شرطة زراعة الزراعة مياه المياه آثار إعلام الإعلام الشباب شباب
    رعاية الرعاية تدريب التدريب أبحاث الأبحاث دراسات الدراسات حماية ثقافي الثقافي طبي صحي عمليات إعادة شباب التجارية التجاري""".split()
)
_SPELLED = "|".join(word.removesuffix("ة") + "[ةه]" * word.endswith("ة") for word in _PLACE_WORDS)
_NOUN = re.compile(rf"(?<!\w)[وفبلك]?(?:{_SPELLED})\s+(?=[\u0621-\u064a\"«(])")
_PLURAL = re.compile(r"(?<!\w)[وفبلك]?(?:ال)?(?:قرى|بلدات|مدن|أحياء|احياء|مخيمات)\s+(?=[\u0621-\u064a\"«(])")
_NEXT = re.compile(
    r"\s*(?:[،,]\s*)?و(?=ال|\S+\s)|\s*[،,]\s*(?=ال)"
)  # … and from one name of a list to the next
# Names that say by themselves what they are: وادي العذيب, كفرنبودة.
_NAMED = re.compile(
    r"(?<!\w)[وفبلك]?((?:وادي|جبل|تل|تلة|خربة|مخيم|عين|دير|بئر|جسر|دوار|معبر) (?=ال)[\u0621-\u0652]{4,}(?: (?:الشرقي|الغربي|الشمالي|الجنوبي)ة?)?|كفر[\u0621-\u064a]{3,9})(?!\w)"
)
_WORD = re.compile(r"[\"«(]?([\u0621-\u0652\u0670\u0640]+)")
_PROPER = r"[A-ZÀ-ÖØ-ÝİŞĞÇÊÎÛ][\w'’-]+"
_LATIN = re.compile(
    rf"\b(?:village|town|neighbou?rhood|camp|district|city|suburb) of ((?:(?:{_PROPER}|al|el|ad|ash|az|as)[ -]){{0,2}}{_PROPER})"
    rf"|\b(?:village|ville|quartier|camp|localité|bourg) (?:de |d['’])((?:{_PROPER}[ -]){{0,2}}{_PROPER})"
    rf"|\b(?:gundê|bajarokê|taxa|navçeya|kampa) ((?:{_PROPER}[ -]){{0,1}}{_PROPER})"
    rf"|((?:{_PROPER} ){{0,1}}{_PROPER}) (?:village|quarter|neighbou?rhood|hamlet|front|camp)\b"
    rf"|((?:{_PROPER} ){{0,1}}{_PROPER}) (?:köyü|ilçesi|mahallesi|kasabası|beldesi|kampı)"
)
# What stands before a name where something happens, and what looks like such a name and is none.
_WHERE = re.compile(
    rf"\b(?:in|near|at|outside|around|à|près de|près d['’]|autour de|dans|li)\s+((?:{_PROPER}[ -]){{0,2}}{_PROPER})"
    rf"|\b((?:{_PROPER} )?{_PROPER})['’](?:[dt][ae](?:n|ki)?|n?[ıiuü]n|y?[ae])\b"
)
_NOWHERE = frozenset(
    fold(word)
    for word in """january february march april may june july august september october november december monday tuesday
    wednesday thursday friday saturday sunday arabic english janvier février mars avril mai juin juillet août septembre octobre
    novembre décembre lundi mardi mercredi jeudi vendredi samedi dimanche ocak şubat mart nisan mayıs haziran temmuz ağustos
    eylül ekim kasım aralık pazartesi salı çarşamba perşembe cuma cumartesi pazar ramadan ramazan facebook telegram""".split()
)
_HEADLINE = re.compile(r"\s*([^\W\d_][^\W\d_'’-]*(?: [^\W\d_][^\W\d_'’-]*){0,1})\s*(?::|\.\.|…|–|—| - )\s*\S")
_NO_HEAD = frozenset(
    fold(word)
    for word in """عاجل فيديو بالفيديو صور بالصور خاص تحديث متابعة تقرير تحقيق رأي حوار بيان مصدر مصادر شاهد شهود ناشطون وزير وزارة رئيس
    محافظ والي مدير قائد لجنة مجلس هيئة منظمة مرصد محكمة جيش شرطة أمن قوات فصائل حكومة سلطات دفاع داخلية صحة تربية أمم أمطار سيول
    اشتباكات نزوح حظر هدوء مقتل قتلى جرحى مستجدات نشرة حصاد أخبار موجز جولة ملخص daily bulletin flash breaking video photos live update updated exclusive army police un report analysis
    opinion brève direct vidéo alerte son dakika video haber analiz""".split()
)
LONGEST = 3


def likely_place(title: str, sentence: str) -> str:
    """The place that a text's manner of telling makes likely where nothing names a known one; empty if there is none.

    What a preposition or a case ending makes a place in a sentence; else what opens the headline before a colon.
    """
    for match in _WHERE.finditer(sentence):
        name = match[match.lastindex or 0]
        if fold(name.split()[0]) not in _NOWHERE:
            return name
    head = _HEADLINE.match(title)
    if head is None:
        return ""
    words = [fold(word) for word in head[1].split()]
    known = any(word in _NO_HEAD or word.removeprefix("ال") in _NO_HEAD for word in words)
    return "" if known or words[0] in _NO_NAME else head[1]


def told_places(text: str, taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of names that a place word introduces, where no span of `taken` stands and none of the others."""
    free: list[tuple[int, int]] = []
    for span in _spans(text):
        if not any(start < span[1] and span[0] < end for start, end in (*taken, *free)):
            free.append(span)
    return free


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for noun in _NOUN.finditer(text):
        if span := _name(text, noun.end()):
            yield span
    for noun in _PLURAL.finditer(text):
        yield from _listed(text, noun.end())
    for pattern in (_NAMED, _LATIN):
        yield from (match.span(match.lastindex or 0) for match in pattern.finditer(text))


def _listed(text: str, start: int) -> Iterator[tuple[int, int]]:
    """The names of a list that begins here; after the first only what looks like a name: with an article or a head."""
    while span := _name(text, start):
        yield span
        more = _NEXT.match(text, span[1])
        word = more and _WORD.match(text, more.end())
        if not more or not word or not (word[1].startswith("ال") or fold(word[1]) in _HEADS):
            return
        start = more.end()


def _name(text: str, start: int) -> tuple[int, int] | None:
    """The name that begins here: a word, and the words after it while a name's first words go on."""
    first: int | None = None
    position = start
    for _ in range(LONGEST):
        word = _WORD.match(text, position)
        if word is None:
            break
        key = fold(word[1])
        if first is None and (len(key) < 2 or key in _NO_NAME):
            return None
        first = word.start(1) if first is None else first
        end = word.end(1)
        if key not in _HEADS or text[end : end + 1] != " ":
            return first, end
        position = end + 1
    return (first, position - 1) if first is not None else None
