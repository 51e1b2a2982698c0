"""What comes out: declaration lines and their trace, and what makes a line the same line over time."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from attrs import field, frozen

from mpj.reading.masking import masked
from mpj.reading.periods import month_of


class Identiteit(NamedTuple):
    """What makes a line the same line over time: what it means, not the code it travels under. Columns of the ledger follow."""

    gemeente: str
    toewijzingnummer: int
    perceel: str
    prestatiecode: str
    """Beside MPJ the product code (`Declaratieregel.zorgcode`)."""
    kwalificatieniveau: str
    """As billed, empty for a price without level."""
    maand: int
    """The month of the product period, as a number (`mpj.reading.periods`): not its dates, which a toewijzing may cut."""

    @classmethod
    def of(cls, line: Declaratieregel) -> Identiteit:
        """Return the identity of a line."""
        of = line
        care = of.perceel, of.zorgcode, of.kwalificatieniveau
        return cls(of.gemeente, of.toewijzingnummer, *care, month_of(of.begindatum))


@frozen(field_transformer=masked)
class Declaratieregel:
    """One line: all care of one toewijzing and product code in one product period (IV089)."""

    referentienummer: str
    """The number of the line."""
    vorig_referentienummer: str
    """The line that it credits or takes the place of; empty where there is none."""
    debetcredit: str
    """D or C."""
    declaratienummer: str
    """The number of the declaration that it stands in."""
    declaratieperiode: str
    """The month of that declaration, as 2026-03."""
    contract: str
    """The id of the contract."""
    aanbieder: str
    """The AGB code of the aanbieder."""
    gemeente: str
    """The CBS code of the gemeente."""
    bsn: str = field(repr=False)
    """The client."""
    toewijzingnummer: int
    """The toewijzing."""
    perceel: str
    """The perceel of the contract."""
    prestatiecode: str
    """The prestatiecode; empty of a product beside MPJ."""
    kwalificatieniveau: str
    """The billed level, empty for a price without level."""
    productcategorie: str
    """The product category on the wire."""
    productcode: str
    """The product code on the wire."""
    begindatum: date
    """The first day of the product period."""
    einddatum: date
    """The last day of the product period."""
    volume: int
    """Normed units; minutes where an hour price is declared unrounded."""
    normtijd: str
    """The normed unit."""
    tarief_cent: int
    """Eurocents per normed unit."""
    bedrag_cent: int
    """The amount, in eurocents."""
    eenheid: str
    """The unit on the wire (WJ756)."""
    volume_bericht: int
    """The volume on the wire, in that unit."""
    in_bericht: bool = True
    """Whether a message carries it."""

    @property
    def zorgcode(self) -> str:
        """What it is care of: the prestatiecode, beside MPJ the product code."""
        return self.prestatiecode or self.productcode


@frozen(field_transformer=masked)
class Herkomst:
    """One registratie, or one day of a stay, behind a line, and what each step did with it."""

    referentienummer: str
    """The line."""
    soort: str
    """registratie or verblijf."""
    bron: str
    """The id of the record."""
    datum: date
    """The date of delivery, or the day of the stay."""
    minuten: int | None
    """As recorded; None for pieces and days."""
    kwalificatieniveau: str
    """As delivered; empty: none."""
    aantal_eenheden: int
    """Its share in the volume of the line."""
    bedrag_cent: int
    """Its share in the amount of the line, in eurocents."""
    afgetopt: bool
    """Whether a limit cut it."""
    status: str
    """The status of the registratie, or the aanwezigheid of the stay."""
    medewerker: str
    """Who delivered it; empty where that is not known."""
    onderaannemer: str
    """The subcontractor who delivered it; empty: none."""
    bestand: str
    """The file that the record was read from."""
    rij: int
    """The row in that file."""
    keuze: str
    """How the toewijzing was found."""
    niveaus: tuple[str, ...]
    """The contracted levels."""
    maximum: str
    """The highest level that the toewijzing pays; empty: no maximum."""
    geteld: int
    """The minutes, pieces or days that counted."""
    som_voor: int
    """What the same sum held before this record, where more than one contact is rounded together."""
    voor_limiet: int
    """Its units before a limit."""

    @property
    def explained(self) -> bool:
        """Whether the fields behind `onderaannemer` are known: an old herkomst.csv ends there, and no `keuze` is empty."""
        return bool(self.keuze)
