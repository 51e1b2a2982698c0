"""A signal blocks nothing, is remembered as seen, names no client, and looks at what the ledger knows beside the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ledger.support import Partij, registratie
from world import contract

import mpj
from mpj.cli import main as cli
from mpj.output import write_result
from signals.test_examples import partij, signals

__all__ = ["partij"]
NINE: dict[str, Any] = {"begintijd": "09:00", "eindtijd": "10:00", "medewerker": "M1", "minuten": None}


def codes(result: mpj.Result) -> list[object]:
    return [row[0] for row in signals(result)]


def test_care_that_looks_odd_is_declared(partij: Partij) -> None:
    result = partij.run(registratie("R-1", **NINE), registratie("R-2", **NINE))
    assert codes(result) == ["zelfde_contact"]
    assert (result.samenvatting["bedrag_cent"], result.samenvatting["uitval"]) == (2 * 9820, 0)
    assert result.samenvatting["ledger"]["signalen"] == {"zelfde_contact": 1}


@pytest.mark.parametrize(("option", "value"), [("--code", "twee_plekke"), ("--bron", "R-9")])
def test_a_code_or_bron_that_the_run_does_not_have_is_refused(
    partij: Partij, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    """That nothing was seen would look like done."""
    partij.run(registratie("R-2"))
    folder = tmp_path / "maart"
    folder.mkdir()
    head = "code;gemeente;soort;bron;datum;toelichting;gezien"
    row = "twee_plekken;0384;registratie;R-2;2026-03-05;tekst;"
    (folder / "signalen.csv").write_text(f"{head}\n{row}\n", "utf-8")
    asked = ["ledger", "seen", "--ledger", str(tmp_path / "zorg.db"), "--van", str(folder)]
    for more, status in (([option, value], 2), (["--code", "twee_plekken", "--bron", "R-2"], 0)):
        with pytest.raises(SystemExit) as stopped:
            cli([*asked, *more])
        told = capsys.readouterr().err
        assert (stopped.value.code, option in told, "signalen.csv" in told) == (status, status == 2, status == 2)


def test_what_was_seen_counts_no_more_and_stays(partij: Partij, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    care = registratie("=R-1", **NINE), registratie("R-2", **NINE)
    before = partij.run(*care)
    (tmp_path / "maart").mkdir()
    write_result(before, tmp_path / "maart")
    asked = ["ledger", "seen", "--ledger", str(tmp_path / "zorg.db"), "--van", str(tmp_path / "maart")]
    for told in ("1 signaal gezien; 0 was dat al.", "0 signalen gezien; 1 was dat al."):
        with pytest.raises(SystemExit) as stopped:
            cli(asked)
        assert (stopped.value.code, told in capsys.readouterr().out) == (0, True)
    after = partij.run(*care)
    assert [row[:6] for row in signals(after)] == [row[:6] for row in signals(before)]
    assert str(signals(after)[0][6]) > "2026"
    assert (after.samenvatting["ledger"]["signalen"], after.samenvatting["ledger"]["signalen_gezien"]) == ({}, 1)
    assert codes(partij.run(*care, registratie("R-3", **NINE))) == ["zelfde_contact"]


def test_a_trial_and_the_same_run_again_tell_the_same(partij: Partij) -> None:
    care = registratie("R-1", **NINE), registratie("R-2", "2026-03-05", bsn="999900018", **NINE)
    trial = partij.run(*care, proef=True)
    first = partij.run(*care)
    partij.settle(first)
    assert signals(trial) == signals(first) == signals(partij.run(*care)) != []


def test_a_colleague_is_known_from_an_earlier_run(partij: Partij) -> None:
    partij.run(registratie("R-1", **NINE))
    result = partij.run(registratie("R-2", bsn="999900018", **NINE))
    assert codes(result) == ["twee_plekken"]
    assert codes(partij.run(registratie("R-9", "2026-03-06"))) == []


@pytest.mark.parametrize(
    "fields", [{"soort": "groep"}, {"prestatiecode": "4.1"}, {"status": "geannuleerd"}, {"begintijd": "10:00", "eindtijd": "11:00"}]
)
def test_a_group_what_did_not_happen_and_the_next_hour_are_not_odd(partij: Partij, fields: dict[str, Any]) -> None:
    one, other = NINE | fields, registratie("R-2", bsn="999900018", **NINE | fields)
    first = registratie("R-1", **(one if "begintijd" not in fields else NINE))
    assert codes(partij.run(first, other)) == []


def test_no_signal_shows_a_bsn(partij: Partij) -> None:
    care = (
        registratie("a-999900006", **NINE),
        registratie("b-999900006", **NINE),
        registratie("R-3", minuten=970, medewerker="999900018"),
        registratie("R-5", "2026-03-06", bsn="999900018"),
    )
    result = partij.run(*care)
    assert set(codes(result)) >= {"zelfde_contact", "medewerker_te_lang"}
    assert not any(bsn in str(signals(result)) for bsn in ("999900006", "999900018"))


def test_a_birth_date_is_nowhere_kept_or_written_and_refuses_nothing(partij: Partij, tmp_path: Path) -> None:
    path = tmp_path / "registraties.csv"
    head = "id;bsn;datum;minuten;kwalificatieniveau;prestatiecode;geboortedatum\n"
    path.write_text(
        f"{head}R-1;999900006;2026-03-05;60;hbo;2.1;01-03-2008\nR-2;999900006;2026-03-06;60;hbo;2.1;onbekend\n", "utf-8"
    )
    result = partij.run(*mpj.read_registraties([path]))  # type: ignore[arg-type]
    assert codes(result) == ["na_verjaardag"]
    assert (result.samenvatting["uitval"], result.samenvatting["gedeclareerd"]) == (0, 2)
    (tmp_path / "maart").mkdir()
    write_result(result, tmp_path / "maart")
    partij.ledger.close()
    for place in (tmp_path / "zorg.db", *(tmp_path / "maart").iterdir()):
        assert b"2008" not in place.read_bytes()
    assert "2008" not in repr(result) + repr(list(mpj.read_registraties([path])))


def test_every_executor_passes_over_a_birth_date(tmp_path: Path) -> None:
    path = tmp_path / "registraties.csv"
    head = "id;bsn;datum;minuten;kwalificatieniveau;prestatiecode;geboortedatum\n"
    path.write_text(f"{head}R-1;999900006;2026-03-05;60;hbo;2.1;01-03-2008\nR-2;999900006;2026-03-06;een;hbo;2.1;ja\n", "utf-8")
    granted = tmp_path / "toewijzingen.csv"
    row = "1;999900006;0384;65656055;2026-01-01;2.1"
    granted.write_text(f"toewijzingnummer;bsn;gemeente;aanbieder;begindatum;prestatiecode\n{row}\n", "utf-8")
    given = ["--contracten", "tariffs/voorbeeldregio", "--toewijzingen", str(granted), "--registraties", str(path)]
    for name in ("python", "columnar"):
        asked = [*given, "--periode", "2026-03", "--dagtekening", "2026-04-07", "--executor", name, "--out", str(tmp_path / name)]
        with pytest.raises(SystemExit) as stopped:
            cli(["declare", *asked])
        assert stopped.value.code == 0
    for one in (tmp_path / "python").iterdir():
        assert one.read_bytes() == (tmp_path / "columnar" / one.name).read_bytes()


@pytest.mark.slow
def test_a_contract_says_how_many_may_be_with_a_client_at_once(partij: Partij, tmp_path: Path) -> None:
    other = Partij(tmp_path / "ander.db", contract={"gelijktijdig_max": 3})
    care = [registratie(f"R-{number}", minuten=970) for number in (1, 2, 3)]
    assert (codes(partij.run(*care)), codes(other.run(*care))) == (["client_te_lang"], [])


def test_a_client_without_contact_is_told_once_whatever_is_assigned(partij: Partij) -> None:
    """Toewijzingen of a stay beside that of the contacts are no other clients."""
    partij.month(registratie("R-1"))
    april = partij.run(registratie("R-2", "2026-04-09", bsn="999900018"), periode="2026-04")
    assert [row[:4] for row in signals(april)] == [("zonder_contact", "0384", "toewijzing", "1")]


def test_a_gemeente_of_which_nothing_comes_is_told_where_the_run_is_about_it(partij: Partij, tmp_path: Path) -> None:
    """An export that was left out; another gemeente than those of the run may still come."""
    for month in ("2026-03", "2026-04", "2026-05"):
        partij.month(*(registratie(f"{month} {day}", f"{month}-{day:02}", 480) for day in range(1, 5)), periode=month)
    away = [contract({"2.1 hbo": "24,55"}, contract={"gemeenten": ["0363"]})]
    assert "maand_wijkt_af" not in codes(partij.run(periode="2026-06", contracten=away))
    june = partij.run(periode="2026-06")
    (row,) = (row for row in signals(june) if row[0] == "maand_wijkt_af")
    assert row[1:4] == ("0384", "gemeente", "0384") and str(row[5]).startswith("€ 0,00 deze maand")
