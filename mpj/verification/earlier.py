"""Earlier declarations as lines, from line files and from messages with their answers, for a run without a ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path

from mpj.engine.values import Declaratieregel
from mpj.messages.values import DEBET, Prestatie
from mpj.output import read_regels
from mpj.output.shape import REGELS
from mpj.protocol import MPJ_16, Protocol
from mpj.reading.faults import Fault
from mpj.reading.periods import month_of, month_text
from mpj.reading.sources import Reading, Source, find_sources
from mpj.verification.history import EerdereRegel, MemoryHistory, loose_credit, two_lines

_sent: Callable[[Declaratieregel], tuple[object, ...]] = attrgetter(
    *("gemeente", "bsn", "toewijzingnummer", "productcategorie", "productcode", "begindatum", "einddatum"),
    *("volume_bericht", "eenheid", "bedrag_cent", "debetcredit", "vorig_referentienummer"),
)
"""What a message says of a line."""


def read_earlier(
    paths: Iterable[str | Path],
    *,
    protocol: Protocol = MPJ_16,
    hashes: dict[str, str] | None = None,
    report: Callable[[Fault], None] | None = None,
    submappen: bool = False,
) -> list[Declaratieregel]:
    """Read earlier lines from ``declaratieregels.csv`` files and messages (JW323, or JW303 of before); answers (JW325, JW304) drop
    what was refused.

    A folder or zip may hold either, or a whole output folder: then its line file is read and its other tables are passed over.
    A line that comes twice, from a line file and a message, counts once; different lines under one number all count, and are told.
    Lines from messages know no contract, perceel,
    prestatiecode or level. `protocol` is the one that they were made under. `report` hears of files that were not read (those in
    sub-folders count with `submappen`), of answers that do not count: those whose money contradicts, and then neither do the
    lines that they are about; and of credits that undo no line that counts here: they take nothing away.
    SHA-256 of the files go to `hashes`. Raises InputError for a file that is none of these.
    """
    reading = Reading(report, submappen=submappen)
    sources = find_sources(paths, (".csv", ".xml"), reading)
    tables = [source for source in sources if source.suffix != ".xml" and is_lines(source)]
    messages = [source for source in sources if source.suffix == ".xml"]
    found: dict[tuple[str, str], list[Declaratieregel]] = {}
    declared: list[Declaratieregel] = []

    def is_new(line: Declaratieregel) -> bool:
        """Say whether no line file has told this line; that it told another one under its number is said."""
        own = found.get((line.aanbieder, line.referentienummer), [])
        if _sent(line) in map(_sent, own):
            return False
        if own:
            reading.tell([two_lines(line)])
        return True

    for source in tables:
        for line in filter(is_new, read_regels(source, protocol=protocol, hashes=hashes)):
            found.setdefault((line.aanbieder, line.referentienummer), []).append(line)
    if messages:
        history = MemoryHistory.of_sources(messages, hashes=hashes, reading=reading)
        reading.tell(history.meldingen)
        refused = {(aanbieder, line.prestatie.referentienummer) for aanbieder, _, line in history.refused()}
        refused |= history.doubtful
        found = {key: own for key, own in found.items() if key not in refused}
        standing_lines = (line_of(aanbieder, gemeente, one.bsn, one.prestatie) for aanbieder, gemeente, one in standing(history))
        declared += filter(is_new, standing_lines)
    return list(_counting([*(line for own in found.values() for line in own), *declared], reading.tell))


def _counting(lines: Sequence[Declaratieregel], tell: Callable[[Iterable[Fault]], None]) -> Iterator[Declaratieregel]:
    """Yield the lines without the credits of what is not among them: what they undo does not count, so they take nothing away."""
    debits = {(line.aanbieder, line.referentienummer) for line in lines if line.debetcredit == DEBET}
    for line in lines:
        if line.debetcredit == DEBET or (line.aanbieder, line.vorig_referentienummer) in debits:
            yield line
        else:
            tell([loose_credit(line)])


def standing(history: MemoryHistory) -> Iterator[tuple[str, str, EerdereRegel]]:
    """Yield aanbieder, gemeente and line of what stands in a history and is not in doubt: all that counts."""
    for aanbieder, gemeente, earlier in history.standing():
        if (aanbieder, earlier.prestatie.referentienummer) not in history.doubtful:
            yield aanbieder, gemeente, earlier


def is_lines(source: Source) -> bool:
    """Say whether a table is meant: one that was named itself, or the line file of an output folder or zip."""
    return "/" not in source.naam or source.naam.endswith(f"/{REGELS.file}")


def line_of(aanbieder: str, gemeente: str, bsn: str, one: Prestatie) -> Declaratieregel:
    """Return a line of a message as a line; it knows no contract, perceel, prestatiecode or level."""
    return Declaratieregel(
        referentienummer=one.referentienummer,
        vorig_referentienummer=one.vorig_referentienummer or "",
        debetcredit=one.debetcredit,
        declaratienummer="",
        declaratieperiode=month_text(month_of(one.begindatum)),
        contract="",
        aanbieder=aanbieder,
        gemeente=gemeente,
        bsn=bsn,
        toewijzingnummer=one.toewijzingnummer,
        perceel="",
        prestatiecode="",
        kwalificatieniveau="",
        productcategorie=one.productcategorie,
        productcode=one.productcode,
        begindatum=one.begindatum,
        einddatum=one.einddatum,
        volume=one.volume,
        normtijd="",
        tarief_cent=one.tarief_cent or 0,
        bedrag_cent=one.bedrag_cent,
        eenheid=one.eenheid,
        volume_bericht=one.volume,
    )
