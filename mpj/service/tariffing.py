"""Matrices over HTTP: what `mpj tariffs` checks, shows, compares, reprices and reads in, as JSON."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from mpj.contract import Contract, load_contracts
from mpj.presentation import csv
from mpj.presentation.languages import Readers
from mpj.reading.faults import Fault, InputError
from mpj.reading.sources import Reading
from mpj.service.forms import DAY, FormField, RequestForm
from mpj.service.tabling import BESTANDEN, FILES_OF, tables_of
from mpj.service.uploads import Uploads
from mpj.service.work import Step
from mpj.workbench.check.folders import check_folders
from mpj.workbench.diff import report as diff_report
from mpj.workbench.diff.comparison import compare
from mpj.workbench.importing.folder import imported
from mpj.workbench.reprice.files import reprice_files, trace_of
from mpj.workbench.show import report as show_report
from mpj.workbench.show.overview import overview

_T = TypeVar("_T", Contract, Path)
CHECK = RequestForm(("contract",), (), (BESTANDEN,))
SHOW = RequestForm(("contract",), (), (FormField("op", DAY), BESTANDEN))
DIFF = RequestForm(("oud", "nieuw"), (), (FormField("oud_op", DAY), FormField("nieuw_op", DAY), BESTANDEN))
REPRICE = RequestForm(("regels", "oud", "nieuw"), ("herkomst", "stappen"), (FormField("prijspeil", DAY), *FILES_OF))
IMPORT = RequestForm(("werkmap", "contract"), (), (FormField("vanaf", DAY), BESTANDEN))


def check(given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Check contracts: warnings; raises InputError with the faults of all of them."""
    told: list[Fault] = []
    _, warnings = check_folders(given.contracts(told.append))
    return tables_of(given, given.new_folder(), [*told, *warnings])


def show(given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Show a matrix, cell by cell."""
    told: list[Fault] = []
    folder = given.new_folder()
    csv.write(folder / "matrix.csv", show_report.fields(overview(contract_of(given, "contract", told), op=given.fields["op"])))
    return tables_of(given, folder, told)


def diff(given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Compare two matrices, cell by cell."""
    told: list[Fault] = []
    old, new = (contract_of(given, name, told) for name in ("oud", "nieuw"))
    folder = given.new_folder()
    result = compare(old, new, oud_op=given.fields["oud_op"], nieuw_op=given.fields["nieuw_op"])
    csv.write(folder / "verschillen.csv", diff_report.cells(result))
    return tables_of(given, folder, told)


def reprice(given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Say what the same lines would have cost under another matrix."""
    told: list[Fault] = []
    old, new = (contracts_of(given, name, told) for name in ("oud", "nieuw"))
    folder, files = given.new_folder(), given.files
    trace = trace_of(files.get("herkomst", ()), files.get("stappen", ()))
    asked, readers = given.fields["prijspeil"], Readers(given.fields["taal"])
    outcome, _ = reprice_files(folder, files["regels"], trace, old, new, asked, Reading(told.append), readers)
    return tables_of(given, folder, [*told, *outcome.meldingen])


def read_in(given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Read a published workbook in, beside the settings of a contract: `tarieven` holds what was understood."""
    told: list[Fault] = []
    workbook = given.one("werkmap")
    assert workbook is not None  # The form asks for it.
    folder, toml = given.new_folder(), settings_of(given, told)
    with imported(workbook, given.folder / "contract", toml=toml, vanaf=given.fields["vanaf"]) as (_, _, stage):
        shutil.copytree(stage, folder, dirs_exist_ok=True)
    return tables_of(given, folder, told)


def contracts_of(given: Uploads, name: str, told: list[Fault]) -> Sequence[Contract]:
    """Return the contracts in a field; `told` gets what is to be said of them."""
    return load_contracts(given.contracts(told.append, name), report=told.append)


def contract_of(given: Uploads, name: str, told: list[Fault]) -> Contract:
    """Return the contract in a field that takes one, as `contracts_of`; raises InputError for more."""
    return _only(contracts_of(given, name, told), name)


def settings_of(given: Uploads, told: list[Fault]) -> Path:
    """Return the contract.toml that a workbook is read by; raises InputError for more contracts than one."""
    return _only(given.contracts(told.append), "contract") / "contract.toml"


def _only(found: Sequence[_T], name: str) -> _T:
    if len(found) > 1:
        raise InputError(Fault("aanroep_onjuist", kolom=name, toelichting="er zijn meer contracten", verwacht="één contract"))
    return found[0]
