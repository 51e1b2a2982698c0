"""The closed lists of words of the records, and of what a run sets aside."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from mpj.protocol.words import SOORTEN, Soort

__all__ = [
    "AANWEZIGHEDEN",
    "BRONNEN",
    "SOORTEN",
    "STATUSSEN",
    "TIJDSOORTEN",
    "Aanwezigheid",
    "Bron",
    "Soort",
    "Status",
    "Tijdsoort",
    "Uitvalsoort",
]

Tijdsoort: TypeAlias = Literal["direct", "indirect", "reis", "overig"]
"""The kind of time; only direct time with the client is billed."""
Status: TypeAlias = Literal["gerealiseerd", "gepland", "niet_verschenen", "geannuleerd", "vervallen"]
"""What became of a registratie; vervallen withdraws it."""
Aanwezigheid: TypeAlias = Literal["aanwezig", "afwezig"]
"""Whether a child was there on a day of a stay; any other word in a stay is a day away."""
Bron: TypeAlias = Literal["registratie", "verblijf"]
"""The kind of record behind a line."""
Uitvalsoort: TypeAlias = Literal["registratie", "verblijf", "toewijzing"]
"""The kind of record that was set aside."""

TIJDSOORTEN: tuple[Tijdsoort, ...] = get_args(Tijdsoort)
STATUSSEN: tuple[Status, ...] = get_args(Status)
BRONNEN: tuple[Bron, ...] = get_args(Bron)
AANWEZIGHEDEN: tuple[Aanwezigheid, ...] = get_args(Aanwezigheid)
