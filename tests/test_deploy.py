"""What is handed to systemd, podman and docker: it parses, it runs commands that exist, as nobody special."""

from __future__ import annotations

import re
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from monitor import notify
from monitor.cli import cli
from monitor.notify import Notifier

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "rasid.service"


def settings(unit: Path) -> dict[str, dict[str, list[str]]]:
    """The sections of a unit file; a key may stand several times."""
    found: dict[str, dict[str, list[str]]] = {}

    class Many(dict[str, Any]):
        def __setitem__(self, key: str, value: Any) -> None:
            if isinstance(value, list) and key in self:
                self[key].extend(value)
            else:
                super().__setitem__(key, value)

    parser = ConfigParser(dict_type=Many, strict=False, interpolation=None, comment_prefixes="#")  # type: ignore[arg-type]
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit, "utf-8")
    for section in parser.sections():
        found[section] = {key: str(parser.get(section, key)).split("\n") for key in parser[section]}
    return found


def check_command(words: list[str]) -> None:
    """The words after `rasid` are a command of ours with options that it knows."""
    with click.Context(cli) as context:
        command = cli.get_command(context, words[0])
        assert command, words
        known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
        assert {word for word in words[1:] if word.startswith("--")} <= known


# ---------------------------------------------------------------- systemd


def test_the_unit_waits_for_readiness_watches_and_starts_again() -> None:
    service = settings(UNIT)["Service"]
    assert service["Type"] == ["notify"]
    assert service["Restart"] == ["on-failure"]
    assert service["RestartPreventExitStatus"] == ["2"], "a config that is refused is not tried for ever"
    assert int(service["WatchdogSec"][0]) >= 30
    assert int(service["TimeoutStopSec"][0]) > 10, "an orderly stop takes up to 10 s"
    assert service["User"] == ["rasid"]
    assert settings(UNIT)["Install"]["WantedBy"] == ["multi-user.target"]


@pytest.mark.parametrize(
    "key",
    [
        "NoNewPrivileges",
        "PrivateTmp",
        "PrivateDevices",
        "ProtectHome",
        "RestrictNamespaces",
        "LockPersonality",
    ],
)
def test_the_unit_gives_away_what_it_does_not_need(key: str) -> None:
    service = settings(UNIT)["Service"]
    assert service[key] == ["yes"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["CapabilityBoundingSet"] == [""]


@pytest.mark.parametrize("key", ["ExecStart", "ExecStartPre"])
def test_the_unit_runs_commands_that_exist(key: str) -> None:
    [line] = settings(UNIT)["Service"][key]
    program, *words = shlex.split(line)
    assert program.endswith("/rasid")
    check_command(words)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze on this machine")
def test_systemd_itself_takes_the_unit(tmp_path: Path) -> None:
    text = UNIT.read_text("utf-8")
    here = tmp_path / UNIT.name
    here.write_text(
        re.sub(r"/opt/rasid/\.venv/bin/rasid", shutil.which("true") or "/bin/true", text), "utf-8"
    )
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(here)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "rasid.service" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr


# ---------------------------------------------------------------- containers


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return found


def test_compose_has_the_roles_each_as_nobody_special() -> None:
    services = compose()["services"]
    assert set(services) >= {"valkey", "poller", "worker", "board"}
    assert services["worker"]["deploy"]["replicas"] == 2
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["restart"] == "unless-stopped", name
        if name != "valkey":
            assert service["read_only"] is True
            assert all(one.startswith("/") for one in service["tmpfs"]), name
            assert service["depends_on"]["valkey"]["condition"] == "service_healthy"


def test_compose_runs_commands_that_exist() -> None:
    services = compose()["services"]
    for name in ("poller", "worker"):
        check_command(services[name]["command"])
    check_command(services["status"]["healthcheck"]["test"][2:])


def test_the_store_keeps_everything_and_is_reached_by_nobody_else() -> None:
    found = compose()
    words = found["services"]["valkey"]["command"]
    options = dict(zip(words[1::2], words[2::2], strict=True))
    assert options["--appendonly"] == "yes"
    assert options["--maxmemory-policy"] == "noeviction"
    assert found["services"]["valkey"]["networks"] == ["inside"]
    assert found["networks"]["inside"]["internal"] is True
    assert "ports" not in found["services"]["valkey"]
    assert all(port.startswith("127.0.0.1:") for port in found["services"]["board"]["ports"])


def test_the_container_is_not_root_and_runs_a_command_that_exists() -> None:
    lines = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    steps = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    last = dict(steps)
    assert last["USER"] == "10001:10001"
    assert yaml.safe_load(last["ENTRYPOINT"]) == ["rasid"]
    check_command(yaml.safe_load(last["CMD"]))
    check_command(yaml.safe_load(last["HEALTHCHECK"].split("CMD", 1)[1])[1:])
    for name, rest in steps:
        if name == "COPY" and not rest.startswith("--from"):
            assert all((ROOT / source).exists() for source in rest.split()[:-1]), rest


# ---------------------------------------------------------------- sd_notify


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, short_dir: Path) -> Iterator[tuple[socket.socket, str]]:
    """The socket of a service manager, and how it names it."""
    name = str(short_dir / "notify") if request.param == "path" else f"@rasid-{short_dir.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + name[1:] if name.startswith("@") else name)
        listening.settimeout(5)
        yield listening, name


def test_the_manager_hears_ready_alive_and_stopping(manager: tuple[socket.socket, str]) -> None:
    listening, name = manager
    notifier = Notifier({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "60000000"})
    assert notifier.watchdog == 30.0
    assert notifier.ready("16 feeds\nSTOPPING=1")
    assert notifier.alive()
    assert notifier.stopping()
    heard = [listening.recv(4096).decode() for _ in range(3)]
    assert heard == ["READY=1\nSTATUS=16 feeds STOPPING=1", "WATCHDOG=1", "STOPPING=1"]


@pytest.mark.parametrize("name", ["", "@", "relative/path", "vsock:2:1", "/nowhere/socket", "/" + "x" * 300])
def test_without_a_manager_nothing_is_said_and_nothing_fails(name: str) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": name})
    assert not notifier.ready()
    assert not notifier.alive()
    assert not notifier.stopping()


def test_a_manager_that_does_not_read_holds_nobody_up(short_dir: Path) -> None:
    path = str(short_dir / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(path)
        notifier = Notifier({"NOTIFY_SOCKET": path})
        began = time.monotonic()
        assert not all(notifier.alive() for _ in range(5000)), "its buffer is full, and we went on"
        assert time.monotonic() - began < 0.9


@pytest.mark.parametrize(
    ("limit", "owner", "seconds"),
    [("", "", 0.0), ("x", "", 0.0), ("-5", "", 0.0), ("2000000", "1", 0.0), ("2000000", "", 1.0)],
)
def test_the_watchdog_is_ours_or_nobodys(limit: str, owner: str, seconds: float) -> None:
    assert Notifier({"WATCHDOG_USEC": limit, "WATCHDOG_PID": owner}).watchdog == seconds


def test_what_we_start_cannot_speak_for_us(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("NOTIFY_SOCKET", "@somebody")
    monkeypatch.setenv("WATCHDOG_USEC", "1000000")
    assert notify.from_environment().watchdog == 0.5
    assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC"} & set(os.environ)


# ---------------------------------------------------------------- the manual

MANUAL = (ROOT / "docs" / "operations.md").read_text("utf-8")


def test_the_manual_names_commands_that_exist() -> None:
    named = set(re.findall(r"(?<!-u )(?<!/)\brasid ([a-z][a-z-]+)", MANUAL)) - {"board"}  # a role of its own
    assert {"status", "backup", "restore", "export", "report", "alerts", "items"} <= named
    with click.Context(cli) as context:
        assert {name for name in named if cli.get_command(context, name) is None} == set()


@pytest.mark.parametrize(
    "name", ["overflow", "shrinking", "empty", "quiet", "lying_validators", "data_too_new", "no_copy"]
)
def test_the_manual_explains_every_complaint(name: str) -> None:
    assert f"| `{name}`" in MANUAL
