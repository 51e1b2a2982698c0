"""From declaration lines to JW323 messages: what goes in, how it is divided, numbered, priced and added up.

Everything follows from the lines and the arguments: no clock and no chance, so the same lines give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from hashlib import sha256
from itertools import groupby
from typing import Any, Generic, Protocol, TypeVar

from attrs import frozen

from mpj.messages.binding import to_groep
from mpj.messages.description import Beschrijving, Registry, shipped
from mpj.messages.values import (
    CREDIT,
    Berichtidentificatie,
    Client,
    Declaratiebericht,
    Header,
    Periode,
    Prestatie,
    Totaal,
    Xsdversie,
)
from mpj.messages.writer import sizer
from mpj.protocol import MPJ_16
from mpj.protocol import Protocol as Rules
from mpj.protocol.rounding import half_up
from mpj.reading.faults import Fault, InputError
from mpj.reading.periods import first_day, last_day, month_of, parse_month

LIMIET_BYTES = 25_000_000
RELEASE = "3.2"
"""The release of the messages that are made, where nobody asks for another."""
XSD_VERSIE = "1.0.0"
# Room kept for what stands around the clients of a message, and around the lines of a client: twice what they take.
KOP_BYTES = 4096
CLIENT_BYTES = 512
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER_LENGTH = 12
"""The length of the numbers that are made, and the longest that a message takes."""
_PRESTATIE = "Declaratie/Clienten/Client/Prestaties/Prestatie"
_ANY_DAY = date(2026, 1, 1)
# All that a line can hold, each once: what a line takes beside its own texts and numbers.
_FORM = Prestatie("-", "-", 0, "-", "-", _ANY_DAY, _ANY_DAY, 0, "-", 0, 0, "-")
_WIDEST = 5  # the bytes of a character at most: &amp; for one


class Declaratieregel(Protocol):
    """A declaration line as the engine makes it. Money in eurocents, `volume` in normed units, `volume_bericht` in
    `eenheid`.
    """

    @property
    def referentienummer(self) -> str: ...
    @property
    def vorig_referentienummer(self) -> str: ...
    @property
    def debetcredit(self) -> str: ...
    @property
    def declaratienummer(self) -> str: ...
    @property
    def declaratieperiode(self) -> str: ...
    @property
    def aanbieder(self) -> str: ...
    @property
    def gemeente(self) -> str: ...
    @property
    def bsn(self) -> str: ...
    @property
    def toewijzingnummer(self) -> int: ...
    @property
    def productcategorie(self) -> str: ...
    @property
    def productcode(self) -> str: ...
    @property
    def begindatum(self) -> date: ...
    @property
    def einddatum(self) -> date: ...
    @property
    def normtijd(self) -> str: ...
    @property
    def tarief_cent(self) -> int: ...
    @property
    def bedrag_cent(self) -> int: ...
    @property
    def eenheid(self) -> str: ...
    @property
    def volume_bericht(self) -> int: ...
    @property
    def in_bericht(self) -> bool: ...


R = TypeVar("R", bound=Declaratieregel)


@frozen
class Deel(Generic[R]):
    """One declaration of a split: its number, and its lines in the order of the message."""

    aanbieder: str
    gemeente: str
    declaratienummer: str
    regels: tuple[R, ...]


def product_tarief(normtijd: str, eenheid: str, tarief_cent: int, *, protocol: Rules = MPJ_16) -> int | None:
    """Return the price of one wire unit in cents, from the price of one normed unit of `protocol` (IV081).

    None for a unit whose volume is the amount itself: no price goes with it (CD087).
    In minutes it is rounded half up, for information only; a day in dagdelen is halved. Raises InputError
    (``tarief_ondeelbaar``) for a price that cannot be divided so: its amount would not be volume times tariff.
    """
    if eenheid in protocol.bedragen:
        return None
    known = protocol.normtijden.get(normtijd)
    units = known.wire_units(eenheid) if known else 1
    if tarief_cent % units and eenheid not in protocol.minuten:
        text = "Een dagprijs moet een even aantal centen zijn om in dagdelen te declareren"
        expected = "even" if units == 2 else f"door {units} te delen"
        raise InputError(Fault("tarief_ondeelbaar", gevonden=str(tarief_cent), verwacht=expected, toelichting=text))
    return half_up(tarief_cent, units)


def split(
    regels: Iterable[R],
    limiet_bytes: int = LIMIET_BYTES,
    *,
    registry: Registry | None = None,
    release: str = RELEASE,
    protocol: Rules = MPJ_16,
) -> list[Deel[R]]:
    """Divide lines into declarations that each fit in one message of at most `limiet_bytes` bytes.

    Lines of one (aanbieder, gemeente, declaratienummer) belong together. What does not fit is divided between
    clients; inside a client only when that client alone is too large, and then never between the lines of one
    correction (equal toewijzing, product and month). The first part keeps its declaratienummer; the others get a
    number that follows from it and from their own lines. Lines that stay out of the message (`in_bericht` false) go
    with their correction and take no room. Splitting what `split` returned changes nothing. Order of the input does
    not matter. `protocol` is the one that the lines were made under. Raises InputError when one correction alone is too large.
    """
    description = (registry or shipped()).get("ijw", release, "JW323")
    ordered = sorted(regels, key=_order)
    parts: list[Deel[R]] = []
    for (aanbieder, gemeente, nummer), group in groupby(ordered, key=_declaration):
        for place, lines in enumerate(_fill(list(group), limiet_bytes, description, protocol)):
            number = nummer if place == 0 else derived_number(aanbieder, gemeente, nummer, lines)
            parts.append(Deel(aanbieder, gemeente, number, tuple(lines)))
    return sorted(parts, key=lambda part: (part.aanbieder, part.gemeente, part.declaratienummer))


def derived_number(aanbieder: str, gemeente: str, declaratienummer: str, regels: Sequence[Declaratieregel]) -> str:
    """Return a declaratienummer of 12 letters and digits for a further part of a declaration that was split."""
    return digest("deel", aanbieder, gemeente, declaratienummer, *(line.referentienummer for line in regels))


def declaratieberichten(
    regels: Iterable[R],
    *,
    dagtekening: date,
    xsd_versie: str | tuple[str, str] = XSD_VERSIE,
    volgnummer: int = 1,
    limiet_bytes: int = LIMIET_BYTES,
    registry: Registry | None = None,
    release: str = RELEASE,
    protocol: Rules = MPJ_16,
) -> Iterator[Declaratiebericht]:
    """Yield one JW323 for each declaration in `regels`, in order of aanbieder, gemeente and declaratienummer.

    `dagtekening` is the date of message and declaration; `protocol` the one that the lines were made under;
    `xsd_versie` the version of the schemas, one text or (basis,
    message); `volgnummer` tells a second message about the same declaration from the first. Lines outside the message
    and lines of zero are left out (D.8); a declaration without lines gives no message. Raises InputError, before
    anything is yielded, when a declaration would be dated before its month has ended (``dagtekening``, CS340 with
    TR137), or holds more than one month.
    """
    parts = split(regels, limiet_bytes, registry=registry, release=release, protocol=protocol)
    faults = dict.fromkeys(fault for part in parts for fault in _date_faults(part, dagtekening))
    if faults:
        raise InputError(list(faults))
    versions = (xsd_versie, xsd_versie) if isinstance(xsd_versie, str) else xsd_versie
    description = (registry or shipped()).get("ijw", release, "JW323")
    for part in parts:
        if any(_travels(line) for line in part.regels):
            yield _message(part, dagtekening, Xsdversie(*versions), volgnummer, description, protocol)


def _message(
    part: Deel[R], dagtekening: date, versions: Xsdversie, volgnummer: int, description: Beschrijving, protocol: Rules
) -> Declaratiebericht:
    lines = [line for line in part.regels if _travels(line)]
    by_client = groupby(lines, lambda one: one.bsn)
    clients = tuple(Client(bsn, tuple(prestatie_of(line, protocol) for line in group)) for bsn, group in by_client)
    month = parse_month(lines[0].declaratieperiode)
    references = (line.referentienummer for line in lines)
    number = digest("bericht", part.aanbieder, part.gemeente, part.declaratienummer, str(dagtekening), str(volgnummer), *references)
    code, version, subversion = _codes(description)
    header = Header(
        berichtcode=code,
        berichtversie=version,
        berichtsubversie=subversion,
        afzender=part.aanbieder,
        ontvanger=part.gemeente,
        identificatie=Berichtidentificatie(number, dagtekening),
        xsdversie=versions,
    )
    total = Totaal.of(sum(prestatie.net for client in clients for prestatie in client.prestaties))
    period = Periode(first_day(month), last_day(month))
    return Declaratiebericht(header, part.declaratienummer, period, dagtekening, total, clients)


def prestatie_of(line: Declaratieregel, protocol: Rules) -> Prestatie:
    """Return a line as it stands in a message; `protocol` is the one that it was made under."""
    return Prestatie(
        referentienummer=line.referentienummer,
        vorig_referentienummer=line.vorig_referentienummer or None,
        toewijzingnummer=line.toewijzingnummer,
        productcategorie=line.productcategorie,
        productcode=line.productcode,
        begindatum=line.begindatum,
        einddatum=line.einddatum,
        volume=line.volume_bericht,
        eenheid=line.eenheid,
        tarief_cent=product_tarief(line.normtijd, line.eenheid, line.tarief_cent, protocol=protocol),
        bedrag_cent=line.bedrag_cent,
        debetcredit=line.debetcredit,
    )


def _codes(description: Beschrijving) -> tuple[str, int, int]:
    """Return BerichtCode, BerichtVersie and BerichtSubversie as the description fixes them."""
    header = description.wortel.op_naam["Header"].op_naam
    kinds = [header[name].type for name in ("BerichtCode", "BerichtVersie", "BerichtSubversie")]
    code, version, subversion = (kind.waarde if kind is not None else "" for kind in kinds)
    return code, int(version), int(subversion)


def _travels(line: Declaratieregel) -> bool:
    return line.in_bericht and line.bedrag_cent != 0


def _date_faults(part: Deel[R], dagtekening: date) -> Iterator[Fault]:
    months = sorted({line.declaratieperiode for line in part.regels})
    if len(months) > 1:
        text = "Een declaratie gaat over een maand"
        yield Fault("declaratieperiode", gevonden=", ".join(months), verwacht="een maand", toelichting=text)
    yield from too_early(parse_month(months[-1]), dagtekening)


def too_early(maand: int, dagtekening: date) -> Iterator[Fault]:
    """Yield the fault of a declaration of a month that bears a day before its end."""
    if dagtekening < (end := last_day(maand)):
        text = "Een declaratie kan niet gedagtekend zijn voor het einde van haar maand"
        yield Fault("dagtekening", kolom="dagtekening", gevonden=str(dagtekening), verwacht=f"{end} of later", toelichting=text)


# Dividing


def _declaration(line: Declaratieregel) -> tuple[str, str, str]:
    return line.aanbieder, line.gemeente, line.declaratienummer


def _correction(line: Declaratieregel) -> tuple[str, int, str, str, int]:
    """Return what a credit line and the line that replaces it have in common (the identity of a line)."""
    month = month_of(line.begindatum)
    return line.bsn, line.toewijzingnummer, line.productcategorie, line.productcode, month


def _order(line: Declaratieregel) -> tuple[Any, ...]:
    credit_first = line.debetcredit != CREDIT
    return (*_declaration(line), *_correction(line), credit_first, line.begindatum, line.referentienummer)


def _fill(lines: list[R], limit: int, description: Beschrijving, protocol: Rules) -> Iterator[list[R]]:
    """Divide the lines of one declaration; the first part comes first."""
    full = limit - KOP_BYTES
    if _at_most(lines, description, protocol) <= full:
        yield lines
        return
    current: list[R] = []
    room = full
    for block, size in _blocks(lines, full - CLIENT_BYTES, description, protocol):
        need = size + CLIENT_BYTES if size else 0
        if need > full:
            text = "De regels van een correctie passen samen niet in een bericht"
            found, expected = f"{need + KOP_BYTES} bytes", f"{limit} bytes"
            raise InputError(Fault("bericht_te_groot", gevonden=found, verwacht=expected, toelichting=text))
        if need > room:
            yield current
            current, room = [], full
        current += block
        room -= need
    yield current


def _at_most(lines: Iterable[Declaratieregel], description: Beschrijving, protocol: Rules) -> int:
    """Return how many bytes lines take at most, without writing any; raises InputError as `product_tarief` does."""
    form = sizer(description, _PRESTATIE)(to_groep(_FORM))
    size = 0
    for line in filter(_travels, lines):
        tarief = product_tarief(line.normtijd, line.eenheid, line.tarief_cent, protocol=protocol)
        texts = f"{line.referentienummer}{line.vorig_referentienummer}{line.productcategorie}{line.productcode}{line.eenheid}"
        numbers = f"{line.toewijzingnummer}{line.volume_bericht}{tarief}{line.bedrag_cent}"
        size += CLIENT_BYTES + form + _WIDEST * len(texts + line.debetcredit) + len(numbers)
    return size


def _blocks(lines: list[R], limit: int, description: Beschrijving, protocol: Rules) -> Iterator[tuple[list[R], int]]:
    """Yield what stays together with its size: a client's lines, or parts of a client that is too large for one
    message.
    """
    size_of = sizer(description, _PRESTATIE)
    for _, group in groupby(lines, key=lambda line: line.bsn):
        client = [(line, size_of(to_groep(prestatie_of(line, protocol))) if _travels(line) else 0) for line in group]
        size = sum(one for _, one in client)
        if size <= limit:
            yield [line for line, _ in client], size
        else:
            yield from _corrections(client, limit)


def _corrections(client: list[tuple[R, int]], limit: int) -> Iterator[tuple[list[R], int]]:
    """Yield runs of whole corrections of one client, each as large as `limit` allows."""
    block: list[R] = []
    filled = 0
    for _, correction in groupby(client, key=lambda pair: _correction(pair[0])):
        pairs = list(correction)
        need = sum(one for _, one in pairs)
        if block and filled + need > limit:
            yield block, filled
            block, filled = [], 0
        block += [line for line, _ in pairs]
        filled += need
    yield block, filled


def digest(*parts: str) -> str:
    """Return 12 characters that follow from `parts` (60 bits of SHA-256, in digits and capitals that are hard to
    confuse).
    """
    value = int.from_bytes(sha256("\n".join(parts).encode()).digest()[:8], "big")
    return "".join(_ALPHABET[value >> 5 * place & 31] for place in range(NUMBER_LENGTH))
