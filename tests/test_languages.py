"""What the smaller lexicons say, and which languages a text is read in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from workers import classify
from workers.classify import Document
from workers.classify.language import languages

LEXICONS = classify.load()
CATEGORIES = ("curfew", "displacement", "clashes")


def cases() -> Iterator[tuple[str, str, str]]:
    """Language, expected and text of every line of the table."""
    table = yaml.safe_load((Path(__file__).parent / "language_cases.yaml").read_text("utf-8"))
    for lang, lines in table.items():
        for line in lines.strip().splitlines():
            expected, _, text = line.partition("|")
            yield lang, expected.strip(), text.strip()


def told(text: str, lang: str) -> str:
    title, _, body = text.partition(" / ")
    reading = classify.read(Document("1", title, body, lang), LEXICONS, None)
    found = {mention.category: mention.status for mention in reversed(reading.mentions)}
    return " ".join(f"{name}={found[name]}" for name in CATEGORIES if name in found) or "-"


@pytest.mark.parametrize(("lang", "expected", "text"), list(cases()))
def test_the_table_of_sentences(lang: str, expected: str, text: str) -> None:
    assert told(text, lang) == expected


@pytest.mark.parametrize("lang", ["en", "tr", "fr", "kmr", "ckb"])
def test_every_language_has_its_cases(lang: str) -> None:
    assert sum(one == lang for one, _, _ in cases()) >= 30


@pytest.mark.parametrize(
    ("text", "hint", "main"),
    [
        ("Curfew in Homs", "en", "en"),
        ("Curfew in Homs", "", "en"),
        ("حظر تجوال في منبج", "", "ar"),
        ("حظر تجوال في منبج", "en", "ar"),
        ("Sokağa çıkma yasağı ilan edildi", "en", "tr"),
        ("SOKAGA CIKMA YASAGI ILAN EDILDI", "", "tr"),
        ("Les habitants ont quitté le village", "", "fr"),
        ("Li Hesekê qedexeya derketina derve", "ku", "kmr"),
        ("قەدەغەی هاتوچۆ لە سلێمانی", "ku", "ckb"),
        ("قەدەغەی هاتوچۆ لە سلێمانی", "ar", "ckb"),
        ("Ausgangssperre in Homs", "de", "en"),
    ],
)
def test_the_main_language(text: str, hint: str, main: str) -> None:
    assert languages(text, hint)[0] == main


def test_no_script_is_skipped() -> None:
    """A text of two scripts is read in both."""
    arabic = "فرضت قوات الأمن حظر تجوال في مدينة الحسكة منذ مساء أمس حتى إشعار آخر"
    english = "The army imposed a curfew in the city of Hasakah on Monday after clashes with militants."
    assert set(languages(f"{arabic}\n{english}")) == {"ar", "en"}
    assert "ar" in languages(english * 12 + "\n" + arabic)
    assert languages("Ϙ") == ["en", "fr", "tr", "kmr"]
