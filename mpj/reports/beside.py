"""The other party's table of the year beside the own one, and the estimate of a year that is not over."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from attrs import frozen

from mpj.reading.faults import Fault, InputError
from mpj.reading.limits import WHOLE_BYTES
from mpj.reading.sources import Source
from mpj.reports.year import Jaarbeeld

POSTS = ("ingediend", "toegekend", "open", "afgekeurd")
_KEY = ("aanbieder", "gemeente", "prestatiecode", "kwalificatieniveau")
_Sums = Mapping[tuple[str, ...], int]


@frozen
class Naast:
    """A row of naast.csv: one post of one code at a level, on both sides, in eurocents."""

    sleutel: tuple[str, ...]
    """Gemeente, prestatiecode, kwalificatieniveau and post."""
    eigen_cent: int
    naast_cent: int

    @property
    def verschil_cent(self) -> int:
        """What the own amount is more."""
        return self.eigen_cent - self.naast_cent


def beside(
    beeld: Jaarbeeld, path: Path, *, gemeenten: Collection[str] = (), report: Callable[[Fault], object] | None = None
) -> tuple[Naast, ...]:
    """Return both sides of every post of either, of the aanbieders that declared it.

    A gemeente lays the table of one aanbieder beside what it received of that one; an aanbieder sees in the table of a gemeente its
    own lines, those too of which its ledger knows nothing. `gemeenten`: only these, as in `Jaarvraag`; none: all. `report` hears of
    gemeenten that the ledger of a gemeente is not of, which are left out. Raises InputError for a file that is no jaar.csv, or of
    another year.
    """
    own: dict[tuple[str, ...], int] = defaultdict(int)
    for row in beeld.regels:
        for post in POSTS:
            own[*(getattr(row, name) for name in _KEY), post] += getattr(row, f"{post}_cent")
    other = _read(path, beeld.jaar)
    declared = {key[0] for key in (other if beeld.ontvangen else own)}
    told = {key[1] for key in other if key[0] in declared}
    wanted = set(gemeenten) or {*beeld.gemeenten, *(() if beeld.ontvangen else told)}
    left = sorted(told - wanted) if not gemeenten else []
    if left and report is not None:
        text = f"van {', '.join(left)} heeft dit ledger dit jaar niets; die gemeenten zijn niet vergeleken"
        report(Fault("opmerking", path.name, kolom="gemeente", toelichting=text, soort="waarschuwing"))
    found: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for side, sums in enumerate((own, other)):
        for key, cent in sums.items():
            if key[0] in declared and key[1] in wanted:
                found[key[1:]][side] += cent
    return tuple(Naast(key, *cents) for key, cents in sorted(found.items()) if any(cents))


def _read(path: Path, jaar: int) -> _Sums:
    found: dict[tuple[str, ...], int] = defaultdict(int)
    wanted = (*_KEY, "begindatum", *(f"{post}_cent" for post in POSTS))
    try:
        text = Source(path.name, path).read(WHOLE_BYTES).decode("utf-8-sig")
        table = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
        missing = [name for name in wanted if name not in (table.fieldnames or ())]
        if missing:
            text, verwacht = "dit is geen overzicht van mpj report year", f"een jaar.csv met {', '.join(wanted)}"
            raise InputError(Fault("kolom_ontbreekt", path.name, 1, missing[0], toelichting=text, verwacht=verwacht))
        for place, row in enumerate(table, 2):
            _of_year(path, place, row, jaar)
            for post in POSTS:
                found[(*(row[name] or "" for name in _KEY), post)] += _cent(path, place, f"{post}_cent", row)
    except (UnicodeDecodeError, csv.Error):
        text, verwacht = "bestand kan niet worden gelezen", "de jaar.csv die mpj report year bij de andere partij schreef"
        raise InputError(Fault("bestand_onleesbaar", path.name, toelichting=text, verwacht=verwacht)) from None
    return found


def _of_year(path: Path, place: int, row: Mapping[str, str | None], jaar: int) -> None:
    """Refuse a row of another year: it would be laid beside care that it does not hold."""
    told = (row["begindatum"] or "")[:4]
    if told != str(jaar):
        text, verwacht = "dit is niet het overzicht van dit jaar", f"een jaar.csv over {jaar}"
        raise InputError(
            Fault("waarde_onjuist", path.name, place, "begindatum", toelichting=text, gevonden=told, verwacht=verwacht)
        )


def _cent(path: Path, place: int, name: str, row: Mapping[str, str | None]) -> int:
    text = row[name] or ""
    if not text.removeprefix("-").isdecimal():
        raise InputError(
            Fault("waarde_onjuist", path.name, place, name, toelichting="geen bedrag", verwacht="een geheel aantal centen")
        )
    return int(text)


@frozen
class Raming:
    """What a year will come to, as a range of eurocents: what is sure, and what is delivered or still to be expected."""

    gemeente: str
    laag_cent: int
    hoog_cent: int
    zonder_prijs: int
    """How many records are in neither, for want of a price."""
    maanden: int = 0
    """How many months of the year were not declared to anybody yet, and are in it as the last ones were."""


def estimated(beeld: Jaarbeeld) -> tuple[Raming, ...]:
    """Return the estimate per gemeente.

    Low is what is granted and open; high is all that was delivered, rejected and without toewijzing too. A month of the year after
    the last that was declared counts as the lowest, and as the highest, of the last three that were.
    """
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in beeld.aansluiting:
        found[row.gemeente][row.post] = (row.cent if row.cent is not None else row.aantal) or 0
    return tuple(_raming(beeld, gemeente, posts) for gemeente, posts in sorted(found.items()))


def _raming(beeld: Jaarbeeld, gemeente: str, posts: Mapping[str, int]) -> Raming:
    low = posts["toegekend"] + posts["open"]
    last = max((month for _, month in beeld.maanden), default=0)
    coming = beeld.jaar * 12 + 11 - last if last else 0
    usual = [max(0, beeld.maanden.get((gemeente, month), 0)) for month in range(max(beeld.jaar * 12, last - 2), last + 1)] or [0]
    high = max(low, posts["geleverd"])
    return Raming(gemeente, low + coming * min(usual), high + coming * max(usual), posts["zonder_prijs"], coming)
