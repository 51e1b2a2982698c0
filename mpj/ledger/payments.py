"""What gemeenten paid: kept once however often it is read, and coupled to declarations by number, by amount, or by hand.

Laws: what is coupled and what is left of a payment are together the payment, to the cent; no cent is coupled twice; a declaration
is never paid more than it came to. What could be meant in two ways, or could be a payment that was read before under another day,
is coupled to nothing, and stands on the list of what is left.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from attrs import field, frozen
from sqlalchemy import Connection, Row, case, delete, false, func, select, true, update

from mpj.ledger import schema
from mpj.ledger.bank import Bankregel, Rekeningen
from mpj.ledger.decide import note
from mpj.ledger.rows import add, next_id, signed
from mpj.ledger.schema import BEANTWOORD, TOEGEKEND, VERZONDEN
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.masking import hide

_WORD = re.compile(r"[A-Z0-9]+")
_TOLD = 280
"""Signs of a description that are kept."""
_APART = timedelta(days=10)
"""How far the days may lie apart that two files give one payment (booked, value date)."""


@frozen
class Declaratiestand:
    """A declaration that was sent, and what was paid on it; in eurocents."""

    id: int
    nummer: str
    gemeente: str
    maand: int
    dagtekening: date
    toegekend_cent: int | None
    """None: not answered yet."""
    ingediend_cent: int
    betaald_cent: int
    betaald_op: date | None
    """The day of the last payment."""

    @property
    def open_cent(self) -> int:
        """What is still to be paid: of what was granted, or while there is no answer of what was submitted."""
        due = self.ingediend_cent if self.toegekend_cent is None else self.toegekend_cent
        return due - self.betaald_cent


@frozen
class Betaling:
    """A payment, and what of it is coupled to nothing."""

    id: int
    datum: date
    cent: int
    rest_cent: int
    gemeenten: tuple[str, ...]
    nummers: tuple[str, ...]
    """The declarations that it names."""
    omschrijving: str = field(repr=False)
    hand: bool
    """Whether somebody coupled it: then nothing is coupled by itself."""
    lijkt_op: tuple[int, date] | None = None
    """The earlier payment that this could be, and its day: then nothing is coupled by itself either."""


@frozen
class Verwerkt:
    """What became of the movements of files that were read."""

    nieuw: int
    bekend: int
    """How many were read before, or stood in one file before: they count once."""
    gekoppeld: int
    """How many couplings were made."""
    ontkoppeld: int = 0
    """How many were undone by hand."""
    overig: int = 0
    """Movements on other accounts: of these nothing is kept."""
    niet_geboekt: int = 0
    """Movements that are only announced."""
    dubbel: int = 0
    """How many of those that were known stood twice in one file, with the same reference of the bank."""


def book(connection: Connection, files: Sequence[Sequence[Bankregel]], rekeningen: Rekeningen) -> Verwerkt:
    """Keep what is new of these files, and couple what can be meant in one way."""
    numbers = set(connection.scalars(select(schema.declaratie.c.declaratienummer)))
    new = known = double = 0
    for rows in files:
        once = _once(rows)
        fresh = _fresh(connection, once, numbers)
        first = next_id(connection, schema.betaling)
        add(connection, schema.betaling, [_row(first + place, one, numbers, rekeningen) for place, one in enumerate(fresh)])
        new, known, double = new + len(fresh), known + len(rows) - len(fresh), double + len(rows) - len(once)
    return Verwerkt(new, known, _couple_all(connection), dubbel=double)


def remember_paid(connection: Connection, done: Verwerkt, wie: str, op: date | None) -> None:
    """Keep who read or coupled payments on `op`, where that changed anything."""
    counts = {"nieuw": done.nieuw, "gekoppeld": done.gekoppeld, "ontkoppeld": done.ontkoppeld}
    if op is not None and any(counts.values()):
        note(connection, "betaald", ", ".join(f"{name} {count}" for name, count in counts.items() if count), wie, op)


def _once(rows: Sequence[Bankregel]) -> list[Bankregel]:
    """Return the movements of one file, once what is the same in all, with a reference of the bank: its statements overlap."""
    seen: set[Bankregel] = set()
    found: list[Bankregel] = []
    for one in rows:
        if not _reference(one.kenmerk) or one not in seen:
            found.append(one)
        seen.add(one)
    return found


def _reference(kenmerk: str) -> str:
    """Return the bank's reference, empty where there is but a place in a batch."""
    return "" if kenmerk.startswith("/") else kenmerk


def _fresh(connection: Connection, rows: Sequence[Bankregel], numbers: set[str]) -> list[Bankregel]:
    """Return the movements of one file that no earlier file had.

    The same day, amount and account are the same movement, as often as they were kept, unless the bank's references or the
    declarations that they name tell them apart.
    """
    table = schema.betaling
    kept: defaultdict[tuple[date, int, str], list[Row[Any]]] = defaultdict(list)
    days = [one.datum for one in rows]
    same_days = table.c.datum.between(min(days), max(days)) if days else false()
    for row in connection.execute(select(table).where(same_days).order_by(table.c.id)):
        kept[row.datum, row.cent, row.rekening].append(row)
    fresh: list[Bankregel] = []
    for one in sorted(rows, key=lambda row: not _reference(row.kenmerk)):
        candidates = kept[one.datum, one.cent, one.rekening]
        named = ",".join(_named(one, numbers))
        own = _reference(hide(one.kenmerk))
        same = [row for row in candidates if own and row.kenmerk == own]
        if not same:
            either = [row for row in candidates if not (own and _reference(row.kenmerk))]
            same = [row for row in either if not (named and row.nummers and named != row.nummers)]
        if same:
            candidates.remove(same[0])
        else:
            fresh.append(one)
    return fresh


def _row(identity: int, one: Bankregel, numbers: set[str], rekeningen: Rekeningen) -> dict[str, Any]:
    return {
        "id": identity,
        "datum": one.datum,
        "cent": one.cent,
        "rekening": one.rekening,
        "gemeenten": ",".join(rekeningen[one.rekening]),
        "omschrijving": hide(one.omschrijving)[:_TOLD],
        "kenmerk": hide(one.kenmerk),
        "nummers": ",".join(_named(one, numbers)),
        "hand": False,
    }


def _named(one: Bankregel, numbers: set[str]) -> list[str]:
    """Return the declarations that a movement names: words of its text; else long numbers that a bank broke by blanks."""
    text = " ".join(f"{one.nummer} | {one.omschrijving}".upper().split())
    whole = numbers.intersection(_WORD.findall(text))
    joined = text.replace(" ", "")
    return sorted(whole or (number for number in numbers if len(number) >= 8 and number in joined and _broken(number, text)))


def _broken(number: str, text: str) -> bool:
    """Return whether a number stands in a text broken by blanks: whole words together, and no piece of a longer row of digits."""
    before, after = ("(?<![0-9] )", "(?! [0-9])") if number.isdigit() else ("", "")
    glued = " ?".join(map(re.escape, number))
    return re.search(f"(?<![A-Z0-9]){before}{glued}(?![A-Z0-9]){after}", text) is not None


def standing(connection: Connection) -> list[Declaratiestand]:
    """Return every declaration that was sent and not lost, by dagtekening and number; taken over ones with them."""
    made, line = schema.declaratie.c, schema.regel.c
    paid, payment = schema.koppeling.c, schema.betaling.c
    granted = func.sum(case((line.status == TOEGEKEND, signed(line)), else_=0))
    lines = select(line.declaratie_id, granted.label("granted"), func.sum(signed(line)).label("sent"))
    per_made = lines.where(line.in_bericht == true()).group_by(line.declaratie_id).subquery()
    coupled = select(paid.declaratie_id, func.sum(paid.cent).label("cent"), func.max(payment.datum).label("op"))
    of_made = coupled.join(schema.betaling, payment.id == paid.betaling_id).group_by(paid.declaratie_id).subquery()
    query = select(schema.declaratie, per_made.c.granted, per_made.c.sent, of_made.c.cent, of_made.c.op)
    query = query.join(per_made, per_made.c.declaratie_id == made.id).outerjoin(of_made, of_made.c.declaratie_id == made.id)
    query = query.where(made.status.in_((VERZONDEN, BEANTWOORD))).order_by(made.dagtekening, made.declaratienummer)
    return [
        Declaratiestand(
            *(row.id, row.declaratienummer, row.gemeente, row.maand, row.dagtekening),
            toegekend_cent=int(row.granted) if row.status == BEANTWOORD else None,
            ingediend_cent=int(row.sent),
            betaald_cent=int(row.cent or 0),
            betaald_op=row.op,
        )
        for row in connection.execute(query)
    ]


def payments(connection: Connection) -> list[Betaling]:
    """Return every payment, by its number."""
    table, paid = schema.betaling, schema.koppeling.c
    coupled = select(func.coalesce(func.sum(paid.cent), 0)).where(paid.betaling_id == table.c.id).scalar_subquery()
    rows = connection.execute(select(table, coupled.label("coupled")).order_by(table.c.id)).all()
    alike = _alike(rows)
    return [
        Betaling(
            *(row.id, row.datum, row.cent, row.cent - int(row.coupled)),
            gemeenten=tuple(row.gemeenten.split(",")),
            nummers=tuple(filter(None, row.nummers.split(","))),
            omschrijving=row.omschrijving,
            hand=row.hand,
            lijkt_op=alike.get(row.id),
        )
        for row in rows
    ]


def _alike(rows: Sequence[Row[Any]]) -> dict[int, tuple[int, date]]:
    """Return by payment the earlier one that it could be: alone, or the total of a batch beside its parts; `rows` by number."""
    found: dict[int, tuple[int, date]] = {}
    earlier: defaultdict[tuple[str, int], list[Row[Any]]] = defaultdict(list)
    batches: defaultdict[tuple[str, date, str], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        like = next((one for one in earlier[row.rekening, row.cent] if _could_be(row, one)), None)
        if like is not None:
            found[row.id] = like.id, like.datum
        earlier[row.rekening, row.cent].append(row)
        stem, part, _ = row.kenmerk.rpartition("/")
        if part:
            batches[row.rekening, row.datum, stem].append(row)
    for (account, day, _), parts in batches.items():
        for total in earlier.get((account, sum(one.cent for one in parts)), ()):
            if len(parts) > 1 and total not in parts and abs(total.datum - day) <= _APART:
                later = [total] if total.id > parts[-1].id else [one for one in parts if one.id > total.id]
                for one in later:
                    found.setdefault(one.id, (parts[0].id, day) if one is total else (total.id, total.datum))
    return found


def _could_be(one: Row[Any], other: Row[Any]) -> bool:
    """Return whether two payments of one account and amount could be the same: by reference, else declarations named, else text."""
    if abs(one.datum - other.datum) > _APART:
        return False
    if _reference(one.kenmerk) and _reference(other.kenmerk):
        return bool(one.kenmerk == other.kenmerk)
    if one.datum == other.datum and one.kenmerk and other.kenmerk and one.kenmerk != other.kenmerk:
        return False  # two parts of one batch
    if one.nummers and other.nummers:
        return not set(one.nummers.split(",")).isdisjoint(other.nummers.split(","))
    told, before = (set(_WORD.findall(row.omschrijving.upper())) for row in (one, other))
    return told <= before or before <= told


def _couple_all(connection: Connection) -> int:
    """Couple what is left of payments that nobody coupled by hand and that can be no earlier one; returns how often.

    Those that name a declaration go first.
    """
    left = {one.id: one for one in standing(connection)}
    openly = {one.id: one.open_cent for one in left.values()}
    waiting = [one for one in payments(connection) if one.rest_cent and not one.hand and one.lijkt_op is None]
    made = 0
    for named in (True, False):
        for payment in (one for one in waiting if bool(one.nummers) is named):
            chosen = _by_number(payment, left.values(), openly) if named else _by_amount(payment, left.values(), openly)
            alone = len(chosen) == 1
            parts = _spread(payment.rest_cent, [(one.id, _room(one, payment, openly[one.id], alone=alone)) for one in chosen])
            for identity, cent in parts.items():
                openly[identity] -= cent
            _keep(connection, payment.id, parts)
            made += len(parts)
    return made


def _by_number(payment: Betaling, known: Iterable[Declaratiestand], openly: Mapping[int, int]) -> list[Declaratiestand]:
    """Return the declarations that a payment names, of a gemeente that pays from that account, with anything to settle."""
    named = (one for one in known if one.nummer in payment.nummers and one.gemeente in payment.gemeenten)
    return [one for one in named if openly[one.id] or payment.cent < 0]


def _room(one: Declaratiestand, payment: Betaling, left: int, *, alone: bool) -> int:
    """Return what a payment may settle of a declaration: what is left to pay; what was paid, where it takes back of it `alone`."""
    paid = one.open_cent + one.betaald_cent - left
    return -paid if alone and payment.cent < 0 < paid else left


def _by_amount(payment: Betaling, known: Iterable[Declaratiestand], openly: Mapping[int, int]) -> list[Declaratiestand]:
    """Return the only declaration, else the only month, else all that is granted and open, that comes to exactly this amount."""
    due = [one for one in known if one.gemeente in payment.gemeenten and one.toegekend_cent is not None and openly[one.id]]
    months: dict[int, list[Declaratiestand]] = {}
    for one in due:
        months.setdefault(one.maand, []).append(one)
    for groups in ([[one] for one in due], list(months.values()), [due]):
        exact = [group for group in groups if sum(openly[one.id] for one in group) == payment.rest_cent]
        if exact:
            return exact[0] if len(exact) == 1 else []
    return []


def _spread(cent: int, due: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Return what of a payment goes to each of these declarations (number, what is left to pay), the oldest first.

    What goes the other way (a credit within a payment) is settled whole and first, as far as the others make up for it.
    """
    sign = 1 if cent > 0 else -1
    against = {identity: left for identity, left in due if left * sign < 0}
    along = [(identity, left * sign) for identity, left in due if left * sign > 0]
    other_way = -sum(left * sign for left in against.values())
    if sum(left for _, left in along) < other_way:
        against, other_way = {}, 0
    found, room = dict(against), cent * sign + other_way
    for identity, left in along:
        part = min(left, room)
        if part > 0:
            found[identity] = part * sign
            room -= part
    return found


def _keep(connection: Connection, payment: int, parts: Mapping[int, int]) -> None:
    """Couple parts of a payment, beside what it was coupled to for the same declarations."""
    table = schema.koppeling
    for identity, cent in parts.items():
        same = table.c.betaling_id == payment, table.c.declaratie_id == identity
        before = connection.execute(select(table.c.cent).where(*same)).scalar() or 0
        connection.execute(delete(table).where(*same))
        if cent + before:
            add(connection, table, [{"betaling_id": payment, "declaratie_id": identity, "cent": cent + before}])


def couple(connection: Connection, pairs: Iterable[tuple[int, str]]) -> int:
    """Couple what is left of a payment to a declaration, by hand, as far as that is open; returns how many couplings were made.

    Raises InputError for a payment or a declaration that is not known, of another gemeente, or with nothing left.
    """
    made = 0
    for identity, number in pairs:
        payment = next((one for one in payments(connection) if one.id == identity), None)
        asked = next((one for one in standing(connection) if one.nummer == number.upper()), None)
        if payment is None or asked is None or asked.gemeente not in payment.gemeenten:
            raise _unknown(identity, number)
        room = _room(asked, payment, asked.open_cent, alone=True)
        parts = _spread(payment.rest_cent, [(asked.id, room)]) if payment.rest_cent else {}
        if not parts:
            raise _unknown(identity, number)
        _keep(connection, identity, parts)
        connection.execute(update(schema.betaling).where(schema.betaling.c.id == identity).values(hand=True))
        made += len(parts)
    return made


def uncouple(connection: Connection, identities: Iterable[int]) -> int:
    """Undo the couplings of payments, which nothing couples by itself after that; returns how many there were."""
    undone = 0
    for identity in identities:
        if connection.execute(select(schema.betaling.c.id).where(schema.betaling.c.id == identity)).first() is None:
            told = "er is geen betaling met dit nummer"
            raise InputError(Fault("betaling_onbekend", "", 0, "ontkoppel", mask(str(identity)), toelichting=told))
        undone += connection.execute(delete(schema.koppeling).where(schema.koppeling.c.betaling_id == identity)).rowcount
        connection.execute(update(schema.betaling).where(schema.betaling.c.id == identity).values(hand=True))
    return undone


def _unknown(identity: int, number: str) -> InputError:
    told = "deze betaling en deze declaratie horen niet bij elkaar, of er is niets meer te koppelen"
    return InputError(Fault("betaling_onbekend", "", 0, "koppel", mask(f"{identity}:{number}"), toelichting=told))


def pairs_of(texts: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield (payment, declaration) of texts as ``12:JD050A8DDF55``; raises InputError for any other."""
    for text in texts:
        identity, _, number = text.partition(":")
        if not (identity.isascii() and identity.isdigit() and len(identity) < 10 and number):
            verwacht = "het nummer van een betaling, een dubbele punt en een declaratienummer"
            raise InputError(Fault("waarde_onjuist", "", 0, "koppel", mask(text), verwacht))
        yield int(identity), number
