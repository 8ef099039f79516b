"""What robots.txt says of our pace. Pure; never raises, whatever the text."""

from __future__ import annotations

LONGEST = 60.0  # seconds: more than that is no request for manners but for absence


def crawl_delay(robots_txt: str, agent: str) -> float:
    """Seconds that the host wants between two requests of ours, 0 for none said, at most LONGEST.

    The group with the longest name that `agent` contains counts, else the one for `*` (RFC 9309).
    """
    best, delay = -1, 0.0
    names: list[str] = []
    in_rules = True
    for line in robots_txt.splitlines():
        key, _, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if key == "user-agent":
            names = [value.lower()] if in_rules else [*names, value.lower()]
            in_rules = False
        elif key:
            in_rules = True
        if key == "crawl-delay" and names:
            fit = max((_fit(name, agent.lower()) for name in names), default=-1)
            if fit > best:
                best, delay = fit, _seconds(value)
    return delay


def _fit(name: str, agent: str) -> int:
    """How well a group is meant for us: 0 for everybody, longer names better, -1 not at all."""
    if name == "*":
        return 0
    return len(name) if name and name in agent else -1


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return 0.0
    return min(seconds, LONGEST) if seconds > 0 else 0.0
