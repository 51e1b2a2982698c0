"""The ledger of an office: what `mpj month` and `mpj ledger` do, as JSON. One writes at a time; who comes second is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, cast

from attrs import asdict

import mpj
from mpj.engine.outcome import Bijlage, Result
from mpj.ledger import Geboekt, Grens, Ledger
from mpj.output import output_folder, read_run, write_result
from mpj.output.berichten import Versions, add_berichten
from mpj.output.folder import refuse_sent, sealed
from mpj.output.read import read_signals
from mpj.output.shape import REGELS, UITVAL
from mpj.reading.faults import Fault, InputError
from mpj.service.declaring import RECORDS, WHICH, Heard, contracts_of, profile_of, told_of, which
from mpj.service.forms import DAY, FLAG, MONTH, NUMBER, FormField, RequestForm
from mpj.service.office import Office
from mpj.service.problems import message
from mpj.service.uploads import Uploads
from mpj.service.values import FORMAAT, rows
from mpj.service.work import Step, as_json

NUMMERS = FormField("nummers", needed=True, many=True)
AKKOORD = FormField("akkoord", many=True)
GEMEENTE = FormField("gemeente", many=True)
BEGIN = RequestForm((), ("eerder", "nog_te_declareren"), (FormField("vanaf", MONTH, needed=True),))
DECLARE = RequestForm(
    (),
    ("contract", "toewijzingen", *RECORDS, "medewerkers", "profiel"),
    (
        FormField("periode", MONTH, needed=True),
        FormField("dagtekening", DAY),
        FormField("volledig_vanaf", MONTH),
        AKKOORD,
        FormField("crediteer", FLAG),
        FormField("crediteer_toewijzing", NUMBER, many=True),
        FormField("verblijf_loopt_door", FLAG),
        FormField("proef", FLAG),
        FormField("release"),
        FormField("xsd_versie"),
    ),
)
"""A month as `mpj month` takes it: what a request does not bring is what the configuration names."""
SEEN = RequestForm(("signalen",), (), (FormField("code", many=True), FormField("bron", many=True)))
"""Rows of signalen.csv, all of them or those of a code or about a record."""
SEND = RequestForm(
    fields=(
        FormField("nummers", many=True),
        FormField("maand", MONTH),
        FormField("alles", FLAG),
        GEMEENTE,
        FormField("op", DAY),
        FormField("zonder_bericht", FLAG),
    )
)
ANSWER = RequestForm(("antwoord",))
BY_NUMBER = RequestForm(fields=(NUMMERS,))
EXPLAIN = RequestForm(fields=WHICH)
REPRICE = RequestForm(
    (),
    ("contract",),
    (FormField("van", MONTH, needed=True), FormField("tot", MONTH, needed=True), GEMEENTE, AKKOORD, FormField("proef", FLAG)),
)
CLOSE_YEAR = RequestForm(fields=(FormField("jaar", NUMBER, needed=True), AKKOORD))
STATUS = "stand"
"""What `Ledger.status` returns, in what is kept of a ledger."""
_YEARS = (2000, 2100)
_DECIDED = ("volledig_vanaf", "akkoord", "crediteer", "crediteer_toewijzing", "verblijf_loopt_door", "proef")


def begin(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Begin the ledger: from which month on it declares, and what was declared before."""
    heard = Heard()
    earlier, opened = (given.files.get(name, ()) for name in BEGIN.files)
    tell = heard.meldingen.append
    with office.ledger(new=True) as ledger:
        found = ledger.begin(given.fields["vanaf"], eerder=earlier, nog_te_declareren=opened, op=today, report=tell)
    counts = {state: {"regels": number, "bedrag_cent": found.cent[state]} for state, number in found.regels.items()}
    return {"formaat": FORMAAT, "vanaf": given.fields["vanaf"], "overgenomen": counts, "meldingen": heard.told}


def declare(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Declare a month, with messages, into its folder; with `proef` nothing is kept. Raises InputError, with codes to agree to."""
    heard = Heard()
    folder, made = declared(office, given, today, heard, step)
    return _told(folder, made, heard)


def declared(office: Office, given: Uploads, today: date, heard: Heard, step: Step) -> tuple[Path, Result]:
    """Declare a month as `declare` says; returns its folder, and what was made. `heard` gets what is to be said."""
    fields = given.fields
    known = office.month(fields["periode"])
    out: Path = known["out"]
    day = fields["dagtekening"] or today
    versions = cast("Versions", {name: fields[name] for name in ("release", "xsd_versie") if fields[name]})
    contracts, settings = contracts_for(given, heard, known), _tables(given, heard, known)
    settings |= {name: fields[name] for name in _DECIDED} | {"dagtekening": day, "op": today, "grens": Grens(**office.bound)}
    settings |= {"invoer": heard.invoer, "progress": step, "map": str(out), "bericht": True}
    made: list[Result] = []

    def write(folder: Path, result: Result) -> None:
        result, beside = add_berichten(result, folder, versions, dagtekening=day)
        write_result(result, folder, beside=beside)
        made.append(result)

    with office.ledger(new=True) as ledger:
        new = not ledger.database.exists()
        with _folder(given, out, ledger) as folder:
            ledger.declare(contracts, before_commit=partial(write, folder), **settings, **versions)
        if new:
            heard.meldingen.append(made_new(ledger.database.name, proef=fields["proef"]))
    heard.meldingen += made[-1].meldingen
    return (folder if fields["proef"] else out), made[-1]


def contracts_for(given: Uploads, heard: Heard, known: Mapping[str, Any]) -> list[mpj.Contract]:
    """Return the contracts: those that a request brings, else those of the configuration."""
    if "contract" in given.files:
        return contracts_of(given, heard)
    return mpj.load_contracts(known["contracten"], report=heard.meldingen.append)


def _tables(given: Uploads, heard: Heard, known: Mapping[str, Any]) -> dict[str, Any]:
    """Read the tables of a month as `contracts_for`, before the ledger is opened; of what is nowhere nothing is said (None)."""
    named = known["profiel"]
    profiel = profile_of(given, heard)
    if "profiel" not in given.files and named is not None:
        profiel = mpj.read_profile(named, hashes=heard.invoer.setdefault("profiel", {}))

    def read(soort: str, reader: Callable[..., Iterable[Any]]) -> list[Any] | None:
        paths = given.files.get(soort) or known[soort]
        return [*reader(paths, **heard.options(soort, profiel))] if paths else None

    return {
        "toewijzingen": read("toewijzingen", mpj.read_toewijzingen),
        "registraties": read("registraties", mpj.read_registraties),
        "verblijf": read("verblijf", mpj.read_verblijf),
        "prestaties": read("prestaties", mpj.read_prestaties),
        "medewerkers": read("medewerkers", mpj.read_medewerkers),
        "periode": given.fields["periode"],
    }


def _folder(given: Uploads, out: Path, ledger: Ledger) -> AbstractContextManager[Path]:
    """Give the folder that a run is written in: for a trial one that goes with the request."""
    if given.fields["proef"]:
        return nullcontext(given.new_folder())
    refuse_sent(out, ledger.sent if ledger.database.exists() else lambda nummers: set())
    return output_folder(out, force=bool(sealed(out)))


def made_new(name: str, *, proef: bool) -> Fault:
    """Return the warning that a ledger was not there yet."""
    text = "dit ledger bestaat nog niet; de proef begon met een leeg ledger" if proef else "dit ledger is nieuw gemaakt"
    return Fault("ledger_nieuw", name, toelichting=text, soort="waarschuwing")


def _told(folder: Path, made: Result, heard: Heard) -> dict[str, Any]:
    run = read_run(folder)
    berichten = [{"naam": path.name, "bericht": path.read_bytes().decode()} for path in sorted(folder.glob("jw323-*.xml"))]
    return {
        "formaat": FORMAAT,
        "samenvatting": run.samenvatting,
        "regels": rows(REGELS, run.regels()),
        "uitval": rows(UITVAL, run.uitval()),
        "bijlagen": {one.bestand.partition(".")[0]: _rows(one) for one in made.bijlagen},
        "berichten": berichten,
        "meldingen": heard.told,
    }


def _rows(table: Bijlage) -> list[dict[str, Any]]:
    return [dict(zip(table.kolommen, row, strict=True)) for row in table.rijen]


def send(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Remember that declarations were sent: by number, all concepts of a month, or all of them."""
    fields = given.fields
    chosen = [name for name in ("nummers", "maand", "alles") if fields[name]]
    if len(chosen) != 1 or (fields["gemeente"] and chosen == ["nummers"]):
        text, verwacht = "geef nummers, een maand of alles", "één van de drie; gemeente hoort bij de laatste twee"
        raise InputError(Fault("aanroep_onjuist", kolom="nummers, maand, alles", toelichting=text, verwacht=verwacht))
    asked: dict[str, Any] = {name: fields[name] for name in ("maand", "zonder_bericht")} | {"gemeenten": fields["gemeente"]}
    asked["vier_ogen"] = office.vier_ogen
    with office.ledger() as ledger:
        return _booked_rows(ledger.send(fields["nummers"] or None, op=fields["op"] or today, **asked))


def seen(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Remember that signals of a run were seen: a later run leaves them out of its counts."""
    path = given.one("signalen")
    assert path is not None  # The form asks for it.
    rows = read_signals(path, {name: given.fields[name] for name in ("code", "bron")})
    with office.ledger() as ledger:
        new = ledger.seen(rows, op=today)
    return {"formaat": FORMAAT, "gezien": new, "al_gezien": len(rows) - new}


def answer(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Book answers (JW325), each by itself; raises InputError where none could be."""
    heard = Heard()
    with office.ledger() as ledger:
        found = ledger.answer(given.files["antwoord"], op=today, report=heard.meldingen.append)
    return _booked_rows(found) | {"meldingen": heard.told}


def withdraw(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Remember that declarations were never processed."""
    with office.ledger() as ledger:
        return _booked_rows(ledger.withdraw(given.fields["nummers"], op=today))


def resend(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Let rejected lines go along with the next run once more."""
    with office.ledger() as ledger:
        return {"formaat": FORMAAT, "nummers": ledger.resend(given.fields["nummers"], op=today)}


def messages(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Return messages that were sent, the same bytes."""
    with office.ledger() as ledger:
        found = ledger.messages(given.fields["nummers"])
    return {"formaat": FORMAAT, "berichten": [{"naam": naam, "bericht": data.decode()} for naam, data in found]}


def explain(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Return the whole life of a line or a record, without BSN."""
    asked = which(given)
    with office.ledger() as ledger:
        found = ledger.explain(asked["regel"], bron=asked["bron"], taal=given.fields["taal"], namen=office.names)
    return told_of(found) | {"meldingen": []}


def reprice(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Make granted lines again under contracts as they are now; with `proef` only what that would change."""
    heard, fields = Heard(), given.fields
    contracts = contracts_for(given, heard, office.month(""))
    asked: dict[str, Any] = {name: fields[name] for name in ("van", "tot", "akkoord", "proef")}
    with office.ledger() as ledger:
        made = ledger.reprice(contracts, gemeenten=fields["gemeente"] or None, dagtekening=today, op=today, **asked)
    heard.meldingen += made.meldingen
    return {"formaat": FORMAAT, "herprijzing": made.samenvatting["ledger"]["herprijzing"], "meldingen": heard.told}


def close_year(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Remember that a year of care was closed."""
    jaar = check_year(given.fields["jaar"])
    with office.ledger() as ledger:
        notes = ledger.close_year(jaar, op=today, akkoord=given.fields["akkoord"])
    return {"formaat": FORMAAT, "jaar": jaar, "meldingen": [message(one) for one in notes]}


def check_year(jaar: int) -> int:
    """Return a year; raises InputError for a number that is none."""
    if not _YEARS[0] <= jaar <= _YEARS[1]:
        raise InputError(Fault("aanroep_onjuist", kolom="jaar", toelichting="geen jaar", verwacht="een jaar als 2026"))
    return jaar


def status(office: Office) -> bytes:
    """Return what `mpj ledger status --formaat json` shows."""
    return _look(office, "ledger_status", lambda ledger: office.standing.of(ledger, STATUS, ledger.status))


def repair_list(office: Office) -> bytes:
    """Return what `mpj ledger status --herstellijst --formaat json` shows."""
    return _look(office, "herstellijst", lambda ledger: {"regels": ledger.repair_list()})


def work(office: Office) -> bytes:
    """Return what `mpj ledger work --formaat json` shows."""
    return _look(office, "onderhanden_werk", lambda ledger: ledger.work())


def _look(office: Office, soort: str, look: Callable[[Ledger], Mapping[str, Any]]) -> bytes:
    """Return a look at the ledger as a document, as it goes out."""
    with office.ledger() as ledger:
        return office.standing.of(ledger, soort, lambda: as_json({"formaat": FORMAAT, "soort": soort, **look(ledger)}))


def check(office: Office) -> dict[str, Any]:
    """Prove the ledger whole; raises InputError with every fault."""
    with office.ledger() as ledger:
        counts, faults = ledger.check()
    if faults:
        raise InputError(faults)
    return {"formaat": FORMAAT, "aantallen": counts}


def _booked_rows(found: Iterable[Geboekt]) -> dict[str, Any]:
    made = []
    for one in found:
        told = asdict(one, recurse=False)
        made.append(told | {name: [message(fault) for fault in told[name]] for name in ("fouten", "meldingen")})
    return {"formaat": FORMAAT, "declaraties": made}
