"""What is told together: alerts that waited, the daily rest, the heartbeat. Pure: data in, a notice out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.alerts import Alert
from monitor.clock import iso, parse_iso
from monitor.handling import Silence
from monitor.models import Json
from monitor.notices import Notice, notice_id
from monitor.text import isolate, one_line

MOST_LINES = 60  # the rest is counted; every alert stays in `rasid alerts`
_ORDER = {"high": 0, "medium": 1, "info": 2}


def why_held(hold: str, silences: Mapping[str, Silence]) -> str:
    """The reason of a hold in words: `quiet hours`, `the silence of Rana (known)`, …"""
    kind, _, name = hold.partition(":")
    if kind == "silence":
        one = silences.get(name)
        return f"the silence of {one.by} ({one.why})" if one else "a silence"
    if kind == "flood":
        return f"too many alerts of {name}"
    return {
        "digest": "the digest of its route",
        "throttle": "the limit of its route",
        "unsure": "low confidence",
    }.get(kind, kind)


def held_together(receiver: str, reason: str, alerts: Sequence[Alert], now: datetime, tz: ZoneInfo) -> Notice:
    """One message for alerts that waited for one reason, the gravest first; every one is named by its first line."""
    ranked = sorted(alerts, key=lambda one: (_ORDER[one.severity], one.created))
    ids = tuple(one.message_id for one in ranked)
    counts = Counter(one.category for one in ranked)
    what = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    title = f"📋 {len(ranked)} alerts held back: {reason} – {what}"
    return Notice(
        notice_id("held", receiver, *ids),
        "silence" if reason.startswith(("the silence", "a silence")) else "digest",
        now,
        ranked[0].severity,
        title,
        "\n".join([title, *_listed([_alert_line(one, tz) for one in ranked])]),
        about=ids,
    )


def _alert_line(alert: Alert, tz: ZoneInfo) -> str:
    url = alert.sources[-1].url if alert.sources else ""
    web = url if url.startswith(("http://", "https://")) else ""
    again = f" ({one_line(alert.why, 60)})" if alert.kind != "new" else ""
    line = f"{alert.created.astimezone(tz):%H:%M} {isolate(one_line(alert.title, 160))}{again}"
    return f"{line}\n  {''.join(web.split())}" if web else line


def _listed(lines: Sequence[str]) -> list[str]:
    if len(lines) <= MOST_LINES:
        return list(lines)
    return [*lines[:MOST_LINES], f"… and {len(lines) - MOST_LINES} more: `rasid alerts`"]


# ---------------------------------------------------------------- the daily rest


def daily(
    receiver: str,
    slot: datetime,
    unsure: Sequence[Alert],
    records: Sequence[Json],
    now: datetime,
    tz: ZoneInfo,
) -> Notice | None:
    """What was found and not told since the last digest, one line each; None when there is nothing.

    `records`: items as the store keeps them (`Items.newest`).
    """
    sections = [("Low confidence", [_alert_line(one, tz) for one in unsure])]
    sections += [(name, [_record_line(one, why) for one, why in found]) for name, found in _rest(records)]
    sections = [(name, lines) for name, lines in sections if lines]
    if not sections:
        return None
    count = sum(len(lines) for _, lines in sections)
    title = f"🗞 Daily digest: {count} finds that were not told – {slot.astimezone(tz):%Y-%m-%d}"
    parts = [title]
    for name, lines in sections:
        parts += ["", f"{name} ({len(lines)})", *_listed(lines)]
    ids = tuple(one.message_id for one in unsure)
    return Notice(
        notice_id("daily", receiver, iso(slot)), "digest", now, "info", title, "\n".join(parts), about=ids
    )


def _rest(records: Sequence[Json]) -> list[tuple[str, list[tuple[Json, str]]]]:
    old, weak, other, quarantined = [], [], [], []
    for record in records:
        note = record.get("note") or {}
        for reason in note.get("reasons", []):
            category, _, why = str(reason).partition(": ")
            if why == "not told: old event":
                old.append((record, category))
            elif why in ("held back: weak", "held back: background"):
                weak.append((record, category))
            elif why.startswith("held back: "):
                other.append((record, f"{category} ({why.removeprefix('held back: ')})"))
        quarantined += [(record, str(one["category"])) for one in note.get("review", [])]
    return [
        ("Old events", old),
        ("Too weak, or told as background", weak),
        ("Held back for another reason", other),
        ("Only in text set aside as boilerplate", quarantined),
    ]


def _record_line(record: Json, what: str) -> str:
    item = record["item"]
    title = isolate(one_line(str(item["title"]), 120))
    return f"{what}: {isolate(one_line(str(item['outlet']), 40))}: {title}\n  {''.join(str(item['url']).split())}"


# ---------------------------------------------------------------- the heartbeat


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a heartbeat tells."""

    states: Mapping[str, Json]  # of the feeds in the config
    delay: tuple[int, int] | None  # median and 95th percentile from published to seen, seconds
    alerts: int  # since the last heartbeat
    waiting: int
    open_rows: int
    held_rows: int
    silences: Sequence[Silence] = ()
    faults: Sequence[str] = ()


def heartbeat(slot: datetime, pulse: Pulse, now: datetime, tz: ZoneInfo, every: float) -> Notice:
    """All is well, or what is not: so that silence can be trusted."""
    good = [
        name for name, state in pulse.states.items() if not state.get("error") and state.get("last_success")
    ]
    newest = max((str(state.get("last_success") or "") for state in pulse.states.values()), default="")
    mark = "💚" if not pulse.faults and len(good) == len(pulse.states) else "💛"
    title = f"{mark} Rasid watches {len(pulse.states)} feeds, {len(good)} in order, {pulse.alerts} alerts in {every / 3600:g} h"
    lines = [title]
    if newest:
        lines.append(f"Last good answer: {parse_iso(newest).astimezone(tz):%Y-%m-%d %H:%M}")
    if pulse.delay:
        lines.append(
            f"From published to seen: {pulse.delay[0]} s in the middle, {pulse.delay[1]} s at worst (95 %)"
        )
    lines.append(
        f"Waiting: {pulse.waiting} reports, {pulse.open_rows} messages; held back: {pulse.held_rows} messages"
    )
    lines += [f"Not in order: {one_line(fault, 200)}" for fault in pulse.faults]
    lines += [
        f"Silence until {one.until.astimezone(tz):%H:%M} by {one_line(one.by, 40)}: "
        f"{', '.join((*one.categories, *one.places)) or 'everything'} ({one_line(one.why, 80)})"
        for one in pulse.silences
    ]
    return Notice(
        notice_id("heartbeat", iso(slot)),
        "heartbeat",
        now,
        "info" if not pulse.faults else "medium",
        title,
        "\n".join(lines),
        thread="heartbeat",
    )
