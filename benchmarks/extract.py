"""Extraction: quality and time beside bare trafilatura, readability-lxml and resiliparse, on the same pages.

python -m benchmarks.extract          (needs `pip install -e .[dev]`; RASID_CORPORA adds outside pages)
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import trafilatura
from lxml import html

from monitor.errors import ReadError
from tests.pages.corpus import Page, pages
from tests.pages.score import Score, macro, outside_pages, score
from workers.extract import read_page
from workers.extract.decode import decode

Extract = Callable[[Page], str]
REPEATS = 5
BRIEF = 60  # words of gold


def ours(page: Page) -> str:
    """Rasid, from the raw bytes."""
    try:
        return read_page(page.html, url=page.url, charset=page.charset).text
    except ReadError:
        return ""


def balanced(page: Page) -> str:
    """Trafilatura as it comes, comments off, on text decoded for it."""
    return trafilatura.extract(decode(page.html, page.charset), include_comments=False) or ""


def precise(page: Page) -> str:
    """Trafilatura, favouring precision."""
    return (
        trafilatura.extract(decode(page.html, page.charset), include_comments=False, favor_precision=True)
        or ""
    )


def readability(page: Page) -> str:
    """readability-lxml's summary as text."""
    from readability import Document

    summary = Document(decode(page.html, page.charset)).summary()
    return "\n".join(html.fromstring(summary).itertext()) if summary.strip() else ""


def resiliparse(page: Page) -> str:
    """Resiliparse's main content."""
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(decode(page.html, page.charset), main_content=True, comments=False))


TOOLS: dict[str, Extract] = {
    "rasid": ours,
    "trafilatura": balanced,
    "trafilatura, precision": precise,
    "readability-lxml": readability,
    "resiliparse": resiliparse,
}


def quality(name: str, corpus: Sequence[Page]) -> list[Score]:
    """Print one table over a corpus; returns our own scores."""
    briefs = {page.id for page in corpus if len(page.gold.split()) <= BRIEF}
    sys.stdout.write(f"\n{name}: {len(corpus)} pages, {len(briefs)} briefs\n")
    sys.stdout.write(f"{'':24} prec   recall F1     briefs leaks alerts-leaked lost alerts-lost\n")
    own: list[Score] = []
    for tool, extract in TOOLS.items():
        scores = [score(page, extract(page)) for page in corpus]
        own = own or scores
        leaked = [alert for one in scores for _, alert in one.leaked]
        lost = [alert for one in scores for _, alert in one.lost]
        sys.stdout.write(
            f"{tool:24} {statistics.mean(one.precision for one in scores):.3f}  "
            f"{statistics.mean(one.recall for one in scores):.3f}  {macro(scores):.3f}  "
            f"{macro([one for one in scores if one.page in briefs]):.3f}  {len(leaked):4}  {sum(leaked):12}  "
            f"{len(lost):4} {sum(lost):10}\n"
        )
    for one in own:
        for kind, strings in (("leaked", one.leaked), ("lost", one.lost)):
            for text, alert in strings:
                sys.stdout.write(f"  {one.page} {kind}{' ALERT' if alert else ''}: {text[:90]}\n")
    return own


def speed(corpus: Sequence[Page]) -> None:
    """Time per page as a ratio to bare balanced trafilatura, both in one run."""
    ratios = []
    for page in corpus:
        base, own = ([_seconds(tool, page) for _ in range(REPEATS)] for tool in (balanced, ours))
        ratios.append(statistics.median(own) / statistics.median(base))
    ratios.sort()
    sys.stdout.write(
        f"\ntime per page against bare trafilatura: median {statistics.median(ratios):.2f}, "
        f"90th percentile {ratios[len(ratios) * 9 // 10]:.2f}\n"
    )


def _seconds(tool: Extract, page: Page) -> float:
    start = time.perf_counter()
    tool(page)
    return time.perf_counter() - start


def main() -> None:
    """Print everything."""
    own = list(pages())
    quality("own corpus", own)
    if folder := os.environ.get("RASID_CORPORA"):
        outside = outside_pages(Path(folder) / "pages")
        quality("outside pages", outside)
        own += outside
    speed(own)


if __name__ == "__main__":
    main()
