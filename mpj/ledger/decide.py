"""What a person decides: the lines that a run would move without a new or changed record, for how much and why, under a code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, TypeAlias

from attrs import asdict, frozen
from sqlalchemy import Connection, select

from mpj.engine.lines import number
from mpj.engine.outcome import Bijlage
from mpj.engine.told import DecideSummary
from mpj.engine.values import Declaratieregel
from mpj.ledger import schema
from mpj.ledger.rows import add, next_id
from mpj.reading.faults import Fault, InputError
from mpj.reading.periods import month_of, month_text

Besluitsoort: TypeAlias = Literal[
    "volledig_vanaf",
    "id_hergebruikt",
    "bsn_gewijzigd",
    "toewijzing",
    "contract",
    "correctie_houdt_geen_stand",
    "nieuw_ledger",
    "voor_begin",
    "grens_daling",
    "grens_stijging",
    "jaar_loopt",
]
"""What a decision is about, the `oorzaak` of its rows: docs/extending.md says how another one is added."""
Bewegingsoort: TypeAlias = Literal["nieuw", "nalevering", "correctie", "opnieuw", "verblijf", "vervallen_concept"]
TE_BESLISSEN = "te_beslissen.csv"
AKKOORD = "akkoord"
_CODE = 8


@frozen
class Move:
    """What would become of one line: a row of te_beslissen.csv, but for the cause and the reason of its decision."""

    gemeente: str
    toewijzingnummer: int
    prestatiecode: str
    kwalificatieniveau: str
    maand: str
    """The month of the care, as 2026-03."""
    soort: Bewegingsoort
    debet_cent: int = 0
    credit_cent: int = 0
    """What is taken back, as a positive number."""
    te_winnen_cent: int = 0
    """What more there is to be granted."""
    op_het_spel_cent: int = 0
    """What was granted and can be lost by it: a gemeente can refuse a debit, never a credit."""
    regels: tuple[str, ...] = ()
    """The referentienummers of the lines that it is about."""

    @classmethod
    def of(
        cls, line: Declaratieregel, soort: Bewegingsoort, *, debet: int = 0, credit: int = 0, winst: int = 0, inzet: int = 0
    ) -> Move:
        """Return what would become of a line, in eurocents; `winst` is to be won and `inzet` at risk."""
        month = month_text(month_of(line.begindatum))
        place = line.gemeente, line.toewijzingnummer, line.zorgcode, line.kwalificatieniveau, month
        return cls(*place, soort, debet, credit, winst, inzet, (line.referentienummer,))


@frozen
class Decision:
    """What a person decides as one whole."""

    soort: Besluitsoort
    moves: tuple[Move, ...]
    waarom: str
    """In Dutch, without BSN."""

    @property
    def code(self) -> str:
        """The code to agree to it: it follows from exactly these lines and euros, and no BSN from it."""
        rows = sorted(json.dumps(asdict(move), default=list) for move in self.moves)
        return number(_CODE, self.soort, self.waarom, *rows)

    def sum(self, name: str) -> int:
        """Return the total of a column in eurocents."""
        return sum(getattr(move, name) for move in self.moves)

    def rows(self) -> Iterable[tuple[str | int, ...]]:
        """Yield its rows of te_beslissen.csv."""
        for move in self.moves:
            place = move.gemeente, move.toewijzingnummer, move.prestatiecode, move.kwalificatieniveau, move.maand
            cents = move.debet_cent, move.credit_cent, self.soort, move.te_winnen_cent, move.op_het_spel_cent
            yield (*place, move.soort, *cents, f"{self.waarom}; moet het toch: --akkoord {self.code}")

    def told(self) -> str:
        """Return in Dutch what would move: lines and euros, in all and per gemeente."""
        gemeenten: dict[str, list[Move]] = {}
        for move in self.moves:
            gemeenten.setdefault(move.gemeente, []).append(move)
        parts = [f"gemeente {gemeente}: {_moved(moves)}" for gemeente, moves in sorted(gemeenten.items())]
        return "; ".join([self.waarom, *([_moved(self.moves)] if len(parts) > 1 else []), *parts])

    def fault(self, soort: Literal["fout", "waarschuwing"] = "fout") -> Fault:
        """Return that it has to be decided, with its code."""
        verwacht = f"--akkoord {self.code} als dit klopt"
        return Fault("akkoord_nodig", "", 0, f"akkoord {self.code}", "", verwacht, self.told(), soort)


def codes_asked(error: InputError) -> list[str]:
    """Return the codes that a refused run asks to agree to."""
    return codes_of(error.faults)


def codes_of(faults: Iterable[Fault]) -> list[str]:
    """Return the codes that these faults ask to agree to."""
    return [one.kolom.removeprefix("akkoord ") for one in faults if one.code == "akkoord_nodig"]


def bijlage(decisions: Iterable[Decision]) -> Bijlage:
    """Return what is still to be decided as the table te_beslissen.csv."""
    rows = sorted(row for decision in decisions for row in decision.rows())
    return Bijlage(TE_BESLISSEN, (*VERSCHIL, "te_winnen_cent", "op_het_spel_cent", "waarom"), tuple(rows))


def counted(decisions: Iterable[Decision]) -> dict[str, DecideSummary]:
    """Return what is still to be decided, by what it is about, as the summary counts it."""
    found: dict[str, DecideSummary] = {}
    for one in decisions:
        own = found.setdefault(
            one.soort, {"regels": 0, "debet_cent": 0, "credit_cent": 0, "te_winnen_cent": 0, "op_het_spel_cent": 0}
        )
        own["regels"] += len(one.moves)
        own["debet_cent"] += one.sum("debet_cent")
        own["credit_cent"] += one.sum("credit_cent")
        own["te_winnen_cent"] += one.sum("te_winnen_cent")
        own["op_het_spel_cent"] += one.sum("op_het_spel_cent")
    return dict(sorted(found.items()))


VERSCHIL = (
    *("gemeente", "toewijzingnummer", "prestatiecode", "kwalificatieniveau", "maand"),
    *("soort", "debet_cent", "credit_cent", "oorzaak"),
)
"""The columns of a row of what differs."""


@frozen
class Agreed:
    """What was agreed to: the codes of this run, and those that the ledger remembers."""

    given: frozenset[str]
    known: frozenset[str]
    wie: str
    """Who agrees."""
    op: date
    """On which day."""

    @classmethod
    def of(cls, connection: Connection, given: Iterable[str], wie: str, op: date) -> Agreed:
        """Return what a run is given beside what the ledger remembers."""
        table = schema.logboek.c
        known = connection.execute(select(table.code).where(table.handeling == AKKOORD)).scalars()
        return cls(frozenset(code.strip().upper() for code in given), frozenset(known), wie, op)

    def to(self, decision: Decision) -> bool:
        """Say whether somebody agreed to it."""
        return decision.code in self.given or decision.code in self.known

    def settle(self, connection: Connection, decisions: Sequence[Decision], *, proef: bool) -> list[Fault]:
        """Have every decision agreed to, and remember who did; returns warnings.

        Raises InputError for what nobody agreed to, which a trial only warns of.
        """
        open_ = [one for one in decisions if not self.to(one)]
        if open_ and not proef:
            raise InputError([one.fault() for one in open_])
        new = {one.code: one for one in decisions if one.code in self.given - self.known}
        for code, one in sorted(new.items()):
            note(connection, AKKOORD, one.told(), self.wie, self.op, code=code)
        idle = sorted(self.given - self.known - new.keys())
        return [one.fault("waarschuwing") for one in open_] + [_idle(code) for code in idle]


def note(connection: Connection, handeling: str, inhoud: str, wie: str, op: date, *, code: str | None = None) -> None:
    """Keep who did what on which day."""
    row = {"id": next_id(connection, schema.logboek), "op": op, "wie": wie, "handeling": handeling, "code": code, "inhoud": inhoud}
    add(connection, schema.logboek, [row])


def _idle(code: str) -> Fault:
    text = "deze run vraagt geen akkoord met deze code: er is iets veranderd sinds zij werd getoond, of zij is verkeerd overgenomen"
    return Fault("akkoord_ongebruikt", "", 0, "akkoord", code[:_CODE], toelichting=text, soort="waarschuwing")


def _moved(moves: Sequence[Move]) -> str:
    from mpj.presentation import words

    debit, credit = sum(move.debet_cent for move in moves), sum(move.credit_cent for move in moves)
    return f"{words.counted(len(moves), 'regel')}, debet {words.euros(debit)}, credit {words.euros(credit)}"
