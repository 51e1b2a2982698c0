"""The content rules, one by one: a declaration or answer that keeps the rule, and one that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from attrs import asdict, evolve
from standard import STANDARD, needs_standard

from messages.support import Line, assert_no_bsn, sample
from mpj.messages import check, content_faults, declaratieberichten
from mpj.messages.content import RULES
from mpj.messages.values import (
    Antwoordbericht,
    Antwoordclient,
    Antwoordheader,
    Antwoordprestatie,
    Berichtidentificatie,
    Client,
    Declaratieantwoord,
    Declaratiebericht,
    Periode,
    Prestatie,
    Totaal,
    Xsdversie,
)

CREDIT = Prestatie("C1", "OUD", 2, "45", "45212", date(2026, 2, 1), date(2026, 2, 28), 60, "01", 164, 9820, "C")


def declaration() -> Declaratiebericht:
    """Return a declaration of March 2026 that keeps every rule: two clients, three debit lines and a credit line."""
    lines = [
        Line("D1", toewijzingnummer=1),
        Line("D2", toewijzingnummer=2, begindatum=date(2026, 2, 1), einddatum=date(2026, 2, 28)),
        Line("D3", bsn="999900018", toewijzingnummer=3),
    ]
    (message,) = declaratieberichten(lines, dagtekening=date(2026, 4, 5))
    first, second = message.clienten
    total = Totaal.of(message.totaal.net + CREDIT.net)
    return evolve(message, clienten=(evolve(first, prestaties=(*first.prestaties, CREDIT)), second), totaal=total)


def line(message: Declaratiebericht, number: int = 0, **changes: Any) -> Declaratiebericht:
    """Return `message` with a line of its first client changed, and the total with it."""
    first, *others = message.clienten
    lines = list(first.prestaties)
    lines[number] = evolve(lines[number], **changes)
    clients = (evolve(first, prestaties=tuple(lines)), *others)
    net = sum(one.net for client in clients for one in client.prestaties)
    return evolve(message, clienten=clients, totaal=Totaal.of(net))


def add(message: Declaratiebericht, client: int, extra: Prestatie) -> Declaratiebericht:
    """Return `message` with a line added to a client, and to the total."""
    clients = list(message.clienten)
    clients[client] = evolve(clients[client], prestaties=(*clients[client].prestaties, extra))
    return evolve(message, clienten=tuple(clients), totaal=Totaal.of(message.totaal.net + extra.net))


def first(message: Declaratiebericht) -> Prestatie:
    """Return the first line."""
    return message.clienten[0].prestaties[0]


def euros(message: Declaratiebericht, **changes: Any) -> Declaratiebericht:
    """Return `message` with its first line counted in euros."""
    settings: dict[str, Any] = {"eenheid": "83", "volume": 9820, "tarief_cent": None}
    return line(message, **settings | changes)


def test_the_declaration_that_these_tests_begin_with_keeps_every_rule() -> None:
    assert content_faults(declaration()) == ()
    assert content_faults(euros(declaration())) == ()


ID = Berichtidentificatie("ID1", date(2026, 4, 20))
BROKEN: list[tuple[str, Callable[[Declaratiebericht], Declaratiebericht], str]] = [
    ("CS002", lambda m: evolve(m, clienten=(Client("999900007", m.clienten[0].prestaties), m.clienten[1])), "Client[1]/Bsn"),
    ("CS100", lambda m: line(m, begindatum=date(2020, 12, 1), einddatum=date(2020, 12, 31)), "Begindatum"),
    ("CS325", lambda m: evolve(m, totaal=Totaal(0, "C")), "TotaalIngediendBedrag/DebetCredit"),
    ("CS325", lambda m: line(m, 2, bedrag_cent=0, volume=0, debetcredit="C"), "IngediendBedrag/DebetCredit"),
    ("CS337", lambda m: line(m, begindatum=date(2026, 2, 28)), "Prestatie[1]/ProductPeriode/Einddatum"),
    ("CS339", lambda m: euros(m, volume=9819), "IngediendBedrag/Bedrag"),
    ("CS340", lambda m: evolve(m, periode=Periode(date(2026, 3, 1), date(2026, 3, 30))), "DeclaratiePeriode"),
    ("CS340", lambda m: evolve(m, periode=Periode(date(2026, 2, 1), date(2026, 3, 31))), "DeclaratiePeriode"),
    ("CD060", lambda m: line(m, vorig_referentienummer="OUD2"), "VorigReferentieNummer"),
    ("CD060", lambda m: line(m, 2, vorig_referentienummer=None), "VorigReferentieNummer"),
    ("CD087", lambda m: line(m, tarief_cent=None), "ProductTarief"),
    ("CD087", lambda m: euros(m, tarief_cent=1), "ProductTarief"),
    ("TR101", lambda m: evolve(m, clienten=(m.clienten[0], evolve(m.clienten[1], bsn="999900006"))), "Client[2]/Bsn"),
    ("TR101", lambda m: line(m, 1, referentienummer="D1"), "Prestatie[2]/ProductReferentie"),
    ("TR134", lambda m: line(m, begindatum=date(2026, 5, 1), einddatum=date(2026, 5, 31)), "Begindatum"),
    ("TR134", lambda m: evolve(m, dagtekening=date(2026, 4, 6)), "DeclaratieDagtekening"),
    ("TR137", lambda m: line(m, begindatum=date(2026, 4, 1), einddatum=date(2026, 4, 30)), "Einddatum"),
    ("TR137", lambda m: line(m, einddatum=date(2026, 2, 28)), "Einddatum"),
    ("TR304", lambda m: line(m, toewijzingnummer=3), "ToewijzingNummer"),
    ("TR314", lambda m: line(m, referentienummer="D3"), "ReferentieNummer"),
    ("TR315", lambda m: add(m, 1, evolve(CREDIT, referentienummer="C2", toewijzingnummer=3)), "VorigReferentieNummer"),
    ("TR316", lambda m: line(m, 2, vorig_referentienummer="D3"), "VorigReferentieNummer"),
    ("TR319", lambda m: line(m, begindatum=date(2026, 4, 1), einddatum=date(2026, 4, 5)), "Einddatum"),
    ("TR335", lambda m: line(m, begindatum=date(2021, 4, 1), einddatum=date(2021, 4, 4)), "Einddatum"),
    ("TR346", lambda m: line(m, bedrag_cent=9820 + 51), "IngediendBedrag/Bedrag"),
    ("TR346", lambda m: line(m, eenheid="84", volume=4, tarief_cent=2455, bedrag_cent=9821), "IngediendBedrag/Bedrag"),
    ("TR358", lambda m: evolve(m, totaal=Totaal(m.totaal.cent + 1, "D")), "TotaalIngediendBedrag"),
    ("TR358", lambda m: evolve(m, totaal=Totaal(m.totaal.cent, "C")), "TotaalIngediendBedrag"),
    ("TR416", lambda m: add(m, 0, evolve(first(m), referentienummer="D9")), "Prestatie[4]"),
]


@pytest.mark.parametrize(("code", "change", "place"), BROKEN, ids=[f"{code}-{place}" for code, _, place in BROKEN])
def test_a_broken_rule_is_reported_where_it_is_broken(
    code: str, change: Callable[[Declaratiebericht], Declaratiebericht], place: str
) -> None:
    found = [fault for fault in content_faults(change(declaration())) if fault.code == code]
    assert found
    assert any(fault.kolom.endswith(place) for fault in found)
    assert all(fault.gevonden and fault.verwacht and fault.toelichting for fault in found)
    assert_no_bsn(tuple(found))


def test_a_line_on_the_toewijzing_of_another_client_says_so() -> None:
    """A doubled line refuses the message: whose number it is tells what to repair."""
    doubled = evolve(first(declaration()), referentienummer="D9")
    faults = (fault for place in (0, 1) for fault in content_faults(add(declaration(), place, doubled)))
    told = [fault.toelichting for fault in faults if fault.code == "TR416"]
    assert [("andere client" in text, "hele bericht" in text) for text in told] == [(False, False), (True, True)]


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (lambda m: line(m, begindatum=date(2021, 4, 5), einddatum=date(2021, 4, 30)), "TR335"),
        (lambda m: line(m, begindatum=date(2021, 4, 1), einddatum=date(2021, 4, 5)), "TR335"),
        (lambda m: line(m, bedrag_cent=9820 + 10), "TR346"),
        (lambda m: line(m, 2, vorig_referentienummer="D4"), "TR316"),
        (lambda m: add(m, 0, evolve(first(m), referentienummer="D9", productcode="45214")), "TR416"),
    ],
)
def test_the_edge_of_a_rule_is_on_the_right_side(change: Callable[[Declaratiebericht], Declaratiebericht], kept: str) -> None:
    """Five years ago to the day; a tariff per minute that was rounded; another product on the same toewijzing."""
    assert kept not in {fault.code for fault in content_faults(change(declaration()))}


def answer() -> Antwoordbericht:
    """Return an answer that keeps every rule: one line of 9820 refused out of 19640."""
    version = Xsdversie("1.0.0", "1.0.0")
    header = Antwoordheader("491", 3, 2, "0384", "65656055", ID, version, ID, None, version, ("0200",))
    values = asdict(first(declaration()))
    returned = Antwoordclient("999900006", (Antwoordprestatie(**values, retourcodes=("9321",)),), ("0200",))
    return Antwoordbericht(header, Declaratieantwoord("DN1", Totaal(19640, "D"), Totaal(9820, "D"), (returned,), ("0200",)))


def returned(message: Antwoordbericht, **changes: Any) -> Antwoordbericht:
    """Return `message` with its returned line changed."""
    assert message.antwoord is not None
    (client,) = message.antwoord.clienten
    lines = (evolve(client.prestaties[0], **changes),)
    return evolve(message, antwoord=evolve(message.antwoord, clienten=(evolve(client, prestaties=lines),)))


def total(message: Antwoordbericht, **changes: Any) -> Antwoordbericht:
    """Return `message` with something about its answer changed."""
    assert message.antwoord is not None
    return evolve(message, antwoord=evolve(message.antwoord, **changes))


CREDITED = {"debetcredit": "C", "vorig_referentienummer": "OUD"}


@pytest.mark.parametrize(
    "kept",
    [
        answer(),
        evolve(answer(), antwoord=None),
        total(answer(), clienten=(), totaal_toegekend=Totaal(19640, "D")),
        total(answer(), clienten=(), totaal_toegekend=Totaal(0, "D"), retourcodes=("9333",)),
        total(returned(answer(), **CREDITED, retourcodes=("8017",)), totaal_toegekend=Totaal(29460, "D")),
    ],
    ids=["a line refused", "header refused", "all granted", "declaration refused", "credit without debit"],
)
def test_answers_that_keep_every_rule(kept: Antwoordbericht) -> None:
    assert content_faults(kept) == ()


@pytest.mark.parametrize(
    ("code", "broken"),
    [
        ("TR342", total(answer(), totaal_toegekend=Totaal(9821, "D"))),
        ("TR342", total(answer(), totaal_toegekend=Totaal(9820, "C"))),
        ("CS325", total(answer(), totaal_toegekend=Totaal(0, "C"))),
        ("CD060", returned(answer(), vorig_referentienummer="OUD")),
        ("CS002", total(answer(), clienten=tuple(evolve(one, bsn="123456789") for one in answer().antwoord.clienten))),  # type: ignore[union-attr]
        ("TR101", total(answer(), clienten=answer().antwoord.clienten * 2)),  # type: ignore[union-attr]
        ("TR134", returned(answer(), begindatum=date(2026, 4, 21), einddatum=date(2026, 4, 30))),
        ("TR137", returned(answer(), einddatum=date(2026, 4, 30))),
        ("TR346", returned(answer(), bedrag_cent=1)),
        ("IV085", returned(answer(), **CREDITED)),
    ],
)
def test_a_broken_rule_of_an_answer_is_reported(code: str, broken: Antwoordbericht) -> None:
    assert code in {fault.code for fault in content_faults(broken)}


def test_every_rule_of_the_register_is_shown_broken_above() -> None:
    """And names its own code and control level in its docstring."""
    assert {code for code, _, _ in BROKEN} | {"TR342", "IV085"} == {rule.code for rule in RULES}
    for rule in RULES:
        assert rule.function.__doc__
        assert rule.function.__doc__.startswith(rule.code)


@needs_standard
def test_the_oddities_of_the_sample_declaration_are_reported() -> None:
    """RN004 stands there twice under one client, and toewijzing 10073 is used for two clients."""
    found = {(fault.code, fault.kolom.removeprefix("Declaratie/Clienten/")) for fault in check(sample("JW323"))}
    assert found == {
        ("TR101", "Client[2]/Prestaties/Prestatie[3]/ProductReferentie"),
        ("TR314", "Client[2]/Prestaties/Prestatie[3]/ProductReferentie/ReferentieNummer"),
        ("TR304", "Client[2]/Prestaties/Prestatie[2]/ToewijzingNummer"),
        ("TR304", "Client[2]/Prestaties/Prestatie[3]/ToewijzingNummer"),
        ("TR416", "Client[2]/Prestaties/Prestatie[2]"),
    }


@needs_standard
def test_the_oddities_of_the_sample_answer_are_reported() -> None:
    """A line of 16 x 15 euros that asks 140 euros, and credit lines refused for what was delivered; the totals do agree."""
    found = [fault.code for fault in check(sample("JW325"))]
    assert found == ["TR346", "IV085", "IV085", "IV085"]


@needs_standard
@pytest.mark.parametrize("kind", ["JW301", "JW323", "JW325"])
def test_the_version_that_a_sample_names_is_not_that_of_its_schema(kind: str) -> None:
    """IV034: the samples say 1.0.0, the schemas 0.1.0; seen only where the schema is at hand."""
    warnings = [fault for fault in check(sample(kind), xsd_dir=STANDARD / "xsd") if fault.code == "IV034"]
    assert [(fault.gevonden, fault.verwacht) for fault in warnings] == [("1.0.0 en 1.0.0", "0.1.0 en 0.1.0")]
