"""What the run set aside: one `Uitval` per record (for a stay: per reason)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from datetime import date
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

from attrs import evolve, fields, frozen

from mpj.reading.masking import bsns_in, hide, masked
from mpj.records.reasons import REDENEN, Redencode, Vervolg
from mpj.records.values import Unchecked
from mpj.records.words import Uitvalsoort


@frozen(field_transformer=masked)
class Uitval:
    """A record (`soort` registratie or toewijzing), or the days of a stay (verblijf), that stands behind no line.

    `bron` is its id, empty when that would show a BSN; `datum` to `datum_tot` inclusive, None where unreadable; `aantal` records or
    days; `waarde_cent` what would have been billed, None while unknown; `toelichting` a Dutch sentence without BSN. What comes
    after it is for whoever works on the record: see `mpj.Registratie`.
    """

    soort: Uitvalsoort
    bron: str
    datum: date | None
    datum_tot: date | None
    aantal: int
    bestand: str
    rij: int
    gemeente: str
    reden: Redencode
    waarde_cent: int | None
    toelichting: str
    medewerker: str = ""
    prestatiecode: str = ""
    kwalificatieniveau: str = ""
    """As the record says it."""
    minuten: int | None = None
    geschat_cent: int | None = None
    """What care of unknown value may be worth, by the last price of its code (`mpj.engine.estimate`); None where it is final."""

    @property
    def vervolg(self) -> Vervolg:
        """What follows: wacht, definitief or herstel."""
        return REDENEN[self.reden].vervolg

    def texts(self) -> tuple[str, ...]:
        """Return the fields as text in the order of ``uitval.csv``."""
        return (
            self.soort,
            self.bron,
            self.datum.isoformat() if self.datum else "",
            self.datum_tot.isoformat() if self.datum_tot else "",
            str(self.aantal),
            self.bestand,
            str(self.rij) if self.rij else "",
            self.gemeente,
            self.reden,
            self.vervolg,
            "" if self.waarde_cent is None else str(self.waarde_cent),
            self.toelichting,
            self.medewerker,
            self.prestatiecode,
            self.kwalificatieniveau,
            "" if self.minuten is None else str(self.minuten),
            "" if self.geschat_cent is None else str(self.geschat_cent),
        )

    def worth(self, cent: int) -> Uitval:
        """Return the same, with what it may be worth."""
        return make_uitval((*_all_but_worth(self), cent))

    def sort_key(self) -> tuple[tuple[str, ...], int]:
        """The order of ``uitval.csv``: all columns but `rij` as text, then `rij`."""
        texts = self.texts()
        return texts[:6] + texts[7:], self.rij


make_uitval: Callable[[Iterable[object]], Uitval] = Unchecked(Uitval)
"""Makes one from all its fields, in their order."""
_all_but_worth: Callable[[Uitval], tuple[Any, ...]] = attrgetter(*[one.name for one in fields(Uitval)[:-1]])
_NAMES = ("bron", "medewerker", "prestatiecode", "kwalificatieniveau")
_SENTENCES = ("bestand", "toelichting")
_from_outside: Callable[[Uitval], tuple[str, ...]] = attrgetter(*_NAMES, *_SENTENCES)


_first: Callable[[Uitval], tuple[str, str]] = attrgetter("soort", "bron")


def in_order(rows: Iterable[Uitval]) -> list[Uitval]:
    """Return `rows` in the order of ``uitval.csv`` (`Uitval.sort_key`): hardly any two are alike in their first columns."""
    alike = (list(own) for _, own in groupby(sorted(rows, key=_first), _first))
    return [row for own in alike for row in (sorted(own, key=Uitval.sort_key) if len(own) > 1 else own)]


def suspects(rows: Iterable[Uitval]) -> set[str]:
    """Return what may be a BSN in the texts of `rows` that come from outside; any nine digits pass with a chance of 1 in 11."""
    return {bsn for text in set(chain.from_iterable(map(_from_outside, rows))) for bsn in bsns_in(text)}


def conceal(rows: Iterable[Uitval], bsns: Set[str]) -> list[Uitval]:
    """Return `rows` without the BSNs of a run: an id or name that shows one goes, in a sentence or file name it is hidden."""
    return [_concealed(row, bsns) if suspects([row]) & bsns else row for row in rows] if bsns else list(rows)


def _concealed(row: Uitval, bsns: Set[str]) -> Uitval:
    changed: dict[str, Any] = {name: hide(getattr(row, name), bsns.__contains__) for name in _SENTENCES}
    changed |= dict.fromkeys((name for name in _NAMES if bsns_in(getattr(row, name)) & bsns), "")
    return evolve(row, **changed)
