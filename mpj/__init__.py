"""mpj: from timesheets to declaration lines under the Dutch Model Prestatiecodes Jeugd.

The names below are the public API (docs/api.md, docs/stability.md); they are imported on first use, so that ``import mpj`` costs
nothing. So are the folders `messages`, `output`, `protocol` and `tariefkaart`, whose names are public too.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from mpj.version import __version__

if TYPE_CHECKING:
    from mpj import messages, output, protocol, tariefkaart
    from mpj.contract import (
        Cel,
        Coderij,
        Contract,
        Perceel,
        Plafond,
        Productprijs,
        Termijnen,
        load_contract,
        load_contracts,
    )
    from mpj.contract.make import make_contract
    from mpj.engine import Bijlage, Declaratieregel, Herkomst, Result
    from mpj.engine.job import Job
    from mpj.engine.opdracht import Opdracht
    from mpj.engine.told import RunSummary
    from mpj.executors.memory import declare
    from mpj.executors.parts import Outcome
    from mpj.executors.stream import declare_to
    from mpj.explanation.build import Blok, Explainer, Uitleg, explain
    from mpj.ledger import Geboekt, Ledger
    from mpj.ledger.looks import LedgerStatus, RepairLine, Work
    from mpj.output import Run
    from mpj.protocol import MPJ_16, Afronding, Protocol
    from mpj.reading.faults import BusyError, Fault, InputError, InvalidError, RefusedError, UnavailableError, UnreadableError
    from mpj.reading.profile import Profiel, Tabelprofiel
    from mpj.records import (
        Medewerker,
        Prestatie,
        Registratie,
        Toewijzing,
        Uitval,
        Verblijf,
        read_medewerkers,
        read_prestaties,
        read_profile,
        read_registraties,
        read_toewijzingen,
        read_verblijf,
    )
    from mpj.records.registraties import Ongeldig
    from mpj.records.toewijzingen import OngeldigeToewijzing
    from mpj.verification import Bevinding, NietGetoetst, Verificatie, verify
    from mpj.verification.told import VerificationSummary
    from mpj.workbench.reprice.repricing import reprice
    from mpj.workbench.reprice.values import Bedragen, Herberekening, Sleutel

_HOMES = {
    "mpj.contract": (
        "Cel",
        "Coderij",
        "Contract",
        "Perceel",
        "Plafond",
        "Productprijs",
        "Termijnen",
        "load_contract",
        "load_contracts",
    ),
    "mpj.contract.make": ("make_contract",),
    "mpj.engine": ("Bijlage", "Declaratieregel", "Herkomst", "Result"),
    "mpj.engine.job": ("Job",),
    "mpj.engine.opdracht": ("Opdracht",),
    "mpj.engine.told": ("RunSummary",),
    "mpj.executors.memory": ("declare",),
    "mpj.executors.parts": ("Outcome",),
    "mpj.executors.stream": ("declare_to",),
    "mpj.explanation.build": ("Blok", "Explainer", "Uitleg", "explain"),
    "mpj.ledger": ("Geboekt", "Ledger"),
    "mpj.output": ("Run",),
    "mpj.protocol": ("MPJ_16", "Afronding", "Protocol"),
    "mpj.reading.faults": (
        "BusyError",
        "Fault",
        "InputError",
        "InvalidError",
        "RefusedError",
        "UnavailableError",
        "UnreadableError",
    ),
    "mpj.reading.profile": ("Profiel", "Tabelprofiel"),
    "mpj.records": (
        "Medewerker",
        "Prestatie",
        "Registratie",
        "Toewijzing",
        "Uitval",
        "Verblijf",
        "read_medewerkers",
        "read_prestaties",
        "read_profile",
        "read_registraties",
        "read_toewijzingen",
        "read_verblijf",
    ),
    "mpj.records.registraties": ("Ongeldig",),
    "mpj.records.toewijzingen": ("OngeldigeToewijzing",),
    "mpj.verification": ("Bevinding", "NietGetoetst", "Verificatie", "verify"),
    "mpj.verification.told": ("VerificationSummary",),
    "mpj.workbench.reprice.repricing": ("reprice",),
    "mpj.ledger.looks": ("LedgerStatus", "RepairLine", "Work"),
    "mpj.workbench.reprice.values": ("Bedragen", "Herberekening", "Sleutel"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_FOLDERS = ("messages", "output", "protocol", "tariefkaart")

__all__ = [
    "MPJ_16",
    "Afronding",
    "Bedragen",
    "Bevinding",
    "Bijlage",
    "Blok",
    "BusyError",
    "Cel",
    "Coderij",
    "Contract",
    "Declaratieregel",
    "Explainer",
    "Fault",
    "Geboekt",
    "Herberekening",
    "Herkomst",
    "InputError",
    "InvalidError",
    "Job",
    "Ledger",
    "LedgerStatus",
    "Medewerker",
    "NietGetoetst",
    "Ongeldig",
    "OngeldigeToewijzing",
    "Opdracht",
    "Outcome",
    "Perceel",
    "Plafond",
    "Prestatie",
    "Productprijs",
    "Profiel",
    "Protocol",
    "RefusedError",
    "Registratie",
    "RepairLine",
    "Result",
    "Run",
    "RunSummary",
    "Sleutel",
    "Tabelprofiel",
    "Termijnen",
    "Toewijzing",
    "Uitleg",
    "Uitval",
    "UnavailableError",
    "UnreadableError",
    "Verblijf",
    "Verificatie",
    "VerificationSummary",
    "Work",
    "__version__",
    "declare",
    "declare_to",
    "explain",
    "load_contract",
    "load_contracts",
    "make_contract",
    "messages",
    "output",
    "protocol",
    "read_medewerkers",
    "read_prestaties",
    "read_profile",
    "read_registraties",
    "read_toewijzingen",
    "read_verblijf",
    "reprice",
    "tariefkaart",
    "verify",
]


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> object:
    home = f"mpj.{name}" if name in _FOLDERS else _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'mpj' has no attribute {name!r}")
    try:
        module = import_module(home)
    except ImportError as error:
        faults = getattr(error, "faults", None)
        if faults is None or sys._getframe(1).f_code.co_name == "_handle_fromlist":
            raise  # ``from mpj import Ledger`` tells what to install as well.
        from mpj.reading.extras import MissingNameError

        raise MissingNameError(faults) from None
    globals()[name] = found = module if name in _FOLDERS else getattr(module, name)
    return found
