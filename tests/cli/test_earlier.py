"""`--eerder`: what was declared before, from tables, output folders, messages and answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from world import contract, declare, registratie, toewijzing

from mpj.messages import write_berichten
from mpj.output import write_result
from mpj.reading.faults import InputError
from mpj.verification.earlier import read_earlier

FEBRUARY = declare(
    contract({"2.1 hbo": "24,55", "2.1 wo": "31,00"}),
    [toewijzing(budget_cent=100_000)],
    [registratie("2026-02-03"), registratie("2026-02-04", niveau="wo")],
    periode="2026-02",
    dagtekening=date(2026, 3, 2),
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The output folder of February, messages included."""
    folder = tmp_path / "februari"
    folder.mkdir()
    write_result(FEBRUARY, folder)
    write_berichten(FEBRUARY.regels, folder, dagtekening=date(2026, 3, 2))
    return folder


def test_a_whole_output_folder_counts_every_line_once(out: Path) -> None:
    assert sorted(line.referentienummer for line in read_earlier([out])) == sorted(
        line.referentienummer for line in FEBRUARY.regels
    )


def test_messages_say_what_tables_say(out: Path) -> None:
    names = (
        "gemeente",
        "toewijzingnummer",
        "productcode",
        "begindatum",
        "eenheid",
        "volume_bericht",
        "bedrag_cent",
        "debetcredit",
        "bsn",
    )
    from_messages = read_earlier(sorted(out.glob("*.xml")))
    assert {tuple(getattr(line, name) for name in names) for line in from_messages} == {
        tuple(getattr(line, name) for name in names) for line in FEBRUARY.regels
    }


def test_the_budget_counts_what_was_declared(out: Path) -> None:
    budget = toewijzing(budget_cent=sum(line.bedrag_cent for line in FEBRUARY.regels) + 2455)
    march = declare(contract({"2.1 hbo": "24,55"}), [budget], [registratie()], eerder=read_earlier([out]))
    assert [line.volume for line in march.regels] == [1]


@pytest.mark.parametrize(
    ("found", "replacement"), [(";D;", ";X;"), (";01;", ";99;"), ("2026-02;VB", "feb;VB"), (";60;", f";{'9' * 5000};")]
)
def test_a_damaged_table_is_refused(out: Path, found: str, replacement: str) -> None:
    table = out / "declaratieregels.csv"
    text = table.read_text("utf-8")
    assert found in text
    table.write_text(text.replace(found, replacement), "utf-8")
    with pytest.raises(InputError):
        read_earlier([out])
