"""A profile as a file: read strictly, with all faults at once, and written back as the same profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mpj
from mpj.protocol import MPJ_16
from mpj.reading.headers import plain
from mpj.reading.profile import Profiel, Tabelprofiel
from mpj.records.profile import COLUMNS, parse_profile, to_toml
from mpj.records.words import STATUSSEN

EXPORT = """
[registraties]
blad = "Export"
bron = "locatie-a"
overslaan = ["Totaal"]

[registraties.kolommen]
"BSN cliënt" = "bsn"
"Opmerking" = ""

[registraties.waarden.kwalificatieniveau]
"GZ-psycholoog" = "wo"

[registraties.eenheid]
minuten = "uren"

[registraties.aanvullen]
bsn = 9
gemeente = 4
"""


def faults(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(mpj.InputError) as caught:
        parse_profile(text.encode(), "erp.toml")
    assert all(fault.bestand == "erp.toml" for fault in caught.value.faults)
    return [(fault.rij, fault.code, fault.kolom) for fault in caught.value.faults]


def test_a_profile_says_what_its_file_says(tmp_path: Path) -> None:
    path = tmp_path / "erp.toml"
    path.write_text(EXPORT, "utf-8")
    hashes: dict[str, str] = {}
    assert mpj.read_profile(path, hashes=hashes) == Profiel(
        {
            "registraties": Tabelprofiel(
                kolommen={"BSN cliënt": "bsn", "Opmerking": ""},
                waarden={"kwalificatieniveau": {"GZ-psycholoog": "wo"}},
                eenheid={"minuten": "uren"},
                aanvullen={"bsn": 9, "gemeente": 4},
                bron="locatie-a",
                overslaan=("Totaal",),
                blad="Export",
            )
        }
    )
    assert list(hashes) == ["erp.toml"] and len(hashes["erp.toml"]) == 64


def test_all_faults_come_at_once_each_with_its_line() -> None:
    text = """[registratie]
[registraties]
blad = 3
bronn = "a"
overslaan = [""]
[registraties.kolommen]
"Van" = "begin"
"van " = "begintijd"
[registraties.waarden.datum]
"gisteren" = "2026-03-01"
[registraties.waarden.status]
"Uitgevoerd" = "gedaan"
"Onbekend" = ""
[registraties.eenheid]
minuten = "dagen"
datum = "uren"
[registraties.aanvullen]
bsn = 8
gemeenten = 4
[toewijzingen]
bron = "a"
"""
    assert faults(text) == [
        (1, "sleutel_onbekend", "registratie"),
        (3, "waarde_onjuist", "registraties.blad"),
        (4, "sleutel_onbekend", "registraties.bronn"),
        (5, "waarde_onjuist", "registraties.overslaan"),
        (7, "waarde_onjuist", "registraties.kolommen.Van"),
        (8, "kolom_dubbel", "registraties.kolommen.van "),
        (9, "sleutel_onbekend", "registraties.waarden.datum"),
        (12, "waarde_onjuist", "registraties.waarden.status.Uitgevoerd"),
        (13, "waarde_onjuist", "registraties.waarden.status.Onbekend"),
        (15, "waarde_onjuist", "registraties.eenheid.minuten"),
        (16, "sleutel_onbekend", "registraties.eenheid.datum"),
        (18, "waarde_onjuist", "registraties.aanvullen.bsn"),
        (19, "sleutel_onbekend", "registraties.aanvullen.gemeenten"),
        (21, "sleutel_onbekend", "toewijzingen.bron"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "registraties = 1",
        "[registraties]\nkolommen = 1",
        "[registraties.waarden]\nstatus = 1",
        '[registraties.waarden.status]\n"A" = 1',
        '[registraties.kolommen]\n"A" = 1',
        '[registraties.kolommen]\n"A" = ["id"]',
        "[registraties]\noverslaan = 1",
        "[registraties.aanvullen]\nbsn = true",
        '[registraties.waarden.status]\n"A" = "gepland"\n"a" = "gerealiseerd"',
        '[registraties.waarden.status]\n"" = "gepland"',
        '[verblijf.eenheid]\nminuten = "uren"',
        '[medewerkers.waarden.kwalificatieniveau]\n"A" = "bachelor"',
        "geen toml",
    ],
)
def test_what_is_no_profile_is_refused(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_bytes(b"#" * 2_000_000)])
def test_what_is_no_file_of_a_profile_is_refused(tmp_path: Path, make: Any) -> None:
    make(tmp_path / "erp.toml")
    with pytest.raises(mpj.InputError):
        mpj.read_profile(tmp_path / "erp.toml")


WORDS = {"status": STATUSSEN, "kwalificatieniveau": ("", *MPJ_16.niveaus), "gemeente": ("0384", "")}
names = st.text(st.characters(codec="utf-8"), max_size=9)
printed = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=5)
texts = st.lists(printed, min_size=1, max_size=2).map(" ".join)
columns = st.tuples(names, st.sampled_from(("", *COLUMNS["registraties"])))


@st.composite
def tables(draw: st.DrawFn) -> Tabelprofiel:
    kolommen = draw(st.lists(columns, unique_by=lambda one: plain(one[0])))
    waarden = {
        kolom: dict(
            draw(
                st.lists(
                    st.tuples(names.filter(str.strip), st.sampled_from(words)),
                    unique_by=lambda one: one[0].strip().casefold(),
                    max_size=3,
                )
            )
        )
        for kolom, words in draw(st.dictionaries(st.sampled_from(sorted(WORDS)), st.none())).items()
        for words in [WORDS[kolom]]
    }
    return Tabelprofiel(
        dict(kolommen),
        {kolom: values for kolom, values in waarden.items() if values},
        draw(st.dictionaries(st.just("minuten"), st.sampled_from(("minuten", "uren")))),
        draw(st.dictionaries(st.sampled_from(("id", "medewerker")), st.integers(1, 36))),
        draw(st.just("") | texts),
        tuple(draw(st.lists(texts, max_size=2))),
        draw(st.just("") | texts),
    )


@pytest.mark.slow
@given(tables(), tables())
def test_what_is_written_is_read_back(one: Tabelprofiel, other: Tabelprofiel) -> None:
    profiel = Profiel({"registraties": one, "toewijzingen": Tabelprofiel(overslaan=other.overslaan, blad=other.blad)})
    said = {soort: found for soort, found in profiel.tabellen.items() if found != Tabelprofiel()}
    assert parse_profile(to_toml(profiel).encode(), "p.toml") == Profiel(said)
