"""What gemeenten paid, beside what was granted: what `mpj ledger pay` does, as JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from attrs import asdict

from mpj.reading.faults import Fault
from mpj.reports import read_paid, write_paid
from mpj.service.forms import NUMBER, FormField, RequestForm
from mpj.service.office import Office
from mpj.service.tabling import FILES_OF, tables_of
from mpj.service.uploads import Uploads
from mpj.service.work import Step

PAY = RequestForm((), ("bestand",), (FormField("koppel", many=True), FormField("ontkoppel", NUMBER, many=True), *FILES_OF))
"""What a bank delivered, and what is coupled by hand; nothing of it: how it stands."""


def pay(office: Office, given: Uploads, today: date, step: Step) -> dict[str, Any]:
    """Read what a bank delivered and lay it beside what was granted; of other accounts than those of gemeenten only a count."""
    told: list[Fault] = []
    fields, folder = given.fields, given.new_folder()
    asked = {name: fields[name] for name in ("koppel", "ontkoppel")}
    with office.ledger() as ledger:
        done = ledger.pay(given.files.get("bestand", ()), office.accounts, **asked, op=today, report=told.append)
        write_paid(read_paid(ledger, today), folder, office.names, fields["taal"])
    return tables_of(given, folder, told) | {"verwerkt": asdict(done)}
