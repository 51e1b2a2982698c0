"""A ledger that begins with a month declares nothing of before it, however it comes in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mpj
from ledger.conftest import Databases
from ledger.support import Partij, empty_ledger, lines, registratie, toewijzing
from mpj import cli
from mpj.ledger import Ledger

STAY = {"id": "V-1", "bsn": "999900006", "begindatum": "2026-01-05", "prestatiecode": "8.1", "toewijzingnummer": 8}


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    one = Partij(empty_ledger(tmp_path / "ledger.db"))
    one.toewijzingen = [toewijzing(), toewijzing(8, prestatiecode="8.1")]
    one.ledger.begin("2026-03")
    return one


def test_care_of_before_the_begin_is_set_aside_and_asks_nothing(partij: Partij) -> None:
    year = [registratie("F-1", "2026-02-03"), registratie("F-2", "2026-02-10"), registratie("M-1", "2026-03-03")]
    first = partij.month(*year)
    assert lines(first) == [("D", "45212", 9820)]
    assert {row.bron: row.reden for row in first.uitval} == {"F-1": "voor_periode", "F-2": "voor_periode"}
    assert "vanaf 2026-03" in first.uitval[0].toelichting
    assert lines(partij.run(*year)) == [] == lines(partij.run(periode="2026-04"))
    late = partij.run(registratie("F-3", "2026-02-20"), registratie("M-2", "2026-03-20"), periode="2026-04")
    assert lines(late) == [("C", "45212", 9820), ("D", "45212", 19640)]
    assert partij.ledger.work()["opzij_zonder_bekende_waarde"] == 0


def test_an_open_stay_since_before_the_begin_bills_from_the_begin(partij: Partij) -> None:
    assert lines(partij.month(verblijf=[STAY])) == [("D", "44810", 31 * 25000)]
    assert lines(partij.run(verblijf=[STAY], periode="2026-04")) == [("D", "44810", 30 * 25000)]


def test_an_open_stay_that_was_declared_elsewhere_bills_its_month_alone(tmp_path: Path) -> None:
    """An ordinary open stay since January, in a ledger that begins in March: EUR 8,335.90, not 23,125.40."""
    partij = Partij(empty_ledger(tmp_path / "overstap.db"), prices={"8.2": "268,90"})
    partij.toewijzingen = [toewijzing(100047, prestatiecode="8.2", einddatum=None)]
    stay = {"id": "V-1", "bsn": "999900006", "begindatum": "2026-01-05", "prestatiecode": "8.2"}
    partij.ledger.begin("2026-03")
    assert sum(line.bedrag_cent for line in partij.month(verblijf=[stay]).regels) == 833590


def test_a_ledger_begins_once_and_before_its_first_run(partij: Partij, tmp_path: Path) -> None:
    used = Partij(empty_ledger(tmp_path / "ander.db"))
    used.run(registratie("a"))
    for ledger, text in ((partij.ledger, "al begonnen"), (used.ledger, "al in gebruik")):
        with pytest.raises(mpj.InputError, match=text) as error:
            ledger.begin("2026-04")
        assert error.value.faults[0].code == "ledger_begonnen"
    with pytest.raises(mpj.InputError, match="vanaf"):
        Ledger(tmp_path / "derde.db").begin("maart")


@pytest.mark.slow
def test_an_empty_postgresql_is_filled_by_begin_alone(postgres_cluster: str, tmp_path: Path) -> None:
    url = Databases(tmp_path, postgres_cluster).new(filled=False)
    partij = Partij(url)
    for call in (partij.ledger.status, partij.ledger.check, partij.run, lambda: partij.run(proef=True), partij.ledger.work):
        with pytest.raises(mpj.InputError, match="mpj ledger begin"):
            call()
    with partij.ledger.database.transaction(fill=True, keep=False):
        pass
    with pytest.raises(mpj.InputError, match="mpj ledger begin"):
        partij.ledger.status()
    partij.ledger.begin("2026-03")
    assert lines(partij.run(registratie("M-1"))) == [("D", "45212", 9820)]
    partij.ledger.database.close()


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["ledger", "begin", "--ledger", str(tmp_path / "zorg.db"), "--vanaf"]
    assert cli.run([*command, "2026-03"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "Dit ledger declareert vanaf 2026-03.\n" and "nieuw gemaakt" in shown.err
    assert cli.run([*command, "2026-04"]) == 2


CONTRACT = """
[contract]
id = "K-2026"
protocol = "MPJ-16"
aanbieder = "65656055"
gemeenten = ["0384"]
begindatum = 2026-01-01
einddatum = 2027-12-31
[[perceel]]
code = "A"
naam = "Alles"
"""


@pytest.fixture
def overstap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A year's export and an open stay since January, and the command that declares March into a ledger that is not there."""
    monkeypatch.chdir(tmp_path)
    Path("contract").mkdir()
    Path("contract/contract.toml").write_text(CONTRACT, "utf-8")
    cells = "perceel;prestatiecode;kwalificatieniveau;begindatum;einddatum;tarief"
    Path("contract/tarieven.csv").write_text(f"{cells}\nA;2.1;hbo;2026-01-01;;24,55\nA;8.2;;2026-01-01;;268,90\n", "utf-8")
    columns = "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;einddatum;prestatiecode"
    who = "999900006;0384;65656055;2026-01-01"
    Path("t.csv").write_text(f"{columns}\n100045;{who};2026-12-31;2.1\n100047;{who};;8.2\n", "utf-8")
    rows = ["F-1;999900006;2026-02-03;60;hbo;2.1", "F-2;999900006;2026-02-10;60;hbo;2.1", "M-1;999900006;2026-03-03;60;hbo;2.1"]
    Path("jaar.csv").write_text("\n".join(["id;bsn;datum;minuten;kwalificatieniveau;prestatiecode", *rows, ""]), "utf-8")
    Path("v.csv").write_text("id;bsn;begindatum;einddatum;prestatiecode\nV-1;999900006;2026-01-05;;8.2\n", "utf-8")
    given = ["--contracten", "contract", "--toewijzingen", "t.csv", "--ledger", "zorg.db"]
    return ["declare", *given, "--periode", "2026-03", "--dagtekening", "2026-04-02"]


CASES = [("--registraties", "jaar.csv", "€ 196,40", 9820), ("--verblijf", "v.csv", "€ 14.789,50", 833590)]


@pytest.mark.slow
@pytest.mark.parametrize(("option", "file", "older", "march"), CASES)
def test_a_new_ledger_that_meets_older_care_stops_and_says_how_much(
    overstap: list[str], option: str, file: str, older: str, march: int, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [*overstap, option, file, "--out", "uit"]
    assert cli.run(command) == 2
    told = capsys.readouterr().err
    assert older in told and "mpj ledger begin --vanaf 2026-03" in told and "999900006" not in told
    assert not Path("zorg.db").exists() and not Path("uit").exists() and list(Path().glob(".*")) == []
    code = told.partition("--akkoord ")[2].partition(" ")[0]
    assert cli.run([*command, "--akkoord", "VERKEERD"]) == 2 and not Path("zorg.db").exists()
    assert cli.run([*command, "--akkoord", code]) == 0
    assert cli.run([*overstap, option, file, "--out", "weer"]) == 0


@pytest.mark.parametrize(("option", "file", "older", "march"), CASES)
def test_a_ledger_that_begins_in_march_asks_nothing(overstap: list[str], option: str, file: str, older: str, march: int) -> None:
    assert cli.run(["ledger", "begin", "--ledger", "zorg.db", "--vanaf", "2026-03"]) == 0
    assert cli.run([*overstap, option, file, "--out", "uit"]) == 0
    assert json.loads(Path("uit/samenvatting.json").read_text("utf-8"))["bedrag_cent"] == march


def test_a_trial_and_a_run_of_this_month_alone_stop_for_nothing(overstap: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*overstap, "--registraties", "jaar.csv", "--out", "proef", "--proef"]) == 0
    assert "--akkoord" in capsys.readouterr().err
    Path("m.csv").write_text(
        "id;bsn;datum;minuten;kwalificatieniveau;prestatiecode\nM-1;999900006;2026-03-03;60;hbo;2.1\n", "utf-8"
    )
    assert cli.run([*overstap, "--registraties", "m.csv", "--out", "uit"]) == 0
