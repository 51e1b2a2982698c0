"""Both sides of a region, month after month: the aanbieder declares and sends, the gemeenten verify and answer.

Besides plain months there are: care written down late or wrong, toewijzingen that the gemeente has later than the aanbieder (lines
that are rejected go out again), declarations that the transport lost, answers that take a month more, the prices of a new year.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from attrs import field, frozen, mutable

import mpj
from mpj.contract import Contract
from mpj.demo import contract_folders
from mpj.demo.chance import between, happens
from mpj.demo.months import MonthFiles, Sizes, generate_months
from mpj.engine.opdracht import check_order
from mpj.engine.outcome import Result
from mpj.ledger import Ledger, codes_asked
from mpj.messages import Antwoordbericht, read_jw323, to_bytes
from mpj.reading.faults import Fault, InputError
from mpj.reading.periods import first_day, month_text

LOST_PERMILLE = 20
"""Of the declarations: lost by the transport, and declared anew a month after."""
SLOW_PERMILLE = 120
"""Of the answers: a month late."""
MAP_INVOER, MAP_BERICHTEN, MAP_JAAR = "invoer", "berichten", "verantwoording"
AANBIEDER, GEMEENTEN = "aanbieder.db", "gemeenten.db"
ONDERWEG, VERLOREN = "onderweg", "verloren"
"""The folders, beside those of the months, of answers that have not arrived when the play ends and of messages that never did."""
_WIE = "simulatie"
_ROUNDS = 9


@frozen
class Maandstand:
    """What came of one month of declaring, over all declarations sent in it; amounts in eurocents, credits subtracted."""

    maand: str
    """The month, as 2026-03."""
    registraties: int
    """How many rows of contacts and stays were read."""
    regels: int
    bedrag_cent: int
    toegekend: int
    """How many lines were granted and rejected in the answers that were booked in it."""
    afgekeurd: int
    akkoord: int
    """How many decisions somebody had to agree to."""


@frozen
class Simulatie:
    """What was played, and where it is."""

    maanden: tuple[Maandstand, ...]
    aanbieder: Path
    """The ledger of the aanbieder."""
    gemeenten: Path
    """That of the gemeenten, who keep one together."""
    invoer: Path
    """The files of each month."""
    berichten: Path
    """The messages of each month as they arrived, what is still under way, and what was lost: a folder of each."""
    contracten: tuple[Path, ...]
    dag: date
    """The last day of the play."""


@mutable(eq=False)
class _Stage:
    """Both sides, and what is on its way between them."""

    rng: Random
    contracten: Sequence[Contract]
    aanbieder: Ledger
    gemeenten: Ledger
    berichten: Path
    onderweg: list[tuple[str, Antwoordbericht]] = field(factory=list)
    """Answers that take a month more."""


def simulate(
    folder: Path,
    *,
    van: int,
    tot: int,
    sizes: Sizes,
    contracten: Sequence[Path] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Simulatie:
    """Play the months from `van` up to and including `tot` (`mpj.reading.periods`) into `folder`, and return what came of each.

    `sizes` has the seed: the same arguments give the same ledgers. `contracten` are contract folders without faults, those of the
    example region by default. `progress` hears (months done, months in all). Raises InputError for a `tot` before `van`, and
    for a month in which none of the contracts has a price.
    """
    folders = tuple(contracten or contract_folders())
    months = range(van, tot + 1)
    check_order(van, tot, "--tot")
    for name in (AANBIEDER, GEMEENTEN):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / MAP_BERICHTEN, ignore_errors=True)
    found: list[Maandstand] = []
    loaded = mpj.load_contracts(folders)
    with Ledger(folder / AANBIEDER, wie=_WIE) as aanbieder, Ledger(folder / GEMEENTEN, wie=_WIE) as gemeenten:
        aanbieder.begin(month_text(van))
        stage = _Stage(Random(sizes.zaad), loaded, aanbieder, gemeenten, folder / MAP_BERICHTEN)
        for files in _generated(folder / MAP_INVOER, folders, months, sizes):
            found.append(_play(stage, files))
            if progress is not None:
                progress(len(found), len(months))
    _keep(stage, ONDERWEG, [(name, to_bytes(answer)) for name, answer in stage.onderweg])
    places = folder / AANBIEDER, folder / GEMEENTEN, folder / MAP_INVOER, folder / MAP_BERICHTEN
    return Simulatie(tuple(found), *places, folders, _dagtekening(tot) + timedelta(days=20))


def _generated(folder: Path, contracten: Sequence[Path], months: Sequence[int], sizes: Sizes) -> Iterator[MonthFiles]:
    try:
        yield from generate_months(folder, contracten, months, sizes)
    except ValueError as error:
        text, verwacht = (
            "deze maanden zijn niet te spelen",
            "maanden met een prijs in de contracten, en niet meer cliënten dan er zijn",
        )
        raise InputError(Fault("periode_onjuist", toelichting=text, verwacht=verwacht)) from error


def _dagtekening(month: int) -> date:
    """Return the day on which a month is declared: in the week after it."""
    return first_day(month + 1) + timedelta(days=6)


def _play(stage: _Stage, files: MonthFiles) -> Maandstand:
    """Play one month: what was under way arrives, what was rejected goes out again, the month is declared, sent and answered."""
    dagtekening = _dagtekening(files.month)
    booked = _book(stage, files.month, stage.onderweg, dagtekening - timedelta(days=2))
    stage.onderweg = []
    again = [row["referentienummer"] for row in stage.aanbieder.repair_list() if not row["opnieuw"]]
    if again:
        stage.aanbieder.resend(again)
    result, agreed = _declare(stage, files, dagtekening)
    answers = _answers(stage, files, dagtekening)
    slow = [happens(stage.rng, SLOW_PERMILLE) for _ in answers]
    stage.onderweg = [one for one, late in zip(answers, slow, strict=True) if late]
    now = [one for one, late in zip(answers, slow, strict=True) if not late]
    granted, refused = _book(stage, files.month, now, dagtekening + timedelta(days=between(stage.rng, 9, 16)))
    cents = sum(line.bedrag_cent if line.debetcredit == "D" else -line.bedrag_cent for line in result.regels)
    rows = files.rows.get("registraties.csv", 0) + files.rows.get("verblijf.csv", 0)
    counts = len(result.regels), cents, booked[0] + granted, booked[1] + refused, agreed
    return Maandstand(month_text(files.month), rows, *counts)


def _declare(stage: _Stage, files: MonthFiles, dagtekening: date) -> tuple[Result, int]:
    """Declare a month as a clerk does who agrees to what is asked; returns the run, and how much there was to agree to."""
    akkoord: list[str] = []
    for _ in range(_ROUNDS):
        try:
            result = stage.aanbieder.declare(
                stage.contracten,
                mpj.read_toewijzingen([files.map / "toewijzingen.csv"]),
                mpj.read_registraties([files.map / "registraties.csv"]),
                verblijf=mpj.read_verblijf([files.map / "verblijf.csv"]),
                medewerkers=mpj.read_medewerkers([files.map / "medewerkers.csv"]),
                periode=month_text(files.month),
                dagtekening=dagtekening,
                op=dagtekening,
                akkoord=tuple(akkoord),
            )
        except InputError as error:
            asked = [code for code in codes_asked(error) if code not in akkoord]
            if not asked:
                raise
            akkoord += asked
        else:
            return result, len(akkoord)
    raise AssertionError("a run asks for ever")


def _answers(stage: _Stage, files: MonthFiles, dagtekening: date) -> list[tuple[str, Antwoordbericht]]:
    """Send every concept, have the gemeenten verify what arrives, and return their answers."""
    sent = [one.declaratienummer for one in stage.aanbieder.send(op=dagtekening)]
    lost = [nummer for nummer in sent if happens(stage.rng, LOST_PERMILLE)]
    arrived = [nummer for nummer in sent if nummer not in lost]
    messages = stage.aanbieder.messages(arrived) if arrived else []
    _keep(stage, month_text(files.month), messages)
    if lost:
        _keep(stage, VERLOREN, stage.aanbieder.messages(lost))
        stage.aanbieder.withdraw(lost, op=dagtekening)
    known = list(mpj.read_toewijzingen([files.at_gemeente]))
    everywhere = {gemeente for one in stage.contracten for gemeente in one.gemeenten}
    answers = []
    for name, content in messages:
        op = dagtekening + timedelta(days=1)
        message = read_jw323(content, name)
        found = stage.gemeenten.verify(message, stage.contracten, known, op=op, toewijzingen_volledig=everywhere)
        if found.antwoord is not None:
            answers.append((f"jw325{name.removeprefix('jw323')}", found.antwoord))
    return answers


def _keep(stage: _Stage, name: str, messages: Sequence[tuple[str, bytes]]) -> None:
    """Write messages to the folder of a month, or that of what is under way."""
    place = stage.berichten / name
    place.mkdir(parents=True, exist_ok=True)
    for file, content in messages:
        (place / file).write_bytes(content)


def _book(stage: _Stage, month: int, answers: Sequence[tuple[str, Antwoordbericht]], op: date) -> tuple[int, int]:
    """Book answers on a day of a month; returns how many lines were granted and rejected."""
    if not answers:
        return 0, 0
    _keep(stage, month_text(month), [(name, to_bytes(answer)) for name, answer in answers])
    booked = stage.aanbieder.answer(answers, op=op)
    faults = [fault for one in booked for fault in one.fouten]
    if faults:
        raise InputError(faults)
    return sum(one.toegekend for one in booked), sum(one.afgekeurd for one in booked)
