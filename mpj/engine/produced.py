"""What the prestaties of one client come to as care: pieces, weeks, months and milestones, each on its toewijzing, before limits.

As a stay is taken apart into days, what runs from a start to an end is taken apart into weeks or months. The rules stand in
`mpj.prestaties`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from attrs import define, field

from mpj.engine.care import UNCOUNTED, Aside, Care, Clientrun, Context, Counted, Placed
from mpj.engine.limits import BUDGET, OMVANG, product_period
from mpj.engine.milestones import in_turn
from mpj.engine.products import Products, assigned_amount, original
from mpj.engine.rundays import Held, bought_otherwise, covered, since, while_bought
from mpj.engine.runs import RUNNING, Running, by_product, in_a_run, together
from mpj.engine.search import Afwijzing, Match, Search, Stretch, Stretches
from mpj.engine.sieve import Records
from mpj.engine.variants import OfVariant, Variant, by_variant
from mpj.prestaties.rules import WHOLE, Looptijd, gi_months, weeks, whole_months
from mpj.protocol.model import GI
from mpj.protocol.rounding import half_up
from mpj.reading.forms import open_end
from mpj.reading.periods import first_day, last_day, month_of
from mpj.records.entries import PRESTATIE, happened
from mpj.records.reasons import Redencode
from mpj.records.values import Prestatie, Toewijzing

_DAY = timedelta(days=1)
_FITTING = {"stuk": ("stuk", "einde"), "traject": ("start", "mijlpaal", "einde"), **dict.fromkeys(RUNNING, ("start", "einde"))}
_TASK = "taakgericht: het vaste bedrag gaat buiten de berichten om, er is geen regel"
_LAST_SUNDAY = "de toewijzing heeft geen zondag: het bedrag van deze week spreken beide partijen af (IV076)"
_NOTHING_LEFT = Afwijzing("voor_periode", "in deze periode valt hiervan niets meer")
_BROKEN = "een gebroken maand: het bedrag spreken beide partijen af (IV078)"


class Piece(NamedTuple):
    """So many units of one product on one day of one toewijzing."""

    record: Prestatie
    match: Match
    day: date
    """Decides month and price."""
    units: int
    counted: tuple[date, ...] = ()
    """What counts once, whoever tells it: the Sundays of the weeks, or the first day of the month."""


class _Rest(NamedTuple):
    """Days of a record that are set aside for one reason."""

    first: date
    last: date
    aantal: int
    cent: int | None
    gemeente: str


@define
class _Made:
    """What is made of a client so far."""

    context: Context
    maanden: frozenset[int] | None
    """The months that are looked at, None: all."""
    closed: Callable[[Prestatie, date], bool]
    """Says of a record and a day whether it was declared elsewhere, before the ledger."""
    care: list[Care] = field(factory=list)
    """Of all months."""
    told: set[Prestatie] = field(factory=set)
    """The records of which anything is set aside, in whatever month."""
    rest: dict[tuple[Prestatie, Redencode, str], _Rest] = field(factory=dict)
    taken: set[tuple[object, ...]] = field(factory=set)
    """The weeks and months that are billed, by toewijzing and product, and by record: each once."""

    def aside(
        self, one: Prestatie, why: Afwijzing, day: date | None = None, cent: int | None = None, match: Match | None = None
    ) -> None:
        """Set a record aside, or a day, week or month of it: one that this run does not look at is only noted."""
        self.told.add(one)
        if day is not None and not self.looks_at(month_of(day)):
            return
        day = day or one.datum
        gemeente = match.dekking.toewijzing.gemeente if match else ""
        key = one, why.reden, why.toelichting
        first, last, count, known, where = self.rest.get(key, _Rest(day, day, 0, 0, gemeente))
        worth = None if cent is None or known is None else cent + known
        self.rest[key] = _Rest(min(first, day), max(last, day), count + 1, worth, gemeente or where)

    def looks_at(self, month: int) -> bool:
        """Say whether this run tells of a month; what comes after the run is always told."""
        return self.maanden is None or month in self.maanden or month > self.context.periode.maand

    def outside(self, one: Prestatie, day: date) -> Afwijzing | None:
        """Return why a day of a record is of no line of this run."""
        if out := self.context.days[day].outside:
            return out
        return Afwijzing("voor_periode", "voor de eerste maand van dit ledger") if self.closed(one, day) else None


def produced(run: Clientrun, products: Products, records: Records) -> tuple[list[Care], list[Aside]]:
    """Return the prestaties of one client as care, in the order that limits take it, and what is set aside of them.

    All of them decide together, whatever their months; told is what falls in the months that are looked at.
    """
    vanaf, opened = records.vanaf, records.opened
    made = _Made(run.context, run.memory.maanden, lambda one, day: month_of(day) < vanaf and one.id not in opened)

    def variant_of(one: Prestatie) -> Variant:
        return products.variant(one, run.context.dekkingen, run.context.periode)

    for code, own in by_product(records.prestaties):
        for variant, judged in by_variant(own, variant_of):
            _Product(run, products, code, variant, made).make(judged, own)
    aside = [
        Aside(happened(one, rest.first), reden, text, rest.cent, rest.gemeente, rest.last, rest.aantal)
        for (one, reden, text), rest in made.rest.items()
    ]
    care = (one for one in made.care if made.maanden is None or one.tarief.maand in made.maanden)
    return sorted(care, key=lambda one: one.record.order), aside


class _Product:
    """Makes care of the prestaties of one product of one client, as far as they are judged by one variant."""

    def __init__(self, run: Clientrun, products: Products, code: str, variant: Variant, made: _Made) -> None:
        self.context, self.products, self.code, self.variant, self.made = run.context, products, code, variant, made
        self.behind, self.kept = run.memory.behind, run.memory.kept
        self.prestatiecode = products.mpj(code)
        self.horizon = last_day(run.context.periode.maand)
        self.trajects: dict[tuple[str, int], list[tuple[Prestatie, Match]]] = {}

    def make(self, judged: OfVariant, own: Sequence[Prestatie]) -> None:
        """Make care of what is judged by this variant of all that were told of the product, in order of date and id."""
        for found in judged.running:
            if isinstance(found, Running):
                self._run(found, own)
            else:
                self.made.aside(found, Afwijzing("ongeldig", "de vorige start van dit product heeft nog geen einde"))
        for one in judged.single:
            if self._fits(one):
                self._single(one)
        for milestones_of in self.trajects.values():
            self._traject(milestones_of)

    def _fits(self, one: Prestatie) -> bool:
        """Say whether a gebeurtenis is one of the variant; what is none is set aside."""
        if isinstance(self.variant, Afwijzing):
            self.made.aside(one, self.variant)
        elif self.variant is None:
            self.made.aside(one, Afwijzing("niet_mpj", "geen contract heeft deze productcode in producten.csv"))
        elif self.variant == "taak":
            self.made.aside(one, Afwijzing("geen_tijd", _TASK))
        elif self.variant not in _FITTING:
            self.made.aside(one, Afwijzing("eenheid_past_niet", f"variant {self.variant} telt registraties en verblijf"))
        elif one.gebeurtenis not in _FITTING[self.variant]:
            text = f"gebeurtenis {one.gebeurtenis} past niet bij variant {self.variant}"
            self.made.aside(one, Afwijzing("eenheid_past_niet", text))
        elif self.variant in RUNNING and not in_a_run(one):
            text = f"een {one.gebeurtenis} van variant {self.variant} heeft geen aantal, gevonden {one.aantal}"
            self.made.aside(one, Afwijzing("eenheid_past_niet", text))
        else:
            return True
        return False

    def _stretches(self, search: Search) -> Stretches:
        if self.prestatiecode:
            return self.context.stretches(search._replace(prestatiecode=self.prestatiecode))
        return self.products.stretches(self.context.dekkingen, search, self.context.periode)

    def _original(self, match: Match) -> Match:
        return original(match, self.context.dekkingen.of(match.dekking.toewijzing.bsn))

    # What happens once

    def _single(self, one: Prestatie) -> None:
        answer = self._stretches(Search(one.bsn, one.toewijzingnummer, one.gemeente, self.code)).on(one.datum)
        if isinstance(answer, Afwijzing):
            self.made.aside(one, answer, one.datum)
        elif self.variant == "traject":
            match = self._original(answer)
            self.trajects.setdefault(match.dekking.toewijzing.sleutel, []).append((one, match))
        else:
            self._bill(Piece(one, self._original(answer), one.datum, 1 if one.aantal is None else one.aantal))

    def _traject(self, own: Sequence[tuple[Prestatie, Match]]) -> None:
        """Bill the milestones of one toewijzing: percents of the assigned amount, the rest to the last, nothing twice.

        What stands behind an earlier line keeps its part, whatever comes late.
        """
        toewijzing = own[0][1].dekking.toewijzing
        amount = assigned_amount(self.context.protocol, toewijzing)
        if amount is None:
            for one, match in own:
                text = "de toewijzing noemt geen bedrag: geen omvang in euro's over de hele looptijd, en geen budget"
                self.made.aside(one, Afwijzing("eenheid_past_niet", text), one.datum, match=match)
            return
        reden = BUDGET if toewijzing.volume is None else OMVANG
        matches = {one.id: match for one, match in own}
        stand = {bron: units for (soort, bron, _), (units, _) in self.behind.items() if soort == PRESTATIE}
        late = {one.id for one, _ in own if one.id not in stand and self._open(one)}
        for one, percent, cents in in_turn([one for one, _ in own], amount, stand, late):
            match = matches[one.id]
            if cents is None:
                text = f"met deze {percent}% komt het traject boven het toegewezen bedrag"
                self.made.aside(one, Afwijzing(reden, text), one.datum, half_up(amount * percent, WHOLE), match)
            else:
                self._bill(Piece(one, match, one.datum, cents))

    def _open(self, one: Prestatie) -> bool:
        """Say whether this run may bill what happened, or a later one: not what is of no run any more."""
        outside = self.made.outside(one, one.datum)
        return self.made.looks_at(month_of(one.datum)) and (outside is None or outside.reden == "na_periode")

    # What runs

    def _run(self, running: Running, own: Sequence[Prestatie]) -> None:
        stretches = self._stretches(running.search)
        begin, end = self._borders(running, stretches, own)
        if begin is None:
            return
        count = len(self.made.care)
        until = max(end or self.horizon, begin)
        on, uncovered = covered(self._days(stretches.between(begin, until)), until, open_end=end is None)
        for match, days in on:
            for piece in self._pieces(running.lead, match, days):
                self._once(self._apart(piece))
        last = self.made.care[-1] if len(self.made.care) > count else None
        final_day = max((days.einddatum or date.max for _, days in on), default=date.max)
        for why, first, final in uncovered:
            # Without an end care ends with its last toewijzing: what comes after is told where nothing is billed.
            if end is not None or last is None or first < final_day:
                self._uncovered(running.lead, why, first, final)
        if last is None and running.lead not in self.made.told:
            self.made.aside(running.lead, Afwijzing("na_periode", "in deze periode valt hiervan nog niets"))
        if running.start is not None and running.einde is not None:
            why = next((why for why, first, final in uncovered if first <= running.einde.datum <= final), _NOTHING_LEFT)
            self._ended(running.einde, last, why)

    def _borders(self, running: Running, stretches: Stretches, own: Sequence[Prestatie]) -> tuple[date | None, date | None]:
        """Return the first and last day that records tell; an end without a start begins with its toewijzing, or its variant.

        Where care on it had begun and ended before, such an end tells of no care: which end is the right one nobody said.
        """
        end = None if running.einde is None else open_end(running.einde.datum)
        if running.start is not None:
            return running.start.datum, end
        lead, answer = running.lead, stretches.on(running.lead.datum)
        if isinstance(answer, Afwijzing):
            self.made.aside(lead, answer)
            return None, None
        begin = since(toewijzing := answer.dekking.toewijzing, self._otherwise(toewijzing), lead.datum)
        before = (one for one in own if in_a_run(one) and (one.datum, one.id) < (lead.datum, lead.id) and together(one, lead))
        if any(begin <= one.datum for one in before):
            self.made.aside(lead, Afwijzing("ongeldig", "dit product is al geëindigd, en sindsdien niet opnieuw begonnen"))
            return None, None
        return begin, end

    def _otherwise(self, toewijzing: Toewijzing) -> list[Held]:
        """Return when the product is bought otherwise on a toewijzing than it is here."""
        return [] if self.prestatiecode else self.products.otherwise(toewijzing, self.code, self.variant)

    def _days(self, stretches: Iterable[Stretch]) -> Iterator[Stretch]:
        """Yield where the days of a run lead to, as far as its product is bought so."""
        for first, last, answer in while_bought(stretches, self._otherwise, self.code):
            yield Stretch(first, last, answer if isinstance(answer, Afwijzing) else self._original(answer))

    def _uncovered(self, one: Prestatie, why: Afwijzing, first: date, last: date) -> None:
        """Set aside the days without a toewijzing that this run could declare: those that go on from what was, with it."""
        periode = self.context.periode
        earliest = max(periode.vroegste, periode.oudste, first_day(periode.eerste) if periode.eerste else date.min)
        first, last = max(first, earliest), min(last, self.horizon)
        months = [month for month in range(month_of(first), month_of(last) + 1) if self.made.looks_at(month)]
        if first <= last:
            self.made.told.add(one)
        if first <= last and months:
            first, last = max(first, first_day(months[0])), min(last, last_day(months[-1]))
            key = one, why.reden, why.toelichting
            known = self.made.rest.get(key, _Rest(first, last, 0, None, ""))
            apart = not known.aantal or first > known.last + _DAY
            count = known.aantal + (1 if apart else 0)
            self.made.rest[key] = known._replace(first=min(first, known.first), last=max(last, known.last), aantal=count)

    def _pieces(self, one: Prestatie, match: Match, care: Looptijd) -> Iterator[Piece]:
        """Take apart the days of a run on one toewijzing into weeks or months."""
        toewijzing = match.dekking.toewijzing
        granted = Looptijd(toewijzing.begindatum, toewijzing.einddatum)
        end = care.einddatum
        until = self.horizon if end is None else last_day(month_of(end) + 1)
        if self.variant == "week":
            found = list(weeks(care, granted, until))
            for day, of_day in groupby(found, key=lambda week: week[1]):
                counted = tuple(sunday for sunday, _ in of_day)
                yield Piece(one, match, day, len(counted), counted)
            if not found and granted.einddatum is not None and not any(weeks(granted, granted, granted.einddatum)):
                self.made.aside(one, Afwijzing("eenheid_past_niet", _LAST_SUNDAY), care.begindatum, match=match)
            return
        for month, whole in self._months(care, month_of(until)):
            day = product_period(toewijzing.begindatum, toewijzing.einddatum, month)[0]
            if whole:
                yield Piece(one, match, day, 1, (day,))
            else:
                self._broken(one, match, day)

    def _months(self, care: Looptijd, until: int) -> Iterator[tuple[int, bool]]:
        if self.variant == GI:
            return ((month, True) for month in gi_months(care, until))
        return whole_months(care, until)

    def _broken(self, one: Prestatie, match: Match, day: date) -> None:
        """Set aside a broken month, at the price of a whole one; outside this run it is of no run."""
        if self.made.outside(one, day) is None:
            sold = self.products.sold(match.dekking.toewijzing, self.code, day)
            cent = None if isinstance(sold, Afwijzing) else sold[1].tarief_cent
            self.made.aside(one, Afwijzing("eenheid_past_niet", _BROKEN), day, cent, match)

    def _apart(self, piece: Piece) -> Piece:
        """Leave out weeks that stand or wait behind a line of another day: a toewijzing whose end moved moves its last week."""
        if self.variant != "week" or not self.kept:
            return piece
        stands: dict[date, str] = {}
        for recorded, (line, why) in self.kept.items():
            soort, bron, day = recorded
            mine = (soort, bron) == (PRESTATIE, piece.record.id) and line[:2] == piece.match.dekking.toewijzing.sleutel
            if mine and day != piece.day and recorded in self.behind:
                stands |= {day + number * timedelta(days=7): why.toelichting for number in range(self.behind[recorded][0])}
        left = tuple(sunday for sunday in piece.counted if sunday not in stands)
        for text in {stands[sunday] for sunday in piece.counted if sunday in stands}:
            self.made.aside(piece.record, Afwijzing("wacht_op_antwoord", text), piece.day, 0, piece.match)
        return piece._replace(units=len(left), counted=left)

    def _once(self, piece: Piece) -> None:
        """Bill the weeks or the month that no other start of this client bills on its toewijzing, and this one on no other."""
        bought = self.prestatiecode or self.code, self.variant
        key, own = (*piece.match.dekking.toewijzing.sleutel, *bought), (piece.record.id, piece.day)
        fresh = [] if own in self.made.taken else [(*key, day) for day in piece.counted if (*key, day) not in self.made.taken]
        if len(fresh) < piece.units:
            self.made.aside(piece.record, Afwijzing("dubbel", "deze week of maand telt al"), piece.day, match=piece.match)
        if fresh:
            self.made.taken |= {own, *fresh}
            self._bill(piece._replace(units=len(fresh)))

    def _ended(self, einde: Prestatie, last: Care | None, why: Afwijzing) -> None:
        """Give the end of a run its place: behind the last week or month that is billed, which it closed; `why` where none is."""
        outside = self.made.outside(einde, einde.datum)
        if outside is not None and (last is None or outside.reden == "na_periode"):
            self.made.aside(einde, outside, einde.datum)
        elif last is None:
            self.made.aside(einde, why, einde.datum)
        else:
            self.made.care.append(Care(happened(einde, einde.datum), None, last.placed, UNCOUNTED))

    # On a line

    def _bill(self, piece: Piece) -> None:
        """Put units on the line of their month, or set them aside: outside the run, or without a price."""
        one, match, day, units, _ = piece
        placed = self.made.outside(one, day) or self._placed(piece)
        if isinstance(placed, Afwijzing):
            self.made.aside(one, placed, day, match=match)
        elif not units:
            self.made.aside(one, Afwijzing("geen_tijd", "deze gebeurtenis declareert niets"), day, 0, match)
        else:
            self.made.care.append(Care(happened(one, day), None, placed, Counted(units, 0, units)))

    def _placed(self, piece: Piece) -> Placed | Afwijzing:
        """Return the line and the price of a piece, or why it has none."""
        one, match, day = piece.record, piece.match, piece.day
        if self.prestatiecode:
            vorm = happened(one, day).reeks.vorm
            placed = self.context.place(match, vorm, None, self.context.days[day].tijdvak, timed=False, told=True)
            if isinstance(placed, Afwijzing):
                return placed
            if placed.tarief.refused is not None:
                return placed.tarief.refused
            if not placed.tarief.monthly:
                return Afwijzing("eenheid_past_niet", f"het contract telt {self.prestatiecode} per {placed.tarief.normtijd}")
            return placed
        sold = self.products.sold(match.dekking.toewijzing, self.code, day)
        if isinstance(sold, Afwijzing):
            return sold
        if sold[1].variant != self.variant:
            turn = (held.first for held in self._otherwise(match.dekking.toewijzing) if held.first <= day <= held.last)
            return bought_otherwise(self.code, next(turn, day), sold[1].variant)
        return Placed.of(match, self.products.tarief(*sold))
