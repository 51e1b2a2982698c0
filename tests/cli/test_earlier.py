"""`--eerder`: what was declared before, from tables, output folders, messages and answers."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve
from messages.old import Regel, jw303, jw304
from world import contract, declare, registratie, toewijzing

from mpj import cli
from mpj.messages import write_berichten
from mpj.output import write_result
from mpj.reading.faults import Fault, InputError
from mpj.verification.earlier import read_earlier

FEBRUARY = declare(
    contract({"2.1 hbo": "24,55", "2.1 wo": "31,00"}),
    [toewijzing(budget_cent=100_000)],
    [registratie("2026-02-03"), registratie("2026-02-04", niveau="wo")],
    periode="2026-02",
    dagtekening=date(2026, 3, 2),
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The output folder of February, messages included."""
    folder = tmp_path / "februari"
    folder.mkdir()
    write_result(FEBRUARY, folder)
    write_berichten(FEBRUARY.regels, folder, dagtekening=date(2026, 3, 2))
    return folder


def test_a_whole_output_folder_counts_every_line_once(out: Path) -> None:
    assert sorted(line.referentienummer for line in read_earlier([out])) == sorted(
        line.referentienummer for line in FEBRUARY.regels
    )


def test_messages_say_what_tables_say(out: Path) -> None:
    names = (
        "gemeente",
        "toewijzingnummer",
        "productcode",
        "begindatum",
        "eenheid",
        "volume_bericht",
        "bedrag_cent",
        "debetcredit",
        "bsn",
    )
    from_messages = read_earlier(sorted(out.glob("*.xml")))
    assert {tuple(getattr(line, name) for name in names) for line in from_messages} == {
        tuple(getattr(line, name) for name in names) for line in FEBRUARY.regels
    }


def test_the_budget_counts_what_was_declared(out: Path) -> None:
    budget = toewijzing(budget_cent=sum(line.bedrag_cent for line in FEBRUARY.regels) + 2455)
    march = declare(contract({"2.1 hbo": "24,55"}), [budget], [registratie()], eerder=read_earlier([out]))
    assert [line.volume for line in march.regels] == [1]


def test_different_lines_under_one_number_all_count_and_are_told(out: Path, tmp_path: Path) -> None:
    """In two line files, or in a line file and a message; the same line in both counts once."""
    first, *others = FEBRUARY.regels
    other = tmp_path / "ander"
    other.mkdir()
    write_result(evolve(FEBRUARY, regels=(evolve(first, bedrag_cent=first.bedrag_cent + 1), *others), herkomst=()), other)
    table, messages = other / "declaratieregels.csv", sorted(out.glob("*.xml"))
    for paths in ([out / "declaratieregels.csv", table], [table, *messages], [out, table]):
        told: list[Fault] = []
        lines = read_earlier(paths, report=told.append)
        own = sorted(line.bedrag_cent for line in lines if line.referentienummer == first.referentienummer)
        assert own == [first.bedrag_cent, first.bedrag_cent + 1] and len(lines) == len(FEBRUARY.regels) + 1
        (double,) = (one for one in told if one.code == "regel_dubbel")
        assert (double.soort, double.kolom) == ("waarschuwing", f"regel {first.referentienummer}")
        assert (
            double.bestand and double.rij and {double.gevonden, double.verwacht.partition(", zoals")[0]} <= {"€ 98,20", "€ 98,21"}
        )
        assert re.search(r", zoals in \S*declaratieregels.csv, rij 2$", double.verwacht)


def test_a_credit_of_a_line_that_is_not_given_takes_nothing_away_and_is_told(tmp_path: Path) -> None:
    debit = FEBRUARY.regels[0]
    other = evolve(debit, referentienummer="NIETGEGEVEN")
    undoing = [
        evolve(one, referentienummer=f"CREDIT{number}", vorig_referentienummer=one.referentienummer, debetcredit="C")
        for number, one in enumerate((debit, other))
    ]
    result = evolve(FEBRUARY, regels=(debit, *undoing), herkomst=())
    told: list[Fault] = []
    write_result(result, tmp_path)
    for report in (None, told.append):
        lines = read_earlier([tmp_path / "declaratieregels.csv"], report=report)
        assert [line.referentienummer for line in lines] == [debit.referentienummer, "CREDIT0"]
    assert [(one.code, one.kolom, one.soort) for one in told] == [("credit_zonder_regel", "regel CREDIT1", "waarschuwing")]
    assert (told[0].bestand, told[0].rij) == ("declaratieregels.csv", 4)


@pytest.mark.parametrize(
    ("found", "replacement"), [(";D;", ";X;"), (";01;", ";99;"), ("2026-02;VB", "feb;VB"), (";60;", f";{'9' * 5000};")]
)
def test_a_damaged_table_is_refused(out: Path, found: str, replacement: str) -> None:
    table = out / "declaratieregels.csv"
    text = table.read_text("utf-8")
    assert found in text
    table.write_text(text.replace(found, replacement), "utf-8")
    with pytest.raises(InputError):
        read_earlier([out])


# --- The 303 of before ------------------------------------------------------------------------------------------------

FEB = {"begin": "2026-02-01", "eind": "2026-02-28", "dagtekening": "2026-03-02"}
OLD = Regel("R1", toewijzing=7, volume=30, tarief=None, bedrag=4910, begin="2026-02-01", eind="2026-02-28")
CONTRACT = """
[contract]
id = "K"
protocol = "MPJ-16"
aanbieder = "65656055"
gemeenten = ["0384"]
begindatum = 2026-01-01
einddatum = 2026-12-31
[[perceel]]
code = "A"
naam = "Alles"
"""


@pytest.fixture
def call(tmp_path: Path) -> list[str]:
    """The call that declares one contact of an hour of March on toewijzing 7, with a budget of 2 quarters and what was used."""
    write = {
        "contract/contract.toml": CONTRACT,
        "contract/tarieven.csv": "perceel;prestatiecode;kwalificatieniveau;begindatum;einddatum;tarief\n"
        "A;2.1;hbo;2026-01-01;;24,55\n",
        "t.csv": "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;prestatiecode;budget_cent;einddatum\n"
        "7;999900006;0384;65656055;2026-01-01;2.1;9820;2026-12-31\n",
        "r.csv": "id;bsn;datum;minuten;kwalificatieniveau;toewijzingnummer\na;999900006;2026-03-03;60;hbo;7\n",
    }
    (tmp_path / "contract").mkdir()
    (tmp_path / "eerder").mkdir()
    for name, text in write.items():
        (tmp_path / name).write_text(text, "utf-8")
    paths = {"--contracten": "contract", "--toewijzingen": "t.csv", "--registraties": "r.csv", "--eerder": "eerder", "--out": "uit"}
    named = [word for option, name in paths.items() for word in (option, str(tmp_path / name))]
    return ["declare", *named, "--periode", "2026-03", "--dagtekening", "2026-04-02", "--force"]


def declared(folder: Path) -> list[str]:
    """The units and cents of the lines of a run."""
    head, *rows = [row.split(";") for row in (folder / "declaratieregels.csv").read_text("utf-8").splitlines()]
    return [row[head.index("bedrag_cent")] for row in rows]


@pytest.mark.parametrize("executor", ["python", "columnar"])
def test_lines_of_no_contract_of_the_run_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], call: list[str], executor: str
) -> None:
    """Another aanbieder's file is the wrong one, and makes a limit no other in silence."""
    (tmp_path / "eerder" / "a.xml").write_bytes(jw303(OLD, **FEB).replace(b"65656055", b"65656056"))
    assert cli.run([*call, "--executor", executor]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "geen contract" in line]
    assert told == [
        "Let op: --eerder: aantal regels van een aanbieder en gemeente waarvan hier geen contract is: 1; zij tellen voor "
        "toewijzingen met hetzelfde nummer; gevonden: aanbieder 65656056, gemeente 0384; verwacht: regels van deze contracten"
    ]
    (tmp_path / "eerder" / "a.xml").write_bytes(jw303(OLD, **FEB))
    assert cli.run([*call, "--executor", executor]) == 0
    assert "geen contract" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("messages", "billed"),
    [
        ([jw303(OLD, **FEB)], ["4910"]),
        ([jw303(OLD, **FEB), jw304(evolve(OLD, toegekend=2455), ingediend=4910, toegekend=2455, **FEB)], ["7365"]),
        ([jw303(OLD, **FEB), jw304(evolve(OLD, toegekend=0), ingediend=4910, toegekend=0, **FEB)], ["9820"]),
        ([jw303(OLD, evolve(OLD, nummer="C1", vorig="R1", dc="C", bedrag=2455), **FEB)], ["9820"]),
        ([jw303(evolve(OLD, toewijzing=None), **FEB)], ["9820"]),
    ],
)
def test_an_old_declaration_counts_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], call: list[str], messages: list[bytes], billed: list[str]
) -> None:
    """In full, in part, rejected, credited and without a toewijzing; each file is told to be old, and no BSN is told."""
    for name, data in zip("ab", messages, strict=False):
        (tmp_path / "eerder" / f"{name}.xml").write_bytes(data)
    assert cli.run(call) == 0
    shown = capsys.readouterr()
    assert declared(tmp_path / "uit") == billed
    assert shown.err.count("zonder officieel schema") == len(messages)
    assert "9999" not in shown.err + shown.out


def test_another_release_stops_the_run_and_a_start_of_care_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], call: list[str]
) -> None:
    (tmp_path / "eerder" / "a.xml").write_bytes(jw303(OLD, **FEB))
    start = '<x:Bericht xmlns:x="http://www.istandaarden.nl/ijw/2_3/jw305/schema"/>'
    (tmp_path / "eerder" / "b.xml").write_text(start, "utf-8")
    assert cli.run(call) == 0
    assert "eerder/b.xml: dit is JW305 2.3; dit bestand is niet gelezen" in capsys.readouterr().err
    (tmp_path / "eerder" / "b.xml").write_bytes(jw303(OLD, **FEB).replace(b"2_3", b"2_4"))
    assert cli.run(call) == 2
    assert "Dit is JW303 release 2.4" in capsys.readouterr().err
