"""Clients in the ledger of an office: who is kept how long, and what is held of one; what `mpj ledger erase` and `inzage` do."""

from __future__ import annotations

from datetime import date
from typing import Any

from mpj.ledger.bsns import read_bsns
from mpj.ledger.keeping import JAREN, Voorstel
from mpj.presentation.files import write_report
from mpj.reading.faults import Fault, InputError
from mpj.service.forms import FLAG, TAAL, FormField, RequestForm
from mpj.service.office import Office
from mpj.service.problems import message
from mpj.service.tabling import file_of, files_of
from mpj.service.uploads import Uploads
from mpj.service.values import FORMAAT
from mpj.service.work import Step

ERASE = RequestForm((), ("bsn_bestand",), (FormField("voorstel", FLAG),))
"""Who is erased, or (`voorstel`) the question who may be."""
INZAGE = RequestForm(("bsn_bestand",), (), (FormField("taal", TAAL),))


def erase(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Remove clients after the years of keeping; with `voorstel` nobody: who may go, in counts, and their BSNs in a file."""
    path, asked = given.one("bsn_bestand"), given.fields["voorstel"]
    if (path is None) != asked:
        text = "geef een bestand met BSN's, of vraag een voorstel"
        raise InputError(Fault("aanroep_onjuist", kolom="bsn_bestand, voorstel", toelichting=text, verwacht="één van beide"))
    jaren = office.years_kept or JAREN
    with office.ledger() as ledger:
        if path is None:
            return {
                "formaat": FORMAAT,
                "verwijderd": 0,
                "onbekend": 0,
                "voorstel": _proposed(ledger.due(op=today, jaren=jaren), given),
            }
        removed, unknown = ledger.erase(read_bsns(path), op=today, bestand=path.name, jaren=jaren)
    return {"formaat": FORMAAT, "verwijderd": removed, "onbekend": unknown, "voorstel": None}


def _proposed(found: Voorstel, given: Uploads) -> dict[str, Any]:
    path = given.new_folder() / "wissen.txt"
    path.write_text("".join(f"{bsn}\n" for bsn in found.bsns), "utf-8", newline="\n")
    return {
        "aantal": len(found.bsns),
        "per_jaar": {str(year or "onbekend"): count for year, count in found.per_jaar.items()},
        "open": found.open,
        "bewaard": found.bewaard,
        "bestand": file_of(path),
    }


def inzage(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Return what is held of clients, a workbook and a page of each named by the row of their BSN, which is in neither."""
    path, folder = given.one("bsn_bestand"), given.new_folder()
    assert path is not None  # The form asks for it.
    told: list[Fault] = []
    with office.ledger() as ledger:
        for place, bsn in enumerate(read_bsns(path), 1):
            report = ledger.held(bsn) if bsn else None
            if report is not None:
                write_report(folder, f"inzage-{place}", report, {}, taal=given.fields["taal"])
            elif bsn:
                told.append(Fault("opmerking", path.name, place, toelichting="niet in dit ledger", soort="waarschuwing"))
    return {"formaat": FORMAAT, "bestanden": files_of(folder), "meldingen": [message(one) for one in told]}
