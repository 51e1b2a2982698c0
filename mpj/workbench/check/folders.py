"""Contract folders checked, alone and together: their faults, or else what a contract manager wants to be warned of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

from mpj.contract import Contract, check_together, load_contract
from mpj.contract.warnings import SPRONG, warnings_of
from mpj.protocol import PROTOCOLS, Protocol
from mpj.reading.faults import Fault, InputError


def check_folder(folder: str | Path, *, sprong: Fraction = SPRONG, protocols: Mapping[str, Protocol] = PROTOCOLS) -> list[Fault]:
    """Return every fault of a contract folder, or, when it has none, every warning.

    `sprong` is the percentage above which a price change is named. Nothing is raised for a wrong folder: its faults are
    returned, each with file, row, column, what was found and what was expected.
    """
    found: list[Fault] = []
    try:
        contract = load_contract(folder, protocols=protocols, report=found.append)
    except InputError as error:
        return list(error.faults)
    return found + warnings_of(contract, sprong=sprong)


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
