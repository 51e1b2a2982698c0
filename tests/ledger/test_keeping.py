"""How long clients are kept, who may be erased, what is held of one, and that erasing changes no total."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

import mpj
from ledger.support import Partij, refs, registratie, toewijzing
from mpj import cli
from mpj.ledger import Ledger, schema
from mpj.reading.periods import parse_month
from mpj.reports import Jaarvraag, read_kpi, read_year
from mpj.simulation import Sizes, simulate

BSN, BRAM = "999900006", "999900018"


@pytest.fixture
def partij(tmp_path: Path) -> Iterator[Partij]:
    found = Partij(tmp_path / "zorg.db", prices={"2.1 hbo": "24,55"})
    yield found
    found.ledger.close()


def totals(ledger: Ledger) -> list[Any]:
    years = [read_year(ledger, Jaarvraag(jaar=jaar)) for jaar in (2025, 2026)]
    kpis = [one for one in read_kpi(ledger, parse_month("2026-01"), parse_month("2026-12")).kpis if "toewijzing" not in one.kpi]
    return [*((one.regels, one.aansluiting, one.sha256, one.maanden) for one in years), kpis, ledger.status()["gemeenten"]]


def test_a_client_is_kept_for_whole_years_after_the_last_one(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(einddatum="2026-06-30")]
    partij.month(registratie("a"))
    assert partij.ledger.due(op=date(2033, 12, 31)).bsns == ()
    with pytest.raises(mpj.InputError, match="7 jaar bewaard"):
        partij.ledger.erase([BSN], op=date(2033, 12, 31))
    assert partij.ledger.due(op=date(2034, 1, 1)).bsns == (BSN,)
    found = partij.ledger.due(op=date(2032, 1, 1), jaren=5)
    assert (found.bsns, found.per_jaar, found.open, found.bewaard) == ((BSN,), {2026: 1}, 0, 0)
    with pytest.raises(ValueError, match="from 5 to 100"):
        partij.ledger.due(op=date(2034, 1, 1), jaren=4)


def test_the_end_of_a_toewijzing_and_the_day_of_a_correction_keep_a_client_too(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(einddatum="2027-03-31")]
    partij.month(registratie("a"))
    assert partij.ledger.due(op=date(2034, 12, 31)).bewaard == 1
    assert partij.ledger.due(op=date(2035, 1, 1)).per_jaar == {2027: 1}
    with partij.ledger.database.transaction() as connection:
        connection.execute(update(schema.declaratie).values(dagtekening=date(2028, 1, 31)))
    assert partij.ledger.due(op=date(2035, 12, 31)).bewaard == 1


def test_who_waits_is_never_proposed(partij: Partij) -> None:
    partij.run(registratie("a"))
    assert partij.ledger.due(op=date(2060, 1, 1)).open == 1


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(op=st.dates(date(2031, 1, 1), date(2036, 1, 1)), jaren=st.integers(5, 9), eind=st.integers(2026, 2028))
def test_erase_takes_exactly_whom_the_proposal_names(op: date, jaren: int, eind: int) -> None:
    partij = Partij("sqlite://", prices={"2.1 hbo": "24,55"})
    partij.toewijzingen = [toewijzing(einddatum=f"{eind}-06-30"), toewijzing(2, bsn=BRAM, einddatum="2026-12-31")]
    partij.month(registratie("a"), registratie("b", bsn=BRAM))
    due = partij.ledger.due(op=op, jaren=jaren).bsns
    for bsn in {BSN, BRAM} - set(due):
        with pytest.raises(mpj.InputError):
            partij.ledger.erase([bsn], op=op, jaren=jaren)
    assert partij.ledger.erase(due, op=op, jaren=jaren) == (len(due), 0)
    assert partij.ledger.due(op=op, jaren=jaren).bsns == ()
    partij.ledger.close()


@pytest.mark.slow
def test_what_was_rejected_on_one_toewijzing_and_granted_on_another_stays_so(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(1, einddatum="2026-03-10"), toewijzing(2, begindatum="2026-03-11")]
    result = partij.run(registratie("a", "2026-03-02"))
    partij.settle(result, refs(result.regels))
    partij.month(registratie("b", "2026-03-12", 30), periode="2026-04")
    before = totals(partij.ledger)
    partij.ledger.erase([BSN], op=date(2040, 1, 1))
    after = totals(partij.ledger)
    assert after[:-1] == before[:-1]
    assert sum(one.afgekeurd_cent for one in after[1][0]) > 0


@pytest.mark.slow
def test_what_was_set_aside_stays_in_the_reconciliation_also_after_a_run(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(), toewijzing(2, bsn=BRAM)]
    # Without a toewijzing, and nobody else's: it stays set aside.
    partij.month(registratie("a"), registratie("b", prestatiecode="4.1"), registratie("c", bsn=BRAM))
    before = totals(partij.ledger)
    assert any(one.aantal for one in before[1][1] if one.post in ("zonder_toewijzing", "niet_declarabel", "nog_in_te_dienen"))
    partij.ledger.erase([BSN], op=date(2040, 1, 1))
    assert totals(partij.ledger) == before
    partij.run(registratie("d", "2026-04-02", bsn=BRAM), periode="2026-04")
    assert read_year(partij.ledger, Jaarvraag(jaar=2026)).aansluiting[0].cent == before[1][1][0].cent
    with partij.ledger.database.transaction(write=False) as connection:
        erased = select(schema.opzij.c.bron).join(schema.client).where(schema.client.c.gewist.is_not(None))
        assert set(connection.execute(erased).scalars()) == {""}


@pytest.mark.slow
def test_erasing_changes_no_total_of_a_played_region(tmp_path: Path) -> None:
    sizes = Sizes(zaad=5, clienten=12, registraties=100, aantal_gemeenten=2)
    played = simulate(tmp_path, van=parse_month("2026-01"), tot=parse_month("2026-03"), sizes=sizes)
    for path in (played.aanbieder, played.gemeenten):
        with Ledger(path) as ledger:
            with ledger.database.transaction() as connection:  # what still goes on keeps its client: end all stays
                last = schema.record.c.berekend_tot
                connection.execute(update(schema.record).where(schema.record.c.maand_tot.is_(None)).values(maand_tot=last))
            before = read_year(ledger, Jaarvraag(jaar=2026))
            kpis = read_kpi(ledger, parse_month("2026-01"), parse_month("2026-12")).kpis
            due = ledger.due(op=date(2060, 1, 1))
            assert len(due.bsns) > 3
            ledger.erase(due.bsns, op=date(2060, 1, 1))
            after = read_year(ledger, Jaarvraag(jaar=2026))
            assert (after.regels, after.aansluiting, after.sha256) == (before.regels, before.aansluiting, before.sha256)
            later = read_kpi(ledger, parse_month("2026-01"), parse_month("2026-12")).kpis
            assert [one for one in later if "toewijzing" not in one.kpi] == [one for one in kpis if "toewijzing" not in one.kpi]
            assert ledger.check()[1] == []
            for bsn in due.bsns:
                assert bsn.encode() not in path.read_bytes()


def test_the_messages_of_an_erased_client_say_that_only_the_digest_is_kept(
    partij: Partij, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    partij.toewijzingen = [toewijzing(einddatum="2026-06-30")]
    result = partij.month(registratie("a"))
    partij.ledger.erase([BSN], op=date(2040, 1, 1))
    number, url = result.regels[0].declaratienummer, str(tmp_path / "zorg.db")
    assert cli.run(["ledger", "messages", "--ledger", url, number, "--out", str(tmp_path / "uit")]) == 2
    told = capsys.readouterr()
    assert "deels gewist, digest bewaard" in told.err and number in told.err and BSN not in told.out + told.err


def test_the_proposal_is_a_file_of_its_own_that_erase_takes(
    partij: Partij, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    partij.toewijzingen = [toewijzing(einddatum="2026-06-30")]
    partij.month(registratie("a"))
    url, names, config = str(tmp_path / "zorg.db"), tmp_path / "wissen.txt", tmp_path / "mpj.toml"
    ledger = ["ledger", "erase", "--ledger", url]
    monkeypatch.setattr("mpj.cli.keeping.today", lambda: date(2036, 1, 1))
    assert cli.run([*ledger, "--voorstel"]) == 0
    assert "Te wissen na 7 jaar bewaren: 1 cliënt." in capsys.readouterr().out
    config.write_text('contracten = "c"\ntoewijzingen = "t"\nuit = "u"\n[bewaren]\njaren = 20\n', "utf-8")
    assert cli.run([*ledger, "--voorstel", str(names), "--config", str(config)]) == 0
    assert "0 cliënten" in capsys.readouterr().out and not names.exists()
    assert cli.run([*ledger, "--voorstel", str(names)]) == 0
    out, err = capsys.readouterr()
    assert BSN not in out + err and names.read_text("utf-8") == f"{BSN}\n"
    assert stat.S_IMODE(names.stat().st_mode) == 0o600
    assert cli.run([*ledger, "--voorstel", str(names)]) == 2, "it stands already"
    assert cli.run([*ledger, "--bsn-bestand", str(names), "--voorstel", str(names)]) == 2
    assert cli.run([*ledger, "--bsn-bestand", str(names), "--config", str(config)]) == 2
    assert "20 jaar bewaard" in capsys.readouterr().err
    assert cli.run([*ledger, "--bsn-bestand", str(names)]) == 0
    assert "1 cliënt verwijderd" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", ["jaren = 4", "jaren = 101", "jaren = true", 'jaren = "7"', "maanden = 84"])
def test_a_term_that_is_none_is_refused(partij: Partij, tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    partij.month(registratie("a"))
    config = tmp_path / "mpj.toml"
    config.write_text(f'contracten = "c"\ntoewijzingen = "t"\nuit = "u"\n[bewaren]\n{wrong}\n', "utf-8")
    asked = ["ledger", "erase", "--ledger", str(tmp_path / "zorg.db"), "--voorstel", "--config", str(config)]
    assert cli.run(asked) == 2
    assert "bewaartermijn" in capsys.readouterr().err


@pytest.mark.slow
def test_what_is_held_of_a_client_is_told_whole_and_without_its_bsn(
    partij: Partij, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    partij.toewijzingen = [toewijzing(), toewijzing(2, bsn=BRAM)]
    result = partij.run(registratie("a"), registratie(f"nr-{BSN}", "2026-03-09"), registratie("z", bsn=BRAM))
    partij.settle(result, refs(result.regels)[:1])
    partij.ledger.close()
    names, out = tmp_path / "wie.txt", tmp_path / "inzage"
    names.write_text(f"bsn\n{BSN}\n999990019\n", "utf-8")
    assert cli.run(["ledger", "inzage", "--ledger", str(tmp_path / "zorg.db"), "--bsn-bestand", str(names), "--out", str(out)]) == 0
    told = capsys.readouterr()
    assert "Van 1 cliënt geschreven" in told.out and "Niet in dit ledger: rij 3." in told.out
    assert {path.name for path in out.iterdir()} == {"inzage-2.html", "inzage-2.xlsx"}
    page = (out / "inzage-2.html").read_text("utf-8")
    number = result.regels[0].referentienummer
    for text in ("Toewijzingen", "Registraties", "Gedeclareerd", "Waaruit regels bestaan", number, "9338"):
        assert text in page, text
    assert BSN not in page + told.out + told.err and BRAM not in page
    assert refs([one for one in result.regels if one.bsn == BRAM])[0] not in page
