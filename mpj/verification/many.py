"""Many messages in one run: what came of each, and the files that say so.

The messages come in the order in which each is held against those before it; one is held in memory at a time, or with more
processes those of an aanbieder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from operator import attrgetter
from pathlib import Path

from attrs import evolve, field, frozen

from mpj.messages import Declaratiebericht, Prestatie, write
from mpj.messages.values import Declaratiekop
from mpj.output.write import write_csv, write_json
from mpj.presentation.words import NO_NAMES
from mpj.reading.masking import hide
from mpj.reading.periods import month_of, month_text
from mpj.reading.workdays import after
from mpj.verification.output import ANTWOORD, BEVINDINGEN, COLUMNS, SAMENVATTING, SIGNAAL_COLUMNS, SIGNALEN, signal_rows
from mpj.verification.toelichting import name_of, write_explanation
from mpj.verification.told import VerificationSummary
from mpj.verification.values import REGEL, Bevinding, Verificatie
from mpj.version import __version__

FORMAAT = 1
TERMIJN = 10
"""Working days from receipt to answer (iJw 3.2, OP090)."""
ONLEESBAAR, VERKEERD_BESTAND, GEWEIGERD = "onleesbaar", "verkeerd_bestand", "geweigerd"
BEFORE = ("bericht", "aanbieder", "gemeente", "periode", "declaratienummer")
BEHIND = ("toewijzingnummer", "productcode", "begindatum", "bedrag_bericht_cent")
_fields = attrgetter(*COLUMNS)


@frozen
class Uitslag:
    """What came of one message."""

    bestand: str = field(converter=hide)
    """The name of its file."""
    kop: Declaratiekop | None = None
    """Its head, None where it cannot be read."""
    uitkomst: str = ONLEESBAAR
    """Its outcome, or why it was not judged: onleesbaar, verkeerd_bestand, geweigerd (by the ledger)."""
    verificatie: Verificatie | None = None
    """What was said of it; None where it was not judged."""
    bericht: Declaratiebericht | None = field(default=None, repr=False)
    """The message itself, where it was judged."""

    @property
    def samenvatting(self) -> VerificationSummary | None:
        """Its summary, where it was judged."""
        return None if self.verificatie is None else self.verificatie.samenvatting

    @property
    def findings(self) -> tuple[Bevinding, ...]:
        """What was found about it, lines that could not be judged last; none where it was not judged."""
        return () if self.verificatie is None else (*self.verificatie.bevindingen, *self.verificatie.niet_beoordeeld)


@frozen
class Overzichtrij:
    """One message in the overview; amounts are eurocents, and what cannot be known is None."""

    bericht: str
    """The name of its file."""
    uitkomst: str
    """Its outcome, or why it was not judged."""
    aanbieder: str = ""
    gemeente: str = ""
    periode: str = ""
    declaratienummer: str = ""
    dagtekening: date | None = None
    """The date that the message bears."""
    uiterste_antwoorddatum: date | None = None
    """Ten working days after it was received."""
    regels: int | None = None
    ingediend_cent: int | None = None
    toegekend_cent: int | None = None
    afgekeurd_cent: int | None = None
    niet_beoordeeld_cent: int | None = None
    belangrijkste_code: str = ""
    """The return code of the most euros."""
    antwoord: str = ""
    """The file of its answer; empty without one."""


@frozen
class Uitslagen:
    """What came of a run."""

    rijen: tuple[Overzichtrij, ...]
    samenvattingen: tuple[VerificationSummary, ...]
    """The summaries of those that were judged."""

    @property
    def refused(self) -> bool:
        """Whether anything was not granted, or not judged."""
        return any(one.afgekeurd_cent is None or one.uitkomst != "toegekend" for one in self.rijen)


def write_many(
    found: Iterable[Uitslag],
    folder: Path,
    *,
    ontvangen: date | None,
    invoer: Mapping[str, str],
    niet_gelezen: Iterable[str] = (),
    namen: Mapping[str, str] = NO_NAMES,
) -> Uitslagen:
    """Write findings, signals, answers and summary of every message into `folder`, as they come.

    `ontvangen` is the date on which they were received, None: each on its own date; `invoer` are the files that were read, with
    their SHA-256, `niet_gelezen` those of folders and zips that were not; `namen` stand beside codes on pages. A message alone has
    its answer as ``jw325.xml`` too.
    """
    rijen: list[Overzichtrij] = []
    summaries: list[VerificationSummary] = []
    signals: list[tuple[str, ...]] = []
    answers: list[str] = []
    explained: list[str] = []

    def rows() -> Iterator[list[str | int]]:
        for one in found:
            answer = _write_answer(one, folder, answers)
            rijen.append(_row(one, ontvangen, answer))
            if one.verificatie is None or one.samenvatting is None:
                continue
            summaries.append(one.samenvatting)
            if answer:
                name = name_of(one.samenvatting, explained)
                if write_explanation(folder, name, one.samenvatting, one.findings, namen):
                    explained.append(name)
            signals.extend(signal_rows(one.verificatie.signalen, one.samenvatting["bericht"]))
            yield from _finding_rows(one)

    write_csv(folder / BEVINDINGEN, (*BEFORE, *COLUMNS, *BEHIND), rows())
    if signals:
        write_csv(folder / SIGNALEN, SIGNAAL_COLUMNS, signals)
    if len(rijen) == 1 and answers:
        (folder / ANTWOORD).write_bytes((folder / answers[0]).read_bytes())
    overzicht = Uitslagen(tuple(rijen), tuple(summaries))
    _write_summary(overzicht, folder, invoer, niet_gelezen)
    return overzicht


def _write_summary(overzicht: Uitslagen, folder: Path, invoer: Mapping[str, str], niet_gelezen: Iterable[str]) -> None:
    files = sorted({path.name for path in folder.iterdir()} | {SAMENVATTING, *OVERZICHTEN})
    data = {
        "formaat": FORMAAT,
        "soort": "verify_berichten",
        "versie": __version__,
        "berichten": [one | {"invoer": [], "niet_gelezen": []} for one in overzicht.samenvattingen],
        "bestanden": files,
        "invoer": [{"bestand": hide(naam), "sha256": invoer[naam]} for naam in sorted(invoer)],
        "niet_gelezen": sorted(map(hide, niet_gelezen)),
    }
    write_json(folder / SAMENVATTING, data)


OVERZICHTEN = ("overzicht.csv", "overzicht.html", "overzicht.xlsx")


def _write_answer(one: Uitslag, folder: Path, taken: list[str]) -> str:
    """Write the answer to a message; returns the name of its file, empty without one."""
    summary = one.samenvatting
    if one.verificatie is None or one.verificatie.antwoord is None or summary is None:
        return ""
    of = summary["bericht"]
    stem = f"jw325-{of['aanbieder']}-{of['gemeente']}-{of['declaratieperiode']}-{of['declaratienummer'] or 'verborgen'}"
    name, number = f"{stem}.xml", 2
    while name in taken:
        name, number = f"{stem}-{number}.xml", number + 1
    taken.append(name)
    with (folder / name).open("wb") as stream:
        write(one.verificatie.antwoord, stream)
    return name


def _row(one: Uitslag, ontvangen: date | None, antwoord: str) -> Overzichtrij:
    """Return a message as a row of the overview."""
    kop, summary = one.kop, one.samenvatting
    if kop is None:
        return Overzichtrij(one.bestand, one.uitkomst)
    dated = kop.header.identificatie.dagtekening
    row = Overzichtrij(
        one.bestand,
        one.uitkomst,
        aanbieder=kop.header.afzender,
        gemeente=kop.header.ontvanger,
        periode=month_text(month_of(kop.periode.begindatum)),
        declaratienummer=hide(kop.declaratienummer),
        dagtekening=dated,
        uiterste_antwoorddatum=after(ontvangen or dated, TERMIJN),
        ingediend_cent=kop.totaal.net,
    )
    if summary is None:
        return row
    most = max(summary["per_regel"], key=lambda rule: (abs(rule["bedrag_cent"]), rule["retourcode"]), default=None)
    return evolve(
        row,
        declaratienummer=summary["bericht"]["declaratienummer"],
        regels=summary["regels"],
        ingediend_cent=summary["ingediend_cent"],
        toegekend_cent=summary["toegekend_cent"],
        afgekeurd_cent=summary["afgekeurd_cent"],
        niet_beoordeeld_cent=summary["niet_beoordeeld_cent"],
        belangrijkste_code="" if most is None else most["retourcode"],
        antwoord=antwoord,
    )


def _finding_rows(one: Uitslag) -> Iterator[list[str | int]]:
    """Yield the findings about a message, each with its message before it and its line behind it."""
    assert one.samenvatting is not None and one.bericht is not None
    of = one.samenvatting["bericht"]
    before = (one.bestand, of["aanbieder"], of["gemeente"], of["declaratieperiode"], of["declaratienummer"])
    for finding, behind in found_lines(one):
        yield [*before, *_fields(finding), *behind, one.bericht.totaal.net]


def found_lines(one: Uitslag) -> Iterator[tuple[Bevinding, tuple[str, str, str]]]:
    """Yield the findings about a message, each with toewijzingnummer, productcode and begindatum of its line, if it has one."""
    assert one.bericht is not None
    bsns = {client.bsn for client in one.bericht.clienten}
    for finding in one.findings:
        line = _line(one.bericht, finding)
        number = "" if line is None else hide(str(line.toewijzingnummer), bsns.__contains__)
        yield finding, ("", "", "") if line is None else (number, line.productcode, line.begindatum.isoformat())


def _line(bericht: Declaratiebericht, finding: Bevinding) -> Prestatie | None:
    """Return the line that a finding is about, None where it is about more than a line."""
    if finding.plaats != REGEL:
        return None
    client, number = (int(part) for part in finding.positie.split("."))
    return bericht.clienten[client - 1].prestaties[number - 1]
