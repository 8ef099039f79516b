"""What no article needs and parsers choke on, found before the parse and in linear time."""

from __future__ import annotations

import re

from monitor.errors import ReadError

MAX_BYTES = 2_000_000
MAX_ELEMENTS = 20_000
MAX_ATTRIBUTES = 200  # in one tag
MAX_TAG = 100_000  # characters of one tag
MAX_DEPTH = 500  # elements that were opened and not closed
CURE = "the feed's text is used"

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)([^<>]*)")
_CLOSED_BY_THEMSELVES = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li option tr td th dt dd".split()
)


def check_size(body: bytes) -> None:
    """Raises ReadError `too_large`."""
    if len(body) > MAX_BYTES:
        raise ReadError(f"the page has {len(body)} bytes", reason="too_large", cure=CURE)


def check_markup(text: str) -> None:
    """Raises ReadError `too_complex`."""
    depth = elements = 0
    for match in _TAG.finditer(text):
        closing, name, attributes = match.groups()
        if (
            len(attributes) > MAX_TAG
            or attributes.count("=") > MAX_ATTRIBUTES
            or attributes.count(" ") > 20 * MAX_ATTRIBUTES
        ):
            raise ReadError("a tag has too many attributes", reason="too_complex", cure=CURE)
        if closing:
            depth = max(0, depth - 1)
            continue
        elements += 1
        if name.lower() not in _CLOSED_BY_THEMSELVES and not attributes.endswith("/"):
            depth += 1
        if elements > MAX_ELEMENTS:
            raise ReadError("the page has too many elements", reason="too_complex", cure=CURE)
        if depth > MAX_DEPTH:
            raise ReadError("the page is nested too deep", reason="too_complex", cure=CURE)
