"""Where rules stand: one address scheme by standard, release, kind and code, and none that is made up."""

from __future__ import annotations

import re

import pytest

from mpj.messages import content
from mpj.verification import register
from mpj.verification.paginas import page_of

PAGE = re.compile(r"https://informatiemodel\.istandaarden\.nl/informatiemodel/ijw/3\.2/(regels/[a-z-]+|codelijsten)/[a-z]+[0-9]+/")


def test_every_rule_that_a_finding_may_name_has_a_page() -> None:
    own = {rule.code for rule in (*register.DECLARATION_RULES, *register.ANSWER_RULES)}
    for code in own | {rule.code for rule in content.RULES}:
        assert code.startswith("MPJ") or PAGE.fullmatch(page_of(code)), code


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("OP090", "regels/bedrijfsregel/op090/"),
        ("TR340", "regels/technische-regel/tr340/"),
        ("CD041", "regels/conditie/cd041/"),
        ("CS319", "regels/constraint/cs319/"),
        ("IV088", "regels/invulinstructie/iv088/"),
        ("WJ756", "codelijsten/wj756/"),
    ],
)
def test_the_kind_of_a_rule_is_in_its_address(code: str, place: str) -> None:
    assert page_of(code) == f"https://informatiemodel.istandaarden.nl/informatiemodel/ijw/3.2/{place}"


@pytest.mark.parametrize("code", ["niet_beoordeeld", "RS001", "COD043", ""])
def test_no_page_is_made_up(code: str) -> None:
    assert page_of(code) == ""
