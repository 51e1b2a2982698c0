"""The answer says what the verdict is, in the codes and places that the standard has for it, and its sums are right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest
from attrs import evolve
from lxml import etree
from standard import STANDARD, needs_standard

from mpj.messages import (
    Antwoordbericht,
    Berichtidentificatie,
    Declaratieantwoord,
    Totaal,
    Xsdversie,
    content_faults,
    read_jw325,
)
from mpj.verification import verify_answer
from verify.examples import ANDERE, OUD, VOORBEELDEN
from verify.support import (
    BRAM,
    ONTVANGST,
    Situatie,
    answer,
    credit,
    earlier,
    granted,
    line,
    message,
    toewijzing,
    written,
    zaak,
)

SITUATIES: dict[str, Situatie] = {
    f"{code} {kind}": example for code, pair in VOORBEELDEN.items() for kind, example in zip(("right", "wrong"), pair, strict=True)
} | {name: example for name, (_, example) in ANDERE.items()}


def reply(situatie: Situatie) -> Antwoordbericht:
    found = situatie.verify().antwoord
    assert found is not None
    return found


def body(situatie: Situatie) -> Declaratieantwoord:
    found = reply(situatie).antwoord
    assert found is not None
    return found


@cache
def replied(name: str) -> Antwoordbericht:
    """The answer in one of the situations."""
    return reply(SITUATIES[name])


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(STANDARD / "xsd" / "JW325.xsd")))


def shown(found: Antwoordbericht) -> Antwoordbericht:
    """The answer, with BSNs that pass the eleven test, so that only the answer itself is judged."""
    if found.antwoord is None:
        return found
    bsns = ("999900006", "999900018", "999996770")
    clients = tuple(evolve(one, bsn=bsn) for one, bsn in zip(found.antwoord.clienten, bsns, strict=False))
    return evolve(found, antwoord=evolve(found.antwoord, clienten=clients))


@pytest.mark.parametrize("name", SITUATIES)
def test_every_answer_keeps_form_and_content_rules(name: str) -> None:
    """Written, read back, and without a fault of its own, TR342 among them; TR346 is about the declared line."""
    found = replied(name)
    assert read_jw325(written(found)) == found
    assert [fault for fault in content_faults(shown(found)) if fault.code != "TR346"] == []


@needs_standard
@pytest.mark.parametrize("name", SITUATIES)
def test_every_answer_is_valid_by_the_official_schema(name: str) -> None:
    assert schema().validate(etree.fromstring(written(replied(name)))), schema().error_log


@pytest.mark.parametrize("name", SITUATIES)
def test_an_answer_is_right_for_who_receives_it(name: str) -> None:
    """The provider's own check (C.5) finds nothing in what the municipality's check wrote."""
    found = [
        one for one in verify_answer(replied(name), [SITUATIES[name].bericht], systeemdatum=ONTVANGST) if one.regelcode != "CS002"
    ]
    assert found == []


def test_all_granted() -> None:
    found = body(zaak())
    assert (found.retourcodes, found.totaal_toegekend, found.clienten) == (("8001",), Totaal(9820, "D"), ())
    assert reply(zaak()).header.retourcodes == ("0200",)


def test_a_content_fault_refuses_the_whole_message() -> None:
    found = reply(VOORBEELDEN["TR358"][1])
    assert (found.header.retourcodes, found.header.xsltversie, found.antwoord) == (("0001",), "1.0.0", None)


def test_a_fault_in_the_header_leaves_no_answer() -> None:
    found = reply(VOORBEELDEN["TR135"][1])
    assert (found.header.retourcodes, found.header.xsltversie, found.antwoord) == (("8848",), None, None)


def test_a_fault_in_the_declaration_grants_nothing() -> None:
    found = body(VOORBEELDEN["TR333"][1])
    assert (found.retourcodes, found.totaal_toegekend, found.clienten) == (("9333",), Totaal(0, "D"), ())
    assert found.totaal_ingediend == Totaal(9820, "D")


def test_a_fault_in_a_client_returns_all_its_lines_unassessed() -> None:
    wrong = line(toewijzingnummer=9)
    lines = ((BRAM, wrong), (BRAM, evolve(wrong, referentienummer="R2", productcode="45213")))
    found = body(zaak(line(referentienummer="R3"), *lines))
    (client,) = found.clienten
    assert (client.bsn, client.retourcodes) == (BRAM, ("8187",))
    assert [one.retourcodes for one in client.prestaties] == [("0233",), ("0233",)]
    assert found.totaal_toegekend == Totaal(9820, "D")


def test_a_fault_in_a_line_returns_that_line_with_every_code() -> None:
    right = line(referentienummer="R2", productcode="45213", tarief_cent=174, bedrag_cent=10440)
    wrong = line(einddatum=date(2026, 3, 30), tarief_cent=170)
    found = body(zaak(wrong, right))
    (client,) = found.clienten
    assert client.retourcodes == ("0200",)
    (returned,) = client.prestaties
    assert (returned.referentienummer, returned.retourcodes) == ("R1", ("9388", "0611"))
    assert (found.retourcodes, found.totaal_toegekend) == (("0200",), Totaal(10440, "D"))


def test_more_credit_than_debit_is_granted_as_credit() -> None:
    found = body(zaak(credit(OUD), line(bedrag_cent=1), history=granted(earlier(OUD))))
    assert (found.totaal_ingediend, found.totaal_toegekend) == (Totaal(9819, "C"), Totaal(9820, "C"))


def test_a_client_with_credit_lines_is_refused_line_by_line() -> None:
    """A credit stands apart from what is known of the client, so 8187 falls on the debit lines alone."""
    found = zaak((BRAM, line()), (BRAM, credit(OUD)), history=granted(earlier((BRAM, OUD)))).verify()
    assert {(one.positie, one.retourcode) for one in found.bevindingen} == {("1.1", "8187")}
    assert found.samenvatting["toegekend_cent"] == -9820


def test_the_same_verdict_gives_the_same_answer() -> None:
    assert reply(zaak()) == reply(zaak())
    assert reply(zaak()).header.identificatie != reply(VOORBEELDEN["TR338"][1]).header.identificatie


def header(found: Antwoordbericht, **values: Any) -> Antwoordbericht:
    """The answer with another header."""
    return evolve(found, header=evolve(found.header, **values))


def answered(found: Antwoordbericht, **values: Any) -> Antwoordbericht:
    """The answer with other values about the declaration."""
    assert found.antwoord is not None
    return evolve(found, antwoord=evolve(found.antwoord, **values))


def returned(found: Antwoordbericht, bsn: str = "", **values: Any) -> Antwoordbericht:
    """The answer with another first client or line."""
    assert found.antwoord is not None
    client = found.antwoord.clienten[0]
    lines = (evolve(client.prestaties[0], **values), *client.prestaties[1:])
    return answered(found, clienten=(evolve(client, bsn=bsn or client.bsn, prestaties=lines),))


LATER = Berichtidentificatie("A1", date(2026, 4, 11))
WRONG: dict[str, Callable[[Antwoordbericht], Antwoordbericht]] = {
    "TR337": lambda one: header(one, declaratie_identificatie=Berichtidentificatie("B1", date(2026, 4, 6))),
    "TR371": lambda one: header(one, xsdversie_declaratie=Xsdversie("9.9.9", "9.9.9")),
    "TR376": lambda one: answered(one, declaratienummer="DN9"),
    "TR342": lambda one: answered(one, totaal_toegekend=Totaal(1, "D")),
    "TR135": lambda one: header(one, identificatie=LATER),
    "TR304": lambda one: returned(one, bsn="999996770"),
    "TR366": lambda one: returned(one, referentienummer="R9"),
    "TR367": lambda one: returned(one, volume=75),
}


@pytest.mark.parametrize("code", WRONG)
def test_a_wrong_answer_breaks_the_rule_and_no_other(code: str) -> None:
    declared = message(line(), line(referentienummer="R2", productcode="45213", tarief_cent=174, bedrag_cent=10440))
    right = answer(declared, "R2")
    assert verify_answer(right, [declared], systeemdatum=ONTVANGST) == ()
    found = verify_answer(WRONG[code](right), [declared], systeemdatum=ONTVANGST)
    assert {one.regelcode for one in found} == {code}


def test_numbers_of_earlier_answers_and_unknown_municipalities() -> None:
    declared = message()
    found = answer(declared)
    own = found.header.identificatie.identificatie
    codes = verify_answer(found, [declared], systeemdatum=ONTVANGST, eerdere={own}, gemeenten={"0363"})
    assert [(one.regelcode, one.retourcode) for one in codes] == [("TR056", "9056"), ("TR378", "S300")]


def test_an_answer_without_its_declaration() -> None:
    found = verify_answer(answer(message(), "R1"), [], systeemdatum=ONTVANGST)
    assert [one.regelcode for one in found] == ["TR337", "TR376", "TR304"]


def test_toewijzing_of_the_receiver_that_is_faulty_leaves_the_line_open() -> None:
    faulty = toewijzing(begindatum="1 januari")
    outcome = zaak(toewijzingen=(faulty,)).verify()
    assert [one.regelcode for one in outcome.niet_beoordeeld] == ["niet_beoordeeld"]
    assert outcome.bevindingen == ()
