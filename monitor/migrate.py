"""The version of the stored data: written at start, checked before anything is read, raised by named steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitor.errors import StoreError
from monitor.store import Store
from monitor.store.snapshot import data_version, is_empty, write_version


@dataclass(frozen=True, slots=True)
class Step:
    """Brings the data to `version` from the one before. A step must bear being run twice: it may be cut short."""

    version: int
    name: str
    apply: Callable[[Store], None]


def _nothing(_store: Store) -> None:
    """Data written before versions were kept reads as version 1 does."""


STEPS: tuple[Step, ...] = (Step(1, "versions are kept", _nothing),)
DATA_VERSION = STEPS[-1].version


def prepare(store: Store, steps: Sequence[Step] = STEPS) -> list[str]:
    """Bring the data of a store to our version; the names of the steps that were taken.

    A fresh store gets our version. Raises StoreError (`data_too_new`) for data of a newer Rasid, untouched.
    """
    ours = steps[-1].version
    found = data_version(store.client)
    if found is None and is_empty(store.client):
        write_version(store.client, ours)
        return []
    refuse_newer(found or 0, ours)
    taken = []
    for step in steps:
        if step.version > (found or 0):
            step.apply(store)
            write_version(store.client, step.version)
            taken.append(step.name)
    return taken


def refuse_newer(found: int, ours: int = DATA_VERSION) -> None:
    """Raise StoreError when data is of a version that we do not know."""
    if found > ours:
        raise StoreError(
            f"the data is of version {found}, this Rasid knows versions up to {ours}",
            reason="data_too_new",
            cure="run the newer Rasid again, or restore a backup made before the upgrade into an empty data_dir",
        )
