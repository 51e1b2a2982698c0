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
        "a TOML file": (f"{TOML_BYTES >> 10} KiB", f"contract.toml, protocol.toml; at most {TOML_DOTS} dots on a line"),
    }
)
"""The table of docs/limits.md: what, how much, and what to know about it."""
