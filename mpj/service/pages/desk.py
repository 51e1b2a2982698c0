"""What pages share: a visitor's form is taken in, its work begun, and what came of it shown, in their language."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from functools import cache, partial
from hmac import compare_digest
from http import HTTPStatus
from typing import Any, TypeAlias, cast

from attrs import evolve
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mpj.presentation import html, languages
from mpj.presentation.languages import Taal
from mpj.presentation.report import Report
from mpj.presentation.translation import fault_text, translated, translated_report
from mpj.reading.faults import Fault, InputError
from mpj.reading.register import fault_register
from mpj.service.forms import FormField, RequestForm
from mpj.service.gate import Gate, drain
from mpj.service.office import Office
from mpj.service.operations import roles_of
from mpj.service.pages.visits import PageWork, Visit, Visits
from mpj.service.problems import HARMLESS, HEADERS, UNEXPECTED, status_of
from mpj.service.roles import Rol
from mpj.service.tasks import Answer, Tasks
from mpj.service.uploads import Uploads
from mpj.service.work import Step

SECURITY = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "same-origin",
}
"""What a page may hold: what this service serves and nothing inline. A form has to say that it comes from here."""
AT_ONCE = 0.2
"""Seconds that a page waits for what it has computed, before it shows how far it is."""
SEAL, KEY = "zegel", "sleutel"
"""What a form carries: that it is of this visitor, and which form it is, so that what it asks is done once."""
LOGIN = "/inloggen"
_OF_PAGES = (FormField(SEAL), FormField(KEY))
Handler: TypeAlias = Callable[[Request, Visit], Awaitable[Response]]
Make: TypeAlias = Callable[[Office, Uploads, date, Step], Any]
"""Computes in another process what a page shows, of an office and what a visitor gave, on a day; raises InputError."""
Holds: TypeAlias = Callable[[PageWork], bool]
"""Says whether the files are held for as long as what was computed is kept, to go on with them."""


@cache
def _templates() -> Environment:
    loader = PackageLoader("mpj.service.pages")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["in_taal"] = _in_language
    return made


def _in_language(text: str | Fault, taal: Taal) -> str:
    """Return what another part of mpj says, in the language of a page."""
    return fault_text(text, taal) if isinstance(text, Fault) else translated(text, taal)


def told(text: str, taal: Taal, **values: str | int) -> str:
    """Return a text of a page, which stands in Dutch where it is used; raises KeyError when a catalog does not have it."""
    found = text if taal == "nl" else languages.catalog("mpj.service.pages", "pages", taal)["", text]
    return found.format(**values) if values else found


def shown(taal: Taal, report: Report, level: int = 2) -> Markup:
    """Return a report as a part of a page in a language: the same as in a page of its own. It escaped what came from outside."""
    return Markup(html.content(translated_report(report, taal), level))


class Desk:
    """Serves visitors: `sections` are the places of the navigation, each a path and its name in Dutch."""

    def __init__(self, tasks: Tasks, visits: Visits, today: Callable[[], date], gate: Gate, sections: Mapping[str, str]) -> None:
        self._tasks = tasks
        self._visits = visits
        self._sections = sections
        self._gate = gate
        self.today = today
        self.office = gate.office

    def add(self, app: Starlette, path: str, handler: Handler, method: str = "GET") -> None:
        """Have a page answer on a path; what is wrong with the input is a page as well."""

        rollen = roles_of(path)

        async def answer(request: Request) -> Response:
            visit = self._visits.of(request)
            try:
                visit = self._logged_in(visit)
                response = await self._kept_out(request, visit, rollen) or await handler(request, visit)
            except InputError as error:
                response = self._failed(request, visit, error.faults, status_of(error))
            except HTTPException:
                raise  # The service refuses the request itself.
            except Exception:
                told = HARMLESS if method == "GET" else UNEXPECTED
                response = self._failed(request, visit, [told], HTTPStatus.INTERNAL_SERVER_ERROR)
            finally:
                await request.close()
            return visit.handed(response)

        app.router.add_route(path, answer, methods=[method], include_in_schema=False)

    def _logged_in(self, visit: Visit) -> Visit:
        logins = self._gate.logins
        return visit if logins is None else evolve(visit, user=logins.user_of(visit.pas))

    async def _kept_out(self, request: Request, visit: Visit, rollen: frozenset[Rol] | None) -> Response | None:
        """Return where a visitor goes who has to log in, None where they may stay; raises InputError where their role may not."""
        if self._gate.logins is None or rollen is None:
            return None
        if visit.user is None:
            await drain(request)
            return self.go(LOGIN)
        try:
            self._gate.check(visit.user, rollen)
        except InputError:
            await drain(request)
            raise
        return None

    def may(self, visit: Visit, path: str) -> bool:
        """Say whether a visitor may see a page."""
        rollen = roles_of(path)
        return self._gate.logins is None or rollen is None or (visit.user is not None and visit.user.rol in rollen)

    def office_of(self, visit: Visit) -> Office:
        """Return the office in the name of a visitor: what they change in the ledger is theirs."""
        return self._gate.of(visit.user)

    def renew(self, visit: Visit) -> Visit:
        """Return a visitor under a new cookie."""
        return self._visits.renew(visit)

    def forget(self, visit: Visit) -> None:
        """End what there is of a visitor: their session, and what was computed for them."""
        self._visits.forget(visit)
        if self._gate.logins is not None:
            self._gate.logins.end(visit.pas)

    def _failed(self, request: Request, visit: Visit, faults: Sequence[Fault], status: int) -> Response:
        asked = self._section(request.url.path)
        back = asked if self.may(visit, asked) else self.first(visit)
        return self.show(visit, "fouten.html", {"pad": back, "fouten": faults, "terug": back}, status)

    def show(self, visit: Visit, template: str, values: Mapping[str, Any], status: int = HTTPStatus.OK) -> Response:
        """Return a page; `values` hold `pad`, the path that it is at."""

        def t(text: str, **given: str | int) -> str:
            return told(text, visit.taal, **given)

        places = {path: name for path, name in self._sections.items() if self.may(visit, path)}
        frame: dict[str, Any] = {
            "t": t,
            "taal": visit.taal,
            "zegel": visit.zegel,
            "sleutel": secrets.token_urlsafe(12),
            "plaatsen": places,
            "actie": _action,
            "shown": partial(shown, visit.taal),
        }
        frame |= {"mag": partial(self.may, visit), "gebruiker": visit.user, "open": self._gate.logins is None}
        text = _templates().get_template(template).render(frame | {"plaats": self._section(values["pad"])} | dict(values))
        return Response(text, status, {**SECURITY, **HEADERS.get(status, {})}, "text/html")

    def first(self, visit: Visit) -> str:
        """Return the first place of the navigation that a visitor may see; who is not known yet logs in."""
        return next((path for path in self._sections if self.may(visit, path)), LOGIN)

    def kept(self, visit: Visit, page: str) -> PageWork | None:
        """Return what a page keeps for a visitor."""
        return self._visits.find(visit, page)

    def drop(self, visit: Visit, page: str) -> None:
        """Keep nothing of a page any more."""
        self._visits.keep(visit, page, None)

    def result(self, visit: Visit, page: str) -> Any:
        """Return what was computed for a page; raises InputError where that is not there, or not any more."""
        kept = self.kept(visit, page)
        if kept is None or kept.busy or kept.faults:
            text = "wat hier stond, is er niet meer: het blijft een uur in het geheugen"
            raise InputError(Fault("niet_gevonden", toelichting=text, verwacht="kies de bestanden opnieuw"))
        return kept.found

    async def fields(self, request: Request, visit: Visit, form: RequestForm) -> Mapping[str, Any]:
        """Return the fields of a form without files; raises InputError for one that was not made for this visitor."""
        await self._check_seal(request, visit)
        return (await form.with_fields(*_OF_PAGES).read(request, page=True)).fields

    async def uploads(self, request: Request, visit: Visit, form: RequestForm) -> Uploads:
        """Return the files and fields of a form; raises InputError as `fields`."""
        await self._check_seal(request, visit)
        asked = await form.with_fields(*_OF_PAGES).read(request, page=True)
        return await Uploads.of({name: own for name, own in asked.files.items() if own}, asked.fields)

    async def _check_seal(self, request: Request, visit: Visit) -> None:
        given = (await request.form()).get(SEAL)
        if visit.new or not isinstance(given, str) or not compare_digest(given.encode(), visit.zegel.encode()):
            text = "dit formulier hoort niet bij dit bezoek, of de dienst is opnieuw gestart"
            raise InputError(Fault("verzoek_geweigerd", toelichting=text, verwacht="open de pagina opnieuw"))

    async def work(
        self, visit: Visit, page: str, given: Uploads, make: Make, *, writes: bool = False, holds: Holds | None = None
    ) -> Response:
        """Have `make` compute something of what was given, and send the visitor to the page that shows it.

        What `writes` is done once for each form, however often that is sent: who presses twice sees what the first press came to.
        The files go when the work is done, unless it `holds` them.
        """
        kept = PageWork(asked=given.fields)
        job = partial(make, self.office_of(visit), given, self.today())

        def work(step: Step) -> Answer:
            try:
                kept.found = self._tasks.processes.do(job, given.folder, step)
            except InputError as error:
                kept.faults = error.faults
            except Exception:
                kept.faults = (UNEXPECTED if writes else HARMLESS,)
            finally:
                if holds is not None and holds(kept):
                    kept.hold(given)
                else:
                    given.remove()
            return Answer(HTTPStatus.OK, b"", again=bool(kept.faults) or getattr(kept.found, "mis", False))

        form = given.fields.get(KEY, "") if writes else ""
        key = f"{form} {await asyncio.to_thread(given.digest)}" if form else ""
        kept.task, new = self._tasks.begin(work, page, key, visit.pas)
        if new:
            self._visits.keep(visit, page, kept)
        else:
            given.remove()
        await asyncio.wait([asyncio.wrap_future(kept.task.future)], timeout=AT_ONCE)
        return self.go(f"/{page}")

    def waiting(self, visit: Visit, page: str, kept: PageWork) -> Response:
        """Return the page that says how far the work is, and looks again by itself."""
        assert kept.task is not None
        values = {"pad": f"/{page}", "gedaan": kept.task.gedaan, "totaal": kept.task.totaal}
        response = self.show(visit, "bezig.html", values)
        response.headers["refresh"] = "1"
        return response

    def go(self, path: str) -> Response:
        """Send a visitor to a page."""
        return RedirectResponse(path, HTTPStatus.SEE_OTHER, SECURITY)

    def _section(self, path: str) -> str:
        return next((one for one in self._sections if path == one or path.startswith(f"{one}/")), next(iter(self._sections)))


def download(data: bytes, name: str, kind: str) -> Response:
    """Return a file to keep; its name is one of ours."""
    return Response(data, HTTPStatus.OK, SECURITY | {"content-disposition": f'attachment; filename="{name}"'}, kind)


def _action(fault: Fault) -> str:
    """Return what to do about a fault, as the register has it."""
    known = fault_register().get(cast("Any", fault.code))
    return "" if known is None else known.actie
