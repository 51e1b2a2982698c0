"""What the engine holds of a registratie, or of a day of a stay: a small `Entry`, and what many share once.

Of a million registraties, those of one child by one medewerker differ in date, minutes and id alone: they are one `Reeks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from operator import itemgetter
from typing import Literal, NamedTuple

from attrs import field, frozen

from mpj.protocol.words import Zorgsoort
from mpj.records.values import AANWEZIG, Prestatie, Verblijf
from mpj.records.words import Aanwezigheid, Bron, Gebeurtenis, Status, Tijdsoort

VERBLIJF: Literal["verblijf"] = "verblijf"
PRESTATIE: Literal["prestatie"] = "prestatie"


@frozen(eq=False)
class Vorm:
    """What care of different children can share: the fields of `mpj.Registratie` by the same names.

    Interned: equality is identity.
    """

    kwalificatieniveau: str | None
    prestatiecode: str | None
    productcode: str | None
    """Of a product beside MPJ."""
    soort: Zorgsoort | None
    """groep or individueel, None for the default of the hulpvorm; of a stay verblijf."""
    tijdsoort: Tijdsoort
    status: Status | Aanwezigheid | Gebeurtenis
    """Of a registratie its status, of a stay its aanwezigheid, of a prestatie its gebeurtenis."""
    bevestigd: bool
    aantal: int
    fout: str
    """What the protocol does not know about it, empty when all is well."""
    bron: Bron = "registratie"
    """Whether it is a registratie, a day of a verblijf, or a prestatie."""

    @property
    def zorgcode(self) -> str | None:
        """What it says that it is care of: a prestatiecode, or beside MPJ a product code."""
        return self.prestatiecode or self.productcode


@frozen(eq=False)
class Reeks:
    """What the registraties of one child, by one medewerker, of one kind share. Interned: equality is identity."""

    bsn: str = field(repr=False)
    toewijzingnummer: int | None
    gemeente: str | None
    medewerker: str | None
    onderaannemer: str | None
    vorm: Vorm
    verblijf: Verblijf | None = None
    """The stay, where the entries are its days."""


class Tijd(NamedTuple):
    """The time of a registratie as recorded: see `mpj.Registratie`; `duur` in minutes, None where it has none."""

    minuten: int | None
    begintijd: time | None
    eindtijd: time | None
    duur: int | None


class Entry(NamedTuple):
    """One registratie, or one day of a stay, as the engine holds it: its own date, id, time and afspraak, and its `reeks`."""

    datum: date
    id: str
    reeks: Reeks
    tijd: Tijd
    afspraak: str | None
    bestand: str
    rij: int

    @property
    def inhoud(self) -> tuple[object, ...]:
        """The content: everything but where it was read."""
        return self[:-2]

    @property
    def fields(self) -> tuple[object, ...]:
        """The fields of the `mpj.Registratie` that it is of, in their order, without the birth date."""
        datum, identity, reeks, (minuten, begintijd, eindtijd, _), afspraak, bestand, rij = self
        vorm = reeks.vorm
        return (
            identity,
            reeks.bsn,
            datum,
            minuten,
            begintijd,
            eindtijd,
            vorm.kwalificatieniveau,
            reeks.medewerker,
            vorm.prestatiecode,
            vorm.productcode,
            reeks.toewijzingnummer,
            reeks.gemeente,
            vorm.soort,
            vorm.tijdsoort,
            vorm.status,
            vorm.bevestigd,
            afspraak,
            vorm.aantal,
            reeks.onderaannemer,
            bestand,
            rij,
        )

    @property
    def bsn(self) -> str:
        """The client."""
        return self.reeks.bsn

    @property
    def gemeente(self) -> str | None:
        """The gemeente that the record names."""
        return self.reeks.gemeente

    @property
    def medewerker(self) -> str | None:
        """The medewerker."""
        return self.reeks.medewerker

    @property
    def toewijzingnummer(self) -> int | None:
        """The toewijzing that the record names."""
        return self.reeks.toewijzingnummer

    @property
    def prestatiecode(self) -> str | None:
        """The prestatiecode that the record names."""
        return self.reeks.vorm.prestatiecode

    @property
    def vervallen(self) -> bool:
        """Whether the aanbieder took it back."""
        return self.reeks.vorm.status == "vervallen"

    @property
    def dagen(self) -> tuple[date, date]:
        """Its day, twice: the first and the last."""
        return self.datum, self.datum

    @property
    def open_ended(self) -> Entry:
        """What a change is told by: all of it."""
        return self

    @property
    def vorm(self) -> Vorm:
        """What it shares with registraties of other children."""
        return self.reeks.vorm

    @property
    def order(self) -> tuple[date, str, str]:
        """The order in which care counts: date, then id; a day of a stay after a registratie with the same id."""
        return self.datum, self.id, self.reeks.vorm.bron


def with_days(registraties: Sequence[Entry], days: Sequence[Entry]) -> Sequence[Entry]:
    """Return registraties, which are in order, and days of stays in the order in which care counts (`Entry.order`)."""
    return sorted([*registraties, *days], key=_by_date) if days else registraties


# A day of a stay comes behind already.
_by_date = itemgetter(0, 1)
NO_TIME = Tijd(None, None, None, None)


def days_of(stay: Verblijf, days: Iterable[date]) -> Iterator[Entry]:
    """Return these days of a stay as entries."""
    there: Aanwezigheid = "aanwezig" if stay.aanwezigheid == AANWEZIG else "afwezig"
    vorm = Vorm(None, stay.prestatiecode, stay.productcode, VERBLIJF, "direct", there, True, 1, "", VERBLIJF)
    reeks = Reeks(stay.bsn, stay.toewijzingnummer, stay.gemeente, None, None, vorm, stay)
    for day in days:
        yield Entry(day, stay.id, reeks, NO_TIME, None, stay.bestand, stay.rij)


def happened(one: Prestatie, day: date) -> Entry:
    """Return a prestatie, or the week or month of it that counts on a day, as an entry."""
    vorm = Vorm(None, None, one.productcode, None, "direct", one.gebeurtenis, True, one.aantal or 1, "", PRESTATIE)
    reeks = Reeks(one.bsn, one.toewijzingnummer, one.gemeente, None, None, vorm)
    return Entry(day, one.id, reeks, NO_TIME, None, one.bestand, one.rij)
