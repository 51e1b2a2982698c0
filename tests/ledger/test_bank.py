"""What a bank delivers: camt.053 of both versions and CSV give the same movements, and of strangers nothing but a count."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import mpj
from mpj.ledger.bank import SPACE, Bankbestand, Bankregel, read_bank
from mpj.reading.sources import Source

DIEMEN, AMSTERDAM, VREEMD = "NL91ABNA0417164300", "NL20INGB0001234567", "NL44RABO0123456789"
KNOWN = {DIEMEN: ("0384",), AMSTERDAM: ("0363",)}


def party(version: str, side: str, account: str, name: str) -> str:
    told = f"<Nm>{name}</Nm>" if version == "02" else f"<Pty><Nm>{name}</Nm></Pty>"
    return f"<RltdPties><{side}>{told}</{side}><{side}Acct><Id><IBAN>{account}</IBAN></Id></{side}Acct></RltdPties>"


def detail(version: str, account: str, text: str = "", amount: str = "", sign: str = "CRDT", name: str = "Gemeente") -> str:
    side = "Dbtr" if sign == "CRDT" else "Cdtr"
    euros = f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
    if version == "02":
        euros = f'<AmtDtls><TxAmt><Amt Ccy="EUR">{amount}</Amt></TxAmt></AmtDtls>'
    found = party(version, side, account, name) + f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>"
    return f"<TxDtls>{euros if amount else ''}{found}</TxDtls>"


def entry(version: str, amount: str, details: str, sign: str = "CRDT", **more: str) -> str:
    status = more.get("status", "BOOK")
    told = status if version == "02" else f"<Cd>{status}</Cd>"
    return (
        f'<Ntry><Amt Ccy="{more.get("munt", "EUR")}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
        f"<Sts>{told}</Sts><BookgDt><Dt>{more.get('dag', '2026-05-04')}</Dt></BookgDt>"
        f"<AcctSvcrRef>{more.get('kenmerk', '')}</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>"
    )


def statement(version: str, *entries: str, space: str = "") -> bytes:
    own = space or f"{SPACE}camt.053.001.{version}"
    acct = "<Acct><Id><IBAN>NL44RABO0123456789</IBAN></Id></Acct>"
    text = f'<Document xmlns="{own}"><BkToCstmrStmt><Stmt>{acct}{"".join(entries)}</Stmt></BkToCstmrStmt></Document>'
    return b'<?xml version="1.0" encoding="UTF-8"?>' + text.encode()


def read(tmp_path: Path, content: bytes, name: str = "afschrift.xml") -> Bankbestand:
    path = tmp_path / name
    path.write_bytes(content)
    return read_bank(Source(name, path), KNOWN)


@pytest.mark.parametrize("version", ["02", "08"])
def test_both_versions_tell_the_same(version: str, tmp_path: Path) -> None:
    batch = detail(version, DIEMEN, "decl DN1", "10.00") + detail(version, AMSTERDAM, "decl DN2", "5.5")
    found = read(
        tmp_path,
        statement(
            version,
            entry(version, "1234.56", detail(version, DIEMEN, "decl DN1"), kenmerk="B1"),
            entry(version, "200.00", detail(version, DIEMEN, "terug", sign="DBIT"), "DBIT", dag="2026-05-05"),
            entry(version, "15.50", batch, kenmerk="B2"),
            entry(version, "99.00", detail(version, VREEMD, "kado voor 999900018", name="Oma Jansen")),
            entry(version, "7.00", detail(version, DIEMEN, "later"), status="PDNG"),
        ),
    )
    assert [(one.datum, one.cent, one.rekening, one.kenmerk) for one in found.regels] == [
        (date(2026, 5, 4), 123456, DIEMEN, "B1"),
        (date(2026, 5, 5), -20000, DIEMEN, ""),
        (date(2026, 5, 4), 1000, DIEMEN, "B2/1"),
        (date(2026, 5, 4), 550, AMSTERDAM, "B2/2"),
    ]
    assert "DN1" in found.regels[0].omschrijving
    assert (found.overig, found.niet_geboekt) == (1, 1)
    assert "Jansen" not in str(found) and all("999900018" not in one.omschrijving for one in found.regels)


def test_a_csv_is_read_as_other_tables_are(tmp_path: Path) -> None:
    text = (
        "datum;bedrag_cent;omschrijving;tegenrekening;declaratienummer\n"
        f"04-05-2026;123456;declaratie;NL91 ABNA 0417 1643 00;dn1\n2026-05-04;99;kado;{VREEMD};\n"
    )
    found = read(tmp_path, text.encode(), "bank.csv")
    assert found == Bankbestand((Bankregel(date(2026, 5, 4), 123456, DIEMEN, "declaratie", "", "DN1"),), 1, 0)


@pytest.mark.parametrize("space", [f"{SPACE}camt.053.001.13", f"{SPACE}camt.054.001.08", "urn:iets:anders"])
def test_another_format_is_refused_by_its_name(space: str, tmp_path: Path) -> None:
    with pytest.raises(mpj.InputError) as error:
        read(tmp_path, statement("08", space=space))
    assert space.removeprefix(SPACE) in str(error.value) and "camt.053.001.08" in str(error.value)


@pytest.mark.parametrize("side", ["DBIT", "CRDT"])
def test_what_a_bank_undoes_counts_whichever_way_the_parties_are_told(side: str, tmp_path: Path) -> None:
    """The gemeente that paid is the Dbtr still in the reversal of many banks, and the Cdtr in that of others."""
    undone = entry("08", "10.00", detail("08", DIEMEN, "terug", sign=side), "DBIT")
    undone = undone.replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")
    found = read(tmp_path, statement("08", entry("08", "10.00", detail("08", DIEMEN)), undone))
    assert ([one.cent for one in found.regels], found.overig) == ([1000, -1000], 0)


@pytest.mark.parametrize(
    ("own", "part", "kenmerk"),
    [("K1", "P1", "K1"), ("", "P1", "P1"), ("", "", ""), ("NONREF", "", ""), ("NOTPROVIDED", "P1", "P1")],
)
def test_a_reference_is_what_the_bank_gives_for_good(own: str, part: str, kenmerk: str, tmp_path: Path) -> None:
    """An NtryRef is often but a number within one statement."""
    inner = detail("08", DIEMEN).replace("<TxDtls>", f"<TxDtls><Refs><AcctSvcrRef>{part}</AcctSvcrRef></Refs>")
    found = read(tmp_path, statement("08", entry("08", "1.00", inner, kenmerk=own).replace("<Ntry>", "<Ntry><NtryRef>1</NtryRef>")))
    assert [one.kenmerk for one in found.regels] == [kenmerk]


def broken(version: str = "08", **more: str) -> bytes:
    amount = more.pop("amount", "1.00")
    return statement(version, entry(version, amount, detail(version, DIEMEN), **more))


@pytest.mark.parametrize(
    "content",
    [
        broken(amount="1.005"),
        broken(amount="1,00"),
        broken(amount="-1.00"),
        broken(amount="1e3"),
        broken(munt="USD"),
        broken(dag="4 mei"),
        broken().replace(b"<CdtDbtInd>CRDT</CdtDbtInd>", b""),
        statement("08", entry("08", "16.00", detail("08", DIEMEN, amount="10.00") + detail("08", AMSTERDAM, amount="5.00"))),
        statement("02", entry("02", "16.00", detail("02", DIEMEN) + detail("02", VREEMD))),
        b'<!DOCTYPE Document [<!ENTITY a "b">]>' + broken(),
        b"<Document/>",
        b"geen xml",
        b"<a>" * 40,
        broken()[:-20],
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_guessed(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(mpj.InputError):
        read(tmp_path, content)


def test_a_wrong_amount_of_a_stranger_holds_nobody_up(tmp_path: Path) -> None:
    strange = entry("08", "1.00", detail("08", VREEMD), munt="USD")
    assert read(tmp_path, statement("08", strange)) == Bankbestand((), 1, 0)


def test_a_separator_within_a_text_makes_no_movement_a_stranger_s(tmp_path: Path) -> None:
    """Behind it stands another account than in its column: the row would have been one of many that are not counted."""
    text = f"datum;bedrag_cent;omschrijving;tegenrekening;declaratienummer\n2026-05-04;100;zorg; maart;{DIEMEN};DN1\n"
    with pytest.raises(mpj.InputError) as error:
        read(tmp_path, text.encode(), "bank.csv")
    (fault,) = error.value.faults
    assert (fault.code, fault.rij, fault.gevonden, fault.verwacht) == ("rij_onvolledig", 2, "6 velden", "5 velden")


@pytest.mark.parametrize("row", ["2026-05-04;1,5;x;R;", "gisteren;100;x;R;", "2026-05-04;;x;R;"])
def test_a_row_that_is_no_movement_is_refused(row: str, tmp_path: Path) -> None:
    text = f"datum;bedrag_cent;omschrijving;tegenrekening;declaratienummer\n{row.replace('R', DIEMEN)}\n"
    with pytest.raises(mpj.InputError) as error:
        read(tmp_path, text.encode(), "bank.csv")
    assert error.value.faults[0].rij == 2


@pytest.mark.slow
def test_the_memory_of_a_long_statement_does_not_grow_with_it(tmp_path: Path) -> None:
    one = entry("08", "1.00", detail("08", VREEMD))
    found: Any = read(tmp_path, statement("08", *[one] * 5000, entry("08", "2.00", detail("08", DIEMEN))))
    assert (len(found.regels), found.overig) == (1, 5000)
