"""What a run is asked, beside its contracts and records: which month, on which date, how far back."""

from __future__ import annotations

from datetime import date
from typing import Literal, Required, TypedDict

from attrs import frozen

from mpj.protocol import Protocol
from mpj.reading.calls import YES_OR_NO, expect, expect_date
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.masking import masked
from mpj.reading.periods import last_day, month_of, month_text, parse_month, years_before


class OpdrachtWords(TypedDict, total=False):
    """An `Opdracht` as callers say it, in keywords."""

    periode: Required[str]
    """The declaration month, as 2026-03."""
    dagtekening: Required[date]
    """The date that the declaration bears."""
    nalevering: bool
    """Records of earlier months ride along: those months were never declared."""
    volgnummer: int
    """Goes into every number, so that a second declaration of the same care bears others."""


@frozen(field_transformer=masked)
class Opdracht:
    """What a run is asked. Every way to run takes it; public functions take its words (`OpdrachtWords`)."""

    maand: int
    """The declaration month, as a number (`mpj.reading.periods`)."""
    dagtekening: date
    """The date that the declaration bears, which decides what is too old to declare (TR335)."""
    nalevering: bool = False
    """Whether records of earlier months ride along; with a ledger they always do."""
    volgnummer: int = 1
    """Goes into every number of a run without a ledger."""
    vanaf: int | None = None
    """The first month that may be declared, whatever rides along: care of before was declared elsewhere. None: any."""

    @classmethod
    def of(cls, *, periode: str, dagtekening: date, nalevering: bool = False, volgnummer: int = 1) -> Opdracht:
        """Read the words of a caller; raises InputError (`periode_onjuist`, `waarde_onjuist`), and TypeError for another type."""
        expect_date("dagtekening", dagtekening)
        expect("nalevering", nalevering, YES_OR_NO, bool)
        expect("volgnummer", volgnummer, "a whole number", int)
        if isinstance(volgnummer, bool) or volgnummer < 1:
            raise InputError(Fault("waarde_onjuist", "", 0, "volgnummer", str(volgnummer), "1 of hoger", "geen volgnummer"))
        return cls(read_month(periode, "periode"), dagtekening, nalevering, volgnummer)

    @property
    def periode(self) -> str:
        """The declaration month, as 2026-03."""
        return month_text(self.maand)


def read_month(text: str, kolom: str) -> int:
    """Return the number of a month that a caller gave as `kolom`; raises InputError for what is none, TypeError for no text."""
    expect(kolom, text, "a month as text, like '2026-03'", str)
    try:
        return parse_month(text)
    except ValueError:
        raise InputError(Fault("periode_onjuist", "", 0, kolom, mask(text), "een maand als 2026-03", "geen maand")) from None


def check_order(van: int, tot: int, kolom: str) -> None:
    """Raise InputError, by the name of the last month, where it lies before the first one."""
    if tot < van:
        raise InputError(Fault("periode_onjuist", kolom=kolom, toelichting="de laatste maand ligt voor de eerste"))


Outside = Literal["na_periode", "te_oud", "voor_periode"]
"""Why care lies outside a run."""


@frozen
class Periode:
    """The declaration month of a run, and how far back care may ride along."""

    maand: int
    nalevering: bool
    vroegste: date
    """No care before this date (CS100)."""
    oudste: date
    """No product period that ended before this date: so many years before the dagtekening (TR335)."""
    vanaf: int | None = None
    """The first month that may be declared, None: any."""

    @classmethod
    def of(cls, opdracht: Opdracht, protocol: Protocol) -> Periode:
        """Return the period of a run under `protocol`."""
        oldest = years_before(opdracht.dagtekening, protocol.jaren_terug)
        return cls(opdracht.maand, opdracht.nalevering, protocol.vroegste_datum, oldest, opdracht.vanaf)

    @property
    def eerste(self) -> int:
        """The first month that may be declared."""
        return max(self.vanaf or 0, 0 if self.nalevering else self.maand)

    def te_oud(self, day: date, period_end: date) -> bool:
        """Say whether care on `day` is too old: before the earliest date, or its product period ended too long ago (TR335)."""
        return day < self.vroegste or period_end < self.oudste

    def verlopen(self, einddatum: date | None) -> bool:
        """Say whether a toewijzing with this `einddatum` ended so long ago that nothing on it may be declared (TR335)."""
        return einddatum is not None and einddatum < self.oudste

    def reason(self, day: date) -> Outside | None:
        """Return na_periode, te_oud or voor_periode, None for a day that this run may declare."""
        month = month_of(day)
        if month > self.maand:
            return "na_periode"
        if self.te_oud(day, last_day(month)):
            return "te_oud"
        return "voor_periode" if month < self.eerste else None

    @staticmethod
    def before_begin(vanaf: int) -> str:
        """Say in Dutch why care of before the first month of a ledger is not declared."""
        return f"dit ledger declareert vanaf {month_text(vanaf)}"

    def explain(self, reden: Outside) -> str:
        """Say in Dutch what a reason of this period means."""
        if reden == "te_oud":
            return f"voor {self.vroegste}, of in een productperiode die voor {self.oudste} eindigde"
        if reden == "voor_periode" and self.vanaf is not None:
            return self.before_begin(self.vanaf)
        return f"de declaratieperiode is {month_text(self.maand)}"
