"""One passing and one failing example of every rule that `verify` runs, by rule code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import evolve

from mpj.messages import Totaal
from verify.support import (
    ANDERE_AANBIEDER,
    BRAM,
    Eerder,
    Situatie,
    contract,
    credit,
    earlier,
    granted,
    line,
    toewijzing,
    zaak,
)

FEB = {"begindatum": date(2026, 2, 1), "einddatum": date(2026, 2, 28)}
GROEP = {"productcategorie": "41", "productcode": "41410", "volume": 2, "eenheid": "04", "tarief_cent": 8350, "bedrag_cent": 16700}
UITGEBREID = (toewijzing(), toewijzing(toewijzingnummer="1002", bsn=BRAM))
SPECIFIEK = {"prestatiecode": "", "productcode": "45210"}
WEEK = {"volume": "1", "eenheid": "04", "frequentie": "2", "einddatum": "2026-12-31"}
VERBLIJF = {
    "productcategorie": "44",
    "productcode": "44810",
    "volume": 32,
    "eenheid": "14",
    "tarief_cent": 25000,
    "bedrag_cent": 800000,
}
# The same care as `line()`, under the other category of its prestatiecode.
ANDERS = line(referentienummer="R2", productcategorie="54", productcode="54212")
OUD = line(referentienummer="R0", **FEB)


def alles(**values: str) -> tuple[dict[str, str]]:
    """A toewijzing for anything, with a budget."""
    return (toewijzing(**{"prestatiecode": "", "budget_cent": "99999999"} | values),)


def omvang(volume: str, frequentie: str = "6", eenheid: str = "04") -> tuple[dict[str, str]]:
    """A toewijzing with a size."""
    return (toewijzing(volume=volume, eenheid=eenheid, frequentie=frequentie, einddatum="2026-12-31"),)


IN_EUROS = line(productcode="45W01", volume=15_000, eenheid="83", tarief_cent=None, bedrag_cent=15_000)
WEKEN = (toewijzing(prestatiecode="", productcode="45W01", productcategorie="45"),)
# Per rule: what is right, what is wrong. The wrong one may break other rules too.
VOORBEELDEN: Mapping[str, tuple[Situatie, Situatie]] = {
    "CS002": (zaak(), zaak(("123456789", line()))),
    "CS100": (zaak(), zaak(line(begindatum=date(2020, 12, 1), einddatum=date(2020, 12, 31)))),
    "CS325": (zaak(), zaak(totaal=Totaal(0, "C"))),
    "CS337": (zaak(), zaak(line(begindatum=date(2026, 2, 1)))),
    "CS339": (zaak(), zaak(line(eenheid="83", tarief_cent=None, volume=9821))),
    "CS340": (zaak(), zaak(maand=(date(2026, 3, 1), date(2026, 3, 30)))),
    "CD060": (zaak(), zaak(line(vorig_referentienummer="R0"))),
    "CD087": (zaak(), zaak(line(tarief_cent=None))),
    "TR101": (
        zaak(line(), line(referentienummer="R2", productcode="45213", tarief_cent=174, bedrag_cent=10440)),
        zaak(line(), line()),
    ),
    "TR134": (zaak(), zaak(dagtekening=date(2026, 2, 27))),
    "TR137": (zaak(dagtekening=date(2026, 3, 31)), zaak(dagtekening=date(2026, 3, 30))),
    "TR315": (
        zaak(credit(OUD), history=granted(earlier(OUD))),
        zaak(credit(OUD), credit(OUD, referentienummer="C2"), history=granted(earlier(OUD))),
    ),
    "TR316": (zaak(credit(OUD), history=granted(earlier(OUD))), zaak(line(), credit(line()))),
    "TR335": (zaak(), zaak(declaratiedagtekening=date(2031, 4, 1))),
    "TR358": (zaak(), zaak(totaal=Totaal(9821, "D"))),
    "TR416": (zaak(), zaak(line(), line(referentienummer="R2"))),
    "TR056": (zaak(history=granted(earlier(OUD))), zaak(history=granted(earlier(OUD, identificatie="B1")))),
    "TR135": (zaak(dagtekening=date(2026, 4, 10)), zaak(dagtekening=date(2026, 4, 11))),
    "TR378": (zaak(settings={"gemeenten": {"0384"}}), zaak(settings={"gemeenten": {"0363"}})),
    "TR318": (
        zaak(history=granted(earlier(OUD, maand=(date(2026, 3, 1), date(2026, 3, 31)), dagtekening=date(2026, 4, 1)))),
        zaak(history=granted(earlier(OUD, maand=(date(2026, 4, 1), date(2026, 4, 30)), dagtekening=date(2026, 5, 1)))),
    ),
    "TR333": (zaak(history=granted(earlier(OUD))), zaak(history=granted(earlier(OUD, nummer="DN1")))),
    "TR304": (zaak(), zaak((BRAM, line()))),
    "TR314": (zaak(history=granted(earlier(OUD))), zaak(history=granted(earlier(evolve(OUD, referentienummer="R1"))))),
    "TR319": (
        zaak(),
        zaak(line(begindatum=date(2026, 4, 1), einddatum=date(2026, 4, 30)), dagtekening=date(2026, 4, 30)),
    ),
    "TR323": (zaak(credit(OUD), history=granted(earlier(OUD))), zaak(credit(line(referentienummer="R0")))),
    "TR390": (
        zaak(credit(OUD, referentienummer="C2"), history=granted(earlier(OUD))),
        zaak(
            credit(OUD, referentienummer="C2"),
            history=granted(earlier(OUD), earlier(credit(OUD), nummer="DN01", identificatie="B01")),
        ),
    ),
    "TR338": (zaak(), zaak(line(toewijzingnummer=9))),
    "TR384": (zaak(), zaak(toewijzingen=(toewijzing(reden_wijziging="13", einddatum="2026-01-01"),))),
    "TR307": (zaak(toewijzingen=(toewijzing(begindatum="2026-03-01"),)), zaak(toewijzingen=(toewijzing(begindatum="2026-03-02"),))),
    "TR308": (zaak(toewijzingen=(toewijzing(einddatum="2026-03-31"),)), zaak(toewijzingen=(toewijzing(einddatum="2026-03-30"),))),
    "TR387": (
        zaak(line(begindatum=date(2026, 3, 8)), toewijzingen=(toewijzing(begindatum="2026-03-08"),)),
        zaak(line(begindatum=date(2026, 3, 2))),
    ),
    "TR388": (
        zaak(line(einddatum=date(2026, 3, 17)), toewijzingen=(toewijzing(einddatum="2026-03-17"),)),
        zaak(line(einddatum=date(2026, 3, 30))),
    ),
    "TR339": (
        zaak(toewijzingen=(toewijzing(productcategorie="45"),)),
        zaak(toewijzingen=(toewijzing(productcategorie="54"),)),
    ),
    "TR381": (zaak(), zaak(line(productcategorie="54"))),
    "MPJ05": (
        zaak(),
        zaak(line(productcategorie="48", productcode="48B11"), toewijzingen=alles(einddatum="2026-12-31")),
    ),
    "TR340": (
        zaak(toewijzingen=(toewijzing(**SPECIFIEK),)),
        zaak(line(productcode="45224", tarief_cent=220, bedrag_cent=13200), toewijzingen=(toewijzing(**SPECIFIEK),)),
    ),
    "MPJ02": (
        zaak(toewijzingen=(toewijzing(prestatiecode="", productcategorie="45"),)),
        zaak(toewijzingen=(toewijzing(prestatiecode="1.1,2.2"),)),
    ),
    "MPJ01": (
        zaak(toewijzingen=(toewijzing(kwalificatieniveau_max="hbo"),)),
        zaak(
            line(productcode="45213", tarief_cent=174, bedrag_cent=10440), toewijzingen=(toewijzing(kwalificatieniveau_max="hbo"),)
        ),
    ),
    "TR341": (
        zaak(toewijzingen=omvang("10")),
        zaak(toewijzingen=(toewijzing(volume="100", eenheid="84", frequentie="6"),)),
    ),
    "MPJ03": (zaak(), zaak(line(volume=61, bedrag_cent=10004))),
    "TR418": (zaak(), zaak(line(tarief_cent=170, bedrag_cent=10200))),
    "TR346": (zaak(), zaak(line(bedrag_cent=19820))),
    "MPJ04": (zaak(), zaak(line(bedrag_cent=9840))),
    "TR389": (
        zaak(line(), credit(line(referentienummer="R0")), history=granted(earlier(line(referentienummer="R0")))),
        zaak(history=granted(earlier(line(referentienummer="R0")))),
    ),
    "MPJ06": (
        zaak(line(), line(referentienummer="R2", productcategorie="54", productcode="54213", tarief_cent=174, bedrag_cent=10440)),
        zaak(line(), ANDERS),
    ),
    "MPJ07": (
        zaak(line(**VERBLIJF | {"volume": 31, "bedrag_cent": 775000}), toewijzingen=(toewijzing(prestatiecode="8.1"),)),
        zaak(line(**VERBLIJF), toewijzingen=(toewijzing(prestatiecode="8.1"),)),
    ),
    "MPJ08": (
        zaak(IN_EUROS, producten=True, toewijzingen=WEKEN),
        zaak(evolve(IN_EUROS, volume=15_100, bedrag_cent=15_100), producten=True, toewijzingen=WEKEN),
    ),
    "TR321": (
        zaak(line(volume=360, bedrag_cent=58920), toewijzingen=(toewijzing(**WEEK),)),
        zaak(line(volume=375, bedrag_cent=61375), toewijzingen=(toewijzing(**WEEK),)),
    ),
    "TR322": (
        zaak(toewijzingen=omvang("2"), history=granted(earlier(OUD))),
        zaak(toewijzingen=omvang("1"), history=granted(earlier(OUD))),
    ),
    "TR369": (
        zaak(toewijzingen=(toewijzing(budget_cent="19640"),), history=granted(earlier(OUD))),
        zaak(toewijzingen=(toewijzing(budget_cent="19639"),), history=granted(earlier(OUD))),
    ),
}
ANDERE = {
    "TR304, another client's toewijzing": (
        "TR304",
        zaak(
            line(),
            (BRAM, line(referentienummer="R2", productcode="45213", tarief_cent=174, bedrag_cent=10440)),
            toewijzingen=UITGEBREID,
        ),
    ),
    "TR338, another provider's": (
        "TR338",
        zaak(toewijzingen=(toewijzing(aanbieder=ANDERE_AANBIEDER), toewijzing(toewijzingnummer="3"))),
    ),
    "TR340, the assigned code itself": (
        "TR340",
        zaak(toewijzingen=(toewijzing(**SPECIFIEK),), contracten=(contract(declaratie={"tr340": "productcode"}),)),
    ),
    "MPJ01, a level without price": ("MPJ01", zaak(line(productcode="45216"))),
    "MPJ01, a price without level that is not there": ("MPJ01", zaak(line(productcode="45210"))),
    "MPJ03, a unit the normtijd does not know": (
        "MPJ03",
        zaak(line(eenheid="16", volume=4, tarief_cent=2455), toewijzingen=omvang("10", eenheid="16")),
    ),
    "MPJ03, half a whole day": (
        "MPJ03",
        zaak(
            line(productcategorie="42", productcode="42A10", volume=3, eenheid="16", tarief_cent=1500, bedrag_cent=4500),
            toewijzingen=(toewijzing(prestatiecode="10.1"),),
        ),
    ),
    "MPJ03, a line of zero": ("MPJ03", zaak(line(volume=0, bedrag_cent=0))),
    "MPJ06, against an earlier message": ("MPJ06", zaak(ANDERS, history=granted(earlier(line(referentienummer="R0"))))),
    "TR340, a code of no contract": ("TR340", zaak(line(productcode="45218"))),
    "MPJ04, a price that shows the same in minutes": ("MPJ04", zaak(line(bedrag_cent=4 * 2460))),
    "MPJ04, an amount that is no price at all": ("MPJ04", zaak(line(bedrag_cent=9821))),
    "TR323, waiting for an answer": ("TR323", zaak(credit(OUD), history=Eerder([earlier(OUD)]))),
    "TR323, not in full": ("TR323", zaak(credit(OUD, bedrag_cent=2455, volume=15), history=granted(earlier(OUD)))),
    "TR389, waiting for an answer": ("TR389", zaak(history=Eerder([earlier(line(referentienummer="R0"))]))),
    "TR314, under two clients": (
        "TR314",
        zaak(line(), (BRAM, line(toewijzingnummer=1002)), toewijzingen=UITGEBREID),
    ),
}
