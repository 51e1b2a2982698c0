"""The traffic: what waits is open and never within the norm, what was rejected at first, how long repair and requests take."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from ledger.support import Partij, answer_to, refs, registratie, toewijzing

from mpj import cli
from mpj.ledger.traffic import Afkeur, Partner
from mpj.messages import Antwoordbericht, Declaratiebericht
from mpj.presentation.report import Table
from mpj.reading.periods import parse_month
from mpj.reading.sources import Reading
from mpj.reports import Kpi, read_kpi, read_requests
from mpj.reports.kpi import _by_code as by_code
from mpj.reports.kpi_pages import overview
from mpj.reports.speech import ReportSpeech
from reports.test_benchmark import CHILDREN

NO_MONTHS = parse_month("2026-01"), parse_month("2026-12")


def kpis(partij: Partij, **wanted: str) -> dict[str, Kpi]:
    found = read_kpi(partij.ledger, *NO_MONTHS).kpis
    return {one.kpi: one for one in found if all(getattr(one, name) == value for name, value in wanted.items())}


def numbers(one: Kpi) -> tuple[object, ...]:
    """What a figure says: its value, of how many, how many within the norm, and how many wait."""
    return one.waarde, one.aantal, one.binnen_norm, one.open


def with_children(tmp_path: Path, count: int, **fields: Any) -> tuple[Partij, list[dict[str, Any]]]:
    partij = Partij(tmp_path / "l.db")
    partij.toewijzingen = [toewijzing(number, bsn=bsn, **fields) for number, bsn in enumerate(CHILDREN[:count], 1)]
    return partij, [registratie(f"r{number}", bsn=bsn) for number, bsn in enumerate(CHILDREN[:count], 1)]


@pytest.mark.slow
def test_an_answer_in_ten_working_days_counts_holidays(tmp_path: Path) -> None:
    """Sent on Tuesday 31 March 2026; Good Friday and Easter Monday do not count, so ten working days end on Thursday 16 April."""
    for name, day, days, within in (("in", "2026-04-16", 10, 1), ("out", "2026-04-17", 11, 0)):
        partij = Partij(tmp_path / f"{name}.db")
        (message,) = partij.send(partij.run(registratie("a")))
        answered = kpis(partij)["antwoord_werkdagen"]
        assert numbers(answered) == (None, 0, 0, 1), "open is open"
        partij.ledger.answer([("a.xml", answered_on(message, date.fromisoformat(day)))], op=date(2026, 5, 1))
        assert numbers(kpis(partij)["antwoord_werkdagen"]) == (days, 1, within, 0)


def answered_on(message: Declaratiebericht, day: date) -> Antwoordbericht:
    """The answer that grants all of it, dated on a day."""
    found = answer_to(message)
    identificatie = evolve(found.header.identificatie, dagtekening=day)
    return evolve(found, header=evolve(found.header, identificatie=identificatie))


def test_a_declaration_is_due_at_the_end_of_the_next_month(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "l.db")
    partij.send(partij.run(registratie("a")))
    partij.run(registratie("b", "2026-04-07"), periode="2026-04")
    march, april = (kpis(partij, maand=month)["indienen_dagen"] for month in ("2026-03", "2026-04"))
    assert numbers(march) == (0, 1, 1, 0)
    assert numbers(april) == (None, 0, 0, 1), "a concept is open"


@pytest.mark.slow
def test_what_was_rejected_at_first_and_repaired(tmp_path: Path) -> None:
    """Of 12 lines 5 are refused; sent again they are granted a month after, within the norm, and are no first lines then."""
    partij, records = with_children(tmp_path, 12)
    first = partij.run(*records)
    refused = refs(first.regels)[:5]
    partij.settle(first, refused)
    found = kpis(partij)
    assert found["goed_in_een_keer_procent"].waarde == Fraction(700, 12)
    assert numbers(found["afgekeurd_cent"])[:2] == (5 * 9820, 5)
    assert numbers(found["code_9338"])[:2] == (5 * 9820, 5)
    assert (found["herstel_dagen"].aantal, found["herstel_dagen"].binnen_norm, found["herstel_dagen"].open) == (0, 0, 5)
    partij.ledger.resend(refused)
    partij.settle(partij.run(periode="2026-04"))
    after = kpis(partij, maand="2026-03")
    assert after["goed_in_een_keer_procent"] == found["goed_in_een_keer_procent"]
    assert (after["herstel_dagen"].aantal, after["herstel_dagen"].binnen_norm, after["herstel_dagen"].open) == (5, 5, 0)
    assert "goed_in_een_keer_procent" not in kpis(partij, maand="2026-04"), "a line that goes out again is no first line"
    assert kpis(partij, maand="2026-04")["nagekomen_cent"].waarde == 5 * 9820


@pytest.mark.slow
@pytest.mark.parametrize(("children", "refused", "shown"), [(12, 0, True), (12, 4, False), (12, 5, True), (4, 0, False)])
def test_small_numbers_are_not_shown(tmp_path: Path, children: int, refused: int, shown: bool) -> None:
    partij, records = with_children(tmp_path, children)
    result = partij.run(*records)
    partij.settle(result, refs(result.regels)[:refused])
    found = read_kpi(partij.ledger, *NO_MONTHS)
    names = {one.kpi for one in found.kpis}
    assert ("goed_in_een_keer_procent" in names) is ("afgekeurd_cent" in names) is shown
    assert shown or found.niet_getoond > 0


def test_a_partner_is_told_what_was_rejected_in_all_or_not_at_all(tmp_path: Path) -> None:
    """Four lines of March were rejected, which is not shown; that nothing was in April does not make it 0,00 and 100%."""
    partij, records = with_children(tmp_path, 12)
    first = partij.run(*records)
    partij.settle(first, refs(first.regels)[:4])
    april = [registratie(f"s{number}", "2026-04-07", bsn=bsn) for number, bsn in enumerate(CHILDREN[:12], 1)]
    partij.settle(partij.run(*april, periode="2026-04"))
    found = read_kpi(partij.ledger, *NO_MONTHS)
    assert [(one.maand, one.waarde) for one in found.kpis if one.kpi == "afgekeurd_cent"] == [("2026-04", Fraction(0))]
    (table,) = (part for part in overview(found, ReportSpeech("nl")).parts if isinstance(part, Table))
    assert next(iter(table.rows))[-2:] == (None, None)
    only = read_kpi(partij.ledger, parse_month("2026-04"), parse_month("2026-04"))
    (table,) = (part for part in overview(only, ReportSpeech("nl")).parts if isinstance(part, Table))
    assert next(iter(table.rows))[-2:] == (100, 0)


@pytest.mark.parametrize(("van", "tot", "code", "told"), [("2026-03", "2026-01", 2, "eerste"), ("2030-01", "2030-03", 0, "niets")])
def test_months_without_anything_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], van: str, tot: str, code: int, told: str
) -> None:
    partij, records = with_children(tmp_path, 1)
    partij.settle(partij.run(*records))
    partij.ledger.database.close()
    period = ["--ledger", str(tmp_path / "l.db"), "--van", van, "--tot", tot]
    for name in ("kpi", "benchmark") if code == 0 else ("kpi",):
        assert cli.run(["report", name, *period, "--out", str(tmp_path / name)]) == code
        shown = capsys.readouterr()
        assert told in shown.out + shown.err


@pytest.mark.slow
def test_care_of_before_its_toewijzing(tmp_path: Path) -> None:
    partij, records = with_children(tmp_path, 6, toewijzingsdatum="2026-03-06")
    partij.send(partij.run(*records))
    assert kpis(partij)["zorg_voor_toewijzing_procent"].waarde == 100
    late = tmp_path / "late"
    late.mkdir()
    partij, records = with_children(late, 6, toewijzingsdatum="2026-03-05")
    partij.send(partij.run(*records))
    assert kpis(partij)["zorg_voor_toewijzing_procent"].waarde == 0


lines = st.lists(
    st.tuples(
        st.integers(1, 30),
        st.lists(st.sampled_from(["9338", "0001", "0611", "9340"]), max_size=2, unique=True),
        st.integers(1, 999),
    ),
    max_size=40,
)


@given(lines)
def test_codes_of_few_clients_go_together(found: Sequence[tuple[int, list[str], int]]) -> None:
    """No code is of fewer than five clients, nor is what is left of the rest, unless all of it is."""
    partner = Partner(parse_month("2026-03"), "0384", "65656055")
    told = [Afkeur(partner, c, tuple(codes), 1, n) for c, codes, n in found]
    groups = dict(by_code(told))
    assert sum(len(own) for own in groups.values()) == sum(len(one.codes) or 1 for one in told)
    few = [code for code, own in groups.items() if len({one.client for one in own}) < 5]
    assert few in ([], ["code_overig"])
    assert not few or len(groups) == 1


def message(kind: str, day: str, reference: str, code: str = "45A11") -> str:
    """A request (JW315) or a toewijzing (JW301), as small as the standard allows."""
    name, ns = kind.lower(), "http://www.istandaarden.nl/ijw/3_2"
    number, sender, receiver = ("446", "65656055", "0384") if kind == "JW315" else ("436", "0384", "65656055")
    p = f"{name}:"
    product = f"<{p}Product><ijw:Categorie>{code[:2]}</ijw:Categorie><ijw:Code>{code}</ijw:Code></{p}Product>"
    omvang = f"<{p}Omvang><ijw:Volume>2</ijw:Volume><ijw:Eenheid>16</ijw:Eenheid><ijw:Frequentie>4</ijw:Frequentie></{p}Omvang>"
    asked = (
        f"<{p}AangevraagdeProducten><{p}AangevraagdProduct><{p}ReferentieAanbieder>{reference}</{p}ReferentieAanbieder>{product}"
        f"<{p}ToewijzingIngangsdatum>2026-04-01</{p}ToewijzingIngangsdatum>{omvang}<{p}Verwijzer><ijw:Type>01</ijw:Type></{p}Verwijzer>"
        f"</{p}AangevraagdProduct></{p}AangevraagdeProducten>"
    )
    given = (
        f"<{p}Contactgegevens><{p}Contact><{p}Soort>01</{p}Soort></{p}Contact></{p}Contactgegevens>"
        f"<{p}ToegewezenProducten><{p}ToegewezenProduct><{p}ToewijzingNummer>7</{p}ToewijzingNummer>"
        f"<{p}ReferentieAanbieder>{reference}</{p}ReferentieAanbieder>{product}<{p}Toewijzingsdatum>{day}</{p}Toewijzingsdatum>"
        f"<{p}Toewijzingstijd>12:00:00</{p}Toewijzingstijd><{p}Ingangsdatum>2026-04-01</{p}Ingangsdatum>{omvang}"
        f"</{p}ToegewezenProduct></{p}ToegewezenProducten>"
    )
    gebruik = "" if kind == "JW315" else "<ijw:NaamGebruik>1</ijw:NaamGebruik>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{p}Bericht xmlns:{name}="{ns}/{name}/schema" xmlns:ijw="{ns}/basisschema/schema">'
        f"<{p}Header><{p}BerichtCode>{number}</{p}BerichtCode><{p}BerichtVersie>3</{p}BerichtVersie><{p}BerichtSubversie>2</{p}BerichtSubversie>"
        f"<{p}Afzender>{sender}</{p}Afzender><{p}Ontvanger>{receiver}</{p}Ontvanger><{p}BerichtIdentificatie>"
        f"<ijw:Identificatie>1</ijw:Identificatie><ijw:Dagtekening>{day}</ijw:Dagtekening></{p}BerichtIdentificatie><{p}XsdVersie>"
        f"<ijw:BasisschemaXsdVersie>1.0.0</ijw:BasisschemaXsdVersie><ijw:BerichtXsdVersie>1.0.0</ijw:BerichtXsdVersie></{p}XsdVersie></{p}Header>"
        f"<{p}Client><{p}Bsn>999900006</{p}Bsn><{p}Geboortedatum><ijw:Datum>2012-02-14</ijw:Datum></{p}Geboortedatum><{p}Geslacht>1</{p}Geslacht>"
        f"<{p}Naam><ijw:Geslachtsnaam><ijw:Achternaam>Wit</ijw:Achternaam></ijw:Geslachtsnaam>{gebruik}</{p}Naam>"
        f"{asked if kind == 'JW315' else given}</{p}Client></{p}Bericht>"
    )


def written(folder: Path, **messages: str) -> Path:
    folder.mkdir()
    for name, text in messages.items():
        (folder / f"{name}.xml").write_text(text, "utf-8")
    return folder


def test_requests_are_held_against_five_working_days(tmp_path: Path) -> None:
    """Asked on Wednesday 1 April 2026: five working days later is Friday 10 April. One is in time, one is not, one waits."""
    folder = written(
        tmp_path / "berichten",
        a=message("JW315", "2026-04-01", "in"),
        b=message("JW301", "2026-04-10", "in"),
        c=message("JW315", "2026-04-01", "uit"),
        d=message("JW301", "2026-04-13", "uit", "54F01"),
        e=message("JW315", "2026-04-02", "open"),
        f=message("JW315", "2026-04-02", "stuk").replace("<ijw:Type>01</ijw:Type>", ""),
        g="<x:Bericht xmlns:x='http://www.istandaarden.nl/ijw/3_2/jw303/schema'/>",
    )
    heard: list[Any] = []
    found = read_requests([folder], Reading(heard.append))
    assert found.berichten["JW315"] == 3 and found.berichten["JW301"] == 2 and found.berichten["onleesbaar"] == 1
    assert sum(found.berichten.values()) == 7
    assert [fault.soort for fault in heard] == ["waarschuwing"]
    ((partner, asked),) = found.per_partner(*NO_MONTHS)
    assert (partner.gemeente, partner.aanbieder) == ("0384", "65656055")
    assert (asked.werkdagen, asked.binnen, asked.open) == ((5, 6), 1, 1)
    assert asked.producten == 2


def test_a_message_that_is_given_twice_counts_once_among_the_codes(tmp_path: Path) -> None:
    given = message("JW301", "2026-04-10", "in")
    folder = written(tmp_path / "berichten", a=given, b=given, c=message("JW301", "2026-04-10", "uit", "54F01"))
    heard: list[Any] = []
    found = read_requests([folder], Reading(heard.append))
    ((_, asked),) = found.per_partner(*NO_MONTHS)
    assert (found.berichten["JW301"], asked.producten) == (2, 2)
    assert [(one.code, one.bestand) for one in heard] == [("bestand_dubbel", "berichten/b.xml")]


def test_the_command_writes_it_and_names_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    partij, records = with_children(tmp_path, 12)
    result = partij.run(*records)
    partij.settle(result, refs(result.regels)[:5])
    partij.ledger.database.close()
    folder = written(tmp_path / "berichten", a=message("JW315", "2026-04-01", "in"), b=message("JW301", "2026-04-10", "in"))
    out = tmp_path / "verkeer"
    asked = [
        "report",
        "kpi",
        "--ledger",
        str(tmp_path / "l.db"),
        "--van",
        "2026-01",
        "--tot",
        "2026-12",
        "--berichten",
        str(folder),
    ]
    assert cli.run([*asked, "--out", str(out)]) == 0
    shown = capsys.readouterr()
    with (out / "kpi.csv").open(encoding="utf-8", newline="") as stream:
        rows: list[Mapping[str, str]] = list(csv.DictReader(stream, delimiter=";"))
    assert list(rows[0]) == ["maand", "gemeente", "aanbieder", "kpi", "waarde", "norm", "aantal", "binnen_norm", "open"]
    assert {row["kpi"]: row["waarde"] for row in rows if row["kpi"] in ("afgekeurd_cent", "toewijzing_werkdagen")} == {
        "afgekeurd_cent": "49100",
        "toewijzing_werkdagen": "5",
    }
    text = shown.out + shown.err + "".join(path.read_text("utf-8") for path in out.iterdir() if path.suffix != ".xlsx")
    assert not re.search(r"\b9999\d{5}\b", text)
    assert {path.name for path in out.iterdir()} == {"kpi.csv", "kpi.html", "kpi.xlsx"}
    page = (out / "kpi.html").read_text("utf-8")
    (month,) = [row for row in page.split("<tr>") if row.startswith('<td class="d">2026-03</td><td>0384</td>')]
    assert ">58,33%<" in month and ">491,00<" in month and "9338 € 491,00" in month, "one row has all of a month and partner"
