"""Conservation over a whole play of fifteen months, against the messages and answers on disk, added up without the code of mpj."""

from __future__ import annotations

import csv
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from attrs import asdict, evolve

import mpj
from mpj.demo import contract_folders
from mpj.ledger import Ledger
from mpj.reading.periods import month_text, parse_month
from mpj.reports import Jaarbeeld, Jaarvraag, Kpi, Vergelijkingsvraag, read_benchmark, read_kpi, read_year
from mpj.reports.year import post_of
from mpj.simulation import MAP_JAAR, Simulatie, Sizes, simulate, write_reports
from reports.conversation import GRANTED, OPEN, REJECTED, STATES, Line, conversation, counting
from reports.test_benchmark import Attacker, elfproef

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("whole play")]  # played once, in one process
MONTHS = tuple(month_text(month) for month in range(parse_month("2026-01"), parse_month("2027-03") + 1))
YEARS = (2026, 2027)
CONTRACTS = mpj.load_contracts(contract_folders())


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Simulatie:
    folder = tmp_path_factory.mktemp("play")
    sizes = Sizes(zaad=1, clienten=70, registraties=700, aantal_gemeenten=6)
    found = simulate(folder, van=parse_month(MONTHS[0]), tot=parse_month(MONTHS[-1]), sizes=sizes)
    write_reports(found, folder / MAP_JAAR)
    return found


@cache
def heard(played: Simulatie, path: Path) -> list[Line]:
    """The lines as the side of a ledger knows them."""
    return conversation(played.berichten, MONTHS, under_way=path == played.gemeenten)


def year_of(path: Path, jaar: int, **asked: Any) -> Jaarbeeld:
    with Ledger(path) as ledger:
        return read_year(ledger, Jaarvraag(jaar=jaar, contracten=CONTRACTS, **asked))


def of_year(lines: Iterable[Line], jaar: int) -> list[Line]:
    return [line for line in lines if line.maand.startswith(str(jaar))]


def sides(played: Simulatie) -> Iterator[tuple[Path, list[Line]]]:
    for path in (played.aanbieder, played.gemeenten):
        yield path, heard(played, path)


def test_the_play_holds_what_is_proven_of_it(played: Simulatie) -> None:
    """Rejections that were repaired and that still stand, corrections, lost messages: else the rest is easy."""
    lines = heard(played, played.aanbieder)
    stands = Counter(line.stand for line in lines)
    assert stands[GRANTED] and stands[REJECTED]
    assert 0 < sum(line.stand == REJECTED for line in counting(lines)) < stands[REJECTED]
    assert any(not line.debet for line in lines)
    assert list((played.berichten / "verloren").iterdir())


@pytest.mark.parametrize("jaar", YEARS)
def test_the_year_is_that_of_the_messages(played: Simulatie, jaar: int) -> None:
    """By gemeente and code, of either side: euros and lines by where they stand, what was taken back, and clients."""
    for path, lines in sides(played):
        wanted: Counter[tuple[str, ...]] = Counter()
        clients: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for line in of_year(counting(lines), jaar):
            place = line.gemeente, line.aanbieder, line.categorie, line.code
            wanted[*place, line.stand] += line.signed
            wanted[*place, "ingediend"] += line.signed
            wanted[*place, "credit"] += 0 if line.debet or line.stand == REJECTED else line.cent
            clients[place][line.bsn] += line.volume if line.debet else -line.volume
        told: Counter[tuple[str, ...]] = Counter()
        beeld = year_of(path, jaar)
        for row in beeld.regels:
            place = row.gemeente, row.aanbieder, row.productcategorie, row.productcode
            for name in (*STATES, "ingediend", "credit"):
                told[*place, name] += getattr(row, f"{name}_cent")
        assert {key: cent for key, cent in told.items() if cent} == {key: cent for key, cent in wanted.items() if cent}
        rows = Counter((row.gemeente, row.aanbieder, row.productcategorie, row.productcode) for row in beeld.regels)
        for row in beeld.regels:
            place = row.gemeente, row.aanbieder, row.productcategorie, row.productcode
            if rows[place] == 1:
                assert row.clienten == sum(volume > 0 for volume in clients[place].values())


@pytest.mark.parametrize("jaar", YEARS)
def test_months_gemeenten_and_posts_are_those_of_the_messages(played: Simulatie, jaar: int) -> None:
    for path, lines in sides(played):
        beeld = year_of(path, jaar)
        months: Counter[tuple[str, str]] = Counter()
        posts: Counter[tuple[str, str]] = Counter()
        counts: Counter[tuple[str, str]] = Counter()
        for line in of_year(counting(lines), jaar):
            posts[line.gemeente, line.stand] += line.signed
            counts[line.gemeente, line.stand] += 1
            if line.stand != REJECTED:
                months[line.gemeente, line.maand] += line.signed
        assert {(gemeente, month_text(month)): cent for (gemeente, month), cent in beeld.maanden.items() if cent} == {
            key: cent for key, cent in months.items() if cent
        }
        for one in beeld.aansluiting:
            if one.post in STATES:
                assert (one.aantal, one.cent) == (counts[one.gemeente, one.post], posts[one.gemeente, one.post])


@pytest.mark.parametrize("jaar", YEARS)
def test_both_sides_agree_on_every_declaration_that_both_have_seen_whole(played: Simulatie, jaar: int) -> None:
    """A gemeente of which no message was lost and no answer is under way says what the aanbieder says."""
    own, other = year_of(played.aanbieder, jaar), year_of(played.gemeenten, jaar)
    differs = {_gemeente(path) for name in ("onderweg", "verloren") for path in (played.berichten / name).iterdir()}
    same = {one.gemeente for one in own.regels} - differs
    assert same, "the play must leave gemeenten of which all is known to both"
    names = "ingediend", *STATES, "credit"
    for gemeente in same:
        tables = []
        for beeld in (own, other):
            sums: Counter[tuple[str, ...]] = Counter()
            for row in (row for row in beeld.regels if row.gemeente == gemeente):
                place = row.prestatiecode, row.kwalificatieniveau, row.productcode, str(row.tarief_cent)
                sums.update({(*place, name): getattr(row, f"{name}_cent") for name in names})
                sums[*place, "clienten"] += row.clienten
                sums[*place, "eenheden"] += row.eenheden  # type: ignore[assignment]
            tables.append({key: value for key, value in sums.items() if value})
        assert tables[0] == tables[1], gemeente


def _gemeente(path: Path) -> str:
    return path.name.split("-")[2]


@pytest.mark.parametrize("limits", [False, True])
def test_delivered_is_what_one_run_over_all_records_comes_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: bool) -> None:
    """Months of late care, corrections, rejections and lost messages reconcile with what one run over the last records comes to.

    Which record fills a limit depends on when it was known, and not what all of them are worth together. Without stays: of those
    it depends on when they were confirmed.
    """
    read: Any = mpj.read_toewijzingen

    def without_limits(paths: Sequence[Path]) -> Iterator[Any]:
        for one in read(paths):
            ample = None if one.budget_cent is None else 99_999_999
            yield evolve(one, volume=None, eenheid=None, frequentie=None, budget_cent=ample)

    if not limits:
        monkeypatch.setattr(mpj, "read_toewijzingen", without_limits)
    monkeypatch.setattr(mpj, "read_verblijf", lambda _: iter(()))
    months = MONTHS[9:]
    sizes = Sizes(zaad=6, clienten=60, registraties=600, aantal_gemeenten=5)
    played = simulate(tmp_path, van=parse_month(months[0]), tot=parse_month(months[-1]), sizes=sizes)
    last = played.invoer / months[-1]
    result = mpj.declare(
        CONTRACTS,
        mpj.read_toewijzingen([last / "toewijzingen.csv"]),
        _last_of([played.invoer / month / "registraties.csv" for month in months]),
        medewerkers=mpj.read_medewerkers([last / "medewerkers.csv"]),
        periode=months[-1],
        dagtekening=date(2027, 4, 7),
        nalevering=True,
    )
    begin = date(2026, 10, 1)  # care of before the ledger was declared elsewhere
    once: Counter[tuple[str, int]] = Counter()
    for line in result.regels:
        once[line.gemeente, line.begindatum.year] += line.bedrag_cent if line.begindatum >= begin else 0
    for row in result.uitval:
        if row.datum is not None and row.datum >= begin and post_of(row.reden) is not None:
            once[row.gemeente, row.datum.year] += row.waarde_cent or 0
    delivered: Counter[tuple[str, int]] = Counter()
    for jaar in YEARS:
        beeld = year_of(played.aanbieder, jaar)
        delivered.update({(one.gemeente, jaar): one.cent or 0 for one in beeld.aansluiting if one.post == "geleverd"})
        assert {one.post for one in beeld.aansluiting if one.cent} >= {"toegekend", "geleverd"}
    cut = result.samenvatting["verschil"]["afgetopt_cent"]
    assert bool(cut) is limits
    assert delivered.total() == once.total() + cut
    if not limits:
        assert {key: cent for key, cent in delivered.items() if cent} == {key: cent for key, cent in once.items() if cent}


def _last_of(files: Iterable[Path]) -> list[Any]:
    """Return the records as they stand in the end; an id that came twice in a file with other content is as it was before that."""
    found: dict[str, Any] = {}
    for path in files:
        own: dict[str, list[Any]] = defaultdict(list)
        for one in mpj.read_registraties([path]):
            own[one.id].append(one)
        for identity, twice in own.items():
            if len({str(asdict(one) | {"rij": 0}) for one in twice}) == 1:
                found[identity] = twice[0]
    return list(found.values())


def test_the_traffic_is_that_of_the_messages(played: Simulatie) -> None:
    """Rejected at first, right at once, credited and late: each figure that is shown, of either side."""
    for path, lines in sides(played):
        wanted = _traffic(lines)
        with Ledger(path) as ledger:
            kpis = read_kpi(ledger, parse_month(MONTHS[0]), parse_month(MONTHS[-1])).kpis
        told = {(row.maand, row.gemeente, row.kpi): row for row in kpis if row.kpi in _OF_LINES}
        assert told
        for key, row in told.items():
            assert _figure(row) == wanted[key], (path.name, key)


_OF_LINES = ("afgekeurd_cent", "goed_in_een_keer_procent", "credit_cent", "nagekomen_cent")


def _figure(row: Kpi) -> tuple[Fraction | None, int]:
    return row.waarde, row.aantal


def _traffic(lines: list[Line]) -> Mapping[tuple[str, str, str], tuple[Fraction, int]]:
    seen: set[object] = set()
    first: dict[tuple[str, str], list[Line]] = defaultdict(list)
    other: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    for line in (line for line in lines if line.stand in STATES):
        place = line.gedeclareerd, line.gemeente
        if line.debet and line.care not in seen and line.stand != OPEN:
            first[place].append(line)
        seen.add(line.care)
        if line.stand != REJECTED and (not line.debet or line.maand < line.gedeclareerd):
            other[*place, "nagekomen_cent" if line.debet else "credit_cent"].append(line)
    found = {key: (Fraction(sum(line.cent for line in own)), len(own)) for key, own in other.items()}
    for place, own in first.items():
        wrong = [line for line in own if line.stand == REJECTED]
        found[*place, "afgekeurd_cent"] = Fraction(sum(line.cent for line in wrong)), len(wrong)
        found[*place, "goed_in_een_keer_procent"] = Fraction(100 * (len(own) - len(wrong)), len(own)), len(own)
    return found


Shares = Mapping[tuple[str, int], Mapping[str, int]]
"""The eurocents of each client, by gemeente and quarter."""


def _shares(lines: Iterable[Line], codes: Mapping[str, str]) -> Mapping[str, Shares]:
    found: dict[str, dict[tuple[str, int], Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for line in lines:
        if line.stand != REJECTED:
            found[codes[line.code]][line.gemeente, parse_month(line.maand) // 3][line.bsn] += line.signed
    return {
        code: {place: {bsn: cent for bsn, cent in own.items() if cent > 0} for place, own in places.items()}
        for code, places in found.items()
    }


def test_no_few_clients_follow_from_all_comparisons_together(played: Simulatie) -> None:
    """An attacker has every comparison over whole quarters, pairs of gemeenten as a region, and solves for what is hidden."""
    quarters = range(parse_month(MONTHS[0]) // 3, parse_month(MONTHS[-1]) // 3 + 1)
    for path, lines in sides(played):
        codes = {row.productcode: row.prestatiecode for jaar in YEARS for row in year_of(path, jaar).regels}
        shares = _shares(counting(lines), codes)
        gemeenten = sorted({line.gemeente for line in lines})
        attackers: dict[str, Attacker] = defaultdict(Attacker)
        unknowns = {code: list(places) for code, places in shares.items()}
        shown = 0
        with Ledger(path) as ledger:
            for first, last in combinations(range(quarters.start, quarters.stop + 1), 2):
                for region in [(), *pairwise(gemeenten)]:
                    asked = Vergelijkingsvraag(
                        van=first * 3, tot=last * 3 - 1, contracten=CONTRACTS, regios=dict.fromkeys(region, "samen")
                    )
                    for row in read_benchmark(ledger, asked).metingen:
                        if row.maat != "cent_per_client":
                            continue
                        cell = {"aanbieder": gemeenten, "gemeente": [row.naam], "regio": region}[row.groep]
                        inside = {(one, quarter) for one in cell for quarter in range(first, last)}
                        clients: Counter[str] = Counter()
                        for place, own in shares[row.prestatiecode].items():
                            clients.update(own if place in inside else {})
                        assert row.clienten == len(clients) >= 5
                        assert row.waarde == Fraction(clients.total(), len(clients))
                        attackers[row.prestatiecode].learn([Fraction(one in inside) for one in unknowns[row.prestatiecode]])
                        shown += 1
        assert shown, "the play must be large enough to show something"
        for code, attacker in attackers.items():
            for size in (1, 2):
                for chosen in combinations([one for one in unknowns[code] if shares[code][one]], size):
                    if len({bsn for one in chosen for bsn in shares[code][one]}) < 5:
                        assert not attacker.knows([Fraction(one in chosen) for one in unknowns[code]]), (code, chosen)


def test_no_file_of_a_report_holds_a_bsn_and_no_comparison_few_clients(played: Simulatie) -> None:
    folder = played.aanbieder.parent / MAP_JAAR
    named = {line.bsn for line in heard(played, played.gemeenten)}
    assert named and all(map(elfproef, named))
    seen = set()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        seen.add(path.suffix)
        for text in _texts(path):
            assert not named.intersection(re.findall(r"(?<!\d)\d{9}(?!\d)", text)), path.name
    assert seen == {".csv", ".html", ".xlsx"}
    for path in folder.rglob("benchmark.csv"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            assert all(int(row["clienten"]) >= 5 for row in csv.DictReader(stream, delimiter=";"))


def _texts(path: Path) -> Iterator[str]:
    if path.suffix != ".xlsx":
        yield path.read_text("utf-8")
        return
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            yield book.read(name).decode("utf-8", "replace")


def test_a_year_that_was_closed_in_the_play_stays_and_its_changes_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The year is closed while answers are under way and care comes late: what it was then stays, and the changes lead to now."""
    original = Ledger.declare
    stood: list[Jaarbeeld] = []

    def declare(self: Ledger, *args: Any, **given: Any) -> Any:
        if given["periode"] == "2027-01" and not stood:
            self.close_year(2026, op=date(2027, 2, 6))
            stood.append(read_year(self, Jaarvraag(jaar=2026, contracten=CONTRACTS)))
        return original(self, *args, **given)

    monkeypatch.setattr(Ledger, "declare", declare)
    sizes = Sizes(zaad=4, clienten=60, registraties=600, aantal_gemeenten=5)
    found = simulate(tmp_path, van=parse_month("2026-10"), tot=parse_month("2027-03"), sizes=sizes)
    beeld = year_of(found.aanbieder, 2026)
    assert beeld.gesloten == date(2027, 2, 6)
    assert beeld.regels == stood[0].regels
    assert beeld.mutaties, "something must have come after the closing"
    months = [month_text(month) for month in range(parse_month("2026-10"), parse_month("2027-03") + 1)]
    now: Counter[tuple[str, str, str]] = Counter()
    for line in of_year(counting(conversation(found.berichten, months, under_way=False)), 2026):
        now[line.gemeente, line.code, line.stand] += line.signed
    led: Counter[tuple[str, str, str]] = Counter()
    for row in beeld.regels:
        for post in (GRANTED, OPEN, REJECTED):
            led[row.gemeente, row.productcode, post] += getattr(row, f"{post}_cent")
    for change in beeld.mutaties:
        led[change.gemeente, change.productcode, change.post] += change.cent
    assert {key: cent for key, cent in led.items() if cent} == {key: cent for key, cent in now.items() if cent}
