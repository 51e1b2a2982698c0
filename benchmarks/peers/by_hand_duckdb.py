"""The year by hand in DuckDB: the lines with their numbers and the sorted trace, for this one contract and form of data.

What mpj asks of every input is known here: every record bears its number, there is one contract, kwartieren are rounded per contact
and group hours per month, planned time counts unless something else stands beside it. Limits are added up first; only toewijzingen
that can reach one go record by record.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import duckdb

from benchmarks.peers.bound import Asked, Billed, bill
from benchmarks.peers.data import DAGTEKENING, PERIODE, Files

REGISTRATIES = {
    "id": "VARCHAR",
    "bsn": "INTEGER",
    "datum": "DATE",
    "minuten": "SMALLINT",
    "kwalificatieniveau": "niveaus",
    "medewerker": "VARCHAR",
    "prestatiecode": "codes",
    "toewijzingnummer": "INTEGER",
    "gemeente": "SMALLINT",
    "tijdsoort": "tijdsoorten",
    "status": "statussen",
    "afspraak": "VARCHAR",
    "begintijd": "TIME",
    "eindtijd": "TIME",
}
TOEWIJZINGEN = {
    "toewijzingnummer": "INTEGER",
    "bsn": "INTEGER",
    "gemeente": "SMALLINT",
    "aanbieder": "VARCHAR",
    "begindatum": "DATE",
    "einddatum": "DATE",
    "prestatiecode": "VARCHAR",
    "budget_cent": "BIGINT",
    "volume": "BIGINT",
    "eenheid": "VARCHAR",
    "frequentie": "TINYINT",
}
VERBLIJF = {
    "id": "VARCHAR",
    "bsn": "INTEGER",
    "begindatum": "DATE",
    "einddatum": "DATE",
    "prestatiecode": "codes",
    "toewijzingnummer": "INTEGER",
    "gemeente": "SMALLINT",
    "aanwezigheid": "VARCHAR",
}
TARIEVEN = {
    "perceel": "VARCHAR",
    "prestatiecode": "codes",
    "kwalificatieniveau": "VARCHAR",
    "begindatum": "DATE",
    "einddatum": "DATE",
    "tarief": "VARCHAR",
}
# A level is numbered as its digit in a productcode; a price without level is a level below all others.
TYPES = """
CREATE TYPE niveaus AS ENUM ('', 'mbo', 'hbo', 'hbo+', 'wo', 'wo+', 'ams');
CREATE TYPE tijdsoorten AS ENUM ('direct', 'indirect', 'reis', 'overig');
CREATE TYPE statussen AS ENUM ('gerealiseerd', 'gepland', 'niet_verschenen', 'geannuleerd', 'aanwezig');
CREATE TYPE soorten AS ENUM ('registratie', 'verblijf');
CREATE TYPE codes AS ENUM ('1.1', '1.2', '1.3', '2.1', '2.2', '4.2', '8.2');
CREATE TABLE soort AS SELECT * REPLACE (prestatiecode::codes AS prestatiecode) FROM (VALUES
  ('1.1', '40', '11', 'kwartier', '01', 15, 15), ('1.2', '45', '12', 'kwartier', '01', 15, 15),
  ('1.3', '45', '13', 'kwartier', '01', 15, 15), ('2.1', '45', '21', 'kwartier', '01', 15, 15),
  ('2.2', '45', '22', 'kwartier', '01', 15, 15), ('4.2', '41', '42', 'uur', '04', 1, 60),
  ('8.2', '44', '82', 'etmaal', '14', 1, 1)
) AS soort(prestatiecode, categorie, cijfers, normtijd, eenheid, per_eenheid, gewicht);
"""
PRICES = """
CREATE TABLE cel AS
  SELECT row_number() OVER (ORDER BY productcode, maand, perceel)::SMALLINT AS cel, * FROM (
    SELECT perceel, prestatiecode, kwalificatieniveau::niveaus AS niveau, maand::TINYINT AS maand,
      replace(tarief, ',', '')::BIGINT AS cent, categorie,
      categorie || cijfers || enum_code(kwalificatieniveau::niveaus) AS productcode,
      normtijd, eenheid, per_eenheid, gewicht,
      string_agg(kwalificatieniveau, ',' ORDER BY kwalificatieniveau::niveaus) OVER (PARTITION BY perceel, prestatiecode, maand
        ORDER BY kwalificatieniveau::niveaus ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS niveaus
    FROM (SELECT * REPLACE (coalesce(kwalificatieniveau, '') AS kwalificatieniveau) FROM {tarieven})
    JOIN range(1, 13) AS months(maand)
      ON make_date(2026, maand::INTEGER, 1) BETWEEN begindatum AND coalesce(einddatum, DATE '9999-12-31')
    JOIN soort USING (prestatiecode)
    WHERE tarief <> 'uitgesloten'
  );
CREATE TYPE reeksen AS ENUM (SELECT DISTINCT niveaus FROM cel);
ALTER TABLE cel ALTER niveaus TYPE reeksen;
CREATE TABLE prijs AS  -- the highest contracted level at or below the delivered one
  SELECT perceel, prestatiecode, geleverd, maand, arg_max(cel, niveau) AS cel
  FROM cel JOIN (SELECT unnest(enum_range(NULL::niveaus))::niveaus AS geleverd) ON niveau <= geleverd
  GROUP BY ALL;
"""
# Numbered in the order of the lines.
ASSIGNED = """
CREATE TABLE toewijzing AS
  SELECT row_number() OVER (ORDER BY gemeente, bsn, toewijzingnummer)::INTEGER AS tw, toewijzingnummer, bsn, gemeente, perceel,
    begindatum, coalesce(einddatum, DATE '9999-12-31') AS einddatum, string_split(prestatiecode, ',')::codes[] AS codes,
    budget_cent, volume * CASE eenheid WHEN '04' THEN 60 ELSE 1 END AS volume, frequentie
  FROM {toewijzingen} JOIN (SELECT unnest($gemeenten) AS gemeente, unnest($percelen) AS perceel) USING (gemeente)
  WHERE aanbieder = $aanbieder;
"""
COVERED = """
CREATE TABLE toegewezen AS
  SELECT tw, gemeente, toewijzingnummer, bsn, perceel, begindatum, einddatum, unnest(codes) AS prestatiecode FROM toewijzing;
CREATE TABLE regel (regel BIGINT, tw INTEGER, cel SMALLINT, volume INTEGER);
"""
CARE = """
CREATE TABLE registratie AS
  SELECT row_number() OVER () + 1 AS rij, * FROM {registraties};
CREATE VIEW telt AS
  SELECT * FROM registratie WHERE status = 'gerealiseerd'
  UNION ALL
  SELECT plan.* FROM registratie AS plan ANTI JOIN registratie AS other
    ON other.bsn = plan.bsn AND other.afspraak = plan.afspraak AND other.status <> 'gepland' AND other.tijdsoort = 'direct'
  WHERE plan.status = 'gepland';
CREATE VIEW contact AS
  SELECT tw, cel, id, rij, datum, minuten, kwalificatieniveau, status, medewerker, telt.prestatiecode, begintijd, eindtijd
  FROM telt
  JOIN toegewezen USING (gemeente, toewijzingnummer, bsn, prestatiecode)
  JOIN prijs ON prijs.perceel = toegewezen.perceel AND prijs.prestatiecode = telt.prestatiecode
    AND prijs.maand = month(datum) AND prijs.geleverd = kwalificatieniveau
  WHERE tijdsoort = 'direct' AND minuten > 0 AND datum BETWEEN begindatum AND einddatum;
CREATE TABLE zorg AS
  SELECT tw * 4096::BIGINT + cel AS regel, tw, cel, 'registratie'::soorten AS soort, id, rij::INTEGER AS rij, datum, minuten,
    kwalificatieniveau, status, medewerker, minuten::INTEGER AS geteld, 0 AS som_voor,
    greatest(1, (2 * minuten + 15) // 30)::INTEGER AS voor_limiet, greatest(1, (2 * minuten + 15) // 30)::INTEGER AS eenheden,
    false AS afgetopt
  FROM contact WHERE prestatiecode <> '4.2';
"""
# A minute of a group counts once for the child; the hours of a month are rounded once, and each record has its share.
GROUPS = """
INSERT INTO zorg
  WITH aanwezig AS (
    SELECT *, greatest(0, datediff('minute', greatest(begintijd, coalesce(max(eindtijd) OVER (PARTITION BY tw, datum
        ORDER BY begintijd, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), begintijd)), eindtijd)) AS geteld
    FROM contact WHERE prestatiecode = '4.2'
  ),
  som AS (
    SELECT *, sum(geteld) OVER (PARTITION BY tw, cel ORDER BY datum, id) AS som_met, som_met - geteld AS som_voor
    FROM aanwezig WHERE geteld > 0
  )
  SELECT tw * 4096::BIGINT + cel, tw, cel, 'registratie', id, rij, datum, minuten, kwalificatieniveau, status, medewerker,
    geteld, som_voor, greatest(1, (som_met + 30) // 60)
      - CASE WHEN som_voor > 0 THEN greatest(1, (som_voor + 30) // 60) ELSE 0 END AS voor_limiet, voor_limiet, false
  FROM som;
"""
STAYS = """
INSERT INTO zorg
  WITH dag AS (
    SELECT *, unnest(generate_series(begindatum, coalesce(einddatum, $einde), INTERVAL 1 DAY))::DATE AS datum
    FROM (SELECT row_number() OVER () + 1 AS rij, * FROM {verblijf}) WHERE aanwezigheid = 'aanwezig'
  )
  SELECT tw * 4096::BIGINT + cel, tw, cel, 'verblijf', id, rij, datum, NULL, '', 'aanwezig', NULL, 1, 0, 1, 1, false
  FROM dag
  JOIN toegewezen USING (gemeente, toewijzingnummer, bsn, prestatiecode)
  JOIN prijs ON prijs.perceel = toegewezen.perceel AND prijs.prestatiecode = dag.prestatiecode
    AND prijs.maand = month(datum) AND prijs.geleverd = ''
  WHERE datum BETWEEN toegewezen.begindatum AND toegewezen.einddatum
  QUALIFY row_number() OVER (PARTITION BY tw, datum ORDER BY dag.begindatum, id) = 1;
"""
LINES = """
INSERT INTO regel
  SELECT regel, tw, cel, sum(eenheden)::INTEGER AS volume FROM zorg {} GROUP BY ALL
"""
# What may be billed in all, and in each month; what is used of it. Weeks are those that a period touches.
LIMITS = """
CREATE MACRO weken(van, tot) AS (date_trunc('week', tot)::DATE - date_trunc('week', van)::DATE) // 7 + 1;
CREATE TABLE maxima AS
  SELECT tw, maand, budget_cent, volume * CASE frequentie WHEN 4 THEN 1
      WHEN 2 THEN weken(greatest(begindatum, eerste), least(einddatum, last_day(eerste))) END AS per_maand,
    volume * CASE WHEN frequentie = 6 THEN 1 WHEN einddatum = DATE '9999-12-31' THEN NULL
      WHEN frequentie = 4 THEN datediff('month', begindatum, einddatum) + 1
      ELSE weken(begindatum, einddatum) END AS totaal, cent, gewicht
  FROM (
    SELECT tw, maand, make_date(2026, maand::INTEGER, 1) AS eerste,
      sum(volume * cent)::BIGINT AS cent, sum(volume * gewicht)::BIGINT AS gewicht
    FROM regel JOIN cel USING (cel) GROUP BY ALL
  ) JOIN toewijzing USING (tw) WHERE budget_cent IS NOT NULL OR volume IS NOT NULL;
CREATE TABLE haalbaar AS
  SELECT tw FROM maxima GROUP BY tw
  HAVING bool_or(gewicht > per_maand) OR sum(gewicht) > any_value(totaal) OR sum(cent) > any_value(budget_cent);
"""
BOUNDED = """
SELECT tw, budget_cent, totaal, per_maand, zorg.rowid, cel.maand, eenheden, cel.gewicht, cel.cent
FROM zorg JOIN cel USING (cel) JOIN maxima USING (tw, maand) SEMI JOIN haalbaar USING (tw) ORDER BY tw, datum, id
"""
CORRECTED_BY = """
CREATE TABLE begrensd AS SELECT unnest($plaatsen) AS plaats, unnest($eenheden) AS eenheden, unnest($afgetopt) AS afgetopt;
"""
CORRECTED = """
UPDATE zorg SET eenheden = begrensd.eenheden, afgetopt = begrensd.afgetopt FROM begrensd WHERE zorg.rowid = begrensd.plaats;
DELETE FROM zorg WHERE eenheden IS NULL;
DELETE FROM regel WHERE tw IN (FROM haalbaar);
"""
NUMBERED = """
CREATE TABLE lijn AS
  SELECT regel, cel, upper(left(sha256(concat_ws(chr(31), 'D', $aanbieder, gemeente, toewijzingnummer, categorie, productcode,
      begindatum, einddatum, volume * per_eenheid, eenheid, volume * cent, 1)), 20)) AS referentienummer,
    gemeente, bsn, toewijzingnummer, begindatum, einddatum, volume
  FROM (
    SELECT regel, cel, regel.volume, gemeente, bsn, toewijzingnummer, greatest(begindatum, make_date(2026, maand, 1)) AS begindatum,
      least(einddatum, last_day(make_date(2026, maand, 1))) AS einddatum, categorie, productcode, eenheid, per_eenheid, cent
    FROM regel JOIN toewijzing USING (tw) JOIN cel USING (cel)
  );
"""
REGELS = """
SELECT referentienummer, NULL AS vorig_referentienummer, 'D' AS debetcredit, declaratienummer, $periode AS declaratieperiode,
  $contract AS contract, $aanbieder AS aanbieder, gemeente, bsn, toewijzingnummer, perceel, prestatiecode,
  nullif(niveau, '') AS kwalificatieniveau, categorie AS productcategorie, productcode, begindatum, einddatum, volume, normtijd,
  cent AS tarief_cent, volume * cent AS bedrag_cent, eenheid, volume * per_eenheid AS volume_bericht, 'ja' AS in_bericht
FROM lijn
JOIN cel USING (cel)
JOIN (SELECT gemeente, upper(left(sha256(string_agg(referentienummer, '' ORDER BY regel)), 12)) AS declaratienummer
  FROM lijn GROUP BY gemeente) USING (gemeente)
ORDER BY regel
"""
# What is the same in every row, or follows from the rest, is put there once they are sorted.
HERKOMST = """
SELECT referentienummer, soort, id AS bron, datum, minuten, {niveau} AS kwalificatieniveau, eenheden AS aantal_eenheden,
  eenheden * cent AS bedrag_cent, {afgetopt} AS afgetopt, status, {medewerker} AS medewerker, {leeg} AS onderaannemer,
  CASE soort WHEN 'verblijf' THEN 'verblijf.csv' ELSE 'registraties.csv' END AS bestand, rij, 'nummer' AS keuze,
  {niveaus} AS niveaus, {leeg} AS maximum, geteld, som_voor, voor_limiet
FROM (
  SELECT referentienummer, zorg.*, cent, niveaus
  FROM zorg JOIN (SELECT regel, referentienummer FROM lijn) USING (regel) JOIN (SELECT cel, cent, niveaus FROM cel) USING (cel)
  ORDER BY zorg.regel, datum, id
)
"""
# In CSV an empty text would be written in quotes.
FORMS = {
    "csv": {
        "niveau": "nullif(kwalificatieniveau, '')",
        "afgetopt": "CASE WHEN afgetopt THEN 'ja' ELSE 'nee' END",
        "medewerker": "medewerker",
        "leeg": "NULL",
        "niveaus": "nullif(niveaus, '')",
    },
    "parquet": {
        "niveau": "kwalificatieniveau",
        "afgetopt": "afgetopt",
        "medewerker": "coalesce(medewerker, '')",
        "leeg": "''",
        "niveaus": "CASE niveaus WHEN '' THEN [] ELSE string_split(niveaus::VARCHAR, ',') END",
    },
}


def source(path: Path, types: Mapping[str, str]) -> str:
    """Return SQL that reads a CSV file with these columns; those that this file does not have are NULL."""
    with path.open(encoding="utf-8") as file:
        names = file.readline().strip().split(";")
    columns = ", ".join(f"'{name}': '{types[name]}'" for name in names)
    absent = "".join(f", NULL::{form} AS {name}" for name, form in types.items() if name not in names)
    options = f"delim = ';', quote = '', header = true, auto_detect = false, columns = {{{columns}}}"
    return f"(SELECT *{absent} FROM read_csv('{path}', {options}))"


def limited(connection: duckdb.DuckDBPyConnection) -> None:
    """Bill what can reach a limit record by record, in place of what was added up."""
    places: list[int] = []
    billed: list[Billed | None] = []
    rows = connection.execute(BOUNDED).fetchall()
    for _, group in groupby(rows, itemgetter(0)):
        found = list(group)
        _, budget, total, *_ = found[0]
        places += (row[4] for row in found)
        billed += bill((Asked(*row[5:]) for row in found), budget, total, {row[5]: row[3] for row in found})
    if places:
        units = [one and one.eenheden for one in billed]
        connection.execute(
            CORRECTED_BY, {"plaatsen": places, "eenheden": units, "afgetopt": [one and one.afgetopt for one in billed]}
        )
        connection.execute(CORRECTED)
        connection.execute(LINES.format("SEMI JOIN haalbaar USING (tw)"))


def main(folder: Path, out: Path, form: str = "csv") -> None:
    """Read the CSV files of `folder`, and write the lines and the trace, as csv or as parquet, into the folder `out`."""
    out.mkdir()
    files = Files(folder)
    contract = tomllib.loads((files.contract / "contract.toml").read_text("utf-8"))
    served = [(int(gemeente), row["code"]) for row in contract["perceel"] for gemeente in row["gemeenten"]]
    gemeenten, percelen = zip(*served, strict=True)
    aanbieder = contract["contract"]["aanbieder"]
    with duckdb.connect() as connection:
        connection.execute(TYPES)
        connection.execute(PRICES.format(tarieven=source(files.contract / "tarieven.csv", TARIEVEN)))
        assigned = {"gemeenten": list(gemeenten), "percelen": list(percelen), "aanbieder": aanbieder}
        connection.execute(ASSIGNED.format(toewijzingen=source(files.toewijzingen, TOEWIJZINGEN)), assigned)
        connection.execute(COVERED)
        connection.execute(CARE.format(registraties=source(files.registraties, REGISTRATIES)))
        connection.execute(GROUPS)
        if files.limits:
            connection.execute(STAYS.format(verblijf=source(files.verblijf, VERBLIJF)), {"einde": date.fromisoformat(DAGTEKENING)})
        connection.execute(LINES.format(""))
        connection.execute(LIMITS)
        limited(connection)
        connection.execute(NUMBERED, {"aanbieder": aanbieder})
        given = {"aanbieder": aanbieder, "contract": contract["contract"]["id"], "periode": PERIODE}
        csv = "FORMAT csv, DELIMITER ';', HEADER"
        connection.execute(f"COPY ({REGELS}) TO '{out / 'declaratieregels.csv'}' ({csv})", given)
        options = "FORMAT parquet" if form == "parquet" else csv
        connection.execute(f"COPY ({HERKOMST.format(**FORMS[form])}) TO '{out / f'herkomst.{form}'}' ({options})")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
