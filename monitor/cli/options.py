"""Values of options that click does not know."""

from __future__ import annotations

import click


def duration(_context: click.Context, _parameter: click.Parameter, value: str) -> float:
    """Seconds of `30m`, `2h`, `7d`."""
    from pydantic_core import PydanticCustomError

    from monitor.values import positive_duration

    try:
        return positive_duration(value)
    except PydanticCustomError as error:
        raise click.BadParameter(f"{value!r} is no duration; write 30m, 2h or 7d") from error
