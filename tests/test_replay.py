"""Other rules over the same items: what would alert, what would stop, how much a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.alerts import Alert
from monitor.config import Config
from monitor.models import Item, Json
from tests.contract.test_store import ALERT, NOW
from tests.contract.test_store import ITEM as STORED
from workers import classify, places
from workers.classify import Lexicons
from workers.incidents import group_of
from workers.places import Gazetteer
from workers.replay import Replay, replay
from workers.understanding import custom_terms

CURFEW = "فرضت القوى الأمنية حظر تجول في مدينة حلب من السادسة مساءً حتى السادسة صباحاً."
FLOOD = "غمرت سيول عارمة طرقاً زراعية في ريف إدلب صباح اليوم."
CALM = "افتتح المحافظ معرض الزهور في الحديقة العامة."


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return places.load()


def record(number: int, text: str, **changes: Any) -> Json:
    seen = NOW + timedelta(minutes=number)
    item = replace(STORED, id=f"it_{number}", revision=1, title=text, seen=seen, published=seen, **changes)
    article = {"title": text, "text": text, "source": "page"}
    return {"id": item.id, "state": "done", "item": item.to_dict(), "article": article, "note": {}}


def told(one: Json, **changes: Any) -> Alert:
    item = Item.from_dict(one["item"])
    return replace(ALERT, id=f"al_{item.id}", group=group_of(item), created=item.seen, **changes)


def run(gazetteer: Gazetteer, records: list[Json], alerts: list[Alert], **config: Any) -> Replay:
    made = Config.model_validate({"timezone": "UTC", **config})
    lexicons: Lexicons = classify.load(extra=custom_terms(made))
    addressed = {alert.message_id: ["console"] for alert in alerts}
    return replay(records, alerts, addressed, made, lexicons, gazetteer)


def test_the_same_rules_would_tell_the_same(gazetteer: Gazetteer) -> None:
    records = [record(0, CURFEW), record(1, CALM)]
    found = run(gazetteer, records, [told(records[0])])
    assert (found.items, found.starts(), found.stops()) == (2, [], [])
    assert found.volume(ZoneInfo("UTC")) == {"2026-03-01": {"console": (1, 1)}}


def test_a_new_term_shows_what_it_would_have_caught(gazetteer: Gazetteer) -> None:
    records = [record(0, FLOOD), record(1, CALM)]
    found = run(gazetteer, records, [], categories={"floods": {"terms": {"ar": ["سيول عارمة"]}}})
    assert [(one.item, one.category) for one in found.starts()] == [("it_0", "floods")]


def test_what_would_stop_is_named(gazetteer: Gazetteer) -> None:
    records = [record(0, CALM)]
    found = run(gazetteer, records, [told(records[0])])
    assert [(one.item, one.category) for one in found.stops()] == [("it_0", "curfew")]


def test_two_outlets_with_one_curfew_are_one_message_here_as_well(gazetteer: Gazetteer) -> None:
    records = [record(0, CURFEW), record(5, f"{CURFEW} بحسب شهود", outlet="b", url="http://b.test/1")]
    found = run(gazetteer, records, [])
    assert [one.item for one in found.would] == ["it_0"]


def test_routes_decide_who_would_hear(gazetteer: Gazetteer) -> None:
    receivers = {"console": {"console": {}}, "other": {"console": {}}}
    routes = [{"receivers": ["other"], "places": ["Aleppo"]}, {"receivers": ["console"], "places": ["Daraa"]}]
    found = run(gazetteer, [record(0, CURFEW)], [], receivers=receivers, routes=routes)
    assert [one.receivers for one in found.would] == [("other",)]


def test_what_must_not_wake_anybody_does_not_here(gazetteer: Gazetteer) -> None:
    assert run(gazetteer, [record(0, CURFEW, pages=False, quiet="baseline")], []).would == ()
