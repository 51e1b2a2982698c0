"""The year with limits in plain Python: what `benchmarks.peers.plain` does, and groups, plans, stays and limits as well.

A record that no other bears upon goes straight to its line; those under a limit are kept, and billed one by one where it can be
reached.
"""

from __future__ import annotations

import csv
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks.peers.bound import Asked, bill
from benchmarks.peers.data import DAGTEKENING, Files
from benchmarks.peers.plain import HEADER, Line, Matrix, matrix, read, units

GROUP, GROUP_MINUTES, ETMAAL = "4.2", 60, 1
KWARTIER = 15
DAY = timedelta(days=1)

LineKey = tuple[str, str, str, str, int]


@dataclass(frozen=True, slots=True)
class Toewijzing:
    """What a gemeente assigned, its limits in cents and in minutes or days, and the perceel that serves the gemeente."""

    bsn: str
    begindatum: date
    einddatum: date
    prestatiecodes: tuple[str, ...]
    perceel: str
    budget: int | None
    volume: int | None
    frequentie: str

    @property
    def limited(self) -> bool:
        """Whether there is a limit."""
        return self.budget is not None or self.volume is not None

    @property
    def total(self) -> int | None:
        """The volume over the whole toewijzing."""
        if self.volume is None or self.frequentie == "6":
            return self.volume
        return None if self.einddatum == date.max else self.volume * self._times(self.begindatum, self.einddatum)

    def month(self, month: int) -> int | None:
        """Return the volume of a month."""
        if self.volume is None or self.frequentie == "6":
            return None
        first = date(2026, month, 1)
        last = date(2026 + month // 12, month % 12 + 1, 1) - DAY
        return self.volume * self._times(max(first, self.begindatum), min(last, self.einddatum))

    def _times(self, begin: date, end: date) -> int:
        if self.frequentie == "4":
            return (end.year - begin.year) * 12 + end.month - begin.month + 1
        return (end.toordinal() - 1) // 7 - (begin.toordinal() - 1) // 7 + 1


@dataclass(frozen=True, slots=True)
class Registratie:
    """One contact."""

    id: str
    bsn: str
    datum: date
    minuten: int
    niveau: str
    prestatiecode: str
    toewijzingnummer: str
    gemeente: str
    tijdsoort: str
    status: str
    afspraak: str
    begintijd: str
    eindtijd: str


@dataclass(slots=True)
class Year:
    """What is known, and what was added up so far: lines, what stands under a limit, and group time by line."""

    prices: Matrix
    assigned: Mapping[tuple[str, str], Toewijzing]
    lines: dict[LineKey, Line] = field(default_factory=dict)
    kept: defaultdict[tuple[str, str], list[tuple[date, str, int, LineKey]]] = field(default_factory=lambda: defaultdict(list))
    groups: defaultdict[LineKey, list[Registratie]] = field(default_factory=lambda: defaultdict(list))

    def place(self, record: Registratie) -> None:
        """Add a registratie to its line, or to its group."""
        toewijzing = self.assigned.get((record.gemeente, record.toewijzingnummer))
        if toewijzing is None or not billable(record, toewijzing):
            return
        month = record.datum.month
        price = self.prices.get((toewijzing.perceel, record.prestatiecode, record.niveau, month))
        if price is None:
            return
        key = (record.gemeente, record.toewijzingnummer, record.prestatiecode, price[0], month)
        if record.prestatiecode == GROUP:
            self.groups[key].append(record)
            return
        self.add(key, price[1], toewijzing, record.datum, record.id, units(record.minuten))

    def add(self, key: LineKey, tarief: Decimal, toewijzing: Toewijzing, datum: date, identity: str, eenheden: int) -> None:
        """Add units to a line, and keep them where a limit may ask for them."""
        if (line := self.lines.get(key)) is None:
            line = self.lines[key] = Line(tarief)
        line.eenheden += eenheden
        if toewijzing.limited:
            self.kept[key[:2]].append((datum, identity, eenheden, key))

    def group(self) -> None:
        """Count a minute of a group once, and round the hours of a month once; each record has its share."""
        for key, records in self.groups.items():
            toewijzing = self.assigned[key[:2]]
            _, tarief = self.prices[toewijzing.perceel, GROUP, "", key[4]]
            before = total = 0
            for record, minutes in present(records):
                total += minutes
                after = max(1, (total + 30) // 60)
                self.add(key, tarief, toewijzing, record.datum, record.id, after - before)
                before = after

    def stay(self, rows: Iterable[dict[str, str]]) -> None:
        """Count each day of a stay once, for the stay that began first."""
        seen: set[tuple[str, str, date]] = set()
        for row in sorted(rows, key=lambda row: (row["begindatum"], row["id"])):
            place, code = (row["gemeente"], row["toewijzingnummer"]), row["prestatiecode"]
            toewijzing = self.assigned.get(place)
            if row["aanwezigheid"] != "aanwezig" or toewijzing is None or toewijzing.bsn != row["bsn"]:
                continue
            begin, end = date.fromisoformat(row["begindatum"]), date.fromisoformat(row["einddatum"] or DAGTEKENING)
            for ordinal in range(begin.toordinal(), end.toordinal() + 1):
                day = date.fromordinal(ordinal)
                if toewijzing.begindatum <= day <= toewijzing.einddatum and (*place, day) not in seen:
                    seen.add((*place, day))
                    niveau, tarief = self.prices[toewijzing.perceel, code, "", day.month]
                    self.add((*place, code, niveau, day.month), tarief, toewijzing, day, row["id"], 1)

    def limit(self) -> None:
        """Bill one by one what stands under a limit that can be reached."""
        used: defaultdict[tuple[str, str], dict[int, list[int]]] = defaultdict(dict)
        for key, line in self.lines.items():
            if key[:2] in self.kept:
                sums = used[key[:2]].setdefault(key[4], [0, 0])
                sums[0] += line.eenheden * weight(key[2])
                sums[1] += line.eenheden * int(line.tarief * 100)
        for place, months in used.items():
            toewijzing = self.assigned[place]
            allowed = {month: toewijzing.month(month) for month in months}
            pairs = [(volume, allowed[month]) for month, (volume, _) in months.items()]
            pairs.append((sum(volume for volume, _ in months.values()), toewijzing.total))
            pairs.append((sum(cents for _, cents in months.values()), toewijzing.budget))
            if any(most is not None and amount > most for amount, most in pairs):
                self._bound(sorted(self.kept[place]), toewijzing, allowed)

    def _bound(
        self, records: list[tuple[date, str, int, LineKey]], toewijzing: Toewijzing, allowed: Mapping[int, int | None]
    ) -> None:
        asked = [Asked(key[4], count, weight(key[2]), int(self.lines[key].tarief * 100)) for _, _, count, key in records]
        for _, _, count, key in records:
            self.lines[key].eenheden -= count
        for (_, _, _, key), one in zip(records, bill(asked, toewijzing.budget, toewijzing.total, allowed), strict=True):
            self.lines[key].eenheden += one.eenheden if one else 0


def weight(prestatiecode: str) -> int:
    """Return what a unit counts: minutes, or a day."""
    return GROUP_MINUTES if prestatiecode == GROUP else KWARTIER if prestatiecode < GROUP else ETMAAL


def billable(record: Registratie, toewijzing: Toewijzing) -> bool:
    """Return whether the record is direct time that lasted, under a toewijzing of that client, for that care, on that date."""
    return (
        record.tijdsoort == "direct"
        and record.minuten > 0
        and toewijzing.bsn == record.bsn
        and record.prestatiecode in toewijzing.prestatiecodes
        and toewijzing.begindatum <= record.datum <= toewijzing.einddatum
    )


def present(records: list[Registratie]) -> Iterator[tuple[Registratie, int]]:
    """Yield the records of a group in order of date and id, each with the minutes that no earlier one on that day covers."""
    minutes: dict[str, int] = {}
    day, covered = date.min, ""
    for record in sorted(records, key=lambda record: (record.datum, record.begintijd, record.id)):
        if record.datum != day:
            day, covered = record.datum, ""
        minutes[record.id] = max(0, clock(record.eindtijd) - clock(max(record.begintijd, covered)))
        covered = max(covered, record.eindtijd)
    for record in sorted(records, key=lambda record: (record.datum, record.id)):
        if minutes[record.id]:
            yield record, minutes[record.id]


def clock(text: str) -> int:
    """Return minutes after midnight."""
    return int(text[:2]) * 60 + int(text[3:])


def assignments(folder: Path) -> dict[tuple[str, str], Toewijzing]:
    """Return the toewijzingen by gemeente and number."""
    contract = tomllib.loads((folder / "contract" / "contract.toml").read_text("utf-8"))
    perceel = {gemeente: row["code"] for row in contract["perceel"] for gemeente in row["gemeenten"]}
    return {
        (row["gemeente"], row["toewijzingnummer"]): Toewijzing(
            row["bsn"],
            date.fromisoformat(row["begindatum"]),
            date.fromisoformat(row["einddatum"]) if row["einddatum"] else date.max,
            tuple(row["prestatiecode"].split(",")),
            perceel[row["gemeente"]],
            int(row["budget_cent"]) if row["budget_cent"] else None,
            int(row["volume"]) * (60 if row["eenheid"] == "04" else 1) if row["volume"] else None,
            row["frequentie"],
        )
        for row in read(folder / "toewijzingen.csv")
        if row["aanbieder"] == contract["contract"]["aanbieder"]
    }


def registrations(path: Path) -> Iterator[Registratie]:
    """Yield the registraties."""
    for row in read(path):
        yield Registratie(
            row["id"],
            row["bsn"],
            date.fromisoformat(row["datum"]),
            int(row["minuten"]),
            row["kwalificatieniveau"],
            row["prestatiecode"],
            row["toewijzingnummer"],
            row["gemeente"],
            row["tijdsoort"],
            row["status"],
            row["afspraak"],
            row["begintijd"],
            row["eindtijd"],
        )


def lines(folder: Path) -> dict[LineKey, Line]:
    """Return the declaration lines by gemeente, toewijzingnummer, prestatiecode, billed level and month."""
    files = Files(folder)
    year = Year(matrix(files.contract), assignments(folder))
    plans: list[Registratie] = []
    beside: set[tuple[str, str]] = set()
    for record in registrations(files.registraties):
        if record.status == "gepland":
            plans.append(record)
            continue
        if record.afspraak and record.tijdsoort == "direct":
            beside.add((record.bsn, record.afspraak))
        if record.status == "gerealiseerd":
            year.place(record)
    for plan in plans:
        if (plan.bsn, plan.afspraak) not in beside:
            year.place(plan)
    year.group()
    year.stay(read(files.verblijf))
    year.limit()
    return {key: line for key, line in year.lines.items() if line.eenheden}


def main(folder: Path, out: Path) -> None:
    """Read the CSV files of `folder` and write the lines to `out`."""
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        for key, line in lines(folder).items():
            writer.writerow((*key, line.eenheden, int(line.bedrag * 100)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
