"""Open stays run on only when that stay is in the input of the run, or the run says so."""

from __future__ import annotations

from pathlib import Path

import pytest

import mpj
from ledger.support import Partij, empty_ledger, lines, registratie, toewijzing

OPEN = {"id": "v", "bsn": "999900018", "begindatum": "2026-03-10", "prestatiecode": "8.1"}
ETMALEN = "44810"


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    one = Partij(empty_ledger(tmp_path / "ledger.db"))
    one.toewijzingen = [toewijzing(), toewijzing(8, bsn="999900018", prestatiecode="8.1")]
    return one


def test_a_stay_that_is_not_given_does_not_run_on_and_its_days_are_named_with_their_euros(partij: Partij) -> None:
    partij.month(verblijf=[OPEN])
    april = partij.run(registratie("a", "2026-04-02"), periode="2026-04")
    assert lines(april) == [("D", "45212", 9820)]
    (row,) = april.uitval
    assert (row.reden, row.vervolg, row.bron, row.aantal, row.waarde_cent) == (
        "verblijf_onbevestigd",
        "herstel",
        "v",
        30,
        30 * 25000,
    )
    assert partij.ledger.work()["opzij_cent"] == 30 * 25000


@pytest.mark.slow
@pytest.mark.parametrize("given", [{"verblijf": [OPEN]}, {"verblijf_loopt_door": True}])
def test_a_stay_runs_on_when_it_is_given_or_the_run_says_so(partij: Partij, given: dict[str, object]) -> None:
    partij.month(verblijf=[OPEN])
    partij.run(periode="2026-04")
    assert lines(partij.run(periode="2026-04", **given)) == [("D", ETMALEN, 30 * 25000)]
    # What was said of April holds: only May is not confirmed.
    may = partij.run(periode="2026-05")
    assert lines(may) == [("D", ETMALEN, 30 * 25000)]
    assert [(row.reden, row.aantal) for row in may.uitval] == [("verblijf_onbevestigd", 31)]


def test_what_stands_and_a_stay_with_an_end_need_no_word(partij: Partij) -> None:
    partij.month(verblijf=[OPEN])
    assert lines(partij.run()) == []
    ended = OPEN | {"id": "w", "begindatum": "2026-03-25", "einddatum": "2026-05-03", "bsn": "999900006"}
    partij.toewijzingen.append(toewijzing(9, bsn="999900006", prestatiecode="8.1"))
    partij.month(verblijf=[ended])
    april = partij.run(periode="2026-04")
    assert [(line.toewijzingnummer, line.volume) for line in april.regels] == [(9, 30)]


def test_an_open_stay_of_which_a_row_cannot_be_read_does_not_run_on(partij: Partij) -> None:
    partij.month(verblijf=[OPEN])
    april = partij.run(periode="2026-04", verblijf=[OPEN | {"einddatum": "eind april"}])
    assert lines(april) == [] and "verblijf_onbevestigd" in {row.reden for row in april.uitval}


@pytest.mark.slow
def test_an_open_stay_of_55_days_is_one_row_and_one_block(partij: Partij) -> None:
    """Seven weeks that nobody confirmed are one thing to repair, told in one block; read was what the files held."""
    stay = OPEN | {"begindatum": "2026-04-07"}
    march = partij.month(registratie("a"), verblijf=[stay])
    assert (march.samenvatting["gelezen"], [row.reden for row in march.uitval]) == (2, ["na_periode"])
    may = partij.run(registratie("b", "2026-05-04"), periode="2026-05")
    (row,) = may.uitval
    assert (row.reden, row.aantal, row.waarde_cent) == ("verblijf_onbevestigd", 55, 55 * 25000)
    assert (may.samenvatting["gelezen"], may.samenvatting["ledger"]["erbij"]) == (1, 55)
    told = mpj.explain(may, bron="v")
    assert len(told.blokken) == 1 and "7 april 2026 t/m 31 mei 2026, 55 dagen" in str(told)
    whole = partij.run(registratie("b", "2026-05-04"), periode="2026-05", verblijf=[stay | {"einddatum": "2026-05-31"}])
    days = [(line.begindatum.month, line.volume) for line in whole.regels if line.toewijzingnummer == 8]
    assert days == [(4, 24), (5, 31)] and sum(volume for _, volume in days) == 55


@pytest.mark.parametrize("crediteer", [False, True])
def test_a_run_of_an_earlier_month_decides_nothing_about_a_later_one(partij: Partij, crediteer: bool) -> None:
    """What is open in April is looked at by a run of March too, which computes nothing of it: what was answered there stays so."""
    partij.month(verblijf=[OPEN])
    partij.month(periode="2026-04", verblijf=[OPEN])
    later = {"id": "w", "bsn": OPEN["bsn"], "begindatum": "2026-04-20", "einddatum": "2026-04-21", "prestatiecode": "8.1"}
    for _ in range(2):
        assert lines(partij.run(verblijf=[OPEN, later], crediteer=crediteer)) == []
    assert partij.ledger.status()["gemeenten"]["0384"]["toegekend"]["regels"] == 2


def test_a_run_of_an_earlier_month_repairs_nothing_of_a_later_one(partij: Partij) -> None:
    partij.month(registratie("a"))
    april = partij.run(periode="2026-04", verblijf=[OPEN | {"begindatum": "2026-04-01"}])
    partij.settle(april, {line.referentienummer for line in april.regels})
    to_repair = partij.ledger.status()["gemeenten"]["0384"]["te_herstellen"]
    later = {"id": "w", "bsn": OPEN["bsn"], "begindatum": "2026-04-20", "einddatum": "2026-04-21", "prestatiecode": "8.1"}
    for _ in range(2):
        assert lines(partij.run(verblijf=[later])) == []
    assert partij.ledger.status()["gemeenten"]["0384"]["te_herstellen"] == to_repair
