"""The records as values. Frozen; checked when made, so that a value in hand is well-formed.

`bestand` and `rij` say where a record was read; they are no part of its content and do not count in comparisons. No message
of a refused value shows the value itself, because it might be a BSN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, time, timedelta
from typing import Any, TypeVar, cast

import attrs
from attrs import field, frozen

from mpj.reading.fields import is_bsn
from mpj.reading.masking import masked
from mpj.reading.periods import OPEN_YEAR
from mpj.records.words import SOORTEN, STATUSSEN, TIJDSOORTEN, Aanwezigheid, Soort, Status, Tijdsoort

_T = TypeVar("_T")
AANWEZIG: Aanwezigheid = "aanwezig"
MAX_MINUTEN = 1440
MAX_AANTAL = 9999
MAX_NUMMER = 999_999_999


def _refuse(attribute: attrs.Attribute[Any], wanted: str) -> None:
    raise ValueError(f"{attribute.name}: {wanted}")


def _is_id(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, str) or not value:
        _refuse(attribute, "a text that is not empty")


def _is_bsn(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, str) or not is_bsn(value):
        _refuse(attribute, "nine digits that pass the elfproef")


def _is_date(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not date:
        _refuse(attribute, "a datetime.date (not a datetime)")


def _is_date_or_none(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and type(value) is not date:
        _refuse(attribute, "a datetime.date (not a datetime) or None")


def _is_time_or_none(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and type(value) is not time:
        _refuse(attribute, "a datetime.time or None")


def _is_text_or_none(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (not isinstance(value, str) or not value):
        _refuse(attribute, "a text that is not empty, or None")


class _Number:
    """A validator: a whole number from 0 to `high`, or None where `optional`."""

    def __init__(self, high: int, *, optional: bool = True) -> None:
        self.high = high
        self.optional = optional

    def __call__(self, _: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value is None and self.optional:
            return
        if type(value) is not int or not 0 <= value <= self.high:
            _refuse(attribute, f"a whole number from 0 to {self.high}")


class _Digits:
    """A validator: exactly `length` digits, or None where `optional`."""

    def __init__(self, length: int, *, optional: bool = False) -> None:
        self.length = length
        self.optional = optional

    def __call__(self, _: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value is None and self.optional:
            return
        if not isinstance(value, str) or len(value) != self.length or not value.isascii() or not value.isdigit():
            _refuse(attribute, f"a text of {self.length} digits")


class _Choice:
    """A validator: one of the words given."""

    def __init__(self, *words: str | None) -> None:
        self.words = frozenset(words)

    def __call__(self, _: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value not in self.words:
            _refuse(attribute, "one of " + ", ".join(sorted(str(word) for word in self.words)))


def unchecked(kind: type[_T]) -> Callable[[Iterable[object]], _T]:
    """Return a maker of values of a frozen attrs class from all its fields, in their order, that are known to be right.

    A frozen class pays for each field it sets, and checking costs more still. So a value is filled in as a draft, whose fields
    can be set like any other's, and then becomes one of `kind`.
    """
    names = [attribute.name for attribute in attrs.fields(cast("type[attrs.AttrsInstance]", kind))]
    as_usual = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__, "__attrs_post_init__": None}
    fresh = {name: field() for name in names}
    draft = attrs.make_class("Draft", fresh, (kind,), class_body=as_usual, slots=True, weakref_slot=False, eq=False, repr=False)

    def make(values: Iterable[object]) -> _T:
        one: Any = draft(*values)
        one.__class__ = kind
        return cast("_T", one)

    return make


def open_end(einddatum: date | None) -> date | None:
    """Return None for an end in the year 9999, which many systems write for: still going on."""
    return None if isinstance(einddatum, date) and einddatum.year == OPEN_YEAR else einddatum


def minutes_between(begin: time, end: time) -> int:
    """Return the minutes on the clock from `begin` to `end`, past midnight when `end` is earlier; equal times are 0 minutes."""
    return (end.hour * 60 + end.minute - begin.hour * 60 - begin.minute) % MAX_MINUTEN


@frozen(field_transformer=masked)
class Registratie:
    """One registration of client time, or of pieces.

    Raises ValueError, without showing values, when a field has the wrong form or times and minutes disagree.
    """

    id: str = field(validator=_is_id)
    """The provider's own name of the record; an id has one content."""
    bsn: str = field(validator=_is_bsn, repr=False)
    """The client."""
    datum: date = field(validator=_is_date)
    """The date of delivery."""
    minuten: int | None = field(default=None, validator=_Number(MAX_MINUTEN))
    """As recorded, 0 to 1440; None where the record has times or pieces."""
    begintijd: time | None = field(default=None, validator=_is_time_or_none)
    """When it began."""
    eindtijd: time | None = field(default=None, validator=_is_time_or_none)
    """When it ended; before `begintijd`, it ended past midnight, and all of it counts for `datum`."""
    kwalificatieniveau: str | None = field(default=None, validator=_is_text_or_none)
    """The level of who delivered it; `medewerkers`, where given, come before it."""
    medewerker: str | None = field(default=None, validator=_is_text_or_none)
    """Who delivered it."""
    prestatiecode: str | None = field(default=None, validator=_is_text_or_none)
    """The prestatiecode; None where the record does not say, and the toewijzing decides."""
    toewijzingnummer: int | None = field(default=None, validator=_Number(MAX_NUMMER))
    """The toewijzing it is declared on; None: the one that covers it."""
    gemeente: str | None = field(default=None, validator=_Digits(4, optional=True))
    """The CBS code of the municipality, where the record names it: only its toewijzingen are looked at."""
    soort: Soort | None = field(default=None, validator=_Choice(None, *SOORTEN))
    """groep or individueel; None: what the hulpvorm usually is."""
    tijdsoort: Tijdsoort = field(default="direct", validator=_Choice(*TIJDSOORTEN))
    """direct; indirecte tijd, reistijd and other time are not declared."""
    status: Status = field(default="gerealiseerd", validator=_Choice(*STATUSSEN))
    """gerealiseerd, gepland (declared where a contract takes plans), vervallen or afwezig."""
    bevestigd: bool = False
    """Whether the professional said that the planned contact took place."""
    afspraak: str | None = field(default=None, validator=_is_text_or_none)
    """The appointment: ties a plan to what became of it."""
    aantal: int = field(default=1, validator=_Number(MAX_AANTAL, optional=False))
    """Pieces, halve or hele dagen."""
    onderaannemer: str | None = field(default=None, validator=_is_text_or_none)
    """The subcontractor who delivered it."""
    bestand: str = field(default="", eq=False)
    """The file it was read from; no part of its content."""
    rij: int = field(default=0, eq=False)
    """The row in that file; no part of its content."""

    def __attrs_post_init__(self) -> None:
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
        if self.minuten is None and self.begintijd is not None and self.eindtijd is not None:
            return minutes_between(self.begintijd, self.eindtijd)
        return self.minuten

    @property
    def vervallen(self) -> bool:
        """Whether the provider took it back."""
        return self.status == "vervallen"

    @property
    def dagen(self) -> tuple[date, date | None]:
        """Its first and its last day."""
        return self.datum, self.datum

    @property
    def open_ended(self) -> Registratie:
        """What a change is told by: all of it."""
        return self


@frozen(field_transformer=masked)
class Verblijf:
    """One stay of a child: the days on which it was there, or away.

    Raises ValueError, without showing values.
    """

    id: str = field(validator=_is_id)
    """The provider's own name of the stay."""
    bsn: str = field(validator=_is_bsn, repr=False)
    """The client."""
    begindatum: date = field(validator=_is_date)
    """The first day."""
    einddatum: date | None = field(default=None, converter=open_end, validator=_is_date_or_none)
    """The last day; None: still staying."""
    prestatiecode: str | None = field(default=None, validator=_is_text_or_none)
    """The prestatiecode; None where the record does not say, and the toewijzing decides."""
    toewijzingnummer: int | None = field(default=None, validator=_Number(MAX_NUMMER))
    """The toewijzing it is declared on; None: the one that covers a day."""
    gemeente: str | None = field(default=None, validator=_Digits(4, optional=True))
    """The CBS code of the municipality, where the record names it: only its toewijzingen are looked at."""
    aanwezigheid: str = field(default=AANWEZIG, validator=_is_id)
    """aanwezig; any other word makes them days away."""
    bestand: str = field(default="", eq=False)
    """The file it was read from; no part of its content."""
    rij: int = field(default=0, eq=False)
    """The row in that file; no part of its content."""

    def __attrs_post_init__(self) -> None:
        if self.einddatum is not None and self.einddatum < self.begindatum:
            raise ValueError("einddatum: before begindatum")

    @property
    def inhoud(self) -> Verblijf:
        """The content: all that counts in comparisons, which leaves out where it was read."""
        return self

    @property
    def vervallen(self) -> bool:
        """Never: what is said of a stay that was taken back is that it is absent."""
        return False

    @property
    def medewerker(self) -> None:
        """Nobody: a stay is not one person's time."""
        return None

    @property
    def dagen(self) -> tuple[date, date | None]:
        """Its first and its last day, None where it goes on."""
        return self.begindatum, self.einddatum

    @property
    def open_ended(self) -> Verblijf:
        """What a change is told by: all but its end, since its days are looked at one by one."""
        return attrs.evolve(self, einddatum=None)


@frozen(field_transformer=masked)
class Medewerker:
    """The kwalificatieniveau that the employer set for a medewerker, over a period."""

    medewerker: str = field(validator=_is_id)
    """The name that registraties give."""
    kwalificatieniveau: str = field(validator=_is_id)
    """The level."""
    begindatum: date = field(validator=_is_date)
    """The first day."""
    einddatum: date | None = field(default=None, converter=open_end, validator=_is_date_or_none)
    """The last day; None: open."""
    bestand: str = field(default="", eq=False)
    """The file it was read from; no part of its content."""
    rij: int = field(default=0, eq=False)
    """The row in that file; no part of its content."""

    def __attrs_post_init__(self) -> None:
        if self.einddatum is not None and self.einddatum < self.begindatum:
            raise ValueError("einddatum: before begindatum")


@frozen(field_transformer=masked)
class Toewijzing:
    """One version of a toewijzing, which is named by gemeente and toewijzingnummer.

    With one prestatiecode it is specific; with several, or only a productcategorie, aspecific; with none of these generic, and it
    has a budget. Raises ValueError, without showing values.
    """

    toewijzingnummer: int = field(validator=_Number(MAX_NUMMER, optional=False))
    """Its number in this municipality."""
    bsn: str = field(validator=_is_bsn, repr=False)
    """The client."""
    gemeente: str = field(validator=_Digits(4))
    """The CBS code of the municipality."""
    aanbieder: str = field(validator=_Digits(8))
    """The AGB code of the provider."""
    begindatum: date = field(validator=_is_date)
    """The first day it covers."""
    einddatum: date | None = field(default=None, converter=open_end, validator=_is_date_or_none)
    """The last day it covers; None: open."""
    prestatiecodes: tuple[str, ...] = ()
    """What may be delivered on it; empty: whatever its productcategorie or budget covers."""
    productcategorie: str | None = field(default=None, validator=_is_text_or_none)
    """The product category that was assigned."""
    productcode: str | None = field(default=None, validator=_is_text_or_none)
    """The product code that was assigned."""
    budget_cent: int | None = field(default=None, validator=_Number(99_999_999))
    """What may be declared on it at the most, in eurocents."""
    volume: int | None = field(default=None, validator=_Number(99_999_999))
    """How much may be delivered, in `eenheid` per `frequentie`: the omvang, all three or none."""
    eenheid: str | None = field(default=None, validator=_is_text_or_none)
    """The unit of the omvang (WJ756)."""
    frequentie: str | None = field(default=None, validator=_is_text_or_none)
    """The period of the omvang (WMO757)."""
    kwalificatieniveau_max: str | None = field(default=None, validator=_is_text_or_none)
    """The highest level that is paid."""
    perceel: str | None = field(default=None, validator=_is_text_or_none)
    """The perceel of the contract; None where only one has the prestatiecode."""
    reden_wijziging: str | None = field(default=None, validator=_is_text_or_none)
    """Why this version came (JZ002); 13 removes the toewijzing."""
    toewijzingsdatum: date | None = field(default=None, validator=_is_date_or_none)
    """With `toewijzingstijd` the stamp: of several versions the latest counts."""
    toewijzingstijd: time | None = field(default=None, validator=_is_time_or_none)
    """Midnight when only the date is given."""
    bestand: str = field(default="", eq=False)
    """The file it was read from; no part of its content."""
    rij: int = field(default=0, eq=False)
    """The row in that file; no part of its content."""

    def __attrs_post_init__(self) -> None:
        if self.einddatum is not None and self.einddatum < self.begindatum:
            raise ValueError("einddatum: before begindatum")
        if len({self.volume is None, self.eenheid is None, self.frequentie is None}) == 2:
            raise ValueError("volume, eenheid, frequentie: all three or none")
        if not (self.prestatiecodes or self.productcategorie or self.productcode) and self.budget_cent is None:
            raise ValueError("budget_cent: needed without prestatiecode, productcategorie and productcode")

    @property
    def sleutel(self) -> tuple[str, int]:
        """(gemeente, toewijzingnummer): what identifies an assignment over its versions."""
        return self.gemeente, self.toewijzingnummer

    @property
    def grenzen(self) -> tuple[date, ...]:
        """The days on which it begins and on which it is over."""
        after = () if self.einddatum in (None, date.max) else (self.einddatum + timedelta(days=1),)
        return (self.begindatum, *after)

    def geldig(self, day: date) -> bool:
        """Say whether `day` lies inside the assignment."""
        return self.begindatum <= day and (self.einddatum is None or day <= self.einddatum)
