"""What a config makes of the classifier: an admin's own terms, model and places."""

from __future__ import annotations

from monitor.config import Config
from workers import classify, places
from workers.classify import CategoryTerms, Lexicons
from workers.classify.opinion import load as load_opinion
from workers.places import Gazetteer


def lexicons(config: Config) -> Lexicons:
    """The lexicons with the admin's terms, and the second opinion. RasidError for a model that cannot be used."""
    own = config.second_opinion
    if own.model is None:
        return classify.load(extra=custom_terms(config))
    from workers.classify.ownmodel import open_model

    opinion = load_opinion(open_model(own.model), own.languages)
    return classify.load(extra=custom_terms(config), opinion=opinion)


def gazetteer(config: Config) -> Gazetteer:
    """The packaged places and the admin's. ConfigError for a file that cannot be read."""
    return places.load(config.places.files)


def custom_terms(config: Config) -> dict[str, CategoryTerms]:
    """The terms that an admin added, per category."""
    return {
        name: CategoryTerms(
            terms={lang: list(words) for lang, words in one.terms.items()},
            exclude={lang: list(words) for lang, words in one.exclude.items()},
        )
        for name, one in config.categories.items()
        if one.terms
    }
