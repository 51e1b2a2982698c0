"""The outside of mpj stays as it is to the byte, whatever is rebuilt inside (see `guards.month`)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from itertools import combinations as pairs_of
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from guards.month import CROSSED, EXPECTED, MIXED, booked, combinations, declared, kaarten, name_of, output, pinned

pytestmark = pytest.mark.lowest

WORDS = {**CROSSED, **MIXED}
WRITTEN: Mapping[str, Any] = json.loads(EXPECTED.read_text("utf-8"))
SETTINGS = {name_of(settings): settings for settings in combinations()}


def test_every_pair_of_words_of_two_settings_is_tried() -> None:
    seen = Counter(pair for settings in SETTINGS.values() for pair in pairs_of(settings.items(), 2))
    wanted = {pair for one, two in pairs_of(WORDS, 2) for pair in product(product([one], WORDS[one]), product([two], WORDS[two]))}
    assert wanted - set(seen) == set()


@pytest.mark.slow
@pytest.mark.parametrize("setting", WORDS)
def test_the_month_tells_the_words_of_each_setting_apart(setting: str, tmp_path: Path) -> None:
    words = WORDS[setting]
    usual = dict(next(combinations())) | {"declaratie.registratiewijze": "planning"}
    made = [tmp_path / str(word) for word in words]
    for folder in made:
        folder.mkdir()
    outputs = [output(declared(usual | {setting: word}), folder) for word, folder in zip(words, made, strict=True)]
    assert len({one["samenvatting.json"] for one in outputs}) == len(words)
    if setting not in ("declaratie.vorm",):
        assert len({one["declaratieregels.csv"] + one["herkomst.csv"] for one in outputs}) == len(words)


@pytest.mark.slow
@pytest.mark.parametrize("name", SETTINGS, ids=str)
def test_output_and_ledger_of_the_month(name: str, tmp_path: Path) -> None:
    (tmp_path / "uit").mkdir()
    assert output(declared(SETTINGS[name]), tmp_path / "uit") == WRITTEN["maanden"][name]["uitvoer"]
    assert booked(SETTINGS[name], tmp_path) == WRITTEN["maanden"][name]["ledger"]


@pytest.mark.parametrize("what", sorted(WRITTEN["vastgezet"]))
def test_what_others_hold_on_to(what: str) -> None:
    found = kaarten() if what == "tariefkaarten" else pinned()[what]
    assert found == WRITTEN["vastgezet"][what]


def test_nothing_else_is_written_down() -> None:
    assert set(WRITTEN["maanden"]) == set(SETTINGS)
