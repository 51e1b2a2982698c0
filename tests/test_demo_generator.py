"""The invented region: exact sizes, the same bytes for the same seed, test numbers only, and the mess really in it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from stdnum.nl import bsn as bsn_module

from mpj.demo import Overview, generate, month
from mpj.demo.chance import apportion
from mpj.demo.mess import (
    GROEP_MESS,
    NIVEAU_MESS,
    PLANNING_MESS,
    REGISTRATIE_MESS,
    TOEWIJZING_MESS,
    VERBLIJF_MESS,
    Mess,
)
from mpj.demo.people import bsn_range

ROOT = Path(__file__).parent.parent
REGIO = ROOT / "tariffs" / "voorbeeldregio"
CODES = ROOT / "tariffs" / "voorbeeldcodes"
CSV_FILES = ("toewijzingen.csv", "registraties.csv", "verblijf.csv", "medewerkers.csv")
HEADERS = {
    "toewijzingen.csv": "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;einddatum;prestatiecode;productcategorie;"
    "productcode;budget_cent;volume;eenheid;frequentie;kwalificatieniveau_max;perceel;reden_wijziging;toewijzingsdatum;"
    "toewijzingstijd",
    "registraties.csv": "id;bsn;datum;begintijd;eindtijd;minuten;medewerker;kwalificatieniveau;prestatiecode;"
    "toewijzingnummer;gemeente;soort;tijdsoort;status;bevestigd;afspraak;aantal;onderaannemer",
    "verblijf.csv": "id;bsn;begindatum;einddatum;prestatiecode;toewijzingnummer;gemeente;aanwezigheid",
    "medewerkers.csv": "medewerker;kwalificatieniveau;begindatum;einddatum",
}

Rows = list[dict[str, str]]


def make(
    folder: Path,
    contract_dirs: Sequence[Path] = (REGIO, CODES),
    *,
    zaad: int = 2026,
    clienten: int = 60,
    registraties: int = 1200,
    verblijven: int = 20,
) -> Overview:
    return generate(folder, contract_dirs, zaad=zaad, clienten=clienten, registraties=registraties, verblijven=verblijven)


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture(scope="module")
def overview(tmp_path_factory: pytest.TempPathFactory) -> Overview:
    return make(tmp_path_factory.mktemp("regio"), clienten=1000, registraties=20_000, verblijven=200)


@pytest.fixture(scope="module")
def registraties(overview: Overview) -> Rows:
    return read(overview.registraties_csv)


@pytest.fixture(scope="module")
def toewijzingen(overview: Overview) -> Rows:
    return read(overview.toewijzingen_csv)


def test_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    left, right = make(tmp_path / "left"), make(tmp_path / "right")
    for name in (*CSV_FILES, "README.md"):
        assert (left.folder / name).read_bytes() == (right.folder / name).read_bytes()
    assert left.mess == right.mess


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    left, right = make(tmp_path / "left", zaad=1), make(tmp_path / "right", zaad=2)
    for name in CSV_FILES:
        assert (left.folder / name).read_bytes() != (right.folder / name).read_bytes()


@pytest.mark.parametrize(
    ("clienten", "registraties", "verblijven"),
    [(1, 0, 0), (1, 1, 1), (1, 300, 70), (7, 20, 3), (40, 1001, 0), (40, 0, 33), (200, 150, 5)],
)
def test_sizes_are_exact(tmp_path: Path, clienten: int, registraties: int, verblijven: int) -> None:
    made = make(tmp_path, clienten=clienten, registraties=registraties, verblijven=verblijven)
    assert (made.clienten, made.registraties, made.verblijven) == (clienten, registraties, verblijven)
    counts = [len(read(made.folder / name)) for name in CSV_FILES]
    assert counts == [made.toewijzingen, registraties, verblijven, made.medewerkers]


@pytest.mark.slow
def test_default_form_of_the_files(overview: Overview) -> None:
    for name, header in HEADERS.items():
        data = (overview.folder / name).read_bytes()
        assert data.startswith(header.encode() + b"\n")
        assert data.endswith(b"\n")
        assert b"\r" not in data
        assert {line.count(b";") for line in data.splitlines()} == {header.count(";")}
    assert {path.name for path in overview.folder.iterdir()} == {*CSV_FILES, "README.md"}
    assert "verzonnen" in (overview.folder / "README.md").read_text(encoding="utf-8")


def test_the_test_range_is_what_the_elfproef_allows() -> None:
    numbers = bsn_range()
    assert len(set(numbers)) == len(numbers) == 9091
    assert all(number.startswith("9999") and bsn_module.is_valid(number) for number in numbers)


def test_every_bsn_is_of_the_test_range(overview: Overview, registraties: Rows, toewijzingen: Rows) -> None:
    known = set(bsn_range())
    clients = {row["bsn"] for row in [*toewijzingen, *read(overview.verblijf_csv)]}
    assert clients <= known
    spoiled = [row["bsn"] for row in registraties if row["bsn"] not in known]
    assert 0 < len(spoiled) <= overview.mess["registraties/onleesbaar"]
    # A spoiled number belongs to nobody: it is empty or fails the elfproef.
    assert not any(bsn_module.is_valid(number) for number in spoiled)
    assert len({row["bsn"] for row in registraties} & known | clients) <= overview.clienten


@pytest.mark.parametrize(
    ("file", "kinds"),
    [
        ("registraties", (*REGISTRATIE_MESS, *GROEP_MESS, *NIVEAU_MESS, *PLANNING_MESS)),
        ("toewijzingen", [mess for mess in TOEWIJZING_MESS if mess.permille >= 3]),
        ("verblijf", [mess for mess in VERBLIJF_MESS if mess.permille >= 40]),
    ],
)
def test_every_kind_of_mess_strikes(overview: Overview, file: str, kinds: Sequence[Mess]) -> None:
    assert [mess.naam for mess in kinds if f"{file}/{mess.naam}" not in overview.mess] == []


def test_mess_strikes_as_often_as_its_rate_says(overview: Overview) -> None:
    # Of every 1,000 records; these kinds can strike anywhere.
    for mess in REGISTRATIE_MESS:
        if mess.naam in ("niet_verschenen", "geannuleerd", "onleesbaar", "volgende_maand"):
            expected = overview.registraties * mess.permille / 1000
            assert 0.6 * expected < overview.mess[f"registraties/{mess.naam}"] < 1.4 * expected


def test_mess_can_be_seen_in_the_registraties(registraties: Rows) -> None:
    statussen = Counter(row["status"] for row in registraties)
    assert {"niet_verschenen", "geannuleerd", "gepland", "vervallen"} <= set(statussen)
    assert {"reis", "indirect", "overig"} <= {row["tijdsoort"] for row in registraties}
    months = Counter(row["datum"][:7] for row in registraties)
    assert months["2026-03"] > 0.97 * len(registraties)
    assert months["2026-02"] and months["2026-04"] and months["2016-03"]
    by_id: dict[str, Rows] = {}
    for row in registraties:
        by_id.setdefault(row["id"], []).append(row)
    doubles = [rows for rows in by_id.values() if len(rows) > 1 and all(row["status"] != "vervallen" for row in rows)]
    assert any(rows[0] == rows[1] for rows in doubles)
    assert any(rows[0] != rows[1] for rows in doubles)
    assert any(not row["minuten"].isdigit() for row in registraties if row["minuten"])
    assert any(not row["prestatiecode"] and not row["toewijzingnummer"] for row in registraties)


def test_mess_can_be_seen_in_the_toewijzingen(registraties: Rows, toewijzingen: Rows) -> None:
    assigned = {row["bsn"] for row in toewijzingen}
    assert {row["bsn"] for row in registraties} & set(bsn_range()) - assigned, "everybody's toewijzing came in time"
    assert any(row["reden_wijziging"] == "13" and row["einddatum"] == row["begindatum"] for row in toewijzingen)
    assert any(row["einddatum"] and row["einddatum"] < "2026-03-01" for row in toewijzingen)
    assert any(row["productcode"] in ("54001", "45A48", "50B02", "43C08") for row in toewijzingen)
    versions = Counter((row["gemeente"], row["toewijzingnummer"]) for row in toewijzingen)
    assert max(versions.values()) == 2
    stamped = ("gemeente", "toewijzingnummer", "toewijzingsdatum", "toewijzingstijd")
    assert len({tuple(row[name] for name in stamped) for row in toewijzingen}) == len(toewijzingen)


def test_all_kinds_of_toewijzing_occur(toewijzingen: Rows) -> None:
    assert any("," in row["prestatiecode"] for row in toewijzingen)
    assert any(row["productcategorie"] and not row["productcode"] and not row["prestatiecode"] for row in toewijzingen)
    generic = [row for row in toewijzingen if not row["productcategorie"] and not row["productcode"] and not row["prestatiecode"]]
    assert generic and all(row["budget_cent"] and row["einddatum"] for row in generic)
    assert {"01", "04", "14", "16", "84"} <= {row["eenheid"] for row in toewijzingen}
    assert {"2", "4", "6"} <= {row["frequentie"] for row in toewijzingen}
    faultless = [row for row in toewijzingen if row["eenheid"] != "99"]
    assert all(row["einddatum"] for row in faultless if row["frequentie"] == "2" and row["eenheid"])


def test_stays_are_open_ended_or_interrupted(overview: Overview) -> None:
    rows = read(overview.verblijf_csv)
    assert sum(not row["einddatum"] for row in rows) > 50
    assert sum(bool(row["einddatum"]) for row in rows) > 50
    assert {row["aanwezigheid"] for row in rows} > {"aanwezig", "", "weekendverlof"}


def test_medewerkers_never_have_two_levels_on_a_day(overview: Overview) -> None:
    ends: dict[str, str] = {}
    for row in read(overview.medewerkers_csv):
        assert ends.get(row["medewerker"], "") < row["begindatum"]
        ends[row["medewerker"]] = row["einddatum"] or "9999-12-31"


def test_one_contract_alone_will_do(tmp_path: Path) -> None:
    made = make(tmp_path, [CODES])
    rows = read(made.toewijzingen_csv)
    assert {row["gemeente"] for row in rows} <= {"0375", "0396", "0453", "0344"}
    assert {row["status"] for row in read(made.registraties_csv)} >= {"", "gepland"}


@pytest.mark.parametrize(("clienten", "registraties", "verblijven"), [(0, 9, 9), (9092, 9, 9), (9, -1, 9), (9, 9, -1)])
def test_impossible_sizes_are_refused(tmp_path: Path, clienten: int, registraties: int, verblijven: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        make(tmp_path / "uit", clienten=clienten, registraties=registraties, verblijven=verblijven)
    assert not (tmp_path / "uit").exists()


@pytest.mark.parametrize("periode", ["2026-13", "maart", "2025-12", "2028-01"])
def test_a_month_without_contract_is_refused(tmp_path: Path, periode: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        generate(tmp_path / "uit", [REGIO], clienten=5, registraties=5, verblijven=0, periode=periode)


def test_nothing_half_written_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(month, "contact_rows", fail)
    with pytest.raises(OSError, match="disk full"):
        make(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_apportion_gives_everything_away() -> None:
    assert apportion(10, [1, 1, 2]) == [2, 3, 5]
    assert apportion(0, []) == []
    with pytest.raises(ValueError, match="weight"):
        apportion(1, [0, 0])


def test_the_docs_give_the_rates() -> None:
    text = (ROOT / "docs" / "demo.md").read_text(encoding="utf-8")
    kinds = (*REGISTRATIE_MESS, *GROEP_MESS, *NIVEAU_MESS, *PLANNING_MESS, *TOEWIJZING_MESS, *VERBLIJF_MESS)
    missing = [mess.naam for mess in kinds if f"| `{mess.naam}` | {mess.permille} | {mess.omschrijving} |" not in text]
    assert missing == []
