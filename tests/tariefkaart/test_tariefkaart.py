"""The compiled tables: what they say, that they survive being files, and their hash."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from attrs import astuple
from hypothesis import HealthCheck, Phase, given, settings
from scenarios import Scenario, scenarios
from world import contract

import mpj
from mpj import InputError, make_contract
from mpj.demo import contract_folders
from mpj.reading.periods import parse_month
from mpj.tariefkaart import compile_tariefkaart, read_tariefkaart, write_tariefkaart

MARCH = parse_month("2026-03")


def test_a_delivered_level_points_at_its_billed_level_and_price() -> None:
    kaart = compile_tariefkaart(contract({"2.1 hbo": "24,55", "2.1 hbo+": "uitgesloten", "2.1 wo": "31,00"}))
    rows = {row.geleverd: (row.gedeclareerd, row.tarief_cent) for row in kaart.prijzen if row.maand == MARCH}
    assert rows == {
        "mbo": ("", 0),
        "hbo": ("hbo", 2455),
        "hbo+": ("hbo", 2455),
        "wo": ("wo", 3100),
        "wo+": ("wo", 3100),
        "ams": ("wo", 3100),
    }
    assert kaart.niveaus("A", "2.1", MARCH) == ("hbo", "wo")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
@given(scenarios())
def test_write_and_read_give_the_same_tables(tmp_path_factory: pytest.TempPathFactory, scenario: Scenario) -> None:
    for spec in scenario.contracten:
        kaart = compile_tariefkaart(mpj.make_contract(spec.toml, spec.tarieven, spec.codes))
        folder = tmp_path_factory.mktemp("kaart")
        write_tariefkaart(kaart, folder)
        again = read_tariefkaart(folder)
        assert again == kaart
        assert again.hash == kaart.hash


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
@given(scenarios())
def test_the_offer_and_the_hash_follow_from_the_contract_row_by_row(scenario: Scenario) -> None:
    for spec in scenario.contracten:
        made = mpj.make_contract(spec.toml, spec.tarieven, spec.codes)
        kaart = compile_tariefkaart(made)
        expected = {
            (gemeente, row.prestatiecode, row.maand, perceel.code, bool(perceel.gemeenten))
            for perceel in made.percelen
            for gemeente in made.gemeenten_of(perceel)
            for row in kaart.prijzen
            if row.perceel == perceel.code
        }
        rows = [astuple(row) for row in kaart.aanbod]
        assert rows == sorted(expected)
        for gemeente, code, maand in {row[:3] for row in rows}:
            found = [astuple(row) for row in kaart.percelen_met_prijs(gemeente, code, maand)]
            assert found == [row for row in rows if row[:3] == (gemeente, code, maand)]
        settings_of = sorted(item for item in kaart.instellingen.table().items() if item[0] != "contract")
        texts = [repr(settings_of), repr((kaart.eigen_codes, kaart.percelen))]
        for table in (kaart.prijzen, kaart.aanbod, kaart.soorten, kaart.productcodes):
            texts += [repr(astuple(row)) for row in table]
        assert kaart.sha256 == sha256("".join(texts).encode()).hexdigest()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("prijzen", "2455", "2456"), ("aanbod", "2026-03", "2026-02"), ("aanbod", ";nee", ";ja"), ("soorten", "groep", "anders")],
)
def test_a_changed_table_is_noticed(tmp_path: Path, name: str, old: str, new: str) -> None:
    write_tariefkaart(compile_tariefkaart(contract({"2.1 hbo": "24,55"})), tmp_path)
    table = tmp_path / f"{name}.csv"
    text = table.read_text("utf-8")
    assert old in text
    table.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(mpj.InputError, match="veranderd"):
        read_tariefkaart(tmp_path)


@pytest.mark.parametrize("damage", ["", "{}", "[1]", '{"instellingen": {"protocol": "MPJ-16"}}'])
def test_damaged_files_are_an_input_error(tmp_path: Path, damage: str) -> None:
    write_tariefkaart(compile_tariefkaart(contract({"2.1 hbo": "24,55"})), tmp_path)
    (tmp_path / "tariefkaart.json").write_text(damage, "utf-8")
    with pytest.raises(mpj.InputError):
        read_tariefkaart(tmp_path)


def test_the_hash_tells_prices_apart_and_not_names() -> None:
    def short(price: str, **head: object) -> str:
        return compile_tariefkaart(contract({"2.1 hbo": price}, contract=head)).hash

    assert short("24,55") == short("24.55") == short("24,55", id="other-name")
    assert short("24,55") != short("24,56")
    assert len(short("24,55")) == 7 and short("24,55")[4] == "-"


def test_the_example_folders_compile() -> None:
    kaarten = [compile_tariefkaart(one) for one in mpj.load_contracts(contract_folders())]
    assert {row.prestatiecode for row in kaarten[0].prijzen} == set(kaarten[0].protocol.prestatiecodes)
    for kaart in kaarten:
        assert all(kaart.decode(row.productcode) is not None for row in kaart.productcodes)


def test_output_is_written_and_read_back(tmp_path: Path) -> None:
    head = {"id": "R", "protocol": "MPJ-16", "aanbieder": "65656055", "gemeenten": ["0384"]}
    dates = {"begindatum": date(2026, 1, 1), "einddatum": date(2026, 2, 28)}
    products: list[dict[str, str | None]] = [
        {"productcategorie": "45", "productcode": "45W01", "variant": "week", "tarief": "150,00", "begindatum": "2026-01-01"},
        {"productcategorie": "45", "productcode": "45T01", "variant": "traject", "tarief": None, "begindatum": "2026-01-01"},
        {"productcategorie": "45", "productcode": "45K01", "variant": "taak", "tarief": "900,00", "begindatum": "2026-01-01"},
    ]
    kaart = compile_tariefkaart(make_contract({"contract": head | dates}, [], producten=products))
    assert [(row.productcode, row.normtijd, row.tarief_cent) for row in kaart.output[::2]] == [
        ("45K01", "", 90_000),
        ("45T01", "cent", 1),
        ("45W01", "week", 15_000),
    ]
    write_tariefkaart(kaart, tmp_path)
    assert read_tariefkaart(tmp_path) == kaart
    (tmp_path / "output.csv").unlink()
    with pytest.raises(InputError):
        read_tariefkaart(tmp_path)
