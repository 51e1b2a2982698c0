"""`mpj intake`: what is undecided is said before anything is declared, with the lines of a profile that decide it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from cli.helpers import ALL_BSNS, mpj, shown_bsns

import mpj as api
from mpj.records.definitions import DEFINITIONS
from profiles.test_exports import EXPORTS

UNDECIDED = {
    "export-a.csv": {
        "registraties.kolommen": [
            *('"Afspraaknr" = "id"', '"Afspraaknr" = ""', '"BSN cliënt" = "bsn"', '"BSN cliënt" = ""', '"Van" = "begintijd"'),
            *('"Van" = ""', '"Tot" = "eindtijd"', '"Tot" = ""', '"Functie" = "kwalificatieniveau"', '"Functie" = ""'),
            *('"Zorgproduct" = "prestatiecode"', '"Zorgproduct" = ""', '"Afspraakstatus" = "status"', '"Afspraakstatus" = ""'),
            *('"Uursoort" = "tijdsoort"', '"Uursoort" = ""'),
        ],
        "registraties.waarden.kwalificatieniveau": ['"jeugdzorgwerker" = ""', '"gz-psycholoog" = ""'],
        "registraties.waarden.status": ['"uitgevoerd" = ""', '"no show" = ""', '"afgezegd" = ""'],
        "registraties.waarden.tijdsoort": ['"direct cliëntgebonden" = ""', '"reistijd" = ""'],
    },
    "export-b.csv": {
        "registraties.kolommen": ['"Duur" = "minuten"', '"Duur" = ""'],
        "registraties.eenheid": ['minuten = "uren"', 'minuten = "minuten"'],
    },
}


@pytest.mark.parametrize("export", UNDECIDED)
def test_an_export_without_a_profile_says_exactly_what_is_undecided(tmp_path: Path, export: str) -> None:
    done = mpj("intake", EXPORTS / export, "--voorstel", tmp_path / "erp.toml", "--meldingen", "json")
    assert done.code == 1
    found: dict[str, list[str]] = {}
    for melding in done.meldingen():
        assert melding["code"] == "profiel_onbeslist"
        found.setdefault(melding["kolom"], []).extend(melding["verwacht"].split(" of "))
    assert found == UNDECIDED[export]
    text = (tmp_path / "erp.toml").read_text("utf-8")
    for section, lines in UNDECIDED[export].items():
        block = text.split(f"[{section}]\n")[1].split("\n\n")[0]
        assert [line.removeprefix("# ").split("   #")[0] for line in block.splitlines()] == lines
    assert not tomllib.loads(text)["registraties"]["kolommen"]


@pytest.mark.parametrize("name", ["export-a", "export-b"])
def test_with_its_profile_nothing_is_undecided(name: str) -> None:
    done = mpj("intake", EXPORTS / f"{name}.csv", "--profiel", EXPORTS / f"{name}.toml")
    assert (done.code, done.err) == (0, "")
    assert "foutief  0 rijen" in done.out
    assert "onbeslist" not in done.out.lower()


def test_no_bsn_is_shown_and_the_screen_is_80_wide(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    rows = "".join(f"{bsn};{bsn};2026-03-02;{bsn};10\n" for bsn in ALL_BSNS)
    path.write_text(f"id;bsn;datum;functie;minuten\n{rows}9;99900006;2-3-26;hbo;x\n", "utf-8")
    done = mpj("intake", path, "--voorstel", tmp_path / "erp.toml", "--meldingen", "json")
    assert done.code == 1
    assert shown_bsns(done.out + done.err + (tmp_path / "erp.toml").read_text("utf-8")) == []
    for export in UNDECIDED:
        assert max(map(len, mpj("intake", EXPORTS / export).out.splitlines())) <= 80


def test_a_proposal_that_is_filled_in_decides(tmp_path: Path) -> None:
    mpj("intake", EXPORTS / "export-b.csv", "--voorstel", tmp_path / "erp.toml")
    text = (tmp_path / "erp.toml").read_text("utf-8")
    text = text.replace('# "Duur" = "minuten"', '"Duur" = "minuten"').replace('# minuten = "uren"', 'minuten = "uren"')
    (tmp_path / "erp.toml").write_text(text, "utf-8")
    assert api.read_profile(tmp_path / "erp.toml") == api.read_profile(EXPORTS / "export-b.toml")
    assert mpj("intake", EXPORTS / "export-b.csv", "--profiel", tmp_path / "erp.toml").code == 0


def test_a_proposal_replaces_nothing(tmp_path: Path) -> None:
    (tmp_path / "erp.toml").write_text("", "utf-8")
    done = mpj("intake", EXPORTS / "export-b.csv", "--voorstel", tmp_path / "erp.toml", "--meldingen", "json")
    assert (done.code, [one["code"] for one in done.meldingen()]) == (2, ["uitvoer_bestaat"])


@pytest.mark.parametrize(
    ("soort", "text"),
    [
        (
            "toewijzingen",
            "Toewijzingnummer;BSN;Gemeente;Aanbieder;Begindatum;Prestatiecode\n1;999900006;384;65656055;2026-01-01;2.1\n",
        ),
        ("verblijf", "id;bsn;begindatum;einddatum\n1;999900006;2026-03-02;\n"),
        ("medewerkers", "medewerker;kwalificatieniveau;begindatum\nM;Agoog;2026-01-01\n"),
    ],
)
def test_the_kind_follows_from_the_header(tmp_path: Path, soort: str, text: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(text, "utf-8")
    done = mpj("intake", path, "--meldingen", "json")
    assert f"soort    {soort}, herkend aan de kopregel" in done.out
    said = [json.dumps(one) for one in done.meldingen()]
    assert done.code == (0 if soort == "verblijf" else 1)
    assert len(said) == (0 if soort == "verblijf" else 1)


def test_a_column_that_is_missing_is_said(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("id;datum;minuten\n1;2026-03-02;10\n", "utf-8")
    done = mpj("intake", path, "--soort", "registraties", "--meldingen", "json")
    assert (done.code, [(one["code"], one["kolom"]) for one in done.meldingen()]) == (1, [("kolom_ontbreekt", "bsn")])


def test_a_period_that_ends_before_it_begins_is_said_of_a_medewerker_too(tmp_path: Path) -> None:
    """`mpj declare` stops at such a row."""
    path = tmp_path / "export.csv"
    path.write_text(
        "medewerker;kwalificatieniveau;begindatum;einddatum\nM1;hbo;2026-02-01;2026-01-01\nM2;wo;2026-01-01;\n", "utf-8"
    )
    assert "einddatum ligt voor begindatum" in mpj("intake", path, "--soort", "medewerkers").out


def test_every_kind_of_record_can_be_named(tmp_path: Path) -> None:
    """Prestaties could not, though they are recognised."""
    path = tmp_path / "export.csv"
    path.write_text("naam;bedrag\nx;1\n", "utf-8")
    for one in DEFINITIONS:
        assert f"soort    {one.soort}\n" in mpj("intake", path, "--soort", one.soort).out
