"""The situation report: right counts, a fair average, a map on the map, and nothing of an outlet's that could do harm."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import Alert, Incident, Source
from monitor.drawing import HEIGHT, MARGIN, WIDTH, Point, draw, frame
from monitor.models import Evidence, Mention, Place
from monitor.report import MOST_OPEN, MOST_TOLD, Count, Report, compose, in_places

NOW = datetime(2026, 3, 8, 6, tzinfo=UTC)
DAY = timedelta(days=1)
TZ = ZoneInfo("Asia/Damascus")
DHIBAN = Place("ذيبان", "Dhiban", "ذيبان", "gn:1", 35.0, 40.5, ("SY09",))
JASIM = Place("جاسم", "Jasim", "جاسم", "gn:2", 32.99, 36.06, ("SY12",))


def alert(
    name: str,
    at: datetime,
    *,
    category: str = "curfew",
    places: tuple[Place, ...] = (DHIBAN,),
    title: str = "عنوان",
    url: str = "https://o.test/1",
    revision: int = 1,
    kind: str = "new",
) -> Alert:
    mention = Mention(category, "imposed", 0.9, (Evidence("title", 0, 4, "نص", "r"),), places=places)
    source = Source(f"it_{name}", "Outlet", url, title, at, at)
    return Alert(
        f"al_{name}", revision, "gr_1", kind, f"in_{name}", at, "first report", category, "imposed", 0.9,
        "high", title, "نص", "ar", (mention,), (source,),
    )  # fmt: skip


def incident(name: str, **changes: object) -> Incident:
    one = Incident(f"in_{name}", "curfew", "imposed", NOW - DAY, NOW, (DHIBAN,), (), f"al_{name}", 1)
    return replace(one, **changes)  # type: ignore[arg-type]


def report(*alerts: Alert, incidents: tuple[Incident, ...] = (), lang: str = "en") -> Report:
    return compose(alerts, incidents, NOW, NOW - DAY, TZ, lang=lang)


# ---------------------------------------------------------------- counting


def test_incidents_are_counted_once_against_the_days_before() -> None:
    hour = timedelta(hours=1)
    found = report(
        alert("a", NOW - hour),
        alert("a", NOW - hour / 2, revision=2, kind="update"),
        alert("b", NOW - 2 * hour, category="clashes", places=(JASIM,)),
        *(alert(f"old{day}", NOW - day * DAY - hour) for day in range(1, 8)),
        alert("old8", NOW - 9 * DAY, category="clashes"),
        alert("drill", NOW - hour, kind="drill"),
    )
    assert found.categories == (Count("curfew", 1, 1.0), Count("clashes", 1, 0.0))
    assert found.places == (Count("Dhiban", 1, 1.0), Count("Jasim", 1, 0.0))
    assert [one.title for one in found.timeline] == ["عنوان"] * 3
    assert found.sources == (Count("Outlet", 2),)


def test_the_average_reaches_back_no_further_than_the_record() -> None:
    recent = report(alert("a", NOW - DAY / 2), alert("b", NOW - 2 * DAY), alert("c", NOW - 2 * DAY))
    assert recent.categories == (Count("curfew", 1, 2.0),)
    assert "average before: 2" in recent.text()
    fresh = report(alert("a", NOW - DAY / 2))
    assert fresh.categories == (Count("curfew", 1, None),)
    assert "no days before to compare with" in fresh.text()


def test_a_category_that_fell_silent_is_named_with_nothing() -> None:
    assert report(alert("old", NOW - 2 * DAY)).categories == (Count("curfew", 0, 1.0),)


@given(st.lists(st.tuples(st.integers(0, 8 * 24 - 1), st.sampled_from(["curfew", "clashes"])), max_size=30))
def test_no_incident_is_lost_or_counted_twice(told: list[tuple[int, str]]) -> None:
    alerts = [
        alert(str(number), NOW - timedelta(hours=hours), category=category)
        for number, (hours, category) in enumerate(told)
    ]
    found = report(*alerts)
    inside = sum(hours <= 24 for hours, _ in told)
    assert sum(one.count for one in found.categories) == inside
    assert sum(one.count for one in found.places) == inside
    assert len(found.timeline) == inside


def test_only_incidents_that_go_on_are_open() -> None:
    found = report(
        incidents=(
            incident("a"),
            incident("b", closed=True),
            incident("c", ended=NOW),
            incident("d", status="denied"),
            incident("e", alert=""),
            incident("f", updated=NOW + DAY, places=()),
        )
    )
    assert [one.place for one in found.open] == ["", "Dhiban"]
    assert "place unknown" in found.text()


def test_nothing_told_is_said() -> None:
    assert "Nothing was told." in report().text()
    assert "Nothing was told." in report().html()
    assert "No place on the map." in report().html()


def test_long_lists_end_with_how_many_are_left() -> None:
    alerts = [alert(str(number), NOW - timedelta(minutes=number)) for number in range(MOST_TOLD + 5)]
    found = report(*alerts, incidents=tuple(incident(str(number)) for number in range(MOST_OPEN + 3)))
    assert found.timeline[-1].at == NOW, "the newest are kept"
    for page in (found.text(), found.html()):
        assert "and 5 more" in page
        assert "and 3 more" in page


def test_places_are_asked_for_by_either_name_or_what_they_lie_in() -> None:
    one = alert("a", NOW)
    assert in_places(one, ["dhiban"])
    assert in_places(one, ["ذِيبان"])
    assert in_places(one, ["SY09"])
    assert not in_places(one, ["SY12", "Jasim"])
    assert not in_places(replace(one, mentions=()), ["dhiban"])


# ---------------------------------------------------------------- the page

VOID = {"meta", "br"}


class Checked(HTMLParser):
    """Every tag is closed in its order; what links and loads is collected."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


HOSTILE = '</td><script>alert(1)</script><img src=x onerror="alert(2)">&‮\x1b[31m'


def test_nothing_of_an_outlets_becomes_part_of_the_page() -> None:
    bad = Place(HOSTILE, HOSTILE, HOSTILE, "x", 35.0, 40.0)
    told = alert(
        "a", NOW, title=HOSTILE, places=(bad,), category=HOSTILE, url='https://o.test/"onmouseover="x'
    )
    told = replace(told, why=HOSTILE, sources=(replace(told.sources[0], outlet=HOSTILE),))
    page = report(told, incidents=(incident("a", status=HOSTILE, places=(bad,), category=HOSTILE),)).html()
    checked = Checked(page)
    assert not checked.tags & {"script", "img", "iframe", "object", "link"}
    assert not {name for name in checked.attributes if name.startswith("on")}
    assert "‮" not in page
    assert "\x1b" not in page
    assert "default-src 'none'" in html.unescape(page)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://", "http://[x"]
)
def test_only_links_of_the_web_are_links(url: str) -> None:
    assert Checked(report(alert("a", NOW, url=url)).html()).links == []
    assert Checked(report(alert("a", NOW)).html()).links == ["https://o.test/1"]


def test_the_arabic_page_runs_from_right_to_left_and_every_text_finds_its_own_way() -> None:
    found = report(alert("a", NOW - timedelta(hours=1)), incidents=(incident("a"),), lang="ar")
    page = found.html()
    Checked(page)
    assert '<html lang="ar" dir="rtl">' in page
    assert "حظر تجوال" in page
    assert "ذيبان" in page
    assert "2026-03-08 08:00" in page, "the team's time zone"
    assert len(re.findall(r"<td(?! (dir=\"auto\"|class=\"n\"))", page)) == 0
    assert "تقرير الوضع" in found.text()
    assert "\u20682026-03-07 09:00\u2069" in found.title, "a date keeps its order among Arabic words"


@given(st.text(max_size=60))
def test_any_title_leaves_the_page_whole(title: str) -> None:
    Checked(report(alert("a", NOW, title=title, places=(replace(DHIBAN, name=title),))).html())


# ---------------------------------------------------------------- the map

latitudes = st.floats(-90, 90, allow_nan=False)
longitudes = st.floats(-180, 180, allow_nan=False)


@given(st.lists(st.tuples(latitudes, longitudes), min_size=1, max_size=12))
def test_every_point_lies_on_the_map_and_it_is_drawn(spots: list[tuple[float, float]]) -> None:
    points = [Point(lat, lon, "curfew", "x", 1) for lat, lon in spots]
    view = frame(points)
    for one in points:
        x, y = view.place(one.lat, one.lon)
        assert MARGIN - 0.1 <= x <= WIDTH - MARGIN + 0.1
        assert MARGIN - 0.1 <= y <= HEIGHT - MARGIN + 0.1
    drawing = draw(points, "map", str, direction="ltr").split("<p>")[0]
    tree = ElementTree.fromstring(drawing)
    tags = [one.tag for one in tree]
    assert tags.count("circle") == len(points)
    assert tags[-1] == "text", "names lie above the circles"
    assert len(list(tree)) < 200


def test_north_is_up_east_is_right_and_a_degree_keeps_its_shape() -> None:
    view = frame([Point(33.0, 36.0, "curfew", "a", 1), Point(37.0, 41.0, "curfew", "b", 1)])
    (left, low), (right, high) = view.place(33.0, 36.0), view.place(37.0, 41.0)
    assert left < right
    assert high < low
    assert view.scale_x / view.scale_y == pytest.approx(0.819, abs=0.001), "the cosine of 35 degrees"


def test_places_that_are_no_place_on_earth_are_left_out() -> None:
    nowhere = (Place("x", "X"), Place("y", "Y", lat=95.0, lon=10.0), Place("z", "Z", lat=10.0, lon=181.0))
    assert report(alert("a", NOW, places=(*nowhere, DHIBAN))).points == (
        Point(35.0, 40.5, "curfew", "Dhiban", 1),
    )
