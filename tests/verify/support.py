"""Shared by the verification tests: one contract, one toewijzing and one right line, and ways to change them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from attrs import evolve, frozen

import mpj
from mpj.messages import (
    Antwoordbericht,
    Berichtidentificatie,
    Client,
    Declaratiebericht,
    Header,
    Periode,
    Prestatie,
    Totaal,
    Xsdversie,
    write,
)
from mpj.verification import History, MemoryHistory, Verificatie, verify

AANBIEDER, ANDERE_AANBIEDER, GEMEENTE = "65656055", "65651122", "0384"
ANNA, BRAM = "999900006", "999900018"
ONTVANGST = date(2026, 4, 10)
Row = dict[str, str]


class Eerder(MemoryHistory):
    """What was declared before, with the messages that tell it."""

    def __init__(self, declaraties: Iterable[Declaratiebericht] = (), antwoorden: Iterable[Antwoordbericht] = ()) -> None:
        declared, answers = tuple(declaraties), tuple(antwoorden)
        self.berichten: tuple[Declaratiebericht | Antwoordbericht, ...] = (*declared, *answers)
        super().__init__(declared, answers)


NIETS = Eerder()

TOML: dict[str, Any] = {
    "contract": {
        "id": "VB-2026",
        "protocol": "MPJ-16",
        "aanbieder": AANBIEDER,
        "gemeenten": [GEMEENTE],
        "begindatum": date(2025, 1, 1),
        "einddatum": date(2027, 12, 31),
    },
    "normtijd": {"10.1": "hele_dag", "10.2": "stuk"},
    "perceel": [{"code": "A", "naam": "Alles", "gemeenten": []}],
}
PRICES = (
    ("2.1", "hbo", "24,55"),
    ("2.1", "hbo+", "26,10"),
    ("2.1", "wo", "31,20"),
    ("2.2", "wo", "33,00"),
    ("1.1", "mbo", "17,85"),
    ("4.1", "", "83,50"),
    ("8.1", "", "250,00"),
    ("8.1", "hbo", "24,55"),
    ("10.1", "", "30,00"),
    ("10.2", "", "12,00"),
)


def contract(prices: Iterable[tuple[str, str, str]] = PRICES, codes: list[Row] | None = None, **tables: Any) -> mpj.Contract:
    """The example contract; `tables` replace or extend tables of contract.toml, by name."""
    toml, rows = contract_tables(prices, **tables)
    return mpj.make_contract(toml, rows, codes)


def contract_tables(prices: Iterable[tuple[str, str, str]] = PRICES, **tables: Any) -> tuple[dict[str, Any], list[Row]]:
    """The tables of contract.toml and the rows of tarieven.csv of the example contract, changed as `contract` says."""
    toml = {name: dict(table) if isinstance(table, dict) else table for name, table in TOML.items()}
    for name, table in tables.items():
        toml[name] = toml.get(name, {}) | table if isinstance(table, dict) else table
    rows = [
        {
            "perceel": "A",
            "prestatiecode": code,
            "kwalificatieniveau": level,
            "begindatum": str(toml["contract"]["begindatum"]),
            "tarief": price,
        }
        for code, level, price in prices
    ]
    return toml, rows


PRODUCTEN: list[Row] = [
    {"productcategorie": code[:2], "productcode": code, "variant": variant, "tarief": price, "begindatum": "2026-01-01"}
    for code, variant, price in (
        ("45S01", "stuk", "125,00"),
        ("45W01", "week", "150,00"),
        ("45P01", "periode", "200,00"),
        ("45T01", "traject", ""),
        ("48G01", "gi_maand", "801,25"),
        ("45K01", "taak", "1000,00"),
        ("45U01", "uur", "40,00"),
    )
]
"""Products beside MPJ, one of each kind, for a contract with `producten`."""


@cache
def standard_contract(*, producten: bool = False) -> mpj.Contract:
    """The example contract as it is, or with `PRODUCTEN`."""
    toml, rows = contract_tables()
    return mpj.make_contract(toml, rows, producten=PRODUCTEN if producten else None)


def toewijzing(**values: str) -> Row:
    """A specific toewijzing for 2.1 without limits; `values` replace or add columns."""
    row = {
        "toewijzingnummer": "1001",
        "bsn": ANNA,
        "gemeente": GEMEENTE,
        "aanbieder": AANBIEDER,
        "begindatum": "2026-01-01",
        "prestatiecode": "2.1",
    }
    return {name: value for name, value in (row | values).items() if value}


def line(**values: Any) -> Prestatie:
    """Four quarters of 2.1 by an hbo in March 2026, right under contract and toewijzing; `values` replace fields."""
    right = Prestatie(
        referentienummer="R1",
        vorig_referentienummer=None,
        toewijzingnummer=1001,
        productcategorie="45",
        productcode="45212",
        begindatum=date(2026, 3, 1),
        einddatum=date(2026, 3, 31),
        volume=60,
        eenheid="01",
        tarief_cent=164,
        bedrag_cent=9820,
        debetcredit="D",
    )
    return evolve(right, **values)


def credit(of: Prestatie, **values: Any) -> Prestatie:
    """The credit line of a debit line."""
    fields = {"referentienummer": f"C-{of.referentienummer}", "vorig_referentienummer": of.referentienummer, "debetcredit": "C"}
    return evolve(of, **fields | values)


def message(*lines: Prestatie | tuple[str, Prestatie], **values: Any) -> Declaratiebericht:
    """A JW323 of March 2026 with `lines`, of Anna unless said otherwise, and the total that belongs to them.

    `values`: nummer, identificatie, dagtekening, declaratiedagtekening, maand, totaal, afzender, ontvanger.
    """
    clients: dict[str, list[Prestatie]] = {}
    for one in lines or (line(),):
        bsn, prestatie = one if isinstance(one, tuple) else (ANNA, one)
        clients.setdefault(bsn, []).append(prestatie)
    found = tuple(Client(bsn, tuple(own)) for bsn, own in clients.items())
    begin, end = values.get("maand", (date(2026, 3, 1), date(2026, 3, 31)))
    dated = values.get("dagtekening", date(2026, 4, 5))
    header = Header(
        berichtcode="490",
        berichtversie=3,
        berichtsubversie=2,
        afzender=values.get("afzender", AANBIEDER),
        ontvanger=values.get("ontvanger", GEMEENTE),
        identificatie=Berichtidentificatie(values.get("identificatie", "B1"), dated),
        xsdversie=Xsdversie("1.0.0", "1.0.0"),
    )
    total = values.get("totaal", Totaal.of(sum(one.net for client in found for one in client.prestaties)))
    stated = values.get("declaratiedagtekening", dated)
    return Declaratiebericht(header, values.get("nummer", "DN1"), Periode(begin, end), stated, total, found)


def earlier(*lines: Prestatie | tuple[str, Prestatie], **values: Any) -> Declaratiebericht:
    """A JW323 of February 2026, dated and numbered apart from `message`."""
    fields = {
        "nummer": "DN0",
        "identificatie": "B0",
        "dagtekening": date(2026, 3, 5),
        "maand": (date(2026, 2, 1), date(2026, 2, 28)),
    }
    return message(*lines, **fields | values)


def granted(*messages: Declaratiebericht) -> Eerder:
    """A history in which every line of `messages` was granted."""
    return Eerder(messages, [answer(one) for one in messages])


def answer(declared: Declaratiebericht, *returned: str) -> Antwoordbericht:
    """An answer that returns the lines with these reference numbers, and grants the others."""
    from mpj.verification import Oordeel, build_answer

    places = {
        (client, number): ("9338",)
        for client, one in enumerate(declared.clienten, 1)
        for number, prestatie in enumerate(one.prestaties, 1)
        if prestatie.referentienummer in returned
    }
    return build_answer(declared, Oordeel(regels=places), dagtekening=ONTVANGST, xsd_versie="1.0.0", xslt_versie="1.0.0")


@frozen
class Situatie:
    """A message and everything it is verified against."""

    bericht: Declaratiebericht
    toewijzingen: Sequence[Mapping[str, str]] = (toewijzing(),)
    contracten: Sequence[mpj.Contract] | None = None
    history: History | None = NIETS
    settings: Mapping[str, Any] = {}
    producten: bool = False
    """Whether the contract has `PRODUCTEN` too."""

    @property
    def contracts(self) -> Sequence[mpj.Contract]:
        """What it is verified under."""
        return self.contracten or (standard_contract(producten=self.producten),)

    def verify(self, **settings: Any) -> Verificatie:
        """Verify it."""
        fields = {"dagtekening": ONTVANGST, "history": self.history} | dict(self.settings) | settings
        return verify(self.bericht, self.contracts, self.toewijzingen, **fields)

    def codes(self, **settings: Any) -> list[str]:
        """The codes of the broken rules."""
        return [one.regelcode for one in self.verify(**settings).bevindingen]


def zaak(*lines: Prestatie | tuple[str, Prestatie], **values: Any) -> Situatie:
    """A situation with `lines`; values of `Situatie` by name (bericht, toewijzingen, ...), the others go to `message`."""
    own = {name: values.pop(name) for name in ("toewijzingen", "contracten", "producten", "history", "settings") if name in values}
    return Situatie(message(*lines, **values), **own)


def written(found: Antwoordbericht | Declaratiebericht) -> bytes:
    """A message as bytes; writing checks its form."""
    out = io.BytesIO()
    write(found, out)
    return out.getvalue()
