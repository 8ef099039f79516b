"""Commands on one text or page: extract, classify, eval, explain."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from monitor.cli.root import cli


@cli.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--url", default="", help="Where the page came from.")
def extract(files: tuple[str, ...], url: str) -> int:
    """HTML files (- is standard input) to JSON lines with title and text."""
    from workers.oneshot import extract_files

    return print_lines(extract_files(files, url))


@cli.command()
@click.argument("file", default="-")
@click.option("--config", "config_path", type=click.Path(path_type=Path), default=None)
def classify(file: str, config_path: Path | None) -> int:
    """JSON Lines with id, title, body in; what each says out, in the same order."""
    from workers.oneshot import classify_lines

    with click.open_file(file, "r", encoding="utf-8", errors="replace") as stream:
        return print_lines(classify_lines(stream, config_path))


@cli.command(name="eval")
@click.argument("file")
@click.option("--config", "config_path", type=click.Path(path_type=Path), default=None)
@click.option("--verbose", is_flag=True, help="Also every item that was judged wrongly.")
@click.option("--json", "as_json", is_flag=True)
def evaluate(file: str, config_path: Path | None, verbose: bool, as_json: bool) -> int:
    """How well labelled items (JSON Lines) are understood: precision, recall, F1, traps, calibration."""
    from workers.oneshot import evaluate_file

    with click.open_file(file, "r", encoding="utf-8", errors="replace") as stream:
        return evaluate_file(stream, config_path, verbose=verbose, as_json=as_json)


@cli.command()
@click.argument("source")
@click.option(
    "--config", "config_path", type=click.Path(path_type=Path), help="Use this config's terms and feeds."
)
@click.option(
    "--selector", default="", help="CSS selector of the article, to be tried before it goes into the config."
)
@click.option("--json", "as_json", is_flag=True)
def explain(source: str, config_path: Path | None, selector: str, as_json: bool) -> int:
    """One page (URL or file) through extraction and classification: what was kept, dropped and found, and why."""
    from workers.explain import explain_source

    return explain_source(source, config_path=config_path, selector=selector, as_json=as_json)


def print_lines(lines: Iterable[tuple[dict[str, Any] | None, str]]) -> int:
    """Print results as they come, errors on stderr; 1 if there were any."""
    code = 0
    for result, error in lines:
        if result is not None:
            sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        if error:
            click.echo(error, err=True)
            code = 1
    return code
