"""The year in Polars: one lazy query from the CSV files to the lines."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import polars as pl

NIVEAU = pl.Enum(["mbo", "hbo", "hbo+", "wo", "wo+", "ams"])
CODE = pl.Enum(["1.1", "1.2", "1.3", "2.1", "2.2"])
LINE = ("gemeente", "toewijzingnummer", "prestatiecode", "niveau", "maand")
FOR_EVER = pl.date(9999, 12, 31)


def prices(folder: Path) -> pl.LazyFrame:
    """Return, per perceel, prestatiecode, delivered level and month, the billed level and its price in cents."""
    columns = dict.fromkeys(("perceel", "prestatiecode", "kwalificatieniveau"), pl.String)
    dates = dict.fromkeys(("begindatum", "einddatum"), pl.Date)
    cells = pl.scan_csv(folder / "tarieven.csv", separator=";", schema={**columns, **dates, "tarief": pl.String})
    months = pl.LazyFrame({"maand": pl.Series(range(1, 13), dtype=pl.Int8)}).with_columns(dag=pl.date(2026, "maand", 1))
    delivered = pl.LazyFrame({"geleverd": pl.Series(NIVEAU.categories, dtype=NIVEAU)})
    return (
        cells.filter(pl.col("tarief") != "uitgesloten")
        .with_columns(
            pl.col("tarief").str.replace(",", "", literal=True).cast(pl.Int64).alias("cent"),
            pl.col("prestatiecode").cast(CODE),
            pl.col("kwalificatieniveau").cast(NIVEAU).alias("niveau"),
        )
        .join(months, how="cross")
        .filter(pl.col("dag").is_between("begindatum", pl.col("einddatum").fill_null(FOR_EVER)))
        .join(delivered, how="cross")
        .filter(pl.col("niveau") <= pl.col("geleverd"))
        .sort("niveau")
        .group_by("perceel", "prestatiecode", "geleverd", "maand")
        .agg(pl.last("niveau"), pl.last("cent"))
    )


def assignments(folder: Path) -> pl.LazyFrame:
    """Return the toewijzingen, a row for each prestatiecode that one covers, with the perceel of its gemeente."""
    contract = tomllib.loads((folder / "contract" / "contract.toml").read_text("utf-8"))
    served = [(int(gemeente), row["code"]) for row in contract["perceel"] for gemeente in row["gemeenten"]]
    percelen = pl.LazyFrame(served, schema={"gemeente": pl.Int32, "perceel": pl.String}, orient="row")
    numbers = dict.fromkeys(("toewijzingnummer", "bsn", "gemeente"), pl.Int32)
    dates = dict.fromkeys(("begindatum", "einddatum"), pl.Date)
    schema = {**numbers, "aanbieder": pl.String, **dates, "prestatiecode": pl.String}
    return (
        pl.scan_csv(folder / "toewijzingen.csv", separator=";", schema=schema)
        .filter(pl.col("aanbieder") == contract["contract"]["aanbieder"])
        .join(percelen, on="gemeente")
        .with_columns(pl.col("prestatiecode").str.split(","), pl.col("einddatum").fill_null(FOR_EVER))
        .explode("prestatiecode")
        .with_columns(pl.col("prestatiecode").cast(CODE))
    )


def registrations(folder: Path) -> pl.LazyFrame:
    """Return the registraties that are direct time, took place and lasted."""
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "id": pl.String,
        "bsn": pl.Int32,
        "datum": pl.Date,
        "minuten": pl.Int32,
        "kwalificatieniveau": NIVEAU,
        "medewerker": pl.String,
        "prestatiecode": CODE,
        "toewijzingnummer": pl.Int32,
        "gemeente": pl.Int32,
        "tijdsoort": pl.String,
        "status": pl.String,
    }
    return pl.scan_csv(folder / "registraties.csv", separator=";", schema=schema).filter(
        pl.col("tijdsoort") == "direct", pl.col("status") == "gerealiseerd", pl.col("minuten") > 0
    )


def lines(folder: Path) -> pl.LazyFrame:
    """Return the declaration lines: units and cents per toewijzing, prestatiecode, billed level and month."""
    return (
        registrations(folder)
        .join(assignments(folder), on=["gemeente", "toewijzingnummer", "bsn", "prestatiecode"])
        .filter(pl.col("datum").is_between("begindatum", "einddatum"))
        .with_columns(pl.col("datum").dt.month().alias("maand"), pl.col("kwalificatieniveau").alias("geleverd"))
        .join(prices(folder / "contract"), on=["perceel", "prestatiecode", "geleverd", "maand"])
        .with_columns(((2 * pl.col("minuten") + 15) // 30).clip(lower_bound=1).cast(pl.Int64).alias("eenheden"))
        .group_by(LINE)
        .agg(pl.col("eenheden").sum(), (pl.col("eenheden") * pl.col("cent")).sum().alias("bedrag_cent"))
    )


def main(folder: Path, out: Path) -> None:
    """Read the CSV files of `folder` and write the lines to `out`."""
    lines(folder).sink_csv(out, separator=";")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
