"""The percentage of an indexation from OVA and PPC, as contracts do it: provisional figures, last year's put right, then weighted.

A figure is provisional when prices are set, and definitive a year later. What last year's prices missed is put right in this year's
figure: (1 + definitive) / (1 + provisional) - 1 is added to it. All figures are exact fractions, in percent.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from importlib.resources import files

from attrs import frozen

from mpj.reading.frozen import Frozen

OVA, PPC = "ova", "ppc"


@frozen
class Indexcijfer:
    """One figure of an indexation; percentages are exact."""

    naam: str
    """OVA or PPC, as people write it."""
    voorlopig: Fraction
    """The provisional figure of the coming year."""
    gewicht: Fraction
    """Its part in the whole, in percent."""
    vorig: tuple[Fraction, Fraction] | None = None
    """What last year's was provisionally, and turned out to be; None: nothing to put right, as in a contract's first year."""

    @property
    def correctie(self) -> Fraction:
        """What last year's prices missed, in percent."""
        if self.vorig is None:
            return Fraction(0)
        voorlopig, definitief = self.vorig
        return 100 * ((100 + definitief) / (100 + voorlopig) - 1)

    @property
    def samen(self) -> Fraction:
        """The figure with last year put right."""
        return self.voorlopig + self.correctie


@frozen
class Indexpercentage:
    """A percentage, and the figures that it was weighed from; none where it was given as it is."""

    procent: Fraction
    cijfers: tuple[Indexcijfer, ...] = ()


def weighed(cijfers: tuple[Indexcijfer, ...]) -> Indexpercentage:
    """Return the weighed percentage of figures whose weights are 100 together.

    >>> ova = Indexcijfer("OVA", Fraction("4.18"), Fraction(90), (Fraction("4.94"), Fraction("6")))
    >>> ppc = Indexcijfer("PPC", Fraction("1.82"), Fraction(10), (Fraction("2.51"), Fraction("3.10")))
    >>> round(weighed((ova, ppc)).procent, 4) == Fraction("4.9106")
    True
    """
    return Indexpercentage(sum((cijfer.samen * cijfer.gewicht / 100 for cijfer in cijfers), Fraction(0)), cijfers)


@cache
def weights() -> Mapping[str, Fraction]:
    """Return the weight of each figure in percent, by name, as the package ships them (weights.toml)."""
    data = tomllib.loads(files("mpj.workbench.index").joinpath("weights.toml").read_text("utf-8"))
    return Frozen({naam: Fraction(weight) for naam, weight in data["gewicht"].items()})
