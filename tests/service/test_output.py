"""Output beside MPJ in the service: prestaties go into a month with a ledger and without, over HTTP and on the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from service.support import CONTRACT, Client, File, office, zipped
from service.test_gate import seen
from service.test_pages import Visitor

PRODUCTS = "productcategorie;productcode;variant;tarief;begindatum\n45;45S01;stuk;125,00;2025-01-01\n"
GRANTED = "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;productcode\n1;999900006;0384;65656055;2026-01-01;45S01\n"
TOLD = "id;bsn;datum;productcode;gebeurtenis;aantal\np;999900006;2026-03-05;45S01;stuk;2\n"
FILES: list[File] = [
    ("contract", ("contract.zip", zipped(CONTRACT | {"producten.csv": PRODUCTS}))),
    ("toewijzingen", ("toewijzingen.csv", GRANTED.encode())),
    ("prestaties", ("prestaties.csv", TOLD.encode())),
]
MONTH = {"periode": "2026-03", "dagtekening": "2026-04-07"}


def test_a_ledger_takes_prestaties_over_http(tmp_path: Path) -> None:
    client = Client(office=office(tmp_path))
    found = client.post("ledger/declare", FILES, MONTH).json()
    lines = [(line["productcode"], line["bedrag_cent"], line["eenheid"]) for line in found["regels"]]
    assert ("45S01", 25_000, "82") in lines
    again = client.post("ledger/declare", FILES, MONTH | {"proef": "ja"}).json()
    assert [(line["productcode"], line["bedrag_cent"], line["eenheid"]) for line in again["regels"]] == lines


@pytest.mark.parametrize("ledger", [True, False])
def test_the_page_of_a_month_has_a_field_for_prestaties(tmp_path: Path, ledger: bool) -> None:
    own = office(tmp_path)
    if not ledger:
        own = evolve(own, config=None)
    visitor = Visitor(Client(office=own))
    page = visitor.ask("GET", "/maand").text
    assert 'name="prestaties"' in page
    seal = visitor.seal("/maand")
    visitor.ask("POST", "/maand", FILES, data=MONTH | {"zegel": seal})
    assert "250,00" in seen(visitor, "/maand")
