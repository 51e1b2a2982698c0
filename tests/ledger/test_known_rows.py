"""Rows that could not be read, or whose id stands at other content too, stay known until they are repaired."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import mpj as command
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

import mpj
from ledger.support import Partij, registratie, toewijzing
from ledger.test_status import validate
from mpj.ledger import schema
from mpj.ledger.looks import FaultyRow
from mpj.records import read_registraties, read_toewijzingen
from mpj.reports.year import Jaarvraag, read_year

BSN = "999900006"
COLUMNS = ("id", "bsn", "datum", "minuten", "kwalificatieniveau", "prestatiecode", "gemeente", "status")
ROW: Mapping[str, str] = {
    "bsn": BSN,
    "datum": "2026-03-05",
    "minuten": "60",
    "kwalificatieniveau": "hbo",
    "prestatiecode": "2.1",
}
MARCH, SECOND, APRIL = date(2026, 4, 2), date(2026, 4, 3), date(2026, 5, 4)


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    return Partij(tmp_path / "zorg.db")


class Files:
    """Declares what stands in files."""

    def __init__(self, partij: Partij, folder: Path) -> None:
        self.partij = partij
        self.folder = folder

    def run(self, op: date, *rows: Mapping[str, str], name: str = "r.csv", **options: Any) -> mpj.Result:
        path = self.folder / name
        lines = [";".join(COLUMNS), *(";".join({**ROW, **row}.get(column, "") for column in COLUMNS) for row in rows)]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return self.partij.run(*read_registraties([path]), op=op, **options)  # type: ignore[arg-type]

    @property
    def known(self) -> list[FaultyRow]:
        return self.partij.ledger.status()["onleesbaar"]

    @property
    def places(self) -> list[tuple[str, int, str, str]]:
        """File, row, reason and since when."""
        return [(row["bestand"], row["rij"], row["reden"], row["sinds"]) for row in self.known]


@pytest.fixture
def files(partij: Partij, tmp_path: Path) -> Files:
    return Files(partij, tmp_path)


def test_an_unreadable_row_is_kept_with_its_place_its_cause_and_its_day_and_no_value(files: Files) -> None:
    files.run(MARCH, {"id": "goed"}, {"id": "kapot", "minuten": "61,5", "gemeente": "0384"})
    assert files.known == [
        {
            "gemeente": "0384",
            "soort": "registratie",
            "bestand": "r.csv",
            "rij": 3,
            "reden": "ongeldig",
            "oorzaak": "minuten: verwacht een geheel getal van 0 tot en met 1440",
            "declaratieperiode": "2026-03",
            "sinds": "2026-04-02",
        }
    ]
    assert files.partij.ledger.work()["herstel"] == {"ongeldig": {"aantal": 1, "sinds": "2026-04-02"}}


def test_a_word_that_the_protocol_does_not_know_and_an_empty_field_are_kept_too(files: Files) -> None:
    files.run(MARCH, {"id": "a", "prestatiecode": "99.9"}, {"id": "b", "datum": ""})
    assert [row["oorzaak"] for row in files.known] == [
        "prestatiecode: onbekende code, verwacht een prestatiecode als 2.1",
        "datum is leeg",
    ]


def test_a_doubled_id_is_kept_and_an_exact_double_is_not(files: Files) -> None:
    files.run(MARCH, {"id": "twee"}, {"id": "twee", "minuten": "30"}, {"id": "een"}, {"id": "een"})
    assert files.places == [("r.csv", 2, "id_meermaals", "2026-04-02"), ("r.csv", 3, "id_meermaals", "2026-04-02")]
    assert files.partij.ledger.work()["herstel"] == {"id_meermaals": {"aantal": 2, "sinds": "2026-04-02"}}
    with files.partij.ledger.database.transaction(write=False) as connection:
        assert {row.client_id for row in connection.execute(select(schema.onleesbaar))} == {1}


def test_an_id_that_is_known_and_comes_twice_is_kept(files: Files) -> None:
    files.run(MARCH, {"id": "twee"})
    files.run(SECOND, {"id": "twee", "minuten": "45"}, {"id": "twee", "minuten": "30"}, name="s.csv")
    assert files.places == [("s.csv", 2, "id_meermaals", "2026-04-03"), ("s.csv", 3, "id_meermaals", "2026-04-03")]
    files.run(APRIL, {"id": "twee", "minuten": "30"}, name="t.csv", periode="2026-04")
    assert files.known == []


def test_the_same_id_read_well_in_a_later_month_and_another_file_repairs_it(files: Files) -> None:
    files.run(MARCH, {"id": "kapot", "minuten": "x"})
    files.run(APRIL, {"id": "ander", "datum": "2026-04-05"}, name="s.csv", periode="2026-04")
    assert files.places == [("r.csv", 2, "ongeldig", "2026-04-02")]
    files.run(APRIL, {"id": "kapot"}, name="t.csv", periode="2026-04")
    assert files.known == []


@pytest.mark.parametrize("minuten", ["60", "x"])
def test_a_withdrawal_repairs_it_also_when_the_row_itself_cannot_be_read(files: Files, minuten: str) -> None:
    files.run(MARCH, {"id": "kapot", "minuten": "x"})
    files.run(SECOND, {"id": "kapot", "minuten": minuten, "status": "vervallen"}, name="s.csv")
    assert files.known == []


def test_the_same_file_again_for_the_same_month_repairs_a_row_without_an_id(files: Files) -> None:
    files.run(MARCH, {"id": "", "minuten": "60"}, {"id": "goed"})
    assert files.places == [("r.csv", 2, "ongeldig", "2026-04-02")]
    files.run(SECOND, {"id": "goed"}, name="s.csv")
    files.run(APRIL, {"id": "april", "datum": "2026-04-01"}, periode="2026-04")
    assert files.places == [("r.csv", 2, "ongeldig", "2026-04-02")], "neither another file nor the same name in another month"
    files.run(SECOND, {"id": "goed"})
    assert files.known == []


def test_a_row_that_is_met_again_keeps_its_day_and_moves_with_its_place(files: Files) -> None:
    files.run(MARCH, {"id": "kapot", "minuten": "x"}, {"id": "", "minuten": "60"})
    files.run(SECOND, {"id": "nieuw"}, {"id": "", "minuten": "60"}, {"id": "kapot", "minuten": "x"})
    assert files.places == [("r.csv", 3, "ongeldig", "2026-04-02"), ("r.csv", 4, "ongeldig", "2026-04-02")]


@pytest.mark.slow
def test_a_trial_remembers_nothing_and_repairs_nothing(files: Files) -> None:
    files.run(MARCH, {"id": "kapot", "minuten": "x"}, proef=True)
    files.run(MARCH, {"id": "kapot", "minuten": "x"})
    files.run(SECOND, {"id": "kapot"}, proef=True)
    assert len(files.known) == 1


def test_what_a_program_gives_without_a_file_is_repaired_by_its_id_else_by_the_next_run_of_the_month(partij: Partij) -> None:
    partij.run(registratie("kapot", minuten=-1), registratie("", minuten=60))
    assert len(partij.ledger.status()["onleesbaar"]) == 2
    partij.run(registratie("ander"))
    (left,) = partij.ledger.status()["onleesbaar"]
    assert left["oorzaak"].startswith("minuten")
    partij.run(registratie("kapot"))
    assert partij.ledger.status()["onleesbaar"] == []


def test_a_toewijzing_that_cannot_be_read_is_repaired_by_its_number(partij: Partij, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    table = "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;einddatum;budget_cent\n7;999900018;0384;65656055;2026-01-01;;{}\n"
    for budget, faults in (("veel", 1), ("5000", 0)):
        path.write_text(table.format(budget), "utf-8")
        partij.toewijzingen = [toewijzing(), *read_toewijzingen([path])]  # type: ignore[list-item]
        partij.run(registratie("a"), periode="2026-03" if faults else "2026-04")
        assert [row["soort"] for row in partij.ledger.status()["onleesbaar"]] == ["toewijzing"] * faults


def everything(partij: Partij) -> str:
    """All that the table holds."""
    with partij.ledger.database.transaction(write=False) as connection:
        rows: Sequence[Any] = connection.execute(select(schema.onleesbaar)).all()
    return str([tuple(row) for row in rows])


def test_no_bsn_and_no_value_is_kept_wherever_it_stands(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    files.run(
        MARCH,
        {"id": BSN, "minuten": "x"},
        {"id": f"r-{BSN}", "minuten": "30"},
        {"id": f"r-{BSN}", "minuten": "45"},
        {"id": "c", "minuten": BSN},
        {"id": "d", "bsn": "999900007", "status": "gerealiseerd, verwacht Jan"},
        {"id": "999900018", "bsn": "Jan Jansen", "minuten": "61,5"},
        name=f"map-{BSN}.csv",
    )
    kept = everything(files.partij)
    assert len(files.known) == 6 and "c" in kept
    for hidden in (BSN, "999900018", "999900007", "Jan", "61,5", "gerealiseerd, verwacht"):
        assert hidden not in kept, hidden
        assert hidden not in json.dumps(files.partij.ledger.status()), hidden


def test_erasing_the_client_erases_the_rows_that_name_it(files: Files) -> None:
    files.run(MARCH, {"id": "goed"}, {"id": "twee"}, {"id": "twee", "minuten": "1"}, {"id": "kapot", "minuten": "x"})
    files.run(SECOND, {"id": "goed", "bsn": "?"}, name="s.csv")
    assert len(files.known) == 4
    files.run(APRIL, {"id": "goed", "status": "vervallen"}, name="t.csv", periode="2026-04")
    files.partij.ledger.erase([BSN], op=date(2040, 1, 1))
    assert everything(files.partij) == "[]"


def test_explain_says_where_the_row_stands_and_since_when_in_both_languages(files: Files) -> None:
    files.run(MARCH, {"id": "goed"}, {"id": "kapot", "minuten": "x"}, {"id": "twee"}, {"id": "twee", "minuten": "1"})
    ledger = files.partij.ledger
    (blok,) = ledger.explain(bron="kapot").blokken
    assert blok.titel == "Registratie: te herstellen"
    assert dict(blok.stappen) == {
        "nu": "is onleesbaar, bekend sinds 2 april 2026",
        "gelezen": "r.csv, rij 3",
        "waarom": "minuten: verwacht een geheel getal van 0 tot en met 1440",
    }
    first, second = ledger.explain(bron="twee", taal="en").blokken
    assert dict(first.stappen)["why"] == "the same id stands with different content: neither counts"
    assert "different content, known since" in str(second) and "r.csv" in str(second)
    files.run(SECOND, {"id": "goed", "minuten": "x"}, name="s.csv")
    titles = [blok.titel for blok in ledger.explain(bron="goed").blokken]
    assert titles[:2] == ["Registratie: te herstellen", "Registratie"], "what was known of it stands beside it"


@pytest.mark.slow
def test_a_conversation_of_three_runs_on_the_screen_and_as_json(
    tmp_path: Path, partij: Partij, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mpj.cli.looks.today", lambda: date(2026, 5, 12))
    monkeypatch.chdir(tmp_path)
    files = Files(partij, tmp_path)
    files.run(MARCH, {"id": "a"}, {"id": "b", "minuten": "x"}, {"id": "c"}, {"id": "c", "minuten": "1"}, name="maart.csv")
    files.run(APRIL, {"id": "d", "datum": "x"}, {"id": "b"}, name="april.csv", periode="2026-04")
    partij.ledger.close()
    url = "zorg.db"
    screen = command("ledger", "status", "--ledger", url, "--out", "uit").out
    assert max(map(len, screen.splitlines())) <= 80
    assert "Onleesbare en dubbele rijen" in screen and "maart.csv" in screen and "april.csv" in screen
    assert "Herstel: rijen die te verbeteren zijn" in screen and "40" in screen
    assert (tmp_path / "uit" / "onleesbaar.csv").read_text("utf-8").count("id_meermaals") == 2
    assert "hetzelfde id" in command("ledger", "work", "--ledger", url).out
    for name, kind in (("status", "ledger_status"), ("work", "onderhanden_werk")):
        told = json.loads(command("ledger", name, "--ledger", url, "--formaat", "json").out)
        validate(told, "mpj.ledger", f"{kind}.json")
        work = told.get("onderhanden_werk", told)
        assert work["herstel"] == {
            "id_meermaals": {"aantal": 2, "sinds": "2026-04-02"},
            "ongeldig": {"aantal": 1, "sinds": "2026-05-04"},
        }
    again = Files(Partij(url), tmp_path)
    again.run(APRIL, {"id": "c"}, {"id": "d"}, name="mei.csv", periode="2026-05")
    again.partij.ledger.close()
    assert "rijen" not in command("ledger", "work", "--ledger", url).out


def stamped(day: str = "", **fields: Any) -> dict[str, object]:
    """The toewijzing of the tests in a version of this day."""
    return {**toewijzing(), **({"toewijzingsdatum": day} if day else {}), **fields}


WRONG: list[tuple[Mapping[str, Any], str]] = [
    ({"volume": "4", "eenheid": "01", "frequentie": "9"}, "frequentie: verwacht "),
    ({"volume": "4", "eenheid": "77", "frequentie": "2"}, "eenheid: verwacht "),
    ({"prestatiecode": "99.9"}, "prestatiecode: verwacht een prestatiecode als 2.1"),
    ({"productcategorie": "99"}, "productcategorie: verwacht een code uit JZ020"),
    ({"kwalificatieniveau_max": "mbo-3"}, "kwalificatieniveau_max: verwacht "),
    ({"reden_wijziging": "99"}, "reden_wijziging: verwacht "),
]


@pytest.mark.slow
@pytest.mark.parametrize(("fields", "oorzaak"), WRONG)
def test_a_toewijzing_in_words_that_nobody_knows_stays_known_until_its_number_is_read_well(
    partij: Partij, fields: Mapping[str, Any], oorzaak: str
) -> None:
    partij.toewijzingen = [stamped(**fields)]
    told = partij.run(registratie("a"), op=MARCH)
    assert [row.reden for row in told.uitval if row.soort == "toewijzing"] == ["ongeldig"]
    (row,) = partij.ledger.status()["onleesbaar"]
    assert (row["soort"], row["sinds"], row["gemeente"]) == ("toewijzing", "2026-04-02", "0384")
    assert row["oorzaak"].startswith(oorzaak) and "99" not in row["oorzaak"], "never the value that was found"
    partij.toewijzingen = []
    partij.run(registratie("b", "2026-04-02"), periode="2026-04", op=APRIL)
    partij.run(periode="2026-05", op=APRIL)
    assert [row["sinds"] for row in partij.ledger.status()["onleesbaar"]] == ["2026-04-02"], "what nobody repaired stays known"
    assert "toewijzing" in str(partij.ledger.explain(bron=str(toewijzing()["toewijzingnummer"]))).lower()
    partij.toewijzingen = [stamped()]
    partij.run(periode="2026-06", op=APRIL)
    assert partij.ledger.status()["onleesbaar"] == []


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [{"reden_wijziging": "99"}, {"budget_cent": "veel"}], ids=["word", "unreadable"])
def test_only_a_version_that_is_not_older_repairs_a_toewijzing(partij: Partij, tmp_path: Path, wrong: Mapping[str, str]) -> None:
    """Also one that could not be read at all: it may stand in a file that nobody gives again."""
    path = tmp_path / "t.csv"
    row = stamped("2026-03-01", **wrong)
    path.write_text("\n".join(";".join(map(str, line)) for line in (row, row.values())) + "\n", "utf-8")
    faulty: list[Any] = [*read_toewijzingen([path])]
    partij.toewijzingen = [stamped("2026-01-01"), *faulty]
    partij.run(registratie("a"))
    assert len(partij.ledger.status()["onleesbaar"]) == 1
    partij.toewijzingen = [stamped("2026-01-01")]
    partij.run(registratie("a"), periode="2026-04")
    assert len(partij.ledger.status()["onleesbaar"]) == 1, "an older version repairs nothing"
    partij.toewijzingen = [stamped("2026-01-01"), *faulty, stamped("2026-03-02")]
    partij.run(registratie("a"), periode="2026-05")
    assert partij.ledger.status()["onleesbaar"] == [], "a later version takes its place"


def test_the_same_number_of_another_gemeente_repairs_nothing(partij: Partij) -> None:
    partij.toewijzingen = [stamped(reden_wijziging="99")]
    partij.run(registratie("a"))
    partij.toewijzingen = [stamped(gemeente="0363")]
    partij.run(periode="2026-04")
    assert len(partij.ledger.status()["onleesbaar"]) == 1


def test_a_record_that_misses_a_field_is_a_row_to_repair_and_counted_once(partij: Partij) -> None:
    """It is readable, so the ledger holds it; without its minutes it can be billed on no toewijzing of hours."""
    partij.run(registratie("leeg", minuten=None), op=MARCH)  # type: ignore[arg-type]
    (row,) = partij.ledger.status()["onleesbaar"]
    assert row["oorzaak"] == "minuten ontbreken; verwacht minuten, of begintijd en eindtijd"
    work = partij.ledger.work()
    assert work["herstel"] == {"ongeldig": {"aantal": 1, "sinds": "2026-04-02"}}
    assert work["opzij_zonder_bekende_waarde"] == 0, "it is to be repaired, and stands in no other count"
    partij.run(registratie("ander", "2026-04-02"), periode="2026-04", op=APRIL)
    assert [row["sinds"] for row in partij.ledger.status()["onleesbaar"]] == ["2026-04-02"]
    partij.run(registratie("leeg"), periode="2026-05", op=APRIL)
    assert partij.ledger.status()["onleesbaar"] == []


def unread_in(ledger: mpj.Ledger, jaar: int) -> dict[str, int | None]:
    """What the year counts as unreadable, by gemeente."""
    found = read_year(ledger, Jaarvraag(jaar=jaar)).aansluiting
    return {one.gemeente: one.aantal for one in found if one.post == "onleesbaar" and one.aantal}


@pytest.mark.slow
def test_the_year_counts_the_rows_of_care_that_status_names(files: Files) -> None:
    rows: list[dict[str, str]] = [
        {"id": "oud", "minuten": "x", "datum": "2025-12-30", "gemeente": "0384"},
        {"id": "kapot", "minuten": "x", "gemeente": "0384"},
        {"id": "leeg", "minuten": "", "gemeente": "0384"},
        {"id": "twee", "gemeente": "0384"},
        {"id": "twee", "minuten": "1", "gemeente": "0384"},
        {"id": "wanneer", "datum": "?"},
        {"id": "goed"},
    ]
    files.partij.toewijzingen = [toewijzing(), stamped(toewijzingnummer="9", gemeente="0384", reden_wijziging="99")]
    files.run(MARCH, *rows)
    status = [(row["soort"], row["gemeente"]) for row in files.known]
    assert status.count(("toewijzing", "0384")) == 1 and len(status) == 7
    assert unread_in(files.partij.ledger, 2026) == {"0384": 4, "": 1}
    assert unread_in(files.partij.ledger, 2025) == {"0384": 1}
    for row in rows[:-1]:
        files.run(SECOND, {**row, "status": "vervallen", "datum": "2026-03-01", "minuten": "60"}, name=f"{row['id']}.csv")
    assert unread_in(files.partij.ledger, 2026) == unread_in(files.partij.ledger, 2025) == {}


_words = st.sampled_from(("", "x", "2.1", "99.9", "61,5", "60", "?", "2026-03-05", "hbo", "mbo"))
_rows = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from("abcd")}, optional=dict.fromkeys(("minuten", "prestatiecode", "kwalificatieniveau", "datum"), _words)
    ),
    max_size=5,
)
_assigned = st.lists(
    st.fixed_dictionaries(
        {"toewijzingsdatum": st.sampled_from(("2026-01-01", "2026-02-01", "2026-03-01"))},
        optional={"reden_wijziging": st.sampled_from(("99", "03")), "kwalificatieniveau_max": st.sampled_from(("hbo", "x"))},
    ),
    max_size=2,
    unique_by=lambda one: one["toewijzingsdatum"],
)


@pytest.mark.slow
@settings(max_examples=60)
@given(st.lists(st.tuples(_rows, _assigned), min_size=1, max_size=4))
def test_what_was_told_and_not_repaired_stays_told(runs: list[tuple[list[dict[str, str]], list[dict[str, str]]]]) -> None:
    """A small model beside the ledger: an id, or the last version of the toewijzing, is told until it is read again, and well."""
    partij = Partij("sqlite://")
    wrong: set[str] = set()
    versions: dict[str, bool] = {}
    for place, (rows, assigned) in enumerate(runs):
        given = [{**registratie(row["id"]), **row} for row in rows]
        partij.toewijzingen = [stamped(**one) for one in assigned]
        told = partij.agreed(*given, periode=f"2026-{3 + place:02}")
        faulty = {row.bron for row in told.uitval if row.soort == "registratie" and row.reden in ("ongeldig", "id_meermaals")}
        wrong = (wrong - {row["id"] for row in rows}) | faulty
        for one in assigned:
            versions[one["toewijzingsdatum"]] = ("reden_wijziging" in one and one["reden_wijziging"] == "99") or (
                one.get("kwalificatieniveau_max") == "x"
            )
        known = partij.ledger.status()["onleesbaar"]
        with partij.ledger.database.transaction(write=False) as connection:
            kept = {row.bron for row in connection.execute(select(schema.onleesbaar)) if row.soort == "registratie"}
        assert wrong <= kept, "what was told stays"
        latest = bool(versions) and versions[max(versions)]
        assert [row["soort"] for row in known].count("toewijzing") == latest
