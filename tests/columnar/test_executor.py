"""The columnar executor gives the same bytes as the API, whatever the input."""

from __future__ import annotations

import json
import random
import re
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

import duckdb
import pytest
from files import FILES, compare, earlier, job_of, make_untidy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenarios import Row, Scenario, scenarios, write
from world import BSN, BSN_2, contract, toewijzing

import mpj
from mpj.engine.job import Job
from mpj.engine.memory import NOTHING, Memory
from mpj.executors import parts
from mpj.executors.columnar import declare_files
from mpj.executors.columnar.sources import BLANKS
from mpj.executors.parts import Outcome
from mpj.output import read_run
from mpj.reading.faults import InputError
from mpj.reading.sources import Reading
from mpj.records.partitions import Partitions

LIMITS = ("budget_cent", "volume", "eenheid", "frequentie")
SLOW = [HealthCheck.too_slow]


def columnar(job: Job, memory: Memory, source: Path, out: Path, pattern: str = "registraties*.csv", **options: Any) -> Outcome:
    """The run on DuckDB."""
    invoer: dict[str, dict[str, str]] = {"registraties": {}}
    stays = mpj.read_verblijf([source / "verblijf.csv"])
    paths = sorted(source.glob(pattern))
    options["reading"] = Reading(hashes=invoer["registraties"])
    return declare_files(job, paths, out, verblijf=stays, memory=memory, invoer=invoer, threads=2, **options)


def run(job: Job, memory: Memory, source: Path, out: Path) -> None:
    columnar(job, memory, source, out)
    assert {path.name for path in out.iterdir()} == set(FILES), "nothing but the files of a run is left"


def plain(scenario: Scenario, *, limits: bool = False) -> Scenario:
    """The same scenario without most of what needs the engine: stays, plans, double ids, sums of contacts; limits unless told."""
    contracten = []
    for spec in scenario.contracten:
        toml = {name: table for name, table in spec.toml.items() if name != "declaratie"}
        rounding = {name: {**table, "over": "contact"} for name, table in toml.pop("afronding", {}).items()}
        rounding.setdefault("uur", {"over": "contact"})
        contracten.append(replace(spec, toml={**toml, "afronding": rounding}))
    toewijzingen = scenario.toewijzingen if limits else [_without_limits(row) for row in scenario.toewijzingen]
    registraties: list[Row] = []
    for place, row in enumerate(scenario.registraties):
        own = {name: text for name, text in row.items() if name != "afspraak"}
        if own.get("status") == "gepland":
            own["status"] = ""
        if own.get("id"):
            own["id"] = f"{own['id']}-{place}"
        registraties.append(own)
    return replace(scenario, contracten=contracten, toewijzingen=toewijzingen, registraties=registraties, verblijf=[])


def _without_limits(row: Row) -> Row:
    wide = not any(row.get(name) for name in ("prestatiecode", "productcategorie", "productcode"))
    return {name: text for name, text in row.items() if name not in LIMITS or (wide and name == "budget_cent")}


@pytest.mark.slow
@given(scenarios(), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
def test_the_same_bytes_as_through_values(scenario: Scenario, again: bool) -> None:
    compare(scenario, run, eerder=earlier(scenario) if again else ())


@pytest.mark.slow
@given(scenarios(), st.booleans(), st.booleans())
@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
def test_the_same_bytes_where_the_database_does_most(scenario: Scenario, again: bool, limits: bool) -> None:
    scenario = plain(scenario, limits=limits)
    compare(scenario, run, eerder=earlier(scenario) if again else ())


@pytest.mark.long
@given(scenarios(), st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
def test_the_same_bytes_however_untidy_the_files(scenario: Scenario, dice: random.Random, simple: bool) -> None:
    compare(plain(scenario) if simple else scenario, run, lambda source: make_untidy(source, dice))


@pytest.mark.long
@given(scenarios())
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
def test_the_same_bytes_from_parquet(scenario: Scenario) -> None:
    """The rows of a Parquet file count from 2, as those of a CSV file do; only name and hash of the file differ."""

    def from_parquet(job: Job, memory: Memory, source: Path, out: Path) -> None:
        to_parquet(source / "registraties.csv", source / "registraties.parquet")
        columnar(job, memory, source, out, "registraties.parquet")

    compare(plain(scenario), from_parquet, shown=without_files)


@pytest.mark.long
@given(scenarios(), st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
def test_a_parquet_trace_has_the_rows_of_the_csv(scenario: Scenario, dice: random.Random, simple: bool) -> None:
    with TemporaryDirectory() as folder:
        source, *outs = (Path(folder) / name for name in ("in", "csv", "parquet", "delen"))
        for path in (source, *outs):
            path.mkdir()
        write(plain(scenario) if simple else scenario, source)
        make_untidy(source, dice)
        columnar(job_of(scenario, source), NOTHING, source, outs[0])
        columnar(job_of(scenario, source), NOTHING, source, outs[1], trace="parquet")
        with closing(Partitions(3)) as rows:
            rows.read(sorted(source.glob("registraties*.csv")))
            stays = mpj.read_verblijf([source / "verblijf.csv"])
            parts.declare_files(job_of(scenario, source), rows, outs[2], verblijf=stays, trace="parquet")
        traces = [list(read_run(out).herkomst()) for out in outs]
        assert traces[0] == traces[1] == traces[2]
        assert [(out / "herkomst.parquet").exists() for out in outs] == [False, True, True]
        assert [(out / "herkomst.csv").exists() for out in outs] == [True, False, False]


def without_files(name: str, data: bytes) -> bytes:
    """The bytes of an output file, whatever the input was called."""
    data = data.replace(b"registraties.parquet", b"registraties.csv")
    if name == "samenvatting.json":
        return json.dumps({key: value for key, value in json.loads(data).items() if key != "invoer"}).encode()
    return data


def to_parquet(source: Path, target: Path) -> None:
    """A CSV file as Parquet: dates and numbers with types of their own where all of the column allows, NULL for empty fields."""
    with duckdb.connect() as connection:
        read = f"read_csv('{source}', delim = ';', header = true, all_varchar = true, quote = '\"', escape = '\"')"
        names = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()]
        shown = []
        for name in names:
            if kind := {"minuten": "SMALLINT", "aantal": "DOUBLE", "datum": "DATE"}.get(name):
                odd = f"{name} <> '' AND (TRY_CAST({name} AS {kind}) IS NULL OR {name} LIKE '0_%')"
                if connection.execute(f"SELECT count(*) FILTER (WHERE {odd}) FROM {read}").fetchone() == (0,):
                    shown.append(f"TRY_CAST({name} AS {kind}) AS {name}")
                    continue
            shown.append(f"NULLIF({name}, '') AS {name}")
        connection.execute(f"COPY (SELECT {', '.join(shown)} FROM {read}) TO '{target}' (FORMAT parquet)")


HEADER = "id;bsn;datum;minuten;kwalificatieniveau;medewerker;prestatiecode;afspraak;status"


def ready(**options: Any) -> Job:
    """A run for one toewijzing of each of two clients."""
    toewijzingen = [toewijzing(1), toewijzing(2, bsn=BSN_2)]
    return Job.of([contract({"2.1 hbo": "24,55"})], toewijzingen, periode="2026-03", dagtekening=date(2026, 4, 7), **options)


def declared(folder: Path, *rows: str, header: str = HEADER, name: str = "registraties.csv", **options: Any) -> dict[str, str]:
    """The files that rows become."""
    (folder / name).write_bytes("\n".join([header, *rows, ""]).encode())
    return declared_from(folder, folder / name, **options)


def declared_from(folder: Path, *paths: Path, **options: Any) -> dict[str, str]:
    """The files that files of registraties become."""
    out = folder / "uit"
    out.mkdir(exist_ok=True)
    declare_files(options.pop("job", None) or ready(), paths, out, **options)
    return {name: (out / name).read_text("utf-8") for name in FILES}


def row(id_: str, bsn: str = BSN, medewerker: str = "m1", afspraak: str = "", status: str = "") -> str:
    return f"{id_};{bsn};2026-03-05;60;hbo;{medewerker};2.1;{afspraak};{status}"


@pytest.mark.slow
def test_clients_of_the_engine_stand_between_those_of_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the trace is sorted in parts."""
    rows = [row(f"R{number:02}", (BSN, BSN_2)[number % 2], '"m;""1"') for number in range(20)]
    first = declared(tmp_path, *rows)
    monkeypatch.setattr("mpj.executors.columnar.lines._PART", 4)
    for special in ((), (BSN,), (BSN_2,)):
        changed = [text.replace("2.1;;", "2.1;a1;") if text.split(";")[1] in special else text for text in rows]
        files = declared(tmp_path, *changed)
        assert [files[name] for name in FILES[:3]] == [first[name] for name in FILES[:3]]
        out = tmp_path / "parquet"
        out.mkdir(exist_ok=True)
        declare_files(ready(), [tmp_path / "registraties.csv"], out, trace="parquet")
        assert list(read_run(out).herkomst()) == list(read_run(tmp_path / "uit").herkomst())


@pytest.mark.slow
@pytest.mark.parametrize("id_", ["a b", "é", "\u00a0R\u2003", '"x;y"', '"x\n""y"', '"\r"', "#x", "'x"])
def test_ids_in_odd_forms(tmp_path: Path, id_: str) -> None:
    source = tmp_path / "registraties.csv"
    files = declared(tmp_path, row(id_), row("gewoon", BSN_2))
    result = mpj.declare(
        [contract({"2.1 hbo": "24,55"})],
        [toewijzing(1), toewijzing(2, bsn=BSN_2)],
        mpj.read_registraties([source]),
        periode="2026-03",
        dagtekening=date(2026, 4, 7),
    )
    out = tmp_path / "waarden"
    out.mkdir()
    mpj.output.write_result(result, out)
    for name in FILES[:3]:
        assert files[name] == (out / name).read_text("utf-8"), name


def test_every_sign_that_python_takes_off_is_a_blank() -> None:
    assert "".join(sign for sign in map(chr, range(sys.maxunicode + 1)) if not sign.strip()) == BLANKS


def test_an_id_that_differs_in_blanks_alone_is_the_same(tmp_path: Path) -> None:
    files = declared(tmp_path, row("R1"), row("\u00a0R1 ", BSN_2))
    assert files["uitval.csv"].count(";id_meermaals;") == 2


def test_windows_line_ends_a_bom_and_no_last_line_end(tmp_path: Path) -> None:
    plainly = declared(tmp_path, row("R1"), row("R2"))
    path = tmp_path / "registraties.csv"
    path.write_bytes(("\ufeff" + "\r\n".join([HEADER, row("R1"), row("R2")])).encode())
    assert declared_from(tmp_path, path)["herkomst.csv"] == plainly["herkomst.csv"]


@pytest.mark.slow
def test_a_zip_and_a_folder_with_both_kinds(tmp_path: Path) -> None:
    plainly = declared(tmp_path, row("R1"), row("R2"))
    (tmp_path / "map[1]").mkdir()
    one, two = tmp_path / "map[1]" / "a.csv", tmp_path / "map[1]" / "b'c.parquet"
    one.write_text(f"{HEADER}\n{row('R1')}\n")
    with duckdb.connect() as connection:
        columns = ", ".join(f"'{text}' AS {name}" for name, text in zip(HEADER.split(";"), row("R2").split(";"), strict=True))
        connection.execute(f"COPY (SELECT {columns}) TO '{tmp_path}/twee.parquet' (FORMAT parquet)")
    (tmp_path / "twee.parquet").rename(two)
    with ZipFile(tmp_path / "alles.zip", "w") as archive:
        for path in (one, two):
            archive.write(path, path.name)
    for path in (tmp_path / "map[1]", tmp_path / "alles.zip"):
        assert declared_from(tmp_path, path)["declaratieregels.csv"] == plainly["declaratieregels.csv"]


FAULTS = {
    "id;bsn;datm\nx;1;2\n": "datum",
    "id;bsn\nx;1\n": "datum",
    "": "leeg",
    "id;bsn;datum\n\x81;1;2\n": "UTF-8",
    "id;bsn;datum;vreemd\nR1;1;2;\x81\n": "UTF-8",
    'id;bsn;datum\n"x;1;2\n': "CSV",
    "id;bsn;datum\nx\0;1;2\n": "geen tekst",
}


@pytest.mark.parametrize("text", FAULTS)
def test_what_is_no_file_of_registraties_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "registraties.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=FAULTS[text]) as found:
        declared_from(tmp_path, path)
    with pytest.raises(InputError) as expected:
        list(mpj.read_registraties([path]))
    assert str(found.value) == str(expected.value)
    assert list((tmp_path / "uit").iterdir()) == []


def test_parquet_without_a_required_column(tmp_path: Path) -> None:
    path = tmp_path / "registraties.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 'x' AS id, '1' AS bsn) TO '{path}' (FORMAT parquet)")
    with pytest.raises(InputError, match="datum"):
        declared_from(tmp_path, path)


def test_what_is_no_parquet(tmp_path: Path) -> None:
    path = tmp_path / "registraties.parquet"
    path.write_bytes(b"PAR1 niet waar")
    with pytest.raises(InputError, match="Parquet"):
        declared_from(tmp_path, path)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 'x' AS id, '1' AS bsn, ['2'] AS datum) TO '{path}' (FORMAT parquet)")
    with pytest.raises(InputError, match="datum"):
        declared_from(tmp_path, path)


def test_rows_of_other_lengths_are_set_aside(tmp_path: Path) -> None:
    files = declared(tmp_path, row("R1"), row("R2") + ";te veel", "R3;x", row("R4") + ";")
    assert re.findall(r"registratie;(R\d)", files["uitval.csv"]) == ["R2", "R3"]
    assert re.findall(r";registratie;(R\d)", files["herkomst.csv"]) == ["R1", "R4"]


def test_nothing_is_left_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mpj.executors.columnar.run.find_tarieven", fail)
    with pytest.raises(KeyboardInterrupt):
        declared(tmp_path, row("R1"), '"R2";x')
    assert list((tmp_path / "uit").iterdir()) == []


def test_an_error_of_the_database_shows_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(database: Any, *_: object) -> None:
        database.run(f"SELECT '{BSN}'::DATE")

    monkeypatch.setattr("mpj.executors.columnar.run.find_tarieven", fail)
    with pytest.raises(RuntimeError, match="ConversionException") as found:
        declared(tmp_path, row("R1"))
    assert BSN not in str(found.value) and found.value.__suppress_context__


@pytest.mark.slow
def test_too_little_memory_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="geheugen"):
        declared(tmp_path, *(row(f"R{number}") for number in range(50_000)), memory_limit="2MB")


def test_progress_is_told(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    declared(tmp_path, row("R1"), progress=lambda done, total: heard.append((done, total)))
    assert heard[-1] == (6, 6)
