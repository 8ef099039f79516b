"""Under systemd: the daemon says when it is ready, that it lives, and when it stops; a taken port costs only the board."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest

from tests.integration.conftest import Daemon

CONFIG = """data_dir: state
receivers: {{archive: {{file: {{path: a.jsonl}}}}}}
watch: {{canary: off}}
board: {{listen: "127.0.0.1:{port}"}}
"""


def test_it_tells_systemd_and_goes_on_without_a_port_for_the_board(
    short_dir: Path, daemons: list[Daemon], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = short_dir / "notify"
    config = short_dir / "config.yaml"
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
        socket.create_server(("127.0.0.1", 0)) as taken,
    ):
        manager.bind(str(address))
        manager.settimeout(60)
        config.write_text(CONFIG.format(port=taken.getsockname()[1]), "utf-8")
        monkeypatch.setenv("NOTIFY_SOCKET", str(address))
        monkeypatch.setenv("WATCHDOG_USEC", "400000")
        daemon = Daemon("run", "--config", str(config))
        daemons.append(daemon)
        words = [manager.recv(200).decode()]
        while words.count("WATCHDOG=1") < 4:
            words.append(manager.recv(200).decode())
        daemon.process.send_signal(signal.SIGTERM)
        while words[-1] != "STOPPING=1":
            words.append(manager.recv(200).decode())
    code, _, errors = daemon.finish(60)
    assert code == 0
    assert words[0].startswith("READY=1")
    assert "there is no board" in errors
    assert "board.listen" in errors
