"""XLSX in: what municipalities publish, in their usual spellings, and nothing that is ambiguous."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scenarios import Dice, draw_contracts, to_toml

import mpj
from mpj.contract import Contract
from mpj.presentation import xlsx
from mpj.protocol import MPJ_16
from mpj.reading.faults import InputError
from mpj.workbench.diff.comparison import compare
from mpj.workbench.importing.folder import imported, publish
from mpj.workbench.importing.headers import read_header
from mpj.workbench.show.overview import overview
from mpj.workbench.show.report import sheets
from workbench.support import codes, write_folder

openpyxl = pytest.importorskip("openpyxl")
PUBLISHED: list[list[Any]] = [
    ["Tarieven jeugdhulp 2026", None, None, None, None],
    [None, None, None, None, None],
    ["Prestatiecode", "Omschrijving", "MBO", "HBO plus", "Arts/medisch specialist"],
    ["2.1", "Behandeling basis", None, 28.5, "n.v.t."],
    [1.2, "Begeleiding basis", "€ 18,40", 27, "uitgesloten"],
    ["2.2 Behandeling specialistisch", None, 19.05, None, 59.8],
]


def book(
    tmp_path: Path, rows: list[list[Any]], *, sheet: str = "Perceel A", change: Callable[[Any, Any], None] | None = None
) -> Path:
    """A workbook with one sheet; `change` gets workbook and sheet before it is saved."""
    workbook = openpyxl.Workbook()
    page = workbook.active
    page.title = sheet
    for row in rows:
        page.append(row)
    if change:
        change(workbook, page)
    path = tmp_path / "tarieven.xlsx"
    workbook.save(path)
    return path


def home(tmp_path: Path, percelen: str = "AB") -> Path:
    folder = write_folder(tmp_path / "c", "A 2.1 hbo 2026-01-01 .. 24,00", percelen=percelen)
    (folder / "tarieven.csv").unlink()
    return folder


def found(path: Path, folder: Path) -> Contract:
    with imported(path, folder) as (_, contract, _):
        return contract


def test_usual_spellings(tmp_path: Path) -> None:
    contract = found(book(tmp_path, PUBLISHED), home(tmp_path))
    assert [(cel.prestatiecode, cel.kwalificatieniveau, cel.tarief_cent) for cel in contract.cellen] == [
        ("1.2", "mbo", 1840),
        ("1.2", "hbo+", 2700),
        ("1.2", "ams", None),
        ("2.1", "hbo+", 2850),
        ("2.1", "ams", None),
        ("2.2", "mbo", 1905),
        ("2.2", "ams", 5980),
    ]


@pytest.mark.parametrize(
    ("word", "kind", "niveau"),
    [
        ("HBO+", "niveau", "hbo+"),
        ("hbo-plus", "niveau", "hbo+"),
        ("WO plus", "niveau", "wo+"),
        ("Tarief hbo per kwartier", "niveau", "hbo"),
        ("wo (€)", "niveau", "wo"),
        ("hbo per uur", "niveau", "hbo"),
        ("Uurtarief", "zonder niveau", ""),
        ("Zonder niveau", "zonder niveau", ""),
        ("Prijs", "zonder niveau", ""),
        ("Ingangsdatum", "begindatum", ""),
        ("MPJ-code", "prestatiecode", ""),
        ("mbo+", "niveau", "mbo+"),
    ],
)
def test_header_words(word: str, kind: str, niveau: str) -> None:
    kop = read_header(word, MPJ_16)
    assert kop is not None
    assert (kop.soort, kop.niveau) == (kind, niveau)


@pytest.mark.parametrize("word", ["hbo of wo", "niveau 3", "2026", "hoog"])
def test_words_that_are_not_guessed(word: str) -> None:
    assert read_header(word, MPJ_16) is None


def replaced(row: int, column: int, value: Any) -> list[list[Any]]:
    rows = [list(line) for line in PUBLISHED]
    rows[row][column] = value
    return rows


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (replaced(2, 3, "hoog"), "kop_onbekend"),
        (replaced(2, 3, "mbo"), "kop_dubbel"),
        (replaced(2, 3, "mbo+"), "niveau_uit"),
        (replaced(3, 3, 28.555), "tarief_onjuist"),
        (replaced(3, 3, 0), "tarief_onjuist"),
        (replaced(3, 3, True), "tarief_onjuist"),
        (replaced(3, 3, "in overleg"), "tarief_onjuist"),
        (replaced(3, 3, "#REF!"), "foutwaarde"),
        (replaced(3, 3, "=1+1"), "formule_zonder_waarde"),
        (replaced(3, 0, "2.9"), "prestatiecode_onbekend"),
        (replaced(3, 0, datetime(2026, 1, 2)), "prestatiecode_onbekend"),  # noqa: DTZ001
        ([["Prestatiecode", "hbo per uur"], ["2.1", 98.21]], "eenheid_past_niet"),
        ([["Prestatiecode", "hbo", "hbo per uur"], ["2.1", 24.55, 98.0]], "uurprijs_past_niet"),
        ([["Iets", "anders"]], "matrix_leeg"),
    ],
)
def test_what_is_ambiguous_is_refused(tmp_path: Path, rows: list[list[Any]], code: str) -> None:
    with pytest.raises(InputError) as caught:
        found(book(tmp_path, rows), home(tmp_path))
    assert code in codes(caught.value.faults)


@pytest.mark.parametrize("column", [0, 3])
@pytest.mark.parametrize(("value", "code"), [("#REF!", "foutwaarde"), ("=1+1", "formule_zonder_waarde")])
def test_a_cell_without_a_value_is_one_fault(tmp_path: Path, column: int, value: str, code: str) -> None:
    """However often a cell is looked at: for its row, as a code and as a price."""
    with pytest.raises(InputError) as caught:
        found(book(tmp_path, replaced(3, column, value)), home(tmp_path))
    assert codes(caught.value.faults) == [code]


def merge(_: Any, page: Any) -> None:
    page.merge_cells("C4:D4")


def hide_row(_: Any, page: Any) -> None:
    page.row_dimensions[5].hidden = True


def hide_sheet(workbook: Any, page: Any) -> None:
    workbook.create_sheet("Leeswijzer")
    page.sheet_state = "hidden"
    workbook.active = 1


@pytest.mark.parametrize(
    ("change", "code"), [(merge, "cel_samengevoegd"), (hide_row, "rij_verborgen"), (hide_sheet, "blad_verborgen")]
)
def test_merged_and_hidden_cells_are_refused(tmp_path: Path, change: Callable[[Any, Any], None], code: str) -> None:
    with pytest.raises(InputError) as caught:
        found(book(tmp_path, PUBLISHED, change=change), home(tmp_path))
    assert code in codes(caught.value.faults)


def test_a_sheet_must_be_one_perceel(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        found(book(tmp_path, PUBLISHED, sheet="Tarieven"), home(tmp_path))
    assert codes(caught.value.faults) == ["perceel_onbekend"]
    assert found(book(tmp_path, PUBLISHED, sheet="Tarieven"), home(tmp_path / "one", "A")).cellen
    assert found(book(tmp_path, PUBLISHED, sheet="naam b"), home(tmp_path)).cellen[0].perceel == "B"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"prestatiecode;hbo\n2.1;24,55\n"])
def test_other_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "matrix.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        found(path, home(tmp_path))
    assert codes(caught.value.faults) == ["xlsx_onleesbaar"]
    with pytest.raises(InputError) as caught:
        found(tmp_path / "geen.xlsx", home(tmp_path))
    assert codes(caught.value.faults) == ["bestand_ontbreekt"]


def test_a_folder_without_contract_is_refused_and_an_old_matrix_kept(tmp_path: Path) -> None:
    path, folder = book(tmp_path, PUBLISHED), home(tmp_path)
    with pytest.raises(InputError), imported(path, tmp_path / "nergens"):
        pass
    with imported(path, folder) as (_, _, stage):
        publish(stage, folder, whole=False, force=False)
        with pytest.raises(InputError) as caught:
            publish(stage, folder, whole=False, force=False)
    assert codes(caught.value.faults) == ["uitvoer_bestaat"]
    assert mpj.load_contract(folder).cellen


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_show_writes_import_reads(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """The round trip of random matrices, cell by cell and by hash."""
    offer = draw_contracts(Dice(data.draw), date(2026, 3, 1))[0]
    contract = mpj.make_contract(offer.spec.toml, offer.spec.tarieven, offer.spec.codes)
    assume(contract.codes is None)
    folder = tmp_path_factory.mktemp("c")
    (folder / "contract.toml").write_text(to_toml(offer.spec.toml), "utf-8")
    shown = overview(contract)
    xlsx.write(folder / "m.xlsx", sheets(shown))
    again = found(folder / "m.xlsx", folder)
    assert compare(contract, again).gelijk
    assert overview(again).hash == shown.hash
