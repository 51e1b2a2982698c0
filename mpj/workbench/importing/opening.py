"""A workbook as openpyxl opens it, which knows of merged and hidden cells, once its sizes were looked at."""

from __future__ import annotations

import re
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZipFile

from mpj.reading.faults import Fault, InputError
from mpj.reading.workbooks import check_workbook

_MOST_CELLS = 2_000_000
_MOST_BYTES = 64 << 20
_MERGED = re.compile(rb"mergeCell\b[^>]*?ref\s*=\s*[\"']\$?([A-Z]{1,3})\$?([0-9]{1,9}):\$?([A-Z]{1,3})\$?([0-9]{1,9})")


def _openpyxl() -> Any:
    try:
        return import_module("openpyxl")
    except ImportError:
        text = "om XLSX te lezen is openpyxl nodig"
        raise InputError(Fault("xlsx_niet_mogelijk", toelichting=text, verwacht="pip install 'mpj[xlsx]'")) from None


def open_books(path: Path) -> tuple[Any, Any]:
    """Open the workbook twice: its values and its formulas. What it states of its size is looked at first, merged areas too."""
    module = _openpyxl()
    try:
        _check_regular(path)
        with path.open("rb") as file:
            check_workbook(file, path.name, _MOST_BYTES)
            _check_merged(file, path.name)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                books = module.load_workbook(file, data_only=True), module.load_workbook(file)
    except FileNotFoundError:
        raise InputError(Fault("bestand_ontbreekt", path.name, toelichting="bestand bestaat niet")) from None
    except Exception as error:  # openpyxl raises whatever a damaged part makes it raise
        if isinstance(error, InputError) and error.faults[0].code != "werkmap_onleesbaar":
            raise
        text, verwacht = "geen leesbaar XLSX-bestand", "een werkmap op .xlsx (geen .xls of .ods)"
        raise InputError(Fault("xlsx_onleesbaar", path.name, toelichting=text, verwacht=verwacht)) from error
    if sum(sheet.max_row * sheet.max_column for sheet in books[0].worksheets) > _MOST_CELLS:
        raise InputError(_too_large(path.name))
    return books


def _check_regular(path: Path) -> None:
    """Raise OSError for what is no file: a pipe has no end."""
    if path.exists() and not path.is_file():
        raise IsADirectoryError


def _too_large(naam: str) -> Fault:
    return Fault("xlsx_te_groot", naam, toelichting="de werkmap is te groot voor een tariefmatrix")


def _check_merged(file: BinaryIO, naam: str) -> None:
    """Raise InputError for merged areas that are larger than a matrix: openpyxl makes each of their cells."""
    with ZipFile(file) as archive:
        for name in archive.namelist():
            areas = _MERGED.findall(archive.read(name)) if name.lower().endswith(".xml") else []
            if sum(_cells(*area) for area in areas) > _MOST_CELLS:
                raise InputError(_too_large(naam))
    file.seek(0)


def _cells(left: bytes, top: bytes, right: bytes, bottom: bytes) -> int:
    wide = _number(right) - _number(left) + 1
    return max(wide, 1) * max(int(bottom) - int(top) + 1, 1)


def _number(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place
