"""Shared fixtures: a real Valkey for the whole run, a prefix of its own for every test."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from monitor.embedded import EmbeddedServer
from monitor.store import Store, open_store

settings.register_profile("rasid", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("rasid")


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The URL of a private server; a missing binary is an error here, never a skip."""
    # Not under tmp_path: a socket's path must stay short.
    with tempfile.TemporaryDirectory(prefix="rasid-test-") as folder, EmbeddedServer(Path(folder)) as server:
        yield server.url


@pytest.fixture
def store(valkey: str) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(valkey, prefix=f"{uuid.uuid4().hex}:")
    yield opened
    opened.close()


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """A directory whose path is short enough for a unix socket."""
    with tempfile.TemporaryDirectory(prefix="rasid-") as folder:
        yield Path(folder)


@pytest.fixture
def corpora() -> Path:
    """The folder of outside corpora, which are no part of this project."""
    folder = os.environ.get("RASID_CORPORA", "")
    if not folder:
        pytest.skip("RASID_CORPORA names no folder")
    return Path(folder)
