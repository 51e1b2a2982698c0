"""What only shows when the tables of a protocol are seen together: names that nothing defines, and what mpj cannot compute with."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attrs import frozen

from mpj.protocol.form import DAGEN
from mpj.protocol.model import MINUTEN, Hulpvorm, Normtijd, Prestatiecode, Protocol

UUR = 60


@frozen
class Tegenspraak:
    """One contradiction: in table `sectie`, in the row that is named `rij` (a name, code or number), at `sleutel`."""

    sectie: str
    rij: object
    sleutel: str
    gevonden: str
    verwacht: str
    toelichting: str


def check_protocol_values(protocol: Protocol) -> Iterator[Tegenspraak]:
    """Yield every contradiction between the tables of a protocol."""
    yield from _head(protocol)
    yield from _levels(protocol)
    for normtijd in protocol.normtijden.values():
        yield from _units(protocol, normtijd)
        yield from _measure(protocol, normtijd)
    for eenheid in protocol.eenheden.values():
        if bool(eenheid.telt) != bool(eenheid.gewicht):
            text = "telt en gewicht horen bij elkaar"
            yield Tegenspraak("eenheid", eenheid.code, "gewicht", str(eenheid.gewicht), "beide, of geen van beide", text)
    for hulpvorm in protocol.hulpvormen.values():
        yield from _hulpvorm(protocol, hulpvorm)
    for code in protocol.prestatiecodes.values():
        yield from _categories(protocol, code)


def _unknown(sectie: str, rij: object, sleutel: str, found: Collection[str], known: Collection[str]) -> Iterator[Tegenspraak]:
    wrong = [name for name in found if name not in known]
    if wrong:
        yield Tegenspraak(sectie, rij, sleutel, ", ".join(wrong), ", ".join(sorted(known)), "staat niet in dit protocol")


def _head(protocol: Protocol) -> Iterator[Tegenspraak]:
    zorg = protocol.normtijden.get(protocol.normtijd_zorg)
    yield from _unknown("protocol", "", "normtijd_zorg", [protocol.normtijd_zorg], protocol.normtijden)
    if zorg is not None and zorg.meet == DAGEN:
        text = "extra zorg heeft een prijs per niveau, en een dag heeft geen niveau"
        yield Tegenspraak("protocol", "", "normtijd_zorg", zorg.naam, "een normtijd die geen dagen meet", text)
    yield from _unknown("lijsten", "", "verwijderd", [protocol.reden_verwijderd], protocol.redenen_wijziging)


def _levels(protocol: Protocol) -> Iterator[Tegenspraak]:
    if not protocol.niveaus:
        naam = next(iter(protocol.kwalificatieniveaus))
        yield Tegenspraak("kwalificatieniveau", naam, "aan", "false", "true", "geen enkel niveau staat aan")
    seen: dict[str, str] = {}
    for niveau in protocol.kwalificatieniveaus.values():
        if (other := seen.setdefault(niveau.cijfer, niveau.naam)) != niveau.naam:
            text = f"{other} heeft hetzelfde cijfer in de productcode"
            yield Tegenspraak("kwalificatieniveau", niveau.naam, "cijfer", niveau.cijfer, "een eigen cijfer per niveau", text)


def _units(protocol: Protocol, normtijd: Normtijd) -> Iterator[Tegenspraak]:
    """Yield units that nothing defines: each one that is assigned, chosen or counted in leads to a volume in the message."""
    for sleutel, found, known in (
        ("eenheden", normtijd.eenheden, protocol.eenheden),
        ("bericht", normtijd.bericht, protocol.eenheden),
        ("eenheden", normtijd.eenheden.values(), normtijd.bericht),
        ("keuze", normtijd.keuze.values(), normtijd.bericht),
        ("ongerond", normtijd.ongerond, normtijd.bericht),
        ("standaard", [normtijd.standaard], normtijd.keuze),
    ):
        yield from _unknown("normtijd", normtijd.naam, sleutel, found, known)


def _measure(protocol: Protocol, normtijd: Normtijd) -> Iterator[Tegenspraak]:
    """Yield where length, rounding and wire volume of a normtijd contradict what it measures."""
    timed, naam = normtijd.meet == MINUTEN, normtijd.naam
    rounded = timed and normtijd.minuten != 1  # a minute is never rounded
    for sleutel, given, due in (
        ("minuten", normtijd.minuten > 0, timed),
        ("afronding", normtijd.afronding is not None, rounded),
    ):
        if due != given:
            found, expected = (sleutel if given else "niets"), (sleutel if due else "niets")
            text = "hoort bij een normtijd die minuten meet (afronden: van meer dan één minuut), en bij geen andere"
            yield Tegenspraak("normtijd", naam, sleutel, found, expected, text)
    if normtijd.ongerond and normtijd.minuten != UUR:
        text = "alleen een uurprijs kan onafgerond in minuten (IV081)"
        yield Tegenspraak("normtijd", naam, "ongerond", str(normtijd.minuten), str(UUR), text)
    for code, volume in normtijd.bericht.items():
        unit = protocol.eenheden.get(code)
        if unit is None:
            continue
        if code in normtijd.ongerond:
            expected, fits = "1, in een eenheid die minuten telt", unit.is_minuut and volume == 1
        elif timed and unit.telt == MINUTEN:
            expected, fits = f"samen {normtijd.minuten} minuten", volume * unit.gewicht == normtijd.minuten
        else:
            continue
        if not fits:
            text = f"{volume} × {unit.naam} is geen {normtijd.woord()}"
            yield Tegenspraak("normtijd", naam, "bericht", str(volume), expected, text)


def _hulpvorm(protocol: Protocol, hulpvorm: Hulpvorm) -> Iterator[Tegenspraak]:
    if hulpvorm.normtijd is None:
        return
    yield from _unknown("hulpvorm", hulpvorm.nummer, "normtijd", [hulpvorm.normtijd], protocol.normtijden)
    normtijd = protocol.normtijden.get(hulpvorm.normtijd)
    if normtijd is not None and normtijd.meet == DAGEN and hulpvorm.niveau == "altijd":
        text = "een prijs per dag heeft geen niveau"
        yield Tegenspraak("hulpvorm", hulpvorm.nummer, "normtijd", normtijd.naam, "een normtijd die geen dagen meet", text)


def _categories(protocol: Protocol, code: Prestatiecode) -> Iterator[Tegenspraak]:
    yield from _unknown("prestatiecode", code.code, "categorieen", code.categorieen, protocol.productcategorieen)
