"""Our own verification first: no correction goes out by itself that a gemeente would refuse by what it knows now."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import contract

import mpj
from ledger.support import Partij, answer_to, empty_ledger, lines, registratie, toewijzing
from ledger.test_line_identity import NEW, OLD, causes
from mpj.engine import Result
from mpj.ledger import beforehand
from mpj.messages import declaratieberichten
from mpj.verification import MemoryHistory, Verificatie, verify

CONTRACTS: list[Any] = [
    OLD,
    NEW,
    contract({"2.1 hbo": "24,55", "2.1 wo": "31,20"}),
    contract({"2.1 hbo": "25,00", "2.1 wo": "31,20"}),
]


def gemeente(partij: Partij, result: Result) -> list[Verificatie]:
    """What a gemeente says that received all messages before, and knows the contract and the toewijzingen of now."""
    day = date(2026, 4, 30)
    history = MemoryHistory(partij.sent.values(), [answer_to(one) for one in partij.sent.values()])
    messages = declaratieberichten(result.regels, dagtekening=day)
    return [verify(one, [partij.contract], partij.toewijzingen, dagtekening=day, history=history) for one in messages]


care = st.dictionaries(
    st.sampled_from("abcd"), st.tuples(st.sampled_from((30, 60, 75)), st.sampled_from(("hbo", "wo"))), min_size=1
)
months = st.lists(
    st.tuples(st.sampled_from(range(len(CONTRACTS))), st.sampled_from((None, "45", "54")), care), min_size=2, max_size=4
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(months)
def test_what_a_run_sends_by_itself_is_refused_by_nobody(steps: list[tuple[int, str | None, dict[str, tuple[int, str]]]]) -> None:
    partij = Partij("sqlite://")
    for now, categorie, records in steps:
        partij.contract = CONTRACTS[now]
        partij.toewijzingen = [toewijzing(productcategorie=categorie) if categorie else toewijzing()]
        rows = [registratie(name, minuten=time, kwalificatieniveau=niveau) for name, (time, niveau) in sorted(records.items())]
        try:
            result = partij.run(*rows)
        except mpj.RefusedError:
            continue  # it asks before it sends anything
        for one in gemeente(partij, result):
            assert [bad.toelichting for bad in (*one.bevindingen, *one.niet_beoordeeld)] == []
        partij.settle(result)


def test_the_decision_says_what_the_gemeente_would(tmp_path: Path) -> None:
    partij = Partij(empty_ledger(tmp_path / "ledger.db"))
    partij.toewijzingen = [toewijzing(productcategorie="45")]
    partij.month(registratie("a"))
    partij.toewijzingen = [toewijzing(productcategorie="54")]
    late = registratie("b", "2026-03-06")
    held = partij.run(late)
    (row,) = (row for row in held.bijlagen[0].rijen if row[8] == "correctie_houdt_geen_stand")
    agreed = partij.run(late, akkoord=[causes(held)["correctie_houdt_geen_stand"][2]], proef=True)
    ((bad,),) = (one.bevindingen for one in gemeente(partij, agreed))
    assert str(row[11]).startswith(f"eigen controle, TR339: {bad.toelichting}: de gemeente kan de nieuwe regel weigeren")
    assert row[6:8] == (19640, 9820) and row[9:11] == (9820, 9820)


def test_a_run_without_corrections_verifies_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its costs come where there are corrections, and nowhere else; what is withdrawn whole leaves nothing to refuse."""
    partij = Partij(empty_ledger(tmp_path / "ledger.db"))
    partij.month(registratie("a"))
    monkeypatch.delattr(beforehand, "Toetsing")
    monkeypatch.delattr(beforehand, "Basis")
    assert lines(partij.run(registratie("b", "2026-04-02"), periode="2026-04")) == [("D", "45212", 9820)]
    assert lines(partij.run(registratie("a", status="vervallen"), periode="2026-04")) == [
        ("C", "45212", 9820),
        ("D", "45212", 9820),
    ]
    with pytest.raises(NameError):
        partij.run(registratie("c", "2026-03-07", minuten=90), periode="2026-04")
