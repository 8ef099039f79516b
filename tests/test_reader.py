"""Pages that would hang or kill a parser end in their time, and the next page is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from monitor.errors import ReadError
from workers.reader import MEMORY, Reader

GOOD = "<html><body><h1>عنوان</h1><article><p>فرضت السلطات حظر تجول في البلدة حتى الصباح.</p></article></body></html>"
HOSTILE = {
    "paragraphs": b"<html><body>" + b"<p>x" * 200_000,
    "attributes": b"<html><body><p " + b" ".join(b"a%d=1" % number for number in range(100_000)) + b">x</p>",
    "links": b"<html><body>" + b"<a href=x>y</a>" * 100_000,
    "nesting": b"<div>" * 1_000_000,
    "size": b"<p>" + b"x" * 10_000_000,
    "nothing": b"",
    "bytes": bytes(range(256)) * 500,
}


@pytest.fixture
def reader() -> Iterator[Reader]:
    opened = Reader()
    yield opened
    opened.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_ends_and_the_next_is_read(reader: Reader, name: str) -> None:
    try:
        assert "حظر" not in reader.read(HOSTILE[name], timeout=5.0).text
    except ReadError as error:
        assert error.reason in {"too_large", "too_complex", "timeout", "died", "empty"}
    assert "حظر تجول" in reader.read(GOOD.encode(), timeout=60.0).text


def test_the_reader_stays_within_its_memory(reader: Reader) -> None:
    for body in HOSTILE.values():
        with suppress(ReadError):
            reader.read(body, timeout=5.0)
    reader.read(("<html><body>" + "<p>نص عادي من كلمات. " * 15_000).encode(), timeout=60.0)
    # It is forked from this process, which may be large itself: what it inherits counts, as in the limit.
    inherited, peak = (
        _kilobytes(name, pid) * 1024 for name, pid in (("VmRSS", "self"), ("VmHWM", reader.pid))
    )
    assert peak < max(MEMORY, inherited + MEMORY // 4)


def _kilobytes(name: str, pid: int | str | None) -> int:
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1])


def test_a_page_that_eats_memory_ends_its_reader_only(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.reader.read_page", lambda *_, **__: bytearray(2 * MEMORY))
    with pytest.raises(ReadError) as caught:
        reader.read(b"<p>x", timeout=60.0)
    assert caught.value.reason == "died"
    monkeypatch.undo()
    assert "حظر تجول" in reader.read(GOOD.encode(), timeout=60.0).text


def test_a_page_that_takes_too_long_is_given_up(reader: Reader) -> None:
    with pytest.raises(ReadError) as caught:
        reader.read(GOOD.encode(), timeout=0.0)
    assert caught.value.reason == "timeout"
    assert "حظر تجول" in reader.read(GOOD.encode(), timeout=10.0).text
