"""What a run adds to the ledger, as a value: told client by client, added up, and stored at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Literal, TypeAlias

from attrs import field, frozen

from mpj.engine.outcome import Traced
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.ledger.decide import Decision
from mpj.reading.faults import Fault
from mpj.records.uitval import Uitval

Oorzaak: TypeAlias = Literal["", "registratie", "toewijzing", "contract", "gevraagd"]
"""What made a line of care another: its records, its toewijzing, the contract, or somebody who asked for it."""


@frozen
class NewLine:
    """A new line, and what is remembered beside it."""

    line: Declaratieregel
    """Without declaratienummer, which follows from all lines of a declaration."""
    client_id: int
    sleutel: str
    """What it is made of (`mpj.ledger.codec.dump_sleutel`); of a credit what its identity is made of now, without the price."""
    herkomst: Sequence[Herkomst | Traced] = ()
    """Its trace; that of a credit is stored, with the line that it credits."""
    vorige_id: int | None = None
    """The row number of the line that it credits."""
    afronding: str = ""
    """How its time is rounded (`mpj.ledger.codec.dump_afronding`)."""
    again: bool = False
    """Whether it takes the place of a rejected one."""
    termen: str = ""
    """The terms of the contract that it is made under (`mpj.engine.job.Job.terms`)."""
    oorzaak: Oorzaak = ""
    """Why it takes the place of another, or takes it back."""

    @property
    def behind(self) -> Iterator[tuple[str, str]]:
        """The records behind it, by kind and id."""
        for one in self.herkomst:
            if isinstance(one, Traced):
                yield from (care.recorded[:2] for care in one.regel.care)
            else:
                yield one.soort, one.bron


@frozen
class Changes:
    """What a run adds to the ledger."""

    lines: tuple[NewLine, ...] = ()
    traces: Mapping[int, Sequence[Herkomst | Traced]] = field(factory=dict)
    """The new trace of lines that stand as they were on records that changed, by row number."""
    terms: Mapping[int, str] = field(factory=dict)
    """The terms that lines that stand as they were are kept under from now on, by row number."""
    decided: Mapping[int, str] = field(factory=dict)
    """What is decided of granted lines that change by it (`mpj.ledger.release`), by row number."""
    aside: tuple[tuple[int, Uitval], ...] = ()
    """What is set aside and still open, by client number."""
    look_again: frozenset[tuple[int, int]] = frozenset()
    """The cells (client number, month) that the next run looks at, whatever its input."""
    meldingen: tuple[Fault, ...] = ()
    """Granted lines that stand although their records are no longer billed so."""
    held_cent: int = 0
    """What those lines are worth, in eurocents."""
    decisions: tuple[Decision, ...] = ()
    """What a person decides: in `lines` where somebody agreed, else what stands stays as it is."""
    waits: Mapping[str, int] = field(factory=dict)
    """How many changes wait for the answer to a declaration, by its number."""
    done: Mapping[int, bool] = field(factory=dict)
    """Whether a rejected line needs no repair any more, by row number."""

    @classmethod
    def sum(cls, parts: Iterable[Changes]) -> Changes:
        """Add changes up, in their order."""
        found = list(parts)
        waits: Counter[str] = Counter()
        for one in found:
            if one.waits:
                waits.update(one.waits)
        return cls(
            tuple(chain.from_iterable(one.lines for one in found)),
            dict(chain.from_iterable(one.traces.items() for one in found)),
            dict(chain.from_iterable(one.terms.items() for one in found)),
            dict(chain.from_iterable(one.decided.items() for one in found)),
            tuple(chain.from_iterable(one.aside for one in found)),
            frozenset(chain.from_iterable(one.look_again for one in found)),
            tuple(chain.from_iterable(one.meldingen for one in found)),
            sum(one.held_cent for one in found),
            tuple(chain.from_iterable(one.decisions for one in found)),
            waits,
            dict(chain.from_iterable(one.done.items() for one in found)),
        )
