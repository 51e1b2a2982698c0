"""A month of files declared, and one of its lines or records explained: what `mpj declare` and `mpj explain` do, as JSON."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from attrs import define, field

import mpj
from mpj.engine.summary import NIET_GELEZEN, OVERGESLAGEN, note_passed_over
from mpj.explanation.build import Uitleg
from mpj.output import read_run
from mpj.output.shape import REGELS, UITVAL
from mpj.reading.faults import Fault, InputError
from mpj.reading.profile import NO_PROFILE, Profiel
from mpj.reading.sources import Digests
from mpj.service.forms import DAY, FLAG, TAAL, FormField, RequestForm
from mpj.service.forms import MONTH as PERIODE
from mpj.service.problems import message
from mpj.service.uploads import Uploads
from mpj.service.values import FORMAAT, rows
from mpj.service.work import Step

RECORDS = ("registraties", "verblijf", "prestaties")
"""The kinds of records that a month is made of."""
MONTH = RequestForm(
    ("contract", "toewijzingen"),
    (*RECORDS, "medewerkers", "profiel", "eerder"),
    (FormField("periode", PERIODE, needed=True), FormField("dagtekening", DAY), FormField("nalevering", FLAG)),
)
"""A month of files: those of `mpj declare`, a contract as a zip of its folder."""
WHICH = (FormField("regel"), FormField("bron"), FormField("taal", TAAL))
EXPLAIN = MONTH.with_fields(*WHICH)


@define
class Heard:
    """What was heard while files were read: warnings, and the hashes of what was read."""

    meldingen: list[Fault] = field(factory=list)
    invoer: dict[str, dict[str, str]] = field(factory=dict)

    def options(self, soort: str, profiel: Profiel = NO_PROFILE) -> dict[str, Any]:
        """Return what a reader of this kind of file takes beside its paths."""
        return {"report": partial(self.hear, soort), "hashes": self.invoer.setdefault(soort, {}), "profiel": profiel}

    def hear(self, soort: str, fault: Fault) -> None:
        """Hear a warning about a file of this kind; what it says was not read stands in the summary too."""
        self.meldingen.append(fault)
        note_passed_over(self.invoer, soort, fault)

    @property
    def hashes(self) -> Digests:
        """The SHA-256 of every file that was read, by its name."""
        found = Digests()
        for soort, own in self.invoer.items():
            if soort not in (NIET_GELEZEN, OVERGESLAGEN):
                found.note(own)
        return found

    @property
    def passed_over(self) -> list[str]:
        """The names of the files that were not read."""
        return [fault.bestand for fault in self.meldingen if fault.code == "bestand_niet_gelezen"]

    @property
    def told(self) -> list[dict[str, Any]]:
        """All of it as it stands in an answer."""
        return [message(one) for one in self.meldingen]


def declare(given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Declare the files of a request: the summary, the lines, what was set aside and what was to be said of the files."""
    heard = Heard()
    folder = declared(given, today, heard, step)
    run = read_run(folder)
    return {
        "formaat": FORMAAT,
        "samenvatting": run.samenvatting,
        "regels": rows(REGELS, run.regels()),
        "uitval": rows(UITVAL, run.uitval()),
        "meldingen": heard.told,
    }


def explain(given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Declare the files of a request, and explain one line (`regel`) or one record (`bron`) of it; never with a BSN."""
    asked = which(given)
    heard = Heard()
    folder = declared(given, today, heard, step)
    return told_of(mpj.explain(folder, regel=asked["regel"], bron=asked["bron"], taal=given.fields["taal"])) | {
        "meldingen": heard.told
    }


def which(given: Uploads) -> dict[str, str | None]:
    """Return which line or record a request asks about; raises InputError where that is not one of them."""
    asked = {name: given.fields[name] or None for name in ("regel", "bron")}
    if (asked["regel"] is None) == (asked["bron"] is None):
        raise InputError(Fault("aanroep_onjuist", kolom="regel, bron", toelichting="geef één van beide", verwacht="regel of bron"))
    return asked


def told_of(found: Uitleg) -> dict[str, Any]:
    """Return an explanation as a document."""
    blokken = [{"titel": one.titel, "stappen": [list(pair) for pair in one.stappen]} for one in found.blokken]
    return {"formaat": FORMAAT, "titel": found.titel, "blokken": blokken}


def declared(given: Uploads, today: date, heard: Heard, step: Step) -> Path:
    """Declare the files of a request into a folder beside them; `heard` gets what is to be said. Raises InputError."""
    files = given.files
    if not any(name in files for name in RECORDS):
        verwacht = f"bestanden in {', '.join(RECORDS[:-1])} of {RECORDS[-1]}"
        raise InputError(Fault("invoer_ontbreekt", kolom=RECORDS[0], toelichting="er is niets om te declareren", verwacht=verwacht))
    folder = given.new_folder()
    contracts = contracts_of(given, heard)
    profiel = profile_of(given, heard)
    read = partial(heard.options, profiel=profiel)
    outcome = mpj.declare_to(
        folder,
        contracts,
        mpj.read_toewijzingen(files.get("toewijzingen", ()), **read("toewijzingen")),
        mpj.read_registraties(files.get("registraties", ()), **read("registraties")),
        verblijf=mpj.read_verblijf(files.get("verblijf", ()), **read("verblijf")),
        prestaties=mpj.read_prestaties(files.get("prestaties", ()), **read("prestaties")),
        medewerkers=mpj.read_medewerkers(files["medewerkers"], **read("medewerkers")) if "medewerkers" in files else None,
        eerder=earlier(given, heard),
        invoer=heard.invoer,
        progress=step,
        periode=given.fields["periode"],
        dagtekening=given.fields["dagtekening"] or today,
        nalevering=given.fields["nalevering"],
    )
    heard.meldingen += outcome.meldingen
    return folder


def contracts_of(given: Uploads, heard: Heard) -> list[mpj.Contract]:
    """Return the contracts of a request; what stands in a zip beside its contract is told."""
    return mpj.load_contracts(given.contracts(partial(heard.hear, "contracten")), report=heard.meldingen.append)


def profile_of(given: Uploads, heard: Heard) -> Profiel:
    """Return the profile of a request's tables."""
    path = given.one("profiel")
    return NO_PROFILE if path is None else mpj.read_profile(path, hashes=heard.invoer.setdefault("profiel", {}))


def earlier(given: Uploads, heard: Heard) -> list[Any]:
    """Return the earlier lines of a request."""
    if "eerder" not in given.files:
        return []
    from mpj.verification.earlier import read_earlier

    return read_earlier(given.files["eerder"], hashes=heard.invoer.setdefault("eerder", {}), report=partial(heard.hear, "eerder"))
