"""The release of the messages that `mpj declare` makes is chosen with `--release`, and one that nobody described is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.helpers import write_month
from mpj.messages import read


@pytest.mark.parametrize("extra", [(), ("--release", "3.2")])
def test_messages_are_of_the_release_that_was_asked(tmp_path: Path, extra: tuple[str, ...]) -> None:
    done = write_month(tmp_path).declare("--berichten", *extra, out=tmp_path / "uit")
    assert done.code == 0, done.err
    headers = [read(path).header for path in (tmp_path / "uit").glob("jw323-*.xml")]
    assert {(one.berichtversie, one.berichtsubversie) for one in headers} == {(3, 2)}


@pytest.mark.parametrize("extra", [("--berichten",), ("--ledger", "zorg.db"), ("--ledger", "zorg.db", "--berichten")])
def test_a_release_that_nobody_described_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = write_month(tmp_path).declare(*extra, "--release", "3.3", out=tmp_path / "uit")
    assert done.code == 2
    assert "ijw 3.3 JW323" in done.err
    assert "ijw 3.2 JW323" in done.err
    assert not (tmp_path / "uit").exists()


@pytest.mark.parametrize("option", ["--release", "--xsd-versie"])
def test_what_is_said_of_messages_is_not_ignored_where_none_is_made(tmp_path: Path, option: str) -> None:
    done = write_month(tmp_path).declare(option, "3.2", out=tmp_path / "uit")
    assert done.code == 2
    assert "--berichten" in done.err
