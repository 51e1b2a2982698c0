"""The auditor's sample: the same for the same seed, by euros, complete where there is little to draw from."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from mpj.verification.sample import PAAR, REGEL, draw, ladder


@frozen
class Row:
    """A row of a trace."""

    referentienummer: str
    bedrag_cent: int
    medewerker: str = "m1"
    kwalificatieniveau: str = "hbo"
    datum: date = date(2026, 3, 1)
    soort: str = "registratie"


ROWS = [
    Row(f"R{n % 40:02d}", 100 + 37 * n, f"m{n % 17:02d}", ("hbo", "wo")[n % 2], date(2026, 3, 1) + timedelta(n % 28))
    for n in range(300)
]


def test_the_same_seed_gives_the_same_sample_in_any_order_of_rows() -> None:
    shuffled = list(ROWS)
    random.Random(1).shuffle(shuffled)
    assert draw(ROWS, aantal=10, zaad="a") == draw(shuffled, aantal=10, zaad="a")
    assert draw(ROWS, aantal=10, zaad="a") != draw(ROWS, aantal=10, zaad="b")


def test_pairs_and_lines_with_what_to_check() -> None:
    drawn = draw(ROWS, aantal=5, zaad="a").trekkingen
    assert Counter(one.soort for one in drawn) == {PAAR: 5, REGEL: 5}
    for one in drawn:
        assert one.te_controleren and one.bedrag_cent > 0 and one.eerste_datum <= one.laatste_datum
        assert bool(one.medewerker) == (one.soort == PAAR) and bool(one.referentienummer) == (one.soort == REGEL)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=4), st.integers(0, 10_000), max_size=30), st.integers(1, 12))
def test_as_many_as_asked_none_twice_and_the_largest_always(values: dict[str, int], count: int) -> None:
    drawn = draw([Row(name, cents) for name, cents in values.items()], aantal=count, zaad="z").trekkingen
    lines = [one.referentienummer for one in drawn if one.soort == REGEL]
    worth = {name: cents for name, cents in values.items() if cents}
    assert len(lines) == len(set(lines)) == min(count, len(worth))
    total = sum(worth.values())
    assert {name for name, cents in worth.items() if cents * count >= total} <= set(lines)


def test_every_euro_has_the_same_chance() -> None:
    """A line of three times the value is drawn about three times as often."""
    rows = [Row(f"R{number}", 100 if number % 2 else 300) for number in range(40)]
    hits: Counter[bool] = Counter()
    for seed in range(400):
        for one in draw(rows, aantal=4, zaad=str(seed)).trekkingen:
            if one.soort == REGEL:
                hits[one.bedrag_cent == 300] += 1
    assert 2.5 < hits[True] / hits[False] < 3.6


def test_what_names_no_professional_is_said_and_not_drawn() -> None:
    rows = [Row("R1", 500, medewerker=""), Row("R2", 700, kwalificatieniveau=""), Row("R3", 900, soort="verblijf"), Row("R4", 100)]
    sample = draw(rows, aantal=9, zaad="a")
    assert sample.zonder_medewerker_cent == 1200
    assert [(one.soort, one.medewerker, one.referentienummer) for one in sample.trekkingen] == [
        (PAAR, "m1", ""),
        *((REGEL, "", name) for name in ("R1", "R2", "R3", "R4")),
    ]


def test_nothing_to_draw_and_nothing_asked() -> None:
    assert draw([], aantal=3, zaad="a").trekkingen == ()
    with pytest.raises(ValueError, match="at least 1"):
        draw([], aantal=0, zaad="a")


def test_both_controls_are_told_in_the_words_of_the_law() -> None:
    for taal, words in (
        ("nl", ("gemeente", "recht", "afgesproken", "geleverd")),
        ("en", ("gemeente", "entitled", "agreed", "delivered")),
    ):
        (line,) = (one for one in draw(ROWS, aantal=1, zaad="a", taal=taal).trekkingen if one.soort == REGEL)
        told = line.formele_controle + line.materiele_controle
        assert all(word in told for word in words), told
    assert ladder().index("cijfers") < ladder().index("paren") < ladder().index("regels") < ladder().index("dossier")
