"""A folder of output appears complete or not at all.

Files are written in a hidden sibling folder that is renamed when all is there. Over an existing folder (only when told to)
``samenvatting.json`` goes first and comes back last: a folder without it is not a finished one.

A process that was killed leaves its hidden folder behind. The next run for the same folder removes it: who writes holds a lock on
the hidden folder, which the system lets go of when the process ends.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from mpj.reading.faults import Fault, InputError, is_full
from mpj.reading.register import Foutcode
from mpj.reading.system import in_use, system_reason

try:
    import fcntl
except ImportError:  # Windows: nothing is locked, and nothing taken for stale.
    fcntl = None  # type: ignore[assignment]

_RANDOM = re.compile(r"[a-z0-9_]{8}")
SEAL = "samenvatting.json"


@contextmanager
def output_folder(out: Path, *, force: bool = False) -> Iterator[Path]:
    """Give a folder to write in, which becomes `out` when the block ends well and disappears when it does not.

    An existing `out` that is not empty is refused unless `force`; then what an earlier run wrote there goes, by what its summary
    tells, and no other file. Only the owner can enter the new folder. Raises InputError when `out` cannot be used.
    """
    try:
        out = Path(os.path.realpath(out))
        _check(out, force=force)
        made = [folder for folder in out.parents if not folder.exists()]
        out.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(out)
        stage, lock = _locked_stage(out)
    except OSError as error:
        raise _unusable(out, error) from error
    try:
        try:
            yield stage
        except OSError as error:
            raise (_unusable(out, error) if is_full(error) else error) from error
        try:
            _check(out, force=force)
            _publish(stage, out)
        except OSError as error:
            raise _unusable(out, error) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if lock is not None:
            os.close(lock)
        with suppress(OSError):
            for folder in made:
                folder.rmdir()


def _locked_stage(out: Path) -> tuple[Path, int | None]:
    """Make the hidden folder; returns it with the descriptor that holds its lock, None where a folder cannot be locked."""
    while True:
        stage = Path(tempfile.mkdtemp(prefix=_prefix(out), dir=out.parent))
        lock = _lock(stage, wait=True)
        if stage.exists():
            return stage, lock
        # Another run took it for a stale one before it was locked.
        if lock is not None:
            os.close(lock)


def _remove_stale(out: Path) -> None:
    """Remove the hidden folders for `out` of processes that are gone; one that cannot be locked may be in use and stays."""
    try:
        siblings = [path for path in out.parent.iterdir() if path.name.startswith(_prefix(out))]
    except OSError:
        return
    for folder in siblings:
        if not _RANDOM.fullmatch(folder.name.removeprefix(_prefix(out))):
            continue
        lock = _lock(folder, wait=False)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _prefix(out: Path) -> str:
    return f".{out.name}.onvolledig-"


def _lock(folder: Path, *, wait: bool) -> int | None:
    """Return a descriptor that holds the lock of a folder of ours; None when somebody else holds it, or locks are not to be had."""
    if fcntl is None:
        return None
    try:
        found = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        if os.fstat(found).st_uid == os.getuid():
            fcntl.flock(found, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            return found
    except OSError:
        pass
    os.close(found)
    return None


def _check(out: Path, *, force: bool) -> None:
    """Refuse a file, and a folder that is not empty unless `force`; raises OSError where that cannot be seen."""
    if out.exists() and not out.is_dir():
        raise InputError(_fault("uitvoer_onbruikbaar", out, "is een bestand, geen map", "een map"))
    if out.is_dir() and any(out.iterdir()) and not force:
        raise InputError(_fault("uitvoer_niet_leeg", out, "de map bestaat en is niet leeg", "een nieuwe map, of `force`"))


def _fault(code: Foutcode, out: Path, toelichting: str, verwacht: str = "") -> Fault:
    return Fault(code, out.name[:60], kolom="out", toelichting=toelichting, verwacht=verwacht)


def _unusable(out: Path, error: OSError) -> InputError:
    if is_full(error):
        text, verwacht = "er is geen ruimte meer waar deze map moet komen", "ruimte daar, of een andere map"
        return InputError(_fault("uitvoer_vol", out, text, verwacht))
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM) and not in_use(error):
        text = "hier mag niet worden geschreven"
        return InputError(_fault("uitvoer_onbruikbaar", out, text, "schrijfrecht daar, of een andere map"))
    return InputError(_fault("uitvoer_onbruikbaar", out, f"de map kan niet worden geschreven ({system_reason(error)})"))


def _publish(stage: Path, out: Path) -> None:
    if not out.exists():
        stage.rename(out)
        return
    if not any(out.iterdir()):
        # A mount point cannot be replaced as a whole; then the files go in one by one, as over an earlier run.
        with suppress(OSError):
            out.rmdir()
            stage.rename(out)
            return
        out.mkdir(exist_ok=True)
    earlier = _written(out)
    (out / SEAL).unlink(missing_ok=True)
    names = sorted((path.name for path in stage.iterdir()), key=lambda name: (name == SEAL, name))
    for stale in earlier - {*names}:
        (out / stale).unlink(missing_ok=True)
    for name in names:
        if (out / name).is_dir():
            shutil.rmtree(out / name)
        (stage / name).replace(out / name)


def _written(out: Path) -> set[str]:
    """Return the names of the files of an earlier run in `out`: those that its summary tells."""
    told = sealed(out).get("bestanden")
    names = {name for name in told if isinstance(name, str)} if isinstance(told, list) else set()
    return {name for name in names if Path(name).name == name and (out / name).is_file()}


def sealed(out: Path) -> dict[str, Any]:
    """Return the summary of the run that wrote `out`, empty where there is none that can be read."""
    try:
        told = json.loads((out / SEAL).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def refuse_sent(out: Path, sent: Callable[[Sequence[str]], set[str]] | None) -> None:
    """Raise InputError for a folder with a declaration that was sent: its lines and message are the only ones.

    `sent` tells which of these declaratienummers were, by the ledger that knows; without one (None) the folder of any run with a
    ledger is refused.
    """
    there = sealed(out)
    ledger = there.get("ledger")
    if not isinstance(ledger, dict) or ledger.get("proef"):
        return
    text, verwacht = "in deze map staat een run met een ledger", "een andere map voor --out, of --ledger erbij"
    if sent is not None:
        nummers = [str(one["declaratienummer"]) for one in there["declaraties"]]
        found = sent(nummers) if nummers else set()
        if not found:
            return
        from mpj.presentation.words import listed

        shown = listed(sorted(found), "mpj ledger messages")
        text, verwacht = f"in deze map staat wat verzonden is: {shown}", "een andere map voor --out"
    raise InputError(Fault("uitvoer_verzonden", out.name[:60], 0, "--out", toelichting=text, verwacht=verwacht))


BOOKED = Fault(
    "ledger_wel_bijgewerkt",
    verwacht="dezelfde opdracht nog eens, als wat in de weg stond weg is: zij vervangt de concepten en schrijft de uitvoer",
    toelichting="het ledger is al bijgewerkt, de uitvoer is niet geschreven",
)
"""What is wrong where the ledger remembers a run and its folder did not come in place."""
