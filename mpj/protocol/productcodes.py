"""The default product code scheme: a bijection between (category, prestatiecode, level) and five positions.

Category (2), hulpvorm and follow number as one character each (``1..9A..Z``), level digit. Example: 2.1 at hbo+ under category 45:

>>> from mpj.protocol import MPJ_16, decode, encode
>>> encode(MPJ_16, "2.1", "hbo+", "45")
'45213'
>>> decode(MPJ_16, "45213")
DecodedProductcode(prestatiecode='2.1', kwalificatieniveau='hbo+', productcategorie='45')
"""

from __future__ import annotations

from attrs import frozen

from mpj.protocol.form import ALPHABET, CODE
from mpj.protocol.model import Protocol

_NO_LEVEL = "0"


@frozen
class DecodedProductcode:
    """What a product code says; `kwalificatieniveau` is None where it names no level."""

    prestatiecode: str
    kwalificatieniveau: str | None
    productcategorie: str


def encode(protocol: Protocol, prestatiecode: str, kwalificatieniveau: str | None, productcategorie: str | None = None) -> str:
    """Return the 5-position product code.

    `productcategorie` None means the default category of the prestatiecode. Raises KeyError for an unknown prestatiecode or
    level and ValueError for a category outside the prestatiecode's row.
    """
    code = protocol.prestatiecodes[prestatiecode]
    categorie = productcategorie or code.categorieen[0]
    if categorie not in code.categorieen:
        raise ValueError(f"category {categorie} is not one of {', '.join(code.categorieen)} ({prestatiecode})")
    digit = protocol.kwalificatieniveaus[kwalificatieniveau].cijfer if kwalificatieniveau else _NO_LEVEL
    return f"{categorie}{ALPHABET[code.hulpvorm.nummer - 1]}{ALPHABET[code.volgnummer - 1]}{digit}"


def is_prestatiecode(text: str) -> bool:
    """Say whether a text has the form of a prestatiecode, which no product beside MPJ may have."""
    return CODE.fullmatch(text) is not None


def decode(protocol: Protocol, productcode: str) -> DecodedProductcode | None:
    """Return what `productcode` says under the default scheme, or None when it is no code of this protocol.

    The last three positions alone decide prestatiecode and level; whether the first two are a category of the row is for the
    caller to judge. A level that is known but off (mbo+ in MPJ-16) does not decode.
    """
    if len(productcode) != 5 or productcode[2] not in ALPHABET or productcode[3] not in ALPHABET:
        return None
    prestatiecode = f"{ALPHABET.index(productcode[2]) + 1}.{ALPHABET.index(productcode[3]) + 1}"
    if prestatiecode not in protocol.prestatiecodes:
        return None
    niveau = None
    if productcode[4] != _NO_LEVEL:
        niveau = next((n.naam for n in protocol.kwalificatieniveaus.values() if n.cijfer == productcode[4] and n.aan), None)
        if niveau is None:
            return None
    return DecodedProductcode(prestatiecode, niveau, productcode[:2])


def care_in(protocol: Protocol, productcode: str) -> str:
    """Return which care a product code names: of this protocol the code behind its category, of a product beside it the whole code.

    >>> from mpj.protocol import MPJ_16
    >>> care_in(MPJ_16, "45213"), care_in(MPJ_16, "54213"), care_in(MPJ_16, "45A48")
    ('213', '213', '45A48')
    """
    return productcode if decode(protocol, productcode) is None else productcode[2:]
