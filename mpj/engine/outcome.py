"""What a run comes to: one client's `Uitkomst`, which executors add up, and the `Result` of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from attrs import define, field, frozen

from mpj.engine.care import Aside, Care, Clientrun, Passed, by_line
from mpj.engine.memory import Regelinhoud
from mpj.engine.told import RunSummary
from mpj.engine.values import Declaratieregel, Herkomst, Identiteit
from mpj.protocol import MPJ_16, Protocol
from mpj.reading.faults import Fault
from mpj.reading.masking import masked
from mpj.records.aside import set_aside
from mpj.records.reasons import Redencode
from mpj.records.uitval import Uitval


@define
class Regel:
    """A line on its way, and what the care behind it comes to. Never empty, never zero."""

    identiteit: Identiteit
    care: Sequence[Care]
    """By date, then id."""
    geleverd: int
    """Minutes as recorded; 0 where no time is counted."""
    geteld: int
    """Minutes, pieces or days that count."""
    voor_limiet: int
    """Normed units before a limit."""
    eenheden: int
    cent: int
    plain: bool = False
    """Whether each of its registraties counts and is rounded by itself, and nothing is cut off."""

    @classmethod
    def of(cls, identiteit: Identiteit, care: Sequence[Care]) -> Regel:
        """Add up the care of a line."""
        geleverd = sum([one.record.tijd.duur or 0 for one in care]) if care[0].tarief.timed else 0
        geteld = voor_limiet = eenheden = cent = 0
        for one in care:
            counted = one.counted
            geteld += counted.geteld
            voor_limiet += counted.voor_limiet
            eenheden += counted.eenheden
            cent += counted.cent
        return cls(identiteit, care, geleverd, geteld, voor_limiet, eenheden, cent)


class Traced(NamedTuple):
    """The trace of a line as the care behind it: its rows are made for who asks for them."""

    referentienummer: str
    regel: Regel


@frozen
class Uitkomst:
    """What one client's records come to. Executors add these up and see nothing else."""

    regels: tuple[Regel, ...] = ()
    uitval: tuple[Uitval, ...] = ()
    op_planning: tuple[Care, ...] = ()
    """The care behind lines that rests on planning alone."""
    meldingen: tuple[Fault, ...] = ()
    inhoud: Mapping[Identiteit, Regelinhoud] = field(factory=dict)
    """With a memory: what each line is made of before limits, also of lines held back or come to nothing."""
    kept_price: frozenset[Identiteit] = frozenset()
    """Lines coded, priced or rounded as before where the contract says otherwise now."""
    bsns: frozenset[str] = frozenset()
    """Of the last outcome, which tells what was set aside before clients were looked at: the clients."""

    @property
    def care(self) -> Iterator[Care]:
        """All care behind lines."""
        return (one for regel in self.regels for one in regel.care)


def uitkomst_of(run: Clientrun, passed: Sequence[Passed], aside: Iterable[Aside] = ()) -> Uitkomst:
    """Return what one client's care comes to after the last step; `aside` is what was set aside before the first."""
    care, afspraken = passed[-1].care, run.afspraken
    return Uitkomst(
        tuple(Regel.of(identiteit, members) for identiteit, members in by_line(care).items()),
        tuple(rows_of([*aside, *(one for step in passed for one in step.aside)])),
        () if afspraken is None else tuple(one for one in care if afspraken.alone(one.record)),
        tuple(melding for step in passed for melding in step.meldingen),
        {key: inhoud for step in passed for key, inhoud in step.inhoud.items()},
        frozenset().union(*(step.kept_price for step in passed)),
    )


def rows_of(aside: Iterable[Aside]) -> Iterator[Uitval]:
    """Return what was set aside as rows of uitval: the days of one stay with one reason are one row."""
    stays: dict[tuple[str, Redencode], list[Aside]] = {}
    for one in aside:
        if one.record.reeks.verblijf is None:
            told: dict[str, Any] = {"datum_tot": one.datum_tot, "aantal": one.aantal, "gemeente": one.gemeente}
            yield set_aside(one.record, one.reden, one.toelichting, waarde_cent=one.waarde_cent, **told)
        else:
            stays.setdefault((one.record.id, one.reden), []).append(one)
    for (_, reden), days in stays.items():
        gemeenten = {one.gemeente or one.record.reeks.gemeente or "" for one in days}
        values = [one.waarde_cent for one in days if one.waarde_cent is not None]
        yield set_aside(
            min((one.record for one in days), key=lambda entry: entry.datum),
            reden,
            "; ".join(dict.fromkeys(one.toelichting for one in days if one.toelichting)),
            datum_tot=max(one.datum_tot or one.record.datum for one in days),
            aantal=sum(one.aantal for one in days),
            gemeente=gemeenten.pop() if len(gemeenten) == 1 else "",
            waarde_cent=sum(values) if len(values) == len(days) else None,
        )


@frozen(field_transformer=masked)
class Bijlage:
    """A further table among the files of a run."""

    bestand: str
    """The name of its file."""
    kolommen: tuple[str, ...]
    rijen: tuple[tuple[str | int, ...], ...]


def _rows(traces: Iterable[Herkomst | Traced]) -> tuple[Herkomst, ...]:
    from mpj.engine.lines import herkomst_of  # it makes lines of what is here

    return tuple(herkomst_of(traces))


@frozen(slots=False)
class Result:
    """The outcome of a run."""

    regels: tuple[Declaratieregel, ...]
    traces: tuple[Any, ...] = field(eq=_rows, alias="herkomst")
    """What `herkomst` is made of: its rows, or what the engine traced of them (`Traced`), which is no word of callers."""
    uitval: tuple[Uitval, ...]
    """Every record that stands behind no line, with the reason."""
    meldingen: tuple[Fault, ...]
    """Warnings that stop nothing."""
    samenvatting: RunSummary = field(hash=False)
    """Counts and totals, ready for JSON (docs/formats.md)."""
    protocol: Protocol = field(default=MPJ_16, repr=False)
    """What it was made under."""
    bijlagen: tuple[Bijlage, ...] = field(default=(), repr=False)
    """Further tables of a run with a ledger, written beside the lines."""

    @cached_property
    def herkomst(self) -> tuple[Herkomst, ...]:
        """The trace of the lines, in their order, then by date and id."""
        return _rows(self.traces)

    def __getstate__(self) -> dict[str, object]:
        """Return what is pickled or copied: the rows of the trace, and not all that the care behind them knows of a contract."""
        return vars(self) | {"traces": self.herkomst}

    def __repr__(self) -> str:
        counts = (("regels", self.regels), ("herkomst", self.herkomst), ("uitval", self.uitval), ("meldingen", self.meldingen))
        return f"<Result: {', '.join(f'{len(rows)} {name}' for name, rows in counts)}>"
