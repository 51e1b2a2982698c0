"""Cases as files: what a run is given and what must come out, in tables that a billing clerk can read (README.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeAlias

from attrs import evolve, field, frozen

FOLDER = Path(__file__).parent
Rows = list[dict[str, str]]
Outcome = dict[str, Rows]
TABLES = ("toewijzingen", "registraties", "verblijf", "prestaties", "medewerkers")
CONTRACT_TABLES = ("tarieven", "codes", "producten")
# What a call may be given; the first two also in a file's [basis] and in basis.toml.
CALL = ("contract", *CONTRACT_TABLES, *TABLES, "standaard", "protocol", "periode", "dagtekening", "nalevering")
OUTCOMES = ("regels", "uitval", "herkomst")
ANSWERS = ("geen", "toegekend", "afgekeurd")
Wat: TypeAlias = Literal["declare", "aanlevering", "send", "answer", "withdraw", "resend", "reprice", "begin", "close-year"]
"""What happens in a step: a run, what arrives for the next one, or a command of ``mpj ledger``."""
# What a step is told beside what a call may be given, and which outcomes it has, by what happens in it.
OF_STEP: Mapping[str, tuple[str, ...]] = {
    "declare": ("antwoord", "akkoord", "crediteer", "crediteer_toewijzing", "volledig_vanaf", "verblijf_loopt_door"),
    "aanlevering": (),
    "send": ("gemeente",),
    "answer": ("gemeente", "antwoord", "retourcodes", "totaal"),
    "withdraw": (),
    "resend": (),
    "reprice": ("van", "tot", "akkoord"),
    "begin": ("vanaf",),
    "close-year": ("jaar",),
}
OF_A_LEDGER = ("te_beslissen", "verschil", "geboekt", "stand", "fouten")
# What a step says of the world stays so for the steps after it; records are of their step alone.
STAYS = ("contract", *CONTRACT_TABLES, "toewijzingen", "medewerkers", "standaard")


class CaseError(Exception):
    """A case file says something that no case may say."""


@frozen
class Call:
    """One call of `declare`: what it is given, every value as text, and what must come out of it."""

    contract: Mapping[str, Any]
    """The tables of contract.toml, with the rows of tarieven.csv, codes.csv and producten.csv under those names."""
    toewijzingen: Rows
    registraties: Rows
    verblijf: Rows
    prestaties: Rows
    medewerkers: Rows | None
    periode: str
    dagtekening: date
    nalevering: bool
    verwacht: Outcome
    """Rows with the columns that are compared, by output."""
    wat: Wat = "declare"
    """With a ledger: what happens."""
    op: date | None = None
    """With a ledger: on which day; None: on that of `dagtekening`."""
    told: Mapping[str, Any] = field(factory=dict)
    """With a ledger: what the step is told beside (`OF_STEP`)."""


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
        calls = [evolve(_call(full, where), verwacht=_expected(full, OUTCOMES, where))]
    else:
        _known(given, CALL, f"{where}, naast stappen")
        calls = list(_steps(full, own["stappen"], where))
    return Case(bestand, own["naam"], full["protocol"], own["bron"], tuple(calls), "stappen" in own)


def _steps(full: Mapping[str, Any], steps: Iterable[Mapping[str, Any]], where: str) -> Iterator[Call]:
    """Yield the calls of a case with a ledger: each finds the world as the one before left it, and comes on no earlier day."""
    last = date.min
    for number, step in enumerate(steps, 1):
        place = f"{where}, stap {number}"
        wat, op = step.get("wat", "declare"), step.get("op")
        if wat not in OF_STEP:
            raise CaseError(f"{place}: wat is een van {', '.join(OF_STEP)}")
        _known(step, (*CALL, "wat", "op", "verwacht", *OF_STEP[wat]), place)
        if op is not None and op < last:
            raise CaseError(f"{place}: {op} is voor {last}, de dag van een eerdere stap")
        last = op or last
        full = _merged(full, {name: value for name, value in step.items() if name in STAYS})
        dated = {"dagtekening": op} if op is not None else {}
        call = _call(_merged(full, dated | dict(step)), place)
        told = {name: step[name] for name in OF_STEP[wat] if name in step}
        if wat == "declare" and told.get("antwoord", "geen") not in ANSWERS:
            raise CaseError(f"{place}: antwoord is een van {', '.join(ANSWERS)}")
        if "\n" in str(told.get("antwoord", "")):
            told["antwoord"] = _rows(told["antwoord"], {}, place)
        yield evolve(
            call, wat=wat, op=op or call.dagtekening, told=told, verwacht=_expected(step, (*OUTCOMES, *OF_A_LEDGER), place)
        )


def _expected(given: Mapping[str, Any], known: tuple[str, ...], where: str) -> Outcome:
    """Return the tables that must come out. Where nothing is said there are no lines, nothing is set aside, nothing is wrong."""
    expected = given.get("verwacht", {})
    _known(expected, known, f"{where}: verwacht")
    nothing: Outcome = {"regels": [], "uitval": [], "fouten": []}
    return nothing | {name: _rows(text, {}, where) for name, text in expected.items()}


def _call(given: Mapping[str, Any], where: str) -> Call:
    usual = given.get("standaard", {})
    tables = {name: _rows(given[name], usual.get(name, {}), where) for name in (*CONTRACT_TABLES, *TABLES) if name in given}
    contract = deepcopy(given["contract"]) | {name: tables[name] for name in CONTRACT_TABLES if name in tables}
    return Call(
        contract,
        tables.get("toewijzingen", []),
        tables.get("registraties", []),
        tables.get("verblijf", []),
        tables.get("prestaties", []),
        tables.get("medewerkers"),
        given["periode"],
        given["dagtekening"],
        given["nalevering"],
        {},
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
