"""The build-up of a reëel tarief: every step by hand, and parts that add up exactly."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpj.presentation import html
from mpj.reading.faults import InputError
from mpj.workbench.buildup.price import ONDERDELEN, PERCENTAGES, Kosten, build_up, contracted, explain, read_costs, sensitivity
from mpj.workbench.buildup.report import report, rows
from workbench.support import codes, csv_rows, make

HEADER = (
    "prestatiecode;kwalificatieniveau;salariskosten;bruto_uren;verlof_procent;verzuim_procent;scholing_procent;"
    "indirect_client_procent;indirect_overig_procent;overhead_procent;overige_kosten;risico_marge_procent\n"
)
ROW = "2.1;hbo;72000,00;1800;10;5;5;15;10;20;3600,00;2,5\n"


def costs(tmp_path: Path, rows: str = ROW, header: str = HEADER) -> list[Kosten]:
    path = tmp_path / "kosten.csv"
    path.write_text(header + rows, "utf-8")
    return read_costs(path)


def test_every_step_by_hand(tmp_path: Path) -> None:
    opbouw = build_up(costs(tmp_path)[0])
    assert [(step.naam, step.waarde) for step in opbouw.stappen] == [
        ("bruto uren", 1800),
        ("af: verlof", 180),
        ("af: verzuim", 90),
        ("af: scholing", 90),
        ("netto uren", 1440),
        ("af: indirecte cliënttijd", 216),
        ("af: overige indirecte tijd", 144),
        ("directe uren bij de cliënt", 1080),
        ("salariskosten", 72_000_00),
        ("bij: andere cliëntgebonden kosten", 0),
        ("bij: overhead", 14_400_00),
        ("bij: overige kosten", 3_600_00),
        ("kosten per jaar", 90_000_00),
        ("kostprijs per direct uur", Fraction(90_000_00, 1080)),
        ("kostprijs per kwartier", Fraction(90_000_00, 4320)),
        ("bij: indexering", 0),
        ("bij: risico en marge", Fraction(90_000_00, 4320) / 40),
        ("prijs per kwartier", 2135),  # 2083,333.. + 52,083.. = 2135,416..
    ]
    assert opbouw.onderdelen["salaris"] == 1000
    assert opbouw.onderdelen["indirecte cliënttijd"] == Fraction(72_000_00, 4 * 1224) - Fraction(72_000_00, 4 * 1440)


def test_the_kinds_of_cost_of_the_besluit(tmp_path: Path) -> None:
    """Client-bound cost has a column of its own, indexation is a step; risk and margin are over both."""
    header = HEADER.replace("\n", ";clientgebonden_kosten;indexatie_procent\n")
    opbouw = build_up(costs(tmp_path, ROW.replace("\n", ";1800,00;3,42\n"), header)[0])
    cost_price = Fraction(91_800_00, 4320)
    assert opbouw.onderdelen["cliëntgebonden kosten"] == Fraction(1_800_00, 4320)
    assert opbouw.onderdelen["indexering"] == cost_price * Fraction(342, 10000)
    assert opbouw.onderdelen["risico en marge"] == cost_price * Fraction(10342, 10000) / 40
    assert sum(opbouw.onderdelen.values()) + opbouw.afronding == opbouw.prijs_cent == 2253
    assert set(opbouw.onderdelen) == set(ONDERDELEN)
    assert list(dict.fromkeys(step.groep[:3] for step in opbouw.stappen)) == ["(a)", "(b)", "(c)", "kos", "(d)", "naa", "pri"]


def test_uitgesloten_is_told_apart_from_no_cell_and_the_price_is_of_a_day(tmp_path: Path) -> None:
    matrix = "A 2.1 hbo 2026-01-01 2026-06-30 24,00\nA 2.1 hbo 2026-07-01 .. 24,55\nB 2.1 hbo 2026-01-01 .. uitgesloten\n"
    contract = make(matrix + "C 2.1 wo 2026-01-01 .. 31,20", "ABC")
    kosten = costs(tmp_path)[0]
    item = explain(kosten, [], contract, date(2026, 8, 1))
    assert [(cel.perceel, cel.prijs) for cel in item.contract] == [("A", 2455), ("B", None)]
    text = html.page(report([item], "Opbouw"))
    assert "1 augustus 2026" in text and "uitgesloten" in text
    assert explain(kosten, [], contract, date(2020, 1, 1)).op == date(2026, 1, 1)
    nowhere = explain(kosten, [], make("A 2.1 wo 2026-01-01 .. 31,20"), date(2026, 8, 1))
    assert "geen cel" in html.page(report([nowhere], "Opbouw"))


def test_what_if_indirect_time_is_five_points_higher(tmp_path: Path) -> None:
    what = sensitivity(costs(tmp_path)[0], "indirect_client_procent", Fraction(5))
    assert (what.prijs_cent, what.verschil_cent) == (2288, 153)  # 1008 direct hours


def test_beside_the_contract_per_quarter(tmp_path: Path) -> None:
    opbouw = build_up(costs(tmp_path)[0])
    contract = make("A 2.1 hbo 2026-01-01 .. 24,55\nB 2.1 hbo 2026-01-01 .. 23,00", "AB")
    found = contracted(opbouw, contract, date(2026, 1, 1))
    assert [(cel.perceel, cel.prijs, cel.verschil) for cel in found] == [
        ("A", Fraction(2455), Fraction(-320)),
        ("B", Fraction(2300), Fraction(-165)),
    ]
    hour = make("A 2.1 hbo 2026-01-01 .. 98,20", normtijd={"2.1": "uur"})
    assert contracted(opbouw, hour, date(2026, 1, 1))[0].prijs == 2455


percentages = st.fractions(0, 30, max_denominator=100)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 300_000_00),
    st.fractions(1, 2100, max_denominator=4),
    st.integers(0, 20_000_00),
    st.lists(percentages, min_size=7, max_size=7),
)
def test_parts_and_rounding_add_up_exactly(salary: int, hours: Fraction, other: int, shares: list[Fraction]) -> None:
    kosten = Kosten("", "2.1", "hbo", salary, hours, other, dict(zip(PERCENTAGES, shares, strict=True)))
    opbouw = build_up(kosten)
    assert sum(opbouw.onderdelen.values()) + opbouw.afronding == opbouw.prijs_cent
    assert -Fraction(1, 2) <= opbouw.afronding <= Fraction(1, 2)
    assert all(value >= 0 for value in opbouw.onderdelen.values())


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("", "bestand_leeg"),
        (ROW + ROW, "rij_dubbel"),
        (ROW.replace("hbo", "hbo9"), "waarde_onjuist"),
        (ROW.replace("72000,00", "72.000,00"), "waarde_onjuist"),
        (ROW.replace(";15;10;", ";60;40;"), "waarde_onjuist"),
        (ROW.replace("2,5", "twee"), "waarde_onjuist"),
        (ROW.replace(";1800;", ";0;"), "waarde_onjuist"),
        ("2.1;hbo\n", "rij_onvolledig"),
    ],
)
def test_wrong_cost_files(tmp_path: Path, rows: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        costs(tmp_path, rows)
    assert codes(caught.value.faults) == [code]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        costs(tmp_path, header=HEADER.replace("overhead_procent;", ""))
    assert [(fault.code, fault.kolom) for fault in caught.value.faults] == [("kolom_ontbreekt", "overhead_procent")]


def test_page_and_rows_tell_the_same_price(tmp_path: Path) -> None:
    item = explain(costs(tmp_path)[0], [("verzuim_procent", Fraction(1))], make("A 2.1 hbo 2026-01-01 .. 24,55"), None)
    text = html.page(report([item], "Opbouw <test>"))
    assert "€ 21,35" in text
    assert "Opbouw &lt;test&gt;" in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert ("", "2.1", "hbo", "prijs", "prijs per kwartier", "2135", "cent per kwartier") in csv_rows(rows([item]))
