"""The begin of a ledger: from which month on it declares, and what was declared before, taken over as it stands.

Care of before that month was declared elsewhere, and is `voor_periode`. A line that is taken over is one opaque piece: it counts
for limits, waits for its answer, can be repaired and explained, and has no records behind it but itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from attrs import frozen
from sqlalchemy import Connection, insert, select, true, update

from mpj.engine.job import Job
from mpj.engine.values import Declaratieregel, Herkomst, Identiteit
from mpj.ledger import schema
from mpj.ledger.codec import dump
from mpj.ledger.decide import note
from mpj.ledger.intake import Naam
from mpj.ledger.rows import add, client_ids, next_id
from mpj.ledger.schema import AFGEKEURD, BEANTWOORD, OVERGENOMEN, TOEGEKEND, VERZONDEN
from mpj.ledger.stand import LINE_COLUMNS
from mpj.ledger.taken import UNKNOWN, Taken, TakenLine
from mpj.presentation import words
from mpj.reading.faults import Fault, InputError, mask_number
from mpj.reading.periods import month_of, month_text


@frozen
class Begonnen:
    """What a ledger began with: lines taken over and their eurocents (credits below zero), by what became of them."""

    regels: Mapping[str, int]
    cent: Mapping[str, int]


def begin(
    connection: Connection,
    vanaf: int,
    taken: Sequence[Taken] = (),
    opened: Iterable[Naam] = (),
    *,
    op: date | None = None,
    wie: str = "",
) -> Begonnen:
    """Remember from which month on this ledger declares, and what was declared before. See `mpj.Ledger.begin`.

    `opened` names records of before that it declares after all; `wie` begins it on `op`.
    """
    known = begun(connection)
    if known is not None:
        text = "dit ledger is al begonnen"
        raise InputError(Fault("ledger_begonnen", "", 0, "vanaf", month_text(vanaf), month_text(known), text))
    if not is_new(connection):
        text = "dit ledger is al in gebruik: zonder begin declareert het zorg van elke maand"
        raise InputError(Fault("ledger_begonnen", "", 0, "vanaf", month_text(vanaf), "een nieuw ledger", text))
    connection.execute(insert(schema.aanvang).values(id=1, vanaf=vanaf))
    rows = [{"soort": soort, "bron": bron, "akkoord": False} for soort, bron in sorted(set(opened))]
    add(connection, schema.opengesteld, rows)
    found = _take_over(connection, taken)
    if op is not None:
        note(connection, "begonnen", f"{month_text(vanaf)}: {words.counted(sum(found.regels.values()), 'regel')}", wie, op)
    return found


def begun(connection: Connection) -> int | None:
    """Return the month from which a ledger declares, None where it was not said."""
    found: int | None = connection.execute(select(schema.aanvang.c.vanaf)).scalar()
    return found


def is_new(connection: Connection) -> bool:
    """Say whether nothing was ever declared with a ledger, and nobody said from which month on it declares."""
    return begun(connection) is None and connection.execute(select(schema.record.c.bron).limit(1)).first() is None


@frozen
class Start:
    """From where on a ledger declares."""

    vanaf: int | None
    """The first month, None where that was not said."""
    new: bool
    """Whether nothing was ever declared with it."""


def beginning(connection: Connection, job: Job) -> Start:
    """Return from where on a ledger declares, before the input of a run is stored.

    Lines that were taken over from messages become care of what the contracts of this run say of their codes.
    """
    regel, declaratie = schema.regel, schema.declaratie.c
    names = ("aanbieder", "gemeente", "productcode", "begindatum")
    query = select(*(regel.c[name] for name in names), regel.c.id).join(schema.declaratie, declaratie.id == regel.c.declaratie_id)
    for row in connection.execute(query.where(declaratie.overgenomen == true(), regel.c.perceel == UNKNOWN)).all():
        if (found := job.meaning(*row[:4])) is not None:
            values = dict(zip(("perceel", "prestatiecode", "kwalificatieniveau"), found, strict=True))
            connection.execute(update(regel).where(regel.c.id == row.id).values(**values))
    return Start(begun(connection), is_new(connection))


def _take_over(connection: Connection, taken: Sequence[Taken]) -> Begonnen:
    """Store declarations as they stand."""
    if faults := [*_doubles(taken)]:
        raise InputError(faults)
    first, place = next_id(connection, schema.declaratie), next_id(connection, schema.regel)
    clients = client_ids(connection, {one.line.bsn for declaration in taken for one in declaration.regels})
    add(connection, schema.declaratie, [_declaration(one) | {"id": first + number} for number, one in enumerate(taken)])
    lines = [(first + number, one) for number, declaration in enumerate(taken) for one in declaration.regels]
    ids = {(one.line.aanbieder, one.line.referentienummer): place + number for number, (_, one) in enumerate(lines)}
    undone = {
        ids.get((one.line.aanbieder, one.line.vorig_referentienummer))
        for _, one in lines
        if one.line.debetcredit == "C" and one.status != AFGEKEURD
    }
    rows = [
        _line(one, ids)
        | {"declaratie_id": number, "client_id": clients[one.line.bsn]}
        | {"staat": one.line.debetcredit == "D" and one.status != AFGEKEURD and _id(ids, one.line) not in undone}
        for number, one in lines
    ]
    add(connection, schema.regel, sorted(rows, key=lambda row: (row["vorige_id"] is not None, row["id"])))
    debits = [one for _, one in lines if one.line.debetcredit == "D"]
    add(connection, schema.herkomst, [_piece(one.line, _id(ids, one.line)) for one in debits])
    codes = {(_id(ids, one.line), code) for _, one in lines for code in one.retourcodes}
    add(connection, schema.afkeuring, [{"regel_id": regel_id, "retourcode": code} for regel_id, code in sorted(codes)])
    open_ = {(clients[one.line.bsn], month_of(one.line.begindatum)) for one in debits if one.status == AFGEKEURD}
    add(connection, schema.herzien, [{"client_id": client, "maand": month} for client, month in sorted(open_)])
    return _counts(one for _, one in lines)


def _id(ids: Mapping[tuple[str, str], int], line: Declaratieregel) -> int:
    return ids[line.aanbieder, line.referentienummer]


def _doubles(taken: Sequence[Taken]) -> Iterable[Fault]:
    """Yield two lines under one number, and two debits of the same care that both stand: which of them counts is not known."""
    lines = [one for declaration in taken for one in declaration.regels]
    credited = {(one.line.aanbieder, one.line.vorig_referentienummer) for one in lines if one.status != AFGEKEURD}
    seen: dict[object, TakenLine] = {}
    for one in lines:
        if (known := seen.setdefault((one.line.aanbieder, one.line.referentienummer), one)) is not one:
            yield _double(one, known, "dit nummer staat op twee regels")
    standing: dict[object, TakenLine] = {}
    for one in (one for one in lines if one.line.debetcredit == "D" and one.status != AFGEKEURD):
        care = one.line.bsn, *Identiteit.of(one.line)
        if (one.line.aanbieder, one.line.referentienummer) in credited:
            continue
        if (known := standing.setdefault(care, one)) is not one:
            text = "voor deze toewijzing, code en maand staan twee regels; geef ook de credit van een van beide"
            yield _double(one, known, text)


def _double(one: TakenLine, known: TakenLine, text: str) -> Fault:
    """Return that a line stands beside one that was read before, with the places of both."""
    bestand, rij = known.place
    found, told = (f"regel {mask_number(each.line.referentienummer)}" for each in (one, known))
    return Fault("eerder_dubbel", *one.place, "eerder", found, f"alleen {told}, zoals in {bestand}, rij {rij}", text)


def _declaration(one: Taken) -> dict[str, object]:
    answer = one.antwoord
    return {
        "aanbieder": one.aanbieder,
        "gemeente": one.gemeente,
        "declaratienummer": one.declaratienummer,
        "maand": one.maand,
        "dagtekening": one.dagtekening,
        "release": one.release,
        "xsd_versie": one.xsd_versie,
        "status": BEANTWOORD if one.answered else VERZONDEN,
        "identificatie": one.identificatie,
        "verzonden_op": one.dagtekening,
        "afgesloten_op": answer.header.identificatie.dagtekening if answer is not None else None,
        "retourcodes": ",".join(answer.antwoord.retourcodes) if answer is not None and answer.antwoord is not None else "",
        "overgenomen": True,
    }


def _line(one: TakenLine, ids: Mapping[tuple[str, str], int]) -> dict[str, object]:
    line = one.line
    before = ids.get((line.aanbieder, line.vorig_referentienummer)) if line.vorig_referentienummer else None
    return {name: getattr(line, name) for name in LINE_COLUMNS} | {
        "prestatiecode": line.zorgcode,
        "id": _id(ids, line),
        "vorige_id": before,
        "status": one.status,
        "opnieuw": False,
        "sleutel": "",
        "maand": month_of(line.begindatum),
    }


def _piece(line: Declaratieregel, regel_id: int) -> dict[str, object]:
    """Return what stands behind a line that was taken over: itself, in one piece."""
    piece = Herkomst(
        line.referentienummer,
        OVERGENOMEN,
        line.referentienummer,
        line.begindatum,
        minuten=None,
        kwalificatieniveau=line.kwalificatieniveau,
        aantal_eenheden=line.volume,
        bedrag_cent=line.bedrag_cent,
        afgetopt=False,
        status="",
        medewerker="",
        onderaannemer="",
        bestand="",
        rij=0,
        keuze="",
        niveaus=(),
        maximum="",
        geteld=line.volume_bericht,
        som_voor=0,
        voor_limiet=line.volume,
    )
    own = {"soort": OVERGENOMEN, "bron": line.referentienummer, "datum": line.begindatum, "eenheden": line.volume}
    return {"regel_id": regel_id, "volg": 0, "vinger": "", "inhoud": dump(piece)} | own


def _counts(lines: Iterable[TakenLine]) -> Begonnen:
    regels: dict[str, int] = {TOEGEKEND: 0, VERZONDEN: 0, AFGEKEURD: 0}
    cent = dict(regels)
    for one in lines:
        regels[one.status] += 1
        cent[one.status] += one.line.bedrag_cent if one.line.debetcredit == "D" else -one.line.bedrag_cent
    return Begonnen(regels, cent)
