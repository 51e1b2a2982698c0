"""What ledgers hold is read, and stays as it is."""

from __future__ import annotations

import json
from datetime import date, time

import pytest
from attrs import evolve, fields
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scenarios import Scenario, scenarios
from world import BSN, traced

from mpj.engine import Herkomst
from mpj.engine.lines import herkomst_of
from mpj.ledger.codec import TraceTexts, dump, dump_all, dump_records, load
from mpj.records.reader import Entries
from mpj.records.values import Registratie, Toewijzing

STORED = (
    '{"referentienummer":"43A1C0783B089EEA08C1","soort":"registratie","bron":"R1","datum":"2026-03-02","minuten":50,'
    '"kwalificatieniveau":"wo","aantal_eenheden":3,"bedrag_cent":7365,"afgetopt":false,"status":"gerealiseerd","medewerker":"m1",'
    '"onderaannemer":"","bestand":"registraties.csv","rij":2,"keuze":"enige","niveaus":["hbo","wo"],"maximum":"hbo","geteld":50,'
    '"som_voor":0,"eenheden_voor_limiet":4}'
)


def test_a_trace_is_stored_as_the_first_ledgers_did() -> None:
    trace = load(Herkomst, STORED)
    assert (trace.datum, trace.niveaus, trace.voor_limiet) == (date(2026, 3, 2), ("hbo", "wo"), 4)
    assert dump(trace) == STORED


TEXTS = st.text('aé"\\€漢', min_size=1, max_size=6)
DAYS = st.dates(date(2021, 1, 1), date(2030, 12, 31))
CONTACTS = st.builds(
    Registratie,
    id=TEXTS,
    bsn=st.just(BSN),
    datum=DAYS,
    minuten=st.sampled_from([0, 1, 45]),
    begintijd=st.none() | st.just(time(9, 15)),
    medewerker=st.none() | st.just('m"1'),
    kwalificatieniveau=st.sampled_from([None, "hbo", "wo"]),
    toewijzingnummer=st.none() | st.integers(0, 3),
    tijdsoort=st.sampled_from(["direct", "reis"]),
    bevestigd=st.booleans(),
    aantal=st.sampled_from([1, 2]),
    bestand=TEXTS,
    rij=st.integers(0, 3),
)
ASSIGNED = st.builds(
    Toewijzing,
    toewijzingnummer=st.integers(0, 3),
    bsn=st.just(BSN),
    gemeente=st.just("0518"),
    aanbieder=st.just("65650303"),
    begindatum=DAYS,
    prestatiecodes=st.sampled_from([("2.1",), ("2.1", "2.2")]),
    budget_cent=st.none() | st.integers(0, 1),
    toewijzingsdatum=st.none() | DAYS,
)
TRACES = st.builds(
    lambda behind, minuten, afgetopt, units: evolve(
        load(Herkomst, STORED), bron=behind, minuten=minuten, afgetopt=afgetopt, aantal_eenheden=units
    ),
    TEXTS,
    st.sampled_from([None, 0, 1, 50]),
    st.booleans(),
    st.integers(0, 1),
)


def one_by_one(value: Registratie | Toewijzing | Herkomst) -> str:
    """The text of a value, field by field as the standard library writes it."""
    outside = {"bsn", "geboortedatum"} | (set() if isinstance(value, Herkomst) else {"bestand", "rij"})
    told = {
        {"voor_limiet": "eenheden_voor_limiet"}.get(one.name, one.name): getattr(value, one.name)
        for one in fields(type(value))
        if one.name not in outside and getattr(value, one.name) != one.default
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=lambda one: one.isoformat())


@pytest.mark.slow
@given(st.lists(CONTACTS, max_size=8) | st.lists(ASSIGNED, max_size=8) | st.lists(TRACES, max_size=8))
def test_many_values_have_the_texts_that_each_has_by_itself(values: list[Registratie] | list[Toewijzing] | list[Herkomst]) -> None:
    texts = dump_all(values)
    assert texts == [one_by_one(one) for one in values] == [dump(one) for one in values]


@pytest.mark.slow
@given(st.lists(CONTACTS, max_size=8))
def test_entries_have_the_texts_of_their_registraties(values: list[Registratie]) -> None:
    entries = Entries(lambda _: "")
    assert list(dump_records(list(map(entries.of, values)))) == list(map(dump, values))


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))
@given(scenarios())
def test_the_trace_of_care_has_the_texts_that_its_rows_have(scenario: Scenario) -> None:
    traces, texts = traced(scenario), TraceTexts()
    told = [(one.soort, one.bron, one.datum, one.aantal_eenheden, dump(one)) for one in herkomst_of(traces)]
    assert list(texts.rows(traces)) == told
