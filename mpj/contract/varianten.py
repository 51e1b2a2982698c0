"""The variants of care beside MPJ and the units that they permit, as data with its source (varianten.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from attrs import frozen

from mpj.contract.words import Productvariant
from mpj.reading.frozen import Frozen


@frozen
class Variant:
    """How a product is bought: by effort, by output, by month of a GI, or by task."""

    naam: Productvariant
    """What producten.csv calls it."""
    uitleg: str
    """What it is, in Dutch."""
    eenheden: tuple[str, ...]
    """The wire units that its products may travel in, the usual one first; none: it is outside the messages."""
    inspanning: bool
    """Whether it is effort: counted from registraties and stays, in the normtijd of the protocol that names the variant."""
    tarief: bool
    """Whether a product has a price; without one the price is the assigned amount."""


@frozen
class Varianten:
    """The variants by name, and where they come from."""

    bron: str
    per: Mapping[str, Variant]


@cache
def varianten() -> Varianten:
    """Return the variants that the package ships."""
    data = tomllib.loads(Path(__file__).with_name("varianten.toml").read_text("utf-8"))
    per = {
        naam: Variant(naam, row["naam"], tuple(row["eenheden"]), row.get("inspanning", False), row.get("tarief", True))
        for naam, row in data["variant"].items()
    }
    return Varianten(data["bron"], Frozen(per))
