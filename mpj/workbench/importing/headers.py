"""The words gemeenten use in a published matrix, and what they mean. What is not here is not guessed.

A word is compared in small letters, without blanks, hyphens and brackets around its parts, without a currency sign, with "plus"
read as "+". A head of a price may say its unit, its level and the year or the date from which it holds, in any order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches

from attrs import frozen

from mpj.presentation.words import MONTHS
from mpj.protocol import Protocol
from mpj.workbench.importing.units import Eenheidswoorden

CODE, PERCEEL, NIVEAUKOLOM, BEGIN, EIND, EENHEID, NAAM, GENEGEERD = (
    "prestatiecode",
    "perceel",
    "kwalificatieniveau",
    "begindatum",
    "einddatum",
    "eenheid",
    "naam",
    "geen prijs",
)
ZONDER, NIVEAU, BEROEP = "zonder niveau", "niveau", "beroep"
PRIJZEN = (ZONDER, NIVEAU)

_PLAIN: Mapping[str, tuple[str, ...]] = {
    CODE: (
        "prestatiecode",
        "prestatie code",
        "prestatie",
        "code",
        "mpj code",
        "mpj",
        "code mpj",
        "productcode mpj",
        "prestatiecode mpj",
    ),
    PERCEEL: ("perceel", "perceelcode", "perceelnummer"),
    NIVEAUKOLOM: ("kwalificatieniveau", "niveau", "kwalificatie", "kwalificatie niveau"),
    NAAM: (
        "naam",
        "omschrijving",
        "prestatienaam",
        "naam prestatie",
        "hulpvorm",
        "beschrijving",
        "product",
        "productnaam",
        "prestatieomschrijving",
    ),
    BEGIN: ("begindatum", "ingangsdatum", "vanaf", "geldig vanaf", "datum ingang", "per"),
    EIND: ("einddatum", "tot en met", "t/m", "geldig tot en met", "datum einde"),
    ZONDER: ("zonder niveau", "geen niveau", "alle niveaus", "niveau onafhankelijk"),
    EENHEID: ("eenheid", "normtijd", "tijdseenheid", "per eenheid"),
    GENEGEERD: (
        *("opmerking", "opmerkingen", "toelichting", "bron", "nr", "categorie", "productcategorie", "jz020", "perceelnaam"),
        *("volgnummer", "productcode", "hulpvormnummer"),
    ),
}
_NIVEAU_WOORDEN: Mapping[str, tuple[str, ...]] = {
    "mbo": ("mbo", "mbo 4", "mbo4"),
    "mbo+": ("mbo+",),
    "hbo": ("hbo",),
    "hbo+": ("hbo+", "post hbo"),
    "wo": ("wo", "universitair"),
    "wo+": ("wo+", "post wo", "postmaster", "post master"),
    "ams": (
        *("ams", "medisch specialist", "med specialist", "arts", "arts/medisch specialist", "arts / medisch specialist"),
        *("arts medisch specialist", "medisch specialist ams", "arts ams", "medisch specialist/arts", "medisch specialist arts"),
    ),
}
_BEROEPEN = (
    *("psycholoog", "psychiater", "pedagoog", "therapeut", "psychotherapeut", "gedragswetenschapper", "jeugdzorgwerker"),
    *("jeugdprofessional", "pedagogisch medewerker", "verpleegkundige", "verpleegkundig specialist", "werker", "begeleider"),
    *("behandelaar", "groepsleider", "gezinshuisouder", "logopedist", "kinderarts", "huisarts", "medewerker", "coach"),
)
"""A head that ends in one of these is a profession: which level it is, the employer sets, and nobody derives."""
UITGESLOTEN_WOORDEN = ("uitgesloten", "niet ingekocht", "niet gecontracteerd", "n.v.t.", "nvt", "x")
_PRIJSWOORDEN = frozenset(("tarief", "tarieven", "prijs", "prijzen", "bedrag", "bedragen"))
_NIVEAUWOORDEN = frozenset(("niveau", "niveaus", "kwalificatieniveau", "kwalificatieniveaus"))
_STIL = _PRIJSWOORDEN | _NIVEAUWOORDEN
_DATUM = re.compile(rf"(?:per|vanaf|ingang) (\d{{1,2}})[- ](\d{{1,2}}|{'|'.join(MONTHS)})[- ](20\d\d)(?!\d)")
_JAAR = re.compile(r"(?<![\d-])(20\d\d)(?![\d-])")
_EURO = re.compile(r"\s*(?:\((?:€|eur|euro|in €|in euro)\)|€|\bin euro'?s?\b)\s*")
_ZONDER_BTW = re.compile(r"\bexcl(?:usief|\.)? btw\b")


@frozen
class Kolomkop:
    """What a header word means."""

    soort: str
    """A kind of column; `PRIJZEN` carry prices."""
    niveau: str = ""
    """The level of a price; empty: the price without level."""
    eenheid: str = ""
    """Per which unit; empty: the head does not say."""
    begindatum: date | None = None
    """From when, where the head says so."""
    einddatum: date | None = None
    """Until when."""

    @property
    def uitleg(self) -> str:
        """How people read it."""
        parts = [f"{self.soort} {self.niveau}".strip()]
        parts += [f"per {self.eenheid.replace('_', ' ')}"] if self.eenheid else []
        parts += [f"vanaf {self.begindatum:%d-%m-%Y}"] if self.begindatum else []
        parts += [f"t/m {self.einddatum:%d-%m-%Y}"] if self.einddatum else []
        return ", ".join(parts)


def plain(text: object) -> str:
    """Return a word as it is compared."""
    word = re.sub(r"\s+", " ", str(text).replace("\xa0", " ")).strip().casefold()
    word = re.sub(r"(?<=\w)[ -]?plus\b", "+", word)
    return _EURO.sub(" ", word).replace(" +", "+").strip()


def _spelled(text: object) -> str:
    """Return a head as its words are compared: brackets, hyphens between words, and dots and stars behind them are blanks."""
    word = _ZONDER_BTW.sub(" ", plain(text))
    word = re.sub(r"[()\[\],:;]", " ", word)
    word = re.sub(r"(?<=[a-z])\s*[-–]\s*(?=[a-z])", " ", word)
    word = re.sub(r"(?<=[a-z])\.(?=\s|$)|\*", "", word)
    return re.sub(r"\s+", " ", word).strip(" -–")


@frozen
class _Parts:
    """What the words of a head say; `niveau` is what is left of them once the rest was taken out."""

    niveau: str
    eenheid: str
    begindatum: date | None
    einddatum: date | None
    prijs: bool
    """Whether it names a price or its unit."""
    van_niveau: bool
    """Whether it names levels in general."""


def _parts(text: object, protocol: Protocol) -> _Parts | None:
    """Take the words of a head apart, None where it names two units."""
    words = Eenheidswoorden.of(protocol)
    rest, begin, end = _dates(_spelled(text))
    rest, units, said = words.taken_out(rest)
    tokens = rest.split()
    units |= {words.namen[token] for token in tokens if token in words.namen}
    if len(units) > 1:
        return None
    left = " ".join(token for token in tokens if token not in _STIL and token not in words.namen)
    unit = next(iter(units), "")
    return _Parts(left, unit, begin, end, said or bool(_PRIJSWOORDEN & set(tokens)), bool(_NIVEAUWOORDEN & set(tokens)))


def _level(word: str, protocol: Protocol) -> str | None:
    """Return the level that a word is one of the spellings of."""
    levels = protocol.kwalificatieniveaus
    return next((niveau for niveau in levels if word in _NIVEAU_WOORDEN.get(niveau, (niveau,))), None)


def read_header(text: object, protocol: Protocol) -> Kolomkop | None:
    """Return what a header cell means, None when it is not a known word."""
    word = _spelled(text)
    for soort, words in _PLAIN.items():
        if word in words:
            return Kolomkop(soort)
    if any(re.search(rf"{name}(?:en|s)?$", word) for name in _BEROEPEN):
        return Kolomkop(BEROEP)
    parts = _parts(text, protocol)
    if parts is None:
        return None
    niveau = _level(parts.niveau, protocol)
    if niveau is not None:
        return Kolomkop(NIVEAU, niveau, parts.eenheid, parts.begindatum, parts.einddatum)
    without = parts.niveau in ("zonder", "geen", "alle") and parts.van_niveau
    if without or (not parts.niveau and parts.prijs and not parts.van_niveau):
        return Kolomkop(ZONDER, "", parts.eenheid, parts.begindatum, parts.einddatum)
    return None


def is_group(text: object, protocol: Protocol) -> bool:
    """Say whether a word above several heads says something of the prices under it: a year, a unit, a level."""
    parts = _parts(text, protocol)
    return parts is not None and (not parts.niveau or _level(parts.niveau, protocol) is not None)


def _dates(word: str) -> tuple[str, date | None, date | None]:
    """Return a head without its date or year, and from when and until when its prices hold."""
    if match := _DATUM.search(word):
        day, month, year = match.groups()
        number = int(month) if month.isdigit() else MONTHS.index(month) + 1
        try:
            return _DATUM.sub(" ", word).replace("met ", " "), date(int(year), number, int(day)), None
        except ValueError:
            return word, None, None
    years = _JAAR.findall(word)
    if len(years) != 1:
        return word, None, None
    return _JAAR.sub(" ", word), date(int(years[0]), 1, 1), date(int(years[0]), 12, 31)


def nearest(text: object, protocol: Protocol) -> str:
    """Return the known word that a head is most like, empty where none is near."""
    words = [word for own in _PLAIN.values() for word in own]
    words += [word for niveau in protocol.niveaus for word in _NIVEAU_WOORDEN.get(niveau, (niveau,))]
    words += sorted(_PRIJSWOORDEN)
    return next(iter(get_close_matches(_spelled(text), words, 1, 0.6)), "")


def read_level(text: object, protocol: Protocol) -> str | None:
    """Return the level that a field of a column of levels names, empty for the price without level; None when it is not known."""
    if plain(text) in ("-", "–", "n.v.t.", "nvt", "geen"):
        return ""
    kop = read_header(text, protocol)
    return kop.niveau if kop is not None and kop.soort in PRIJZEN and kop == Kolomkop(kop.soort, kop.niveau) else None


def years_of_prices(text: object) -> frozenset[int]:
    """Return the years that a title says its prices are of: ``Tarieven jeugdhulp 2026``."""
    word = plain(text)
    if not re.search(r"tarie|prijs|prijz|bedrag|perceel", word):
        return frozenset()
    return frozenset(int(year) for year in re.findall(r"(?<!\d)20\d\d(?!\d)", word))
