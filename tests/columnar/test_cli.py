"""`mpj declare --executor columnar`: the same folder, what it refuses, and what it says without its extra."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import duckdb
import pytest
from cli.helpers import OUTPUTS, REGISTRATIES, TARIEVEN, TOEWIJZINGEN, VERBLIJF, Month, write, write_contract


@pytest.fixture
def month(tmp_path: Path) -> Month:
    """A contract, toewijzingen, registraties and stays."""
    write_contract(tmp_path / "vb", tarieven=TARIEVEN)
    for name, content in (("toewijzingen", TOEWIJZINGEN), ("registraties", REGISTRATIES), ("verblijf", VERBLIJF)):
        write(tmp_path / f"{name}.csv", content)
    return Month(tmp_path)


def test_the_same_folder(month: Month) -> None:
    both = []
    for executor in ("python", "columnar"):
        out = month.folder / executor[:6]  # as long as the other's: a path is wrapped by its length
        done = month.declare("--executor", executor, out=out)
        assert done.code == 0, done.err
        assert sorted(path.name for path in out.iterdir()) == OUTPUTS
        both.append(([(out / name).read_bytes() for name in OUTPUTS], done.out.replace(out.name, "")))
    assert both[0] == both[1]


def test_parquet_beside_csv(month: Month) -> None:
    path = month.folder / "meer.parquet"
    with duckdb.connect() as connection:
        columns = "'R9' AS id, '999900006' AS bsn, DATE '2026-03-09' AS datum, 30 AS minuten, 'hbo' AS kwalificatieniveau"
        connection.execute(f"COPY (SELECT {columns}, '2.1' AS prestatiecode) TO '{path}' (FORMAT parquet)")
    done = month.declare("--registraties", path, "--executor", "columnar")
    assert done.code == 0, done.err
    trace = {row["bron"]: (row["bestand"], row["rij"]) for row in month.rows("herkomst.csv")}
    assert trace["R9"] == ("meer.parquet", "2")
    assert trace["R1"] == ("registraties.csv", "2")


@pytest.mark.parametrize("extra", [("--berichten",), ("--ledger", "ledger.sqlite")])
def test_what_it_does_not_go_with(month: Month, extra: tuple[str, ...]) -> None:
    done = month.declare("--executor", "columnar", *extra)
    assert done.code == 2
    assert "--executor columnar gaat niet samen met" in done.err
    assert not month.out.exists()


def test_a_file_that_is_none(month: Month) -> None:
    write(month.folder / "registraties.csv", "id;bsn;dtum\n")
    done = month.declare("--executor", "columnar")
    assert (done.code, done.unexpected) == (2, False)
    assert "datum" in done.err
    assert not month.out.exists()


def test_without_the_extra(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "duckdb":
            raise ModuleNotFoundError("No module named 'duckdb'", name="duckdb")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", absent)
    done = month.declare("--executor", "columnar")
    assert done.code == 2
    assert "pip install 'mpj[columnar]'" in done.err
    assert not month.out.exists()
