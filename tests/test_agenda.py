"""Every planned feed gets its poll, in time, and no host more of them at once than it may have."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.agenda import Agenda

PLANS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("xyz"), st.floats(0, 100)), max_size=40
)


def test_a_feed_is_taken_when_due_and_once() -> None:
    agenda = Agenda(2)
    agenda.put("a", "x", 10.0)
    assert agenda.take(9.9, 5) == []
    assert agenda.next_due() == 10.0
    assert agenda.take(10.0, 5) == ["a"]
    assert agenda.take(11.0, 5) == []


def test_a_later_plan_makes_the_earlier_void() -> None:
    agenda = Agenda(2)
    agenda.put("a", "x", 10.0)
    agenda.put("a", "x", 50.0)
    assert agenda.take(20.0, 5) == []
    agenda.hasten("a", 30.0)
    agenda.hasten("a", 90.0)
    assert agenda.take(30.0, 5) == ["a"]


def test_one_slow_host_holds_up_nobody_else() -> None:
    agenda = Agenda(1)
    for number in range(50):
        agenda.put(f"slow{number}", "slow.test", 0.0)
    agenda.put("quick", "quick.test", 1.0)
    assert agenda.take(2.0, 10) == ["slow0", "quick"]
    assert agenda.take(2.0, 10) == []
    agenda.done("slow0")
    assert agenda.take(2.0, 10) == ["slow1"]


def test_a_host_that_rests_keeps_its_feeds_in_order() -> None:
    agenda = Agenda(2)
    for name in "abc":
        agenda.put(name, "x", 0.0)
    agenda.put("other", "y", 0.5)
    assert agenda.take(0.0, 1) == ["a"]
    agenda.wait("a", 5.0)
    assert agenda.take(1.0, 9) == ["other"]
    assert agenda.next_due() == 5.0
    assert agenda.take(5.0, 9) == ["a", "b"]


@given(plans=PLANS, at_once=st.integers(1, 3), most=st.integers(1, 4))
def test_every_plan_is_kept_and_no_host_is_crowded(
    plans: list[tuple[str, str, float]], at_once: int, most: int
) -> None:
    agenda = Agenda(at_once)
    wanted: dict[str, str] = {}
    for feed, host, due in plans:
        host = wanted.setdefault(feed, host)
        agenda.put(feed, host, due)
    seen: list[str] = []
    while taken := agenda.take(100.0, most):
        hosts = [wanted[feed] for feed in taken]
        assert all(hosts.count(host) <= at_once for host in hosts)
        assert len(taken) <= most
        seen += taken
        for feed in taken:
            agenda.done(feed)
    assert sorted(seen) == sorted(wanted)
