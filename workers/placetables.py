"""The tables of places: the packaged ones, and an admin's own files."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError, Problem
from workers.placenames import keys, split_words

TABLES = ("places.tsv", "places_extra.tsv", "places_more.tsv")
COLUMNS = ("name", "name_ar", "code", "kind", "parents", "lat", "lon", "country")
RANK = {"governorate": 4, "city": 3, "country": 3, "town": 2, "district": 1, "village": 1, "word": 0}


@dataclass(slots=True, eq=False)
class Entry:
    """One row: `names` and `names_ar` hold every spelling, the first is shown."""

    names: list[str]
    names_ar: list[str]
    code: str
    kind: str
    parents: tuple[str, ...]
    lat: float | None
    lon: float | None
    country: str


def rows(files: Sequence[Path] = ()) -> list[Entry]:
    """The packaged tables and an admin's own: TSV with our columns, or JSON Lines (`.jsonl`, `.jsonl.gz`).

    Raises ConfigError naming the file and line that cannot be read.
    """
    data = resources.files("workers") / "data"
    entries = [
        entry
        for table in TABLES
        for entry in _tsv((data / table).read_text(encoding="utf-8").splitlines(), table)
    ]
    codes = {
        key: e.code for e in entries if e.kind == "governorate" for n in e.names_ar for key in keys(n, "")
    }
    for file in files:
        lines = _read(file)
        json_lines = ".jsonl" in file.suffixes
        entries += _jsonl(lines, str(file), codes) if json_lines else _tsv(lines, str(file))
    return entries


def _read(file: Path) -> list[str]:
    try:
        raw = file.read_bytes()
        return (gzip.decompress(raw) if file.suffix == ".gz" else raw).decode("utf-8").splitlines()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ConfigError(
            [Problem(str(file), 0, 0, "", f"cannot be read: {error}", "check the path and format")]
        ) from error


def _tsv(lines: Iterable[str], file: str) -> Iterator[Entry]:
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith(("#", "name\t")):
            continue
        cells = line.rstrip("\r\n").split("\t")
        try:
            name, name_ar, code, kind, parents, lat, lon, country = cells
            if kind not in RANK or not code:
                raise ValueError(f"code {code!r}, kind {kind!r}")  # noqa: TRY301 - one way out of a bad row
            yield Entry(
                _split(name),
                _split(name_ar),
                code,
                kind,
                tuple(_split(parents)),
                _number(lat),
                _number(lon),
                country,
            )
        except ValueError as error:
            cure = f"write the tab-separated columns {', '.join(COLUMNS)}; kinds: {', '.join(RANK)}"
            raise ConfigError([Problem(file, number, 0, "", f"not a place: {error}", cure, line)]) from error


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _number(cell: str | float | None) -> float | None:
    value = None if cell in ("", None) else float(cell)
    if value is not None and not math.isfinite(value):
        raise ValueError(f"{cell!r} is no coordinate")
    return value


def _jsonl(lines: Iterable[str], file: str, codes: dict[str, str]) -> Iterator[Entry]:
    for number, line in enumerate(lines, 1):
        try:
            if line.strip():
                yield _from_json(json.loads(line), codes)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            cure = "write objects with id, country, level, name_ar or name_en, lat and lon"
            raise ConfigError(
                [Problem(file, number, 0, "", f"not a place: {error!r}", cure, line[:200])]
            ) from error


def _from_json(row: dict[str, Any], codes: dict[str, str]) -> Entry:
    names = [row[key] for key in ("name_en", "name_ar", "name_ku") if row.get(key)] + list(
        row.get("aliases", ())
    )
    geonames = f"gn:{row['geonames']}" if row.get("geonames") else row["id"]
    area = " ".join(split_words(row.get("adm1") or row.get("adm1_ar") or ""))
    above = row.get("adm3_pcode", "")[:4] if row["country"] == "SY" else ""
    level, parent = row["level"], above or codes.get(area, "")
    kind = {1: "governorate", 2: "district", 3: "district", "neighbourhood": "district"}.get(level, "village")
    if kind == "village" and row.get("population", 0) >= 5_000:
        kind = "town" if row["population"] < 30_000 else "city"
    return Entry(
        [name for name in names if name[0] < "\u0370"],
        [name for name in names if "\u0600" <= name[0] <= "\u06ff"],
        row.get("pcode") or geonames,
        kind,
        (parent,) if parent and level != 1 else (),
        _number(row.get("lat")),
        _number(row.get("lon")),
        row["country"],
    )
