"""The gemeente's side: a declaration is verified against all that came before it, and remembered with its answer.

A message is what it says (`fingerprint`). Seen again, it keeps its place among the others: it is held against what came before it,
never against itself. An answer is replaced by another one only when told to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, Required, Unpack, cast

from attrs import evolve, field, frozen
from sqlalchemy import Connection, Row, delete, func, insert, or_, select

from mpj.ledger import schema
from mpj.ledger.decide import note
from mpj.ledger.history import LedgerHistory
from mpj.ledger.rows import add, client_ids, next_id
from mpj.ledger.schema import AFGEKEURD, BEANTWOORD, NIET_VERZONDEN, TOEGEKEND, WACHT
from mpj.messages import Antwoordbericht, Declaratiebericht
from mpj.messages.answers import answered, contradiction, key_of, own_answers, refuses_whole, returned_by
from mpj.messages.values import CREDIT, PRESTATIE_FIELDS, Prestatie, prestatie_values
from mpj.protocol import Protocol, care_in
from mpj.reading.calls import expect_date
from mpj.reading.faults import Fault, InputError, mask, shows_bsn
from mpj.reading.periods import month_of
from mpj.verification import Basis, Toetsing, Verificatie
from mpj.verification.before import loose_answer
from mpj.verification.former import under
from mpj.verification.history import counts
from mpj.verification.lines import loose_credit
from mpj.verification.opdracht import ToetsWords
from mpj.verification.verification import judged

_HEAD = (
    "header.afzender",
    "header.ontvanger",
    "header.identificatie.identificatie",
    "header.identificatie.dagtekening",
    "declaratienummer",
    "periode.begindatum",
    "periode.einddatum",
    "dagtekening",
    "totaal.cent",
    "totaal.debetcredit",
)
_head = attrgetter(*_HEAD)
_OWN = frozenset({"op", "dagtekening", "eerder", "vervang", "proef"})
_Key = tuple[str, str, str]
_Sent = tuple[str, Declaratiebericht, Antwoordbericht | None]
"""A message from before the ledger: its fingerprint, itself, and the answer to it."""


class OntvangenWords(ToetsWords, total=False):
    """The keywords of `mpj.Ledger.verify`; those of its own stand for the attribute of `Ontvangen` with their name."""

    op: Required[date]
    dagtekening: date | None
    eerder: Iterable[Declaratiebericht | Antwoordbericht]
    vervang: bool
    proef: bool


@frozen
class Ontvangen:
    """What a verification with a ledger is given."""

    bericht: Declaratiebericht
    basis: Basis
    """The contracts and toewijzingen that it is held against."""
    words: ToetsWords
    """What is asked of every verification."""
    op: date
    """Today: the date of receipt and of the answer, of a message that is new."""
    dagtekening: date | None = None
    """Another date of receipt and answer; None: `op`, or the date that a known message has."""
    eerder: Sequence[Declaratiebericht | Antwoordbericht] = field(default=(), converter=tuple)
    """Messages and answers from before the ledger."""
    vervang: bool = False
    """Let another answer replace the one that is remembered."""
    proef: bool = False
    """Judge, and remember nothing."""

    @classmethod
    def of(cls, bericht: Declaratiebericht, basis: Basis, **words: Unpack[OntvangenWords]) -> Ontvangen:
        """Take what a caller gives; raises TypeError where `op` is missing."""
        expect_date("op", words.get("op"))
        own = {name: value for name, value in words.items() if name in _OWN}
        rest = {name: value for name, value in words.items() if name not in _OWN}
        return cls(bericht, basis, cast("ToetsWords", rest), **cast("Any", own))


def receive(connection: Connection, given: Ontvangen, wie: str = "") -> Verificatie:
    """Verify a message inside the transaction of `connection`; remember what came of it, and by whom. See `mpj.Ledger.verify`."""
    bericht = given.bericht
    sha256 = fingerprint(bericht)
    notes = _take_over(connection, given)
    known = _known(connection, bericht, sha256)
    number = known.id if known is not None else max(1, next_id(connection, schema.ontvangst))
    dagtekening = given.dagtekening or (known.dagtekening if known is not None else given.op)
    history = LedgerHistory(connection, number, month_of(bericht.periode.begindatum))
    history.prepare(*_parties(bericht), bericht.prestaties)
    outcome = judged(Toetsing(bericht, given.basis, dagtekening=dagtekening, history=history, **given.words))
    if known is None or known.antwoord != _name(outcome.antwoord):
        if known is not None:
            notes += _replace(connection, known, outcome.antwoord, _what(bericht), vervang=given.vervang or given.proef)
        _store(connection, number, bericht, sha256, dagtekening, outcome.antwoord, given.basis.protocol)
        note(connection, "getoetst", _what(bericht), wie, given.op)
    return evolve(outcome, meldingen=(*notes, *outcome.meldingen))


def fingerprint(bericht: Declaratiebericht) -> str:
    """Return the SHA-256 of what a declaration says: sender, receiver, numbers, dates, and every field of every line."""
    sha = hashlib.sha256(_text(_head(bericht)))
    for client in bericht.clienten:
        sha.update(_text((client.bsn,)))
        for one in client.prestaties:
            sha.update(_text(prestatie_values(one)))
    return sha.hexdigest()


def lines_digest(lines: Iterable[Iterable[object]]) -> str:
    """Return the SHA-256 of the lines of a message, in their order: the BSN of each, and its `PRESTATIE_FIELDS`."""
    sha = hashlib.sha256()
    for values in lines:
        sha.update(_text(values))
    return sha.hexdigest()


def _text(values: Iterable[object]) -> bytes:
    return ("\x1f".join("" if value is None else str(value) for value in values) + "\x1e").encode()


def _parties(bericht: Declaratiebericht) -> tuple[str, str]:
    return bericht.header.afzender, bericht.header.ontvanger


def _name(answer: Antwoordbericht | None) -> str | None:
    """Return the Identificatie of an answer, which follows from declaration, date and verdict."""
    return None if answer is None else answer.header.identificatie.identificatie


def _known(connection: Connection, bericht: Declaratiebericht, sha256: str) -> Row[Any] | None:
    table = schema.ontvangst
    where = (table.c.aanbieder == bericht.header.afzender, table.c.identificatie == bericht.header.identificatie.identificatie)
    return connection.execute(select(table).where(*where, table.c.sha256 == sha256)).first()


def _what(bericht: Declaratiebericht) -> str:
    """Name a declaration in a fault; its number is the sender's own, and left out when it shows a BSN."""
    shown = not any(shows_bsn(bericht.declaratienummer, client.bsn) for client in bericht.clienten)
    return f"declaratie {bericht.declaratienummer if shown else '(verborgen)'}"


def _replace(connection: Connection, known: Row[Any], answer: Antwoordbericht | None, what: str, *, vervang: bool) -> list[Fault]:
    """Forget the verdict on a message, to make room for another; warn of later messages that were held against it."""
    if known.antwoord is not None and not vervang:
        text = "deze declaratie is al beantwoord en het antwoord zou nu anders zijn; is het oude al verstuurd, dan geldt dat"
        gevonden = f"antwoord {known.antwoord} van {known.dagtekening}"
        raise InputError(Fault("antwoord_wijzigt", "", 0, what, gevonden, "`vervang` als het nieuwe het oude vervangt", text))
    table = schema.ontvangst.c
    same = (table.aanbieder == known.aanbieder, table.id > known.id, table.status != NIET_VERZONDEN)
    numbers = or_(table.identificatie == known.identificatie, table.declaratienummer == known.declaratienummer)
    if (answer is None or not refuses_whole(answer)) and connection.execute(select(table.id).where(*same, numbers)).first():
        text = "een later ontvangen bericht met hetzelfde nummer is niet als geheel afgekeurd; toets eerst dat opnieuw"
        raise InputError(Fault("nummer_in_gebruik", "", 0, what, toelichting=text))
    connection.execute(delete(schema.ontvangen_regel).where(schema.ontvangen_regel.c.ontvangst_id == known.id))
    connection.execute(delete(schema.ontvangst).where(table.id == known.id))
    query = select(func.count()).where(*same, table.gemeente == known.gemeente)
    later = int(connection.execute(query).scalar() or 0)
    if not later:
        return []
    text = f"{later} later getoetste declaraties van deze aanbieder rusten nog op het vorige oordeel; toets ze opnieuw, in volgorde"
    return [Fault("later_getoetst", "", 0, what, toelichting=text, soort="waarschuwing")]


def _store(
    connection: Connection,
    number: int,
    bericht: Declaratiebericht,
    sha256: str,
    dagtekening: date,
    answer: Antwoordbericht | None,
    protocol: Protocol,
) -> None:
    """Remember a message under this number, with its lines and what was answered."""
    aanbieder, gemeente = _parties(bericht)
    refused = answer is not None and refuses_whole(answer)
    body = None if answer is None else answer.antwoord
    codes = () if answer is None else body.retourcodes if body is not None else answer.header.retourcodes
    connection.execute(
        insert(schema.ontvangst).values(
            id=number,
            aanbieder=aanbieder,
            gemeente=gemeente,
            identificatie=bericht.header.identificatie.identificatie,
            declaratienummer=bericht.declaratienummer,
            maand=month_of(bericht.periode.begindatum),
            sha256=sha256,
            dagtekening=dagtekening,
            status=WACHT if answer is None else NIET_VERZONDEN if refused else BEANTWOORD,
            antwoord=_name(answer),
            retourcodes=",".join(codes),
            regels_sha256=lines_digest(
                (client.bsn, *prestatie_values(one)) for client in bericht.clienten for one in client.prestaties if not refused
            ),
        )
    )
    if refused:
        # It counts as not sent: no line of it was ever declared.
        return
    add(connection, schema.ontvangen_regel, _lines(connection, number, bericht, answer, protocol))


def _lines(
    connection: Connection, number: int, bericht: Declaratiebericht, answer: Antwoordbericht | None, protocol: Protocol
) -> list[dict[str, object]]:
    """Return the rows of the lines of a message, each with what was answered to it."""
    aanbieder, gemeente = _parties(bericht)
    body = None if answer is None else answer.antwoord
    returned = {
        (client.bsn, line.referentienummer): ",".join(line.retourcodes)
        for client in (body.clienten if body is not None else ())
        for line in client.prestaties
    }
    clients = client_ids(connection, (client.bsn for client in bericht.clienten))
    rows = []
    for client in bericht.clienten:
        for one in client.prestaties:
            codes = returned.get((client.bsn, one.referentienummer))
            stand = WACHT if answer is None else TOEGEKEND if codes is None else AFGEKEURD
            parties = {"ontvangst_id": number, "client_id": clients[client.bsn], "aanbieder": aanbieder, "gemeente": gemeente}
            care = {"zorg": care_in(protocol, one.productcode)}
            rows.append(parties | {"stand": stand, "retourcodes": codes or ""} | _values(one) | care)
    return rows


def _values(one: Prestatie) -> dict[str, object]:
    return dict(zip(PRESTATIE_FIELDS, prestatie_values(one), strict=True))


def _take_over(connection: Connection, given: Ontvangen) -> list[Fault]:
    """Remember messages from before the ledger, each with its answer, as earlier than all that the ledger knows.

    The message at hand is passed over, and what the ledger knows stays as it is. Returns warnings. Raises InputError for an answer
    that is not the ledger's own or contradicts, and for a second message under one number.
    """
    own = fingerprint(given.bericht)
    messages = {fingerprint(one): one for one in given.eerder if isinstance(one, Declaratiebericht)}
    answers = [one for one in given.eerder if isinstance(one, Antwoordbericht)]
    meant = [*messages, own]
    places = own_answers([*messages.values(), given.bericht], answers)
    answered_by = {meant[to]: one for one, to in zip(answers, places, strict=True) if to is not None}
    new = {sha256: one for sha256, one in messages.items() if sha256 != own and _known(connection, one, sha256) is None}
    pairs = [(sha256, message, answered_by.get(sha256)) for sha256, message in new.items()]
    wrong = [fault for _, message, answer in pairs if answer is not None and (fault := _contradicts(message, answer))]
    sent = [pair for pair in pairs if pair[2] is None or not refuses_whole(pair[2])]
    sent.sort(key=lambda pair: (pair[1].header.identificatie.dagtekening, pair[1].declaratienummer))
    loose = [one for one, to in zip(answers, places, strict=True) if to is None or meant[to] not in {*new, own}]
    notes, faults = _loose(connection, sorted(loose, key=answered))
    faults += wrong
    first = min(0, int(connection.execute(select(func.min(schema.ontvangst.c.id))).scalar() or 0)) - len(sent)
    for number, (sha256, message, answer) in enumerate(sent, first):
        if taken := _taken(connection, message):
            faults.append(taken)
            continue
        dated = (message if answer is None else answer).header.identificatie.dagtekening
        _store(connection, number, message, sha256, dated, answer, given.basis.protocol)
    if faults:
        raise InputError(faults)
    return [*notes, *_loose_credits(connection, given.basis, sent)]


def _loose_credits(connection: Connection, basis: Basis, sent: Sequence[_Sent]) -> Iterator[Fault]:
    """Yield a warning of every credit in messages that were taken over of a line that is not known, or does not count."""
    history = LedgerHistory(connection, next_id(connection, schema.ontvangst))
    for _, message, answer in sent:
        returned, (aanbieder, gemeente, _) = returned_by(answer), key_of(message)
        undoing = [one for one in message.prestaties if one.debetcredit == CREDIT and one.referentienummer not in returned]
        history.prepare(aanbieder, gemeente, undoing)
        known = under(history, basis.codes(gemeente))
        yield from (loose_credit(one) for one in undoing if not counts(known, aanbieder, gemeente, one))


def _contradicts(message: Declaratiebericht, answer: Antwoordbericht) -> Fault | None:
    """Return why an answer cannot be taken over: it contradicts itself, or the declaration that it is given with."""
    if (found := contradiction(answer, message)) is None:
        return None
    return Fault("antwoord_spreekt_tegen", "", 0, _what(message), found.gevonden, found.verwacht, found.tekst)


def _loose(connection: Connection, answers: Iterable[Antwoordbericht]) -> tuple[list[Fault], list[Fault]]:
    """Return warnings of answers to unknown declarations, and faults of those that are not the ledger's own."""
    notes: list[Fault] = []
    faults: list[Fault] = []
    for one in answers:
        known = _by_key(connection, answered(one))
        if not known:
            notes.append(loose_answer(one))
        elif _name(one) not in {row.antwoord for row in known}:
            faults.append(_differs(known[-1], one))
    return notes, faults


def _by_key(connection: Connection, key: _Key) -> Sequence[Row[Any]]:
    table = schema.ontvangst
    where = (table.c.aanbieder == key[0], table.c.gemeente == key[1], table.c.identificatie == key[2])
    return connection.execute(select(table).where(*where).order_by(table.c.id)).all()


def _differs(known: Row[Any], answer: Antwoordbericht) -> Fault:
    text = "het ledger kent een ander antwoord op deze declaratie; toets haar opnieuw, of laat dit antwoord weg bij `eerder`"
    what, expected = (
        f"declaratie {mask(known.declaratienummer)}",
        f"antwoord {known.antwoord}" if known.antwoord else "geen antwoord",
    )
    return Fault("ander_antwoord", "", 0, what, f"antwoord {mask(_name(answer) or '')}", expected, text)


def _taken(connection: Connection, message: Declaratiebericht) -> Fault | None:
    """Return why an unknown message cannot be taken over: another one that counts has its Identificatie or DeclaratieNummer."""
    table = schema.ontvangst.c
    names = or_(
        table.identificatie == message.header.identificatie.identificatie, table.declaratienummer == message.declaratienummer
    )
    where = (table.aanbieder == message.header.afzender, table.status != NIET_VERZONDEN, names)
    if connection.execute(select(table.id).where(*where)).first() is None:
        return None
    text = "een ander bericht van deze afzender met dezelfde Identificatie of hetzelfde DeclaratieNummer is al bekend"
    return Fault("dubbel_bericht", "", 0, "eerder", _what(message), "elk bericht één keer", text)
