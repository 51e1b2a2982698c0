"""Messages one after another, in order of aanbieder, month and dagtekening: read, judged, and what came of each."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from operator import attrgetter
from typing import Any, BinaryIO, TypeAlias, cast

from attrs import evolve, frozen

from mpj.messages import iter_jw323, read_jw323
from mpj.messages.check import file_warnings
from mpj.messages.parsing import Kenmerken
from mpj.messages.values import Declaratiebericht, Declaratiekop
from mpj.reading.faults import Fault, InputError
from mpj.reading.sources import Source
from mpj.verification.basis import Basis
from mpj.verification.history import MemoryHistory
from mpj.verification.many import GEWEIGERD, ONLEESBAAR, VERKEERD_BESTAND, Uitslag
from mpj.verification.opdracht import Besluitsleutel
from mpj.verification.values import Verificatie
from mpj.verification.verification import Toetsing, judged

Judge: TypeAlias = Callable[[Declaratiebericht], Verificatie]
"""Judges a message; raises InputError for one that is not for the gemeente or aanbieder of what is known, or is refused."""


@frozen
class Head:
    """A message of which the head was read."""

    source: Source
    kop: Declaratiekop | None
    """None where it cannot be read."""
    faults: tuple[Fault, ...] = ()
    """Why it cannot be read."""

    @classmethod
    def of(cls, source: Source) -> Head:
        """Read the head of a message, or why it cannot be read."""
        try:
            with source.open() as stream:
                kop = next(iter_jw323(cast("BinaryIO", stream), source.naam))
        except InputError as error:
            return cls(source, None, tuple(error.faults))
        assert isinstance(kop, Declaratiekop)
        return cls(source, kop)

    @property
    def place(self) -> tuple[Any, ...]:
        """Its place in the order: aanbieder, month, dagtekening; those that cannot be read come last."""
        if self.kop is None:
            return 1, self.source.naam
        header, period = self.kop.header, self.kop.periode
        dated = header.identificatie.dagtekening
        return 0, header.afzender, period.begindatum, dated, header.ontvanger, self.kop.declaratienummer, self.source.naam


def heads_of(sources: Iterable[Source]) -> list[Head]:
    """Read the heads of messages, and return them in their order."""
    return sorted(map(Head.of, sources), key=attrgetter("place"))


def parties_of(heads: Iterable[Head]) -> set[tuple[str, str]]:
    """Return the aanbieder and gemeente of each message."""
    return {(head.kop.header.afzender, head.kop.header.ontvanger) for head in heads if head.kop is not None}


@frozen
class Judged:
    """What came of a message."""

    uitslag: Uitslag
    faults: tuple[Fault, ...] = ()
    """What was to be said of it."""
    hashes: Mapping[str, str] = {}
    """SHA-256 of its file, by name."""
    besluiten: frozenset[Besluitsleutel] = frozenset()
    """See `Verificatie`."""


def judged_one(head: Head, judge: Judge) -> Judged:
    """Read and judge a message; one that cannot be read, is the wrong file or is refused is an outcome too."""
    source, kop = head.source, head.kop
    if head.faults:
        return Judged(Uitslag(source.naam), head.faults)
    outcome, hashes = ONLEESBAAR, dict[str, str]()
    try:
        with source.open() as stream:
            message = read_jw323(cast("BinaryIO", stream), source.naam)
            hashes[source.naam] = stream.sha256()
        outcome = GEWEIGERD
        found = judge(message)
    except InputError as error:
        faults = tuple(evolve(fault, bestand=fault.bestand or source.naam) for fault in error.faults)
        if error.faults[0].code == VERKEERD_BESTAND:
            outcome = VERKEERD_BESTAND
        return Judged(Uitslag(source.naam, kop, outcome), faults, hashes)
    uitslag = Uitslag(source.naam, kop, found.samenvatting["uitkomst"], found, message)
    told = (evolve(fault, bestand=fault.bestand or source.naam) for fault in found.meldingen)
    return Judged(uitslag, (*bom_warnings(source), *told), hashes, found.besluiten)


def tell_once(told: list[Fault], more: Iterable[Fault]) -> None:
    """Add what was not told of a message before: what there is to say of toewijzingen is said with each."""
    known = set(told)
    told += [fault for fault in more if fault not in known]


def bom_warnings(source: Source) -> tuple[Fault, ...]:
    """Return the warning that a file begins with a byte order mark (OP192), where it does."""
    with source.open() as stream:
        return file_warnings(Kenmerken(bom=stream.read(len(BOM_UTF8)) == BOM_UTF8), source.naam)


def judge_by(basis: Basis, history: MemoryHistory, *, dagtekening: date, **settings: Any) -> Judge:
    """Return how a message is judged against those in `history`, and then added to them."""

    def judge(message: Declaratiebericht) -> Verificatie:
        found = judged(Toetsing(message, basis, dagtekening=dagtekening, history=history, **settings))
        history.add(message, found.antwoord)
        return found

    return judge
