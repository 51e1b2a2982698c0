"""A wrong call is told at the door, in the words of the call."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from world import contract

import mpj

MARCH: dict[str, Any] = {"periode": "2026-03", "dagtekening": date(2026, 4, 7)}
NOON = datetime(2026, 4, 7, 12)  # noqa: DTZ001 - what a program may pass by mistake


def declare(*args: Any, **words: Any) -> None:
    """Declare nothing, in these words."""
    mpj.declare(*(args or ([contract({"2.1 hbo": "24,55"})], [])), **MARCH | words)


def verify(bericht: object, **words: Any) -> None:
    """Verify what is no message."""
    mpj.verify(bericht, [], [], **{"dagtekening": date(2026, 4, 7)} | words)  # type: ignore[arg-type]


def with_ledger(call: Callable[[Any], object]) -> Callable[[], object]:
    """Call a ledger in memory."""

    def run() -> object:
        with mpj.Ledger("sqlite://") as ledger:
            return call(ledger)

    return run


def declare_in(ledger: Any, **words: Any) -> object:
    """Declare nothing into a ledger, in these words."""
    return ledger.declare([contract({"2.1 hbo": "24,55"})], [], [], **MARCH | words)


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "a month as a date": (lambda: declare(periode=date(2026, 3, 1)), "periode: expected a month as text"),
    "a month as a number": (lambda: declare(periode=202603), "periode: expected a month as text"),
    "a moment for a date": (lambda: declare(dagtekening=NOON), "dagtekening: expected a datetime.date, not datetime"),
    "a word for late care": (lambda: declare(nalevering="nee"), "nalevering: expected True or False, not str"),
    "a text for a number": (lambda: declare(volgnummer="2"), "volgnummer: expected a whole number, not str"),
    "earlier lines as mappings": (
        lambda: declare(eerder=[{"bedrag_cent": 1}]),
        "eerder: expected Declaratieregel values, not dict",
    ),
    "no records": (lambda: declare(registraties=None), "expected an iterable of Registratie or mappings, not NoneType"),
    "no stays": (lambda: declare(verblijf=None), "expected an iterable of Verblijf or mappings, not NoneType"),
    "no toewijzingen": (lambda: declare([contract({"2.1 hbo": "24,55"})], None), "expected an iterable of Toewijzing or mappings"),
    "no toewijzingen of a ledger": (
        with_ledger(lambda ledger: ledger.declare([contract({"2.1 hbo": "24,55"})], None, [], **MARCH)),
        "expected an iterable of Toewijzing or mappings, not NoneType",
    ),
    "no earlier lines": (lambda: declare(eerder=None), "eerder: expected an iterable of Declaratieregel, not NoneType"),
    "a path for a profile": (lambda: declare(profiel="erp.toml"), "profiel: expected what mpj.read_profile returns, not str"),
    "a word to credit": (
        with_ledger(lambda ledger: declare_in(ledger, crediteer="nee")),
        "crediteer: expected True or False, not str",
    ),
    "a word to send": (
        with_ledger(lambda ledger: ledger.send(None, op=date(2026, 4, 7), zonder_bericht="nee")),
        "zonder_bericht: expected True or False",
    ),
    "no contract": (lambda: declare([42], []), "contracten: expected Contract, not int"),
    "a folder for contracts": (lambda: declare("map", []), "contracten: expected an iterable of Contract, not str"),
    "an unknown keyword": (lambda: declare(taaal="en"), "taaal"),
    "bytes to verify": (lambda: verify(b"..."), "bericht: expected a JW323 message, as mpj.messages.from_bytes gives, not bytes"),
    "a moment to verify at": (lambda: verify(None, dagtekening=NOON), "dagtekening: expected a datetime.date, not datetime"),
    "an unknown keyword to verify": (lambda: verify(None, taaal="en"), "taaal"),
    "a month of the ledger": (
        with_ledger(lambda ledger: declare_in(ledger, volledig_vanaf=date(2026, 1, 1))),
        "volledig_vanaf: expected a month as text",
    ),
    "an unknown keyword of the ledger": (with_ledger(lambda ledger: declare_in(ledger, taaal="en")), "taaal"),
    "junk for toewijzingen": (
        with_ledger(lambda ledger: ledger.declare([contract({"2.1 hbo": "24,55"})], [42], [], **MARCH)),
        "int",
    ),
    "a lone number to send": (with_ledger(lambda ledger: ledger.send("ABC", op=date(2026, 4, 7))), "nummers: expected an iterable"),
    "a moment of sending": (with_ledger(lambda ledger: ledger.send(None, op=NOON)), "op: expected a datetime.date"),
    "a lone number to withdraw": (with_ledger(lambda ledger: ledger.withdraw("ABC", op=date(2026, 4, 7))), "nummers: expected"),
    "a lone number to resend": (with_ledger(lambda ledger: ledger.resend("ABC")), "referentienummers: expected an iterable"),
    "a lone file of answers": (with_ledger(lambda ledger: ledger.answer("a.xml", op=date(2026, 4, 7))), "berichten: expected"),
    "a lone BSN": (with_ledger(lambda ledger: ledger.erase("999900006", op=date(2026, 4, 7))), "bsns: expected an iterable"),
    "no date of receipt": (with_ledger(lambda ledger: ledger.verify(None, [], [])), "op: expected a datetime.date"),
    "no path": (lambda: mpj.Ledger(42), "url: expected a path or a URL, not int"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_call_names_its_argument(name: str) -> None:
    call, text = WRONG[name]
    with pytest.raises(TypeError, match=re.escape(text)) as error:
        call()
    assert "999900006" not in str(error.value)


@pytest.mark.parametrize("number", [0, -1, True])
def test_a_sequence_number_is_one_or_more(number: int) -> None:
    with pytest.raises(mpj.InputError, match=r"volgnummer: geen volgnummer; gevonden: .*; verwacht: 1 of hoger"):
        declare(volgnummer=number)


def test_a_closed_ledger_answers_nothing(tmp_path: Path) -> None:
    with mpj.Ledger(tmp_path / "ledger") as ledger:
        assert ledger.status()["declaraties"] == []
    calls: list[Callable[[], object]] = [ledger.status, ledger.work, ledger.repair_list, lambda: declare_in(ledger, proef=True)]
    for call in calls:
        with pytest.raises(ValueError, match="the ledger is closed"):
            call()


def test_faults_of_the_api_name_its_keywords(tmp_path: Path) -> None:
    (tmp_path / "geen.db").write_text("geen database")
    with pytest.raises(mpj.UnavailableError) as error:
        mpj.Ledger(tmp_path / "geen.db").status()
    assert error.value.faults[0].kolom == "ledger" and "--" not in str(error.value)
