"""Maand: what the files of a month hold, what it would declare, what was set aside as a work list, and any of it explained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar

from attrs import evolve, field, frozen
from dateutil.relativedelta import relativedelta
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from mpj.engine.values import Declaratieregel
from mpj.explanation import summary
from mpj.explanation.build import Explainer
from mpj.intake import Vraag, decided, look_at, proposal, questions
from mpj.intake.report import report as intake_report
from mpj.ledger.decide import codes_of
from mpj.output import Run, read_run
from mpj.output.folder import BOOKED
from mpj.presentation import words
from mpj.presentation.languages import Taal
from mpj.presentation.report import Report
from mpj.presentation.translation import translated_report
from mpj.reading.faults import Fault, InputError
from mpj.reading.profile import NO_PROFILE, Profiel
from mpj.reading.sources import TABLES, Reading, find_sources
from mpj.records.definitions import DEFINITIONS
from mpj.records.reasons import REDENEN
from mpj.records.uitval import Uitval
from mpj.service.declaring import MONTH, Heard, profile_of
from mpj.service.declaring import declared as declared_files
from mpj.service.forms import FLAG, NUMBER, FormField, RequestForm
from mpj.service.ledgering import DECLARE as LEDGER
from mpj.service.ledgering import declared as book
from mpj.service.office import Office
from mpj.service.pages.desk import KEY, Desk, download
from mpj.service.pages.files import page_asked, paged, workbook, zipped
from mpj.service.pages.visits import PageWork, Visit
from mpj.service.uploads import Uploads
from mpj.service.work import Step
from mpj.workbench.worklist.report import Werklijst

_T = TypeVar("_T")
PAGE = "maand"
ROWS = 50
"""Rows of a list on one page."""
_KNOWN = RequestForm((), (*MONTH.needed, *MONTH.files), MONTH.fields)
"""A month of an office: what a visitor does not choose is what its configuration names."""
_BOOKED = RequestForm(
    (),
    tuple(name for name in _KNOWN.files if name != "eerder"),
    tuple(one for one in MONTH.fields if one.naam != "nalevering"),
).with_fields(FormField("vastleggen", FLAG), FormField("akkoord"))
"""The same with a ledger, which knows what came before, and where it can be kept as a concept."""
_DECIDED = RequestForm((), (), (FormField("keuze", many=True), FormField("vastleggen", FLAG), FormField("akkoord")))
"""What was chosen of what was undecided (`Antwoord.code`)."""
_WHICH = RequestForm((), (), (FormField("regel", NUMBER), FormField("rij", NUMBER)))


@frozen
class Maandbeeld:
    """What a month of files came to, or as far as it came."""

    periode: str
    uit_configuratie: bool = False
    """Whether all of it came from the files that the configuration names: then it can be done again without choosing any."""
    inhoud: tuple[Report, ...] = ()
    """What was understood of each table."""
    onbeslist: int = 0
    """What somebody has to decide about them."""
    vragen: tuple[Vraag, ...] = ()
    """The same as questions that can be answered here."""
    profiel: Profiel = NO_PROFILE
    """How the tables were read."""
    voorstel: str = ""
    """The same as a file, with what is to be decided; empty where nothing is, nor was decided here."""
    gekozen: bool = False
    """Whether something was decided here."""
    meldingen: tuple[Fault, ...] = ()
    """Faults, where it was not declared; else what is to be noted."""
    run: Run | None = None
    """None where it was not declared."""
    uitleg: Explainer | None = field(default=None, repr=False)
    regels: Sequence[Declaratieregel] = field(default=(), repr=False)
    uitval: Sequence[Uitval] = field(default=(), repr=False)
    keuzes: Mapping[str, Mapping[str, str]] = field(factory=dict, repr=False)
    """By what `uitval` can be narrowed (`_choices`)."""
    werklijst: bytes = field(default=b"", repr=False)
    bestanden: bytes = field(default=b"", repr=False)
    """All that the command writes, as a zip."""

    @property
    def mis(self) -> bool:
        """Whether it was not declared."""
        return self.run is None


def add(app: Starlette, desk: Desk) -> None:
    """Have the pages answer."""
    for path, method, handler in (
        ("", "GET", _front),
        ("", "POST", _begin),
        ("/weg", "POST", _away),
        ("/beslis", "POST", _decide),
        ("/inhoud", "GET", _content),
        ("/uitval", "GET", _aside),
        ("/regels", "GET", _lines),
        ("/uitleg", "POST", _explain),
        ("/werklijst.xlsx", "GET", _worklist),
        ("/bestanden.zip", "GET", _files),
        ("/profiel.toml", "GET", _profile),
    ):
        desk.add(app, f"/maand{path}", partial(handler, desk), method)


async def _front(desk: Desk, request: Request, visit: Visit) -> Response:
    kept = desk.kept(visit, PAGE)
    if kept is not None and kept.busy:
        return desk.waiting(visit, PAGE, kept)
    if kept is None or kept.faults:
        last = desk.today() - relativedelta(months=1)
        values: dict[str, Any] = {
            "fouten": () if kept is None else kept.faults,
            "periode": f"{last:%Y-%m}" if kept is None else kept.asked["periode"],
            "vandaag": desk.today().isoformat(),
        }
        values["opnieuw"] = kept is not None and kept.holds
        values |= {"bekend": desk.office.config is not None, "ledger": desk.office.has_ledger}
        values |= {"codes": " ".join(codes_of(values["fouten"])), "gevraagd": {} if kept is None else kept.asked}
        return desk.show(visit, "maand.html", {"pad": "/maand", **values})
    found: Maandbeeld = kept.found
    if found.run is None:
        return desk.go("/maand/inhoud")
    report = summary.report(found.run.samenvatting, None, found.uitval, desk.office.names)
    shown: dict[str, Any] = {"rapport": report, "som": found.run.samenvatting, "concept": is_concept(found)}
    shown |= {"vier_ogen": desk.office.vier_ogen}
    shown |= {"euros": words.euros, "getal": words.number}
    return desk.show(visit, "maand_voorbeeld.html", _values(found, "/maand") | shown)


async def _begin(desk: Desk, request: Request, visit: Visit) -> Response:
    form = MONTH if desk.office.config is None else _BOOKED if desk.office.has_ledger else _KNOWN
    given = await desk.uploads(request, visit, form)
    given = evolve(given, fields={**given.fields, "taal": visit.taal})
    return await desk.work(visit, PAGE, given, _seen, writes=given.fields.get("vastleggen", False), holds=_holds)


def _holds(kept: PageWork) -> bool:
    """Say whether the files of a month are held: as long as something can be decided about them, or was and is not kept yet."""
    chosen = bool(kept.asked.get("gekozen"))
    if kept.found is None:
        return chosen
    return not is_concept(kept.found) and (chosen or bool(kept.found.vragen))


async def _decide(desk: Desk, request: Request, visit: Visit) -> Response:
    """Go on with the files that were given, read as the visitor chose."""
    asked, kept = await desk.fields(request, visit, _DECIDED), desk.kept(visit, PAGE)
    if kept is not None and kept.busy:
        return desk.go("/maand")  # A second press.
    found: Maandbeeld = Maandbeeld("") if kept is None or kept.faults else kept.found
    text = decided(found.profiel, found.vragen, filter(None, asked["keuze"]))
    given = None if kept is None else kept.take()
    if given is None:
        text = "wat hier stond, is er niet meer: het blijft een uur in het geheugen"
        raise InputError(Fault("niet_gevonden", toelichting=text, verwacht="kies de bestanden opnieuw"))
    if any(asked["keuze"]):
        path = Path(mkdtemp(dir=given.folder)) / "profiel.toml"
        path.write_text(text, "utf-8", newline="\n")
        given.files["profiel"] = [path]
    again = {name: asked[name] for name in ("vastleggen", "akkoord", KEY)} | {"taal": visit.taal}
    again["gekozen"] = "profiel" in given.files
    given = evolve(given, fields={**given.fields, **again})
    return await desk.work(visit, PAGE, given, _seen, writes=asked["vastleggen"], holds=_holds)


async def _away(desk: Desk, request: Request, visit: Visit) -> Response:
    await desk.fields(request, visit, RequestForm())
    desk.drop(visit, PAGE)
    return desk.go("/maand")


async def _content(desk: Desk, request: Request, visit: Visit) -> Response:
    found: Maandbeeld = desk.result(visit, PAGE)
    return desk.show(visit, "maand_inhoud.html", _values(found, "/maand/inhoud"))


async def _aside(desk: Desk, request: Request, visit: Visit) -> Response:
    found = _declared(desk, visit)
    choices = found.keuzes
    asked = {name: text for name in choices if (text := request.query_params.get(name, "")) in choices[name]}
    wanted = {name: choices[name][text] if name == "medewerker" else text for name, text in asked.items()}
    rows = [(number, row) for number, row in enumerate(found.uitval) if all(getattr(row, name) == wanted[name] for name in wanted)]
    page, pages, taken = paged(rows, page_asked(request), ROWS)
    values = {
        "keuzes": {name: list(own.items()) for name, own in choices.items() if len(own) > 1},
        "gevraagd": asked,
        "aantal": sum(row.aantal for _, row in rows),
        "rijen": [(number, row, REDENEN[row.reden]) for number, row in taken],
        "waarde": _worth,
        "bladzij": page,
        "bladzijden": pages,
    }
    return desk.show(visit, "maand_uitval.html", _values(found, "/maand/uitval") | values)


async def _lines(desk: Desk, request: Request, visit: Visit) -> Response:
    found = _declared(desk, visit)
    every = sorted({line.gemeente for line in found.regels})
    asked = request.query_params.get("gemeente", "")
    rows = [(number, line) for number, line in enumerate(found.regels) if asked not in every or line.gemeente == asked]
    page, pages, taken = paged(rows, page_asked(request), ROWS)
    values = {
        "gemeenten": every,
        "gevraagd": {"gemeente": asked} if asked in every else {},
        "regels": taken,
        "aantal": len(rows),
        "som": words.euros(sum(line.bedrag_cent for _, line in rows)),
        "euros": words.euros,
        "bladzij": page,
        "bladzijden": pages,
    }
    return desk.show(visit, "maand_regels.html", _values(found, "/maand/regels") | values)


async def _explain(desk: Desk, request: Request, visit: Visit) -> Response:
    """Explain a line or a row of the work list, by its place: no id stands in an address."""
    asked = await desk.fields(request, visit, _WHICH)
    found = _declared(desk, visit)
    assert found.uitleg is not None
    line, row = _at(found.regels, asked["regel"]), _at(found.uitval, asked["rij"])
    if line is not None:
        told = found.uitleg.explain(regel=line.referentienummer, taal=visit.taal, namen=desk.office.names)
    elif row is not None:
        told = found.uitleg.explain(bron=row.bron, taal=visit.taal, namen=desk.office.names)
    else:
        raise InputError(Fault("niet_gevonden", toelichting="niets in deze maand heeft deze plaats"))
    back = "/maand/uitval" if asked["regel"] is None else "/maand/regels"
    return desk.show(visit, "uitleg.html", {"pad": back, "uitleg": told})


def _at(rows: Sequence[_T], place: int | None) -> _T | None:
    """Return what stands at a place, None where that is none of these."""
    return rows[place] if place is not None and place < len(rows) else None


async def _worklist(desk: Desk, request: Request, visit: Visit) -> Response:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return download(_declared(desk, visit).werklijst, "werklijst.xlsx", kind)


async def _files(desk: Desk, request: Request, visit: Visit) -> Response:
    return download(_declared(desk, visit).bestanden, "maand.zip", "application/zip")


async def _profile(desk: Desk, request: Request, visit: Visit) -> Response:
    found: Maandbeeld = desk.result(visit, PAGE)
    return download(found.voorstel.encode(), "profiel.toml", "application/toml")


def _declared(desk: Desk, visit: Visit) -> Maandbeeld:
    """Return a month that was declared; raises InputError where it was not."""
    found: Maandbeeld = desk.result(visit, PAGE)
    if found.run is None:
        raise InputError(Fault("niet_gevonden", toelichting="deze maand is nog niet te berekenen", verwacht="andere bestanden"))
    return found


def is_concept(found: Maandbeeld) -> bool:
    """Say whether a month stands in the ledger as a concept."""
    return found.run is not None and "ledger" in found.run.samenvatting and not found.run.samenvatting["ledger"]["proef"]


def concepts(found: Maandbeeld) -> list[str]:
    """Return the declarations that a month stands in the ledger as; raises InputError where there are none."""
    numbers = [one["declaratienummer"] for one in found.run.samenvatting["declaraties"]] if found.run and is_concept(found) else []
    if not numbers:
        raise InputError(Fault("niet_gevonden", toelichting="van deze maand is hier geen concept vastgelegd"))
    return numbers


def _values(found: Maandbeeld, path: str) -> dict[str, Any]:
    ledger = found.run is not None and "ledger" in found.run.samenvatting
    return {
        "pad": path,
        "maand": found,
        "ledger": ledger,
        "uitgevallen": 0 if found.run is None else found.run.samenvatting["uitval"],
    }


def _seen(office: Office, given: Uploads, today: date, step: Step) -> Maandbeeld:
    """Look at the files of a month, and declare it where nothing stands in the way."""
    heard, chosen = Heard(), bool(given.files)
    given = evolve(given, files={**office.files(given.fields["periode"]), **given.files})
    found = evolve(_looked_at(given), uit_configuratie=not chosen)
    try:
        folder = _run(office, given, today, heard, step)
    except InputError as error:
        if codes_of(error.faults) or BOOKED in error.faults:
            raise  # The form asks for the codes; and what was kept all the same is not to be done again as if it was not.
        return evolve(found, meldingen=(*heard.meldingen, *error.faults))
    return evolve(_read(found, folder, given.fields["taal"]), meldingen=tuple(heard.meldingen))


def _run(office: Office, given: Uploads, today: date, heard: Heard, step: Step) -> Path:
    """Declare a month into a folder: with a ledger a trial that it does not remember, unless it is to be kept as a concept."""
    if not office.has_ledger:
        return declared_files(given, today, heard, step)
    asked = {one.naam: one.absent for one in LEDGER.fields} | {"periode": given.fields["periode"]}
    asked |= {"dagtekening": given.fields["dagtekening"], "proef": not given.fields["vastleggen"]}
    asked |= {"akkoord": tuple(given.fields["akkoord"].split())}
    return book(office, evolve(given, fields=asked), today, heard, step)[0]


def _looked_at(given: Uploads) -> Maandbeeld:
    """Return what is understood of the tables that were given; one that cannot be read is told when it is declared."""
    profiel, looks, told = profile_of(given, Heard()), [], list[Fault]()
    for soort in (one.soort for one in DEFINITIONS):
        for path in given.files.get(soort, ()):
            try:
                found = find_sources([path], TABLES, Reading(told.append))
                looks += [look_at(source, soort, profiel) for source in found if source.suffix != ".xml"]
            except InputError:
                continue
    reports = tuple(intake_report(look) for look in looks)
    undecided = sum(len(look.keuzes) for look in looks)
    chosen = bool(given.fields.get("gekozen"))
    text = proposal(looks, profiel) if undecided or chosen else ""
    return Maandbeeld(given.fields["periode"], False, reports, undecided, questions(looks), profiel, text, chosen)


def _read(found: Maandbeeld, folder: Path, taal: Taal) -> Maandbeeld:
    """Add what a run wrote into a folder, held in memory; the work list in a language."""
    read = read_run(folder)
    lines, trace, aside = tuple(read.regels()), tuple(read.herkomst()), tuple(read.uitval())
    run = Run(partial(tuple, lines), partial(tuple, trace), partial(tuple, aside), read.samenvatting, read.protocol)
    said = read.samenvatting["instellingen"]
    made = Werklijst(aside, f"Werklijst {said['periode']}", date.fromisoformat(said["dagtekening"]))
    found = evolve(found, run=run, uitleg=Explainer(run), regels=lines, uitval=aside, keuzes=_choices(aside))
    return evolve(found, werklijst=workbook(translated_report(made.report, taal)) if aside else b"", bestanden=zipped(folder))


def _choices(rows: Sequence[Uitval]) -> dict[str, Mapping[str, str]]:
    """Return by what a work list can be narrowed: (what an address says, what people read); who did the work only by a number."""
    found = {name: sorted({str(getattr(row, name)) for row in rows} - {""}) for name in ("vervolg", "reden", "gemeente")}
    choices: dict[str, Mapping[str, str]] = {name: dict(zip(own, own, strict=True)) for name, own in found.items()}
    choices["vervolg"] = {one: str(summary.VERVOLG[one]) for one in summary.VERVOLG if one in found["vervolg"]}
    choices["reden"] = {one: REDENEN[one].betekenis for one in found["reden"]}
    workers = sorted({row.medewerker for row in rows} - {""})
    choices["medewerker"] = {str(number): name for number, name in enumerate(workers, 1)}
    return choices


def _worth(row: Uitval) -> Iterator[str]:
    if row.waarde_cent is not None:
        yield words.euros(row.waarde_cent)
    elif row.geschat_cent is not None:
        yield f"± {words.euros(row.geschat_cent)}"
