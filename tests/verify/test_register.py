"""The register is complete, says what the code does, and is what docs/rules.md shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from standard import STANDARD, needs_standard

from mpj.messages import shipped
from mpj.messages.content import RULES
from mpj.messages.description import Element
from mpj.verification import register
from mpj.verification.register import (
    ANSWER_RULES,
    DECLARATION_RULES,
    ENFORCED,
    NEEDS_CONTRACT,
    NEEDS_HISTORY,
    NEEDS_LIST,
    Rule,
    markdown,
    rows,
)
from verify.examples import VOORBEELDEN
from verify.support import zaak

DOCS = Path(__file__).resolve().parents[2] / "docs"
RULES_C = """
RS001 RS002 RS005 RS006 RS008 RS009 RS010 RS011 RS012 RS014 RS015 RS017 RS019 RS032 RS033 RS035 RS036 RS037 RS040
RS047 RS048 CS002 CS015 CS025 CS100 CS319 CS325 CS337 CS339 CS340 CD060 CD087 TR056 TR101 TR134 TR135 TR137 TR304
TR307 TR308 TR314 TR315 TR316 TR318 TR319 TR321 TR322 TR323 TR333 TR335 TR337 TR338 TR339 TR340 TR341 TR342 TR346
TR358 TR366 TR367 TR369 TR371 TR376 TR378 TR381 TR384 TR387 TR388 TR389 TR390 TR416 TR418
"""
RUN = [*DECLARATION_RULES, *ANSWER_RULES]


def test_no_rule_of_the_standard_is_missing() -> None:
    found = {row.code for row in rows()}
    assert set(RULES_C.split()) <= found
    assert {"MPJ01", "MPJ02", "MPJ03", "MPJ04", "MPJ05", "MPJ06", "MPJ07", "OP364"} <= found


@needs_standard
def test_the_list_of_rules_is_that_of_the_rule_texts() -> None:
    text = (STANDARD / "RULES.md").read_text("utf-8")
    chapters = text.partition("### C.1")[2].partition("### C.6")[0]
    codes = {code for row in re.findall(r"^\| ([^|]+) \|", chapters, re.M) for code in re.findall(r"(?:RS|CS|CD|TR)\d{3}", row)}
    assert codes == set(RULES_C.split())


def test_every_checked_rule_of_a_declaration_has_a_right_and_a_wrong_example() -> None:
    checked = {
        row.code
        for row in rows()
        if row.status in (ENFORCED, NEEDS_HISTORY, NEEDS_CONTRACT, NEEDS_LIST) and "JW323" in row.bericht and row.retourcode
    }
    assert checked == set(VOORBEELDEN)


def test_no_rule_is_called_enforced_that_a_bare_verification_does_not_check() -> None:
    """With message, toewijzingen and contracts alone: what is not checked then says in the register what it takes."""
    left_out = {one.regelcode for one in zaak(history=None).verify().niet_getoetst}
    assert left_out == {row.code for row in rows() if row.status in (NEEDS_HISTORY, NEEDS_LIST) and "JW323" in row.bericht}


def test_the_examples_carry_the_return_code_of_the_register() -> None:
    known: dict[str, set[str]] = {}
    for row in rows():
        if "JW323" in row.bericht:
            known.setdefault(row.code, set()).update(row.retourcode.split(", "))
    for code, (_, wrong) in VOORBEELDEN.items():
        found = {one.retourcode for one in wrong.verify().bevindingen if one.regelcode == code}
        # Lines of a client that is refused travel as not assessed.
        assert found and found <= known[code] | {"0233"}


@pytest.mark.parametrize("rule", RUN, ids=lambda rule: f"{rule.code}-{rule.function.__module__}")
def test_a_rule_states_code_level_return_code_and_source(rule: Rule) -> None:
    text = rule.function.__doc__ or ""
    assert text.startswith(f"{rule.code} (level {rule.level}, ")
    assert all(code in text for code in rule.retourcode.split(", ")) if rule.retourcode else "no code" in text
    assert "Source:" in text


def test_the_form_check_reports_no_code_outside_the_register() -> None:
    known = {row.code for row in rows()}

    def codes(element: Element) -> set[str]:
        own = set(element.type.regels.values()) if element.type is not None else set()
        return own.union(*(codes(child) for child in element.kinderen))

    for kind in ("JW323", "JW325"):
        assert codes(shipped().get("ijw", "3.2", kind).wortel) <= known


def test_content_rules_of_a_higher_level_have_a_judge_of_their_own() -> None:
    own = {rule.code for rule in DECLARATION_RULES}
    for rule in RULES:
        assert rule.level == 2 or rule.soort == "waarschuwing" or rule.code in own | set(register.HIGHER_CONTENT)


def test_the_docs_show_the_register() -> None:
    assert (DOCS / "rules.md").read_text("utf-8") == markdown(), "write it again with mpj.verification.register.markdown()"
