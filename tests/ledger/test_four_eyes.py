"""Four eyes: who kept a concept does not send it; whoever ran last kept it, and of nobody known is nobody else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from cli.helpers import mpj as command
from sqlalchemy import update

import mpj
from ledger.support import Partij, registratie
from ledger.test_replaced import log, number
from mpj.ledger import schema
from mpj.reading.faults import RefusedError

DAY = date(2026, 5, 4)


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    found = Partij(tmp_path / "zorg.db")
    found.ledger.wie = "anna"
    return found


def refused(partij: Partij, nummer: str) -> mpj.Fault:
    with pytest.raises(RefusedError) as caught:
        partij.ledger.send([nummer], op=DAY, vier_ogen=True)
    (fault,) = caught.value.faults
    assert fault.code == "vier_ogen" and fault.kolom == nummer
    return fault


def test_who_kept_it_does_not_send_it_and_another_does(partij: Partij) -> None:
    first = number(partij.run(registratie("a")))
    assert refused(partij, first).verwacht == "een ander dan anna"
    partij.ledger.wie = "bram"
    (sent,) = partij.ledger.send([first], op=DAY, vier_ogen=True)
    assert sent.status == "verzonden" and log(partij.ledger)[-1] == ("verzonden", "bram", first)
    partij.ledger.wie = "anna"
    (again,) = partij.ledger.send([first], op=DAY, vier_ogen=True)
    assert again.al_bekend, "what was sent stays so, whoever asks"


def test_whoever_ran_last_kept_it(partij: Partij) -> None:
    partij.run(registratie("a"))
    partij.ledger.wie = "bram"
    second = number(partij.run(registratie("a")))
    assert refused(partij, second).verwacht == "een ander dan bram"
    partij.ledger.wie = "anna"
    assert partij.ledger.send([second], op=DAY, vier_ogen=True)[0].status == "verzonden"


def test_nobody_is_nobody_else(partij: Partij) -> None:
    first = number(partij.run(registratie("a")))
    partij.ledger.wie = ""
    assert refused(partij, first).toelichting == "wie verzendt, is niet bekend"
    with partij.ledger.database.transaction() as connection:
        connection.execute(update(schema.declaratie).values(wie=""))
    partij.ledger.wie = "bram"
    assert "draai de maand nog eens" in refused(partij, first).verwacht
    assert partij.ledger.send([first], op=DAY)[0].status == "verzonden", "where nobody asks for four eyes"


def test_who_booked_and_took_back_is_kept(partij: Partij) -> None:
    first = partij.run(registratie("a"))
    messages = partij.send(first)
    partij.ledger.wie = "bram"
    partij.book(messages)
    partij.book(messages)
    second = partij.run(registratie("b", "2026-04-02"), periode="2026-04")
    partij.send(second)
    partij.ledger.withdraw([number(second)], op=DAY)
    partij.ledger.withdraw([number(second)], op=DAY)
    assert [one for one in log(partij.ledger) if one[0] in ("beantwoord", "teruggenomen")] == [
        ("beantwoord", "bram", number(first)),
        ("teruggenomen", "bram", number(second)),
    ], "what changed nothing is not told"


def test_the_command_line_keeps_to_it_where_mpj_toml_says_so(
    partij: Partij, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = number(partij.run(registratie("a")))
    partij.ledger.database.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOGNAME", "anna")
    paths = 'contracten = ["k"]\ntoewijzingen = ["t.csv"]\nuit = "uit"\n'
    (tmp_path / "mpj.toml").write_text(f"vier_ogen = 1\n{paths}", "utf-8")
    send = ("ledger", "send", "--ledger", "zorg.db", first, "--op", "2026-05-04")
    assert "true of false" in command(*send).err
    (tmp_path / "mpj.toml").write_text(f"vier_ogen = true\n{paths}", "utf-8")
    done = command(*send)
    assert done.code == 2 and "een ander dan anna" in done.err
    monkeypatch.setenv("LOGNAME", "bram")
    assert command(*send).code == 0
