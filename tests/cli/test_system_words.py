"""No English of the system or of lxml reaches a Dutch screen: missing, locked and full, a folder, an empty file, damaged XML."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest
from lxml import etree

from cli.helpers import Month, mpj, write, write_month
from cli.test_machine import limited
from mpj.reading.system import SYSTEM, system_reason, xml_reason

ENGLISH = re.compile(
    r"\b(the|no|not|such|found|file|directory|permission|denied|operation|permitted|space|left|device|resource|error|errno|"
    r"expected|start|tag|document|empty|premature|end|extra|content|opening|ending|mismatch|line|char|entity|defined|"
    r"invalid|encoding|bytes in)\b",
    re.IGNORECASE,
)
SOURCE = Path(__file__).parents[2] / "mpj"
MESSAGE = (Path(__file__).parents[1] / "messages" / "golden" / "jw323-maand.xml").read_bytes()
LAST = MESSAGE.rindex(b"</")
INSIDE = {
    "anders": b"<a><b></c></a>",
    "en": b"<a>x & y</a>",
    "naam": b"<a>&x;</a>",
    "twee": b"<a b='1' b='2'/>",
    "kaal": b"<a b=1/>",
    "zonder": b"<a b/>",
    "kleiner": b"<a b='<'/>",
    "teken": b"<a>\x01</a>",
    "bytes": b"<a>\xff\xfe</a>",
    "prefix": b"<onbekend:a/>",
    "open": b"<a><!-- tekst",
}
DAMAGED = {name: MESSAGE[:LAST] + piece + MESSAGE[LAST:] for name, piece in INSIDE.items()} | {
    "leeg": b"",
    "tekst": b"id;bsn\n1;2\n",
    "afgebroken": MESSAGE[:LAST],
    "half": MESSAGE[: LAST // 2],
    "staart": MESSAGE + b"tekst",
    "utf16": MESSAGE.decode().encode("utf-16"),
    "plaatje": b"\x89PNG\r\n\x1a\n",
    "zip": b"PK\x03\x04",
}


def english(text: str, folder: Path) -> list[str]:
    """The English words of a screen, the names that were given apart; `bestand` and `map` are ours."""
    return ENGLISH.findall(text.replace(str(folder), "").replace("Fout", ""))


@pytest.fixture
def month(tmp_path: Path) -> Month:
    return write_month(tmp_path / "m")


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_the_system_is_told_in_dutch(number: int) -> None:
    """A number that is not in the table is told as its own name, which can be looked up."""
    told = system_reason(OSError(number, os.strerror(number)))
    assert told and os.strerror(number).lower() not in told.lower()
    assert number not in SYSTEM or not ENGLISH.findall(told)


def test_nothing_else_quotes_the_system_or_lxml() -> None:
    quoting = [
        path for path in SOURCE.rglob("*.py") if re.search(r"\.strerror|error\.msg\b|noted\.message", path.read_text("utf-8"))
    ]
    assert quoting == []


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_xml_is_told_in_dutch(name: str, month: Month, tmp_path: Path) -> None:
    path = write(tmp_path / "b.xml", DAMAGED[name])
    asked = ("--contracten", month.folder / "vb", "--toewijzingen", month.folder / "toewijzingen.csv", "--out", month.out)
    for call in (("messages", "check", path), ("verify", "--bericht", path, *asked)):
        outcome = mpj(*call)
        assert outcome.code == 2 and not outcome.unexpected, outcome.err
        assert english(outcome.err, tmp_path) == [], outcome.err


def test_where_the_xml_ends_is_told_with_line_and_column(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xml", MESSAGE[:LAST])
    lines = MESSAGE[:LAST].decode().split("\n")
    err = mpj("messages", "check", path).err
    assert f"b.xml, rij {len(lines)}: " in err
    assert f"gevonden: het houdt op voor het einde (kolom {len(lines[-1]) + 1})" in err


def test_every_fault_of_the_parser_in_the_table_is_one_that_it_has() -> None:
    parsed = []
    for data in DAMAGED.values():
        try:
            etree.fromstring(data)
        except etree.XMLSyntaxError as error:
            parsed.append(xml_reason(getattr(error, "code", 0), 0))
    assert len(set(parsed)) > 8 and not any("XML-fout" in told for told in parsed)


@pytest.mark.parametrize("option", ["--registraties", "--toewijzingen", "--contracten", "--profiel", "--eerder"])
@pytest.mark.parametrize("kind", ["niets", "map", "leeg", "lang", "pad"])
def test_files_that_are_not_there_or_are_something_else(option: str, kind: str, month: Month, tmp_path: Path) -> None:
    (tmp_path / "map").mkdir()
    write(tmp_path / "leeg", b"")
    given = {"lang": tmp_path / ("x" * 300), "pad": tmp_path / "leeg" / "x.csv"}.get(kind, tmp_path / kind)
    outcome = month.declare(option, given)
    assert outcome.code in (0, 2) and not outcome.unexpected, outcome.err
    assert english(outcome.err, tmp_path) == [], outcome.err


def test_a_file_that_may_not_be_read(month: Month, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs this: root may read everything, so the system refuses in its name."""
    plain = Path.open

    def refuse(path: Path, *args: object, **kwargs: object) -> object:
        if path.name == "registraties.csv":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return plain(path, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    outcome = month.declare()
    assert outcome.code == 2 and "registraties.csv" in outcome.err and "(geen toegang)" in outcome.err
    assert english(outcome.err, tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("args", [("--berichten",), ("--nalevering",), ("--ledger", "l.db")])
def test_a_full_disk(args: tuple[str, ...], month: Month, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = limited(300, *month.args(), *args)
    assert outcome.code == 2 and english(outcome.err, tmp_path) == [], outcome.err
