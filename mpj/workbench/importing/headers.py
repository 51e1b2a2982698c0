"""The words municipalities use in a published matrix, and what they mean. What is not here is not guessed.

A word is compared in small letters, without blanks around it, without a currency sign, with "plus" read as "+".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import frozen

from mpj.protocol import Protocol

CODE, NAAM, BEGIN, EIND, ZONDER, NIVEAU, UURPRIJS, EENHEID, GENEGEERD = (
    "prestatiecode",
    "naam",
    "begindatum",
    "einddatum",
    "zonder niveau",
    "niveau",
    "uurprijs",
    "eenheid",
    "genegeerd",
)

_PLAIN: Mapping[str, tuple[str, ...]] = {
    CODE: ("prestatiecode", "prestatie code", "prestatie", "code", "mpj-code", "mpj code", "mpj", "productcode mpj"),
    NAAM: ("naam", "omschrijving", "prestatienaam", "naam prestatie", "hulpvorm", "beschrijving"),
    BEGIN: ("begindatum", "ingangsdatum", "vanaf", "geldig vanaf", "datum ingang", "per"),
    EIND: ("einddatum", "tot en met", "t/m", "geldig tot en met", "datum einde"),
    ZONDER: ("zonder niveau", "geen niveau", "tarief", "prijs", "tarief zonder niveau", "alle niveaus", "niveau-onafhankelijk"),
    EENHEID: ("eenheid", "normtijd", "tijdseenheid", "per eenheid"),
    GENEGEERD: ("opmerking", "opmerkingen", "toelichting", "bron", "nr", "nr."),
}
_NIVEAU_WOORDEN: Mapping[str, tuple[str, ...]] = {
    "mbo": ("mbo", "mbo-niveau", "mbo niveau", "niveau mbo"),
    "mbo+": ("mbo+",),
    "hbo": ("hbo", "hbo-niveau", "hbo niveau", "niveau hbo"),
    "hbo+": ("hbo+", "post-hbo", "post hbo"),
    "wo": ("wo", "wo-niveau", "wo niveau", "niveau wo", "universitair"),
    "wo+": ("wo+", "post-wo", "post wo", "postmaster", "post-master"),
    "ams": ("ams", "medisch specialist", "arts/medisch specialist", "arts / medisch specialist"),
}
UITGESLOTEN_WOORDEN = ("uitgesloten", "niet ingekocht", "niet gecontracteerd", "n.v.t.", "nvt", "x")
_PER_QUARTER = re.compile(r"\s*(?:per|/)\s*(?:kwartier|kw|15 min(?:uten)?\.?)$|\s*\((?:per )?kwartier\)$")
_PER_HOUR = re.compile(r"\s*(?:per|/)\s*uur$|\s*\((?:per )?uur\)$|\s+p/u$")
_PREFIX = re.compile(r"^(?:tarief|prijs|kwartiertarief)\s+(?=\S)")


@frozen
class Kolomkop:
    """What a header word means: a kind, and the level for `NIVEAU` and `UURPRIJS` (empty: the price without level)."""

    soort: str
    niveau: str = ""


def plain(text: object) -> str:
    """Return a word as it is compared."""
    word = re.sub(r"\s+", " ", str(text).replace("\xa0", " ")).strip().casefold()
    word = re.sub(r"(?<=\w)[ -]?plus\b", "+", word)
    return re.sub(r"\s*(?:\((?:€|eur|euro)\)|€|\bin euro\b)\s*", "", word).replace(" +", "+").strip()


def read_header(text: object, protocol: Protocol) -> Kolomkop | None:
    """Return what a header cell means, None when it is not a known word."""
    word = plain(text)
    for soort, words in _PLAIN.items():
        if word in words:
            return Kolomkop(soort)
    soort = UURPRIJS if _PER_HOUR.search(word) else NIVEAU
    word = _PREFIX.sub("", _PER_HOUR.sub("", _PER_QUARTER.sub("", word))).strip()
    for niveau in protocol.kwalificatieniveaus:
        if word in _NIVEAU_WOORDEN.get(niveau, (niveau,)):
            return Kolomkop(soort, niveau)
    if soort == UURPRIJS and word in ("", *_PLAIN[ZONDER], "uurprijs", "uurtarief"):
        return Kolomkop(UURPRIJS)
    return Kolomkop(UURPRIJS) if word in ("uurprijs", "uurtarief") else None
