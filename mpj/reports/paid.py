"""What was paid, beside what was delivered, submitted and granted: per gemeente, and the payments that are coupled to nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from attrs import frozen
from sqlalchemy import func, select

from mpj.ledger import Ledger, schema
from mpj.ledger.payments import Betaling, Declaratiestand
from mpj.ledger.year import submitted
from mpj.presentation import words
from mpj.presentation.files import write_report
from mpj.presentation.languages import Taal
from mpj.presentation.report import Cell, Column, Part, Report, Table, coded
from mpj.reports.norms import payment_norm
from mpj.reports.year import stages
from mpj.version import __version__

_ORDER = ("geleverd_cent", "ingediend_cent", "toegekend_cent", "betaald_cent", "verschil_cent")
_SHOWN = 40
"""Rows of the list of what is left that a screen shows."""


@frozen(kw_only=True)
class Betaalregel:
    """What became of the euros of one gemeente; all in eurocents."""

    gemeente: str
    geleverd_cent: int
    ingediend_cent: int
    """What was sent: no concepts."""
    toegekend_cent: int
    betaald_cent: int
    dagen: int | None
    """From the dagtekening to the last payment: the mean of what was paid whole, rounded up; None where nothing was."""
    te_laat: int
    """Declarations that were granted, and paid or still to be paid after the norm."""

    @property
    def verschil_cent(self) -> int:
        """What was granted and not paid; below zero where more was paid."""
        return self.toegekend_cent - self.betaald_cent


@frozen(kw_only=True)
class Betaalbeeld:
    """All that was paid, and what is left."""

    op: date
    regels: tuple[Betaalregel, ...]
    rest: tuple[Betaling, ...]
    """The payments of which something is coupled to nothing."""
    gelezen_cent: int
    """What all payments come to: what is paid and what is left."""


def read_paid(ledger: Ledger, op: date) -> Betaalbeeld:
    """Return what was paid in a ledger, of all its years; late is seen from `op`. Names no client."""
    made, paid = ledger.paid()
    known, sent = _stages(ledger)
    gemeenten = sorted(known.keys() | sent.keys() | {one.gemeente for one in made})
    return Betaalbeeld(
        op=op,
        regels=tuple(
            _row(one, [own for own in made if own.gemeente == one], (*known.get(one, (0, 0)), sent.get(one, 0)), op)
            for one in gemeenten
        ),
        rest=tuple(one for one in paid if one.rest_cent),
        gelezen_cent=sum(one.cent for one in paid),
    )


def _stages(ledger: Ledger) -> tuple[dict[str, tuple[int, int]], dict[str, int]]:
    """Return by gemeente what was delivered and granted, over all years as `mpj report year` has them, and what was sent."""
    with ledger.database.transaction(write=False) as connection:
        sent = submitted(connection)
        months = connection.execute(select(func.min(schema.regel.c.maand), func.max(schema.regel.c.maand))).one()
        found: dict[str, tuple[int, int]] = {}
        for jaar in range(months[0] // 12, months[1] // 12 + 1) if months[0] is not None else ():
            for gemeente, own in stages(connection, jaar).items():
                delivered, granted = found.get(gemeente, (0, 0))
                found[gemeente] = delivered + own[0], granted + own[1]
    return found, sent


def _row(gemeente: str, made: Sequence[Declaratiestand], stages: tuple[int, int, int], op: date) -> Betaalregel:
    whole = [(one.betaald_op - one.dagtekening).days for one in made if one.betaald_op is not None and not one.open_cent]
    term = payment_norm().grens
    waits = [one for one in made if one.toegekend_cent is not None and one.open_cent > 0]
    late = sum((op - one.dagtekening).days > term for one in waits) + sum(days > term for days in whole)
    return Betaalregel(
        gemeente=gemeente,
        geleverd_cent=stages[0],
        ingediend_cent=stages[2],
        toegekend_cent=stages[1],
        betaald_cent=sum(one.betaald_cent for one in made),
        dagen=-(-sum(whole) // len(whole)) if whole else None,
        te_laat=late,
    )


def paid_table(beeld: Betaalbeeld, namen: Mapping[str, str]) -> Table:
    """Return a row per gemeente, with the sums."""
    columns = (
        *coded("gemeente", namen),
        *(Column("geleverd", "cent", "geleverd_cent", spare=True), Column("ingediend", "cent", "ingediend_cent")),
        *(Column("toegekend", "cent", "toegekend_cent"), Column("betaald", "cent", "betaald_cent")),
        *(Column("verschil", "cent", "verschil_cent"), Column("dagen", "count", "dagen"), Column("te laat", "count", "te_laat")),
    )
    rows = [
        (
            *(one.gemeente, namen.get(one.gemeente, "")),
            *(getattr(one, name) for name in _ORDER[:-1]),
            *(Cell(one.verschil_cent, "cent", "more" if one.verschil_cent else "plain"), one.dagen, one.te_laat),
        )
        for one in beeld.regels
    ]
    sums = (sum(getattr(one, name) for one in beeld.regels) for name in _ORDER)
    total = ("totaal", "", *sums, None, sum(one.te_laat for one in beeld.regels))
    norm = payment_norm()
    return Table("Per gemeente, van alle jaren", columns, tuple(rows), total, f"Norm: {norm.wat} ({norm.bron}).")


def rest_table(beeld: Betaalbeeld) -> Table:
    """Return the payments of which something is coupled to nothing, by number."""
    columns = (
        *(Column("betaling", "code", "betaling"), Column("datum", "date", "datum"), Column("gemeente", "code", "gemeente")),
        *(Column("betaald", "cent", "cent"), Column("over", "cent", "rest_cent"), Column("noemt", "code", "declaratienummers")),
        Column("lijkt op", "text", "lijkt_op"),
        Column("omschrijving", "text", "omschrijving", spare=True),
    )
    rows = (
        (
            *(str(one.id), one.datum, ", ".join(one.gemeenten), one.cent, one.rest_cent, ", ".join(one.nummers)),
            *(_like(one), one.omschrijving),
        )
        for one in beeld.rest
    )
    total = "totaal", None, "", sum(one.cent for one in beeld.rest), sum(one.rest_cent for one in beeld.rest), "", "", ""
    return Table("Restlijst: nog aan niets gekoppeld", columns, tuple(rows), total if beeld.rest else None)


def _like(one: Betaling) -> str:
    return f"betaling {one.lijkt_op[0]} van {words.day(one.lijkt_op[1])}" if one.lijkt_op else ""


def paid_report(beeld: Betaalbeeld, namen: Mapping[str, str], most: int | None = _SHOWN) -> Report:
    """Return what was paid, to read; `most` rows of what is left, None: all."""
    rest = rest_table(beeld)
    parts: list[Part] = [paid_table(beeld, namen)]
    if beeld.rest:
        parts.append(rest if most is None else rest.first(most, "de rest staat in rest.csv van --out"))
    left = sum(one.rest_cent for one in beeld.rest)
    facts = (
        ("stand op", words.day(beeld.op)),
        ("ontvangen van gemeenten", words.euros(beeld.gelezen_cent)),
        ("daarvan gekoppeld", words.euros(beeld.gelezen_cent - left)),
        ("rest", words.euros(left)),
    )
    return Report("Betalingen", facts, tuple(parts), origin=f"mpj {__version__}")


def write_paid(beeld: Betaalbeeld, folder: Path, namen: Mapping[str, str], taal: Taal = "nl") -> None:
    """Write betaald.csv, rest.csv, betaald.xlsx and betaald.html to a folder. Raises InputError where XlsxWriter is missing."""
    tables = {"betaald": paid_table(beeld, namen), "rest": rest_table(beeld)}
    write_report(folder, "betaald", paid_report(beeld, namen, None), tables, taal=taal)
