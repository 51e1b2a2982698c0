"""Controle: messages of aanbieders judged, the overview, what is wrong line by line, and the answers to take along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

from attrs import evolve, field, frozen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from mpj.presentation import words
from mpj.presentation.files import write_report
from mpj.presentation.report import Cell, Report, Row, Table, Value
from mpj.reading.faults import Fault, InputError
from mpj.service.declaring import Heard
from mpj.service.forms import RequestForm
from mpj.service.office import Office
from mpj.service.pages.desk import Desk, download, told
from mpj.service.pages.files import page_asked, paged, zipped
from mpj.service.pages.visits import Visit
from mpj.service.uploads import Uploads
from mpj.service.verifying import MESSAGES, judged
from mpj.service.work import Step
from mpj.verification import overzicht
from mpj.verification.many import Uitslag, Uitslagen, found_lines, write_many
from mpj.verification.paginas import page_of
from mpj.verification.report import report as message_report
from mpj.verification.told import VerificationSummary
from mpj.verification.values import CLIENT, REGEL, Bevinding

PAGE = "controle"
GROUPS = 50
"""Lines with their findings on one page."""
MESSAGES_SHOWN = 200
"""Messages on one page."""
_SHOWN = ("bericht", "aanbieder", "gemeente", "periode", "uitkomst", "ingediend_cent", "afgekeurd_cent", "belangrijkste_code")
_ASKED = RequestForm(MESSAGES.needed, tuple(name for name in MESSAGES.files if name != "gemeenten"), MESSAGES.fields)


@frozen
class Beoordeling:
    """What was found about one message."""

    samenvatting: VerificationSummary | None
    """None where it could not be judged."""
    bevindingen: Sequence[tuple[Bevinding, tuple[str, str, str]]] = field(repr=False)
    """Each with toewijzingnummer, productcode and begindatum of its line."""


@frozen
class Toetsronde:
    """What came of the messages of a visitor."""

    uitslagen: Uitslagen
    berichten: tuple[Beoordeling, ...]
    """In the order of the overview."""
    taal: str
    """In which the findings are told."""
    dagtekening: date
    meldingen: tuple[Fault, ...]
    antwoorden: bytes = field(repr=False)
    """All that the command writes, as a zip."""


def add(app: Starlette, desk: Desk) -> None:
    """Have the pages answer."""
    for path, method, handler in (
        ("/controle", "GET", _front),
        ("/controle", "POST", _judge),
        ("/controle/weg", "POST", _away),
        ("/controle/antwoorden.zip", "GET", _answers),
        ("/controle/bericht/{nummer:int}", "GET", _message),
    ):
        desk.add(app, path, partial(handler, desk), method)


async def _front(desk: Desk, request: Request, visit: Visit) -> Response:
    kept = desk.kept(visit, PAGE)
    if kept is not None and kept.busy:
        return desk.waiting(visit, PAGE, kept)
    if kept is None or kept.faults:
        faults = () if kept is None else kept.faults
        return desk.show(visit, "controle.html", {"pad": "/controle", "fouten": faults, "vandaag": desk.today().isoformat()})
    found: Toetsronde = kept.found
    report, page, pages = _overview(found, page_asked(request), desk.office.names)
    values = {"pad": "/controle", "rapport": report, "fouten": found.meldingen, "bladzij": page, "bladzijden": pages}
    return desk.show(visit, "controle_uit.html", values)


async def _judge(desk: Desk, request: Request, visit: Visit) -> Response:
    given = await desk.uploads(request, visit, _ASKED)
    given = evolve(given, fields={**given.fields, "taal": visit.taal})
    return await desk.work(visit, PAGE, given, _judged)


async def _away(desk: Desk, request: Request, visit: Visit) -> Response:
    await desk.fields(request, visit, RequestForm())
    desk.drop(visit, PAGE)
    return desk.go("/controle")


async def _answers(desk: Desk, request: Request, visit: Visit) -> Response:
    found: Toetsronde = desk.result(visit, PAGE)
    return download(found.antwoorden, "antwoorden.zip", "application/zip")


async def _message(desk: Desk, request: Request, visit: Visit) -> Response:
    found: Toetsronde = desk.result(visit, PAGE)
    number: int = request.path_params["nummer"]
    one = found.berichten[number - 1] if 0 < number <= len(found.berichten) else None
    if one is None or one.samenvatting is None:
        raise InputError(Fault("niet_gevonden", toelichting="van dit bericht is er geen toetsing"))
    groups = _groups(one.bevindingen)
    page, pages, taken = paged(groups, page_asked(request), GROUPS)
    values: dict[str, Any] = {
        "pad": f"/controle/bericht/{number}",
        "rapport": message_report(one.samenvatting, None, desk.office.names),
        "groepen": [_told_group(group, visit) for group in taken],
        "bladzij": page,
        "bladzijden": pages,
    }
    return desk.show(visit, "bericht.html", values)


def _judged(office: Office, given: Uploads, today: date, step: Step) -> Toetsronde:
    """Judge the messages of a visitor, and keep what the command writes."""
    heard, folder, namen = Heard(), given.new_folder(), office.names
    berichten: list[Beoordeling] = []
    hashes: dict[str, str] = {}
    passed: list[str] = []

    def each() -> Iterator[Uitslag]:
        for one in judged(given, today, heard, step):
            berichten.append(Beoordeling(one.samenvatting, () if one.bericht is None else tuple(found_lines(one))))
            yield one
        # Only now everything was read, and the summary, which comes last, can say what was and what was not.
        hashes.update(heard.hashes)
        passed.extend(heard.passed_over)

    found = write_many(each(), folder, ontvangen=given.fields["dagtekening"], invoer=hashes, niet_gelezen=passed, namen=namen)
    if not found.samenvattingen:
        raise InputError([fault for fault in heard.meldingen if fault.soort == "fout"])
    taal, day = given.fields["taal"], given.fields["dagtekening"] or today
    tables = {"overzicht": overzicht.table(found, taal)}
    write_report(folder, "overzicht", overzicht.report(found, taal, day, namen), tables)
    return Toetsronde(found, tuple(berichten), taal, day, tuple(heard.meldingen), zipped(folder))


def _overview(found: Toetsronde, page: int, namen: Mapping[str, str]) -> tuple[Report, int, int]:
    """Return the overview of the command, with its messages first, each leading to what was found about it; and the sheet."""
    whole = overzicht.report(found.uitslagen, found.taal, found.dagtekening, namen)
    every = overzicht.table(found.uitslagen, found.taal)
    places = [place for name in _SHOWN for place, column in enumerate(every.columns) if column.name == name]
    page, pages, taken = paged(range(len(found.berichten)), page, MESSAGES_SHOWN)
    rows = tuple(tuple(_linked(every.rows[number], place, number, found) for place in places) for number in taken)
    table = Table(every.title, tuple(every.columns[place] for place in places), rows)
    return evolve(whole, parts=(table, *whole.parts[:-1])), page, pages


def _linked(row: Row, place: int, number: int, found: Toetsronde) -> Value | Cell:
    told = row[place]
    if found.berichten[number].samenvatting is None or told != found.uitslagen.rijen[number].bericht:
        return told
    return Cell(str(told), "text", link=f"/controle/bericht/{number + 1}")


def _groups(found: Sequence[tuple[Bevinding, tuple[str, str, str]]]) -> list[list[tuple[Bevinding, tuple[str, str, str]]]]:
    """Return findings by what they are about, in the order of the message."""

    def about(one: tuple[Bevinding, tuple[str, str, str]]) -> tuple[list[int], str]:
        return [int(part) for part in one[0].positie.split(".") if part], one[0].plaats

    return [list(own) for _, own in groupby(sorted(found, key=about), key=about)]


def _told_group(group: Sequence[tuple[Bevinding, tuple[str, str, str]]], visit: Visit) -> dict[str, Any]:
    """Return the findings about one line, client or whole message, as the page shows them."""
    (first, (number, product, day)), taal = group[0], visit.taal
    head = told("Het bericht als geheel", taal)
    if first.plaats == REGEL:
        head = " · ".join(filter(None, (told("Regel {plaats}", taal, plaats=first.positie), first.referentienummer)))
    elif first.plaats == CLIENT:
        head = told("Cliënt {plaats}", taal, plaats=first.positie)
    about = told("Toewijzing {nummer}, productcode {code}, vanaf {dag}", taal, nummer=number, code=product, dag=day) if day else ""
    amount = words.euros(first.bedrag_cent) if first.plaats == REGEL else ""
    findings = [
        {name: getattr(one, name) for name in ("regelcode", "retourcode", "toelichting", "gevonden", "verwacht")}
        | {"pagina": page if (page := page_of(one.regelcode)).startswith("https://") else ""}
        for one, _ in group
    ]
    return {"kop": head, "waarover": about, "bedrag": amount, "bevindingen": findings}
