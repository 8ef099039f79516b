"""One command a figure; see README.md beside it."""
