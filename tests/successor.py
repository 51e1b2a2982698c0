"""A world under the invented protocol of tests/protocol/productstructuur.toml: nothing in it is as it is under MPJ-16."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import mpj
from mpj.protocol import read_protocol

FILE = Path(__file__).with_name("protocol") / "productstructuur.toml"
SECOND = read_protocol(FILE)
PROTOCOLS = {SECOND.id: SECOND}
BSN, BSN_2, AGB, GEMEENTE = "999900006", "999900018", "65656055", "0384"
PERIODE, DAGTEKENING = "2026-03", date(2026, 4, 7)

SETTINGS: Mapping[str, Any] = {
    "contract": {
        "id": "PS-2026",
        "protocol": "PS-1",
        "aanbieder": AGB,
        "gemeenten": [GEMEENTE],
        "begindatum": date(2025, 1, 1),
        "einddatum": date(2027, 12, 31),
    },
    "normtijd": {"10.1": "rit"},
    "perceel": [{"code": "A"}],
}
PRICES = {
    "2.1 hbo": "24,55",
    "2.1 wo": "30,00",
    "2.11 hbo": "40,00",
    "14.1 hbo-ggz": "33,33",
    "5.1": "60,10",
    "8.1": "210,00",
    "10.1": "12,30",
}


def contract(prices: Mapping[str, str] = PRICES, **tables: Any) -> mpj.Contract:
    """The contract, with other prices or settings."""
    rows = [
        {
            "prestatiecode": name.split()[0],
            "kwalificatieniveau": "".join(name.split()[1:]),
            "begindatum": "2025-01-01",
            "tarief": price,
        }
        for name, price in prices.items()
    ]
    return mpj.make_contract({**SETTINGS, **tables}, rows, protocols=PROTOCOLS)


def toewijzing(nummer: int, code: str, **fields: object) -> dict[str, object]:
    """A toewijzing of the client for a code, the whole of 2026."""
    base = {"bsn": BSN, "gemeente": GEMEENTE, "aanbieder": AGB, "begindatum": "2026-01-01", "einddatum": "2026-12-31"}
    return {"toewijzingnummer": nummer, "prestatiecode": code, **base, **fields}


def registratie(name: str, code: str, minuten: int | None, niveau: str | None, **fields: object) -> dict[str, object]:
    """A registratie of the client in March 2026."""
    base = {"id": name, "bsn": BSN, "datum": "2026-03-05", "minuten": minuten, "kwalificatieniveau": niveau}
    return {**base, "prestatiecode": code, **fields}


TOEWIJZINGEN = [
    toewijzing(1, "2.1"),
    toewijzing(2, "2.11", eenheid="84", volume=2, frequentie="4"),
    toewijzing(3, "14.1", eenheid="04", volume=10, frequentie="4"),
    toewijzing(4, "5.1"),
    toewijzing(5, "8.1"),
    toewijzing(6, "10.1"),
    toewijzing(7, "2.1", bsn=BSN_2, budget_cent=8000),
]
REGISTRATIES = [
    registratie("a", "2.1", 70, "hbo"),
    registratie("b", "2.1", 31, "hbo-ggz"),  # billed as hbo, the highest contracted below it
    registratie("c", "2.11", 95, "hbo"),  # 4 half hours, of which 2 fit
    registratie("d", "14.1", 1, "hbo-ggz"),
    registratie("e", "5.1", 100, None, datum="2026-03-09"),
    registratie("f", "5.1", 19, None, datum="2026-03-10"),  # below the threshold of 20
    registratie("g", "10.1", None, None, aantal=2),
    registratie("h", "2.1", 200, "wo", bsn=BSN_2),  # 7 half hours, budget for 2
    registratie("i", "2.1", 60, "mbo"),  # no level at or below it
    registratie("j", "2.1", 60, "ams"),  # known, but off
    registratie("k", "2.1", 60, "hbo", datum="2026-04-01"),
    registratie("l", "2.1", 60, "hbo", datum="2025-01-31"),
    registratie("m", "1.1", 60, "hbo"),  # a code of MPJ-16, unknown here
]
VERBLIJF = [{"id": "v", "bsn": BSN, "begindatum": "2026-03-29", "einddatum": "2026-03-30", "prestatiecode": "8.1"}]


def declare(**options: Any) -> Any:
    """The month, by values."""
    given: dict[str, Any] = {"periode": PERIODE, "dagtekening": DAGTEKENING, "nalevering": True, "verblijf": VERBLIJF}
    return mpj.declare([contract()], TOEWIJZINGEN, REGISTRATIES, **given | options)
