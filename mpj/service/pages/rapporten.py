"""Rapporten: the year, the use of limits, the traffic of messages and a comparison, from the ledger of an office."""

from __future__ import annotations

from datetime import date
from typing import Any

from attrs import evolve
from starlette.applications import Starlette

from mpj.service import reporting
from mpj.service.forms import DAY, FLAG, MONTH, FormField, RequestForm, words
from mpj.service.office import Office
from mpj.service.pages.desk import Desk
from mpj.service.pages.files import zipped
from mpj.service.pages.tarieven import Bevonden, Gereedschap, add_tool
from mpj.service.uploads import Uploads
from mpj.service.work import Step

_MAKES = {
    "jaar": reporting.year_report,
    "gebruik": reporting.use_report,
    "verkeer": reporting.kpi_report,
    "vergelijking": reporting.benchmark_report,
}
_ASKED = RequestForm(
    (),
    ("naast",),
    (
        FormField("soort", words(*_MAKES)),
        FormField("van", MONTH, needed=True),
        FormField("tot", MONTH, needed=True),
        FormField("peildatum", DAY),
        FormField("raming", FLAG),
    ),
)


def add(app: Starlette, desk: Desk) -> None:
    """Have the page answer."""
    add_tool(app, desk, Gereedschap("rapporten", _ASKED, _made, "rapport.zip"))


def _made(office: Office, given: Uploads, today: date, step: Step) -> Bevonden:
    """Make the report that was asked for, and its files: of a year that of the first month, of limits those of today."""
    van, _ = reporting.months_of(given)
    asked: dict[str, Any] = {**given.fields, "jaar": van // 12, "gemeente": (), "op": None}
    told = reporting.Told(given.new_folder(), taal=given.fields["taal"])
    report = _MAKES[given.fields["soort"]](office, evolve(given, fields=asked), today, told)
    return Bevonden((report,), tuple(told.heard.meldingen), zipped(told.folder))
