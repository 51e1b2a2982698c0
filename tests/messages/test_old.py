"""JW303 and JW304 of iJw 2.3: read as what was declared before, by descriptions that were not written from an official schema.

A JW303 says what a JW323 with the same lines says. What does not fit is told by file and line; no name, date of birth, comment or
BSN is ever shown or kept.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from messages.old import AANBIEDER, ANNA, BORN, BRAM, GEMEENTE, NAME, Regel, jw303, jw304
from messages.support import assert_no_bsn, groups_of, written
from mpj.messages import Declaratiebericht, Header, Periode, Prestatie, Totaal, Xsdversie, check, from_bytes, read_jw323, write
from mpj.messages.description import with_old
from mpj.messages.old import read_before
from mpj.messages.settled import settled
from mpj.messages.values import Bericht, Berichtidentificatie, Client, Gelezen
from mpj.messages.writer import Writer
from mpj.reading.faults import Fault, InputError
from mpj.verification.earlier import read_earlier
from mpj.verification.history import AFGEKEURD, TOEGEKEND, WACHT, MemoryHistory

GOLDEN = Path(__file__).with_name("golden_2_3")
D = date


def before(*data: bytes) -> list[Gelezen]:
    """These messages, read as files a.xml, b.xml and so on."""
    return [read_before(one, f"{name}.xml") for name, one in zip("abcdef", data, strict=False)]


def lines_of(messages: Iterable[Bericht]) -> list[Prestatie]:
    """The lines of declarations, of whichever client."""
    declared = (one for one in messages if isinstance(one, Declaratiebericht))
    return [line for one in declared for client in one.clienten for line in client.prestaties]


def told(faults: Sequence[Fault]) -> list[tuple[str, str, str]]:
    """Code, file and the last of the place of faults, but that a file is old."""
    return [(one.code, one.bestand, one.kolom.rpartition("/")[2]) for one in faults if one.code != "oud_bericht"]


def settle(*data: bytes) -> tuple[list[Prestatie], list[Fault]]:
    """The lines of these messages once answers and credits were looked at, and what is said of them."""
    read, faults = settled(before(*data))
    return lines_of(one.bericht for one in read), faults


# --- What is read -----------------------------------------------------------------------------------------------------


def test_a_whole_declaration_is_read() -> None:
    """golden_2_3/jw303.xml, field by field."""
    (read,) = before((GOLDEN / "jw303.xml").read_bytes())
    message = read.bericht
    assert isinstance(message, Declaratiebericht) and read.oud
    assert (message.header.afzender, message.header.ontvanger) == (AANBIEDER, GEMEENTE)
    assert message.header.identificatie == Berichtidentificatie("DECL202003A", D(2020, 4, 2))
    assert message.declaratienummer == "DECL202003A" and message.dagtekening == D(2020, 4, 2)
    assert message.periode == Periode(D(2020, 3, 1), D(2020, 3, 31)) and message.totaal == Totaal(18040, "D")
    assert [client.bsn for client in message.clienten] == [ANNA, BRAM]
    march = (D(2020, 3, 1), D(2020, 3, 31))
    assert lines_of([message]) == [
        Prestatie("AN-2020-03-1", None, 10072, "45", "45A12", *march, 60, "01", 164, 9840, "D"),
        Prestatie("AN-2020-03-2", "AN-2020-02-1", 10072, "45", "45A12", D(2020, 2, 1), D(2020, 2, 29), 10, "01", 164, 1640, "C"),
        Prestatie("BR-2020-03-1", None, 20001, "44", "44B01", *march, 2, "14", 4920, 9840, "D"),
    ]
    assert [str(one) for one in read.meldingen] == [
        "a.xml: dit is JW303 2.3: gelezen als wat eerder is gedeclareerd, naar een beschrijving zonder officieel schema"
    ]


LINES = st.lists(
    st.builds(
        Regel,
        nummer=st.uuids().map(lambda one: one.hex[:20].upper()),
        toewijzing=st.integers(0, 999_999_999),
        code=st.sampled_from(["45212", "45213", "44A01"]),
        volume=st.integers(0, 99_999_999),
        eenheid=st.sampled_from(["01", "04", "14", "16", "82", "83"]),
        tarief=st.none() | st.integers(0, 99_999_999),
        bedrag=st.integers(0, 99_999_999),
        dc=st.sampled_from("DC"),
        bsn=st.sampled_from([ANNA, BRAM]),
    ),
    min_size=1,
    max_size=6,
)


def jw323(lines: Sequence[Regel]) -> bytes:
    """The JW323 that says what the JW303 of `lines` does."""
    clients = tuple(
        Client(
            bsn,
            tuple(
                Prestatie(
                    one.nummer,
                    one.vorig,
                    one.toewijzing or 0,
                    one.categorie,
                    one.code,
                    D.fromisoformat(one.begin),
                    D.fromisoformat(one.eind),
                    one.volume,
                    one.eenheid,
                    one.tarief,
                    one.bedrag,
                    one.dc,
                )
                for one in lines
                if one.bsn == bsn
            ),
        )
        for bsn in dict.fromkeys(one.bsn for one in lines)
    )
    named = Berichtidentificatie("DN2020X", D(2020, 4, 2))
    header = Header("490", 3, 2, AANBIEDER, GEMEENTE, named, Xsdversie("1.0.0", "1.0.0"))
    march = Periode(D(2020, 3, 1), D(2020, 3, 31))
    total = Totaal.of(sum(one.net for one in lines))
    return written(Declaratiebericht(header, "DN2020X", march, D(2020, 4, 2), total, clients))


@given(LINES)
def test_it_says_what_a_jw323_with_the_same_lines_says(lines: list[Regel]) -> None:
    """All but the versions in the header; before credits are looked at, of which a JW303 tells more kinds."""
    (old, new) = (one.bericht for one in before(jw303(*lines), jw323(lines)))
    assert isinstance(old, Declaratiebericht) and isinstance(new, Declaratiebericht)
    assert evolve(old, header=new.header) == new
    assert evolve(old.header, berichtcode="490", berichtversie=3, berichtsubversie=2, xsdversie=new.header.xsdversie) == new.header


@given(LINES)
def test_its_lines_are_earlier_lines_as_those_of_a_jw323_are(lines: list[Regel]) -> None:
    debits = [evolve(one, dc="D") for one in lines]
    undone = [evolve(one, nummer=f"C{one.nummer[1:]}", vorig=one.nummer, dc="C") for one in debits[::2]]
    found = [settle(data)[0] for data in (jw303(*debits, *undone), jw323([*debits, *undone]))]
    assert found[0] == found[1]


# --- What is told -----------------------------------------------------------------------------------------------------

ODD = {
    "ToewijzingNummer": (Regel(toewijzing=None), "oude_regel_telt_niet"),
    "Eenheid": (Regel(eenheid="81"), "oude_regel_telt_anders"),
    "Eenheid, week": (Regel(eenheid="21"), "oude_regel_telt_anders"),
    "Verrekenpercentage": (Regel(percentage=7500, berekend=7380, bedrag=7380), "oude_regel_telt_anders"),
    "BtwBedrag": (Regel(btw=2066, berekend=9840, bedrag=11906), "oude_regel_telt_anders"),
    "BerekendBedrag": (Regel(berekend=9839, bedrag=9839), "oud_bedrag"),
    "DeclaratieFactuurBedrag": (Regel(berekend=9840, bedrag=9800), "oud_bedrag"),
    "DeclaratieFactuurBedrag, tarief": (Regel(bedrag=9800), "oud_bedrag"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_does_not_fit_is_told_by_file_and_line(name: str) -> None:
    odd, code = ODD[name]
    (read,) = before(jw303(Regel("R0"), odd))
    (fault,) = (one for one in read.meldingen if one.code != "oud_bericht")
    assert told(read.meldingen) == [(code, "a.xml", name.partition(",")[0])] and fault.soort == "waarschuwing"
    assert "Client[1]/Prestaties/Prestatie[2]/" in fault.kolom and fault.rij > 30
    kept = [one.referentienummer for one in lines_of(one.bericht for one in settled([read])[0])]
    assert kept == (["R0"] if name == "ToewijzingNummer" else ["R0", "R1"])


@pytest.mark.parametrize(
    "plain",
    [
        Regel(percentage=10000, berekend=9840),
        Regel(percentage=3333, tarief=101, volume=1, berekend=34, bedrag=34),
        Regel(percentage=3333, tarief=101, volume=1, berekend=33, bedrag=33),
        Regel(btw=0, berekend=9840),
        Regel(tarief=None, bedrag=1),
        Regel(dc="C", berekend=9840, vorig="R0"),
    ],
)
def test_what_fits_is_not_told(plain: Regel) -> None:
    """A part of a price is rounded in whichever direction."""
    (read,) = before(jw303(plain))
    assert [one for one in told(read.meldingen) if one[2] != "Verrekenpercentage"] == []


def test_totals_that_are_not_the_sum_are_told() -> None:
    (read,) = before(jw303(Regel(), Regel("R2", toewijzing=None), totaal=9840, btw=5))
    assert told(read.meldingen)[1:] == [
        ("oud_bedrag", "a.xml", "DeclaratieFactuurTotaalBedrag"),
        ("oud_bedrag", "a.xml", "BtwTotaalBedrag"),
    ]
    assert told(before(jw303(Regel(), Regel("R2", toewijzing=None)))[0].meldingen) == [
        ("oude_regel_telt_niet", "a.xml", "ToewijzingNummer")
    ]


# --- Answers and credits ----------------------------------------------------------------------------------------------

SENT = (Regel("R1"), Regel("R2", toewijzing=2, bedrag=10000, tarief=None), Regel("R3", toewijzing=3, bsn=BRAM))
WHOLE = sum(one.net for one in SENT)


def answer(*lines: Regel, **head: object) -> bytes:
    """The answer to `SENT` that comes back with `lines`; its totals add up."""
    refused = sum(one.net - (one.toegekend or 0) for one in lines)
    return jw304(*lines, **{"ingediend": WHOLE, "toegekend": WHOLE - refused} | head)


def test_what_was_granted_stands_at_what_was_granted() -> None:
    """golden_2_3/jw304.xml: one line rejected, one granted in part, and one that does not come back, so granted."""
    data = (jw303(*SENT), (GOLDEN / "jw304.xml").read_bytes())
    lines, faults = settle(*data)
    assert [(one.referentienummer, one.bedrag_cent, one.volume) for one in lines] == [
        ("R1", 9840, 60),
        ("R2", 6000, 60),
        ("R3", 9840, 60),
    ]
    assert told(faults) == [("oude_regel_telt_anders", "a.xml", "regel R2")]
    history = history_of(*data)
    stand = {nummer: history.line(AANBIEDER, GEMEENTE, nummer) for nummer in ("R1", "R2", "R3")}
    assert {nummer: one.stand for nummer, one in stand.items() if one} == {"R1": AFGEKEURD, "R2": TOEGEKEND, "R3": TOEGEKEND}
    assert history.meldingen == []


def history_of(*data: bytes) -> MemoryHistory:
    return MemoryHistory.of(settled(before(*data))[0])


@pytest.mark.parametrize(
    "lines", [(), (evolve(SENT[0], toegekend=9840),), tuple(evolve(one, toegekend=one.bedrag) for one in SENT)]
)
def test_what_is_granted_in_full_stands(lines: tuple[Regel, ...]) -> None:
    history = history_of(jw303(*SENT), answer(*lines, codes=("8001",)))
    assert [line.stand for *_, line in history.standing()] == [TOEGEKEND] * 3 and history.meldingen == []


def test_one_that_was_refused_as_a_whole_was_not_sent() -> None:
    history = history_of(jw303(*SENT), jw304(ingediend=WHOLE, toegekend=0, codes=("0030",)))
    assert list(history.standing()) == [] and not history.has_declaration(AANBIEDER, "DN2020X")


def test_an_answer_whose_money_contradicts_changes_nothing_and_is_told() -> None:
    wrong = answer(evolve(SENT[1], toegekend=6000), toegekend=WHOLE)
    history = history_of(jw303(*SENT), wrong)
    assert [one.code for one in history.meldingen] == ["antwoord_spreekt_tegen"]
    assert sorted(line.prestatie.bedrag_cent for *_, line in history.standing()) == [9840, 9840, 10000]
    assert {line.prestatie.referentienummer: line.stand for *_, line in history.standing()} == dict.fromkeys(
        ("R1", "R2", "R3"), WACHT
    )


def test_an_answer_with_a_line_that_was_not_declared_does_not_count() -> None:
    """Its money adds up, and the line that it is about would count as granted; one without a toewijzing was declared."""
    history = history_of(jw303(*SENT), answer(evolve(SENT[1], nummer="R9", toegekend=0)))
    assert [one.code for one in history.meldingen] == ["antwoord_spreekt_tegen"]
    assert "€ 100,00 D" in str(history.meldingen[0]) and [line.stand for *_, line in history.standing()] == [WACHT] * 3
    loose = (*SENT[:2], evolve(SENT[2], toewijzing=None))
    history = history_of(jw303(*loose), answer(evolve(loose[2], toegekend=0)))
    assert history.meldingen == [] and [line.stand for *_, line in history.standing()] == [TOEGEKEND] * 2


@pytest.mark.parametrize(
    "lines",
    [
        (evolve(SENT[1], bedrag=6000, tarief=None, toegekend=0),),
        (evolve(SENT[1], bedrag=6000, tarief=None, toegekend=1000), evolve(SENT[0], toegekend=1)),
        (evolve(SENT[1], bedrag=16000, tarief=None, toegekend=6000),),
        (evolve(SENT[1], bedrag=6000, tarief=None, toegekend=6000), evolve(SENT[0], toegekend=0)),
    ],
)
def test_an_answer_that_says_another_amount_of_a_line_than_was_declared_does_not_count(lines: tuple[Regel, ...]) -> None:
    """Its totals add up with its lines; what is refused of a line, or granted, is no part of what was asked."""
    history = history_of(jw303(*SENT), answer(*lines))
    (fault,) = history.meldingen
    found = f"€ {lines[0].bedrag // 100},00 D"
    assert (fault.code, fault.bestand, fault.kolom) == ("antwoord_spreekt_tegen", "b.xml", "regel R2") and fault.rij > 30
    assert (fault.gevonden, fault.verwacht) == (found, "€ 100,00 D")
    assert {line.prestatie.referentienummer: line.stand for *_, line in history.standing()} == dict.fromkeys(
        ("R1", "R2", "R3"), WACHT
    )
    assert sorted(line.prestatie.bedrag_cent for *_, line in history.standing()) == [9840, 9840, 10000]


@pytest.mark.parametrize("odd", [evolve(SENT[1], toegekend=10001), evolve(SENT[1], toegekend=1, toegekend_dc="C")])
def test_more_granted_than_asked_is_refused(odd: Regel) -> None:
    with pytest.raises(InputError, match=r"b\.xml, rij [0-9]+.*ToegekendBedrag.*meer toegekend") as caught:
        before(jw303(*SENT), answer(odd))
    assert [one.code for one in caught.value.faults] == ["oud_bedrag"]


CREDIT = Regel("C2", "R2", toewijzing=2, begin="2020-03-01", dc="C", tarief=None)
APRIL = {"nummer": "DN2020Y", "begin": "2020-04-01", "eind": "2020-04-30", "dagtekening": "2020-05-02"}


@pytest.mark.parametrize(
    ("granted", "credited", "left", "codes"),
    [
        (10000, 10000, 0, []),
        (6000, 6000, 0, ["oude_regel_telt_anders"]),  # as a declaration is credited: the part that was granted
        (6000, 10000, 0, ["oude_regel_telt_anders"] * 2),
        (None, 6000, 0, ["oude_regel_telt_anders"]),  # no answer given
        (None, 10000, 0, []),
        (0, 10000, 0, ["oude_regel_telt_niet"]),  # as an invoice is credited: what was submitted, though it was rejected
        (0, 6000, 0, ["oude_regel_telt_niet"]),
    ],
)
def test_a_line_that_is_credited_stands_no_more(granted: int | None, credited: int, left: int, codes: list[str]) -> None:
    """Whatever its amount and its credit's, in whatever order the files come: nothing is left, and nothing is taken of another."""
    data = [jw303(*SENT), jw303(evolve(CREDIT, bedrag=credited), **APRIL)]
    if granted is not None:
        data.append(answer(*([] if granted == 10000 else [evolve(SENT[1], toegekend=granted)])))
    for order in (data, data[::-1]):
        read, faults = settled(before(*order))
        assert [one.code for one in faults] == codes
        history = MemoryHistory.of(read)
        own = [line.prestatie for line in history.lines(AANBIEDER, GEMEENTE, 2)]
        assert sum(one.net for one in own) == left == sum(one.volume if one.debetcredit == "D" else -one.volume for one in own)
        assert history.meldingen == []
        assert len(history.lines(AANBIEDER, GEMEENTE, 10072)) == len(history.lines(AANBIEDER, GEMEENTE, 3)) == 1


@pytest.mark.parametrize(("credited", "codes"), [(10000, []), (6000, ["oude_regel_telt_anders"])])
def test_a_credit_in_a_jw303_undoes_a_line_that_a_jw323_declared(credited: int, codes: list[str]) -> None:
    """A number is one line in whatever release; a credit in a JW323 beside it takes nothing more away, and is told."""
    debits, credit = jw323(SENT), jw303(evolve(CREDIT, bedrag=credited), **APRIL)
    again = jw323([evolve(CREDIT, nummer="C3")]).replace(b">DN2020X<", b">DN2020Z<")
    for data in ((debits, credit), (credit, debits), (debits, again, credit), (again, credit, debits)):
        read, faults = settled(before(*data))
        expected = [*codes, *(["oude_regel_telt_niet"] if again in data else [])]
        assert sorted(one.code for one in faults) == sorted(expected)
        history = MemoryHistory.of(read)
        assert sum(line.prestatie.net for line in history.lines(AANBIEDER, GEMEENTE, 2)) == 0
        assert history.meldingen == [] == [*history.loose_credits()]


def test_a_credit_undoes_a_line_whose_answer_contradicts() -> None:
    """Its own answer says another total; the line counted in full, and its credit nothing."""
    wrong = answer(evolve(SENT[1], toegekend=6000), toegekend=WHOLE)
    history = history_of(jw303(*SENT), wrong, jw303(evolve(CREDIT, bedrag=10000), **APRIL))
    assert sum(line.prestatie.net for line in history.lines(AANBIEDER, GEMEENTE, 2)) == 0
    assert [one.code for one in history.meldingen] == ["antwoord_spreekt_tegen"]


@pytest.mark.parametrize("odd", [evolve(CREDIT, vorig="R9"), evolve(CREDIT, vorig=None)])
def test_a_credit_of_what_is_not_given_counts_nothing(odd: Regel) -> None:
    lines, faults = settle(jw303(*SENT), jw303(odd, **APRIL))
    assert len(lines) == 3 and told(faults) == [("oude_regel_telt_niet", "b.xml", "regel C2")] and faults[0].rij > 30


def test_a_credit_without_a_toewijzing_is_of_that_of_its_line() -> None:
    """What it undoes stands no more; where that names none, it counts for none."""
    credit = evolve(CREDIT, bedrag=10000, toewijzing=None)
    lines, faults = settle(jw303(*SENT), jw303(credit, **APRIL))
    assert sum(one.net for one in lines if one.toewijzingnummer == 2) == 0 and len(lines) == 4 and faults == []
    assert told(before(jw303(credit))[0].meldingen) == []
    lines, faults = settle(jw303(evolve(SENT[1], toewijzing=None)), jw303(evolve(credit, toewijzing=2), **APRIL))
    assert lines == [] and faults == []


def test_a_line_is_credited_once() -> None:
    lines, faults = settle(jw303(*SENT), jw303(evolve(CREDIT, bedrag=10000), evolve(CREDIT, nummer="C3", bedrag=10000), **APRIL))
    assert sum(one.net for one in lines) == WHOLE - 10000 and told(faults) == [("oude_regel_telt_niet", "b.xml", "regel C3")]


def test_a_credit_that_was_refused_undoes_nothing() -> None:
    credit = evolve(CREDIT, bedrag=10000)
    refused = jw304(evolve(credit, toegekend=0), ingediend=-10000, toegekend=0, **APRIL)
    history = history_of(jw303(*SENT), jw303(credit, **APRIL), refused)
    assert [line.prestatie.net for line in history.lines(AANBIEDER, GEMEENTE, 2)] == [10000] and history.meldingen == []


@given(st.lists(st.tuples(st.integers(1, 5000), st.none() | st.integers(0, 5000), st.booleans(), st.integers(1, 5000)), max_size=5))
def test_nothing_is_left_of_what_was_credited(care: list[tuple[int, int | None, bool, int]]) -> None:
    """A naive count: what was granted of every line that was not credited."""
    sent = [Regel(f"R{at}", toewijzing=at, tarief=None, bedrag=cent) for at, (cent, *_) in enumerate(care, 1)]
    back = [
        evolve(one, toegekend=min(cent, granted))
        for one, (cent, granted, *_) in zip(sent, care, strict=True)
        if granted is not None
    ]
    undone = [
        evolve(one, nummer=f"C{one.nummer}", vorig=one.nummer, dc="C", bedrag=credit)
        for one, (*_, gone, credit) in zip(sent, care, strict=True)
        if gone
    ]
    data = [jw303(*sent), jw303(*undone, **APRIL)] if sent and undone else [jw303(*sent)] if sent else []
    whole = sum(one.net for one in sent)
    granted = whole - sum(one.bedrag - (one.toegekend or 0) for one in back)
    if sent:
        data.append(jw304(*back, ingediend=whole, toegekend=granted, codes=("8001",) if not granted else ("0200",)))
    if granted == 0 and not back:
        return
    history = history_of(*data)
    for at, (cent, part, gone, _) in enumerate(care, 1):
        own = sum(line.prestatie.net for line in history.lines(AANBIEDER, GEMEENTE, at))
        assert own == (0 if gone else cent if part is None else min(cent, part))


# --- What is refused --------------------------------------------------------------------------------------------------

GOOD = jw303(Regel()).decode()
BROKEN = {
    "missing": (GOOD.replace("<ijw:Eenheid>01</ijw:Eenheid>\n", ""), "element_ontbreekt", "IngediendeBedragPrestatie/Eenheid"),
    "order": (
        GOOD.replace(
            "<ijw:GeleverdVolume>60</ijw:GeleverdVolume>\n<ijw:Eenheid>01</ijw:Eenheid>",
            "<ijw:Eenheid>01</ijw:Eenheid>\n<ijw:GeleverdVolume>60</ijw:GeleverdVolume>",
        ),
        "element_volgorde",
        "IngediendeBedragPrestatie/GeleverdVolume",
    ),
    "letter": (GOOD.replace("<ijw:Bedrag>9840<", "<ijw:Bedrag>98x0<"), "geheel_getal", "DeclaratieFactuurBedrag/Bedrag"),
    "unit": (GOOD.replace("<ijw:Eenheid>01<", "<ijw:Eenheid>84<"), "codes", "IngediendeBedragPrestatie/Eenheid"),
    "code": (GOOD.replace(">432<", ">490<"), "patroon", "Header/BerichtCode"),
    "namespace": (GOOD.replace("ijw:Eenheid>", "jw303:Eenheid>"), "element_naamruimte", "IngediendeBedragPrestatie/Eenheid"),
    "birth": (GOOD.replace(BORN, "1-5-2012"), "datum", "Geboortedatum/Datum"),
    "bureau": (GOOD.replace(">98000001<", ">97000001<"), "patroon", "Header/Servicebureau"),
    "name": (GOOD.replace(">AB<", ">A 999900018<"), "max_lengte", "Naam/Voorletters"),
    "bsn": (GOOD.replace(f"Bsn>{ANNA}", f"Bsn>{ANNA}1"), "max_lengte", "Bsn"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_breach_of_the_form_is_named_by_path_and_line(name: str) -> None:
    data, code, path = BROKEN[name]
    assert data != GOOD
    with pytest.raises(InputError) as caught:
        before(data.encode())
    first = caught.value.faults[0]
    assert (first.code, first.bestand) == (code, "a.xml") and first.kolom.endswith(path) and first.rij > 1
    assert_no_bsn(caught.value.faults)
    shown = "\n".join(map(str, caught.value.faults))
    assert not any(secret in shown for secret in ("1-5-2012", "2012", NAME, "999900", "opmerking"))


def test_another_release_is_named_and_refused() -> None:
    with pytest.raises(InputError, match=r"Dit is JW303 release 2\.4; gevonden: JW303 2\.4; verwacht: .*JW303 2\.3"):
        before(GOOD.replace("2_3", "2_4").encode())


def test_a_bomb_stays_outside() -> None:
    bomb = GOOD.replace("?>", '?><!DOCTYPE a [<!ENTITY b "boem">]>', 1).replace(NAME, "&b;")
    with pytest.raises(InputError) as caught:
        before(bomb.encode())
    assert [one.code for one in caught.value.faults] == ["xml_doctype"]


def test_what_is_personal_is_neither_kept_nor_told() -> None:
    """A BSN stands in its own field and nowhere else."""
    odd = [one for one, _ in ODD.values()]
    data = [jw303(*(evolve(one, nummer=f"R{at}") for at, one in enumerate(odd))), jw304(*odd[:2], ingediend=1, toegekend=1)]
    read = before(*data)
    messages, faults = settled(read)
    shown = repr(read) + repr(messages) + "".join(map(str, [*faults, *(one for each in read for one in each.meldingen)]))
    assert not any(secret in shown for secret in (NAME, BORN, "opmerking", ANNA, BRAM, "2012"))


@pytest.mark.parametrize("kind", ["JW303", "JW304"])
def test_everything_else_goes_on_refusing_it_and_says_where_it_can_be_read(kind: str) -> None:
    data = jw303(Regel()) if kind == "JW303" else jw304(ingediend=0, toegekend=0)
    hint = f"Dit is {kind} release 2.3: alleen te lezen als wat eerder is gedeclareerd, met --eerder en in mpj tariffs convert"
    for call in (from_bytes, read_jw323):
        with pytest.raises(InputError) as caught:
            call(data)
        assert [(one.code, one.gevonden, one.toelichting) for one in caught.value.faults] == [
            ("bericht_onbekend", f"{kind} 2.3", hint)
        ]
    assert [one.toelichting for one in check(data)] == [hint]


@pytest.mark.parametrize("kind", ["JW303", "JW304"])
@given(st.data())
def test_whatever_is_right_by_its_description_is_read(kind: str, data: st.DataObject) -> None:
    """Every optional field there or not, every bound: a value, or, of an answer, what it grants too much."""
    description = with_old().get("ijw", "2.3", kind)
    out = io.BytesIO()
    Writer(description).write(data.draw(groups_of(description.wortel)), out)
    try:
        (read,) = before(out.getvalue())
    except InputError as error:
        assert kind == "JW304" and {one.code for one in error.faults} == {"oud_bedrag"}
    else:
        settled([read, read])


SOURCES = [path.read_bytes() for path in sorted(GOLDEN.iterdir())]


@given(st.sampled_from(SOURCES), st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=3)), min_size=1, max_size=4))
def test_whatever_the_bytes_one_error_and_no_bsn(data: bytes, changes: list[tuple[int, bytes]]) -> None:
    for at, new in changes:
        data = data[:at] + new + data[at + len(new) :]
    try:
        before(data)
    except InputError as error:
        assert_no_bsn(error.faults)


def test_every_element_is_looked_at() -> None:
    """What may not be left out is missed, by its path."""
    for data in SOURCES:
        tree = etree.fromstring(data)
        for at, node in enumerate(tree.iter()):
            if at == 0:
                continue
            changed = etree.fromstring(data)
            gone = list(changed.iter())[at]
            parent = gone.getparent()
            assert parent is not None
            parent.remove(gone)
            name = etree.QName(node).localname
            try:
                before(etree.tostring(changed))
            except InputError as error:
                assert any(one.kolom.endswith(name) for one in error.faults) or error.faults[0].code == "element_ontbreekt"
            else:
                assert name in OPTIONAL, name


OPTIONAL = {
    *("Servicebureau", "Commentaar", "Voorletters", "BeschikkingNummer", "ToewijzingNummer", "VorigReferentieNummer"),
    *("ProductTarief", "Verrekenpercentage", "BerekendBedrag", "RetourCodes", "RetourCode", "Client", "Prestatie", "Clienten"),
}
"""Some of the last four may go where another is left, or in an answer."""


def test_none_is_written() -> None:
    (read,) = before(jw303(Regel()))
    assert isinstance(read.bericht, Declaratiebericht)
    for registry in (None, with_old()):
        with pytest.raises(InputError, match="Deze berichtsoort kent mpj niet"):
            write(read.bericht, io.BytesIO(), registry=registry)


def test_a_table_and_a_message_of_before_count_together(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(jw303(*SENT))
    (tmp_path / "b.xml").write_bytes(answer(evolve(SENT[1], toegekend=6000)))
    heard: list[Fault] = []
    lines = read_earlier([tmp_path], report=heard.append)
    assert sorted((one.toewijzingnummer, one.bedrag_cent) for one in lines) == [(2, 6000), (3, 9840), (10072, 9840)]
    assert [one.code for one in heard] == ["oud_bericht", "oud_bericht", "oude_regel_telt_anders"]
