"""Explanations: complete, adding up, the same from values and from files, and without BSN."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from scenarios import Scenario, scenarios
from world import BSN, contract, declare, registratie, run, toewijzing

import mpj
from mpj.output import write_result

RESULT = declare(
    contract({"2.1 hbo": "24,55", "2.1 wo": "31,00"}),
    [toewijzing(10072)],
    [
        registratie(id="R-1", minuten=50, niveau="wo+"),
        registratie(id="R-2", minuten=10),
        registratie(id="R-3", status="geannuleerd"),
    ],
)


def test_a_record_is_followed_to_its_line() -> None:
    text = str(mpj.explain(RESULT, bron="R-1"))
    for part in (
        "50 minuten, gerealiseerd",
        "toewijzing 10072 van gemeente 0384: de enige",
        "geleverd wo+, gecontracteerd hbo, wo: gedeclareerd als wo",
        "50 minuten is 3,33 × 15 minuten, afgerond 3 kwartieren (rekenkundig, per contact, minimaal 1)",
        "3 kwartieren × € 31,00 = € 93,00 (perceel A, prestatiecode 2.1, wo, maart 2026)",
    ):
        assert part in text


def test_a_record_is_followed_to_its_reason() -> None:
    text = str(mpj.explain(RESULT, bron="R-3"))
    assert "niet_gerealiseerd" in text and "definitief" in text


def test_a_line_is_followed_back() -> None:
    line = next(line for line in RESULT.regels if line.kwalificatieniveau == "hbo")
    text = str(mpj.explain(RESULT, regel=line.referentienummer))
    assert "Registratie R-2" in text and "klopt met de regel" in text and "volume 15 in eenheid 01" in text


def test_a_stay_of_thirty_days_is_one_part() -> None:
    stay = [{"id": "V1", "bsn": BSN, "begindatum": "2026-03-01", "einddatum": "2026-03-30", "prestatiecode": "8.1"}]
    result = declare(contract({"8.1": "250,00"}), [toewijzing(5, prestatiecode="8.1")], [], verblijf=stay)
    (line,) = result.regels
    for told in (mpj.explain(result, bron="V1"), mpj.explain(result, regel=line.referentienummer)):
        (block,) = [blok for blok in told.blokken if blok.titel.startswith("Verblijf")]
        assert block.titel == "Verblijf V1 van 1 maart 2026 t/m 30 maart 2026, 30 dagen"
        assert len(block.stappen) < 10 and block.stappen[-1] == ("bedrag", "samen 30 etmalen, € 7.500,00")
    assert len(mpj.explain(result, bron="V1").blokken) == 1


def test_days_of_a_stay_that_went_otherwise_are_told_apart_in_the_same_part() -> None:
    """The budget pays nine days; of the day that it cuts the limit is told."""
    stay = [{"id": "V1", "bsn": BSN, "begindatum": "2026-03-01", "einddatum": "2026-03-30", "prestatiecode": "8.1"}]
    terms = toewijzing(5, prestatiecode="8.1", budget_cent=225_000)
    result = declare(contract({"8.1": "250,00"}), [terms], [], verblijf=stay)
    told = mpj.explain(result, bron="V1")
    first, *aside = told.blokken
    assert dict(first.stappen)["dagen"].startswith("1 maart 2026 t/m ") and len(aside) == 1
    assert first.stappen[-1] == ("bedrag", "samen 9 etmalen, € 2.250,00")


def test_a_number_is_found_in_any_case() -> None:
    line = RESULT.regels[0]
    assert mpj.explain(RESULT, regel=line.referentienummer.lower()) == mpj.explain(RESULT, regel=line.referentienummer)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
@given(scenarios())
def test_every_line_and_record_has_an_explanation_that_agrees(scenario: Scenario) -> None:
    result = run(scenario)
    for line in result.regels:
        text = str(mpj.explain(result, regel=line.referentienummer))
        assert "klopt met de regel" in text and "WIJKT AF" not in text
        assert line.bsn not in text
    for bron in {row.bron for row in result.uitval if row.bron and row.soort != "toewijzing"}:
        assert "Niet gedeclareerd" in str(mpj.explain(result, bron=bron))


def test_files_say_what_values_say(tmp_path: Path) -> None:
    write_result(RESULT, tmp_path)
    for line in RESULT.regels:
        assert str(mpj.explain(tmp_path, regel=line.referentienummer)) == str(mpj.explain(RESULT, regel=line.referentienummer))
    for bron in ("R-1", "R-2", "R-3"):
        assert str(mpj.explain(tmp_path, bron=bron)) == str(mpj.explain(RESULT, bron=bron))


def test_an_id_that_holds_the_bsn_stays_out_of_sight() -> None:
    result = declare(contract({"2.1 hbo": "24,55"}), [toewijzing()], [registratie(id=f"x{BSN}")])
    for text in (str(mpj.explain(result, bron=f"x{BSN}")), str(mpj.explain(result, regel=result.regels[0].referentienummer))):
        assert not re.search(r"[0-9]{9}", text)


def test_unknown_numbers_and_folders(tmp_path: Path) -> None:
    with pytest.raises(mpj.InputError, match="niets in deze uitvoer"):
        mpj.explain(RESULT, regel="X")
    with pytest.raises(mpj.InputError, match="geen volledige uitvoer"):
        mpj.explain(tmp_path, bron="R-1")
    with pytest.raises(ValueError, match="either"):
        mpj.explain(RESULT)
