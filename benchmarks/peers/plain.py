"""The plain year in plain Python: dataclasses for the rows, Decimal for the money, dictionaries for the lookups."""

from __future__ import annotations

import csv
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

# A price without level, which the year with limits has, is a level below all others.
NIVEAUS = ("", "mbo", "hbo", "hbo+", "wo", "wo+", "ams")

HEADER = ("gemeente", "toewijzingnummer", "prestatiecode", "niveau", "maand", "eenheden", "bedrag_cent")

Matrix = dict[tuple[str, str, str, int], tuple[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Toewijzing:
    """What a gemeente assigned, and the perceel that serves the gemeente."""

    nummer: str
    bsn: str
    gemeente: str
    begindatum: date
    einddatum: date
    prestatiecodes: tuple[str, ...]
    perceel: str


@dataclass(frozen=True, slots=True)
class Registratie:
    """One contact."""

    bsn: str
    datum: date
    minuten: int
    niveau: str
    prestatiecode: str
    toewijzingnummer: str
    gemeente: str
    tijdsoort: str
    status: str


@dataclass(slots=True)
class Line:
    """What is added up for one toewijzing, prestatiecode, billed level and month; that has one price."""

    tarief: Decimal
    eenheden: int = 0

    @property
    def bedrag(self) -> Decimal:
        """The amount in euros."""
        return self.eenheden * self.tarief


def read(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


def matrix(folder: Path) -> Matrix:
    """Return the billed level and price per perceel, prestatiecode, delivered level and month."""
    prices: dict[tuple[str, str, str, int], Decimal] = {}
    for row in read(folder / "tarieven.csv"):
        if row["tarief"] == "uitgesloten":
            continue
        begin = date.fromisoformat(row["begindatum"])
        end = date.fromisoformat(row["einddatum"]) if row["einddatum"] else date.max
        for month in range(1, 13):
            if begin <= date(2026, month, 1) <= end:
                cell = (row["perceel"], row["prestatiecode"], row["kwalificatieniveau"], month)
                prices[cell] = Decimal(row["tarief"].replace(",", "."))
    found: Matrix = {}
    for perceel, code, _, month in list(prices):
        billed: tuple[str, Decimal] | None = None
        for niveau in NIVEAUS:  # the highest contracted level at or below the delivered one
            price = prices.get((perceel, code, niveau, month))
            billed = billed if price is None else (niveau, price)
            if billed is not None:
                found[perceel, code, niveau, month] = billed
    return found


def assignments(folder: Path) -> dict[tuple[str, str], Toewijzing]:
    """Return the toewijzingen by gemeente and number."""
    contract = tomllib.loads((folder / "contract" / "contract.toml").read_text("utf-8"))
    perceel = {gemeente: row["code"] for row in contract["perceel"] for gemeente in row["gemeenten"]}
    return {
        (row["gemeente"], row["toewijzingnummer"]): Toewijzing(
            row["toewijzingnummer"],
            row["bsn"],
            row["gemeente"],
            date.fromisoformat(row["begindatum"]),
            date.fromisoformat(row["einddatum"]) if row["einddatum"] else date.max,
            tuple(row["prestatiecode"].split(",")),
            perceel[row["gemeente"]],
        )
        for row in read(folder / "toewijzingen.csv")
        if row["aanbieder"] == contract["contract"]["aanbieder"]
    }


def registrations(path: Path) -> Iterator[Registratie]:
    """Yield the registraties."""
    for row in read(path):
        yield Registratie(
            row["bsn"],
            date.fromisoformat(row["datum"]),
            int(row["minuten"]),
            row["kwalificatieniveau"],
            row["prestatiecode"],
            row["toewijzingnummer"],
            row["gemeente"],
            row["tijdsoort"],
            row["status"],
        )


def billable(record: Registratie, toewijzing: Toewijzing) -> bool:
    """Return whether the record is direct time that took place, under a toewijzing of that client, for that care, on that date."""
    return (
        record.tijdsoort == "direct"
        and record.status == "gerealiseerd"
        and record.minuten > 0
        and toewijzing.bsn == record.bsn
        and record.prestatiecode in toewijzing.prestatiecodes
        and toewijzing.begindatum <= record.datum <= toewijzing.einddatum
    )


def units(minutes: int) -> int:
    """Return the kwartieren of a contact: rounded half up, at least one."""
    return max(1, (2 * minutes + 15) // 30)


def lines(folder: Path) -> dict[tuple[str, str, str, str, int], Line]:
    """Return the declaration lines by gemeente, toewijzingnummer, prestatiecode, billed level and month."""
    prices = matrix(folder / "contract")
    assigned = assignments(folder)
    found: dict[tuple[str, str, str, str, int], Line] = {}
    for record in registrations(folder / "registraties.csv"):
        toewijzing = assigned.get((record.gemeente, record.toewijzingnummer))
        if toewijzing is None or not billable(record, toewijzing):
            continue
        month = record.datum.month
        price = prices.get((toewijzing.perceel, record.prestatiecode, record.niveau, month))
        if price is None:
            continue
        niveau, tarief = price
        key = (record.gemeente, record.toewijzingnummer, record.prestatiecode, niveau, month)
        if (line := found.get(key)) is None:
            line = found[key] = Line(tarief)
        line.eenheden += units(record.minuten)
    return found


def main(folder: Path, out: Path) -> None:
    """Read the CSV files of `folder` and write the lines to `out`."""
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        for key, line in lines(folder).items():
            writer.writerow((*key, line.eenheden, int(line.bedrag * 100)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
