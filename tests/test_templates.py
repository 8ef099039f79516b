"""An admin's own words: they may say anything, hang nothing, and never cost an alert."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.alerts import Source
from monitor.config import Config
from monitor.models import Evidence, Mention, Place
from workers.messages import compose
from workers.templates import Templates, load

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTILE = "{{ 7*7 }} {% for x in y %} <b>"


def templates(**parts: str) -> Templates:
    return load(Config.model_validate({"messages": {"templates": {"ar": parts}}}).messages)


def told(made: Templates | None, **changes: Any) -> tuple[str, str]:
    said = Evidence("title", 0, 3, HOSTILE, "rule")
    mention = Mention("curfew", "imposed", 0.9, (said,), places=(Place("حلب", "Aleppo", "حلب", "SY02"),))
    source = Source("it_1", "Outlet", "https://o.test/1", HOSTILE, NOW, NOW)
    return compose(
        mention,
        [source],
        severity="high",
        kind="new",
        why="first report",
        lang="ar",
        tz=ZoneInfo("UTC"),
        now=NOW,
        templates=made,
        **changes,
    )


def test_a_template_says_what_an_admin_wants() -> None:
    made = templates(
        title="{{ category_name }}: {{ places|join(' / ') }}",
        text="{{ title }}\n{{ why }} {{ sources[0].url }}",
    )
    assert told(made) == ("حظر تجول: حلب", "حظر تجول: حلب\nأول خبر https://o.test/1")


def test_a_title_alone_stands_above_the_built_in_text() -> None:
    title, text = told(templates(title="!! {{ title }}"))
    assert title.startswith("!! 🔴")
    assert text.startswith(title)
    assert "https://o.test/1" in text


def test_what_an_outlet_writes_is_never_a_template() -> None:
    _, text = told(templates(text="{{ evidence }}"))
    assert text == HOSTILE


@pytest.mark.parametrize(
    "source",
    [
        "{{ nothing_of_the_kind }}",
        "{{ sources[9].url }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{% for x in range(10) %}{{ x }}{% endfor %}",
        "{{ title|pprint }}",
        "{% if %}",
        "{{ 1 / 0 }}",
        "{{ '%1000000000d' % 1 }}",
        "{% include 'config.yaml' %}",
    ],
)
def test_a_template_that_fails_leaves_the_built_in_words_and_is_told(source: str) -> None:
    made = templates(text=source)
    assert told(made) == told(None)
    assert list(made.failures) == ["messages.templates.ar.text"]


def test_a_template_cannot_forge_lines_in_the_title() -> None:
    title, _ = told(templates(title="a\nb\u202ec"))
    assert title == "a bc"


def test_other_languages_keep_the_built_in_words() -> None:
    made = templates(title="x", text="y")
    assert load(Config().messages).compiled == {}
    mention = Mention("curfew", "imposed", 0.9, ())
    assert (
        compose(
            mention,
            [],
            severity="high",
            kind="new",
            why="x",
            lang="en",
            tz=ZoneInfo("UTC"),
            now=NOW,
            templates=made,
        )[0]
        == "🔴 CURFEW – \u2068place not given\u2069"
    )
