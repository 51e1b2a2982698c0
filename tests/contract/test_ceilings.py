"""`[plafond]`: read and checked with the contract, shown and compared, and never billed against."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from world import contract, registratie, toewijzing

import mpj
from mpj import cli

PRICES = {"2.1 hbo": "24,55", "4.1": "18,00"}
WHOLE = {"totaal_cent": 1000, "prestatiecode": {"2.1": 600}, "gemeente": {"0384": 900, "0363": 800}}


def test_every_ceiling_is_read() -> None:
    found = contract(PRICES, plafond=WHOLE)
    assert found.plafond.ceilings == (("", "", 1000), ("", "2.1", 600), ("0384", "", 900), ("0363", "", 800))
    assert contract(PRICES).plafond.ceilings == ()


@pytest.mark.parametrize(
    ("plafond", "code", "kolom"),
    [
        (3, "waarde_onjuist", "plafond"),
        ({"totaal_cent": 0}, "waarde_onjuist", "plafond.totaal_cent"),
        ({"totaal_cent": True}, "waarde_onjuist", "plafond.totaal_cent"),
        ({"totaal_cent": "2500,00"}, "waarde_onjuist", "plafond.totaal_cent"),
        ({"totaal_cent": 12.5}, "waarde_onjuist", "plafond.totaal_cent"),
        ({"totaal_cnt": 12}, "kolom_verschreven", "plafond.totaal_cnt"),
        ({"prestatiecode": 4}, "waarde_onjuist", "plafond.prestatiecode"),
        ({"prestatiecode": {"9.9": 4}}, "prestatiecode_onbekend", "plafond.prestatiecode.9.9"),
        ({"prestatiecode": {"2.1": -4}}, "waarde_onjuist", "plafond.prestatiecode.2.1"),
        ({"gemeente": {"0106": 4}}, "gemeente_buiten_contract", "plafond.gemeente.0106"),
    ],
)
def test_what_is_wrong_is_refused_when_the_contract_is_loaded(plafond: Any, code: str, kolom: str) -> None:
    with pytest.raises(mpj.InvalidError) as error:
        contract(PRICES, plafond=plafond)
    assert [(fault.code, fault.kolom) for fault in error.value.faults] == [(code, kolom)]


def test_a_ceiling_changes_no_bill() -> None:
    """It is watched (`mpj report use`): what goes beyond it is billed."""
    given: dict[str, Any] = {"toewijzingen": [toewijzing()], "registraties": [registratie(id="a")], "periode": "2026-03"}
    given["dagtekening"] = date(2026, 4, 3)
    kaal, bewaakt = (mpj.declare(contracten=[one], **given) for one in (contract(PRICES), contract(PRICES, plafond=WHOLE)))
    assert [line.bedrag_cent for line in bewaakt.regels] == [line.bedrag_cent for line in kaal.regels] == [9820]


def folder_with(place: Path, plafond: str) -> Path:
    place.mkdir()
    head = '[contract]\nid = "P"\nprotocol = "MPJ-16"\naanbieder = "65656055"\ngemeenten = ["0384"]\nbegindatum = 2026-01-01\n'
    text = f'{head}einddatum = 2026-12-31\n{plafond}\n[[perceel]]\ncode = "A"\n'
    (place / "contract.toml").write_text(text, "utf-8")
    rows = "prestatiecode;kwalificatieniveau;begindatum;tarief\n2.1;hbo;2026-01-01;24,55\n"
    (place / "tarieven.csv").write_text(rows, "utf-8")
    return place


def test_show_and_diff_tell_the_ceilings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = folder_with(tmp_path / "kaal", "")
    watched = folder_with(tmp_path / "bewaakt", '[plafond]\ntotaal_cent = 250000000\n[plafond.prestatiecode]\n"2.1" = 5000000\n')
    assert cli.run(["tariffs", "show", str(watched)]) == 0
    shown = capsys.readouterr().out
    assert "Plafonds" in shown and "2.500.000,00" in shown and "50.000,00" in shown
    assert cli.run(["tariffs", "show", str(plain)]) == 0
    assert "Plafonds" not in capsys.readouterr().out
    assert cli.run(["tariffs", "diff", str(plain), str(watched)]) in (0, 1)
    told = capsys.readouterr().out
    assert "plafond 2.1" in told and "€ 50.000,00" in told


def test_a_fault_names_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_with(tmp_path / "fout", '[plafond.prestatiecode]\n"2.9" = 5000000\n')
    assert cli.run(["tariffs", "check", str(folder)]) == 2
    assert "contract.toml, rij 9, plafond.prestatiecode.2.9" in capsys.readouterr().err
