"""Backup and restore with real servers: one point in time, proven whole, and nothing told twice."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import random
import stat
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from monitor import backup as backups
from monitor.cli import cli
from monitor.embedded import EmbeddedServer, socket_url
from monitor.errors import RasidError, StoreError, StoreUnavailableError, UsageError
from monitor.migrate import DATA_VERSION, Step, prepare
from monitor.store import Batch, Store, open_store, snapshot
from monitor.store.snapshot import vitals
from tests.contract.test_store import ITEM, MS, NOW, ROW, WORK
from tests.integration.conftest import Daemon, daemons

__all__ = ["daemons"]

Spoil = dict[str, bytes | None]


@pytest.fixture
def source(short_dir: Path) -> Iterator[Store]:
    """A store of its own server: a backup takes all of it."""
    with EmbeddedServer(short_dir / "a") as server:
        opened = open_store(server.url)
        opened.client.redis.config_set("repl-diskless-sync-delay", "0")
        prepare(opened)
        yield opened
        opened.close()


def fill(store: Store) -> None:
    """An alert that was told, one that is being sent, an item that is being read, and what the feed showed."""
    items = [replace(ITEM, id=f"it_{number}") for number in range(1, 4)]
    token, _, _ = store.feeds.begin_poll("a", "me")
    store.feeds.ingest("a", token, "a", [Batch(one, (f"guid:{one.id}",)) for one in items], {"etag": "x"}, MS)
    claim = store.items.claim("it_1", "w", MS)
    assert not isinstance(claim, str)
    rows = (ROW, replace(ROW, id="al_1_r1-hook", receiver="hook"))
    assert store.items.commit(claim, replace(WORK, rows=rows), "0", MS)
    row = store.outbox.claim("al_1_r1-console", "w", MS)
    assert not isinstance(row, str)
    store.outbox.mark(row.id, row.token, "delivered", MS)
    assert not isinstance(store.outbox.claim("al_1_r1-hook", "w", MS), str)
    assert not isinstance(store.items.claim("it_2", "w", MS), str)


def saved(store: Store, folder: Path) -> Path:
    config = folder / "config.yaml"
    config.write_text('receivers: {hook: {webhook: {url: "https://h.test/", secret: "${HOOK_SECRET}"}}}\n')
    target = folder / "b.tar.gz"
    backups.backup(store, config, target, NOW)
    return target


def test_everything_comes_back_and_what_was_in_flight_goes_on(source: Store, short_dir: Path) -> None:
    fill(source)
    source.client.redis.set("another:application", "x")
    source.client.redis.rpush("rq:queue:rasid-process", "spent")
    archive = saved(source, short_dir)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert sorted(path.name for path in short_dir.iterdir()) == ["a", "b.tar.gz", "config.yaml"]

    restored = backups.restore(archive, short_dir / "r", NOW)
    assert restored.counts == {
        "feeds": 1, "items": 3, "waiting": 2, "incidents": 1, "alerts": 1, "deliveries_open": 1,
    }  # fmt: skip
    assert restored.config
    assert "${HOOK_SECRET}" in restored.config.read_text("utf-8")
    with EmbeddedServer(short_dir / "r") as server:
        store = open_store(server.url)
        assert store.items.alerts(10) == source.items.alerts(10)
        assert store.feeds.states() == {"a": {"etag": "x"}}
        assert set(store.feeds.known("a", ["guid:it_1", "guid:it_3"])) == {"guid:it_1", "guid:it_3"}
        rows = {row.receiver: row for row in store.outbox.rows()}
        assert (rows["console"].state, rows["console"].maybe_sent) == ("delivered", False)
        assert (rows["hook"].state, rows["hook"].maybe_sent) == ("due", True)
        assert store.claims.held() == {}
        assert store.items.ring(MS + 10, queue_empty=True) == ["it_2", "it_3"]
        assert [key for key in store.client.redis.scan_iter() if not key.startswith(b"rasid:")] == []
        store.close()


def test_a_copy_is_one_point_in_time_while_others_write(source: Store, short_dir: Path) -> None:
    """Two counters move in one transaction: any copy that is torn shows them apart."""
    stop, ready = threading.Event(), threading.Event()
    filler = random.Random(7)
    for number in range(300):
        source.client.call("SET", f"item:{number}", filler.randbytes(20_000).hex())

    def write() -> None:
        writer = open_store(backups_url(source))
        while not stop.is_set():
            pipeline = writer.client.redis.pipeline(transaction=True)
            pipeline.hincrby("rasid:stats", "left", 1)
            pipeline.set("rasid:padding", "x" * 10_000)
            pipeline.hincrby("rasid:zz", "right", 1)
            pipeline.execute()
            ready.set()
        writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert ready.wait(10)
        archive = saved(source, short_dir)
    finally:
        stop.set()
        thread.join()
    backups.restore(archive, short_dir / "r", NOW)
    with EmbeddedServer(short_dir / "r") as server:
        store = open_store(server.url)
        left, right = store.client.call("HGET", "stats", "left"), store.client.call("HGET", "zz", "right")
        store.close()
    assert left == right
    assert 0 < int(left) <= int(source.client.call("HGET", "stats", "left"))


def backups_url(store: Store) -> str:
    return f"unix://{store.client.redis.connection_pool.connection_kwargs['path']}"


def test_another_database_of_a_shared_server_comes_back_as_the_only_one(
    source: Store, short_dir: Path
) -> None:
    shared = open_store(f"{backups_url(source)}?db=3")
    shared.client.call("HSET", "stats", "polls", 7)
    source.client.redis.set("stranger", "x")
    archive = saved(shared, short_dir)
    shared.close()
    backups.restore(archive, short_dir / "r", NOW)
    with EmbeddedServer(short_dir / "r") as server:
        store = open_store(server.url)
        assert store.stats() == {"polls": 7}
        assert list(store.client.redis.info("keyspace")) == ["db0"]
        store.close()


def test_a_filled_directory_and_an_existing_file_are_never_overwritten(
    source: Store, short_dir: Path
) -> None:
    archive = saved(source, short_dir)
    before = archive.read_bytes()
    with pytest.raises(UsageError, match="is there already"):
        saved(source, short_dir)
    assert archive.read_bytes() == before
    with pytest.raises(UsageError, match="not empty"):
        backups.restore(archive, short_dir, NOW)
    assert archive.read_bytes() == before


@pytest.mark.parametrize("right", ["sync", "replconf"])
def test_a_user_without_the_right_to_copy_is_told_what_to_ask_for(
    source: Store, short_dir: Path, right: str
) -> None:
    source.client.redis.execute_command(
        "ACL", "SETUSER", "guest", "on", ">word", "~*", "&*", "+@all", f"-{right}"
    )
    guest = open_store(backups_url(source).replace("unix://", "unix://guest:word@"))
    with pytest.raises(StoreError, match="gives no copy") as caught:
        saved(guest, short_dir)
    assert "+sync" in caught.value.cure
    guest.close()
    assert not (short_dir / "b.tar.gz").exists()


def rewritten(archive: Path, target: Path, spoil: Spoil) -> Path:
    """The archive with some files changed, or left out (None)."""
    with tarfile.open(archive) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            stream = old.extractfile(member)
            assert stream
            content = spoil.get(member.name, stream.read())
            if content is not None:
                info = tarfile.TarInfo(member.name)
                info.size = len(content)
                new.addfile(info, io.BytesIO(content))
    return target


def manifest_of(archive: Path) -> dict[str, object]:
    with tarfile.open(archive) as opened:
        stream = opened.extractfile("manifest.json")
        assert stream
        found: dict[str, object] = json.loads(stream.read())
    return found


@pytest.mark.parametrize(
    "kind", ["state", "cut", "no state", "no manifest", "garbage", "newer", "schema", "none"]
)
def test_a_spoilt_archive_is_refused_and_leaves_nothing(source: Store, short_dir: Path, kind: str) -> None:
    archive, target = saved(source, short_dir), short_dir / "spoilt.tar.gz"
    manifest = manifest_of(archive)
    with tarfile.open(archive) as opened:
        stream = opened.extractfile("state.rdb")
        assert stream
        state = stream.read()
    flipped = state[:-20] + bytes([state[-20] ^ 1]) + state[-19:]
    spoils: dict[str, Spoil] = {
        "state": {"state.rdb": flipped},
        "no state": {"state.rdb": None},
        "no manifest": {"manifest.json": None},
        "newer": {"manifest.json": json.dumps({**manifest, "data_version": DATA_VERSION + 1}).encode()},
        "schema": {"manifest.json": json.dumps({**manifest, "schema": "rasid.backup/9"}).encode()},
    }
    if kind in spoils:
        rewritten(archive, target, spoils[kind])
    elif kind == "cut":
        target.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    elif kind == "garbage":
        target.write_bytes(b"no archive at all")
    with pytest.raises(RasidError) as caught:
        backups.restore(target, short_dir / "r", NOW)
    assert caught.value.cure
    assert not (short_dir / "r").exists()


@pytest.mark.parametrize("name", ["state.rdb", "config.yaml"])
def test_one_changed_byte_is_found_by_its_sum(source: Store, short_dir: Path, name: str) -> None:
    archive, spoilt = saved(source, short_dir), short_dir / "spoilt.tar.gz"
    with tarfile.open(archive) as opened:
        stream = opened.extractfile(name)
        assert stream
        content = stream.read()
    rewritten(archive, spoilt, {name: content[:-1] + bytes([content[-1] ^ 1])})
    with pytest.raises(backups.BackupError, match=f"checksum of {name}"):
        backups.restore(spoilt, short_dir / "r", NOW)


def test_a_state_that_the_server_cannot_read_is_told_in_its_own_words(source: Store, short_dir: Path) -> None:
    archive, alien = saved(source, short_dir), short_dir / "alien.tar.gz"
    state = b"REDIS9999" + b"x" * 100
    files = {"state.rdb": {"bytes": len(state), "sha256": hashlib.sha256(state).hexdigest()}}
    manifest = json.dumps({**manifest_of(archive), "files": files, "server": "Another 42"}).encode()
    rewritten(archive, alien, {"manifest.json": manifest, "state.rdb": state, "config.yaml": None})
    with pytest.raises(backups.BackupError, match=r"(?i)rdb") as caught:
        backups.restore(alien, short_dir / "r", NOW)
    assert "Another 42" in caught.value.cure
    assert not (short_dir / "r").exists()


def test_a_full_disk_leaves_no_half_archive(
    source: Store, short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_block: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        snapshot.copy(source.client, full)
    monkeypatch.setattr(snapshot, "copy", lambda _client, _write: full(b""))
    with pytest.raises(backups.BackupError, match="No space left"):
        saved(source, short_dir)
    assert sorted(path.name for path in short_dir.iterdir()) == ["a", "config.yaml"]


# ---------------------------------------------------------------- reading the copy


class Stream:
    """A socket that gives its bytes in the pieces that a test chose."""

    def __init__(self, data: bytes, cuts: list[int]) -> None:
        edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
        self.pieces = [data[start:end] for start, end in pairwise(edges)]

    def settimeout(self, _seconds: float) -> None: ...

    def recv(self, _size: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


def received(data: bytes, cuts: list[int]) -> bytes:
    parts: list[bytes] = []
    count = snapshot._receive(Stream(data, cuts), parts.append)  # type: ignore[arg-type]
    assert count == len(b"".join(parts))
    return b"".join(parts)


@given(st.binary(max_size=300), st.lists(st.integers(0, 10_000), max_size=20), st.booleans())
def test_a_copy_is_whole_however_it_is_cut_into_pieces(body: bytes, cuts: list[int], by_mark: bool) -> None:
    mark = b"0123456789abcdef" * 2 + b"!end!end"
    head, tail = (b"$EOF:" + mark, mark + b"+CONTINUE") if by_mark else (b"$%d" % len(body), b"")
    assert received(b"\n\n" + head + b"\r\n" + body + tail, cuts) == body


@given(st.integers(0, 60), st.booleans())
def test_a_copy_that_ends_early_is_no_copy(length: int, by_mark: bool) -> None:
    whole = (b"$EOF:" + b"m" * 40 if by_mark else b"$50") + b"\r\n" + b"x" * 49
    with pytest.raises(StoreUnavailableError):
        received(whole[:length], [])


@pytest.mark.parametrize(
    "answer", [b"-NOPERM no\r\n", b"+OK\r\n", b"$x\r\n", b"$EOF:\r\n", b"HTTP/1.1 400\r\n"]
)
def test_an_answer_that_is_no_copy_is_told(answer: bytes) -> None:
    with pytest.raises(StoreError, match="gives no copy"):
        received(answer, [])


def test_names_in_an_archive_lead_nowhere(source: Store, short_dir: Path) -> None:
    archive = saved(source, short_dir)
    evil = short_dir / "evil.tar.gz"
    with tarfile.open(archive) as old, tarfile.open(evil, "w:gz") as new:
        for member in old:
            stream = old.extractfile(member)
            assert stream
            new.addfile(member, io.BytesIO(stream.read()))
        info = tarfile.TarInfo("../escaped")
        info.size = 1
        new.addfile(info, io.BytesIO(b"x"))
    backups.restore(evil, short_dir / "r", NOW)
    assert not (short_dir / "escaped").exists()


# ---------------------------------------------------------------- the command line


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments), standalone_mode=False)


@pytest.mark.usefixtures("source")
def test_the_commands_say_what_they_did(short_dir: Path) -> None:
    config, archive = short_dir / "config.yaml", short_dir / "b.tar.gz"
    config.write_text("data_dir: a\n")
    assert "the state of" in run("backup", str(archive), "--config", str(config)).output
    again = run("backup", str(archive), "--config", str(config))
    assert isinstance(again.exception, UsageError)
    found = lines(run("backup", str(archive), "--config", str(config), "--force", "--json").output)
    assert (found[0]["schema"], set(found[0]["files"])) == ("rasid.backup/1", {"state.rdb", "config.yaml"})

    assert isinstance(run("restore", str(archive), "--config", str(config)).exception, UsageError), (
        "it is filled"
    )
    nowhere = run("restore", str(archive), "--config", str(short_dir / "none.yaml"))
    assert "--data-dir" in nowhere.exception.cure  # type: ignore[union-attr]
    other = short_dir / "other.yaml"
    other.write_text("data_dir: elsewhere\n")
    output = run("restore", str(archive), "--config", str(other)).output
    assert "alerts 0" in output
    assert "elsewhere/config.restored.yaml" in output


# ---------------------------------------------------------------- a daemon at work


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line]


def message_ids(text: str) -> set[str]:
    return {f"{one['id']}_r{one['revision']}" for one in lines(text)}


def test_a_backup_of_a_daemon_at_work_goes_on_elsewhere_and_repeats_nothing(
    daemons: list[Daemon], short_dir: Path
) -> None:
    daemons.append(Daemon("demo", "--json", "--data-dir", str(short_dir / "a")))
    assert daemons[0].process.stdout
    for _ in range(4):
        daemons[0].process.stdout.readline()
    working = open_store(socket_url(short_dir / "a"))
    working.client.redis.config_set("repl-diskless-sync-delay", "0")
    archive, config = short_dir / "b.tar.gz", short_dir / "a" / "config.yaml"
    assert run("backup", str(archive), "--config", str(config)).exception is None
    known = {alert.message_id for alert in working.items.alerts(1000)}
    assert vitals(working.client).workers, "its workers are signed on"
    working.close()

    restored = run("restore", str(archive), "--data-dir", str(short_dir / "r"), "--json")
    assert lines(restored.output)[0]["alerts"] >= 4
    with EmbeddedServer(short_dir / "r") as server:
        store = open_store(server.url)
        before = {alert.message_id for alert in store.items.alerts(1000)}
        rows = store.outbox.rows()
        store.close()
    delivered = {
        one for row in rows if row.state == "delivered" for one in row.alerts if row.receiver == "console"
    }
    assert delivered
    assert before <= known, "nothing in it but what had happened"
    assert {row.state for row in rows} <= {"delivered", "due"}

    # The newsroom still publishes: the restored daemon reads on where the backup stood.
    config = short_dir / "r" / "config.restored.yaml"
    daemons.append(Daemon("run", "--once", "--json", "--config", str(config)))
    code, out, err = daemons[-1].finish()
    assert code == 0, err
    assert not message_ids(out) & delivered
    assert before - delivered <= message_ids(out), "what was in flight is told"


# ---------------------------------------------------------------- the version of the data


def test_a_fresh_store_gets_our_version(store: Store) -> None:
    assert prepare(store) == []
    assert snapshot.data_version(store.client) == DATA_VERSION
    assert prepare(store) == []


def test_an_old_state_is_raised_step_by_step_from_where_it_stands(store: Store) -> None:
    store.client.call("HSET", "stats", "polls", 3)  # a state from before versions were kept
    store.client.call("HSET", "feeds", "a", '{"etag": "x"}')
    assert prepare(store) == ["versions are kept"]
    assert snapshot.data_version(store.client) == 1

    def rename(some: Store) -> None:
        some.client.call("HSET", "stats", "asked", 3)

    def fail(_some: Store) -> None:
        raise StoreError("the store refused")

    first = Step(1, "versions are kept", fail)
    second = Step(2, "polls are called asked", rename)
    with pytest.raises(StoreError):
        prepare(store, [first, second, Step(3, "fails", fail)])
    assert snapshot.data_version(store.client) == 2, "what was done is not done again"
    assert store.stats()["asked"] == 3
    assert store.feeds.states() == {"a": {"etag": "x"}}


def test_newer_data_is_refused_and_left_alone(store: Store) -> None:
    snapshot.write_version(store.client, DATA_VERSION + 1)
    with pytest.raises(StoreError, match="version") as caught:
        prepare(store)
    assert (caught.value.reason, bool(caught.value.cure)) == ("data_too_new", True)
    assert snapshot.data_version(store.client) == DATA_VERSION + 1
