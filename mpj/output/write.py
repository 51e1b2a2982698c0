"""Writing the files of a run (docs/formats.md), the same bytes for the same run."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import Any, TextIO

from mpj.engine.outcome import Regel, Result, Traced
from mpj.output.parquet import check_installed, write_trace
from mpj.output.shape import HERKOMST, PROTOCOL, REGELS, SAMENVATTING, TRACE_FILES, UITVAL, Shape, Trace, cell
from mpj.protocol import PROTOCOLS, Protocol, write_protocol
from mpj.reading.cells import as_text
from mpj.reading.guard import guarded, stands_as_it_is
from mpj.records.entries import Reeks
from mpj.records.uitval import Uitval

_regel_of, _herkomst_of = attrgetter(*REGELS.names), attrgetter(*HERKOMST.names)


class _LineFeeds:
    """Ends rows with a line feed alone. The writer is told CR/LF, since it quotes only the line ends that it knows of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, row: str) -> int:
        """Write one row."""
        return self._stream.write(row[:-2] + "\n")


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Iterable[str | int]]) -> None:
    """Write a table that people open: UTF-8, ``;`` between fields, a header row, line feeds; texts guarded, numbers as they are."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(_LineFeeds(stream), delimiter=";", lineterminator="\r\n")
        writer.writerow(columns)
        for row in map(tuple, rows):
            line = ";".join(map(str, row))
            if stands_as_it_is(line, len(row)):
                stream.write(f"{line}\n")
            else:
                writer.writerow([guarded(value) if isinstance(value, str) else value for value in row])


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write a JSON output in the house form."""
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", "utf-8", newline="\n")


class _Cells(dict[Any, str]):
    """Values that many rows share, as fields of a row, each worked out once. No numbers: 1 and true would be one value."""

    def __missing__(self, value: Any) -> str:
        text = self[value] = cell(as_text(value))
        return text


class RowTexts:
    """Lines and their trace as rows of the output files: the one place that writes them, fast enough for millions."""

    def __init__(self) -> None:
        self._cells = _Cells()
        self._whos: dict[Reeks, tuple[str, str]] = {}

    def regel(self, values: Sequence[Any], declaratienummer: str) -> str:
        """Return the row of ``declaratieregels.csv`` for the fields of a `Declaratieregel`, in their order, in this declaration."""
        (
            reference, vorig, debetcredit, _, periode, contract, aanbieder, gemeente, bsn, toewijzingnummer, perceel, prestatiecode,
            niveau, categorie, productcode, begindatum, einddatum, volume, normtijd, tarief, bedrag, eenheid, in_eenheid, sent,
        ) = values  # fmt: skip
        cells = self._cells
        return (
            f"{reference};{vorig};{debetcredit};{declaratienummer};{periode};{cells[contract]};{aanbieder};{gemeente};{bsn};"
            f"{toewijzingnummer};{cells[perceel]};{prestatiecode};{niveau};{categorie};{cells[productcode]};"
            f"{cells[begindatum]};{cells[einddatum]};{volume};{normtijd};{tarief};{bedrag};"
            f"{eenheid};{in_eenheid};{'ja' if sent else 'nee'}\n"
        )

    def herkomst(self, values: Sequence[Any]) -> str:
        """Return the row of ``herkomst.csv`` for the fields of a `Herkomst`, in their order."""
        (
            reference, soort, bron, datum, minuten, niveau, eenheden, cent, afgetopt, status, medewerker, onderaannemer, bestand,
            rij, keuze, niveaus, maximum, geteld, som_voor, voor_limiet,
        ) = values  # fmt: skip
        cells = self._cells
        return (
            f"{reference};{soort};{cell(bron)};{cells[datum]};{'' if minuten is None else minuten};{niveau};{eenheden};{cent};"
            f"{'ja' if afgetopt else 'nee'};{status};{cells[medewerker]};{cells[onderaannemer]};{cells[bestand]};{rij};"
            f"{keuze};{cells[niveaus]};{maximum};{geteld};{som_voor};{voor_limiet}\n"
        )

    def trace(self, reference: str, regel: Regel) -> str:
        """Return the rows of ``herkomst.csv`` for the care behind a line, as `herkomst` would of each."""
        cells, whos, rows = self._cells, self._whos, []
        at, found = None, ""
        for one in regel.care:
            datum, identity, reeks, tijd, _, bestand, rij = one.record
            duur, placed = tijd.duur, one.placed
            geteld, som_voor, voor_limiet, units, cent, _, afgetopt = one.counted
            if placed is not at and placed is not None:
                at, match, tarief = placed, placed.match, placed.tarief
                found = f"{match.keuze};{cells[tarief.niveaus]};{match.dekking.maximum or ''}"
            bron = identity if identity.isalnum() else cell(identity)
            who = whos.get(reeks)
            if who is None:
                vorm, by = reeks.vorm, f"{cells[reeks.medewerker or '']};{cells[reeks.onderaannemer or '']}"
                who = whos[reeks] = f";{vorm.bron};", f"{vorm.status};{by}"
            rows.append(
                f"{reference}{who[0]}{bron};{cells[datum]};{'' if duur is None else duur};{one.niveau or ''};{units};{cent};"
                f"{'ja' if afgetopt else 'nee'};{who[1]};{cells[bestand]};{rij};{found};{geteld};{som_voor};{voor_limiet}\n"
            )
        return "".join(rows)

    def forget(self) -> None:
        """Let go of what belongs to clients that are done."""
        self._whos.clear()


def write_result(result: Result, folder: Path, *, trace: Trace = "csv", beside: Iterable[str] = ()) -> None:
    """Write lines, trace, set-aside records and summary of a run into `folder`.

    The trace is one CSV or Parquet file, as `trace` says; `beside` names what else was written of this run. Raises InputError when
    Parquet is asked and the extra ``mpj[columnar]`` is missing.
    """
    if trace == "parquet":
        check_installed()
    texts = RowTexts()
    with open_rows(folder, REGELS) as regels:
        regels.writelines(texts.regel(_regel_of(line), line.declaratienummer) for line in result.regels)
    with open_rows(folder, HERKOMST) as herkomst:
        herkomst.writelines(
            texts.trace(*one) if isinstance(one, Traced) else texts.herkomst(_herkomst_of(one)) for one in result.traces
        )
    if trace == "parquet":
        as_parquet(folder)
    for table in result.bijlagen:
        write_csv(folder / table.bestand, table.kolommen, table.rijen)
    beside = (*beside, *(table.bestand for table in result.bijlagen))
    write_rest(result.uitval, result.samenvatting, folder, result.protocol, trace, beside)


def as_parquet(folder: Path) -> None:
    """Turn the trace in `folder` into a Parquet file."""
    write_trace(folder / HERKOMST.file, folder / TRACE_FILES["parquet"])
    (folder / HERKOMST.file).unlink()


def write_rest(
    uitval: Iterable[Uitval],
    samenvatting: Mapping[str, Any],
    folder: Path,
    protocol: Protocol,
    trace: Trace = "csv",
    beside: Iterable[str] = (),
) -> None:
    """Write what was set aside, the protocol unless it is a shipped one, and last the summary with the names of all files, into
    `folder`.
    """
    write_csv(folder / UITVAL.file, UITVAL.names, (row.texts() for row in uitval))
    files = [REGELS.file, TRACE_FILES[trace], UITVAL.file, SAMENVATTING, *beside]
    if protocol != PROTOCOLS.get(protocol.id):
        write_protocol(protocol, folder / PROTOCOL)
        files.append(PROTOCOL)
    write_json(folder / SAMENVATTING, {**samenvatting, "bestanden": sorted(files)})


@contextmanager
def open_rows(folder: Path, shape: Shape) -> Iterator[TextIO]:
    """Open a table in `folder` for rows that are text already; the header is written."""
    with (folder / shape.file).open("w", encoding="utf-8", newline="") as stream:
        stream.write(";".join(shape.names) + "\n")
        yield stream
