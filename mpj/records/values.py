"""The records as values. Frozen; checked when made, so that a value in hand is well-formed.

`bestand` and `rij` say where a record was read; they are no part of its content and do not count in comparisons. No message
of a refused value shows the value itself, because it might be a BSN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, time, timedelta
from functools import cached_property
from itertools import compress, count, repeat
from operator import attrgetter, is_not
from typing import Any, Generic, Self, TypeVar

import attrs
from attrs import field, frozen

from mpj.reading.definition import Definition
from mpj.reading.fields import FieldError
from mpj.reading.forms import MAX_MINUTEN
from mpj.reading.masking import masked
from mpj.records.definitions import MEDEWERKER, PRESTATIE, REGISTRATIE, TOEWIJZING, VERBLIJF
from mpj.records.held import FromEntry
from mpj.records.words import Aanwezigheid, Gebeurtenis, Soort, Status, Tijdsoort

_T = TypeVar("_T")
AANWEZIG: Aanwezigheid = "aanwezig"
_NOTHING = object()
_DAY = timedelta(days=1)
_become: Callable[[object, type[object]], None] = object.__dict__["__class__"].__set__


class Unchecked(Generic[_T]):
    """Makes values of a frozen attrs class from all its fields, in their order, that are known to be right.

    A frozen class pays for each field it sets, and checking costs more still. So a value is filled in as a `draft`, whose fields
    can be set like any other's, and then becomes one of the class: at once, or where there are many when all of them are `done`.
    """

    def __init__(self, kind: type[_T]) -> None:
        self._kind: Any = kind

    def __call__(self, values: Iterable[object]) -> _T:
        """Return a value with these fields."""
        one: Any = self.draft(*values)
        one.__class__ = self._kind
        made: _T = one
        return made

    @cached_property  # a run makes values of few classes, and each draft takes a millisecond to make
    def draft(self) -> Callable[..., _T]:
        """Makes a draft of all fields; nobody is to see it before it is `done`."""
        fresh = {attribute.name: field() for attribute in attrs.fields(self._kind)}
        as_usual = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__, "__attrs_post_init__": None}
        body: Any = {"class_body": as_usual, "eq": False, "repr": False}
        return attrs.make_class("Draft", fresh, (self._kind,), slots=True, weakref_slot=False, **body)

    def done(self, drafts: Iterable[_T]) -> list[_T]:
        """Return what drafts become."""
        made = list(drafts)
        any(map(_become, made, repeat(self._kind)))
        return made


def checker(definition: Definition[str]) -> Callable[[Any], None]:
    """Return what checks the fields of a value where it is made, and puts each in the form in which records hold it.

    It raises TypeError naming field and type, or ValueError naming the field, without showing values.
    """
    values_of = attrgetter(*(one.attribute for one in definition.fields))
    defaults = tuple(_NOTHING if one.required else one.default for one in definition.fields)
    rules = tuple((one.form.kind, one.form.check, one.attribute, one.form.told) for one in definition.fields)

    def check(value: Any) -> None:
        found_in = values_of(value)
        for place in compress(count(), map(is_not, found_in, defaults)):
            found, (kind, form, name, told) = found_in[place], rules[place]
            if type(found) is not kind:
                if kind is not str or not isinstance(found, str):
                    raise TypeError(f"{name}: {told}, not {type(found).__name__}")
                found = str.__str__(found)
            try:
                right = form(found)
            except FieldError:
                raise ValueError(f"{name}: {told}") from None
            if right is not found_in[place]:
                object.__setattr__(value, name, right)

    return check


_check_registratie, _check_verblijf, _check_prestatie, _check_medewerker, _check_toewijzing = map(
    checker, (REGISTRATIE, VERBLIJF, PRESTATIE, MEDEWERKER, TOEWIJZING)
)


def minutes_between(begin: time, end: time) -> int:
    """Return the minutes on the clock from `begin` to `end`, past midnight when `end` is earlier; equal times are 0 minutes."""
    return (end.hour * 60 + end.minute - begin.hour * 60 - begin.minute) % MAX_MINUTEN


def duration(minuten: int | None, begintijd: time | None, eindtijd: time | None) -> int | None:
    """Return the minutes as recorded: `minuten`, else what the clock says; None where there is neither."""
    if minuten is None and begintijd is not None and eindtijd is not None:
        return minutes_between(begintijd, eindtijd)
    return minuten


@frozen(field_transformer=masked)
class Registratie(FromEntry):
    """One registration of client time, or of pieces.

    Raises TypeError naming a field and the type it got, and ValueError where a value is not what its field may hold or times and
    minutes disagree; neither shows a value. Blanks around texts do not count.
    """

    id: str
    """The aanbieder's own name of the record; an id has one content."""
    bsn: str = field(repr=False)
    """The client."""
    datum: date
    """The date of delivery."""
    minuten: int | None = None
    """As recorded, 0 to 1440; None where the record has times or pieces."""
    begintijd: time | None = None
    """When it began."""
    eindtijd: time | None = None
    """When it ended; before `begintijd`, it ended past midnight, and all of it counts for `datum`."""
    kwalificatieniveau: str | None = None
    """The level of who delivered it; `medewerkers`, where given, come before it."""
    medewerker: str | None = None
    """Who delivered it."""
    prestatiecode: str | None = None
    """The prestatiecode; None where the record does not say, and the toewijzing decides."""
    productcode: str | None = None
    """Beside MPJ the product code, in the place of a prestatiecode."""
    toewijzingnummer: int | None = None
    """The toewijzing it is declared on; None: the one that covers it."""
    gemeente: str | None = None
    """The CBS code of the gemeente, where the record names it: only its toewijzingen are looked at."""
    soort: Soort | None = None
    """groep or individueel; None: what the hulpvorm usually is."""
    tijdsoort: Tijdsoort = "direct"
    """direct; indirecte tijd, reistijd and other time are not declared."""
    status: Status = "gerealiseerd"
    """gerealiseerd, gepland (declared where a contract takes plans), vervallen or afwezig."""
    bevestigd: bool = False
    """Whether the professional said that the planned contact took place."""
    afspraak: str | None = None
    """The appointment: ties a plan to what became of it."""
    aantal: int = 1
    """Pieces, halve or hele dagen."""
    onderaannemer: str | None = None
    """The subcontractor who delivered it."""
    geboortedatum: date | None = field(default=None, eq=False, repr=False)
    """The client's, for a signal of a run with a ledger; no part of its content, and never kept."""
    bestand: str = field(default="", eq=False)
    """The file it was read from; no part of its content."""
    rij: int = field(default=0, eq=False)
    """The row in that file; no part of its content."""

    def __attrs_post_init__(self) -> None:
        _check_registratie(self)
        if self.eindtijd is not None and self.begintijd is None:
            raise ValueError("eindtijd: needs a begintijd")
        if self.begintijd is not None and self.eindtijd is None and self.minuten is None:
            raise ValueError("begintijd: needs an eindtijd or minuten")
        clock = minutes_between(self.begintijd, self.eindtijd) if self.begintijd and self.eindtijd else None
        if clock is not None and self.minuten not in (None, clock):
            raise ValueError("minuten: disagrees with begintijd and eindtijd")

    @property
    def duur(self) -> int | None:
        """Minutes as recorded: `minuten`, else what the clock says; None where the record has neither."""
        return duration(self.minuten, self.begintijd, self.eindtijd)

    @property
    def vervallen(self) -> bool:
        """Whether the aanbieder took it back."""
        return self.status == "vervallen"

    @property
    def dagen(self) -> tuple[date, date | None]:
        """Its first and its last day."""
        return self.datum, self.datum


class _Whole:
    """What a stay and a prestatie have alike: they are kept whole, have no status, and are nobody's time."""

    __slots__ = ()

    @property
    def inhoud(self) -> Self:
        """The content: all that counts in comparisons, which leaves out where it was read."""
        return self

    @property
    def vervallen(self) -> bool:
        """Never: that one was taken back is told by its absence."""
        return False

    @property
    def medewerker(self) -> None:
        """Nobody: it is not one person's time."""
        return None


@frozen(field_transformer=masked)
class Verblijf(_Whole):
    """One stay of a child: the days on which it was there, or away.

    Raises as `Registratie` does.
    """

    id: str
    """The aanbieder's own name of the stay."""
    bsn: str = field(repr=False)
    """The client."""
    begindatum: date
    """The first day."""
    einddatum: date | None = None
    """The last day; None: still staying."""
    prestatiecode: str | None = None
    """The prestatiecode; None where the record does not say, and the toewijzing decides."""
    productcode: str | None = None
    """Beside MPJ the product code, in the place of a prestatiecode."""
    toewijzingnummer: int | None = None
    """The toewijzing it is declared on; None: the one that covers a day."""
    gemeente: str | None = None
    """The CBS code of the gemeente, where the record names it: only its toewijzingen are looked at."""
    aanwezigheid: str = AANWEZIG
    """aanwezig; any other word makes them days away."""
    bestand: str = field(default="", eq=False)
    """The file it was read from; no part of its content."""
    rij: int = field(default=0, eq=False)
    """The row in that file; no part of its content."""

    def __attrs_post_init__(self) -> None:
        _check_verblijf(self)
        if self.einddatum is not None and self.einddatum < self.begindatum:
            raise ValueError("einddatum: before begindatum")

    @property
    def dagen(self) -> tuple[date, date | None]:
        """Its first and its last day, None where it goes on."""
        return self.begindatum, self.einddatum

    @property
    def open_ended(self) -> Verblijf:
        """What a change is told by: all but its end, since its days are looked at one by one."""
        return attrs.evolve(self, einddatum=None)


@frozen(field_transformer=masked)
class Prestatie(_Whole):
    """What happened with a product of output: it began, it ended, a milestone was reached, a piece was delivered.

    Raises as `Registratie` does.
    """

    id: str
    """The aanbieder's own name of it; an id has one content."""
    bsn: str = field(repr=False)
    """The client."""
    datum: date
    """The day on which it happened."""
    productcode: str
    """The product, beside MPJ."""
    gebeurtenis: Gebeurtenis
    """start, einde, mijlpaal or stuk."""
    toewijzingnummer: int | None = None
    """The toewijzing it is declared on; None: the one that covers it."""
    gemeente: str | None = None
    """The CBS code of the gemeente, where the record names it: only its toewijzingen are looked at."""
    aantal: int | None = None
    """Pieces, or of a milestone the percent of the assigned amount; None: one piece, or all that is left."""
    bestand: str = field(default="", eq=False)
    """The file it was read from; no part of its content."""
    rij: int = field(default=0, eq=False)
    """The row in that file; no part of its content."""

    def __attrs_post_init__(self) -> None:
        _check_prestatie(self)

    @property
    def dagen(self) -> tuple[date, date | None]:
        """The day on which it happened, twice."""
        return self.datum, self.datum

    @property
    def open_ended(self) -> Prestatie:
        """What a change is told by: all of it."""
        return self


@frozen(field_transformer=masked)
class Medewerker:
    """The kwalificatieniveau that the employer set for a medewerker, over a period. Raises as `Registratie` does."""

    medewerker: str
    """The name that registraties give."""
    kwalificatieniveau: str
    """The level."""
    begindatum: date
    """The first day."""
    einddatum: date | None = None
    """The last day; None: open."""
    bestand: str = field(default="", eq=False)
    """The file it was read from; no part of its content."""
    rij: int = field(default=0, eq=False)
    """The row in that file; no part of its content."""

    def __attrs_post_init__(self) -> None:
        _check_medewerker(self)
        if self.einddatum is not None and self.einddatum < self.begindatum:
            raise ValueError("einddatum: before begindatum")


@frozen(field_transformer=masked)
class Toewijzing:
    """One version of a toewijzing, which is named by gemeente and toewijzingnummer.

    With one prestatiecode it is specific; with several, or only a productcategorie, aspecific; with none of these generic, and it
    has a budget. Raises as `Registratie` does.
    """

    toewijzingnummer: int
    """Its number in this gemeente."""
    bsn: str = field(repr=False)
    """The client."""
    gemeente: str
    """The CBS code of the gemeente."""
    aanbieder: str
    """The AGB code of the aanbieder."""
    begindatum: date
    """The first day it covers."""
    einddatum: date | None = None
    """The last day it covers; None: open."""
    prestatiecodes: tuple[str, ...] = ()
    """What may be delivered on it; empty: whatever its productcategorie or budget covers."""
    productcategorie: str | None = None
    """The product category that was assigned."""
    productcode: str | None = None
    """The product code that was assigned."""
    budget_cent: int | None = None
    """What may be declared on it at the most, in eurocents."""
    volume: int | None = None
    """How much may be delivered, in `eenheid` per `frequentie`: the omvang, all three or none."""
    eenheid: str | None = None
    """The unit of the omvang (WJ756)."""
    frequentie: str | None = None
    """The period of the omvang (WMO757)."""
    kwalificatieniveau_max: str | None = None
    """The highest level that is paid."""
    perceel: str | None = None
    """The perceel of the contract; None where only one has the prestatiecode."""
    reden_wijziging: str | None = None
    """Why this version came (JZ002); 13 removes the toewijzing."""
    toewijzingsdatum: date | None = None
    """With `toewijzingstijd` the stamp: of several versions the latest counts."""
    toewijzingstijd: time | None = None
    """Midnight when only the date is given."""
    bestand: str = field(default="", eq=False)
    """The file it was read from; no part of its content."""
    rij: int = field(default=0, eq=False)
    """The row in that file; no part of its content."""

    def __attrs_post_init__(self) -> None:
        _check_toewijzing(self)
        if self.einddatum is not None and self.einddatum < self.begindatum:
            raise ValueError("einddatum: before begindatum")
        if len({self.volume is None, self.eenheid is None, self.frequentie is None}) == 2:
            raise ValueError("volume, eenheid, frequentie: all three or none")
        if not (self.prestatiecodes or self.productcategorie or self.productcode) and self.budget_cent is None:
            raise ValueError("budget_cent: needed without prestatiecode, productcategorie and productcode")

    @property
    def sleutel(self) -> tuple[str, int]:
        """(gemeente, toewijzingnummer): what identifies a toewijzing over its versions."""
        return self.gemeente, self.toewijzingnummer

    @property
    def grenzen(self) -> tuple[date, ...]:
        """The days on which it begins and on which it is over."""
        einde = self.einddatum
        return (self.begindatum,) if einde is None or einde == date.max else (self.begindatum, einde + _DAY)

    def geldig(self, day: date) -> bool:
        """Say whether `day` lies inside the toewijzing."""
        return self.begindatum <= day and (self.einddatum is None or day <= self.einddatum)
