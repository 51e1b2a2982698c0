"""Whether an answer refuses the whole declaration: one judge, asked by content rules, history and ledger alike."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from verify.support import AANBIEDER, ONTVANGST, line, message

from messages.test_content import answer
from mpj.messages import Antwoordbericht, Totaal, content_faults
from mpj.messages.answers import refuses_whole
from mpj.verification import MemoryHistory, Oordeel, build_answer

NOTHING, ALL = Totaal(0, "D"), Totaal(19640, "D")


def without_lines(codes: tuple[str, ...], asked: Totaal, granted: Totaal) -> Antwoordbericht:
    """An answer that returns no line."""
    found = answer()
    assert found.antwoord is not None
    body = evolve(found.antwoord, clienten=(), retourcodes=codes, totaal_ingediend=asked, totaal_toegekend=granted)
    return evolve(found, antwoord=body)


@pytest.mark.parametrize(
    ("codes", "asked", "granted", "refuses", "broken"),
    [
        (("9333",), ALL, NOTHING, True, []),
        (("0200", "9333"), ALL, NOTHING, True, []),
        (("8001",), ALL, ALL, False, []),
        (("8001",), NOTHING, NOTHING, False, []),  # debit and credit that come to nothing, all granted
        (("0200",), ALL, NOTHING, False, ["TR342"]),  # in between: nothing granted, and no reason named
        (("8001",), ALL, NOTHING, False, ["TR342"]),
        ((), ALL, NOTHING, False, ["TR342"]),
        (("9333",), ALL, Totaal(1, "D"), False, ["TR342"]),  # in between: refused, with money granted
    ],
)
def test_codes_and_totals_say_it_together(
    codes: tuple[str, ...], asked: Totaal, granted: Totaal, refuses: bool, broken: list[str]
) -> None:
    found = without_lines(codes, asked, granted)
    assert refuses_whole(found) is refuses
    assert [fault.code for fault in content_faults(found)] == broken


def test_a_code_about_the_declaration_beside_returned_lines_refuses_those_lines_alone() -> None:
    found = answer()
    assert found.antwoord is not None
    assert not refuses_whole(evolve(found, antwoord=evolve(found.antwoord, retourcodes=("9333",), totaal_toegekend=NOTHING)))


def test_a_header_that_is_refused_refuses_all() -> None:
    assert refuses_whole(evolve(answer(), antwoord=None))
    assert refuses_whole(evolve(answer(), header=evolve(answer().header, retourcodes=("9056",))))


codes = st.sampled_from([(), ("9333",), ("8214", "9333")])


@given(st.builds(Oordeel, st.booleans(), codes, codes, regels=st.sampled_from([{}, {(1, 1): ("9338",)}])))
def test_an_own_answer_refuses_the_whole_just_when_its_message_counts_as_not_sent(oordeel: Oordeel) -> None:
    declared = message(line(), line(referentienummer="R2", productcode="45213", tarief_cent=174, bedrag_cent=10440))
    found = build_answer(declared, oordeel, dagtekening=ONTVANGST, xsd_versie="1.0.0", xslt_versie="1.0.0")
    assert refuses_whole(found) is oordeel.niet_verzonden
    assert "TR342" not in {fault.code for fault in content_faults(found)}
    assert MemoryHistory([declared], [found]).has_declaration(AANBIEDER, declared.declaratienummer) is not refuses_whole(found)
