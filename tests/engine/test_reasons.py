"""Every reason that needs no ledger, each from the smallest input that gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from world import BSN, BSN_2, GEMEENTE, contract, declare, reasons, registratie, toewijzing

from mpj.engine import Declaratieregel, Result
from mpj.records import REDENEN

PRICES = {"2.1 hbo": "24,55", "2.1 wo": "31,00", "4.1": "18,00", "6.1": "150,00", "10.2": "12,50"}
TRIPS: dict[str, Any] = {"normtijd": {"10.2": "stuk"}}


def one(record: Mapping[str, object], assigned: Mapping[str, object] | None = None, **options: Any) -> Result:
    """One record on one toewijzing under one contract."""
    settings: dict[str, Any] = {"declaratie": options.pop("declaratie", {})}
    return declare(contract(PRICES, **TRIPS, **settings), [assigned or toewijzing()], [record], **options)


def stay(**fields: object) -> dict[str, object]:
    return {"id": "v1", "bsn": BSN, "begindatum": "2026-03-02", "einddatum": "2026-03-04", "prestatiecode": "6.1"} | fields


def earlier_line() -> Declaratieregel:
    (line,) = one(registratie()).regels
    return line


CASES: dict[str, Callable[[], Result]] = {
    "ongeldig": lambda: one(registratie(minuten=None)),
    "vervallen": lambda: one(registratie(status="vervallen")),
    "na_periode": lambda: one(registratie("2026-04-01")),
    "te_oud": lambda: one(registratie("2020-12-31")),
    "voor_periode": lambda: one(registratie("2026-02-28")),
    "niet_direct": lambda: one(registratie(tijdsoort="reis")),
    "niet_gerealiseerd": lambda: one(registratie(status="niet_verschenen")),
    "afwezig": lambda: declare(
        contract(PRICES, **TRIPS), [toewijzing(prestatiecode="6.1")], verblijf=[stay(aanwezigheid="verlof")]
    ),
    "toewijzing_onbekend": lambda: one(registratie(toewijzingnummer=99)),
    "toewijzing_verwijderd": lambda: one(registratie(toewijzingnummer=1), toewijzing(reden_wijziging="13")),
    "toewijzing_ongeldig": lambda: one(registratie(), toewijzing(gemeente="384")),
    "buiten_toewijzing": lambda: one(registratie(toewijzingnummer=1), toewijzing(einddatum="2026-02-28")),
    "prestatiecode_ontbreekt": lambda: one(registratie(prestatiecode=None), toewijzing(productcategorie="45")),
    "meerdere_toewijzingen": lambda: declare(contract(PRICES, **TRIPS), [toewijzing(1), toewijzing(2)], [registratie()]),
    "prestatiecode_niet_toegewezen": lambda: one(registratie(), toewijzing(prestatiecode="4.1")),
    "niet_mpj": lambda: one(registratie(), toewijzing(productcode="45A03", productcategorie="45")),
    "geen_toewijzing": lambda: one(registratie(bsn=BSN_2)),
    "geen_contract": lambda: one(registratie(), toewijzing(gemeente="0599")),
    "perceel_onbekend": lambda: one(registratie(), toewijzing(perceel="Z")),
    "prestatiecode_niet_gecontracteerd": lambda: one(registratie(prestatiecode="2.2"), toewijzing(prestatiecode="2.2")),
    "eenheid_past_niet": lambda: one(registratie(), toewijzing(volume=5, eenheid="14", frequentie="6")),
    "vervangen": lambda: declare(
        contract(PRICES, **TRIPS, declaratie={"registratiewijze": "planning-tenzij"}),
        [toewijzing()],
        [registratie(status="gepland", afspraak="a"), registratie(afspraak="a")],
    ),
    "niet_bevestigd": lambda: one(registratie(status="gepland"), declaratie={"registratiewijze": "planning", "bevestiging": True}),
    "niveau_onbekend": lambda: one(registratie(niveau=None)),
    "niveau_te_laag": lambda: one(registratie(niveau="mbo")),
    "niveau_niet_gecontracteerd": lambda: one(registratie(niveau="wo"), toewijzing(kwalificatieniveau_max="mbo")),
    "productcode_niet_toegewezen": lambda: one(
        registratie(niveau="hbo"), toewijzing(productcode="45214"), declaratie={"tr340": "productcode"}
    ),
    "geen_tijd": lambda: one(registratie(minuten=0)),
    "dubbel": lambda: declare(contract(PRICES, **TRIPS), [toewijzing()], [registratie(id="x"), registratie(id="x")]),
    "id_meermaals": lambda: declare(
        contract(PRICES, **TRIPS), [toewijzing()], [registratie(id="x"), registratie(id="x", minuten=30)]
    ),
    "dubbele_aanwezigheid": lambda: declare(
        contract(PRICES, **TRIPS),
        [toewijzing(prestatiecode="4.1")],
        [registratie(prestatiecode="4.1"), registratie(prestatiecode="4.1")],
    ),
    "dubbele_dag": lambda: declare(
        contract(PRICES, **TRIPS), [toewijzing(prestatiecode="6.1")], verblijf=[stay(), stay(id="v2", einddatum="2026-03-02")]
    ),
    "budget_overschreden": lambda: one(registratie(), toewijzing(budget_cent=100)),
    "omvang_overschreden": lambda: one(registratie(), toewijzing(volume=10, eenheid="01", frequentie="6")),
    "reeds_gedeclareerd": lambda: one(registratie("2026-03-20"), eerder=[earlier_line()]),
}


@pytest.mark.parametrize("reden", sorted(CASES))
def test_reason(reden: str) -> None:
    result = CASES[reden]()
    assert set(reasons(result)) == {reden}
    assert all(row.toelichting or row.reden in ("na_periode",) for row in result.uitval if row.soort == "registratie")


def test_every_reason_without_a_ledger_has_a_case() -> None:
    assert set(REDENEN) - set(CASES) == {"wacht_op_antwoord", "afgekeurd", "verblijf_onbevestigd"}


def test_an_unknown_code_of_a_toewijzing_is_shown_once() -> None:
    """``2,1`` reads as the codes 2 and 1: one sentence, with what stands there."""
    result = declare(
        contract(PRICES, **TRIPS), [toewijzing(prestatiecode="2,1"), toewijzing(2, eenheid="X", volume=1, frequentie="6")]
    )
    texts = [row.toelichting for row in result.uitval if row.soort == "toewijzing"]
    assert texts[0] == "prestatiecode: gevonden 2,1, verwacht een prestatiecode als 2.1"
    assert texts[1].startswith("eenheid: gevonden X, verwacht 01, ")


def test_faulty_and_foreign_toewijzingen_are_listed_apart() -> None:
    rows = [toewijzing(1, gemeente="38"), toewijzing(2, productcode="45A03")]
    result = declare(contract(PRICES, **TRIPS), rows, [registratie()])
    assert [(row.soort, row.reden) for row in result.uitval if row.soort == "toewijzing"] == [
        ("toewijzing", "ongeldig"),
        ("toewijzing", "niet_mpj"),
    ]
    assert result.samenvatting["toewijzingen"] == {"gelezen": 2, "ongeldig": 1, "niet_mpj": 1}
    assert result.samenvatting["uitval"] == 1


def test_the_first_reason_in_the_order_wins() -> None:
    """Cancelled travel time of last month without a toewijzing: too early is said first."""
    record = registratie("2026-02-03", tijdsoort="reis", status="geannuleerd", bsn=BSN_2)
    assert reasons(one(record)) == {"voor_periode": 1}
    assert reasons(one(record, nalevering=True)) == {"niet_direct": 1}


def test_too_old_by_the_product_period() -> None:
    """The month ended within five years, the toewijzing's part of it did not."""
    assigned = toewijzing(begindatum="2021-04-01", einddatum="2021-04-10")
    prices = {"2.1 hbo": "24,55"}
    old = contract(prices, contract={"begindatum": date(2021, 1, 1)})
    options: dict[str, Any] = {"nalevering": True, "dagtekening": date(2026, 4, 15)}
    assert reasons(declare(old, [assigned], [registratie("2021-04-05")], **options)) == {"te_oud": 1}
    assert declare(old, [assigned], [registratie("2021-04-05")], nalevering=True, dagtekening=date(2026, 4, 10)).regels


def test_a_withdrawing_row_withdraws_even_when_it_is_unreadable_itself() -> None:
    rows = [registratie(id="x"), {"id": "x", "bsn": "", "datum": "", "status": "vervallen"}]
    assert reasons(declare(contract(PRICES, **TRIPS), [toewijzing()], rows)) == {"ongeldig": 1, "vervallen": 1}


def test_an_id_that_holds_the_bsn_is_not_shown() -> None:
    result = one(registratie(id=f"klant-{BSN}-1", tijdsoort="reis"))
    assert [row.bron for row in result.uitval] == [""]
    assert result.uitval[0].gemeente == "" and GEMEENTE
