"""Where bytes come from: a file, or every fitting file in a folder or zip, each under the short name that reports use.

Short names, never absolute paths, so that the same input gives the same output wherever it stands.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from attrs import evolve, frozen

from mpj.reading.faults import Fault, InputError
from mpj.reading.masking import hide

_CHUNK = 1 << 16
_MAX_ZIP = 8 << 30
# What zipfile lets through for a damaged, encrypted or exotic zip; NotImplementedError is a RuntimeError.
_ZIP_ERRORS = (zipfile.BadZipFile, RuntimeError, EOFError, zlib.error, lzma.LZMAError, ValueError)


@frozen
class Source:
    """One file: `naam` for reports, `path` on disk and, in a zip, the `lid` (member) and its place in the list of members."""

    naam: str
    path: Path
    lid: str = ""
    plaats: int = 0

    @property
    def suffix(self) -> str:
        """The ending of the file's name, in small letters, with its dot."""
        return Path(self.lid or self.path.name).suffix.lower()

    def size(self) -> int:
        """Return how many bytes it has, once unpacked."""
        if not self.lid:
            return self.path.stat().st_size
        with zipfile.ZipFile(self.path) as archive:
            return archive.infolist()[self.plaats].file_size

    @contextmanager
    def open(self) -> Iterator[Digester]:
        """Open the file for reading once; its SHA-256 is complete when all was read. Raises InputError when it cannot be read."""
        try:
            if self.lid:
                with zipfile.ZipFile(self.path) as archive, archive.open(archive.infolist()[self.plaats]) as stream:
                    yield Digester(stream)
            else:
                with self.path.open("rb") as stream:
                    yield Digester(stream)
        except (OSError, *_ZIP_ERRORS) as error:
            if isinstance(error, RuntimeError) and not self.lid:
                raise
            raise InputError(_unreadable(self.naam, error)) from error


class Digester(io.RawIOBase):
    """A readable stream that keeps the SHA-256 of what passed through it; `binary` once that held a byte no text has."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self.stream = stream
        self.hash = hashlib.sha256()
        self.binary = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        self.hash.update(data)
        if b"\0" in data:
            self.binary = True
        return len(data)

    def sha256(self) -> str:
        """Read what is left and return the SHA-256 of the whole file, in hexadecimal."""
        while self.read(_CHUNK):
            pass
        return self.hash.hexdigest()


def find_sources(paths: Iterable[str | Path], suffixes: Sequence[str]) -> list[Source]:
    """Turn files, folders and zips into the files they stand for, in the order given, a folder's or zip's by name.

    A file that is named is taken whatever its ending; from folders and zips only endings in `suffixes` count. Raises
    InputError with every path that does not exist, cannot be read, or holds no such file.
    """
    faults: list[Fault] = []
    found: list[Source] = []
    for path in map(Path, paths):
        try:
            sources = list(_expand(path, suffixes))
        except (OSError, *_ZIP_ERRORS) as error:
            faults.append(_unreadable(_shown(path.name or str(path)), error))
            continue
        if not sources:
            wanted = " of ".join(suffixes)
            faults.append(
                Fault(
                    "invoer_leeg",
                    path.name,
                    toelichting="geen enkel passend bestand gevonden",
                    verwacht=f"bestanden op {wanted}",
                )
            )
        found += sources
    if faults:
        raise InputError(faults)
    return _distinct(found)


def _expand(path: Path, suffixes: Sequence[str]) -> Iterator[Source]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            inside = file.relative_to(path)
            if file.is_file() and file.suffix.lower() in suffixes and not any(part.startswith(".") for part in inside.parts):
                yield Source(_shown(f"{path.resolve().name}/{inside.as_posix()}"), file)
    elif path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            members = [
                (info.filename, place, info.file_size)
                for place, info in enumerate(archive.infolist())
                if Path(info.filename).suffix.lower() in suffixes and not info.is_dir()
            ]
        if sum(size for _, _, size in members) > _MAX_ZIP:
            raise zipfile.BadZipFile("uitgepakt groter dan 8 GiB")
        for lid, place, _ in sorted(members):
            if not lid.startswith("__MACOSX"):
                yield Source(_shown(f"{path.name}/{lid}"), path, lid, place)
    else:
        path.stat()
        yield Source(_shown(path.name), path)


def _shown(naam: str) -> str:
    """Return a file's name fit for every report: characters that can be written, and no BSN."""
    return hide(naam.encode("utf-8", "replace").decode("utf-8"))


def _distinct(sources: list[Source]) -> list[Source]:
    """Lengthen equal names of different files with the folders they stand in."""
    by_name: dict[str, set[Path]] = {}
    for source in sources:
        by_name.setdefault(source.naam, set()).add(source.path.absolute())
    names: list[Source] = []
    for source in sources:
        paths = by_name[source.naam]
        if len(paths) == 1:
            names.append(source)
            continue
        parts = source.path.absolute().parts
        depth = next(d for d in range(1, len(parts) + 1) if len({path.parts[-d:] for path in paths}) == len(paths))
        names.append(evolve(source, naam="/".join((*parts[-depth:-1], source.naam))))
    return names


def _unreadable(naam: str, error: Exception) -> Fault:
    if isinstance(error, FileNotFoundError):
        return Fault("bestand_ontbreekt", naam, toelichting="bestand of map bestaat niet")
    if isinstance(error, _ZIP_ERRORS):
        return Fault(
            "zip_onleesbaar",
            naam,
            toelichting="geen leesbaar zipbestand",
            verwacht="een zip zonder wachtwoord, uitgepakt hoogstens 8 GiB",
        )
    if isinstance(error, IsADirectoryError):
        return Fault("bestand_onleesbaar", naam, toelichting="is een map, geen bestand")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return Fault("bestand_onleesbaar", naam, toelichting=f"bestand kan niet worden gelezen ({reason})")
