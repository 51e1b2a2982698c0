"""The list of gemeenten that exist, as the CBS publishes it: what TR378 needs."""

from __future__ import annotations

from pathlib import Path

from mpj.reading.headers import Columns
from mpj.reading.sources import Reading, Source
from mpj.reading.tables import open_table


def read_codes(path: Path, hashes: dict[str, str]) -> set[str]:
    """Read the codes of gemeenten from the column gemeente of a table; other columns do not matter. Raises InputError."""
    source = Source(path.name, path)
    with open_table(source, Columns(("gemeente",), ("gemeente",)), Reading(hashes=hashes)) as table:
        place = table.columns["gemeente"]
        return {fields[place].strip() for _, fields in table if len(fields) > place}
