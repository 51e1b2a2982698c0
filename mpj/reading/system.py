"""What the system and the XML parser say is wrong, in Dutch: by their number, so that none of their own words reach a screen."""

from __future__ import annotations

import errno
from collections.abc import Mapping

SYSTEM: Mapping[int, str] = {
    errno.ENOENT: "het bestaat niet",
    errno.EACCES: "geen toegang",
    errno.EPERM: "het systeem staat dit niet toe",
    errno.EISDIR: "is een map, geen bestand",
    errno.ENOTDIR: "een deel van het pad is geen map",
    errno.EEXIST: "het bestaat al",
    errno.ENOTEMPTY: "de map is niet leeg",
    errno.ENOSPC: "de schijf is vol",
    errno.EDQUOT: "de ruimte van deze gebruiker is op",
    errno.EFBIG: "het bestand wordt te groot",
    errno.EROFS: "hier kan alleen worden gelezen",
    errno.ENAMETOOLONG: "de naam is te lang",
    errno.ELOOP: "verwijzingen die in een kring lopen",
    errno.EINVAL: "een naam die hier niet kan",
    errno.EXDEV: "een andere schijf",
    errno.EBUSY: "in gebruik",
    errno.ETXTBSY: "in gebruik",
    errno.EMFILE: "te veel bestanden open",
    errno.ENFILE: "te veel bestanden open",
    errno.EIO: "de schijf leest of schrijft niet",
    errno.ENODEV: "het apparaat is er niet",
    errno.ENXIO: "het apparaat is er niet",
    errno.ESTALE: "de netwerkschijf is weg",
    errno.ENOTCONN: "de netwerkschijf is weg",
    errno.ETIMEDOUT: "geen antwoord binnen de tijd",
    errno.EPIPE: "de ontvanger is gestopt",
    errno.ENOMEM: "het geheugen is vol",
    errno.EADDRINUSE: "het adres is al in gebruik",
    errno.EADDRNOTAVAIL: "dit adres is niet van deze machine",
}
"""By number of the system (errno)."""
XML: Mapping[int, str] = {
    4: "het begint niet met een element",
    5: "na het einde volgt nog iets",
    9: "een teken dat in XML niet mag",
    23: "een & zonder ; erachter",
    26: "een &naam; die XML niet kent",
    32: "een onbekende codering",
    38: "een < in een attribuut",
    39: "een attribuut zonder aanhalingstekens",
    40: "een attribuut dat niet eindigt",
    41: "een attribuut zonder waarde",
    42: "een attribuut dat twee keer voorkomt",
    45: "commentaar dat niet eindigt",
    62: "]]> in een tekst",
    63: "een CDATA-deel dat niet eindigt",
    64: "een XML-kop die niet vooraan staat",
    65: "een spatie die ontbreekt",
    68: "een naam die ontbreekt of niet kan; een & hoort als &amp; en een < als &lt;",
    73: "een > die ontbreekt",
    76: "een element dat met een andere naam eindigt dan het begon",
    77: "het houdt op voor het einde",
    80: "-- in commentaar",
    81: "bytes die geen UTF-8 zijn",
    108: "een onbekende versie van XML",
    200: "een naamruimte die niet kan",
    201: "een naamruimte die niet is genoemd",
}
"""By number of libxml2 (xmlParserErrors)."""


_SHARED = 32
"""What Windows says of a file that another program has open (ERROR_SHARING_VIOLATION); its errno is that of no rights."""


def in_use(error: OSError) -> bool:
    """Say whether a file cannot be written, replaced or removed because another program has it open, as Excel does on Windows."""
    return getattr(error, "winerror", None) == _SHARED


def system_reason(error: Exception) -> str:
    """Return why the system, or who reads in its place, could not do what was asked.

    >>> system_reason(FileNotFoundError(2, "No such file or directory")), system_reason(OSError(9999, "What?"))
    ('het bestaat niet', 'systeemfout 9999')
    """
    if not isinstance(error, OSError) or error.errno is None:
        return f"fout {type(error).__name__}"
    if in_use(error):
        return "het bestand is open in een ander programma"
    return SYSTEM.get(error.errno, f"systeemfout {errno.errorcode.get(error.errno, error.errno)}")


def xml_reason(number: int, column: int) -> str:
    """Return why text is no XML, and in which column of its line (0: not known).

    >>> xml_reason(77, 12), xml_reason(9999, 0)
    ('het houdt op voor het einde (kolom 12)', 'XML-fout 9999')
    """
    text = XML.get(number, f"XML-fout {number}")
    return f"{text} (kolom {column})" if column else text
