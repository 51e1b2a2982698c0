"""The year in DuckDB: one statement of SQL from the CSV files to the lines."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import duckdb

TYPES = """
CREATE TYPE niveaus AS ENUM ('mbo', 'hbo', 'hbo+', 'wo', 'wo+', 'ams');
CREATE TYPE codes AS ENUM ('1.1', '1.2', '1.3', '2.1', '2.2');
"""
# Added up before the price is looked up: that joins the prices with lines instead of with every record.
LINES = """
COPY (
  WITH months AS (SELECT maand, make_date(2026, maand, 1) AS dag FROM range(1, 13) AS months(maand)),
  cells AS (
    SELECT perceel, prestatiecode, kwalificatieniveau::niveaus AS niveau, begindatum,
      coalesce(einddatum, DATE '9999-12-31') AS einddatum, replace(tarief, ',', '')::BIGINT AS cent
    FROM read_csv($tarieven, delim = ';', header = true, columns = {
      'perceel': 'VARCHAR', 'prestatiecode': 'codes', 'kwalificatieniveau': 'VARCHAR',
      'begindatum': 'DATE', 'einddatum': 'DATE', 'tarief': 'VARCHAR'})
    WHERE tarief <> 'uitgesloten'
  ),
  prices AS (  -- the highest contracted level at or below the delivered one
    SELECT perceel, prestatiecode, geleverd, maand, max(niveau) AS niveau, arg_max(cent, niveau) AS cent
    FROM cells
    JOIN months ON dag BETWEEN begindatum AND einddatum
    JOIN (SELECT unnest(enum_range(NULL::niveaus))::niveaus AS geleverd) ON niveau <= geleverd
    GROUP BY ALL
  ),
  served AS (SELECT unnest($gemeenten) AS gemeente, unnest($percelen) AS perceel),
  assigned AS (
    SELECT gemeente, toewijzingnummer, bsn, perceel, begindatum, coalesce(einddatum, DATE '9999-12-31') AS einddatum,
      unnest(string_split(prestatiecode, ','))::codes AS prestatiecode
    FROM read_csv($toewijzingen, delim = ';', header = true, columns = {
      'toewijzingnummer': 'INTEGER', 'bsn': 'INTEGER', 'gemeente': 'INTEGER', 'aanbieder': 'VARCHAR',
      'begindatum': 'DATE', 'einddatum': 'DATE', 'prestatiecode': 'VARCHAR'})
    JOIN served USING (gemeente)
    WHERE aanbieder = $aanbieder
  ),
  delivered AS MATERIALIZED (
    SELECT gemeente, toewijzingnummer, perceel, prestatiecode, kwalificatieniveau AS geleverd, month(datum) AS maand,
      sum(greatest(1, (2 * minuten + 15) // 30))::BIGINT AS eenheden
    FROM read_csv($registraties, delim = ';', header = true, columns = {
      'id': 'VARCHAR', 'bsn': 'INTEGER', 'datum': 'DATE', 'minuten': 'INTEGER', 'kwalificatieniveau': 'niveaus',
      'medewerker': 'VARCHAR', 'prestatiecode': 'codes', 'toewijzingnummer': 'INTEGER', 'gemeente': 'INTEGER',
      'tijdsoort': 'VARCHAR', 'status': 'VARCHAR'})
    JOIN assigned USING (gemeente, toewijzingnummer, bsn, prestatiecode)
    WHERE tijdsoort = 'direct' AND status = 'gerealiseerd' AND minuten > 0 AND datum BETWEEN begindatum AND einddatum
    GROUP BY ALL
  )
  SELECT gemeente, toewijzingnummer, prestatiecode, niveau, maand,
    sum(eenheden)::BIGINT AS eenheden, sum(eenheden * cent)::BIGINT AS bedrag_cent
  FROM delivered
  JOIN prices USING (perceel, prestatiecode, geleverd, maand)
  GROUP BY ALL
) TO $out (DELIMITER ';', HEADER)
"""


def main(folder: Path, out: Path) -> None:
    """Read the CSV files of `folder` and write the lines to `out`."""
    contract = tomllib.loads((folder / "contract" / "contract.toml").read_text("utf-8"))
    served = [(int(gemeente), row["code"]) for row in contract["perceel"] for gemeente in row["gemeenten"]]
    given = {
        "tarieven": str(folder / "contract" / "tarieven.csv"),
        "toewijzingen": str(folder / "toewijzingen.csv"),
        "registraties": str(folder / "registraties.csv"),
        "aanbieder": contract["contract"]["aanbieder"],
        "gemeenten": [gemeente for gemeente, _ in served],
        "percelen": [perceel for _, perceel in served],
        "out": str(out),
    }
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(TYPES)
        connection.execute(LINES, given)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
