"""Reading a protocol from its data file, and the protocols that are shipped."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

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

_K = TypeVar("_K")
_V = TypeVar("_V")


def read_protocol(path: Path | Traversable) -> Protocol:
    """Read a protocol file (TOML, the form of ``mpj/protocol/mpj_16.toml``).

    Raises KeyError, TypeError or ValueError when the file is not a protocol: protocols are part of a release, not user input.
    """
    data = tomllib.loads(path.read_text("utf-8"))
    head, lists = data["protocol"], data["lijsten"]
    hulpvormen = {row["nummer"]: _hulpvorm(row) for row in data["hulpvorm"]}
    codes = [_prestatiecode(row, hulpvormen) for row in data["prestatiecode"]]
    return Protocol(
        id=head["id"],
        naam=head["naam"],
        bron=head["bron"],
        vroegste_datum=head["vroegste_datum"],
        jaren_terug=head["jaren_terug"],
        normtijd_zorg=head["normtijd_zorg"],
        kwalificatieniveaus=_frozen(
            {
                row["naam"]: Kwalificatieniveau(row["naam"], str(row["cijfer"]), rang, row.get("aan", True))
                for rang, row in enumerate(data["kwalificatieniveau"])
            }
        ),
        normtijden=_frozen({naam: _normtijd(naam, row) for naam, row in data["normtijd"].items()}),
        eenheden=_frozen(
            {code: Eenheid(code, row["naam"], row.get("telt", ""), row.get("gewicht", 0)) for code, row in data["eenheid"].items()}
        ),
        frequenties=_frozen({code: Frequentie(code, row["naam"], row["telt"]) for code, row in data["frequentie"].items()}),
        hulpvormen=_frozen(hulpvormen),
        prestatiecodes=_frozen({code.code: code for code in sorted(codes, key=lambda code: code.volgorde)}),
        productcategorieen=frozenset(lists["productcategorie"]),
        redenen_wijziging=frozenset(lists["reden_wijziging"]),
        reden_verwijderd=lists["verwijderd"],
    )


def _hulpvorm(row: dict[str, Any]) -> Hulpvorm:
    return Hulpvorm(
        nummer=row["nummer"],
        naam=row["naam"],
        niveau=row["niveau"],
        normtijd=row.get("normtijd"),
        soort=row.get("soort", "individueel"),
        jeugdbescherming=row.get("jeugdbescherming", False),
    )


def _prestatiecode(row: dict[str, Any], hulpvormen: Mapping[int, Hulpvorm]) -> Prestatiecode:
    hulpvorm, volgnummer = (int(part) for part in row["code"].split("."))
    return Prestatiecode(row["code"], row["naam"], hulpvormen[hulpvorm], volgnummer, tuple(row["categorieen"]))


def _normtijd(naam: str, row: dict[str, Any]) -> Normtijd:
    return Normtijd(
        naam=naam,
        meet=row["meet"],
        minuten=row.get("minuten", 0),
        eenheden=_frozen(row["eenheden"]),
        bericht=_frozen(row["bericht"]),
        ongerond=frozenset(row.get("ongerond", ())),
        keuze=_frozen(row["keuze"]),
        standaard=row["standaard"],
        afronding=Afronding(**row["afronding"]) if "afronding" in row else None,
    )


def _frozen(mapping: dict[_K, _V]) -> Mapping[_K, _V]:
    return MappingProxyType(mapping)


MPJ_16: Protocol = read_protocol(files("mpj.protocol") / "mpj_16.toml")
PROTOCOLS: Mapping[str, Protocol] = MappingProxyType({MPJ_16.id: MPJ_16})
