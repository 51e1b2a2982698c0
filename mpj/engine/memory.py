"""What was declared before, as data: what of it counts, what new care on it is told, and what was used.

From files (`--eerder`) it is one memory for all clients, from the ledger one for each client and look. An empty one changes
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from attrs import field, frozen

from mpj.engine.limits import Verbruik
from mpj.engine.search import Afwijzing
from mpj.engine.values import Declaratieregel, Identiteit
from mpj.protocol import Afronding, Protocol
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
    """Whether a line at another price is made of something else."""
    asks: bool = False
    """Whether what its care comes to beyond what it holds takes its turn at the limits, so that nothing new passes it by."""
    keeps: tuple[str, int, Afronding | None] | None = None
    """In this perceel: the eurocents per normtijd and the rounding that stay as they were."""

    def told(self, inhoud: Regelinhoud) -> Afwijzing | None:
        """Return what a line made of `inhoud` is told."""
        before = self.inhoud
        if before is None:
            return self.other
        price = inhoud.tarief_cent if self.price_counts else before.tarief_cent
        same = (inhoud.begindatum, inhoud.einddatum, inhoud.voor_limiet, inhoud.eenheid, inhoud.perceel, price)
        content = (before.begindatum, before.einddatum, before.voor_limiet, before.eenheid, before.perceel, before.tarief_cent)
        return self.equal if same == content else self.other


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
    confirmed: Mapping[str, int] = field(factory=dict)
    """Of open stays that nobody said go on, by id: the last month in which that is known."""
    maanden: frozenset[int] | None = None
    """The months of which days of stays are looked at; None: all."""
    codes: Mapping[tuple[str, int, int], frozenset[str]] = field(factory=dict)
    """The product codes of lines that stand, by gemeente, toewijzingnummer and month; only of lines without their records."""

    @property
    def empty(self) -> bool:
        """Whether nothing was declared before."""
        return not (self.used or self.standing or self.behind)


NOTHING = Memory()


def remember(lines: Iterable[Declaratieregel], protocol: Protocol) -> Memory:
    """Return what earlier lines, known without the records behind them, mean for a run: they count, and stand (TR389)."""
    rows: dict[tuple[str, int], list[tuple[str, int, int, int]]] = {}
    standing: dict[Identiteit, int] = {}
    for line in lines:
        sign = 1 if line.debetcredit == "D" else -1
        row = (line.eenheid, month_of(line.begindatum), sign * line.bedrag_cent, sign * line.volume_bericht)
        rows.setdefault((line.gemeente, line.toewijzingnummer), []).append(row)
        identiteit = Identiteit.of(line)
        standing[identiteit] = standing.get(identiteit, 0) + sign
    if not rows:
        return NOTHING
    stands = Standing(Afwijzing("reeds_gedeclareerd", "een eerdere regel voor deze toewijzing, code en maand staat nog"))
    left = [identiteit for identiteit, count in standing.items() if count > 0]
    codes: dict[tuple[str, int, int], set[str]] = {}
    for one in left:
        codes.setdefault((one.gemeente, one.toewijzingnummer, one.maand), set()).add(one.productcode)
    return Memory(
        {key: Verbruik.of(protocol, own) for key, own in rows.items()},
        dict.fromkeys(left, stands),
        codes={key: frozenset(own) for key, own in codes.items()},
    )
