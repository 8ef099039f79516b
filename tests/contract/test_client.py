"""Scripts when the server has forgotten them, as after its restart, and many threads find out at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from monitor.store import Store


def test_threads_that_find_a_script_gone_together_all_get_their_answer(store: Store) -> None:
    store.feeds.begin_poll("warm", "me")
    with ThreadPoolExecutor(8) as threads:
        for turn in range(40):
            store.client.redis.script_flush()
            polls = [threads.submit(store.feeds.begin_poll, f"f{turn}-{number}", "me") for number in range(8)]
            assert all(poll.result()[0] for poll in polls)
