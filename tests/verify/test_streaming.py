"""Client by client and from disk, the same verdict to the byte; and memory that does not grow with the lines."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mpj.engine.lines import number
from mpj.messages import Declaratiebericht, Prestatie, content_faults, overview, read_jw323
from mpj.reading.faults import InputError
from mpj.verification import Basis, Toetsing, answer, open_declaratie
from mpj.verification.case import Case
from mpj.verification.output import read_findings, stream_verification, write_verification
from verify import large
from verify.examples import ANDERE, VOORBEELDEN
from verify.support import (
    ANNA,
    BRAM,
    GEMEENTE,
    ONTVANGST,
    Row,
    Situatie,
    credit,
    line,
    message,
    toewijzing,
    written,
    zaak,
)
from verify.test_robustness import CONTRACTS, lines, toewijzingen

SITUATIES = [*(one for pair in VOORBEELDEN.values() for one in pair), *(situatie for _, situatie in ANDERE.values())]
UNKNOWN = zaak(line(productcode="99X99"), line(referentienummer="R2"))
CREDIT_LAST = zaak(
    line(referentienummer="R2"),
    credit(line(referentienummer="R0", productcode="45213")),
    toewijzingen=(toewijzing(volume="2", eenheid="04", frequentie="6"),),
)


def files(folder: Path) -> dict[str, bytes]:
    """What stands in a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def streamed(situatie: Situatie, folder: Path, **more: Any) -> dict[str, bytes]:
    """The files of a verification that reads the message from bytes and writes client by client."""
    folder.mkdir()
    options = {"dagtekening": ONTVANGST, "history": situatie.history} | dict(situatie.settings) | more
    with open_declaratie(written(situatie.bericht), folder=folder) as declared:
        summary = stream_verification(Toetsing(declared, Basis(situatie.contracts, situatie.toewijzingen), **options), folder)
    assert json.loads((folder / "samenvatting.json").read_text("utf-8")) == summary
    return files(folder)


@pytest.mark.slow
@pytest.mark.parametrize("more", [{}, {"onbeoordeeld": "afwijzen", "taal": "en"}, {"history": None}], ids=["", "afwijzen", "los"])
def test_the_files_are_those_of_the_values(tmp_path: Path, more: dict[str, Any]) -> None:
    """Findings, answer and summary of every example, and nothing else is left in the folder."""
    for place, situatie in enumerate([*SITUATIES, UNKNOWN, CREDIT_LAST]):
        try:
            written(situatie.bericht)
        except InputError:
            continue
        outcome, whole = situatie.verify(**more), tmp_path / f"whole-{place}"
        whole.mkdir()
        write_verification(outcome, whole)
        assert streamed(situatie, tmp_path / str(place), **more) == files(whole)
        assert tuple(one for _, one in read_findings(whole)) == (*outcome.bevindingen, *outcome.niet_beoordeeld)


def test_a_message_from_disk_says_what_it_said(tmp_path: Path) -> None:
    """Over more than one block of the file, more than once, and with the temporary file gone at the end."""
    large.prepare(tmp_path, 2_000, 50)
    with open_declaratie(tmp_path / "jw323.xml", folder=tmp_path) as declared:
        whole = read_jw323(tmp_path / "jw323.xml")
        assert tuple(declared.clienten) == tuple(declared.clienten) == whole.clienten
        assert (declared.header, declared.totaal) == (whole.header, whole.totaal)
        assert (declared.overzicht.clienten, declared.overzicht.regels) == (50, 2_000)
    assert {path.name for path in tmp_path.iterdir()} == {"jw323.xml", "contract", "toewijzingen.csv"}


def test_a_faulty_form_is_refused(tmp_path: Path) -> None:
    broken = written(message()).replace(b"45212", b"4521234567")
    with pytest.raises(InputError), open_declaratie(broken, folder=tmp_path):
        pass


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.sampled_from((ANNA, BRAM)), lines()), min_size=2, max_size=8),
    toewijzingen(),
    st.sampled_from(CONTRACTS),
)
def test_what_one_line_kept_the_others_of_its_kind_keep(found: list[tuple[str, Prestatie]], own: list[Row], deal: Any) -> None:
    """Judging each line by all rules says the same. Each line comes twice, under other numbers, so that kinds are shared."""
    doubled = [(bsn, evolve(one, referentienummer=f"{place}")) for place, (bsn, one) in enumerate([*found, *found])]
    situatie = Situatie(message(*doubled), own, (deal,), None, {"toewijzingen_volledig": [GEMEENTE]})
    shared = situatie.verify()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Case, "keep", lambda *_: None)
        assert situatie.verify() == shared


def test_the_size_of_the_table_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a table so small that every number is suspect, the same doubles are found."""
    doubles = message(line(), line(vorig_referentienummer="R1"), (BRAM, line()), credit(line()), (BRAM, credit(line())))
    repeated = evolve(doubles, clienten=(*doubles.clienten, *doubles.clienten[:1]))
    usual = [content_faults(one) for one in (doubles, repeated)]
    assert {fault.code for fault in usual[1]} >= {"TR101", "TR304", "TR314", "TR315", "TR316", "TR416"}
    monkeypatch.setattr(overview, "_BITS", 8)
    assert [content_faults(one) for one in (doubles, repeated)] == usual


def test_the_number_of_an_answer_is_made_like_any_other() -> None:
    parts = ("JW325", date(2026, 4, 10), ("0200",), ("R1", ("9338", "8021")))
    assert answer._number(parts) == number(12, *parts)


def test_progress_counts_to_the_end() -> None:
    heard: list[tuple[int, int]] = []
    declared: Declaratiebericht = message(*(line(referentienummer=f"R{place}") for place in range(2_500)))
    Situatie(declared).verify(progress=lambda done, total: heard.append((done, total)))
    assert heard == [(2_500, 2_500)]


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory of a process is read from /proc")
@pytest.mark.parametrize(("largest", "price"), [(50_000, "24,55"), (20_000, "23,90")], ids=["right", "a third wrong"])
def test_ten_times_the_lines_take_the_same_memory(tmp_path: Path, largest: int, price: str) -> None:
    """The same clients and toewijzingen, ten times the lines; held as one value the largest message takes some 60 MB more."""
    peaks = []
    for count in (largest // 10, largest):
        folder = tmp_path / str(count)
        folder.mkdir()
        large.prepare(folder, count, 500, price)
        peaks.append(large.peak(folder, folder / "uit"))
    assert peaks[1] < 1.3 * peaks[0]
