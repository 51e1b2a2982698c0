"""The cases that mpj ships, and a folder of such cases: how one is found, read and checked for its shape."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from attrs import field, frozen

from mpj.output.folder import output_folder
from mpj.reading.faults import Fault, InputError
from mpj.reading.limits import WHOLE_BYTES
from mpj.reading.sources import SILENT, Reading, Source, find_sources

FORMAAT = 1
ENDING = ".json"
TABLES = ("regels", "uitval", "bevindingen")
"""The tables that an outcome may hold."""
Row = Mapping[str, str]
Outcome = Mapping[str, Sequence[Row]]
"""The rows of an outcome by the name of their table, each value as text under the name of its column."""


@frozen
class ConformanceCase:
    """One case: what a system is given, where its outcome comes from, and what must come out."""

    naam: str
    """Its name, which is that of its file without ``.json``."""
    protocol: str
    """The protocol that it is written for."""
    bron: str
    """What it is about, and why the outcome is right."""
    verwacht: tuple[Outcome, ...] = field(repr=False)
    """What must come out: of the one call, or of each step on one ledger."""
    stappen: bool = False
    """Whether it is a conversation: a list of calls on one ledger."""
    given: Mapping[str, Any] = field(factory=dict, repr=False)
    """The whole file, as it stands there."""


def write_pack(folder: str | Path) -> int:
    """Write the cases that mpj ships into `folder`, which is new or empty, and return how many.

    All of them appear, or none. Raises InputError where the folder cannot be written or holds something.
    """
    shipped = _shipped()
    with output_folder(Path(folder)) as stage:
        for name, data in shipped:
            (stage / name).write_bytes(data)
    return len(shipped)


def _shipped() -> list[tuple[str, bytes]]:
    found = files("mpj.conformance").joinpath("cases").iterdir()
    return sorted((one.name, one.read_bytes()) for one in found if one.name.endswith(ENDING))


def read_pack(folder: str | Path, *, reading: Reading = SILENT) -> Iterator[ConformanceCase]:
    """Read the cases in a folder, by name; `reading` hears of files that are none by their ending.

    Raises InputError for a folder without cases, and for a file that is not what a case looks like.
    """
    for source in case_files(folder, reading):
        yield _case(source)


def case_files(folder: str | Path, reading: Reading) -> list[Source]:
    """Return the JSON files in a folder, by name; raises InputError where there is no such folder, or none in it."""
    path = Path(folder)
    if path.exists() and not path.is_dir():
        raise InputError(Fault("geval_onleesbaar", path.name, toelichting="dit is een bestand", verwacht="een map met gevallen"))
    text, verwacht = "dit is een map: wat erin staat is niet gelezen", f"een bestand op {ENDING}"
    folders = sorted(one.name for one in path.iterdir() if one.is_dir()) if path.is_dir() else []
    reading.tell(Fault("bestand_niet_gelezen", one, toelichting=text, verwacht=verwacht, soort="waarschuwing") for one in folders)
    return sorted(find_sources([path], (ENDING,), reading), key=lambda source: source.naam)


def read_json(source: Source) -> Any:
    """Return what a JSON file says; raises InputError, with line and column, where it is no JSON or larger than is read whole."""
    data = source.read(WHOLE_BYTES)
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refused, object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise wrong(source, "dit is geen UTF-8", "JSON in UTF-8") from error
    except json.JSONDecodeError as error:
        raise wrong(source, f"geen JSON: op positie {error.colno} houdt het op", "JSON", error.lineno) from error
    except _TwiceError as error:
        raise wrong(source, "een naam staat twee keer in een object", "elke naam één keer") from error
    except (ValueError, RecursionError) as error:
        raise wrong(source, "een getal of een diepte die JSON niet kent", "JSON") from error


class _TwiceError(Exception):
    """An object has two values under one name: which one counts, no two readers agree on."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _TwiceError
    return found


def _refused(word: str) -> Any:
    raise ValueError(word)


def wrong(source: Source, toelichting: str, verwacht: str, rij: int = 0) -> InputError:
    """Return the error of a file that is not what a case or an answer looks like."""
    return InputError(Fault("geval_onleesbaar", source.naam, rij, toelichting=toelichting, verwacht=verwacht))


def outcome_of(source: Source, found: Any, where: str) -> Outcome:
    """Return an outcome as it stands in JSON, once its shape is seen to be that of one; `where` says where it stands."""
    if not isinstance(found, dict):
        raise wrong(source, f"{where} is geen object", f"tabellen: {', '.join(TABLES)}")
    for name, rows in found.items():
        if name not in TABLES:
            raise wrong(source, f"{where} heeft een onbekende naam: {name[:40]!r}", ", ".join(TABLES))
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise wrong(source, f"{where}, {name} is geen lijst van rijen", "een lijst van objecten, een per rij")
    return found


def outcomes_of(source: Source, found: Any, where: str) -> tuple[Outcome, ...]:
    """Return the outcome of a call, or those of the steps where ``stappen`` lists them."""
    if isinstance(found, dict) and "stappen" in found:
        steps = found["stappen"]
        if len(found) > 1 or not isinstance(steps, list):
            raise wrong(source, f"{where} heeft stappen die geen lijst zijn, of iets ernaast", 'alleen "stappen": een lijst')
        return tuple(outcome_of(source, one, f"{where}, stap {number}") for number, one in enumerate(steps, 1))
    return (outcome_of(source, found, where),)


def _case(source: Source) -> ConformanceCase:
    found = read_json(source)
    if not isinstance(found, dict) or found.get("formaat") != FORMAAT:
        raise wrong(source, f"dit is geen geval van formaat {FORMAAT}", f'een object met "formaat": {FORMAAT}')
    naam, protocol, bron = (_text(source, found, name) for name in ("naam", "protocol", "bron"))
    if source.naam.rpartition("/")[2] != f"{naam}{ENDING}":
        raise wrong(source, "de naam van het bestand is niet die van het geval", f"{naam}{ENDING}"[:80])
    steps = "stappen" in found
    verwacht = outcomes_of(source, found.get("verwacht"), "verwacht")
    if steps != ("stappen" in found["verwacht"]) or (steps and len(found["stappen"]) != len(verwacht)):
        raise wrong(source, "verwacht heeft niet de stappen die het geval heeft", "een uitkomst per stap")
    return ConformanceCase(naam, protocol, bron, verwacht, steps, found)


def _text(source: Source, found: Mapping[str, Any], name: str) -> str:
    text = found.get(name)
    if not isinstance(text, str) or not text:
        raise wrong(source, f"{name} ontbreekt of is geen tekst", "naam, protocol en bron als tekst")
    return text
