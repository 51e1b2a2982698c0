"""Products of output where their euros are told: work in hand, the ledger's status, the year and the work list, by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from engine.test_prestaties import CONTRACT, event, granted
from ledger.support import Partij, empty_ledger

from mpj import cli
from mpj.output import write_result
from mpj.reports import Jaarvraag, read_year

ASSIGNED = {"volume": 975_000, "eenheid": "83", "frequentie": "6"}
WEEKS, MONTHS = event("w", "45W01", "2026-01-05", "start"), event("p", "45P01", "2026-01-15", "start")


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    """Three months: of January the pieces are rejected and the rest is granted, February is sent, March a concept.

    Weeks of January have their Sunday on the 11th, 18th and 25th; February has four Sundays, March five. January is a broken month.
    """
    one = Partij(empty_ledger(tmp_path / "ledger.db"))
    one.contract = CONTRACT
    one.toewijzingen = [
        granted("45W01", "2026-01-01", "2026-12-31", 1001),
        granted("45S01", "2026-01-01", "2026-12-31", 1002),
        granted("45T01", "2026-01-01", "2026-12-31", 1003, **ASSIGNED),
        granted("45P01", "2026-01-01", "2026-12-31", 1004),
    ]
    told = [WEEKS, MONTHS, event("s", "45S01", "2026-01-12", "stuk", 2), event("t", "45T01", "2026-01-12", "mijlpaal", 70)]
    january = one.run(periode="2026-01", prestaties=told)
    one.settle(january, [line.referentienummer for line in january.regels if line.productcode == "45S01"])
    one.send(one.run(periode="2026-02", prestaties=[WEEKS, MONTHS]))
    write_result(one.run(periode="2026-03", prestaties=[WEEKS, MONTHS]), tmp_path)
    return one


def test_work_in_hand_is_what_is_not_granted_yet(partij: Partij) -> None:
    work = partij.ledger.work()
    assert work["concept_cent"] == 5 * 15_000 + 20_000
    assert work["wacht_op_antwoord_cent"] == 4 * 15_000 + 20_000
    assert work["te_herstellen_cent"] == 2 * 12_500
    assert work["opzij_cent"] == 20_000, "the broken month, at the price of a whole one"
    assert work["totaal_cent"] == 95_000 + 80_000 + 25_000 + 20_000


def test_the_status_counts_lines_of_output_and_the_traject_against_what_is_assigned(partij: Partij) -> None:
    state = partij.ledger.status()["gemeenten"]["0384"]
    found = {
        name: (state[name]["regels"], state[name]["bedrag_cent"]) for name in ("toegekend", "verzonden", "concept", "te_herstellen")
    }
    assert found == {
        "toegekend": (2, 45_000 + 682_500),
        "verzonden": (2, 80_000),
        "concept": (2, 95_000),
        "te_herstellen": (1, 25_000),
    }
    assert state["opzij"]["eenheid_past_niet"]["bekende_waarde_cent"] == 20_000
    (limit,) = partij.ledger.status()["limieten"]
    assert (limit["toewijzingnummer"], limit["maximum"], limit["toegekend"], limit["eenheid"]) == (1003, 975_000, 682_500, "83")


def test_the_year_multiplies_out_per_product_and_adds_up_to_delivered(partij: Partij) -> None:
    year = read_year(partij.ledger, Jaarvraag(jaar=2026, contracten=[CONTRACT]))
    rows = {
        row.productcode: (row.variant, row.eenheden, row.tarief_cent, row.toegekend_cent, row.open_cent, row.afgekeurd_cent)
        for row in year.regels
    }
    assert rows == {
        "45W01": ("week", Fraction(12), 15_000, 45_000, 135_000, 0),
        "45S01": ("stuk", Fraction(2), 12_500, 0, 0, 25_000),
        "45T01": ("traject", Fraction(682_500), 1, 682_500, 0, 0),
        "45P01": ("periode", Fraction(2), 20_000, 0, 40_000, 0),
    }
    posts = {row.post: row.cent for row in year.aansluiting if row.cent}
    assert posts["toegekend"] == 727_500 and posts["open"] == 175_000 and posts["afgekeurd"] == 25_000
    assert posts["geleverd"] == 727_500 + 175_000 + 25_000 + 20_000


def test_the_work_list_holds_the_broken_month(partij: Partij, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["worklist", "--van", str(tmp_path), "--out", str(tmp_path / "w.csv"), "--formaat", "csv"]) == 0
    assert "prestaties" in capsys.readouterr().out
    rows = [row.split(";") for row in (tmp_path / "w.csv").read_text("utf-8").splitlines()]
    found = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    told = [(row["soort"], row["bron"], row["reden"], row["waarde_cent"]) for row in found]
    assert ("prestatie", "p", "eenheid_past_niet", "20000") in told
    assert ("prestatie", "s", "afgekeurd", "25000") in told
