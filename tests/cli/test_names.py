"""The names of gemeenten and aanbieders, from the one file that mpj.toml tells of: beside every code that people read."""

from __future__ import annotations

from pathlib import Path

import pytest
from verify.support import line, message
from verify.test_many import folder

from cli.helpers import mpj, write_month


@pytest.fixture
def config(tmp_path: Path) -> str:
    rows = "gemeente;0384;Diemen;;\ngemeente;0363;Amsterdam;;\naanbieder;65656055;De Linde;;\n"
    (tmp_path / "namen.csv").write_text("soort;code;naam;regio;rekening\n" + rows, "utf-8")
    text = 'contracten = "contract"\ntoewijzingen = "toewijzingen.csv"\nuit = "uit"\nnamen = "namen.csv"\n'
    (tmp_path / "mpj.toml").write_text(text, "utf-8")
    return str(tmp_path / "mpj.toml")


def named(text: str, *names: str) -> bool:
    return all(name in text for name in names or ("0384 Diemen", "65656055 De Linde"))


def test_declare_and_explain(tmp_path: Path, config: str) -> None:
    month = write_month(tmp_path / "maand")
    found = mpj(*month.args(), "--config", config)
    assert found.code == 0 and named(found.out), found.err
    out = month.folder / "out"
    assert "Diemen" not in (out / "declaratieregels.csv").read_text("utf-8")
    told = mpj("explain", "--van", out, "--bron", "R1", "--config", config)
    assert named(told.out, "0384 Diemen")
    number = (out / "declaratieregels.csv").read_text("utf-8").splitlines()[-1].split(";")[0]
    told = mpj("explain", "--van", out, "--regel", number, "--config", config)
    assert named(told.out, "65656055 De Linde")


def test_a_ledger_explains_with_names(tmp_path: Path, config: str) -> None:
    month = write_month(tmp_path / "maand")
    ledger = str(tmp_path / "l.db")
    assert mpj(*month.args(), "--ledger", ledger).code == 0
    number = month.rows("declaratieregels.csv")[-1]["referentienummer"]
    assert named(mpj("explain", "--ledger", ledger, "--regel", number, "--config", config).out, "0384 Diemen")


def test_the_explanation_for_an_aanbieder(tmp_path: Path, config: str) -> None:
    wrong = message(line(referentienummer="R7", tarief_cent=170, bedrag_cent=10200), nummer="DN7", identificatie="B7")
    asked = [*folder(tmp_path, c=wrong), "--config", config]
    for more in ([], ["--ledger", str(tmp_path / "l.db"), "--force"]):
        assert mpj(*asked, *more).code == 0
        (page,) = (tmp_path / "uit").glob("toelichting-*.html")
        assert named(page.read_text("utf-8"))
        assert "Diemen" not in page.with_suffix(".csv").read_text("utf-8")


def test_a_matrix_and_a_repricing(tmp_path: Path, config: str) -> None:
    month = write_month(tmp_path / "maand")
    contract = month.folder / "vb"
    assert mpj(*month.args()).code == 0
    shown = mpj("tariffs", "show", contract, "--config", config)
    assert named(shown.out, "65656055 De Linde"), shown.err
    sides = "--oud", contract, "--nieuw", contract, "--out", tmp_path / "her", "--config", config
    done = mpj("tariffs", "reprice", "--regels", month.folder / "out" / "declaratieregels.csv", *sides)
    assert done.code == 0, done.err
    assert named((tmp_path / "her" / "herberekening.html").read_text("utf-8"), "0384 Diemen", "0363 Amsterdam", "65656055 De Linde")
    assert "Diemen" not in (tmp_path / "her" / "herberekening.csv").read_text("utf-8")
