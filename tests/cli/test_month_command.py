"""A month in one word: `mpj month` from `mpj.toml`, and `mpj ledger send` of a month."""

from __future__ import annotations

import re
from inspect import signature
from pathlib import Path

import pytest

from mpj import cli
from mpj.ledger import Grens
from mpj.reading.config import BOUND

CONTRACT = """[contract]
id = "K"
protocol = "MPJ-16"
aanbieder = "65656055"
gemeenten = ["0384", "0363"]
begindatum = 2026-01-01
einddatum = 2027-12-31

[[perceel]]
code = "A"
"""
TOML = """contracten = ["contract"]
toewijzingen = ["toewijzingen.csv"]
registraties = ["export/{periode}.csv"]
ledger = "zorg.db"
uit = "maanden/{periode}"
namen = "gemeenten.csv"

[grens]
nieuw_procent = 200
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "contract").mkdir()
    (tmp_path / "export").mkdir()
    for name, text in {
        "contract/contract.toml": CONTRACT,
        "contract/tarieven.csv": "perceel;prestatiecode;kwalificatieniveau;begindatum;einddatum;tarief\n"
        "A;2.1;hbo;2026-01-01;;24,55\n",
        "toewijzingen.csv": "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;einddatum;prestatiecode\n"
        "1;999900006;0384;65656055;2026-01-01;2026-12-31;2.1\n2;999900018;0363;65656055;2026-01-01;2026-12-31;2.1\n",
        "gemeenten.csv": "soort;code;naam;regio;rekening\ngemeente;0384;Diemen;;\ngemeente;0363;Amsterdam;;\n",
        "mpj.toml": TOML,
    }.items():
        (tmp_path / name).write_text(text, "utf-8")
    for month in range(1, 6):
        rows = "".join(f"{month}-{bsn};{bsn};2026-{month:02}-02;60;hbo\n" for bsn in ("999900006", "999900018"))
        (tmp_path / "export" / f"2026-{month:02}.csv").write_text(f"id;bsn;datum;minuten;kwalificatieniveau\n{rows}", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def month(periode: str, *more: str) -> int:
    return cli.run(["month", periode, "--dagtekening", "2026-06-01", *more])


@pytest.mark.slow
def test_a_month_is_one_word(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert month("2026-03") == 0
    assert "0384 Diemen" in capsys.readouterr().out
    made = sorted(one.name for one in (folder / "maanden" / "2026-03").iterdir())
    assert len([name for name in made if name.startswith("jw323-")]) == 2 and "te_beslissen.csv" in made
    assert month("2026-03") == 0, "its own concept is replaced"
    send = ["ledger", "send", "--ledger", "zorg.db", "2026-03"]
    assert cli.run([*send, "--op", "2026-05-31"]) == 2
    assert "niet verzonden voor haar dagtekening" in capsys.readouterr().err
    assert cli.run([*send, "--op", "2026-06-02", "--gemeente", "0384"]) == 0
    out = capsys.readouterr().out
    assert re.fullmatch(r"\w{12}  gemeente 0384 Diemen  verzonden: 1 regel, € 98,20\nVerzonden op 2 juni 2026: .*\n", out)
    assert month("2026-03") == 2, "what was sent is not replaced"
    assert cli.run([*send, "--op", "2026-06-02"]) == 0
    assert "gemeente 0363 Amsterdam  verzonden: 1 regel, € 98,20" in capsys.readouterr().out
    assert cli.run([*send, "--op", "2026-06-02"]) == 0
    assert capsys.readouterr().out == "Er staat niets klaar.\n"


def test_an_option_goes_before_the_file(folder: Path) -> None:
    assert month("2026-03", "--out", "elders", "--ledger", "ander.db", "--proef") == 0
    assert (folder / "elders" / "samenvatting.json").exists() and not (folder / "ander.db").exists()
    assert not (folder / "maanden").exists()
    (folder / "map").mkdir()
    (folder / "mpj.toml").rename(folder / "map" / "maand.toml")
    assert month("2026-03") == 2
    assert month("2026-03", "--config", "map/maand.toml") == 2, "its paths are seen from its own folder"


@pytest.mark.slow
def test_the_bound_of_the_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three months of one hour each, then two: 200% is not above 200%; a third is, and is asked about."""
    for number in (1, 2, 3):
        assert month(f"2026-{number:02}") == 0
        assert cli.run(["ledger", "send", "--ledger", "zorg.db", f"2026-{number:02}", "--op", "2026-06-02"]) == 0
    april = folder / "export" / "2026-04.csv"
    april.write_text(april.read_text("utf-8") + "x;999900006;2026-04-03;60;hbo\n", "utf-8")
    assert month("2026-04") == 0
    april.write_text(april.read_text("utf-8") + "y;999900006;2026-04-04;60;hbo\n", "utf-8")
    assert month("2026-04") == 2
    code = re.search(r"--akkoord (\w+)", capsys.readouterr().err)
    assert code and month("2026-04", "--akkoord", code[1]) == 0
    assert month("2026-04") == 0, "agreed to, and not asked again"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('uit = "maanden/{periode}"', "", "uit"),
        ("contracten", "contrakten", "contrakten"),
        ('ledger = "zorg.db"', "ledger = 3", "ledger"),
        ("nieuw_procent = 200", "procenten = 3", "grens"),
        ('namen = "gemeenten.csv"', 'namen = "weg.csv"', "weg.csv"),
        ("contracten =", "contracten", "mpj.toml"),
    ],
)
def test_a_file_that_is_not_right(folder: Path, before: str, after: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mpj.toml").write_text(TOML.replace(before, after), "utf-8")
    assert month("2026-03") == 2
    assert told in capsys.readouterr().err and not (folder / "maanden").exists()


@pytest.mark.slow
@pytest.mark.parametrize("words", [[], ["2026-03", "2026-04"], ["--alles", "2026-03"], ["B1", "--gemeente", "0384"]])
def test_what_send_cannot_take_together(folder: Path, words: list[str]) -> None:
    assert month("2026-03") == 0
    assert cli.run(["ledger", "send", "--ledger", "zorg.db", *words]) == 2


def test_the_bound_is_one_list() -> None:
    assert set(BOUND) == set(signature(Grens).parameters)
