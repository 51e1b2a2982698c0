"""Message descriptions: what a message looks like, read from the TOML files in this folder's subfolders.

A description is the one source for reading, writing and form checking. It is found by (standard, release, message
kind), so a new release is a new folder of TOML files. Invariant: a `Beschrijving` and everything below it is
immutable.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from attrs import evolve, field, frozen

from mpj.messages.types import Simpeltype
from mpj.reading.faults import Fault, InputError


@frozen(eq=False)
class Element:
    """One element of a message: where it stands, how often, and what it holds."""

    naam: str
    """The local name."""
    tag: str
    """``{namespace}name``."""
    gekwalificeerd: str
    """``prefix:name``, as written."""
    minimum: int = 1
    """How often it occurs at least."""
    maximum: int | None = 1
    """How often it occurs at most; None: unbounded."""
    type: Simpeltype | None = None
    """Its simple type; None for a group."""
    kinderen: tuple[Element, ...] = ()
    """A group's elements in their order."""
    volgorde: int = 0
    """Its own place in the order of its group."""
    stroom: bool = False
    """Whether readers hand it out at once."""
    op_tag: Mapping[str, Element] = field(init=False, repr=False)
    op_naam: Mapping[str, Element] = field(init=False, repr=False)
    verplicht: tuple[Element, ...] = field(init=False, repr=False)
    herhaald: bool = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "op_tag", MappingProxyType({child.tag: child for child in self.kinderen}))
        object.__setattr__(self, "op_naam", MappingProxyType({child.naam: child for child in self.kinderen}))
        object.__setattr__(self, "verplicht", tuple(child for child in self.kinderen if child.minimum))
        object.__setattr__(self, "herhaald", self.maximum is None or self.maximum > 1)


@frozen(eq=False)
class Beschrijving:
    """One message kind of one release."""

    standaard: str
    """The standard, as ``ijw``."""
    release: str
    """As ``3.2``."""
    bericht: str
    """As ``JW323``."""
    omschrijving: str
    """One Dutch word."""
    wortel: Element
    """The root element."""
    naamruimten: Mapping[str, str]
    """Prefix to namespace, as declared on the root."""
    officieel: bool = True
    """Whether it was written from an official schema; else its messages are read as what was declared before, and nowhere else."""

    @property
    def sleutel(self) -> tuple[str, str, str]:
        """Return the key in the registry: standard, release, message kind."""
        return self.standaard, self.release, self.bericht


class Registry:
    """The descriptions that are known, by (standard, release, message kind) and by the root element they start with."""

    def __init__(self, descriptions: tuple[Beschrijving, ...]) -> None:
        self._by_key = {description.sleutel: description for description in descriptions}
        self._by_tag = {description.wortel.tag: description for description in descriptions}

    @classmethod
    def load(cls, *folders: Traversable | Path) -> Registry:
        """Read every description in `folders`; a folder holds the TOML files of one release."""
        found: list[Beschrijving] = []
        for folder in folders:
            names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
            tables = {name: tomllib.loads((folder / name).read_text(encoding="utf-8")) for name in names}
            found += [_compile(table, tables[table["basis"]]) for table in tables.values() if "bericht" in table]
        return cls(tuple(found))

    def __iter__(self) -> Iterator[Beschrijving]:
        return iter(self._by_key.values())

    def get(self, standaard: str, release: str, bericht: str) -> Beschrijving:
        """Return the description with this key; raises InputError (``bericht_onbekend``) when there is none."""
        try:
            return self._by_key[standaard, release, bericht]
        except KeyError:
            known = ", ".join(" ".join(key) for key in sorted(self._by_key))
            raise InputError(
                Fault(
                    "bericht_onbekend",
                    gevonden=f"{standaard} {release} {bericht}",
                    verwacht=known,
                    toelichting="Deze berichtsoort kent mpj niet",
                )
            ) from None

    def by_tag(self, tag: str) -> Beschrijving | None:
        """Return the description whose root element is `tag` (``{namespace}name``), or None."""
        return self._by_tag.get(tag)


@cache
def shipped() -> Registry:
    """Return the registry of the descriptions that come with mpj and were written from an official schema."""
    return Registry(tuple(one for one in with_old() if one.officieel))


@cache
def with_old() -> Registry:
    """Return the registry of all descriptions that come with mpj: every subfolder of this package that holds TOML files."""
    folders = [entry for entry in files(__package__).iterdir() if entry.is_dir() and not entry.name.startswith("_")]
    return Registry.load(*sorted(folders, key=lambda folder: folder.name))


def _compile(message: Mapping[str, Any], basis: Mapping[str, Any]) -> Beschrijving:
    types = {name: Simpeltype.from_table(name, table) for name, table in basis["type"].items()}
    owners = [(message["groep"], message), (basis["groep"], basis)]

    def build(table: Mapping[str, Any], owner: Mapping[str, Any], place: int) -> Element:
        kind = table["type"]
        group, group_owner = next(((groups[kind], of) for groups, of in owners if kind in groups), ((), owner))
        return Element(
            naam=table["naam"],
            tag=f"{{{owner['naamruimte']}}}{table['naam']}",
            gekwalificeerd=f"{owner['prefix']}:{table['naam']}",
            minimum=table.get("min", 1),
            maximum=table.get("max", 1) or None,
            type=_restricted(types[kind], table) if kind in types else None,
            kinderen=tuple(build(child, group_owner, number) for number, child in enumerate(group)),
            volgorde=place,
            stroom=table.get("stroom", False),
        )

    return Beschrijving(
        standaard=message["standaard"],
        release=message["release"],
        bericht=message["bericht"],
        omschrijving=message["omschrijving"],
        wortel=build({"naam": message["wortel"], "type": message["wortel"]}, message, 0),
        naamruimten=MappingProxyType({of["prefix"]: of["naamruimte"] for of in (basis, message)}),
        officieel=message.get("officieel", True),
    )


def _restricted(base: Simpeltype, table: Mapping[str, Any]) -> Simpeltype:
    """Return `base` with the restrictions that a message adds to one element (waarde, patroon)."""
    extra: dict[str, Any] = {name: table[name] for name in ("waarde", "patroon", "verwacht") if name in table}
    if not extra:
        return base
    facet = "waarde" if "waarde" in extra else "patroon"
    return evolve(base, **extra, regels={**base.regels, facet: table.get("regel", "")})
