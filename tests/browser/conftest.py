"""A real browser against a real server on this machine."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from monitor.board import serve
from monitor.config import Config
from monitor.store import Store
from tests.browser import samples

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
Opener = Callable[..., webdriver.Chrome]


def need_browser() -> None:
    """Skip where there is no browser; where the whole suite is meant to run, that is a failure."""
    if not (CHROMIUM and DRIVER):
        missing = "no chromium or chromedriver: apt-get install chromium chromium-driver"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)


def options(profile: Path, language: str, *, dark: bool) -> Options:
    """Headless, with nothing of its own to fetch."""
    found = Options()
    found.binary_location = str(CHROMIUM)
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--user-data-dir={profile}",
        f"--lang={language}",
        *(["--force-dark-mode"] if dark else []),
    ):
        found.add_argument(argument)
    found.add_experimental_option("prefs", {"intl.accept_languages": language})
    found.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return found


@pytest.fixture
def open_browser(tmp_path: Path) -> Iterator[Opener]:
    """Opens a browser of a width, in a language."""
    need_browser()
    opened: list[webdriver.Chrome] = []

    def start(
        width: int = 1200, height: int = 900, language: str = "en", *, dark: bool = False
    ) -> webdriver.Chrome:
        chosen = options(tmp_path / f"profile-{len(opened)}", language, dark=dark)
        browser = webdriver.Chrome(chosen, Service(str(DRIVER)))
        opened.append(browser)
        browser.set_page_load_timeout(30)
        browser.implicitly_wait(10)
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        if dark:
            features = [{"name": "prefers-color-scheme", "value": "dark"}]
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        return browser

    yield start
    for browser in opened:
        browser.quit()


class Served:
    """The board on a port of its own, in a thread."""

    def __init__(self, config: Config, store: Store, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.store = store
        self._stop = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(config, store))
        self._thread.start()

    def _run(self, config: Config, store: Store) -> None:
        self._loop.run_until_complete(serve(config, store, samples.clock(), self._stop))
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(15)


@pytest.fixture
def served(store: Store) -> Iterator[Served]:
    """A board with a busy day."""
    samples.fill(store)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    board = Served(samples.config(listen=f"127.0.0.1:{port}"), store, port)
    for _ in range(10_000):  # the first connection waits in the backlog once it listens
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                break
    yield board
    board.end()
