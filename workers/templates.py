"""An admin's own words for messages: sandboxed Jinja. What fails leaves the built-in words, and is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.config import Messages
from monitor.text import clean, one_line

FILTERS = ("default", "e", "first", "float", "int", "join", "last", "length", "lower", "replace", "round", "trim",
           "truncate", "upper")  # fmt: skip
TITLE_LIMIT, TEXT_LIMIT = 300, 20_000  # characters


class _Environment(ImmutableSandboxedEnvironment):
    """Nothing that multiplies: a template can neither hang nor eat memory."""

    intercepted_binops = frozenset(["*", "**", "%"])

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or not all(isinstance(one, int | float) for one in (left, right)):
            raise SecurityError(f"`{operator}` is only for small sums")
        return super().call_binop(context, operator, left, right)


def _environment() -> _Environment:
    made = _Environment(undefined=StrictUndefined, autoescape=False)
    made.globals.clear()  # no range, no cycler: loops run over what a message holds
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.tests = {name: made.tests[name] for name in ("defined", "none", "number", "string", "in", "eq")}
    return made


@dataclass
class Templates:
    """Compiled templates by language and part (`title`, `text`); `failures` names those that failed, and why."""

    compiled: dict[tuple[str, str], Template]
    failures: dict[str, str] = field(default_factory=dict)

    def fill(self, tongue: str, title: str, text: str, values: Mapping[str, Any]) -> tuple[str, str]:
        """Title and text by the templates where there are any, else as they are."""
        own_title = self._part(tongue, "title", {**values, "title": title, "text": text})
        shown = one_line(own_title, TITLE_LIMIT) or title
        own_text = self._part(tongue, "text", {**values, "title": shown, "text": text})
        return shown, clean(own_text)[:TEXT_LIMIT] or text.replace(title, shown, 1)

    def _part(self, tongue: str, part: str, values: Mapping[str, Any]) -> str:
        """What a template makes; "" where there is none or it failed."""
        template = self.compiled.get((tongue, part))
        if template is None:
            return ""
        try:
            return template.render(**values).strip()
        except (TemplateError, TypeError, ValueError, KeyError, AttributeError, ArithmeticError) as error:
            self.failures[f"messages.templates.{tongue}.{part}"] = f"{type(error).__name__}: {error}"
            return ""


def load(messages: Messages) -> Templates:
    """Compile what a config holds; what cannot be compiled is noted as a failure."""
    made, environment = Templates({}), _environment()
    for tongue, template in messages.templates.items():
        for part in ("title", "text"):
            if source := getattr(template, part):
                try:
                    made.compiled[tongue, part] = environment.from_string(source)
                except TemplateError as error:
                    made.failures[f"messages.templates.{tongue}.{part}"] = f"{type(error).__name__}: {error}"
    return made
