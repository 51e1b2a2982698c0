"""What one pass over a message shows, before its rules are checked: counts, the sum, and which numbers may occur twice.

Rules that look across a whole message (a number is used once) would have to remember every number. The overview marks numbers in a
table of fixed size instead; only those whose mark was there already are *suspect*: all that really occur twice, and a few others. A
rule then remembers suspects alone. Of a million lines some thousands are suspect by chance.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable
from datetime import date
from mmap import mmap
from typing import Protocol

from attrs import define, field

from mpj.messages.values import DEBET, Antwoordbericht, Antwoordclient, Client, Header, Periode, Prestatie, Totaal

_BITS = 1 << 27
_BSN_LENGTH = 9


class Declaratie(Protocol):
    """A JW323 whose clients can be walked over more than once: a `Declaratiebericht`, or one that stands on disk."""

    @property
    def header(self) -> Header: ...
    @property
    def declaratienummer(self) -> str: ...
    @property
    def periode(self) -> Periode: ...
    @property
    def dagtekening(self) -> date: ...
    @property
    def totaal(self) -> Totaal: ...
    @property
    def clienten(self) -> Iterable[Client]: ...


@define
class Overzicht:
    """Counts of a message, and what may occur twice in it."""

    clienten: int = 0
    """How many clients."""
    regels: int = 0
    """How many lines."""
    credits: int = 0
    """How many of them are credit lines."""
    netto: int = 0
    """Their sum, in eurocents."""
    bsns: array[int] = field(factory=lambda: array("I"), repr=False)
    """The clients' numbers, four bytes each."""
    eigen: set[str] = field(factory=set, repr=False)
    """The reference numbers that may occur twice, known after `finish`."""
    _marks: mmap = field(factory=lambda: mmap(-1, _BITS >> 3), init=False, repr=False)
    _suspects: set[int] = field(factory=set, init=False, repr=False)
    _undoes: bool = field(default=False, init=False)

    def see(self, client: Client | Antwoordclient) -> None:
        """Take note of the next client."""
        self.clienten += 1
        if len(client.bsn) == _BSN_LENGTH and client.bsn.isdecimal():
            self.bsns.append(int(client.bsn))
        self._mark(client.bsn)
        for nummer in {one.toewijzingnummer for one in client.prestaties}:
            self._mark(nummer)
        for one in client.prestaties:
            self.regels += 1
            self.netto += one.net
            self._mark(one.referentienummer)
            if one.vorig_referentienummer is not None:
                self._undoes = True
                self._mark(one.vorig_referentienummer)
            if one.debetcredit == DEBET:
                self._mark(line_key(one))
            else:
                self.credits += 1

    def finish(self, clients: Iterable[Client | Antwoordclient]) -> None:
        """Find the reference numbers that the same message may undo, once all clients were seen."""
        self._marks.close()
        if self._undoes and self._suspects:
            numbers = (one.referentienummer for client in clients for one in client.prestaties)
            self.eigen.update(number for number in numbers if self.suspect(number))

    def suspect(self, key: Hashable) -> bool:
        """Say whether `key` (a BSN, a reference number, a toewijzing or a line's key) may have come twice."""
        return hash(key) % _BITS in self._suspects

    def _mark(self, key: Hashable) -> None:
        place = hash(key) % _BITS
        byte, bit = place >> 3, 1 << (place & 7)
        if self._marks[byte] & bit:
            self._suspects.add(place)
        else:
            self._marks[byte] |= bit


def line_key(one: Prestatie) -> tuple[Hashable, ...]:
    """Return what may have one debit line in a message: toewijzing, category, code and product period (TR416)."""
    return one.toewijzingnummer, one.productcategorie, one.productcode, one.begindatum, one.einddatum


def clients_of(message: Declaratie | Antwoordbericht) -> Iterable[Client | Antwoordclient]:
    """Return the clients of a declaration or an answer."""
    if isinstance(message, Antwoordbericht):
        return message.antwoord.clienten if message.antwoord is not None else ()
    return message.clienten


def scan(message: Declaratie | Antwoordbericht) -> Overzicht:
    """Return the overview of a whole message."""
    found = Overzicht()
    for client in clients_of(message):
        found.see(client)
    found.finish(clients_of(message))
    return found
