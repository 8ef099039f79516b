"""Reading the config again: whole or not at all, when it is quiet, and with every difference told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor.config import Config
from monitor.configfile import load
from monitor.errors import ConfigError, Problem
from monitor.reload import LONGEST, PAUSE, QUIET, Reloaded, Reloader, differences

START = "feeds: [{name: One, url: 'https://one.test/feed'}]\n"


def reloader(tmp_path: Path, text: str = START, **options: Any) -> Reloader:
    path = tmp_path / "config.yaml"
    path.write_text(text, "utf-8")
    return Reloader(path, {}, load(path, {}), options.get("check", lambda _: None))


def after(one: Reloader, text: str, at: float = 100.0) -> Reloaded | None:
    one.path.write_text(text, "utf-8")
    assert one.look(at) is None  # somebody may still be writing
    return one.look(at + QUIET)


def test_an_edit_is_read_when_the_file_has_been_quiet_for_a_moment(tmp_path: Path) -> None:
    one = reloader(tmp_path)
    assert one.look(0.0) is None
    found = after(one, START.replace("One", "Two"))
    assert found is not None
    assert found.config is not None
    assert [feed.name for feed in found.config.feeds] == ["Two"]
    assert one.current is found.config
    assert one.look(200.0) is None


def test_pieces_of_a_write_are_not_read(tmp_path: Path) -> None:
    one = reloader(tmp_path)
    for number in range(20):
        one.path.write_text(START + "#" * number, "utf-8")
        assert one.look(100 + number * QUIET * 0.9) is None


def test_files_that_never_rest_are_read_in_the_end(tmp_path: Path) -> None:
    one = reloader(tmp_path)
    step, found = QUIET / 2, None
    for number in range(round(LONGEST / step) + 2):
        one.path.write_text(START.replace("One", f"One{number}"), "utf-8")
        found = found or one.look(100 + number * step)
    assert found is not None
    assert found.config is not None


def test_a_broken_edit_is_refused_once_and_the_good_one_stays(tmp_path: Path) -> None:
    one = reloader(tmp_path)
    before = one.current
    found = after(one, "feeds: [{name: One, urk: x}]\n")
    assert found is not None
    assert found.config is None
    assert "did you mean `url`" in found.refusal
    assert one.current is before
    assert one.look(200.0) is None
    assert after(one, START, 300.0) is None  # taken back: nothing has changed


def test_what_makes_no_sense_is_refused_as_well(tmp_path: Path) -> None:
    def check(_: Config) -> None:
        raise ConfigError([Problem("f", 1, 1, "routes[0].places", "no such place", "look")])

    found = after(reloader(tmp_path, check=check), START.replace("One", "Two"))
    assert found is not None
    assert "no such place" in found.refusal


def test_a_storm_of_edits_is_read_now_and_then(tmp_path: Path) -> None:
    one = reloader(tmp_path)
    reads, now = [], 0.0
    for number in range(500):
        if number % 10 == 0:
            one.path.write_text(START + f"#{number}", "utf-8")
            one.ask()
        now += 0.12
        one.look(now)
        if one._read_at == now:
            reads.append(now)
    assert 5 <= len(reads) <= 60 / PAUSE + 1


def test_a_signal_has_it_read_though_nothing_changed(tmp_path: Path) -> None:
    one = (
        reloader(tmp_path, "http: {contact: '${file:who}'}\n") if (tmp_path / "who").write_text("a") else None
    )
    assert one is not None
    (tmp_path / "who").write_text("b")
    assert one.look(10.0) is None
    one.ask()
    found = one.look(20.0)
    assert found is not None
    assert found.changes == ("http: contact a → b",)


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    one = reloader(tmp_path)
    one.path.unlink()
    assert one.look(100.0) is None
    found = one.look(101.0)
    assert found is not None
    assert "cannot be read" in found.refusal


def test_what_needs_a_restart_is_told_and_kept(tmp_path: Path) -> None:
    one = reloader(tmp_path)
    found = after(one, START + "data_dir: other\n")
    assert found is not None
    assert found.changes == ("data_dir: takes effect at the next start",)
    assert one.current.data_dir == tmp_path / "data"


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ({}, {}, []),
        (
            {"feeds": [{"name": "A", "url": "https://a.test/"}]},
            {"feeds": [{"name": "B", "url": "https://b.test/"}]},
            ["feed added: B (https://b.test/)", "feed removed: A (its history stays until retention)"],
        ),
        (
            {"feeds": [{"name": "A", "url": "https://a.test/", "interval": "2m"}]},
            {"feeds": [{"name": "A", "url": "https://a.test/", "interval": "5m"}]},
            ["feed changed: A: interval 120.0 → 300.0"],
        ),
        ({}, {"polling": {"min_interval": "30s"}}, ["polling: min_interval 60.0 → 30.0"]),
        (
            {"categories": {"rain": {"terms": {"ar": ["مطر"]}}}},
            {"categories": {"rain": {"terms": {"ar": ["سيل"]}}}},
            ["categories: rain.terms.ar +سيل -مطر"],
        ),
        (
            {"receivers": {"h": {"webhook": {"url": "https://h.test/x", "secret": "one"}}}},
            {"receivers": {"h": {"webhook": {"url": "https://h.test/x", "secret": "two"}}}},
            ["receivers: h.webhook.secret *** → ***"],
        ),
        (
            {"routes": [{"receivers": ["console"]}]},
            {"routes": [{"receivers": ["console"], "categories": ["curfew"]}, {"receivers": ["console"]}]},
            ["routes: [0].categories +curfew", "routes: [1] added"],
        ),
    ],
)
def test_every_difference_is_told_and_no_secret(
    old: dict[str, Any], new: dict[str, Any], lines: list[str]
) -> None:
    assert differences(Config.model_validate(old), Config.model_validate(new)) == lines
