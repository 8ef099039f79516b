"""What people write wrong: each file is refused with the line, the key and a cure, and no secret is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from monitor.cli import cli
from monitor.configfile import load, located, render_problems
from monitor.errors import ConfigError, Problem
from tests.test_config import BROKEN
from workers.check import check
from workers.places import Gazetteer
from workers.places import load as load_places

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "broken_configs.yaml").read_text("utf-8")
)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_places()


def refused(text: str, folder: Path, gazetteer: Gazetteer) -> list[Problem]:
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        check(load(path, {}), str(path), gazetteer)
    return located(caught.value).problems


def test_there_are_enough_of_them() -> None:
    assert len(CASES) + len(BROKEN) >= 160
    assert len({case["text"] for case in CASES} | {text for text, *_ in BROKEN}) == len(CASES) + len(BROKEN)


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:40] for case in CASES])
def test_it_is_refused_with_its_line_and_a_cure(
    case: dict[str, Any], tmp_path: Path, gazetteer: Gazetteer
) -> None:
    found = refused(case["text"], tmp_path, gazetteer)
    fitting = [one for one in found if one.line == case["line"] and one.key == case.get("key", one.key)]
    assert fitting, found
    assert any(case["says"] in f"{one.message} {one.cure}" for one in fitting), found
    assert all(one.cure for one in found), found
    assert render_problems(ConfigError(found)).startswith(str(tmp_path))


@pytest.mark.parametrize("case", CASES[::9], ids=[case["text"][:40] for case in CASES[::9]])
def test_the_command_line_says_the_same_and_exits_with_2(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(case["text"], "utf-8")
    monkeypatch.setattr("sys.argv", ["rasid", "check", "--config", str(path)])
    from monitor.cli import main

    with pytest.raises(SystemExit) as caught:
        main()
    said = capsys.readouterr().err
    assert caught.value.code == 2
    assert f"{path}:{case['line']}:" in said
    assert "Traceback" not in said


def test_what_is_no_file_at_all(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.yaml", Path("a\0b")):
        with pytest.raises(ConfigError) as caught:
            load(path, {})
        assert caught.value.problems[0].cure
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\x7fELF\x00\x01\x02\xff\xfe" * 100)
    with pytest.raises(ConfigError):
        load(binary, {})


# ---------------------------------------------------------------- includes


def test_lists_of_feeds_are_shared_and_their_mistakes_named_where_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "feeds.d"
    folder.mkdir()
    (folder / "a.yaml").write_text("- {name: A, url: https://a.example/feed}\n", "utf-8")
    (folder / "b.yaml").write_text("feeds:\n  - {name: B, url: https://b.example/feed}\n", "utf-8")
    path = tmp_path / "config.yaml"
    path.write_text("feeds: !include feeds.d/*.yaml\n", "utf-8")
    assert [feed.name for feed in load(path, {}).feeds] == ["A", "B"]
    (folder / "c.yaml").write_text("# ours\n- {name: C, url: https://c.example, teir: 1}\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.key) == (str(folder / "c.yaml"), 2, "feeds[2].teir")
    assert "did you mean `tier`" in problem.cure


def test_an_include_among_others_and_of_sections(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text(
        "- {name: B, url: https://b.example}\n- {name: C, url: https://c.example}\n"
    )
    (tmp_path / "words.yaml").write_text("floods: {terms: {ar: [سيول]}}\n", "utf-8")
    path = tmp_path / "config.yaml"
    path.write_text(
        "feeds:\n  - {name: A, url: https://a.example}\n  - !include more.yaml\n"
        "  - {name: D, url: https://d.example}\ncategories: !include words.yaml\n"
    )
    config = load(path, {})
    assert [feed.name for feed in config.feeds] == ["A", "B", "C", "D"]
    assert "floods" in config.categories


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- !include b.yaml\n")
    (tmp_path / "b.yaml").write_text("- !include a.yaml\n")
    (tmp_path / "config.yaml").write_text("feeds: !include a.yaml\n")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "config.yaml", {})
    assert "includes itself" in str(caught.value)


def test_a_secret_file_lies_beside_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "key").write_text("k3y")
    (tmp_path / "sub" / "hook.yaml").write_text(
        "hook: {webhook: {url: https://h.example/x, secret: '${file:key}'}}\n"
    )
    (tmp_path / "config.yaml").write_text("receivers: !include sub/hook.yaml\n")
    secret = load(tmp_path / "config.yaml", {}).receivers["hook"].secret
    assert secret is not None
    assert secret.get_secret_value() == "k3y"


def test_warnings_do_not_refuse(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("routes: [{receivers: [console], escalate: {after: 10m, to: [console]}}]\n")
    found = CliRunner().invoke(cli, ["check", "--config", str(path)], standalone_mode=False)
    assert found.return_value == 0
    assert "two ways" in found.stderr
    assert "from a phone" in found.stderr
    assert "http.contact" in found.stderr
