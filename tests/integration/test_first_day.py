"""docs/first-day.md: every command on the page is run, in its order, in one shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "first-day.md"
INSTALL = "python3 -m venv .venv && .venv/bin/pip install --quiet ."
START = """set -eu -o pipefail
trap 'kill $(jobs -p) 2>/dev/null || :' EXIT"""
ALERTS = 12  # that the newsroom's day brings at least
WAITED = f"""
for _ in $(seq 600); do
  count=$(.venv/bin/rasid alerts list --config day/config.yaml --json 2>/dev/null | wc -l) || count=0
  [ "$count" -ge {ALERTS} ] && break
  read -rt 0.2 <> <(:) || :
done
"""


def blocks() -> list[str]:
    """The page's shell blocks."""
    return re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.fixture
def shell(short_dir: Path) -> Path:
    """A folder that looks as it does after the installation."""
    folder = short_dir / ".venv" / "bin"
    folder.mkdir(parents=True)
    command = folder / "rasid"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m monitor.cli "$@"\n', "utf-8")
    command.chmod(0o755)
    return short_dir


def test_the_page_installs_as_the_readme_does() -> None:
    assert blocks()[0].strip() == INSTALL
    assert INSTALL in (ROOT / "README.md").read_text("utf-8")


def test_every_command_of_the_first_day(shell: Path) -> None:
    _, demo, *rest = blocks()
    marked = [part for number, block in enumerate(rest) for part in (f"echo '== {number}'", block)]
    # `status` may name what is not well yet, and says so with its exit code.
    script = "\n".join([START, demo, WAITED, *marked]).replace(
        "rasid status --config day/config.yaml", "rasid status --config day/config.yaml || [ $? = 1 ]"
    )
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=shell,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
    )
    log = (shell / "day.log").read_text("utf-8") if (shell / "day.log").exists() else ""
    assert done.returncode == 0, (done.stdout[-3000:], done.stderr[-3000:], log[-1000:])
    out = done.stdout
    assert "3 feeds, 2 receivers, all well" in out
    assert "would alert, and did not" in out
    assert "shelling" in out.partition("would alert, and did not")[2]
    assert "acknowledged" in out
    assert "exercise of the civil defence" in out
    assert "✓ hook: delivered" in out
    assert (shell / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert "#event" in (shell / "alerts.csv").read_text("utf-8")
    assert (shell / "day.backup").stat().st_size > 1000
