"""The next poll is never too early, never too late, and says why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.schedule import next_poll

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
USUAL: dict[str, Any] = {
    "interval": None, "min_interval": 60, "max_interval": 3600, "errors": 0, "retry_after": None,
    "cache_max_age": None, "rate_per_day": 24, "jitter": 0.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("given_", "seconds", "reason"),
    [
        ({}, 900, "auto"),
        ({"rate_per_day": 0}, 3600, "auto"),
        ({"rate_per_day": 1e6}, 60, "auto"),
        ({"interval": 120}, 120, "interval"),
        ({"interval": 120, "errors": 2}, 480, "backoff"),
        ({"interval": 120, "errors": 99}, 3600, "backoff"),
        ({"interval": 120, "retry_after": 7200}, 7200, "retry_after"),
        ({"rate_per_day": 1e6, "cache_max_age": 9999}, 300, "cache"),
    ],
)
def test_waits(given_: dict[str, Any], seconds: float, reason: str) -> None:
    due, why = next_poll(NOW, **{**USUAL, **given_})
    assert ((due - NOW).total_seconds(), why) == (seconds, reason)


@given(errors=st.integers(0, 10_000), wait=st.floats(0, 1e9), rate=st.floats(0, 1e9), jitter=st.floats(0, 1))
def test_retry_after_is_never_broken(errors: int, wait: float, rate: float, jitter: float) -> None:
    given_ = {"errors": errors, "retry_after": wait, "rate_per_day": rate, "jitter": jitter}
    due, _ = next_poll(NOW, **{**USUAL, **given_})
    assert min(wait, 86_400) - 1e-3 <= (due - NOW).total_seconds() <= 90_000
