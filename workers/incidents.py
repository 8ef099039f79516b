"""Which incident a report joins, and what the team is told of it. Pure: same input, same ids.

Ten outlets that tell of one curfew are one message, then a quiet count, then its end; never none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from monitor.alerts import Alert, Incident, Source
from monitor.models import CATEGORIES, Evidence, Item, Mention, Place, Reading, Severity, Suppressed
from workers import messages, standing
from workers.joining import (
    EVERYWHERE,
    Telling,
    happenings,
    joins,
    meets,
    same,
    specific,
    strand,
    strand_of,
)
from workers.planning import Moment, Plan, Report
from workers.sameness import cites, independent, near, sketch
from workers.standing import WITHDRAWN, Facts

CALM = ("lifted", "eased", "ceased", "return", "denied", WITHDRAWN)
_HIGH = ("imposed", "extended", "tightened", "planned", "ordered", "flight", "forced")
_ORDERS = ("imposed", "extended", "tightened", "planned", "ordered")  # of which the area is news by itself
_FIRST = (
    "reported again",
    "status changed",
    "renewed",
    "new place",
)  # which reason is named where several hold
_AROUND = 250  # characters behind the evidence in which its dead are told


def group_of(item: Item) -> str:
    """The group of all alerts that one revision of an item opens."""
    return _digest("gr", item.id, str(item.revision))


def severity(mention: Mention, *, deaths: bool = False, weighs: Severity = "high") -> Severity:
    """How urgent a mention is. `weighs`: its category's severity, which grave news has, and calmer news at most."""
    if mention.status in CALM:
        return "info"
    grave = mention.status in _HIGH or deaths or mention.category not in CATEGORIES
    return weighs if grave or weighs == "info" else "medium"


def plan(report: Report, open_incidents: Sequence[Incident], moment: Moment) -> Plan:
    """Decide for every happening of one item: opens an incident, is told, counts quietly, or is only noted."""
    planner = _Planner(report, open_incidents, moment)
    if report.item.pages and report.previous is not None:
        planner.correct(report.previous)
    for mention in planner.told:
        planner.take(mention)
    for held in report.reading.suppressed:
        planner.hold(held)
    return planner.made


class _Planner:
    """One item's plan in the making: `known` holds the incidents as they will be."""

    def __init__(self, report: Report, incidents: Sequence[Incident], moment: Moment) -> None:
        self.report, self.item, self.moment = report, report.item, moment
        self.made = Plan()
        self.known = {one.id: standing.completed(one) for one in incidents if not one.closed}
        self.told = happenings(report.reading.mentions)
        self.settled: set[str] = set()  # incidents that a correction of this item has dealt with
        text = f"{self.item.title}\n{report.body or self.item.summary}"
        self.telling = Telling(self.item, sketch(text), moment.now - moment.window)
        item = self.item
        self.source = Source(
            item.id, item.outlet, item.url, item.title, item.published, item.seen, cites(text)
        )

    # ------------------------------------------------------------ one happening

    def take(self, mention: Mention) -> None:
        """Join, open or leave what one mention tells."""
        if reason := self._quiet(mention):
            self.made.notes.append((mention.category, reason))
            return
        wide = mention.status in EVERYWHERE
        incidents = [one for one in self.known.values() if self._is_alive(one) or (wide and not one.ended)]
        for join in joins(mention, self.telling, incidents):
            if join.incident is None:
                self._open(join.mention)
            elif join.incident.id in self.settled:
                self.made.notes.append((mention.category, f"joined {join.incident.id}, told as a correction"))
            else:
                self._join(join.mention, self.known[join.incident.id])

    def _open(self, mention: Mention) -> None:
        where = "+".join(place.code or place.name for place in mention.places)
        wanted = strand(mention.category, mention.status)
        # The revision is part of it: a report that was withdrawn and comes back is a message of its own.
        ident = _digest("in", wanted, self.item.id, str(self.item.revision), where)
        begun = standing.begin(self._facts(mention))
        incident = Incident(
            id=ident,
            category=mention.category,
            status=mention.status,
            opened=self.moment.now,
            updated=self.moment.now,
            places=mention.places,
            sources=(self.source,),
            alert=_digest("al", ident),
            standings=tuple(begun for _ in mention.places) or (begun,),
            texts=self._texts({}),
        )
        self._tell(incident, mention, "new", "first report")

    def _join(self, mention: Mention, incident: Incident) -> None:
        facts = self._facts(mention)
        grown, added, reasons = standing.grown(incident, mention, facts)
        grown = self._counted(grown)
        if not any(reasons) and incident.denied and facts.at > incident.denied and not self._copies(incident):
            reasons.append("reported again")
        if not any(reasons) and mention.status == incident.status and self._confirms(incident, grown):
            reasons.append(f"confirmed by {independent(grown.sources, grown.texts)} sources")
        why = min(filter(None, reasons), key=standing.rank, default="")
        if not why:
            self._keep(grown)
            self.made.notes.append((mention.category, f"joined {incident.id}, nothing new"))
            return
        if why == "new place":
            mention = replace(mention, places=added)
        self._tell(replace(grown, denied=None), mention, "update", why)

    def _counted(self, incident: Incident) -> Incident:
        """With this item among its sources, as it reads now."""
        sources = list(incident.sources)
        place = next((n for n, one in enumerate(sources) if one.item == self.item.id), None)
        if place is None:
            sources.append(self.source)
        else:
            sources[place] = replace(self.source, seen=sources[place].seen)
        return replace(
            incident, sources=tuple(sources), texts=self._texts(incident.texts), updated=self.moment.now
        )

    def _copies(self, incident: Incident) -> bool:
        return any(near(self.telling.sketch, text) for text in incident.texts.values())

    def _confirms(self, before: Incident, after: Incident) -> bool:
        if after.ended:
            return False
        count, known = (independent(one.sources, one.texts) for one in (after, before))
        newly = not after.confirmed and count >= self.moment.confirm
        return newly or any(known < wanted <= count for wanted in self.moment.thresholds)

    # ------------------------------------------------------------ corrections

    def correct(self, previous: Reading) -> None:
        """What this outlet had told under the same guid, and now tells otherwise or not at all."""
        before = happenings(previous.mentions)
        for incident in list(self.known.values()):
            if not any(source.item == self.item.id for source in incident.sources):
                continue
            old = [one for one in before if _belongs(one, incident)]
            new = [one for one in self.told if _belongs(one, incident)]
            if old and new:
                pairs = ((was, now) for was in old for now in new if _share(was, now))
                self._amend(incident, *next(pairs, (old[0], new[0])))
            elif old and incident.ended is None:
                self._withdraw(incident, old[0])

    def _amend(self, incident: Incident, old: Mention, new: Mention) -> None:
        was = next(source.title for source in incident.sources if source.item == self.item.id)
        changes = standing.differences(old, new, (was, self.item.title), self.report.body)
        stays = new.status == old.status
        if not changes or (stays and incident.ended):  # what is over is not told anew
            return
        facts = self._facts(new)
        if self._is_alone(incident):
            begun = standing.begin(facts)
            reported = {**incident.standings[0].reported, **begun.reported}
            begun = replace(begun, reported=reported)
            places = new.places or incident.places
            changed = replace(incident, places=places, standings=tuple(begun for _ in places) or (begun,))
        else:
            changed = standing.amended(incident, new, facts, keep_status=stays)
        self.settled.add(incident.id)
        self._tell(
            self._counted(changed), new, "correction", f"corrected by the outlet: {'; '.join(changes)}"
        )

    def _withdraw(self, incident: Incident, old: Mention) -> None:
        """The outlet no longer tells it. With it alone the incident is over; others may still stand by theirs."""
        places = old.places or incident.places
        where = ", ".join(place.name for place in places) or "an unnamed place"
        why = f"corrected by the outlet: no longer reports {incident.category} in {where}"
        gone = replace(incident, updated=self.moment.now)
        if self._is_alone(incident):
            standings = [
                replace(one, status=WITHDRAWN, changed=self.moment.now) for one in incident.standings
            ]
            gone = replace(gone, standings=tuple(standings))
        else:
            rest = tuple(source for source in incident.sources if source.item != self.item.id)
            texts = {item: text for item, text in incident.texts.items() if item != self.item.id}
            gone = replace(gone, sources=rest, texts=texts, shown=min(incident.shown, len(rest)))
            why += f"; {len({source.outlet for source in rest})} other outlets still do"
        title = self.item.title
        said = Evidence("title", 0, len(title), title, "correction")
        now = Mention(incident.category, WITHDRAWN, old.confidence, (said,), places=places)
        self.settled.add(incident.id)
        self._tell(gone, now, "correction", why)

    def _is_alone(self, incident: Incident) -> bool:
        return all(source.item == self.item.id for source in incident.sources)

    # ------------------------------------------------------------ denials

    def hold(self, held: Suppressed) -> None:
        """Note what is held back; a denial is told to those who were told what it denies."""
        self.made.notes.append((held.category, f"held back: {held.reason}"))
        if held.status != "denied" or not self.item.pages:
            return
        denial = Mention(held.category, "denied", 0.9, held.evidence, places=self._places_of(held))
        for join in joins(denial, self.telling, self.known.values()):
            incident = join.incident
            if incident is None or incident.ended or incident.denied or incident.id in self.settled:
                continue
            places = (
                tuple(one for one in incident.places if standing.touches(one, denial.places))
                or incident.places
            )
            at = min(self.item.published or self.item.seen, self.moment.now)
            denied = replace(incident, denied=at, updated=self.moment.now)
            mention = replace(denial, places=places)
            self._tell(denied, mention, "update", f"denied in a report of {self.item.outlet}")

    def _places_of(self, held: Suppressed) -> tuple[Place, ...]:
        """Those of the denying sentence, else of the title."""
        if self.moment.places is None:
            return ()
        for text in (*(evidence.text for evidence in held.evidence), self.item.title):
            hits = self.moment.places.find(text, country=self.item.country)
            if hits:
                return specific([hit.place for hit in hits])
        return ()

    # ------------------------------------------------------------ telling

    def _tell(self, incident: Incident, mention: Mention, kind: str, why: str) -> None:
        now = self.moment.now
        fresh = incident.sources[incident.shown :] or incident.sources[-1:]
        sources = incident.sources
        if mention.status == "denied":
            fresh = sources = (*sources, self.source)
        count = independent(incident.sources, incident.texts)
        incident = replace(
            standing.settled(incident, now),
            revision=incident.revision + 1,
            told=now,
            shown=len(incident.sources),
            confirmed=incident.confirmed or count >= self.moment.confirm,
            mentions=(mention,),
        )
        dead = any(one.deaths for one in incident.standings)
        weighs = self.moment.severities.get(mention.category, "high")
        level: Severity = severity(mention, deaths=dead and mention.category == "clashes", weighs=weighs)
        links = self.moment.links(incident.id, incident.alert, incident.revision)
        title, text = messages.compose(
            mention,
            fresh,
            severity=level,
            kind=kind,
            why=why,
            lang=self.item.lang,
            tz=self.moment.tz,
            now=now,
            independent=count,
            outlets=len({one.outlet for one in sources}),
            links=links,
            templates=self.moment.templates,
        )
        self._keep(incident)
        self.made.alerts.append(
            Alert(
                id=incident.alert,
                revision=incident.revision,
                group=group_of(self.item),
                kind=kind,
                incident=incident.id,
                created=now,
                why=why,
                category=incident.category,
                status=mention.status,
                confidence=mention.confidence,
                severity=level,
                title=title,
                text=text,
                lang=self.item.lang or "ar",
                mentions=(mention,),
                sources=sources,
                independent_sources=count,
                links=links,
            )
        )

    def _keep(self, incident: Incident) -> None:
        self.known[incident.id] = incident
        self.made.incidents[:] = [one for one in self.made.incidents if one.id != incident.id] + [incident]

    # ------------------------------------------------------------ questions

    def _is_alive(self, incident: Incident) -> bool:
        """Within its window since it was last told, or since its hours were over."""
        ends = [one.ends for one in incident.standings if one.ends]
        return self.moment.now - max([incident.told or incident.updated, *ends]) <= self.moment.window

    def _quiet(self, mention: Mention) -> str:
        """Why a mention is not told, or ""."""
        if not self.item.pages:
            return f"not told: {self.item.quiet}"
        if standing.is_old(mention.event_time, self.moment.now, self.moment.tz):
            return "not told: old event"
        return ""

    def _facts(self, mention: Mention) -> Facts:
        dead = mention.category == "clashes" and standing.deaths(self._around(mention))
        return standing.facts(mention, self.item, deaths=dead, now=self.moment.now, tz=self.moment.tz)

    def _around(self, mention: Mention) -> list[str]:
        """The evidence, and the rest of its paragraph."""
        texts = []
        for evidence in mention.evidence:
            whole = self.item.title if evidence.field == "title" else self.report.body
            texts.append(f"{evidence.text}{whole[evidence.end : evidence.end + _AROUND].split(chr(10))[0]}")
        return texts

    def _texts(self, texts: dict[str, str]) -> dict[str, str]:
        return {**texts, self.item.id: self.telling.sketch} if self.telling.sketch else texts


# ---------------------------------------------------------------- incidents


def _belongs(mention: Mention, incident: Incident) -> bool:
    """May a mention be what its item told of this incident?"""
    if strand(mention.category, mention.status) != strand_of(incident):
        return False
    nowhere = not mention.places or not incident.places
    return nowhere or any(meets(place, incident) for place in mention.places)


def _share(one: Mention, other: Mention) -> bool:
    """Do two mentions name one place?"""
    return any(same(left, right) for left in one.places for right in other.places)


def _digest(prefix: str, *parts: str) -> str:
    return f"{prefix}_{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:16]}"
