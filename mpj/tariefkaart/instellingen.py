"""The settings of a contract as its tariefkaart holds them: what decides, beside prices, what becomes of a record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import assert_never

from attrs import asdict, fields, frozen

from mpj.contract.words import Declaratievorm, LaatsteDag, Overschrijding, Registratiewijze, Tr340
from mpj.protocol import Afronding


@frozen
class Instellingen:
    """The settings of a contract that decide what becomes of a record (docs/settings.md)."""

    contract: str
    """The id of the contract."""
    protocol: str
    """The id of its protocol."""
    aanbieder: str
    """The AGB code of the aanbieder."""
    gemeenten: tuple[str, ...]
    """The CBS codes of the gemeenten."""
    begindatum: date
    """The first day of the contract."""
    einddatum: date
    """The last day of the contract."""
    vorm: Declaratievorm
    """Whether a credit of a rejected line must show."""
    registratiewijze: Registratiewijze
    """Whether what happened counts, what was planned, or the plan unless something else happened."""
    bevestiging: bool
    """Whether a plan counts only when the professional confirmed it."""
    eenheid: Mapping[str, str]
    """The word for the unit on the wire, by normtijd where there is a choice."""
    tr340: Tr340
    """What a line must share with a specific toewijzing."""
    bij_overschrijding: Overschrijding
    """What becomes of the record that crosses a limit."""
    laatste_dag: LaatsteDag
    """Whether the last day of a stay is billed."""
    afronding: Mapping[str, Afronding]
    """How time is rounded, by normtijd where it is."""

    def geldig(self, day: date) -> bool:
        """Say whether `day` lies inside the contract."""
        return self.begindatum <= day <= self.einddatum

    @property
    def insists_on_productcode(self) -> bool:
        """Whether a line on a specific toewijzing must bear the very product code that was assigned (TR340)."""
        match self.tr340:
            case "productcode":
                return True
            case "prestatiecode":
                return False
            case other:
                assert_never(other)

    @property
    def bills_up_to_limit(self) -> bool:
        """Whether the record that crosses a limit is billed up to it; otherwise it is set aside whole."""
        match self.bij_overschrijding:
            case "aftoppen":
                return True
            case "hele_contacten":
                return False
            case other:
                assert_never(other)

    @property
    def bills_last_day(self) -> bool:
        """Whether the last day of a stay counts."""
        match self.laatste_dag:
            case "telt":
                return True
            case "telt_niet":
                return False
            case other:
                assert_never(other)

    @property
    def grenzen(self) -> tuple[date, ...]:
        """The days on which the contract begins, and on which it is over."""
        after = () if self.einddatum == date.max else (self.einddatum + timedelta(days=1),)
        return (self.begindatum, *after)

    def table(self) -> dict[str, object]:
        """Return the settings by name, flat, as they are written and compared: one for each normtijd that has a choice."""
        table: dict[str, object] = {}
        for attribute in fields(type(self)):
            value = getattr(self, attribute.name)
            if isinstance(value, Mapping):
                table |= {
                    f"{attribute.name}_{normtijd}": asdict(one) if isinstance(one, Afronding) else one
                    for normtijd, one in value.items()
                }
            else:
                table[attribute.name] = value
        return table
