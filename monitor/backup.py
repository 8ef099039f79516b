"""Backup and restore: one archive with the state, the config as written, and the sums that prove it whole."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from monitor import __version__
from monitor.clock import iso, to_ms
from monitor.embedded import EmbeddedServer
from monitor.errors import RasidError, ServerError, UsageError
from monitor.migrate import prepare, refuse_newer
from monitor.models import Json
from monitor.store import Store, open_store, snapshot

SCHEMA = "rasid.backup/1"
MANIFEST, STATE, CONFIG = "manifest.json", "state.rdb", "config.yaml"
RESTORED_CONFIG = "config.restored.yaml"
LARGEST_MANIFEST = 100_000  # bytes
BLOCK = 1 << 20
BASE = "appendonly.aof.1.base.rdb"


class BackupError(RasidError):
    """A backup could not be written or is not whole."""

    reason = "backup"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back."""

    data_dir: Path
    created: str  # when the backup was made, ISO 8601
    counts: dict[str, int]  # feeds, items, waiting, incidents, alerts, open deliveries
    config: Path | None


# ---------------------------------------------------------------- backup


def backup(store: Store, config_path: Path, target: Path, now: datetime, *, replace: bool = False) -> Json:
    """Write an archive of the store while everything goes on; returns its manifest.

    The file appears whole or not at all, readable by its owner only. Raises UsageError when it is there already.
    """
    if target.exists() and not replace:
        raise UsageError(f"{target} is there already", cure="name another file, or say --force")
    version = snapshot.data_version(store.client) or 0
    refuse_newer(version)
    try:
        with _beside(target) as folder:
            manifest = _collect(store, config_path, folder, version, now)
            whole = folder / "whole"
            _pack(whole, folder, manifest)
            whole.replace(target)
            _sync_folder(target.parent)
    except OSError as error:
        raise BackupError(
            f"cannot write {target}: {error.strerror or error}",
            cure="choose a folder that can be written and has room for the store's memory twice",
        ) from error
    return manifest


def _collect(store: Store, config_path: Path, folder: Path, version: int, now: datetime) -> Json:
    with (folder / STATE).open("wb") as file:
        snapshot.copy(store.client, file.write)
    files = [STATE]
    if config_path.is_file():
        shutil.copyfile(config_path, folder / CONFIG)  # as written: ${NAMES} of secrets, never their values
        files.append(CONFIG)
    return {
        "schema": SCHEMA,
        "created": iso(now),
        "rasid": __version__,
        "data_version": version,
        "prefix": store.client.prefix,
        "database": snapshot.database(store.client),
        "server": snapshot.vitals(store.client).server,
        "files": {
            name: {"bytes": (folder / name).stat().st_size, "sha256": _digest(folder / name)}
            for name in files
        },
    }


def _pack(target: Path, folder: Path, manifest: Json) -> None:
    text = json.dumps(manifest, indent=1).encode()
    with target.open("wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
            _add(archive, MANIFEST, io.BytesIO(text), len(text))
            for name, facts in manifest["files"].items():
                with (folder / name).open("rb") as content:
                    _add(archive, name, content, facts["bytes"])
        file.flush()
        os.fsync(file.fileno())
    target.chmod(0o600)


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    archive.addfile(member, content)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A private folder on the target's own file system."""
    with tempfile.TemporaryDirectory(prefix=".rasid-backup-", dir=target.parent) as folder:
        yield Path(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ---------------------------------------------------------------- restore


def restore(archive: Path, data_dir: Path, now: datetime) -> Restored:
    """Bring a backup back into an empty data directory, for an embedded store.

    Rows that were being sent become due again and say that they may have arrived. Raises UsageError for a
    directory that holds anything, BackupError for an archive that is not whole; nothing is left behind then.
    """
    made = _claim_folder(data_dir)
    try:
        manifest = _unpack(archive, data_dir)
        return _load(data_dir, manifest, now)
    except BaseException:
        _clear(data_dir, remove=made)
        raise


def _claim_folder(data_dir: Path) -> bool:
    """Whether the directory had to be made; it is empty."""
    made = not data_dir.exists()
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        filled = any(data_dir.iterdir())
    except OSError as error:
        raise BackupError(
            f"{data_dir} cannot be used: {error.strerror}", cure="name another --data-dir"
        ) from error
    if filled:
        raise UsageError(
            f"{data_dir} is not empty; a restore never overwrites",
            cure="name an empty directory with --data-dir, or move this one away",
        )
    return made


def _clear(data_dir: Path, *, remove: bool) -> None:
    for one in data_dir.iterdir():
        shutil.rmtree(one) if one.is_dir() and not one.is_symlink() else one.unlink()
    if remove:
        data_dir.rmdir()


def _unpack(path: Path, data_dir: Path) -> Json:
    folder = data_dir / "appendonlydir"
    places = {STATE: folder / BASE, CONFIG: data_dir / RESTORED_CONFIG}
    try:
        with tarfile.open(path, "r:gz") as archive:
            manifest = _manifest(archive, path)
            folder.mkdir(mode=0o700)
            found = {name: _extract(archive, path, name, manifest, place) for name, place in places.items()}
    except FileNotFoundError as error:
        raise BackupError(f"{path}: no such file", cure="name a file that `rasid backup` wrote") from error
    except (OSError, EOFError, tarfile.TarError) as error:
        raise _broken(path, str(error)) from error
    if not found[STATE]:
        raise _broken(path, f"it lacks {STATE}")
    (folder / "appendonly.aof.manifest").write_text(f"file {BASE} seq 1 type b\n", "ascii")
    return manifest


def _manifest(archive: tarfile.TarFile, path: Path) -> Json:
    member = archive.next()
    content = archive.extractfile(member) if member and member.name == MANIFEST and member.isreg() else None
    if content is None:
        raise _broken(path, f"it does not begin with {MANIFEST}")
    try:
        manifest: Json = json.loads(content.read(LARGEST_MANIFEST))
        schema, version = manifest["schema"], int(manifest["data_version"])
        _ = (
            manifest["prefix"],
            int(manifest["database"]),
            manifest["created"],
            manifest["files"][STATE]["sha256"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(path, f"its {MANIFEST} cannot be read") from error
    if schema != SCHEMA:
        raise BackupError(
            f"{path} is a {schema!r}, not a {SCHEMA}", cure="restore it with the Rasid that wrote it"
        )
    refuse_newer(version)
    return manifest


def _extract(archive: tarfile.TarFile, path: Path, name: str, manifest: Json, place: Path) -> bool:
    """Write one file of the archive and prove it; False if the manifest does not list it."""
    facts: dict[str, Any] | None = manifest["files"].get(name)
    if facts is None:
        return False
    member = archive.next()
    content = archive.extractfile(member) if member and member.name == name and member.isreg() else None
    if member is None or content is None:
        raise _broken(path, f"it lacks {name}")
    if member.size != facts["bytes"]:
        raise _broken(path, f"{name} has {member.size} bytes, not {facts['bytes']}")
    digest = hashlib.sha256()
    with place.open("wb") as file:
        while block := content.read(BLOCK):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    place.chmod(0o600)
    if digest.hexdigest() != facts["sha256"]:
        raise _broken(path, f"the checksum of {name} is wrong")
    return True


def _load(data_dir: Path, manifest: Json, now: datetime) -> Restored:
    try:
        return _started(data_dir, manifest, now)
    except ServerError as error:
        log = data_dir / "valkey.log"
        words = log.read_text("utf-8", "replace").splitlines()[-3:] if log.exists() else []
        raise BackupError(
            f"the store cannot be started on this backup: {error}; its last words: {' / '.join(words) or 'none'}",
            cure=f"it was written by {manifest.get('server', 'another server')}: have the same program on this machine",
        ) from error


def _started(data_dir: Path, manifest: Json, now: datetime) -> Restored:
    with EmbeddedServer(data_dir) as server:
        store = open_store(server.url, prefix=manifest["prefix"])
        snapshot.keep_ours(store.client, int(manifest["database"]))
        prepare(store)
        store.claims.release_all(to_ms(now))  # who held them is not here
        config = data_dir / RESTORED_CONFIG
        restored = Restored(
            data_dir,
            manifest["created"],
            counts=snapshot.counts(store.client),
            config=config if config.exists() else None,
        )
        store.close()
    return restored


def _broken(path: Path, why: str) -> BackupError:
    return BackupError(
        f"{path} is no whole backup: {why}",
        reason="broken_backup",
        cure="take another one; nothing was restored",
    )
