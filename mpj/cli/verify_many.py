"""`mpj verify` with several messages: in order of aanbieder, month and dagtekening, each held against those before it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mpj.cli.common import Progress, ledger_to_write, show_fault, today
from mpj.cli.screen import say, show_report

if TYPE_CHECKING:
    from mpj.cli.verify import VerifyOptions
    from mpj.reading.faults import Fault
    from mpj.reading.sources import Digests, Source
    from mpj.verification import Basis, Verificatie
    from mpj.verification.many import Uitslag, Uitslagen
    from mpj.verification.sequence import Head, Judge, Judged

_MANY = 50
"""From so many messages on all cores are used."""


def verify_many(
    asked: VerifyOptions, sources: Sequence[Source], folder: Path, progress: Progress, namen: Mapping[str, str]
) -> tuple[Uitslagen, tuple[Fault, ...]]:
    """Verify every message and write what came of it into `folder`; returns that, and the faults of all messages.

    `namen` stand beside codes. A message that cannot be read, or is the wrong file, is a row, not the end. Raises InputError where
    none could be judged. A ledger remembers all of them, once every file is written.
    """
    from mpj.cli.verify import given
    from mpj.reading.faults import InputError
    from mpj.reading.sources import Digests
    from mpj.verification import Basis
    from mpj.verification.besluiten import unmet
    from mpj.verification.many import write_many
    from mpj.verification.sequence import heads_of, parties_of

    invoer = Digests()
    heads = heads_of(sources)
    faults: list[Fault] = []
    contracten, toewijzingen, settings = given(asked, invoer, progress)
    basis = Basis(contracten, toewijzingen, partijen=parties_of(heads))
    with ExitStack() as kept:
        if asked.ledger is None:
            judge = _judge(asked, basis, settings, faults, sources)
        else:
            judge = _judge_with(asked, kept, basis, settings, sources)
        met = set[Any]()
        found = _heard(_judged(heads, judge, _processes(asked, heads), progress.step("berichten")), faults, invoer, met)
        overzicht = write_many(
            found, folder, ontvangen=asked.ontvangen, invoer=invoer, niet_gelezen=asked.niet_gelezen, namen=namen
        )
        if not overzicht.samenvattingen:
            raise InputError(faults)
        _write_pages(overzicht, asked, folder, namen)
    return overzicht, (*faults, *unmet(settings["onbeoordeeld"], met))


def _processes(asked: VerifyOptions, heads: Sequence[Head]) -> int:
    """Return how many processes judge: one with a ledger, which books one message after the other, and for a few messages."""
    if asked.ledger is not None:
        return 1
    return asked.processen or ((os.cpu_count() or 1) if len(heads) >= _MANY else 1)


def _heard(found: Iterable[Judged], faults: list[Fault], invoer: Digests, met: set[Any]) -> Iterator[Uitslag]:
    """Yield what comes of the messages; their faults, the SHA-256 of their files and the decisions that were used are kept."""
    from mpj.verification.sequence import tell_once

    for one in found:
        tell_once(faults, one.faults)
        invoer.note(one.hashes)
        met |= one.besluiten
        yield one.uitslag


def show(overzicht: Uitslagen, faults: Iterable[Fault], asked: VerifyOptions, namen: Mapping[str, str]) -> None:
    """Show the faults, the findings where they go to a program, and the overview: its totals, and the first rows of its tables."""
    from attrs import evolve

    from mpj.cli.verify import show_findings
    from mpj.presentation.report import Part, Table
    from mpj.verification.overzicht import report
    from mpj.verification.texts import Texts

    for fault in faults:
        show_fault(fault, asked.meldingen)
    if asked.meldingen == "json":
        show_findings(asked.out)
    whole = report(overzicht, asked.taal, asked.dagtekening or today(), namen)
    rest = ("zie overzicht.html",) if asked.taal == "nl" else ("see overzicht.html", "The first {most} of {all}; {rest}.")
    parts: list[Part] = [part.first(10, *rest) if isinstance(part, Table) else part for part in whole.parts]
    parts.append(Texts(asked.taal, ()).sentence("scherm.geschreven", map=str(asked.out)))
    say()
    show_report(evolve(whole, parts=tuple(parts)))


def _write_pages(overzicht: Uitslagen, asked: VerifyOptions, folder: Path, namen: Mapping[str, str]) -> None:
    from mpj.presentation.files import write_report
    from mpj.verification.overzicht import report, table

    page = report(overzicht, asked.taal, asked.dagtekening or today(), namen)
    write_report(folder, "overzicht", page, {"overzicht": table(overzicht, asked.taal)})


def _judged(heads: Sequence[Head], judge: Judge, processen: int, step: Callable[[int, int], None] | None) -> Iterator[Judged]:
    """Yield what comes of every message, in their order: those of one aanbieder after each other, of several at once."""
    from itertools import groupby

    from mpj.executors.forked import in_order
    from mpj.verification.sequence import judged_one

    groups = [list(own) for _, own in groupby(heads, lambda one: None if one.kop is None else one.kop.header.afzender)]

    def work(number: int) -> list[Judged]:
        return [judged_one(head, judge) for head in groups[number]]

    done = 0
    if processen == 1 or len(groups) == 1:
        parts: Iterator[Iterable[Judged]] = ((judged_one(head, judge),) for head in heads)
    else:
        parts = iter(in_order(work, [len(group) for group in groups], processen))
    for part in parts:
        for found in part:
            done += 1
            if step is not None:
                step(done, len(heads))
            yield found


def _judge(
    asked: VerifyOptions, basis: Basis, settings: Mapping[str, Any], faults: list[Fault], verified: Sequence[Source]
) -> Judge:
    """Return how a message is verified against the earlier messages in files and those of this run that came before it.

    `faults` gets what of the earlier messages does not count.
    """
    from mpj.cli.verify import earlier_history
    from mpj.verification.sequence import judge_by

    history = earlier_history(asked, settings["invoer"], verified)
    faults += history.meldingen
    return judge_by(basis, history, dagtekening=asked.dagtekening or today(), **settings)


def _judge_with(
    asked: VerifyOptions, kept: ExitStack, basis: Basis, settings: Mapping[str, Any], verified: Sequence[Source]
) -> Judge:
    """Return how a message is verified with a ledger, which takes over the earlier messages in files beside the first."""
    from mpj.cli.verify import earlier_messages

    ledger: Any = kept.enter_context(ledger_to_write(cast("str", asked.ledger), asked.meldingen))
    receive: Any = kept.enter_context(ledger.receiving(basis, proef=asked.proef))
    earlier = earlier_messages(asked, settings["invoer"], verified)
    told: dict[str, Any] = {"op": today(), "dagtekening": asked.dagtekening, "proef": asked.proef, "vervang": asked.force}

    def judge(message: Any) -> Verificatie:
        found: Verificatie = receive(message, eerder=earlier, **told, **settings)
        earlier.clear()
        return found

    return judge
