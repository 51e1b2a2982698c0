"""Whole random scenarios: contracts, toewijzingen and records as rows, before any reading.

The contracts are always valid; records and toewijzingen may be faulty. A scenario is small, so that a failing property
can be followed by hand, and leans towards records that do become lines.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Row = dict[str, str]


@dataclass(frozen=True)
class ContractSpec:
    """A contract folder: the content of contract.toml, tarieven.csv, codes.csv and producten.csv."""

    toml: dict[str, Any]
    tarieven: list[Row]
    codes: list[Row] | None = None
    producten: list[Row] | None = None


@dataclass(frozen=True)
class Scenario:
    """Everything one call of declare needs."""

    contracten: list[ContractSpec]
    toewijzingen: list[Row] = field(default_factory=list)
    registraties: list[Row] = field(default_factory=list)
    verblijf: list[Row] = field(default_factory=list)
    medewerkers: list[Row] | None = None
    periode: str = "2026-03"
    dagtekening: date = date(2026, 4, 5)
    nalevering: bool = False


# --- Writing a scenario as files --------------------------------------------------------------------------------------

COLUMNS = {
    "tarieven.csv": ["perceel", "prestatiecode", "kwalificatieniveau", "begindatum", "einddatum", "tarief"],
    "codes.csv": ["prestatiecode", "kwalificatieniveau", "productcategorie", "productcode", "perceel"],
    "producten.csv": ["productcategorie", "productcode", "variant", "eenheid", "tarief", "begindatum", "einddatum"],
    "toewijzingen.csv": ["toewijzingnummer", "bsn", "gemeente", "aanbieder", "begindatum", "einddatum"],
    "registraties.csv": ["id", "bsn", "datum"],
    "verblijf.csv": ["id", "bsn", "begindatum", "einddatum"],
    "medewerkers.csv": ["medewerker", "kwalificatieniveau", "begindatum", "einddatum"],
}


def write(scenario: Scenario, folder: Path) -> None:
    """The scenario as contract folders and CSV files."""
    for number, contract in enumerate(scenario.contracten, 1):
        contract_folder = folder / f"contract-{number}"
        contract_folder.mkdir(parents=True, exist_ok=True)
        (contract_folder / "contract.toml").write_text(to_toml(contract.toml), encoding="utf-8")
        write_csv(contract_folder / "tarieven.csv", contract.tarieven)
        if contract.codes is not None:
            write_csv(contract_folder / "codes.csv", contract.codes)
        if contract.producten is not None:
            write_csv(contract_folder / "producten.csv", contract.producten)
    write_csv(folder / "toewijzingen.csv", scenario.toewijzingen)
    write_csv(folder / "registraties.csv", scenario.registraties)
    write_csv(folder / "verblijf.csv", scenario.verblijf)
    if scenario.medewerkers is not None:
        write_csv(folder / "medewerkers.csv", scenario.medewerkers)


def write_csv(path: Path, rows: list[Row]) -> None:
    """Rows as a CSV file; every column that some row has."""
    columns = list(dict.fromkeys([*COLUMNS[path.name], *(column for row in rows for column in row)]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def to_toml(content: dict[str, Any]) -> str:
    """Tables of plain values, one level of sub-tables, and arrays of tables."""
    lines: list[str] = []
    for name, table in content.items():
        if isinstance(table, list):
            for item in table:
                lines += [f"[[{name}]]", *(f"{to_key(key)} = {to_value(value)}" for key, value in item.items()), ""]
            continue
        plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
        if plain or not table:
            lines += [f"[{name}]", *(f"{to_key(key)} = {to_value(value)}" for key, value in plain.items()), ""]
        for key, value in table.items():
            if isinstance(value, dict):
                lines += [f"[{name}.{key}]", *(f"{to_key(k)} = {to_value(v)}" for k, v in value.items()), ""]
    return "\n".join(lines)


def to_key(key: str) -> str:
    """A key, quoted where it holds a point."""
    return f'"{key}"' if "." in key else key


def to_value(value: Any) -> str:
    """One value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(to_value(item) for item in value) + "]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


# --- Drawing a scenario -----------------------------------------------------------------------------------------------

AANBIEDERS = ["65656055", "65651122"]
GEMEENTEN = ["0384", "0363", "0150"]
LEVELS = ["mbo", "hbo", "hbo+", "wo", "wo+", "ams"]
LEVEL_DIGITS = {"": "0", "mbo": "1", "hbo": "2", "hbo+": "3", "wo": "4", "wo+": "5", "ams": "6"}
CATEGORIES = {
    "1.1": ["40"],
    "1.2": ["45"],
    "1.3": ["45"],
    "2.1": ["45", "54"],
    "2.2": ["45", "54"],
    "3.1": ["46", "54"],
    "4.1": ["41"],
    "4.2": ["41"],
    "4.3": ["41"],
    "4.4": ["41"],
    "5.1": ["53"],
    "6.1": ["44"],
    "6.2": ["44"],
    "6.3": ["44"],
    "7.1": ["44"],
    "7.2": ["44"],
    "8.1": ["44", "43"],
    "8.2": ["44", "43"],
    "8.3": ["44", "43"],
    "9.1": ["44", "43"],
    "10.1": ["42"],
    "10.2": ["42"],
    "10.3": ["42"],
    "11.1": ["48", "47"],
    "12.1": ["48"],
    "13.1": ["49"],
}
CODES = list(CATEGORIES)
JEUGDBESCHERMING = (11, 12, 13)
NORMTIJD_OF_HULPVORM = {4: "uur", 6: "etmaal", 7: "etmaal", 8: "etmaal", 9: "etmaal"}
FAR = date(9999, 12, 31)


def elfproef(number: int) -> bool:
    """Whether nine digits form a BSN."""
    digits = [int(digit) for digit in f"{number:09}"]
    return sum(w * d for w, d in zip([9, 8, 7, 6, 5, 4, 3, 2, -1], digits, strict=True)) % 11 == 0


BSNS = [str(number) for number in range(999900000, 999900100) if elfproef(number)][:6]


def hulpvorm(code: str) -> int:
    """The number before the point."""
    return int(code.split(".")[0])


def first_of_month(day: date, months: int = 0) -> date:
    """The first of the month, so many months later."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def last_of_month(day: date) -> date:
    """The last day of the month."""
    return first_of_month(day, 1) - timedelta(days=1)


def default_code(code: str, niveau: str, categorie: str) -> str:
    """A product code in the default scheme."""
    part, follow = code.split(".")
    return categorie + "123456789ABCD"[int(part) - 1] + follow + LEVEL_DIGITS[niveau]


@cache
def whole_numbers(lowest: int, highest: int) -> st.SearchStrategy[int]:
    """Made once: a scenario draws hundreds of them."""
    return st.integers(lowest, highest)


class Dice:
    """Short names for the draws below."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        """Remember hypothesis' own draw."""
        self.draw = draw

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices; the first is the simplest."""
        return choices[self.number(0, len(choices) - 1)]

    def number(self, lowest: int, highest: int) -> int:
        """A whole number."""
        number: int = self.draw(whole_numbers(lowest, highest))
        return number

    def one_in(self, n: int) -> bool:
        """True once in n times."""
        return self.number(0, n - 1) == n - 1

    def some(self, choices: Sequence[T], lowest: int, highest: int) -> list[T]:
        """Some different ones of the choices, in their own order."""
        left = list(choices)
        count = min(len(left), self.number(lowest, highest))
        chosen = [left.pop(self.number(0, len(left) - 1)) for _ in range(count)]
        return [item for item in choices if item in chosen]

    def day(self, first: date, last: date) -> date:
        """A day from first to last."""
        return first + timedelta(days=self.number(0, (last - first).days))

    def write_date(self, day: date) -> str:
        """A date in one of the two forms."""
        return day.isoformat() if not self.one_in(8) else f"{day:%d-%m-%Y}"


@dataclass
class Offer:
    """What one contract sells, for drawing toewijzingen and records that fit."""

    spec: ContractSpec
    aanbieder: str
    gemeenten: list[str]
    begin: date
    end: date
    percelen: dict[str, list[str]]
    levels: dict[str, list[str]]  # per prestatiecode, "" for the price without level
    normtijd: dict[str, str]
    served: dict[str, list[str]]  # per prestatiecode the percelen with a cell

    def served_in(self, code: str, gemeente: str) -> list[str]:
        """The percelen with a cell that serve the gemeente."""
        return [p for p in self.served[code] if not self.percelen[p] or gemeente in self.percelen[p]]

    def plans(self) -> bool:
        """Whether planned time may be billed."""
        wijze: str = self.spec.toml.get("declaratie", {}).get("registratiewijze", "realisatie")
        return wijze != "realisatie"

    def sells_by_record(self, code: str) -> bool:
        """Whether registraties fit: beside stays only where extra zorg has a price."""
        return self.normtijd[code] != "etmaal" or (hulpvorm(code) not in JEUGDBESCHERMING and any(self.levels[code]))


# --- Contracts --------------------------------------------------------------------------------------------------------


def draw_contracts(dice: Dice, first: date, bsn_free: str = "VB") -> list[Offer]:
    """One to three contracts that do not overlap."""
    offers: list[Offer] = []
    count = dice.pick([1, 1, 1, 2, 2, 3])
    gemeenten = GEMEENTEN[: dice.pick([1, 2, 2, 3])]
    renewal = count > 1 and dice.one_in(2)
    taken: set[tuple[str, str, str, str, int]] = set()
    for index in range(count):
        aanbieder = AANBIEDERS[0] if index == 0 or renewal or not dice.one_in(3) else AANBIEDERS[1]
        own = gemeenten if index == 0 or renewal else dice.some(gemeenten, 1, 3)
        if renewal:
            border = first_of_month(first, dice.pick([0, -1, 1]))
            edges = [date(2024, 1, 1), border, first_of_month(border, 12), first_of_month(border, 36)]
            begin, end = edges[index], edges[index + 1] - timedelta(days=1)
        elif count == 1 and dice.one_in(5):
            begin, end = first + timedelta(days=dice.pick([9, -50])), first + timedelta(days=dice.pick([21, 400]))
        else:
            begin = dice.pick([first_of_month(first, -14), first_of_month(first, -2), first, date(2021, 1, 1)])
            end = dice.pick([last_of_month(first_of_month(first, 20)), last_of_month(first)])
        letter = "E" if renewal else "EFG"[index]
        offer = draw_contract(dice, f"{bsn_free}-{index + 1}", aanbieder, own, begin, end, first, taken, letter)
        if offer is not None:
            offers.append(offer)
    return offers


def draw_contract(
    dice: Dice,
    id_: str,
    aanbieder: str,
    gemeenten: list[str],
    begin: date,
    end: date,
    first: date,
    taken: set[tuple[str, str, str, str, int]],
    letter: str,
) -> Offer | None:
    """One contract; cells that another contract has in the same month are left out."""
    percelen = {code: dice.some(gemeenten, 1, 2) if dice.one_in(4) else [] for code in "ABC"[: dice.pick([1, 1, 2, 2, 3])]}
    months = range(begin.year * 12 + begin.month, end.year * 12 + end.month + 1)
    bought = draw_codes(dice)
    tarieven: list[Row] = []
    levels: dict[str, list[str]] = {}
    served: dict[str, list[str]] = {}
    normtijden: dict[str, str] = {}
    for code in bought:
        normtijd = draw_normtijd(dice, code)
        cells = draw_cells(dice, code, normtijd)
        homes = dice.some(list(percelen), 1, 2) if dice.one_in(4) else [dice.pick(list(percelen))]
        for perceel in homes:
            keys = {(aanbieder, gemeente, perceel, code, month) for gemeente in gemeenten for month in months}
            if keys & taken:
                continue
            taken |= keys
            if hulpvorm(code) not in JEUGDBESCHERMING:
                cells = draw_cells(dice, code, normtijd)
            for place, niveau in enumerate(cells):
                for from_, to, tarief in draw_prices(dice, begin, end, first, normtijd == "hele_dag"):
                    if place > 0 and cells[place - 1] and dice.one_in(8):
                        tarief = "uitgesloten"
                    tarieven.append(
                        {
                            "perceel": "" if len(percelen) == 1 and dice.one_in(4) else perceel,
                            "prestatiecode": code,
                            "kwalificatieniveau": niveau,
                            "begindatum": dice.write_date(from_),
                            "einddatum": "" if to == end and dice.one_in(2) else dice.write_date(to),
                            "tarief": tarief,
                        }
                    )
            levels[code] = [*levels.get(code, []), *(niveau for niveau in cells if niveau not in levels.get(code, []))]
            served.setdefault(code, []).append(perceel)
            if normtijd:
                normtijden[code] = normtijd
    if not tarieven:
        return None
    toml: dict[str, Any] = {
        "contract": {
            "id": id_,
            "protocol": "MPJ-16",
            "aanbieder": aanbieder,
            "gemeenten": gemeenten,
            "begindatum": begin,
            "einddatum": end,
            "jeugdbescherming": any(hulpvorm(code) in JEUGDBESCHERMING for code in bought),
        },
        **draw_settings(dice),
    }
    if normtijden:
        toml["normtijd"] = normtijden
    toml["perceel"] = [{"code": code, "naam": f"Perceel {code}", "gemeenten": own} for code, own in percelen.items()]
    codes = draw_code_table(dice, levels, served, letter) if dice.one_in(4) else None
    spec = ContractSpec(toml, tarieven, codes)
    normal = {code: normtijden.get(code) or NORMTIJD_OF_HULPVORM.get(hulpvorm(code), "kwartier") for code in levels}
    return Offer(spec, aanbieder, gemeenten, begin, end, percelen, levels, normal, served)


def draw_codes(dice: Dice) -> list[str]:
    """A handful of prestatiecodes, ambulant ones, groups and stays more often."""
    popular = ["1.2", "2.1", "4.1", "1.1", "2.2", "6.1", "8.1", "10.2"]
    chosen = [dice.pick([*popular, *CODES]) for _ in range(dice.number(2, 5))]
    return list(dict.fromkeys(chosen))


def draw_normtijd(dice: Dice, code: str) -> str:
    """The normtijd in the contract; empty where it says none."""
    part = hulpvorm(code)
    if part == 10:
        return dice.pick(["stuk", "uur", "kwartier", "halve_dag", "hele_dag"])
    if part in JEUGDBESCHERMING:
        return dice.pick(["uur", "kwartier", "etmaal", "stuk", "hele_dag"])
    if part == 4 and dice.one_in(4):
        return dice.pick(["halve_dag", "hele_dag", "kwartier", "uur"])
    if part in (1, 2, 3, 5) and dice.one_in(8):
        return "uur"
    return ""


def draw_cells(dice: Dice, code: str, normtijd: str) -> list[str]:
    """The levels with a cell in one perceel; empty text is the price without level."""
    part = hulpvorm(code)
    if part == 10:
        return [""]
    if part in (1, 2, 3, 5):
        return dice.some(LEVELS, 1, 3)
    if part in JEUGDBESCHERMING:
        if normtijd == "etmaal":
            return [""] if dice.one_in(2) else ["", *dice.some(LEVELS, 1, 2)]
        return dice.pick([[""], ["hbo"], ["", "hbo"], ["mbo", "wo"]])
    if dice.one_in(10):
        return dice.some(LEVELS, 1, 2)
    return ["", *dice.some(LEVELS, 0, 2)]


def draw_prices(dice: Dice, begin: date, end: date, first: date, even: bool) -> list[tuple[date, date, str]]:
    """The dated rows of one cell: one price, or a change at a month border; not always the whole contract."""

    def price() -> str:
        cents = dice.pick([2455, 1000, 9733, 20, 1, 2540, 8730, 12300])
        cents += cents % 2 if even else 0
        euros, rest = divmod(cents, 100)
        if rest == 0 and dice.one_in(2):
            return str(euros)
        return f"{euros}{dice.pick([',', '.'])}{rest:02}"

    border = first_of_month(first, dice.pick([0, 0, -1, 1]))
    inside = begin < border <= end
    kind = dice.number(0, 9)
    if inside and kind in (6, 7):
        return [(begin, border - timedelta(days=1), price()), (border, end, price())]
    if inside and kind == 8 and dice.one_in(2):
        return [(border, end, price())]
    if inside and kind == 9 and dice.one_in(2):
        return [(begin, border - timedelta(days=1), price())]
    return [(begin, end, price())]


def draw_settings(dice: Dice) -> dict[str, Any]:
    """The settings of a contract; absent ones have their default."""
    toml: dict[str, Any] = {}
    declaratie: dict[str, Any] = {}
    if dice.one_in(3):
        declaratie["vorm"] = dice.pick(["declaratie", "factuur"])
    if dice.one_in(2):
        declaratie["registratiewijze"] = dice.pick(["realisatie", "planning", "planning-tenzij"])
        if dice.one_in(3):
            declaratie["bevestiging"] = True
    if dice.one_in(4):
        declaratie["eenheid_kwartier"] = dice.pick(["minuut", "stuk"])
    if dice.one_in(3):
        declaratie["eenheid_uur"] = dice.pick(["uur", "minuut"])
    if dice.one_in(8):
        declaratie["tr340"] = "productcode"
    if declaratie:
        toml["declaratie"] = declaratie
    rounding: dict[str, Any] = {}
    for unit in ("kwartier", "uur"):
        if dice.one_in(2):
            rounding[unit] = {
                "wijze": dice.pick(["rekenkundig", "naar_boven", "naar_beneden"]),
                "over": dice.pick(["contact", "dag", "productperiode"]),
                "minimum": dice.pick([1, 0, 2]),
                "drempel": dice.pick([0, 0, 5, 20]),
            }
            for key in dice.some(list(rounding[unit]), 0, 2):
                del rounding[unit][key]
    if rounding:
        toml["afronding"] = rounding
    if dice.one_in(3):
        toml["limiet"] = {"bij_overschrijding": dice.pick(["aftoppen", "hele_contacten"])}
    if dice.one_in(3):
        toml["verblijf"] = {"laatste_dag": dice.pick(["telt", "telt_niet"])}
    return toml


def draw_code_table(dice: Dice, levels: dict[str, list[str]], served: dict[str, list[str]], letter: str) -> list[Row]:
    """An own table that covers every cell; some codes have their own rows per perceel."""
    rows: list[Row] = []
    for code, own_levels in levels.items():
        percelen = served[code] if dice.one_in(3) else [""]
        for perceel in percelen:
            for niveau in dict.fromkeys(["", *own_levels]):
                categorie = dice.pick(CATEGORIES[code]) if dice.one_in(4) else CATEGORIES[code][0]
                rows.append(
                    {
                        "prestatiecode": code,
                        "kwalificatieniveau": niveau,
                        "productcategorie": categorie,
                        "productcode": f"{categorie}{letter}{len(rows):02}",
                        "perceel": perceel,
                    }
                )
    return rows


# --- Toewijzingen -----------------------------------------------------------------------------------------------------


@dataclass
class Target:
    """A toewijzing as its records see it."""

    row: Row
    offer: Offer
    codes: list[str]
    begin: date
    end: date
    usable: bool = True

    def codes_for_records(self) -> list[str]:
        """The prestatiecodes on which a registratie can be billed."""
        if self.row.get("eenheid") == "14":
            return [code for code in self.codes if self.offer.normtijd[code] != "etmaal"]
        return [code for code in self.codes if self.offer.sells_by_record(code)]


def draw_toewijzingen(dice: Dice, offers: list[Offer], bsns: list[str], first: date) -> tuple[list[Row], list[Target]]:
    """The rows, and per toewijzing what records on it look like."""
    rows: list[Row] = []
    targets: list[Target] = []
    numbers = dict.fromkeys(GEMEENTEN, 0)
    for bsn in bsns:
        for _ in range(dice.pick([1, 2, 1, 2, 3, 0, 4])):
            current = [offer for offer in offers if offer.begin <= last_of_month(first) and offer.end >= first]
            offer = dice.pick(current if current and not dice.one_in(10) else offers)
            gemeente = dice.pick(offer.gemeenten)
            numbers[gemeente] += 1
            if numbers[gemeente] > 20:
                continue
            target = draw_toewijzing(dice, offer, bsn, gemeente, numbers[gemeente], first)
            if dice.one_in(5):
                rows += draw_versions(dice, target, first)
            else:
                rows.append(target.row)
            targets.append(target)
    if dice.one_in(2):
        rows.reverse()
    return rows, targets


def draw_toewijzing(dice: Dice, offer: Offer, bsn: str, gemeente: str, nummer: int, first: date) -> Target:
    """One row."""
    last = last_of_month(first)
    reachable = [code for code in offer.levels if offer.served_in(code, gemeente)]
    code = dice.pick(reachable if reachable and not dice.one_in(12) else list(offer.levels))
    begin = dice.pick(
        [
            first_of_month(first, -2),
            first - timedelta(days=400),
            first,
            first + timedelta(days=9),
            first - timedelta(days=20),
            first_of_month(first, -1),
        ]
    )
    end = dice.pick([None, last + timedelta(days=70), last, None, first + timedelta(days=16), last, FAR])
    if end is not None and end < begin:
        end = None
    if offer.begin <= date(2021, 1, 1) and dice.one_in(6):  # ended around five years before the dagtekening
        begin, end = date(2021, 1, 1), first_of_month(first, -59) + timedelta(days=2)
    row: Row = {
        "toewijzingnummer": str(nummer) if not dice.one_in(6) else f"{nummer:09}",
        "bsn": bsn,
        "gemeente": gemeente,
        "aanbieder": offer.aanbieder,
        "begindatum": dice.write_date(begin),
        "einddatum": "" if end is None else dice.write_date(end),
    }
    codes = draw_product(dice, row, offer, code)
    draw_limits(dice, row, offer, code, end)
    kind = dice.number(0, 39)
    if kind == 38:
        row["reden_wijziging"] = "13"
        row["einddatum"] = row["begindatum"]
    elif kind == 37:
        row["aanbieder"] = "65653333"
        row.pop("productcode", None)
        if not row.get("prestatiecode") and not row.get("productcategorie"):
            row["prestatiecode"] = code
    elif kind == 36:
        row.update(dice.pick([{"prestatiecode": ""}, {"prestatiecode": code}]))
        row.update({"productcategorie": "45", "productcode": dice.pick(["45A48", "54001", "45917", "30000"])})
    elif kind in (34, 35):
        row.update(draw_fault(dice, code))
    elif kind in (32, 33):
        row["perceel"] = dice.pick(["A", "B", "Z"])
    usable = kind < 34
    return Target(row, offer, codes, max(begin, offer.begin), max(begin, min(end or FAR, offer.end)), usable)


def draw_product(dice: Dice, row: Row, offer: Offer, code: str) -> list[str]:
    """Specific, aspecific or generic; the prestatiecodes that fit on it."""
    kind = dice.number(0, 11)
    categories = CATEGORIES[code]
    if kind <= 3:
        row["prestatiecode"] = code
        if dice.one_in(3):
            row["productcategorie"] = dice.pick(categories)
        return [code]
    if kind <= 7:
        niveau = dice.pick(["", *offer.levels[code]]) if dice.one_in(3) else ""
        categorie = dice.pick(categories)
        if offer.spec.codes is None:
            if hulpvorm(code) == 10:
                niveau = ""
            elif niveau and dice.one_in(3):
                niveau = dice.pick(LEVELS)
            row["productcode"] = default_code(code, niveau, categorie)
        else:
            own = [r for r in offer.spec.codes if (r["prestatiecode"], r["kwalificatieniveau"]) == (code, niveau)]
            row["productcode"] = dice.pick(own)["productcode"]
        if dice.one_in(3):
            row["productcategorie"] = categorie
        if dice.one_in(3):
            row["prestatiecode"] = code
        return [code]
    if kind == 8 or (kind == 9 and len(offer.levels) == 1):
        row["productcategorie"] = dice.pick(categories)
        return [other for other in offer.levels if row["productcategorie"] in CATEGORIES[other]]
    if kind == 9:
        codes = dice.some(list(offer.levels), 2, 3)
        row["prestatiecode"] = ",".join(codes) if not dice.one_in(3) else ", ".join(codes)
        return codes
    if kind == 10:
        row["prestatiecode"] = code
        return [code]
    row["budget_cent"] = str(dice.pick([250000, 10000, 30000]))
    return list(offer.levels)


def draw_limits(dice: Dice, row: Row, offer: Offer, code: str, end: date | None) -> None:
    """Budget, omvang, maximum level and perceel."""
    part = hulpvorm(code)
    if "budget_cent" not in row and dice.one_in(5):
        row["budget_cent"] = str(dice.pick([30000, 10000, 2455, 7500, 100000]))
    if "budget_cent" not in row or row.get("prestatiecode") or row.get("productcode"):
        specific = bool(row.get("productcode")) or ("prestatiecode" in row and "," not in row["prestatiecode"])
        if (specific and dice.one_in(2)) or (not specific and "budget_cent" not in row and dice.one_in(6)):
            normtijd = offer.normtijd[code]
            fitting = {
                "kwartier": ["01", "04", "84"],
                "uur": ["04", "01"],
                "halve_dag": ["16"],
                "hele_dag": ["16"],
                "etmaal": ["14"],
                "stuk": ["84"],
            }[normtijd]
            if dice.one_in(6):
                fitting = ["01", "14", "16", "84", "82", "04"]
            eenheid = dice.pick(fitting)
            volume = dice.pick({"01": [120, 240, 60, 45], "14": [31, 10, 3]}.get(eenheid, [4, 2, 12, 1, 30]))
            frequentie = dice.pick(["4", "2", "6", "1"])
            if frequentie == "1":
                volume = dice.pick([1, 4]) if eenheid != "01" else dice.pick([15, 5])
            row.update({"volume": str(volume), "eenheid": eenheid, "frequentie": frequentie})
    if part not in (10,) and dice.one_in(6):
        row["kwalificatieniveau_max"] = dice.pick(["hbo", "mbo", "wo"])
    if dice.one_in(8) or (len(offer.served[code]) > 1 and not dice.one_in(8)):
        row["perceel"] = dice.pick(offer.served_in(code, row["gemeente"]) or offer.served[code])


def draw_fault(dice: Dice, code: str) -> Row:
    """One fault in a toewijzing; the key stays readable."""
    return dice.pick(
        [
            {"prestatiecode": "14.1", "productcode": ""},
            {"volume": "10", "eenheid": "", "frequentie": ""},
            {"volume": "10", "eenheid": "02", "frequentie": "4"},
            {"volume": "10", "eenheid": "01", "frequentie": "3"},
            {"einddatum": "2019-12-31"},
            {"begindatum": "2026-02-30"},
            {"bsn": "999900007"},
            {"aanbieder": "6565605"},
            {"prestatiecode": code, "productcategorie": "39", "productcode": ""},
            {"kwalificatieniveau_max": "mbo+"},
            {"budget_cent": "12,50"},
            {"prestatiecode": "", "productcategorie": "", "productcode": "", "budget_cent": ""},
        ]
    )


def draw_versions(dice: Dice, target: Target, first: date) -> list[Row]:
    """Two or three versions of one toewijzing, the current one among them."""
    current = {
        **target.row,
        "toewijzingsdatum": dice.write_date(first - timedelta(days=3)),
        "toewijzingstijd": dice.pick(["12:00", "09:30"]),
    }
    older = {**target.row}
    if dice.one_in(2):
        older["toewijzingsdatum"] = (first - timedelta(days=40)).isoformat()
    if dice.one_in(2):
        older["begindatum"] = older["einddatum"] = (first + timedelta(days=2)).isoformat()
    versions = [older, current]
    kind = dice.number(-3, 5)
    later = {**current, "toewijzingstijd": "15:45"}
    if kind in (4, 5):
        target.usable = False
    if kind == 5:
        versions.append({**later, "reden_wijziging": "13", "einddatum": later["begindatum"]})
    elif kind == 4:
        versions.append({**later, "eenheid": "99"})
    elif kind == 3 and not target.row["einddatum"]:
        target.end = max(target.begin, first + timedelta(days=20))
        versions.append({**later, "einddatum": target.end.isoformat(), "reden_wijziging": "05"})
    if dice.one_in(2):
        versions.reverse()
    return versions


# --- Registraties -----------------------------------------------------------------------------------------------------

PLANNED = 46
MINUTES = ["60", "50", "7", "10", "30", "15", "8", "22", "23", "95", "120", "20", "45", "29", "1440", "1"]


def draw_registraties(dice: Dice, targets: list[Target], bsns: list[str], first: date, staff: list[str]) -> list[Row]:
    """Records around the period, most of them on a toewijzing."""
    last = last_of_month(first)
    rows: list[Row] = []
    dates = [dice.day(first, last) for _ in range(dice.pick([2, 3, 1, 4]))]
    dates += [dice.pick([first, last, first - timedelta(days=5), first_of_month(first, -2)])]
    fitting = [target for target in targets if target.usable and target.codes_for_records()]
    for index in range(dice.pick([8, 4, 12, 16, 25, 2, 6, 0])):
        target = dice.pick(fitting if fitting and not dice.one_in(12) else targets) if targets else None
        if dice.one_in(40):
            target = None
        several = target is not None and sum(other.row["bsn"] == target.row["bsn"] for other in targets) > 1
        row = draw_registratie(dice, target, bsns, dates, staff, several)
        row["id"] = f"r{index:02}"
        kind = dice.number(0, 59)
        if target is not None and target.offer.plans() and dice.one_in(3):
            kind = PLANNED
        if kind >= PLANNED and rows:
            row = draw_odd_record(dice, kind, row, rows, first)
        rows.append(row)
    return rows


def draw_registratie(dice: Dice, target: Target | None, bsns: list[str], dates: list[date], staff: list[str], several: bool) -> Row:
    """One ordinary record."""
    if target is None:
        code = dice.pick(["1.2", "4.1", ""])
        row: Row = {"bsn": dice.pick(bsns), "datum": dates[0].isoformat(), "prestatiecode": code, "minuten": "60"}
        row["kwalificatieniveau"] = "hbo"
        return row
    inside = [day for day in dates if target.begin <= day <= target.end]
    day = dice.pick(inside if inside and not dice.one_in(20) else dates)
    if not inside and dice.one_in(2):
        day = target.end
    suitable = target.codes_for_records() if not dice.one_in(12) else target.codes
    code = dice.pick(suitable or target.codes) if target.codes else "1.2"
    row = {"bsn": target.row["bsn"], "datum": dice.write_date(day)}
    if len(target.codes) > 1 or not dice.one_in(3):
        row["prestatiecode"] = code if not dice.one_in(20) else dice.pick(CODES)
    if dice.one_in(2) or ((several or "prestatiecode" not in row) and not dice.one_in(6)):
        row["toewijzingnummer"] = target.row["toewijzingnummer"] if not dice.one_in(50) else "77"
    if dice.one_in(4):
        row["gemeente"] = target.row["gemeente"]
    draw_time(dice, row, target.offer.normtijd.get(code, "kwartier"))
    levels = target.offer.levels.get(code, ["hbo"])
    part = hulpvorm(code)
    wants_level = any(levels) and part not in (4, 10)
    if part == 4 and any(levels) and dice.one_in(4):
        row["soort"] = "individueel"
        row.setdefault("minuten", "60")
        wants_level = True
    elif dice.one_in(40) or (part in JEUGDBESCHERMING and "" in levels and dice.one_in(4)):
        row["soort"] = "groep"
    if part in (6, 7, 8, 9) and "begintijd" not in row:
        row.setdefault("minuten", "60")
    if wants_level and not dice.one_in(25):
        own = [level for level in levels if level]
        row["kwalificatieniveau"] = dice.pick(own) if not dice.one_in(4) else dice.pick(LEVELS)
    if staff and dice.one_in(3):
        row["medewerker"] = dice.pick([*staff, "m9"] if dice.one_in(8) else staff)
    elif not staff and dice.one_in(6):
        row["medewerker"] = dice.pick(["m1", "m2"])
    if dice.one_in(20):
        row["onderaannemer"] = "12345678"
    return row


def draw_time(dice: Dice, row: Row, normtijd: str) -> None:
    """Minutes, clock times or a count."""
    if normtijd in ("stuk", "halve_dag", "hele_dag"):
        if not dice.one_in(3):
            row["aantal"] = str(dice.pick([1, 2, 3, 1, 2, 0]))
        return
    if dice.one_in(50):
        return
    if dice.one_in(3) or normtijd == "uur":
        kind = dice.number(0, 11)
        begin = dice.pick([14 * 60, 14 * 60, 15 * 60, 13 * 60 + 30, 23 * 60 + 10])
        if kind <= 7:
            minutes = dice.pick([120, 60, 90, 45, 10, 0])
            end = (begin + minutes) % (24 * 60)
            row["begintijd"], row["eindtijd"] = clock(begin), clock(end)
            if dice.one_in(6):
                row["minuten"] = str(minutes)
            return
        if kind == 8:
            row["begintijd"] = clock(begin)
    row["minuten"] = dice.pick(MINUTES) if not dice.one_in(25) else "0"


def clock(minutes: int) -> str:
    """Minutes after midnight as HH:MM."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def draw_odd_record(dice: Dice, kind: int, row: Row, rows: list[Row], first: date) -> Row:
    """Planning, withdrawal, doubles, other dates and faults."""
    earlier = dice.pick(rows)
    if PLANNED <= kind <= 50:  # something planned, or what belongs to an earlier plan
        plans = [other for other in rows if other.get("afspraak")]
        if plans and not dice.one_in(3):
            status = dice.pick(["gerealiseerd", "geannuleerd", "niet_verschenen", "gerealiseerd", "gepland"])
            odd = {**dice.pick(plans), "id": row["id"], "status": status}
            odd.pop("bevestigd", None)
            if dice.one_in(3):
                odd["medewerker"] = dice.pick(["", "m1", "m2"])
            return odd
        row.update({"status": "gepland", "afspraak": dice.pick([row["id"], row["id"], "a1", ""])})
        if dice.one_in(3):
            row["bevestigd"] = dice.pick(["ja", "nee"])
        return row
    if kind == 51:
        return {**row, "status": dice.pick(["geannuleerd", "niet_verschenen"])}
    if kind == 52:
        content = earlier if not dice.one_in(4) else {"id": earlier["id"]}
        return {**content, "status": "vervallen"}
    if kind == 53:  # the same record again, or written differently, or with other content
        same = {**earlier}
        variant = dice.number(0, 3)
        if variant == 1 and same.get("toewijzingnummer", "").isdigit():
            same["toewijzingnummer"] = "0" + same["toewijzingnummer"].lstrip("0")
        elif variant == 2:
            same["status"] = same.get("status") or "gerealiseerd"
        elif variant == 3:
            same["minuten"] = "33"
            same.pop("begintijd", None)
            same.pop("eindtijd", None)
        return same
    if kind == 54:
        return {**row, "tijdsoort": dice.pick(["indirect", "reis", "overig", "direct"])}
    if kind == 55:
        return {**row, "datum": dice.pick([first_of_month(first, 1), first - timedelta(days=40)]).isoformat()}
    if kind == 56:
        return {**row, "datum": dice.pick(["2020-12-31", "2021-02-01", "2020-01-01", "2021-03-31"])}
    if kind == 57:  # as part of a group: the same time by another professional
        return {**earlier, "id": row["id"]}
    if kind == 58:
        written = {"minuten": f" {row['minuten']},0 "} if row.get("minuten") else {}
        return {**row, **written, "datum": row["datum"] + dice.pick(["", "T00:00:00", " 00:00"]), "status": "Gerealiseerd"}
    return {**row, **draw_record_fault(dice)}


def draw_record_fault(dice: Dice) -> Row:
    """One unreadable field."""
    return dice.pick(
        [
            {"minuten": "1441"},
            {"datum": "31-02-2026"},
            {"bsn": "999900007"},
            {"kwalificatieniveau": "mbo+"},
            {"prestatiecode": "4.5"},
            {"begintijd": "", "eindtijd": "14:00"},
            {"begintijd": "24:00", "eindtijd": "14:00"},
            {"soort": "samen"},
            {"aantal": "-1"},
            {"id": ""},
            {"toewijzingnummer": "12a"},
            {"gemeente": "384"},
            {"begintijd": "10:00", "eindtijd": "11:00", "minuten": "59"},
            {"begintijd": "10:00", "eindtijd": "", "minuten": ""},
        ]
    )


# --- Stays ------------------------------------------------------------------------------------------------------------


def draw_verblijf(dice: Dice, targets: list[Target], first: date) -> list[Row]:
    """A few stays, most of them on a code per etmaal."""
    last = last_of_month(first)
    fitting = [target for target in targets if any(target.offer.normtijd[c] == "etmaal" for c in target.codes)]
    rows: list[Row] = []
    count = dice.pick([1, 2, 0, 3, 4]) if fitting else dice.pick([0, 0, 0, 0, 1])
    for index in range(count):
        pool = fitting if fitting and not dice.one_in(8) else targets
        if not pool:
            break
        target = dice.pick(pool)
        begin = max(dice.day(first - timedelta(days=20), last), min(target.begin, last))
        if dice.one_in(8):
            begin = dice.pick([first - timedelta(days=33), last + timedelta(days=3)])
        end = begin + timedelta(days=dice.pick([6, 0, 3, 14, 40]))
        row: Row = {
            "id": f"v{index}",
            "bsn": target.row["bsn"],
            "begindatum": dice.write_date(begin),
            "einddatum": dice.pick([end.isoformat(), end.isoformat(), "", "9999-12-31"]),
        }
        codes = [code for code in target.codes if target.offer.normtijd[code] == "etmaal"] or target.codes
        if codes and not dice.one_in(4):
            row["prestatiecode"] = dice.pick(codes)
        if dice.one_in(2):
            row["toewijzingnummer"] = target.row["toewijzingnummer"]
        if dice.one_in(6):
            row["aanwezigheid"] = dice.pick(["weekendverlof", "aanwezig"])
        if dice.one_in(6):
            row["gemeente"] = target.row["gemeente"]
        kind = dice.number(0, 15)
        if kind == 15:
            row["einddatum"] = (begin - timedelta(days=1)).isoformat()
        elif kind == 14 and rows:
            row = {**rows[-1]}
        elif kind == 13 and rows:
            row["id"] = rows[-1]["id"]
        rows.append(row)
    return rows


# --- All together -----------------------------------------------------------------------------------------------------


def draw_medewerkers(dice: Dice, first: date) -> list[Row]:
    """Professionals with one level at a time."""
    rows: list[Row] = []
    for name in ("m1", "m2"):
        level = dice.pick(LEVELS)
        if dice.one_in(3):
            border = first + timedelta(days=dice.number(0, 27))
            before = border - timedelta(days=1)
            rows.append(staff_row(name, level, "2020-01-01", dice.write_date(before)))
            rows.append(staff_row(name, dice.pick(LEVELS), border.isoformat(), dice.pick(["", "9999-12-31"])))
        else:
            rows.append(staff_row(name, level, dice.pick(["2020-01-01", first.isoformat()]), ""))
    return rows


def staff_row(name: str, level: str, begin: str, end: str) -> Row:
    """One row of medewerkers.csv."""
    return {"medewerker": name, "kwalificatieniveau": level, "begindatum": begin, "einddatum": end}


# --- Products beside MPJ ----------------------------------------------------------------------------------------------

UNITS_OF_VARIANT = {"uur": ["04", "01"], "minuut": ["01"], "dagdeel": ["16"], "stuk_inspanning": ["84"], "etmaal": ["14"]}


def draw_products(dice: Dice, offers: list[Offer], first: date) -> None:
    """Give some contracts products of effort, under codes of their own."""
    for place, offer in enumerate(offers):
        if not dice.one_in(3):
            continue
        rows: list[Row] = []
        for number in range(dice.pick([1, 2, 3])):
            variant = dice.pick(list(UNITS_OF_VARIANT))
            row = {"productcategorie": dice.pick(["45", "44", "41"]), "variant": variant}
            row["productcode"] = f"{row['productcategorie']}{'XYZ'[place]}{number:02}"
            row["eenheid"] = dice.pick(["", *UNITS_OF_VARIANT[variant]])
            for from_, to, tarief in draw_prices(dice, offer.begin, offer.end, first, even=False):
                rows.append(row | {"begindatum": dice.write_date(from_), "einddatum": dice.write_date(to), "tarief": tarief})
        offer.spec = replace(offer.spec, producten=rows)


def draw_product_care(
    dice: Dice, offers: list[Offer], bsns: list[str], first: date, nummer: int
) -> tuple[list[Row], list[Row], list[Row]]:
    """Toewijzingen of products, registraties and stays on them, some by number, by code, or by neither."""
    toewijzingen: list[Row] = []
    registraties: list[Row] = []
    verblijf: list[Row] = []
    for product, offer in [(row, one) for one in offers for row in one.spec.producten or []]:
        nummer += 1
        bsn, gemeente = dice.pick(bsns), dice.pick(offer.gemeenten)
        row = {"toewijzingnummer": str(nummer), "bsn": bsn, "gemeente": gemeente, "aanbieder": offer.aanbieder}
        row |= {"begindatum": first_of_month(first, dice.pick([0, -2])).isoformat()}
        row["einddatum"] = (last_of_month(first) + timedelta(days=dice.pick([0, -9, 60]))).isoformat()
        kind = dice.pick(["code", "code", "categorie", "budget"])
        if kind != "budget":
            row["productcategorie"] = product["productcategorie"]
        if kind == "code":
            row["productcode"] = product["productcode"]
            if dice.one_in(2):
                unit = dice.pick([*UNITS_OF_VARIANT[product["variant"]], "16"])
                row |= {"volume": str(dice.pick([3, 40, 1])), "eenheid": unit, "frequentie": dice.pick(["2", "4", "6"])}
        if kind == "budget" or dice.one_in(4):
            row["budget_cent"] = str(dice.pick([100_000, 5_000, 20_000]))
        if kind == "code" and "volume" in row:
            row.pop("budget_cent", None)
        toewijzingen.append(row)
        for _ in range(dice.pick([2, 1, 3, 0])):
            record = {"id": f"p{nummer}-{len(registraties)}", "bsn": bsn}
            record["datum"] = dice.day(first_of_month(first, dice.pick([0, 0, -1])), last_of_month(first)).isoformat()
            if dice.one_in(2):
                record["toewijzingnummer"] = str(nummer)
            if kind != "code" or dice.one_in(2):
                record["productcode"] = product["productcode"]
            if product["variant"] in ("uur", "minuut") or dice.one_in(6):
                record["minuten"] = str(dice.pick([60, 50, 7, 0, 95]))
            elif dice.one_in(2):
                record["aantal"] = str(dice.pick([2, 1, 0]))
            if dice.one_in(8):
                record["soort"] = "groep"
            if dice.one_in(12):
                record["prestatiecode"] = "2.1"
            registraties.append(record)
        if product["variant"] == "etmaal" or dice.one_in(8):
            begin = dice.day(first, last_of_month(first))
            stay = {"id": f"q{nummer}", "bsn": bsn, "begindatum": begin.isoformat(), "toewijzingnummer": str(nummer)}
            stay["einddatum"] = (begin + timedelta(days=dice.pick([3, 0, 12]))).isoformat()
            if kind != "code":
                stay["productcode"] = product["productcode"]
            verblijf.append(stay)
    return toewijzingen, registraties, verblijf


@st.composite
def scenarios(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Scenario:
    """A whole random scenario."""
    dice = Dice(draw)
    periode = dice.pick(["2026-03", "2026-01", "2025-12", "2026-02", "2027-02"])
    first = date.fromisoformat(periode + "-01")
    offers = draw_contracts(dice, first)
    bsns = BSNS[: dice.pick([1, 2, 3, 2, 4])]
    toewijzingen, targets = draw_toewijzingen(dice, offers, bsns, first)
    medewerkers = draw_medewerkers(dice, first) if dice.one_in(3) else None
    staff = ["m1", "m2"] if medewerkers is not None else []
    registraties = draw_registraties(dice, targets, bsns, first, staff)
    draw_products(dice, offers, first)
    beside = draw_product_care(dice, offers, bsns, first, 40)
    return Scenario(
        contracten=[offer.spec for offer in offers],
        toewijzingen=[*toewijzingen, *beside[0]],
        registraties=[*registraties, *beside[1]],
        verblijf=[*draw_verblijf(dice, targets, first), *beside[2]],
        medewerkers=medewerkers,
        periode=periode,
        dagtekening=first_of_month(first, 1) + timedelta(days=dice.pick([4, 0, 20, 40])),
        nalevering=dice.one_in(2),
    )
