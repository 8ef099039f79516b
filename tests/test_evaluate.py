"""`rasid eval`: the figures by which an admin measures a change of terms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli import cli
from monitor.models import Evidence, Mention, Reading
from workers.evaluate import Counts, Judged, interval, load_items, report

ITEM = {
    "id": "1",
    "lang": "ar",
    "title": "فرض حظر تجول في منبج",
    "body": "",
    "labels": {"curfew": True, "clashes": False},
}


def judged(label: bool, confidence: float | None, **more: Any) -> Judged:
    evidence = (Evidence("title", 0, 3, "فرض", "rule"),)
    mentions = () if confidence is None else (Mention("curfew", "imposed", confidence, evidence),)
    return Judged({"id": "1", "lang": "ar", "labels": {"curfew": label}, **more}, Reading("ar", mentions))


def test_counts_and_f1() -> None:
    found = report([judged(True, 0.9), judged(True, None), judged(False, 0.7), judged(False, None)])
    counts = found.counts["ar", "curfew"]
    assert (counts.tp, counts.fp, counts.fn, counts.tn) == (1, 1, 1, 1)
    assert (counts.precision, counts.recall, counts.f1) == (0.5, 0.5, 0.5)
    assert found.macro() == 0.5
    assert [one.split(" (")[0] for one in found.wrong] == ["1 curfew not found", "1 curfew found"]


def test_traps_statuses_unusual_wordings_and_calibration() -> None:
    found = report(
        [
            judged(True, 0.95, curfew_status="imposed", unusual_form=True, trap="a"),
            judged(True, 0.95, curfew_status="lifted"),
            judged(True, None, unusual_form=True),
            judged(False, 0.95, trap="a"),
        ]
    )
    assert vars(found.statuses["curfew"]) == {"right": 1, "whole": 2}
    assert vars(found.unusual) == {"right": 1, "whole": 2}
    assert vars(found.traps["a"]) == {"right": 1, "whole": 2}
    assert vars(found.calibration[-1]) == {"right": 2, "whole": 3}


def test_nothing_to_find_and_nothing_found_is_right() -> None:
    assert Counts(tn=5).f1 == 1.0
    assert report([]).macro() == 1.0


@given(st.lists(st.tuples(st.booleans(), st.none() | st.floats(0.5, 1.0)), min_size=1, max_size=30))
def test_figures_stay_between_zero_and_one(verdicts: list[tuple[bool, float | None]]) -> None:
    found = report([judged(label, confidence) for label, confidence in verdicts])
    assert 0.0 <= found.macro() <= 1.0
    assert found.counts["ar", "curfew"].tp + found.counts["ar", "curfew"].fn == sum(
        one for one, _ in verdicts
    )


def test_the_interval_holds_the_figure() -> None:
    some = [judged(True, 0.9)] * 8 + [judged(True, None)] * 2
    low, high = interval(some)
    assert low <= report(some).macro() <= high


def test_lines_that_are_no_items_are_told() -> None:
    items, errors = load_items([json.dumps(ITEM), "{", "", "[]", '{"id": 1}'])
    assert len(items) == 1
    assert [error.split(":")[0] for error in errors] == ["line 2", "line 4", "line 5"]


@pytest.mark.parametrize("arguments", [[], ["--json"], ["--verbose"]])
def test_the_command(tmp_path: Path, arguments: list[str]) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text(json.dumps(ITEM, ensure_ascii=False) + "\n", "utf-8")
    result = CliRunner().invoke(cli, ["eval", str(path), *arguments], standalone_mode=False)
    assert result.return_value == 0
    if "--json" in arguments:
        assert json.loads(result.output)["macro_f1"] == 1.0
    else:
        assert "macro F1 all" in result.output
