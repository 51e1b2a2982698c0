"""What earlier messages tell, what is said when they are not there, and that both ways of giving them agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from mpj.messages.values import Antwoordbericht, Berichtidentificatie, Declaratiebericht
from mpj.presentation.words import euros
from mpj.reading.faults import Fault, InputError
from mpj.reading.sources import Reading, find_sources
from mpj.verification import MemoryHistory, Oordeel, build_answer
from mpj.verification.earlier import read_earlier
from verify.examples import OUD
from verify.support import (
    AANBIEDER,
    GEMEENTE,
    ONTVANGST,
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

TWEE = earlier(OUD, line(referentienummer="R2", productcode="45213"))


def _write(folder: Path, messages: Mapping[str, Antwoordbericht | Declaratiebericht]) -> None:
    """Write messages as files under these names."""
    for name, one in messages.items():
        (folder / f"{name}.xml").write_bytes(written(one))


def test_without_history_the_rules_that_need_it_say_so() -> None:
    outcome = zaak(history=None).verify()
    assert outcome.bevindingen == ()
    assert [one.regelcode for one in outcome.niet_getoetst] == [
        "TR056", "TR378", "TR318", "TR333", "TR314", "TR323", "TR390", "TR389", "MPJ06", "TR321", "TR322", "TR369",
    ]  # fmt: skip
    assert outcome.samenvatting["niet_getoetst"][0] == {"regelcode": "TR056", "reden": "eerdere berichten ontbreken"}


def test_with_everything_given_nothing_is_unchecked() -> None:
    assert zaak(settings={"gemeenten": {GEMEENTE}}).verify().niet_getoetst == ()


def test_states_of_lines() -> None:
    history = MemoryHistory([TWEE], [answer(TWEE, "R2")])
    states = {number: history.line(AANBIEDER, GEMEENTE, number) for number in ("R0", "R2", "R3")}
    assert [one.stand if one else None for one in states.values()] == ["toegekend", "afgekeurd", None]
    waiting = MemoryHistory([TWEE]).line(AANBIEDER, GEMEENTE, "R0")
    assert waiting is not None and waiting.stand == "wacht"


@pytest.mark.parametrize("oordeel", [Oordeel(technisch=True), Oordeel(header=("9056",)), Oordeel(declaratie=("9333",))])
def test_a_declaration_that_was_refused_as_a_whole_counts_as_not_sent(oordeel: Oordeel) -> None:
    refused = build_answer(TWEE, oordeel, dagtekening=ONTVANGST, xsd_versie="1.0.0", xslt_versie="1.0.0")
    history = MemoryHistory([TWEE], [refused])
    assert not history.has_declaration(AANBIEDER, "DN0")
    assert not history.has_reference(AANBIEDER, "R0")
    assert not history.has_message(AANBIEDER, "B0")
    assert history.last_period(AANBIEDER, GEMEENTE) is None


def test_every_line_returned_is_not_the_same_as_not_sent() -> None:
    history = MemoryHistory([TWEE], [answer(TWEE, "R0", "R2")])
    assert history.has_declaration(AANBIEDER, "DN0")
    assert history.lines(AANBIEDER, GEMEENTE, 1001) == ()


def test_a_refused_credit_does_not_credit() -> None:
    undo = earlier(credit(OUD), nummer="DN01", identificatie="B01")
    history = MemoryHistory([TWEE, undo], [answer(TWEE), answer(undo, "C-R0")])
    assert not history.credited(AANBIEDER, GEMEENTE, "R0")
    assert MemoryHistory([TWEE, undo]).credited(AANBIEDER, GEMEENTE, "R0")


def test_the_last_period_is_per_municipality() -> None:
    other = evolve(TWEE, header=evolve(TWEE.header, ontvanger="0363"))
    history = MemoryHistory([TWEE, evolve(other, periode=message().periode)])
    assert history.last_period(AANBIEDER, GEMEENTE) == date(2026, 2, 1)


def test_files_in_any_order_give_the_same_history(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(written(answer(TWEE, "R2")))
    (tmp_path / "b.xml").write_bytes(written(TWEE))
    hashes: dict[str, str] = {}
    history = MemoryHistory.read([tmp_path], hashes=hashes)
    assert len(hashes) == 2
    found = history.line(AANBIEDER, GEMEENTE, "R2")
    assert found is not None and found.stand == "afgekeurd"
    assert history.meldingen == []


def test_a_message_that_is_given_twice_counts_once(tmp_path: Path) -> None:
    """As in a folder and in a zip of it; its answer too."""
    _write(tmp_path, {"a": TWEE, "b": TWEE, "c": answer(TWEE, "R2"), "d": answer(TWEE, "R2")})
    heard: list[Fault] = []
    history = MemoryHistory.read([tmp_path], reading=Reading(heard.append))
    assert [one.prestatie.referentienummer for one in history.lines(AANBIEDER, GEMEENTE, 1001)] == ["R0"]
    assert [line.referentienummer for line in read_earlier([tmp_path])] == ["R0"]
    assert history.meldingen == heard == [] and history.known(AANBIEDER, GEMEENTE).volledig(2026 * 12 + 1)


def test_a_line_in_two_messages_counts_once_and_different_lines_under_one_number_all_and_are_told(tmp_path: Path) -> None:
    again = evolve(TWEE, declaratienummer="DN9", header=evolve(TWEE.header, identificatie=Berichtidentificatie("B9", ONTVANGST)))
    other = earlier(evolve(OUD, bedrag_cent=OUD.bedrag_cent + 1), nummer="DN8", identificatie="B8")
    _write(tmp_path, {"a": TWEE, "b": again, "c": other})
    heard: list[Fault] = []
    found = read_earlier([tmp_path], report=heard.append)
    assert sorted((line.referentienummer, line.bedrag_cent) for line in found) == [
        ("R0", OUD.bedrag_cent),
        ("R0", OUD.bedrag_cent + 1),
        ("R2", OUD.bedrag_cent),
    ]
    assert [(one.code, one.kolom) for one in heard] == [("regel_dubbel", "regel R0")]
    assert len(MemoryHistory.read([tmp_path]).lines(AANBIEDER, GEMEENTE, 1001)) == 3


def test_a_credit_of_what_is_not_given_or_was_refused_makes_no_room(tmp_path: Path) -> None:
    refused = line(referentienummer="R2", productcode="45213")
    undo = earlier(credit(OUD), credit(refused), credit(line(referentienummer="R9")), nummer="DN01", identificatie="B01")
    _write(tmp_path, {"a": TWEE, "b": answer(TWEE, "R2"), "c": undo})
    history = MemoryHistory.read([tmp_path])
    left = sorted(one.prestatie.referentienummer for one in history.lines(AANBIEDER, GEMEENTE, 1001))
    assert left == ["C-R0", "R0"]
    assert [(one.code, one.kolom) for one in history.meldingen] == [
        ("credit_zonder_regel", "regel C-R2"),
        ("credit_zonder_regel", "regel C-R9"),
    ]


def _march(**values: str) -> Sequence[Mapping[str, str]]:
    return (toewijzing(einddatum="2026-12-31", **values),)


@pytest.mark.parametrize("limit", [{"budget_cent": "9820"}, {"volume": "1", "eenheid": "04", "frequentie": "6"}])
@pytest.mark.parametrize(
    ("known", "told"),
    [
        (None, []),
        (MemoryHistory(onbekend=True), []),
        (granted(earlier(line(referentienummer="RX", toewijzingnummer=9))), [("credit_zonder_regel", "regel C-R9")]),
    ],
)
def test_a_credit_of_what_is_not_known_makes_no_room_in_its_own_message(
    limit: dict[str, str], known: MemoryHistory | None, told: list[tuple[str, str]]
) -> None:
    """What it undoes was not counted. Told by line, where other months are known: else TR323 stands under what was not checked."""
    more = line(volume=75, bedrag_cent=12275)
    loose = credit(line(referentienummer="R9", begindatum=date(2026, 1, 1), einddatum=date(2026, 1, 31)))
    outcome = zaak(loose, more, toewijzingen=_march(**limit), history=known).verify()
    assert [one.referentienummer for one in outcome.bevindingen] == ["R1"]
    assert [(one.code, one.kolom) for one in outcome.meldingen] == told


def test_a_line_may_have_come_along_in_any_later_month_that_is_not_known() -> None:
    """Late care of January stands in the declaration of March, which was not given: its credit is not refused for its debit."""
    january = {"begindatum": date(2026, 1, 1), "einddatum": date(2026, 1, 31)}
    first = earlier(line(referentienummer="RX", toewijzingnummer=9, **january), maand=tuple(january.values()))
    april = {"maand": (date(2026, 4, 1), date(2026, 4, 30)), "dagtekening": date(2026, 5, 4)}
    found = zaak(credit(line(referentienummer="R9", **january)), history=granted(first), **april)
    assert found.codes(dagtekening=date(2026, 5, 5)) == []
    february = {"maand": (date(2026, 2, 1), date(2026, 2, 28)), "dagtekening": date(2026, 3, 4)}
    assert zaak(credit(line(referentienummer="R9", **january)), history=granted(first), **february).codes() == ["TR323"]


def test_a_line_that_an_answer_returns_at_another_amount_contradicts(tmp_path: Path) -> None:
    """Also where its totals add up: two returned lines, of which one is 100 cents less and the other 100 more."""
    back = answer(TWEE, "R0", "R2")
    assert back.antwoord is not None
    lines = [
        evolve(one, bedrag_cent=one.bedrag_cent + change) for one, change in zip(back.antwoord.prestaties, (100, -100), strict=True)
    ]
    (client,) = back.antwoord.clienten
    wrong = evolve(back, antwoord=evolve(back.antwoord, clienten=(evolve(client, prestaties=tuple(lines)),)))
    _write(tmp_path, {"a": TWEE, "b": wrong})
    history = MemoryHistory.read([tmp_path])
    (fault,) = history.meldingen
    assert (fault.code, fault.bestand, fault.kolom) == ("antwoord_spreekt_tegen", f"{tmp_path.name}/b.xml", "regel R0")
    assert fault.rij and (fault.gevonden, fault.verwacht) == (f"{euros(lines[0].bedrag_cent)} D", f"{euros(OUD.bedrag_cent)} D")
    assert [one.stand for *_, one in history.standing()] == ["wacht", "wacht"]
    assert read_earlier([tmp_path]) == read_earlier([tmp_path / "a.xml"]) != []


def test_an_answer_of_before_its_declaration_does_not_count(tmp_path: Path) -> None:
    back = answer(TWEE, "R2")
    day = TWEE.dagtekening - timedelta(days=1)
    early = evolve(back, header=evolve(back.header, identificatie=Berichtidentificatie("A", day)))
    _write(tmp_path, {"a": TWEE, "b": early})
    history = MemoryHistory.read([tmp_path])
    (fault,) = history.meldingen
    assert (fault.code, fault.bestand) == ("antwoord_spreekt_tegen", f"{tmp_path.name}/b.xml")
    assert (fault.gevonden, fault.verwacht) == (str(day), f"{TWEE.dagtekening} of later")


def test_two_answers_to_one_declaration_are_told(tmp_path: Path) -> None:
    first, last = answer(TWEE, "R2"), answer(TWEE)
    last = evolve(last, header=evolve(last.header, identificatie=Berichtidentificatie("ANDER", ONTVANGST)))
    _write(tmp_path, {"a": TWEE, "b": first, "c": last})
    heard: list[Fault] = []
    history = MemoryHistory.read([tmp_path], reading=Reading(heard.append))
    assert [one.code for one in heard] == ["antwoord_dubbel"] and "het laatst gelezen telt" in str(heard[0])
    assert len(history.lines(AANBIEDER, GEMEENTE, 1001)) == 2


def test_a_declaration_that_was_refused_and_sent_again_under_its_own_name_has_its_own_answer() -> None:
    """Each answer went to whichever of the two was read first, so that what was granted waited, or was refused."""
    again = earlier(OUD, dagtekening=date(2026, 3, 20))
    refused = build_answer(TWEE, Oordeel(header=("9056",)), dagtekening=date(2026, 3, 10), xsd_versie="1.0.0", xslt_versie="1.0.0")
    messages, answers = [TWEE, again], [refused, answer(again)]
    for sent, told in ((messages, answers), (messages[::-1], answers), (messages, answers[::-1])):
        history = MemoryHistory(sent, told)
        assert [(one.prestatie.referentienummer, one.stand) for *_, one in history.standing()] == [("R0", "toegekend")]
        assert history.meldingen == []
        waits = MemoryHistory(sent, [refused])
        assert [(one.prestatie.referentienummer, one.stand) for *_, one in waits.standing()] == [("R0", "wacht")]


def test_what_is_verified_is_not_answered_by_the_answer_to_another_under_its_name(tmp_path: Path) -> None:
    """A copy of it among those of before was kept for the answer, and then held against itself."""
    again = earlier(OUD, dagtekening=date(2026, 3, 20))
    refused = build_answer(TWEE, Oordeel(header=("9056",)), dagtekening=date(2026, 3, 10), xsd_versie="1.0.0", xslt_versie="1.0.0")
    _write(tmp_path, {"a": TWEE, "b": again, "c": refused})
    history = MemoryHistory.read([tmp_path], verified=find_sources([tmp_path / "b.xml"], (".xml",)))
    assert [*history.standing()] == [] and not history.has_message(AANBIEDER, "B0")


def test_an_answer_that_may_be_to_two_declarations_is_told_and_answers_neither() -> None:
    other = earlier(OUD)
    history = MemoryHistory([TWEE, other], [answer(TWEE)])
    assert [one.code for one in history.meldingen] == ["antwoord_zonder_declaratie"]
    assert {one.stand for *_, one in history.standing()} == {"wacht"}
    assert MemoryHistory([TWEE, TWEE], [answer(TWEE)]).meldingen == []


def test_an_answer_that_names_another_declaratienummer_answers_nothing() -> None:
    body = answer(TWEE).antwoord
    assert body is not None
    history = MemoryHistory([TWEE], [evolve(answer(TWEE), antwoord=evolve(body, declaratienummer="ANDER"))])
    assert [one.code for one in history.meldingen] == ["antwoord_zonder_declaratie"]
    assert {one.stand for *_, one in history.standing()} == {"wacht"}


def test_an_answer_without_its_declaration_is_named(tmp_path: Path) -> None:
    (found,) = MemoryHistory([], [answer(TWEE)]).meldingen
    assert (found.code, found.soort) == ("antwoord_zonder_declaratie", "waarschuwing")


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<a><b/></a>", "utf-8")
    with pytest.raises(InputError):
        MemoryHistory.read([tmp_path])


def test_a_number_used_again_does_not_hide_the_granted_line() -> None:
    """The second use was refused for it (TR314); the first line stands and can be credited."""
    again = message(line(referentienummer="R0"), nummer="DN2", identificatie="B2")
    first = earlier(line(referentienummer="R0", begindatum=date(2026, 2, 1), einddatum=date(2026, 2, 28)))
    for messages in ([first, again], [again, first]):
        found = MemoryHistory(messages, [answer(first), answer(again, "R0")]).line(AANBIEDER, GEMEENTE, "R0")
        assert found is not None and (found.stand, found.prestatie.begindatum) == ("toegekend", date(2026, 2, 1))


def test_a_file_with_a_hidden_name_like_that_of_what_is_verified_is_of_before(tmp_path: Path) -> None:
    """Two names that differ in a BSN alone are shown alike; which file is the one that is verified, its content tells."""
    other = message(line(referentienummer="R9"), nummer="DN9", identificatie="B9")
    _write(tmp_path, {"jw323-999900006": TWEE, "jw323-999900018": other})
    verified = find_sources([tmp_path / "jw323-999900018.xml"], (".xml",))
    history = MemoryHistory.read([tmp_path], verified=verified)
    assert [one.prestatie.referentienummer for _, _, one in history.standing()] == ["R0", "R2"]


def test_where_no_file_is_of_before_nothing_is_known(tmp_path: Path) -> None:
    """It was taken for a history in which nothing was declared: rules that need it were ticked, and credits refused (TR323)."""
    _write(tmp_path, {"kopie": TWEE})
    verified = find_sources([tmp_path / "kopie.xml"], (".xml",))
    history = MemoryHistory.read([tmp_path], verified=verified)
    assert [*history.standing()] == [] and history.known(AANBIEDER, GEMEENTE).leeg
    assert MemoryHistory.read([]).known(AANBIEDER, GEMEENTE).volledig(0)
