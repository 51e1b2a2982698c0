"""The output folder: complete or not at all, whatever stands in its place and whatever stops the run."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from cli.helpers import ANNA, COMMAND, OUTPUTS, Month, files_in, mpj, names_in, shown_bsns, write, write_month


@pytest.fixture
def month(tmp_path: Path) -> Month:
    return write_month(tmp_path / "maand")


def left_behind(month: Month) -> list[str]:
    """What stands beside the input."""
    return sorted(set(names_in(month.folder)) - {"vb", "toewijzingen.csv", "registraties.csv", "verblijf.csv"})


# --- What stands in its place -----------------------------------------------------------------------------------------


def test_a_new_folder_with_its_parents(month: Month) -> None:
    assert month.declare(out=month.folder / "a/b/c").code == 0
    assert names_in(month.folder / "a/b/c") == OUTPUTS
    assert names_in(month.folder / "a/b") == ["c"]


def test_an_empty_folder(month: Month) -> None:
    month.out.mkdir()
    assert month.declare().code == 0
    assert names_in(month.out) == OUTPUTS


def test_a_folder_with_a_slash_and_the_folder_where_one_stands(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    month.out.mkdir()
    monkeypatch.chdir(month.out)
    assert month.declare(out="../nieuw/").code == 0
    assert month.declare(out=".").code == 0
    assert names_in(month.folder / "nieuw") == names_in(month.out) == OUTPUTS


def test_a_link_to_an_empty_folder(month: Month) -> None:
    (month.folder / "schijf").mkdir()
    month.out.symlink_to("schijf")
    assert month.declare().code == 0
    assert names_in(month.folder / "schijf") == OUTPUTS


def test_a_folder_that_is_not_empty_is_refused_and_stays_as_it_is(month: Month) -> None:
    write(month.out / "brief.txt", "x")
    outcome = month.declare()
    assert outcome.code == 2
    assert "--force" in outcome.err
    assert files_in(month.out) == {"brief.txt": b"x"}


def test_force_replaces_the_files_of_an_earlier_run_and_leaves_the_rest(month: Month) -> None:
    write(month.out / "brief.txt", "x")
    write(month.out / "uitval.csv", "oud")
    write(month.out / "jw323-oud.xml", "van een ander")
    write(month.out / "jw325.xml", "van de gemeente")
    assert month.declare("--force").code == 0
    assert names_in(month.out) == sorted([*OUTPUTS, "brief.txt", "jw323-oud.xml", "jw325.xml"])
    assert (month.out / "jw325.xml").read_text("utf-8") == "van de gemeente"
    assert (month.out / "uitval.csv").read_text("utf-8") != "oud"
    assert left_behind(month) == ["out"]


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_file_is_refused(month: Month, force: tuple[str, ...]) -> None:
    write(month.out, "x")
    assert month.declare(*force).code == 2
    assert month.declare(*force, out=month.out / "sub").code == 2
    assert month.out.read_text() == "x"


def test_a_place_nobody_can_write_is_refused(month: Month) -> None:
    for out in ("/proc/mpj-uitvoer", "/dev/null/uitvoer"):
        outcome = month.declare(out=out)
        assert outcome.code == 2
        assert not outcome.unexpected
        assert "--out" in outcome.err


def test_a_detour_to_a_full_folder_is_refused_without_force(month: Month) -> None:
    before = files_in(month.folder)
    assert month.declare(out=month.folder / "nieuw" / "..").code == 2
    assert files_in(month.folder) == before


def test_a_refused_run_leaves_no_folders(month: Month) -> None:
    assert month.declare("--periode", "x", out=month.folder / "a/b/c").code == 2
    assert left_behind(month) == []


def test_a_refused_run_leaves_an_earlier_one_as_it_was(month: Month) -> None:
    assert month.declare().code == 0
    before = files_in(month.out)
    write(month.folder / "registraties.csv", b"\xff\xfe")
    assert month.declare("--force").code == 2
    assert files_in(month.out) == before
    assert left_behind(month) == ["out"]


def test_a_fault_that_shows_late_leaves_nothing(month: Month) -> None:
    """The quote that is never closed stands behind thousands of good rows."""
    rows = "".join(f"R{number};{ANNA};2026-03-02;15;hbo;2.1\n" for number in range(5000))
    write(month.folder / "registraties.csv", f'id;bsn;datum;minuten;kwalificatieniveau;prestatiecode\n{rows}"R\n')
    outcome = month.declare()
    assert outcome.code == 2
    assert "rij 5002" in outcome.err
    assert left_behind(month) == []


def test_only_the_owner_can_enter_the_output(month: Month) -> None:
    assert month.declare().code == 0
    assert month.out.stat().st_mode & 0o077 == 0


# --- What stops the run -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def long_month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    rows = "".join(f"R{number};{ANNA};2026-03-{number % 28 + 1:02d};15;hbo;2.1\n" for number in range(20_000))
    header = "id;bsn;datum;minuten;kwalificatieniveau;prestatiecode\n"
    return write_month(tmp_path_factory.mktemp("lang"), registraties=header + rows)


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("existing", [False, True], ids=["new", "over an earlier run"])
def test_a_killed_run_leaves_nothing_that_looks_complete(
    long_month: Month, tmp_path: Path, sign: signal.Signals, existing: bool
) -> None:
    out = tmp_path / "out"
    if existing:
        write(out / "samenvatting.json", "{}")
        write(out / "uitval.csv", "oud")
    with subprocess.Popen(
        [*COMMAND, *long_month.args(out=out), "--force"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + 30
        while not list(tmp_path.glob(".out.*")) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.1)
        process.send_signal(sign)
        _, err = process.communicate(timeout=30)
    assert process.returncode != 0
    assert b"Traceback" not in err
    if existing:
        assert files_in(out) == {"samenvatting.json": b"{}", "uitval.csv": b"oud"}
    else:
        assert not out.exists()
    if sign != signal.SIGKILL:
        assert process.returncode == 2
        assert not list(tmp_path.glob(".out.*"))


def test_a_folder_without_its_seal_is_not_explained(month: Month) -> None:
    assert month.declare().code == 0
    (month.out / "samenvatting.json").unlink()
    outcome = mpj("explain", "--van", month.out, "--bron", "R1")
    assert outcome.code == 2
    assert "samenvatting.json" in outcome.err


# --- A large month ----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_200_000_registraties_in_reasonable_time_and_memory(tmp_path: Path) -> None:
    rows = "".join(f"R{number};{ANNA};2026-03-{number % 31 + 1:02d};15;hbo;2.1\n" for number in range(200_000))
    month = write_month(tmp_path / "groot", registraties="id;bsn;datum;minuten;kwalificatieniveau;prestatiecode\n" + rows)
    code = (
        "import resource, sys; from mpj.cli import run; code = run(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); sys.exit(code)"
    )
    began = time.monotonic()
    done = subprocess.run([COMMAND[0], "-c", code, *month.args()], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < 120
    assert int(done.stderr.splitlines()[-1]) < 1_500_000  # KiB
    assert month.summary()["gedeclareerd"] == 200_008
    assert not shown_bsns(done.stdout + done.stderr)
