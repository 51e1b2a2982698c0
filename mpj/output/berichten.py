"""The messages of a run beside its lines, where a run is asked to write them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TypedDict

from mpj.engine.outcome import Result
from mpj.engine.summary import renumbered


class Versions(TypedDict, total=False):
    """What is said of the messages; what is not said is that of `mpj.messages`."""

    release: str
    xsd_versie: str


def add_berichten(
    result: Result, folder: Path, versions: Versions, *, dagtekening: date, volgnummer: int = 1, xsd_dir: Path | None = None
) -> tuple[Result, list[str]]:
    """Write a message (JW323) per declaration into `folder`; returns the result and the names of their files.

    In the result the lines of a split declaration have the number of their part. Raises InputError as `mpj.messages` does.
    """
    from mpj.messages import RELEASE, split, write_berichten

    parts = split(result.regels, release=versions.get("release", RELEASE), protocol=result.protocol)
    result = renumbered(result, {line.referentienummer: part.declaratienummer for part in parts for line in part.regels})
    paths = write_berichten(
        result.regels,
        folder,
        dagtekening=dagtekening,
        volgnummer=volgnummer,
        xsd_dir=xsd_dir,
        protocol=result.protocol,
        **versions,
    )
    return result, [path.name for path in paths]
