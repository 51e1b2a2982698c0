"""Output before verify: per variant and rule a line that keeps it and one that breaks it, and what no rule can judge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from verify.support import Situatie, credit, earlier, granted, line, toewijzing, zaak

JAN: dict[str, Any] = {"begindatum": date(2026, 1, 1), "einddatum": date(2026, 1, 31)}


def product(code: str, cents: int, **values: Any) -> Any:
    """A line of March 2026 of a product of output: in euros, or of pieces where `values` name a unit of those."""
    own = {"productcategorie": code[:2], "productcode": code, "volume": cents, "bedrag_cent": cents, "eenheid": "83"}
    return line(**own | {"tarief_cent": None} | values)


def pieces(code: str, price: int, volume: int = 1, **values: Any) -> Any:
    """A line in pieces (82)."""
    return product(code, volume * price, volume=volume, eenheid="82", tarief_cent=price, **values)


def on(code: str, **values: str) -> tuple[dict[str, str]]:
    """A toewijzing on a product."""
    return (toewijzing(**{"prestatiecode": "", "productcode": code, "productcategorie": code[:2]} | values),)


def case(*lines: Any, **values: Any) -> Situatie:
    """A situation under a contract with products."""
    return zaak(*lines, producten=True, **values)


def of(amount: str, **values: str) -> tuple[dict[str, str]]:
    """A toewijzing on a traject of so many eurocents."""
    return on("45T01", volume=amount, eenheid="83", frequentie="6", einddatum="2026-12-31", **values)


STUK, WEEK, PERIODE, GI = pieces("45S01", 12_500, 4), product("45W01", 60_000), product("45P01", 20_000), pieces("48G01", 80_125)
TRAJECT, BEGUN = product("45T01", 682_500), product("45T01", 682_500, referentienummer="R0", **JAN)
BEFORE = {"maand": (JAN["begindatum"], JAN["einddatum"]), "dagtekening": date(2026, 2, 5)}
CATEGORY, ANYTHING = (toewijzing(prestatiecode="", productcategorie="45"),), (toewijzing(prestatiecode="", budget_cent="99999999"),)
# By name: the rule that is broken, alone, and the two situations.
OUTPUT: Mapping[str, tuple[str, Situatie, Situatie]] = {
    "stuk, het tarief": (
        "TR418",
        case(STUK, toewijzingen=on("45S01")),
        case(pieces("45S01", 12_600), toewijzingen=on("45S01")),
    ),
    "stuk, volume maal tarief": (
        "TR346",
        case(STUK, toewijzingen=on("45S01")),
        case(pieces("45S01", 12_500, 4, bedrag_cent=50_001), toewijzingen=on("45S01")),
    ),
    "stuk, met tarief": (
        "CD087",
        case(STUK, toewijzingen=on("45S01")),
        case(line(productcode="45S01", volume=1, eenheid="82", tarief_cent=None, bedrag_cent=12_500), toewijzingen=on("45S01")),
    ),
    "week, zonder tarief": (
        "CD087",
        case(WEEK, toewijzingen=on("45W01")),
        case(product("45W01", 60_000, tarief_cent=15_000), toewijzingen=on("45W01")),
    ),
    "week, het volume is het bedrag": (
        "CS339",
        case(WEEK, toewijzingen=on("45W01")),
        case(product("45W01", 60_000, volume=4), toewijzingen=on("45W01")),
    ),
    "stuk, de eenheid": (
        "TR341",
        case(STUK, toewijzingen=on("45S01")),
        case(product("45S01", 12_500), toewijzingen=on("45S01", volume="9", eenheid="82", frequentie="6")),
    ),
    "week, de eenheid van de variant": (
        "MPJ03",
        case(WEEK, toewijzingen=on("45W01")),
        case(pieces("45W01", 15_000), toewijzingen=on("45W01", volume="9", eenheid="82", frequentie="6")),
    ),
    "week, een heel aantal keer de prijs": (
        "MPJ08",
        case(WEEK, toewijzingen=on("45W01")),
        case(product("45W01", 60_001), toewijzingen=on("45W01")),
    ),
    "week, niet meer dan de zondagen": (
        "MPJ07",
        case(product("45W01", 75_000), toewijzingen=on("45W01")),
        case(product("45W01", 90_000), toewijzingen=on("45W01")),
    ),
    "week, de gebroken laatste bij de laatste zondag": (
        "MPJ07",
        case(product("45W01", 75_000, einddatum=date(2026, 3, 25)), toewijzingen=on("45W01", einddatum="2026-03-25")),
        case(product("45W01", 90_000, einddatum=date(2026, 3, 25)), toewijzingen=on("45W01", einddatum="2026-03-25")),
    ),
    "periode, de prijs": (
        "MPJ08",
        case(PERIODE, toewijzingen=on("45P01")),
        case(product("45P01", 19_900), toewijzingen=on("45P01")),
    ),
    "periode, een per maand": (
        "MPJ07",
        case(PERIODE, toewijzingen=on("45P01")),
        case(product("45P01", 40_000), toewijzingen=on("45P01")),
    ),
    "gi_maand, een per maand": (
        "MPJ07",
        case(GI, toewijzingen=on("48G01")),
        case(pieces("48G01", 80_125, 2), toewijzingen=on("48G01")),
    ),
    "gi_maand, geen gebroken eerste": (
        "MPJ07",
        case(pieces("48G01", 80_125, einddatum=date(2026, 3, 9)), toewijzingen=on("48G01", einddatum="2026-03-09")),
        case(pieces("48G01", 80_125, begindatum=date(2026, 3, 9)), toewijzingen=on("48G01", begindatum="2026-03-09")),
    ),
    "traject, niet boven het toegewezen bedrag": (
        "TR322",
        case(TRAJECT, toewijzingen=of("682500")),
        case(TRAJECT, toewijzingen=of("682499")),
    ),
    "traject, met wat al is gedeclareerd": (
        "TR322",
        case(product("45T01", 292_500), toewijzingen=of("975000"), history=granted(earlier(BEGUN, **BEFORE))),
        case(product("45T01", 292_501), toewijzingen=of("975000"), history=granted(earlier(BEGUN, **BEFORE))),
    ),
    "traject, binnen het budget": (
        "TR369",
        case(TRAJECT, toewijzingen=on("45T01", budget_cent="682500")),
        case(TRAJECT, toewijzingen=on("45T01", budget_cent="682499")),
    ),
    "week, omvang per productperiode": (
        "TR321",
        case(WEEK, toewijzingen=on("45W01", volume="60000", eenheid="83", frequentie="4")),
        case(WEEK, toewijzingen=on("45W01", volume="59999", eenheid="83", frequentie="4")),
    ),
    "output, de toegewezen code": (
        "TR340",
        case(STUK, toewijzingen=on("45S01")),
        case(STUK, toewijzingen=on("45W01")),
    ),
    "output, niet op een toewijzing voor MPJ": ("TR340", case(STUK, toewijzingen=CATEGORY), case(STUK)),
    "output, de toegewezen categorie": (
        "MPJ02",
        case(STUK, toewijzingen=CATEGORY),
        case(STUK, toewijzingen=(toewijzing(prestatiecode="1.1,2.1"),)),
    ),
    "output, de categorie van het product": (
        "TR381",
        case(STUK, toewijzingen=ANYTHING),
        case(pieces("45S01", 12_500, productcategorie="54"), toewijzingen=ANYTHING),
    ),
    "output, de productperiode": (
        "TR388",
        case(pieces("45S01", 12_500, einddatum=date(2026, 3, 30)), toewijzingen=on("45S01", einddatum="2026-03-30")),
        case(pieces("45S01", 12_500, einddatum=date(2026, 3, 30)), toewijzingen=on("45S01")),
    ),
    "output, in deze maand een prijs": (
        "MPJ01",
        case(pieces("45S01", 12_500, **JAN), toewijzingen=on("45S01")),
        case(
            pieces("45S01", 12_500, begindatum=date(2025, 12, 1), einddatum=date(2025, 12, 31)),
            toewijzingen=on("45S01", begindatum="2025-01-01"),
        ),
    ),
    "taak, geen regel": ("MPJ01", case(STUK, toewijzingen=ANYTHING), case(pieces("45K01", 100_000), toewijzingen=on("45K01"))),
    "output, niets tweemaal": (
        "TR389",
        case(
            STUK,
            credit(pieces("45S01", 12_500, referentienummer="R0")),
            toewijzingen=on("45S01"),
            history=granted(earlier(pieces("45S01", 12_500, referentienummer="R0"))),
        ),
        case(STUK, toewijzingen=on("45S01"), history=granted(earlier(pieces("45S01", 12_500, referentienummer="R0")))),
    ),
    "output, niets tweemaal in een bericht": (
        "TR416",
        case(STUK, product("45W01", 15_000, referentienummer="R2"), toewijzingen=ANYTHING),
        case(STUK, pieces("45S01", 12_500, referentienummer="R2"), toewijzingen=ANYTHING),
    ),
    "output, meer dan nul": (
        "MPJ03",
        case(STUK, toewijzingen=on("45S01")),
        case(pieces("45S01", 12_500, 0), toewijzingen=on("45S01")),
    ),
}
# What is not judged, and why, by the key of its sentence.
UNJUDGED: Mapping[str, Situatie] = {
    "gebroken_maand": case(
        product("45P01", 10_000, begindatum=date(2026, 3, 16)), toewijzingen=on("45P01", begindatum="2026-03-16")
    ),
    "zonder_bedrag": case(TRAJECT, toewijzingen=on("45T01")),
    "zonder_zondag": case(
        product("45W01", 15_000, begindatum=date(2026, 3, 9), einddatum=date(2026, 3, 13)),
        toewijzingen=on("45W01", begindatum="2026-03-09", einddatum="2026-03-13"),
    ),
}
