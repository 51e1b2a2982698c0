"""A contract that changed is applied to what was granted when somebody says so: totals first, then credit and debit together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from world import contract

import mpj
from ledger.support import Partij, empty_ledger, lines, refs, registratie, toewijzing
from ledger.test_contract_changes import BEFORE, CARE, CHANGES, STAY, TOEWIJZINGEN
from ledger.test_line_identity import NEW, OLD
from mpj import cli
from mpj.engine import Result
from mpj.ledger import codes_asked

CASE = Path(__file__).parents[1] / "data" / "contract-wijzigt"
MARCH: Mapping[str, Any] = {"van": "2026-03", "tot": "2026-03", "dagtekening": date(2026, 4, 20)}


def reprice(partij: Partij, **options: Any) -> Result:
    """Reprice March, and agree to what it asks."""
    try:
        return partij.ledger.reprice([partij.contract], **{**MARCH, **options})
    except mpj.InputError as error:
        return partij.ledger.reprice([partij.contract], **{**MARCH, **options}, akkoord=codes_asked(error))


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    return Partij(empty_ledger(tmp_path / "ledger.db"))


def test_a_lower_price_is_shown_first_and_needs_its_code(partij: Partij) -> None:
    partij.month(registratie("a"))
    partij.contract = contract({"2.1 hbo": "20,00"})
    assert lines(partij.run()) == []
    with pytest.raises(mpj.InputError, match=r"1 regel, debet € 80,00, credit € 98,20") as asked:
        partij.ledger.reprice([partij.contract], **MARCH)
    assert partij.ledger.status()["gemeenten"]["0384"].get("concept") is None
    (code,) = codes_asked(asked.value)
    with pytest.raises(mpj.InputError, match="akkoord"):
        partij.ledger.reprice([partij.contract], **MARCH, akkoord=["GEENCODE"])
    found = partij.ledger.reprice([partij.contract], **MARCH, akkoord=[code])
    assert lines(found) == [("C", "45212", 9820), ("D", "45212", 8000)]
    totals = {"gemeente": "0384", "regels": 1, "oud_cent": 9820, "nieuw_cent": 8000, "verschil_cent": -1820}
    assert found.samenvatting["ledger"]["herprijzing"] == [totals]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"van": "2026-04"}, "ligt voor de eerste"),
        ({"gemeenten": ["9998"]}, "geen contract dat"),
        ({"gemeenten": ["Diemen"]}, "geen contract dat"),
    ],
)
def test_what_can_hold_no_line_is_refused(partij: Partij, asked: Mapping[str, Any], told: str) -> None:
    """That no line changes would be said of months or a gemeente that nobody meant."""
    partij.month(registratie("a"))
    partij.contract = contract({"2.1 hbo": "20,00"})
    with pytest.raises(mpj.InputError, match=told):
        partij.ledger.reprice([partij.contract], **{**MARCH, **asked})


@pytest.mark.slow
def test_a_later_run_keeps_what_was_decided(partij: Partij) -> None:
    """The run replaces the concept, and makes the same; sent and granted, the same run again makes no line."""
    partij.month(registratie("a"))
    partij.contract = contract({"2.1 hbo": "20,00"})
    found = reprice(partij)
    again = partij.run(registratie("b", "2026-03-06", 15))
    assert lines(again) == [("C", "45212", 9820), ("D", "45212", 10000)]
    assert lines(partij.run(registratie("b", "2026-03-06", status="vervallen"))) == lines(found)
    partij.settle(partij.run())
    for _ in range(2):
        assert lines(partij.run(registratie("a"))) == lines(reprice(partij)) == []


def test_another_contract_than_was_decided_about_holds_again(partij: Partij) -> None:
    partij.month(registratie("a"))
    partij.contract = contract({"2.1 hbo": "20,00"})
    reprice(partij)
    partij.contract = contract({"2.1 hbo": "10,00"})
    assert lines(partij.run(registratie("a"))) == []


@pytest.mark.slow
def test_only_the_months_and_gemeenten_that_are_asked(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(), toewijzing(1, gemeente="0363", bsn="999900018")]
    partij.month(registratie("a", "2026-02-05"), periode="2026-02")
    partij.month(registratie("b"), registratie("c", bsn="999900018"))
    partij.contract = contract({"2.1 hbo": "20,00"})
    wanted: list[tuple[str, int, int]] = []
    for gemeente in ("0363", "0384"):
        found = reprice(partij, gemeenten=[gemeente])
        told = [(line.gemeente, line.begindatum.month, line.bedrag_cent) for line in found.regels]
        wanted += [(gemeente, 3, 9820), (gemeente, 3, 8000)]
        assert sorted(told) == sorted(wanted)  # what was decided before stays a concept


def test_a_repricing_of_one_gemeente_leaves_the_concept_of_another(partij: Partij) -> None:
    """Found by a search: a client with care in both, of whom the months are looked at for the one."""
    partij.toewijzingen = [toewijzing(), toewijzing(1, gemeente="0363", prestatiecode="4.1")]
    partij.month(registratie("a"))
    concept = partij.run(registratie("g", "2026-03-09", 60, None, prestatiecode="4.1"))
    assert [line.gemeente for line in concept.regels] == ["0363"]
    partij.contract = contract({"2.1 hbo": "20,00", "4.1": "18,00"})
    found = reprice(partij, gemeenten=["0384"])
    told = [(line.gemeente, line.debetcredit, line.bedrag_cent) for line in found.regels]
    assert sorted(told) == [("0363", "D", 1800), ("0384", "C", 9820), ("0384", "D", 8000)]


def test_a_code_table_that_changed_is_a_credit_and_a_debit_of_the_whole(partij: Partij) -> None:
    partij.contract = OLD
    partij.month(registratie("a"), registratie("b", "2026-03-06"))
    partij.contract = NEW
    assert lines(partij.run()) == []
    assert lines(reprice(partij)) == [("C", "45001", 19640), ("D", "45011", 19640)]


def test_what_waits_for_an_answer_is_not_repriced(partij: Partij) -> None:
    messages = partij.send(partij.run(registratie("a")))
    partij.contract = contract({"2.1 hbo": "20,00"})
    early = reprice(partij)
    assert lines(early) == []
    assert early.samenvatting["ledger"]["wacht_op"] == {messages[0].declaratienummer: 1}, "it is said what is left as it is"
    partij.book(messages)
    assert lines(reprice(partij)) == [("C", "45212", 9820), ("D", "45212", 8000)]


def test_a_refused_debit_of_it_is_repaired_at_the_new_price(partij: Partij) -> None:
    partij.month(registratie("a"))
    partij.contract = contract({"2.1 hbo": "20,00"})
    found = reprice(partij)
    partij.settle(found, [one for one, line in zip(refs(found.regels), found.regels, strict=True) if line.debetcredit == "D"])
    assert lines(partij.run(registratie("a"))) == []
    partij.ledger.resend([line.referentienummer for line in found.regels if line.debetcredit == "D"])
    assert lines(partij.run(registratie("a"))) == [("D", "45212", 8000)]


@pytest.mark.slow
@pytest.mark.parametrize("place", range(len(CHANGES)))
def test_every_change_of_a_contract_is_repaired_by_it(tmp_path: Path, place: int) -> None:
    """After it what stands is what the contract of now makes of the same care, and the same run again makes no line."""
    terms, prices, changed = CHANGES[place]
    partij = Partij(empty_ledger(tmp_path / "ledger.db"), prices=BEFORE, **terms)
    partij.toewijzingen = list(TOEWIJZINGEN)
    partij.month(*CARE, verblijf=[STAY])
    partij.contract = contract(prices, **changed)
    held = partij.run(*CARE, verblijf=[STAY])
    assert lines(held) == []
    partij.settle(reprice(partij))
    wanted = Partij(empty_ledger(tmp_path / "new.db"), prices=prices, **changed)
    wanted.toewijzingen = list(TOEWIJZINGEN)
    assert standing(partij) == standing_of(wanted.run(*CARE, verblijf=[STAY]))
    again = partij.run(*CARE, verblijf=[STAY])
    assert (lines(again), again.meldingen, lines(reprice(partij))) == ([], (), [])


def standing_of(result: Result) -> list[tuple[str, int, int]]:
    return sorted((line.productcode, line.volume_bericht, line.bedrag_cent) for line in result.regels)


def standing(partij: Partij) -> list[tuple[str, int, int]]:
    """What is granted and not credited."""
    from sqlalchemy import select

    from mpj.ledger import schema

    table = schema.regel.c
    with partij.ledger.database.transaction(write=False) as connection:
        query = select(table.productcode, table.volume_bericht, table.bedrag_cent).where(table.staat)
        return sorted((row[0], row[1], row[2]) for row in connection.execute(query))


def arguments(tmp_path: Path, which: str) -> list[str]:
    files = ["--registraties", str(CASE / "registraties.csv"), "--toewijzingen", str(CASE / "toewijzingen.csv")]
    where = ["--ledger", str(tmp_path / "zorg.db"), "--dagtekening", "2026-04-30", "--out", str(tmp_path / which)]
    return ["declare", "--contracten", str(CASE / which), *files, "--periode", "2026-03", *where]


@pytest.mark.slow
def test_a_cell_that_is_gone_is_held_and_repaired(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """FOUND, contract-wijzigt: EUR 98.20 of an hbo, and `na` has no hbo."""
    ledger = ["--ledger", str(tmp_path / "zorg.db")]
    assert cli.run(arguments(tmp_path, "voor")) == 0
    partij = Partij(tmp_path / "zorg.db")
    partij.settle(partij.run(contracten=[mpj.load_contract(CASE / "voor")], toewijzingen=[]))
    partij.ledger.close()
    assert cli.run(arguments(tmp_path, "na")) == 0
    assert "9820 cent" in capsys.readouterr().err
    rows = (tmp_path / "na" / "te_beslissen.csv").read_text("utf-8").splitlines()
    assert len(rows) == 2 and ";correctie;0;9820;contract;0;9820;" in rows[1]
    command = ["ledger", "reprice", *ledger, "--contracten", str(CASE / "na"), "--van", "2026-03", "--tot", "2026-03"]
    assert cli.run(command) == 2
    out, err = capsys.readouterr()
    assert "1 regel, was € 98,20, wordt € 0,00, verschil" in out
    code = re.search(r"--akkoord (\w+)", err)
    assert code is not None and cli.run([*command, "--akkoord", code[1]]) == 0
    status = mpj.Ledger(tmp_path / "zorg.db").status()["gemeenten"]
    assert sum(state["concept"]["bedrag_cent"] for state in status.values() if "concept" in state) == -9820
