"""What was declared before a ledger began is taken over as it stands: it counts, waits, can be repaired, and no run touches it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, fields
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from messages.old import Regel, jw303, jw304

import mpj
from ledger.support import Partij, answer_to, empty_ledger, lines, refs, registratie, toewijzing
from mpj import cli
from mpj.engine import Result
from mpj.messages import declaratieberichten, to_bytes
from mpj.output import write_result

STAY = {"id": "V-1", "bsn": "999900006", "begindatum": "2026-01-05", "prestatiecode": "8.1", "toewijzingnummer": 8}
FEB = [registratie("F-1", "2026-02-03"), registratie("F-2", "2026-02-10")]


def elsewhere(tmp_path: Path, *, refused: bool = False, answered: bool = True) -> tuple[Result, list[Path]]:
    """February as another system declared it: the result, and the files of message and answer."""
    other = Partij(empty_ledger(tmp_path / "elders.db"))
    other.toewijzingen = [toewijzing(), toewijzing(8, prestatiecode="8.1")]
    result = other.run(*FEB, periode="2026-02")
    (message,) = declaratieberichten(result.regels, dagtekening=date(2026, 2, 28))
    paths = [tmp_path / "feb.xml"]
    paths[0].write_bytes(to_bytes(message))
    if answered:
        paths.append(tmp_path / "antwoord.xml")
        paths[1].write_bytes(to_bytes(answer_to(message, refs(result.regels) if refused else ())))
    return result, paths


def begun(tmp_path: Path, paths: list[Path], **limits: Any) -> Partij:
    """A ledger that declares from March on and took these files over."""
    one = Partij(empty_ledger(tmp_path / "ledger.db"))
    one.toewijzingen = [toewijzing(**limits), toewijzing(8, prestatiecode="8.1")]
    one.ledger.begin("2026-03", eerder=paths)
    return one


@pytest.mark.slow
@pytest.mark.parametrize("form", ["bericht", "regels", "beide"])
def test_a_year_in_a_new_ledger_declares_february_no_second_time(tmp_path: Path, form: str) -> None:
    result, paths = elsewhere(tmp_path)
    folder = tmp_path / "feb"
    folder.mkdir()
    write_result(result, folder)
    partij = begun(tmp_path, {"bericht": paths, "regels": [folder], "beide": [*paths, folder]}[form])
    year = [*FEB, registratie("M-1", "2026-03-03")]
    first = partij.month(*year)
    assert lines(first) == [("D", "45212", 9820)]
    assert {row.reden for row in first.uitval} == {"voor_periode"}
    assert lines(partij.run(*year)) == [] == lines(partij.run(*year, periode="2026-04"))
    status = partij.ledger.status()["gemeenten"]["0384"]
    assert status["toegekend"] == {"regels": 2, "bedrag_cent": 19640 + 9820}
    assert partij.ledger.check()[1] == []
    assert "overgenomen" in str(partij.ledger.explain(result.regels[0].referentienummer))
    with pytest.raises(mpj.InputError, match="ander systeem"):
        partij.ledger.messages([result.regels[0].declaratienummer])


@pytest.mark.parametrize(("budget", "billed"), [(19640 + 9820, [9820]), (19640 + 5000, [4910]), (19640, [])])
def test_what_was_taken_over_counts_for_limits(tmp_path: Path, budget: int, billed: list[int]) -> None:
    partij = begun(tmp_path, elsewhere(tmp_path)[1], budget_cent=budget)
    march = registratie("M-1", "2026-03-03")
    assert [line.bedrag_cent for line in partij.month(march).regels] == billed
    assert lines(partij.run(march, *FEB)) == []


def test_what_has_no_answer_waits_and_its_answer_is_booked(tmp_path: Path) -> None:
    result, paths = elsewhere(tmp_path, answered=False)
    partij = begun(tmp_path, paths)
    assert partij.ledger.status()["gemeenten"]["0384"]["verzonden"]["bedrag_cent"] == 19640
    assert lines(partij.month(registratie("M-1", "2026-03-03"))) == [("D", "45212", 9820)]
    (message,) = declaratieberichten(result.regels, dagtekening=date(2026, 2, 28))
    (booked,) = partij.ledger.answer([("a.xml", answer_to(message))], op=date(2026, 4, 1))
    assert (booked.toegekend, booked.afgekeurd, booked.fouten) == (1, 0, ())
    assert partij.ledger.status()["gemeenten"]["0384"]["toegekend"]["bedrag_cent"] == 19640 + 9820


def test_what_was_rejected_is_open_for_repair(tmp_path: Path) -> None:
    result, paths = elsewhere(tmp_path, refused=True)
    partij = begun(tmp_path, paths)
    (repair,) = partij.ledger.repair_list()
    assert repair["referentienummer"] == result.regels[0].referentienummer
    assert lines(partij.run(*FEB)) == []
    partij.ledger.resend([repair["referentienummer"]])
    again = partij.run(*FEB)
    assert lines(again) == [("D", "45212", 19640)]
    assert again.regels[0].referentienummer != repair["referentienummer"] and len(again.herkomst) == 1
    partij.settle(again)
    assert lines(partij.run(*FEB)) == [] and partij.ledger.repair_list() == []


def test_an_answer_whose_money_contradicts_answers_nothing(tmp_path: Path) -> None:
    _, paths = elsewhere(tmp_path)
    text = paths[1].read_text("utf-8")
    assert text.count("19640") >= 2
    paths[1].write_text(text.replace("19640", "7000", 1), "utf-8")
    heard: list[mpj.Fault] = []
    partij = Partij(empty_ledger(tmp_path / "ledger.db"))
    begun = partij.ledger.begin("2026-03", eerder=paths, report=heard.append)
    assert begun.regels == {"toegekend": 0, "verzonden": 1, "afgekeurd": 0}
    assert [one.code for one in heard] == ["antwoord_spreekt_tegen"]


@pytest.mark.parametrize("form", ["toegekend", "ouder"])
def test_an_answer_that_contradicts_refuses_no_declaration(tmp_path: Path, form: str) -> None:
    """Its codes refuse the whole: yet it grants money, or is older than the declaration. What waits is declared by nobody again."""
    _, paths = elsewhere(tmp_path)
    text = paths[1].read_text("utf-8")
    text = text.replace("0200<", "0001<", 1) if form == "toegekend" else text.replace("8001<", "9333<")
    if form == "ouder":
        place = text.index("19640", text.index("19640") + 1)
        text = (text[:place] + "0" + text[place + 5 :]).replace("2026-02-28", "2026-02-27", 1)
    paths[1].write_text(text, "utf-8")
    heard: list[mpj.Fault] = []
    found = Partij(empty_ledger(tmp_path / "ledger.db")).ledger.begin("2026-03", eerder=paths, report=heard.append)
    assert found.regels == {"toegekend": 0, "verzonden": 1, "afgekeurd": 0}
    assert [one.code for one in heard] == ["antwoord_spreekt_tegen"]


def test_care_of_the_begin_month_adds_to_what_stands_of_it(tmp_path: Path) -> None:
    other = Partij(empty_ledger(tmp_path / "elders.db"))
    declared = other.run(registratie("X", "2026-03-02"))
    (message,) = declaratieberichten(declared.regels, dagtekening=date(2026, 3, 31))
    (tmp_path / "maart.xml").write_bytes(to_bytes(message))
    (tmp_path / "antwoord.xml").write_bytes(to_bytes(answer_to(message)))
    partij = begun(tmp_path, [tmp_path / "maart.xml", tmp_path / "antwoord.xml"])
    added = partij.run(registratie("M-1", "2026-03-03"), periode="2026-04")
    assert lines(added) == [("C", "45212", 9820), ("D", "45212", 19640)]
    partij.settle(added)
    assert lines(partij.run(registratie("M-1", "2026-03-03"), periode="2026-04")) == []
    more = partij.run(registratie("M-1", "2026-03-03", status="vervallen"), periode="2026-04")
    assert lines(more) == [("C", "45212", 19640), ("D", "45212", 9820)]


@pytest.mark.parametrize("form", ["bericht", "bestand", "perceel"])
def test_a_line_that_two_files_tell_otherwise_is_refused(tmp_path: Path, form: str) -> None:
    """Which of them is right is not known: both are named, with what they say; nothing is taken over."""
    result, paths = elsewhere(tmp_path)
    (line,) = result.regels
    other = evolve(line, perceel="B") if form == "perceel" else evolve(line, bedrag_cent=9820, volume=4, volume_bericht=60)
    for name, one in (("goed", line), ("ander", other)):
        (tmp_path / name).mkdir()
        write_result(evolve(result, regels=(one,), herkomst=()), tmp_path / name)
    given = [tmp_path / "ander", paths[0] if form == "bericht" else tmp_path / "goed"]
    with pytest.raises(mpj.InvalidError) as error:
        begun(tmp_path, given)
    (fault,) = error.value.faults
    assert (fault.code, fault.soort, fault.kolom) == ("eerder_dubbel", "fout", f"regel {line.referentienummer}")
    assert fault.bestand == ("feb.xml" if form == "bericht" else "goed/declaratieregels.csv") and fault.rij
    found, expected = (
        ("perceel A", "perceel B") if form == "perceel" else ("€ 196,40, volume_bericht 120", "€ 98,20, volume_bericht 60")
    )
    assert (fault.gevonden, fault.verwacht) == (found, f"{expected}, zoals in ander/declaratieregels.csv, rij 2")
    assert "9999" not in str(fault) and not any((tmp_path / "ledger.db").parent.glob("ledger.db?*"))


@pytest.mark.parametrize("form", ["goed", "afgekeurd", "geheel", "totaal", "regel"])
def test_an_answer_to_a_line_file_is_held_against_its_lines(tmp_path: Path, form: str) -> None:
    """As one to a message is: what contradicts answers nothing, and what was refused as a whole was not sent; both are told."""
    result, paths = elsewhere(tmp_path, refused=form == "afgekeurd")
    (line,) = result.regels
    (tmp_path / "map").mkdir()
    write_result(evolve(result, herkomst=()), tmp_path / "map")
    text = paths[1].read_text("utf-8")
    if form == "totaal":
        text = text.replace("19640", "7000", 1)
    if form == "regel":  # it returns a line that the file does not have
        back = elsewhere(tmp_path, refused=True)[1][1].read_text("utf-8")
        text = back.replace(line.referentienummer, "R" * 20)
    if form == "geheel":
        text = text.replace("<ijw:RetourCode>8001<", "<ijw:RetourCode>9333<").replace("8001<", "9333<")
        place = text.index("19640", text.index("19640") + 1)
        text = text[:place] + "0" + text[place + 5 :]
    paths[1].write_text(text, "utf-8")
    heard: list[mpj.Fault] = []
    partij = Partij(empty_ledger(tmp_path / "ledger.db"))
    found = partij.ledger.begin("2026-03", eerder=[tmp_path / "map" / "declaratieregels.csv", paths[1]], report=heard.append)
    stands = {"goed": "toegekend", "afgekeurd": "afgekeurd", "totaal": "verzonden", "regel": "verzonden"}
    assert {name: cent for name, cent in found.cent.items() if cent} == ({stands[form]: 19640} if form in stands else {})
    told = {"geheel": ["eerder_afgekeurd"], "totaal": ["antwoord_spreekt_tegen"], "regel": ["antwoord_spreekt_tegen"]}
    assert [one.code for one in heard] == told.get(form, [])


def test_two_declarations_of_one_care_are_named_with_their_places(tmp_path: Path) -> None:
    result, _ = elsewhere(tmp_path)
    (line,) = result.regels
    for name, one in (("a", line), ("b", evolve(line, referentienummer="B" * 20, declaratienummer="DANDER"))):
        (tmp_path / name).mkdir()
        write_result(evolve(result, regels=(one,), herkomst=()), tmp_path / name)
    with pytest.raises(mpj.InvalidError) as error:
        begun(tmp_path, [tmp_path / "a", tmp_path / "b"])
    (fault,) = error.value.faults
    assert {fault.bestand, fault.verwacht.rpartition(" zoals in ")[2].partition(",")[0]} == {
        "a/declaratieregels.csv",
        "b/declaratieregels.csv",
    }


def test_the_command_tells_what_it_took_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, paths = elsewhere(tmp_path)
    command = ["ledger", "begin", "--ledger", str(tmp_path / "zorg.db"), "--vanaf", "2026-03", "--eerder", *map(str, paths)]
    assert cli.run(command) == 0
    out, err = capsys.readouterr()
    assert "Overgenomen, toegekend: 1 regel, € 196,40." in out and "999900006" not in out + err
    assert cli.run(["ledger", "check", "--ledger", str(tmp_path / "zorg.db")]) == 0
    assert cli.run(["ledger", "status", "--ledger", str(tmp_path / "zorg.db"), "--formaat", "json"]) == 0
    assert json.loads(capsys.readouterr().out.partition("\n")[2])["gemeenten"]["0384"]["toegekend"]["bedrag_cent"] == 19640


def late_care(partij: Partij, *records: dict[str, Any], **options: Any) -> tuple[Result, str]:
    """A run that shows what could be declared of before the begin: its result, and the code."""
    result = partij.run(*records, **options)
    (asked,) = [one for one in result.meldingen if one.code == "akkoord_nodig"]
    return result, asked.kolom.removeprefix("akkoord ")


@pytest.mark.slow
def test_late_care_adds_to_a_line_that_was_taken_over_once_somebody_agrees(tmp_path: Path) -> None:
    partij = begun(tmp_path, elsewhere(tmp_path)[1])
    late = registratie("F-3", "2026-02-20", minuten=30)
    shown, code = late_care(partij, late)
    assert lines(shown) == [] and {row.reden for row in shown.uitval} == {"voor_periode"}
    (table,) = [one for one in shown.bijlagen if one.bestand == "te_beslissen.csv"]
    assert [dict(zip(table.kolommen, row, strict=True))["oorzaak"] for row in table.rijen] == ["voor_begin", "voor_begin"]
    assert lines(partij.run(late, akkoord=["XXXXXXXX"])) == []
    added = partij.run(late, akkoord=[code])
    assert lines(added) == [("C", "45212", 19640), ("D", "45212", 24550)]
    assert {one.soort for one in added.herkomst} == {"overgenomen", "registratie"}
    assert lines(partij.run()) == lines(added) and not [one for one in partij.run().meldingen if one.code == "akkoord_nodig"]
    partij.settle(partij.run())
    assert lines(partij.run(late)) == [] == lines(partij.run())
    assert lines(partij.run(late | {"status": "vervallen"})) == [("C", "45212", 24550), ("D", "45212", 19640)]


def test_late_care_of_before_that_falls_on_nothing_taken_over_asks_nothing(tmp_path: Path) -> None:
    partij = begun(tmp_path, elsewhere(tmp_path)[1])
    result = partij.run(registratie("J-1", "2026-01-20"), verblijf=[STAY])
    assert [line.begindatum.month for line in result.regels] == [3] and result.regels[0].volume == 31
    assert not [one for one in result.meldingen if one.code == "akkoord_nodig"]


def test_late_care_waits_while_the_line_waits_for_its_answer(tmp_path: Path) -> None:
    partij = begun(tmp_path, elsewhere(tmp_path, answered=False)[1])
    result = partij.run(registratie("F-3", "2026-02-20"))
    assert lines(result) == [] and not [one for one in result.meldingen if one.code == "akkoord_nodig"]


@pytest.mark.slow
def test_what_was_never_declared_is_opened_at_the_begin_and_shown_first(tmp_path: Path) -> None:
    (tmp_path / "nog.csv").write_text("id;bsn;datum;minuten;kwalificatieniveau\nJ-1;999900006;2026-01-20;60;hbo\n", "utf-8")
    (tmp_path / "nogv.csv").write_text(
        "id;bsn;begindatum;einddatum;prestatiecode\nV-1;999900006;2026-02-27;2026-03-02;8.1\n", "utf-8"
    )
    partij = Partij(empty_ledger(tmp_path / "ledger.db"))
    partij.toewijzingen = [toewijzing(), toewijzing(8, prestatiecode="8.1")]
    partij.ledger.begin("2026-03", nog_te_declareren=[tmp_path / "nog.csv", tmp_path / "nogv.csv"])
    given = [registratie("J-1", "2026-01-20"), registratie("J-2", "2026-01-21"), registratie("M-1")]
    stay = {"id": "V-1", "bsn": "999900006", "begindatum": "2026-02-27", "einddatum": "2026-03-02", "prestatiecode": "8.1"}
    shown, code = late_care(partij, *given, verblijf=[stay])
    assert sorted(line.bedrag_cent for line in shown.regels) == [9820, 2 * 25000]
    agreed = partij.run(*given, verblijf=[stay], akkoord=[code])
    assert sorted(line.bedrag_cent for line in agreed.regels) == [9820, 9820, 2 * 25000, 2 * 25000]
    partij.settle(agreed)
    assert lines(partij.run(*given, verblijf=[stay])) == [] == lines(partij.run())


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(late=st.lists(st.tuples(st.integers(1, 28), st.integers(15, 90), st.booleans()), min_size=1, max_size=4))
def test_what_stands_is_what_was_taken_over_and_what_somebody_agreed_to(
    tmp_path_factory: pytest.TempPathFactory, late: list[tuple[int, int, bool]]
) -> None:
    """Law: of before the begin nothing stands but the lines taken over and the late care of which the code was given."""
    folder = tmp_path_factory.mktemp("law")
    partij = begun(folder, elsewhere(folder)[1])
    total = 19640
    for place, (day, minutes, agrees) in enumerate(late):
        record = registratie(f"L-{place}", f"2026-02-{day:02}", minuten=minutes)
        shown = partij.run(record)
        assert lines(shown) == []
        if agrees:
            codes = [one.kolom.removeprefix("akkoord ") for one in shown.meldingen if one.code == "akkoord_nodig"]
            (decided,) = (one.rijen for one in shown.bijlagen if one.bestand == "te_beslissen.csv")
            total += sum(int(row[6]) - int(row[7]) for row in decided if row[8] == "voor_begin")
            partij.settle(partij.run(record, akkoord=codes))
        assert partij.ledger.status()["gemeenten"]["0384"]["toegekend"]["bedrag_cent"] == total
    assert partij.ledger.check()[1] == []


# --- The 303 of before ------------------------------------------------------------------------------------------------

FEBRUARY = {"begin": "2026-02-01", "eind": "2026-02-28", "dagtekening": "2026-03-02"}


def old(tmp_path: Path, *parts: bytes) -> list[Path]:
    """These messages as files."""
    paths = [tmp_path / f"oud{at}.xml" for at in range(len(parts))]
    for path, data in zip(paths, parts, strict=True):
        path.write_bytes(data)
    return paths


def of_february(nummer: str, toewijzing: int = 1, **values: Any) -> Regel:
    return Regel(nummer, toewijzing=toewijzing, begin="2026-02-01", eind="2026-02-28", **values)


@pytest.mark.parametrize(("granted", "used"), [(None, 9840), (9840, 9840), (5000, 5000), (0, 9840)])
def test_an_old_declaration_is_taken_over_as_far_as_it_was_granted(tmp_path: Path, granted: int | None, used: int) -> None:
    """Dated in 2026, so that it meets a run. The budget leaves room for one contact of March; rejected care keeps its turn."""
    line = of_february("R1")
    parts = [jw303(line, **FEBRUARY)]
    if granted is not None:
        parts.append(jw304(Regel(**{**_fields(line), "toegekend": granted}), ingediend=9840, toegekend=granted, **FEBRUARY))
    heard: list[mpj.Fault] = []
    partij = Partij(empty_ledger(tmp_path / "ledger.db"))
    partij.toewijzingen = [toewijzing(budget_cent=used + 9820 + 2454), toewijzing(8, prestatiecode="8.1")]
    found = partij.ledger.begin("2026-03", eerder=old(tmp_path, *parts), report=heard.append)
    stand = "verzonden" if granted is None else "toegekend" if granted else "afgekeurd"
    assert {name: number for name, number in found.regels.items() if number} == {stand: 1}
    assert sum(found.cent.values()) == (granted or 9840)
    assert {one.code for one in heard} == {"oud_bericht"} | ({"oude_regel_telt_anders"} if granted == 5000 else set())
    march = [registratie("M-1", "2026-03-03"), registratie("M-2", "2026-03-04")]
    assert sum(row.bedrag_cent for row in partij.month(*march).regels) == 9820
    assert partij.ledger.check()[1] == []


def _fields(line: Regel) -> dict[str, Any]:
    return {one.name: getattr(line, one.name) for one in fields(Regel)}


@pytest.mark.parametrize("credited", [5000, 9840])
def test_an_old_line_that_is_credited_leaves_nothing_in_a_ledger(tmp_path: Path, credited: int) -> None:
    """Granted for a part, credited at that part or at the whole: the ledger is sound, and all of the budget is left."""
    line = of_february("R1")
    back = Regel(**{**_fields(line), "toegekend": 5000})
    credit = of_february("C1", vorig="R1", dc="C", bedrag=credited, tarief=None)
    later = FEBRUARY | {"nummer": "DN2020Y"}
    parts = [
        jw303(line, **FEBRUARY),
        jw304(back, ingediend=9840, toegekend=5000, **FEBRUARY),
        jw303(credit, **later),
        jw304(ingediend=-credited, toegekend=-credited, codes=("8001",), antwoord="G2", **later),
    ]
    partij = Partij(empty_ledger(tmp_path / "ledger.db"))
    partij.toewijzingen = [toewijzing(budget_cent=9820), toewijzing(8, prestatiecode="8.1")]
    found = partij.ledger.begin("2026-03", eerder=old(tmp_path, *parts))
    assert (found.regels["toegekend"], found.cent["toegekend"]) == (2, 0)
    assert [line.bedrag_cent for line in partij.month(registratie("M-1", "2026-03-03")).regels] == [9820]
    assert partij.ledger.check()[1] == []


def test_an_old_answer_is_not_booked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = old(tmp_path, jw303(of_february("R1"), **FEBRUARY), jw304(ingediend=9840, toegekend=9840, codes=("8001",), **FEBRUARY))
    url = str(tmp_path / "zorg.db")
    assert cli.run(["ledger", "begin", "--ledger", url, "--vanaf", "2026-03", "--eerder", str(paths[0])]) == 0
    assert "dit is JW303 2.3" in capsys.readouterr().err
    assert cli.run(["ledger", "answer", "--ledger", url, str(paths[1])]) == 2
    assert "Dit is JW304 release 2.3: alleen te lezen als wat eerder is gedeclareerd" in capsys.readouterr().err
