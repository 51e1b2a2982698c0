"""Small contract folders and months to run commands on, and two ways of running them: in this process, or in one of its own."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpj.cli import run

# From the test range 9999..., all pass the elfproef.
ANNA, BRAM, CAS, DAAN, ELIN = "999900006", "999900018", "999900031", "999900043", "999900055"
ALL_BSNS = (ANNA, BRAM, CAS, DAAN, ELIN)
OUTPUTS = ["declaratieregels.csv", "herkomst.csv", "samenvatting.json", "uitval.csv"]

TOML = """\
[contract]
id = "VB-2026"
protocol = "MPJ-16"
aanbieder = "65656055"
gemeenten = ["0384", "0363"]
begindatum = 2026-01-01
einddatum = 2027-12-31

[[perceel]]
code = "A"
naam = "Ambulant"
gemeenten = []
"""
TARIEVEN_HEADER = "perceel;prestatiecode;kwalificatieniveau;begindatum;einddatum;tarief\n"
TARIEVEN = (
    TARIEVEN_HEADER
    + """\
A;2.1;hbo;2026-01-01;;24,55
A;2.1;wo;2026-01-01;;30,00
A;4.1;;2026-01-01;;40,00
A;8.1;;2026-01-01;;250,00
"""
)
TOEWIJZINGEN = f"""\
toewijzingnummer;bsn;gemeente;aanbieder;begindatum;einddatum;prestatiecode
1;{ANNA};0384;65656055;2026-01-01;;2.1
2;{BRAM};0363;65656055;2026-01-01;;4.1
3;{CAS};0363;65656055;2026-01-01;;8.1
"""
REGISTRATIES = f"""\
id;bsn;datum;minuten;kwalificatieniveau;prestatiecode
R1;{ANNA};2026-03-02;50;hbo;2.1
R2;{ANNA};2026-03-03;10;wo;2.1
R3;{BRAM};2026-03-03;120;;4.1
R4;{DAAN};2026-03-03;120;;4.1
"""
VERBLIJF = f"""\
id;bsn;begindatum;einddatum;prestatiecode
V1;{CAS};2026-03-02;2026-03-09;8.1
"""

Content = str | bytes


def write(path: Path, content: Content) -> Path:
    """Write text as UTF-8, byte for byte, or bytes as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def write_contract(
    folder: Path, toml: Content | None = TOML, tarieven: Content | None = TARIEVEN, codes: Content | None = None
) -> Path:
    """Make a contract folder; None leaves a file out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("contract.toml", toml), ("tarieven.csv", tarieven), ("codes.csv", codes)):
        if content is not None:
            write(folder / name, content)
    return folder


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code and what it said."""

    code: int
    out: str
    err: str

    @property
    def unexpected(self) -> bool:
        """Whether the command ran into something it did not foresee."""
        return "Onverwachte fout" in self.err or "Traceback" in self.err

    def meldingen(self) -> list[dict[str, Any]]:
        """The lines of stderr, each a JSON object."""
        return [json.loads(line) for line in self.err.splitlines()]


@dataclass(frozen=True)
class Month:
    """A folder with one contract and one month of input."""

    folder: Path

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def args(self, *, verblijf: bool = True, out: Path | str | None = None) -> list[str]:
        """The arguments that declare this month."""
        options: dict[str, object] = {
            "contracten": self.folder / "vb",
            "toewijzingen": self.folder / "toewijzingen.csv",
            "registraties": self.folder / "registraties.csv",
            "periode": "2026-03",
            "dagtekening": "2026-04-07",
            "out": self.out if out is None else out,
        }
        if verblijf:
            options["verblijf"] = self.folder / "verblijf.csv"
        return ["declare", *(text for name, value in options.items() for text in (f"--{name}", str(value)))]

    def declare(self, *extra: object, verblijf: bool = True, out: Path | str | None = None) -> Outcome:
        """Run ``mpj declare`` on this month; a later option counts, or adds, as on the command line."""
        return mpj(*self.args(verblijf=verblijf, out=out), *extra)

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of an output table, read with csv alone."""
        return read_csv(self.out / name)

    def summary(self) -> dict[str, Any]:
        """The summary as parsed JSON."""
        data: dict[str, Any] = json.loads((self.out / "samenvatting.json").read_text("utf-8"))
        return data


def write_month(
    folder: Path,
    *,
    toewijzingen: Content = TOEWIJZINGEN,
    registraties: Content = REGISTRATIES,
    verblijf: Content = VERBLIJF,
    toml: Content = TOML,
    tarieven: Content = TARIEVEN,
) -> Month:
    """Make a month: a contract folder `vb` and three tables."""
    write_contract(folder / "vb", toml, tarieven)
    write(folder / "toewijzingen.csv", toewijzingen)
    write(folder / "registraties.csv", registraties)
    write(folder / "verblijf.csv", verblijf)
    return Month(folder)


def mpj(*args: object) -> Outcome:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(arg) for arg in args])
    return Outcome(code, out.getvalue(), err.getvalue())


COMMAND = [sys.executable, "-c", "from mpj.cli import main; main()"]


def mpj_process(*args: object, env: Mapping[str, str] | None = None, cwd: Path | None = None, timeout: float = 60) -> Outcome:
    """Run a command in a process of its own, with standard input closed."""
    done = subprocess.run(
        [*COMMAND, *map(str, args)],
        env={**os.environ, **(env or {})},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    return Outcome(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a table as mpj writes it."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";", strict=True))


def table(columns: str, rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as text, with `columns` as a person writes a header: ``id;bsn;datum``."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns.split(";"), delimiter=";", lineterminator="\n", restval="", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def names_in(folder: Path) -> list[str]:
    """The names of what stands in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())


def shown_bsns(text: str, bsns: Iterable[str] = ALL_BSNS) -> list[str]:
    """The BSNs that a text shows, also with dots, dashes or blanks between the digits."""
    plain = re.sub(r"(?<=[0-9])[ .\-/](?=[0-9])", "", text)
    return [bsn for bsn in bsns if bsn in plain]
