"""Tarieven: a matrix checked and read, two compared, lines repriced under another, and a published workbook read in."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from attrs import evolve, field, frozen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from mpj.presentation import csv
from mpj.presentation.languages import Readers
from mpj.presentation.report import Report
from mpj.reading.faults import Fault, InputError
from mpj.reading.sources import Reading
from mpj.service.forms import DAY, FormField, RequestForm
from mpj.service.office import Office
from mpj.service.pages.desk import Desk, Make, download
from mpj.service.pages.files import zipped
from mpj.service.pages.visits import Visit
from mpj.service.tariffing import contract_of, contracts_of, settings_of
from mpj.service.uploads import Uploads
from mpj.service.work import Step
from mpj.tariefkaart import compile_tariefkaart
from mpj.workbench.check.folders import check_folders
from mpj.workbench.diff import report as diff_report
from mpj.workbench.diff.comparison import compare
from mpj.workbench.importing.folder import imported
from mpj.workbench.importing.report import report as import_report
from mpj.workbench.importing.workbook import Ingelezen
from mpj.workbench.reprice.files import reprice_files, trace_of
from mpj.workbench.show import report as show_report
from mpj.workbench.show.overview import overview


@frozen
class Bevonden:
    """What a tool had to say."""

    rapporten: tuple[Report, ...]
    meldingen: tuple[Fault, ...] = ()
    """Warnings; faults as well where something was understood all the same."""
    bestand: bytes = field(default=b"", repr=False)
    """What there is to take along, as a zip."""

    @property
    def mis(self) -> bool:
        """Whether it went wrong."""
        return any(fault.soort == "fout" for fault in self.meldingen)


@frozen
class Gereedschap:
    """One tool: its page, what it takes, and what does the work."""

    pagina: str
    form: RequestForm
    make: Make
    bestand: str = ""
    """What its zip is called."""

    async def front(self, desk: Desk, request: Request, visit: Visit) -> Response:
        """Show what was found, how far it is, or the form."""
        kept = desk.kept(visit, self.pagina)
        if kept is not None and kept.busy:
            return desk.waiting(visit, self.pagina, kept)
        values: dict[str, Any] = {
            "pad": f"/{self.pagina}",
            "pagina": self.pagina,
            "uit": None,
            "fouten": () if kept is None else kept.faults,
        }
        values["jaar"] = desk.today().year
        if kept is not None and not kept.faults:
            values["uit"] = kept.found
        return desk.show(visit, f"{self.pagina.replace('/', '_')}.html", values)

    async def begin(self, desk: Desk, request: Request, visit: Visit) -> Response:
        """Take the form in, and do the work."""
        given = await desk.uploads(request, visit, self.form)
        return await desk.work(visit, self.pagina, evolve(given, fields={**given.fields, "taal": visit.taal}), self.make)

    async def away(self, desk: Desk, request: Request, visit: Visit) -> Response:
        """Forget what was found."""
        await desk.fields(request, visit, RequestForm())
        desk.drop(visit, self.pagina)
        return desk.go(f"/{self.pagina}")

    async def take(self, desk: Desk, request: Request, visit: Visit) -> Response:
        """Hand out what there is to take along."""
        found: Bevonden = desk.result(visit, self.pagina)
        if not found.bestand:
            raise InputError(Fault("niet_gevonden", toelichting="er is niets om mee te nemen"))
        return download(found.bestand, self.bestand, "application/zip")


def add(app: Starlette, desk: Desk) -> None:
    """Have the pages answer."""

    async def front(request: Request, visit: Visit) -> Response:
        return desk.show(visit, "tarieven.html", {"pad": "/tarieven"})

    desk.add(app, "/tarieven", front)
    for tool in TOOLS:
        add_tool(app, desk, tool)


def add_tool(app: Starlette, desk: Desk, tool: Gereedschap) -> None:
    """Have the pages of a tool answer."""
    for path, method, handler in (
        ("", "GET", tool.front),
        ("", "POST", tool.begin),
        ("/weg", "POST", tool.away),
        ("/bestanden.zip", "GET", tool.take),
    ):
        desk.add(app, f"/{tool.pagina}{path}", partial(handler, desk), method)


def _read(office: Office, given: Uploads, today: date, step: Step) -> Bevonden:
    """Check contracts, and show each matrix."""
    told: list[Fault] = []
    contracts, warnings = check_folders(given.contracts(told.append))
    return Bevonden(tuple(show_report.report(overview(one), office.names) for one in contracts), (*told, *warnings))


def _compare(office: Office, given: Uploads, today: date, step: Step) -> Bevonden:
    """Compare two matrices; the table of differences goes along."""
    told: list[Fault] = []
    oud, nieuw = (contract_of(given, name, told) for name in ("oud", "nieuw"))
    result = compare(oud, nieuw, oud_op=given.fields["oud_op"], nieuw_op=given.fields["nieuw_op"])
    hashes = compile_tariefkaart(oud).hash, compile_tariefkaart(nieuw).hash
    folder = given.new_folder()
    csv.write(folder / "verschillen.csv", diff_report.cells(result))
    return Bevonden((diff_report.report(result, (oud.id, nieuw.id), hashes),), tuple(told), zipped(folder))


def _reprice(office: Office, given: Uploads, today: date, step: Step) -> Bevonden:
    """Reprice lines under another matrix."""
    told: list[Fault] = []
    oud, nieuw = (contracts_of(given, name, told) for name in ("oud", "nieuw"))
    folder, files = given.new_folder(), given.files
    prijspeil, readers = given.fields["prijspeil"], Readers(given.fields["taal"])
    trace, reading = trace_of(files.get("herkomst", ())), Reading(told.append)
    outcome, report = reprice_files(folder, files["regels"], trace, oud, nieuw, prijspeil, reading, readers)
    return Bevonden((report,), (*told, *outcome.meldingen), zipped(folder))


def _import(office: Office, given: Uploads, today: date, step: Step) -> Bevonden:
    """Read a published workbook in: what was understood of it is told, also where there are faults."""
    understood: list[Report] = []
    told: list[Fault] = []

    def tell(found: Ingelezen) -> None:
        understood.append(import_report(found))

    workbook = given.one("werkmap")
    assert workbook is not None  # The form asks for it.
    into = given.folder / "contract"
    into.mkdir(exist_ok=True)
    toml = settings_of(given, told)
    try:
        with imported(workbook, into, toml=toml, vanaf=given.fields["vanaf"], tell=tell) as (_, contract, stage):
            matrix = show_report.report(overview(contract), office.names)
            return Bevonden((*understood, matrix), tuple(told), zipped(stage))
    except InputError as error:
        if not understood:
            raise
        return Bevonden(tuple(understood), (*told, *error.faults))


TOOLS = (
    Gereedschap("tarieven/matrix", RequestForm(("contract",)), _read),
    Gereedschap(
        "tarieven/vergelijken",
        RequestForm(("oud", "nieuw"), (), (FormField("oud_op", DAY), FormField("nieuw_op", DAY))),
        _compare,
        "verschillen.zip",
    ),
    Gereedschap(
        "tarieven/herberekenen",
        RequestForm(("regels", "oud", "nieuw"), ("herkomst",), (FormField("prijspeil", DAY),)),
        _reprice,
        "herberekening.zip",
    ),
    Gereedschap(
        "tarieven/inlezen",
        RequestForm(("werkmap", "contract"), (), (FormField("vanaf", DAY),)),
        _import,
        "contract.zip",
    ),
)
"""The tools, in the order of the page that leads to them."""
