"""JW301 for billing: the products with what stands around them, and the rules (chapter C.6) that make one unfit."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from attrs import evolve
from standard import needs_standard

from messages.support import assert_no_bsn, sample
from mpj.messages import check, iter_toewijzingen
from mpj.messages.toewijzingen import REGELS, product_faults
from mpj.messages.values import Product
from mpj.reading.faults import InputError

SPECIFIC = Product(
    toewijzingnummer=1,
    referentie_aanbieder=None,
    productcategorie="45",
    productcode="45210",
    toewijzingsdatum=date(2026, 1, 5),
    toewijzingstijd=time(12, 0),
    begindatum=date(2026, 1, 1),
    einddatum=date(2026, 6, 30),
    reden_wijziging=None,
    volume=3,
    eenheid="04",
    frequentie="2",
    budget_cent=None,
    commentaar=None,
)
NO_SIZE = {"volume": None, "eenheid": None, "frequentie": None}
ASPECIFIC = evolve(SPECIFIC, productcode=None, **NO_SIZE)  # type: ignore[arg-type]
GENERIC = evolve(ASPECIFIC, productcategorie=None, budget_cent=100000)


def codes(product: Product, **changes: Any) -> list[str]:
    """Return the rules that a changed product breaks."""
    return [fault.code for fault in product_faults(evolve(product, **changes), "p")]


@pytest.mark.parametrize(
    "product",
    [
        SPECIFIC,
        ASPECIFIC,
        GENERIC,
        evolve(ASPECIFIC, budget_cent=5000),
        evolve(ASPECIFIC, einddatum=None),
        evolve(SPECIFIC, frequentie="4", einddatum=None),
        evolve(SPECIFIC, frequentie="1"),
        evolve(SPECIFIC, reden_wijziging="13", einddatum=SPECIFIC.begindatum),
        evolve(SPECIFIC, productcode=None, begindatum=date(2020, 1, 1), einddatum=date(2020, 12, 31)),
    ],
)
def test_a_product_that_can_be_billed_on(product: Product) -> None:
    assert product_faults(product, "p") == ()


@pytest.mark.parametrize(
    ("code", "product", "changes"),
    [
        ("CD079", ASPECIFIC, {"productcategorie": None}),
        ("CD041", SPECIFIC, NO_SIZE),
        ("CD080", SPECIFIC, {"productcode": None}),
        ("CD080", SPECIFIC, {"productcode": None, "einddatum": None, "frequentie": "6"}),
        ("CD077", SPECIFIC, {"budget_cent": 1}),
        ("CD078", SPECIFIC, {"budget_cent": 1}),
        ("CD075", GENERIC, {"einddatum": None}),
        ("CD076", SPECIFIC, {"einddatum": None}),
        ("CS003", SPECIFIC, {"einddatum": date(2025, 12, 31)}),
        ("CS335", SPECIFIC, {"reden_wijziging": "13"}),
        ("CS335", ASPECIFIC, {"reden_wijziging": "13", "einddatum": None}),
        ("CS336", SPECIFIC, {"reden_wijziging": "01"}),
        ("CS338", SPECIFIC, {"eenheid": "14", "frequentie": "1"}),
        ("CS338", SPECIFIC, {"eenheid": "84", "frequentie": "1", "einddatum": None}),
    ],
)
def test_a_product_that_breaks_a_rule(code: str, product: Product, changes: dict[str, Any]) -> None:
    assert code in codes(product, **changes)


def test_every_rule_names_its_code_first() -> None:
    for code, rule in REGELS:
        assert rule.__doc__
        assert rule.__doc__.startswith(f"{code}:")


@needs_standard
def test_the_sample_gives_its_products_with_client_municipality_and_provider() -> None:
    first, second = iter_toewijzingen(sample("JW301"), "b.xml")
    assert (first.toewijzingnummer, first.bsn, first.gemeente, first.aanbieder) == (300201, "999900006", "0384", "42420001")
    assert (first.productcategorie, first.productcode) == ("55", "55A11")
    assert (first.toewijzingsdatum, first.toewijzingstijd) == (date(2026, 4, 1), time(12, 34, 56))
    assert (first.begindatum, first.einddatum) == (date(2026, 4, 1), date(2026, 7, 14))
    assert (first.volume, first.eenheid, first.frequentie, first.budget_cent) == (2, "04", "2", None)
    assert (first.reden_wijziging, first.fouten) == (None, ())
    assert (first.bestand, first.rij, second.rij) == ("b.xml", 170, 188)
    assert "999900006" not in repr(first)


@needs_standard
def test_a_product_that_breaks_rules_is_yielded_with_them() -> None:
    """The engine sets such a product aside, with the reason; the other products of the message stay."""
    data = sample("JW301").replace(b"2026-07-14", b"2026-03-14")
    first, second = iter_toewijzingen(data, "b.xml")
    (fault,) = first.fouten
    assert (fault.code, fault.bestand, fault.rij, fault.gevonden) == ("CS003", "b.xml", 170, "2026-03-14")
    assert fault.kolom == "Client/ToegewezenProducten/ToegewezenProduct[1]/Einddatum"
    assert second.fouten == ()
    assert [found.code for found in check(data)] == ["CS003"]


@needs_standard
def test_a_message_that_breaks_the_form_is_an_input_error_with_all_faults() -> None:
    data = sample("JW301").replace(b"12:34:56", b"12:34:56Z").replace(b"<ijw:Code>55A11", b"<ijw:Code>55A111")
    with pytest.raises(InputError) as caught:
        list(iter_toewijzingen(data))
    assert [fault.code for fault in caught.value.faults] == ["RS012", "RS034", "RS034"]
    assert_no_bsn(caught.value.faults)


@needs_standard
def test_the_check_of_a_whole_message_looks_at_the_bsn_too() -> None:
    assert [fault.code for fault in check(sample("JW301").replace(b"999900006", b"999900007"))] == ["CS002"]
