"""Lines of before as messages and line files tell them: the same line, two under one number, a credit of nothing."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import fields

from mpj.engine.values import Declaratieregel
from mpj.messages.values import Prestatie
from mpj.presentation.words import euros
from mpj.reading.faults import NOWHERE, Fault, Place, mask, mask_number
from mpj.reading.periods import month_of, month_text

_SENT = (
    *("bedrag_cent", "debetcredit", "volume_bericht", "eenheid", "gemeente", "bsn", "toewijzingnummer"),
    *("productcategorie", "productcode", "begindatum", "einddatum", "vorig_referentienummer"),
)
"""What a message says of a line."""


def line_of(aanbieder: str, gemeente: str, bsn: str, one: Prestatie) -> Declaratieregel:
    """Return a line of a message as a line; it knows no contract, perceel, prestatiecode or level."""
    return Declaratieregel(
        referentienummer=one.referentienummer,
        vorig_referentienummer=one.vorig_referentienummer or "",
        debetcredit=one.debetcredit,
        declaratienummer="",
        declaratieperiode=month_text(month_of(one.begindatum)),
        contract="",
        aanbieder=aanbieder,
        gemeente=gemeente,
        bsn=bsn,
        toewijzingnummer=one.toewijzingnummer,
        perceel="",
        prestatiecode="",
        kwalificatieniveau="",
        productcategorie=one.productcategorie,
        productcode=one.productcode,
        begindatum=one.begindatum,
        einddatum=one.einddatum,
        volume=one.volume,
        normtijd="",
        tarief_cent=one.tarief_cent or 0,
        bedrag_cent=one.bedrag_cent,
        eenheid=one.eenheid,
        volume_bericht=one.volume,
    )


def unlike(line: Declaratieregel, other: Declaratieregel) -> list[str]:
    """Return the names of what a message says of a line, where two lines under one number differ in it."""
    return _unlike(line, other, _SENT)


def _unlike(line: Declaratieregel, other: Declaratieregel, names: Iterable[str]) -> list[str]:
    return [name for name in names if getattr(line, name) != getattr(other, name)]


def two_lines(line: Declaratieregel, place: Place, other: Declaratieregel, first: Place) -> Fault:
    """Return the warning that a line bears the number of an `other` one, that was read `first`: in what they differ, and where."""
    names = unlike(line, other) or _unlike(line, other, (one.name for one in fields(Declaratieregel)))
    told = _told(other, names)
    if first.bestand:
        bestand, rij = first
        told = f"{told}, zoals in {bestand}, rij {rij}"
    text = "dit nummer staat op verschillende regels: zij tellen allemaal mee"
    return Fault("regel_dubbel", *place, _where(line), _told(line, names), told, text, "waarschuwing")


def loose_credit(line: Prestatie | Declaratieregel, place: Place = NOWHERE) -> Fault:
    """Return the warning that what a credit undoes is not known or does not count, so that it takes nothing away."""
    text = "de regel die deze creditregel opheft is niet gegeven of telt niet: zij maakt geen ruimte in omvang of budget"
    found = f"credit {euros(line.bedrag_cent)}"
    return Fault("credit_zonder_regel", *place, _where(line), found, "een regel die telt", text, "waarschuwing")


def _where(line: Prestatie | Declaratieregel) -> str:
    return f"regel {mask_number(line.referentienummer)}"


def _told(line: Declaratieregel, names: list[str]) -> str:
    """Return what a line says under these names, fit to be shown."""
    own = (euros(line.bedrag_cent) if name == "bedrag_cent" else f"{name} {mask(str(getattr(line, name)))}" for name in names)
    return ", ".join(own)
