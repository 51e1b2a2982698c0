"""Every Dutch text of the code has its English, each sentence is known by what was made of it, and no value changes on the way."""

from __future__ import annotations

import re
import string
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from cli.gathering import SOURCE, gathered, is_dutch, shape
from hypothesis import example, given
from hypothesis import strategies as st

from mpj.presentation import languages, translation
from mpj.presentation.report import Cell, Column, Report, Table
from mpj.presentation.translation import GIVEN, translated, translated_fault, translated_report
from mpj.presentation.words import counted, day, euros, number, short_day
from mpj.reading.faults import Fault
from mpj.reading.masking import hide
from mpj.reading.register import fault_register
from mpj.records.reasons import REDENEN

UNSEEN: Mapping[str, str] = {
    "cli/dutch.py": "what click says in Dutch",
    "conformance/pack.py": "cases, which are Dutch data",
    "demo/": "invented records, and the words beside them",
    "docs.py": "the pages of docs/",
    "executors/columnar/": "SQL",
    "ledger/migrations/": "SQL",
    "presentation/html.py": "a style sheet",
    "service/forms.py": "the description of the API",
    "service/operations.py": "the description of the API",
    "service/schemas.py": "the description of the API",
}
"""Modules whose Dutch is no screen and no fault, and what it is."""
NO_SENTENCE = re.compile(
    r"^\W*(\{\w+\}\W*)+$|\(\?[:=P]|\\d|^(van|tot), |, datum uit dienst|uit = |^# Profiel voor mpj|gevonden \.\*|^Voorbeeld:"
    r"|^Taal van |^de (uitleg|toelichting|bladen en pagina's)$|\{contract\}  |^  mpj "
)
"""What names, patterns, parts of a help and files are."""
CATALOGS = (*translation.CATALOGS, translation.CODED)


def english() -> Iterator[tuple[str, str]]:
    for package, name in translation.CATALOGS:
        yield from ((dutch, other) for (_, dutch), other in languages.catalog(package, name, "en").items())


FILLED = sorted({dutch for dutch, _ in english() if re.search(r"\{\w+\}", dutch) and re.search(r"[a-z]{2}", shape(dutch))})


def test_every_dutch_text_of_the_code_has_its_english() -> None:
    known = {shape(" ".join(dutch.split())) for dutch, _ in english()}
    known |= {shape(text) for text in languages.catalog(*translation.CODED, "nl").values()}
    known |= {text for _, text in languages.catalog("mpj.service.pages", "pages", "en")}
    missing = {
        text: module
        for text, module in gathered(UNSEEN).items()
        if shape(" ".join(text.split())) not in known and not NO_SENTENCE.search(text)
    }
    assert missing == {}


@pytest.mark.parametrize("module", UNSEEN)
def test_what_is_left_out_is_there(module: str) -> None:
    assert (SOURCE / module).exists()


def test_every_code_has_its_meaning_and_action_in_english() -> None:
    known = dict(english())
    assert [kind.code for kind in fault_register().values() if not {kind.betekenis, kind.actie} <= known.keys()] == []


def test_every_reason_signal_and_norm_has_its_english() -> None:
    known = dict(english())
    texts = [text for one in REDENEN.values() for text in (one.betekenis, one.actie)]
    for one in tomllib.loads((SOURCE / "signals" / "signals.toml").read_text("utf-8")).values():
        texts += [one["betekenis"], one["actie"]]
    assert [text for text in texts if text not in known] == []


def test_every_english_fills_in_what_the_dutch_does() -> None:
    def holes(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    wrong = [dutch for dutch, other in english() if shape(dutch) != dutch and not holes(other) <= holes(dutch)]
    assert wrong == []


def test_no_english_is_dutch() -> None:
    kept = re.compile(r"\b[a-z_]+(\.csv|\.toml)|`[a-z_]+`|--[a-z-]+|was-wordt|\"[^\"]*\"|\w+_\w+|alles\b|mpj .*")
    assert [other for _, other in english() if is_dutch(kept.sub(" ", other)) and " en " in other] == []


@pytest.mark.parametrize("dutch", FILLED)
def test_a_sentence_is_known_by_what_was_made_of_it(dutch: str) -> None:
    """Two that fit the same text give the same English, or the one with more words of its own goes first."""
    names = list(dict.fromkeys(re.findall(r"\{(\w+)\}", dutch)))
    values = {name: f"X{place}Q" for place, name in enumerate(names)}
    if len(shape(dutch)) < 9:
        pytest.skip("it counts only where what is filled in is known too")
    other = dict(english())[dutch]
    assert translated(dutch.format(**values), "en") == other.format(**values)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)


@pytest.mark.slow
@given(WORDS, st.integers(1, 10**6))
def test_what_was_found_and_where_stays(value: str, row: int) -> None:
    fault = Fault("waarde_onjuist", "a.csv", row, "datum", value, "een datum", "de waarde klopt niet")
    told = translated_fault(fault, "en")
    assert (told.bestand, told.rij, told.kolom, told.gevonden) == (fault.bestand, row, "datum", fault.gevonden)
    assert (told.verwacht, told.toelichting) == ("a date", "the value is wrong")


@given(st.text(max_size=300))
def test_any_text_is_said_whatever_it_holds(text: str) -> None:
    assert translated(text, "nl") == text
    assert isinstance(translated(text, "en"), str)


@example("999900006", "{map}: geen fouten, {own}; {size}{beside}.")
@given(st.sampled_from(["999900006", "999.900.006", "9999.00.006", "9999 00 006", "9999-00-006"]), st.sampled_from(FILLED))
def test_no_bsn_is_told_in_another_form(bsn: str, dutch: str) -> None:
    """A number with dots is a BSN before it is one with commas. Two in a row are none: holes that touch are one."""
    text = translated(re.sub(r"(\{\w+\})+", bsn, dutch), "en")
    assert "999900006" not in re.sub(r"\D", "", text) or hide(text) != text


def test_a_bsn_with_dots_is_hidden_before_it_is_a_number() -> None:
    assert translated("999.900.006 regels", "en") == translated(hide("999.900.006 regels"), "en")
    assert "900" not in translated("Van 999.900.006 is geen digest bekend: verzonden met een eerdere mpj.", "en")


def test_amounts_numbers_dates_and_counts_take_the_form_of_the_language() -> None:
    from datetime import date

    when = date(2026, 3, 5)
    text = f"Verzonden op {day(when)}: {counted(2, 'declaratie')}, {counted(1234, 'regel')}, {euros(-123456)}."
    assert translated(text, "en") == "Sent on 5 March 2026: 2 declarations, 1,234 lines, -€1,234.56."
    assert translated(short_day(when), "en") == languages.short_day(when, "en")
    assert translated(number(60000), "en") == "60,000"


def test_a_report_is_translated_and_its_codes_and_values_stay() -> None:
    columns = Column("gemeente", "code"), Column("reden"), Column("bedrag", "cent", "bedrag_cent")
    table = Table(
        "Opzij gezet", columns, [("regel", Cell("geen tabel", "text"), 123456)], ("totaal", "", 1), "Er is geen verschil."
    )
    report = translated_report(Report("Declaratie 2026-03", [("tijd", "60 minuten gedeclareerd, 50 geleverd")], [table]), "en")
    assert (report.title, report.facts, report.taal) == (
        "Declaration 2026-03",
        (("time", "60 minutes declared, 50 delivered"),),
        "en",
    )
    made = report.tables[0]
    assert (made.title, made.note, [column.label for column in made.columns]) == (
        "Set aside",
        "There is no difference.",
        ["gemeente", "reason", "amount"],
    )
    assert made.rows[0] == ("regel", Cell("no table", "text"), 123456) and made.columns[2].name == "bedrag_cent"


def test_names_that_are_given_are_names_of_sentences() -> None:
    used = {name for dutch, _ in english() for name in re.findall(r"\{(\w+)\}", dutch)}
    assert used >= GIVEN - {"url", "id", "path", "column"}


def test_the_catalogs_are_in_the_package() -> None:
    assert all(
        (Path(SOURCE) / package.removeprefix("mpj.").replace(".", "/") / "locale" / "en" / f"{name}.po").is_file()
        for package, name in CATALOGS
    )


def test_no_extra_is_needed_to_speak() -> None:
    """The catalogs of what reads messages or a ledger are read without it: lxml or SQLAlchemy may not be installed."""
    code = (
        "import sys; from mpj.presentation.translation import translated; print(translated('een datum', 'en'),"
        " [name for name in ('lxml', 'sqlalchemy', 'duckdb', 'mpj.reports', 'mpj.verification') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "a date []\n"
