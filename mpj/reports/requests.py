"""Messages about toewijzingen that were given beside a ledger: how many of each kind, and how long a request waited for its answer.

Of a message only its kind, its partner, its day and the codes and references of its products are kept: no client.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, cast

from attrs import define, evolve, field, frozen

from mpj.ledger.traffic import Partner
from mpj.messages.form import Formreader
from mpj.messages.reader import open_message
from mpj.protocol import MPJ_16, Protocol, decode
from mpj.reading.faults import InputError
from mpj.reading.periods import month_of
from mpj.reading.sources import Reading, find_sources
from mpj.reading.twins import each_once
from mpj.reading.workdays import after, between
from mpj.reports.norms import traffic_norms

REQUEST, TOEWIJZING, UNREADABLE = "JW315", "JW301", "onleesbaar"
_PRODUCTS = {REQUEST: "AangevraagdProduct", TOEWIJZING: "ToegewezenProduct"}
_Reference = tuple[str, str, str]
"""Gemeente, aanbieder, and the aanbieder's own reference of a request."""


@frozen
class Aanvragen:
    """The requests and toewijzingen of a month and partner."""

    werkdagen: tuple[int, ...]
    """Of each request that was answered, how many working days that took."""
    binnen: int
    """How many of those were within the norm."""
    open: int
    """How many requests have no toewijzing."""
    producten: int
    """How many codes were assigned."""
    buiten_mpj: int
    """How many of them are no code of MPJ."""


@frozen
class _Product:
    """What is kept of a product that was asked for or assigned."""

    gevraagd: bool
    partner: Partner
    dag: date
    referentie: str
    code: str


@define
class Aanvraagbeeld:
    """What messages say of requests."""

    protocol: Protocol = MPJ_16
    """What tells which codes are of MPJ."""
    berichten: Counter[str] = field(factory=Counter)
    """How many there were, by kind; what mpj does not know by the name that it gives itself."""
    gevraagd: dict[_Reference, date] = field(factory=dict)
    """When each request was first made."""
    toegewezen: dict[_Reference, date] = field(factory=dict)
    """When each was first answered."""
    codes: dict[Partner, list[bool]] = field(factory=dict)
    """Of each code that was assigned, whether it is of MPJ, by month of the message."""

    def take(self, kind: str, products: Iterable[_Product]) -> None:
        """Take a message that was read whole."""
        self.berichten[kind] += 1
        for one in products:
            if one.referentie:
                days = self.gevraagd if one.gevraagd else self.toegewezen
                key = one.partner.gemeente, one.partner.aanbieder, one.referentie
                days[key] = min(one.dag, days.get(key, one.dag))
            if one.code and not one.gevraagd:
                self.codes.setdefault(one.partner, []).append(decode(self.protocol, one.code) is not None)

    def per_partner(self, van: int, tot: int) -> Iterator[tuple[Partner, Aanvragen]]:
        """Yield what was asked and assigned in each month up to and including `tot`, by month and partner."""
        asked: dict[Partner, list[tuple[date, date | None]]] = {}
        for key, day in self.gevraagd.items():
            place = Partner(month_of(day), key[0], key[1])
            asked.setdefault(place, []).append((day, self.toegewezen.get(key)))
        term = traffic_norms()["toewijzing_werkdagen"].grens
        for place in sorted({*asked, *self.codes}, key=lambda one: (one.maand, one.gemeente, one.aanbieder)):
            if van <= place.maand <= tot:
                pairs = [(day, last) for day, last in asked.get(place, ()) if last is not None]
                codes = self.codes.get(place, [])
                within = sum(last <= after(day, term) for day, last in pairs)
                days = tuple(between(day, last) for day, last in pairs)
                waiting = len(asked.get(place, ())) - len(pairs)
                yield place, Aanvragen(days, within, waiting, len(codes), codes.count(False))


def read_requests(paths: Iterable[str | Path], reading: Reading) -> Aanvraagbeeld:
    """Read messages, and folders and zips of them; one that is given twice counts once.

    Of a message that cannot be read `reading` hears why, and it is counted as such: one bad message stops no report.
    """
    found = Aanvraagbeeld()
    for source in each_once(find_sources(paths, (".xml",), reading), reading):
        with source.open() as stream:
            try:
                with open_message(cast("BinaryIO", stream), source.naam) as reader:
                    found.take(*_read(reader))
            except InputError as error:
                unknown = [fault.code for fault in error.faults] == ["bericht_onbekend"]
                found.berichten[error.faults[0].gevonden if unknown else UNREADABLE] += 1
                reading.tell(() if unknown else (evolve(fault, soort="waarschuwing") for fault in error.faults))
    return found


def _read(reader: Formreader) -> tuple[str, list[_Product]]:
    """Return the kind of a message and, of a request and a toewijzing, its products: all of it, or it raises InputError."""
    products = [part for part in reader.delen() if part.naam in _PRODUCTS.values()]
    assert reader.beschrijving is not None
    kind = reader.beschrijving.bericht
    return kind, [_product(kind, part.omgeving[0]["Header"], part.waarden) for part in products if part.naam == _PRODUCTS.get(kind)]


def _product(kind: str, header: Mapping[str, Any], values: Mapping[str, Any]) -> _Product:
    day = header["BerichtIdentificatie"]["Dagtekening"]
    asks = kind == REQUEST
    gemeente, aanbieder = (header["Ontvanger"], header["Afzender"]) if asks else (header["Afzender"], header["Ontvanger"])
    code = values.get("Product", {}).get("Code") or ""
    return _Product(asks, Partner(month_of(day), gemeente, aanbieder), day, values.get("ReferentieAanbieder") or "", code)
