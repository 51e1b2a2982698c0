"""What is undecided can be answered question by question; the answers make a profile that reads the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.helpers import mpj

from mpj.intake import Look, Vraag, decided, look_at, questions
from mpj.reading.faults import InputError
from mpj.reading.profile import NO_PROFILE, Profiel
from mpj.reading.sources import TABLES, find_sources
from mpj.records.profile import parse_profile
from profiles.test_exports import EXPORTS

ROWS = "5;999900006;2026-03-02;30\n7;999900018;2026-03-02;45\n"


def looked(path: Path, profiel: Profiel = NO_PROFILE) -> Look:
    (source,) = find_sources([path], TABLES)
    return look_at(source, "registraties", profiel)


def written(folder: Path, text: str) -> Path:
    path = folder / "export.csv"
    path.write_text(text, "utf-8")
    return path


def chosen(vragen: tuple[Vraag, ...], answers: dict[str, str]) -> list[str]:
    return [one.code for vraag in vragen if vraag.wat in answers for one in vraag.antwoorden if one.tekst == answers[vraag.wat]]


@pytest.mark.parametrize("export", ["export-a", "export-b"])
def test_whoever_answers_as_the_profile_does_has_that_profile(export: str) -> None:
    """Round by round, since a column that is decided shows the words in it."""
    wanted = parse_profile((EXPORTS / f"{export}.toml").read_bytes(), "wanted")
    tabel, profiel = wanted.of("registraties"), NO_PROFILE
    answers = {**tabel.kolommen, **tabel.eenheid, **{name: str(digits) for name, digits in tabel.aanvullen.items()}}
    for values in tabel.waarden.values():
        answers |= {theirs.casefold(): ours for theirs, ours in values.items()}
    for _ in range(3):
        vragen = questions([looked(EXPORTS / f"{export}.csv", profiel)])
        profiel = parse_profile(decided(profiel, vragen, chosen(vragen, answers)).encode(), "made")
    found = looked(EXPORTS / f"{export}.csv", profiel)
    assert (found.keuzes, found.foutief) == ((), 0)
    assert profiel.of("registraties").kolommen.items() <= tabel.kolommen.items()
    assert profiel.of("registraties").eenheid == tabel.eenheid


def test_an_answer_to_another_question_is_refused(tmp_path: Path) -> None:
    vragen = questions([looked(EXPORTS / "export-b.csv")])
    with pytest.raises(InputError, match="hoort niet bij"):
        decided(NO_PROFILE, vragen, ["0" * 20])
    assert decided(NO_PROFILE, vragen, []) == ""


def test_a_column_that_names_each_row_is_proposed_as_id(tmp_path: Path) -> None:
    path = written(tmp_path, f"Nr;BSN;Datum;Minuten\n{ROWS}")
    done = mpj("intake", path, "--voorstel", tmp_path / "erp.toml")
    assert done.code == 1 and "kolom Nr: waarschijnlijk id" in done.out
    assert '# "Nr" = "id"' in (tmp_path / "erp.toml").read_text("utf-8")
    vragen = questions([looked(path)])
    assert vragen[0].waarschijnlijk and vragen[0].antwoorden[0].tekst == "id"
    profiel = parse_profile(decided(NO_PROFILE, vragen, [vragen[0].antwoorden[0].code]).encode(), "made")
    assert profiel.of("registraties").kolommen == {"Nr": "id"}
    assert (looked(path, profiel).keuzes, looked(path, profiel).gelezen) == ((), 2)


@pytest.mark.parametrize(
    "rows",
    [
        "5;999900006;2026-03-02;30\n5;999900018;2026-03-02;45\n",  # twice
        "5;999900006;2026-03-02;30\n;999900018;2026-03-02;45\n",  # not in every row
        "999900006;999900006;2026-03-02;30\n999900018;999900018;2026-03-02;45\n",  # a BSN
        "2026-03-01;999900006;2026-03-02;30\n2026-03-02;999900018;2026-03-02;45\n",  # a date
        "09:00;999900006;2026-03-02;30\n10:00;999900018;2026-03-02;45\n",  # a time
        "gesprek met ouders;999900006;2026-03-02;30\nbelde school;999900018;2026-03-02;45\n",  # text of words
        "5;999900006;2026-03-02;30\n",  # one row says nothing
    ],
)
def test_no_other_column_is_proposed_as_id(tmp_path: Path, rows: str) -> None:
    look = looked(written(tmp_path, f"Nr;BSN;Datum;Minuten\n{rows}"))
    assert [one.wordt for one in look.kolommen] == ["", "bsn", "datum", "minuten"]
    assert "id" in str(look.keuzes[-1].fout)


def test_an_unknown_column_is_asked_only_where_a_required_one_is_missing(tmp_path: Path) -> None:
    text = f"id;Kind;Datum;Minuten;Zaal\n{ROWS.replace(chr(10), ';Z' + chr(10))}"
    asked = {vraag.wat: [one.tekst for one in vraag.antwoorden] for vraag in questions([looked(written(tmp_path, text))])}
    assert asked.keys() == {"Kind", "Zaal"} and "bsn" in asked["Kind"] and asked["Kind"][-1] == "" and "id" not in asked["Kind"]
    assert questions([looked(written(tmp_path, text.replace("Kind", "bsn")))]) == ()


def test_no_question_shows_a_bsn_or_a_name_that_is_hidden(tmp_path: Path) -> None:
    look = looked(written(tmp_path, f"999900006;Functie;Datum;Minuten\n{ROWS}"))
    told = str(questions([look]))
    assert "999900006" not in told and "verborgen" not in told
