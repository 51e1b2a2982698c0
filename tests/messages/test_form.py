"""The form check: every fault has its path, rule, found and expected; and the verdict is that of the official schema."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache

import pytest
from lxml import etree
from standard import needs_standard

from messages.mutations import STRUCTURE, TEXTS, Mutation, elements, mutate, with_text
from messages.support import KINDS, Line, assert_no_bsn, description, sample, valid, written
from mpj.messages import check, declaratieberichten, read, read_jw301
from mpj.messages.parsing import Limits
from mpj.reading.faults import Fault, InputError

YEAR_OUT_OF_RANGE = re.compile("-[0-9-]+|[0-9]{5,}-[0-9-]+|.verborgen, [0-9]+ tekens.")


def form_faults(data: bytes) -> tuple[Fault, ...]:
    """Return the faults of the form of a message."""
    try:
        read(data)
    except InputError as error:
        return error.faults
    return ()


@cache
def bases(kind: str) -> tuple[bytes, ...]:
    """Return valid messages to mutate: the official sample, and a declaration with a correction that mpj wrote."""
    if kind != "JW323":
        return (sample(kind),)
    lines = [
        Line("C1", vorig_referentienummer="OUD", debetcredit="C", begindatum=date(2026, 2, 1), einddatum=date(2026, 2, 28)),
        Line("D1", begindatum=date(2026, 2, 1), einddatum=date(2026, 2, 28)),
    ]
    return sample(kind), *(written(message) for message in declaratieberichten(lines, dagtekening=date(2026, 4, 1)))


def explained(faults: tuple[Fault, ...]) -> bool:
    """Return whether these faults are the one thing on which mpj is stricter than the schema.

    XML Schema knows years before 1 and after 9999; calendars of programs do not, and no message is about such a year (CS100).
    """
    return all(fault.code == "datum" and YEAR_OUT_OF_RANGE.fullmatch(fault.gevonden) for fault in faults)


def disagreements(kind: str, data: bytes, mutation: Mutation, places: Iterable[int]) -> list[str]:
    """Return on which mutants of `data` mpj and the official schema differ without an explanation."""
    differ = []
    for index in places:
        mutant = mutate(data, index, mutation)
        faults = form_faults(mutant)
        assert_no_bsn(faults)
        verdict = valid(kind, mutant)
        if verdict != (not faults) and not (verdict and explained(faults)):
            differ.append(f"element {index}: schema {verdict}, mpj {[str(fault) for fault in faults]}")
    return differ


@cache
def values() -> tuple[tuple[str, int], ...]:
    """Return kind and index of one element of every simple type, over the samples of all kinds."""
    seen, found = set(), []
    for kind in KINDS:
        root = etree.fromstring(sample(kind))
        for index, node in enumerate(root.iter()):
            element = description(kind).wortel
            for step in [*reversed(list(node.iterancestors())), node][1:]:
                element = element.op_tag[str(step.tag)]
            if element.type is not None and (key := (element.type.naam, element.type.patroon, element.type.waarde)) not in seen:
                seen.add(key)
                found.append((kind, index))
    return tuple(found)


@pytest.mark.slow
@needs_standard
@pytest.mark.parametrize("mutation", STRUCTURE, ids=lambda mutation: mutation.__name__)
@pytest.mark.parametrize("kind", KINDS)
def test_the_form_check_and_the_official_schema_agree_on_structure(kind: str, mutation: Mutation) -> None:
    """Corpus, first part: every element of every message kind, misplaced, missing, doubled, renamed, decorated."""
    for data in bases(kind):
        places = list(elements(etree.fromstring(data)))
        assert len(places) >= 30
        assert disagreements(kind, data, mutation, places) == []


@pytest.mark.slow
@needs_standard
@pytest.mark.parametrize("text", TEXTS)
def test_the_form_check_and_the_official_schema_agree_on_values(text: str) -> None:
    """Corpus, second part: every value of every message kind, replaced by texts that break one facet or another."""
    assert len(values()) >= 40
    for kind, index in values():
        assert disagreements(kind, sample(kind), with_text(text), [index]) == []


@needs_standard
def test_a_type_named_in_the_message_is_refused_though_the_schema_takes_it() -> None:
    """xsi:type with the type that the element has anyway: valid by the schema, but the standard has no attributes at all."""
    xsi = b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="ijw:LDT_Datum"'
    data = sample("JW323").replace(b"<jw323:DeclaratieDagtekening>", b"<jw323:DeclaratieDagtekening " + xsi + b">")
    assert valid("JW323", data)
    assert [fault.code for fault in form_faults(data)] == ["attribuut"]


def message(**changes: str) -> bytes:
    """Return a small valid declaration, with texts replaced by name of element."""
    (one,) = declaratieberichten([Line()], dagtekening=date(2026, 4, 1))
    root = etree.fromstring(written(one))
    for name, text in changes.items():
        next(root.iter(f"{{*}}{name}")).text = text
    return etree.tostring(root)


@pytest.mark.parametrize(
    ("element", "text", "codes"),
    [
        ("BerichtCode", "491", {"RS047"}),
        ("BerichtCode", "4900", {"RS010"}),
        ("BerichtVersie", "2", {"CS025"}),
        ("BerichtVersie", "100", {"RS002"}),
        ("BerichtSubversie", "3", {"CS015"}),
        ("BerichtSubversie", "-1", {"RS001"}),
        ("Afzender", "656560551", {"RS014", "RS036"}),
        ("Ontvanger", "384", {"RS035"}),
        ("Identificatie", "X" * 13, {"RS017"}),
        ("Identificatie", " ", {"RS033"}),
        ("Dagtekening", "2026-04-01Z", {"RS032"}),
        ("Dagtekening", "2026-02-30", {"datum"}),
        ("BasisschemaXsdVersie", "1.0", {"RS048"}),
        ("DeclaratieNummer", "DN-1", {"CS319"}),
        ("DeclaratieNummer", "D" * 13, {"RS017"}),
        ("TotaalBedrag", "1000000000000", {"RS040"}),
        ("DebetCredit", "DD", {"RS008", "COD043"}),
        ("Bsn", "99990000", {"RS037"}),
        ("Bsn", "9999000061", {"RS015", "RS037"}),
        ("ReferentieNummer", "R" * 21, {"RS019"}),
        ("ReferentieNummer", "", {"leeg"}),
        ("ToewijzingNummer", "1000000000", {"RS006"}),
        ("ToewijzingNummer", "7.5", {"geheel_getal"}),
        ("ProductCategorie", "39", {"JZ020"}),
        ("ProductCategorie", "455", {"RS009", "JZ020"}),
        ("ProductCode", "45A033", {"RS012"}),
        ("ProductCode", "     ", {"RS033"}),
        ("GeleverdVolume", "100000000", {"RS005"}),
        ("GeleverdVolume", "-1", {"RS001"}),
        ("Eenheid", "05", {"WJ756"}),
        ("ProductTarief", "100000000", {"RS005"}),
        ("Bedrag", "-5", {"RS001"}),
    ],
)
def test_a_broken_facet_is_reported_under_its_rule(element: str, text: str, codes: set[str]) -> None:
    faults = form_faults(message(**{element: text}))
    assert {fault.code for fault in faults} == codes
    assert {fault.kolom.rpartition("/")[2] for fault in faults} == {element}
    assert all(fault.verwacht and fault.gevonden and fault.toelichting for fault in faults)


def test_every_fault_is_reported_with_its_path_and_position() -> None:
    """Three faults in one message: three reports, each with the place of its element among its kind."""
    (one,) = declaratieberichten(
        [Line(), Line("R2", bsn="999900018", toewijzingnummer=2), Line("R3", bsn="999900018", toewijzingnummer=3)],
        dagtekening=date(2026, 4, 1),
    )
    root = etree.fromstring(written(one))
    lines = list(root.iter("{*}Prestatie"))
    lines[0].remove(lines[0][1])
    lines[1][6].text = "99"
    lines[2].append(lines[2][0])
    faults = form_faults(etree.tostring(root))
    assert [(fault.code, fault.kolom) for fault in faults] == [
        ("element_ontbreekt", "Declaratie/Clienten/Client[1]/Prestaties/Prestatie[1]/ToewijzingNummer"),
        ("WJ756", "Declaratie/Clienten/Client[2]/Prestaties/Prestatie[1]/Eenheid"),
        ("element_volgorde", "Declaratie/Clienten/Client[2]/Prestaties/Prestatie[2]/ProductReferentie"),
    ]
    assert (faults[1].gevonden, faults[1].verwacht) == ("99", "01, 04, 14, 16, 82, 83, 84")
    assert all(fault.rij > 1 for fault in faults)


def test_personal_details_are_never_shown() -> None:
    """A name, a remark or a BSN that breaks its facet is told by its length."""
    faults = form_faults(message(Bsn="12345678x"))
    assert [fault.gevonden for fault in faults] == ["(verborgen, 9 tekens)"]


def test_faults_stop_at_the_limit_and_say_so() -> None:
    lines = [Line(f"R{number}", toewijzingnummer=number) for number in range(30)]
    (one,) = declaratieberichten(lines, dagtekening=date(2026, 4, 1))
    data = written(one).replace(b"<jw323:Eenheid>01", b"<jw323:Eenheid>02")
    faults = check(data, limits=Limits(fouten=10))
    assert len(faults) == 11
    assert faults[-1].code == "te_veel_fouten"


def test_content_is_not_looked_at_while_the_form_is_wrong() -> None:
    """IV088: a message with a fault of level 1 has not been sent, so nothing else is said about it."""
    data = message(Eenheid="02", TotaalBedrag="1")
    assert {fault.code for fault in check(data)} == {"WJ756"}


@needs_standard
def test_the_known_bad_date_of_the_jw315_sample_is_no_date_for_mpj_either() -> None:
    """The sample of JW315 is invalid by its own schema; mpj agrees on the date."""
    assert not valid("JW315", sample("JW315"))
    assert {fault.code for fault in form_faults(sample("JW315"))} == {"datum"}
    data = sample("JW301").replace(b"2026-07-14", b"2027-06-31")
    assert not valid("JW301", data)
    assert [fault.code for fault in form_faults(data)] == ["datum"]


EARLIER = ": alleen te lezen als wat eerder is gedeclareerd, met --eerder en in mpj tariffs convert"


@pytest.mark.parametrize(
    ("kind", "shown", "told"),
    [
        ("ijw/2_3/jw303", "JW303 2.3", f"Dit is JW303 release 2.3{EARLIER}"),
        ("ijw/2_4/jw303", "JW303 2.4", "Dit is JW303 release 2.4"),
        ("ijw/3_1/jw323", "JW323 3.1", "Dit is JW323 release 3.1"),
        ("iwmo/3_2/wmo323", "WMO323 3.2", "Dit is Wmo: WMO323 release 3.2"),
        ("iwlz/2_3/aw35", "AW35 2.3", "Dit is Wlz: AW35 release 2.3"),
    ],
)
def test_another_message_is_told_by_its_name(kind: str, shown: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_jw301(f'<a:Bericht xmlns:a="http://www.istandaarden.nl/{kind}/schema"/>'.encode())
    (fault,) = caught.value.faults
    assert (fault.code, fault.gevonden, fault.verwacht, fault.toelichting) == ("bericht_onbekend", shown, "JW301 3.2", told)


def test_an_envelope_is_told_so() -> None:
    faults = form_faults(b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"/>')
    assert [(one.gevonden, one.toelichting) for one in faults] == [("Envelope", "Dit is een envelop: haal het bericht eruit")]


@needs_standard
def test_a_prefix_that_nobody_declared_is_one_fault() -> None:
    """Everything that bears it has no place and leaves one empty: one cause, with its first place."""
    for kind, prefix in (("JW323", "ijw"), ("JW301", "ijw")):
        data = re.sub(rb' xmlns:%b="[^"]*"' % prefix.encode(), b"", sample(kind))
        with pytest.raises(InputError) as caught:
            read(data)
        (fault,) = caught.value.faults
        assert (fault.code, fault.gevonden, fault.toelichting) == (
            "xml_ongeldig",
            "ijw:",
            "Het voorvoegsel ijw is nergens genoemd",
        )
        assert fault.rij and fault.kolom.startswith("Header/")
