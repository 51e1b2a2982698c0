"""Whatever a message says, there is a verdict: no crash, sums that add up, an answer that keeps the rules."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mpj.messages import Prestatie, Totaal, content_faults, read_jw325
from mpj.verification import MemoryHistory, verify
from verify.support import (
    AANBIEDER,
    ANDERE_AANBIEDER,
    ANNA,
    BRAM,
    GEMEENTE,
    Row,
    contract,
    credit,
    earlier,
    granted,
    line,
    message,
    written,
)

DAYS = st.sampled_from(
    [
        date(1, 1, 1),
        date(2020, 12, 31),
        date(2025, 12, 31),
        date(2026, 1, 1),
        date(2026, 2, 15),
        date(2026, 3, 1),
        date(2026, 3, 8),
        date(2026, 3, 31),
        date(2027, 12, 31),
        date(9999, 12, 31),
    ]
)
CODES = ["45210", "45216", "45217", "41410", "44810", "44812", "42A10", "48B11", "B1", "B0", "G0", "é", "{0}"]
PRODUCTS: list[Row] = [
    {"prestatiecode": "2.1"},
    {"prestatiecode": "2.1,4.1,8.1"},
    {"prestatiecode": "9.9"},
    {"productcategorie": "45"},
    {"productcategorie": "31"},
    {"productcode": "45210"},
    {"productcode": "45212"},
    {"productcode": "99X99"},
    {"budget_cent": "10000"},
]
SIZES: list[Row] = [
    {},
    {"volume": "1", "eenheid": "04", "frequentie": "2"},
    {"volume": "3000", "eenheid": "83", "frequentie": "2"},
    {"volume": "9", "eenheid": "84", "frequentie": "1"},
    {"volume": "60", "eenheid": "01", "frequentie": "6"},
    {"volume": "2", "eenheid": "82", "frequentie": "4"},
]
NUMBERS = ("R1", "R2", "R3", "C-R1", ANNA, " ")
CONTRACTS = (
    contract(),
    contract(declaratie={"tr340": "productcode", "eenheid_uur": "minuut"}),
    contract(contract={"begindatum": date(2026, 3, 1), "einddatum": date(2026, 3, 31)}),
    contract(
        prices=[("2.1", "hbo", "24,55"), ("4.1", "", "83,50")],
        codes=[
            {"prestatiecode": "2.1", "kwalificatieniveau": "hbo", "productcategorie": "45", "productcode": "B1"},
            {"prestatiecode": "2.1", "kwalificatieniveau": "", "productcategorie": "45", "productcode": "B0"},
            {"prestatiecode": "4.1", "kwalificatieniveau": "", "productcategorie": "41", "productcode": "G0"},
        ],
    ),
)


@st.composite
def lines(draw: Any) -> Prestatie:
    """Any line that a message can hold, near to a right one or far from it."""
    values: dict[str, Any] = {}
    choices: dict[str, st.SearchStrategy[Any]] = {
        "referentienummer": st.sampled_from(NUMBERS),
        "vorig_referentienummer": st.sampled_from((None, *NUMBERS)),
        "toewijzingnummer": st.sampled_from((0, 1, 2, 3, 4, 999_999_999)),
        "productcategorie": st.sampled_from(("45", "41", "44", "42", "54", "31", "48")),
        "productcode": st.sampled_from(CODES),
        "begindatum": DAYS,
        "einddatum": DAYS,
        "volume": st.sampled_from((0, 1, 15, 61, 99_999_999)),
        "eenheid": st.sampled_from(("01", "04", "14", "16", "82", "83", "84")),
        "tarief_cent": st.sampled_from((None, 0, 1, 8350, 99_999_999)),
        "bedrag_cent": st.sampled_from((0, 1, 16700, 99_999_999)),
        "debetcredit": st.sampled_from(("D", "C")),
    }
    for name in draw(st.lists(st.sampled_from(sorted(choices)), max_size=5, unique=True)):
        values[name] = draw(choices[name])
    return line(**{"toewijzingnummer": 1} | values)


@st.composite
def toewijzingen(draw: Any) -> list[Row]:
    """Toewijzingen of every kind, faulty ones among them."""
    rows = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        row = {"toewijzingnummer": str(number), "bsn": draw(st.sampled_from((ANNA, BRAM))), "gemeente": GEMEENTE}
        row |= {"aanbieder": draw(st.sampled_from((AANBIEDER, AANBIEDER, ANDERE_AANBIEDER)))}
        begin, end = draw(DAYS), draw(st.one_of(st.none(), DAYS))
        row |= {
            "begindatum": str(begin),
            "einddatum": str(end) if end else "",
            **draw(st.sampled_from(PRODUCTS)),
            **draw(st.sampled_from(SIZES)),
        }
        row |= {
            "reden_wijziging": draw(st.sampled_from(("", "", "13"))),
            "kwalificatieniveau_max": draw(st.sampled_from(("", "mbo", "wo"))),
        }
        rows.append(row)
    return rows


@pytest.mark.slow
@settings(
    max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(
    st.lists(st.tuples(st.sampled_from((ANNA, BRAM, "123456789")), lines()), min_size=1, max_size=5),
    toewijzingen(),
    st.sampled_from(CONTRACTS),
    st.sampled_from(("none", "empty", "granted", "waiting")),
    st.sampled_from((None, "toekennen", "afwijzen")),
    st.sampled_from(("nl", "en")),
)
def test_there_is_always_a_verdict(
    found: list[tuple[str, Prestatie]], own: list[Row], deal: Any, kind: str, choice: Any, taal: Any
) -> None:
    sent = earlier(line(referentienummer="R1", toewijzingnummer=1), credit(line(referentienummer="R3")))
    history = {"none": None, "empty": MemoryHistory(), "granted": granted(sent), "waiting": MemoryHistory([sent])}[kind]
    one = message(*found)
    words: dict[str, Any] = {"onbeoordeeld": choice, "taal": taal, "toewijzingen_volledig": [GEMEENTE]}
    outcome = verify(one, [deal], own, dagtekening=date(2026, 4, 10), history=history, **words)
    summary = outcome.samenvatting
    assert summary["regels"] == len(found) == summary["toegekend"] + summary["afgekeurd"] + summary["niet_beoordeeld"]
    assert summary["onbeoordeelbaar"] == len(outcome.niet_beoordeeld)
    if outcome.antwoord is None:
        assert choice is None and outcome.niet_beoordeeld
        return
    assert read_jw325(written(outcome.antwoord)) == outcome.antwoord
    body = outcome.antwoord.antwoord
    if body is not None:
        assert body.totaal_toegekend == Totaal.of(summary["toegekend_cent"])
        assert {fault.code for fault in content_faults(outcome.antwoord)} <= {"TR346", "IV085"}
