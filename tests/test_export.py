"""Alerts for other tools: what a spreadsheet, an HXL reader and a map take, and nothing that runs."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import Alert, Source
from monitor.cli import cli
from monitor.clock import to_ms
from monitor.embedded import EmbeddedServer
from monitor.export import COLUMNS, FORMATS, admin1_code, harmless, newest, write
from monitor.models import Evidence, Hours, Mention, People, Place
from monitor.store import Store, open_store, snapshot

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DHIBAN = Place("ذيبان", "Dhiban", "ذيبان", "C5001", 35.0081234567, 40.5, ("SY0901", "SY09"))
RAQQA = Place("الرقة", "Ar-Raqqa", "الرقة", "SY11", 35.95, 39.01)
MENTION = Mention(
    "displacement", "flight", 0.93456, (Evidence("title", 0, 4, "نص", "r"),), places=(DHIBAN, RAQQA),
    people=People(300, "families", True), event_time="2026-02-28",
)  # fmt: skip
SOURCE = Source("it_1", "Outlet", "https://o.test/1", "عنوان", NOW, NOW)
ALERT = Alert(
    "al_1", 1, "gr_1", "new", "in_1", NOW, "first report", "displacement", "flight", 0.93456,
    "high", "نزوح\nمن ذيبان", "نص", "ar", (MENTION,), (SOURCE,),
)  # fmt: skip


def written(form: str, *alerts: Alert) -> str:
    stream = io.StringIO(newline="")
    count = write(alerts, form, stream, {"SY09": "Deir-ez-Zor"})
    assert count == len(list(newest(alerts)))
    return stream.getvalue()


def table(*alerts: Alert) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written("csv", *alerts))))


def test_the_table_has_tags_codes_and_the_facts() -> None:
    tags, row = table(ALERT)
    for tag in (
        "#event+type", "#status", "#date+reported", "#adm1+name", "#adm1+code", "#geo+lat", "#geo+lon",
        "#affected+num", "#meta+source",
    ):  # fmt: skip
        assert tag in tags.values()
    assert {
        "category": "displacement", "status": "flight", "reported": "2026-03-01T12:00:00Z", "adm1": "Deir-ez-Zor",
        "adm1_code": "SY09", "country_code": "SY", "place": "Dhiban", "place_ar": "ذيبان", "place_code": "C5001",
        "other_places": "Ar-Raqqa", "affected": "300", "affected_unit": "families", "affected_at_least": "true",
        "confidence": "0.935", "event_time": "2026-02-28", "title": "نزوح من ذيبان", "source": "Outlet",
    }.items() <= row.items()  # fmt: skip


def test_every_column_has_a_tag_of_its_own() -> None:
    assert len(set(COLUMNS.values())) == len(COLUMNS)
    assert all(tag.startswith("#") and tag == tag.lower() for tag in COLUMNS.values())


def test_what_is_unknown_is_left_empty() -> None:
    bare = replace(ALERT, mentions=(), sources=())
    [_, row] = table(bare)
    assert (row["lat"], row["adm1_code"], row["affected"], row["url"], row["source"]) == ("", "", "", "", "")


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (DHIBAN, "SY09"),
        (RAQQA, "SY11"),
        (Place("x", "X", code="gn:170063", within=("gn:SY.09",)), ""),
        (Place("x", "X"), ""),
    ],
)
def test_only_p_codes_count_as_codes(place: Place, code: str) -> None:
    assert admin1_code(place) == code
    [_, row] = table(replace(ALERT, mentions=(replace(MENTION, places=(place,)),)))
    assert row["adm1_code"] == code
    assert not row["place_code"].startswith("gn:")


def test_one_record_an_alert_its_newest_revision_and_no_drill() -> None:
    second = replace(ALERT, revision=2, status="return", kind="update")
    other = replace(ALERT, id="al_2")
    drill = replace(ALERT, id="al_3", kind="drill")
    kept = [(one.id, one.revision) for one in newest([second, ALERT, drill, other])]
    assert kept == [("al_1", 2), ("al_2", 1)]


def test_people_told_twice_are_not_added_up() -> None:
    twice = replace(ALERT, mentions=(MENTION, replace(MENTION, people=People(120, "persons"))))
    assert table(twice)[1]["affected"] == "300"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A1", "＝1", "\t=1", " =1", "\r=1", "\n-2"]
)
def test_no_cell_becomes_a_formula(text: str) -> None:
    bad = Place(text, text, text, text, -33.5, -58.4, (text,))
    row = table(
        replace(
            ALERT,
            title=text,
            status=text,
            category=text,
            sources=(replace(SOURCE, outlet=text),),
            mentions=(
                replace(
                    MENTION, places=(bad, bad), actor=text, event_time=text, hours=Hours(text, text, text)
                ),
            ),
        )
    )[1]
    numbers = {"lat", "lon"}
    for name, cell in row.items():
        assert name in numbers or not cell.strip().startswith(tuple("=+-@＝＋－＠")), (name, cell)
    assert (row["lat"], row["lon"]) == ("-33.5", "-58.4"), "numbers stay numbers"


@given(st.text(max_size=30))
def test_any_text_stays_one_cell_of_one_row(text: str) -> None:
    rows = table(replace(ALERT, title=text, sources=(replace(SOURCE, outlet=text),)))
    assert len(rows) == 2
    assert None not in rows[1]
    assert str(harmless(text)).lstrip("'") == text.lstrip("'")


def test_json_lines_are_whole_alerts() -> None:
    [line] = written("jsonl", ALERT).splitlines()
    assert Alert.from_dict(json.loads(line)).to_dict() == ALERT.to_dict()


def test_geojson_is_what_the_standard_says() -> None:
    nowhere = replace(ALERT, id="al_2", mentions=(replace(MENTION, places=(Place("x", "X"),)),))
    one = replace(ALERT, id="al_3", mentions=(replace(MENTION, places=(RAQQA,)),))
    found = json.loads(written("geojson", ALERT, nowhere, one))
    assert set(found) == {"type", "features"}, "no crs: it is always WGS 84"
    assert found["type"] == "FeatureCollection"
    several, none, single = found["features"]
    for feature in found["features"]:
        assert {"type", "id", "geometry", "properties"} == set(feature)
        assert feature["type"] == "Feature"
    assert several["geometry"] == {"type": "MultiPoint", "coordinates": [[40.5, 35.008123], [39.01, 35.95]]}
    assert none["geometry"] is None
    assert single["geometry"] == {"type": "Point", "coordinates": [39.01, 35.95]}
    assert several["properties"]["adm1_code"] == "SY09"


def test_alerts_are_read_a_few_at_a_time_and_none_is_left_out(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        for revision in (1, 2):
            told = replace(ALERT, id=f"al_{number}", revision=revision)
            store.client.call("HSET", f"alert:{told.id}", revision, json.dumps(told.to_dict()))
        store.client.call("ZADD", "alerts", number, f"al_{number}")
    monkeypatch.setattr(snapshot, "TOGETHER", 2)
    found = [one.message_id for one in snapshot.alerts_since(store.client, 3)]
    assert found == [f"al_{number}_r{revision}" for number in (6, 5, 4, 3) for revision in (2, 1)]


def test_nothing_at_all_is_still_a_file() -> None:
    assert json.loads(written("geojson")) == {"type": "FeatureCollection", "features": []}
    assert len(written("csv").splitlines()) == 2
    assert written("jsonl") == ""


# ---------------------------------------------------------------- the command line


@pytest.fixture
def config(short_dir: Path) -> str:
    """A config whose store holds two alerts, the newer one of today."""
    path = short_dir / "config.yaml"
    path.write_text("data_dir: data\nreceivers: {console: {}}\n")
    now = datetime.now(UTC)
    with EmbeddedServer(short_dir / "data") as server:
        store = open_store(server.url)
        for name, at in (("al_1", now), ("al_9", datetime(2025, 1, 1, tzinfo=UTC))):
            document = json.dumps(replace(ALERT, id=name, created=at).to_dict())
            store.client.call("HSET", f"alert:{name}", 1, document)
            store.client.call("ZADD", "alerts", to_ms(at), name)
        store.close()
    return str(path)


@pytest.mark.parametrize("form", FORMATS)
def test_files_appear_whole_and_hold_what_is_asked_for(config: str, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    arguments = ["export", "--config", config, "--since", "7d", "--format", form]
    done = CliRunner().invoke(cli, [*arguments, "--out", str(out)], standalone_mode=False)
    assert done.exception is None
    text = out.read_text("utf-8-sig")
    assert "al_1" in text
    assert "al_9" not in text
    assert list(tmp_path.iterdir()) == [out]
    assert out.read_bytes().startswith(b"\xef\xbb\xbf") == (form == "csv"), (
        "spreadsheets need the mark, JSON forbids it"
    )
    assert CliRunner().invoke(cli, arguments, standalone_mode=False).output.splitlines() == text.splitlines()


def test_the_gazetteer_names_the_first_level(config: str) -> None:
    output = CliRunner().invoke(cli, ["export", "--config", config], standalone_mode=False).output
    [_, row] = csv.DictReader(io.StringIO(output))
    assert (row["adm1_code"], row["adm1"]) == ("SY09", "Deir ez-Zor")


def test_a_file_that_cannot_be_written_is_told_with_a_cure(config: str) -> None:
    done = CliRunner().invoke(
        cli, ["export", "--config", config, "--out", "/nowhere/at/all"], standalone_mode=False
    )
    assert "cannot write /nowhere/at/all" in str(done.exception)


@pytest.mark.parametrize(
    ("arguments", "start"), [((), "Situation report"), (("--format", "html", "--lang", "ar"), "<!doctype")]
)
def test_a_report_of_the_store(config: str, arguments: tuple[str, ...], start: str) -> None:
    output = CliRunner().invoke(cli, ["report", "--config", config, *arguments], standalone_mode=False).output
    assert output.startswith(start)
    assert "نزوح من ذيبان" in output
