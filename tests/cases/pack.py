"""The conformance pack, made from the readable cases and from the examples of the rules: ``python -m cases.pack`` writes it.

What a case file says must come out is worked out by hand; the pack completes each row with the columns that the case leaves
open, as mpj has them, and only of cases that hold.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from verify.examples import ANDERE, VOORBEELDEN
from verify.output import OUTPUT
from verify.support import ONTVANGST, PRODUCTEN, Eerder, Situatie, contract_tables, written

from cases.files import Call, Case, read_cases
from cases.running import differences, outcomes
from mpj.conformance import pack
from mpj.output.shape import UITVAL
from mpj.reading.cells import as_text
from mpj.verification import register
from mpj.verification.output import COLUMNS as BEVINDING

FOLDER = Path(pack.__file__).with_name("cases")


def made() -> Iterator[tuple[str, str]]:
    """The files of the pack: their names and texts, in no order."""
    for case in (*_declared(), *_verified()):
        yield f"{case['naam']}.json", _text(case) + "\n"


def _text(value: Any, indent: str = "") -> str:
    """JSON in which what holds tables has a line for each name, and each row of a table has one."""
    deeper = f"{indent} "
    if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        rows = [_line(one) if all(isinstance(text, str) for text in one.values()) else _text(one, deeper) for one in value]
        return "[\n" + ",\n".join(deeper + row for row in rows) + f"\n{indent}]"
    if isinstance(value, Mapping):
        return "{\n" + ",\n".join(f"{deeper}{_line(name)}: {_text(one, deeper)}" for name, one in value.items()) + f"\n{indent}}}"
    return _line(value)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=date.isoformat)


def _declared() -> Iterator[dict[str, Any]]:
    for case in read_cases():
        if not speaks_runs(case):
            continue
        with TemporaryDirectory() as folder:
            found = outcomes(case, Path(folder))
        assert not differences(case, found), case.naam
        right = [{"regels": one["regels"], "uitval": [_uitval(row) for row in one["uitval"]]} for one in found]
        calls = [_call(call, ledger=case.ledger) for call in case.calls]
        head = _head(f"{case.bestand.removesuffix('.toml')}-{case.naam}", f"{case.naam}: {case.bron}", case.protocol)
        if case.ledger:
            yield head | {"stappen": calls, "verwacht": {"stappen": right}}
        else:
            yield head | calls[0] | {"verwacht": right[0]}


def _uitval(row: Mapping[str, str]) -> dict[str, str]:
    return {name: row[name] for name in UITVAL.names if name in row}


def _call(call: Call, *, ledger: bool) -> dict[str, Any]:
    given = {
        "contract": call.contract,
        "toewijzingen": call.toewijzingen,
        "registraties": call.registraties,
        "verblijf": call.verblijf,
        "medewerkers": call.medewerkers,
        "prestaties": call.prestaties,
        "periode": call.periode,
        "dagtekening": call.dagtekening,
        "nalevering": call.nalevering,
    }
    return given | {"antwoord": call.told.get("antwoord")} if ledger else given


def _verified() -> Iterator[dict[str, Any]]:
    texts = {row.code: row.text for row in register.rows() if "JW323" in row.bericht}
    for code, (right, wrong) in VOORBEELDEN.items():
        yield _verification(f"regel-{code}-goed", f"{code} ({texts[code]}): dit bericht houdt zich eraan", right)
        yield _verification(f"regel-{code}-fout", f"{code} ({texts[code]}): dit bericht breekt haar", wrong)
    for name, (code, right, wrong) in OUTPUT.items():
        yield _verification(f"regel-{name}-goed", f"{name}: dit bericht is goed", right)
        yield _verification(f"regel-{name}-fout", f"{name}, {code}: dit bericht niet", wrong)
    for name, (code, wrong) in ANDERE.items():
        if wrong.contracten is None:
            yield _verification(f"regel-{name}", f"{name} ({texts[code]}): dit bericht breekt haar", wrong)


def _verification(naam: str, bron: str, one: Situatie) -> dict[str, Any]:
    assert isinstance(one.history, Eerder)
    toml, tarieven = contract_tables()
    found = one.verify()
    rows = [{name: as_text(getattr(row, name)) for name in BEVINDING} for row in (*found.bevindingen, *found.niet_beoordeeld)]
    return _head(naam, bron, "MPJ-16") | {
        "contract": toml | {"tarieven": tarieven} | ({"producten": PRODUCTEN} if one.producten else {}),
        "toewijzingen": one.toewijzingen,
        "bericht": written(one.bericht).decode(),
        "eerder": [written(message).decode() for message in one.history.berichten],
        "gemeenten": sorted(one.settings["gemeenten"]) if "gemeenten" in one.settings else None,
        "dagtekening": ONTVANGST,
        "verwacht": {"bevindingen": rows},
    }


def _head(naam: str, bron: str, protocol: str) -> dict[str, Any]:
    plain = unicodedata.normalize("NFKD", naam).encode("ascii", "ignore").decode()
    return {"formaat": pack.FORMAAT, "naam": re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-"), "protocol": protocol, "bron": bron}


def speaks_runs(case: Case) -> bool:
    """Say whether each step is a run with at most an answer to all of it: all that the pack has words for."""
    return all(call.wat == "declare" and call.told.keys() <= {"antwoord"} for call in case.calls)


def of_case(case: Case) -> str:
    """The name of the file that a case is in the pack."""
    return str(_head(f"{case.bestand.removesuffix('.toml')}-{case.naam}", case.bron, case.protocol)["naam"])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for stale in FOLDER.glob("*.json"):
        stale.unlink()
    for name, text in made():
        (FOLDER / name).write_text(text, "utf-8", newline="\n")
