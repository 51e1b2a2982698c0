"""mpj: from timesheets to declaration lines under the Dutch Model Prestatiecodes Jeugd.

The names below are the public API; they are imported on first use, so that ``import mpj`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mpj.version import __version__

if TYPE_CHECKING:
    from mpj.contract import Contract, load_contract, load_contracts, make_contract
    from mpj.engine import Declaratieregel, Herkomst, Result
    from mpj.executors.memory import declare
    from mpj.explanation.build import Uitleg, explain
    from mpj.ledger import Ledger
    from mpj.protocol import MPJ_16, Protocol
    from mpj.reading.faults import (
        BusyError,
        Fault,
        InputError,
        InvalidError,
        RefusedError,
        UnavailableError,
        UnreadableError,
    )
    from mpj.reading.profile import Profiel
    from mpj.records import (
        Medewerker,
        Registratie,
        Toewijzing,
        Uitval,
        Verblijf,
        read_medewerkers,
        read_profile,
        read_registraties,
        read_toewijzingen,
        read_verblijf,
    )
    from mpj.verification import verify
    from mpj.workbench.reprice.repricing import reprice

_HOMES = {
    "mpj.contract": ("Contract", "load_contract", "load_contracts", "make_contract"),
    "mpj.engine": ("Declaratieregel", "Herkomst", "Result"),
    "mpj.executors.memory": ("declare",),
    "mpj.explanation.build": ("Uitleg", "explain"),
    "mpj.ledger": ("Ledger",),
    "mpj.protocol": ("MPJ_16", "Protocol"),
    "mpj.reading.faults": (
        "BusyError",
        "Fault",
        "InputError",
        "InvalidError",
        "RefusedError",
        "UnavailableError",
        "UnreadableError",
    ),
    "mpj.reading.profile": ("Profiel",),
    "mpj.records": (
        "Medewerker",
        "Registratie",
        "Toewijzing",
        "Uitval",
        "Verblijf",
        "read_medewerkers",
        "read_profile",
        "read_registraties",
        "read_toewijzingen",
        "read_verblijf",
    ),
    "mpj.verification": ("verify",),
    "mpj.workbench.reprice.repricing": ("reprice",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "MPJ_16",
    "BusyError",
    "Contract",
    "Declaratieregel",
    "Fault",
    "Herkomst",
    "InputError",
    "InvalidError",
    "Ledger",
    "Medewerker",
    "Profiel",
    "Protocol",
    "RefusedError",
    "Registratie",
    "Result",
    "Toewijzing",
    "Uitleg",
    "Uitval",
    "UnavailableError",
    "UnreadableError",
    "Verblijf",
    "__version__",
    "declare",
    "explain",
    "load_contract",
    "load_contracts",
    "make_contract",
    "read_medewerkers",
    "read_profile",
    "read_registraties",
    "read_toewijzingen",
    "read_verblijf",
    "reprice",
    "verify",
]


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'mpj' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value
