"""A JSON Schema of config.yaml, for editors that complete and check while one types: `python -m monitor.schema`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator
from pydantic_core import PydanticUndefined

from monitor.config import Config

Schema = dict[str, Any]
_FILLED = r"\$\{.*\}"
_DURATION = r"[0-9]{1,9}(\.[0-9]{1,6})? ?(ms|s|m|h|d|w)"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"


def _text(pattern: str = "") -> Schema:
    return {"type": "string", "pattern": f"^({pattern}|{_FILLED})$"} if pattern else {"type": "string"}


_BY_VALIDATOR: Mapping[str, Schema] = {
    "positive_duration": _text(_DURATION),
    "duration": _text(_DURATION),
    "_auto_or_duration": _text(f"auto|{_DURATION}"),
    "_off_or_duration": {"anyOf": [_text(f"off|{_DURATION}"), {"type": "boolean", "const": False}]},
    "size": {"anyOf": [{"type": "integer", "minimum": 1}, _text("[0-9]+(\\.[0-9]+)? ?([kKMG]i?)?B")]},
    "_clock_time": _text(_CLOCK),
    "_span_of_day": _text(f"{_CLOCK} ?[-–] ?{_CLOCK}"),
    "_rate": _text(f"[1-9][0-9]{{0,5}} ?/ ?{_DURATION}"),
    "_plain_text": {"type": "string", "minLength": 1, "maxLength": 200},
}
_PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    Path: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
}


def schema() -> Schema:
    """The whole schema."""
    definitions: dict[str, Schema] = {}
    root = _section(Config, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rasid's configuration",
        **root,
        "$defs": definitions,
    }


def text() -> str:
    """The schema as the file has it."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def _section(model: type[BaseModel], definitions: dict[str, Schema]) -> Schema:
    properties: dict[str, Schema] = {}
    required = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        found = dict(_type(field.annotation, field.metadata, definitions))
        if field.description:
            found["description"] = field.description
        if field.is_required():
            required.append(key)
        elif model is Config:
            found = {"anyOf": [found, {"type": "null"}], "description": found.pop("description", "")}
        _with_default(found, field)
        properties[key] = found
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**made, "required": required} if required else made


def _with_default(found: Schema, field: Any) -> None:
    """Plain defaults only: others stand in the descriptions."""
    value = field.default
    if value is not PydanticUndefined and isinstance(value, str | bool) and value != "":
        found["default"] = value


def _type(annotation: Any, metadata: Any, definitions: dict[str, Schema]) -> Schema:
    """The schema of one type. `metadata`: what Annotated says of it, for a field pydantic has taken it apart."""
    for one in metadata:
        if isinstance(one, BeforeValidator):
            name = getattr(one.func, "__name__", "")
            return dict(_BY_VALIDATOR.get(name, {"type": "string"}))
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0], arguments[1:], definitions)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, UnionType):
        return {"anyOf": [_type(one, (), definitions) for one in arguments if one is not NoneType]}
    if origin is dict:
        return {"type": "object", "additionalProperties": _optional(_type(arguments[1], (), definitions))}
    if origin is tuple:
        return {"type": "array", "items": _type(arguments[0], (), definitions)}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation.__name__ not in definitions:
            definitions[annotation.__name__] = {}
            definitions[annotation.__name__] = _section(annotation, definitions)
        return {"$ref": f"#/$defs/{annotation.__name__}"}
    return dict(_PLAIN.get(annotation, {"type": "string"}))


def _optional(found: Schema) -> Schema:
    """An entry under a name of one's own may be left empty: `console:`."""
    return {"anyOf": [found, {"type": "null"}]} if "$ref" in found else found


if __name__ == "__main__":
    sys.stdout.write(text())
