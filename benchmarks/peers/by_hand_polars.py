"""The year by hand in Polars: the lines with their numbers and the sorted trace, for this one contract and form of data.

The same steps as in `benchmarks.peers.by_hand_duckdb`, as expressions.
"""

from __future__ import annotations

import hashlib
import sys
import tomllib
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.peers.bound import Asked, Billed, bill
from benchmarks.peers.data import DAGTEKENING, PERIODE, Files

# A level is numbered as its digit in a productcode; a price without level is a level below all others.
NIVEAU = pl.Enum(["", "mbo", "hbo", "hbo+", "wo", "wo+", "ams"])
CODE = pl.Enum(["1.1", "1.2", "1.3", "2.1", "2.2", "4.2", "8.2"])
STATUS = pl.Enum(["gerealiseerd", "gepland", "niet_verschenen", "geannuleerd", "aanwezig"])
KINDS = {
    "prestatiecode": ["1.1", "1.2", "1.3", "2.1", "2.2", "4.2", "8.2"],
    "categorie": ["40", "45", "45", "45", "45", "41", "44"],
    "normtijd": ["kwartier"] * 5 + ["uur", "etmaal"],
    "eenheid": ["01"] * 5 + ["04", "14"],
    "per_eenheid": [15] * 5 + [1, 1],
    "gewicht": [15] * 5 + [60, 1],
}
FOR_EVER = date(9999, 12, 31)
KEY = ("gemeente", "toewijzingnummer", "bsn", "prestatiecode")
TEXTS = dict.fromkeys(("id", "medewerker", "tijdsoort", "afspraak", "begintijd", "eindtijd", "aanwezigheid", "perceel"), pl.String)
COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    **TEXTS,
    **dict.fromkeys(("aanbieder", "eenheid", "tarief"), pl.String),
    **dict.fromkeys(("toewijzingnummer", "bsn", "gemeente", "minuten"), pl.Int32),
    **dict.fromkeys(("budget_cent", "volume", "frequentie"), pl.Int64),
    **dict.fromkeys(("datum", "begindatum", "einddatum"), pl.Date),
    "kwalificatieniveau": NIVEAU,
    "prestatiecode": CODE,
    "status": STATUS,
}
MONTH_BEGIN, MONTH_END = pl.date(2026, "maand", 1), pl.date(2026, "maand", 1).dt.month_end()
TIMES = ("begintijd", "eindtijd")
SUMS = (pl.col("som_met"), pl.col("som_voor"))
TRACE = ("geteld", "som_voor", "voor_limiet", "eenheden")
CARE = ("tw", "cel", "soort", "id", "rij", "datum", "minuten", "kwalificatieniveau", "status", "medewerker", *TRACE)


def scan(path: Path, **types: pl.DataType | type[pl.DataType]) -> pl.LazyFrame:
    """Read a CSV file, with the number of each row as a spreadsheet shows it."""
    with path.open(encoding="utf-8") as file:
        names = file.readline().strip().split(";")
    schema = {name: (COLUMNS | types)[name] for name in names}
    return pl.scan_csv(path, separator=";", schema=schema, quote_char=None, row_index_name="rij", row_index_offset=2)


def cells(folder: Path) -> pl.DataFrame:
    """Return the matrix by month, numbered in the order of product code and month, with all that a line says of its price."""
    months = pl.LazyFrame({"maand": pl.Series(range(1, 13), dtype=pl.Int8)})
    digits = pl.col("prestatiecode").cast(pl.String).str.replace(".", "", literal=True)
    level = pl.col("niveau").to_physical().cast(pl.String)
    return (
        scan(folder / "tarieven.csv", kwalificatieniveau=pl.String)
        .filter(pl.col("tarief") != "uitgesloten")
        .join(months, how="cross")
        .filter(MONTH_BEGIN.is_between("begindatum", pl.col("einddatum").fill_null(FOR_EVER)))
        .join(pl.LazyFrame(KINDS, schema_overrides={"prestatiecode": CODE}), on="prestatiecode")
        .with_columns(
            pl.col("kwalificatieniveau").fill_null("").cast(NIVEAU).alias("niveau"),
            pl.col("tarief").str.replace(",", "", literal=True).cast(pl.Int64).alias("cent"),
        )
        .with_columns(pl.concat_str("categorie", digits, level).alias("productcode"))
        .sort("niveau")
        .with_columns(pl.col("niveau").cast(pl.String).str.join(",").over("perceel", "prestatiecode", "maand").alias("niveaus"))
        .sort("productcode", "maand", "perceel")
        .drop("rij")
        .with_row_index("cel")
        .collect()
    )


def prices(found: pl.DataFrame) -> pl.LazyFrame:
    """Return the cell per delivered level and month: the highest contracted level at or below the delivered one."""
    delivered = pl.LazyFrame({"geleverd": pl.Series(NIVEAU.categories, dtype=NIVEAU)})
    return (
        found.lazy()
        .join(delivered, how="cross")
        .filter(pl.col("niveau") <= pl.col("geleverd"))
        .sort("niveau")
        .group_by("perceel", "prestatiecode", "geleverd", "maand")
        .agg(pl.last("cel"))
    )


def assignments(files: Files, contract: dict[str, Any]) -> pl.DataFrame:
    """Return the toewijzingen, numbered in the order of the lines, with the perceel of the gemeente."""
    served = [(int(gemeente), row["code"]) for row in contract["perceel"] for gemeente in row["gemeenten"]]
    percelen = pl.LazyFrame(served, schema={"gemeente": pl.Int32, "perceel": pl.String}, orient="row")
    found = scan(files.toewijzingen, prestatiecode=pl.String)
    absent = [pl.lit(None, COLUMNS[name]).alias(name) for name in ("budget_cent", "volume", "frequentie", "eenheid")]
    return (
        (found if files.limits else found.with_columns(absent))
        .filter(pl.col("aanbieder") == contract["contract"]["aanbieder"])
        .join(percelen, on="gemeente")
        .sort("gemeente", "bsn", "toewijzingnummer")
        .with_columns(
            pl.col("prestatiecode").str.split(","),
            pl.col("einddatum").fill_null(FOR_EVER),
            pl.col("volume") * pl.when(eenheid="04").then(60).otherwise(1),
        )
        .drop("rij", "eenheid")
        .with_row_index("tw")
        .collect()
    )


def contacts(files: Files, assigned: pl.DataFrame, cells: pl.LazyFrame) -> pl.LazyFrame:
    """Return the registraties that count, with toewijzing and cell; planned ones where nothing else stands beside them."""
    found = scan(files.registraties)
    if not files.limits:
        found = found.with_columns(pl.lit(None, pl.String).alias(name) for name in ("afspraak", "begintijd", "eindtijd"))
    found = found.filter(pl.col("tijdsoort") == "direct")
    beside = found.filter(pl.col("afspraak").is_not_null(), pl.col("status") != "gepland").select("bsn", "afspraak")
    plans = found.filter(pl.col("status") == "gepland").join(beside, on=["bsn", "afspraak"], how="anti")
    counting = pl.concat([found.filter(pl.col("status") == "gerealiseerd"), plans]).filter(pl.col("minuten") > 0)
    return placed(counting, assigned, cells, pl.col("kwalificatieniveau")).with_columns(soort=pl.lit("registratie"))


def placed(records: pl.LazyFrame, assigned: pl.DataFrame, cells: pl.LazyFrame, geleverd: pl.Expr) -> pl.LazyFrame:
    """Find the toewijzing of each record by its number, and the cell of its price."""
    covered = assigned.lazy().select("tw", "perceel", "begindatum", "einddatum", *KEY).explode("prestatiecode")
    return (
        records.join(covered.with_columns(pl.col("prestatiecode").cast(CODE)), on=KEY)
        .filter(pl.col("datum").is_between("begindatum", "einddatum"))
        .with_columns(pl.col("datum").dt.month().alias("maand"), geleverd.alias("geleverd"))
        .join(cells, on=["perceel", "prestatiecode", "geleverd", "maand"])
    )


def singly(records: pl.LazyFrame) -> pl.LazyFrame:
    """Count the kwartieren of each contact: rounded half up, at least one."""
    units = ((2 * pl.col("minuten") + 15) // 30).clip(lower_bound=1)
    found = records.filter(pl.col("prestatiecode") != "4.2")
    return found.with_columns(geteld="minuten", som_voor=pl.lit(0, pl.Int32), voor_limiet=units, eenheden=units)


def together(records: pl.LazyFrame) -> pl.LazyFrame:
    """Count a minute of a group once for the child, and round the hours of a month once; each record has its share."""
    begin, end = (pl.col(name).str.slice(0, 2).cast(pl.Int32) * 60 + pl.col(name).str.slice(3, 2).cast(pl.Int32) for name in TIMES)
    day, covered = ("tw", "datum"), pl.col("einde").cum_max().shift(1)
    hours = [pl.when(sum_ > 0).then(((sum_ + 30) // 60).clip(lower_bound=1)).otherwise(0) for sum_ in SUMS]
    return (
        records.filter(pl.col("prestatiecode") == "4.2")
        .with_columns(begin.alias("begin"), end.alias("einde"))
        .sort(*day, "begin", "id")
        .with_columns(pl.max_horizontal("begin", covered.over(day)).alias("vanaf"))
        .with_columns((pl.col("einde") - pl.col("vanaf")).clip(lower_bound=0).alias("geteld"))
        .filter(pl.col("geteld") > 0)
        .sort("tw", "cel", "datum", "id")
        .with_columns(pl.col("geteld").cum_sum().over("tw", "cel").alias("som_met"))
        .with_columns((pl.col("som_met") - pl.col("geteld")).alias("som_voor"))
        .with_columns((hours[0] - hours[1]).alias("voor_limiet"))
        .with_columns(eenheden="voor_limiet")
    )


def days(files: Files, assigned: pl.DataFrame, cells: pl.LazyFrame) -> pl.LazyFrame:
    """Return the days of stays: each day of a toewijzing once, for the stay that began first."""
    last = pl.col("einddatum").fill_null(date.fromisoformat(DAGTEKENING))
    found = (
        scan(files.verblijf)
        .filter(pl.col("aanwezigheid") == "aanwezig")
        .with_columns(pl.date_ranges("begindatum", last).alias("datum"), pl.col("begindatum").alias("sinds"))
        .drop("begindatum", "einddatum")
        .explode("datum")
    )
    one = {name: pl.lit(number, pl.Int32) for name, number in zip(TRACE, (1, 0, 1, 1), strict=True)}
    return (
        placed(found, assigned, cells, pl.lit("", NIVEAU))
        .sort("tw", "datum", "sinds", "id")
        .unique(["tw", "datum"], keep="first", maintain_order=True)
        .with_columns(
            soort=pl.lit("verblijf"),
            minuten=pl.lit(None, pl.Int32),
            kwalificatieniveau=pl.lit("", NIVEAU),
            status=pl.lit("aanwezig", STATUS),
            medewerker=pl.lit(None, pl.String),
            **one,
        )
    )


def weeks(begin: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Return how many weeks, from Monday to Sunday, a period touches."""
    return (end.dt.truncate("1w") - begin.dt.truncate("1w")).dt.total_days() // 7 + 1


def reachable(care: pl.DataFrame, assigned: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Return what is allowed, per toewijzing and month, of the toewijzingen that can reach a limit."""
    begin, end = pl.col("begindatum"), pl.col("einddatum")
    month_weeks = weeks(pl.max_horizontal(begin, MONTH_BEGIN), pl.min_horizontal(end, MONTH_END))
    months = (end.dt.year() - begin.dt.year()) * 12 + end.dt.month() - begin.dt.month() + 1
    often = pl.col("frequentie")
    return (
        care.lazy()
        .group_by("tw", "cel")
        .agg(pl.col("eenheden").sum())
        .join(found.lazy().select("cel", "maand", "cent", "gewicht"), on="cel")
        .group_by("tw", "maand")
        .agg(
            (pl.col("eenheden") * pl.col("cent")).sum().alias("cent"),
            (pl.col("eenheden") * pl.col("gewicht")).sum().alias("gewicht"),
        )
        .join(assigned.lazy().filter(pl.any_horizontal(pl.col("budget_cent", "volume").is_not_null())), on="tw")
        .with_columns(
            (pl.col("volume") * pl.when(often == 4).then(1).when(often == 2).then(month_weeks)).alias("per_maand"),
            (
                pl.col("volume")
                * pl.when(often == 6)
                .then(1)
                .when(end == FOR_EVER)
                .then(None)
                .when(often == 4)
                .then(months)
                .otherwise(weeks(begin, end))
            ).alias("totaal"),
        )
        .filter(
            (pl.col("gewicht") > pl.col("per_maand")).fill_null(value=False).any().over("tw")
            | (pl.col("gewicht").sum().over("tw") > pl.col("totaal")).fill_null(value=False)
            | (pl.col("cent").sum().over("tw") > pl.col("budget_cent")).fill_null(value=False)
        )
        .select("tw", "maand", "budget_cent", "totaal", "per_maand")
        .collect()
    )


def bounded(care: pl.DataFrame, allowed: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Bill what can reach a limit record by record."""
    names = ("tw", "budget_cent", "totaal", "per_maand", "maand", "eenheden", "gewicht", "cent")
    rows = care.join(found.select("cel", "cent", "gewicht"), on="cel").join(allowed, on=["tw", "maand"]).sort("tw", "datum", "id")
    billed: list[Billed | None] = []
    for _, group in groupby(rows.select(names).iter_rows(), itemgetter(0)):
        members = list(group)
        _, budget, total, *_ = members[0]
        billed += bill((Asked(*row[4:]) for row in members), budget, total, {row[4]: row[3] for row in members})
    units = pl.Series("eenheden", [one and one.eenheden for one in billed], pl.Int32)
    capped = pl.Series("afgetopt", [one and one.afgetopt for one in billed], pl.Boolean)
    return rows.select(care.columns).with_columns(units, capped).filter(units.is_not_null())


def numbered(care: pl.DataFrame, assigned: pl.DataFrame, found: pl.DataFrame, aanbieder: str) -> pl.DataFrame:
    """Add up the lines, in their order, and give each its number."""
    parts = (
        "gemeente",
        "toewijzingnummer",
        "categorie",
        "productcode",
        "begindatum",
        "einddatum",
        "volume_bericht",
        "eenheid",
        "bedrag_cent",
    )
    texts = pl.concat_str(pl.lit("D"), pl.lit(aanbieder), *parts, pl.lit("1"), separator="\x1f")
    return (
        care.lazy()
        .group_by("tw", "cel")
        .agg(pl.col("eenheden").sum().alias("volume"))
        .join(assigned.lazy().drop("volume", "prestatiecode", "perceel"), on="tw")
        .join(found.lazy().drop("begindatum", "einddatum"), on="cel")
        .with_columns(
            pl.max_horizontal("begindatum", MONTH_BEGIN).alias("begindatum"),
            pl.min_horizontal("einddatum", MONTH_END).alias("einddatum"),
            (pl.col("volume") * pl.col("cent")).alias("bedrag_cent"),
            (pl.col("volume") * pl.col("per_eenheid")).alias("volume_bericht"),
        )
        .with_columns(texts.map_elements(lambda text: number(text, 20), pl.String).alias("referentienummer"))
        .sort("tw", "cel")
        .collect()
    )


def number(text: str, length: int) -> str:
    """Return a number that follows from a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:length].upper()


def write_lines(lines: pl.DataFrame, contract: dict[str, Any], path: Path) -> None:
    """Write the lines."""
    declared = pl.col("referentienummer").str.join("").over("gemeente")
    gemeenten = lines.select("gemeente", declared.alias("text")).unique()
    numbers = gemeenten.select(
        "gemeente", pl.col("text").map_elements(lambda text: number(text, 12), pl.String).alias("declaratienummer")
    )
    lines.join(numbers, on="gemeente", how="left", maintain_order="left").select(
        "referentienummer",
        pl.lit(None, pl.String).alias("vorig_referentienummer"),
        pl.lit("D").alias("debetcredit"),
        "declaratienummer",
        pl.lit(PERIODE).alias("declaratieperiode"),
        pl.lit(contract["id"]).alias("contract"),
        "aanbieder",
        "gemeente",
        "bsn",
        "toewijzingnummer",
        "perceel",
        "prestatiecode",
        pl.col("niveau").cast(pl.String).replace("", None).alias("kwalificatieniveau"),
        pl.col("categorie").alias("productcategorie"),
        "productcode",
        "begindatum",
        "einddatum",
        "volume",
        "normtijd",
        pl.col("cent").alias("tarief_cent"),
        "bedrag_cent",
        "eenheid",
        "volume_bericht",
        pl.lit("ja").alias("in_bericht"),
    ).write_csv(path, separator=";")


def write_trace(care: pl.DataFrame, lines: pl.DataFrame, path: Path) -> None:
    """Write the trace in the order of the lines, then date and id."""
    files = pl.when(soort="verblijf").then(pl.lit("verblijf.csv")).otherwise(pl.lit("registraties.csv"))
    parquet, niveau, empty = path.suffix == ".parquet", pl.col("kwalificatieniveau").cast(pl.String), pl.lit("")
    capped = pl.col("afgetopt") if parquet else pl.when("afgetopt").then(pl.lit("ja")).otherwise(pl.lit("nee"))
    levels = pl.when(niveaus="").then([]).otherwise(pl.col("niveaus").str.split(",")) if parquet else pl.col("niveaus")
    found = (
        care.join(lines.select("tw", "cel", "referentienummer", "cent", "niveaus"), on=["tw", "cel"])
        .sort("tw", "cel", "datum", "id")
        .select(
            "referentienummer",
            "soort",
            pl.col("id").alias("bron"),
            "datum",
            "minuten",
            niveau,
            pl.col("eenheden").alias("aantal_eenheden"),
            (pl.col("eenheden") * pl.col("cent")).alias("bedrag_cent"),
            capped.alias("afgetopt"),
            "status",
            pl.col("medewerker").fill_null(""),
            empty.alias("onderaannemer"),
            files.alias("bestand"),
            "rij",
            pl.lit("nummer").alias("keuze"),
            levels.alias("niveaus"),
            empty.alias("maximum"),
            "geteld",
            "som_voor",
            "voor_limiet",
        )
    )
    if parquet:
        found.write_parquet(path)
    else:
        found.write_csv(path, separator=";", quote_style="never")


def main(folder: Path, out: Path, form: str = "csv") -> None:
    """Read the CSV files of `folder`, and write the lines and the trace, as csv or as parquet, into the folder `out`."""
    out.mkdir()
    files = Files(folder)
    contract = tomllib.loads((files.contract / "contract.toml").read_text("utf-8"))
    found, assigned = cells(files.contract), assignments(files, contract)
    priced = prices(found)
    records = contacts(files, assigned, priced)
    parts = [singly(records), together(records)] + ([days(files, assigned, priced)] if files.limits else [])
    care = pl.concat([part.select(CARE) for part in parts]).with_columns(afgetopt=pl.lit(value=False)).collect()
    allowed = reachable(care, assigned, found)
    if len(allowed):
        free = care.join(allowed.select("tw").unique(), on="tw", how="anti")
        mine = care.join(found.select("cel", "maand"), on="cel").join(allowed.select("tw").unique(), on="tw", how="semi")
        care = pl.concat([free, bounded(mine, allowed, found).select(free.columns)])
    lines = numbered(care, assigned, found, contract["contract"]["aanbieder"])
    write_lines(lines, contract["contract"], out / "declaratieregels.csv")
    write_trace(care, lines, out / f"herkomst.{form}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
