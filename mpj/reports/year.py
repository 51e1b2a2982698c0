"""The prestatie-kwalificatieoverzicht of a year: per gemeente, code and price what was delivered, submitted, granted and rejected.

The sums come from `mpj.ledger.year`, of either side; here they get the words of the report, and their reconciliation to what was
delivered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Literal, TypeAlias, TypeVar

from attrs import evolve, field, fields, frozen
from sqlalchemy import Connection, case, extract, func, select, true

from mpj.contract import Contract
from mpj.ledger import Ledger, schema, trace, year
from mpj.ledger.deadlines import closed_year
from mpj.ledger.known import FAULTY, faulty_care
from mpj.ledger.protocols import last_protocol
from mpj.ledger.rows import signed
from mpj.ledger.schema import NIET_VERZONDEN
from mpj.ledger.year import Jaarsom
from mpj.records.reasons import REDENEN
from mpj.reports.received import Decoder
from mpj.reports.tasks import Taak, tasks

Post: TypeAlias = Literal[
    "toegekend",
    "open",
    "afgekeurd",
    "ingetrokken",
    "nog_in_te_dienen",
    "zonder_toewijzing",
    "niet_declarabel",
    "geleverd",
    "zonder_prijs",
    "onleesbaar",
]
"""A line of the reconciliation, in its order: what adds up, its sum, and two counts."""
LINES: tuple[Post, ...] = ("toegekend", "open", "afgekeurd")
ASIDE: tuple[Post, ...] = ("nog_in_te_dienen", "zonder_toewijzing", "niet_declarabel")
FEW = 5
"""Fewer clients than this are not told as a number."""
_WITHOUT = frozenset(("geen_toewijzing", "toewijzing_verwijderd", "buiten_toewijzing", "prestatiecode_niet_toegewezen"))
_NO_CARE = frozenset(
    (
        *("vervallen", "dubbel", "niet_direct", "niet_gerealiseerd", "afwezig", "vervangen", "geen_tijd"),
        *("dubbele_aanwezigheid", "dubbele_dag", "reeds_gedeclareerd", "afgekeurd"),
    )
)
"""Reasons of what was not delivered, counts already, or stands in a rejected line."""


def post_of(reden: str) -> Post | None:
    """Return where care that is set aside stands in the reconciliation, None for what is no care."""
    if reden in _NO_CARE:
        return None
    if reden in FAULTY:
        return "onleesbaar"
    if reden in _WITHOUT:
        return "zonder_toewijzing"
    return "niet_declarabel" if REDENEN[reden].vervolg in ("overleg", "definitief") else "nog_in_te_dienen"


@frozen(kw_only=True)
class Jaarregel:
    """A row of jaar.csv: one code at one price. Units are normed, hours those of the units; amounts in eurocents."""

    aanbieder: str
    gemeente: str
    perceel: str
    variant: str = ""
    """What it is beside MPJ (DESIGN 12); empty for a prestatiecode."""
    prestatiecode: str
    kwalificatieniveau: str
    """As billed."""
    productcategorie: str
    productcode: str
    """As declared."""
    normtijd: str
    eenheid: str
    tarief_cent: int | None
    """None where units times a price is not the amount: hours that travel in minutes."""
    begindatum: date
    einddatum: date
    """The first and the last month of the year in which care at this price was delivered."""
    eenheden: Fraction
    uren: Fraction | None
    """None for what is not time."""
    clienten: int
    ingediend_cent: int
    toegekend_cent: int
    open_cent: int
    afgekeurd_cent: int
    credit_cent: int
    """What was taken back of it, above zero, for information: it is in the other amounts."""
    betaald_cent: int | None = None
    """Of what was paid on its declarations, spread over their lines by amount; None as long as no payment is known."""

    @property
    def clienten_text(self) -> str:
        """How many clients, as it may be told."""
        return str(self.clienten) if self.clienten >= FEW or not self.clienten else f"<{FEW}"


@frozen
class Aansluiting:
    """A row of aansluiting.csv: a post of a gemeente."""

    gemeente: str
    post: Post
    aantal: int | None
    cent: int | None


_Named = TypeVar("_Named", Jaarsom, Aansluiting)


@frozen(kw_only=True)
class Jaarbeeld:
    """A year of a ledger, and where it stands."""

    jaar: int
    ontvangen: bool
    """Whether it is what a gemeente received, rather than what an aanbieder declared."""
    peildatum: date | None
    gesloten: date | None
    """On which day the year was closed."""
    regels: tuple[Jaarregel, ...]
    aansluiting: tuple[Aansluiting, ...]
    mutaties: tuple[Mutatie, ...] = ()
    """What changed after the closing, by gemeente and code."""
    sha256: str = ""
    """That of the lines behind it."""
    maanden: Mapping[tuple[str, int], int] = field(factory=dict)
    """What was declared and not rejected, in eurocents, by gemeente and month."""
    tariefkaarten: Mapping[str, str] = field(factory=dict)
    """The short hash of each contract that was given."""
    taken: tuple[Taak, ...] = ()
    """What contracts that were given buy by task: in no line, and in none of the amounts."""

    @property
    def gemeenten(self) -> tuple[str, ...]:
        """Every gemeente with a line or with care that has none; of some care nobody knows the gemeente."""
        return tuple(sorted(({one.gemeente for one in self.regels} | {one.gemeente for one in self.aansluiting}) - {""}))


@frozen
class Mutatie:
    """What the sums of one code became after the closing of the year, in eurocents more or less."""

    gemeente: str
    prestatiecode: str
    kwalificatieniveau: str
    productcode: str
    post: str
    cent: int


@frozen(kw_only=True)
class Jaarvraag:
    """What is asked of a year."""

    jaar: int
    gemeenten: Collection[str] = ()
    """Only these; none: all."""
    peildatum: date | None = None
    contracten: Sequence[Contract] = ()
    """Tell what the codes of received lines mean where contracts have their own, and their hashes."""


def read_year(ledger: Ledger, asked: Jaarvraag) -> Jaarbeeld:
    """Return a year of a ledger: of a closed one what was closed, and what changed since.

    Nobody is named in it, and an erased client stays in its sums. Raises InputError for a ledger that cannot be used.
    """
    with ledger.database.transaction(write=False) as connection:
        closed, then, now = _standing(connection, asked.jaar, asked.peildatum)
        paid = year.paid(connection, asked.jaar, asked.peildatum)
        decoder = Decoder.of(last_protocol(connection), asked.contracten)
        return Jaarbeeld(
            jaar=asked.jaar,
            ontvangen=year.receives(connection),
            peildatum=asked.peildatum,
            gesloten=closed,
            regels=_rows(decoder, _chosen([*then, *_paid_alone(asked.jaar, then, paid or {})], asked.gemeenten), paid),
            aansluiting=tuple(_chosen(_reconciled(connection, asked.jaar, then, now), asked.gemeenten)),
            mutaties=_changes(decoder, _chosen(then, asked.gemeenten), _chosen(now, asked.gemeenten)) if closed else (),
            sha256=year.digest(connection, asked.jaar),
            maanden={
                key: cent
                for key, cent in year.per_month(connection, asked.jaar, asked.peildatum).items()
                if not asked.gemeenten or key[0] in asked.gemeenten
            },
            tariefkaarten=decoder.hashes,
            taken=tuple(tasks(asked.contracten, asked.jaar, asked.gemeenten)),
        )


def _chosen(rows: Iterable[_Named], gemeenten: Collection[str]) -> list[_Named]:
    return [one for one in rows if not gemeenten or one.gemeente in gemeenten]


def _standing(connection: Connection, jaar: int, peildatum: date | None) -> tuple[date | None, list[Jaarsom], list[Jaarsom]]:
    """Return when a year was closed, what its lines came to then (of an open one: on the day that is asked about), and now."""
    closed = closed_year(connection, jaar) if peildatum is None else None
    now = year.sums(connection, jaar)
    if closed is not None:
        return *closed, now
    return None, now if peildatum is None else year.sums(connection, jaar, peildatum), now


def stages(connection: Connection, jaar: int) -> dict[str, tuple[int, int]]:
    """Return by gemeente what was delivered and granted of a year in eurocents, as `read_year` has them."""
    _, then, now = _standing(connection, jaar, None)
    posts = _reconciled(connection, jaar, then, now)
    granted = {one.gemeente: one.cent or 0 for one in posts if one.post == "toegekend"}
    return {one.gemeente: (one.cent or 0, granted[one.gemeente]) for one in posts if one.post == "geleverd"}


def _paid_alone(jaar: int, sums: Iterable[Jaarsom], paid: Mapping[tuple[object, ...], int]) -> Iterator[Jaarsom]:
    """Yield nothing but the place of what was paid where no line counts any more: no cent that was paid is left out."""
    there = {_key(one) for one in sums}
    nothing = {one.name: 0 for one in fields(Jaarsom) if one.name not in year.KEYS}
    for key in sorted(paid.keys() - there):
        place: dict[str, Any] = dict(zip(year.KEYS, key, strict=True))
        place |= nothing | {"eerste": jaar * 12, "laatste": jaar * 12 + 11}
        yield Jaarsom(**place)


def _key(one: Jaarsom) -> tuple[object, ...]:
    return tuple(getattr(one, name) for name in year.KEYS)


def _rows(decoder: Decoder, found: Iterable[Jaarsom], paid: Mapping[tuple[object, ...], int] | None) -> tuple[Jaarregel, ...]:
    """Return sums as rows; those of a code at one price that a message told apart become one."""
    there = [(one, 0 if paid is None else paid.get(_key(one), 0)) for one in found]
    rows = [
        decoder.row(one) if paid is None else evolve(decoder.row(one), betaald_cent=cent)
        for one, cent in there
        if one.eenheden or one.credit_cent or one.ingediend_cent or cent
    ]
    return tuple(sorted(rows, key=lambda one: (*decoder.order(one), one.begindatum)))


def _reconciled(connection: Connection, jaar: int, then: Sequence[Jaarsom], now: Sequence[Jaarsom]) -> list[Aansluiting]:
    """Return the reconciliation of every gemeente: delivered is what is known now, whatever the day of the lines."""
    aside, faulty = _aside(connection, jaar), faulty_care(connection, jaar)
    gone = year.withdrawn(connection, jaar)
    gemeenten = {one.gemeente for one in (*then, *now)} | {gemeente for gemeente, _ in aside} | faulty.keys()
    found: list[Aansluiting] = []
    for gemeente in sorted(gemeenten):
        own = [one for one in then if one.gemeente == gemeente]
        later = sum(one.ingediend_cent for one in now if one.gemeente == gemeente) - sum(one.ingediend_cent for one in own)
        posts: dict[Post, tuple[int, int]] = {
            post: (sum(getattr(one, f"{post}_regels") for one in own), sum(getattr(one, f"{post}_cent") for one in own))
            for post in LINES
        }
        lines, cents = gone.get(gemeente, (0, 0))
        posts["ingetrokken"] = lines, -cents
        for post in ASIDE:
            count, cent, _ = aside.get((gemeente, post), (0, 0, 0))
            posts[post] = count, cent + (later if post == "nog_in_te_dienen" else 0)
        found += [Aansluiting(gemeente, post, *pair) for post, pair in posts.items()]
        found.append(Aansluiting(gemeente, "geleverd", None, sum(cent for _, cent in posts.values())))
        unknown = sum(aside.get((gemeente, post), (0, 0, 0))[2] for post in ASIDE)
        found.append(Aansluiting(gemeente, "zonder_prijs", unknown, None))
        # What a ledger of before set aside by such a reason stands there until the next run.
        unread = faulty.get(gemeente, 0) + aside.get((gemeente, "onleesbaar"), (0, 0, 0))[0]
        found.append(Aansluiting(gemeente, "onleesbaar", unread, None))
    return found


def _aside(connection: Connection, jaar: int) -> dict[tuple[str, Post], tuple[int, int, int]]:
    """Return what stands behind no line, by gemeente and post: how many, their cents, and how many have no price."""
    table, line = schema.opzij.c, schema.regel.c
    found: dict[tuple[str, Post], tuple[int, int, int]] = {}
    columns = (
        func.sum(table.aantal),
        func.sum(table.waarde_cent),
        func.sum(case((table.waarde_cent.is_(None), table.aantal), else_=0)),
    )
    query = select(table.gemeente, table.reden, *columns).where(extract("year", table.datum) == jaar)
    for gemeente, reden, *numbers in connection.execute(query.group_by(table.gemeente, table.reden)):
        if (post := post_of(reden)) is not None:
            _add(found, (gemeente, post), [int(one or 0) for one in numbers])
    where = (
        line.status == NIET_VERZONDEN,
        line.opnieuw == true(),
        line.in_bericht == true(),
        line.maand.between(jaar * 12, jaar * 12 + 11),
    )
    for gemeente, count, cent in connection.execute(
        select(line.gemeente, func.count(), func.sum(signed(line))).where(*where).group_by(line.gemeente)
    ):
        _add(found, (gemeente, "nog_in_te_dienen"), [count, int(cent), 0])
    for gemeente, (count, cent) in trace.cut(connection, jaar).items():
        _add(found, (gemeente, "niet_declarabel"), [count, cent, 0])
    return found


def _add(found: dict[tuple[str, Post], tuple[int, int, int]], key: tuple[str, Post], more: Sequence[int]) -> None:
    count, cent, unknown = found.get(key, (0, 0, 0))
    found[key] = count + more[0], cent + more[1], unknown + more[2]


def _changes(decoder: Decoder, then: Iterable[Jaarsom], now: Iterable[Jaarsom]) -> tuple[Mutatie, ...]:
    """Return what the sums of each code became beside what they were."""
    found: dict[tuple[str, str, str, str, str], int] = {}
    for sign, rows in ((-1, then), (1, now)):
        for one in rows:
            row = decoder.row(one)
            for post in LINES:
                key = row.gemeente, row.prestatiecode, row.kwalificatieniveau, row.productcode, post
                found[key] = found.get(key, 0) + sign * getattr(row, f"{post}_cent")
    return tuple(Mutatie(*key, cent) for key, cent in sorted(found.items()) if cent)
