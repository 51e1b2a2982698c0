"""What was declared and answered before: a small protocol to implement, and a history in memory from JW323 and JW325.

A declaration that was refused as a whole (`mpj.messages.answers.refuses_whole`) counts as not sent: it leaves no trace here. A
returned line is refused; a line whose declaration has no answer yet waits, and a waiting line blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

from attrs import evolve, field, frozen

from mpj.messages.answers import refuses_whole, returned_by
from mpj.messages.values import CREDIT, Antwoordbericht, Declaratiebericht, Gelezen, Prestatie
from mpj.reading.faults import NOWHERE, Fault, Place
from mpj.reading.periods import month_of
from mpj.reading.sources import SILENT, Reading, Source
from mpj.verification.before import loose_answer, paired, read_before_these
from mpj.verification.lines import line_of, loose_credit, two_lines, unlike

TOEGEKEND, AFGEKEURD, WACHT = "toegekend", "afgekeurd", "wacht"


@frozen
class EerdereRegel:
    """A line that was sent before."""

    bsn: str = field(repr=False)
    prestatie: Prestatie
    stand: str
    """What became of it: toegekend, afgekeurd or wacht."""
    place: Place = field(default=NOWHERE, eq=False)
    """Where it was read."""


@frozen
class Bekend:
    """Of which months the earlier declarations of an aanbieder and gemeente are known; as `mpj.reading.periods` counts months."""

    vanaf: int | None = None
    """From this month on all of them; None: only those of `maanden`."""
    maanden: Mapping[int, bool] = field(factory=dict)
    """The months of which there is a declaration, and whether the answer to it is there as well."""

    @property
    def leeg(self) -> bool:
        """Whether nothing is known."""
        return self.vanaf is None and not self.maanden

    def volledig(self, maand: int, tot: int = 0) -> bool:
        """Say whether care of a month that is not there was not declared before month `tot`: of that month and of those after it,
        in which it may have come along, the declarations are known with their answers.
        """
        end = max(maand + 1, tot)
        return all(self.maanden.get(one, False) for one in range(maand, end if self.vanaf is None else min(end, self.vanaf)))


class History(Protocol):
    """What a gemeente or an ERP tells about earlier messages. Numbers compare as they stand on the wire.

    Earlier means: before the message that is verified; that message itself is not part of it.
    """

    def known(self, aanbieder: str, gemeente: str) -> Bekend:
        """Return of which months the earlier declarations are known; of none: rules that need them are listed as not checked."""

    def has_message(self, afzender: str, identificatie: str) -> bool:
        """Say whether this sender used this Identificatie for a JW323 before (TR056)."""

    def has_declaration(self, aanbieder: str, declaratienummer: str) -> bool:
        """Say whether this aanbieder used this DeclaratieNummer before (TR333)."""

    def has_reference(self, aanbieder: str, referentienummer: str) -> bool:
        """Say whether this aanbieder used this ReferentieNummer before, whatever became of the line (TR314)."""

    def last_period(self, aanbieder: str, gemeente: str) -> date | None:
        """Return the first day of the latest DeclaratiePeriode that was sent, None when there is none (TR318)."""

    def line(self, aanbieder: str, gemeente: str, referentienummer: str) -> EerdereRegel | None:
        """Return the line with this ReferentieNummer, None when there is none (TR323)."""

    def credited(self, aanbieder: str, gemeente: str, referentienummer: str) -> bool:
        """Say whether an earlier credit line, not refused, undoes this line (TR389, TR390)."""

    def lines(self, aanbieder: str, gemeente: str, toewijzingnummer: int) -> Sequence[EerdereRegel]:
        """Return the granted and waiting lines on a toewijzing (TR322, TR369, TR389): debits, and the credits of those."""


class MemoryHistory:
    """A `History` in memory. One of nothing at all says that nothing was declared before, unless it is `onbekend`.

    A line that was given twice counts once. `meldingen` names the answers that belong to no declaration that was given, and those
    that contradict: they answer nothing, and their declarations wait. It names different lines under one number too: those all
    count.
    """

    def __init__(
        self, declaraties: Iterable[Declaratiebericht] = (), antwoorden: Iterable[Antwoordbericht] = (), *, onbekend: bool = False
    ) -> None:
        self.meldingen: list[Fault] = []
        self._messages: set[tuple[str, str]] = set()
        self._declarations: set[tuple[str, str]] = set()
        self._references: set[tuple[str, str]] = set()
        self._periods: dict[tuple[str, str], date] = {}
        self._lines: dict[tuple[str, str, str], EerdereRegel] = {}
        self._counting: set[tuple[str, str]] = set()
        self._credited: set[tuple[str, str, str]] = set()
        self._by_toewijzing: dict[tuple[str, str, int], list[EerdereRegel]] = {}
        self._months: dict[tuple[str, str], dict[int, bool]] = {}
        self._onbekend = onbekend
        self._remember([*map(Gelezen, declaraties), *map(Gelezen, antwoorden)])

    @classmethod
    def of(cls, read: Iterable[Gelezen]) -> MemoryHistory:
        """Build the history from messages and answers as `read_messages` gives them: what it tells names their files."""
        found = cls()
        found._remember(read)
        return found

    def _remember(self, read: Iterable[Gelezen]) -> None:
        pairs, loose = paired(read)
        for one in pairs:
            counting, told = one.counting()
            self.meldingen += told
            self._onbekend |= one.answer is not None
            self.add(one.message, counting, one.read)
        self._onbekend |= bool(loose)
        self.meldingen += [loose_answer(answer, told.bestand) for told, answer in loose]

    @classmethod
    def read(
        cls,
        paths: Iterable[str | Path],
        *,
        hashes: dict[str, str] | None = None,
        reading: Reading = SILENT,
        verified: Iterable[Source] = (),
    ) -> MemoryHistory:
        """Build the history from JW323 and JW325 files (and JW303, JW304), in any order; folders and zips of them too.

        `reading` says whether files in sub-folders count, and hears of those that were not read; SHA-256 of the files go to
        `hashes`. A message that is `verified` itself is none of before (`read_before_these`). Raises InputError for a file that is
        neither.
        """
        given = list(paths)
        found = cls.of(read_before_these(verified, given, evolve(reading, hashes=hashes)))
        found._onbekend |= bool(given)  # files tell of what they hold alone, also where none of them is of before
        found.meldingen += found.loose_credits()
        return found

    def add(self, message: Declaratiebericht, answer: Antwoordbericht | None, read: Gelezen | None = None) -> None:
        """Remember a declaration with its answer, None when there is none; one that was refused as a whole was not sent.

        `read` says where its lines stand.
        """
        if answer is not None and refuses_whole(answer):
            return
        header = message.header
        aanbieder, gemeente = header.afzender, header.ontvanger
        self._messages.add((aanbieder, header.identificatie.identificatie))
        self._declarations.add((aanbieder, message.declaratienummer))
        begin = message.periode.begindatum
        self._onbekend, months = True, self._months.setdefault((aanbieder, gemeente), {})
        months[month_of(begin)] = months.get(month_of(begin), True) and answer is not None
        self._periods[aanbieder, gemeente] = max(begin, self._periods.get((aanbieder, gemeente), begin))
        returned = returned_by(answer)
        for client in message.clienten:
            for prestatie in client.prestaties:
                refused = prestatie.referentienummer in returned
                stand = AFGEKEURD if refused else WACHT if answer is None else TOEGEKEND
                place = NOWHERE if read is None else read.place(prestatie.referentienummer)
                self.remember(aanbieder, gemeente, EerdereRegel(client.bsn, prestatie, stand, place))

    def loose_credits(self) -> Iterator[Fault]:
        """Yield a warning of every credit of a line that is not here, or does not count: it takes nothing away either."""
        for (aanbieder, _, _), lines in self._by_toewijzing.items():
            loose = (one for one in lines if not self._counts(aanbieder, one))
            yield from (loose_credit(one.prestatie, one.place) for one in loose)

    def remember(self, aanbieder: str, gemeente: str, line: EerdereRegel) -> None:
        """Remember one line, of whatever declaration."""
        one = line.prestatie
        self._references.add((aanbieder, one.referentienummer))
        key = (aanbieder, gemeente, one.referentienummer)
        if line.stand == AFGEKEURD:
            # A number that was used again is refused for it (TR314), and hides no line that stands.
            self._lines.setdefault(key, line)
            return
        known = self._lines.get(key)
        if known is not None and known.stand != AFGEKEURD:
            own, other = (line_of(aanbieder, gemeente, each.bsn, each.prestatie) for each in (line, known))
            if not unlike(own, other):
                return
            self.meldingen.append(two_lines(own, line.place, other, known.place))
        self._lines[key] = line
        self._counting.add((aanbieder, one.referentienummer))
        if one.debetcredit == CREDIT and one.vorig_referentienummer is not None:
            self._credited.add((aanbieder, gemeente, one.vorig_referentienummer))
        self._by_toewijzing.setdefault((aanbieder, gemeente, one.toewijzingnummer), []).append(line)

    def standing(self) -> Iterator[tuple[str, str, EerdereRegel]]:
        """Yield (aanbieder, gemeente, line) of every line that was granted or waits for its answer."""
        for (aanbieder, gemeente, _), lines in self._by_toewijzing.items():
            yield from ((aanbieder, gemeente, line) for line in lines)

    def refused(self) -> Iterator[tuple[str, str, EerdereRegel]]:
        """Yield (aanbieder, gemeente, line) of every line that an answer returned."""
        for (aanbieder, gemeente, _), line in self._lines.items():
            if line.stand == AFGEKEURD:
                yield aanbieder, gemeente, line

    def known(self, aanbieder: str, gemeente: str) -> Bekend:
        """See `History`."""
        return Bekend(None if self._onbekend else 0, self._months.get((aanbieder, gemeente), {}))

    def has_message(self, afzender: str, identificatie: str) -> bool:
        """See `History`."""
        return (afzender, identificatie) in self._messages

    def has_declaration(self, aanbieder: str, declaratienummer: str) -> bool:
        """See `History`."""
        return (aanbieder, declaratienummer) in self._declarations

    def has_reference(self, aanbieder: str, referentienummer: str) -> bool:
        """See `History`."""
        return (aanbieder, referentienummer) in self._references

    def last_period(self, aanbieder: str, gemeente: str) -> date | None:
        """See `History`."""
        return self._periods.get((aanbieder, gemeente))

    def line(self, aanbieder: str, gemeente: str, referentienummer: str) -> EerdereRegel | None:
        """See `History`."""
        return self._lines.get((aanbieder, gemeente, referentienummer))

    def credited(self, aanbieder: str, gemeente: str, referentienummer: str) -> bool:
        """See `History`."""
        return (aanbieder, gemeente, referentienummer) in self._credited

    def lines(self, aanbieder: str, gemeente: str, toewijzingnummer: int) -> Sequence[EerdereRegel]:
        """See `History`."""
        lines = self._by_toewijzing.get((aanbieder, gemeente, toewijzingnummer), ())
        return tuple(one for one in lines if self._counts(aanbieder, one))

    def _counts(self, aanbieder: str, line: EerdereRegel) -> bool:
        """Say whether a line is a debit, or undoes one that is here, under whatever gemeente: a number is an aanbieder's own."""
        one = line.prestatie
        return one.debetcredit != CREDIT or (aanbieder, one.vorig_referentienummer or "") in self._counting


def counts(history: History, aanbieder: str, gemeente: str, one: Prestatie) -> bool:
    """Say whether a line is a debit, or undoes one that the history knows and that was not refused."""
    if one.debetcredit != CREDIT:
        return True
    undone = history.line(aanbieder, gemeente, one.vorig_referentienummer or "")
    return undone is not None and undone.stand != AFGEKEURD
