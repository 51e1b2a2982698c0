"""What a verification is asked, beside its message, contracts and toewijzingen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Required, TypedDict

from attrs import field, frozen

from mpj.messages.declaratie import XSD_VERSIE
from mpj.messages.values import Prestatie
from mpj.presentation.languages import Taal
from mpj.reading.calls import expect_all, expect_date
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.fields import FieldError, check_gemeente
from mpj.verification.history import History
from mpj.verification.values import AFWIJZEN, TOEKENNEN

XSLT_VERSIE = "1.0.0"


Besluitsleutel = tuple[str, int | None]
"""Product code and toewijzingnummer (None: whatever toewijzing)."""
Besluiten = Mapping[Besluitsleutel, str]
"""Toekennen or afwijzen."""
Onbeoordeeld = str | Besluiten | None
"""What becomes of all lines that cannot be judged, or of each code and toewijzing; None leaves the answer out."""


class ToetsWords(TypedDict, total=False):
    """The keywords of every verification, with a ledger too; each stands for the attribute of `Toetsopdracht` with its name."""

    taal: Taal
    onbeoordeeld: Onbeoordeeld
    toewijzingen_volledig: Collection[str]
    gemeenten: Collection[str] | None
    xsd_versie: str | tuple[str, str]
    xslt_versie: str
    invoer: Mapping[str, str] | None
    niet_gelezen: Collection[str]
    progress: Callable[[int, int], None] | None


class ToetsopdrachtWords(ToetsWords, total=False):
    """The keywords of `verify` and `Toetsing`; without a ledger the caller knows the date and the history."""

    dagtekening: Required[date]
    history: History | None


def check_codes(toewijzingen_volledig: Collection[str]) -> None:
    """Raise InputError unless each is the code of a gemeente: of a name, no message would ever be one of those meant."""
    faults = []
    for code in expect_all("toewijzingen_volledig", toewijzingen_volledig, "codes of gemeenten", str):
        try:
            check_gemeente(code)
        except FieldError as error:
            text = "dit is geen code van een gemeente"
            faults.append(Fault("waarde_onjuist", "", 0, "toewijzingen_volledig", mask(code), error.verwacht, text))
    if faults:
        raise InputError(faults)


@frozen(kw_only=True)
class Toetsopdracht:
    """What a verification is asked. Raises ValueError for an unknown `onbeoordeeld`, InputError for no code of a gemeente."""

    taal: Taal = "nl"
    """The language of findings: nl or en."""
    onbeoordeeld: Onbeoordeeld = field(default=None)
    """What becomes of lines that cannot be judged: toekennen or afwijzen, for all or by product code and toewijzingnummer (None:
    whatever toewijzing). Without a decision on every one of them there is no answer."""
    toewijzingen_volledig: Collection[str] = field(default=())
    """The gemeenten of which all toewijzingen are given, also where there is none: their messages are never the wrong file."""
    gemeenten: Collection[str] | None = None
    """The CBS codes that exist; None: not checked (TR378)."""
    xsd_versie: str | tuple[str, str] = XSD_VERSIE
    """The version of the schemas that the answer is made with: one text, or (basis, message)."""
    xslt_versie: str = XSLT_VERSIE
    """The version of the content rules (level 2), which the answer names when those refused the message."""
    invoer: Mapping[str, str] | None = None
    """What was read, for the summary: file name to SHA-256."""
    niet_gelezen: Collection[str] = ()
    """The files of folders and zips that were not read, for the summary."""
    progress: Callable[[int, int], None] | None = None
    """Hears (lines done, lines in all)."""
    dagtekening: date = field()
    """The receiver's date (TR135), and that of the answer."""
    history: History | None = None
    """What was sent and answered before; without it rules that need it are listed as not checked."""

    @dagtekening.validator
    def _date(self, _: object, value: object) -> None:
        expect_date("dagtekening", value)

    @toewijzingen_volledig.validator
    def _codes(self, _: object, codes: Collection[str]) -> None:
        check_codes(codes)

    @onbeoordeeld.validator
    def _known(self, _: object, value: Onbeoordeeld) -> None:
        for word in value.values() if isinstance(value, Mapping) else (value,):
            if word not in (None, TOEKENNEN, AFWIJZEN):
                raise ValueError(f"onbeoordeeld: {TOEKENNEN} or {AFWIJZEN}, not {word!r}")

    def besluit(self, one: Prestatie) -> str | None:
        """Return what becomes of a line that cannot be judged: toekennen, afwijzen, or None without a decision."""
        asked = self.onbeoordeeld
        if not isinstance(asked, Mapping):
            return asked
        key = self.sleutel(one)
        return None if key is None else asked[key]

    def sleutel(self, one: Prestatie) -> Besluitsleutel | None:
        """Return which of the decisions by code and toewijzing is about a line; None for none."""
        asked = self.onbeoordeeld if isinstance(self.onbeoordeeld, Mapping) else {}
        keys: tuple[Besluitsleutel, ...] = ((one.productcode, one.toewijzingnummer), (one.productcode, None))
        return next((key for key in keys if asked.get(key)), None)
