"""The worked examples of `config.yaml`, off by default, do what they say once the `# ` is taken away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.configfile import load as load_config
from workers.classify import Document, Lexicons, load, read
from workers.understanding import custom_terms

SHIPPED = Path(__file__).parent.parent / "config.yaml"


@pytest.fixture(scope="module")
def lexicons(tmp_path_factory: pytest.TempPathFactory) -> Lexicons:
    text = SHIPPED.read_text("utf-8")
    start, end = text.index("  # closures:"), text.index("incidents:\n")
    shown = re.sub(r"^  # ", "  ", text[start:end], flags=re.MULTILINE)
    path = tmp_path_factory.mktemp("config") / "config.yaml"
    path.write_text(text[:start] + shown + text[end:], "utf-8")
    return load(extra=custom_terms(load_config(path, {})), opinion=False)


def test_they_are_off_as_shipped() -> None:
    assert set(custom_terms(load_config(SHIPPED, {}))) == set()


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("ar", "وأغلقت قوى الأمن المعبر، فيما أدى إغلاق الطريق الدولي إلى توقف الشاحنات", {"closures"}),
        ("ar", "ضرب طوق أمني حول البلدة منذ الفجر", {"closures"}),
        ("ar", "إغلاق الطريق الرئيسي بسبب أعمال الصيانة", set()),
        ("ar", "لم يسجل أي قصف مدفعي على القرية اليوم", set()),
        ("ar", "بقصف مدفعيّ طال أطراف البلدة فجراً", {"shelling"}),
        ("ar", "غـارة جويـة على مستودع قرب المدينة", {"shelling"}),
        ("en", "Residents reported airstrikes near the village this morning", {"shelling"}),
        ("en", "The border closed at noon after the attack", {"closures"}),
        ("en", "The road closed for roadworks until Friday", set()),
    ],
)
def test_terms_with_what_is_glued_to_them(lexicons: Lexicons, lang: str, text: str, found: set[str]) -> None:
    reading = read(Document("1", "", text, lang), lexicons, None)
    assert {one.category for one in reading.mentions} & {"closures", "shelling"} == found
