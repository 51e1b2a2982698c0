"""What is the same every month, in `mpj.toml`: what is read, where it goes, the bound, what is kept, names, and the service."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from attrs import field, frozen

from mpj.reading.faults import Fault, InputError
from mpj.reading.limits import TOML_BYTES, WHOLE_BYTES
from mpj.reading.sources import Source
from mpj.reading.toml import Document, parse_toml

CONFIG = "mpj.toml"
_LISTS = ("contracten", "toewijzingen", "registraties", "verblijf", "prestaties", "medewerkers")
_TEXTS = ("profiel", "ledger", "uit", "namen")
_OTHERS = ("grens", "bewaren", "vier_ogen", "dienst")
_REQUIRED = ("contracten", "toewijzingen", "uit")
_PERIODE = "{periode}"
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
BOUND = ("procent", "cent", "nieuw_procent")
"""The keys of `[grens]`: the fields of `mpj.ledger.Grens`."""
_SITE = re.compile(r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
YEARS = range(5, 101)
"""How many years a client may be kept: `jaren` of `[bewaren]`, and of `mpj.Ledger.erase`."""


@frozen
class Config:
    """A file `mpj.toml`; its paths are seen from its own folder."""

    map: Path
    paden: Mapping[str, tuple[str, ...]] = field(factory=dict)
    """What is read and written, by key, as it stands there."""
    grens: Mapping[str, int] = field(factory=dict)
    bewaren: Mapping[str, int] = field(factory=dict)
    """How many years a ledger keeps a client (`jaren`), empty where it does not say."""
    vier_ogen: bool = False
    """Whether a declaration is sent by another person than who kept it."""
    sites: tuple[str, ...] = ()
    """The sites under which the service is reached from other machines, as ``https://mpj.voorbeeld.nl``."""
    gebruikers: Path | None = None
    """The file of who may use the service."""

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
        """The names of gemeenten and aanbieders by code, empty where no table of names is named."""
        return read_names(self._path(self.paden["namen"][0], "")) if "namen" in self.paden else {}

    @property
    def regios(self) -> dict[str, str]:
        """The regions of gemeenten by code, as the table of names has them."""
        return read_regions(self._path(self.paden["namen"][0], "")) if "namen" in self.paden else {}

    @property
    def rekeningen(self) -> dict[str, tuple[str, ...]]:
        """The gemeenten that pay from each account (IBAN), as the table of names has them."""
        return read_accounts(self._path(self.paden["namen"][0], "")) if "namen" in self.paden else {}

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
    bounds, kept = data.pop("grens", {}), data.pop("bewaren", {})
    vier_ogen, dienst = data.pop("vier_ogen", False), data.pop("dienst", {})
    faults = [
        one for one in check_names(list(data), (*_LISTS, *_TEXTS, *_OTHERS), _REQUIRED, document.bestand, 0) if one.soort == "fout"
    ]
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
    if not _is_kept(kept):
        verwacht = f"jaren = een heel getal van {YEARS[0]} tot en met {YEARS[-1]}"
        faults.append(document.fault("waarde_onjuist", "bewaren", "", "de bewaartermijn klopt niet", verwacht=verwacht))
    if not isinstance(vier_ogen, bool):
        faults.append(document.fault("waarde_onjuist", "vier_ogen", "", "de waarde klopt niet", verwacht="true of false"))
    if not _is_service(dienst):
        verwacht = 'gebruikers = "een bestand", sites = ["https://een.naam"], in kleine letters en zonder pad'
        faults.append(document.fault("waarde_onjuist", "dienst", "", "de dienst klopt niet", verwacht=verwacht))
    if faults:
        raise InputError(faults)
    bounds, kept, dienst = (cast("dict[str, Any]", one) for one in (bounds, kept, dienst))
    users = folder / dienst["gebruikers"] if "gebruikers" in dienst else None
    return Config(folder, paths, bounds, kept, bool(vier_ogen), tuple(dienst.get("sites", ())), users)


def _is_service(found: object) -> bool:
    if not isinstance(found, dict) or not found.keys() <= {"gebruikers", "sites"}:
        return False
    sites, users = found.get("sites", []), found.get("gebruikers", "-")
    if not isinstance(sites, list) or not isinstance(users, str) or not users.strip():
        return False
    return all(isinstance(one, str) and _SITE.fullmatch(one) for one in sites)


def _is_bound(found: object) -> bool:
    return isinstance(found, dict) and found.keys() <= set(BOUND) and all(type(one) is int and one >= 0 for one in found.values())


def _is_kept(found: object) -> bool:
    return (
        isinstance(found, dict) and found.keys() <= {"jaren"} and all(type(one) is int and one in YEARS for one in found.values())
    )


def read_names(path: Path) -> dict[str, str]:
    """Read a table `soort;code;naam;regio;rekening`; returns names of gemeenten and aanbieders by code, or raises InputError."""
    return {row["code"]: row["naam"] for row in _named_rows(path) if row["soort"] in ("gemeente", "aanbieder")}


def read_regions(path: Path) -> dict[str, str]:
    """Read the same table; returns the region of each gemeente that has one, by code, or raises InputError."""
    return {row["code"]: row["regio"] for row in _named_rows(path) if row["soort"] == "gemeente" and row.get("regio")}


def read_accounts(path: Path) -> dict[str, tuple[str, ...]]:
    """Read the same table; returns the gemeenten of each account (IBAN; more than one where a region pays), or raises InputError.

    A gemeente with several accounts has them parted by commas.
    """
    found: dict[str, tuple[str, ...]] = {}
    for place, row in enumerate(_named_rows(path), 2):
        for text in filter(None, (row.get("rekening") or "").split(",") if row["soort"] == "gemeente" else ()):
            account = "".join(text.split()).upper()
            if not is_iban(account):
                told = "dit is geen rekeningnummer (IBAN)"
                raise InputError(Fault("waarde_onjuist", path.name, place, "rekening", verwacht="een IBAN", toelichting=told))
            found[account] = (*found.get(account, ()), row["code"])
    return found


def is_iban(text: str) -> bool:
    """Say whether a text is an IBAN: its two check digits agree with the rest (ISO 13616).

    >>> is_iban("NL91ABNA0417164300"), is_iban("NL92ABNA0417164300")
    (True, False)
    """
    if not _IBAN.fullmatch(text):
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def _named_rows(path: Path) -> list[dict[str, str]]:
    raw = Source(path.name, path).read(WHOLE_BYTES)
    try:
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    except (UnicodeDecodeError, csv.Error):
        raise InputError(Fault("bestand_onleesbaar", path.name, toelichting="bestand kan niet worden gelezen")) from None
    if any(name not in row or row[name] is None for row in rows for name in ("soort", "code", "naam")):
        verwacht = "soort;code;naam;regio;rekening"
        raise InputError(Fault("kolom_ontbreekt", path.name, 1, toelichting="verplichte kolom ontbreekt", verwacht=verwacht))
    return [{name: text.strip() for name, text in row.items() if isinstance(text, str)} for row in rows]


def config_of(path: Path | None) -> Config:
    """Return a config, an empty one where none is named and the working folder has no `mpj.toml`."""
    return Config(Path()) if path is None and not Path(CONFIG).is_file() else read_config(path)


def names_of(path: Path | None) -> dict[str, str]:
    """Return the names that a config tells; none where the working folder has no `mpj.toml`."""
    return config_of(path).namen


def regions_of(path: Path | None) -> dict[str, str]:
    """Return the regions that the table of names of a config tells, as `names_of`."""
    return config_of(path).regios
