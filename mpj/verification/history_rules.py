"""Rules that hold a message and its lines against earlier messages, the clock and the list of gemeenten (iJw 3.2).

Where the history or list is not there these rules return None; the register says what they need, and `verify` lists them as not
checked.
"""

from __future__ import annotations

from collections.abc import Iterator

from mpj.messages.values import DEBET, Prestatie
from mpj.reading.periods import month_of
from mpj.verification.case import Case, Line
from mpj.verification.history import TOEGEKEND, EerdereRegel
from mpj.verification.values import Breach, Word

NIEUW = Word("een nummer dat nog niet is gebruikt")
EERST_CREDIT = Word("eerst een creditregel")


def tr056(case: Case) -> Breach | None:
    """TR056 (level 3, 9056, Header): the Identificatie is new for this sender and kind of message. Source: iJw 3.2."""
    found = case.bericht.header.identificatie.identificatie
    if case.history is None or not case.history.has_message(case.aanbieder, found):
        return None
    return Breach(found, NIEUW)


def tr135(case: Case) -> Breach | None:
    """TR135 (level 4, 8848, Header): the message is not dated after the receiver's own date. Source: iJw 3.2."""
    found = case.bericht.header.identificatie.dagtekening
    return Breach(found, case.systeemdatum) if found > case.systeemdatum else None


def tr378(case: Case) -> Breach | None:
    """TR378 (level 4, S300, Header): the gemeente's code is in the CBS list. Source: iJw 3.2."""
    if case.gemeenten is None or case.gemeente in case.gemeenten:
        return None
    return Breach(case.gemeente, Word("een code uit de lijst van het CBS"))


def tr318(case: Case) -> Breach | None:
    """TR318 (level 3, 8214, Declaratie): the declaration period is not earlier than the last one sent. Source: iJw 3.2.

    A receiver cannot know whether care was delivered in every month (OP095), so a gap is no breach; equal is allowed.
    """
    if case.history is None:
        return None
    last, found = case.history.last_period(case.aanbieder, case.gemeente), case.bericht.periode.begindatum
    return Breach(found, last) if last is not None and found < last else None


def tr333(case: Case) -> Breach | None:
    """TR333 (level 3, 9333, Declaratie): the DeclaratieNummer is new for this aanbieder. Source: iJw 3.2, OP349."""
    found = case.bericht.declaratienummer
    if case.history is None or not case.history.has_declaration(case.aanbieder, found):
        return None
    return Breach(found, NIEUW)


def tr314(line: Line) -> Breach | None:
    """TR314 (level 3, 8021): the ReferentieNummer is new for this aanbieder, over all earlier messages. Source: iJw 3.2, OP283.

    Twice inside one message under different clients is the same rule; under one client it is TR101.
    """
    history, found = line.case.history, line.prestatie.referentienummer
    if history is None or not history.has_reference(line.case.aanbieder, found):
        return None
    return Breach(found, NIEUW)


def tr323(line: Line) -> Breach | None:
    """TR323 (level 3, 8017): a credit line undoes an earlier, granted debit line, in full and equal in all it says.

    Silent about a line that may stand in a declaration that is not known.

    Source: iJw 3.2, OP360, IV085.
    """
    case, one = line.case, line.prestatie
    if case.history is None or one.vorig_referentienummer is None:
        return None
    found = case.history.line(case.aanbieder, case.gemeente, one.vorig_referentienummer)
    expected = Word("een toegekende debetregel")
    if found is None and not case.bekend.volledig(line.maand, month_of(case.bericht.periode.begindatum)):
        return None
    if found is None or found.prestatie.debetcredit != "D":
        return Breach(one.vorig_referentienummer, expected)
    if found.stand != TOEGEKEND:
        return Breach(Word(f"een regel die {_STAND[found.stand]}"), expected, sentence="TR323.stand")
    if _content(found.prestatie) != _content(one) or found.bsn != line.bsn:
        return Breach(_difference(found, line), Word("gelijk aan de debetregel"), sentence="TR323.anders")
    return None


_STAND = {"afgekeurd": "is afgekeurd", "wacht": "nog op antwoord wacht"}
_EQUAL = (
    "toewijzingnummer",
    "productcategorie",
    "productcode",
    "begindatum",
    "einddatum",
    "volume",
    "eenheid",
    "tarief_cent",
    "bedrag_cent",
)


def _content(one: Prestatie) -> tuple[object, ...]:
    return tuple(getattr(one, name) for name in _EQUAL)


def _difference(found: EerdereRegel, line: Line) -> Word:
    names = [name for name in _EQUAL if getattr(found.prestatie, name) != getattr(line.prestatie, name)]
    return Word(f"een ander veld: {names[0].removesuffix('_cent')}" if names else "een andere cliënt")


def tr390(line: Line) -> Breach | None:
    """TR390 (level 3, 9390): a debit line is credited once. Source: iJw 3.2, OP360.

    Judged by VorigReferentieNummer, since a credit line always has a ReferentieNummer of its own.
    """
    case, undone = line.case, line.prestatie.vorig_referentienummer
    if case.history is None or undone is None or not case.history.credited(case.aanbieder, case.gemeente, undone):
        return None
    return Breach(undone, Word("een regel die nog niet is gecrediteerd"))


def tr389(line: Line) -> Breach | None:
    """TR389 (level 3, 9389): no uncredited debit line stands for the same toewijzing, category, code and product period.

    Source: iJw 3.2, OP366. Refused lines do not block, waiting ones do, and the credits of this message came first. A line of zero
    never blocks: it declares nothing, and there is no credit of it (CS325).
    """
    for _, other in _standing(line):
        if _key(other) == _key(line.prestatie):
            return Breach(other.referentienummer, EERST_CREDIT)
    return None


def mpj06(line: Line) -> Breach | None:
    """MPJ06 (level 4, 9389): one standing debit per toewijzing, perceel, prestatiecode, level and month, whatever its category.

    Source: one prestatiecode has codes in more than one category (45212 and 54212 are the same care). Counted over this message and
    earlier ones, as TR389 is; silent where TR389 or TR416 speaks. A signal where the contract says ``categorieen_apart``.
    """
    case, one, care = line.case, line.prestatie, line.care
    if care is None or line.broken & {"TR389", "TR416"}:
        return None
    same = case.standing.get(care)
    if same is None:
        before = ((bsn, other) for bsn, other in _standing(line) if month_of(other.begindatum) == line.maand)
        same = next((other for bsn, other in before if case.line(bsn, other).care == care), None)
    if same is None:
        return None
    more = {"productcode": one.productcode, "andere": same.productcode}
    assert line.cell is not None
    return Breach(same.referentienummer, EERST_CREDIT, more=more, signaal=case.apart(line.cell))


def _standing(line: Line) -> Iterator[tuple[str, Prestatie]]:
    """Yield client and line of the earlier debit lines on the toewijzing of a line that still stand, lines of zero left out."""
    case, nummer = line.case, line.prestatie.toewijzingnummer
    if case.history is None:
        return
    for earlier in case.history.lines(case.aanbieder, case.gemeente, nummer):
        other = earlier.prestatie
        if other.debetcredit != DEBET or not other.bedrag_cent or other.referentienummer in case.credited:
            continue
        if not case.history.credited(case.aanbieder, case.gemeente, other.referentienummer):
            yield earlier.bsn, other


def _key(one: Prestatie) -> tuple[object, ...]:
    return one.productcategorie, one.productcode, one.begindatum, one.einddatum
