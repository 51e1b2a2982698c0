"""What an answer (JW325) says by its return codes (WJ001): the whole declaration refused, granted in full, or line by line."""

from __future__ import annotations

from mpj.messages.values import DEBET, Antwoordbericht, Totaal

IN_ORDE, NIET_BEOORDEELD, VOLLEDIG_TOEGEKEND, TECHNISCH = "0200", "0233", "8001", "0001"
_NOTHING = Totaal(0, DEBET)


def refuses_whole(answer: Antwoordbericht) -> bool:
    """Say whether an answer refuses its declaration as a whole, which then counts as not sent (IV087).

    It does in three forms: by a code in the header; by no answer at all; by a code about the declaration, with nothing granted and
    no lines. A code and totals that contradict each other refuse nothing: an answer that grants nothing, returns no line and names
    no reason is wrong by TR342 (unless nothing was asked), and so is one with such a code and money granted.
    """
    body = answer.antwoord
    if body is None or answer.header.retourcodes != (IN_ORDE,):
        return True
    named = not {IN_ORDE, VOLLEDIG_TOEGEKEND}.issuperset(body.retourcodes)
    return named and not body.clienten and body.totaal_toegekend == _NOTHING
