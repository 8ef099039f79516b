"""A YAML file, with all that it includes, as plain data; and where every key of it stands.

text ─compose (ruamel)─▶ nodes ─▶ dicts, lists, scalars ─▶ secrets filled in, `!include` taken in
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from glob import glob, has_magic
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monitor.errors import ConfigError, Problem

KeyPath = tuple[str | int, ...]
MAX_BYTES = 4_000_000
MAX_NODES = 200_000  # aliases can multiply
MAX_DEPTH = 20
MAX_FILES = 200
INCLUDE = "!include"
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_INT = re.compile(r"[-+]?[0-9]{1,18}\Z")
_CURES = (
    ("found character '\\t'", "a tab cannot indent", "indent with spaces"),
    (
        "mapping values are not allowed",
        "a `:` stands where no key can be",
        "put the value in quotes, or mend the indentation",
    ),
    ("undefined alias", "an alias (`*`) without its anchor", "put the value in quotes"),
    ("another document", "more than one document", "remove the line `---`"),
    ("expected a single document", "more than one document", "remove the line `---`"),
    ("could not find expected ':'", "a key without its `:`", "write `key: value`"),
    ("found unexpected end of stream", "a quote that never ends", "close the quotes"),
    ("expected ',' or ']'", "a list that never ends", "close it with `]`"),
    ("expected ',' or '}'", "a section that never ends", "close it with `}`"),
    ("expected <block end>", "the indentation changes in the middle of a section", "indent its lines alike"),
    ("cannot start any token", "a character that cannot begin a value", "put the value in quotes"),
    (
        "special characters are not allowed",
        "an invisible control character",
        "delete it, or type the line anew",
    ),
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands. Lines and columns count from 1."""

    file: Path
    line: int
    column: int


class Number(float):
    """A number written with a point: never a duration, which needs its unit."""


@dataclass
class Document:
    """One reading: the data, where every key stands, what is wrong. `files`: everything that was read."""

    environ: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    places: dict[KeyPath, Spot] = field(default_factory=dict)
    broken: set[KeyPath] = field(default_factory=set)  # already told of
    files: list[Path] = field(default_factory=list)
    _lines: dict[Path, list[str]] = field(default_factory=dict)
    _inside: list[Path] = field(default_factory=list)  # the file at hand, and those that include it
    _nodes: int = 0

    # ------------------------------------------------------------ telling

    def tell(self, spot: Spot, message: str, cure: str = "", path: KeyPath = ()) -> None:
        """Note a problem at a place."""
        lines = self._lines.get(spot.file, [])
        source = lines[spot.line - 1] if 0 < spot.line <= len(lines) else ""
        self.problems.append(
            Problem(str(spot.file), spot.line, spot.column, dotted(path), message, cure, masked(source, path))
        )

    def tell_at(self, path: KeyPath, message: str, cure: str = "") -> None:
        """Note a problem of a key, at the key or the nearest one around it."""
        self.tell(self.spot(path), message, cure, path)

    def spot(self, path: KeyPath) -> Spot:
        """Where a key stands, or the nearest one around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Spot(self.files[0], 1, 1))

    # ------------------------------------------------------------ reading

    def read(self, raw: bytes, file: Path) -> Any:
        """The data of a file; raises ConfigError where it is no YAML at all."""
        root = self._compose(raw, file)
        self._inside = [file]
        return {} if root is None else self._plain(root, (), 0)

    def _compose(self, raw: bytes, file: Path) -> Node | None:
        self.files.append(file)
        if len(raw) > MAX_BYTES:
            self._refuse(
                Spot(file, 1, 1), "the file is larger than 4 MB", "give the path of the configuration"
            )
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self._refuse(
                Spot(file, raw[: error.start].count(b"\n") + 1, 1), "not UTF-8", "save the file as UTF-8"
            )
        self._lines[file] = re.split(r"\r\n|\r|\n", text)
        try:
            root: Node | None = YAML(typ="rt", pure=True).compose(text)
        except MarkedYAMLError as error:
            endless = "unexpected end of stream" in str(error.problem)  # it began where the quote stands
            mark = (
                error.context_mark
                if endless and error.context_mark
                else error.problem_mark or error.context_mark
            )
            message, cure = _yaml_cure(str(error.problem or error.context or "not YAML"))
            self._refuse(
                Spot(file, mark.line + 1, mark.column + 1) if mark else Spot(file, 1, 1), message, cure
            )
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
            message, cure = _yaml_cure(str(getattr(error, "reason", "")))
            if isinstance(error, RecursionError):
                message, cure = "nested too deeply", "remove what is not plain text, keys and lists"
            self._refuse(Spot(file, line, 1), message, cure)
        return root

    def _refuse(self, spot: Spot, message: str, cure: str) -> None:
        self.tell(spot, message, cure)
        raise ConfigError(self.problems)

    def _plain(self, node: Node, path: KeyPath, depth: int) -> Any:
        spot = self._spot_of(node)
        self._nodes += 1
        self.places.setdefault(path, spot)
        if self._nodes > MAX_NODES or depth > MAX_DEPTH:
            what = "nested too deeply or repeats itself without end"
            self.tell(spot, what, "write it out without aliases", path)
            raise ConfigError(self.problems)
        if isinstance(node, ScalarNode) and str(node.tag) == INCLUDE:
            return self._included(node, path, depth)
        if isinstance(node, MappingNode):
            data: dict[str, Any] = {}
            self._mapping(node, path, depth, data)
            return data
        if isinstance(node, SequenceNode):
            items: list[Any] = []
            self._sequence(node, path, depth, items)
            return items
        return self._scalar(node, path) if isinstance(node, ScalarNode) else None

    def _spot_of(self, node: Node) -> Spot:
        return Spot(self._inside[-1], node.start_mark.line + 1, node.start_mark.column + 1)

    def _sequence(self, node: SequenceNode, path: KeyPath, depth: int, items: list[Any]) -> None:
        for child in node.value:
            if isinstance(child, ScalarNode) and str(child.tag) == INCLUDE:
                for root in self._roots(child, path):
                    self._splice(root, path, depth, items)
            else:
                items.append(self._plain(child, (*path, len(items)), depth + 1))

    def _mapping(self, node: MappingNode, path: KeyPath, depth: int, data: dict[str, Any]) -> None:
        for key_node, value in node.value:
            spot = self._spot_of(key_node)
            if not isinstance(key_node, ScalarNode):
                self.tell(spot, "a key must be a plain word", "quote ${NAME} inside { }", path)
                continue
            key = str(key_node.value)
            if key in data:
                first = self.places[(*path, key)]
                where = f"line {first.line}" if first.file == spot.file else f"{first.file}:{first.line}"
                self.tell(spot, f"the key stands here twice (first in {where})", "remove one", (*path, key))
                continue
            self.places[(*path, key)] = spot
            data[key] = self._plain(value, (*path, key), depth + 1)

    # ------------------------------------------------------------ includes

    def _included(self, node: ScalarNode, path: KeyPath, depth: int) -> Any:
        """What stands in the files of `key: !include FILES`: their lists joined, or their sections."""
        items: list[Any] = []
        data: dict[str, Any] = {}
        for root in self._roots(node, path):
            if isinstance(root, MappingNode) and not self._is_wrapped(root, path):
                self._mapping(root, path, depth, data)
            else:
                self._splice(root, path, depth, items)
        if items and data:
            self.tell_at(path, "some of the included files hold lists, others sections", "make them alike")
        return data or items

    def _splice(self, root: Node, path: KeyPath, depth: int, items: list[Any]) -> None:
        """Add the entries of an included file to a list: it holds a list, or `feeds: [...]` for a list of feeds."""
        if self._is_wrapped(root, path):
            root = root.value[0][1]
        if isinstance(root, SequenceNode):
            self._sequence(root, path, depth, items)
        elif isinstance(root, MappingNode):
            items.append(self._plain(root, (*path, len(items)), depth + 1))
        else:
            self.tell(
                self._spot_of(root),
                "a list is expected in an included file",
                "begin its lines with `- `",
                path,
            )

    def _is_wrapped(self, root: Node, path: KeyPath) -> bool:
        names = [part for part in path if isinstance(part, str)]
        return (
            isinstance(root, MappingNode)
            and len(root.value) == 1
            and bool(names)
            and str(root.value[0][0].value) == names[-1]
        )

    def _roots(self, node: ScalarNode, path: KeyPath) -> Iterator[Node]:
        """The composed files that an include names, each while its file is the one at hand."""
        spot, pattern = self._spot_of(node), str(node.value).strip()
        folder = spot.file.parent
        name = str(folder / pattern)
        found = sorted(glob(name)) if has_magic(pattern) else [name]  # noqa: PTH207 - the pattern may be absolute
        if not pattern or not found:
            self.tell(
                spot, f"no file is called {pattern}", "mend the path; it is relative to this file", path
            )
        for name in found:
            file = Path(name)
            if has_magic(pattern) and file.parent not in self.files:
                self.files.append(file.parent)  # a file that comes later is seen by its folder
            if file.resolve() in [one.resolve() for one in self._inside]:
                self.tell(spot, f"{file} includes itself", "take it out of its own include", path)
                continue
            if len(self.files) > MAX_FILES:
                self._refuse(
                    spot, f"more than {MAX_FILES} files are included", "put more feeds into one file"
                )
            try:
                raw = file.read_bytes()
            except OSError as error:
                why = error.strerror or "it is not there"
                self.tell(spot, f"{file} cannot be read: {why}", "create it, or mend the path", path)
                continue
            root = self._compose(raw, file)
            if root is not None:
                self._inside.append(file)
                yield root
                self._inside.pop()

    # ------------------------------------------------------------ values

    def _scalar(self, node: ScalarNode, path: KeyPath) -> Any:
        text = str(node.value)
        tag = str(node.tag).rpartition(":")[2]
        if node.style is None and (cure := _typed_wrong(text)):
            self.broken.add(path)
            self.tell(self._spot_of(node), *cure, path)
        if node.style is None and tag in ("null", "bool", "int", "float"):
            if tag == "null":
                return None
            if tag == "bool":
                return text.lower() == "true"
            if _INT.match(text):
                return int(text)
            try:
                return Number(text)
            except ValueError:
                return text
        return self._filled(text, path)

    def _filled(self, text: str, path: KeyPath) -> str:
        """The text with ${NAME} and ${file:PATH} replaced; paths are relative to the file at hand."""
        folder = self._inside[-1].parent

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("file:"):
                try:
                    return (folder / name[5:]).read_text("utf-8").strip()
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


def _typed_wrong(text: str) -> tuple[str, str] | None:
    """What a keyboard made of a plain value: message and cure."""
    if len(text) > 1 and text[0] in "“”„«»‘’" and text[-1] in "“”«»‘’":
        return "typographic quotes are part of the text", "use plain quotes: \" or '"
    if re.fullmatch(r"[٠-٩۰-۹][٠-٩۰-۹.,:٫]*\s*\w*", text):
        return "a number in other digits", "write it with the digits 0 to 9"
    return None


def dotted(path: KeyPath) -> str:
    """A key's path as people write it: `routes[0].places`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def masked(source: str, path: KeyPath) -> str:
    """The line as it may be shown: no passwords, no receiver's address."""
    source = re.sub(r"//[^/\s@]*@", "//***@", source)
    if path[:1] == ("receivers",) or re.search(r"secret|apprise|webhook|deadman|password|server", source):
        source = re.sub(r"((?:^|[\s{,'\"])[\w-]+['\"]?:\s+)(?!\s*[{\[]|['\"]?\$\{)[^,}]+", r"\1***", source)
        source = re.sub(r"\w+://[^\s,}]+", "***", source)
    return "".join(c if c.isprintable() or c == "\t" else "�" for c in source[:300])


def _yaml_cure(problem: str) -> tuple[str, str]:
    for sign, message, cure in _CURES:
        if sign in problem:
            return message, cure
    return (
        f"not YAML: {problem}" if problem else "not YAML",
        "mend the indentation, quotes or brackets here",
    )
