"""Writing the files of a run (docs/formats.md), the same bytes for the same run."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import Any, TextIO

from mpj.engine.care import Counted
from mpj.engine.lines import trace_values
from mpj.engine.outcome import Regel, Result
from mpj.engine.values import Declaratieregel
from mpj.output.parquet import check_installed, write_trace
from mpj.output.shape import HERKOMST, PROTOCOL, REGELS, SAMENVATTING, TRACE_FILES, UITVAL, Shape, Trace, cell, text_of
from mpj.protocol import PROTOCOLS, Protocol, write_protocol
from mpj.records.entries import Reeks
from mpj.records.uitval import Uitval

_herkomst_of = attrgetter(*HERKOMST.names)


class _LineFeeds:
    """Ends rows with a line feed alone. The writer is told CR/LF, since it quotes only the line ends that it knows of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, row: str) -> int:
        """Write one row."""
        return self._stream.write(row[:-2] + "\n")


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Iterable[str]]) -> None:
    """Write a table in the house form: UTF-8, ``;`` between fields, a header row, line feeds."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(_LineFeeds(stream), delimiter=";", lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows(rows)


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write a JSON output in the house form."""
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", "utf-8")


class _Cells(dict[Any, str]):
    """Values that many rows share, as fields of a row, each worked out once. No numbers: 1 and true would be one value."""

    def __missing__(self, value: Any) -> str:
        text = self[value] = cell(text_of(value))
        return text


class RowTexts:
    """Lines and their trace as rows of the output files: the one place that writes them, fast enough for millions."""

    def __init__(self) -> None:
        self._cells = _Cells()
        self._of_plain: dict[int, tuple[str, str, Counted]] = {}
        """Of plain care what follows from its `Counted`, by identity."""
        self._whos: dict[Reeks, str] = {}

    def regel(self, line: Declaratieregel, declaratienummer: str) -> str:
        """Return the row of ``declaratieregels.csv`` for a line, in the declaration of that number."""
        cells = self._cells
        return (
            f"{line.referentienummer};{line.vorig_referentienummer};{line.debetcredit};{declaratienummer};{line.declaratieperiode};"
            f"{cells[line.contract]};{line.aanbieder};{line.gemeente};{line.bsn};{line.toewijzingnummer};{cells[line.perceel]};"
            f"{line.prestatiecode};{line.kwalificatieniveau};{line.productcategorie};{cells[line.productcode]};"
            f"{cells[line.begindatum]};{cells[line.einddatum]};{line.volume};{line.normtijd};{line.tarief_cent};{line.bedrag_cent};"
            f"{line.eenheid};{line.volume_bericht};{'ja' if line.in_bericht else 'nee'}\n"
        )

    def herkomst(self, values: Sequence[Any]) -> str:
        """Return the row of ``herkomst.csv`` for the fields of a `Herkomst`, in their order."""
        reference, soort, bron, datum, *counted, medewerker, onderaannemer, bestand, rij = values[:14]
        front, back = self._halves(*counted, *values[14:])
        cells = self._cells
        who = f"{cells[medewerker]};{cells[onderaannemer]}"
        return f"{reference};{soort};{cell(bron)};{cells[datum]};{front}{who};{cells[bestand]};{rij};{back}"

    def trace(self, reference: str, regel: Regel) -> str:
        """Return the rows of ``herkomst.csv`` for the care behind a line, as `herkomst` would of each."""
        if not regel.plain:
            return "".join([self.herkomst(trace_values(reference, care)) for care in regel.care])
        halves, whos, cells, rows = self._of_plain, self._whos, self._cells, []
        for care in regel.care:
            (datum, identity, reeks, _, _, bestand, rij), _, _, counted = care
            known = halves.get(id(counted))
            if known is None:
                values = trace_values(reference, care)
                known = halves[id(counted)] = (*self._halves(*values[4:10], *values[14:]), counted)
            who = whos.get(reeks)
            if who is None:
                who = whos[reeks] = f"{cells[reeks.medewerker or '']};{cells[reeks.onderaannemer or '']}"
            front, back, _ = known
            rows.append(f"{reference};registratie;{cell(identity)};{cells[datum]};{front}{who};{cells[bestand]};{rij};{back}")
        return "".join(rows)

    def forget(self) -> None:
        """Let go of what belongs to clients that are done."""
        self._whos.clear()

    def _halves(
        self, minuten: int | None, niveau: str, eenheden: int, cent: int, afgetopt: bool, status: str, *how: Any
    ) -> tuple[str, str]:
        """Return what a row says of how care counts: before who delivered it and where it was read, and behind."""
        keuze, niveaus, maximum, geteld, som_voor, voor_limiet = how
        counted = f"{'' if minuten is None else minuten};{niveau};{eenheden};{cent};{'ja' if afgetopt else 'nee'};{status};"
        return counted, f"{keuze};{self._cells[niveaus]};{maximum};{geteld};{som_voor};{voor_limiet}\n"


def write_result(result: Result, folder: Path, *, trace: Trace = "csv", beside: Iterable[str] = ()) -> None:
    """Write lines, trace, set-aside records and summary of a run into `folder`.

    The trace is one CSV or Parquet file, as `trace` says; `beside` names what else was written of this run. Raises InputError when
    Parquet is asked and the extra ``mpj[columnar]`` is missing.
    """
    if trace == "parquet":
        check_installed()
    texts = RowTexts()
    with open_rows(folder, REGELS) as regels:
        regels.writelines(texts.regel(line, line.declaratienummer) for line in result.regels)
    with open_rows(folder, HERKOMST) as herkomst:
        herkomst.writelines(texts.herkomst(_herkomst_of(row)) for row in result.herkomst)
    if trace == "parquet":
        as_parquet(folder)
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
