"""The closed lists of words of the records, and of what a run sets aside."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from mpj.protocol.words import SOORTEN, Soort

__all__ = [
    "AANWEZIGHEDEN",
    "GEBEURTENISSEN",
    "SOORTEN",
    "STATUSSEN",
    "TIJDSOORTEN",
    "Aanwezigheid",
    "Bron",
    "Gebeurtenis",
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
Gebeurtenis: TypeAlias = Literal["start", "einde", "mijlpaal", "stuk"]
"""What happened with a product of output: it began, it ended, a milestone was reached, a piece was delivered."""
Bron: TypeAlias = Literal["registratie", "verblijf", "prestatie"]
"""The kind of record behind a line."""
Uitvalsoort: TypeAlias = Literal["registratie", "verblijf", "prestatie", "toewijzing"]
"""The kind of record that was set aside."""

TIJDSOORTEN: tuple[Tijdsoort, ...] = get_args(Tijdsoort)
STATUSSEN: tuple[Status, ...] = get_args(Status)
GEBEURTENISSEN: tuple[Gebeurtenis, ...] = get_args(Gebeurtenis)
AANWEZIGHEDEN: tuple[Aanwezigheid, ...] = get_args(Aanwezigheid)
