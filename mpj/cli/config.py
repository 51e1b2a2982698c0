"""What is the same every month, in `mpj.toml`: what is read, where it goes, the bound, and the names beside codes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from attrs import field, frozen

from mpj.reading.faults import Fault, InputError
from mpj.reading.limits import TOML_BYTES, WHOLE_BYTES
from mpj.reading.sources import Source
from mpj.reading.toml import Document, parse_toml

CONFIG = "mpj.toml"
_LISTS = ("contracten", "toewijzingen", "registraties", "verblijf", "medewerkers")
_TEXTS = ("profiel", "ledger", "uit", "namen")
_REQUIRED = ("contracten", "toewijzingen", "uit")
_PERIODE = "{periode}"
BOUND = ("procent", "cent", "nieuw_procent")
"""The keys of `[grens]`: the fields of `mpj.ledger.Grens`."""


@frozen
class Config:
    """A file `mpj.toml`; its paths are seen from its own folder."""

    map: Path
    paden: Mapping[str, tuple[str, ...]] = field(factory=dict)
    """What is read and written, by key, as it stands there."""
    grens: Mapping[str, int] = field(factory=dict)

    def given(self, periode: str) -> dict[str, Any]:
        """Return what `mpj declare` is given by it for a month, by the names of its options."""
        found: dict[str, Any] = {name: tuple(self._path(one, periode) for one in self.paden.get(name, ())) for name in _LISTS}
        for key, name in (("profiel", "profiel"), ("uit", "out")):
            found[name] = self._path(self.paden[key][0], periode) if key in self.paden else None
        ledger = self.paden.get("ledger", ("",))[0]
        found["ledger"] = ledger if "://" in ledger else str(self._path(ledger, periode)) if ledger else None
        return found

    @property
    def namen(self) -> dict[str, str]:
        """The names of gemeenten by code, empty where no table of names is named."""
        return read_names(self._path(self.paden["namen"][0], "")) if "namen" in self.paden else {}

    def _path(self, text: str, periode: str) -> Path:
        return self.map / text.replace(_PERIODE, periode)


def read_config(path: Path | None) -> Config:
    """Read a config, by default `mpj.toml` in the working folder, where it may be absent; raises InputError with every fault."""
    place = path or Path(CONFIG)
    if path is None and not place.exists():
        text, verwacht = "hier staat geen mpj.toml", "mpj.toml, of --config FILE"
        raise InputError(Fault("bestand_ontbreekt", place.name, toelichting=text, verwacht=verwacht))
    return _checked(parse_toml(Source(place.name, place).read(TOML_BYTES), place.name), place.parent)


def _checked(document: Document, folder: Path) -> Config:
    from mpj.reading.names import check_names

    data = dict(document.data)
    bounds = data.pop("grens", {})
    faults = [one for one in check_names(list(data), (*_LISTS, *_TEXTS), _REQUIRED, document.bestand, 0) if one.soort == "fout"]
    paths: dict[str, tuple[str, ...]] = {}
    for name, value in data.items():
        found = [value] if isinstance(value, str) else value
        if isinstance(found, list) and found and all(isinstance(one, str) and one.strip() for one in found):
            paths[name] = tuple(found)
        else:
            verwacht = "een tekst, of een lijst van teksten"
            faults.append(document.fault("waarde_onjuist", name, "", "de waarde klopt niet", verwacht=verwacht))
    if not _is_bound(bounds):
        verwacht = f"hele getallen: {', '.join(BOUND)}"
        faults.append(document.fault("waarde_onjuist", "grens", "", "de grens klopt niet", verwacht=verwacht))
    if faults:
        raise InputError(faults)
    return Config(folder, paths, cast("dict[str, int]", bounds))


def _is_bound(found: object) -> bool:
    return isinstance(found, dict) and found.keys() <= set(BOUND) and all(type(one) is int and one >= 0 for one in found.values())


def read_names(path: Path) -> dict[str, str]:
    """Read a table `soort;code;naam;regio;rekening`; returns the names of gemeenten by code, or raises InputError."""
    raw = Source(path.name, path).read(WHOLE_BYTES)
    try:
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    except (UnicodeDecodeError, csv.Error):
        raise InputError(Fault("bestand_onleesbaar", path.name, toelichting="bestand kan niet worden gelezen")) from None
    if any(name not in row or row[name] is None for row in rows for name in ("soort", "code", "naam")):
        verwacht = "soort;code;naam;regio;rekening"
        raise InputError(Fault("kolom_ontbreekt", path.name, 1, toelichting="verplichte kolom ontbreekt", verwacht=verwacht))
    return {row["code"].strip(): row["naam"].strip() for row in rows if row["soort"].strip() == "gemeente"}


def names_of(path: Path | None) -> dict[str, str]:
    """Return the names that a config tells; none where the working folder has no `mpj.toml`."""
    return {} if path is None and not Path(CONFIG).is_file() else read_config(path).namen
