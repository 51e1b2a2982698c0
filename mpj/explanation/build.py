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
from mpj.explanation.steps import Traced, told
from mpj.output import Run, read_run
from mpj.presentation import words
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
    """An explanation in Dutch, without BSN: a title and its parts. ``str()`` gives plain text."""

    titel: str = field(converter=hide)
    blokken: tuple[Blok, ...]

    def __str__(self) -> str:
        lines = [self.titel]
        for blok in self.blokken:
            width = max((len(step) for step, _ in blok.stappen), default=0)
            lines += ["", blok.titel, *(f"  {step.ljust(width)}  {text}" for step, text in blok.stappen)]
        return "\n".join(lines) + "\n"


def explain(run: Result | Run | str | Path, *, regel: str | None = None, bron: str | None = None) -> Uitleg:
    """Explain one line (`regel`: its referentienummer) or one record (`bron`: its id).

    `run` is a Result, or the folder that ``mpj declare`` wrote; who asks more than once takes an `Explainer`. Raises InputError
    when the folder is not complete, or nothing in it has that number or id, and ValueError unless exactly one of `regel` and
    `bron` is given.
    """
    return _explain(Scan(_opened(run)), regel, bron)


class Explainer:
    """Explains many lines and records of one run, which is read once; it holds the rows of the run, and where each stands.

    Takes and raises what `explain` does.
    """

    def __init__(self, run: Result | Run | str | Path) -> None:
        self._index = Index(_opened(run))

    def explain(self, *, regel: str | None = None, bron: str | None = None) -> Uitleg:
        """Explain one line (`regel`: its referentienummer) or one record (`bron`: its id), as `mpj.explain`."""
        return _explain(self._index, regel, bron)


def _opened(run: Result | Run | str | Path) -> Run:
    if isinstance(run, Result):
        return Run.of(run)
    expect("run", run, "a Result or the folder of a run", Run, str, Path)
    return run if isinstance(run, Run) else read_run(Path(run))


def _explain(find: Lookup, regel: str | None, bron: str | None) -> Uitleg:
    if (regel is None) == (bron is None):
        raise ValueError("give either regel or bron")
    try:
        return _explain_line(find, regel) if regel is not None else _explain_record(find, bron or "")
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        text = "de bestanden van deze uitvoer passen niet bij elkaar of zijn beschadigd"
        raise InputError(Fault("uitvoer_beschadigd", toelichting=text, verwacht="een map zoals mpj declare die schreef")) from error


def _explain_line(find: Lookup, referentienummer: str) -> Uitleg:
    run, line = find.run, find.line(referentienummer)
    if line is None:
        raise _nothing("regel", mask_number(referentienummer), "een referentienummer uit declaratieregels.csv")
    normtijd = run.protocol.normtijden[line.normtijd]
    rows = find.behind(referentienummer)
    head = Blok(
        "De regel",
        (
            (
                "contract",
                f"{line.contract}, aanbieder {line.aanbieder}, {sentences.assignment(line)}",
            ),
            ("product", f"{line.prestatiecode} {line.kwalificatieniveau or 'zonder niveau'}, productcode {line.productcode}"),
            ("periode", sentences.product_period(line)),
            ("prijs", f"{words.euros(line.tarief_cent)} per {normtijd.woord()} ({sentences.price_cell(line)})"),
        ),
    )
    parts = [_behind(run, row, line) for row in rows]
    return Uitleg(f"Regel {line.referentienummer}: {words.euros(line.bedrag_cent)}", (head, *parts, _total(line, normtijd, rows)))


def _behind(run: Run, row: Herkomst, line: Declaratieregel) -> Blok:
    """Tell one record behind a line."""
    behind = Traced(row, line, run.protocol.normtijden[line.normtijd], _settings(run, line))
    return Blok(_title(row, line), (_read(row), *told(behind)))


def _total(line: Declaratieregel, normtijd: Normtijd, rows: Sequence[Herkomst]) -> Blok:
    volume, cents = sum(row.aantal_eenheden for row in rows), sum(row.bedrag_cent for row in rows)
    agrees = "klopt met de regel" if (volume, cents) == (line.volume, line.bedrag_cent) else "WIJKT AF van de regel"
    steps = [
        ("som", f"{len(rows)} × herkomst, {sentences.volume(volume, line, normtijd)}, {words.euros(cents)}: {agrees}"),
        ("bericht", f"volume {line.volume_bericht} in eenheid {line.eenheid}"),
    ]
    if sentences.unrounded(line, normtijd):
        steps.insert(1, ("bedrag", f"{words.euros(line.tarief_cent)} × {line.volume} minuten / 60, afgerond op de cent"))
    return Blok("Samen", tuple(steps))


def _explain_record(find: Lookup, bron: str) -> Uitleg:
    rows, aside = find.trace(bron), find.aside(bron)
    wanted = dict.fromkeys(row.referentienummer for row in rows)
    lines = {number: line for number in wanted if (line := find.line(number)) is not None}
    if not rows and not aside:
        raise _nothing("bron", mask(bron), "een id uit herkomst.csv of uitval.csv")
    parts = [_behind(find.run, row, lines[row.referentienummer]) for row in rows]
    parts += [_aside(row) for row in aside]
    shown = _shown_id(rows[0], lines[rows[0].referentienummer]) if rows else bron
    return Uitleg(f"{'Verblijf' if (rows or aside)[0].soort == 'verblijf' else 'Bron'} {shown}".rstrip(), tuple(parts))


def _aside(row: Uitval) -> Blok:
    reden = REDENEN[row.reden]
    period = "" if row.datum is None else words.day(row.datum)
    if row.datum_tot is not None and row.datum_tot != row.datum:
        period += f" t/m {words.day(row.datum_tot)}, {words.counted(row.aantal, 'dag')}"
    steps = [("gelezen", _source(row.bestand, row.rij))] if row.bestand or row.rij else []
    steps.append(("reden", f"{row.reden}: {reden.betekenis}"))
    if row.toelichting:
        steps.append(("toelichting", row.toelichting))
    if row.waarde_cent is not None:
        steps.append(("waarde", words.euros(row.waarde_cent)))
    steps.append(("vervolg", f"{row.vervolg}: {reden.actie}"))
    return Blok(f"Niet gedeclareerd: {row.soort} {period}".rstrip(), tuple(steps))


def _title(row: Herkomst, line: Declaratieregel) -> str:
    shown = _shown_id(row, line)
    return f"{row.soort.capitalize()} {shown + ' ' if shown else ''}van {words.day(row.datum)}"


def _shown_id(row: Herkomst, line: Declaratieregel) -> str:
    return "" if shows_bsn(row.bron, line.bsn) else row.bron


def _source(bestand: str, rij: int) -> str:
    return f"{bestand or 'invoer'}{f', rij {rij}' if rij else ''}"


def _read(row: Herkomst) -> tuple[str, str]:
    """Say what was read of one record behind a line."""
    recorded = "één dag" if row.soort == "verblijf" else f"aantal {row.geteld}"
    if row.minuten is not None:
        recorded = words.counted(row.minuten, "minuut")
    return "gelezen", f"{recorded}, {row.status}" + (f" ({_source(row.bestand, row.rij)})" if row.bestand else "")


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
