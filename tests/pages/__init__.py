"""Invented article pages in the shape of real themes, to measure what extraction keeps and drops."""
