"""`mpj verify` with several messages: in order of aanbieder, month and dagtekening, each held against those before it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from mpj.cli.common import Progress, ledger_to_write, show_fault, today
from mpj.cli.screen import say

if TYPE_CHECKING:
    from mpj.cli.verify import VerifyOptions
    from mpj.messages.values import Declaratiekop
    from mpj.reading.faults import Fault
    from mpj.reading.sources import Source
    from mpj.verification import Basis, MemoryHistory, Verificatie
    from mpj.verification.many import Uitslag, Uitslagen

    Kop = tuple[Source, Declaratiekop | None, tuple[Fault, ...]]
    Judge = Callable[[Any], Verificatie]
    Judged = tuple[Uitslag, tuple[Fault, ...], dict[str, str]]

_MANY = 50
"""From so many messages on all cores are used."""


def verify_many(
    asked: VerifyOptions, sources: Sequence[Source], folder: Path, progress: Progress
) -> tuple[Uitslagen, tuple[Fault, ...]]:
    """Verify every message and write what came of it into `folder`; returns that, and the faults of all messages.

    A message that cannot be read, or is the wrong file, is a row and not the end. Raises InputError where none could be judged. A
    ledger remembers all of them, once every file is written.
    """
    from mpj.cli.verify import given
    from mpj.reading.faults import InputError
    from mpj.verification import Basis
    from mpj.verification.many import write_many

    invoer: dict[str, str] = {}
    heads = sorted(map(_head, sources), key=_order)
    faults: list[Fault] = []
    known = {(kop.header.afzender, kop.header.ontvanger) for _, kop, _ in heads if kop is not None}
    contracten, toewijzingen, settings = given(asked, invoer, progress)
    basis = Basis(contracten, toewijzingen, partijen=known)
    with ExitStack() as kept:
        judge = _judge(asked, basis, settings) if asked.ledger is None else _judge_with(asked, kept, basis, settings)
        found = _heard(_judged(heads, judge, _processes(asked, heads), progress.step("berichten")), faults, invoer)
        overzicht = write_many(found, folder, ontvangen=asked.ontvangen, invoer=invoer)
        if not overzicht.samenvattingen:
            raise InputError(faults)
        _write_pages(overzicht, asked, folder)
    return overzicht, tuple(faults)


def _processes(asked: VerifyOptions, heads: Sequence[Kop]) -> int:
    """Return how many processes judge: one with a ledger, which books one message after the other, and for a few messages."""
    if asked.ledger is not None:
        return 1
    return asked.processen or ((os.cpu_count() or 1) if len(heads) >= _MANY else 1)


def _heard(found: Iterable[Judged], faults: list[Fault], invoer: dict[str, str]) -> Iterator[Uitslag]:
    """Yield what comes of the messages; their faults and the SHA-256 of their files are kept."""
    for outcome, own, hashes in found:
        faults += own
        invoer |= hashes
        yield outcome


def show(overzicht: Uitslagen, faults: Iterable[Fault], asked: VerifyOptions) -> None:
    """Show the faults, the findings where they go to a program, and the overview: its totals, and the first rows of its tables."""
    from attrs import evolve

    from mpj.cli.verify import show_findings
    from mpj.presentation import terminal
    from mpj.presentation.report import Part, Table
    from mpj.verification.overzicht import report
    from mpj.verification.texts import Texts

    for fault in faults:
        show_fault(fault, asked.meldingen)
    if asked.meldingen == "json":
        show_findings(asked.out)
    whole = report(overzicht, asked.taal, asked.dagtekening or today())
    rest = ("zie overzicht.html",) if asked.taal == "nl" else ("see overzicht.html", "The first {most} of {all}; {rest}.")
    parts: list[Part] = [part.first(10, *rest) if isinstance(part, Table) else part for part in whole.parts]
    parts.append(Texts(asked.taal, ()).sentence("scherm.geschreven", map=str(asked.out)))
    say()
    terminal.show(evolve(whole, parts=tuple(parts)))


def _write_pages(overzicht: Uitslagen, asked: VerifyOptions, folder: Path) -> None:
    from mpj.presentation import csv, html, xlsx
    from mpj.verification.overzicht import report, table

    page = report(overzicht, asked.taal, asked.dagtekening or today())
    csv.write(folder / "overzicht.csv", table(overzicht, asked.taal))
    (folder / "overzicht.html").write_text(html.page(page), "utf-8", newline="\n")
    xlsx.write(folder / "overzicht.xlsx", page)


def _head(source: Source) -> Kop:
    """Read the head of a message, or why it cannot be read."""
    from mpj.messages import iter_jw323
    from mpj.messages.values import Declaratiekop
    from mpj.reading.faults import InputError

    try:
        with source.open() as stream:
            head = next(iter_jw323(cast("BinaryIO", stream), source.naam))
    except InputError as error:
        return source, None, tuple(error.faults)
    assert isinstance(head, Declaratiekop)
    return source, head, ()


def _order(one: Kop) -> tuple[Any, ...]:
    """Return the place of a message in the order: aanbieder, month, dagtekening; those that cannot be read come last."""
    source, kop, _ = one
    if kop is None:
        return 1, source.naam
    header = kop.header
    dated = header.identificatie.dagtekening
    return 0, header.afzender, kop.periode.begindatum, dated, header.ontvanger, kop.declaratienummer, source.naam


def _judged(heads: Sequence[Kop], judge: Judge, processen: int, step: Callable[[int, int], None] | None) -> Iterator[Judged]:
    """Yield what comes of every message, in their order: those of one aanbieder after each other, of several at once."""
    from itertools import groupby

    from mpj.executors.forked import in_order

    groups = [list(own) for _, own in groupby(heads, lambda one: None if one[1] is None else one[1].header.afzender)]

    def work(number: int) -> list[Judged]:
        return [_one(head, judge) for head in groups[number]]

    done = 0
    if processen == 1 or len(groups) == 1:
        parts: Iterator[Iterable[Judged]] = ((_one(head, judge),) for head in heads)
    else:
        parts = iter(in_order(work, [len(group) for group in groups], processen))
    for part in parts:
        for found in part:
            done += 1
            if step is not None:
                step(done, len(heads))
            yield found


def _one(head: Kop, judge: Judge) -> Judged:
    """Return what comes of a message, its faults, and the SHA-256 of its file."""
    from attrs import evolve

    from mpj.messages import read_jw323
    from mpj.reading.faults import InputError
    from mpj.verification.many import GEWEIGERD, ONLEESBAAR, VERKEERD_BESTAND, Uitslag

    source, kop, wrong = head
    if wrong:
        return Uitslag(source.naam), wrong, {}
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
        return Uitslag(source.naam, kop, outcome), faults, hashes
    return Uitslag(source.naam, kop, found.samenvatting["uitkomst"], found, message), tuple(found.meldingen), hashes


def _judge(asked: VerifyOptions, basis: Basis, settings: Mapping[str, Any]) -> Judge:
    """Return how a message is verified against the earlier messages in files and those of this run that came before it."""
    from mpj.verification import Toetsing
    from mpj.verification.verification import judged

    history = _earlier(asked, settings["invoer"])
    received: date = asked.dagtekening or today()

    def judge(message: Any) -> Verificatie:
        found = judged(Toetsing(message, basis, dagtekening=received, history=history, **settings))
        history.add(message, found.antwoord)
        return found

    return judge


def _earlier(asked: VerifyOptions, hashes: dict[str, str]) -> MemoryHistory:
    from mpj.verification import MemoryHistory

    if not asked.eerder:
        return MemoryHistory(onbekend=True)
    return MemoryHistory.read(asked.eerder, hashes=hashes, reading=asked.reading)


def _judge_with(asked: VerifyOptions, kept: ExitStack, basis: Basis, settings: Mapping[str, Any]) -> Judge:
    """Return how a message is verified with a ledger, which takes over the earlier messages in files beside the first."""
    from mpj.cli.verify import earlier_messages

    ledger: Any = kept.enter_context(ledger_to_write(cast("str", asked.ledger), asked.meldingen))
    receive: Any = kept.enter_context(ledger.receiving(basis, proef=asked.proef))
    earlier = earlier_messages(asked, settings["invoer"])
    told: dict[str, Any] = {"op": today(), "dagtekening": asked.dagtekening, "proef": asked.proef, "vervang": asked.force}

    def judge(message: Any) -> Verificatie:
        found: Verificatie = receive(message, eerder=earlier, **told, **settings)
        earlier.clear()
        return found

    return judge
