"""What a text says of curfews, displacement and clashes. Pure, but for loading the packaged lexicons."""

from workers.classify.lexicon import LANGUAGES, CategoryTerms, Lexicons, load
from workers.classify.verdict import Document, read, to_json, weights

__all__ = ["LANGUAGES", "CategoryTerms", "Document", "Lexicons", "load", "read", "to_json", "weights"]
