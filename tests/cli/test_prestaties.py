"""`mpj declare --prestaties`: files in, the files of a run, messages and explanations out; whoever computes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from standard import STANDARD

from cli.helpers import ANNA, BRAM, TOML, mpj, write, write_contract

PRODUCTEN = """\
productcategorie;productcode;variant;eenheid;tarief;begindatum;einddatum;omschrijving
45;45S01;stuk;82;125,00;2026-01-01;;Diagnostiek
45;45W01;week;83;150,00;2026-01-01;;Gezinshulp
45;45T01;traject;83;;2026-01-01;;Traject
"""
TOEWIJZINGEN = f"""\
toewijzingnummer;bsn;gemeente;aanbieder;begindatum;einddatum;prestatiecode;productcategorie;productcode;volume;eenheid;frequentie
1;{ANNA};0384;65656055;2026-01-01;;2.1;;;;;
2;{ANNA};0384;65656055;2026-03-04;2026-03-26;;45;45W01;15000;83;2
3;{BRAM};0363;65656055;2026-01-01;2026-06-30;;45;45T01;975000;83;6
4;{BRAM};0363;65656055;2026-01-01;;;45;45S01;;;
"""
REGISTRATIES = f"""\
id;bsn;datum;minuten;kwalificatieniveau;prestatiecode
R1;{ANNA};2026-03-02;50;hbo;2.1
"""
PRESTATIES = f"""\
id;bsn;datum;productcode;toewijzingnummer;gemeente;gebeurtenis;aantal
P1;{ANNA};2026-03-04;45W01;;;start;
P2;{BRAM};2026-03-10;45T01;3;0363;mijlpaal;70
P3;{BRAM};2026-03-11;45S01;;;stuk;2
P4;{BRAM};2026-03-12;45S01;;;mijlpaal;2
P5;{BRAM};2026-03-99;45S01;;;stuk;2
"""


def files(folder: Path, prestaties: str = PRESTATIES) -> list[object]:
    write(write_contract(folder / "regio", TOML) / "producten.csv", PRODUCTEN)
    write(folder / "toewijzingen.csv", TOEWIJZINGEN)
    write(folder / "registraties.csv", REGISTRATIES)
    write(folder / "prestaties.csv", prestaties)
    given = ("--contracten", folder / "regio", "--toewijzingen", folder / "toewijzingen.csv")
    return [*given, "--prestaties", folder / "prestaties.csv", "--periode", "2026-03", "--dagtekening", "2026-04-07"]


def declared(folder: Path, *more: object, **told: str) -> Path:
    given = [*files(folder, **told), "--registraties", folder / "registraties.csv"]
    done = mpj("declare", *given, "--out", folder / "uit", "--force", *more)
    assert done.code == 0, done.err
    return folder / "uit"


def table(path: Path) -> list[list[str]]:
    return [line.split(";") for line in path.read_text("utf-8").splitlines()[1:]]


@pytest.mark.parametrize("executor", ["python", "columnar"])
def test_whoever_computes_the_files_are_the_same(tmp_path: Path, executor: str) -> None:
    if executor == "columnar":
        pytest.importorskip("duckdb")
    names = ("declaratieregels.csv", "herkomst.csv", "uitval.csv")
    out = declared(tmp_path, "--executor", executor)
    found = {name: (out / name).read_bytes() for name in names}
    with_messages = declared(tmp_path, "--berichten")
    assert {name: (with_messages / name).read_bytes() for name in names} == found


def test_lines_stand_beside_those_of_mpj(tmp_path: Path) -> None:
    out = declared(tmp_path)
    lines = [(row[9], row[11], row[14], row[17], row[20], row[21], row[22]) for row in table(out / "declaratieregels.csv")]
    assert lines == [
        ("3", "", "45T01", "682500", "682500", "83", "682500"),
        ("4", "", "45S01", "2", "25000", "82", "2"),
        ("1", "2.1", "45212", "3", "7365", "01", "45"),
        ("2", "", "45W01", "4", "60000", "83", "60000"),
    ]
    aside = [row[:11] for row in table(out / "uitval.csv")]
    assert [(row[0], row[1], row[6], row[8]) for row in aside] == [
        ("prestatie", "P4", "5", "eenheid_past_niet"),
        ("prestatie", "P5", "6", "ongeldig"),
    ]
    told = json.loads((out / "samenvatting.json").read_text("utf-8"))
    assert (told["gelezen"], told["gedeclareerd"], told["uitval"], told["bedrag_cent"]) == (8, 6, 2, 774_865)
    assert [one["bestand"] for one in told["invoer"] if one["soort"] == "prestaties"] == ["prestaties.csv"]
    assert told["toewijzingen"]["niet_mpj"] == 0


def test_the_message_is_valid_and_has_no_price_beside_an_amount(tmp_path: Path) -> None:
    pytest.importorskip("lxml")
    schemas = STANDARD / "xsd"
    out = declared(tmp_path, "--berichten", *(("--xsd", schemas) if schemas.exists() else ()))
    text = "".join(path.read_text("utf-8") for path in out.glob("jw323-*.xml"))
    assert text.count("ProductTarief>") == 2 * 2
    assert text.count(">83<") == 2


def test_a_line_and_a_record_are_explained(tmp_path: Path) -> None:
    out = declared(tmp_path)
    record = mpj("explain", "--van", out, "--bron", "P1").out
    assert "4 maart 2026" in record or "8 maart 2026" in record
    assert "1 week × € 150,00 = € 150,00 (producten.csv, 45W01, maart 2026)" in " ".join(record.split())
    number = table(out / "declaratieregels.csv")[0][0]
    line = " ".join(mpj("explain", "--van", out, "--regel", number).out.split())
    assert "productcode 45T01, buiten MPJ" in line
    assert "klopt met de regel" in line
    assert "delivery" in mpj("explain", "--van", out, "--bron", "P1", "--taal", "en").out.lower()


def test_a_ledger_remembers_and_explains_them(tmp_path: Path) -> None:
    given, ledger = files(tmp_path), tmp_path / "l.db"
    lines = []
    for name in ("eerst", "weer"):
        done = mpj("declare", *given, "--ledger", ledger, "--proef" if name == "weer" else "--berichten", "--out", tmp_path / name)
        assert done.code == 0, done.err
        lines.append(table(tmp_path / name / "declaratieregels.csv"))
    assert lines[0] == lines[1] and len(lines[0]) > 1
    told = " ".join(mpj("explain", "--ledger", ledger, "--bron", "P1").out.split())
    assert "Prestatie" in told and "staat klaar en is nog niet verzonden" in told
    assert "999900006" not in told


def test_a_profile_says_how_they_are_written(tmp_path: Path) -> None:
    kolommen, waarden = '[prestaties.kolommen]\n"Wat" = "gebeurtenis"\n', '[prestaties.waarden.gebeurtenis]\n"begin" = "start"\n'
    write(tmp_path / "erp.toml", f'[prestaties]\nbron = "erp"\n{kolommen}{waarden}')
    theirs = PRESTATIES.replace("gebeurtenis", "Wat").replace(";start;", ";begin;")
    out = declared(tmp_path, "--profiel", tmp_path / "erp.toml", prestaties=theirs)
    assert {row[2] for row in table(out / "herkomst.csv")} == {"R1", "erp:P1", "erp:P2", "erp:P3"}


def test_a_column_under_another_name_decides_nothing_in_silence(tmp_path: Path) -> None:
    done = mpj("declare", *files(tmp_path, PRESTATIES.replace("aantal", "percentage")), "--out", tmp_path / "uit")
    assert done.code == 2
    assert "percentage" in done.err
    assert "aantal" in done.err


def test_intake_knows_them(tmp_path: Path) -> None:
    files(tmp_path)
    assert "prestaties" in mpj("intake", tmp_path / "prestaties.csv").out
