"""What was understood of an export, as a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mpj.intake.look import Keuze, Kolom, Look, Meaning
from mpj.presentation import words
from mpj.presentation.report import Column, Part, Report, Table

_MEANINGS: Mapping[Meaning, str] = MappingProxyType(
    {
        "ons": "",
        "profiel": "volgens het profiel",
        "ongebruikt": "niet gebruikt, volgens het profiel",
        "onbekend": "niet bekend: telt niet mee",
        "onbeslist": "onbeslist",
    }
)


def report(look: Look) -> Report:
    """Return what was understood of one file; never a value of a BSN."""
    kind = f"{look.soort}, herkend aan de kopregel" if look.geraden else look.soort
    if not look.kolommen:  # it is empty
        return Report(look.bestand, (), tuple(_parts(look)))
    facts = [("soort", kind), ("gelezen", words.counted(look.gelezen, "rij"))]
    if look.overgeslagen:
        facts.append(("overgeslagen", words.counted(look.overgeslagen, "rij")))
    facts.append(("foutief", words.counted(look.foutief, "rij")))
    return Report(look.bestand, tuple(facts), tuple(_parts(look)))


def _parts(look: Look) -> Iterator[Part]:
    yield from (f"Let op: {fault}" for fault in look.meldingen)
    columns = (Column("kolom", "code"), Column("is", "code"), Column("waarden"))
    if look.kolommen:
        yield Table("Kolommen", columns, (_kolom(kolom) for kolom in look.kolommen))
    if look.oorzaken:
        yield _faulty(look)
    if look.keuzes:
        yield _undecided(look)


def _faulty(look: Look) -> Table:
    columns = (Column("aantal", "count"), Column("oorzaak"), Column("voorbeeld"))
    rows = ((one.aantal, one.tekst, f"rij {one.rij}: {one.voorbeeld}") for one in look.oorzaken)
    return Table("Wat niet te lezen is", columns, rows)


def _undecided(look: Look) -> Table:
    columns = (Column("wat"), Column("regel in het profiel"))
    return Table("Onbeslist", columns, ((keuze.wat, _lines(keuze)) for keuze in look.keuzes))


def _kolom(kolom: Kolom) -> tuple[str, str, str]:
    values = ", ".join(f"{form} ({number})" for form, number in kolom.vormen)
    meaning = _MEANINGS[kolom.duiding]
    return kolom.naam, kolom.wordt or words.EMPTY, f"{meaning}: {values}" if meaning and values else meaning or values


def _lines(keuze: Keuze) -> str:
    """Return the lines of a choice as people read them."""
    if keuze.woorden:
        return f"{', '.join(keuze.regels)}; vul in: {', '.join(keuze.woorden)}"
    return " of ".join(keuze.regels)
