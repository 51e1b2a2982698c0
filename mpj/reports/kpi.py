"""Figures of the traffic per month and partner, each with its norm: what waits is open, and never within the norm.

Figures on lines are of five clients at least; return codes of fewer go together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

from attrs import define, field, frozen

from mpj.ledger import Ledger, traffic, year
from mpj.ledger.traffic import Afkeur, Herstel, Partner, Regelsom, Regeltal, Reis, Voortijdig
from mpj.reading.periods import last_day, month_text
from mpj.reading.workdays import after, between
from mpj.reports.norms import traffic_norms
from mpj.reports.requests import Aanvraagbeeld, Aanvragen
from mpj.reports.suppression import FEW

_T = TypeVar("_T", Reis, Afkeur, Herstel)
OTHER_CODES = "code_overig"


@frozen(kw_only=True)
class Kpi:
    """A row of kpi.csv: one figure of a month of declaring and a partner."""

    maand: str
    gemeente: str
    aanbieder: str
    kpi: str
    waarde: Fraction | None
    """Days, percents, or eurocents where the name ends in cent or is a code; None where nothing tells yet."""
    norm: str = ""
    aantal: int
    """Of how many declarations, lines or requests it is."""
    binnen_norm: int | None = None
    open: int = 0
    """How many wait, which are in neither."""


@frozen(kw_only=True)
class Berichtenbeeld:
    """The traffic of a period."""

    van: int
    tot: int
    ontvangen: bool
    """Whether it is what a gemeente received, rather than what an aanbieder declared."""
    kpis: tuple[Kpi, ...]
    niet_getoond: int
    """How many figures are of fewer than five clients."""
    berichten: Mapping[str, int] = field(factory=dict)
    """How many messages were given, by kind."""
    eerste_verborgen: frozenset[Partner] = frozenset()
    """The months and partners of which it is not shown what was rejected at first: a sum over other months would tell less."""


@define
class _Told:
    """Collects what is shown."""

    partner: Partner
    rows: list[Kpi] = field(factory=list)
    hidden: int = 0
    first_hidden: bool = False

    def add(self, kpi: str, waarde: Fraction | int | None, aantal: int, *, binnen: int | None = None, open_: int = 0) -> None:
        norm = traffic_norms().get(kpi)
        value = None if waarde is None else Fraction(waarde)
        place = {"maand": month_text(self.partner.maand), "gemeente": self.partner.gemeente, "aanbieder": self.partner.aanbieder}
        told = "" if norm is None else norm.wat
        self.rows.append(Kpi(**place, kpi=kpi, waarde=value, norm=told, aantal=aantal, binnen_norm=binnen, open=open_))

    def of_lines(self, kpi: str, waarde: Fraction | int, lines: Regeltal) -> None:
        """Add a figure of lines where there are enough clients; where there is no line, there is no figure."""
        if lines.clienten >= FEW:
            self.add(kpi, waarde, lines.regels)
        else:
            self.hidden += bool(lines.regels)


def read_kpi(ledger: Ledger, van: int, tot: int, aanvragen: Aanvraagbeeld | None = None) -> Berichtenbeeld:
    """Return the traffic of the months of declaring from `van` up to and including `tot` (`mpj.reading.periods`).

    `aanvragen` are the messages that were given. Raises InputError for a ledger that cannot be used.
    """
    with ledger.database.transaction(write=False) as connection:
        received = year.receives(connection)
        travels = _by_partner(traffic.travels(connection, van, tot, ontvangen=received))
        sums = {one.partner: one for one in traffic.sums(connection, van, tot, ontvangen=received)}
        rejections = _by_partner(traffic.rejections(connection, van, tot, ontvangen=received))
        repairs = _by_partner(traffic.repairs(connection, van, tot, ontvangen=received))
        early = {} if received else {one.partner: one for one in traffic.before_toewijzing(connection, van, tot)}
    found: list[Kpi] = []
    hidden, first_hidden = 0, set[Partner]()
    for place in sorted({*travels, *sums}, key=lambda one: (one.maand, one.gemeente, one.aanbieder)):
        told = _Told(place)
        _declarations(told, travels.get(place, ()), ontvangen=received)
        if place in sums:
            _first_lines(told, sums[place], rejections.get(place, ()))
            told.of_lines("credit_cent", sums[place].credit.cent, sums[place].credit)
            told.of_lines("nagekomen_cent", sums[place].nagekomen.cent, sums[place].nagekomen)
        _repairs(told, repairs.get(place, ()))
        if place in early:
            _before(told, early[place])
        found += told.rows
        hidden += told.hidden
        if told.first_hidden:
            first_hidden.add(place)
    for place, requests in aanvragen.per_partner(van, tot) if aanvragen is not None else ():
        told = _Told(place)
        _requests(told, requests)
        found += told.rows
    counts = {} if aanvragen is None else aanvragen.berichten
    return Berichtenbeeld(
        van=van,
        tot=tot,
        ontvangen=received,
        kpis=tuple(found),
        niet_getoond=hidden,
        berichten=counts,
        eerste_verborgen=frozenset(first_hidden),
    )


def _by_partner(rows: Iterable[_T]) -> dict[Partner, list[_T]]:
    found: dict[Partner, list[_T]] = {}
    for row in rows:
        found.setdefault(row.partner, []).append(row)
    return found


def _declarations(told: _Told, rows: Sequence[Reis], *, ontvangen: bool) -> None:
    end = last_day(told.partner.maand)
    sent = [one.verzonden_op for one in rows if one.verzonden_op is not None]
    due = last_day(told.partner.maand + traffic_norms()["indienen_dagen"].grens)
    told.add(
        "indienen_dagen",
        _mean([(day - end).days for day in sent]),
        len(sent),
        binnen=sum(day <= due for day in sent),
        open_=len(rows) - len(sent),
    )
    term = traffic_norms()["antwoord_werkdagen"].grens
    pairs = [(one.verzonden_op, one.beantwoord_op) for one in rows if one.verzonden_op and one.beantwoord_op]
    waiting = sum(one.open for one in rows)
    binnen = None if ontvangen else sum(day <= after(begin, term) for begin, day in pairs)
    days = [between(begin, day) for begin, day in pairs]
    told.add("antwoord_werkdagen", _mean(days), len(pairs), binnen=binnen, open_=waiting)


def _first_lines(told: _Told, sums: Regelsom, rejections: Sequence[Afkeur]) -> None:
    """Add what was rejected at first, and the share that was right at once: of lines with an answer."""
    answered, rejected = sums.beantwoord, sums.afgekeurd
    if answered.clienten < FEW or 0 < rejected.clienten < FEW:
        told.hidden += bool(answered.regels)
        told.first_hidden = bool(answered.regels)
        return
    right = Fraction(100 * (answered.regels - rejected.regels), answered.regels)
    told.add("goed_in_een_keer_procent", right, answered.regels, open_=sums.wacht)
    told.add("afgekeurd_cent", rejected.cent, rejected.regels, open_=sums.wacht)
    for code, own in _by_code(rejections):
        cent, lines = (sum(getattr(one, name) for one in own) for name in ("cent", "regels"))
        told.of_lines(code, cent, Regeltal(lines, len({one.client for one in own}), cent))


def _by_code(rejected: Sequence[Afkeur]) -> Iterator[tuple[str, list[Afkeur]]]:
    """Yield rejected lines by return code; a line with two counts at both. Codes of few clients go together."""
    found: dict[str, list[Afkeur]] = {}
    for one in rejected:
        for code in one.codes or ("",):
            found.setdefault(f"code_{code or 'onbekend'}", []).append(one)
    order = sorted(found, key=lambda code: (len({one.client for one in found[code]}), code))
    rest: list[Afkeur] = []
    while order and (len({one.client for one in found[order[0]]}) < FEW or 0 < len({one.client for one in rest}) < FEW):
        rest += found[order.pop(0)]
    for code in sorted(order):
        yield code, found[code]
    if rest:
        yield OTHER_CODES, rest


def _repairs(told: _Told, rows: Sequence[Herstel]) -> None:
    if len({one.client for one in rows}) < FEW:
        told.hidden += bool(rows)
        return
    grens = traffic_norms()["herstel_dagen"].grens
    done = [one for one in rows if one.in_maand is not None]
    days = [(one.toegekend_op - one.afgekeurd_op).days for one in done if one.toegekend_op and one.afgekeurd_op]
    binnen = sum(one.in_maand is not None and one.in_maand <= one.partner.maand + grens for one in done)
    told.add("herstel_dagen", _mean(days), len(done), binnen=binnen, open_=len(rows) - len(done))


def _before(told: _Told, found: Voortijdig) -> None:
    """Add the lines with care of before its toewijzing, where those lines and the others are of enough clients."""
    if found.clienten < FEW or 0 < found.voor_clienten < FEW:
        told.hidden += 1
        return
    told.add("zorg_voor_toewijzing_procent", Fraction(100 * found.voor_regels, found.regels), found.regels)


def _requests(told: _Told, found: Aanvragen) -> None:
    days = found.werkdagen
    told.add("toewijzing_werkdagen", _mean(days), len(days), binnen=found.binnen, open_=found.open)
    if found.producten:
        told.add("buiten_mpj_procent", Fraction(100 * found.buiten_mpj, found.producten), found.producten)


def _mean(days: Sequence[int]) -> Fraction | None:
    return Fraction(sum(days), len(days)) if days else None
