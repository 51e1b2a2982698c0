"""`mpj tariffs`: what people type, what they see, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mpj.cli.dutch import speak
from mpj.cli.tariffs import command
from workbench.support import write_folder

MATRIX = "A 2.1 hbo 2026-01-01 .. 24,55\nA 2.1 wo 2026-01-01 .. 23,00\n"
speak("nl")
EXAMPLES = Path(__file__).parents[2] / "tariffs"


def call(*args: Any) -> Result:
    return CliRunner().invoke(command, [str(arg) for arg in args])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "c", MATRIX)


def test_check_shows_warnings_and_ends_well(folder: Path) -> None:
    result = call("check", folder)
    assert result.exit_code == 0
    assert "wo is goedkoper dan hbo" in result.stdout
    assert "geen fouten, 2 waarschuwingen" in result.stdout


def test_check_as_json(folder: Path) -> None:
    result = call("check", folder, "--meldingen", "json")
    assert {json.loads(line)["code"] for line in result.stderr.splitlines()} == {"niveau_goedkoper", "cel_ontbreekt"}


def test_check_names_every_fault_of_every_folder(tmp_path: Path, folder: Path) -> None:
    wrong = write_folder(tmp_path / "d", "A 9.9 hbo 2026-01-01 .. 24,555\n")
    result = call("check", wrong, tmp_path / "nergens", folder)
    assert result.exit_code == 2
    for text in ("d/tarieven.csv, rij 2, prestatiecode", "d/tarieven.csv, rij 2, tarief", "nergens"):
        assert text in result.stderr


@pytest.mark.parametrize("name", ["voorbeeldregio", "voorbeeldcodes"])
def test_every_form_of_the_examples(tmp_path: Path, name: str) -> None:
    for form, suffix in (("tekst", ""), ("csv", "csv"), ("html", "html")):
        result = call("show", EXAMPLES / name, "--formaat", form)
        assert result.exit_code == 0, result.stderr
        assert "1.2" in result.stdout, suffix
    assert call("show", EXAMPLES / name, "--formaat", "xlsx").exit_code == 2
    out = tmp_path / "m.xlsx"
    assert call("show", EXAMPLES / name, "--formaat", "xlsx", "--out", out).exit_code == 0
    assert call("show", EXAMPLES / name, "--formaat", "xlsx", "--out", out).exit_code == 2
    assert call("show", EXAMPLES / name, "--formaat", "xlsx", "--out", out, "--force").exit_code == 0


def test_diff_says_when_nothing_differs_and_what_does(tmp_path: Path, folder: Path) -> None:
    assert "Er is geen verschil." in call("diff", folder, folder).stdout
    other = write_folder(tmp_path / "d", MATRIX.replace("23,00", "uitgesloten"))
    result = call("diff", folder, other)
    assert "Eerste afwijkende cel: perceel A, 2.1, wo" in result.stdout
    assert "Werk dat op een ander niveau wordt betaald" in result.stdout
    table = call("diff", folder, other, "--formaat", "csv").stdout.splitlines()
    assert table == [
        "perceel;prestatiecode;kwalificatieniveau;begindatum;einddatum;soort;oud_cent;nieuw_cent;verschil_cent;procent",
        "A;2.1;wo;2026-01-01;2027-12-31;uitgesloten;2300;;;",
    ]


def test_diff_reports_the_faults_of_both(tmp_path: Path) -> None:
    result = call("diff", tmp_path / "een", tmp_path / "twee")
    assert result.exit_code == 2
    assert "een" in result.stderr
    assert "twee" in result.stderr


def test_index_on_the_screen_and_as_a_folder(tmp_path: Path, folder: Path) -> None:
    args = ("index", folder, "--percentage", "3,42", "--vanaf", "2027-01-01")
    result = call(*args)
    assert "A;2.1;hbo;2027-01-01;;25,39" in result.stdout.splitlines()
    assert "half omhoog" in result.stderr
    assert call(*args, "--out", tmp_path / "nieuw").exit_code == 0
    assert call("check", tmp_path / "nieuw").exit_code == 0
    assert call(*args, "--out", tmp_path / "nieuw").exit_code == 2


def test_index_by_ova_and_ppc_and_a_percentage_that_asks(tmp_path: Path, folder: Path) -> None:
    figures = ("--ova", "4,18", "--ppc", "1,82", "--ova-vorig", "4,94:6,00", "--ppc-vorig", "2,51:3,10")
    result = call("index", folder, *figures, "--vanaf", "2027-01-01", "--out", tmp_path / "nieuw")
    assert result.exit_code == 0
    assert "4,9106%" in result.stdout
    high = ("index", folder, "--percentage", "342", "--vanaf", "2027-01-01")
    asked = call(*high)
    assert (asked.exit_code, asked.stdout) == (2, "")
    assert "--akkoord" in asked.stderr and "€ 442,00" in asked.stderr
    assert "A;2.1;hbo;2027-01-01;;108,51" in call(*high, "--akkoord").stdout.splitlines()


@pytest.mark.parametrize(
    "args",
    [
        ("index", "DIR", "--vanaf", "2027-01-01"),
        ("index", "DIR", "--vanaf", "2027-01-01", "--ova", "4,18"),
        ("index", "DIR", "--vanaf", "2027-01-01", "--ova", "4,18", "--ppc", "1,82", "--percentage", "3"),
        ("index", "DIR", "--vanaf", "2027-01-01", "--ova", "4,18", "--ppc", "1,82", "--ova-vorig", "4,94"),
        ("index", "DIR", "--vanaf", "2027-01-01", "--ova", "4,18", "--ppc", "1,82", "--ova-vorig", "4,94:6"),
        ("index", "DIR", "--vanaf", "2027-01-01", "--ova", "4,18", "--ppc", "1,82", "--gewicht", "90:20"),
        ("index", "DIR", "--vanaf", "2027-01-01", "--percentage", "3", "--deelbaar-door", "0"),
        ("index", "DIR", "--percentage", "3,4,2", "--vanaf", "2027-01-01"),
        ("index", "DIR", "--percentage", "drie", "--vanaf", "2027-01-01"),
        ("index", "DIR", "--percentage", "3,42", "--vanaf", "2027-01-02"),
        ("index", "DIR", "--percentage", "3,42"),
        ("show", "DIR", "--formaat", "pdf"),
        ("show", "DIR/tarieven.csv"),
        ("diff", "DIR"),
        ("check",),
        ("import", "DIR/tarieven.csv", "--naar", "DIR"),
        ("import", "DIR/geen.xlsx", "--naar", "DIR"),
        ("buildup", "DIR/tarieven.csv"),
        ("buildup", "DIR/leeg.csv"),
        ("buildup", "DIR/geen.csv"),
        ("convert", "DIR/leeg.csv", "--regels", "DIR/leeg.csv", "--out", "DIR/uit"),
        ("convert", "DIR/tarieven.csv", "--regels", "DIR/tarieven.csv", "--out", "DIR/uit"),
        ("reprice", "--regels", "DIR/leeg.csv", "--oud", "DIR", "--nieuw", "DIR", "--out", "DIR/uit"),
        ("reprice", "--regels", "DIR/tarieven.csv", "--oud", "DIR", "--nieuw", "DIR", "--out", "DIR/uit"),
        ("reprice", "--regels", "DIR/plaatje.csv", "--oud", "DIR", "--nieuw", "DIR", "--out", "DIR/uit"),
    ],
)
def test_wrong_calls_and_files_end_with_2_and_leave_nothing(folder: Path, args: tuple[str, ...]) -> None:
    (folder / "leeg.csv").write_bytes(b"")
    (folder / "plaatje.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00;\xff")
    result = call(*(arg.replace("DIR", str(folder)) for arg in args))
    assert result.exit_code == 2, result.output
    assert result.stderr
    assert "Traceback" not in result.output
    assert not (folder / "uit").exists()


def test_strict_says_when_something_was_left_out(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "t.csv").write_text("gemeente;productcode;prestatiecode;kwalificatieniveau\n0384;A;2.1;hbo\n", "utf-8")
    (tmp_path / "o.csv").write_text("gemeente;productcode;periode;volume;bedrag_cent\n0384;B;2025-01;1;100\n", "utf-8")
    args = ["convert", str(tmp_path / "t.csv"), "--regels", str(tmp_path / "o.csv"), "--out", str(tmp_path / "uit"), "--strict"]
    assert CliRunner().invoke(command, args, standalone_mode=False).return_value == 1
    assert (tmp_path / "uit" / "niet_vertaald.csv").read_text("utf-8").splitlines()[1] == "0384;;B;1;1;100"
