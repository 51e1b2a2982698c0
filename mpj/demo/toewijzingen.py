"""Toewijzingen as the gemeente sends them: what is assigned fits what is given, unless the mess says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random

from attrs import evolve, frozen

from mpj.demo.chance import between, happens, one_of, weighted
from mpj.demo.clients import DemoCare, DemoClient, Plan, lower_levels
from mpj.demo.registraties import RegistratieRow
from mpj.protocol import MPJ_16, Normtijd
from mpj.reading.periods import first_day, last_day, months, weeks

OLD_PRODUCTCODES = ("54001", "45A48", "50B02", "43C08")
OTHER_AANBIEDER = "65659999"
OTHER_GEMEENTE = "0344"
NO_PERCEEL = "XX"
LEVEL_IN_CODE_PERMILLE = 80
MAXIMUM_PERMILLE = 40
PERCEEL_SHOWN_PERMILLE = 100
COLUMN_INSTEAD_OF_CODE_PERMILLE = 250
SPECIFIC_BUDGET_PERMILLE = 30
SEVERAL_CODES_PERMILLE = 200

_MARGIN = weighted([(115, 3), (125, 4), (140, 2), (170, 1)])
_SHORT = (60, 75, 85)
_FREQUENTIE = weighted([("2", 55), ("4", 25), ("6", 20)])
_EENHEID = {  # by normtijd; the first value is the commonest
    "kwartier": weighted([("01", 75), ("04", 19), ("84", 6)]),
    "uur": weighted([("04", 85), ("01", 15)]),
}


@frozen(kw_only=True)
class ToewijzingRow:
    """A row of toewijzingen.csv; every field is text, empty is absent."""

    toewijzingnummer: str
    bsn: str
    gemeente: str
    aanbieder: str
    begindatum: str
    einddatum: str = ""
    prestatiecode: str = ""
    productcategorie: str = ""
    productcode: str = ""
    budget_cent: str = ""
    volume: str = ""
    eenheid: str = ""
    frequentie: str = ""
    kwalificatieniveau_max: str = ""
    perceel: str = ""
    reden_wijziging: str = ""
    toewijzingsdatum: str
    toewijzingstijd: str


@frozen
class Need:
    """What a plan must hold in the month."""

    minuten: int = 0
    """Minutes, rounded up."""
    aantal: int = 0
    """Pieces or etmalen."""
    cent: int = 0
    """Eurocents, at the most."""

    def __add__(self, other: Need) -> Need:
        return Need(self.minuten + other.minuten, self.aantal + other.aantal, self.cent + other.cent)


def need_of_contact(care: DemoCare, row: RegistratieRow) -> Need:
    """Return what one contact uses, rounded up."""
    offer = care.plan.offer
    price = max(offer.level_cents.values()) if care.by_level else offer.flat_cent
    if not (row.begintijd or row.minuten):
        pieces = int(row.aantal or "1")
        return Need(aantal=pieces, cent=pieces * price)
    normtijd = MPJ_16.normtijden[MPJ_16.normtijd_zorg] if care.extra else offer.normtijd
    minutes = int(row.minuten) if row.minuten else (_clock(row.eindtijd) - _clock(row.begintijd)) % 1440
    units = -(-minutes // normtijd.minuten)
    rounded = normtijd.afronding is not None and normtijd.afronding.over == "contact"
    return Need(minuten=units * normtijd.minuten if rounded else minutes, cent=units * price)


def need_of_days(care: DemoCare, count: int) -> Need:
    """Return what `count` etmalen use."""
    return Need(aantal=count, cent=count * care.plan.offer.flat_cent)


def toewijzing_rows(rng: Random, client: DemoClient, plan: Plan, need: Need, month: int) -> tuple[ToewijzingRow, ...]:
    """Return the rows of a plan: none while it has not arrived, two where there are two versions."""
    if plan.mess == "te_laat":
        return ()
    row = _limited(rng, _described(rng, client, plan), plan, need, month)
    change = _CHANGES.get(plan.mess)
    return change(rng, row, plan) if change else (row,)


def _described(rng: Random, client: DemoClient, plan: Plan) -> ToewijzingRow:
    """Who, when and what; nothing yet about how much."""
    offer, sent = plan.offer, plan.begin - timedelta(days=between(rng, 1, 30))
    row = ToewijzingRow(
        toewijzingnummer=str(plan.nummer),
        bsn=client.bsn,
        gemeente=client.gemeente,
        aanbieder=offer.contract.aanbieder,
        begindatum=plan.begin.isoformat(),
        einddatum=plan.einde.isoformat() if plan.einde else "",
        toewijzingsdatum=sent.isoformat(),
        toewijzingstijd=f"{between(rng, 7, 18):02d}:{between(rng, 0, 59):02d}",
        perceel=offer.perceel if plan.form != "generiek" and happens(rng, PERCEEL_SHOWN_PERMILLE) else "",
    )
    if plan.form == "generiek":
        return row
    if plan.form == "aspecifiek":
        return _aspecific(rng, row, plan)
    return _specific(rng, row, client, plan)


def _aspecific(rng: Random, row: ToewijzingRow, plan: Plan) -> ToewijzingRow:
    """A category, or now and then several prestatiecodes written out."""
    code = plan.offer.prestatiecode.code
    alike = [
        other.code
        for other in MPJ_16.prestatiecodes.values()
        if other.hulpvorm == plan.offer.prestatiecode.hulpvorm and other.code != code
    ]
    if alike and happens(rng, SEVERAL_CODES_PERMILLE):
        return evolve(row, prestatiecode=f"{code},{one_of(rng, alike)}", productcategorie="")
    return evolve(row, productcategorie=plan.categorie)


def _specific(rng: Random, row: ToewijzingRow, client: DemoClient, plan: Plan) -> ToewijzingRow:
    """One prestatiecode: as a productcode, with or without a level in it, or in the column of that name."""
    offer = plan.offer
    niveau = ""
    if offer.by_level and (offer.contract.by_productcode or happens(rng, LEVEL_IN_CODE_PERMILLE)):
        niveau = _billed_level(client, plan)
    elif offer.by_level and happens(rng, MAXIMUM_PERMILLE):
        row = evolve(row, kwalificatieniveau_max=list(offer.level_cents)[-1])
    if not niveau and not offer.codes and happens(rng, COLUMN_INSTEAD_OF_CODE_PERMILLE):
        return evolve(row, prestatiecode=offer.prestatiecode.code, productcategorie=plan.categorie)
    return evolve(row, productcategorie=plan.categorie, productcode=offer.productcode(niveau, plan.categorie))


def _billed_level(client: DemoClient, plan: Plan) -> str:
    """Return the level at which the least qualified of the team is billed, so that nobody falls below it."""
    contracted = tuple(plan.offer.level_cents)
    team = [member for care in client.cares if care.plan is plan for member in care.team]
    lowest = min((MPJ_16.niveaus.index(member.niveau) for member in team), default=0)
    within = [niveau for niveau in contracted if MPJ_16.niveaus.index(niveau) <= lowest]
    return within[-1] if within else contracted[0]


def _limited(rng: Random, row: ToewijzingRow, plan: Plan, need: Need, month: int) -> ToewijzingRow:
    """How much: an omvang on a specific toewijzing, a budget on a generic one and on some others."""
    percent = one_of(rng, _SHORT) if plan.mess == "krap" else _MARGIN.draw(rng)
    if plan.form == "specifiek" and not (plan.einde and happens(rng, SPECIFIC_BUDGET_PERMILLE)):
        return _with_omvang(rng, row, plan, need, percent, month)
    if plan.form == "aspecifiek" and plan.mess != "krap" and happens(rng, 500):
        return row
    if plan.mess == "krap":
        return evolve(row, budget_cent=str(max(1000, need.cent * percent // 100)))
    span = months(plan.begin, plan.einde) if plan.einde else 12
    return evolve(row, budget_cent=str(max(10_000, -(-need.cent * percent * span // 500_000) * 5000)))


def _with_omvang(rng: Random, row: ToewijzingRow, plan: Plan, need: Need, percent: int, month: int) -> ToewijzingRow:
    eenheid, normtijd = _eenheid(rng, plan), plan.offer.normtijd
    if normtijd.meet == "minuten":
        quantity, size = need.minuten * percent, _minutes_of(eenheid, normtijd)
    else:
        quantity, size = need.aantal * normtijd.bericht[eenheid] * percent, 1
    begin, end = max(plan.begin, first_day(month)), last_day(month)
    if plan.einde:
        end = max(begin, min(end, plan.einde))
    frequentie = _FREQUENTIE.draw(rng) if plan.einde else "4"
    parts = {"2": weeks(begin, end), "4": 1, "6": 1}[frequentie]
    if frequentie == "6" and plan.mess != "krap" and plan.einde:
        quantity *= months(plan.begin, plan.einde)
    scale = 100 * size * parts
    volume = quantity // scale if plan.mess == "krap" else -(-quantity // scale)
    if eenheid == "01" and plan.mess != "krap":
        volume = -(-volume // 15) * 15
    return evolve(row, volume=str(max(1, volume)), eenheid=eenheid, frequentie=frequentie)


def _eenheid(rng: Random, plan: Plan) -> str:
    table = _EENHEID.get(plan.offer.normtijd.naam)
    return table.draw(rng) if table else next(iter(plan.offer.normtijd.eenheden))


def _minutes_of(eenheid: str, normtijd: Normtijd) -> int:
    """Return how many minutes one assigned unit is; a piece is one normed unit."""
    unit = MPJ_16.eenheden[eenheid]
    return unit.gewicht if unit.telt == "minuten" else normtijd.minuten


def _clock(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


Change = Callable[[Random, ToewijzingRow, Plan], tuple[ToewijzingRow, ...]]


def _removed(rng: Random, row: ToewijzingRow, plan: Plan) -> tuple[ToewijzingRow, ...]:
    return row, evolve(_later(rng, row, plan), einddatum=row.begindatum, reden_wijziging="13")


def _old_regime(rng: Random, row: ToewijzingRow, plan: Plan) -> tuple[ToewijzingRow, ...]:
    code = one_of(rng, OLD_PRODUCTCODES)
    row = evolve(row, prestatiecode="", productcategorie=code[:2], productcode=code, budget_cent="", kwalificatieniveau_max="")
    return (row if row.volume else evolve(row, volume="4", eenheid="04", frequentie="4"),)


def _faulty(rng: Random, row: ToewijzingRow, plan: Plan) -> tuple[ToewijzingRow, ...]:
    day_before = (plan.begin - timedelta(days=1)).isoformat()
    return (
        one_of(
            rng,
            (
                evolve(row, einddatum=day_before),
                evolve(row, volume="20", eenheid="", frequentie="2"),
                evolve(row, volume="20", eenheid="99", frequentie="2"),
                evolve(row, begindatum="onbekend"),
            ),
        ),
    )


def _other_aanbieder(rng: Random, row: ToewijzingRow, plan: Plan) -> tuple[ToewijzingRow, ...]:
    return (evolve(row, aanbieder=OTHER_AANBIEDER),)


def _other_gemeente(rng: Random, row: ToewijzingRow, plan: Plan) -> tuple[ToewijzingRow, ...]:
    return (evolve(row, gemeente=OTHER_GEMEENTE),)


def _other_perceel(rng: Random, row: ToewijzingRow, plan: Plan) -> tuple[ToewijzingRow, ...]:
    return (evolve(row, perceel=NO_PERCEEL),)


def _maximum_too_low(rng: Random, row: ToewijzingRow, plan: Plan) -> tuple[ToewijzingRow, ...]:
    lower = lower_levels(plan.offer) if plan.offer.by_level else ()
    return (evolve(row, kwalificatieniveau_max=lower[-1]),) if lower else (row,)


def _two_versions(rng: Random, row: ToewijzingRow, plan: Plan) -> tuple[ToewijzingRow, ...]:
    """An extension: the first version ended sooner."""
    first = evolve(row, einddatum=(plan.begin + timedelta(days=between(rng, 5, 60))).isoformat())
    return first, evolve(_later(rng, row, plan), reden_wijziging="04")


def _later(rng: Random, row: ToewijzingRow, plan: Plan) -> ToewijzingRow:
    sent = date.fromisoformat(row.toewijzingsdatum) + timedelta(days=between(rng, 1, 40))
    return evolve(row, toewijzingsdatum=sent.isoformat())


_CHANGES: Mapping[str, Change] = {
    "verwijderd": _removed,
    "ander_stelsel": _old_regime,
    "onleesbaar": _faulty,
    "andere_aanbieder": _other_aanbieder,
    "andere_gemeente": _other_gemeente,
    "verkeerd_perceel": _other_perceel,
    "maximum_te_laag": _maximum_too_low,
    "nieuwe_versie": _two_versions,
}
