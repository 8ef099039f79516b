"""Values of options that click does not know."""

from __future__ import annotations

from datetime import timedelta

import click


def duration(_context: click.Context, _parameter: click.Parameter, value: str) -> float:
    """Seconds of `30m`, `2h`, `7d`."""
    from pydantic_core import PydanticCustomError

    from monitor.values import positive_duration

    try:
        return positive_duration(value)
    except PydanticCustomError as error:
        raise click.BadParameter(f"{value!r} is no duration: write 90m, 24h or 7d") from error


def timespan(
    context: click.Context, parameter: click.Parameter, value: str | timedelta | None
) -> timedelta | None:
    """The same as a span of time; none where none is given."""
    if value is None or isinstance(value, timedelta):
        return value
    try:
        return timedelta(seconds=duration(context, parameter, value))
    except OverflowError as error:
        raise click.BadParameter(f"{value!r} is too long: write 90m, 24h or 7d") from error
