"""Reports from the ledger of an office over HTTP: what `mpj report` writes, as JSON, and as its files where they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from attrs import field, frozen

import mpj
from mpj.engine.opdracht import check_order
from mpj.presentation.languages import Taal
from mpj.presentation.report import Report
from mpj.reading.faults import Fault, InputError
from mpj.reading.periods import parse_month
from mpj.reading.sources import Reading
from mpj.reports import (
    Gebruiksvraag,
    Jaarvraag,
    Vergelijkingsvraag,
    beside,
    estimated,
    read_benchmark,
    read_kpi,
    read_requests,
    read_use,
    read_year,
    write_benchmark,
    write_kpi,
    write_use,
    write_year,
)
from mpj.service.declaring import Heard
from mpj.service.forms import DAY, FLAG, MONTH, NUMBER, FormField, RequestForm
from mpj.service.ledgering import GEMEENTE, check_year, contracts_for
from mpj.service.office import Office
from mpj.service.tabling import FILES_OF, tables_of
from mpj.service.uploads import Uploads
from mpj.service.work import Step

_MONTHS = (FormField("van", MONTH, needed=True), FormField("tot", MONTH, needed=True))
YEAR = RequestForm(
    (),
    ("naast", "contract"),
    (FormField("jaar", NUMBER, needed=True), GEMEENTE, FormField("peildatum", DAY), FormField("raming", FLAG), *FILES_OF),
)
USE = RequestForm((), ("toewijzingen", "contract"), (FormField("op", DAY), *FILES_OF))
BENCHMARK = RequestForm((), ("contract",), (*_MONTHS, *FILES_OF))
KPI = RequestForm((), ("bericht",), (*_MONTHS, *FILES_OF))


@frozen
class Told:
    """Where a report goes: a folder for its files, and who hears what is to be said of what was read."""

    folder: Path
    heard: Heard = field(factory=Heard)
    taal: Taal = "nl"


Make: TypeAlias = Callable[[Office, Uploads, date, Told], Report]
"""Writes a report of an office, and returns it to read; raises InputError."""


def year_report(office: Office, given: Uploads, today: date, told: Told) -> Report:
    """Write the year per gemeente, with the reconciliation to what was delivered."""
    fields = given.fields
    day: date | None = fields["peildatum"]
    if day is not None and day > today:
        text = "deze dag is er nog niet: wat dan is toegekend, weet niemand"
        raise InputError(Fault("waarde_onjuist", "", 0, "peildatum", day.isoformat(), "vandaag of eerder", text))
    contracts = contracts_for(given, told.heard, office.month(""))
    asked = Jaarvraag(jaar=check_year(fields["jaar"]), gemeenten=fields["gemeente"], peildatum=day, contracten=contracts)
    other, hear = given.one("naast"), told.heard.meldingen.append
    with office.ledger() as ledger:
        found = read_year(ledger, asked)
    laid = None if other is None else beside(found, other, gemeenten=fields["gemeente"], report=hear)
    raming = estimated(found) if fields["raming"] else None
    return write_year(found, told.folder, namen=office.names, naast=laid, raming=raming, taal=told.taal)


def use_report(office: Office, given: Uploads, today: date, told: Told) -> Report:
    """Write what of limits and ceilings is used and left, and what waits."""
    contracts = contracts_for(given, told.heard, office.month(""))
    assigned = mpj.read_toewijzingen(given.files.get("toewijzingen", ()), **told.heard.options("toewijzingen"))
    asked = Gebruiksvraag(op=given.fields["op"] or today, contracten=contracts, toewijzingen=tuple(assigned))
    with office.ledger() as ledger:
        found = read_use(ledger, asked)
    told.heard.meldingen += found.meldingen
    if asked.toewijzingen and not found.ontvangen:
        text = "toewijzingen is niet gebruikt: dit is het ledger van een aanbieder, dat zijn toewijzingen zelf bewaart"
        told.heard.meldingen.append(Fault("opmerking", toelichting=text, soort="waarschuwing"))
    return write_use(found, told.folder, namen=office.names, taal=told.taal)


def benchmark_report(office: Office, given: Uploads, today: date, told: Told) -> Report:
    """Write what a client gets, compared between aanbieders, gemeenten and regions, with small groups hidden."""
    van, tot = months_of(given)
    contracts = contracts_for(given, told.heard, office.month(""))
    asked = Vergelijkingsvraag(van=van, tot=tot, contracten=contracts, regios=office.regions)
    with office.ledger() as ledger:
        found = read_benchmark(ledger, asked)
    return write_benchmark(found, told.folder, namen=office.names, taal=told.taal)


def kpi_report(office: Office, given: Uploads, today: date, told: Told) -> Report:
    """Write the traffic of messages by month and partner, beside the norms."""
    messages = given.files.get("bericht")
    requests = read_requests(messages, Reading(told.heard.meldingen.append)) if messages else None
    with office.ledger() as ledger:
        found = read_kpi(ledger, *months_of(given), requests)
    return write_kpi(found, told.folder, namen=office.names, taal=told.taal)


def _tables(make: Make, office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    told = Told(given.new_folder(), taal=given.fields["taal"])
    make(office, given, today, told)
    return tables_of(given, told.folder, told.heard.meldingen)


year, use, benchmark, kpi = (partial(_tables, make) for make in (year_report, use_report, benchmark_report, kpi_report))
"""The reports as JSON."""


def months_of(given: Uploads) -> tuple[int, int]:
    """Return the first and the last month that are asked about; raises InputError where they are turned round."""
    van, tot = (parse_month(given.fields[name]) for name in ("van", "tot"))
    check_order(van, tot, "tot")
    return van, tot
