"""The pages that say what the program does are what it does."""

from __future__ import annotations

from pathlib import Path

from monitor.config import Config
from monitor.reference import page

ROOT = Path(__file__).parent.parent


def test_the_page_of_the_config_is_up_to_date() -> None:
    written = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    assert written == page(), "run `python -m monitor.reference > docs/configuration.md`"


def test_every_section_is_on_it() -> None:
    keys = {line.split("`")[1] for line in page().splitlines() if line.startswith("| `")}
    assert {field.alias or name for name, field in Config.model_fields.items()} <= keys
    assert {"http.per_host.delay", "feeds[].url", "routes[].fallback", "receivers.NAME.webhook.url"} <= keys
