"""The bounds on everything that comes in from outside: what goes beyond one is refused before it takes memory or time."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

HEADER_ROWS = 20
"""Rows of a table among which its header has to stand."""
ROW_BYTES = 1 << 20
"""Bytes of one row of a table of text."""
COLUMNS = 2_000
"""Columns of a table."""
EMPTY_ROWS = 1 << 20
"""Empty rows of a table behind one another."""
ZIP_MEMBERS = 100_000
"""Members of a zip."""
ZIP_BYTES = 8 << 30
"""Bytes of what is read of a zip, unpacked."""
ZIP_RATIO = 250
"""How many times larger a member of a zip may become, where it is larger than `RATIO_FROM`."""
RATIO_FROM = 16 << 20
"""Bytes, unpacked, from which on a ratio counts."""
WORKBOOK_FILE = 256 << 20
"""Bytes of a workbook."""
WORKBOOK_BYTES = 1 << 30
"""Bytes of a workbook, unpacked."""
WORKBOOK_PARTS = 10_000
"""Parts of a workbook."""
WORKBOOK_RATIO = 50
"""How many times larger a part may become, where it is larger than `WORKBOOK_RATIO_FROM`."""
WORKBOOK_RATIO_FROM = 4 << 20
"""Bytes, unpacked, from which on a ratio counts in a workbook."""
WORKBOOK_MEMORY = 2 << 30
"""Bytes of memory of the process that reads a workbook."""
WORKBOOK_SECONDS = 120
"""Seconds of work of that process."""
WHOLE_BYTES = 16 << 20
"""Bytes of a file that is held whole: the summary of a run, a list of BSNs, a case or an answer to one."""
REQUEST_BYTES = 512 << 20
"""Bytes of one request to the service, its files included."""
REQUEST_SECONDS = 20
"""Seconds that the service waits for the head of a request, and for what is to come of its body."""
REQUEST_RATE = 64 << 10
"""Bytes of a body that give a second of waiting back."""
TOML_BYTES = 512 << 10
"""Bytes of a TOML file: contract.toml, protocol.toml, a profile."""
TOML_DOTS = 100
"""Dots on a line of it, so that no key is nested deeply."""

LIMITS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "a row of a CSV file": (f"{ROW_BYTES >> 20} MiB", "also a quoted field over many lines, and the header"),
        "columns of a table": (f"{COLUMNS:,}", "the header is refused before its names are compared"),
        "where the header stands": (f"the first {HEADER_ROWS} rows", "rows above it are named in a notice"),
        "empty rows behind one another": (f"{EMPTY_ROWS:,}", "as many as a sheet of a workbook has rows"),
        "members of a zip": (f"{ZIP_MEMBERS:,}", "counted before the list is read"),
        "a zip, unpacked": (f"{ZIP_BYTES >> 30} GiB", "what is read of it, by the sizes that it states"),
        "a member of a zip, unpacked": (f"{ZIP_RATIO} times as large", f"from {RATIO_FROM >> 20} MiB on"),
        "a workbook": (f"{WORKBOOK_FILE >> 20} MiB", f"and {WORKBOOK_PARTS:,} parts"),
        "a workbook, unpacked": (f"{WORKBOOK_BYTES >> 30} GiB", "by the sizes that it states, before it is opened"),
        "a part of a workbook, unpacked": (f"{WORKBOOK_RATIO} times as large", f"from {WORKBOOK_RATIO_FROM >> 20} MiB on"),
        "memory to read a workbook": (f"{WORKBOOK_MEMORY >> 30} GiB", "of a process of its own; a sheet of 1,000,000 rows fits"),
        "time to read a workbook": (f"{WORKBOOK_SECONDS} s", "of work, in that process"),
        "document types in a workbook": ("none", "a part that has one is refused"),
        "a request to mpj serve": (f"{REQUEST_BYTES >> 20} MiB", "its files included, also where it does not say how large it is"),
        "waiting for a request to mpj serve": (
            f"{REQUEST_SECONDS} s",
            f"for its head, and again for its body: below {REQUEST_RATE >> 10} KiB a second they run out",
        ),
        "samenvatting.json, a list of BSNs, a case": (f"{WHOLE_BYTES >> 20} MiB", "files that are held whole"),
        "a TOML file": (
            f"{TOML_BYTES >> 10} KiB",
            f"contract.toml, protocol.toml, mpj.toml, a profile; at most {TOML_DOTS} dots on a line",
        ),
    }
)
"""The table of docs/limits.md: what, how much, and what to know about it."""
