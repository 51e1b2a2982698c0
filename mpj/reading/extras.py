"""What an extra brings, asked for at the door of the folder that needs it."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from mpj.reading.faults import Fault, UnavailableError


class MissingExtraError(UnavailableError, ImportError):
    """A package that an extra of mpj brings is not installed; its fault says what to install."""


class MissingNameError(UnavailableError, AttributeError):
    """As `MissingExtraError`, where a name of mpj is looked up: ``hasattr(mpj, "Ledger")`` is False where it cannot be used."""


def need(folder: str, extra: str, *packages: str) -> None:
    """Raise MissingExtraError unless the packages that `folder` imports are installed; `extra` is what brings them."""
    missing = [name for name in packages if not _installed(name)]
    if missing:
        raise MissingExtraError(missing_extra(folder, extra, ", ".join(missing)))


def missing_extra(what: str, extra: str, packages: str) -> Fault:
    """Return the fault of a missing extra: what needs it, which packages are missing, and how to install them."""
    return Fault("uitbreiding_ontbreekt", "", 0, what, "", f"pip install 'mpj[{extra}]'", f"hiervoor is {packages} nodig")


def _installed(name: str) -> bool:
    try:
        return (name in sys.modules and sys.modules[name] is not None) or find_spec(name) is not None
    except ValueError:  # It is switched off in this process.
        return False
