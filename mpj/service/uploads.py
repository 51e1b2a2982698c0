"""The files of one request, in a folder of its own that is gone when the request was answered."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from attrs import field, frozen
from starlette.datastructures import UploadFile

from mpj.reading.faults import Fault, Hears, InputError, printable
from mpj.reading.limits import WHOLE_BYTES
from mpj.reading.sources import Reading, find_sources

_NAME = 100
"""Characters of a file's name that are kept."""
_MEANT = re.compile(r'[<>:"|?*]|^(?=(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))', re.IGNORECASE)
"""What is a disk, a stream, a pattern or a device to Windows, whatever folder stands before it."""


@frozen
class Uploads:
    """The files of a request by the name of their field, and its other fields."""

    folder: Path
    """Where they stand; only the owner of the process can enter it."""
    files: dict[str, list[Path]] = field(factory=dict)
    fields: Mapping[str, Any] = field(factory=dict)

    @classmethod
    async def of(cls, files: Mapping[str, Sequence[UploadFile]], fields: Mapping[str, Any]) -> Self:
        """Keep the files of a request. A file's name is for messages alone: where it stands is decided here."""
        made = cls(Path(tempfile.mkdtemp(prefix="mpj-")), {}, dict(fields))
        try:
            for name, given in files.items():
                for number, one in enumerate(given):
                    place = made.folder / name / str(number)
                    place.mkdir(parents=True)
                    path = place / _safe(one.filename, name)
                    with path.open("wb") as stream:
                        while chunk := await one.read(1 << 20):
                            stream.write(chunk)
                    made.files.setdefault(name, []).append(path)
        except BaseException:
            made.remove()
            raise
        return made

    def one(self, name: str) -> Path | None:
        """Return the file of a field that takes one, None where none was given; raises InputError for more."""
        paths = self.files.get(name, ())
        if len(paths) > 1:
            raise InputError(Fault("aanroep_onjuist", kolom=name, toelichting="er zijn meer bestanden", verwacht="één bestand"))
        return next(iter(paths), None)

    def new_folder(self) -> Path:
        """Return a new folder of the request, to write in."""
        return Path(tempfile.mkdtemp(prefix="uit-", dir=self.folder))

    def remove(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def digest(self) -> object:
        """Return what tells this request from another: the fields, and the names and hashes of the files."""
        hashes = [(name, [(path.name, _sha256(path)) for path in paths]) for name, paths in sorted(self.files.items())]
        return sorted(self.fields.items()), hashes

    def contracts(self, report: Hears, name: str = "contract") -> list[Path]:
        """Return the contract folders in the field `name`: each file is a zip of one, or they are the files of one together;
        a folder is one as it stands.

        `report` hears of what stands in a zip and is not read. Raises InputError for a file that is none of these, with its name.
        """
        given = self.files.get(name, ())
        if sum(path.name == "contract.toml" for path in given) == 1 and all(path.suffix in (".toml", ".csv") for path in given):
            return [_together(given)]
        return [_unpacked(path, report) if path.is_file() else path for path in given]


def _safe(name: str | None, otherwise: str) -> str:
    """Return the last part of a name that came along, without what means something to a file system."""
    last = printable((name or "").replace("\\", "/").rpartition("/")[2]).strip()[-_NAME:]
    return _MEANT.sub("_", last) if last.strip(".") else otherwise


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _together(given: Sequence[Path]) -> Path:
    """Put the files of a contract into one folder; raises InputError for two of one name."""
    out = Path(tempfile.mkdtemp(dir=given[0].parents[1])) / "contract"
    out.mkdir()
    for path in given:
        _put(out, path.name, path.read_bytes(), path)
    return out


def _put(out: Path, name: str, data: bytes, path: Path) -> None:
    """Write one of the files of a contract, which came in `path`; raises InputError for a second one of its name."""
    if (out / name).exists():
        raise _no_contract(path, "dit bestand komt meer dan één keer")
    (out / name).write_bytes(data)


def _unpacked(path: Path, report: Hears) -> Path:
    """Unpack a contract beside its zip: the files in it, or in the one folder that it holds."""
    if path.suffix.lower() != ".zip":
        raise _no_contract(path, "dit is geen zip")
    found = {source.lid: source for source in find_sources([path], (".toml", ".csv"), Reading(report, submappen=True))}
    tops = {lid.rpartition("/")[0] for lid in found if lid.rpartition("/")[2] == "contract.toml"}
    if len(tops) != 1 or (top := tops.pop()).count("/"):
        raise _no_contract(path, "er staat niet precies één contract.toml in")
    out = Path(tempfile.mkdtemp(dir=path.parent)) / path.stem
    out.mkdir()
    for lid, source in found.items():
        folder, _, name = lid.rpartition("/")
        if folder == top:
            _put(out, _safe(name, name), source.read(WHOLE_BYTES), path)
        else:
            text = "dit bestand staat niet bij contract.toml, en is niet gelezen"
            report(Fault("bestand_niet_gelezen", source.naam, toelichting=text, soort="waarschuwing"))
    return out


def _no_contract(path: Path, toelichting: str) -> InputError:
    return InputError(Fault("contract_ontbreekt", path.name, 0, "contract", "", "een zip van een contractmap", toelichting))
