"""The bounds on what comes in: each refused early, by one fault, and the table of the docs says what they are."""

from __future__ import annotations

import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from cli.helpers import ANNA, Content, write

from mpj import Fault, InputError, load_contract, read_registraties
from mpj.reading import limits
from mpj.records.partitions import Partitions

HEADER = "id;bsn;datum;minuten\n"
ROW = f"R1;{ANNA};2026-03-02;50\n"


def refused(path: Path) -> Fault:
    """The one fault by which a file is refused, by each way to read it."""
    faults: list[tuple[Fault, ...]] = []
    rows: Partitions
    for read in (lambda: list(read_registraties([path])), lambda: rows.read([path])):
        with closing(Partitions()) as rows, pytest.raises(InputError) as caught:
            read()
        faults.append(caught.value.faults)
    assert faults[0] == faults[1]
    (fault,) = faults[0]
    return fault


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "rij", "what"),
    [
        (HEADER + ROW + "x" * 2_000_000, 3, "rij is te lang"),
        (HEADER + ROW + ";" * 2_000_000, 3, "rij is te lang"),
        (HEADER + ROW + '"a\n";' * 400_000, 3, "rij is te lang"),
        (";" * 2_000_000, 1, "rij is te lang"),
        (";".join(f"k{number}" for number in range(100_000)), 1, "te veel kolommen"),
        (HEADER + ROW + "\n" * (limits.EMPTY_ROWS + 2), limits.EMPTY_ROWS + 3, "lege rijen"),
    ],
    ids=["one field", "many fields", "over many lines", "first row", "header", "empty rows"],
)
def test_a_table_without_end_is_refused(tmp_path: Path, content: Content, rij: int, what: str) -> None:
    fault = refused(write(tmp_path / "r.csv", content))
    assert (fault.code, fault.rij) == ("bestand_te_groot", rij)
    assert what in fault.toelichting


def test_a_zip_that_grows_a_thousandfold_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("r.csv", "w", force_zip64=True) as stream:
        for _ in range(40):
            stream.write(b"x" * (1 << 20))
    assert path.stat().st_size < 100_000
    fault = refused(path)
    assert (fault.code, fault.verwacht) == ("bestand_te_groot", f"hoogstens {limits.ZIP_RATIO} keer zo groot")


def test_a_zip_with_too_many_members_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}.csv", HEADER)
    monkeypatch.setattr("mpj.reading.zips.ZIP_MEMBERS", 19)
    assert refused(path).code == "bestand_te_groot"


@pytest.mark.parametrize(
    ("toml", "rij"),
    [("[[perceel]]\ncode = 'A'\n" * 100_000, 0), (".".join("a" * 200_000) + " = 1", 1), ("[" + ".".join("a" * 200) + "]", 1)],
    ids=["tables", "key", "table"],
)
def test_a_contract_without_end_is_refused(tmp_path: Path, toml: str, rij: int) -> None:
    write(tmp_path / "c/contract.toml", toml)
    write(tmp_path / "c/tarieven.csv", "prestatiecode;kwalificatieniveau;begindatum;tarief\n")
    with pytest.raises(InputError) as caught:
        load_contract(tmp_path / "c")
    fault = caught.value.faults[0]
    assert (fault.code, fault.rij) == ("bestand_te_groot", rij)


def test_a_contract_that_is_a_device_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c/contract.toml").symlink_to("/dev/zero")
    with pytest.raises(InputError) as caught:
        load_contract(tmp_path / "c")
    assert caught.value.faults[0].code == "bestand_onleesbaar"
