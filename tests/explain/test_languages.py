"""Explanations in Dutch and English: every sentence has a translation, and both say the same figures."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from scenarios import Scenario, scenarios
from world import contract, declare, registratie, run, toewijzing

import mpj
from mpj.explanation.sentences import BESIDE, CHOICES, OVER, WIJZEN
from mpj.explanation.speech import Speech
from mpj.presentation import languages, words
from mpj.protocol import MPJ_16
from mpj.records.reasons import REDENEN

SOURCES = [
    Path(mpj.__file__).parent / name for name in ("explanation/build.py", "explanation/sentences.py", "explanation/steps.py")
]
SOURCES += [Path(mpj.__file__).parent / "explanation/speech.py", Path(mpj.__file__).parent / "ledger/life.py"]
DATA = {"registratie", "verblijf", "toewijzing", "gerealiseerd", "gepland", "aanwezig", *(one.vervolg for one in REDENEN.values())}
DATA |= {"prestatie", "start", "einde", "mijlpaal", "stuk"}
"""Words of the files of a run that have a translation."""
RESULT = declare(
    contract({"2.1 hbo": "24,55"}), [toewijzing()], [registratie(id="R-1", minuten=50), registratie(id="R-2", status="geannuleerd")]
)


def constants(node: ast.AST) -> set[str]:
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def said() -> set[str]:
    """Every text that the code says: as it stands in a call of `say`, or as the name in that call was given it."""
    found: set[str] = set()
    for path in SOURCES:
        tree = ast.parse(path.read_text("utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and node.args]
            for call in calls:
                name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                if name == "say" and isinstance(call.args[0], ast.Constant):
                    found |= constants(call.args[0])
                elif name == "say" and isinstance(call.args[0], ast.Name):
                    names = (node for node in ast.walk(function) if isinstance(node, ast.Assign))
                    found |= {
                        text
                        for node in names
                        if ast.dump(call.args[0]).replace("Load", "Store") in ast.dump(node)
                        for text in constants(node)
                    }
                elif name == "counted":
                    found |= {words.noun_of(number, noun) for noun in constants(call.args[1]) for number in (1, 2)}
        for table in (
            node for node in ast.walk(tree) if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_STATUS"
        ):
            assert isinstance(table.value, ast.Dict)
            found |= {text for value in table.value.values for text in constants(value)}
        steps = (node.value for node in ast.walk(tree) if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple))
        found |= {text for step in steps for text in constants(step.elts[0])}
    found |= {
        *CHOICES.values(),
        *BESIDE.values(),
        *WIJZEN.values(),
        *OVER.values(),
        "gecrediteerd door",
        "opnieuw gedeclareerd als",
        "vervangen door",
    }
    return found | {text for reden in REDENEN.values() for text in (reden.betekenis, reden.actie)}


def test_every_sentence_has_a_translation_and_none_is_left_over() -> None:
    units = {normtijd.woord(number) for normtijd in MPJ_16.normtijden.values() for number in (1, 2)}
    known = {text for _, text in languages.catalog(*Speech.CATALOG, "en")}
    assert said() - known == set()
    assert known - said() - DATA - units == set()
    assert (DATA | units) - known == set()
    assert all(text.strip() for text in languages.catalog(*Speech.CATALOG, "en").values())


def test_a_translation_names_the_same_values() -> None:
    def fields(text: str) -> list[str]:
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)

    for (_, dutch), english in languages.catalog(*Speech.CATALOG, "en").items():
        assert fields(dutch) == fields(english), dutch


def figures(text: str) -> str:
    return re.sub("[^0-9]", "", text.replace("24-hour", ""))


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
@given(scenarios())
def test_both_languages_tell_the_same_figures(scenario: Scenario) -> None:
    result = run(scenario)
    asked: list[dict[str, Any]] = [{"regel": line.referentienummer} for line in result.regels]
    asked += [{"bron": bron} for bron in {row.bron for row in result.uitval if row.bron and row.soort != "toewijzing"}]
    explainer = mpj.Explainer(result)
    for one in asked:
        dutch, english = explainer.explain(**one), explainer.explain(**one, taal="en")
        assert figures(str(dutch)) == figures(str(english))
        assert "WIJKT AF" not in str(english) and "DIFFERS" not in str(english)


def test_a_line_and_a_record_in_english() -> None:
    line = str(mpj.explain(RESULT, regel=RESULT.regels[0].referentienummer, taal="en"))
    for part in (
        "€73.65",
        "aanbieder 65656055, toewijzing 1 of gemeente 0384",
        "50 minutes is 3.33 × 15 minutes, rounded 3 quarter hours (to the nearest, per contact, at least 1)",
        "agrees with the line",
    ):
        assert part in line
    aside = str(mpj.explain(RESULT, bron="R-2", taal="en"))
    assert (
        "niet_gerealiseerd: cancelled, not shown up or planned only" in aside and "Not declared: registratie 5 March 2026" in aside
    )


def test_dutch_is_what_is_said_unless_asked() -> None:
    assert mpj.explain(RESULT, bron="R-1") == mpj.explain(RESULT, bron="R-1", taal="nl")


def test_another_language_is_refused_at_the_door(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="taal"):
        mpj.explain(RESULT, bron="R-1", taal="de")  # type: ignore[arg-type]
    with mpj.Ledger(str(tmp_path / "l.db")) as ledger, pytest.raises(ValueError, match="taal"):
        ledger.explain("X", taal="de")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="taal"):
        Speech("fr")  # type: ignore[arg-type]
