"""Commands that look into the store: alerts, items, status."""

from __future__ import annotations

from typing import Any

import click

from monitor.cli.root import cli, with_store


@cli.command()
@with_store
@click.option("--limit", default=50, show_default=True)
def alerts(config: Any, store: Any, as_json: bool, limit: int) -> None:
    """Alerts, newest first."""
    from monitor.tables import show_alerts

    show_alerts(store.items.alerts(limit), config.timezone, as_json=as_json)


@cli.command()
@with_store
@click.option("--limit", default=50, show_default=True)
@click.option("--review", is_flag=True, help="Only items whose alert words stand in dropped text.")
def items(config: Any, store: Any, as_json: bool, limit: int, review: bool) -> None:
    """Stored items, newest first, with what was found in them or why nothing was told."""
    from monitor.tables import show_items

    found = store.items.newest(limit)
    if review:
        found = [one for one in found if one.get("note", {}).get("review")]
    show_items(found, config.timezone, as_json=as_json)


@cli.command()
@with_store
def status(config: Any, store: Any, as_json: bool) -> int:
    """Feeds, items, deliveries at a glance; exit code 1 when something is wrong."""
    from monitor.tables import show_status

    return show_status(config, store, as_json=as_json)
