"""The private server: one daemon a directory, orphans shut down, crashes mended, data kept."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.embedded import EmbeddedServer, find_binary, socket_path
from monitor.errors import ServerError
from monitor.store import open_store, ping

HOLD = """
import sys
from pathlib import Path
from monitor.embedded import EmbeddedServer
from monitor.store import open_store
server = EmbeddedServer(Path(sys.argv[1])).__enter__()
open_store(server.url).client.call("SET", "stats-probe", "kept")
print("up", server.pid, flush=True)
sys.stdin.read()
"""


def test_it_listens_on_a_private_socket_only_and_stops_with_us(short_dir: Path) -> None:
    with EmbeddedServer(short_dir) as server:
        assert ping(server.url)
        settings = open_store(server.url).client.redis.config_get("*")
        assert (settings["port"], settings["appendonly"], settings["maxmemory-policy"]) == (
            "0",
            "yes",
            "noeviction",
        )
        assert stat.S_IMODE(short_dir.stat().st_mode) == 0o700
        assert stat.S_IMODE(socket_path(short_dir).stat().st_mode) == 0o700
    assert not ping(server.url)


def test_a_second_daemon_is_refused_with_the_first_ones_number(short_dir: Path) -> None:
    with EmbeddedServer(short_dir), pytest.raises(ServerError, match=f"process {os.getpid()}") as caught:
        EmbeddedServer(short_dir).__enter__()
    assert caught.value.reason == "data_dir_in_use"


def test_an_orphan_is_shut_down_and_its_data_kept(short_dir: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(short_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        orphan = int(holder.stdout.readline().split()[1])
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert ping(f"unix://{socket_path(short_dir)}"), "the server outlives its killed daemon"
        with EmbeddedServer(short_dir) as server:
            assert server.pid != orphan
            assert open_store(server.url).client.call("GET", "stats-probe") == "kept"


def test_a_crashed_server_is_started_again_with_its_data(short_dir: Path) -> None:
    with EmbeddedServer(short_dir) as server:
        store = open_store(server.url)
        store.client.call("SET", "stats-probe", "kept")
        handle = os.pidfd_open(server.pid)
        os.kill(server.pid, signal.SIGKILL)
        os.waitid(os.P_PIDFD, handle, os.WEXITED | os.WNOWAIT)
        os.close(handle)
        assert server.keep_alive()
        assert store.client.call("GET", "stats-probe") == "kept"
        assert not server.keep_alive()


def test_a_missing_program_is_told_with_a_cure(short_dir: Path) -> None:
    with pytest.raises(ServerError, match="cannot start"):
        EmbeddedServer(short_dir, binary="/nowhere/valkey-server").__enter__()
    with EmbeddedServer(short_dir) as server:
        assert ping(server.url), "the failed start left no lock behind"


def test_a_socket_path_that_is_too_long_is_told(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="too long"):
        EmbeddedServer(tmp_path / ("x" * 120)).__enter__()


def test_a_server_that_dies_again_while_it_starts_is_started_once_more(
    short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.embedded.RESTART_PAUSES", (0.0, 0.0))
    failures = short_dir / "failures"
    program = short_dir / "server"
    program.write_text(
        f'#!/bin/sh\nif [ -s {failures} ]; then sed -i 1d {failures}; exit 1; fi\nexec {find_binary()} "$@"\n'
    )
    program.chmod(0o700)
    with EmbeddedServer(short_dir / "data", str(program)) as server:
        for count, comes_back in ((2, True), (3, False)):
            failures.write_text("once\n" * count)
            os.kill(server.pid, signal.SIGKILL)
            os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
            if comes_back:
                assert server.keep_alive()
                assert ping(server.url)
            else:
                with pytest.raises(ServerError, match="did not come up"):
                    server.keep_alive()
