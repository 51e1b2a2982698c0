"""From files to files, in parts and on several processes: the same bytes as through values, whatever the input."""

from __future__ import annotations

import random
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from files import FILES, Executor, compare, earlier, make_untidy
from hypothesis import given, settings
from hypothesis import strategies as st
from scenarios import Scenario, scenarios
from world import BSN, BSN_2, contract, registratie, toewijzing

import mpj
from mpj.demo.people import bsn_range
from mpj.engine.job import Job
from mpj.engine.memory import Memory
from mpj.executors import parts as bulk
from mpj.executors.parts import declare_files
from mpj.output import write_result
from mpj.reading.sources import Reading
from mpj.records.partitions import Partitions
from mpj.records.reader import shared_from


def through_parts(parts: int, processes: int = 1) -> Executor:
    """The run in parts, by client."""

    def execute(job: Job, memory: Memory, source: Path, out: Path) -> None:
        invoer: dict[str, dict[str, str]] = {"registraties": {}}
        stays = mpj.read_verblijf([source / "verblijf.csv"])
        with closing(Partitions(parts)) as rows:
            rows.read(sorted(source.glob("registraties*.csv")), Reading(hashes=invoer["registraties"]))
            declare_files(job, rows, out, verblijf=stays, memory=memory, invoer=invoer, processes=processes)

    return execute


@pytest.mark.slow
@given(scenarios(), st.integers(1, 5), st.booleans())
@settings(max_examples=120, deadline=None)
def test_the_same_bytes_as_through_values(scenario: Scenario, parts: int, again: bool) -> None:
    compare(scenario, through_parts(parts), eerder=earlier(scenario) if again else ())


@pytest.mark.slow
@given(scenarios(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_same_bytes_however_untidy_the_files(scenario: Scenario, dice: random.Random) -> None:
    compare(scenario, through_parts(3), lambda source: make_untidy(source, dice))


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2, 5])
def test_several_processes_give_the_same_bytes(tmp_path: Path, processes: int) -> None:
    outs = []
    for number in (1, processes):
        out = tmp_path / str(number)
        out.mkdir(exist_ok=True)
        outs.append(_big_run(tmp_path, out, number))
    assert outs[0] == outs[1]
    assert outs[0]["herkomst.csv"].count(b"\n") == 1 + 40 * 12


def _big_run(folder: Path, out: Path, processes: int) -> dict[str, bytes]:
    bsns = bsn_range()[:40]
    registraties = [
        registratie(f"2026-03-{day:02d}", bsn=bsn, id=f"{bsn[-4:]}-{day}", medewerker=f"m;{day % 3}")
        for bsn in bsns
        for day in range(1, 13)
    ]
    toewijzingen = [toewijzing(number, bsn=bsn) for number, bsn in enumerate(bsns, 1)]
    job = Job.of([contract({"2.1 hbo": "24,55"})], toewijzingen, periode="2026-03", dagtekening=date(2026, 4, 7))
    path = folder / "registraties.csv"
    columns = list(registraties[0])
    lines = [";".join('"' + str(row[name]).replace('"', '""') + '"' for name in columns) for row in registraties]
    path.write_text("\n".join([";".join(columns), *lines]) + "\n", "utf-8")
    heard: list[tuple[int, int]] = []
    with closing(Partitions()) as rows:
        rows.read([path])
        declare_files(job, rows, out, processes=processes, progress=lambda done, total: heard.append((done, total)))
    assert heard[-1] == (64, 64)
    return {name: (out / name).read_bytes() for name in FILES}


def test_a_fault_in_another_process_reaches_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Any, part: int, *_: Any) -> None:
        if part % 2:
            raise RuntimeError("kapot")

    monkeypatch.setattr(bulk._Maker, "make", fail)
    with pytest.raises(RuntimeError, match="kapot"):
        _big_run(tmp_path, tmp_path, 2)


def test_an_id_of_two_clients_counts_for_neither(tmp_path: Path) -> None:
    rows = [registratie(id="dubbel", bsn=BSN), registratie(id="dubbel", bsn=BSN_2), registratie(id="een", bsn=BSN)]
    columns = list(rows[0])
    path = tmp_path / "registraties.csv"
    path.write_text("\n".join([";".join(columns), *(";".join(str(row[name]) for name in columns) for row in rows)]), "utf-8")
    toewijzingen = [toewijzing(1), toewijzing(2, bsn=BSN_2)]
    job = Job.of([contract({"2.1 hbo": "24,55"})], toewijzingen, periode="2026-03", dagtekening=date(2026, 4, 7))
    with closing(Partitions(64)) as spread:
        spread.read([path])
        outcome = declare_files(job, spread, tmp_path)
    assert [(row.bron, row.reden) for row in outcome.uitval] == [("dubbel", "id_meermaals"), ("dubbel", "id_meermaals")]
    assert outcome.samenvatting["gedeclareerd"] == 1


def test_signs_of_forms_and_tables_in_a_contract_are_text(tmp_path: Path) -> None:
    contracten = [contract({"2.1 hbo": "24,55"}, contract={"id": '50%s van; "%"'})]
    rows, toewijzingen = [registratie(id="een"), registratie("2026-03-20", id="twee")], [toewijzing(1)]
    path = tmp_path / "registraties.csv"
    words: dict[str, Any] = {"periode": "2026-03", "dagtekening": date(2026, 4, 7)}
    columns = list(rows[0])
    path.write_text("\n".join([";".join(columns), *(";".join(str(row[name]) for name in columns) for row in rows)]), "utf-8")
    write_result(mpj.declare(contracten, toewijzingen, rows, **words), tmp_path)
    through_values = (tmp_path / "declaratieregels.csv").read_bytes()
    with closing(Partitions()) as spread:
        spread.read([path])
        declare_files(Job.of(contracten, toewijzingen, **words), spread, tmp_path)
    assert (tmp_path / "declaratieregels.csv").read_bytes() == through_values
    assert b'50%s van; ""%""' in through_values


def test_rows_that_share_their_end_are_read_as_all_others(tmp_path: Path) -> None:
    """Rows of too few or too many fields and empty ones, before and after rows that tell what their shared end is."""
    contracten, toewijzingen = [contract({"2.1 hbo": "24,55"})], [toewijzing(1)]
    words: dict[str, Any] = {"periode": "2026-03", "dagtekening": date(2026, 4, 7)}
    good, end = [f"r{day};2026-03-{day:02d};30" for day in (2, 3, 4, 5)], f"{BSN};2.1;hbo"
    rows = [
        f"{good[0]};{end};x",
        f"{good[1]};{end}",
        ";;;;;",
        " ",
        f"{good[2]};{end}",
        f"{good[3]};{BSN};2.1",
        f"r6;2026-03-06;30;{end};;",
    ]
    path = tmp_path / "registraties.csv"
    path.write_text("\n".join(["id;datum;minuten;bsn;prestatiecode;kwalificatieniveau", *rows]) + "\n", "utf-8")
    assert shared_from({"id": 0, "datum": 1, "minuten": 2, "bsn": 3, "prestatiecode": 4, "kwalificatieniveau": 5}, 6) == 3
    write_result(mpj.declare(contracten, toewijzingen, mpj.read_registraties([path]), **words), tmp_path)
    through_values = [(tmp_path / name).read_bytes() for name in FILES if name != "samenvatting.json"]
    with closing(Partitions()) as spread:
        spread.read([path])
        outcome = declare_files(Job.of(contracten, toewijzingen, **words), spread, tmp_path)
    assert [(tmp_path / name).read_bytes() for name in FILES if name != "samenvatting.json"] == through_values
    assert (outcome.samenvatting["gedeclareerd"], outcome.samenvatting["uitval"]) == (3, 2)
