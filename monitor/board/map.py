"""A map of open incidents, drawn from coordinates alone: no tiles, nothing asked of anybody. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.board.views import Case, places_of
from monitor.models import SEVERITIES, Place

WIDTH, HEIGHT = 1000.0, 700.0
MARGIN = 70.0
LEAST = 2.0  # degrees shown at least, so that a single place has surroundings
STEPS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 45.0)  # degrees between two lines
# Towns that tell a reader where he looks: name, Arabic name, latitude, longitude.
TOWNS = (
    ("Damascus", "دمشق", 33.51, 36.29), ("Aleppo", "حلب", 36.20, 37.16), ("Homs", "حمص", 34.73, 36.72),
    ("Latakia", "اللاذقية", 35.52, 35.79), ("Hama", "حماة", 35.13, 36.75), ("Idlib", "إدلب", 35.93, 36.63),
    ("Deir ez-Zor", "دير الزور", 35.33, 40.14), ("Raqqa", "الرقة", 35.95, 39.01), ("Daraa", "درعا", 32.62, 36.10),
    ("As-Suwayda", "السويداء", 32.71, 36.57), ("Qamishli", "القامشلي", 37.05, 41.23), ("Palmyra", "تدمر", 34.56, 38.27),
    ("Beirut", "بيروت", 33.89, 35.50), ("Tripoli", "طرابلس", 34.44, 35.83), ("Amman", "عمّان", 31.95, 35.93),
    ("Baghdad", "بغداد", 33.31, 44.37), ("Mosul", "الموصل", 36.34, 43.13), ("Basra", "البصرة", 30.51, 47.81),
    ("Erbil", "أربيل", 36.19, 44.01), ("Gaza", "غزة", 31.50, 34.47), ("Jerusalem", "القدس", 31.78, 35.22),
    ("Sanaa", "صنعاء", 15.35, 44.21), ("Aden", "عدن", 12.79, 45.02), ("Khartoum", "الخرطوم", 15.50, 32.56),
    ("El Fasher", "الفاشر", 13.63, 25.35), ("Port Sudan", "بورتسودان", 19.62, 37.22), ("Tripoli", "طرابلس", 32.89, 13.19),
    ("Benghazi", "بنغازي", 32.12, 20.07), ("Cairo", "القاهرة", 30.04, 31.24), ("Gaziantep", "غازي عنتاب", 37.07, 37.38),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """Open incidents at one place, in degrees."""

    name: str
    name_ar: str
    lat: float
    lon: float
    severity: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """A mark or a town on the drawing. `left`: its name stands at its left side."""

    x: float
    y: float
    name: str
    name_ar: str
    left: bool = False
    severity: str = ""
    count: int = 0
    page: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The drawing, in units of its own."""

    dots: tuple[Dot, ...]
    towns: tuple[Dot, ...]
    meridians: tuple[tuple[float, str], ...]
    parallels: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the world that is drawn: its middle, and units a degree of latitude."""

    lat: float
    lon: float
    scale: float

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        """A point on the drawing. Degrees of longitude are as wide as they are at the middle."""
        x = WIDTH / 2 + (lon - self.lon) * math.cos(math.radians(self.lat)) * self.scale
        return round(x, 1), round(HEIGHT / 2 - (lat - self.lat) * self.scale, 1)


def marks(cases: Sequence[Case]) -> tuple[list[Mark], list[Case]]:
    """Incidents by place, and those without a place that is known."""
    found: dict[str, list[Case]] = {}
    spots: dict[str, Place] = {}
    lost = []
    for case in cases:
        here = [one for one in places_of(case.incident) if _drawable(one.lat, one.lon)]
        for place in here:
            found.setdefault(place.code or place.name, []).append(case)
            spots.setdefault(place.code or place.name, place)
        if not here:
            lost.append(case)
    placed = [
        Mark(spots[key].name, spots[key].name_ar, spots[key].lat or 0.0, spots[key].lon or 0.0, _worst(some), tuple(some))
        for key, some in found.items()
    ]  # fmt: skip
    return sorted(placed, key=lambda one: (SEVERITIES.index(one.severity), len(one.cases))), lost


def _drawable(lat: float | None, lon: float | None) -> bool:
    return lat is not None and lon is not None and abs(lat) <= 85 and abs(lon) <= 180


def _worst(cases: Sequence[Case]) -> str:
    return max((case.severity for case in cases), key=SEVERITIES.index)


def plan(marks: Sequence[Mark]) -> Plan | None:
    """What to draw; None without a place."""
    if not marks:
        return None
    frame = _frame([(one.lat, one.lon) for one in marks])
    dots = tuple(_dot(frame, one) for one in marks)
    taken = {name for one in marks for name in (one.name, one.name_ar)}
    towns = []
    for name, arabic, lat, lon in TOWNS:
        x, y = frame.at(lat, lon)
        near = any(abs(dot.x - x) < 60 and abs(dot.y - y) < 28 for dot in dots)
        if 20 < x < WIDTH - 20 and 20 < y < HEIGHT - 30 and not near and not {name, arabic} & taken:
            towns.append(Dot(x, y, name, arabic, left=x > WIDTH * 0.8))
    return Plan(dots, tuple(towns), *_grid(frame))


def _frame(points: Sequence[tuple[float, float]]) -> Frame:
    lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
    lat, lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    squeeze = math.cos(math.radians(lat))
    tall = max(max(lats) - min(lats), LEAST)
    wide = max((max(lons) - min(lons)) * squeeze, LEAST)
    return Frame(lat, lon, min((HEIGHT - 2 * MARGIN) / tall, (WIDTH - 2 * MARGIN) / wide))


def _dot(frame: Frame, mark: Mark) -> Dot:
    x, y = frame.at(mark.lat, mark.lon)
    page = f"/incidents/{mark.cases[0].incident.id}"
    return Dot(
        x, y, mark.name, mark.name_ar, x > WIDTH * 0.75, mark.severity, len(mark.cases), page, mark.cases[0].title
    )  # fmt: skip


def _grid(frame: Frame) -> tuple[tuple[tuple[float, str], ...], tuple[tuple[float, str], ...]]:
    step = next((one for one in STEPS if one * frame.scale >= 90), STEPS[-1])
    columns = [frame.lon + (number - 30) * step - frame.lon % step for number in range(61)]
    rows = [frame.lat + (number - 30) * step - frame.lat % step for number in range(61)]
    meridians = [(frame.at(frame.lat, lon)[0], _degrees(lon, "E", "W")) for lon in columns]
    parallels = [(frame.at(lat, frame.lon)[1], _degrees(lat, "N", "S")) for lat in rows]
    return (
        tuple(one for one in meridians if 0 < one[0] < WIDTH),
        tuple(one for one in parallels if 0 < one[0] < HEIGHT),
    )


def _degrees(value: float, plus: str, minus: str) -> str:
    return f"{abs(value):g}°{plus if value >= 0 else minus}"
