"""Steps 8 and 9 in SQL: lines, their numbers, their trace, and the files they stand in.

What decides anything is asked of the engine: the product period once per distinct cut of a month, the parts of a referentienummer
by their names. The form of a row and of a digest stands here a second time, since SQL writes it; the tests compare every byte.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from mpj.engine.limits import product_period
from mpj.engine.lines import NUMBERED_BY, REFERENTIE
from mpj.engine.run import Job
from mpj.engine.summary import Totals
from mpj.engine.tarieven import Tarief
from mpj.executors.columnar.database import Database, literal
from mpj.executors.columnar.sources import File
from mpj.executors.parts import FILES, Declaratie
from mpj.output.shape import cell
from mpj.reading.periods import month_text

_PART = 4_000_000
_CHUNK = 1 << 20
# No text that comes here needs quotes or has them already; the separator of rows of one field is never there.
_TRACED = """JOIN regels ON regels.plek = {plek} JOIN dekking ON dekking.dekking = feit.dekking
  JOIN dag USING (dag) JOIN wie USING (wie)"""
# Texts that come back in the trace again and again, and the table they are in.
_REPEATED = {"tekst": "dag", "naam": "wie", "onder": "wie", "geleverd": "tarief", "niveaus": "tarief", "maximum": "dekking"}
_PERIODE = {"maand": "INTEGER", "van": "INTEGER", "tot": "INTEGER", "begindatum": "VARCHAR", "einddatum": "VARCHAR"}
# The fields of a line that go by another name here.
_PARTS = {
    "debetcredit": "'D'",
    "toewijzingnummer": "nummer",
    "productcategorie": "categorie",
    "volume_bericht": "volume * per_unit",
    "bedrag_cent": "bedrag",
}
_COPY = "(FORMAT csv, DELIMITER '\x01', QUOTE '', ESCAPE '', HEADER {header})"


class Lines:
    """The lines that the database adds up, beside those of the engine (`mpj.executors.parts.Beside`)."""

    def __init__(
        self,
        database: Database,
        job: Job,
        tarieven: Sequence[Tarief],
        keuzen: Sequence[str],
        files: Sequence[File],
        *,
        special: bool,
    ) -> None:
        self.totals = Totals()
        self.declared: dict[tuple[str, str], Declaratie] = {}
        self._database = database
        self._job = job
        self._tarieven = tarieven
        self._keuzen = keuzen
        self._files = files
        self._records = 0
        self._sorted = False
        geteld = "CASE WHEN tarief.telt_minuten THEN feit.duur ELSE feit.stuks END"
        self._geteld = geteld
        self._kinds = len(tarieven) or 1
        self._plek = f"feit.dekking::BIGINT * {self._kinds} + tarief.regel"
        counted = f"LEFT JOIN tarief USING (sleutel) LEFT JOIN eenheden ON eenheden.maat = tarief.maat + {geteld}"
        if special:
            counted += " LEFT JOIN alleen ON alleen.zoek = feit.zoek"
        apart = "OR alleen.zoek IS NOT NULL" if special else ""
        self._billed = f"FROM feit {counted} {{}} WHERE NOT (eenheden.eenheden IS NULL {apart})"
        self.rest = f"""FROM feit {counted} JOIN zoek_texts ON zoek_texts.zoek = feit.zoek JOIN vorm USING (vorm)
          JOIN tijd USING (tijd) JOIN dag USING (dag) JOIN wie USING (wie) WHERE (eenheden.eenheden IS NULL {apart})"""

    def make(self) -> None:
        """Add up the lines and number them; `plek` is their place in the order of all outputs."""
        database, count = self._database, self._kinds
        database.run(
            f"""CREATE TABLE sommen AS
            WITH som AS (
              SELECT {self._plek} AS plek, sum(eenheden.eenheden)::BIGINT AS volume,
                sum(eenheden.eenheden * tarief.cent)::BIGINT AS bedrag, sum({self._geteld})::BIGINT AS geteld, count(*) AS records
              {self._billed.format("")} GROUP BY ALL
            )
            SELECT som.*, dekking.dekking, regel.regel, maand.maand,
              CASE WHEN dekking.begin >= maand.eerste THEN dekking.begin ELSE 0 END AS van,
              CASE WHEN dekking.einde <= maand.laatste THEN dekking.einde ELSE 0 END AS tot
            FROM som
            JOIN dekking ON dekking.dekking = som.plek // {count} JOIN regel ON regel.regel = som.plek % {count}
            JOIN maand USING (maand)"""
        )
        periods = database.all("SELECT DISTINCT maand, van, tot FROM sommen")
        database.create("productperiode", _PERIODE, ((*cut, *_product_period(*cut)) for cut in periods))
        parts = ", ".join(_PARTS.get(name, name) for name in NUMBERED_BY)
        database.run(
            f"""CREATE TABLE regels AS
            SELECT plek, dekking, regel,
              upper(left(sha256(concat_ws(chr(31), {parts}, {self._job.volgnummer})), {REFERENTIE})) AS referentie,
              begindatum, einddatum, volume, bedrag, geteld, records
            FROM sommen JOIN productperiode USING (maand, van, tot) JOIN dekking USING (dekking) JOIN regel USING (regel)"""
        )
        database.run("DROP TABLE sommen")
        sums = "SELECT regel, sum(records)::BIGINT, sum(geteld)::BIGINT, sum(volume)::BIGINT FROM regels GROUP BY regel"
        for regel, records, geteld, volume in database.all(sums):
            self.totals.add_sums(self._tarieven[regel], records, geteld, volume)
            self._records += records
        for aanbieder, gemeente, count, cents, references in database.all(
            """SELECT regel.aanbieder, dekking.gemeente, count(*), sum(bedrag)::BIGINT, string_agg(referentie, '')
            FROM regels JOIN dekking USING (dekking) JOIN regel USING (regel) GROUP BY regel.aanbieder, dekking.gemeente"""
        ):
            self.declared[aanbieder, gemeente] = Declaratie(count, cents, bytearray(references.encode()))

    def write(self, place: int, path: Path, rows: Iterator[tuple[str, str, bytes]], numbers: Mapping[tuple[str, str], str]) -> None:
        """Write one of the files: see `mpj.executors.parts.Beside`."""
        header = ";".join(FILES[place].names)
        if not self._records:
            with path.open("wb") as out:
                out.write(header.encode() + b"\n")
                out.writelines(data for _, _, data in rows)
            return
        first = next(rows, None)
        if not place:
            columns = {"aanbieder": "VARCHAR", "gemeente": "VARCHAR", "declaratienummer": "VARCHAR"}
            self._database.create("nummers", columns, ((*key, nummer) for key, nummer in numbers.items()))
        parts = list(self._parts()) if place else [""]
        if first is None and len(parts) == 1:
            if place:
                self._sort(parts[0])
            self._copy(place, path, header)
            return
        with path.open("wb") as out:
            out.write(header.encode() + b"\n")
            if first is None:
                for part in self._made(place, parts):
                    shutil.copyfileobj(part, out, _CHUNK)
                return
            lines = chain.from_iterable(self._made(place, parts))
            for count, data in _between(self._clients(place), chain([first], rows)):
                out.writelines(islice(lines, count))
                out.write(data)
            out.writelines(lines)

    def _made(self, place: int, parts: Iterable[str]) -> Iterator[BinaryIO]:
        """Have the rows of each part of a file written, and return them one after another."""
        path = self._database.folder / "deel.csv"
        for part in parts:
            if place:
                self._sort(part)
            self._copy(place, path)
            with path.open("rb") as stream:
                yield stream

    def _copy(self, place: int, path: Path, header: str = "") -> None:
        """Write rows of a file: those of the lines, or of the trace as it was sorted last."""
        query = self._trace() if place else self._regels()
        options = _COPY.format(header="true" if header else "false")
        self._database.run(f'COPY (SELECT rij AS "{header or "rij"}" FROM ({query})) TO {literal(str(path))} {options}')

    def _clients(self, place: int) -> Iterator[tuple[str, str, int]]:
        """Return how many rows each client has in a file, in their order: gemeente, BSN and number."""
        count = "sum(records)::BIGINT" if place else "count(*)"
        joined = "regels JOIN dekking USING (dekking)"
        for batch in self._database.batches(f"SELECT gemeente, bsn, {count} FROM {joined} GROUP BY gemeente, bsn ORDER BY ALL"):
            yield from batch

    def _parts(self) -> Iterator[str]:
        """Return which parts of the trace are sorted at a time: one, or as many as it takes to do so in memory."""
        if self._records <= _PART:
            yield ""
            return
        running = f"SELECT plek, (sum(records) OVER (ORDER BY plek) - 1) // {_PART} AS deel FROM regels"
        begin = -1
        for (end,) in self._database.all(f"SELECT max(plek) FROM ({running}) GROUP BY deel ORDER BY ALL"):
            yield f"AND regels.plek > {begin} AND regels.plek <= {end}"
            begin = end

    def _regels(self) -> str:
        fields = (
            "referentie, ';;D;', declaratienummer",
            f"'{month_text(self._job.periode.maand)};', contract",
            "regel.aanbieder, ';', dekking.gemeente, ';', bsn, ';', nummer, ';', perceel, ';', prestatiecode, ';', niveau",
            "categorie, ';', productcel, ';', begindatum, ';', einddatum, ';', volume, ';', normtijd, ';', tarief_cent",
            "bedrag, ';', eenheid, ';', volume * per_unit, ';ja'",
        )
        return f"""SELECT concat({", ';', ".join(fields)}) AS rij
            FROM regels JOIN dekking USING (dekking) JOIN regel USING (regel)
            JOIN nummers ON nummers.aanbieder = regel.aanbieder AND nummers.gemeente = dekking.gemeente
            ORDER BY plek"""

    def _sort(self, where: str) -> None:
        """Make the table of the trace, or of a part of it, in its order."""
        if not self._sorted:
            for column, table in _REPEATED.items():
                # As numbers of words they are sorted in a fraction of the time.
                self._database.run(f"CREATE TYPE woord_{column} AS ENUM (SELECT DISTINCT {column} FROM {table} ORDER BY ALL)")
                self._database.run(f"ALTER TABLE {table} ALTER {column} TYPE woord_{column}")
        self._database.run("DROP TABLE IF EXISTS spoor")
        self._database.run(
            f"""CREATE TABLE spoor AS
            SELECT regels.referentie, feit.id, dag.tekst, feit.duur, tarief.geleverd, eenheden.eenheden,
              eenheden.eenheden * tarief.cent AS cent, wie.naam, wie.onder, feit.bestand, feit.rij, feit.keuze, tarief.niveaus,
              dekking.maximum, {self._geteld} AS geteld
            {self._billed.format(_TRACED.format(plek=self._plek))} {where} ORDER BY regels.plek, dag.ordinaal, feit.id"""
        )
        self._sorted = True

    def _trace(self) -> str:
        files = _choice("bestand", {file.nummer: cell(file.naam) for file in self._files})
        keuzen = _choice("keuze", dict(enumerate(self._keuzen)))
        fields = (
            "referentie, ';registratie;', id, ';', tekst, ';', duur, ';', geleverd, ';', eenheden, ';', cent, ';nee;gerealiseerd;'",
            f"naam, ';', onder, ';', {files}, ';', rij, ';', {keuzen}, ';', niveaus, ';', maximum, ';', geteld, ';0;', eenheden",
        )
        return f"SELECT concat({', '.join(fields)}) AS rij FROM spoor"


def _choice(column: str, texts: Mapping[int, str]) -> str:
    """Return SQL for the text that belongs to a number."""
    if len(set(texts.values())) < 2:
        return literal("".join(texts.values()))
    return f"CASE {column} {' '.join(f'WHEN {number} THEN {literal(text)}' for number, text in texts.items())} END"


def _product_period(month: int, begin: int, end: int) -> tuple[str, str]:
    """Return the product period as text; `begin` and `end` are days of the toewijzing inside the month, 0 where there are none."""
    first = date.fromordinal(begin) if begin else date.min
    begindatum, einddatum = product_period(first, date.fromordinal(end) if end else None, month)
    return begindatum.isoformat(), einddatum.isoformat()


def _between(clients: Iterator[tuple[str, str, int]], rows: Iterable[tuple[str, str, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Return for each of `rows` how many rows of the clients come before it, since the one before."""
    client = next(clients, None)
    for gemeente, bsn, data in rows:
        count = 0
        while client is not None and client[:2] < (gemeente, bsn):
            count += client[2]
            client = next(clients, None)
        if client is not None and client[:2] == (gemeente, bsn):
            raise RuntimeError("one client was computed twice")
        yield count, data
