"""The year in pandas: whole columns, integer keys and cents, categoricals for the few words there are."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pandas as pd

NIVEAU = pd.CategoricalDtype(["mbo", "hbo", "hbo+", "wo", "wo+", "ams"], ordered=True)
CODE = pd.CategoricalDtype(["1.1", "1.2", "1.3", "2.1", "2.2"])
LINE = ["gemeente", "toewijzingnummer", "prestatiecode", "niveau", "maand"]


def prices(folder: Path) -> pd.DataFrame:
    """Return, per perceel, prestatiecode, delivered level and month, the billed level and its price in cents."""
    cells = pd.read_csv(folder / "tarieven.csv", sep=";", dtype=str, keep_default_na=False)
    cells = cells[cells["tarief"] != "uitgesloten"]
    cells["cent"] = cells["tarief"].str.replace(",", "").astype("int64")
    cells["niveau"] = cells["kwalificatieniveau"].astype(NIVEAU)
    cells["prestatiecode"] = cells["prestatiecode"].astype(CODE)
    months = pd.DataFrame({"maand": range(1, 13)}, dtype="int32")
    months["dag"] = "2026-" + months["maand"].astype(str).str.zfill(2) + "-01"
    cells = cells.merge(months, how="cross")
    cells = cells[(cells["begindatum"] <= cells["dag"]) & ((cells["einddatum"] == "") | (cells["dag"] <= cells["einddatum"]))]
    delivered = pd.DataFrame({"geleverd": NIVEAU.categories.astype(NIVEAU)})
    cells = cells.merge(delivered, how="cross")
    cells = cells[cells["niveau"].cat.codes <= cells["geleverd"].cat.codes].sort_values("niveau")
    key = ["perceel", "prestatiecode", "geleverd", "maand"]
    return cells.drop_duplicates(key, keep="last")[[*key, "niveau", "cent"]]


def assignments(folder: Path) -> pd.DataFrame:
    """Return the toewijzingen, a row for each prestatiecode that one covers, with the perceel of its gemeente."""
    contract = tomllib.loads((folder / "contract" / "contract.toml").read_text("utf-8"))
    perceel = {int(gemeente): row["code"] for row in contract["perceel"] for gemeente in row["gemeenten"]}
    rows = pd.read_csv(
        folder / "toewijzingen.csv",
        sep=";",
        dtype={"toewijzingnummer": "int32", "bsn": "int32", "gemeente": "int32", "prestatiecode": str, "aanbieder": str},
        parse_dates=["begindatum", "einddatum"],
        date_format="%Y-%m-%d",
    )
    rows = rows[rows["aanbieder"] == contract["contract"]["aanbieder"]]
    rows["perceel"] = rows["gemeente"].map(perceel)
    rows["einddatum"] = rows["einddatum"].fillna(pd.Timestamp("2099-12-31"))
    rows["prestatiecode"] = rows["prestatiecode"].str.split(",")
    rows = rows.drop(columns="aanbieder").explode("prestatiecode")
    rows["prestatiecode"] = rows["prestatiecode"].astype(CODE)
    return rows


def registrations(folder: Path) -> pd.DataFrame:
    """Return the registraties that are direct time, took place and lasted."""
    columns = {
        "bsn": "int32",
        "minuten": "int32",
        "kwalificatieniveau": NIVEAU,
        "prestatiecode": CODE,
        "toewijzingnummer": "int32",
        "gemeente": "int32",
        "tijdsoort": "category",
        "status": "category",
    }
    rows = pd.read_csv(
        folder / "registraties.csv",
        sep=";",
        usecols=[*columns, "datum"],
        dtype=columns,
        parse_dates=["datum"],
        date_format="%Y-%m-%d",
    )
    return rows[(rows["tijdsoort"] == "direct") & (rows["status"] == "gerealiseerd") & (rows["minuten"] > 0)]


def lines(folder: Path) -> pd.DataFrame:
    """Return the declaration lines: units and cents per toewijzing, prestatiecode, billed level and month."""
    rows = registrations(folder).merge(assignments(folder), on=["gemeente", "toewijzingnummer", "bsn", "prestatiecode"])
    rows = rows[(rows["begindatum"] <= rows["datum"]) & (rows["datum"] <= rows["einddatum"])]
    rows["maand"] = rows["datum"].dt.month
    rows = rows.rename(columns={"kwalificatieniveau": "geleverd"})
    rows = rows.merge(prices(folder / "contract"), on=["perceel", "prestatiecode", "geleverd", "maand"])
    rows["eenheden"] = ((2 * rows["minuten"] + 15) // 30).clip(lower=1)
    rows["bedrag_cent"] = rows["eenheden"] * rows["cent"]
    return rows.groupby(LINE, observed=True, sort=False)[["eenheden", "bedrag_cent"]].sum().reset_index()


def main(folder: Path, out: Path) -> None:
    """Read the CSV files of `folder` and write the lines to `out`."""
    lines(folder).to_csv(out, sep=";", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
