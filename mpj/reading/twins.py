"""A message that is given twice is one message: files that hold the same, which copies in folders and zips do."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from mpj.reading.faults import Fault, InputError
from mpj.reading.sources import Reading, Source


class _Seen:
    """Files that were seen, by what they hold: of one whose size is new no byte is read, and none is read time and again."""

    def __init__(self) -> None:
        self._sizes: dict[int, list[Source]] = {}
        """Those of which no byte was read yet, by size."""
        self._known: dict[str, Source] = {}

    def add(self, source: Source) -> None:
        self._sizes.setdefault(source.size(), []).append(source)

    def twin(self, source: Source) -> Source | None:
        """Return the file seen before that holds the same, None where there is none; what cannot be read its reader tells."""
        alike = self._sizes.get(source.size())
        if alike is None:
            return None
        for one in alike:
            with suppress(InputError):
                self._known.setdefault(_digest(one), one)
        alike.clear()
        try:
            return self._known.get(_digest(source))
        except InputError:
            return None


def each_once(sources: Iterable[Source], reading: Reading) -> list[Source]:
    """Return the files, each that holds the same as one before it left out; `reading` hears of that."""
    seen, found = _Seen(), list[Source]()
    for source in sources:
        if (twin := seen.twin(source)) is None:
            seen.add(source)
            found.append(source)
        else:
            bestand = twin.naam
            reading.tell([passed(source.naam, f"dit bericht is hetzelfde als {bestand}, en telt één keer")])
    return found


def by_content(sources: Iterable[Source], beside: Iterable[Source]) -> dict[str, str]:
    """Return the names of files by what they hold (SHA-256), of those that are as long as one of those `beside` them."""
    sizes, found = {one.size() for one in beside}, dict[str, str]()
    for one in sources:
        if one.size() in sizes:
            with suppress(InputError):  # what cannot be read its reader tells
                found.setdefault(_digest(one), one.naam)
    return found


def passed(naam: str, text: str) -> Fault:
    """Return that a file is passed over beside one that holds the same."""
    return Fault("bestand_dubbel", naam, toelichting=text, soort="waarschuwing")


def _digest(source: Source) -> str:
    with source.open() as stream:
        return stream.sha256()
