"""How commands are called: help, options, exit codes, and that no call and no input ever shows a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.helpers import (
    ANNA,
    COMMAND,
    OUTPUTS,
    TOML,
    Content,
    Month,
    files_in,
    mpj,
    mpj_process,
    names_in,
    shown_bsns,
    write,
    write_contract,
    write_month,
)

pytestmark = pytest.mark.lowest

FILE_OPTIONS = ["--contracten", "--toewijzingen", "--registraties", "--verblijf", "--medewerkers", "--eerder"]


@pytest.fixture
def month(tmp_path: Path) -> Month:
    return write_month(tmp_path / "maand")


def assert_refused(month: Month, *extra: object) -> str:
    """Run a call that must be refused: exit 2, a message, nothing written. Returns the message."""
    before = files_in(month.folder)
    outcome = month.declare(*extra)
    assert outcome.code == 2, outcome.err
    assert outcome.err.strip()
    assert not outcome.out
    assert not outcome.unexpected, outcome.err
    assert not shown_bsns(outcome.err)
    assert files_in(month.folder) == before
    assert not list(month.folder.glob(".*"))
    return outcome.err


# --- Help -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [["-h"], ["--help"]])
def test_help_lists_the_commands(args: list[str]) -> None:
    outcome = mpj(*args)
    assert outcome.code == 0
    assert all(f"  {name} " in outcome.out for name in ("declare", "demo", "explain"))


@pytest.mark.parametrize("command", ["declare", "demo", "explain"])
def test_help_of_a_command_names_every_option(command: str) -> None:
    from importlib import import_module

    outcome = mpj(command, "--help")
    assert outcome.code == 0
    for param in import_module(f"mpj.cli.{command}").command.params:
        assert param.opts[0] in outcome.out


def test_help_of_declare_tells_the_exit_codes() -> None:
    assert all(f"{code}" in mpj("declare", "--help").out for code in ("Eindcode 0", "1:", "2:"))


def test_every_help_fits_80_columns_and_cuts_no_sentence() -> None:
    from mpj.cli import COMMANDS, group

    names = [[name] for name in COMMANDS]
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        names += [[name, sub] for sub in command.commands] if isinstance(command, click.Group) else []
    for call in ([], *names):
        lines = mpj(*call, "--help").out.splitlines()
        assert max(map(len, lines)) <= 80, call
        assert not [line for line in lines[1:] if line.endswith("...") and "//" not in line], call


def test_version() -> None:
    from mpj import __version__

    assert (mpj("--version").code, mpj("--version").out) == (0, f"mpj {__version__}\n")


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["declare", "--help"], ["explain", "--help"]])
def test_help_imports_nothing_heavy(args: list[str]) -> None:
    heavy = (
        "rich",
        "lxml",
        "babel",
        "duckdb",
        "stdnum",
        "openpyxl",
        "xlsxwriter",
        "mpj.engine",
        "mpj.contract",
        "mpj.records",
        "mpj.messages",
    )
    code = f"import sys; from mpj.cli import run; run({args!r}); print(sorted(set({heavy!r}) & set(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.strip() == "[]"


def test_a_small_run_imports_only_what_it_needs(tmp_path: Path) -> None:
    """What a run of a few records costs is mostly what it imports."""
    args = write_month(tmp_path).args()
    unneeded = (
        "ssl",
        "statistics",
        "multiprocessing",
        "concurrent.futures",
        "importlib.resources",
        "mpj.contract.make",
        "mpj.contract.warnings",
        "mpj.explanation.build",
        "mpj.messages",
    )
    code = f"""if True:
        import sys
        begin = set(sys.modules)
        from mpj.cli import run
        assert run({args!r}) == 0
        names = set(sys.modules) - begin
        others = {{name.partition(".")[0] for name in names}} - sys.stdlib_module_names
        print(sorted(others), sorted(set({unneeded!r}) & names))
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "['attr', 'attrs', 'click', 'dateutil', 'mpj', 'six'] []"


# --- A wrong call -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["weg"],
        ["--weg"],
        ["declare"],
        ["declare", "--weg"],
        ["declare", "--"],
        ["declare", "--contracten"],
        ["declare", "los woord"],
        ["explain"],
        ["explain", "--van", "weg"],
        ["explain", "--van", "weg", "--regel", "a", "--bron", "b"],
        ["demo", "--clienten", "0"],
        ["demo", "--clienten", "veel"],
        ["demo", "--registraties", "-1"],
        ["demo", "--zaad", "x"],
    ],
)
def test_a_wrong_call_ends_with_2(args: list[str]) -> None:
    outcome = mpj(*args)
    assert outcome.code == 2
    assert outcome.err.strip()
    assert not outcome.unexpected


@pytest.mark.parametrize("option", ["--contracten", "--toewijzingen", "--periode", "--out"])
def test_a_missing_option_is_named(month: Month, option: str) -> None:
    args = month.args()
    place = args.index(option)
    outcome = mpj(*args[:place], *args[place + 2 :])
    assert outcome.code == 2
    assert option in outcome.err
    assert not month.out.exists()


def test_there_must_be_something_to_declare(month: Month) -> None:
    args = month.args(verblijf=False)
    place = args.index("--registraties")
    outcome = mpj(*args[:place], *args[place + 2 :])
    assert (outcome.code, "--registraties" in outcome.err, month.out.exists()) == (2, True, False)


@pytest.mark.parametrize(
    "value", ["2026-3", "2026-13", "2026-00", "0000-01", "03-2026", "2026-03-01", "maart", "", "２０２６-03", "-"]
)
def test_a_wrong_periode_is_refused(month: Month, value: str) -> None:
    assert "2026-03" in assert_refused(month, "--periode", value)


@pytest.mark.parametrize("value", ["2026-02-30", "2026-4-7", "7 april", "", "20260407", "04/07/2026"])
def test_a_wrong_dagtekening_is_refused(month: Month, value: str) -> None:
    assert "2026-03-31" in assert_refused(month, "--dagtekening", value)


def test_a_dagtekening_has_two_forms(month: Month) -> None:
    assert month.declare("--dagtekening", "07-04-2026").code == 0
    assert month.summary()["instellingen"]["dagtekening"] == "2026-04-07"


@pytest.mark.parametrize("value", ["0001-01-01", "0004-12-31", "0005-12-31"])
def test_a_dagtekening_in_the_first_years_of_the_calendar(month: Month, value: str) -> None:
    assert not month.declare("--dagtekening", value).unexpected


@pytest.mark.parametrize("value", ["0", "1000", "x", "1.0"])
def test_a_wrong_volgnummer_is_refused(month: Month, value: str) -> None:
    assert_refused(month, "--volgnummer", value)


def test_meldingen_has_two_forms(month: Month) -> None:
    assert_refused(month, "--meldingen", "xml")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    args=st.lists(
        st.sampled_from(
            [
                "declare",
                "explain",
                "demo",
                "--help",
                "--strict",
                "--force",
                "--nalevering",
                "--",
                "-",
                "--van",
                "--bron",
                "--regel",
                "",
                "\x00",
                "é",
                "--periode",
                "--dagtekening",
                "--out",
                "--meldingen",
                "json",
                "--volgnummer",
                "--contracten=",
                "--out=x",
                "-x",
                "2026-03",
                ".",
                *FILE_OPTIONS,
            ]
        ),
        max_size=8,
    )
)
def test_no_call_shows_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    if args[:1] == ["demo"] and "--help" not in args:
        args = [*args, "--clienten", "x"]
    outcome = mpj(*args)
    assert outcome.code in (0, 2)
    assert not outcome.unexpected, outcome.err


# --- Options that take files ------------------------------------------------------------------------------------------


def test_options_are_repeated_or_take_several_values(tmp_path: Path) -> None:
    rows = [
        "id;bsn;datum;minuten;kwalificatieniveau;prestatiecode\n" + f"R{number};{ANNA};2026-03-02;15;hbo;2.1\n"
        for number in range(3)
    ]
    month = write_month(tmp_path / "maand", registraties=rows[0])
    one, two = write(month.folder / "1.csv", rows[1]), write(month.folder / "2.csv", rows[2])
    outputs = []
    for extra in (
        ["--registraties", one, "--registraties", two],
        ["--registraties", one, two],
        [f"--registraties={one}", f"--registraties={two}"],
    ):
        assert month.declare(*extra, "--force").code == 0
        outputs.append(files_in(month.out))
    assert outputs[0] == outputs[1] == outputs[2]
    assert month.summary()["gedeclareerd"] == 3 + 8


def test_several_contracts_in_one_call(month: Month) -> None:
    other = write_contract(month.folder / "ander", TOML.replace("VB-2026", "AN-2026").replace('"0384", "0363"', '"0362"'))
    assert mpj(*month.args(), "--contracten", other).code == 0
    assert [row["id"] for row in month.summary()["contracten"]] == ["VB-2026", "AN-2026"]


@pytest.mark.parametrize("option", FILE_OPTIONS)
def test_a_file_that_is_not_there_is_named(month: Month, option: str) -> None:
    assert "weg" in assert_refused(month, option, month.folder / "weg")


OTHER_KINDS: dict[str, Content] = {
    "x.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n",
    "x.xml": '<?xml version="1.0"?>\n<factuur><regel/></factuur>\n',
    "x.xlsx": b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00\xb5" + bytes(range(200)),
    "x.json": '{"registraties": []}',
    "x.csv": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500,
    "x.zip": b"PK\x05\x06" + b"\0" * 18,
    "leeg.csv": "",
}


@pytest.mark.parametrize("name", OTHER_KINDS)
@pytest.mark.parametrize("option", FILE_OPTIONS)
def test_a_file_of_another_kind_is_refused_by_name(month: Month, option: str, name: str) -> None:
    path = write(month.folder / name, OTHER_KINDS[name])
    assert name in assert_refused(month, option, path)


@pytest.mark.parametrize("option", FILE_OPTIONS)
def test_a_symlink_to_itself_is_refused(month: Month, option: str) -> None:
    (month.folder / "lus").symlink_to("lus")
    assert_refused(month, option, month.folder / "lus")


@pytest.mark.parametrize("option", [*FILE_OPTIONS, "--out"])
def test_a_name_too_long_for_the_system_is_refused(month: Month, option: str) -> None:
    assert_refused(month, option, month.folder / ("a" * 300))


def test_standard_input_is_never_read(month: Month) -> None:
    read, write_end = os.pipe()
    try:
        done = subprocess.run([*COMMAND, *month.args()], stdin=read, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0
    finally:
        os.close(read)
        os.close(write_end)


# --- Exit codes -------------------------------------------------------------------------------------------------------


def test_set_aside_records_end_with_0_and_strictly_with_1(tmp_path: Path) -> None:
    month = write_month(tmp_path / "a")
    assert (month.declare().code, month.declare("--strict", "--force").code) == (0, 1)
    assert names_in(month.out) == OUTPUTS


def test_strict_ends_with_0_when_nothing_was_set_aside(tmp_path: Path) -> None:
    clean = write_month(
        tmp_path / "b", registraties=f"id;bsn;datum;minuten;kwalificatieniveau;prestatiecode\nR1;{ANNA};2026-03-02;50;hbo;2.1\n"
    )
    assert clean.declare("--strict").code == 0


MEDEWERKERS = "medewerker;kwalificatieniveau;begindatum;einddatum\n"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("M1;arts;2026-01-01;\n", "mbo, hbo"),
        ("M1;mbo+;2026-01-01;\n", "mbo, hbo"),
        ("M1;;2026-01-01;\n", "kwalificatieniveau is leeg"),
        (";hbo;2026-01-01;\n", "medewerker is leeg"),
        ("M1;hbo;;\n", "begindatum is leeg"),
        ("M1;hbo;2026-01-32;\n", "2026-01-32"),
        ("M1;hbo;2026-03-01;2026-02-01\n", "einddatum ligt voor begindatum"),
        ("M1;hbo;2026-01-01\n", "velden"),
    ],
)
def test_a_faulty_medewerker_stops_the_run(month: Month, row: str, words: str) -> None:
    message = assert_refused(month, "--medewerkers", write(month.folder / "m.csv", MEDEWERKERS + row))
    assert "m.csv, rij 2" in message
    assert words in message


def test_overlapping_levels_stop_the_run(month: Month) -> None:
    rows = "M1;hbo;2026-01-01;2026-03-31\nM1;wo;2026-03-31;\nM2;hbo;2026-01-01;\nM2;hbo;2026-01-01;\n"
    rows += "M3;hbo;2026-01-01;2026-01-31\nM3;wo;2026-02-01;\n"
    message = assert_refused(month, "--medewerkers", write(month.folder / "m.csv", MEDEWERKERS + rows))
    assert [f"rij {number}, begindatum" in message for number in range(2, 8)] == [False, True, False, True, False, False]


def test_a_medewerker_who_is_a_bsn_is_not_shown(month: Month) -> None:
    assert_refused(month, "--medewerkers", write(month.folder / "m.csv", f"{MEDEWERKERS}{ANNA};{ANNA};{ANNA};\n"))


# --- Where the result is shown ----------------------------------------------------------------------------------------


def shell(month: Month, redirect: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run the month by way of a shell that redirects."""
    command = f'exec "$@" {redirect}'
    return subprocess.run(
        ["bash", "-c", command, "bash", *COMMAND, *month.args()],
        env={**os.environ, **env},
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("redirect", [">&-", "<&-", ">/dev/null"])
def test_a_closed_stream_stops_nothing(month: Month, redirect: str) -> None:
    assert shell(month, redirect).returncode == 0
    assert names_in(month.out) == OUTPUTS


@pytest.mark.slow
def test_a_closed_stderr_either_stops_all_or_nothing(month: Month) -> None:
    code = shell(month, "2>&-").returncode
    assert (code, month.out.exists()) in ((0, True), (2, False))


def test_a_closed_stderr_stops_nothing(month: Month) -> None:
    assert shell(month, "2>&-").returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii"])
def test_a_stdout_of_another_encoding_stops_nothing(month: Month, encoding: str) -> None:
    """Windows pipes are cp1252; containers without a locale are ASCII."""
    done = shell(month, "", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_does_not_deny_what_was_written(month: Month) -> None:
    done = shell(month, ">/dev/full")
    assert done.returncode == 0 or not month.out.exists()


@pytest.mark.parametrize("name", ["VB[/b]2026", "[/]"])
def test_square_brackets_in_a_contract_id_are_just_text(tmp_path: Path, name: str) -> None:
    month = write_month(tmp_path / "maand", toml=TOML.replace("VB-2026", name))
    outcome = month.declare()
    assert outcome.code == 0
    assert name in outcome.out


def test_square_brackets_in_the_name_of_the_output_are_just_text(month: Month) -> None:
    outcome = month.declare(out=month.folder / "uit[" / "x]")
    assert outcome.code == 0
    assert "uit[/x]" in outcome.out


@pytest.mark.parametrize("option", ["--dagtekening", "--volgnummer"])
def test_faults_of_the_call_are_json_as_well(month: Month, option: str) -> None:
    outcome = month.declare("--meldingen", "json", option, "x")
    assert outcome.code == 2
    assert [melding["soort"] for melding in outcome.meldingen()] == ["fout"]


@pytest.mark.slow
def test_a_terminal_gets_a_bar_and_no_bsn(month: Month) -> None:
    pty = pytest.importorskip("pty")
    pid, descriptor = pty.fork()
    if pid == 0:  # pragma: no cover
        os.environ.update(TERM="xterm", COLUMNS="100")
        os.execv(COMMAND[0], [*COMMAND, *month.args()])
    shown = b""
    while True:
        try:
            block = os.read(descriptor, 65536)
        except OSError:
            break
        if not block:
            break
        shown += block
    os.close(descriptor)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert b"Declaratie 2026-03" in shown
    assert not shown_bsns(shown.decode())


@pytest.mark.slow
def test_a_process_of_its_own_exits_with_the_code(month: Month) -> None:
    assert mpj_process("declare").code == 2
    assert mpj_process(*month.args(), "--strict").code == 1
