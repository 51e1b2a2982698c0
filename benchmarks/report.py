"""What stands around a table of figures: the machine, the versions, the date; and its place in a page of the documentation."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable
from datetime import date
from importlib import metadata
from pathlib import Path

import mpj


def machine() -> str:
    """Return the processor, cores and memory of this machine."""
    cores = os.cpu_count() or 1
    return f"{_first('/proc/cpuinfo', 'model name') or platform.processor() or platform.machine()}, {cores} cores{_memory()}"


def versions(packages: Iterable[str]) -> str:
    """Return the versions of mpj, Python and those of `packages` that are installed."""
    found = [f"mpj {mpj.__version__}", f"Python {platform.python_version()}"]
    for name in packages:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def busy() -> str:
    """Return, as the end of a sentence, how much other work this machine has now: processes that want a core."""
    if not hasattr(os, "getloadavg"):
        return ""
    return f", while {os.getloadavg()[0]:.1f} other processes wanted a core"


def provenance(command: str, other_work: str, packages: Iterable[str] = ()) -> str:
    """Return the sentences that say when, where and how figures were measured; `other_work` is what `busy` said at the start."""
    today = date.today()  # noqa: DTZ011
    return f"Measured on {today}{other_work}: {machine()}; {versions(packages)}. Repeat with `.venv/bin/{command}`."


def write_between(page: Path, name: str, text: str) -> None:
    """Put `text` between ``<!-- measured: name -->`` and ``<!-- end measured -->`` of `page`; raises ValueError without those."""
    marked = re.compile(rf"(<!-- measured: {name} -->\n).*?(<!-- end measured -->)", re.DOTALL)
    old = page.read_text("utf-8")
    if not marked.search(old):
        raise ValueError(f"{page} has no place for the figures of {name}")
    page.write_text(marked.sub(lambda match: match[1] + text + match[2], old), "utf-8")


def _memory() -> str:
    total = _first("/proc/meminfo", "MemTotal")
    return f", {round(int(total.split()[0]) / 1024**2)} GB memory" if total else ""


def _first(file: str, name: str) -> str:
    """Return what stands behind `name` in a file of /proc, "" where there is none."""
    try:
        lines = Path(file).read_text("utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
