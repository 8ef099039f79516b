"""Hot reload: the file is read again when it changes or on SIGHUP, whole or not at all.

file changed and quiet for a moment ─▶ read ─▶ checked ─▶ differences told ─▶ the new config; else the old one stays
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.config import Config
from monitor.configfile import load_with_files, located, render_problems
from monitor.errors import ConfigError
from monitor.values import Section

QUIET = 0.5  # seconds that the files must stay as they are before they are read: editors write in pieces
LONGEST = 10.0  # seconds after which files that never rest are read all the same
PAUSE = 2.0  # seconds between two reloads, however often somebody saves
FIXED = ("data_dir", "redis", "board")  # these need a restart


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What a look at the file brought: a new config with what changed in it, or why it was refused."""

    config: Config | None = None
    changes: tuple[str, ...] = ()
    refusal: str = ""


@dataclass
class Reloader:
    """Watches the files of one config. Times are monotonic seconds; `check` raises ConfigError for what makes no sense."""

    path: Path
    environ: Mapping[str, str]
    current: Config
    check: Callable[[Config], None]
    _files: tuple[Path, ...] = ()
    _applied: str = ""  # digest of what is in force, or was refused
    _seen: str = ""
    _since: float = 0.0  # the files are as they are
    _waits: float | None = None  # since when an edit waits to be read
    _read_at: float = float("-inf")
    _asked: bool = field(default=False)

    def __post_init__(self) -> None:
        if not self._files:
            try:
                self._files = load_with_files(self.path, self.environ)[1]
            except ConfigError:  # broken since it was loaded a moment ago: told when it is read again
                self._files = (self.path,)
        self._applied = self._seen = self._digest()

    def ask(self) -> None:
        """Read the file at the next look, changed or not (SIGHUP)."""
        self._asked = True

    def look(self, now: float) -> Reloaded | None:
        """None while nothing is new. To be called about twice a second."""
        digest = self._digest()
        if digest != self._seen:
            self._seen, self._since = digest, now
        if digest == self._applied and not self._asked:
            self._waits = None
            return None
        self._waits = now if self._waits is None else self._waits
        ready = now - self._since >= QUIET or now - self._waits >= LONGEST
        if not ready or now - self._read_at < PAUSE:
            return None
        self._read_at, self._asked, self._waits = now, False, None
        return self._read()

    def _read(self) -> Reloaded | None:
        try:
            config, self._files = load_with_files(self.path, self.environ)
            self.check(config)
        except ConfigError as error:
            return Reloaded(refusal=render_problems(located(error)))
        finally:
            self._applied = self._seen = self._digest()  # the files may be others now
        fixed = [name for name in FIXED if getattr(config, name) != getattr(self.current, name)]
        config = config.model_copy(update={name: getattr(self.current, name) for name in fixed})
        changes = [
            *differences(self.current, config),
            *(f"{name}: takes effect at the next start" for name in fixed),
        ]
        if not changes:
            return None
        self.current = config
        return Reloaded(config, tuple(changes))

    def _digest(self) -> str:
        found = hashlib.sha256()
        for file in self._files:
            try:
                if file.is_dir():  # a file may be added to those that a pattern names
                    found.update("\n".join(sorted(one.name for one in file.iterdir())).encode())
                else:
                    found.update(file.read_bytes())
            except OSError:
                found.update(b"?")
        return found.hexdigest()


def differences(old: Config, new: Config) -> list[str]:
    """What an edit changed, a line each; never a secret."""
    return [
        *_of_feeds(old, new),
        *(
            f"{field.alias or section}: {line}"
            for section, field in Config.model_fields.items()
            if section != "feeds"
            for line in _of_values(getattr(old, section), getattr(new, section))
        ),
    ]


def _of_feeds(old: Config, new: Config) -> Iterator[str]:
    before, after = ({feed.name: feed for feed in one.feeds} for one in (old, new))
    yield from (f"feed added: {name} ({after[name].url})" for name in after if name not in before)
    yield from (
        f"feed removed: {name} (its history stays until retention)" for name in before if name not in after
    )
    for name in after:
        if name in before and before[name] != after[name]:
            changed = ", ".join(_of_values(before[name], after[name]))
            yield f"feed changed: {name}: {changed}"


def _of_values(old: Any, new: Any, key: str = "") -> Iterator[str]:
    """`key: old → new` for every leaf that differs."""
    if old == new:
        return
    if isinstance(old, Section) and isinstance(new, Section) and type(old) is type(new):
        for name in type(old).model_fields:
            yield from _of_values(getattr(old, name), getattr(new, name), f"{key}.{name}".lstrip("."))
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys((*old, *new)):
            inner = f"{key}.{name}".lstrip(".")
            if name not in old or name not in new:
                yield f"{inner} {'added' if name in new else 'removed'}"
            else:
                yield from _of_values(old[name], new[name], inner)
    elif isinstance(old, tuple) and isinstance(new, tuple):
        yield from _of_lists(old, new, key)
    else:
        yield f"{key} {_shown(old)} → {_shown(new)}".strip()


def _of_lists(old: tuple[Any, ...], new: tuple[Any, ...], key: str) -> Iterator[str]:
    if any(isinstance(one, Section) for one in (*old, *new)):
        for number in range(max(len(old), len(new))):
            inner = f"{key}[{number}]"
            if number >= len(old) or number >= len(new):
                yield f"{inner} {'added' if number < len(new) else 'removed'}"
            else:
                yield from _of_values(old[number], new[number], inner)
        return
    added = [_shown(one) for one in new if one not in old]
    removed = [_shown(one) for one in old if one not in new]
    parts = [*(f"+{one}" for one in added), *(f"-{one}" for one in removed)]
    yield f"{key} {' '.join(parts) or 'in another order'}".strip()


def _shown(value: Any) -> str:
    if hasattr(value, "get_secret_value") or value is None:
        return "***" if value is not None else "none"
    return str(value)[:100]
