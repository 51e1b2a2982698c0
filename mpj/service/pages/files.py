"""What a page hands out: a folder as a zip to take along, and a long list sheet by sheet."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from starlette.requests import Request

from mpj.presentation import xlsx
from mpj.presentation.report import Report

_T = TypeVar("_T")


def zipped(folder: Path) -> bytes:
    """Return the files of a folder as a zip; the same files give the same bytes."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return zipped_of((path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths)


def zipped_of(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return files, by name, as a zip; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files:
            made.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def workbook(report: Report) -> bytes:
    """Return a report as a workbook."""
    with tempfile.TemporaryDirectory(prefix="mpj-") as folder:
        path = Path(folder) / "rapport.xlsx"
        xlsx.write(path, report)
        return path.read_bytes()


def page_asked(request: Request) -> int:
    """Return which sheet of a list a request asks for, by default the first."""
    text = request.query_params.get("blad", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def paged(rows: Sequence[_T], page: int, most: int) -> tuple[int, int, Sequence[_T]]:
    """Return a sheet of a list: its number, how many there are, and its rows.

    >>> paged("abcde", 2, 2), paged("", 7, 2)
    ((2, 3, 'cd'), (1, 1, ''))
    """
    pages = max(1, -(-len(rows) // most))
    page = min(max(page, 1), pages)
    return page, pages, rows[(page - 1) * most : page * most]
