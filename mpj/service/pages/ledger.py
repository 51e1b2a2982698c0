"""Ledger: what stands in it, messages that were sent, and answers that came; where an office has one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from attrs import field, frozen
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from mpj.ledger import report as ledger_report
from mpj.ledger.conversation import Geboekt
from mpj.ledger.looks import LedgerStatus, OfDeclaratie
from mpj.ledger.report import Shown
from mpj.ledger.schema import CONCEPT
from mpj.presentation.languages import Taal
from mpj.presentation.translation import translated
from mpj.reading.faults import Fault
from mpj.service.forms import DAY, FormField, RequestForm
from mpj.service.ledgering import ANSWER, NUMMERS, STATUS
from mpj.service.office import Office
from mpj.service.pages import maand
from mpj.service.pages.desk import Desk, download, shown
from mpj.service.pages.files import zipped_of
from mpj.service.pages.visits import Visit
from mpj.service.uploads import Uploads
from mpj.service.work import Step

PAGE = "ledger"
_SENT = RequestForm((), (), (FormField("op", DAY),))
_CONCEPTS = _SENT.with_fields(NUMMERS)


@frozen
class Boeking:
    """What was done in the ledger at the asking of a visitor."""

    declaraties: tuple[tuple[str, Geboekt], ...]
    """What became of declarations, each with the line that the command says of it."""
    meldingen: tuple[Fault, ...] = ()
    """What was not read."""


@frozen
class Stand:
    """What stands in the ledger, as a page shows it in one language."""

    titel: str
    inhoud: Markup = field(repr=False)
    concepten: Mapping[str, Sequence[OfDeclaratie]]
    """By their month."""


def add(app: Starlette, desk: Desk) -> None:
    """Have the pages answer."""
    for path, method, handler in (
        ("/ledger", "GET", _front),
        ("/ledger/weg", "POST", _away),
        ("/ledger/antwoord", "POST", _answer),
        ("/ledger/berichten", "POST", _messages),
        ("/ledger/verzonden", "POST", _sent_by_another),
        ("/maand/verzonden", "POST", _sent),
    ):
        desk.add(app, path, partial(handler, desk), method)


async def _front(desk: Desk, request: Request, visit: Visit) -> Response:
    """Show what stands in the ledger, and what the last thing that was done came to."""
    kept = desk.kept(visit, PAGE)
    if kept is not None and kept.busy:
        return desk.waiting(visit, PAGE, kept)
    stand = await asyncio.to_thread(_stand, desk, visit.taal)
    values: dict[str, Any] = {"pad": "/ledger", "stand": stand, "fouten": () if kept is None else kept.faults}
    values["boeking"] = None if kept is None or kept.faults else kept.found
    values["vier_ogen"] = desk.office.vier_ogen
    return desk.show(visit, "ledger.html", values)


def _stand(desk: Desk, taal: Taal) -> Stand | None:
    """Return what stands in the ledger to read, None where there is none yet."""
    office, seen = desk.office, Shown(desk.today(), desk.office.names)
    with office.ledger(new=True) as ledger:

        def made() -> Stand:
            found = office.standing.of(ledger, STATUS, ledger.status)
            report = ledger_report.status(found, seen).report
            return Stand(translated(report.title, taal), shown(taal, report, 3), _concepts(found))

        return office.standing.of(ledger, (taal, seen.op), made) if ledger.database.exists() else None


def _concepts(found: LedgerStatus) -> dict[str, list[OfDeclaratie]]:
    """Return the concepts in a ledger by their month."""
    months: dict[str, list[OfDeclaratie]] = {}
    for one in found["declaraties"]:
        if one["status"] == CONCEPT:
            months.setdefault(one["declaratieperiode"], []).append(one)
    return months


async def _away(desk: Desk, request: Request, visit: Visit) -> Response:
    await desk.fields(request, visit, RequestForm())
    desk.drop(visit, PAGE)
    return desk.go("/ledger")


async def _sent(desk: Desk, request: Request, visit: Visit) -> Response:
    """Remember that the messages that a visitor was given were sent: no others, whatever the month was kept as after that."""
    asked = await desk.fields(request, visit, _SENT)
    return await _send(desk, visit, {**asked, "nummers": maand.concepts(desk.result(visit, maand.PAGE))})


async def _sent_by_another(desk: Desk, request: Request, visit: Visit) -> Response:
    """Remember that concepts which the page showed were sent, by whoever kept them: these and no others."""
    asked = await desk.fields(request, visit, _CONCEPTS)
    return await _send(desk, visit, asked)


async def _send(desk: Desk, visit: Visit, asked: Mapping[str, Any]) -> Response:
    return await desk.work(visit, PAGE, await Uploads.of({}, asked), _remembered, writes=True)


def _remembered(office: Office, given: Uploads, today: date, step: Step) -> Boeking:
    with office.ledger() as ledger:
        return _told(office, ledger.send(given.fields["nummers"], op=given.fields["op"] or today, vier_ogen=office.vier_ogen))


async def _messages(desk: Desk, request: Request, visit: Visit) -> Response:
    """Hand out the messages of concepts, to whoever is to send them: also what somebody else kept."""
    asked = await desk.fields(request, visit, RequestForm(fields=(NUMMERS,)))

    def made() -> bytes:
        with desk.office_of(visit).ledger() as ledger:
            return zipped_of(ledger.messages(asked["nummers"], concepten=True))

    return download(await asyncio.to_thread(made), "berichten.zip", "application/zip")


async def _answer(desk: Desk, request: Request, visit: Visit) -> Response:
    """Book answers (JW325), each by itself."""
    given = await desk.uploads(request, visit, ANSWER)
    return await desk.work(visit, PAGE, given, _booked, writes=True)


def _booked(office: Office, given: Uploads, today: date, step: Step) -> Boeking:
    told: list[Fault] = []
    with office.ledger() as ledger:
        return _told(office, ledger.answer(given.files["antwoord"], op=today, report=told.append), told)


def _told(office: Office, found: Sequence[Geboekt], told: Sequence[Fault] = ()) -> Boeking:
    names = office.names
    return Boeking(tuple((ledger_report.booked(one, names), one) for one in found), tuple(told))
