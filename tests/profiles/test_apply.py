"""A profile laid over the rows of a table, of every kind and on every way in, before a record has an identity."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import ANNA, Month, files_in, write_month

import mpj
from mpj.reading.faults import Fault
from mpj.reading.profile import Profiel, Tabelprofiel

CONTRACT = "contract"


def tabel(**said: Any) -> Profiel:
    return Profiel({"registraties": Tabelprofiel(**said)})


def read(tmp_path: Path, text: str, profiel: Profiel) -> tuple[list[Any], list[Fault]]:
    path = tmp_path / "export.csv"
    path.write_text(text, "utf-8")
    heard: list[Fault] = []
    return list(mpj.read_registraties([path], report=heard.append, profiel=profiel)), heard


EXPORT = f"""\
Nr;Client;Datum;Duur;Functie;Afspraakstatus;Opmerking
1;{ANNA};2026-03-02;1,5;GZ-psycholoog;Uitgevoerd;iets
2;{ANNA};2026-03-03;0:20;hbo;No show;
Totaal;;;2;;;
"""
SAID: Mapping[str, Any] = {
    "kolommen": {
        "nr": "id",
        "CLIENT": "bsn",
        "Duur": "minuten",
        "Functie": "kwalificatieniveau",
        "Afspraak status": "status",
        "Opmerking": "",
    },
    "waarden": {
        "kwalificatieniveau": {"gz-psycholoog": "wo"},
        "status": {"Uitgevoerd": "gerealiseerd", "No show": "niet_verschenen"},
    },
    "eenheid": {"minuten": "uren"},
    "bron": "locatie-a",
    "overslaan": ("Totaal",),
}


def test_an_export_is_read_as_its_profile_says(tmp_path: Path) -> None:
    found, heard = read(tmp_path, EXPORT, tabel(**SAID))
    assert [(one.id, one.minuten, one.kwalificatieniveau, one.status, one.rij) for one in found] == [
        ("locatie-a:1", 90, "wo", "gerealiseerd", 2),
        ("locatie-a:2", 20, "hbo", "niet_verschenen", 3),
    ]
    assert [fault.code for fault in heard] == ["profiel_gebruikt", "rijen_overgeslagen"]
    assert heard[1].gevonden == "1"
    for said in ("Nr is id", "niet gebruikt Opmerking", "in uren minuten", "voor elk id locatie-a:"):
        assert said in str(heard[0])


@pytest.mark.parametrize(("text", "minutes"), [("1", 60), ("1.25", 75), ("0:05", 5), ("1:30:00", 90), ("24", 1440), ("0", 0)])
def test_hours_are_minutes(tmp_path: Path, text: str, minutes: int) -> None:
    ((one,), _) = read(tmp_path, f"id;bsn;datum;minuten\n1;{ANNA};2026-03-02;{text}\n", tabel(eenheid={"minuten": "uren"}))
    assert one.minuten == minutes


@pytest.mark.parametrize("text", ["0,33", "1:75", "45 min", "25", "1:30:30", "-1", "1.000,5"])
def test_what_is_no_whole_number_of_minutes_is_no_record(tmp_path: Path, text: str) -> None:
    ((one,), _) = read(tmp_path, f"id;bsn;datum;minuten\n1;{ANNA};2026-03-02;{text}\n", tabel(eenheid={"minuten": "uren"}))
    assert one.uitval.reden == "ongeldig"
    assert "minuten" in one.uitval.toelichting


def test_zeros_that_were_lost_come_back(tmp_path: Path) -> None:
    text = "id;bsn;datum;minuten;gemeente\n1;12;2026-03-02;10;384\n2;999.900.006;2026-03-02;10;\n"
    found, _ = read(tmp_path, text, tabel(aanvullen={"bsn": 9, "gemeente": 4}))
    assert (found[0].bsn, found[0].gemeente) == ("000000012", "0384")
    assert found[1].uitval.reden == "ongeldig"


def test_a_column_that_the_profile_names_must_be_there(tmp_path: Path) -> None:
    """Without it every appointment would count as done."""
    with pytest.raises(mpj.InputError) as caught:
        read(tmp_path, f"id;bsn;datum;minuten\n1;{ANNA};2026-03-02;10\n", tabel(kolommen={"Afspraakstatus": "status", "X": ""}))
    assert [(fault.code, fault.kolom, fault.verwacht) for fault in caught.value.faults] == [
        ("kolom_ontbreekt", "status", "Afspraakstatus")
    ]


def test_two_names_for_one_column_are_refused_in_one_file(tmp_path: Path) -> None:
    with pytest.raises(mpj.InputError, match="twee keer"):
        read(tmp_path, f"id;bsn;datum;minuten;Duur\n1;{ANNA};2026-03-02;10;20\n", tabel(kolommen={"Duur": "minuten"}))


def test_our_own_name_can_be_taken_by_another_column(tmp_path: Path) -> None:
    text = f"id;bsn;datum;minuten;status;Stand\n1;{ANNA};2026-03-02;10;x;gepland\n"
    ((one,), _) = read(tmp_path, text, tabel(kolommen={"Status": "", "Stand": "status"}))
    assert one.status == "gepland"


def test_every_kind_of_table_has_its_profile(tmp_path: Path) -> None:
    profiel = Profiel(
        {
            "verblijf": Tabelprofiel(kolommen={"Opname": "begindatum"}, bron="huis"),
            "medewerkers": Tabelprofiel(waarden={"kwalificatieniveau": {"Agoog": "hbo"}}),
            "toewijzingen": Tabelprofiel(aanvullen={"gemeente": 4}, overslaan=("Einde",)),
        }
    )
    files = {
        "verblijf": f"id;bsn;Opname\n1;{ANNA};2026-03-02\n",
        "medewerkers": "medewerker;kwalificatieniveau;begindatum\nM;agoog;2026-01-01\n",
        "toewijzingen": (
            "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;prestatiecode\n"
            f"1;{ANNA};384;65656055;2026-01-01;2.1\nEinde van de lijst;;;;;\n"
        ),
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    (stay,) = mpj.read_verblijf([tmp_path / "verblijf.csv"], profiel=profiel)
    assert isinstance(stay, mpj.Verblijf) and (stay.id, stay.begindatum) == ("huis:1", date(2026, 3, 2))
    (staff,) = mpj.read_medewerkers([tmp_path / "medewerkers.csv"], profiel=profiel)
    assert staff.kwalificatieniveau == "hbo"
    (one,) = mpj.read_toewijzingen([tmp_path / "toewijzingen.csv"], profiel=profiel)
    assert isinstance(one, mpj.Toewijzing) and one.gemeente == "0384"


def month(tmp_path: Path) -> Month:
    rows = [("1", ANNA, "2026-03-02", "0,25", "hbo"), ("1", ANNA, "2026-03-03", "1:00", "HBO'er"), ("Totaal", "", "", "2", "")]
    text = "Nr;Client;Datum;Duur;Functie\n" + "".join(f"{';'.join(row)}\n" for row in rows)
    (tmp_path / "erp.toml").write_text(
        '[registraties]\nbron = "a"\noverslaan = ["Totaal"]\n[registraties.kolommen]\n"Nr" = "id"\n"Client" = "bsn"\n'
        '"Duur" = "minuten"\n"Functie" = "kwalificatieniveau"\n[registraties.waarden.kwalificatieniveau]\n"HBO\'er" = "hbo"\n'
        '[registraties.eenheid]\nminuten = "uren"\n',
        "utf-8",
    )
    return write_month(tmp_path / "month", registraties=text.replace("1;9", "2;9", 1))


def declare(month: Month, out: Path, *more: object) -> dict[str, bytes]:
    done = month.declare("--profiel", month.folder.parent / "erp.toml", *more, verblijf=False, out=out)
    assert done.code == 0, done.err
    return files_in(out)


def test_a_run_says_what_it_did_and_counts_what_it_passed_over(tmp_path: Path) -> None:
    made = declare(month(tmp_path), tmp_path / "out")
    summary = json.loads(made["samenvatting.json"])
    assert (summary["gelezen"], summary["overgeslagen"], summary["gedeclareerd"]) == (2, 1, 2)
    traced = list(csv.DictReader(made["herkomst.csv"].decode().splitlines(), delimiter=";"))
    assert sorted(row["bron"] for row in traced) == ["a:1", "a:2"]


@pytest.mark.slow
def test_both_executors_and_a_ledger_give_the_same(tmp_path: Path) -> None:
    one = month(tmp_path)
    python = declare(one, tmp_path / "python", "--executor", "python")
    assert declare(one, tmp_path / "columnar", "--executor", "columnar") == python
    ledger = declare(one, tmp_path / "ledger", "--ledger", tmp_path / "zorg.db")
    assert json.loads(ledger["samenvatting.json"])["overgeslagen"] == 1
    assert b"a:1" in ledger["herkomst.csv"]


def rows(**more: str) -> list[dict[str, Any]]:
    """The rows of `month`, as a program would hand them over."""
    one = {"Nr": 1, "Client": ANNA, "Datum": date(2026, 3, 2), "Duur": Decimal("0.25"), "Functie": "hbo"}
    other = {"Nr": 2, "Client": ANNA, "Datum": date(2026, 3, 3), "Duur": time(1), "Functie": "HBO'er"}
    return [one | more, other | more, {"Nr": "Totaal", "Client": None, "Datum": None, "Duur": 2, "Functie": None} | more]


def test_mappings_are_read_as_the_same_rows_of_a_file(tmp_path: Path) -> None:
    made = declare(month(tmp_path), tmp_path / "out")
    contracts = mpj.load_contracts([tmp_path / "month" / "vb"])
    toewijzingen = list(mpj.read_toewijzingen([tmp_path / "month" / "toewijzingen.csv"]))
    words: dict[str, Any] = {
        "periode": "2026-03",
        "dagtekening": date(2026, 4, 7),
        "profiel": mpj.read_profile(tmp_path / "erp.toml"),
    }
    result = mpj.declare(contracts, toewijzingen, rows(), **words)
    lines = list(csv.DictReader(made["declaratieregels.csv"].decode().splitlines(), delimiter=";"))
    assert [line.referentienummer for line in result.regels] == [row["referentienummer"] for row in lines]
    assert result.samenvatting["overgeslagen"] == 1
    assert {fault.code for fault in result.meldingen} >= {"profiel_gebruikt", "rijen_overgeslagen"}
    with mpj.Ledger(tmp_path / "zorg.db") as ledger:
        again = ledger.declare(contracts, toewijzingen, rows(), **words)
    assert [line.bedrag_cent for line in again.regels] == [line.bedrag_cent for line in result.regels]
    assert {trace.bron for trace in again.herkomst} == {"a:1", "a:2"}


def test_a_mapping_without_a_column_of_its_profile_is_refused(tmp_path: Path) -> None:
    profiel = tabel(kolommen={"Stand": "status"})
    row = {"id": "1", "bsn": ANNA, "datum": "2026-03-02", "minuten": 10}
    month(tmp_path)
    contracts = mpj.load_contracts([tmp_path / "month" / "vb"])
    words: dict[str, Any] = {"periode": "2026-03", "dagtekening": date(2026, 4, 7), "profiel": profiel}
    with pytest.raises(mpj.InputError, match="status"):
        mpj.declare(contracts, [], [row], **words)
