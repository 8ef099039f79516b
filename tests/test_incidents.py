"""One message a happening, then what is new of it: the scenarios beside this file are the specification."""

from __future__ import annotations

import json
import string
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts import Alert, Incident, Source
from monitor.models import Evidence, Hours, Item, Mention, People, Place, Reading, Suppressed
from workers.incidents import plan, severity
from workers.places import Gazetteer, load
from workers.planning import Moment, Plan, Report
from workers.sameness import cites, independent, likeness, near, sketch

START = datetime(2026, 11, 22, 15, tzinfo=UTC)  # 18:00 in Damascus
WINDOW = timedelta(hours=24)
TZ = ZoneInfo("Asia/Damascus")
SCENARIOS = yaml.safe_load((Path(__file__).parent / "incident_scenarios.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load()


@dataclass
class Desk:
    """Reports in, alerts out: keeps the incidents as the store does."""

    gazetteer: Gazetteer
    confirm: int = 3
    incidents: dict[str, Incident] = field(default_factory=dict)
    told: list[tuple[str, Alert]] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    minute: int = -10
    thresholds: frozenset[int] = frozenset()

    def read(self, number: int, data: dict[str, Any]) -> Plan:
        ident = data.get("id", string.ascii_lowercase[number])
        self.minute = data.get("at", self.minute + 10)
        now = START + timedelta(minutes=self.minute)
        text = self.texts[data["copy"]] if "copy" in data else data.get("text", "")
        title = data.get("title") or (f"نبأ {ident}" if text else f"نبأ عاجل من وسيلة {ident * 3}")
        self.texts[ident] = text
        revision = self.revisions[ident] = self.revisions.get(ident, 0) + 1
        item = Item(
            id=f"it_{ident}",
            revision=revision,
            feed="feed",
            outlet=data.get("by", f"Outlet {ident}"),
            url=f"https://{ident}.test/1",
            title=title,
            summary="",
            content="",
            published=START + timedelta(minutes=data.get("published", self.minute)),
            seen=now,
            fingerprint="",
            lang="ar",
            pages="quiet" not in data,
            quiet=data.get("quiet", ""),
        )
        reading = self.reading(data, title, text)
        report = Report(item, reading, text, self.readings.get(ident))
        self.readings[ident] = reading
        at = Moment(now, WINDOW, TZ, self.confirm, self.gazetteer, thresholds=self.thresholds)
        made = plan(report, self.open_at(now), at)
        for incident in made.incidents:
            self.incidents[incident.id] = Incident.from_dict(json.loads(json.dumps(incident.to_dict())))
        self.told += [(ident, alert) for alert in made.alerts]
        return made

    def open_at(self, now: datetime) -> list[Incident]:
        return [one for one in self.incidents.values() if not one.closed and now - one.updated <= WINDOW]

    def reading(self, data: dict[str, Any], title: str, text: str) -> Reading:
        said = (
            Evidence("body", 0, len(text), text, "rule")
            if text
            else Evidence("title", 0, len(title), title, "rule")
        )
        told = [one for one in (data, *data.get("also", ())) if "is" in one]
        held = [Suppressed(data["denies"], "denied", (said,), "denied")] if "denies" in data else []
        return Reading("ar", tuple(self.mention(one, said) for one in told), tuple(held))

    def mention(self, data: dict[str, Any], said: Evidence) -> Mention:
        category, status = data["is"].split()
        amount, _, unit = data.get("people", "").partition(" ")
        start, _, end = data.get("hours", "").partition("-")
        length = None if ":" in start else start or None
        return Mention(
            category,
            status,
            0.9,
            (said,),
            places=tuple(self.gazetteer.resolve(name)[0] for name in data.get("in", ())),
            people=People(int(amount), unit) if amount else None,
            hours=Hours(until=length) if length else Hours(start, end) if end else None,
            event_time=data.get("event"),
        )


def members(incidents: Iterable[Incident]) -> list[list[str]]:
    return sorted([source.item.removeprefix("it_") for source in one.sources] for one in incidents)


def check_alert(expected: dict[str, Any] | str, ident: str, alert: Alert, desk: Desk) -> None:
    if isinstance(expected, str):
        wanted, kind, why = expected.split(maxsplit=2)
        expected = {"id": wanted, "kind": kind, "why": why}
    assert (ident, alert.kind) == (expected["id"], expected["kind"]), alert.why
    assert alert.why.startswith(expected["why"]), alert.why
    assert expected.get("severity", alert.severity) == alert.severity
    assert expected.get("status", alert.status) == alert.status
    assert expected.get("independent", alert.independent_sources) == alert.independent_sources
    if "places" in expected:
        assert [place.name for place in alert.mentions[0].places] == expected["places"]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one["name"])
def test_scenario(scenario: dict[str, Any], gazetteer: Gazetteer) -> None:
    desk = Desk(gazetteer, scenario.get("confirm", 3))
    for number, data in enumerate(scenario["reports"]):
        desk.read(number, data)
    said = [f"{ident} {alert.kind} {alert.why}" for ident, alert in desk.told]
    assert len(said) == len(scenario["alerts"]), said
    for expected, (ident, alert) in zip(scenario["alerts"], desk.told, strict=True):
        check_alert(expected, ident, alert, desk)
    assert members(desk.incidents.values()) == sorted(scenario["incidents"])
    ended = sorted({one[0] for one in members(i for i in desk.incidents.values() if i.ended)})
    if "ended" in scenario:
        assert ended == scenario["ended"]
    for first, count in scenario.get("independent", {}).items():
        incident = next(one for one in desk.incidents.values() if one.sources[0].item == f"it_{first}")
        assert independent(incident.sources, incident.texts) == count
    ids = [alert.message_id for _, alert in desk.told]
    assert len(ids) == len(set(ids)), "a message id was used twice"
    assert all(one.standings for one in desk.incidents.values())


# ---------------------------------------------------------------- what a revision carries


def test_a_revision_tells_only_what_is_new(gazetteer: Gazetteer) -> None:
    desk = Desk(gazetteer)
    desk.read(0, {"is": "curfew imposed", "in": ["SY08"], "text": "فرض حظر تجول في المحافظة كلها"})
    desk.read(1, {"is": "curfew imposed", "in": ["القامشلي"], "text": "الحظر يشمل القامشلي منذ الليلة"})
    first, second = (alert for _, alert in desk.told)
    assert [place.name for place in second.mentions[0].places] == ["Qamishli"]
    assert "المحافظة كلها" not in second.text
    assert second.id == first.id
    assert second.revision == 2
    assert len(second.sources) == 2


def test_a_correction_does_not_carry_what_was_taken_back(gazetteer: Gazetteer) -> None:
    desk = Desk(gazetteer)
    desk.read(0, {"is": "clashes clashes", "in": ["نوى"], "id": "a", "text": "قتال ضار في السوق"})
    desk.read(1, {"id": "a", "title": "اعتذار", "text": "لم يقع قتال"})
    alert = desk.told[-1][1]
    assert "ضار" not in alert.text
    assert alert.mentions[0].status == "withdrawn"
    evidence = alert.mentions[0].evidence[0]
    assert evidence.text == "اعتذار"[evidence.start : evidence.end]


def test_the_message_of_a_confirmation_shows_the_sources_not_yet_told(gazetteer: Gazetteer) -> None:
    desk = Desk(gazetteer)
    for number in range(7):
        desk.read(number, {"is": "clashes clashes", "in": ["نوى"], "by": f"Paper {number}"})
    text = desk.told[-1][1].text
    assert "Paper 2" in text
    assert "مصدر واحد" not in text


def test_quiet_reports_are_kept_with_their_reason(gazetteer: Gazetteer) -> None:
    desk = Desk(gazetteer)
    desk.read(0, {"is": "clashes clashes", "in": ["نوى"]})
    made = desk.read(1, {"is": "clashes clashes", "in": ["نوى"]})
    assert [incident.id for incident in made.incidents] == list(desk.incidents)
    assert made.notes == [("clashes", f"joined {made.incidents[0].id}, nothing new")]


def test_receivers_are_kept(gazetteer: Gazetteer) -> None:
    desk = Desk(gazetteer)
    desk.read(0, {"is": "curfew imposed", "in": ["نوى"]})
    desk.incidents = {one.id: replace(one, receivers=("duty",)) for one in desk.incidents.values()}
    desk.read(1, {"is": "curfew lifted", "in": ["نوى"]})
    assert [one.receivers for one in desk.incidents.values()] == [("duty",)]


def test_an_incident_of_an_earlier_version_goes_on(gazetteer: Gazetteer) -> None:
    desk = Desk(gazetteer)
    desk.read(0, {"is": "curfew imposed", "in": ["نوى"]})
    added = ("standings", "texts", "told", "shown", "confirmed", "denied", "ended")
    for one in list(desk.incidents.values()):
        old = {name: value for name, value in one.to_dict().items() if name not in added}
        desk.incidents[one.id] = Incident.from_dict(old)
    desk.read(1, {"is": "curfew lifted", "in": ["نوى"]})
    assert [alert.why for _, alert in desk.told] == ["first report", "status changed"]
    assert len(desk.incidents) == 1


def test_planning_again_gives_the_same(gazetteer: Gazetteer) -> None:
    plans = []
    for _ in range(2):
        desk = Desk(gazetteer)
        plans.append(
            desk.read(0, {"is": "curfew imposed", "in": ["نوى"], "also": [{"is": "clashes clashes"}]})
        )
    assert plans[0] == plans[1]


# ---------------------------------------------------------------- properties

TOWNS = ["منبج", "عفرين", "SY02", "نوى", "SY12", "SY"]
TOLD = ["curfew imposed", "curfew lifted", "curfew extended", "clashes clashes", "clashes ceased"]
REPORTS = st.fixed_dictionaries(
    {"is": st.sampled_from(TOLD), "at": st.integers(0, 2000)},
    optional={
        "in": st.lists(st.sampled_from(TOWNS), max_size=2),
        "id": st.sampled_from("xyz"),
        "hours": st.sampled_from(["18:00-06:00", "48 hours", "24:00-25:61", "until further notice"]),
        "event": st.sampled_from(["2026-11-22", "2026-11-23", "9999-12-31", "0001-01-01", "soon"]),
        "text": st.sampled_from(["", "نفي", "فرضت الشرطة حظر تجول في المدينة حتى إشعار آخر بعد هجوم"]),
    },
)


@given(st.lists(REPORTS, min_size=1, max_size=9))
@settings(max_examples=40, deadline=None)
def test_whatever_is_reported(gazetteer: Gazetteer, reports: list[dict[str, Any]]) -> None:
    desk = Desk(gazetteer)
    for number, data in enumerate(sorted(reports, key=lambda one: one["at"])):
        before = set(desk.incidents)
        made = desk.read(number, data)
        opened = {one.id for one in made.incidents} - before
        first = [alert.incident for alert in made.alerts if alert.kind == "new"]
        assert sorted(first) == sorted(opened), "an incident was opened without a word"
        for one in made.incidents:
            assert len(one.standings) == max(1, len(one.places))
            assert Incident.from_dict(json.loads(json.dumps(one.to_dict()))).id == one.id
    ids = [alert.message_id for _, alert in desk.told]
    assert len(ids) == len(set(ids))


# ---------------------------------------------------------------- sameness

STORY = (
    "فرضت السلطات المحلية حظرا للتجول في البلدة من السادسة مساء حتى السادسة صباحا بعد هجوم على مركز للشرطة أوقع قتلى "
    "وجرحى، ودعت السكان إلى التزام منازلهم والتعاون مع الدوريات إلى حين انتهاء عمليات التفتيش في الأحياء الشرقية"
)


@pytest.mark.parametrize(
    "copy",
    [
        STORY,
        STORY.replace("أ", "ا").replace("ة", "ه"),
        "خاص - مراسلنا\n" + STORY + "\nلمتابعة الأخبار اشتركوا في قناتنا",
        STORY[:150],
        STORY.replace("هجوم", "اعتداء"),
    ],
)
def test_copies_are_near(copy: str) -> None:
    assert near(sketch(STORY), sketch(copy))


@pytest.mark.parametrize(
    "other",
    [
        "",
        "حظر تجول",
        "أعلنت الشرطة منع التجول في البلدة ليلا حتى إشعار آخر، وقال سكان إن الدوريات تجوب الشوارع منذ المساء",
        "Authorities imposed a curfew on the town from six in the evening after an attack on a police station",
    ],
)
def test_other_words_are_not_near(other: str) -> None:
    assert not near(sketch(STORY), sketch(other))


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_likeness_is_a_measure(one: str, other: str) -> None:
    left, right = sketch(one), sketch(other)
    assert 0 <= likeness(left, right) <= 1
    assert likeness(left, right) == likeness(right, left)
    assert not left or likeness(left, left) == 1


def test_a_sketch_is_the_same_in_another_process() -> None:
    code = f"from workers.sameness import sketch; print(sketch({STORY!r}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == sketch(STORY)


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("وقال المرصد السوري لحقوق الإنسان إن قتالا اندلع", "sohr"),
        ("Fighting broke out, according to the Syrian Observatory for Human Rights", "sohr"),
        ("وذكرت وكالة الأنباء السورية سانا أن الحظر رفع", "sana"),
        ("أكد مصدر أمني في تصريح لسانا", "sana"),
        ("The town is under curfew, Reuters reported", "reuters"),
        ("قال الناشط سامر الخالد إن القصف توقف", "سامر الخالد"),
        ("Activist Omar Haddad said the road was shut", "omar haddad"),
        ("مقطع من https://t.me/town_news/88.", "https://t.me/town_news/88"),
        ("The account @townwatch wrote", "@townwatch"),
        ("بحسب مصادر محلية وشهود", None),
        ("وقال ناشطون في المدينة", None),
        ("according to local residents", None),
        ("وفا بوعده وعاد", None),
        ("", None),
    ],
)
def test_who_is_cited(text: str, cited: str | None) -> None:
    assert cites(text) == cited


def test_the_agency_and_those_who_cite_it_are_one() -> None:
    def source(number: int, outlet: str, cited: str | None) -> Source:
        return Source(f"it_{number}", outlet, "", "", None, START, cited)

    sources = [source(1, "سانا", None), source(2, "Alpha", "sana"), source(3, "Beta", None)]
    assert independent(sources, {}) == 2
    assert independent(sources, {"it_1": sketch(STORY), "it_3": sketch(STORY)}) == 1
    assert independent([], {}) == 0


def test_a_village_of_no_table_is_told_apart_by_its_area(gazetteer: Gazetteer) -> None:
    desk = Desk(gazetteer)
    village = Place("أم السرايا", "أم السرايا", "أم السرايا")
    for number, area in enumerate(("SY08", "SY02", "SY08")):
        around = replace(village, within=(area, "SY"))
        mention = Mention(
            "clashes", "clashes", 0.9, (Evidence("title", 0, 1, "x", "rule"),), places=(around,)
        )
        now = START + timedelta(minutes=number)
        item = Item(f"it_{number}", 1, "f", f"O{number}", "", f"t{number}", "", "", now, now, "", "ar")
        made = plan(Report(item, Reading("ar", (mention,))), desk.open_at(now), Moment(now, WINDOW, TZ))
        desk.incidents |= {one.id: one for one in made.incidents}
    assert members(desk.incidents.values()) == [["0", "2"], ["1"]]


# ---------------------------------------------------------------- severity, and routes that wait for more sources


@pytest.mark.parametrize(
    ("category", "status", "weighs", "expected"),
    [
        ("curfew", "imposed", "high", "high"),
        ("curfew", "imposed", "medium", "medium"),
        ("curfew", "imposed", "info", "info"),
        ("curfew", "lifted", "high", "info"),
        ("clashes", "clashes", "high", "medium"),
        ("clashes", "clashes", "info", "info"),
        ("shelling", "reported", "high", "high"),
        ("closures", "reported", "medium", "medium"),
    ],
)
def test_a_category_s_severity_is_what_its_grave_news_weighs(
    category: str, status: str, weighs: Any, expected: str
) -> None:
    assert severity(Mention(category, status, 0.9, ()), weighs=weighs) == expected


def test_a_route_that_waits_for_two_sources_hears_of_the_second() -> None:
    desk = Desk(load(), confirm=4, thresholds=frozenset({2}))
    told = {"is": "curfew imposed", "in": ["Aleppo"]}
    texts = [
        "أعلن المحافظ فرض حظر للتجول في المدينة من الغروب",
        "دوريات تطلب من السكان التزام بيوتهم بعد قرار الحظر في حلب",
        "شهود من الأحياء الشرقية يتحدثون عن شوارع خالية",
    ]
    for number, text in enumerate(texts):
        desk.read(number, {**told, "text": text})
    assert [alert.why for _, alert in desk.told] == ["first report", "confirmed by 2 sources"]
    assert [alert.independent_sources for _, alert in desk.told] == [1, 2]
