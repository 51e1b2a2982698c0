"""The tree of exceptions: the class of an error is that of its faults, as the register has it."""

from __future__ import annotations

import pickle
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

import mpj
from mpj.reading.faults import error_class
from mpj.reading.register import Regelcode, fault_register

INVALID, UNREADABLE = mpj.Fault("periode_onjuist"), mpj.Fault("bestand_leeg", "a.csv", 3)


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ([INVALID, INVALID], mpj.InvalidError),
        ([UNREADABLE], mpj.UnreadableError),
        ([mpj.Fault("akkoord_nodig")], mpj.RefusedError),
        ([mpj.Fault("ledger_bezet")], mpj.BusyError),
        ([mpj.Fault("uitbreiding_ontbreekt")], mpj.UnavailableError),
        ([mpj.Fault(Regelcode("TR337"))], mpj.InvalidError),
        ([INVALID, UNREADABLE], mpj.InputError),
        ([UNREADABLE, mpj.Fault("later_getoetst", soort="waarschuwing")], mpj.UnreadableError),
        ([], mpj.InputError),
    ],
)
def test_an_error_has_the_class_that_its_faults_share(faults: list[mpj.Fault], expected: type[mpj.InputError]) -> None:
    error = mpj.InputError(faults)
    assert type(error) is expected and error.faults == tuple(faults)


def test_an_error_travels_whole() -> None:
    error = mpj.InputError([INVALID, UNREADABLE])
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and again.faults == error.faults and str(again) == str(error)


def test_every_class_is_in_use_and_public() -> None:
    classes = {error_class(code) for code in fault_register()}
    assert classes == {mpj.InvalidError, mpj.UnreadableError, mpj.RefusedError, mpj.BusyError, mpj.UnavailableError}


def test_what_a_caller_can_tell_apart(tmp_path: Path) -> None:
    with pytest.raises(mpj.UnreadableError):
        mpj.load_contract(tmp_path / "geen")
    mpj.Ledger(tmp_path / "ledger").status()
    with mpj.Ledger(tmp_path / "ledger", wacht=0.05) as ledger, closing(sqlite3.connect(tmp_path / "ledger")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(mpj.BusyError):
            ledger.send(op=date(2026, 4, 7))
        other.rollback()
        with pytest.raises(mpj.InvalidError):
            ledger.send(["onbekend"], op=date(2026, 4, 7))
