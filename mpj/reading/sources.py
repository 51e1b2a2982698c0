"""Where bytes come from: a file, or every fitting file in a folder or zip, each under the short name that reports use.

Short names, never absolute paths, so that the same input gives the same output wherever it stands.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from attrs import evolve, frozen

from mpj.reading.faults import Fault, InputError

_CHUNK = 1 << 16
_MAX_ZIP = 8 << 30


@frozen
class Source:
    """One file: `naam` for reports, `path` on disk and, in a zip, the `lid` (member)."""

    naam: str
    path: Path
    lid: str = ""

    @property
    def suffix(self) -> str:
        """The ending of the file's name, in small letters, with its dot."""
        return Path(self.lid or self.path.name).suffix.lower()

    @contextmanager
    def open(self) -> Iterator[Digester]:
        """Open the file for reading once; its SHA-256 is complete when all was read. Raises InputError when it cannot be read."""
        try:
            if self.lid:
                with zipfile.ZipFile(self.path) as archive, archive.open(self.lid) as stream:
                    yield Digester(stream)
            else:
                with self.path.open("rb") as stream:
                    yield Digester(stream)
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
            if isinstance(error, RuntimeError) and not self.lid:
                raise
            raise InputError(_unreadable(self.naam, error)) from error


class Digester(io.RawIOBase):
    """A readable stream that keeps the SHA-256 of what passed through it."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self.stream = stream
        self.hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        self.hash.update(data)
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
        except (OSError, zipfile.BadZipFile) as error:
            faults.append(_unreadable(path.name or str(path), error))
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
                yield Source(f"{path.resolve().name}/{inside.as_posix()}", file)
    elif path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if Path(info.filename).suffix.lower() in suffixes and not info.is_dir()]
        if sum(info.file_size for info in members) > _MAX_ZIP:
            raise zipfile.BadZipFile("uitgepakt groter dan 8 GiB")
        for info in sorted(members, key=lambda info: info.filename):
            if not info.filename.startswith("__MACOSX"):
                yield Source(f"{path.name}/{info.filename}", path, info.filename)
    else:
        if not path.exists():
            raise FileNotFoundError
        yield Source(path.name, path)


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
    if isinstance(error, zipfile.BadZipFile | RuntimeError | NotImplementedError | EOFError):
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
