"""A secret shows nowhere: not in what a whole run prints, writes, serves or is called by."""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.integration.conftest import Daemon, _family
from tests.integration.test_duty import World

SECRETS = {
    "HOOK": "https://127.0.0.1:1/T0KEN-IN-PATH",
    "KEY": "wh-sign-s3cret",
    "CHAT": "json://chatuser:ch4t-p4ss@127.0.0.1:1/x",
    "MAIL": "smtp://mailer:m4il-p4ss@127.0.0.1:1",
    "DEADMAN": "http://127.0.0.1:1/d3adman-id",
    "BOARD": "b0ard-p4ss",
}
SHOWN = ("T0KEN-IN-PATH", "wh-sign-s3cret", "ch4t-p4ss", "m4il-p4ss", "d3adman-id", "b0ard-p4ss")
CONFIG = """data_dir: state
timezone: UTC
http: {{contact: ops@example.org, per_host: {{delay: 1ms}}, allow_networks: [127.0.0.0/8]}}
polling: {{interval: 1s, min_interval: 1s}}
feeds:
  - {{name: One, url: "{base}/feed", lang: ar, content: feed}}
receivers:
  duty: {{webhook: {{url: "{base}/duty"}}}}
  hook: {{webhook: {{url: "${{HOOK}}", secret: "${{KEY}}"}}}}
  chat: {{apprise: "${{CHAT}}"}}
  mail: {{mail: {{server: "${{MAIL}}", from: rasid@example.org, to: [duty@example.org]}}}}
routes: [{{receivers: [duty, hook, chat, mail]}}]
watch: {{receivers: [duty], canary: 1s, deadman_url: "${{DEADMAN}}"}}
board: {{listen: "127.0.0.1:{port}", password: "${{BOARD}}"}}
"""


def run(config: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "monitor.cli", *arguments, "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def command_lines(pid: int) -> str:
    return "\n".join(
        Path(f"/proc/{one}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        for one in _family(pid)
        if Path(f"/proc/{one}/cmdline").exists()
    )


def board_says(base: str) -> str:
    texts = []
    for path in ("/", "/login", "/api/status", "/api/outbox", "/deliveries", "/metrics", "/healthz"):
        try:
            with urllib.request.urlopen(base + path, timeout=10) as answer:
                texts.append(answer.read().decode())
        except urllib.error.HTTPError as error:
            texts.append(error.read().decode())
    return "\n".join(texts)


def test_no_secret_shows_anywhere(
    short_dir: Path, daemons: list[Daemon], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    world = World()
    config = short_dir / "config.yaml"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config.write_text(CONFIG.format(base=world.base, port=port), "utf-8")
    daemon = Daemon("run", "--verbose", "--config", str(config))
    daemons.append(daemon)
    world.titles.append("فرض حظر تجول في مدينة حلب من السادسة مساءً")
    world.until(lambda: world.got("duty"))
    world.until(lambda: "again in" in run(config, "status") or "hook" in run(config, "status"))
    seen = {
        "ps": command_lines(daemon.process.pid),
        "board": board_says(f"http://127.0.0.1:{port}"),
        **{
            " ".join(words): run(config, *words)
            for words in (
                ("status",), ("status", "--json"), ("check",), ("check", "--online"), ("alerts", "--json"), ("items",),
                ("feeds",), ("test-alert", "--patience", "300ms"), ("backup", str(short_dir / "kept")),
            )
        },
    }  # fmt: skip
    config.write_text(config.read_text("utf-8").replace("hook: {webhook", "hook: {webhok"), "utf-8")
    seen["check broken"] = run(config, "check")
    daemon.process.terminate()
    out, err = daemon.process.communicate(timeout=60)
    seen |= {"output": out, "errors": err}
    for path in [one for one in (short_dir / "state").rglob("*") if one.is_file()]:
        seen[str(path)] = path.read_bytes().decode("utf-8", "replace")
    archive = (short_dir / "kept").read_bytes()
    seen["backup"] = (gzip.decompress(archive) if archive[:2] == b"\x1f\x8b" else archive).decode(
        "utf-8", "replace"
    )
    world.server.shutdown()
    world.server.server_close()
    assert "did you mean `webhook`" in seen["check broken"]
    assert "hook did not take" in seen["errors"]
    assert len(seen["board"]) > 1_000
    for where, text in seen.items():
        for secret in SHOWN:
            assert secret not in text, f"{secret} shows in {where}"
    assert os.environ["KEY"] == SECRETS["KEY"]
