"""The municipality's side of the ledger: what was received and answered, and what the next message is held against."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from verify.examples import alles
from verify.support import (
    AANBIEDER,
    ANNA,
    BRAM,
    GEMEENTE,
    ONTVANGST,
    Situatie,
    answer,
    credit,
    earlier,
    line,
    message,
    standard_contract,
    toewijzing,
    written,
)
from verify.support import contract as contract_of
from verify.test_cli import prepare

import mpj
from ledger.killed import killed
from mpj import cli
from mpj.ledger import Ledger, report, schema
from mpj.ledger.history import LedgerHistory
from mpj.messages import Antwoordbericht, Declaratiebericht, Totaal, read_jw325
from mpj.messages.answers import refuses_whole
from mpj.presentation import terminal
from mpj.presentation.report import Table
from mpj.verification import Basis, MemoryHistory, Oordeel, Verificatie, build_answer

FEBRUARY: dict[str, Any] = {"begindatum": date(2026, 2, 1), "einddatum": date(2026, 2, 28)}
OUD = earlier(line(referentienummer="R0", **FEBRUARY))
LESS = line(referentienummer="R2", volume=45, bedrag_cent=7365, **FEBRUARY)
CORRECTIE = message(credit(OUD.clienten[0].prestaties[0]), LESS)
OTHER_PRICE = [contract_of([("2.1", "hbo", "23,90")])]


class Gemeente:
    """A municipality with a ledger."""

    def __init__(self, url: str | Path) -> None:
        self.ledger = Ledger(url)
        self.toewijzingen: list[Mapping[str, str]] = [toewijzing(), toewijzing(toewijzingnummer="1002", bsn=BRAM)]
        self.contracten: Sequence[mpj.Contract] = [standard_contract()]

    def verify(self, one: Declaratiebericht, *, op: date = ONTVANGST, **options: Any) -> Verificatie:
        """Verify a message with the ledger."""
        return self.ledger.verify(one, self.contracten, self.toewijzingen, op=op, **options)

    def codes(self, one: Declaratiebericht, **options: Any) -> list[str]:
        """The codes of the rules it breaks."""
        return [found.regelcode for found in self.verify(one, **options).bevindingen]

    def lines(self) -> list[tuple[str, str]]:
        """Every line that was received, in order, and what became of it."""
        table = schema.ontvangen_regel.c
        with self.ledger.database.transaction(write=False) as connection:
            query = select(table.referentienummer, table.stand).order_by(table.ontvangst_id, table.id)
            return [(row[0], row[1]) for row in connection.execute(query)]

    def messages(self) -> list[tuple[int, str, str]]:
        """Every message: its number, its Identificatie, its status."""
        table = schema.ontvangst.c
        with self.ledger.database.transaction(write=False) as connection:
            query = select(table.id, table.identificatie, table.status).order_by(table.id)
            return [(row[0], row[1], row[2]) for row in connection.execute(query)]


@pytest.fixture
def gemeente(url: str) -> Iterator[Gemeente]:
    found = Gemeente(url)
    yield found
    found.ledger.database.close()


@pytest.fixture
def small(tmp_path: Path) -> Gemeente:
    return Gemeente(tmp_path / "ledger.db")


def refusal(one: Declaratiebericht, **verdict: Any) -> Antwoordbericht:
    """An answer with this verdict."""
    return build_answer(one, Oordeel(**verdict), dagtekening=ONTVANGST, xsd_versie="1.0.0", xslt_versie="1.0.0")


# --- One message after another ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_ledger_says_what_the_messages_say(gemeente: Gemeente) -> None:
    """A conversation judged with the ledger, and each time with all messages and answers that count so far."""
    april: dict[str, Any] = {"maand": (date(2026, 4, 1), date(2026, 4, 30)), "dagtekening": date(2026, 5, 4)}
    undone = credit(OUD.clienten[0].prestaties[0], referentienummer="C9")
    conversation = [
        (OUD, []),
        (message(line(referentienummer="R0"), identificatie="B2", nummer="DN2"), ["TR314"]),
        (earlier(line(referentienummer="R3", **FEBRUARY), identificatie="B3"), ["TR318", "TR333", "TR389"]),
        (message(line(referentienummer="R4"), nummer="DN4", identificatie="B0"), ["TR056"]),
        (CORRECTIE, []),
        (message(undone, nummer="DN5", identificatie="B5", **april), ["TR390"]),
        (message(line(referentienummer="R6", **FEBRUARY), nummer="DN6", identificatie="B6", **april), ["TR389"]),
        (message((BRAM, line(toewijzingnummer=1002, referentienummer="R7")), nummer="DN7", identificatie="B7", **april), []),
    ]
    so_far: list[Declaratiebericht] = []
    answers: list[Antwoordbericht] = []
    for one, broken in conversation:
        told = Situatie(one, gemeente.toewijzingen, history=MemoryHistory(so_far, answers)).verify(dagtekening=date(2026, 5, 10))
        found = gemeente.verify(one, op=date(2026, 5, 10))
        assert sorted(row.regelcode for row in found.bevindingen) == sorted(broken)
        assert (found.bevindingen, found.antwoord, found.samenvatting) == (told.bevindingen, told.antwoord, told.samenvatting)
        assert found.antwoord is not None
        if not refuses_whole(found.antwoord):
            so_far, answers = [*so_far, one], [*answers, found.antwoord]
    assert gemeente.messages() == [
        (1, "B0", "beantwoord"),
        (2, "B2", "beantwoord"),
        (3, "B3", "niet_verzonden"),
        (4, "B0", "niet_verzonden"),
        (5, "B1", "beantwoord"),
        (6, "B5", "beantwoord"),
        (7, "B6", "beantwoord"),
        (8, "B7", "beantwoord"),
    ]


REFERENCES = [f"R{number}" for number in range(8)]
NUMBERS = [1001, 1002]
VERDICTS = ("granted", "refused", "waits", "not sent")


@st.composite
def conversations(draw: st.DrawFn) -> list[tuple[Declaratiebericht, Antwoordbericht | None]]:
    """Messages with lines and credits as they may come, each with an answer or without one; a number is a line's own."""
    found: list[tuple[Declaratiebericht, Antwoordbericht | None]] = []
    free = list(REFERENCES)
    for place in range(draw(st.integers(1, 4))):
        own: list[Any] = []
        for _ in range(draw(st.integers(1, min(3, len(free))) if free else st.just(0))):
            name, nummer = free.pop(0), draw(st.sampled_from(NUMBERS))
            one = line(referentienummer=name, toewijzingnummer=nummer)
            if draw(st.booleans()):
                one = credit(one, referentienummer=name, vorig_referentienummer=draw(st.sampled_from(REFERENCES)))
            own.append((ANNA if nummer == 1001 else BRAM, one))
        month = draw(st.integers(1, 3))
        declared = message(
            *(own or [line(referentienummer=f"X{place}")]),
            identificatie=f"B{place}",
            nummer=f"D{place}",
            maand=(date(2026, month, 1), date(2026, month, 28)),
        )
        match draw(st.sampled_from(VERDICTS)):
            case "granted":
                found.append((declared, answer(declared)))
            case "refused":
                found.append((declared, answer(declared, *draw(st.lists(st.sampled_from(REFERENCES), max_size=3)))))
            case "waits":
                found.append((declared, None))
            case _:
                found.append((declared, refusal(declared, header=("9056",))))
    return found


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(conversation=conversations(), prepared=st.booleans())
def test_both_histories_answer_alike(
    conversation: list[tuple[Declaratiebericht, Antwoordbericht | None]], prepared: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """All seven questions, about everything that may occur, asked one by one or prepared together."""
    messages, answers = [one for one, _ in conversation], [one for _, one in conversation if one is not None]
    memory = MemoryHistory(messages, answers)
    gemeente = Gemeente(tmp_path_factory.mktemp("h") / "ledger.db")
    probe = message(line(referentienummer="PROEF"), identificatie="PROEF", nummer="PROEF")
    gemeente.verify(probe, eerder=[*messages, *answers])
    with gemeente.ledger.database.transaction(write=False) as connection:
        history = LedgerHistory(connection, 1)
        if prepared:
            history.prepare(AANBIEDER, GEMEENTE, (one for told in messages for own in told.clienten for one in own.prestaties))
        for aanbieder, place in product((AANBIEDER, "00000000"), (GEMEENTE, "0363")):
            assert history.last_period(aanbieder, place) == memory.last_period(aanbieder, place)
            for name in (*REFERENCES, "B0", "B1", "D0", "D1", "PROEF"):
                assert history.has_message(aanbieder, name) == memory.has_message(aanbieder, name)
                assert history.has_declaration(aanbieder, name) == memory.has_declaration(aanbieder, name)
                assert history.has_reference(aanbieder, name) == memory.has_reference(aanbieder, name)
                assert history.line(aanbieder, place, name) == memory.line(aanbieder, place, name)
                assert history.credited(aanbieder, place, name) == memory.credited(aanbieder, place, name)
            for nummer in (*NUMBERS, 9):
                found, told = history.lines(aanbieder, place, nummer), memory.lines(aanbieder, place, nummer)
                assert sorted(found, key=str) == sorted(told, key=str)
    gemeente.ledger.database.close()


def test_a_number_used_again_does_not_hide_the_granted_line(small: Gemeente) -> None:
    small.verify(OUD)
    assert small.codes(message(line(referentienummer="R0"), identificatie="B2", nummer="DN2")) == ["TR314"]
    assert small.codes(CORRECTIE) == []


# --- The same message again -------------------------------------------------------------------------------------------


def test_the_same_message_again_gives_the_same_answer(gemeente: Gemeente) -> None:
    first = gemeente.verify(OUD)
    before = gemeente.messages(), gemeente.lines()
    again = gemeente.verify(OUD, op=date(2026, 6, 1), vervang=True)
    assert (again.antwoord, again.bevindingen, again.samenvatting) == (first.antwoord, first.bevindingen, first.samenvatting)
    assert (gemeente.messages(), gemeente.lines()) == before == ([(1, "B0", "beantwoord")], [("R0", "toegekend")])


def test_an_answer_changes_only_when_told_to(gemeente: Gemeente) -> None:
    """The municipality repairs its toewijzingen before it sends the answer."""
    repaired, gemeente.toewijzingen = gemeente.toewijzingen, [toewijzing(begindatum="2026-03-01")]
    first = gemeente.verify(OUD)
    assert gemeente.lines() == [("R0", "afgekeurd")]
    gemeente.toewijzingen = repaired
    with pytest.raises(mpj.InputError, match="`vervang`") as error:
        gemeente.verify(OUD)
    assert error.value.faults[0].code == "antwoord_wijzigt" and ANNA not in str(error.value)
    assert gemeente.lines() == [("R0", "afgekeurd")]
    second = gemeente.verify(OUD, op=date(2026, 4, 14), vervang=True)
    assert second.bevindingen == () and first.antwoord != second.antwoord
    assert gemeente.lines() == [("R0", "toegekend")]
    assert second.samenvatting["instellingen"]["dagtekening"] == ONTVANGST.isoformat()
    assert gemeente.verify(OUD).antwoord == second.antwoord
    dated = gemeente.verify(OUD, dagtekening=date(2026, 4, 14), vervang=True)
    assert dated.antwoord is not None and dated.antwoord.header.identificatie.dagtekening == date(2026, 4, 14)
    assert gemeente.messages() == [(1, "B0", "beantwoord")]


def test_an_earlier_message_is_not_held_against_a_later_one(gemeente: Gemeente) -> None:
    first = gemeente.verify(OUD)
    gemeente.verify(CORRECTIE)
    assert gemeente.verify(OUD).antwoord == first.antwoord
    gemeente.contracten = OTHER_PRICE
    changed = gemeente.verify(OUD, vervang=True)
    assert [fault.code for fault in changed.meldingen] == ["later_getoetst"]
    assert gemeente.lines() == [("R0", "afgekeurd"), ("C-R0", "toegekend"), ("R2", "toegekend")]
    gemeente.contracten = [standard_contract()]
    assert gemeente.codes(CORRECTIE, vervang=True) == ["TR323"]
    assert gemeente.lines() == [("R0", "afgekeurd"), ("C-R0", "afgekeurd"), ("R2", "toegekend")]


def test_a_refused_message_does_not_come_back_over_its_successor(small: Gemeente) -> None:
    """The provider sent it again under the same numbers, since a message that is refused as a whole was never sent."""
    assert small.codes(OUD, op=date(2026, 3, 4)) == ["TR135"]
    repeated = evolve(OUD, dagtekening=date(2026, 3, 6))
    assert small.codes(repeated) == []
    with pytest.raises(mpj.InputError, match="later ontvangen bericht") as error:
        small.verify(OUD, dagtekening=ONTVANGST, vervang=True)
    assert error.value.faults[0].code == "nummer_in_gebruik"
    assert small.messages() == [(1, "B0", "niet_verzonden"), (2, "B0", "beantwoord")]


def test_a_line_that_waits_blocks_until_it_is_decided(small: Gemeente) -> None:
    small.toewijzingen = [*alles()]
    unknown = earlier(line(referentienummer="R0", productcode="99ZZ9", **FEBRUARY))
    assert small.verify(unknown).antwoord is None
    assert small.lines() == [("R0", "wacht")]
    second = message(line(referentienummer="R5", productcode="99ZZ9", **FEBRUARY), identificatie="B5", nummer="DN5")
    assert small.codes(second) == ["TR389"]
    assert small.verify(unknown, onbeoordeeld="afwijzen").antwoord is not None
    assert small.lines() == [("R0", "afgekeurd"), ("R5", "afgekeurd")]
    assert small.codes(second, vervang=True) == []
    assert small.lines() == [("R0", "afgekeurd"), ("R5", "wacht")]


def test_a_trial_remembers_nothing(small: Gemeente) -> None:
    assert small.verify(OUD, proef=True).antwoord is not None
    assert not small.ledger.database.exists()
    first = small.verify(OUD)
    small.contracten = OTHER_PRICE
    assert small.codes(OUD, proef=True) == ["TR418"]
    small.contracten = [standard_contract()]
    assert small.verify(OUD).antwoord == first.antwoord


def test_two_verifications_at_once_follow_one_another(gemeente: Gemeente, url: str) -> None:
    other = Gemeente(url)
    inside, go_on = threading.Event(), threading.Event()
    found: dict[str, list[str]] = {}

    def slow(_: Verificatie) -> None:
        inside.set()
        go_on.wait(10)

    threads = [
        threading.Thread(target=lambda: found.update(first=gemeente.codes(OUD, before_commit=slow))),
        threading.Thread(target=lambda: found.update(second=other.codes(evolve(OUD, dagtekening=date(2026, 3, 4))))),
    ]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    threads[1].join(0.3)
    assert "second" not in found
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert found == {"first": [], "second": ["TR056", "TR333", "TR314", "TR389"]}
    assert gemeente.messages() == [(1, "B0", "beantwoord"), (2, "B0", "niet_verzonden")]
    other.ledger.database.close()


# --- What was before the ledger ---------------------------------------------------------------------------------------


def test_earlier_messages_are_taken_over_once(gemeente: Gemeente) -> None:
    january = earlier(line(referentienummer="RJ"), identificatie="BJ", nummer="DNJ", dagtekening=date(2026, 2, 3))
    given_ = [OUD, answer(OUD), CORRECTIE, january]
    assert gemeente.codes(CORRECTIE, eerder=given_) == []
    known = [(-2, "BJ", "wacht"), (-1, "B0", "beantwoord"), (1, "B1", "beantwoord")]
    assert gemeente.messages() == known
    assert gemeente.codes(CORRECTIE) == gemeente.codes(CORRECTIE, eerder=given_) == []
    assert gemeente.messages() == known
    assert gemeente.lines() == [("RJ", "wacht"), ("R0", "toegekend"), ("C-R0", "toegekend"), ("R2", "toegekend")]


def test_earlier_messages_that_were_not_sent_leave_no_trace(small: Gemeente) -> None:
    small.verify(message(), eerder=[OUD, refusal(OUD, technisch=True)])
    assert small.messages() == [(1, "B1", "beantwoord")]


def test_two_messages_under_one_name_keep_their_own_answers(small: Gemeente) -> None:
    double = message(line(referentienummer="R4"), nummer="DN4", identificatie="B0")
    small.verify(message(), eerder=[answer(OUD), refusal(double, header=("9056",)), double, OUD])
    assert small.messages() == [(-1, "B0", "beantwoord"), (1, "B1", "beantwoord")]
    assert small.lines() == [("R0", "toegekend"), ("R1", "toegekend")]


def test_a_message_under_the_name_of_an_earlier_one_leaves_it_its_answer(small: Gemeente) -> None:
    double = message(line(referentienummer="R4"), nummer="DN4", identificatie="B0")
    assert small.codes(double, eerder=[OUD, answer(OUD)]) == ["TR056"]
    assert small.lines() == [("R0", "toegekend")]


@pytest.mark.parametrize("refused", [False, True])
def test_a_credit_of_what_is_not_known_or_was_refused_makes_no_room(gemeente: Gemeente, refused: bool) -> None:
    """Of a message that is taken over it is told; a later message is held against the same."""
    loose = credit(line(referentienummer="R8", **FEBRUARY))
    known = [OUD, answer(OUD)]
    if refused:
        other = earlier(line(referentienummer="R8", **FEBRUARY), nummer="DN8", identificatie="B8")
        known += [other, answer(other, "R8")]
    undoing = earlier(loose, nummer="DN9", identificatie="B9", dagtekening=date(2026, 3, 6))
    told = gemeente.verify(message(), eerder=[*known, undoing]).meldingen
    assert [(one.code, one.kolom) for one in told] == [("credit_zonder_regel", "regel C-R8")]
    with gemeente.ledger.database.transaction(write=False) as connection:
        found = LedgerHistory(connection, 2).lines(AANBIEDER, GEMEENTE, 1001)
    assert [one.prestatie.referentienummer for one in found] == ["R0", "R1"]


def test_a_ledger_that_has_nothing_begins_with_the_month_of_its_first_message(small: Gemeente) -> None:
    """Of what was declared before it knows nothing, as it says of every later message: a right credit was refused for its debit."""
    found = small.verify(message(line(), credit(line(referentienummer="R8", **FEBRUARY))))
    assert (found.bevindingen, [one.code for one in found.meldingen]) == ((), ["credit_zonder_regel"])
    (own,) = small.verify(message(credit(line(referentienummer="R9")), nummer="DN2", identificatie="B2")).bevindingen
    assert own.regelcode == "TR323"


def test_an_answer_of_before_that_contradicts_is_not_taken_over(small: Gemeente) -> None:
    """It was taken for what it returns, whatever its money said."""
    back = answer(OUD)
    assert back.antwoord is not None
    wrong = evolve(back, antwoord=evolve(back.antwoord, totaal_ingediend=Totaal.of(OUD.totaal.net + 100)))
    with pytest.raises(mpj.InputError, match="Het ingediende totaal is niet dat van de declaratie") as error:
        small.verify(message(), eerder=[OUD, wrong])
    assert [one.code for one in error.value.faults] == ["antwoord_spreekt_tegen"] and small.messages() == []


def test_an_answer_without_its_declaration_is_told(small: Gemeente) -> None:
    own = answer(message())
    assert [fault.code for fault in small.verify(message(), eerder=[answer(OUD), own]).meldingen] == ["antwoord_zonder_declaratie"]
    assert small.verify(message(), eerder=[own]).meldingen == ()


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ([OUD, answer(OUD, "R0")], "ander_antwoord"),
        ([answer(OUD, "R0")], "ander_antwoord"),
        ([evolve(OUD, dagtekening=date(2026, 3, 6))], "dubbel_bericht"),
        ([earlier(line(referentienummer="R9"), identificatie="B9")], "dubbel_bericht"),
    ],
)
def test_earlier_messages_that_contradict_the_ledger(small: Gemeente, given_: list[Any], code: str) -> None:
    small.verify(OUD)
    with pytest.raises(mpj.InputError) as error:
        small.verify(message(), eerder=given_)
    assert [fault.code for fault in error.value.faults] == [code]
    assert small.messages() == [(1, "B0", "beantwoord")]


# --- The command ------------------------------------------------------------------------------------------------------


def with_ledger(folder: Path, url: str, declared: Declaratiebericht = OUD) -> list[str]:
    """The command that verifies a message with a ledger."""
    return [*prepare(folder, declared), "--ledger", url]


def test_the_command_remembers_and_gives_the_same_answer(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = with_ledger(tmp_path, url)
    assert cli.run(command) == 0
    files = {path.name: path.read_bytes() for path in (tmp_path / "uit").iterdir()}
    assert set(files) == {"bevindingen.csv", "samenvatting.json", "jw325.xml"}
    assert cli.run(command) == 2
    assert cli.run([*command[: command.index("--dagtekening")], "--ledger", url, "--force"]) == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "uit").iterdir()} == files
    shown = capsys.readouterr()
    assert "volledig toegekend" in shown.out and "Niet (helemaal) getoetst: TR378." in shown.out
    assert ANNA not in shown.out + shown.err


@pytest.mark.slow
def test_the_command_replaces_an_answer_with_force_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = with_ledger(tmp_path, str(tmp_path / "gemeente.db"))
    assert cli.run(command) == 0
    prices = tmp_path / "contract" / "tarieven.csv"
    prices.write_text(prices.read_text("utf-8").replace("24,55", "23,90"), "utf-8")
    elsewhere = [*command, "--out", str(tmp_path / "nieuw")]
    assert cli.run(elsewhere) == 2
    assert not (tmp_path / "nieuw").exists() and "--force" in capsys.readouterr().err
    assert cli.run([*elsewhere, "--proef"]) == 0
    assert cli.run([*elsewhere, "--force"]) == 0
    summary = json.loads((tmp_path / "nieuw" / "samenvatting.json").read_text("utf-8"))
    assert summary["per_regel"][0]["regelcode"] == "TR418"


def test_the_command_takes_over_what_was_before_the_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = str(tmp_path / "gemeente.db")
    command = with_ledger(tmp_path, url, CORRECTIE)
    (tmp_path / "eerder").mkdir()
    for name, one in (("a.xml", OUD), ("b.xml", answer(OUD)), ("c.xml", CORRECTIE)):
        (tmp_path / "eerder" / name).write_bytes(written(one))
    assert cli.run([*command, "--eerder", str(tmp_path / "eerder"), "--strict"]) == 0
    assert cli.run([*command, "--force", "--strict"]) == 0
    summary = json.loads((tmp_path / "uit" / "samenvatting.json").read_text("utf-8"))
    assert (summary["uitkomst"], summary["toegekend_cent"]) == ("toegekend", 7365 - 9820)
    assert capsys.readouterr().err.splitlines() == [
        "Let op: eerder/c.xml: dit bericht is jw323.xml, dat wordt getoetst: het telt niet als eerder",
        "Let op: gemeente.db: dit ledger is nieuw gemaakt",
    ]


def test_a_trial_needs_a_ledger(tmp_path: Path) -> None:
    assert cli.run([*prepare(tmp_path, OUD), "--proef"]) == 2
    assert not (tmp_path / "uit").exists()


@pytest.mark.slow
@pytest.mark.parametrize("point", ["voor", "tijdens", "na", "bestanden"])
def test_killed_around_the_commit(tmp_path: Path, url: str, point: str) -> None:
    """Files and ledger agree after a kill at any point, and the same command completes."""
    command = with_ledger(tmp_path, url)
    known = Gemeente(url)
    with known.ledger.database.transaction():
        pass  # Making the ledger is a commit of its own.
    killed(point, command)
    if point != "tijdens":
        assert known.messages() == ([] if point == "voor" else [(1, "B0", "beantwoord")])
        assert not (tmp_path / "uit").exists()
    shutil.rmtree(tmp_path / "uit", ignore_errors=True)
    assert cli.run(command) == 0
    assert (known.messages(), known.lines()) == ([(1, "B0", "beantwoord")], [("R0", "toegekend")])
    found = read_jw325((tmp_path / "uit" / "jw325.xml").read_bytes())
    with known.ledger.database.transaction(write=False) as connection:
        assert connection.execute(select(schema.ontvangst.c.antwoord)).scalar() == found.header.identificatie.identificatie
    known.ledger.database.close()


@pytest.mark.slow
@pytest.mark.parametrize("point", ["voor", "tijdens", "na", "bestanden"])
def test_many_messages_are_remembered_together_or_not_at_all(tmp_path: Path, url: str, point: str) -> None:
    """A kill between two of them, or before their files are there, loses no answer: the same command gives all of them."""
    command = with_ledger(tmp_path, url)
    (tmp_path / "berichten").mkdir()
    for name, one in (("a", OUD), ("b", CORRECTIE)):
        (tmp_path / "berichten" / f"{name}.xml").write_bytes(written(one))
    command[command.index("--bericht") + 1] = str(tmp_path / "berichten")
    known = Gemeente(url)
    with known.ledger.database.transaction():
        pass  # Making the ledger is a commit of its own.
    killed(point, command)
    assert len(known.messages()) in (0, 2)
    if point != "tijdens":
        assert len(known.messages()) == (0 if point == "voor" else 2)
        assert not (tmp_path / "uit").exists()
    shutil.rmtree(tmp_path / "uit", ignore_errors=True)
    assert cli.run(command) == 0
    assert [status for _, _, status in known.messages()] == ["beantwoord", "beantwoord"]
    assert [(one, stand) for one, stand in known.lines() if one in ("R0", "R2")] == [("R0", "toegekend"), ("R2", "toegekend")]
    assert len(known.lines()) == 3, "each line once"
    answers = {read_jw325(path.read_bytes()).header.identificatie.identificatie for path in (tmp_path / "uit").glob("jw325-*.xml")}
    with known.ledger.database.transaction(write=False) as connection:
        assert answers == set(connection.execute(select(schema.ontvangst.c.antwoord)).scalars())
    known.ledger.database.close()


def test_a_message_that_the_ledger_refuses_takes_no_other_along(gemeente: Gemeente) -> None:
    """Its savepoint is undone alone; a trial of many holds each against those before it and remembers none."""
    gemeente.verify(OUD)
    basis = Basis(OTHER_PRICE, gemeente.toewijzingen)
    fresh = message(line(referentienummer="R7", tarief_cent=159, bedrag_cent=9560), nummer="DN7", identificatie="B7")
    for proef, kept in ((True, 1), (False, 2)):
        with gemeente.ledger.receiving(basis, proef=proef) as receive:
            with pytest.raises(mpj.InputError, match="al beantwoord"):
                receive(OUD, op=ONTVANGST)
            receive(fresh, op=ONTVANGST, proef=proef)
            twice = receive(evolve(fresh, dagtekening=fresh.dagtekening), op=ONTVANGST, proef=proef)
            assert twice.samenvatting["uitkomst"] != "niet_verzonden"
            again = evolve(fresh, header=evolve(fresh.header, identificatie=evolve(fresh.header.identificatie, identificatie="B8")))
            assert "TR333" in {one.regelcode for one in receive(again, op=ONTVANGST, proef=proef).bevindingen}
        assert len(gemeente.messages()) == kept + (not proef)


def test_status_is_per_gemeente_aanbieder_and_month(gemeente: Gemeente) -> None:
    """Received, due, lines, granted, refused, credited, codes; a message that waits is granted nobody knows what."""
    gemeente.verify(OUD, op=date(2026, 3, 6))
    gemeente.verify(CORRECTIE, op=date(2026, 4, 10))
    wrong = line(referentienummer="R5", tarief_cent=170, bedrag_cent=10200)
    gemeente.verify(message(wrong, nummer="DN5", identificatie="B5"), op=date(2026, 4, 10))
    gemeente.toewijzingen = [*gemeente.toewijzingen, *alles(toewijzingnummer="1003", bsn=BRAM)]
    april = {"begindatum": date(2026, 4, 1), "einddatum": date(2026, 4, 30)}
    unknown = (BRAM, line(referentienummer="R6", toewijzingnummer=1003, productcode="99ZZ9", **april))
    maand = tuple(april.values())
    later = message(unknown, nummer="DN6", identificatie="B6", maand=maand, dagtekening=date(2026, 5, 4))
    gemeente.verify(later, op=date(2026, 5, 6))
    february, march, waits = gemeente.ledger.status()["ontvangen_per_maand"]
    own = {"gemeente": GEMEENTE, "aanbieder": AANBIEDER}
    money = ("toegekend_cent", "afgekeurd_cent", "gecrediteerd_cent")
    assert february == own | {
        "maand": "2026-02",
        "berichten": 1,
        "beantwoord": 1,
        "ontvangen_op": "2026-03-06",
        "uiterste_antwoorddatum": "2026-03-20",
        "regels": 1,
        **dict(zip(money, (9820, 0, 0), strict=True)),
        "retourcodes": {},
    }
    assert (march["maand"], march["berichten"], march["regels"]) == ("2026-03", 2, 3)
    assert [march[name] for name in money] == [7365, 10200, 9820]  # type: ignore[literal-required]
    assert march["retourcodes"] == {"0611": 1}
    assert (waits["beantwoord"], waits["regels"], waits["uiterste_antwoorddatum"]) == (0, 1, "2026-05-21")
    assert [waits[name] for name in (*money, "retourcodes")] == [None] * 4  # type: ignore[literal-required]


def test_what_status_cannot_know_is_not_nought(gemeente: Gemeente) -> None:
    """When a message of before the ledger came in, what an unanswered one is worth, what one that is not sent held."""
    gemeente.verify(message(nummer="DN3", identificatie="B3"), eerder=[OUD])
    gemeente.verify(message(line(referentienummer="R8"), nummer="DN3", identificatie="B4"))
    old, march = gemeente.ledger.status()["ontvangen_per_maand"]
    assert (old["ontvangen_op"], old["uiterste_antwoorddatum"], old["toegekend_cent"]) == (None, None, None)
    assert (march["berichten"], march["regels"], march["retourcodes"]) == (2, 1, {"9333": 1})
    shown = [
        [column.shown(value) for column, value in zip(table.columns, row, strict=True)]
        for table in _tables(gemeente)
        for row in table.rows
    ]
    assert shown[0].count("onbekend") == 6


def test_what_was_received_fits_80_columns_in_one_part(gemeente: Gemeente, capsys: pytest.CaptureFixture[str]) -> None:
    gemeente.verify(OUD, op=date(2026, 3, 6))
    terminal.show(report.status(gemeente.ledger.status(), report.Shown(ONTVANGST)).report)
    shown = capsys.readouterr().out
    assert shown.count("toegekend €") == 1 and "afgekeurd €" in shown.splitlines()[shown[: shown.index("toegekend €")].count("\n")]


def _tables(gemeente: Gemeente) -> list[Table]:
    """The tables of `mpj ledger status`: nothing about work in hand, which a municipality has not."""
    tables = [
        part for part in report.status(gemeente.ledger.status(), report.Shown(ONTVANGST)).report.parts if isinstance(part, Table)
    ]
    assert [table.title.split(",")[0] for table in tables] == ["Ontvangen en getoetst"]
    return tables


# --- After the retention period ---------------------------------------------------------------------------------------


def test_erase_removes_a_client_of_received_lines(gemeente: Gemeente) -> None:
    gemeente.verify(OUD)
    with pytest.raises(mpj.InputError, match="nog worden gedeclareerd"):
        gemeente.ledger.erase([ANNA], op=date(2030, 1, 1))
    gemeente.toewijzingen = [*gemeente.toewijzingen, *alles(toewijzingnummer="1003", bsn=BRAM)]
    waiting = message((BRAM, line(toewijzingnummer=1003, productcode="99ZZ9")))
    gemeente.verify(waiting)
    with pytest.raises(mpj.InputError, match="op antwoord wacht"):
        gemeente.ledger.erase([BRAM], op=date(2040, 1, 1))
    assert gemeente.ledger.erase([ANNA], op=date(2040, 1, 1)) == (1, 0)
    with gemeente.ledger.database.transaction(write=False) as connection:
        assert ANNA not in connection.execute(select(schema.client.c.bsn)).scalars().all()
        row = connection.execute(select(schema.ontvangen_regel).order_by(schema.ontvangen_regel.c.id)).first()
    assert row is not None and (row.bedrag_cent, row.toewijzingnummer) == (9820, None)
    assert gemeente.codes(message(line(referentienummer="R0"), identificatie="B2", nummer="DN2")) == ["TR314"]
