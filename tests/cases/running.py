"""A case through mpj: what came out, as text, and where that differs from what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ledger.support import answer_to, empty_ledger

import mpj
from cases.files import Call, Case, Outcome, Rows
from mpj.engine import Result
from mpj.messages import declaratieberichten
from mpj.output.shape import text_of

UITVAL = ("soort", "bron", "datum", "datum_tot", "aantal", "gemeente", "reden", "vervolg", "waarde_cent", "toelichting")


def outcomes(case: Case, folder: Path) -> list[Outcome]:
    """What each call of a case comes to; `folder` is for a ledger, where the case has one."""
    if not case.ledger:
        return [outcome(mpj.declare(**_given(call), nalevering=call.nalevering)) for call in case.calls]
    found = []
    with mpj.Ledger(empty_ledger(folder / "ledger.db")) as ledger:
        for call in case.calls:
            result = ledger.declare(**_given(call))
            found.append(outcome(result))
            _converse(ledger, call, result)
    return found


def _given(call: Call) -> dict[str, Any]:
    tables = {name: value for name, value in call.contract.items() if name not in ("tarieven", "codes")}
    contract = mpj.make_contract(tables, call.contract.get("tarieven", []), call.contract.get("codes"))
    return {
        "contracten": [contract],
        "toewijzingen": call.toewijzingen,
        "registraties": call.registraties,
        "verblijf": call.verblijf,
        "medewerkers": call.medewerkers,
        "periode": call.periode,
        "dagtekening": call.dagtekening,
    }


def _converse(ledger: mpj.Ledger, call: Call, result: Result) -> None:
    """Send what a run made, and book the answer to all of it."""
    if call.antwoord is None:
        return
    ledger.send([one["declaratienummer"] for one in result.samenvatting["declaraties"]], op=call.dagtekening)
    if call.antwoord == "geen":
        return
    refused = {line.referentienummer for line in result.regels if call.antwoord == "afgekeurd"}
    messages = declaratieberichten(result.regels, dagtekening=call.dagtekening)
    ledger.answer(((f"{one.declaratienummer}.xml", answer_to(one, refused)) for one in messages), op=call.dagtekening)


def outcome(result: Result) -> Outcome:
    """The lines, what was set aside and the trace, as text under the names of the CSV columns."""
    return {
        "regels": [_texts(line, mpj.Declaratieregel) for line in result.regels],
        "uitval": [{name: text_of(getattr(row, name)) for name in UITVAL} for row in result.uitval],
        "herkomst": [_texts(row, mpj.Herkomst) for row in result.herkomst],
    }


def _texts(value: Any, kind: Any) -> dict[str, str]:
    return {field.name: text_of(getattr(value, field.name)) for field in kind.__attrs_attrs__}


def differences(case: Case, found: Sequence[Outcome]) -> list[str]:
    """Each place where an outcome is not what was expected, with case, row and field."""
    told: list[str] = []
    for number, (call, one) in enumerate(zip(case.calls, found, strict=True), 1):
        where = f"{case.bestand}: {case.naam}" + (f", stap {number}" if case.ledger else "")
        for name, rows in call.verwacht.items():
            told += [f"{where}: {name}{text}" for text in _compare(rows, one[name])]
    return told


def _compare(expected: Rows, found: Rows) -> Iterator[str]:
    for place, (wanted, got) in enumerate(zip(expected, found, strict=False), 1):
        for column, text in wanted.items():
            if column not in got:
                yield f": de kolom {column} bestaat niet"
            elif got[column] != text:
                yield f" rij {place}, {column}: verwacht {text!r}, gevonden {got[column]!r}"
    if len(expected) != len(found):
        yield f": verwacht {len(expected)} rijen, gevonden {len(found)}: {found[len(expected) :] or 'niet meer'}"
