"""Every function of the API in one table: its address, who may ask for it, what it takes, what does it and what it answers with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import TypeAlias

from attrs import frozen

from mpj.service import declaring, keeping, looking, paying, reporting, tariffing, verifying
from mpj.service import ledgering as on
from mpj.service.forms import RequestForm
from mpj.service.office import Office
from mpj.service.roles import BOOKS, DECLARES, LOOKS, OWNS, VERIFIES, Rol
from mpj.service.uploads import Uploads
from mpj.service.work import Document, Function, Step

Asking: TypeAlias = Callable[[Office, Uploads, date, Step], Document]
"""Does what a request asks of an office, with its files and fields, on a day; raises InputError.

Where it takes anything it is done in another process."""


@frozen
class Operation:
    """One function of the API."""

    path: str
    """Its address behind that of the API."""
    name: str
    """What a generated client calls it."""
    summary: str
    rollen: frozenset[Rol]
    """Who may ask for it, where the service has users."""
    function: Asking
    document: str
    """The name of the schema of its answer."""
    form: RequestForm | None = None
    """None: it takes nothing and only looks (GET)."""


def _free(
    path: str, name: str, summary: str, rollen: frozenset[Rol], function: Function, document: str, form: RequestForm
) -> Operation:
    """Return a function that looks at nothing but what a request brings."""
    return Operation(f"/{path}", name, summary, rollen, partial(_without_office, function), document, form)


def _without_office(function: Function, office: Office, given: Uploads, today: date, step: Step) -> Document:
    return function(given, today, step)


def _asking(path: str, summary: str, rollen: frozenset[Rol], function: Asking, document: str, form: RequestForm) -> Operation:
    return Operation(f"/{path}", _name(path), summary, rollen, function, document, form)


def _shown(path: str, summary: str, rollen: frozenset[Rol], look: Callable[[Office], Document], document: str) -> Operation:
    return Operation(f"/{path}", _name(path), summary, rollen, lambda office, given, today, step: look(office), document)


def _name(path: str) -> str:
    return path.replace("-", "_").replace("/", "_")


OPERATIONS = (
    _free("declare", "declare_month", "Declareer een maand", DECLARES, declaring.declare, "Declaratie", declaring.MONTH),
    _free(
        "explain",
        "explain_month",
        "Leg een regel of een registratie uit",
        DECLARES,
        declaring.explain,
        "Uitleg",
        declaring.EXPLAIN,
    ),
    _free("verify", "verify_messages", "Toets berichten", VERIFIES, verifying.verify, "Verificatie", verifying.MESSAGES),
    _free("intake", "look_at_export", "Laat zien wat van een export is begrepen", BOOKS, looking.intake, "Intake", looking.EXPORT),
    *(
        _free(f"tariffs/{path}", f"tariffs_{path}", summary, VERIFIES, function, "Tabellen", form)
        for path, summary, function, form in (
            ("check", "Toets contracten", tariffing.check, tariffing.CHECK),
            ("show", "Toon een matrix", tariffing.show, tariffing.SHOW),
            ("diff", "Vergelijk twee matrices", tariffing.diff, tariffing.DIFF),
            ("reprice", "Herbereken regels onder een andere matrix", tariffing.reprice, tariffing.REPRICE),
            ("import", "Lees een gepubliceerde matrix in", tariffing.read_in, tariffing.IMPORT),
        )
    ),
    _asking("ledger/begin", "Begin een ledger", DECLARES, on.begin, "LedgerBegin", on.BEGIN),
    _asking("ledger/declare", "Declareer een maand; proef: alleen tonen", DECLARES, on.declare, "LedgerDeclaratie", on.DECLARE),
    _asking("ledger/send", "Leg vast dat declaraties zijn verzonden", DECLARES, on.send, "Boeking", on.SEND),
    _asking("ledger/answer", "Boek antwoorden van gemeenten", BOOKS, on.answer, "Antwoordboeking", on.ANSWER),
    _asking("ledger/verify", "Toets berichten, en onthoud ze", VERIFIES, verifying.receive, "Verificatie", verifying.RECEIVED),
    _asking("ledger/seen", "Leg vast dat signalen van een run zijn gezien", DECLARES, on.seen, "Gezien", on.SEEN),
    _asking("ledger/withdraw", "Leg vast dat declaraties nooit zijn verwerkt", DECLARES, on.withdraw, "Boeking", on.BY_NUMBER),
    _asking("ledger/resend", "Laat afgekeurde regels nog eens meegaan", DECLARES, on.resend, "Nummers", on.BY_NUMBER),
    _asking("ledger/messages", "Berichten die verzonden zijn, dezelfde bytes", DECLARES, on.messages, "Berichten", on.BY_NUMBER),
    _asking("ledger/explain", "Het hele leven van een regel of een registratie", LOOKS, on.explain, "Uitleg", on.EXPLAIN),
    _asking(
        "ledger/reprice",
        "Pas toegekende regels aan een ander contract aan",
        DECLARES,
        on.reprice,
        "LedgerHerprijzing",
        on.REPRICE,
    ),
    _asking("ledger/close-year", "Leg vast dat een zorgjaar is gesloten", DECLARES, on.close_year, "Jaarsluiting", on.CLOSE_YEAR),
    _asking("ledger/erase", "Verwijder cliënten na de bewaartermijn", OWNS, keeping.erase, "Wissen", keeping.ERASE),
    _asking("ledger/inzage", "Wat van cliënten wordt bewaard", OWNS, keeping.inzage, "Inzage", keeping.INZAGE),
    _asking("ledger/pay", "Leg wat gemeenten betaalden naast wat is toegekend", DECLARES, paying.pay, "Betalingen", paying.PAY),
    _shown("ledger/status", "Wat openstaat, is toegekend, is afgekeurd en opzij staat", LOOKS, on.status, "LedgerStatus"),
    _shown("ledger/repair", "De afgekeurde regels die te herstellen zijn", LOOKS, on.repair_list, "Herstellijst"),
    _shown("ledger/work", "Het onderhanden werk in euro's", LOOKS, on.work, "OnderhandenWerk"),
    _shown("ledger/check", "Bewijs dat het ledger heel is", LOOKS, on.check, "Ledgertoets"),
    _asking("reports/year", "Het jaar per gemeente", LOOKS, reporting.year, "Tabellen", reporting.YEAR),
    _asking("reports/use", "Gebruik van limieten, en wat wacht", LOOKS, reporting.use, "Tabellen", reporting.USE),
    _asking("reports/benchmark", "Vergelijking tussen groepen", LOOKS, reporting.benchmark, "Tabellen", reporting.BENCHMARK),
    _asking("reports/kpi", "Het berichtenverkeer naast de normen", LOOKS, reporting.kpi, "Tabellen", reporting.KPI),
)
"""All functions. Whoever adds one says who may ask for it."""
PAGES: Mapping[str, str | None] = {
    "/": "ledger_status",
    "/inloggen": None,
    "/uitloggen": "ledger_status",
    "/taal": None,
    "/maand": "declare_month",
    "/maand/verzonden": "ledger_send",
    "/ledger": "ledger_status",
    "/ledger/antwoord": "ledger_answer",
    "/ledger/berichten": "ledger_messages",
    "/ledger/verzonden": "ledger_send",
    "/controle": "verify_messages",
    "/tarieven": "tariffs_check",
    "/rapporten": "reports_year",
}
"""The pages, and the function that each is a page of: who may ask for that may see it. None: everybody, logged in or not.

A page below another one is as that one, unless it stands here itself.
"""


def roles_of(path: str) -> frozenset[Rol] | None:
    """Return who may see a page, None: everybody; raises KeyError for one that is none."""
    while path not in PAGES:
        path = path.rpartition("/")[0]
    name = PAGES[path]
    return None if name is None else _ROLES[name]


_ROLES = {one.name: one.rollen for one in OPERATIONS}
