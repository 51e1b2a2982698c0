"""The rows of `tarieven.csv` and `codes.csv`: what can be read becomes a cell or a code, every fault is reported.

The fields that the tables of a contract share, and how one is read, stand here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from attrs import frozen

from mpj.contract.model import Cel, Coderij, Perceel
from mpj.protocol import Protocol
from mpj.reading import forms
from mpj.reading.definition import Definition, Field
from mpj.reading.faults import Fault, Hears, mask
from mpj.reading.fields import MAX_CENTS, FieldError, check_choice, check_line, parse_euros
from mpj.reading.forms import Form
from mpj.reading.register import Foutcode

UITGESLOTEN = "uitgesloten"


def _price(text: str) -> int | None:
    try:
        cents = None if text == UITGESLOTEN else parse_euros(text)
    except FieldError as error:
        raise FieldError(f"{error.verwacht}, of uitgesloten") from None
    return cents if cents is None else above_zero(cents)


def above_zero(cents: int) -> int:
    """Return a price; raises FieldError for what is none."""
    if 0 < cents <= MAX_CENTS:
        return cents
    raise FieldError("een tarief boven 0,00")


TEKST = Form("a text of visible characters on one line", str, check_line, check_line)
_TARIEF = Form(f"euros per normtijd above zero, with at most 2 decimals, or `{UITGESLOTEN}`", int, _price, above_zero)
_NIVEAU = Form("a kwalificatieniveau of the protocol, or empty", str, check_line, check_line)
_CODE = Field("prestatiecode", TEKST, "as the [protocol](protocol.md#prestatiecodes) has it", "prestatie, code", required=True)


def _perceel(uitleg: str) -> Field:
    return Field("perceel", TEKST, uitleg, "perceelcode, perceelnummer, kavel")


def _niveau(uitleg: str) -> Field:
    return Field("kwalificatieniveau", _NIVEAU, uitleg, "niveau, kwalificatie, functieniveau", required=True)


_VANAF, _TOT = "van, vanaf, ingangsdatum, geldig vanaf", "tot, tot en met, t/m, eind, einde, geldig tot"
BEGINDATUM = Field("begindatum", forms.DATUM, "the first of a month, or the contract's first day", _VANAF, required=True)
_LAST = "the last of a month, or the contract's last day; empty: to the contract's end"
EINDDATUM = Field("einddatum", forms.DATUM, _LAST, _TOT)
TARIEVEN = Definition(
    "tarieven",
    (
        _perceel("a code of contract.toml; may be absent where there is exactly one perceel"),
        _CODE,
        _niveau("empty: the price without level"),
        BEGINDATUM,
        EINDDATUM,
        Field("tarief", _TARIEF, f"`{UITGESLOTEN}`: this level was not bought", "prijs, bedrag, tarief euro", required=True),
    ),
    profiled=False,
)
"""A cell of the matrix."""
CODES = Definition(
    "codes",
    (
        _CODE,
        _niveau("empty: the code without level, which toewijzingen need"),
        Field("productcategorie", TEKST, "a category of the prestatiecode's row", "categorie", required=True),
        Field("productcode", forms.PRODUCTCODE, "unique in the table", "product", required=True),
        _perceel("empty serves all percelen; filled, the code also names the perceel"),
    ),
    profiled=False,
)
"""A product code of the contract's own."""
_NEEDED = ("prestatiecode", "begindatum", "tarief", "productcode", "productcategorie", "variant")
_WRONG: Mapping[str, tuple[Foutcode, str]] = {
    "perceel": ("perceel_onbekend", "het perceel staat niet in contract.toml"),
    "prestatiecode": ("prestatiecode_onbekend", "onbekende prestatiecode"),
    "kwalificatieniveau": ("niveau_onbekend", "onbekend kwalificatieniveau"),
    "begindatum": ("datum_onjuist", "geen datum"),
    "einddatum": ("datum_onjuist", "geen datum"),
    "tarief": ("tarief_onjuist", "geen tarief"),
    "productcode": ("productcode_onjuist", "geen productcode"),
    "productcategorie": ("categorie_onjuist", "geen productcategorie"),
    "variant": ("variant_onjuist", "geen variant"),
    "eenheid": ("eenheid_onjuist", "geen eenheid"),
    "omschrijving": ("waarde_onjuist", "geen omschrijving"),
}
"""What is said of a column that holds what it may not."""


@frozen
class Contracttabel:
    """A table of a contract: the name its faults bear, and its rows as (line, fields by column)."""

    naam: str
    rows: list[tuple[int, Mapping[str, str]]]


@frozen
class Matrixrij:
    """A row of a matrix, as far as it could be read: what could not has a stand-in, and no judgment hangs on it."""

    cel: Cel
    onleesbaar: frozenset[str]
    """The columns that could not be read; those of a price, a place or a period that is judged all the same are not among them."""

    @property
    def plaats_bekend(self) -> bool:
        """Whether it is known of which cell the row is."""
        return not self.onleesbaar & {"perceel", "prestatiecode", "kwalificatieniveau"}

    @property
    def datums_bekend(self) -> bool:
        """Whether it is known from when until when the row holds."""
        return not self.onleesbaar & {"begindatum", "einddatum"}


class Fields:
    """Reads the fields of one row of a contract table, reporting each that is wrong."""

    def __init__(self, definition: Definition[str], bestand: str, rij: int, fields: Mapping[str, str], report: Hears) -> None:
        self.definition, self.bestand, self.rij, self.fields, self.report = definition, bestand, rij, fields, report
        self.ok = True
        self.unread: set[str] = set()

    def wrong(self, code: Foutcode, kolom: str, verwacht: str, toelichting: str) -> None:
        self.ok = False
        found = mask(self.fields.get(kolom, "")) or "leeg"
        self.report(Fault(code, self.bestand, self.rij, kolom, found, verwacht, toelichting))

    def take(self, kolom: str, known: Callable[[str], str] | None = None) -> Any:
        """Return what a column holds, which `known` may look at too; None where that is nothing, or wrong, which is reported."""
        text = self.fields.get(kolom, "")
        if not text and kolom not in _NEEDED:
            return None
        try:
            value = self.definition.by_name[kolom].form.read(text)
            return value if known is None else known(value)
        except FieldError as error:
            code, told = _WRONG[kolom]
            self.wrong(code, kolom, error.verwacht, told)
            self.unread.add(kolom)
            return None


def _common(
    fields: Fields, protocol: Protocol, percelen: tuple[Perceel, ...], *, perceel_required: bool
) -> tuple[str, str, str | None]:
    """Read what both tables share: perceel, prestatiecode, kwalificatieniveau."""
    perceel = fields.take("perceel") or ""
    codes = tuple(item.code for item in percelen)
    if not perceel and perceel_required and len(codes) == 1:
        perceel = codes[0]
    elif codes and fields.ok and perceel not in codes and (perceel or perceel_required):
        fields.wrong("perceel_onbekend", "perceel", ", ".join(codes), _WRONG["perceel"][1])
        fields.unread.add("perceel")
    prestatiecode = fields.take("prestatiecode", lambda text: _known_code(protocol, text))
    niveau = fields.take("kwalificatieniveau", lambda text: check_choice(text, protocol.niveaus))
    return perceel, prestatiecode or "", niveau


def _known_code(protocol: Protocol, text: str) -> str:
    if text not in protocol.prestatiecodes:
        raise FieldError("een prestatiecode van het protocol, als 2.1")
    return text


def read_cells(
    table: Contracttabel, protocol: Protocol, percelen: tuple[Perceel, ...], window: tuple[date, date], report: Hears
) -> Iterator[Matrixrij]:
    """Yield the rows of a matrix; every field that is wrong goes to `report`.

    `percelen` are the contract's, empty when they could not be read; `window` is its inclusive period.
    """
    for rij, row in table.rows:
        fields = Fields(TARIEVEN, table.naam, rij, row, report)
        perceel, prestatiecode, niveau = _common(fields, protocol, percelen, perceel_required=bool(percelen))
        begin, end = read_period(fields, window)
        tarief = fields.take("tarief")
        if "tarief" in fields.unread:
            tarief = 0
        first, last = window
        yield Matrixrij(Cel(perceel, prestatiecode, niveau, begin or first, end or last, tarief, rij), frozenset(fields.unread))


def read_period(fields: Fields, window: tuple[date, date]) -> tuple[date | None, date | None]:
    """Read the dates of a price; an empty einddatum runs to the end of the contract."""
    first, last = window
    begin: date | None = fields.take("begindatum")
    end: date | None = last
    if fields.fields.get("einddatum"):
        end = fields.take("einddatum")
    if begin and not first <= begin <= last:
        fields.wrong(
            "datum_buiten_contract", "begindatum", f"{first} of later, hoogstens {last}", "de cel begint buiten het contract"
        )
    elif begin and end and end < begin:
        fields.wrong("datum_onjuist", "einddatum", f"{begin} of later", "einddatum ligt voor begindatum")
        fields.unread.add("einddatum")
    if end and end > last:
        fields.wrong("datum_buiten_contract", "einddatum", f"{last} of eerder", "de cel eindigt na het contract")
    return begin, end


def read_coderijen(table: Contracttabel, protocol: Protocol, percelen: tuple[Perceel, ...], report: Hears) -> Iterator[Coderij]:
    """Yield the rows of a code table; faulty ones go to `report`."""
    for rij, row in table.rows:
        fields = Fields(CODES, table.naam, rij, row, report)
        perceel, prestatiecode, niveau = _common(fields, protocol, percelen, perceel_required=False)
        categorie = row.get("productcategorie", "")
        if prestatiecode and categorie not in (allowed := protocol.prestatiecodes[prestatiecode].categorieen):
            fields.wrong("categorie_onjuist", "productcategorie", " of ".join(allowed), f"geen categorie van {prestatiecode}")
        productcode = fields.take("productcode")
        if fields.ok:
            yield Coderij(prestatiecode, niveau, categorie, productcode, perceel, rij)
