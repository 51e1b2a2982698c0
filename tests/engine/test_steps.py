"""The steps one by one, where the worked table leaves room: matching, units, planning, presence, stays, limits."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from world import AGB, BSN, contract, declare, only, reasons, registratie, toewijzing

import mpj
from mpj.engine.limits import maximum_per_period, maximum_total
from mpj.engine.presence import Present, presence
from mpj.protocol import MPJ_16, Afronding
from mpj.protocol.rounding import amount, round_minutes
from mpj.reading.periods import month_of, parse_month
from mpj.records import Toewijzing

HBO = {"2.1 hbo": "24,55"}
HOURS = Afronding("rekenkundig", "productperiode", 1, 0)


# Maximum volumes and hours: the published examples, recomputed where they contradict themselves.
def weekly(begin: str, end: str, volume: int = 3, frequentie: str = "2") -> Toewijzing:
    return Toewijzing(
        1,
        BSN,
        "0384",
        AGB,
        date.fromisoformat(begin),
        date.fromisoformat(end),
        ("2.1",),
        volume=volume,
        eenheid="04",
        frequentie=frequentie,
    )


@pytest.mark.parametrize(
    ("vector", "assigned", "months", "total"),
    [
        ("E-06..E-09", weekly("2025-07-07", "2025-09-07"), {"2025-07": 12, "2025-08": 15, "2025-09": 3}, 27),
        ("E-12", weekly("2025-10-07", "2025-12-30"), {"2025-10": 12, "2025-11": 15, "2025-12": 15}, 39),
        ("E-15", weekly("2026-11-12", "2026-12-13"), {"2026-11": 12}, 15),
        ("E-16", weekly("2021-10-12", "2021-12-13"), {"2021-10": 9}, 30),
        ("E-17", weekly("2026-10-14", "2026-12-13", 15, "4"), {"2026-10": 15}, 45),
        ("E-35", weekly("2025-12-22", "2026-01-11", 1), {"2025-12": 2, "2026-01": 2}, 3),
        ("E-36", weekly("2026-01-01", "2027-12-31"), {"2026-03": 18, "2027-02": 12}, 315),
        ("E-38", weekly("2026-04-01", "2026-07-19", 2), {"2026-04": 10, "2026-05": 10, "2026-06": 10, "2026-07": 6}, 32),
        ("daily", weekly("2026-03-10", "2026-03-19", 2, "1"), {"2026-03": 20}, 20),
        ("total", weekly("2026-03-10", "2026-03-19", 2, "6"), {}, 2),
    ],
)
def test_maximum_volume(vector: str, assigned: Toewijzing, months: dict[str, int], total: int) -> None:
    assert {month: maximum_per_period(MPJ_16, assigned, parse_month(month)) for month in months} == months, vector
    assert maximum_total(MPJ_16, assigned) == total, vector


def test_without_an_end_a_frequency_has_no_total() -> None:
    open_ended = Toewijzing(1, BSN, "0384", AGB, date(2026, 1, 1), None, ("2.1",), volume=3, eenheid="04", frequentie="2")
    assert maximum_total(MPJ_16, open_ended) is None
    assert maximum_per_period(MPJ_16, open_ended, month_of(date(2026, 3, 1))) == 18


def test_both_checks_are_needed() -> None:
    """E-40: every month within its maximum, together above that of the toewijzing."""
    assigned = toewijzing(begindatum="2025-10-07", einddatum="2025-12-30", volume=3, eenheid="04", frequentie="2")
    records = [
        registratie(f"2025-{month}-{day:02d}", 60)
        for month, days in (("10", range(8, 20)), ("11", range(1, 16)), ("12", range(1, 16)))
        for day in days
    ]
    result = declare(contract(HBO), [assigned], records, periode="2025-12", nalevering=True)
    assert [line.volume_bericht // 60 for line in result.regels] == [12, 15, 12]
    assert reasons(result) == {"omvang_overschreden": 3}


@pytest.mark.parametrize(("minutes", "hours"), [(380, 6), (1, 1), (29, 1), (30, 1), (89, 1), (90, 2), (389, 6), (390, 7)])
def test_hours(minutes: int, hours: int) -> None:
    """E-18 and E-19: hours are summed over the product period and rounded once."""
    assert round_minutes(minutes, 60, HOURS) == hours


@pytest.mark.parametrize(
    ("price", "minutes", "cents"), [(8730, 380, 55290), (8724, 380, 55252), (6235, 380, 39488), (8350, 90, 12525)]
)
def test_minutes_of_an_hour_price(price: int, minutes: int, cents: int) -> None:
    """E-21 and E-22 (IV081): from the unrounded hour price."""
    assert amount(price, minutes, unrounded=True) == cents


def test_an_hour_price_in_minutes_is_not_rounded() -> None:
    groups = contract({"4.1": "83,50"}, declaratie={"eenheid_uur": "minuut"})
    records = [registratie(day, minutes, prestatiecode="4.1") for day, minutes in (("2026-03-02", 50), ("2026-03-03", 40))]
    result = declare(groups, [toewijzing(prestatiecode="4.1")], records)
    line = only(result)
    assert (line.volume, line.volume_bericht, line.eenheid, line.bedrag_cent, line.normtijd) == (90, 90, "01", 12525, "uur")
    assert [row.bedrag_cent for row in result.herkomst] == [6958, 5567]


@pytest.mark.parametrize(
    ("prestatiecode", "normtijd", "assigned", "eenheid", "volume"),
    [
        ("2.1", None, None, "01", 60),
        ("2.1", None, "04", "01", 60),
        ("2.1", None, "84", "84", 4),
        ("4.1", None, None, "04", 1),
        ("4.1", None, "01", "01", 60),
        ("10.2", "stuk", "84", "84", 2),
        ("10.2", "halve_dag", "16", "16", 2),
        ("10.2", "hele_dag", None, "16", 4),
        ("11.1", "uur", "04", "04", 1),
    ],
)
def test_wire_units(prestatiecode: str, normtijd: str | None, assigned: str | None, eenheid: str, volume: int) -> None:
    price = f"{prestatiecode} hbo" if prestatiecode == "2.1" else prestatiecode
    settings: dict[str, Any] = {"normtijd": {prestatiecode: normtijd}} if normtijd else {}
    extra: dict[str, Any] = {"volume": 100, "eenheid": assigned, "frequentie": "6"} if assigned else {}
    record = registratie(prestatiecode=prestatiecode, aantal=2)
    line = only(declare(contract({price: "20,00"}, **settings), [toewijzing(prestatiecode=prestatiecode, **extra)], [record]))
    assert (line.eenheid, line.volume_bericht) == (eenheid, volume)


def test_extra_zorg_beside_a_stay() -> None:
    """Its own toewijzing or an aspecific one; one named in etmalen refuses minutes, and its omvang does not count them."""
    prices = contract({"6.1": "150,00", "6.1 hbo": "25,00"})
    record = registratie(prestatiecode="6.1")
    etmalen = toewijzing(prestatiecode="6.1", volume=5, eenheid="14", frequentie="6")
    assert reasons(declare(prices, [etmalen], [record])) == {"eenheid_past_niet": 1}
    aspecific = toewijzing(productcategorie="44", volume=1, eenheid="14", frequentie="6")
    stay = {"id": "v1", "bsn": BSN, "begindatum": "2026-03-02", "einddatum": "2026-03-03", "prestatiecode": "6.1"}
    result = declare(prices, [aspecific], [record], verblijf=[stay])
    assert [(line.normtijd, line.volume, line.productcode) for line in result.regels] == [
        ("etmaal", 1, "44610"),
        ("kwartier", 4, "44612"),
    ]
    assert reasons(result) == {"omvang_overschreden": 1}


def test_assigned_code_with_a_level_digit_sets_the_maximum() -> None:
    prices = contract({"2.1 hbo": "24,55", "2.1 wo": "31,00"})
    line = only(declare(prices, [toewijzing(productcode="54213", productcategorie="54")], [registratie(niveau="wo")]))
    assert (line.kwalificatieniveau, line.productcategorie, line.productcode) == ("hbo", "54", "54212")


def test_specific_beats_aspecific_beats_generic_then_the_first_to_end() -> None:
    rows = [
        toewijzing(1, budget_only=True, budget_cent=100_000),
        toewijzing(2, productcategorie="45"),
        toewijzing(3),
        toewijzing(4, einddatum="2026-06-30"),
    ]
    chosen = [only(declare(contract(HBO), rows[:count], [registratie()])).toewijzingnummer for count in (1, 2, 3, 4)]
    assert chosen == [1, 2, 3, 4]


def test_a_full_toewijzing_is_not_passed_over() -> None:
    rows = [toewijzing(1, budget_cent=0, einddatum="2026-06-30"), toewijzing(2)]
    assert reasons(declare(contract(HBO), rows, [registratie()])) == {"budget_overschreden": 1}


def test_candidates_of_two_gemeenten_are_not_ranked() -> None:
    rows = [toewijzing(1), toewijzing(2, gemeente="0363", productcategorie="45")]
    assert reasons(declare(contract(HBO), rows, [registratie()])) == {"meerdere_toewijzingen": 1}
    assert only(declare(contract(HBO), rows, [registratie(gemeente="0363")])).toewijzingnummer == 2


def test_versions_the_latest_counts_and_a_faulty_latest_hides() -> None:
    old = toewijzing(prestatiecode="4.1", toewijzingsdatum="2026-01-02", toewijzingstijd="10:00")
    new = toewijzing(toewijzingsdatum="2026-01-02", toewijzingstijd="11:00:00")
    assert only(declare(contract(HBO), [new, old, toewijzing()], [registratie()])).prestatiecode == "2.1"
    faulty = toewijzing(toewijzingsdatum="2026-01-03", prestatiecode="9.9")
    assert reasons(declare(contract(HBO), [new, faulty], [registratie()])) == {"toewijzing_ongeldig": 1}


@pytest.mark.parametrize(
    "rows",
    [
        [toewijzing(), toewijzing()],
        [toewijzing(toewijzingsdatum="2026-01-01"), toewijzing(toewijzingsdatum="2026-01-01", budget_cent=5)],
    ],
)
def test_versions_that_cannot_be_ordered_are_an_input_error(rows: list[dict[str, object]]) -> None:
    with pytest.raises(mpj.InputError):
        declare(contract(HBO), rows, [registratie()])


@pytest.mark.parametrize(
    ("wijze", "statuses", "billed"),
    [
        ("realisatie", ["gepland"], []),
        ("realisatie", ["gepland", "gerealiseerd"], [45]),
        ("planning", ["gepland"], [60]),
        ("planning", ["gepland", "gerealiseerd"], [60]),
        ("planning", ["gepland", "geannuleerd"], []),
        ("planning", ["gepland", "niet_verschenen", "gerealiseerd"], [45]),
        ("planning", ["gerealiseerd"], [45]),
        ("planning-tenzij", ["gepland"], [60]),
        ("planning-tenzij", ["gepland", "gerealiseerd"], [45]),
        ("planning-tenzij", ["gepland", "geannuleerd"], []),
    ],
)
def test_registratiewijze(wijze: str, statuses: list[str], billed: list[int]) -> None:
    """Planned 60 minutes, realised 45."""
    records = [registratie(minuten=60 if status == "gepland" else 45, status=status, afspraak="a1") for status in statuses]
    result = declare(contract(HBO, declaratie={"registratiewijze": wijze}), [toewijzing()], records)
    assert [row.minuten for row in result.herkomst] == billed


def test_euros_on_planning_alone() -> None:
    records = [registratie(status="gepland"), registratie("2026-03-06", status="gepland", bevestigd="ja")]
    result = declare(contract(HBO, declaratie={"registratiewijze": "planning"}), [toewijzing()], records)
    assert (result.samenvatting["bedrag_cent"], result.samenvatting["bedrag_op_planning_cent"]) == (19640, 9820)


@pytest.mark.parametrize(
    ("records", "added"),
    [
        ([Present("a", 840, 120), Present("b", 840, 120)], [120, 0]),
        ([Present("a", 840, 120), Present("b", 900, 120)], [120, 60]),
        ([Present("b", 840, 30), Present("a", 840, 120)], [0, 120]),
        ([Present("a", None, 60), Present("b", None, 90)], [0, 90]),
        ([Present("a", None, 600), Present("b", 0, 10)], [0, 10]),
        ([Present("a", 1380, 120), Present("b", 0, 60)], [120, 60]),
    ],
)
def test_presence(records: list[Present], added: list[int]) -> None:
    assert presence(records) == added


def test_two_professionals_in_one_ambulant_contact_are_two_records() -> None:
    records = [registratie(minuten=None, begintijd="14:00", eindtijd="15:00") for _ in range(2)]
    assert only(declare(contract(HBO), [toewijzing()], records)).volume == 8


@pytest.mark.parametrize(
    ("fields", "laatste_dag", "volume", "aside"),
    [
        ({"begindatum": "2026-03-02", "einddatum": "2026-03-04"}, "telt", 3, {}),
        ({"begindatum": "2026-03-02", "einddatum": "2026-03-04"}, "telt_niet", 2, {"afwezig": 1}),
        ({"begindatum": "2026-03-30"}, "telt_niet", 2, {}),
        ({"begindatum": "2026-03-30", "einddatum": "9999-12-31"}, "telt", 2, {}),
        ({"begindatum": "2026-03-30", "einddatum": "2026-04-02"}, "telt", 2, {"na_periode": 2}),
        ({"begindatum": "2026-02-27", "einddatum": "2026-03-01"}, "telt", 1, {"voor_periode": 2}),
        ({"begindatum": "1950-01-01"}, "telt", 31, {"te_oud": 26023, "voor_periode": 1795}),
    ],
)
def test_stays(fields: dict[str, str], laatste_dag: str, volume: int, aside: dict[str, int]) -> None:
    homes = contract({"6.1": "150,00"}, verblijf={"laatste_dag": laatste_dag})
    assigned = toewijzing(prestatiecode="6.1", begindatum="2020-01-01")
    result = declare(homes, [assigned], verblijf=[{"id": "v1", "bsn": BSN} | fields])
    assert (only(result).volume, only(result).eenheid) == (volume, "14")
    assert reasons(result) == aside
    days = sum(aside.values()) + volume
    assert result.samenvatting["gelezen"] == days


def test_the_days_of_one_stay_with_one_reason_are_one_row() -> None:
    stay = {"id": "v1", "bsn": BSN, "begindatum": "2026-03-30", "einddatum": "2026-04-10"}
    result = declare(contract({"6.1": "150,00"}), [toewijzing(prestatiecode="6.1")], verblijf=[stay])
    assert [(row.datum, row.datum_tot, row.aantal) for row in result.uitval] == [(date(2026, 4, 1), date(2026, 4, 10), 10)]


def test_perceel_by_all_its_ways() -> None:
    """The toewijzing, the code table, the gemeente list, the only one; otherwise set aside."""

    def prices(percelen: str) -> list[dict[str, str]]:
        return [
            {
                "perceel": perceel,
                "prestatiecode": "2.1",
                "kwalificatieniveau": "hbo",
                "begindatum": "2025-01-01",
                "tarief": f"2{place},00",
            }
            for place, perceel in enumerate(percelen)
        ]

    two = ({"code": "A"}, {"code": "B"})
    both = contract(prices("AB"), percelen=two)
    assert reasons(declare(both, [toewijzing()], [registratie()])) == {"perceel_onbekend": 1}
    assert only(declare(both, [toewijzing(perceel="B")], [registratie()])).perceel == "B"
    by_list = contract(prices("AB"), percelen=({"code": "A"}, {"code": "B", "gemeenten": ["0384"]}))
    assert only(declare(by_list, [toewijzing()], [registratie()])).perceel == "B"
    assert only(declare(by_list, [toewijzing(gemeente="0363")], [registratie()])).perceel == "A"
    assert only(declare(contract(prices("A"), percelen=two), [toewijzing()], [registratie()])).perceel == "A"
    codes = [
        {
            "prestatiecode": "2.1",
            "kwalificatieniveau": level,
            "productcategorie": "45",
            "productcode": f"P{perceel}{level}"[:5],
            "perceel": perceel,
        }
        for perceel in "AB"
        for level in ("", "hbo")
    ]
    by_code = contract(prices("AB"), percelen=two, codes=codes)
    line = only(declare(by_code, [toewijzing(productcode="PB")], [registratie()]))
    assert (line.perceel, line.productcode) == ("B", "PBhbo")


def test_several_contracts_at_once_and_a_renewal() -> None:
    old = contract(HBO, contract={"id": "old", "einddatum": date(2026, 2, 28)})
    new = contract({"2.1 wo": "30,00", "2.1 mbo": "20,00"}, contract={"id": "new", "begindatum": date(2026, 3, 1)})
    other = contract({"4.1": "18,00"}, contract={"id": "groups", "begindatum": date(2026, 1, 1)})
    records = [
        registratie("2026-02-27", niveau="wo"),
        registratie("2026-03-02", niveau="hbo"),
        registratie("2026-03-03", prestatiecode="4.1"),
    ]
    rows = [toewijzing(productcode="45210"), toewijzing(2, prestatiecode="4.1")]
    result = declare([new, other, old], rows, records, nalevering=True)
    assert [(line.contract, line.kwalificatieniveau, line.tarief_cent) for line in result.regels] == [
        ("new", "mbo", 2000),
        ("old", "hbo", 2455),
        ("groups", "", 1800),
    ]


def test_medewerkers_file_is_authoritative() -> None:
    staff = [{"medewerker": "m1", "kwalificatieniveau": "hbo", "begindatum": "2026-01-01", "einddatum": "2026-03-10"}]
    records = [
        registratie("2026-03-05", niveau="wo", medewerker="m1"),
        registratie("2026-03-11", niveau="wo", medewerker="m1"),
        registratie(niveau="wo"),
    ]
    result = declare(contract({"2.1 hbo": "24,55", "2.1 wo": "31,00"}), [toewijzing()], records, medewerkers=staff)
    assert sorted(row.kwalificatieniveau for row in result.herkomst) == ["hbo", "wo"]
    assert reasons(result) == {"niveau_onbekend": 1} and "medewerkersbestand" in result.uitval[0].toelichting
    assert [note.code for note in result.meldingen] == ["niveau_afwijkend"]


def test_a_toewijzing_of_an_aanbieder_without_a_contract_is_told() -> None:
    """Its care waits for a toewijzing; a mistyped AGB would have it wait for ever, so the record and the run name the aanbieder."""
    others = [toewijzing(aanbieder="65651122"), toewijzing(2, aanbieder="65651122", einddatum="2026-03-01")]
    result = declare(contract({"2.1 hbo": "24,55"}), others, [registratie()])
    (row,), (note,) = result.uitval, result.meldingen
    assert row.reden == "geen_toewijzing" and "toewijzing 1 van gemeente 0384 is van aanbieder 65651122" in row.toelichting
    assert (note.code, note.gevonden) == ("toewijzing_zonder_contract", "65651122")


def test_what_was_used_earlier_counts_first() -> None:
    budget = toewijzing(budget_cent=15_000)
    february = declare(contract(HBO), [budget], [registratie("2026-02-03")], periode="2026-02").regels
    march = declare(contract(HBO), [budget], [registratie()], eerder=february)
    assert (only(march).volume, march.herkomst[0].afgetopt) == (2, True)


def test_hele_contacten() -> None:
    whole = contract(HBO, limiet={"bij_overschrijding": "hele_contacten"})
    records = [registratie("2026-03-02", 30), registratie("2026-03-03", 60), registratie("2026-03-04", 15)]
    result = declare(whole, [toewijzing(budget_cent=10_000)], records)
    assert (only(result).volume, reasons(result)) == (2, {"budget_overschreden": 2})


def test_numbers_follow_from_a_lines_own_content() -> None:
    def numbers(*records: dict[str, object], **options: object) -> list[str]:
        return [
            line.referentienummer
            for line in declare(contract(HBO), [toewijzing(), toewijzing(2, gemeente="0363")], list(records), **options).regels
        ]

    one, other = registratie(id="a", gemeente="0384"), registratie(id="b", gemeente="0363")
    assert numbers(one, other) == numbers(other, one)
    assert numbers(one)[0] == numbers(one, other)[1]
    assert numbers(one) != numbers(one, volgnummer=2)
    assert all(len(number) == 20 for number in numbers(one, other))


def test_an_excluded_cell_bills_the_same_as_a_missing_one() -> None:
    """Also where the contract decides whether a prestatiecode is priced per level."""
    hours: Any = {"normtijd": {"11.1": "uur"}}
    record, assigned = registratie(prestatiecode="11.1"), toewijzing(prestatiecode="11.1")
    for prices in ({"11.1 hbo": "100,00"}, {"11.1 hbo": "100,00", "11.1": "uitgesloten"}):
        assert only(declare(contract(prices, **hours), [assigned], [record])).bedrag_cent == 10_000
    for prices in ({"11.1": "112,40"}, {"11.1": "112,40", "11.1 ams": "uitgesloten"}):
        assert only(declare(contract(prices, **hours), [assigned], [record])).bedrag_cent == 11_240


def test_a_budget_below_one_unit_says_so() -> None:
    result = declare(contract(HBO), [toewijzing(budget_cent=2000)], [registratie()])
    assert "past geen hele eenheid" in result.uitval[0].toelichting
