"""The national rules as data: prestatiecodes, kwalificatieniveaus, normtijden, units, product codes.

One immutable `Protocol` per regulation, read from a dated data file that names its source. A later regulation is a new
file, not new code; nothing else in mpj spells out a code or a level.
"""

from mpj.protocol.load import MPJ_16, PROTOCOLS, read_protocol
from mpj.protocol.model import (
    Afronding,
    Eenheid,
    Frequentie,
    Hulpvorm,
    Kwalificatieniveau,
    Normtijd,
    Prestatiecode,
    Protocol,
)
from mpj.protocol.productcodes import DecodedProductcode, care_in, decode, encode, is_prestatiecode
from mpj.protocol.write import to_toml, write_protocol

__all__ = [
    "MPJ_16",
    "PROTOCOLS",
    "Afronding",
    "DecodedProductcode",
    "Eenheid",
    "Frequentie",
    "Hulpvorm",
    "Kwalificatieniveau",
    "Normtijd",
    "Prestatiecode",
    "Protocol",
    "care_in",
    "decode",
    "encode",
    "is_prestatiecode",
    "read_protocol",
    "to_toml",
    "write_protocol",
]
