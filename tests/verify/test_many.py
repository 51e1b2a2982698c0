"""`mpj verify` with several messages: each its answer, one table of findings, and an overview."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from codecs import BOM_UTF8
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from attrs import evolve
from scenarios import write_csv

from mpj import cli
from mpj.messages import Declaratiebericht, read_jw325
from mpj.presentation.report import Table
from mpj.reading.workdays import after
from mpj.verification.many import Overzichtrij, Uitslagen
from mpj.verification.overzicht import report
from verify.examples import ANDERS
from verify.support import ANNA, BRAM, answer, credit, line, message, toewijzing, written
from verify.test_cli import SCHEMA, prepare

FRONT = "bericht;aanbieder;gemeente;periode;declaratienummer;"
BEHIND = ";toewijzingnummer;productcode;begindatum;bedrag_bericht_cent"
OVERZICHT = (
    "aanbieder;gemeente;periode;declaratienummer;bericht;dagtekening;uiterste_antwoorddatum;uitkomst;regels;ingediend_cent;"
    "toegekend_cent;afgekeurd_cent;niet_beoordeeld_cent;belangrijkste_code"
)
APRIL = (date(2026, 4, 1), date(2026, 4, 30))


@pytest.fixture(autouse=True)
def commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.COMMANDS, "verify", ("mpj.cli.verify", "verify"))


def folder(path: Path, **messages: Declaratiebericht | bytes) -> list[str]:
    """Write contract, toewijzingen and messages, and return the arguments that verify all of them."""
    arguments = prepare(path, message())
    write_csv(path / "toewijzingen.csv", [toewijzing(), toewijzing(toewijzingnummer="1002", bsn=BRAM)])
    (path / "berichten").mkdir()
    for name, one in messages.items():
        (path / "berichten" / f"{name}.xml").write_bytes(one if isinstance(one, bytes) else written(one))
    arguments[arguments.index("--bericht") + 1] = str(path / "berichten")
    return arguments


def rows(path: Path, name: str, header: str) -> list[dict[str, str]]:
    text = (path / "uit" / name).read_text("utf-8")
    assert text.splitlines()[0] == header
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def overview(path: Path) -> list[dict[str, str]]:
    return rows(path, "overzicht.csv", OVERZICHT)


def findings(path: Path) -> list[dict[str, str]]:
    columns = "referentienummer;plaats;positie;regelcode;retourcode;gevonden;verwacht;bedrag_cent;toelichting"
    return rows(path, "bevindingen.csv", FRONT + columns + BEHIND)


MARCH = message(line(), nummer="DN1", identificatie="B1")
LATER = message(
    line(referentienummer="R2", begindatum=APRIL[0], einddatum=APRIL[1], tarief_cent=170, bedrag_cent=10200),
    nummer="DN2",
    identificatie="B2",
    maand=APRIL,
    dagtekening=date(2026, 5, 4),
)


def test_every_message_has_its_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the order of their months, whatever the files are called."""
    arguments = folder(tmp_path, a=LATER, b=MARCH)
    arguments[-1] = "2026-05-20"
    assert cli.run([*arguments, "--strict"]) == 1
    assert [(row["bericht"], row["periode"], row["uitkomst"], row["belangrijkste_code"]) for row in overview(tmp_path)] == [
        ("berichten/b.xml", "2026-03", "toegekend", ""),
        ("berichten/a.xml", "2026-04", "afgekeurd", "0611"),
    ]
    assert overview(tmp_path)[0]["uiterste_antwoorddatum"] == after(date(2026, 4, 5), 10).isoformat() == "2026-04-20"
    (found,) = findings(tmp_path)
    assert (found["bericht"], found["declaratienummer"], found["regelcode"]) == ("berichten/a.xml", "DN2", "TR418")
    assert [found[name] for name in BEHIND.strip(";").split(";")] == ["1001", "45212", "2026-04-01", "10200"]
    for name in ("jw325-65656055-0384-2026-03-DN1.xml", "jw325-65656055-0384-2026-04-DN2.xml"):
        assert read_jw325((tmp_path / "uit" / name).read_bytes()).antwoord is not None
    summary = json.loads((tmp_path / "uit" / "samenvatting.json").read_text("utf-8"))
    assert set(summary["bestanden"]) == {path.name for path in (tmp_path / "uit").iterdir()}
    own = json.loads(SCHEMA.read_text("utf-8"))
    for one in summary["berichten"]:
        jsonschema.validate(one, own)
    schema = json.loads((SCHEMA.parent / "berichten.schema.json").read_text("utf-8"))
    del schema["properties"]["berichten"]["items"]
    jsonschema.validate(summary, schema)
    shown = capsys.readouterr()
    assert "berichten" in shown.out and "€ 200,20" in shown.out and ANNA not in shown.out + shown.err


def test_no_message_is_dropped_however_they_are_given(tmp_path: Path) -> None:
    arguments = folder(tmp_path, a=MARCH, b=LATER)
    place = arguments.index("--bericht")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        packed.write(tmp_path / "berichten" / "b.xml", "b.xml")
    given = ["--bericht", str(tmp_path / "berichten" / "a.xml"), "--bericht", str(tmp_path / "b.zip")]
    arguments[place : place + 2] = given
    assert cli.run(arguments) == 0
    assert [row["declaratienummer"] for row in overview(tmp_path)] == ["DN1", "DN2"]


def test_messages_are_held_against_those_before_them(tmp_path: Path) -> None:
    """The same care under another category in the next message; and a credit of the first in the third."""
    second = message(ANDERS, nummer="DN2", identificatie="B2", dagtekening=date(2026, 4, 6))
    third = message(credit(line()), nummer="DN3", identificatie="B3", dagtekening=date(2026, 4, 7))
    assert cli.run(folder(tmp_path, x=MARCH, y=second, z=third)) == 0
    assert [(row["declaratienummer"], row["regelcode"]) for row in findings(tmp_path)] == [("DN2", "MPJ06")]
    assert [row["toegekend_cent"] for row in overview(tmp_path)] == ["9820", "0", "-9820"]


@pytest.mark.parametrize("ledger", [False, True])
def test_a_message_that_is_given_twice_is_one_and_is_not_of_before_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ledger: bool
) -> None:
    """A copy was refused for the first, or with a ledger granted a second time; one among those of before refused itself."""
    arguments = folder(tmp_path, march=MARCH, later=LATER, kopie=MARCH)
    given = [*arguments, "--eerder", str(tmp_path / "berichten"), *(["--ledger", str(tmp_path / "g.db")] if ledger else [])]
    for call in (arguments, given):
        assert cli.run([*call, "--force", "--dagtekening", "2026-05-10"]) == 0
        shown = capsys.readouterr().err
        assert "berichten/march.xml: dit bericht is hetzelfde als berichten/kopie.xml, en telt één keer" in shown
        told = [(row["uitkomst"], row["ingediend_cent"]) for row in overview(tmp_path)]
        assert told == [("toegekend", "9820"), ("afgekeurd", "10200")]
        assert {row["regelcode"] for row in findings(tmp_path)} == {"TR418"}
    assert shown.count("dat wordt getoetst: het telt niet als eerder") == 2


def test_a_message_that_was_answered_before_is_not_granted_again(tmp_path: Path) -> None:
    """The same file that comes a second time is no message of today: its euros were granted and paid."""
    arguments = folder(tmp_path, march=MARCH, later=LATER)
    earlier = tmp_path / "eerder"
    earlier.mkdir()
    (earlier / "maart.xml").write_bytes((tmp_path / "berichten" / "march.xml").read_bytes())
    (earlier / "antwoord.xml").write_bytes(written(answer(MARCH)))
    assert cli.run([*arguments, "--eerder", str(earlier), "--dagtekening", "2026-05-10"]) == 0
    assert ("march.xml", "TR056") in {(Path(row["bericht"]).name, row["regelcode"]) for row in findings(tmp_path)}
    assert overview(tmp_path)[0]["uitkomst"] == "niet_verzonden"


def test_an_earlier_answer_that_does_not_count_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loose = tmp_path / "antwoord.xml"
    loose.write_bytes(written(answer(message(nummer="DN0", identificatie="B0"))))
    args = folder(tmp_path, een=message(), twee=message(nummer="DN2", identificatie="B2"))
    assert cli.run([*args, "--eerder", str(loose), "--meldingen", "json"]) == 0
    codes = {json.loads(text)["code"] for text in capsys.readouterr().err.splitlines()}
    assert "antwoord_zonder_declaratie" in codes


def test_what_cannot_be_judged_is_a_row_and_not_the_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = message(line(referentienummer="R8"), ontvanger="0363", nummer="DN8", identificatie="B8")
    arguments = folder(tmp_path, a=MARCH, b=elsewhere, c=b"<a/>")
    assert cli.run(arguments) == 0
    found = {row["bericht"]: row for row in overview(tmp_path)}
    assert {name: row["uitkomst"] for name, row in found.items()} == {
        "berichten/a.xml": "toegekend",
        "berichten/b.xml": "verkeerd_bestand",
        "berichten/c.xml": "onleesbaar",
    }
    assert (found["berichten/b.xml"]["ingediend_cent"], found["berichten/b.xml"]["regels"]) == ("9820", "")
    told = capsys.readouterr().err
    assert "berichten/b.xml" in told and "berichten/c.xml" in told
    assert cli.run([*arguments, "--force", "--strict"]) == 1
    (tmp_path / "berichten" / "a.xml").unlink()
    assert cli.run([*arguments, "--force"]) == 2
    assert overview(tmp_path), "what an earlier run wrote stays"


def test_each_refused_message_has_its_own_explanation(tmp_path: Path) -> None:
    """Also where two aanbieders use one number; a message that is granted has none."""
    wrong = line(tarief_cent=170, bedrag_cent=10200)
    first = message(wrong, nummer="DN1", identificatie="B1")
    second = message(evolve(wrong, referentienummer="R2"), nummer="DN1", identificatie="B2", dagtekening=date(2026, 4, 6))
    right = message(line(referentienummer="R3"), nummer="DN3", identificatie="B3", dagtekening=date(2026, 4, 7))
    assert cli.run(folder(tmp_path, a=first, b=second, c=right)) == 0
    names = {path.name for path in (tmp_path / "uit").glob("toelichting-*.csv")}
    assert names == {"toelichting-DN1.csv", "toelichting-65656055-0384-2026-03-DN1.csv"}
    assert names < set(json.loads((tmp_path / "uit" / "samenvatting.json").read_text("utf-8"))["bestanden"])


def test_json_has_the_findings_of_every_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = message(line(referentienummer="R3", tarief_cent=170), nummer="DN3", identificatie="B3")
    assert cli.run([*folder(tmp_path, a=LATER, b=other), "--meldingen", "json"]) == 0
    found = [json.loads(row) for row in capsys.readouterr().err.splitlines()]
    assert [(one["bestand"], one["code"], one["soort"]) for one in found if one["soort"] == "afkeuring"] == [
        ("berichten/b.xml", "TR418", "afkeuring"),
        ("berichten/a.xml", "TR135", "afkeuring"),
        ("berichten/a.xml", "TR418", "afkeuring"),
    ]


def test_a_folder_goes_on_past_what_is_another_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    envelope = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>'
    wmo = written(MARCH).replace(b"/ijw/3_2/jw323/", b"/iwmo/3_2/wmo323/")
    old = written(MARCH).replace(b"/3_2/jw323/", b"/2_3/jw303/")
    assert cli.run(folder(tmp_path, a=MARCH, b=envelope, c=wmo, d=old, e=written(answer(MARCH)))) == 0
    told = capsys.readouterr().err
    assert "envelop: haal het bericht eruit" in told
    for text in ("Wmo: WMO323 release 3.2", "JW303 release 2.3", "JW325 release 3.2"):
        assert text.lower() in told.lower()
    assert "http" not in told and "JW301" not in told
    assert [row["uitkomst"] for row in overview(tmp_path)] == ["toegekend", *["onleesbaar"] * 4]


def test_a_ledger_remembers_all_of_them(tmp_path: Path) -> None:
    arguments = [*folder(tmp_path, a=MARCH, b=LATER), "--ledger", str(tmp_path / "gemeente.db")]
    assert cli.run(arguments) == 0
    before = overview(tmp_path)
    assert cli.run([*arguments, "--force"]) == 0
    assert overview(tmp_path) == before


def test_the_page_stands_alone_in_the_readers_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = folder(tmp_path, a=MARCH, b=LATER)
    assert cli.run([*arguments, "--taal", "en"]) == 0
    page = (tmp_path / "uit" / "overzicht.html").read_text("utf-8")
    alone = re.sub(r'<a href="https://informatiemodel\.istandaarden\.nl/[^"]*">', "", page)
    assert '<html lang="en">' in page and "http" not in alone and "<script" not in page
    assert "Return codes by amount" in page and "Share refused per gemeente and aanbieder" in page and "afgekeurd" not in page
    assert "share refused" in capsys.readouterr().out
    assert overview(tmp_path)[0]["uitkomst"] == "toegekend", "a file for machines has one language"
    assert (tmp_path / "uit" / "overzicht.xlsx").stat().st_size > 0


def test_a_toewijzingnummer_that_is_a_bsn_is_not_written(tmp_path: Path) -> None:
    """One that merely passes the elfproef stays: one in eleven does."""
    other = 999900031
    sent = message(line(toewijzingnummer=int(ANNA)), line(referentienummer="R2", toewijzingnummer=other), nummer="DN1")
    assert cli.run(folder(tmp_path, a=sent, b=LATER)) == 0
    assert {row["toewijzingnummer"] for row in findings(tmp_path)} - {"1001", ""} == {"(verborgen)", str(other)}
    assert ANNA not in (tmp_path / "uit" / "bevindingen.csv").read_text("utf-8")


@pytest.mark.parametrize("processen", ["2", "3"])
def test_more_processes_give_the_same_bytes(tmp_path: Path, processen: str) -> None:
    """Messages of several aanbieders, some held against each other, one that is no message."""
    others = [message(line(referentienummer=f"R{one}"), afzender=f"1234567{one}", nummer=f"DN{one}") for one in range(3)]
    second = message(ANDERS, nummer="DN9", identificatie="B9", dagtekening=date(2026, 4, 6))
    given = {f"x{place}": one for place, one in enumerate([LATER, MARCH, second, *others])}
    found: dict[int, dict[str, bytes]] = {}
    for number in ("1", processen):
        place = tmp_path / f"n{number}-{len(found)}"
        place.mkdir()
        assert cli.run([*folder(place, **given, leeg=b"<a/>"), "--processen", number]) == 0
        found[len(found)] = {path.name: path.read_bytes() for path in (place / "uit").iterdir()}
    assert found[0] == found[1] and "jw325-65656055-0384-2026-03-DN1.xml" in found[0]


@pytest.mark.parametrize(
    ("undone", "more", "share"), [(9820, 0, "–"), (9820, 4910, "–"), (9820, 98200, "10,00%"), (0, 9820, "50,00%")]
)
def test_credits_make_no_share_of_what_is_refused(
    undone: int, more: int, share: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line of 98,20 refused beside a correction that comes to less: it was 0,00%, or more than all of it."""
    rows = [_overview(-undone, 0), _overview(9820, 9820), _overview(more, 0)]
    (told,) = [
        text for name, text in report(Uitslagen(tuple(rows), ()), "nl", date(2026, 4, 10)).facts if name == "aandeel afgekeurd"
    ]
    assert told == share


def _overview(submitted: int, refused: int) -> Overzichtrij:
    cents: dict[str, Any] = {"ingediend_cent": submitted, "afgekeurd_cent": refused, "toegekend_cent": submitted - refused}
    return Overzichtrij("a.xml", "deels_toegekend", aanbieder="65656055", gemeente="0384", regels=1, **cents)


def test_names_stand_beside_codes_on_screen_and_page_and_never_in_a_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One file of names, of gemeenten and aanbieders, that mpj.toml tells of."""
    arguments = folder(tmp_path, a=MARCH, b=LATER)
    (tmp_path / "namen.csv").write_text(
        "soort;code;naam;regio;rekening\ngemeente;0384;Diemen;;\naanbieder;65656055;De Linde;;\n", "utf-8"
    )
    text = 'contracten = "contract"\ntoewijzingen = "toewijzingen.csv"\nuit = "uit"\nnamen = "namen.csv"\n'
    (tmp_path / "mpj.toml").write_text(text, "utf-8")
    named = [*arguments, "--config", str(tmp_path / "mpj.toml")]
    assert cli.run(named) == 0
    page = (tmp_path / "uit" / "overzicht.html").read_text("utf-8")
    for where in (page, capsys.readouterr().out):
        assert "0384 Diemen" in where and "65656055 De Linde" in where
    assert {(one["gemeente"], one["aanbieder"]) for one in overview(tmp_path)} == {("0384", "65656055")}
    single = [*named, "--force"]
    single[single.index("--bericht") + 1] = str(tmp_path / "berichten" / "a.xml")
    assert cli.run(single) == 0
    shown = capsys.readouterr().out
    assert "0384 Diemen" in shown and "65656055 De Linde" in shown


def test_the_fewer_of_gemeenten_and_aanbieders_stand_beside_each_other() -> None:
    def one(aanbieder: str, gemeente: str) -> Overzichtrij:
        return Overzichtrij("b.xml", "toegekend", aanbieder, gemeente, ingediend_cent=100, afgekeurd_cent=19, antwoord="x")

    for rows_, heads in (
        ([one("65656055", "0384"), one("65656056", "0384")], ["aanbieder", "0384", "samen"]),
        ([one("65656055", "0384"), one("65656055", "0363")], ["gemeente", "65656055", "samen"]),
    ):
        table = report(Uitslagen(tuple(rows_), ()), "nl", date(2026, 4, 10)).parts[0]
        assert isinstance(table, Table)
        assert [column.name for column in table.columns] == heads
        assert len(table.rows) == 2


def test_a_byte_order_mark_is_told_of_one_message_and_of_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    many = folder(tmp_path, a=MARCH, b=LATER)
    file = tmp_path / "berichten" / "a.xml"
    file.write_bytes(BOM_UTF8 + file.read_bytes())
    one = [*many, "--force"]
    one[one.index("--bericht") + 1] = str(file)
    for arguments in (many, one):
        assert cli.run(arguments) == 0
        assert capsys.readouterr().err.count("a.xml: Het bestand begint met een byte order mark") == 1
