"""A small map of points as SVG, without tiles and without anybody asked for them. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, MARGIN = 720.0, 420.0, 36.0  # of the map, in its own units
LEAST_DEGREES = 1.0  # that the map shows, however close its points lie
MOST_LABELS = 14
COLORS = {"curfew": "#b45309", "displacement": "#1d4ed8", "clashes": "#b91c1c"}
OTHER_COLOR = "#4b5563"


@dataclass(frozen=True, slots=True)
class Point:
    """Incidents of one category at one place."""

    lat: float
    lon: float
    category: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Frame:
    """Equirectangular, true at the middle latitude: degrees to units of the map."""

    west: float
    north: float
    scale_x: float  # units a degree
    scale_y: float

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        """Where a point lies on the map."""
        return MARGIN + (lon - self.west) * self.scale_x, MARGIN + (self.north - lat) * self.scale_y


def frame(points: Sequence[Point]) -> Frame:
    """The frame that holds all points, with something around them."""
    lats, lons = [one.lat for one in points], [one.lon for one in points]
    lat, lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    shrink = max(math.cos(math.radians(lat)), 0.05)  # a degree of longitude, in degrees of latitude
    high = max(max(lats) - min(lats), LEAST_DEGREES)
    wide = max((max(lons) - min(lons)) * shrink, LEAST_DEGREES)
    scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
    half_wide = (WIDTH - 2 * MARGIN) / scale / shrink / 2
    half_high = (HEIGHT - 2 * MARGIN) / scale / 2
    return Frame(lon - half_wide, lat + half_high, scale * shrink, scale)


def draw(points: Sequence[Point], title: str, word: Callable[[str], str], *, direction: str) -> str:
    """The points as inline SVG, with a legend; `word` gives a category's name, `direction` is that of the labels."""
    view = frame(points)
    parts, labels = _grid(view), []
    labelled: list[tuple[float, float]] = []
    for one in points:
        x, y = view.place(one.lat, one.lon)
        color = COLORS.get(one.category, OTHER_COLOR)
        hint = escape(f"{one.name}: {word(one.category)} ({one.count})")
        radius = min(4 + 2.5 * math.sqrt(one.count), 22)
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{color}" fill-opacity="0.6" '
            f'stroke="{color}"><title>{hint}</title></circle>'
        )
        near = any(abs(x - left) < 60 and abs(y - top) < 14 for left, top in labelled)
        if len(labelled) < MOST_LABELS and not near:
            labelled.append((x, y))
            labels.append(  # above all circles
                f'<text x="{x:.1f}" y="{y - radius - 3:.1f}" font-size="12" text-anchor="middle" '
                f'direction="{direction}">{escape(one.name)}</text>'
            )
    legend = " ".join(
        f'<span style="color:{COLORS.get(name, OTHER_COLOR)}">●</span> {escape(word(name))}'
        for name in sorted({one.category for one in points})
    )
    label = escape(title)
    size = f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" width="{WIDTH:g}" height="{HEIGHT:g}"'
    return f'<svg {size} role="img" aria-label="{label}" direction="ltr">{"".join(parts + labels)}</svg><p>{legend}</p>'


def _grid(view: Frame) -> list[str]:
    """Lines of whole degrees, or of more where they would lie too close."""
    right, bottom = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
    style = 'stroke="#d1d5db" stroke-width="0.7"'
    parts = []
    step = _step(view.scale_x)
    for number in range(
        math.ceil(view.west / step), math.floor((view.west + right / view.scale_x) / step) + 1
    ):
        x = view.place(0, number * step)[0]
        parts.append(f'<path d="M{x:.1f} {MARGIN:g}V{HEIGHT - MARGIN:g}" {style}/>')
        parts.append(
            f'<text x="{x:.1f}" y="{HEIGHT - 12:g}" font-size="10" text-anchor="middle">{number * step:g}°</text>'
        )
    step = _step(view.scale_y)
    south = view.north - bottom / view.scale_y
    for number in range(math.ceil(south / step), math.floor(view.north / step) + 1):
        y = view.place(number * step, 0)[1]
        parts.append(f'<path d="M{MARGIN:g} {y:.1f}H{WIDTH - MARGIN:g}" {style}/>')
        parts.append(f'<text x="4" y="{y + 3:.1f}" font-size="10">{number * step:g}°</text>')
    return parts


def _step(scale: float) -> float:
    """Degrees between two lines, so that they lie apart on the map. `scale`: units a degree."""
    return next((one for one in (0.25, 0.5, 1, 2, 5, 10, 30) if one * scale >= 45), 90)
