"""The command line: reads arguments, calls the part that does the work, prints, exits.

Exit codes: 0 done, 1 something failed, 2 wrong usage or config. Each module beside this one holds the commands of one
subject; what they call is imported when they run, so that `rasid --help` is quick.
"""

from __future__ import annotations

import os
import sys

import click

from monitor.cli import (  # they add themselves to the group
    board,
    daemon,
    feeds,
    looking,
    rules,
    settings,
    team,
    texts,
    upkeep,
)
from monitor.cli.root import cli
from monitor.errors import ConfigError, RasidError, UsageError

__all__ = [
    "board",
    "cli",
    "daemon",
    "feeds",
    "looking",
    "main",
    "rules",
    "settings",
    "team",
    "texts",
    "upkeep",
]


def main() -> None:
    """The console script."""
    try:
        code = cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except ConfigError as error:
        from monitor.configfile import located, render_problems

        click.echo(render_problems(located(error)), err=True)
        sys.exit(2)
    except UsageError as error:
        click.echo(f"rasid: {error.line()}", err=True)
        sys.exit(2)
    except RasidError as error:
        click.echo(f"rasid: {error.line()}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(code or 0)
