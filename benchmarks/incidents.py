"""Two weeks of news: 200 incidents told by 1 to 12 outlets in words of their own, and what the team is sent.

python -m benchmarks.incidents [SEED]        (ends with 1 where a target is missed)

Every text is made of our own templates and goes through the real classifier, gazetteer and planner.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts import Alert, Incident
from monitor.models import Item, Reading
from workers import places
from workers.classify import Document, load, read
from workers.incidents import plan
from workers.places import Gazetteer
from workers.planning import Moment, Report
from workers.sameness import near, sketch

START = datetime(2026, 11, 1, tzinfo=UTC)
DAYS, INCIDENTS, WINDOW, TZ = 14, 200, timedelta(hours=24), ZoneInfo("Asia/Damascus")
MOST_FIRST = 1.1  # first-report messages an incident
OUTLETS = (
    "Furat Wire,Orontes Dispatch,Sanabel,Janub Post,Badia News,Qasioun Daily,Tigris Line,Zagros Bulletin,"
    "Coast Observer,Hawran Today,Jazira Desk,Litani Times"
).split(",")
# town: Arabic, English, governorate in both
TOWNS = [
    tuple(town.strip().split("|"))
    for town in """منبج|Manbij|حلب|Aleppo; عفرين|Afrin|حلب|Aleppo; أعزاز|Azaz|حلب|Aleppo; جرابلس|Jarabulus|حلب|Aleppo; القامشلي|Qamishli|الحسكة|Hasakah;
رأس العين|Ras al-Ayn|الحسكة|Hasakah; البوكمال|Al-Bukamal|دير الزور|Deir ez-Zor; الميادين|Al-Mayadin|دير الزور|Deir ez-Zor; نوى|Nawa|درعا|Daraa; طفس|Tafas|درعا|Daraa;
الصنمين|As-Sanamayn|درعا|Daraa; سلقين|Salqin|إدلب|Idlib; سرمدا|Sarmada|إدلب|Idlib; شهبا|Shahba|السويداء|Sweida; تدمر|Palmyra|حمص|Homs;
القصير|Al-Qusayr|حمص|Homs; السلمية|Salamiyah|حماة|Hama; بانياس|Baniyas|طرطوس|Tartus; جبلة|Jableh|اللاذقية|Latakia; الموصل|Mosul|نينوى|Nineveh;
تلعفر|Tel Afar|نينوى|Nineveh; الفلوجة|Fallujah|الأنبار|Anbar; صور|Tyre|جنوب لبنان|South Lebanon; النبطية|Nabatieh|النبطية|Nabatieh; الفاشر|El Fasher|شمال دارفور|North Darfur;
مصراتة|Misrata|مصراتة|Misrata; خان يونس|Khan Younis|قطاع غزة|Gaza Strip; جنين|Jenin|الضفة الغربية|West Bank; طولكرم|Tulkarm|الضفة الغربية|West Bank; زنجبار|Zinjibar|أبين|Abyan""".split(
        ";"
    )
]
# Spellings that outlets use and our gazetteer does not know: such a report has no place.
UNKNOWN = {"Salqin": "Selqin el Kebir", "Shahba": "Shahbeh el Mdineh", "Tyre": "Sur el Bahr"}
# category status: leads in Arabic, then in English; {p} the place, {h} hours, {n} families
LEADS = {
    "curfew imposed": (
        "فرضت قوات الأمن حظر تجول في مدينة {p} {h}|أعلنت السلطات المحلية فرض حظر التجول في {p} {h}|أصدرت القيادة الأمنية قرارا بحظر التجوال في مدينة {p} {h}|بدأ مساء اليوم سريان حظر تجول في {p} {h}|قررت اللجنة الأمنية فرض حظر تجوال ليلي في {p} {h}",
        "Security forces imposed a curfew in {p} {h}|Authorities announced a curfew in the town of {p} {h}|A curfew was imposed on {p} {h}, local officials said|Police ordered a night-time curfew in {p} {h}",
    ),
    "curfew extended": (
        "مددت السلطات حظر التجول المفروض في {p} حتى إشعار آخر|أعلنت قوات الأمن تمديد حظر التجول في مدينة {p}|قررت اللجنة الأمنية تمديد حظر التجوال في {p} ليوم آخر",
        "Authorities extended the curfew in {p} until further notice|The curfew in {p} was extended, police said|Officials extended the curfew in {p} for another day",
    ),
    "curfew lifted": (
        "رفعت السلطات حظر التجول في مدينة {p}|أعلنت قوات الأمن رفع حظر التجول عن {p}|أعلنت اللجنة الأمنية إنهاء حظر التجول في {p}",
        "Authorities lifted the curfew in {p}|The curfew in {p} has been lifted, police said|Officials announced that the curfew in {p} was lifted",
    ),
    "clashes clashes": (
        "اندلعت اشتباكات عنيفة بين مسلحين وقوات الأمن في {p}|تشهد مدينة {p} اشتباكات بالأسلحة الرشاشة بين مجموعتين مسلحتين|دارت مواجهات مسلحة في محيط مدينة {p} بين فصيلين|قال سكان إن اشتباكات عنيفة اندلعت في {p} بين عشيرتين مسلحتين|اشتبكت قوة أمنية مع مسلحين في أطراف {p}",
        "Heavy clashes broke out between gunmen and security forces in {p}|Two armed groups exchanged fire in {p}|Fierce fighting erupted in {p} between rival factions|Security forces clashed with gunmen on the outskirts of {p}",
    ),
    "clashes ceased": (
        "توقفت الاشتباكات في {p} بعد اتفاق على وقف إطلاق النار|توصل الطرفان إلى اتفاق لوقف إطلاق النار أنهى الاشتباكات في {p}",
        "Clashes in {p} stopped after the two sides agreed on a ceasefire|A ceasefire ended the clashes in {p}",
    ),
    "displacement flight": (
        "نزحت {n} عائلة من مدينة {p} جراء القصف|اضطرت {n} عائلة إلى النزوح من {p} هربا من القصف|شهدت مدينة {p} نزوح {n} عائلة نحو القرى المجاورة|فرت {n} عائلة من منازلها في {p} بعد تصاعد القصف",
        "{n} families fled {p} because of the shelling|Shelling displaced {n} families from {p}|{n} families were displaced from {p}, aid workers said",
    ),
    "displacement ordered": (
        "أصدر الجيش أمر إخلاء لسكان مدينة {p}|طالب الجيش سكان {p} بإخلاء منازلهم فورا|وجه الجيش إنذارا بالإخلاء إلى أهالي {p}",
        "The army issued an evacuation order for residents of {p}|The army ordered residents of {p} to evacuate immediately",
    ),
    "denied": (
        "نفت السلطات صحة الأنباء عن فرض حظر تجول في {p}|نفى مصدر أمني فرض حظر تجول في مدينة {p}",
        "Police denied that a curfew had been imposed in {p}|Officials denied reports of a curfew in {p}",
    ),
}  # fmt: skip
HOURS = (
    ("من الساعة السادسة مساء حتى السادسة صباحا", "from 6 p.m. until 6 a.m."),
    ("من الساعة الثامنة مساء حتى الخامسة صباحا", "from 8 p.m. until 5 a.m."),
)
TAILS = (
    ("وقال مراسلنا إن الأسواق أغلقت أبوابها باكرا وخلت الشوارع من المارة|وأضاف المصدر أن التفاصيل ستعلن في وقت لاحق|ولم يصدر حتى الآن أي بيان يوضح الأسباب|وشوهدت آليات تنتشر عند المداخل الرئيسة وأمام الدوائر الرسمية|وانقطعت الاتصالات عن بعض الأحياء لساعات|وأقفلت المدارس والجامعات أبوابها حتى إشعار آخر"
    "|وطلب مجلس البلدة من الجميع توخي الحيطة واتباع التعليمات|وتتولى فرق إسعاف نقل من يحتاج إلى علاج نحو المشافي القريبة|وتأتي هذه التطورات وسط ظروف معيشية صعبة يعيشها الناس|وأفاد شهود بأن الليل مر هادئا في معظم الأحياء الأخرى|ووصف أحد التجار الوضع بأنه غير مسبوق منذ أعوام|وقال طبيب في المستوصف إن الطاقم يعمل من دون توقف"),
    ("Shops closed early and the streets emptied, our correspondent said|Details are to be announced later, the source added|No official statement has explained the reasons so far|Vehicles were seen at the main entrances and in front of public offices|Telephone lines were cut in some quarters for hours|Schools and colleges will stay shut until they hear otherwise"
    "|The town council asked everybody to be careful and to follow instructions|Ambulance crews took those who needed care to hospitals nearby|All this comes amid hard living conditions|Witnesses said the night was calm in most other quarters|A trader called the situation unlike anything in years|A doctor at the clinic said his staff had worked without a break"),
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One item of the stream, and the truth about it."""

    at: datetime
    truth: int  # which incident
    step: str  # a status, or `people`, `renewed`, `denied`, `correction`, `withdrawn`
    outlet: str
    guid: str
    tongue: int  # 0 Arabic, 1 English
    title: str
    body: str
    revision: int = 1


@dataclass
class Truth:
    """One incident as it happened."""

    number: int
    category: str
    town: tuple[str, ...]
    begin: datetime
    steps: list[str] = field(default_factory=list)


# ---------------------------------------------------------------- the stream


def happenings(chance: random.Random) -> list[Truth]:
    """200 incidents; those of one category in one town lie more than three days apart."""
    truths: list[Truth] = []
    while len(truths) < INCIDENTS:
        category = chance.choice(("curfew", "clashes", "displacement"))
        town = chance.choice(TOWNS)
        begin = START + timedelta(minutes=chance.randrange(DAYS * 1440))
        apart = all(
            abs(begin - one.begin) > timedelta(days=3)
            for one in truths
            if (one.category, one.town) == (category, town)
        )
        if apart:
            truths.append(Truth(len(truths), category, town, begin))
    return truths


class Newsroom:
    """Writes the stream: every outlet in its own words, some by copying others."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.items: list[Told] = []

    def tell(self, truth: Truth) -> None:
        """One incident from its first report to its end."""
        outlets = self.chance.sample(OUTLETS, min(12, 1 + int(self.chance.expovariate(1 / 4))))
        some = outlets[: 1 + len(outlets) // 2]
        first = getattr(self, f"tell_{truth.category}")(truth, outlets, some)
        if self.chance.random() < 0.04 and "denied" not in truth.steps:
            self.withdraw(truth, first)

    def tell_curfew(self, truth: Truth, outlets: list[str], some: list[str]) -> Told:
        chance, hours = self.chance, self.chance.randrange(2)
        first = self.wave(truth, "curfew imposed", 0, outlets, hours=hours)
        if chance.random() < 0.1:
            self.correct(truth, first, "curfew imposed", hours=1 - hours)
        if chance.random() < 0.4:
            self.wave(truth, "curfew extended", 500, some)
        end, local = chance.random(), truth.begin.astimezone(TZ)
        if end < 0.5:
            self.wave(truth, "curfew lifted", 900, some)
        elif end < 0.7 and local.hour >= 9 and "extended" not in truth.steps:
            morning = 30 * 60 + 40 - local.hour * 60 - local.minute  # 06:40, for a second night
            self.wave(truth, "curfew imposed", morning, some, step="renewed", hours=hours)
        elif end < 0.8:
            self.wave(truth, "denied", 150, outlets[-1:])
        return first

    def tell_clashes(self, truth: Truth, outlets: list[str], some: list[str]) -> Told:
        first = self.wave(truth, "clashes clashes", 0, outlets)
        if self.chance.random() < 0.4:
            self.wave(truth, "clashes ceased", 240, some)
        return first

    def tell_displacement(self, truth: Truth, outlets: list[str], some: list[str]) -> Told:
        chance, families = self.chance, self.chance.choice((40, 80, 120))
        if chance.random() < 0.3:
            self.wave(truth, "displacement ordered", 0, some)
        first = self.wave(truth, "displacement flight", 150, outlets, families=families)
        if chance.random() < 0.1:
            self.correct(truth, first, "displacement flight", families=families + 7)
        if chance.random() < 0.3:
            self.wave(truth, "displacement flight", 600, some, families=families * 3, step="people")
        return first

    def wave(
        self, truth: Truth, what: str, after: int, outlets: list[str], *, step: str = "", **slots: int
    ) -> Told:
        """All outlets tell of one step within ninety minutes, a fifth by copying; the first of them is returned."""
        chance, made = self.chance, list[Told]()
        step = step or what.split()[-1]
        truth.steps.append(step)
        minutes = sorted(chance.randrange(90) for _ in outlets)
        for place, (minute, outlet) in enumerate(zip(minutes, outlets, strict=True)):
            at = truth.begin + timedelta(minutes=after + minute)
            guid = f"{truth.number}-{step}-{place}"
            if made and chance.random() < 0.2:
                original = chance.choice(made)
                frame = ("نقل موقعنا الخبر الآتي. ", "We carry this report. ")[original.tongue]
                body = frame + original.body if chance.random() < 0.5 else original.body
                told = replace(original, at=at, outlet=outlet, guid=guid, body=body)
            else:
                vague = place > 0 and chance.random() < 0.06
                tongue, title, body = self.write(truth, what, vague=vague, **slots)
                told = Told(at, truth.number, step, outlet, guid, tongue, title, body)
            made.append(told)
        self.items += made
        return made[0]

    def correct(self, truth: Truth, first: Told, what: str, **slots: int) -> None:
        """The outlet that was first mends its figures under the same guid."""
        _, title, body = self.write(truth, what, tongue=first.tongue, **slots)
        truth.steps.append("correction")
        at = first.at + timedelta(minutes=100)
        self.items.append(replace(first, at=at, step="correction", title=title, body=body, revision=2))

    def withdraw(self, truth: Truth, first: Told) -> None:
        """The outlet that was first takes its report back."""
        truth.steps.append("withdrawn")
        title = ("تصحيح من هيئة التحرير", "A note from the editors")[first.tongue]
        body = ("سحبت هيئة التحرير خبرا نشرته اليوم.", "An earlier report was removed.")[first.tongue]
        at = first.at + timedelta(minutes=130)
        self.items.append(replace(first, at=at, step="withdrawn", title=title, body=body, revision=3))

    def write(
        self,
        truth: Truth,
        what: str,
        *,
        vague: bool = False,
        tongue: int | None = None,
        hours: int = 0,
        families: int = 0,
    ) -> tuple[int, str, str]:
        """A title and a body in words of their own; a vague one names the governorate alone."""
        chance = self.chance
        tongue = int(chance.random() < 0.35) if tongue is None else tongue
        place = truth.town[tongue + 2] if vague else truth.town[tongue]
        patterns = LEADS[what][tongue]
        if vague:
            place = f"{('محافظة ', '')[tongue]}{place}{('', ' province')[tongue]}"
            patterns = patterns.replace("مدينة {p}", "{p}").replace("the town of {p}", "{p}")
        leads = patterns.format(p=place, h=HOURS[hours][tongue], n=families).split("|")
        title, lead = chance.sample(leads, 2)
        tails = chance.sample(TAILS[tongue].split("|"), 4)
        return tongue, title, ". ".join([lead, *tails]) + "."


# ---------------------------------------------------------------- what is sent


@dataclass
class Result:
    """What one way of telling sent."""

    alerts: list[tuple[Told, Alert]] = field(default_factory=list)
    unread: int = 0  # items in which the classifier found nothing of their category


def run(items: list[Told], gazetteer: Gazetteer) -> Result:
    """The stream through classifier and planner, incidents kept as the store keeps them."""
    result, lexicons = Result(), load(opinion=False)
    incidents: dict[str, Incident] = {}
    readings: dict[str, Reading] = {}
    for told in items:
        lang = ("ar", "en")[told.tongue]
        document = Document(told.guid, told.title, told.body, lang, told.at)
        reading = read(document, lexicons, gazetteer)
        result.unread += not reading.mentions and told.step not in ("denied", "withdrawn")
        item = Item(
            f"it_{told.guid}", told.revision, told.outlet, told.outlet, f"https://news.test/{told.guid}", told.title,
            "", "", told.at, told.at, "", lang,
        )  # fmt: skip
        still_open = [one for one in incidents.values() if not one.closed and told.at - one.updated <= WINDOW]
        moment = Moment(told.at, WINDOW, TZ, places=gazetteer)
        made = plan(Report(item, reading, told.body, readings.get(told.guid)), still_open, moment)
        readings[told.guid] = reading
        incidents |= {one.id: one for one in made.incidents}
        result.alerts += [(told, alert) for alert in made.alerts]
    return result


def clusters(items: list[Told]) -> list[Told]:
    """The items that one message a near-duplicate cluster would send: the first of each."""
    seen: list[tuple[datetime, str]] = []
    first = []
    for told in items:
        mark = sketch(f"{told.title}\n{told.body}")
        if not any(told.at - at <= WINDOW and near(mark, other) for at, other in seen):
            first.append(told)
        seen.append((told.at, mark))
    return first


def missed(truths: list[Truth], said: list[tuple[Told, Alert]]) -> Iterator[str]:
    """Steps of incidents that no message told of."""
    for truth in truths:
        own = [(told, alert) for told, alert in said if told.truth == truth.number]
        for step in truth.steps:
            if not any(_tells(step, told, alert) for told, alert in own):
                yield f"{truth.number} {truth.category} {step} in {truth.town[1]}"


def _tells(step: str, told: Told, alert: Alert) -> bool:
    if step in ("correction", "withdrawn"):
        return told.step == step and alert.kind == "correction"
    in_force = ("imposed", "planned")  # hours still to come read as planned
    meant = {"imposed": in_force, "renewed": in_force, "people": ("flight",)}
    return told.step == step and alert.status in meant.get(step, (step,))


def stream(seed: int) -> tuple[list[Truth], list[Told]]:
    """The incidents of a seed, and all items in the order in which they are read."""
    chance = random.Random(seed)
    truths = happenings(chance)
    room = Newsroom(chance)
    for truth in truths:
        room.tell(truth)
    return truths, sorted(room.items, key=lambda told: (told.at, told.guid))


def misspelt(told: Told) -> Told:
    """The item with town names that the gazetteer does not know."""
    title, body = told.title, told.body
    for known, unknown in UNKNOWN.items():
        title, body = title.replace(known, unknown), body.replace(known, unknown)
    return replace(told, title=title, body=body)


def main() -> None:
    """Print the figures and end with 1 where a target is missed."""
    truths, items = stream(int(sys.argv[1]) if len(sys.argv) > 1 else 11)
    gazetteer = places.load()
    result, cluster = run(items, gazetteer), clusters(items)
    sys.stdout.write(
        f"{len(items)} items of {len(OUTLETS)} outlets on {INCIDENTS} incidents in {DAYS} days; "
        f"{result.unread} items not understood\n\n{'':38}messages  first reports an incident  steps told\n"
    )
    steps = sum(len(truth.steps) for truth in truths)
    row("one message an item", len(items), len(items), steps)
    row(
        "one message a near-duplicate cluster",
        len(cluster),
        len(cluster),
        len({(told.truth, told.step) for told in cluster}),
    )
    row("incidents", len(result.alerts), sum(first_reports(result).values()), told_steps(truths, result))
    for why, number in Counter(
        alert.why.split(" in ")[0].split(":")[0] for _, alert in result.alerts
    ).most_common():
        sys.stdout.write(f"    {number:5} {why}\n")
    other = run([misspelt(told) for told in items], gazetteer)
    firsts = sum(first_reports(other).values())
    row("... with 3 spellings no table knows", len(other.alerts), firsts, told_steps(truths, other))
    sys.exit(0 if judged(truths, result) else 1)


def row(name: str, messages: int, first: int, steps: int) -> None:
    """One line of the table."""
    sys.stdout.write(f"{name:38}{messages:8}{first / INCIDENTS:27.2f}{steps:12}\n")


def told_steps(truths: list[Truth], result: Result) -> int:
    """How many steps of incidents the alerts tell."""
    return sum(len(truth.steps) for truth in truths) - len(list(missed(truths, result.alerts)))


def first_reports(result: Result) -> Counter[int]:
    """First-report messages by incident."""
    return Counter(told.truth for told, alert in result.alerts if alert.kind == "new")


def judged(truths: list[Truth], result: Result) -> bool:
    """Print every target with what was reached; are all held?"""
    first = first_reports(result)
    silent = {truth.number for truth in truths} - {told.truth for told, _ in result.alerts}
    opened = {alert.incident: told.truth for told, alert in result.alerts if alert.kind == "new"}
    inside = {
        told.truth
        for told, alert in result.alerts
        if opened[alert.incident] != told.truth and not first[told.truth]
    }
    steps, lost = sum(len(truth.steps) for truth in truths), list(missed(truths, result.alerts))
    rate = sum(first.values()) / INCIDENTS
    targets = {
        f"incidents never told: {len(silent)}": not silent,
        f"first reports an incident: {rate:.2f} (at most {MOST_FIRST})": rate <= MOST_FIRST,
        f"incidents told only in another's thread: {len(inside)}": not inside,
        f"steps of incidents told: {steps - len(lost)} of {steps}": not lost,
    }
    for text, held in targets.items():
        sys.stdout.write(f"\n{'ok  ' if held else 'MISS'} {text}")
    sys.stdout.write("".join(f"\n       {one}" for one in lost[:20]) + "\n")
    return all(targets.values())


if __name__ == "__main__":
    main()
