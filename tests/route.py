"""The route of a call through the house: which rooms are entered, in which order, and whether one is entered twice.

A room is a module, or a few that do one thing. Somebody is in a room while a function of it, or what that asks, runs. Those who
lead through rooms (`LINES`), who answer questions (`LOOKUPS`) and who make what flows (`VALUES`) are no rooms. A room is entered
twice when it is called again after another one was entered: a room that was left, and a room that waits for somebody who then
calls back. Records are read lazily: a generator that goes on is no call, nor is making ready (`__init__`) or a property.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from attrs import define, field

PACKAGE = Path(__file__).resolve().parents[1] / "mpj"

LINES = ("executors/memory", "engine/job", "ledger/api", "ledger/looking", "ledger/choices", "ledger/running")
LOOKUPS = (
    "reading/",
    "protocol/",
    "presentation/",
    "messages/",
    "records/given",
    "records/known",
    "records/medewerkers",
    "records/toewijzingen",
    "contract/",
    "tariefkaart/",
    "engine/opdracht",
    "engine/stays",
    "engine/matching",
    "engine/versions",
    "engine/estimate",
    "engine/search",
    "engine/planning",
    "engine/products",
    "engine/runs",
    "engine/presence",
    "engine/limits",
    "engine/tarieven",
    "ledger/codec",
    "ledger/database",
    "ledger/hold",
    "ledger/release",
    "ledger/migrations/",
    "ledger/rows",
    "ledger/schema",
    "ledger/stand",
    "ledger/deadlines",
    "ledger/beforehand",
    "ledger/signals",
    "signals/",
    "verification/",
)
VALUES = (
    "records/aside",
    "records/definitions",
    "records/entries",
    "reading/definition",
    "reading/forms",
    "records/reasons",
    "records/uitval",
    "records/values",
    "engine/care",
    "engine/lines",
    "engine/memory",
    "engine/values",
    "output/shape",
    "ledger/bound",
    "ledger/changes",
    "ledger/decide",
    "ledger/fresh",
)
ROOMS = {
    "records/": "records",
    "engine/": "engine/",
    "ledger/carried": "ledger/gather",
    "ledger/cells": "ledger/gather",
    "ledger/intake": "ledger/gather",
    "ledger/output": "ledger/gather",
    "ledger/": "ledger/",
}
"""By how the name of a module begins; what ends in / is followed by the rest of the name."""


def room_of(module: str) -> str | None:
    """Return the room that a module (engine/steps/place) belongs to, None for what is no room."""
    if module.startswith((*LINES, *LOOKUPS, *VALUES)) or module == "__init__":
        return None
    for begin, room in ROOMS.items():
        if module.startswith(begin):
            return room + module.removeprefix(begin).removesuffix("_") if room.endswith("/") else room
    raise LookupError(f"{module} is no room yet: say in tests/route.py what it is")


@define
class Route:
    """The rooms in the order in which they were entered, and those that were entered twice, with who entered them then."""

    rooms: list[str] = field(factory=list)
    twice: list[str] = field(factory=list)
    last: str = ""

    def enter(self, room: str, frame: FrameType) -> None:
        """Note a call into a room."""
        if room not in self.rooms:
            self.rooms.append(room)
        elif room != self.last:
            caller = frame.f_back
            by = "" if caller is None else f" by {caller.f_code.co_qualname}"
            self.twice.append(f"{room}: {frame.f_code.co_qualname}{by}")
        self.last = room

    def __str__(self) -> str:
        return " -> ".join(self.rooms)


def _no_entry(frame: FrameType) -> bool:
    """Say whether a call enters nothing: a generator goes on, something is made ready, a value tells about itself."""
    code = frame.f_code
    if code.co_flags & inspect.CO_GENERATOR or code.co_name in ("__init__", "<module>"):
        return True
    found: Any = sys.modules[frame.f_globals["__name__"]]
    for name in code.co_qualname.split("."):
        found = inspect.getattr_static(found, name, None)
    return isinstance(found, property)


@contextmanager
def followed() -> Iterator[Route]:
    """Follow what the block calls."""
    route, modules = Route(), dict[str, str | None]()

    def room(frame: FrameType) -> str | None:
        name = frame.f_code.co_filename
        if name not in modules:
            path = Path(name)
            inside = path.is_relative_to(PACKAGE)
            modules[name] = room_of(path.relative_to(PACKAGE).with_suffix("").as_posix()) if inside else None
        return modules[name]

    def came_from(frame: FrameType) -> str | None:
        """Return the room that the call comes out of: the nearest on the stack."""
        caller = frame.f_back
        while caller is not None and room(caller) is None:
            caller = caller.f_back
        return None if caller is None else room(caller)

    def heard(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and (entered := room(frame)) is not None and came_from(frame) != entered and not _no_entry(frame):
            route.enter(entered, frame)

    hears: Callable[[FrameType, str, Any], None] = heard
    sys.setprofile(hears)
    try:
        yield route
    finally:
        sys.setprofile(None)
