"""What a gemeente decides about lines that cannot be judged, by product code and toewijzing, as a table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.fields import FieldError, check_choice
from mpj.reading.forms import parse_nummer
from mpj.reading.headers import Columns
from mpj.reading.sources import Reading, Source
from mpj.reading.tables import open_table, texts_of
from mpj.verification.opdracht import Besluiten, Besluitsleutel, Onbeoordeeld
from mpj.verification.values import AFWIJZEN, TOEKENNEN

COLUMNS = ("productcode", "toewijzingnummer", "besluit")


def read_besluiten(source: Source, *, hashes: dict[str, str] | None = None) -> Besluiten:
    """Read ``productcode;toewijzingnummer;besluit``: toekennen or afwijzen; an empty toewijzingnummer is whatever toewijzing.

    SHA-256 of the file goes to `hashes`. Raises InputError with every row that cannot be read, and for one that comes twice.
    """
    found: dict[tuple[str, int | None], str] = {}
    faults: list[Fault] = []
    with open_table(source, Columns(COLUMNS, COLUMNS), Reading(hashes=hashes)) as table:
        for rij, fields in table:
            row = texts_of(table, rij, fields, faults)
            wrong = list(_faults(row))
            faults += [Fault("waarde_onjuist", source.naam, rij, kolom, verwacht=verwacht) for kolom, verwacht in wrong]
            if wrong:
                continue
            key = row["productcode"], int(row["toewijzingnummer"]) if row["toewijzingnummer"] else None
            if key in found:
                faults.append(
                    Fault("rij_dubbel", source.naam, rij, "productcode", toelichting="deze code en toewijzing komen vaker voor")
                )
            found[key] = row["besluit"]
    if faults:
        raise InputError(faults)
    return found


def unmet(asked: Onbeoordeeld, met: Collection[Besluitsleutel]) -> Iterator[Fault]:
    """Yield a warning for every decision that was about no line that cannot be judged; `met` are those that were."""
    for key in asked if isinstance(asked, Mapping) else ():
        if key not in met:
            code, nummer = key
            found = f"{mask(code)}, toewijzing {nummer}" if nummer is not None else mask(code)
            text = "geen regel met deze code en toewijzing bleef onbeoordeeld: dit besluit heeft niets gedaan"
            yield Fault("besluit_ongebruikt", "", 0, "onbeoordeeld", found, "", text, "waarschuwing")


def _faults(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (column, what is expected there) of every field that cannot be read."""
    if not row["productcode"]:
        yield "productcode", "een productcode"
    try:
        check_choice(row["besluit"], (TOEKENNEN, AFWIJZEN))
    except FieldError as error:
        yield "besluit", error.verwacht
    try:
        if row["toewijzingnummer"]:
            parse_nummer(row["toewijzingnummer"])
    except FieldError as error:
        yield "toewijzingnummer", error.verwacht
