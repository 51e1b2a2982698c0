"""What the pages tell people to type is a call that mpj understands; the unit and the Containerfile are what the page promises."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from docs.examples import ROOT, blocks
from mpj import cli

DEPLOY = ROOT / "docs" / "deploy"
UNIT = (DEPLOY / "mpj.service").read_text("utf-8")
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", "")
_FOR_READING = ("bash", "sh", "powershell")
_MPJ = re.compile(r"^(?:runuser -u mpj -- |uvx .*)?(?:\S*/)?mpj (.+)$|^podman run .*:Z mpj ?(.*)$")


def calls() -> Iterator[tuple[str, list[str]]]:
    """The words behind `mpj` of every line that a page shows for reading, with the page and the line."""
    for path in sorted((ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))):
        for block in blocks(path.read_text("utf-8")):
            for line in block.text.replace("\\\n", "").splitlines() if block.language in _FOR_READING else ():
                if found := _MPJ.match(line.replace("\\", "/")):
                    # An image without words runs its own.
                    yield f"{path.name}: {line}", shlex.split(found[1] or found[2], comments=True) or ["serve"]


def understood(words: list[str]) -> None:
    """Raise click's error where mpj does not know this call; an option that ends it, as --help, is known."""
    command: Any = cli.group
    with click.Context(command, info_name="mpj") as context:
        while isinstance(command, click.Group) and words:
            _, command, words = command.resolve_command(context, list(words))
        try:
            command.make_context("mpj", words)
        except click.exceptions.Exit as ended:
            assert ended.exit_code == 0


CALLS = dict(calls())


def test_there_are_calls_to_look_at() -> None:
    assert len(CALLS) > 15 and any(words[:2] == ["ledger", "check"] for words in CALLS.values())


@pytest.mark.parametrize("line", CALLS)
def test_a_call_that_a_page_shows_is_understood(line: str) -> None:
    understood(CALLS[line])


@pytest.mark.parametrize("words", [["serv"], ["serve", "--confg", "mpj.toml"], ["ledger", "begin", "--vanaf", "2026-03"]])
def test_a_call_that_is_wrong_is_not(words: list[str]) -> None:
    with pytest.raises(click.ClickException):
        understood(words)


def setting(name: str) -> str:
    """The last value of a setting of the unit."""
    return str(re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)[-1])


def test_the_unit_starts_the_service_as_somebody_without_rights() -> None:
    program, *words = shlex.split(setting("ExecStart"))
    assert program == "/opt/mpj/bin/mpj"
    understood(words)
    assert setting("User") == "mpj" and setting("CapabilityBoundingSet") == "" and setting("ProtectSystem") == "strict"
    assert {Path(words[-1]).parent} == {Path(setting("WorkingDirectory"))} == {Path(setting("ReadWritePaths"))}


def test_the_unit_gives_a_run_its_time_and_a_fault_an_end() -> None:
    from mpj.service import server

    assert setting("KillMode") == "mixed" and int(setting("TimeoutStopSec")) > server._GRACE
    # As many starts as it has, each after a few seconds of Python, fit in the time that the limit looks back.
    starts, between = int(setting("StartLimitBurst")), int(setting("RestartSec"))
    assert starts * (between + 5) < int(setting("StartLimitIntervalSec"))
    assert UNIT.index("[Unit]") < UNIT.index("StartLimitBurst") < UNIT.index("[Service]"), "elsewhere systemd takes no notice of it"


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "mpj.service"
    unit.write_text(UNIT.replace("/opt/mpj/bin/mpj", shutil.which("true") or "/bin/true"), "utf-8")
    done = subprocess.run([program, "verify", str(unit)], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Containerfile, in order."""
    lines = (line for line in CONTAINERFILE.splitlines() if line and not line.startswith("#"))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def test_the_image_is_made_of_what_is_there_and_runs_as_nobody() -> None:
    found = instructions()
    for rest in (rest for word, rest in found if word == "COPY" and not rest.startswith("--from")):
        *sources, _ = rest.split()
        assert all((ROOT / source).exists() for source in sources), rest
    assert [rest for word, rest in found if word == "USER"] == ["10001:10001"]
    (group,), (user,) = (re.findall(rf"{command} --[ug]id 10001 (.*)$", CONTAINERFILE, re.M) for command in ("groupadd", "useradd"))
    (folder,) = (rest for word, rest in found if word == "WORKDIR")
    assert group.startswith("mpj") and user.startswith(f"--gid mpj --home-dir {folder} "), "libpq looks there for .pgpass"
    words = eval([rest for word, rest in found if word == "CMD"][-1])
    understood(words)
    assert words[-1] == f"{folder}/mpj.toml"
    assert max(place for place, (word, _) in enumerate(found) if word == "USER") > max(
        place for place, (word, _) in enumerate(found) if word == "RUN"
    )


def test_the_wheel_is_built_from_what_the_image_copies(tmp_path: Path) -> None:
    """What pyproject.toml needs to build is among the files that are copied."""
    copied = {Path(name).parts[0] for word, rest in instructions() if word == "COPY" for name in rest.split()}
    assert {"pyproject.toml", "README.md", "LICENSE", ".ci", "mpj", "tariffs"} <= copied


def test_the_health_check_tells_a_service_from_none() -> None:
    from service.support import served

    (check,) = (eval(rest.partition(" CMD ")[2].strip()) for word, rest in instructions() if word == "HEALTHCHECK")
    code = check[2]
    # podman hands on the proxy of the machine that it runs on.
    behind = os.environ | {"http_proxy": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1", "no_proxy": ""}

    def ends(code: str) -> int:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=30, env=behind)
        return done.returncode

    with served() as url:
        there = code.replace("http://127.0.0.1:8303", url)
        assert there != code
        assert ends(there) == 0
    assert ends(there) != 0


@pytest.mark.long
def test_the_wheel_opens_the_page_in_an_empty_environment(tmp_path: Path) -> None:
    """What `pipx install "mpj[all]"` and `mpj demo --pagina` do: no checkout, no cache, no home that is there."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_CACHE", "VIRTUAL"))}
    clean |= {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PIP_CACHE_DIR": str(tmp_path / "cache")}
    clean |= {"BROWSER": "true", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

    def run(*words: str | Path) -> None:
        subprocess.run(list(map(str, words)), env=clean, cwd=tmp_path, check=True, capture_output=True, timeout=900)

    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("mpj-*.whl")
    run(sys.executable, "-m", "venv", tmp_path / "omgeving")
    run(tmp_path / "omgeving/bin/pip", "install", f"{wheel}[all]")
    command = [str(tmp_path / "omgeving/bin/mpj"), "demo", "--pagina", "--poort", "0", "--clienten", "20", "--registraties", "200"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=clean, cwd=tmp_path) as process:
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            (url,) = re.findall(r"http://[0-9.:]+", said) or pytest.fail(said + process.stdout.read())
            look = f"from urllib.request import urlopen; print(urlopen({url + '/'!r}).read().decode())"
            page = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60).stdout
            assert "Een maand declareren" in page and "liggen klaar" in page
            process.terminate()
            assert process.wait(60) == 0
        finally:
            process.kill()
