"""What was declared before, as data: what of it counts, what new care on it is told, and what was used.

From files (`--eerder`) it is one memory for all clients, from the ledger one for each client and look. An empty one changes
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from attrs import field, frozen

from mpj.contract import Contract
from mpj.engine.limits import Verbruik
from mpj.engine.search import Afwijzing
from mpj.engine.values import Declaratieregel, Identiteit
from mpj.protocol import Afronding, Protocol
from mpj.reading.faults import Fault
from mpj.reading.periods import month_of

Recorded = tuple[str, str, date]
"""What names a record, or a day of a stay: registratie or verblijf, its id, the day."""


@frozen
class Regelinhoud:
    """What a line is made of before any limit."""

    begindatum: date
    """First day of the product period."""
    einddatum: date
    """Last day, inclusive."""
    voor_limiet: int
    """Normed units."""
    eenheid: str
    """On the wire."""
    perceel: str
    tarief_cent: int
    """Eurocents per normtijd."""
    productcategorie: str
    productcode: str

    @property
    def measured(self) -> tuple[object, ...]:
        """Its period, units and unit."""
        return self.begindatum, self.einddatum, self.voor_limiet, self.eenheid, self.perceel

    @property
    def priced(self) -> tuple[object, ...]:
        """Its price, and the code it travels under."""
        return self.tarief_cent, self.productcategorie, self.productcode


@frozen
class Keeps:
    """What a line that stands keeps of the contract that it was made under."""

    productcategorie: str
    productcode: str
    price: tuple[int, Afronding | None] | None
    """Eurocents per normtijd, and the rounding; None where the contract of now says them."""


@frozen
class Standing:
    """An earlier line that counts, and what new care on its identity is told (None: it goes on)."""

    other: Afwijzing | None
    """Told to a line made of anything else."""
    equal: Afwijzing | None = None
    """Told to a line made of the same."""
    inhoud: Regelinhoud | None = None
    """What it was made of; None where nothing equals it: its toewijzing is another now, or its content is not known."""
    price_counts: bool = False
    """Whether a line at another price, or under another code, is made of something else."""
    asks: bool = False
    """Whether what its care comes to beyond what it holds takes its turn at the limits, so that nothing new passes it by."""
    keeps: Keeps | None = None
    """What new care on it takes from it, whatever the contract says now."""

    def told(self, inhoud: Regelinhoud) -> Afwijzing | None:
        """Return what a line made of `inhoud` is told."""
        before = self.inhoud
        if before is None:
            return self.other
        same = inhoud.measured == before.measured and (not self.price_counts or inhoud.priced == before.priced)
        return self.equal if same else self.other


@frozen
class Memory:
    """What was declared before."""

    used: Mapping[tuple[str, int], Verbruik] = field(factory=dict)
    """By gemeente and toewijzingnummer, without what is computed again in this run."""
    standing: Mapping[Identiteit, Standing] = field(factory=dict)
    behind: Mapping[Recorded, tuple[int, bool]] = field(factory=dict)
    """The records behind lines that stand or are to be repaired: their units there, and whether their content is as it was then."""
    kept: Mapping[Recorded, tuple[Identiteit, Afwijzing]] = field(factory=dict)
    """The records behind lines that stand as they are after all: of which line, and what they are told on any other."""
    confirmed: Mapping[tuple[str, str], int] = field(factory=dict)
    """Of care without an end of which nobody said that it goes on, by kind and id: the last month in which that is known."""
    maanden: frozenset[int] | None = None
    """The months of which days of stays, and what prestaties tell, are looked at; None: all."""
    codes: Mapping[tuple[str, int, int], frozenset[str]] = field(factory=dict)
    """The product codes of lines that stand, by gemeente, toewijzingnummer and month; only of lines without their records."""

    @property
    def empty(self) -> bool:
        """Whether nothing was declared before."""
        return not (self.used or self.standing or self.codes or self.behind or self.kept)

    def told(self, identiteit: Identiteit, inhoud: Regelinhoud) -> Afwijzing | None:
        """Return what new care on a line, made of `inhoud`, is told."""
        standing = self.standing.get(identiteit)
        return None if standing is None else standing.told(inhoud)


NOTHING = Memory()
STILL_STANDS = "een eerdere regel voor deze toewijzing, code en maand staat nog"


def remember(lines: Iterable[Declaratieregel], protocol: Protocol) -> Memory:
    """Return what earlier lines, known without the records behind them, mean for a run: they count, and stand (TR389).

    A message says under which code a line travels, not what it means.
    """
    rows: dict[tuple[str, int], list[tuple[str, int, int, int]]] = {}
    standing: dict[tuple[str, int, int, str], int] = {}
    meant: set[tuple[Identiteit, tuple[str, int, int, str]]] = set()
    for line in lines:
        sign = 1 if line.debetcredit == "D" else -1
        row = (line.eenheid, month_of(line.begindatum), sign * line.bedrag_cent, sign * line.volume_bericht)
        rows.setdefault((line.gemeente, line.toewijzingnummer), []).append(row)
        wire = line.gemeente, line.toewijzingnummer, month_of(line.begindatum), line.productcode
        standing[wire] = standing.get(wire, 0) + sign
        if line.prestatiecode:
            meant.add((Identiteit.of(line), wire))
    if not rows:
        return NOTHING
    stands = Standing(Afwijzing("reeds_gedeclareerd", STILL_STANDS))
    left = {wire for wire, count in standing.items() if count > 0}
    codes: dict[tuple[str, int, int], set[str]] = {}
    for gemeente, nummer, month, code in left:
        codes.setdefault((gemeente, nummer, month), set()).add(code)
    return Memory(
        {key: Verbruik.of(protocol, own) for key, own in rows.items()},
        {identiteit: stands for identiteit, wire in meant if wire in left},
        codes={key: frozenset(own) for key, own in codes.items()},
    )


def without_contract(parties: Mapping[tuple[str, str], int], contracten: Iterable[Contract]) -> Iterator[Fault]:
    """Tell of earlier lines, counted by aanbieder and gemeente, of which no contract of the run is.

    Most likely another file was meant. They count all the same: the use of a limit is known by gemeente and
    toewijzingnummer alone.
    """
    known = {(contract.aanbieder, gemeente) for contract in contracten for gemeente in contract.gemeenten}
    others = {party: lines for party, lines in parties.items() if party not in known}
    if others:
        aanbieder, gemeente = min(others)
        lines, effect = sum(others.values()), "zij tellen voor toewijzingen met hetzelfde nummer"
        text = f"aantal regels van een aanbieder en gemeente waarvan hier geen contract is: {lines}; {effect}"
        found = f"aanbieder {aanbieder}, gemeente {gemeente}"
        yield Fault("eerder_zonder_contract", "", 0, "eerder", found, "regels van deze contracten", text, "waarschuwing")
