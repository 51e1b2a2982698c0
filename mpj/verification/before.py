"""Messages of before, as files tell them: each declaration with the answers to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from attrs import define, evolve, field

from mpj.messages.answers import Contradiction, contradiction, key_of, own_answers
from mpj.messages.values import Antwoordbericht, Declaratiebericht, Gelezen
from mpj.reading.faults import Fault, InputError, mask, mask_number
from mpj.reading.sources import SILENT, Reading, Source, find_sources
from mpj.reading.twins import by_content, passed

if TYPE_CHECKING:
    from mpj.messages.values import Bericht

_KINDS = ("JW323", "JW325", "JW303", "JW304")


def read_messages(sources: Iterable[Source], reading: Reading = SILENT, *, without_toewijzing: bool = False) -> list[Gelezen]:
    """Read JW323 and JW325 files, and the JW303 and JW304 of before (`mpj.messages.settled`).

    A message that is given twice, as in a folder and in a zip, comes once. `reading` hears what there is to say of old messages, of
    declarations with more than one answer, and of messages of another kind in folders and zips, which are passed over. Lines of a
    JW303 that name no toewijzing are left out, but for `without_toewijzing`. Raises InputError for a file that is none of these,
    and where all were passed over.
    """
    from mpj.messages import passed_over
    from mpj.messages.settled import settled

    read: dict[Bericht, Gelezen] = {}
    passed: list[Fault] = []
    for source in sources:
        try:
            one, digest = _read_message(source)
        except InputError as error:
            warning = None if source.named else passed_over(error, _KINDS)
            if warning is None:
                raise
            reading.tell([warning])
            passed += error.faults
            continue
        if reading.hashes is not None:
            reading.hashes[source.naam] = digest
        reading.tell(one.meldingen)
        read.setdefault(one.bericht, one)
    if passed and not read:
        raise InputError(passed)
    messages, told = settled(list(read.values()), without_toewijzing=without_toewijzing)
    reading.tell([*told, *_two_answers(messages)])
    return messages


def read_before_these(verified: Iterable[Source], paths: Iterable[str | Path], reading: Reading) -> list[Gelezen]:
    """Read messages (`read_messages`) as what was before those that are `verified`: a file that holds the same as one of them is
    none of before, as long as no answer to it is there. One that was answered was sent a second time (TR056).
    """
    sources = find_sources(paths, (".xml",), reading)
    read, own = read_messages(sources, reading), by_content(verified, sources)
    waiting = {one.read.sha256 for one in paired(read)[0] if one.answer is None}
    found: list[Gelezen] = []
    for one in read:
        bestand = own.get(one.sha256)
        if bestand is None or one.sha256 not in waiting:
            found.append(one)
        else:
            reading.tell([passed(one.bestand, f"dit bericht is {bestand}, dat wordt getoetst: het telt niet als eerder")])
    return found


def to_take_over(read: Sequence[Gelezen]) -> list[Bericht]:
    """Return messages as a ledger takes them over. Raises InputError for a JW304 that contradicts: what it says that was submitted
    of lines that it granted, its file alone tells.
    """
    faults = [
        evolve(not_counted(one.told, one.answer, found), toelichting=found.tekst, soort="fout")
        for one in paired(read)[0]
        if one.told.ingediend and one.answer is not None and (found := one.contradiction) is not None
    ]
    if faults:
        raise InputError(faults)
    return [one.bericht for one in read]


ReadAnswer = tuple[Gelezen, Antwoordbericht]


@define
class Answered:
    """A declaration and the answers to it, as they were read."""

    read: Gelezen
    message: Declaratiebericht
    answers: list[ReadAnswer] = field(factory=list)

    @property
    def answer(self) -> Antwoordbericht | None:
        """The one that was read last."""
        return self.answers[-1][1] if self.answers else None

    @property
    def told(self) -> Gelezen:
        """Where its answer stands; itself, where there is none."""
        return self.answers[-1][0] if self.answers else self.read

    @property
    def contradiction(self) -> Contradiction | None:
        """Where its answer contradicts, and so answers nothing."""
        return None if self.answer is None else contradiction(self.answer, self.message, self.told.ingediend)

    def counting(self) -> tuple[Antwoordbericht | None, list[Fault]]:
        """Return its answer, unless that contradicts: then the warning of it."""
        found = self.contradiction
        if found is None or self.answer is None:
            return self.answer, []
        return None, [not_counted(self.told, self.answer, found)]


def paired(read: Iterable[Gelezen]) -> tuple[list[Answered], list[ReadAnswer]]:
    """Return declarations with the answers to them (`own_answers`), and the answers that are to none of them."""
    pairs: list[Answered] = []
    answers: list[ReadAnswer] = []
    for one in read:
        if isinstance(one.bericht, Declaratiebericht):
            pairs.append(Answered(one, one.bericht))
        elif isinstance(one.bericht, Antwoordbericht):
            answers.append((one, one.bericht))
    loose: list[ReadAnswer] = []
    own = own_answers([one.message for one in pairs], (answer for _, answer in answers))
    for answer, to in zip(answers, own, strict=True):
        (loose if to is None else pairs[to].answers).append(answer)
    return pairs, loose


def _read_message(source: Source) -> tuple[Gelezen, str]:
    """Read a declaration or an answer, with the SHA-256 of its file."""
    from mpj.messages.old import read_before

    with source.open() as stream:
        one = read_before(cast("BinaryIO", stream), source.naam)
        digest = stream.sha256()
    if not isinstance(one.bericht, Declaratiebericht | Antwoordbericht):
        text = "Een eerder bericht is een declaratie of een antwoord"
        raise InputError(Fault("ander_bericht", source.naam, 0, "", "JW301", " of ".join(_KINDS), text))
    return evolve(one, sha256=digest), digest


def _two_answers(read: Iterable[Gelezen]) -> Iterator[Fault]:
    """Yield a warning of every declaration to which answers of different names were given; it names the file of the last."""
    for pair in paired(read)[0]:
        (aanbieder, gemeente, nummer), own = key_of(pair.message), {one.header.identificatie: told for told, one in pair.answers}
        if len(own) > 1:
            text = f"declaratie {mask(nummer)} van {aanbieder} heeft meer dan één antwoord van {gemeente}: het laatst gelezen telt"
            found = ", ".join(sorted(f"antwoord met dagtekening {one.dagtekening}" for one in own))
            yield Fault("antwoord_dubbel", pair.told.bestand, 0, "", found, "één antwoord", text, "waarschuwing")


def not_counted(read: Gelezen, answer: Antwoordbericht, found: Contradiction) -> Fault:
    """Return the warning that an answer contradicts, and so answers nothing: its declaration waits."""
    number = found.referentienummer
    where = f"antwoord van {answer.header.afzender} op {answer.header.identificatie.dagtekening}"
    where = f"regel {mask_number(number)}" if number else where
    text = f"{found.tekst}; de declaratie wacht nog op haar antwoord"
    return Fault("antwoord_spreekt_tegen", *read.place(number), where, found.gevonden, found.verwacht, text, soort="waarschuwing")


def loose_answer(answer: Antwoordbericht, bestand: str = "") -> Fault:
    """Return the warning that an answer belongs to no declaration that is known."""
    text = "De declaratie bij dit antwoord is niet gegeven, of er kan een andere zijn bedoeld; het antwoord telt niet mee"
    found = f"antwoord van {answer.header.afzender} op {answer.header.identificatie.dagtekening}"
    return Fault("antwoord_zonder_declaratie", bestand, 0, "", found, "de declaratie erbij", text, "waarschuwing")
