"""Step 3: the one toewijzing that a record is delivered on, by its number or by a search, and on which days that is so."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from attrs import frozen

from mpj.engine.matching import ASPECIFIEK, GENERIEK, NIET_MPJ, SPECIFIEK, Dekking, Dekkingen, borders
from mpj.engine.opdracht import Periode
from mpj.engine.versions import Missed
from mpj.records.reasons import Redencode

_DAY = timedelta(days=1)
_FOUND_NONE = ("geen_toewijzing", "toewijzing_onbekend")
_RANG = {SPECIFIEK: 0, ASPECIFIEK: 1, GENERIEK: 2}


@frozen(eq=False)
class Match:
    """The toewijzing found for a record: its coverage, the prestatiecode, and how it was chosen (docs/steps.md, step 3)."""

    dekking: Dekking
    prestatiecode: str
    keuze: str


class Search(NamedTuple):
    """What leads to a toewijzing: the client, and what the record says of number, gemeente and prestatiecode."""

    bsn: str
    toewijzingnummer: int | None
    gemeente: str | None
    prestatiecode: str | None
    """Or the code of a product beside MPJ, here and in `Match`."""


_NONE = "de cliënt heeft op deze datum geen toewijzing"


@frozen
class Afwijzing:
    """Why care is not billed: a reason of `mpj.records.REDENEN` and a Dutch sentence."""

    reden: Redencode
    toelichting: str = ""


class Stretch(NamedTuple):
    """Days, the last included, on which a search for a toewijzing has one answer."""

    begin: date
    einde: date
    answer: Match | Afwijzing


class Stretches:
    """Where one search leads: between the days on which a toewijzing begins or is over it has one answer, found once."""

    def __init__(
        self, own: Sequence[Dekking], search: Search, periode: Periode, missed: Missed | None, *, none: str = _NONE
    ) -> None:
        """`none` is what is said of a day on which none of `own` is valid."""
        self._own = own
        self._none = none
        self._search = search
        self._periode = periode
        self._missed = missed
        self._begins = [date.min, *borders(own)]
        self._answers: list[Match | Afwijzing | None] = [None] * len(self._begins)

    def on(self, day: date) -> Match | Afwijzing:
        """Return the answer on `day`."""
        place = bisect_right(self._begins, day) - 1
        return self._answers[place] or self._find(place)

    def _find(self, place: int) -> Match | Afwijzing:
        answer = find(self._own, self._search.toewijzingnummer, self._search.prestatiecode, self._begins[place])
        if isinstance(answer, Match) and self._periode.verlopen(end := answer.dekking.toewijzing.einddatum):
            answer = Afwijzing("te_oud", f"de productperiode eindigde op {end}")
        elif answer == Afwijzing("geen_toewijzing", _NONE) and self._missed is None:
            answer = Afwijzing("geen_toewijzing", self._none)
        elif isinstance(answer, Afwijzing) and answer.reden in _FOUND_NONE and self._missed is not None:
            answer = Afwijzing("toewijzing_ongeldig" if self._missed.ongeldig else answer.reden, self._missed.toelichting)
        self._answers[place] = answer
        return answer

    def between(self, first: date, last: date) -> Iterator[Stretch]:
        """Yield the days from `first` to `last`, which is no earlier, neighbours with one answer together."""
        begin, answer = first, self.on(first)
        for place in range(bisect_right(self._begins, first), bisect_right(self._begins, last)):
            following = self._answers[place] or self._find(place)
            if not _same(answer, following):
                yield Stretch(begin, self._begins[place] - _DAY, answer)
                begin, answer = self._begins[place], following
        yield Stretch(begin, last, answer)

    def matches(self, first: date, last: date) -> Iterator[tuple[date, date, Match]]:
        """Yield the matches of days from `first` to `last`, each with the days around these, the last included, that have it.

        Where no toewijzing is valid there is none, and it is not asked why.
        """
        begins = [*self._begins, None]
        for place in range(bisect_right(self._begins, first) - 1, bisect_right(self._begins, last)):
            begin, after = self._begins[place], begins[place + 1]
            if any(dekking.toewijzing.geldig(begin) for dekking in self._own) and isinstance(answer := self.on(begin), Match):
                yield begin, date.max if after is None else after - _DAY, answer


def search_in(dekkingen: Dekkingen, search: Search, periode: Periode) -> Stretches:
    """Return where a search leads among the client's toewijzingen, by day; what ended too long ago leads to `te_oud`."""
    named = search.bsn, search.gemeente, search.toewijzingnummer
    return Stretches(dekkingen.of(*named), search, periode, dekkingen.missed_by(*named))


def find(own: Sequence[Dekking], nummer: int | None, prestatiecode: str | None, day: date) -> Match | Afwijzing:
    """Return the one toewijzing of a client for care on `day`, or why there is none.

    `own` are the client's, in the gemeente that the record names and by its `nummer`, where it has them.
    """
    return _by_search(own, prestatiecode, day) if nummer is None else _by_number(own, prestatiecode, day)


def _same(one: Match | Afwijzing, other: Match | Afwijzing) -> bool:
    if isinstance(one, Afwijzing) or isinstance(other, Afwijzing):
        return one == other
    return (one.dekking, one.prestatiecode, one.keuze) == (other.dekking, other.prestatiecode, other.keuze)


def _by_number(left: Sequence[Dekking], prestatiecode: str | None, day: date) -> Match | Afwijzing:
    if not left:
        return Afwijzing("toewijzing_onbekend", "het nummer hoort niet bij een toewijzing van deze cliënt")
    present = [dekking for dekking in left if not dekking.verwijderd]
    valid = [dekking for dekking in present if dekking.toewijzing.geldig(day)]
    if not valid:
        first = (present or left)[0]
        period = f"{first.toewijzing.begindatum} t/m {first.toewijzing.einddatum or 'open einde'}"
        return Afwijzing("buiten_toewijzing" if present else "toewijzing_verwijderd", f"{first.naam}, geldig {period}")
    mpj = [dekking for dekking in valid if dekking.soort != NIET_MPJ]
    if not mpj:
        return Afwijzing(NIET_MPJ, f"{valid[0].naam} heeft geen MPJ-code")
    reden: Redencode
    if prestatiecode is None:
        fitting = [dekking for dekking in mpj if dekking.soort == SPECIFIEK]
        reden = "prestatiecode_ontbreekt"
    else:
        fitting = [dekking for dekking in mpj if dekking.covers(prestatiecode)]
        reden = "prestatiecode_niet_toegewezen"
    if not fitting:
        return Afwijzing(reden, f"{mpj[0].naam} is {_describe(mpj[0])}")
    if len(fitting) > 1:
        return _several(fitting)
    return Match(fitting[0], prestatiecode or _only_code(fitting[0]), "nummer")


def _by_search(own: Sequence[Dekking], prestatiecode: str | None, day: date) -> Match | Afwijzing:
    valid = [dekking for dekking in own if dekking.contract and not dekking.verwijderd and dekking.toewijzing.geldig(day)]
    if not valid:
        others = (dekking for dekking in own if not dekking.verwijderd and dekking.toewijzing.geldig(day))
        return Afwijzing("geen_toewijzing", next(map(_of_another, others), _NONE))
    mpj = [dekking for dekking in valid if dekking.soort != NIET_MPJ]
    if not mpj:
        return Afwijzing(NIET_MPJ, f"{valid[0].naam} heeft geen MPJ-code")
    if prestatiecode is None:
        specific = [dekking for dekking in mpj if dekking.soort == SPECIFIEK]
        if not specific:
            return Afwijzing("prestatiecode_ontbreekt", f"{mpj[0].naam} is {_describe(mpj[0])}")
        return _several(specific) if len(specific) > 1 else Match(specific[0], _only_code(specific[0]), "enige_specifieke")
    covering = [dekking for dekking in mpj if dekking.covers(prestatiecode)]
    if not covering:
        return Afwijzing("prestatiecode_niet_toegewezen", f"{mpj[0].naam} is {_describe(mpj[0])}")
    if len(covering) == 1:
        return Match(covering[0], prestatiecode, "enige")
    if len({(dekking.toewijzing.gemeente, dekking.toewijzing.aanbieder) for dekking in covering}) > 1:
        return _several(covering)
    best = [dekking for dekking in covering if _RANG[dekking.soort] == min(_RANG[other.soort] for other in covering)]
    if len(best) == 1:
        return Match(best[0], prestatiecode, "soort")
    earliest = min(_end(dekking) for dekking in best)
    best = [dekking for dekking in best if _end(dekking) == earliest]
    return _several(best) if len(best) > 1 else Match(best[0], prestatiecode, "einddatum")


def _of_another(dekking: Dekking) -> str:
    return f"{dekking.naam} is van aanbieder {dekking.toewijzing.aanbieder}, en van die is hier geen contract"


def _end(dekking: Dekking) -> date:
    return dekking.toewijzing.einddatum or date.max


def _only_code(dekking: Dekking) -> str:
    """Return the prestatiecode of a specific toewijzing; empty where its code cannot be read for want of a contract."""
    return next(iter(dekking.codes or ("",)))


def _describe(dekking: Dekking) -> str:
    return dekking.soort if dekking.codes is None else f"{dekking.soort}: {', '.join(sorted(dekking.codes)) or 'andere zorg'}"


def _several(candidates: Sequence[Dekking]) -> Afwijzing:
    return Afwijzing("meerdere_toewijzingen", "kandidaten: " + "; ".join(dekking.naam for dekking in candidates))
