"""From files to files: what the API makes of the files of a scenario, to compare any other executor with, byte for byte."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scenarios import Scenario, write
from world import BSN

import mpj
from mpj.engine import Declaratieregel
from mpj.engine.job import Job
from mpj.engine.memory import Memory, remember
from mpj.output import write_result

FILES = ("declaratieregels.csv", "herkomst.csv", "uitval.csv", "samenvatting.json")
Executor = Callable[[Job, Memory, Path, Path], None]


def through_values(scenario: Scenario, source: Path, out: Path, eerder: Sequence[Declaratieregel] = ()) -> dict[str, bytes]:
    """What the API and `write_result` make of the files in `source`, after the lines `eerder`."""
    invoer: dict[str, dict[str, str]] = {"registraties": {}}
    result = mpj.declare(
        mpj.load_contracts(sorted(source.glob("contract-*"))),
        mpj.read_toewijzingen([source / "toewijzingen.csv"]),
        mpj.read_registraties(sorted(source.glob("registraties*.csv")), hashes=invoer["registraties"]),
        verblijf=mpj.read_verblijf([source / "verblijf.csv"]),
        medewerkers=levels(scenario, source),
        periode=scenario.periode,
        dagtekening=scenario.dagtekening,
        nalevering=scenario.nalevering,
        eerder=eerder,
        invoer=invoer,
    )
    write_result(result, out)
    return {name: (out / name).read_bytes() for name in FILES}


def job_of(scenario: Scenario, source: Path) -> Job:
    """A run made ready for the registraties in `source`."""
    return Job.of(
        mpj.load_contracts(sorted(source.glob("contract-*"))),
        mpj.read_toewijzingen([source / "toewijzingen.csv"]),
        medewerkers=levels(scenario, source),
        periode=scenario.periode,
        dagtekening=scenario.dagtekening,
        nalevering=scenario.nalevering,
    )


def earlier(scenario: Scenario) -> tuple[Declaratieregel, ...]:
    """The lines of half of the registraties, as if they were declared before."""
    with TemporaryDirectory() as folder:
        source = Path(folder)
        write(replace(scenario, registraties=scenario.registraties[::2], verblijf=[]), source)
        registraties = mpj.read_registraties(sorted(source.glob("registraties*.csv")))
        return mpj.declare(
            mpj.load_contracts(sorted(source.glob("contract-*"))),
            mpj.read_toewijzingen([source / "toewijzingen.csv"]),
            registraties,
            medewerkers=levels(scenario, source),
            periode=scenario.periode,
            dagtekening=scenario.dagtekening,
            nalevering=scenario.nalevering,
        ).regels


def levels(scenario: Scenario, source: Path) -> Any:
    return None if scenario.medewerkers is None else mpj.read_medewerkers([source / "medewerkers.csv"])


def compare(
    scenario: Scenario,
    executor: Executor,
    change: Callable[[Path], None] = lambda _: None,
    shown: Callable[[str, bytes], bytes] = lambda _, data: data,
    eerder: Sequence[Declaratieregel] = (),
) -> None:
    """Have `executor` write what it makes of the files of a scenario, after `change`, and compare all bytes, as `shown`.

    `eerder` are lines that were declared before.
    """
    with TemporaryDirectory() as folder:
        source, one, two = Path(folder) / "in", Path(folder) / "een", Path(folder) / "twee"
        for path in (source, one, two):
            path.mkdir()
        write(scenario, source)
        change(source)
        job = job_of(scenario, source)
        executor(job, remember(eerder, job.protocol), source, two)
        for name, data in through_values(scenario, source, one, eerder).items():
            assert shown(name, (two / name).read_bytes()) == shown(name, data), name


def make_untidy(source: Path, dice: random.Random) -> None:
    """Double, garble and quote rows of the registraties, and cut the file in two."""
    path = source / "registraties.csv"
    if not path.exists():
        return
    header, *rows = path.read_text("utf-8").splitlines()
    made = []
    for row in rows:
        kind = dice.randrange(12)
        made.append(row)
        if kind == 0:
            made.append(row)
        elif kind == 1:
            made[-1] = ";".join(f'"{text}"' for text in row.split(";"))
        elif kind == 2:
            made[-1] = row.replace(";", "; ") + ";;"
        elif kind == 3:
            made += ["", ";" * header.count(";"), row.rpartition(";")[0]]
        elif kind == 4:
            fields = row.split(";")
            fields[header.split(";").index("bsn")] = dice.choice([BSN, "123456789", ""])
            made.append(";".join(fields))
        elif kind == 5:
            fields = row.split(";")
            fields[header.split(";").index("datum")] = dice.choice(["2026-02-30", "", "31-01-2026"])
            made.append(";".join(fields))
        elif kind == 6 and "status" in header.split(";"):
            fields = row.split(";")
            fields[header.split(";").index("status")] = "vervallen"
            made.append(";".join(fields))
        elif kind == 7:
            fields = row.split(";")
            fields[0] = f'"R""{dice.randrange(5)};\n x"'
            made.append(";".join(fields))
    half = dice.randint(0, len(made))
    newline = dice.choice(["\n", "\r\n"])
    path.write_bytes(newline.join([header, *made[:half]]).encode())
    (source / "registraties-2.csv").write_bytes(("\ufeff" + newline.join([header, *made[half:]]) + newline).encode())
