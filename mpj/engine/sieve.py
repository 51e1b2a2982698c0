"""Step 1: which records count, once. What is unreadable, withdrawn or double is set aside."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import field, frozen

from mpj.engine.opdracht import Periode
from mpj.engine.stays import stretches_of
from mpj.protocol import Protocol
from mpj.records.aside import set_aside
from mpj.records.entries import Entry, Reeks, days_of, happened
from mpj.records.known import check_protocol
from mpj.records.reasons import Redencode
from mpj.records.registraties import Ongeldig
from mpj.records.uitval import Uitval
from mpj.records.values import Prestatie, Verblijf

_R = TypeVar("_R", Entry, Verblijf, Prestatie)
_id_of: Callable[[Any], str] = attrgetter("id")
_reeks_of: Callable[[Entry], Reeks] = attrgetter("reeks")

REASONS: tuple[Redencode, ...] = ("ongeldig", "vervallen", "dubbel", "id_meermaals")
"""Why records do not get as far as the steps; readers set aside as `ongeldig` what they cannot read."""


@frozen
class Records:
    """What counts of one client: registraties in the order of the steps, stays by begin date, then id, and prestaties."""

    registraties: Sequence[Entry] = ()
    verblijf: Sequence[Verblijf] = ()
    prestaties: Sequence[Prestatie] = ()
    vanaf: int = 0
    """The first month that prestaties may be declared of, but for those that are opened; 0: any."""
    opened: frozenset[str] = frozenset()
    """The ids of prestaties that may be declared of any month."""

    @property
    def zorgcode(self) -> str:
        """What the first registratie says that it is care of; empty where it says nothing, or there is none."""
        return self.registraties[0].reeks.vorm.zorgcode or "" if self.registraties else ""


Verdicts = Mapping[str, tuple[Redencode, str]]
"""What was decided elsewhere of all readable records with an id: (reason, Dutch sentence)."""
NO_VERDICTS: Verdicts = MappingProxyType({})
Decided: TypeAlias = tuple[Verdicts, Verdicts, Verdicts]
"""What was decided of ids: of registraties, of stays and of prestaties."""
NOTHING_DECIDED: Decided = (NO_VERDICTS, NO_VERDICTS, NO_VERDICTS)


@frozen
class Out(Generic[_R]):
    """A readable record that does not count, with the reason and a Dutch sentence."""

    record: _R
    reden: Redencode
    toelichting: str


@frozen
class Sifted(Generic[_R]):
    """What step 1 makes of records of one kind: those that count once, and all others."""

    kept: list[_R]
    out: list[Out[_R]] = field(factory=list)
    unreadable: list[Uitval] = field(factory=list)

    @property
    def verdicts(self) -> Verdicts:
        """What is decided of ids of which no record counts, for who sees only some of their records."""
        counted = {record.id for record in self.kept}
        told = (out for out in self.out if out.reden != "ongeldig" and out.record.id not in counted)
        return {out.record.id: (out.reden, out.toelichting) for out in told}


def sift_registraties(items: Iterable[Entry | Ongeldig], decided: Verdicts = NO_VERDICTS) -> Sifted[Entry]:
    """Return the registraties that count once; those whose words the protocol does not know are `ongeldig`."""
    found: Sifted[Entry] = Sifted([])
    withdrawn: set[str] = set()
    every: list[Any] = list(items)
    if not decided and Ongeldig not in {*map(type, every)} and not any(map(_odd, {*map(_reeks_of, every)})):
        return _once(every, withdrawn, found)
    good: list[Entry] = []
    for item in every:
        if isinstance(item, Ongeldig):
            _unreadable(item, withdrawn, found.unreadable)
            continue
        vorm = item.reeks.vorm
        if vorm.status == "vervallen":
            withdrawn.add(item.id)
        if vorm.fout:
            found.out.append(Out(item, "ongeldig", vorm.fout))
        elif item.id in decided:
            found.out.append(Out(item, *decided[item.id]))
        else:
            good.append(item)
    return _once(good, withdrawn, found)


def _odd(reeks: Reeks) -> bool:
    return bool(reeks.vorm.fout) or reeks.vorm.status == "vervallen"


def sift_stays(items: Iterable[Verblijf | Ongeldig], protocol: Protocol, decided: Verdicts = NO_VERDICTS) -> Sifted[Verblijf]:
    """Return the stays that count once; those whose words the protocol does not know are `ongeldig`."""
    found: Sifted[Verblijf] = Sifted([])
    withdrawn: set[str] = set()
    good: list[Verblijf] = []
    for item in items:
        if isinstance(item, Ongeldig):
            _unreadable(item, withdrawn, found.unreadable)
        elif wrong := check_protocol(item, protocol):
            found.out.append(Out(item, "ongeldig", wrong))
        elif item.id in decided:
            found.out.append(Out(item, *decided[item.id]))
        else:
            good.append(item)
    return _once(good, withdrawn, found)


def sift_prestaties(items: Iterable[Prestatie | Ongeldig], decided: Verdicts = NO_VERDICTS) -> Sifted[Prestatie]:
    """Return the prestaties that count once."""
    found: Sifted[Prestatie] = Sifted([])
    good: list[Prestatie] = []
    for item in items:
        if isinstance(item, Ongeldig):
            found.unreadable.append(item.uitval)
        elif item.id in decided:
            found.out.append(Out(item, *decided[item.id]))
        else:
            good.append(item)
    return _once(good, set(), found)


def _unreadable(item: Ongeldig, withdrawn: set[str], unreadable: list[Uitval]) -> None:
    unreadable.append(item.uitval)
    if item.vervallen and item.id:
        withdrawn.add(item.id)


def _once(records: list[_R], withdrawn: set[str], found: Sifted[_R]) -> Sifted[_R]:
    """Keep the records that count once; the others are vervallen, dubbel or id_meermaals.

    `withdrawn` are ids that some row withdraws. Records with one id and the same content count once, the first by file and
    row; with different content none does.
    """
    seen = {*map(_id_of, records)}
    if len(seen) == len(records) and not withdrawn:
        found.kept.extend(records)
        return found
    doubles = withdrawn | {identity for identity, count in Counter(record.id for record in records).items() if count > 1}
    groups: dict[str, list[_R]] = {}
    for record in records:
        if record.id in doubles:
            groups.setdefault(record.id, []).append(record)
        else:
            found.kept.append(record)
    for identity, group in groups.items():
        if identity in withdrawn:
            found.out.extend(Out(record, "vervallen", "ingetrokken") for record in group)
            continue
        group.sort(key=lambda record: (record.bestand, record.rij))
        if all(record.inhoud == group[0].inhoud for record in group[1:]):
            found.kept.append(group[0])
            found.out.extend(Out(record, "dubbel", "dezelfde inhoud komt vaker voor; één telt") for record in group[1:])
        else:
            text = f"{len(group)} keer hetzelfde id met verschillende inhoud"
            found.out.extend(Out(record, "id_meermaals", text) for record in group)
    return found


def uitval_of(
    registraties: Sifted[Entry], stays: Sifted[Verblijf], prestaties: Sifted[Prestatie], periode: Periode
) -> Iterator[tuple[Uitval, str | None]]:
    """Yield what step 1 set aside, as rows of uitval, with the client of what can be read.

    A stay has all its days, an open one those up to the period's end.
    """
    for row in registraties.unreadable + stays.unreadable + prestaties.unreadable:
        yield row, None
    for out in registraties.out:
        yield set_aside(out.record, out.reden, out.toelichting), out.record.bsn
    for stay in stays.out:
        yield _stay_aside(stay, periode), stay.record.bsn
    for one in prestaties.out:
        yield set_aside(happened(one.record, one.record.datum), one.reden, one.toelichting), one.record.bsn


def _stay_aside(out: Out[Verblijf], periode: Periode) -> Uitval:
    stretches = list(stretches_of(out.record, periode))
    (first,) = days_of(out.record, [stretches[0].begin])
    if out.reden == "ongeldig":
        return set_aside(first, out.reden, out.toelichting)
    days = sum(one.aantal for one in stretches)
    return set_aside(first, out.reden, out.toelichting, datum_tot=stretches[-1].einde, aantal=days)


def by_client(
    registraties: Iterable[Entry], verblijf: Iterable[Verblijf], prestaties: Iterable[Prestatie] = ()
) -> dict[str, Records]:
    """Return the records of each client, by BSN."""
    clients: defaultdict[str, tuple[list[Entry], list[Verblijf], list[Prestatie]]] = defaultdict(lambda: ([], [], []))
    for entry in registraties:
        clients[entry.reeks.bsn][0].append(entry)
    for stay in verblijf:
        clients[stay.bsn][1].append(stay)
    for one in prestaties:
        clients[one.bsn][2].append(one)
    return {bsn: Records(*own) for bsn, own in clients.items()}
