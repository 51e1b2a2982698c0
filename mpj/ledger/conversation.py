"""Sending, withdrawing, asking again, and booking answers: how a declaration and its lines move from state to state."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from mpj.engine.values import Identiteit
from mpj.ledger import schema
from mpj.ledger.decide import note
from mpj.ledger.protocols import protocol_of
from mpj.ledger.replaced import replaced_fault
from mpj.ledger.rows import add, among, signed
from mpj.ledger.schema import AFGEKEURD, BEANTWOORD, CONCEPT, NIET_VERZONDEN, TOEGEKEND, VERZONDEN
from mpj.ledger.sending import hindrances, same_eyes
from mpj.ledger.stand import line_of, open_rejected
from mpj.ledger.year import refuse_received
from mpj.reading.faults import Fault, InputError, mask, mask_number
from mpj.reading.masking import masked
from mpj.reading.register import Regelcode

if TYPE_CHECKING:
    from mpj.engine.values import Declaratieregel
    from mpj.messages import Antwoordbericht, Declaratiebericht

NIET_GEBOEKT = "niet_geboekt"


@frozen(field_transformer=masked)
class Geboekt:
    """What became of one declaration: its number and gemeente, its state now, how many of its lines were granted and rejected, how
    many there are, and what they come to: debits less credits, in eurocents.

    `al_bekend`: the same answer was booked before, or the declaration was sent before, and nothing changed. An answer of which
    nothing was booked has the status `niet_geboekt`, the name of its file (`bestand`) and why (`fouten`). `meldingen` warn of what
    was booked all the same.
    """

    declaratienummer: str
    gemeente: str
    status: str
    toegekend: int = 0
    afgekeurd: int = 0
    regels: int = 0
    bedrag_cent: int = 0
    al_bekend: bool = False
    bestand: str = ""
    fouten: tuple[Fault, ...] = ()
    meldingen: tuple[Fault, ...] = ()


def concepts(connection: Connection, maand: int | None, gemeenten: Collection[str]) -> list[str]:
    """Return the numbers of the concepts of a month (None: of all), to these gemeenten (none: to all)."""
    refuse_received(connection, "het ledger van de aanbieder die declareert")
    table = schema.declaratie.c
    query = select(table.declaratienummer, table.gemeente).where(table.status == CONCEPT).order_by(table.id)
    rows = connection.execute(query if maand is None else query.where(table.maand == maand))
    return [row.declaratienummer for row in rows if not gemeenten or row.gemeente in gemeenten]


def send(
    connection: Connection,
    nummers: Iterable[str] | None,
    op: date,
    wie: str = "",
    *,
    zonder_bericht: bool = False,
    vier_ogen: bool = False,
) -> list[Geboekt]:
    """Mark declarations as sent on `op` by `wie`; None: all concepts. See `mpj.Ledger.send`."""
    rows = declarations(connection, nummers)
    todo: list[Row[Any]] = []
    faults: list[Fault] = []
    for row in sorted(rows, key=lambda row: (row.aanbieder, row.gemeente, row.maand, row.declaratienummer)):
        if row.status == CONCEPT:
            todo.append(row)
        elif row.status != VERZONDEN and not _without_message(row):
            faults.append(state_fault(row, "een concept"))
    faults += [one for row in todo for one in hindrances(connection, row, op, zonder_bericht=zonder_bericht)]
    faults += [one for row in todo if vier_ogen and (one := same_eyes(row, wie)) is not None]
    if faults:
        raise InputError(faults)
    for row in todo:
        _send_one(connection, row, op)
    if todo:
        note(connection, "verzonden", ", ".join(row.declaratienummer for row in todo), wie, op)
    sent = {row.id for row in todo}
    return [_outcome(connection, row.id, al_bekend=row.id not in sent) for row in rows]


def _without_message(row: Row[Any]) -> bool:
    """Say whether a declaration was sent of which no line travels (`factuur`): it is answered at once, and nobody received it."""
    return row.status == BEANTWOORD and row.identificatie is None


def _send_one(connection: Connection, row: Row[Any], op: date) -> None:
    message = message_of(connection, row)
    table = schema.regel
    own = select(table.c.vorige_id).where(table.c.declaratie_id == row.id, table.c.vorige_id.is_not(None))
    connection.execute(update(table).where(table.c.id.in_(own)).values(staat=False))
    where = table.c.declaratie_id == row.id
    connection.execute(update(table).where(where, table.c.debetcredit == "D").values(status=VERZONDEN, staat=True))
    connection.execute(update(table).where(where, table.c.debetcredit == "C").values(status=VERZONDEN))
    connection.execute(update(table).where(where, table.c.in_bericht.is_(False)).values(status=TOEGEKEND))
    status = VERZONDEN if message is not None else BEANTWOORD
    name = message.header.identificatie.identificatie if message is not None else None
    digest = hashlib.sha256(to_bytes(message)).hexdigest() if message is not None else None
    found = update(schema.declaratie).where(schema.declaratie.c.id == row.id)
    connection.execute(found.values(status=status, identificatie=name, verzonden_op=op, sha256=digest))


def withdraw(connection: Connection, nummers: Iterable[str], op: date, wie: str = "") -> list[Geboekt]:
    """Take back declarations that never were processed, as `wie` says. See `mpj.Ledger.withdraw`."""
    rows = declarations(connection, nummers)
    faults = [state_fault(row, "een verzonden declaratie zonder antwoord") for row in rows if row.status in (CONCEPT, BEANTWOORD)]
    if faults:
        raise InputError(faults)
    sent = [row for row in rows if row.status == VERZONDEN]
    for row in sent:
        _not_sent(connection, row.id, op, ())
    if sent:
        note(connection, "teruggenomen", ", ".join(row.declaratienummer for row in sent), wie, op)
    return [_outcome(connection, row.id) for row in rows]


def _not_sent(connection: Connection, declaratie_id: int, op: date, codes: Sequence[str]) -> None:
    """Undo what sending did: the lines are new again, what they credited stands again, and what was paid is coupled to nothing."""
    table = schema.regel
    own = table.c.declaratie_id == declaratie_id
    credited = select(table).where(own, table.c.vorige_id.is_not(None), table.c.in_bericht.is_(True))
    undone = connection.execute(credited).all()
    connection.execute(update(table).where(own).values(status=NIET_VERZONDEN, staat=False, opnieuw=True))
    _restore(connection, undone)
    _look_again(connection, connection.execute(select(table.c.client_id, table.c.maand).where(own)))
    connection.execute(delete(schema.koppeling).where(schema.koppeling.c.declaratie_id == declaratie_id))
    found = update(schema.declaratie).where(schema.declaratie.c.id == declaratie_id)
    connection.execute(found.values(status=NIET_VERZONDEN, afgesloten_op=op, retourcodes=",".join(codes)))


def resend(connection: Connection, referenties: Iterable[str], op: date | None = None, wie: str = "") -> list[str]:
    """Let rejected lines go out again unchanged, as `wie` asks. See `mpj.Ledger.resend`."""
    table, names = schema.regel, list(dict.fromkeys(referenties))
    found = {row.referentienummer: row for row in among(connection, select(table), table.c.referentienummer, names)}
    query = select(table.c.id).where(*open_rejected(concepts=False))
    open_ = {row.id for row in among(connection, query, table.c.id, [row.id for row in found.values()])}
    faults = [_not_rejected(name, found.get(name)) for name in names if name not in found or found[name].id not in open_]
    if faults:
        raise InputError(faults)
    connection.execute(update(table).where(table.c.id.in_([row.id for row in found.values()])).values(opnieuw=True))
    _look_again(connection, ((row.client_id, row.maand) for row in found.values()))
    if names and op is not None:
        note(connection, "opnieuw", ", ".join(names), wie, op)
    return names


def _not_rejected(name: str, row: Row[Any] | None) -> Fault:
    text = "deze regel is niet afgekeurd"
    if row is not None and row.status == AFGEKEURD:
        text = "deze regel is hersteld of vervallen: er valt niets opnieuw te sturen"
    return Fault("regel_onbekend", "", 0, "referentienummer", mask_number(name), "een regel op de herstellijst", text)


def answer(
    connection: Connection, given: Sequence[tuple[str, Antwoordbericht | InputError]], op: date, wie: str = ""
) -> list[Geboekt]:
    """Book answers as `wie` gives them, each by itself and with the name of its file. See `mpj.Ledger.answer`."""
    found = [_one_answer(connection, naam, message, op) for naam, message in given]
    if found and all(one.fouten for one in found):
        raise InputError([fault for one in found for fault in one.fouten])
    if booked := [one.declaratienummer for one in found if not (one.fouten or one.al_bekend)]:
        note(connection, "beantwoord", ", ".join(booked), wie, op)
    return found


def _one_answer(connection: Connection, naam: str, message: Antwoordbericht | InputError, op: date) -> Geboekt:
    from mpj.messages.answers import without_reason

    if isinstance(message, InputError):
        return Geboekt("", "", NIET_GEBOEKT, bestand=naam, fouten=tuple(message.faults))
    sha256 = hashlib.sha256(to_bytes(message)).hexdigest()
    known = _known_answer(connection, message)
    if known is not None and known.sha256 == sha256:
        return _outcome(connection, known.declaratie_id, al_bekend=True)
    if faults := _check(connection, naam, message, op):
        return Geboekt("", message.header.afzender, NIET_GEBOEKT, bestand=naam, fouten=tuple(faults))
    booked = _book_answer(connection, message, sha256)
    if not (number := without_reason(message)):
        return booked
    text = f"{number} teruggestuurd zonder reden: geboekt als afgekeurd, reden niet opgegeven"
    warning = Fault("antwoord_zonder_reden", naam, 0, booked.declaratienummer, toelichting=text, soort="waarschuwing")
    return evolve(booked, meldingen=(warning,))


def _known_answer(connection: Connection, message: Antwoordbericht) -> Row[Any] | None:
    table = schema.antwoord
    header = message.header
    where = (table.c.gemeente == header.afzender, table.c.identificatie == header.identificatie.identificatie)
    return connection.execute(select(table).where(*where)).first()


def _check(connection: Connection, naam: str, message: Antwoordbericht, op: date) -> list[Fault]:
    """Return what is wrong with an answer: TR337, TR366, TR367, TR371, TR376 and the rest."""
    from mpj.verification import verify_answer

    row = _answered(connection, message)
    if row is None and (unsent := _never_sent(connection, naam, message)) is not None:
        return [unsent]
    sent: list[Declaratiebericht] = []
    if row is not None:
        declared = message_of(connection, row)
        sent = [declared] if declared is not None else []
    known = _known_answer(connection, message)
    earlier = [known.identificatie] if known is not None else []
    faults = [
        Fault(Regelcode(one.regelcode), naam, 0, one.referentienummer or one.plaats, one.gevonden, one.verwacht, one.toelichting)
        for one in verify_answer(message, sent, systeemdatum=op, eerdere=earlier)
    ]
    if not faults and row is not None and row.status != VERZONDEN:
        faults.append(state_fault(row, "een verzonden declaratie zonder antwoord", naam))
    if not faults and row is not None:
        faults += _contradicts(naam, row, message, sent)
    return faults


def _never_sent(connection: Connection, naam: str, message: Antwoordbericht) -> Fault | None:
    """Return that the ledger does not know as sent what an answer is to, though its message went out; None where not."""
    table, header = schema.declaratie, message.header
    number = "" if message.antwoord is None else message.antwoord.declaratienummer
    where = table.c.aanbieder == header.ontvanger, table.c.gemeente == header.afzender, table.c.declaratienummer == number
    row = connection.execute(select(table).where(*where, table.c.status == CONCEPT)).first()
    if row is not None:
        return state_fault(row, f"een verzonden declaratie: meld dat eerst, met mpj ledger send {number} --op DATUM", naam)
    void = replaced_fault(connection, number)
    text = "geen antwoord; is het toch verzonden, verzend dan niet wat ervoor in de plaats kwam"
    return void and evolve(void, bestand=naam, verwacht=text)


def _contradicts(naam: str, row: Row[Any], message: Antwoordbericht, sent: Sequence[Declaratiebericht]) -> Iterator[Fault]:
    """Yield what makes that nothing of an answer can be booked."""
    from mpj.messages.answers import contradiction

    where = f"declaratie {row.declaratienummer}"
    for found in filter(None, (contradiction(message, one) for one in sent)):
        yield Fault("antwoord_spreekt_tegen", naam, 0, where, found.gevonden, found.verwacht, found.tekst)


def _answered(connection: Connection, message: Antwoordbericht) -> Row[Any] | None:
    table, header = schema.declaratie, message.header
    where = (
        table.c.aanbieder == header.ontvanger,
        table.c.gemeente == header.afzender,
        table.c.identificatie == header.declaratie_identificatie.identificatie,
    )
    return connection.execute(select(table).where(*where)).first()


def _book_answer(connection: Connection, message: Antwoordbericht, sha256: str) -> Geboekt:
    from mpj.messages.answers import IN_ORDE, refuses_whole

    row = _answered(connection, message)
    assert row is not None
    header, op = message.header, message.header.identificatie.dagtekening
    connection.execute(
        insert(schema.antwoord).values(
            declaratie_id=row.id, gemeente=header.afzender, identificatie=header.identificatie.identificatie, sha256=sha256
        )
    )
    if refuses_whole(message):
        codes = message.antwoord.retourcodes if message.antwoord else header.retourcodes
        _not_sent(connection, row.id, op, codes)
        return _outcome(connection, row.id)
    body = message.antwoord
    assert body is not None
    returned = {line.referentienummer: tuple(code for code in line.retourcodes if code != IN_ORDE) for line in body.prestaties}
    _book_lines(connection, row.id, returned)
    found = update(schema.declaratie).where(schema.declaratie.c.id == row.id)
    connection.execute(found.values(status=BEANTWOORD, afgesloten_op=op, retourcodes=",".join(body.retourcodes)))
    return _outcome(connection, row.id)


def _book_lines(connection: Connection, declaratie_id: int, returned: dict[str, tuple[str, ...]]) -> None:
    """Reject what was returned, grant the rest; a debit whose credit was refused stands again, unless its successor stands."""
    table = schema.regel
    rows = connection.execute(select(table).where(table.c.declaratie_id == declaratie_id, table.c.status == VERZONDEN)).all()
    refused = [row for row in rows if row.referentienummer in returned]
    own = update(table).where(table.c.declaratie_id == declaratie_id, table.c.status == VERZONDEN)
    ids = [row.id for row in refused]
    for place in range(0, len(ids), 500):
        part = table.c.id.in_(ids[place : place + 500])
        connection.execute(update(table).where(part).values(status=AFGEKEURD, staat=False))
    connection.execute(own.values(status=TOEGEKEND))
    _restore(connection, [row for row in refused if row.vorige_id is not None])
    codes = {(row.id, code) for row in refused for code in returned[row.referentienummer]}
    add(connection, schema.afkeuring, [{"regel_id": regel_id, "retourcode": code} for regel_id, code in sorted(codes)])
    _look_again(connection, ((row.client_id, row.maand) for row in refused))


def _restore(connection: Connection, undone: Iterable[Row[Any]]) -> None:
    """Have what these credits undid stand again, unless another line of the same identity stands."""
    table = schema.regel
    for row in undone:
        same = [table.c[name] == getattr(row, name) for name in ("client_id", *Identiteit._fields)]
        standing = connection.execute(select(table.c.id).where(*same, table.c.staat.is_(True), table.c.naast.is_(False)))
        if standing.first() is None:
            connection.execute(update(table).where(table.c.id == row.vorige_id).values(staat=True))


def to_bytes(message: Declaratiebericht | Antwoordbericht) -> bytes:
    """Return a message as it travels."""
    from mpj.messages import write

    stream = io.BytesIO()
    write(message, stream)
    return stream.getvalue()


def load_lines(connection: Connection, declaratie_id: int) -> list[Declaratieregel]:
    """Return the lines of a declaration, credits first."""
    regel, declaratie = schema.regel, schema.declaratie
    before = regel.alias("vorige")
    query = (
        select(regel, schema.client.c.bsn, declaratie.c.declaratienummer, declaratie.c.maand.label("periode"))
        .add_columns(before.c.referentienummer.label("vorig"))
        .join(schema.client, schema.client.c.id == regel.c.client_id)
        .join(declaratie, declaratie.c.id == regel.c.declaratie_id)
        .join(before, before.c.id == regel.c.vorige_id, isouter=True)
        .where(regel.c.declaratie_id == declaratie_id)
        .order_by(regel.c.id)
    )
    return [line_of(row, row.vorig or "") for row in connection.execute(query)]


def message_of(connection: Connection, row: Row[Any]) -> Declaratiebericht | None:
    """Return the JW323 that a declaration is, the same at every call; None when no line of it travels.

    One that was taken over says what its message said, under its Identificatie; its bytes are those of another system.
    """
    from mpj.messages import declaratieberichten
    from mpj.messages.values import Berichtidentificatie

    lines, protocol = load_lines(connection, row.id), protocol_of(connection, row.id)
    versions = {"release": row.release, "xsd_versie": row.xsd_versie}
    found = declaratieberichten(lines, dagtekening=row.dagtekening, limiet_bytes=1 << 40, protocol=protocol, **versions)
    message = next(found, None)
    if message is None or not row.overgenomen or row.identificatie is None:
        return message
    return evolve(message, header=evolve(message.header, identificatie=Berichtidentificatie(row.identificatie, row.dagtekening)))


def declarations(connection: Connection, nummers: Iterable[str] | None) -> list[Row[Any]]:
    """Return the rows of these declarations, None: of all concepts; raises InputError for a number that is not known."""
    table = schema.declaratie
    if nummers is None:
        return list(connection.execute(select(table).where(table.c.status == CONCEPT).order_by(table.c.id)))
    names = list(dict.fromkeys(nummers))
    rows = list(among(connection, select(table), table.c.declaratienummer, names))
    known = {row.declaratienummer for row in rows}
    faults = [
        replaced_fault(connection, name)
        or Fault("declaratie_onbekend", "", 0, "declaratienummer", mask(name), "", "dit ledger kent deze declaratie niet")
        for name in names
        if name not in known
    ]
    if faults:
        raise InputError(faults)
    return rows


def state_fault(row: Row[Any], verwacht: str, bestand: str = "") -> Fault:
    """Return that something cannot be done in the state that a declaration is in."""
    return Fault(
        "verkeerde_status", bestand, 0, f"declaratie {row.declaratienummer}", row.status, verwacht, "dat kan niet in deze status"
    )


def _look_again(connection: Connection, cells: Iterable[Any]) -> None:
    """Have the next run look at these (client, month) pairs."""
    table = schema.herzien
    wanted = {(client_id, maand) for client_id, maand in cells}
    known = {tuple(row) for row in among(connection, select(table), table.c.client_id, {one for one, _ in wanted})}
    add(connection, table, [{"client_id": one, "maand": maand} for one, maand in sorted(wanted - known)])


def _outcome(connection: Connection, declaratie_id: int, *, al_bekend: bool = False) -> Geboekt:
    row = connection.execute(select(schema.declaratie).where(schema.declaratie.c.id == declaratie_id)).one()
    table = schema.regel.c
    query = select(table.status, func.count()).where(table.declaratie_id == declaratie_id).group_by(table.status)
    counts = {row[0]: row[1] for row in connection.execute(query)}
    cents = signed(table)
    total = connection.execute(select(func.count(), func.sum(cents)).where(table.declaratie_id == declaratie_id)).one()
    granted, rejected = counts.get(TOEGEKEND, 0), counts.get(AFGEKEURD, 0)
    return Geboekt(row.declaratienummer, row.gemeente, row.status, granted, rejected, total[0], int(total[1] or 0), al_bekend)
