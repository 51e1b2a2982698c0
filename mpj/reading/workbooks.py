"""Workbooks (XLSX, XLSB, XLS, ODS) as tables: counted before they are opened, read in a child process, one sheet taken.

A file that takes too much, or does anything else to its reader, ends that process and is one fault.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, NoReturn

from attrs import define

from mpj.reading.extras import need
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.headers import Columns, Row
from mpj.reading.limits import (
    WORKBOOK_BYTES,
    WORKBOOK_FILE,
    WORKBOOK_MEMORY,
    WORKBOOK_PARTS,
    WORKBOOK_RATIO,
    WORKBOOK_RATIO_FROM,
    WORKBOOK_SECONDS,
)
from mpj.reading.sources import Source
from mpj.reading.text import Opened, above_header
from mpj.reading.zips import ZIP_ERRORS, TooLargeError, check_directory, check_sizes

_SCRIPT = Path(__file__).with_name("sheets.py")
_CHUNK = 1 << 20
_PROLOG = 1 << 12
_OLE = b"\xd0\xcf\x11\xe0"
_NUMBERS = frozenset({"minuten", "aantal", "toewijzingnummer", "budget_cent", "volume"})
"""The columns of which a number is what is meant."""


@contextmanager
def open_workbook(source: Source, columns: Columns) -> Iterator[Opened]:
    """Open the sheet of a workbook that has the header. Raises InputError, also while iterating."""
    need(source.naam, "xlsx", "python_calamine", "xlrd")
    with tempfile.TemporaryFile() as file:
        sha256 = _copied(source, file)
        check_workbook(file, source.naam)
        with _Child.started(file, source.naam) as child:
            yield child.opened(columns, sha256)


def _copied(source: Source, file: IO[bytes]) -> str:
    """Copy a file to where the child finds it and return its SHA-256; one in a zip has no place of its own."""
    with source.open() as raw:
        size = 0
        while chunk := raw.read(_CHUNK):
            size += file.write(chunk)
            if size > WORKBOOK_FILE:
                verwacht = f"hoogstens {WORKBOOK_FILE >> 20} MiB"
                raise InputError(Fault("bestand_te_groot", source.naam, toelichting="de werkmap is te groot", verwacht=verwacht))
        return raw.sha256()


def check_workbook(file: IO[bytes], naam: str, most: int = WORKBOOK_BYTES) -> None:
    """Raise InputError for a workbook that is none, that unpacks to too much, or of which a part has a document type.

    Only sizes that the file states are looked at, and the beginning of each part.
    """
    file.seek(0)
    if file.read(4) == _OLE:
        file.seek(0)
        return
    try:
        check_directory(file, WORKBOOK_PARTS)
        with zipfile.ZipFile(file) as archive:
            check_sizes(tuple(archive.infolist()), most, WORKBOOK_RATIO, WORKBOOK_RATIO_FROM)
            for name in archive.namelist():
                if name.lower().endswith((".xml", ".rels")):
                    with archive.open(name) as part:
                        _check_prolog(part.read(_PROLOG))
    except TooLargeError as error:
        raise InputError(Fault("bestand_te_groot", naam, toelichting=error.what, verwacht=error.limit)) from None
    except (OSError, KeyError, *ZIP_ERRORS):
        raise InputError(_damaged(naam)) from None
    finally:
        file.seek(0)


def _check_prolog(head: bytes) -> None:
    """Raise BadZipFile for a part that has a document type, or hides what it begins with."""
    plain = re.sub(rb"<!--.*?-->", b"", head, flags=re.DOTALL)
    if head and (b"<!" in plain.split(b"<![CDATA[")[0] or re.search(rb"<[A-Za-z_]", plain) is None):
        raise zipfile.BadZipFile


def _damaged(naam: str) -> Fault:
    text, verwacht = "geen leesbare werkmap: beschadigd, of half gedownload", "een werkmap die Excel of LibreOffice opent"
    return Fault("werkmap_onleesbaar", naam, toelichting=text, verwacht=verwacht)


@define
class _Child:
    """The process that reads a workbook."""

    naam: str
    process: subprocess.Popen[bytes]
    stream: TextIOWrapper

    @classmethod
    @contextmanager
    def started(cls, file: IO[bytes], naam: str) -> Iterator[_Child]:
        """Start it on an open file; it is gone when the block ends. Raises InputError where the system cannot bound a process."""
        if not hasattr(os, "fork"):
            text, verwacht = (
                "op dit systeem leest mpj geen werkmap: het kan geheugen en tijd daarvan niet begrenzen",
                "dezelfde tabel als CSV",
            )
            raise InputError(Fault("werkmap_niet_hier", naam, toelichting=text, verwacht=verwacht))
        file.flush()
        file.seek(0)
        number = file.fileno()
        life, ours = os.pipe()
        words = [sys.executable, "-P", str(_SCRIPT), *map(str, (number, life, WORKBOOK_MEMORY, WORKBOOK_SECONDS))]
        pipe = subprocess.PIPE
        try:
            process = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, pass_fds=(number, life))
            os.close(life)
            with process:
                assert process.stdout is not None
                try:
                    yield cls(naam, process, TextIOWrapper(process.stdout, encoding="utf-8", newline=""))
                finally:
                    process.kill()
        finally:
            os.close(ours)

    def told(self) -> Any:
        """Return what it says next; raises InputError where it ended instead."""
        line = self.stream.readline()
        return json.loads(line) if line.endswith("\n") else self.refuse()

    def refuse(self) -> NoReturn:
        """Raise what its end means."""
        code = self.process.wait()
        if code == 4:
            text, verwacht = "de werkmap heeft een wachtwoord", "een werkmap zonder wachtwoord"
            raise InputError(Fault("werkmap_onleesbaar", self.naam, toelichting=text, verwacht=verwacht))
        if code in (3, -6, -9, -14, -24):
            text = "de werkmap vraagt te veel geheugen of tijd, misschien door een cel ver buiten de tabel"
            verwacht = "een blad met alleen de tabel, of dezelfde tabel als CSV"
            raise InputError(Fault("bestand_te_groot", self.naam, toelichting=text, verwacht=verwacht))
        raise InputError(_damaged(self.naam))

    def opened(self, columns: Columns, sha256: str) -> Opened:
        """Choose the sheet, and return its table."""
        sheets: list[tuple[str, list[Row]]] = [
            (name, [(rij, list(cells)) for rij, cells in rows]) for name, rows in self.told()["bladen"]
        ]
        place, header = self._chosen(sheets, columns)
        if header is None:
            return Opened(None, iter(()), lambda: sha256)
        names = columns.named(header[1])
        known = {number: name for number, name in enumerate(names) if name in columns.known}
        asked = {"blad": place, "kop": header[0], "kolommen": list(known)}
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(asked).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self.refuse()
        told = self.told()
        if told["geen_waarde"]:
            raise InputError([self._no_value(known, *cell) for cell in told["geen_waarde"]])
        notices = tuple(self._notices(sheets, place, header, known, dict(told["getallen"])))
        return Opened(header, self._rows(header[0]), lambda: sha256, notices)

    def _chosen(self, sheets: Sequence[tuple[str, list[Row]]], columns: Columns) -> tuple[int, Row | None]:
        """Return the sheet that has the header, and that; else the one that comes nearest."""
        wanted = columns.profiel.blad
        if wanted and all(name != wanted for name, _ in sheets):
            text = "het profiel noemt een blad dat de werkmap niet heeft"
            raise InputError(Fault("blad_onbekend", self.naam, gevonden=mask(wanted), toelichting=text))
        sheets = [(name, rows if not wanted or name == wanted else []) for name, rows in sheets]
        found = [(place, header) for place, (_, rows) in enumerate(sheets) if (header := columns.header(rows)) is not None]
        if len(found) > 1:
            names = ", ".join(mask(sheets[place][0]) for place, _ in found)
            text, verwacht = "meer dan één blad heeft de kopregel", "één blad, of het blad in een profiel"
            raise InputError(Fault("bladen_dubbel", self.naam, gevonden=names, verwacht=verwacht, toelichting=text))
        if found:
            return found[0]
        rows = [(place, row) for place, (_, first) in enumerate(sheets) if (row := columns.nearest(first)) is not None]
        return max(rows, key=lambda one: columns.matches(one[1]), default=(0, None))

    def _no_value(self, known: Mapping[int, str], rij: int, place: int, kind: str) -> Fault:
        if rij < 1:
            text = "ergens in de werkmap staat een foutwaarde van het rekenblad, als #N/B"
            return Fault("foutwaarde", self.naam, toelichting=text, verwacht="een waarde in elke cel, of een lege cel")
        if kind == "getal":
            text = "het getal is te groot om er elk cijfer van te kennen"
            return Fault("foutwaarde", self.naam, rij, known[place], toelichting=text, verwacht="een cel met opmaak Tekst")
        text = "de cel bevat een fout uit het rekenblad, als #N/B, of een formule zonder uitkomst"
        return Fault("foutwaarde", self.naam, rij, known[place], toelichting=text, verwacht="een waarde, of een lege cel")

    def _notices(
        self,
        sheets: Sequence[tuple[str, list[Row]]],
        place: int,
        header: Row,
        known: Mapping[int, str],
        numbers: Mapping[int, int],
    ) -> Iterator[Fault]:
        """Yield what was done to read it."""
        others = [mask(name) for number, (name, rows) in enumerate(sheets) if number != place and rows]
        if others:
            text = f"gelezen is blad {mask(sheets[place][0])}; niet gelezen: {', '.join(others)}"
            yield Fault("blad_gekozen", self.naam, toelichting=text, soort="waarschuwing")
        above = [rij for rij, _ in sheets[place][1] if rij < header[0]]
        if above:
            yield above_header(self.naam, header[0], above)
        texts = [name for number, name in known.items() if number in numbers and name not in _NUMBERS]
        if texts:
            rij = min(row for number, row in numbers.items() if known[number] in texts)
            text = f"getallen waar tekst bedoeld is, in {', '.join(texts)}: nullen voorop, of achter een punt, zijn er niet meer"
            yield Fault(
                "getal_als_tekst", self.naam, rij, verwacht="cellen met opmaak Tekst", toelichting=text, soort="waarschuwing"
            )

    def _rows(self, header: int) -> Iterator[Row]:
        """Yield the rows below the header that hold anything; the last thing written says that none is missing."""
        rij, fields = header, [""]
        try:
            for following in csv.reader(self.stream, delimiter=";", strict=True):
                if any(map(str.strip, fields)):
                    yield rij, fields
                rij, fields = rij + 1, following
        except csv.Error as error:
            text, verwacht = "een cel is te lang", "cellen van gewone lengte"
            raise InputError(Fault("bestand_te_groot", self.naam, rij + 1, toelichting=text, verwacht=verwacht)) from error
        if fields != ["einde"] or self.process.wait() != 0:
            self.refuse()
