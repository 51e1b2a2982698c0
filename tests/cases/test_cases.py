"""Every case file, through `mpj.declare` or through a ledger. Each outcome was worked out by hand, from its `bron`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cases.files import FOLDER, OF_A_LEDGER, OF_STEP, Case, CaseError, read_cases
from cases.running import differences, outcomes
from mpj.contract.settings import SETTINGS
from mpj.records import REDENEN

pytestmark = pytest.mark.lowest

CASES = list(read_cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.bestand.removesuffix('.toml')}: {case.naam}")
def test_case(case: Case, tmp_path: Path) -> None:
    told = differences(case, outcomes(case, tmp_path))
    assert not told, "\n" + "\n".join(told)


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({case.naam for case in CASES}) == len(CASES)


def test_every_reason_has_a_case() -> None:
    """A reason without one is a promise that nobody can check: add it to redenen.toml."""
    shown = {row["reden"] for case in CASES for call in case.calls for row in call.verwacht["uitval"]}
    assert shown == set(REDENEN)


def test_every_setting_but_the_head_of_a_contract_has_a_case() -> None:
    """Each key of contract.toml that changes a bill is seen with another value than the default."""

    def says(case: Case, section: str, key: str) -> object:
        table = case.calls[0].contract
        for part in section.split("."):
            table = table.get(part, {})
        return table.get(key)

    billing = [setting for setting in SETTINGS if setting.section != "contract" and setting.key != "vorm"]
    missing = [s.name for s in billing if not any(says(case, s.section, s.key) not in (None, s.default) for case in CASES)]
    assert missing == []


def test_whatever_may_happen_in_a_step_does_so_in_a_case() -> None:
    """Each kind of step, and each thing that it can be told; each outcome that only a ledger has is expected somewhere."""
    calls = [call for case in CASES if case.ledger for call in case.calls]
    told = {(call.wat, name) for call in calls for name in call.told}
    assert {call.wat for call in calls} == set(OF_STEP)
    assert {(wat, name) for wat, names in OF_STEP.items() for name in names} == told
    assert {name for call in calls for name in call.verwacht} >= set(OF_A_LEDGER)
    assert sum(any(call.wat == "answer" for call in case.calls) for case in CASES) >= 10


# --- The runner can fail ----------------------------------------------------------------------------------------------

RIGHT = """
[[geval]]
naam = "een uur"
bron = "bedacht"
tarieven = '''
prestatiecode ; kwalificatieniveau ; tarief
2.1           ; hbo                ; 24,55
'''
toewijzingen = '''
prestatiecode
2.1
'''
registraties = '''
id ; minuten
a  ; 60
'''
[geval.verwacht]
regels = '''
prestatiecode ; volume ; bedrag_cent
2.1           ; 4      ; 9820
'''
"""


def read(text: str, folder: Path) -> list[Case]:
    (folder / "basis.toml").write_bytes((FOLDER / "basis.toml").read_bytes())
    (folder / "eigen.toml").write_text(text, "utf-8")
    return list(read_cases(folder))


def told(text: str, folder: Path) -> list[str]:
    return [line for case in read(text, folder) for line in differences(case, outcomes(case, folder))]


def test_the_cases_of_the_readme(tmp_path: Path) -> None:
    shown = re.findall(r"```toml\n(.*?)```", (FOLDER / "README.md").read_text("utf-8"), re.S)
    assert len(shown) == 3 and told("\n".join(shown), tmp_path) == []


def test_the_readme_names_every_file() -> None:
    named = set(re.findall(r"^\| `(\w+\.toml)`", (FOLDER / "README.md").read_text("utf-8"), re.M))
    assert named == {path.name for path in FOLDER.glob("*.toml")}


def test_a_right_case_is_silent(tmp_path: Path) -> None:
    assert told(RIGHT, tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("9820", "9821", "eigen.toml: een uur: regels rij 1, bedrag_cent: verwacht '9821', gevonden '9820'"),
        ("; bedrag_cent\n", "; bedrag\n", "eigen.toml: een uur: regels: de kolom bedrag bestaat niet"),
        ("a  ; 60", "a  ; 0", "eigen.toml: een uur: regels: verwacht 1 rijen, gevonden 0: niet meer"),
    ],
)
def test_a_difference_names_case_row_and_field(old: str, new: str, line: str, tmp_path: Path) -> None:
    assert told(RIGHT.replace(old, new), tmp_path)[0] == line


CALENDAR = re.findall(r"```toml\n(.*?)```", (FOLDER / "README.md").read_text("utf-8"), re.S)[-1]
DAY = "eigen.toml: een dag te laat en een antwoord, stap"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("1      ; 12275", "1      ; 12274", f"{DAY} 4: stand rij 1, bedrag_cent: verwacht '12274', gevonden '12275'"),
        ('wat = "send"', 'wat = "withdraw"', f"{DAY} 4: stand rij 1, staat: verwacht 'toegekend', gevonden 'concept'"),
        ("2026-04-06", "2026-04-05", ""),
        ("toewijzingen =", "dagtekening = 2026-04-30\ntoewijzingen =", ""),
        (
            "verwacht.regels",
            "dagtekening = 2026-04-07\nverwacht.regels",
            f"{DAY} 3: fouten: verwacht 0 rijen, gevonden 1: [{{'code': 'verzonden_te_vroeg'",
        ),
    ],
)
def test_a_difference_in_a_calendar_names_its_step(old: str, new: str, line: str, tmp_path: Path) -> None:
    found = told(CALENDAR.replace(old, new, 1), tmp_path)
    assert found[0].startswith(line) if line else found == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"send"', '"verzend"', f"{DAY} 3: wat is een van declare, aanlevering, send, "),
        ("2026-04-17", "2026-04-01", f"{DAY} 4: 2026-04-01 is voor 2026-04-06, de dag van een eerdere stap"),
        ('wat = "send"', 'wat = "send"\nvan = "2026-03"', f"{DAY} 3: onbekend: van; bekend: "),
        ("verwacht.stand", "verwacht.status", f"{DAY} 4: verwacht: onbekend: status; bekend: regels, "),
        ("op = 2026-04-05", 'antwoord = "half"', f"{DAY} 2: antwoord is een van geen, toegekend, afgekeurd"),
    ],
)
def test_a_slip_in_a_calendar_is_told(old: str, new: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CaseError) as told_:
        read(CALENDAR.replace(old, new), tmp_path)
    assert str(told_.value).startswith(message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("registraties =", "registratie =", "eigen.toml: een uur: onbekend: registratie; bekend: contract, "),
        ("regels =", "lines =", "eigen.toml: een uur: verwacht: onbekend: lines; bekend: regels, uitval, herkomst"),
        ("a  ; 60", "a  ; 60 ; hbo", "eigen.toml: een uur: 3 velden onder 2 namen: a; 60; hbo"),
        ('bron = "bedacht"', "", "eigen.toml: een uur: naam en bron zijn verplicht"),
    ],
)
def test_a_slip_in_a_case_file_is_told(old: str, new: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CaseError) as told_:
        read(RIGHT.replace(old, new), tmp_path)
    assert str(told_.value).startswith(message)
