"""Payments: to the cent, once, on the right declaration, by hand where it could be meant in two ways."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

import mpj
from ledger.support import Partij, empty_ledger, registratie, toewijzing
from ledger.test_bank import AMSTERDAM, DIEMEN, VREEMD, detail, entry, statement
from mpj import cli
from mpj.ledger import schema
from mpj.ledger.bank import Bankregel
from mpj.ledger.payments import _named, _spread
from mpj.reports import read_paid

BRAM = "999900018"
REGIO = "NL69INGB0123456789"
ACCOUNTS = {DIEMEN: ("0384",), AMSTERDAM: ("0363",), REGIO: ("0384", "0363")}
HEADER = "datum;bedrag_cent;omschrijving;tegenrekening;declaratienummer\n"


@pytest.fixture
def partij(tmp_path: Path) -> Iterator[Partij]:
    """March and April granted to 0384 (9820 and 4910), March granted to 0363 (9820)."""
    found = Partij(tmp_path / "zorg.db", prices={"2.1 hbo": "24,55"}, contract={"gemeenten": ["0384", "0363"]})
    found.toewijzingen = [toewijzing(), toewijzing(2, bsn=BRAM, gemeente="0363")]
    found.month(registratie("a"), registratie("b", bsn=BRAM))
    found.month(registratie("c", "2026-04-02", 30), periode="2026-04")
    yield found
    found.ledger.close()


def numbers(partij: Partij) -> dict[tuple[str, int], str]:
    return {(one.gemeente, one.maand % 12 + 1): one.nummer for one in partij.ledger.paid()[0]}


def bank(folder: Path, *rows: tuple[str, int, str, str, str], name: str = "bank.csv") -> Path:
    path = folder / name
    path.write_text(HEADER + "".join(";".join(map(str, row)) + "\n" for row in rows), "utf-8")
    return path


def paid(partij: Partij) -> dict[tuple[str, int], int]:
    made, payments = partij.ledger.paid()
    coupled = sum(one.betaald_cent for one in made)
    assert coupled + sum(one.rest_cent for one in payments) == sum(one.cent for one in payments)
    return {(one.gemeente, one.maand % 12 + 1): one.betaald_cent for one in made if one.betaald_cent}


def test_a_payment_is_coupled_by_the_number_it_names(partij: Partij, tmp_path: Path) -> None:
    march = numbers(partij)["0384", 3]
    broken = f"{march[:5]} {march[5:]}"
    partij.ledger.pay([bank(tmp_path, ("2026-05-01", 5000, f"Betaling {broken} deel 1", DIEMEN, ""))], ACCOUNTS)
    partij.ledger.pay([bank(tmp_path, ("2026-05-12", 5000, "deel 2", DIEMEN, march))], ACCOUNTS)
    assert paid(partij) == {("0384", 3): 9820}
    (left,) = (one for one in partij.ledger.paid()[1] if one.rest_cent)
    assert (left.cent, left.rest_cent) == (5000, 180)


def test_what_is_read_twice_counts_once_in_whatever_form(partij: Partij, tmp_path: Path) -> None:
    march = numbers(partij)["0384", 3]
    row = ("2026-05-04", 9820, march, DIEMEN, "")
    twice = [bank(tmp_path, row), bank(tmp_path, row, name="weer.csv")]
    found = partij.ledger.pay(twice, ACCOUNTS)
    assert (found.nieuw, found.bekend, found.gekoppeld) == (1, 1, 1)
    camt = tmp_path / "mei.xml"
    camt.write_bytes(statement("02", entry("02", "98.20", detail("02", DIEMEN, march), kenmerk="K1")))
    assert partij.ledger.pay([camt, tmp_path], ACCOUNTS).nieuw == 0
    same_day = bank(tmp_path, row, ("2026-05-04", 9820, "nog eens", DIEMEN, ""), name="twee.csv")
    assert partij.ledger.pay([same_day], ACCOUNTS).nieuw == 1, "two on one day are two"
    assert partij.ledger.pay([same_day], ACCOUNTS).nieuw == 0
    two = statement("08", *(entry("08", "1.00", detail("08", DIEMEN), kenmerk=one) for one in ("A", "B")))
    camt.write_bytes(two)
    assert partij.ledger.pay([camt], ACCOUNTS).nieuw == 2, "the bank tells them apart"


def camt_of(folder: Path, *entries: str, name: str = "mei.xml") -> Path:
    path = folder / name
    path.write_bytes(statement("08", *entries))
    return path


def alike(partij: Partij) -> dict[int, int | None]:
    """Return what is left, with the payment that each could be."""
    paid(partij)
    return {one.id: one.lijkt_op[0] if one.lijkt_op else None for one in partij.ledger.paid()[1] if one.rest_cent}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("K1", "een"), ("K1", "iets anders")),
        (("", "voorschot"), ("K1", "Voorschot")),
        (("", "voorschot"), ("", "voorschot NOTPROVIDED")),
        (("", "eerste {march}"), ("", "tweede {march}")),
    ],
    ids=["reference", "text", "part of the text", "number"],
)
@pytest.mark.parametrize(("day", "held"), [("2026-05-13", True), ("2026-05-16", False)])
def test_what_could_be_an_earlier_payment_waits_for_a_hand(
    first: tuple[str, str], second: tuple[str, str], day: str, held: bool, partij: Partij, tmp_path: Path
) -> None:
    """The amount fits April by itself; only where it cannot be a payment under another day is it coupled to that."""
    march = numbers(partij)["0384", 3]
    one, two = (
        entry("08", "49.10", detail("08", DIEMEN, told.format(march=march)), kenmerk=kenmerk, dag=on)
        for (kenmerk, told), on in ((first, "2026-05-04"), (second, day))
    )
    partij.ledger.pay([camt_of(tmp_path, one)], ACCOUNTS)
    assert alike(partij) == {}
    partij.ledger.pay([camt_of(tmp_path, two)], ACCOUNTS)
    assert alike(partij).get(2) == (1 if held else None)
    assert sum(paid(partij).values()) == (4910 if held or not one.count(march) else 9820)
    if held:
        assert partij.ledger.pay([], ACCOUNTS).gekoppeld == 0
        assert partij.ledger.pay([], ACCOUNTS, koppel=[f"2:{march}"]).gekoppeld == 1
        assert alike(partij) == {}


def test_two_references_or_two_declarations_tell_payments_apart(partij: Partij, tmp_path: Path) -> None:
    march, april = numbers(partij)["0384", 3], numbers(partij)["0384", 4]
    entries = [
        entry("08", "49.10", detail("08", DIEMEN, told), kenmerk=kenmerk, dag=f"2026-05-0{place}")
        for place, (kenmerk, told) in enumerate([("A", "x"), ("B", "x"), ("", march), ("", april)], 1)
    ]
    partij.ledger.pay([camt_of(tmp_path, *entries[:2])], ACCOUNTS)
    assert alike(partij) == {2: None}
    partij.ledger.pay([camt_of(tmp_path, *entries[2:])], ACCOUNTS)
    assert set(alike(partij).values()) == {None}


def test_a_batch_and_its_total_are_not_both_coupled(partij: Partij, tmp_path: Path) -> None:
    parts = detail("08", DIEMEN, "een", "49.10") + detail("08", DIEMEN, "twee", "98.20")
    total = bank(tmp_path, ("2026-05-06", 14730, "verzamelbetaling", DIEMEN, ""))
    for kenmerk in ("", "B1"):
        batch = camt_of(tmp_path, entry("08", "147.30", parts, kenmerk=kenmerk))
        other = Partij("sqlite://", prices={"2.1 hbo": "24,55"}, contract={"gemeenten": ["0384", "0363"]})
        other.toewijzingen = [toewijzing()]
        other.month(registratie("a"))
        assert other.ledger.pay([batch, total], ACCOUNTS).nieuw == 3
        assert alike(other) == {1: None, 3: 1}
        other.ledger.close()
    partij.ledger.pay([total, camt_of(tmp_path, entry("08", "147.30", parts))], ACCOUNTS)
    assert alike(partij) == {2: 1, 3: 1} and sum(paid(partij).values()) == 14730


def test_statements_that_overlap_in_one_file_count_once(partij: Partij, tmp_path: Path) -> None:
    """With a reference of the bank it is the same; without one it may be another, which a hand decides."""
    sure, unsure = entry("08", "49.10", detail("08", DIEMEN), kenmerk="K1"), entry("08", "98.20", detail("08", DIEMEN))
    path = camt_of(tmp_path, sure, unsure, sure, unsure)
    found = partij.ledger.pay([path], ACCOUNTS)
    assert (found.nieuw, found.bekend, found.dubbel) == (3, 1, 1)
    assert alike(partij) == {3: 2}
    assert partij.ledger.pay([path], ACCOUNTS).nieuw == 0


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("decl 12345678.", ["12345678"]),
        ("decl 1234 5678 mei", ["12345678"]),
        ("decl 1234\n5678", ["12345678"]),
        ("decl JD050 A8DDF55 9", ["JD050A8DDF55"]),
        ("decl JD050A8DDF55 van 1234 5678", ["JD050A8DDF55"]),
        ("decl 1234567890", []),
        ("decl X12345678", []),
        ("NL91 ABNA 1234 5678 90", []),
        ("decl 12 345 6789", []),
        ("decl 1234-5678", []),
        ("JD050A8 DDF551", []),
    ],
)
def test_a_number_is_named_as_a_whole_word(text: str, named: list[str]) -> None:
    assert _named(Bankregel(date(2026, 5, 4), 1, DIEMEN, text, ""), {"12345678", "JD050A8DDF55", "5678A"}) == named


def test_a_reference_that_reads_as_a_bsn_is_known_again(partij: Partij, tmp_path: Path) -> None:
    camt = tmp_path / "mei.xml"
    camt.write_bytes(statement("08", entry("08", "1.00", detail("08", DIEMEN), kenmerk=BRAM)))
    assert [partij.ledger.pay([camt], ACCOUNTS).nieuw for _ in range(2)] == [1, 0]


def test_what_names_a_declaration_that_was_not_sent_waits_for_it(partij: Partij, tmp_path: Path) -> None:
    """Its amount is that of another declaration: what it names goes first, now and when it was sent."""
    made = partij.run(registratie("d", "2026-05-04", 30), periode="2026-05")
    (may,) = (one["declaratienummer"] for one in made.samenvatting["declaraties"])
    partij.ledger.pay([bank(tmp_path, ("2026-06-01", 4910, may, DIEMEN, ""))], ACCOUNTS)
    assert paid(partij) == {}
    partij.settle(made)
    assert partij.ledger.pay([], ACCOUNTS).gekoppeld == 1
    assert paid(partij) == {("0384", 5): 4910}


def test_what_was_paid_on_a_declaration_that_is_withdrawn_is_left(partij: Partij, tmp_path: Path) -> None:
    made = partij.run(registratie("d", "2026-05-04", 45), periode="2026-05")
    partij.send(made)
    (may,) = (one["declaratienummer"] for one in made.samenvatting["declaraties"])
    partij.ledger.pay([bank(tmp_path, ("2026-06-01", 7365, may, DIEMEN, ""))], ACCOUNTS)
    assert paid(partij) == {("0384", 5): 7365}
    partij.ledger.withdraw([may], op=date(2026, 6, 2))
    assert paid(partij) == {}
    assert [one.rest_cent for one in partij.ledger.paid()[1]] == [7365]


def test_what_is_taken_back_is_not_paid_any_more(partij: Partij, tmp_path: Path) -> None:
    march = numbers(partij)["0384", 3]
    given, back = ("2026-05-01", 9820, march, DIEMEN, ""), ("2026-05-02", -9820, f"storno {march}", DIEMEN, "")
    partij.ledger.pay([bank(tmp_path, given, back)], ACCOUNTS)
    assert paid(partij) == {} and not any(one.rest_cent for one in partij.ledger.paid()[1])
    partij.ledger.pay([bank(tmp_path, ("2026-05-13", 9820, march, DIEMEN, ""))], ACCOUNTS)
    assert paid(partij) == {("0384", 3): 9820}
    partij.ledger.pay([bank(tmp_path, ("2026-05-14", -820, "te veel", DIEMEN, ""))], ACCOUNTS)
    assert paid(partij) == {("0384", 3): 9820}
    partij.ledger.pay([], ACCOUNTS, koppel=[f"4:{march}"])
    assert paid(partij) == {("0384", 3): 9000} and partij.ledger.check()[1] == []


def test_by_amount_only_where_that_can_be_one_thing(partij: Partij, tmp_path: Path) -> None:
    partij.ledger.pay([bank(tmp_path, ("2026-05-01", 4910, "april", DIEMEN, ""))], ACCOUNTS)
    assert paid(partij) == {("0384", 4): 4910}
    # 9820 is what both gemeenten have open of March: from the account of the region it could be either.
    partij.ledger.pay([bank(tmp_path, ("2026-05-02", 9820, "regio", REGIO, ""))], ACCOUNTS)
    assert paid(partij) == {("0384", 4): 4910}
    partij.ledger.pay([bank(tmp_path, ("2026-05-03", 19640, "regio maart", REGIO, ""))], ACCOUNTS)
    assert paid(partij) == {("0384", 4): 4910, ("0384", 3): 9820, ("0363", 3): 9820}


def test_an_advance_is_coupled_when_its_declaration_is_there(partij: Partij, tmp_path: Path) -> None:
    partij.ledger.pay([bank(tmp_path, ("2026-05-01", 2455, "voorschot", DIEMEN, ""))], ACCOUNTS)
    assert paid(partij) == {}
    partij.month(registratie("d", "2026-05-04", 15), periode="2026-05")
    assert partij.ledger.pay([], ACCOUNTS).gekoppeld == 1
    assert paid(partij) == {("0384", 5): 2455}


@pytest.mark.slow
def test_a_credit_within_a_payment_settles_what_it_undoes(partij: Partij, tmp_path: Path) -> None:
    march = numbers(partij)["0384", 3]
    partij.ledger.pay([bank(tmp_path, ("2026-05-01", 9820, march, DIEMEN, ""))], ACCOUNTS)
    partij.month(registratie("a", minuten=45), registratie("e", "2026-05-05"), periode="2026-05")
    may = numbers(partij)["0384", 5]
    net = 9820 - 2455
    partij.ledger.pay([bank(tmp_path, ("2026-06-01", net, may, DIEMEN, ""))], ACCOUNTS)
    assert paid(partij)["0384", 5] == net


def test_no_gemeente_pays_for_another(partij: Partij, tmp_path: Path) -> None:
    partij.ledger.pay([bank(tmp_path, ("2026-05-01", 9820, numbers(partij)["0363", 3], DIEMEN, ""))], ACCOUNTS)
    assert paid(partij) == {}


@pytest.mark.slow
def test_by_hand_and_undone(partij: Partij, tmp_path: Path) -> None:
    march = numbers(partij)["0384", 3]
    partij.ledger.pay([bank(tmp_path, ("2026-05-01", 10000, "onduidelijk", DIEMEN, ""))], ACCOUNTS)
    assert paid(partij) == {}
    for wrong in (f"1:{numbers(partij)['0363', 3]}", "2:" + march, "x:" + march, "1", f"1:{BRAM}"):
        with pytest.raises(mpj.InputError) as error:
            partij.ledger.pay([], ACCOUNTS, koppel=[wrong])
        assert BRAM not in str(error.value)
    partij.ledger.pay([], ACCOUNTS, koppel=[f"1:{march}"])
    assert paid(partij) == {("0384", 3): 9820}
    with pytest.raises(mpj.InputError):
        partij.ledger.pay([], ACCOUNTS, koppel=[f"1:{march}"])
    assert partij.ledger.pay([], ACCOUNTS, ontkoppel=[1]).ontkoppeld == 1
    assert paid(partij) == {} and partij.ledger.pay([], ACCOUNTS).gekoppeld == 0


def test_check_finds_a_payment_that_was_coupled_too_often(partij: Partij, tmp_path: Path) -> None:
    partij.ledger.pay([bank(tmp_path, ("2026-05-01", 4910, "april", DIEMEN, ""))], ACCOUNTS)
    assert partij.ledger.check()[1] == []
    with partij.ledger.database.transaction() as connection:
        connection.execute(update(schema.koppeling).values(cent=4911))
    assert "betaling 1" in str(partij.ledger.check()[1][0])


@given(cent=st.integers(-500, 500).filter(bool), due=st.lists(st.integers(-300, 300).filter(bool), max_size=6))
def test_a_spread_payment_is_never_more_than_it_is_nor_pays_what_is_not_open(cent: int, due: list[int]) -> None:
    rows = list(enumerate(due))
    parts = _spread(cent, rows)
    matched, sign = sum(parts.values()), 1 if cent > 0 else -1
    assert 0 <= matched * sign <= cent * sign
    for identity, part in parts.items():
        assert 0 < part / due[identity] <= 1
    if sum(due) * sign >= 0:
        assert matched * sign == min(cent * sign, sum(due) * sign)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_whatever_is_paid_adds_up_to_what_was_read(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    partij = Partij("sqlite://", prices={"2.1 hbo": "24,55"}, contract={"gemeenten": ["0384", "0363"]})
    partij.toewijzingen = [toewijzing(), toewijzing(2, bsn=BRAM, gemeente="0363")]
    partij.month(registratie("a"), registratie("b", bsn=BRAM))
    partij.month(registratie("c", "2026-04-02", 30), periode="2026-04")
    names = ["", *numbers(partij).values()]
    cents = st.sampled_from([9820, 4910, 14730, 19640, -2000, 5000, 1])
    accounts = st.sampled_from([DIEMEN, AMSTERDAM, REGIO, VREEMD])
    row = st.tuples(st.sampled_from(["2026-05-01", "2026-05-03"]), cents, st.sampled_from("xyz"), accounts, st.sampled_from(names))
    folder, total, most = tmp_path_factory.mktemp("bank"), 0, 0
    for _ in range(data.draw(st.integers(1, 3))):
        rows = data.draw(st.lists(row, max_size=5))
        found = partij.ledger.pay([bank(folder, *rows)], ACCOUNTS)
        assert found.nieuw + found.bekend + found.overig == len(rows)
        assert partij.ledger.pay([bank(folder, *rows)], ACCOUNTS).nieuw == 0
        most += sum(one[1] for one in rows if one[3] != VREEMD and one[1] > 0)
        made, payments = partij.ledger.paid()
        total = sum(one.cent for one in payments)
        assert sum(one.betaald_cent for one in made) + sum(one.rest_cent for one in payments) == total <= most
        assert all(0 <= one.betaald_cent <= (one.toegekend_cent or 0) for one in made if one.open_cent >= 0)
        assert all(0 <= one.rest_cent / one.cent <= 1 for one in payments)
        assert all(one.rest_cent == one.cent for one in payments if one.lijkt_op)
        beeld = read_paid(partij.ledger, date(2026, 6, 1))
        assert (
            sum(one.betaald_cent for one in beeld.regels) + sum(one.rest_cent for one in beeld.rest) == beeld.gelezen_cent == total
        )
    partij.ledger.close()


@pytest.mark.slow
def test_the_command_keeps_and_shows_gemeenten_alone(partij: Partij, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    march = numbers(partij)["0384", 3]
    partij.ledger.close()
    names, config, url = tmp_path / "namen.csv", tmp_path / "mpj.toml", str(tmp_path / "zorg.db")
    names.write_text(f"soort;code;naam;regio;rekening\ngemeente;0384;Diemen;;{DIEMEN}\ngemeente;0363;Amsterdam;;\n", "utf-8")
    config.write_text('contracten = "c"\ntoewijzingen = "t"\nuit = "u"\nnamen = "namen.csv"\n', "utf-8")
    rows = (
        ("2026-05-03", 9820, march, DIEMEN, ""),
        ("2026-05-04", 777, f"voor {BRAM}", DIEMEN, ""),
        ("2026-05-05", 555, "Oma Jansen", VREEMD, ""),
        ("2026-05-06", 777, f"voor {BRAM}", DIEMEN, ""),
    )
    (tmp_path / "af").mkdir()
    asked = ["ledger", "pay", str(bank(tmp_path / "af", *rows)), "--ledger", url, "--config", str(config)]
    assert cli.run([*asked, "--out", str(tmp_path / "uit")]) == 0
    out, err = capsys.readouterr()
    left = (tmp_path / "uit" / "rest.csv").read_text("utf-8")
    assert "Let op: kan een betaling zijn die al gelezen is: 1." in out and "betaling 2 van 4 mei 2026" in out + left
    assert "Nieuw: 3 betalingen; al bekend: 0; gekoppeld: 1." in out and "niet van een bekende rekening van een gemeente: 1." in out
    with (tmp_path / "uit" / "betaald.csv").open(encoding="utf-8", newline="") as stream:
        found = {row["gemeente"]: row for row in csv.DictReader(stream, delimiter=";") if row["gemeente"] != "totaal"}
    stages = ("geleverd_cent", "ingediend_cent", "toegekend_cent", "betaald_cent", "verschil_cent", "dagen", "te_laat")
    assert [found["0384"][name] for name in stages[:6]] == ["14730", "14730", "14730", "9820", "4910", "33"]
    assert [found["0363"][name] for name in stages[:5]] == ["9820", "9820", "9820", "0", "9820"]
    shown = out + err + "".join(path.read_text("utf-8") for path in (tmp_path / "uit").iterdir() if path.suffix != ".xlsx")
    assert "Jansen" not in shown and VREEMD not in shown and BRAM not in shown and "555" not in found
    for content in (b"Jansen", VREEMD.encode(), BRAM.encode() + b" "):
        assert content not in (tmp_path / "zorg.db").read_bytes()
    with partij.ledger.__class__(url) as ledger, ledger.database.transaction(write=False) as connection:
        assert {row.rekening for row in connection.execute(select(schema.betaling))} == {DIEMEN}
    names.write_text("soort;code;naam;regio;rekening\ngemeente;0384;Diemen;;NL92ABNA0417164300\n", "utf-8")
    assert cli.run(asked) == 2
    assert "rij 2, rekening" in capsys.readouterr().err
    names.write_text("soort;code;naam\ngemeente;0384;Diemen\n", "utf-8")
    assert cli.run(asked) == 2
    assert "van geen gemeente is een rekening bekend" in capsys.readouterr().err
    assert cli.run(["ledger", "pay", "--ledger", url, "--config", str(config)]) == 0
    assert "Betalingen" in capsys.readouterr().out


def test_only_what_was_sent_counts_as_submitted(tmp_path: Path) -> None:
    """A concept is not submitted, and neither is a rejected line less so while it stands in a concept again."""
    partij = Partij(empty_ledger(tmp_path / "l.db"))

    def submitted() -> int:
        (row,) = read_paid(partij.ledger, date(2026, 12, 31)).regels
        return row.ingediend_cent

    partij.month(registratie("a"))
    late = partij.run(registratie("b", "2026-04-02"), periode="2026-04")
    assert submitted() == 9820
    partij.settle(late, [line.referentienummer for line in late.regels])
    assert submitted() == 19640
    partij.ledger.resend([line.referentienummer for line in late.regels])
    again = partij.run(periode="2026-04")
    assert len(again.regels) == 1 and submitted() == 19640
    partij.settle(again)
    assert submitted() == 19640
    correction = partij.run(registratie("a", minuten=120), periode="2026-04")
    assert len(correction.regels) == 2 and submitted() == 19640
    partij.ledger.close()


@pytest.mark.slow
def test_an_invoice_is_paid_what_its_message_asks(tmp_path: Path) -> None:
    """The credit of a rejected line closes the debtor account and travels in no message: nobody pays less for it."""
    partij = Partij(tmp_path / "factuur.db", prices={"2.1 hbo": "24,55"}, declaratie={"vorm": "factuur"})
    partij.toewijzingen = [toewijzing(), toewijzing(2, bsn=BRAM)]
    march = partij.run(registratie("a"), registratie("b", bsn=BRAM))
    partij.settle(march, [line.referentienummer for line in march.regels if line.bsn == BRAM])
    april = partij.run(registratie("b", minuten=30, bsn=BRAM), periode="2026-04")
    made = [(line.debetcredit, line.bedrag_cent, line.in_bericht) for line in april.regels]
    assert made == [("C", 9820, False), ("D", 4910, True)]
    partij.settle(april)
    first, second = partij.ledger.paid()[0]
    assert (first.toegekend_cent, first.open_cent) == (9820, 9820)
    assert (second.ingediend_cent, second.toegekend_cent, second.open_cent) == (4910, 4910, 4910)
    rows = ("2026-05-04", 9820, f"factuur {first.nummer}", DIEMEN, ""), ("2026-05-20", 4910, "", DIEMEN, "")
    done = partij.ledger.pay([bank(tmp_path, *rows)], ACCOUNTS)
    assert (done.nieuw, done.gekoppeld) == (2, 2)
    assert [(one.betaald_cent, one.open_cent) for one in partij.ledger.paid()[0]] == [(9820, 0), (4910, 0)]
    partij.ledger.close()
