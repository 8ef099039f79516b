"""Alerts for other people's tools: CSV with HXL tags, JSON Lines, GeoJSON. Pure but for the stream written to.

One record an alert, its newest revision: sums count nothing twice. Drills are left out.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TextIO

from monitor.alerts import Alert
from monitor.clock import iso
from monitor.models import Json, Mention, People, Place
from monitor.report import is_web, places_of
from monitor.text import one_line

FORMATS = ("csv", "jsonl", "geojson")
ADM1 = re.compile(r"[A-Z]{2}[0-9]{2}")  # a P-code of the first level
P_CODE = re.compile(r"[A-Z]{1,2}[0-9]{2,9}")
COLUMNS = {
    "alert": "#event+id",
    "revision": "#meta+revision+num",
    "category": "#event+type",
    "status": "#status",
    "severity": "#severity",
    "confidence": "#indicator+confidence+num",
    "reported": "#date+reported",
    "published": "#date+published",
    "event_time": "#date+occurred",
    "country_code": "#country+code",
    "adm1": "#adm1+name",
    "adm1_code": "#adm1+code",
    "place": "#loc+name",
    "place_ar": "#loc+name+i_ar",
    "place_code": "#loc+code",
    "lat": "#geo+lat",
    "lon": "#geo+lon",
    "other_places": "#loc+name+list",
    "affected": "#affected+num",
    "affected_unit": "#affected+unit",
    "affected_at_least": "#affected+min+bool",
    "curfew_from": "#date+start+time",
    "curfew_to": "#date+end+time",
    "curfew_until": "#date+until",
    "actor": "#org+actor",
    "title": "#description+title",
    "independent_sources": "#meta+sources+num",
    "source": "#meta+source",
    "url": "#meta+url",
}
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def newest(alerts: Iterable[Alert]) -> Iterator[Alert]:
    """The newest revision of every alert but drills. Revisions of one alert follow each other."""
    last: Alert | None = None
    for alert in alerts:
        if last is not None and alert.id != last.id:
            yield last
            last = None
        if alert.kind != "drill" and (last is None or alert.revision > last.revision):
            last = alert
    if last is not None:
        yield last


def write(alerts: Iterable[Alert], form: str, stream: TextIO, admin1: Mapping[str, str] | None = None) -> int:
    """Write the newest revisions in a format of FORMATS; returns how many. `admin1`: names by P-code."""
    writers = {"csv": _write_csv, "jsonl": _write_lines, "geojson": _write_geojson}
    return writers[form](newest(alerts), stream, admin1 or {})


# ---------------------------------------------------------------- formats


def _write_csv(alerts: Iterable[Alert], stream: TextIO, admin1: Mapping[str, str]) -> int:
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    writer.writerow(COLUMNS.values())
    count = 0
    for alert in alerts:
        found = record(alert, admin1)
        writer.writerow([harmless(found[name]) for name in COLUMNS])
        count += 1
    return count


def _write_lines(alerts: Iterable[Alert], stream: TextIO, _admin1: Mapping[str, str]) -> int:
    count = 0
    for alert in alerts:
        stream.write(json.dumps(alert.to_dict(), ensure_ascii=False) + "\n")
        count += 1
    return count


def _write_geojson(alerts: Iterable[Alert], stream: TextIO, admin1: Mapping[str, str]) -> int:
    stream.write('{"type": "FeatureCollection", "features": [')
    count = 0
    for alert in alerts:
        stream.write(",\n" if count else "\n")
        stream.write(json.dumps(feature(alert, admin1), ensure_ascii=False, allow_nan=False))
        count += 1
    stream.write("\n]}\n")
    return count


def feature(alert: Alert, admin1: Mapping[str, str]) -> Json:
    """A GeoJSON feature: a point a place, longitude first; no geometry where no place is known."""
    points = [[round(place.lon, 6), round(place.lat, 6)] for place in places_of(alert) if _on_earth(place)]  # type: ignore[arg-type]
    geometry: Json | None = None
    if len(points) == 1:
        geometry = {"type": "Point", "coordinates": points[0]}
    elif points:
        geometry = {"type": "MultiPoint", "coordinates": points}
    properties = {name: value for name, value in record(alert, admin1).items() if name not in ("lat", "lon")}
    return {"type": "Feature", "id": alert.id, "geometry": geometry, "properties": properties}


def harmless(value: object) -> object:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.lstrip().startswith(_FORMULA) else value


# ---------------------------------------------------------------- one record


def record(alert: Alert, admin1: Mapping[str, str]) -> Json:
    """The flat facts of an alert, by the names of COLUMNS. The first place is the alert's; texts on one line."""
    places = places_of(alert)
    first = places[0] if places else None
    code = admin1_code(first) if first else ""
    own_names = {place.code: place.name for place in places}
    mention = alert.mentions[0] if alert.mentions else None
    people = _people(alert.mentions)
    hours = next((one.hours for one in alert.mentions if one.hours), None)
    published = [source.published for source in alert.sources if source.published]
    located = first if first and _on_earth(first) else None
    return {
        "alert": alert.id,
        "revision": alert.revision,
        "category": alert.category,
        "status": alert.status,
        "severity": alert.severity,
        "confidence": round(alert.confidence, 3),
        "reported": iso(alert.created),
        "published": iso(min(published)) if published else None,
        "event_time": mention.event_time if mention else None,
        "country_code": code[:2] or None,
        "adm1": own_names.get(code) or admin1.get(code),
        "adm1_code": code or None,
        "place": one_line(first.name or first.text) if first else None,
        "place_ar": (one_line(first.name_ar) or None) if first else None,
        "place_code": first.code if first and P_CODE.fullmatch(first.code) else None,
        "lat": located.lat if located else None,
        "lon": located.lon if located else None,
        "other_places": "; ".join(one_line(place.name or place.text) for place in places[1:]) or None,
        "affected": people.count if people else None,
        "affected_unit": people.unit if people else None,
        "affected_at_least": people.at_least if people else None,
        "curfew_from": hours.start if hours else None,
        "curfew_to": hours.end if hours else None,
        "curfew_until": hours.until if hours else None,
        "actor": one_line(mention.actor) if mention and mention.actor else None,
        "title": one_line(alert.title),
        "independent_sources": alert.independent_sources,
        "source": "; ".join(dict.fromkeys(one_line(source.outlet) for source in alert.sources)),
        "url": next((source.url for source in alert.sources if is_web(source.url)), None),
    }


def admin1_code(place: Place) -> str:
    """The P-code of the first administrative level that a place is or lies in; empty where it is not known."""
    return next((code for code in (place.code, *place.within) if ADM1.fullmatch(code)), "")


def _people(mentions: Iterable[Mention]) -> People | None:
    """The largest number that a mention tells: several tell of the same people."""
    return max((one.people for one in mentions if one.people), key=lambda people: people.count, default=None)


def _on_earth(place: Place) -> bool:
    return place.lat is not None and place.lon is not None and abs(place.lat) <= 90 and abs(place.lon) <= 180
