"""How a registratie goes wrong: one small function per kind of mess, from the row as it should be to the rows written.

A disturbance never returns more or fewer rows than its `Mess` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random

from attrs import evolve, frozen

from mpj.demo.chance import Weighted, happens, one_of
from mpj.demo.clients import DemoCare, higher_levels, lower_levels
from mpj.demo.mess import GROEP_MESS, NIVEAU_MESS, PLANNING_MESS, REGISTRATIE_MESS, Mess, table
from mpj.demo.people import Staff
from mpj.demo.registraties import RegistratieRow
from mpj.protocol import MPJ_16

Rows = tuple[RegistratieRow, ...]

ONDERAANNEMERS = ("65650011", "65650022", "65650033")
_WRONG_CODES = ("2.9", "1,2", "45212", "begeleiding", "14.1")
_WRONG_MINUTES = ("vijftig", "45m", "1u15", "-30", "12,5", "1500")
_OTHER_CONTENT = "77"  # minutes or pieces that no contact has
_SPECIAL = {"groep": GROEP_MESS, "niveau": NIVEAU_MESS, "": ()}
_REALISED = {kind: table(REGISTRATIE_MESS, special) for kind, special in _SPECIAL.items()}
_PLANNED = {kind: table(REGISTRATIE_MESS, special, PLANNING_MESS) for kind, special in _SPECIAL.items()}


@frozen(eq=False)
class Around:
    """What a disturbance may look at: the care the row is about, other prestatiecodes like it, and who works there."""

    care: DemoCare
    other_codes: tuple[str, ...]
    staff: Staff


Disturbance = Callable[[Random, RegistratieRow, Around], Rows]


def mess_of(care: DemoCare) -> Weighted[Mess]:
    """Return the table of what can happen to the records of `care`."""
    tables = _PLANNED if care.plan.offer.contract.planned else _REALISED
    return tables["niveau" if care.by_level else "groep" if care.role == "groep" else ""]


def disturb(rng: Random, mess: Mess, row: RegistratieRow, around: Around) -> Rows:
    """Return the rows that `mess` makes of `row`, exactly as many as it says."""
    return _DISTURBANCES[mess.naam](rng, row, around) if mess.naam else (row,)


def _setting(**values: str) -> Disturbance:
    """A disturbance that only sets fields."""
    return lambda rng, row, around: (evolve(row, **values),)


def _month_before(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    day = date.fromisoformat(row.datum)
    return (evolve(row, datum=(day.replace(day=1) - timedelta(days=1)).replace(day=min(day.day, 28)).isoformat()),)


def _month_after(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    day = date.fromisoformat(row.datum)
    return (evolve(row, datum=(day.replace(day=28) + timedelta(days=4)).replace(day=min(day.day, 28)).isoformat()),)


def _ten_years_before(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    return (evolve(row, datum=f"{int(row.datum[:4]) - 10}{row.datum[4:7]}-{min(row.datum[8:], '28')}"),)


def _no_time(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    if _is_timed(row):
        return (evolve(row, begintijd="", eindtijd="", minuten="0"),)
    return (evolve(row, aantal="0"),)


def _level_too_low(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    return _replaced(rng, row, around, lower_levels(around.care.plan.offer) if around.care.by_level else ())


def _level_higher(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    return _replaced(rng, row, around, higher_levels(around.care.plan.offer) if around.care.by_level else ())


def _level_lower(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    team = around.care.team
    below = MPJ_16.niveaus[: MPJ_16.niveaus.index(team[0].niveau)] if team else ()
    return _replaced(rng, row, around, tuple(niveau for niveau in below if niveau in around.care.plan.offer.level_cents))


def _replaced(rng: Random, row: RegistratieRow, around: Around, niveaus: tuple[str, ...]) -> Rows:
    stand_in = around.staff.at(rng, niveaus) if niveaus else None
    return (evolve(row, medewerker=stand_in.nummer, kwalificatieniveau=""),) if stand_in else (row,)


def _level_differs(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    return (evolve(row, kwalificatieniveau=one_of(rng, MPJ_16.niveaus)),) if row.medewerker else (row,)


def _subcontracted(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    team = around.care.team
    niveau = team[0].niveau if team and around.care.by_level else ""
    return (evolve(row, medewerker="", kwalificatieniveau=niveau, onderaannemer=one_of(rng, ONDERAANNEMERS)),)


def _stranger(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    return (evolve(row, medewerker=f"X{one_of(rng, range(100, 1000))}", kwalificatieniveau=""),) if around.care.by_level else (row,)


def _other_code(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    return (evolve(row, prestatiecode=one_of(rng, around.other_codes)),) if around.other_codes else (row,)


def _other_soort(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    soort = row.soort or around.care.plan.offer.prestatiecode.hulpvorm.soort
    return (evolve(row, soort="groep" if soort == "individueel" else "individueel"),)


def _other_number(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    return (evolve(row, toewijzingnummer=str(around.care.plan.nummer + 50_000_000)),)


def _unreadable(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    return (one_of(rng, _SPOILERS)(rng, row),)


def _twice_same(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    return row, row


def _twice_different(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    if _is_timed(row):
        return row, evolve(row, begintijd="", eindtijd="", minuten=_OTHER_CONTENT)
    return row, evolve(row, aantal=_OTHER_CONTENT)


def _withdrawn(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    return row, evolve(row, status="vervallen")


def _second_leader(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    leader = around.staff.at(rng, MPJ_16.niveaus[:3])
    return row, evolve(row, id=f"{row.id}-2", medewerker=leader.nummer if leader else "", kwalificatieniveau="")


def _overlapping(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    if not row.begintijd or not row.eindtijd:
        return _second_leader(rng, row, around)
    later = evolve(row, id=f"{row.id}-2", begintijd=_an_hour_on(row.begintijd), eindtijd=_an_hour_on(row.eindtijd))
    return row, later


def _second_professional(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    offer, team = around.care.plan.offer, around.care.team
    from_rank = MPJ_16.niveaus.index(team[0].niveau) if team else 0
    niveaus = [niveau for niveau in MPJ_16.niveaus[from_rank:] if niveau in offer.level_cents]
    second = around.staff.at(rng, niveaus or tuple(offer.level_cents))
    return row, evolve(row, id=f"{row.id}-2", medewerker=second.nummer if second else row.medewerker, kwalificatieniveau="")


def _only_planned(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    return (_plan_of(row),)


def _planned_and_done(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    plan = _plan_of(row)
    return plan, evolve(row, id=f"{row.id}-2", afspraak=plan.afspraak)


def _planned_and_missed(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    plan = _plan_of(row)
    return plan, evolve(row, id=f"{row.id}-2", afspraak=plan.afspraak, status=one_of(rng, ("niet_verschenen", "geannuleerd")))


def _unconfirmed(rng: Random, row: RegistratieRow, around: Around) -> Rows:
    return (evolve(_plan_of(row), bevestigd=one_of(rng, ("", "nee"))),)


def _plan_of(row: RegistratieRow) -> RegistratieRow:
    return evolve(row, status="gepland", bevestigd="ja", afspraak=f"A{row.id}")


def _is_timed(row: RegistratieRow) -> bool:
    return bool(row.begintijd or row.minuten)


def _an_hour_on(clock: str) -> str:
    return f"{(int(clock[:2]) + 1) % 24:02d}{clock[2:]}"


def _spoil_date(rng: Random, row: RegistratieRow) -> RegistratieRow:
    year = row.datum[:4]
    return evolve(row, datum=one_of(rng, (f"{year}-02-30", f"31-04-{year}", f"{year}/03/12", "", "morgen")))


def _spoil_code(rng: Random, row: RegistratieRow) -> RegistratieRow:
    return evolve(row, prestatiecode=one_of(rng, _WRONG_CODES))


def _spoil_minutes(rng: Random, row: RegistratieRow) -> RegistratieRow:
    return evolve(row, minuten=one_of(rng, _WRONG_MINUTES))


def _spoil_times(rng: Random, row: RegistratieRow) -> RegistratieRow:
    return evolve(row, begintijd=one_of(rng, ("25:00", "9.30", "")), eindtijd="16:00", minuten="")


def _spoil_sum(rng: Random, row: RegistratieRow) -> RegistratieRow:
    return evolve(row, begintijd="09:00", eindtijd="10:00", minuten="90")


def _spoil_bsn(rng: Random, row: RegistratieRow) -> RegistratieRow:
    # One digit off: fails the elfproef, so it is nobody's number.
    return evolve(row, bsn=f"{row.bsn[:8]}{(int(row.bsn[8]) + 1) % 10}" if happens(rng, 700) else "")


def _spoil_word(rng: Random, row: RegistratieRow) -> RegistratieRow:
    return one_of(rng, (evolve(row, kwalificatieniveau="HBO"), evolve(row, status="afwezig"), evolve(row, soort="samen")))


_SPOILERS: tuple[Callable[[Random, RegistratieRow], RegistratieRow], ...] = (
    _spoil_date,
    _spoil_code,
    _spoil_minutes,
    _spoil_times,
    _spoil_sum,
    _spoil_bsn,
    _spoil_word,
)

_DISTURBANCES: Mapping[str, Disturbance] = {
    "niet_verschenen": _setting(status="niet_verschenen"),
    "geannuleerd": _setting(status="geannuleerd"),
    "gepland": _setting(status="gepland"),
    "reistijd": _setting(tijdsoort="reis"),
    "indirecte_tijd": _setting(tijdsoort="indirect"),
    "overige_tijd": _setting(tijdsoort="overig"),
    "vorige_maand": _month_before,
    "verkeerd_jaartal": _ten_years_before,
    "volgende_maand": _month_after,
    "nul_minuten": _no_time,
    "niveau_te_laag": _level_too_low,
    "niveau_hoger": _level_higher,
    "niveau_lager": _level_lower,
    "afwijkend_niveau": _level_differs,
    "onderaannemer": _subcontracted,
    "medewerker_onbekend": _stranger,
    "code_ontbreekt": _setting(prestatiecode="", toewijzingnummer=""),
    "verkeerde_code": _other_code,
    "onbekend_nummer": _other_number,
    "onleesbaar": _unreadable,
    "verkeerde_soort": _other_soort,
    "dubbel_gelijk": _twice_same,
    "dubbel_anders": _twice_different,
    "vervallen": _withdrawn,
    "twee_begeleiders": _second_leader,
    "overlappende_tijd": _overlapping,
    "twee_professionals": _second_professional,
    "alleen_gepland": _only_planned,
    "gepland_en_gerealiseerd": _planned_and_done,
    "gepland_en_afgezegd": _planned_and_missed,
    "niet_bevestigd": _unconfirmed,
}
