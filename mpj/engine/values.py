"""What comes out: declaration lines and their trace, and what makes a line the same line over time."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from attrs import field, frozen

from mpj.reading.periods import month_of


class Identiteit(NamedTuple):
    """What makes a line the same line over time; the columns and indexes of the ledger follow from its fields."""

    gemeente: str
    toewijzingnummer: int
    productcategorie: str
    productcode: str
    maand: int
    """The month of the product period, as a number (`mpj.reading.periods`): not its dates, which a toewijzing may cut."""

    @classmethod
    def of(cls, line: Declaratieregel) -> Identiteit:
        """Return the identity of a line."""
        return cls(line.gemeente, line.toewijzingnummer, line.productcategorie, line.productcode, month_of(line.begindatum))


@frozen
class Declaratieregel:
    """One line: all care of one toewijzing and product code in one product period (IV089).

    `volume` in normed units (`normtijd`), in minutes where an hour price is declared unrounded; `eenheid` and `volume_bericht`
    as on the wire (WJ756); `tarief_cent` eurocents per normtijd; `bedrag_cent` eurocents; `debetcredit` D or C; dates inclusive;
    `declaratieperiode` as 2026-03; `kwalificatieniveau` the billed level, empty for a price without level.
    """

    referentienummer: str
    vorig_referentienummer: str
    debetcredit: str
    declaratienummer: str
    declaratieperiode: str
    contract: str
    aanbieder: str
    gemeente: str
    bsn: str = field(repr=False)
    toewijzingnummer: int
    perceel: str
    prestatiecode: str
    kwalificatieniveau: str
    productcategorie: str
    productcode: str
    begindatum: date
    einddatum: date
    volume: int
    normtijd: str
    tarief_cent: int
    bedrag_cent: int
    eenheid: str
    volume_bericht: int
    in_bericht: bool = True


@frozen
class Herkomst:
    """One registratie, or one day of a stay, behind a line, and what each step did with it.

    `minuten` as recorded (None for pieces and days), `kwalificatieniveau` as delivered (empty: none), `aantal_eenheden` and
    `bedrag_cent` its share in the line. The rest explains: `keuze` how the toewijzing was found, `niveaus` the contracted
    levels, `maximum` that of the toewijzing, `geteld` the minutes, pieces or days that counted, `som_voor` what the same sum
    held before this record (rounding over more than one contact), `voor_limiet` its units before a limit.
    """

    referentienummer: str
    soort: str
    bron: str
    datum: date
    minuten: int | None
    kwalificatieniveau: str
    aantal_eenheden: int
    bedrag_cent: int
    afgetopt: bool
    status: str
    medewerker: str
    onderaannemer: str
    bestand: str
    rij: int
    keuze: str
    niveaus: tuple[str, ...]
    maximum: str
    geteld: int
    som_voor: int
    voor_limiet: int

    @property
    def explained(self) -> bool:
        """Whether the fields behind `onderaannemer` are known: an old herkomst.csv ends there, and no `keuze` is empty."""
        return bool(self.keuze)
