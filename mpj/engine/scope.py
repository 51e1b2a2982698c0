"""Steps 1 and 2: which records are readable, once only, inside the period and direct; what is not is set aside here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import TypeVar, cast

from attrs import frozen

from mpj.engine.planning import AFGEZEGD
from mpj.protocol import Protocol
from mpj.reading.periods import first_day, last_day, month_of, month_text, years_before
from mpj.records.entries import Entry, Vorm
from mpj.records.reasons import Redencode
from mpj.records.rows import shows_bsn
from mpj.records.uitval import Uitval
from mpj.records.values import Registratie, Verblijf

_R = TypeVar("_R", Entry, Verblijf)
_DAY = timedelta(days=1)


@frozen
class Dagen:
    """Consecutive days of one stay: inclusive, with the reason they are out, None for days that go on."""

    begin: date
    einde: date
    reden: str | None

    @property
    def aantal(self) -> int:
        """The number of days."""
        return (self.einde - self.begin).days + 1


@frozen
class Periode:
    """The declaration month, and how far back care may ride along.

    No care before `vroegste` (CS100), no product period that ended before `oudste`: so many years before the dagtekening (TR335).
    """

    maand: int
    nalevering: bool
    vroegste: date
    oudste: date

    @classmethod
    def of(cls, protocol: Protocol, maand: int, dagtekening: date, *, nalevering: bool) -> Periode:
        """Return the period of a run under `protocol`."""
        return cls(maand, nalevering, protocol.vroegste_datum, years_before(dagtekening, protocol.jaren_terug))

    def te_oud(self, day: date, period_end: date) -> bool:
        """Say whether care on `day` is too old: before the earliest date, or its product period ended too long ago (TR335)."""
        return day < self.vroegste or period_end < self.oudste

    def verlopen(self, einddatum: date | None) -> date | None:
        """Return `einddatum` where a toewijzing ended so long ago that none of its product periods may be declared (TR335)."""
        return einddatum if einddatum is not None and einddatum < self.oudste else None

    def reason(self, day: date) -> str | None:
        """Return na_periode, te_oud or voor_periode, None for a day that this run may declare."""
        month = month_of(day)
        if month > self.maand:
            return "na_periode"
        if self.te_oud(day, last_day(month)):
            return "te_oud"
        return "voor_periode" if month < self.maand and not self.nalevering else None

    def explain(self, reden: str) -> str:
        """Say in Dutch what a reason of this period means."""
        if reden == "te_oud":
            return f"voor {self.vroegste}, of in een productperiode die voor {self.oudste} eindigde"
        return f"de declaratieperiode is {month_text(self.maand)}"

    def days_of(self, stay: Verblijf) -> Iterator[Dagen]:
        """Take a stay apart into runs of days by what the period says of them; an open end runs to the end of the period.

        Of an open stay that begins after the period the first day stands for what is to come.
        """
        last = stay.einddatum or max(last_day(self.maand), stay.begindatum)
        begin = stay.begindatum
        while True:
            run = self._run(begin, last)
            yield run
            if run.einde >= last:
                return
            begin = run.einde + _DAY

    def _run(self, begin: date, last: date) -> Dagen:
        """Return the run of days that starts at `begin`: whole stretches at once, however long."""
        reden = self.reason(begin)
        match reden:
            case "na_periode":
                return Dagen(begin, last, reden)
            case "te_oud":
                end = min(max(self.vroegste, first_day(month_of(self.oudste))) - _DAY, last_day(self.maand))
            case "voor_periode":
                end = first_day(self.maand) - _DAY
            case _:
                end = last_day(self.maand)
        return Dagen(begin, min(last, max(end, begin)), reden)


def shown_id(record: Entry | Registratie | Verblijf) -> str:
    """Return the record's id, empty when it would show its BSN."""
    return "" if shows_bsn(record.id, record.bsn) else record.id


def named(record: Entry | Verblijf) -> str:
    """Return the record as people name it: by its id, else by file and row."""
    soort = "verblijf" if isinstance(record, Verblijf) else "registratie"
    identity = shown_id(record)
    if identity:
        return f"{soort} {identity}"
    return f"{soort} in {record.bestand} rij {record.rij}" if record.rij else f"een {soort}"


def set_aside(
    record: Entry | Registratie | Verblijf,
    reden: str,
    toelichting: str = "",
    *,
    datum: date | None = None,
    datum_tot: date | None = None,
    aantal: int = 1,
    gemeente: str = "",
    waarde_cent: int | None = None,
) -> Uitval:
    """Return a record, or days of a stay, as set aside."""
    stay = isinstance(record, Verblijf)
    day = datum or (record.begindatum if isinstance(record, Verblijf) else record.datum)
    return Uitval(
        soort="verblijf" if stay else "registratie",
        bron=shown_id(record),
        datum=day,
        datum_tot=datum_tot or day,
        aantal=aantal,
        bestand=record.bestand,
        rij=record.rij,
        gemeente=gemeente or record.gemeente or "",
        reden=cast("Redencode", reden),
        waarde_cent=waarde_cent,
        toelichting=toelichting,
    )


def split_doubles(records: Sequence[_R], withdrawn: set[str], aside: Callable[[_R, str, str], None]) -> list[_R]:
    """Return the records that count once; pass the others to `aside` with vervallen or dubbel.

    `withdrawn` are ids that some row withdraws. Records with one id and the same content count once, the first by file and
    row; with different content none does.
    """
    seen: set[str] = set()
    doubles = set(withdrawn)
    for record in records:
        if record.id in seen:
            doubles.add(record.id)
        seen.add(record.id)
    if not doubles:
        return list(records)
    kept = [record for record in records if record.id not in doubles]
    groups: dict[str, list[_R]] = {}
    for record in records:
        if record.id in doubles:
            groups.setdefault(record.id, []).append(record)
    for identity, group in groups.items():
        if identity in withdrawn:
            for record in group:
                aside(record, "vervallen", "ingetrokken")
            continue
        group.sort(key=lambda record: (record.bestand, record.rij))
        same = all(_content(record) == _content(group[0]) for record in group[1:])
        if same:
            kept.append(group[0])
        text = "dezelfde inhoud komt vaker voor; één telt" if same else f"{len(group)} keer hetzelfde id met verschillende inhoud"
        for record in group[1:] if same else group:
            aside(record, "dubbel", text)
    return kept


def _content(record: Entry | Verblijf) -> object:
    return record if isinstance(record, Verblijf) else record.inhoud


def check_protocol(record: Registratie | Verblijf, protocol: Protocol) -> str:
    """Return what the protocol does not know about a readable record, empty when all is well."""
    if record.prestatiecode is not None and record.prestatiecode not in protocol.prestatiecodes:
        return "prestatiecode: onbekende code, verwacht een prestatiecode als 2.1"
    if isinstance(record, Registratie) and record.kwalificatieniveau not in (None, *protocol.niveaus):
        known = protocol.kwalificatieniveaus.get(record.kwalificatieniveau or "")
        text = f"{known.naam} staat uit in {protocol.id}" if known else "onbekend niveau"
        return f"kwalificatieniveau: {text}, verwacht {', '.join(protocol.niveaus)}"
    return ""


def vorm_reason(vorm: Vorm) -> tuple[str, str] | None:
    """Return why registraties of this form are out before any toewijzing is looked for, None when they go on."""
    if vorm.tijdsoort != "direct":
        return "niet_direct", f"tijdsoort {vorm.tijdsoort}"
    if vorm.status in AFGEZEGD:
        return "niet_gerealiseerd", f"status {vorm.status}"
    return None
