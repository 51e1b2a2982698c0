"""The whole life of a line or a record: what it was made of, when it went out, what the gemeente said, and what followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL as _LABELS
from sqlalchemy import Connection, Row, Select, select

from mpj.engine.values import Herkomst, Identiteit
from mpj.explanation.build import Blok, Uitleg, days
from mpj.explanation.sentences import level_of, source
from mpj.explanation.speech import Speech
from mpj.ledger import schema
from mpj.ledger.codec import load
from mpj.ledger.known import faulty_of
from mpj.ledger.rows import among
from mpj.ledger.schema import AFGEKEURD, NIET_VERZONDEN, VERBLIJF
from mpj.reading.faults import Fault, InputError, mask, mask_number, shows_bsn
from mpj.reading.periods import month_text
from mpj.records.reasons import REDENEN

_STATUS = {
    "concept": "staat klaar en is nog niet verzonden",
    "verzonden": "is verzonden en wacht op antwoord",
    "toegekend": "is toegekend",
    "afgekeurd": "is afgekeurd",
    "niet_verzonden": "geldt als niet verzonden",
    "wacht": "is ontvangen en nog niet beoordeeld",
}
_Followed: TypeAlias = tuple[str, str, str]
"""What came of a line: in what words, the number of the line that came, its status."""


def life_of_line(connection: Connection, speech: Speech, referentienummer: str) -> Uitleg:
    """Return the life of the line with this number and of all lines of the same identity, oldest first, without BSN.

    A line that a gemeente received counts too. Raises InputError when the ledger has no such line.
    """
    table = schema.regel
    first = connection.execute(_lines().where(table.c.referentienummer.in_(_written(referentienummer)))).first()
    if first is None:
        return _received(connection, speech, referentienummer)
    same = [table.c[name] == getattr(first, f"regel_{name}") for name in ("client_id", *Identiteit._fields)]
    rows = connection.execute(_lines().where(*same).order_by(table.c.id)).all() or [first]
    title = speech.say("Regel {nummer}: het hele leven", nummer=first.regel_referentienummer)
    return Uitleg(title, (_care(speech, first), *_blocks(connection, speech, rows)))


def life_of_record(connection: Connection, speech: Speech, bron: str) -> Uitleg:
    """Return what became of a registratie or stay: every line that it ever stood behind, oldest first, and why it is set aside.

    Of a row with this id that is still to be repaired (also of a toewijzing): since when, and where it stands.

    Raises InputError when the ledger has no such record, or its client was erased.
    """
    record = schema.record
    rows = connection.execute(select(record).where(record.c.bron == bron).order_by(record.c.soort)).all()
    faulty = faulty_of(connection, bron)
    if not rows and not faulty:
        raise _nothing("bron", mask(bron), "geen registratie, verblijf of prestatie in dit ledger heeft dit id")
    parts = [_faulty_block(speech, row) for row in faulty]
    client = next((row.client_id for row in rows), None)
    bsn = connection.execute(select(schema.client.c.bsn).where(schema.client.c.id == client)).scalar()
    for row in rows:
        ids = _lines_behind(connection, row)
        lines = sorted(among(connection, _lines(), schema.regel.c.id, ids), key=lambda line: (line.regel_maand, line.regel_id))
        own = (schema.herkomst.c.soort == row.soort, schema.herkomst.c.bron == row.bron)
        parts += [_record_block(connection, speech, row), *_blocks(connection, speech, lines, *own)]
    shown = speech.say("Bron") + ("" if shows_bsn(bron, str(bsn or "")) else f" {bron}")
    return Uitleg(speech.say("{bron}: het hele leven", bron=shown), tuple(parts))


def _faulty_block(speech: Speech, row: Row[Any]) -> Blok:
    say, day = speech.say, speech.day(row.sinds)
    if row.reden == "ongeldig":
        told = say("is onleesbaar, bekend sinds {dag}", dag=day)
    else:
        told = say("staat bij verschillende inhoud, bekend sinds {dag}", dag=day)
    place = source(speech, row.bestand, row.rij)
    steps = (say("nu"), told), (say("gelezen"), place), (say("waarom"), speech.word(row.oorzaak))
    return Blok(say("{soort}: te herstellen", soort=speech.word(row.soort).capitalize()), steps)


def _written(referentienummer: str) -> tuple[str, str]:
    """Return how a number that somebody typed may be written: our own have capitals."""
    return referentienummer, referentienummer.upper()


def _lines() -> Select[Any]:
    table = schema.regel
    query = select(table, schema.client.c.bsn, schema.declaratie, schema.antwoord.c.id)
    answered = schema.antwoord.c.declaratie_id == schema.declaratie.c.id
    query = query.join(schema.client).join(schema.declaratie).join(schema.antwoord, answered, isouter=True)
    return query.set_label_style(_LABELS)


def _lines_behind(connection: Connection, record: Row[Any]) -> list[int]:
    """Return the row numbers of the lines of this client that the record stood behind."""
    trace, regel = schema.herkomst.c, schema.regel.c
    query = select(trace.regel_id).distinct().join(schema.regel, regel.id == trace.regel_id)
    where = (regel.client_id == record.client_id, trace.soort == record.soort, trace.bron == record.bron)
    return list(connection.execute(query.where(*where)).scalars())


def _record_block(connection: Connection, speech: Speech, record: Row[Any]) -> Blok:
    say, month = speech.say, month_text(record.maand)
    if record.maand_tot not in (None, record.maand):
        month = say("{begin} t/m {einde}", begin=month, einde=month_text(record.maand_tot))
    steps = [(say("maand"), month), (say("gelezen"), source(speech, record.bestand, record.rij))]
    if record.vervallen:
        steps.append((say("nu"), say("is ingetrokken")))
    aside = schema.opzij.c
    where = (aside.client_id == record.client_id, aside.soort == record.soort, aside.bron == record.bron)
    for row in connection.execute(select(schema.opzij).where(*where).order_by(aside.datum, aside.id)):
        days = speech.day(row.datum) if row.datum_tot == row.datum else speech.days(row.datum, row.datum_tot)
        value = "" if row.waarde_cent is None else f", {speech.euros(row.waarde_cent)}"
        steps.append((say("opzij"), f"{days}: {row.reden}, {say(REDENEN[row.reden].betekenis)}{value}"))
    return Blok(speech.word(record.soort).capitalize(), tuple(steps))


def _care(speech: Speech, first: Row[Any]) -> Blok:
    say, level = speech.say, level_of(speech, first.regel_kwalificatieniveau)
    where = say("contract {contract}, perceel {perceel}", contract=first.regel_contract, perceel=first.regel_perceel)
    steps = (
        (say("zorg"), f"{first.regel_prestatiecode} {level}, {first.regel_productcode}"),
        (say("maand"), month_text(first.regel_maand)),
        (say("gemeente"), f"{speech.named(first.regel_gemeente)}, {where}"),
    )
    return Blok(say("Waar het om gaat"), steps)


def _blocks(connection: Connection, speech: Speech, rows: Sequence[Row[Any]], *only: Any) -> list[Blok]:
    """Return a part for each line, with the records behind it for which `only` holds.

    A debit names the credit that undoes it and the debit that came in its place.
    """
    ids = [row.regel_id for row in rows]
    regel, before = schema.regel.c, {row.regel_vorige_id for row in rows if row.regel_vorige_id is not None}
    numbers = {row.id: row.referentienummer for row in among(connection, select(schema.regel), regel.id, before)}
    undone: dict[int, list[tuple[str, str]]] = {}
    for row in among(connection, select(schema.regel).order_by(regel.id), regel.vorige_id, ids):
        undone.setdefault(row.vorige_id, []).append((row.referentienummer, row.status))
    codes: dict[int, list[str]] = {}
    refused = schema.afkeuring.c
    for row in among(connection, select(schema.afkeuring).order_by(refused.retourcode), refused.regel_id, ids):
        codes.setdefault(row.regel_id, []).append(row.retourcode)
    traces: dict[int, list[str]] = {}
    trace = schema.herkomst.c
    query = select(trace.regel_id, trace.inhoud).where(*only).order_by(trace.regel_id, trace.volg)
    for row in among(connection, query, trace.regel_id, ids):
        traces.setdefault(row.regel_id, []).append(row.inhoud)
    return [
        _block(
            speech,
            row,
            numbers.get(row.regel_vorige_id, ""),
            [*(("gecrediteerd door", *credit) for credit in undone.get(row.regel_id, ())), *_successor(row, rows)],
            codes.get(row.regel_id, []),
            traces.get(row.regel_id, []),
        )
        for row in rows
    ]


def _successor(row: Row[Any], rows: Sequence[Row[Any]]) -> list[_Followed]:
    """Return the debit that came in the place of a debit, of the same identity, the next one that was made."""
    if row.regel_debetcredit != "D":
        return []
    same = [getattr(row, f"regel_{name}") for name in Identiteit._fields]
    later = (
        other
        for other in rows
        if other.regel_id > row.regel_id
        and other.regel_debetcredit == "D"
        and [getattr(other, f"regel_{name}") for name in Identiteit._fields] == same
    )
    found = next(later, None)
    word = "opnieuw gedeclareerd als" if row.regel_status in (AFGEKEURD, NIET_VERZONDEN) else "vervangen door"
    return [] if found is None else [(word, found.regel_referentienummer, found.regel_status)]


def _block(
    speech: Speech, row: Row[Any], vorig: str, followed: Sequence[_Followed], codes: Sequence[str], traces: Sequence[str]
) -> Blok:
    say, period = speech.say, speech.days(row.regel_begindatum, row.regel_einddatum)
    steps = [
        (say("inhoud"), _content(speech, period, row.regel_volume_bericht, row.regel_eenheid, row.regel_bedrag_cent)),
        (say("declaratie"), _declaration(speech, row.declaratie_declaratienummer, row.declaratie_maand)),
    ]
    if vorig:
        steps.append((say("crediteert"), vorig))
    if row.declaratie_verzonden_op is not None:
        steps.append((say("verzonden"), speech.day(row.declaratie_verzonden_op)))
    if row.declaratie_afgesloten_op is not None and row.regel_in_bericht:
        # Closed without an answer: taken back with `mpj ledger withdraw`.
        closed = say("ingetrokken") if row.antwoord_id is None else say("antwoord")
        steps.append((closed, speech.day(row.declaratie_afgesloten_op)))
    if not row.regel_in_bericht:
        steps.append((say("nu"), say("staat alleen in het regelbestand")))
    else:
        whole = row.declaratie_retourcodes if row.regel_status == NIET_VERZONDEN else ""
        told = ", ".join(codes) or ", ".join(whole.split(","))
        steps.append((say("nu"), say(_STATUS[row.regel_status]) + (f" ({told})" if told else "")))
    steps += [(say("daarna"), f"{say(text)} {number}: {say(_STATUS[status])}") for text, number, status in followed]
    steps += _traced(speech, [load(Herkomst, text) for text in traces], row.client_bsn)
    return Blok(f"{_kind(speech, row.regel_debetcredit)} {row.regel_referentienummer}", tuple(steps))


def _kind(speech: Speech, debetcredit: str) -> str:
    return speech.say("Debet") if debetcredit == "D" else speech.say("Credit")


def _content(speech: Speech, days: str, volume: int, eenheid: str, cent: int) -> str:
    text = "{dagen}: {volume} in eenheid {eenheid}, {bedrag}"
    return speech.say(text, dagen=days, volume=volume, eenheid=eenheid, bedrag=speech.euros(cent))


def _declaration(speech: Speech, declaratienummer: str, maand: int) -> str:
    return speech.say("{nummer} over {maand}", nummer=declaratienummer, maand=month_text(maand))


def _traced(speech: Speech, traces: Iterable[Herkomst], bsn: str | None) -> Iterator[tuple[str, str]]:
    """Yield what stands behind a line: each registratie, and the days of a stay together."""
    found: dict[tuple[str, str], list[Herkomst]] = {}
    for place, one in enumerate(traces):
        found.setdefault((one.soort, one.bron if one.soort == VERBLIJF else str(place)), []).append(one)
    for own in found.values():
        first, units, cent = own[0], sum(one.aantal_eenheden for one in own), sum(one.bedrag_cent for one in own)
        what = speech.word(first.soort) + ("" if bsn and shows_bsn(first.bron, bsn) else f" {first.bron}")
        minutes = "" if first.minuten is None else f"{speech.counted(first.minuten, 'minuut')}, "
        told = f"{minutes}{speech.counted(units, 'eenheid')}, {speech.euros(cent)}"
        cut = speech.say(", afgetopt") if any(one.afgetopt for one in own) else ""
        yield speech.say("herkomst"), f"{speech.say('{wat} van {dag}', wat=what, dag=days(speech, own))}: {told}{cut}"


def _received(connection: Connection, speech: Speech, referentienummer: str) -> Uitleg:
    """Return what a gemeente said of the lines with this number, and which credits undo them."""
    regel, ontvangst = schema.ontvangen_regel, schema.ontvangst
    query = select(regel, ontvangst, schema.client.c.bsn).join(ontvangst).join(schema.client).set_label_style(_LABELS)
    query = query.order_by(regel.c.ontvangst_id, regel.c.id)
    rows = list(connection.execute(query.where(regel.c.referentienummer.in_(_written(referentienummer)))))
    if not rows:
        raise _nothing("regel", mask_number(referentienummer), "geen regel in dit ledger heeft dit nummer")
    rows += connection.execute(query.where(regel.c.vorig_referentienummer.in_(_written(referentienummer)))).all()
    title = speech.say("Regel {nummer}: ontvangen", nummer=_told(speech, rows[0].ontvangen_regel_referentienummer, rows[0]))
    return Uitleg(title, tuple(_received_block(speech, row) for row in rows))


def _received_block(speech: Speech, row: Row[Any]) -> Blok:
    say, days = speech.say, speech.days(row.ontvangen_regel_begindatum, row.ontvangen_regel_einddatum)
    volume, eenheid, cent = row.ontvangen_regel_volume, row.ontvangen_regel_eenheid, row.ontvangen_regel_bedrag_cent
    steps = [(say("inhoud"), _content(speech, days, volume, eenheid, cent))]
    if row.ontvangen_regel_vorig_referentienummer:
        steps.append((say("crediteert"), _told(speech, row.ontvangen_regel_vorig_referentienummer, row)))
    told = _declaration(speech, _told(speech, row.ontvangst_declaratienummer, row), row.ontvangst_maand)
    steps.append(
        (
            say("declaratie"),
            say("{declaratie}, aanbieder {aanbieder}", declaratie=told, aanbieder=speech.named(row.ontvangst_aanbieder)),
        )
    )
    steps.append((say("getoetst"), speech.day(row.ontvangst_dagtekening)))
    if row.ontvangst_antwoord:
        steps.append((say("antwoord"), row.ontvangst_antwoord))
    codes = row.ontvangen_regel_retourcodes
    steps.append((say("nu"), say(_STATUS[row.ontvangen_regel_stand]) + (f" ({', '.join(codes.split(','))})" if codes else "")))
    number = _told(speech, row.ontvangen_regel_referentienummer, row)
    return Blok(f"{_kind(speech, row.ontvangen_regel_debetcredit)} {number}", tuple(steps))


def _told(speech: Speech, number: str, row: Row[Any]) -> str:
    """Return a number of the sender's own, hidden when it shows the BSN, or of an erased client when it could."""
    if row.client_bsn is None:
        return mask(number)
    return speech.say("(verborgen)") if shows_bsn(number, row.client_bsn) else number


def _nothing(kolom: str, found: str, text: str) -> InputError:
    return InputError(Fault("niet_gevonden", "", 0, kolom, found, "", text))
