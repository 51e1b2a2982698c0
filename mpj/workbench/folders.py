"""Contract folders as wholes: several checked together, one copied with another matrix and proved to load."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

from mpj.contract import Cel, Contract, check_together, load_contract
from mpj.reading.faults import Fault, InputError
from mpj.workbench.check.warnings import SPRONG, warnings_of
from mpj.workbench.matrix import tarieven_text


def check_folders(folders: Iterable[str | Path], *, sprong: Fraction = SPRONG) -> tuple[list[Contract], list[Fault]]:
    """Return the contracts and every warning about them; raises InputError with the faults of all folders at once.

    Folders that each load are checked together as well (ids, protocols, overlapping contracts).
    """
    contracts: list[Contract] = []
    faults: list[Fault] = []
    found: list[Fault] = []
    for folder in folders:
        try:
            contracts.append(load_contract(folder, report=found.append))
        except InputError as error:
            faults += error.faults
        else:
            found += warnings_of(contracts[-1], sprong=sprong)
    try:
        check_together(contracts)
    except InputError as error:
        faults += error.faults
    if faults:
        raise InputError(faults)
    return contracts, found


def write_contract(stage: Path, contract: Contract, cells: Sequence[Cel], *, source: Path) -> Contract:
    """Write the folder `source` with `cells` as its matrix into `stage`, load it again, and return it.

    `contract` is the contract the cells belong to. Raises InputError when the result has a fault.
    """
    for name in ("contract.toml", "codes.csv"):
        if (source / name).is_file():
            shutil.copyfile(source / name, stage / name)
    (stage / "tarieven.csv").write_text(tarieven_text(contract, cells), "utf-8", newline="\n")
    return load_contract(stage, naam=source.resolve().name)
