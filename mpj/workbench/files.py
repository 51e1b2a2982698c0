"""A single file of output appears complete or not at all; one that exists is only replaced when told to."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from mpj.reading.faults import Fault, InputError, is_full
from mpj.reading.system import system_reason


def write_file(path: Path, write: Callable[[Path], object], *, force: bool = False) -> None:
    """Let `write` fill a temporary file beside `path` and rename it to `path`; raises InputError when it cannot be written."""
    if path.is_dir() or (path.exists() and not force):
        text = "is een map, geen bestand" if path.is_dir() else "het bestand bestaat al"
        expected = "een bestandsnaam" if path.is_dir() else "een nieuwe naam, of `force`"
        raise InputError(Fault("uitvoer_bestaat", path.name, kolom="out", toelichting=text, verwacht=expected))
    stage: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.onvolledig-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        stage = Path(name)
        write(stage)
        stage.replace(path)
    except OSError as error:
        if is_full(error):
            text, verwacht = "er is geen ruimte meer voor dit bestand", "ruimte daar, of een andere map"
            raise InputError(Fault("uitvoer_vol", path.name, kolom="out", toelichting=text, verwacht=verwacht)) from error
        text = f"het bestand kan niet worden geschreven ({system_reason(error)})"
        raise InputError(Fault("uitvoer_onbruikbaar", path.name, kolom="out", toelichting=text)) from error
    finally:
        if stage is not None:
            stage.unlink(missing_ok=True)
