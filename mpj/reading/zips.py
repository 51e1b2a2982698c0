"""Zips: the list of members is read once, after it was counted, and no member is unpacked beyond what it may become."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from attrs import define, field

from mpj.reading.limits import RATIO_FROM, ZIP_BYTES, ZIP_MEMBERS, ZIP_RATIO

_END = 22
_COMMENT = 1 << 16


class TooLargeError(ValueError):
    """What goes beyond a limit: `what` it is, and the `limit`, in Dutch."""

    def __init__(self, what: str, limit: str) -> None:
        super().__init__(what)
        self.what = what
        self.limit = limit


ZIP_ERRORS = (zipfile.BadZipFile, RuntimeError, EOFError, zlib.error, lzma.LZMAError, ValueError, struct.error)
"""What zipfile lets through for a damaged, encrypted or exotic zip; NotImplementedError is a RuntimeError."""


@define
class Archive:
    """A zip whose list of `members` is read once, however many of them are opened; the file is closed behind the last of them."""

    path: Path
    members: tuple[zipfile.ZipInfo, ...]
    _zip: zipfile.ZipFile | None = field(default=None, repr=False)

    @classmethod
    def of(cls, path: Path) -> Archive:
        """Read the list of members; raises TooLargeError, OSError or one of `ZIP_ERRORS`."""
        with path.open("rb") as stream:
            check_directory(stream, ZIP_MEMBERS)
            with zipfile.ZipFile(stream) as archive:
                members = tuple(archive.infolist())
        check_sizes(members, ZIP_BYTES, ZIP_RATIO, RATIO_FROM)
        return cls(path, members)

    @contextmanager
    def open(self, place: int) -> Iterator[IO[bytes]]:
        """Open the member at a place of the list."""
        archive = self._zip = self._zip or zipfile.ZipFile(self.path)
        try:
            with archive.open(self.members[place]) as stream:
                yield stream
        finally:
            if place == len(self.members) - 1:
                archive.close()
                self._zip = None


def check_directory(stream: IO[bytes], most: int) -> None:
    """Raise TooLargeError when a zip says that it has more than `most` members: its list would take memory to read."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _END - _COMMENT))
    tail = stream.read()
    stream.seek(0)
    place = tail.rfind(b"PK\5\6")
    if place < 0:
        return
    count, length = struct.unpack_from("<HI", tail, place + 10)
    wide = tail.rfind(b"PK\6\6", 0, place)
    if wide >= 0:
        count, length = struct.unpack_from("<QQ", tail, wide + 32)
    # A member takes 46 bytes of the list at least, and seldom more than a few hundred.
    if count > most or length > most << 10:
        raise TooLargeError("de zip bevat te veel bestanden", f"hoogstens {most} bestanden")


def check_sizes(members: tuple[zipfile.ZipInfo, ...], most: int, ratio: int, ratio_from: int) -> None:
    """Raise TooLargeError for members that unpack to more than `most` bytes, or one that from `ratio_from` on grows `ratio` times.

    zipfile stops at the size that is stated, so that it can be trusted.
    """
    if sum(member.file_size for member in members) > most:
        raise TooLargeError("uitgepakt te groot", f"hoogstens {most >> 20} MiB uitgepakt")
    for member in members:
        if member.file_size > ratio_from and member.file_size > ratio * max(member.compress_size, 1):
            raise TooLargeError("uitpakken maakt een bestand onwaarschijnlijk veel groter", f"hoogstens {ratio} keer zo groot")
