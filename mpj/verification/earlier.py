"""Earlier declarations as lines, from line files and from messages with their answers, for a run without a ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from mpj.engine.values import Declaratieregel
from mpj.messages.values import DEBET
from mpj.output.read import RegelReader
from mpj.output.shape import REGELS
from mpj.protocol import MPJ_16, Protocol
from mpj.reading.faults import Fault, Hears, Place
from mpj.reading.sources import Reading, Source, find_sources
from mpj.verification.before import read_messages
from mpj.verification.history import MemoryHistory
from mpj.verification.lines import line_of, loose_credit, two_lines, unlike

Told = tuple[Declaratieregel, Place]
"""A line, and where it stands."""


def read_earlier(
    paths: Iterable[str | Path],
    *,
    protocol: Protocol = MPJ_16,
    hashes: dict[str, str] | None = None,
    report: Hears | None = None,
    submappen: bool = False,
) -> list[Declaratieregel]:
    """Read earlier lines from ``declaratieregels.csv`` files and messages (JW323, or JW303 of before); answers (JW325, JW304) drop
    what was refused.

    A folder or zip may hold either, or a whole output folder: then its line file is read and its other tables are passed over.
    A line that comes twice, from a line file and a message, counts once; different lines under one number all count, and are told.
    Lines from messages know no contract, perceel, prestatiecode or level. `protocol` is the one that they were made under.
    `report` hears of files that were not read (those in sub-folders count with `submappen`), of answers that contradict, which
    answer nothing; and of credits that undo no line that counts here: they take nothing away.
    SHA-256 of the files go to `hashes`. Raises InputError for a file that is none of these.
    """
    reading = Reading(report, hashes, submappen=submappen)
    sources = find_sources(paths, (".csv", ".xml"), reading)
    tables = [source for source in sources if source.suffix != ".xml" and is_lines(source)]
    messages = [source for source in sources if source.suffix == ".xml"]
    found: dict[tuple[str, str], list[Told]] = {}
    declared: list[Told] = []

    def is_new(told: Told) -> bool:
        """Say whether no line file has told this line; that it told another one under its number is said."""
        line, _ = told
        own = found.get((line.aanbieder, line.referentienummer), [])
        if not all(unlike(line, other) for other, _ in own):
            return False
        if own:
            reading.tell([two_lines(*told, *own[-1])])
        return True

    reader = RegelReader(protocol)
    for told in filter(is_new, chain.from_iterable(reader.placed(source, hashes) for source in tables)):
        found.setdefault((told[0].aanbieder, told[0].referentienummer), []).append(told)
    if messages:
        history = MemoryHistory.of(read_messages(messages, reading))
        reading.tell(history.meldingen)
        refused = {(aanbieder, line.prestatie.referentienummer) for aanbieder, _, line in history.refused()}
        found = {key: own for key, own in found.items() if key not in refused}
        lines = ((line_of(by, to, one.bsn, one.prestatie), one.place) for by, to, one in history.standing())
        declared += filter(is_new, lines)
    return list(_counting([*chain.from_iterable(found.values()), *declared], reading.tell))


def _counting(told: Sequence[Told], tell: Callable[[Iterable[Fault]], None]) -> Iterator[Declaratieregel]:
    """Yield the lines without the credits of what is not among them: what they undo does not count, so they take nothing away."""
    debits = {(line.aanbieder, line.referentienummer) for line, _ in told if line.debetcredit == DEBET}
    for line, place in told:
        if line.debetcredit == DEBET or (line.aanbieder, line.vorig_referentienummer) in debits:
            yield line
        else:
            tell([loose_credit(line, place)])


def is_lines(source: Source) -> bool:
    """Say whether a table is meant: one that was named itself, or the line file of an output folder or zip."""
    return "/" not in source.naam or source.naam.endswith(f"/{REGELS.file}")
