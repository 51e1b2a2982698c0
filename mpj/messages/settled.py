"""What became of old declarations (JW303) by their answers (JW304) and credits, said in the values of today.

Of a line of a JW323 all is granted or nothing, and its credit is of the same amount. Of a line of a JW303 a part may have been
granted, its credit may be of that part alone, and of an invoice a rejected line was credited too. So of old declarations, however
they are divided over files:

- a line that was granted in part is of the amount that was granted, with all of its volume;
- a line that is credited no longer stands: its credit takes away just what the line counts, whatever amount it says;
- a credit takes nothing away of a line that does not count: one that was rejected, that another credit undid, or that is not given;
- a line that names no toewijzing is left out, but for who asks for what was declared on none as well.

Whatever that changes is told by file and line. A declaration whose answer contradicts stays as it is: whoever reads it tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import define, evolve, field, frozen

from mpj.messages.answers import contradiction, own_answers, refuses_whole, returned_by
from mpj.messages.values import CREDIT, DEBET, NO_TOEWIJZING, Antwoordbericht, Client, Declaratiebericht, Gelezen, Prestatie, Totaal
from mpj.presentation import words
from mpj.reading.faults import Fault, mask_number
from mpj.reading.register import Foutcode

_Number = tuple[str, str, str]
"""Aanbieder, gemeente and ReferentieNummer."""


@frozen
class _Debit:
    """A debit line, whether it counts, and whether it stands in an old declaration."""

    line: Prestatie
    counts: bool
    oud: bool


@define
class _Pair:
    """A declaration with the answer to it, where it was read, and what its answer says that was submitted of its lines."""

    read: Gelezen
    message: Declaratiebericht
    answer: Antwoordbericht | None
    at: int | None
    """The place of the answer."""
    ingediend: Mapping[str, int]
    told: list[Fault] = field(factory=list)

    @property
    def contradicts(self) -> bool:
        """Whether its answer contradicts, and so answers nothing: all of it waits."""
        return self.answer is not None and contradiction(self.answer, self.message, self.ingediend) is not None

    @property
    def counts(self) -> bool:
        """Whether it was not refused as a whole, and its answer does not contradict."""
        return not self.contradicts and (self.answer is None or not refuses_whole(self.answer))

    def number(self, referentienummer: str | None) -> _Number:
        """Return what names a line of its aanbieder."""
        header = self.message.header
        return header.afzender, header.ontvanger, referentienummer or ""

    def tell(self, code: Foutcode, line: Prestatie, found: str, expected: str, text: str) -> None:
        """Say something of a line."""
        where = f"regel {mask_number(line.referentienummer)}"
        place = self.read.place(line.referentienummer)
        self.told.append(Fault(code, *place, where, found, expected, text, "waarschuwing"))

    def replace(self, lines: Mapping[int, Prestatie | None], *, granted: bool) -> None:
        """Put lines in the place of others, by the `id` of those (None: leaves it out); the totals follow.

        What is granted follows too where `granted`, else it was told in full already.
        """
        before = sum(line.net for line in self.message.prestaties)
        clients = []
        for client in self.message.clienten:
            kept = tuple(line for one in client.prestaties if (line := lines.get(id(one), one)) is not None)
            clients += [Client(client.bsn, kept)] if kept else []
        change = sum(line.net for client in clients for line in client.prestaties) - before
        total = Totaal.of(self.message.totaal.net + change)
        self.message = evolve(self.message, totaal=total, clienten=tuple(clients))
        if self.answer is not None and (body := self.answer.antwoord) is not None:
            toegekend = Totaal.of(body.totaal_toegekend.net + change) if granted else body.totaal_toegekend
            self.answer = evolve(self.answer, antwoord=evolve(body, totaal_ingediend=total, totaal_toegekend=toegekend))


def settled(read: Sequence[Gelezen], *, without_toewijzing: bool = False) -> tuple[list[Gelezen], list[Fault]]:
    """Return the declarations and answers that were read, in their order, and what there is to say of them: warnings.

    Where none of them is old, they are as they were. `without_toewijzing`: with the lines that name none.
    """
    found = list(read)
    if not any(one.oud for one in read):
        return found, []
    answers = _answers(read)
    pairs: dict[int, _Pair] = {}
    for place, one in enumerate(read):
        if isinstance(message := one.bericht, Declaratiebericht):
            at = answers.get(place)
            answer = None if at is None else read[at].bericht
            asked = {} if at is None else read[at].ingediend
            pairs[place] = _Pair(one, message, answer if isinstance(answer, Antwoordbericht) else None, at, asked)
    debits: dict[_Number, _Debit] = {}
    for pair in pairs.values():
        if pair.read.oud:
            _grant(pair)
        debits |= _debits(pair)
    undone: dict[_Number, str] = {}
    # Credits of old declarations first: of what a JW323 declared they alone are looked at with one of a JW323 beside them.
    for place, pair in sorted(pairs.items(), key=lambda pair: not pair[1].read.oud):
        if pair.counts:
            _undo(pair, debits, undone)
        message = pair.message if without_toewijzing else _placed(pair.message)
        found[place] = evolve(pair.read, bericht=message)
        if pair.at is not None and pair.answer is not None:
            found[pair.at] = evolve(read[pair.at], bericht=pair.answer, ingediend=pair.ingediend)
    return found, [fault for pair in pairs.values() for fault in pair.told]


def _answers(read: Sequence[Gelezen]) -> dict[int, int]:
    """Return the places of answers by that of their declaration: of two the last."""
    messages = {place: one.bericht for place, one in enumerate(read) if isinstance(one.bericht, Declaratiebericht)}
    answers = {place: one.bericht for place, one in enumerate(read) if isinstance(one.bericht, Antwoordbericht)}
    places, own = [*messages], own_answers([*messages.values()], answers.values())
    return {places[to]: at for at, to in zip(answers, own, strict=True) if to is not None}


def _placed(message: Declaratiebericht) -> Declaratiebericht:
    """Leave out the lines that name no toewijzing; the total is still that of all."""
    clients = (
        Client(client.bsn, tuple(line for line in client.prestaties if line.toewijzingnummer != NO_TOEWIJZING))
        for client in message.clienten
    )
    return evolve(message, clienten=tuple(client for client in clients if client.prestaties))


def _grant(pair: _Pair) -> None:
    """Make lines of which a part was refused as large as what was granted; the answer returns them no more."""
    if pair.answer is None or (body := pair.answer.antwoord) is None or not pair.counts:
        return
    pair.ingediend = {}  # they are the declaration's, and from here on those of its lines change
    refused = {line.referentienummer: line for line in body.prestaties}
    changed: dict[int, Prestatie] = {}
    partly: set[str] = set()
    for one in pair.message.prestaties:
        part = refused.get(one.referentienummer)
        if part is not None and part.bedrag_cent < one.bedrag_cent:
            changed[id(one)] = evolve(one, bedrag_cent=one.bedrag_cent - part.bedrag_cent)
            partly.add(one.referentienummer)
            found, expected = words.euros(changed[id(one)].bedrag_cent), words.euros(one.bedrag_cent)
            text = "een deel van de regel is toegekend: dat deel telt, met het hele volume"
            pair.tell("oude_regel_telt_anders", one, found, expected, text)
    if changed:
        clients = tuple(
            evolve(client, prestaties=tuple(line for line in client.prestaties if line.referentienummer not in partly))
            for client in body.clienten
        )
        pair.answer = evolve(pair.answer, antwoord=evolve(body, clienten=tuple(one for one in clients if one.prestaties)))
        pair.replace(changed, granted=False)


def _debits(pair: _Pair) -> Iterator[tuple[_Number, _Debit]]:
    """Yield the debit lines of a declaration, by their numbers: a number is one line in whatever release (TR314)."""
    waits = pair.contradicts
    refused, counts = returned_by(None if waits else pair.answer), waits or pair.counts
    for one in pair.message.prestaties:
        if one.debetcredit == DEBET:
            yield pair.number(one.referentienummer), _Debit(one, counts and one.referentienummer not in refused, pair.read.oud)


def _undo(pair: _Pair, debits: Mapping[_Number, _Debit], undone: dict[_Number, str]) -> None:
    """Have the credits of a declaration take away just what the lines that they undo count.

    A credit that was refused itself stays as it is, and so does one in a JW323 of a line that no old declaration has or undoes.
    """
    refused = returned_by(pair.answer)
    changed: dict[int, Prestatie | None] = {}
    for one in pair.message.prestaties:
        if one.debetcredit != CREDIT or one.referentienummer in refused:
            continue
        number = pair.number(one.vorig_referentienummer)
        debit = debits.get(number)
        if not pair.read.oud and (debit is None or not debit.oud) and number not in undone:
            continue
        text = ""
        if debit is None:
            text = "de regel die deze creditregel opheft is niet gegeven: zij telt niet mee"
        elif not debit.counts:
            text = "de regel die deze creditregel opheft telt niet: zij telt ook niet mee"
        elif undone.setdefault(number, one.referentienummer) != one.referentienummer:
            text = "de regel die deze creditregel opheft is al opgeheven: zij telt niet mee"
        if debit is None or text:
            pair.tell("oude_regel_telt_niet", one, f"credit {words.euros(one.bedrag_cent)}", "een regel die telt", text)
            changed[id(one)] = None
            continue
        changed[id(one)] = mirrored = evolve(
            debit.line, referentienummer=one.referentienummer, vorig_referentienummer=one.vorig_referentienummer, debetcredit=CREDIT
        )
        if mirrored.bedrag_cent != one.bedrag_cent:
            found, expected = words.euros(one.bedrag_cent), words.euros(mirrored.bedrag_cent)
            text = "de creditregel is van een ander bedrag dan de regel die zij opheft: die geldt als geheel opgeheven"
            pair.tell("oude_regel_telt_anders", one, found, expected, text)
    if changed:
        pair.replace(changed, granted=True)
