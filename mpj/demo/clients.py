"""Clients with their care: which prestatiecodes, under which toewijzing, by which team, in which part of the month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random

from attrs import evolve, frozen

from mpj.demo.chance import Weighted, between, happens, one_of, weighted
from mpj.demo.mess import GEEN_TOEWIJZING_PERMILLE, NO_MESS, TOEWIJZING_MESS, table
from mpj.demo.people import DemoMedewerker, Staff
from mpj.demo.region import Offer, Region
from mpj.protocol import MPJ_16
from mpj.reading.periods import first_day, last_day

# Registraties in a month, more or less; the exact number follows from the total asked.
RECORDS_PER_ROLE: Mapping[str, int] = {
    "ambulant": 12,
    "groep": 20,
    "vervoer": 26,
    "crisis": 16,
    "maatregel": 8,
    "verblijf": 0,
    "zorg": 6,
}
EXTRA_ZORG_PERMILLE = {"groep": 150, "verblijf": 500}
NEW_THIS_MONTH_PERMILLE = 80
STOPS_THIS_MONTH_PERMILLE = 40
OPEN_END_PERMILLE = 120
NUMBERED_PERMILLE = 550
HIGHER_THAN_CONTRACTED_PERMILLE = 80

_FIRST_ROLE = {"ambulant": 58, "groep": 24, "maatregel": 10, "crisis": 4}
_NEXT_ROLE = {"ambulant": 46, "vervoer": 26, "groep": 16, "crisis": 8, "maatregel": 6}
_HOW_MANY = weighted([(1, 50), (2, 35), (3, 15)])
_TEAM_SIZE = weighted([(1, 45), (2, 38), (3, 17)])
_FORM = weighted([("specifiek", 80), ("aspecifiek", 14), ("generiek", 6)])
_TOEWIJZING_MESS = table(TOEWIJZING_MESS)
_GROUP_LEVELS = MPJ_16.niveaus[:3]


@frozen(eq=False)
class Plan:
    """A toewijzing before it is written down; `einde` None is open, `mess` what is wrong with it ("" is nothing)."""

    nummer: int
    form: str
    offer: Offer
    categorie: str
    begin: date
    einde: date | None
    mess: str


@frozen(eq=False)
class DemoCare:
    """One kind of care a client receives under a plan."""

    plan: Plan
    """The toewijzing it is given on."""
    extra: bool
    """Whether it is individual zorg beside a group or a stay."""
    team: tuple[DemoMedewerker, ...]
    """Who gives it."""
    weight: int
    """Its share in the client's registraties."""
    window: tuple[date, date]
    """The days it is given on."""
    numbered: bool
    """Whether the records carry the toewijzingnummer."""

    @property
    def by_level(self) -> bool:
        """Whether the level of the professional sets the price."""
        return self.extra or self.plan.offer.by_level

    @property
    def role(self) -> str:
        """The kind of care: one of the keys of RECORDS_PER_ROLE."""
        return "zorg" if self.extra else self.plan.offer.role


@frozen(eq=False)
class DemoClient:
    """A client of one gemeente; `cares` share plans where extra zorg rides on the toewijzing it belongs to."""

    bsn: str
    gemeente: str
    cares: tuple[DemoCare, ...]

    @property
    def weight(self) -> int:
        """The client's share in all registraties."""
        return sum(care.weight for care in self.cares)

    @property
    def stay(self) -> DemoCare | None:
        """The care that is counted in etmalen, if any."""
        return next((care for care in self.cares if care.role == "verblijf"), None)


@frozen(eq=False)
class Admission:
    """What is needed to take in a client: the region, who works there, the month, and free toewijzingnummers."""

    region: Region
    staff: Staff
    month: int
    numbers: Iterator[int]
    gemeenten: Weighted[str]
    gemeenten_with_stays: Weighted[str] | None


def make_client(rng: Random, intake: Admission, bsn: str, *, stays: bool) -> DemoClient:
    """Return a client with one to three toewijzingen; with `stays` the first is a stay, where a gemeente buys those."""
    gemeenten = intake.gemeenten_with_stays if stays and intake.gemeenten_with_stays else intake.gemeenten
    gemeente = gemeenten.draw(rng)
    offers = _choose_offers(rng, intake.region.offers[gemeente], stays)
    unknown = happens(rng, GEEN_TOEWIJZING_PERMILLE)
    cares: list[DemoCare] = []
    forms = {"specifiek"}
    for offer in offers:
        form = _FORM.draw(rng)
        if form in forms and form != "specifiek":
            form = "specifiek"
        forms.add(form)
        plan = _plan(rng, intake, offer, form, unknown)
        cares.append(_care(rng, intake, plan, extra=False))
        if offer.has_extra_zorg and happens(rng, EXTRA_ZORG_PERMILLE.get(offer.role, 0)):
            cares.append(_extra_zorg(rng, intake, cares[-1]))
    return DemoClient(bsn, gemeente, tuple(cares))


def _choose_offers(rng: Random, offers: Sequence[Offer], stays: bool) -> list[Offer]:
    """Return different prestatiecodes; beside a stay there is always one that is recorded in contacts."""
    chosen: list[Offer] = []
    if stays:
        chosen.append(one_of(rng, [offer for offer in offers if offer.role == "verblijf"]))
    wanted = len(chosen) + (1 if stays else _HOW_MANY.draw(rng))
    while len(chosen) < wanted:
        roles = _NEXT_ROLE if chosen else _FIRST_ROLE
        left = [offer for offer in offers if offer not in chosen and offer.role in roles]
        if not left:
            break
        role = weighted([(name, weight) for name, weight in roles.items() if any(offer.role == name for offer in left)]).draw(rng)
        chosen.append(one_of(rng, [offer for offer in left if offer.role == role]))
    return chosen or [one_of(rng, [offer for offer in offers if offer.role != "verblijf"] or offers)]


def _plan(rng: Random, intake: Admission, offer: Offer, form: str, unknown: bool) -> Plan:
    mess = "te_laat" if unknown else _TOEWIJZING_MESS.draw(rng).naam
    first, last = first_day(intake.month), last_day(intake.month)
    begin = first - timedelta(days=between(rng, 20, 500))
    einde: date | None = last + timedelta(days=between(rng, 0, 400))
    if mess == "verlopen":
        einde = first - timedelta(days=between(rng, 1, 15))
    elif mess == "afgelopen":
        einde = first + timedelta(days=between(rng, 6, 24))
    elif happens(rng, NEW_THIS_MONTH_PERMILLE):
        begin = first + timedelta(days=between(rng, 1, 18))
    elif happens(rng, STOPS_THIS_MONTH_PERMILLE):
        einde = first + timedelta(days=between(rng, 6, 24))
    elif form == "specifiek" and happens(rng, OPEN_END_PERMILLE):
        einde = None
    return Plan(next(intake.numbers), form, offer, one_of(rng, offer.categorieen), begin, einde, mess)


def _care(rng: Random, intake: Admission, plan: Plan, *, extra: bool) -> DemoCare:
    first, last = first_day(intake.month), last_day(intake.month)
    begin, end = max(first, plan.begin), last
    if plan.einde is not None and plan.mess not in ("verlopen", "afgelopen"):
        end = min(last, plan.einde)
    role = "zorg" if extra else plan.offer.role
    return DemoCare(
        plan=plan,
        extra=extra,
        team=_team(rng, intake.staff, plan.offer, extra or plan.offer.by_level),
        weight=RECORDS_PER_ROLE[role] * between(rng, 60, 140),
        window=(begin, end),
        numbered=plan.mess != "te_laat" and (extra or plan.form == "generiek" or happens(rng, NUMBERED_PERMILLE)),
    )


def _extra_zorg(rng: Random, intake: Admission, care: DemoCare) -> DemoCare:
    """Individual zorg beside `care`: on the same toewijzing, unless that counts days or pieces and nothing else."""
    plan = care.plan
    if plan.form == "specifiek" and plan.offer.normtijd.meet != "minuten":
        plan = evolve(
            plan,
            nummer=next(intake.numbers),
            form="aspecifiek",
            einde=last_day(intake.month + 6),
            mess="te_laat" if plan.mess == "te_laat" else NO_MESS,
        )
    return evolve(_care(rng, intake, plan, extra=True), window=care.window)


def _team(rng: Random, staff: Staff, offer: Offer, by_level: bool) -> tuple[DemoMedewerker, ...]:
    members = []
    for _ in range(_TEAM_SIZE.draw(rng)):
        niveaus: Sequence[str] = tuple(offer.level_cents) if by_level else _GROUP_LEVELS
        if by_level and happens(rng, HIGHER_THAN_CONTRACTED_PERMILLE):
            niveaus = higher_levels(offer) or niveaus
        member = staff.at(rng, niveaus)
        if member and member not in members:
            members.append(member)
    return tuple(members)


def higher_levels(offer: Offer) -> tuple[str, ...]:
    """Return the levels without a price that have a contracted level below them."""
    lowest = MPJ_16.niveaus.index(next(iter(offer.level_cents)))
    return tuple(niveau for niveau in MPJ_16.niveaus[lowest:] if niveau not in offer.level_cents)


def lower_levels(offer: Offer) -> tuple[str, ...]:
    """Return the levels below every contracted one."""
    return MPJ_16.niveaus[: MPJ_16.niveaus.index(next(iter(offer.level_cents)))]
