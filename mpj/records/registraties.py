"""`registraties.csv`: direct client time, and pieces, as the provider recorded them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import time

from attrs import frozen

from mpj.reading.fields import FieldError, check_bsn, check_choice, check_gemeente, parse_date, parse_number, parse_time
from mpj.reading.masking import masked
from mpj.records.rows import Row, as_values
from mpj.records.uitval import Uitval
from mpj.records.values import (
    MAX_AANTAL,
    MAX_MINUTEN,
    MAX_NUMMER,
    Registratie,
    minutes_between,
)
from mpj.records.words import SOORTEN, STATUSSEN, TIJDSOORTEN, Soort, Status, Tijdsoort

COLUMNS = (
    "id",
    "bsn",
    "datum",
    "minuten",
    "begintijd",
    "eindtijd",
    "kwalificatieniveau",
    "medewerker",
    "prestatiecode",
    "toewijzingnummer",
    "gemeente",
    "soort",
    "tijdsoort",
    "status",
    "bevestigd",
    "afspraak",
    "aantal",
    "onderaannemer",
)
REQUIRED = ("id", "bsn", "datum")


@frozen(field_transformer=masked)
class Ongeldig:
    """A registratie or stay that could not be read."""

    uitval: Uitval
    """What is set aside."""
    id: str
    """The id that it gives, empty when it gives none."""
    vervallen: bool = False
    """Whether it says that it was taken back."""


def as_registraties(items: Iterable[Registratie | Ongeldig | Mapping[str, object]]) -> Iterator[Registratie | Ongeldig]:
    """Turn the caller's mappings into registraties; raises TypeError for anything that is neither."""
    return as_values(items, COLUMNS, parse_registratie, Registratie, Ongeldig)


def parse_registratie(row: Row) -> Registratie | Ongeldig:
    """Return the registratie a row holds, or what is wrong with it. Whether codes and levels exist is the protocol's to say."""
    text, take = row.text, row.take
    identity, bsn, datum = row.need("id"), row.require("bsn", check_bsn), row.require("datum", parse_date)
    minuten, begintijd, eindtijd = take("minuten", _minutes), take("begintijd", parse_time), take("eindtijd", parse_time)
    status = take("status", _status) or "gerealiseerd"
    if not row.faults:
        _check_clock(row, minuten, begintijd, eindtijd)
    toewijzingnummer, gemeente = take("toewijzingnummer", parse_nummer), take("gemeente", check_gemeente)
    soort, tijdsoort = take("soort", _soort), take("tijdsoort", _tijdsoort) or "direct"
    bevestigd, aantal = take("bevestigd", _ja_nee), take("aantal", _aantal)
    if row.faults or bsn is None or datum is None:
        return Ongeldig(row.uitval("registratie", identity, datum), identity, status == "vervallen")
    return Registratie(
        identity,
        bsn,
        datum,
        minuten,
        begintijd,
        eindtijd,
        text("kwalificatieniveau"),
        text("medewerker"),
        text("prestatiecode"),
        toewijzingnummer,
        gemeente,
        soort,
        tijdsoort,
        status,
        bool(bevestigd),
        text("afspraak"),
        1 if aantal is None else aantal,
        text("onderaannemer"),
        row.bestand,
        row.rij,
    )


def _check_clock(row: Row, minuten: int | None, begintijd: time | None, eindtijd: time | None) -> None:
    if eindtijd is not None and begintijd is None:
        row.refuse("eindtijd zonder begintijd; verwacht beide, of minuten")
    elif begintijd is not None and eindtijd is None and minuten is None:
        row.refuse("begintijd zonder eindtijd; verwacht beide, of minuten")
    elif begintijd is not None and eindtijd is not None:
        clock = minutes_between(begintijd, eindtijd)
        if minuten is not None and minuten != clock:
            row.refuse(f"minuten: gevonden {minuten}, verwacht {clock} volgens begintijd en eindtijd")


def parse_nummer(text: str) -> int:
    """Read a toewijzingnummer: an integer, so leading zeros do not count; raises FieldError."""
    if text.isascii() and text.isdigit() and len(text) <= 36 and int(text) <= MAX_NUMMER:
        return int(text)
    raise FieldError("een toewijzingnummer: hoogstens 9 cijfers")


def _minutes(text: str) -> int:
    return parse_number(text, 0, MAX_MINUTEN)


def _aantal(text: str) -> int:
    return parse_number(text, 0, MAX_AANTAL)


def _soort(text: str) -> Soort:
    return check_choice(text, SOORTEN)


def _tijdsoort(text: str) -> Tijdsoort:
    return check_choice(text, TIJDSOORTEN)


def _status(text: str) -> Status:
    return check_choice(text, STATUSSEN)


def _ja_nee(text: str) -> bool:
    return check_choice(text, ("ja", "nee")) == "ja"
