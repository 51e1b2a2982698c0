"""On a terminal of 80 columns no line is wider, whatever the command: texts are broken over lines, amounts and paths never.

Each command is played once on small data, on a terminal of its own (a pty), and its screen kept.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import shutil
import sqlite3
import struct
import termios
from collections.abc import Iterator, Mapping
from contextlib import closing, redirect_stderr, redirect_stdout
from pathlib import Path
from threading import Thread

import click
import pytest
from workbench.test_buildup import HEADER as COSTS
from workbench.test_buildup import ROW as COST

from cli.gathering import DUTCH
from cli.helpers import REGISTRATIES, TARIEVEN, Month, write, write_contract, write_month
from mpj.cli import COMMANDS, group, run
from mpj.cli.screen import say
from mpj.presentation.terminal import sentence

WIDTH = 80
DATA = Path(__file__).parents[1] / "data"
STEERS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")
WRONG = re.compile("Onverwachte fout|Unexpected error")
UNSHOWN = {"serve"}
"""It shows an address and waits."""
TABLES = {"sample"}
"""Its rows are a CSV for a file, whatever they are shown on."""
MONTH = "--contracten m/vb --toewijzingen m/toewijzingen.csv --registraties m/registraties.csv --verblijf m/verblijf.csv"
DECLARE = f"declare {MONTH} --periode 2026-03 --dagtekening 2026-04-07"
CONTRACTS = "--contracten m/vb"
SHORT = "--registraties 160 --clienten 14 --aantal-gemeenten 2 --zaad 3"
CALLS = f"""
demo --out demo --registraties 160 --clienten 14 --verblijven 2
intake data/exports/export-a.csv data/exports/export-c.xlsx
intake data/exports/export-a.csv --voorstel profiel.toml
intake m/vol.csv
{DECLARE} --out los
{DECLARE} --out fout --registraties m/kapot.csv
{DECLARE} --out uitval --registraties m/vol.csv m/niets/
{DECLARE} --out boek --ledger m/l.db --berichten --proef
ledger simulate --van 2026-01 --tot 2026-03 {SHORT} --out s
month 2026-03 --config m/mpj.toml --dagtekening 2026-04-07
month 2026-03 --config m/mpj.toml --dagtekening 2026-04-08 --proef --out m/proef
explain --van los --bron R1
explain --van los --bron R4
explain --van los --bron R1 --taal en
explain --ledger s/aanbieder.db --regel REFERENTIENUMMER
sample --van los --aantal 2 --zaad 5
worklist --van los --out lijst.xlsx
messages check BERICHT m/vol.csv
ledger begin --ledger nieuw.db --vanaf 2026-03 --eerder los/declaratieregels.csv --nog-te-declareren m/registraties.csv
ledger check --ledger m/l.db
ledger status --ledger m/l.db
ledger work --ledger m/l.db
ledger send --ledger m/l.db 2026-03
ledger send --ledger m/l.db --alles
ledger check --ledger m/l.db
ledger messages --ledger m/l.db NUMMER --out weer
ledger resend --ledger m/l.db REFERENTIENUMMER
ledger seen --ledger m/l.db --van los
month 2026-04 --config m/mpj.toml --dagtekening 2026-05-07
ledger withdraw --ledger m/l.db NUMMER
month 2026-02 --config m/mpj.toml --dagtekening 2026-04-09
ledger work --ledger m/l.db
ledger erase --ledger m/l.db --bsn-bestand m/bsn.txt
ledger inzage --ledger m/l.db --bsn-bestand m/bsn.txt --out inzage
ledger pay --ledger m/l.db
ledger pay m/vol.csv --ledger m/l.db
ledger close-year 2025 --ledger m/l.db
ledger close-year 2026 --ledger m/l.db
ledger reprice --ledger s/aanbieder.db --contracten d/A d/B --van 2026-01 --tot 2026-02
ledger status --ledger s/aanbieder.db --out stand
ledger status --ledger s/aanbieder.db --herstellijst
ledger status --ledger s/gemeenten.db
ledger work --ledger s/aanbieder.db
ledger check --ledger s/aanbieder.db
ledger check --ledger s/gemeenten.db
ledger answer --ledger s/aanbieder.db m/vol.csv
ledger send --ledger s/gemeenten.db --alles
verify --bericht BERICHT {CONTRACTS} --toewijzingen m/toewijzingen.csv --dagtekening 2026-04-07 --out antwoord
verify --bericht BERICHT BERICHT {CONTRACTS} --toewijzingen m/toewijzingen.csv --dagtekening 2026-04-07 --out antwoorden
verify --bericht BERICHT --contracten data/matrices --toewijzingen m/toewijzingen.csv --out geen
ledger answer --ledger m/l.db ANTWOORD m/vol.csv
report year --ledger s/aanbieder.db --jaar 2026 --raming --out jaar
report year --ledger s/gemeenten.db --jaar 2026 --out jaar-gemeenten
report use --ledger s/aanbieder.db --op 2026-03-31 --out gebruik
report use --ledger s/gemeenten.db --op 2026-03-31 --out gebruik-gemeenten
report benchmark --ledger s/gemeenten.db --van 2026-01 --tot 2026-03 --out vergelijking
report benchmark --ledger s/aanbieder.db --van 2026-01 --tot 2026-03 --out vergelijking-aanbieder
report kpi --ledger s/aanbieder.db --van 2026-01 --tot 2026-03 --out verkeer
report kpi --ledger s/gemeenten.db --van 2026-01 --tot 2026-03 --out verkeer-gemeenten
tariffs check m/vb d/A data/matrices
tariffs show d/A
tariffs show m/vb --op 2026-03-01
tariffs diff m/vb d/A
tariffs index d/A --percentage 3,42 --vanaf 2027-01-01
tariffs index m/vb --percentage 3,42 --vanaf 2027-01-01 --out 2027
tariffs reprice --regels los/declaratieregels.csv --herkomst los/herkomst.csv --oud m/vb --nieuw n --prijspeil 2026-01-01 --out her
tariffs import data/matrices/7-simple.xlsx --naar import --contract data/matrices/contract.toml
tariffs import data/matrices/1-merged.xlsx --naar import1 --contract data/matrices/contract.toml --proef
tariffs buildup kosten.csv --contract m/vb --op 2026-03-01
tariffs convert vertaal.csv --regels oud.csv --out vertaald
conformance --out gevallen
conformance check gevallen m/niets.csv
nergens
declare --registraties
ledger status --ledger s/niet-bestaand-ledger-met-een-lange-naam-die-niemand-zal-typen.db
declare --contracten niet-bestaande-map-met-een-lange-naam --toewijzingen x.csv --registraties y.csv --periode 2026-03 --out z
"""
NAMED: Mapping[str, tuple[str, str]] = {
    "BERICHT": ("m/uit/2026-03", "jw323-*.xml"),
    "ANTWOORD": ("antwoord", "jw325*.xml"),
}
"""What a word of a call stands for: a file that an earlier call wrote."""


def helps() -> Iterator[str]:
    """A call for the help of every command."""
    yield "--help"
    for name in COMMANDS:
        yield f"{name} --help"
        one = group.get_command(click.Context(group), name)
        if isinstance(one, click.Group):
            yield from (f"{name} {sub} --help" for sub in one.commands)


ASKED = [*CALLS.strip().split("\n"), *helps()]


def on_terminal(args: list[str]) -> str:
    """What a command shows on a terminal, stderr included."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, WIDTH, 0, 0))
    taken = bytearray()

    def take() -> None:
        try:
            while piece := os.read(master, 1 << 16):
                taken.extend(piece)
        except OSError:  # the other end is closed
            pass

    reader = Thread(target=take)
    reader.start()
    with os.fdopen(slave, "w", 1, encoding="utf-8") as screen, redirect_stdout(screen), redirect_stderr(screen):
        run(args)
    reader.join()
    os.close(master)
    return STEERS.sub("", taken.decode())


def resolved(call: str) -> list[str]:
    """The words of a call, with what was written before in the place of a name."""
    words = call.split()
    for place, word in enumerate(words):
        if word in NAMED:
            folder, pattern = NAMED[word]
            words[place] = str(next(iter(sorted(Path(folder).glob(pattern))), Path(folder, pattern)))
        elif word in ("NUMMER", "REFERENTIENUMMER"):
            with closing(sqlite3.connect(next(one for one in words if one.endswith(".db")))) as ledger:
                table = "declaratie" if word == "NUMMER" else "regel"
                column = f"{table}nummer" if word == "NUMMER" else word.lower()
                words[place] = str(ledger.execute(f"select {column} from {table}").fetchone()[0])
    return words


def prepare(here: Path) -> None:
    """The small data: a month, a contract with other prices, costs, a table of old codes, the contracts of the demo."""
    from mpj.demo import contract_folders

    month: Month = write_month(here / "m")
    write(month.folder / "kapot.csv", REGISTRATIES.replace("datum", "dag van het contact") + "R9;x;y;z\n")
    wrong = ("overmorgen", "200,5", "hbo en een heel lange uitleg erbij die niet past", "2.1.3")
    rows = "".join(f"R{number};99990000{number};{';'.join(wrong)}\n" for number in range(10, 14))
    write(month.folder / "vol.csv", REGISTRATIES + rows)
    write(month.folder / "niets" / "lees-mij-eerst-want-dit-is-een-lange-naam.docx", "x")
    write(month.folder / "niets" / "nog.csv", REGISTRATIES.replace("R", "Q"))
    write(month.folder / "niets.csv", "")
    write(month.folder / "bsn.txt", "999900031\n")
    inputs = ("toewijzingen", "registraties", "verblijf")
    told = ['contracten = ["vb"]', *(f'{name} = ["{name}.csv"]' for name in inputs), 'ledger = "l.db"', 'uit = "uit/{periode}"']
    write(month.folder / "mpj.toml", "\n".join(told) + "\n")
    write_contract(here / "n", tarieven=TARIEVEN.replace("24,55", "31.255,75"))
    write(here / "kosten.csv", COSTS + COST)
    write(here / "vertaal.csv", "gemeente;productcode;prestatiecode;kwalificatieniveau\n0384;A;2.1;hbo\n")
    write(here / "oud.csv", "gemeente;productcode;periode;volume;bedrag_cent\n0384;A;2025-01;1;100\n0384;B;2025-01;1;100\n")
    for name, folder in zip("ABC", contract_folders(), strict=False):
        shutil.copytree(folder, here / "d" / name)
    (here / "data").symlink_to(DATA)


def too_wide(text: str) -> list[str]:
    """The lines wider than the terminal, but for one word (a path, a hash) and a command to be copied: those stay whole."""
    lines = [line.rstrip() for line in re.split(r"[\r\n]+", text)]
    return [line for line in lines if len(line) > WIDTH and " " in line.strip() and not line.startswith("  mpj ")]


DATA_WORDS = re.compile(
    r"^ *[0-9]+\.[0-9]+ [A-Z].*|[(]al dan niet GGZ[)]|Perceel [A-C] · .*|Landelijk\s+accountantsprotocol[^.]*"
    r"|^ *[0-9]+ +(\*+ |Deze |Bijlage ).*"
    r"|hbo en een heel lange\s+uitleg\s+erbij\s+die(\s+niet\s+past)?|niet-bestaan\S*|lees-mij\S*|written in weer"
    r"|^(Van|Tot) .*|column (Van|Tot):.*|\S*[._;/\\=]\S*|--?[a-z-]+|\"[^\"]*\"|^ +mpj .*|\[[^\]]*\]|[Ww]as-wordt",
    re.MULTILINE,
)
"""What is no text of ours: names of files, columns and options, what was given, and the official names of prestaties and rules."""


def dutch_in(screen: str) -> list[str]:
    """The lines of an English screen with a Dutch function word."""
    text = DATA_WORDS.sub(" ", screen.replace("\r", ""))
    return [line for line in text.split("\n") if not DUTCH.isdisjoint(re.findall(r"[a-zà-ÿ]+", line.lower()))]


@pytest.mark.slow
@pytest.mark.parametrize("taal", ["nl", "en"])
def test_no_line_is_wider_than_the_terminal_and_each_is_in_the_language(
    taal: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One story, in which each call goes on with what those before it wrote; in English no screen holds a Dutch word."""
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.setenv("MPJ_TAAL", taal)
    screens = {call: on_terminal(resolved(call)) for call in ASKED}
    assert [call for call, shown in screens.items() if not shown.strip() or WRONG.search(shown)] == []
    wide = {call: too_wide(shown) for call, shown in screens.items() if call.split()[0] not in TABLES}
    assert {call: lines for call, lines in wide.items() if lines} == {}
    if taal == "en":
        found = {call: dutch_in(shown) for call, shown in screens.items() if call.split()[0] not in TABLES}
        assert {call: lines for call, lines in found.items() if lines} == {}


def test_an_amount_is_never_cut() -> None:
    text = "Wordt € 1.234,56 en niet € -1.234,56; zie een-heel-lang-pad/naar/een/bestand-dat-heel-blijft.csv."
    for width in range(1, 100):
        lines = list(sentence(text, width))
        assert " ".join(lines) == text
        assert not any(line.endswith("€") for line in lines)
        assert all(len(line) <= width for line in lines if " " in line.replace("€ ", ""))


def test_every_command_is_played() -> None:
    known = {call.removesuffix(" --help") for call in helps()} - {"--help"} - UNSHOWN - {"ledger", "tariffs", "messages", "report"}
    played = {name for name in known for call in CALLS.strip().split("\n") if f"{call} ".startswith(f"{name} ")}
    assert known - played == set()


def test_what_is_no_terminal_keeps_its_lines() -> None:
    """A file or a pipe, which programs search, gets each sentence on one line."""
    text = "woord " * 40
    with redirect_stdout(io.StringIO()) as plain:
        say(text)
    assert plain.getvalue() == f"{text}\n"
