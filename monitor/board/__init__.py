"""The board: a web page and a JSON API for the duty officer and the admin."""

from __future__ import annotations

from monitor.board.app import create_app
from monitor.board.serve import serve

__all__ = ["create_app", "serve"]
