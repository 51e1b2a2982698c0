"""Whether the protocol knows the words of a readable record."""

from __future__ import annotations

from mpj.protocol import Protocol, decode
from mpj.records.entries import Entry
from mpj.records.values import Prestatie, Registratie, Verblijf


def check_protocol(record: Entry | Registratie | Verblijf | Prestatie, protocol: Protocol) -> str:
    """Return what the protocol does not know about a readable record, empty when all is well."""
    if isinstance(record, Entry):
        return record.reeks.vorm.fout  # who made it asked
    if isinstance(record, Prestatie):
        return ""  # whether its product exists is the contract's to say
    if record.prestatiecode is not None and record.prestatiecode not in protocol.prestatiecodes:
        return "prestatiecode: onbekende code, verwacht een prestatiecode als 2.1"
    if record.prestatiecode is not None and record.productcode is not None:
        known_as = decode(protocol, record.productcode)
        if known_as is None or known_as.prestatiecode != record.prestatiecode:
            return "productcode: spreekt de prestatiecode tegen, verwacht een van beide"
    niveau = record.kwalificatieniveau if isinstance(record, Registratie) else None
    if niveau is not None and niveau not in protocol.niveaus:
        known = protocol.kwalificatieniveaus.get(niveau)
        text = f"{known.naam} staat uit in {protocol.id}" if known else "onbekend niveau"
        return f"kwalificatieniveau: {text}, verwacht {', '.join(protocol.niveaus)}"
    return ""
