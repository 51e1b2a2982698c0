"""A contract folder copied with another matrix, and proved to load."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from mpj.contract import Cel, Contract, load_contract
from mpj.contract.matrix import tarieven_text


def write_contract(stage: Path, contract: Contract, cells: Sequence[Cel], *, source: Path) -> Contract:
    """Write the folder `source` with `cells` as its matrix into `stage`, load it again, and return it.

    `contract` is the contract the cells belong to. Raises InputError when the result has a fault.
    """
    for name in ("contract.toml", "codes.csv", "producten.csv"):
        if (source / name).is_file():
            shutil.copyfile(source / name, stage / name)
    (stage / "tarieven.csv").write_text(tarieven_text(contract, cells), "utf-8", newline="\n")
    return load_contract(stage, naam=source.resolve().name)
