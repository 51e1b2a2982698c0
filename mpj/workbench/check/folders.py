"""Contract folders checked, alone and together: their faults, or else what a contract manager wants to be warned of."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from mpj.contract import Contract, check_together, load_contract
from mpj.contract.warnings import SPRONG, warnings_of
from mpj.reading.faults import Fault, InputError


def check_folders(folders: Iterable[str | Path], *, sprong: Fraction = SPRONG) -> tuple[list[Contract], list[Fault]]:
    """Return the contracts and every warning about them; raises InputError with the faults of all folders at once.

    Folders that each load are checked together as well (ids, protocols, overlapping contracts). `sprong` is the percentage above
    which a price change is named.
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
