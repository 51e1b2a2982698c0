"""Where bytes come from: a file, or every fitting file in a folder or zip, each under the short name that reports use.

Short names, never absolute paths, so that the same input gives the same output wherever it stands. What is not read is told.
"""

from __future__ import annotations

import hashlib
import io
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from attrs import evolve, field, frozen

from mpj.reading.faults import Fault, Hears, InputError
from mpj.reading.masking import hide
from mpj.reading.profile import PLAIN, Tabelprofiel
from mpj.reading.system import system_reason
from mpj.reading.zips import ZIP_ERRORS, Archive, TooLargeError

if TYPE_CHECKING:
    from mpj.reading.lines import LineNumbers

TABLES = (".csv", ".xlsx", ".xlsb", ".xls", ".ods", ".parquet")
"""The endings of files that may hold a table."""
_CHUNK = 1 << 16


@frozen
class Reading:
    """How files are read, and who hears what of it."""

    report: Hears | None = None
    """Hears the warnings: names that are not known, files that were not read."""
    hashes: dict[str, str] | None = None
    """Gets the SHA-256 of each file by its short name, once it was read whole."""
    lines: dict[str, LineNumbers] | None = None
    """Gets, by the short name of a file, on which line each row begins, where that is not the row's own number."""
    submappen: bool = False
    """Whether files in sub-folders count."""
    profiel: Tabelprofiel = PLAIN
    """How the tables are written."""

    def tell(self, warnings: Iterable[Fault]) -> None:
        """Report warnings."""
        if self.report is not None:
            for warning in warnings:
                self.report(warning)


SILENT = Reading()


@frozen
class Source:
    """One file: `naam` for reports, `path` on disk and, in a zip, the `lid` (member) and its place in the list of members."""

    naam: str
    path: Path
    lid: str = ""
    plaats: int = 0
    archive: Archive | None = field(default=None, eq=False, repr=False)
    named: bool = False
    """Whether somebody named it, and not the folder or zip that it was found in."""
    strict: bool = False
    """Whether text is UTF-8 with ``;`` between the fields alone, as the tables of a contract, where ``24,55`` is one price."""

    @property
    def suffix(self) -> str:
        """The ending of the file's name, in small letters, with its dot."""
        return Path(self.lid or self.path.name).suffix.lower()

    def size(self) -> int:
        """Return how many bytes it has, once unpacked."""
        return self.path.stat().st_size if self.archive is None else self.archive.members[self.plaats].file_size

    def read(self, most: int) -> bytes:
        """Return what it holds; raises InputError where that is more than `most` bytes, or cannot be read."""
        with self.open() as raw:
            data = b""
            while (chunk := raw.read(_CHUNK)) and len(data) <= most:
                data += chunk
        if len(data) > most:
            verwacht = f"hoogstens {most >> 20} MiB"
            raise InputError(Fault("bestand_te_groot", self.naam, toelichting="het bestand is te groot", verwacht=verwacht))
        return data

    def begins(self, ways: tuple[bytes, ...]) -> bool:
        """Say whether it begins in one of these ways."""
        with self.open() as raw:
            return raw.read(max(map(len, ways))).startswith(ways)

    @contextmanager
    def open(self) -> Iterator[Digester]:
        """Open the file for reading once; its SHA-256 is complete when all was read. Raises InputError when it cannot be read."""
        try:
            if self.archive is not None:
                with self.archive.open(self.plaats) as stream:
                    yield Digester(stream)
            else:
                _check_regular(self.path)
                with self.path.open("rb") as stream:
                    yield Digester(stream)
        except (OSError, *ZIP_ERRORS) as error:
            if self.archive is None and not isinstance(error, OSError):
                raise  # what its reader says of it is nothing that a zip says
            raise InputError(_unreadable(self.naam, error)) from error


class RowTooLongError(Exception):
    """A row goes beyond what its `Digester` lets through."""


class Digester(io.RawIOBase):
    """A readable stream that keeps the SHA-256 of what passed through it; `binary` once that held a byte no text has.

    It lets through at most `longest` bytes behind `mark`, which who reads rows sets to `total` at the end of each; 0 is no bound.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self.stream = stream
        self.hash = hashlib.sha256()
        self.binary = False
        self.total = self.mark = self.longest = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        self.hash.update(data)
        if b"\0" in data:
            self.binary = True
        self.total += len(data)
        if self.longest and self.total - self.mark > self.longest:
            raise RowTooLongError
        return len(data)

    def sha256(self) -> str:
        """Read what is left and return the SHA-256 of the whole file, in hexadecimal."""
        self.longest = 0
        while self.read(_CHUNK):
            pass
        return self.hash.hexdigest()


def find_sources(paths: Iterable[str | Path], suffixes: Sequence[str], reading: Reading = SILENT) -> list[Source]:
    """Turn files, folders and zips into the files they stand for, in the order given, a folder's or zip's by name.

    A file that is named is taken whatever its ending; from folders and zips only endings in `suffixes` count, in sub-folders where
    `reading` says so. Every other file in them is a warning, but for hidden ones and what programs leave behind. Raises InputError
    with every path that does not exist, cannot be read, or holds no such file.
    """
    faults: list[Fault] = []
    found: list[Source] = []
    passed: list[Fault] = []
    for path in map(Path, paths):
        try:
            listed = list(_listed(path))
        except (OSError, *ZIP_ERRORS) as error:
            faults.append(_unreadable(_shown(path.name or str(path)), error))
            continue
        fits = [one.source for one in listed if one.source.named or (one.fits(suffixes) and (reading.submappen or not one.deeper))]
        if not fits:
            faults.append(_nothing(path, listed, suffixes))
        taken = {id(source) for source in fits}
        passed += (one.passed(suffixes) for one in listed if id(one.source) not in taken)
        found += fits
    if faults:
        raise InputError(faults)
    reading.tell(passed)
    return _distinct(found)


@frozen
class _Listed:
    """A file that a path stands for: itself, or one in a folder or zip, perhaps in a sub-folder of it."""

    source: Source
    deeper: bool = False
    regular: bool = True

    def fits(self, suffixes: Sequence[str]) -> bool:
        return self.regular and self.source.suffix in suffixes

    def passed(self, suffixes: Sequence[str]) -> Fault:
        """Return the warning that it was not read."""
        text, verwacht = "dit bestand is niet gelezen", f"een bestand op {_either(suffixes)}"
        if self.fits(suffixes):
            text, verwacht = "dit bestand staat in een submap en is niet gelezen", "met --submappen telt het mee"
        return Fault("bestand_niet_gelezen", self.source.naam, verwacht=verwacht, toelichting=text, soort="waarschuwing")


def _listed(path: Path) -> Iterator[_Listed]:
    """Yield every file that a path stands for, by name, but for hidden ones and what programs leave behind."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            inside = file.relative_to(path)
            if not file.is_dir() and not _left_behind(inside.parts):
                source = Source(_shown(f"{path.resolve().name}/{inside.as_posix()}"), file)
                yield _Listed(source, deeper=len(inside.parts) > 1, regular=file.is_file())
    elif path.suffix.lower() == ".zip":
        _check_regular(path)
        archive = Archive.of(path)
        yield from _members(path, archive)
    else:
        _check_regular(path)
        yield _Listed(Source(_shown(path.name), path, named=True))


def _members(path: Path, archive: Archive) -> Iterator[_Listed]:
    """Yield the files of a zip; where all stand in one folder, that is what was zipped."""
    names = sorted((info.filename, place) for place, info in enumerate(archive.members) if not info.filename.endswith("/"))
    members = [(name, place, PurePosixPath(name).parts) for name, place in names]
    members = [one for one in members if not _left_behind(one[2])]
    top = {parts[:1] for _, _, parts in members}
    depth = 2 if len(top) == 1 and all(len(parts) > 1 for _, _, parts in members) else 1
    for name, place, parts in members:
        source = Source(_shown(f"{path.name}/{name}"), path, name, place, archive)
        yield _Listed(source, deeper=len(parts) > depth)


def _left_behind(parts: Sequence[str]) -> bool:
    """Say whether a file is hidden, or one that a program made beside the real ones: a lock, or a Mac's notes."""
    return any(part.startswith((".", "~$", "__MACOSX")) for part in parts)


def _nothing(path: Path, listed: Sequence[_Listed], suffixes: Sequence[str]) -> Fault:
    """Return the fault of a folder or zip of which nothing is read."""
    text, verwacht = "geen enkel passend bestand gevonden", f"bestanden op {_either(suffixes)}"
    if any(one.fits(suffixes) for one in listed):
        text, verwacht = "er staan alleen passende bestanden in submappen", "--submappen, of de submap zelf"
    return Fault("invoer_leeg", _shown(path.name), toelichting=text, verwacht=verwacht)


def _either(suffixes: Sequence[str]) -> str:
    return " of ".join([", ".join(suffixes[:-1]), suffixes[-1]] if len(suffixes) > 1 else suffixes)


class _NotRegularError(OSError):
    """A device, a pipe or the like, which may have no end."""


def _check_regular(path: Path) -> None:
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise _NotRegularError


def _shown(naam: str) -> str:
    """Return a file's name fit for every report: characters that can be written, and no BSN."""
    return hide(naam.encode("utf-8", "replace").decode("utf-8"))


def _distinct(sources: list[Source]) -> list[Source]:
    """Lengthen equal names of different files with the folders they stand in; what is equal still, as hidden names, is numbered."""
    by_name: dict[str, set[Path]] = {}
    for source in sources:
        by_name.setdefault(source.naam, set()).add(source.path.absolute())
    names: list[Source] = []
    for source in sources:
        paths = by_name[source.naam]
        if len(paths) > 1:
            parts = source.path.absolute().parts
            depth = next(d for d in range(1, len(parts) + 1) if len({path.parts[-d:] for path in paths}) == len(paths))
            source = evolve(source, naam=_shown("/".join((*parts[-depth:-1], source.naam))))
        names.append(source)
    places: dict[str, dict[tuple[Path, int], int]] = {}
    for source in names:
        own = places.setdefault(source.naam, {})
        own.setdefault((source.path.absolute(), source.plaats), len(own) + 1)
    numbers = [places[source.naam][source.path.absolute(), source.plaats] for source in names]
    return [evolve(source, naam=_numbered(source.naam, number)) for source, number in zip(names, numbers, strict=True)]


def _numbered(naam: str, number: int) -> str:
    if number == 1:
        return naam
    stem, dot, ending = naam.rpartition(".")
    return f"{stem} ({number}){dot}{ending}" if dot else f"{ending} ({number})"


class Digests(dict[str, str]):
    """SHA-256 of files by name, of several options together: different files that have one name there are numbered."""

    def __setitem__(self, naam: str, sha256: str) -> None:
        number = 1
        while self.get(_numbered(naam, number), sha256) != sha256:
            number += 1
        super().__setitem__(_numbered(naam, number), sha256)

    def note(self, hashes: Mapping[str, str]) -> None:
        """Add those of other files."""
        for naam, sha256 in hashes.items():
            self[naam] = sha256


def _unreadable(naam: str, error: Exception) -> Fault:
    if isinstance(error, TooLargeError):
        return Fault("bestand_te_groot", naam, toelichting=error.what, verwacht=error.limit)
    if isinstance(error, FileNotFoundError):
        return Fault("bestand_ontbreekt", naam, toelichting="bestand of map bestaat niet")
    if isinstance(error, ZIP_ERRORS):
        text, verwacht = "geen leesbaar zipbestand", "een zip zonder wachtwoord"
        return Fault("zip_onleesbaar", naam, toelichting=text, verwacht=verwacht)
    if isinstance(error, IsADirectoryError):
        return Fault("bestand_onleesbaar", naam, toelichting="is een map, geen bestand")
    if isinstance(error, _NotRegularError):
        text = "is geen gewoon bestand maar een apparaat of pijp"
        return Fault("bestand_onleesbaar", naam, toelichting=text, verwacht="een bestand op schijf")
    return Fault("bestand_onleesbaar", naam, toelichting=f"bestand kan niet worden gelezen ({system_reason(error)})")
