"""Records, toewijzingen and trace as text in a column, and back: only what differs from the default, never the BSN.

What a line is made of is a text too, `regel.sleutel`: content, fingerprint of the toewijzing, price and code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, time
from functools import cache
from itertools import repeat
from json.encoder import encode_basestring
from operator import attrgetter, itemgetter
from types import NoneType
from typing import Any, TypeAlias, TypeVar

import attrs

from mpj.engine.memory import Regelinhoud
from mpj.engine.outcome import Traced
from mpj.engine.values import Herkomst
from mpj.ledger.rows import chunks
from mpj.protocol import Afronding
from mpj.protocol.words import OVER, WIJZEN
from mpj.reading.fields import check_choice
from mpj.records.entries import Entry, Tijd
from mpj.records.toewijzingen import stempel_of
from mpj.records.values import Medewerker, Prestatie, Registratie, Toewijzing, Verblijf

_T = TypeVar("_T", Registratie, Verblijf, Prestatie, Toewijzing, Medewerker, Herkomst)
Record: TypeAlias = Registratie | Verblijf | Prestatie
Given: TypeAlias = Entry | Verblijf | Prestatie
"""A record as a run is given it."""
_Value: TypeAlias = Record | Toewijzing | Medewerker | Herkomst
_RECORDS: Mapping[str, type[Record]] = {"registratie": Registratie, "verblijf": Verblijf, "prestatie": Prestatie}
_DATES = frozenset({"datum", "begindatum", "einddatum", "toewijzingsdatum"})
_TIMES = frozenset({"begintijd", "eindtijd", "toewijzingstijd"})
_TUPLES = frozenset({"prestatiecodes", "niveaus"})
# Fields that are stored by the name they had when the first ledgers were made.
_STORED_AS = {"voor_limiet": "eenheden_voor_limiet"}
_FIELD_OF = {stored: name for name, stored in _STORED_AS.items()}
_OUTSIDE = frozenset({"bsn", "bestand", "rij", "geboortedatum"})
NOBODY = "999990019"
"""A BSN of the test range that is nobody's: of what is read without its client."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# What a ledger dumps is small and much: an encoder for each would take twice as long.
_TEXTS: Mapping[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: int.__repr__,
    bool: {False: "false", True: "true"}.__getitem__,
    tuple: lambda texts: f"[{','.join(map(encode_basestring, texts))}]",
    date: lambda one: f'"{one.isoformat()}"',
    time: lambda one: f'"{one.isoformat()}"',
    NoneType: lambda _: "null",
}


def dump(value: _Value) -> str:
    """Return the content of a value as text: the same content, the same text. BSN, file and row stay out."""
    return dump_all([value])[0]


def dump_all(values: Sequence[_Value], outside: frozenset[str] = _OUTSIDE) -> list[str]:
    """Return the content of values of one kind as texts, without the fields `outside`, in their order.

    A run dumps each record and its trace: what many say becomes text once, and what all say goes before what comes next.
    """
    found: list[str] = []
    for part in chunks(values):
        kind: Any = type(part[0])
        before, columns = "", []
        for _, begin, default, of in _fields(kind, outside):
            column = list(map(of, part))
            known = {one: before if one == default else before + begin + _text(one) for one in set(column)}
            if len(known) == 1:
                (before,) = known.values()
            else:
                columns.append(map(known.__getitem__, column))
                before = ""
        found += map("".join, zip(*columns, repeat(before + "}", len(part)), strict=True))
    return found


class _Part(dict[Any, str]):
    """Some fields of a kind as they stand in its text, by what many values share, each worked out once.

    `of` tells the values of the fields `names`, which are next to each other; without it there is one, the key itself.
    """

    def __init__(self, kind: type, names: Sequence[str], of: Callable[[Any], Iterable[object]] = lambda one: (one,)) -> None:
        super().__init__()
        self._fields = _parts(kind, names)
        self._of = of

    def __missing__(self, key: Any) -> str:
        found = zip(self._fields, self._of(key), strict=True)
        text = self[key] = "".join(begin + _text(one) for (begin, default), one in found if one != default)
        return text


def dump_records(records: Sequence[Given]) -> Iterable[str]:
    """Return the content of records of one kind as texts, in their order; registraties are not made for it."""
    entries = [one for one in records if isinstance(one, Entry)]
    return _dump_entries(entries) if entries else dump_all([one for one in records if not isinstance(one, Entry)])


_SHARED = (
    *("vorm.kwalificatieniveau", "medewerker", "vorm.prestatiecode", "vorm.productcode", "toewijzingnummer", "gemeente"),
    *("vorm.soort", "vorm.tijdsoort", "vorm.status", "vorm.bevestigd"),
)
_SHARED_LAST = "vorm.aantal", "onderaannemer"
"""What of a registratie its reeks tells: the fields before `afspraak`, and those after it."""


def _dump_entries(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the texts that `dump` makes of the registraties."""
    ((begin, _),) = _parts(Registratie, ["id"])
    days, afspraken = (_Part(Registratie, [name]) for name in ("datum", "afspraak"))
    tijden = _Part(Registratie, Tijd._fields[:3], itemgetter(0, 1, 2))
    first, last = (
        _Part(Registratie, [place.removeprefix("vorm.") for place in places], attrgetter(*places))
        for places in (_SHARED, _SHARED_LAST)
    )
    for datum, bron, reeks, tijd, afspraak, _, _ in entries:
        yield f"{begin}{encode_basestring(bron)}{days[datum]}{tijden[tijd]}{first[reeks]}{afspraken[afspraak]}{last[reeks]}}}"


class TraceTexts:
    """The trace of lines as text, as `dump` writes its rows, fast enough for millions: of care it makes no rows."""

    def __init__(self) -> None:
        self._days, self._minutes, self._levels, self._files = (
            _Part(Herkomst, [name]) for name in ("datum", "minuten", "kwalificatieniveau", "bestand")
        )
        self._found = _Part(Herkomst, ("keuze", "niveaus", "maximum"), tuple)
        who = "status", "medewerker", "onderaannemer"
        self._whos = _Part(Herkomst, who, lambda one: (one.vorm.status, one.medewerker or "", one.onderaannemer or ""))
        self._units, self._counts = (
            _Part(Herkomst, names, attrgetter(*(_COUNTED_AS.get(name, name) for name in names)))
            for names in (("aantal_eenheden", "bedrag_cent", "afgetopt"), ("geteld", "som_voor", "voor_limiet"))
        )

    def rows(self, traces: Iterable[Herkomst | Traced]) -> Iterator[tuple[str, str, date, int, str]]:
        """Yield soort, bron, datum and eenheden of their rows, each with its text."""
        days, minutes, levels, files = self._days, self._minutes, self._levels, self._files
        whos, units, counts, at, found = self._whos, self._units, self._counts, None, ""
        for one in traces:
            if not isinstance(one, Traced):
                yield one.soort, one.bron, one.datum, one.aantal_eenheden, dump(one)
                continue
            begin = f'{{"referentienummer":"{one.referentienummer}","soort":"'
            for care in one.regel.care:
                datum, bron, reeks, tijd, _, bestand, rij = care.record
                niveau, placed, counted = care.niveau, care.placed, care.counted
                if placed is not at and placed is not None:
                    at, match, tarief = placed, placed.match, placed.tarief
                    found = self._found[match.keuze, tarief.niveaus, match.dekking.maximum or ""]
                soort = reeks.vorm.bron
                inhoud = (
                    f'{begin}{soort}","bron":{encode_basestring(bron)}'
                    f"{days[datum]}{minutes[tijd.duur]}{levels[niveau or '']}{units[counted]}{whos[reeks]}"
                    f'{files[bestand]},"rij":{rij}{found}{counts[counted]}}}'
                )
                yield soort, bron, datum, counted[3], inhoud


_COUNTED_AS = {"aantal_eenheden": "eenheden", "bedrag_cent": "cent"}
"""What the trace calls otherwise than `mpj.engine.care.Counted`."""


def load(kind: type[_T], text: str, **outside: Any) -> _T:
    """Return the value that `text` holds; `outside` are the fields that were kept apart (bsn, bestand, rij)."""
    return kind(**_values(json.loads(text)), **outside)


def load_record(soort: str, text: str, **outside: Any) -> Record:
    """Return the record of this kind that `text` holds; `outside` as for `load`."""
    kind: Any = _RECORDS[soort]
    found: Record = load(kind, text, **outside)
    return found


def dump_periods(periods: Iterable[Medewerker]) -> str:
    """Return the periods of one medewerker as text, by begin date."""
    return "[" + ",".join(dump(one) for one in sorted(periods, key=lambda one: one.begindatum)) + "]"


def load_periods(text: str) -> list[Medewerker]:
    """Return the periods of one medewerker."""
    return [Medewerker(**_values(one)) for one in json.loads(text)]


_afronding_of: Callable[[Afronding], tuple[object, ...]] = attrgetter(*(one.name for one in attrs.fields(Afronding)))


def dump_afronding(afronding: Afronding | None) -> str:
    """Return a rounding as text, empty when there is none."""
    return "" if afronding is None else ",".join(map(str, _afronding_of(afronding)))


def load_afronding(text: str) -> Afronding | None:
    """Return the rounding that `text` holds."""
    if not text:
        return None
    wijze, over, minimum, drempel = text.split(",")
    return Afronding(check_choice(wijze, WIJZEN), check_choice(over, OVER), int(minimum), int(drempel))


def dump_sleutel(inhoud: Regelinhoud, toewijzing: str) -> str:
    """Return what a line is made of as text; `toewijzing` is the fingerprint of its toewijzing."""
    one = inhoud
    content = f"{one.begindatum}|{one.einddatum}|{one.voor_limiet}|{one.eenheid}|{one.perceel}"
    return f"{content}#{toewijzing}#{one.tarief_cent}|{one.productcategorie}|{one.productcode}"


def load_sleutel(text: str) -> tuple[Regelinhoud, str] | None:
    """Return what a line was made of, and the fingerprint of its toewijzing then; None where that is not known."""
    content, _, priced = text.rpartition("#")
    content, _, toewijzing = content.rpartition("#")
    if not content:
        return None
    begin, end, units, eenheid, perceel = content.split("|", 4)
    dates = date.fromisoformat(begin), date.fromisoformat(end)
    cents, categorie, code = priced.split("|")
    return Regelinhoud(*dates, int(units), eenheid, perceel, int(cents), categorie, code), toewijzing


def apart_from_price(sleutel: str) -> str:
    """Return what a line is made of, without its price and code."""
    return sleutel.rpartition("#")[0]


def fingerprint_of(record: Given, inhoud: str) -> str:
    """Return the fingerprint of a record, of which `inhoud` is the dump; the end of a stay is no part of it."""
    same = record.open_ended
    return fingerprint(inhoud if same is record else next(iter(dump_records([same]))))


def assigned(toewijzingen: Sequence[Toewijzing]) -> dict[tuple[str, int], str]:
    """Return the fingerprints of what lines take from toewijzingen, by gemeente and number.

    That is all of them but their stamp and the reason of their change.
    """
    texts = dump_all(toewijzingen, _OUTSIDE | {"toewijzingsdatum", "toewijzingstijd", "reden_wijziging"})
    return {one.sleutel: fingerprint(text) for one, text in zip(toewijzingen, texts, strict=True)}


def fingerprint(*parts: str) -> str:
    """Return 16 hexadecimal characters that follow from `parts`."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _values(found: Mapping[str, Any]) -> dict[str, Any]:
    return {_FIELD_OF.get(name, name): _value(name, one) for name, one in found.items()}


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _DATES:
        return date.fromisoformat(value)
    if name in _TIMES:
        return time.fromisoformat(value)
    return tuple(value) if name in _TUPLES else value


def _text(value: object) -> str:
    return _TEXTS.get(type(value), _encode)(value)


def _parts(kind: type, names: Sequence[str]) -> list[tuple[str, object]]:
    """Return how some fields of a kind begin in its text, and their defaults."""
    known = {name: (begin, default) for name, begin, default, _ in _fields(kind, _OUTSIDE)}
    return [known[name] for name in names]


@cache
def _fields(kind: type, outside: frozenset[str]) -> Sequence[tuple[str, str, object, Callable[[object], object]]]:
    """Return of the fields of a kind but `outside` their name, how each begins in the text, its default, and what reads it.

    The first has no default.
    """
    left_out = frozenset() if kind is Herkomst else outside
    fields = [one for one in attrs.fields(kind) if one.name not in left_out]
    begins = [f"{',' if place else '{'}{_encode(_STORED_AS.get(one.name, one.name))}:" for place, one in enumerate(fields)]
    return [(one.name, begin, one.default, attrgetter(one.name)) for begin, one in zip(begins, fields, strict=True)]


def stamp_of(datum: date | None, tijd: time | None) -> str:
    """Return the stamp of a version as it is kept, in the order of versions; empty where it is undated."""
    stempel = stempel_of(datum, tijd)
    return "" if stempel is None else f"{stempel[0].isoformat()}T{stempel[1].isoformat()}"
