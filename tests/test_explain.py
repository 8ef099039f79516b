"""`rasid explain`, `extract` and the check of selectors: what an admin sees of a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli import cli
from monitor.config import Config
from monitor.errors import ConfigError, UsageError
from workers.check import check
from workers.explain import explain_source

BODY = """<html lang="ar"><head><title>إصلاح جسر الغدير</title></head><body><h1>إصلاح جسر الغدير</h1><div class="a">
<p>أعلنت بلدية الغدير انتهاء إصلاح الجسر الشرقي وعودة السير عليه صباح اليوم.</p>
<p>وفرضت قوى الأمن حظر تجول في البلدة من العاشرة ليلاً حتى السادسة صباحاً.</p>
<p>اقرأ أيضاً: <a href="/x">اشتباكات في بلدة السرو</a></p></div></body></html>"""


@pytest.fixture
def page(tmp_path: Path) -> str:
    path = tmp_path / "page.html"
    path.write_text(BODY, "utf-8")
    return str(path)


def test_explain_shows_what_was_kept_dropped_and_found(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_source(page, config_path=None, selector="", as_json=False) == 0
    shown = capsys.readouterr().out
    for expected in (
        "إصلاح جسر الغدير",
        "+ curfew imposed",
        "x related: ",
        "اشتباكات في بلدة السرو",
        "what weighs: ",
    ):
        assert expected in shown
    assert "\x1b[" not in shown, "no colours where the output is no terminal"


def test_explain_as_json_tells_the_same(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    explain_source(page, config_path=None, selector="div.a", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert set(told["categories"]) == {"curfew"}
    assert [one["reason"] for one in told["dropped"]] == ["related"]
    assert told["source"] == "page"
    assert told["weights"]["curfew"]["seen"] > 0


def test_explain_tells_of_a_selector_that_names_nothing(
    page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain_source(page, config_path=None, selector="div.z", as_json=False) == 1
    assert "the selector matched nothing" in capsys.readouterr().out


def test_explain_refuses_what_is_no_selector(page: str) -> None:
    with pytest.raises(UsageError, match="no CSS selector"):
        explain_source(page, config_path=None, selector="div[", as_json=False)


def test_a_missing_file_is_told() -> None:
    result = CliRunner().invoke(cli, ["explain", "/no/such/page.html"])
    assert "no/such/page.html" in str(result.exception)


def test_a_config_with_a_wrong_selector_is_refused() -> None:
    config = Config.model_validate(
        {"feeds": [{"name": "a", "url": "https://a.test/feed", "selector": "div.entry-content > p"}]}
        | {"receivers": {}}
    )
    check(config, "config.yaml")
    wrong = Config.model_validate(
        {"feeds": [{"name": "a", "url": "https://a.test/feed", "selector": "div..x"}]}
    )
    with pytest.raises(ConfigError, match=r"feeds\[0\].selector"):
        check(wrong, "config.yaml")
