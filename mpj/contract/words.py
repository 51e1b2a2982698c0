"""The closed lists of words that a contract may choose from, beside those of the protocol (`mpj.protocol.words`)."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

Declaratievorm: TypeAlias = Literal["declaratie", "factuur"]
"""Whether a credit of a rejected line must show on paper."""
Registratiewijze: TypeAlias = Literal["realisatie", "planning", "planning-tenzij"]
"""What counts: what happened, what was planned, or the plan unless something else happened."""
Tr340: TypeAlias = Literal["prestatiecode", "productcode"]
"""What a line must share with a specific toewijzing."""
Overschrijding: TypeAlias = Literal["aftoppen", "hele_contacten"]
"""What becomes of the record that crosses a limit: billed up to it, or set aside whole."""
LaatsteDag: TypeAlias = Literal["telt", "telt_niet"]
"""Whether the last day of a stay is billed."""
Productvariant: TypeAlias = Literal[
    "minuut", "uur", "dagdeel", "etmaal", "stuk_inspanning", "stuk", "periode", "week", "traject", "gi_maand", "taak"
]
"""How a product beside MPJ is bought: what each permits stands in varianten.toml."""

DECLARATIEVORMEN: tuple[Declaratievorm, ...] = get_args(Declaratievorm)
REGISTRATIEWIJZEN: tuple[Registratiewijze, ...] = get_args(Registratiewijze)
TR340: tuple[Tr340, ...] = get_args(Tr340)
OVERSCHRIJDINGEN: tuple[Overschrijding, ...] = get_args(Overschrijding)
LAATSTE_DAGEN: tuple[LaatsteDag, ...] = get_args(LaatsteDag)
PRODUCTVARIANTEN: tuple[Productvariant, ...] = get_args(Productvariant)
