"""Reports in English: every text has a translation, none is left over, and nothing people read goes round the catalog."""

from __future__ import annotations

import csv
import re
import string
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from mpj.presentation import html, languages
from mpj.presentation.report import Bars, Report, Table
from mpj.reading.periods import parse_month
from mpj.reports import (
    Berichtenbeeld,
    Gebruik,
    Gebruiksbeeld,
    Jaarbeeld,
    Jaarregel,
    Kpi,
    Meting,
    Vergelijkingsbeeld,
    benchmark_pages,
    files,
    kpi_pages,
    use_pages,
    write_benchmark,
    write_kpi,
    write_use,
    write_year,
)
from mpj.reports.beside import Naast, Raming
from mpj.reports.expected import Verwacht
from mpj.reports.tasks import Taak
from mpj.reports.waiting import Wacht
from mpj.reports.year import Aansluiting, Mutatie, Post

OURS = ("mpj.reports", "reports")
MODULES = (files, use_pages, benchmark_pages, kpi_pages)
POSTS: tuple[Post, ...] = ("toegekend", "open", "afgekeurd", "ingetrokken", "nog_in_te_dienen", "zonder_toewijzing", "geleverd")


class Marked(Mapping[tuple[str, str], str]):
    """A catalog that has every text, marked, and remembers which were asked for."""

    def __init__(self, asked: set[str]) -> None:
        self.asked = asked

    def __getitem__(self, key: tuple[str, str]) -> str:
        self.asked.add(key[1])
        return f"⟦{key[1]}⟧"

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(())

    def __len__(self) -> int:
        return 1


def year_row(code: str, clients: int) -> Jaarregel:
    return Jaarregel(
        **dict.fromkeys(("aanbieder", "perceel", "productcategorie", "productcode", "normtijd", "eenheid"), "x"),
        gemeente="0363",
        prestatiecode=code,
        kwalificatieniveau="hbo",
        tarief_cent=2455,
        begindatum=date(2026, 1, 1),
        einddatum=date(2026, 3, 31),
        eenheden=Fraction(4),
        uren=Fraction(1),
        clienten=clients,
        ingediend_cent=9820,
        toegekend_cent=5000,
        open_cent=2455,
        afgekeurd_cent=2365,
        credit_cent=0,
        betaald_cent=100,
    )


YEAR = Jaarbeeld(
    jaar=2026,
    ontvangen=False,
    peildatum=date(2026, 12, 31),
    gesloten=date(2027, 2, 1),
    regels=(year_row("2.1", 3), evolve(year_row("2.2", 9), gemeente="0384")),
    aansluiting=tuple(Aansluiting(gemeente, post, 1, 1234567) for gemeente in ("0363", "0384") for post in POSTS),
    mutaties=(Mutatie("0363", "2.1", "hbo", "45210", "toegekend", -5),),
    sha256="0" * 64,
    maanden={("0363", parse_month("2026-02")): 9820},
    tariefkaarten={"C": "abcd"},
    taken=(Taak("C", "65656055", "0363 0384", "45", "45K01", "Wijkteam", date(2026, 1, 1), 100_000),),
)


def limit(**changed: Any) -> Gebruik:
    base = {"gemeente": "0363", "toewijzingnummer": "1", "prestatiecode": "2.1", "soort": "budget", "eenheid": "eurocent"}
    counts = {"maximum": 1000, "toegekend": 500, "verzonden": 100, "concept": 100, "rest": 300}
    return Gebruik(**{**base, **counts, "einddatum": date(2026, 6, 30), **changed})


def uses() -> Iterator[Gebruiksbeeld]:
    many = [limit(toewijzingnummer=str(number)) for number in range(2, 40)]
    over = limit(rest=0, op_datum=date(2026, 5, 1))
    soon = limit(eenheid="minuten", soort="omvang", op_datum=date(2026, 6, 20))
    ceiling = limit(soort="plafond", toewijzingnummer="", gemeente="", prestatiecode="", contract="C")
    waits = tuple(
        Wacht(gemeente="", reden="geen_toewijzing", sinds=date(2026, 1, 2), aantal=2, geschat_cent=5, zonder_schatting=1)
        for _ in range(21)
    )
    lapse: Any = {"gemeente": "", "uiterlijk": "2026-05-31", "aantal": 2, "waarde_cent": 300}
    own = Gebruiksbeeld(
        op=date(2026, 6, 10),
        ontvangen=False,
        gebruik=(over, soon, ceiling, *many),
        wacht=waits,
        vervalt=(lapse, lapse | {"uiterlijk": "2026-06-30"}),
        zonder_plafond=5,
    )
    yield own
    yield evolve(own, vervalt=None)
    came = Verwacht(gemeente="0363", aanbieder="1", maand="2026-03", toewijzingen=1, laag_cent=0, hoog_cent=5, zonder_schatting=0)
    yield evolve(own, ontvangen=True, verwacht=(came,))
    yield evolve(own, ontvangen=True, gebruik=())


def measures() -> Vergelijkingsbeeld:
    base = Meting(groep="aanbieder", naam="1", prestatiecode="2.1", maat="", waarde=Fraction(5000), clienten=7)
    rows = [
        evolve(base, groep=groep, naam=str(number), maat=maat, mediaan=Fraction(4999, 2))
        for groep in ("aanbieder", "gemeente", "regio")
        for number in range(21)
        for maat in ("clienten", "uren_per_client", "cent_per_client", "cent_per_uur", "niveau_hbo")
    ]
    return Vergelijkingsbeeld(
        van=parse_month("2026-01"), tot=parse_month("2026-12"), ontvangen=True, metingen=tuple(rows), niet_getoond=1234
    )


def traffic() -> Iterator[Berichtenbeeld]:
    place = {"maand": "2026-03", "gemeente": "0363", "aanbieder": "1"}
    named = [Kpi(**place, kpi=kpi, waarde=Fraction(7, 2), aantal=9, binnen_norm=3, open=1) for kpi in kpi_pages.NAMES]
    own = Berichtenbeeld(van=24312, tot=24314, ontvangen=False, kpis=tuple(named), niet_getoond=1, berichten={"JW301": 2})
    yield own
    yield evolve(own, ontvangen=True)


def written(folder: Path, taal: languages.Taal, monkeypatch: pytest.MonkeyPatch) -> list[Report]:
    """Every page and workbook of every report."""
    found: list[Report] = []

    def keep(folder: Path, name: str, page: Report, tables: Mapping[str, Table], book: Report | None = None) -> None:
        found.extend(one for one in (page, book, Report("tables", (), tuple(tables.values()))) if one is not None)

    for module in MODULES:
        monkeypatch.setattr(module, "write_report", keep)
    said: Any = {"namen": {"0363": "Amsterdam"}, "taal": taal}
    beside = (
        Naast(("0363", "", "hbo", "open"), 5, 4),
        Naast(("0363", "2.1", "hbo", "toegekend"), 5, 5),
    )
    raming = (Raming("0363", 5, 6, 1, 2),)
    found.append(write_year(YEAR, folder, naast=beside, raming=raming, **said))
    found += [write_use(use, folder, **said) for use in uses()]
    found.append(write_benchmark(measures(), folder, **said))
    return [*found, *(write_kpi(kpi, folder, **said) for kpi in traffic())]


def texts(report: Report) -> Iterator[str]:
    """What people read of a report, apart from the fields of its tables."""
    yield from (report.title, *(name for name, _ in report.facts))
    for part in report.parts:
        match part:
            case str():
                yield part
            case Table():
                read = part.read
                yield from (part.title, part.note, *(column.label for column in read.columns))
                yield from (text for column in read.columns for text in column.words.values())
                yield str((part.total or ("",))[0])
            case Bars():
                yield from (part.title, part.mark, *part.legend)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    found: set[str] = set()
    known = languages.catalog

    def marked(package: str, name: str, taal: str) -> Mapping[tuple[str, str], str]:
        if (package, name) == OURS:
            return Marked(found)
        return {key: f"⟦{text}⟧" for key, text in known(package, name, taal).items()}

    monkeypatch.setattr(languages, "catalog", marked)
    return found


def test_every_text_has_a_translation_and_none_is_left_over(
    asked: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "en", monkeypatch)
    monkeypatch.undo()
    known = {text for _, text in languages.catalog(*OURS, "en")}
    assert (sorted(asked - known), sorted(known - asked)) == ([], [])


def test_a_translation_takes_the_same_values() -> None:
    for (_, text), told in languages.catalog(*OURS, "en").items():
        assert told, text
        names = [{name for _, name, _, _ in string.Formatter().parse(one) if name} for one in (text, told)]
        assert names[0] == names[1], text


def test_nothing_that_people_read_goes_round_the_catalog(asked: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for report in written(tmp_path, "en", monkeypatch):
        if report.title == "tables":
            continue
        for text in texts(report):
            assert not re.search("[a-zé]{3}", re.sub("⟦.*⟧", "", text).replace("Amsterdam", "")), text


def test_a_report_is_in_one_language_with_its_numbers(tmp_path: Path) -> None:
    """English pages write English numbers and dates; the CSV, and Dutch pages, are as they were."""
    for taal in ("nl", "en"):
        (tmp_path / taal).mkdir()
        write_year(YEAR, tmp_path / taal, namen={}, taal=taal)
    dutch, english = ((tmp_path / taal / "jaar.html").read_text("utf-8") for taal in ("nl", "en"))
    assert '<html lang="en">' in english
    assert "24,691.34" in english and "24.691,34" not in english
    assert "24.691,34" in dutch and "24,691.34" not in dutch
    assert "Accountability 2026" in english and "31 December 2026" in english
    for name in ("jaar.csv", "aansluiting.csv", "mutaties.csv"):
        assert (tmp_path / "nl" / name).read_bytes() == (tmp_path / "en" / name).read_bytes()
    with (tmp_path / "en" / "jaar.csv").open(encoding="utf-8", newline="") as stream:
        assert next(csv.reader(stream, delimiter=";"))[0] == "aanbieder"
    assert html.page(Report("x", taal="en")).count('lang="en"') == 1
