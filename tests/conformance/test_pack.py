"""The pack is made from the readable cases, mpj itself answers it well, and an answer that differs is told by case, row, field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cases.files import read_cases
from cases.pack import FOLDER, made, of_case, speaks_runs
from hypothesis import given
from hypothesis import strategies as st
from verify.examples import VOORBEELDEN

from conformance.answering import answer, asking, conforms
from mpj.cli import run
from mpj.conformance import ConformanceCase, check, read_pack, write_pack
from mpj.conformance.answers import NOT_COMPARED
from mpj.records import REDENEN

PACK = {case.naam: case for case in read_pack(FOLDER)}
DECLARED = [naam for naam, case in PACK.items() if "registraties" in case.given]
UUR = "gesprek-een-ingetrokken-registratie-wordt-gecrediteerd"


@pytest.mark.slow
def test_the_pack_is_what_the_readable_cases_say() -> None:
    """Fails after a change of a case: then ``python -m cases.pack`` writes it anew (with tests/ on the path)."""
    assert dict(made()) == {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}


def test_every_case_reason_and_rule_is_in_it() -> None:
    assert {of_case(case) for case in read_cases() if speaks_runs(case)} <= PACK.keys()
    reasons = {row["reden"] for naam in DECLARED for row in PACK[naam].verwacht[0]["uitval"]}
    steps = {row["reden"] for case in PACK.values() if case.stappen for one in case.verwacht for row in one["uitval"]}
    assert reasons | steps == set(REDENEN)
    for code in VOORBEELDEN:
        right, wrong = PACK[f"regel-{code}-goed"], PACK[f"regel-{code}-fout"]
        broken = {row["regelcode"] for row in wrong.verwacht[0]["bevindingen"]}
        assert code in broken and code not in {row["regelcode"] for row in right.verwacht[0]["bevindingen"]}


@pytest.mark.long
@pytest.mark.parametrize("way", ["python", "columnar", "service"])
def test_mpj_answers_it_well_from_files_to_files(way: str, tmp_path: Path) -> None:
    if way == "columnar":
        pytest.importorskip("duckdb")
    answered = {"python": PACK, "columnar": DECLARED, "service": PACK}[way]
    ask = answer if way != "service" else asking()
    options = [] if way == "service" else ["--executor", way]
    conforms({naam: PACK[naam] for naam in answered}, tmp_path, lambda case, folder: ask(case, folder, *options))


def write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), "utf-8")


# --- What is told -------------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """The pack, and the answers of a system that has everything right."""
    cases, answers = tmp_path / "gevallen", tmp_path / "antwoorden"
    write_pack(cases)
    answers.mkdir()
    for path in cases.iterdir():
        write(answers / path.name, json.loads(path.read_text("utf-8"))["verwacht"])
    return cases, answers


def called(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    """`mpj conformance`: its exit code, and what it said on stdout and stderr, in one line each."""
    code = run(["conformance", *map(str, args)])
    out, err = capsys.readouterr()
    return code, " ".join(out.split()), " ".join(err.split())


def test_the_right_outcomes_are_no_difference(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    found = check(*pair)
    assert found.conform and (found.gevallen, found.goed) == (len(PACK), len(PACK))
    code, out, err = called(capsys, "check", *pair)
    assert code == 0 and f"goed beantwoord {len(PACK)}" in out and not err


def test_a_difference_is_told_by_case_step_row_and_field(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    path = pair[1] / f"{UUR}.json"
    path.write_text(path.read_text("utf-8").replace('"9820"', '"9821"', 1), "utf-8")
    (found,) = check(*pair).verschillen
    place = (found.geval, found.stap, found.tabel, found.rij, found.veld)
    assert place == (UUR, 1, "regels", 1, "bedrag_cent") and (found.verwacht, found.gevonden) == ("'9820'", "'9821'")
    code, out, _ = called(capsys, "check", *pair)
    assert code == 1
    assert all(text in out for text in (UUR, "stap 1, regels rij 1, bedrag_cent", "'9820'", "'9821'"))


def test_what_was_not_answered_or_answers_nothing_is_told(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    (pair[1] / f"{UUR}.json").rename(pair[1] / "iets-anders.json")
    found = check(*pair)
    assert found.zonder_antwoord == (UUR,) and found.onbekend == ("iets-anders.json",) and not found.conform
    code, out, _ = called(capsys, "check", *pair)
    assert code == 1 and f"Zonder antwoord: {UUR}." in out and "iets-anders.json" in out
    code, _, err = called(capsys, "check", *pair, "--meldingen", "json")
    assert code == 1 and '"geval_onbeantwoord"' in err


def test_an_answer_that_is_a_folder_is_told(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    cases, answers = pair
    path = next(iter(sorted(answers.iterdir())))
    path.unlink()
    path.mkdir()
    assert run(["conformance", "check", str(cases), str(answers)]) == 1
    assert f"{path.name}: dit is een map" in " ".join(capsys.readouterr().err.split())


def test_rows_in_another_order_and_columns_of_their_own_are_no_difference(pair: tuple[Path, Path]) -> None:
    for path in pair[1].iterdir():
        found = json.loads(path.read_text("utf-8"))
        for one in found.get("stappen", [found]):
            for rows in one.values():
                rows.reverse()
                for row in rows:
                    row["eigen"] = "x"
        write(path, found)
    assert check(*pair).conform


def columns(case: ConformanceCase) -> Iterator[tuple[int, str, int, str]]:
    """Every field of an outcome that is compared: step, table, row, column."""
    for step, one in enumerate(case.verwacht):
        for table, rows in one.items():
            for number, row in enumerate(rows):
                yield from ((step, table, number, name) for name in row if name not in NOT_COMPARED)


FIELDS = [(naam, *place) for naam, case in PACK.items() for place in columns(case)]
CHANGES: dict[str, Callable[[dict[str, Any], str], object]] = {
    "another value": lambda row, name: row.update({name: f"{row[name]}x"}),
    "no value": lambda row, name: row.pop(name),
    "no text": lambda row, name: row.update({name: 5}),
    "null": lambda row, name: row.update({name: None}),
}


@given(field=st.sampled_from(FIELDS), change=st.sampled_from(sorted(CHANGES)))
def test_every_change_of_a_compared_field_is_told(
    field: tuple[str, int, str, int, str], change: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    naam, step, table, number, name = field
    folder = tmp_path_factory.mktemp("een")
    cases, answers = folder / "gevallen", folder / "antwoorden"
    cases.mkdir()
    answers.mkdir()
    write(cases / f"{naam}.json", PACK[naam].given)
    found = json.loads(json.dumps(PACK[naam].given["verwacht"]))
    CHANGES[change](found.get("stappen", [found])[step][table][number], name)
    write(answers / f"{naam}.json", found)
    told = check(cases, answers)
    assert not told.conform and name in {one.veld for one in told.verschillen}


# --- What is refused ----------------------------------------------------------------------------------------------------

CASE: Mapping[str, Any] = {"formaat": 1, "naam": "x", "protocol": "MPJ-16", "bron": "b", "verwacht": {"regels": [], "uitval": []}}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.json", "", "op positie 1"),
        ("x.json", "{", "op positie 2"),
        ("x.json", "[" * 100_000, "een diepte"),
        ("x.json", '{"formaat": NaN}', "JSON niet kent"),
        ("x.json", '{"regels": [{"a": "1", "a": "2"}]}', "een naam staat twee keer"),
        ("x.json", "[]", "geen geval van formaat 1"),
        ("x.json", json.dumps({**CASE, "formaat": 2}), "geen geval van formaat 1"),
        ("x.json", json.dumps({**CASE, "bron": 3}), "bron ontbreekt of is geen tekst"),
        ("y.json", json.dumps(CASE), "niet die van het geval"),
        ("x.json", json.dumps({**CASE, "verwacht": []}), "verwacht is geen object"),
        ("x.json", json.dumps({**CASE, "verwacht": {"regels": {}}}), "regels is geen lijst van rijen"),
        ("x.json", json.dumps({**CASE, "verwacht": {"lines": []}}), "onbekende naam: 'lines'"),
        ("x.json", json.dumps({**CASE, "stappen": [], "verwacht": {"regels": []}}), "niet de stappen"),
        ("x.json", json.dumps({**CASE, "stappen": [{}], "verwacht": {"stappen": []}}), "niet de stappen"),
    ],
)
def test_a_file_that_is_no_case_is_refused_by_name(
    name: str, text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    code, out, err = called(capsys, "check", tmp_path, tmp_path)
    assert code == 2 and said in err and name in err and not out


@pytest.mark.parametrize(
    "args",
    [
        ["check", "{here}", "{here}/niets"],
        ["check", "{here}/niets", "{here}"],
        ["check", "{here}", "{here}"],
        ["--out", "{here}"],
        [],
    ],
)
def test_a_wrong_call_is_refused(args: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "leeg.txt").write_text("", "utf-8")
    code, out, err = called(capsys, *(one.format(here=tmp_path) for one in args))
    assert code == 2 and err and not out and "Onverwacht" not in err


def test_a_folder_that_is_not_empty_is_refused_without_an_option_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").write_text("x")
    assert run(["conformance", "--out", str(tmp_path)]) == 2
    shown = capsys.readouterr().err
    assert "verwacht: een nieuwe map\n" in shown and "force" not in shown
