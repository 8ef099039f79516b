"""`rasid replay` and `rasid feedback`: what stored items say about the rules. Words for people around pure parts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from monitor.clock import iso, parse_iso
from monitor.config import Config
from monitor.errors import UsageError
from monitor.models import Item, Json
from monitor.store import Store
from monitor.text import isolate, one_line
from workers import understanding
from workers.articles import document_of
from workers.replay import Replay, Told, article_in, replay

MOST_ITEMS = 100_000
SHOWN = 40  # alerts a list; `--json` has them all


def run_replay(store: Store, config: Config, since: datetime) -> Replay:
    """Stored items since a time, through the rules and routes of a config."""
    records = [one for one in store.items.newest(MOST_ITEMS) if parse_iso(str(one["item"]["seen"])) >= since]
    addressed: dict[str, list[str]] = {}
    for row in store.outbox.rows(MOST_ITEMS):
        for message in row.alerts:
            addressed.setdefault(message, []).append(row.receiver)
    lexicons, gazetteer = understanding.lexicons(config), understanding.gazetteer(config)
    return replay(records, store.items.alerts(MOST_ITEMS), addressed, config, lexicons, gazetteer)


def show_replay(found: Replay, zone: ZoneInfo, *, as_json: bool) -> None:
    """What would change, and how much would be told a day."""
    if as_json:
        document = {
            "items": found.items,
            "starts": [_told(one) for one in found.starts()],
            "stops": [_told(one) for one in found.stops()],
            "volume": {
                day: {name: {"did": did, "would": would} for name, (did, would) in rows.items()}
                for day, rows in found.volume(zone).items()
            },
        }
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
        return
    sys.stdout.write(f"{found.items} stored items went through these rules again; nothing was sent\n")
    _list("would alert, and did not", found.starts(), zone)
    _list("did alert, and would not", found.stops(), zone)
    table = Table("day", "receiver", "messages told", "would be told")
    for day, rows in found.volume(zone).items():
        for name, (did, would) in sorted(rows.items()):
            table.add_row(day, isolate(name), str(did), str(would))
    if table.row_count:
        Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else 100).print(table)


def _list(what: str, told: Sequence[Told], zone: ZoneInfo) -> None:
    sys.stdout.write(f"\n{len(told)} {what}\n")
    for one in told[:SHOWN]:
        at = one.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        sys.stdout.write(f"  {at}  {one.category} {one.status}  {isolate(one_line(one.outlet, 40))}: ")
        sys.stdout.write(f"{isolate(one_line(one.title, 120))} → {', '.join(one.receivers) or 'nobody'}\n")
        sys.stdout.write(f"    {one_line(one.url, 300)}\n")
    if len(told) > SHOWN:
        sys.stdout.write(f"  … and {len(told) - SHOWN} more: --json has them all\n")


def _told(one: Told) -> Json:
    return {
        "item": one.item,
        "at": iso(one.at),
        "category": one.category,
        "status": one.status,
        "why": one.why,
        "title": one.title,
        "outlet": one.outlet,
        "url": one.url,
        "receivers": list(one.receivers),
    }


# ---------------------------------------------------------------- feedback


def missed(
    store: Store, item_id: str, category: str, by: str, why: str, now: datetime, config: Config
) -> None:
    """Note that an item should have alerted for a category. UsageError when there is no such item or category."""
    if category not in config.categories:
        raise UsageError(f"there is no category {category!r}", cure=f"known: {', '.join(config.categories)}")
    if store.items.record(item_id) is None:
        raise UsageError(f"there is no item {item_id}", cure="`rasid items` lists their ids")
    document: Json = {"verdict": "missed", "item": item_id, "category": category, "by": one_line(by, 60)}
    store.team.give_feedback(f"{item_id} {category}", document | {"at": iso(now), "why": one_line(why, 300)})


def feedback_of(store: Store) -> list[Json]:
    """Everything that was said, the newest first, with the item's title and the rule that spoke (if any did)."""
    found = []
    for one in sorted(store.team.feedback(), key=lambda one: str(one["at"]), reverse=True):
        record = store.items.record(str(one["item"])) or {}
        item = record.get("item") or {}
        rules = [
            str(evidence["rule"])
            for mention in (record.get("reading") or {}).get("mentions", [])
            if mention["category"] == one["category"]
            for evidence in mention["evidence"]
        ]
        found.append(
            {
                **one,
                "title": item.get("title", ""),
                "url": item.get("url", ""),
                "rules": list(dict.fromkeys(rules)),
            }
        )
    return found


def eval_items(store: Store, feedback: Iterable[Json]) -> list[Json]:
    """The items that were spoken of as `rasid eval` reads them: what was found, corrected by what people said."""
    verdicts: dict[str, dict[str, bool]] = {}
    for one in feedback:
        verdicts.setdefault(str(one["item"]), {})[str(one["category"])] = one["verdict"] == "missed"
    found = []
    for item_id, labels in verdicts.items():
        record = store.items.record(item_id)
        if record is None:
            continue
        document = document_of(Item.from_dict(record["item"]), article_in(record), UTC)
        mentions = (record.get("reading") or {}).get("mentions", [])
        told = {str(one["category"]): True for one in mentions}
        found.append(
            {
                "id": item_id,
                "lang": document.lang or (record.get("reading") or {}).get("lang", ""),
                "title": document.title,
                "body": document.body,
                "published": iso(document.published) if document.published else None,
                "country": document.country,
                "labels": {"curfew": False, "displacement": False, "clashes": False} | told | labels,
            }
        )
    return found


def show_feedback(found: Sequence[Json], zone: ZoneInfo, *, as_json: bool) -> None:
    """One line a verdict."""
    for one in found:
        if as_json:
            sys.stdout.write(json.dumps(one, ensure_ascii=False) + "\n")
            continue
        at = parse_iso(str(one["at"])).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        verdict = str(one["verdict"]).replace("_", " ")
        rule = f" [rule: {', '.join(one['rules'])}]" if one["rules"] else ""
        why = f": {isolate(one['why'])}" if one.get("why") else ""
        sys.stdout.write(
            f"{at}  {one['item']}  {one['category']} {verdict}  by {isolate(one['by'])}{why}{rule}\n"
            f"    {isolate(one_line(str(one['title']), 120))}\n"
        )
    if not found and not as_json:
        sys.stdout.write("nobody has said anything yet: `rasid not-relevant`, `rasid feedback missed`\n")


def since(seconds: float, now: datetime) -> datetime:
    """So many seconds ago."""
    return now - timedelta(seconds=seconds)
