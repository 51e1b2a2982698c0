"""What an answer (JW325) says by its return codes (WJ001): the whole declaration refused, granted in full, or line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from attrs import frozen

from mpj.messages.values import DEBET, NO_TOEWIJZING, Antwoordbericht, Declaratieantwoord, Declaratiebericht, Totaal
from mpj.presentation.words import euros

IN_ORDE, NIET_BEOORDEELD, VOLLEDIG_TOEGEKEND, TECHNISCH = "0200", "0233", "8001", "0001"
_NOTHING = Totaal(0, DEBET)


@frozen
class Contradiction:
    """Where an answer contradicts itself or what was submitted, by its money or its date: nothing of it can be booked."""

    tekst: str
    """In Dutch."""
    gevonden: str
    """An amount or a day, as `verwacht`."""
    verwacht: str
    referentienummer: str = ""
    """Of the line that it is about, where it is about one."""

    @classmethod
    def of(cls, tekst: str, found: Totaal, expected: Totaal, referentienummer: str = "") -> Contradiction:
        """Say that one total was found where another was expected."""
        gevonden, verwacht = (f"{euros(one.cent)} {one.debetcredit}" for one in (found, expected))
        return cls(tekst, gevonden, verwacht, referentienummer)


def key_of(message: Declaratiebericht) -> tuple[str, str, str]:
    """Return what the answer to a declaration names it by: aanbieder, gemeente and Identificatie."""
    header = message.header
    return header.afzender, header.ontvanger, header.identificatie.identificatie


def answered(answer: Antwoordbericht) -> tuple[str, str, str]:
    """Return what an answer names its declaration by, as `key_of` does."""
    header = answer.header
    return header.ontvanger, header.afzender, header.declaratie_identificatie.identificatie


def own_answers(messages: Sequence[Declaratiebericht], answers: Iterable[Antwoordbericht]) -> list[int | None]:
    """Return the place of the declaration that each answer is for; None where it is not there, or more than one may be meant.

    An answer names it by Identificatie and, unless it refuses all, by DeclaratieNummer. Of two declarations under one Identificatie
    the first was refused as a whole (IV087): then its date tells which is meant.
    """
    named: dict[tuple[str, str, str], list[int]] = {}
    for place, message in enumerate(messages):
        alike = named.setdefault(key_of(message), [])
        if all(messages[other] != message for other in alike):
            alike.append(place)
    return [_meant(answer, messages, named.get(answered(answer), ())) for answer in answers]


def _meant(answer: Antwoordbericht, messages: Sequence[Declaratiebericht], places: Iterable[int]) -> int | None:
    body, dated = answer.antwoord, answer.header.declaratie_identificatie.dagtekening
    left = [at for at in places if body is None or messages[at].declaratienummer == body.declaratienummer]
    if len(left) > 1:
        left = [at for at in left if messages[at].header.identificatie.dagtekening == dated]
    return left[0] if len(left) == 1 else None


def returned_by(answer: Antwoordbericht | None) -> frozenset[str]:
    """Return the ReferentieNummers of the lines that an answer returns."""
    if answer is None or answer.antwoord is None:
        return frozenset()
    return frozenset(line.referentienummer for line in answer.antwoord.prestaties)


def refuses_whole(answer: Antwoordbericht) -> bool:
    """Say whether an answer refuses its declaration as a whole, which then counts as not sent (IV087).

    It does in three forms: by a code in the header; by no answer at all; by a code about the declaration, with nothing granted and
    no lines. A code and totals that contradict each other refuse nothing: an answer that grants nothing, returns no line and names
    no reason is wrong by TR342 (unless nothing was asked), and so is one with such a code and money granted.
    """
    body = answer.antwoord
    if body is None or answer.header.retourcodes != (IN_ORDE,):
        return True
    return _named(body) and not body.clienten and body.totaal_toegekend == _NOTHING


def contradiction(
    answer: Antwoordbericht, message: Declaratiebericht, ingediend: Mapping[str, int] | None = None
) -> Contradiction | None:
    """Return where an answer contradicts the declaration that it answers, its returned lines or its codes; it may be no older.

    None where it adds up. `ingediend` is what a JW304 says that was submitted of each line; of a JW325 its returned lines say it.
    """
    declared = {line.referentienummer: line.net for line in message.prestaties}
    return contradicts_lines(answer, declared, message.totaal, message.dagtekening, ingediend)


def contradicts_lines(
    answer: Antwoordbericht,
    declared: Mapping[str, int],
    submitted: Totaal,
    dagtekening: date,
    ingediend: Mapping[str, int] | None = None,
) -> Contradiction | None:
    """Return what `contradiction` does, of a declaration by the net amounts of its lines, in eurocents, its total and its date."""
    body, dated = answer.antwoord, answer.header.identificatie.dagtekening
    if dated < dagtekening:
        return Contradiction("Het antwoord is ouder dan de declaratie", str(dated), f"{dagtekening} of later")
    if body is None:
        return None
    granted = body.totaal_toegekend
    if body.totaal_ingediend.net != submitted.net:
        return Contradiction.of("Het ingediende totaal is niet dat van de declaratie", body.totaal_ingediend, submitted)
    if granted.net and (_named(body) or answer.header.retourcodes != (IN_ORDE,)):
        return Contradiction.of("Een code weigert de hele declaratie, en toch is er geld toegekend", granted, _NOTHING)
    returned = body.prestaties
    # A line of a JW303 that names no toewijzing is left out of its declaration (`mpj.messages.settled`).
    other = [line.net for line in returned if line.toewijzingnummer != NO_TOEWIJZING and line.referentienummer not in declared]
    if other:
        return Contradiction.of("Er komt een regel terug die niet in de declaratie staat", Totaal.of(sum(other)), _NOTHING)
    for number, asked in (ingediend or {line.referentienummer: line.net for line in returned}).items():
        if (own := declared.get(number, asked)) != asked:
            text = "Een regel heeft in het antwoord een ander bedrag dan in de declaratie"
            return Contradiction.of(text, Totaal.of(asked), Totaal.of(own), number)
    rest = submitted.net - sum(line.net for line in returned)
    if granted.net != rest and not refuses_whole(answer):
        text = "Ingediend min toegekend is niet de som van de teruggestuurde regels"
        return Contradiction.of(text, granted, Totaal.of(rest))
    return None


def without_reason(answer: Antwoordbericht) -> int:
    """Return how many lines come back without a reason: with 0200 alone, or although all is said to be granted (8001)."""
    body = answer.antwoord
    if body is None:
        return 0
    in_full = VOLLEDIG_TOEGEKEND in body.retourcodes
    return sum(in_full or {IN_ORDE}.issuperset(line.retourcodes) for line in body.prestaties)


def _named(body: Declaratieantwoord) -> bool:
    """Say whether a code about the declaration names a reason to refuse it."""
    return not {IN_ORDE, VOLLEDIG_TOEGEKEND}.issuperset(body.retourcodes)
