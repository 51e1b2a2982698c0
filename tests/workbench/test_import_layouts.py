"""Workbooks whose content is known: each is read exactly, or refused with the place; and matrices that were once read wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpj.reading.faults import InputError
from mpj.workbench.importing.folder import imported
from mpj.workbench.importing.workbook import Ingelezen
from workbench.layouts import BREAKS, Cell, Layout
from workbench.support import codes

openpyxl = pytest.importorskip("openpyxl")
DATA = Path(__file__).parents[1] / "data" / "matrices"
READABLE = 42


def read(path: Path, toml: Path) -> dict[tuple[str, str, str, str], int | None]:
    """The cells of a workbook as its contract has them, in cents."""
    with imported(path, path.parent / "naar", toml=toml) as (_, contract, _):
        return {
            (cel.perceel, cel.prestatiecode, cel.kwalificatieniveau or "", cel.begindatum.isoformat()): cel.tarief_cent
            for cel in contract.cellen
        }


@pytest.mark.parametrize("seed", range(READABLE))
def test_a_layout_is_read_exactly(tmp_path: Path, seed: int) -> None:
    layout = Layout(seed)
    path = layout.write(tmp_path)
    found = read(path, tmp_path / "contract.toml")
    # Two years at one price are one cell.
    expected = {place: cents for place, cents in layout.expected.items() if place[3] < "2027" or _before(layout, place) != cents}
    assert found == expected


def _before(layout: Layout, place: Cell) -> int | None:
    return layout.expected[(*place[:3], "2026-01-01")]


@pytest.mark.slow
@pytest.mark.parametrize("broken", BREAKS)
@pytest.mark.parametrize("seed", [1000, 1001])
def test_a_broken_layout_is_refused_with_its_place(tmp_path: Path, seed: int, broken: str) -> None:
    """The 42 above and these of one seed are sixty layouts."""
    layout = Layout(seed, broken)
    path = layout.write(tmp_path)
    with pytest.raises(InputError) as caught:
        read(path, tmp_path / "contract.toml")
    assert BREAKS[broken] in codes(caught.value.faults)
    assert all(fault.bestand.startswith("tarieven.xlsx, blad ") for fault in caught.value.faults)
    assert any(fault.rij or broken == "onbekend blad" for fault in caught.value.faults)
    assert all(fault.toelichting and fault.verwacht for fault in caught.value.faults)


MATRICES = {
    "1-merged": {
        ("1.2", "mbo"): 1840,
        ("1.2", "hbo"): 2430,
        ("2.1", "hbo"): 2455,
        ("2.1", "hbo+"): 2710,
        ("2.1", "wo"): 3120,
        ("2.1", "wo+"): 3490,
        ("2.1", "ams"): 5275,
        ("2.2", "hbo"): 2655,
        ("2.2", "hbo+"): 2910,
        ("2.2", "wo"): 3320,
        ("2.2", "wo+"): 3690,
        ("2.2", "ams"): None,
        ("7.1", ""): 5388,
        ("8.1", ""): 18240,
    },
    "3-sheets": {
        ("1.2", "mbo"): 1840,
        ("1.2", "hbo"): 2430,
        ("2.1", "hbo"): 2455,
        ("2.1", "hbo+"): 2710,
        ("2.1", "wo"): 3120,
        ("2.1", "wo+"): 3490,
        ("2.1", "ams"): 5275,
        ("7.1", ""): 105388,
        ("8.1", ""): 18240,
    },
    "7-simple": {
        ("1.2", "mbo"): 1840,
        ("1.2", "hbo"): 2430,
        ("2.1", "mbo"): None,
        ("2.1", "hbo"): 2455,
        ("2.1", "hbo+"): 2710,
        ("2.1", "wo"): 3120,
        ("2.1", "wo+"): 3490,
        ("2.1", "ams"): 5275,
    },
    "10-sheet-lost": {("2.1", "hbo"): 2455, ("2.1", "wo"): 3120, ("7.1", ""): 5388},
    "11-merged-title": {("2.1", "hbo"): 2455, ("2.1", "wo"): 3120},
    "17-sheetname": {("2.1", "hbo"): 2455},
}


@pytest.mark.parametrize(("name", "expected"), MATRICES.items(), ids=MATRICES)
def test_what_a_person_reads_at_once(name: str, expected: dict[tuple[str, str], int | None]) -> None:
    found = read(DATA / f"{name}.xlsx", DATA / "contract.toml")
    assert {(code, niveau): cents for (_, code, niveau, _), cents in found.items()} == expected
    assert {perceel for perceel, code, _, _ in found} == {"A", "B"} if ("7.1", "") in expected else {"A"}


def test_hour_prices_are_converted_and_said_so_and_what_does_not_fit_is_refused_by_row() -> None:
    told: list[Ingelezen] = []
    with (
        pytest.raises(InputError) as caught,
        imported(DATA / "9-eenheid-uur.xlsx", DATA / "naar", toml=DATA / "contract.toml", tell=told.append),
    ):
        pass
    (fault,) = caught.value.faults
    assert (fault.code, fault.rij, fault.kolom, fault.gevonden) == ("eenheid_past_niet", 4, "kolom D", "dagdeel")
    assert told[0].bladen[0].omgerekend == (("uur", "kwartier", 4),)
    prices = {(row["prestatiecode"], row["kwalificatieniveau"]): row["tarief"] for row in told[0].rijen}
    assert (prices["1.1", "mbo"], prices["1.1", "hbo"], prices["1.2", "mbo"]) == ("12,00", "14,10", "12,40")


def test_what_is_left_out_is_shown() -> None:
    told: list[Ingelezen] = []
    with imported(DATA / "7-simple.xlsx", DATA / "naar", toml=DATA / "contract.toml", tell=told.append):
        assert told[0].bladen[0].notities == ((5, "* exclusief btw"),)
        assert told[0].percelen_zonder_prijs == ("B",)


def test_every_fault_at_once_and_the_nearest_word(tmp_path: Path) -> None:
    """A price that cannot be read hides no end in mid-month, and a head says which word it is most like."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "A"
    for row in (
        ["Prestatiecode", "Begindatum", "Einddatum", "hbo", "w0+"],
        ["2.1", "2026-01-01", "2026-12-15", 24.555, None],
        ["2.1", "2027-01-01", None, 29, None],
    ):
        page.append(row)
    book.save(tmp_path / "m.xlsx")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "m.xlsx", DATA / "contract.toml")
    assert codes(caught.value.faults) == ["kop_onbekend", "tarief_onjuist", "wijziging_midden_in_maand", "cel_gat"]
    assert [fault.rij for fault in caught.value.faults] == [1, 2, 2, 3]
    assert "wo+" in caught.value.faults[0].verwacht
    assert "blad A, rij 2" in caught.value.faults[3].toelichting
