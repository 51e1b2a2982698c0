"""What a run wrote is read back as it was: every value, and the folders of earlier versions."""

from __future__ import annotations

import json
import shutil
import string
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import BSN

from mpj import explain
from mpj.engine import Declaratieregel, Herkomst, Result
from mpj.output import read_herkomst, read_run, write_result
from mpj.output.read import UNTOLD
from mpj.output.shape import HERKOMST, Trace
from mpj.protocol import MPJ_16
from mpj.reading.faults import InputError
from mpj.records.reasons import REDENEN
from mpj.records.uitval import Uitval

OLD = Path(__file__).parent / "version_0_1"
SUMMARY: Any = {"formaat": 1, "soort": "declare"}
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
words = st.text(string.ascii_letters + "+", min_size=1, max_size=5)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
whole = st.integers(0, 10**12)
numbers = st.text("0123456789ABCDEF", min_size=20, max_size=20)

lines = st.builds(
    Declaratieregel,
    referentienummer=numbers,
    vorig_referentienummer=numbers | st.just(""),
    debetcredit=st.sampled_from("DC"),
    declaratienummer=st.text("0123456789ABCDEF", max_size=12),
    declaratieperiode=st.sampled_from(["2026-03", "2025-12"]),
    contract=texts,
    aanbieder=st.from_regex("[0-9]{8}", fullmatch=True),
    gemeente=st.from_regex("[0-9]{4}", fullmatch=True),
    bsn=st.just(BSN),
    toewijzingnummer=whole,
    perceel=texts,
    prestatiecode=st.sampled_from(list(MPJ_16.prestatiecodes)),
    kwalificatieniveau=words | st.just(""),
    productcategorie=st.sampled_from(["45", "44"]),
    productcode=words,
    begindatum=days,
    einddatum=days,
    volume=whole,
    normtijd=st.sampled_from(list(MPJ_16.normtijden)),
    tarief_cent=whole,
    bedrag_cent=whole,
    eenheid=st.sampled_from(list(MPJ_16.eenheden)),
    volume_bericht=whole,
    in_bericht=st.booleans(),
)
traces = st.builds(
    Herkomst,
    referentienummer=numbers,
    soort=st.sampled_from(["registratie", "verblijf"]),
    bron=texts,
    datum=days,
    minuten=st.none() | whole,
    kwalificatieniveau=words | st.just(""),
    aantal_eenheden=whole,
    bedrag_cent=whole,
    afgetopt=st.booleans(),
    status=words,
    medewerker=texts,
    onderaannemer=texts,
    bestand=texts,
    rij=whole,
    keuze=words,
    niveaus=st.lists(words, max_size=3).map(tuple),
    maximum=words | st.just(""),
    geteld=whole,
    som_voor=whole,
    voor_limiet=whole,
)
# Files that people open show control characters, and do not hold them.
visible = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
asides = st.builds(
    Uitval,
    soort=words,
    bron=visible | st.sampled_from(["=1+1", "'=1+1", "-2+3", "@SUM(1)", "'s"]),
    datum=st.none() | days,
    datum_tot=st.none() | days,
    aantal=whole,
    bestand=visible,
    rij=whole,
    gemeente=st.from_regex("[0-9]{4}", fullmatch=True) | st.just(""),
    reden=st.sampled_from(list(REDENEN)),
    waarde_cent=st.none() | whole,
    toelichting=visible,
    medewerker=visible,
    prestatiecode=words | st.just(""),
    kwalificatieniveau=words | st.just(""),
    minuten=st.none() | whole,
    geschat_cent=st.none() | whole,
)


@pytest.mark.slow
@pytest.mark.parametrize("trace", ["csv", "parquet"])
@given(st.lists(lines, max_size=3), st.lists(traces, max_size=3), st.lists(asides, max_size=3))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_was_written_is_read(
    trace: Trace, regels: list[Declaratieregel], herkomst: list[Herkomst], uitval: list[Uitval]
) -> None:
    with TemporaryDirectory() as folder:
        write_result(Result(tuple(regels), tuple(herkomst), tuple(uitval), (), SUMMARY), Path(folder), trace=trace)
        written = json.loads((Path(folder) / "samenvatting.json").read_text("utf-8"))["bestanden"]
        assert sorted(path.name for path in Path(folder).iterdir()) == written
        run = read_run(Path(folder))
        assert list(run.regels()) == regels
        assert list(run.herkomst()) == herkomst
        assert list(run.uitval()) == uitval


def test_a_folder_of_two_trace_files_is_explained_as_before() -> None:
    told = [str(explain(OLD, bron=bron)) for bron in ("R1", "R;2", "R3", "R4", "V1")]
    told.append(str(explain(OLD, regel="43A1C0783B089EEA08C1")))
    assert "\n".join(told) == (OLD / "uitleg.txt").read_text("utf-8")


def test_an_old_trace_by_itself_says_what_it_can() -> None:
    whole = list(read_herkomst(OLD / "herkomst.csv", OLD / "stappen.csv"))
    assert [(row.geteld, row.voor_limiet, row.aantal_eenheden) for row in whole[:3]] == [(50, 3, 3), (50, 3, 3), (50, 3, 1)]
    alone = list(read_herkomst(OLD / "herkomst.csv"))
    assert alone == [evolve(row, **UNTOLD) for row in whole]
    assert [row.explained for row in (*whole, *alone)] == [True] * 5 + [False] * 5


@pytest.mark.parametrize("keep", [slice(0, -1), slice(0, 1)])
def test_two_trace_files_that_do_not_belong_together(tmp_path: Path, keep: slice) -> None:
    folder = tmp_path / "uit"
    shutil.copytree(OLD, folder)
    path = folder / "stappen.csv"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[keep]), "utf-8")
    with pytest.raises(InputError) as caught:
        explain(folder, bron="R1")
    assert [fault.code for fault in caught.value.faults] == ["stappen_past_niet"]


def test_half_of_the_later_columns_is_no_old_trace(tmp_path: Path) -> None:
    rows = [line.split(";")[:15] for line in (";".join(HERKOMST.names), *["x" * 20 + ";" * 19])]
    (tmp_path / "herkomst.csv").write_text("\n".join(";".join(row) for row in rows), "utf-8")
    with pytest.raises(InputError) as caught:
        list(read_herkomst(tmp_path / "herkomst.csv"))
    assert {fault.code for fault in caught.value.faults} == {"kolom_ontbreekt"}
