"""The list of gemeenten that exist, as the CBS publishes it: what TR378 needs."""

from __future__ import annotations

from pathlib import Path

from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.fields import FieldError, check_gemeente
from mpj.reading.headers import Columns
from mpj.reading.sources import Reading, Source
from mpj.reading.tables import open_table, texts_of


def read_codes(path: Path, hashes: dict[str, str]) -> set[str]:
    """Read the codes of gemeenten from the column gemeente of a table; other columns do not matter.

    Raises InputError with every row that holds no such code, and where there is none: every declaration would be refused.
    """
    source, faults, found = Source(path.name, path), list[Fault](), set[str]()
    with open_table(source, Columns(("gemeente",), ("gemeente",)), Reading(hashes=hashes)) as table:
        for rij, fields in table:
            text = texts_of(table, rij, fields, faults)["gemeente"]
            try:
                found.add(check_gemeente(text))
            except FieldError as error:
                faults.append(
                    Fault("waarde_onjuist", source.naam, rij, "gemeente", mask(text), error.verwacht, "het veld klopt niet")
                )
    if not found and not faults:
        faults.append(
            Fault("bestand_leeg", source.naam, verwacht="een rij per gemeente", toelichting="er staat geen enkele rij in")
        )
    if faults:
        raise InputError(faults)
    return found
