"""Declarations from before a ledger, as their files tell them: each with its lines and what became of every line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, cast

from attrs import define, evolve, field, frozen

from mpj.engine.values import Declaratieregel
from mpj.ledger.schema import AFGEKEURD, PRESTATIE, REGISTRATIE, TOEGEKEND, VERBLIJF, VERZONDEN
from mpj.messages import read_jw325
from mpj.messages.answers import IN_ORDE, answered, contradicts_lines, key_of, refuses_whole
from mpj.messages.declaratie import RELEASE, XSD_VERSIE
from mpj.messages.values import Antwoordbericht, Declaratiebericht, Totaal, signed
from mpj.output.read import RegelReader
from mpj.protocol import MPJ_16, decode
from mpj.reading.faults import NOWHERE, Fault, Hears, InputError, Place
from mpj.reading.periods import last_day, month_of, month_text, parse_month
from mpj.reading.sources import Reading, find_sources
from mpj.records.prestaties import read_prestaties
from mpj.records.reader import read_registraties
from mpj.records.verblijf import read_verblijf
from mpj.verification.before import Answered, ReadAnswer, loose_answer, not_counted, paired, read_messages
from mpj.verification.earlier import Told, is_lines
from mpj.verification.lines import line_of, two_lines, unlike


@frozen
class TakenLine:
    """One line, and what became of it: toegekend, afgekeurd (with return codes) or verzonden, where nothing is known."""

    line: Declaratieregel
    status: str
    retourcodes: tuple[str, ...] = ()
    place: Place = NOWHERE
    """Where it stands."""


@frozen
class Taken:
    """One declaration of before the ledger."""

    aanbieder: str
    gemeente: str
    declaratienummer: str
    maand: int
    dagtekening: date
    """Of the message; of a line file alone the last day of its month."""
    identificatie: str | None
    """Of the message, None where only a line file is known."""
    release: str
    """Of the message, and the version of its schemas; of a line file or an old message (JW303) those that mpj makes."""
    xsd_versie: str
    antwoord: Antwoordbericht | None
    regels: Sequence[TakenLine]

    @property
    def answered(self) -> bool:
        """Whether nothing of it waits for an answer."""
        return all(one.status != VERZONDEN for one in self.regels)


def read_taken(paths: Iterable[str | Path], reading: Reading) -> list[Taken]:
    """Read what `mpj ledger begin --eerder` takes: ``declaratieregels.csv`` files, JW323 messages (or JW303, of before) and the
    JW325 (JW304) answers to them.

    A folder or zip may hold either, or be a whole output folder. A line of a message that also stands in a line file has the
    meaning that the file tells; a declaration of a line file alone, without an answer, was granted. A declaration that was refused
    as a whole counts as not sent. `reading` hears of that, of answers whose money contradicts, which answer nothing, or that
    answer no declaration given, and of files that were not read. Raises InputError for a file that is none of these, and where
    files tell a line of a declaration otherwise: which of them is right is not known.
    """
    report = reading.report or _unheard
    sources = find_sources(paths, (".csv", ".xml"), reading)
    told = _Files()
    for source in (one for one in sources if one.suffix != ".xml" and is_lines(one)):
        for line in RegelReader(MPJ_16).placed(source):
            told.add(line)
    pairs, loose = paired(read_messages((one for one in sources if one.suffix == ".xml"), reading))
    found = [*_of_messages(pairs, told, report), *_of_files(told, pairs, loose, report)]
    if told.faults:
        raise InputError(told.faults)
    for read, answer in loose:
        report(loose_answer(answer, read.bestand))
    return sorted((one for one in found if one.regels), key=lambda one: (one.maand, one.dagtekening, one.declaratienummer))


def _unheard(_: Fault) -> None:
    """Hear nothing."""


def read_answers(path: str | Path, reading: Reading) -> list[tuple[str, Antwoordbericht | InputError]]:
    """Read a JW325 file, or a folder or zip of them; in the place of one that cannot be read stands why."""
    found: list[tuple[str, Antwoordbericht | InputError]] = []
    for source in find_sources([path], (".xml",), reading):
        try:
            with source.open() as stream:
                found.append((source.naam, read_jw325(cast("BinaryIO", stream), source.naam)))
        except InputError as error:
            found.append((source.naam, error))
    return found


def read_names(paths: Iterable[str | Path], reading: Reading) -> Iterator[tuple[str, str]]:
    """Yield the soort and id of every record in these tables, each of one kind; raises InputError for another table."""
    how: Any = {"report": reading.report, "submappen": reading.submappen}
    for path in paths:
        yield from _names(path, how)


def _names(path: str | Path, how: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what `read_names` yields of one table: it is of the first kind whose columns it has."""
    kinds: Sequence[tuple[Callable[..., Iterable[Any]], str]] = ((read_prestaties, PRESTATIE), (read_registraties, REGISTRATIE))
    for read, soort in kinds:
        try:
            return [(soort, one.id) for one in read([path], **how)]
        except InputError as error:
            if any(fault.code != "kolom_ontbreekt" for fault in error.faults):
                raise
    return [(VERBLIJF, one.id) for one in read_verblijf([path], **how)]


_Key = tuple[str, str, str]


@define
class _Files:
    """The lines of line files, by aanbieder, declaration and number; `faults` has those that are told in two ways."""

    lines: dict[_Key, Told] = field(factory=dict)
    faults: list[Fault] = field(factory=list)

    def add(self, told: Told) -> None:
        """Take a line of a file."""
        if (known := self.lines.setdefault(_key(told[0]), told))[0] != told[0]:
            self.faults.append(_told_twice(told, known))

    def meant(self, told: Told) -> Told:
        """Return what the files tell of a line of a message: itself where they tell nothing."""
        known = self.lines.get(_key(told[0]), told)
        if unlike(told[0], known[0]):
            self.faults.append(_told_twice(told, known))
        return known


def _key(line: Declaratieregel) -> _Key:
    return line.aanbieder, line.declaratienummer, line.referentienummer


def _told_twice(told: Told, known: Told) -> Fault:
    return evolve(two_lines(*told, *known), code="eerder_dubbel", toelichting="dit nummer staat op twee regels", soort="fout")


def _of_messages(pairs: Iterable[Answered], told: _Files, report: Hears) -> Iterator[Taken]:
    for one in pairs:
        read, message, key = one.read, one.message, key_of(one.message)
        header, (answer, wrong) = message.header, one.counting()
        for fault in wrong:
            report(fault)
        if answer is not None and refuses_whole(answer):
            report(_refused(answer, message.declaratienummer))
            continue
        lines = [told.meant((line, read.place(line.referentienummer))) for line in _lines(message)]
        month, dated = month_of(message.periode.begindatum), message.dagtekening
        old = not header.xsdversie.bericht  # a JW303: nothing is written by its description
        if old and answer is None:
            report(_unanswered(message.declaratienummer))
        versions = (RELEASE, XSD_VERSIE) if old else (f"{header.berichtversie}.{header.berichtsubversie}", header.xsdversie.bericht)
        judged = _judged(lines, answer, VERZONDEN)
        yield Taken(key[0], key[1], message.declaratienummer, month, dated, key[2], *versions, answer, judged)


def _of_files(told: _Files, pairs: Iterable[Answered], loose: list[ReadAnswer], report: Hears) -> Iterator[Taken]:
    """Yield the declarations of which only a line file is known; an answer names one by its declaratienummer, and is `loose` no
    more.
    """
    known = {(one.message.header.afzender, one.message.declaratienummer) for one in pairs}
    found: dict[_Key, list[Told]] = {}
    for line, place in told.lines.values():
        if (line.aanbieder, line.declaratienummer) not in known:
            found.setdefault((line.aanbieder, line.gemeente, line.declaratienummer), []).append((line, place))
    for key, own in found.items():
        named = [one for one in loose if (body := one[1].antwoord) and (*answered(one[1])[:2], body.declaratienummer) == key]
        by, answer = named[0] if named else (None, None)
        loose[:] = [one for one in loose if one not in named[:1]]
        month, unanswered = parse_month(own[0][0].declaratieperiode), TOEGEKEND
        sent = {line.referentienummer: signed(line.bedrag_cent, line.debetcredit) for line, _ in own if line.in_bericht}
        if by is not None and answer is not None:
            wrong = contradicts_lines(answer, sent, Totaal.of(sum(sent.values())), last_day(month))
            if wrong is not None:
                report(not_counted(by, answer, wrong))
                answer, unanswered = None, VERZONDEN
        if answer is not None and refuses_whole(answer):
            report(_refused(answer, key[2]))
            continue
        yield Taken(*key, month, last_day(month), None, RELEASE, XSD_VERSIE, answer, _judged(own, answer, unanswered))


def _judged(lines: Iterable[Told], answer: Antwoordbericht | None, unanswered: str) -> list[TakenLine]:
    body = None if answer is None else answer.antwoord
    if body is None:
        return [TakenLine(line, unanswered, (), place) for line, place in lines]
    returned = {one.referentienummer: one.retourcodes for one in body.prestaties}
    return [
        TakenLine(line, TOEGEKEND, (), place)
        if (codes := returned.get(line.referentienummer)) is None
        else TakenLine(line, AFGEKEURD, tuple(code for code in codes if code != IN_ORDE), place)
        for line, place in lines
    ]


def _lines(message: Declaratiebericht) -> Iterator[Declaratieregel]:
    """Yield the lines of a message, with what the default scheme says of their codes."""
    month = month_text(month_of(message.periode.begindatum))
    for client in message.clienten:
        for one in client.prestaties:
            known = decode(MPJ_16, one.productcode)
            yield evolve(
                line_of(message.header.afzender, message.header.ontvanger, client.bsn, one),
                declaratienummer=message.declaratienummer,
                declaratieperiode=month,
                perceel=UNKNOWN,
                prestatiecode=known.prestatiecode if known else one.productcode,
                kwalificatieniveau=(known.kwalificatieniveau or "") if known else "",
            )


UNKNOWN = "?"
"""The perceel of a line of which only the message is known, until a run has the contract that says it."""


def _unanswered(nummer: str) -> Fault:
    text = "deze declaratie wacht op haar antwoord, en een JW304 is later niet te boeken"
    return Fault("oud_bericht", "", 0, f"declaratie {nummer}", "", "geef nu ook haar JW304", text, soort="waarschuwing")


def _refused(answer: Antwoordbericht, nummer: str) -> Fault:
    text = "deze declaratie is als geheel afgekeurd en geldt als niet verzonden: haar zorg is niet gedeclareerd"
    found = f"antwoord van {answer.header.afzender}"
    return Fault("eerder_afgekeurd", "", 0, f"declaratie {nummer}", found, "", text, soort="waarschuwing")
