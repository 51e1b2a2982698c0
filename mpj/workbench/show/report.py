"""An overview of a matrix as reports: one to read, one as sheets that `import` reads back, one row per field for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mpj.presentation import words
from mpj.presentation.report import Cell, Column, Part, Report, Row, Table
from mpj.workbench.show.overview import LEEG, PRIJS, ZONDER_NIVEAU, Blad, Matrixoverzicht, Rij, Vak, column_name

_ORIGIN = "mpj tariffs show"
_LEGEND = (
    f"Prijzen in euro's per eenheid; onder een prijs per kwartier de uurprijs. x is uitgesloten; {words.EMPTY} is een cel die "
    "ontbreekt: dat rekent hetzelfde, maar kan vergeten zijn. Een prijs die verandert, krijgt een eigen rij, met de "
    "wijziging in procenten."
)


def report(overzicht: Matrixoverzicht, namen: Mapping[str, str] = words.NO_NAMES) -> Report:
    """Return the matrix to read: per perceel the prestatiecodes down and the levels across; `namen` stand beside codes."""
    period = f"{words.short_day(overzicht.begindatum)} t/m {words.short_day(overzicht.einddatum)}"
    facts = (("aanbieder", words.named(overzicht.aanbieder, namen)), ("looptijd", period), ("tariefkaart", overzicht.hash))
    tables = [
        Table(_title(blad), _columns(blad), _rows(blad), note=_gemeenten(blad, namen), banded=True) for blad in overzicht.bladen
    ]
    parts: tuple[Part, ...] = (*tables, *_products(overzicht), *_ceilings(overzicht, namen), _LEGEND)
    return Report(f"Tariefmatrix {overzicht.contract}", facts, parts, f"{_ORIGIN} · tariefkaart {overzicht.hash}")


def _products(overzicht: Matrixoverzicht) -> Iterator[Table]:
    """Yield the products beside MPJ, where the contract has any."""
    what = Column("productcode", "code"), Column("categorie", "code"), Column("omschrijving"), Column("variant", "code")
    priced = Column("eenheid", "code"), Column("vanaf", "date"), Column("t/m", "date"), Column("tarief", "cent")
    rows = [
        (
            *(one.productcode, one.productcategorie, one.omschrijving, one.variant, one.eenheid),
            *(one.begindatum, one.einddatum, one.tarief_cent),
        )
        for one in overzicht.producten
    ]
    if rows:
        yield Table("Buiten MPJ", (*what, *priced), rows, note="Een leeg tarief: de prijs is het toegewezen bedrag.")


def _ceilings(overzicht: Matrixoverzicht, namen: Mapping[str, str]) -> Iterator[Table]:
    """Yield the ceilings of the contract, where it has any."""
    note = "Over de hele looptijd; mpj report use laat zien wat er nog over is. Er wordt niet op afgetopt."
    told = {"": "alle"} | {code: words.named(code, namen) for code in namen}
    columns = Column("gemeente", "code", words=told), Column("prestatiecode", "code", words={"": "alle"})
    if overzicht.plafonds:
        yield Table("Plafonds", (*columns, Column("plafond", "cent")), overzicht.plafonds, note=note)


def sheets(overzicht: Matrixoverzicht) -> Report:
    """Return the matrix as one table per perceel in the form that gemeenten publish."""
    title = f"Tariefmatrix {overzicht.contract}, tariefkaart {overzicht.hash}"
    return Report(title, (), tuple(_sheet(blad) for blad in overzicht.bladen if blad.rijen), _ORIGIN)


def fields(overzicht: Matrixoverzicht) -> Table:
    """Return one row per field that has a price or is excluded."""
    columns = (
        Column("perceel", "code", "perceel"),
        Column("code", "code", "prestatiecode"),
        Column("naam", "text", "naam"),
        Column("niveau", "code", "kwalificatieniveau"),
        Column("van", "date", "begindatum"),
        Column("t/m", "date", "einddatum"),
        Column("soort", "code", "soort"),
        Column("normtijd", "code", "normtijd"),
        Column("tarief", "cent", "tarief_cent"),
        Column("uurprijs", "cent", "uurprijs_cent"),
    )
    rows = (
        (
            *(blad.perceel, rij.prestatiecode, rij.naam, kolom, rij.begindatum, rij.einddatum),
            vak.soort,
            vak.normtijd.naam if vak.normtijd else "",
            *_prices(vak),
        )
        for blad in overzicht.bladen
        for rij in blad.rijen
        for kolom, vak in rij.vakken.items()
        if vak.soort != LEEG
    )
    return Table("Matrix", columns, rows)


def _prices(vak: Vak) -> tuple[int | None, int | None]:
    return vak.tarief_cent, vak.uur_cent


def _title(blad: Blad) -> str:
    return f"Perceel {blad.perceel}" + (f" · {blad.naam}" if blad.naam else "")


def _gemeenten(blad: Blad, namen: Mapping[str, str]) -> str:
    return f"Gemeenten: {', '.join(words.named(code, namen) for code in blad.gemeenten)}" if blad.gemeenten else ""


def _columns(blad: Blad) -> tuple[Column, ...]:
    fixed = Column("prestatie"), Column("vanaf", "date"), Column("per", "code")
    return (*fixed, *(Column(column_name(kolom), "cent") for kolom in blad.kolommen))


def _rows(blad: Blad) -> Iterator[Row]:
    for rij in blad.rijen:
        vakken = [rij.vakken[kolom] for kolom in blad.kolommen]
        head = f"{rij.prestatiecode} {rij.naam}"
        yield (head, rij.begindatum, _units(rij), *(_price(vak) for vak in vakken))
        if any(_has_hour(vak) for vak in vakken):
            hours = (Cell(vak.uur_cent, "cent", "soft") if _has_hour(vak) else "" for vak in vakken)
            yield (head, None, Cell("uur", "code", "soft"), *hours)
        if any(vak.sprong is not None for vak in vakken):
            yield (head, None, Cell("wijziging", "code", "soft"), *(_change(vak) for vak in vakken))


def _price(vak: Vak) -> Cell:
    if vak.soort == LEEG:
        return Cell(None, "cent", "soft")
    return Cell(vak.tarief_cent, "cent") if vak.soort == PRIJS else Cell("x", "code", "excluded")


def _change(vak: Vak) -> Cell:
    return (
        Cell("", "code") if vak.sprong is None else Cell(vak.sprong, "percent", "more" if vak.sprong > 0 else "less", signed=True)
    )


def _units(rij: Rij) -> str:
    """Return per which unit the prices of a row are: that of the price without level first."""
    units = dict.fromkeys(vak.normtijd.woord() for vak in rij.vakken.values() if vak.soort != LEEG and vak.normtijd is not None)
    return " / ".join(units)


def _has_hour(vak: Vak) -> bool:
    return vak.uur_cent is not None and vak.uur_cent != vak.tarief_cent


def _sheet(blad: Blad) -> Table:
    """Return one perceel with a column of hour prices for each level that has them."""
    hours = tuple(kolom for kolom in blad.kolommen if any(_has_hour(rij.vakken[kolom]) for rij in blad.rijen))
    fixed = (
        Column("Prestatiecode", "code"),
        Column("Naam"),
        Column("Begindatum", "date"),
        Column("Einddatum", "date"),
        Column("Eenheid", "code"),
    )
    levels = (Column("Zonder niveau" if kolom == ZONDER_NIVEAU else kolom, "cent") for kolom in blad.kolommen)
    columns = (*fixed, *levels, *(Column(f"{column_name(kolom)} per uur", "cent") for kolom in hours))
    return Table(blad.perceel, columns, (_sheet_row(rij, blad, hours) for rij in blad.rijen))


def _sheet_row(rij: Rij, blad: Blad, hours: tuple[str, ...]) -> Row:
    vakken = [rij.vakken[kolom] for kolom in blad.kolommen]
    prices = ("uitgesloten" if vak.soort not in (PRIJS, LEEG) else vak.tarief_cent for vak in vakken)
    per_hour = (rij.vakken[kolom].uur_cent if _has_hour(rij.vakken[kolom]) else None for kolom in hours)
    return (rij.prestatiecode, rij.naam, rij.begindatum, rij.einddatum, _units(rij), *prices, *per_hour)
