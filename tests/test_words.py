"""Closed lists of words: whoever adds a word to one of them finds here, or in the type checker, every place to visit.

Where a word is matched in code, `assert_never` has mypy name the place. The rest are tables by word, in Python, SQL or a page: each
of those is held against its list here, and fails when the list has a word that it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from mpj import docs
from mpj.contract import SETTINGS
from mpj.contract.words import Declaratievorm, LaatsteDag, Overschrijding, Registratiewijze, Tr340
from mpj.explanation import preview
from mpj.explanation import sentences as explained
from mpj.explanation.summary import VERVOLG
from mpj.ledger.decide import Besluitsoort, Bewegingsoort
from mpj.protocol import MPJ_16, Afronding
from mpj.protocol.rounding import round_minutes
from mpj.protocol.words import Meet, Over, Prijswijze, Soort, Telt, Wijze
from mpj.reading.fields import FieldError, check_choice
from mpj.records import REDENEN
from mpj.records.reasons import Oorzaak, Redencode, Vervolg
from mpj.records.words import Status, Tijdsoort, Uitvalsoort

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs"


def choices(name: str) -> Collection[str]:
    """The words that a setting of contract.toml may have."""
    return next(setting.choices for setting in SETTINGS if setting.name == name)


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (Wijze, choices("afronding.kwartier.wijze")),
        (Wijze, choices("afronding.uur.wijze")),
        (Over, choices("afronding.kwartier.over")),
        (Over, choices("afronding.uur.over")),
        (Declaratievorm, choices("declaratie.vorm")),
        (Registratiewijze, choices("declaratie.registratiewijze")),
        (Tr340, choices("declaratie.tr340")),
        (Overschrijding, choices("limiet.bij_overschrijding")),
        (LaatsteDag, choices("verblijf.laatste_dag")),
        (Wijze, explained.WIJZEN),
        (Over, explained.OVER),
        (Prijswijze, docs.PRICED),
        (Meet, docs.MEASURED),
        (Telt, docs.TIMES),
        (Redencode, REDENEN),
        (Vervolg, VERVOLG),
        (Bewegingsoort, preview.SOORT),
        (Besluitsoort, preview.BESLUIT),
        (Vervolg, {reden.vervolg for reden in REDENEN.values()}),
        (Oorzaak, {oorzaak for reden in REDENEN.values() for oorzaak in reden.oorzaken}),
    ],
)
def test_every_word_of_a_list_has_its_row(kind: Any, place: Collection[str] | Mapping[str, str]) -> None:
    """The settings that are read and shown, the words of explain, the tables of the pages."""
    assert set(place) == set(get_args(kind))


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        (Wijze, "glossary"),
        (Over, "glossary"),
        (Registratiewijze, "glossary"),
        (Overschrijding, "glossary"),
        (LaatsteDag, "glossary"),
        (Soort, "formats"),
        (Tijdsoort, "formats"),
        (Status, "formats"),
        (Uitvalsoort, "formats"),
        (Vervolg, "reasons"),
        (Oorzaak, "reasons"),
    ],
)
def test_every_word_of_a_list_is_told(kind: Any, page: str) -> None:
    text = (PAGES / f"{page}.md").read_text("utf-8")
    assert [word for word in get_args(kind) if f"`{word}`" not in text] == []


def test_the_shipped_protocol_uses_words_of_the_lists() -> None:
    """The file is read as text; a word that is no word of its list would pass the type checker."""
    for normtijd in MPJ_16.normtijden.values():
        assert normtijd.meet in get_args(Meet)
        assert normtijd.afronding is None or normtijd.afronding.wijze in get_args(Wijze)
        assert normtijd.afronding is None or normtijd.afronding.over in get_args(Over)
    for hulpvorm in MPJ_16.hulpvormen.values():
        assert hulpvorm.niveau in get_args(Prijswijze)
        assert hulpvorm.soort in get_args(Soort)
    for frequentie in MPJ_16.frequenties.values():
        assert frequentie.telt in get_args(Telt)


@pytest.mark.parametrize("code", REDENEN)
def test_a_reason_has_its_causes_and_its_texts(code: str) -> None:
    reden = REDENEN[code]
    assert reden.code == code
    assert reden.oorzaken and len(set(reden.oorzaken)) == len(reden.oorzaken)
    assert reden.betekenis and reden.actie
    assert reden.remembered == (reden.vervolg != "definitief")
    assert reden.vervolg != "overleg" or reden.oorzaak == "toewijzing"


def test_a_text_that_is_no_word_of_a_list_is_refused() -> None:
    words: tuple[Wijze, ...] = get_args(Wijze)
    assert [check_choice(word, words) for word in words] == list(words)
    with pytest.raises(FieldError, match="rekenkundig, naar_boven of naar_beneden"):
        check_choice("bankers", words)


@pytest.mark.parametrize("wijze", get_args(Wijze))
def test_every_way_of_rounding_rounds(wijze: Wijze) -> None:
    """23 minutes of quarters: each word has its own sum, none is the default of a word that is not known."""
    expected = {"rekenkundig": 2, "naar_boven": 2, "naar_beneden": 1}
    assert round_minutes(23, 15, Afronding(wijze, "contact", 1, 0)) == expected[wijze]


def test_a_rounding_that_nobody_knows_bills_nothing() -> None:
    unknown: Any = "bankers"
    with pytest.raises(AssertionError):
        round_minutes(23, 15, Afronding(unknown, "contact", 1, 0))


NOUNS = {"toewijzing": "assignments?", "gemeente": "municipalit(?:y|ies)", "aanbieder": "providers?"}
"""What the field writes in Dutch, and the English that the glossary alone gives for it."""


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_of_the_field_has_one_word(noun: str) -> None:
    """Pages of the documentation and what they are generated from, docstrings and comments: all say it as the field does."""
    english = re.compile(rf"(?<!ignore\[)\b{NOUNS[noun]}\b", re.IGNORECASE)
    texts = [*PAGES.rglob("*.md"), *(ROOT / "mpj").rglob("*.py"), *(ROOT / "mpj").rglob("*.toml"), *(ROOT / "mpj").rglob("*.po")]
    found = {
        path.relative_to(ROOT).as_posix(): number
        for path in texts
        if "migrations" not in path.parts  # these stay as they were released
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if english.search(line)
    }
    assert found.keys() == {"docs/glossary.md"}
