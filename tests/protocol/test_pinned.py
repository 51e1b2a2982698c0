"""What two parties compare, pinned: the hash of a tariefkaart, the settings in a summary, referentienummers.

They follow from protocol and contract, so that a change in how either is held must leave them as they are.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from world import contract, declare, registratie, toewijzing

import mpj
from mpj.tariefkaart import compile_tariefkaart

TARIFFS = Path(__file__).parents[2] / "tariffs"
INSTELLINGEN = {
    "aanbieder": "65656055",
    "gemeenten": ("0384", "0363"),
    "begindatum": "2025-01-01",
    "einddatum": "2027-12-31",
    "vorm": "declaratie",
    "registratiewijze": "realisatie",
    "bevestiging": False,
    "eenheid_kwartier": "minuut",
    "eenheid_uur": "uur",
    "tr340": "prestatiecode",
    "bij_overschrijding": "aftoppen",
    "laatste_dag": "telt",
    "afronding_kwartier": {"wijze": "rekenkundig", "over": "contact", "minimum": 1, "drempel": 0},
    "afronding_uur": {"wijze": "rekenkundig", "over": "productperiode", "minimum": 1, "drempel": 0},
}

REGELS = [
    ("KB58A10C75DB10F74CCB", "A3266B521F62", 105, "01"),
    ("N1815D6DCD017AF3AB25", "A3266B521F62", 100, "01"),
    ("GBDB8FB3BA2A84D1DD31", "A3266B521F62", 3, "14"),
]


@pytest.mark.parametrize(
    ("folder", "short", "digest"),
    [
        ("voorbeeldregio", "89XQ-2P", "427b715b5021b17c5f2727dea9f3c80ba0d701afc34fee2845c6234d400246ca"),
        ("voorbeeldcodes", "0P6Z-P3", "058dfb0f373de8a59604f634d2806029ef533164ac7f2f31e2ed1e11392732cc"),
    ],
)
def test_the_hash_of_a_tariefkaart(folder: str, short: str, digest: str) -> None:
    kaart = compile_tariefkaart(mpj.load_contract(TARIFFS / folder))
    assert (kaart.hash, kaart.sha256) == (short, digest)


def test_referentienummers_and_the_settings_of_a_summary() -> None:
    result = declare(
        contract({"2.1 hbo": "24,55", "4.1": "83,50", "8.2": "210,00"}, normtijd={}),
        [
            toewijzing(),
            toewijzing(2, prestatiecode="4.1", eenheid="01", volume=600, frequentie="4"),
            toewijzing(3, prestatiecode="8.2"),
        ],
        [
            registratie(id="a"),
            registratie("2026-03-09", 50, "wo", id="b"),
            registratie("2026-03-10", 100, None, id="c", prestatiecode="4.1"),
        ],
        verblijf=[{"id": "v", "bsn": "999900006", "begindatum": "2026-03-29", "einddatum": "", "prestatiecode": "8.2"}],
    )
    assert list(result.samenvatting["contracten"][0]["instellingen"].items()) == list(INSTELLINGEN.items())
    found = [(line.referentienummer, line.declaratienummer, line.volume_bericht, line.eenheid) for line in result.regels]
    assert found == REGELS
