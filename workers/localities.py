"""Places that no gazetteer knows but the text itself calls a place: قرية أم حارتين, حي الشراونة."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from monitor.text import fold

_PLACE_WORDS = """مدينة بلدة قرية حي ناحية قضاء مديرية مخيم محلية بلدية ضاحية حارة خربة منطقة مزرعة عزبة جزيرة ولاية نجع هجرة
    بلدتي قريتي حيي مدينتي محور إقليم معتمدية عمالة دوار كفر مركز دوير لواء تجمع تلة معسكر ضيعة""".split()
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
    بريف وبريف بلدة قرية حي بلدات وبلدات قرى وقرى بشمالي بجنوبي بشرقي بغربي شركة الشركة الواقعة واقعة تعال الشريط الفوج معبر
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
# … and whose first word a name of a place has rather than a person's: في بني ضبيان, محيط عين زارة, of Deir Kifa.
_HEADED = re.compile(
    r"(?<!\w)[وف]?(?:في|من|قرب|داخل|قبالة|محيط|جهة|شرقي?|غربي?|شمالي?|جنوبي?|صوب|نحو|عائلات|عوائل|أسر)\s+"
    r"((?:بني|ود|أم|ام|حلة|رسم|زور|أولاد|اولاد|آيت|ايت|سيدي|خربة|تل|دير|كفر|وادي|عين|تين|جب|جبل|جبال|كوم|نجع|شعب|عزلة|نقيل|طور|قوز|حقل|هضبة)\s[\u0621-\u0652]{3,})"
    r"|(?<!\w)[وف]?ب((?:بني|ود|حلة|أولاد|خربة|وادي|نجع|كوم|عزلة|جبل|جبال|حقل|هضبة)\s[\u0621-\u0652]{3,})"
)
_WORD = re.compile(r"[\"«(]?([\u0621-\u0652\u0670\u0640]+)")
_PROPER = r"[A-ZÀ-ÖØ-ÝİŞĞÇÊÎÛ](?:(?!['’]s\b)[\w'’-])+"
_SORANI = re.compile(
    r"(?<!\w)(?:گوندی|گوندەکانی|شارۆچکەی|گەڕەکی|ناحیەی|ئۆردووگای|کەمپی|چیای|بەنداوی)\s+((?!لە\s|بە\s)[\u0621-\u06d5]{3,})"
)
_LATIN = re.compile(
    rf"\b(?:village|town|neighbou?rhood|camp|district|city|suburb) of ((?:(?:{_PROPER}|al|el|ad|ash|az|as)[ -]){{0,2}}{_PROPER})"
    rf"|\b(?:village|ville|quartier|camp|localité|bourg) (?:de |d['’])((?:{_PROPER}[ -]){{0,2}}{_PROPER})"
    rf"|\b(?:[Gg]undê|[Gg]undên|[Gg]undiyên|[Gg]undekî|[Gg]unde|[Gg]unden|derdora|nêzîkî|bajarokê|taxa|navçeya|kampa) ((?:{_PROPER}[ -]){{0,1}}{_PROPER})"
    rf"|((?:{_PROPER} ){{0,1}}{_PROPER}) (?:village|quarter|neighbou?rhood|hamlet|front|camp)\b"
    rf"|\b((?:Deir|Deyr|Dayr|Dêr|Tal|Tall|Tell|Til|Kafr|Kfar|Kefer|Kefr|Beit|Bayt|Ras|Ain|Ayn|Ein|Khirbet|Khirbat|Umm|Wadi|Jebel|Jabal"
    rf"|Zor|Kanî)[ -](?:(?:al|el|ad|ar|as|ash|at|an|az|ez)[ -])?{_PROPER}(?: (?:al|el)-\w+)?)"
    rf"|((?:{_PROPER} ){{0,1}}{_PROPER}) (?:köyü|ilçesi|mahallesi|kasabası|beldesi|kampı|sakinler)"
)
# What stands before a name where something happens, and what looks like such a name and is none.
_WHERE = re.compile(
    rf"\b(?:[Ii]n|near|at|outside|around|fled|left|out of|à|[Pp]rès de|[Pp]rès d['’]|autour de|dans|quitté|fui|[Ll]i"
    rf"|(?:people|residents|inhabitants|villagers|habitants|occupants) (?:of|de|d['’]))\s*((?:{_PROPER}[ -]){{0,2}}{_PROPER})"
    rf"|\b((?:{_PROPER} )?{_PROPER})['’](?:[dt][ae](?:n|ki)?|n?[ıiuü]n|y?[ae])\b"
)
_NOWHERE = frozenset(
    fold(word)
    for word in """january february march april may june july august september october november december monday tuesday
    wednesday thursday friday saturday sunday arabic english janvier février mars avril mai juin juillet août septembre octobre
    novembre décembre lundi mardi mercredi jeudi vendredi samedi dimanche ocak şubat mart nisan mayıs haziran temmuz ağustos
    turkish syrian israeli iraqi lebanese russian american iranian kurdish palestinian sudanese libyan yemeni arab
    eylül ekim kasım aralık pazartesi salı çarşamba perşembe cuma cumartesi pazar ramadan ramazan facebook telegram the a an this that these its their his her all some one both several each other idp idps
    ni un us eu ngo assad is isis isil daesh jan feb mar apr jun jul aug sep oct nov dec mondays fridays alleged""".split()
)
# Whose place follows, in Arabic: أهالي تسيل, ناس ود عشانا, قبالة تين زاوتين.
_WHOSE = re.compile(
    r"(?<!\w)[وفبل]?(?:أهالي|اهالي|أهل|اهل|سكان|وجهاء|مختار|عقال|ناس|نقطة|قبالة|مشارف|تخوم|أطراف|مداخل|جبهة|بوادي)\s+(?=[\u0621-\u064a])"
)
_NOBODYS = frozenset(
    fold(word)
    for word in """العاصمة المبنى البناية العمارة المباني الضفة المناطق الأحياء القرى البلدات المدن المخيمات المنازل البيوت الأرض البلاد السنة الضيعة
    الشمال الجنوب الشرق الغرب الساحل الجبل الوادي الريف البادية القطاع الجزيرة المحافظات الدولة الحارة الحارات الشارع العالم الخير القتيل
    القتلى الضحية الضحايا الأسير المفقودين المعتقلين المخطوف تفتيش عبور مراقبة تجمع التماس الصفر عسكرية أمنية حدودية التفتيش البيع الحل
    الخلاف كثير كثيرة كثيرون النصرة العشيرة القبيلة العمار النظام الحكم الدار السوق الطريق الغابة الخيم الخيام المعبر الحدود""".split()
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


def likely_place(title: str, sentence: str, opening: str) -> str:
    """The place that a text's manner of telling makes likely where nothing names a known one; empty if there is none.

    What a preposition, a case ending or whose it is makes a place in the sentence, the headline or the opening; else
    what opens the headline before a colon.
    """
    for text in (sentence, title, opening):
        for start, end in cued_places(text):
            return text[start:end]
    head = _HEADLINE.match(title)
    if head is None:
        return ""
    words = [fold(word) for word in head[1].split()]
    known = any(word in _NO_HEAD or word.removeprefix("ال") in _NO_HEAD for word in words)
    return "" if known or words[0] in _NO_NAME else head[1]


def cued_places(text: str) -> Iterator[tuple[int, int]]:
    """Spans of what the words before, or a case ending, make a place: weaker evidence than a place word."""
    for match in _WHERE.finditer(text):
        group = match.lastindex or 0
        if fold(match[group].split()[0]) not in _NOWHERE:
            yield match.span(group)
    for match in _WHOSE.finditer(text):
        span = _name(text, match.end())
        if span and fold(text[slice(*span)].split()[0]) not in _NOBODYS:
            yield span


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
    for pattern in (_NAMED, _HEADED, _SORANI, _LATIN):
        for match in pattern.finditer(text):
            group = match.lastindex or 0
            if fold(match[group].split()[0]) not in _NOWHERE:
                yield match.span(group)


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
