"""Building an explanation from a finished run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen

from mpj.engine.outcome import Result
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.explanation import sentences
from mpj.explanation.lookup import Index, Lookup, Scan
from mpj.explanation.speech import Speech
from mpj.explanation.steps import Explained, told
from mpj.output import Run, read_run
from mpj.presentation.languages import Taal
from mpj.presentation.translation import translated
from mpj.presentation.words import NO_NAMES
from mpj.protocol import Normtijd
from mpj.reading.calls import expect
from mpj.reading.faults import Fault, InputError, mask, mask_number, shows_bsn
from mpj.reading.masking import hide, masked
from mpj.records.reasons import REDENEN
from mpj.records.uitval import Uitval


def _without_bsn(steps: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, hide(text)) for name, text in steps)


@frozen(field_transformer=masked)
class Blok:
    """A titled part of an explanation: (step, sentence) in order."""

    titel: str = field(converter=hide)
    stappen: tuple[tuple[str, str], ...] = field(converter=_without_bsn)


@frozen(field_transformer=masked)
class Uitleg:
    """An explanation, without BSN: a title and its parts. ``str()`` gives plain text."""

    titel: str = field(converter=hide)
    blokken: tuple[Blok, ...]

    def __str__(self) -> str:
        lines = [self.titel]
        for blok in self.blokken:
            width = max((len(step) for step, _ in blok.stappen), default=0)
            lines += ["", blok.titel, *(f"  {step.ljust(width)}  {text}" for step, text in blok.stappen)]
        return "\n".join(lines) + "\n"


def explain(
    run: Result | Run | str | Path,
    *,
    regel: str | None = None,
    bron: str | None = None,
    taal: Taal = "nl",
    namen: Mapping[str, str] = NO_NAMES,
) -> Uitleg:
    """Explain one line (`regel`: its referentienummer) or one record (`bron`: its id), in Dutch or English.

    `namen` are those of gemeenten and aanbieders by code, said beside it.

    `run` is a Result, or the folder that ``mpj declare`` wrote; who asks more than once takes an `Explainer`. What the run itself
    says of a record that was set aside (`Uitval.toelichting`) is quoted as it stands. Raises InputError when the folder is not
    complete, or nothing in it has that number or id, and ValueError unless exactly one of `regel` and `bron` is given, and for
    another `taal`.
    """
    return _explain(Scan(_opened(run)), Speech(taal, namen), regel, bron)


class Explainer:
    """Explains many lines and records of one run, which is read once; it holds the rows of the run, and where each stands.

    Takes and raises what `explain` does.
    """

    def __init__(self, run: Result | Run | str | Path) -> None:
        self._index = Index(_opened(run))

    def explain(
        self, *, regel: str | None = None, bron: str | None = None, taal: Taal = "nl", namen: Mapping[str, str] = NO_NAMES
    ) -> Uitleg:
        """Explain one line (`regel`: its referentienummer) or one record (`bron`: its id), as `mpj.explain`."""
        return _explain(self._index, Speech(taal, namen), regel, bron)


def _opened(run: Result | Run | str | Path) -> Run:
    if isinstance(run, Result):
        return Run.of(run)
    expect("run", run, "a Result or the folder of a run", Run, str, Path)
    return run if isinstance(run, Run) else read_run(Path(run))


def _explain(find: Lookup, speech: Speech, regel: str | None, bron: str | None) -> Uitleg:
    if (regel is None) == (bron is None):
        raise ValueError("give either regel or bron")
    try:
        return _explain_line(find, speech, regel) if regel is not None else _explain_record(find, speech, bron or "")
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        text = "de bestanden van deze uitvoer passen niet bij elkaar of zijn beschadigd"
        raise InputError(Fault("uitvoer_beschadigd", toelichting=text, verwacht="een map zoals mpj declare die schreef")) from error


def _explain_line(find: Lookup, speech: Speech, referentienummer: str) -> Uitleg:
    run, line = find.run, find.line(referentienummer) or find.line(referentienummer.upper())
    if line is None:
        raise _nothing("regel", mask_number(referentienummer), "een referentienummer uit declaratieregels.csv")
    normtijd = run.protocol.normtijden[line.normtijd]
    rows, say = find.behind(line.referentienummer), speech.say
    title = say("Regel {nummer}: {bedrag}", nummer=line.referentienummer, bedrag=speech.euros(line.bedrag_cent))
    parts = _all_behind(run, speech, rows, {line.referentienummer: line})
    return Uitleg(title, (_head(speech, line, normtijd), *parts, _total(speech, line, normtijd, rows)))


def _head(speech: Speech, line: Declaratieregel, normtijd: Normtijd) -> Blok:
    say, level = speech.say, sentences.level_of(speech, line.kwalificatieniveau)
    where = say("{contract}, aanbieder {aanbieder}", contract=line.contract, aanbieder=speech.named(line.aanbieder))
    product = say("{code} {niveau}, productcode {productcode}", code=line.prestatiecode, niveau=level, productcode=line.productcode)
    if not line.prestatiecode:
        product = say("productcode {productcode}, buiten MPJ", productcode=line.productcode)
    price = say("{prijs} per {eenheid}", prijs=speech.euros(line.tarief_cent), eenheid=speech.word(normtijd.woord()))
    steps = (
        (say("contract"), f"{where}, {sentences.toewijzing(speech, line)}"),
        (say("product"), product),
        (say("periode"), sentences.product_period(speech, line)),
        (say("prijs"), f"{price} ({sentences.price_cell(speech, line)})"),
    )
    return Blok(say("De regel"), steps)


def _all_behind(run: Run, speech: Speech, rows: Iterable[Herkomst], lines: Mapping[str, Declaratieregel]) -> list[Blok]:
    """Tell the records behind lines, each in one part: the days of a stay, or the weeks of a prestatie, on a line are one."""
    found: dict[tuple[str, str, str], list[Herkomst]] = {}
    for place, row in enumerate(rows):
        whole = row.soort != "registratie"
        found.setdefault((row.referentienummer, row.soort, row.bron if whole else str(place)), []).append(row)
    return [_behind(run, speech, own, lines[own[0].referentienummer]) for own in found.values()]


def _behind(run: Run, speech: Speech, rows: Sequence[Herkomst], line: Declaratieregel) -> Blok:
    """Tell one record behind a line; days that went alike are told together."""
    normtijd, settings = run.protocol.normtijden[line.normtijd], _settings(run, line)
    alike: dict[tuple[tuple[str, str], ...], list[Herkomst]] = {}
    for row in rows:
        alike.setdefault((_read(speech, row), *told(Explained(row, line, normtijd, settings, speech))), []).append(row)
    title = _title(speech, rows, line)
    if len(rows) == 1:
        return Blok(title, next(iter(alike)))
    steps = [step for same, own in alike.items() for step in ((speech.say("dagen"), days(speech, own)), *same)]
    volume, cents = sum(row.aantal_eenheden for row in rows), sum(row.bedrag_cent for row in rows)
    counted = sentences.volume(speech, volume, line, normtijd)
    whole = speech.say("samen {volume}, {bedrag}", volume=counted, bedrag=speech.euros(cents))
    return Blok(title, (*steps, (speech.say("bedrag"), whole)))


def days(speech: Speech, rows: Sequence[Herkomst]) -> str:
    """Return the days that rows of a trace are about, from the first to the last, and how many."""
    first, last = min(row.datum for row in rows), max(row.datum for row in rows)
    return speech.day(first) if len(rows) == 1 else f"{speech.days(first, last)}, {_times(speech, len(rows), rows[0].soort)}"


def _times(speech: Speech, count: int, soort: str) -> str:
    """Return how often a record counts: the days of a stay, the weeks or months of a prestatie."""
    beside = soort == "prestatie"
    return speech.counted(count, "keer" if beside else "dag")


def _total(speech: Speech, line: Declaratieregel, normtijd: Normtijd, rows: Sequence[Herkomst]) -> Blok:
    say, volume, cents = speech.say, sum(row.aantal_eenheden for row in rows), sum(row.bedrag_cent for row in rows)
    agrees = say("klopt met de regel") if (volume, cents) == (line.volume, line.bedrag_cent) else say("WIJKT AF van de regel")
    counted = sentences.volume(speech, volume, line, normtijd)
    message = say("volume {volume} in eenheid {eenheid}", volume=line.volume_bericht, eenheid=line.eenheid)
    steps = [
        (say("som"), f"{say('{aantal} × herkomst', aantal=len(rows))}, {counted}, {speech.euros(cents)}: {agrees}"),
        (say("bericht"), message),
    ]
    if sentences.unrounded(line, normtijd):
        text = "{prijs} × {volume} minuten / 60, afgerond op de cent"
        steps.insert(1, (say("bedrag"), say(text, prijs=speech.euros(line.tarief_cent), volume=line.volume)))
    return Blok(say("Samen"), tuple(steps))


def _explain_record(find: Lookup, speech: Speech, bron: str) -> Uitleg:
    rows, aside = find.trace(bron), find.aside(bron)
    wanted = dict.fromkeys(row.referentienummer for row in rows)
    lines = {number: line for number in wanted if (line := find.line(number)) is not None}
    if not rows and not aside:
        raise _nothing("bron", mask(bron), "een id uit herkomst.csv of uitval.csv")
    parts = _all_behind(find.run, speech, rows, lines)
    parts += [_aside(speech, row) for row in aside]
    shown = _shown_id(rows[0], lines[rows[0].referentienummer]) if rows else bron
    kind = "Verblijf" if (rows or aside)[0].soort == "verblijf" else "Bron"
    return Uitleg(f"{speech.say(kind)} {shown}".rstrip(), tuple(parts))


def _aside(speech: Speech, row: Uitval) -> Blok:
    say, reden = speech.say, REDENEN[row.reden]
    period = "" if row.datum is None else speech.day(row.datum)
    if row.datum is not None and row.datum_tot is not None and row.datum_tot != row.datum:
        period = f"{speech.days(row.datum, row.datum_tot)}, {_times(speech, row.aantal, row.soort)}"
    steps = [(say("gelezen"), sentences.source(speech, row.bestand, row.rij))] if row.bestand or row.rij else []
    steps.append((say("reden"), f"{row.reden}: {say(reden.betekenis)}"))
    if row.toelichting:
        steps.append((say("toelichting"), translated(row.toelichting, speech.taal)))
    if row.waarde_cent is not None:
        steps.append((say("waarde"), speech.euros(row.waarde_cent)))
    steps.append((say("vervolg"), f"{speech.word(row.vervolg)}: {say(reden.actie)}"))
    title = say("Niet gedeclareerd: {soort} {periode}", soort=speech.word(row.soort), periode=period)
    return Blok(title.rstrip(), tuple(steps))


def _title(speech: Speech, rows: Sequence[Herkomst], line: Declaratieregel) -> str:
    shown = _shown_id(rows[0], line)
    what = f"{speech.word(rows[0].soort).capitalize()}{f' {shown}' if shown else ''}"
    return speech.say("{wat} van {dag}", wat=what, dag=days(speech, rows))


def _shown_id(row: Herkomst, line: Declaratieregel) -> str:
    return "" if shows_bsn(row.bron, line.bsn) else row.bron


def _read(speech: Speech, row: Herkomst) -> tuple[str, str]:
    """Say what was read of one record behind a line."""
    recorded = speech.say("één dag") if row.soort == "verblijf" else speech.say("aantal {aantal}", aantal=row.geteld)
    if row.minuten is not None:
        recorded = speech.counted(row.minuten, "minuut")
    place = f" ({sentences.source(speech, row.bestand, row.rij)})" if row.bestand else ""
    return speech.say("gelezen"), f"{recorded}, {speech.word(row.status)}{place}"


def _settings(run: Run, line: Declaratieregel) -> Mapping[str, Any]:
    # Two ids that the summary hides look the same there: then nobody can tell which of them it was.
    found = [contract["instellingen"] for contract in run.samenvatting["contracten"] if contract["id"] == hide(line.contract)]
    if len(found) == 1:
        settings: Mapping[str, Any] = found[0]
        return settings
    text = "contract is niet aan te wijzen" if found else "contract ontbreekt"
    raise InputError(Fault("contract_niet_in_uitvoer", "samenvatting.json", 0, "contracten", "", line.contract, text))


def _nothing(kolom: str, found: str, verwacht: str) -> InputError:
    return InputError(Fault("niet_gevonden", "", 0, kolom, found, verwacht, "niets in deze uitvoer heeft dit kenmerk"))
