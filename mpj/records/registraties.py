"""`registraties.csv`: direct client time, and pieces, as the aanbieder recorded them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import time

from attrs import field, frozen

from mpj.reading.faults import Hears
from mpj.reading.masking import masked
from mpj.records.definitions import REGISTRATIE
from mpj.records.rows import Row, as_values
from mpj.records.uitval import Uitval
from mpj.records.values import Registratie, Unchecked, minutes_between

COMPUTED = tuple(name for name in REGISTRATIE.columns.known if name != "geboortedatum")
"""What care is computed of: a birth date is for a signal alone."""
REQUIRED = REGISTRATIE.columns.required
_registratie = Unchecked(Registratie)


@frozen(field_transformer=masked)
class Ongeldig:
    """A registratie or stay that could not be read."""

    uitval: Uitval
    """What is set aside."""
    id: str
    """The id that it gives, empty when it gives none."""
    vervallen: bool = False
    """Whether it says that it was taken back."""
    oorzaak: str = ""
    """What is wrong, without what was found."""
    bsn: str | None = field(default=None, repr=False)
    """The client that it names; None when that cannot be read."""


def as_registraties(
    items: Iterable[Registratie | Ongeldig | Mapping[str, object]], report: Hears | None = None
) -> Iterator[Registratie | Ongeldig]:
    """Turn the caller's records into registraties; `report` hears of unknown keys. Raises as `mpj.records.rows.as_values`."""
    return as_values(items, REGISTRATIE, parse_registratie, Registratie, Ongeldig, report=report)


def parse_registratie(row: Row) -> Registratie | Ongeldig:
    """Return the registratie a row holds, or what is wrong with it. Whether codes and levels exist is the protocol's to say."""
    found = row.read(REGISTRATIE)
    if not row.faults and (fault := clock_fault(found["minuten"], found["begintijd"], found["eindtijd"])):
        row.refuse(fault)
    if row.faults:
        identity = found["id"] or ""
        uitval = row.uitval("registratie", identity, found["datum"])
        return Ongeldig(uitval, identity, found["status"] == "vervallen", row.oorzaak, found["bsn"])
    return _registratie((*found.values(), row.bestand, row.rij))


def clock_fault(minuten: int | None, begintijd: time | None, eindtijd: time | None) -> str:
    """Return what is wrong with times that can each be read, empty when they go together."""
    if eindtijd is not None and begintijd is None:
        return "eindtijd zonder begintijd; verwacht beide, of minuten"
    if begintijd is not None and eindtijd is None and minuten is None:
        return "begintijd zonder eindtijd; verwacht beide, of minuten"
    if minuten is not None and begintijd is not None and eindtijd is not None:
        clock = minutes_between(begintijd, eindtijd)
        if minuten != clock:
            return f"minuten: gevonden {minuten}, verwacht {clock} volgens begintijd en eindtijd"
    return ""
