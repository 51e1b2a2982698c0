"""Workbooks as regions publish them, of which the content is known: layouts drawn from a seed, some of them broken on purpose."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

openpyxl = pytest.importorskip("openpyxl")

Cell = tuple[str, str, str, str]
"""Perceel, prestatiecode, level, first day."""
TOML = """[contract]
id = "L"
protocol = "MPJ-16"
aanbieder = "65656055"
gemeenten = ["0384"]
begindatum = 2026-01-01
einddatum = 2027-12-31
[[perceel]]
code = "A"
naam = "Ambulant"
[[perceel]]
code = "B"
naam = "Verblijf"
"""
NAMES = {
    "1.2": "Begeleiding basis",
    "2.1": "Behandeling basis (al dan niet GGZ)",
    "2.2": "Behandeling specialistisch (al dan niet GGZ)",
    "7.1": "Pleegzorg",
    "8.1": "Res. licht",
}
SPELLED = {
    "mbo": ("mbo", "MBO", "Mbo-niveau", "MBO 4", "Tarief MBO"),
    "hbo": ("hbo", "HBO", "Niveau HBO", "hbo-niveau"),
    "hbo+": ("HBO+", "HBO plus", "hbo-plus", "post-hbo", "HBO +"),
    "wo": ("WO", "wo", "WO niveau"),
    "wo+": ("WO+", "WO plus", "WO +", "postmaster"),
    "ams": ("AMS", "Medisch specialist", "Med. specialist", "Arts", "Medisch specialist (AMS)", "Arts/medisch specialist"),
}
SHEETS = {
    "A": ("A", "Perceel A", "Ambulant", "A - Ambulant", "Perceel A Ambulant", "perceel a: Ambulant".replace(":", " -")),
    "B": ("B", "Perceel B", "Verblijf", "B - Verblijf", "Perceel B Verblijf", "Perceel Verblijf"),
}
BREAKS: Mapping[str, str] = {
    "onbekende kop": "kop_onbekend",
    "beroep": "kop_beroep",
    "twee koppen": "kop_dubbel",
    "formule": "formule_zonder_waarde",
    "samengevoegde prijzen": "cel_samengevoegd",
    "verborgen rij": "rij_verborgen",
    "verborgen kolom": "kolom_verborgen",
    "uurprijs niet deelbaar": "eenheid_past_niet",
    "onbekende code": "prestatiecode_onbekend",
    "code en naam": "prestatiecode_onbekend",
    "twee codes": "prestatiecode_onbekend",
    "drie decimalen": "tarief_onjuist",
    "ander jaar": "jaar_past_niet",
    "duizend of decimaal": "tarief_onjuist",
    "onbekend blad": "perceel_onbekend",
    "eenheid past niet": "eenheid_past_niet",
    "kop niet te lezen": "blad_niet_gelezen",
    "kolom zonder kop": "kop_onbekend",
}
"""How a layout is broken, and the code of the fault that says so."""


def amount(dice: random.Random, cents: int) -> Any:
    """An amount in one of the forms that people write."""
    text = f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d}"
    ways: list[Any] = [cents / 100, f"€ {text}", text.replace(".", ""), f"€{text} ", f"{text} euro"]
    if cents % 100 == 0:
        ways += [f"€ {cents // 100},-", cents // 100]
    return dice.choice(ways)


@define
class Layout:
    """One workbook: how it looks, what it holds, and how it is broken."""

    seed: int
    broken: str = ""
    expected: dict[Cell, int | None] = field(factory=dict)
    dice: random.Random = field(init=False)
    unit: str = field(init=False)
    """How a quarter price is published: kwartier, or uur and where that is said."""
    years: tuple[str, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.unit = self.dice.choice(("", "", "kop kwartier", "kop uur", "kolom uur", "kolom kwartier", "titel uur"))
        self.years = self.dice.choice((("",), ("",), ("2026", "2027")))
        if self.broken in ("uurprijs niet deelbaar",):
            self.unit = "kop uur"
        if self.broken == "eenheid past niet":
            self.unit = "kolom kwartier"
        if self.broken == "ander jaar":
            self.years = ("",)

    def content(self) -> Iterator[tuple[str, str, dict[tuple[str, str], int | None]]]:
        """Perceel, code and prices by (level, year) in cents, None where excluded."""
        for code in ("1.2", "2.1", "2.2"):
            levels = [niveau for niveau in SPELLED if self.dice.random() < 0.8] or ["hbo"]
            prices = {}
            for year in self.years:
                for niveau in levels:
                    prices[niveau, year] = None if self.dice.random() < 0.1 else self.dice.randrange(1500, 7000)
            yield "A", code, prices
        for code in ("7.1", "8.1"):
            yield "B", code, {("", year): self.dice.randrange(5000, 130000) for year in self.years}

    def write(self, folder: Path) -> Path:
        """Write the workbook and a contract.toml beside it."""
        (folder / "contract.toml").write_text(TOML, "utf-8")
        book = openpyxl.Workbook()
        book.remove(book.active)
        rows = list(self.content())
        for perceel, code, prices in rows:
            for (niveau, year), cents in prices.items():
                self.expected[perceel, code, niveau, f"{year or '2026'}-01-01"] = cents
        if self.dice.random() < 0.3:
            page = book.create_sheet("Leeswijzer")
            page.append(["Lees eerst dit"])
            page.append(["Perceel A en perceel B staan elk op een blad; 2.1 is Behandeling basis"])
        form = "breed" if self.broken else self.dice.choice(("breed", "breed", "breed", "lang", "gestapeld"))
        if form == "lang":
            self._long(book.create_sheet("Tarieven"), rows)
        elif form == "gestapeld":
            page = book.create_sheet("Tarieven 2026")
            for perceel, name in (("A", "Ambulant"), ("B", "Verblijf")):
                page.append([f"Perceel {perceel}: {name}"])
                self._wide(page, [row for row in rows if row[0] == perceel])
                page.append([None])
        else:
            for perceel in "AB":
                name = "Los blad" if self.broken == "onbekend blad" and perceel == "B" else self.dice.choice(SHEETS[perceel])
                page = book.create_sheet(name)
                self._titles(page, perceel)
                self._wide(page, [row for row in rows if row[0] == perceel])
        path = folder / "tarieven.xlsx"
        book.save(path)
        return path

    def _titles(self, page: Any, perceel: str) -> None:
        year = "2031" if self.broken == "ander jaar" else "2026"
        if self.broken == "ander jaar" or self.dice.random() < 0.5:
            page.append([f"Tarieven jeugdhulp {year}"] if len(self.years) == 1 else ["Tarieven jeugdhulp"])
            if self.dice.random() < 0.5:
                page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=4)
        if self.dice.random() < 0.4:
            page.append(["Bijlage bij de raamovereenkomst"])
            page.append([])

    def _per(self, perceel: str) -> str:
        return "uur" if perceel == "A" and self.unit.endswith("uur") else "kwartier" if perceel == "A" else "etmaal"

    def _published(self, perceel: str, cents: int | None) -> Any:
        if cents is None:
            return self.dice.choice(("n.v.t.", "uitgesloten", "niet ingekocht"))
        return amount(self.dice, cents * (4 if self._per(perceel) == "uur" else 1))

    def _code(self, code: str) -> Any:
        return self.dice.choice((code, float(code), f"{code} {NAMES[code]}", f"{code} - {NAMES[code]}"))

    def _long(self, page: Any, rows: list[tuple[str, str, dict[tuple[str, str], int | None]]]) -> None:
        """A row per price."""
        dated = self.years != ("",)
        page.append(["Perceel", "Code", "Niveau", "Eenheid", "Tarief", *(["Ingangsdatum", "t/m"] if dated else [])])
        for perceel, code, prices in rows:
            for (niveau, year), cents in prices.items():
                word = self.dice.choice(SPELLED[niveau]) if niveau else self.dice.choice((None, "-", "n.v.t."))
                dates = [f"01-01-{year}", f"31-12-{year}"] if dated else []
                named = self.dice.choice((perceel, f"Perceel {perceel}", SHEETS[perceel][2]))
                page.append([named, self._code(code), word, self._per(perceel), self._published(perceel, cents), *dates])

    def _wide(self, page: Any, rows: list[tuple[str, str, dict[tuple[str, str], int | None]]]) -> None:
        """A row per code, a column per level and year."""
        perceel = rows[0][0]
        if perceel == "A" and self.unit == "titel uur":
            page.append([self.dice.choice(("Uurtarieven in euro", "Alle bedragen per uur"))])
        places = [
            place
            for place in ((niveau, year) for year in self.years for niveau in (*SPELLED, ""))
            if any(place in row[2] for row in rows)
        ]
        extra = self.dice.sample(["Omschrijving", "Categorie"], self.dice.randrange(3))
        fixed = ["Prestatiecode" if self.dice.random() < 0.6 else self.dice.choice(("Code MPJ", "Code")), *extra]
        fixed += ["Eenheid"] if self.unit.startswith("kolom") else []
        first = len(fixed) + 1
        top = page.max_row + 1 if page.max_row > 1 or page.cell(1, 1).value is not None else 1
        heads = self._heads(page, top, fixed, places, perceel)
        row = top + heads
        for place, (_, code, prices) in enumerate(rows):
            if self.dice.random() < 0.15 and place:
                page.cell(row, 1, "Overige producten")
                row += 1
            values: list[Any] = [self._code(code), *(NAMES[code] if name == "Omschrijving" else "45" for name in extra)]
            values += [self._per(perceel)] if self.unit.startswith("kolom") else []
            for key in places:
                values.append(self._published(perceel, prices[key]) if key in prices else self.dice.choice((None, "-")))
            for column, value in enumerate(values, 1):
                page.cell(row, column, value)
            row += 1
        self._break(page, top, top + heads, first, perceel, rows)
        if self.dice.random() < 0.6:
            page.cell(row + 1, 1, "* exclusief btw")
        return

    def _heads(self, page: Any, top: int, fixed: list[str], places: list[tuple[str, str]], perceel: str) -> int:
        """Write a head of one or two rows; return how many."""
        first = len(fixed) + 1
        unit = f" per {self._per(perceel)}" if perceel == "B" or self.unit.startswith("kop") else ""
        words = {niveau: self.dice.choice(SPELLED[niveau]) if niveau else "Tarief" for niveau, _ in places}
        dated = self.years != ("",)
        two = self.dice.random() < 0.5 and self.broken != "kop niet te lezen"
        if two and (dated or unit or perceel == "A"):
            group = {year: (year if dated else f"Kwalificatieniveau (tarief{unit})") for year in self.years}
            if not dated and perceel == "B":
                group = dict.fromkeys(self.years, f"Tarief{unit}")
            for column, name in enumerate(fixed, 1):
                page.cell(top + 1, column, name) if dated else page.cell(top, column, name)
            done: set[str] = set()
            for column, (niveau, year) in enumerate(places, first):
                if year not in done:
                    page.cell(top, column, int(group[year]) if dated and self.dice.random() < 0.3 else group[year])
                    width = sum(other == year for _, other in places)
                    if width > 1 and self.dice.random() < 0.7:
                        page.merge_cells(start_row=top, start_column=column, end_row=top, end_column=column + width - 1)
                    done.add(year)
                page.cell(top + 1, column, words[niveau] + (unit if dated else ""))
            if not dated and self.dice.random() < 0.5:
                page.merge_cells(start_row=top, start_column=1, end_row=top + 1, end_column=1)
            return 2
        for column, name in enumerate(fixed, 1):
            page.cell(top, column, name)
        for column, (niveau, year) in enumerate(places, first):
            page.cell(top, column, f"{words[niveau]}{unit} {year}".strip())
        return 1

    def _break(self, page: Any, top: int, row: int, first: int, perceel: str, rows: list[Any]) -> None:
        """Break the sheet of perceel A as `broken` says."""
        if perceel != "A" or not self.broken:
            return
        head = row - 1
        last = page.max_column
        changes: dict[str, Callable[[], object]] = {
            "onbekende kop": lambda: page.cell(head, first, "zwaarte"),
            "beroep": lambda: page.cell(head, first, "GZ-psycholoog"),
            "twee koppen": lambda: (page.cell(top, last + 1, "Arts"), page.cell(top, last + 2, "Medisch specialist")),
            "formule": lambda: page.cell(row, first, "=1+1"),
            "samengevoegde prijzen": lambda: page.merge_cells(start_row=row, start_column=first, end_row=row + 1, end_column=first),
            "verborgen rij": lambda: setattr(page.row_dimensions[row], "hidden", True),
            "verborgen kolom": lambda: setattr(page.column_dimensions["ABCDEFGHIJ"[first - 1]], "hidden", True),
            "uurprijs niet deelbaar": lambda: page.cell(row, first, 98.21),
            "onbekende code": lambda: page.cell(row, 1, "2.9"),
            "code en naam": lambda: page.cell(row, 1, "2.1 Begeleiding basis"),
            "twee codes": lambda: page.cell(row, 1, "1.2 en 1.3"),
            "drie decimalen": lambda: page.cell(row, first, 24.555),
            "duizend of decimaal": lambda: page.cell(row, first, "€ 1.053"),
            "eenheid past niet": lambda: page.cell(row, first - 1, "etmaal"),
            "kop niet te lezen": lambda: [page.cell(top, column, f"kolom {column}") for column in range(first, last + 1)],
            "kolom zonder kop": lambda: page.cell(row, last + 2, 24.55),
        }
        if self.broken in changes:
            changes[self.broken]()
