"""What a run asks before it moves care that nobody touched: records that are absent, and ids that come back with another client."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from mpj.engine.outcome import Result
from mpj.engine.values import Declaratieregel
from mpj.ledger.decide import Bewegingsoort, Decision, Move
from mpj.ledger.gather import Gathered
from mpj.ledger.input import Ledgeropdracht
from mpj.ledger.intake import Naam, Reused
from mpj.ledger.schema import CONCEPT, TOEGEKEND, VERZONDEN
from mpj.reading.faults import Fault
from mpj.reading.periods import month_of, month_text

_BRON = (
    "komen deze bestanden uit verschillende bronnen, geef dan elke bron een eigen naam met `bron` in haar profiel, "
    "behalve die waarvan al is gedeclareerd"
)


def asks(gathered: Gathered, result: Result, asked: Ledgeropdracht, *, new: bool) -> tuple[list[Decision], list[Fault]]:
    """Return what has to be decided of the records of a run, and warnings of what is corrected by itself.

    A `new` ledger asks about care from before the month of the run.
    """
    whole = _whole(gathered)
    rest = [one for one in gathered.reused if one.naam not in set().union(*whole)]
    reused, corrected = ([one.naam for one in rest if one.alike is alike] for alike in (False, True))
    decisions = list(_decisions(gathered, result, asked.volledig_vanaf, whole, reused))
    return decisions + (list(_from_before(result, asked.periode)) if new else []), list(_corrections(gathered, result, corrected))


def _decisions(
    gathered: Gathered, result: Result, volledig_vanaf: str | None, whole: Sequence[Sequence[Naam]], reused: Sequence[Naam]
) -> Iterator[Decision]:
    if gathered.absent:
        yield Decision("volledig_vanaf", tuple(_gone(gathered, gathered.absent)), _told_absent(gathered, volledig_vanaf))
    for names in whole:
        text = f"{_carried(names, result)}, alles wat van één cliënt bekend is: hetzelfde id, en een andere cliënt; {_BRON}"
        yield Decision("bsn_gewijzigd", tuple(_moves(gathered, names, result)), text)
    if reused:
        text = (
            f"{_carried(reused, result)}: hetzelfde id, een andere cliënt en een andere inhoud; wat er was zou vervallen; {_BRON}"
        )
        yield Decision("id_hergebruikt", tuple(_moves(gathered, reused, result)), text)


def _corrections(gathered: Gathered, result: Result, names: Sequence[Naam]) -> Iterator[Fault]:
    if names:
        text = f"{_carried(names, result)}: een andere cliënt, dezelfde datum, minuten en medewerker; dat geldt als correctie"
        told = Decision("id_hergebruikt", tuple(_moves(gathered, names, result)), text).told()
        yield Fault("andere_client", toelichting=told, soort="waarschuwing")


def _whole(gathered: Gathered) -> list[list[Naam]]:
    """Return, for each client of whom two ids or more and no others came back with one other client, those ids."""
    own: dict[int, list[Reused]] = {}
    for one in gathered.reused:
        own.setdefault(one.before.client_id, []).append(one)
    return sorted(
        sorted(one.naam for one in moved)
        for client, moved in own.items()
        if client in gathered.emptied and len(moved) > 1 and len({one.client_id for one in moved}) == 1
    )


def _gone(gathered: Gathered, names: Collection[Naam]) -> Iterator[Move]:
    """Yield what these records carried before the run."""
    lines: dict[str, tuple[Declaratieregel, str, int]] = {}
    for one in (one for name in sorted(names) for one in gathered.before.get(name, ())):
        _, _, cents = lines.get(one.line.referentienummer, (None, "", 0))
        lines[one.line.referentienummer] = one.line, one.status, cents + one.cent
    for _, (line, status, cents) in sorted(lines.items()):
        yield Move.of(line, "vervallen_concept" if status == CONCEPT else "correctie", credit=cents)


def _moves(gathered: Gathered, names: Collection[Naam], result: Result) -> Iterator[Move]:
    """Yield what these records carried, and what they carry in the new lines of a run."""
    yield from _gone(gathered, names)
    wanted, cents = set(names), dict[str, int]()
    for trace in result.herkomst:
        if (trace.soort, trace.bron) in wanted:
            cents[trace.referentienummer] = cents.get(trace.referentienummer, 0) + trace.bedrag_cent
    for line in result.regels:
        if line.debetcredit == "D" and line.referentienummer in cents:
            late: Bewegingsoort = "nalevering" if line.begindatum.isoformat()[:7] < line.declaratieperiode else "nieuw"
            yield Move.of(line, late, debet=cents[line.referentienummer])


def _told_absent(gathered: Gathered, volledig_vanaf: str | None) -> str:
    from mpj.presentation.words import euros

    cents: dict[str, int] = {}
    for one in (one for name in gathered.absent for one in gathered.before.get(name, ())):
        cents[one.status] = cents.get(one.status, 0) + one.cent
    text = (
        f"{len(gathered.absent)} registraties, verblijven of prestaties ontbreken sinds {volledig_vanaf} en zouden "
        f"worden ingetrokken: {euros(cents.get(TOEGEKEND, 0))} aan toegekende zorg"
    )
    waiting = cents.get(VERZONDEN, 0)
    return text + (f", en {euros(waiting)} zodra er antwoord op is" if waiting else "")


def _from_before(result: Result, periode: str) -> Iterator[Decision]:
    """Yield what a new ledger would declare of care from before the month of its first run: was that declared elsewhere?"""
    moves = [
        Move.of(line, "nalevering", debet=line.bedrag_cent)
        for line in result.regels
        if month_text(month_of(line.begindatum)) < periode
    ]
    text = (
        f"dit ledger is nieuw, en deze zorg is van voor {periode}. Is zij elders gedeclareerd? "
        f"Dan eerst: mpj ledger begin --vanaf {periode} --eerder BESTAND"
    )
    if moves:
        yield Decision("nieuw_ledger", tuple(moves), text)


def _carried(names: Collection[Naam], result: Result) -> str:
    """Count records that went to another client, and tell what of them is no line yet: it waits on a line of the first."""
    from mpj.presentation.words import euros

    cents = [row.geschat_cent or 0 for row in result.uitval if row.reden == "wacht_op_antwoord" and (row.soort, row.bron) in names]
    if not cents:
        return _records(names)
    return f"{_records(names)} (naar schatting {euros(sum(cents))} volgt zodra er antwoord is)"


def _records(names: Collection[Naam]) -> str:
    from mpj.presentation import words

    return words.counted(len(names), "registratie, verblijf of prestatie")
