"""CSV as the conventions have it, and as real exports have it: what is read, and what is refused with which row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import ANNA, REGISTRATIES, TOEWIJZINGEN, VERBLIJF, Content, shown_bsns, write

from mpj import Fault, InputError, Registratie, read_medewerkers, read_registraties, read_toewijzingen, read_verblijf
from mpj.reading.lines import LineNumbers
from mpj.records.partitions import Partitions

HEADER = "id;bsn;datum;minuten\n"
ROW = f"R1;{ANNA};2026-03-02;50\n"
MEDEWERKERS = "medewerker;kwalificatieniveau;begindatum;einddatum\nM1;hbo;2026-01-01;\n"
READERS: dict[str, tuple[Callable[..., Iterable[Any]], str]] = {
    "registraties": (read_registraties, REGISTRATIES),
    "verblijf": (read_verblijf, VERBLIJF),
    "toewijzingen": (read_toewijzingen, TOEWIJZINGEN),
    "medewerkers": (read_medewerkers, MEDEWERKERS),
}


def read(path: Path, content: Content, name: str = "r.csv", report: Callable[[Fault], None] | None = None) -> list[Any]:
    """The registraties in a file with this content."""
    return list(read_registraties([write(path / name, content)], report=report))


def refused(path: Path, content: Content) -> Fault:
    """The first fault that refuses a file with this content."""
    with pytest.raises(InputError) as caught:
        read(path, content)
    assert not shown_bsns(str(caught.value))
    return caught.value.faults[0]


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest) -> Iterator[tuple[Callable[..., Iterable[Any]], str]]:
    yield READERS[request.param]


# --- What is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: text.replace("\n", "\n\n \n").encode(),
        lambda text: ("\n\n" + text).encode(),
        lambda text: "\n".join(";".join(f'"{field}"' for field in line.split(";")) for line in text.splitlines()).encode(),
    ],
    ids=["BOM", "CRLF", "CR", "no last line end", "blank lines", "blank lines first", "quotes everywhere"],
)
def test_the_form_of_a_file_makes_no_difference(
    tmp_path: Path, reader: tuple[Callable[..., Iterable[Any]], str], change: Callable[[str], bytes]
) -> None:
    read_table, text = reader
    plain = list(read_table([write(tmp_path / "plain.csv", text)]))
    assert list(read_table([write(tmp_path / "other.csv", change(text))])) == plain
    assert len(plain) == len(text.splitlines()) - 1


def test_columns_come_in_any_order_and_fields_lose_their_blanks(tmp_path: Path) -> None:
    (record,) = read(tmp_path, f" minuten ;datum;bsn;id\n 50 ; 02-03-2026 ;{ANNA}; R1 \n")
    assert isinstance(record, Registratie)
    assert (record.id, record.minuten, record.datum.isoformat()) == ("R1", 50, "2026-03-02")


def test_a_bsn_keeps_its_blanks_and_is_then_none(tmp_path: Path) -> None:
    (record,) = read(tmp_path, f"{HEADER}R1; {ANNA};2026-03-02;50\n")
    assert record.uitval.reden == "ongeldig"
    assert not shown_bsns(record.uitval.toelichting)


def test_quotes_hold_separators_quotes_and_line_ends(tmp_path: Path) -> None:
    records = read(tmp_path, HEADER + f'"R;1";{ANNA};2026-03-02;50\n"R""2";{ANNA};2026-03-02;50\n"R\n3";{ANNA};2026-03-02;50\n')
    assert [record.id for record in records] == ["R;1", 'R"2', "R\n3"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path, end: str) -> None:
    """As a spreadsheet shows them: the header is row 1, a row that spans lines is one, blank lines count."""
    text = HEADER + ROW + "\n" + ROW.replace("R1", '"R\n\n2"') + ROW.replace("R1", "R3")
    assert [record.rij for record in read(tmp_path, text.replace("\n", end).encode())] == [2, 4, 5]


def test_a_row_of_separators_alone_is_empty(tmp_path: Path) -> None:
    assert len(read(tmp_path, HEADER + ";;;\n" + ROW + " ; ;;\n")) == 1


@pytest.mark.parametrize("row", ["R1;{bsn};2026-03-02", "R1;{bsn};2026-03-02;50;x;y"])
def test_a_ragged_row_is_set_aside(tmp_path: Path, row: str) -> None:
    (wrong, good) = read(tmp_path, HEADER + row.format(bsn=ANNA) + "\n" + ROW)
    assert (wrong.uitval.reden, wrong.uitval.rij, wrong.uitval.bron) == ("ongeldig", 2, "R1")
    assert "velden" in wrong.uitval.toelichting
    assert isinstance(good, Registratie)


def test_a_header_alone_is_an_empty_table(tmp_path: Path, reader: tuple[Callable[..., Iterable[Any]], str]) -> None:
    read_table, text = reader
    assert list(read_table([write(tmp_path / "kop.csv", text.splitlines()[0])])) == []


# --- As the world writes them -----------------------------------------------------------------------------------------

WORDS = HEADER.replace("\n", ";opmerking\n") + ROW.replace("\n", ";cliënt\n") + ROW.replace("R1", "é2").replace("\n", ";\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "said |", 'said "~'])
@pytest.mark.parametrize("above", ["", "Export van maart\n\nLocatie A;x\n"])
def test_encoding_separator_and_titles_make_no_difference(tmp_path: Path, encoding: str, separator: str, above: str) -> None:
    sign = separator[-1]
    text = (above + WORDS).replace(";", sign)
    if separator.startswith("said"):
        text = f'"sep={sign}"\n{text}' if '"' in separator else f"sep={sign}\n{text}"
    told: list[Fault] = []
    data = ("\ufeff" + text).encode("utf-16-be") if encoding == "utf-16" and above else text.encode(encoding)
    found = read(tmp_path, data, report=told.append)
    head = 4 if above else 1
    assert [(record.id, record.minuten, record.rij) for record in found] == [("R1", 50, head + 1), ("é2", 50, head + 2)]
    notices = [fault.code for fault in told]
    assert notices == ["codering_windows"] * (encoding == "cp1252") + ["rijen_boven_kop"] * bool(above) + ["kolom_onbekend"]
    assert all(fault.soort == "waarschuwing" for fault in told)
    if above:
        assert "rij 1, 3 staan boven de kopregel" in told[-2].toelichting


def test_a_header_below_twenty_rows_is_none(tmp_path: Path) -> None:
    assert len(read(tmp_path, "x\n" * 19 + HEADER + ROW)) == 1
    assert refused(tmp_path, "x\n" * 20 + HEADER + ROW).code == "kolom_ontbreekt"


def test_the_line_is_told_where_it_is_not_the_row(tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", HEADER + ROW.replace("R1", '"R\n1"') + ROW + ROW.replace("R1", '"R\n\n3"') + ROW)
    lines: dict[str, LineNumbers] = {}
    found: list[Any] = list(read_registraties([path], lines=lines))
    assert [record.rij for record in found] == [2, 3, 4, 5]
    assert [lines["r.csv"].of(rij) for rij in (1, 2, 3, 4, 5)] == [1, 2, 4, 5, 8]
    with pytest.raises(InputError) as caught:
        read(tmp_path, HEADER + ROW.replace("R1", '"R\n1"') + '"R2"x;1;2;3\n')
    assert [(fault.rij, fault.regel) for fault in caught.value.faults] == [(3, 4)]


# --- What is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code", "rij"),
    [
        ("", "bestand_leeg", 0),
        (b"\xef\xbb\xbf", "bestand_leeg", 0),
        ("\n \n;;\n", "bestand_leeg", 0),
        (HEADER + 'R1;"open\n' + ROW, "csv_onleesbaar", 2),
        (HEADER + ROW + '"R2"x;1;2;3\n', "csv_onleesbaar", 3),
        (HEADER + ROW + "R\0;1;2;3\n", "csv_onleesbaar", 3),
        ((HEADER + ROW).encode() + b"R2;\x81;2026-03-02;50\n", "codering_onjuist", 3),
        ((HEADER + ROW).encode("utf-16")[:-1], "codering_onjuist", 2),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "kolom_ontbreekt", 1),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00", "csv_onleesbaar", 1),
        (b'<?xml version="1.0"?>\n<a/>\n', "kolom_ontbreekt", 1),
        (b'{"id": 1}', "kolom_ontbreekt", 1),
        (ROW, "kolom_ontbreekt", 1),
        ("id;bsn;minuten\n", "kolom_ontbreekt", 1),
        ("id;bsn;datum;bsn\n", "kolom_dubbel", 1),
        ("\n\nid;bsn;datum;bsn\n", "kolom_dubbel", 3),
    ],
)
def test_what_is_no_such_table_is_refused_with_its_row(tmp_path: Path, content: Content, code: str, rij: int) -> None:
    fault = refused(tmp_path, content)
    assert (fault.code, fault.bestand, fault.rij) == (code, "r.csv", rij)


def test_another_separator_is_named_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, (HEADER + ROW).replace(";", "|"))
    (hint,) = caught.value.faults
    assert (hint.code, hint.gevonden) == ("scheidingsteken", "|")
    assert ";" in hint.verwacht


@pytest.mark.parametrize("place", [0, 1, 899])
def test_a_wrong_byte_is_named_with_its_row(tmp_path: Path, place: int) -> None:
    rows = [ROW.replace("R1", f"R{number}") for number in range(2, 2001)]
    rows[place] = rows[place].replace("R", "\x81")
    assert refused(tmp_path, (HEADER + "".join(rows)).encode("latin-1")).rij == place + 2
    half = (HEADER + "".join(rows)).replace("\x81", "\ud800").encode("utf-16-le", "surrogatepass")
    assert refused(tmp_path, b"\xff\xfe" + half).rij == place + 2
    with pytest.raises(InputError) as caught:
        Partitions().read([tmp_path / "r.csv"])
    assert caught.value.faults[0].rij == place + 2


def test_every_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, "naam;nummer\n")
    assert [fault.kolom for fault in caught.value.faults] == ["id", "bsn", "datum"]


# --- Names of columns -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "known"),
    [
        ("ids", "id"),
        ("bsnr", "bsn"),
        ("daatum", "datum"),
        ("minutes", "minuten"),
        ("kwalificatieniveaus", "kwalificatieniveau"),
        ("toewijzingsnummer", "toewijzingnummer"),
        ("toewijzingsnummers", "toewijzingnummer"),
        ("soorten", "soort"),
    ],
)
def test_a_column_near_a_known_one_is_refused(tmp_path: Path, column: str, known: str) -> None:
    """At most 2 letters away, 1 for names up to 4 letters; a second way to write a name that is there counts as one."""
    fault = refused(tmp_path, f"{column};{HEADER}")
    assert (fault.code, fault.rij, fault.kolom, fault.verwacht) == ("kolom_verschreven", 1, column, known)


@pytest.mark.parametrize(
    ("column", "known"),
    [("ID", "id"), ("i_d", "id"), ("Bsn", "bsn"), ("Datum ", "datum"), ("MINU TEN", "minuten"), ("minu-ten", "minuten")],
)
def test_case_blanks_and_dashes_do_not_count_in_a_name(tmp_path: Path, column: str, known: str) -> None:
    assert read(tmp_path, HEADER.replace(known, column) + ROW) == read(tmp_path, HEADER + ROW)
    fault = refused(tmp_path, f"{column};{HEADER}")
    assert (fault.code, fault.kolom) == ("kolom_verschreven", column.strip())


@pytest.mark.parametrize("column", ["naam", "rij", "nr", "dat", "minuut", "cliënt", "opmerking", "toewijzing", "afspraken", "code"])
def test_a_column_far_from_all_known_ones_is_skipped_with_a_warning(tmp_path: Path, column: str) -> None:
    warnings: list[Fault] = []
    (record,) = read(tmp_path, f"{column};{HEADER}x;{ROW}", report=warnings.append)
    assert isinstance(record, Registratie)
    (warning,) = warnings
    assert (warning.soort, warning.code, warning.rij) == ("waarschuwing", "kolom_onbekend", 1)
    assert column in warning.toelichting


def test_unknown_columns_are_listed_once_for_a_wide_export(tmp_path: Path) -> None:
    names = [f"extern veld {number}" for number in range(60)]
    warnings: list[Fault] = []
    read(tmp_path, ";".join([*names, HEADER]) + ";".join(["x"] * 60 + [ROW]) + ";".join(["y"] * 60 + [ROW]), report=warnings.append)
    (warning,) = warnings
    assert all(name in warning.toelichting for name in names)


def test_a_header_that_is_really_a_row_shows_no_bsn(tmp_path: Path) -> None:
    warnings: list[Fault] = []
    fault = refused(tmp_path, ROW)
    assert fault.code == "kolom_ontbreekt"
    read(tmp_path, f"{ANNA};{HEADER}x;{ROW}", report=warnings.append)
    assert "verborgen" in warnings[0].toelichting
    assert not shown_bsns(str(warnings[0]))


def test_columns_without_a_name_are_passed_over(tmp_path: Path) -> None:
    warnings: list[Fault] = []
    assert len(read(tmp_path, f"id;bsn;datum;;\nR1;{ANNA};2026-03-02;;\n", report=warnings.append)) == 1
    assert warnings == []
