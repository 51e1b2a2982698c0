"""No command shows a BSN, whoever's and wherever it stands: in a name, in a call, in what a library says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.helpers import ANNA, BRAM, ELIN, Month, Outcome, mpj, shown_bsns, write, write_month

WIDE = "９９９９０００１８"


@pytest.fixture
def month(tmp_path: Path) -> Month:
    return write_month(tmp_path / "maand")


def shown(outcome: Outcome) -> list[str]:
    """The BSNs that a command showed."""
    text = outcome.out + outcome.err
    return shown_bsns(text.replace(WIDE, BRAM))


@pytest.mark.parametrize("form", [BRAM, WIDE, "9999.00.018", f"BSN{BRAM}"])
def test_names_of_files_and_folders_are_shown_without_it(month: Month, tmp_path: Path, form: str) -> None:
    named = write_month(tmp_path / form)
    write(named.folder / f"{form}.csv", (named.folder / "verblijf.csv").read_bytes())
    options = ["--verblijf", named.folder / f"{form}.csv"]
    calls = [
        named.declare(*options, verblijf=False, out=tmp_path / f"nieuw-{form}"),
        named.declare(*options, verblijf=False, out=tmp_path / f"nieuw-{form}"),
        month.declare("--contracten", tmp_path / form / "niets", out=tmp_path / "x"),
        month.declare("--registraties", tmp_path / form / "leeg", out=tmp_path / "x"),
        mpj("explain", "--van", tmp_path / form, "--bron", form),
        mpj("ledger", "status", "--ledger", tmp_path / f"{form}.db"),
        mpj("ledger", "erase", "--ledger", tmp_path / form, "--bsn-bestand", f"{form}.csv"),
    ]
    assert calls[0].code == 0
    assert [shown(call) for call in calls] == [[]] * len(calls)
    summary = (tmp_path / f"nieuw-{form}" / "samenvatting.json").read_text("utf-8")
    assert not shown_bsns(summary.replace(WIDE, BRAM))
    assert "(verborgen).csv" in summary


@pytest.mark.parametrize("meldingen", ["tekst", "json"])
@pytest.mark.parametrize("form", [BRAM, WIDE, "9999.00.018", f"BSN{BRAM}"])
def test_a_wrong_call_is_shown_without_it(month: Month, form: str, meldingen: str) -> None:
    told = f"--meldingen={meldingen}"
    calls = [
        mpj(form, told),
        mpj("declare", f"--{form}", told),
        month.declare("--volgnummer", form, told),
        month.declare("--dagtekening", form, told),
        month.declare("--periode", form, told),
        month.declare("--executor", form, told),
        mpj("ledger", "send", form, "--ledger", form, told),
    ]
    assert [call.code for call in calls] == [2] * len(calls)
    assert [shown(call) for call in calls] == [[]] * len(calls)
    if meldingen == "json":
        assert all(call.meldingen() for call in calls)


def test_a_contract_and_a_medewerker_that_bear_one(month: Month) -> None:
    toml = (month.folder / "vb" / "contract.toml").read_text("utf-8").replace("VB-2026", f"VB-{BRAM}").replace("Ambulant", BRAM)
    write(month.folder / "vb" / "contract.toml", toml)
    assert month.declare("--meldingen", "json").code == 0
    calls = [
        month.declare("--meldingen", "json", "--force"),
        mpj("explain", "--van", month.out, "--bron", "R1"),
        mpj("sample", "--van", month.out, "--aantal", "3", "--zaad", BRAM),
        mpj("tariffs", "show", month.folder / "vb"),
        mpj("tariffs", "show", month.folder / "vb", "--formaat", "html"),
        mpj("tariffs", "check", month.folder / "vb"),
    ]
    assert [call.code for call in calls] == [0] * len(calls)
    assert [shown(call) for call in calls] == [[]] * len(calls)


def test_json_stays_json_and_its_numbers_stay(month: Month) -> None:
    write(
        month.folder / "registraties.csv",
        f"id;bsn;datum;minuten;kwalificatieniveau;prestatiecode\n{BRAM};{ANNA};2026-03-02;50;hbo;9.9\n",
    )
    outcome = month.declare("--meldingen", "json")
    (row,) = [one for one in outcome.meldingen() if one["soort"] == "uitval"]
    assert (row["rij"], row["aantal"]) == (2, 1)
    assert not shown(outcome)
    assert json.dumps(row)


def test_libraries_say_nothing() -> None:
    """A warning of a library, and what it writes when nobody listens, would stand between the lines of JSON."""
    code = (
        "import warnings, threading; from mpj.cli import screen, main; screen.quiet_libraries();"
        f"warnings.warn('{BRAM}'); t = threading.Thread(target=lambda: 1 / 0, name='{BRAM}'); t.start(); t.join();"
        "main(['--version'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


FORMS = [BRAM, WIDE, "9999.00.018", f"BSN{BRAM}", f"{BRAM}-1", f"2026{BRAM}12"]


@pytest.mark.parametrize("ledger", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_an_id_is_left_out_of_uitval_where_it_is_a_bsn_of_the_run(month: Month, form: str, ledger: bool) -> None:
    """Bram has a toewijzing; Elin only a registratie; 111222333 is nobody's here, and passes the elfproef by chance."""
    by_chance = "111222333"
    rows = {"1": (form, ANNA), "2": (by_chance, ANNA), "3": (ELIN, ANNA), "4": ("R-4", ELIN)}
    text = "".join(f"{identity};{bsn};2026-03-02;50;hbo;4.1\n" for identity, bsn in rows.values())
    write(month.folder / "registraties.csv", "id;bsn;datum;minuten;kwalificatieniveau;prestatiecode\n" + text)
    write(month.folder / "verblijf.csv", f"id;bsn;begindatum;einddatum;prestatiecode\n{form};{ANNA};2026-03-02;2026-03-05;8.9\n")
    extra = ("--ledger", month.folder / "l.db") if ledger else ()
    outcome = month.declare("--meldingen", "json", *extra)
    assert outcome.code == 0
    assert sorted(row["bron"] for row in month.rows("uitval.csv") if row["soort"] != "toewijzing") == ["", "", "", by_chance, "R-4"]
    assert not shown_bsns((month.out / "uitval.csv").read_text("utf-8").replace(WIDE, BRAM))
    assert not shown(outcome) and by_chance not in outcome.err
