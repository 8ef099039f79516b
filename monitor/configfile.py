"""config.yaml -> Config, or a ConfigError that names every wrong line with its cure.

text ─compose (ruamel)─▶ nodes ─plain + places─▶ dicts ─pydantic + contradictions─▶ Config | problems
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monitor.config import Config
from monitor.errors import ConfigError, Problem
from monitor.models import CATEGORIES
from monitor.values import duration

Path_ = tuple[str | int, ...]
MAX_BYTES = 4_000_000
MAX_NODES = 200_000  # aliases can multiply
MAX_DEPTH = 20
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_INT = re.compile(r"[-+]?[0-9]{1,18}\Z")
_YAML_CURES = (
    ("found character '\\t'", "a tab cannot indent", "indent with spaces"),
    (
        "mapping values are not allowed",
        "a `:` stands where no key can be",
        "put the value in quotes, or mend the indentation",
    ),
    ("undefined alias", "an alias (`*`) without its anchor", "put the value in quotes"),
    ("expected a single document", "more than one document", "remove the line `---`"),
)


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """Read and check a file. ConfigError with all problems; nothing else is raised."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror or 'no such file'}"
        raise ConfigError([Problem(str(path), 0, 0, "", message, "rasid run --config PATH")]) from error
    except ValueError as error:  # a NUL in the path
        raise ConfigError([Problem(str(path), 0, 0, "", "not a path", "rasid run --config PATH")]) from error
    return loads(raw, path, environ)


def loads(raw: bytes, path: Path, environ: Mapping[str, str]) -> Config:
    """Like `load`, for bytes already read; `path` anchors relative paths and names the file."""
    reader = _Reader(path, environ)
    try:
        text = raw.decode("utf-8-sig")
        reader.lines = re.split(r"\r\n|\r|\n", text)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError([Problem(str(path), line, 1, "", "not UTF-8", "save the file as UTF-8")]) from error
    data = reader.read(text, len(raw))
    config = reader.validate(data)
    if reader.problems or config is None:
        raise ConfigError(sorted(reader.problems, key=lambda problem: (problem.line, problem.column)))
    folder = path.parent.absolute()
    return config.model_copy(update={"data_dir": folder / config.data_dir})


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


@dataclass
class _Reader:
    """One reading of one file: what was found wrong, and where every key stands."""

    path: Path
    environ: Mapping[str, str]
    lines: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    places: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    broken: set[Path_] = field(default_factory=set)  # already told of: pydantic need not repeat it
    nodes: int = 0

    # ------------------------------------------------------------ telling

    def tell(self, where: Path_ | tuple[int, int], message: str, cure: str = "", path: Path_ = ()) -> None:
        """Note a problem at a (line, column) counted from 1 and the key `path`."""
        line, column = int(where[0]), int(where[1])
        source = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        self.problems.append(
            Problem(str(self.path), line, column, _dotted(path), message, cure, _masked(source, path))
        )

    def tell_at(self, path: Path_, message: str, cure: str = "") -> None:
        known = path
        while known and known not in self.places:
            known = known[:-1]
        self.tell(self.places.get(known, (1, 1)), message, cure, path)

    # ------------------------------------------------------------ reading

    def read(self, text: str, length: int) -> Any:
        """Plain dicts, lists and scalars; raises if the file is not YAML at all."""
        if length > MAX_BYTES:
            self.tell((1, 1), "the file is larger than 4 MB", "give the path of the configuration")
            raise ConfigError(self.problems)
        try:
            root = YAML(typ="rt", pure=True).compose(text)
            return {} if root is None else self.plain(root, (), 0)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            message, cure = _yaml_cure(str(error.problem or error.context or "not YAML"))
            self.tell((mark.line + 1, mark.column + 1) if mark else (1, 1), message, cure)
            raise ConfigError(self.problems) from error
        except (
            YAMLError,
            ValueError,
            RecursionError,
            LookupError,
            TypeError,
            AttributeError,
            AssertionError,
        ) as error:
            # Besides its own errors ruamel lets a few of Python's escape on malformed directives and tags.
            position = getattr(error, "position", None)
            line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
            message = "nested too deeply" if isinstance(error, RecursionError) else "not YAML"
            self.tell((line, 1), message, "remove what is not plain text, keys and lists")
            raise ConfigError(self.problems) from error

    def plain(self, node: Node, path: Path_, depth: int) -> Any:
        self.nodes += 1
        place = (node.start_mark.line + 1, node.start_mark.column + 1)
        self.places.setdefault(path, place)
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            self.tell(
                place, "nested too deeply or repeats itself without end", "write it out without aliases", path
            )
            raise ConfigError(self.problems)
        if isinstance(node, MappingNode):
            return self.mapping(node, path, depth)
        if isinstance(node, SequenceNode):
            return [self.plain(child, (*path, i), depth + 1) for i, child in enumerate(node.value)]
        return self.scalar(node, path) if isinstance(node, ScalarNode) else None

    def mapping(self, node: MappingNode, path: Path_, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value in node.value:
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, ScalarNode):
                self.tell(place, "a key must be a plain word", "quote ${NAME} inside { }", path)
                continue
            key = str(key_node.value)
            if key in data:
                first = self.places[(*path, key)][0]
                self.tell(
                    place, f"the key stands here twice (first in line {first})", "remove one", (*path, key)
                )
                continue
            self.places[(*path, key)] = place
            data[key] = self.plain(value, (*path, key), depth + 1)
        return data

    def scalar(self, node: ScalarNode, path: Path_) -> Any:
        text = str(node.value)
        tag = str(node.tag).rpartition(":")[2]
        if node.style is None and tag in ("null", "bool", "int", "float"):
            if tag == "null":
                return None
            if tag == "bool":
                return text.lower() == "true"
            if _INT.match(text):
                return int(text)
            try:
                return _Number(text)
            except ValueError:
                return text
        return self.filled(text, path)

    def filled(self, text: str, path: Path_) -> str:
        """The text with ${NAME} and ${file:PATH} replaced."""

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("file:"):
                try:
                    return (self.path.parent / name[5:]).read_text("utf-8").strip()
                except (OSError, ValueError):
                    message, cure = f"the file of ${{{name}}} cannot be read", "create it, or mend the path"
            elif not _NAME.match(name):
                message, cure = "not the name of a variable", "write ${NAME} or ${file:PATH}"
            elif self.environ.get(name):
                return self.environ[name]
            else:
                message, cure = f"${{{name}}} is not set", f"set {name} in the environment"
            self.broken.add(path)
            self.tell_at(path, message, cure)
            return "unset"

        return _VARIABLE.sub(value, text)

    # ------------------------------------------------------------ judging

    def validate(self, data: Any) -> Config | None:
        if data is None:
            data = {}
        config = None
        try:
            config = Config.model_validate(_pruned(data))
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                path = tuple(detail["loc"])
                if path not in self.broken:
                    self.tell_at(path, *_explained(detail, path))
        for path, message, cure in _contradictions(data) if isinstance(data, dict) else ():
            self.tell_at(path, message, cure)
        return config


class _Number(float):
    """A number written with a point: never a duration, which needs its unit."""


def _pruned(data: Any) -> Any:
    """A section left empty (`feeds:`) means its defaults, except that a receiver may be empty."""
    if not isinstance(data, dict):
        return data
    kept = {key: value for key, value in data.items() if value is not None or key not in Config.model_fields}
    for section in ("receivers", "categories"):
        if isinstance(kept.get(section), dict):
            kept[section] = {k: {} if v is None else v for k, v in kept[section].items()}
    return kept


def _dotted(path: Path_) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _masked(source: str, path: Path_) -> str:
    """The line as it may be shown: no passwords, no receiver's address."""
    source = re.sub(r"//[^/\s@]*@", "//***@", source)
    if path[:1] == ("receivers",) or re.search(r"secret|apprise|webhook|deadman", source):
        source = re.sub(r"((?:^|[\s{,'\"])[\w-]+['\"]?:\s+)(?!\s*[{\[]|['\"]?\$\{)[^,}]+", r"\1***", source)
        source = re.sub(r"\w+://[^\s,}]+", "***", source)
    return "".join(c if c.isprintable() or c == "\t" else "�" for c in source[:300])


def _yaml_cure(problem: str) -> tuple[str, str]:
    for sign, message, cure in _YAML_CURES:
        if sign in problem:
            return message, cure
    return f"not YAML: {problem}", "mend the indentation, quotes or brackets here"


def _fields(path: Path_) -> list[str]:
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


def _explained(detail: Any, path: Path_) -> tuple[str, str]:
    """Message and cure of one pydantic error. Never the value: it may be a secret."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "config":
        return str(context["why"]), str(context["cure"])
    if kind == "extra_forbidden":
        return "unknown key", suggestion(
            str(path[-1]), _fields(path)
        ) or f"known keys: {', '.join(_fields(path))}"
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
    if kind == "string_type":
        return "a text is expected", "put it in quotes"
    if kind in ("int_type", "int_parsing", "int_from_float"):
        return "a whole number is expected", "write it without quotes"
    if kind in ("bool_type", "bool_parsing"):
        return "true or false is expected", "write it without quotes"
    return str(detail["msg"]), "see the comments of the shipped config.yaml"


def suggestion(word: str, known: list[str]) -> str:
    """'did you mean `interval`?', or nothing."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""


# ---------------------------------------------------------------- keys that contradict each other

_Finding = tuple[Path_, str, str]


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
        ):
            yield from _unknown(("routes", i, key), _dict(route).get(key), known, what)
        escalate = _dict(_dict(route).get("escalate"))
        yield from _unknown(("routes", i, "escalate", "to"), escalate.get("to"), receivers, "receiver")
    for section in ("digest", "report", "watch", "heartbeat"):
        names = _dict(data.get(section)).get("receivers")
        yield from _unknown((section, "receivers"), names, receivers, "receiver")
    yield from _limits(data)
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
        if value in seen:
            yield (
                ("feeds", i, key),
                f"feeds[{seen[value]}] has the same {key}",
                f"remove one, or give it its own {key}",
            )
        seen.setdefault(value, i)


def _unknown(path: Path_, names: Any, known: list[str], what: str) -> Iterator[_Finding]:
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


def load_with_files(path: Path, environ: Mapping[str, str]) -> tuple[Config, tuple[Path, ...]]:
    """Like `load`; also every file that was read."""
    return load(path, environ), (path,)
