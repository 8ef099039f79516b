"""Edits of the config over a working daemon: nothing lost, nothing told twice, no feed asked too soon."""

from __future__ import annotations

from benchmarks import reload


def test_a_storm_of_edits_disturbs_nothing() -> None:
    result = reload.run(60, 20.0)
    assert (result.lost, result.repeated) == (0, [])
    assert result.applied >= 1
    assert result.refused >= 1
    assert result.busiest < reload.OFTEN
    assert result.growth < reload.GROWTH
