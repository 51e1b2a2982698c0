"""Files without a name, for rows that have to wait: gone when the process is, however it ends; a full disk is told as such."""

from __future__ import annotations

import io
import os
import tempfile
from typing import IO, cast

from mpj.reading.faults import Fault, InputError, is_full


class _Scratch(io.FileIO):
    def write(self, data: object) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError as error:
            raise _unusable(error) from None


def scratch_file() -> IO[bytes]:
    """Return an empty file without a name, to write and to read. Raises InputError, also in its `write`, for a full disk."""
    try:
        with tempfile.TemporaryFile() as made:
            return cast("IO[bytes]", io.BufferedRandom(_Scratch(os.dup(made.fileno()), "r+b")))
    except OSError as error:
        raise _unusable(error) from None


def read_at(file: IO[bytes], size: int, place: int) -> bytes:
    """Return at most `size` bytes of a file from `place` on; who writes in it does so at its end.

    Processes that are forked share their place in a file, so it is left alone. Windows does not fork, and cannot.
    """
    if hasattr(os, "pread"):
        return os.pread(file.fileno(), size, place)
    file.seek(place)
    data = file.read(size)
    file.seek(0, os.SEEK_END)
    return data


def _unusable(error: OSError) -> InputError:
    text = "de map voor tijdelijke bestanden is niet te gebruiken"
    if is_full(error):
        text = "er is geen ruimte meer in de map voor tijdelijke bestanden"
    advice = "ruimte daar, of een andere map in de omgevingsvariabele TMPDIR"
    return InputError(Fault("tijdelijk_onbruikbaar", toelichting=text, verwacht=advice))
