"""The protocol as data, and the product code scheme as a bijection."""

from __future__ import annotations

import pytest

from mpj.protocol import MPJ_16, decode, encode


def test_counts() -> None:
    assert (len(MPJ_16.prestatiecodes), len(MPJ_16.hulpvormen)) == (26, 13)
    assert MPJ_16.niveaus == ("mbo", "hbo", "hbo+", "wo", "wo+", "ams")
    assert list(MPJ_16.kwalificatieniveaus) == ["mbo", "mbo+", "hbo", "hbo+", "wo", "wo+", "ams"]
    assert not MPJ_16.kwalificatieniveaus["mbo+"].aan
    assert MPJ_16.bron


def test_codes_are_in_numeric_order() -> None:
    codes = list(MPJ_16.prestatiecodes)
    assert codes.index("9.1") < codes.index("10.1") < codes.index("13.1")


@pytest.mark.parametrize(
    ("hulpvorm", "normtijd", "niveau"),
    [(1, "kwartier", "altijd"), (2, "kwartier", "altijd"), (3, "kwartier", "altijd"), (4, "uur", "zorg"), (5, "kwartier", "altijd")]
    + [(number, "etmaal", "zorg") for number in (6, 7, 8, 9)]
    + [(10, None, "nooit"), (11, None, "contract"), (12, None, "contract"), (13, None, "contract")],
)
def test_hulpvormen(hulpvorm: int, normtijd: str | None, niveau: str) -> None:
    assert (MPJ_16.hulpvormen[hulpvorm].normtijd, MPJ_16.hulpvormen[hulpvorm].niveau) == (normtijd, niveau)
    assert MPJ_16.hulpvormen[hulpvorm].jeugdbescherming == (hulpvorm >= 11)


CATEGORIES = "1.1 40, 2.1 45 54, 3.1 46 54, 4.4 41, 5.1 53, 6.1 44, 8.3 44 43, 9.1 44 43, 10.3 42, 11.1 48 47, 12.1 48, 13.1 49"


@pytest.mark.parametrize("row", CATEGORIES.split(", "))
def test_categories_default_first(row: str) -> None:
    code, *categories = row.split()
    assert MPJ_16.prestatiecodes[code].categorieen == tuple(categories)


@pytest.mark.parametrize(
    ("code", "niveau", "expected"),
    [("2.1", "hbo+", "45213"), ("2.1", None, "45210"), ("10.2", None, "42A20"), ("13.1", "ams", "49D16")],
)
def test_examples(code: str, niveau: str | None, expected: str) -> None:
    assert encode(MPJ_16, code, niveau) == expected


def test_encode_and_decode_are_a_bijection() -> None:
    pairs = [
        (code.code, niveau, categorie)
        for code in MPJ_16.prestatiecodes.values()
        for niveau in (None, *MPJ_16.niveaus)
        for categorie in code.categorieen
    ]
    codes = [encode(MPJ_16, *pair) for pair in pairs]
    assert len(set(codes)) == len(codes)
    decoded = [decode(MPJ_16, code) for code in codes]
    assert [(found.prestatiecode, found.kwalificatieniveau, found.productcategorie) for found in decoded if found] == pairs


def test_no_other_last_three_positions_decode() -> None:
    """All 36 ** 3 endings: exactly the 26 codes at no level or one of the six that are on."""
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    known = sum(decode(MPJ_16, f"45{a}{b}{c}") is not None for a in signs for b in signs for c in signs)
    assert known == 26 * 7


@pytest.mark.parametrize("text", ["", "4521", "452130", "45a10", "45217", "45218", "45E10", "4521²", "45²10", "45A03"])
def test_what_is_no_code(text: str) -> None:
    assert decode(MPJ_16, text) is None
