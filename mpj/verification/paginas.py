"""The page where a rule stands: the official one for a national rule, ours for a rule of our own (paginas.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _scheme() -> Mapping[str, Any]:
    return tomllib.loads((files("mpj.verification") / "paginas.toml").read_text("utf-8"))


@cache
def page_of(regelcode: str) -> str:
    """Return where a rule stands: an address, for our own a place in the project; empty where no page is known.

    >>> page_of("TR340")
    'https://informatiemodel.istandaarden.nl/informatiemodel/ijw/3.2/regels/technische-regel/tr340/'
    >>> page_of("RS001"), page_of("MPJ06")
    ('', 'docs/verify.md#the-rules-of-our-own')
    """
    scheme = _scheme()
    letters = regelcode.rstrip("0123456789")
    if letters == "MPJ":
        return str(scheme["eigen"])
    kind = scheme["soorten"].get(letters)
    if kind is None:
        return ""
    form: str = scheme["adressen"][kind["adres"]]
    return form.format(standaard=scheme["standaard"], release=scheme["release"], soort=kind["soort"], code=regelcode.lower())
