"""Values in, files out: `mpj.declare_to`, for more records than should be in memory at once.

Each record becomes the row that it would be in a file, in a part of its client; then the run is that of files (`parts`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Unpack

from attrs import evolve

from mpj.contract import Contract
from mpj.engine.job import Job
from mpj.engine.opdracht import OpdrachtWords
from mpj.engine.summary import passed_over, sort_notes
from mpj.engine.values import Declaratieregel
from mpj.executors.memory import remembered
from mpj.executors.parts import Outcome, computed
from mpj.output.shape import Trace, cell
from mpj.reading.cells import as_text
from mpj.reading.faults import Fault
from mpj.reading.profile import NO_PROFILE, Profiel
from mpj.reading.tables import Table
from mpj.records.entries import Entry, Reeks, Vorm
from mpj.records.given import profiled
from mpj.records.partitions import Partitions
from mpj.records.prestaties import as_prestaties
from mpj.records.reader import Entries
from mpj.records.registraties import Ongeldig
from mpj.records.toewijzingen import OngeldigeToewijzing
from mpj.records.values import Medewerker, Prestatie, Registratie, Toewijzing, Verblijf
from mpj.records.verblijf import as_stays

_OWN = ("id", "datum", "afspraak", "minuten", "begintijd", "eindtijd")
_REEKS = ("bsn", "toewijzingnummer", "gemeente", "medewerker", "onderaannemer")
_VORM = ("kwalificatieniveau", "prestatiecode", "productcode", "soort", "tijdsoort", "status", "bevestigd", "aantal")
_COLUMNS = {name: place for place, name in enumerate((*_OWN, *_REEKS, *_VORM))}
_reeks_of: Callable[[Reeks], tuple[object, ...]] = attrgetter(*_REEKS)
_vorm_of: Callable[[Vorm], tuple[object, ...]] = attrgetter(*_VORM)
_MANY = 100_000


def declare_to(
    folder: Path,
    contracten: Iterable[Contract],
    toewijzingen: Iterable[Toewijzing | OngeldigeToewijzing | Mapping[str, object]],
    registraties: Iterable[Registratie | Ongeldig | Mapping[str, object]] = (),
    *,
    verblijf: Iterable[Verblijf | Ongeldig | Mapping[str, object]] = (),
    prestaties: Iterable[Prestatie | Ongeldig | Mapping[str, object]] = (),
    medewerkers: Iterable[Medewerker | Mapping[str, object]] | None = None,
    eerder: Iterable[Declaratieregel] = (),
    invoer: Mapping[str, Mapping[str, str]] | None = None,
    progress: Callable[[int, int], None] | None = None,
    profiel: Profiel = NO_PROFILE,
    trace: Trace = "csv",
    processes: int = 1,
    **words: Unpack[OpdrachtWords],
) -> Outcome:
    """Do what `mpj.declare` and `mpj.output.write_result` do, client by client, with lines and trace in `folder` only.

    Takes what `mpj.declare` takes and raises what it raises; the files have the same bytes. `registraties` are taken one at a time
    and wait on disk, in a file without a name. Nothing but what was set aside is held of them; toewijzingen, stays, prestaties
    and `eerder` are. `folder` exists (`mpj.output.output_folder` makes one that appears complete or not at all), `trace` is as in
    `write_result`. `processes` above 1 forks this process; `progress` hears (parts done, parts in all).
    """
    heard: list[Fault] = []
    tell = heard.append
    staff = None if medewerkers is None else profiled(medewerkers, "medewerkers", profiel, tell)
    assigned = profiled(toewijzingen, "toewijzingen", profiel, tell)
    job = Job.of(contracten, assigned, medewerkers=staff, report=tell, **words)
    memory = remembered(job, eerder, tell)
    unreadable: list[Ongeldig] = []
    with closing(Partitions()) as rows:
        entries = job.entries(tell)
        given = _readable(entries.given(profiled(registraties, "registraties", profiel, tell)), unreadable)
        for naam, own in groupby(given, attrgetter("bestand")):
            rows.take(Table(naam, _COLUMNS, len(_COLUMNS), (), _texts(own, entries)))
        stays = as_stays(profiled(verblijf, "verblijf", profiel, tell), tell)
        events = as_prestaties(profiled(prestaties, "prestaties", profiel, tell), tell)
        others: dict[str, Any] = {"verblijf": stays, "prestaties": events, "unreadable": unreadable, "memory": memory}
        with computed(job, rows, processes=processes, progress=progress, **others) as made:
            outcome = made.write(folder, passed_over(invoer or {}, heard), trace)
    return evolve(outcome, meldingen=sort_notes([*outcome.meldingen, *heard]))


def _readable(items: Iterable[Entry | Ongeldig], unreadable: list[Ongeldig]) -> Iterator[Entry]:
    for item in items:
        if isinstance(item, Ongeldig):
            unreadable.append(item)
        else:
            yield item


def _texts(given: Iterable[Entry], entries: Entries) -> Iterator[tuple[int, str]]:
    """Return records as rows of a table with `_COLUMNS`."""
    shared: dict[Reeks, str] = {}
    for number, (datum, identity, reeks, (minuten, begintijd, eindtijd, _), afspraak, _, rij) in enumerate(given, 1):
        text = shared.get(reeks)
        if text is None:
            values = map(as_text, (*_reeks_of(reeks), *_vorm_of(reeks.vorm)))
            text = shared[reeks] = ";".join(map(cell, values)) + "\n"
        clock = "" if begintijd is None else begintijd.isoformat(), "" if eindtijd is None else eindtijd.isoformat()
        own = f"{cell(identity)};{datum.isoformat()};{cell(afspraak or '')};{'' if minuten is None else minuten}"
        yield rij, f"{own};{clock[0]};{clock[1]};{text}"
        if number % _MANY == 0:
            shared.clear()
            entries.forget()
