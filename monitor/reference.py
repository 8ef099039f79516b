"""docs/configuration.md, made from the config's models: `python -m monitor.reference > docs/configuration.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from monitor.config import Config

HEAD = """# Configuration

Every key of `config.yaml`. Durations carry a unit (`20s`, `2m`, `1h`, `30d`), sizes too (`10MB`); secrets are written
as `${NAME}` (environment) or `${file:PATH}`. Unknown keys are refused with their line. `NAME` stands for a name of your
own, `[]` for each entry of a list. This page is made from the program: `python -m monitor.reference`.

| key | default | what it does |
|---|---|---|
"""
SECONDS = {
    "(duration)": (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)),
    "(size)": (("MB", 1_000_000), ("B", 1)),
}


def page() -> str:
    """The whole page."""
    return HEAD + "".join(f"| `{key}` | {default} | {text} |\n" for key, default, text in _rows(Config, ""))


def _rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    """Key, default and description of every field, sections followed into."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        inner, suffix = _section(field.annotation)
        text = (field.description or "").replace("|", "\\|")
        yield key, "" if inner and not suffix else _default(field, text), text
        if inner:
            yield from _rows(inner, f"{key}{suffix}.")


def _section(annotation: Any) -> tuple[type[BaseModel] | None, str]:
    """The section that a type holds, and how its entries are written."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _section(arguments[0])
    if origin in (Union, UnionType):
        found = [one for one in map(_section, arguments) if one[0]]
        return found[0] if found else (None, "")
    if origin is dict and (inner := _section(arguments[1])[0]):
        return inner, ".NAME"
    if origin is tuple and arguments and (inner := _section(arguments[0])[0]):
        return inner, "[]"
    return None, ""


def _default(field: Any, text: str) -> str:
    """The default as an admin would write it."""
    value = field.get_default(call_default_factory=True) if not field.is_required() else PydanticUndefined
    if value is PydanticUndefined:
        return "required"
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    if value is None or value in ("", (), {}):
        return "`auto`" if "(auto or duration)" in text else "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    for unit, steps in SECONDS.items():
        if unit in text and isinstance(value, int | float):
            name, step = next(
                ((name, step) for name, step in steps if value >= step and value % step == 0), ("s", 1)
            )
            return f"`{value / step:g}{name}`"
    return f"`{value}`" if not isinstance(value, tuple | dict) else "see below"


if __name__ == "__main__":
    sys.stdout.write(page())
