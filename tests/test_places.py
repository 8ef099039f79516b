"""Which places a text names, as tables."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.configfile import load as load_config
from monitor.errors import ConfigError
from workers import understanding
from workers.check import check
from workers.places import Gazetteer, load

EVAL = Path(__file__).parent / "eval"

GAZETTEER = load()


def codes(text: str, country: str = "") -> list[str]:
    return [hit.place.code for hit in GAZETTEER.find(text, country=country)]


def names(text: str, country: str = "") -> list[str]:
    return [hit.place.name for hit in GAZETTEER.find(text, country=country)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("حظر تجوال في محافظة دير الزور", ["SY09"]),
        ("حظر تجوال في ديرالزور", ["SY09"]),
        ("حظر تجوال بالرقّة", ["SY11"]),
        ("قوة توجهت للرقة", ["SY11"]),
        ("وبحمص أيضاً", ["SY04"]),
        ("هدوء حذر في الحسـكة", ["SY08"]),
        ("اشتباكات في ادلب", ["SY07"]),
        ("curfew in DEIR AL-ZOR", ["SY09"]),
        ("curfew in Deir ez-Zor", ["SY09"]),
        ("clashes in Dar‘a and As-Sweida", ["SY12", "SY13"]),
        ("لا شيء هنا", []),
    ],
)
def test_governorates_carry_ocha_codes(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("مداهمة في بلدة الطوب شرقي دير الزور", ["At-Tob", "Deir ez-Zor"]),
        ("في ريف دير الزور الشرقي، وتحديداً بلدة ذيبان", ["Dhiban", "Deir ez-Zor"]),
        ("سويدان جزيرة والشحيل والبصيرة", ["Suwaydan Jazira", "Ash-Shuhayl", "Al-Busayrah"]),
        ("نزوح من الشيخ مقصود والأشرفية في حلب", ["Sheikh Maqsoud", "Al-Ashrafiyah", "Aleppo"]),
        ("أهالي قامشلو", ["Qamishli"]),
        ("كوباني (عين العرب)", ["Kobani", "Kobani"]),
        ("سري كانيه / رأس العين", ["Ras al-Ayn", "Ras al-Ayn"]),
        ("نزحوا من حي النازحين", ["Hayy an-Nazihin"]),
        ("اشتباكات في أشرفية صحنايا", ["Ashrafiyat Sahnaya"]),
    ],
)
def test_the_most_local_place_comes_first(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("فتح الباب أمام الأهالي", []),
        ("في مدينة الباب", ["Al-Bab"]),
        ("معركة طاحنة في السهل", []),
        ("قصف قرية معركة", ["Maarakeh"]),
        ("بحجة البحث عن مطلوبين", []),
        ("في شهر آب الماضي", []),
        ("فرقة عسكرية", []),
        ("قوات سوريا الديمقراطية", []),
        ("they hit the road", []),
        ("clashes near Hit", ["Hit"]),
    ],
)
def test_ordinary_words_need_a_place_word(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_city_and_governorate_of_one_name() -> None:
    (city,) = GAZETTEER.find("اشتباكات في مدينة حلب")
    (area,) = GAZETTEER.find("اشتباكات في محافظة حلب")
    assert area.place.code == "SY02"
    assert (city.place.name, city.place.code[:3]) == ("Aleppo", "gn:")
    assert GAZETTEER.within(city.place, area.place)
    assert not GAZETTEER.within(area.place, city.place)


@pytest.mark.parametrize(
    ("text", "country", "land"),
    [("في طرابلس", "LB", "LB"), ("في طرابلس", "LY", "LY"), ("في طرابلس شمال لبنان", "", "LB"), ("طرابلس في ليبيا", "", "LY")],
)  # fmt: skip
def test_namesakes_are_told_apart(text: str, country: str, land: str) -> None:
    assert land in GAZETTEER.find(text, country=country)[0].place.within


@pytest.mark.parametrize("number", range(1, 15))
def test_every_governorate_is_in_syria_and_holds_a_town(number: int) -> None:
    (area,) = GAZETTEER.resolve(f"SY{number:02}")
    assert area.within == ("SY",)
    towns = [place for name in GAZETTEER.names() for place in GAZETTEER.resolve(name)]
    assert any(GAZETTEER.within(town, area) and town.code != area.code for town in towns)


@pytest.mark.parametrize(
    ("town", "area"),
    [("تدمر", "SY04"), ("جبلة", "SY06"), ("دوما", "SY03"), ("نوى", "SY12"), ("شهبا", "SY13"), ("القامشلي", "SY08"), ("بانياس", "SY10")],
)  # fmt: skip
def test_geonames_numbers_are_not_taken_for_ocha_codes(town: str, area: str) -> None:
    assert area in GAZETTEER.resolve(town)[0].within


@pytest.mark.parametrize(
    "name", ["Deir ez-Zor", "deir ez zor", "دير الزور", "ديرالزور", "محافظة دير الزور", "sy09"]
)
def test_resolve_knows_spellings_and_codes(name: str) -> None:
    assert GAZETTEER.resolve(name)[0].code == "SY09"


@pytest.mark.parametrize("name", ["", "   ", "Atlantis", "مدينة", "ـ"])
def test_resolve_of_the_unknown_is_empty(name: str) -> None:
    assert GAZETTEER.resolve(name) == []


_BITS = st.sampled_from(
    [
        "وبلدة ",
        "الطوب",
        "دير",
        " الزور",
        "لل",
        "رقّة",
        "ـ",
        "\u200f",
        "، ",
        "Deir",
        "-",
        "al ",
        "Hit",
        "في ",
        "ً",
        "İ",
        "’",
        "\n",
    ]
)
_TEXTS = st.one_of(st.text(max_size=60), st.lists(_BITS, max_size=12).map("".join))


@given(_TEXTS)
def test_offsets_are_those_of_the_original(text: str) -> None:
    for hit in GAZETTEER.find(text):
        assert text[hit.start : hit.end] == hit.place.text != ""
    GAZETTEER.resolve(text)


ROW = "Newtown\tبلدة جديدة جدا\tx:new\ttown\tSY09\t35.1\t40.2\tSY\n"


def test_the_admins_own_table_adds_places(tmp_path: Path) -> None:
    file = tmp_path / "own.tsv"
    file.write_text("# ours\n" + ROW, encoding="utf-8")
    (place,) = load([file]).resolve("Newtown")
    assert (place.code, place.within, place.lat) == ("x:new", ("SY09", "SY"), 35.1)


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_json_lines_are_read_too(tmp_path: Path, suffix: str) -> None:
    row = {"id": "x:1", "country": "SY", "level": 4, "name_en": "Lonely Hill", "name_ar": "تل الوحيد الصغير",
           "pcode": "C0001", "lat": 35.0, "lon": 40.0, "adm1_ar": "دير الزور"}  # fmt: skip
    raw = json.dumps(row, ensure_ascii=False).encode()
    file = tmp_path / f"own{suffix}"
    file.write_bytes(gzip.compress(raw) if suffix.endswith("gz") else raw)
    (place,) = load([file]).resolve("تل الوحيد الصغير")
    assert (place.code, place.within) == ("C0001", ("SY09", "SY"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("own.tsv", ROW + "one\ttwo\n"),
        ("own.tsv", ROW + ROW.replace("35.1", "nan")),
        ("own.tsv", ROW + ROW.replace("town", "planet")),
        ("own.jsonl", '\n{"id": "x"}\n'),
        ("own.jsonl", "\n[]\n"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, name: str, content: str) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load([file])
    assert (caught.value.problems[0].file, caught.value.problems[0].line) == (str(file), 2)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.tsv"):
        load([tmp_path / "gone.tsv"])


def test_a_config_names_more_places_relative_to_itself(tmp_path: Path) -> None:
    (tmp_path / "own.tsv").write_text(ROW, "utf-8")
    path = tmp_path / "config.yaml"
    path.write_text(
        "places: {files: [own.tsv]}\nroutes: [{receivers: [console], places: [Newtown]}]\n", "utf-8"
    )
    config = load_config(path, {})
    check(config, str(path))
    assert understanding.gazetteer(config).knows("بلدة جديدة جدا")
    assert not GAZETTEER.knows("بلدة جديدة جدا")


def test_a_bad_line_of_a_configs_places_is_named_by_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "own.tsv").write_text(ROW + "one\ttwo\n", "utf-8")
    path = tmp_path / "config.yaml"
    path.write_text("places: {files: [own.tsv]}\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        check(load_config(path, {}), str(path))
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (str(tmp_path / "own.tsv"), 2)
    assert "tab-separated" in problem.cure


def test_a_fuller_gazetteer_finds_more_and_changes_no_code_of_ours(corpora: Path) -> None:
    fuller = load([corpora / "gazetteer.jsonl.gz"])
    items = [json.loads(line) for line in (EVAL / "practice_arS.jsonl").read_text("utf-8").splitlines()]
    own, more = (sum(len(one.find(item["body"])) for item in items) for one in (GAZETTEER, fuller))
    assert more > own
    for name in ("Deir ez-Zor", "حلب", "الموصل", "Tripoli"):
        assert fuller.resolve(name)[0].code == GAZETTEER.resolve(name)[0].code


def test_an_empty_gazetteer_finds_nothing() -> None:
    assert Gazetteer([]).find("إدلب وحلب وحماة") == []
