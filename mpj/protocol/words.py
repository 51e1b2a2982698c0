"""The closed lists of words of the national rules and of what a contract may choose.

Each list is a type: where a word is matched, `assert_never` makes the type checker name every place that a new word must visit,
and where text is read, the words are those of the type. They are texts, not enumerations: the hash of a tariefkaart is of texts.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

Wijze: TypeAlias = Literal["rekenkundig", "naar_boven", "naar_beneden"]
"""How a remainder of time is rounded; rekenkundig is half up."""
Over: TypeAlias = Literal["contact", "dag", "productperiode"]
"""What is summed before it is rounded once."""
Meet: TypeAlias = Literal["minuten", "aantal", "dagen"]
"""What a normtijd measures: clock time, pieces on the record, or days of a stay."""
Telt: TypeAlias = Literal["dagen", "weken", "maanden", ""]
"""What a frequency multiplies an omvang by; empty: it is a total."""
Prijswijze: TypeAlias = Literal["altijd", "zorg", "nooit", "contract"]
"""Whether a hulpvorm is priced per level: always, only its extra zorg, never, or as the contract says."""
Prijssoort: TypeAlias = Literal["niveau", "zonder"]
"""The kind of price of a cell: per kwalificatieniveau, or without level."""
Soort: TypeAlias = Literal["groep", "individueel"]
"""The kind of a registratie."""
Zorgsoort: TypeAlias = Literal["groep", "individueel", "verblijf"]
"""The kind of care: that of a registratie, or a day of a stay."""

WIJZEN: tuple[Wijze, ...] = get_args(Wijze)
OVER: tuple[Over, ...] = get_args(Over)
MEET: tuple[Meet, ...] = get_args(Meet)
TELT: tuple[Telt, ...] = get_args(Telt)
PRIJSWIJZEN: tuple[Prijswijze, ...] = get_args(Prijswijze)
SOORTEN: tuple[Soort, ...] = get_args(Soort)
