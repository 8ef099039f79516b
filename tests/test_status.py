"""What is wrong comes first, with its cure, and the exit code says so; looking at alerts and items as the team does."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from monitor import status
from monitor.alerts import Alert, Delivery, Incident, Source
from monitor.cli import cli, main
from monitor.clock import from_ms, iso, to_ms
from monitor.config import Config, FeedConfig
from monitor.embedded import EmbeddedServer
from monitor.errors import StoreError, StoreUnavailableError, UsageError
from monitor.models import Evidence, Item, Mention, Place
from monitor.store import Batch, Commit, Store, open_store
from monitor.tables import feed_facts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = FeedConfig(name="Outlet", url="https://o.test/feed")
PLACE = Place("ذيبان", "Dhiban", "ذيبان", "gn:1", 35.0, 40.5, ("SY09",))


def alert(number: int, at: datetime, category: str = "curfew", state: str = "imposed") -> Alert:
    mention = Mention(category, state, 0.9, (Evidence("title", 0, 4, "حظر", "r"),), places=(PLACE,))
    source = Source(f"it_{number}", "Outlet", "https://o.test/1", "عنوان", at, at)
    return Alert(
        f"al_{number}", 1, f"gr_{number}", "new", f"in_{number}", at, "first report", category, state, 0.9,
        "high", f"عنوان {number}", f"نص {number}", "ar", (mention,), (source,),
    )  # fmt: skip


def item(name: str, seen: datetime) -> Item:
    return Item(name, 0, "Outlet", "Outlet", "https://o.test/1", f"خبر {name}", "ملخص", "", seen, seen, "f")


def ingest(store: Store, *items: Item, state: dict[str, Any] | None = None) -> None:
    token, _, _ = store.feeds.begin_poll("Outlet", "me")
    batch = [Batch(one, (f"guid:{one.id}",)) for one in items]
    store.feeds.ingest("Outlet", token, "Outlet", batch, state or {}, to_ms(NOW))


def tell(store: Store, told: Alert, *rows: Delivery) -> None:
    """Commit an alert as the item's outcome."""
    ingest(store, item(told.sources[0].item, told.created))
    claim = store.items.claim(told.sources[0].item, "w", to_ms(told.created))
    assert not isinstance(claim, str)
    incident = Incident(
        told.incident,
        told.category,
        told.status,
        told.created,
        told.created,
        (PLACE,),
        told.sources,
        told.id,
        1,
    )
    reading = {"lang": "ar", "mentions": [one.to_dict() for one in told.mentions], "suppressed": []}
    fields = {
        "note": {},
        "reading": reading,
        "article": {"title": told.title, "text": "متن الخبر", "source": "page"},
    }
    work = Commit("done", fields, (incident,), (told,), rows)
    assert store.items.commit(claim, work, store.items.incidents_version(), to_ms(told.created))


def bury(store: Store, row_id: str, error: str, state: str = "dead") -> None:
    claim = store.outbox.claim(row_id, "w", to_ms(NOW))
    assert not isinstance(claim, str)
    store.outbox.mark(row_id, claim.token, state, to_ms(NOW), due_ms=to_ms(NOW), error=error)


def look(store: Store, now: datetime = NOW, **values: Any) -> status.Status:
    return status.look(Config(feeds=(FEED,), **values), store, now)


# ---------------------------------------------------------------- judging


def test_a_quiet_store_is_well(store: Store) -> None:
    found = look(store)
    assert (found.problems, found.code) == ((), 0)
    assert found.facts["versions"]["store"].startswith(("Valkey", "Redis"))
    assert found.facts["memory"]["used_bytes"] > 0


def test_items_that_nobody_reads_are_told_with_their_age(store: Store) -> None:
    store.client.redis.delete("rq:workers")  # of other tests on this server
    ingest(store, item("it_1", NOW - timedelta(minutes=5)), item("it_2", NOW))
    [problem] = look(store).problems
    assert "2 items wait and no worker is at work" in problem.what
    assert "rasid run" in problem.cure
    assert look(store).facts["oldest_waiting_seconds"] == 300


@pytest.mark.parametrize(("seconds", "told"), [(59, 0), (61, 1)])
def test_a_queue_is_slow_after_a_minute(seconds: int, told: int) -> None:
    found = list(status.work_troubles(3, timedelta(seconds=seconds), 2))
    assert len(found) == told
    assert all("the oldest for" in one.what and one.cure for one in found)


def test_dead_letters_name_the_row_to_resend_and_retries_their_receiver(store: Store) -> None:
    rows = (Delivery("row-hook", "hook", ("al_1_r1",)), Delivery("row-mail", "mail", ("al_1_r1",)))
    tell(store, alert(1, NOW), *rows)
    bury(store, "row-hook", "hook answered 410")
    bury(store, "row-mail", "no route to host", "due")
    texts = [str(one) for one in look(store).problems]
    assert any(
        "receiver hook: 1 dead letters" in one and "rasid alerts resend row-hook" in one for one in texts
    )
    assert any("receiver mail: 1 deliveries are tried again: no route to host" in one for one in texts)
    assert look(store).facts["outbox"] == {"due": 0, "retrying": 1, "sending": 0, "dead": 1}
    assert look(store).facts["last_alert"]["id"] == "al_1_r1"


def test_feeds_with_faults_come_first_and_feeds_that_nobody_asks_are_told(store: Store) -> None:
    finding = {"name": "overflow", "message": "some were missed", "cure": "shorten the interval"}
    late = iso(NOW - timedelta(minutes=6))
    ingest(store, state={"next": late, "findings": [finding], "outcome": "fetched"})
    texts = [str(one) for one in look(store).problems]
    assert any("feed Outlet: some were missed (shorten the interval)" in one for one in texts)
    assert any("1 feeds should have been asked" in one and "rasid poll" in one for one in texts)
    assert not any(
        "should have been asked" in str(one) for one in look(store, NOW - timedelta(minutes=2)).problems
    )


def test_a_full_store_is_told_before_it_refuses() -> None:
    assert not list(status.memory_troubles(799, 1000))
    [problem] = status.memory_troubles(900_000_000, 1_000_000_000)
    assert "90% of its 1.0 GB" in problem.what
    assert "retention" in problem.cure


def test_every_problem_has_a_cure(store: Store) -> None:
    ingest(
        store,
        item("it_1", NOW - timedelta(hours=1)),
        state={"error": "refused", "cure": "look", "next": iso(NOW)},
    )
    for one in look(store, NOW + timedelta(hours=1)).problems:
        assert one.cure or "(look)" in one.what


# ---------------------------------------------------------------- the screen


def drawn(found: status.Status) -> str:
    console = Console(width=100, record=True, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    with console.file:
        console.print(status.screen(found, Config(feeds=(FEED,))))
        return console.export_text()


def test_the_screen_shows_problems_before_everything_else(store: Store) -> None:
    ingest(store, item("it_1", NOW - timedelta(minutes=5)), state={"error": "\x1b[31mred‮", "next": iso(NOW)})
    text = drawn(look(store))
    assert text.startswith("! ")
    assert text.index("items wait") < text.index("outbox") < text.index("last success")
    assert "\x1b" not in text
    assert "‮" not in text
    assert "15:00:00" in text, "the team's time zone"


def test_many_feeds_leave_the_screen_whole() -> None:
    feeds = [feed_facts(FeedConfig(name=f"f{one}", url=f"https://o.test/{one}"), {}) for one in range(200)]
    facts = {
        "items_waiting": 0, "oldest_waiting_seconds": None, "workers": [], "outbox": {}, "last_alert": None,
        "memory": {"used_bytes": 1, "limit_bytes": 2}, "versions": {"rasid": "1", "data": 1, "store": "x"},
        "feed_states": feeds,
    }  # fmt: skip
    text = drawn(status.Status(NOW, (), facts))
    assert len(text.splitlines()) < 45
    assert "and 180 more: `rasid feeds`" in text


def test_watching_goes_on_while_the_store_is_away(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn_screens: list[str] = []

    class FakeLive:
        def __init__(self, first: Any, **_: Any) -> None:
            self.update(first, refresh=False)

        def __enter__(self) -> FakeLive:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def refresh(self) -> None:
            pass

        def update(self, screen: Any, *, refresh: bool) -> None:
            console = Console(width=100)
            with console.capture() as captured:
                console.print(screen)
            drawn_screens.append(captured.get())

    monkeypatch.setattr(status, "Live", FakeLive)
    turns = iter([None, StoreUnavailableError("the store does not answer", cure="see that it runs"), None])

    def again() -> status.Status:
        turn: StoreError | None = next(turns)
        if turn:
            raise turn
        return look(store)

    waits = iter([False, False, True])
    assert status.watch(again, Config(feeds=(FEED,)), lambda seconds: next(waits)) == 0
    assert ["does not answer" in one for one in drawn_screens] == [False, True, False]


# ---------------------------------------------------------------- the command line


@pytest.fixture
def site(short_dir: Path) -> Iterator[tuple[str, Store]]:
    """A config with a running store that holds three alerts."""
    config = short_dir / "config.yaml"
    config.write_text(
        "timezone: Asia/Damascus\ndata_dir: data\n"
        'feeds: [{name: Outlet, url: "https://o.test/feed"}]\nreceivers: {console: {}}\n'
    )
    with EmbeddedServer(short_dir / "data") as server:
        opened = open_store(server.url)
        now = from_ms(to_ms(datetime.now(UTC)))
        tell(opened, alert(1, now - timedelta(days=3)), Delivery("al_1_r1-console", "console", ("al_1_r1",)))
        tell(
            opened,
            alert(2, now - timedelta(hours=2), "clashes", "clashes"),
            Delivery("gone", "old", ("al_2_r1",)),
        )
        tell(opened, replace(alert(3, now - timedelta(minutes=5)), mentions=()))
        yield str(config), opened
        opened.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments), standalone_mode=False)


def ids(result: Result) -> list[str]:
    return [json.loads(line)["id"] for line in result.output.splitlines()]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((), ["al_3", "al_2", "al_1"]),
        (("--since", "24h"), ["al_3", "al_2"]),
        (("--since", "30m"), ["al_3"]),
        (("--category", "clashes"), ["al_2"]),
        (("--status", "imposed"), ["al_3", "al_1"]),
        (("--place", "ذِيبان"), ["al_2", "al_1"]),
        (("--place", "SY09"), ["al_2", "al_1"]),
        (("--place", "Deir ez-Zor"), ["al_2", "al_1"]),
        (("--place", "Aleppo"), []),
        (("--limit", "1"), ["al_3"]),
    ],
)
def test_alerts_are_listed_by_what_the_team_asks_for(
    site: tuple[str, Store], filters: tuple[str, ...], expected: list[str]
) -> None:
    assert ids(run("alerts", "list", "--json", "--config", site[0], *filters)) == expected


def test_the_short_form_lists_as_well(site: tuple[str, Store]) -> None:
    assert ids(run("alerts", "--json", "--config", site[0])) == ["al_3", "al_2", "al_1"]
    assert "Outlet" in run("items", "--config", site[0]).output


def test_options_before_the_subcommand_hold_for_it(site: tuple[str, Store]) -> None:
    assert ids(run("alerts", "--config", site[0], "--json", "list", "--since", "24h")) == ["al_3", "al_2"]
    assert ids(run("items", "--config", site[0], "--json", "show", "it_1")) == ["it_1"]


@pytest.mark.parametrize("given", ["2 fortnights", "-1h", "0s", "24", "999999999w"])
def test_a_span_that_is_none_is_refused_with_its_cure(site: tuple[str, Store], given: str) -> None:
    result = run("alerts", "list", "--config", site[0], f"--since={given}")
    assert result.exception
    assert "24h" in str(result.exception) or "24h" in result.output


def test_one_alert_is_shown_with_everybody_it_went_to(site: tuple[str, Store]) -> None:
    bury(site[1], "al_1_r1-console", "standard output is closed")
    shown = run("alerts", "show", "al_1", "--config", site[0]).output
    assert "نص 1" in shown
    assert "console: dead" in shown
    assert "standard output is closed" in shown
    machine = json.loads(run("alerts", "show", "al_1_r1", "--json", "--config", site[0]).output)
    assert machine["deliveries"][0]["state"] == "dead"
    missing = run("alerts", "show", "al_9", "--config", site[0])
    assert "no alert al_9" in str(missing.exception)


def test_a_dead_letter_is_sent_once_more_and_nothing_else_is(site: tuple[str, Store]) -> None:
    config, store = site
    assert "only dead letters" in str(
        run("alerts", "resend", "al_1_r1-console", "--config", config).exception
    )
    bury(store, "al_1_r1-console", "standard output is closed")
    bury(store, "gone", "this receiver is no longer in the config")
    assert run("status", "--json", "--config", config).return_value == 1
    assert "due again" in run("alerts", "resend", "al_1_r1-console", "--config", config).output
    [row] = [one for one in store.outbox.rows() if one.id == "al_1_r1-console"]
    assert (row.state, row.attempts, row.error, row.done_ms) == ("due", 0, "", 0)
    assert store.outbox.ring("console", to_ms(datetime.now(UTC)), queue_empty=True) == ["al_1_r1-console"]
    claim = store.outbox.claim("al_1_r1-console", "w", to_ms(NOW))
    assert not isinstance(claim, str)
    assert store.outbox.revive("al_1_r1-console", to_ms(NOW)) == "sending", "never while it is being sent"
    assert "not in the config" in str(run("alerts", "resend", "gone", "--config", config).exception)
    assert "no delivery nobody" in str(run("alerts", "resend", "nobody", "--config", config).exception)


def test_items_are_listed_and_shown_with_their_words(site: tuple[str, Store]) -> None:
    config, store = site
    ingest(store, item("it_9", datetime.now(UTC)))
    assert ids(run("items", "list", "--json", "--state", "pending", "--config", config)) == ["it_9"]
    assert ids(run("items", "--json", "--state", "pending", "--config", config)) == ["it_9"]
    assert len(ids(run("items", "list", "--json", "--since", "24h", "--config", config))) == 3
    assert ids(run("items", "list", "--json", "--outlet", "nobody", "--config", config)) == []
    shown = run("items", "show", "it_1", "--config", config).output
    assert "curfew imposed: حظر" in shown
    assert "متن الخبر" in shown
    assert json.loads(run("items", "show", "it_1", "--json", "--config", config).output)["id"] == "it_1"
    assert "no item it_x" in str(run("items", "show", "it_x", "--config", config).exception)


def test_status_for_machines_keeps_its_counts(site: tuple[str, Store]) -> None:
    found = json.loads(run("status", "--json", "--config", site[0]).output)
    assert {"problems", "feeds", "items_waiting", "deliveries_open", "polls", "alerts"} <= set(found)
    assert found["alerts"] == 3


def test_watching_needs_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run("status", "--watch")
    assert isinstance(result.exception, UsageError)
    monkeypatch.setattr("sys.argv", ["rasid", "status", "--watch"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert "terminal" in capsys.readouterr().err


def test_watching_never_keeps_a_daemon_from_starting(
    short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = short_dir / "config.yaml"
    config.write_text("data_dir: data\n")
    monkeypatch.setattr("monitor.cli.looking._is_terminal", lambda: True)
    result = run("status", "--watch", "--config", str(config))
    assert "no daemon runs" in str(result.exception)
    assert not (short_dir / "data").exists()
