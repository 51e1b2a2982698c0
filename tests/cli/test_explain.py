"""`mpj explain`: every line and every record of a month, and folders that are not what they seem."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.helpers import Month, mpj, read_csv, shown_bsns, write, write_month
from mpj import InputError, explain
from mpj.demo import contract_folders, generate
from mpj.records.reasons import REDENEN


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    """A small synthetic region, declared."""
    folder = tmp_path_factory.mktemp("regio")
    made = generate(folder / "invoer", contract_folders(), zaad=3, clienten=15, registraties=150, verblijven=6, periode="2026-03")
    options = {
        "--toewijzingen": made.toewijzingen_csv,
        "--registraties": made.registraties_csv,
        "--verblijf": made.verblijf_csv,
        "--medewerkers": made.medewerkers_csv,
        "--periode": "2026-03",
        "--dagtekening": "2026-04-07",
        "--out": folder / "out",
    }
    outcome = mpj("declare", "--contracten", *contract_folders(), *(text for pair in options.items() for text in pair))
    assert outcome.code == 0, outcome.err
    return Month(folder)


def cents(text: str) -> int:
    """Eurocents from ``€ 1.234,56``."""
    return int(re.sub(r"[^0-9]", "", text))


EUROS = re.compile(r"€ [0-9.]+,[0-9]{2}")


@pytest.mark.slow
def test_every_line_is_explained_and_adds_up(month: Month) -> None:
    lines = month.rows("declaratieregels.csv")
    bsns = {line["bsn"] for line in lines}
    for line in lines:
        told = explain(month.out, regel=line["referentienummer"])
        assert cents(EUROS.search(told.titel)[0]) == int(line["bedrag_cent"])  # type: ignore[index]
        _, *records, total = told.blokken
        shares = [cents(EUROS.findall(dict(record.stappen)["bedrag"])[-1]) for record in records]
        assert sum(shares) == int(line["bedrag_cent"])
        assert "klopt met de regel" in dict(total.stappen)["som"]
        assert f"volume {line['volume_bericht']} in eenheid {line['eenheid']}" in dict(total.stappen)["bericht"]
        assert not shown_bsns(str(told), bsns)


def test_every_step_is_told_for_every_registratie_behind_a_line(month: Month) -> None:
    line = next(line for line in month.rows("declaratieregels.csv") if line["prestatiecode"].startswith("2."))
    for record in explain(month.out, regel=line["referentienummer"]).blokken[1:-1]:
        assert {"gelezen", "toewijzing", "contract", "niveau", "afronding", "bedrag", "regel"} <= dict(record.stappen).keys()


@pytest.mark.slow
def test_every_record_is_explained_with_its_line_or_its_reason(month: Month) -> None:
    trace, aside = month.rows("herkomst.csv"), month.rows("uitval.csv")
    for bron in {row["bron"] for row in trace + aside if row["bron"]}:
        text = str(explain(month.out, bron=bron))
        for row in trace:
            assert row["bron"] != bron or row["referentienummer"] in text
        for row in aside:
            assert row["bron"] != bron or f"{row['reden']}: {REDENEN[row['reden']].betekenis}" in text


def test_the_command_shows_what_the_api_tells(month: Month) -> None:
    number = month.rows("declaratieregels.csv")[0]["referentienummer"]
    outcome = mpj("explain", "--van", month.out, "--regel", number)
    told = explain(month.out, regel=number)
    assert (outcome.code, outcome.err) == (0, "")
    words = " ".join(outcome.out.split())
    assert all(" ".join(text.split()) in words for blok in told.blokken for _, text in blok.stappen)


@pytest.mark.parametrize("args", [("--regel", "weg"), ("--bron", "weg"), ("--regel", ""), ("--bron", "123456782")])
def test_what_is_not_there_is_said(month: Month, args: tuple[str, str]) -> None:
    outcome = mpj("explain", "--van", month.out, *args)
    assert (outcome.code, outcome.out) == (2, "")
    assert args[0] in outcome.err
    assert "123456782" not in outcome.err


@pytest.mark.parametrize("identity", ["R[/b]1", "R[red]1", "=1+1", "R;1", 'R"1"', "R\n1", "é😀", "-x", "R 1", "a" * 300])
def test_any_id_can_be_asked_for(tmp_path: Path, identity: str) -> None:
    quoted = '"' + identity.replace('"', '""') + '"'
    small = write_month(tmp_path)
    path = tmp_path / "registraties.csv"
    write(path, path.read_text("utf-8").replace("R1;", f"{quoted};"))
    assert small.declare().code == 0
    assert identity in {row["bron"] for row in small.rows("herkomst.csv")}
    outcome = mpj("explain", "--van", small.out, f"--bron={identity}")
    assert outcome.code == 0, outcome.err
    assert identity in outcome.out.replace("\n", "") or identity in outcome.out


def test_an_id_with_a_carriage_return_can_be_written_and_read_back(tmp_path: Path) -> None:
    small = write_month(tmp_path)
    write(tmp_path / "registraties.csv", (tmp_path / "registraties.csv").read_text("utf-8").replace("R1;", '"R\r1";'))
    assert small.declare().code == 0
    assert mpj("explain", "--van", small.out, "--bron", "R2").code == 0


@pytest.mark.parametrize("identity", ["R:100:1", "R:warning:1"])
def test_colons_in_an_id_are_just_text(tmp_path: Path, identity: str) -> None:
    small = write_month(tmp_path)
    write(tmp_path / "registraties.csv", (tmp_path / "registraties.csv").read_text("utf-8").replace("R1;", f"{identity};"))
    assert small.declare().code == 0
    assert identity in mpj("explain", "--van", small.out, "--bron", identity).out


def test_an_id_cannot_steer_the_terminal(tmp_path: Path) -> None:
    small = write_month(tmp_path)
    write(tmp_path / "registraties.csv", (tmp_path / "registraties.csv").read_text("utf-8").replace("R1;", "R\x1b[2J1;"))
    assert small.declare().code == 0
    assert "\x1b[2J" not in mpj("explain", "--van", small.out, "--bron", "R\x1b[2J1").out


# --- Folders that are not what they seem ------------------------------------------------------------------------------

TABLES = ["declaratieregels.csv", "herkomst.csv", "uitval.csv", "samenvatting.json"]


def damaged(month: Month, folder: Path, name: str, change: Callable[[bytes], bytes] | None) -> list[tuple[str, ...]]:
    """The faults of explaining a line, a declared and a set-aside record of a month in which one file is changed, or gone."""
    shutil.copytree(month.out, folder)
    if change is None:
        (folder / name).unlink()
    else:
        write(folder / name, change((folder / name).read_bytes()))
    asked: tuple[dict[str, Any], ...] = (
        {"regel": month.rows("declaratieregels.csv")[-1]["referentienummer"]},
        {"bron": month.rows("herkomst.csv")[-1]["bron"]},
        {"bron": next(row["bron"] for row in month.rows("uitval.csv") if row["bron"])},
    )
    faults: list[tuple[str, ...]] = []
    for question in asked:
        try:
            explain(folder, **question)
        except InputError as error:
            faults.append(tuple(fault.code for fault in error.faults))
    return faults


@pytest.mark.parametrize("name", TABLES)
def test_a_missing_file_is_an_input_error(month: Month, tmp_path: Path, name: str) -> None:
    assert damaged(month, tmp_path / "run", name, None)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("content", [b"", bytes(range(256)), b"[]", b"x;y\n1;2\n"])
def test_a_file_of_another_kind_is_an_input_error(month: Month, tmp_path: Path, name: str, content: bytes) -> None:
    assert damaged(month, tmp_path / "run", name, lambda _: content)


def without_last_rows(content: bytes) -> bytes:
    return b"\n".join(content.splitlines()[:-3]) + b"\n"


@pytest.mark.parametrize("name", ["declaratieregels.csv", "herkomst.csv"])
def test_a_shortened_table_is_an_input_error(month: Month, tmp_path: Path, name: str) -> None:
    assert damaged(month, tmp_path / "run", name, without_last_rows)


@pytest.mark.parametrize(
    "content", [b'{"formaat": 1, "soort": "declare"}', b"[" * 100_000, b'{"formaat": 1, "soort": "declare", "contracten": 3}']
)
def test_a_summary_without_content_is_an_input_error(month: Month, tmp_path: Path, content: bytes) -> None:
    assert damaged(month, tmp_path / "run", "samenvatting.json", lambda _: content)


@pytest.mark.parametrize(("column", "value"), [("normtijd", "x"), ("volume", "9" * 5000)])
def test_a_field_no_run_would_write_is_an_input_error(month: Month, tmp_path: Path, column: str, value: str) -> None:
    def change(content: bytes) -> bytes:
        header, *rows = (line.split(";") for line in content.decode().splitlines())
        for row in rows:
            row[header.index(column)] = value
        return "\n".join(";".join(row) for row in [header, *rows]).encode()

    assert damaged(month, tmp_path / "run", "declaratieregels.csv", change)


# --- Earlier lines ----------------------------------------------------------------------------------------------------


def with_earlier(tmp_path: Path, column: str, value: str) -> tuple[int, str]:
    """Declare a month again, with its own first line, changed, as an earlier one."""
    small = write_month(tmp_path)
    assert small.declare().code == 0
    rows = read_csv(small.out / "declaratieregels.csv")[:1]
    rows[0][column] = value
    path = write(tmp_path / "eerder.csv", "\n".join(";".join(part) for part in (rows[0].keys(), rows[0].values())) + "\n")
    outcome = small.declare("--eerder", path, "--force")
    return outcome.code, outcome.err


@pytest.mark.parametrize(
    ("column", "value"),
    [("begindatum", "x"), ("volume", "-1"), ("bedrag_cent", "1,00"), ("in_bericht", "x"), ("toewijzingnummer", "")],
)
def test_an_earlier_line_that_cannot_be_read_is_refused(tmp_path: Path, column: str, value: str) -> None:
    code, message = with_earlier(tmp_path, column, value)
    assert code == 2
    assert f"eerder.csv, rij 2, {column}" in message


@pytest.mark.parametrize(
    ("column", "value"), [("eenheid", "99"), ("eenheid", ""), ("volume", "9" * 5000), ("toewijzingnummer", "9" * 5000)]
)
def test_an_earlier_line_with_a_value_no_run_would_write_is_refused(tmp_path: Path, column: str, value: str) -> None:
    code, message = with_earlier(tmp_path, column, value)
    assert code == 2
    assert f"eerder.csv, rij 2, {column}" in message


def test_an_earlier_line_is_debit_or_credit(tmp_path: Path) -> None:
    assert with_earlier(tmp_path, "debetcredit", "X")[0] == 2


# --- In English -------------------------------------------------------------------------------------------------------


def test_in_english(month: Month) -> None:
    number = month.rows("declaratieregels.csv")[0]["referentienummer"]
    run = mpj("explain", "--van", month.out, "--regel", number, "--taal", "en")
    assert run.code == 0, run.err
    assert "agrees with the line" in run.out and "klopt met de regel" not in run.out
