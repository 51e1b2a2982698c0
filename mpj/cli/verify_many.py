"""`mpj verify` with several messages: in order of aanbieder, month and dagtekening, each held against those before it."""

from __future__ import annotations

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
        found = _judged(heads, judge, faults, invoer, progress.step("berichten"))
        overzicht = write_many(found, folder, ontvangen=asked.ontvangen, invoer=invoer)
        if not overzicht.samenvattingen:
            raise InputError(faults)
        _write_pages(overzicht, asked, folder)
    return overzicht, tuple(faults)


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


def _judged(
    heads: Sequence[Kop], judge: Judge, faults: list[Fault], invoer: dict[str, str], step: Callable[[int, int], None] | None
) -> Iterator[Uitslag]:
    """Yield what comes of every message; the faults of those that were not judged go to `faults`."""
    from attrs import evolve

    from mpj.messages import read_jw323
    from mpj.reading.faults import InputError
    from mpj.verification.many import GEWEIGERD, ONLEESBAAR, VERKEERD_BESTAND, Uitslag

    for number, (source, kop, wrong) in enumerate(heads, 1):
        if step is not None:
            step(number, len(heads))
        if wrong:
            faults += wrong
            yield Uitslag(source.naam)
            continue
        outcome = ONLEESBAAR
        try:
            with source.open() as stream:
                message = read_jw323(cast("BinaryIO", stream), source.naam)
                invoer[source.naam] = stream.sha256()
            outcome = GEWEIGERD
            found = judge(message)
        except InputError as error:
            faults += [evolve(fault, bestand=fault.bestand or source.naam) for fault in error.faults]
            if error.faults[0].code == VERKEERD_BESTAND:
                outcome = VERKEERD_BESTAND
            yield Uitslag(source.naam, kop, outcome)
            continue
        faults += found.meldingen
        yield Uitslag(source.naam, kop, found.samenvatting["uitkomst"], found, message)


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
