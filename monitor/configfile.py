"""config.yaml -> Config, or a ConfigError that names every wrong line with its cure.

file ─yamlfile─▶ data and places ─pydantic + contradictions─▶ Config | problems
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from monitor.config import Config
from monitor.errors import ConfigError, Problem
from monitor.models import CATEGORIES, STATUSES
from monitor.values import duration
from monitor.yamlfile import Document, KeyPath, dotted


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """Read and check a file. ConfigError with all problems; nothing else is raised."""
    return load_with_files(path, environ)[0]


def load_with_files(path: Path, environ: Mapping[str, str]) -> tuple[Config, tuple[Path, ...]]:
    """Like `load`; also every file that was read, and the folders that were looked through."""
    document = Document(environ)
    config = _loaded(document, _read(path), path)
    return config, tuple(document.files)


def loads(raw: bytes, path: Path, environ: Mapping[str, str]) -> Config:
    """Like `load`, for bytes already read; `path` anchors relative paths and names the file."""
    return _loaded(Document(environ), raw, path)


def located(error: ConfigError) -> ConfigError:
    """The same problems with their lines, where only their keys were known (what a config means is found late)."""
    if all(problem.line for problem in error.problems):
        return error
    found: list[Problem] = []
    documents: dict[str, Document | None] = {}
    for problem in error.problems:
        document = documents.setdefault(problem.file, _document(problem.file)) if not problem.line else None
        path = _path_of(problem.key, document) if document else None
        if document is None or path is None:
            found.append(problem)
            continue
        document.problems.clear()
        document.tell(document.spot(path), problem.message, problem.cure, path)
        found.append(document.problems[0])
    return ConfigError(sorted(found, key=lambda one: (one.file, one.line, one.column)))


def _document(file: str) -> Document | None:
    document = Document({})
    try:
        document.read(Path(file).read_bytes(), Path(file))
    except (OSError, ConfigError):
        return None
    return document


def _path_of(key: str, document: Document) -> KeyPath | None:
    """The path of a key written with dots, or of the nearest one around it."""
    known = {dotted(path): path for path in document.places}
    while key and key not in known:
        key = key.rpartition("[")[0] if key.endswith("]") else key.rpartition(".")[0]
    return known.get(key)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror or 'no such file'}"
        raise ConfigError([Problem(str(path), 0, 0, "", message, "rasid run --config PATH")]) from error
    except ValueError as error:  # a NUL in the path
        raise ConfigError([Problem(str(path), 0, 0, "", "not a path", "rasid run --config PATH")]) from error


def _loaded(document: Document, raw: bytes, path: Path) -> Config:
    config = _validated(document, document.read(raw, path))
    if document.problems or config is None:
        order = {str(file): number for number, file in enumerate(document.files)}
        ranked = sorted(document.problems, key=lambda one: (order.get(one.file, 0), one.line, one.column))
        raise ConfigError(ranked)
    return _anchored(config, path.parent.absolute())


def _anchored(config: Config, folder: Path) -> Config:
    """The config with every path of it made absolute."""
    files, model = config.places.files, config.second_opinion.model
    return config.model_copy(
        update={
            "data_dir": folder / config.data_dir,
            "places": config.places.model_copy(update={"files": tuple(folder / file for file in files)}),
            "second_opinion": config.second_opinion.model_copy(update={"model": model and folder / model}),
        }
    )


def _validated(document: Document, data: Any) -> Config | None:
    if data is None:
        data = {}
    config = None
    try:
        config = Config.model_validate(_pruned(data))
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            path = tuple(part for part in detail["loc"] if part != "[key]")
            if path not in document.broken:
                document.tell_at(path, *_explained(detail, path))
    for path, message, cure in _contradictions(data) if isinstance(data, dict) else ():
        document.tell_at(path, message, cure)
    return config


def render_problems(error: ConfigError) -> str:
    """The problems as a compiler would print them: place, line, pointer, cure."""
    blocks = []
    for problem in error.problems:
        where = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
        block = [f"{where}: {f'{problem.key}: ' if problem.key else ''}{problem.message}"]
        if problem.source:
            margin = f"{problem.line:5d} | "
            pointer = " " * min(max(problem.column - 1, 0), len(problem.source))
            block += [margin + problem.source, f"{' ' * (len(margin) - 2)}| {pointer}^"]
        if problem.cure:
            block.append(f"      = {problem.cure}")
        blocks.append("\n".join(block))
    count = len(error.problems)
    return "\n".join([*blocks, f"{count} problem{'s' if count != 1 else ''}; the configuration is refused"])


def _pruned(data: Any) -> Any:
    """A section left empty (`feeds:`) means its defaults, except that a receiver may be empty."""
    if not isinstance(data, dict):
        return data
    kept = {key: value for key, value in data.items() if value is not None or key not in Config.model_fields}
    for section in ("receivers", "categories"):
        if isinstance(kept.get(section), dict):
            kept[section] = {k: {} if v is None else v for k, v in kept[section].items()}
    return kept


def _fields(path: KeyPath) -> list[str]:
    """The keys that may stand next to the last one of `path`."""
    model: Any = Config
    for part in path[:-1]:
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return []
        by_alias = {info.alias or name: info for name, info in model.model_fields.items()}
        if part in by_alias:  # else it is a list's index or a name the user chose: same model
            model = next(_models(by_alias[str(part)].annotation), None)
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [info.alias or name for name, info in model.model_fields.items()]
    return []


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _explained(detail: Any, path: KeyPath) -> tuple[str, str]:
    """Message and cure of one pydantic error. Never the value: it may be a secret."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "config":
        return str(context["why"]), str(context["cure"])
    if kind == "extra_forbidden":
        return "unknown key", _meant(str(path[-1]), path)
    if kind == "missing":
        return "is missing", f"add `{path[-1]}: …`"
    if kind == "literal_error":
        return f"must be {context['expected']}", "write one of them"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return "a section with keys is expected", "write `key: value` lines below it, indented"
    if kind in ("tuple_type", "list_type"):
        return "a list is expected", "write [a, b], or lines that begin with `- `"
    if kind == "string_pattern_mismatch":
        return "not a code", "write a language like ar, a country like SY"
    if kind in ("string_type", "path_type"):
        return "a text is expected", "put it in quotes"
    if kind == "string_too_short":
        return "a text is expected and none is given", "write one, or take the key out"
    if kind in ("float_parsing", "float_type"):
        return "a number is expected", "write it without quotes and signs, like 0.8"
    if kind in ("int_type", "int_parsing", "int_from_float"):
        return "a whole number is expected", "write it without quotes"
    if kind in ("bool_type", "bool_parsing"):
        return "true or false is expected", "write it without quotes"
    return str(detail["msg"]), "see the comments of the shipped config.yaml"


def _meant(key: str, path: KeyPath) -> str:
    """What somebody may have meant who wrote a key that there is not: a blank, a spelling, another section."""
    if ":" in key:
        name, _, value = key.partition(":")
        return f"put a blank behind the colon: `{name}: {value}`"
    known = _fields(path)
    if close := suggestion(key, known, 0.8):
        return close
    homes = [dotted(home).replace("[0]", "[]") for home in _homes(Config, ()) if home[-1] == key]
    if homes:
        return f"it belongs to {' or '.join(homes)}"
    return suggestion(key, known) or f"known keys: {', '.join(known)}"


def _homes(model: type[BaseModel], path: KeyPath) -> Iterator[KeyPath]:
    """The path of every key that a config may have."""
    for name, info in model.model_fields.items():
        here = (*path, info.alias or name)
        yield here
        for inner in _models(info.annotation):
            in_list = "tuple" in str(info.annotation)
            in_names = str(info.annotation).startswith("dict")
            yield from _homes(inner, (*here, 0) if in_list else (*here, "NAME") if in_names else here)


def suggestion(word: str, known: list[str], cutoff: float = 0.6) -> str:
    """'did you mean `interval`?', or nothing."""
    if word.lower() in known and word not in known:
        return f"did you mean `{word.lower()}`?"
    close = get_close_matches(word, known, n=1, cutoff=cutoff)
    return f"did you mean `{close[0]}`?" if close else ""


# ---------------------------------------------------------------- keys that contradict each other

_Finding = tuple[KeyPath, str, str]


def _contradictions(data: dict[str, Any]) -> Iterator[_Finding]:
    """Looks at the raw data, so that it speaks even where single values are wrong."""
    feeds = [(i, feed) for i, feed in enumerate(_list(data.get("feeds"))) if isinstance(feed, dict)]
    yield from _twice(feeds, "name")
    yield from _twice(feeds, "url")
    receivers = list(_dict(data.get("receivers"))) or ["console"]
    categories = [*CATEGORIES, *_dict(data.get("categories"))]
    outlets = [str(feed.get("outlet") or feed.get("name")) for _, feed in feeds]
    for i, route in enumerate(_list(data.get("routes"))):
        for key, known, what in (
            ("receivers", receivers, "receiver"),
            ("fallback", receivers, "receiver"),
            ("categories", categories, "category"),
            ("outlets", outlets, "outlet"),
            ("statuses", list(STATUSES), "status"),
        ):
            yield from _unknown(("routes", i, key), _dict(route).get(key), known, what)
        escalate = _dict(_dict(route).get("escalate"))
        yield from _unknown(("routes", i, "escalate", "to"), escalate.get("to"), receivers, "receiver")
    for section in ("digest", "report", "watch", "heartbeat"):
        names = _dict(data.get(section)).get("receivers")
        yield from _unknown((section, "receivers"), names, receivers, "receiver")
    yield from _limits(data)
    yield from _open_board(data)
    for name, spec in _dict(data.get("receivers")).items():
        if len([kind for kind, value in _dict(spec).items() if value is not None]) > 1:
            yield ("receivers", name), "more than one kind in one receiver", "make two receivers"


def _limits(data: dict[str, Any]) -> Iterator[_Finding]:
    polling, workers = Config().polling, Config().workers
    mine = _dict(data.get("polling"))
    least = _seconds(mine.get("min_interval"), polling.min_interval)
    if least > _seconds(mine.get("max_interval"), polling.max_interval):
        key = "min_interval" if "min_interval" in mine else "max_interval"
        yield (
            ("polling", key),
            "min_interval is longer than max_interval",
            "lower min_interval or raise max_interval",
        )
    mine = _dict(data.get("workers"))
    parts = sum(_seconds(mine.get(k), getattr(workers, k)) for k in ("page_timeout", "extract_timeout"))
    if _seconds(mine.get("job_timeout"), workers.job_timeout) <= parts:
        key = next(
            (k for k in ("job_timeout", "page_timeout", "extract_timeout") if k in mine), "job_timeout"
        )
        yield (
            ("workers", key),
            "job_timeout is not longer than page_timeout and extract_timeout",
            "raise job_timeout",
        )


def _twice(feeds: list[tuple[int, dict[str, Any]]], key: str) -> Iterator[_Finding]:
    seen: dict[str, int] = {}
    for i, feed in feeds:
        value = feed.get(key)
        if not isinstance(value, str):
            continue
        value = _canonical(value) if key == "url" else value
        if value in seen:
            yield (
                ("feeds", i, key),
                f"feeds[{seen[value]}] has the same {key}",
                f"remove one, or give it its own {key}",
            )
        seen.setdefault(value, i)


def _canonical(url: str) -> str:
    """A URL as one that differs from it only in its spelling."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}?{parts.query}"


def _open_board(data: dict[str, Any]) -> Iterator[_Finding]:
    board = _dict(data.get("board"))
    listen, password = board.get("listen"), board.get("password")
    host = str(listen or "").rpartition(":")[0].strip("[]")
    if host and not password and host not in ("localhost", "::1") and not host.startswith("127."):
        yield (
            ("board", "password"),
            "the board listens to other machines and asks for no password",
            'add `password: "${BOARD_PASSWORD}"`, or listen on 127.0.0.1',
        )


def _unknown(path: KeyPath, names: Any, known: list[str], what: str) -> Iterator[_Finding]:
    for i, name in enumerate(_list(names)):
        if isinstance(name, str) and name not in known:
            cure = suggestion(name, known) or (f"known: {', '.join(known)}" if known else "there is none")
            yield (*path, i), f"no {what} has this name", cure


def _seconds(value: Any, default: float) -> float:
    try:
        return default if value is None else duration(value)
    except PydanticCustomError:
        return default


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
