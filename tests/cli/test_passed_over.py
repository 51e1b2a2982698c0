"""Nothing in a folder is passed over in silence: what is read, what is not, and where rows stand."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from cli.helpers import ANNA, BRAM, TOEWIJZINGEN, write, write_contract
from mpj.cli import COMMANDS, group, run

HEADER = "id;bsn;datum;minuten;kwalificatieniveau;prestatiecode;opmerking\n"
SUB = ("--submappen", "--meldingen", "json")
MESSAGE = Path(__file__).parents[1] / "messages" / "golden" / "jw323-maand.xml"


def declare(path: Path, folder: Path, *options: str) -> int:
    """Declare a month from a folder of registraties."""
    contract, toewijzingen = write_contract(path / "contract"), write(path / "t.csv", TOEWIJZINGEN)
    words = ["declare", "--contracten", str(contract), "--toewijzingen", str(toewijzingen), "--registraties", str(folder)]
    return run([*words, "--periode", "2026-03", "--dagtekening", "2026-04-07", "--out", str(path / "uit"), *options])


def folder(path: Path) -> Path:
    """A gemeente in a CSV file, another in a workbook, and files that are neither."""
    openpyxl = pytest.importorskip("openpyxl")
    write(path / "a.csv", HEADER + f"A1;{ANNA};2026-03-02;50;hbo;2.1;x\n")
    write(path / "b.txt", "x")
    write(path / "~$specialistisch.xlsx", "x")
    write(path / "oud/c.csv", HEADER + f"A1;{ANNA};2026-03-02;60;hbo;2.1;x\n")
    book = openpyxl.Workbook()
    book.active.append(HEADER.strip().split(";"))
    book.active.append(["B1", BRAM, "2026-03-03", 120, "", "4.1", ""])
    book.save(path / "specialistisch.xlsx")
    return path


def test_a_folder_with_a_workbook_loses_no_gemeente(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert declare(tmp_path, folder(tmp_path / "in")) == 0
    said = capsys.readouterr().err
    summary = json.loads((tmp_path / "uit/samenvatting.json").read_text("utf-8"))
    assert set(summary["per_gemeente"]) == {"0363", "0384"}
    assert summary["niet_gelezen"] == ["in/b.txt", "in/oud/c.csv"]
    assert all(name in said for name in summary["niet_gelezen"])
    assert "~$" not in said


def test_sub_folders_are_read_when_asked(tmp_path: Path) -> None:
    assert declare(tmp_path, folder(tmp_path / "in"), "--submappen") == 0
    summary = json.loads((tmp_path / "uit/samenvatting.json").read_text("utf-8"))
    assert summary["niet_gelezen"] == ["in/b.txt"]
    assert summary["gelezen"] == 3


def test_a_folder_of_which_nothing_is_read_stops_the_run(tmp_path: Path) -> None:
    write(tmp_path / "in/b.txt", "x")
    assert declare(tmp_path, tmp_path / "in") == 2
    assert not (tmp_path / "uit").exists()


def test_the_line_stands_beside_the_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Behind a quoted line break R-2 is row 3, and stands on line 5."""
    first = f'R-1;{ANNA};2026-03-02;50;hbo;2.1;"een\n\ntwee"\n'
    write(tmp_path / "in/a.csv", HEADER + first + f"R-2;{ANNA};2026-03-02;vijftig;hbo;2.1;x\n")
    assert declare(tmp_path, tmp_path / "in", "--meldingen", "json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["bron"], line["rij"], line["regel"]) for line in lines if line["soort"] == "uitval"] == [("R-2", 3, 5)]
    assert ";a.csv;3;" in (tmp_path / "uit/uitval.csv").read_text("utf-8").replace("in/", "")


def test_verify_and_intake_read_sub_folders_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One option, one meaning: without it what stands deeper is named, with it it is read."""
    write(tmp_path / "in/toewijzingen.csv", TOEWIJZINGEN)
    write(tmp_path / "in/oud/meer.csv", TOEWIJZINGEN.replace("\n1;", "\n11;").replace("\n2;", "\n12;").replace("\n3;", "\n13;"))
    contract = write_contract(tmp_path / "contract")
    words = ["verify", "--bericht", str(MESSAGE), "--contracten", str(contract), "--toewijzingen", str(tmp_path / "in")]
    words += ["--toewijzingen-volledig", "0363", "--toewijzingen-volledig", "0384", "--dagtekening", "2026-04-10"]
    read = []
    for options in ([], ["--submappen"]):
        out = tmp_path / f"uit{len(options)}"
        assert run([*words, "--out", str(out), *options]) in (0, 2)
        said = capsys.readouterr().err
        assert ("in/oud/meer.csv" in said) == (not options), said
        if (out / "samenvatting.json").exists():
            read.append(json.loads((out / "samenvatting.json").read_text("utf-8"))["toewijzingen"]["gelezen"])
    assert read in ([], [3, 6])
    assert run(["intake", str(tmp_path / "in")]) == 0
    assert "in/oud/meer.csv" in capsys.readouterr().err
    assert run(["intake", str(tmp_path / "in"), "--submappen"]) == 0
    assert "in/oud/meer.csv" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["messages check", "ledger begin", "ledger answer", "verify", "declare"])
def test_a_folder_of_messages_is_read_as_any_other(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """What stands deeper, or has another ending, is named; with ``--submappen`` what fits is read."""
    folder = tmp_path / "in"
    (folder / "oud").mkdir(parents=True)
    for path in (folder / "a.xml", folder / "oud" / "b.xml", folder / "brief.txt"):
        path.write_bytes(MESSAGE.read_bytes())
    tables = [*("--contracten", str(write_contract(tmp_path / "contract"))), "--toewijzingen", str(tmp_path / "t.csv")]
    write(tmp_path / "t.csv", TOEWIJZINGEN)
    write(tmp_path / "r.csv", HEADER + f"R-1;{ANNA};2026-03-02;50;hbo;2.1;\n")
    month = [*tables, "--registraties", str(tmp_path / "r.csv"), "--periode", "2026-03", "--out", str(tmp_path / "uit")]
    calls = {
        "messages check": [str(folder)],
        "ledger begin": ["--ledger", str(tmp_path / "l.db"), "--vanaf", "2026-04", "--eerder", str(folder)],
        "ledger answer": ["--ledger", str(tmp_path / "l.db"), str(folder)],
        "verify": ["--bericht", str(folder), *tables, "--out", str(tmp_path / "uit")],
        "declare": [*month, "--eerder", str(folder)],
    }
    if name == "ledger answer":
        assert run(["ledger", "begin", "--ledger", str(tmp_path / "l.db"), "--vanaf", "2026-04"]) == 0
        capsys.readouterr()
    run([*name.split(), *calls[name], *SUB[1:]])
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {line["bestand"] for line in lines if line["code"] == "bestand_niet_gelezen"} == {"in/brief.txt", "in/oud/b.xml"}
    run([*name.split(), *(str(tmp_path / "uit2") if one == str(tmp_path / "uit") else one for one in calls[name]), *SUB])
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {line["bestand"] for line in lines if line["code"] == "bestand_niet_gelezen"} == {"in/brief.txt"}


def test_every_command_that_reads_folders_goes_into_sub_folders_when_asked() -> None:
    """Where FILE may be repeated it may be a folder; a trace stands beside its file of lines, and says so by its name."""
    top = [(name, group.get_command(click.Context(group), name)) for name in COMMANDS]
    found = [(name, one) for name, one in top if not isinstance(one, click.Group)]
    found += [(f"{name} {sub}", one.commands[sub]) for name, one in top if isinstance(one, click.Group) for sub in one.commands]
    asked = set()
    for name, command in found:
        assert command is not None
        for one in command.params:
            if (one.nargs == -1 or getattr(one, "multiple", False)) and (one.metavar or "").startswith("FILE"):
                asked.add(name)
                assert any("--submappen" in option.opts for option in command.params), name
    assert {"declare", "verify", "intake", "messages check", "ledger answer", "ledger begin", "tariffs convert"} <= asked


def foreign(kind: str, regime: str = "jw", release: str = "2_3") -> str:
    return f'<x:Bericht xmlns:x="http://www.istandaarden.nl/i{regime}/{release}/{kind}/schema"/>'


@pytest.mark.parametrize("option", ["--toewijzingen", "--eerder"])
def test_a_folder_goes_on_past_a_message_of_another_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    """Each is named with what it is. What stops the run: one that is named itself, one of the kind that is asked for in another
    release, an envelope, and a folder with nothing else.
    """
    folder, other = tmp_path / "in", tmp_path / "ander"
    write(tmp_path / "t.csv", TOEWIJZINGEN)
    write(folder / "a.xml", foreign("jw303" if option == "--toewijzingen" else "jw317", release="2_3"))
    write(folder / "b.xml", foreign("wmo301", "wmo", "3_2"))
    write(other / "a.xml", foreign("jw305"))
    if option == "--toewijzingen":
        write(folder / "t.csv", TOEWIJZINGEN)
        (folder / "c.xml").write_bytes(MESSAGE.read_bytes())
    else:
        (folder / "c.xml").write_bytes(MESSAGE.read_bytes().replace(b"0384", b"0363"))
    words = ["verify", "--bericht", str(MESSAGE), "--contracten", str(write_contract(tmp_path / "contract"))]
    words += ["--toewijzingen-volledig", "0363", "--toewijzingen-volledig", "0384", "--dagtekening", "2026-04-10"]
    words += ["--meldingen", "json", *([] if option == "--toewijzingen" else ["--toewijzingen", str(tmp_path / "t.csv")])]

    def told(path: Path) -> tuple[int, dict[str, str]]:
        code = run([*words, option, str(path), "--out", str(tmp_path / "uit"), "--force"])
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        return code, {one["bestand"]: one["toelichting"] for one in lines if one["code"] == "bestand_niet_gelezen"}

    code, named = told(folder)
    assert code == 0
    assert named["in/a.xml"] == f"dit is {'JW303' if option == '--toewijzingen' else 'JW317'} 2.3; dit bestand is niet gelezen"
    assert named["in/b.xml"] == "dit is WMO301 3.2; dit bestand is niet gelezen"
    assert ("in/c.xml" in named) == (option == "--toewijzingen")
    assert told(other)[0] == told(folder / "a.xml")[0] == 2
    asked = ["jw301"] if option == "--toewijzingen" else ["jw323", "jw325", "jw303", "jw304"]
    for text in (*(foreign(kind, release="2_4") for kind in asked), '<Envelope xmlns="urn:x"/>', "<a/>"):
        write(folder / "d.xml", text)
        assert told(folder)[0] == 2
