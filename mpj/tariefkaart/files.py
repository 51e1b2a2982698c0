"""A tariefkaart as plain files, for executors that join instead of look up: one CSV per table, settings as JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast

from attrs import fields

from mpj.protocol import PROTOCOLS, Afronding, Protocol
from mpj.reading.faults import Fault, InputError
from mpj.reading.frozen import Frozen
from mpj.reading.periods import month_text, parse_month
from mpj.tariefkaart.instellingen import Instellingen
from mpj.tariefkaart.model import Aanbod, Outputprijs, Prijs, Productcode, Soort, Tariefkaart

_T = TypeVar("_T")
_TABLES: dict[str, type[Prijs] | type[Aanbod] | type[Soort] | type[Productcode] | type[Outputprijs]] = {
    "prijzen": Prijs,
    "aanbod": Aanbod,
    "soorten": Soort,
    "productcodes": Productcode,
    "output": Outputprijs,
}


def write_tariefkaart(kaart: Tariefkaart, folder: Path) -> None:
    """Write ``prijzen.csv``, ``aanbod.csv``, ``soorten.csv``, ``productcodes.csv``, ``output.csv`` and ``tariefkaart.json``
    into `folder`. A contract that buys no output has no ``output.csv``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, cls in _TABLES.items():
        if name == "output" and not kaart.output:
            continue
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, delimiter=";", lineterminator="\n")
            writer.writerow(attribute.name for attribute in fields(cls))
            for row in getattr(kaart, name):
                writer.writerow(_text(attribute.name, getattr(row, attribute.name)) for attribute in fields(cls))
    settings = {name: value.isoformat() if isinstance(value, date) else value for name, value in kaart.instellingen.table().items()}
    data = {
        "formaat": 1,
        "hash": kaart.hash,
        "sha256": kaart.sha256,
        "eigen_codes": kaart.eigen_codes,
        "percelen": kaart.percelen,
    }
    text = json.dumps(data | {"instellingen": settings}, indent=2, ensure_ascii=False)
    (folder / "tariefkaart.json").write_text(text + "\n", "utf-8", newline="\n")


def read_tariefkaart(folder: Path, *, protocols: Mapping[str, Protocol] = PROTOCOLS) -> Tariefkaart:
    """Read back what `write_tariefkaart` wrote; raises InputError when files are missing, damaged, or not of one piece."""
    try:
        data = json.loads((folder / "tariefkaart.json").read_text("utf-8"))
        settings = data["instellingen"]
        protocol = protocols[settings["protocol"]]
        aanbod = _read(folder, "aanbod", Aanbod)
        kaart = Tariefkaart(
            instellingen=_instellingen(settings, protocol),
            protocol=protocol,
            eigen_codes=data["eigen_codes"],
            percelen=tuple((perceel, gemeente) for perceel, gemeente in data["percelen"]),
            prijzen=_read(folder, "prijzen", Prijs),
            expliciet=frozenset(row.perceel for row in aanbod if row.expliciet),
            soorten=_read(folder, "soorten", Soort),
            productcodes=_read(folder, "productcodes", Productcode),
            output=_read(folder, "output", Outputprijs) if (folder / "output.csv").exists() else (),
        )
        expected = data["sha256"]
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise InputError(
            Fault(
                "tariefkaart_onleesbaar",
                folder.name,
                toelichting="geen leesbare tariefkaart",
                verwacht="de bestanden die mpj schreef",
            )
        ) from error
    if kaart.sha256 != expected or tuple(kaart.aanbod) != aanbod:
        raise InputError(
            Fault(
                "tariefkaart_gewijzigd",
                folder.name,
                gevonden=kaart.hash,
                verwacht=data["hash"],
                toelichting="de tabellen zijn veranderd",
            )
        )
    return kaart


def _instellingen(settings: Mapping[str, Any], protocol: Protocol) -> Instellingen:
    """Return settings that `Instellingen.table` wrote."""
    values: dict[str, Any] = {}
    for attribute in fields(Instellingen):
        name = attribute.name
        if name in ("eenheid", "afronding"):
            own = {naam: settings[f"{name}_{naam}"] for naam in protocol.normtijden if f"{name}_{naam}" in settings}
            values[name] = Frozen((naam, Afronding(**one) if name == "afronding" else one) for naam, one in own.items())
        elif name in ("begindatum", "einddatum"):
            values[name] = date.fromisoformat(settings[name])
        else:
            values[name] = tuple(settings[name]) if name == "gemeenten" else settings[name]
    return Instellingen(**values)


def _text(name: str, value: object) -> str:
    if name == "maand":
        return month_text(cast("int", value))
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return str(value)


def _read(folder: Path, name: str, cls: type[_T]) -> tuple[_T, ...]:
    readers: dict[str, Callable[[str], object]] = {"int": int, "bool": lambda text: text == "ja"}
    columns = fields(cast("Any", cls))
    make = cast("Callable[..., _T]", cls)
    kinds = {a.name: parse_month if a.name == "maand" else readers.get(str(a.type), str) for a in columns}
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter=";", strict=True)
        return tuple(make(**{key: kinds[key](value) for key, value in row.items()}) for row in rows)
