"""A comparison at group level: right where it is shown, and no group that is too small is shown or can be worked out.

The attacker here has every cell of several calls: other periods, and regions drawn otherwise. He solves for what was not shown.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger.support import Partij, registratie, toewijzing
from world import contract

from mpj import cli
from mpj.reading.faults import InputError
from mpj.reading.periods import parse_month
from mpj.reports import Meting, Vergelijkingsvraag, read_benchmark
from mpj.reports.benchmark import Codezorg, Zorgdeel, compared
from mpj.reports.suppression import blocks_of, may_be_told, together

BSNS = [f"{number:09d}" for number in range(999900000, 999901000)]
PLACES = [(aanbieder, gemeente) for aanbieder in ("11111111", "22222222") for gemeente in ("0001", "0002", "0003")]
QUARTERS = (2026 * 4, 2026 * 4 + 1)
REGIONS = tuple(dict.fromkeys(chosen, "samen") for size in (1, 2, 3) for chosen in combinations(("0001", "0002", "0003"), size))
Amounts = Mapping[tuple[str, str], Mapping[int, int]]

clients = st.dictionaries(st.integers(1, 14), st.integers(1, 500), max_size=9)
groups = st.dictionaries(st.sampled_from(PLACES), clients, max_size=6)


def elfproef(bsn: str) -> bool:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(int(digit) * weight for digit, weight in zip(bsn, weights, strict=True)) % 11 == 0


CHILDREN = [bsn for bsn in BSNS if elfproef(bsn)]


def care_of(quarters: Mapping[int, Amounts]) -> Codezorg:
    """Care of one prestatiecode at one level; the amount is the euros, for what is asked is who is in which group."""
    found = {
        quarter: {
            place: {"hbo": {client: Zorgdeel(cent, cent, 1 << quarter * 3) for client, cent in own.items()}}
            for place, own in amounts.items()
            if own
        }
        for quarter, amounts in quarters.items()
    }
    return Codezorg(True, found)


def calls(quarters: Mapping[int, Amounts]) -> Iterable[tuple[Sequence[int], Meting, Mapping[str, str]]]:
    """Every measure of every call: of each quarter and of both, with each way to draw a region."""
    for asked in ((QUARTERS[0],), (QUARTERS[1],), QUARTERS):
        care = care_of({quarter: quarters[quarter] for quarter in asked})
        for regios in REGIONS:
            question = Vergelijkingsvraag(van=asked[0] * 3, tot=asked[-1] * 3 + 2, regios=regios)
            for row in compared({"2.1": care}, question, ontvangen=True).metingen:
                yield asked, row, regios


def members(row: Meting, regios: Mapping[str, str]) -> list[tuple[str, str]]:
    """The finest groups of a cell."""
    names = {place: {"aanbieder": place[0], "gemeente": place[1], "regio": regios.get(place[1], "")} for place in PLACES}
    return [place for place in PLACES if names[place][row.groep] == row.naam]


class Attacker:
    """Knows sums over unknowns, and says whether another sum follows from them (Gauss, exact)."""

    def __init__(self) -> None:
        self.rows: list[list[Fraction]] = []

    def reduced(self, vector: Sequence[Fraction]) -> list[Fraction]:
        found = list(vector)
        for row in self.rows:
            lead = next(place for place, one in enumerate(row) if one)
            if found[lead]:
                factor = found[lead] / row[lead]
                found = [one - factor * other for one, other in zip(found, row, strict=True)]
        return found

    def learn(self, vector: Sequence[Fraction]) -> None:
        if any(left := self.reduced(vector)):
            self.rows.append(left)

    def knows(self, vector: Sequence[Fraction]) -> bool:
        return not any(self.reduced(vector))


@pytest.mark.slow
@settings(max_examples=60)
@given(first=groups, second=groups)
def test_no_small_group_follows_from_all_that_is_shown(first: Amounts, second: Amounts) -> None:
    quarters = {QUARTERS[0]: first, QUARTERS[1]: second}
    unknowns = [(quarter, place) for quarter in QUARTERS for place, own in quarters[quarter].items() if own]

    def vector(chosen: Iterable[tuple[int, tuple[str, str]]]) -> list[Fraction]:
        wanted = set(chosen)
        return [Fraction(one in wanted) for one in unknowns]

    attacker = Attacker()
    for asked, row, regios in calls(quarters):
        assert row.clienten >= 5
        attacker.learn(vector((quarter, place) for quarter in asked for place in members(row, regios)))
    for size in range(1, len(unknowns) + 1):
        for chosen in combinations(unknowns, size):
            shares = together({c: (cent, cent) for c, cent in quarters[q][place].items()} for q, place in chosen)
            if not may_be_told(shares):
                assert not attacker.knows(vector(chosen)), chosen
        if size >= 4:
            break  # larger ones are too small only where all of them are


@given(groups)
def test_blocks_hold_everything_once_and_may_all_be_told(amounts: Amounts) -> None:
    shares = {place: {client: (cent, cent) for client, cent in own.items()} for place, own in amounts.items() if own}
    blocks = blocks_of(shares)
    held = [place for block in blocks for place in block]
    assert sorted(held) == (sorted(shares) if blocks else [])
    assert all(may_be_told(together(shares[place] for place in block)) for block in blocks)
    if shares and may_be_told(together(shares.values())):
        assert blocks, "what may be told together is not hidden altogether"


def test_one_client_is_not_most_of_a_group() -> None:
    even = dict.fromkeys(range(5), (100, 100))
    assert may_be_told(even)
    assert not may_be_told(even | {9: (2001, 100)}), "more than 80% of the euros"
    assert may_be_told(even | {9: (2000, 100)})
    assert not may_be_told(even | {9: (100, 2001)}), "more than 80% of the care"
    assert not may_be_told(dict.fromkeys(range(4), (100, 100)))


def played(tmp_path: Path, counts: Mapping[str, int], minuten: int = 60) -> Partij:
    """A month in which so many clients of each gemeente have an hour of 2.1 by an hbo."""
    prices = {"2.1 hbo": "24,55", "2.1 wo": "31,20"}
    partij = Partij(tmp_path / "l.db", prices=prices)
    partij.contract = contract(prices, contract={"gemeenten": sorted(counts)})
    children = iter(CHILDREN)
    partij.toewijzingen = []
    records: list[dict[str, Any]] = []
    for gemeente, count in sorted(counts.items()):
        for _ in range(count):
            bsn, number = next(children), len(records) + 1
            partij.toewijzingen.append(toewijzing(number, bsn=bsn, gemeente=gemeente))
            records.append(registratie(f"r{number}", minuten=minuten, bsn=bsn))
    partij.month(*records)
    return partij


def asked(**more: Any) -> Vergelijkingsvraag:
    return Vergelijkingsvraag(van=parse_month("2026-01"), tot=parse_month("2026-12"), **more)


def rows_of(partij: Partij, **more: Any) -> dict[tuple[str, str, str], Meting]:
    return {(one.groep, one.naam, one.maat): one for one in read_benchmark(partij.ledger, asked(**more)).metingen}


@pytest.mark.slow
def test_what_is_shown_is_right(tmp_path: Path) -> None:
    rows = rows_of(played(tmp_path, {"0384": 6, "0363": 5, "0362": 7}), regios={"0384": "Oost", "0363": "Oost", "0362": "West"})
    whole = {maat: row.waarde for (groep, _, maat), row in rows.items() if groep == "aanbieder"}
    assert whole == {
        "clienten": 18,
        "uren_per_client": 1,
        "cent_per_client": 9820,
        "maanden_per_client": 1,
        "cent_per_uur": 9820,
    }
    assert {naam: row.clienten for (groep, naam, maat), row in rows.items() if groep == "gemeente" and maat == "clienten"} == {
        "0362": 7,
        "0363": 5,
        "0384": 6,
    }
    assert rows["gemeente", "0384", "clienten"].mediaan == 6
    assert rows["aanbieder", "65656055", "cent_per_client"].mediaan is None, "of one aanbieder there is no median"
    assert rows["regio", "Oost", "clienten"].waarde == 11
    assert rows["regio", "Oost", "clienten"].mediaan is None, "of two regions there is none"


def test_prestatiecodes_stand_in_their_own_order() -> None:
    care = {10: {("11111111", "0001"): dict.fromkeys(range(5), 100)}}
    codes = {code: care_of(care) for code in ("10.1", "2.1", "1.3", "RIT00")}
    found = compared(codes, Vergelijkingsvraag(van=30, tot=32), ontvangen=True).metingen
    assert list(dict.fromkeys(row.prestatiecode for row in found)) == ["1.3", "2.1", "10.1", "RIT00"]


def test_a_small_gemeente_hides_with_what_would_tell_it(tmp_path: Path) -> None:
    """Three clients in 0363: neither they, nor the region without which they could be had by subtraction."""
    rows = rows_of(played(tmp_path, {"0384": 6, "0363": 3, "0362": 7}), regios={"0384": "Oost", "0363": "Oost", "0362": "West"})
    names = {(groep, naam) for groep, naam, _ in rows}
    assert ("aanbieder", "65656055") in names, "the whole of 16 is shown"
    assert ("gemeente", "0363") not in names
    assert len([naam for groep, naam in names if groep == "gemeente"]) == 1, "and not both others: the rest would be 3 clients"


@pytest.mark.slow
def test_a_mix_of_levels_is_shown_where_each_level_may_be(tmp_path: Path) -> None:
    for few in (4, 5):
        place = tmp_path / str(few)
        place.mkdir()
        partij = Partij(place / "l.db", prices={"2.1 hbo": "24,55", "2.1 wo": "31,20"})
        partij.toewijzingen = [toewijzing(number, bsn=bsn) for number, bsn in enumerate(CHILDREN[:12], 1)]
        levels = ["wo" if number < few else "hbo" for number in range(12)]
        partij.month(*(registratie(f"r{n}", bsn=bsn, niveau=levels[n]) for n, bsn in enumerate(CHILDREN[:12])))
        told = {
            maat: row.waarde
            for (groep, _, maat), row in rows_of(partij).items()
            if maat.startswith("niveau_") and groep == "gemeente"
        }
        assert told == ({} if few == 4 else {"niveau_hbo": Fraction(700, 12), "niveau_wo": Fraction(500, 12)})


@pytest.mark.parametrize(("van", "tot"), [("2026-02", "2026-12"), ("2026-01", "2026-11"), ("2026-04", "2026-03")])
def test_only_whole_quarters(van: str, tot: str) -> None:
    with pytest.raises(InputError) as refused:
        Vergelijkingsvraag(van=parse_month(van), tot=parse_month(tot))
    assert refused.value.faults[0].code == "periode_onjuist"


def test_the_command_writes_it_with_names_and_regions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    partij = played(tmp_path, {"0384": 6, "0363": 5})
    partij.ledger.database.close()
    (tmp_path / "namen.csv").write_text("soort;code;naam;regio\ngemeente;0384;Diemen;Oost\ngemeente;0363;Amsterdam;Oost\n", "utf-8")
    text = 'contracten = ["c"]\ntoewijzingen = ["t.csv"]\nuit = "uit"\nnamen = "namen.csv"\n'
    (tmp_path / "mpj.toml").write_text(text, "utf-8")
    out = tmp_path / "vergelijking"
    call = ["report", "benchmark", "--ledger", str(tmp_path / "l.db"), "--config", str(tmp_path / "mpj.toml")]
    assert cli.run([*call, "--van", "2026-01", "--tot", "2027-12", "--out", str(out)]) == 0, "quarters to come are empty"
    shown = capsys.readouterr().out
    assert "0384 Diemen" in shown and "Oost" in shown
    with (out / "benchmark.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert list(rows[0]) == ["groep", "naam", "prestatiecode", "maat", "waarde", "mediaan", "clienten"]
    assert {(row["naam"], row["waarde"]) for row in rows if row["maat"] == "cent_per_client"} == {
        (naam, "9820") for naam in ("65656055", "0363", "0384", "Oost")
    }
    assert all(int(row["clienten"]) >= 5 for row in rows)
    text = shown + "".join(path.read_text("utf-8") for path in out.iterdir() if path.suffix != ".xlsx")
    assert not re.search(r"\b9999\d{5}\b", text)
    assert cli.run([*call, "--van", "2026-02", "--tot", "2026-12", "--out", str(tmp_path / "x")]) == 2
    assert "kwartalen" in capsys.readouterr().err
