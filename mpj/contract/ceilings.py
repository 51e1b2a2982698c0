"""The ceilings of a contract: what `[plafond]` in contract.toml says, checked against the protocol and the contract's gemeenten."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mpj.contract.model import Plafond
from mpj.protocol import Protocol
from mpj.reading.faults import Hears
from mpj.reading.frozen import Frozen
from mpj.reading.names import check_names
from mpj.reading.register import Foutcode
from mpj.reading.toml import Document

_SECTION = "plafond"
_KEYS = ("totaal_cent", "prestatiecode", "gemeente")
_HIGHEST = 10**13
_CENTS = "een heel aantal centen boven nul, als 5000000"


def read_ceilings(document: Document, protocol: Protocol, gemeenten: Collection[str], report: Hears) -> Plafond:
    """Return the ceilings of a contract; reports what is no amount, an unknown prestatiecode and a gemeente of elsewhere."""
    table = document.data.get(_SECTION, {})
    if not isinstance(table, Mapping):
        report(document.fault("waarde_onjuist", _SECTION, "", "geen tabel", verwacht=f"[{_SECTION}]"))
        return Plafond()
    for fault in check_names(list(table), _KEYS, (), document.bestand, document.line(_SECTION), f"{_SECTION}."):
        report(fault)
    whole = _cents(document, _SECTION, {"totaal_cent": table["totaal_cent"]} if "totaal_cent" in table else {}, report)
    per_code = _known(document, table, "prestatiecode", protocol.prestatiecodes, "prestatiecode_onbekend", report)
    per_gemeente = _known(document, table, "gemeente", gemeenten, "gemeente_buiten_contract", report)
    return Plafond(whole.get("totaal_cent"), Frozen(per_code), Frozen(per_gemeente))


def _known(
    document: Document, table: Mapping[str, object], key: str, known: Collection[str], code: Foutcode, report: Hears
) -> dict[str, int]:
    """Return the ceilings of one table below `[plafond]`, of keys that are known."""
    section, found = f"{_SECTION}.{key}", table.get(key, {})
    if not isinstance(found, Mapping):
        report(document.fault("waarde_onjuist", section, "", "geen tabel", verwacht=f"[{section}]"))
        return {}
    for name in found:
        if name not in known:
            text, wanted = f"deze {key} kent het contract niet", ", ".join(known)
            report(document.fault(code, section, name, text, gevonden=name, verwacht=wanted))
    return _cents(document, section, {name: cent for name, cent in found.items() if name in known}, report)


def _cents(document: Document, section: str, found: Mapping[str, object], report: Hears) -> dict[str, int]:
    """Return amounts that are whole cents above zero; reports the others."""
    result: dict[str, int] = {}
    for name, value in found.items():
        if type(value) is int and 0 < value <= _HIGHEST:
            result[name] = value
        else:
            report(document.fault("waarde_onjuist", section, name, "geen bedrag", gevonden=value, verwacht=_CENTS))
    return result
