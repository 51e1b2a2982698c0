"""The rows of `tarieven.csv` and `codes.csv`: what can be read becomes a cell or a code, every fault is reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from attrs import frozen

from mpj.contract.model import Cel, Coderij, Perceel
from mpj.contract.settings import Report
from mpj.protocol import Protocol
from mpj.reading.faults import Fault, mask
from mpj.reading.fields import MAX_CENTS, FieldError, check_choice, parse_date, parse_euros
from mpj.reading.register import Foutcode

UITGESLOTEN = "uitgesloten"
TARIEVEN_COLUMNS = ("perceel", "prestatiecode", "kwalificatieniveau", "begindatum", "einddatum", "tarief")
TARIEVEN_REQUIRED = ("prestatiecode", "kwalificatieniveau", "begindatum", "tarief")
CODES_COLUMNS = ("prestatiecode", "kwalificatieniveau", "productcategorie", "productcode", "perceel")
CODES_REQUIRED = ("prestatiecode", "kwalificatieniveau", "productcategorie", "productcode")


@frozen
class Contracttabel:
    """A table of a contract: the name its faults bear, and its rows as (line, fields by column)."""

    naam: str
    rows: list[tuple[int, Mapping[str, str]]]


class _Fields:
    """Reads the fields of one row of a contract table, reporting each that is wrong."""

    def __init__(self, bestand: str, rij: int, fields: Mapping[str, str], report: Report) -> None:
        self.bestand, self.rij, self.fields, self.report = bestand, rij, fields, report
        self.ok = True

    def wrong(self, code: Foutcode, kolom: str, verwacht: str, toelichting: str) -> None:
        self.ok = False
        found = mask(self.fields.get(kolom, "")) or "leeg"
        self.report(Fault(code, self.bestand, self.rij, kolom, found, verwacht, toelichting))

    def take(self, kolom: str, parse: Callable[[str], Any], code: Foutcode, toelichting: str) -> Any:
        try:
            return parse(self.fields.get(kolom, ""))
        except FieldError as error:
            self.wrong(code, kolom, error.verwacht, toelichting)
            return None


def _common(
    fields: _Fields, protocol: Protocol, percelen: tuple[Perceel, ...], *, perceel_required: bool
) -> tuple[str, str, str | None]:
    """Read what both tables share: perceel, prestatiecode, kwalificatieniveau."""
    perceel = fields.fields.get("perceel", "")
    codes = tuple(item.code for item in percelen)
    if not perceel and perceel_required and len(codes) == 1:
        perceel = codes[0]
    elif codes and perceel not in codes and (perceel or perceel_required):
        fields.wrong("perceel_onbekend", "perceel", ", ".join(codes), "het perceel staat niet in contract.toml")
    prestatiecode = fields.take(
        "prestatiecode", lambda text: _known_code(protocol, text), "prestatiecode_onbekend", "onbekende prestatiecode"
    )
    niveau = None
    if fields.fields.get("kwalificatieniveau"):
        niveau = fields.take(
            "kwalificatieniveau",
            lambda text: check_choice(text, protocol.niveaus),
            "niveau_onbekend",
            "onbekend kwalificatieniveau",
        )
    return perceel, prestatiecode or "", niveau


def _known_code(protocol: Protocol, text: str) -> str:
    if text not in protocol.prestatiecodes:
        raise FieldError("een prestatiecode van het protocol, als 2.1")
    return text


def read_cells(
    table: Contracttabel, protocol: Protocol, percelen: tuple[Perceel, ...], window: tuple[date, date], report: Report
) -> Iterator[Cel]:
    """Yield the cells of a matrix; faulty rows go to `report`.

    `percelen` are the contract's, empty when they could not be read; `window` is its inclusive period.
    """
    for rij, row in table.rows:
        fields = _Fields(table.naam, rij, row, report)
        perceel, prestatiecode, niveau = _common(fields, protocol, percelen, perceel_required=bool(percelen))
        begin, end = _period(fields, window)
        tarief = None
        if row.get("tarief") != UITGESLOTEN:
            tarief = fields.take("tarief", _price, "tarief_onjuist", "geen tarief")
        if fields.ok and begin and end:
            yield Cel(perceel, prestatiecode, niveau, begin, end, tarief, rij)


def _period(fields: _Fields, window: tuple[date, date]) -> tuple[date | None, date | None]:
    """Read the dates of a cell; an empty einddatum runs to the end of the contract."""
    first, last = window
    begin: date | None = fields.take("begindatum", parse_date, "datum_onjuist", "geen datum")
    end: date | None = last
    if fields.fields.get("einddatum"):
        end = fields.take("einddatum", parse_date, "datum_onjuist", "geen datum")
    if begin and not first <= begin <= last:
        fields.wrong(
            "datum_buiten_contract", "begindatum", f"{first} of later, hoogstens {last}", "de cel begint buiten het contract"
        )
    elif begin and end and end < begin:
        fields.wrong("datum_onjuist", "einddatum", f"{begin} of later", "einddatum ligt voor begindatum")
    if end and end > last:
        fields.wrong("datum_buiten_contract", "einddatum", f"{last} of eerder", "de cel eindigt na het contract")
    return begin, end


def _price(text: str) -> int:
    try:
        cents = parse_euros(text)
    except FieldError:
        raise FieldError("euro's met hoogstens 2 decimalen, als 24,55, of uitgesloten") from None
    if not 0 < cents <= MAX_CENTS:
        raise FieldError("een tarief boven 0,00")
    return cents


def read_coderijen(table: Contracttabel, protocol: Protocol, percelen: tuple[Perceel, ...], report: Report) -> Iterator[Coderij]:
    """Yield the rows of a code table; faulty ones go to `report`."""
    for rij, row in table.rows:
        fields = _Fields(table.naam, rij, row, report)
        perceel, prestatiecode, niveau = _common(fields, protocol, percelen, perceel_required=False)
        categorie, productcode = row.get("productcategorie", ""), row.get("productcode", "")
        if prestatiecode and categorie not in (allowed := protocol.prestatiecodes[prestatiecode].categorieen):
            fields.wrong("categorie_onjuist", "productcategorie", " of ".join(allowed), f"geen categorie van {prestatiecode}")
        if not 1 <= len(productcode) <= 5:
            fields.wrong("productcode_onjuist", "productcode", "1 tot en met 5 tekens", "geen productcode")
        if fields.ok:
            yield Coderij(prestatiecode, niveau, categorie, productcode, perceel, rij)
