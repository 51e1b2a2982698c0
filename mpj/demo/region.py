"""What the gemeenten of an invented region can buy: a light reading of the contract folders.

Expects folders without faults; whoever wants to know what is wrong with a folder runs `mpj tariffs check`.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from mpj.protocol import MPJ_16, Normtijd, Prestatiecode, encode
from mpj.reading.periods import first_day

ROLE_OF_HULPVORM: Mapping[int, str] = {
    1: "ambulant",
    2: "ambulant",
    3: "crisis",
    4: "groep",
    5: "ambulant",
    10: "vervoer",
    11: "maatregel",
    12: "maatregel",
    13: "maatregel",
}


@frozen
class DemoContract:
    """The agreements of a contract that show in what clients and professionals write down."""

    id: str
    aanbieder: str
    planned: bool
    by_productcode: bool
    last_day_counts: bool


@frozen(eq=False)
class Offer:
    """One prestatiecode as a gemeente can buy it."""

    contract: DemoContract
    """The contract that sells it."""
    perceel: str
    """Its perceel there."""
    prestatiecode: Prestatiecode
    """The prestatiecode."""
    role: str
    """The kind of care."""
    normtijd: Normtijd
    """What the price of a plain record is per."""
    flat_cent: int
    """The price without level, in eurocents; 0: none."""
    level_cents: Mapping[str, int]
    """The prices of the contracted levels, low to high, in eurocents."""
    categorieen: tuple[str, ...]
    """The categories it may travel under."""
    codes: Mapping[str, str]
    """The contract's own product codes by level (empty: no level); none under the default scheme."""

    @property
    def by_level(self) -> bool:
        """Whether a plain record is priced by the level of the professional."""
        niveau = self.prestatiecode.hulpvorm.niveau
        return niveau == "altijd" or (niveau == "contract" and bool(self.level_cents))

    @property
    def has_extra_zorg(self) -> bool:
        """Whether individual zorg beside it has a price."""
        return self.prestatiecode.hulpvorm.niveau == "zorg" and bool(self.level_cents)

    def productcode(self, niveau: str, categorie: str) -> str:
        """Return the productcode for `niveau` ("" is none) under `categorie`."""
        if self.codes:
            return self.codes.get(niveau) or next(iter(self.codes.values()))
        return encode(MPJ_16, self.prestatiecode.code, niveau or None, categorie)


@frozen(eq=False)
class Region:
    """The offers of every gemeente, in the order of the contracts."""

    offers: Mapping[str, tuple[Offer, ...]]


def read_region(contract_dirs: Sequence[Path], month: int) -> Region:
    """Return what each gemeente can buy in `month` under the contracts; raises ValueError when that is nothing."""
    offers: dict[str, tuple[Offer, ...]] = {}
    for folder in contract_dirs:
        for gemeente, bought in _read_contract(folder, month).items():
            offers[gemeente] = offers.get(gemeente, ()) + bought
    offers = {gemeente: bought for gemeente, bought in offers.items() if bought}
    if not offers:
        raise ValueError("none of the contracts has a price in this month")
    return Region(offers)


def _read_contract(folder: Path, month: int) -> dict[str, tuple[Offer, ...]]:
    with (folder / "contract.toml").open("rb") as file:
        toml = tomllib.load(file)
    head, percelen = toml["contract"], toml["perceel"]
    agreed = toml.get("declaratie", {})
    contract = DemoContract(
        id=head["id"],
        aanbieder=head["aanbieder"],
        planned=agreed.get("registratiewijze", "realisatie") != "realisatie",
        by_productcode=agreed.get("tr340") == "productcode",
        last_day_counts=toml.get("verblijf", {}).get("laatste_dag", "telt") == "telt",
    )
    if not head["begindatum"] <= first_day(month) <= head["einddatum"]:
        return {}
    prices = _read_prices(folder / "tarieven.csv", month, percelen[0]["code"])
    codes = _read_codes(folder / "codes.csv")
    offers = [
        _offer(contract, perceel, MPJ_16.prestatiecodes[code], cells, toml.get("normtijd", {}), codes)
        for (perceel, code), cells in prices.items()
    ]
    return {gemeente: _chosen(offers, percelen, gemeente) for gemeente in head["gemeenten"]}


def _chosen(offers: Sequence[Offer], percelen: Sequence[Mapping[str, Any]], gemeente: str) -> tuple[Offer, ...]:
    """Of the offers that serve `gemeente`, one per prestatiecode: a perceel that lists the gemeente goes first."""
    rank: dict[str, int] = {}
    for perceel in percelen:
        listed = perceel.get("gemeenten", [])
        if not listed or gemeente in listed:
            rank[perceel["code"]] = 0 if listed else 1
    serving = sorted((offer for offer in offers if offer.perceel in rank), key=lambda offer: rank[offer.perceel])
    best: dict[str, Offer] = {}
    for offer in serving:
        best.setdefault(offer.prestatiecode.code, offer)
    return tuple(sorted(best.values(), key=lambda offer: offer.prestatiecode.volgorde))


def _offer(
    contract: DemoContract,
    perceel: str,
    prestatiecode: Prestatiecode,
    cells: Mapping[str, int],
    normtijden: Mapping[str, str],
    codes: Mapping[tuple[str, str, str], tuple[str, str]],
) -> Offer:
    naam = normtijden.get(prestatiecode.code) or prestatiecode.hulpvorm.normtijd
    if not naam:
        raise ValueError(f"contract {contract.id}: {prestatiecode.code} has no normtijd")
    normtijd = MPJ_16.normtijden[naam]
    own = {
        niveau: code
        for niveau in ("", *MPJ_16.niveaus)
        if (code := codes.get((perceel, prestatiecode.code, niveau)) or codes.get(("", prestatiecode.code, niveau)))
    }
    return Offer(
        contract=contract,
        perceel=perceel,
        prestatiecode=prestatiecode,
        role="verblijf" if normtijd.meet == "dagen" else ROLE_OF_HULPVORM[prestatiecode.hulpvorm.nummer],
        normtijd=normtijd,
        flat_cent=cells.get("", 0),
        level_cents={niveau: cells[niveau] for niveau in MPJ_16.niveaus if niveau in cells},
        categorieen=tuple(dict.fromkeys(categorie for categorie, _ in own.values())) or prestatiecode.categorieen,
        codes={niveau: code for niveau, (_, code) in own.items()},
    )


def _read_prices(path: Path, month: int, only_perceel: str) -> dict[tuple[str, str], dict[str, int]]:
    """Return {(perceel, prestatiecode): {level or "": eurocents}} of the cells that are valid in `month`."""
    day = first_day(month).isoformat()
    prices: dict[tuple[str, str], dict[str, int]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            valid = _iso(row["begindatum"]) <= day <= (_iso(row["einddatum"]) or "9999-12-31")
            if valid and row["tarief"] != "uitgesloten":
                cells = prices.setdefault((row.get("perceel") or only_perceel, row["prestatiecode"]), {})
                cells[row["kwalificatieniveau"]] = _cents(row["tarief"])
    return prices


def _read_codes(path: Path) -> dict[tuple[str, str, str], tuple[str, str]]:
    """Return {(perceel, prestatiecode, level or ""): (category, productcode)}; empty without a code table."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            (row.get("perceel") or "", row["prestatiecode"], row["kwalificatieniveau"]): (
                row["productcategorie"],
                row["productcode"],
            )
            for row in csv.DictReader(file, delimiter=";")
        }


def _iso(text: str) -> str:
    """Return a date as ISO text, also when it was written day first."""
    return "-".join(reversed(text.split("-"))) if text[2:3] == "-" else text


def _cents(text: str) -> int:
    euros, _, cents = text.replace(",", ".").partition(".")
    return int(euros) * 100 + int(f"{cents}00"[:2])
