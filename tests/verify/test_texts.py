"""The catalogs are complete in both languages, and amounts, dates and numbers stand in the reader's form."""

from __future__ import annotations

import ast
import re
import string
from datetime import date
from pathlib import Path

import pytest

from mpj.messages import Periode, content
from mpj.presentation.languages import LOCALES
from mpj.verification import register
from mpj.verification.texts import NAAM, WOORD, ZIN, Texts, catalog
from mpj.verification.values import Cent, Volume, Word
from verify.examples import ANDERE, VOORBEELDEN
from verify.support import ANNA, BRAM, Situatie, line, zaak

SOURCE = Path(register.__file__).parent
SITUATIES = [one for pair in VOORBEELDEN.values() for one in pair] + [one for _, one in ANDERE.values()]


def calls(name: str) -> set[str]:
    """The literal first arguments of every call of `name` in the package."""
    found: set[str] = set()
    for path in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_both_catalogs_have_the_same_entries_and_none_is_empty() -> None:
    entries = {taal: set(catalog(taal)) for taal in LOCALES}
    assert entries["nl"] == entries["en"]
    assert all(text.strip() for taal in LOCALES for text in catalog(taal).values())


def test_both_languages_name_the_same_values() -> None:
    def fields(text: str) -> list[str]:
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)

    for key, text in catalog("nl").items():
        assert fields(text) == fields(catalog("en")[key]), key


def test_every_rule_has_a_name_and_every_word_in_the_code_an_entry() -> None:
    known = catalog("nl")
    codes = {rule.code for rule in (*register.DECLARATION_RULES, *register.ANSWER_RULES)}
    codes |= {rule.code for rule in content.RULES}
    assert {code for code in codes if (NAAM, code) not in known} == set()
    assert {text for text in calls("Word") | calls("word") if (WOORD, text) not in known} == set()
    assert {text for text in calls("sentence") if (ZIN, text) not in known} == set()


def test_no_entry_is_left_over() -> None:
    text = "\n".join(path.read_text("utf-8") for path in SOURCE.glob("*.py"))
    own = {rule.code for rule in (*register.DECLARATION_RULES, *register.ANSWER_RULES)}
    for context, key in catalog("nl"):
        if context == ZIN and key not in own and not key.startswith(("JW325.", "niet_beoordeeld.", "steekproef.")):
            assert f'"{key}"' in text, key


def test_every_phrase_of_the_content_rules_is_translated() -> None:
    """All sentences of the content rules, and what the examples make them find and expect."""
    known = catalog("en")
    for rule in content.RULES:
        if rule.level != 2 or rule.soort == "waarschuwing":
            continue
        pieces = list(SITUATIES) if "JW323" in rule.messages else []
        for situatie in pieces:
            for _, _, _, found in content.content_breaches(situatie.bericht, [rule]):
                for text in {found.toelichting, found.verwacht} - {"D"}:
                    skeleton = re.sub(r"€ [0-9.]+,[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{2}|[0-9]+", "{}", text)
                    assert (WOORD, skeleton) in known, (rule.code, text)


def test_that_another_client_has_the_toewijzing_is_told_in_both_languages() -> None:
    situatie = zaak(line(), (BRAM, line(referentienummer="R2")))
    for taal, told in (("nl", "andere cliënt"), ("en", "Another client")):
        (found,) = (one for one in situatie.verify(taal=taal).bevindingen if one.regelcode == "TR416")
        assert told in found.toelichting


@pytest.mark.parametrize("taal", LOCALES)
@pytest.mark.parametrize("situatie", SITUATIES)
def test_every_finding_is_explained_in_both_languages(situatie: Situatie, taal: str) -> None:
    outcome = situatie.verify(taal=taal)
    for one in (*outcome.bevindingen, *outcome.niet_beoordeeld):
        assert one.toelichting and "{" not in one.toelichting
        assert one.toelichting[-1].isalnum() or one.toelichting.endswith((".", ")"))


def test_the_languages_say_the_same_fault_each_in_its_own_words() -> None:
    situatie = zaak(line(bedrag_cent=1_234_556, volume=7500, tarief_cent=164))
    (dutch,), (english,) = situatie.verify().bevindingen, situatie.verify(taal="en").bevindingen
    assert dutch.toelichting == "Het bedrag is € 12.345,56; 7.500 minuten maal het tarief is € 12.275,00."
    assert english.toelichting == "The amount is €12,345.56; 7,500 minutes times the tariff is €12,275.00."


@pytest.mark.parametrize(
    ("value", "dutch", "english"),
    [
        (Cent(123456), "€ 1.234,56", "€1,234.56"),
        (date(2026, 3, 31), "31 maart 2026", "31 March 2026"),
        (Periode(date(2026, 3, 1), date(2026, 3, 31)), "1 maart 2026 t/m 31 maart 2026", "1 March 2026 to 31 March 2026"),
        (1234, "1.234", "1,234"),
        (Volume(2, "04"), "2 uur", "2 hours"),
        (Word("niets"), "niets", "nothing"),
        (None, "niets", "nothing"),
        ("45212", "45212", "45212"),
        (f"X{ANNA}", "(verborgen)", "(hidden)"),
    ],
)
def test_values_in_the_readers_form(value: object, dutch: str, english: str) -> None:
    assert Texts("nl", {ANNA}).value(value) == dutch  # type: ignore[arg-type]
    assert Texts("en", {ANNA}).value(value) == english  # type: ignore[arg-type]


def test_an_unknown_language_or_text_is_an_error() -> None:
    with pytest.raises(ValueError, match="no catalog"):
        catalog("de")
    with pytest.raises(KeyError):
        Texts("nl", set()).word("bestaat niet")


@pytest.mark.slow
@pytest.mark.parametrize("taal", LOCALES)
def test_no_finding_and_no_summary_shows_a_bsn(taal: str) -> None:
    """Not even where a provider uses the BSN as a number of its own."""
    nasty = line(referentienummer=f"{ANNA}-1", toewijzingnummer=int(BRAM), vorig_referentienummer=f"{ANNA[:3]}.{ANNA[3:]}")
    situatie = zaak(nasty, nasty, (BRAM, nasty), nummer=f"DN{ANNA}", identificatie=ANNA, dagtekening=date(2026, 4, 11))
    for one in (situatie, *SITUATIES):
        outcome = one.verify(taal=taal)
        text = repr((outcome.bevindingen, outcome.niet_beoordeeld, outcome.meldingen, outcome.samenvatting))
        digits = re.sub(r"[^0-9a-z]", "", text)
        assert ANNA not in digits and BRAM not in digits


WIDE = "".join(chr(0xFF10 + int(digit)) for digit in BRAM)


@pytest.mark.parametrize("number", [f"{WIDE}-1", "\u200b".join(WIDE), "/".join(WIDE), f"{BRAM[:3]} {BRAM[3:]}"])
def test_a_number_made_of_a_bsn_is_not_shown_in_whatever_digits(number: str) -> None:
    assert Texts("nl", {BRAM}).shown(number) == ""
    assert Texts("nl", {ANNA}).shown(number) == number
