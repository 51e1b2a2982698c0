"""Steps 8 and 9 in SQL: lines, their numbers, their trace, and the files they stand in.

What decides anything is asked of the engine: the product period once per distinct cut of a month, the parts of a referentienummer
by their names. The form of a row and of a digest stands here a second time, since SQL writes it; the tests compare every byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

from mpj.engine.job import Job
from mpj.engine.limits import counted, maximum_per_period, product_period
from mpj.engine.lines import FIRST, HEXADECIMAL, NUMBERED_BY, REFERENTIE, REST
from mpj.engine.summary import Declared, Totals
from mpj.engine.tarieven import Tarief
from mpj.executors.columnar.database import Database
from mpj.executors.columnar.kinds import Numbers
from mpj.executors.columnar.routes import Routes
from mpj.executors.columnar.sources import File
from mpj.executors.columnar.trace import choice, numbered, write_parquet
from mpj.executors.parts import FILES
from mpj.output.parquet import literal
from mpj.output.shape import cell
from mpj.reading.periods import month_text

_T = TypeVar("_T")
_PART = 4_000_000
_CHUNK = 1 << 16
# No text that comes here needs quotes or has them already; the separator of rows of one field is never there.
_TRACED = """JOIN regels ON regels.line_number = {line_number} JOIN dekking ON dekking.dekking = feit.dekking
  JOIN dag USING (dag) JOIN wie USING (wie)"""
# Texts that come back in the trace again and again, with what always stands around them, by the table they are in.
_REPEATED = {
    "tekst": ("dag", "concat(';', tekst, ';')"),
    "geleverd": ("tarief", "concat(';', geleverd, ';')"),
    "naam": ("wie", "concat(';nee;gerealiseerd;', naam, ';', onder, ';')"),
    "niveaus": ("tarief", "concat(';', niveaus, ';')"),
    "maximum": ("dekking", "concat(maximum, ';')"),
    "geteld": ("eenheden", "concat(geteld, ';0;', eenheden)"),
}
_PERIODEMAXIMUM = {"omvang": "INTEGER", "maand": "INTEGER", "van": "INTEGER", "tot": "INTEGER", "maximum": "BIGINT"}
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

    def __init__(self, database: Database, job: Job, tarieven: Sequence[Tarief], routes: Routes, files: Sequence[File]) -> None:
        self.totals = Totals()
        self.declared = Declared()
        self._database = database
        self._job = job
        self._tarieven = tarieven
        self._routes = routes
        self._files = files
        self._records = 0
        self._numbered = False
        self._geteld = "CASE WHEN tarief.telt_minuten THEN feit.duur ELSE feit.stuks END"
        self._kinds = len(tarieven) or 1
        self._line_number = f"feit.dekking::BIGINT * {self._kinds} + tarief.regel"
        self._divide()

    def _divide(self) -> None:
        """Divide the records by the table `alleen` into those that are added up here and those that are left to the engine."""
        special = bool(self._database.all("SELECT 1 FROM alleen LIMIT 1"))
        joined = f"LEFT JOIN tarief USING (sleutel) LEFT JOIN eenheden ON eenheden.maat = tarief.maat + {self._geteld}"
        if special:
            joined += " LEFT JOIN alleen ON alleen.zoek = feit.zoek"
        apart = "OR alleen.zoek IS NOT NULL" if special else ""
        self._billed = f"FROM feit {joined} {{}} WHERE NOT (eenheden.eenheden IS NULL {apart})"
        self.rest = f"""FROM feit {joined} JOIN zoek_texts ON zoek_texts.zoek = feit.zoek JOIN vorm USING (vorm)
          JOIN tijd USING (tijd) JOIN dag USING (dag) JOIN wie USING (wie) WHERE (eenheden.eenheden IS NULL {apart})"""

    def make(self) -> None:
        """Add up the lines and number them; their `line_number` is their place in the order of all outputs."""
        database, count = self._database, self._kinds
        database.run(
            f"""CREATE TABLE sommen AS
            WITH som AS (
              SELECT {self._line_number} AS line_number, sum(eenheden.eenheden)::BIGINT AS volume,
                sum(eenheden.eenheden * tarief.cent)::BIGINT AS bedrag, sum({self._geteld})::BIGINT AS geteld, count(*) AS records
              {self._billed.format("")} GROUP BY ALL
            )
            SELECT som.*, dekking.dekking, regel.regel, maand.maand,
              CASE WHEN dekking.begin >= maand.eerste THEN dekking.begin ELSE 0 END AS van,
              CASE WHEN dekking.einde <= maand.laatste THEN dekking.einde ELSE 0 END AS tot
            FROM som
            JOIN dekking ON dekking.dekking = som.line_number // {count} JOIN regel ON regel.regel = som.line_number % {count}
            JOIN maand USING (maand)"""
        )
        self._leave_bound()
        periods = database.all("SELECT DISTINCT maand, van, tot FROM sommen")
        database.create("productperiode", _PERIODE, ((*cut, *_product_period(*cut)) for cut in periods))
        parts = ", ".join(_PARTS.get(name, name) for name in NUMBERED_BY)
        database.run(
            f"""CREATE TABLE regels AS
            SELECT line_number, dekking, regel,
              '{FIRST}'[instr('{HEXADECIMAL}', digest[1])] || {_rest(f"digest[2:{REFERENTIE}]")} AS referentie,
              begindatum, einddatum, volume, bedrag, geteld, records
            FROM (SELECT *, sha256(concat_ws(chr(31), {parts}, {self._job.opdracht.volgnummer})) AS digest
              FROM sommen JOIN productperiode USING (maand, van, tot) JOIN dekking USING (dekking) JOIN regel USING (regel))"""
        )
        database.run("DROP TABLE sommen")
        self._add_totals()
        for sums_of in database.all(
            """SELECT regel.aanbieder, dekking.gemeente, count(*), sum(bedrag)::BIGINT, string_agg(referentie, '')
            FROM regels JOIN dekking USING (dekking) JOIN regel USING (regel) GROUP BY regel.aanbieder, dekking.gemeente"""
        ):
            self.declared.add_sums(*sums_of)

    def _add_totals(self) -> None:
        """Add up the lines, also as if what each counts were rounded at once, which is asked once per measure and count."""
        database, tarieven = self._database, self._tarieven
        measures = Numbers()
        rows = [(regel, measures[id(tarief.units)] if tarief.timed else -1) for regel, tarief in enumerate(tarieven)]
        units = {maat: tarieven[regel].units for regel, maat in rows if maat >= 0}
        database.create("meting", {"regel": "INTEGER", "maat": "INTEGER"}, rows)
        counted = database.all("SELECT DISTINCT maat, geteld FROM regels JOIN meting USING (regel)")
        at_once = ((maat, geteld, units[maat][geteld] if maat >= 0 else 0) for maat, geteld in counted)
        database.create("ineens", {"maat": "INTEGER", "geteld": "BIGINT", "eenheden": "BIGINT"}, at_once)
        for regel, records, *sums in database.all(
            """SELECT regel, sum(records)::BIGINT, sum(geteld)::BIGINT, sum(volume)::BIGINT, sum(eenheden)::BIGINT
            FROM regels JOIN meting USING (regel) JOIN ineens USING (maat, geteld) GROUP BY regel"""
        ):
            self.totals.add_sums(tarieven[regel], records, *sums)
            self._records += records

    def _leave_bound(self) -> None:
        """Leave clients to the engine whose care all together may reach a limit (`Limieten.may_bind`): there order decides."""
        database, protocol = self._database, self._job.protocol
        asked = database.all(
            """SELECT omvang, maand, van, tot, min(gevonden) FROM sommen JOIN dekking USING (dekking)
            WHERE omvang IS NOT NULL GROUP BY ALL"""
        )
        rows = []
        for *cut, number in asked:
            toewijzing = self._routes.dekkingen[number].toewijzing
            maximum = maximum_per_period(protocol, toewijzing, cut[1])
            assert toewijzing.eenheid is not None
            rows.append((*cut, None if maximum is None else maximum * counted(protocol, toewijzing.eenheid)[1]))
        database.create("periodemaximum", _PERIODEMAXIMUM, rows)
        database.run(
            """CREATE TABLE gebonden AS
            WITH gebruik AS (
              SELECT dekking, sommen.maand, van, tot, sum(bedrag)::BIGINT AS cent,
                sum(CASE WHEN regel.telt = dekking.telt THEN volume * gewicht END)::BIGINT AS volume
              FROM sommen JOIN dekking USING (dekking) JOIN regel USING (regel)
              WHERE dekking.budget IS NOT NULL OR dekking.omvang IS NOT NULL GROUP BY ALL
            )
            SELECT bsn FROM gebruik JOIN dekking USING (dekking)
            LEFT JOIN periodemaximum USING (omvang, maand, van, tot) GROUP BY dekking, bsn
            HAVING coalesce(sum(cent) > any_value(budget), false) OR coalesce(sum(volume) > any_value(totaal), false)
              OR coalesce(bool_or(volume > periodemaximum.maximum), false)"""
        )
        if not database.all("SELECT 1 FROM gebonden LIMIT 1"):
            return
        database.run("INSERT INTO alleen SELECT zoek FROM zoek_texts JOIN (SELECT DISTINCT bsn FROM gebonden) USING (bsn)")
        database.run("DELETE FROM sommen WHERE dekking IN (SELECT dekking FROM dekking JOIN gebonden USING (bsn))")
        self._divide()

    def write(self, place: int, path: Path, rows: Iterator[tuple[str, str, bytes]], numbers: Mapping[tuple[str, str], str]) -> None:
        """Write one of the files: see `mpj.executors.parts.Beside`."""
        if path.suffix == ".parquet":
            self._write_parquet(path, rows)
            return
        header, first = ";".join(FILES[place].names), next(rows, None)
        if not place:
            columns = {"aanbieder": "VARCHAR", "gemeente": "VARCHAR", "declaratienummer": "VARCHAR"}
            self._database.create("nummers", columns, ((*key, nummer) for key, nummer in numbers.items()))
        parts = list(self._parts(place))
        if first is None and len(parts) == 1:
            self._copy(place, path, parts[0], header)
            return
        blocks = _before(self._clients("arg_min(referentie, line_number)"), rows if first is None else chain([first], rows))
        with path.open("wb") as out:
            out.writelines(_laid_out(header.encode() + b"\n", self._made(place, parts), blocks))

    def _write_parquet(self, path: Path, rows: Iterable[tuple[str, str, bytes]]) -> None:
        """Write the trace as one typed Parquet file, with the `rows` of the engine where they belong."""
        rest = self._database.folder / "rest.csv"
        with rest.open("wb") as stream:
            for line_number, data in _before(self._clients("min(line_number)"), rows):
                stream.write(numbered(line_number, data))
        named = {"bestand": {file.nummer: file.naam for file in self._files}, "keuze": dict(enumerate(self._routes.keuzen))}
        billed = self._billed.format(_TRACED.format(line_number=self._line_number))
        write_parquet(self._database, path, billed, self._geteld, named, rest)

    def _made(self, place: int, parts: Iterable[str]) -> Iterator[bytes]:
        """Have the rows of each part of a file written, and return their bytes, some at a time."""
        path = self._database.folder / "deel.csv"
        for part in parts:
            self._copy(place, path, part)
            with path.open("rb") as stream:
                yield from iter(partial(stream.read, _CHUNK), b"")

    def _copy(self, place: int, path: Path, part: str, header: str = "") -> None:
        """Write rows of a file: those of the lines, or of a part of the trace."""
        query = self._trace(part) if place else self._regels()
        options = _COPY.format(header="true" if header else "false")
        self._database.run(f'COPY (SELECT rij AS "{header or "rij"}" FROM ({query})) TO {literal(str(path))} {options}')

    def _clients(self, number: str) -> Iterator[tuple[str, str, Any]]:
        """Return a number for each client, in their order: gemeente, BSN, and what `number` is in SQL over the client's lines."""
        joined = "regels JOIN dekking USING (dekking)"
        for batch in self._database.batches(f"SELECT gemeente, bsn, {number} FROM {joined} GROUP BY gemeente, bsn ORDER BY ALL"):
            yield from batch

    def _parts(self, place: int) -> Iterator[str]:
        """Return which parts of a file are sorted at a time: one, or as many as it takes to do so in memory."""
        if not self._records:
            return
        if not place or self._records <= _PART:
            yield ""
            return
        running = f"SELECT line_number, (sum(records) OVER (ORDER BY line_number) - 1) // {_PART} AS deel FROM regels"
        begin = -1
        for (end,) in self._database.all(f"SELECT max(line_number) FROM ({running}) GROUP BY deel ORDER BY ALL"):
            yield f"AND regels.line_number > {begin} AND regels.line_number <= {end}"
            begin = end

    def _regels(self) -> str:
        fields = (
            "referentie, ';;D;', declaratienummer",
            f"'{month_text(self._job.opdracht.maand)};', contract",
            "regel.aanbieder, ';', dekking.gemeente, ';', bsn, ';', nummer, ';', perceel, ';', prestatiecode, ';', niveau",
            "categorie, ';', productcel, ';', begindatum, ';', einddatum, ';', volume, ';', normtijd, ';', tarief_cent",
            "bedrag, ';', eenheid, ';', volume * per_unit, ';ja'",
        )
        return f"""SELECT concat({", ';', ".join(fields)}) AS rij
            FROM regels JOIN dekking USING (dekking) JOIN regel USING (regel)
            JOIN nummers ON nummers.aanbieder = regel.aanbieder AND nummers.gemeente = dekking.gemeente
            ORDER BY line_number"""

    def _trace(self, part: str) -> str:
        """Return the query for the rows of the trace, or of a part of it."""
        if not self._numbered:
            for column, (table, text) in _REPEATED.items():
                # As numbers of words they are sorted in a fraction of the time.
                self._database.run(f"CREATE TYPE woord_{column} AS ENUM (SELECT DISTINCT {text} FROM {table} ORDER BY ALL)")
                self._database.run(f"ALTER TABLE {table} ALTER {column} TYPE woord_{column} USING {text}")
            self._numbered = True
        files = choice("bestand", {file.nummer: literal(cell(file.naam)) for file in self._files})
        keuzen = choice("keuze", {number: literal(keuze) for number, keuze in enumerate(self._routes.keuzen)})
        fields = (
            "referentie, ';registratie;', id, tekst, duur, geleverd, eenheden, ';', cent, naam",
            f"{files}, ';', rij, ';', {keuzen}, niveaus, maximum, geteld",
        )
        return f"""SELECT concat({", ".join(fields)}) AS rij FROM (
            SELECT regels.referentie, feit.id, dag.tekst, feit.duur, tarief.geleverd, eenheden.eenheden,
              eenheden.eenheden * tarief.cent AS cent, wie.naam, feit.bestand, feit.rij, feit.keuze, tarief.niveaus,
              dekking.maximum, eenheden.geteld
            {self._billed.format(_TRACED.format(line_number=self._line_number))} {part}
            ORDER BY regels.line_number, dag.ordinaal, feit.id)"""


def _rest(digits: str) -> str:
    """Return SQL that spells hexadecimal digits as `REST` does; the function translate takes ten times as long."""
    sql = f"upper({digits})"
    for digit, sign in zip(HEXADECIMAL.upper(), REST, strict=True):
        if digit != sign:
            sql = f"replace({sql}, '{digit}', '{sign}')"
    return sql


def _product_period(month: int, begin: int, end: int) -> tuple[str, str]:
    """Return the product period as text; `begin` and `end` are days of the toewijzing inside the month, 0 where there are none."""
    first = date.fromordinal(begin) if begin else date.min
    begindatum, einddatum = product_period(first, date.fromordinal(end) if end else None, month)
    return begindatum.isoformat(), einddatum.isoformat()


def _before(clients: Iterator[tuple[str, str, _T]], rows: Iterable[tuple[str, str, bytes]]) -> Iterator[tuple[_T | None, bytes]]:
    """Return each of `rows` after what its next client of the database has for a number: None where it has none."""
    client = next(clients, None)
    for gemeente, bsn, data in rows:
        while client is not None and client[:2] < (gemeente, bsn):
            client = next(clients, None)
        if client is not None and client[:2] == (gemeente, bsn):
            raise RuntimeError("one client was computed twice")
        yield None if client is None else client[2], data


def _laid_out(head: bytes, chunks: Iterator[bytes], blocks: Iterable[tuple[str | None, bytes]]) -> Iterator[bytes | memoryview]:
    """Yield `head` and `chunks`, with each block before the row that begins with its referentienummer, without one at the end."""
    held, done = head, 0
    for referentie, own in groupby(blocks, itemgetter(0)):
        if referentie is None:
            yield held[done:]
            held, done = b"", 0
            yield from chunks
        else:
            mark = b"\n" + referentie.encode()
            while (end := held.find(mark, done)) < 0:
                kept = max(len(held) - len(mark), done)
                yield held[done:kept]
                held, done = held[kept:] + next(chunks), 0
            yield memoryview(held)[done : end + 1]
            done = end + 1
        yield from (data for _, data in own)
    yield held[done:]
    yield from chunks
