"""What was sent can be written again, the same bytes; `--force` never removes it; and `ledger check` finds damage."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

import mpj
from ledger.support import Partij, empty_ledger, registratie, toewijzing
from mpj import cli
from mpj.ledger import Ledger
from mpj.output.parcels import MOST, parcels

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
def month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A month that was declared with messages in `uit`, and sent; the command that declared it."""
    monkeypatch.chdir(tmp_path)
    Path("contract").mkdir()
    Path("contract/contract.toml").write_text(CONTRACT, "utf-8")
    cells = "perceel;prestatiecode;kwalificatieniveau;begindatum;einddatum;tarief\nA;2.1;hbo;2026-01-01;;24,55\n"
    Path("contract/tarieven.csv").write_text(cells, "utf-8")
    columns = "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;einddatum;prestatiecode"
    Path("t.csv").write_text(f"{columns}\n1;999900006;0384;65656055;2026-01-01;2026-12-31;2.1\n", "utf-8")
    Path("r.csv").write_text("id;bsn;datum;minuten;kwalificatieniveau\na;999900006;2026-03-03;60;hbo\n", "utf-8")
    command = ["declare", "--contracten", "contract", "--toewijzingen", "t.csv", "--registraties", "r.csv", "--periode", "2026-03"]
    command += ["--dagtekening", "2026-04-02", "--ledger", "zorg.db", "--berichten", "--out", "uit"]
    assert cli.run(command) == 0
    assert cli.run(["ledger", "send", "--alles", "--ledger", "zorg.db"]) == 0
    return command


def test_force_leaves_the_folder_of_what_was_sent_as_it_is(month: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    before = {one.name: one.read_bytes() for one in Path("uit").iterdir()}
    (sent,) = Path("uit").glob("jw323-*.xml")
    for command in (month, month[: month.index("--ledger")] + month[month.index("--berichten") :], [*month, "--proef"]):
        assert cli.run([*command, "--force"]) == 2
        assert "een andere map voor --out" in capsys.readouterr().err
        assert {one.name: one.read_bytes() for one in Path("uit").iterdir()} == before
    assert cli.run([*month, "--force"]) == 2 and sent.stem.rpartition("-")[2] in capsys.readouterr().err
    assert cli.run([*month[:-1], "weer"]) == 0


@pytest.mark.slow
def test_force_replaces_the_folder_of_a_trial_and_of_what_no_ledger_knows(month: list[str]) -> None:
    without = month[: month.index("--ledger")] + month[month.index("--berichten") :]
    for command in ([*month, "--proef"], without):
        command = ["proef" if one == "uit" else one for one in command]
        assert cli.run([*command, "--force"]) == 0 == cli.run([*command, "--force"])


@pytest.mark.slow
def test_force_removes_the_message_of_a_concept(month: list[str]) -> None:
    Path("r.csv").write_text("id;bsn;datum;minuten;kwalificatieniveau\nb;999900006;2026-03-04;60;hbo\n", "utf-8")
    april = ["2026-04" if one == "2026-03" else "2026-05-02" if one == "2026-04-02" else one for one in month]
    april[april.index("uit")] = "april"
    Path("r.csv").write_text("id;bsn;datum;minuten;kwalificatieniveau\nb;999900006;2026-04-04;60;hbo\n", "utf-8")
    assert cli.run(april) == 0
    (concept,) = Path("april").glob("jw323-*.xml")
    Path("r.csv").write_text("id;bsn;datum;minuten;kwalificatieniveau\nb;999900006;2026-04-04;30;hbo\n", "utf-8")
    assert cli.run([*april, "--force"]) == 0
    assert not concept.exists() and len(list(Path("april").glob("jw323-*.xml"))) == 1


@pytest.mark.usefixtures("month")
def test_what_was_sent_is_written_again_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    (sent,) = Path("uit").glob("jw323-*.xml")
    number = sent.stem.rpartition("-")[2]
    assert cli.run(["ledger", "messages", number, "--ledger", "zorg.db", "--out", "weer"]) == 0
    assert [(one.name, one.read_bytes()) for one in Path("weer").iterdir()] == [(sent.name, sent.read_bytes())]
    assert cli.run(["ledger", "messages", number, "--ledger", "zorg.db", "--out", "zip", "--zip"]) == 0
    with zipfile.ZipFile("zip/berichten-1.zip") as packed:
        assert packed.namelist() == [sent.name] and packed.read(sent.name) == sent.read_bytes()
    assert cli.run(["ledger", "messages", "ONBEKEND", "--ledger", "zorg.db", "--out", "niets"]) == 2
    assert not Path("niets").exists()
    assert "999900006" not in "".join(capsys.readouterr())


def test_a_concept_has_no_message_to_write_again(tmp_path: Path) -> None:
    partij = Partij(empty_ledger(tmp_path / "zorg.db"))
    (line,) = partij.run(registratie("a")).regels
    with pytest.raises(mpj.InputError, match="concept"):
        partij.ledger.messages([line.declaratienummer])


def test_parcels_hold_no_more_than_the_exchange_takes() -> None:
    small = [(f"b{number}.xml", b"x") for number in range(MOST + 1)]
    assert [name for name, _ in parcels(small)] == ["berichten-1.zip", "berichten-2.zip"]
    large = [("a.xml", bytes(13_000_000)), ("b.xml", bytes(13_000_000)), ("c.xml", b"")]
    assert len(list(parcels(large))) == 2 and list(parcels([])) == []
    assert list(parcels(small)) == list(parcels(small))


DAMAGE = [
    "UPDATE regel SET volume_bericht = volume_bericht + 15",
    "UPDATE regel SET bedrag_cent = 'abc'",
    "UPDATE regel SET begindatum = '2026-03-02'",
    "UPDATE regel SET status = 'weg'",
    "UPDATE regel SET client_id = 77",
    "UPDATE client SET bsn = '999900018'",
    "DELETE FROM regel",
    "DROP TABLE herzien",
]


@pytest.mark.slow
@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("statement", DAMAGE)
def test_check_finds_damage(statement: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ledger", "check", "--ledger", "zorg.db"]) == 0
    assert "Het ledger is heel: 1 declaratie, 1 verzonden." in capsys.readouterr().out
    with closing(sqlite3.connect("zorg.db")) as connection:
        connection.execute(statement)
        connection.commit()
    assert cli.run(["ledger", "check", "--ledger", "zorg.db"]) == 2
    err = capsys.readouterr().err
    assert "beschadigd" in err
    assert "Traceback" not in err and "Onverwachte" not in err and "9999" not in err


@pytest.mark.slow
@pytest.mark.usefixtures("month")
def test_a_flipped_byte_never_ends_in_an_unexpected_fault(capsys: pytest.CaptureFixture[str]) -> None:
    whole = Path("zorg.db").read_bytes()
    for place in range(4096 + 61, len(whole), len(whole) // 23):
        Path("zorg.db").write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        for command in ("check", "status"):
            cli.run(["ledger", command, "--ledger", "zorg.db"])
    out, err = capsys.readouterr()
    assert "Onverwachte" not in out + err and "Traceback" not in err


def test_of_an_erased_client_only_the_digest_stays_and_check_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    partij = Partij(empty_ledger(tmp_path / "zorg.db"))
    partij.toewijzingen = [toewijzing()]
    partij.month(registratie("a"))
    partij.ledger.erase(["999900006"], op=date(2034, 1, 1))
    partij.ledger.close()
    with Ledger(tmp_path / "zorg.db") as ledger:
        assert ledger.check() == ({"declaraties": 1, "berichten": 1, "zonder_digest": 0, "gewist": 1}, [])
    assert cli.run(["ledger", "check", "--ledger", str(tmp_path / "zorg.db")]) == 0
    told = capsys.readouterr().out
    assert "blijft alleen de digest" in told and "deels gewist, digest bewaard" in told
