"""Rasid, the one who watches: polls news feeds, keeps state, tells the team."""

__version__ = "0.1.0"
