"""Steps 2 and 3: the toewijzing that covers care on its day, and the contract, perceel and unit that follow from it."""

from __future__ import annotations

from collections.abc import Sequence

from mpj.engine.care import Aside, Care, Clientrun, Context, Passed, Placed, tarieven_of
from mpj.engine.planning import out_by_form
from mpj.engine.search import Afwijzing, Match, Search, Stretches
from mpj.engine.tarieven import Tarief
from mpj.protocol.words import Zorgsoort
from mpj.records.entries import Entry, Reeks, Vorm
from mpj.records.reasons import Redencode
from mpj.records.values import Verblijf

REASONS: tuple[Redencode, ...] = (
    "na_periode",
    "te_oud",
    "voor_periode",
    "niet_direct",
    "niet_gerealiseerd",
    "afwezig",
    "toewijzing_onbekend",
    "toewijzing_verwijderd",
    "toewijzing_ongeldig",
    "buiten_toewijzing",
    "prestatiecode_ontbreekt",
    "meerdere_toewijzingen",
    "prestatiecode_niet_toegewezen",
    "niet_mpj",
    "geen_toewijzing",
    "geen_contract",
    "perceel_onbekend",
    "prestatiecode_niet_gecontracteerd",
    "eenheid_past_niet",
    "ongeldig",
)


def apply(run: Clientrun, care: Sequence[Care]) -> Passed:
    """Place care: find its toewijzing, and how it counts there. Prestaties come placed (`mpj.engine.produced`)."""
    placed: list[Care] = []
    aside: list[Aside] = []
    series = _Series(run)
    for one in care:
        if one.placed is not None:
            placed.append(one)
            continue
        record = one.record
        found = series[record.reeks].place(record, one.niveau)
        if isinstance(found, Afwijzing):
            aside.append(Aside(record, found.reden, found.toelichting))
            continue
        placed.append(Care(record, one.niveau, found, one.counted))
    kept, moved = _one_place_a_month(billed_days(placed, aside))
    return Passed(kept, aside + moved)


_Answers = dict[tuple[Match, Zorgsoort | None, str | None, bool, int], Placed | Afwijzing]
"""By match, soort, level, whether a time was recorded, and tijdvak."""


class _Series(dict[Reeks, "_OfReeks"]):
    """What is asked once for all care of a reeks, of each one that a client has."""

    def __init__(self, run: Clientrun) -> None:
        super().__init__()
        self._context = run.context
        self._searches: dict[Search, Stretches] = {}
        self._answers: _Answers = {}

    def __missing__(self, reeks: Reeks) -> _OfReeks:
        search = Search(reeks.bsn, reeks.toewijzingnummer, reeks.gemeente, reeks.vorm.zorgcode)
        stretches = self._searches.get(search)
        if stretches is None:
            stretches = self._searches[search] = self._context.stretches(search)
        made = self[reeks] = _OfReeks(self._context, reeks.vorm, stretches, self._answers)
        return made


class _OfReeks:
    """Places the care of one reeks."""

    def __init__(self, context: Context, vorm: Vorm, stretches: Stretches, answers: _Answers) -> None:
        self._context, self._vorm, self._stretches, self._answers = context, vorm, stretches, answers
        self._out = out_by_form(vorm)

    def place(self, record: Entry, niveau: str | None) -> Placed | Afwijzing:
        """Return where care falls, or why nowhere."""
        day = self._context.days[record.datum]
        if out := day.outside or self._out:
            return out
        match = self._stretches.on(record.datum)
        if isinstance(match, Afwijzing):
            return match
        timed = record.tijd.duur is not None
        key = match, self._vorm.soort, niveau, timed, day.tijdvak
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._context.place(match, self._vorm, niveau, day.tijdvak, timed=timed)
        return found


def billed_days(care: Sequence[Care], aside: list[Aside]) -> list[Care]:
    """Return placed care without the days of a stay that its contract does not bill, which go `aside`."""
    kept: list[Care] = []
    for one in care:
        stay = one.record.reeks.verblijf
        if stay is not None and _last_day(one, stay):
            aside.append(Aside.of(one, "afwezig", "de laatste dag telt niet in dit contract"))
        else:
            kept.append(one)
    return kept


def _last_day(care: Care, stay: Verblijf) -> bool:
    """Say whether this is the last day of a stay under a contract by which that day does not count."""
    return care.record.datum == stay.einddatum and not care.tarief.kaart.instellingen.bills_last_day


def _one_place_a_month(care: Sequence[Care]) -> tuple[Sequence[Care], list[Aside]]:
    """Set aside what one toewijzing would bill under two contracts or percelen in one month: one line cannot hold it."""
    if len(set(map(_contract_perceel, tarieven_of(care)))) < 2:
        return care, []
    places: dict[tuple[str, int, str, int], set[tuple[str, str]]] = {}
    for one in care:
        places.setdefault(_month_of(one), set()).add(_contract_perceel(one.tarief))
    kept: list[Care] = []
    aside: list[Aside] = []
    for one in care:
        options = places[_month_of(one)]
        if len(options) == 1:
            kept.append(one)
            continue
        names = "; ".join(f"contract {contract}, perceel {perceel}" for contract, perceel in sorted(options))
        aside.append(Aside.of(one, "perceel_onbekend", f"in deze maand wisselt het perceel: {names}"))
    return kept, aside


def _contract_perceel(tarief: Tarief) -> tuple[str, str]:
    return tarief.kaart.instellingen.contract, tarief.perceel


def _month_of(care: Care) -> tuple[str, int, str, int]:
    return (*care.match.dekking.toewijzing.sleutel, care.match.prestatiecode, care.tarief.maand)
