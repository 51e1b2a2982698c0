"""How a readable record is set aside, and how people name it: never by a BSN."""

from __future__ import annotations

from datetime import date

from mpj.reading.faults import shows_bsn
from mpj.records.entries import Entry
from mpj.records.reasons import Redencode
from mpj.records.uitval import Uitval, make_uitval
from mpj.records.values import Registratie, Verblijf


def shown_id(record: Entry | Registratie | Verblijf) -> str:
    """Return the record's id, empty when it would show its BSN."""
    return "" if shows_bsn(record.id, record.bsn) else record.id


def named(entry: Entry) -> str:
    """Return the record as people name it: by its id, else by file and row."""
    bron = entry.reeks.vorm.bron
    identity = shown_id(entry)
    if identity:
        return f"{bron} {identity}"
    return f"{bron} in {entry.bestand} rij {entry.rij}" if entry.rij else f"een {bron}"


def set_aside(
    entry: Entry,
    reden: Redencode,
    toelichting: str = "",
    *,
    datum_tot: date | None = None,
    aantal: int = 1,
    gemeente: str = "",
    waarde_cent: int | None = None,
) -> Uitval:
    """Return a registratie, or days of a stay from that of `entry` to `datum_tot` (inclusive), as set aside."""
    datum, _, reeks, tijd, _, bestand, rij = entry
    vorm, by = reeks.vorm, reeks.medewerker
    return make_uitval(
        (
            vorm.bron,
            shown_id(entry),
            datum,
            datum_tot or datum,
            aantal,
            bestand,
            rij,
            gemeente or reeks.gemeente or "",
            reden,
            waarde_cent,
            toelichting,
            "" if by is None or shows_bsn(by, reeks.bsn) else by,
            vorm.prestatiecode or "",
            vorm.kwalificatieniveau or "",
            tijd.duur,
            None,
        )
    )
