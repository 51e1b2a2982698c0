"""Toewijzingen: `toewijzingen.csv`, or the official JW301 message, which may stand wherever that file may.

A faulty row is kept with the key and the stamp it shows, because a faulty latest version hides the toewijzing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from attrs import evolve, field, frozen

from mpj.reading.faults import Fault, Hears, InputError, shows_bsn
from mpj.reading.fields import FieldError, check_bsn, parse_clock, parse_date
from mpj.reading.forms import open_end, parse_nummer
from mpj.reading.lines import LineNumbers
from mpj.reading.masking import masked
from mpj.reading.profile import NO_PROFILE, Profiel
from mpj.reading.sources import TABLES, Reading, Source, find_sources
from mpj.reading.tables import Table, open_table
from mpj.records.definitions import TOEWIJZING
from mpj.records.reasons import Redencode
from mpj.records.rows import Row, as_values, row_of
from mpj.records.uitval import Uitval
from mpj.records.values import Toewijzing, Unchecked

if TYPE_CHECKING:
    from mpj.messages import ToegewezenProduct

Stempel = tuple[date, time]


@frozen(field_transformer=masked)
class OngeldigeToewijzing:
    """A toewijzing row that cannot be used."""

    uitval: Uitval
    """What is set aside."""
    sleutel: tuple[str, int] | None
    """The toewijzing that it may hide, as (gemeente, toewijzingnummer); None when that cannot be read."""
    stempel: Stempel | None
    """Its toewijzingsdatum and -tijd; None when undated."""
    stempel_onleesbaar: bool = False
    """Whether it has a stamp that cannot be read."""
    bsn: str | None = field(default=None, repr=False)
    """The client that it names; None when that cannot be read."""
    oorzaak: str = ""
    """What is wrong, without what was found."""


_STAMP = ("toewijzingsdatum", "toewijzingstijd")
_OWN = ("toewijzingnummer", "bsn", "begindatum", "einddatum", *_STAMP)
_terms_of = attrgetter(*(one.attribute for one in TOEWIJZING.fields if one.name not in _OWN))
_toewijzing = Unchecked(Toewijzing)


def as_toewijzingen(
    items: Iterable[Toewijzing | OngeldigeToewijzing | Mapping[str, object]], report: Hears | None = None
) -> Iterator[Toewijzing | OngeldigeToewijzing]:
    """Turn the caller's records into toewijzingen; `report` hears of unknown keys. Raises as `mpj.records.rows.as_values`."""
    return as_values(items, TOEWIJZING, parse_toewijzing, Toewijzing, OngeldigeToewijzing, report=report)


def read_toewijzingen(
    paths: Iterable[str | Path],
    *,
    report: Hears | None = None,
    hashes: dict[str, str] | None = None,
    lines: dict[str, LineNumbers] | None = None,
    submappen: bool = False,
    profiel: Profiel = NO_PROFILE,
) -> Iterator[Toewijzing | OngeldigeToewijzing]:
    """Read toewijzingen from tables and JW301 messages, and from folders and zips of them (docs/formats.md).

    Yields a Toewijzing per row or ToegewezenProduct, or an OngeldigeToewijzing. The keywords are those of `read_registraties`.
    A message of another kind in a folder or zip is passed over, and `report` hears which. Raises InputError for a file that is
    neither, and where all of them were passed over. Reading JW301 needs the extra ``mpj[messages]``.
    """
    reading = Reading(report, hashes, lines, submappen, profiel.of("toewijzingen"))
    sources = find_sources(paths, (*TABLES, ".xml"), reading)
    passed: list[InputError] = []
    for source in sources:
        if source.suffix == ".xml":
            try:
                yield from _read_jw301(source, hashes)
            except InputError as error:
                if source.named or not _is_passed(error, reading):
                    raise
                passed.append(error)
            continue
        with open_table(source, TOEWIJZING.columns, reading) as table:
            yield from _from_table(table)
    if passed and len(passed) == len(sources):
        raise InputError([fault for error in passed for fault in error.faults])


def _is_passed(error: InputError, reading: Reading) -> bool:
    """Tell that a message of another kind is passed over; says no to any other error."""
    from mpj.messages import passed_over

    warning = passed_over(error, ("JW301",))
    reading.tell([] if warning is None else [warning])
    return warning is not None


def _from_table(table: Table[list[str]]) -> Iterator[Toewijzing | OngeldigeToewijzing]:
    """Turn rows into toewijzingen. What many share is read with all rules once; of the rest each field is read by itself."""
    width, columns = table.width, table.columns
    places = [columns[name] for name in columns if name not in _OWN]
    terms_of, own_of = itemgetter(*places), itemgetter(*(columns.get(name, width) for name in _OWN))
    known: dict[object, tuple[Any, ...]] = {}
    for rij, fields in table:
        if len(fields) != width:
            yield parse_toewijzing(row_of(table, rij, fields))
            continue
        terms = known.get(terms_of(fields))
        made = None if terms is None else _on_known_terms(terms, own_of([*fields, ""]), table.naam, rij)
        item = made or parse_toewijzing(row_of(table, rij, fields))
        if terms is None and isinstance(item, Toewijzing):
            known[terms_of(fields)] = _terms_of(item)
        yield item


def _on_known_terms(terms: tuple[Any, ...], own: tuple[str, ...], bestand: str, rij: int) -> Toewijzing | None:
    """Return a toewijzing on terms that were read before; None where its row has to be read with all rules."""
    nummer, bsn, *dates = own
    begin, end, datum, tijd = map(str.strip, dates)
    try:
        begindatum = parse_date(begin)
        einddatum = open_end(parse_date(end)) if end else None
        if einddatum is not None and einddatum < begindatum:
            return None
        gemeente, aanbieder, *rest = terms
        values = (
            parse_nummer(nummer.strip()),
            check_bsn(bsn),
            gemeente,
            aanbieder,
            begindatum,
            einddatum,
            *rest,
            parse_date(datum) if datum else None,
            parse_clock(tijd) if tijd else None,
            bestand,
            rij,
        )
    except FieldError:
        return None
    return _toewijzing(values)


def parse_toewijzing(row: Row) -> Toewijzing | OngeldigeToewijzing:
    """Return the toewijzing a row holds, or what is wrong with it. Whether codes and levels exist is the protocol's to say."""
    found = row.read(TOEWIJZING)
    _check_product(row)
    if row.faults:
        nummer, gemeente = found["toewijzingnummer"], found["gemeente"]
        sleutel = None if nummer is None or gemeente is None else (gemeente, nummer)
        uitval = row.uitval("toewijzing", "" if nummer is None else str(nummer), found["begindatum"])
        stempel = stempel_of(found["toewijzingsdatum"], found["toewijzingstijd"])
        return OngeldigeToewijzing(uitval, sleutel, stempel, not row.wrong.isdisjoint(_STAMP), found["bsn"], row.oorzaak)
    return _toewijzing((*found.values(), row.bestand, row.rij))


def _check_product(row: Row) -> None:
    """Refuse half an omvang, and a toewijzing that says nothing of what may be delivered."""
    said = {name for name in TOEWIJZING.columns.known if row.fields.get(name)}
    if len({name in said for name in ("volume", "eenheid", "frequentie")}) == 2:
        row.refuse("volume, eenheid en frequentie: verwacht alle drie of geen")
    if said.isdisjoint(("prestatiecode", "productcategorie", "productcode", "budget_cent")):
        row.refuse("geen prestatiecode, productcategorie of productcode; verwacht dan een budget_cent")


def toewijzing_aside(toewijzing: Toewijzing | ToegewezenProduct, reden: Redencode, toelichting: str, *, bestand: str) -> Uitval:
    """Return a readable toewijzing as set aside; its number is left out when it would show the BSN."""
    nummer = str(toewijzing.toewijzingnummer)
    return Uitval(
        soort="toewijzing",
        bron="" if shows_bsn(nummer, toewijzing.bsn) else nummer,
        datum=toewijzing.begindatum,
        datum_tot=toewijzing.begindatum,
        aantal=1,
        bestand=bestand,
        rij=toewijzing.rij,
        gemeente=toewijzing.gemeente,
        reden=reden,
        waarde_cent=None,
        toelichting=toelichting,
    )


def unfit(rows: Iterable[OngeldigeToewijzing]) -> Iterator[Fault]:
    """Yield a warning of each cause that makes rows of a file unfit, at the first of them."""
    found: dict[tuple[str, str], list[Uitval]] = {}
    for one in rows:
        found.setdefault((one.uitval.bestand, one.oorzaak), []).append(one.uitval)
    for (bestand, _), ones in found.items():
        first = min(ones, key=attrgetter("rij"))
        count = f"{len(ones)} rijen, deze als eerste" if len(ones) > 1 else ""
        text = f"de toewijzing is niet te gebruiken: {first.toelichting}"
        yield Fault(
            "toewijzing_onbruikbaar", bestand, first.rij, "", count, "verbeter de rij en doe het opnieuw", text, "waarschuwing"
        )


def naam_of(toewijzing: Toewijzing, *bsns: str) -> str:
    """Return a toewijzing as people name it: number and gemeente; the number is left out when it could show one of these BSNs."""
    nummer = str(toewijzing.toewijzingnummer)
    shown = "" if any(shows_bsn(nummer, bsn) for bsn in bsns) else f"{nummer} "
    return f"toewijzing {shown}van gemeente {toewijzing.gemeente}"


def stempel_of(datum: date | None, tijd: time | None) -> Stempel | None:
    """Return the stamp that orders versions (IV013): None when undated, midnight when only the time is absent."""
    return None if datum is None else (datum, tijd or time())


def _read_jw301(source: Source, hashes: dict[str, str] | None) -> Iterator[Toewijzing | OngeldigeToewijzing]:
    """Read a JW301: RedenWijziging, product and omvang keep their codes, so that one reading serves both forms."""
    try:
        from mpj.messages import iter_toewijzingen
    except ModuleNotFoundError as error:
        text = "een JW301 lezen vraagt een uitbreiding"
        raise InputError(
            Fault("uitbreiding_ontbreekt", source.naam, toelichting=text, verwacht="pip install 'mpj[messages]'")
        ) from error

    with source.open() as stream:
        for product in iter_toewijzingen(cast("BinaryIO", stream), bestand=source.naam):
            if product.fouten:
                text = "; ".join(f"{fault.code}: {fault.toelichting}" for fault in product.fouten)
                uitval = toewijzing_aside(product, "ongeldig", text, bestand=source.naam)
                stempel = (product.toewijzingsdatum, product.toewijzingstijd)
                yield OngeldigeToewijzing(
                    uitval, (product.gemeente, product.toewijzingnummer), stempel, bsn=product.bsn, oorzaak=text
                )
                continue
            yield _toewijzing_of(product, source.naam)
        if hashes is not None:
            hashes[source.naam] = stream.sha256()


def _toewijzing_of(product: ToegewezenProduct, bestand: str) -> Toewijzing | OngeldigeToewijzing:
    """Return the toewijzing of a JW301; one with a value that none may hold is as faulty as its row in a table would be."""
    fields = {one.attribute: getattr(product, one.attribute) for one in TOEWIJZING.fields if hasattr(product, one.attribute)}
    try:
        return Toewijzing(**fields, bestand=bestand, rij=product.rij)
    except ValueError:
        (item,) = as_toewijzingen([{name: value for name, value in fields.items() if value is not None}])
        assert isinstance(item, OngeldigeToewijzing)
        return evolve(item, uitval=evolve(item.uitval, bestand=bestand, rij=product.rij))
