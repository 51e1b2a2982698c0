"""Messages as files: one JW323 per declaration, named after what it declares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from mpj.messages.check import check
from mpj.messages.declaratie import RELEASE, XSD_VERSIE, R, declaratieberichten
from mpj.messages.values import Declaratiebericht
from mpj.messages.writer import write
from mpj.protocol import MPJ_16, Protocol
from mpj.reading.faults import InputError


def write_berichten(
    regels: Iterable[R],
    folder: Path,
    *,
    dagtekening: date,
    release: str = RELEASE,
    xsd_versie: str = XSD_VERSIE,
    volgnummer: int = 1,
    xsd_dir: Path | None = None,
    protocol: Protocol = MPJ_16,
) -> list[Path]:
    """Write ``jw323-<aanbieder>-<gemeente>-<periode>-<declaratienummer>.xml`` into `folder` for every declaration in `regels`.

    Returns the files. `release` is that of the messages, `protocol` the one that the lines were made under.
    With `xsd_dir`, the folder of the official schemas, every file is validated as well. Raises InputError
    when a message would be dated before the end of its month, or when a written message has a fault.
    """
    paths: list[Path] = []
    for message in declaratieberichten(
        regels, dagtekening=dagtekening, release=release, xsd_versie=xsd_versie, volgnummer=volgnummer, protocol=protocol
    ):
        name = file_name(message)
        path = folder / name
        with path.open("wb") as stream:
            write(message, stream)
        if xsd_dir is not None and (
            faults := [fault for fault in check(path, name, xsd_dir=xsd_dir, protocol=protocol) if fault.soort == "fout"]
        ):
            raise InputError(faults)
        paths.append(path)
    return paths


def file_name(message: Declaratiebericht) -> str:
    """Return the name of the file of a declaration."""
    period = f"{message.periode.begindatum:%Y-%m}"
    return f"jw323-{message.header.afzender}-{message.header.ontvanger}-{period}-{message.declaratienummer}.xml"
