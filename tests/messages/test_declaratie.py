"""From lines to JW323 messages: what goes in, prices, totals, numbers, dates, and the division of what is too large."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from standard import needs_standard

from messages.support import Line, valid, written
from mpj.messages import check, declaratieberichten, product_tarief, read, split
from mpj.messages.binding import to_groep
from mpj.messages.declaratie import _PRESTATIE, CLIENT_BYTES, KOP_BYTES, _at_most, _travels, prestatie_of
from mpj.messages.description import shipped
from mpj.messages.values import Declaratiebericht, Periode, Totaal
from mpj.messages.writer import sizer
from mpj.protocol import MPJ_16
from mpj.reading.faults import InputError
from mpj.reading.periods import first_day, last_day, parse_month

DAGTEKENING = date(2026, 4, 5)
BSNS = ("999900006", "999900018", "999996770", "123456782")
# normtijd, unit on the wire, wire units per normed unit
UNITS = (("kwartier", "01", 15), ("kwartier", "84", 1), ("uur", "04", 1), ("uur", "01", 1), ("halve_dag", "16", 1),
         ("hele_dag", "16", 2), ("etmaal", "14", 1), ("stuk", "84", 1))  # fmt: skip


@st.composite
def lines(draw: st.DrawFn) -> list[Line]:
    """Return lines of one provider as the engine makes them: all units, late months, corrections, several municipalities."""
    found = []
    month = parse_month("2026-03")
    for number in range(draw(st.integers(1, 12))):
        normtijd, eenheid, factor = draw(st.sampled_from(UNITS))
        client = draw(st.integers(0, 3))
        gemeente = draw(st.sampled_from(("0384", "0363")))
        back = month - draw(st.sampled_from((0, 0, 1, 4)))
        volume, price = draw(st.integers(1, 400)), 2 * draw(st.integers(1, 50000))
        minutes = normtijd == "uur" and eenheid == "01"
        line = Line(
            referentienummer=f"R{number}",
            gemeente=gemeente,
            declaratienummer=f"DN{gemeente}",
            bsn=BSNS[client],
            toewijzingnummer=number * 10 + client,
            productcode=draw(st.sampled_from(("45212", "45214", "44800"))),
            begindatum=first_day(back),
            einddatum=last_day(back),
            volume=volume,
            normtijd=normtijd,
            tarief_cent=price,
            bedrag_cent=(volume * price + 30) // 60 if minutes else volume * price,
            eenheid=eenheid,
            volume_bericht=volume * factor,
            in_bericht=draw(st.sampled_from((True, True, True, False))),
        )
        found.append(evolve(line, bedrag_cent=min(line.bedrag_cent, 99999999)) if line.bedrag_cent else line)
        if draw(st.booleans()):
            old = evolve(line, referentienummer=f"C{number}", vorig_referentienummer=f"OUD{number}", debetcredit="C")
            found.append(old)
    return found


def messages(found: list[Line], **settings: object) -> list[Declaratiebericht]:
    """Return the messages for `found`, dated 5 April 2026."""
    return list(declaratieberichten(found, dagtekening=DAGTEKENING, **settings))  # type: ignore[arg-type]


@needs_standard
@settings(max_examples=80, deadline=None)
@given(lines())
def test_every_message_that_is_written_is_valid_and_keeps_every_rule(found: list[Line]) -> None:
    """By the official schema, by our form check and by the content rules; and it reads back as it was."""
    for message in messages(found):
        data = written(message)
        assert valid("JW323", data)
        assert check(data) == ()
        assert read(data) == message


@settings(max_examples=80, deadline=None)
@given(lines(), st.randoms(use_true_random=False))
def test_lines_in_another_order_give_the_same_bytes(found: list[Line], random: Random) -> None:
    first = [written(message) for message in messages(found)]
    random.shuffle(found)
    assert [written(message) for message in messages(found)] == first


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(lines())
def test_every_line_that_travels_is_in_one_message_and_no_other_is(found: list[Line]) -> None:
    travelling = {line.referentienummer for line in found if line.in_bericht and line.bedrag_cent}
    inside = Counter(
        line.referentienummer for message in messages(found) for client in message.clienten for line in client.prestaties
    )
    assert inside == Counter(travelling)


@settings(max_examples=80, deadline=None)
@given(lines())
def test_the_total_is_the_signed_sum_of_the_lines(found: list[Line]) -> None:
    """D.7: debit less credit, absolute, on the side of the sign; zero is debit."""
    for message in messages(found):
        sums = Counter({"D": 0, "C": 0})
        for client in message.clienten:
            for line in client.prestaties:
                sums[line.debetcredit] += line.bedrag_cent
        net = sums["D"] - sums["C"]
        assert (message.totaal.cent, message.totaal.debetcredit) == (abs(net), "C" if net < 0 else "D")


def test_a_message_says_who_sends_what_to_whom() -> None:
    (message,) = messages([Line()], xsd_versie=("0.1.0", "1.0.0"))
    header = message.header
    assert (header.berichtcode, header.berichtversie, header.berichtsubversie) == ("490", 3, 2)
    assert (header.afzender, header.ontvanger) == ("65656055", "0384")
    assert (header.xsdversie.basisschema, header.xsdversie.bericht) == ("0.1.0", "1.0.0")
    assert header.identificatie.dagtekening == message.dagtekening == DAGTEKENING
    assert message.periode == Periode(date(2026, 3, 1), date(2026, 3, 31))
    assert (message.declaratienummer, message.totaal) == ("DN1", Totaal(9820, "D"))
    (client,) = message.clienten
    (line,) = client.prestaties
    assert (client.bsn, line.referentienummer, line.vorig_referentienummer) == ("999900006", "R1", None)
    assert (line.volume, line.eenheid, line.tarief_cent, line.bedrag_cent) == (60, "01", 164, 9820)


@pytest.mark.parametrize(
    ("normtijd", "eenheid", "price", "expected"),
    [
        ("kwartier", "01", 2455, 164),
        ("kwartier", "01", 2452, 163),
        ("kwartier", "01", 2453, 164),
        ("kwartier", "84", 2455, 2455),
        ("uur", "01", 8730, 146),
        ("uur", "01", 8724, 145),
        ("uur", "01", 6235, 104),
        ("uur", "04", 8730, 8730),
        ("halve_dag", "16", 5001, 5001),
        ("hele_dag", "16", 10000, 5000),
        ("etmaal", "14", 30000, 30000),
        ("stuk", "84", 99, 99),
    ],
)
def test_the_tariff_shown_is_the_price_of_one_wire_unit(normtijd: str, eenheid: str, price: int, expected: int) -> None:
    """IV081 and vectors E-21, E-22: per minute rounded half up, for information; everything else exact."""
    assert product_tarief(normtijd, eenheid, price) == expected


def test_a_day_price_of_an_odd_number_of_cents_cannot_be_halved() -> None:
    with pytest.raises(InputError, match="dagdelen"):
        product_tarief("hele_dag", "16", 10001)


def test_lines_are_grouped_by_client_and_credits_come_before_the_debits_that_replace_them() -> None:
    found = [
        Line("D2", bsn="999900018", toewijzingnummer=2),
        Line("D1"),
        Line("C1", debetcredit="C", vorig_referentienummer="OUD"),
        Line("D3", bsn="999900018", toewijzingnummer=1),
    ]
    (message,) = messages(found)
    order = [(client.bsn, [line.referentienummer for line in client.prestaties]) for client in message.clienten]
    assert order == [("999900006", ["C1", "D1"]), ("999900018", ["D3", "D2"])]


def test_zero_lines_and_lines_outside_the_message_stay_out() -> None:
    """CS325 and CD060 together make a line of zero one that can never be credited (D.8)."""
    found = [Line("D1"), Line("D2", bedrag_cent=0, volume_bericht=0), Line("C3", debetcredit="C", in_bericht=False)]
    (message,) = messages(found)
    assert [line.referentienummer for client in message.clienten for line in client.prestaties] == ["D1"]
    assert messages(found[1:]) == []


@pytest.mark.parametrize("day", [date(2026, 3, 30), date(2026, 1, 1), date(2025, 12, 31)])
def test_a_message_is_never_dated_before_the_end_of_its_month(day: date) -> None:
    """CS340 with TR137: the declaration period is a whole month and ends on or before the date of the message."""
    with pytest.raises(InputError) as caught:
        next(declaratieberichten([Line()], dagtekening=day))
    (fault,) = caught.value.faults
    assert (fault.code, fault.gevonden, fault.verwacht) == ("dagtekening", str(day), "2026-03-31 of later")


def test_a_message_may_be_dated_on_the_last_day_of_its_month() -> None:
    (message,) = declaratieberichten([Line()], dagtekening=date(2026, 3, 31))
    assert check(written(message)) == ()


def test_a_declaration_is_about_one_month() -> None:
    found = [Line("D1"), Line("D2", declaratieperiode="2026-02")]
    with pytest.raises(InputError) as caught:
        messages(found)
    assert {fault.code for fault in caught.value.faults} == {"declaratieperiode"}


def test_an_amount_that_the_message_cannot_carry_is_an_input_error() -> None:
    (message,) = messages([Line(bedrag_cent=100_000_000)])
    with pytest.raises(InputError, match="IngediendBedrag/Bedrag"):
        written(message)


def test_a_text_that_xml_cannot_carry_is_an_input_error() -> None:
    (message,) = messages([Line(productcode="4\x0012")])
    with pytest.raises(InputError, match="ProductCode"):
        written(message)


def test_the_identification_follows_from_the_declaration_and_the_sequence_number() -> None:
    """Equal input, equal number; another date, content or sequence number, another one."""
    first = messages([Line()])[0].header.identificatie.identificatie
    assert len(first) == 12
    assert messages([Line()])[0].header.identificatie.identificatie == first
    others = [
        messages([Line()], volgnummer=2)[0],
        messages([Line(declaratienummer="DN2")])[0],
        messages([Line("R2")])[0],
        next(declaratieberichten([Line()], dagtekening=date(2026, 4, 6))),
    ]
    assert len({message.header.identificatie.identificatie for message in others} | {first}) == 5


# Division of a declaration that does not fit in one message

ONE_LINE = 900


def limit(number: int) -> int:
    """Return a limit that fits about `number` lines of one client."""
    return KOP_BYTES + CLIENT_BYTES + number * ONE_LINE


@settings(max_examples=60, deadline=None)
@given(lines(), st.integers(2, 8))
def test_a_division_keeps_every_promise(found: list[Line], number: int) -> None:
    """Messages within the limit, each complete and right; all lines once; stable numbers; corrections whole."""
    size = limit(number)
    parts = split(found, size)
    assert Counter(line.referentienummer for part in parts for line in part.regels) == Counter(
        line.referentienummer for line in found
    )
    numbers = [(part.aanbieder, part.gemeente, part.declaratienummer) for part in parts]
    assert len(set(numbers)) == len(numbers)
    assert {(line.aanbieder, line.gemeente, line.declaratienummer) for line in found} <= set(numbers)
    place = {line.referentienummer: part.declaratienummer for part in parts for line in part.regels}
    for line in found:
        if line.debetcredit == "C":
            assert place[line.referentienummer] == place["R" + line.referentienummer[1:]]
    numbered = [evolve(line, declaratienummer=place[line.referentienummer]) for line in found]
    assert [part.declaratienummer for part in split(numbered, size)] == [part.declaratienummer for part in parts]
    for message in messages(numbered, limiet_bytes=size):
        data = written(message)
        assert len(data) <= size
        assert check(data) == ()
    assert messages(numbered, limiet_bytes=size) == messages(found, limiet_bytes=size)


@settings(max_examples=60, deadline=None)
@given(lines(), st.text("&<\r\n\u20ac\U0001f600a", max_size=20))
def test_what_lines_take_at_most_is_never_less_than_what_they_take(found: list[Line], text: str) -> None:
    """Then a declaration that is judged to fit without being written does fit."""
    found = [evolve(line, referentienummer=line.referentienummer + text, productcode=text or line.productcode) for line in found]
    description = shipped().get("ijw", "3.2", "JW323")
    size = sizer(description, _PRESTATIE)
    taken = sum(size(to_groep(prestatie_of(line, MPJ_16))) for line in found if _travels(line))
    assert taken <= _at_most(found, description, MPJ_16)


def test_a_declaration_is_divided_between_clients() -> None:
    found = [Line(f"R{bsn}{number}", bsn=bsn, toewijzingnummer=number) for bsn in BSNS for number in range(3)]
    parts = split(found, limit(4) + CLIENT_BYTES)
    clients = {part.declaratienummer: {line.bsn for line in part.regels} for part in parts}
    assert sorted(map(sorted, clients.values())) == [[bsn] for bsn in sorted(BSNS)]
    assert clients.pop("DN1") == {min(BSNS)}
    assert all(len(number) == 12 for number in clients)


def test_a_client_is_divided_only_when_it_is_too_large_alone() -> None:
    found = [Line(f"R{number:02d}", toewijzingnummer=number) for number in range(20)]
    parts = split(found, limit(6))
    assert sorted(len(part.regels) for part in parts) == [2, 6, 6, 6]
    assert {line.bsn for part in parts for line in part.regels} == {"999900006"}


def test_a_correction_that_is_too_large_alone_is_an_input_error() -> None:
    found = [Line("C1", debetcredit="C", vorig_referentienummer="OUD"), Line("D1")]
    with pytest.raises(InputError) as caught:
        split(found, limit(1))
    assert caught.value.faults[0].code == "bericht_te_groot"
    assert len(split(found, limit(2) + ONE_LINE)) == 1


def test_the_numbers_of_a_division_follow_from_its_content_alone() -> None:
    """Another line in one part changes no number of the parts before it."""
    found = [Line(f"R{bsn}", bsn=bsn) for bsn in sorted(BSNS)]
    changed = [*found[:3], evolve(found[3], referentienummer="R9")]
    before = {part.declaratienummer: part.regels for part in split(found, limit(1))}
    after = {part.declaratienummer: part.regels for part in split(changed, limit(1))}
    assert len(before) == len(after) == 4
    assert len(set(before) & set(after)) == 3
