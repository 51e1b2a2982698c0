"""A message that is given twice is one message: files that hold the same, which copies in folders and zips do."""

from __future__ import annotations

from collections.abc import Iterable

from mpj.reading.faults import Fault, InputError
from mpj.reading.sources import Reading, Source


class _Seen:
    """Files that were seen, by what they hold: of one whose size is new no byte is read."""

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        self._sizes: dict[int, list[Source]] = {}
        for source in sources:
            self.add(source)

    def add(self, source: Source) -> None:
        self._sizes.setdefault(source.size(), []).append(source)

    def twin(self, source: Source) -> Source | None:
        """Return the file seen before that holds the same, None where there is none; what cannot be read its reader tells."""
        alike = self._sizes.get(source.size(), ())
        try:
            return next((one for one in alike if _digest(one) == _digest(source)), None)
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
            reading.tell([_passed(source, f"dit bericht is hetzelfde als {bestand}, en telt één keer")])
    return found


def of_before(sources: Iterable[Source], verified: Iterable[Source], reading: Reading) -> list[Source]:
    """Return the files of before: one that holds the same as a message that is verified is none, and `reading` hears of it."""
    seen, found = _Seen(verified), list[Source]()
    for source in sources:
        if (twin := seen.twin(source)) is None:
            found.append(source)
        else:
            bestand = twin.naam
            reading.tell([_passed(source, f"dit bericht is {bestand}, dat wordt getoetst: het telt niet als eerder")])
    return found


def _passed(source: Source, text: str) -> Fault:
    return Fault("bestand_niet_gelezen", source.naam, toelichting=text, soort="waarschuwing")


def _digest(source: Source) -> str:
    with source.open() as stream:
        return stream.sha256()
