"""The files of a report on the year: CSV, workbooks and pages, in all and per gemeente."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mpj.presentation.files import write_report
from mpj.presentation.languages import Taal
from mpj.presentation.report import Report, Table
from mpj.reports import pages
from mpj.reports.beside import Naast, Raming
from mpj.reports.speech import ReportSpeech
from mpj.reports.tasks import tasks_table
from mpj.reports.year import Jaarbeeld


def write_year(
    beeld: Jaarbeeld,
    folder: Path,
    *,
    namen: Mapping[str, str],
    naast: Sequence[Naast] | None = None,
    raming: Sequence[Raming] | None = None,
    taal: Taal = "nl",
) -> Report:
    """Write the files of a year to a folder, and return the overview. Raises InputError where XlsxWriter is missing."""
    speech = ReportSpeech(taal, namen)
    beside: dict[str, Table] = {}
    if naast is not None:
        beside["naast"] = pages.beside_table(naast, speech)
    if raming is not None:
        beside["raming"] = pages.estimate_table(raming, speech)
    if beeld.taken:
        beside["taken"] = tasks_table(beeld.taken, speech)
    if beeld.gesloten is not None:
        beside["mutaties"] = pages.changes_table(beeld.mutaties, speech)
    posts = pages.reconciliation_table(beeld.aansluiting, speech)
    tables = {"jaar": pages.year_table(speech.say("Jaar"), beeld.regels, speech), "aansluiting": posts, **beside}
    shown = {**beside, "naast": pages.differences_table(naast, speech)} if naast is not None else beside
    whole = pages.overview(beeld, speech, shown.values())
    write_report(folder, "jaar", whole, tables, pages.workbook(whole, beeld, beeld.gemeenten, speech, beside.values()))
    for gemeente in beeld.gemeenten:
        page = pages.gemeente_page(beeld, gemeente, speech)
        write_report(folder, f"jaar-{gemeente}", page, {}, pages.workbook(whole, beeld, [gemeente], speech))
    return whole
