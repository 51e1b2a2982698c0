"""A protocol as the text of a protocol file: equal protocols give the same text, and `read_protocol` gives an equal one back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from attrs import asdict

from mpj.protocol.form import AFRONDING, KEYS
from mpj.protocol.model import Afronding, Protocol
from mpj.reading.toml import quoted

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_protocol(protocol: Protocol, path: Path) -> None:
    """Write `protocol` as a file that `read_protocol` reads back."""
    path.write_text(to_toml(protocol), "utf-8", newline="\n")


def to_toml(protocol: Protocol) -> str:
    """Return `protocol` as a protocol file (TOML); byte for byte the same for equal protocols."""
    lists = {
        "productcategorie": sorted(protocol.productcategorieen),
        "reden_wijziging": sorted(protocol.redenen_wijziging),
        "verwijderd": protocol.reden_verwijderd,
    }
    tables: list[tuple[str, str, Any]] = [
        ("[protocol]", "protocol", protocol),
        *(("[[kwalificatieniveau]]", "kwalificatieniveau", one) for one in protocol.kwalificatieniveaus.values()),
        *((f"[normtijd.{_key(naam)}]", "normtijd", one) for naam, one in protocol.normtijden.items()),
        *((f"[eenheid.{quoted(code)}]", "eenheid", one) for code, one in protocol.eenheden.items()),
        *((f"[frequentie.{quoted(code)}]", "frequentie", one) for code, one in protocol.frequenties.items()),
        ("[lijsten]", "lijsten", lists),
        *(("[[hulpvorm]]", "hulpvorm", one) for one in protocol.hulpvormen.values()),
        *(("[[prestatiecode]]", "prestatiecode", one) for one in protocol.prestatiecodes.values()),
    ]
    return "\n".join(f"{head}\n{''.join(_lines(section, one))}" for head, section, one in tables)


def _lines(section: str, one: Any) -> Iterator[str]:
    """Yield the keys of a table that differ from their default."""
    for key in KEYS[section]:
        value = one[key.naam] if isinstance(one, Mapping) else getattr(one, key.naam)
        if key.verplicht or value != key.standaard:
            yield f"{key.naam} = {_text(value)}\n"


def _text(value: Any) -> str:
    """Return a value as TOML has it."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return quoted(value)
        case date():
            return value.isoformat()
        case Afronding():
            values = asdict(value)
            return _text({key.naam: values[key.naam] for key in AFRONDING})
        case Mapping():
            return f"{{ {', '.join(f'{_key(name)} = {_text(one)}' for name, one in value.items())} }}"
        case frozenset():
            return _text(sorted(value))
        case list() | tuple():
            return f"[{', '.join(map(_text, value))}]"
    raise TypeError(f"no value of a protocol: {type(value).__name__}")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) and not name.isdigit() else quoted(name)
