"""What is new in a feed, what changed, what was seen: pure, and every decision says why."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import SplitResult, quote, urlsplit

from monitor.clock import iso
from monitor.models import Entry
from monitor.text import fold

TOO_OLD = timedelta(hours=48)
WRONG_CLOCK = timedelta(hours=24)
_TRACKING = re.compile(
    r"(utm_|ga_|pk_|mtm_|at_)\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|twclid|mc_[ce]id|_ga|ref|ref_src"
    r"|source|cmpid|ocid|ns_\w+|spm|amp|outputtype|rss|feed"
)
_MOBILE = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")
_AS_IS = "".join(chr(code) for code in range(128))
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Known:
    """What the store has under a key."""

    item_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Decision:
    """`kind` is new, changed or seen. `keys` are all the keys the entry is to be known by."""

    entry: Entry
    kind: str
    reason: str
    item_id: str
    keys: tuple[str, ...]
    fingerprint: str


def canonical_url(url: str) -> str:
    """One spelling for all addresses of a page: no scheme's s, www, AMP, tracking, fragment, last slash."""
    for _ in range(8):  # what was cut may uncover more to cut
        before, url = url, _simpler(url)
        if url == before:
            break
    return url


def _simpler(url: str) -> str:
    """One round of `canonical_url`."""
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return url.strip()
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return url.strip()
    host = _MOBILE.sub("", parts.hostname.lower().rstrip("."))
    path = re.sub(r"/{2,}", "/", _escaped(parts.path))
    path = re.sub(r"(?:/amp)+/?$|\.amp(?=\.html?$|$)", "", path).rstrip("/")
    path = re.sub(r"^(?:/amp)+(?=/)", "", path)
    kept = sorted(
        piece for piece in _escaped(parts.query).split("&") if piece and not _TRACKING.fullmatch(_name(piece))
    )
    return f"https://{host}{port}{path}" + (f"?{'&'.join(kept)}" if kept else "")


def _escaped(text: str) -> str:
    """Letters beyond ASCII as capital percent codes, as some feeds write them and others do not."""
    coded = quote(text, safe=_AS_IS, errors="surrogatepass")
    return re.sub(r"%[0-9a-fA-F]{2}", lambda code: code[0].upper(), coded)


def _name(piece: str) -> str:
    return piece.partition("=")[0].lower()


def identity(entry: Entry) -> tuple[str, ...]:
    """The keys an entry may be known by, strongest first: guid, link, title with date."""
    keys = []
    if entry.guid and entry.guid.strip():
        keys.append("guid:" + _digest(_guid(entry.guid)))
    if entry.link and not _is_front_page(entry.link):
        keys.append("link:" + _digest(canonical_url(entry.link)))
    title = fold(_TAG.sub(" ", entry.title))
    if title:
        # Without a date the title must carry the text with it: "Breaking" is said more than once.
        moment = iso(entry.published) if entry.published else fingerprint(entry)
        keys.append("title:" + _digest(f"{title}|{moment}"))
    if not keys or (len(keys) == 1 and title and (entry.summary or entry.content)):
        # Known by nothing but its words: a date that moves at every poll makes no news of them.
        keys.append("text:" + fingerprint(entry))
    return tuple(keys)


def _guid(guid: str) -> str:
    return canonical_url(guid) if guid.strip().lower().startswith(("http://", "https://")) else guid.strip()


def _is_front_page(link: str) -> bool:
    try:
        parts: SplitResult = urlsplit(link.strip())
    except ValueError:
        return False
    return parts.path.strip("/") == "" and not parts.query


def item_id(outlet: str, key: str) -> str:
    """The item's id: the same story of the same outlet gets the same one, wherever it is decided."""
    return "it_" + _digest(f"{outlet}|{key}")[:16]


def fingerprint(entry: Entry) -> str:
    """32 hex digits that change when the words do; markup, spelling variants and tracking do not count."""
    texts = (entry.title, entry.summary, entry.content)
    return _digest("|".join(fold(_TAG.sub(" ", text)) for text in texts))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def decide(entries: Sequence[Entry], known: Mapping[str, Known], *, outlet: str) -> list[Decision]:
    """A decision per story of a document, in its order; an entry listed twice is decided once.

    `known` maps keys of `identity` to what the store has under them for this outlet.
    """
    worthless = _worthless(entries)
    told: dict[str, Known] = {}
    decisions: dict[str, Decision] = {}
    for entry in entries:
        keys = tuple(key for key in identity(entry) if key not in worthless)
        keys = keys or ("text:" + fingerprint(entry),)
        if any(key in told for key in keys):
            continue
        decision = _decide_one(entry, keys, known, outlet)
        if decision.item_id in decisions:
            continue
        decisions[decision.item_id] = decision
        told.update(dict.fromkeys(keys, Known(decision.item_id, decision.fingerprint)))
    return list(decisions.values())


def _worthless(entries: Sequence[Entry]) -> set[str]:
    """Keys that entries of one document share though their stories differ: a constant guid or link."""
    stories: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        title = fold(_TAG.sub(" ", entry.title))
        link = canonical_url(entry.link) if entry.link else ""
        for key in identity(entry):
            if key.startswith("guid:"):
                stories[key].add(link or title)
            elif key.startswith("link:"):
                stories[key].add(title)
    return {key for key, found in stories.items() if len(found) > 1}


def _decide_one(entry: Entry, keys: tuple[str, ...], known: Mapping[str, Known], outlet: str) -> Decision:
    mark = fingerprint(entry)
    hits = [(key, known[key]) for key in keys if key in known]
    if _is_reused_guid(keys, hits, known, mark):
        # Known by its guid alone: another link and another title is another story.
        hits, keys = hits[1:], keys[1:]
    if not hits:
        return Decision(entry, "new", "unknown", item_id(outlet, keys[0]), keys, mark)
    key, before = hits[0]
    by = key.partition(":")[0]
    if before.fingerprint == mark:
        return Decision(entry, "seen", f"same_{by}", before.item_id, keys, mark)
    return Decision(entry, "changed", f"{by}_with_new_text", before.item_id, keys, mark)


def _is_reused_guid(
    keys: tuple[str, ...], hits: list[tuple[str, Known]], known: Mapping[str, Known], mark: str
) -> bool:
    """Whether the guid is known for another story: its link is unknown or another item's, its title too."""
    if not hits or not hits[0][0].startswith("guid:") or hits[0][1].fingerprint == mark:
        return False
    others = [key for key in keys[1:] if key.startswith(("link:", "title:"))]
    if not any(key.startswith("link:") for key in others):
        return False
    return all(key not in known or known[key].item_id != hits[0][1].item_id for key in others)


def may_page(
    published: datetime | None, now: datetime, *, first_poll: bool, baseline: datetime
) -> tuple[bool, str]:
    """Whether an entry may wake anybody, and why: old, baseline or fresh.

    A date up to 24 h ahead is an outlet's wrong clock; beyond that it counts as no date.
    """
    if published is None or published - now > WRONG_CLOCK:
        return (False, "baseline") if first_poll else (True, "fresh")
    if now - published > TOO_OLD:
        return False, "old"
    if published < baseline:
        return False, "baseline"
    return True, "fresh"
