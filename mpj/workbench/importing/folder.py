"""From a published workbook to a contract folder: ``tarieven.csv`` beside the contract.toml that names the percelen."""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from attrs import evolve

from mpj.contract import Contract, Perceel, load_contract
from mpj.contract.matrix import by_place, merged, tarieven_text
from mpj.contract.rows import TARIEVEN
from mpj.output import output_folder
from mpj.protocol import PROTOCOLS
from mpj.reading.faults import Fault, InputError
from mpj.reading.limits import TOML_BYTES
from mpj.reading.sources import Source
from mpj.reading.toml import parse_toml
from mpj.workbench.files import write_file
from mpj.workbench.importing.rows import Kader
from mpj.workbench.importing.workbook import Ingelezen, Inleesopdracht, read_matrix


@contextmanager
def imported(
    path: Path,
    naar: Path,
    *,
    toml: Path | None = None,
    vanaf: date | None = None,
    tell: Callable[[Ingelezen], object] = lambda found: None,
) -> Iterator[tuple[Ingelezen, Contract, Path]]:
    """Read the workbook at `path` into a temporary contract folder; give what was understood, the contract and the folder.

    `toml` is the contract.toml to go by, by default the one in `naar`; the other tables beside it go along. `vanaf` is the date
    from which prices hold where a row names none, by default the contract's first day. `tell` hears what was understood, also
    where there are faults. Raises InputError with every fault of workbook and result.
    """
    settings = toml or naar / "contract.toml"
    if not settings.is_file():
        text = "zonder contract.toml is niet bekend welke percelen er zijn en van wanneer tot wanneer"
        raise InputError(
            Fault("contract_ontbreekt", naar.name, toelichting=text, verwacht=f"{naar.name}/contract.toml, of `contract`")
        )
    found = read_matrix(path, _settings(settings, vanaf))
    tell(found)
    with tempfile.TemporaryDirectory() as temporary:
        stage = Path(temporary) / (naar.name or "import")
        stage.mkdir()
        shutil.copyfile(settings, stage / "contract.toml")
        for beside in ("codes.csv", "producten.csv"):
            if settings.with_name(beside).is_file():
                shutil.copyfile(settings.with_name(beside), stage / beside)
        _write_rows(stage / "tarieven.csv", found.rijen)
        contract = _loaded(stage, naar.resolve().name, found)
        cells = [cel for own in by_place(contract).values() for cel in merged(own)]
        (stage / "tarieven.csv").write_text(tarieven_text(contract, cells), "utf-8", newline="\n")
        yield found, load_contract(stage, naam=naar.resolve().name), stage


def publish(stage: Path, naar: Path, *, whole: bool, force: bool) -> None:
    """Put the imported folder in place: all of it (`whole`), or only ``tarieven.csv`` beside the contract.toml that is there."""
    if not whole:
        write_file(naar / "tarieven.csv", lambda path: shutil.copyfile(stage / "tarieven.csv", path), force=force)
        return
    with output_folder(naar, force=force) as folder:
        for file in stage.iterdir():
            shutil.copyfile(file, folder / file.name)


def _loaded(stage: Path, naam: str, found: Ingelezen) -> Contract:
    """Load the rows as a contract; raises InputError with the faults of the workbook, then those of the rows, each at its place."""
    faults = list(found.fouten)
    if not found.rijen:
        raise InputError(faults)
    try:
        contract = load_contract(stage, naam=naam)
    except InputError as error:
        faults += (_placed(fault, found.plaatsen) for fault in error.faults)
    if faults:
        raise InputError(faults)
    return contract


def _placed(fault: Fault, places: Sequence[tuple[str, int]]) -> Fault:
    """Return a fault of the temporary ``tarieven.csv`` at the place of its row in the workbook."""

    def where(match: re.Match[str]) -> str:
        number = int(match[1]) - 2
        return f"{places[number][0]}, rij {places[number][1]}" if 0 <= number < len(places) else match[0]

    if not fault.bestand.endswith("/tarieven.csv") or not 0 <= fault.rij - 2 < len(places):
        return fault
    sheet, row = places[fault.rij - 2]
    text, wanted = (re.sub(r"\brij ([0-9]+)\b", where, part) for part in (fault.toelichting, fault.verwacht))
    return evolve(fault, bestand=sheet, rij=row, toelichting=text, verwacht=wanted)


def _settings(path: Path, vanaf: date | None) -> Inleesopdracht:
    """Return what the import goes by; what else the file says is judged when the result is loaded."""
    try:
        data: Any = parse_toml(Source(path.name, path).read(TOML_BYTES), path.name).data
        head = data["contract"]
        percelen = tuple(Perceel(str(table["code"]), str(table.get("naam", "")), ()) for table in data["perceel"])
        begin, end = head["begindatum"], head["einddatum"]
        if not percelen or type(begin) is not date or type(end) is not date:
            raise ValueError
        normtijd = {str(code): str(naam) for code, naam in dict(data.get("normtijd", {})).items()}
        kader = Kader(percelen, PROTOCOLS[head["protocol"]], vanaf or begin, (begin, end))
        return Inleesopdracht(kader, normtijd, vanaf is not None)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        text = "percelen, protocol of looptijd zijn niet te lezen"
        raise InputError(Fault("contract_onleesbaar", path.name, toelichting=text, verwacht="een geldig contract.toml")) from error


def _write_rows(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, TARIEVEN.columns.known, delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
