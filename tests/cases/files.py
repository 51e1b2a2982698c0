"""Cases as files: what a run is given and what must come out, in tables that a billing clerk can read (README.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any, Literal

from attrs import frozen

FOLDER = Path(__file__).parent
Rows = list[dict[str, str]]
Outcome = dict[str, Rows]
TABLES = ("toewijzingen", "registraties", "verblijf", "medewerkers")
CONTRACT_TABLES = ("tarieven", "codes")
# What a call may be given; the first two also in a file's [basis] and in basis.toml.
CALL = ("contract", *CONTRACT_TABLES, *TABLES, "standaard", "protocol", "periode", "dagtekening", "nalevering")
OUTCOMES = ("regels", "uitval", "herkomst")
ANSWERS = ("geen", "toegekend", "afgekeurd")


class CaseError(Exception):
    """A case file says something that no case may say."""


@frozen
class Call:
    """One call of `declare`: what it is given, every value as text, and what must come out of it."""

    contract: Mapping[str, Any]
    """The tables of contract.toml, with the rows of tarieven.csv and codes.csv under those names."""
    toewijzingen: Rows
    registraties: Rows
    verblijf: Rows
    medewerkers: Rows | None
    periode: str
    dagtekening: date
    nalevering: bool
    antwoord: Literal["geen", "toegekend", "afgekeurd"] | None
    """With a ledger: what follows the run. None: it stays a concept; geen: it is sent, and no answer comes."""
    verwacht: Outcome
    """Rows with the columns that are compared, by output."""


@frozen
class Case:
    """One case: a name, where its outcome comes from, and one call, or the calls on one ledger."""

    bestand: str
    naam: str
    protocol: str
    bron: str
    calls: tuple[Call, ...]
    ledger: bool


def read_cases(folder: Path = FOLDER) -> Iterator[Case]:
    """Read every case of a folder, by file, in the order in which they stand. Raises CaseError, which names file and case."""
    base = tomllib.loads((folder / "basis.toml").read_text("utf-8"))
    for path in sorted(folder.glob("*.toml")):
        if path.name == "basis.toml":
            continue
        data = tomllib.loads(path.read_text("utf-8"))
        _known(data, ("basis", "geval"), path.name)
        own = data.get("basis", {})
        _known(own, CALL, f"{path.name}: basis")
        for one in data["geval"]:
            yield _case(_merged(base, own), one, path.name)


def _case(base: Mapping[str, Any], own: Mapping[str, Any], bestand: str) -> Case:
    where = f"{bestand}: {own.get('naam', 'een geval zonder naam')}"
    _known(own, (*CALL, "naam", "bron", "verwacht", "stappen"), where)
    if not own.get("naam") or not own.get("bron"):
        raise CaseError(f"{where}: naam en bron zijn verplicht")
    given = {name: value for name, value in own.items() if name not in ("naam", "bron", "stappen")}
    full = _merged(base, given)
    if "stappen" not in own:
        calls = [_call(full, where)]
    else:
        _known(given, CALL, f"{where}, naast stappen")
        for step in own["stappen"]:
            _known(step, (*CALL, "antwoord", "verwacht"), where)
        calls = [_call(_merged(full, step), f"{where}, stap {n}") for n, step in enumerate(own["stappen"], 1)]
    return Case(bestand, own["naam"], full["protocol"], own["bron"], tuple(calls), "stappen" in own)


def _call(given: Mapping[str, Any], where: str) -> Call:
    usual = given.get("standaard", {})
    tables = {name: _rows(given[name], usual.get(name, {}), where) for name in (*CONTRACT_TABLES, *TABLES) if name in given}
    contract = deepcopy(given["contract"]) | {name: tables[name] for name in CONTRACT_TABLES if name in tables}
    if given.get("antwoord") not in (None, *ANSWERS):
        raise CaseError(f"{where}: antwoord is een van {', '.join(ANSWERS)}")
    expected = given.get("verwacht", {})
    _known(expected, OUTCOMES, f"{where}: verwacht")
    outcome = {name: _rows(expected[name], {}, where) for name in OUTCOMES if name in expected}
    return Call(
        contract,
        tables.get("toewijzingen", []),
        tables.get("registraties", []),
        tables.get("verblijf", []),
        tables.get("medewerkers"),
        given["periode"],
        given["dagtekening"],
        given["nalevering"],
        given.get("antwoord"),
        {"regels": [], "uitval": []} | outcome,
    )


def _rows(text: str, usual: Mapping[str, str], where: str) -> Rows:
    """Read a table: a row a line, fields between ``;``, spaces around them do not count. The first row has the names."""
    lines = [[field.strip() for field in line.split(";")] for line in text.splitlines() if line.strip()]
    if not lines:
        return []
    names = lines[0]
    for fields in lines[1:]:
        if len(fields) != len(names):
            raise CaseError(f"{where}: {len(fields)} velden onder {len(names)} namen: {'; '.join(fields)}")
    return [dict(usual) | dict(zip(names, fields, strict=True)) for fields in lines[1:]]


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with what `own` says instead; tables within tables key by key."""
    merged = dict(base)
    for name, value in own.items():
        before = merged.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            value = _merged(before, value)
        merged[name] = value
    return merged


def _known(table: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    if unknown := set(table) - set(names):
        raise CaseError(f"{where}: onbekend: {', '.join(sorted(unknown))}; bekend: {', '.join(names)}")
