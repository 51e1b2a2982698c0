"""The register of signals: every code with the function that finds it, and what signals.toml says of it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from attrs import frozen

from mpj.signals import clients, contacts
from mpj.signals.values import Beeld, Signaal

SIGNALS: Mapping[str, Callable[[Beeld], Iterator[Signaal]]] = MappingProxyType(
    {
        "zelfde_contact": contacts.zelfde_contact,
        "twee_plekken": contacts.twee_plekken,
        "medewerker_te_lang": contacts.medewerker_te_lang,
        "client_te_lang": contacts.client_te_lang,
        "twee_etmalen": clients.twee_etmalen,
        "maand_wijkt_af": clients.maand_wijkt_af,
        "zonder_contact": clients.zonder_contact,
        "na_verjaardag": clients.na_verjaardag,
    }
)
"""In the order of docs/signals.md."""


@frozen
class Signaaltekst:
    """What the register says of a signal, in Dutch, and an example that is run by a test."""

    betekenis: str
    actie: str
    signaal: str
    """The row of signalen.csv that the example gives, without code and gezien."""
    registraties: str
    verblijf: str = ""
    """The records of the example, as tables; each month of them is declared in turn."""


@cache
def register() -> Mapping[str, Signaaltekst]:
    """Return what is said of every signal, by its code."""
    found = tomllib.loads(files("mpj.signals").joinpath("signals.toml").read_text("utf-8"))
    return MappingProxyType({code: Signaaltekst(**texts) for code, texts in found.items()})


def found(beeld: Beeld) -> list[Signaal]:
    """Return every signal of a month, in the order of signalen.csv."""
    return sorted((one for find in SIGNALS.values() for one in find(beeld)), key=Signaal.texts)
