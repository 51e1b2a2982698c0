"""A shadow month: the lines of a run beside the messages of the system in use, and a cause for every euro of difference.

Lines meet by gemeente, client, toewijzing, code and month; what is left over meets where one of these differs; the rest stands on
one side alone. Sums hold: ours less theirs is the sum of the differences. Nothing is kept, and no client is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from attrs import evolve, frozen

from mpj.engine.outcome import Bijlage, Result
from mpj.engine.told import RunSummary, ShadowSummary
from mpj.protocol import Protocol
from mpj.protocol.rounding import round_half_up
from mpj.reading.faults import Fault, Hears, InputError, shows_bsn
from mpj.reading.periods import month_of, month_text, parse_month
from mpj.reading.sources import Reading, find_sources
from mpj.records.uitval import Uitval

if TYPE_CHECKING:
    from typing import BinaryIO

    from mpj.messages import Declaratiebericht

KOLOMMEN = (
    *("gemeente", "toewijzingnummer", "maand", "prestatiecode", "kwalificatieniveau", "productcode", "referentienummer", "volume"),
    *("toewijzingnummer_naast", "maand_naast", "productcode_naast", "referentienummer_naast", "volume_naast"),
    *("eigen_cent", "naast_cent", "verschil_cent", "oorzaak", "reden"),
)
"""Of naast.csv."""
GELIJK, ALLEEN_NAAST, ALLEEN_EIGEN = "gelijk", "alleen_naast", "alleen_eigen"
EENHEID, VOLUME, TARIEF = "andere_eenheid", "ander_volume", "ander_tarief"
Wie = Mapping[tuple[str, str], str]
"""The client of a record, by its soort and id."""


class Plek(NamedTuple):
    """What lines of both sides meet by."""

    gemeente: str
    bsn: str
    toewijzingnummer: int
    code: str
    """Category and product code."""
    maand: int


_RELAXED = (("andere_code", "code"), ("andere_toewijzing", "toewijzingnummer"), ("andere_maand", "maand"), ("andere_client", "bsn"))
"""What may differ where nothing meets, in the order in which it is tried."""


@frozen
class Kant:
    """What one side sends for a place: its lines together, credits below zero."""

    plek: Plek
    referenties: tuple[str, ...]
    volume: int
    eenheden: frozenset[str]
    tarieven: frozenset[int | None]
    cent: int
    zorg: tuple[str, str] = ("", "")
    """Prestatiecode and level, where it is ours."""

    def __add__(self, other: Kant) -> Kant:
        return evolve(
            self,
            referenties=self.referenties + other.referenties,
            volume=self.volume + other.volume,
            eenheden=self.eenheden | other.eenheden,
            tarieven=self.tarieven | other.tarieven,
            cent=self.cent + other.cent,
        )


@frozen
class Afwijking:
    """A difference: what stands on each side, and what makes it."""

    oorzaak: str
    eigen: Kant | None
    naast: Kant | None
    eigen_cent: int
    naast_cent: int
    reden: str = ""
    """Why we set care of this client aside."""

    @property
    def gemeente(self) -> str:
        """The gemeente, which is the same on both sides."""
        side = self.eigen or self.naast
        assert side is not None
        return side.plek.gemeente

    def cells(self) -> tuple[str | int, ...]:
        """Return the row of naast.csv."""
        care = self.eigen.zorg if self.eigen else ("", "")
        (number, month, *own), (number_2, month_2, *theirs) = _told(self.eigen), _told(self.naast)
        cents = self.eigen_cent, self.naast_cent, self.eigen_cent - self.naast_cent
        return self.gemeente, number, month, *care, *own, number_2, month_2, *theirs, *cents, self.oorzaak, self.reden


def _told(side: Kant | None) -> tuple[str | int, ...]:
    if side is None:
        return "", "", "", "", ""
    plek = side.plek
    texts = str(plek.toewijzingnummer), month_text(plek.maand), plek.code[2:], ", ".join(side.referenties)
    return *("(verborgen)" if shows_bsn(text, plek.bsn) else text for text in texts), side.volume


@frozen
class Schaduw:
    """A run laid beside the messages of the system in use."""

    verschillen: tuple[Afwijking, ...]
    """Those that differ, and those that are alike."""

    def bijlage(self) -> Bijlage:
        """Return naast.csv: what differs."""
        rows = sorted((one.cells() for one in self.verschillen if one.oorzaak != GELIJK), key=lambda row: tuple(map(str, row)))
        return Bijlage("naast.csv", KOLOMMEN, tuple(rows))

    def summary(self) -> list[ShadowSummary]:
        """Return lines and eurocents of both sides per gemeente and cause, for samenvatting.json."""
        found: dict[tuple[str, str], list[Afwijking]] = {}
        for one in self.verschillen:
            found.setdefault((one.gemeente, one.oorzaak), []).append(one)
        return [
            {
                "gemeente": gemeente,
                "oorzaak": oorzaak,
                "aantal": len(rows),
                "eigen_cent": sum(one.eigen_cent for one in rows),
                "naast_cent": sum(one.naast_cent for one in rows),
                "verschil_cent": sum(one.eigen_cent - one.naast_cent for one in rows),
            }
            for (gemeente, oorzaak), rows in sorted(found.items())
        ]


def read_shadow(
    paths: Iterable[str | Path],
    periode: str,
    aanbieders: Iterable[str],
    *,
    hashes: dict[str, str] | None = None,
    report: Hears | None = None,
    submappen: bool = False,
) -> list[Declaratiebericht]:
    """Read the JW323 messages of another system for a month of these aanbieders.

    Raises InputError for what is no such message, of another aanbieder or month, or given twice. SHA-256 of the files go to
    `hashes`; `report` hears which files of a folder were not read (those in sub-folders count with `submappen`).
    """
    from mpj.messages import read_jw323

    found: list[Declaratiebericht] = []
    faults: list[Fault] = []
    known, seen, month = frozenset(aanbieders), set[tuple[str, str]](), parse_month(periode)
    for source in find_sources(paths, (".xml",), Reading(report, submappen=submappen)):
        try:
            with source.open() as stream:
                message = read_jw323(cast("BinaryIO", stream), source.naam)
                if hashes is not None:
                    hashes[source.naam] = stream.sha256()
        except InputError as error:
            faults += error.faults
            continue
        sender, number = message.header.afzender, message.declaratienummer
        if sender not in known:
            text = "dit bericht is van een andere aanbieder dan de contracten"
            faults.append(Fault("verkeerd_bestand", source.naam, 0, "Afzender", sender, ", ".join(sorted(known)), text))
        if month_of(message.periode.begindatum) != month:
            told, text = month_text(month_of(message.periode.begindatum)), "dit bericht is van een andere maand"
            faults.append(Fault("waarde_onjuist", source.naam, 0, "DeclaratiePeriode", told, periode, text))
        if (sender, number) in seen:
            text = "deze declaratie staat er twee keer bij"
            faults.append(Fault("waarde_onjuist", source.naam, 0, "DeclaratieNummer", number, "elk bericht één keer", text))
        seen.add((sender, number))
        found.append(message)
    if faults:
        raise InputError(faults)
    return found


def lay_beside(result: Result, messages: Iterable[Declaratiebericht], wie: Wie) -> Schaduw:
    """Lay the lines of a run that travel beside messages; `wie` says of which client a record is that was set aside."""
    own, theirs = _together(_own(result)), _together(_theirs(messages))
    aside = _aside(result.uitval, wie)
    found = [one for plek in sorted(own.keys() & theirs.keys()) for one in _same_place(own.pop(plek), theirs.pop(plek))]
    for oorzaak, name in _RELAXED:
        for mine, other in _pairs(own, theirs, name):
            del own[mine.plek], theirs[other.plek]
            found.append(Afwijking(oorzaak, mine, other, mine.cent, other.cent))
    found += [Afwijking(ALLEEN_EIGEN, one, None, one.cent, 0) for one in own.values()]
    found += [Afwijking(ALLEEN_NAAST, None, one, 0, one.cent) for one in theirs.values()]
    return Schaduw(tuple(_explained(one, aside) for one in found))


def with_shadow(result: Result, messages: Iterable[Declaratiebericht], wie: Wie) -> Result:
    """Add to a run its table naast.csv, and to its summary what differs; see `lay_beside`."""
    laid = lay_beside(result, messages, wie)
    told: RunSummary = {**result.samenvatting, "naast": laid.summary()}
    return evolve(result, samenvatting=told, bijlagen=(*result.bijlagen, laid.bijlage()))


def _own(result: Result) -> Iterator[Kant]:
    from mpj.messages import product_tarief
    from mpj.messages.values import signed

    protocol: Protocol = result.protocol
    for line in result.regels:
        if line.in_bericht and line.bedrag_cent:
            code = f"{line.productcategorie}{line.productcode}"
            plek = Plek(line.gemeente, line.bsn, line.toewijzingnummer, code, month_of(line.begindatum))
            sign = signed(1, line.debetcredit)
            tarief = product_tarief(line.normtijd, line.eenheid, line.tarief_cent, protocol=protocol)
            wire = sign * line.volume_bericht, frozenset((line.eenheid,)), frozenset[int | None]((tarief,)), sign * line.bedrag_cent
            yield Kant(plek, (line.referentienummer,), *wire, (line.prestatiecode, line.kwalificatieniveau))


def _theirs(messages: Iterable[Declaratiebericht]) -> Iterator[Kant]:
    from mpj.messages.values import signed

    for message in messages:
        for client in message.clienten:
            for line in client.prestaties:
                code = f"{line.productcategorie}{line.productcode}"
                plek = Plek(message.header.ontvanger, client.bsn, line.toewijzingnummer, code, month_of(line.begindatum))
                volume = line.volume * signed(1, line.debetcredit)
                tarieven = frozenset((line.tarief_cent,))
                yield Kant(plek, (line.referentienummer,), volume, frozenset((line.eenheid,)), tarieven, line.net)


def _together(sides: Iterable[Kant]) -> dict[Plek, Kant]:
    found: dict[Plek, Kant] = {}
    for one in sides:
        found[one.plek] = found[one.plek] + one if one.plek in found else one
    return found


def _same_place(own: Kant, naast: Kant) -> Iterator[Afwijking]:
    """Yield how two sides of one place differ: by unit, by volume, by tariff, or by the last two, each with its own euros."""
    if own.cent == naast.cent and (own.volume == naast.volume or own.eenheden != naast.eenheden):
        yield Afwijking(GELIJK, own, naast, own.cent, naast.cent)
    elif own.eenheden != naast.eenheden:
        yield Afwijking(EENHEID, own, naast, own.cent, naast.cent)
    elif own.volume == naast.volume:
        yield Afwijking(TARIEF, own, naast, own.cent, naast.cent)
    elif own.tarieven == naast.tarieven or not naast.volume:
        yield Afwijking(VOLUME, own, naast, own.cent, naast.cent)
    else:
        at_their_price = round_half_up(Fraction(own.volume * naast.cent, naast.volume))
        yield Afwijking(VOLUME, own, naast, at_their_price, naast.cent)
        yield Afwijking(TARIEF, own, naast, own.cent - at_their_price, 0)


def _pairs(own: Mapping[Plek, Kant], theirs: Mapping[Plek, Kant], name: str) -> Iterator[tuple[Kant, Kant]]:
    """Yield what meets when `name` may differ, each side once, first what is nearest in euros and volume."""
    buckets: dict[tuple[str | int, ...], list[Kant]] = {}
    for one in theirs.values():
        buckets.setdefault(_without(one.plek, name), []).append(one)
    every = [(mine, other) for mine in own.values() for other in buckets.get(_without(mine.plek, name), ())]
    taken: set[tuple[bool, Plek]] = set()
    for mine, other in sorted(every, key=_nearness):
        if (True, mine.plek) not in taken and (False, other.plek) not in taken:
            taken |= {(True, mine.plek), (False, other.plek)}
            yield mine, other


def _without(plek: Plek, name: str) -> tuple[str | int, ...]:
    return tuple(value for field, value in plek._asdict().items() if field != name)


def _nearness(pair: tuple[Kant, Kant]) -> tuple[int, int, Plek, Plek]:
    mine, other = pair
    return abs(mine.cent - other.cent), abs(mine.volume - other.volume), mine.plek, other.plek


def _aside(uitval: Iterable[Uitval], wie: Wie) -> Mapping[tuple[str, int], Counter[str]]:
    """Return how many records or days we set aside, by reason, of a client and month."""
    found: dict[tuple[str, int], Counter[str]] = {}
    for row in uitval:
        bsn = wie.get((row.soort, row.bron))
        if bsn is not None and row.datum is not None:
            for month in _months(row.datum, row.datum_tot or row.datum):
                found.setdefault((bsn, month), Counter())[row.reden] += row.aantal
    return found


def _months(begin: date, end: date) -> range:
    return range(month_of(begin), month_of(end) + 1)


def _explained(one: Afwijking, aside: Mapping[tuple[str, int], Counter[str]]) -> Afwijking:
    """Say beside a difference in which the other side has more why we set care aside of that client in that month."""
    if one.naast is None or one.oorzaak not in (ALLEEN_NAAST, VOLUME) or one.eigen_cent >= one.naast_cent:
        return one
    plek = one.naast.plek
    counts: Sequence[tuple[str, int]] = sorted(aside.get((plek.bsn, plek.maand), Counter()).items())
    return evolve(one, reden=", ".join(f"{reden} ({number})" for reden, number in counts))
