"""Files, folders and zips: what is found in them, under which name it is reported, and what cannot be opened."""

from __future__ import annotations

import io
import random
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from cli.helpers import ANNA, BRAM, Content, write

from mpj import Fault, InputError, read_registraties, read_toewijzingen
from mpj.reading.sources import Digests, find_sources

HEADER = "id;bsn;datum;minuten\n"


def rows(*ids: str) -> str:
    return HEADER + "".join(f"{identity};{ANNA};2026-03-02;50\n" for identity in ids)


def zipped(*members: tuple[str, Content], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def names(*paths: Path) -> list[tuple[str, str]]:
    """(file as reported, id) of every registratie below the paths."""
    return [(record.bestand, record.id) for record in read_registraties(paths) if not hasattr(record, "uitval")]


def faults(*paths: Path) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        list(read_registraties(paths))
    return caught.value.faults


# --- What is found ----------------------------------------------------------------------------------------------------


def told(path: Path, *, submappen: bool = False) -> tuple[list[str], list[tuple[str, str]]]:
    """The ids read below a path, and each file that was not read with what helps."""
    warnings: list[Fault] = []
    found = [record.id for record in read_registraties([path], report=warnings.append, submappen=submappen)]
    assert {warning.code for warning in warnings} <= {"bestand_niet_gelezen"}
    return found, [(warning.bestand, warning.verwacht) for warning in warnings]


def test_a_folder_stands_for_its_tables_by_name_and_the_others_are_named(tmp_path: Path) -> None:
    """Lock files and hidden ones apart."""
    for name in (
        "b.csv",
        "a.CSV",
        "sub/c.csv",
        "lees.txt",
        ".verborgen.csv",
        ".map/d.csv",
        "~$a.csv",
        ".~lock.b.csv#",
        "sub/~$e.csv",
    ):
        write(tmp_path / "in" / name, rows(name))
    found, passed = told(tmp_path / "in")
    assert found == ["a.CSV", "b.csv"]
    assert [name for name, _ in passed] == ["in/lees.txt", "in/sub/c.csv"]
    assert "--submappen" in passed[1][1]
    found, passed = told(tmp_path / "in", submappen=True)
    assert found == ["a.CSV", "b.csv", "sub/c.csv"]
    assert [name for name, _ in passed] == ["in/lees.txt"]


def test_a_zip_of_one_folder_is_that_folder(tmp_path: Path) -> None:
    members: list[tuple[str, Content]] = [("map/a.csv", rows("a")), ("map/oud/b.csv", rows("b")), ("__MACOSX/._a.csv", b"\0\1")]
    found, passed = told(write(tmp_path / "in.zip", zipped(*members)))
    assert (found, [name for name, _ in passed]) == (["a"], ["in.zip/map/oud/b.csv"])
    assert told(tmp_path / "in.zip", submappen=True) == (["a", "b"], [])


def test_a_folder_with_tables_in_sub_folders_alone_says_so(tmp_path: Path) -> None:
    write(tmp_path / "in/sub/a.csv", rows("a"))
    (fault,) = faults(tmp_path / "in")
    assert (fault.code, "--submappen" in fault.verwacht) == ("invoer_leeg", True)


def test_a_zip_stands_for_its_csv_files_by_name(tmp_path: Path) -> None:
    members: list[tuple[str, Content]] = [
        ("b.csv", rows("b")),
        ("map/a.csv", rows("a")),
        ("lees.txt", "x"),
        ("__MACOSX/._b.csv", b"\0\1"),
        ("map/", ""),
    ]
    found, passed = told(write(tmp_path / "in.zip", zipped(*members)))
    assert (found, [name for name, _ in passed]) == (["b"], ["in.zip/lees.txt", "in.zip/map/a.csv"])
    assert told(tmp_path / "in.zip", submappen=True)[0] == ["b", "a"]


def test_a_named_file_is_read_whatever_its_ending(tmp_path: Path) -> None:
    assert names(write(tmp_path / "export.txt", rows("a"))) == [("export.txt", "a")]


def test_files_are_read_in_the_order_they_are_named(tmp_path: Path) -> None:
    one, two = write(tmp_path / "2.csv", rows("b")), write(tmp_path / "1.csv", rows("a"))
    assert names(one, two) == [("2.csv", "b"), ("1.csv", "a")]


def test_equal_names_in_several_folders_are_told_apart(tmp_path: Path) -> None:
    one, two = write(tmp_path / "jan/r.csv", rows("a")), write(tmp_path / "feb/r.csv", rows("b"))
    assert names(one, two) == [("jan/r.csv", "a"), ("feb/r.csv", "b")]
    hashes: dict[str, str] = {}
    list(read_registraties([one, two], hashes=hashes))
    assert list(hashes) == ["jan/r.csv", "feb/r.csv"]


def test_names_that_are_hidden_are_told_apart_and_show_no_bsn_of_a_folder(tmp_path: Path) -> None:
    """Of files with one name the summary knew one digest; and equal names were lengthened with a folder as it is called."""
    for bsn in (ANNA, BRAM):
        write(tmp_path / f"map/{bsn}.csv", rows(bsn[-2:]))
        write(tmp_path / f"{bsn}/a.csv", rows(bsn[-3:]))
    assert names(tmp_path / "map") == [("map/(verborgen).csv", "06"), ("map/(verborgen) (2).csv", "18")]
    twice = [tmp_path / bsn / "a.csv" for bsn in (ANNA, BRAM, ANNA)]
    assert [name for name, _ in names(*twice)] == ["(verborgen)/a.csv", "(verborgen)/a (2).csv", "(verborgen)/a.csv"]


def test_digests_of_files_with_one_name_stand_beside_each_other() -> None:
    found = Digests({"a.xml": "1"})
    found.note({"a.xml": "2", "b": "3"})
    found.note({"a.xml": "1", "b": "4"})
    assert found == {"a.xml": "1", "a (2).xml": "2", "b": "3", "b (2)": "4"}


def test_a_folder_of_messages_and_tables_is_read_for_toewijzingen(tmp_path: Path) -> None:
    header = "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;prestatiecode\n"
    write(tmp_path / "in/t.csv", f"{header}1;{ANNA};0384;65656055;2026-01-01;2.1\n")
    write(tmp_path / "in/lees.txt", "x")
    assert len(list(read_toewijzingen([tmp_path / "in"]))) == 1


# --- What cannot be opened --------------------------------------------------------------------------------------------


def test_every_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "leeg").mkdir()
    found = faults(tmp_path / "weg.csv", tmp_path / "leeg", tmp_path / "weg")
    assert [(fault.code, fault.bestand) for fault in found] == [
        ("bestand_ontbreekt", "weg.csv"),
        ("invoer_leeg", "leeg"),
        ("bestand_ontbreekt", "weg"),
    ]


def encrypted() -> bytes:
    data = bytearray(zipped(("r.csv", rows("a"))))
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


BROKEN_ZIPS = {
    "no zip": (b"tekst", "zip_onleesbaar"),
    "empty file": (b"", "zip_onleesbaar"),
    "half a zip": (zipped(("r.csv", rows("a")))[:80], "zip_onleesbaar"),
    "encrypted": (encrypted(), "zip_onleesbaar"),
    "nothing in it": (zipped(), "invoer_leeg"),
    "nothing that fits": (zipped(("lees.txt", "x")), "invoer_leeg"),
    "only leftovers of macOS": (zipped(("__MACOSX/r.csv", "x")), "invoer_leeg"),
}


@pytest.mark.parametrize("name", BROKEN_ZIPS)
def test_a_zip_that_cannot_be_used_is_named(tmp_path: Path, name: str) -> None:
    content, code = BROKEN_ZIPS[name]
    (fault,) = faults(write(tmp_path / "x.zip", content))
    assert fault.code == code
    assert fault.bestand.startswith("x.zip")


def test_a_pipe_or_device_is_refused(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pijp.csv")
    found = faults(tmp_path / "pijp.csv", Path("/dev/zero"))
    assert [(fault.code, fault.verwacht) for fault in found] == [("bestand_onleesbaar", "een bestand op schijf")] * 2


@pytest.mark.slow
def test_a_zip_of_4000_files_is_opened_a_few_times_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "x.zip", zipped(*((f"{number}.csv", rows(str(number))) for number in range(4000))))
    opened: list[int] = []
    read_list = zipfile.ZipFile._RealGetContents  # type: ignore[attr-defined]

    def counted(archive: zipfile.ZipFile) -> None:
        opened.append(1)
        read_list(archive)

    monkeypatch.setattr(zipfile.ZipFile, "_RealGetContents", counted)
    assert len(names(path)) == 4000
    assert len(opened) < 6


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2])
def test_damage_inside_a_zip_is_an_input_error(tmp_path: Path, method: int) -> None:
    faults(write(tmp_path / "x.zip", damaged(method)))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_damage_inside_a_compressed_zip_is_an_input_error(tmp_path: Path, method: int) -> None:
    faults(write(tmp_path / "x.zip", damaged(method)))


def damaged(method: int) -> bytes:
    data = bytearray(zipped(("r.csv", rows(*(f"R{number}" for number in range(3000)))), method=method))
    data[60:80] = b"\xff" * 20
    return bytes(data)


@pytest.mark.slow
def test_any_damage_to_a_zip_gives_records_or_an_input_error(tmp_path: Path) -> None:
    chance = random.Random(1)
    whole = zipped(("map/a.csv", rows("a", "b") * 5), ("b.csv", rows("c")))
    path = tmp_path / "x.zip"
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 3))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        with suppress(InputError):
            list(read_registraties([path]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_with_one_name_are_all_read_or_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.zip", zipped(("r.csv", rows("a")), ("r.csv", rows("b"))))
    try:
        found = names(path)
    except InputError:
        return
    assert [identity for _, identity in found] == ["a", "b"]


def test_a_file_name_can_always_be_written(tmp_path: Path) -> None:
    """Old exports carry names in other encodings; Python shows their bytes as lone surrogates."""
    import os

    path = tmp_path / os.fsdecode(b"regist\xe9.csv")
    write(path, rows("a"))
    ((bestand, _),) = names(path)
    bestand.encode()


def test_what_goes_wrong_while_a_plain_file_is_read_is_not_told_of_a_zip(tmp_path: Path) -> None:
    (source,) = find_sources([write(tmp_path / "a.csv", "x")], (".csv",))
    with pytest.raises(ValueError, match="something else"), source.open():
        raise ValueError("something else")
