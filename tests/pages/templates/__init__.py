"""The families of templates: each builds a whole page from a kit."""

from __future__ import annotations

from collections.abc import Callable

from tests.pages.kit import Kit
from tests.pages.templates import apps, blocks, magazines, portals

FAMILIES: dict[str, Callable[[Kit], str]] = {
    **magazines.FAMILIES,
    **blocks.FAMILIES,
    **portals.FAMILIES,
    **apps.FAMILIES,
}
