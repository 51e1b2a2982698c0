"""The files of a tool or a report as JSON: its tables as rows, and, where a request asks for them, the files themselves."""

from __future__ import annotations

import csv
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

from mpj.reading.faults import Fault
from mpj.service.forms import FLAG, TAAL, FormField
from mpj.service.problems import message
from mpj.service.uploads import Uploads
from mpj.service.values import FORMAAT

BESTANDEN = FormField("bestanden", FLAG)
"""Whether the files go along, workbooks and pages too."""
FILES_OF = (BESTANDEN, FormField("taal", TAAL))
"""The same, and in which language people read them; a CSV is the same in every language."""
_SUMMARY = "samenvatting.json"


def tables_of(given: Uploads, folder: Path, meldingen: list[Fault]) -> dict[str, Any]:
    """Return what a tool wrote: the rows of each CSV by its name, its summary, and the files in base64 where they are asked for."""
    summary = folder / _SUMMARY
    return {
        "formaat": FORMAAT,
        "tabellen": {path.stem: _rows(path) for path in sorted(folder.glob("*.csv"))},
        "samenvatting": json.loads(summary.read_text("utf-8")) if summary.exists() else None,
        "bestanden": files_of(folder) if given.fields["bestanden"] else [],
        "meldingen": [message(one) for one in meldingen],
    }


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def files_of(folder: Path) -> list[dict[str, str]]:
    """Return the files of a folder in base64, in the order of their names."""
    return [file_of(path) for path in sorted(folder.iterdir()) if path.is_file()]


def file_of(path: Path) -> dict[str, str]:
    """Return a file in base64."""
    return {"naam": path.name, "inhoud": b64encode(path.read_bytes()).decode()}
