"""What one visit to a feed asks for and what the answer means. Pure: state in, changed state out.

A feed's state is a JSON object under its name. `source` is the address in the config that it belongs to:
when an admin changes the address, validators and remembered redirects of the old one are void.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from monitor.clock import iso
from monitor.config import FeedConfig
from monitor.errors import FetchError, RasidError
from monitor.http import Fetched, retry_after
from monitor.models import FeedDocument, Json
from monitor.schedule import Hints
from monitor.telegram import preview_url
from monitor.watch import moves

FEED_TYPES = "application/rss+xml, application/atom+xml, application/feed+json, application/xml, */*;q=0.5"
OF_THE_ADDRESS = ("etag", "last_modified", "body", "moved", "found", "redirects", "gone")
LOST = ("http_404", "http_410", "not_a_feed", "dns", "refused_address", "no_preview")
CURES = {
    401: "the feed wants a login, which Rasid does not do: ask the outlet for an open feed",
    403: "the outlet refuses our agent: set http.contact, or ask them to let us in",
    404: "look up the feed's new address on the outlet's page",
    406: "the outlet refuses our agent: set http.contact, or ask them to let us in",
    410: "the outlet has closed this feed: remove it from the config; it is asked once a day until then",
    429: "the outlet asks for fewer requests: a longer interval helps",
}


def of_this_address(feed: FeedConfig, state: Json) -> Json:
    """The state, without what belonged to another address than the config's."""
    if state.get("source", feed.url) == feed.url:
        return {**state, "source": feed.url}
    kept = {key: value for key, value in state.items() if key not in OF_THE_ADDRESS}
    return {**kept, "source": feed.url, "errors": 0}


def address(feed: FeedConfig, state: Json) -> str:
    """Where the feed is asked: the config's address, where that moved to for good, or the feed found on its page."""
    return str(state.get("found") or state.get("moved") or preview_url(feed.url))


def conditions(state: Json, *, in_full: bool) -> dict[str, str]:
    """The request's headers: both validators as they were given, none when the feed is wanted in full."""
    headers = {"Accept": FEED_TYPES}
    if in_full:
        return headers
    if state.get("etag"):
        headers["If-None-Match"] = state["etag"]
    if state.get("last_modified"):
        headers["If-Modified-Since"] = state["last_modified"]
    return headers


def refused(fetched: Fetched, now: datetime) -> FetchError:
    """The error that any status but 200 and 304 is."""
    return FetchError(
        f"HTTP {fetched.status} from {fetched.url}",
        reason=f"http_{fetched.status}",
        cure=CURES.get(fetched.status, "it is tried again by itself"),
        status=fetched.status,
        retry_after=retry_after(fetched.headers, now),
    )


def succeeded(state: Json, fetched: Fetched, now: datetime) -> Json:
    """The state after a good answer: no error, and an address that it has named three times as its new one."""
    seen, moved = moves(state.get("redirects") or {}, "" if state.get("found") else permanent_move(fetched))
    state = {**state, "last_success": iso(now), "status": fetched.status, "redirects": seen, "gone": False}
    if moved:
        state |= {"moved": moved, "redirects": {}}
    off = _clock_off(fetched, now)
    return state | {
        "retry_after": None,
        "errors": 0,
        "first_error": "",
        "error": "",
        "cure": "",
        "clock_off": off,
    }


def _clock_off(fetched: Fetched, now: datetime) -> float | None:
    """Seconds by which the host's clock is ahead of ours; None where a cache may have answered."""
    if "age" in fetched.headers or "date" not in fetched.headers:
        return None
    try:
        return round((parsedate_to_datetime(fetched.headers["date"]) - now).total_seconds(), 1)
    except (ValueError, TypeError):  # not a date, or one without its zone
        return None


def hints_of(document: FeedDocument) -> Json:
    """What a feed says of its own pace, as its state keeps it."""
    return {
        "ttl": document.ttl,
        "skip_hours": list(document.skip_hours),
        "skip_days": list(document.skip_days),
        "update_period": document.update_period,
    }


def hints_from(state: Json) -> Hints:
    """The same for the schedule."""
    kept = state.get("hints") or {}
    minutes, period = kept.get("ttl"), kept.get("update_period")
    return Hints(
        ttl=minutes * 60.0 if minutes else None,
        skip_hours=frozenset(kept.get("skip_hours", ())),
        skip_days=frozenset(kept.get("skip_days", ())),
        update_period=float(period) if period else None,
    )


def after_failure(state: Json, failure: RasidError, message: str, wait: float | None, now: datetime) -> Json:
    """The state after a visit that failed; an address that was only remembered is given up when it is lost."""
    failed: Json = {
        "error": message,
        "cure": failure.cure,
        "retry_after": wait,
        "errors": int(state.get("errors", 0)) + 1,
        "first_error": state.get("first_error") or iso(now),
    }
    if failure.reason in LOST and (state.get("moved") or state.get("found")):
        state = {key: value for key, value in state.items() if key not in OF_THE_ADDRESS}
    return {**state, **failed, "gone": failure.reason == "http_410"}


def permanent_move(fetched: Fetched) -> str:
    """Where the answer came from if every hop there was permanent (301, 308), else ""."""
    statuses = {status for status, _ in fetched.redirects}
    return fetched.url if statuses and statuses <= {301, 308} else ""


def fresh_for(fetched: Fetched | None, now: datetime) -> float | None:
    """Seconds for which the answer calls itself fresh: Cache-Control's max-age, else Expires; at most a day."""
    if fetched is None:
        return None
    for part in fetched.headers.get("cache-control", "").split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "max-age" and value.isdigit():
            return float(min(int(value), 86_400))
    try:
        expires = parsedate_to_datetime(fetched.headers.get("expires", ""))
        return min(max((expires - now).total_seconds(), 0.0), 86_400.0)
    except (ValueError, TypeError, OverflowError):  # no date, or one without a zone
        return None


def earlier_page(document: FeedDocument, url: str, number: int) -> str:
    """The address of a feed's page of older entries: as the feed says, else as WordPress has it (`paged=2`)."""
    if document.next_url:
        return document.next_url
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "paged"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("paged", str(number))])))
