"""What a person decides: nothing moves euros without a new or changed record before somebody agreed to exactly that."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import toewijzing

import mpj
from ledger.support import Partij, answer_to, empty_ledger, lines, registratie
from mpj import cli
from mpj.ledger import Grens, Ledger, codes_asked
from mpj.ledger.decide import Decision, Move

CASES = Path(__file__).parents[1] / "data" / "id-hergebruikt"
A, B = "999900006", "999900018"


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    found = Partij(empty_ledger(tmp_path / "zorg.db"))
    found.toewijzingen = [toewijzing(), toewijzing(2, bsn=B)]
    return found


def of(name: str, bsn: str, datum: str = "2026-03-05", **fields: Any) -> dict[str, Any]:
    return registratie(name, datum, bsn=bsn, **fields)


def refused(partij: Partij, *records: Mapping[str, object], **options: Any) -> mpj.InputError:
    """What a run that has to ask says; it leaves the ledger as it was."""
    partij.ledger.close()
    path = Path(partij.ledger.database.url.database or "")
    before = path.read_bytes()
    with pytest.raises(mpj.RefusedError) as error:
        partij.run(*records, **options)
    assert path.read_bytes() == before
    assert not re.search(f"{A}|{B}", str(error.value))
    return error.value


@pytest.fixture(autouse=True)
def reopens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that was closed to look at its file is opened again by its next call."""
    monkeypatch.setattr(Ledger, "close", lambda self: self.database.close())


# --- The code ---------------------------------------------------------------------------------------------------------

MOVES = st.builds(
    Move,
    *(st.sampled_from(["0384", "0363"]), st.integers(1, 3), st.just("2.1"), st.just("hbo"), st.just("2026-03")),
    *(st.sampled_from(["nieuw", "correctie"]), st.integers(0, 2), st.integers(0, 2)),
    regels=st.tuples(st.sampled_from(["B1", "B2"])),
)


@given(st.lists(MOVES, max_size=4), st.lists(MOVES, max_size=4))
def test_a_code_is_over_exactly_these_lines_and_euros(one: list[Move], other: list[Move]) -> None:
    first, second = (Decision("id_hergebruikt", tuple(moves), "tekst") for moves in (one, other))
    assert (first.code == second.code) == (sorted(map(repr, one)) == sorted(map(repr, other)))
    assert re.fullmatch(r"[A-DF-HJ-NP-S][0-9A-DFH]{7}", first.code)
    for moves in permutations(one):
        assert Decision("id_hergebruikt", moves, "tekst").code == first.code


def test_an_agreement_is_kept_and_not_asked_again(partij: Partij) -> None:
    partij.ledger.wie = "clerk"
    partij.month(registratie("a"), registratie("b", "2026-03-06"))
    error = refused(partij, registratie("a"), volledig_vanaf="2026-03")
    (code,) = codes_asked(error)
    assert error.faults[0].verwacht == f"--akkoord {code} als dit klopt"
    assert "gemeente 0384: 1 regel, debet € 0,00, credit € 98,20" in str(error)
    result = partij.run(registratie("a"), volledig_vanaf="2026-03", akkoord=[code], op=date(2026, 4, 2))
    assert lines(result) == [("C", "45212", 19640), ("D", "45212", 9820)] and not result.meldingen
    partij.ledger.close()
    with closing(sqlite3.connect(partij.ledger.database.url.database or "")) as connection:
        kept = connection.execute("SELECT wie, op, handeling, code, inhoud FROM logboek WHERE code IS NOT NULL").fetchall()
    assert [row[:4] for row in kept] == [("clerk", "2026-04-02", "akkoord", code)]
    assert "credit € 98,20" in kept[0][4] and A not in kept[0][4]
    again = partij.run(registratie("a"), volledig_vanaf="2026-03", akkoord=[code])
    assert again.regels == result.regels and not again.meldingen


def test_a_code_of_another_set_does_not_do(partij: Partij) -> None:
    partij.month(registratie("a"), registratie("b", "2026-03-06"), registratie("c", "2026-03-07"))
    codes = {
        name: codes_asked(refused(partij, registratie(name, datum), volledig_vanaf="2026-03"))
        for name, datum in (("a", "2026-03-05"), ("b", "2026-03-06"))
    }
    more = refused(partij, volledig_vanaf="2026-03")
    assert codes_asked(more) != codes["a"]
    with pytest.raises(TypeError, match="akkoord"):
        partij.run(registratie("a"), akkoord="B0000000")
    idle = partij.run(registratie("a"), akkoord=["B0000000"])
    assert [one.code for one in idle.meldingen] == ["akkoord_ongebruikt"]


def test_a_trial_shows_what_the_run_will_ask(partij: Partij) -> None:
    partij.month(registratie("a"), registratie("b", "2026-03-06"))
    trial = partij.run(registratie("a"), volledig_vanaf="2026-03", proef=True)
    (warning,) = trial.meldingen
    codes = codes_asked(refused(partij, registratie("a"), volledig_vanaf="2026-03"))
    assert warning.code == "akkoord_nodig" and warning.verwacht == f"--akkoord {codes[0]} als dit klopt"
    run = partij.run(registratie("a"), volledig_vanaf="2026-03", akkoord=codes)
    assert (run.regels, run.herkomst, run.uitval, run.bijlagen) == (trial.regels, trial.herkomst, trial.uitval, trial.bijlagen)


def test_the_file_of_what_is_to_be_decided(tmp_path: Path) -> None:
    """Written beside the lines, also where nothing is: the columns of INTERFACE."""
    partij = Partij(tmp_path / "zorg.db")
    mpj.output.write_result(partij.run(registratie("a")), tmp_path)
    header = "gemeente;toewijzingnummer;prestatiecode;kwalificatieniveau;maand;soort;debet_cent;credit_cent;oorzaak"
    assert (tmp_path / "te_beslissen.csv").read_text("utf-8") == f"{header};te_winnen_cent;op_het_spel_cent;waarom\n"


# --- An id that comes back with another client ------------------------------------------------------------------------


def clerk(tmp_path: Path, periode: str, *names: str) -> list[str]:
    (tmp_path / "contract").mkdir(exist_ok=True)
    (tmp_path / "contract" / "contract.toml").write_text(
        '[contract]\nid = "K"\nprotocol = "MPJ-16"\naanbieder = "65656055"\ngemeenten = ["0384"]\nbegindatum = 2026-01-01\n'
        'einddatum = 2027-12-31\n\n[[perceel]]\ncode = "A"\nnaam = "Alles"\n',
        "utf-8",
    )
    (tmp_path / "contract" / "tarieven.csv").write_text(
        "perceel;prestatiecode;kwalificatieniveau;begindatum;einddatum;tarief\nA;2.1;hbo;2026-01-01;;24,55\n", "utf-8"
    )
    command = ["declare", "--contracten", str(tmp_path / "contract"), "--toewijzingen", str(CASES / "toewijzingen.csv")]
    command += [part for name in names for part in ("--registraties", str(CASES / name))]
    command += ["--ledger", str(tmp_path / "zorg.db"), "--dagtekening", "2026-05-01", "--force", "--berichten"]
    return [*command, "--periode", periode, "--out", str(tmp_path / periode)]


@pytest.mark.slow
def test_two_exports_that_both_count_from_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(clerk(tmp_path, "2026-03", "maart.csv")) == 0
    assert cli.run(["ledger", "send", "--ledger", str(tmp_path / "zorg.db"), "--alles"]) == 0
    capsys.readouterr()
    april = clerk(tmp_path, "2026-04", "april.csv")
    assert cli.run(april) == 2
    err = capsys.readouterr().err
    code = re.search(r"--akkoord (\w+)", err)
    assert code and "2 registraties, verblijven of prestaties: hetzelfde id, een andere cliënt en een andere inhoud" in err
    assert re.search("geef dan elke bron een eigen naam met .?bron.? in haar profiel, behalve die waarvan al is gedeclareerd", err)
    assert "debet € 196,40, credit € 196,40" in err and A not in err
    assert cli.run([*april, "--akkoord", code[1]]) == 0


@pytest.mark.slow
def test_two_locations_that_both_count_from_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What goes from a concept is shown as well."""
    assert cli.run(clerk(tmp_path, "2026-03", "locatieA.csv")) == 0
    before = (tmp_path / "2026-03" / "declaratieregels.csv").read_bytes()
    capsys.readouterr()
    other = clerk(tmp_path, "2026-03", "locatieB.csv")
    assert cli.run(other) == 2
    err = capsys.readouterr().err
    assert "2 registraties, verblijven of prestaties, alles wat van één cliënt bekend is" in err
    assert "debet € 196,40, credit € 196,40" in err and len(re.findall(r"--akkoord (\w+)", err)) == 1
    assert (tmp_path / "2026-03" / "declaratieregels.csv").read_bytes() == before
    for name, out in (("A", "a"), ("B", "b")):
        (tmp_path / f"{name}.toml").write_text(f'[registraties]\nbron = "{name}"\n', "utf-8")
        command = clerk(tmp_path, "2026-03", f"locatie{name}.csv")
        command[command.index("--ledger") + 1] = str(tmp_path / "apart.db")
        assert cli.run([*command[:-1], str(tmp_path / out), "--profiel", str(tmp_path / f"{name}.toml")]) == 0
    assert (tmp_path / "b" / "declaratieregels.csv").read_text("utf-8").count("\n") == 3


def test_the_same_contact_of_another_client_is_a_correction_and_listed(partij: Partij) -> None:
    partij.month(of("1", A, medewerker="m"), of("2", A, "2026-03-06", medewerker="m"))
    result = partij.run(of("1", B, medewerker="m"))
    assert lines(result) == [("C", "45212", 19640), ("D", "45212", 9820), ("D", "45212", 9820)]
    (warning,) = result.meldingen
    assert warning.code == "andere_client" and "1 registratie, verblijf of prestatie: een andere cliënt" in str(warning)
    assert "debet € 98,20, credit € 98,20" in str(warning) and B not in str(warning)


@pytest.mark.parametrize("more", [{"minuten": 30}, {"datum": "2026-03-09"}, {"medewerker": "n"}])
def test_other_content_asks(partij: Partij, more: dict[str, Any]) -> None:
    partij.month(of("1", A, medewerker="m"), of("2", A, "2026-03-06", medewerker="m"))
    error = refused(partij, of("1", B, medewerker="m") | more)
    assert len(codes_asked(error)) == 1 and "1 registratie, verblijf of prestatie: hetzelfde id" in str(error)


def test_a_corrected_bsn_is_one_decision(partij: Partij) -> None:
    partij.month(*(of(f"{day}", A, f"2026-03-0{day}") for day in (2, 3, 4)))
    moved = [of(f"{day}", B, f"2026-03-0{day}") for day in (2, 3, 4)]
    error = refused(partij, *moved)
    (code,) = codes_asked(error)
    result = partij.run(*moved, akkoord=[code])
    assert lines(result) == [("C", "45212", 29460), ("D", "45212", 29460)]
    partij.settle(result)
    assert lines(partij.run(*moved)) == []


def test_a_withdrawn_id_may_come_back(partij: Partij) -> None:
    partij.month(of("1", A))
    partij.month(of("1", A, status="vervallen"), periode="2026-03")
    assert lines(partij.run(of("1", B, "2026-04-01"), periode="2026-04")) == [("D", "45212", 9820)]


@pytest.mark.slow
@given(st.data())
def test_no_id_moves_to_another_client_in_silence(data: st.DataObject) -> None:
    """Whatever comes back, what stood of one client goes on another only when asked, or listed as a correction."""
    record: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {
            "bsn": st.sampled_from([A, B]),
            "datum": st.sampled_from(["2026-03-02", "2026-03-03"]),
            "minuten": st.sampled_from([15, 30]),
        }
    )
    months = [data.draw(st.dictionaries(st.sampled_from("123"), record, min_size=1)) for _ in range(2)]
    partij = Partij("sqlite://", prices={"2.1 hbo": "24,55"})
    partij.toewijzingen = [toewijzing(), toewijzing(2, bsn=B)]
    first, second = ([registratie(name, **fields) for name, fields in month.items()] for month in months)
    partij.month(*first)
    moved = {name for name in months[0].keys() & months[1].keys() if months[0][name]["bsn"] != months[1][name]["bsn"]}
    try:
        result = partij.run(*second)
    except mpj.RefusedError as error:
        assert moved and set(codes_asked(error))
        result = partij.run(*second, akkoord=codes_asked(error))
    else:
        listed = {one.code for one in result.meldingen}
        assert listed == ({"andere_client"} if moved else set())
    partij.settle(result)
    again = partij.run(*second)
    assert not again.regels and not again.meldingen


# --- A correction that can stand --------------------------------------------------------------------------------------


def january(tmp_path: Path, **termijnen: object) -> Partij:
    """Twenty hours of January 2026, granted: EUR 1,964.00."""
    partij = Partij(empty_ledger(tmp_path / "zorg.db"), termijnen=termijnen)
    partij.toewijzingen = [toewijzing(einddatum="2027-12-31")]
    partij.month(*(registratie(f"{day}", f"2026-01-{day:02}") for day in range(1, 21)), periode="2026-01")
    return partij


LATE = registratie("late", "2026-01-30")


def test_twenty_hours_of_january_and_one_in_april_of_the_next_year(tmp_path: Path) -> None:
    partij = january(tmp_path, sluiting="03-31")
    result = partij.run(LATE, periode="2027-04")
    assert lines(result) == []
    table = result.bijlagen[0]
    ((*row, waarom),) = table.rijen
    assert row == ["0384", 1, "2.1", "hbo", "2026-01", "correctie", 206220, 196400, "correctie_houdt_geen_stand", 9820, 196400]
    code = re.search(r"--akkoord (\w+)", str(waarom))
    assert code and str(waarom).startswith("de termijn voor deze zorg liep tot en met 31 maart 2027")
    again = partij.run(LATE, periode="2027-04")
    assert (again.regels, again.bijlagen[0]) == ((), table)
    agreed = partij.run(LATE, periode="2027-04", akkoord=[code[1]])
    assert lines(agreed) == [("C", "45212", 196400), ("D", "45212", 206220)] and not agreed.bijlagen[0].rijen
    pairs = [("jw325.xml", answer_to(one)) for one in partij.send(agreed)]
    partij.ledger.answer(pairs, op=date(2027, 6, 1))
    assert lines(partij.run(LATE, periode="2027-05")) == []


@pytest.mark.parametrize(
    ("termijnen", "periode", "stands"),
    [
        ({}, "2027-04", True),
        ({"sluiting": "03-31"}, "2027-02", True),
        ({"correctie_maanden": 15}, "2027-04", True),
        ({"correctie_maanden": 14}, "2027-04", False),
        ({"indienen_maanden": 14}, "2027-04", False),
        ({"indienen_maanden": 3, "correctie_maanden": 15}, "2027-04", True),
        ({"correctie_maanden": 60, "sluiting": "03-31"}, "2027-04", False),
    ],
)
def test_the_terms_of_a_contract(tmp_path: Path, termijnen: dict[str, Any], periode: str, stands: bool) -> None:
    result = january(tmp_path, **termijnen).run(LATE, periode=periode)
    assert bool(result.regels) is stands and bool(result.bijlagen[0].rijen) is not stands


def test_a_closed_year(tmp_path: Path) -> None:
    partij = january(tmp_path)
    partij.ledger.close_year(2026, op=date(2027, 4, 1))
    with pytest.raises(mpj.RefusedError, match="al gesloten"):
        partij.ledger.close_year(2026, op=date(2027, 4, 1))
    assert lines(partij.run(LATE, periode="2027-04")) == []
    other = partij.run(registratie("x", "2027-03-02"), periode="2027-04")
    assert lines(other) == [("D", "45212", 9820)] and len(other.bijlagen[0].rijen) == 1


def test_a_credit_alone_can_always_stand(tmp_path: Path) -> None:
    partij = january(tmp_path, sluiting="03-31")
    gone = [registratie(f"{day}", f"2026-01-{day:02}", status="vervallen") for day in range(1, 21)]
    assert lines(partij.run(*gone, periode="2027-04")) == [("C", "45212", 196400)]


def test_care_that_would_move_to_another_line_in_a_closed_year_stays(tmp_path: Path) -> None:
    """The level is another one: the credit would be granted, and the debit refused."""
    partij = january(tmp_path, sluiting="03-31")
    result = partij.run(registratie("1", "2026-01-01", niveau="wo"), periode="2027-04")
    assert lines(result) == []
    rows = result.bijlagen[0].rijen
    assert [row[3:8] for row in rows] == [("hbo", "2026-01", "correctie", 186580, 196400), ("wo", "2026-01", "correctie", 12480, 0)]
    assert [row[9:11] for row in rows] == [(2660, 196400), (0, 0)]
    assert lines(partij.run(periode="2027-05")) == []


@pytest.mark.slow
def test_the_clerk_closes_a_year(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli.run(clerk(tmp_path, "2026-03", "maart.csv")) == 0
    url = str(tmp_path / "zorg.db")
    monkeypatch.setattr("mpj.cli.ledger.today", lambda: date(2027, 4, 1))
    assert cli.run(["ledger", "close-year", "--ledger", url, "2026"]) == 0
    assert "Het jaar 2026 is gesloten." in capsys.readouterr().out
    assert cli.run(["ledger", "close-year", "--ledger", url, "2026"]) == 2


def test_a_year_that_is_not_over_is_closed_once_somebody_agreed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.run(clerk(tmp_path, "2026-03", "maart.csv")) == 0
    close = ["ledger", "close-year", "--ledger", str(tmp_path / "zorg.db"), "2026"]
    monkeypatch.setattr("mpj.cli.ledger.today", lambda: date(2026, 12, 31))
    capsys.readouterr()
    assert cli.run(close) == 2
    told = capsys.readouterr()
    assert "2026 is nog niet voorbij" in told.err and "gesloten." not in told.out
    (code,) = re.findall("--akkoord ([0-9A-Z]+) als dit klopt", told.err)
    assert cli.run([*close, "--akkoord", "ANDERS"]) == 2
    assert cli.run([*close, "--akkoord", code]) == 0
    assert "Het jaar 2026 is gesloten." in capsys.readouterr().out
    with mpj.Ledger(str(tmp_path / "zorg.db")) as ledger:
        with pytest.raises(mpj.InputError, match="al gesloten"):
            ledger.close_year(2026, op=date(2027, 1, 1))
        with pytest.raises(mpj.InputError, match="nog niet voorbij"):
            ledger.close_year(2027, op=date(2027, 12, 31))
        assert ledger.close_year(2025, op=date(2026, 1, 1)) == []
        for wrong in (1999, 2101):
            with pytest.raises(ValueError, match="2000 to 2100"):
                ledger.close_year(wrong, op=date(2026, 1, 1))


# --- The bound --------------------------------------------------------------------------------------------------------


def hours(month: int, number: int, **fields: Any) -> list[dict[str, Any]]:
    return [registratie(f"{month}-{day}", f"2026-{month:02}-{day:02}", **fields) for day in range(1, number + 1)]


def quarter(tmp_path: Path) -> Partij:
    """Three months of twenty hours each, answered: EUR 1,964.00 a month."""
    partij = Partij(empty_ledger(tmp_path / "zorg.db"))
    for month in (1, 2, 3):
        partij.month(*hours(month, 20), periode=f"2026-{month:02}", grens=Grens())
    return partij


@pytest.mark.parametrize(("number", "asks"), [(25, False), (26, True)])
def test_new_debits_far_above_the_last_three_months_are_asked_about(tmp_path: Path, number: int, asks: bool) -> None:
    partij = quarter(tmp_path)
    if not asks:
        assert partij.run(*hours(4, number), periode="2026-04", grens=Grens()).regels
        return
    error = refused(partij, *hours(4, number), periode="2026-04", grens=Grens())
    assert "nieuw is € 2.553,20; gemiddeld was het in de laatste drie maanden € 1.964,00" in str(error)
    result = partij.run(*hours(4, number), periode="2026-04", grens=Grens(), akkoord=codes_asked(error))
    assert partij.run(*hours(4, number), periode="2026-04", grens=Grens()).regels == result.regels, "not asked again"


@pytest.mark.parametrize(("cent", "asks"), [(98_199, True), (98_200, False)])
def test_a_net_fall_is_asked_about(tmp_path: Path, cent: int, asks: bool) -> None:
    """Ten hours of January become half hours: EUR 491.00; and ten are withdrawn in February: EUR 491.00 more of it net."""
    partij = quarter(tmp_path)
    fewer = [*hours(1, 10, minuten=30), *hours(2, 5, status="vervallen")]
    grens = Grens(cent=cent)
    if not asks:
        assert partij.run(*fewer, periode="2026-04", grens=grens).regels
        return
    error = refused(partij, *fewer, periode="2026-04", grens=grens)
    assert "per saldo valt € 982,00 weg; de laatste beantwoorde maand (2026-03) was € 1.964,00" in str(error)
    assert partij.run(*fewer, periode="2026-04", grens=grens, akkoord=codes_asked(error)).regels


def test_no_bound_before_there_is_a_month_to_compare_with(tmp_path: Path) -> None:
    partij = Partij(empty_ledger(tmp_path / "zorg.db"))
    partij.month(*hours(1, 1), periode="2026-01", grens=Grens())
    partij.month(*hours(2, 1), periode="2026-02", grens=Grens())
    assert partij.run(*hours(3, 20), periode="2026-03", grens=Grens()).regels
