"""A declaration that stands on disk: read once, its form checked to the end, and walked over as often as needed.

The file is read into a temporary file without a name, which only this process can open and which is gone when it ends.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from os import SEEK_END
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Generic, TypeVar

from attrs import fields, frozen

from mpj.messages import Limits, iter_jw323
from mpj.messages.overview import Overzicht
from mpj.messages.parsing import Source
from mpj.messages.values import Client, Clientregel, Declaratiekop, Prestatie, prestatie_values

# Memory does not depend on the size of a message; some two million lines.
LIMITS = Limits(omvang=2_000_000_000)
_BLOCK = 256
T = TypeVar("T")


class Spool(Generic[T]):
    """Values that are put on disk as they come, and read back in their order as often as needed, one walk at a time."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - the spool is the context
        self._block: list[T] = []
        self._size = 0

    def __enter__(self) -> Spool[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def append(self, value: T, size: int = 1) -> None:
        """Add a value at the end; `size` says how many of the smallest values it takes the room of."""
        self._block.append(value)
        self._size += size
        if self._size >= _BLOCK:
            self._flush()

    def __iter__(self) -> Iterator[T]:
        self._flush()
        self._file.seek(0)
        while self._file.peek(1):
            yield from pickle.load(self._file)

    def _flush(self) -> None:
        if self._block:
            self._file.seek(0, SEEK_END)
            pickle.dump(self._block, self._file, protocol=pickle.HIGHEST_PROTOCOL)
            self._block, self._size = [], 0


class Clienten:
    """The clients of a declaration on disk."""

    def __init__(self, spool: Spool[tuple[str, list[tuple[Any, ...]]]]) -> None:
        self._spool = spool

    def append(self, client: Client) -> None:
        """Add the next client."""
        self._spool.append((client.bsn, [prestatie_values(one) for one in client.prestaties]), len(client.prestaties))

    def __iter__(self) -> Iterator[Client]:
        for bsn, lines in self._spool:
            yield Client(bsn, tuple([Prestatie(*one) for one in lines]))


@frozen
class StoredDeclaratie(Declaratiekop):
    """A declaration on disk: its head, its `clienten`, and the `overzicht` that reading it gave."""

    clienten: Clienten
    overzicht: Overzicht


@contextmanager
def open_declaratie(
    source: Source, bestand: str = "", *, folder: Path | None = None, limits: Limits = LIMITS
) -> Iterator[StoredDeclaratie]:
    """Read a JW323 of any size for `verify`; give it while the block runs.

    `source` is a path, bytes or a binary file, `bestand` its name in faults; `folder` where the temporary file stands (default:
    the system's). One client is held in memory at a time. Raises InputError when the form of the message is wrong; see
    `mpj.messages.read_jw323`.
    """
    with Spool[Any](folder) as spool:
        clients, overview = Clienten(spool), Overzicht()
        parts = iter_jw323(source, bestand, limits=limits)
        head = next(parts)
        assert isinstance(head, Declaratiekop)
        lines = (part for part in parts if isinstance(part, Clientregel))
        for _, group in groupby(lines, key=lambda part: part.client):
            own = list(group)
            client = Client(own[0].bsn, tuple(part.prestatie for part in own))
            overview.see(client)
            clients.append(client)
        overview.finish(clients)
        known = {one.name: getattr(head, one.name) for one in fields(Declaratiekop)}
        yield StoredDeclaratie(**known, clienten=clients, overzicht=overview)
