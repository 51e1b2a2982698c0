"""What the ledger remembers, as the engine takes it; and what a caller of a run may say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import BSN, contract

import mpj
from ledger.support import PRICES, Partij, registratie, toewijzing
from mpj.engine.memory import Regelinhoud
from mpj.ledger.changes import Changes
from mpj.ledger.codec import apart_from_price, dump_sleutel, load_sleutel

DATES = st.dates(date(2021, 1, 1), date(2030, 12, 31))
TEXTS = st.text(min_size=1, max_size=8)
CONTENT = st.builds(
    Regelinhoud,
    DATES,
    DATES,
    st.integers(0, 10**6),
    st.sampled_from(["01", "04", "14"]),
    TEXTS,
    st.integers(1, 10**6),
    st.just("45"),
    st.just("45212"),
)


@pytest.mark.slow
@given(inhoud=CONTENT, toewijzing=st.text("0123456789abcdef", min_size=16, max_size=16))
def test_what_a_line_is_made_of_comes_back_from_its_text(inhoud: Regelinhoud, toewijzing: str) -> None:
    text = dump_sleutel(inhoud, toewijzing)
    assert load_sleutel(text) == (inhoud, toewijzing)
    assert text == f"{apart_from_price(text)}#{inhoud.tarief_cent}|{inhoud.productcategorie}|{inhoud.productcode}"


@pytest.mark.parametrize("text", ["", "2026-03-01|2026-03-31|4|01|A#0123456789abcdef"])
def test_of_a_credit_and_of_who_was_erased_it_is_not_known(text: str) -> None:
    assert load_sleutel(apart_from_price(text)) is None


def test_changes_add_up_in_their_order() -> None:
    parts = [
        Changes(look_again=frozenset({(1, 2)}), waits={"A": 1}, done={1: True}),
        Changes(),
        Changes(look_again=frozenset({(1, 3)}), waits={"A": 2, "B": 1}, done={1: False}),
    ]
    found = Changes.sum(parts)
    assert found == Changes(look_again=frozenset({(1, 2), (1, 3)}), waits={"A": 3, "B": 1}, done={1: False})
    assert Changes.sum([found]) == found and Changes.sum([]) == Changes()


@pytest.mark.parametrize("words", [{"volledig_vanf": "2026-03"}, {"periode": None}, {"dagtekening": "2026-03-31"}])
def test_a_word_that_a_run_does_not_know_is_refused(words: dict[str, Any]) -> None:
    given_: dict[str, Any] = {"periode": "2026-03", "dagtekening": date(2026, 3, 31)} | words
    given_ = {name: word for name, word in given_.items() if word is not None}
    with mpj.Ledger("sqlite://") as ledger, pytest.raises(TypeError):
        ledger.declare([contract(PRICES)], [], [], **given_)
    with pytest.raises(TypeError):
        mpj.declare([contract(PRICES)], [], [], **given_)


def test_input_is_read_before_the_ledger_is_opened() -> None:
    with mpj.Ledger("postgresql://nobody@127.0.0.1:1/nothing") as ledger, pytest.raises(mpj.InputError, match="periode"):
        ledger.declare(
            [contract(PRICES)], [toewijzing(bsn=BSN)], [registratie("a")], periode="maart", dagtekening=date(2026, 3, 31)
        )


def test_a_client_is_computed_again_only_where_a_decision_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    from mpj.engine.job import Job

    looks: list[str] = []
    compute = Job.compute

    def counted(self: Job, client: str, *rest: Any) -> Any:
        looks.append(client)
        return compute(self, client, *rest)

    monkeypatch.setattr(Job, "compute", counted)
    partij = Partij("sqlite://")
    partij.month(registratie("a"), registratie("b", bsn="999900018"))
    assert looks == ["999900006", "999900018"]
    looks.clear()
    # The first changed, and so gets the price of now, which is held against the one that it had; the run asks for that part, and
    # runs again. Of the second nothing changed but a price, which it keeps.
    partij.contract = contract({"2.1 hbo": "30,00"})
    result = partij.agreed(registratie("a", minuten=30), registratie("b", bsn="999900018"))
    assert looks == 2 * ["999900006", "999900006", "999900006", "999900018"]
    assert [(line.debetcredit, line.bedrag_cent) for line in result.regels] == [("C", 9820), ("D", 6000)]
