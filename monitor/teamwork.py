"""What people do from the command line: silences, and steps about alerts. Words for people; the store does it."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.clock import iso
from monitor.errors import UsageError
from monitor.handling import LONGEST_SILENCE, Act, Handling, Silence, Step
from monitor.models import Json
from monitor.store import Store
from monitor.text import isolate, one_line

DONE = {
    "acknowledge": "acknowledged",
    "claim": "claimed",
    "resolve": "resolved",
    "not_relevant": "called not relevant",
}


def new_silence(
    by: str, why: str, span: float, categories: Sequence[str], places: Sequence[str], now: datetime
) -> Silence:
    """A silence from now on, of `span` seconds. UsageError when it is too long or says nobody's name."""
    if not by.strip() or not why.strip():
        raise UsageError("a silence needs a name and a reason", cure="add --by NAME --why TEXT")
    if not 0 < span <= LONGEST_SILENCE.total_seconds():
        hours = LONGEST_SILENCE / timedelta(hours=1)
        raise UsageError(
            f"a silence lasts at most {hours:.0f} h, so that nobody forgets it",
            cure="choose a shorter one and renew it when it ends",
        )
    return Silence(
        f"si_{uuid.uuid4().hex[:8]}",
        one_line(by, 60),
        one_line(why, 200),
        now,
        now + timedelta(seconds=span),
        tuple(categories),
        tuple(places),
    )


def take_step(
    store: Store, alert_id: str, act: Act, by: str, now: datetime, why: str = ""
) -> tuple[Handling, bool]:
    """Somebody acknowledges, claims or resolves an alert, or calls it not relevant (kept as feedback as well)."""
    if not by.strip():
        raise UsageError("whoever acts gives a name", cure="add --by NAME")
    alert_id = alert_id.partition("_r")[0]
    revisions = store.items.revisions(alert_id)
    newest = revisions[-1] if revisions else None
    step = Step(act, one_line(by, 60), now, newest.revision if newest else 0)
    handling, changed = store.team.act(alert_id, step)
    if act == "not_relevant" and newest and changed:
        for source in newest.sources:
            document: Json = {"verdict": "not_relevant", "item": source.item, "alert": alert_id}
            document |= {
                "category": newest.category,
                "by": step.by,
                "at": iso(now),
                "why": one_line(why, 300),
            }
            store.team.give_feedback(f"{source.item} {newest.category}", document)
    return handling, changed


def show_step(
    alert_id: str, act: Act, handling: Handling, changed: bool, zone: ZoneInfo, *, as_json: bool
) -> None:
    """What was done about an alert until now."""
    if as_json:
        sys.stdout.write(json.dumps(handling.to_dict(), ensure_ascii=False) + "\n")
        return
    word = DONE[act] if changed else f"{DONE[act]} before"
    sys.stdout.write(f"{alert_id} {word}\n")
    for step in handling.steps:
        at = step.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        sys.stdout.write(f"  {at}  {isolate(step.by)} {DONE[step.act]} revision {step.revision}\n")


def show_silences(
    silences: Sequence[Silence], held: dict[str, int], zone: ZoneInfo, *, as_json: bool
) -> None:
    """Silences in force, and how many messages each holds back."""
    for one in silences:
        if as_json:
            document = one.to_dict() | {"held": held.get(one.id, 0)}
            sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
            continue
        what = ", ".join((*one.categories, *one.places)) or "everything"
        until = one.until.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        sys.stdout.write(
            f"{one.id}  until {until}  {isolate(what)}  by {isolate(one.by)}: {isolate(one.why)}"
            f"  ({held.get(one.id, 0)} messages held back)\n"
        )
    if not silences and not as_json:
        sys.stdout.write("no silence is in force\n")
