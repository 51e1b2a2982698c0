"""What a run adds to the ledger, as a value: told client by client, added up, and stored at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from attrs import field, frozen

from mpj.engine.values import Declaratieregel, Herkomst
from mpj.reading.faults import Fault
from mpj.records.uitval import Uitval


@frozen
class NewLine:
    """A new line, and what is remembered beside it."""

    line: Declaratieregel
    """Without declaratienummer, which follows from all lines of a declaration."""
    client_id: int
    sleutel: str
    """What it is made of (`mpj.ledger.codec.dump_sleutel`); of a credit what its identity is made of now, without the price."""
    herkomst: tuple[Herkomst, ...] = ()
    """Its trace; that of a credit is stored, with the line that it credits."""
    vorige_id: int | None = None
    """The row number of the line that it credits."""
    afronding: str = ""
    """How its time is rounded (`mpj.ledger.codec.dump_afronding`)."""
    termen: str = ""
    """The terms of the contract that it is made under (`mpj.engine.job.Job.terms`)."""


@frozen
class Changes:
    """What a run adds to the ledger."""

    lines: tuple[NewLine, ...] = ()
    traces: Mapping[int, tuple[Herkomst, ...]] = field(factory=dict)
    """The new trace of lines that stand as they were on records that changed, by row number."""
    terms: Mapping[int, str] = field(factory=dict)
    """The terms that lines that stand as they were are kept under from now on, by row number."""
    aside: tuple[tuple[int, Uitval], ...] = ()
    """What is set aside and still open, by client number."""
    look_again: frozenset[tuple[int, int]] = frozenset()
    """The cells (client number, month) that the next run looks at, whatever its input."""
    meldingen: tuple[Fault, ...] = ()
    """Granted lines that stand although their records are no longer billed so."""
    waits: Mapping[str, int] = field(factory=dict)
    """How many changes wait for the answer to a declaration, by its number."""
    done: Mapping[int, bool] = field(factory=dict)
    """Whether a rejected line needs no repair any more, by row number."""

    @classmethod
    def sum(cls, parts: Iterable[Changes]) -> Changes:
        """Add changes up, in their order."""
        lines: list[NewLine] = []
        traces: dict[int, tuple[Herkomst, ...]] = {}
        terms: dict[int, str] = {}
        aside: list[tuple[int, Uitval]] = []
        look_again: set[tuple[int, int]] = set()
        meldingen: list[Fault] = []
        waits: Counter[str] = Counter()
        done: dict[int, bool] = {}
        for one in parts:
            lines += one.lines
            traces.update(one.traces)
            terms.update(one.terms)
            aside += one.aside
            look_again |= one.look_again
            meldingen += one.meldingen
            waits.update(one.waits)
            done.update(one.done)
        return cls(tuple(lines), traces, terms, tuple(aside), frozenset(look_again), tuple(meldingen), waits, done)
