"""Workers and the server are killed while receivers fail, stall and cut the line: every alert arrives."""

from __future__ import annotations

from benchmarks import chaos

PATIENCE = 500.0  # seconds; after four faults on one message the next try is five minutes away


def test_every_receiver_gets_every_alert_whatever_dies() -> None:
    result = chaos.run(30, 6, seed=3, patience=PATIENCE)
    assert result.killed.total() >= 6
    assert result.missing == {"hook": [], "chat": [], "mail": []}
    assert result.two_ids == []


def test_without_a_cut_line_nothing_is_told_twice() -> None:
    result = chaos.run(12, 0, seed=4, patience=PATIENCE)
    assert result.missing == {"hook": [], "chat": [], "mail": []}
    assert result.unexplained == []
