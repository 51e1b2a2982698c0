"""What is undecided as questions with their answers, and the profile that the answers make."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import field, frozen

from mpj.intake.look import Keuze, Look
from mpj.reading.faults import Fault, InputError
from mpj.reading.profile import Profiel
from mpj.reading.toml import quoted
from mpj.records.definitions import definition_of
from mpj.records.profile import to_toml


@frozen
class Antwoord:
    """One answer to a question."""

    tekst: str
    """What it says: a column or a word of ours, a unit, a number of digits; empty: the column is not used."""
    regel: str
    """The line of the profile that says so."""
    code: str
    """Names the answer among all answers to all questions, as long as question and answer are the same."""


@frozen
class Vraag:
    """Something that is undecided in one or more files of a kind."""

    sectie: str
    """The table of the profile, as ``registraties.kolommen``."""
    wat: str
    """The column or the value of theirs that it is about, or our column whose unit or zeros are asked."""
    antwoorden: tuple[Antwoord, ...]
    """The most probable first, where that is known."""
    waarschijnlijk: bool = False
    """Whether the first is the most probable one."""
    waarden: tuple[str, ...] = field(default=())
    """The forms of the values of the column, with how many there are."""


def questions(looks: Sequence[Look]) -> tuple[Vraag, ...]:
    """Return what the user can decide about these files, each question once."""
    found: dict[tuple[str, str], Vraag] = {}
    for look in looks:
        for one in _of(look):
            found.setdefault((one.sectie, one.wat), one)
    return tuple(found.values())


def decided(profiel: Profiel, vragen: Sequence[Vraag], codes: Iterable[str]) -> str:
    """Return the text of the profile that says what `profiel` does, and what these answers (`Antwoord.code`) say.

    Raises InputError for an answer to another question than these: what was asked has changed since.
    """
    lines: dict[str, dict[str, str]] = {}
    known = {one.code: (vraag, one) for vraag in vragen for one in vraag.antwoorden}
    for code in codes:
        if code not in known:
            text = "deze keuze hoort niet bij wat er nu te beslissen is"
            raise InputError(Fault("niet_gevonden", toelichting=text, verwacht="kies opnieuw uit wat de pagina toont"))
        vraag, answer = known[code]
        lines.setdefault(vraag.sectie, {})[vraag.wat] = answer.regel
    return to_toml(profiel, {sectie: [*own.values()] for sectie, own in lines.items()})


def _of(look: Look) -> Iterator[Vraag]:
    taken = {kolom.wordt for kolom in look.kolommen if kolom.duiding in ("ons", "profiel")}
    columns = definition_of(look.soort).columns
    free, missing = [one for one in columns.known if one not in taken], set(columns.required) - taken
    for kolom in look.kolommen:
        if kolom.leesbaar and (kolom.duiding == "onbeslist" or (kolom.duiding == "onbekend" and missing)):
            first = [kolom.wordt] if kolom.wordt else []
            ours = [*first, *(one for one in free if one not in first), ""]
            values = tuple(f"{form} ({number})" for form, number in kolom.vormen)
            yield _asked(f"{look.soort}.kolommen", kolom.naam, {one: quoted(one) for one in ours}, bool(first), values)
    for keuze in look.keuzes:
        yield from _of_values(keuze)


def _of_values(keuze: Keuze) -> Iterator[Vraag]:
    """Yield what values leave undecided; columns are asked apart."""
    if keuze.fout is not None or keuze.sectie.endswith(".kolommen"):
        return
    if keuze.woorden:
        for line in keuze.regels:
            theirs = line.rpartition(" = ")[0]
            yield _asked(keuze.sectie, theirs, {one: quoted(one) for one in keuze.woorden})
        return
    ours = {line.rpartition(" = ")[2].strip('"'): line.rpartition(" = ")[2] for line in keuze.regels}
    yield _asked(keuze.sectie, keuze.regels[0].rpartition(" = ")[0], ours)


def _asked(sectie: str, wat: str, ours: Mapping[str, str], likely: bool = False, waarden: tuple[str, ...] = ()) -> Vraag:
    """Return a question: `wat` is the name of a column, or what stands before the ``=``; `ours` what may stand behind it."""
    key = quoted(wat) if sectie.endswith(".kolommen") else wat
    lines = {text: f"{key} = {told}" for text, told in ours.items()}
    answers = (Antwoord(text, line, _code(sectie, line)) for text, line in lines.items())
    return Vraag(sectie, wat.strip('"'), tuple(answers), likely, waarden)


def _code(sectie: str, line: str) -> str:
    return hashlib.sha256(f"{sectie}\n{line}".encode()).hexdigest()[:20]
