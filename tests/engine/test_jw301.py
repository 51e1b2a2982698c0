"""JW301 messages as toewijzingen: the official sample, and messages of our own."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from standard import STANDARD, needs_standard
from world import contract, declare, only, reasons, registratie

import mpj
from mpj.reading.periods import month_of

SAMPLE = STANDARD / "samples" / "JW301.xml"
IJW = "http://www.istandaarden.nl/ijw/3_2"

PRODUCT = """<m:ToegewezenProduct>
<m:ToewijzingNummer>{nummer}</m:ToewijzingNummer>{product}
<m:Toewijzingsdatum>{datum}</m:Toewijzingsdatum><m:Toewijzingstijd>10:00:00</m:Toewijzingstijd>
<m:Ingangsdatum>2026-01-01</m:Ingangsdatum><m:Einddatum>{einde}</m:Einddatum>{rest}
</m:ToegewezenProduct>"""
OMVANG = "<m:Omvang><i:Volume>{0}</i:Volume><i:Eenheid>{1}</i:Eenheid><i:Frequentie>{2}</i:Frequentie></m:Omvang>"
SPECIFIC = "<m:Product><i:Categorie>45</i:Categorie><i:Code>45210</i:Code></m:Product>"
ASPECIFIC = "<m:Product><i:Categorie>45</i:Categorie></m:Product>"


def product(
    nummer: int,
    soort: str = SPECIFIC,
    rest: str = OMVANG.format(600, "01", "4"),
    datum: str = "2025-12-01",
    einde: str = "2026-12-31",
) -> str:
    return PRODUCT.format(nummer=nummer, product=soort, rest=rest, datum=datum, einde=einde)


def message(*products: str, head: str = "") -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>{head}
<m:Bericht xmlns:i="{IJW}/basisschema/schema" xmlns:m="{IJW}/jw301/schema">
<m:Header><m:BerichtCode>436</m:BerichtCode><m:BerichtVersie>3</m:BerichtVersie><m:BerichtSubversie>2</m:BerichtSubversie>
<m:Afzender>0384</m:Afzender><m:Ontvanger>65656055</m:Ontvanger>
<m:BerichtIdentificatie><i:Identificatie>T1</i:Identificatie><i:Dagtekening>2025-12-01</i:Dagtekening></m:BerichtIdentificatie>
<m:XsdVersie><i:BasisschemaXsdVersie>1.0.0</i:BasisschemaXsdVersie><i:BerichtXsdVersie>1.0.0</i:BerichtXsdVersie></m:XsdVersie></m:Header>
<m:Client><m:Bsn>999900006</m:Bsn><m:Geboortedatum><i:Datum>2012-05-06</i:Datum></m:Geboortedatum><m:Geslacht>2</m:Geslacht>
<m:Naam><i:Geslachtsnaam><i:Achternaam>Test</i:Achternaam></i:Geslachtsnaam><i:NaamGebruik>1</i:NaamGebruik></m:Naam>
<m:Contactgegevens><m:Contact><m:Soort>03</m:Soort><m:Emailadres>t@example.org</m:Emailadres></m:Contact></m:Contactgegevens>
<m:ToegewezenProducten>{"".join(products)}</m:ToegewezenProducten></m:Client></m:Bericht>"""


def read(path: Path, *texts: str) -> list[Any]:
    for place, text in enumerate(texts):
        (path / f"{place}.xml").write_text(text, "utf-8")
    return list(mpj.read_toewijzingen([path]))


HBO = contract({"2.1 hbo": "24,55"})


def test_a_specific_product_gives_a_line(tmp_path: Path) -> None:
    result = declare(HBO, read(tmp_path, message(product(7))), [registratie()])
    line = only(result)
    assert (line.toewijzingnummer, line.productcategorie, line.productcode, line.volume_bericht) == (7, "45", "45212", 60)


def test_category_only_and_neither(tmp_path: Path) -> None:
    """RULES: category only is aspecific, neither is generic with a budget."""
    budget = "<m:Budget>5000</m:Budget>"
    texts = [message(product(1, ASPECIFIC, "")), message(product(2, "", budget))]
    result = declare(HBO, read(tmp_path, *texts), [registratie(toewijzingnummer=1), registratie(toewijzingnummer=2)])
    assert [(line.toewijzingnummer, line.volume) for line in result.regels] == [(1, 4), (2, 2)]


def test_the_latest_version_counts_and_13_removes(tmp_path: Path) -> None:
    removed = product(
        7, rest="<m:RedenWijziging>13</m:RedenWijziging>" + OMVANG.format(600, "01", "6"), datum="2026-02-01", einde="2026-01-01"
    )
    result = declare(HBO, read(tmp_path, message(removed), message(product(7))), [registratie(toewijzingnummer=7)])
    assert reasons(result) == {"toewijzing_verwijderd": 1}


def test_a_product_that_breaks_a_rule_is_set_aside_with_the_rule(tmp_path: Path) -> None:
    """CD041: a code needs an omvang."""
    result = declare(HBO, read(tmp_path, message(product(7, rest=""))), [registratie()])
    assert reasons(result) == {"toewijzing_ongeldig": 1}
    (row,) = [row for row in result.uitval if row.soort == "toewijzing"]
    assert row.reden == "ongeldig" and "CD041" in row.toelichting


@needs_standard
def test_the_official_sample_is_another_regime() -> None:
    rows = [row for row in mpj.read_toewijzingen([SAMPLE]) if isinstance(row, mpj.Toewijzing)]
    first = rows[0]
    here = contract({"2.1 hbo": "24,55"}, contract={"aanbieder": first.aanbieder, "gemeenten": [first.gemeente]})
    day = max(first.begindatum, date(2026, 4, 1))
    record = registratie(day.isoformat(), bsn=first.bsn)
    result = declare(here, rows, [record], periode=f"{month_of(day) // 12}-{month_of(day) % 12 + 1:02d}")
    assert reasons(result) == {"niet_mpj": 1}
    assert result.samenvatting["toewijzingen"]["niet_mpj"] == len(rows)


BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "text",
    [
        message(product(7), head=BOMB),
        message(product(7), head=FILE).replace("Test", "&x;"),
        message(product(7))[:900],
        message(product(7)).replace("jw301", "jw302"),
        message(product(7)).replace("436", "437"),
        "<a>" * 5000,
        "geen xml",
        "",
    ],
)
def test_hostile_or_foreign_xml_is_one_clear_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(mpj.InputError) as caught:
        read(tmp_path, text)
    assert "root:" not in str(caught.value)
    assert "999900006" not in str(caught.value)


@pytest.mark.parametrize(("found", "wrong"), [("999900006", "999900007"), ("45210", "4521\u200b")])
def test_a_value_that_no_toewijzing_may_hold_sets_its_product_aside(found: str, wrong: str, tmp_path: Path) -> None:
    """As a row of a table would be. It was told as a zip that cannot be read, and all other messages of the run stopped with it."""
    one, other = message(product(7)).replace(found, wrong), message(product(8))
    faulty, right = read(tmp_path, one, other)
    assert (faulty.sleutel, faulty.uitval.reden, faulty.uitval.bestand, faulty.uitval.rij) == (
        *(("0384", 7), "ongeldig", f"{tmp_path.name}/0.xml", 10),
    )
    assert (faulty.bsn is None, right.toewijzingnummer) == (found == "999900006", 8)
    assert wrong not in f"{faulty.uitval}"
