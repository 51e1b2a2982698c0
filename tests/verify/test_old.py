"""`mpj verify` with the 303 of before: it counts as what was declared earlier, and is never verified itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import evolve
from messages.old import Regel, jw303, jw304

from mpj import cli
from verify.support import message
from verify.test_cli import commands, prepare  # noqa: F401 - a fixture

FEB = {"begin": "2026-02-01", "eind": "2026-02-28", "dagtekening": "2026-03-02"}
OLD = Regel("OUD1", toewijzing=1001, tarief=None, bedrag=9820, begin="2026-02-01", eind="2026-02-28")
WHOLE = jw303(OLD, **FEB)
PARTLY = jw304(evolve(OLD, toegekend=5000), ingediend=9820, toegekend=5000, **FEB)


@pytest.mark.parametrize("ledger", [False, True])
@pytest.mark.parametrize(("messages", "granted"), [([WHOLE], 0), ([WHOLE, PARTLY], 9820), ([], 9820)])
def test_it_counts_for_the_budget(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], messages: list[bytes], granted: int, ledger: bool
) -> None:
    """March asks 98.20 of a budget of 150.00; with a ledger twice, which changes nothing."""
    words = prepare(tmp_path, message(), budget_cent="15000", einddatum="2026-12-31")
    (tmp_path / "eerder").mkdir()
    for name, data in zip("ab", messages, strict=False):
        (tmp_path / "eerder" / f"{name}.xml").write_bytes(data)
    words += ["--eerder", str(tmp_path / "eerder")] if messages else []
    words += ["--ledger", str(tmp_path / "gemeente.db")] if ledger else []
    for again in (["--force"],) * (1 + ledger):
        assert cli.run([*words, *again]) == 0
        summary = json.loads((tmp_path / "uit" / "samenvatting.json").read_text("utf-8"))
        assert summary["toegekend_cent"] == granted
        assert capsys.readouterr().err.count("zonder officieel schema") == len(messages)


def test_it_is_not_verified_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = prepare(tmp_path, message())
    (tmp_path / "jw323.xml").write_bytes(WHOLE)
    assert cli.run(words) == 2
    assert "Dit is JW303 release 2.3: alleen te lezen als wat eerder is gedeclareerd, met --eerder" in capsys.readouterr().err
    assert cli.run(["messages", "check", str(tmp_path / "jw323.xml")]) == 2
    assert "met --eerder en in mpj tariffs convert" in "".join(capsys.readouterr())


def test_a_ledger_takes_no_old_answer_over_that_contradicts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All is granted, but of other amounts than were declared: without a ledger its declaration waits."""
    other = evolve(OLD, nummer="OUD2", bedrag=4910, code="45213")
    swapped = (evolve(OLD, bedrag=4910, toegekend=4910), evolve(other, bedrag=9820, toegekend=9820))
    words = prepare(tmp_path, message(), budget_cent="15000", einddatum="2026-12-31")
    (tmp_path / "eerder").mkdir()
    (tmp_path / "eerder" / "a.xml").write_bytes(jw303(OLD, other, **FEB))
    (tmp_path / "eerder" / "b.xml").write_bytes(jw304(*swapped, ingediend=14730, toegekend=14730, **FEB))
    words += ["--eerder", str(tmp_path / "eerder")]
    assert cli.run(words) == 0
    assert "een ander bedrag dan in de declaratie; de declaratie wacht" in capsys.readouterr().err
    assert cli.run([*words, "--force", "--ledger", str(tmp_path / "gemeente.db")]) == 2
    assert "een ander bedrag dan in de declaratie" in capsys.readouterr().err
    assert not (tmp_path / "gemeente.db").exists()
