"""What a given set of lines would have cost under another matrix: from the lines where that is exact, else from the trace.

The care stays as it was declared: which records count, and the limits of a toewijzing, are not judged again. Where line and trace
cannot tell, a line is refused with its reason and stays out of both totals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from itertools import groupby

from attrs import define

from mpj.contract import Contract, check_together
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.reading.faults import Fault, InputError
from mpj.reading.periods import month_of
from mpj.tariefkaart import Tariefkaarten, compile_tariefkaart
from mpj.workbench.reprice.trace import LineRefusedError, Repriced, recompute
from mpj.workbench.reprice.values import Bedragen, Herberekening, Sleutel, effects
from mpj.workbench.reprice.verdict import LINE, REFUSED, TRACE, Celpaar, Fate, Judge, rounds_again

_CARE_SETTINGS = ("registratiewijze", "bevestiging", "laatste_dag", "bij_overschrijding")


def reprice(
    regels: Iterable[Declaratieregel],
    herkomst: Iterable[Herkomst],
    oud: Sequence[Contract],
    nieuw: Sequence[Contract],
    *,
    prijspeil: date | None = None,
) -> Herberekening:
    """Return what `regels` would have cost under the contracts `nieuw` (docs/tariffs.md).

    `regels` are lines made under the contracts `oud`, `herkomst` their trace (of a run in memory, or as read from
    ``herkomst.csv``); both are read once, the trace only when some line needs it. With `prijspeil` every line gets the prices of
    that date, else those of its own month. Amounts are eurocents, credits count negative; groups only, no client. Raises
    InputError when a line is of none of the old contracts, or the contracts contradict each other.
    """
    for contracts in (oud, nieuw):
        check_together(contracts)
    left, right = (Tariefkaarten([compile_tariefkaart(contract) for contract in contracts]) for contracts in (oud, nieuw))
    run = _Run(Judge(left, right, prijspeil))
    run.read(regels)
    if run.held:
        run.trace(herkomst)
    return run.result(_settings_notes(oud, nieuw))


@define
class _Telling:
    """Lines of one kind counted together: an example, how many, their units and eurocents."""

    regel: Declaratieregel
    regels: int
    eenheden: int
    cent: int


class _Run:
    """One repricing: lines are read once and forgotten, but for those that need the trace."""

    def __init__(self, oordelen: Judge) -> None:
        self.oordelen = oordelen
        self.groups: dict[Sleutel, Bedragen] = {}
        self.shifts: dict[tuple[Sleutel, str | None], Bedragen] = {}
        self.months: dict[tuple[str, str], Bedragen] = {}
        self.dropped: dict[str, Bedragen] = {}
        self.refused: dict[str, Bedragen] = {}
        self.held: dict[str, tuple[Declaratieregel, Celpaar]] = {}
        self.counted: dict[tuple[object, ...], tuple[Fate, _Telling]] = {}
        self.other_price = 0
        self.unknown: dict[str, int] = {}

    def read(self, regels: Iterable[Declaratieregel]) -> None:
        """Judge every line; what is linear in its units is only counted, per kind of line."""
        for line in regels:
            if not self.oordelen.knows(line.contract):
                self.unknown[line.contract] = self.unknown.get(line.contract, 0) + 1
                continue
            verdict = self.oordelen.judge(line)
            if verdict.soort == TRACE:
                assert verdict.pair is not None
                self.held[line.referentienummer] = (line, verdict.pair)
            elif verdict.unrounded:
                self._settle(verdict, _Telling(line, 1, line.volume, line.bedrag_cent))
            else:
                self._count(verdict, line)
        if self.unknown:
            names = ", ".join(f"{name or '(leeg)'} ({count} regels)" for name, count in sorted(self.unknown.items()))
            text = "de regels horen bij contracten die niet bij `oud` zijn genoemd"
            raise InputError(Fault("contract_onbekend", kolom="contract", gevonden=names, toelichting=text))
        for verdict, telling in self.counted.values():
            self._settle(verdict, telling)

    def _count(self, verdict: Fate, line: Declaratieregel) -> None:
        key = id(verdict), line.debetcredit, line.tarief_cent, line.contract, month_of(line.begindatum)
        found = self.counted.get(key)
        if found is None:
            self.counted[key] = (verdict, _Telling(line, 1, line.volume, line.bedrag_cent))
            return
        telling = found[1]
        telling.regels += 1
        telling.eenheden += line.volume
        telling.cent += line.bedrag_cent

    def _settle(self, verdict: Fate, telling: _Telling) -> None:
        """Book lines of one kind, which need no trace."""
        line, units, old = telling.regel, telling.eenheden, telling.cent
        if verdict.soort == REFUSED:
            self._refuse(line, verdict.reden, telling)
            return
        if verdict.soort != LINE:
            self._drop(line, verdict.reden, units, old, lines=telling.regels)
            return
        pair = verdict.pair
        assert pair is not None
        prijzen = pair.prijzen(line.kwalificatieniveau, verdict.niveau, unrounded=verdict.unrounded)
        new = prijzen.amount(prijzen.nieuw_niveau_nieuw, units)
        parts = effects(prijzen, verdict.niveau == line.kwalificatieniveau, old, units, new)
        self._check_price(line, pair, telling.regels)
        self._book(line, verdict.niveau, units, old, new, parts, lines=telling.regels)

    def _check_price(self, line: Declaratieregel, pair: Celpaar, lines: int = 1) -> None:
        self.other_price += lines * (pair.old_price(line.kwalificatieniveau) != line.tarief_cent)

    def trace(self, rows: Iterable[Herkomst]) -> None:
        """Reprice the lines that wait, from the rows of the trace that are theirs."""
        own: dict[str, list[Herkomst]] = {}
        for row in rows:
            if row.referentienummer in self.held:
                own.setdefault(row.referentienummer, []).append(row)
        groups: dict[tuple[object, ...], list[tuple[Declaratieregel, Celpaar]]] = {}
        for line, pair in self.held.values():
            toewijzing = line.debetcredit, line.aanbieder, line.gemeente, line.toewijzingnummer, month_of(line.begindatum)
            key = (*toewijzing, line.contract, line.perceel, line.zorgcode, pair.soort_oud, line.eenheid)
            groups.setdefault(key, []).append((line, pair))
        for members in groups.values():
            lines, pair = [line for line, _ in members], members[0][1]
            found = [row for line in lines for row in own.get(line.referentienummer, ())]
            unrounded = lines[0].eenheid in pair.normtijd_oud.ongerond
            try:
                again = pair.rounded and rounds_again(pair, unrounded=unrounded)
                parts = recompute(pair, lines, found, again=again)
            except LineRefusedError as error:
                for line in lines:
                    self._refuse(line, str(error), _Telling(line, 1, line.volume, line.bedrag_cent))
                continue
            for line in lines:
                self._check_price(line, pair)
            self._book_parts(pair, parts, unrounded=unrounded)

    def _book_parts(self, pair: Celpaar, parts: list[Repriced], *, unrounded: bool) -> None:
        def kind(part: Repriced) -> tuple[str, bool, str, str]:
            return part.regel.referentienummer, part.niveau is None, part.niveau or "", part.reden

        counted: set[str] = set()
        for (number, gone, niveau, reden), group in groupby(sorted(parts, key=kind), key=kind):
            members = list(group)
            line = members[0].regel
            units, old = sum(part.behind.aantal_eenheden for part in members), sum(part.behind.bedrag_cent for part in members)
            first = number not in counted
            counted.add(number)
            if gone:
                self._drop(line, reden, units, old, lines=int(first))
                continue
            new = sum(part.cent for part in members)
            prijzen = pair.prijzen(line.kwalificatieniveau, niveau, unrounded=unrounded)
            parts_of = effects(prijzen, niveau == line.kwalificatieniveau, old, units, new)
            self._book(line, niveau, units, old, new, parts_of, lines=int(first))

    def _book(
        self, line: Declaratieregel, niveau: str, units: int, old: int, new: int, parts: tuple[int, int, int], *, lines: int
    ) -> None:
        sign = 1 if line.debetcredit == "D" else -1
        price, level, unit = (sign * part for part in parts)
        booked = Bedragen(lines, sign * self._volume(line, units), sign * old, sign * new, price, level, unit, 0)
        self._add(line, niveau, booked)

    def _drop(self, line: Declaratieregel, reden: str, units: int, old: int, *, lines: int) -> None:
        sign = 1 if line.debetcredit == "D" else -1
        booked = Bedragen(lines, sign * self._volume(line, units), sign * old, 0, 0, 0, 0, -sign * old)
        self._add(line, None, booked)
        self.dropped.setdefault(reden, Bedragen()).add(booked)

    def _refuse(self, line: Declaratieregel, reden: str, telling: _Telling) -> None:
        sign = 1 if line.debetcredit == "D" else -1
        booked = Bedragen(telling.regels, sign * self._volume(line, telling.eenheden), sign * telling.cent)
        self.refused.setdefault(reden, Bedragen()).add(booked)

    def _add(self, line: Declaratieregel, niveau: str | None, booked: Bedragen) -> None:
        key = Sleutel(line.gemeente, line.perceel, line.zorgcode, line.kwalificatieniveau)
        self.groups.setdefault(key, Bedragen()).add(booked)
        self.shifts.setdefault((key, niveau), Bedragen()).add(booked)
        self.months.setdefault((line.contract, f"{line.begindatum:%Y-%m}"), Bedragen()).add(booked)

    def _volume(self, line: Declaratieregel, units: int) -> Fraction:
        """Return `units` in normed units: hours that are declared in minutes are parts of an hour."""
        normtijd = self.oordelen.protocol.normtijden[line.normtijd]
        return Fraction(units, normtijd.minuten) if line.eenheid in normtijd.ongerond else Fraction(units)

    def result(self, notes: list[Fault]) -> Herberekening:
        if self.other_price:
            text = "regels met een andere prijs dan de cel van het oude contract; hun eigen bedrag telt als oud"
            notes.append(
                Fault("prijs_wijkt_af", kolom="tarief_cent", gevonden=str(self.other_price), toelichting=text, soort="waarschuwing")
            )
        return Herberekening(self.groups, self.shifts, self.dropped, self.refused, tuple(notes), len(self.held), self.months)


def _settings_notes(oud: Sequence[Contract], nieuw: Sequence[Contract]) -> list[Fault]:
    """Return warnings about settings that decide which care counts: repricing does not judge that again."""
    notes: list[Fault] = []
    for name in _CARE_SETTINGS:
        left, right = ({str(getattr(contract, name)) for contract in contracts} for contracts in (oud, nieuw))
        if left != right:
            text = f"{name} verschilt; welke zorg telt, wordt niet opnieuw beoordeeld"
            values = ", ".join(sorted(left)), ", ".join(sorted(right))
            notes.append(Fault("instelling_verschilt", "", 0, name, values[1], values[0], text, "waarschuwing"))
    return notes
