"""Commands for keeping and handing on: backup, restore, export, report."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO

import click

from monitor.cli.options import timespan
from monitor.cli.root import DEFAULT_CONFIG, cli, config_option, with_store
from monitor.clock import SystemClock, to_ms
from monitor.errors import RasidError, UsageError


@cli.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest.")
def backup(config_path: Path, file: Path, force: bool, as_json: bool) -> None:
    """State and config into one archive, as of one moment, while everything goes on."""
    from monitor.app import attached
    from monitor.backup import backup as make
    from monitor.configfile import load
    from monitor.tables import lines

    with attached(load(config_path, os.environ)) as store:
        manifest = make(store, config_path, file, SystemClock().now(), replace=force)
    if as_json:
        lines([manifest])
    else:
        click.echo(f"{file}: {file.stat().st_size} bytes, the state of {manifest['created']}")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Empty directory; default: the config's data_dir."
)
@click.option("--config", "config_path", type=click.Path(path_type=Path), default=DEFAULT_CONFIG)
@click.option("--json", "as_json", is_flag=True, help="Print what came back.")
def restore(file: Path, data_dir: Path | None, config_path: Path, as_json: bool) -> None:
    """A backup into an empty data directory; then start `rasid run` on it. Nothing is told twice."""
    from monitor.backup import restore as bring_back
    from monitor.configfile import load
    from monitor.tables import lines

    if data_dir is None:
        if not config_path.exists():
            raise UsageError(
                f"where to? there is no {config_path}", cure="name an empty directory with --data-dir"
            )
        data_dir = load(config_path, os.environ).data_dir
    found = bring_back(file, data_dir, SystemClock().now())
    if as_json:
        lines([{"data_dir": str(found.data_dir), "created": found.created, **found.counts}])
        return
    counts = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in found.counts.items())
    click.echo(f"{found.data_dir}: the state of {found.created}: {counts}")
    if found.config:
        click.echo(f"the config of that time is {found.config}; compare it with yours before you start")


@cli.command()
@with_store
@click.option("--since", callback=timespan, default="7d", show_default=True)
@click.option(
    "--format", "form", type=click.Choice(["csv", "jsonl", "geojson"]), default="csv", show_default=True
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write this file instead of standard output.",
)
def export(config: Any, store: Any, as_json: bool, since: timedelta, form: str, out: Path | None) -> None:
    """Alerts for other tools, one record an alert: CSV with HXL tags and P-codes, JSON Lines, GeoJSON."""
    from monitor.export import write
    from monitor.store.snapshot import alerts_since

    form = "jsonl" if as_json else form
    start = to_ms(SystemClock().now() - since)
    with _output(out, mark=form == "csv") as stream:
        areas = _admin1(config) if form != "jsonl" else {}
        count = write(alerts_since(store.client, start), form, stream, areas)
    if out:
        click.echo(f"{out}: {count} alerts", err=True)


def _admin1(config: Any) -> dict[str, str]:
    """Names of first-level areas by their P-code, from the gazetteer."""
    from monitor.export import ADM1
    from workers.places import load

    gazetteer = load(config.places.files)
    found = (place for name in gazetteer.names() for place in gazetteer.resolve(name))
    return {place.code: place.name for place in found if ADM1.fullmatch(place.code)}


@cli.command()
@with_store
@click.option("--since", callback=timespan, default="24h", show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "html"]), default="text", show_default=True)
@click.option("--lang", type=click.Choice(["ar", "en"]), default="en", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write this file instead of standard output.",
)
def report(
    config: Any, store: Any, as_json: bool, since: timedelta, form: str, lang: str, out: Path | None
) -> None:
    """The situation report: counts against the days before, timeline, map, sources, open incidents."""
    from monitor.report import SPANS_BEFORE, compose
    from monitor.store.snapshot import alerts_since
    from monitor.tables import lines

    now = SystemClock().now()
    alerts = alerts_since(store.client, to_ms(now - (SPANS_BEFORE + 1) * since))
    _, incidents = store.items.open_incidents(to_ms(now - timedelta(seconds=config.incidents.window)))
    page = compose(alerts, incidents, now, now - since, config.timezone, lang=lang)
    if as_json:
        return lines([{"title": page.title, "text": page.text(), "html": page.html()}])
    with _output(out) as stream:
        stream.write(page.html() if form == "html" else page.text())
    return None


@contextmanager
def _output(path: Path | None, *, mark: bool = False) -> Iterator[TextIO]:
    """Standard output, or a file that appears whole. `mark`: a byte order mark in files, for spreadsheets."""
    if path is None:
        yield sys.stdout
        return
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8-sig" if mark else "utf-8", newline="") as stream:
            yield stream
        part.replace(path)
    except OSError as error:
        raise RasidError(
            f"cannot write {path}: {error.strerror or error}", cure="choose a folder that can be written"
        ) from error
    finally:
        part.unlink(missing_ok=True)
